//! A set of rules in its order of precedence, resolved against a catalog.
//!
//! Guarantees: a [`RuleSet`] that exists has no cycle of precedence and no two
//! rules of one name. Rules that share slots and window are merged into one
//! *layer* (a bitmap of what is out, a sum of boosts), so that a call pays for
//! layers and not for rules: ten thousand rules cost a rank what ten do.
//!
//! Precedence is a number: the higher priority first, then the longer chain of
//! `over` below a rule, then the place in the list. A rule takes at least the
//! priority of those it stands over.
//!
//! Cost: O(rules + items reached) to bind, where a rule reaches the items of the narrowest list that one
//! of its conditions names (ids, tokens, kind, a span of numbers); only a rule of nothing but `not` asks
//! every item. Memory O(layers · items).

use std::hash::{DefaultHasher, Hash, Hasher};

use super::filter::{Filter, ages, unknown_attribute};
use super::postings::Postings;
use super::rule::{Deed, Rule, When};
use crate::catalog::Catalog;
use crate::catalog::token::key_of;
use crate::error::{Error, ErrorKind, Result};
use crate::math::order::{by_key, by_text, distinct};
use crate::time::{DAY_MS, Millis};

/// Most rules of one set.
pub const MAX_RULES: usize = 10_000;
/// Most different combinations of slots and window.
const MAX_LAYERS: usize = 1_000;
/// Most quotas of one set: each is counted at every place.
const MAX_QUOTAS: usize = 100;
/// Priorities reach from minus this to this.
pub const MAX_PRIORITY: i32 = 1_000;

/// How strong a rule is: the smaller, the stronger; equal for rules that only their kinds set apart.
pub(super) type Precedence = u64;

/// Rules that hold at the same time, merged.
#[derive(Clone, Debug)]
pub(super) struct Layer {
    /// The rule whose slots and window it has.
    pub(super) example: u32,
    /// Items kept out while it holds.
    pub(super) out: Vec<u64>,
    /// Items kept out while its window is shut.
    pub(super) waiting: Vec<u64>,
    /// What is added to each item; empty for nothing.
    pub(super) boost: Vec<f64>,
}

/// Rules, ordered and resolved.
#[derive(Clone, Debug, Default)]
pub struct RuleSet {
    rules: Vec<Rule>,
    precedence: Vec<Precedence>,
    /// Places in the list, strongest rule first.
    order: Vec<u32>,
    filters: Vec<Filter>,
    layers: Vec<Layer>,
    /// How many items each rule of the list means.
    meant: Vec<u32>,
    /// For each quota of the list, its rule and the items it means.
    quotas: Vec<(u32, Vec<u64>)>,
    /// When it was bound, and at which parts of a day its answer may change: at midnight 0, at noon 1/2.
    bound: Millis,
    turns: Vec<f64>,
}

impl RuleSet {
    /// Orders rules; they mean nothing until [`RuleSet::bind`] is called.
    ///
    /// # Errors
    /// `value_too_many`, `value_duplicate`, `value_unknown` or `value_conflict` with the path to the rule.
    pub fn new(rules: Vec<Rule>) -> Result<Self> {
        if rules.len() > MAX_RULES {
            return Err(Error::new(ErrorKind::TooMany, "", "more than 10,000 rules; merge some"));
        }
        let precedence = precedence_of(&rules)?;
        check_quotas(&rules, &precedence)?;
        let mut order: Vec<(u64, u32)> = precedence.iter().copied().zip(0..).collect();
        by_key(&mut order);
        let order = order.into_iter().map(|(_, at)| at).collect();
        let set = Self { rules, precedence, order, ..Self::default() };
        if set.scopes().0.len() > MAX_LAYERS {
            let message = "more than 1,000 combinations of slots and windows; let rules share theirs";
            return Err(Error::new(ErrorKind::TooMany, "", message));
        }
        Ok(set)
    }

    /// The rules in the order of the list.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Refuses attributes that no item of the catalog has; an empty catalog refuses nothing.
    ///
    /// # Errors
    /// `value_unknown` with the path to the condition.
    pub fn check(&self, catalog: &Catalog) -> Result<()> {
        let mut keys: Vec<&str> = Vec::new();
        for text in (0..catalog.token_count() as u32).map(|token| key_of(catalog.token(token))) {
            if keys.last() != Some(&text) {
                keys.push(text); // tokens ascend, so equal names are neighbours
            }
        }
        for (at, rule) in self.rules.iter().enumerate() {
            let fault = rule.deed.filter().and_then(|filter| unknown_attribute(&keys, filter));
            if let (Some(path), false) = (fault, catalog.is_empty()) {
                let message = "no item of the catalog has an attribute of this name; check its spelling";
                return Err(Error::new(ErrorKind::Unknown, format!("[{at}].where.{path}"), message));
            }
        }
        Ok(())
    }

