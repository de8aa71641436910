//! Explore and arrange: who stands where, and with which probability.
//!
//! The upper half of the places goes to the best scores. In the lower half, some
//! places are *discoveries*: labelled draws among good items off the *obvious
//! shelf* (best sellers, already met, look-alikes of what was just seen), from a
//! distribution that is written down, so that the propensity is exact. Every
//! place pays a penalty for likeness to the entries above it. With the dial at 0
//! nothing of this remains: the best scores, in their order.
//!
//! Source: Carbonell & Goldstein 1998 (maximal marginal relevance); the obvious
//! shelf after Ge et al. 2010; boost and penalty sizes from `docs/ALGORITHMS.md`.

use super::eligible::Eligible;
use super::rule::{Resolved, cap_key};
use super::score::{Scored, Scorer};
use super::signal::{DISCOVERY, DIVERSITY};
use super::slate::{Ranked, Reason};
use super::{Desk, Request};
use crate::math::order::{arranged, ranking};
use crate::math::{Stream, between, exp};
use crate::profile::DEFAULT_SURPRISE;

/// Penalty per unit of cosine to the nearest entry above, from a dial of [`DEFAULT_SURPRISE`] on; in proportion below.
pub const DIVERSITY_PENALTY: f64 = 0.25;
/// How many items off the obvious shelf a discovery is drawn from.
pub const DISCOVERY_POOL: usize = 100;
/// How many of the best candidates compete for the places.
const POOL: usize = 300;
/// Share of a discovery draw that is uniform over its pool: no propensity below this over the pool's size.
const UNIFORM_SHARE: f64 = 0.1;
/// Temperature of the rest of the draw, in log-odds.
const TEMPERATURE: f64 = 0.5;
/// The boost of the lower half for items off the obvious shelf at a dial of 1.
const LARGEST_BOOST: f64 = 0.5;
/// Best sellers that are obvious to everyone; at most a tenth of the catalog.
const BEST_SELLERS: usize = 100;
/// Cosine to one of the last three items from which an item is a look-alike.
const LOOK_ALIKE: f64 = 0.75;

struct Table<'a> {
    desk: &'a Desk<'a>,
    pool: Vec<Scored>,
    taken: Vec<bool>,
    obvious: Vec<bool>,
    likeness: Vec<f64>,
    penalty: f64,
    rules: &'a Resolved,
    counts: Vec<(usize, u32, usize)>,
}

pub(super) fn arrange(
    desk: &Desk<'_>,
    request: &Request,
    rules: &Resolved,
    eligible: &Eligible,
    scorer: &Scorer<'_>,
    pool: Vec<Scored>,
    stream: &mut Stream,
) -> Vec<Ranked> {
    // Caps may pass over many candidates before a slate is full: then all stay in play.
    let most = if rules.caps.is_empty() { POOL.max(request.size + DISCOVERY_POOL) } else { pool.len() };
    let mut pool = best_first(pool, most);
    let pins = legal_pins(request, rules, eligible);
    for &(_, item) in &pins {
        if !pool.iter().any(|scored| scored.item == item) {
            pool.push(scorer.score(item, rules));
        }
    }
    let dial = between(request.surprise.unwrap_or_else(|| desk.profile.surprise()), 0.0, 1.0);
    let size = request.size.min(pool.len());
    let surprises = discovery_places(size, dial);
    let obvious = mark_obvious(desk, scorer, &pool);
    let n = pool.len();
    let penalty = DIVERSITY_PENALTY * (dial / DEFAULT_SURPRISE).min(1.0);
    let mut table = Table {
        desk,
        pool,
        taken: vec![false; n],
        obvious,
        likeness: vec![0.0; n],
        penalty,
        rules,
        counts: Vec::new(),
    };
    pins.iter().for_each(|&(_, item)| table.reserve(item));
    let mut entries = Vec::with_capacity(size);
    for place in 0..size {
        let boost = if place >= size / 2 { dial * LARGEST_BOOST } else { 0.0 };
        let drawn = surprises.contains(&place).then(|| table.draw(stream)).flatten();
        let pinned = pins.iter().find(|&&(position, _)| position == place).map(|&(_, item)| item);
        let choice = match (pinned.and_then(|item| table.position(item)), drawn) {
            (Some(at), _) => Some((at, 1.0, false)),
            (None, Some((at, propensity))) => Some((at, propensity, true)),
            (None, None) => table.best(boost).map(|at| (at, 1.0, false)),
        };
        let Some((at, propensity, discovery)) = choice else { break };
        let boost = if discovery || pinned.is_some() { 0.0 } else { boost };
        entries.push(table.seat(at, propensity, discovery, boost, scorer));
    }
    entries
}

/// The best of the pool by score, ties by item: the pool comes in ascending items.
fn best_first(pool: Vec<Scored>, most: usize) -> Vec<Scored> {
    let mut order = ranking(pool.iter().map(|scored| scored.score));
    order.truncate(most);
    arranged(pool, &order)
}

/// The pins that may hold: shown items only, one per place and per item, first come.
fn legal_pins(request: &Request, rules: &Resolved, eligible: &Eligible) -> Vec<(usize, u32)> {
    let mut pins: Vec<(usize, u32)> = Vec::new();
    for &(position, item) in &rules.pins {
        let free = !pins.iter().any(|&(place, pinned)| place == position || pinned == item);
        if position < request.size && free && eligible.allows_pin(item) {
            pins.push((position, item));
        }
    }
    pins
}

