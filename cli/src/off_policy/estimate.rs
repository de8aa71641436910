//! What a policy would have earned, from what another one showed: five estimators.
//!
//! Notation: row `i` shows action `a_i` at position `x_i` with logged probability
//! `p_i` and earns `r_i`; the target policy shows it with probability `π_i`;
//! `w_i = π_i / p_i`; `q(a, x)` is the reward model.
//!
//! ```text
//! IPS   = mean w r                         DM  = mean Σ_a π(a|x_i) q(a, x_i)
//! SNIPS = Σ w r / Σ w                      DR  = DM + mean w (r − q(a_i, x_i))
//! effective sample = (Σ w)² / Σ w²         SNDR = DM + Σ w (r − q(a_i, x_i)) / Σ w
//! ```
//!
//! `q` is the mean reward of (action, position), shrunken towards the position's
//! mean with the weight of [`SHRINKAGE`] rows. It is cross-fitted over [`FOLDS`]
//! folds of shuffled clusters: a row is never judged by a model that saw it, and a
//! rhythm of the log (five positions in turn) is none of the folds'. Intervals are the 2.5th
//! and 97.5th percentile of a bootstrap over clusters (the rows of one slate),
//! with `q` fitted anew in every draw.
//!
//! Source: Dudík, Langford & Li 2011 (DM, IPS, DR); Swaminathan & Joachims 2015
//! (SNIPS); Saito, Aihara, Matsutani & Narita 2020 (the setting and its data);
//! Chernozhukov et al. 2018 (cross-fitting); Kong 1992 (effective sample).

use flaneur::math::Stream;
use rayon::prelude::*;
use serde::Serialize;

use crate::evaluate::bootstrap::Interval;

/// Rows that the position's mean counts as, when an action has few of its own.
pub const SHRINKAGE: f64 = 100.0;
/// Folds of the cross-fit.
pub const FOLDS: usize = 5;
/// Below this effective sample a statement is a guess.
pub const THIN: f64 = 100.0;
/// Below so many rewarded clusters a bootstrap does not know how rare rewards vary: of three in expectation, its
/// interval of 95 % covers the truth in about half to nine of ten logs, by the weights.
pub const RARE: f64 = 10.0;
/// The share of the draws outside an interval, on each side.
const TAIL: f64 = 0.025;

/// One logged decision with what the target policy thinks of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// The action's number.
    pub action: u32,
    /// The position's number.
    pub position: u32,
    /// What it earned.
    pub reward: f64,
    /// Probability of the logged policy, in (0, 1].
    pub logged: f64,
    /// Probability of the target policy, 0..=1.
    pub target: f64,
    /// Rows of one cluster are drawn together; clusters are numbered from 0 without gaps.
    pub cluster: u32,
}

/// A target policy that does not look at the shopper: `[positions][actions]` probabilities.
pub type Plan = Vec<Vec<f64>>;

/// The estimates of one target policy.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Estimates {
    /// Rows.
    pub rows: usize,
    /// Clusters: slates, or rows where the log has none.
    pub clusters: usize,
    /// `(Σ w)² / Σ w²`.
    pub effective: f64,
    /// `(Σ |w r|)² / Σ |w r|²` over clusters: how many rewarded ones the estimates rest on.
    pub effective_rewarded: f64,
    /// Mean of `w`; 1 when the logged policy could show all that the target shows.
    pub mean_weight: Interval,
    /// The largest `w`.
    pub largest_weight: f64,
    /// What the logged policy earned.
    pub logged: Interval,
    /// Inverse propensity score.
    pub ips: Interval,
    /// Self-normalised IPS.
    pub snips: Interval,
    /// Direct method; absent where the target's other choices are not known.
    pub dm: Option<Interval>,
    /// Doubly robust.
    pub dr: Option<Interval>,
    /// Self-normalised doubly robust.
    pub sndr: Option<Interval>,
    /// SNIPS less what was earned.
    pub gain: Interval,
}

/// How many numbers a draw has.
const NUMBERS: usize = 8;

/// Estimates the value of a target policy.
///
/// Shapes: `samples` non-empty; `plan` is `[positions][actions]` and covers every sample.
///
/// Randomness: stream "off-policy N" for draw N, and that of [`folds`]. Cost: O(draws · (rows + actions · positions)).
#[must_use]
pub fn estimate(samples: &[Sample], plan: Option<&Plan>, draws: usize, seed: u64) -> Estimates {
    let clusters = samples.iter().map(|x| x.cluster as usize + 1).max().unwrap_or(0);
    let once = vec![1.0; clusters];
    let folds = folds(clusters, seed);
    let value = numbers(samples, plan, &once, &folds);
    let drawn: Vec<[f64; NUMBERS]> = (0..draws)
        .into_par_iter()
        .map(|draw| {
            let mut stream = Stream::new(seed, &format!("off-policy {draw}"));
            let mut times = vec![0.0; clusters];
            (0..clusters).for_each(|_| times[stream.below(clusters)] += 1.0);
            numbers(samples, plan, &times, &folds)
        })
        .collect();
    let interval = |at: usize| {
        let mut sorted: Vec<f64> = drawn.iter().map(|x| x[at]).filter(|x| x.is_finite()).collect();
        sorted.sort_by(f64::total_cmp);
        let of = |share: f64| sorted.get((share * sorted.len() as f64) as usize).copied().unwrap_or(f64::NAN);
        Interval { value: value[at], low: of(TAIL), high: of(1.0 - TAIL) }
    };
    let mut rewarded = vec![0.0; clusters];
    samples.iter().for_each(|x| rewarded[x.cluster as usize] += (weight(x) * x.reward).abs());
    Estimates {
        rows: samples.len(),
        clusters,
        effective: worth(samples.iter().map(weight)),
        effective_rewarded: worth(rewarded.into_iter()),
        mean_weight: interval(6),
        largest_weight: samples.iter().map(weight).fold(0.0, f64::max),
        logged: interval(5),
        ips: interval(0),
        snips: interval(1),
        dm: plan.map(|_| interval(2)),
        dr: plan.map(|_| interval(3)),
        sndr: plan.map(|_| interval(4)),
        gain: interval(7),
    }
}

