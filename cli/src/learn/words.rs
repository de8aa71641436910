//! The words of the items: attribute tokens and title words, weighted by rarity.
//!
//! TF-IDF with presence as term frequency and `ln((N + 1)/(df + ½))` as rarity,
//! rows at unit length (Salton & Buckley 1988). Used by the look-alikes and by
//! the bridge that gives new items a vector.

use flaneur::catalog::Item;
use flaneur::catalog::token::{key_of, tokens_of, words};
use flaneur::math::ln;

/// The words of each item.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// Per item: word and weight, words ascending, unit length.
    pub bags: Vec<Vec<(u32, f64)>>,
    /// Per word: the items that have it, ascending.
    pub postings: Vec<Vec<u32>>,
}

impl Words {
    /// Reads the words of all items. Cost: O(words · log words).
    #[must_use]
    pub fn of(items: &[Item]) -> Self {
        let texts: Vec<Vec<String>> = items.iter().map(texts_of).collect();
        let mut dictionary: Vec<&String> = texts.iter().flatten().collect();
        dictionary.sort_unstable();
        dictionary.dedup();
        let mut postings: Vec<Vec<u32>> = vec![Vec::new(); dictionary.len()];
        let mut bags: Vec<Vec<(u32, f64)>> = Vec::with_capacity(items.len());
        for (item, texts) in texts.iter().enumerate() {
            let numbers = texts.iter().filter_map(|text| dictionary.binary_search(&text).ok());
            bags.push(numbers.map(|word| (word as u32, 1.0)).collect());
            bags[item].iter().for_each(|&(word, _)| postings[word as usize].push(item as u32));
        }
        for bag in &mut bags {
            for (word, weight) in bag.iter_mut() {
                *weight = ln((items.len() as f64 + 1.0) / (postings[*word as usize].len() as f64 + 0.5));
            }
            let length = bag.iter().map(|(_, weight)| weight * weight).sum::<f64>().sqrt();
            bag.iter_mut().for_each(|(_, weight)| *weight /= length.max(f64::MIN_POSITIVE));
        }
        Self { bags, postings }
    }
}

/// An item's words, sorted, each once. Title words carry no colon, so they never meet a token.
fn texts_of(item: &Item) -> Vec<String> {
    let tokens = tokens_of(item).into_iter().filter(|token| key_of(token) != "sensitive");
    let mut texts: Vec<String> = tokens.chain(words(&item.title)).collect();
    texts.sort_unstable();
    texts.dedup();
    texts
}
