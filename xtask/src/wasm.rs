//! Compiles the modules for the browser: cargo, then the glue, then the optimizer.
//!
//! Guarantees: two builds of the same core, with and without SIMD, share one
//! glue file; what sends is a module of its own; nothing edits generated code; paths of the machine do not reach
//! the binary; an unstripped copy stays beside the output, to read stack
//! traces with.
//! Costs: one link-time-optimized build per variant, two at a time; the later
//! steps are skipped while what cargo compiled stays the same.

mod module;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use wasm_bindgen_cli_support::Bindgen;

use crate::project::Project;
use crate::run::Tool;
use crate::say::Step;
use crate::setup::rust::WASM_TARGET;
use crate::stamp::{Fingerprint, Stamp};
use module::{SIMD_NOTE, check_scalar, strip};

/// Change this word when the recipe below changes.
const RECIPE: &str = "wasm 5";

/// Where npm puts the pinned optimizer.
const WASM_OPT: &str = "binaryen/bin/wasm-opt";

/// What rustc emits for the target by default, as the optimizer spells it.
const FEATURES: [&str; 8] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-call-indirect-overlong",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// One of the builds: two of the core, two of what sends, one for the benchmark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Variant {
    /// With 128-bit vectors: every current browser.
    Simd,
    /// Without: old browsers, and engines that interpret.
    Scalar,
    /// What a shopper's aggregates are sealed with; loaded only after consent.
    Upstream,
    /// The same in the newest drafts, the feature `dap18`; does not ship.
    Dap18,
    /// The core's scan and the roofline it is measured against; does not ship.
    Kernel,
}

impl Variant {
    /// Both of the core, the default first.
    pub(crate) const CORE: [Self; 2] = [Self::Simd, Self::Scalar];
    /// What the package ships.
    const SHIPPED: [Self; 3] = [Self::Simd, Self::Scalar, Self::Upstream];

    /// The word in paths and messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Simd => "simd",
            Self::Scalar => "scalar",
            Self::Upstream => "upstream",
            Self::Dap18 => "dap18",
            Self::Kernel => "kernel",
        }
    }

    /// Whether it has 128-bit vectors.
    fn has_vectors(self) -> bool {
        matches!(self, Self::Simd | Self::Kernel)
    }

    /// The package it is compiled from.
    fn package(self) -> &'static str {
        match self {
            Self::Simd | Self::Scalar => "flaneur",
            Self::Upstream | Self::Dap18 => "flaneur-upstream",
            Self::Kernel => "flaneur-bench-kernel",
        }
    }

    /// What its files are called, without their extensions.
    fn stem(self) -> &'static str {
        match self {
            Self::Simd | Self::Scalar => "core",
            Self::Upstream | Self::Dap18 => "upstream",
            Self::Kernel => "kernel",
        }
    }

    /// What it is compiled with, besides its package's defaults.
    fn features(self) -> &'static [&'static str] {
        if self == Self::Dap18 { &["--features", "dap18"] } else { &[] }
    }

    /// Where cargo keeps what it compiled. Flags differ between the variants of the core: in one folder each would
    /// undo the other. What sends has the flags of the scalar one, and shares its dependencies.
    fn folder(self) -> &'static str {
        if self.has_vectors() { "simd" } else { "scalar" }
    }

    /// The file's name in the package.
    pub(crate) fn file(self) -> &'static str {
        match self {
            Self::Simd => "core_bg.wasm",
            Self::Scalar => "core_scalar_bg.wasm",
            Self::Upstream | Self::Dap18 => "upstream_bg.wasm",
            Self::Kernel => "kernel_bg.wasm",
        }
    }
}

/// How hard the compiler tries, and for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OptLevel {
    /// What the manifest's `wasm` profile says.
    Manifest,
    /// One given level, to compare.
    Fixed(&'static str),
}

/// What a finished build consists of.
pub(crate) struct Output {
    folder: PathBuf,
}

impl Output {
    /// The JavaScript glue, the same for both variants of the core.
    pub(crate) fn glue(&self, variant: Variant) -> PathBuf {
        self.file(variant, "js")
    }

    /// The glue's types.
    pub(crate) fn types(&self, variant: Variant) -> PathBuf {
        self.file(variant, "d.ts")
    }

    /// The optimized, stripped module.
    pub(crate) fn module(&self, variant: Variant) -> PathBuf {
        self.file(variant, "wasm")
    }

