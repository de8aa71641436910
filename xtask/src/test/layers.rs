//! The checks of each layer, in the order a person wants to hear of them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use super::Checks;
use crate::project::Project;
use crate::run::Tool;
use crate::setup::browser::{self, Engine};
use crate::setup::rust::WASM_TARGET;
use crate::{catalog, demo, package, say, setup, shop, site, size};

/// The variable that names the packed tarball, for the packaging tests.
const TARBALL: &str = "FLANEUR_TARBALL";
/// The variable that names the shop's command-line tool, for the tests that compare it with the module.
const TOOL: &str = "FLANEUR_TOOL";
/// The variable that names the two operators that tests send to, wherever cargo put them.
pub(crate) const OPERATORS: &str = "FLANEUR_OPERATORS";
/// The variable that multiplies the time-outs of the tests that drive an engine.
const PATIENCE: &str = "FLANEUR_PATIENCE";
/// The variable that names this command, for the test of the commands that the documentation shows.
const XTASK: &str = "FLANEUR_XTASK";

/// What to do where tests of Node.js failed.
const FAILED_TESTS: &str = "The failing tests are listed above, each with the promise it checks.";

pub(super) fn rust(project: &Project, checks: &mut Checks<'_>) {
    let ready = checks.check("set-up", || {
        setup::rust::ensure_wasm_target(project)?;
        setup::rust::ensure_checkers(project)
    });
    if ready.is_none() {
        checks.skip(&[
            "rustfmt",
            "clippy, native",
            "clippy, wasm32",
            "clippy, dap18",
            "cargo test, core and CLI",
            "cargo test, upstream",
            "cargo test, commands",
            "rustdoc, native",
            "rustdoc, wasm32",
        ]);
        return;
    }
    checks.check("rustfmt", || {
        Tool::cargo(project, "fmt").args(["--all", "--check"]).hint("Run `cargo fmt --all`.").stream()
    });
    checks.check("clippy, native", || {
        Tool::cargo(project, "clippy").args(["--workspace", "--all-targets", "--", "-D", "warnings"]).stream()
    });
    checks.check("clippy, wasm32", || {
        Tool::cargo(project, "clippy")
            .args([
                "--package",
                "flaneur",
                "--package",
                "flaneur-upstream",
                "--package",
                "flaneur-bench-kernel",
                "--lib",
                "--target",
                WASM_TARGET,
                "--",
                "-D",
                "warnings",
            ])
            .stream()
    });
    // The feature puts another boundary in place of the default one.
    checks.check("clippy, dap18", || {
        let clippy = || Tool::cargo(project, "clippy").args(["--package", "flaneur-upstream", "--features", "dap18"]);
        clippy().args(["--all-targets", "--", "-D", "warnings"]).stream()?;
        clippy().args(["--lib", "--target", WASM_TARGET, "--", "-D", "warnings"]).stream()
    });
    // Apart from each other: together, cargo unifies their features and compiles the largest again.
    checks.check("cargo test, core and CLI", || {
        Tool::cargo(project, "test")
            .args([
                "--workspace",
                "--exclude",
                "xtask",
                "--exclude",
                "flaneur-upstream",
                "--exclude",
                "flaneur-operators",
                "--no-fail-fast",
            ])
            .stream()
    });
    checks.check("cargo test, upstream", || {
        Tool::cargo(project, "test")
            .args(["--package", "flaneur-upstream", "--package", "flaneur-operators"])
            .args(["--features", "flaneur-upstream/dap18"])
            .stream()
    });
    checks.check("cargo test, commands", || Tool::cargo(project, "test").args(["--package", "xtask"]).stream());
    // Examples there are none: asking for them has cargo choose the features that clippy chose, and check nothing again.
    let all = ["--workspace", "--lib", "--bins", "--examples"];
    checks.check("rustdoc, native", || document(project).args(all).stream());
    checks.check("rustdoc, wasm32", || {
        document(project).args(["--package", "flaneur", "--lib", "--target", WASM_TARGET]).stream()
    });
}

