//! Balance: which interest an item serves, how far it lies from all, and what a slate owes each.
//!
//! Calibration (Steck 2018) asks that a list shows interests in the shares in which
//! the shopper has them. His greedy re-ranking by divergence costs relevance for
//! interests that are nearly served; here an interest earns a bonus only as far as
//! its entries lag behind its share of the places so far.
//!
//! Cost: at most eight integer dot products per candidate, then O(1) per candidate and place.

use super::direction::Directions;
use super::scratch::{Lent, Scratch};
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
    let part = |(share, given): (&f64, &f64)| {
        let shown = 0.99 * given / items.len().max(1) as f64 + 0.01 * share;
        share * ln(share / shown)
    };
    let parts: Vec<f64> = balance.shares.iter().zip(balance.given.iter()).map(part).collect();
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
pub(super) struct Balance<'a> {
    scratch: &'a Scratch,
    interests: Directions<'a>,
    shares: Lent<'a, Vec<f64>>,
    given: Lent<'a, Vec<f64>>,
    bonus: f64,
}

impl<'a> Balance<'a> {
    /// `bonus` is what an interest that lags a whole entry behind earns, in log-odds.
    pub(super) fn new(desk: &Desk<'a>, request: &Request, bonus: f64) -> Self {
        let scratch = desk.scratch;
        let (mut interests, mut shares) = (Directions::new(scratch, desk.catalog.dims()), scratch.lend::<Vec<f64>>());
        let all = desk.profile.interests.all();
        let total: f64 = all.iter().map(|interest| interest.weight_at(request.now)).sum();
        for interest in all {
            let part = interest.weight_at(request.now) / total;
            if part > 0.0 && interests.push(&interest.centre).is_some() {
                shares.push(part);
            }
        }
        let given = scratch.filled(shares.len(), 0.0);
        Self { scratch, interests, shares, given, bonus: bonus * request.calibration.unwrap_or(1.0) }
    }

    #[inline(always)]
    pub(super) fn standing(&self, catalog: &Catalog, item: u32) -> Standing {
        let nearest = self
            .interests
            .cosines(catalog, item)
            .enumerate()
            .reduce(|best, next| if next.1 > best.1 { next } else { best });
        let cosine = nearest.map_or(-1.0, |(_, cosine)| cosine);
        let tier = match cosine {
            near if near >= NEAR => Tier::Near,
            bridge if bridge >= BRIDGE => Tier::Bridge,
            _ => Tier::Far,
        };
        Standing { interest: nearest.filter(|_| cosine >= NEAR).map(|(interest, _)| interest), tier }
    }

    /// What each interest earns at a place: up to the bonus, as far as it lags behind its share.
    pub(super) fn owed(&self, place: usize) -> Lent<'a, Vec<f64>> {
        let lag = |(share, given): (&f64, &f64)| share * (place + 1) as f64 - given;
        let lags = self.shares.iter().zip(self.given.iter()).map(lag);
        self.scratch.collect(lags.map(|lag| self.bonus * between(lag, 0.0, 1.0)))
    }

    /// Counts an entry.
    pub(super) fn give(&mut self, standing: Standing) {
        if let Some(given) = standing.interest.and_then(|interest| self.given.get_mut(interest)) {
            *given += 1.0;
        }
    }
}
