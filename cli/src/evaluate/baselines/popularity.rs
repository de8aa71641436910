//! Baselines that only count: best sellers, recent best sellers, the shopper's own items.

use std::collections::BTreeMap;

use anyhow::Result;

use super::super::method::{Bench, Family, Method, Parameters, Prepared};
use super::super::query::Query;
use super::super::training::Training;

/// A method without settings.
fn plain<'a>(method: impl Method + 'a) -> Prepared<'a> {
    Prepared { method: Box::new(method), parameters: Parameters::new() }
}

/// Most lines before the cut.
pub struct Overall;

impl Family for Overall {
    fn name(&self) -> &'static str {
        "POP"
    }

    fn prepare<'a>(&self, _bench: &Bench<'a>) -> Result<Prepared<'a>> {
        Ok(plain(FixedOrder(Vec::new())))
    }
}

/// Most lines in the last 28 days before the cut.
pub struct Recent;

impl Family for Recent {
    fn name(&self) -> &'static str {
        "POP-28d"
    }

    fn prepare<'a>(&self, bench: &Bench<'a>) -> Result<Prepared<'a>> {
        let recent = bench.late.recent.iter().zip(0..).filter(|&(&count, _)| count > 0);
        let scores = recent.map(|(&count, item)| (item, f64::from(count)));
        Ok(plain(FixedOrder(bench.late.best(scores, bench.late.order.len()))))
    }
}

/// The same order for everyone; popularity fills up what is missing.
struct FixedOrder(Vec<u32>);

impl Method for FixedOrder {
    fn rank(&self, query: &Query<'_>, size: usize) -> Vec<u32> {
        self.0.iter().copied().filter(|&item| !query.is_excluded(item)).take(size).collect()
    }
}

/// The shopper's last items, newest first: this session's, then earlier ones'.
pub struct Viewed;

impl Family for Viewed {
    fn name(&self) -> &'static str {
        "recently viewed"
    }

    fn prepare<'a>(&self, _bench: &Bench<'a>) -> Result<Prepared<'a>> {
        Ok(plain(Backwards))
    }
}

struct Backwards;

impl Method for Backwards {
    fn rank(&self, query: &Query<'_>, size: usize) -> Vec<u32> {
        let mut list: Vec<u32> = Vec::with_capacity(size);
        let earlier = query.visits().rev().flat_map(|visit| visit.lines.iter().rev());
        for line in query.prefix.iter().rev().chain(earlier) {
            if list.len() == size {
                break;
            }
            if !list.contains(&line.item) && !query.is_excluded(line.item) {
                list.push(line.item);
            }
        }
        list
    }
}

/// What the shopper bought most often, ties by popularity.
pub struct Personal;

impl Family for Personal {
    fn name(&self) -> &'static str {
        "P-TopFreq"
    }

    fn prepare<'a>(&self, bench: &Bench<'a>) -> Result<Prepared<'a>> {
        Ok(plain(OwnCount(bench.late)))
    }
}

struct OwnCount<'a>(&'a Training<'a>);

impl Method for OwnCount<'_> {
    fn rank(&self, query: &Query<'_>, size: usize) -> Vec<u32> {
        let own = own_counts(query).into_iter().filter(|&(item, _)| !query.is_excluded(item));
        self.0.best(own, size)
    }
}

/// How often the shopper had each item in an earlier session, by item.
#[must_use]
pub fn own_counts(query: &Query<'_>) -> BTreeMap<u32, f64> {
    let mut counts = BTreeMap::new();
    for line in query.visits().flat_map(|visit| visit.lines) {
        *counts.entry(line.item).or_insert(0.0) += 1.0;
    }
    counts
}
