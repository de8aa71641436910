//! What a run found: the table on the terminal and the same as JSON.
//!
//! The shape is told in prose in docs/EVALUATE.md.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::ops::Range;

use anyhow::Result;
use serde::Serialize;

use super::bootstrap::{Comparison, FEW, Interval, compare, widening};
use super::method::{Kind, Parameters, SIZE};
use super::metrics::{Bin, COUNT, NAMES, NDCG, Values, calibration_error, reliability};
use super::query::{Query, Set, Task};
use super::slices::{Slices, slices};
use super::studies::Studies;
use super::training::Training;
use crate::log::GUEST;

/// From here on it is told how much wider intervals are when drawn by shopper.
const WIDER: f64 = 1.2;

/// Everything.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// What ran, on what.
    pub run: Facts,
    /// One per method, in the order they ran.
    pub methods: Vec<MethodReport>,
    /// What was asked beside the methods: size of the pack, signals left out, the packaged engine.
    #[serde(flatten)]
    pub studies: Studies,
}

/// What ran, on what.
#[derive(Clone, Debug, Serialize)]
pub struct Facts {
    /// Of this program.
    pub version: &'static str,
    /// What was predicted.
    pub task: Task,
    /// Seed of samples and draws.
    pub seed: u64,
    /// The cap on main queries, 0 for none.
    pub queries_wanted: usize,
    /// Main queries of the whole test period.
    pub queries_in_period: usize,
    /// Main queries that chose settings.
    pub tuning_queries: usize,
    /// `V`, ISO 8601.
    pub tune_from: String,
    /// `T`, ISO 8601.
    pub test_from: String,
    /// A moment after the last event, ISO 8601.
    pub end: String,
    /// Whether nothing but purchases is logged.
    pub purchases_only: bool,
    /// Numbers of the log.
    pub counts: BTreeMap<&'static str, u64>,
    /// Queries, by set.
    pub queries: BTreeMap<&'static str, usize>,
    /// The baseline with the largest NDCG@20, by set.
    pub best_baseline: BTreeMap<&'static str, &'static str>,
    /// Metrics that could not be computed, and why.
    pub left_out: BTreeMap<&'static str, &'static str>,
    /// Why intervals are too narrow, where they are.
    pub doubts: Vec<String>,
}

/// One method.
#[derive(Clone, Debug, Serialize)]
pub struct MethodReport {
    /// Its name.
    pub name: &'static str,
    /// Opponent or product.
    pub kind: Kind,
    /// Settings, chosen on the tuning period where there was a choice.
    pub parameters: Parameters,
    /// The main figures.
    #[serde(flatten)]
    pub main: SetReport,
    /// The main figures by what was known of shopper and target.
    pub slices: Slices,
    /// Baskets: only what the shopper never bought.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_only: Option<SetReport>,
    /// Baskets: known shoppers' first ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cold_start: Option<SetReport>,
    /// Targets without a line before the cut.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_items: Option<SetReport>,
    /// Seconds to choose settings and to learn.
    pub preparation_seconds: f64,
    /// Wall seconds per 1,000 queries, all threads together.
    pub seconds_per_1000_queries: f64,
}

/// One method's figures on one set of queries.
#[derive(Clone, Debug, Serialize)]
pub struct SetReport {
    /// How many queries.
    pub queries: usize,
    /// Means over the queries, by name; coverage is the share of all candidates that was shown at all.
    pub metrics: BTreeMap<&'static str, Option<f64>>,
    /// NDCG@20 with its interval.
    #[serde(rename = "NDCG@20", skip_serializing_if = "Option::is_none")]
    pub gain: Option<Interval>,
    /// The stated probabilities of all places of the lists against what came true, least likely first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub calibration: Vec<Bin>,
    /// NDCG@20 over the best baseline's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ratio_to_best_baseline: Option<Interval>,
    /// NDCG@20 less the best baseline's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference_to_best_baseline: Option<Interval>,
}

/// What a method answered, before it is summed up.
pub struct Answers {
    /// Its name.
    pub name: &'static str,
    /// Opponent or product.
    pub kind: Kind,
    /// The settings it ran with.
    pub parameters: Parameters,
    /// The list of each query.
    pub lists: Vec<Vec<u32>>,
    /// The numbers of each query.
    pub values: Vec<Values>,
    /// Per query, how likely each item of the list was said to be a hit.
    pub probabilities: Vec<Option<Vec<f64>>>,
    /// Seconds to choose settings and to learn.
    pub preparation_seconds: f64,
    /// Wall seconds of all queries.
    pub seconds: f64,
}

