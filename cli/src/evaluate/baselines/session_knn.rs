//! Session-kNN with the whole session database: SKNN, V-SKNN and STAN.
//!
//! All three look at the most recent sessions that share an item with the
//! running one, keep the `k` most similar, and let them vote for their items:
//!
//! | | similarity | vote |
//! |---|---|---|
//! | SKNN | shared items / √(items · items) | 1 |
//! | V-SKNN | shared items by place (p / L), over √items of the neighbour where that tunes better | by lines since the last shared item: 1, 1/d or 1 − d/10 |
//! | STAN | shared items by e^{−back/λ1} / √(items · items), times e^{−age/λ2} | e^{−distance from the last shared item/λ3} |
//!
//! An item a session holds twice stands at its last place.
//!
//! Source: Jannach & Ludewig 2017; Ludewig & Jannach 2018; Garg et al. 2019.

use std::cmp::Ordering;

use anyhow::Result;
use flaneur::math::exp;
use flaneur::time::DAY_MS;

use super::super::method::{Bench, Family, Method, Parameters, Prepared};
use super::super::query::Query;
use super::super::training::Training;
use super::scored::{Pool, Scored, Scorer};

/// SKNN.
pub struct Plain;
/// V-SKNN.
pub struct Vector;
/// STAN.
pub struct Stan;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Weight {
    Equal,
    /// Place in the running session over its length.
    Linear,
    /// e^{−lines back/λ}.
    Fading(f64),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Vote {
    Equal,
    /// 1 / d, d the last shared item's place from the end of the running session, 1 for its last.
    Harmonic,
    /// 1 − d/10.
    Linear,
    /// e^{−distance in the neighbour/λ}.
    Near(f64),
}

#[derive(Clone, Copy, Debug)]
struct Settings {
    /// Most recent sessions that are compared.
    sample: usize,
    k: usize,
    weight: Weight,
    vote: Vote,
    /// Divide by the root of the neighbour's items.
    is_normal: bool,
    /// Days in which a neighbour fades to 1/e.
    age: Option<f64>,
}

const START: Settings =
    Settings { sample: 1_000, k: 200, weight: Weight::Equal, vote: Vote::Equal, is_normal: true, age: None };
const SAMPLE: [fn(&mut Settings); 3] =
    [|s: &mut Settings| s.sample = 1_000, |s| s.sample = 2_500, |s| s.sample = 5_000];
const K: [fn(&mut Settings); 4] = [|s: &mut Settings| s.k = 100, |s| s.k = 200, |s| s.k = 500, |s| s.k = 1_500];

impl Family for Plain {
    fn name(&self) -> &'static str {
        "SKNN"
    }

    fn prepare<'a>(&self, bench: &Bench<'a>) -> Result<Prepared<'a>> {
        Ok(prepare(bench, START, &[&SAMPLE, &K]))
    }
}

impl Family for Vector {
    fn name(&self) -> &'static str {
        "V-SKNN"
    }

    fn prepare<'a>(&self, bench: &Bench<'a>) -> Result<Prepared<'a>> {
        let start = Settings { weight: Weight::Linear, vote: Vote::Harmonic, ..START };
        let vote: [fn(&mut Settings); 3] =
            [|s: &mut Settings| s.vote = Vote::Equal, |s| s.vote = Vote::Harmonic, |s| s.vote = Vote::Linear];
        let normal: [fn(&mut Settings); 2] = [|s: &mut Settings| s.is_normal = false, |s| s.is_normal = true];
        Ok(prepare(bench, start, &[&vote, &normal, &SAMPLE, &K]))
    }
}

