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
use std::sync::{Arc, Mutex, MutexGuard};

use anyhow::{Result, anyhow};
use flaneur::catalog::Catalog;
use flaneur::catalog::pack::{Learned, Stamp, UNIT, write};
use flaneur::log::Event;
use flaneur::math::exp;
use flaneur::rank::{Desk, Request, RuleSet, SIGNALS, Scratch, Signal, Slate, Weights, divergence, rank, survey};
use rayon::prelude::*;
use serde_json::json;

use super::method::{Bench, Family, Kind, Method, Parameters, Prepared};
use super::query::{Query, Set};
use super::replay;
use super::training::Training;
use super::weights::{Fitted, Fitting, fitted, moments, priors};
use crate::learn::counts::Counts;
use crate::learn::crunch::{Settings, count_events};
use crate::learn::{self, learn};
use crate::pack::budget::usual;

/// How the engine's pack is made and what the device may know.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// What is learned.
    pub learning: learn::Options,
    /// Whether `learning` and `weight_bits` are the defaults, which shrink to the room of `flaneur pack`.
    pub usual: bool,
    /// Shoppers who must have seen a pair for it to be in the pack.
    pub min_support: u32,
    /// Whether the weights are fitted on the tuning period, or the shipped defaults.
    pub fitted: bool,
    /// Main queries of the tuning period that the weights are fitted on, at most.
    pub moments: usize,
    /// Whether the device knows the shopper's earlier sessions.
    pub history: bool,
    /// The dial, 0..=1.
    pub surprise: f64,
    /// How closely slates follow the mix of interests, in multiples of the default.
    pub calibration: f64,
    /// Signals that weigh nothing.
    pub without: Vec<Signal>,
    /// Bits of a neighbour's weight, 1..=8.
    pub weight_bits: u8,
    /// How exactly the pack's vectors stand for what was learned.
    pub rounding: Rounding,
}

/// How exactly a pack's vectors stand for what was learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// Every number in 8 bits, as packs ship.
    Int8,
    /// Every number in as many 8-bit copies as a vector has room for, each rounded from another
    /// offset, so that their errors cancel out: what the format can come nearest to unrounded vectors.
    Fine,
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
pub struct Packs {
    counts: Mutex<BTreeMap<(i64, u32), Arc<Counts>>>,
    learned: Mutex<BTreeMap<String, Learned>>,
}

impl Packs {
    fn counts(&self, bench: &Bench<'_>, training: &Training<'_>, min_support: u32) -> Result<Arc<Counts>> {
        let key = (training.cut, min_support);
        if let Some(known) = held(&self.counts).get(&key) {
            return Ok(known.clone());
        }
        let log = bench.log.before(training.cut);
        let settings = Settings { min_support, ..Settings::default() };
        let counts = Arc::new(count_events(log.events(), training.data.items.len(), &settings, bench.progress)?);
        held(&self.counts).insert(key, counts.clone());
        Ok(counts)
    }

    fn learned(&self, bench: &Bench<'_>, training: &Training<'_>, setting: &Setting) -> Result<Learned> {
        let key = format!("{} {} {:?}", training.cut, setting.min_support, setting.learning);
        if let Some(known) = held(&self.learned).get(&key) {
            return Ok(known.clone());
        }
        let counts = self.counts(bench, training, setting.min_support)?;
        let (learned, _) = learn(&training.data.items, Some(&counts), &setting.learning, bench.progress);
        held(&self.learned).insert(key, learned.clone());
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
        learned.weight_bits = setting.weight_bits;
        let stamp = Stamp { created: training.cut, currency: String::new() };
        if setting.usual {
            let (_, rung) = usual(&training.data.items, &learned, &stamp)?;
            learned = rung.cut(&learned);
        }
        if setting.rounding == Rounding::Fine {
            (learned.embedding, learned.dims) = copied(&learned.embedding, learned.dims);
        }
        let bytes = write(&training.data.items, &learned, &stamp).map_err(|error| anyhow!("items{error}"))?;
        Catalog::read(bytes).map_err(|error| anyhow!("the pack that was built is not readable: {error}"))
    }
}

