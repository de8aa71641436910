//! Explore and arrange: who stands where, and with which probability.
//!
//! The upper half of the places goes to the best scores, with what was learned on
//! the device among their terms; from the second quarter on, items off the
//! *obvious shelf* get a boost. In the lower half, with evidence, every place is a
//! draw from an ensemble of posterior draws; without, the best scores go on. Some of the
//! lower places are *discoveries*: labelled draws among good items off the
//! *obvious shelf* (best sellers, already met, look-alikes of what was seen last),
//! shared out by how far they lie from the shopper's interests and how readily
//! surprises of that tier were accepted. Every draw is from chances that are
//! written down, so that the propensity is exact. Every place pays a penalty for
//! likeness to the entries above it; an interest that lags behind its share
//! earns a bonus; variants of one product stand once. With the dial at 0 nothing
//! of this remains but the variants: the best scores, in their order.
//!
//! Source: Carbonell & Goldstein 1998 (maximal marginal relevance); the obvious
//! shelf after Ge et al. 2010; boost and penalty sizes from `docs/ALGORITHMS.md`.

use super::active::{Active, Pin, excluder};
use super::balance::{Balance, Standing};
use super::bench::Bench;
use super::eligible::Eligible;
use super::explore::{Contest, draw};
use super::retrieve::compete;
use super::ruleset::{has, set};
use super::scratch::Lent;
use super::signal::added;
use super::slate::{Ranked, Reason, largest_first};
use super::tally::Tally;
use super::{Desk, Request};
use crate::catalog::RelationKind;
use crate::catalog::token::token;
use crate::log::Tier;
use crate::math::order::{by_key, falling, ranking};
use crate::math::{Stream, between, exp, ln};
use crate::profile::DEFAULT_SURPRISE;

/// How many of the best free candidates the uniform share of a draw is among.
pub const UNIFORM_POOL: usize = 100;
/// How many of the best candidates the posterior draws know.
const DRAWN: usize = 300;
/// Best sellers that are obvious to everyone; at most a tenth of the catalog.
const BEST_SELLERS: usize = 100;
/// Cosine to one of the last three items from which an item is a look-alike.
const LOOK_ALIKE: f64 = 0.75;

/// One candidate for the places.
pub(super) struct Candidate {
    item: u32,
    /// The signals' sum.
    score: f64,
    /// What was learned on the device, in log-odds.
    learned: f64,
    obvious: bool,
    standing: Standing,
    taken: bool,
    /// A variant of the same product has a place.
    twin: bool,
    /// Largest cosine to an entry.
    likeness: f64,
}

impl Candidate {
    fn total(&self) -> f64 {
        self.score + self.learned
    }
}

/// One bench's view of the slate while it grows.
pub(super) struct Table<'a> {
    bench: &'a Bench<'a>,
    /// The pins that hold, as place and item, until the places are filled.
    pins: Vec<(usize, u32)>,
    pool: Lent<'a, Vec<Candidate>>,
    /// Their vectors side by side, `[pool, dims]`, and products with one of them, `[pool]`.
    rows: Lent<'a, Vec<u8>>,
    dots: Lent<'a, Vec<i32>>,
    balance: Balance<'a>,
    penalty: f64,
    /// How far each pair of posterior draws moves each of the first candidates; empty without evidence.
    apart: Lent<'a, Vec<f64>>,
    drawn: usize,
    dial: f64,
    /// How many places there are.
    size: usize,
    /// Which of them are discoveries.
    surprises: Lent<'a, Vec<u32>>,
    /// The log of the odds of all candidates and pins together: bases are probabilities of a choice among them.
    level: f64,
    tally: Tally<'a>,
}

/// How a place is filled.
struct Choice {
    at: usize,
    propensity: f64,
    discovery: bool,
    /// Whether the plain order's candidate was among those drawn from.
    rivalled: bool,
    boost: f64,
}

