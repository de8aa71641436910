//! Turns the tables that the SQL made into [`Counts`].

use anyhow::{Context, Result, bail};
use datafusion::arrow::array::{Array, AsArray, Int64Array};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Int64Type};
use datafusion::arrow::record_batch::RecordBatch;

use super::super::counts::{Counts, ItemCount, PairCount, UNIT};

/// Counts while they are gathered, and the rows of an item with itself.
pub(super) struct Gather(Counts, u64);

impl Gather {
    pub(super) fn new(items: usize, min_support: u32) -> Self {
        Self(Counts { items: vec![ItemCount::default(); items], min_support, ..Counts::default() }, 0)
    }

    /// The one row of `totals`.
    pub(super) fn totals(&mut self, batches: &[RecordBatch]) -> Result<()> {
        let names = ["events", "repeated", "shoppers", "sessions", "learned", "views"];
        let counts = &mut self.0;
        for_rows(batches, &names, |row| {
            [counts.events, counts.repeated, counts.shoppers, counts.sessions, counts.learned_sessions] =
                [row[0], row[1], row[2], row[3], row[4]].map(i64::cast_unsigned);
            counts.has_views = row[5] > 0;
            Ok(())
        })?;
        // An empty log has no first moment: the columns are NULL.
        for batch in batches.iter().filter(|batch| batch.num_rows() > 0) {
            let [first, last] = ["first_ts", "last_ts"].map(|name| column(batch, name));
            let (first, last) = (first?, last?);
            counts.span = (!first.is_null(0)).then(|| (first.value(0), last.value(0)));
        }
        Ok(())
    }

    /// The rows of `items`.
    pub(super) fn items(&mut self, batches: &[RecordBatch]) -> Result<()> {
        for_rows(batches, &["item", "lines", "recent", "mass"], |row| {
            let item = item(&mut self.0, row[0])?;
            (item.lines, item.recent) = (row[1].cast_unsigned(), row[2].cast_unsigned());
            item.mass += mass(row[3]);
            Ok(())
        })
    }

    /// The rows of `repeats`.
    pub(super) fn repeats(&mut self, batches: &[RecordBatch]) -> Result<()> {
        for_rows(batches, &["item", "bought", "repeats", "chances", "again"], |row| {
            let [bought, repeats, chances, again] = [1, 2, 3, 4].map(|at| row[at].cast_unsigned());
            let item = item(&mut self.0, row[0])?;
            (item.chances, item.again) = (chances, again);
            self.0.bought += bought;
            self.0.repeats += repeats;
            Ok(())
        })
    }

    /// The rows of `pairs`; those of an item with itself add to its mass.
    pub(super) fn pairs(&mut self, batches: &[RecordBatch]) -> Result<()> {
        let names = ["a", "b", "shoppers", "together_ab", "together_ba", "next_ab", "next_ba", "went_ab", "went_ba"];
        for_rows(batches, &names, |row| {
            let (a, b) = (row[0], row[1]);
            item(&mut self.0, b)?;
            if a == b {
                self.1 += 1;
                item(&mut self.0, a)?.mass += mass(row[3] + row[4]);
                return Ok(());
            }
            let support = |at: usize| u32::try_from(row[at]).unwrap_or(u32::MAX);
            let min_support = self.0.min_support;
            if support(2) < min_support {
                bail!("a pair of {} shoppers is in the table `pairs`, {min_support} are needed", row[2]);
            }
            let went = |next: usize, went: usize| if row[next] > 0 { support(went) } else { 0 };
            let pair = PairCount {
                a: u32::try_from(a)?,
                b: u32::try_from(b)?,
                together: [mass(row[3]), mass(row[4])],
                next: [mass(row[5]), mass(row[6])],
                support: support(2),
                next_support: [went(5, 7), went(6, 8)],
            };
            self.0.pairs.push(if a < b { pair } else { turned(pair) });
            Ok(())
        })
    }

    /// How many groups there were before the threshold; those of an item with itself are no pairs.
    pub(super) fn seen(&mut self, groups: u64) {
        self.0.pairs_seen = groups - self.1.min(groups);
    }

    pub(super) fn finish(mut self) -> Counts {
        self.0.pairs.sort_unstable_by_key(|pair| (pair.a, pair.b));
        self.0
    }
}

fn turned(pair: PairCount) -> PairCount {
    let PairCount { a, b, together, next, support, next_support } = pair;
    let [ab, ba] = together;
    PairCount {
        a: b,
        b: a,
        together: [ba, ab],
        next: [next[1], next[0]],
        support,
        next_support: [next_support[1], next_support[0]],
    }
}

/// A mass in its unit.
fn mass(whole: i64) -> f64 {
    whole as f64 / UNIT as f64
}

fn item(counts: &mut Counts, item: i64) -> Result<&mut ItemCount> {
    let items = counts.items.len();
    let at = usize::try_from(item).ok();
    at.and_then(|at| counts.items.get_mut(at)).with_context(|| format!("item {item} is not one of {items}"))
}

/// Calls with the numbers of each row, in the order of the names. Counts, none of which is below 0.
fn for_rows<const N: usize>(
    batches: &[RecordBatch],
    names: &[&str; N],
    mut take: impl FnMut([i64; N]) -> Result<()>,
) -> Result<()> {
    for batch in batches {
        let columns = names.iter().map(|name| column(batch, name)).collect::<Result<Vec<_>>>()?;
        for at in 0..batch.num_rows() {
            let mut row = [0; N];
            for ((cell, column), name) in row.iter_mut().zip(&columns).zip(names) {
                *cell = if column.is_null(at) { 0 } else { column.value(at) };
                if *cell < 0 {
                    bail!("row {at} has {cell} in column `{name}`; expected a count, from 0 on");
                }
            }
            take(row)?;
        }
    }
    Ok(())
}

/// A column as whole numbers.
fn column(batch: &RecordBatch, name: &str) -> Result<Int64Array> {
    let column = batch.column_by_name(name).with_context(|| format!("there is no column `{name}`"))?;
    let column = cast(column, &DataType::Int64).with_context(|| format!("column `{name}` has no whole numbers"))?;
    Ok(column.as_primitive::<Int64Type>().clone())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{ArrayRef, Int64Array};
    use datafusion::arrow::record_batch::RecordBatch;

    use super::Gather;

    #[test]
    fn a_count_below_zero_is_refused_with_its_row_and_column() {
        let told = |lines: [i64; 2]| -> anyhow::Result<()> {
            let column = |values: [i64; 2]| Arc::new(Int64Array::from(values.to_vec())) as ArrayRef;
            let columns = ["item", "lines", "recent", "mass"].into_iter().zip([[0, 1], lines, [0, 0], [0, 0]]);
            let batch = RecordBatch::try_from_iter(columns.map(|(name, values)| (name, column(values))))?;
            Gather::new(2, 1).items(&[batch])
        };
        assert!(told([3, 0]).is_ok());
        let refused = told([3, -5]).map_err(|error| error.to_string());
        assert_eq!(refused, Err("row 1 has -5 in column `lines`; expected a count, from 0 on".into()));
    }
}
