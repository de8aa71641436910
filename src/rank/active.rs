//! The rules in force for one call: those of the shop, then those of the request.
//!
//! Conflict order, strongest first (decision 8): the shopper's refusals, stock
//! and the request's own exclusions, which no rule overrules; then by precedence;
//! and among rules of equal precedence exclusions and schedules, pins, caps and
//! upper quotas, lower quotas, boosts.
//!
//! Cost: O(rules + layers · items / 64), and O(items) when a boost is in force.

use super::rule::{Amount, Deed, Per, Rule};
use super::ruleset::{Precedence, RuleSet, has, set as mark};
use super::scratch::Lent;
use super::{Desk, Request};
use crate::catalog::Catalog;
use crate::math::order::by_key;
use crate::time::Millis;

/// Names a rule: of the shop's set (`false`) or of the request's, and its place there.
pub(super) type RuleName = (bool, u32);

/// A pin in force.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pin {
    pub(super) rule: RuleName,
    pub(super) position: usize,
    pub(super) item: u32,
    pub(super) strength: Precedence,
}

/// What an upper limit counts.
#[derive(Clone, Debug)]
pub(super) enum Counted {
    /// Items by the value they share.
    Per(Per),
    /// These items together.
    Items(Vec<u64>),
}

/// An upper limit in force: a cap, or the upper end of a quota.
#[derive(Clone, Debug)]
pub(super) struct Limit {
    pub(super) rule: RuleName,
    pub(super) counted: Counted,
    pub(super) most: usize,
    pub(super) strength: Precedence,
}

/// The lower end of a quota in force.
#[derive(Clone, Debug)]
pub(super) struct Need {
    pub(super) rule: RuleName,
    pub(super) items: Vec<u64>,
    pub(super) least: usize,
    pub(super) strength: Precedence,
    /// Of a floor: those of the items that places kept free go to, today.
    pub(super) today: Option<Vec<u64>>,
}

impl Need {
    /// The items that a place kept free may go to.
    pub(super) fn wants(&self, narrow: bool) -> &[u64] {
        self.today.as_deref().filter(|_| narrow).unwrap_or(&self.items)
    }
}

/// What one call must keep to.
pub(super) struct Active<'a> {
    /// Strongest first.
    pub(super) pins: Vec<Pin>,
    pub(super) limits: Vec<Limit>,
    /// Strongest first.
    pub(super) needs: Vec<Need>,
    /// `[items / 64]`, or empty.
    out: Lent<'a, Vec<u64>>,
    /// `[items]`, or empty.
    boost: Lent<'a, Vec<f64>>,
}

/// Items that compete for each place that a floor keeps free.
pub(super) const TURNS: usize = 2;

/// When it is the item's turn: the lowest of a day come first.
fn turn(item: u32, now: Millis) -> u64 {
    xxhash_rust::xxh64::xxh64(&item.to_le_bytes(), now.day() as u64)
}

/// Whether a rule speaks about this call.
pub(super) fn is_of_slot(rule: &Rule, slot: &str) -> bool {
    rule.slots.is_empty() || rule.slots.iter().any(|name| name == slot)
}

impl<'a> Active<'a> {
    pub(super) fn new(desk: &Desk<'a>, request: &Request) -> Self {
        let (out, boost) = (desk.scratch.lend(), desk.scratch.lend());
        let mut active = Self { pins: Vec::new(), limits: Vec::new(), needs: Vec::new(), out, boost };
        active.take(desk.catalog, request, desk.rules, false);
        if !request.rules.rules().is_empty() {
            active.take(desk.catalog, request, &request.rules, true);
        }
        let order = |list: &mut dyn Iterator<Item = Precedence>| {
            let mut keys: Vec<(u64, u32)> = list.zip(0..).collect();
            by_key(&mut keys);
            keys.into_iter().map(|(_, at)| at).collect::<Vec<u32>>()
        };
        let pins = order(&mut active.pins.iter().map(|pin| pin.strength));
        active.pins = crate::math::order::arranged(active.pins, &pins);
        let needs = order(&mut active.needs.iter().map(|need| need.strength));
        active.needs = crate::math::order::arranged(active.needs, &needs);
        active
    }

    fn take(&mut self, catalog: &Catalog, request: &Request, set: &RuleSet, own: bool) {
        for layer in set.layers() {
            let example = &set.rules()[layer.example as usize];
            if !is_of_slot(example, &request.slot) {
                continue;
            }
            let holds = example.when.holds(&request.context, request.now);
            self.out.resize(layer.out.len(), 0);
            let out = if holds { &layer.out } else { &layer.waiting };
            self.out.iter_mut().zip(out).for_each(|(mine, layer)| *mine |= layer);
            if holds && !layer.boost.is_empty() {
                self.boost.resize(layer.boost.len(), 0.0);
                self.boost.iter_mut().zip(&layer.boost).for_each(|(mine, layer)| *mine += layer);
            }
        }
        for (rule, at) in set.rules().iter().zip(0..) {
            let is_counted = matches!(rule.deed, Deed::Pin { .. } | Deed::Cap { .. } | Deed::Quota { .. });
            if !is_counted || !is_of_slot(rule, &request.slot) || !rule.when.holds(&request.context, request.now) {
                continue;
            }
            let (name, strength) = ((own, at), set.precedence(at));
            match &rule.deed {
                Deed::Pin { item, position } => {
                    let pin = |item| Pin { rule: name, position: *position, item, strength };
                    self.pins.extend(catalog.find(item).map(pin));
                }
                Deed::Cap { per, max } => self.cap(name, *per, *max, strength),
                &Deed::Quota { least, most, spread, .. } => {
                    let Some((_, items)) = set.quotas().iter().find(|(rule, _)| *rule == at) else { continue };
                    let (items, size) = (items.clone(), request.size);
                    if let Some(most) = most.map(|most| places(most, size, libm::floor)) {
                        let counted = Counted::Items(items.clone());
                        self.limits.push(Limit { rule: name, counted, most, strength });
                    }
                    if let Some(least) = least.map(|least| places(least, size, libm::ceil)) {
                        let today = spread.then(Vec::new);
                        self.needs.push(Need { rule: name, items, least, strength, today });
                    }
                }
                _ => {}
            }
        }
    }

