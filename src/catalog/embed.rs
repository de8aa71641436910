//! Embeddings from attributes and titles, for catalogs without an interaction log.
//!
//! Each token and title word gets a fixed pseudo-random sign vector; an item is
//! the sum of its words' vectors weighted by rarity, at unit length. Items that
//! share rare words are near one another. This is feature hashing (Weinberger et
//! al. 2009) with dense signs (Achlioptas 2003); the cosine of unrelated items
//! has a standard deviation of 1/√dims.
//!
//! Cost: O(items · words · dims), once per catalog.

use litemap::LiteMap;
use xxhash_rust::xxh64::xxh64;

use super::item::Item;
use super::token::{key_of, tokens_of, words};
use crate::math::ln;
use crate::math::order::by_key;

/// Dimensions of an embedding made here.
pub(super) const TEXT_DIMS: usize = 64;

/// One vector per item, [items, 64], row-major, unit length (or zero for an item without words).
#[must_use]
pub(super) fn embed_items(items: &[Item]) -> Vec<f32> {
    let bags: Vec<Vec<(u64, f64)>> = items.iter().map(bag_of).collect();
    let frequency = count(&bags);
    let total = items.len() as f64;
    bags.iter()
        .flat_map(|bag| {
            let mut sum = [0.0_f64; TEXT_DIMS];
            for &(hash, weight) in bag {
                let rarity = ln((total + 1.0) / (f64::from(frequency.get(&hash).copied().unwrap_or(0)) + 0.5));
                add_signs(&mut sum, hash, weight * rarity);
            }
            unit(&sum)
        })
        .collect()
}

/// In how many bags each word is; words come sorted, so that each insertion is an append.
fn count(bags: &[Vec<(u64, f64)>]) -> LiteMap<u64, u32> {
    let mut hashes: Vec<(u64, u32)> = bags.iter().flatten().map(|&(hash, _)| (hash, 0)).collect();
    by_key(&mut hashes);
    let mut counts = LiteMap::new();
    for (hash, _) in hashes {
        *counts.entry(hash).or_insert(0) += 1;
    }
    counts
}

/// Reduces callers' vectors to 64 dimensions or fewer, unit length, by a fixed sign projection.
#[must_use]
pub(super) fn project(vectors: &[&[f32]], dims: usize) -> (usize, Vec<f32>) {
    if dims <= TEXT_DIMS {
        let rows = vectors.iter().flat_map(|v| unit(&v.iter().map(|&x| f64::from(x)).collect::<Vec<_>>()));
        return (dims, rows.collect());
    }
    let signs: Vec<u64> = (0..dims as u64).map(|d| xxh64(&d.to_le_bytes(), 1)).collect();
    let rows = vectors.iter().flat_map(|vector| {
        let mut sum = [0.0_f64; TEXT_DIMS];
        for (&x, &bits) in vector.iter().zip(&signs) {
            add_signs(&mut sum, bits, f64::from(x));
        }
        unit(&sum)
    });
    (TEXT_DIMS, rows.collect())
}

/// What an item is about: categories weigh most, then tags, brand, attributes and title words.
fn bag_of(item: &Item) -> Vec<(u64, f64)> {
    let weight = |token: &str| match key_of(token) {
        "category" => 1.5,
        "sensitive" => 0.0,
        _ => 1.0,
    };
    let tokens = tokens_of(item);
    let named = tokens.iter().map(|text| (xxh64(text.as_bytes(), 0), weight(text)));
    let titled = words(&item.title).map(|word| (xxh64(word.as_bytes(), 0), 1.0));
    let mut bag: Vec<(u64, f64)> = Vec::new();
    for (hash, weight) in named.chain(titled) {
        if !bag.iter().any(|&(known, _)| known == hash) {
            bag.push((hash, weight));
        }
    }
    bag
}

fn add_signs(sum: &mut [f64; TEXT_DIMS], bits: u64, weight: f64) {
    for (d, cell) in sum.iter_mut().enumerate() {
        *cell += if bits >> d & 1 == 1 { weight } else { -weight };
    }
}

fn unit(vector: &[f64]) -> Vec<f32> {
    let norm = vector.iter().map(|x| x * x).sum::<f64>().sqrt();
    let scale = if norm > 0.0 { 1.0 / norm } else { 0.0 };
    vector.iter().map(|x| (x * scale) as f32).collect()
}
