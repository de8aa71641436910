//! What shoppers really want, and when they click.
//!
//! An item's appeal `t` is 1 when the shopper really bought it later. For the
//! rest it is `0.8 · max cos³` to those items under the *smooth* truth, and 0
//! under the *exact* one. Place `k`, from 1, is clicked with
//!
//! ```text
//! P = (0.01 + 0.5 t²) / (1 + 0.12 (k − 1))
//! ```
//!
//! Optional: *fatigue* `f` multiplies `t` by `e^(−f n)` for an item passed over
//! `n` times; *appetite* `a` multiplies `t²` by `1 ± a`, by shopper, off the
//! obvious shelf. A click comes from a number that depends on seed, shopper,
//! visit and item only, so policies meet the same luck.

use clap::ValueEnum;
use flaneur::math::exp;
use serde::Serialize;
use xxhash_rust::xxh64::xxh64;

use super::world::{Shopper, World};

/// Appeal of the nearest look-alike of a wanted item.
const NEAR: f64 = 0.8;
/// From this appeal on an item is wanted.
pub const WANTED: f64 = 0.5;

/// Which items appeal besides those bought later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Truth {
    /// Those near them too.
    Smooth,
    /// None.
    Exact,
}

/// How shoppers tire and how much they like surprises.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Temper {
    /// Per time passed over, ≥ 0.
    pub fatigue: f64,
    /// Largest share by which a shopper likes surprises more or less, 0..=1.
    pub appetite: f64,
}

/// The examination of place `k`, 0 first.
#[must_use]
pub fn examination(place: usize) -> f64 {
    1.0 / (1.0 + 0.12 * place as f64)
}

/// The probability of a click on an examined item of appeal `t`.
#[must_use]
pub fn attraction(appeal: f64) -> f64 {
    0.01 + 0.5 * appeal * appeal
}

/// One shopper's appeals, before and after the drift, by item of the catalog.
#[derive(Clone, Debug)]
pub struct Appeals([Vec<f32>; 2]);

impl Appeals {
    /// Cost: O(items · wanted items · dims) for the smooth truth.
    #[must_use]
    pub fn new(world: &World, shopper: &Shopper, truth: Truth) -> Self {
        let of = |wanted: &Vec<u32>| -> Vec<f32> {
            let mut appeals = vec![0.0; world.catalog.len()];
            if truth == Truth::Smooth {
                for &item in &world.shown {
                    let near = wanted.iter().map(|&other| world.catalog.cosine(item, other)).fold(0.0, f64::max);
                    appeals[item as usize] = (NEAR * near * near * near) as f32;
                }
            }
            wanted.iter().for_each(|&item| appeals[item as usize] = 1.0);
            appeals
        };
        Self([of(&shopper.future[0]), of(&shopper.future[1])])
    }

    /// The appeal of an item, 0..=1.
    #[must_use]
    pub fn of(&self, has_drifted: bool, item: u32) -> f64 {
        f64::from(self.0[usize::from(has_drifted)][item as usize])
    }
}

/// A number in [0, 1) that depends on its arguments only.
#[must_use]
pub fn luck(seed: u64, shopper: usize, visit: usize, item: u32) -> f64 {
    let mut bytes = [0_u8; 20];
    bytes[..8].copy_from_slice(&(shopper as u64).to_le_bytes());
    bytes[8..16].copy_from_slice(&(visit as u64).to_le_bytes());
    bytes[16..].copy_from_slice(&item.to_le_bytes());
    (xxh64(&bytes, seed) >> 11) as f64 / (1_u64 << 53) as f64
}

impl Temper {
    /// By how much this shopper likes surprises more than others, −appetite..=appetite.
    #[must_use]
    pub fn of(&self, seed: u64, shopper: usize) -> f64 {
        self.appetite * (2.0 * luck(seed, shopper, usize::MAX, u32::MAX) - 1.0)
    }

    /// The probability of a click on an examined item.
    #[must_use]
    pub fn attraction(&self, appeal: f64, passed: u32, liking: f64, is_surprise: bool) -> f64 {
        let tired = if self.fatigue > 0.0 { exp(-self.fatigue * f64::from(passed)) } else { 1.0 };
        let keen = if is_surprise { 1.0 + liking } else { 1.0 };
        attraction(appeal * tired * keen.sqrt()).min(1.0)
    }
}
