//! Assembles the npm package: the core, its glue, the inline copy, TypeScript.
//!
//! Guarantees: `pkg/dist` holds exactly what the current sources give, without
//! leftovers; generated files are never edited afterwards.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use clap::Args;
use serde::Deserialize;

use crate::project::Project;
use crate::run::Tool;
use crate::say;
use crate::setup;
use crate::stamp::{Fingerprint, Stamp};
use crate::wasm::{self, Output, Variant};

/// Change this word when the recipe below changes.
const RECIPE: &str = "package 1";

const TYPESCRIPT: &str = "typescript/bin/tsc";

const LICENCES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];

/// Builds the wasm core (SIMD and scalar), its JavaScript glue and the
/// TypeScript sources into pkg/dist.
#[derive(Args)]
pub(crate) struct Options {
    /// Also pack the tarball that npm would publish, and print its path
    #[arg(long)]
    pack: bool,
}

/// `cargo xtask build`.
pub(crate) fn run(project: &Project, options: &Options) -> Result<()> {
    setup::rust::ensure_wasm_target(project)?;
    setup::node::ensure(project)?;
    build(project)?;
    say::note(&format!("the package is in {}", project.shown(&project.dist())));
    if options.pack {
        println!("{}", pack(project)?.display());
    }
    Ok(())
}

/// Builds `pkg/dist`, unless it is what the sources give.
pub(crate) fn build(project: &Project) -> Result<()> {
    let built = wasm::build(project)?;
    for licence in LICENCES {
        copy_if_different(&project.root.join(licence), &project.pkg().join(licence))?;
    }
    let mut inputs = Fingerprint::of(RECIPE)
        .file(&built.glue(Variant::Simd))?
        .file(&built.types(Variant::Simd))?
        .file(&built.glue(Variant::Upstream))?
        .file(&built.module(Variant::Upstream))?
        .file(&project.root.join("package-lock.json"))?
        .folder(&project.pkg(), &["dist", "node_modules"])?;
    for variant in Variant::CORE {
        inputs = inputs.file(&built.module(variant))?;
    }
    let dist = project.dist();
    let stamp = Stamp::new(project.scratch().join("package.stamp"), &inputs);
    if stamp.holds(generated(&dist)) {
        say::note("pkg/dist is up to date");
        return Ok(());
    }
    stamp.lift();
    if dist.exists() {
        fs::remove_dir_all(&dist).context("cannot clear pkg/dist")?;
    }
    place(&built, &dist)?;
    place_upstream(&built, &dist)?;
    compile_typescript(project, &dist)?;
    stamp.set()
}

/// What the package ships that TypeScript does not write.
fn generated(dist: &Path) -> Vec<PathBuf> {
    ["core.js", "core.d.ts", "inline.js", "inline.d.ts", "upstream.js", "upstream.d.ts", "upstream_bg.wasm"]
        .into_iter()
        .chain(Variant::CORE.map(Variant::file))
        .map(|file| dist.join(file))
        .collect()
}

/// Puts the core into the package, and the copy for pages that cannot fetch it.
fn place(core: &Output, dist: &Path) -> Result<()> {
    fs::create_dir_all(dist)?;
    fs::copy(core.glue(Variant::Simd), dist.join("core.js"))?;
    fs::copy(core.types(Variant::Simd), dist.join("core.d.ts"))?;
    for variant in Variant::CORE {
        fs::copy(core.module(variant), dist.join(variant.file()))?;
    }
    if fs::read(dist.join(Variant::Simd.file()))? == fs::read(dist.join(Variant::Scalar.file()))? {
        say::warn("the SIMD and the scalar module are the same bytes: no code uses vectors yet");
    }
    // One inline copy: the scalar build, because it runs wherever wasm does.
    let bytes = fs::read(core.module(Variant::Scalar))?;
    fs::write(
        dist.join("inline.js"),
        format!(
            "/** The scalar build of the core, for pages that cannot fetch a file. Generated. */\nexport default \
             \"{}\";\n",
            BASE64_STANDARD.encode(bytes)
        ),
    )?;
    fs::write(
        dist.join("inline.d.ts"),
        "/** The scalar build of the core as base64, for pages that cannot fetch a file. Generated. */\ndeclare const \
         base64: string;\nexport default base64;\n",
    )?;
    Ok(())
}

