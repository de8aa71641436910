//! The profile: what a fold of the log says. Derived, never stored.
//!
//! `profile = fold(catalog, log)`: a walk over the events in canonical order.
//! Folding one more event is the same step as folding all of them, so the
//! incremental and the full fold are equal bit for bit, and forgetting an event
//! is folding a log without it: exact unlearning. Evidence fades relative to
//! each event's own time; the present only scales what is read.
//!
//! Cost: O(lines · (tokens + interests · dims)) per event; memory grows with the
//! number of distinct items and tokens met, bounded by the log.

mod affinity;
mod appetite;
mod history;
mod intent;
mod interest;
mod learned;
mod offered;
mod session;
mod stated;

use std::sync::OnceLock;

use litemap::LiteMap;

pub use affinity::{Affinities, Evidence, PriceTaste};
pub use appetite::Appetite;
pub use history::{History, Own};
pub use intent::{Counts, DEFAULTS as INTENT_DEFAULTS, ENOUGH, Intent, Stage, facts, intent, purchase};
pub use interest::{Interest, Interests};
pub use learned::Learned;
pub use session::Session;
pub use stated::{Stated, Statement};

use crate::catalog::Catalog;
use crate::log::{Event, EventKind, Line, Showings};
use crate::math::order::by_score;
use crate::time::{Millis, decay};
use offered::Offered;

/// Half-life of fatigue, in days.
const FATIGUE_HALF_LIFE: f64 = 7.0;
/// The dial when the shopper has not set it.
pub const DEFAULT_SURPRISE: f64 = 0.3;
/// A basket left alone for longer than this many days no longer counts as one.
const BASKET_DAYS: f64 = 7.0;

/// How tired the shopper is of one item.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Tired {
    before: f64,
    after: f64,
    at: Millis,
    visit: u32,
}

/// What is learned once the running visit has ended: computed when it is first asked for.
#[derive(Clone, Debug, Default)]
struct Ended(OnceLock<Box<Learned>>);

/// It follows from the rest of a profile, whether it was asked for or not.
impl PartialEq for Ended {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// What the log says, as of its newest event.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    /// How many events went in.
    pub events: usize,
    /// The running or last session.
    pub session: Session,
    /// Tastes by attribute token.
    pub affinities: Affinities,
    /// Centres of interest in the vector space.
    pub interests: Interests,
    /// What was seen and bought, by item.
    pub history: History,
    /// Likes, dismissals, mutes and declared preferences.
    pub stated: Stated,
    basket: LiteMap<u32, (f64, Millis)>,
    fatigue: LiteMap<u32, Tired>,
    learned: Learned,
    ended: Ended,
    showings: Showings,
    offered: Offered,
    /// How many slate entries were seen.
    pub impressions: u32,
}

impl Profile {
    /// Folds a whole log.
    ///
    /// Shapes: `events` in canonical order (time, id). Cost: linear in lines.
    #[must_use]
    pub fn fold(catalog: &Catalog, events: &[Event]) -> Self {
        let mut profile = Self::default();
        events.iter().for_each(|event| profile.step(catalog, event));
        profile
    }

    /// A blank profile but for what the shopper refused.
    #[must_use]
    pub fn refusals_only(&self) -> Self {
        Self { stated: self.stated.refusals_only(), ..Self::default() }
    }

    /// Folds one more event, which must not precede those already folded.
    ///
    /// Items that the present catalog calls sensitive are left out, as if they had never been logged.
    pub fn step(&mut self, catalog: &Catalog, event: &Event) {
        self.events += 1;
        if !event.items().any(|item| catalog.is_sensitive_id(item)) {
            return self.learn(catalog, event);
        }
        let mut event = event.clone();
        if keep_learnable(catalog, &mut event) {
            self.learn(catalog, &event);
        }
    }

    fn learn(&mut self, catalog: &Catalog, event: &Event) {
        self.ended = Ended::default();
        let visit = self.session.visit;
        self.session.enter(event);
        if self.session.visit != visit {
            self.learned.end(catalog);
        }
        self.stated.step(catalog, event);
        self.learned.show(catalog, event);
        self.showings.step(event);
        self.offered.step(catalog, event);
        for shown in &event.shown {
            self.impressions += 1;
            if let Some(item) = catalog.find(&shown.item) {
                self.tire(item, event.at);
            }
        }
        for line in &event.lines {
            self.step_line(catalog, event, line);
        }
    }

