//! `cargo xtask test`: everything that must hold, in four layers.
//!
//! Guarantees: every layer that was asked for runs, whatever the others say; a
//! layer without tests fails; one failure anywhere makes the command fail.

mod layers;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use console::style;

use crate::project::Project;
use crate::run::Failure;
use crate::say;
use crate::setup::browser::Engine;

pub(crate) use layers::OPERATORS;

/// Runs the checks, layer by layer, and ends with a table of what passed.
#[derive(Args)]
pub(crate) struct Options {
    /// Run only this layer; may be repeated
    #[arg(long, value_enum, value_name = "LAYER", value_delimiter = ',')]
    only: Vec<Layer>,

    /// Engines of the browser layer. Default: all, less those that are neither here nor to be installed
    #[arg(long, value_enum, value_name = "ENGINE", value_delimiter = ',')]
    engines: Vec<Engine>,
}

/// A group of checks that need the same things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Layer {
    /// Formatting, lints, tests and documentation of the Rust code
    Rust,
    /// The wasm module in Node.js
    Wasm,
    /// The npm package: types, tests, what publishing tools say, sizes
    Package,
    /// The demo shop in Chromium; every fault of docs/RELIABILITY.md, and what axe finds on every page, in three engines
    Browser,
}

impl Layer {
    fn name(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::Wasm => "wasm",
            Self::Package => "package",
            Self::Browser => "browser",
        }
    }
}

/// `cargo xtask test`.
pub(crate) fn run(project: &Project, options: &Options) -> Result<()> {
    let chosen: Vec<Layer> = Layer::value_variants()
        .iter()
        .copied()
        .filter(|layer| options.only.is_empty() || options.only.contains(layer))
        .collect();
    let mut report = Report::default();
    for layer in &chosen {
        say::heading(layer.name());
        let started = Instant::now();
        let mut checks = Checks { layer: layer.name(), report: &mut report };
        match layer {
            Layer::Rust => layers::rust(project, &mut checks),
            Layer::Wasm => layers::wasm(project, &mut checks),
            Layer::Package => layers::package(project, &mut checks),
            Layer::Browser => layers::browser(project, &mut checks, &options.engines),
        }
        say::note(&format!("the layer {} took {}", layer.name(), say::duration(started.elapsed())));
    }
    report.print();
    report.verdict()
}

/// What the layers share while they run.
#[derive(Default)]
struct Report {
    rows: Vec<Row>,
    chromium: Option<PathBuf>,
}

struct Row {
    layer: &'static str,
    check: &'static str,
    elapsed: Duration,
    outcome: Outcome,
    /// The end of what a failed tool printed, when it went past unwatched.
    last_lines: Vec<String>,
    /// What passed at its second try alone.
    unsteady: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failed,
    Skipped,
}

/// The checks of one layer, recorded as they run.
struct Checks<'a> {
    layer: &'static str,
    report: &'a mut Report,
}

impl Checks<'_> {
    /// Runs one check and records how it went; the next one runs either way.
    fn check<T>(&mut self, name: &'static str, run: impl FnOnce() -> Result<T>) -> Option<T> {
        let started = Instant::now();
        let result = run();
        let outcome = if result.is_ok() { Outcome::Passed } else { Outcome::Failed };
        let failure = result.as_ref().err().and_then(|error| error.downcast_ref::<Failure>());
        let last_lines = failure.map(|failure| failure.last_lines.clone()).unwrap_or_default();
        self.report.rows.push(Row {
            layer: self.layer,
            check: name,
            elapsed: started.elapsed(),
            outcome,
            last_lines,
            unsteady: Vec::new(),
        });
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                say::error(&error);
                None
            }
        }
    }

    /// The same for what tries twice what fails, and returns the names of what passed at its second try.
    fn check_twice(&mut self, name: &'static str, run: impl FnOnce() -> Result<Vec<String>>) {
        let unsteady = self.check(name, run).unwrap_or_default();
        if let Some(row) = self.report.rows.last_mut() {
            row.unsteady = unsteady;
        }
    }

    /// Records checks that could not run because something they need failed.
    fn skip(&mut self, names: &[&'static str]) {
        let skipped = |&check| Row {
            layer: self.layer,
            check,
            elapsed: Duration::ZERO,
            outcome: Outcome::Skipped,
            last_lines: Vec::new(),
            unsteady: Vec::new(),
        };
        self.report.rows.extend(names.iter().map(skipped));
    }
}

impl Report {
    fn print(&self) {
        for row in self.rows.iter().filter(|row| !row.last_lines.is_empty()) {
            say::heading(&format!("{} ({}) ended with", row.check, row.layer));
            println!("{}", row.last_lines.join("\n"));
        }
        say::heading("summary");
        let width = self.rows.iter().map(|row| row.check.len()).max().unwrap_or(0);
        for row in &self.rows {
            let (mark, elapsed) = match row.outcome {
                Outcome::Passed => (style("passed").green(), say::duration(row.elapsed)),
                Outcome::Failed => (style("FAILED").red().bold(), say::duration(row.elapsed)),
                Outcome::Skipped => (style("not run").yellow(), String::new()),
            };
            println!("{:<8} {:<width$}  {mark:<7}  {elapsed:>12}", row.layer, row.check);
            for name in &row.unsteady {
                println!("{:<8} {} at its second try: {name}", "", style("passed").yellow());
            }
        }
    }

    fn verdict(&self) -> Result<()> {
        let failed: Vec<&Row> = self.rows.iter().filter(|row| row.outcome == Outcome::Failed).collect();
        let Some(first) = failed.first() else {
            println!("\n{}", style("Everything passed.").green().bold());
            return Ok(());
        };
        let names: Vec<String> = failed.iter().map(|row| format!("{} ({})", row.check, row.layer)).collect();
        bail!(
            "{} of {} checks failed: {}. Their messages are above; `cargo xtask test --only {}` repeats a layer.",
            failed.len(),
            self.rows.len(),
            names.join(", "),
            first.layer
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_failure_fails_the_command_and_the_next_check_still_runs() {
        let mut report = Report::default();
        let mut checks = Checks { layer: "rust", report: &mut report };
        assert!(checks.check("first", || -> Result<()> { bail!("wrong") }).is_none());
        assert_eq!(checks.check("second", || Ok(2)), Some(2));
        checks.skip(&["third"]);
        checks.check_twice("fourth", || Ok(vec!["stumbled".to_owned()]));
        assert_eq!(checks.report.rows.last().unwrap().unsteady, ["stumbled"]);
        let error = report.verdict().unwrap_err().to_string();
        assert!(error.starts_with("1 of 4 checks failed: first (rust)"), "{error}");
    }
}
