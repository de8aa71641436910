//! What was learned on the device: a Bayesian logistic model of choosing, one per shopper.
//!
//! `log-odds of choosing = base + rate + w·z + ln e`: `base` is what the pack's
//! weights said when the entry was shown, `z` the item's features in the present
//! pack, `e = 1 / (1 + 0.12 · place)` the chance that the place was looked at, and
//! `rate` sets the level of the bases to that of this shopper. `w ~ N(0, I/4)`;
//! the posterior is Laplace's, one Newton step for each visit's entries.
//!
//! A visit's entries wait until it ends: their choices are then known, and a
//! shelf does not change because the shopper looks at it. Everything is part of
//! the fold, so forgetting an event unlearns it exactly.
//!
//! Cost: O(25²) per seen entry and O(25³) per visit with one.
//! Source: Chapelle & Li 2011 (logistic model with Laplace posterior); Craswell et
//! al. 2008 (examination by place).

use super::appetite::Appetite;
use crate::catalog::{Catalog, FEATURES};
use crate::log::{Event, Tier, name_of};
use crate::math::symmetric::{add_outer, diagonal, factor, solve_lower, solve_upper};
use crate::math::{ln, logistic};

/// Precision of the prior in every direction: a variance of 1/4.
const PRIOR_PRECISION: f64 = 4.0;
/// Share of what was known that one visit with seen entries keeps.
const KEPT: f64 = 0.97;
/// How fast the chance to be looked at falls with the place.
const EXAMINATION: f64 = 0.12;
/// Choices that are supposed to have come as expected, before any evidence on the rate.
const RATE_PRIOR: f64 = 3.0;
/// Seen entries, and choices among them, below which the pack's weights decide alone.
const ENOUGH_SEEN: u32 = 20;
const ENOUGH_CHOICES: u32 = 3;
/// Items remembered as causes, of either kind.
const CAUSES: usize = 32;

/// One seen entry that waits for its visit to end.
#[derive(Clone, Debug, PartialEq)]
struct Waiting {
    slate: u64,
    item: u32,
    base: f64,
    place: u16,
    tier: Option<Tier>,
    chosen: bool,
}

/// The posterior over the shopper's weights, with what it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Learned {
    /// Mean of the weights, `[FEATURES]`.
    mean: Vec<f64>,
    /// Precision of the weights, packed lower triangle.
    precision: Vec<f64>,
    /// Entries seen on ended visits.
    seen: u32,
    /// How many of them were chosen.
    choices: u32,
    /// Faded sums of the choices the bases expected, and of those that came.
    expected: f64,
    came: f64,
    waiting: Vec<Waiting>,
    /// Names the last ended visit with entries, the same on no other device.
    mark: u64,
    taken: Vec<u32>,
    passed: Vec<u32>,
    /// How readily surprises of each tier are accepted.
    pub appetite: Appetite,
}

impl Default for Learned {
    fn default() -> Self {
        Self {
            mean: vec![0.0; FEATURES],
            precision: diagonal(FEATURES, PRIOR_PRECISION),
            seen: 0,
            choices: 0,
            expected: 0.0,
            came: 0.0,
            waiting: Vec::new(),
            mark: 0,
            taken: Vec::new(),
            passed: Vec::new(),
            appetite: Appetite::default(),
        }
    }
}

impl Learned {
    /// Mean of the weights, `[FEATURES]`, log-odds per unit of feature.
    #[must_use]
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// Precision of the weights, the packed lower triangle of `[FEATURES, FEATURES]`.
    #[must_use]
    pub fn precision(&self) -> &[f64] {
        &self.precision
    }

    /// Entries seen on ended visits, and how many of them were chosen.
    #[must_use]
    pub fn evidence(&self) -> (u32, u32) {
        (self.seen, self.choices)
    }

