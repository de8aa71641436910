//! The noise that each operator adds, so that the sums say little about any one shopper.
//!
//! Source: discrete Laplace of `prio`, after Canonne, Kamath and Steinke 2020; the sensitivity of a histogram is 2,
//! because a shopper who changes their mind moves two buckets by one.

use prio::dp::distributions::PureDpDiscreteLaplace;
use prio::dp::{DifferentialPrivacyStrategy, PureDpBudget, Rational};
use prio::field::{Field128, FieldElementWithInteger};
use prio::vdaf::prio3::Prio3Histogram;
use prio::vdaf::{AggregateShare, AggregatorWithNoise};

/// Epsilon in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Epsilon(pub u32);

pub(crate) fn add(
    prio: &Prio3Histogram,
    share: &mut AggregateShare<Field128>,
    Epsilon(micro): Epsilon,
    count: usize,
) -> Option<()> {
    let epsilon = Rational::from_unsigned(micro, 1_000_000_u32).ok()?;
    let strategy = PureDpDiscreteLaplace::from_budget(PureDpBudget::new(epsilon).ok()?);
    prio.add_noise_to_agg_share(&strategy, &(), share, count).ok()
}

/// A sum as a signed number: noise below zero wraps around the field.
pub(crate) fn signed(sum: u128) -> i128 {
    let modulus = Field128::modulus();
    if sum > modulus / 2 { -i128::try_from(modulus - sum).unwrap_or(i128::MAX) } else { sum as i128 }
}
