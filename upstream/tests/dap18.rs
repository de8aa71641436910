//! The newest drafts: the published vectors of VDAF-18, those that must be rejected among them; the bytes of DAP-18 as
//! Janus writes them; and whole reports, opened and summed by `prio`.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::HashMap;
use std::fmt::Debug;

use flaneur_upstream::dap18::{Configuration, Sum, Task, TaskParameters, Vdaf};
use flaneur_upstream::message::{self, Ciphertext, HpkeConfig, Metadata};
use hpke::aead::AesGcm128;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, Serializable};
use prio18::codec::ParameterizedDecode;
use prio18::vdaf::prio3::{Prio3Histogram, Prio3L1BoundSum};
use prio18::vdaf::test_utils::{
    TestVector, TestVectorClient, TestVectorVdaf, check_test_vector_custom_constructor, run_vdaf_verify,
};
use prio18::vdaf::{Aggregator, Collector};
use rand_core::OsRng;
use serde_json::Value;

const NOW: u64 = 1_795_000_000;
const PRECISION: u64 = 3_600;
const ID: [u8; 32] = [12; 32];
const LEADER: &str = "https://example.com/";
const HELPER: &str = "https://another.example.com/";

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

/// A `TaskConfiguration`, written as its definition reads.
struct Written {
    helper: &'static str,
    min_batch: u64,
    batch_mode: u8,
    vdaf: u32,
    config: Vec<u8>,
    extensions: Vec<u8>,
}

fn histogram(buckets: u32, chunk: u32) -> Written {
    let config = [buckets.to_be_bytes(), chunk.to_be_bytes()].concat();
    Written { helper: HELPER, min_batch: 10_000, batch_mode: 1, vdaf: 4, config, extensions: Vec::new() }
}

fn l1_bound_sum(buckets: u32, max: u64, chunk: u32) -> Written {
    let config = [&buckets.to_be_bytes()[..], &max.to_be_bytes(), &chunk.to_be_bytes()].concat();
    Written { vdaf: 7, config, ..histogram(2, 1) }
}

fn interval(start: u64, duration: u64) -> Vec<u8> {
    [&[0, 1, 0, 16][..], &start.to_be_bytes(), &duration.to_be_bytes()].concat()
}

impl Written {
    fn bytes(&self) -> Vec<u8> {
        let mut all = b"\x06foobar".to_vec();
        for url in [LEADER, self.helper] {
            all.extend((url.len() as u16).to_be_bytes());
            all.extend(url.as_bytes());
        }
        all.extend(PRECISION.to_be_bytes());
        all.extend(self.min_batch.to_be_bytes());
        all.extend([self.batch_mode, 0, 0]);
        all.extend(self.vdaf.to_be_bytes());
        for part in [&self.config, &self.extensions] {
            all.extend((part.len() as u16).to_be_bytes());
            all.extend(part);
        }
        all
    }
}

/// Runs a published vector on the sharing that our own reading of a configuration gives.
fn check<V>(name: &str, vdaf: impl Fn(&HashMap<String, Value>) -> V) -> usize
where
    V: TestVectorClient<16> + TestVectorVdaf + Aggregator<32, 16> + Collector,
    V::PublicShare: Debug + PartialEq,
    V::AggregateResult: Debug + PartialEq,
    V::InputShare: Debug + PartialEq,
    V::VerifierShare: Debug + PartialEq,
    V::VerifierMessage: Debug,
    V::VerifyState: Debug,
    V::OutputShare: Debug + PartialEq,
    V::AggregateShare: Debug + PartialEq,
{
    let path = format!("{}/tests/vdaf18/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let vector: TestVector = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    check_test_vector_custom_constructor::<V, 32, 16>(&vector, |shares, parameters| {
        // DAP has two operators; one vector is for three.
        if shares == 2 { vdaf(parameters) } else { V::new(shares, parameters) }
    });
    vector.operations.iter().filter(|operation| !operation.success).count()
}

fn number(parameters: &HashMap<String, Value>, name: &str) -> u64 {
    parameters[name].as_u64().unwrap()
}

#[test]
fn the_published_vectors_of_the_histogram_pass_and_those_that_must_be_rejected_are() {
    let ours = |parameters: &HashMap<String, Value>| -> Prio3Histogram {
        let [length, chunk] = ["length", "chunk_length"].map(|name| number(parameters, name) as u32);
        match Configuration::decode(&histogram(length, chunk).bytes()).unwrap().vdaf().unwrap() {
            Vdaf::Histogram(vdaf) => vdaf,
            Vdaf::L1BoundSum(_) => unreachable!("the configuration says histogram"),
        }
    };
    for name in ["Prio3Histogram_0", "Prio3Histogram_1", "Prio3Histogram_2"] {
        assert_eq!(check(name, ours), 0, "{name}");
    }
    for name in ["bad_helper_jr_blind", "bad_leader_jr_blind", "bad_public_share", "bad_verifier_message"] {
        assert_eq!(check(&format!("Prio3Histogram_{name}"), ours), 1, "{name}");
    }
}

