//! Fits the weights that a pack carries, on moments of the log that the pack has not seen.
//!
//! The running session has one block of weights, a new visit has two (bought
//! before, never bought): both tasks are asked, each fit keeps to its blocks.
//! Source: docs/ALGORITHMS.md, section 4.

use flaneur::catalog::Catalog;
use flaneur::catalog::pack::PriorWeight;
use flaneur::rank::{Block, Desk, RuleSet, SIGNALS, Scratch, Signal, Weights, survey};
use indicatif::ProgressBar;
use rayon::prelude::*;

use super::method::SIZE;
use super::query::{Asked, Query, Set, Task, queries};
use super::replay;
use super::training::Training;
use crate::learn::fit::{Choice, RIDGE, fit_checked};

/// Main queries that a fit asks about, at most.
pub const MOMENTS: usize = 4_000;
/// Moments that must tell something before the defaults are left.
pub const ENOUGH: usize = 200;

/// The moments of `[cut, until)` that a fit asks about: a seeded sample of whole sessions.
///
/// Baskets are asked about whole, and once more about what the shopper never bought.
#[must_use]
pub fn moments<'a>(training: &Training<'a>, until: i64, sample: usize, seed: u64) -> Vec<Query<'a>> {
    let asked = Asked { from: training.cut, until, sample, seed };
    let (mut moments, _) = queries(training, &asked);
    // A basket is judged whole: its new items are among the targets of its main query.
    moments.retain(|query| match query.set {
        Set::Main | Set::NewOnly => true,
        Set::NewItems => training.data.task == Task::Session,
        Set::ColdStart => false,
    });
    moments
}

/// The items of `unknown` that a shopper cannot meet at that moment, as far as the catalog tells: not
/// added yet, or without a date.
pub fn absent<'a>(catalog: &'a Catalog, unknown: &'a [u32], now: i64) -> impl Iterator<Item = u32> + use<'a> {
    unknown.iter().copied().filter(move |&item| catalog.added(item).is_none_or(|added| added.0 > now))
}

/// What the fit may know and change.
#[derive(Clone, Copy, Debug)]
pub struct Fitting<'a> {
    /// Whether the device knows the shopper's earlier sessions.
    pub history: bool,
    /// Items without a line in the pack's log; they are candidates from the day they are added.
    ///
    /// So the fit learns what newness is worth, and does not bury what nobody could buy yet.
    pub unknown: &'a [u32],
    /// Signals that weigh nothing in `defaults` and take no part.
    pub without: &'a [Signal],
    /// Where the weights start, and what they are drawn to.
    pub defaults: &'a Weights,
}

/// What a fit found.
#[derive(Clone, Debug)]
pub struct Fitted {
    /// The weights, defaults where the log says nothing.
    pub weights: Weights,
    /// How many moments told anything.
    pub choices: usize,
    /// The share of targets that were among the candidates at all, 0..=1.
    pub reach: f64,
}

/// Fits the blocks that the queries ask about; the others keep their defaults.
///
/// Fewer than [`ENOUGH`] telling moments change nothing. Cost: one survey per query, on all threads.
#[must_use]
pub fn fitted(catalog: &Catalog, queries: &[Query<'_>], fitting: &Fitting<'_>, bar: &ProgressBar) -> Fitted {
    let asked = |query: &Query<'_>| {
        let choice = choice(catalog, query, fitting);
        bar.inc(1);
        choice
    };
    let choices: Vec<(Choice, usize)> = queries.par_iter().map(asked).collect();
    let main = choices.iter().zip(queries).filter(|(_, query)| query.set == Set::Main);
    let (reached, wanted) =
        main.fold((0, 0), |(reached, wanted), ((_, found), query)| (reached + found, wanted + query.targets.len()));
    let reach = if wanted == 0 { 1.0 } else { reached as f64 / wanted as f64 };
    let telling: Vec<Choice> = choices.into_iter().map(|(choice, _)| choice).filter(Choice::is_telling).collect();
    let mut weights = fitting.defaults.clone();
    if telling.len() < ENOUGH {
        return Fitted { weights, choices: 0, reach };
    }
    let from: Vec<f64> = columns().map(|(signal, block)| weights.of(signal, block)).collect();
    for ((signal, block), weight) in columns().zip(fit_checked(&telling, &from, RIDGE, SIZE)) {
        // What a pack stores is what was fitted: 32-bit floats.
        weights.set(signal, block, f64::from(weight as f32));
    }
    Fitted { weights, choices: telling.len(), reach }
}

/// Signal and block of each column of the fit.
fn columns() -> impl Iterator<Item = (Signal, Block)> {
    [Block::Session, Block::Again, Block::Discover].into_iter().flat_map(|block| Signal::all().map(move |x| (x, block)))
}

fn choice(catalog: &Catalog, query: &Query<'_>, fitting: &Fitting<'_>) -> (Choice, usize) {
    let mut device = replay::device(catalog, query, fitting.history);
    device.request.exclude.extend(absent(catalog, fitting.unknown, query.now));
    let desk = Desk {
        catalog,
        profile: &device.profile,
        rules: &RuleSet::default(),
        weights: fitting.defaults,
        scratch: &Scratch::default(),
    };
    let mut choice = Choice::default();
    let mut found = 0;
    for mut scored in survey(&desk, &device.request) {
        fitting.without.iter().for_each(|&signal| scored.values[signal as usize] = 0.0);
        let column = |at: usize| (scored.block as usize * SIGNALS + at) as u16;
        let is_chosen = query.targets.binary_search(&scored.item).is_ok();
        found += usize::from(is_chosen);
        choice.push(scored.values.iter().enumerate().map(|(at, &value)| (column(at), value)), is_chosen);
    }
    (choice, found)
}

/// The weights as a pack carries them.
#[must_use]
pub fn priors(weights: &Weights) -> Vec<PriorWeight> {
    let of = |signal: Signal, block: Block| weights.of(signal, block) as f32;
    Signal::all()
        .map(|signal| PriorWeight {
            signal: signal.code(),
            session: of(signal, Block::Session),
            again: of(signal, Block::Again),
            discover: of(signal, Block::Discover),
        })
        .collect()
}
