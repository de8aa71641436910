//! The score: `Σ weight · value` over the signals of `docs/ALGORITHMS.md`.
//!
//! What depends on the shopper alone is computed once per call (neighbourhood
//! sums, the session's vector); what depends on the item, once per candidate.
//!
//! Source: Ludewig & Jannach 2018 and Garg et al. 2019 for the session
//! neighbourhood made linear; Hu et al. 2020 for faded purchase counts.

use flaneur_kernels::{MOST, Queries};

use super::active::Active;
use super::direction::Directions;
use super::neighbourhood::Neighbourhood;
use super::scratch::{Lent, Scratch};
use super::signal::{Block, SIGNALS, Signal};
use super::slate::Reason;
use super::{Desk, Request};
use crate::catalog::{Family, RelationKind};
use crate::math::order::{by_key, falling, score_of};
use crate::math::{Sieve, exp, ln};
use crate::profile::{Interest, Own, PriceTaste};
use crate::time::decay;

/// Session items that speak, newest first.
const SESSION_REACH: usize = 30;
/// History items that speak on a new visit.
const HISTORY_REACH: usize = 300;
/// History items that may be named as a cause.
const EXPLAIN_REACH: usize = 60;
/// Interests that speak, strongest first.
const INTERESTS: usize = 4;
/// Places made at once for the terms of an entry: few have more.
const REASONS: usize = 32;
/// Days in which newness halves.
const FRESH_HALF_LIFE: f64 = 28.0;

/// A candidate with the value of every signal.
#[derive(Clone, Debug)]
pub struct Scored {
    /// The item's index.
    pub item: u32,
    /// Which column of weights applies.
    pub block: Block,
    /// The value of each signal, by code.
    pub values: [f64; SIGNALS],
    /// `Σ weight · value`.
    pub score: f64,
}

/// What one call knows about the shopper.
pub(super) struct Scorer<'a> {
    desk: &'a Desk<'a>,
    request: &'a Request,
    /// Anchors and session, newest first, repeats included.
    session: Lent<'a, Vec<u32>>,
    /// The items of `session` ascending, each above how far back it last stands, with how often it does.
    visited: Lent<'a, Vec<(u64, u32)>>,
    /// Which items may be in `visited`, and which in the shopper's history: few candidates are.
    may_visited: Sieve,
    may_own: Sieve,
    together: Neighbourhood<'a>,
    last: Neighbourhood<'a>,
    next: Neighbourhood<'a>,
    similar_last: Neighbourhood<'a>,
    similar: Neighbourhood<'a>,
    history: Neighbourhood<'a>,
    /// Items met on earlier visits, the latest first, when no session runs: see [`met_of`].
    met: Lent<'a, Vec<(u64, u32)>>,
    directions: Directions<'a>,
    /// The directions again, to be asked together.
    queries: Lent<'a, Queries>,
    session_vector: Option<usize>,
    last_vector: Option<usize>,
    history_vector: Option<usize>,
    /// The interests that some of the directions are.
    interests: [Option<&'a Interest>; MOST],
    /// Affinities of the tokens with evidence, and how much the moment wants them.
    odds: Lent<'a, Vec<f64>>,
    wanted: Lent<'a, Vec<f64>>,
    /// The place of a token among `odds`, plus one; 0 without evidence. `[tokens]`.
    places: Lent<'a, Vec<u32>>,
    /// The affinity of all other tokens, by family.
    unmet: [f64; 3],
    price: Option<PriceTaste>,
    /// Whether anything was said of items by name.
    speaks_of_items: bool,
    /// The weights in force, `[blocks, SIGNALS]`.
    weights: [[f64; SIGNALS]; 3],
}

