//! The newest drafts: a report in the messages of DAP-18, shared as VDAF-18 says.
//!
//! What differs from [`crate::report`]: the operators' whole configuration of the task is authenticated by every seal
//! ([`Configuration`]); the sharing is bound to the task; time is counted in time precisions; and besides one vote a
//! report may hold a count per bucket, bounded in sum (Prio3L1BoundSum, which W3C Attribution reports with).
//!
//! Guarantees: as [`crate::report`].
//! Costs: at most 6,000 bytes for 256 buckets with chunks of 16; the browser's module holds these drafts or the deployed ones,
//! never both.
//! Used by: nobody by default. The feature `dap18` compiles it, and makes it the boundary of the browser's module.
//! Source: draft-irtf-cfrg-vdaf-18, section 7; draft-ietf-ppm-dap-18, section 4; draft-ietf-ppm-l1-bound-sum.

pub mod configuration;

use prio18::codec::Encode;
use prio18::vdaf::Client;
use rand_core::{CryptoRng, RngCore};

pub use configuration::{Configuration, Sum, Vdaf};

use crate::error::{Error, Result};
use crate::message::{self, HpkeConfig, Metadata};
use crate::report::{Report, seal_shares};

/// What binds a sharing to the draft, before the task's id.
const CONTEXT: &[u8] = b"dap-18";
/// What the info string of every seal starts with.
const LABEL: &[u8] = b"dap-18 input share";
/// The number of extensions of a report.
const NO_EXTENSIONS: [u8; 2] = [0, 0];

/// A task that shapes a report. Build it with [`Task::new`].
#[derive(Clone, Debug)]
pub struct Task {
    id: [u8; 32],
    configuration: Configuration,
    leader: HpkeConfig,
    helper: HpkeConfig,
}

/// Everything [`Task::new`] checks.
#[derive(Clone, Copy, Debug)]
pub struct TaskParameters<'a> {
    /// The task's id.
    pub id: &'a [u8],
    /// The message `TaskConfiguration`, the same bytes for every participant.
    pub configuration: &'a [u8],
    /// The message `HpkeConfig` of the leader.
    pub leader: &'a [u8],
    /// The message `HpkeConfig` of the helper.
    pub helper: &'a [u8],
}

impl Task {
    /// Checks the parameters.
    ///
    /// # Errors
    /// `task_id`, and those of [`Configuration::decode`] and [`HpkeConfig::decode`].
    pub fn new(parameters: &TaskParameters<'_>) -> Result<Self> {
        let id = <[u8; 32]>::try_from(parameters.id)
            .map_err(|_| Error::new("task_id", "id", "expected the 32 bytes that the operators know the task by"))?;
        let configuration = Configuration::decode(parameters.configuration)?;
        let leader = HpkeConfig::decode(parameters.leader, "leader")?;
        let helper = HpkeConfig::decode(parameters.helper, "helper")?;
        Ok(Self { id, configuration, leader, helper })
    }

    /// What every sharing of the task is bound to.
    #[must_use]
    pub fn context(&self) -> Vec<u8> {
        [CONTEXT, &self.id].concat()
    }

    /// Shares and seals an answer.
    ///
    /// Shapes: `answer` is \[1\], the bucket counted from 0, for a histogram; \[buckets\], the counts, for an
    /// L1BoundSum.
    /// Units: `now` in seconds since 1970.
    /// Randomness: `rng` makes the id and the encapsulated keys; the sharing draws from the system by itself.
    ///
    /// # Errors
    /// `answer_malformed`, `bucket_out_of_range`, `answer_over_bound`; `report_outside_interval`; `report_failed` when
    /// the system gave no entropy.
    ///
    /// # Privacy
    /// The result may leave the device under the `measure` grant. Either share alone is uniformly random.
    pub fn seal<R: RngCore + CryptoRng>(&self, answer: &[u32], now: u64, rng: &mut R) -> Result<Report> {
        let failed = Error::new("report_failed", "report", "the report could not be made; try again later");
        let outside = Error::new("report_outside_interval", "now", "the task takes no reports now; send none");
        let time = self.configuration.time(now).ok_or(outside)?;
        let mut id = [0; 16];
        rng.try_fill_bytes(&mut id).map_err(|_| failed)?;
        let (public, shares) = self.shares(answer, &id)?.ok_or(failed)?;
        let mut metadata = Metadata { id, time }.encode();
        metadata.extend(NO_EXTENSIONS);
        let aad = message::aad(&[&self.id, self.configuration.bytes()], &metadata, &public);
        let sealed = seal_shares(LABEL, [&self.leader, &self.helper], &shares, &aad, rng).ok_or(failed)?;
        Ok(Report(message::report(&metadata, &public, &sealed)))
    }

    /// The answer in two shares. Nothing when they could not be made.
    fn shares(&self, answer: &[u32], id: &[u8; 16]) -> Result<Option<Shares>> {
        let context = self.context();
        let malformed = |message| Error::new("answer_malformed", "answer", message);
        match (self.configuration.sum(), self.configuration.vdaf()?, answer) {
            (Sum::Histogram { buckets, .. }, Vdaf::Histogram(vdaf), &[bucket]) => {
                if bucket >= buckets {
                    return Err(Error::new("bucket_out_of_range", "answer", "expected a bucket of the task"));
                }
                Ok(shares_of(&vdaf, &context, &(bucket as usize), id))
            }
            (Sum::L1BoundSum { buckets, max, .. }, Vdaf::L1BoundSum(vdaf), counts) => {
                if counts.len() != buckets as usize {
                    return Err(malformed("expected a count per bucket"));
                }
                if counts.iter().map(|&count| u64::from(count)).sum::<u64>() > u64::from(max) {
                    return Err(Error::new(
                        "answer_over_bound",
                        "answer",
                        "expected counts that add up to at most the bound",
                    ));
                }
                let counts = counts.iter().map(|&count| count.into()).collect();
                Ok(shares_of(&vdaf, &context, &counts, id))
            }
            _ => Err(malformed("expected one number, the bucket")),
        }
    }
}

/// The public share, the leader's and the helper's.
type Shares = (Vec<u8>, [Vec<u8>; 2]);

fn shares_of<V: Client<16>>(vdaf: &V, context: &[u8], measurement: &V::Measurement, id: &[u8; 16]) -> Option<Shares> {
    let (public, shares) = vdaf.shard(context, measurement, id).ok()?;
    let [leader, helper] = shares.as_slice() else { return None };
    Some((public.get_encoded().ok()?, [leader.get_encoded().ok()?, helper.get_encoded().ok()?]))
}
