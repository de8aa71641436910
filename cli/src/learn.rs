//! The learning part of `flaneur pack`: what a log and the items' words teach.
//!
//! Guarantees: the same counts, items and options give the same bits, whatever
//! the machine's thread count or hash seeds. Only [`counts::Counts`] carries
//! anything from the log, and a pair below the support threshold is not in it.
//!
//! Formulas and sources: docs/PACK.md.

pub mod bridge;
pub mod counts;
pub mod crunch;
pub mod embed;
pub mod fit;
pub mod next;
pub mod priors;
pub mod sample;
pub mod similar;
pub mod sparse;
pub mod together;
pub mod words;

use flaneur::catalog::Item;
use flaneur::catalog::pack::Learned;

use crate::progress::Progress;
use counts::Counts;
use words::Words;

/// How much is learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Numbers per vector, 1 to 255.
    pub dims: usize,
    /// Neighbours of the list *together*, at most 255.
    pub neighbours: usize,
    /// Neighbours of the list *next*, at most 255.
    pub next: usize,
    /// Look-alikes, at most 255; 0 for none.
    pub similar: usize,
    /// Seed of the SVD.
    pub seed: u64,
}

/// Learns from counts and words; without counts only the look-alikes.
///
/// Returns what was learned and how many items borrowed their vector.
#[must_use]
pub fn learn(items: &[Item], counts: Option<&Counts>, options: &Options, progress: &Progress) -> (Learned, usize) {
    let words = Words::of(items);
    let mut learned = Learned::default();
    let has_titles = items.iter().any(|item| !item.title.is_empty());
    if options.similar > 0 && has_titles {
        let bar = progress.steps("finding look-alikes", items.len());
        learned.similar = similar::similar(items, &words, options.similar, |done| bar.inc(done as u64));
        bar.finish_and_clear();
    }
    let Some(counts) = counts.filter(|counts| counts.items.iter().any(|item| item.lines > 0)) else {
        return (learned, 0);
    };
    let bar = progress.steps("learning", 11);
    learned.together = together::together(counts, options.neighbours);
    bar.inc(1);
    learned.next = next::next(counts, options.next);
    bar.inc(1);
    let mut vectors = embed::embed(counts, options.dims, options.seed, || bar.inc(1));
    let borrowed = bridge::bridge(&mut vectors, &words);
    // When no pair was kept there is nothing to borrow from: the pack's text vectors are better.
    if borrowed < items.len() {
        learned.embedding = vectors.values.iter().map(|&x| x as f32).collect();
        learned.dims = vectors.dims;
    }
    (learned.popularity, learned.trend) = priors::crowd(counts, items);
    learned.repeat = priors::repeat(counts);
    learned.repeat_share = priors::repeat_share(counts);
    learned.min_support = counts.min_support;
    bar.finish_and_clear();
    (learned, borrowed)
}
