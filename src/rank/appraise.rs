//! Scores of given items without a slate: for an arbiter that weighs them by other means.

use super::active::Active;
use super::explore::Model;
use super::ruleset::has;
use super::score::Scorer;
use super::signal::added;
use super::slate::{Reason, largest_first};
use super::{Desk, Request};
use crate::math::order::distinct;

/// How many of the shop's most popular items make the reference.
const REFERENCE: usize = 100;

/// Scores of some items, and what to compare them with.
#[derive(Clone, Debug, Default)]
pub struct Appraisal {
    /// Ascending by item.
    scores: Vec<(u32, f64)>,
    /// Mean score of the most popular items that are in stock.
    pub reference: f64,
    out: Vec<u64>,
}

impl Appraisal {
    /// The score of an item, when it was asked for.
    #[must_use]
    pub fn score(&self, item: u32) -> Option<f64> {
        let at = self.scores.binary_search_by_key(&item, |&(known, _)| known).ok()?;
        Some(self.scores[at].1)
    }

    /// Whether a rule in force keeps the item out.
    #[must_use]
    pub fn is_ruled_out(&self, item: u32) -> bool {
        has(&self.out, item)
    }
}

/// Appraises items and hands what it found to `then`, with a way to ask for the terms of an item's
/// score, largest first. Without `personal` only the rules are read, and nothing has terms.
pub fn appraise<T>(
    desk: &Desk<'_>,
    request: &Request,
    items: &[u32],
    personal: bool,
    then: impl FnOnce(&Appraisal, &dyn Fn(u32) -> Vec<Reason>) -> T,
) -> T {
    let active = Active::new(desk, request);
    let out = active.out().to_vec();
    if !personal || items.is_empty() {
        return then(&Appraisal { out, ..Appraisal::default() }, &|_| Vec::new());
    }
    let scorer = Scorer::new(desk, request);
    let model = Model::new(desk, request);
    let learned = |item| model.as_ref().map_or(0.0, |model| model.value(desk.catalog, item));
    let score = |item: u32| scorer.score(item, &active).score + learned(item);
    let usual = desk.catalog.popular().iter().copied().filter(|&item| desk.catalog.is_available(item));
    let usual: Vec<f64> = usual.take(REFERENCE).map(score).collect();
    let reference = usual.iter().sum::<f64>() / usual.len().max(1) as f64;
    let scores = distinct(items.iter().copied()).into_iter().map(|item| (item, score(item))).collect();
    let reasons = |item: u32| {
        let mut reasons = scorer.reasons(&scorer.score(item, &active));
        if let Some(model) = &model {
            let value = model.value(desk.catalog, item);
            let cause = model.cause(desk.catalog, item, value);
            reasons.push(added(0, value, cause));
        }
        largest_first(reasons)
    };
    then(&Appraisal { scores, reference, out }, &reasons)
}
