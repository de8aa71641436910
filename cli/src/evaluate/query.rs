//! The questions of the replay: what was known at a moment, and what came next.
//!
//! Guarantees: a query sees its shopper's own events up to its moment and
//! nothing else; the order of queries is that of the sessions.

use clap::ValueEnum;
use flaneur::math::Stream;
use serde::Serialize;

use super::dataset::{Dataset, Line, is_usual};
use super::training::Training;
use crate::log::GUEST;

/// Prefix lengths asked about where only purchases are logged.
pub const PREFIXES: [usize; 8] = [1, 2, 3, 5, 8, 13, 21, 34];

/// What is predicted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Task {
    /// The next line of a running session.
    Session,
    /// What the next visit's basket holds, before it begins.
    Basket,
}

/// Which figures a query counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Set {
    /// The main figures.
    Main,
    /// Baskets: what the shopper ever bought leaves candidates and targets.
    NewOnly,
    /// Baskets: a known shopper's first one.
    ColdStart,
    /// Targets without a line before the cut: only their metadata is known.
    NewItems,
}

impl Set {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Main, Self::NewOnly, Self::ColdStart, Self::NewItems];

    /// The name in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::NewOnly => "new_only",
            Self::ColdStart => "cold_start",
            Self::NewItems => "new_items",
        }
    }
}

/// One of a shopper's earlier sessions, as far as it was known.
#[derive(Clone, Copy, Debug)]
pub struct Visit<'a> {
    /// Its first event, epoch milliseconds.
    pub start: i64,
    /// Its lines (basket task: its purchases); may be empty.
    pub lines: &'a [Line],
    /// All its events.
    pub events: &'a [Line],
}

/// One question.
#[derive(Clone, Debug)]
pub struct Query<'a> {
    /// The log; a method reads it through [`Query::visits`] only.
    data: &'a Dataset,
    /// Which figures it counts for.
    pub set: Set,
    /// The session's number.
    pub session: usize,
    /// The shopper's number, or [`GUEST`].
    pub user: u32,
    /// The session's lines so far, oldest first; empty in the basket task.
    pub prefix: &'a [Line],
    /// The session's events so far, of every kind.
    pub events: &'a [Line],
    /// The numbers of the shopper's earlier sessions, oldest first.
    earlier: &'a [u32],
    /// Items that must not be ranked, ascending.
    pub excluded: Vec<u32>,
    /// What HR, MRR and NDCG look for, ascending.
    pub targets: Vec<u32>,
    /// What precision and recall look for, ascending: the rest of the session, or the basket.
    pub rest: Vec<u32>,
    /// Whether the targets are not in the session yet.
    pub is_new: bool,
    /// The moment of the question, epoch milliseconds.
    pub now: i64,
}

impl<'a> Query<'a> {
    /// Whether the item must not be ranked.
    #[must_use]
    pub fn is_excluded(&self, item: u32) -> bool {
        self.excluded.binary_search(&item).is_ok()
    }

    /// What is predicted.
    #[must_use]
    pub fn task(&self) -> Task {
        self.data.task
    }

    /// Whether nothing but purchases is logged.
    #[must_use]
    pub fn is_purchases_only(&self) -> bool {
        self.data.is_purchases_only
    }

    /// Every event of the session, also those after the query: for what is learned from ended sessions only.
    #[must_use]
    pub fn session_events(&self) -> &'a [Line] {
        self.data.sessions[self.session].events()
    }

    /// The shopper's earlier sessions, oldest first; what they did after this query's moment is cut off.
    pub fn visits(&self) -> impl DoubleEndedIterator<Item = Visit<'a>> + use<'a> {
        let (data, now) = (self.data, self.now);
        let known = move |lines: &'a [Line]| &lines[..lines.partition_point(|line| line.at <= now)];
        self.earlier.iter().map(move |&at| {
            let session = &data.sessions[at as usize];
            Visit { start: session.start, lines: known(&session.lines), events: known(session.events()) }
        })
    }
}

/// Which sessions are asked about.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// From this moment, epoch milliseconds.
    pub from: i64,
    /// Until before this one.
    pub until: i64,
    /// About so many main queries by a seeded sample of whole sessions; 0 for all.
    pub sample: usize,
    /// Seed of the sample.
    pub seed: u64,
}

