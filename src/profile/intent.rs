//! Intent: what the session is about, how far along it is, and how likely it ends in a purchase.
//!
//! Read from the running session alone, plus whether the shopper came back and
//! bought before. The probability is a logistic sum of nine facts of the
//! session. Its weights are the pack's, where `flaneur pack` found enough sessions
//! to learn them from ([`Intent::is_calibrated`]), else assumptions of ours, stated
//! in `docs/ALGORITHMS.md` section 13.
//! With fewer than [`ENOUGH`] events it says that it does not know.
//!
//! Cost: O(items of the session · tokens).

use litemap::LiteMap;

use super::Profile;
use crate::catalog::pack::FACTS;
use crate::catalog::{Catalog, Family};
use crate::log::{Event, EventKind};
use crate::math::order::{by_score, distinct};
use crate::math::{between, exp, ln};
use crate::time::Millis;

/// Events of a session from which on anything is said.
pub const ENOUGH: u32 = 3;
/// Attributes named.
const ABOUT: usize = 4;
/// A category holds the session when it has this share of it.
const FOCUSED: f64 = 0.6;
/// The weights of [`facts`] without a shop's own: of nothing known a purchase in 3 of 100 sessions.
pub const DEFAULTS: [f64; FACTS] = [-3.5, 0.2, 1.0, 0.5, 1.5, 2.0, 0.2, 0.1, 0.3, 0.7];

/// What happened in a session, by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counts {
    /// Everything but impressions and touches.
    pub events: u32,
    /// Item pages opened.
    pub views: u32,
    /// Events that put into the basket, less those that take out, whatever their quantities.
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
    let events = if session.runs(now) { session.counts.events } else { 0 };
    let Some(facts) = facts(catalog, profile, now) else { return Intent { events, ..Intent::default() } };
    let [_, _, again, focus, has_basket, has_checkout, ..] = facts;
    let items = session.items(now);
    let stage = if has_checkout > 0.0 {
        Stage::Buying
    } else if has_basket > 0.0 || again >= 0.25 {
        Stage::Deciding
    } else if focus >= FOCUSED && distinct(items.iter().copied()).len() >= 3 {
        Stage::Comparing
    } else {
        Stage::Browsing
    };
    let learned = catalog.intent_weights();
    Intent {
        events,
        stage: Some(stage),
        purchase: Some(purchase(&facts, &learned.unwrap_or(DEFAULTS))),
        about: telling(catalog, &shares(catalog, items)),
        is_calibrated: learned.is_some(),
    }
}

/// Probability of a purchase, 0..=1, by the facts and their weights.
#[must_use]
pub fn purchase(facts: &[f64; FACTS], weights: &[f64; FACTS]) -> f64 {
    let odds: f64 = facts.iter().zip(weights).map(|(fact, weight)| fact * weight).sum();
    1.0 / (1.0 + exp(-odds))
}

/// The facts of the running session; nothing without enough evidence.
#[must_use]
pub fn facts(catalog: &Catalog, profile: &Profile, now: Millis) -> Option<[f64; FACTS]> {
    let session = &profile.session;
    let counts = &session.counts;
    if !session.runs(now) || counts.events < ENOUGH {
        return None;
    }
    let items = session.items(now);
    let shares = shares(catalog, items);
    let focus = shares
        .iter()
        .filter(|&(&token, _)| catalog.family(token) == Family::Category && catalog.token_share(token) < 0.5)
        .fold(0.0_f64, |most, (_, &share)| most.max(share));
    let kinds = distinct(items.iter().copied()).len();
    let again = if items.is_empty() { 0.0 } else { 1.0 - kinds as f64 / items.len() as f64 };
    let flag = |is: bool| f64::from(u8::from(is));
    Some([
        1.0,
        ln(1.0 + f64::from(counts.views)),
        again,
        focus,
        flag(counts.carts > 0),
        flag(counts.checkouts > 0),
        flag(counts.searches > 0),
        ln(1.0 + between(counts.minutes, 0.0, 30.0)),
        flag(session.visit > 1),
        flag(profile.history.iter().any(|(_, own)| own.bought > 0)),
    ])
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
