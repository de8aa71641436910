//! The one probability of local answers as an integer, never above what epsilon allows.
//!
//! Guarantees: `include / 2^64` is at most the `p` of the formula, so the answer is at least as private as the task
//! says; the same integer on every machine.
//! Costs: 60 divisions of 128 bits, once per answer.
//! Used by: [`crate::subset`]; the estimator of the command line, which must know the same `p`.
//! Source: Ye and Barg, "Optimal schemes for discrete distribution estimation under locally differential privacy",
//! IEEE Transactions on Information Theory 64(8), 2018. We round `p` down where they have real numbers.

use crate::error::{Error, Result};

/// Most buckets of a local answer: its bits must fit 32 bytes.
pub const MAX_BUCKETS: u32 = 256;
/// Epsilon is counted in millionths.
pub const MICRO: u64 = 1_000_000;
/// Largest epsilon of a local answer, in millionths: beyond it the answer is hardly noisy.
pub const MAX_EPSILON: u64 = 8 * MICRO;

/// How a local answer is drawn. Build it with [`Channel::new`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Channel {
    buckets: u32,
    subset: u32,
    include: u64,
}

impl Channel {
    /// The channel of a number of buckets and an epsilon.
    ///
    /// `k` = `buckets`, `d` = `subset`, `p = d·e^ε / (d·e^ε + k − d)`, `include = ⌊p·2^64⌋`, and `d = ⌊k / (e^ε + 1)⌋`,
    /// or one more when that is nearer, at least 1.
    ///
    /// Units: `epsilon_micro` in millionths, 1 to [`MAX_EPSILON`].
    ///
    /// # Errors
    /// `task_buckets`, `task_epsilon`.
    pub fn new(buckets: u32, epsilon_micro: u64) -> Result<Self> {
        if !(2..=MAX_BUCKETS).contains(&buckets) {
            return Err(Error::new("task_buckets", "buckets", "expected 2 to 256 buckets; merge the rare ones"));
        }
        if !(1..=MAX_EPSILON).contains(&epsilon_micro) {
            return Err(Error::new("task_epsilon", "epsilon", "expected more than 0 and at most 8"));
        }
        let odds = exponential(epsilon_micro);
        let one = 1_u128 << 64;
        let whole = u128::from(buckets) * one;
        // Round to nearest: ⌊k/(e+1) + 1/2⌋.
        let nearest = (2 * whole + odds + one) / (2 * (odds + one));
        let subset = (nearest as u32).clamp(1, buckets - 1);
        let inside = u128::from(subset) * odds;
        let outside = u128::from(buckets - subset) * one;
        Ok(Self { buckets, subset, include: fraction(inside, inside + outside) })
    }

    /// `k`.
    #[must_use]
    pub fn buckets(self) -> u32 {
        self.buckets
    }

    /// `d`: how many buckets an answer names.
    #[must_use]
    pub fn subset(self) -> u32 {
        self.subset
    }

    /// Of 2^64 answers, how many name the true bucket.
    #[must_use]
    pub fn include(self) -> u64 {
        self.include
    }
}

/// `⌊e^(micro / 10^6) · 2^64⌋`, or up to 2^-40 of it less: every step rounds down.
///
/// The series `Σ x^n / n!` has only positive terms, so rounding each down keeps the sum below.
/// Units: `micro` at most [`MAX_EPSILON`], so that no product passes 128 bits.
#[must_use]
pub fn exponential(micro: u64) -> u128 {
    let mut sum = 0;
    let mut term = 1_u128 << 64;
    let mut n = 0;
    while term > 0 {
        sum += term;
        n += 1;
        term = term * u128::from(micro) / (n * u128::from(MICRO));
    }
    sum
}

/// `⌊numerator / denominator · 2^64⌋` for a proper fraction below 2^127, by long division.
fn fraction(mut numerator: u128, denominator: u128) -> u64 {
    let mut bits = 0;
    for _ in 0..64 {
        numerator <<= 1;
        bits <<= 1;
        if numerator >= denominator {
            numerator -= denominator;
            bits |= 1;
        }
    }
    bits
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "the standard exponential is what ours is held to")]
mod tests {
    use super::*;

    #[test]
    fn the_exponential_is_never_above_and_hardly_below() {
        for micro in (1..=MAX_EPSILON).step_by(9_973) {
            let exact = (micro as f64 / 1e6).exp();
            let ours = exponential(micro) as f64 / 2_f64.powi(64);
            assert!((ours / exact - 1.0).abs() < 1e-12, "{micro}: {ours} for {exact}");
        }
        // ⌊e·2^64⌋ and ⌊e^8·2^64⌋, from the continued fraction of e at 200 digits.
        assert!(exponential(1_000_000) <= 50_143_449_209_799_256_682);
        assert!(exponential(1_000_000) > 50_143_449_209_799_256_682 - 64);
    }

    #[test]
    fn a_channel_of_no_sense_is_refused() {
        assert_eq!(Channel::new(1, MICRO).map_err(|e| e.code), Err("task_buckets"));
        assert_eq!(Channel::new(257, MICRO).map_err(|e| e.code), Err("task_buckets"));
        assert_eq!(Channel::new(8, 0).map_err(|e| e.code), Err("task_epsilon"));
        assert_eq!(Channel::new(8, MAX_EPSILON + 1).map_err(|e| e.code), Err("task_epsilon"));
    }
}
