//! How sure a comparison is: a paired bootstrap over sessions.
//!
//! Guarantees: every method is drawn on the same sessions; a draw's generator
//! depends on the seed and the draw's number only. Costs O(draws · sessions · methods).
//!
//! Source: Efron & Tibshirani 1993, chapters 8 and 13 (cluster draws, percentile interval).

use flaneur::math::Stream;
use rayon::prelude::*;
use serde::Serialize;

/// How many draws an interval has.
pub const DRAWS: usize = 1_000;
/// Fewer shoppers than these do not know how unlike shoppers are, and their intervals are too narrow.
pub const FEW: usize = 30;
/// The share of the draws outside an interval, on each side.
const TAIL: f64 = 0.025;

/// A value with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// Of all queries.
    pub value: f64,
    /// The 2.5th percentile of the draws.
    pub low: f64,
    /// The 97.5th percentile of the draws.
    pub high: f64,
}

/// One method against another.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// Mean of the one.
    pub mean: Interval,
    /// Mean of the one over mean of the other.
    pub ratio: Interval,
    /// Mean of the one less mean of the other.
    pub difference: Interval,
}

/// Compares every method with `methods[other]`.
///
/// Shapes: `methods` is `[methods, queries]`; `sessions` is `[queries]`, the session
/// of each, those of one session adjacent.
///
/// Randomness: stream "bootstrap N" for draw N, one draw per session.
#[must_use]
pub fn compare(methods: &[Vec<f64>], sessions: &[usize], other: usize, seed: u64) -> Vec<Comparison> {
    let sums = sums(methods, sessions);
    let whole: Vec<usize> = (0..sums.len()).collect();
    let value = means(&sums, methods.len(), &whole);
    let draws: Vec<Vec<f64>> = (0..DRAWS)
        .into_par_iter()
        .map(|draw| {
            let mut stream = Stream::new(seed, &format!("bootstrap {draw}"));
            let drawn: Vec<usize> = whole.iter().map(|_| stream.below(sums.len())).collect();
            means(&sums, methods.len(), &drawn)
        })
        .collect();
    let interval = |of: &dyn Fn(&[f64]) -> f64| {
        let mut drawn: Vec<f64> = draws.iter().map(|draw| of(draw)).collect();
        drawn.sort_by(f64::total_cmp);
        let at = |share: f64| drawn[((share * DRAWS as f64) as usize).min(DRAWS - 1)];
        Interval { value: of(&value), low: at(TAIL), high: at(1.0 - TAIL) }
    };
    (0..methods.len())
        .map(|method| Comparison {
            mean: interval(&|means| means[method]),
            ratio: interval(&|means| ratio(means[method], means[other])),
            difference: interval(&|means| means[method] - means[other]),
        })
        .collect()
}

/// How many times as wide the intervals of the means are when all that an owner has is drawn together: the most of the
/// methods, about 1 where every owner has one session.
///
/// A shopper's visits are alike, so a draw of visits knows less than it seems to.
/// Shapes: `owners` is `[queries]`; `by_session` is what [`compare`] gave.
#[must_use]
pub fn widening(methods: &[Vec<f64>], owners: &[usize], by_session: &[Comparison], seed: u64) -> f64 {
    let mut order: Vec<usize> = (0..owners.len()).collect();
    order.sort_by_key(|&query| owners[query]);
    let sorted: Vec<usize> = order.iter().map(|&query| owners[query]).collect();
    let moved = |values: &Vec<f64>| order.iter().map(|&query| values[query]).collect();
    let by_owner = compare(&methods.iter().map(moved).collect::<Vec<_>>(), &sorted, 0, seed);
    let width = |found: &Comparison| found.mean.high - found.mean.low;
    let known = by_owner.iter().zip(by_session).filter(|(_, own)| width(own) > 0.0);
    known.map(|(other, own)| width(other) / width(own)).fold(1.0, f64::max)
}

/// 1 when both are 0, infinite (null in JSON) when only the other is.
fn ratio(one: f64, other: f64) -> f64 {
    if one == 0.0 && other == 0.0 { 1.0 } else { one / other }
}

/// Per session: how many queries it has and each method's sum over them.
fn sums(methods: &[Vec<f64>], sessions: &[usize]) -> Vec<(f64, Vec<f64>)> {
    let mut start = 0;
    sessions
        .chunk_by(|a, b| a == b)
        .map(|own| {
            let range = start..start + own.len();
            start = range.end;
            (own.len() as f64, methods.iter().map(|values| values[range.clone()].iter().sum()).collect())
        })
        .collect()
}

fn means(sums: &[(f64, Vec<f64>)], methods: usize, drawn: &[usize]) -> Vec<f64> {
    let (mut count, mut totals) = (0.0, vec![0.0; methods]);
    for &session in drawn {
        count += sums[session].0;
        totals.iter_mut().zip(&sums[session].1).for_each(|(total, sum)| *total += sum);
    }
    totals.into_iter().map(|total| total / f64::max(count, 1.0)).collect()
}
