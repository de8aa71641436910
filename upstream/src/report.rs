//! One shopper's vote as two sealed shares, ready to upload.
//!
//! Guarantees: the length depends on the task alone; the leader's share and the helper's share each say nothing
//! about the bucket; both operators can check that the vote is one vote; the report id is random, and drawn once: a report
//! that is sealed again for new keys keeps it, and an operator takes an id once.
//! Costs: 256 buckets with chunks of 16: 5,862 bytes.
//! Used by: the boundary and the tests.
//! Source: draft-irtf-cfrg-vdaf-08, section 7.4.4 (Prio3Histogram); draft-ietf-ppm-dap-09, section 4.4.2.

use hpke::aead::AesGcm128;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeS, Serializable};
use prio::codec::Encode;
use prio::vdaf::Client;
use prio::vdaf::prio3::Prio3;
use rand_core::{CryptoRng, RngCore};

use crate::error::{Error, Result};
use crate::message::{self, Ciphertext, HpkeConfig, Metadata};

/// Most buckets of a histogram: more would let an answer point at few people.
pub const MAX_BUCKETS: u32 = 256;

/// What the info string of every seal starts with, before the roles of sender and receiver.
const LABEL: &[u8] = b"dap-09 input share";
/// The role of a client, as the info string has it.
const CLIENT: u8 = 1;

const FAILED: Error = Error::new("report_failed", "report", "the report could not be made; try again later");

/// Who a share is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// The one that uploads go to.
    Leader = 2,
    /// The other one.
    Helper = 3,
}

impl Operator {
    /// The info string of shares sealed to this operator, after the draft's label.
    pub(crate) fn info(self, label: &[u8]) -> Vec<u8> {
        let mut info = label.to_vec();
        info.extend([CLIENT, self as u8]);
        info
    }
}

/// The parameters of a task that shape a report. Build it with [`Task::new`].
#[derive(Clone, Debug)]
pub struct Task {
    id: [u8; 32],
    buckets: u32,
    chunk: u32,
    time_precision: u64,
    leader: HpkeConfig,
    helper: HpkeConfig,
}

/// Everything [`Task::new`] checks.
#[derive(Clone, Copy, Debug)]
pub struct TaskParameters<'a> {
    /// The task's id.
    pub id: &'a [u8],
    /// Buckets of the histogram, 2 to [`MAX_BUCKETS`].
    pub buckets: u32,
    /// Length of the proof's chunks, 1 to `buckets`. About the square root of `buckets` is shortest.
    pub chunk: u32,
    /// Seconds, at least 1.
    pub time_precision: u64,
    /// The message `HpkeConfig` of the leader.
    pub leader: &'a [u8],
    /// The message `HpkeConfig` of the helper.
    pub helper: &'a [u8],
}

impl Task {
    /// Checks the parameters.
    ///
    /// # Errors
    /// `task_id`, `task_buckets`, `task_chunk`, `task_time_precision`, and those of [`HpkeConfig::decode`].
    pub fn new(parameters: &TaskParameters<'_>) -> Result<Self> {
        let &TaskParameters { id, buckets, chunk, time_precision, leader, helper } = parameters;
        let id = <[u8; 32]>::try_from(id)
            .map_err(|_| Error::new("task_id", "id", "expected the 32 bytes that the operators know the task by"))?;
        if !(2..=MAX_BUCKETS).contains(&buckets) {
            return Err(Error::new("task_buckets", "buckets", "expected 2 to 256 buckets; merge the rare ones"));
        }
        if !(1..=buckets).contains(&chunk) {
            return Err(Error::new("task_chunk", "chunk", "expected 1 to the number of buckets"));
        }
        if time_precision == 0 {
            return Err(Error::new("task_time_precision", "timePrecision", "expected at least one second"));
        }
        let [leader, helper] = [HpkeConfig::decode(leader, "leader")?, HpkeConfig::decode(helper, "helper")?];
        Ok(Self { id, buckets, chunk, time_precision, leader, helper })
    }
}

