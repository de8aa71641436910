//! One arbiter for every opportunity: a product, an offer, a content, a service, a message, or silence.
//!
//! Hard constraints first (stock, refusals, rules, window, channel, quiet hours,
//! caps, cool-down, the pressure budget); then the highest utility,
//! `value · appetite − cost − price of the interruption`; silence is worth 0. A
//! small share of decisions is drawn among all that are worth more than silence,
//! so that every decision has an exact propensity.
//!
//! Guarantees, each a property test: no constraint is ever broken, and the
//! pressure budget never exceeded, whatever happens and however the clock jumps;
//! the terms of a utility add up to it.
//!
//! Cost: O(opportunities · signals) for the scores, O(events of a week) for the counts.
//!
//! Source: `docs/ALGORITHMS.md`, section 12.

mod appetite;
mod pressure;

pub use appetite::{BASE_RATE, EVIDENCE, SLOPE, Taken};
pub use pressure::{DAY, HOUR, Record, View, WEEK};

use crate::catalog::Kind;
use crate::log::{Event, EventKind, Shown};
use crate::math::Stream;
use crate::math::order::{by_score, ranking};
use crate::rank::{Appraisal, Desk, Reason, Request, When, appraise, is_within};
use crate::time::Millis;

/// Most opportunities of one call.
pub const MAX_OPPORTUNITIES: usize = 1_000;
/// Units of pressure that one day bears, unless the call says otherwise.
pub const DEFAULT_BUDGET: f64 = 4.0;
/// Share of decisions that are drawn, unless the call says otherwise.
pub const DEFAULT_EXPLORE: f64 = 0.05;
/// Price of one unit of pressure as a share of the median value, unless the call says otherwise.
const DEFAULT_PRICE_SHARE: f64 = 0.02;
/// Days an opportunity stays away after it was dismissed, unless it says otherwise.
pub const DEFAULT_COOLDOWN_DAYS: f64 = 30.0;

/// How often an opportunity may be seen; `None` for no cap.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Caps {
    /// Within an hour.
    pub hour: Option<u32>,
    /// Within 24 hours.
    pub day: Option<u32>,
    /// Within seven days.
    pub week: Option<u32>,
}

/// Something that could be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Opportunity {
    /// Its identifier: of an item of the catalog, or the shop's own.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// The item of the catalog, when it is one.
    pub item: Option<u32>,
    /// It was to be an item of the catalog, which has none of its id.
    pub is_missing: bool,
    /// Items whose appetite it shares, when it is none.
    pub about: Vec<u32>,
    /// What the shop gains when it is taken.
    pub value: f64,
    /// What it costs to show.
    pub cost: f64,
    /// When it may be shown.
    pub when: When,
    /// Channels it may take; empty for any.
    pub channels: Vec<String>,
    /// How often it may be seen.
    pub caps: Caps,
    /// Days it stays away after a dismissal.
    pub cooldown_days: f64,
    /// Units of pressure one view costs the shopper.
    pub pressure: f64,
}

/// Where, when, and out of what.
#[derive(Clone, Debug)]
pub struct Occasion {
    /// The candidates.
    pub opportunities: Vec<Opportunity>,
    /// The channel that would carry it.
    pub channel: Option<String>,
    /// Units of pressure within any 24 hours.
    pub budget: f64,
    /// Price of one unit, in the unit of the values; `None` takes 2 % of the median value.
    pub price: Option<f64>,
    /// Local hours in which nothing may press, across midnight when the second is not later.
    pub quiet: Option<(u8, u8)>,
    /// Share of decisions that are drawn, 0..=0.5.
    pub explore: f64,
    /// Slot, moment, seed, exclusions and rules, as for a slate.
    pub request: Request,
}

/// What keeps an opportunity away. The page has the public names, in this order: `BARRIERS` in `pkg/src/decide.ts`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Barrier {
    /// Out of stock.
    Unavailable,
    /// The shopper refused it.
    Refused,
    /// A rule keeps it out, or the request does.
    Rule,
    /// Its own window is shut.
    Window,
    /// It may not take this channel.
    Channel,
    /// Quiet hours.
    Quiet,
    /// Seen as often as an hour allows.
    Hour,
    /// Seen as often as a day allows.
    Day,
    /// Seen as often as a week allows.
    Week,
    /// Dismissed not long ago.
    Cooldown,
    /// The day's pressure budget does not hold it.
    Pressure,
}

/// Why nothing is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// There was no candidate.
    NoCandidate,
    /// Each was kept away.
    Barred,
    /// None was worth more than silence.
    NotWorthIt,
    /// Silence was drawn.
    Drawn,
}

impl Silence {
    /// The public name.
    #[must_use]
    pub fn name(self) -> &'static str {
        ["no_candidate", "barred", "not_worth_it", "drawn"][self as usize]
    }
}

