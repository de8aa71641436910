//! What a simulation found: the promises it keeps, the table, the same as JSON.

use std::fmt::Write as _;

use serde::Serialize;

use super::measure::{Figures, PropensityCheck};
use super::truth::{Temper, Truth};
use crate::evaluate::bootstrap::{FEW, Interval};

/// Everything.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// What ran, on what.
    pub run: Facts,
    /// One per truth.
    pub worlds: Vec<Section>,
}

/// What ran, on what.
#[derive(Clone, Debug, Serialize)]
pub struct Facts {
    /// Of this program.
    pub version: &'static str,
    /// Content hash of the pack, hexadecimal.
    pub pack: String,
    /// Items that can be shown.
    pub items: usize,
    /// The cut, ISO 8601.
    pub cut: String,
    /// Shoppers, and how many of the log would do.
    pub shoppers: usize,
    /// Shoppers of the log who would do.
    pub suitable: usize,
    /// Visits of each.
    pub visits: usize,
    /// The first visit with new tastes, from 0.
    pub drift: usize,
    /// Places of a slate.
    pub places: usize,
    /// Days between two visits.
    pub days: f64,
    /// Seeds.
    pub seeds: Vec<u64>,
    /// Fatigue and appetite for surprise.
    pub temper: Temper,
}

/// One truth.
#[derive(Clone, Debug, Serialize)]
pub struct Section {
    /// Which.
    pub truth: Truth,
    /// One per policy.
    pub policies: Vec<Figures>,
    /// The propensity check, when it was asked for and anything was drawn.
    pub propensities: Option<PropensityCheck>,
    /// What is promised, and whether it holds.
    pub promises: Vec<Promise>,
}

/// A promise with what was found.
#[derive(Clone, Debug, Serialize)]
pub struct Promise {
    /// What is promised.
    pub what: &'static str,
    /// The bound.
    pub target: f64,
    /// What was found.
    pub found: f64,
    /// Whether the found value keeps it.
    pub holds: bool,
}

fn at_least(what: &'static str, target: f64, found: f64) -> Promise {
    Promise { what, target, found, holds: found >= target }
}

fn at_most(what: &'static str, target: f64, found: f64) -> Promise {
    Promise { what, target, found, holds: found <= target }
}

/// Holds a truth's figures against what is promised.
#[must_use]
pub fn promises(truth: Truth, policies: &[Figures], check: Option<&PropensityCheck>) -> Vec<Promise> {
    let Some(default) = policies.iter().find(|x| x.policy.contains("default")) else { return Vec::new() };
    let against = |name: &str| default.against_greedy.get(name).map_or(f64::NAN, |x| x.value);
    let over_frozen = match truth {
        Truth::Smooth => 0.25,
        Truth::Exact => 0.10,
    };
    let mut found = vec![
        at_least("clicks against learning greedy", -0.02, against("clicks_per_visit")),
        at_least("serendipitous clicks against learning greedy", 0.40, against("serendipitous_per_visit")),
        at_least("catalog coverage against learning greedy", 0.12, against("coverage")),
        at_most("visits to recover from the drift, against learning greedy", 0.0, against("recovery_visits")),
        at_least("clicks against the frozen prior", over_frozen, default.clicks_against_frozen.value),
    ];
    if let Some(margin) = dominance(policies) {
        found.push(at_least("surprise of the dial's curve over epsilon-greedy's, smallest margin", 0.0, margin));
    }
    if let Some(check) = check {
        found.push(at_most("mean IPS over truth, distance from 1", 0.05, (check.mean_ratio - 1.0).abs()));
        let share = check.covered as f64 / check.seeds.max(1) as f64;
        found.push(at_least("share of seeds whose IPS interval covers the truth", 0.93, share));
    }
    found
}

/// A policy on the plane of the trade-off: clicks and serendipitous clicks against greedy.
#[must_use]
pub fn place(figures: &Figures) -> (f64, f64) {
    let of = |name: &str| figures.against_greedy.get(name).map_or(f64::NAN, |x| x.value);
    (of("clicks_per_visit"), of("serendipitous_per_visit"))
}

/// The policies of a family by their parameter, as points of the plane.
#[must_use]
pub fn curve(policies: &[Figures], family: &str) -> Vec<(f64, (f64, f64))> {
    let own = policies.iter().filter(|x| x.family == family);
    let mut points: Vec<(f64, (f64, f64))> = own.map(|x| (x.parameter.unwrap_or(0.0), place(x))).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    points
}

/// By how much the dial's curve lies above epsilon-greedy's points, at their clicks: the smallest margin.
///
/// A point with fewer clicks than any dial is compared with the dial of most surprise, which has
/// more clicks; a point with more clicks than any dial is not dominated, and its margin is how
/// many clicks are missing, below 0. `None` without points.
#[must_use]
pub fn dominance(policies: &[Figures]) -> Option<f64> {
    let dial: Vec<(f64, f64)> = curve(policies, "flaneur").into_iter().map(|(_, point)| point).collect();
    let others = curve(policies, "epsilon-greedy");
    others.into_iter().map(|(_, point)| margin(&dial, point)).reduce(f64::min)
}

