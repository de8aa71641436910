//! Symmetric positive definite matrices of a few dozen rows, packed.
//!
//! Shapes: the lower triangle by rows, `[n (n + 1) / 2]`; vectors are `[n]`.
//! Guarantees: the same sums in the same order on every machine; a matrix that is
//! not positive definite has no factor, never a NaN.
//!
//! Source: Cholesky's factorization, Golub & Van Loan 2013, section 4.2.

/// Where row `i` starts.
fn row(i: usize) -> usize {
    i * (i + 1) / 2
}

/// The identity times `by`.
#[must_use]
pub fn diagonal(n: usize, by: f64) -> Vec<f64> {
    let mut matrix = vec![0.0; row(n)];
    (0..n).for_each(|i| matrix[row(i) + i] = by);
    matrix
}

/// `A ← A + by · x xᵀ`. Cost: O(n²).
pub fn add_outer(matrix: &mut [f64], x: &[f64], by: f64) {
    for (i, &a) in x.iter().enumerate() {
        for (cell, &b) in matrix[row(i)..].iter_mut().zip(&x[..=i]) {
            *cell += by * a * b;
        }
    }
}

/// `A ← L` with `L Lᵀ = A`; `false` when `A` is not positive definite. Cost: O(n³ / 6).
#[must_use]
pub fn factor(l: &mut [f64], n: usize) -> bool {
    for i in 0..n {
        for j in 0..=i {
            let done: f64 = (0..j).map(|k| l[row(i) + k] * l[row(j) + k]).sum();
            let left = l[row(i) + j] - done;
            l[row(i) + j] = if i > j {
                left / l[row(j) + j]
            } else if left > 0.0 {
                left.sqrt()
            } else {
                return false;
            };
        }
    }
    true
}

/// `x ← L⁻¹ x`. Cost: O(n²).
pub fn solve_lower(l: &[f64], x: &mut [f64]) {
    for i in 0..x.len() {
        let done: f64 = (0..i).map(|k| l[row(i) + k] * x[k]).sum();
        x[i] = (x[i] - done) / l[row(i) + i];
    }
}

/// `x ← L⁻ᵀ x`. Cost: O(n²).
pub fn solve_upper(l: &[f64], x: &mut [f64]) {
    for i in (0..x.len()).rev() {
        let done: f64 = (i + 1..x.len()).map(|k| l[row(k) + i] * x[k]).sum();
        x[i] = (x[i] - done) / l[row(i) + i];
    }
}

#[cfg(test)]
mod tests {
    use super::{add_outer, diagonal, factor, row, solve_lower, solve_upper};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn solving_undoes_the_product(rows in prop::collection::vec(prop::collection::vec(-2.0..2.0_f64, 7), 0..20), x in prop::collection::vec(-3.0..3.0_f64, 7)) {
            let mut matrix = diagonal(7, 0.5);
            rows.iter().for_each(|z| add_outer(&mut matrix, z, 0.25));
            let cell = |i: usize, j: usize| if i >= j { matrix[row(i) + j] } else { matrix[row(j) + i] };
            let mut product: Vec<f64> = (0..7).map(|i| (0..7).map(|j| cell(i, j) * x[j]).sum()).collect();
            prop_assert!(factor(&mut matrix, 7));
            let l = matrix;
            solve_lower(&l, &mut product);
            solve_upper(&l, &mut product);
            for (found, expected) in product.iter().zip(&x) {
                prop_assert!((found - expected).abs() < 1e-9, "{found} for {expected}");
            }
        }
    }

    #[test]
    fn what_is_not_positive_definite_has_no_factor() {
        assert!(!factor(&mut [1.0, 2.0, 1.0], 2));
        assert!(!factor(&mut [f64::NAN], 1));
    }
}