    /// Chooses for each floor the items whose turn it is today, [`TURNS`] for each place it keeps free.
    ///
    /// By a hash of item and day: over the days every item has its turn, and a shopper's draws do not
    /// move it, so that propensities stay exact.
    pub(super) fn take_turns(&mut self, catalog: &Catalog, request: &Request, is_eligible: impl Fn(u32) -> bool) {
        for need in &mut self.needs {
            let Some(today) = &mut need.today else { continue };
            let meant = (0..catalog.len() as u32).filter(|&item| has(&need.items, item) && is_eligible(item));
            let mut turns: Vec<(u64, u32)> = meant.map(|item| (turn(item, request.now), item)).collect();
            by_key(&mut turns);
            today.resize(need.items.len(), 0);
            turns.iter().take(TURNS * need.least).for_each(|&(_, item)| mark(today, item));
        }
    }

    /// A cap says nothing beside one that counts alike and is as narrow and as strong; a narrower one that is
    /// weaker gives way to what the other does not.
    fn cap(&mut self, rule: RuleName, per: Per, most: usize, strength: Precedence) {
        let says_it = |limit: &Limit| {
            matches!(limit.counted, Counted::Per(known) if known == per)
                && limit.most <= most
                && limit.strength <= strength
        };
        if !self.limits.iter().any(says_it) {
            self.limits.push(Limit { rule, counted: Counted::Per(per), most, strength });
        }
    }

    /// What the boosts add for an item.
    pub(super) fn boost(&self, item: u32) -> f64 {
        self.boost.get(item as usize).copied().unwrap_or(0.0)
    }

    /// Items that rules keep out, as a bitmap; empty for none.
    pub(super) fn out(&self) -> &[u64] {
        &self.out
    }

    /// Whether there is something to count.
    pub(super) fn counts(&self) -> bool {
        !self.limits.is_empty() || !self.needs.is_empty()
    }
}

/// The strongest rule in force that keeps an item out.
pub(super) fn excluder(desk: &Desk<'_>, request: &Request, item: u32) -> Option<(RuleName, Precedence)> {
    let of = |set: &RuleSet, own: bool| {
        let out = |&(at, rule): &(u32, &Rule)| keeps_out(set, at, rule, desk.catalog, request, item, request.now);
        set.strongest_first().find(out).map(|(at, _)| ((own, at), set.precedence(at)))
    };
    let (shop, own) = (of(desk.rules, false), of(&request.rules, true));
    match (shop, own) {
        (Some(shop), Some(own)) => Some(if own.1 < shop.1 { own } else { shop }),
        (shop, own) => shop.or(own),
    }
}

fn keeps_out(
    set: &RuleSet,
    at: u32,
    rule: &Rule,
    catalog: &Catalog,
    request: &Request,
    item: u32,
    now: Millis,
) -> bool {
    let acts = match rule.deed {
        Deed::Exclude { .. } => rule.when.holds(&request.context, now),
        Deed::Schedule { .. } => !rule.when.holds(&request.context, now),
        _ => false,
    };
    acts && is_of_slot(rule, &request.slot) && set.matches(at, catalog, item, now)
}

/// An amount in places of a slate.
pub(super) fn places(amount: Amount, size: usize, round: fn(f64) -> f64) -> usize {
    match amount {
        Amount::Count(count) => count,
        // A share times a size may miss a whole number by its last bit.
        Amount::Share(share) => round(libm::rint(share * size as f64 * 1e6) / 1e6) as usize,
    }
}

/// The value by which a cap counts an item; `None` when it has none and is not counted.
pub(super) fn cap_key(catalog: &Catalog, per: Per, item: u32) -> Option<u32> {
    let tokens = |key: &'static str| {
        catalog
            .tokens(item)
            .filter(move |&own| catalog.token(own).strip_prefix(key).is_some_and(|r| r.starts_with(':')))
    };
    match per {
        Per::Brand => tokens("brand").next(),
        Per::Category => tokens("category").last(),
        Per::Group => Some(catalog.group(item)).filter(|&group| group > 0),
        Per::Kind => Some(catalog.kind(item) as u32),
    }
}

/// Whether a limit counts an item, and under which value.
pub(super) fn counted_as(catalog: &Catalog, counted: &Counted, item: u32) -> Option<u32> {
    match counted {
        Counted::Per(per) => cap_key(catalog, *per, item),
        Counted::Items(items) => has(items, item).then_some(0),
    }
}

#[cfg(test)]
mod tests {
    use super::places;
    use crate::rank::Amount;

    #[test]
    fn a_share_of_whole_places_is_that_many_however_its_product_is_rounded() {
        // In binary 0.55 · 20 lies above 11, and 0.57 · 100 below 57.
        assert_eq!(places(Amount::Share(0.55), 20, libm::ceil), 11);
        assert_eq!(places(Amount::Share(0.57), 100, libm::floor), 57);
        assert_eq!((places(Amount::Share(0.5), 5, libm::ceil), places(Amount::Share(0.5), 5, libm::floor)), (3, 2));
        assert_eq!((places(Amount::Share(0.0), 5, libm::ceil), places(Amount::Share(1.0), 5, libm::floor)), (0, 5));
    }
}
