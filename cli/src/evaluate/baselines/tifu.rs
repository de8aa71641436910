//! TIFU-kNN: temporal item frequency vectors of shoppers and of their neighbours.
//!
//! A shopper's baskets are cut from the newest back into groups of `m`. Within a
//! group a basket weighs `r_b^(baskets back in its group)`, a group `r_g^(groups back)`;
//! both are averaged. The scores are `α·own + (1 − α)·mean of the k nearest`
//! by Euclidean distance or, where that tunes better, by cosine.
//!
//! Source: Hu, He, Gao & Zhang 2020, sections 4.1 to 4.3.

use anyhow::Result;
use rayon::prelude::*;

use super::super::dataset::Line;
use super::super::method::{Bench, Family, Method, Parameters, Prepared};
use super::super::query::{Query, items_of};
use super::super::training::Training;
use super::rows::counted;
use super::scored::{Pool, Scored, Scorer};
use crate::log::GUEST;

/// TIFU-kNN.
pub struct Tifu {
    /// Whether settings are chosen on the tuning period, or fixed: every basket a group.
    pub is_tuned: bool,
}

#[derive(Clone, Copy, Debug)]
struct Settings {
    /// Baskets per group.
    group: usize,
    within: f64,
    between: f64,
    neighbours: usize,
    alpha: f64,
    metric: Metric,
}

/// How shoppers are compared.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Metric {
    /// The paper's.
    Euclid,
    /// A variant that does not favour shoppers of few purchases.
    Cosine,
}

type Change = fn(&mut Settings);

const START: Settings =
    Settings { group: 1, within: 1.0, between: 0.8, neighbours: 300, alpha: 0.8, metric: Metric::Euclid };
/// A short tuning period chooses badly: these do well on shops of few visits, and stand beside what was chosen.
const FIXED: Settings = Settings { between: 0.9, metric: Metric::Cosine, ..START };
const GROUP: [Change; 4] = [|s: &mut Settings| s.group = 1, |s| s.group = 3, |s| s.group = 7, |s| s.group = 15];
const WITHIN: [Change; 3] = [|s: &mut Settings| s.within = 0.8, |s| s.within = 0.9, |s| s.within = 1.0];
const BETWEEN: [Change; 5] = [
    |s: &mut Settings| s.between = 0.6,
    |s| s.between = 0.7,
    |s| s.between = 0.8,
    |s| s.between = 0.9,
    |s| s.between = 1.0,
];
const NEIGHBOURS: [Change; 3] = [|s: &mut Settings| s.neighbours = 100, |s| s.neighbours = 300, |s| s.neighbours = 900];
const ALPHA: [Change; 4] = [|s: &mut Settings| s.alpha = 0.5, |s| s.alpha = 0.7, |s| s.alpha = 0.8, |s| s.alpha = 0.9];
const METRIC: [Change; 2] = [|s: &mut Settings| s.metric = Metric::Euclid, |s| s.metric = Metric::Cosine];

impl Family for Tifu {
    fn name(&self) -> &'static str {
        if self.is_tuned { "TIFU-KNN" } else { "TIFU-KNN-fixed" }
    }

    fn prepare<'a>(&self, bench: &Bench<'a>) -> Result<Prepared<'a>> {
        let sweeps: &[&[Change]] =
            if self.is_tuned { &[&BETWEEN, &GROUP, &WITHIN, &METRIC, &NEIGHBOURS, &ALPHA, &BETWEEN] } else { &[] };
        let start = if self.is_tuned { START } else { FIXED };
        let chosen = bench.sweep(start, sweeps, |settings| method(bench.early, settings));
        let parameters = Parameters::from([
            ("group".to_owned(), chosen.group.into()),
            ("within_decay".to_owned(), chosen.within.into()),
            ("group_decay".to_owned(), chosen.between.into()),
            ("neighbours".to_owned(), chosen.neighbours.into()),
            ("alpha".to_owned(), chosen.alpha.into()),
            ("metric".to_owned(), if chosen.metric == Metric::Cosine { "cosine" } else { "Euclid" }.into()),
        ]);
        Ok(Prepared { method: method(bench.late, &chosen), parameters })
    }
}

fn method<'m>(training: &'m Training<'m>, settings: &Settings) -> Box<dyn Method + 'm> {
    Box::new(Scored { training, scorer: Model::new(training, *settings) })
}

struct Model {
    settings: Settings,
    /// The shoppers' numbers, and their vectors, items ascending.
    shoppers: Vec<(u32, Vec<(u32, f64)>)>,
    /// Squared lengths of the vectors.
    lengths: Vec<f64>,
    /// Per item: who has it, and how much.
    having: Vec<Vec<(u32, f64)>>,
    /// The shoppers by length, shortest first: the nearest of those who share nothing.
    shortest: Vec<u32>,
    shopper_sums: Pool,
    item_sums: Pool,
}

