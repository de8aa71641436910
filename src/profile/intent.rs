//! Intent: what the session is about, how far along it is, and how likely it ends in a purchase.
//!
//! Read from the running session alone, plus whether the shopper came back and
//! bought before. The probability is a logistic sum of nine facts of the
//! session; its weights are assumptions of ours, stated in `docs/ALGORITHMS.md`
//! section 13, not learned from this shop: hence [`Intent::is_calibrated`].
//! With fewer than [`ENOUGH`] events it says that it does not know.
//!
//! Cost: O(items of the session · tokens).

use litemap::LiteMap;

use super::Profile;
use crate::catalog::{Catalog, Family};
use crate::log::{Event, EventKind};
use crate::math::order::by_score;
use crate::math::{between, exp, ln};
use crate::time::Millis;

/// Events of a session from which on anything is said.
pub const ENOUGH: u32 = 3;
/// Attributes named.
const ABOUT: usize = 4;
/// A category holds the session when it has this share of it.
const FOCUSED: f64 = 0.6;
/// Log-odds of a purchase in a session of which nothing is known: about 3 in 100.
const INTERCEPT: f64 = -3.5;
/// Weights of [`Facts`], in their order.
const WEIGHTS: [f64; 9] = [0.2, 1.0, 0.5, 1.5, 2.0, 0.2, 0.1, 0.3, 0.7];

/// What happened in a session, by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counts {
    /// Everything but impressions and touches.
    pub events: u32,
    /// Item pages opened.
    pub views: u32,
    /// Put into the basket, less taken out.
    pub carts: i32,
    /// Checkouts begun.
    pub checkouts: u32,
    /// Searches.
    pub searches: u32,
    /// Minutes with items.
    pub minutes: f64,
    /// Purchases.
    pub purchases: u32,
}

impl Counts {
    pub(super) fn add(&mut self, event: &Event) {
        use EventKind as K;
        self.events += u32::from(!matches!(event.kind, K::Impression | K::Touch | K::Mute | K::Declare));
        match event.kind {
            K::ViewItem => self.views += 1,
            K::AddToCart => self.carts += 1,
            K::RemoveFromCart => self.carts -= 1,
            K::BeginCheckout => self.checkouts += 1,
            K::Search => self.searches += 1,
            K::Dwell => self.minutes += event.value.unwrap_or(0.0) / 60.0,
            K::Purchase => self.purchases += 1,
            _ => {}
        }
    }
}

/// How far along a session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Looking around.
    Browsing,
    /// Several things of one category.
    Comparing,
    /// Something lies in the basket, or was looked at again.
    Deciding,
    /// A checkout began.
    Buying,
}

impl Stage {
    /// The public name.
    #[must_use]
    pub fn name(self) -> &'static str {
        ["browsing", "comparing", "deciding", "buying"][self as usize]
    }
}

/// What is known of a session; nothing when there is not enough evidence.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Intent {
    /// Events of the running session.
    pub events: u32,
    /// How far along; `None` without enough evidence.
    pub stage: Option<Stage>,
    /// Probability of a purchase in this session; `None` without enough evidence.
    pub purchase: Option<f64>,
    /// Attribute tokens with their share of the session, the most telling first.
    pub about: Vec<(u32, f64)>,
    /// Whether the weights were learned from this shop's logs.
    pub is_calibrated: bool,
}

/// Reads the intent at that moment.
#[must_use]
pub fn intent(catalog: &Catalog, profile: &Profile, now: Millis) -> Intent {
    let session = &profile.session;
    if !session.runs(now) || session.counts.events < ENOUGH {
        let events = if session.runs(now) { session.counts.events } else { 0 };
        return Intent { events, ..Intent::default() };
    }
    let items = session.items(now);
    let shares = shares(catalog, items);
    let focus = shares
        .iter()
        .filter(|&(&token, _)| catalog.family(token) == Family::Category && catalog.token_share(token) < 0.5)
        .fold(0.0_f64, |most, (_, &share)| most.max(share));
    let distinct = crate::math::order::distinct(items.iter().copied()).len();
    let again = if items.is_empty() { 0.0 } else { 1.0 - distinct as f64 / items.len() as f64 };
    let counts = &session.counts;
    let stage = if counts.checkouts > 0 {
        Stage::Buying
    } else if counts.carts > 0 || again >= 0.25 {
        Stage::Deciding
    } else if distinct >= 3 && focus >= FOCUSED {
        Stage::Comparing
    } else {
        Stage::Browsing
    };
    let flag = |is: bool| f64::from(u8::from(is));
    let facts = [
        ln(1.0 + f64::from(counts.views)),
        again,
        focus,
        flag(counts.carts > 0),
        flag(counts.checkouts > 0),
        flag(counts.searches > 0),
        ln(1.0 + between(counts.minutes, 0.0, 30.0)),
        flag(session.visit > 1),
        flag(profile.history.iter().any(|(_, own)| own.bought > 0)),
    ];
    let odds = facts.iter().zip(WEIGHTS).fold(INTERCEPT, |sum, (fact, weight)| sum + fact * weight);
    Intent {
        events: counts.events,
        stage: Some(stage),
        purchase: Some(1.0 / (1.0 + exp(-odds))),
        about: telling(catalog, &shares),
        is_calibrated: false,
    }
}

/// Each token's share of the session, where the newest items count most.
fn shares(catalog: &Catalog, items: &[u32]) -> LiteMap<u32, f64> {
    let weight = |back: usize| exp(-(back as f64) / 10.0);
    let total: f64 = (0..items.len()).map(weight).sum();
    let mut shares = LiteMap::new();
    for (back, &item) in items.iter().rev().enumerate() {
        catalog.tokens(item).for_each(|token| *shares.entry(token).or_insert(0.0) += weight(back) / total);
    }
    shares
}

/// The tokens that most of the session shares and little of the catalog does.
fn telling(catalog: &Catalog, shares: &LiteMap<u32, f64>) -> Vec<(u32, f64)> {
    let worth = |(&token, &share): (&u32, &f64)| (-share * ln(catalog.token_share(token)), token);
    let mut tokens: Vec<(f64, u32)> = shares.iter().map(worth).collect();
    by_score(&mut tokens);
    let named = tokens.into_iter().filter(|&(worth, _)| worth > 0.0).take(ABOUT);
    named.map(|(_, token)| (token, shares.get(&token).copied().unwrap_or(0.0))).collect()
}
