//! `cargo xtask screenshots`: pictures of every page of the demo shop, to be looked at.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use crate::project::Project;
use crate::run::Tool;
use crate::setup::browser::{self, Engine};
use crate::test::OPERATORS;
use crate::{demo, say, setup, shop};

/// Takes a picture of every page of the demo shop in Chromium, in French and
/// English, light and dark, wide and narrow, with a page that shows them all.
#[derive(Args)]
pub(crate) struct Options {
    /// Where the pictures go; what is there under the same names is replaced
    /// [default: target/screenshots]
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

/// `cargo xtask screenshots`.
pub(crate) fn run(project: &Project, options: &Options) -> Result<()> {
    say::heading("set-up");
    setup::rust::ensure_wasm_target(project)?;
    setup::node::ensure(project)?;
    let chromium = browser::ensure(project, Engine::Chromium)?;

    say::heading("build");
    shop::build(project)?;
    // Two operators, so that the merchant's page has something to show.
    let operators = demo::operators(project)?;

    say::heading("pictures");
    // The tool runs in the repository, the person may be elsewhere.
    let folder = match &options.out {
        Some(folder) => std::path::absolute(folder)?,
        None => project.target.join("screenshots"),
    };
    Tool::node(project, "the tour of the demo shop", &project.root.join("tests/browser/screenshots.mjs"))
        .arg(&folder)
        .env(Engine::Chromium.variable(), &chromium)
        .env(OPERATORS, operators)
        .hint("The message above names the page that did not come; `cargo xtask demo` shows it.")
        .stream()?;
    say::note(&format!("{} shows every picture", project.shown(&folder.join("index.html"))));
    Ok(())
}
