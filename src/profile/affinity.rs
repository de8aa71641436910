//! Affinities: shrunken log-odds of attributes, and what price feels right.
//!
//! For a token with base rate `p` in the catalog and decayed evidence `w` out of
//! `W` for its key, the affinity is `ln((w + κp) / ((W + κ) p))`: zero without
//! evidence, never infinite. Shrinkage towards the base rate is the usual
//! Dirichlet prior with weight κ.

use std::collections::BTreeMap;

use crate::catalog::token::key_of;
use crate::catalog::{Catalog, TokenHash};
use crate::log::Event;
use crate::math::ln;
use crate::time::{Millis, decay};

/// Half-life of taste, in days.
const HALF_LIFE: f64 = 30.0;
/// Weight of the catalog's base rate, in views.
const SHRINKAGE: f64 = 10.0;
/// Weight of the base rate within one part of the day, in views.
const MOMENT_SHRINKAGE: f64 = 20.0;

/// Decayed evidence for one token.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Evidence {
    /// Sum of strengths, decayed to `at`.
    pub weight: f64,
    /// How many events.
    pub count: u32,
    /// The newest of them.
    pub at: Millis,
}

impl Evidence {
    fn add(&mut self, strength: f64, at: Millis) {
        self.weight = self.weight_at(at) + strength;
        self.count += 1;
        self.at = at;
    }

    /// The weight as of `now`.
    #[must_use]
    pub fn weight_at(&self, now: Millis) -> f64 {
        self.weight * decay(self.at.days_until(now), HALF_LIFE)
    }
}

/// The three families whose evidence is counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Family {
    /// `brand:`.
    Brand,
    /// `category:`.
    Category,
    /// Every other key.
    Attribute,
}

impl Family {
    /// The family of a token's text.
    #[must_use]
    pub(super) fn of(token: &str) -> Self {
        match key_of(token) {
            "brand" => Self::Brand,
            "category" => Self::Category,
            _ => Self::Attribute,
        }
    }
}

/// Tastes by token, plus price and part of the day.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Affinities {
    tokens: BTreeMap<u32, Evidence>,
    totals: BTreeMap<Family, Evidence>,
    moments: BTreeMap<(u8, u32), f64>,
    moment_totals: BTreeMap<u8, f64>,
    log_price: Evidence,
    log_price_sum: f64,
}

impl Affinities {
    pub(super) fn learn(
        &mut self,
        catalog: &Catalog,
        event: &Event,
        digest: &[TokenHash],
        price: Option<f64>,
        strength: f64,
    ) {
        for token in digest.iter().filter_map(|&hash| catalog.find_hash(hash)) {
            let family = Family::of(catalog.token(token));
            self.tokens.entry(token).or_default().add(strength, event.at);
            self.totals.entry(family).or_default().add(strength.max(0.0), event.at);
            if let (Family::Category, Some(part), true) = (family, event.hour.map(part_of_day), strength > 0.0) {
                *self.moments.entry((part, token)).or_default() += strength;
                *self.moment_totals.entry(part).or_default() += strength;
            }
        }
        if let Some(price) = price.filter(|&price| price > 0.0 && strength > 0.0) {
            self.log_price_sum *= decay(self.log_price.at.days_until(event.at), HALF_LIFE);
            self.log_price_sum += strength * ln(price);
            self.log_price.add(strength, event.at);
        }
    }

    /// Every token with evidence.
    pub fn tokens(&self) -> impl Iterator<Item = (u32, &Evidence)> {
        self.tokens.iter().map(|(&token, evidence)| (token, evidence))
    }

    /// The shrunken log-odds of a token at `now`, −1..=3; 0 without any evidence.
    #[must_use]
    pub fn log_odds(&self, catalog: &Catalog, token: u32, now: Millis) -> f64 {
        let family = Family::of(catalog.token(token));
        let Some(total) = self.totals.get(&family).map(|total| total.weight_at(now)) else { return 0.0 };
        let weight = self.tokens.get(&token).map_or(0.0, |evidence| evidence.weight_at(now));
        let base = catalog.token_share(token);
        let odds = (weight + SHRINKAGE * base).max(0.05 * SHRINKAGE * base) / ((total + SHRINKAGE) * base);
        ln(odds).clamp(-1.0, 3.0)
    }

    /// How much more a category is wanted in this part of the day than in general, −1..=2.
    #[must_use]
    pub fn moment(&self, token: u32, hour: u8) -> f64 {
        let part = part_of_day(hour);
        let Some(&total) = self.moment_totals.get(&part) else { return 0.0 };
        let overall_total: f64 = self.moment_totals.values().sum();
        let overall: f64 = (0..4).filter_map(|part| self.moments.get(&(part, token))).sum();
        if overall <= 0.0 {
            return 0.0;
        }
        let base = overall / overall_total;
        let here = self.moments.get(&(part, token)).copied().unwrap_or(0.0);
        ln((here + MOMENT_SHRINKAGE * base) / ((total + MOMENT_SHRINKAGE) * base)).clamp(-1.0, 2.0)
    }

    /// How well a price fits: 0 at the shopper's usual price, down to −2 far from it; 0 without evidence.
    #[must_use]
    pub fn price_fit(&self, price: f64, now: Millis) -> f64 {
        let weight = self.log_price.weight_at(now);
        if weight <= 0.0 || price <= 0.0 || self.log_price.weight <= 0.0 {
            return 0.0;
        }
        let usual = self.log_price_sum / self.log_price.weight;
        let apart = ln(price) - usual;
        let trust = weight / (weight + SHRINKAGE);
        -trust * (apart * apart).min(4.0) / 2.0
    }
}

/// Night, morning, afternoon, evening.
fn part_of_day(hour: u8) -> u8 {
    match hour {
        6..=11 => 1,
        12..=17 => 2,
        18..=23 => 3,
        _ => 0,
    }
}