/// A shopper's vector: items ascending. `baskets` are oldest first.
#[must_use]
pub fn vector(baskets: &[Vec<u32>], group: usize, within: f64, between: f64) -> Vec<(u32, f64)> {
    let groups: Vec<&[Vec<u32>]> = baskets.rchunks(group.max(1)).collect();
    let mut weights = Vec::new();
    for (back, own) in groups.iter().enumerate() {
        let share = libm::pow(between, back as f64) / (groups.len() * own.len()) as f64;
        for (age, basket) in own.iter().rev().enumerate() {
            let weight = share * libm::pow(within, age as f64);
            weights.extend(basket.iter().map(|&item| (item, weight)));
        }
    }
    counted(weights)
}

impl Model {
    fn new(training: &Training<'_>, settings: Settings) -> Self {
        let of = |(user, baskets): (u32, Vec<&[Line]>)| {
            let baskets: Vec<Vec<u32>> = baskets.into_iter().map(items_of).collect();
            (user, vector(&baskets, settings.group, settings.within, settings.between))
        };
        let known: Vec<_> = training.shoppers().into_iter().filter(|&(user, _)| user != GUEST).collect();
        let shoppers: Vec<(u32, Vec<(u32, f64)>)> = known.into_par_iter().map(of).collect();
        let lengths: Vec<f64> = shoppers.iter().map(|(_, own)| own.iter().map(|x| x.1 * x.1).sum()).collect();
        let mut having: Vec<Vec<(u32, f64)>> = vec![Vec::new(); training.data.items.len()];
        for ((_, own), shopper) in shoppers.iter().zip(0..) {
            own.iter().for_each(|&(item, weight)| having[item as usize].push((shopper, weight)));
        }
        let mut shortest: Vec<u32> = (0..shoppers.len() as u32).collect();
        shortest.sort_by(|&a, &b| lengths[a as usize].total_cmp(&lengths[b as usize]).then(a.cmp(&b)));
        let (shopper_sums, item_sums) = (Pool::new(shoppers.len()), Pool::new(having.len()));
        Self { settings, shoppers, lengths, having, shortest, shopper_sums, item_sums }
    }

    /// The nearest shoppers by Euclidean distance, oneself left out.
    fn nearest(&self, user: u32, own: &[(u32, f64)]) -> Vec<u32> {
        let shared = self.shopper_sums.with(|sums| {
            for &(item, weight) in own {
                self.having[item as usize].iter().for_each(|&(shopper, x)| sums.add(shopper, weight * x, 0));
            }
            sums.drain()
        });
        let k = self.settings.neighbours;
        let own_length: f64 = own.iter().map(|x| x.1 * x.1).sum();
        // Euclid: distance² less one's own length²: |v|² − 2·u·v. Whoever shares nothing is at |v|².
        let distance = |&(shopper, product, _): &(u32, f64, u32)| {
            let length = self.lengths[shopper as usize];
            let distance = match self.settings.metric {
                Metric::Euclid => length - 2.0 * product,
                Metric::Cosine => -product / (length * own_length).sqrt(),
            };
            (distance, shopper)
        };
        let mut near: Vec<(f64, u32)> = shared.iter().map(distance).collect();
        if self.settings.metric == Metric::Euclid {
            let mut sharing: Vec<u32> = shared.iter().map(|x| x.0).collect();
            sharing.sort_unstable();
            let strangers = self.shortest.iter().filter(|shopper| sharing.binary_search(shopper).is_err());
            near.extend(strangers.take(k + 1).map(|&shopper| (self.lengths[shopper as usize], shopper)));
        }
        near.retain(|&(_, shopper)| self.shoppers[shopper as usize].0 != user);
        near.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        near.truncate(k);
        near.into_iter().map(|(_, shopper)| shopper).collect()
    }
}

impl Scorer for Model {
    fn scores(&self, query: &Query<'_>) -> Vec<(u32, f64)> {
        let settings = &self.settings;
        let visits = query.visits().filter(|visit| !visit.lines.is_empty());
        let baskets: Vec<Vec<u32>> = visits.map(|visit| items_of(visit.lines)).collect();
        if baskets.is_empty() {
            return Vec::new();
        }
        let own = vector(&baskets, settings.group, settings.within, settings.between);
        let near = self.nearest(query.user, &own);
        self.item_sums.with(|sums| {
            own.iter().for_each(|&(item, weight)| sums.add(item, settings.alpha * weight, 0));
            let share = (1.0 - settings.alpha) / near.len().max(1) as f64;
            for shopper in near {
                self.shoppers[shopper as usize].1.iter().for_each(|&(item, x)| sums.add(item, share * x, 0));
            }
            sums.drain().into_iter().map(|(item, score, _)| (item, score)).collect()
        })
    }
}
