//! The signals: the additive terms of a score, their names and default weights.
//!
//! A score is `Σ weight · value`. The weight depends on the moment: a *session*
//! runs; or a new visit begins, and the item was bought before (*again*) or not
//! (*discover*). Defaults are the mean of fits on several shops (one set works
//! across shops within 2 %); a pack may carry better ones, by [`Signal::code`].

use super::slate::Reason;
use crate::catalog::pack::PriorWeight;

/// How many signals there are.
pub const SIGNALS: usize = 37;

/// One term of a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u16)]
pub enum Signal {
    /// Share of the neighbourhood of the session's items, 0..=1.
    Together = 0,
    /// Its logarithm, `ln(1 + share / 0.003)`.
    TogetherLog = 1,
    /// Neighbour of the last item, log share.
    Last = 2,
    /// Seen right after the last item, log share.
    Next = 3,
    /// Cosine to the session's faded sum.
    Session = 4,
    /// Cosine to the last item.
    TasteLast = 5,
    /// Cosine to the nearest centre of interest.
    Taste = 6,
    /// Cosine to what was met on earlier visits.
    History = 7,
    /// Neighbourhood of what was met on earlier visits, log share.
    TogetherHistory = 8,
    /// Log of relative popularity.
    Popularity = 9,
    /// Trend of the last 28 days.
    Trend = 10,
    /// Newness, halving every 28 days.
    Fresh = 11,
    /// Seen in this session.
    Seen = 12,
    /// It is the last item seen.
    SeenLast = 13,
    /// Log of how often it was seen in this session.
    SeenCount = 14,
    /// `e^(−items back / 2)` since it was seen.
    SeenRecency = 15,
    /// Log length of the session, for an item seen in it.
    SeenLength = 16,
    /// Look-alike of the last item, log share.
    SimilarLast = 17,
    /// Look-alike of the session's items, log share.
    Similar = 18,
    /// Bought before.
    Bought = 19,
    /// Log of how often it was bought.
    BoughtCount = 20,
    /// `0.8^(visits back)` since it was bought.
    BoughtRecency = 21,
    /// Log of its purchases faded by visits.
    BoughtFade = 22,
    /// How often shoppers buy this item again, against the mean.
    Repeat = 23,
    /// How often this shopper buys again.
    RepeatShare = 24,
    /// Looked at on an earlier visit, not bought.
    Viewed = 25,
    /// Affinity to the brand.
    AffinityBrand = 26,
    /// Affinity to the category.
    AffinityCategory = 27,
    /// Affinity to tags, colours and other attributes.
    AffinityAttribute = 28,
    /// How well the price fits.
    Price = 29,
    /// What such a moment usually is about: time, weather, device, language, store.
    Context = 30,
    /// Shown and passed over.
    Fatigue = 31,
    /// Liked.
    Like = 32,
    /// Declared preferences.
    Declared = 33,
    /// The merchant's boost or bury.
    Rule = 34,
    /// Popular of late, for a shopper of whom nothing is known.
    Crowd = 35,
    /// Share of the neighbourhood, for an item seen in this session.
    SeenTogether = 36,
}

/// Terms that learning and the arrangement add; always weight 1. What was learned from seen slates.
pub const LEARNED: &str = "learned";
/// For items that the slate still owes one of the shopper's interests.
pub const CALIBRATION: &str = "calibration";
/// For items off the obvious shelf.
pub const DISCOVERY: &str = "discovery";
/// Penalty for likeness to the entries above.
pub const DIVERSITY: &str = "diversity";

/// What learning and the arrangement add, in the order of their places behind the signals'.
const ADDED: [&str; 4] = [LEARNED, DISCOVERY, CALIBRATION, DIVERSITY];

/// The names of everything a score is the sum of.
pub fn terms() -> impl Iterator<Item = &'static str> {
    Signal::all().map(Signal::name).chain(ADDED)
}

/// A term of weight 1 that learning (0), discovery (1), calibration (2) or diversity (3) adds.
pub(super) fn added(at: usize, value: f64, item: Option<u32>) -> Reason {
    Reason { signal: ADDED[at], code: (SIGNALS + at) as u16, weight: 1.0, value, item, attribute: None }
}

