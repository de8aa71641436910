//! The wire, held to other people's code: `janus_messages` decodes every report, the operators open and sum them,
//! and the suite is that of RFC 9180's own vectors.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;

use flaneur_operators::{Epsilon, Operators, Rejected, Setup};
use flaneur_upstream::report::TaskParameters;
use flaneur_upstream::{Report, Task};
use janus_messages::{HpkeConfig, Report as JanusReport};
use prio::codec::{Decode, Encode};
use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore, SeedableRng};

const NOW: u64 = 1_795_000_000;

fn setup(buckets: usize, chunk: usize) -> Setup {
    Setup { id: [3; 32], buckets, chunk, seed: [9; 32] }
}

fn task(operators: &Operators) -> Task {
    task_with(operators, |_| {})
}

/// The operators' task, with something changed.
fn task_with(operators: &Operators, change: impl for<'a> FnOnce(&mut TaskParameters<'a>)) -> Task {
    let [leader, helper] = operators.configs();
    let Setup { id, buckets, chunk, .. } = operators.setup();
    let mut parameters = TaskParameters {
        id,
        buckets: *buckets as u32,
        chunk: *chunk as u32,
        time_precision: 3_600,
        leader: &leader,
        helper: &helper,
    };
    change(&mut parameters);
    Task::new(&parameters).unwrap()
}

#[test]
fn janus_decodes_ten_thousand_random_reports_and_writes_the_same_bytes() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let shapes: Vec<_> = [(2, 1), (3, 2), (16, 4), (64, 8), (100, 10), (256, 16)]
        .map(|(buckets, chunk)| (buckets, Operators::new(&setup(buckets, chunk)).unwrap()))
        .into();
    let tasks: Vec<_> = shapes.iter().map(|(buckets, operators)| (*buckets as u32, task(operators))).collect();
    let mut lengths: BTreeMap<u32, usize> = BTreeMap::new();
    for round in 0..10_000 {
        // The largest shape costs as much as all others together: every hundredth.
        let place = if round % 100 == 0 { tasks.len() - 1 } else { round % (tasks.len() - 1) };
        let (buckets, task) = &tasks[place];
        let now = rng.next_u64() % (1 << 40);
        let report = Report::seal(task, rng.next_u32() % buckets, now, &mut rng).unwrap();
        let decoded = JanusReport::get_decoded(report.bytes()).unwrap();
        assert_eq!(decoded.get_encoded().unwrap(), report.bytes());
        assert_eq!(decoded.metadata().time().as_seconds_since_epoch(), now - now % 3_600);
        let length = *lengths.entry(*buckets).or_insert(report.bytes().len());
        assert_eq!(report.bytes().len(), length, "the length says nothing");
    }
    assert!(lengths[&256] <= 6_000, "{} bytes for 256 buckets", lengths[&256]);
}

#[test]
fn ten_thousand_shoppers_give_the_exact_sum_and_noise_as_large_as_theory_says() {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let mut operators = Operators::new(&setup(32, 6)).unwrap();
    let task = task(&operators);
    let mut truth = vec![0; 32];
    for _ in 0..10_000 {
        let bucket = (rng.next_u32() % 32).min(rng.next_u32() % 32);
        truth[bucket as usize] += 1;
        operators.upload(Report::seal(&task, bucket, NOW, &mut rng).unwrap().bytes()).unwrap();
    }
    assert_eq!(operators.sums(None).unwrap(), truth);

    // Two discrete Laplace noises of scale b = 2/ε each: variance 2·2q/(1−q)², with q = e^(−1/b).
    let q = (-0.5_f64).exp();
    let theory = (2.0 * 2.0 * q / ((1.0 - q) * (1.0 - q))).sqrt();
    let mut squares = 0.0;
    let rounds = 150;
    for _ in 0..rounds {
        let noisy = operators.sums(Some(Epsilon(1_000_000))).unwrap();
        squares += noisy.iter().zip(&truth).map(|(noisy, truth)| ((noisy - truth) as f64).powi(2)).sum::<f64>();
    }
    let rmse = (squares / f64::from(32 * rounds)).sqrt();
    // 4,800 draws of kurtosis 6 at most: the root of the mean square has a relative error of √(5/4,800)/2 = 1.6 %.
    assert!((rmse / theory - 1.0).abs() < 0.1, "{rmse} for {theory}");
}

#[test]
fn a_thousand_changed_reports_are_rejected() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut operators = Operators::new(&setup(16, 4)).unwrap();
    let task = task(&operators);
    let mut why: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..1_000 {
        let mut bytes = Report::seal(&task, rng.next_u32() % 16, NOW, &mut rng).unwrap().into_bytes();
        match rng.next_u32() % 4 {
            0 => bytes.truncate(rng.next_u32() as usize % bytes.len()),
            1 => bytes.push(rng.next_u32() as u8),
            _ => {
                let place = rng.next_u32() as usize % bytes.len();
                bytes[place] ^= 1 << (rng.next_u32() % 8);
            }
        }
        *why.entry(format!("{:?}", operators.upload(&bytes).unwrap_err())).or_default() += 1;
    }
    assert_eq!(operators.count(), 0);
    assert_eq!(operators.sums(None).unwrap(), vec![0; 16]);
    assert!(why.len() >= 2, "{why:?}");
}

