//! A seeded sample of whole histories, for what needs single moments of a log and not its sums.
//!
//! Guarantees: a shopper is in it with every row or not at all, and so is a
//! guest's session; which ones depends on the rows and the seed, never on their order.
//! Costs: 48 bytes per row, at most `most` rows; a row is looked at once.

use super::crunch::Row;
use crate::log::Log;

/// Rows of some shoppers.
#[derive(Clone, Debug)]
pub struct Sample {
    most: usize,
    seed: u64,
    /// A shopper is in when the hash ends in so many zeros.
    zeros: u32,
    rows: Vec<Row>,
}

impl Sample {
    /// An empty sample that keeps `most` rows at most.
    #[must_use]
    pub fn new(most: usize, seed: u64) -> Self {
        Self { most, seed, zeros: 0, rows: Vec::new() }
    }

    /// Adds a row, if its shopper is in; halves the shoppers when there are too many rows.
    pub fn add(&mut self, row: &Row) {
        if !self.has(row) {
            return;
        }
        self.rows.push(*row);
        while self.rows.len() > self.most && self.zeros < u64::BITS {
            self.zeros += 1;
            let rows = std::mem::take(&mut self.rows);
            self.rows = rows.into_iter().filter(|row| self.has(row)).collect();
        }
    }

    fn has(&self, row: &Row) -> bool {
        let mixed = xxhash_rust::xxh64::xxh64(&row.shopper.to_le_bytes(), self.seed);
        mixed.trailing_zeros() >= self.zeros
    }

    /// Whether every shopper is in.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.zeros == 0
    }

    /// The rows as a settled log.
    #[must_use]
    pub fn into_log(self) -> Log {
        let mut log = Log::default();
        for row in &self.rows {
            let user = if row.known { format!("shopper {}", row.shopper) } else { String::new() };
            let session = row.session.map_or_else(String::new, |session| session.to_string());
            log.add(&user, &session, row.item, row.touch, row.at);
        }
        log.settle();
        log
    }
}

#[cfg(test)]
mod tests {
    use super::Sample;
    use crate::learn::crunch::Row;
    use crate::log::Touch;

    fn rows() -> Vec<Row> {
        let row = |at: i64| Row::named(&format!("s{}", at % 40), "x", (at % 7) as u32, Touch::View, at, at);
        (0..400).map(row).collect()
    }

    #[test]
    fn a_shopper_is_in_the_sample_whole_or_not_at_all_whatever_the_order() {
        let sampled = |rows: &mut dyn Iterator<Item = Row>| {
            let mut sample = Sample::new(100, 3);
            rows.for_each(|row| sample.add(&row));
            let mut kept: Vec<(i64, i64)> = sample.rows.iter().map(|row| (row.shopper, row.at)).collect();
            kept.sort_unstable();
            kept
        };
        let kept = sampled(&mut rows().into_iter());
        assert_eq!(kept, sampled(&mut rows().into_iter().rev()));
        assert!(!kept.is_empty() && kept.len() <= 100, "{} rows", kept.len());
        assert!(kept.chunk_by(|x, y| x.0 == y.0).all(|own| own.len() == 10), "each shopper has ten rows");
    }

    #[test]
    fn a_small_log_is_its_own_sample() {
        let mut sample = Sample::new(1_000, 0);
        rows().iter().for_each(|row| sample.add(row));
        assert!(sample.is_whole());
        let log = sample.into_log();
        assert_eq!((log.events().len(), log.shoppers()), (400, 40));
    }
}