/// What a lock guards; a thread that died with it left nothing half done.
fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// The same vectors with every number in `n` copies, `n` as large as 255 numbers allow; copy `k` is
/// off by `(k + ½)/n − ½` of a rounding step. Cosines stay, and the error of a sum of copies is `√n` times smaller.
///
/// Shapes: `vectors` is [items, dims], row-major.
fn copied(vectors: &[f32], dims: usize) -> (Vec<f32>, usize) {
    let copies = 255 / dims.clamp(1, 255);
    let mut finer = Vec::with_capacity(vectors.len() * copies);
    for row in vectors.chunks_exact(dims.max(1)) {
        let length = row.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>().sqrt();
        // A row of zeros has no direction, and gets none from its offsets.
        let (scale, step) = if length > 0.0 { (UNIT / (length * (copies as f64).sqrt()), 1.0) } else { (0.0, 0.0) };
        for copy in 0..copies {
            let offset = step * ((copy as f64 + 0.5) / copies as f64 - 0.5);
            finer.extend(row.iter().map(|&x| (f64::from(x) * scale + offset) as f32));
        }
    }
    (finer, dims * copies)
}

impl Family for Engine<'_> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn kind(&self) -> Kind {
        Kind::Engine
    }

    fn prepare<'a>(&self, bench: &Bench<'a>) -> Result<Prepared<'a>> {
        let (running, parameters) = self.ready(bench)?;
        Ok(Prepared { method: Box::new(running), parameters })
    }
}

impl Engine<'_> {
    /// Makes the pack, fits its weights where the setting says so, and loads both.
    ///
    /// # Errors
    /// The log cannot be counted, or an item cannot be packed.
    pub fn ready(&self, bench: &Bench<'_>) -> Result<(Running, Parameters)> {
        let setting = &self.setting;
        let defaults = setting.defaults();
        let mut found = Fitted { weights: defaults.clone(), choices: 0, reach: 1.0 };
        if setting.fitted {
            let early = self.packs.catalog(bench, bench.early, setting, &defaults)?;
            let unknown = bench.early.unknown();
            let fitting =
                Fitting { history: setting.history, unknown: &unknown, without: &setting.without, defaults: &defaults };
            let asked = moments(bench.early, bench.late.cut, setting.moments, bench.seed);
            let bar = bench.progress.steps("fitting weights", asked.len());
            found = fitted(&early, &asked, &fitting, &bar);
            bar.finish_and_clear();
        }
        let catalog = self.packs.catalog(bench, bench.late, setting, &found.weights)?;
        let weights = Weights::with_priors(catalog.weights());
        let parameters = parameters(setting, &found, &catalog, bench.tuning.first());
        let unknown = bench.late.unknown();
        let running = Running { catalog, weights, setting: setting.clone(), unknown, reach: found.reach };
        Ok((running, parameters))
    }

    /// The signals that have a value other than 0 for any candidate of any tuning query.
    ///
    /// # Errors
    /// As [`Engine::ready`].
    pub fn heard(&self, bench: &Bench<'_>) -> Result<Vec<Signal>> {
        let weights = self.setting.defaults();
        let catalog = self.packs.catalog(bench, bench.early, &self.setting, &weights)?;
        let of = |query: &Query<'_>| {
            let device = replay::device(&catalog, query, self.setting.history);
            let desk = Desk {
                catalog: &catalog,
                profile: &device.profile,
                rules: &RuleSet::default(),
                weights: &weights,
                scratch: &Scratch::default(),
            };
            let scored = survey(&desk, &device.request);
            std::array::from_fn(|at| scored.iter().any(|one| one.values[at] != 0.0))
        };
        let either = |a: [bool; SIGNALS], b: [bool; SIGNALS]| std::array::from_fn(|at| a[at] || b[at]);
        let heard = bench.tuning.par_iter().map(of).reduce(|| [false; SIGNALS], either);
        Ok(Signal::all().filter(|&signal| heard[signal as usize]).collect())
    }
}