impl<'a> Scorer<'a> {
    pub(super) fn new(desk: &'a Desk<'a>, request: &'a Request) -> Self {
        let (catalog, scratch, profile) = (desk.catalog, desk.scratch, desk.profile);
        let affinities = &profile.affinities;
        let visited = profile.session.items(request.now).iter().rev().copied();
        let session = scratch.collect(request.like.iter().copied().chain(visited));
        let met = if session.is_empty() { met_of(desk, request) } else { scratch.lend() };
        let weighted =
            || session.iter().copied().zip(0..SESSION_REACH).map(|(item, back)| (item, exp(-(back as f64) / 3.0)));
        let last = || session.first().map(|&item| (item, 1.0)).into_iter();
        let earlier = || met.iter().map(|&(recency, item)| (item, score_of(recency)));
        let of = |kind, sources: &mut dyn Iterator<Item = (u32, f64)>| Neighbourhood::of(desk, kind, sources);
        let mut directions = Directions::new(scratch, catalog.dims());
        let mut sum = |sources: &mut dyn Iterator<Item = (u32, f64)>| directions.push(&sum_vector(desk, sources));
        let [session_vector, last_vector, history_vector] =
            [sum(&mut weighted()), sum(&mut last()), sum(&mut earlier())];
        let mut interests = [None; MOST];
        for interest in profile.interests.strongest(INTERESTS, request.now) {
            if let Some(at) = directions.push(&interest.centre) {
                interests[at] = Some(interest);
            }
        }
        let mut queries = scratch.lend::<Queries>();
        directions.join(&mut queries);
        let mut places = scratch.filled(catalog.token_count(), 0_u32);
        let (mut odds, mut wanted) = (scratch.lend::<Vec<f64>>(), scratch.lend::<Vec<f64>>());
        for (token, _) in affinities.tokens() {
            odds.push(affinities.log_odds(catalog, token, request.now));
            wanted.push(affinities.moment(token, &request.context, request.now));
            places[token as usize] = odds.len() as u32;
        }
        Self {
            together: of(RelationKind::Together, &mut weighted()),
            last: of(RelationKind::Together, &mut last()),
            next: of(RelationKind::Next, &mut last()),
            similar_last: of(RelationKind::Similar, &mut last()),
            similar: of(RelationKind::Similar, &mut weighted()),
            history: of(RelationKind::Together, &mut earlier()),
            met,
            directions,
            queries,
            may_visited: Sieve::of(session.iter().copied()),
            may_own: Sieve::of(profile.history.iter().map(|(item, _)| item)),
            visited: visited_of(scratch, &session),
            session_vector,
            last_vector,
            history_vector,
            interests,
            odds,
            wanted,
            places,
            price: affinities.price_taste(request.now),
            speaks_of_items: profile.stated.speaks_of_items(),
            weights: [Block::Session, Block::Again, Block::Discover].map(|block| desk.weights.column(block)),
            unmet: [Family::Brand, Family::Category, Family::Attribute]
                .map(|family| affinities.unmet(family, request.now)),
            desk,
            request,
            session,
        }
    }

