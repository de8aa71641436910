//! EASE: a linear item-item model in closed form.
//!
//! `G = XᵀX + λI`, `P = G⁻¹`, `B_ij = −P_ij / P_jj`, `B_jj = 0`; a shopper's scores
//! are the row of what is known of them times `B`. `X` holds sessions (session
//! task) or shoppers (basket task), 1 where there is any line.
//!
//! Guarantees: blocks have a fixed size and are computed by one thread each, so
//! the figures do not depend on the number of threads. Costs O(items³) time and
//! 12·items² bytes; beyond `MOST_ITEMS` the most frequent items only.
//!
//! Source: Steck 2019, algorithm 1.

use std::borrow::Borrow;

use anyhow::{Context, Result};
use nalgebra::{Cholesky, DMatrix};
use rayon::prelude::*;

use super::super::method::{Bench, Family, Method, Parameters, Prepared};
use super::super::query::{Query, Task};
use super::super::training::Training;
use super::rows::{Rows, counted, profile};
use super::scored::{Scored, Scorer};

/// A dense matrix of more items does not fit a small machine.
const MOST_ITEMS: usize = 6_000;
/// Rows per block.
const BLOCK: usize = 128;
/// λ in the tuning.
const LAMBDAS: [f64; 3] = [50.0, 200.0, 1_000.0];

/// How a shopper is turned into scores.
#[derive(Clone, Copy, Debug)]
struct Mix {
    /// Per line or visit back, of what the model is asked about.
    decay: f64,
    has_counts: bool,
    /// Per visit back, of the counts.
    count_decay: f64,
    /// What the model's best item adds to the counts.
    share: f64,
}

const START: Mix = Mix { decay: 1.0, has_counts: false, count_decay: 1.0, share: 0.5 };
const DECAY: [fn(&mut Mix); 4] = [|m: &mut Mix| m.decay = 1.0, |m| m.decay = 0.9, |m| m.decay = 0.8, |m| m.decay = 0.6];
const COUNT_DECAY: [fn(&mut Mix); 3] =
    [|m: &mut Mix| m.count_decay = 1.0, |m| m.count_decay = 0.9, |m| m.count_decay = 0.8];
const SHARE: [fn(&mut Mix); 4] =
    [|m: &mut Mix| m.share = 0.25, |m| m.share = 0.5, |m| m.share = 1.0, |m| m.share = 2.0];

/// EASE, and EASE with the shopper's own counts.
pub struct Ease {
    /// Whether the shopper's own counts are added.
    pub has_counts: bool,
}

impl Family for Ease {
    fn name(&self) -> &'static str {
        if self.has_counts { "EASE+counts" } else { "EASE" }
    }

    fn prepare<'a>(&self, bench: &Bench<'a>) -> Result<Prepared<'a>> {
        let early = Gram::new(bench.early);
        let mut best: Option<(f64, f64, Mix)> = None;
        for lambda in LAMBDAS {
            let model = early.model(lambda, bench)?;
            let make = |mix: &Mix| -> Box<dyn Method + '_> {
                Box::new(Scored { training: bench.early, scorer: Mixed { model: &model, mix: *mix } })
            };
            let sweeps: &[&[fn(&mut Mix)]] = if self.has_counts { &[&COUNT_DECAY, &SHARE, &DECAY] } else { &[&DECAY] };
            let mix = bench.sweep(Mix { has_counts: self.has_counts, ..START }, sweeps, make);
            let value = bench.judge(make(&mix).as_ref());
            if best.is_none_or(|(most, ..)| value > most) {
                best = Some((value, lambda, mix));
            }
        }
        let (_, lambda, mix) = best.context("there is nothing to choose from")?;
        let gram = Gram::new(bench.late);
        let model = gram.model(lambda, bench)?;
        let mut parameters = Parameters::from([
            ("lambda".to_owned(), lambda.into()),
            ("decay".to_owned(), mix.decay.into()),
            ("items".to_owned(), gram.items.len().into()),
        ]);
        if self.has_counts {
            parameters
                .extend([("count_decay".to_owned(), mix.count_decay.into()), ("share".to_owned(), mix.share.into())]);
        }
        let method: Box<dyn Method + 'a> = Box::new(Scored { training: bench.late, scorer: Mixed { model, mix } });
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

    fn model(&self, lambda: f64, bench: &Bench<'_>) -> Result<Model> {
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
        Ok(Model { task: self.task, items, numbers, weights })
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
}

/// A model and how it is used.
struct Mixed<M> {
    model: M,
    mix: Mix,
}

impl<M: Borrow<Model> + Sync> Scorer for Mixed<M> {
    fn scores(&self, query: &Query<'_>) -> Vec<(u32, f64)> {
        let (model, mix) = (self.model.borrow(), &self.mix);
        let mut sums = vec![0.0_f64; model.items.len()];
        for (item, weight) in profile(query, model.task, mix.decay) {
            // Shoppers' rows are ones: how often something was bought is not in the model.
            let weight = if model.task == Task::Basket { weight.min(1.0) } else { weight };
            if let Some(number) = model.numbers[item as usize] {
                let row = &model.weights[number as usize];
                sums.iter_mut().zip(row).for_each(|(sum, &value)| *sum += weight * f64::from(value));
            }
        }
        if !mix.has_counts {
            return model.items.iter().copied().zip(sums).collect();
        }
        let most = sums.iter().fold(f64::MIN_POSITIVE, |most, &sum| most.max(sum));
        let counts = profile(query, model.task, mix.count_decay);
        counted(
            counts
                .into_iter()
                .chain(model.items.iter().zip(&sums).map(|(&item, sum)| (item, mix.share * sum / most)))
                .collect(),
        )
    }
}
