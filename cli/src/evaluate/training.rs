//! What is known at a cut: the sessions before it, and how often each item was in them.
//!
//! Guarantees: no line at or after the cut is in it. Candidates are the items
//! with at least one counted line; ties everywhere go by count, descending, then by
//! id, ascending, which is the order of [`Training::order`].

use flaneur::time::DAY_MS;

use super::dataset::{Dataset, Line};
use super::query::Task;
use crate::log::GUEST;

/// Days that count as recent.
pub const RECENT_DAYS: i64 = 28;
/// The place of an item that is no candidate.
pub const NO_PLACE: u32 = u32::MAX;

/// A view of the log before a cut.
#[derive(Clone, Debug)]
pub struct Training<'a> {
    /// The whole log; only sessions below `until` may be read.
    pub data: &'a Dataset,
    /// The cut, epoch milliseconds.
    pub cut: i64,
    /// Sessions with smaller numbers start before the cut.
    pub until: usize,
    /// Per item: counted lines.
    pub counts: Vec<u32>,
    /// Per item: counted lines of the last 28 days.
    pub recent: Vec<u32>,
    /// Per item: its first line, epoch milliseconds; `i64::MAX` when it has none.
    pub first_seen: Vec<i64>,
    /// The candidates, most frequent first.
    pub order: Vec<u32>,
    /// Per item: its place in `order`, or [`NO_PLACE`].
    pub place: Vec<u32>,
    /// Counted lines of all items.
    pub total: u64,
}

impl<'a> Training<'a> {
    /// Looks at the log before `cut`. Cost: O(lines + items · log items).
    #[must_use]
    pub fn new(data: &'a Dataset, cut: i64) -> Self {
        let items = data.items.len();
        let until = data.sessions.partition_point(|session| session.start < cut);
        let mut training = Self {
            data,
            cut,
            until,
            counts: vec![0; items],
            recent: vec![0; items],
            first_seen: vec![i64::MAX; items],
            order: Vec::new(),
            place: vec![NO_PLACE; items],
            total: 0,
        };
        for (_, lines) in training.clone().sessions() {
            for line in lines {
                let item = line.item as usize;
                training.counts[item] += 1;
                training.recent[item] += u32::from(line.at >= cut - RECENT_DAYS * DAY_MS);
                training.first_seen[item] = training.first_seen[item].min(line.at);
                training.total += 1;
            }
        }
        training.sort();
        training
    }

    /// With other counts of lines, such as those of a whole log where `data` is a sample of it.
    #[must_use]
    pub fn with_counts(mut self, counts: Vec<u32>) -> Self {
        self.total = counts.iter().map(|&count| u64::from(count)).sum();
        self.counts = counts;
        self.sort();
        self
    }

    /// Puts the candidates in their order.
    fn sort(&mut self) {
        self.order = (0..self.counts.len() as u32).filter(|&item| self.counts[item as usize] > 0).collect();
        let (counts, id_place) = (&self.counts, &self.data.id_place);
        self.order.sort_by_key(|&item| (u32::MAX - counts[item as usize], id_place[item as usize]));
        self.place.fill(NO_PLACE);
        self.order.iter().zip(0..).for_each(|(&item, place)| self.place[item as usize] = place);
    }

    /// The sessions that are learned from, by start, with their number and their lines before the cut.
    ///
    /// Session task: those of 2 to 100 lines. Basket task: every basket.
    pub fn sessions(&self) -> impl Iterator<Item = (usize, &'a [Line])> {
        let (cut, task) = (self.cut, self.data.task);
        let lines = move |(at, session): (usize, &'a super::dataset::Session)| {
            (at, &session.lines[..session.lines.partition_point(|line| line.at < cut)])
        };
        self.data.sessions[..self.until].iter().enumerate().map(lines).filter(move |(_, lines)| match task {
            Task::Session => (super::SHORTEST..=super::LONGEST).contains(&lines.len()),
            Task::Basket => !lines.is_empty(),
        })
    }

    /// The shoppers with a basket or session before the cut, with its lines, oldest first.
    ///
    /// Guests come last, each of their sessions on its own.
    #[must_use]
    pub fn shoppers(&self) -> Vec<(u32, Vec<&'a [Line]>)> {
        let mut known: Vec<Vec<&'a [Line]>> = vec![Vec::new(); self.data.of_user.len()];
        let mut guests = Vec::new();
        for (at, lines) in self.sessions() {
            match self.data.sessions[at].user {
                GUEST => guests.push((GUEST, vec![lines])),
                user => known[user as usize].push(lines),
            }
        }
        let known = known.into_iter().zip(0..).filter(|(own, _)| !own.is_empty()).map(|(own, user)| (user, own));
        known.chain(guests).collect()
    }

    /// Whether the item may be a target.
    #[must_use]
    pub fn is_candidate(&self, item: u32) -> bool {
        self.place[item as usize] != NO_PLACE
    }

    /// The items without a line before the cut.
    #[must_use]
    pub fn unknown(&self) -> Vec<u32> {
        (0..self.counts.len() as u32).filter(|&item| !self.is_candidate(item)).collect()
    }

    /// Sorts by score, best first, ties by popularity, and keeps `size` candidates.
    #[must_use]
    pub fn best(&self, scores: impl IntoIterator<Item = (u32, f64)>, size: usize) -> Vec<u32> {
        let mut top = flaneur::math::Top::new(size);
        for (item, score) in scores {
            let place = self.place[item as usize];
            if place != NO_PLACE {
                top.push(score, place);
            }
        }
        top.into_sorted().into_iter().map(|place| self.order[place as usize]).collect()
    }
}
