//! All shoppers under all policies, and what came of it.
//!
//! Guarantees: a run depends on seed, shopper and policy only, and results are
//! gathered in order, so figures do not depend on the number of threads.
//! Intervals are paired: every policy is drawn on the same shoppers, a shopper
//! bringing all seeds (Efron & Tibshirani 1993, chapters 8 and 13).

use std::collections::BTreeMap;

use anyhow::{Result, anyhow};
use flaneur::engine::Engine;
use indicatif::ProgressBar;
use rayon::prelude::*;
use serde::Serialize;

use super::play::{Course, Drawn, LAST_VISITS, Player, Run};
use super::policy::Policy;
use super::truth::{Appeals, Truth};
use super::world::World;
use crate::evaluate::bootstrap::{Interval, compare};

/// Runs of one truth: `[policies][shoppers · seeds]`, the seeds of a shopper adjacent.
#[derive(Debug)]
pub struct Outcome {
    /// The policies, in the order of the report.
    pub policies: Vec<Policy>,
    /// Their runs.
    pub runs: Vec<Vec<Run>>,
    /// Seeds of each shopper.
    pub seeds: usize,
    /// How long each run was.
    pub course: Course,
}

/// The figures of one policy.
#[derive(Clone, Debug, Serialize)]
pub struct Figures {
    /// Its name.
    pub policy: String,
    /// Its family, for the plot.
    pub family: &'static str,
    /// The dial, ε or α.
    pub parameter: Option<f64>,
    /// Mean figures by name: see [`NAMES`], and `coverage`, `gini`.
    pub means: BTreeMap<&'static str, f64>,
    /// The same against learning greedy, as a relative difference with its interval.
    pub against_greedy: BTreeMap<&'static str, Interval>,
    /// Clicks against the frozen prior, likewise.
    pub clicks_against_frozen: Interval,
    /// Expected clicks of each visit, mean over shoppers and seeds.
    pub clicks_by_visit: Vec<f64>,
}

/// The means of a run, in order.
pub const NAMES: [&str; 7] = [
    "clicks_per_visit",
    "clicks_last_visits",
    "serendipitous_per_visit",
    "new_categories",
    "regret_per_visit",
    "recovery_visits",
    "diversity",
];

fn values(run: &Run, course: Course) -> [f64; NAMES.len()] {
    let visits = course.visits as f64;
    [
        run.clicks / visits,
        run.last / LAST_VISITS.min(course.visits) as f64,
        run.serendipitous / visits,
        run.categories,
        run.regret / visits,
        run.recovery,
        run.diversity,
    ]
}

/// An engine with the world's pack and open gates.
///
/// # Errors
/// None for a world that exists: its pack was read before.
pub fn engine(world: &World) -> Result<Engine> {
    let mut engine = Engine::new(0);
    engine.load_pack(world.catalog.bytes().to_vec()).map_err(|error| anyhow!("{error}"))?;
    engine.set_gates(true, true);
    Ok(engine)
}

/// Plays every policy with every shopper and seed. Cost: shoppers · seeds · policies · visits rank calls.
///
/// # Errors
/// As [`Player::play`].
pub fn play(
    world: &World,
    truth: Truth,
    policies: &[Policy],
    courses: &[Course],
    bar: &ProgressBar,
) -> Result<Outcome> {
    let jobs: Vec<usize> = (0..world.shoppers.len()).collect();
    let played: Vec<Vec<Vec<Run>>> = jobs
        .into_par_iter()
        .map_init(
            || engine(world),
            |engine, number| {
                let engine = engine.as_mut().map_err(|error| anyhow!("{error}"))?;
                let shopper = &world.shoppers[number];
                let appeals = Appeals::new(world, shopper, truth);
                let mut all = Vec::with_capacity(courses.len());
                for &course in courses {
                    let player = Player { world, shopper, number, appeals: &appeals, course };
                    let runs = policies.iter().map(|&policy| {
                        let run = player.play(engine, policy, None);
                        bar.inc(1);
                        run
                    });
                    all.push(runs.collect::<Result<Vec<Run>>>()?);
                }
                Ok(all)
            },
        )
        .collect::<Result<_>>()?;
    let mut runs: Vec<Vec<Run>> = policies.iter().map(|_| Vec::new()).collect();
    for of_seed in played.into_iter().flatten() {
        runs.iter_mut().zip(of_seed).for_each(|(own, run)| own.push(run));
    }
    let course = courses.first().copied().ok_or_else(|| anyhow!("no seed"))?;
    Ok(Outcome { policies: policies.to_vec(), runs, seeds: courses.len(), course })
}

