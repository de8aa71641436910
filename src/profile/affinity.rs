//! Affinities: shrunken log-odds of attributes, what price feels right, and what a moment is about.
//!
//! For a token with base rate `p` in the catalog and decayed evidence `w` out of
//! `W` for its key, the affinity is `ln((w + κp) / ((W + κ) p))`: zero without
//! evidence, never infinite. Shrinkage towards the base rate is the usual
//! Dirichlet prior with weight κ.

use litemap::LiteMap;

use crate::catalog::{Catalog, Family, TokenHash};
use crate::log::{Context, Event, name_of};
use crate::math::{between, ln};
use crate::time::{Millis, decay};

/// Half-life of taste, in days.
const HALF_LIFE: f64 = 30.0;
/// Weight of the catalog's base rate, in views.
const SHRINKAGE: f64 = 10.0;
/// Night, morning, afternoon, evening; workday, weekend; the quarters of the year.
const PARTS: usize = 10;
/// Where each way of dividing time begins and ends among the parts.
const DIVISIONS: [std::ops::Range<usize>; 3] = [0..4, 4..6, 6..10];
/// Weight of the base rate within one part, in views.
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

/// Tastes by token, plus price and moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Affinities {
    tokens: LiteMap<u32, Evidence>,
    totals: [Evidence; 3],
    /// Evidence by category token and part of time.
    moments: LiteMap<u32, [f64; PARTS]>,
    moment_totals: [f64; PARTS],
    /// Evidence by category token and facet of the moment, and by category token and the facet's key.
    facets: LiteMap<(u32, u64), f64>,
    facet_totals: LiteMap<u64, f64>,
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
        let mut met = [false; 3];
        for token in digest.iter().filter_map(|&hash| catalog.find_hash(hash)) {
            let family = catalog.family(token);
            met[family as usize] = true;
            self.tokens.entry(token).or_default().add(strength, event.at);
            if family == Family::Category && strength > 0.0 {
                let parts = self.moments.entry(token).or_insert([0.0; PARTS]);
                parts_of(event.hour, event.weekday, event.at).for_each(|part| parts[part] += strength);
                for name in event.facets.iter().flat_map(|facet| names_of(facet)) {
                    *self.facets.entry((token, name)).or_insert(0.0) += strength;
                }
            }
        }
        // A family's total counts an event once, however many of its tokens the item carries:
        // base rates are shares of items, so evidence must be shares of events.
        for (total, _) in self.totals.iter_mut().zip(met).filter(|(_, met)| *met) {
            total.add(strength.max(0.0), event.at);
        }
        if met[Family::Category as usize] && strength > 0.0 {
            parts_of(event.hour, event.weekday, event.at).for_each(|part| self.moment_totals[part] += strength);
            for name in event.facets.iter().flat_map(|facet| names_of(facet)) {
                *self.facet_totals.entry(name).or_insert(0.0) += strength;
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
        let family = catalog.family(token);
        let Some(evidence) = self.tokens.get(&token) else { return self.unmet(family, now) };
        let (weight, total) = (evidence.weight_at(now), self.totals[family as usize].weight_at(now));
        let base = catalog.token_share(token);
        let odds = (weight + SHRINKAGE * base).max(0.05 * SHRINKAGE * base) / ((total + SHRINKAGE) * base);
        between(ln(odds), -1.0, 3.0)
    }

    /// The log-odds of every token of a family that was never met: they are all the same.
    #[must_use]
    pub fn unmet(&self, family: Family, now: Millis) -> f64 {
        let total = self.totals[family as usize].weight_at(now);
        between(ln(SHRINKAGE / (total + SHRINKAGE)), -1.0, 0.0)
    }

    /// How much more a category is wanted at such a moment than in general, −1..=2: in this part of
    /// the day, on workdays or weekends, in this quarter of the year, in this weather, on this device,
    /// in this language, in this store, as far as the moment is known.
    #[must_use]
    pub fn moment(&self, token: u32, context: &Context, now: Millis) -> f64 {
        let Some(parts) = self.moments.get(&token) else { return 0.0 };
        let of_part = |part: usize| {
            let division = DIVISIONS.iter().find(|division| division.contains(&part)).cloned().unwrap_or(0..0);
            let all: f64 = self.moment_totals[division.clone()].iter().sum();
            lift(parts[part], self.moment_totals[part], parts[division].iter().sum::<f64>() / all)
        };
        let of_facet = |facet: &String| {
            let own = |name: u64| self.facets.get(&(token, name)).copied().unwrap_or(0.0);
            let total = |name: u64| self.facet_totals.get(&name).copied().unwrap_or(0.0);
            let [here, key] = names_of(facet);
            lift(own(here), total(here), own(key) / total(key))
        };
        let of_time: f64 = parts_of(context.hour, context.weekday, now).map(of_part).sum();
        between(of_time + context.facets.iter().map(of_facet).sum::<f64>(), -1.0, 2.0)
    }

    /// What price feels right; `None` without evidence.
    #[must_use]
    pub fn price_taste(&self, now: Millis) -> Option<PriceTaste> {
        let weight = self.log_price.weight_at(now);
        let speaks = weight > 0.0 && self.log_price.weight > 0.0;
        let usual = self.log_price_sum / self.log_price.weight;
        speaks.then(|| PriceTaste { usual, trust: weight / (weight + SHRINKAGE) })
    }
}