/// One opportunity on the scales.
#[derive(Clone, Debug, PartialEq)]
pub struct Weighed {
    /// What keeps it away; nothing else is known then.
    pub barrier: Option<Barrier>,
    /// Probability that it is taken.
    pub appetite: f64,
    /// What it is worth: the sum of its terms.
    pub utility: f64,
    /// `value · appetite`, `−cost`, `−price`.
    pub terms: [Reason; 3],
    /// Where the appetite comes from: the reasons of its score. Only of the choice and the runner-up.
    pub because: Vec<Reason>,
}

/// What to show, or that nothing is to be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// Names the decision.
    pub id: String,
    /// The chosen opportunity, by its place among the candidates.
    pub choice: Option<usize>,
    /// Why there is none.
    pub silence: Option<Silence>,
    /// The best of the others, when one is worth more than silence.
    pub runner_up: Option<usize>,
    /// The probability of this very outcome, over a uniform seed.
    pub propensity: f64,
    /// Every candidate, in the order given.
    pub weighed: Vec<Weighed>,
}

impl Decision {
    /// Two numbers for each candidate, in the order given: the place of its barrier in [`Barrier`], or −1, and
    /// its utility.
    #[must_use]
    pub fn scales(&self) -> Vec<f64> {
        let code = |one: &Weighed| one.barrier.map_or(-1.0, |barrier| f64::from(barrier as u8));
        self.weighed.iter().flat_map(|one| [code(one), one.utility]).collect()
    }
}

/// Decides.
///
/// `record` is what the log says of views and dismissals. Without `personal` the
/// appetite is the shopper's base rate for everything: only values, costs and
/// constraints decide.
#[must_use]
pub fn decide(desk: &Desk<'_>, personal: bool, occasion: &Occasion, record: &Record, taken: Taken) -> Decision {
    let items: Vec<u32> = occasion.opportunities.iter().flat_map(items_of).collect();
    appraise(desk, &occasion.request, &items, personal, |appraisal, reasons| {
        let spent = record.pressure(occasion.request.now);
        let price = occasion.price.unwrap_or_else(|| usual_price(&occasion.opportunities));
        let weigh = |one: &Opportunity| {
            let barrier = barrier(desk, occasion, appraisal, record, spent, one);
            let score = items_of(one).filter_map(|item| appraisal.score(item)).reduce(f64::max);
            let appetite = appetite::appetite(score, appraisal.reference, taken);
            let crowding = 1.0 + spent / occasion.budget.max(1e-9);
            let press = price * one.pressure * crowding * (1.0 + f64::from(record.dismissals));
            weighed(one, barrier, appetite, press)
        };
        let weighed: Vec<Weighed> = occasion.opportunities.iter().map(weigh).collect();
        let mut decision = choose(occasion, weighed);
        decision.id = name_of(occasion, decision.choice);
        for at in decision.choice.into_iter().chain(decision.runner_up) {
            // The score that speaks for the two that come into question is told in full.
            let scored = items_of(&occasion.opportunities[at]).filter_map(|item| Some((appraisal.score(item)?, item)));
            let best = scored.reduce(|best, next| if next.0 > best.0 { next } else { best });
            decision.weighed[at].because = best.map_or_else(Vec::new, |(_, item)| reasons(item));
        }
        decision
    })
}

/// The event of a decision's view, but for its moment; `None` for silence.
#[must_use]
pub fn view_of(occasion: &Occasion, decision: &Decision) -> Option<Event> {
    let choice = decision.choice?;
    let one = &occasion.opportunities[choice];
    let mut event = Event::new(format!("decided-{}", decision.id), EventKind::Impression, Millis::default());
    event.shown.push(Shown {
        item: one.id.clone(),
        propensity: decision.propensity as f32,
        score: decision.weighed[choice].utility as f32,
        ..Shown::default()
    });
    event.value = Some(one.pressure);
    (event.slot, event.slate) = (Some(occasion.request.slot.clone()), Some(decision.id.clone()));
    event.channel.clone_from(&occasion.channel);
    Some(event)
}

/// The items that speak for an opportunity: itself, else those it is about.
fn items_of(one: &Opportunity) -> impl Iterator<Item = u32> + '_ {
    let about: &[u32] = if one.item.is_some() { &[] } else { &one.about };
    one.item.into_iter().chain(about.iter().copied())
}

fn weighed(one: &Opportunity, barrier: Option<Barrier>, appetite: f64, press: f64) -> Weighed {
    let term = |signal, weight, value| Reason { signal, code: u16::MAX, weight, value, item: None, attribute: None };
    let terms =
        [term("appetite", one.value, appetite), term("cost", -1.0, one.cost), term("interruption", -1.0, press)];
    let utility = terms.iter().map(Reason::term).sum();
    Weighed { barrier, appetite, utility, terms, because: Vec::new() }
}

/// Two hundredths of the median value, so that it fits any currency.
fn usual_price(all: &[Opportunity]) -> f64 {
    let mut values: Vec<(f64, u32)> = all.iter().map(|one| one.value).filter(|&value| value > 0.0).zip(0..).collect();
    by_score(&mut values);
    values.get(values.len() / 2).map_or(0.0, |&(median, _)| DEFAULT_PRICE_SHARE * median)
}