/// The queries of a period, and how many main queries it has without sampling.
///
/// A session that goes on after the period is asked about up to its end: what comes later chooses nothing.
///
/// Randomness: stream "queries", a shuffle of the period's sessions.
#[must_use]
pub fn queries<'a>(training: &Training<'a>, asked: &Asked) -> (Vec<Query<'a>>, usize) {
    let data = training.data;
    let begin = |moment: i64| data.sessions.partition_point(|session| session.start < moment);
    let period: Vec<usize> = (begin(asked.from)..begin(asked.until)).collect();
    let mut of_session: Vec<Vec<Query<'a>>> = period
        .iter()
        .map(|&session| match data.task {
            Task::Session => in_session(training, session, asked.until),
            Task::Basket => of_basket(training, session, asked.until),
        })
        .collect();
    let main = |queries: &Vec<Query<'_>>| queries.iter().filter(|query| query.set == Set::Main).count();
    let total: usize = of_session.iter().map(main).sum();
    if asked.sample > 0 && total > asked.sample {
        let mut stream = Stream::new(asked.seed, "queries");
        let mut order: Vec<usize> = (0..of_session.len()).collect();
        (1..order.len()).rev().for_each(|at| order.swap(at, stream.below(at + 1)));
        let mut taken = 0;
        for at in order {
            if taken >= asked.sample {
                of_session[at].clear();
            }
            taken += main(&of_session[at]);
        }
    }
    (of_session.into_iter().flatten().collect(), total)
}

/// Queries at the prefixes of a session of 2 to 100 lines.
fn in_session<'a>(training: &Training<'a>, number: usize, until: i64) -> Vec<Query<'a>> {
    let data = training.data;
    let session = &data.sessions[number];
    let lines = before(&session.lines, until);
    if !is_usual(lines) {
        return Vec::new();
    }
    let lengths: Vec<usize> = if data.is_purchases_only { PREFIXES.to_vec() } else { (1..lines.len()).collect() };
    let mut queries = Vec::new();
    for length in lengths.into_iter().take_while(|&length| length < lines.len()) {
        let (prefix, rest) = lines.split_at(length);
        let target = rest[0].item;
        let had = items_of(prefix);
        let is_new = had.binary_search(&target).is_err();
        if data.is_purchases_only && !is_new {
            continue;
        }
        let excluded = if data.is_purchases_only { had } else { Vec::new() };
        let is_known = training.is_candidate(target);
        let mut rest = items_of(rest);
        rest.retain(|&item| training.is_candidate(item) == is_known && excluded.binary_search(&item).is_err());
        queries.push(Query {
            data,
            set: if is_known { Set::Main } else { Set::NewItems },
            session: number,
            user: session.user,
            prefix,
            events: session.events_before(length),
            earlier: data.earlier(number),
            excluded,
            targets: vec![target],
            rest,
            is_new,
            now: prefix.last().map_or(session.start, |line| line.at),
        });
    }
    queries
}

/// The queries about a known shopper's basket.
///
/// Items without a line before the cut stay among the targets of every set, as a
/// basket is judged whole; [`Set::NewItems`] looks at them alone.
fn of_basket<'a>(training: &Training<'a>, number: usize, until: i64) -> Vec<Query<'a>> {
    let data = training.data;
    let session = &data.sessions[number];
    if session.user == GUEST || session.lines.is_empty() {
        return Vec::new();
    }
    let main = Query {
        data,
        set: Set::Main,
        session: number,
        user: session.user,
        prefix: &[],
        events: &[],
        earlier: data.earlier(number),
        excluded: Vec::new(),
        targets: items_of(before(&session.lines, until)),
        rest: Vec::new(),
        is_new: false,
        now: session.start,
    };
    let mut owned: Vec<u32> = main.visits().flat_map(|visit| visit.lines).map(|line| line.item).collect();
    owned.sort_unstable();
    owned.dedup();
    let with = |set: Set, excluded: Vec<u32>, keep: &dyn Fn(u32) -> bool| {
        let targets: Vec<u32> = main.targets.iter().copied().filter(|&item| keep(item)).collect();
        let is_new = targets.iter().all(|item| owned.binary_search(item).is_err());
        Query { set, excluded, rest: targets.clone(), targets, is_new, ..main.clone() }
    };
    let is_known = |item: u32| training.is_candidate(item);
    let is_first = owned.is_empty();
    let mut queries = vec![with(if is_first { Set::ColdStart } else { Set::Main }, Vec::new(), &|_| true)];
    if !is_first {
        queries.push(with(Set::NewOnly, owned.clone(), &|item| owned.binary_search(&item).is_err()));
    }
    queries.push(with(Set::NewItems, Vec::new(), &|item| !is_known(item)));
    queries.retain(|query| !query.targets.is_empty());
    queries
}

/// The lines before a moment.
fn before(lines: &[Line], moment: i64) -> &[Line] {
    &lines[..lines.partition_point(|line| line.at < moment)]
}

/// The items of some lines, ascending, each once.
#[must_use]
pub fn items_of(lines: &[Line]) -> Vec<u32> {
    let mut items: Vec<u32> = lines.iter().map(|line| line.item).collect();
    items.sort_unstable();
    items.dedup();
    items
}
