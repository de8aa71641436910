//! A noisy answer: a random subset of the buckets that holds the true one more often than not.
//!
//! Guarantees: an answer is at most `e^ε` times likelier under one bucket than under any other (`tests/channel.rs`
//! walks every draw for up to 12 buckets); integers only; the same length whatever the bucket.
//! Costs: 32 bytes for 256 buckets.
//! Used by: the boundary and the tests; `flaneur estimate` decodes.
//! Source: Ye and Barg 2018, see [`crate::threshold`]; Floyd's sampling, Bentley and Floyd, "A sample of brilliance",
//! Communications of the ACM 30(9), 1987.

use rand_core::RngCore;

use crate::error::{Error, Result};
use crate::threshold::Channel;

/// Where the draws of an answer come from. The tests walk all of them.
pub trait Draws {
    /// Whether a uniform 64-bit integer is below `threshold`.
    fn below_threshold(&mut self, threshold: u64) -> bool;
    /// A uniform integer from 0 to `bound`, without `bound`, which is at least 1.
    fn below(&mut self, bound: u32) -> u32;
}

/// Draws from a generator.
pub struct Generator<'a, R>(pub &'a mut R);

impl<R: RngCore> Draws for Generator<'_, R> {
    fn below_threshold(&mut self, threshold: u64) -> bool {
        self.0.next_u64() < threshold
    }

    fn below(&mut self, bound: u32) -> u32 {
        // Whole multiples of the bound only: what is left over would favour small integers.
        let whole = u32::MAX - u32::MAX % bound;
        loop {
            let drawn = self.0.next_u32();
            if drawn < whole {
                return drawn % bound;
            }
        }
    }
}

/// Answers with a subset, one bit per bucket, bucket 0 the lowest bit of the first byte.
///
/// Randomness: one draw for the true bucket, one per named bucket.
///
/// # Errors
/// `bucket_out_of_range`.
///
/// # Privacy
/// The result may leave the device under the `measure` grant; it is ε-locally differentially private.
pub fn answer(channel: Channel, bucket: u32, draws: &mut impl Draws) -> Result<Vec<u8>> {
    let buckets = channel.buckets();
    if bucket >= buckets {
        return Err(Error::new("bucket_out_of_range", "bucket", "expected a bucket of the task"));
    }
    let mut bits = vec![0; buckets.div_ceil(8) as usize];
    let included = draws.below_threshold(channel.include());
    let others = channel.subset() - u32::from(included);
    // Floyd's sample of `others` among the buckets that are not the true one, which are numbered without it.
    let rest = buckets - 1;
    let place = |other: u32| if other < bucket { other } else { other + 1 };
    for last in rest - others..rest {
        let drawn = place(draws.below(last + 1));
        let chosen = if has(&bits, drawn) { place(last) } else { drawn };
        set(&mut bits, chosen);
    }
    if included {
        set(&mut bits, bucket);
    }
    Ok(bits)
}

/// Whether an answer names a bucket.
#[must_use]
pub fn has(bits: &[u8], bucket: u32) -> bool {
    bits.get((bucket / 8) as usize).is_some_and(|byte| byte >> (bucket % 8) & 1 == 1)
}

fn set(bits: &mut [u8], bucket: u32) {
    if let Some(byte) = bits.get_mut((bucket / 8) as usize) {
        *byte |= 1 << (bucket % 8);
    }
}
