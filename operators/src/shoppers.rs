//! Simulated shoppers: a seed decides what each would answer, and the very code of the devices seals it.

use flaneur_upstream::report::TaskParameters;
use flaneur_upstream::{Report, Task};
use rand_chacha::ChaCha8Rng;
use rand_core::{OsRng, RngCore, SeedableRng};

use crate::{Operators, Setup};

/// A generator of what shoppers answer.
pub(crate) struct Seeded(ChaCha8Rng);

impl Seeded {
    pub(crate) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// A bucket: the k-th of `buckets` in proportion to 1/(k + 1), as popularity often falls.
    pub(crate) fn bucket(&mut self, buckets: usize) -> usize {
        let total: f64 = (1..=buckets).map(|place| 1.0 / place as f64).sum();
        let mut left = (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64 * total;
        (1..=buckets)
            .position(|place| {
                left -= 1.0 / place as f64;
                left < 0.0
            })
            .unwrap_or(buckets.saturating_sub(1))
    }
}

/// The task as a device knows it.
pub(crate) fn device_task(operators: &Operators, time_precision: u64) -> flaneur_upstream::Result<Task> {
    let [leader, helper] = operators.configs();
    let Setup { id, buckets, chunk, .. } = operators.setup();
    let (buckets, chunk) = (*buckets as u32, *chunk as u32);
    Task::new(&TaskParameters { id, buckets, chunk, time_precision, leader: &leader, helper: &helper })
}

/// One sealed answer, ready to upload. Units: `now` in seconds since 1970.
pub(crate) fn sealed(task: &Task, bucket: usize, now: u64) -> flaneur_upstream::Result<Vec<u8>> {
    Ok(Report::seal(task, bucket as u32, now, &mut OsRng)?.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_decides_every_answer_and_the_first_are_the_most_frequent() {
        let draw = |seed| {
            let mut seeded = Seeded::new(seed);
            let mut counts = [0_u32; 6];
            for _ in 0..10_000 {
                counts[seeded.bucket(6)] += 1;
            }
            counts
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        let counts = draw(1);
        assert!(counts.is_sorted_by(|a, b| a > b), "{counts:?}");
        // Binomial: 10,000 · (1/2.45) = 4,082, with a standard deviation of 49.
        assert!((f64::from(counts[0]) - 4_081.6).abs() < 4.0 * 49.2, "{counts:?}");
    }
}