/// Fills the places of one slate; with two tables by team draft, each given what the other placed.
///
/// Shapes: one or two tables; the pins of the last hold.
pub(super) fn arrange(tables: &mut [Table<'_>], stream: &mut Stream, entries: &mut Vec<Ranked>) {
    let mut pins = Vec::new();
    for table in &mut *tables {
        pins = std::mem::take(&mut table.pins);
        pins.iter().for_each(|&(_, item)| table.reserve(item));
    }
    let size = tables.iter().map(|table| table.size).max().unwrap_or(0);
    let mut draft = if tables.len() > 1 { Some(Draft::new(tables[0].bench.request)) } else { None };
    for place in 0..size {
        let is_pinned = pins.iter().any(|&(position, _)| position == place);
        let team = draft.as_mut().filter(|_| !is_pinned).map(Draft::next);
        let first = team.unwrap_or(0);
        let mut filled = None;
        for at in [first, tables.len() - 1 - first] {
            filled = filled.or_else(|| Some((at, tables[at].fill(place, &pins, stream)?)));
        }
        let Some((at, mut entry)) = filled else { break };
        entry.team = team.map(|_| at as u8);
        tables.iter_mut().enumerate().filter(|(other, _)| *other != at).for_each(|(_, table)| table.note(entry.item));
        entries.push(entry);
    }
    // Pins behind the last place that could be filled move up.
    for at in ranking(pins.iter().map(|&(position, _)| -(position as f64))) {
        let (_, item) = pins[at as usize];
        if !entries.iter().any(|entry| entry.item == item) {
            let entry = tables[0].pin(item, entries.len());
            entries.extend(entry);
        }
    }
}

/// Whose turn it is: a coin for the first of every two places.
struct Draft {
    stream: Stream,
    waits: Option<usize>,
}

impl Draft {
    fn new(request: &Request) -> Self {
        Self { stream: Stream::new(request.seed, &token("draft", &request.slot)), waits: None }
    }

    fn next(&mut self) -> usize {
        if let Some(waits) = self.waits.take() {
            return waits;
        }
        let first = usize::from(self.stream.bits() >> 63 == 1);
        self.waits = Some(1 - first);
        first
    }
}

/// The pins that hold, counted: shown items only, one per place and per item, the strongest first.
pub(super) fn legal_pins<'a>(
    desk: &'a Desk<'_>,
    request: &Request,
    active: &'a Active<'_>,
    eligible: &Eligible<'_>,
) -> (Vec<Pin>, Tally<'a>) {
    let mut tally = Tally::new(desk.catalog, active);
    let mut pins: Vec<Pin> = Vec::new();
    for pin in &active.pins {
        let taken = pins.iter().any(|other| other.position == pin.position || other.item == pin.item);
        if taken || pin.position >= request.size || !eligible.allows_pin(pin.item) {
            continue;
        }
        // Only a pin that is stronger than the exclusion brings an item back.
        let is_out = has(active.out(), pin.item)
            && excluder(desk, request, pin.item).is_some_and(|(_, strength)| strength <= pin.strength);
        if !is_out && tally.admits_pin(pin.item, pin.strength) {
            tally.count(pin.item);
            pins.push(*pin);
        }
    }
    (pins, tally)
}

/// The places of the lower half that are discoveries: that share of the slate, evenly spread.
fn discovery_places(size: usize, share: f64) -> impl Iterator<Item = u32> {
    let lower = size - size / 2;
    let count = (libm::rint(size as f64 * share) as usize).min(lower);
    (0..count).map(move |k| (size / 2 + (2 * k + 1) * lower / (2 * count)) as u32)
}

fn mark_obvious(bench: &Bench<'_>, pool: &mut [Candidate], rows: &[u8], dots: &mut [i32]) {
    let (catalog, history) = (bench.desk.catalog, &bench.desk.profile.history);
    let mut obvious = bench.desk.scratch.filled(catalog.len().div_ceil(64), 0_u64);
    for &item in catalog.popular().iter().take(BEST_SELLERS.min(catalog.len() / 10)) {
        set(&mut obvious, item);
    }
    for seen in bench.scorer.lately() {
        catalog.neighbours(RelationKind::Similar, seen).for_each(|(item, _)| set(&mut obvious, item));
    }
    for candidate in &mut *pool {
        let item = candidate.item;
        candidate.obvious = has(&obvious, item) || history.of(item).is_some() || bench.scorer.is_visited(item);
    }
    for &seen in bench.scorer.session_items().iter().take(3) {
        flaneur_kernels::scan(catalog.vector_bytes(seen), rows, dots);
        for (candidate, &dot) in pool.iter_mut().zip(&*dots) {
            candidate.obvious |= catalog.cosine_of(dot, seen, candidate.item) >= LOOK_ALIKE;
        }
    }
}

/// The log of the sum of the odds.
fn level(scores: &[f64]) -> f64 {
    let highest = scores.iter().fold(f64::NEG_INFINITY, |most, &score| most.max(score));
    highest + ln(scores.iter().map(|&score| exp(score - highest)).sum::<f64>())
}