    /// Whether the ages that rules ask for may have changed what they mean.
    #[must_use]
    pub fn is_stale(&self, now: Millis) -> bool {
        let days = |at: Millis, turn: f64| at.0 as f64 / DAY_MS as f64 - turn;
        self.turns.iter().any(|&turn| {
            // An item is younger than an age until it has it, and older from the next moment on.
            let (then, now) = (days(self.bound, turn), days(now, turn));
            libm::floor(then) < libm::floor(now) || libm::ceil(then) < libm::ceil(now) || then > now
        })
    }

    /// Resolves the rules against a catalog.
    pub fn bind(&mut self, catalog: &Catalog, now: Millis) {
        let empty = super::rule::Where::default();
        let filters = self.rules.iter().map(|rule| Filter::new(catalog, rule.deed.filter().unwrap_or(&empty)));
        self.filters = filters.collect();
        self.bound = now;
        self.turns.clear();
        self.rules.iter().filter_map(|rule| rule.deed.filter()).for_each(|filter| ages(filter, &mut self.turns));
        let postings = if self.rules.is_empty() { Postings::default() } else { Postings::new(catalog, now) };
        let words = catalog.len().div_ceil(64);
        let (examples, scope) = self.scopes();
        let layer = |&example: &u32| Layer { example, out: vec![0; words], waiting: vec![0; words], boost: Vec::new() };
        let mut layers: Vec<Layer> = examples.iter().map(layer).collect();
        self.quotas.clear();
        self.meant = vec![0; self.rules.len()];
        for (at, rule) in self.rules.iter().enumerate() {
            let layer = &mut layers[scope[at] as usize];
            let mut matched = || {
                let found = matching(catalog, &self.filters[at], &postings, now);
                self.meant[at] = found.len() as u32;
                found
            };
            match &rule.deed {
                Deed::Boost { by, .. } => {
                    if layer.boost.is_empty() {
                        layer.boost = vec![0.0; catalog.len()];
                    }
                    matched().into_iter().for_each(|item| layer.boost[item as usize] += by);
                }
                Deed::Exclude { .. } => matched().into_iter().for_each(|item| set(&mut layer.out, item)),
                Deed::Schedule { .. } => matched().into_iter().for_each(|item| set(&mut layer.waiting, item)),
                Deed::Quota { .. } => {
                    let mut bits = vec![0; words];
                    matched().into_iter().for_each(|item| set(&mut bits, item));
                    self.quotas.push((at as u32, bits));
                }
                Deed::Pin { .. } | Deed::Cap { .. } => {}
            }
        }
        self.layers = layers;
    }

    /// The first rule of each combination of slots and window, and the combination of each rule.
    fn scopes(&self) -> (Vec<u32>, Vec<u32>) {
        let digest = |rule: &Rule| {
            let mut hasher = DefaultHasher::new();
            (&rule.slots, &rule.when).hash(&mut hasher);
            hasher.finish()
        };
        let mut keys: Vec<(u64, u32)> = self.rules.iter().map(digest).zip(0..).collect();
        by_key(&mut keys);
        let same = |a: u32, b: u32| {
            let (a, b) = (&self.rules[a as usize], &self.rules[b as usize]);
            a.slots == b.slots && a.when == b.when
        };
        let mut first = vec![0; self.rules.len()];
        let mut before: Option<(u64, u32)> = None;
        for (key, at) in keys {
            let example = before.filter(|&(known, example)| known == key && same(example, at));
            let example = example.map_or(at, |(_, example)| example);
            (first[at as usize], before) = (example, Some((key, example)));
        }
        let examples = distinct(first.iter().copied());
        let scope = first.iter().map(|example| examples.binary_search(example).unwrap_or(0) as u32).collect();
        (examples, scope)
    }

    pub(super) fn layers(&self) -> &[Layer] {
        &self.layers
    }

    pub(super) fn quotas(&self) -> &[(u32, Vec<u64>)] {
        &self.quotas
    }

    /// Every rule, strongest first, with its place in the list.
    pub(super) fn strongest_first(&self) -> impl Iterator<Item = (u32, &Rule)> {
        self.order.iter().map(|&at| (at, &self.rules[at as usize]))
    }

    /// How many items of the catalog a rule means; 0 for pins and caps.
    pub(super) fn meant(&self, at: u32) -> usize {
        self.meant.get(at as usize).map_or(0, |&count| count as usize)
    }

    pub(super) fn precedence(&self, at: u32) -> Precedence {
        self.precedence[at as usize]
    }

    pub(super) fn matches(&self, at: u32, catalog: &Catalog, item: u32, now: Millis) -> bool {
        self.filters.get(at as usize).is_some_and(|filter| filter.matches(catalog, item, now))
    }
}

