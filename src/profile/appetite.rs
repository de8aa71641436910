//! Appetite: how readily the shopper accepts surprises of each tier, a Beta posterior each.
//!
//! A labelled discovery that was seen counts against its tier by the chance that
//! it was looked at; one that was chosen counts for it. Both fade towards the
//! prior visit by visit, and a share of every tier is kept whatever was
//! learned: appetite is never annealed to zero.

use crate::log::Tier;
use crate::math::between;

/// Accepted and passed over, before any evidence: the same for every tier.
const PRIOR: [f64; 2] = [1.0, 6.0];
/// Share of the discoveries that every tier keeps.
const LEAST: f64 = 0.1;

/// One Beta posterior per tier: accepted, passed over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Appetite([[f64; 2]; Tier::COUNT]);

impl Default for Appetite {
    fn default() -> Self {
        Self([PRIOR; Tier::COUNT])
    }
}

impl Appetite {
    pub(super) fn fade(&mut self, kept: f64) {
        for tier in &mut self.0 {
            tier.iter_mut().zip(PRIOR).for_each(|(cell, start)| *cell = kept * *cell + (1.0 - kept) * start);
        }
    }

    pub(super) fn learn(&mut self, tier: Tier, accepted: bool, looked: f64) {
        self.0[tier as usize][usize::from(!accepted)] += if accepted { 1.0 } else { looked };
    }

    /// Mean chance that a surprise of the tier is accepted, 0..1.
    #[must_use]
    pub fn mean(&self, tier: Tier) -> f64 {
        let [accepted, passed] = self.0[tier as usize];
        accepted / (accepted + passed)
    }

    /// What share of the discoveries each tier gets at a dial, at least a tenth each; the sum is 1.
    ///
    /// The dial moves the start from near (60, 30 and 10 %) to far (20, 40 and 40 %); what was
    /// accepted moves it from there.
    #[must_use]
    pub fn shares(&self, dial: f64) -> [f64; Tier::COUNT] {
        let dial = between(dial, 0.0, 1.0);
        let start = [0.6 - 0.4 * dial, 0.3 + 0.1 * dial, 0.1 + 0.3 * dial];
        let wanted = Tier::ALL.map(|tier| start[tier as usize] * self.mean(tier));
        let total: f64 = wanted.iter().sum();
        wanted.map(|share| LEAST + (1.0 - LEAST * Tier::COUNT as f64) * share / total)
    }
}

#[cfg(test)]
mod tests {
    use super::{Appetite, LEAST};
    use crate::log::Tier;

    #[test]
    fn accepted_surprises_move_the_shares_and_none_falls_below_a_tenth() {
        let start = Appetite::default().shares(0.3);
        assert!((start.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        let mut appetite = Appetite::default();
        for _ in 0..200 {
            appetite.learn(Tier::Far, true, 1.0);
            appetite.learn(Tier::Near, false, 1.0);
        }
        let moved = appetite.shares(0.3);
        assert!(moved[Tier::Far as usize] > start[Tier::Far as usize] + 0.3);
        assert!(moved.iter().all(|&share| share >= LEAST));
        (0..400).for_each(|_| appetite.fade(0.97));
        assert!((appetite.shares(0.3)[2] - start[2]).abs() < 1e-3, "what is not renewed fades to the start");
    }

    #[test]
    fn the_dial_moves_the_shares_from_near_to_far() {
        let far = |dial| Appetite::default().shares(dial)[Tier::Far as usize];
        assert!(far(0.0) < far(0.5) && far(0.5) < far(1.0));
    }
}