fn margin(dial: &[(f64, f64)], (clicks, surprise): (f64, f64)) -> f64 {
    let most = dial.iter().map(|x| x.0).fold(f64::NEG_INFINITY, f64::max);
    if clicks > most {
        return most - clicks;
    }
    // On the curve with at least so many clicks: its corners, and where it crosses that number.
    let corners = dial.iter().filter(|x| x.0 >= clicks).map(|x| x.1);
    let crossings = dial.windows(2).filter_map(|pair| {
        let [(x0, y0), (x1, y1)] = [pair[0], pair[1]];
        let crosses = (x0 - clicks) * (x1 - clicks) < 0.0;
        crosses.then(|| y0 + (y1 - y0) * (clicks - x0) / (x1 - x0))
    });
    corners.chain(crossings).fold(f64::NEG_INFINITY, f64::max) - surprise
}

/// The columns of the table: name of the figure and heading.
pub(super) const COLUMNS: [(&str, &str); 6] = [
    ("clicks_per_visit", "clicks"),
    ("clicks_last_visits", "last 5 visits"),
    ("serendipitous_per_visit", "serendipitous"),
    ("new_categories", "new categories"),
    ("coverage", "coverage"),
    ("recovery_visits", "recovery"),
];

impl Report {
    /// The table of the terminal.
    #[must_use]
    pub fn table(&self) -> String {
        let run = &self.run;
        let mut text = String::new();
        let _ = writeln!(
            text,
            "{} shoppers of {} suitable ones, {} visits, {} seeds, {} places, {} items; tastes drift at visit {}",
            run.shoppers,
            run.suitable,
            run.visits,
            run.seeds.len(),
            run.places,
            run.items,
            run.drift + 1
        );
        if run.shoppers < FEW {
            let _ = writeln!(
                text,
                "warning: {} shoppers are too few for the intervals, which are too narrow",
                run.shoppers
            );
        }
        for section in &self.worlds {
            section.write(&mut text);
        }
        text
    }
}

impl Section {
    fn write(&self, text: &mut String) {
        let _ = writeln!(text, "\n{:?} truth: means", self.truth);
        let _ = writeln!(
            text,
            "{:24} {:>12} {:>12} {:>13} {:>10} {:>9} {:>6} {:>6} {:>9}",
            "policy",
            "clicks/visit",
            "regret/visit",
            "serendip/visit",
            "new cat.",
            "coverage",
            "Gini",
            "ILD",
            "recovery"
        );
        for figures in &self.policies {
            let of = |name: &str| figures.means.get(name).copied().unwrap_or(f64::NAN);
            let _ = writeln!(
                text,
                "{:24} {:>12.4} {:>12.4} {:>14.4} {:>10.3} {:>9.3} {:>6.3} {:>6.3} {:>9.2}",
                figures.policy,
                of("clicks_per_visit"),
                of("regret_per_visit"),
                of("serendipitous_per_visit"),
                of("new_categories"),
                of("coverage"),
                of("gini"),
                of("diversity"),
                of("recovery_visits")
            );
        }
        let _ = writeln!(text, "\n{:?} truth: against learning greedy, with 95 % intervals over shoppers", self.truth);
        let _ = write!(text, "{:24}", "policy");
        COLUMNS.iter().for_each(|(_, heading)| {
            let _ = write!(text, " {heading:>24}");
        });
        text.push('\n');
        for figures in self.policies.iter().filter(|x| !x.policy.starts_with("greedy")) {
            let _ = write!(text, "{:24}", figures.policy);
            for (name, _) in COLUMNS {
                let cell = figures.against_greedy.get(name).map_or_else(String::new, |&x| percent(x));
                let _ = write!(text, " {cell:>24}");
            }
            text.push('\n');
        }
        if let Some(check) = &self.propensities {
            let _ = writeln!(
                text,
                "\nIPS of the plain order from the engine's own log, {} seeds, {} drawn places: \
                 estimate over truth {:.3} ± {:.3}, interval covers the truth in {} of {}, largest weight {:.0}",
                check.seeds,
                check.places,
                check.mean_ratio,
                1.96 * check.standard_error,
                check.covered,
                check.seeds,
                check.largest_weight
            );
        }
        let _ = writeln!(text, "\n{:?} truth: promises", self.truth);
        for promise in &self.promises {
            let verdict = if promise.holds { "holds " } else { "MISSED" };
            let _ =
                writeln!(text, "{verdict}  {:72} {:+.3} (target {:+.2})", promise.what, promise.found, promise.target);
        }
    }
}

pub(super) fn percent(interval: Interval) -> String {
    let Interval { value, low, high } = interval;
    if low == high {
        return format!("{:+.1} %", 100.0 * value);
    }
    format!("{:+.1} % [{:+.1}, {:+.1}]", 100.0 * value, 100.0 * low, 100.0 * high)
}
