//! Neighbours seen in the same sessions: co-visitation, second hop, damping.
//!
//! `C'_ij / ((row_i + m_i + 5)^0.75 · (n_j + 10)^0.3)` with `C' = C + 2·H` where
//! people are seen looking, `C' = C` where only baskets are known; symbols as in
//! docs/PACK.md. Shoppers' purchases made in one basket already say what goes
//! together, and a second hop was measured to blur it.
//!
//! Costs: O(pairs) without the hop, O(items · 100 · 50) more with it.

use flaneur::catalog::pack::Neighbour;
use flaneur::math::Top;

use super::counts::Counts;
use super::sparse::Sparse;

/// Entries of a row that the hop goes on from.
const HOP_FROM: usize = 100;
/// Entries of a row that the hop goes on to.
const HOP_TO: usize = 50;
/// Weight of the hop.
const HOP_WEIGHT: f64 = 2.0;

/// How strongly popular neighbours and busy items are held back.
#[derive(Clone, Copy, Debug)]
pub struct Damping {
    /// Exponent of the row's own mass.
    pub row: f64,
    /// Exponent of the neighbour's lines.
    pub column: f64,
}

/// The damping of the list *together*.
pub const TOGETHER: Damping = Damping { row: 0.75, column: 0.3 };

/// The best `size` neighbours of each item.
#[must_use]
pub fn together(counts: &Counts, size: usize) -> Vec<Vec<Neighbour>> {
    let near = Sparse::from_pairs(counts.items.len(), &counts.pairs, |pair| pair.together);
    if !counts.has_views {
        return (0..near.rows()).map(|row| damped(counts, row, near.row(row), size, TOGETHER)).collect();
    }
    let onward: Vec<Vec<(u32, f64)>> = (0..near.rows()).map(|row| shares(&near, row)).collect();
    let mut sums = vec![0.0; near.rows()];
    (0..near.rows())
        .map(|row| {
            let reached = hop(&near, &onward, row, &mut sums);
            damped(counts, row, reached.into_iter(), size, TOGETHER)
        })
        .collect()
}

/// The largest entries of a row, as shares of their sum.
fn shares(near: &Sparse, row: usize) -> Vec<(u32, f64)> {
    let top = largest(near.row(row), HOP_TO);
    let total: f64 = top.iter().map(|&(_, value)| value).sum();
    top.into_iter().map(|(column, value)| (column, value / total)).collect()
}

fn largest(row: impl Iterator<Item = (u32, f64)>, size: usize) -> Vec<(u32, f64)> {
    let mut top = Top::new(size);
    row.for_each(|(column, value)| top.push(value, column));
    top.into_pairs().into_iter().map(|(value, column)| (column, value)).collect()
}

/// One row of `C + 2·H`, columns ascending; `sums` is all zero before and after.
fn hop(near: &Sparse, onward: &[Vec<(u32, f64)>], row: usize, sums: &mut [f64]) -> Vec<(u32, f64)> {
    let mut touched: Vec<u32> = Vec::new();
    let mut add = |column: u32, value: f64| {
        if sums[column as usize] == 0.0 {
            touched.push(column);
        }
        sums[column as usize] += value;
    };
    near.row(row).for_each(|(column, value)| add(column, value));
    for (middle, value) in largest(near.row(row), HOP_FROM) {
        let reached = onward[middle as usize].iter().filter(|(column, _)| *column as usize != row);
        reached.for_each(|&(column, share)| add(column, HOP_WEIGHT * value * share));
    }
    touched.sort_unstable();
    touched.into_iter().map(|column| (column, std::mem::take(&mut sums[column as usize]))).collect()
}

/// The largest entries of a row after damping, best first.
pub(super) fn damped(
    counts: &Counts,
    row: usize,
    entries: impl Iterator<Item = (u32, f64)>,
    size: usize,
    damping: Damping,
) -> Vec<Neighbour> {
    let entries: Vec<(u32, f64)> = entries.collect();
    let mass: f64 = entries.iter().map(|&(_, value)| value).sum();
    let own = libm::pow(mass + counts.items[row].mass + 5.0, damping.row);
    let weigh = |column: u32, value: f64| {
        let lines = counts.items[column as usize].lines as f64;
        value / (own * libm::pow(lines + 10.0, damping.column))
    };
    largest(entries.into_iter().map(|(column, value)| (column, weigh(column, value))), size)
        .into_iter()
        .map(|(item, weight)| Neighbour { item, weight: weight as f32 })
        .filter(|neighbour| neighbour.weight > 0.0)
        .collect()
}
