//! The few loops that are written for speed, beside a core that is compiled for size.
//!
//! Under full link-time optimization the optimizer's level is the root crate's:
//! one for size, which vectorizes nothing. So the SIMD build spells its vectors out, with
//! safe intrinsics. Integer products, and the same operations on floats in the
//! same order: the SIMD and the scalar build give the same numbers.

mod lanes;
mod queries;

pub use queries::{MOST, Queries};

/// Integer dot product of two quantized vectors.
///
/// Shapes: both `[dims]`; bytes are two's complement, −127..=127. Cost: O(dims), no allocation.
#[must_use]
pub fn dot(a: &[u8], b: &[u8]) -> i32 {
    let (a_vectors, a_rest) = a.as_chunks::<16>();
    let (b_vectors, b_rest) = b.as_chunks::<16>();
    let mut rest = 0;
    for (&x, &y) in a_rest.iter().zip(b_rest) {
        rest += i32::from(x as i8) * i32::from(y as i8);
    }
    rest + lanes::dot_vectors(a_vectors, b_vectors)
}

/// Dot products of one vector with every row.
///
/// Shapes: query is `[dims]`; rows is [items, dims], row-major; out is `[items]`.
/// Cost: O(items · dims), no allocation.
pub fn scan(query: &[u8], rows: &[u8], out: &mut [i32]) {
    if query.is_empty() {
        return;
    }
    for (row, cell) in rows.chunks_exact(query.len()).zip(out) {
        *cell = dot(query, row);
    }
}

/// Where `values + moves` and `values − moves` are largest, the first where several are; `None` for no values.
///
/// Shapes: values is `[items]`; columns is `[items]`, each below the length of `moves`.
/// Cost: O(items), no allocation.
#[must_use]
pub fn leaders(values: &[f64], moves: &[f64], columns: &[u32]) -> Option<[usize; 2]> {
    let mut best = [f64::NEG_INFINITY; 2];
    let mut found = [usize::MAX; 2];
    for (at, (&value, &column)) in values.iter().zip(columns).enumerate() {
        let step = moves.get(column as usize).copied().unwrap_or(f64::NEG_INFINITY);
        for (side, value) in [value + step, value - step].into_iter().enumerate() {
            if value > best[side] {
                best[side] = value;
                found[side] = at;
            }
        }
    }
    (found[0] < values.len() && found[1] < values.len()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::{dot, leaders, scan};

    #[test]
    fn scan_equals_the_plain_sum_for_every_row() {
        for dims in [1_usize, 8, 31, 32, 64, 100] {
            let bytes = |seed: usize, n: usize| (0..n).map(|i| ((i * 37 + seed * 11) % 255) as u8).collect::<Vec<_>>();
            let (query, rows) = (bytes(1, dims), bytes(2, dims * 9));
            let mut out = vec![0; 9];
            scan(&query, &rows, &mut out);
            let plain = |row: &[u8]| -> i32 {
                query.iter().zip(row).map(|(&q, &r)| i32::from(q as i8) * i32::from(r as i8)).sum()
            };
            assert_eq!(out, rows.chunks_exact(dims).map(plain).collect::<Vec<_>>());
            assert_eq!(out[0], dot(&query, &rows[..dims]));
        }
    }

    #[test]
    fn leaders_are_the_first_of_the_largest() {
        assert_eq!(leaders(&[], &[], &[]), None);
        assert_eq!(leaders(&[1.0, 1.0, 0.0], &[0.0, 0.0, 2.0], &[0, 1, 2]), Some([2, 0]));
        assert_eq!(leaders(&[0.0, 0.0], &[0.0, 5.0], &[0, 0]), Some([0, 0]));
    }
}
