//! A sparse square matrix by rows, its columns sorted: small, ordered, no hashing.

use super::counts::PairCount;

/// Compressed rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sparse {
    starts: Vec<usize>,
    columns: Vec<u32>,
    values: Vec<f64>,
}

impl Sparse {
    /// Makes both directions of each pair; `value` gives the mass from `a` to `b` and back, 0 for none.
    ///
    /// Cost: O(items + pairs). `pairs` is sorted by `(a, b)` with `a < b`.
    #[must_use]
    pub fn from_pairs(items: usize, pairs: &[PairCount], value: impl Fn(&PairCount) -> [f64; 2]) -> Self {
        let mut starts = vec![0_usize; items + 1];
        for pair in pairs {
            let [ahead, back] = value(pair);
            starts[pair.a as usize + 1] += usize::from(ahead > 0.0);
            starts[pair.b as usize + 1] += usize::from(back > 0.0);
        }
        for at in 0..items {
            starts[at + 1] += starts[at];
        }
        let mut next = starts.clone();
        let (mut columns, mut values) = (vec![0; starts[items]], vec![0.0; starts[items]]);
        let mut put = |row: u32, column: u32, value: f64| {
            if value > 0.0 {
                let at = &mut next[row as usize];
                (columns[*at], values[*at]) = (column, value);
                *at += 1;
            }
        };
        // First the columns before the diagonal, then those behind: each row comes out sorted.
        pairs.iter().for_each(|pair| put(pair.b, pair.a, value(pair)[1]));
        pairs.iter().for_each(|pair| put(pair.a, pair.b, value(pair)[0]));
        Self { starts, columns, values }
    }

    /// How many rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// One row as column and value, columns ascending.
    pub fn row(&self, row: usize) -> impl ExactSizeIterator<Item = (u32, f64)> + '_ {
        let range = self.starts[row]..self.starts[row + 1];
        self.columns[range.clone()].iter().copied().zip(self.values[range].iter().copied())
    }

    /// The sum of one row.
    #[must_use]
    pub fn sum(&self, row: usize) -> f64 {
        self.row(row).map(|(_, value)| value).sum()
    }

    /// The same places with other values; entries that become 0 or less are dropped.
    #[must_use]
    pub fn map(&self, value: impl Fn(usize, u32, f64) -> f64) -> Self {
        let mut mapped = Self { starts: vec![0], ..Self::default() };
        for row in 0..self.rows() {
            for (column, old) in self.row(row) {
                let new = value(row, column, old);
                if new > 0.0 {
                    mapped.columns.push(column);
                    mapped.values.push(new);
                }
            }
            mapped.starts.push(mapped.columns.len());
        }
        mapped
    }
}
