//! Showings: from which slate a choice was made, whether or not the event says so.
//!
//! An event that names its slate was made there. For any other, the choice was
//! made from the slate that last showed the item, if that was seen within half an
//! hour. A step further with an item (into the basket, bought) that was chosen in
//! this time is the same choice and belongs to no further slate.
//!
//! A walk over the log in canonical order, so that it is part of every pure fold.
//! Cost: O(entries seen within half an hour) per line of an event.

use xxhash_rust::xxh64::xxh64;

use super::event::{Event, EventKind};
use crate::time::{Millis, SESSION_GAP_MS};

/// One seen entry.
#[derive(Clone, Debug, PartialEq)]
struct Showing {
    slate: u64,
    item: u64,
    at: Millis,
    chosen: bool,
}

/// The entries seen within half an hour.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Showings(Vec<Showing>);

impl Showings {
    /// Walks past an event.
    pub fn step(&mut self, event: &Event) {
        self.0.retain(|showing| event.at.0.saturating_sub(showing.at.0) <= SESSION_GAP_MS);
        let Some(slate) = event.slate.as_deref().map(name_of) else { return };
        let showing = |item: &str| Showing { slate, item: name_of(item), at: event.at, chosen: false };
        self.0.extend(event.shown.iter().map(|shown| showing(&shown.item)));
    }

    /// The name of the slate that the event chose an item from; `None` when it was from none.
    pub fn chosen_from(&mut self, event: &Event, item: &str) -> Option<u64> {
        let item = name_of(item);
        let named = event.slate.as_deref().map(name_of);
        let begins = matches!(event.kind, EventKind::SelectItem | EventKind::ViewItem);
        if named.is_none() && !begins && self.0.iter().any(|known| known.chosen && known.item == item) {
            return None;
        }
        let is_it = |known: &&mut Showing| known.item == item && named.is_none_or(|slate| slate == known.slate);
        let Some(showing) = self.0.iter_mut().rev().find(is_it) else { return named };
        // The half hour begins anew: what follows is still about this choice.
        (showing.chosen, showing.at) = (true, event.at);
        Some(showing.slate)
    }
}

/// Names a slate or an item by a number.
#[must_use]
pub fn name_of(id: &str) -> u64 {
    xxh64(id.as_bytes(), 0)
}
