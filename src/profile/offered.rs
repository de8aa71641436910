//! Offered: the surprises last seen in each slot, so that none comes twice in a row.
//!
//! What is seen in a slot within a minute is one showing. While it lasts, the
//! surprises of the showing before are kept away and its own may be drawn again:
//! a shelf that is drawn again under the shopper's eyes is the same.

use crate::catalog::Catalog;
use crate::log::Event;
use crate::time::Millis;

/// Slots remembered, the latest kept.
const SLOTS: usize = 16;
/// How long a showing lasts after its last seen entry.
const STAY_MS: i64 = 60_000;

/// One slot's last showing.
#[derive(Clone, Debug, PartialEq)]
struct Offer {
    slot: String,
    at: Millis,
    items: Vec<u32>,
    before: Vec<u32>,
}

impl Offer {
    fn lasts(&self, now: Millis) -> bool {
        now.0.saturating_sub(self.at.0) <= STAY_MS
    }
}

/// The last showing of every slot.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Offered(Vec<Offer>);

impl Offered {
    pub(super) fn step(&mut self, catalog: &Catalog, event: &Event) {
        let Some(slot) = &event.slot else { return };
        let found = event.shown.iter().filter(|shown| shown.discovery).filter_map(|shown| catalog.find(&shown.item));
        let mut offer = Offer { slot: slot.clone(), at: event.at, items: found.collect(), before: Vec::new() };
        if offer.items.is_empty() {
            return;
        }
        if let Some(known) = self.0.iter().position(|known| known.slot == *slot) {
            let known = self.0.remove(known);
            if known.lasts(event.at) {
                offer.items.extend(known.items);
                offer.before = known.before;
            } else {
                offer.before = known.items;
            }
        }
        if self.0.len() == SLOTS {
            self.0.remove(0);
        }
        self.0.push(offer);
    }

    pub(super) fn of(&self, slot: &str, now: Millis) -> &[u32] {
        let known = self.0.iter().find(|offer| offer.slot == slot);
        known.map_or(&[], |offer| if offer.lasts(now) { &offer.before } else { &offer.items })
    }
}

#[cfg(test)]
mod tests {
    use super::{Offered, SLOTS, STAY_MS};
    use crate::catalog::{Catalog, Item};
    use crate::log::{Event, EventKind, Shown};
    use crate::time::Millis;

    fn seen(offered: &mut Offered, slot: &str, item: &str, at: i64) {
        let catalog = Catalog::from_items(&["a", "b", "c", "d"].map(Item::new)).unwrap();
        let mut event = Event::new("e", EventKind::Impression, Millis(at));
        event.slot = Some(slot.into());
        event.shown.push(Shown { item: item.into(), discovery: true, ..Shown::default() });
        event.shown.push(Shown { item: "d".into(), ..Shown::default() });
        offered.step(&catalog, &event);
    }

    #[test]
    fn what_is_seen_within_a_minute_is_one_showing_and_keeps_the_one_before_away() {
        let mut offered = Offered::default();
        let none: [u32; 0] = [];
        seen(&mut offered, "home", "a", 0);
        seen(&mut offered, "home", "b", STAY_MS);
        assert_eq!(offered.of("home", Millis(2 * STAY_MS)), none, "while it lasts its own may come again");
        assert_eq!(offered.of("home", Millis(2 * STAY_MS + 1)), [1, 0]);
        seen(&mut offered, "home", "c", 2 * STAY_MS + 1);
        seen(&mut offered, "home", "a", 2 * STAY_MS + 2);
        assert_eq!(offered.of("home", Millis(2 * STAY_MS + 2)), [1, 0]);
        assert_eq!(offered.of("home", Millis(4 * STAY_MS)), [0, 2]);
        assert_eq!(offered.of("cart", Millis(4 * STAY_MS)), none);
    }

    #[test]
    fn the_latest_sixteen_slots_are_remembered() {
        let mut offered = Offered::default();
        (0..=SLOTS).for_each(|n| seen(&mut offered, &format!("s{n}"), "a", n as i64));
        let known = |n: usize| offered.of(&format!("s{n}"), Millis(9 * STAY_MS)).len();
        assert_eq!([0, 1, SLOTS].map(known), [0, 1, 1]);
    }
}