/// The places of the lower half that are discoveries: half the dial's share of the slate, evenly spread.
fn discovery_places(size: usize, dial: f64) -> Vec<usize> {
    let lower = size - size / 2;
    let count = (libm::rint(size as f64 * dial / 2.0) as usize).min(lower);
    (0..count).map(|k| size / 2 + (2 * k + 1) * lower / (2 * count)).collect()
}

fn mark_obvious(desk: &Desk<'_>, scorer: &Scorer<'_>, pool: &[Scored]) -> Vec<bool> {
    let catalog = desk.catalog;
    let best = &catalog.popular()[..BEST_SELLERS.min(catalog.len() / 10)];
    let lately: Vec<u32> = scorer.session_items().iter().copied().take(3).collect();
    let is_obvious = |scored: &Scored| {
        best.contains(&scored.item)
            || desk.profile.history.of(scored.item).is_some()
            || scorer.session_items().contains(&scored.item)
            || lately.iter().any(|&item| catalog.cosine(item, scored.item) >= LOOK_ALIKE)
    };
    pool.iter().map(is_obvious).collect()
}

impl Table<'_> {
    fn position(&self, item: u32) -> Option<usize> {
        self.pool.iter().position(|scored| scored.item == item)
    }

    /// Keeps a pinned item out of every other place; the caps count it from the start.
    fn reserve(&mut self, item: u32) {
        if let Some(at) = self.position(item) {
            self.taken[at] = true;
            self.count(item);
        }
    }

    fn is_free(&self, at: usize) -> bool {
        !self.taken[at] && self.within_caps(self.pool[at].item)
    }

    fn within_caps(&self, item: u32) -> bool {
        self.rules.caps.iter().enumerate().all(|(cap, &(per, max))| {
            let Some(key) = cap_key(self.desk.catalog, per, item) else { return true };
            self.counts.iter().find(|&&(c, k, _)| c == cap && k == key).map_or(0, |&(_, _, count)| count) < max
        })
    }

    fn count(&mut self, item: u32) {
        for (cap, &(per, _)) in self.rules.caps.iter().enumerate() {
            let Some(key) = cap_key(self.desk.catalog, per, item) else { continue };
            match self.counts.iter_mut().find(|(c, k, _)| *c == cap && *k == key) {
                Some((_, _, count)) => *count += 1,
                None => self.counts.push((cap, key, 1)),
            }
        }
    }

    /// The free candidate of highest score after boost and penalty.
    fn best(&self, boost: f64) -> Option<usize> {
        let value = |at: usize| {
            let off = if self.obvious[at] { 0.0 } else { boost };
            self.pool[at].score + off - self.penalty * self.likeness[at]
        };
        let free = (0..self.pool.len()).filter(|&at| self.is_free(at)).map(|at| (at, value(at)));
        free.reduce(|best, next| if next.1 > best.1 { next } else { best }).map(|(at, _)| at)
    }

    /// Draws a discovery: softmax of the scores mixed with the uniform over the pool.
    fn draw(&self, stream: &mut Stream) -> Option<(usize, f64)> {
        let off = (0..self.pool.len()).filter(|&at| !self.obvious[at] && self.is_free(at));
        let pool: Vec<usize> = off.take(DISCOVERY_POOL).collect();
        let value = |at: usize| self.pool[at].score - self.penalty * self.likeness[at];
        let highest = pool.iter().map(|&at| value(at)).fold(f64::NEG_INFINITY, f64::max);
        let odds: Vec<f64> = pool.iter().map(|&at| exp((value(at) - highest) / TEMPERATURE)).collect();
        let total: f64 = odds.iter().sum();
        let uniform = UNIFORM_SHARE / pool.len().max(1) as f64;
        let mut left = stream.unit();
        let mut chosen = None;
        for (&at, odd) in pool.iter().zip(&odds) {
            let propensity = (1.0 - UNIFORM_SHARE) * odd / total + uniform;
            chosen = Some((at, propensity));
            left -= propensity;
            if left < 0.0 {
                break;
            }
        }
        chosen
    }

    /// Seats a candidate, adds the arrangement's own terms to its reasons, and tells the others how alike they are.
    fn seat(&mut self, at: usize, propensity: f64, discovery: bool, boost: f64, scorer: &Scorer<'_>) -> Ranked {
        let item = self.pool[at].item;
        if !self.taken[at] {
            self.taken[at] = true;
            self.count(item);
        }
        let mut reasons = scorer.reasons(&self.pool[at]);
        let own = |signal, value| Reason { signal, weight: 1.0, value, item: None, attribute: None };
        if boost > 0.0 && !self.obvious[at] {
            reasons.push(own(DISCOVERY, boost));
        }
        if self.penalty * self.likeness[at] > 0.0 {
            reasons.push(own(DIVERSITY, -self.penalty * self.likeness[at]));
        }
        let largest_first = ranking(reasons.iter().map(|reason| reason.term().abs()));
        let reasons = arranged(reasons, &largest_first);
        let score = reasons.iter().map(Reason::term).sum();
        for (other, likeness) in self.likeness.iter_mut().enumerate() {
            if !self.taken[other] {
                *likeness = likeness.max(self.desk.catalog.cosine(item, self.pool[other].item));
            }
        }
        Ranked { item, score, propensity, discovery, reasons }
    }
}
