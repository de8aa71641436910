//! Association and sequential rules of the last item.
//!
//! AR: how often two items stand in one session, counted once per pair of lines.
//! SR: how often one follows the other within 15 lines, weighted 1 / distance.
//! Only the last line's item is looked at. Sums are single precision in the order
//! of the log, and rules that are all but equal go by popularity, as the
//! reference figures were made: near-ties decide their sixth digit.
//!
//! Source: Ludewig & Jannach 2018, sections 3.1.1 and 3.1.3.

use anyhow::Result;
use rayon::prelude::*;

use super::super::method::{Bench, Family, Method, Parameters, Prepared};
use super::super::query::Query;
use super::super::training::Training;
use super::scored::{Pool, Sums};
use crate::evaluate::dataset::Line;

/// Lines further ahead are no rule.
const STEPS: usize = 15;
/// What a line of an item adds to its score: parts rules that are all but equal.
const PER_LINE: f64 = 1e-9;
/// Longest list that is kept: what a session of 100 lines excludes, and 20 more.
const KEPT: usize = 128;

/// AR.
pub struct Association;

impl Family for Association {
    fn name(&self) -> &'static str {
        "AR"
    }

    fn prepare<'a>(&self, bench: &Bench<'a>) -> Result<Prepared<'a>> {
        let together = |lines: &[Line], at: usize, sums: &mut Sums| {
            for line in lines.iter().filter(|line| line.item != lines[at].item) {
                sums.add(line.item, 1.0, 0);
            }
        };
        Ok(Prepared { method: Box::new(Rules::new(bench.late, &together)), parameters: Parameters::new() })
    }
}

/// SR.
pub struct Sequential;

impl Family for Sequential {
    fn name(&self) -> &'static str {
        "SR"
    }

    fn prepare<'a>(&self, bench: &Bench<'a>) -> Result<Prepared<'a>> {
        let after = |lines: &[Line], at: usize, sums: &mut Sums| {
            for (line, distance) in lines[at + 1..].iter().take(STEPS).zip(1..) {
                sums.add_single(line.item, 1.0 / f64::from(distance));
            }
        };
        let parameters = Parameters::from([("steps".to_owned(), STEPS.into()), ("weight".to_owned(), "1/d".into())]);
        Ok(Prepared { method: Box::new(Rules::new(bench.late, &after)), parameters })
    }
}

/// Per item, the best items after it.
struct Rules(Vec<Vec<u32>>);

impl Rules {
    /// `add` adds what the line at that place says of others.
    fn new(training: &Training<'_>, add: &(dyn Fn(&[Line], usize, &mut Sums) + Sync)) -> Self {
        let items = training.data.items.len();
        let sessions: Vec<&[Line]> = training.sessions().map(|(_, lines)| lines).collect();
        let mut places: Vec<Vec<(u32, u32)>> = vec![Vec::new(); items];
        for (lines, session) in sessions.iter().zip(0..) {
            lines.iter().zip(0..).for_each(|(line, at)| places[line.item as usize].push((session, at)));
        }
        let pool = Pool::new(items);
        let row = |places: &Vec<(u32, u32)>| {
            pool.with(|sums| {
                places.iter().for_each(|&(session, at)| add(sessions[session as usize], at as usize, sums));
                let popular = |item: u32| PER_LINE * f64::from(training.counts[item as usize]);
                training.best(sums.drain().into_iter().map(|(item, value, _)| (item, value + popular(item))), KEPT)
            })
        };
        Self(places.par_iter().map(row).collect())
    }
}

impl Method for Rules {
    fn rank(&self, query: &Query<'_>, size: usize) -> Vec<u32> {
        let Some(last) = query.prefix.last() else { return Vec::new() };
        self.0[last.item as usize].iter().copied().filter(|&item| !query.is_excluded(item)).take(size).collect()
    }
}
