//! The catalog that the demo shop serves: its own, or one that is given.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::project::Project;
use crate::run::Tool;
use crate::stamp::{Fingerprint, Stamp};
use crate::wasm::artifact;
use crate::{say, setup};

/// The names under which the shop's page asks for its catalog.
const PACK: &str = "shop.flaneur";
const DISPLAY: &str = "items.json";

/// Puts the demo's own catalog where the demo serves it from: what it is invented from, its pictures and its pack.
/// The pack lies in the repository, so that the first demo does not wait until the tool that packs is compiled.
pub(crate) fn build(project: &Project) -> Result<()> {
    let Invented { folder, .. } = invent(project)?;
    let packed = packed(project);
    for name in [PACK, DISPLAY] {
        let (from, to) = (packed.join(name), folder.join(name));
        let bytes = read(project, &from)?;
        if fs::read(&to).is_ok_and(|there| there == bytes) {
            continue;
        }
        fs::write(&to, bytes).with_context(|| format!("cannot write {}", project.shown(&to)))?;
    }
    Ok(())
}

/// `cargo xtask catalog`.
pub(crate) fn run(project: &Project) -> Result<()> {
    say::heading("catalog");
    setup::node::ensure(project)?;
    let invented = invent(project)?;
    let flaneur = command(project, Build::Quick)?;
    let folder = packed(project);
    fs::create_dir_all(&folder)?;
    pack_items(project, &flaneur, &invented.feed(), &folder)?;
    say::note(&format!("the demo's catalog is in {}; commit what changed", project.shown(&folder)));
    Ok(())
}

/// Fails unless the pack in the repository is, byte for byte, what `flaneur` makes of the demo's catalog.
pub(crate) fn check(project: &Project, flaneur: &Path) -> Result<()> {
    let invented = invent(project)?;
    let folder = project.scratch().join("packed");
    fs::create_dir_all(&folder)?;
    pack_items(project, flaneur, &invented.feed(), &folder)?;
    let packed = packed(project);
    for name in [PACK, DISPLAY] {
        if read(project, &packed.join(name))? != read(project, &folder.join(name))? {
            bail!(
                "{} is not what `flaneur pack` makes of the demo's catalog now. Run `cargo xtask catalog` and commit \
                 what it writes.",
                project.shown(&packed.join(name))
            );
        }
    }
    Ok(())
}

/// Where the repository keeps the demo's own catalog in its packed form.
fn packed(project: &Project) -> PathBuf {
    project.www().join("catalog/packed")
}

fn read(project: &Project, file: &Path) -> Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("cannot read {}; `cargo xtask catalog` writes it", project.shown(file)))
}

/// The demo's own feed, in the folder that the demo serves.
struct Invented {
    folder: PathBuf,
    items: PathBuf,
    events: PathBuf,
}

impl Invented {
    fn feed(&self) -> Feed<'_> {
        Feed { items: &self.items, events: Some(&self.events) }
    }
}

/// Runs the generator, unless what it wrote is up to date.
fn invent(project: &Project) -> Result<Invented> {
    let folder = project.www().join("public/catalog");
    let (items, events) = (folder.join("items.ndjson"), folder.join("events.csv"));
    let generator = project.www().join("catalog/generate.mjs");
    if !generator.is_file() {
        bail!("{} is missing; it writes the demo's catalog", project.shown(&generator));
    }
    let inputs = Fingerprint::of("catalog 2").folder(&project.www().join("catalog"), &["node_modules", "packed"])?;
    let stamp = Stamp::new(project.scratch().join("catalog.stamp"), &inputs);
    if !stamp.holds([&items, &events]) {
        stamp.lift();
        Tool::node(project, "the catalog generator", &generator).quiet("inventing the demo's catalog")?;
        stamp.set()?;
    }
    Ok(Invented { folder, items, events })
}

/// Puts a given pack or feed where the demo serves it from, and returns the folder.
pub(crate) fn adopt(project: &Project, catalog: &Path, events: Option<&Path>) -> Result<PathBuf> {
    for file in [Some(catalog), events].into_iter().flatten() {
        if !file.is_file() {
            bail!("{} is not a file; expected a .flaneur pack, or a feed that `flaneur pack` reads", file.display());
        }
    }
    let folder = project.scratch().join("catalog");
    if folder.exists() {
        fs::remove_dir_all(&folder).context("cannot clear the previous catalog")?;
    }
    fs::create_dir_all(&folder)?;
    if catalog.extension().is_some_and(|extension| extension == "flaneur") {
        if events.is_some() {
            bail!(
                "{} is a finished pack, so --events has nothing to do. Give the feed the pack was made from, or leave \
                 --events out.",
                catalog.display()
            );
        }
        copy_pack(catalog, &folder)?;
    } else {
        // The tools run in the repository, the person may be elsewhere.
        let catalog = absolute(catalog)?;
        let events = events.map(absolute).transpose()?;
        let flaneur = command(project, Build::Quick)?;
        pack_items(project, &flaneur, &Feed { items: &catalog, events: events.as_deref() }, &folder)?;
    }
    Ok(folder)
}

fn copy_pack(pack: &Path, folder: &Path) -> Result<()> {
    fs::copy(pack, folder.join(PACK)).with_context(|| format!("cannot copy {}", pack.display()))?;
    let display = pack.with_extension("json");
    if display.is_file() {
        fs::copy(&display, folder.join(DISPLAY)).with_context(|| format!("cannot copy {}", display.display()))?;
    } else {
        say::warn(&format!(
            "there is no {} beside the pack, so the shop has no titles and pictures to show; `flaneur pack --display` \
             writes one",
            display.display()
        ));
    }
    Ok(())
}

struct Feed<'a> {
    items: &'a Path,
    events: Option<&'a Path>,
}

fn pack_items(project: &Project, flaneur: &Path, feed: &Feed<'_>, folder: &Path) -> Result<()> {
    let mut tool = Tool::new(project, "flaneur pack", flaneur).arg("pack").arg("--items").arg(feed.items);
    if let Some(events) = feed.events {
        // Fitting the weights takes minutes in a debug build, and the demo shows what a pack is, not how well it ranks.
        tool = tool.arg("--events").arg(events).arg("--default-weights");
    }
    tool.arg("--out")
        .arg(folder.join(PACK))
        .arg("--display")
        .arg(folder.join(DISPLAY))
        .hint("Its messages name the lines it could not read.")
        .stream()
}

/// How the command-line tool is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Build {
    /// Like the tests, whose compiled dependencies it shares.
    Quick,
    /// For measurements.
    Release,
}

/// The shop's command-line tool, compiled if it changed.
pub(crate) fn command(project: &Project, build: Build) -> Result<PathBuf> {
    let release = (build == Build::Release).then_some("--release");
    let messages = Tool::cargo(project, "build")
        .args(release)
        .args(["--package", "flaneur-cli", "--bin", "flaneur"])
        .arg("--message-format=json-render-diagnostics")
        .stream_and_capture()?;
    artifact(&messages, "flaneur", std::env::consts::EXE_EXTENSION)
        .context("cargo built flaneur-cli but named no executable; expected the binary flaneur")
}

fn absolute(path: &Path) -> Result<PathBuf> {
    fs::canonicalize(path).with_context(|| format!("cannot find {}", path.display()))
}
