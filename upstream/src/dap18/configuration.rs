//! What a task of DAP-18 is, in the bytes that every participant must have alike: `TaskConfiguration`.
//!
//! Guarantees: nothing is accepted that this crate cannot keep to: a sum of another kind, a batch mode or an extension
//! that it does not know, operators at one address, batches under [`MIN_BATCH`].
//! Used by: [`super::Task`].
//! Source: draft-ietf-ppm-dap-18, section 4.2 and the appendix on VDAF configurations; draft-ietf-ppm-l1-bound-sum,
//! section "DAP Integration".

use prio18::vdaf::prio3::{Prio3, Prio3Histogram, Prio3L1BoundSum};

use crate::error::{Error, Result};
use crate::report::MAX_BUCKETS;

/// Fewest reports of a batch.
pub const MIN_BATCH: u64 = 100;
/// Most that the counts of one report may add up to.
pub const MAX_SUM: u64 = u16::MAX as u64;

/// The codepoints of the two kinds of sum.
const HISTOGRAM: u64 = 4;
const L1_BOUND_SUM: u64 = 7;
/// The codepoint of the one extension: when reports may be made.
const TASK_INTERVAL: u64 = 1;
/// Batches by time, and batches as the leader likes.
const BATCH_MODES: [u64; 2] = [1, 2];

/// What is summed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sum {
    /// One vote for one of `buckets`.
    Histogram {
        /// 2 to [`MAX_BUCKETS`].
        buckets: u32,
        /// Length of the proof's chunks.
        chunk: u32,
    },
    /// A count per bucket, all together at most `max`: the kind that W3C Attribution reports with.
    L1BoundSum {
        /// 2 to [`MAX_BUCKETS`].
        buckets: u32,
        /// 1 to [`MAX_SUM`].
        max: u32,
        /// Length of the proof's chunks.
        chunk: u32,
    },
}

/// The sum's sharing, by the `prio` crate.
pub enum Vdaf {
    /// [`Sum::Histogram`].
    Histogram(Prio3Histogram),
    /// [`Sum::L1BoundSum`].
    L1BoundSum(Prio3L1BoundSum),
}

/// A configuration that keeps the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    bytes: Vec<u8>,
    sum: Sum,
    time_precision: u64,
    interval: Option<[u64; 2]>,
}

impl Configuration {
    /// Reads the message `TaskConfiguration`.
    ///
    /// # Errors
    /// `configuration_malformed` for what is cut short or too long; `configuration_operators_equal`,
    /// `configuration_batch`, `configuration_vdaf`, `configuration_extension` for what breaks a rule; `task_buckets`,
    /// `task_chunk`, `task_max`, `task_time_precision` for parameters that make no sense.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let parts = Parts::read(bytes).ok_or_else(|| {
            refusal("configuration_malformed", "not a TaskConfiguration of DAP-18; copy it from the operators")
        })?;
        if parts.leader == parts.helper {
            let message = "leader and helper must be two companies: together they could read answers";
            return Err(refusal("configuration_operators_equal", message));
        }
        if parts.min_batch < MIN_BATCH || !BATCH_MODES.contains(&parts.batch_mode) || !parts.batch_config.is_empty() {
            let message = "expected batches of at least 100 reports, by time interval or selected by the leader";
            return Err(refusal("configuration_batch", message));
        }
        if parts.time_precision == 0 {
            return Err(refusal("task_time_precision", "expected at least one second"));
        }
        let sum = Sum::read(parts.vdaf_type, parts.vdaf_config).ok_or_else(|| {
            refusal("configuration_vdaf", "expected Prio3Histogram or Prio3L1BoundSum with its configuration")
        })?;
        sum.check()?;
        let interval = interval(parts.extensions).ok_or_else(|| {
            refusal(
                "configuration_extension",
                "expected no extension but task_interval; another one must be understood",
            )
        })?;
        Ok(Self { bytes: bytes.to_vec(), sum, time_precision: parts.time_precision, interval })
    }

    /// The message, as it was read.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What is summed.
    #[must_use]
    pub fn sum(&self) -> Sum {
        self.sum
    }

    /// The sum's sharing between two operators.
    ///
    /// # Errors
    /// `configuration_vdaf` for parameters that `prio` refuses.
    pub fn vdaf(&self) -> Result<Vdaf> {
        let made = match self.sum {
            Sum::Histogram { buckets, chunk } => {
                Prio3::new_histogram(2, buckets as usize, chunk as usize).map(Vdaf::Histogram)
            }
            Sum::L1BoundSum { buckets, max, chunk } => {
                Prio3::new_l1_bound_sum(2, max.into(), buckets as usize, chunk as usize).map(Vdaf::L1BoundSum)
            }
        };
        made.map_err(|_| refusal("configuration_vdaf", "these parameters make no sum"))
    }

    /// The time of a report made at `now`, in seconds since 1970, as DAP-18 counts it: in time precisions.
    /// Nothing outside the task's interval.
    #[must_use]
    pub fn time(&self, now: u64) -> Option<u64> {
        let time = now.checked_div(self.time_precision)?;
        let within = |[start, duration]: [u64; 2]| time.checked_sub(start).is_some_and(|since| since < duration);
        self.interval.is_none_or(within).then_some(time)
    }
}