/// The precedence of each rule, after names and cycles are checked.
fn precedence_of(rules: &[Rule]) -> Result<Vec<Precedence>> {
    let mut names: Vec<(&str, u32)> = Vec::new();
    names.extend(rules.iter().zip(0..).filter_map(|(rule, at)| Some((rule.id.as_deref()?, at))));
    by_text(&mut names);
    if let Some(pair) = names.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        let message = "another rule has the same id; give each its own";
        return Err(Error::new(ErrorKind::Duplicate, format!("[{}].id", pair[1].1), message));
    }
    let mut below: Vec<Vec<u32>> = vec![Vec::new(); rules.len()];
    for (at, rule) in rules.iter().enumerate() {
        for (place, name) in rule.over.iter().enumerate() {
            let found = names.binary_search_by(|(known, _)| (*known).cmp(name)).map_err(|_| {
                let message = "no rule of this set has that id; name a rule that it has";
                Error::new(ErrorKind::Unknown, format!("[{at}].over[{place}]"), message)
            })?;
            below[at].push(names[found].1);
        }
    }
    rise(rules, &below)
}

/// Walks the arrows of `over` depth first, without recursion: a chain may be ten thousand long.
fn rise(rules: &[Rule], below: &[Vec<u32>]) -> Result<Vec<Precedence>> {
    const OPEN: u32 = u32::MAX;
    let mut height: Vec<Option<u32>> = vec![None; rules.len()];
    let mut priority: Vec<i32> = rules.iter().map(|rule| rule.priority).collect();
    for start in 0..rules.len() {
        let mut path: Vec<(usize, usize)> = if height[start].is_none() { vec![(start, 0)] } else { Vec::new() };
        while let Some((at, next)) = path.pop() {
            if next == 0 {
                height[at] = Some(OPEN);
            }
            let Some(&lower) = below[at].get(next) else {
                let heights = below[at].iter().filter_map(|&lower| height[lower as usize]);
                height[at] = Some(heights.map(|height| height + 1).fold(0, u32::max));
                priority[at] = below[at].iter().fold(priority[at], |most, &l| most.max(priority[l as usize]));
                continue;
            };
            path.push((at, next + 1));
            match height[lower as usize] {
                Some(OPEN) => {
                    let message = "these rules stand over one another in a circle; take one out";
                    return Err(Error::new(ErrorKind::Conflict, format!("[{at}].over[{next}]"), message));
                }
                Some(_) => {}
                None => path.push((lower as usize, 0)),
            }
        }
    }
    let strength = |(&priority, height): (&i32, &Option<u32>)| {
        ((MAX_PRIORITY - priority) as u64) << 32 | u64::from(u32::MAX - height.unwrap_or(0))
    };
    Ok(priority.iter().zip(&height).map(strength).collect())
}

/// Two quotas of the same items, slots, window and strength must leave a number between them.
fn check_quotas(rules: &[Rule], precedence: &[Precedence]) -> Result<()> {
    let is_quota = |&at: &usize| matches!(rules[at].deed, Deed::Quota { .. });
    let quotas: Vec<usize> = (0..rules.len()).filter(is_quota).collect();
    if let Some(&at) = quotas.get(MAX_QUOTAS) {
        return Err(Error::new(ErrorKind::TooMany, format!("[{at}]"), "more than 100 quotas; merge some"));
    }
    for &a in &quotas {
        for &b in &quotas {
            if is_impossible(&rules[a], &rules[b]) && precedence[a] == precedence[b] {
                let message = "asks for more of these items than another quota allows; change one, or give it priority";
                let path =
                    if let Deed::Quota { least: Some(least), .. } = rules[a].deed { least.least() } else { "atLeast" };
                return Err(Error::new(ErrorKind::Conflict, format!("[{a}].{path}"), message));
            }
        }
    }
    Ok(())
}

fn is_impossible(a: &Rule, b: &Rule) -> bool {
    use super::rule::Amount::{Count, Share};
    let (Deed::Quota { filter: mine, least, .. }, Deed::Quota { filter: other, most, .. }) = (&a.deed, &b.deed) else {
        return false;
    };
    let shared = a.slots == b.slots || a.slots.is_empty() || b.slots.is_empty();
    let always = |rule: &Rule| rule.when == When::default();
    let apart = match (least, most) {
        (Some(Count(least)), Some(Count(most))) => least > most,
        (Some(Share(least)), Some(Share(most))) => least > most,
        _ => false,
    };
    apart && shared && mine == other && (a.when == b.when || always(a) && always(b))
}

/// The items a filter means, each once.
fn matching(catalog: &Catalog, filter: &Filter, postings: &Postings, now: Millis) -> Vec<u32> {
    let means = |&item: &u32| filter.matches(catalog, item, now);
    match filter.reach(postings).as_deref() {
        Some([list]) => list.iter().copied().filter(means).collect(),
        Some(lists) => distinct(lists.iter().copied().flatten().copied().filter(means)),
        None => (0..catalog.len() as u32).filter(means).collect(),
    }
}

/// Whether an item is in a bitmap.
pub(super) fn has(bits: &[u64], item: u32) -> bool {
    bits.get(item as usize / 64).is_some_and(|word| word >> (item % 64) & 1 == 1)
}

/// Puts an item into a bitmap.
pub(super) fn set(bits: &mut [u64], item: u32) {
    if let Some(word) = bits.get_mut(item as usize / 64) {
        *word |= 1 << (item % 64);
    }
}
