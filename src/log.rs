//! The log: the bounded set of events on this device, the only personal data at rest.
//!
//! Guarantees: a set by event id, kept in canonical order (time, then id), so
//! the order of arrival never matters; of two events with one id the earlier stays,
//! see [`precedes`]; bounded to 13 months, and to the 4,096 newest events with up to
//! 512 older ones: where it is cut is a matter of the events alone, so tabs and
//! devices that merge in any order end with the same log.
//!
//! Cost: an event in time order is appended in O(log n); a late one is inserted in O(n).

mod codec;
mod context;
mod event;
mod ids;
mod showing;

pub use codec::{decode_record, encode_record, record_id};
pub use context::{Context, FACETS};
pub use event::{Event, EventKind, Line, Shown, Tier, Trial};
pub use ids::Ids;
pub use showing::{Showings, name_of};

use xxhash_rust::xxh64::xxh64;

use crate::time::{Millis, RETENTION_MS};

/// So many of the newest events are kept whatever they are.
pub const CAPACITY: usize = 4_096;
/// Most events kept. What gives way has the rest folded again, which is long where each new event does it: so a full log
/// is cut before one event in 64, the same ones on every device, and many give way at a time.
pub const MOST: usize = CAPACITY + 512;

/// The events of one shop on this device.
#[derive(Clone, Debug, Default)]
pub struct Log {
    events: Vec<Event>,
    ids: Ids,
    /// Rises with every change other than an event behind those folded.
    epoch: u32,
    folded: u32,
    /// Ids of events that are too old or too many, since the last [`Log::expire`].
    evicted: Vec<String>,
}

impl Log {
    /// The events in canonical order.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// Changes whenever events already folded may have changed.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.epoch.into()
    }

    /// Notes how many of the first events are folded: one that comes behind them changes nothing of that.
    pub fn note_folded(&mut self, count: usize) {
        self.folded = count as u32;
    }

    /// Whether that event is here.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.ids.contains(id)
    }

    /// Adds an event; `false` when its id is known or it is older than a full log holds. An event that
    /// precedes the known one of its id takes its place.
    ///
    /// Cost: for an id that is known O(n).
    pub fn insert(&mut self, event: Event) -> bool {
        let at = self.events.partition_point(|known| known.order() < event.order());
        let is_known = |known: &Event| known.id == event.id;
        let known = self.ids.contains(&event.id).then(|| self.events.iter().position(is_known)).flatten();
        let others = self.events.len() - usize::from(known.is_some());
        let is_full = others >= MOST || others >= CAPACITY && mark(&self.events[0]);
        let is_older = at == 0 && known != Some(0) && is_full;
        if is_older || known.is_some_and(|known| !precedes(&event, &self.events[known])) {
            return false;
        }
        if let Some(known) = known {
            self.events.remove(known); // it comes at `at` or after it
            self.epoch += 1;
        }
        self.ids.insert(event.id.clone());
        self.events.insert(at, event);
        self.epoch += u32::from(at < self.folded as usize);
        let len = self.events.len();
        if len > CAPACITY {
            let least = len.saturating_sub(MOST);
            let cut = (least..=len - CAPACITY).rev().find(|&at| mark(&self.events[at])).unwrap_or(least);
            self.give_way(cut);
        }
        true
    }

    /// Drops what is older than 13 months before `now`; returns the ids dropped, and those
    /// that gave way to newer events since the last call, so that storage can follow.
    pub fn expire(&mut self, now: Millis) -> Vec<String> {
        let oldest = Millis(now.0.saturating_sub(RETENTION_MS));
        let old = self.events.partition_point(|event| event.at < oldest);
        self.give_way(old);
        let mut gone = std::mem::take(&mut self.evicted);
        gone.retain(|id| !self.ids.contains(id)); // there was room again when it came back
        gone
    }

    /// Removes every event for which `gone` holds; returns their ids.
    pub fn remove(&mut self, gone: impl Fn(&Event) -> bool) -> Vec<String> {
        let mut removed = Vec::new();
        self.events.retain(|event| {
            let keep = !gone(event);
            if !keep {
                removed.push(event.id.clone());
            }
            keep
        });
        self.forgotten(&removed);
        removed
    }

    fn give_way(&mut self, count: usize) {
        for event in self.events.drain(..count) {
            self.ids.remove(&event.id);
            self.evicted.push(event.id);
        }
        self.epoch += u32::from(count > 0);
    }

    fn forgotten(&mut self, ids: &[String]) {
        ids.iter().for_each(|id| {
            self.ids.remove(id);
        });
        self.epoch += u32::from(!ids.is_empty());
    }
}

/// Whether a full log may be cut before that event: one in 64, the same ones on every device.
fn mark(event: &Event) -> bool {
    xxh64(event.id.as_bytes(), 0).is_multiple_of(64)
}

/// Whether the first of two events with one id is the one to keep, in whatever order they came: the earlier,
/// else the one whose record is smaller. An order that was reported again keeps its first date.
#[must_use]
pub fn precedes(event: &Event, other: &Event) -> bool {
    event.at.cmp(&other.at).then_with(|| encode_record(event).cmp(&encode_record(other))).is_lt()
}
