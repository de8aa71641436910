//! Sums of neighbour weights by item: what the items just seen say about others.
//!
//! A table of the items that are met, not a column of all: its cost does not
//! depend on the size of the catalog. It also remembers which source spoke
//! loudest, so that a reason can name it.
//!
//! Cost: O(list entries) to build, one probe or two to ask.

use super::Desk;
use super::scratch::{Lent, Scratch};
use crate::catalog::RelationKind;
use crate::math::ln;

/// What the sources say about one item.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said {
    item: u32,
    sum: f64,
    /// The source with the largest part of it, and that part.
    loudest: u32,
    part: f64,
}

/// Sums of neighbour weights by item, and their largest. Empty without a source.
pub(super) struct Neighbourhood<'a> {
    /// The place of an item among `said`, plus one; 0 for a free slot. A power of two, at most half full.
    slots: Lent<'a, Vec<u32>>,
    /// In the order in which the items were met.
    said: Lent<'a, Vec<Said>>,
    largest: f64,
}

impl<'a> Neighbourhood<'a> {
    pub(super) fn of(desk: &Desk<'a>, kind: RelationKind, sources: &mut dyn Iterator<Item = (u32, f64)>) -> Self {
        let mut all = Self::new(desk.scratch);
        for (source, weight) in sources {
            for (item, strength) in desk.catalog.neighbours(kind, source) {
                all.add(item, source, weight * strength);
            }
        }
        all.largest = all.said.iter().fold(0.0, |most: f64, said| most.max(said.sum));
        all
    }

    fn new(scratch: &'a Scratch) -> Self {
        Self { slots: scratch.lend(), said: scratch.lend(), largest: 0.0 }
    }

    fn add(&mut self, item: u32, source: u32, part: f64) {
        if 2 * self.said.len() >= self.slots.len() {
            self.grow();
        }
        let slot = self.slot(item);
        match self.slots[slot] {
            0 => {
                self.said.push(Said { item, sum: part, loudest: source, part });
                self.slots[slot] = self.said.len() as u32;
            }
            place => {
                let said = &mut self.said[place as usize - 1];
                said.sum += part;
                if part > said.part {
                    (said.loudest, said.part) = (source, part);
                }
            }
        }
    }

    /// Makes room: four times as many slots.
    fn grow(&mut self) {
        let slots = (4 * self.slots.len()).max(64);
        self.slots.clear();
        self.slots.resize(slots, 0);
        for at in 0..self.said.len() {
            let slot = self.slot(self.said[at].item);
            self.slots[slot] = at as u32 + 1;
        }
    }

    /// The slot of an item: its own, or the free one where it would go. There must be slots.
    #[inline(always)]
    fn slot(&self, item: u32) -> usize {
        let mask = self.slots.len() - 1;
        // Multiplicative hashing, Knuth 1998, section 6.4: the upper bits are the mixed ones.
        let mut slot = (item.wrapping_mul(0x9E37_79B1) >> 8) as usize & mask;
        while self.slots[slot] > 0 && self.said[self.slots[slot] as usize - 1].item != item {
            slot = (slot + 1) & mask;
        }
        slot
    }

    #[inline(always)]
    fn said(&self, item: u32) -> Option<&Said> {
        if self.said.is_empty() {
            return None;
        }
        self.slots[self.slot(item)].checked_sub(1).map(|place| &self.said[place as usize])
    }

    /// The items that are met, each once, in that order.
    pub(super) fn items(&self) -> impl Iterator<Item = u32> + '_ {
        self.said.iter().map(|said| said.item)
    }

    /// The item's share of the largest sum, 0..=1.
    #[inline(always)]
    pub(super) fn share(&self, item: u32) -> f64 {
        let sum = self.said(item).map_or(0.0, |said| said.sum);
        if sum > 0.0 { sum / self.largest } else { 0.0 }
    }

    /// `ln(1 + share / floor)`: 0 for an item outside, about 5.8 for the best at 0.003.
    #[inline(always)]
    pub(super) fn log_share(&self, item: u32, floor: f64) -> f64 {
        let share = self.share(item);
        if share > 0.0 { ln(1.0 + share / floor) } else { 0.0 }
    }

    /// The source that speaks loudest for an item.
    pub(super) fn loudest(&self, item: u32) -> Option<u32> {
        self.said(item).map(|said| said.loudest)
    }
}

#[cfg(test)]
mod tests {
    use super::{Neighbourhood, Scratch};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn equals_plain_sums(parts in prop::collection::vec((0_u32..90, 0_u32..9, 1_u32..50), 0..400)) {
            let scratch = Scratch::default();
            let mut all = Neighbourhood::new(&scratch);
            for &(item, source, part) in &parts {
                all.add(item * 64, source, f64::from(part));
            }
            for item in 0..90 {
                let own: Vec<(u32, u32)> = parts.iter().filter(|p| p.0 == item).map(|p| (p.1, p.2)).collect();
                let said = all.said(item * 64);
                prop_assert_eq!(said.map(|said| said.sum), (!own.is_empty()).then(|| own.iter().map(|p| f64::from(p.1)).sum()));
                let most = own.iter().map(|p| p.1).max();
                let first = own.iter().find(|p| Some(p.1) == most);
                prop_assert_eq!(said.map(|said| said.loudest), first.map(|p| p.0));
            }
            prop_assert_eq!(all.items().count(), all.items().collect::<std::collections::HashSet<_>>().len());
        }
    }
}
