//! EASE: a linear item-item model in closed form.
//!
//! `G = XᵀX + λI`, `P = G⁻¹`, `B_ij = −P_ij / P_jj`, `B_jj = 0`; a shopper's scores
//! are the row of what is known of them times `B`. `X` holds sessions (session
//! task) or shoppers (basket task), 1 where there is any line.
//!
//! Guarantees: blocks have a fixed size and are computed by one thread each, so
//! the figures do not depend on the number of threads. Costs O(items³) time and
//! 12·items² bytes; beyond [`MOST_ITEMS`] the most frequent items only.
//!
//! Source: Steck 2019, algorithm 1.

use anyhow::{Context, Result};
use nalgebra::{Cholesky, DMatrix};
use rayon::prelude::*;

use super::super::method::{Bench, Family, Method, Parameters, Prepared};
use super::super::query::{Query, Task};
use super::super::training::Training;
use super::popularity::own_counts;
use super::rows::{Rows, profile};
use super::scored::{Scored, Scorer};

/// A dense matrix of more items does not fit a small machine.
const MOST_ITEMS: usize = 6_000;
/// Rows per block.
const BLOCK: usize = 128;
/// λ in the tuning.
const LAMBDAS: [f64; 4] = [50.0, 150.0, 500.0, 1_500.0];
/// Decay per line or visit back in the tuning.
const DECAYS: [f64; 4] = [1.0, 0.9, 0.8, 0.6];

/// EASE, and with the shopper's own counts before it.
pub struct Ease {
    /// Whether what the shopper bought before comes first, by count.
    pub has_counts: bool,
}

impl Family for Ease {
    fn name(&self) -> &'static str {
        if self.has_counts { "EASE+counts" } else { "EASE" }
    }

    fn prepare<'a>(&self, bench: &Bench<'a>) -> Result<Prepared<'a>> {
        let early = Gram::new(bench.early);
        let mut best: Option<(f64, f64, f64)> = None;
        for lambda in LAMBDAS {
            let mut model = early.model(lambda, self.has_counts, bench)?;
            for decay in DECAYS {
                model.decay = decay;
                let value = bench.judge(&Scored { training: bench.early, scorer: Shared(&model) });
                if best.is_none_or(|(most, ..)| value > most) {
                    best = Some((value, lambda, decay));
                }
            }
        }
        let (_, lambda, decay) = best.context("there is nothing to tune on")?;
        let gram = Gram::new(bench.late);
        let model = Model { decay, ..gram.model(lambda, self.has_counts, bench)? };
        let parameters = Parameters::from([
            ("lambda".to_owned(), lambda.into()),
            ("decay".to_owned(), decay.into()),
            ("items".to_owned(), gram.items.len().into()),
        ]);
        let method: Box<dyn Method + 'a> = Box::new(Scored { training: bench.late, scorer: model });
        Ok(Prepared { method, parameters })
    }
}

/// How often items stand in one row.
struct Gram {
    task: Task,
    /// The items of the model, most frequent first.
    items: Vec<u32>,
    /// Per item of the shop: its number in the model.
    numbers: Vec<Option<u32>>,
    /// [items, items].
    together: Vec<Vec<f64>>,
}

impl Gram {
    fn new(training: &Training<'_>) -> Self {
        let items: Vec<u32> = training.order.iter().copied().take(MOST_ITEMS).collect();
        let mut numbers = vec![None; training.data.items.len()];
        items.iter().zip(0..).for_each(|(&item, number)| numbers[item as usize] = Some(number));
        let rows = Rows::new(training);
        let row = |&item: &u32| {
            let mut counts = vec![0.0; items.len()];
            for &(row, _) in &rows.columns[item as usize] {
                let others = rows.rows[row as usize].iter().filter_map(|&(other, _)| numbers[other as usize]);
                others.for_each(|other| counts[other as usize] += 1.0);
            }
            counts
        };
        let together = items.par_iter().map(row).collect();
        Self { task: training.data.task, items, numbers, together }
    }

