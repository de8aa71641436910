//! Several vectors asked at once: every row is read and widened once for four of them.

use crate::lanes::{Integers, any_above, dot_four, from_integers, integers, numbers};

/// Most vectors that are asked together.
pub const MOST: usize = 8;
/// A floor is compared in single precision first; so much below it nothing is lost.
const SLACK: f64 = 1.0 - 1e-6;

/// Four vectors, widened: `[dims / 16][four][low, high]`, then what is left over of each.
#[derive(Clone, Debug, Default)]
struct Four {
    words: Vec<[[[i16; 8]; 2]; 4]>,
    rest: [Vec<i16>; 4],
}

/// Quantized vectors of the same length, ready for a scan.
#[derive(Clone, Debug, Default)]
pub struct Queries {
    fours: Vec<Four>,
    scaled: [bool; MOST],
    len: usize,
    dims: usize,
}

impl Queries {
    /// Adds a vector, `[dims]`; `scaled` multiplies its products by the row's scale. Beyond [`MOST`] it is left out.
    pub fn push(&mut self, vector: &[u8], scaled: bool) {
        if self.len == MOST {
            return;
        }
        let (at, k) = (self.len / 4, self.len % 4);
        let (vectors, rest) = vector.as_chunks::<16>();
        if k == 0 {
            let words = vec![[[[0; 8]; 2]; 4]; vectors.len()];
            self.fours.push(Four { words, rest: [const { Vec::new() }; 4] });
        }
        let four = &mut self.fours[at];
        for (words, bytes) in four.words.iter_mut().zip(vectors) {
            for (d, &byte) in bytes.iter().enumerate() {
                words[k][d / 8][d % 8] = i16::from(byte as i8);
            }
        }
        four.rest[k] = rest.iter().map(|&byte| i16::from(byte as i8)).collect();
        self.scaled[self.len] = scaled;
        self.len += 1;
        self.dims = vector.len();
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The products of a row with each; 0 behind the last. Cost: O(vectors · dims), no allocation.
    #[must_use]
    pub fn dots(&self, row: &[u8]) -> [i32; MOST] {
        let mut dots = [0; MOST];
        for (four, out) in self.fours.iter().zip(dots.as_chunks_mut::<4>().0) {
            *out = integers(four.dots::<4>(row));
        }
        dots
    }

    /// Calls `keep(query, item, score)` for every product, times its scale, that is above 0 and above the query's floor.
    /// `keep` returns the floor from then on.
    ///
    /// Shapes: rows is [items, dims], row-major; scales is `[items]`.
    /// Cost: O(items · vectors · dims), no allocation; one pass over the rows for every four vectors.
    pub fn above(&self, rows: &[u8], scales: &[f32], keep: &mut dyn FnMut(usize, u32, f64) -> f64) {
        if self.dims == 0 {
            return;
        }
        for at in 0..self.fours.len() {
            // Half of a four is half the work.
            if self.len - 4 * at > 2 {
                self.above_of::<4>(at, rows, scales, keep);
            } else {
                self.above_of::<2>(at, rows, scales, keep);
            }
        }
    }

    /// The same for the first `N` of one four.
    fn above_of<const N: usize>(
        &self,
        at: usize,
        rows: &[u8],
        scales: &[f32],
        keep: &mut dyn FnMut(usize, u32, f64) -> f64,
    ) {
        let scaled = |k: usize| self.scaled[4 * at + k];
        let share = numbers(std::array::from_fn(|k| f32::from(u8::from(scaled(k)))));
        let rest = numbers(std::array::from_fn(|k| f32::from(u8::from(!scaled(k)))));
        let mut floors = [0.0_f64; 4];
        // Nothing is above an infinite floor: the places behind the last vector.
        let mut near: [f32; 4] = std::array::from_fn(|k| if 4 * at + k < self.len { 0.0 } else { f32::INFINITY });
        let mut fence = numbers(near);
        for (item, (row, &scale)) in rows.chunks_exact(self.dims).zip(scales).enumerate() {
            let dots = self.fours[at].dots::<N>(row);
            if !any_above(dots, scale, share, rest, fence) {
                continue;
            }
            let dots = integers(dots);
            for k in 0..N.min(self.len - 4 * at) {
                let score = f64::from(dots[k]) * if scaled(k) { f64::from(scale) } else { 1.0 };
                if score > floors[k] {
                    floors[k] = keep(4 * at + k, item as u32, score).max(0.0);
                    near[k] = (floors[k] * SLACK) as f32;
                    fence = numbers(near);
                }
            }
        }
    }
}

impl Four {
    #[inline(always)]
    fn dots<const N: usize>(&self, row: &[u8]) -> Integers {
        let (vectors, rest) = row.as_chunks::<16>();
        let dots = dot_four::<N>(vectors, &self.words);
        if rest.is_empty() {
            return dots;
        }
        let mut dots = integers(dots);
        for (dot, words) in dots.iter_mut().zip(&self.rest).take(N) {
            for (&x, &word) in rest.iter().zip(words) {
                *dot += i32::from(x as i8) * i32::from(word);
            }
        }
        from_integers(dots)
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, Queries};
    use crate::dot;

    fn bytes(seed: usize, n: usize) -> Vec<u8> {
        (0..n).map(|i| ((i * i * 31 + i * 37 + seed * 111) % 255) as u8).collect()
    }

    #[test]
    fn products_equal_those_asked_one_by_one() {
        for dims in [1_usize, 16, 31, 32, 64, 100] {
            for count in 0..=MOST {
                let all: Vec<Vec<u8>> = (0..count).map(|seed| bytes(seed, dims)).collect();
                let mut queries = Queries::default();
                all.iter().for_each(|query| queries.push(query, true));
                let row = bytes(99, dims);
                let dots = queries.dots(&row);
                (0..MOST).for_each(|k| assert_eq!(dots[k], all.get(k).map_or(0, |query| dot(query, &row))));
            }
        }
    }

    #[test]
    fn everything_above_a_floor_is_found() {
        for (dims, count) in [(32_usize, 3), (32, 6), (40, 8)] {
            let rows = bytes(7, dims * 500);
            let scales: Vec<f32> = (0..500).map(|i| (i % 17) as f32 / 16.0).collect();
            let mut queries = Queries::default();
            let all: Vec<Vec<u8>> = (0..count).map(|seed| bytes(seed, dims)).collect();
            all.iter().enumerate().for_each(|(k, query)| queries.push(query, k % 2 == 0));
            let mut best = vec![(0.0, u32::MAX); count];
            queries.above(&rows, &scales, &mut |query, item, score| {
                best[query] = (score, item);
                score
            });
            for (k, query) in all.iter().enumerate() {
                let mut plain = (0.0, u32::MAX);
                for (item, row) in rows.chunks_exact(dims).enumerate() {
                    let scale = if k % 2 == 0 { f64::from(scales[item]) } else { 1.0 };
                    let score = f64::from(dot(query, row)) * scale;
                    plain = if score > plain.0 { (score, item as u32) } else { plain };
                }
                assert_eq!(best[k], plain);
            }
        }
    }
}