    /// Whether there is enough evidence to let it speak: 20 seen entries and 3 choices.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.seen >= ENOUGH_SEEN && self.choices >= ENOUGH_CHOICES
    }

    /// Names the state of learning: it changes with every visit that taught something.
    #[must_use]
    pub fn mark(&self) -> u64 {
        self.mark
    }

    /// Items that were chosen, and items that were passed over, the newest last; at most 32 of each.
    #[must_use]
    pub fn causes(&self) -> (&[u32], &[u32]) {
        (&self.taken, &self.passed)
    }

    /// The same with the waiting entries counted in, as when their visit has ended.
    #[must_use]
    pub fn ended(&self, catalog: &Catalog) -> Self {
        let mut ended = self.clone();
        ended.end(catalog);
        ended
    }

    /// Whether entries of a visit wait for its end.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Takes the entries of an impression that can be learned from, each of a slate once a visit,
    /// however often it was logged. Cost: O(entries of the visit) each.
    pub(super) fn show(&mut self, catalog: &Catalog, event: &Event) {
        let slate = event.slate.as_deref().map_or(0, name_of);
        for shown in &event.shown {
            let Some((item, base)) = catalog.find(&shown.item).zip(shown.base) else { continue };
            if self.waiting.iter().any(|entry| entry.slate == slate && entry.item == item) {
                continue;
            }
            let (place, tier) = (shown.position, shown.tier);
            self.waiting.push(Waiting { slate, item, base: f64::from(base), place, tier, chosen: false });
        }
    }

    /// Marks a waiting entry as chosen, of the slate of that name.
    pub(super) fn choose(&mut self, slate: u64, item: u32) {
        self.waiting
            .iter_mut()
            .filter(|entry| entry.slate == slate && entry.item == item)
            .for_each(|entry| entry.chosen = true);
    }

    /// Learns from the waiting entries: their visit has ended.
    pub(super) fn end(&mut self, catalog: &Catalog) {
        let Some(last) = self.waiting.last() else { return };
        self.mark = last.slate;
        let prior = diagonal(FEATURES, PRIOR_PRECISION);
        for (cell, start) in self.precision.iter_mut().zip(prior) {
            *cell = KEPT * *cell + (1.0 - KEPT) * start;
        }
        self.appetite.fade(KEPT);
        let rate = ln((KEPT * self.came + RATE_PRIOR) / (KEPT * self.expected + RATE_PRIOR));
        let mut pull = vec![0.0; FEATURES];
        let (mut expected, mut came) = (0.0, 0.0);
        for entry in std::mem::take(&mut self.waiting) {
            let z = catalog.features(entry.item);
            let looked = 1.0 / (1.0 + EXAMINATION * f64::from(entry.place));
            let level = entry.base + ln(looked);
            let learned: f64 = z.iter().zip(&self.mean).map(|(z, w)| z * w).sum();
            let chance = logistic(level + rate + learned);
            let outcome = f64::from(u8::from(entry.chosen));
            add_outer(&mut self.precision, &z, chance * (1.0 - chance));
            pull.iter_mut().zip(z).for_each(|(cell, z)| *cell += (outcome - chance) * z);
            expected += logistic(level);
            came += outcome;
            self.seen += 1;
            self.choices += u32::from(entry.chosen);
            remember(if entry.chosen { &mut self.taken } else { &mut self.passed }, entry.item);
            if let Some(tier) = entry.tier {
                self.appetite.learn(tier, entry.chosen, looked);
            }
        }
        self.expected = KEPT * self.expected + expected;
        self.came = KEPT * self.came + came;
        let mut l = self.precision.clone();
        if factor(&mut l, FEATURES) {
            solve_lower(&l, &mut pull);
            solve_upper(&l, &mut pull);
            self.mean.iter_mut().zip(&pull).for_each(|(w, step)| *w += step);
        }
    }
}

fn remember(list: &mut Vec<u32>, item: u32) {
    list.retain(|&known| known != item);
    if list.len() == CAUSES {
        list.remove(0);
    }
    list.push(item);
}

#[cfg(test)]
mod tests {
    use super::{CAUSES, Learned};
    use crate::catalog::{Catalog, Item};
    use crate::log::{Event, EventKind, Shown, Tier, name_of};
    use crate::math::{ln, logistic};
    use crate::time::Millis;

    /// Items that say nothing: their features are the constant alone, and the model is of one weight.
    fn catalog() -> Catalog {
        let items: Vec<Item> = (0..40).map(|n| Item::new(format!("i{n:02}"))).collect();
        Catalog::from_items(&items).unwrap()
    }