impl Family for Stan {
    fn name(&self) -> &'static str {
        "STAN"
    }

    fn prepare<'a>(&self, bench: &Bench<'a>) -> Result<Prepared<'a>> {
        let start = Settings { weight: Weight::Fading(1.8), vote: Vote::Near(3.6), age: Some(40.0), ..START };
        let own: [fn(&mut Settings); 6] = [
            |s: &mut Settings| s.weight = Weight::Fading(0.45),
            |s| s.weight = Weight::Fading(0.9),
            |s| s.weight = Weight::Fading(1.8),
            |s| s.weight = Weight::Fading(3.6),
            |s| s.weight = Weight::Fading(7.2),
            |s| s.weight = Weight::Fading(14.4),
        ];
        let age: [fn(&mut Settings); 5] = [
            |s: &mut Settings| s.age = Some(10.0),
            |s| s.age = Some(20.0),
            |s| s.age = Some(40.0),
            |s| s.age = Some(80.0),
            |s| s.age = None,
        ];
        let near: [fn(&mut Settings); 5] = [
            |s: &mut Settings| s.vote = Vote::Near(0.9),
            |s| s.vote = Vote::Near(1.8),
            |s| s.vote = Vote::Near(3.6),
            |s| s.vote = Vote::Near(7.2),
            |s| s.vote = Vote::Near(14.4),
        ];
        Ok(prepare(bench, start, &[&near, &own, &age, &SAMPLE, &K]))
    }
}

fn prepare<'a>(bench: &Bench<'a>, start: Settings, sweeps: &[&[fn(&mut Settings)]]) -> Prepared<'a> {
    let early = Database::new(bench.early);
    let chosen = bench.sweep(start, sweeps, |settings| early.method(bench.early, settings));
    let method = Box::new(Scored { training: bench.late, scorer: Owned(Database::new(bench.late), chosen) });
    let mut parameters = Parameters::from([
        ("sample".to_owned(), chosen.sample.into()),
        ("k".to_owned(), chosen.k.into()),
        ("normalized".to_owned(), chosen.is_normal.into()),
    ]);
    if let Weight::Fading(lines) = chosen.weight {
        parameters.insert("lambda1_lines".to_owned(), lines.into());
        parameters.insert("lambda2_days".to_owned(), chosen.age.into());
    }
    match chosen.vote {
        Vote::Near(lines) => parameters.insert("lambda3_lines".to_owned(), lines.into()),
        Vote::Equal => parameters.insert("vote".to_owned(), "1".into()),
        Vote::Harmonic => parameters.insert("vote".to_owned(), "1/d".into()),
        Vote::Linear => parameters.insert("vote".to_owned(), "1-d/10".into()),
    };
    Prepared { method, parameters }
}

/// The sessions, and which of them have an item.
struct Database {
    /// Per session, by start: items with their last place.
    sessions: Vec<Vec<(u32, u32)>>,
    /// Per session: its last line, epoch milliseconds.
    ends: Vec<i64>,
    /// Per item: its sessions, ascending.
    having: Vec<Vec<u32>>,
    session_sums: Pool,
    item_sums: Pool,
}

struct Owned(Database, Settings);
struct Borrowed<'a>(&'a Database, Settings);

impl Scorer for Owned {
    fn scores(&self, query: &Query<'_>) -> Vec<(u32, f64)> {
        self.0.scores(query, &self.1)
    }
}

impl Scorer for Borrowed<'_> {
    fn scores(&self, query: &Query<'_>) -> Vec<(u32, f64)> {
        self.0.scores(query, &self.1)
    }
}

impl Database {
    fn new(training: &Training<'_>) -> Self {
        let items = training.data.items.len();
        let (mut sessions, mut ends) = (Vec::new(), Vec::new());
        let mut having: Vec<Vec<u32>> = vec![Vec::new(); items];
        for (number, (_, lines)) in (0..).zip(training.sessions()) {
            let mut places: Vec<(u32, u32)> = lines.iter().zip(0..).map(|(line, at)| (line.item, at)).collect();
            places.reverse();
            places.sort_by_key(|&(item, _)| item);
            places.dedup_by_key(|&mut (item, _)| item);
            places.iter().for_each(|&(item, _)| having[item as usize].push(number));
            sessions.push(places);
            ends.push(lines.last().map_or(0, |line| line.at));
        }
        let (session_sums, item_sums) = (Pool::new(sessions.len()), Pool::new(items));
        Self { sessions, ends, having, session_sums, item_sums }
    }