impl<'a> Table<'a> {
    pub(super) fn new(bench: &'a Bench<'a>) -> Self {
        let (desk, request, scratch, items) = (bench.desk, bench.request, bench.desk.scratch, &bench.candidates);
        let (pins, tally) = legal_pins(desk, request, &bench.rules, &bench.eligible);
        let pins: Vec<(usize, u32)> = pins.iter().map(|pin| (pin.position, pin.item)).collect();
        let dial = between(request.surprise.unwrap_or_else(|| desk.profile.surprise()), 0.0, 1.0);
        // Everything that is not relevance grows with the dial up to its default.
        let share = (dial / DEFAULT_SURPRISE).min(1.0);
        let mut scores = scratch.collect(items.iter().map(|&item| bench.scorer.score(item, &bench.rules).score));
        let learned = |item| bench.model.as_ref().map_or(0.0, |model| model.value(desk.catalog, item));
        let learnt = scratch.collect(items.iter().map(|&item| learned(item)));
        let bonus = bench.strength().calibration(!bench.scorer.session_items().is_empty());
        let balance = Balance::new(desk, request, bonus * share);
        let candidate = |item: u32, score: f64, learned: f64| Candidate {
            item,
            score,
            learned,
            obvious: false,
            standing: balance.standing(desk.catalog, item),
            taken: false,
            twin: false,
            likeness: 0.0,
        };
        // The candidates come in ascending items, so that ties go to the lower one. Caps and quotas may pass
        // over many candidates before a slate is full: then all stay in play.
        let totals = scores.iter().zip(learnt.iter()).map(|(score, learned)| falling(score + learned));
        let mut order = scratch.collect(totals.zip(0..));
        by_key(&mut order);
        if !bench.rules.counts() {
            compete(desk, request.size, items, &mut order);
        }
        let known = |&(_, at): &(u64, u32)| candidate(items[at as usize], scores[at as usize], learnt[at as usize]);
        let mut pool = scratch.collect(order.iter().map(known));
        for &(_, item) in &pins {
            if !pool.iter().any(|known| known.item == item) {
                let score = bench.scorer.score(item, &bench.rules).score;
                pool.push(candidate(item, score, learned(item)));
                if !items.contains(&item) {
                    scores.push(score);
                }
            }
        }
        let mut rows = scratch.lend::<Vec<u8>>();
        desk.catalog.gather(pool.iter().map(|known| known.item), &mut rows);
        let mut dots = scratch.filled(pool.len(), 0_i32);
        mark_obvious(bench, &mut pool, &rows, &mut dots);
        let first = scratch.collect(pool.iter().take(DRAWN).map(|known| known.item));
        let explores = bench.model.as_ref().filter(|_| share > 0.0 && !first.is_empty());
        let apart = explores.map(|model| model.apart(desk, &request.slot, share, &first, &rows));
        let (apart, drawn) = (apart.unwrap_or_else(|| scratch.lend()), first.len());
        let (level, penalty) = (level(&scores), bench.strength().likeness * share);
        let size = request.size.min(pool.len());
        let surprises = scratch.collect(discovery_places(size, dial * bench.strength().discoveries));
        Self { bench, pins, pool, rows, dots, balance, penalty, apart, drawn, dial, size, surprises, level, tally }
    }

    /// Fills a place, given the entries above; `None` when nothing may come.
    fn fill(&mut self, place: usize, pins: &[(usize, u32)], stream: &mut Stream) -> Option<Ranked> {
        if let Some(&(_, item)) = pins.iter().find(|&&(position, _)| position == place) {
            return self.pin(item, place);
        }
        let (size, dial) = (self.size, self.dial);
        let ahead = pins.iter().filter(|&&(position, _)| (place..size).contains(&position)).count();
        self.begin(size.saturating_sub(place + ahead));
        let owed = self.balance.owed(place);
        let is_lower = place >= size / 2;
        let boost = if place >= size / 4 { dial * self.bench.strength().boost } else { 0.0 };
        let plain = |at, propensity, boost| Choice { at, propensity, discovery: false, rivalled: false, boost };
        let discovery = self.surprises.contains(&(place as u32)).then(|| self.discover(dial, &owed, stream)).flatten();
        let choice = discovery.map(|(at, propensity, rivalled)| Choice {
            discovery: true,
            rivalled,
            ..plain(at, propensity, 0.0)
        });
        let choice = choice.or_else(|| {
            let explores = is_lower && dial > 0.0 && !self.apart.is_empty();
            let drawn = explores.then(|| self.explore(boost, &owed, stream)).flatten();
            drawn.map(|(at, propensity, rivalled)| Choice { rivalled, ..plain(at, propensity, boost) })
        });
        let choice = choice.or_else(|| self.best(boost, &owed).map(|at| plain(at, 1.0, boost)))?;
        Some(self.seat(&choice, &owed))
    }

