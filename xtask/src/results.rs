//! Replays a log with the release binary, both tasks, every study, and writes docs/RESULTS.md
//! and the worth of each signal into docs/ALGORITHMS.md.
//!
//! Guarantees: every figure of the pages comes from the JSON of this run; the page
//! names the command and the options, and no path of the machine that ran it.

mod document;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::Value;

use crate::catalog;
use crate::package;
use crate::project::Project;
use crate::run::Tool;
use crate::say;
use crate::setup;

/// The tasks of `flaneur evaluate`, in the order of the page.
const TASKS: [&str; 2] = ["session", "basket"];
/// Where the page goes.
const PAGE: &str = "docs/RESULTS.md";
/// The page that tells what each signal is worth, between these two lines.
const WORTH: (&str, &str, &str) = (
    "docs/ALGORITHMS.md",
    "<!-- signals left out: written by `cargo xtask results` -->\n",
    "<!-- end of signals left out -->",
);

/// Replays a log with `flaneur evaluate`, both tasks, with `--curve`, `--ablate`
/// and `--engine wasm`, and writes the figures to docs/RESULTS.md and docs/ALGORITHMS.md. Takes hours
/// on large logs; the JSON and HTML stay in target/results.
#[derive(Args)]
pub(crate) struct Options {
    /// Interaction logs; repeat for several files
    #[arg(long, value_name = "FILE", required = true)]
    events: Vec<PathBuf>,
    /// Items; repeat for several files
    #[arg(long, value_name = "FILE")]
    items: Vec<PathBuf>,
    /// What the log is called on the page
    #[arg(long, default_value = "a shop's log")]
    name: String,
    /// Reference figures for `flaneur evaluate --golden`
    #[arg(long, value_name = "FILE")]
    golden: Option<PathBuf>,
    /// Take the JSON that an earlier run left, where it is there
    #[arg(long)]
    reuse: bool,
    /// Passed on to `flaneur evaluate`, such as --split-time 2011-11-01
    #[arg(last = true, value_name = "OPTION")]
    evaluate: Vec<String>,
}

/// `cargo xtask results`.
pub(crate) fn run(project: &Project, options: &Options) -> Result<()> {
    let folder = project.target.join("results");
    fs::create_dir_all(&folder)?;
    let missing = |task: &&&str| !options.reuse || !folder.join(format!("{task}.json")).is_file();
    let wanted: Vec<&&str> = TASKS.iter().filter(missing).collect();
    if !wanted.is_empty() {
        setup::rust::ensure_wasm_target(project)?;
        setup::node::ensure(project)?;
        package::build(project)?;
        let flaneur = catalog::command(project, catalog::Build::Release)?;
        for task in wanted {
            evaluate(project, options, &flaneur, task, &folder)?;
        }
    }
    let mut runs = Vec::new();
    for task in TASKS {
        let path = folder.join(format!("{task}.json"));
        let text = fs::read(&path).with_context(|| format!("{} cannot be read", project.shown(&path)))?;
        let json: Value = serde_json::from_slice(&text)
            .with_context(|| format!("{} is not JSON; delete it and run again", project.shown(&path)))?;
        runs.push(json);
    }
    let text = document::document(&options.name, &command(options), &runs)?;
    fs::write(project.root.join(PAGE), text).with_context(|| format!("{PAGE} cannot be written"))?;
    write_worth(project, &document::worth(&options.name, &runs)?)?;
    say::note(&format!("{PAGE} is written; {} has the pages with plots", project.shown(&folder)));
    Ok(())
}

fn write_worth(project: &Project, table: &str) -> Result<()> {
    let (page, from, to) = WORTH;
    let path = project.root.join(page);
    let text = fs::read_to_string(&path).with_context(|| format!("{page} cannot be read"))?;
    let (Some(start), Some(end)) = (text.find(from).map(|at| at + from.len()), text.find(to)) else {
        bail!("{page} has lost the lines between which the worth of the signals stands; expected {from:?} and {to:?}");
    };
    fs::write(&path, format!("{}\n{table}\n\n{}", &text[..start], &text[end..]))
        .with_context(|| format!("{page} cannot be written"))
}

fn evaluate(project: &Project, options: &Options, flaneur: &Path, task: &str, folder: &Path) -> Result<()> {
    // The file is complete or absent, so that --reuse never takes half a run.
    let mut tool =
        Tool::new(project, format!("flaneur evaluate --task {task}"), flaneur).args(["evaluate", "--task", task]);
    for (name, files) in [("--events", &options.events), ("--items", &options.items)] {
        for file in files {
            tool = tool.arg(name).arg(absolute(file)?);
        }
    }
    if let Some(golden) = &options.golden {
        tool = tool.arg("--golden").arg(absolute(golden)?);
    }
    tool.args(["--curve", "--ablate", "--surprise-curve", "--engine", "wasm"])
        .arg("--package")
        .arg(project.pkg())
        .arg("--json")
        .arg(folder.join(format!("{task}.json")))
        .arg("--html")
        .arg(folder.join(format!("{task}.html")))
        .args(&options.evaluate)
        .hint("With code 5 the figures were written all the same, and --reuse makes the page of them.")
        .stream()
}

/// The command as the page shows it: the machine's own paths are left out.
fn command(options: &Options) -> String {
    let mut line = format!("cargo xtask results --name {:?}", options.name);
    line.push_str(&" --events FILE".repeat(options.events.len()));
    line.push_str(&" --items FILE".repeat(options.items.len()));
    if options.golden.is_some() {
        line.push_str(" --golden FILE");
    }
    if !options.evaluate.is_empty() {
        line.push_str(" -- ");
        line.push_str(&options.evaluate.join(" "));
    }
    line
}

fn absolute(path: &Path) -> Result<PathBuf> {
    if !path.is_file() {
        bail!("{} is not a file; expected a log or a feed that `flaneur evaluate` reads", path.display());
    }
    fs::canonicalize(path).with_context(|| format!("cannot find {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::{Options, command};

    #[test]
    fn the_command_on_the_page_names_no_path() {
        let options = Options {
            events: vec!["/home/me/log.csv".into()],
            items: vec!["/home/me/items.csv".into()],
            name: "A shop".into(),
            golden: Some("/home/me/golden.json".into()),
            reuse: true,
            evaluate: vec!["--split-time".into(), "2011-11-01".into()],
        };
        assert_eq!(
            command(&options),
            r#"cargo xtask results --name "A shop" --events FILE --items FILE --golden FILE -- --split-time 2011-11-01"#
        );
    }
}
