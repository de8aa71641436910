//! The repository's commands: `cargo xtask test`, `demo`, `build`, `catalog`, `size`, `bench`, `scale`, `results`,
//! `screenshots` and `site`.
//!
//! Guarantees: each command does its own set-up on a machine that has rustup
//! and Node.js, says what it does, and skips what an earlier run finished.
//! A command that fails says what was wrong, what was expected and what to do.
//!
//! Map: [`setup`] prepares the machine, [`wasm`] compiles the core, [`package`]
//! assembles the npm package, [`catalog`] and [`shop`] build the demo,
//! [`serve`] serves it, [`size`] holds the package to its budgets, [`mod@bench`] measures its speed, [`scale`]
//! measures the packing of large logs, [`results`] the quality of ranking, [`screenshots`] shows the demo's pages,
//! [`site`] makes pages of the documentation, and [`mod@test`] runs everything in layers.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command talks to its terminal")]
#![allow(clippy::disallowed_methods, reason = "durations are shown to a person; nothing here decides a slate")]

mod bench;
mod catalog;
mod demo;
mod package;
mod ports;
mod project;
mod results;
mod run;
mod say;
mod scale;
mod screenshots;
mod serve;
mod setup;
mod shop;
mod site;
mod size;
mod stamp;
mod test;
mod wasm;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The repository's commands. Each one prepares what it needs, and a second
/// run does not repeat finished set-up.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the checks: rust, wasm, package and browser, one after the other
    Test(test::Options),
    /// Build the demo shop and serve it on this machine
    Demo(demo::Options),
    /// Build the wasm core and the npm package into pkg/dist
    Build(package::Options),
    /// Pack the demo's own catalog anew into www/catalog/packed, after a change of the catalog or of what packs it
    Catalog,
    /// Show the sizes of the package and hold them to benches/budgets.toml
    Size(size::Options),
    /// Measure speed, start and growth in browsers, into docs/PERFORMANCE.md
    Bench(bench::Options),
    /// Measure time and memory of packing 1, 10 and 50 million events, into docs/SCALE.md
    Scale(scale::Options),
    /// Replay a log and write how well everything ranks to docs/RESULTS.md
    Results(results::Options),
    /// Take a picture of every page of the demo shop, in both languages and colour schemes
    Screenshots(screenshots::Options),
    /// Build the documentation site beside the demo shop
    Site(site::Options),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = project::Project::find().and_then(|project| match cli.command {
        Command::Test(options) => test::run(&project, &options),
        Command::Demo(options) => demo::run(&project, &options),
        Command::Build(options) => package::run(&project, &options),
        Command::Catalog => catalog::run(&project),
        Command::Size(options) => size::run(&project, &options),
        Command::Bench(options) => bench::run(&project, &options),
        Command::Scale(options) => scale::run(&project, &options),
        Command::Results(options) => results::run(&project, &options),
        Command::Screenshots(options) => screenshots::run(&project, &options),
        Command::Site(options) => site::run(&project, &options),
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say::error(&error);
            ExitCode::FAILURE
        }
    }
}
