//! What baselines share: sums over sparse rows, and lists made from scores.

use std::sync::{Mutex, PoisonError};

use super::super::method::Method;
use super::super::query::Query;
use super::super::training::Training;

/// Gives items scores; what has none is not listed.
pub trait Scorer: Sync {
    /// Items with their scores, in any order, each once.
    fn scores(&self, query: &Query<'_>) -> Vec<(u32, f64)>;
}

/// A scorer as a method: excluded items leave, ties go by popularity.
pub struct Scored<'a, S> {
    /// Whose candidates are ranked.
    pub training: &'a Training<'a>,
    /// Gives the scores.
    pub scorer: S,
}

impl<S: Scorer> Method for Scored<'_, S> {
    fn rank(&self, query: &Query<'_>, size: usize) -> Vec<u32> {
        let scores = self.scorer.scores(query).into_iter();
        self.training.best(scores.filter(|&(item, _)| !query.is_excluded(item)), size)
    }
}

/// Sums by index with the list of indices that have one.
#[derive(Clone, Debug)]
pub struct Sums {
    values: Vec<f64>,
    tags: Vec<u32>,
    touched: Vec<u32>,
}

/// No tag: nothing was added.
const UNTOUCHED: u32 = u32::MAX;

impl Sums {
    /// No sum, of `size` possible ones.
    #[must_use]
    pub fn new(size: usize) -> Self {
        Self { values: vec![0.0; size], tags: vec![UNTOUCHED; size], touched: Vec::new() }
    }

    /// Adds to a sum; `tag` (below `u32::MAX`) is kept from the first addition.
    pub fn add(&mut self, index: u32, value: f64, tag: u32) {
        let at = index as usize;
        if self.tags[at] == UNTOUCHED {
            self.tags[at] = tag;
            self.touched.push(index);
        }
        self.values[at] += value;
    }

    /// Adds to a sum that is kept in single precision.
    pub fn add_single(&mut self, index: u32, value: f64) {
        self.add(index, value, 0);
        let sum = &mut self.values[index as usize];
        *sum = f64::from(*sum as f32);
    }

    /// The sums as index, value and tag in the order of their first addition; none is left.
    pub fn drain(&mut self) -> Vec<(u32, f64, u32)> {
        let (values, tags) = (&mut self.values, &mut self.tags);
        let take = |index: u32| {
            let at = index as usize;
            (index, std::mem::take(&mut values[at]), std::mem::replace(&mut tags[at], UNTOUCHED))
        };
        self.touched.drain(..).map(take).collect()
    }
}

/// Sums that threads borrow and give back, so that no query allocates its own.
#[derive(Debug)]
pub struct Pool {
    size: usize,
    free: Mutex<Vec<Sums>>,
}

impl Pool {
    /// Lends sums of that size.
    #[must_use]
    pub fn new(size: usize) -> Self {
        Self { size, free: Mutex::new(Vec::new()) }
    }

    /// Runs `work` with empty sums; it leaves them drained.
    pub fn with<R>(&self, work: impl FnOnce(&mut Sums) -> R) -> R {
        let lend = |free: &Mutex<Vec<Sums>>| free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut sums = lend(&self.free).unwrap_or_else(|| Sums::new(self.size));
        let result = work(&mut sums);
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(sums);
        result
    }
}