    /// What was seen last: the three newest items of the session, or all of the latest visit.
    pub(super) fn lately(&self) -> impl Iterator<Item = u32> + '_ {
        let latest = self.met.first().map_or(0, |&(recency, _)| recency);
        let visit = self.met.iter().take_while(move |&&(recency, _)| recency == latest);
        self.session.iter().take(3).copied().chain(visit.map(|&(_, item)| item))
    }

    /// The directions whose nearest items are candidates.
    pub(super) fn directions(&self) -> &Directions<'a> {
        &self.directions
    }

    /// Anchors and session items, newest first.
    pub(super) fn session_items(&self) -> &[u32] {
        &self.session
    }

    /// Whether an item is an anchor or was seen in the session.
    pub(super) fn is_visited(&self, item: u32) -> bool {
        self.visited(item).is_some()
    }

    fn visited(&self, item: u32) -> Option<(u32, u32)> {
        if !self.may_visited.may_have(item) {
            return None;
        }
        let at = self.visited.binary_search_by_key(&item, |&(known, _)| (known >> 32) as u32).ok()?;
        let (known, count) = self.visited[at];
        Some((known as u32, count))
    }

    /// Every item on a list, once, with how strongly the lists speak for it.
    pub(super) fn listed(&self) -> impl Iterator<Item = (u32, f64)> + '_ {
        let lists = [&self.together, &self.next, &self.similar, &self.history];
        (0..lists.len()).flat_map(move |at| {
            let fresh = move |item: &u32| lists[..at].iter().all(|earlier| earlier.share(*item) == 0.0);
            let strength = move |item: u32| {
                lists.iter().zip([1.0, 0.5, 0.5, 1.0]).map(|(list, factor)| factor * list.share(item)).sum::<f64>()
            };
            lists[at].items().filter(fresh).map(move |item| (item, strength(item)))
        })
    }

    pub(super) fn score(&self, item: u32, rules: &Active<'_>) -> Scored {
        let own = if self.may_own.may_have(item) { self.desk.profile.history.of(item) } else { None };
        let bought = own.is_some_and(|own| own.bought > 0);
        let block = match (self.session.is_empty(), bought) {
            (false, _) => Block::Session,
            (true, true) => Block::Again,
            (true, false) => Block::Discover,
        };
        let mut scored = Scored { item, block, values: [0.0; SIGNALS], score: 0.0 };
        let values = &mut scored.values;
        self.lists(item, values);
        self.nearness(item, values);
        self.crowd(item, values);
        self.seen(item, values);
        if let Some(own) = own {
            self.own(item, own, values);
        }
        self.tastes(item, values);
        values[Signal::Rule as usize] = rules.boost(item);
        scored.score = self.weights[block as usize].iter().zip(values).map(|(weight, value)| weight * *value).sum();
        scored
    }

    fn lists(&self, item: u32, values: &mut [f64; SIGNALS]) {
        values[Signal::Together as usize] = self.together.share(item);
        values[Signal::TogetherLog as usize] = self.together.log_share(item, 0.003);
        values[Signal::Last as usize] = self.last.log_share(item, 0.003);
        values[Signal::Next as usize] = self.next.log_share(item, 0.003);
        values[Signal::SimilarLast as usize] = self.similar_last.log_share(item, 0.01);
        values[Signal::Similar as usize] = self.similar.log_share(item, 0.01);
        values[Signal::TogetherHistory as usize] = self.history.log_share(item, 0.02);
    }

    fn nearness(&self, item: u32, values: &mut [f64; SIGNALS]) {
        if self.queries.is_empty() {
            return;
        }
        let dots = self.queries.dots(self.desk.catalog.vector_bytes(item));
        let mut cosines = [0.0; MOST];
        for ((cosine, scale), &dot) in cosines.iter_mut().zip(self.directions.scales()).zip(&dots) {
            *cosine = scale.cosine_of(dot, self.desk.catalog, item);
        }
        let known = |at: Option<usize>| at.map_or(0.0, |at| cosines[at]);
        values[Signal::Session as usize] = known(self.session_vector);
        values[Signal::TasteLast as usize] = known(self.last_vector);
        values[Signal::History as usize] = known(self.history_vector);
        let nearest = self.interests.iter().zip(cosines).filter_map(|(interest, cosine)| interest.map(|_| cosine));
        let nearest = nearest.reduce(|best, next| if next > best { next } else { best });
        values[Signal::Taste as usize] = nearest.map_or(0.0, |cosine| cosine.max(0.0));
    }

    fn nearest_interest(&self, item: u32) -> Option<&'a Interest> {
        let dots = self.queries.dots(self.desk.catalog.vector_bytes(item));
        let cosines = self.interests.iter().zip(self.directions.scales()).zip(dots);
        let cosines = cosines
            .filter_map(|((interest, scale), dot)| Some(((*interest)?, scale.cosine_of(dot, self.desk.catalog, item))));
        cosines.reduce(|best, next| if next.1 > best.1 { next } else { best }).map(|(interest, _)| interest)
    }

    fn crowd(&self, item: u32, values: &mut [f64; SIGNALS]) {
        let catalog = self.desk.catalog;
        let (popularity, trend) = (catalog.popularity(item), catalog.trend(item));
        if self.session.is_empty() && self.met.is_empty() {
            // Nothing else speaks: the two are one figure, how popular the item is of late.
            values[Signal::Crowd as usize] = popularity + trend;
            return;
        }
        values[Signal::Popularity as usize] = popularity;
        values[Signal::Trend as usize] = trend;
        let added = catalog.added(item).map(|at| decay(at.days_until(self.request.now), FRESH_HALF_LIFE));
        values[Signal::Fresh as usize] = added.unwrap_or(0.0);
    }

    fn seen(&self, item: u32, values: &mut [f64; SIGNALS]) {
        let Some((back, count)) = self.visited(item) else { return };
        values[Signal::Seen as usize] = 1.0;
        values[Signal::SeenLast as usize] = f64::from(u8::from(back == 0));
        values[Signal::SeenCount as usize] = ln(f64::from(count));
        values[Signal::SeenRecency as usize] = exp(-f64::from(back) / 2.0);
        values[Signal::SeenLength as usize] = ln(self.session.len() as f64);
        values[Signal::SeenTogether as usize] = self.together.share(item);
    }

    fn own(&self, item: u32, own: &Own, values: &mut [f64; SIGNALS]) {
        let profile = self.desk.profile;
        // A new visit is one further from every earlier one; the running one counts as zero back, also
        // while it only saw: a shelf does not change because the shopper looks at it.
        let begins = self.session.is_empty() && !profile.session.runs(self.request.now);
        let visit = profile.session.visit + u32::from(begins);
        if own.bought == 0 {
            values[Signal::Viewed as usize] = ln(1.0 + f64::from(own.views)) * own.recency(visit);
            return;
        }
        let rate = self.desk.catalog.repeat(item);
        let share = profile.history.repeat_share();
        values[Signal::Bought as usize] = 1.0;
        values[Signal::BoughtCount as usize] = ln(1.0 + f64::from(own.bought));
        values[Signal::BoughtRecency as usize] = own.purchase_recency(visit);
        values[Signal::BoughtFade as usize] = ln(1.0 + own.faded_purchases(visit));
        values[Signal::Repeat as usize] =
            rate.map_or(0.0, |rate| ln((rate + 0.002) / (self.desk.catalog.mean_repeat() + 0.002)));
        values[Signal::RepeatShare as usize] = ln(share / (1.0 - share)) + 0.4;
    }

    fn tastes(&self, item: u32, values: &mut [f64; SIGNALS]) {
        let (catalog, profile, now) = (self.desk.catalog, self.desk.profile, self.request.now);
        let (mut attributes, mut attribute_sum) = (0, 0.0);
        for token in catalog.tokens(item) {
            let (odds, wanted) = self.odds(token);
            match catalog.family(token) {
                Family::Brand => values[Signal::AffinityBrand as usize] = odds,
                Family::Category => {
                    strongest(&mut values[Signal::AffinityCategory as usize], odds);
                    strongest(&mut values[Signal::Context as usize], wanted);
                }
                Family::Attribute => (attributes, attribute_sum) = (attributes + 1, attribute_sum + odds),
            }
            if profile.stated.has_declared() {
                values[Signal::Declared as usize] += profile.stated.declared(catalog.token(token)).unwrap_or(0.0);
            }
        }
        if attributes > 0 {
            values[Signal::AffinityAttribute as usize] = attribute_sum / f64::from(attributes);
        }
        if let Some(taste) = &self.price {
            values[Signal::Price as usize] = catalog.price(item).map_or(0.0, |price| taste.fit(price));
        }
        values[Signal::Fatigue as usize] = profile.fatigue_of(item, now);
        if !self.speaks_of_items {
            return;
        }
        let id = catalog.id(item);
        values[Signal::Like as usize] = f64::from(u8::from(profile.stated.is_liked(id)));
        values[Signal::Declared as usize] += profile.stated.declared_item(id).unwrap_or(0.0);
    }

    /// The affinity of a token and how much the moment wants it, from the table made once per call.
    fn odds(&self, token: u32) -> (f64, f64) {
        match self.places[token as usize] {
            0 => (self.unmet[self.desk.catalog.family(token) as usize], 0.0),
            place => (self.odds[place as usize - 1], self.wanted[place as usize - 1]),
        }
    }

    /// The terms of a scored candidate that are not zero, with what caused them.
    pub(super) fn reasons(&self, scored: &Scored) -> Vec<Reason> {
        let term = |signal: Signal| {
            let weight = self.weights[scored.block as usize][signal as usize];
            let value = scored.values[signal as usize];
            if weight * value == 0.0 {
                return None;
            }
            let (item, attribute) = self.cause(signal, scored.item);
            Some(Reason { signal: signal.name(), code: signal.code(), weight, value, item, attribute })
        };
        let mut reasons = self.desk.scratch.take::<Vec<Reason>>();
        reasons.reserve(REASONS);
        reasons.extend(Signal::all().filter_map(term));
        reasons
    }

    /// The shopper's item, or the attribute, that speaks loudest in a term.
    fn cause(&self, signal: Signal, item: u32) -> (Option<u32>, Option<u32>) {
        use Signal as S;
        let last = self.session.first().copied();
        match signal {
            S::Together | S::TogetherLog => (self.together.loudest(item), None),
            S::Similar => (self.similar.loudest(item), None),
            S::Last | S::Next | S::TasteLast | S::SimilarLast => (last, None),
            S::Session => (self.nearest_met(item, self.session.iter().copied().take(SESSION_REACH)), None),
            S::History | S::TogetherHistory => {
                (self.nearest_met(item, self.met.iter().take(EXPLAIN_REACH).map(|&(_, met)| met)), None)
            }
            S::Taste => (self.nearest_interest(item).and_then(Interest::leader), None),
            S::AffinityBrand => (None, self.leading(item, Family::Brand)),
            S::AffinityCategory | S::Context => (None, self.leading(item, Family::Category)),
            S::AffinityAttribute => (None, self.leading(item, Family::Attribute)),
            _ => (None, None),
        }
    }

    fn nearest_met(&self, item: u32, met: impl Iterator<Item = u32>) -> Option<u32> {
        let cosines = met.filter(|&other| other != item).map(|other| (other, self.desk.catalog.cosine(item, other)));
        cosines.reduce(|best, next| if next.1 > best.1 { next } else { best }).map(|(other, _)| other)
    }

    /// The item's token of a family with the largest affinity by size.
    fn leading(&self, item: u32, family: Family) -> Option<u32> {
        let belongs = |token: &u32| self.desk.catalog.family(*token) == family;
        let sizes = self.desk.catalog.tokens(item).filter(belongs).map(|token| (token, self.odds(token).0.abs()));
        sizes.reduce(|best, next| if next.1 > best.1 { next } else { best }).map(|(token, _)| token)
    }
}

