//! What `flaneur pack` ships as weights: fitted on the newest part of the log, by a pack from before it.
//!
//! The last tenth of the sessions is held out, at most [`MOST`] moments of it:
//! a pack is learned from what came before, the weights are fitted on the moments,
//! and the shipped pack is learned from everything, with those weights.

use flaneur::catalog::pack::{Learned, Stamp, write};
use flaneur::catalog::{Catalog, Item};
use flaneur::math::Stream;
use flaneur::rank::{Block, Signal, Weights};

use super::dataset::Dataset;
use super::query::{Asked, Query, Set, Task, queries};
use super::split::{Wanted, split};
use super::training::Training;
use super::weights::fitted;
use crate::learn::fit::RIDGE;
use crate::log::Log;

/// Moments of each task that are asked, at most.
pub const MOST: usize = 4_000;
/// Fewer telling moments leave the defaults.
pub const FEWEST: usize = 200;

/// What the newest part of the log taught.
#[derive(Clone, Debug)]
pub struct Tuned {
    /// The weights to ship.
    pub weights: Weights,
    /// Moments of running sessions that told anything; 0 leaves the defaults of that block.
    pub sessions: usize,
    /// First moments of visits that told anything; 0 leaves the defaults of those blocks.
    pub visits: usize,
}

/// Fits the weights on the newest part of a log; `learn` learns from the rows before a moment.
///
/// Randomness: stream "queries". Returns the defaults when the log is too short to hold anything out.
pub fn tuned(log: &Log, items: &[Item], seed: u64, learn: impl FnOnce(&Log) -> Learned) -> Tuned {
    let mut tuned = Tuned { weights: Weights::default(), sessions: 0, visits: 0 };
    let running = Dataset::new(log, items.to_vec(), Task::Session);
    let Ok(cuts) = split(&running, &Wanted::default()) else { return tuned };
    let learned = learn(&log.before(cuts.test_from));
    let stamp = Stamp { created: cuts.test_from, currency: String::new() };
    let catalog = write(items, &learned, &stamp).and_then(Catalog::read);
    let Ok(catalog) = catalog else { return tuned };
    let visits = Dataset::new(log, items.to_vec(), Task::Basket);
    for (data, blocks) in [(&running, &[Block::Session][..]), (&visits, &[Block::Again, Block::Discover][..])] {
        let training = Training::new(data, cuts.test_from);
        let unknown: Vec<u32> = (0..items.len() as u32).filter(|&item| !training.is_candidate(item)).collect();
        let asked = Asked { from: cuts.test_from, until: cuts.end, sample: MOST, seed };
        let (mut moments, _) = queries(&training, &asked);
        moments.retain(|query| query.set == Set::Main);
        thin(&mut moments, seed);
        let found = fitted(&catalog, &moments, true, &unknown, &Weights::default(), RIDGE);
        if found.choices < FEWEST {
            continue;
        }
        for (signal, &block) in Signal::all().flat_map(|signal| blocks.iter().map(move |block| (signal, block))) {
            tuned.weights.set(signal, block, found.weights.of(signal, block));
        }
        match data.task {
            Task::Session => tuned.sessions = found.choices,
            Task::Basket => tuned.visits = found.choices,
        }
    }
    tuned
}

/// A sample by whole sessions may overshoot by one long session: the rest goes.
fn thin(moments: &mut Vec<Query<'_>>, seed: u64) {
    let mut stream = Stream::new(seed, "moments");
    while moments.len() > MOST {
        moments.swap_remove(stream.below(moments.len()));
    }
    moments.sort_by_key(|query| (query.session, query.prefix.len()));
}
