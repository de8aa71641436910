//! Where things are: the repository, its target directory, the package.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// The paths every command works with.
#[derive(Clone, Debug)]
pub(crate) struct Project {
    /// The repository.
    pub(crate) root: PathBuf,
    /// Cargo's target directory, wherever the environment put it.
    pub(crate) target: PathBuf,
}

#[derive(Deserialize)]
struct Metadata {
    workspace_root: PathBuf,
    target_directory: PathBuf,
}

impl Project {
    /// Asks cargo for the workspace that this command belongs to.
    pub(crate) fn find() -> Result<Self> {
        let mut cargo = Command::new(cargo());
        cargo.args(["metadata", "--no-deps", "--format-version=1"]);
        // `cargo run` says where the command's own sources are, so that it
        // works from any folder.
        if let Some(manifest) = std::env::var_os("CARGO_MANIFEST_DIR") {
            cargo.current_dir(manifest);
        }
        let output = cargo.output().context("cargo did not start: install Rust from https://rustup.rs")?;
        if !output.status.success() {
            bail!(
                "cargo does not know the workspace; run this inside the repository:\n{}",
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        let metadata: Metadata = serde_json::from_slice(&output.stdout)
            .context("cargo metadata printed something other than its documented format")?;
        Ok(Self { root: metadata.workspace_root, target: metadata.target_directory })
    }

    /// Scratch of these commands; deleting it only costs time.
    pub(crate) fn scratch(&self) -> PathBuf {
        self.target.join("xtask")
    }

    /// The npm package's folder.
    pub(crate) fn pkg(&self) -> PathBuf {
        self.root.join("pkg")
    }

    /// What the npm package ships.
    pub(crate) fn dist(&self) -> PathBuf {
        self.root.join("pkg/dist")
    }

    /// The demo shop's folder.
    pub(crate) fn www(&self) -> PathBuf {
        self.root.join("www")
    }

    /// A file that an npm package installed.
    pub(crate) fn node_module(&self, path: &str) -> PathBuf {
        self.root.join("node_modules").join(path)
    }

    /// A path as a person reads it: relative to the repository when inside.
    pub(crate) fn shown<'a>(&self, path: &'a Path) -> std::path::Display<'a> {
        path.strip_prefix(&self.root).unwrap_or(path).display()
    }
}

/// The cargo that runs this command, so that the toolchain stays the same.
pub(crate) fn cargo() -> PathBuf {
    std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from)
}
