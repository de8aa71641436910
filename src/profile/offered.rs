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
