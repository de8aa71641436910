//! What a shopper's device knows at a query: the log it would hold, folded, and the request.
//!
//! Guarantees: only what [`Query::visits`] and [`Query::events`] show goes in.
//! The replay's clock keeps the log's sessions: pauses inside one are cut to
//! 25 minutes, and earlier sessions end at least a session gap before it,
//! because the shop named its sessions and the device would otherwise find its
//! own. Where only purchases are logged, lines of the running session are things
//! put into the basket, and earlier sessions are purchases. Sensitive items leave
//! no trace, as on the device.

use flaneur::catalog::Catalog;
use flaneur::log::{Event, EventKind, Log};
use flaneur::profile::Profile;
use flaneur::rank::{Allow, Request};
use flaneur::time::{Millis, SESSION_GAP_MS};

use super::dataset::Line;
use super::method::SIZE;
use super::query::{Query, Task};
use crate::log::Touch;

/// Longest pause inside a running session, milliseconds.
const LONGEST_PAUSE: i64 = 25 * 60_000;
/// Most lines of one event.
const MOST_LINES: usize = 200;

/// What the device brings to a query.
pub struct Device {
    /// The log folded.
    pub profile: Profile,
    /// What is asked.
    pub request: Request,
}

/// The log that a device would hold at the query, in canonical order, with the moment of the question.
///
/// Without `history`, only the running session is in it. Cost: O(events · tokens).
#[must_use]
pub fn log_at(catalog: &Catalog, query: &Query<'_>, history: bool) -> (Vec<Event>, Millis) {
    let (session, now) = running(query);
    let begin = session.first().map_or(now, |&(at, _)| at);
    let mut writer = Writer { catalog, events: Vec::new() };
    if history {
        let last = query.visits().flat_map(|visit| visit.events.last()).map(|line| line.at).max();
        let shift = last.map_or(0, |last| (last + SESSION_GAP_MS + 1 - begin).max(0));
        for visit in query.visits() {
            writer.visit(visit.events, shift, query.is_purchases_only() || query.task() == Task::Basket);
        }
    }
    for (at, line) in session {
        let kind = if query.is_purchases_only() { EventKind::AddToCart } else { kind_of(line.touch) };
        writer.event(kind, at, &[line.item]);
    }
    // The device's own log: its order, its bound and its retention.
    let mut log = Log::default();
    writer.events.into_iter().for_each(|event| {
        log.insert(event);
    });
    log.expire(Millis(now));
    (log.events().to_vec(), Millis(now))
}

/// The device at a query. Cost: one fold of the shopper's log.
#[must_use]
pub fn device(catalog: &Catalog, query: &Query<'_>, history: bool) -> Device {
    let (events, now) = log_at(catalog, query, history);
    let profile = Profile::fold(catalog, &events);
    let request = Request {
        slot: "replay".into(),
        size: SIZE,
        exclude: query.excluded.clone(),
        surprise: Some(0.0),
        allow: Allow { seen: true, bought: true, basket: true },
        now,
        ..Request::default()
    };
    Device { profile, request }
}

/// The running session on the replay's clock, oldest first, and the moment of the question.
fn running<'a>(query: &Query<'a>) -> (Vec<(i64, &'a Line)>, i64) {
    let mut at = query.now;
    let mut session: Vec<(i64, &'a Line)> = Vec::with_capacity(query.events.len());
    let mut later: Option<i64> = None;
    for line in query.events.iter().rev() {
        at -= later.map_or(0, |later| (later - line.at).clamp(0, LONGEST_PAUSE));
        later = Some(line.at);
        session.push((at, line));
    }
    session.reverse();
    (session, query.now)
}

fn kind_of(touch: Touch) -> EventKind {
    match touch {
        Touch::View => EventKind::ViewItem,
        Touch::Want => EventKind::AddToCart,
        Touch::Buy => EventKind::Purchase,
    }
}

struct Writer<'a> {
    catalog: &'a Catalog,
    events: Vec<Event>,
}

impl Writer<'_> {
    /// An earlier session, `shift` milliseconds earlier; purchases of one moment are one event.
    fn visit(&mut self, lines: &[Line], shift: i64, only_purchases: bool) {
        for rows in
            lines.chunk_by(|x, y| x.touch == y.touch && x.touch == Touch::Buy && (only_purchases || x.at == y.at))
        {
            let kind = kind_of(rows[0].touch);
            for part in rows.chunks(MOST_LINES) {
                let items: Vec<u32> = part.iter().map(|line| line.item).collect();
                self.event(kind, part[0].at - shift, &items);
            }
        }
    }

    fn event(&mut self, kind: EventKind, at: i64, items: &[u32]) {
        let items: Vec<u32> = items.iter().copied().filter(|&item| !self.catalog.is_sensitive(item)).collect();
        if items.is_empty() {
            return;
        }
        let mut event = Event::new(format!("{:08}", self.events.len()), kind, Millis(at));
        for &item in &items {
            event = event.with_item(self.catalog.id(item));
        }
        for (line, item) in event.lines.iter_mut().zip(items) {
            line.digest = self.catalog.tokens(item).map(|token| self.catalog.token_hash(token)).collect();
        }
        self.events.push(event);
    }
}
