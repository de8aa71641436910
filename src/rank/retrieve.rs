//! Candidates: everything a list, a vector or the history speaks for, filled up by popularity.
//!
//! A union, so that no single signal decides what may be found. Cost: O(items ·
//! dims) per vector asked, O(lists touched).

use flaneur_kernels::MOST;

use super::active::Active;
use super::direction::Direction;
use super::eligible::Eligible;
use super::explore::Model;
use super::ruleset::has;
use super::score::Scorer;
use super::{Desk, Request};
use crate::catalog::Catalog;
use crate::math::Top;

/// Nearest items taken per vector.
const NEAREST: usize = 60;
/// Best of the neighbour lists.
const LISTED: usize = 200;
/// Popular items always in play, beside what the shopper's own signals bring.
const POPULAR: usize = 100;

/// Popular items in play for each place that a quota asks for.
const NEEDED: usize = 4;

/// The candidates, ascending, eligible and without repetition.
pub(super) fn candidates(
    desk: &Desk<'_>,
    request: &Request,
    scorer: &Scorer<'_>,
    eligible: &Eligible,
    active: &Active,
    model: Option<&Model<'_>>,
) -> Vec<u32> {
    if let Some(named) = &request.candidates {
        return eligible.of(named);
    }
    let mut listed = Top::new(LISTED);
    scorer.listed().for_each(|(item, strength)| listed.push(strength, item));
    let mut found = listed.into_set();
    found.extend(scorer.session_items().iter().copied());
    found.extend(desk.profile.history.iter().map(|(item, _)| item));
    nearest(desk.catalog, scorer, model, eligible, &mut found);
    let popular = desk.catalog.popular().iter().copied().filter(|&item| eligible.has(item));
    let best = found.len() + POPULAR.max(2 * request.size);
    for need in &active.needs {
        let meant = popular.clone().filter(|&item| has(&need.items, item));
        found.extend(meant.take(NEEDED * need.least));
        let today = need.today.iter().flat_map(|bits| (0..desk.catalog.len() as u32).filter(|&item| has(bits, item)));
        found.extend(today);
    }
    found.extend(popular.take(best));
    eligible.of(&found)
}

/// The eligible items of largest cosine to each of the shopper's vectors, and farthest along what was learned.
fn nearest(
    catalog: &Catalog,
    scorer: &Scorer<'_>,
    model: Option<&Model<'_>>,
    eligible: &Eligible,
    found: &mut Vec<u32>,
) {
    let mut queries = scorer.queries().clone();
    if let Some(direction) = model.and_then(Model::direction) {
        Direction::join(direction, &mut queries, false);
    }
    let mut tops: [Top; MOST] = std::array::from_fn(|at| Top::new(if at < queries.len() { NEAREST } else { 0 }));
    catalog.above(&queries, &mut |query, item, score| {
        let top = &mut tops[query];
        if eligible.has(item) {
            top.push(score, item);
        }
        top.floor()
    });
    tops.into_iter().for_each(|top| found.extend(top.into_set()));
}