/// The shopper's usual price.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PriceTaste {
    /// Log of the usual price.
    usual: f64,
    /// How much evidence there is, 0..1.
    trust: f64,
}

impl PriceTaste {
    /// How well a price fits: 0 at the shopper's usual price, down to −2 far from it.
    #[must_use]
    pub fn fit(&self, price: f64) -> f64 {
        if price <= 0.0 {
            return 0.0;
        }
        let apart = ln(price) - self.usual;
        -self.trust * (apart * apart).min(4.0) / 2.0
    }
}

/// Log of how much more often something comes here than at base, shrunken towards none.
fn lift(here: f64, total: f64, base: f64) -> f64 {
    let is_known = total > 0.0 && base > 0.0;
    if is_known { ln((here + MOMENT_SHRINKAGE * base) / ((total + MOMENT_SHRINKAGE) * base)) } else { 0.0 }
}

/// A facet such as `weather:rain`, and its key, each by a number.
fn names_of(facet: &str) -> [u64; 2] {
    [name_of(facet), name_of(facet.split(':').next().unwrap_or(facet))]
}

/// The parts of time that a moment lies in, of each division that is known.
fn parts_of(hour: Option<u8>, weekday: Option<u8>, at: Millis) -> impl Iterator<Item = usize> {
    let day = hour.map(|hour| match hour {
        6..=11 => 1,
        12..=17 => 2,
        18..=23 => 3,
        _ => 0,
    });
    let week = weekday.map(|weekday| 4 + usize::from(matches!(weekday, 0 | 6)));
    // Days from 1970-01-01 in years of 365.25: within a day of the calendar's quarters. In UTC, learned and asked
    // alike: an event does not say how far its local time was from it.
    let year = (at.day() as f64 / 365.25).rem_euclid(1.0);
    let quarter = 6 + ((year * 4.0) as usize).min(3);
    day.into_iter().chain(week).chain([quarter])
}

#[cfg(test)]
mod tests {
    use super::Affinities;
    use crate::catalog::{Catalog, Item};
    use crate::log::{Event, EventKind};
    use crate::time::Millis;

    #[test]
    fn log_odds_follow_the_formula_between_minus_one_and_three() {
        let item = |n: usize| Item { brand: Some(format!("b{n}")), ..Item::new(format!("i{n:02}")) };
        let catalog = Catalog::from_items(&(0..40).map(item).collect::<Vec<_>>()).unwrap();
        let token = catalog.find_token("brand:b0").unwrap();
        let odds = |strength: f64, times: usize| {
            let mut affinities = Affinities::default();
            let event = Event::new("e", EventKind::ViewItem, Millis(0));
            for _ in 0..times {
                affinities.learn(&catalog, &event, &[catalog.token_hash(token)], None, strength);
            }
            affinities.log_odds(&catalog, token, Millis(0))
        };
        // One of forty items: (w + 10/40) / ((W + 10)/40).
        assert!((odds(1.0, 2) - libm::log(2.25 / 0.3)).abs() < 1e-12);
        assert_eq!((odds(1.0, 0), odds(5.0, 100), odds(-2.0, 100)), (0.0, 3.0, -1.0));
    }
}
