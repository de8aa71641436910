//! Item vectors from the log: positive PMI, truncated SVD, `U·√S`.
//!
//! `S = C + Cᵀ + 2·diag(m)`; `PMI_ij = ln(S_ij / (r_i · q_j))` with `r` the row
//! sums and `q_j = r_j^0.75 / Σ r^0.75` (context distribution smoothing); what
//! is negative becomes 0. The SVD is randomized subspace iteration.
//!
//! Guarantees: the same counts and seed give the same bits: every sum runs in
//! a fixed order on one thread, and the sign of each dimension is fixed.
//! Costs: O(pairs · (dims + 10) · 18); 8·items·(dims + 10) bytes a few times over.
//!
//! Source: Levy & Goldberg 2014; Levy, Goldberg & Dagan 2015 (smoothing, √S);
//! Halko, Martinsson & Tropp 2011, algorithm 4.4.

use flaneur::math::{Stream, ln};
use nalgebra::{DMatrix, SymmetricEigen};

use super::counts::Counts;
use super::sparse::Sparse;

/// Extra directions that make the wanted ones exact.
const OVERSAMPLE: usize = 10;
/// Rounds of subspace iteration.
const ROUNDS: usize = 8;
/// A column that shrinks below this share of its length depends on those before it.
const DEPENDENT: f64 = 1e-10;
/// Exponent of the context distribution.
const CONTEXT: f64 = 0.75;

/// Vectors of all items, [items, dims], row-major; zero rows for items without pairs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Vectors {
    /// Numbers per item.
    pub dims: usize,
    /// All rows, one after another.
    pub values: Vec<f64>,
}

impl Vectors {
    /// One item's vector.
    #[must_use]
    pub fn row(&self, item: usize) -> &[f64] {
        &self.values[item * self.dims..(item + 1) * self.dims]
    }
}

/// Learns vectors of at most `dims` numbers.
///
/// Randomness: stream "embed", one draw per item and direction.
#[must_use]
pub fn embed(counts: &Counts, dims: usize, seed: u64, mut progress: impl FnMut()) -> Vectors {
    let items = counts.items.len();
    let dims = dims.min(items);
    let pmi = positive_pmi(counts);
    let width = (dims + OVERSAMPLE).min(items);
    let mut stream = Stream::new(seed, "embed");
    let mut basis = Columns::new(items, width, || stream.unit() - 0.5);
    for _ in 0..ROUNDS {
        basis.orthonormalize();
        basis = pmi.times(&pmi.transposed_times(&basis));
        progress();
    }
    basis.orthonormalize();
    let image = pmi.transposed_times(&basis);
    let (values, mix) = eigen(&image.gram());
    Vectors { dims, values: project(&basis, &values, &mix, dims) }
}

/// The matrix that is factorized, diagonal included.
fn positive_pmi(counts: &Counts) -> Shifted {
    let sum = |pair: &super::counts::PairCount| [pair.together[0] + pair.together[1]; 2];
    let symmetric = Sparse::from_pairs(counts.items.len(), &counts.pairs, sum);
    // An item without a kept pair has no context: its diagonal alone would only add an axis of its own.
    let own = |row: usize| if symmetric.row(row).len() > 0 { 2.0 * counts.items[row].mass } else { 0.0 };
    let mass: Vec<f64> = (0..symmetric.rows()).map(|row| symmetric.sum(row) + own(row)).collect();
    let smooth: Vec<f64> = mass.iter().map(|&mass| libm::pow(mass, CONTEXT)).collect();
    let total: f64 = smooth.iter().sum();
    let pmi = |row: usize, column: usize, value: f64| {
        if value > 0.0 { ln(value * total / (mass[row] * smooth[column])).max(0.0) } else { 0.0 }
    };
    let diagonal = (0..symmetric.rows()).map(|row| pmi(row, row, own(row))).collect();
    Shifted { sparse: symmetric.map(|row, column, value| pmi(row, column as usize, value)), diagonal }
}

/// A sparse matrix with a dense diagonal.
struct Shifted {
    sparse: Sparse,
    diagonal: Vec<f64>,
}

impl Shifted {
    fn times(&self, right: &Columns) -> Columns {
        let mut out = Columns::new(right.rows, right.width, || 0.0);
        for row in 0..right.rows {
            let target = out.row_mut(row);
            axpy(target, self.diagonal[row], right.row(row));
            self.sparse.row(row).for_each(|(column, value)| axpy(target, value, right.row(column as usize)));
        }
        out
    }

