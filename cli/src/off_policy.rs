//! `flaneur off-policy`: what another policy would have earned, from a log with propensities.
//!
//! ```text
//! log ──> decisions ──> names ──> samples ──> estimators ──> report
//!            policy ──> plan ───────┘
//! ```
//!
//! Guarantees: the same files, options and seed give the same figures, whatever
//! the number of threads. Formats and figures: docs/SIMULATE.md.

pub mod estimate;
pub mod target;

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;
use clap::builder::RangedU64ValueParser;
use serde::Serialize;

use crate::commands::Failure;
use crate::evaluate::bootstrap::Interval;
use crate::output::{Staged, check, print, spare};
use crate::pack::judge;
use crate::progress::Progress;
use crate::read::Reading;
use crate::read::bandit::{Decision, decisions, policy};
use crate::read::faults::Faults;
use crate::shared::{Rows, Threads};
use estimate::{Estimates, RARE, THIN, estimate};
use target::Names;

/// Shown below the options.
pub(crate) const EXAMPLES: &str = "\
A log has one row per shown item: item_id, click, propensity_score[, position, slate, target_probability],
as in the Open Bandit data; other columns are passed over. CSV or TSV, gzipped or not.
An export of the product's own log (JSON) is read too: --target logged asks for the plain order.

Targets (--target):
  uniform      every item of the log alike
  logged       the log's own target_probability
  FILE         item_id, probability[, position], or item_id, alpha, beta of a Bernoulli Thompson sampler
or --target-log FILE: the policy that filled that log, by its frequencies; its own mean stands beside the estimates.

Examples:
  flaneur off-policy --log random-men.csv.gz --target uniform
  flaneur off-policy --log random-men.csv.gz --target-log bts-men.csv.gz --json figures.json
  flaneur off-policy --log random-men.csv.gz --target thompson.csv
  flaneur off-policy --log my-log.json --target logged";

/// Options of `flaneur off-policy`.
#[derive(Args)]
#[command(mut_arg("map", |map| map.help("Names of columns: canonical=column, such as click=bought; column= ignores a column")))]
pub(crate) struct Options {
    /// Logged decisions; repeat for several files.
    #[arg(long, value_name = "FILE", required = true)]
    log: Vec<PathBuf>,
    /// The policy to value: uniform, logged, or a table.
    #[arg(long, value_name = "WHAT", default_value = "uniform")]
    target: String,
    /// Value the policy that filled this log.
    #[arg(long, value_name = "FILE", conflicts_with = "target")]
    target_log: Option<PathBuf>,
    /// Draws of the bootstrap.
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = RangedU64ValueParser::<usize>::new().range(100..=100_000))]
    draws: usize,
    /// Where the figures go, as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    #[command(flatten)]
    rows: Rows,
    /// Seed of everything random.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    threads: Threads,
}

/// What a run found.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Of this program.
    pub version: &'static str,
    /// The log's files.
    pub log: Vec<String>,
    /// The target policy, as it was named.
    pub target: String,
    /// Seed of the draws.
    pub seed: u64,
    /// Draws of the bootstrap.
    pub draws: usize,
    /// Items and positions of the log.
    pub items: usize,
    /// Positions of the log.
    pub positions: usize,
    /// Rows without a target probability: in an export, places where the plain order's item had no chance.
    pub left_out: usize,
    /// Rows of the log with a reward other than 0.
    pub rewarded: usize,
    /// The estimates.
    pub estimates: Estimates,
    /// What the target policy earned in its own log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_policy: Option<Interval>,
    /// Reasons to doubt the estimates.
    pub warnings: Vec<String>,
    /// Bad rows.
    pub faults: Faults,
}

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    check(&options.json).map_err(Failure::Output)?;
    spare(options.log.iter().chain(&options.target_log), &options.json).map_err(Failure::Output)?;
    let report = options.threads.run(|| measure(options)).map_err(Failure::Input)?;
    if let Some(path) = &options.json {
        let json = serde_json::to_vec_pretty(&report).context("the figures").map_err(Failure::Output)?;
        let mut staged = Staged::default();
        staged.add(path, &json).and_then(|()| staged.publish()).map_err(Failure::Output)?;
    }
    print(text(&report).as_bytes(), &options.json)
}