/// The figures of all policies of an outcome.
#[must_use]
pub fn figures(world: &World, outcome: &Outcome, seed: u64) -> Vec<Figures> {
    let place = |wanted| outcome.policies.iter().position(|&policy| policy == wanted).unwrap_or(0);
    let (greedy, frozen) = (place(Policy::Greedy), place(Policy::Frozen));
    let owners: Vec<usize> = (0..outcome.runs[0].len()).map(|at| at / outcome.seeds).collect();
    let tables: Vec<Vec<[f64; NAMES.len()]>> =
        outcome.runs.iter().map(|runs| runs.iter().map(|run| values(run, outcome.course)).collect()).collect();
    let column = |at: usize| -> Vec<Vec<f64>> {
        tables.iter().map(|table| table.iter().map(|values| values[at]).collect()).collect()
    };
    let mut found: Vec<Figures> =
        outcome.policies.iter().zip(&outcome.runs).map(|(&policy, runs)| begun(policy, runs)).collect();
    for (at, name) in NAMES.into_iter().enumerate() {
        let column = column(at);
        for (own, (figures, compared)) in
            column.iter().zip(found.iter_mut().zip(compare(&column, &owners, greedy, seed)))
        {
            figures.means.insert(name, own.iter().sum::<f64>() / own.len().max(1) as f64);
            figures.against_greedy.insert(name, relative(compared.ratio));
        }
    }
    for (figures, compared) in found.iter_mut().zip(compare(&column(0), &owners, frozen, seed)) {
        figures.clicks_against_frozen = relative(compared.ratio);
    }
    let shelves: Vec<Shelf> = outcome.runs.iter().map(|runs| Shelf::new(world, runs, outcome.seeds)).collect();
    let of_greedy = shelves[greedy].coverage();
    for (figures, shelf) in found.iter_mut().zip(&shelves) {
        let coverage = shelf.coverage();
        // No interval: shoppers drawn with repeats show fewer items than the shoppers there are.
        let value = coverage / of_greedy - 1.0;
        figures.means.insert("coverage", coverage);
        figures.against_greedy.insert("coverage", Interval { value, low: value, high: value });
        figures.means.insert("gini", shelf.gini());
    }
    found
}

fn begun(policy: Policy, runs: &[Run]) -> Figures {
    let visits = runs.first().map_or(0, |run| run.by_visit.len());
    let mean = |visit: usize| runs.iter().map(|run| f64::from(run.by_visit[visit])).sum::<f64>() / runs.len() as f64;
    let parameter = match policy {
        Policy::Greedy => Some(0.0),
        Policy::Default => Some(flaneur::profile::DEFAULT_SURPRISE),
        Policy::Epsilon(x) | Policy::LinUcb(x) | Policy::Dial(x) => Some(x),
        Policy::Frozen => None,
    };
    Figures {
        policy: policy.to_string(),
        family: policy.family(),
        parameter,
        means: BTreeMap::new(),
        against_greedy: BTreeMap::new(),
        clicks_against_frozen: Interval { value: 0.0, low: 0.0, high: 0.0 },
        clicks_by_visit: (0..visits).map(mean).collect(),
    }
}

fn relative(ratio: Interval) -> Interval {
    Interval { value: ratio.value - 1.0, low: ratio.low - 1.0, high: ratio.high - 1.0 }
}

/// How often each item was shown.
struct Shelf {
    /// `[seeds][items]`.
    counts: Vec<Vec<u32>>,
    items: usize,
}

impl Shelf {
    fn new(world: &World, runs: &[Run], seeds: usize) -> Self {
        let mut shelf = Self { counts: vec![vec![0; world.catalog.len()]; seeds], items: world.shown.len() };
        for (at, run) in runs.iter().enumerate() {
            for &item in &run.shown {
                shelf.counts[at % seeds][item as usize] += 1;
            }
        }
        // Items that cannot be shown are no inequality.
        for counts in &mut shelf.counts {
            *counts = world.shown.iter().map(|&item| counts[item as usize]).collect();
        }
        shelf
    }

    /// Distinct items shown over all items, mean over seeds.
    fn coverage(&self) -> f64 {
        let shown = self.counts.iter().flatten().filter(|&&count| count > 0).count();
        shown as f64 / (self.items * self.counts.len()) as f64
    }

    /// Gini coefficient of the showings over items, mean over seeds: 0 when all are shown alike.
    fn gini(&self) -> f64 {
        self.counts.iter().map(|counts| gini(counts)).sum::<f64>() / self.counts.len() as f64
    }
}

