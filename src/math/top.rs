//! The best k of a stream of scored indices, ties broken by the lower index.
//!
//! Cost: O(n) amortized pushes with a buffer of 2k, one selection per k kept.

/// Keeps the `k` best pairs pushed so far.
#[derive(Clone, Debug)]
pub struct Top<S> {
    k: usize,
    floor: Option<S>,
    kept: Vec<(S, u32)>,
}

impl<S: Copy + PartialOrd> Top<S> {
    /// An empty selection of at most `k`.
    #[must_use]
    pub fn new(k: usize) -> Self {
        Self { k, floor: None, kept: Vec::with_capacity(2 * k) }
    }

    /// Offers one index with its score.
    pub fn push(&mut self, score: S, index: u32) {
        if self.k == 0 || self.floor.is_some_and(|floor| score < floor) {
            return;
        }
        self.kept.push((score, index));
        if self.kept.len() >= 2 * self.k {
            self.shrink();
        }
    }

    fn shrink(&mut self) {
        if self.kept.len() > self.k {
            self.kept.select_nth_unstable_by(self.k - 1, order);
            self.kept.truncate(self.k);
            self.floor = self.kept.last().map(|&(score, _)| score);
        }
    }

    /// The pairs kept, best first.
    #[must_use]
    pub fn into_sorted(mut self) -> Vec<(S, u32)> {
        self.shrink();
        self.kept.sort_unstable_by(order);
        self.kept
    }
}

fn order<S: PartialOrd>(a: &(S, u32), b: &(S, u32)) -> std::cmp::Ordering {
    b.0.partial_cmp(&a.0).unwrap_or(std::cmp::Ordering::Equal).then(a.1.cmp(&b.1))
}

#[cfg(test)]
mod tests {
    use super::Top;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn equals_a_full_sort(scores in prop::collection::vec(-50_i32..50, 0..300), k in 0_usize..40) {
            let mut top = Top::new(k);
            for (index, &score) in scores.iter().enumerate() {
                top.push(score, index as u32);
            }
            let mut all: Vec<(i32, u32)> = scores.iter().copied().zip(0..).collect();
            all.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
            all.truncate(k);
            prop_assert_eq!(top.into_sorted(), all);
        }
    }
}