/// The items ascending, each once, with its first place and how often it stands there.
fn visited_of<'a>(scratch: &'a Scratch, session: &[u32]) -> Lent<'a, Vec<(u64, u32)>> {
    let mut visited = scratch.collect(session.iter().zip(0..).map(|(&item, back)| (u64::from(item) << 32 | back, 1)));
    by_key(&mut visited);
    visited.dedup_by(|next, known| {
        let is_same = next.0 >> 32 == known.0 >> 32;
        known.1 += u32::from(is_same);
        is_same
    });
    visited
}

/// Keeps the value of larger size.
fn strongest(kept: &mut f64, value: f64) {
    if value.abs() > kept.abs() {
        *kept = value;
    }
}

/// The items met on earlier visits, each with the key of `0.8^(visits back)`; the latest 300.
fn met_of<'a>(desk: &Desk<'a>, request: &Request) -> Lent<'a, Vec<(u64, u32)>> {
    let session = &desk.profile.session;
    let visit = session.visit + u32::from(!session.runs(request.now));
    let recency = |(item, own): (u32, &Own)| (falling(own.recency(visit)), item);
    let mut met = desk.scratch.collect(desk.profile.history.iter().map(recency));
    by_key(&mut met);
    met.truncate(HISTORY_REACH);
    met
}

fn sum_vector<'a>(desk: &Desk<'a>, items: &mut dyn Iterator<Item = (u32, f64)>) -> Lent<'a, Vec<f64>> {
    let catalog = desk.catalog;
    let mut sum = desk.scratch.filled(catalog.dims(), 0.0);
    for (item, weight) in items {
        let unit = weight * f64::from(catalog.inverse_norm(item));
        sum.iter_mut().zip(catalog.vector(item)).for_each(|(cell, x)| *cell += unit * f64::from(x));
    }
    sum
}
