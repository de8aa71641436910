//! Candidates: everything a list, a vector or the history speaks for, filled up by popularity.
//!
//! A union, so that no single signal decides what may be found. Cost: O(items ·
//! dims) per vector asked, O(lists touched).

use std::collections::BTreeSet;

use super::eligible::Eligible;
use super::score::Scorer;
use super::{Desk, Request};
use crate::catalog::pack::UNIT;
use crate::math::Top;

/// Nearest items taken per vector.
const NEAREST: usize = 60;
/// Best of the neighbour lists.
const LISTED: usize = 200;
/// Popular items always in play, beside what the shopper's own signals bring.
const POPULAR: usize = 60;

/// The candidates, ascending, eligible and without repetition.
pub(super) fn candidates(desk: &Desk<'_>, request: &Request, scorer: &Scorer<'_>, eligible: &Eligible) -> Vec<u32> {
    if let Some(named) = &request.candidates {
        let known: BTreeSet<u32> = named.iter().copied().filter(|&item| eligible.has(item)).collect();
        return known.into_iter().collect();
    }
    let mut found: BTreeSet<u32> = BTreeSet::new();
    let mut listed = Top::new(LISTED);
    scorer.listed().for_each(|(item, strength)| listed.push(strength, item));
    found.extend(listed.into_sorted().into_iter().map(|(_, item)| item));
    found.extend(scorer.session_items().iter().copied());
    found.extend(desk.profile.history.iter().map(|(item, _)| item));
    for vector in scorer.vectors() {
        found.extend(nearest(desk, vector, eligible));
    }
    found.retain(|&item| eligible.has(item));
    let fill = desk.catalog.popular().iter().copied().filter(|&item| eligible.has(item));
    let wanted = found.len() + POPULAR.max(2 * request.size);
    for item in fill {
        if found.len() >= wanted {
            break;
        }
        found.insert(item);
    }
    found.into_iter().collect()
}

/// The eligible items nearest to a vector by quantized cosine.
fn nearest(desk: &Desk<'_>, vector: &[f64], eligible: &Eligible) -> Vec<u32> {
    let catalog = desk.catalog;
    let largest = vector.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
    if largest <= 0.0 {
        return Vec::new();
    }
    let query: Vec<i8> = vector.iter().map(|x| libm::rint(x / largest * UNIT) as i8).collect();
    let mut top = Top::new(NEAREST);
    for item in 0..catalog.len() as u32 {
        let dot = dot(&query, catalog.vector_bytes(item));
        let score = dot as f32 * catalog.inverse_norm(item);
        if score > 0.0 && eligible.has(item) {
            top.push(score, item);
        }
    }
    top.into_sorted().into_iter().map(|(_, item)| item).collect()
}

fn dot(query: &[i8], bytes: &[u8]) -> i32 {
    query.iter().zip(bytes).map(|(&q, &b)| i32::from(q) * i32::from(b as i8)).sum()
}