/// `Σ (2 i − n − 1) x_i / (n Σ x)` over ascending `x`, `i` from 1.
///
/// Source: Gini 1912, in the form of Dorfman 1979.
#[must_use]
pub fn gini(counts: &[u32]) -> f64 {
    let mut sorted = counts.to_vec();
    sorted.sort_unstable();
    let n = sorted.len() as f64;
    let total: f64 = sorted.iter().map(|&x| f64::from(x)).sum();
    let weighted: f64 = sorted.iter().zip(1..).map(|(&x, i)| (2.0 * f64::from(i) - n - 1.0) * f64::from(x)).sum();
    if total > 0.0 { weighted / (n * total) } else { 0.0 }
}

/// Whether the propensities of the engine are right: IPS of the plain order against the truth.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PropensityCheck {
    /// Seeds.
    pub seeds: usize,
    /// Shoppers of each seed.
    pub shoppers: usize,
    /// Drawn places, over all seeds.
    pub places: usize,
    /// Mean of estimate over truth, over seeds.
    pub mean_ratio: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Seeds whose 95 % interval covers the truth.
    pub covered: usize,
    /// The largest weight met.
    pub largest_weight: f64,
}

/// Estimates the clicks of the plain order at the drawn places from the engine's own log, by IPS.
///
/// Per seed, the interval is 1.96 standard errors over shoppers. `None` when nothing was drawn.
///
/// # Errors
/// As [`Player::play`].
pub fn check_propensities(
    world: &World,
    truth: Truth,
    courses: &[Course],
    shoppers: usize,
    bar: &ProgressBar,
) -> Result<Option<PropensityCheck>> {
    let shoppers = shoppers.min(world.shoppers.len());
    let played: Vec<Vec<(f64, f64, usize, f64)>> = (0..shoppers)
        .into_par_iter()
        .map_init(
            || engine(world),
            |engine, number| {
                let engine = engine.as_mut().map_err(|error| anyhow!("{error}"))?;
                let shopper = &world.shoppers[number];
                let appeals = Appeals::new(world, shopper, truth);
                let sums = courses.iter().map(|&course| {
                    let player = Player { world, shopper, number, appeals: &appeals, course };
                    let mut drawn = Vec::new();
                    player.play(engine, Policy::Default, Some(&mut drawn))?;
                    bar.inc(1);
                    Ok(sums(&drawn))
                });
                sums.collect::<Result<Vec<_>>>()
            },
        )
        .collect::<Result<_>>()?;
    let (mut ratios, mut covered, mut places, mut largest) = (Vec::new(), 0, 0, 0.0_f64);
    for seed in 0..courses.len() {
        let own: Vec<_> = played.iter().map(|of_shopper| of_shopper[seed]).collect();
        let truth: f64 = own.iter().map(|x| x.1).sum();
        if truth <= 0.0 {
            continue;
        }
        let estimate: f64 = own.iter().map(|x| x.0).sum();
        let n = own.len() as f64;
        let mean = (estimate - truth) / n;
        let spread: f64 = own.iter().map(|x| (x.0 - x.1 - mean) * (x.0 - x.1 - mean)).sum();
        let half = 1.96 * (spread / (n - 1.0).max(1.0) * n).sqrt();
        covered += usize::from((estimate - truth).abs() <= half);
        ratios.push(estimate / truth);
        places += own.iter().map(|x| x.2).sum::<usize>();
        largest = own.iter().map(|x| x.3).fold(largest, f64::max);
    }
    if ratios.is_empty() {
        return Ok(None);
    }
    let n = ratios.len() as f64;
    let mean = ratios.iter().sum::<f64>() / n;
    let spread = ratios.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0).max(1.0);
    Ok(Some(PropensityCheck {
        seeds: ratios.len(),
        shoppers,
        places,
        mean_ratio: mean,
        standard_error: (spread / n).sqrt(),
        covered,
        largest_weight: largest,
    }))
}

/// Estimated clicks, true expected clicks, places, and the largest weight.
fn sums(drawn: &[Drawn]) -> (f64, f64, usize, f64) {
    let weight = |x: &Drawn| if x.is_plain { 1.0 / x.propensity } else { 0.0 };
    let estimate = drawn.iter().map(|x| weight(x) * x.click).sum();
    let truth = drawn.iter().map(|x| x.truth).sum();
    (estimate, truth, drawn.len(), drawn.iter().map(weight).fold(0.0, f64::max))
}
