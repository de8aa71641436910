//! UP-CF@r: user-wise popularity of the last `r` baskets, spread over like shoppers.
//!
//! `pop@r(v, i)` is the share of v's last `r` baskets that hold i;
//! `w(u, v) = |I_u ∩ I_v| / (|I_u|^a · |I_v|^(1−a))`; the score of i is
//! `Σ_v w(u, v)^q · pop@r(v, i)`, u among the v.
//!
//! Source: Faggioli, Polato & Aiolli 2020, sections 3.1 and 3.2.

use anyhow::Result;
use libm::pow;

use super::super::method::{Bench, Family, Method, Parameters, Prepared};
use super::super::query::{Query, items_of};
use super::super::training::Training;
use super::rows::counted;
use super::scored::{Pool, Scored, Scorer};
use crate::log::GUEST;

/// UP-CF@r.
pub struct UpCf;

#[derive(Clone, Copy, Debug)]
struct Settings {
    /// Baskets that count.
    recent: usize,
    /// How much likeness counts.
    locality: f64,
    asymmetry: f64,
}

impl Family for UpCf {
    fn name(&self) -> &'static str {
        "UP-CF@r"
    }

    fn prepare<'a>(&self, bench: &Bench<'a>) -> Result<Prepared<'a>> {
        let start = Settings { recent: 25, locality: 10.0, asymmetry: 0.5 };
        let recent: [fn(&mut Settings); 5] = [
            |s: &mut Settings| s.recent = 2,
            |s| s.recent = 5,
            |s| s.recent = 10,
            |s| s.recent = 25,
            |s| s.recent = 100,
        ];
        let locality: [fn(&mut Settings); 5] = [
            |s: &mut Settings| s.locality = 1.0,
            |s| s.locality = 3.0,
            |s| s.locality = 5.0,
            |s| s.locality = 10.0,
            |s| s.locality = 50.0,
        ];
        let asymmetry: [fn(&mut Settings); 3] =
            [|s: &mut Settings| s.asymmetry = 0.25, |s| s.asymmetry = 0.5, |s| s.asymmetry = 0.75];
        let make = |settings: &Settings| method(bench.early, settings);
        let chosen = bench.sweep(start, &[&locality, &recent, &asymmetry], make);
        let parameters = Parameters::from([
            ("r".to_owned(), chosen.recent.into()),
            ("q".to_owned(), chosen.locality.into()),
            ("alpha".to_owned(), chosen.asymmetry.into()),
        ]);
        Ok(Prepared { method: method(bench.late, &chosen), parameters })
    }
}

fn method<'m>(training: &'m Training<'m>, settings: &Settings) -> Box<dyn Method + 'm> {
    Box::new(Scored { training, scorer: Model::new(training, *settings) })
}

struct Shopper {
    user: u32,
    /// How many different items were ever bought.
    items: usize,
    /// Items of the last baskets with their share, items ascending.
    popular: Vec<(u32, f64)>,
}

struct Model {
    settings: Settings,
    shoppers: Vec<Shopper>,
    /// Per item: the numbers of those who ever bought it.
    having: Vec<Vec<u32>>,
    shopper_sums: Pool,
    item_sums: Pool,
}

/// The share of the last `recent` baskets that hold each item. `baskets` are oldest first.
#[must_use]
pub fn popular(baskets: &[Vec<u32>], recent: usize) -> Vec<(u32, f64)> {
    let last = &baskets[baskets.len().saturating_sub(recent)..];
    let share = 1.0 / last.len().max(1) as f64;
    counted(last.iter().flatten().map(|&item| (item, share)).collect())
}

/// All items of some baskets, ascending.
fn all_items(baskets: &[Vec<u32>]) -> Vec<u32> {
    let mut items: Vec<u32> = baskets.iter().flatten().copied().collect();
    items.sort_unstable();
    items.dedup();
    items
}

impl Model {
    fn new(training: &Training<'_>, settings: Settings) -> Self {
        let mut having: Vec<Vec<u32>> = vec![Vec::new(); training.data.items.len()];
        let mut shoppers = Vec::new();
        for (user, baskets) in training.shoppers().into_iter().filter(|&(user, _)| user != GUEST) {
            let baskets: Vec<Vec<u32>> = baskets.into_iter().map(items_of).collect();
            let items = all_items(&baskets);
            items.iter().for_each(|&item| having[item as usize].push(shoppers.len() as u32));
            shoppers.push(Shopper { user, items: items.len(), popular: popular(&baskets, settings.recent) });
        }
        let (shopper_sums, item_sums) = (Pool::new(shoppers.len()), Pool::new(having.len()));
        Self { settings, shoppers, having, shopper_sums, item_sums }
    }
}

impl Scorer for Model {
    fn scores(&self, query: &Query<'_>) -> Vec<(u32, f64)> {
        let Settings { recent, locality, asymmetry } = self.settings;
        let visits = query.visits().filter(|visit| !visit.lines.is_empty());
        let baskets: Vec<Vec<u32>> = visits.map(|visit| items_of(visit.lines)).collect();
        let own = all_items(&baskets);
        let shared = self.shopper_sums.with(|sums| {
            own.iter().flat_map(|&item| &self.having[item as usize]).for_each(|&shopper| sums.add(shopper, 1.0, 0));
            sums.drain()
        });
        self.item_sums.with(|sums| {
            popular(&baskets, recent).into_iter().for_each(|(item, share)| sums.add(item, share, 0));
            for (shopper, both, _) in shared {
                let other = &self.shoppers[shopper as usize];
                if other.user == query.user {
                    continue;
                }
                let sizes = pow(own.len() as f64, asymmetry) * pow(other.items as f64, 1.0 - asymmetry);
                let likeness = pow(both / sizes, locality);
                other.popular.iter().for_each(|&(item, share)| sums.add(item, likeness * share, 0));
            }
            sums.drain().into_iter().map(|(item, score, _)| (item, score)).collect()
        })
    }
}