/// Puts what sends into the package.
fn place_upstream(upstream: &Output, dist: &Path) -> Result<()> {
    let variant = Variant::Upstream;
    fs::copy(upstream.glue(variant), dist.join("upstream.js"))?;
    fs::copy(upstream.types(variant), dist.join("upstream.d.ts"))?;
    fs::copy(upstream.module(variant), dist.join(variant.file()))?;
    Ok(())
}

fn compile_typescript(project: &Project, dist: &Path) -> Result<()> {
    let before = generated(dist).iter().map(fs::read).collect::<Result<Vec<_>, _>>()?;
    Tool::npx(project, "tsc", TYPESCRIPT)?
        .args(["--project", "pkg"])
        .hint("Fix the errors in pkg/src.")
        .quiet("compiling pkg/src with TypeScript")?;
    for (path, before) in generated(dist).iter().zip(before) {
        if fs::read(path)? != before {
            bail!(
                "TypeScript overwrote {}, which is generated from the core. Rename the source in pkg/src that has this \
                 name.",
                project.shown(path)
            );
        }
    }
    if !dist.join("index.js").is_file() {
        bail!(
            "TypeScript wrote no pkg/dist/index.js; expected pkg/src/index.ts and outDir \"dist\" in pkg/tsconfig.json"
        );
    }
    Ok(())
}

/// Checks the types of every TypeScript project that exists, without output.
pub(crate) fn check_types(project: &Project) -> Result<()> {
    let mut folders = vec![project.pkg(), project.www()];
    let tests = project.root.join("tests");
    if tests.is_dir() {
        for entry in fs::read_dir(&tests)? {
            folders.push(entry?.path());
        }
    }
    folders.sort();
    for folder in folders.iter().filter(|folder| folder.join("tsconfig.json").is_file()) {
        Tool::npx(project, "tsc", TYPESCRIPT)?
            .args(["--noEmit", "--project"])
            .arg(folder)
            .hint("Fix the type errors; the published types are a promise.")
            .stream()?;
    }
    Ok(())
}

#[derive(Deserialize)]
struct Manifest {
    name: String,
    version: String,
}

/// Packs what npm would publish and returns the tarball.
pub(crate) fn pack(project: &Project) -> Result<PathBuf> {
    let text = fs::read_to_string(project.pkg().join("package.json")).context("cannot read pkg/package.json")?;
    let manifest: Manifest =
        serde_json::from_str(&text).context("pkg/package.json has no name and version; expected both")?;
    let folder = project.scratch().join("tarball");
    fs::create_dir_all(&folder)?;
    Tool::npm(project, "pack")
        .arg(project.pkg())
        .args(["--ignore-scripts", "--pack-destination"])
        .arg(&folder)
        .quiet("packing the tarball")?;
    let name = manifest.name.trim_start_matches('@').replace('/', "-");
    let tarball = folder.join(format!("{name}-{}.tgz", manifest.version));
    if !tarball.is_file() {
        bail!(
            "npm pack wrote no {}; expected it to follow the name and version of pkg/package.json",
            tarball.display()
        );
    }
    Ok(tarball)
}

/// The package's `exports` that name a module rather than JavaScript.
pub(crate) fn wasm_entries(project: &Project) -> Result<Vec<String>> {
    let text = fs::read_to_string(project.pkg().join("package.json")).context("cannot read pkg/package.json")?;
    let manifest: serde_json::Value = serde_json::from_str(&text).context("pkg/package.json is not JSON")?;
    let entries = manifest.get("exports").and_then(serde_json::Value::as_object);
    Ok(entries
        .into_iter()
        .flat_map(|entries| entries.keys())
        .filter(|entry| Path::new(entry).extension().is_some_and(|extension| extension != "js"))
        .map(|entry| entry.trim_start_matches("./").to_owned())
        .collect())
}

fn copy_if_different(from: &Path, to: &Path) -> Result<()> {
    let wanted = fs::read(from).with_context(|| format!("cannot read {}", from.display()))?;
    if fs::read(to).is_ok_and(|present| present == wanted) {
        return Ok(());
    }
    fs::write(to, wanted).with_context(|| format!("cannot write {}", to.display()))
}
