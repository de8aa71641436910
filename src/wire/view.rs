//! What goes out: slates with their reasons, and what the profile knows, in words.

use litemap::LiteMap;
use serde::Serialize;

use crate::catalog::Catalog;
use crate::error::Error;
use crate::log::{Log, Tier};
use crate::math::order::{arranged, by_score, ranking};
use crate::profile::{Interest, Profile};
use crate::rank::{Absence, Bar, Explained, Reason, RuleTrace, Slate};
use crate::replay::{Rate, Replay};
use crate::time::Millis;

/// Most attributes that describe an interest.
const MAX_DESCRIPTION: usize = 4;

/// What was asked about one slate.
#[derive(Clone, Debug, Serialize)]
pub struct ExplainedView<'a> {
    trace: Vec<TraceView<'a>>,
    absent: Vec<AbsenceView<'a>>,
}

/// What became of a rule.
#[derive(Clone, Debug, Serialize)]
struct TraceView<'a> {
    rule: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(rename = "type")]
    kind: &'static str,
    outcome: &'static str,
    count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
}

/// Why an item is absent.
#[derive(Clone, Debug, Serialize)]
struct AbsenceView<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    because: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    needed: Option<f64>,
}

/// The path of a rule in what the page gave.
#[must_use]
pub fn path_of((own, at): (bool, u32)) -> String {
    if own { format!("request.rules[{at}]") } else { format!("rules[{at}]") }
}

/// One term.
#[derive(Clone, Debug, Serialize)]
pub(super) struct ReasonView<'a> {
    signal: &'static str,
    weight: f64,
    value: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attribute: Option<&'a str>,
}

impl<'a> ReasonView<'a> {
    pub(super) fn of(catalog: &'a Catalog, reason: &Reason) -> Self {
        Self {
            signal: reason.signal,
            weight: reason.weight,
            value: reason.value,
            item: reason.item.map(|item| catalog.id(item)),
            attribute: reason.attribute.map(|token| catalog.token(token)),
        }
    }
}

/// A slate's entries as numbers, which JavaScript reads when somebody asks.
///
/// Shapes: for each entry its item, score, propensity, discovery (0 no, else one more than its tier, or 1) and how
/// many reasons it has; for each of these its place in [`crate::rank::terms`], weight, value, item and attribute.
/// An item or attribute that is not there is −1.
#[must_use]
pub fn figures(slate: &Slate) -> Vec<f64> {
    let index = |index: Option<u32>| index.map_or(-1.0, f64::from);
    let mut figures = Vec::with_capacity(slate.entries.iter().map(|entry| 5 + 5 * entry.reasons.len()).sum());
    for entry in &slate.entries {
        let tier = entry.tier.map_or(1, |tier| 2 + tier as u8);
        let discovery = if entry.discovery { f64::from(tier) } else { 0.0 };
        let count = entry.reasons.len() as f64;
        figures.extend([f64::from(entry.item), entry.score, entry.propensity, discovery, count]);
        for reason in &entry.reasons {
            let (item, attribute) = (index(reason.item), index(reason.attribute));
            figures.extend([f64::from(reason.code), reason.weight, reason.value, item, attribute]);
        }
    }
    figures
}

impl<'a> ExplainedView<'a> {
    /// The public form of what was asked about a slate.
    #[must_use]
    pub fn of(explained: &'a Explained) -> Self {
        let trace = explained.rules.iter().map(TraceView::of).collect();
        Self { trace, absent: explained.absent.iter().map(AbsenceView::of).collect() }
    }
}

impl<'a> TraceView<'a> {
    fn of(trace: &'a RuleTrace) -> Self {
        Self {
            rule: path_of(trace.rule),
            id: trace.id.as_deref(),
            kind: trace.kind,
            outcome: trace.outcome.name(),
            count: trace.count,
            by: trace.by.map(path_of),
        }
    }
}

impl<'a> AbsenceView<'a> {
    fn of(absence: &'a Absence) -> Self {
        Self {
            id: &absence.id,
            because: absence.bar.map(Bar::name),
            rule: absence.rule.map(path_of),
            score: absence.score,
            needed: absence.needed,
        }
    }
}

/// What the profile knows.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProfileView<'a> {
    events: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<f64>,
    interests: Vec<InterestView<'a>>,
    affinities: Vec<AffinityView<'a>>,
    declared: Vec<StatementView<'a>>,
    muted: Vec<StatementView<'a>>,
    basket: Vec<&'a str>,
    bought: Vec<&'a str>,
    session: Vec<&'a str>,
    surprise: f64,
    appetite: AppetiteView,
    evidence: EvidenceView,
}

/// How readily surprises of each tier are accepted.
#[derive(Clone, Debug, Serialize)]
struct AppetiteView {
    near: f64,
    bridge: f64,
    far: f64,
}

/// What was learned from seen slates rests on this.
#[derive(Clone, Debug, Serialize)]
struct EvidenceView {
    seen: u32,
    choices: u32,
    enough: bool,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct InterestView<'a> {
    id: &'a str,
    share: f64,
    last_seen: f64,
    items: Vec<WeightView<'a>>,
    attributes: Vec<&'a str>,
    events: &'a [String],
}

#[derive(Clone, Debug, Serialize)]
struct WeightView<'a> {
    id: &'a str,
    weight: f64,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AffinityView<'a> {
    attribute: &'a str,
    value: f64,
    evidence: u32,
    last_seen: f64,
}

