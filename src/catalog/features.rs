//! Features: an item's embedding reduced to 24 whitened dimensions and a constant.
//!
//! What the shopper's own model is linear in. The dimensions are those in which
//! the catalog varies most, scaled so that each varies alike and that the mean
//! squared length is 1. Computed from the pack alone, when first asked for: the
//! same pack gives the same bits everywhere.
//!
//! Cost: once, O(min(items, 2,048) · dims² + 12 · 24 · dims²); then O(24 · dims) per item.
//! Source: orthogonal iteration, Golub & Van Loan 2013, section 8.2; any rotation of
//! a whitened space serves a spherical prior alike, so convergence is not needed.

use super::Catalog;

/// Whitened dimensions.
const ROWS: usize = 24;
/// How many numbers describe an item: the whitened dimensions and a constant.
pub const FEATURES: usize = ROWS + 1;
/// The constant, which learns how readily the shopper chooses at all.
const CONSTANT: f64 = 0.3;
/// Items that the covariance is taken from, evenly spread.
const SAMPLE: usize = 2_048;
const ITERATIONS: usize = 12;
/// Share of the mean variance that every dimension gets, so that an empty one does not blow up.
const FLOOR: f64 = 0.01;

/// The map from quantized vectors to features.
#[derive(Clone, Debug, Default)]
pub(super) struct Whitening {
    mean: Vec<f64>,
    /// `[rows, dims]`, row-major, at most 24 rows.
    rows: Vec<f64>,
}

impl Whitening {
    pub(super) fn of(catalog: &Catalog) -> Self {
        let dims = catalog.dims();
        let step = catalog.len().div_ceil(SAMPLE).max(1);
        let sample = || (0..catalog.len()).step_by(step).map(|item| catalog.vector(item as u32));
        let count = sample().count().max(1) as f64;
        let mut sums = vec![0_i32; dims];
        let mut products = vec![0_i32; dims * dims];
        for vector in sample() {
            for ((i, a), sum) in vector.clone().enumerate().zip(&mut sums) {
                *sum += i32::from(a);
                for (cell, b) in products[i * dims..].iter_mut().zip(vector.clone()) {
                    *cell += i32::from(a) * i32::from(b);
                }
            }
        }
        let mean: Vec<f64> = sums.iter().map(|&sum| f64::from(sum) / count).collect();
        let mut spread: Vec<f64> =
            (0..dims * dims).map(|at| f64::from(products[at]) / count - mean[at / dims] * mean[at % dims]).collect();
        let floor = FLOOR * (0..dims).map(|d| spread[d * dims + d]).sum::<f64>() / dims.max(1) as f64;
        (0..dims).for_each(|d| spread[d * dims + d] += floor);
        let kept = ROWS.min(dims);
        // The first dimensions of a decomposition are its largest: a good place to start.
        let mut rows: Vec<f64> = (0..kept * dims).map(|at| f64::from(u8::from(at / dims == at % dims))).collect();
        for _ in 0..ITERATIONS {
            rows = rows.chunks_exact(dims.max(1)).flat_map(|row| product(&spread, row)).collect();
            orthonormalize(&mut rows, dims, None);
        }
        orthonormalize(&mut rows, dims, Some(&spread));
        let scale = 1.0 / (kept.max(1) as f64).sqrt();
        rows.iter_mut().for_each(|cell| *cell *= scale);
        Self { mean, rows }
    }

    fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.rows.chunks_exact(self.mean.len().max(1))
    }

    pub(super) fn features(&self, catalog: &Catalog, item: u32) -> [f64; FEATURES] {
        let mut features = [0.0; FEATURES];
        features[ROWS] = CONSTANT;
        if catalog.inverse_norm(item) > 0.0 {
            let apart: Vec<f64> = catalog.vector(item).zip(&self.mean).map(|(x, mean)| f64::from(x) - mean).collect();
            features.iter_mut().zip(self.rows()).for_each(|(cell, row)| *cell = dot(row, &apart));
        }
        features
    }

    pub(super) fn unfold(&self, weights: &[f64], direction: &mut Vec<f64>) -> (f64, f64) {
        direction.clear();
        direction.resize(self.mean.len(), 0.0);
        for (row, weight) in self.rows().zip(weights) {
            direction.iter_mut().zip(row).for_each(|(cell, x)| *cell += weight * x);
        }
        let constant = CONSTANT * weights.get(ROWS).copied().unwrap_or(0.0);
        let offset = constant - dot(direction, &self.mean);
        (offset, constant)
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn product(matrix: &[f64], x: &[f64]) -> Vec<f64> {
    matrix.chunks_exact(x.len().max(1)).map(|row| dot(row, x)).collect()
}

/// Makes rows orthogonal and of unit length, in the metric when one is given; a row without rest becomes zero.
fn orthonormalize(rows: &mut [f64], dims: usize, metric: Option<&[f64]>) {
    let mut at = 0;
    while at < rows.len() {
        let (done, rest) = rows.split_at_mut(at);
        let row = &mut rest[..dims];
        for earlier in done.chunks_exact(dims) {
            let seen = metric.map_or_else(|| earlier.to_vec(), |metric| product(metric, earlier));
            let share = dot(&seen, row);
            row.iter_mut().zip(earlier).for_each(|(cell, x)| *cell -= share * x);
        }
        let square = metric.map_or_else(|| dot(row, row), |metric| dot(&product(metric, row), row));
        let scale = if square > 0.0 { 1.0 / square.sqrt() } else { 0.0 };
        row.iter_mut().for_each(|cell| *cell *= scale);
        at += dims;
    }
}

#[cfg(test)]
mod tests {
    use super::{CONSTANT, FEATURES};
    use crate::catalog::{Catalog, Item};

    fn catalog() -> Catalog {
        let item = |i: usize| Item {
            title: format!("model {} of {}", i % 7, i % 11),
            category: vec![format!("kind {}", i % 13)],
            brand: Some(format!("maker {}", i % 5)),
            ..Item::new(format!("i{i:04}"))
        };
        Catalog::from_items(&(0..600).map(item).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn features_vary_alike_and_apart() {
        let catalog = catalog();
        let all: Vec<[f64; FEATURES]> = (0..600).map(|item| catalog.features(item)).collect();
        for a in 0..24 {
            for b in 0..=a {
                let spread: f64 = all.iter().map(|z| z[a] * z[b]).sum::<f64>() / 600.0;
                let varies = if a == b { 0.0..1.001 / 24.0 } else { -0.005..0.005 };
                // The floor on the variance takes from dimensions in which little varies, to nothing where nothing does.
                assert!(varies.contains(&spread), "{a} and {b}: {spread}");
            }
        }
        assert!(all.iter().all(|z| z[24] == CONSTANT));
    }

    #[test]
    fn a_direction_gives_the_product_of_weights_and_features() {
        let catalog = catalog();
        let weights: Vec<f64> = (0..FEATURES).map(|d| (d as f64 - 12.0) / 10.0).collect();
        let mut direction = Vec::new();
        let (offset, _) = catalog.unfold(&weights, &mut direction);
        for item in [0, 17, 599] {
            let plain: f64 = catalog.features(item).iter().zip(&weights).map(|(z, w)| z * w).sum();
            let short: f64 = catalog.vector(item).zip(&direction).map(|(x, v)| f64::from(x) * v).sum();
            assert!((plain - short - offset).abs() < 1e-9);
        }
    }
}