    fn file(&self, variant: Variant, extension: &str) -> PathBuf {
        self.folder.join(variant.name()).join(format!("{}.{extension}", variant.stem()))
    }
}

/// Builds what the package ships, and checks that one glue file serves both variants of the core.
pub(crate) fn build(project: &Project) -> Result<Output> {
    let output = build_all(project, OptLevel::Manifest, &Variant::SHIPPED)?;
    check_glue(&output)?;
    Ok(output)
}

/// Builds the core at one level, to compare.
pub(crate) fn build_core(project: &Project, level: &'static str) -> Result<Output> {
    build_all(project, OptLevel::Fixed(level), &Variant::CORE)
}

/// Builds what would send in the newest drafts; returns its module.
pub(crate) fn build_dap18(project: &Project) -> Result<PathBuf> {
    Ok(build_all(project, OptLevel::Manifest, &[Variant::Dap18])?.module(Variant::Dap18))
}

/// The core with SIMD as it was built last, with its names.
pub(crate) fn named_core(project: &Project) -> PathBuf {
    Output { folder: project.scratch().join("wasm") }.file(Variant::Simd, "unstripped.wasm")
}

/// Builds the scan alone, for the benchmark; returns its glue and its module.
pub(crate) fn build_kernel(project: &Project) -> Result<[PathBuf; 2]> {
    let output = build_all(project, OptLevel::Manifest, &[Variant::Kernel])?;
    Ok([output.glue(Variant::Kernel), output.module(Variant::Kernel)])
}

fn build_all(project: &Project, level: OptLevel, variants: &[Variant]) -> Result<Output> {
    let folder = match level {
        OptLevel::Manifest => project.scratch().join("wasm"),
        OptLevel::Fixed(level) => project.scratch().join(format!("wasm-opt-{level}")),
    };
    let output = Output { folder };
    let mut unfinished = Vec::new();
    for (variant, compiled) in compile_all(project, variants, level)? {
        let recipe = Recipe { generator: generator_version(project)?, goal: optimizer_goal(project, level)? };
        let folder = output.folder.join(variant.name());
        let stamp = stamp(project, &recipe, &compiled, &folder)?;
        if stamp.holds(["js", "d.ts", "wasm", "unstripped.wasm"].map(|extension| output.file(variant, extension))) {
            continue;
        }
        stamp.lift();
        generate_glue(variant, &compiled, &folder)?;
        unfinished.push((variant, folder, recipe, stamp));
    }
    if !unfinished.is_empty() {
        let step = Step::start("optimizing the modules");
        std::thread::scope(|scope| {
            let optimizers: Vec<_> = unfinished
                .iter()
                .map(|(variant, folder, recipe, _)| scope.spawn(|| optimize(project, *variant, recipe, folder)))
                .collect();
            optimizers.into_iter().try_for_each(|optimizer| match optimizer.join() {
                Ok(result) => result,
                Err(panic) => std::panic::resume_unwind(panic),
            })
        })?;
        step.finish();
    }
    for (_, _, _, stamp) in unfinished {
        stamp.set()?;
    }
    Ok(output)
}

/// What else than the compiled module decides about the output.
struct Recipe {
    /// The version of the glue generator.
    generator: String,
    /// The optimizer's level.
    goal: String,
}

fn stamp(project: &Project, recipe: &Recipe, compiled: &Path, folder: &Path) -> Result<Stamp> {
    let inputs = Fingerprint::of(RECIPE)
        .text(&recipe.generator)
        .text(&recipe.goal)
        .file(compiled)?
        .file(&project.node_module("binaryen/package.json"))?;
    Ok(Stamp::new(folder.join("stamp"), &inputs))
}

/// The version of the glue generator, which must be the library's.
fn generator_version(project: &Project) -> Result<String> {
    let path = project.root.join("Cargo.lock");
    let lock = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let library = locked_version(&lock, "wasm-bindgen")?;
    let generator = locked_version(&lock, "wasm-bindgen-cli-support")?;
    if library != generator {
        bail!(
            "Cargo.lock has wasm-bindgen {library} but the glue generator (wasm-bindgen-cli-support) {generator}; \
             expected the same version. Set both to one version in Cargo.toml and xtask/Cargo.toml, then run \
             `cargo update -p wasm-bindgen -p wasm-bindgen-cli-support`."
        );
    }
    Ok(generator)
}

#[derive(Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    name: String,
    version: String,
}

