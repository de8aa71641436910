//! Look-alikes: the nearest items by TF-IDF cosine of their words.
//!
//! They need no log, so a new item has them from its first day. Variants of one
//! group are not listed for one another: they are the same thing.
//!
//! Costs: O(Σ df²) over words of at most 2,000 items; commoner words are left
//! out of the comparison because they tell least and cost most.

use flaneur::catalog::Item;
use flaneur::catalog::pack::Neighbour;
use flaneur::math::Top;

use super::words::Words;

/// Words of more items are not followed.
const COMMON: usize = 2_000;

/// The best `size` look-alikes of each item.
#[must_use]
pub fn similar(items: &[Item], words: &Words, size: usize, mut progress: impl FnMut(usize)) -> Vec<Vec<Neighbour>> {
    let mut sums = vec![0.0_f64; items.len()];
    let mut touched: Vec<u32> = Vec::new();
    (0..items.len())
        .map(|item| {
            for &(word, weight) in &words.bags[item] {
                let postings = &words.postings[word as usize];
                if postings.len() > COMMON {
                    continue;
                }
                for &other in postings {
                    if sums[other as usize] == 0.0 {
                        touched.push(other);
                    }
                    sums[other as usize] += weight * weight_of(&words.bags[other as usize], word);
                }
            }
            let mut top = Top::new(size);
            for other in touched.drain(..) {
                let cosine = std::mem::take(&mut sums[other as usize]);
                if other as usize != item && cosine > 0.0 && !same_group(&items[item], &items[other as usize]) {
                    top.push(cosine, other);
                }
            }
            progress(1);
            top.into_pairs().into_iter().map(|(weight, item)| Neighbour { item, weight: weight as f32 }).collect()
        })
        .collect()
}

fn weight_of(bag: &[(u32, f64)], word: u32) -> f64 {
    bag.binary_search_by_key(&word, |&(word, _)| word).map_or(0.0, |at| bag[at].1)
}

fn same_group(a: &Item, b: &Item) -> bool {
    a.group.is_some() && a.group == b.group
}
