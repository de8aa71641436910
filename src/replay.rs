//! Replay: would the plain order have done better for this shopper?
//!
//! The plain order is what relevance alone would have put at a place, given the
//! places above: no surprise, no draw. Where a place was left to chance, the log
//! says with which probability its entry was drawn and whether it was the plain
//! order's; so the plain order's rate of choices there can be estimated without
//! showing it. Places that were not left to chance say nothing and are not
//! counted. A pure function of the log; nothing leaves the device.
//!
//! Cost: O(seen entries · choices) comparisons of numbers.
//! Source: Swaminathan & Joachims 2015 (self-normalised estimator, its variance by
//! the delta method); Kong 1992 (effective sample).

use crate::log::{Event, EventKind, Showings, name_of};
use crate::math::order::by_key;

/// Effective places below which nothing is claimed.
pub const ENOUGH_PLACES: f64 = 30.0;
/// Choices below which nothing is claimed.
pub const ENOUGH_CHOICES: usize = 5;
/// Standard errors of a 95 % interval.
const WIDTH: f64 = 1.96;

/// A rate with its 95 % interval.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rate {
    /// The estimate.
    pub value: f64,
    /// The interval's lower end.
    pub low: f64,
    /// The interval's upper end.
    pub high: f64,
}

/// What the log lets us say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verdict {
    /// Too little was left to chance, or too little chosen.
    #[default]
    NotEnoughEvidence,
    /// The interval of the difference holds 0.
    NoDifference,
    /// The plain order would have done better.
    Plain,
    /// What was served did better.
    Served,
}

impl Verdict {
    /// The public name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NotEnoughEvidence => "not_enough_evidence",
            Self::NoDifference => "no_difference",
            Self::Plain => "plain",
            Self::Served => "served",
        }
    }
}

/// The answer.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Replay {
    /// What can be said.
    pub verdict: Verdict,
    /// Seen places that were left to chance.
    pub places: usize,
    /// Choices at these places.
    pub choices: usize,
    /// How many places the estimate of the plain order is worth.
    pub effective: f64,
    /// Choices per place of what was served.
    pub served: Rate,
    /// Choices per place of the plain order.
    pub plain: Rate,
    /// The plain order less what was served.
    pub difference: Rate,
}

/// A place that was left to chance.
#[derive(Clone, Copy)]
struct Place<'a> {
    slate: u64,
    item: &'a str,
    /// 1 / propensity where the plain order's item was drawn, else 0.
    weight: f64,
    chosen: bool,
}

/// Estimates the plain order from a log in canonical order.
#[must_use]
pub fn replay(events: &[Event]) -> Replay {
    let places = places(events);
    let n = places.len() as f64;
    let choices = places.iter().filter(|place| place.chosen).count();
    let weights: f64 = places.iter().map(|place| place.weight).sum();
    let squares: f64 = places.iter().map(|place| place.weight * place.weight).sum();
    if weights <= 0.0 {
        return Replay { places: places.len(), choices, ..Replay::default() };
    }
    let effective = weights * weights / squares;
    let served = choices as f64 / n;
    let plain = places.iter().filter(|place| place.chosen).map(|place| place.weight).sum::<f64>() / weights;
    let of_served = |_: &Place<'_>| 1.0 / n;
    let of_plain = |place: &Place<'_>| place.weight / weights;
    let served_error = error(&places, served, |place, y| of_served(place) * (y - served), of_served);
    let plain_error = error(&places, served, |place, y| of_plain(place) * (y - plain), of_plain);
    let error = error(
        &places,
        served,
        |place, y| of_plain(place) * (y - plain) - of_served(place) * (y - served),
        |place| of_plain(place) - of_served(place),
    );
    let difference = rate(plain - served, error, -1.0);
    let verdict = if effective < ENOUGH_PLACES || choices < ENOUGH_CHOICES {
        Verdict::NotEnoughEvidence
    } else if difference.low > 0.0 {
        Verdict::Plain
    } else if difference.high < 0.0 {
        Verdict::Served
    } else {
        Verdict::NoDifference
    };
    let (served, plain) = (rate(served, served_error, 0.0), rate(plain, plain_error, 0.0));
    Replay { verdict, places: places.len(), choices, effective, served, plain, difference }
}

/// The places left to chance, with the choices that followed on their slate; those of one slate stand together.
fn places(events: &[Event]) -> Vec<Place<'_>> {
    let mut places: Vec<Place<'_>> = Vec::new();
    let mut showings = Showings::default();
    for event in events {
        showings.step(event);
        if let (EventKind::Impression, Some(slate)) = (event.kind, event.slate.as_deref().map(name_of)) {
            for shown in &event.shown {
                let (propensity, Some(is_plain)) = (f64::from(shown.propensity), shown.plain) else { continue };
                if propensity > 0.0 && propensity < 1.0 {
                    let weight = if is_plain { 1.0 / propensity } else { 0.0 };
                    places.push(Place { slate, item: &shown.item, weight, chosen: false });
                }
            }
        } else if event.strength() > 0.0 {
            // The latest showing is the one that was chosen from.
            for line in &event.lines {
                let Some(slate) = showings.chosen_from(event, &line.item) else { continue };
                let found = places.iter_mut().rev().find(|place| place.slate == slate && place.item == line.item);
                if let Some(place) = found {
                    place.chosen = true;
                }
            }
        }
    }
    // Two shelves of a page are seen in turns.
    let mut order: Vec<(u64, u32)> = places.iter().map(|place| place.slate).zip(0..).collect();
    by_key(&mut order);
    order.into_iter().map(|(_, at)| places[at as usize]).collect()
}

/// The standard error of a weighted mean of choices: the larger of the delta method over slates,
/// whose places go together, and that of independent choices at the served rate, which is not
/// fooled by places without any choice.
fn error(
    places: &[Place<'_>],
    rate: f64,
    influence: impl Fn(&Place<'_>, f64) -> f64,
    share: impl Fn(&Place<'_>) -> f64,
) -> f64 {
    let of_slate = |own: &[Place<'_>]| -> f64 {
        let sum: f64 = own.iter().map(|place| influence(place, f64::from(u8::from(place.chosen)))).sum();
        sum * sum
    };
    let found: f64 = places.chunk_by(|a, b| a.slate == b.slate).map(of_slate).sum();
    let independent: f64 = places.iter().map(|place| share(place) * share(place)).sum::<f64>() * rate * (1.0 - rate);
    found.max(independent).sqrt()
}

fn rate(value: f64, error: f64, least: f64) -> Rate {
    Rate { value, low: (value - WIDTH * error).max(least), high: (value + WIDTH * error).min(1.0) }
}