    fn step_line(&mut self, catalog: &Catalog, event: &Event, line: &Line) {
        let item = catalog.find(&line.item);
        if item.is_some_and(|item| catalog.is_sensitive(item)) {
            return; // a refusal, which says nothing else
        }
        let strength = event.strength();
        if strength != 0.0 {
            let price = line.price.or_else(|| item.and_then(|item| catalog.price(item)));
            self.affinities.learn(catalog, event, &line.digest, price, strength);
        }
        let Some(item) = item else { return };
        if strength > 0.0 {
            self.session.touch(item, event.kind);
            self.interests.learn(catalog, item, event, strength);
            self.fatigue.remove(&item);
            if let Some(slate) = self.showings.chosen_from(event, &line.item) {
                self.learned.choose(slate, item);
            }
        }
        self.history.learn(item, event, self.session.visit);
        match event.kind {
            EventKind::AddToCart if line.quantity > 0.0 => {
                let held = self.basket.get(&item).map_or(0.0, |&(quantity, _)| quantity);
                self.basket.insert(item, (held + line.quantity, event.at));
            }
            EventKind::RemoveFromCart => {
                let held = self.basket.get(&item).map_or(0.0, |&(quantity, _)| quantity);
                if held > line.quantity {
                    self.basket.insert(item, (held - line.quantity, event.at));
                } else {
                    self.basket.remove(&item);
                }
            }
            EventKind::Purchase => {
                self.basket.remove(&item);
            }
            _ => {}
        }
    }

    /// Shown and passed over on one more visit: `f ← 0.8 (f + 1)`, at most 4.
    fn tire(&mut self, item: u32, at: Millis) {
        let visit = self.session.visit;
        if self.fatigue.get(&item).is_some_and(|tired| tired.visit == visit) {
            return;
        }
        let before = self.fatigue_of(item, at);
        self.fatigue.insert(item, Tired { before, after: 0.8 * (before + 1.0), at, visit });
    }

    /// On how many visits the item was lately shown and passed over, 0..4.
    ///
    /// Being shown counts once a visit, and from the next visit on: a shelf that
    /// is drawn again while the shopper looks at it stays as it is.
    #[must_use]
    pub fn fatigue_of(&self, item: u32, now: Millis) -> f64 {
        let Some(tired) = self.fatigue.get(&item) else { return 0.0 };
        let running = tired.visit == self.session.visit && self.session.runs(now);
        let level = if running { tired.before } else { tired.after };
        level * decay(tired.at.days_until(now), FATIGUE_HALF_LIFE)
    }

    /// What was learned from seen slates, as of `now`: a visit that has ended counts in.
    ///
    /// Cost: free while a visit runs or after it was counted; else one step of the fold, once until the next event.
    #[must_use]
    pub fn learned(&self, catalog: &Catalog, now: Millis) -> &Learned {
        if self.learned.is_waiting() && !self.session.runs(now) {
            return self.ended.0.get_or_init(|| Box::new(self.learned.ended(catalog)));
        }
        &self.learned
    }

    /// The surprises to keep away from a slot: those last seen there, once that is a minute ago, and
    /// until then those before. The same surprise is not offered twice in a row.
    #[must_use]
    pub fn offered(&self, slot: &str, now: Millis) -> &[u32] {
        self.offered.of(slot, now)
    }

    /// What lies in the basket, newest first.
    #[must_use]
    pub fn basket(&self, now: Millis) -> Vec<u32> {
        let mut items: Vec<(f64, u32)> = self.held(now).map(|(item, at)| (at.0 as f64, item)).collect();
        by_score(&mut items);
        items.into_iter().map(|(_, item)| item).collect()
    }

    /// What lies in the basket, ascending by item, with when it was last put there.
    pub fn held(&self, now: Millis) -> impl Iterator<Item = (u32, Millis)> + '_ {
        let fresh = move |(_, (_, at)): &(&u32, &(f64, Millis))| at.days_until(now) <= BASKET_DAYS;
        self.basket.iter().filter(fresh).map(|(&item, &(_, at))| (item, at))
    }

    /// The dial in force, 0..=1.
    #[must_use]
    pub fn surprise(&self) -> f64 {
        self.stated.surprise().unwrap_or(DEFAULT_SURPRISE)
    }
}

/// Takes sensitive items out of an event, but for a refusal; `false` when nothing is left to learn.
pub fn keep_learnable(catalog: &Catalog, event: &mut Event) -> bool {
    if matches!(event.kind, EventKind::Dismiss | EventKind::Mute) || event.items().next().is_none() {
        return true;
    }
    event.lines.retain(|line| !catalog.is_sensitive_id(&line.item));
    event.shown.retain(|shown| !catalog.is_sensitive_id(&shown.item));
    event.items().next().is_some()
}

#[cfg(test)]
mod tests {
    use super::Profile;
    use crate::catalog::{Catalog, Item};
    use crate::log::{Event, EventKind, Shown};
    use crate::time::{DAY_MS, Millis, SESSION_GAP_MS};

    const START: Millis = Millis(1_760_000_000_000);

    fn catalog() -> Catalog {
        let lamp = |id: &str| Item { category: vec!["lamps".into()], ..Item::new(id) };
        Catalog::from_items(&[lamp("a"), lamp("b")]).unwrap()
    }

