//! What a method is, and how it is asked.
//!
//! Guarantees: every list has no double, no excluded item, and is filled up by
//! popularity; results come in the order of the queries whatever the number of
//! threads.

use std::collections::BTreeMap;

use anyhow::Result;
use indicatif::ProgressBar;
use rayon::prelude::*;
use serde::Serialize;
use serde_json::Value;

use super::metrics::{self, Values};
use super::query::{Query, Set};
use super::shelf::Shelf;
use super::training::Training;
use crate::log::Log;
use crate::progress::Progress;

/// How long lists are.
pub const SIZE: usize = 20;

/// Settings of a method, by name.
pub type Parameters = BTreeMap<String, Value>;

/// Ranks items for queries.
pub trait Method: Sync {
    /// Item indices, best first, at most `size`; what is missing is filled up by popularity.
    fn rank(&self, query: &Query<'_>, size: usize) -> Vec<u32>;

    /// How likely each item of a list is a hit, where the method can tell.
    fn probabilities(&self, _query: &Query<'_>, _list: &[u32]) -> Option<Vec<f64>> {
        None
    }

    /// How far a list's mix of interests is from the shopper's, in nats, where the method knows interests.
    fn divergence(&self, _query: &Query<'_>, _list: &[u32]) -> Option<f64> {
        None
    }
}

/// Whether a method is an opponent or the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A published method with all data on a server.
    Baseline,
    /// The engine that ships.
    Engine,
}

/// A method that is ready, and the settings that were chosen.
pub struct Prepared<'a> {
    /// Asked on the test queries.
    pub method: Box<dyn Method + 'a>,
    /// For the report.
    pub parameters: Parameters,
}

/// A method before it has seen any data.
pub trait Family {
    /// A stable, conventional name.
    fn name(&self) -> &'static str;

    /// Whether it is an opponent.
    fn kind(&self) -> Kind {
        Kind::Baseline
    }

    /// Chooses settings on the tuning period and learns from everything before the test.
    ///
    /// # Errors
    /// The data lacks what the method needs.
    fn prepare<'a>(&self, bench: &Bench<'a>) -> Result<Prepared<'a>>;
}

/// What a method may use to get ready.
pub struct Bench<'a> {
    /// The whole log; [`Log::before`] gives what was known at a cut.
    pub log: &'a Log,
    /// Everything before `V`.
    pub early: &'a Training<'a>,
    /// Main queries of `[V, T)`, a seeded sample.
    pub tuning: &'a [Query<'a>],
    /// Everything before `T`.
    pub late: &'a Training<'a>,
    /// Seed of everything random.
    pub seed: u64,
    /// Bars of long work.
    pub progress: &'a Progress,
}

impl Bench<'_> {
    /// NDCG@20 on the tuning queries of a method that learned from `early`.
    #[must_use]
    pub fn judge(&self, method: &dyn Method) -> f64 {
        let lists = lists(method, self.tuning, self.early, &ProgressBar::hidden());
        let main = self.tuning.iter().zip(&lists).filter(|(query, _)| query.set == Set::Main);
        let values: Vec<f64> = main.map(|(query, list)| metrics::ndcg(list, &query.targets, SIZE)).collect();
        values.iter().sum::<f64>() / values.len().max(1) as f64
    }

    /// Changes one setting after the other: of each sweep's changes the one that does best
    /// on the tuning queries stays, the first of equals, and only if it betters what was before.
    #[must_use]
    pub fn sweep<'m, P: Clone>(
        &self,
        start: P,
        sweeps: &[&[fn(&mut P)]],
        make: impl Fn(&P) -> Box<dyn Method + 'm>,
    ) -> P {
        let mut best = (self.judge(make(&start).as_ref()), start);
        for sweep in sweeps {
            let from = best.1.clone();
            for change in *sweep {
                let mut setting = from.clone();
                change(&mut setting);
                let value = self.judge(make(&setting).as_ref());
                if value > best.0 {
                    best = (value, setting);
                }
            }
        }
        best.1
    }
}

/// The list of each query.
#[must_use]
pub fn lists(method: &dyn Method, queries: &[Query<'_>], training: &Training<'_>, bar: &ProgressBar) -> Vec<Vec<u32>> {
    let answer = |query: &Query<'_>| {
        let list = filled(method.rank(query, SIZE), query, training);
        bar.inc(1);
        list
    };
    queries.par_iter().map(answer).collect()
}

/// Without doubles and excluded items, filled up by popularity.
fn filled(list: Vec<u32>, query: &Query<'_>, training: &Training<'_>) -> Vec<u32> {
    let mut whole: Vec<u32> = Vec::with_capacity(SIZE);
    for item in list.into_iter().chain(training.order.iter().copied()) {
        if whole.len() == SIZE {
            break;
        }
        if !whole.contains(&item) && !query.is_excluded(item) {
            whole.push(item);
        }
    }
    whole
}

/// The numbers of each list, and the probabilities where the method states them.
#[must_use]
pub fn judged(
    method: &dyn Method,
    queries: &[Query<'_>],
    lists: &[Vec<u32>],
    shelf: &Shelf<'_>,
) -> (Vec<Values>, Vec<Option<Vec<f64>>>) {
    let both = queries.par_iter().zip(lists.par_iter());
    let judge = |(query, list): (&Query<'_>, &Vec<u32>)| {
        let mut values = metrics::values(query, list, shelf);
        values[metrics::KL] = method.divergence(query, list).unwrap_or(f64::NAN);
        (values, method.probabilities(query, list))
    };
    both.map(judge).unzip()
}