fn locked_version(lock: &str, name: &str) -> Result<String> {
    let lock: Lock = toml::from_str(lock).context("Cargo.lock is not in cargo's format")?;
    let mut versions = lock.package.into_iter().filter(|package| package.name == name).map(|package| package.version);
    match (versions.next(), versions.next()) {
        (Some(version), None) => Ok(version),
        (None, _) => bail!("Cargo.lock has no package {name}; expected exactly one. Is it a dependency still?"),
        (Some(first), Some(second)) => {
            bail!("Cargo.lock has {name} twice ({first} and {second}); expected one. See `cargo tree -d`.")
        }
    }
}

/// Compiles the variants, those of another folder beside those of the first one's: most of the time goes into a
/// link that keeps one processor busy. Cargo shows how far it is with the first.
fn compile_all(project: &Project, variants: &[Variant], level: OptLevel) -> Result<Vec<(Variant, PathBuf)>> {
    let (shown, beside): (Vec<_>, Vec<_>) =
        variants.iter().copied().partition(|variant| variant.folder() == variants[0].folder());
    let each = |variants: &[Variant], run: fn(Tool) -> Result<Vec<u8>>| -> Result<Vec<_>> {
        variants.iter().map(|&variant| Ok((variant, compile(project, variant, level, run)?))).collect()
    };
    std::thread::scope(|scope| {
        let beside = scope.spawn(|| each(&beside, Tool::capture_beside));
        let shown = each(&shown, Tool::stream_and_capture);
        let beside = beside.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        Ok([shown?, beside?].concat())
    })
}

/// Compiles the library as a module and returns cargo's file.
fn compile(project: &Project, variant: Variant, level: OptLevel, run: fn(Tool) -> Result<Vec<u8>>) -> Result<PathBuf> {
    // `--config` adds to the flags of .cargo/config.toml, while the variable
    // RUSTFLAGS would replace them.
    let mut flags = remapped_paths(project);
    if variant.has_vectors() {
        flags.push("-Ctarget-feature=+simd128".to_owned());
    }
    // A JSON list of strings is a TOML one too.
    let flags = serde_json::to_string(&flags)?;
    let mut tool = Tool::cargo(project, "rustc")
        .args(["--package", variant.package(), "--lib", "--crate-type", "cdylib", "--profile", "wasm"])
        .args(variant.features())
        .args(["--target", WASM_TARGET, "--message-format=json-render-diagnostics"])
        .arg("--target-dir")
        .arg(project.scratch().join("cargo").join(variant.folder()))
        .args(["--config", &format!("target.{WASM_TARGET}.rustflags={flags}")])
        .without_env("RUSTFLAGS")
        .without_env("CARGO_ENCODED_RUSTFLAGS");
    if let OptLevel::Fixed(level) = level {
        tool = tool.env("CARGO_PROFILE_WASM_OPT_LEVEL", level);
    }
    crate::say::note(&format!("compiling {} for the browser ({})", variant.package(), variant.name()));
    let messages = run(tool)?;
    artifact(&messages, &variant.package().replace('-', "_"), "wasm")
        .with_context(|| format!("cargo named no .wasm file; expected a cdylib of the package {}", variant.package()))
}

/// Panic locations name source files; they should read the same from every machine.
fn remapped_paths(project: &Project) -> Vec<String> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| {
        let user = std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE"))?;
        Some(PathBuf::from(user).join(".cargo"))
    });
    home.map(|home| format!("--remap-path-prefix={}=cargo", home.display()))
        .into_iter()
        .chain([format!("--remap-path-prefix={}=flaneur", project.root.display())])
        .collect()
}

/// The file with this extension that cargo says it made for a package's target.
pub(crate) fn artifact(messages: &[u8], target: &str, extension: &str) -> Option<PathBuf> {
    #[derive(Deserialize)]
    struct Message {
        reason: String,
        target: Option<Target>,
        #[serde(default)]
        filenames: Vec<PathBuf>,
    }
    #[derive(Deserialize)]
    struct Target {
        name: String,
    }
    String::from_utf8_lossy(messages)
        .lines()
        .filter_map(|line| serde_json::from_str::<Message>(line).ok())
        .filter(|message| message.reason == "compiler-artifact")
        .filter(|message| message.target.as_ref().is_some_and(|named| named.name == target))
        .flat_map(|message| message.filenames)
        .rfind(|file| file.extension().unwrap_or_default() == extension)
}

