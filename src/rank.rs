//! Ranking: eligible → retrieve → score → explore → arrange → explain.
//!
//! A pure function of catalog, profile, rules, request and seed. Guarantees, each
//! a property test: no duplicate, no ineligible and no excluded item; pins and
//! caps hold; the reasons of an entry add up to its score; the same arguments
//! give the same slate, bit for bit, on every machine.
//!
//! Cost: O(items · dims · vectors asked) for the scan, O(candidates · signals)
//! for the scores, O(size · candidates · dims) for the arrangement.

mod active;
mod appraise;
mod arrange;
mod balance;
mod bench;
mod direction;
mod eligible;
mod experiment;
mod explain;
mod explore;
mod filter;
mod neighbourhood;
mod postings;
mod retrieve;
mod rule;
mod ruleset;
mod score;
mod scratch;
mod signal;
mod slate;
mod strength;
mod tally;

pub use appraise::{Appraisal, appraise};
pub use arrange::UNIFORM_POOL;
pub use balance::divergence;
pub use experiment::{Arm, Experiment, HOLDOUT, Lot, serve};
pub use explain::{Absence, Bar, Explained, Outcome, RuleTrace, explain};
pub use explore::{ENSEMBLE, UNIFORM_SHARE};
pub use rule::{Amount, Deed, Edge, Per, Rule, Span, When, Where, is_within};
pub use ruleset::{MAX_PRIORITY, MAX_RULES, RuleSet};
pub use score::Scored;
pub use scratch::Scratch;
pub use signal::{Block, CALIBRATION, DISCOVERY, DIVERSITY, LEARNED, SIGNALS, Signal, Weights, terms};
pub use slate::{Ranked, Reason, Slate};

use xxhash_rust::xxh64::xxh64;

use crate::catalog::Catalog;
use crate::log::Context;
use crate::math::Stream;
use crate::profile::Profile;
use crate::time::Millis;
use active::Active;
use arrange::Table;
use bench::Bench;
use eligible::Eligible;

/// Longest slate.
pub const MAX_SIZE: usize = 1_000;

/// Which of the usual guards a request lifts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allow {
    /// Items seen in the running session may come back.
    pub seen: bool,
    /// Items bought lately may come back.
    pub bought: bool,
    /// Items in the basket may be shown.
    pub basket: bool,
}

/// What to rank.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The place on the page.
    pub slot: String,
    /// How many entries, 1..=1,000.
    pub size: usize,
    /// Only these items, when given; then the guards are off, the shop chose.
    pub candidates: Option<Vec<u32>>,
    /// Never these.
    pub exclude: Vec<u32>,
    /// Similar to, or going with, these: they stand in front of the session.
    pub like: Vec<u32>,
    /// The moment.
    pub context: Context,
    /// The dial, 0..=1; `None` takes the profile's.
    pub surprise: Option<f64>,
    /// How closely the slate follows the shopper's mix of interests, in multiples of the default; `None` is 1.
    pub calibration: Option<f64>,
    /// Leaves out what was learned from seen slates: the pack's weights alone, for comparisons.
    pub frozen: bool,
    /// Rules for this call, bound to the catalog; after the shop's where they are equally strong.
    pub rules: RuleSet,
    /// The experiment that the slate is a part of.
    pub experiment: Option<Experiment>,
    /// Guards to lift.
    pub allow: Allow,
    /// Seed of the draws.
    pub seed: u64,
    /// The present.
    pub now: Millis,
}

/// What ranking reads: everything but the request.
#[derive(Clone, Copy, Debug)]
pub struct Desk<'a> {
    /// The shop's catalog.
    pub catalog: &'a Catalog,
    /// What the log says; a default profile for a shopper without one.
    pub profile: &'a Profile,
    /// The shop's rules, bound to the catalog.
    pub rules: &'a RuleSet,
    /// The weights in force.
    pub weights: &'a Weights,
    /// The memory of rankings: one for as long as there are any.
    pub scratch: &'a Scratch,
}

/// Ranks for one slot, without regard to an experiment.
#[must_use]
pub fn rank(desk: &Desk<'_>, request: &Request) -> Slate {
    let bench = Bench::new(desk, request);
    fill(&bench, &mut [Table::new(&bench)])
}

/// Ranks for one slot by the picks of two requests, which differ in nothing but dial, calibration,
/// boosts and learning.
fn interleave(desk: &Desk<'_>, requests: &[Request; 2]) -> Slate {
    let [one, two] = requests.each_ref().map(|request| Bench::new(desk, request));
    fill(&one, &mut [Table::new(&one), Table::new(&two)])
}

/// Fills a slate from one or two tables, of which the bench is the first.
fn fill(bench: &Bench<'_>, tables: &mut [Table<'_>]) -> Slate {
    let (desk, request, rules) = (bench.desk, bench.request, &bench.rules);
    let mut slate = desk.scratch.take::<Slate>();
    arrange::arrange(tables, &mut Stream::new(request.seed, &request.slot), &mut slate.entries);
    if rules.counts() {
        slate.short = explain::shortage(desk, rules, &slate.entries, request.size, &bench.candidates);
    }
    name(desk.scratch, request, &mut slate);
    slate
}

/// All candidates with the value of every signal, ascending by item: what [`rank`] arranges.
///
/// The score has what was learned from seen slates on top of the signals' sum, once there is evidence.
/// For fitting weights and for analysis; cost as in [`rank`], without the arrangement.
#[must_use]
pub fn survey(desk: &Desk<'_>, request: &Request) -> Vec<Scored> {
    let bench = Bench::new(desk, request);
    bench.candidates.iter().map(|&item| bench.scored(item)).collect()
}

/// The shop's own order: what a shopper without the `rank` gate sees.
///
/// Stock, exclusions and the shopper's own refusals still hold; nothing is drawn or reordered.
#[must_use]
pub fn shop_order(desk: &Desk<'_>, request: &Request) -> Slate {
    let rules = Active::new(desk, request);
    let open = Request { allow: Allow { seen: true, bought: true, basket: true }, ..request.clone() };
    let eligible = Eligible::new(desk, &open, &rules);
    let all = || (0..desk.catalog.len() as u32).collect();
    let mut order = request.candidates.clone().unwrap_or_else(all);
    let mut taken = vec![false; desk.catalog.len()];
    order.retain(|&item| eligible.has(item) && !std::mem::replace(&mut taken[item as usize], true));
    order.truncate(request.size);
    let plain = |item| Ranked { item, propensity: 1.0, ..Ranked::default() };
    let mut slate = desk.scratch.take::<Slate>();
    slate.entries.extend(order.into_iter().map(plain));
    name(desk.scratch, request, &mut slate);
    slate
}

/// The digits of a name.
const HEX: &[u8; 16] = b"0123456789abcdef";

/// Names a slate by its content, so that showing the same slate twice is one slate.
fn name(scratch: &Scratch, request: &Request, slate: &mut Slate) {
    let mut items = scratch.lend::<Vec<u8>>();
    slate.entries.iter().for_each(|entry| items.extend_from_slice(&entry.item.to_le_bytes()));
    let seed = request.seed ^ xxh64(request.slot.as_bytes(), 1);
    let mut left = xxh64(&items, seed);
    let mut digits = [0; 16];
    for digit in digits.iter_mut().rev() {
        *digit = HEX[left as usize % 16];
        left /= 16;
    }
    slate.id.push_str(std::str::from_utf8(&digits).unwrap_or_default());
    slate.slot.push_str(&request.slot);
}
