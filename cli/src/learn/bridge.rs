//! Gives every item a vector: items without history borrow from those that share their words.
//!
//! Each word gets the mean of the unit vectors of its items with history; a new
//! item is the sum of its words' means, weighted by rarity and by how many items
//! stand behind each mean. An item none of whose words is known gets the mean of
//! all. A linear map fitted from words to vectors would be sharper; this one
//! cannot overfit and needs no tuning.

use super::embed::Vectors;
use super::words::Words;

/// A mean of `k` vectors counts `k / (k + 2)`.
const SHRINK: f64 = 2.0;

/// Fills the zero rows; returns how many there were.
pub fn bridge(vectors: &mut Vectors, words: &Words) -> usize {
    let dims = vectors.dims;
    let items = words.bags.len();
    let units: Vec<Vec<f64>> = (0..items).map(|item| unit(vectors.row(item))).collect();
    let missing: Vec<usize> = (0..items).filter(|&item| units[item].is_empty()).collect();
    let all = mean(&units, dims, 0..items as u32);
    let mut means: Vec<Option<(f64, Vec<f64>)>> = vec![None; words.postings.len()];
    for &item in &missing {
        let mut sum = vec![0.0; dims];
        for &(word, weight) in &words.bags[item] {
            let postings = &words.postings[word as usize];
            let known = &mut means[word as usize];
            let (count, mean) = known.get_or_insert_with(|| mean(&units, dims, postings.iter().copied()));
            let trust = *count / (*count + SHRINK);
            sum.iter_mut().zip(mean.iter()).for_each(|(sum, x)| *sum += weight * trust * x);
        }
        let found = unit(&sum);
        let row = if found.is_empty() { &all.1 } else { &found };
        vectors.values[item * dims..(item + 1) * dims].copy_from_slice(row);
    }
    missing.len()
}

/// How many of the items have a vector, and the mean of those.
fn mean(units: &[Vec<f64>], dims: usize, items: impl Iterator<Item = u32>) -> (f64, Vec<f64>) {
    let mut sum = vec![0.0; dims];
    let mut count = 0.0;
    for unit in items.map(|item| &units[item as usize]).filter(|unit| !unit.is_empty()) {
        sum.iter_mut().zip(unit).for_each(|(sum, x)| *sum += x);
        count += 1.0;
    }
    sum.iter_mut().for_each(|sum| *sum /= f64::max(count, 1.0));
    (count, sum)
}

/// The vector at unit length; empty when it has none.
fn unit(vector: &[f64]) -> Vec<f64> {
    let length = vector.iter().map(|x| x * x).sum::<f64>().sqrt();
    if length > 1e-9 { vector.iter().map(|x| x / length).collect() } else { Vec::new() }
}