/// Weights of one signal: session, again, discover.
type Row = (Signal, &'static str, [f64; 3]);

/// Names and default weights, in code order.
const TABLE: [Row; SIGNALS] = {
    use Signal as S;
    [
        (S::Together, "together", [2.50, 0.0, 0.0]),
        (S::TogetherLog, "together_log", [-0.108, 0.0, 0.0]),
        (S::Last, "last", [0.164, 0.0, 0.0]),
        (S::Next, "next", [0.027, 0.0, 0.0]),
        (S::Session, "session", [1.656, 0.0, 0.0]),
        (S::TasteLast, "taste_last", [1.444, 0.0, 0.0]),
        (S::Taste, "taste", [0.5, 0.0, 1.0]),
        (S::History, "history", [0.0, 1.0, 2.2]),
        (S::TogetherHistory, "together_history", [0.0, 0.0, 0.35]),
        (S::Popularity, "popularity", [-0.090, 0.33, 0.90]),
        (S::Trend, "trend", [0.427, 0.64, 1.43]),
        (S::Fresh, "fresh", [0.1, 0.0, 0.2]),
        (S::Seen, "seen", [2.01, 0.0, 0.0]),
        (S::SeenLast, "seen_last", [-0.332, 0.0, 0.0]),
        (S::SeenCount, "seen_count", [1.478, 0.0, 0.0]),
        (S::SeenRecency, "seen_recency", [1.84, 0.0, 0.0]),
        (S::SeenLength, "seen_length", [-0.461, 0.0, 0.0]),
        (S::SimilarLast, "similar_last", [0.171, 0.0, 0.0]),
        (S::Similar, "similar", [0.006, 0.0, 0.0]),
        (S::Bought, "bought", [1.24, 4.4, 0.0]),
        (S::BoughtCount, "bought_count", [0.41, 0.58, 0.0]),
        (S::BoughtRecency, "bought_recency", [0.63, 0.0, 0.0]),
        (S::BoughtFade, "bought_fade", [0.0, 0.90, 0.0]),
        (S::Repeat, "repeat", [0.0, 0.15, 0.0]),
        (S::RepeatShare, "repeat_share", [0.0, 0.50, 0.0]),
        (S::Viewed, "viewed", [0.0, 0.0, 0.5]),
        (S::AffinityBrand, "affinity_brand", [0.15, 0.15, 0.15]),
        (S::AffinityCategory, "affinity_category", [0.2, 0.2, 0.2]),
        (S::AffinityAttribute, "affinity_attribute", [0.15, 0.15, 0.15]),
        (S::Price, "price", [0.15, 0.15, 0.15]),
        (S::Context, "context", [0.2, 0.2, 0.2]),
        (S::Fatigue, "fatigue", [-0.5, -0.5, -0.5]),
        (S::Like, "like", [0.8, 0.8, 0.8]),
        (S::Declared, "declared", [1.5, 1.5, 1.5]),
        (S::Rule, "rule", [1.0, 1.0, 1.0]),
        (S::Crowd, "crowd", [0.0, 0.0, 1.0]),
        (S::SeenTogether, "seen_together", [0.0, 0.0, 0.0]),
    ]
};

impl Signal {
    /// All signals in code order.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|&(signal, _, _)| signal)
    }

    /// The public name.
    #[must_use]
    pub fn name(self) -> &'static str {
        TABLE[self as usize].1
    }

    /// The stable number in a pack.
    #[must_use]
    pub fn code(self) -> u16 {
        self as u16
    }

    /// The signal of that public name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        TABLE.iter().find(|row| row.1 == name).map(|row| row.0)
    }
}

/// Which column of weights applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Block {
    /// A session runs.
    Session = 0,
    /// New visit, bought before.
    Again = 1,
    /// New visit, never bought.
    Discover = 2,
}

/// All weights in force.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights([[f64; 3]; SIGNALS]);

impl Default for Weights {
    fn default() -> Self {
        Self(TABLE.map(|(_, _, row)| row))
    }
}

impl Weights {
    /// The defaults, replaced where a pack brings its own; unknown codes are skipped.
    #[must_use]
    pub fn with_priors(priors: &[PriorWeight]) -> Self {
        let mut weights = Self::default();
        for prior in priors {
            if let Some(row) = weights.0.get_mut(usize::from(prior.signal)) {
                *row = [f64::from(prior.session), f64::from(prior.again), f64::from(prior.discover)];
            }
        }
        weights
    }

    /// One weight.
    #[must_use]
    pub fn of(&self, signal: Signal, block: Block) -> f64 {
        self.0[signal as usize][block as usize]
    }

    /// The weights of one block, by code.
    #[must_use]
    pub fn column(&self, block: Block) -> [f64; SIGNALS] {
        self.0.map(|row| row[block as usize])
    }

    /// Sets a signal to zero everywhere (for ablations).
    pub fn without(&mut self, signal: Signal) {
        self.0[signal as usize] = [0.0; 3];
    }

    /// Replaces one weight.
    pub fn set(&mut self, signal: Signal, block: Block, weight: f64) {
        self.0[signal as usize][block as usize] = weight;
    }
}

#[cfg(test)]
mod tests {
    use super::{Signal, TABLE};

    #[test]
    fn codes_follow_the_table() {
        for (at, (signal, name, _)) in TABLE.iter().enumerate() {
            assert_eq!(usize::from(signal.code()), at);
            assert_eq!(Signal::from_name(name), Some(*signal));
        }
    }
}
