//! Fits the weights that a pack carries, on moments of the log that the pack has not seen.
//!
//! The running session has one block of weights, a new visit has two (bought
//! before, never bought): both tasks are asked, each fit keeps to its blocks.
//! Source: docs/ALGORITHMS.md, section 4.

use flaneur::catalog::Catalog;
use flaneur::catalog::pack::PriorWeight;
use flaneur::rank::{Block, Desk, RuleSet, SIGNALS, Signal, Weights, survey};
use rayon::prelude::*;

use super::query::Query;
use super::replay;
use crate::learn::fit::{Choice, fit};

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

/// Fits the blocks of the task on its queries, starting from `defaults`.
///
/// `history`: whether the device knows the shopper's earlier sessions. `unknown`:
/// items that the shop did not have yet, which are no candidates. `without`: signals
/// that weigh nothing in `defaults` and take no part in the fit.
#[must_use]
pub fn fitted(
    catalog: &Catalog,
    queries: &[Query<'_>],
    history: bool,
    unknown: &[u32],
    without: &[Signal],
    defaults: &Weights,
    ridge: f64,
) -> Fitted {
    let choices: Vec<(Choice, usize)> =
        queries.par_iter().map(|query| choice(catalog, query, history, unknown, without, defaults)).collect();
    let (reached, wanted) = choices
        .iter()
        .zip(queries)
        .fold((0, 0), |(reached, wanted), ((_, found), query)| (reached + found, wanted + query.targets.len()));
    let telling: Vec<Choice> = choices.into_iter().map(|(choice, _)| choice).filter(Choice::is_telling).collect();
    let from: Vec<f64> = columns().map(|(signal, block)| defaults.of(signal, block)).collect();
    let found = fit(&telling, &from, ridge);
    let mut weights = defaults.clone();
    for ((signal, block), weight) in columns().zip(&found) {
        // What a pack stores is what was fitted: 32-bit floats.
        weights.set(signal, block, f64::from(*weight as f32));
    }
    Fitted { weights, choices: telling.len(), reach: reached as f64 / f64::max(wanted as f64, 1.0) }
}

/// Signal and block of each column of the fit.
fn columns() -> impl Iterator<Item = (Signal, Block)> {
    [Block::Session, Block::Again, Block::Discover].into_iter().flat_map(|block| Signal::all().map(move |x| (x, block)))
}

fn choice(
    catalog: &Catalog,
    query: &Query<'_>,
    history: bool,
    unknown: &[u32],
    without: &[Signal],
    weights: &Weights,
) -> (Choice, usize) {
    let mut device = replay::device(catalog, query, history);
    device.request.exclude.extend(unknown);
    let desk = Desk { catalog, profile: &device.profile, rules: &RuleSet::default(), weights };
    let mut choice = Choice::default();
    let mut found = 0;
    for mut scored in survey(&desk, &device.request) {
        without.iter().for_each(|&signal| scored.values[signal as usize] = 0.0);
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
