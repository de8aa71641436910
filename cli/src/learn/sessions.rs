//! Makes [`Counts`] from a log, session by session.
//!
//! Guarantees: a pair counts once per shopper for its support, however often
//! that shopper had it; guests, whose identity is unknown, count once per
//! session. Sums run in the order of the log, so equal logs give equal bits.
//!
//! Costs: O(lines · 30) pair rows; a buffer of at most a million rows, or half
//! of the pairs found so far, is sorted and merged at a time.
//!
//! Source: session kNN made linear (Ludewig & Jannach 2018; Garg et al. 2019),
//! see docs/PACK.md.

use flaneur::time::DAY_MS;

use super::counts::{Counts, ItemCount, LONGEST, MAX_GAP, NEXT_GAP, PairCount, RECENT_DAYS, SHORTEST};
use crate::log::{Event, GUEST, Log, Touch};

/// Rows in the buffer before they are merged.
const BUFFER: usize = 1 << 20;

/// Counts a log.
#[must_use]
pub fn count(log: &Log, items: usize, min_support: u32, mut progress: impl FnMut(usize)) -> Counts {
    let events = log.events();
    let span = events.iter().map(|x| x.at).min().zip(events.iter().map(|x| x.at).max());
    let recent_from = span.map_or(i64::MIN, |(_, last)| last - RECENT_DAYS * DAY_MS);
    let mut counter = Counter {
        counts: Counts { items: vec![ItemCount::default(); items], min_support, span, ..Counts::default() },
        recent_from,
        own: Vec::new(),
        buffer: Vec::new(),
        merged: Vec::new(),
    };
    for shopper in events.chunk_by(|x, y| x.user == y.user && (x.user != GUEST || x.session == y.session)) {
        counter.shopper(shopper);
        progress(shopper.len());
    }
    counter.finish()
}

/// Decay of a forward pair: e^{−(d−1)/4}.
fn forward(gap: usize) -> f64 {
    libm::exp(-((gap - 1) as f64) / 4.0)
}

/// Decay of a backward pair: e^{−(d−1)/2}.
fn backward(gap: usize) -> f64 {
    libm::exp(-((gap - 1) as f64) / 2.0)
}

/// Decay of a step forward: e^{−(d−1)}.
fn step(gap: usize) -> f64 {
    libm::exp(-((gap - 1) as f64))
}

struct Counter {
    counts: Counts,
    recent_from: i64,
    /// Pairs of the current shopper.
    own: Vec<PairCount>,
    /// Pairs of finished shoppers, one row per shopper and pair.
    buffer: Vec<PairCount>,
    /// Pairs so far, sorted.
    merged: Vec<PairCount>,
}

impl Counter {
    fn shopper(&mut self, events: &[Event]) {
        let mut lines: Vec<Event> = Vec::new();
        for session in events.chunk_by(|x, y| x.session == y.session) {
            lines_of(session, &mut lines);
            self.session(&lines);
        }
        if events.first().is_some_and(|event| event.user != GUEST) {
            self.visits(events);
        }
        sum_equal(&mut self.own, |sum, pair| {
            add(sum, &pair);
        });
        let once = |pair: &mut PairCount| {
            pair.support = 1;
            pair.next_support = pair.next.map(|mass| u32::from(mass > 0.0));
        };
        self.own.iter_mut().for_each(once);
        self.buffer.append(&mut self.own);
        if self.buffer.len() > BUFFER.max(self.merged.len() / 2) {
            self.merge();
        }
    }

    fn session(&mut self, lines: &[Event]) {
        self.counts.sessions += 1;
        self.counts.has_views |= lines.iter().any(|line| line.touch == Touch::View);
        for line in lines {
            let item = &mut self.counts.items[line.item as usize];
            item.lines += 1;
            item.recent += u64::from(line.at > self.recent_from);
        }
        if !(SHORTEST..=LONGEST).contains(&lines.len()) {
            return;
        }
        self.counts.learned_sessions += 1;
        let share = 1.0 / (lines.len() as f64).sqrt();
        for (p, line) in lines.iter().enumerate() {
            self.counts.items[line.item as usize].mass += share;
            for (gap, other) in lines[p + 1..].iter().take(MAX_GAP).enumerate().map(|(at, other)| (at + 1, other)) {
                self.pair(line.item, other.item, gap, share);
            }
        }
    }

