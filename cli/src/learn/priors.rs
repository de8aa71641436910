//! Numbers of one item: popularity, trend, repeat rate. Symbols as in docs/PACK.md.

use flaneur::math::ln;
use flaneur::time::DAY_MS;

use super::counts::{Counts, RECENT_DAYS};

/// Purchases that the shop's own repeat rate counts for.
const REPEAT_PRIOR: f64 = 20.0;
/// Largest trend, log units.
const TREND_LIMIT: f64 = 3.0;

/// `log((n + 5) / (mean n + 5))`.
#[must_use]
pub fn popularity(counts: &Counts) -> Vec<f32> {
    let total: u64 = counts.items.iter().map(|item| item.lines).sum();
    let mean = total as f64 / counts.items.len().max(1) as f64;
    counts.items.iter().map(|item| ln((item.lines as f64 + 5.0) / (mean + 5.0)) as f32).collect()
}

/// Log share of the last 28 days over log share of all time, −3..=3.
///
/// Empty when the log is shorter than one and a half times 28 days: then nearly
/// everything is recent and the ratio says nothing.
#[must_use]
pub fn trend(counts: &Counts) -> Vec<f32> {
    let long_enough = counts.span.is_some_and(|(first, last)| last - first >= RECENT_DAYS * DAY_MS * 3 / 2);
    if !long_enough {
        return Vec::new();
    }
    let n = counts.items.len() as f64;
    let lines: u64 = counts.items.iter().map(|item| item.lines).sum();
    let recent: u64 = counts.items.iter().map(|item| item.recent).sum();
    let share = |count: u64, total: u64, prior: f64| ln((count as f64 + prior) / (total as f64 + prior * n));
    counts
        .items
        .iter()
        .map(|item| share(item.recent, recent, 2.0) - share(item.lines, lines, 5.0))
        .map(|trend| trend.clamp(-TREND_LIMIT, TREND_LIMIT) as f32)
        .collect()
}

/// `(again_i + 20·ρ) / (chances_i + 20)`; empty when no known shopper bought twice.
#[must_use]
pub fn repeat(counts: &Counts) -> Vec<f32> {
    let chances: u64 = counts.items.iter().map(|item| item.chances).sum();
    let again: u64 = counts.items.iter().map(|item| item.again).sum();
    if chances == 0 {
        return Vec::new();
    }
    let usual = again as f64 / chances as f64;
    let rate = |again: u64, chances: u64| (again as f64 + REPEAT_PRIOR * usual) / (chances as f64 + REPEAT_PRIOR);
    counts.items.iter().map(|item| rate(item.again, item.chances) as f32).collect()
}

/// The share of purchases that were bought before; 0 without known shoppers.
#[must_use]
pub fn repeat_share(counts: &Counts) -> f32 {
    if counts.bought == 0 { 0.0 } else { (counts.repeats as f64 / counts.bought as f64) as f32 }
}
