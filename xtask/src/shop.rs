//! Builds the demo shop's pages with Vite.

use anyhow::{Result, bail};

use crate::project::Project;
use crate::run::Tool;
use crate::say;
use crate::stamp::{Fingerprint, Stamp};
use crate::{catalog, package};

/// Builds everything the shop needs, then the shop, into `www/dist`.
pub(crate) fn build(project: &Project) -> Result<()> {
    package::build(project)?;
    catalog::build(project)?;

    let page = project.www().join("dist/index.html");
    let inputs = Fingerprint::of("shop 1")
        .file(&project.root.join("package-lock.json"))?
        .folder(&project.dist(), &[])?
        .file(&project.pkg().join("package.json"))?
        .folder(&project.www(), &["dist", "node_modules"])?;
    let stamp = Stamp::new(project.scratch().join("shop.stamp"), &inputs);
    if stamp.holds([&page]) {
        say::note("www/dist is up to date");
        return Ok(());
    }
    stamp.lift();
    Tool::npm(project, "run")
        .args(["build", "--workspace", "www"])
        .hint("Fix the errors in www.")
        .quiet("building the demo shop with Vite")?;
    if !page.is_file() {
        bail!("Vite wrote no {}; expected www/index.html and the default outDir", project.shown(&page));
    }
    stamp.set()
}