#[test]
fn the_published_vector_of_the_bounded_sum_passes() {
    let ours = |parameters: &HashMap<String, Value>| -> Prio3L1BoundSum {
        let [length, chunk] = ["length", "chunk_length"].map(|name| number(parameters, name) as u32);
        let written = l1_bound_sum(length, number(parameters, "max_value"), chunk);
        match Configuration::decode(&written.bytes()).unwrap().vdaf().unwrap() {
            Vdaf::L1BoundSum(vdaf) => vdaf,
            Vdaf::Histogram(_) => unreachable!("the configuration says L1BoundSum"),
        }
    };
    assert_eq!(check("Prio3L1BoundSum_0", ours), 0);
}

// The hexadecimal below is what Janus expects of the same messages, in messages/src/tests/{mod,task,upload}.rs of its
// branch for DAP-18 at 4ab28a3: no release of it is on a registry.

const CONFIGURATION: &str = concat!(
    "06666F6F626172",
    "001468747470733A2F2F6578616D706C652E636F6D2F",
    "001C68747470733A2F2F616E6F746865722E6578616D706C652E636F6D2F",
    "0000000000000E10",
    "0000000000002710",
    "010000",
);
const INTERVAL: &str = "0014000100100000000000000115000000000000001C";

#[test]
fn a_configuration_reads_as_janus_writes_it() {
    // The sum of the vector is Prio3Count, which is none of ours.
    let counting = bytes(&format!("{CONFIGURATION}000000010000{INTERVAL}"));
    assert_eq!(Configuration::decode(&counting).unwrap_err().code, "configuration_vdaf");
    let ours = Written { extensions: interval(277, 28), ..histogram(256, 18) };
    let theirs = bytes(&format!("{CONFIGURATION}0000000400080000010000000012{INTERVAL}"));
    assert_eq!(ours.bytes(), theirs);
    let read = Configuration::decode(&theirs).unwrap();
    assert_eq!(read.sum(), Sum::Histogram { buckets: 256, chunk: 18 });
    assert_eq!(read.bytes(), theirs);
    let times = [276, 277, 304, 305].map(|time| read.time(time * PRECISION + 1));
    assert_eq!(times, [None, Some(277), Some(304), None], "the interval holds its start and not its end");
}

#[test]
fn messages_are_written_as_janus_writes_them() {
    let id: [u8; 16] = std::array::from_fn(|at| at as u8 + 1);
    let mut metadata = Metadata { id, time: 12_345 }.encode();
    metadata.extend([0, 0]);
    assert_eq!(metadata, bytes("0102030405060708090A0B0C0D0E0F1000000000000030390000"));
    assert_eq!(message::plaintext(b"0123"), bytes("00000000000430313233"));
    let sealed = |config, encapsulated: &[u8], payload: &[u8]| Ciphertext {
        config,
        encapsulated: encapsulated.to_vec(),
        payload: payload.to_vec(),
    };
    let report = message::report(&metadata, &[], &[sealed(42, b"012345", b"543210"), sealed(13, b"abce", b"abfd")]);
    let theirs = concat!(
        "0102030405060708090A0B0C0D0E0F1000000000000030390000",
        "00000000",
        "2A000630313233343500000006353433323130",
        "0D0004616263650000000461626664",
    );
    assert_eq!(report, bytes(theirs));
    let configuration = bytes(CONFIGURATION);
    let aad = message::aad(&[&ID, &configuration], &metadata, b"0123");
    assert_eq!(aad, [&ID[..], &configuration, &metadata, &bytes("0000000430313233")].concat());
}

type Key = <X25519HkdfSha256 as Kem>::PrivateKey;

/// Two operators, as far as opening goes.
struct Keys([(HpkeConfig, Key); 2]);

impl Keys {
    fn new() -> Self {
        Self([1, 2].map(|id| {
            let (private, public) = X25519HkdfSha256::derive_keypair(&[id; 32]);
            (HpkeConfig { id, public_key: public.to_bytes().into() }, private)
        }))
    }

    fn task(&self, written: &Written) -> Task {
        let [leader, helper] = self.0.each_ref().map(|(config, _)| config.encode());
        let configuration = written.bytes();
        Task::new(&TaskParameters { id: &ID, configuration: &configuration, leader: &leader, helper: &helper }).unwrap()
    }

