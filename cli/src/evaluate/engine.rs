//! The engine that ships, as a method: the same Rust core, on a pack made from before the cut.
//!
//! ```text
//! log before V ──> pack ──> weights fitted on [V, T)
//! log before T ──> pack with those weights ──> rank before each test query
//! ```
//!
//! Items without a line before the cut are in the pack, as new items are in a
//! shop, but only queries about new items may be answered with them.

use std::collections::BTreeMap;
use std::sync::Mutex;

use anyhow::{Result, anyhow};
use flaneur::catalog::Catalog;
use flaneur::catalog::pack::{Learned, Stamp, write};
use flaneur::math::exp;
use flaneur::rank::{Desk, Signal, Weights, rank, survey};
use serde_json::json;

use super::method::{Bench, Family, Kind, Method, Parameters, Prepared};
use super::query::{Query, Set};
use super::replay;
use super::training::Training;
use super::weights::{Fitted, fitted, priors};
use crate::learn::crunch::{Settings, count_events};
use crate::learn::{self, fit::RIDGE, learn};

/// How the engine's pack is made and what the device may know.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// What is learned.
    pub learning: learn::Options,
    /// Shoppers who must have seen a pair for it to be in the pack.
    pub min_support: u32,
    /// Whether the weights are fitted on the tuning period, or the shipped defaults.
    pub fitted: bool,
    /// Whether the device knows the shopper's earlier sessions.
    pub history: bool,
    /// The dial, 0..=1.
    pub surprise: f64,
    /// Signals that weigh nothing.
    pub without: Vec<Signal>,
}

/// The engine under one setting.
pub struct Engine<'p> {
    /// The method's name.
    pub name: &'static str,
    /// How it runs.
    pub setting: Setting,
    /// Packs already made in this run.
    pub packs: &'p Packs,
}

/// What was learned at a cut, by cut, support and learning options: packs are made once per run.
#[derive(Default)]
pub struct Packs(Mutex<BTreeMap<String, Learned>>);

impl Packs {
    fn learned(&self, bench: &Bench<'_>, training: &Training<'_>, setting: &Setting) -> Result<Learned> {
        let key = format!("{} {} {:?}", training.cut, setting.min_support, setting.learning);
        let held = || self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(known) = held().get(&key) {
            return Ok(known.clone());
        }
        let items = &training.data.items;
        let log = bench.log.before(training.cut);
        let settings = Settings { min_support: setting.min_support, ..Settings::default() };
        let counts = count_events(log.events(), items.len(), &settings, bench.progress)?;
        let (learned, _) = learn(items, Some(&counts), &setting.learning, bench.progress);
        held().insert(key, learned.clone());
        Ok(learned)
    }

    fn catalog(
        &self,
        bench: &Bench<'_>,
        training: &Training<'_>,
        setting: &Setting,
        weights: &Weights,
    ) -> Result<Catalog> {
        let mut learned = self.learned(bench, training, setting)?;
        learned.weights = priors(weights);
        let stamp = Stamp { created: training.cut, currency: String::new() };
        let bytes = write(&training.data.items, &learned, &stamp).map_err(|error| anyhow!("items{error}"))?;
        Catalog::read(bytes).map_err(|error| anyhow!("the pack that was built is not readable: {error}"))
    }
}

impl Family for Engine<'_> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn kind(&self) -> Kind {
        Kind::Engine
    }

    fn prepare<'a>(&self, bench: &Bench<'a>) -> Result<Prepared<'a>> {
        let setting = &self.setting;
        let mut defaults = Weights::default();
        setting.without.iter().for_each(|&signal| defaults.without(signal));
        let mut found = Fitted { weights: defaults.clone(), choices: 0, reach: 1.0 };
        if setting.fitted {
            let early = self.packs.catalog(bench, bench.early, setting, &defaults)?;
            let unknown = unknown(bench.early);
            found = fitted(&early, bench.tuning, setting.history, &unknown, &setting.without, &defaults, RIDGE);
        }
        let catalog = self.packs.catalog(bench, bench.late, setting, &found.weights)?;
        let weights = Weights::with_priors(catalog.weights());
        let parameters = parameters(setting, &found, &catalog, bench.tuning.first());
        let unknown = unknown(bench.late);
        let running = Running { catalog, weights, setting: setting.clone(), unknown, reach: found.reach };
        Ok(Prepared { method: Box::new(running), parameters })
    }
}