impl Setting {
    /// The shipped weights, less what is left out.
    fn defaults(&self) -> Weights {
        let mut defaults = Weights::default();
        self.without.iter().for_each(|&signal| defaults.without(signal));
        defaults
    }
}

fn parameters(setting: &Setting, found: &Fitted, catalog: &Catalog, asked: Option<&Query<'_>>) -> Parameters {
    let bytes = catalog.bytes().len();
    let mut parameters = BTreeMap::from([
        ("neighbours".to_owned(), json!(setting.learning.neighbours)),
        ("next".to_owned(), json!(setting.learning.next)),
        ("similar".to_owned(), json!(setting.learning.similar)),
        ("dims".to_owned(), json!(setting.learning.dims)),
        ("weight_bits".to_owned(), json!(setting.weight_bits)),
        ("min_support".to_owned(), json!(setting.min_support)),
        ("own_history".to_owned(), json!(setting.history)),
        ("surprise".to_owned(), json!(setting.surprise)),
        ("calibration".to_owned(), json!(setting.calibration)),
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

/// A pack and its weights, ready to rank.
pub struct Running {
    /// The pack.
    pub catalog: Catalog,
    weights: Weights,
    setting: Setting,
    /// Items without a line before the cut.
    pub unknown: Vec<u32>,
    reach: f64,
}

impl Running {
    /// Ranks with another dial or calibration; the pack and the weights stay.
    pub fn set(&mut self, setting: Setting) {
        self.setting = setting;
    }

    /// What the device knows at the query, and what is asked of it.
    #[must_use]
    pub fn device(&self, query: &Query<'_>) -> replay::Device {
        let mut device = replay::device(&self.catalog, query, self.setting.history);
        device.request.surprise = Some(self.setting.surprise);
        device.request.calibration = Some(self.setting.calibration);
        if query.set == Set::NewItems {
            let early = |&item: &u32| self.catalog.added(item).is_some_and(|added| added.0 > query.now);
            device.request.exclude.extend(self.unknown.iter().copied().filter(early));
        } else {
            device.request.exclude.extend(&self.unknown);
        }
        device
    }

    /// The log that the device of the query holds.
    #[must_use]
    pub fn log(&self, query: &Query<'_>) -> Vec<Event> {
        replay::log_at(&self.catalog, query, self.setting.history).0
    }

    /// The slate for a device.
    #[must_use]
    pub fn slate(&self, device: &replay::Device) -> Slate {
        self.at_desk(device, rank)
    }

    /// Asks the core about a device: without rules, and with a memory of its own.
    fn at_desk<T>(&self, device: &replay::Device, ask: impl FnOnce(&Desk<'_>, &Request) -> T) -> T {
        let desk = Desk {
            catalog: &self.catalog,
            profile: &device.profile,
            rules: &RuleSet::default(),
            weights: &self.weights,
            scratch: &Scratch::default(),
        };
        ask(&desk, &device.request)
    }
}

impl Method for Running {
    fn rank(&self, query: &Query<'_>, size: usize) -> Vec<u32> {
        let mut device = self.device(query);
        device.request.size = size;
        self.slate(&device).entries.into_iter().map(|entry| entry.item).collect()
    }

    fn divergence(&self, query: &Query<'_>, list: &[u32]) -> Option<f64> {
        self.at_desk(&self.device(query), |desk, request| divergence(desk, request, list))
    }

    fn probabilities(&self, query: &Query<'_>, list: &[u32]) -> Option<Vec<f64>> {
        let scored = self.at_desk(&self.device(query), survey);
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
