//! A test fixture: the two operators of a DAP-09 task in one process.
//!
//! It decodes with `janus_messages`, opens with `hpke`, and checks, sums and noises with `prio`: nothing of ours
//! judges our own reports.
//! It is not an aggregator: its keys come from a seed, both operators share a memory, and nothing is kept.
//! Real operators run Janus; `docs/AGGREGATION.md` says how.
//! An OHTTP gateway ([`gateway`]) stands before the leader, for devices that send through a relay.
//! Used by: the tests of `upstream`, the package's browser tests, and the demo ([`demo`]).

pub mod demo;
pub mod gateway;
mod noise;
pub mod server;
mod shoppers;

use std::collections::HashSet;

use hpke::aead::AesGcm128;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, Serializable};
use janus_messages::{
    HpkeAeadId, HpkeCiphertext, HpkeConfig, HpkeConfigId, HpkeConfigList, HpkeKdfId, HpkeKemId, HpkePublicKey,
    InputShareAad, PlaintextInputShare, Report, Role, TaskId,
};
use prio::codec::{Decode, Encode, ParameterizedDecode};
use prio::field::{Field128, FieldElement};
use prio::vdaf::prio3::{Prio3, Prio3Histogram, Prio3InputShare, Prio3PublicShare};
use prio::vdaf::{Aggregatable, AggregateShare, Aggregator, Collector, OutputShare, PrepareTransition};

pub use noise::Epsilon;

type KemKey = <X25519HkdfSha256 as Kem>::PrivateKey;

/// What both operators know of a task.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The task's id.
    pub id: [u8; 32],
    /// Buckets of the histogram.
    pub buckets: usize,
    /// Length of the proof's chunks.
    pub chunk: usize,
    /// Makes the keys; the same seed, the same keys.
    pub seed: [u8; 32],
}

/// Why a report, or a task, was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rejected {
    /// The task's parameters make no sense.
    Task,
    /// The bytes are no `Report`.
    Message,
    /// A share was sealed to another key, role, task or metadata, or changed.
    Seal,
    /// A share is not of this task's form.
    Share,
    /// The proof that the vote is one vote does not hold.
    Proof,
    /// The report id was seen before.
    Repeated,
}

/// The leader and the helper.
pub struct Operators {
    setup: Setup,
    prio: Prio3Histogram,
    keys: [(HpkeConfig, KemKey); 2],
    sums: [AggregateShare<Field128>; 2],
    count: usize,
    seen: HashSet<[u8; 16]>,
}

/// A batch, added up once and for all.
#[derive(Clone, Debug)]
pub struct Batch {
    /// How many reports it holds.
    pub reports: usize,
    /// The sum per bucket, with both operators' noise. May be negative.
    pub sums: Vec<i128>,
    /// The first bucket's share, as the leader and as the helper alone holds it.
    pub shares: [Vec<u8>; 2],
}

const ROLES: [Role; 2] = [Role::Leader, Role::Helper];

impl Operators {
    /// Makes both operators ready for a task.
    ///
    /// # Errors
    /// [`Rejected::Task`].
    pub fn new(setup: &Setup) -> Result<Self, Rejected> {
        let prio = Prio3::new_histogram(2, setup.buckets, setup.chunk).map_err(|_| Rejected::Task)?;
        let sums = empty(&prio)?;
        let keys = [key(1, &setup.seed), key(2, &setup.seed)];
        Ok(Self { setup: setup.clone(), prio, keys, sums, count: 0, seen: HashSet::new() })
    }

    /// The task.
    #[must_use]
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// The message `HpkeConfig` of the leader and of the helper.
    #[must_use]
    pub fn configs(&self) -> [Vec<u8>; 2] {
        self.keys.each_ref().map(|(config, _)| config.get_encoded().unwrap_or_default())
    }

    /// The message `HpkeConfigList` of one of them.
    #[must_use]
    pub fn config_list(&self, role: Role) -> Vec<u8> {
        let [(leader, _), (helper, _)] = &self.keys;
        let config = if role == Role::Leader { leader } else { helper };
        HpkeConfigList::new(vec![config.clone()]).get_encoded().unwrap_or_default()
    }

