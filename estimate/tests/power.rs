//! What `flaneur power` prints before launch is what a simulation sees after it, within 10 %.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test stops at the first surprise")]

use flaneur_estimate::collection::{Collection, Noise};
use flaneur_estimate::estimate::{collected_rows, local_rows};
use flaneur_estimate::local::{Odds, Tally, projected};
use flaneur_estimate::power::{Mode, Options, Sight, run};
use flaneur_upstream::subset::{Generator, answer};
use flaneur_upstream::threshold::Channel;
use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore, SeedableRng};

fn uniform(rng: &mut ChaCha8Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// Geometric on 0, 1, …: P(k) = (1 − q) q^k.
fn geometric(rng: &mut ChaCha8Rng, q: f64) -> f64 {
    (uniform(rng).max(f64::MIN_POSITIVE).ln() / q.ln()).floor()
}

fn options(mode: Mode, shoppers: u64, epsilon: f64, share: f64, change: f64) -> Options {
    Options { mode, shoppers, epsilon, buckets: 16, share, change: Some(change), level: 0.95, power: 0.8 }
}

/// An estimated share of bucket 1 among simulated shoppers, of whom each is in it with probability `share`.
fn estimated(options: &Options, share: f64, rng: &mut ChaCha8Rng) -> f64 {
    let n = options.shoppers as f64;
    let inside = |rng: &mut ChaCha8Rng| uniform(rng) < share;
    match options.mode {
        Mode::Dap => {
            let q = (-options.epsilon / 2.0).exp();
            let noise: f64 = (0..2).map(|_| geometric(rng, q) - geometric(rng, q)).sum();
            let count = (0..options.shoppers).filter(|_| inside(rng)).count();
            (count as f64 + noise) / n
        }
        Mode::Ldp => {
            let channel = Channel::new(options.buckets, (options.epsilon * 1e6) as u64).unwrap();
            let mut tally = Tally::new(options.buckets);
            for _ in 0..options.shoppers {
                let bucket = if inside(rng) { 1 } else { 2 + rng.next_u32() % 14 };
                assert!(tally.add(channel, &answer(channel, bucket, &mut Generator(rng)).unwrap()));
            }
            tally.estimates(Odds::of(channel)).unwrap()[1] / n
        }
    }
}

#[test]
fn the_power_of_a_simulation_is_the_power_that_is_printed() {
    let rounds = 1_500;
    for (at, options) in [
        options(Mode::Dap, 1_000, 1.0, 0.05, 0.03),
        options(Mode::Dap, 400, 0.3, 0.10, 0.10),
        options(Mode::Ldp, 1_500, 2.0, 0.10, 0.08),
    ]
    .iter()
    .enumerate()
    {
        let sight = Sight::new(options).unwrap();
        let (first, second) = (options.share, options.share + options.change.unwrap());
        let printed = sight.power(first, second);
        let mut rng = ChaCha8Rng::seed_from_u64(at as u64);
        let mut seen = 0;
        for _ in 0..rounds {
            let [a, b] = [first, second].map(|share| estimated(options, share, &mut rng));
            let error = [a, b].map(|share| sight.standard_error(share.clamp(0.0, 1.0)));
            seen += u32::from(((b - a) / error[0].hypot(error[1])).abs() > 1.959_964);
        }
        let simulated = f64::from(seen) / f64::from(rounds);
        // 1,500 rounds: a standard error of at most 1.3 points.
        assert!((simulated / printed - 1.0).abs() < 0.1, "{options:?}: simulated {simulated}, printed {printed}");
        assert!((0.4..0.98).contains(&printed), "a case that tells something: {printed}");

        let mut text = Vec::new();
        run(options, &mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        assert!(text.contains(&format!("power for the change    {printed:.3}")), "{text}");
        let rise = sight.smallest_rise(first, 0.8).unwrap();
        assert!((sight.power(first, first + rise) - 0.8).abs() < 1e-6);
    }
}

#[test]
fn what_cannot_be_is_said_with_the_option() {
    let refused = |change: fn(&mut Options)| {
        let mut options = options(Mode::Dap, 1_000, 1.0, 0.05, 0.03);
        change(&mut options);
        run(&options, &mut Vec::new()).unwrap_err().to_string()
    };
    assert!(refused(|it| it.epsilon = 0.0).contains("--epsilon"));
    for epsilon in [1e-7, f64::MIN_POSITIVE, -1.0, 1e300, f64::INFINITY, f64::NAN] {
        let of = |mode| Options { epsilon, ..options(mode, 1_000, 1.0, 0.05, 0.03) };
        for mode in [Mode::Dap, Mode::Ldp] {
            let refused = run(&of(mode), &mut Vec::new()).unwrap_err().to_string();
            assert!(refused.starts_with("--epsilon ") && refused.len() < 200, "{refused}");
        }
    }
    for mode in [Mode::Dap, Mode::Ldp] {
        let smallest = Sight::new(&options(mode, 1_000, 1e-6, 0.05, 0.03)).unwrap();
        assert!(smallest.standard_error(0.05).is_finite(), "{mode:?}");
    }
    assert!(refused(|it| it.epsilon = 2.1).contains("--epsilon"), "no device answers such a question");
    assert!(refused(|it| it.share = 1.0).contains("--share"));
    assert!(refused(|it| it.change = Some(2.0)).contains("--change"));
    assert!(refused(|it| it.level = 1.0).contains("--level"));
    assert!(refused(|it| it.power = 0.0).contains("--power"));
    let tiny = options(Mode::Ldp, 2, 0.1, 0.5, 0.1);
    assert_eq!(Sight::new(&tiny).unwrap().smallest_rise(0.5, 0.8), None);
}

#[test]
fn intervals_cover_the_truth_as_often_as_they_say() {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let (rounds, mut covered) = (2_000, 0);
    let noise = Noise::new(1_000_000, 2);
    let q = (-0.5_f64).exp();
    for _ in 0..rounds {
        let drawn: f64 = (0..2).map(|_| geometric(&mut rng, q) - geometric(&mut rng, q)).sum();
        covered += u32::from(drawn.abs() <= noise.reach(0.95));
    }
    let share = f64::from(covered) / f64::from(rounds);
    // At least 95 %, less three standard errors of 2,000 draws.
    assert!(share > 0.95 - 0.015, "{share}");
}

#[test]
fn the_interval_of_a_rare_share_covers_it_as_often_as_it_says() {
    let mut rng = ChaCha8Rng::seed_from_u64(9);
    let (rounds, n, share) = (4_000, 1_000, 0.003);
    for operators in 0..=2 {
        let noise = Noise::new(2_000_000, operators);
        let q = (-1.0_f64).exp();
        let covered = (0..rounds).filter(|_| {
            let drawn: f64 = (0..operators).map(|_| geometric(&mut rng, q) - geometric(&mut rng, q)).sum();
            let count = (0..n).filter(|_| uniform(&mut rng) < share).count() as i64 + drawn as i64;
            let collection = Collection { report_count: n, aggregate_result: vec![count] };
            let row = collected_rows(&collection, noise, &[], 0.95).remove(0);
            (row.share_low..=row.share_high).contains(&share)
        });
        let covered = covered.count() as f64 / f64::from(rounds);
        // 95 %, less three standard errors of 4,000 draws.
        assert!(covered > 0.95 - 0.0104, "{operators} operators add noise: {covered}");
    }
}

#[test]
fn the_interval_of_a_share_of_noisy_answers_covers_it_as_often_as_it_says() {
    let mut rng = ChaCha8Rng::seed_from_u64(10);
    let channel = Channel::new(16, 2_000_000).unwrap();
    let (rounds, n, share) = (2_000, 300, 0.01);
    let covered = (0..rounds).filter(|_| {
        let mut tally = Tally::new(16);
        for _ in 0..n {
            let bucket = if uniform(&mut rng) < share { 1 } else { 0 };
            tally.add(channel, &answer(channel, bucket, &mut Generator(&mut rng)).unwrap());
        }
        let row = local_rows(&tally, channel, &[], 0.95).unwrap().remove(1);
        (row.share_low..=row.share_high).contains(&share)
    });
    let covered = covered.count() as f64 / f64::from(rounds);
    assert!((covered - 0.95).abs() < 0.0147, "three standard errors of 2,000 draws: {covered}");
}

#[test]
fn the_projection_brings_estimates_nearer_to_the_truth() {
    let mut rng = ChaCha8Rng::seed_from_u64(8);
    let channel = Channel::new(16, 1_000_000).unwrap();
    let mut tally = Tally::new(16);
    let mut truth = [0.0; 16];
    for _ in 0..5_000 {
        let bucket = (rng.next_u32() % 16).min(rng.next_u32() % 16).min(rng.next_u32() % 16);
        truth[bucket as usize] += 1.0;
        tally.add(channel, &answer(channel, bucket, &mut Generator(&mut rng)).unwrap());
    }
    let raw = tally.estimates(Odds::of(channel)).unwrap();
    let shown = projected(&raw, 5_000.0);
    let error = |counts: &[f64]| counts.iter().zip(truth).map(|(a, b)| (a - b) * (a - b)).sum::<f64>();
    assert!(error(&shown) < error(&raw));
    assert!((shown.iter().sum::<f64>() - 5_000.0).abs() < 1e-6);
}
