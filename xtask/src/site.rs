//! `cargo xtask site`: the documentation as pages, beside the demo shop.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::Args;

use crate::project::Project;
use crate::run::Tool;
use crate::stamp::{Fingerprint, Stamp};
use crate::{say, setup, shop};

/// Builds the documentation site: the pages of docs/ and the reference of the
/// package's types. It lies beside the demo shop, and `cargo xtask demo` serves
/// it at /docs/. A link that leads nowhere fails the build.
#[derive(Args)]
pub(crate) struct Options {
    /// Write the site here, without building the demo shop; what is there is
    /// replaced [default: www/dist/docs, with the demo shop around it]
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

/// `cargo xtask site`.
pub(crate) fn run(project: &Project, options: &Options) -> Result<()> {
    say::heading("set-up");
    setup::node::ensure(project)?;
    let folder = match &options.out {
        Some(folder) => std::path::absolute(folder)?,
        None => {
            setup::rust::ensure_wasm_target(project)?;
            say::heading("build");
            shop::build(project)?;
            project.www().join("dist/docs")
        }
    };
    build(project, &folder)?;
    say::note(&format!("the site is in {}", project.shown(&folder)));
    Ok(())
}

/// Builds the site into the scratch folder, for `cargo xtask test`.
pub(crate) fn check(project: &Project) -> Result<()> {
    build(project, &project.scratch().join("site"))
}

/// Builds the site into a folder, unless it is there already.
fn build(project: &Project, folder: &Path) -> Result<()> {
    install(project)?;
    let inputs = Fingerprint::of("site 1")
        .folder(&project.root.join("docs"), &[])?
        .folder(&project.root.join("site"), &["node_modules"])?
        .folder(&project.pkg().join("src"), &[])?
        .file(&project.pkg().join("package.json"))?
        .file(&project.pkg().join("tsconfig.json"))?
        .file(&project.www().join("public/icon.svg"))?;
    let page = folder.join("index.html");
    // The stamp lies in the folder: who deletes it deletes the stamp too.
    let stamp = Stamp::new(folder.join(".built"), &inputs);
    if stamp.holds([&page]) {
        say::note("the site is up to date");
        return Ok(());
    }
    stamp.lift();
    Tool::node(project, "the build of the site", &project.root.join("site/build.mjs"))
        .arg(folder)
        .hint("The message above names the page of docs/ and the link, or the entry of pkg/src, that is at fault.")
        .quiet("building the documentation site with typedoc and VitePress")?;
    if !page.is_file() {
        bail!("VitePress wrote no {}; expected docs/README.md to become it", project.shown(&page));
    }
    stamp.set()
}

/// The site's own packages: VitePress and typedoc bring a Vite and a TypeScript of other versions than the package's.
fn install(project: &Project) -> Result<()> {
    let home = project.root.join("site");
    let inputs = Fingerprint::of("npm ci").file(&home.join("package.json"))?.file(&home.join("package-lock.json"))?;
    let modules = home.join("node_modules");
    let stamp = Stamp::new(modules.join(".flaneur-installed"), &inputs);
    if stamp.holds([&modules]) {
        return Ok(());
    }
    stamp.lift();
    Tool::npm(project, "ci")
        .args(["--prefix", "site", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"])
        .hint(
            "If it says that package.json and package-lock.json disagree, run `npm install` in site once and commit \
             the lock file; otherwise check the network.",
        )
        .quiet("installing the npm packages of site/package-lock.json")?;
    stamp.set()
}