impl Sum {
    fn read(vdaf_type: u64, config: &[u8]) -> Option<Self> {
        let mut reader = Reader(config);
        let buckets = reader.number(4)?;
        let sum = match vdaf_type {
            HISTOGRAM => Self::Histogram { buckets: small(buckets), chunk: small(reader.number(4)?) },
            L1_BOUND_SUM => {
                let [max, chunk] = [reader.number(8)?, reader.number(4)?].map(small);
                Self::L1BoundSum { buckets: small(buckets), max, chunk }
            }
            _ => return None,
        };
        reader.0.is_empty().then_some(sum)
    }

    fn check(self) -> Result<()> {
        let (buckets, chunk, longest) = match self {
            Self::Histogram { buckets, chunk } => (buckets, chunk, buckets),
            Self::L1BoundSum { max, .. } if !(1..=MAX_SUM).contains(&u64::from(max)) => {
                return Err(refusal("task_max", "expected counts that add up to at most 1 to 65,535"));
            }
            // Every count in bits, and their sum.
            Self::L1BoundSum { buckets, max, chunk } => {
                (buckets, chunk, buckets.saturating_add(1).saturating_mul(max.ilog2() + 1))
            }
        };
        if !(2..=MAX_BUCKETS).contains(&buckets) {
            return Err(refusal("task_buckets", "expected 2 to 256 buckets; merge the rare ones"));
        }
        if !(1..=longest).contains(&chunk) {
            return Err(refusal("task_chunk", "expected 1 to the number of values that are proven"));
        }
        Ok(())
    }
}

/// The message, taken apart.
struct Parts<'a> {
    leader: &'a [u8],
    helper: &'a [u8],
    time_precision: u64,
    min_batch: u64,
    batch_mode: u64,
    batch_config: &'a [u8],
    vdaf_type: u64,
    vdaf_config: &'a [u8],
    extensions: &'a [u8],
}

impl<'a> Parts<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        reader.some(1)?; // what tells tasks apart that are otherwise alike
        let parts = Self {
            leader: reader.some(2)?,
            helper: reader.some(2)?,
            time_precision: reader.number(8)?,
            min_batch: reader.number(8)?,
            batch_mode: reader.number(1)?,
            batch_config: reader.vector(2)?,
            vdaf_type: reader.number(4)?,
            vdaf_config: reader.vector(2)?,
            extensions: reader.vector(2)?,
        };
        reader.0.is_empty().then_some(parts)
    }
}

/// Start and duration; nothing inside when the task has no interval, nothing at all for another extension.
fn interval(extensions: &[u8]) -> Option<Option<[u64; 2]>> {
    let mut reader = Reader(extensions);
    if extensions.is_empty() {
        return Some(None);
    }
    let kind = reader.number(2)?;
    let mut data = Reader(reader.vector(2)?);
    let interval = [data.number(8)?, data.number(8)?];
    (kind == TASK_INTERVAL && data.0.is_empty() && reader.0.is_empty()).then_some(Some(interval))
}

/// Takes bytes from the front.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    /// A whole number of up to 8 bytes.
    fn number(&mut self, length: usize) -> Option<u64> {
        Some(self.take(length)?.iter().fold(0, |number, &byte| number << 8 | u64::from(byte)))
    }

    /// An opaque vector after its length, which is a number of so many bytes.
    fn vector(&mut self, length: usize) -> Option<&'a [u8]> {
        let length = self.number(length)?;
        self.take(usize::try_from(length).ok()?)
    }

    /// The same, not empty.
    fn some(&mut self, length: usize) -> Option<&'a [u8]> {
        self.vector(length).filter(|vector| !vector.is_empty())
    }
}

/// What does not fit is too large for every rule.
fn small(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn refusal(code: &'static str, message: &'static str) -> Error {
    Error::new(code, "configuration", message)
}