#[test]
fn a_report_of_another_context_or_a_second_time_is_rejected() {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let mut operators = Operators::new(&setup(16, 4)).unwrap();
    let own = task(&operators);
    let seal = |task: &Task, rng: &mut ChaCha8Rng| Report::seal(task, 1, NOW, rng).unwrap();
    let first = seal(&own, &mut rng);
    assert_eq!(operators.upload(first.bytes()), Ok(()));
    assert_eq!(operators.upload(first.bytes()), Err(Rejected::Repeated));
    let id = *first.bytes().first_chunk::<16>().unwrap();
    let again = Report::seal_as(id, &own, 1, NOW, &mut rng).unwrap();
    assert_ne!(again, first);
    assert_eq!(operators.upload(again.bytes()), Err(Rejected::Repeated), "whoever kept the first learns nothing more");

    let elsewhere = task_with(&operators, |task| task.id = &[4; 32]);
    assert_eq!(operators.upload(seal(&elsewhere, &mut rng).bytes()), Err(Rejected::Seal));
    let swapped = task_with(&operators, |task| std::mem::swap(&mut task.leader, &mut task.helper));
    assert_eq!(operators.upload(seal(&swapped, &mut rng).bytes()), Err(Rejected::Seal));
    let wider = task_with(&operators, |task| task.buckets = 17);
    assert!(matches!(operators.upload(seal(&wider, &mut rng).bytes()), Err(Rejected::Share | Rejected::Proof)));
    let other_proof = task_with(&operators, |task| task.chunk = 8);
    assert!(matches!(operators.upload(seal(&other_proof, &mut rng).bytes()), Err(Rejected::Share | Rejected::Proof)));
    let strangers = Operators::new(&Setup { seed: [1; 32], ..setup(16, 4) }).unwrap();
    assert_eq!(operators.upload(seal(&self::task(&strangers), &mut rng).bytes()), Err(Rejected::Seal));
    assert_eq!(operators.sums(None).unwrap().iter().sum::<i128>(), 1);
}

#[test]
fn parameters_that_make_no_sense_are_refused_with_their_field() {
    let operators = Operators::new(&setup(16, 4)).unwrap();
    let [leader, helper] = operators.configs();
    let good =
        TaskParameters { id: &[3; 32], buckets: 16, chunk: 4, time_precision: 3_600, leader: &leader, helper: &helper };
    let refusal = |parameters: TaskParameters<'_>| {
        let error = Task::new(&parameters).unwrap_err();
        assert!(error.to_string().starts_with(error.path));
        (error.code, error.path)
    };
    assert_eq!(refusal(TaskParameters { id: &[3; 31], ..good }), ("task_id", "id"));
    assert_eq!(refusal(TaskParameters { buckets: 1, ..good }), ("task_buckets", "buckets"));
    assert_eq!(refusal(TaskParameters { buckets: 257, ..good }), ("task_buckets", "buckets"));
    assert_eq!(refusal(TaskParameters { chunk: 0, ..good }), ("task_chunk", "chunk"));
    assert_eq!(refusal(TaskParameters { chunk: 17, ..good }), ("task_chunk", "chunk"));
    assert_eq!(refusal(TaskParameters { time_precision: 0, ..good }), ("task_time_precision", "timePrecision"));
    assert_eq!(refusal(TaskParameters { leader: &leader[1..], ..good }), ("hpke_config_malformed", "leader"));
    assert_eq!(refusal(TaskParameters { helper: b"", ..good }), ("hpke_config_malformed", "helper"));
    let mut other_suite = helper.clone();
    other_suite[6] = 2; // AES-256-GCM
    assert_eq!(refusal(TaskParameters { helper: &other_suite, ..good }), ("hpke_config_suite", "helper"));
    let task = Task::new(&good).unwrap();
    assert_eq!(
        Report::seal(&task, 16, NOW, &mut ChaCha8Rng::seed_from_u64(5)).unwrap_err().code,
        "bucket_out_of_range"
    );
}

#[test]
fn a_key_reads_and_writes_as_janus_does() {
    let operators = Operators::new(&setup(2, 1)).unwrap();
    for config in operators.configs() {
        let ours = flaneur_upstream::message::HpkeConfig::decode(&config, "leader").unwrap();
        assert_eq!(ours.encode(), config);
        assert_eq!(HpkeConfig::get_decoded(&config).unwrap().public_key().as_ref(), ours.public_key);
    }
}