    /// Events of item a, each so many milliseconds after the start, with the quantity given.
    fn life(events: &[(EventKind, i64, f64)]) -> Profile {
        let event = |(n, &(kind, at, quantity)): (usize, &(EventKind, i64, f64))| {
            let mut event = Event::new(format!("e{n:04}"), kind, Millis(START.0 + at));
            if kind == EventKind::Impression {
                event.shown.push(Shown { item: "a".into(), ..Shown::default() });
                return event;
            }
            event = event.with_item("a");
            event.lines[0].quantity = quantity;
            event
        };
        let events: Vec<Event> = events.iter().enumerate().map(event).collect();
        Profile::fold(&catalog(), &events)
    }

    #[test]
    fn the_basket_holds_for_a_week_what_was_put_in_less_what_was_taken_out() {
        use EventKind::{AddToCart as Add, Purchase, RemoveFromCart as Remove};
        let holds = |events: &[(EventKind, f64)], later: i64| {
            let events: Vec<_> = events.iter().map(|&(kind, quantity)| (kind, 0, quantity)).collect();
            !life(&events).basket(Millis(START.0 + later)).is_empty()
        };
        assert!(holds(&[(Add, 2.0), (Remove, 1.0)], 0));
        assert!(!holds(&[(Add, 2.0), (Remove, 1.0), (Remove, 1.0)], 0));
        assert!(holds(&[(Add, 1.0), (Add, 1.0), (Remove, 1.0)], 0));
        assert!(!holds(&[(Add, 1.0), (Remove, 3.0)], 0) && holds(&[(Add, 1.0), (Remove, 3.0), (Add, 1.0)], 0));
        assert!(!holds(&[(Add, 2.0), (Purchase, 1.0)], 0));
        assert!(holds(&[(Add, 1.0)], 7 * DAY_MS) && !holds(&[(Add, 1.0)], 7 * DAY_MS + 1));
    }

    #[test]
    fn what_is_passed_over_tires_once_a_visit_from_the_next_on_up_to_four_until_it_is_chosen() {
        use EventKind::{Impression as Seen, ViewItem};
        let tired = |events: &[(EventKind, i64)], later: i64| {
            let events: Vec<_> = events.iter().map(|&(kind, at)| (kind, at, 1.0)).collect();
            life(&events).fatigue_of(0, Millis(START.0 + later))
        };
        let visit = SESSION_GAP_MS + 1;
        assert_eq!(tired(&[(Seen, 0)], SESSION_GAP_MS), 0.0, "a shelf stays as it is while it is looked at");
        let once = tired(&[(Seen, 0)], visit);
        assert!((once - 0.8).abs() < 0.002, "{once}");
        assert_eq!(tired(&[(Seen, 0), (Seen, 0)], visit), once);
        let twice = tired(&[(Seen, 0), (Seen, visit)], 2 * visit);
        assert!((twice - 1.44).abs() < 0.006, "{twice}");
        assert_eq!(tired(&[(Seen, 0), (Seen, visit), (ViewItem, visit)], 2 * visit), 0.0);
        assert!((tired(&[(Seen, 0)], visit + 7 * DAY_MS) / once - 0.5).abs() < 1e-9, "it halves in a week");
        let often: Vec<_> = (0..200).map(|n| (Seen, n * visit)).collect();
        assert!((3.5..4.0).contains(&tired(&often, 200 * visit)));
    }

    #[test]
    fn a_visit_ends_after_half_an_hour_without_an_event_or_between_two_purchases() {
        use EventKind::{Purchase, ViewItem};
        let visits = |events: &[(EventKind, i64)]| {
            let events: Vec<_> = events.iter().map(|&(kind, at)| (kind, at, 1.0)).collect();
            life(&events).session
        };
        assert_eq!(visits(&[(ViewItem, 0), (ViewItem, SESSION_GAP_MS)]).visit, 1);
        assert_eq!(visits(&[(ViewItem, 0), (ViewItem, SESSION_GAP_MS + 1)]).visit, 2);
        assert_eq!(visits(&[(ViewItem, 0), (Purchase, 0), (Purchase, 0), (ViewItem, 0)]).visit, 2);
        let session = visits(&[(ViewItem, 0)]);
        let at = |ms: i64| Millis(START.0 + ms);
        assert!(session.runs(at(SESSION_GAP_MS)) && session.visit_at(at(SESSION_GAP_MS)) == 1);
        assert!(!session.runs(at(SESSION_GAP_MS + 1)) && session.visit_at(at(SESSION_GAP_MS + 1)) == 2);
        let long: Vec<_> = (0..500).map(|n| (ViewItem, n)).collect();
        assert_eq!(visits(&long).items(at(500)).len(), 200, "the newest are kept");
    }
}
