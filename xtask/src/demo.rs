//! `cargo xtask demo`: builds the demo shop and serves it.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use console::style;

use crate::project::Project;
use crate::serve::{Mount, Site};
use crate::{catalog, ports, say, serve, setup, shop};

/// Builds the package, the catalog and the demo shop, then serves it until
/// Ctrl-C. Nothing leaves this machine.
#[derive(Args)]
pub(crate) struct Options {
    /// Open the shop in the browser
    #[arg(long)]
    open: bool,
    /// The port to serve on; the next free one is used if it is taken
    #[arg(long, default_value_t = 8787, value_name = "N")]
    port: u16,
    /// Serve this catalog instead of the invented one: a .flaneur pack, or any
    /// feed that `flaneur pack` reads
    #[arg(long, value_name = "FILE")]
    catalog: Option<PathBuf>,
    /// The interactions that belong to --catalog, for its neighbours
    #[arg(long, value_name = "FILE", requires = "catalog")]
    events: Option<PathBuf>,
}

/// `cargo xtask demo`.
pub(crate) fn run(project: &Project, options: &Options) -> Result<()> {
    say::heading("set-up");
    setup::rust::ensure_wasm_target(project)?;
    setup::node::ensure(project)?;
    say::note("Rust and Node.js are ready");

    say::heading("build");
    shop::build(project)?;
    let mut site = Site::new(project.www().join("dist"));
    if let Some(catalog) = &options.catalog {
        let folder = catalog::adopt(project, catalog, options.events.as_deref())?;
        site = site.mount(Mount { prefix: "catalog", folder });
    }

    let listener = ports::listen(options.port)?;
    let address = format!("http://{}/", listener.local_addr()?);
    println!("\nThe shop is open at {}  (Ctrl-C closes it)", style(&address).bold().green());
    if options.open
        && let Err(error) = open::that_detached(&address)
    {
        say::warn(&format!("no browser could be started ({error}); open the address by hand"));
    }
    serve::serve(listener, &site)
}