    /// Seats a pinned item.
    fn pin(&mut self, item: u32, place: usize) -> Option<Ranked> {
        let at = self.position(item)?;
        let owed = self.balance.owed(place);
        Some(self.seat(&Choice { at, propensity: 1.0, discovery: false, boost: 0.0, rivalled: false }, &owed))
    }

    fn position(&self, item: u32) -> Option<usize> {
        self.pool.iter().position(|known| known.item == item)
    }

    /// Keeps a pinned item, which the tally counts already, out of every other place.
    fn reserve(&mut self, item: u32) {
        if let Some(at) = self.position(item) {
            self.take(at, false);
        }
    }

    fn take(&mut self, at: usize, counts: bool) {
        if !std::mem::replace(&mut self.pool[at].taken, true) {
            self.count(self.pool[at].item, counts);
        }
    }

    fn count(&mut self, item: u32, counts: bool) {
        if counts {
            self.tally.count(item);
        }
        let catalog = self.bench.desk.catalog;
        let group = catalog.group(item);
        for other in self.pool.iter_mut().filter(|_| group > 0) {
            other.twin |= catalog.group(other.item) == group;
        }
    }

    /// Notes that the other table seated an item, which need not be in this pool.
    fn note(&mut self, item: u32) {
        match self.position(item) {
            Some(at) => self.take(at, true),
            None => self.count(item, true),
        }
        self.seated(item, self.balance.standing(self.bench.desk.catalog, item));
    }

    /// Counts an entry for its interest, and tells the others how alike they are.
    fn seated(&mut self, item: u32, standing: Standing) {
        self.balance.give(standing);
        if self.penalty > 0.0 {
            let catalog = self.bench.desk.catalog;
            flaneur_kernels::scan(catalog.vector_bytes(item), &self.rows, &mut self.dots);
            for (other, &dot) in self.pool.iter_mut().zip(self.dots.iter()).filter(|(other, _)| !other.taken) {
                other.likeness = other.likeness.max(catalog.cosine_of(dot, item, other.item));
            }
        }
    }

    /// Begins a place: only what the quotas still miss may come when `left` places are no more than that.
    fn begin(&mut self, left: usize) {
        let pool = &self.pool;
        self.tally.begin(left, &|tally| pool.iter().any(|known| !known.taken && tally.allows(known.item)));
    }

    fn is_free(&self, known: &Candidate) -> bool {
        !known.taken && self.tally.allows(known.item)
    }

    #[inline(always)]
    fn calibration(&self, known: &Candidate, owed: &[f64]) -> f64 {
        known.standing.interest.and_then(|interest| owed.get(interest)).copied().unwrap_or(0.0)
    }

    /// The score a candidate would have at a place.
    #[inline(always)]
    fn value(&self, known: &Candidate, boost: f64, owed: &[f64]) -> f64 {
        let off = if known.obvious { 0.0 } else { boost };
        known.total() + off + self.calibration(known, owed) - self.penalty * known.likeness
    }