pub(super) fn wasm(project: &Project, checks: &mut Checks<'_>) {
    let ready = checks.check("build of the package", || {
        setup::rust::ensure_wasm_target(project)?;
        setup::node::ensure(project)?;
        package::build(project)
    });
    let tool = checks.check("build of the tool", || catalog::command(project, catalog::Build::Quick));
    let (Some(()), Some(tool)) = (ready, tool) else {
        checks.skip(&["catalog of the demo", "wasm in Node.js"]);
        return;
    };
    checks.check("catalog of the demo", || catalog::check(project, &tool));
    checks.check("wasm in Node.js", || {
        // Two operators that open and sum what the module seals.
        let operators = demo::operators(project)?;
        node_tests(project, "tests/wasm")?
            .env(TOOL, &tool)
            .env(OPERATORS, operators)
            .env(XTASK, std::env::current_exe()?)
            .stream()
    });
}

pub(super) fn package(project: &Project, checks: &mut Checks<'_>) {
    let ready = checks.check("build of the package", || {
        setup::rust::ensure_wasm_target(project)?;
        setup::node::ensure(project)?;
        package::build(project)
    });
    if ready.is_none() {
        checks.skip(&[
            "types",
            "documentation site",
            "package in Node.js",
            "sizes",
            "size with dap18",
            "tarball",
            "publint",
            "attw",
            "consumers",
        ]);
        return;
    }
    checks.check("types", || package::check_types(project));
    checks.check("documentation site", || site::check(project));
    checks.check("package in Node.js", || node_tests(project, "tests/js")?.stream());
    checks.check("sizes", || size::check(project));
    checks.check("size with dap18", || size::check_dap18(project));
    let Some(tarball) = checks.check("tarball", || package::pack(project)) else {
        checks.skip(&["publint", "attw", "consumers"]);
        return;
    };
    checks.check("publint", || {
        Tool::npx(project, "publint", "publint/src/cli.js")?
            .arg(&tarball)
            .arg("--strict")
            .hint("Fix pkg/package.json or the layout of pkg/dist.")
            .stream()
    });
    checks.check("attw", || {
        let tool = Tool::npx(project, "attw", "@arethetypeswrong/cli/dist/index.js")?.arg(&tarball);
        // A module file has no types to be wrong.
        let modules = package::wasm_entries(project)?;
        let tool = if modules.is_empty() { tool } else { tool.arg("--exclude-entrypoints").args(modules) };
        tool.args(["--profile", "esm-only"]).hint("Fix `exports` or `types` in pkg/package.json.").stream()
    });
    let Some(chromium) = browser_of(project, checks) else {
        checks.skip(&["consumers"]);
        return;
    };
    checks.check("consumers", || {
        node_tests(project, "tests/packaging")?
            .env(Engine::Chromium.variable(), &chromium)
            .env(TARBALL, &tarball)
            .stream()
    });
}

/// Runs the engines named, or every engine that can be had when none is.
pub(super) fn browser(project: &Project, checks: &mut Checks<'_>, named: &[Engine]) {
    let chosen = if named.is_empty() { Engine::value_variants() } else { named };
    let ready = checks.check("build of the shop", || {
        setup::rust::ensure_wasm_target(project)?;
        setup::node::ensure(project)?;
        shop::build(project)?;
        // Two operators that the shop's reports can be watched at.
        demo::operators(project)
    });
    let chromium = chosen.contains(&Engine::Chromium).then(|| browser_of(project, checks)).flatten();
    if chosen.contains(&Engine::Chromium) {
        match (&ready, &chromium) {
            (Some(operators), Some(chromium)) => {
                checks.check_twice("shop in Chromium", || {
                    let files = tests_of(project, "tests/browser")?;
                    twice(project, "the tests in tests/browser", &files, |tool| {
                        tool.env(Engine::Chromium.variable(), chromium).env(OPERATORS, operators)
                    })
                });
            }
            _ => checks.skip(&["shop in Chromium"]),
        }
    }
    for &engine in chosen {
        let found = match engine {
            Engine::Chromium => chromium.clone(),
            _ => other_engine(project, checks, engine, named),
        };
        let (Some(operators), Some(executable)) = (&ready, found) else {
            checks.skip(&[engine.check()]);
            continue;
        };
        checks.check_twice(engine.check(), || in_engine(project, engine, &executable, operators));
    }
}

/// An engine besides Chromium: one that was asked for must be there, and others are left out when they are not.
fn other_engine(project: &Project, checks: &mut Checks<'_>, engine: Engine, named: &[Engine]) -> Option<PathBuf> {
    match browser::ensure(project, engine) {
        Err(error) if named.is_empty() => {
            say::warn(&format!("{} is left out: {error}", engine.name()));
            None
        }
        found => checks.check(engine.name(), || found),
    }
}

