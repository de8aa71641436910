//! The best k of a stream of scored indices, ties broken by the lower index.
//!
//! Cost: O(1) for a score below the running floor; a selection out of 2k whenever k more were kept; a sort at the end.

use super::order;

/// Keeps the `k` best pairs pushed so far.
#[derive(Clone, Debug)]
pub struct Top {
    k: usize,
    floor: f64,
    /// Keys that ascend as scores fall.
    kept: Vec<(u64, u32)>,
}

impl Top {
    /// An empty selection of at most `k`.
    #[must_use]
    pub fn new(k: usize) -> Self {
        Self::within(Vec::new(), k)
    }

    /// The same in the memory of an empty list.
    #[must_use]
    pub fn within(mut kept: Vec<(u64, u32)>, k: usize) -> Self {
        kept.reserve(2 * k);
        Self { k, floor: f64::NEG_INFINITY, kept }
    }

    /// Offers one index with its score.
    pub fn push(&mut self, score: f64, index: u32) {
        if self.k == 0 || score < self.floor {
            return;
        }
        self.kept.push((order::falling(score), index));
        if self.kept.len() >= 2 * self.k {
            self.shrink();
        }
    }

    /// The score below which nothing is kept any more.
    #[must_use]
    pub fn floor(&self) -> f64 {
        self.floor
    }

    fn shrink(&mut self) {
        order::lowest(&mut self.kept, self.k);
        self.kept.truncate(self.k);
        self.floor = self.kept.last().map_or(self.floor, |&(key, _)| order::score_of(key));
    }

    /// The keys and indices kept, in any order.
    #[must_use]
    pub fn into_set(mut self) -> Vec<(u64, u32)> {
        if self.kept.len() > self.k {
            self.shrink();
        }
        self.kept
    }

    /// The indices kept, best first.
    #[must_use]
    pub fn into_sorted(self) -> Vec<u32> {
        self.into_keys().into_iter().map(|(_, index)| index).collect()
    }

    /// The scores and indices kept, best first.
    #[must_use]
    pub fn into_pairs(self) -> Vec<(f64, u32)> {
        self.into_keys().into_iter().map(|(key, index)| (order::score_of(key), index)).collect()
    }

    fn into_keys(mut self) -> Vec<(u64, u32)> {
        order::by_key(&mut self.kept);
        self.kept.truncate(self.k);
        self.kept
    }
}

#[cfg(test)]
mod tests {
    use super::Top;
    use crate::math::order;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn equals_a_full_sort(scores in prop::collection::vec(-50_i32..50, 0..300), k in 0_usize..40) {
            let mut top = Top::new(k);
            for (index, &score) in scores.iter().enumerate() {
                top.push(f64::from(score), index as u32);
            }
            let mut all = order::ranking(scores.iter().map(|&score| f64::from(score)));
            all.truncate(k);
            prop_assert_eq!(top.clone().into_sorted(), all.clone());
            let (mut set, mut best) = (top.into_set().into_iter().map(|(_, index)| index).collect::<Vec<_>>(), all);
            set.sort_unstable();
            best.sort_unstable();
            prop_assert_eq!(set, best);
        }
    }
}