fn measure(options: &Options) -> Result<Report> {
    let progress = Progress::default();
    let (map, limit) = (options.rows.map()?, options.rows.limit());
    let reading = Reading { map: &map, progress: &progress, limit, now: i64::MAX, priced: 0 };
    let mut faults = Faults::new(limit);
    let mut rows = Vec::new();
    for path in &options.log {
        rows.extend(decisions(path, &reading, &mut faults)?);
    }
    let other = options.target_log.as_ref().map(|path| decisions(path, &reading, &mut faults)).transpose()?;
    let is_table = other.is_none() && !matches!(options.target.as_str(), "uniform" | "logged");
    let table = is_table.then(|| policy(options.target.as_ref(), &reading, &mut faults)).transpose()?;
    map.check_used()?;
    judge("decisions", &faults, &map)?;
    if rows.is_empty() {
        bail!("the log holds no decision that was left to chance; nothing can be said");
    }
    let read = rows.len();
    if other.is_none() && options.target == "logged" && rows.iter().any(|row| row.target.is_some()) {
        // Where the target could show nothing of what was there, it has no value to tell.
        rows.retain(|row| row.target.is_some());
    }
    let left_out = read - rows.len();
    let mut names = Names::of(rows.iter().chain(other.iter().flatten()), table.as_ref());
    let plan = match (&other, &table) {
        (Some(other), _) => Some(names.frequencies(other)?),
        (None, Some(table)) => Some(names.plan(table, options.seed)?),
        (None, None) => (options.target == "uniform").then(|| names.uniform()),
    };
    let samples = names.samples(&rows, plan.as_ref())?;
    let estimates = estimate(&samples, plan.as_ref(), options.draws, options.seed);
    let on_policy = other.as_ref().map(|other| own_mean(&names, other, options));
    let target = options.target_log.as_ref().map_or_else(|| options.target.clone(), |path| path.display().to_string());
    Ok(Report {
        version: env!("CARGO_PKG_VERSION"),
        log: options.log.iter().map(|path| path.display().to_string()).collect(),
        target,
        seed: options.seed,
        draws: options.draws,
        items: names.actions.len(),
        positions: names.positions.len(),
        left_out,
        rewarded: rows.iter().filter(|row| row.reward != 0.0).count(),
        warnings: doubts(&estimates),
        estimates,
        on_policy,
        faults,
    })
}

/// The mean of a log under its own policy.
fn own_mean(names: &Names, rows: &[Decision], options: &Options) -> Interval {
    let mut names = names.clone();
    let own = |row: &Decision| Decision { target: Some(row.propensity), ..row.clone() };
    let rows: Vec<Decision> = rows.iter().map(own).collect();
    let samples = names.samples(&rows, None).unwrap_or_default();
    estimate(&samples, None, options.draws, options.seed).logged
}

/// What makes the figures doubtful.
fn doubts(estimates: &Estimates) -> Vec<String> {
    let mut found = Vec::new();
    if estimates.effective < THIN {
        found.push(format!(
            "the effective sample is {:.0}: not enough evidence for a statement (expected {THIN} at least)",
            estimates.effective
        ));
    }
    if estimates.effective_rewarded < RARE {
        found.push(format!(
            "the estimates rest on {:.1} effective rewarded {}: the intervals are too narrow, and without any they have \
             no width (expected {RARE} at least)",
            estimates.effective_rewarded,
            if estimates.clusters == estimates.rows { "rows" } else { "slates" }
        ));
    }
    let weight = estimates.mean_weight;
    if !(weight.low..=weight.high).contains(&1.0) {
        found.push(format!(
            "the weights have a mean of {:.3} [{:.3}, {:.3}] where 1 is expected: the target shows what the log could \
             not, or the propensities are wrong; IPS is biased",
            weight.value, weight.low, weight.high
        ));
    }
    found
}

fn text(report: &Report) -> String {
    let found = &report.estimates;
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{} rows, {} items, {} positions, {} rewarded; target: {}",
        found.rows, report.items, report.positions, report.rewarded, report.target
    );
    if report.left_out > 0 {
        let _ = writeln!(text, "left out: {} rows without a target probability", report.left_out);
    }
    if found.clusters != found.rows {
        let _ = writeln!(text, "{} slates, whose rows are drawn together", found.clusters);
    }
    let _ = writeln!(text, "\n{:22} {:>10}   95 % interval", "", "value");
    let mut row = |name: &str, interval: Interval| {
        let Interval { value, low, high } = interval;
        let _ = if value.is_finite() {
            writeln!(text, "{name:22} {value:>10.5}   {low:.5} to {high:.5}")
        } else {
            writeln!(text, "{name:22} {:>10}   no row has any weight", "–")
        };
    };
    row("logged policy", found.logged);
    row("IPS", found.ips);
    row("SNIPS", found.snips);
    let modelled = [("direct method", found.dm), ("doubly robust", found.dr), ("self-normalised DR", found.sndr)];
    modelled.into_iter().filter_map(|(name, interval)| Some((name, interval?))).for_each(|(name, x)| row(name, x));
    row("SNIPS less logged", found.gain);
    if let Some(on_policy) = report.on_policy {
        row("target, in its log", on_policy);
    }
    row("mean weight", found.mean_weight);
    let _ = writeln!(text, "{:22} {:>10.0}", "effective sample", found.effective);
    let _ = writeln!(text, "{:22} {:>10.2}", "largest weight", found.largest_weight);
    report.warnings.iter().for_each(|warning| {
        let _ = writeln!(text, "\nwarning: {warning}");
    });
    text
}