/// Sums up what the methods answered.
#[must_use]
pub fn report(
    mut run: Facts,
    answers: &[Answers],
    queries: &[Query<'_>],
    training: &Training<'_>,
    seed: u64,
) -> Report {
    let mut sets: BTreeMap<Set, Vec<SetReport>> = BTreeMap::new();
    for set in Set::ALL {
        let own: Vec<usize> = (0..queries.len()).filter(|&at| queries[at].set == set).collect();
        run.queries.insert(set.name(), own.len());
        if own.is_empty() {
            continue;
        }
        let gains = |answers: &Answers| own.iter().map(|&at| answers.values[at][NDCG]).collect::<Vec<f64>>();
        let gains: Vec<Vec<f64>> = answers.iter().map(gains).collect();
        let best = best_baseline(answers, &gains);
        if let Some(best) = best {
            run.best_baseline.insert(set.name(), answers[best].name);
        }
        let sessions: Vec<usize> = own.iter().map(|&at| queries[at].session).collect();
        // Without a baseline there is nothing to compare with, but a mean has an interval all the same.
        let compared = compare(&gains, &sessions, best.unwrap_or(0), seed);
        let owners: Vec<usize> = own.iter().map(|&at| owner(&queries[at])).collect();
        run.doubts.extend(doubt(set, &sessions, &owners, widening(&gains, &owners, &compared, seed)));
        let of = |(at, answers)| {
            let report = set_report(answers, &own, queries, training);
            let Comparison { mean, ratio, difference } = compared[at];
            SetReport {
                gain: Some(mean),
                ratio_to_best_baseline: best.map(|_| ratio),
                difference_to_best_baseline: best.map(|_| difference),
                ..report
            }
        };
        sets.insert(set, answers.iter().enumerate().map(of).collect());
    }
    let main: Vec<usize> = (0..queries.len()).filter(|&at| queries[at].set == Set::Main).collect();
    let methods = answers.iter().enumerate().map(|(at, answers)| {
        let of = |set: Set| sets.get(&set).map(|reports| reports[at].clone());
        let asked: Vec<&Query<'_>> = main.iter().map(|&at| &queries[at]).collect();
        let values: Vec<&Values> = main.iter().map(|&at| &answers.values[at]).collect();
        let lists: Vec<&[u32]> = main.iter().map(|&at| answers.lists[at].as_slice()).collect();
        MethodReport {
            name: answers.name,
            kind: answers.kind,
            parameters: answers.parameters.clone(),
            main: of(Set::Main).unwrap_or_else(|| set_report(answers, &[], queries, training)),
            slices: slices(&asked, &values, &lists, training),
            new_only: of(Set::NewOnly),
            cold_start: of(Set::ColdStart),
            new_items: of(Set::NewItems),
            preparation_seconds: answers.preparation_seconds,
            seconds_per_1000_queries: answers.seconds * 1000.0 / queries.len().max(1) as f64,
        }
    });
    let methods = methods.collect();
    Report { run, methods, studies: Studies::default() }
}

/// Whose query it is: a guest's session is a shopper of its own.
fn owner(query: &Query<'_>) -> usize {
    if query.user == GUEST { usize::MAX - query.session } else { query.user as usize }
}

/// Why the intervals of a set are too narrow.
fn doubt(set: Set, sessions: &[usize], owners: &[usize], widening: f64) -> Option<String> {
    let distinct = |numbers: &[usize]| numbers.iter().collect::<BTreeSet<_>>().len();
    let (visits, shoppers) = (distinct(sessions), distinct(owners));
    let found = format!("{}: {visits} sessions of {shoppers} shoppers", set.name());
    if shoppers < FEW {
        return Some(format!("{found} are too few for the intervals, which are too narrow"));
    }
    let times = || format!("{found}; drawn by shopper, the intervals of NDCG@20 are up to {widening:.1} times as wide");
    (widening >= WIDER).then(times)
}

/// The baseline with the largest mean, the first of equals.
fn best_baseline(answers: &[Answers], gains: &[Vec<f64>]) -> Option<usize> {
    let sums: Vec<f64> = gains.iter().map(|values| values.iter().sum()).collect();
    let baselines = (0..answers.len()).filter(|&at| answers[at].kind == Kind::Baseline);
    baselines.reduce(|best, at| if sums[at] > sums[best] { at } else { best })
}

fn set_report(answers: &Answers, own: &[usize], queries: &[Query<'_>], training: &Training<'_>) -> SetReport {
    let mean = |metric: usize| {
        let found: Vec<f64> = own.iter().map(|&at| answers.values[at][metric]).filter(|x| !x.is_nan()).collect();
        (!found.is_empty()).then(|| found.iter().sum::<f64>() / found.len() as f64)
    };
    let mut metrics: BTreeMap<&'static str, Option<f64>> = (0..COUNT).map(|at| (NAMES[at], mean(at))).collect();
    let shown: BTreeSet<u32> = own.iter().flat_map(|&at| &answers.lists[at]).copied().collect();
    metrics.insert("coverage", Some(shown.len() as f64 / training.order.len().max(1) as f64));
    let calibration = reliability(predictions(answers, own, queries, &(0..SIZE)));
    let first = reliability(predictions(answers, own, queries, &(0..1)));
    for (name, bins) in [("ECE top-1", &first), ("ECE per item", &calibration)] {
        if let Some(error) = calibration_error(bins) {
            metrics.insert(name, Some(error));
        }
    }
    SetReport {
        queries: own.len(),
        metrics,
        gain: None,
        calibration,
        ratio_to_best_baseline: None,
        difference_to_best_baseline: None,
    }
}

/// The stated probabilities of some places of the lists, with whether they came true.
fn predictions(answers: &Answers, own: &[usize], queries: &[Query<'_>], places: &Range<usize>) -> Vec<(f64, bool)> {
    let mut found = Vec::new();
    for &at in own {
        let stated = answers.probabilities.get(at).and_then(Option::as_ref);
        for (&probability, item) in stated.into_iter().flatten().zip(&answers.lists[at]).take(places.end) {
            found.push((probability, queries[at].targets.binary_search(item).is_ok()));
        }
    }
    found
}

impl Report {
    /// The report as JSON.
    ///
    /// # Errors
    /// None in practice: every value has a JSON form.
    pub fn json(&self) -> Result<Vec<u8>> {
        let mut json = serde_json::to_vec_pretty(self)?;
        json.push(b'\n');
        Ok(json)
    }

    /// The report as a table.
    #[must_use]
    pub fn table(&self) -> String {
        let run = &self.run;
        let mut text = format!("learned before {}, tested until {}", run.test_from, run.end);
        let _ = writeln!(text, "; settings chosen from {} on {} queries", run.tune_from, run.tuning_queries);
        self.part(&mut text, Set::Main, |method| Some(&method.main));
        self.part(&mut text, Set::NewOnly, |method| method.new_only.as_ref());
        self.part(&mut text, Set::ColdStart, |method| method.cold_start.as_ref());
        self.part(&mut text, Set::NewItems, |method| method.new_items.as_ref());
        for (metric, reason) in &run.left_out {
            let _ = writeln!(text, "\n{metric} left out: {reason}");
        }
        for doubt in &run.doubts {
            let _ = writeln!(text, "\nwarning: {doubt}");
        }
        text + &self.studies.table()
    }

    fn part(&self, text: &mut String, set: Set, of: impl Fn(&MethodReport) -> Option<&SetReport>) {
        const SHOWN: [&str; 10] =
            ["HR@20", "MRR@20", "NDCG@10", "NDCG@20", "Recall@20", "coverage", "ILD", "ser@20", "SHR", "KL"];
        let Some(first) = self.methods.first().and_then(&of) else { return };
        if first.queries == 0 {
            return;
        }
        let title = match (set, self.run.task) {
            (Set::Main, Task::Session) => "next line of the session",
            (Set::Main, Task::Basket) => "next basket",
            (Set::NewOnly, _) => "next basket, only what the shopper never bought",
            (Set::ColdStart, _) => "first basket of a shopper",
            (Set::NewItems, _) => "targets without a line before the cut",
        };
        let _ = write!(text, "\n{title}, {} queries\n{:24}", first.queries, "method");
        SHOWN.iter().for_each(|name| {
            let _ = write!(text, "{name:>10}");
        });
        let _ = writeln!(text, "  {:26}{:>9}", "to the best baseline", "s/1000");
        for method in &self.methods {
            let Some(own) = of(method) else { continue };
            let _ = write!(text, "{:24}", method.name);
            for name in SHOWN {
                let value = own.metrics.get(name).copied().flatten();
                let _ = write!(text, "{:>10}", value.map_or_else(|| "-".into(), |value| format!("{value:.4}")));
            }
            let ratio = own.ratio_to_best_baseline;
            let ratio = ratio.map_or_else(String::new, |x| format!("{:.4} [{:.4}, {:.4}]", x.value, x.low, x.high));
            let _ = writeln!(text, "  {ratio:26}{:>9.3}", method.seconds_per_1000_queries);
        }
    }
}