/// A report in the form that is uploaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report(pub(crate) Vec<u8>);

impl Report {
    /// Shares and seals a vote for a bucket.
    ///
    /// Shapes: `bucket` counts from 0.
    /// Units: `now` in seconds since 1970; rounded down to the task's time precision.
    /// Randomness: `rng` makes the id and the encapsulated keys; the sharing draws from the system by itself.
    /// Cost: about 2 ms in a browser for 256 buckets.
    ///
    /// # Errors
    /// `bucket_out_of_range`; `report_failed` when the system gave no entropy.
    ///
    /// # Privacy
    /// The result may leave the device under the `measure` grant. Either share alone is uniformly random.
    pub fn seal<R: RngCore + CryptoRng>(task: &Task, bucket: u32, now: u64, rng: &mut R) -> Result<Self> {
        let mut id = [0; 16];
        rng.try_fill_bytes(&mut id).map_err(|_| FAILED)?;
        Self::seal_as(id, task, bucket, now, rng)
    }

    /// The same under the id of a report that was sealed before, for keys that an operator has no more. Of two reports
    /// with one id each operator counts one at most, so whoever kept the first learns nothing from the second.
    ///
    /// # Errors
    /// Those of [`Report::seal`].
    ///
    /// # Privacy
    /// As [`Report::seal`], while the bucket is the one that the id was used for.
    pub fn seal_as<R: RngCore + CryptoRng>(
        id: [u8; 16],
        task: &Task,
        bucket: u32,
        now: u64,
        rng: &mut R,
    ) -> Result<Self> {
        if bucket >= task.buckets {
            return Err(Error::new("bucket_out_of_range", "bucket", "expected a bucket of the task"));
        }
        let metadata = Metadata { id, time: now - now % task.time_precision }.encode();
        let prio = Prio3::new_histogram(2, task.buckets as usize, task.chunk as usize).map_err(|_| FAILED)?;
        let (public, shares) = prio.shard(&(bucket as usize), &id).map_err(|_| FAILED)?;
        let public = public.get_encoded().map_err(|_| FAILED)?;
        let [leader, helper] = shares.as_slice() else { return Err(FAILED) };
        let shares = [leader.get_encoded().map_err(|_| FAILED)?, helper.get_encoded().map_err(|_| FAILED)?];
        let aad = message::aad(&[&task.id], &metadata, &public);
        let sealed = seal_shares(LABEL, [&task.leader, &task.helper], &shares, &aad, rng).ok_or(FAILED)?;
        Ok(Self(message::report(&metadata, &public, &sealed)))
    }

    /// The message `Report`.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The message `Report`, taken.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// Both shares, the leader's first, each sealed for its operator. Nothing when a key is none.
pub(crate) fn seal_shares<R: RngCore + CryptoRng>(
    label: &[u8],
    configs: [&HpkeConfig; 2],
    shares: &[Vec<u8>; 2],
    aad: &[u8],
    rng: &mut R,
) -> Option<[Ciphertext; 2]> {
    let [leader, helper] = configs;
    let [to_leader, to_helper] = shares.each_ref().map(|share| message::plaintext(share));
    Some([
        seal(leader, &Operator::Leader.info(label), &to_leader, aad, rng)?,
        seal(helper, &Operator::Helper.info(label), &to_helper, aad, rng)?,
    ])
}

/// One seal of RFC 9180 in base mode. Nothing when the key is none.
fn seal<R: RngCore + CryptoRng>(
    config: &HpkeConfig,
    info: &[u8],
    plaintext: &[u8],
    aad: &[u8],
    rng: &mut R,
) -> Option<Ciphertext> {
    let key = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(&config.public_key).ok()?;
    let (encapsulated, payload) = hpke::single_shot_seal::<AesGcm128, HkdfSha256, X25519HkdfSha256, R>(
        &OpModeS::Base,
        &key,
        info,
        plaintext,
        aad,
        rng,
    )
    .ok()?;
    Some(Ciphertext { config: config.id, encapsulated: encapsulated.to_bytes().to_vec(), payload })
}
