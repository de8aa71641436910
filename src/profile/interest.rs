//! Interests: at most eight decayed centres in the vector space, never one average.
//!
//! An event on an item joins the nearest centre when their cosine is at least
//! 0.45, else it founds a new one; when eight are taken, the faintest gives way.
//! A centre knows the events and items that made it, so it can be explained and
//! forgotten. Several centres per user: Weston et al. 2013 (max over interests).

use litemap::LiteMap;

use crate::catalog::Catalog;
use crate::log::Event;
use crate::math::order::{by_key, by_score, falling};
use crate::time::{Millis, decay};

/// Most centres.
const MAX_INTERESTS: usize = 8;
/// Half-life of an interest, in days.
const HALF_LIFE: f64 = 21.0;
/// Cosine from which an item belongs to a centre.
const JOIN: f64 = 0.45;

/// One centre of interest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Interest {
    /// The event that founded it, with a mark when that founded another: unlike any other's.
    pub id: String,
    /// Sum of unit vectors times strengths, decayed to `at`; `[dims]`.
    pub centre: Vec<f64>,
    /// Sum of strengths, decayed to `at`.
    pub weight: f64,
    /// The newest event.
    pub at: Millis,
    /// The items that made it, with their strengths.
    pub items: LiteMap<u32, f64>,
    /// The events that made it, oldest first.
    pub events: Vec<String>,
}

impl Interest {
    /// Its weight as of `now`.
    #[must_use]
    pub fn weight_at(&self, now: Millis) -> f64 {
        self.weight * decay(self.at.days_until(now), HALF_LIFE)
    }

    /// Its items, strongest first, ties by number.
    #[must_use]
    pub fn strongest(&self) -> Vec<(u32, f64)> {
        let mut items: Vec<(f64, u32)> = self.items.iter().map(|(&item, &weight)| (weight, item)).collect();
        by_score(&mut items);
        items.into_iter().map(|(weight, item)| (item, weight)).collect()
    }

    /// Its strongest item, ties by number.
    #[must_use]
    pub fn leader(&self) -> Option<u32> {
        let heavier = |best: (u32, f64), next: (u32, f64)| if next.1.total_cmp(&best.1).is_gt() { next } else { best };
        self.items.iter().map(|(&item, &weight)| (item, weight)).reduce(heavier).map(|(item, _)| item)
    }

    fn length(&self) -> f64 {
        self.centre.iter().map(|x| x * x).sum::<f64>().sqrt()
    }

    /// Cosine of the centre and an item.
    #[must_use]
    pub fn cosine(&self, catalog: &Catalog, item: u32) -> f64 {
        let length = self.length();
        let dot: f64 = self.centre.iter().zip(catalog.vector(item)).map(|(c, x)| c * f64::from(x)).sum();
        if length > 0.0 { dot * f64::from(catalog.inverse_norm(item)) / length } else { 0.0 }
    }
}

/// All centres, in the order of their founding.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Interests(Vec<Interest>);

impl Interests {
    /// The centres.
    #[must_use]
    pub fn all(&self) -> &[Interest] {
        &self.0
    }

    /// The `most` centres of largest weight at `now`, strongest first, ties by founding.
    pub fn strongest(&self, most: usize, now: Millis) -> impl Iterator<Item = &Interest> {
        let mut keys = [(u64::MAX, u32::MAX); MAX_INTERESTS];
        for ((key, interest), at) in keys.iter_mut().zip(&self.0).zip(0..) {
            *key = (falling(interest.weight_at(now)), at);
        }
        by_key(&mut keys);
        keys.into_iter().take(most).filter_map(|(_, at)| self.0.get(at as usize))
    }

    pub(super) fn learn(&mut self, catalog: &Catalog, item: u32, event: &Event, strength: f64) {
        if catalog.inverse_norm(item) == 0.0 {
            return;
        }
        let nearest = self.nearest(catalog, item);
        let at = match nearest {
            Some((at, cosine)) if cosine >= JOIN => at,
            _ => self.found(catalog.dims(), event),
        };
        let interest = &mut self.0[at];
        let fade = decay(interest.at.days_until(event.at), HALF_LIFE);
        let unit = strength * f64::from(catalog.inverse_norm(item));
        for (cell, x) in interest.centre.iter_mut().zip(catalog.vector(item)) {
            *cell = *cell * fade + unit * f64::from(x);
        }
        interest.weight = interest.weight * fade + strength;
        interest.at = event.at;
        *interest.items.entry(item).or_insert(0.0) += strength;
        if interest.events.last() != Some(&event.id) {
            interest.events.push(event.id.clone());
        }
    }

    fn nearest(&self, catalog: &Catalog, item: u32) -> Option<(usize, f64)> {
        let cosines = self.0.iter().map(|interest| interest.cosine(catalog, item)).enumerate();
        cosines.reduce(|best, next| if next.1 > best.1 { next } else { best })
    }

    /// A new centre; the faintest gives way when all places are taken.
    fn found(&mut self, dims: usize, event: &Event) -> usize {
        if self.0.len() == MAX_INTERESTS {
            let faintest = (0..self.0.len())
                .min_by(|&a, &b| self.0[a].weight_at(event.at).total_cmp(&self.0[b].weight_at(event.at)));
            self.0.remove(faintest.unwrap_or(0));
        }
        let mut id = event.id.clone();
        while self.0.iter().any(|known| known.id == id) {
            id.push('+');
        }
        self.0.push(Interest { id, centre: vec![0.0; dims], at: event.at, ..Interest::default() });
        self.0.len() - 1
    }
}
