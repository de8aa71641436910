//! Learns the weights of the intent's facts: how likely a running session ends in a purchase.
//!
//! Every moment of a sampled session before its first purchase is asked about, with
//! three events or more: did a purchase come later in it? Logistic regression with a
//! ridge towards the defaults, which is the choice between "yes" with the facts and
//! "no" with nothing (McFadden 1974).
//!
//! Guarantees: the weights are used only where each half of the sessions, fitted
//! alone, tells the other half better than the defaults do (log loss).
//! A log of purchases alone, or with fewer than [`FEWEST`] sessions of either end, says nothing.

use flaneur::catalog::Catalog;
use flaneur::catalog::pack::{FACTS, INTENT, PriorWeight};
use flaneur::profile::{INTENT_DEFAULTS, facts, purchase};
use flaneur::time::Millis;
use rayon::prelude::*;

use crate::evaluate::query::Query;
use crate::evaluate::replay;
use crate::learn::fit::{Choice, RIDGE, fit};
use crate::log::Touch;

/// Sessions with a purchase, and without, that a fit needs.
const FEWEST: usize = 50;
/// Moments of one session at most, the first ones.
const MOST: usize = 50;

/// A moment of a session, and whether a purchase followed.
type Moment = ([f64; FACTS], bool);

/// The prior weights of the facts, and the moments they were learned from; empty when the log cannot tell.
pub(super) fn learned(catalog: &Catalog, asked: &[Query<'_>]) -> (Vec<PriorWeight>, usize) {
    let mut firsts: Vec<&Query<'_>> = asked.iter().collect();
    firsts.sort_by_key(|query| query.session);
    firsts.dedup_by_key(|query| query.session);
    let sessions: Vec<Vec<Moment>> = firsts.par_iter().map(|query| moments(catalog, query)).collect();
    let sessions: Vec<Vec<Moment>> = sessions.into_iter().filter(|moments| !moments.is_empty()).collect();
    let bought = sessions.iter().filter(|moments| moments[0].1).count();
    if bought < FEWEST || sessions.len() - bought < FEWEST || !holds(&sessions) {
        return (Vec::new(), 0);
    }
    let all: Vec<&Moment> = sessions.iter().flatten().collect();
    let weights = fitted(&all);
    let prior =
        |(code, weight): (u16, &f64)| PriorWeight { signal: code, session: *weight as f32, again: 0.0, discover: 0.0 };
    ((INTENT..).zip(&weights).map(prior).collect(), all.len())
}

/// The moments of the query's session before its first purchase.
fn moments(catalog: &Catalog, query: &Query<'_>) -> Vec<Moment> {
    let events = query.session_events();
    let first = events.iter().position(|line| line.touch == Touch::Buy);
    let open = first.unwrap_or(events.len());
    let told = (1..=open.min(MOST)).filter_map(|count| {
        let mut asked = query.clone();
        (asked.events, asked.now) = (&events[..count], events[count - 1].at);
        let profile = replay::device(catalog, &asked, true).profile;
        Some((facts(catalog, &profile, Millis(asked.now))?, first.is_some()))
    });
    told.collect()
}

fn fitted(moments: &[&Moment]) -> Vec<f64> {
    let choice = |(facts, bought): &&Moment| {
        let mut choice = Choice::default();
        choice.push(facts.iter().zip(0..).map(|(&fact, column)| (column, fact)), *bought);
        choice.push(std::iter::empty(), !bought);
        choice
    };
    let choices: Vec<Choice> = moments.iter().map(choice).collect();
    // What a pack stores is what was fitted: 32-bit floats.
    fit(&choices, &INTENT_DEFAULTS, RIDGE).into_iter().map(|weight| f64::from(weight as f32)).collect()
}

/// Whether each half tells the other better than the defaults do.
fn holds(sessions: &[Vec<Moment>]) -> bool {
    let half = |odd: usize| -> Vec<&Moment> { sessions.iter().skip(odd).step_by(2).flatten().collect() };
    let halves = [half(0), half(1)];
    [(0, 1), (1, 0)].into_iter().all(|(taught, judged)| {
        loss(&halves[judged], &fitted(&halves[taught])) < loss(&halves[judged], &INTENT_DEFAULTS)
    })
}

/// Mean log loss of the probabilities that these weights give.
fn loss(moments: &[&Moment], weights: &[f64]) -> f64 {
    let mut row = [0.0; FACTS];
    row.copy_from_slice(weights);
    let of = |(facts, bought): &&Moment| {
        let chance = purchase(facts, &row);
        -libm::log(if *bought { chance } else { 1.0 - chance }.max(f64::MIN_POSITIVE))
    };
    moments.iter().map(of).sum::<f64>() / moments.len().max(1) as f64
}