/// The fold of each cluster: as many clusters in each, give or take one.
///
/// Randomness: stream "folds", a shuffle of the clusters.
#[must_use]
pub fn folds(clusters: usize, seed: u64) -> Vec<usize> {
    let mut stream = Stream::new(seed, "folds");
    let mut folds: Vec<usize> = (0..clusters).map(|cluster| cluster % FOLDS).collect();
    (1..clusters).rev().for_each(|at| folds.swap(at, stream.below(at + 1)));
    folds
}

/// How many equal numbers such unequal ones are worth.
fn worth(numbers: impl Iterator<Item = f64>) -> f64 {
    let (sum, squares) = numbers.fold((0.0, 0.0), |(sum, squares), x| (sum + x, squares + x * x));
    if squares > 0.0 { sum * sum / squares } else { 0.0 }
}

fn weight(sample: &Sample) -> f64 {
    sample.target / sample.logged
}

/// IPS, SNIPS, DM, DR, SNDR, the logged mean, the mean weight, and SNIPS less the mean,
/// when each cluster counts so many times.
fn numbers(samples: &[Sample], plan: Option<&Plan>, times: &[f64], folds: &[usize]) -> [f64; NUMBERS] {
    let model = plan.map(|plan| Model::fit(samples, plan, times, folds));
    let (mut n, mut w, mut wr, mut r, mut direct, mut rest) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
    for sample in samples {
        let count = times[sample.cluster as usize];
        let own = count * weight(sample);
        n += count;
        w += own;
        wr += own * sample.reward;
        r += count * sample.reward;
        if let Some(model) = &model {
            let fold = folds[sample.cluster as usize];
            direct += count * model.value(fold, sample.position);
            rest += own * (sample.reward - model.reward(fold, sample.action, sample.position));
        }
    }
    // Without any weight nothing is known; a draw may also miss all of it.
    let over = |sum: f64| if w > 0.0 { sum / w } else { f64::NAN };
    let (direct, mean) = (direct / n, r / n);
    [wr / n, over(wr), direct, direct + rest / n, direct + over(rest), mean, w / n, over(wr) - mean]
}

/// The reward model of each fold, fitted without that fold.
struct Model {
    /// `[folds][positions][actions]`.
    rewards: Vec<Plan>,
    /// `[folds][positions]`: the target policy's value by the model.
    values: Vec<Vec<f64>>,
}

impl Model {
    fn fit(samples: &[Sample], plan: &Plan, times: &[f64], folds: &[usize]) -> Self {
        let actions = plan.first().map_or(0, Vec::len);
        let empty = || vec![vec![(0.0, 0.0); actions]; plan.len()];
        let mut own = vec![empty(); FOLDS];
        let mut all = empty();
        for sample in samples {
            let count = times[sample.cluster as usize];
            let (position, action) = (sample.position as usize, sample.action as usize);
            for table in [&mut own[folds[sample.cluster as usize]], &mut all] {
                let cell = &mut table[position][action];
                cell.0 += count;
                cell.1 += count * sample.reward;
            }
        }
        let rewards: Vec<Plan> = own.iter().map(|fold| without(&all, fold)).collect();
        let value = |rewards: &Plan| -> Vec<f64> {
            rewards.iter().zip(plan).map(|(q, pi)| q.iter().zip(pi).map(|(q, pi)| q * pi).sum()).collect()
        };
        let values = rewards.iter().map(value).collect();
        Self { rewards, values }
    }

    fn reward(&self, fold: usize, action: u32, position: u32) -> f64 {
        self.rewards[fold][position as usize][action as usize]
    }

    fn value(&self, fold: usize, position: u32) -> f64 {
        self.values[fold][position as usize]
    }
}

/// Shrunken means of everything but one fold.
fn without(all: &[Vec<(f64, f64)>], fold: &[Vec<(f64, f64)>]) -> Plan {
    all.iter()
        .zip(fold)
        .map(|(all, own)| {
            let cells: Vec<(f64, f64)> = all.iter().zip(own).map(|(x, y)| (x.0 - y.0, x.1 - y.1)).collect();
            let (count, sum) = cells.iter().fold((0.0, 0.0), |(n, s), cell| (n + cell.0, s + cell.1));
            let mean = if count > 0.0 { sum / count } else { 0.0 };
            cells.iter().map(|&(n, s)| (s + SHRINKAGE * mean) / (n + SHRINKAGE)).collect()
        })
        .collect()
}
