//! Options that several commands have, and readers of numbers for the rest.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use clap::builder::RangedU64ValueParser;
use flaneur::catalog::Item;
use flaneur::time::DAY_MS;

use crate::log::Log;
use crate::pack::judge;
use crate::progress::Progress;
use crate::read::faults::Limit;
use crate::read::{self, Map, Reading};

/// What a command that replays a log reads.
#[derive(Args)]
pub(crate) struct Inputs {
    /// Interaction logs; repeat for several files.
    #[arg(long, value_name = "FILE", required = true)]
    pub(crate) events: Vec<PathBuf>,
    /// Items; repeat for several files. Without any, the items are those of the events.
    #[arg(long, value_name = "FILE")]
    pub(crate) items: Vec<PathBuf>,
}

impl Inputs {
    /// The whole log in memory, and its items.
    ///
    /// # Errors
    /// A file that cannot be read, too many bad rows, or a name of [`Rows`] that no file has.
    pub(crate) fn read(&self, rows: &Rows, progress: &Progress) -> Result<(Log, Vec<Item>)> {
        let map = rows.map()?;
        let now = jiff::Timestamp::now().as_millisecond();
        let reading = Reading { map: &map, progress, limit: rows.limit(), now: latest(now), priced: now };
        let (mut catalogue, faults) = read::items(&self.items, &reading)?;
        judge("items", &faults, &map)?;
        let (log, _, faults) = read::events(&self.events, &mut catalogue, &reading)?;
        judge("events", &faults, &map)?;
        map.check_used()?;
        Ok((log, catalogue.drafts.into_iter().map(|draft| draft.item).collect()))
    }
}

/// The latest moment that an event may have: a shop's clock may run a day ahead of this machine's.
pub(crate) fn latest(now: i64) -> i64 {
    now + DAY_MS
}

/// How rows are read, and how many may be bad.
#[derive(Args)]
pub(crate) struct Rows {
    /// Names of columns: canonical=column, such as user=shopper; column= ignores a column.
    #[arg(long, value_name = "NAME=COLUMN,…", value_delimiter = ',')]
    map: Vec<String>,
    /// How many bad rows are skipped before the command fails: a number, or a percentage
    /// [default: 1% or 10 rows, whichever is more].
    #[arg(long, value_name = "N|P%")]
    max_bad: Option<Limit>,
}

impl Rows {
    /// # Errors
    /// As [`Map::new`].
    pub(crate) fn map(&self) -> Result<Map> {
        Map::new(&self.map)
    }

    pub(crate) fn limit(&self) -> Limit {
        self.max_bad.unwrap_or_default()
    }
}

/// On how many threads a command works.
#[derive(Args)]
pub(crate) struct Threads {
    /// Threads; the figures do not depend on it [default: one per processor].
    #[arg(long, value_name = "N", value_parser = threads())]
    threads: Option<usize>,
}

impl Threads {
    /// Does the work on that many.
    ///
    /// # Errors
    /// Those of the work, or the system gives no threads.
    pub(crate) fn run<T: Send>(&self, work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads.unwrap_or(0)).build();
        pool.context("threads cannot be started")?.install(work)
    }
}

/// Reads a number of threads.
pub(crate) fn threads() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..=1024)
}

/// Reads a number of a range.
pub(crate) fn within(range: RangeInclusive<f64>) -> impl Fn(&str) -> Result<f64, String> + Clone + Send + Sync {
    move |text| {
        let found: Option<f64> = text.parse().ok();
        let expected = || format!("expected a number from {} to {}", range.start(), range.end());
        found.filter(|x| range.contains(x)).ok_or_else(expected)
    }
}
