//! Balance: which interest an item serves, how far it lies from all, and what a slate owes each.
//!
//! Calibration (Steck 2018) asks that a list shows interests in the shares in which
//! the shopper has them. His greedy re-ranking by divergence costs relevance for
//! interests that are nearly served; here an interest earns a bonus only as far as
//! its entries lag behind its share of the places so far.
//!
//! Cost: at most eight integer dot products per candidate, then O(1) per candidate and place.

use super::direction::Direction;
use super::{Desk, Request};
use crate::catalog::Catalog;
use crate::log::Tier;
use crate::math::{between, ln};

/// Cosine to the nearest interest from which an item serves it, and a surprise is near.
const NEAR: f64 = 0.45;
/// Cosine to the nearest interest from which a surprise is a bridge.
const BRIDGE: f64 = 0.2;
/// Kullback–Leibler divergence of a slate's mix of interests from the shopper's, in nats; 0 is the same mix.
///
/// Shares of interests that an item serves; what serves none counts for none. `None` without interests.
/// Source: Steck 2018, equation 6, with the slate's shares smoothed by 1 % of the shopper's.
#[must_use]
pub fn divergence(desk: &Desk<'_>, request: &Request, items: &[u32]) -> Option<f64> {
    let mut balance = Balance::new(desk, request, 0.0);
    items.iter().for_each(|&item| balance.give(balance.standing(desk.catalog, item)));
    let part = |((_, share), given): (&(Direction, f64), &f64)| {
        let shown = 0.99 * given / items.len().max(1) as f64 + 0.01 * share;
        share * ln(share / shown)
    };
    let parts: Vec<f64> = balance.interests.iter().zip(&balance.given).map(part).collect();
    (!parts.is_empty()).then(|| parts.iter().sum())
}

/// Where an item stands among the interests.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standing {
    /// The interest it serves.
    pub(super) interest: Option<usize>,
    /// How far it lies from the nearest one.
    pub(super) tier: Tier,
}

/// The shopper's interests with their shares, and how many entries each has got.
pub(super) struct Balance {
    interests: Vec<(Direction, f64)>,
    given: Vec<f64>,
    bonus: f64,
}

impl Balance {
    /// `bonus` is what an interest that lags a whole entry behind earns, in log-odds.
    pub(super) fn new(desk: &Desk<'_>, request: &Request, bonus: f64) -> Self {
        let all = desk.profile.interests.all();
        let total: f64 = all.iter().map(|interest| interest.weight_at(request.now)).sum();
        let direction = |interest: &crate::profile::Interest| {
            let part = interest.weight_at(request.now) / total;
            Direction::of(&interest.centre).filter(|_| part > 0.0).map(|direction| (direction, part))
        };
        let interests: Vec<(Direction, f64)> = all.iter().filter_map(direction).collect();
        let given = vec![0.0; interests.len()];
        Self { interests, given, bonus: bonus * request.calibration.unwrap_or(1.0) }
    }

    #[inline(always)]
    pub(super) fn standing(&self, catalog: &Catalog, item: u32) -> Standing {
        let cosines = self.interests.iter().map(|(direction, _)| direction.cosine(catalog, item)).enumerate();
        let nearest = cosines.reduce(|best, next| if next.1 > best.1 { next } else { best });
        let cosine = nearest.map_or(-1.0, |(_, cosine)| cosine);
        let tier = match cosine {
            near if near >= NEAR => Tier::Near,
            bridge if bridge >= BRIDGE => Tier::Bridge,
            _ => Tier::Far,
        };
        Standing { interest: nearest.filter(|_| cosine >= NEAR).map(|(interest, _)| interest), tier }
    }

    /// What each interest earns at a place: up to the bonus, as far as it lags behind its share.
    pub(super) fn owed(&self, place: usize) -> Vec<f64> {
        let lag = |((_, share), given): (&(Direction, f64), &f64)| share * (place + 1) as f64 - given;
        self.interests.iter().zip(&self.given).map(lag).map(|lag| self.bonus * between(lag, 0.0, 1.0)).collect()
    }

    /// Counts an entry.
    pub(super) fn give(&mut self, standing: Standing) {
        if let Some(given) = standing.interest.and_then(|interest| self.given.get_mut(interest)) {
            *given += 1.0;
        }
    }
}
