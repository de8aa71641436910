//! Several vectors asked at once: every row is read and widened once for four of them.

use crate::lanes::{
    GROUP, HAS_OWN_LOOPS, Integers, Words, any_above, dot_row, dot_rows, from_integers, integers, numbers,
};

/// Most vectors that are asked together.
pub const MOST: usize = 8;
/// A floor is compared in single precision first; so much below it nothing is lost.
const SLACK: f64 = 1.0 - 1e-6;

/// A group of vectors, widened: `[dims / 16]`, then what is left over of each.
#[derive(Clone, Debug, Default)]
struct Group {
    words: Vec<Words>,
    rest: [Vec<i16>; GROUP],
}

/// Quantized vectors of the same length, ready for a scan.
#[derive(Clone, Debug, Default)]
pub struct Queries {
    /// Those in use, and behind them memory for later.
    groups: Vec<Group>,
    scaled: [bool; MOST],
    len: usize,
    dims: usize,
}

impl Queries {
    /// Takes all vectors out, and keeps their memory.
    pub fn clear(&mut self) {
        self.len = 0;
    }

    /// Adds a vector, `[dims]`; `scaled` multiplies its products by the row's scale. Beyond [`MOST`] it is left out.
    pub fn push(&mut self, vector: &[u8], scaled: bool) {
        if self.len == MOST {
            return;
        }
        let (at, k) = (self.len / GROUP, self.len % GROUP);
        let (vectors, rest) = vector.as_chunks::<16>();
        if at == self.groups.len() {
            self.groups.push(Group::default());
        }
        let group = &mut self.groups[at];
        if k == 0 {
            group.words.clear();
            group.words.resize(vectors.len(), [[[0; 8]; 2]; GROUP]);
            group.rest.iter_mut().for_each(Vec::clear);
        }
        for (words, bytes) in group.words.iter_mut().zip(vectors) {
            for (d, &byte) in bytes.iter().enumerate() {
                words[k][d / 8][d % 8] = i16::from(byte as i8);
            }
        }
        group.rest[k].extend(rest.iter().map(|&byte| i16::from(byte as i8)));
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
        for (group, out) in self.groups.iter().take(self.len.div_ceil(GROUP)).zip(dots.chunks_mut(GROUP)) {
            out.iter_mut().zip(integers(group.dots(row))).for_each(|(out, dot)| *out = dot);
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
        for at in 0..self.len.div_ceil(GROUP) {
            match self.len - GROUP * at {
                1 if HAS_OWN_LOOPS => self.above_few::<1>(at, rows, scales, keep),
                2 if HAS_OWN_LOOPS => self.above_few::<2>(at, rows, scales, keep),
                _ => self.above_group(at, rows, scales, keep),
            }
        }
    }

    /// The same for the `N` of a group that has no more, four rows at a time.
    fn above_few<const N: usize>(
        &self,
        at: usize,
        rows: &[u8],
        scales: &[f32],
        keep: &mut dyn FnMut(usize, u32, f64) -> f64,
    ) {
        let none = numbers([0.0; 4]);
        let mut floors = [0.0_f64; N];
        let mut fences = [none; N];
        for (block, (rows, scales)) in rows.chunks(4 * self.dims).zip(scales.chunks(4)).enumerate() {
            let row = |k: usize| rows.get(k * self.dims..(k + 1) * self.dims).unwrap_or(&rows[..self.dims]);
            let dots = self.groups[at].dots_of::<N>([row(0), row(1), row(2), row(3)]);
            // Nothing times zero is above a floor: the rows behind the last.
            let each = |scaled| std::array::from_fn(|k| scales.get(k).map_or(0.0, |&s| if scaled { s } else { 1.0 }));
            let factors: [[f32; 4]; 2] = [each(false), each(true)];
            for (k, dots) in dots.into_iter().enumerate() {
                let query = GROUP * at + k;
                let factors = factors[usize::from(self.scaled[query])];
                if !any_above(dots, 1.0, numbers(factors), none, fences[k]) {
                    continue;
                }
                for (r, (dot, factor)) in integers(dots).into_iter().zip(factors).enumerate() {
                    let score = f64::from(dot) * f64::from(factor);
                    if score > floors[k] {
                        floors[k] = keep(query, (4 * block + r) as u32, score).max(0.0);
                        fences[k] = numbers([(floors[k] * SLACK) as f32; 4]);
                    }
                }
            }
        }
    }

    /// The same for a whole group, row by row.
    fn above_group(&self, at: usize, rows: &[u8], scales: &[f32], keep: &mut dyn FnMut(usize, u32, f64) -> f64) {
        let scaled = |k: usize| self.scaled[GROUP * at + k];
        let share = numbers(std::array::from_fn(|k| f32::from(u8::from(scaled(k)))));
        let rest = numbers(std::array::from_fn(|k| f32::from(u8::from(!scaled(k)))));
        let mut floors = [0.0_f64; GROUP];
        // Nothing is above an infinite floor: the places behind the last vector.
        let mut near: [f32; 4] = std::array::from_fn(|k| if GROUP * at + k < self.len { 0.0 } else { f32::INFINITY });
        let mut fence = numbers(near);
        for (item, (row, &scale)) in rows.chunks_exact(self.dims).zip(scales).enumerate() {
            let dots = self.groups[at].dots(row);
            if !any_above(dots, scale, share, rest, fence) {
                continue;
            }
            let dots = integers(dots);
            for k in 0..GROUP.min(self.len - GROUP * at) {
                let score = f64::from(dots[k]) * if scaled(k) { f64::from(scale) } else { 1.0 };
                if score > floors[k] {
                    floors[k] = keep(GROUP * at + k, item as u32, score).max(0.0);
                    near[k] = (floors[k] * SLACK) as f32;
                    fence = numbers(near);
                }
            }
        }
    }
}

impl Group {
    #[inline(always)]
    fn dots(&self, row: &[u8]) -> Integers {
        let (vectors, rest) = row.as_chunks::<16>();
        let dots = dot_row(vectors, &self.words);
        if rest.is_empty() {
            return dots;
        }
        let mut dots = integers(dots);
        for (dot, words) in dots.iter_mut().zip(&self.rest) {
            *dot += plain(rest, words);
        }
        from_integers(dots)
    }

