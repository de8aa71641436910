//! The few loops that are written for speed, beside a core that is compiled for size.
//!
//! Under full link-time optimization the optimizer's level is the root crate's:
//! `z`, which vectorizes nothing. So the SIMD build spells its vectors out, with
//! safe intrinsics. Integer arithmetic only: the SIMD and the scalar build give
//! the same numbers.

/// Integer dot product of two quantized vectors.
///
/// Shapes: both `[dims]`; bytes are two's complement, −127..=127. Cost: O(dims), no allocation.
#[must_use]
pub fn dot(a: &[u8], b: &[u8]) -> i32 {
    let (a_vectors, a_rest) = a.as_chunks::<16>();
    let (b_vectors, b_rest) = b.as_chunks::<16>();
    let rest: i32 = a_rest.iter().zip(b_rest).map(|(&x, &y)| i32::from(x as i8) * i32::from(y as i8)).sum();
    rest + dot_vectors(a_vectors, b_vectors)
}

/// Dot products of one vector with every row.
///
/// Shapes: query is `[dims]`; rows is [items, dims], row-major; out is `[items]`.
/// Cost: O(items · dims), no allocation.
pub fn scan(query: &[u8], rows: &[u8], out: &mut [i32]) {
    if query.is_empty() {
        return;
    }
    rows.chunks_exact(query.len()).zip(out).for_each(|(row, cell)| *cell = dot(query, row));
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
fn dot_vectors(a: &[[u8; 16]], b: &[[u8; 16]]) -> i32 {
    use core::arch::wasm32::{
        i16x8_extend_high_i8x16, i16x8_extend_low_i8x16, i32x4_add, i32x4_dot_i16x8, i32x4_extract_lane, i32x4_splat,
        v128,
    };
    let mut sum = i32x4_splat(0);
    for (x, y) in a.iter().zip(b) {
        let x: v128 = bytemuck::cast(*x);
        let y: v128 = bytemuck::cast(*y);
        let low = i32x4_dot_i16x8(i16x8_extend_low_i8x16(x), i16x8_extend_low_i8x16(y));
        let high = i32x4_dot_i16x8(i16x8_extend_high_i8x16(x), i16x8_extend_high_i8x16(y));
        sum = i32x4_add(sum, i32x4_add(low, high));
    }
    i32x4_extract_lane::<0>(sum)
        + i32x4_extract_lane::<1>(sum)
        + i32x4_extract_lane::<2>(sum)
        + i32x4_extract_lane::<3>(sum)
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
fn dot_vectors(a: &[[u8; 16]], b: &[[u8; 16]]) -> i32 {
    let mut sum = 0;
    for (x, y) in a.iter().zip(b) {
        for d in 0..16 {
            sum += i32::from(x[d] as i8) * i32::from(y[d] as i8);
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::{dot, scan};

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
}
