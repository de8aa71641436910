//! Appetite: the probability that an opportunity is taken, from the score of what it is.
//!
//! A score is a log-odds among candidates, not a probability. The link is a
//! line: `logit p = logit base + slope · (score − reference)`. `base` is how
//! often this shopper took what was decided, shrunken to [`BASE_RATE`];
//! `reference` is the mean score of the shop's most popular items for this
//! shopper at this moment.

use crate::log::{Event, EventKind, Showings, name_of};
use crate::math::{between, exp, ln};

/// How often a shown opportunity is taken, before anything is known of the shopper.
pub const BASE_RATE: f64 = 0.05;
/// Weight of [`BASE_RATE`], in decisions seen.
pub const EVIDENCE: f64 = 20.0;
/// Log-odds of taking per unit of score.
pub const SLOPE: f64 = 0.5;
/// Farther than this from the base, the line is not trusted.
const REACH: f64 = 3.0;

/// How many decisions were seen, and how many of these were taken.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Taken {
    /// Seen.
    pub seen: u32,
    /// Taken: something that shows interest happened on them.
    pub taken: u32,
}

impl Taken {
    /// Counts a log. An impression with a value is one of a decision.
    #[must_use]
    pub fn of(events: &[Event]) -> Self {
        let mut own: Vec<u64> = Vec::new();
        let mut showings = Showings::default();
        let mut counts = Self::default();
        for event in events {
            showings.step(event);
            if event.kind == EventKind::Impression && event.value.is_some() {
                counts.seen += 1;
                own.extend(event.slate.as_deref().map(name_of));
            }
            for line in event.lines.iter().filter(|_| event.strength() > 0.0) {
                let slate = showings.chosen_from(event, &line.item);
                if let Some(at) = own.iter().position(|&known| Some(known) == slate) {
                    own.swap_remove(at); // a decision is taken once
                    counts.taken += 1;
                }
            }
        }
        counts
    }

    /// The shopper's base rate.
    #[must_use]
    pub fn rate(self) -> f64 {
        (f64::from(self.taken) + EVIDENCE * BASE_RATE) / (f64::from(self.seen) + EVIDENCE)
    }
}

/// The probability, from a score or without one.
pub(super) fn appetite(score: Option<f64>, reference: f64, taken: Taken) -> f64 {
    let base = between(taken.rate(), 0.001, 0.999);
    let lift = score.map_or(0.0, |score| between(SLOPE * (score - reference), -REACH, REACH));
    let odds = ln(base / (1.0 - base)) + lift;
    1.0 / (1.0 + exp(-odds))
}

#[cfg(test)]
mod tests {
    use super::{BASE_RATE, Taken, appetite};
    use crate::math::{ln, logistic};

    #[test]
    fn a_score_moves_the_odds_by_half_of_what_it_is_above_the_reference_and_by_three_at_most() {
        let base = ln(BASE_RATE / (1.0 - BASE_RATE));
        for (score, lift) in [(None, 0.0), (Some(3.0), 1.0), (Some(-3.0), -2.0), (Some(9.0), 3.0), (Some(-99.0), -3.0)]
        {
            let found = appetite(score, 1.0, Taken::default());
            assert!((found - logistic(base + lift)).abs() < 1e-12, "{score:?}: {found}");
        }
        let rate = Taken { seen: 10, taken: 3 }.rate();
        assert!((appetite(None, 1.0, Taken { seen: 10, taken: 3 }) - rate).abs() < 1e-12);
        assert!((rate - 4.0 / 30.0).abs() < 1e-12);
    }
}