    fn model(&self, lambda: f64, has_counts: bool, bench: &Bench<'_>) -> Result<Model> {
        let bar = bench.progress.steps("inverting", self.items.len().div_ceil(BLOCK));
        let inverse = inverse(&self.together, lambda, || bar.inc(1));
        bar.finish_and_clear();
        let inverse = inverse.context("the items' matrix cannot be inverted")?;
        let diagonal: Vec<f64> = (0..self.items.len()).map(|at| inverse[at][at]).collect();
        let row = |(at, row): (usize, &Vec<f64>)| {
            let weight = |(to, value): (usize, &f64)| if at == to { 0.0 } else { (-value / diagonal[to]) as f32 };
            row.iter().enumerate().map(weight).collect()
        };
        let weights = inverse.par_iter().enumerate().map(row).collect();
        let (items, numbers) = (self.items.clone(), self.numbers.clone());
        Ok(Model { task: self.task, items, numbers, weights, decay: 1.0, has_counts })
    }
}

/// `(A + λI)⁻¹` of a symmetric positive semidefinite matrix by blocked Gauss–Jordan elimination.
///
/// Needs no pivots: what is left after each step is a Schur complement, positive
/// definite again (Higham 2002, section 10.1). None where rounding breaks that.
#[must_use]
pub fn inverse(rows: &[Vec<f64>], lambda: f64, mut progress: impl FnMut()) -> Option<Vec<Vec<f64>>> {
    let n = rows.len();
    let starts: Vec<usize> = (0..n).step_by(BLOCK).collect();
    let height = |start: usize| BLOCK.min(n - start);
    let cell = |i: usize, j: usize| rows[i][j] + if i == j { lambda } else { 0.0 };
    let block = |&start: &usize| DMatrix::from_fn(height(start), n, |i, j| cell(start + i, j));
    let mut blocks: Vec<DMatrix<f64>> = starts.par_iter().map(block).collect();
    for (k, &start) in starts.iter().enumerate() {
        let width = height(start);
        let pivot = Cholesky::new(blocks[k].columns(start, width).into_owned())?.inverse();
        let mut row = &pivot * &blocks[k];
        row.columns_mut(start, width).copy_from(&pivot);
        blocks.par_iter_mut().enumerate().filter(|&(at, _)| at != k).for_each(|(_, block)| {
            let factor = block.columns(start, width).into_owned();
            block.columns_mut(start, width).fill(0.0);
            block.gemm(-1.0, &factor, &row, 1.0);
        });
        blocks[k] = row;
        progress();
    }
    Some(blocks.iter().flat_map(|block| block.row_iter().map(|row| row.iter().copied().collect())).collect())
}

struct Model {
    task: Task,
    items: Vec<u32>,
    numbers: Vec<Option<u32>>,
    /// `B`, [items, items].
    weights: Vec<Vec<f32>>,
    decay: f64,
    has_counts: bool,
}

struct Shared<'a>(&'a Model);

impl Scorer for Shared<'_> {
    fn scores(&self, query: &Query<'_>) -> Vec<(u32, f64)> {
        self.0.scores(query)
    }
}

impl Scorer for Model {
    fn scores(&self, query: &Query<'_>) -> Vec<(u32, f64)> {
        let mut sums = vec![0.0_f64; self.items.len()];
        for (item, weight) in profile(query, self.task, self.decay) {
            // Shoppers' rows are ones: how often something was bought is not in the model.
            let weight = if self.task == Task::Basket { weight.min(1.0) } else { weight };
            if let Some(number) = self.numbers[item as usize] {
                let row = &self.weights[number as usize];
                sums.iter_mut().zip(row).for_each(|(sum, &value)| *sum += weight * f64::from(value));
            }
        }
        let counts = if self.has_counts { own_counts(query) } else { Default::default() };
        let most = sums.iter().fold(1e-9, |most: f64, sum| most.max(sum.abs()));
        let first = |item: &u32| counts.get(item).copied().unwrap_or(0.0);
        // A count is a whole number, the model's part of the sum at most a half.
        let known = self.items.iter().zip(&sums);
        let mut scores: Vec<(u32, f64)> = known.map(|(item, sum)| (*item, first(item) + 0.5 * sum / most)).collect();
        let outside = counts.iter().filter(|&(&item, _)| self.numbers[item as usize].is_none());
        scores.extend(outside.map(|(&item, &count)| (item, count)));
        scores
    }
}
