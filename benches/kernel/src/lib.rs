//! The scan that `rank` does, and merely reading the same bytes: the roofline it is held against.
//!
//! The scan is the product's: `flaneur_kernels` and the source file of its selection, not copies.
//! `cargo xtask bench` compiles this with the flags and the profile of the core; nothing of it ships.
//! On other targets than wasm32 it is empty.
#![cfg(target_arch = "wasm32")]

#[allow(dead_code, unreachable_pub, reason = "the product's own files, of which the scan needs a part")]
#[path = "../../../src/math"]
mod math {
    pub mod order;
    pub mod top;
}

use flaneur_kernels::{MOST, Queries};
use wasm_bindgen::prelude::wasm_bindgen;

use math::top::Top;

/// Quantized vectors, as a pack has them.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Rows {
    rows: Vec<u8>,
    scales: Vec<f32>,
    dims: usize,
}

#[wasm_bindgen]
impl Rows {
    /// Shapes: rows is [items, dims], two's complement; scales is `[items]`, one over each row's length.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(rows: Vec<u8>, scales: Vec<f32>, dims: usize) -> Self {
        Self { rows, scales, dims }
    }

    /// The best `k` items by cosine for each query, best first, one list after the other.
    ///
    /// Shapes: queries is [at most 8, dims]. Cost: O(items · dims · queries).
    #[must_use]
    pub fn top(&self, queries: &[u8], k: usize) -> Vec<u32> {
        let mut asked = Queries::default();
        queries.chunks_exact(self.dims).for_each(|query| asked.push(query, true));
        let mut tops: [Top; MOST] = std::array::from_fn(|at| Top::new(if at < asked.len() { k } else { 0 }));
        asked.above(&self.rows, &self.scales, &mut |query, item, score| {
            let top = &mut tops[query];
            top.push(score, item);
            top.floor()
        });
        tops.into_iter().flat_map(Top::into_sorted).collect()
    }

    /// Reads every byte of the rows once, with vectors where the build has them; the sum keeps the loop alive.
    #[must_use]
    pub fn read(&self) -> u32 {
        sum(&self.rows)
    }
}

/// Bytes that push everything else out of the caches when they are read.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Sweep(Vec<u8>);

#[wasm_bindgen]
impl Sweep {
    /// So many bytes.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(bytes: usize) -> Self {
        Self(vec![1; bytes])
    }

    /// Reads them.
    #[must_use]
    pub fn read(&self) -> u32 {
        sum(&self.0)
    }
}

/// The sum of the bytes taken as 32-bit words, in 8 independent chains.
#[cfg(target_feature = "simd128")]
fn sum(bytes: &[u8]) -> u32 {
    use core::arch::wasm32::{i32x4_add, i32x4_extract_lane, i32x4_splat, v128};
    let mut sums = [i32x4_splat(0); 8];
    for block in bytes.as_chunks::<128>().0 {
        let vectors: [v128; 8] = bytemuck::cast(*block);
        for k in 0..8 {
            sums[k] = i32x4_add(sums[k], vectors[k]);
        }
    }
    let all = sums.into_iter().fold(i32x4_splat(0), |all, sum| i32x4_add(all, sum));
    i32x4_extract_lane::<0>(all) as u32
}

/// The sum of the bytes taken as 32-bit words.
#[cfg(not(target_feature = "simd128"))]
fn sum(bytes: &[u8]) -> u32 {
    bytes.as_chunks::<4>().0.iter().fold(0, |sum, word| sum.wrapping_add(u32::from_le_bytes(*word)))
}
