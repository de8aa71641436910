//! `cargo xtask demo`: builds the demo shop and serves it, with two local operators so that measuring can be watched.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use clap::Args;
use console::style;

use crate::project::Project;
use crate::run::Tool;
use crate::serve::{Mount, Site};
use crate::wasm::artifact;
use crate::{catalog, ports, say, serve, setup, shop};

/// The ports of the leader and the helper; free ones are used if these are taken.
const OPERATOR_PORTS: [&str; 2] = ["8788", "8789"];

/// Builds the package, the catalog and the demo shop, then serves it until
/// Ctrl-C, with two local operators beside it. Nothing leaves this machine.
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
    say::note("compiling the two local operators beside the shop");
    let operators = std::thread::scope(|scope| {
        let operators = scope.spawn(|| compile_operators(project, Tool::capture_beside));
        shop::build(project)?;
        Ok::<_, anyhow::Error>(operators.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })?;
    let mut site = Site::new(project.www().join("dist"));
    if let Some(catalog) = &options.catalog {
        let folder = catalog::adopt(project, catalog, options.events.as_deref())?;
        site = site.mount(Mount { prefix: "catalog", folder });
    }

    // Without them the shop asks nothing, and everything else works the same. They end with this process.
    let _operators = match operators.and_then(|program| start_operators(project, &program)) {
        Ok((operators, folder)) => {
            site = site.mount(Mount { prefix: "measure", folder });
            Some(operators)
        }
        Err(error) => {
            say::warn(&format!("the two local operators did not start, so the shop asks nothing: {error:#}"));
            None
        }
    };

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

/// Starts the fixture of `operators`, and puts its questions where the page looks for them.
fn start_operators(project: &Project, program: &Path) -> Result<(Child, PathBuf)> {
    let mut operators = spawn(program)?;
    let line = questions(operators.stdout.take().context("the operators have no output")?)?;
    let folder = project.scratch().join("measure");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("tasks.json"), &line).context("the questions cannot be written")?;
    Ok((operators, folder))
}

/// The fixture of `operators`, compiled if it changed.
pub(crate) fn operators(project: &Project) -> Result<PathBuf> {
    compile_operators(project, Tool::stream_and_capture)
}

fn compile_operators(project: &Project, run: fn(Tool) -> Result<Vec<u8>>) -> Result<PathBuf> {
    let messages = run(Tool::cargo(project, "build").args([
        "--package",
        "flaneur-operators",
        "--message-format=json-render-diagnostics",
    ]))?;
    artifact(&messages, "flaneur-operators", std::env::consts::EXE_EXTENSION)
        .context("cargo built flaneur-operators but named no executable")
}

/// The one line that the operators say; none when they could not start.
fn questions(output: impl Read) -> Result<String> {
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line).context("the operators' questions cannot be read")?;
    if line.is_empty() {
        bail!("they ended before they said their questions; their own message is above");
    }
    Ok(line)
}

/// The fixture ends when its input does, and that is ours to hold.
fn spawn(program: &Path) -> Result<Child> {
    Command::new(program)
        .arg("demo")
        .args(OPERATOR_PORTS)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("{} did not start", program.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_that_end_without_a_word_ask_nothing() {
        assert_eq!(questions(&b"{\"tasks\":{}}\n"[..]).unwrap(), "{\"tasks\":{}}\n");
        let error = questions(&b""[..]).unwrap_err().to_string();
        assert!(error.contains("ended before"), "{error}");
    }
}
