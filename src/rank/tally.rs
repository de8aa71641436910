//! Counts a slate while it grows, and says which items the limits and quotas still allow.
//!
//! Upper limits hold at every place. Lower quotas wait: as long as enough places
//! are left, the best candidates come first; when the places left are no more
//! than what is still missing, only items that are missing may come. If none of
//! those fits, limits weaker than the quota give way; if there is none at all,
//! the place goes to the best candidate, and the quota is short.
//!
//! Cost: O(limits + quotas) per item asked.

use super::active::{Active, Limit, Need, RuleName, counted_as};
use super::ruleset::{Precedence, has};
use crate::catalog::Catalog;

/// What the present place asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Turn {
    /// Anything within the limits.
    Open,
    /// Items of unmet quotas, of `only` that one when it is given; `over` lets weaker limits give way;
    /// `narrow` keeps floors to the items whose turn it is.
    Missing { only: Option<usize>, over: bool, narrow: bool },
}

/// The counts of one slate.
pub(super) struct Tally<'a> {
    catalog: &'a Catalog,
    active: &'a Active<'a>,
    /// Limit, value, how many.
    counts: Vec<(usize, u32, usize)>,
    /// How many each quota has.
    had: Vec<usize>,
    turn: Turn,
}

impl<'a> Tally<'a> {
    pub(super) fn new(catalog: &'a Catalog, active: &'a Active<'a>) -> Self {
        Self { catalog, active, counts: Vec::new(), had: vec![0; active.needs.len()], turn: Turn::Open }
    }

    pub(super) fn count(&mut self, item: u32) {
        for (at, limit) in self.active.limits.iter().enumerate() {
            let Some(key) = counted_as(self.catalog, &limit.counted, item) else { continue };
            match self.counts.iter_mut().find(|(l, k, _)| *l == at && *k == key) {
                Some((_, _, count)) => *count += 1,
                None => self.counts.push((at, key, 1)),
            }
        }
        for (had, need) in self.had.iter_mut().zip(&self.active.needs) {
            *had += usize::from(has(&need.items, item));
        }
    }

    /// The first full limit that stands against an item, among those at least as strong as `strength`.
    pub(super) fn against(&self, item: u32, strength: Precedence) -> Option<RuleName> {
        let is_full = |(at, limit): &(usize, &Limit)| {
            let Some(key) = counted_as(self.catalog, &limit.counted, item) else { return false };
            let count = self.counts.iter().find(|&&(l, k, _)| l == *at && k == key).map_or(0, |&(_, _, count)| count);
            limit.strength <= strength && count >= limit.most
        };
        self.active.limits.iter().enumerate().find(is_full).map(|(_, limit)| limit.rule)
    }

    /// Whether a pin of that strength may come: only stronger limits stand against it.
    pub(super) fn admits_pin(&self, item: u32, strength: Precedence) -> bool {
        strength == 0 || self.against(item, strength - 1).is_none()
    }

    /// Whether the present place may go to the item.
    #[inline(always)]
    pub(super) fn allows(&self, item: u32) -> bool {
        self.turn == Turn::Open && self.active.limits.is_empty() || self.weighs(item)
    }

    fn weighs(&self, item: u32) -> bool {
        let needs = self.active.needs.iter().zip(&self.had).enumerate();
        match self.turn {
            Turn::Open => self.against(item, Precedence::MAX).is_none(),
            Turn::Missing { only, over, narrow } => needs
                .filter(|(at, (need, had))| only.is_none_or(|only| only == *at) && **had < need.least)
                .filter(|(_, (need, _))| has(need.wants(narrow), item))
                .any(|(_, (need, _))| {
                    // A limit of the quota's own rule is its upper end: it never gives way.
                    self.against(item, if over { need.strength } else { Precedence::MAX }).is_none()
                }),
        }
    }

    /// Begins a place with `left` places to fill, itself included, from these free candidates.
    pub(super) fn begin(&mut self, left: usize, free: &dyn Fn(&Self) -> bool) {
        self.turn = Turn::Open;
        let missing = |(need, had): (&Need, &usize)| need.least.saturating_sub(*had);
        let total: usize = self.active.needs.iter().zip(&self.had).map(missing).sum();
        if total == 0 || total < left {
            return;
        }
        let only: Vec<Option<usize>> =
            if total == left { vec![None] } else { (0..self.active.needs.len()).map(Some).collect() };
        for over in [false, true] {
            for &only in &only {
                for narrow in [true, false] {
                    self.turn = Turn::Missing { only, over, narrow };
                    if free(self) {
                        return;
                    }
                }
            }
        }
        self.turn = Turn::Open;
    }

    /// The strongest quota that is short.
    pub(super) fn shortfall(&self) -> Option<RuleName> {
        let short = self.active.needs.iter().zip(&self.had).find(|(need, had)| **had < need.least);
        short.map(|(need, _)| need.rule)
    }

    /// How many entries a quota has.
    pub(super) fn had(&self, rule: RuleName) -> Option<(usize, usize)> {
        let at = self.active.needs.iter().position(|need| need.rule == rule)?;
        Some((self.had[at], self.active.needs[at].least))
    }

    /// The first limit of a rule that has been reached, or exceeded by so many, and the value it counts there.
    pub(super) fn reached(&self, rule: RuleName, beyond: usize) -> Option<(&Limit, u32)> {
        let limit = |at: usize| &self.active.limits[at];
        let is_reached =
            |&&(at, _, count): &&(usize, u32, usize)| limit(at).rule == rule && count >= limit(at).most + beyond;
        self.counts.iter().find(is_reached).map(|&(at, key, _)| (limit(at), key))
    }

    /// Whether a quota has no more than it asks for.
    pub(super) fn is_scarce(&self, need: &Need) -> bool {
        self.had(need.rule).is_some_and(|(had, least)| had <= least)
    }
}
