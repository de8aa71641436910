//! Candidates: everything a list, a vector or the history speaks for, filled up by popularity.
//!
//! A union, so that no single signal decides what may be found. Cost: O(items ·
//! dims) per vector asked, O(lists touched).

use super::active::Active;
use super::direction::Direction;
use super::eligible::Eligible;
use super::explore::Model;
use super::ruleset::has;
use super::score::Scorer;
use super::{Desk, Request};
use crate::math::Top;
use crate::math::order::distinct;

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
        return distinct(named.iter().copied().filter(|&item| eligible.has(item)));
    }
    let mut listed = Top::new(LISTED);
    scorer.listed().for_each(|(item, strength)| listed.push(strength, item));
    let mut found = listed.into_sorted();
    found.extend(scorer.session_items().iter().copied());
    found.extend(desk.profile.history.iter().map(|(item, _)| item));
    for direction in scorer.directions() {
        found.extend(nearest(desk, direction, eligible, |item| f64::from(desk.catalog.inverse_norm(item))));
    }
    if let Some(direction) = model.and_then(Model::direction) {
        found.extend(nearest(desk, direction, eligible, |_| 1.0));
    }
    let popular = desk.catalog.popular().iter().copied().filter(|&item| eligible.has(item));
    let best = found.len() + POPULAR.max(2 * request.size);
    for need in &active.needs {
        let meant = popular.clone().filter(|&item| has(&need.items, item));
        found.extend(meant.take(NEEDED * need.least));
    }
    found.extend(popular.take(best));
    distinct(found.into_iter().filter(|&item| eligible.has(item)))
}

/// The eligible items farthest along a direction, each by its dot product times its `scale`.
fn nearest(desk: &Desk<'_>, direction: &Direction, eligible: &Eligible, scale: impl Fn(u32) -> f64) -> Vec<u32> {
    let mut dots = Vec::new();
    direction.scan(desk.catalog, &mut dots);
    let mut top = Top::new(NEAREST);
    for (&dot, item) in dots.iter().zip(0..) {
        let score = f64::from(dot) * scale(item);
        if score > top.floor() && score > 0.0 && eligible.has(item) {
            top.push(score, item);
        }
    }
    top.into_sorted()
}