fn generate_glue(variant: Variant, compiled: &Path, folder: &Path) -> Result<()> {
    let step = Step::start(format!("generating the JavaScript glue ({})", variant.name()));
    fs::create_dir_all(folder)?;
    Bindgen::new()
        .input_path(compiled)
        .out_name(variant.stem())
        .web(true)
        .and_then(|bindgen| {
            bindgen
                .typescript(true)
                // The loader always says which module to use, so that bundlers
                // find one `new URL` per file, in the loader.
                .omit_default_module_path(true)
                // A trapped core is replaced in place; what sends is given up until the next page.
                .reset_state_function(Variant::CORE.contains(&variant))
                .generate(folder)
        })
        .context("wasm-bindgen could not generate the glue")?;
    step.finish();
    Ok(())
}

/// Optimizes a module, keeps it with its names, and writes it without.
fn optimize(project: &Project, variant: Variant, recipe: &Recipe, folder: &Path) -> Result<()> {
    let stem = variant.stem();
    let named = folder.join(format!("{stem}.unstripped.wasm"));
    Tool::npx(project, "wasm-opt", WASM_OPT)?
        .args(FEATURES)
        .args(variant.has_vectors().then_some("--enable-simd"))
        .args([&recipe.goal, "--converge", "--debuginfo"]) // again until nothing gets smaller
        .arg(folder.join(format!("{stem}_bg.wasm")))
        .arg("--output")
        .arg(&named)
        .capture()?;
    let named = fs::read(named)?;
    if !variant.has_vectors() {
        check_scalar(&named)?;
    }
    let mut module = strip(&named)?;
    if variant == Variant::Simd {
        module.extend_from_slice(SIMD_NOTE);
    }
    fs::write(folder.join(format!("{stem}.wasm")), module).context("cannot write the stripped module")
}

/// The optimizer follows the compiler's level.
fn optimizer_goal(project: &Project, level: OptLevel) -> Result<String> {
    let level = match level {
        OptLevel::Fixed(level) => level.to_owned(),
        OptLevel::Manifest => manifest_opt_level(&fs::read_to_string(project.root.join("Cargo.toml"))?)?,
    };
    Ok(format!("-O{level}"))
}

/// The `opt-level` of the profile `wasm`.
pub(crate) fn manifest_opt_level(manifest: &str) -> Result<String> {
    let manifest: toml::Table = toml::from_str(manifest).context("Cargo.toml is not TOML")?;
    match manifest.get("profile").and_then(|profiles| profiles.get("wasm")?.get("opt-level")) {
        Some(toml::Value::String(level)) => Ok(level.clone()),
        Some(toml::Value::Integer(level)) => Ok(level.to_string()),
        _ => bail!("Cargo.toml has no opt-level in [profile.wasm]; expected \"s\", \"z\" or a number up to 3"),
    }
}

/// Both variants are loaded through one glue file, so theirs must be equal.
fn check_glue(output: &Output) -> Result<()> {
    for file in ["core.js", "core.d.ts"] {
        let [simd, scalar] = Variant::CORE.map(|variant| output.folder.join(variant.name()).join(file));
        if fs::read(&simd)? != fs::read(&scalar)? {
            bail!(
                "the SIMD and the scalar build generated different glue, but the package ships one {file} for both. \
                 Compare {} with {}: the boundary must not depend on target features.",
                simd.display(),
                scalar.display()
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locked_version_is_the_one_of_the_named_package() {
        let lock = "version = 4\n\n[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n\n[[package]]\nname = \
                    \"wasm-bindgen-shared\"\nversion = \"0.2.129\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen").unwrap(), "0.2.130");
        assert!(locked_version(lock, "absent").is_err());
    }

    #[test]
    fn opt_level_is_read_from_the_manifest() {
        assert_eq!(manifest_opt_level("[profile.wasm]\nopt-level = \"z\"").unwrap(), "z");
        assert_eq!(manifest_opt_level("[profile.wasm]\nopt-level = 3").unwrap(), "3");
        assert!(manifest_opt_level("[profile.release]\nopt-level = 3").is_err());
    }

    #[test]
    fn artifact_is_found_among_cargo_messages() {
        let messages = br#"{"reason":"compiler-artifact","target":{"name":"other"},"filenames":["a.wasm"]}
not json
{"reason":"compiler-artifact","target":{"name":"flaneur"},"filenames":["b.rlib","b.wasm"]}
{"reason":"build-finished","success":true}"#;
        assert_eq!(artifact(messages, "flaneur", "wasm"), Some(PathBuf::from("b.wasm")));
        assert_eq!(artifact(messages, "flaneur", "exe"), None);
    }
}
