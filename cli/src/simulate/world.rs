//! The world of a simulation: a real pack, and shoppers of a real log.
//!
//! A shopper brings the visits before the cut as history. What they bought
//! after the cut for the first time are their true tastes: the earlier half of
//! these items until the drift, the later half from then on.
//!
//! Guarantees: the pack knows nothing of what came after the cut, unless the
//! shop gave one of its own that does.

use std::collections::BTreeSet;

use anyhow::{Result, anyhow, bail};
use flaneur::catalog::pack::{Stamp, write};
use flaneur::catalog::{Catalog, Family, Item};
use flaneur::math::Stream;

use crate::evaluate::dataset::Dataset;
use crate::evaluate::query::Task;
use crate::evaluate::text_of;
use crate::evaluate::training::Training;
use crate::learn::crunch::{Settings, count_events};
use crate::learn::similar::similar;
use crate::learn::words::Words;
use crate::learn::{self, learn};
use crate::log::{Log, Touch};
use crate::progress::Progress;

/// Visits before the cut that a shopper needs.
const EARLIER_VISITS: usize = 2;
/// Items bought for the first time after the cut that a shopper needs.
const NEW_ITEMS: usize = 10;
/// Best sellers of the last 28 days on the obvious shelf.
const BEST_SELLERS: usize = 100;
/// Look-alikes of an item on the obvious shelf.
const LOOK_ALIKES: usize = 20;

/// One visit of the past.
#[derive(Clone, Debug, PartialEq)]
pub struct Visit {
    /// Epoch milliseconds.
    pub at: i64,
    /// Items of the catalog.
    pub items: Vec<u32>,
}

/// A shopper of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Shopper {
    /// Visits before the cut, oldest first.
    pub history: Vec<Visit>,
    /// Items met before the cut, ascending: never shown.
    pub met: Vec<u32>,
    /// What they will really buy: before the drift, after it. Ascending.
    pub future: [Vec<u32>; 2],
    /// The obvious shelf, ascending: best sellers, what they have, look-alikes of their last visit.
    pub obvious: Vec<u32>,
}

/// Where shoppers walk.
#[derive(Debug)]
pub struct World {
    /// The pack that every device loads.
    pub catalog: Catalog,
    /// Items that can be shown.
    pub shown: Vec<u32>,
    /// The shoppers.
    pub shoppers: Vec<Shopper>,
    /// How many shoppers of the log would do.
    pub suitable: usize,
    /// The cut, epoch milliseconds.
    pub start: i64,
    /// Whether items have categories.
    pub has_categories: bool,
}

/// How a world is made.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The shop's own pack; without one, a pack is made from before the cut.
    pub pack: Option<Vec<u8>>,
    /// The cut, epoch milliseconds.
    pub cut: i64,
    /// Shoppers, at most: a seeded sample.
    pub shoppers: usize,
    /// Seed of the sample and the pack.
    pub seed: u64,
}

/// What is bought, where anything is.
#[must_use]
pub fn task_of(log: &Log) -> Task {
    if log.events().iter().any(|event| event.touch == Touch::Buy) { Task::Basket } else { Task::Session }
}

impl World {
    /// Makes the world.
    ///
    /// # Errors
    /// A pack that cannot be read or shares no item with the log; no shopper who would do.
    pub fn new(log: &Log, data: &Dataset, wanted: &Wanted, progress: &Progress) -> Result<Self> {
        let training = Training::new(data, wanted.cut);
        let catalog = match &wanted.pack {
            Some(bytes) => Catalog::read(bytes.clone()).map_err(|error| anyhow!("--pack: {error}"))?,
            None => made(log, &training, wanted, progress)?,
        };
        let of_item: Vec<Option<u32>> =
            data.items.iter().map(|item| catalog.find(&item.id).filter(|&item| catalog.is_available(item))).collect();
        if of_item.iter().all(Option::is_none) {
            if wanted.pack.is_none() {
                let cut = text_of(wanted.cut);
                bail!("the log has nothing before {cut} that a pack could be made from; choose a later --split-time");
            }
            bail!("--pack shares no available item with the log; take the pack that was made from its items");
        }
        let shown: Vec<u32> = (0..catalog.len() as u32).filter(|&item| catalog.is_available(item)).collect();
        let mut walk = Walk { data, of_item: &of_item, cut: wanted.cut, shelves: Shelves::new(&training, progress) };
        let mut shoppers: Vec<Shopper> = data.of_user.iter().filter_map(|own| walk.shopper(own)).collect();
        let suitable = shoppers.len();
        if suitable == 0 {
            bail!(
                "no shopper has {EARLIER_VISITS} visits before the cut and {NEW_ITEMS} new items after it; \
                 choose another --split-time, or bring a longer log"
            );
        }
        let mut stream = Stream::new(wanted.seed, "shoppers");
        while shoppers.len() > wanted.shoppers {
            // Which ones leave does not depend on how many are kept in the end.
            shoppers.swap_remove(stream.below(shoppers.len()));
        }
        let has_categories =
            shown.iter().any(|&item| catalog.tokens(item).any(|token| catalog.family(token) == Family::Category));
        Ok(Self { catalog, shown, shoppers, suitable, start: wanted.cut, has_categories })
    }
}

