//! The answer: an ordered list whose every entry carries its whole reason.

use super::explain::Explained;
use crate::log::{Tier, Trial};

/// One term of an entry's score.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// The signal's public name.
    pub signal: &'static str,
    /// The place of that name in [`super::terms`]; the largest number for what is no term of a ranking.
    pub code: u16,
    /// Its weight.
    pub weight: f64,
    /// Its value; the term is `weight · value`.
    pub value: f64,
    /// The shopper's item that caused it most.
    pub item: Option<u32>,
    /// The attribute token that caused it most.
    pub attribute: Option<u32>,
}

impl Reason {
    /// What it adds to the score.
    #[must_use]
    pub fn term(&self) -> f64 {
        self.weight * self.value
    }
}

/// Reasons by the size of their terms, ordered in place. Cost: O(reasons²), of which there are some twenty; no allocation.
pub(super) fn largest_first(mut reasons: Vec<Reason>) -> Vec<Reason> {
    for at in 1..reasons.len() {
        let mut at = at;
        while at > 0 && reasons[at].term().abs() > reasons[at - 1].term().abs() {
            reasons.swap(at, at - 1);
            at -= 1;
        }
    }
    reasons
}

/// One entry of a slate.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ranked {
    /// The item.
    pub item: u32,
    /// Its score at this place: the sum of its reasons.
    pub score: f64,
    /// The probability with which it stands here, given the entries above; 1 where nothing was drawn.
    pub propensity: f64,
    /// Whether it is a labelled surprise.
    pub discovery: bool,
    /// How far from the shopper's interests a labelled surprise is.
    pub tier: Option<Tier>,
    /// The log-odds of being chosen by the pack's weights alone: what a seen entry is learned from.
    pub base: Option<f64>,
    /// Whether relevance alone, with no draw, boost or penalty, would put the same item here, given
    /// the entries above; `None` where the item that it would put here had no chance.
    pub plain: Option<bool>,
    /// Of an interleaved slate: which of the trial's arms picked it; `None` for pins.
    pub team: Option<u8>,
    /// The terms, largest first.
    pub reasons: Vec<Reason>,
}

/// An ordered list for a slot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Slate {
    /// Names the content: the same slot, seed and entries give the same id.
    pub id: String,
    /// The place on the page.
    pub slot: String,
    /// The entries, first place first.
    pub entries: Vec<Ranked>,
    /// The rule that could not be kept, or that keeps the slate from being full: whether it is of the
    /// request (else of the shop), and its place in that list.
    pub short: Option<(bool, u32)>,
    /// Why it is so, when the request asked.
    pub explained: Option<Explained>,
    /// The experiment it is a part of, and who made it.
    pub trial: Option<Trial>,
}

impl Slate {
    /// Empties it, and keeps its memory.
    pub(super) fn clear(&mut self) {
        self.id.clear();
        self.slot.clear();
        self.entries.clear();
        (self.short, self.explained, self.trial) = (None, None, None);
    }
}
