//! The few loops that are compiled for speed, in a crate whose rest is compiled for size.
//!
//! A profile can set `opt-level` per package only: the root crate is built with
//! `z`, this one with 3, where the compiler turns these loops into SIMD.
//! Integer arithmetic only: the SIMD and the scalar build give the same numbers.

/// Integer dot product of two quantized vectors.
///
/// Shapes: both [dims]; bytes are two's complement, −127..=127. Cost: O(dims), no allocation.
#[must_use]
#[inline(never)]
pub fn dot(a: &[u8], b: &[u8]) -> i32 {
    a.iter().zip(b).map(|(&x, &y)| i32::from(x as i8) * i32::from(y as i8)).sum()
}

/// Dot products of one vector with every row.
///
/// Shapes: query is [dims]; rows is [items, dims], row-major; out is [items].
/// Cost: O(items · dims), no allocation.
#[inline(never)]
pub fn scan(query: &[u8], rows: &[u8], out: &mut [i32]) {
    match query.len() {
        32 => scan_fixed::<32>(query, rows, out),
        64 => scan_fixed::<64>(query, rows, out),
        dims => rows.chunks_exact(dims.max(1)).zip(out).for_each(|(row, cell)| *cell = dot(query, row)),
    }
}

/// The usual dimensions, known to the compiler.
fn scan_fixed<const DIMS: usize>(query: &[u8], rows: &[u8], out: &mut [i32]) {
    let mut wide = [0_i16; DIMS];
    wide.iter_mut().zip(query).for_each(|(cell, &byte)| *cell = i16::from(byte as i8));
    for (row, cell) in rows.chunks_exact(DIMS).zip(out) {
        let mut sum = 0;
        for d in 0..DIMS {
            sum += i32::from(wide[d]) * i32::from(row[d] as i8);
        }
        *cell = sum;
    }
}

#[cfg(test)]
mod tests {
    use super::{dot, scan};

    #[test]
    fn scan_equals_dot_for_every_row() {
        for dims in [1_usize, 8, 31, 32, 64, 100] {
            let bytes = |seed: usize, n: usize| (0..n).map(|i| ((i * 37 + seed * 11) % 255) as u8).collect::<Vec<_>>();
            let (query, rows) = (bytes(1, dims), bytes(2, dims * 9));
            let mut out = vec![0; 9];
            scan(&query, &rows, &mut out);
            let one_by_one: Vec<i32> = rows.chunks_exact(dims).map(|row| dot(&query, row)).collect();
            assert_eq!(out, one_by_one);
        }
    }
}