/// A pack from before the cut; items without a line before it are not there yet.
fn made(log: &Log, training: &Training<'_>, wanted: &Wanted, progress: &Progress) -> Result<Catalog> {
    let mut items: Vec<Item> = training.data.items.clone();
    for (item, number) in items.iter_mut().zip(0..) {
        item.available = training.is_candidate(number);
    }
    let log = log.before(wanted.cut);
    let counts = count_events(log.events(), items.len(), &Settings::default(), progress)?;
    let rung = crate::budget::DEFAULT;
    let (dims, neighbours, next, similar) = (rung.dims, rung.neighbours, rung.next, rung.similar);
    let options = learn::Options { dims, neighbours, next, similar, seed: wanted.seed };
    let (learned, _) = learn(&items, Some(&counts), &options, progress);
    let stamp = Stamp { created: wanted.cut, currency: String::new() };
    let bytes = write(&items, &learned, &stamp).map_err(|error| anyhow!("items{error}"))?;
    Catalog::read(bytes).map_err(|error| anyhow!("the pack that was built is not readable: {error}"))
}

/// What is obvious, in the log's item numbers.
struct Shelves {
    best_sellers: Vec<u32>,
    look_alikes: Vec<Vec<u32>>,
}

impl Shelves {
    fn new(training: &Training<'_>, progress: &Progress) -> Self {
        let recent = training.recent.iter().zip(0..).map(|(&count, item)| (item, f64::from(count)));
        let best_sellers = training.best(recent.filter(|&(_, count)| count > 0.0), BEST_SELLERS);
        let data = training.data;
        let mut look_alikes = Vec::new();
        if data.has_titles() {
            let bar = progress.steps("comparing titles", data.items.len());
            let lists = similar(&data.items, &Words::of(&data.items), LOOK_ALIKES, |done| bar.inc(done as u64));
            bar.finish_and_clear();
            look_alikes = lists.into_iter().map(|list| list.into_iter().map(|x| x.item).collect()).collect();
        }
        Self { best_sellers, look_alikes }
    }
}

struct Walk<'a> {
    data: &'a Dataset,
    of_item: &'a [Option<u32>],
    cut: i64,
    shelves: Shelves,
}

impl Walk<'_> {
    /// The shopper of these sessions, when there is enough before and after the cut.
    fn shopper(&mut self, sessions: &[u32]) -> Option<Shopper> {
        let (mut history, mut met, mut last, mut later) = (Vec::new(), BTreeSet::new(), Vec::new(), Vec::new());
        for &number in sessions {
            let session = &self.data.sessions[number as usize];
            let lines = || session.lines.iter();
            if session.lines.is_empty() {
                continue;
            }
            if session.start >= self.cut {
                later.extend(lines().map(|line| line.item));
                continue;
            }
            let items: Vec<u32> = lines().filter_map(|line| self.of_item[line.item as usize]).collect();
            met.extend(&items);
            last = lines().map(|line| line.item).collect();
            history.push(Visit { at: session.start, items });
        }
        let mut fresh: Vec<u32> = Vec::new();
        for item in later.into_iter().filter_map(|item| self.of_item[item as usize]) {
            if !met.contains(&item) && !fresh.contains(&item) {
                fresh.push(item);
            }
        }
        if history.len() < EARLIER_VISITS || fresh.len() < NEW_ITEMS {
            return None;
        }
        let (before, after) = fresh.split_at(fresh.len() / 2);
        let sorted = |items: &[u32]| {
            let mut items = items.to_vec();
            items.sort_unstable();
            items
        };
        let future = [sorted(before), sorted(after)];
        let obvious = self.obvious(&last, &met);
        Some(Shopper { history, met: met.into_iter().collect(), future, obvious })
    }

    fn obvious(&self, last: &[u32], met: &BTreeSet<u32>) -> Vec<u32> {
        let alike = last.iter().filter_map(|&item| self.shelves.look_alikes.get(item as usize)).flatten();
        let items = self.shelves.best_sellers.iter().chain(alike).filter_map(|&item| self.of_item[item as usize]);
        let all: BTreeSet<u32> = items.chain(met.iter().copied()).collect();
        all.into_iter().collect()
    }
}
