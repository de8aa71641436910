//! Candidates: everything a list, a vector or the history speaks for, filled up by popularity.
//!
//! A union, so that no single signal decides what may be found. Cost: O(items ·
//! dims) per vector asked, O(lists touched).

use flaneur_kernels::{MOST, Queries};

use super::active::Active;
use super::arrange::UNIFORM_POOL;
use super::eligible::Eligible;
use super::explore::Model;
use super::ruleset::{Precedence, has, set};
use super::score::Scorer;
use super::scratch::Lent;
use super::tally::Tally;
use super::{Desk, Request};
use crate::catalog::Catalog;
use crate::math::Top;

/// Nearest items taken per vector.
const NEAREST: usize = 60;
/// Best of the neighbour lists.
const LISTED: usize = 200;
/// Popular items always in play, beside what the shopper's own signals bring.
const POPULAR: usize = 100;

/// Popular items in play for each place that a quota asks for.
const NEEDED: usize = 4;
/// Items that may stand together, for each place: where the best scores are chosen under two caps, half of them may be
/// passed over.
const SPARE: usize = 2;
/// Among so many of the most popular items they are looked for: caps that the catalog cannot fill would have all of a
/// large one looked at, in twice the time of a ranking.
const SEARCHED: usize = 20_000;
/// How many of the best candidates compete for the places.
const POOL: usize = 300;

/// The candidates, ascending, eligible and without repetition.
pub(super) fn candidates<'a>(
    desk: &Desk<'a>,
    request: &Request,
    scorer: &Scorer<'a>,
    eligible: &Eligible<'a>,
    active: &Active<'a>,
    model: Option<&Model<'a>>,
) -> Lent<'a, Vec<u32>> {
    if let Some(named) = &request.candidates {
        return eligible.of(named);
    }
    let mut found = desk.scratch.lend::<Vec<u32>>();
    let mut listed = Top::within(desk.scratch.take(), LISTED);
    scorer.listed().for_each(|(item, strength)| listed.push(strength, item));
    keep(desk, listed, &mut found);
    found.extend(scorer.session_items().iter().copied());
    found.extend(desk.profile.history.iter().map(|(item, _)| item));
    nearest(desk, scorer, model, eligible, &mut found);
    let popular = desk.catalog.popular().iter().copied().filter(|&item| eligible.has(item));
    let best = found.len() + POPULAR.max(2 * request.size);
    for need in &active.needs {
        let meant = popular.clone().filter(|&item| has(&need.items, item));
        found.extend(meant.clone().take(NEEDED * need.least));
        together(desk, active, SPARE * need.least, &mut { meant }, &mut found);
        let today = need.today.iter().flat_map(|bits| (0..desk.catalog.len() as u32).filter(|&item| has(bits, item)));
        found.extend(today);
    }
    found.extend(popular.clone().take(best));
    together(desk, active, SPARE * request.size, &mut { popular }, &mut found);
    eligible.of(&found)
}

/// The first `most` of a list that may stand on one slate: in a shop sorted by brand, or with an item for every size
/// of a shirt, the most popular are of one brand or one shirt, and a cap or the variants pass over them.
fn together(
    desk: &Desk<'_>,
    active: &Active<'_>,
    most: usize,
    list: &mut dyn Iterator<Item = u32>,
    found: &mut Vec<u32>,
) {
    let (mut tally, mut families) = (Tally::new(desk.catalog, active), Families::new(desk));
    let fits = list.take(SEARCHED).filter(|&item| {
        let fits = tally.against(item, Precedence::MAX).is_none() && families.is_new(item);
        if fits {
            tally.count(item);
        }
        fits
    });
    found.extend(fits.take(most));
}

/// Leaves those of the candidates that compete, given their order, best first: the best, and of the others what
/// a slate of that size lacks that shows no product twice.
pub(super) fn compete(desk: &Desk<'_>, size: usize, items: &[u32], order: &mut Vec<(u64, u32)>) {
    let (mut families, mut left, mut apart) = (Families::new(desk), POOL.max(size + UNIFORM_POOL), 0);
    order.retain(|&(_, at)| {
        let is_new = families.is_new(items[at as usize]);
        let competes = left > 0 || is_new && apart < size;
        left = left.saturating_sub(1);
        apart += usize::from(is_new);
        competes
    });
}

/// The variant families met so far.
struct Families<'a> {
    catalog: &'a Catalog,
    met: Lent<'a, Vec<u64>>,
}

impl<'a> Families<'a> {
    fn new(desk: &Desk<'a>) -> Self {
        Self { catalog: desk.catalog, met: desk.scratch.filled(desk.catalog.len() / 64 + 1, 0) }
    }

    /// Whether an item is no variant of one that was asked about before.
    fn is_new(&mut self, item: u32) -> bool {
        let group = self.catalog.group(item);
        let is_new = group == 0 || !has(&self.met, group);
        set(&mut self.met, group);
        is_new
    }
}

/// The eligible items of largest cosine to each of the shopper's vectors, and farthest along what was learned.
fn nearest(
    desk: &Desk<'_>,
    scorer: &Scorer<'_>,
    model: Option<&Model<'_>>,
    eligible: &Eligible<'_>,
    found: &mut Vec<u32>,
) {
    let mut queries = desk.scratch.lend::<Queries>();
    scorer.directions().join(&mut queries);
    if let Some(direction) = model.and_then(Model::direction) {
        direction.join(&mut queries);
    }
    let most = |at| if at < queries.len() { NEAREST } else { 0 };
    let mut tops: [Top; MOST] = std::array::from_fn(|at| Top::within(desk.scratch.take(), most(at)));
    desk.catalog.above(&queries, &mut |query, item, score| {
        let top = &mut tops[query];
        if eligible.has(item) {
            top.push(score, item);
        }
        top.floor()
    });
    tops.into_iter().for_each(|top| keep(desk, top, found));
}

/// Adds the best, and gives their memory back.
fn keep(desk: &Desk<'_>, top: Top, found: &mut Vec<u32>) {
    let mut best = top.into_set();
    found.extend(best.iter().map(|&(_, item)| item));
    desk.scratch.give(&mut best);
}
