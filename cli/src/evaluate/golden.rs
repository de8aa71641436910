//! Reference figures of a known log: whether this run reproduces them.
//!
//! The file holds `{"A": …, "B": …}` (A the basket task, B the session task),
//! each with `counts` and one object per method with its metrics. A method is
//! found by its name before " (", a metric by its own name; `new-only` ones are
//! those of the set of that name, `Rec@20` is recall, `q` the number of queries.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::query::Task;
use super::report::{MethodReport, Report, SetReport};

/// How far a figure may be off.
const TOLERANCE: f64 = 1e-6;

/// What comparing found.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// Figures that were compared.
    pub compared: usize,
    /// Figures that are off: what, expected, found.
    pub wrong: Vec<(String, f64, f64)>,
    /// Figures of the file that this run does not have.
    pub unknown: Vec<String>,
    /// The largest difference.
    pub largest: f64,
}

/// Compares a run with the file's figures of its task.
///
/// # Errors
/// The file cannot be read or says nothing of the task.
pub fn compare(path: &Path, report: &Report) -> Result<Comparison> {
    let name = path.display();
    let text = fs::read(path).with_context(|| format!("{name} cannot be read"))?;
    let golden: BTreeMap<String, BTreeMap<String, BTreeMap<String, Value>>> =
        serde_json::from_slice(&text).with_context(|| format!("{name} does not hold figures by task and method"))?;
    let task = if report.run.task == Task::Basket { "A" } else { "B" };
    let Some(methods) = golden.get(task) else { bail!("{name} has no figures of task {task}") };
    let mut comparison = Comparison::default();
    for (method, figures) in methods {
        let short = method.split(" (").next().unwrap_or(method);
        let found = report.methods.iter().find(|report| report.name == short);
        for (figure, expected) in figures {
            let Some(expected) = expected.as_f64() else { continue };
            let value = match (method.as_str(), found) {
                ("counts", _) => count(report, figure),
                (_, Some(found)) => metric(found, figure),
                (_, None) => None,
            };
            comparison.take(format!("{method}: {figure}"), expected, value);
        }
    }
    Ok(comparison)
}

impl Comparison {
    fn take(&mut self, what: String, expected: f64, value: Option<f64>) {
        let Some(value) = value else {
            self.unknown.push(what);
            return;
        };
        let off = (value - expected).abs();
        self.compared += 1;
        self.largest = self.largest.max(off);
        if off > TOLERANCE {
            self.wrong.push((what, expected, value));
        }
    }
}

fn count(report: &Report, figure: &str) -> Option<f64> {
    let run = &report.run;
    let queries = |set: &str| run.queries.get(set).map(|&count| count as f64);
    let counted = |name: &str| run.counts.get(name).map(|&count| count as f64);
    match figure {
        "queries" => queries("main"),
        "first visits left out" => queries("cold_start"),
        "pack events" => counted("lines_learned"),
        "candidates" => counted("candidates"),
        "pack shoppers" => counted("shoppers_learned"),
        "pack baskets" => counted("sessions_learned"),
        "test baskets" => counted("sessions_tested"),
        _ => None,
    }
}

fn metric(method: &MethodReport, figure: &str) -> Option<f64> {
    let of = |set: &SetReport, figure: &str| match figure {
        "q" | "queries" => Some(set.queries as f64),
        "Rec@20" => set.metrics.get("Recall@20").copied().flatten(),
        _ => set.metrics.get(figure).copied().flatten(),
    };
    match figure.strip_prefix("new-only ") {
        Some(figure) => method.new_only.as_ref().and_then(|set| of(set, figure)),
        None => of(&method.main, figure),
    }
}
