//! Makes [`Counts`] from logs of any size: the SQL of `cli/sql` on an embedded engine (DataFusion).
//!
//! Guarantees: all sums are of whole numbers, so the same events give the same
//! counts whatever the machine's threads, memory or the order of the work; pairs
//! below the threshold are dropped by the SQL itself (`HAVING`).
//!
//! A small log stays in memory. A longer one is split by shopper into shards. Each step of the SQL works on one
//! shard per processor and writes its rows to the scratch folder as Parquet;
//! only the sums over all shoppers meet. What does not fit in `memory` is
//! sorted and summed on disk.
//!
//! ```text
//! log ──pauses──> events ──> touches ──> lines ──> pair_parts ──> pairs
//!                               └─ repeats, totals ─┴─ items
//! ```
//!
//! Costs: about 50 bytes of disk per event; O(lines · 30) pairs are streamed, not kept.
//! Source: session kNN made linear (Ludewig & Jannach 2018; Garg et al. 2019), see docs/PACK.md.

mod engine;
mod gather;
mod noise;
mod rows;
mod script;
mod tables;

use std::path::PathBuf;

use anyhow::Result;

use super::counts::Counts;
use crate::log::Event;
use crate::progress::Progress;
use engine::Engine;
pub use noise::Noise;
pub use rows::{Row, Spool};
pub use script::script;
pub use tables::counts_of as counts_of_tables;

/// How logs are counted.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Shoppers a pair needs, 1 or more.
    pub min_support: u32,
    /// Noise on the sums of kept pairs.
    pub noise: Option<Noise>,
    /// Bytes that sorting and summing may hold before they go on on disk.
    pub memory: usize,
    /// Events that are held in memory; a longer log goes to disk. The result does not depend on it.
    pub hold: usize,
    /// Where the scratch folder is made; the system's temporary folder when absent.
    pub scratch: Option<PathBuf>,
    /// Threads; all processors when absent. The result does not depend on it.
    pub threads: Option<usize>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { min_support: 3, noise: None, memory: 2 << 30, hold: 200_000, scratch: None, threads: None }
    }
}

/// Counts events that are in memory, such as those of a [`crate::log::Log`] before a cut.
///
/// `events` may come in any order; rows of one session and moment keep theirs.
/// `items` is the number of items of the catalog.
///
/// # Errors
/// The scratch folder cannot be written, or `memory` is too little.
pub fn count_events(events: &[Event], items: usize, settings: &Settings, progress: &Progress) -> Result<Counts> {
    let mut spool = Spool::new(settings)?;
    for (event, seq) in events.iter().zip(0..) {
        spool.add(&Row::of(event, seq))?;
    }
    count_spool(spool, items, settings, progress)
}

/// Counts rows that were streamed into a spool.
///
/// # Errors
/// As [`count_events`].
pub fn count_spool(spool: Spool, items: usize, settings: &Settings, progress: &Progress) -> Result<Counts> {
    Counting::new(spool, items, settings, progress)?.whole()
}

/// A log that can be counted up to a moment, and then whole.
pub struct Counting<'a> {
    engine: Engine,
    items: usize,
    settings: &'a Settings,
    progress: &'a Progress,
}

impl<'a> Counting<'a> {
    /// Ends the adding of rows and cuts sessions at pauses where none were given.
    ///
    /// # Errors
    /// As [`count_events`].
    pub fn new(spool: Spool, items: usize, settings: &'a Settings, progress: &'a Progress) -> Result<Self> {
        let (spooled, has_unnamed) = spool.finish()?;
        let engine = Engine::new(spooled, settings)?;
        if has_unnamed {
            let pauses = script::filled(script::PAUSES, settings.min_support);
            engine.make("events", &pauses, &[], &progress.steps("cutting sessions", 0))?;
            engine.remove("log")?;
        } else {
            engine.rename("log", "events")?;
        }
        Ok(Self { engine, items, settings, progress })
    }

    /// Counts the rows before `moment`, epoch milliseconds. Costs as much as counting a log of these rows.
    ///
    /// # Errors
    /// As [`count_events`].
    pub fn before(&self, moment: i64) -> Result<Counts> {
        self.engine.rename("events", "whole")?;
        let earlier = format!("SELECT * FROM whole WHERE ts < {moment}");
        self.engine.make("events", &earlier, &[], &self.progress.steps("looking back", 0))?;
        let counts = count(&self.engine, self.items, self.settings, self.progress);
        self.engine.rename("whole", "events")?;
        counts
    }

    /// Counts all rows.
    ///
    /// # Errors
    /// As [`count_events`].
    pub fn whole(self) -> Result<Counts> {
        count(&self.engine, self.items, self.settings, self.progress)
    }
}

/// Runs the SQL on the engine's table `events`.
fn count(engine: &Engine, items: usize, settings: &Settings, progress: &Progress) -> Result<Counts> {
    let filled = |sql: &str| script::filled(sql, settings.min_support);
    let make =
        |name, sql, order: &[&'static str], what| engine.make(name, &filled(sql), order, &progress.steps(what, 0));
    let collect = |name, sql, what| engine.collect(name, &filled(sql), &progress.steps(what, 0));
    make("touches", script::TOUCHES, &["shopper", "session", "item"], "sorting events")?;
    engine.remove("events")?;
    make("lines", script::LINES, &["shopper", "session", "place"], "numbering lines")?;
    let mut gather = gather::Gather::new(items, settings.min_support);
    gather.totals(&collect("totals", script::TOTALS, "counting the log")?.0)?;
    gather.items(&collect("items", script::ITEMS, "counting items")?.0)?;
    gather.repeats(&collect("repeats", script::REPEATS, "counting repeats")?.0)?;
    engine.remove("touches")?;
    engine.add("gaps", script::gaps_schema(), vec![script::gaps()?]);
    make("pair_parts", script::PAIR_PARTS, &[], "counting pairs")?;
    engine.remove("lines")?;
    let (batches, groups) = collect("pairs", script::PAIRS, "adding up pairs")?;
    engine.remove("pair_parts")?;
    gather.pairs(&batches)?;
    gather.seen(groups);
    let mut counts = gather.finish();
    if let Some(noise) = &settings.noise {
        noise.apply(&mut counts);
    }
    Ok(counts)
}