    /// The products of four rows with the first `N` vectors.
    #[inline(always)]
    fn dots_of<const N: usize>(&self, rows: [&[u8]; 4]) -> [Integers; N] {
        let mut all = dot_rows::<N>(rows.map(|row| row.as_chunks::<16>().0), &self.words);
        if self.rest[0].is_empty() {
            return all;
        }
        for (dots, words) in all.iter_mut().zip(&self.rest) {
            let mut sums = integers(*dots);
            for (sum, row) in sums.iter_mut().zip(rows) {
                *sum += plain(row.as_chunks::<16>().1, words);
            }
            *dots = from_integers(sums);
        }
        all
    }
}

/// The product of what no vector holds.
fn plain(bytes: &[u8], words: &[i16]) -> i32 {
    bytes.iter().zip(words).map(|(&x, &word)| i32::from(x as i8) * i32::from(word)).sum()
}

#[cfg(test)]
mod tests {
    use super::{MOST, Queries};
    use crate::dot;

    type Keep<'a> = dyn FnMut(usize, u32, f64) -> f64 + 'a;

    fn bytes(seed: usize, n: usize) -> Vec<u8> {
        (0..n).map(|i| ((i * i * 31 + i * 37 + seed * 111) % 255) as u8).collect()
    }

    #[test]
    fn products_equal_those_asked_one_by_one() {
        let mut queries = Queries::default();
        for dims in [1_usize, 16, 31, 32, 64, 100] {
            for count in 0..=MOST {
                queries.clear();
                let all: Vec<Vec<u8>> = (0..count).map(|seed| bytes(seed, dims)).collect();
                all.iter().for_each(|query| queries.push(query, true));
                let row = bytes(99, dims);
                let dots = queries.dots(&row);
                (0..MOST).for_each(|k| assert_eq!(dots[k], all.get(k).map_or(0, |query| dot(query, &row))));
            }
        }
    }

    #[test]
    fn everything_above_a_floor_is_found() {
        let sizes = [
            (32_usize, 3, 500),
            (32, 6, 500),
            (40, 8, 500),
            (32, 1, 500),
            (40, 5, 499),
            (64, 1, 498),
            (16, 1, 1),
            (40, 2, 501),
            (64, 2, 500),
        ];
        for (dims, count, items) in sizes {
            let rows = bytes(7, dims * items);
            let scales: Vec<f32> = (0..items).map(|i| (i % 17) as f32 / 16.0).collect();
            let mut queries = Queries::default();
            let all: Vec<Vec<u8>> = (0..count).map(|seed| bytes(seed, dims)).collect();
            all.iter().enumerate().for_each(|(k, query)| queries.push(query, k % 2 == 0));
            let best = |scan: &dyn Fn(&mut Keep<'_>)| {
                let mut best = vec![(0.0, u32::MAX); count];
                scan(&mut |query, item, score| {
                    best[query] = (score, item);
                    score
                });
                best
            };
            let found = best(&|keep| queries.above(&rows, &scales, keep));
            // Builds without vectors leave these loops out: here they are asked by name.
            match count {
                1 => assert_eq!(best(&|keep| queries.above_few::<1>(0, &rows, &scales, keep)), found),
                2 => assert_eq!(best(&|keep| queries.above_few::<2>(0, &rows, &scales, keep)), found),
                _ => {}
            }
            for (k, query) in all.iter().enumerate() {
                let mut plain = (0.0, u32::MAX);
                for (item, row) in rows.chunks_exact(dims).enumerate() {
                    let scale = if k % 2 == 0 { f64::from(scales[item]) } else { 1.0 };
                    let score = f64::from(dot(query, row)) * scale;
                    plain = if score > plain.0 { (score, item as u32) } else { plain };
                }
                assert_eq!(found[k], plain);
            }
        }
    }
}
