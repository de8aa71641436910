//! History: what this shopper saw and bought, by item, and how often they come back to things.

use litemap::LiteMap;

use crate::log::{Event, EventKind};
use crate::math::{exp, ln};
use crate::time::Millis;

/// Factor per visit by which own history fades (Hu et al. 2020 use the same form).
const VISIT_FADE: f64 = 0.8;

/// The shopper's own history with one item.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Own {
    /// How many events that show interest.
    pub views: u32,
    /// How many purchases, less refunds.
    pub bought: u32,
    /// When last bought.
    pub bought_at: Option<Millis>,
    /// Number of the visit in which it was last touched.
    pub visit: u32,
    fade_bought: f64,
    fade_visit: u32,
}

impl Own {
    /// Purchases faded by visits: `Σ 0.8^(visits back)` as of `visit`.
    #[must_use]
    pub fn faded_purchases(&self, visit: u32) -> f64 {
        self.fade_bought * visit_fade(visit.saturating_sub(self.fade_visit))
    }

    /// `0.8^(visits back)` since it was last bought.
    #[must_use]
    pub fn purchase_recency(&self, visit: u32) -> f64 {
        visit_fade(visit.saturating_sub(self.fade_visit))
    }

    /// `0.8^(visits back)` since it was last touched.
    #[must_use]
    pub fn recency(&self, visit: u32) -> f64 {
        visit_fade(visit.saturating_sub(self.visit))
    }
}

/// All items with a history.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    items: LiteMap<u32, Own>,
    purchases: u32,
    repeats: u32,
}

impl History {
    pub(super) fn learn(&mut self, item: u32, event: &Event, visit: u32) {
        if event.strength() <= 0.0 && event.kind != EventKind::Refund {
            return;
        }
        let own = self.items.entry(item).or_default();
        match event.kind {
            EventKind::Refund => own.bought = own.bought.saturating_sub(1),
            EventKind::Purchase => {
                let is_new = own.bought_at != Some(event.at); // two lines of one order are one occasion
                self.purchases += u32::from(is_new);
                self.repeats += u32::from(is_new && own.bought > 0);
                own.fade_bought = own.faded_purchases(visit) + 1.0;
                own.fade_visit = visit;
                own.bought += 1;
                own.bought_at = Some(event.at);
                own.visit = visit;
            }
            _ => {
                own.views += 1;
                own.visit = visit;
            }
        }
    }

    /// The history with one item.
    #[must_use]
    pub fn of(&self, item: u32) -> Option<&Own> {
        self.items.get(&item)
    }

    /// Every item with a history, by number.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &Own)> {
        self.items.iter().map(|(&item, own)| (item, own))
    }

    /// The shopper's own share of repeats, shrunken: `(repeats + 4) / (purchases + 10)`.
    #[must_use]
    pub fn repeat_share(&self) -> f64 {
        (f64::from(self.repeats) + 4.0) / (f64::from(self.purchases) + 10.0)
    }
}

fn visit_fade(back: u32) -> f64 {
    exp(f64::from(back) * ln(VISIT_FADE))
}

#[cfg(test)]
mod tests {
    use super::History;
    use crate::log::{Event, EventKind};
    use crate::time::Millis;

    fn life(events: &[(EventKind, u32)]) -> History {
        let mut history = History::default();
        for (&(kind, visit), at) in events.iter().zip(0..) {
            history.learn(0, &Event::new("e", kind, Millis(at)), visit);
        }
        history
    }

    #[test]
    fn purchases_are_counted_less_refunds_and_the_later_ones_as_repeats() {
        use EventKind::{Purchase, Refund, ViewItem};
        let bought = |events: &[(EventKind, u32)]| life(events).of(0).map_or(0, |own| own.bought);
        assert_eq!(bought(&[(Purchase, 1), (Purchase, 2), (Refund, 2)]), 1);
        assert_eq!(bought(&[(Refund, 1), (Purchase, 2)]), 1, "a refund of what the log does not have is none");
        assert_eq!(life(&[]).repeat_share(), 0.4);
        assert_eq!(life(&[(Purchase, 1), (ViewItem, 2), (Purchase, 2)]).repeat_share(), 5.0 / 12.0);
    }

    #[test]
    fn two_lines_of_one_order_are_no_repeat() {
        let mut history = History::default();
        for (at, times) in [(1, 2), (5, 1)] {
            for _ in 0..times {
                history.learn(0, &Event::new("e", EventKind::Purchase, Millis(at)), 1);
            }
        }
        assert_eq!(history.of(0).unwrap().bought, 3);
        assert_eq!(history.repeat_share(), (1.0 + 4.0) / (2.0 + 10.0));
    }

    #[test]
    fn purchases_fade_by_visits() {
        let history = life(&[(EventKind::Purchase, 1), (EventKind::Purchase, 3), (EventKind::ViewItem, 4)]);
        let own = history.of(0).unwrap();
        let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found}, not {expected}");
        near(own.faded_purchases(3), 1.0 + 0.64);
        near(own.faded_purchases(5), 0.64 * 1.64);
        near(own.purchase_recency(5), 0.64);
        near(own.recency(5), 0.8);
    }
}