    /// What the operators get to see of a report. Nothing when a seal does not hold.
    fn open(&self, report: &[u8], configuration: &[u8]) -> Option<Opened> {
        let (metadata, mut rest) = report.split_at_checked(26)?;
        let public = vector(&mut rest, 4)?;
        let aad = message::aad(&[&ID, configuration], metadata, public);
        let mut shares = Vec::new();
        for (role, (config, key)) in [2, 3].into_iter().zip(&self.0) {
            let (id, tail) = rest.split_first()?;
            rest = tail;
            let encapsulated = vector(&mut rest, 2)?;
            let payload = vector(&mut rest, 4)?;
            let info = [b"dap-18 input share", &[1, role][..]].concat();
            let opened = hpke::single_shot_open::<AesGcm128, HkdfSha256, X25519HkdfSha256>(
                &OpModeR::Base,
                key,
                &<X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(encapsulated).ok()?,
                &info,
                payload,
                &aad,
            );
            let opened = opened.ok().filter(|_| *id == config.id)?;
            let mut share = opened.strip_prefix(&[0, 0])?;
            shares.push(vector(&mut share, 4)?.to_vec());
        }
        let time = u64::from_be_bytes(metadata[16..24].try_into().unwrap());
        let id = metadata[..16].try_into().unwrap();
        rest.is_empty().then_some(Opened { id, time, public: public.to_vec(), shares: shares.try_into().unwrap() })
    }
}

struct Opened {
    id: [u8; 16],
    time: u64,
    public: Vec<u8>,
    shares: [Vec<u8>; 2],
}

/// An opaque vector after its length, which is a number of so many bytes.
fn vector<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (head, tail) = rest.split_at_checked(length)?;
    let size = head.iter().fold(0, |size, &byte| size << 8 | usize::from(byte));
    let (content, tail) = tail.split_at_checked(size)?;
    *rest = tail;
    Some(content)
}

/// Verifies a report and gives both operators' parts of it; nothing when it is rejected.
fn verified<V>(vdaf: &V, task: &Task, Opened { id, public, shares, .. }: &Opened) -> Option<Vec<V::OutputShare>>
where
    V: prio18::vdaf::Client<16> + Aggregator<32, 16, AggregationParam = ()> + Collector,
{
    let public = V::PublicShare::get_decoded_with_param(vdaf, public).ok()?;
    let shares: Option<Vec<_>> = shares
        .iter()
        .enumerate()
        .map(|(at, share)| V::InputShare::get_decoded_with_param(&(vdaf, at), share).ok())
        .collect();
    run_vdaf_verify(vdaf, &[7; 32], &task.context(), &(), id, public, shares?).ok()
}

/// Sums what was verified.
fn summed<V>(vdaf: &V, outputs: Vec<Vec<V::OutputShare>>) -> V::AggregateResult
where
    V: Aggregator<32, 16, AggregationParam = ()> + Collector,
{
    let count = outputs.len();
    let [mut leader, mut helper] = [Vec::new(), Vec::new()];
    for output in outputs {
        let [to_leader, to_helper] = <[_; 2]>::try_from(output).ok().unwrap();
        leader.push(to_leader);
        helper.push(to_helper);
    }
    let shares = [leader, helper].map(|outputs| vdaf.aggregate(&(), outputs).unwrap());
    vdaf.unshard(&(), shares, count).unwrap()
}

#[test]
fn a_thousand_votes_sum_exactly_and_their_length_says_nothing() {
    let (keys, written) = (Keys::new(), histogram(16, 4));
    let task = keys.task(&written);
    let Vdaf::Histogram(vdaf) = Configuration::decode(&written.bytes()).unwrap().vdaf().unwrap() else {
        unreachable!("the configuration says histogram")
    };
    let (mut truth, mut outputs, mut lengths) = (vec![0; 16], Vec::new(), Vec::new());
    for shopper in 0..1_000_usize {
        let bucket = shopper * shopper % 16;
        truth[bucket] += 1;
        let report = task.seal(&[bucket as u32], NOW, &mut OsRng).unwrap().into_bytes();
        let opened = keys.open(&report, &written.bytes()).unwrap();
        assert_eq!(opened.time, NOW / PRECISION, "time is counted in time precisions");
        outputs.push(verified(&vdaf, &task, &opened).unwrap());
        lengths.push(report.len());
    }
    assert_eq!(summed(&vdaf, outputs), truth);
    assert!(lengths.iter().all(|&length| length == lengths[0]));

    let wide = keys.task(&histogram(256, 16));
    let length = wide.seal(&[0], NOW, &mut OsRng).unwrap().bytes().len();
    assert!(length <= 6_000, "{length} bytes for 256 buckets");
}

