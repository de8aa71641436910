//! The policies that are compared, all on the engine that ships.
//!
//! | policy | what it is |
//! | --- | --- |
//! | frozen | the pack's prior and the shopper's past; never told what happened since |
//! | greedy | learns from every visit, shows what it believes to be best: the dial at 0 |
//! | epsilon-greedy | greedy, each place replaced by any other item with probability ε |
//! | LinUCB | greedy score plus α standard deviations (Li, Chu, Langford & Schapire 2010) |
//! | flaneur | the engine at its default dial, and at others |
//!
//! Places that a foreign policy decides are pinned, so that every policy's
//! slates are logged and learned from by the same code.

use std::fmt;

use flaneur::catalog::{Catalog, FEATURES};
use flaneur::math::{Stream, exp};
use nalgebra::{DMatrix, DVector};

use super::truth::examination;

/// A policy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Policy {
    /// Never told of visits.
    Frozen,
    /// The dial at 0.
    Greedy,
    /// Greedy, with so large a share of the places left to chance.
    Epsilon(f64),
    /// Upper confidence bounds of so many standard deviations.
    LinUcb(f64),
    /// The engine as it ships.
    Default,
    /// The engine with the dial at that place.
    Dial(f64),
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Frozen => f.write_str("frozen"),
            Self::Greedy => f.write_str("greedy (dial 0)"),
            Self::Epsilon(share) => write!(f, "epsilon-greedy {share}"),
            Self::LinUcb(width) => write!(f, "LinUCB {width}"),
            Self::Default => f.write_str("flaneur (default dial)"),
            Self::Dial(dial) => write!(f, "flaneur (dial {dial})"),
        }
    }
}

impl Policy {
    /// Whether the engine is told what was seen and clicked.
    #[must_use]
    pub fn learns(self) -> bool {
        self != Self::Frozen
    }

    /// The dial that the engine is asked with; `None` for its own.
    #[must_use]
    pub fn dial(self) -> Option<f64> {
        match self {
            Self::Default => None,
            Self::Dial(dial) => Some(dial),
            _ => Some(0.0),
        }
    }

    /// Its family, for the plot.
    #[must_use]
    pub fn family(self) -> &'static str {
        match self {
            Self::Frozen => "frozen",
            Self::Greedy | Self::Default | Self::Dial(_) => "flaneur",
            Self::Epsilon(_) => "epsilon-greedy",
            Self::LinUcb(_) => "LinUCB",
        }
    }
}

/// Places of an epsilon-greedy slate that are left to chance, with the item there.
///
/// Where no item is left to stray to, there is none.
///
/// Randomness: two draws per place of `stream`.
pub fn strays(share: f64, places: usize, open: &[u32], stream: &mut Stream) -> Vec<(usize, u32)> {
    let mut found: Vec<(usize, u32)> = Vec::new();
    for place in 0..places {
        let (chance, item) = (stream.unit(), open.get(stream.below(open.len())).copied());
        let Some(item) = item else { break };
        if chance < share && !found.iter().any(|&(_, taken)| taken == item) {
            found.push((place, item));
        }
    }
    found
}

/// Prior precision of a weight.
const PRECISION: f64 = 4.0;

/// What LinUCB knows: the inverse of `A = 4 I + Σ p (1 − p) z zᵀ`, on the features of the engine's own model.
#[derive(Debug)]
pub struct Confidence<'a> {
    catalog: &'a Catalog,
    inverse: DMatrix<f64>,
}

impl<'a> Confidence<'a> {
    /// Nothing seen yet.
    #[must_use]
    pub fn new(catalog: &'a Catalog) -> Self {
        Self { catalog, inverse: DMatrix::identity(FEATURES, FEATURES) / PRECISION }
    }

    /// The standard deviation of an item's `w·z`.
    #[must_use]
    pub fn deviation(&self, item: u32) -> f64 {
        let z = DVector::from_row_slice(&self.catalog.features(item));
        z.dot(&(&self.inverse * &z)).max(0.0).sqrt()
    }

    /// Takes in a seen slate with the log-odds it had, by the formula of Sherman and Morrison.
    pub fn see(&mut self, slate: &[(u32, f64)]) {
        for (place, &(item, odds)) in slate.iter().enumerate() {
            let p = examination(place) / (1.0 + exp(-odds));
            let z = DVector::from_row_slice(&self.catalog.features(item));
            let (az, weight) = (&self.inverse * &z, p * (1.0 - p));
            let scale = weight / (1.0 + weight * z.dot(&az));
            self.inverse -= (&az * az.transpose()) * scale;
        }
    }
}