    fn transposed_times(&self, right: &Columns) -> Columns {
        let mut out = Columns::new(right.rows, right.width, || 0.0);
        for row in 0..right.rows {
            axpy(out.row_mut(row), self.diagonal[row], right.row(row));
            self.sparse.row(row).for_each(|(column, value)| axpy(out.row_mut(column as usize), value, right.row(row)));
        }
        out
    }
}

fn axpy(target: &mut [f64], factor: f64, source: &[f64]) {
    target.iter_mut().zip(source).for_each(|(sum, &x)| *sum += factor * x);
}

/// A tall dense matrix, row-major: few columns, many rows.
struct Columns {
    rows: usize,
    width: usize,
    values: Vec<f64>,
}

impl Columns {
    fn new(rows: usize, width: usize, mut value: impl FnMut() -> f64) -> Self {
        Self { rows, width, values: (0..rows * width).map(|_| value()).collect() }
    }

    fn row(&self, row: usize) -> &[f64] {
        &self.values[row * self.width..(row + 1) * self.width]
    }

    fn row_mut(&mut self, row: usize) -> &mut [f64] {
        &mut self.values[row * self.width..(row + 1) * self.width]
    }

    /// Modified Gram–Schmidt, twice: twice is enough (Giraud, Langou & Rozložník 2005).
    ///
    /// By hand rather than by a library's QR, whose kernels pick instructions by
    /// processor and so differ in the last bit from machine to machine.
    fn orthonormalize(&mut self) {
        for _ in 0..2 {
            let before: Vec<f64> = (0..self.width).map(|column| self.dot_with_all(column)[column].sqrt()).collect();
            for (column, &before) in before.iter().enumerate() {
                let length = self.dot_with_all(column)[column].sqrt();
                // What is left of a dependent column is rounding: a direction that is there already.
                let scale = if length > DEPENDENT * before { 1.0 / length } else { 0.0 };
                (0..self.rows).for_each(|row| self.row_mut(row)[column] *= scale);
                let dots = self.dot_with_all(column);
                for row in 0..self.rows {
                    let cells = self.row_mut(row);
                    let x = cells[column];
                    cells[column + 1..].iter_mut().zip(&dots[column + 1..]).for_each(|(cell, dot)| *cell -= dot * x);
                }
            }
        }
    }

    fn dot_with_all(&self, column: usize) -> Vec<f64> {
        let mut dots = vec![0.0; self.width];
        for row in 0..self.rows {
            let cells = self.row(row);
            axpy(&mut dots, cells[column], cells);
        }
        dots
    }

    /// `Xᵀ·X`.
    fn gram(&self) -> DMatrix<f64> {
        let dots: Vec<Vec<f64>> = (0..self.width).map(|column| self.dot_with_all(column)).collect();
        DMatrix::from_fn(self.width, self.width, |i, j| dots[i.min(j)][i.max(j)])
    }
}

/// Eigenvalues, largest first, and their vectors as columns.
fn eigen(gram: &DMatrix<f64>) -> (Vec<f64>, Vec<Vec<f64>>) {
    let found = SymmetricEigen::new(gram.clone());
    let mut order: Vec<usize> = (0..gram.nrows()).collect();
    order.sort_by(|&a, &b| found.eigenvalues[b].total_cmp(&found.eigenvalues[a]).then(a.cmp(&b)));
    let vector = |&at: &usize| found.eigenvectors.column(at).iter().copied().collect();
    (order.iter().map(|&at| found.eigenvalues[at].max(0.0)).collect(), order.iter().map(vector).collect())
}

/// `U·√S`: the basis turned by the eigenvectors, each direction scaled by the root of its singular value.
fn project(basis: &Columns, values: &[f64], mix: &[Vec<f64>], dims: usize) -> Vec<f64> {
    let mut out = vec![0.0; basis.rows * dims];
    for dim in 0..dims {
        let dot = |row: usize| basis.row(row).iter().zip(&mix[dim]).map(|(x, y)| x * y).sum::<f64>();
        let column: Vec<f64> = (0..basis.rows).map(dot).collect();
        let peak = column.iter().copied().fold(0.0, |peak: f64, x| if x.abs() > peak.abs() { x } else { peak });
        // The singular value is the root of the eigenvalue. The sign is free: the largest entry is positive.
        let scale = values[dim].sqrt().sqrt() * if peak < 0.0 { -1.0 } else { 1.0 };
        column.iter().enumerate().for_each(|(row, x)| out[row * dims + dim] = x * scale);
    }
    out
}