    /// Counts `from` then `to`, `gap` lines later.
    fn pair(&mut self, from: u32, to: u32, gap: usize, share: f64) {
        let (ahead, back) = (forward(gap) * share, backward(gap) * share);
        if from == to {
            self.counts.items[from as usize].mass += ahead + back;
            return;
        }
        let then = if gap <= NEXT_GAP { step(gap) * share } else { 0.0 };
        self.own.push(if from < to {
            PairCount { a: from, b: to, together: [ahead, back], next: [then, 0.0], ..PairCount::default() }
        } else {
            PairCount { a: to, b: from, together: [back, ahead], next: [0.0, then], ..PairCount::default() }
        });
    }

    /// Counts what a known shopper bought again, visit by visit.
    fn visits(&mut self, events: &[Event]) {
        let visits: Vec<Vec<u32>> = events
            .chunk_by(|x, y| x.session == y.session)
            .map(|session| {
                let bought = session.iter().filter(|x| x.touch == Touch::Buy);
                let mut items: Vec<u32> = bought.map(|x| x.item).collect();
                items.sort_unstable();
                items.dedup();
                items
            })
            .filter(|items| !items.is_empty())
            .collect();
        let mut owned: Vec<u32> = Vec::new();
        for (at, visit) in visits.iter().enumerate() {
            self.counts.bought += visit.len() as u64;
            self.counts.repeats += visit.iter().filter(|item| owned.binary_search(item).is_ok()).count() as u64;
            if let Some(following) = visits.get(at + 1) {
                for &item in visit {
                    let count = &mut self.counts.items[item as usize];
                    count.chances += 1;
                    count.again += u64::from(following.binary_search(&item).is_ok());
                }
            }
            owned.extend(visit);
            owned.sort_unstable();
            owned.dedup();
        }
    }

    fn merge(&mut self) {
        let mut all = std::mem::take(&mut self.merged);
        all.append(&mut self.buffer);
        sum_equal(&mut all, |sum, pair| {
            add(sum, &pair);
            sum.support += pair.support;
            sum.next_support[0] += pair.next_support[0];
            sum.next_support[1] += pair.next_support[1];
        });
        self.merged = all;
    }

    fn finish(mut self) -> Counts {
        self.merge();
        let needed = self.counts.min_support;
        self.counts.pairs_seen = self.merged.len() as u64;
        self.merged.retain(|pair| pair.support >= needed);
        for pair in &mut self.merged {
            for way in 0..2 {
                if pair.next_support[way] < needed {
                    (pair.next[way], pair.next_support[way]) = (0.0, 0);
                }
            }
        }
        self.counts.pairs = self.merged;
        self.counts
    }
}

/// The lines of a session: an item's later row of another kind (looked at, then bought) is no new line.
fn lines_of(session: &[Event], lines: &mut Vec<Event>) {
    lines.clear();
    for event in session {
        let is_echo = lines.iter().any(|line| line.item == event.item && line.touch != event.touch);
        if !is_echo {
            lines.push(*event);
        }
    }
}

fn add(sum: &mut PairCount, pair: &PairCount) {
    for way in 0..2 {
        sum.together[way] += pair.together[way];
        sum.next[way] += pair.next[way];
    }
}

/// Sorts by pair and folds rows of the same pair into the first, in their order.
fn sum_equal(rows: &mut Vec<PairCount>, fold: impl Fn(&mut PairCount, PairCount)) {
    rows.sort_by_key(|pair| (pair.a, pair.b));
    let mut kept = 0_usize;
    for at in 0..rows.len() {
        let pair = rows[at];
        match kept.checked_sub(1).map(|last: usize| &mut rows[last]) {
            Some(last) if (last.a, last.b) == (pair.a, pair.b) => fold(last, pair),
            _ => {
                rows[kept] = pair;
                kept += 1;
            }
        }
    }
    rows.truncate(kept);
}