    /// One visit of entries, each with its base, place, tier, and whether it was chosen.
    fn visit(learned: &mut Learned, catalog: &Catalog, entries: &[(f32, u16, Option<Tier>, bool)]) {
        let mut event = Event::new("e", EventKind::Impression, Millis(0));
        event.slate = Some("s".into());
        for (&(base, position, tier, _), n) in entries.iter().zip(0_u32..) {
            let (item, base) = (catalog.id(n).to_owned(), Some(base));
            event.shown.push(Shown { item, position, tier, base, ..Shown::default() });
        }
        learned.show(catalog, &event);
        learned.show(catalog, &event); // logged twice, it teaches once
        for (&(.., chosen), n) in entries.iter().zip(0..) {
            if chosen {
                learned.choose(name_of("s"), n);
            }
        }
        learned.end(catalog);
    }

    #[test]
    fn the_posterior_of_one_weight_equals_the_formula_by_hand() {
        let catalog = catalog();
        let mut learned = Learned::default();
        let (mut mean, mut precision, mut expected, mut came) = (0.0, 4.0, 0.0, 0.0);
        for n in 0..6_u16 {
            let entries = [(-1.5, n, None, n % 2 == 0), (-2.5, n + 4, None, n == 1), (-3.0, 0, None, false)];
            visit(&mut learned, &catalog, &entries);
            precision = 0.97 * precision + 0.03 * 4.0;
            let rate = ln((0.97 * came + 3.0) / (0.97 * expected + 3.0));
            let (mut pull, mut hoped, mut took) = (0.0, 0.0, 0.0);
            for (base, place, _, chosen) in entries {
                let level = f64::from(base) - ln(1.0 + 0.12 * f64::from(place));
                let (chance, outcome) = (logistic(level + rate + 0.3 * mean), f64::from(u8::from(chosen)));
                precision += 0.09 * chance * (1.0 - chance);
                pull += 0.3 * (outcome - chance);
                hoped += logistic(level);
                took += outcome;
            }
            (expected, came) = (0.97 * expected + hoped, 0.97 * came + took);
            mean += pull / precision;
            assert!((learned.mean().last().unwrap() - mean).abs() < 1e-12, "visit {n}");
            assert!((learned.precision().last().unwrap() - precision).abs() < 1e-12, "visit {n}");
        }
    }

    #[test]
    fn it_speaks_from_twenty_seen_entries_and_three_choices_on() {
        let ready = |seen: usize, choices: usize| {
            let mut learned = Learned::default();
            let entries: Vec<_> = (0..seen).map(|n| (-2.0, n as u16, None, n < choices)).collect();
            visit(&mut learned, &catalog(), &entries);
            assert_eq!(learned.evidence(), (seen as u32, choices as u32));
            learned.is_ready()
        };
        assert!(ready(20, 3) && !ready(19, 3) && !ready(20, 2));
    }

    #[test]
    fn the_latest_causes_are_remembered() {
        let mut learned = Learned::default();
        let entries: Vec<_> = (0..40).map(|n| (-2.0, n, None, false)).collect();
        visit(&mut learned, &catalog(), &entries);
        assert_eq!(learned.causes().1, (40 - CAUSES as u32..40).collect::<Vec<_>>());
    }

    #[test]
    fn a_surprise_that_is_passed_over_counts_by_the_chance_that_it_was_looked_at_and_fades() {
        let (catalog, mut learned) = (catalog(), Learned::default());
        visit(&mut learned, &catalog, &[(-2.0, 5, Some(Tier::Far), false)]);
        assert!((learned.appetite.mean(Tier::Far) - 1.0 / (7.0 + 1.0 / 1.6)).abs() < 1e-12);
        visit(&mut learned, &catalog, &[(-2.0, 5, Some(Tier::Far), true)]);
        assert!((learned.appetite.mean(Tier::Far) - 2.0 / (8.0 + 0.97 / 1.6)).abs() < 1e-12);
        assert_eq!(learned.appetite.mean(Tier::Near), 1.0 / 7.0);
    }
}
