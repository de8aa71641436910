//! Candidates: everything a list, a vector or the history speaks for, filled up by popularity.
//!
//! A union, so that no single signal decides what may be found. Cost: O(items ·
//! dims) per vector asked, O(lists touched).

use flaneur_kernels::{MOST, Queries};

use super::active::Active;
use super::eligible::Eligible;
use super::explore::Model;
use super::ruleset::has;
use super::score::Scorer;
use super::scratch::Lent;
use super::{Desk, Request};
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
pub(super) fn candidates<'a>(
    desk: &Desk<'a>,
    request: &Request,
    scorer: &Scorer<'a>,
    eligible: &Eligible<'a>,
    active: &Active<'a>,
    model: Option<&Model<'a>>,
) -> Lent<'a, Vec<u32>> {
    if let Some(named) = &request.candidates {
        return eligible.of(named);
    }
    let mut found = desk.scratch.lend::<Vec<u32>>();
    let mut listed = Top::within(desk.scratch.take(), LISTED);
    scorer.listed().for_each(|(item, strength)| listed.push(strength, item));
    keep(desk, listed, &mut found);
    found.extend(scorer.session_items().iter().copied());
    found.extend(desk.profile.history.iter().map(|(item, _)| item));
    nearest(desk, scorer, model, eligible, &mut found);
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
    desk: &Desk<'_>,
    scorer: &Scorer<'_>,
    model: Option<&Model<'_>>,
    eligible: &Eligible<'_>,
    found: &mut Vec<u32>,
) {
    let mut queries = desk.scratch.lend::<Queries>();
    scorer.directions().join(&mut queries);
    if let Some(direction) = model.and_then(Model::direction) {
        direction.join(&mut queries);
    }
    let most = |at| if at < queries.len() { NEAREST } else { 0 };
    let mut tops: [Top; MOST] = std::array::from_fn(|at| Top::within(desk.scratch.take(), most(at)));
    desk.catalog.above(&queries, &mut |query, item, score| {
        let top = &mut tops[query];
        if eligible.has(item) {
            top.push(score, item);
        }
        top.floor()
    });
    tops.into_iter().for_each(|top| keep(desk, top, found));
}

/// Adds the best, and gives their memory back.
fn keep(desk: &Desk<'_>, top: Top, found: &mut Vec<u32>) {
    let mut best = top.into_set();
    found.extend(best.iter().map(|&(_, item)| item));
    desk.scratch.give(&mut best);
}
