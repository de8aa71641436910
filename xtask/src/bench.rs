//! `cargo xtask bench`: measures speed, weight and growth, and writes docs/PERFORMANCE.md with its plots.
//!
//! Guarantees: every figure of the page comes from the JSON of the runs; whether a promise
//! holds is computed from it. Figures that are compared were measured in turn in one page.
//!
//! Map: `benches/bench.mjs` drives the browsers and leaves figures; [`figures`] reads them,
//! [`promises`] holds them to the targets, [`plot`] draws, [`document`] writes.

mod document;
mod figures;
mod plot;
mod promises;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::project::Project;
use crate::run::Tool;
use crate::setup::browser::{self, Engine};
use crate::stamp::{Fingerprint, Stamp};
use crate::{catalog, package, say, setup, size, wasm};
use figures::{Built, Figures};

/// Where the page goes, and its plots.
const PAGE: &str = "docs/PERFORMANCE.md";
const PLOTS: &str = "docs/performance";

/// Measures flaneur in real browsers: its scan against the memory's limit, against
/// loops and against npm packages, its calls, its start and its growth. Writes
/// docs/PERFORMANCE.md with plots. Takes about half an hour; every later part can be
/// measured again alone with --only.
#[derive(Args)]
pub(crate) struct Options {
    /// What to measure again, of scan, calls, start, engines and processor; the rest stays as it was measured before
    #[arg(long, value_name = "PART,…", value_delimiter = ',')]
    only: Vec<String>,
    /// Samples of each figure
    #[arg(long, value_name = "N", default_value_t = 200)]
    samples: u32,
    /// A tenth of the samples and no large catalog, to try the command; the page is not written
    #[arg(long)]
    quick: bool,
    /// Measure nothing in browsers: make the page of the figures and the package that are there
    #[arg(long)]
    reuse: bool,
    /// The command-line tool that packs the invented shops, instead of building it
    #[arg(long, value_name = "FILE")]
    flaneur: Option<PathBuf>,
}

/// `cargo xtask bench`.
pub(crate) fn run(project: &Project, options: &Options) -> Result<()> {
    setup::rust::ensure_wasm_target(project)?;
    setup::node::ensure(project)?;
    let folder = project.target.join("bench");
    let out = folder.join(if options.quick { "quick.json" } else { "figures.json" });
    if !options.reuse {
        package::build(project)?;
        measure(project, options, &folder, &out)?;
    }
    let text = fs::read(&out).with_context(|| format!("{} cannot be read", project.shown(&out)))?;
    let figures: Figures = serde_json::from_slice(&text).with_context(|| {
        format!("{} is not what this version measures; delete it and run again", project.shown(&out))
    })?;
    let built = Built {
        start_bytes: size::of_start(project)?,
        crates: size::crates::of(&wasm::named_core(project))?,
        allocations: allocations(project)?,
    };
    let promises = promises::of(&figures, &built);
    println!("{}", document::table(&promises));
    if options.quick {
        say::note("--quick: the page is not written");
        return Ok(());
    }
    let plots = project.root.join(PLOTS);
    fs::create_dir_all(&plots)?;
    for (name, svg) in plot::all(&figures)? {
        fs::write(plots.join(format!("{name}.svg")), svg).with_context(|| format!("{PLOTS}/{name}.svg"))?;
    }
    let text = document::document(&figures, &built, &promises)?;
    fs::write(project.root.join(PAGE), text).with_context(|| format!("{PAGE} cannot be written"))?;
    say::note(&format!("{PAGE} is written"));
    Ok(())
}

fn measure(project: &Project, options: &Options, folder: &Path, out: &Path) -> Result<()> {
    let chromium = browser::ensure(project, Engine::Chromium)?;
    let kernel = folder.join("kernel");
    fs::create_dir_all(&kernel)?;
    for (from, name) in wasm::build_kernel(project)?.iter().zip(["kernel.js", "kernel.wasm"]) {
        fs::copy(from, kernel.join(name)).with_context(|| format!("cannot copy {}", from.display()))?;
    }
    if options.only.is_empty() || options.only.iter().any(|part| part == "scan") {
        install_peers(project)?;
    }
    let flaneur = match &options.flaneur {
        Some(file) => fs::canonicalize(file).with_context(|| format!("--flaneur: {} is not there", file.display()))?,
        None => catalog::command(project, catalog::Build::Release)?,
    };
    Tool::node(project, "the benchmark", &project.root.join("benches/bench.mjs"))
        .arg("--flaneur")
        .arg(flaneur)
        .arg("--kernel")
        .arg(kernel)
        .arg("--scratch")
        .arg(folder)
        .arg("--out")
        .arg(out)
        .args(["--samples", &options.samples.to_string()])
        .args(options.quick.then_some("--quick"))
        .args((!options.only.is_empty()).then(|| format!("--only={}", options.only.join(","))))
        .env(Engine::Chromium.variable(), chromium)
        .hint("What was measured before it failed is kept; --only goes on with the rest.")
        .stream()
}

/// The packages that the scan is compared with, of their own lock file. Without them the
/// scan is measured all the same, and the page names who is absent.
fn install_peers(project: &Project) -> Result<()> {
    let folder = project.root.join("benches");
    let inputs =
        Fingerprint::of("npm ci peers").file(&folder.join("package.json"))?.file(&folder.join("package-lock.json"))?;
    let modules = folder.join("node_modules");
    let stamp = Stamp::new(modules.join(".flaneur-installed"), &inputs);
    if stamp.holds([&modules]) {
        return Ok(());
    }
    stamp.lift();
    let installed = Tool::npm(project, "ci")
        .arg("--prefix")
        .arg(&folder)
        .args(["--ignore-scripts", "--no-audit", "--no-fund"])
        .quiet("installing the npm packages that are compared with (700 MB)");
    match installed {
        Ok(_) => stamp.set(),
        Err(error) => {
            say::warn(&format!("the npm packages could not be installed and are left out: {error:#}"));
            Ok(())
        }
    }
}

/// Allocations of one `rank` after warm-up, as the test that counts them says.
fn allocations(project: &Project) -> Result<u64> {
    let printed = Tool::cargo(project, "test")
        .args(["--package", "flaneur", "--test", "allocating", "--", "--nocapture"])
        .quiet("counting the allocations of a ranking")?;
    let text = String::from_utf8_lossy(&printed);
    let Some((_, rest)) = text.split_once("allocations of a rank: ") else {
        bail!("the test `allocating` printed no number; expected \"allocations of a rank: N\"");
    };
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().context("the test `allocating` printed no number")
}
