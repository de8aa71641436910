//! Fits the weights that the pack carries, on the newest part of the log.
//!
//! ```text
//! log before V ──> a pack ──┐
//! [V, end of the log) ──────┴─> weights ──> the pack of the whole log
//! ```
//!
//! Both tasks are asked: the next line of a running session for the block
//! *session*, the next visit's basket for *again* and *discover*. A block keeps
//! its defaults where the log has too few moments. The same sessions tell what the
//! facts of an intent weigh ([`intent`]).
//! Costs: a second count of the log, one survey per moment; the moments come from a
//! sample of at most [`ROWS`] rows.

use anyhow::{Result, anyhow};
use flaneur::catalog::pack::{FACTS, INTENT, PriorWeight, Stamp, write};
use flaneur::catalog::{Catalog, Item};
use flaneur::rank::Weights;
use serde::Serialize;

use super::intent;
use crate::evaluate::dataset::Dataset;
use crate::evaluate::query::Task;
use crate::evaluate::split::newest;
use crate::evaluate::training::Training;
use crate::evaluate::weights::{Fitting, MOMENTS, fitted, moments, priors};
use crate::learn::counts::Counts;
use crate::learn::{self, learn};
use crate::log::Log;
use crate::progress::Progress;

/// Rows of the log that moments are taken from, at most.
pub(super) const ROWS: usize = 2_000_000;

/// What the fit came to, for the report.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Numbers {
    /// Where the newest part begins, epoch milliseconds.
    pub(super) from: Option<i64>,
    /// Moments of running sessions that told something; 0 when there were too few.
    pub(super) session_moments: usize,
    /// The same of next visits.
    pub(super) visit_moments: usize,
    /// Moments that the weights of an intent were learned from; 0 when the log cannot tell.
    pub(super) intent_moments: usize,
}

/// What a fit reads.
pub(super) struct Source<'a> {
    /// A sample of the log.
    pub(super) log: &'a Log,
    /// The items, by index.
    pub(super) items: &'a [Item],
    /// What the whole log said before the newest part.
    pub(super) early: &'a Counts,
    /// Where the newest part begins, epoch milliseconds.
    pub(super) from: i64,
    /// Seed of the sample of moments.
    pub(super) seed: u64,
}

/// Where the newest part of a log begins, if there is an earlier one.
pub(super) fn newest_part(log: &Log, items: &[Item]) -> Option<i64> {
    newest(&Dataset::new(log, items.to_vec(), Task::Session))
}

/// Weights that take as much room as any that can be fitted.
pub(super) fn room() -> Vec<PriorWeight> {
    let fact = |signal| PriorWeight { signal, session: 1.0, again: 0.0, discover: 0.0 };
    [priors(&Weights::default()), (INTENT..).take(FACTS).map(fact).collect()].concat()
}

/// Fits both tasks.
///
/// # Errors
/// Items that cannot be packed.
pub(super) fn fit(
    source: &Source<'_>,
    learning: &learn::Options,
    progress: &Progress,
) -> Result<(Vec<PriorWeight>, Numbers)> {
    let (learned, _) = learn(source.items, Some(source.early), learning, progress);
    let stamp = Stamp { created: source.from, currency: String::new() };
    let bytes = write(source.items, &learned, &stamp).map_err(|error| anyhow!("items{error}"))?;
    let catalog = Catalog::read(bytes).map_err(|error| anyhow!("the pack that was built is not readable: {error}"))?;
    let mut numbers = Numbers { from: Some(source.from), ..Numbers::default() };
    let mut weights = Weights::default();
    let mut facts = Vec::new();
    for task in [Task::Session, Task::Basket] {
        let data = Dataset::new(source.log, source.items.to_vec(), task);
        let lines = source.early.items.iter().map(|item| u32::try_from(item.lines).unwrap_or(u32::MAX));
        let training = Training::new(&data, source.from).with_counts(lines.collect());
        let asked = moments(&training, data.end, MOMENTS, source.seed);
        let unknown = training.unknown();
        let fitting = Fitting { history: true, unknown: &unknown, without: &[], defaults: &weights };
        let bar = progress.steps("fitting weights", asked.len());
        let found = fitted(&catalog, &asked, &fitting, &bar);
        bar.finish_and_clear();
        weights = found.weights;
        if task == Task::Session {
            numbers.session_moments = found.choices;
            (facts, numbers.intent_moments) = intent::learned(&catalog, &asked);
        } else {
            numbers.visit_moments = found.choices;
        }
    }
    Ok(([priors(&weights), facts].concat(), numbers))
}
