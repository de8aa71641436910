//! Numbers of one item: popularity, trend, repeat rate. Symbols as in docs/PACK.md.

use flaneur::catalog::Item;
use flaneur::math::ln;
use flaneur::time::DAY_MS;

use super::counts::{Counts, ItemCount, RECENT_DAYS};

/// Purchases that the shop's own repeat rate counts for.
const REPEAT_PRIOR: f64 = 20.0;
/// Largest trend, log units.
const TREND_LIMIT: f64 = 3.0;

/// Popularity and trend, log units.
///
/// Both compare an item's lines with what an item on sale for as long would have:
/// `popularity = ln((n + 5) / (a·mean n + 5)) + (1 − a)·m`, `a` the share of the log's time
/// since the item was added and `m` the mean of the items that were there for half of it
/// or longer. The same of the last 28 days, less the popularity, is the trend, −3..=3. An
/// item that nobody could meet yet is as popular as a usual one, not as the least popular.
///
/// The trend is empty when the log is shorter than one and a half times 28 days: then
/// nearly everything is recent and the ratio says nothing.
#[must_use]
pub fn crowd(counts: &Counts, items: &[Item]) -> (Vec<f32>, Vec<f32>) {
    let (first, last) = counts.span.unwrap_or_default();
    let ever = relative(counts, items, last - first, 5.0, |item| item.lines);
    let popularity = ever.iter().map(|&x| x as f32).collect();
    if last - first < RECENT_DAYS * DAY_MS * 3 / 2 {
        return (popularity, Vec::new());
    }
    let lately = relative(counts, items, RECENT_DAYS * DAY_MS, 2.0, |item| item.recent);
    let trend = lately.iter().zip(&ever).map(|(now, ever)| (now - ever).clamp(-TREND_LIMIT, TREND_LIMIT) as f32);
    (popularity, trend.collect())
}

/// Log of each item's lines in the last `window` milliseconds over those of a usual item on sale for as long.
fn relative(counts: &Counts, items: &[Item], window: i64, prior: f64, lines: impl Fn(&ItemCount) -> u64) -> Vec<f64> {
    let total: u64 = counts.items.iter().map(&lines).sum();
    let mean = total as f64 / counts.items.len().max(1) as f64;
    let last = counts.span.map_or(0, |(_, last)| last);
    let share = |(item, count): (&Item, &ItemCount)| {
        let days = |time: i64| time as f64 / window.max(1) as f64;
        match item.added {
            // A line says that it was there for a day at least, whatever the feed says.
            Some(added) => days(last - added.0).max(if count.lines > 0 { days(DAY_MS) } else { 0.0 }).clamp(0.0, 1.0),
            None => f64::from(u8::from(count.lines > 0)),
        }
    };
    let shares: Vec<f64> = items.iter().zip(&counts.items).map(share).collect();
    let ratio = |(count, share): (&ItemCount, &f64)| ln((lines(count) as f64 + prior) / (share * mean + prior));
    let ratios: Vec<f64> = counts.items.iter().zip(&shares).map(ratio).collect();
    let established = || ratios.iter().zip(&shares).filter(|(_, share)| **share >= 0.5).map(|(ratio, _)| ratio);
    let usual = established().sum::<f64>() / f64::max(established().count() as f64, 1.0);
    ratios.iter().zip(&shares).map(|(ratio, share)| ratio + (1.0 - share) * usual).collect()
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