/// The items without a line before the cut.
fn unknown(training: &Training<'_>) -> Vec<u32> {
    (0..training.data.items.len() as u32).filter(|&item| !training.is_candidate(item)).collect()
}

fn parameters(setting: &Setting, found: &Fitted, catalog: &Catalog, asked: Option<&Query<'_>>) -> Parameters {
    let bytes = catalog.bytes().len();
    let mut parameters = BTreeMap::from([
        ("neighbours".to_owned(), json!(setting.learning.neighbours)),
        ("next".to_owned(), json!(setting.learning.next)),
        ("similar".to_owned(), json!(setting.learning.similar)),
        ("dims".to_owned(), json!(setting.learning.dims)),
        ("min_support".to_owned(), json!(setting.min_support)),
        ("own_history".to_owned(), json!(setting.history)),
        ("surprise".to_owned(), json!(setting.surprise)),
        ("fitted_on".to_owned(), json!(found.choices)),
        ("pack_bytes".to_owned(), json!(bytes)),
        ("pack_bytes_per_item".to_owned(), json!(bytes as f64 / catalog.len().max(1) as f64)),
    ]);
    if found.choices > 0 {
        let blocks: &[flaneur::rank::Block] = match asked.map(Query::task) {
            Some(super::query::Task::Session) => &[flaneur::rank::Block::Session],
            _ => &[flaneur::rank::Block::Again, flaneur::rank::Block::Discover],
        };
        for &block in blocks {
            let said = Signal::all().map(|signal| (signal.name(), found.weights.of(signal, block)));
            let weights: BTreeMap<&str, f64> = said.filter(|(_, weight)| *weight != 0.0).collect();
            parameters.insert(format!("weights_{}", format!("{block:?}").to_lowercase()), json!(weights));
        }
    }
    parameters
}

/// A pack and its weights.
struct Running {
    catalog: Catalog,
    weights: Weights,
    setting: Setting,
    /// Items without a line before the cut.
    unknown: Vec<u32>,
    reach: f64,
}

impl Running {
    fn device(&self, query: &Query<'_>) -> replay::Device {
        let mut device = replay::device(&self.catalog, query, self.setting.history);
        device.request.surprise = Some(self.setting.surprise);
        if query.set != Set::NewItems {
            device.request.exclude.extend(&self.unknown);
        }
        device
    }
}

impl Method for Running {
    fn rank(&self, query: &Query<'_>, size: usize) -> Vec<u32> {
        let mut device = self.device(query);
        device.request.size = size;
        let desk = Desk { catalog: &self.catalog, profile: &device.profile, rules: &[], weights: &self.weights };
        rank(&desk, &device.request).entries.into_iter().map(|entry| entry.item).collect()
    }

    fn probabilities(&self, query: &Query<'_>, list: &[u32]) -> Option<Vec<f64>> {
        let device = self.device(query);
        let desk = Desk { catalog: &self.catalog, profile: &device.profile, rules: &[], weights: &self.weights };
        let scored = survey(&desk, &device.request);
        let largest = scored.iter().fold(f64::NEG_INFINITY, |most, x| most.max(x.score));
        let mass: f64 = scored.iter().map(|x| exp(x.score - largest)).sum();
        let of = |item: &u32| {
            let at = scored.binary_search_by_key(item, |x| x.item).ok()?;
            Some(self.reach * exp(scored[at].score - largest) / mass)
        };
        // One choice among all: only where there is one target.
        (query.targets.len() == 1).then(|| list.iter().map(|item| of(item).unwrap_or(0.0)).collect())
    }
}
