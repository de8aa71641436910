//! What a list is worth: one number per query and metric.
//!
//! `h_r` is 1 when the item at rank `r` is a target. HR = any hit;
//! MRR = 1 / rank of the first hit; NDCG@k = `Σ h_r / log2(r+1)` over
//! `Σ_{r ≤ min(T, k)} 1 / log2(r+1)` with `T` targets; precision and recall count
//! hits on the rest of the session or the basket. What a list shows is in [`super::shelf`].

use libm::log2;
use serde::Serialize;

use super::method::SIZE;
use super::query::Query;
use super::shelf::Shelf;

/// The depths that are reported.
const DEPTHS: [usize; 3] = [5, 10, SIZE];
/// How many numbers a query has.
pub const COUNT: usize = 20;
/// Their names, in order.
pub const NAMES: [&str; COUNT] = [
    "HR@5",
    "HR@10",
    "HR@20",
    "MRR@5",
    "MRR@10",
    "MRR@20",
    "NDCG@5",
    "NDCG@10",
    "NDCG@20",
    "Precision@5",
    "Precision@10",
    "Precision@20",
    "Recall@5",
    "Recall@10",
    "Recall@20",
    "novelty",
    "ILD",
    "ser@20",
    "SHR",
    "KL",
];
/// Where HR@20 is.
pub const HR: usize = 2;
/// Where MRR@20 is.
pub const MRR: usize = 5;
/// Where NDCG@20 is.
pub const NDCG: usize = 8;
/// Where ser@20 is.
pub const SERENDIPITY: usize = 17;
/// Where KL is, which only a method that knows the shopper's interests can tell.
pub const KL: usize = 19;

/// The numbers of one query; NaN where one cannot be computed.
pub type Values = [f64; COUNT];

/// Whether any of the first `depth` is a target.
#[must_use]
pub fn hit(list: &[u32], targets: &[u32], depth: usize) -> f64 {
    f64::from(u8::from(first_hit(list, targets, depth).is_some()))
}

/// 1 / rank of the first target, 0 beyond `depth`.
#[must_use]
pub fn reciprocal(list: &[u32], targets: &[u32], depth: usize) -> f64 {
    first_hit(list, targets, depth).map_or(0.0, |rank| 1.0 / rank as f64)
}

/// Discounted gain over the best possible; `targets` are ascending.
#[must_use]
pub fn ndcg(list: &[u32], targets: &[u32], depth: usize) -> f64 {
    let gain = |rank: usize| 1.0 / log2(rank as f64 + 1.0);
    let found = list.iter().take(depth).zip(1..).filter(|(item, _)| targets.binary_search(item).is_ok());
    let ideal: f64 = (1..=targets.len().min(depth)).map(gain).sum();
    if ideal > 0.0 { found.fold(0.0, |sum, (_, rank)| sum + gain(rank)) / ideal } else { 0.0 }
}

/// How many of the first `depth` are targets.
#[must_use]
pub fn hits(list: &[u32], targets: &[u32], depth: usize) -> usize {
    list.iter().take(depth).filter(|item| targets.binary_search(item).is_ok()).count()
}

fn first_hit(list: &[u32], targets: &[u32], depth: usize) -> Option<usize> {
    list.iter().take(depth).position(|item| targets.binary_search(item).is_ok()).map(|at| at + 1)
}

/// All numbers of a query.
#[must_use]
pub fn values(query: &Query<'_>, list: &[u32], shelf: &Shelf<'_>) -> Values {
    let mut values = [f64::NAN; COUNT];
    for (at, &depth) in DEPTHS.iter().enumerate() {
        let found = hits(list, &query.rest, depth) as f64;
        values[at] = hit(list, &query.targets, depth);
        values[3 + at] = reciprocal(list, &query.targets, depth);
        values[6 + at] = ndcg(list, &query.targets, depth);
        values[9 + at] = found / depth as f64;
        values[12 + at] = found / query.rest.len().max(1) as f64;
    }
    values[15] = shelf.novelty(list);
    values[16] = shelf.diversity(list).unwrap_or(f64::NAN);
    let surprising = shelf.surprising_hits(query, list) as f64;
    values[17] = surprising / SIZE as f64;
    values[18] = surprising.min(1.0);
    values
}

/// Predictions of one bin: how likely they were said to be, and how often they came true.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bin {
    /// How many predictions.
    pub predictions: usize,
    /// Mean of the stated probabilities, 0..=1.
    pub stated: f64,
    /// Share that came true, 0..=1.
    pub found: f64,
}

/// Ten bins of equal count over the predictions, least likely first; fewer where there are fewer predictions.
///
/// `predictions` are probabilities with whether they came true. Those that were said to be equally likely came
/// true equally often, whichever bin they fall into: nothing but the outcome could part them.
///
/// Source: Naeini, Cooper & Hauskrecht 2015, with bins of equal count.
#[must_use]
pub fn reliability(mut predictions: Vec<(f64, bool)>) -> Vec<Bin> {
    const BINS: usize = 10;
    let count = predictions.len();
    predictions.sort_by(|a, b| a.0.total_cmp(&b.0));
    let shared = |equal: &[(f64, bool)]| {
        let found = equal.iter().filter(|x| x.1).count() as f64 / equal.len() as f64;
        vec![(equal[0].0, found); equal.len()]
    };
    let shared: Vec<(f64, f64)> = predictions.chunk_by(|a, b| a.0 == b.0).flat_map(shared).collect();
    let bin = |bin: usize| {
        let part = &shared[bin * count / BINS..(bin + 1) * count / BINS];
        let share = |sum: f64| sum / part.len() as f64;
        (!part.is_empty()).then(|| Bin {
            predictions: part.len(),
            stated: share(part.iter().map(|x| x.0).sum()),
            found: share(part.iter().map(|x| x.1).sum()),
        })
    };
    (0..BINS).filter_map(bin).collect()
}

/// Expected calibration error: the mean gap between stated and found share over the
/// bins, weighted by their size. None without bins.
#[must_use]
pub fn calibration_error(bins: &[Bin]) -> Option<f64> {
    let count: usize = bins.iter().map(|bin| bin.predictions).sum();
    let gap = |bin: &Bin| bin.predictions as f64 * (bin.stated - bin.found).abs();
    (count > 0).then(|| bins.iter().map(gap).sum::<f64>() / count as f64)
}
