//! Item-kNN: the nearest items of each item, summed over what the shopper has.
//!
//! Cosine: of the items' columns. BM25: the product of columns whose counts are
//! weighted `(K1 + 1)·c / (K1·((1 − B) + B·n_i/mean n) + c) · (ln N − ln(1 + |row|))`
//! with `N` items, as the library `implicit` does. An item is its own neighbour,
//! so where repeats are allowed it can be repeated.
//!
//! Source: Sarwar et al. 2001; Robertson & Zaragoza 2009; `implicit` (Frederickson).

use anyhow::Result;
use flaneur::math::{Top, ln};
use rayon::prelude::*;

use super::super::method::{Bench, Family, Method, Parameters, Prepared};
use super::super::query::{Query, Task};
use super::super::training::Training;
use super::rows::{Rows, profile};
use super::scored::{Pool, Scored, Scorer};

/// Item-kNN with cosine.
pub struct Cosine;
/// Item-kNN with BM25.
pub struct Bm25;

#[derive(Clone, Copy, Debug)]
struct Settings {
    neighbours: usize,
    /// Per line (session task) or visit (basket task) back.
    decay: f64,
    /// BM25 only.
    k1: f64,
    b: f64,
}

const START: Settings = Settings { neighbours: 100, decay: 0.8, k1: 1.2, b: 0.75 };
const NEIGHBOURS: [fn(&mut Settings); 3] =
    [|s: &mut Settings| s.neighbours = 20, |s| s.neighbours = 100, |s| s.neighbours = 500];
const DECAY: [fn(&mut Settings); 4] =
    [|s: &mut Settings| s.decay = 1.0, |s| s.decay = 0.9, |s| s.decay = 0.8, |s| s.decay = 0.6];
const SATURATION: [fn(&mut Settings); 3] = [|s: &mut Settings| s.k1 = 1.2, |s| s.k1 = 10.0, |s| s.k1 = 100.0];
const LENGTH: [fn(&mut Settings); 3] = [|s: &mut Settings| s.b = 0.25, |s| s.b = 0.5, |s| s.b = 0.75];

impl Family for Cosine {
    fn name(&self) -> &'static str {
        "ItemKNN-cosine"
    }

    fn prepare<'a>(&self, bench: &Bench<'a>) -> Result<Prepared<'a>> {
        Ok(prepare(bench, &[&NEIGHBOURS, &DECAY], false))
    }
}

impl Family for Bm25 {
    fn name(&self) -> &'static str {
        "ItemKNN-BM25"
    }

    fn prepare<'a>(&self, bench: &Bench<'a>) -> Result<Prepared<'a>> {
        Ok(prepare(bench, &[&SATURATION, &LENGTH, &NEIGHBOURS, &DECAY], true))
    }
}

fn prepare<'a>(bench: &Bench<'a>, sweeps: &[&[fn(&mut Settings)]], is_bm25: bool) -> Prepared<'a> {
    let early = Rows::new(bench.early);
    let chosen = bench.sweep(START, sweeps, |settings| make(bench.early, &early, settings, is_bm25));
    let method = make(bench.late, &Rows::new(bench.late), &chosen, is_bm25);
    let mut parameters = Parameters::from([
        ("neighbours".to_owned(), chosen.neighbours.into()),
        ("decay".to_owned(), chosen.decay.into()),
    ]);
    if is_bm25 {
        parameters.extend([("K1".to_owned(), chosen.k1.into()), ("B".to_owned(), chosen.b.into())]);
    }
    Prepared { method, parameters }
}

fn make<'m>(training: &'m Training<'m>, rows: &Rows, settings: &Settings, is_bm25: bool) -> Box<dyn Method + 'm> {
    let weighted = if is_bm25 { bm25(rows, settings) } else { normalized(rows) };
    let near = nearest(&weighted, settings.neighbours);
    let scorer = ItemKnn { near, task: training.data.task, decay: settings.decay, pool: Pool::new(rows.columns.len()) };
    Box::new(Scored { training, scorer })
}

/// Columns at unit length.
fn normalized(rows: &Rows) -> Rows {
    let length = |column: &Vec<(u32, f64)>| column.iter().map(|&(_, x)| x * x).sum::<f64>().sqrt();
    let lengths: Vec<f64> = rows.columns.iter().map(length).collect();
    reweighted(rows, |_, item, value| value / lengths[item])
}

fn bm25(rows: &Rows, settings: &Settings) -> Rows {
    let items = rows.columns.len() as f64;
    let sizes: Vec<f64> = rows.columns.iter().map(|column| column.iter().map(|&(_, x)| x).sum()).collect();
    let mean = sizes.iter().sum::<f64>() / items.max(1.0);
    let (k1, b) = (settings.k1, settings.b);
    reweighted(rows, |row, item, count| {
        let length = (1.0 - b) + b * sizes[item] / mean;
        let rarity = ln(items) - ln(1.0 + rows.rows[row].len() as f64);
        count * (k1 + 1.0) / (k1 * length + count) * rarity
    })
}

fn reweighted(rows: &Rows, weight: impl Fn(usize, usize, f64) -> f64) -> Rows {
    let mut new = rows.clone();
    for (row, cells) in new.rows.iter_mut().enumerate() {
        cells.iter_mut().for_each(|(item, value)| *value = weight(row, *item as usize, *value));
    }
    for (item, cells) in new.columns.iter_mut().enumerate() {
        cells.iter_mut().for_each(|(row, value)| *value = weight(*row as usize, item, *value));
    }
    new
}

/// The items with the largest products of columns, itself among them.
fn nearest(rows: &Rows, neighbours: usize) -> Vec<Vec<(u32, f64)>> {
    let pool = Pool::new(rows.columns.len());
    let list = |column: &Vec<(u32, f64)>| {
        pool.with(|sums| {
            for &(row, own) in column {
                rows.rows[row as usize].iter().for_each(|&(item, value)| sums.add(item, own * value, 0));
            }
            let mut top = Top::new(neighbours);
            sums.drain().into_iter().filter(|x| x.1 > 0.0).for_each(|(item, value, _)| top.push(value, item));
            top.into_pairs().into_iter().map(|(value, item)| (item, value)).collect()
        })
    };
    rows.columns.par_iter().map(list).collect()
}

struct ItemKnn {
    near: Vec<Vec<(u32, f64)>>,
    task: Task,
    decay: f64,
    pool: Pool,
}

impl Scorer for ItemKnn {
    fn scores(&self, query: &Query<'_>) -> Vec<(u32, f64)> {
        self.pool.with(|sums| {
            for (own, weight) in profile(query, self.task, self.decay) {
                self.near[own as usize].iter().for_each(|&(item, value)| sums.add(item, weight * value, 0));
            }
            sums.drain().into_iter().map(|(item, value, _)| (item, value)).collect()
        })
    }
}
