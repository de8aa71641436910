//! What shoppers go on to: steps forward of at most three lines.
//!
//! `F_ij / ((row_i + m_i + 5)^0.75 · (n_j + 10)^0.15)`, `F` from
//! `e^{−(d−1)}/√L`. A direction is kept only when enough shoppers went that way.

use flaneur::catalog::pack::Neighbour;

use super::counts::Counts;
use super::sparse::Sparse;
use super::together::{Damping, damped};

/// The damping of the list *next*.
pub const NEXT: Damping = Damping { row: 0.75, column: 0.15 };

/// The best `size` next items of each item.
#[must_use]
pub fn next(counts: &Counts, size: usize) -> Vec<Vec<Neighbour>> {
    let steps = Sparse::from_pairs(counts.items.len(), &counts.pairs, |pair| pair.next);
    (0..steps.rows()).map(|row| damped(counts, row, steps.row(row), size, NEXT)).collect()
}
