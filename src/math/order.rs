//! The few orders the crate needs, each sorted in one place.
//!
//! Every sort in the crate goes through these: a sorting algorithm weighs 5 KB
//! of wasm per instantiation.

/// Best score first, ties by the lower index.
pub fn by_score(list: &mut [(f64, u32)]) {
    let mut keys: Vec<(u64, u32)> = list.iter().map(|&(score, index)| (falling(score), index)).collect();
    by_key(&mut keys);
    for (cell, (key, index)) in list.iter_mut().zip(keys) {
        *cell = (score_of(key), index);
    }
}

/// A key that ascends as scores fall, in their total order.
#[must_use]
pub fn falling(score: f64) -> u64 {
    flipped(score.to_bits())
}

/// The score of such a key.
#[must_use]
pub fn score_of(key: u64) -> f64 {
    f64::from_bits(flipped(key))
}

/// All bits of a positive number but its sign, none of a negative one: done twice, nothing is changed.
fn flipped(bits: u64) -> u64 {
    bits ^ !(bits as i64 >> 63) as u64 & !(1 << 63)
}

/// Lowest key first, ties by the lower index.
pub fn by_key(list: &mut [(u64, u32)]) {
    list.sort_unstable();
}

/// Puts the `k` lowest keys first, the highest of them last. Cost: O(keys), as a rule.
///
/// A loop of our own: the standard library's, which no input makes slow, weighs 1.6 KB. Here lists are short.
///
/// Source: Hoare 1961, Algorithm 65: Find, as in Wirth 1976, section 2.3.4.
pub fn lowest(list: &mut [(u64, u32)], k: usize) {
    let (mut low, mut high, k) = (0, list.len() as isize - 1, k as isize - 1);
    while low < high {
        let pivot = list[k as usize];
        let (mut i, mut j) = (low, high);
        while i <= j {
            while list[i as usize] < pivot {
                i += 1;
            }
            while pivot < list[j as usize] {
                j -= 1;
            }
            if i <= j {
                list.swap(i as usize, j as usize);
                i += 1;
                j -= 1;
            }
        }
        if j < k {
            low = i;
        }
        if k < i {
            high = j;
        }
    }
}

/// Indices of `numbers`, largest first, ties by the lower index. Cost: O(numbers + their range).
#[must_use]
pub fn by_count(numbers: impl Iterator<Item = i32> + Clone) -> Vec<u32> {
    let most = numbers.clone().max().unwrap_or_default();
    let least = numbers.clone().min().unwrap_or_default();
    let place = |number: i32| most.abs_diff(number) as usize;
    let mut starts = vec![0_u32; place(least) + 2];
    numbers.clone().for_each(|number| starts[place(number) + 1] += 1);
    for at in 1..starts.len() {
        starts[at] += starts[at - 1];
    }
    let mut indices = vec![0; numbers.clone().count()];
    for (number, index) in numbers.zip(0..) {
        let start = &mut starts[place(number)];
        indices[*start as usize] = index;
        *start += 1;
    }
    indices
}

/// Texts in byte order, ties by the lower index.
pub fn by_text(list: &mut [(&str, u32)]) {
    list.sort_unstable();
}

/// Indices of `scores`, best first, ties by the lower index.
#[must_use]
pub fn ranking(scores: impl Iterator<Item = f64>) -> Vec<u32> {
    let mut list: Vec<(f64, u32)> = scores.zip(0..).collect();
    by_score(&mut list);
    list.into_iter().map(|(_, index)| index).collect()
}

/// Numbers ascending, each once.
#[must_use]
pub fn distinct(numbers: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut list: Vec<(u64, u32)> = numbers.map(|number| (u64::from(number), 0)).collect();
    by_key(&mut list);
    list.dedup();
    list.into_iter().map(|(number, _)| number as u32).collect()
}

/// Puts `list` into the order of `indices`, a permutation of its places.
#[must_use]
pub fn arranged<T>(list: Vec<T>, indices: &[u32]) -> Vec<T> {
    let mut slots: Vec<Option<T>> = list.into_iter().map(Some).collect();
    indices.iter().filter_map(|&index| slots[index as usize].take()).collect()
}

#[cfg(test)]
mod tests {
    use super::{by_count, by_score, lowest, ranking};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn scores_stand_in_the_total_order(bits in prop::collection::vec((any::<u64>(), 0_u32..4), 0..60)) {
            let mut list: Vec<(f64, u32)> = bits.iter().map(|&(bits, index)| (f64::from_bits(bits), index)).collect();
            list.extend([(0.0, 1), (-0.0, 1), (f64::INFINITY, 0), (f64::NEG_INFINITY, 0)]);
            let mut plain = list.clone();
            plain.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            by_score(&mut list);
            let bits = |list: &[(f64, u32)]| list.iter().map(|&(x, at)| (x.to_bits(), at)).collect::<Vec<_>>();
            prop_assert_eq!(bits(&list), bits(&plain));
        }

        #[test]
        fn counting_sorts_like_comparing(numbers in prop::collection::vec(-60_i32..60, 0..90)) {
            prop_assert_eq!(by_count(numbers.iter().copied()), ranking(numbers.iter().map(|&number| f64::from(number))));
        }

        #[test]
        fn the_lowest_stand_first_and_the_highest_of_them_last(keys in prop::collection::vec((0_u64..40, 0_u32..4), 1..80), at in 0_usize..80) {
            let (mut list, mut sorted) = (keys.clone(), keys);
            let k = at % list.len() + 1;
            lowest(&mut list, k);
            sorted.sort_unstable();
            prop_assert_eq!(list[k - 1], sorted[k - 1]);
            list[..k].sort_unstable();
            prop_assert_eq!(&list[..k], &sorted[..k]);
        }
    }
}