#[derive(Clone, Debug, Serialize)]
struct StatementView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    attribute: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<&'a str>,
    liking: f64,
    event: &'a str,
    at: f64,
}

impl<'a> ProfileView<'a> {
    /// The public form of a profile.
    #[must_use]
    pub fn of(catalog: &'a Catalog, log: &Log, profile: &'a Profile, now: Millis) -> Self {
        let names = |items: Vec<u32>| items.into_iter().map(|item| catalog.id(item)).collect();
        let mut bought: Vec<(f64, u32)> = profile
            .history
            .iter()
            .filter(|(_, own)| own.bought > 0)
            .filter_map(|(i, own)| Some((own.bought_at?.0 as f64, i)))
            .collect();
        by_score(&mut bought);
        let learned = profile.learned(catalog, now);
        let [near, bridge, far] = Tier::ALL.map(|tier| learned.appetite.mean(tier));
        let (seen, choices) = learned.evidence();
        Self {
            events: log.events().len(),
            since: log.events().first().map(|event| event.at.0 as f64),
            interests: interests(catalog, profile, now),
            affinities: affinities(catalog, profile, now),
            declared: profile.stated.declarations().map(StatementView::of).collect(),
            muted: profile.stated.refusals().map(StatementView::of).collect(),
            basket: names(profile.basket(now)),
            bought: names(bought.into_iter().map(|(_, item)| item).collect()),
            session: names(profile.session.items(now).iter().rev().copied().collect()),
            surprise: profile.surprise(),
            appetite: AppetiteView { near, bridge, far },
            evidence: EvidenceView { seen, choices, enough: learned.is_ready() },
        }
    }
}

impl<'a> StatementView<'a> {
    fn of((attribute, item, said): (Option<&'a str>, Option<&'a str>, &'a crate::profile::Statement)) -> Self {
        Self { attribute, item, liking: said.liking, event: &said.event, at: said.at.0 as f64 }
    }
}

fn interests<'a>(catalog: &'a Catalog, profile: &'a Profile, now: Millis) -> Vec<InterestView<'a>> {
    let all = profile.interests.all();
    let total: f64 = all.iter().map(|interest| interest.weight_at(now)).sum();
    let view = |interest: &'a Interest| {
        let strongest = interest.strongest();
        InterestView {
            id: &interest.id,
            share: if total > 0.0 { interest.weight_at(now) / total } else { 0.0 },
            last_seen: interest.at.0 as f64,
            attributes: describe(catalog, &strongest),
            items: strongest.into_iter().map(|(item, weight)| WeightView { id: catalog.id(item), weight }).collect(),
            events: &interest.events,
        }
    };
    profile.interests.strongest(all.len(), now).map(view).collect()
}

/// The tokens that most of an interest's items share and few others have.
fn describe<'a>(catalog: &'a Catalog, items: &[(u32, f64)]) -> Vec<&'a str> {
    let mut weights: LiteMap<u32, f64> = LiteMap::new();
    for &(item, weight) in items {
        catalog.tokens(item).for_each(|token| *weights.entry(token).or_insert(0.0) += weight);
    }
    let telling = |token: u32| -crate::math::ln(catalog.token_share(token));
    let mut tokens: Vec<(f64, u32)> = weights.into_iter().map(|(t, weight)| (weight * telling(t), t)).collect();
    by_score(&mut tokens);
    tokens.into_iter().take(MAX_DESCRIPTION).map(|(_, token)| catalog.token(token)).collect()
}

fn affinities<'a>(catalog: &'a Catalog, profile: &Profile, now: Millis) -> Vec<AffinityView<'a>> {
    let view = |(token, evidence): (u32, &crate::profile::Evidence)| AffinityView {
        attribute: catalog.token(token),
        value: profile.affinities.log_odds(catalog, token, now),
        evidence: evidence.count,
        last_seen: evidence.at.0 as f64,
    };
    // Tokens come in the dictionary's order, which is that of their texts: ties stay alphabetic.
    let views: Vec<AffinityView<'_>> = profile.affinities.tokens().map(view).collect();
    let order = ranking(views.iter().map(|view| view.value.abs()));
    arranged(views, &order)
}

/// Whether the plain order would have done better.
#[derive(Clone, Debug, Serialize)]
pub struct ReplayView {
    verdict: &'static str,
    places: usize,
    choices: usize,
    effective: f64,
    served: RateView,
    plain: RateView,
    difference: RateView,
}

/// A rate with its interval.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct RateView {
    value: f64,
    low: f64,
    high: f64,
}

impl RateView {
    pub(super) fn of(rate: Rate) -> Self {
        Self { value: rate.value, low: rate.low, high: rate.high }
    }
}

impl ReplayView {
    /// The public form of a replay.
    #[must_use]
    pub fn of(replay: &Replay) -> Self {
        Self {
            verdict: replay.verdict.name(),
            places: replay.places,
            choices: replay.choices,
            effective: replay.effective,
            served: RateView::of(replay.served),
            plain: RateView::of(replay.plain),
            difference: RateView::of(replay.difference),
        }
    }
}

/// What an import did.
#[derive(Clone, Debug, Serialize)]
pub struct RefusalView {
    path: String,
    code: &'static str,
    message: String,
}

impl RefusalView {
    /// The public form of a refusal.
    #[must_use]
    pub fn of(error: &Error) -> Self {
        Self { path: error.path.clone(), code: error.code(), message: error.message.clone().into_owned() }
    }
}
