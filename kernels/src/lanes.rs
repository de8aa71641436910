//! Products by lanes: with 128-bit vectors where the target has them, plainly where not.

/// Vectors that are asked together.
pub(crate) const GROUP: usize = 4;

/// Whether one vector or two alone get a loop of their own. Without vectors that is not worth its bytes.
pub(crate) const HAS_OWN_LOOPS: bool = cfg!(all(target_arch = "wasm32", target_feature = "simd128"));

/// Sixteen numbers of each vector of a group, widened: `[vector][low, high]`.
pub(crate) type Words = [[[i16; 8]; 2]; GROUP];

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod vectors {
    use super::Words;
    use core::arch::wasm32::{
        f32x4_add, f32x4_convert_i32x4, f32x4_gt, f32x4_mul, f32x4_splat, i16x8_extend_high_i8x16,
        i16x8_extend_low_i8x16, i32x4_add, i32x4_dot_i16x8, i32x4_extract_lane, i32x4_shuffle, i32x4_splat, v128,
        v128_any_true,
    };

    pub(crate) fn dot_vectors(a: &[[u8; 16]], b: &[[u8; 16]]) -> i32 {
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

    /// Four integers.
    pub(crate) type Integers = v128;
    /// Four numbers.
    pub(crate) type Numbers = v128;

    pub(crate) fn integers(lanes: Integers) -> [i32; 4] {
        bytemuck::cast(lanes)
    }

    pub(crate) fn from_integers(lanes: [i32; 4]) -> Integers {
        bytemuck::cast(lanes)
    }

    pub(crate) fn numbers(lanes: [f32; 4]) -> Numbers {
        bytemuck::cast(lanes)
    }

    /// Dot products of one row with each vector of a group.
    #[inline(always)]
    pub(crate) fn dot_row(row: &[[u8; 16]], group: &[Words]) -> Integers {
        let mut s = [i32x4_splat(0); 4];
        for (x, words) in row.iter().zip(group) {
            let x: v128 = bytemuck::cast(*x);
            let (low, high) = (i16x8_extend_low_i8x16(x), i16x8_extend_high_i8x16(x));
            for (sum, word) in s.iter_mut().zip(words) {
                let near = i32x4_dot_i16x8(low, bytemuck::cast(word[0]));
                let far = i32x4_dot_i16x8(high, bytemuck::cast(word[1]));
                *sum = i32x4_add(*sum, i32x4_add(near, far));
            }
        }
        across(s)
    }

    /// Dot products of four rows with the first `N` vectors of a group, `[vector][row]`: each row is widened once.
    #[inline(always)]
    pub(crate) fn dot_rows<const N: usize>(rows: [&[[u8; 16]]; 4], group: &[Words]) -> [Integers; N] {
        let mut s = [[i32x4_splat(0); 4]; N];
        let pairs = rows[0].iter().zip(rows[1]).zip(rows[2].iter().zip(rows[3]));
        for (((a, b), (c, d)), words) in pairs.zip(group) {
            for (r, x) in [a, b, c, d].into_iter().enumerate() {
                let x: v128 = bytemuck::cast(*x);
                let (low, high) = (i16x8_extend_low_i8x16(x), i16x8_extend_high_i8x16(x));
                for k in 0..N {
                    let near = i32x4_dot_i16x8(low, bytemuck::cast(words[k][0]));
                    let far = i32x4_dot_i16x8(high, bytemuck::cast(words[k][1]));
                    s[k][r] = i32x4_add(s[k][r], i32x4_add(near, far));
                }
            }
        }
        s.map(across)
    }

    /// The four partial sums of each, added across: a transposed sum.
    #[inline(always)]
    fn across(s: [v128; 4]) -> Integers {
        let a = i32x4_add(i32x4_shuffle::<0, 4, 1, 5>(s[0], s[1]), i32x4_shuffle::<2, 6, 3, 7>(s[0], s[1]));
        let b = i32x4_add(i32x4_shuffle::<0, 4, 1, 5>(s[2], s[3]), i32x4_shuffle::<2, 6, 3, 7>(s[2], s[3]));
        i32x4_add(i32x4_shuffle::<0, 1, 4, 5>(a, b), i32x4_shuffle::<2, 3, 6, 7>(a, b))
    }

    /// Whether any of four products, times the scale or its rest, lies above its floor.
    ///
    /// A lane's factor is `scale · share + rest`: share 1 and rest 0, or the other way round.
    #[inline(always)]
    pub(crate) fn any_above(dots: Integers, scale: f32, share: Numbers, rest: Numbers, floors: Numbers) -> bool {
        let factors = f32x4_add(f32x4_mul(f32x4_splat(scale), share), rest);
        v128_any_true(f32x4_gt(f32x4_mul(f32x4_convert_i32x4(dots), factors), floors))
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod vectors {
    use super::Words;

    pub(crate) fn dot_vectors(a: &[[u8; 16]], b: &[[u8; 16]]) -> i32 {
        let mut sum = 0;
        for (x, y) in a.iter().zip(b) {
            for d in 0..16 {
                sum += i32::from(x[d] as i8) * i32::from(y[d] as i8);
            }
        }
        sum
    }

    /// Four integers.
    pub(crate) type Integers = [i32; 4];
    /// Four numbers.
    pub(crate) type Numbers = [f32; 4];

    pub(crate) fn integers(lanes: Integers) -> [i32; 4] {
        lanes
    }

    pub(crate) fn from_integers(lanes: [i32; 4]) -> Integers {
        lanes
    }

    pub(crate) fn numbers(lanes: [f32; 4]) -> Numbers {
        lanes
    }

    /// Dot products of one row with each vector of a group.
    pub(crate) fn dot_row(row: &[[u8; 16]], group: &[Words]) -> Integers {
        let mut sums = [0; 4];
        for (x, words) in row.iter().zip(group) {
            for (sum, [low, high]) in sums.iter_mut().zip(words) {
                for d in 0..8 {
                    *sum += i32::from(x[d] as i8) * i32::from(low[d]);
                    *sum += i32::from(x[d + 8] as i8) * i32::from(high[d]);
                }
            }
        }
        sums
    }

    /// Dot products of four rows with the first `N` vectors of a group, `[vector][row]`.
    pub(crate) fn dot_rows<const N: usize>(rows: [&[[u8; 16]]; 4], group: &[Words]) -> [Integers; N] {
        let of_rows = rows.map(|row| dot_row(row, group));
        std::array::from_fn(|k| of_rows.map(|dots| dots[k]))
    }

    /// Whether any of four products, times the scale or its rest, lies above its floor.
    ///
    /// A lane's factor is `scale · share + rest`: share 1 and rest 0, or the other way round.
    pub(crate) fn any_above(dots: Integers, scale: f32, share: Numbers, rest: Numbers, floors: Numbers) -> bool {
        (0..4).any(|k| dots[k] as f32 * (scale * share[k] + rest[k]) > floors[k])
    }
}

pub(crate) use vectors::{Integers, any_above, dot_row, dot_rows, dot_vectors, from_integers, integers, numbers};