#[test]
fn bounded_counts_sum_exactly() {
    let (keys, written) = (Keys::new(), l1_bound_sum(8, 15, 6));
    let task = keys.task(&written);
    let Vdaf::L1BoundSum(vdaf) = Configuration::decode(&written.bytes()).unwrap().vdaf().unwrap() else {
        unreachable!("the configuration says L1BoundSum")
    };
    let (mut truth, mut outputs) = ([0_u128; 8], Vec::new());
    for shopper in 0..300_u32 {
        let counts: [u32; 8] = std::array::from_fn(|at| (shopper >> at) & 1);
        for (sum, count) in truth.iter_mut().zip(counts) {
            *sum += u128::from(count);
        }
        let report = task.seal(&counts, NOW, &mut OsRng).unwrap().into_bytes();
        outputs.push(verified(&vdaf, &task, &keys.open(&report, &written.bytes()).unwrap()).unwrap());
    }
    assert_eq!(summed(&vdaf, outputs), truth);
    // All fifteen on one bucket is the bound; more is not sealed.
    task.seal(&[15, 0, 0, 0, 0, 0, 0, 0], NOW, &mut OsRng).unwrap();
    assert_eq!(task.seal(&[15, 1, 0, 0, 0, 0, 0, 0], NOW, &mut OsRng).unwrap_err().code, "answer_over_bound");
}

#[test]
fn a_changed_report_or_one_of_another_context_is_rejected() {
    let (keys, written) = (Keys::new(), histogram(16, 4));
    let task = keys.task(&written);
    let configuration = written.bytes();
    let Vdaf::Histogram(vdaf) = Configuration::decode(&configuration).unwrap().vdaf().unwrap() else {
        unreachable!("the configuration says histogram")
    };
    let report = task.seal(&[3], NOW, &mut OsRng).unwrap().into_bytes();
    for place in 0..report.len() {
        let mut changed = report.clone();
        changed[place] ^= 1;
        assert!(keys.open(&changed, &configuration).is_none(), "byte {place}");
    }
    // The operators know the task with another minimum.
    let other = Written { min_batch: 9_999, ..histogram(16, 4) };
    assert!(keys.open(&report, &other.bytes()).is_none());
    // The same shares, with the context of another task.
    let opened = keys.open(&report, &configuration).unwrap();
    let [leader, helper] = keys.0.each_ref().map(|(config, _)| config.encode());
    let parameters = TaskParameters { id: &[13; 32], configuration: &configuration, leader: &leader, helper: &helper };
    assert!(verified(&vdaf, &task, &opened).is_some());
    assert!(verified(&vdaf, &Task::new(&parameters).unwrap(), &opened).is_none());
}

#[test]
fn what_makes_no_sense_is_refused_with_its_field() {
    let refused = |written: Written| Configuration::decode(&written.bytes()).unwrap_err();
    for (written, code) in [
        (Written { helper: LEADER, ..histogram(16, 4) }, "configuration_operators_equal"),
        (Written { helper: "", ..histogram(16, 4) }, "configuration_malformed"),
        (Written { min_batch: 99, ..histogram(16, 4) }, "configuration_batch"),
        (Written { batch_mode: 3, ..histogram(16, 4) }, "configuration_batch"),
        (Written { vdaf: 3, ..histogram(16, 4) }, "configuration_vdaf"),
        (Written { vdaf: 7, ..histogram(16, 4) }, "configuration_vdaf"),
        (Written { extensions: vec![0, 2, 0, 0], ..histogram(16, 4) }, "configuration_extension"),
        (histogram(1, 1), "task_buckets"),
        (histogram(257, 16), "task_buckets"),
        (histogram(16, 0), "task_chunk"),
        (histogram(16, 17), "task_chunk"),
        (l1_bound_sum(16, 0, 4), "task_max"),
        (l1_bound_sum(16, 65_536, 4), "task_max"),
        (l1_bound_sum(16, 7, 52), "task_chunk"),
    ] {
        let error = refused(written);
        assert_eq!((error.code, error.path), (code, "configuration"));
    }
    let whole = histogram(16, 4).bytes();
    for length in 0..whole.len() {
        assert_eq!(Configuration::decode(&whole[..length]).unwrap_err().code, "configuration_malformed", "{length}");
    }
    let keys = Keys::new();
    let task = keys.task(&Written { extensions: interval(1, 1), ..histogram(16, 4) });
    assert_eq!(task.seal(&[1], NOW, &mut OsRng).unwrap_err().code, "report_outside_interval");
    let task = keys.task(&histogram(16, 4));
    assert_eq!(task.seal(&[16], NOW, &mut OsRng).unwrap_err().code, "bucket_out_of_range");
    assert_eq!(task.seal(&[1, 0], NOW, &mut OsRng).unwrap_err().code, "answer_malformed");
    let task = keys.task(&l1_bound_sum(16, 7, 4));
    assert_eq!(task.seal(&[1], NOW, &mut OsRng).unwrap_err().code, "answer_malformed");
}