    /// The same of several.
    fn values(&self, list: &[u32], boost: f64, owed: &[f64]) -> Lent<'a, Vec<f64>> {
        self.bench.desk.scratch.collect(list.iter().map(|&at| self.value(&self.pool[at as usize], boost, owed)))
    }

    /// The free candidate of highest value; variants of what has a place only when nothing else is left.
    fn best(&self, boost: f64, owed: &[f64]) -> Option<usize> {
        [false, true].into_iter().find_map(|twins| {
            let mut best = None;
            for (at, known) in self.pool.iter().enumerate() {
                if known.twin == twins && self.is_free(known) {
                    let value = self.value(known, boost, owed);
                    if best.is_none_or(|(_, most)| value > most) {
                        best = Some((at, value));
                    }
                }
            }
            best.map(|(at, _)| at)
        })
    }

    /// The candidate of the plain order: relevance alone.
    fn first(&self) -> Option<usize> {
        self.pool.iter().position(|known| !known.twin && self.is_free(known))
    }

    /// Candidates that may be drawn, best first.
    fn drawable(&self) -> impl Iterator<Item = u32> {
        let known = self.pool.iter().take(self.drawn).zip(0..);
        known.filter(|(known, _)| !known.twin && self.is_free(known)).map(|(_, at)| at)
    }

    /// Draws a candidate for a place of the lower half, with the chance it had.
    fn explore(&self, boost: f64, owed: &[f64], stream: &mut Stream) -> Option<(usize, f64, bool)> {
        let scratch = self.bench.desk.scratch;
        let list = scratch.collect(self.drawable());
        let contest = Contest {
            scratch,
            values: self.values(&list, boost, owed),
            groups: scratch.filled(list.len(), 0_u8),
            shares: [1.0, 0.0, 0.0],
            uniform: UNIFORM_POOL,
            plain: self.plain_of(&list),
        };
        self.settle(&contest, &list, stream)
    }

    /// Draws a discovery, with the chance it had: a tier by the appetite for it, a candidate within it.
    fn discover(&self, dial: f64, owed: &[f64], stream: &mut Stream) -> Option<(usize, f64, bool)> {
        let (scratch, profile, request) = (self.bench.desk.scratch, self.bench.desk.profile, self.bench.request);
        let offered = profile.offered(&request.slot, request.now);
        let mut left = [self.bench.strength().within; Tier::COUNT];
        let known = |at: u32| &self.pool[at as usize];
        let fresh = |&at: &u32| !known(at).obvious && !offered.contains(&known(at).item);
        let within = |&at: &u32| {
            let places = &mut left[known(at).standing.tier as usize];
            let is_within = *places > 0;
            *places = places.saturating_sub(1);
            is_within
        };
        let list = scratch.collect(self.drawable().filter(fresh).filter(within));
        let contest = Contest {
            scratch,
            values: self.values(&list, 0.0, owed),
            groups: scratch.collect(list.iter().map(|&at| known(at).standing.tier as u8)),
            shares: self.bench.appetite.shares(dial),
            uniform: list.len(),
            plain: self.plain_of(&list),
        };
        self.settle(&contest, &list, stream)
    }

    /// Where the plain order's candidate stands in a list.
    fn plain_of(&self, list: &[u32]) -> Option<usize> {
        let first = self.first()?;
        list.iter().position(|&at| at as usize == first)
    }

    fn settle(&self, contest: &Contest<'_>, list: &[u32], stream: &mut Stream) -> Option<(usize, f64, bool)> {
        let chances = contest.chances(self.apart.chunks_exact(self.drawn.max(1)), list);
        let at = draw(&chances, stream)?;
        Some((list[at] as usize, chances[at], contest.plain.is_some()))
    }

    /// Seats a candidate, adds the terms of learning and arrangement to its reasons, and tells the others how alike they are.
    fn seat(&mut self, choice: &Choice, owed: &[f64]) -> Ranked {
        let is_plain = self.first() == Some(choice.at);
        let plain = (is_plain || choice.rivalled).then_some(is_plain);
        self.take(choice.at, true);
        let known = &self.pool[choice.at];
        let (item, base, tier) = (known.item, known.score - self.level, known.standing.tier);
        let reasons = self.reasons(choice, owed);
        let reasons = largest_first(reasons);
        let score = reasons.iter().map(Reason::term).sum();
        self.seated(item, known.standing);
        let &Choice { propensity, discovery, .. } = choice;
        let tier = discovery.then_some(tier);
        Ranked { item, score, propensity, discovery, tier, base: Some(base), plain, reasons, team: None }
    }

    fn reasons(&self, choice: &Choice, owed: &[f64]) -> Vec<Reason> {
        let known = &self.pool[choice.at];
        let catalog = self.bench.desk.catalog;
        let mut reasons = self.bench.scorer.reasons(&self.bench.scorer.score(known.item, &self.bench.rules));
        let cause = self.bench.model.as_ref().and_then(|m| m.cause(catalog, known.item, known.learned));
        let terms = [
            (known.learned, cause),
            (if known.obvious { 0.0 } else { choice.boost }, None),
            (self.calibration(known, owed), None),
            (-self.penalty * known.likeness, None),
        ];
        for (at, (value, item)) in terms.into_iter().enumerate() {
            if value != 0.0 {
                reasons.push(added(at, value, item));
            }
        }
        reasons
    }
}