/// Tests that drive one engine, which those of a file share.
fn in_engine(project: &Project, engine: Engine, executable: &Path, operators: &Path) -> Result<Vec<String>> {
    let files = ["faults", "readable"].map(|tests| project.root.join("tests/browser").join(tests).join("all.mjs"));
    twice(project, engine.check(), &files, |tool| {
        tool.env("FLANEUR_ENGINE", engine.word()).env(engine.variable(), executable).env(OPERATORS, operators).hint(
            "What failed is listed above, each with what it expects; docs/RELIABILITY.md says how each fault is \
                 injected.",
        )
    })
}

/// Runs files of tests that drive a browser, two at once, since a file waits for its browser much of the time. What
/// failed is tried once more, alone; returns what passed then.
fn twice(project: &Project, name: &str, files: &[PathBuf], prepare: impl FnOnce(Tool) -> Tool) -> Result<Vec<String>> {
    let told = project.scratch().join("second-try.json");
    let tool = Tool::node(project, name, &project.root.join("xtask/scripts/browser-tests.mjs")).arg(&told).args(files);
    prepare(tool.hint(FAILED_TESTS).env(PATIENCE, patience())).stream()?;
    let names = fs::read(&told).with_context(|| format!("{name} did not say what passed at its second try"))?;
    Ok(serde_json::from_slice(&names)?)
}

/// Two browsers side by side have twice the patience.
fn patience() -> String {
    std::env::var(PATIENCE).unwrap_or_else(|_| "2".to_owned())
}

/// Chromium, looked for once per run.
fn browser_of(project: &Project, checks: &mut Checks<'_>) -> Option<PathBuf> {
    if checks.report.chromium.is_none() {
        checks.report.chromium = checks.check("Chromium", || browser::ensure(project, Engine::Chromium));
    }
    checks.report.chromium.clone()
}

fn document(project: &Project) -> Tool {
    Tool::cargo(project, "doc")
        .arg("--no-deps")
        .env("RUSTDOCFLAGS", "-D warnings")
        .hint("Fix the documentation comments.")
}

/// Node's own test runner on every `*.test.mjs` of a folder, one file after the other: some measure.
fn node_tests(project: &Project, folder: &str) -> Result<Tool> {
    Ok(Tool::new(project, format!("the tests in {folder}"), "node")
        .args(["--test", "--test-concurrency=1", "--test-reporter=spec"])
        .args(tests_of(project, folder)?)
        .hint(FAILED_TESTS))
}

/// Every `*.test.mjs` of a folder of the project.
fn tests_of(project: &Project, folder: &str) -> Result<Vec<PathBuf>> {
    let files = test_files(&project.root.join(folder))?;
    if files.is_empty() {
        bail!("{folder} has no *.test.mjs; expected at least one, because a layer without tests proves nothing");
    }
    Ok(files)
}

fn test_files(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry?.path();
        if path.to_str().is_some_and(|path| path.ends_with(".test.mjs")) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_skipped_is_called_as_what_would_have_run() {
        let source = include_str!("layers.rs").split("#[cfg(test)]").next().unwrap();
        let mut names = 0;
        for list in source.split("checks.skip(&[").skip(1).filter_map(|rest| rest.split("])").next()) {
            for name in list.split('"').skip(1).step_by(2) {
                let called = ["check", "check_twice"].map(|check| format!("checks.{check}(\"{name}\""));
                assert!(called.iter().any(|call| source.contains(call)), "no check is called {name}");
                names += 1;
            }
        }
        assert!(names > 10, "{names}");
    }

    #[test]
    fn folder_without_tests_gives_no_files_and_others_are_left_alone() {
        let folder = std::env::temp_dir().join(format!("xtask-layers-{}", std::process::id()));
        assert!(test_files(&folder).unwrap().is_empty(), "the folder is missing");
        fs::create_dir_all(&folder).unwrap();
        for file in ["b.test.mjs", "a.test.mjs", "helper.mjs", "c.test.js"] {
            fs::write(folder.join(file), "").unwrap();
        }
        let names: Vec<_> =
            test_files(&folder).unwrap().iter().map(|path| path.file_name().unwrap().to_owned()).collect();
        assert_eq!(names, ["a.test.mjs", "b.test.mjs"]);
        fs::remove_dir_all(&folder).unwrap();
    }
}
