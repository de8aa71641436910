//! The sums that two operators give, and what their noise leaves uncertain.
//!
//! Each operator adds discrete Laplace noise of scale `2/ε` to every bucket, so that one honest operator is enough;
//! a sum holds both noises, whose distribution has a closed form.
//!
//! Source: Janus and `prio`: a histogram has sensitivity 2, because a shopper who changes their mind moves two buckets.

use std::fmt;

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

/// A collection, as `janus_cli` and the fixture write it.
#[derive(Clone, Debug, Deserialize)]
pub struct Collection {
    /// How many reports were summed.
    pub report_count: u64,
    /// Per bucket. Negative where noise is larger than the count.
    #[serde(deserialize_with = "sums")]
    pub aggregate_result: Vec<i64>,
}

fn sums<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<i64>, D::Error> {
    let sums = Vec::<Sum>::deserialize(deserializer)?;
    Ok(sums.into_iter().map(|Sum(sum)| sum).collect())
}

/// A sum of one bucket.
struct Sum(i64);

impl<'de> Deserialize<'de> for Sum {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Of;
        impl Visitor<'_> for Of {
            type Value = Sum;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number")
            }
            fn visit_i64<E: Error>(self, sum: i64) -> Result<Sum, E> {
                Ok(Sum(sum))
            }
            fn visit_u64<E: Error>(self, sum: u64) -> Result<Sum, E> {
                i64::try_from(sum).map(Sum).map_err(|_| E::invalid_value(Unexpected::Unsigned(sum), &self))
            }
            fn visit_f64<E: Error>(self, sum: f64) -> Result<Sum, E> {
                if sum < 1e38 {
                    return Err(E::invalid_type(Unexpected::Float(sum), &self));
                }
                // 2¹²⁸ − 7 · 2⁶⁶ + 1: Field128 of draft-irtf-cfrg-vdaf-08, section 6.1.2
                let message =
                    "a sum near 2^128 is one below zero; subtract 340282366920938462946865773367900766209 from it";
                Err(E::custom(message))
            }
        }
        deserializer.deserialize_any(Of)
    }
}

/// The noise of a collection.
#[derive(Clone, Copy, Debug)]
pub struct Noise {
    /// `e^(−ε/2)`: each step further is so much rarer.
    q: f64,
    /// How many operators add it: 0, 1 or 2.
    operators: u8,
}

impl Noise {
    /// The noise of an epsilon in millionths.
    #[must_use]
    pub fn new(epsilon_micro: u64, operators: u8) -> Self {
        Self { q: libm::exp(-(epsilon_micro as f64) / 2e6), operators: operators.min(2) }
    }

    /// Its variance, in squared counts.
    #[must_use]
    pub fn variance(self) -> f64 {
        f64::from(self.operators) * 2.0 * self.q / ((1.0 - self.q) * (1.0 - self.q))
    }

    /// The smallest `t` with P(|noise| > t) at most `1 − level`.
    #[must_use]
    pub fn reach(self, level: f64) -> f64 {
        let mut inside = self.probability(0);
        let mut reach = 0;
        while inside < level && reach < 1 << 24 {
            reach += 1;
            inside += 2.0 * self.probability(reach);
        }
        f64::from(reach)
    }

    /// P(noise = m), m ≥ 0.
    fn probability(self, m: u32) -> f64 {
        let q = self.q;
        let one = (1.0 - q) / (1.0 + q);
        let power = libm::pow(q, f64::from(m));
        match self.operators {
            0 => f64::from(u8::from(m == 0)),
            1 => one * power,
            // Σ_k q^|k| q^|m−k| = q^m (m + (1 + q²)/(1 − q²))
            _ => one * one * power * (f64::from(m) + (1.0 + q * q) / (1.0 - q * q)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closed_form_is_a_distribution_with_that_variance() {
        for (operators, epsilon) in [(1, 500_000), (2, 500_000), (2, 1_000_000), (2, 2_000_000)] {
            let noise = Noise::new(epsilon, operators);
            let total: f64 = (1..4000).map(|m| 2.0 * noise.probability(m)).sum::<f64>() + noise.probability(0);
            let variance: f64 = (1..4000).map(|m| 2.0 * noise.probability(m) * f64::from(m) * f64::from(m)).sum();
            assert!((total - 1.0).abs() < 1e-9, "{total}");
            assert!((variance / noise.variance() - 1.0).abs() < 1e-9);
            let outside: f64 = (noise.reach(0.95) as u32 + 1..4000).map(|m| 2.0 * noise.probability(m)).sum();
            assert!(outside <= 0.05 && outside > 0.02, "{outside}");
        }
        assert_eq!(Noise::new(1_000_000, 0).reach(0.95), 0.0);
    }
}
