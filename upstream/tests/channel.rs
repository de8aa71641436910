//! Local answers: every draw walked for up to 12 buckets, and the error of the estimate against its formula.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;

use flaneur_upstream::subset::{Draws, Generator, answer, has};
use flaneur_upstream::threshold::{Channel, MICRO, exponential};
use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore, SeedableRng};

/// Answers with a given sequence of draws, and notes how many answers each had.
struct Walk<'a> {
    script: &'a [u32],
    place: usize,
    choices: Vec<u32>,
}

impl Walk<'_> {
    fn next(&mut self, choices: u32) -> u32 {
        let drawn = self.script.get(self.place).copied().unwrap_or(0);
        self.place += 1;
        self.choices.push(choices);
        drawn
    }
}

impl Draws for Walk<'_> {
    fn below_threshold(&mut self, _: u64) -> bool {
        self.next(2) == 0
    }

    fn below(&mut self, bound: u32) -> u32 {
        self.next(bound)
    }
}

/// How often each answer comes out over all draws, apart for those that include the true bucket (first) and those
/// that do not. Every path of one kind is as likely as any other of that kind.
fn paths(channel: Channel, bucket: u32) -> [BTreeMap<u32, u64>; 2] {
    let mut found = [BTreeMap::new(), BTreeMap::new()];
    let mut script: Vec<u32> = Vec::new();
    loop {
        let mut walk = Walk { script: &script, place: 0, choices: Vec::new() };
        let bits = answer(channel, bucket, &mut walk).unwrap();
        let choices = walk.choices;
        script.resize(choices.len(), 0);
        let word = bits.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte));
        assert_eq!(word.count_ones(), channel.subset());
        *found[script[0] as usize].entry(word).or_default() += 1;
        // The next script, as an odometer.
        let Some(place) = (0..script.len()).rfind(|&place| script[place] + 1 < choices[place]) else { return found };
        script.truncate(place + 1);
        script[place] += 1;
    }
}

#[test]
fn no_answer_is_likelier_than_epsilon_allows_for_up_to_twelve_buckets() {
    for buckets in 2..=12 {
        for epsilon in [1, MICRO / 2, MICRO, 2 * MICRO, 4 * MICRO, 8 * MICRO] {
            let channel = Channel::new(buckets, epsilon).unwrap();
            // Probability of an answer: share of the paths of its kind, times 2^64 · that kind's.
            let weight = |[with, without]: &[BTreeMap<u32, u64>; 2], word: u32| -> (u128, u128) {
                let totals = [with.values().sum::<u64>(), without.values().sum::<u64>()];
                let include = u128::from(channel.include());
                let exclude = (1 << 64) - include;
                match (with.get(&word), without.get(&word)) {
                    (Some(&ways), None) => (include * u128::from(ways), u128::from(totals[0])),
                    (None, Some(&ways)) => (exclude * u128::from(ways), u128::from(totals[1])),
                    other => unreachable!("{other:?}"),
                }
            };
            let channels: Vec<_> = (0..buckets).map(|bucket| paths(channel, bucket)).collect();
            let answers: Vec<u32> = channels[0].iter().flat_map(|kind| kind.keys().copied()).collect();
            for word in answers {
                let odds: Vec<(u128, u128)> = channels.iter().map(|paths| weight(paths, word)).collect();
                for one in &odds {
                    for other in &odds {
                        // one / other ≤ e^ε, cross-multiplied: exact, with e^ε rounded down.
                        let left = wide(one.0, other.1, 1 << 64);
                        let right = wide(other.0, one.1, exponential(epsilon));
                        assert!(left <= right, "{buckets} buckets, ε {epsilon}, answer {word:b}");
                    }
                }
            }
        }
    }
}

/// The product of three numbers, in 32-bit limbs, highest first.
fn wide(a: u128, b: u128, c: u128) -> Vec<u64> {
    let limbs = |number: u128| (0..4).map(move |limb| (number >> (32 * limb)) as u64 & 0xffff_ffff).collect::<Vec<_>>();
    let times = |a: &[u64], b: &[u64]| {
        let mut product = vec![0_u64; a.len() + b.len()];
        for (i, a) in a.iter().enumerate() {
            let mut carry = 0;
            for (j, b) in b.iter().enumerate() {
                let sum = product[i + j] + a * b + carry;
                product[i + j] = sum & 0xffff_ffff;
                carry = sum >> 32;
            }
            product[i + b.len()] = carry;
        }
        product
    };
    let mut product = times(&times(&limbs(a), &limbs(b)), &limbs(c));
    product.reverse();
    product
}

const ROUNDS: u32 = 10;

#[test]
fn the_error_of_the_estimate_is_that_of_the_formula() {
    let (buckets, shoppers) = (256_u32, 100_000_u32);
    for epsilon in [1, 2, 4, 8] {
        let channel = Channel::new(buckets, epsilon * MICRO).unwrap();
        let (k, d, n) = (f64::from(buckets), f64::from(channel.subset()), f64::from(shoppers));
        // An answer names the true bucket with probability p, and any other with q.
        let p = channel.include() as f64 / 2_f64.powi(64);
        let q = (d - p) / (k - 1.0);
        let mut rng = ChaCha8Rng::seed_from_u64(epsilon);
        let (mut measured, mut theory) = (0.0, 0.0);
        for _ in 0..ROUNDS {
            let mut truth = vec![0.0; buckets as usize];
            let mut named = vec![0_u32; buckets as usize];
            for _ in 0..shoppers {
                // The lower of two: the first buckets are twice as common as the middle, and none dominates the error.
                let bucket = (rng.next_u32() % buckets).min(rng.next_u32() % buckets);
                truth[bucket as usize] += 1.0;
                let bits = answer(channel, bucket, &mut Generator(&mut rng)).unwrap();
                (0..buckets).filter(|&other| has(&bits, other)).for_each(|other| named[other as usize] += 1);
            }
            for (truth, named) in truth.iter().zip(&named) {
                let estimate = (f64::from(*named) - n * q) / (p - q);
                measured += (estimate - truth).powi(2);
                theory += (truth * p * (1.0 - p) + (n - truth) * q * (1.0 - q)) / (p - q).powi(2);
            }
        }
        let ratio = (measured / theory).sqrt();
        // The root of the mean square of 256·10 near-normal errors has a standard error of 1/√(2·2,560) = 1.4 %.
        assert!((ratio - 1.0).abs() < 0.05, "ε {epsilon}: {ratio}");
    }
}