fn barrier(
    desk: &Desk<'_>,
    occasion: &Occasion,
    appraisal: &Appraisal,
    record: &Record,
    spent: f64,
    one: &Opportunity,
) -> Option<Barrier> {
    let (request, now) = (&occasion.request, occasion.request.now);
    if one.is_missing {
        return Some(Barrier::Unavailable);
    }
    let refused = one.item.and_then(|item| barrier_of_item(desk, request, appraisal, one.kind, item));
    if refused.is_some() {
        return refused;
    }

    if !one.when.holds(&request.context, now) {
        return Some(Barrier::Window);
    }
    let fits = |channel: &String| one.channels.contains(channel);
    if !one.channels.is_empty() && !occasion.channel.as_ref().is_some_and(fits) {
        return Some(Barrier::Channel);
    }
    let is_quiet = occasion.quiet.is_some_and(|hours| is_within(hours, request.context.hour_at(now)));
    if is_quiet && one.pressure > 0.0 {
        return Some(Barrier::Quiet);
    }
    if record.is_cooling(&one.id, one.cooldown_days, now) {
        return Some(Barrier::Cooldown);
    }
    let caps =
        [(one.caps.hour, HOUR, Barrier::Hour), (one.caps.day, DAY, Barrier::Day), (one.caps.week, WEEK, Barrier::Week)];
    let full = |&(cap, window, _): &(Option<u32>, i64, Barrier)| {
        cap.is_some_and(|most| record.views(&one.id, window, now) >= most as usize)
    };
    if let Some((_, _, barrier)) = caps.into_iter().find(full) {
        return Some(barrier);
    }
    let is_over = one.pressure > 0.0 && spent + one.pressure > occasion.budget;
    is_over.then_some(Barrier::Pressure)
}

fn barrier_of_item(
    desk: &Desk<'_>,
    request: &Request,
    appraisal: &Appraisal,
    kind: Kind,
    item: u32,
) -> Option<Barrier> {
    let (catalog, stated) = (desk.catalog, &desk.profile.stated);
    if !catalog.is_available(item) {
        return Some(Barrier::Unavailable);
    }
    // "Not this one" is for good about a product; about anything else it is a cool-down.
    let is_gone = kind == Kind::Product && stated.dismissed_items().contains(&item);
    if is_gone || catalog.tokens(item).any(|token| stated.muted_tokens().contains(&token)) {
        return Some(Barrier::Refused);
    }
    let is_out = request.exclude.contains(&item) || appraisal.is_ruled_out(item);
    is_out.then_some(Barrier::Rule)
}

/// The best utility with probability `1 − e`, else a draw among all that are worth more than silence, and silence.
fn choose(occasion: &Occasion, weighed: Vec<Weighed>) -> Decision {
    let order = ranking(weighed.iter().map(|one| if one.barrier.is_none() { one.utility } else { f64::NEG_INFINITY }));
    let worth = |at: &u32| {
        let one = &weighed[*at as usize];
        one.barrier.is_none() && one.utility > 0.0
    };
    let good: Vec<usize> = order.into_iter().filter(worth).map(|at| at as usize).collect();
    let silence = if weighed.is_empty() {
        Silence::NoCandidate
    } else if weighed.iter().all(|one| one.barrier.is_some()) {
        Silence::Barred
    } else {
        Silence::NotWorthIt
    };
    let mut decision =
        Decision { id: String::new(), choice: None, silence: Some(silence), runner_up: None, propensity: 1.0, weighed };
    if good.is_empty() {
        return decision;
    }
    let mut stream = Stream::new(occasion.request.seed ^ occasion.request.now.0 as u64, "decide");
    let share = occasion.explore / (good.len() + 1) as f64;
    let at = if stream.unit() < occasion.explore { stream.below(good.len() + 1) } else { 0 };
    decision.choice = good.get(at).copied();
    decision.silence = if decision.choice.is_none() { Some(Silence::Drawn) } else { None };
    decision.runner_up = good.iter().copied().find(|&other| Some(other) != decision.choice);
    decision.propensity = if at == 0 { 1.0 - occasion.explore + share } else { share };
    decision
}

fn name_of(occasion: &Occasion, choice: Option<usize>) -> String {
    let id = choice.map_or("", |at| &occasion.opportunities[at].id);
    let seed = occasion.request.seed ^ occasion.request.now.0 as u64;
    let slot = xxhash_rust::xxh64::xxh64(occasion.request.slot.as_bytes(), seed);
    format!("{:016x}", xxhash_rust::xxh64::xxh64(id.as_bytes(), slot))
}

/// The units of pressure of one view, unless the opportunity says otherwise.
#[must_use]
pub fn usual_pressure(kind: Kind) -> f64 {
    match kind {
        Kind::Product => 0.0,
        Kind::Content => 0.5,
        Kind::Offer | Kind::Service | Kind::Message => 1.0,
    }
}
