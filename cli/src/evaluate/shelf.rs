//! What a list shows: how novel, how diverse, how far from the obvious.
//!
//! The obvious shelf of a query: the 100 best sellers of the last 28 days
//! before the cut, what the shopper already has or saw, and the 20 nearest by
//! words to each item of the last basket (basket task) or to the last line
//! (session task). A hit off that shelf is a surprising one.
//!
//! Source: Murakami et al. 2007; Ge et al. 2010; docs/ALGORITHMS.md.

use libm::log2;

use super::query::{Query, Task};
use super::training::Training;
use crate::learn::similar::similar;
use crate::learn::words::Words;
use crate::progress::Progress;

/// Best sellers on the obvious shelf.
const BEST_SELLERS: usize = 100;
/// Look-alikes of an item on the obvious shelf.
const LOOK_ALIKES: usize = 20;

/// Public facts of the items at the cut.
pub struct Shelf<'a> {
    training: &'a Training<'a>,
    /// Per item: −log2 of its smoothed share of the lines.
    novelty: Vec<f64>,
    best_sellers: Vec<u32>,
    words: Option<Words>,
    look_alikes: Vec<Vec<u32>>,
}

impl<'a> Shelf<'a> {
    /// Prepares the facts. Words are compared only where items have titles.
    #[must_use]
    pub fn new(training: &'a Training<'a>, progress: &Progress) -> Self {
        let items = training.data.items.len();
        let total = (training.total + items as u64) as f64;
        let novelty = training.counts.iter().map(|&count| -log2((f64::from(count) + 1.0) / total)).collect();
        let recent = training.recent.iter().zip(0..).map(|(&count, item)| (item, f64::from(count)));
        let mut best_sellers = training.best(recent.filter(|&(_, count)| count > 0.0), BEST_SELLERS);
        best_sellers.sort_unstable();
        let words = training.data.has_titles().then(|| Words::of(&training.data.items));
        let look_alikes = words.as_ref().map_or_else(Vec::new, |words| {
            let bar = progress.steps("comparing titles", items);
            let lists = similar(&training.data.items, words, LOOK_ALIKES, |done| bar.inc(done as u64));
            bar.finish_and_clear();
            lists.into_iter().map(|list| list.into_iter().map(|neighbour| neighbour.item).collect()).collect()
        });
        Self { training, novelty, best_sellers, words, look_alikes }
    }

    /// Mean of −log2((count + 1) / (total + items)) over the list.
    #[must_use]
    pub fn novelty(&self, list: &[u32]) -> f64 {
        list.iter().map(|&item| self.novelty[item as usize]).sum::<f64>() / list.len().max(1) as f64
    }

    /// Mean of 1 − cosine of the words over all pairs; None without titles.
    #[must_use]
    pub fn diversity(&self, list: &[u32]) -> Option<f64> {
        let bags = &self.words.as_ref()?.bags;
        let mut sum = 0.0;
        for (at, &a) in list.iter().enumerate() {
            for &b in &list[at + 1..] {
                sum += 1.0 - dot(&bags[a as usize], &bags[b as usize]);
            }
        }
        let pairs = list.len() * list.len().saturating_sub(1) / 2;
        (pairs > 0).then(|| sum / pairs as f64)
    }

    /// How many hits of the list are off the obvious shelf.
    #[must_use]
    pub fn surprising_hits(&self, query: &Query<'_>, list: &[u32]) -> usize {
        let hits: Vec<u32> = list.iter().copied().filter(|item| query.targets.binary_search(item).is_ok()).collect();
        hits.into_iter().filter(|&item| !self.is_obvious(query, item)).count()
    }

    fn is_obvious(&self, query: &Query<'_>, item: u32) -> bool {
        let looks_alike = |of: u32| self.look_alikes.get(of as usize).is_some_and(|list| list.contains(&item));
        if self.best_sellers.binary_search(&item).is_ok() || query.events.iter().any(|line| line.item == item) {
            return true;
        }
        if query.visits().any(|visit| visit.events.iter().any(|line| line.item == item)) {
            return true;
        }
        match self.training.data.task {
            Task::Session => query.prefix.last().is_some_and(|line| looks_alike(line.item)),
            Task::Basket => {
                let last = query.visits().rev().find(|visit| !visit.lines.is_empty());
                last.is_some_and(|visit| visit.lines.iter().any(|line| looks_alike(line.item)))
            }
        }
    }
}

/// The product of two bags of words, sorted by word.
fn dot(a: &[(u32, f64)], b: &[(u32, f64)]) -> f64 {
    let (mut i, mut j, mut sum) = (0, 0, 0.0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        sum += if x.0 == y.0 { x.1 * y.1 } else { 0.0 };
        i += usize::from(x.0 <= y.0);
        j += usize::from(y.0 <= x.0);
    }
    sum
}
