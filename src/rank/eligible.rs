//! What may be shown at all, as a bitmap.
//!
//! Hard gates first (stock, the shopper's refusals, the merchant's exclusions,
//! the request's), then the guards that keep a slate from repeating what the
//! shopper just saw, holds or bought. Guards give way before a slate stays
//! short; gates never do.

use super::active::Active;
use super::ruleset::{has, set};
use super::scratch::{Lent, Scratch};
use super::{Desk, Request};
use crate::time::Millis;

/// A shop whose shoppers buy again at least this often keeps bought items in play.
const REPEAT_SHOP: f64 = 0.1;
/// Elsewhere a bought item stays away for this many days.
const BOUGHT_DAYS: f64 = 30.0;

/// The items that may be shown.
pub(super) struct Eligible<'a> {
    scratch: &'a Scratch,
    bits: Lent<'a, Vec<u64>>,
    /// In stock, and refused neither by the shopper nor by the request: what no rule overrules.
    hard: Lent<'a, Vec<u64>>,
}

impl<'a> Eligible<'a> {
    pub(super) fn new(desk: &Desk<'a>, request: &Request, active: &Active<'_>) -> Self {
        let (catalog, scratch) = (desk.catalog, desk.scratch);
        let mut hard = scratch.copy(catalog.available());
        let muted = desk.profile.stated.muted_tokens();
        if !muted.is_empty() {
            let is_muted = |item: &u32| catalog.tokens(*item).any(|token| muted.contains(&token));
            (0..catalog.len() as u32).filter(is_muted).for_each(|item| clear(&mut hard, item));
        }
        for &item in desk.profile.stated.dismissed_items() {
            clear(&mut hard, item);
        }
        request.exclude.iter().for_each(|&item| clear(&mut hard, item));
        let mut bits = scratch.copy(&hard);
        bits.iter_mut().zip(active.out()).for_each(|(bit, out)| *bit &= !out);
        request.like.iter().for_each(|&item| clear(&mut bits, item));
        if let Some(candidates) = &request.candidates {
            let mut named = scratch.filled(bits.len(), 0_u64);
            candidates.iter().for_each(|&item| set(&mut named, item));
            bits.iter_mut().zip(named.iter()).for_each(|(bit, name)| *bit &= name);
            return Self { scratch, bits, hard };
        }
        let mut strict = scratch.copy(&bits);
        guard(desk, request, &mut strict);
        let left: u32 = strict.iter().map(|word| word.count_ones()).sum();
        let bits = if left as usize >= request.size { strict } else { bits };
        Self { scratch, bits, hard }
    }

    pub(super) fn has(&self, item: u32) -> bool {
        has(&self.bits, item)
    }

    /// Those of a list that may be shown, ascending, each once.
    pub(super) fn of(&self, items: &[u32]) -> Lent<'a, Vec<u32>> {
        let mut named = self.scratch.filled(self.bits.len(), 0_u64);
        items.iter().for_each(|&item| set(&mut named, item));
        let mut found = self.scratch.lend::<Vec<u32>>();
        for ((name, bits), first) in named.iter().zip(self.bits.iter()).zip((0..).step_by(64)) {
            let mut left = name & bits;
            while left > 0 {
                found.push(first + left.trailing_zeros());
                left &= left - 1;
            }
        }
        found
    }

    /// Whether a pin may show it: guards do not hold for pins, gates do.
    pub(super) fn allows_pin(&self, item: u32) -> bool {
        has(&self.hard, item)
    }
}

fn guard(desk: &Desk<'_>, request: &Request, bits: &mut [u64]) {
    let profile = desk.profile;
    if !request.allow.seen {
        profile.session.items(request.now).iter().for_each(|&item| clear(bits, item));
    }
    if !request.allow.basket {
        profile.held(request.now).for_each(|(item, _)| clear(bits, item));
    }
    if !request.allow.bought && f64::from(desk.catalog.meta().repeat_share) < REPEAT_SHOP {
        let lately = |at: Millis| at.days_until(request.now) <= BOUGHT_DAYS;
        let bought = profile.history.iter().filter(|(_, own)| own.bought > 0 && own.bought_at.is_some_and(lately));
        bought.for_each(|(item, _)| clear(bits, item));
    }
}

fn clear(bits: &mut [u64], item: u32) {
    if let Some(word) = bits.get_mut(item as usize / 64) {
        *word &= !(1 << (item % 64));
    }
}
