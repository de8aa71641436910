//! The sessions of a log in time order, as the replay walks them.
//!
//! Guarantees: sessions are sorted by their start, those that start together by
//! their first appearance in the files; lines are sorted by time, those of one
//! moment in the order of the file. 16 bytes per line, twice where a log holds
//! both looks and purchases.

use std::cmp::Ordering;

use flaneur::catalog::Item;

use super::query::Task;
use crate::log::{GUEST, Log, Touch};

/// One row of a session.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// The item's index.
    pub item: u32,
    /// What happened.
    pub touch: Touch,
    /// When, epoch milliseconds.
    pub at: i64,
}

/// One session.
#[derive(Clone, Debug, Default)]
pub struct Session {
    /// The shopper's number, or [`GUEST`].
    pub user: u32,
    /// How many earlier sessions of this shopper the log holds.
    pub visit: u32,
    /// Its first event, epoch milliseconds.
    pub start: i64,
    /// What the task is about, oldest first. Session task: every row that is not an
    /// item's later row of another kind (looked at, then bought). Basket task: the purchases.
    pub lines: Vec<Line>,
    /// Every row, where that is more than `lines`.
    all: Vec<Line>,
    /// Where each of `lines` is among `all`.
    places: Vec<u32>,
}

impl Session {
    /// Every row of the session, oldest first, whatever its kind.
    #[must_use]
    pub fn events(&self) -> &[Line] {
        if self.all.is_empty() { &self.lines } else { &self.all }
    }

    /// Every row before the line with that number.
    #[must_use]
    pub fn events_before(&self, line: usize) -> &[Line] {
        let until = self.places.get(line).map_or(line, |&at| at as usize);
        &self.events()[..until]
    }
}

/// Whether the learners count the lines of a session: 2 to 100.
#[must_use]
pub fn is_usual(lines: &[Line]) -> bool {
    (super::SHORTEST..=super::LONGEST).contains(&lines.len())
}

/// A whole log with its items.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// The task its lines were chosen for.
    pub task: Task,
    /// The items, by index.
    pub items: Vec<Item>,
    /// The sessions, by start.
    pub sessions: Vec<Session>,
    /// Per shopper: the numbers of the sessions, ascending.
    pub of_user: Vec<Vec<u32>>,
    /// Whether nothing but purchases is logged.
    pub is_purchases_only: bool,
    /// Per item: its place among all ids in order; ids that are numbers compare as numbers.
    pub id_place: Vec<u32>,
    /// A moment after the last event, epoch milliseconds.
    pub end: i64,
}

impl Dataset {
    /// Arranges a settled log.
    #[must_use]
    pub fn new(log: &Log, items: Vec<Item>, task: Task) -> Self {
        let events = log.events();
        let is_purchases_only = events.iter().all(|event| event.touch == Touch::Buy);
        let mut keyed: Vec<(i64, u32, Session)> = events
            .chunk_by(|x, y| x.session == y.session)
            .map(|rows| {
                let all: Vec<Line> = rows.iter().map(|x| Line { item: x.item, touch: x.touch, at: x.at }).collect();
                (rows[0].at, rows[0].session, session(rows[0].user, all, task))
            })
            .collect();
        keyed.sort_by_key(|&(start, number, _)| (start, number));
        let mut sessions: Vec<Session> = keyed.into_iter().map(|(_, _, session)| session).collect();
        let mut of_user: Vec<Vec<u32>> = vec![Vec::new(); log.shoppers()];
        for (at, session) in sessions.iter_mut().enumerate() {
            if session.user != GUEST {
                let own = &mut of_user[session.user as usize];
                session.visit = own.len() as u32;
                own.push(at as u32);
            }
        }
        let end = events.iter().map(|x| x.at).max().map_or(0, |last| last + 1);
        let id_place = id_places(&items);
        Self { task, items, sessions, of_user, is_purchases_only, id_place, end }
    }

    /// The numbers of a shopper's sessions before the session with that number, oldest first.
    #[must_use]
    pub fn earlier(&self, session: usize) -> &[u32] {
        let found = &self.sessions[session];
        let own = self.of_user.get(found.user as usize).map_or(&[][..], Vec::as_slice);
        own.get(..found.visit as usize).unwrap_or_default()
    }

    /// Whether any item has words to compare.
    #[must_use]
    pub fn has_titles(&self) -> bool {
        self.items.iter().any(|item| !item.title.is_empty())
    }
}

fn session(user: u32, all: Vec<Line>, task: Task) -> Session {
    let places: Vec<u32> = match task {
        Task::Basket => (0..all.len() as u32).filter(|&at| all[at as usize].touch == Touch::Buy).collect(),
        Task::Session => without_echoes(&all),
    };
    let start = all.first().map_or(0, |line| line.at);
    if places.len() == all.len() {
        return Session { user, start, lines: all, ..Session::default() };
    }
    let lines = places.iter().map(|&at| all[at as usize]).collect();
    Session { user, visit: 0, start, lines, all, places }
}

/// An item's later row of another kind (looked at, then bought) is no new line.
fn without_echoes(all: &[Line]) -> Vec<u32> {
    let mut kept: Vec<u32> = Vec::new();
    for (at, line) in all.iter().enumerate() {
        let is_echo = kept.iter().map(|&at| all[at as usize]).any(|x| x.item == line.item && x.touch != line.touch);
        if !is_echo {
            kept.push(at as u32);
        }
    }
    kept
}

fn id_places(items: &[Item]) -> Vec<u32> {
    let numbers: Option<Vec<u64>> = items.iter().map(|item| item.id.parse().ok()).collect();
    let by_text = |a: usize, b: usize| items[a].id.cmp(&items[b].id);
    let compare = |a: usize, b: usize| match &numbers {
        Some(numbers) => numbers[a].cmp(&numbers[b]).then_with(|| by_text(a, b)),
        None => by_text(a, b),
    };
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by(|&a, &b| compare(a, b).then(Ordering::Equal));
    let mut places = vec![0; items.len()];
    order.iter().zip(0..).for_each(|(&item, place)| places[item] = place);
    places
}
