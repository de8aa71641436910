//! The session: what the shopper is about right now.
//!
//! A session ends after 30 minutes without an event. Each purchase is a visit of
//! its own, so that "visits back" counts baskets where a shop only knows baskets.

use super::intent::Counts;
use crate::log::{Event, EventKind};
use crate::time::{Millis, SESSION_GAP_MS};

/// Most items a session remembers, newest kept.
const MAX_ITEMS: usize = 200;

/// The running or last session.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Session {
    /// Number of the visit, the first is 1; 0 before any event.
    pub visit: u32,
    /// What happened in it.
    pub counts: Counts,
    items: Vec<u32>,
    /// Whether the newest item was chosen in a list, and its page not opened since.
    chosen: bool,
    last_kind: Option<EventKind>,
    last_at: Option<Millis>,
}

impl Session {
    /// Starts a new session when the event belongs to one.
    pub(super) fn enter(&mut self, event: &Event) {
        let apart = self.last_at.is_none_or(|last| event.at.0 - last.0 > SESSION_GAP_MS);
        let both_purchases = self.last_kind == Some(EventKind::Purchase) && event.kind == EventKind::Purchase;
        if apart || both_purchases {
            self.visit += 1;
            self.items.clear();
            self.counts = Counts::default();
        }
        self.counts.add(event);
        self.last_at = Some(event.at);
        self.last_kind = Some(event.kind);
    }

    /// Notes an item; opening a list entry, its page and its basket button in a row is one touch,
    /// and opening its page once more is another.
    pub(super) fn touch(&mut self, item: u32, kind: EventKind) {
        let opens = kind == EventKind::ViewItem && !std::mem::take(&mut self.chosen);
        if self.items.last() == Some(&item) && !opens {
            return;
        }
        self.chosen = kind == EventKind::SelectItem;
        if self.items.len() == MAX_ITEMS {
            self.items.remove(0);
        }
        self.items.push(item);
    }

    /// The items of the session if it still runs at `now`, oldest first, repeats included.
    #[must_use]
    pub fn items(&self, now: Millis) -> &[u32] {
        if self.runs(now) { &self.items } else { &[] }
    }

    /// Whether the session still runs at `now`.
    #[must_use]
    pub fn runs(&self, now: Millis) -> bool {
        self.last_at.is_some_and(|last| now.0 - last.0 <= SESSION_GAP_MS)
    }

    /// The number that the visit of an event at `now` has: this one's while it runs.
    #[must_use]
    pub fn visit_at(&self, now: Millis) -> u32 {
        self.visit + u32::from(!self.runs(now))
    }

    /// When the newest event happened.
    #[must_use]
    pub fn last_at(&self) -> Option<Millis> {
        self.last_at
    }
}