    /// How many reports were taken and wait to be added up.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Takes a report, or says why not. A rejected report changes nothing.
    ///
    /// # Errors
    /// Every [`Rejected`] but [`Rejected::Task`].
    pub fn upload(&mut self, bytes: &[u8]) -> Result<(), Rejected> {
        let report = Report::get_decoded(bytes).map_err(|_| Rejected::Message)?;
        let id: [u8; 16] = *report.metadata().id().as_ref();
        if self.seen.contains(&id) {
            return Err(Rejected::Repeated);
        }
        let public =
            Prio3PublicShare::get_decoded_with_param(&self.prio, report.public_share()).map_err(|_| Rejected::Share)?;
        let sealed = [report.leader_encrypted_input_share(), report.helper_encrypted_input_share()];
        let mut prepared = Vec::new();
        for (index, sealed) in sealed.into_iter().enumerate() {
            let share = self.open(index, &report, sealed)?;
            let share =
                Prio3InputShare::get_decoded_with_param(&(&self.prio, index), &share).map_err(|_| Rejected::Share)?;
            let one = self.prio.prepare_init(&[7; 16], index, &(), &id, &public, &share);
            prepared.push(one.map_err(|_| Rejected::Proof)?);
        }
        let (states, shares): (Vec<_>, Vec<_>) = prepared.into_iter().unzip();
        let message = self.prio.prepare_shares_to_prepare_message(&(), shares).map_err(|_| Rejected::Proof)?;
        let mut outputs = Vec::new();
        for state in states {
            match self.prio.prepare_next(state, message.clone()) {
                Ok(PrepareTransition::Finish(output)) => outputs.push(output),
                _ => return Err(Rejected::Proof),
            }
        }
        for (sum, output) in self.sums.iter_mut().zip(&outputs) {
            sum.accumulate(output).map_err(|_| Rejected::Proof)?;
        }
        self.seen.insert(id);
        self.count += 1;
        Ok(())
    }

    /// The sum per bucket, with both operators' noise when an epsilon is given. With noise, sums may be negative.
    ///
    /// # Errors
    /// [`Rejected::Task`] when an epsilon makes no sense.
    pub fn sums(&self, noise: Option<Epsilon>) -> Result<Vec<i128>, Rejected> {
        let mut shares = self.sums.clone();
        if let Some(epsilon) = noise {
            for share in &mut shares {
                noise::add(&self.prio, share, epsilon, self.count()).ok_or(Rejected::Task)?;
            }
        }
        let sums = self.prio.unshard(&(), shares, self.count()).map_err(|_| Rejected::Task)?;
        Ok(sums.into_iter().map(noise::signed).collect())
    }

    /// Adds up what waits, with both operators' noise, and begins anew: a batch is read once, because noise that is
    /// drawn again and again averages out. A report that was seen stays seen.
    ///
    /// # Errors
    /// [`Rejected::Task`] when the epsilon makes no sense.
    pub fn collect(&mut self, noise: Epsilon) -> Result<Batch, Rejected> {
        let reports = self.count;
        let sums = self.sums(Some(noise))?;
        let first = |share: &AggregateShare<Field128>| {
            let mut bytes = share.get_encoded().map_err(|_| Rejected::Task)?;
            bytes.truncate(Field128::ENCODED_SIZE);
            Ok(bytes)
        };
        let [leader, helper] = &self.sums;
        let shares = [first(leader)?, first(helper)?];
        self.sums = empty(&self.prio)?;
        self.count = 0;
        Ok(Batch { reports, sums, shares })
    }

    fn open(&self, index: usize, report: &Report, sealed: &HpkeCiphertext) -> Result<Vec<u8>, Rejected> {
        let (config, key) = self.keys.get(index).ok_or(Rejected::Seal)?;
        if sealed.config_id() != config.id() {
            return Err(Rejected::Seal);
        }
        let task = TaskId::from(self.setup.id);
        let aad = InputShareAad::new(task, report.metadata().clone(), report.public_share().to_vec());
        let aad = aad.get_encoded().map_err(|_| Rejected::Message)?;
        let mut info = b"dap-09 input share".to_vec();
        info.extend([Role::Client as u8, ROLES[index] as u8]);
        let encapsulated = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(sealed.encapsulated_key())
            .map_err(|_| Rejected::Seal)?;
        let plaintext = hpke::single_shot_open::<AesGcm128, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            key,
            &encapsulated,
            &info,
            sealed.payload(),
            &aad,
        )
        .map_err(|_| Rejected::Seal)?;
        let plaintext = PlaintextInputShare::get_decoded(&plaintext).map_err(|_| Rejected::Message)?;
        Ok(plaintext.payload().to_vec())
    }
}

fn empty(prio: &Prio3Histogram) -> Result<[AggregateShare<Field128>; 2], Rejected> {
    let one = || prio.aggregate(&(), std::iter::empty::<OutputShare<Field128>>()).map_err(|_| Rejected::Task);
    Ok([one()?, one()?])
}

fn key(id: u8, seed: &[u8; 32]) -> (HpkeConfig, KemKey) {
    let mut material = seed.to_vec();
    material.push(id);
    let (private, public) = X25519HkdfSha256::derive_keypair(&material);
    let public = HpkePublicKey::from(public.to_bytes().to_vec());
    let config = HpkeConfig::new(
        HpkeConfigId::from(id),
        HpkeKemId::X25519HkdfSha256,
        HpkeKdfId::HkdfSha256,
        HpkeAeadId::Aes128Gcm,
        public,
    );
    (config, private)
}