    fn method<'m>(&'m self, training: &'m Training<'m>, settings: &Settings) -> Box<dyn Method + 'm> {
        Box::new(Scored { training, scorer: Borrowed(self, *settings) })
    }

    fn scores(&self, query: &Query<'_>, settings: &Settings) -> Vec<(u32, f64)> {
        let own = weights(query, settings);
        let near = self.neighbours(query, &own, settings);
        self.item_sums.with(|sums| {
            for (session, similarity, last) in near {
                let places = &self.sessions[session as usize];
                let (item, _, back) = own[last as usize];
                let place = |item: u32| places.binary_search_by_key(&item, |x| x.0).map_or(0, |at| places[at].1);
                let shared = f64::from(place(item));
                for &(item, at) in places {
                    let vote = match settings.vote {
                        Vote::Equal => 1.0,
                        Vote::Harmonic => 1.0 / (back as f64 + 1.0),
                        Vote::Linear => (1.0 - 0.1 * (back as f64 + 1.0)).max(0.0),
                        Vote::Near(lines) => exp(-(f64::from(at) - shared).abs() / lines),
                    };
                    sums.add(item, similarity * vote, 0);
                }
            }
            sums.drain().into_iter().map(|(item, score, _)| (item, score)).collect()
        })
    }

    /// The `k` most similar of the most recent sessions: number, similarity, the newest shared item.
    fn neighbours(&self, query: &Query<'_>, own: &[(u32, f64, usize)], settings: &Settings) -> Vec<(u32, f64, u32)> {
        let mut found = self.session_sums.with(|sums| {
            for (&(item, weight, _), tag) in own.iter().zip(0..) {
                let having = &self.having[item as usize];
                let recent = &having[having.len().saturating_sub(settings.sample)..];
                recent.iter().for_each(|&session| sums.add(session, weight, tag));
            }
            sums.drain()
        });
        keep_first(&mut found, settings.sample, |a, b| b.0.cmp(&a.0));
        for found in &mut found {
            let session = found.0 as usize;
            if settings.is_normal {
                found.1 /= (self.sessions[session].len() as f64 * own.len() as f64).sqrt();
            }
            if let Some(days) = settings.age {
                found.1 *= exp(-((query.now - self.ends[session]) as f64 / DAY_MS as f64).max(0.0) / days);
            }
        }
        // The more recent of equals: what counts, not what sorts first, decides.
        let order = |a: &(u32, f64, u32), b: &(u32, f64, u32)| b.1.total_cmp(&a.1).then(b.0.cmp(&a.0));
        keep_first(&mut found, settings.k, order);
        found.sort_unstable_by(order);
        found
    }
}

/// Keeps the first `count` in some order, themselves in any order. Cost: O(list).
fn keep_first<T>(list: &mut Vec<T>, count: usize, order: impl Fn(&T, &T) -> Ordering) {
    if list.len() > count {
        list.select_nth_unstable_by(count, order);
        list.truncate(count);
    }
}

/// The running session's items, newest first: item, weight, lines back.
fn weights(query: &Query<'_>, settings: &Settings) -> Vec<(u32, f64, usize)> {
    let mut own: Vec<(u32, f64, usize)> = Vec::new();
    let length = query.prefix.len();
    for (back, line) in query.prefix.iter().rev().enumerate() {
        if own.iter().any(|&(item, ..)| item == line.item) {
            continue;
        }
        let weight = match settings.weight {
            Weight::Equal => 1.0,
            Weight::Linear => (length - back) as f64 / length as f64,
            Weight::Fading(lines) => exp(-(back as f64) / lines),
        };
        own.push((line.item, weight, back));
    }
    own
}
