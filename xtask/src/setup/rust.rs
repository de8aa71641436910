//! The Rust toolchain: the wasm target and the components the checks use.

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::project::Project;
use crate::run::Tool;

/// The target of the browser module.
pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Makes sure that the core can be compiled for the browser.
pub(crate) fn ensure_wasm_target(project: &Project) -> Result<()> {
    let sysroot = Tool::new(project, "rustc", "rustc").args(["--print", "sysroot"]).capture()?;
    let sysroot = String::from_utf8(sysroot).context("rustc printed a path that is not UTF-8")?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(WASM_TARGET).join("lib").is_dir() {
        return Ok(());
    }
    if !has_rustup(project) {
        bail!(
            "this Rust has no standard library for {WASM_TARGET}, and rustup is not there to add it. \
             Install Rust from https://rustup.rs, or add that target with the tool that installed Rust."
        );
    }
    Tool::new(project, "rustup target add", "rustup")
        .args(["target", "add", WASM_TARGET])
        .quiet(&format!("adding the Rust target {WASM_TARGET}"))?;
    Ok(())
}

/// Makes sure that rustfmt and clippy are installed.
pub(crate) fn ensure_checkers(project: &Project) -> Result<()> {
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if Tool::cargo(project, subcommand).arg("--version").succeeds() {
            continue;
        }
        if !has_rustup(project) {
            bail!(
                "cargo {subcommand} is not installed, and rustup is not there to add it. \
                 Install Rust from https://rustup.rs, or add {component} with the tool that installed Rust."
            );
        }
        Tool::new(project, "rustup component add", "rustup")
            .args(["component", "add", component])
            .quiet(&format!("adding the Rust component {component}"))?;
    }
    Ok(())
}

fn has_rustup(project: &Project) -> bool {
    Tool::new(project, "rustup", "rustup").arg("--version").succeeds()
}
