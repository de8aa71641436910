//! The log as a sparse matrix: its rows are sessions or shoppers, its columns items.
//!
//! Session task: one row per session. Basket task: one row per known shopper
//! with all that was bought, and one per guest's basket.

use super::super::query::{Query, Task, items_of};
use super::super::training::Training;

/// Rows with their columns, and columns with their rows.
#[derive(Clone, Debug)]
pub struct Rows {
    /// Per row: item and count, items ascending.
    pub rows: Vec<Vec<(u32, f64)>>,
    /// Per item: the rows that have it, ascending, with the count.
    pub columns: Vec<Vec<(u32, f64)>>,
}

impl Rows {
    /// Reads what was known at the cut. Counts are 1 where sessions are rows.
    #[must_use]
    pub fn new(training: &Training<'_>) -> Self {
        let rows: Vec<Vec<(u32, f64)>> = match training.data.task {
            Task::Session => training
                .sessions()
                .map(|(_, lines)| items_of(lines).into_iter().map(|item| (item, 1.0)).collect())
                .collect(),
            Task::Basket => training
                .shoppers()
                .into_iter()
                .map(|(_, baskets)| counted(baskets.into_iter().flatten().map(|line| (line.item, 1.0)).collect()))
                .collect(),
        };
        let mut columns: Vec<Vec<(u32, f64)>> = vec![Vec::new(); training.data.items.len()];
        for (row, own) in rows.iter().zip(0..) {
            row.iter().for_each(|&(item, count)| columns[item as usize].push((own, count)));
        }
        Self { rows, columns }
    }
}

/// What is known of the shopper as a row: item and weight, items ascending.
///
/// Session task: the session's items, each weighted `decay^(lines back)` by its
/// last line. Basket task: the sum of `decay^(visits back)` over its purchases.
#[must_use]
pub fn profile(query: &Query<'_>, task: Task, decay: f64) -> Vec<(u32, f64)> {
    let fade = |back: usize| libm::pow(decay, back as f64);
    match task {
        Task::Session => {
            let mut own: Vec<(u32, f64)> = Vec::new();
            for (back, line) in query.prefix.iter().rev().enumerate() {
                if !own.iter().any(|&(item, _)| item == line.item) {
                    own.push((line.item, fade(back)));
                }
            }
            own.sort_by_key(|&(item, _)| item);
            own
        }
        Task::Basket => {
            let visits = query.visits().rev().filter(|visit| !visit.lines.is_empty()).enumerate();
            counted(visits.flat_map(|(back, visit)| visit.lines.iter().map(move |x| (x.item, fade(back)))).collect())
        }
    }
}

/// Sums weights by item; items ascending.
#[must_use]
pub fn counted(mut pairs: Vec<(u32, f64)>) -> Vec<(u32, f64)> {
    pairs.sort_by_key(|&(item, _)| item);
    pairs.chunk_by(|a, b| a.0 == b.0).map(|same| (same[0].0, same.iter().map(|&(_, weight)| weight).sum())).collect()
}
