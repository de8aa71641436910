//! Vectors against which items are measured, quantized like the items.

use flaneur_kernels::{MOST, Queries};

use super::scratch::{Lent, Scratch};
use crate::catalog::Catalog;
use crate::catalog::pack::UNIT;

/// What the bytes of a quantized vector stand for.
#[derive(Clone, Copy, Default)]
pub(super) struct Scale {
    step: f64,
    inverse_norm: f64,
}

impl Scale {
    /// The cosine to an item, −1..=1, from the dot product with its vector.
    #[inline(always)]
    pub(super) fn cosine_of(self, dot: i32, catalog: &Catalog, item: u32) -> f64 {
        f64::from(dot) * f64::from(catalog.inverse_norm(item)) * self.inverse_norm
    }

    /// The product with an item's quantized vector, length about 127, from the dot product.
    #[inline(always)]
    fn product_of(self, dot: i32) -> f64 {
        f64::from(dot) * self.step
    }
}

/// Quantizes a vector behind the bytes; `None` for a zero vector.
fn quantize(vector: &[f64], bytes: &mut Vec<u8>) -> Option<Scale> {
    let largest = vector.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
    if largest <= 0.0 {
        return None;
    }
    let start = bytes.len();
    bytes.extend(vector.iter().map(|x| libm::rint(x / largest * UNIT) as i8 as u8));
    let square = flaneur_kernels::dot(&bytes[start..], &bytes[start..]);
    Some(Scale { step: largest / UNIT, inverse_norm: 1.0 / f64::from(square).sqrt() })
}

/// One quantized vector.
pub(super) struct Direction<'a> {
    bytes: Lent<'a, Vec<u8>>,
    scale: Scale,
}

impl<'a> Direction<'a> {
    /// `None` for a zero vector.
    pub(super) fn of(scratch: &'a Scratch, vector: &[f64]) -> Option<Self> {
        let mut bytes = scratch.lend::<Vec<u8>>();
        let scale = quantize(vector, &mut bytes)?;
        Some(Self { bytes, scale })
    }

    /// The product with an item's quantized vector, length about 127.
    pub(super) fn product(&self, catalog: &Catalog, item: u32) -> f64 {
        self.scale.product_of(flaneur_kernels::dot(&self.bytes, catalog.vector_bytes(item)))
    }

    /// The products with the vectors of several items, `[items, dims]`, in proportion to [`Direction::product`].
    pub(super) fn dots(&self, rows: &[u8], out: &mut [i32]) {
        flaneur_kernels::scan(&self.bytes, rows, out);
    }

    /// What a dot product of [`Direction::dots`] stands for in [`Direction::product`].
    #[inline(always)]
    pub(super) fn product_of(&self, dot: i32) -> f64 {
        self.scale.product_of(dot)
    }

    /// Joins others that are asked together, by product.
    pub(super) fn join(&self, queries: &mut Queries) {
        queries.push(&self.bytes, false);
    }
}

/// Several quantized vectors, side by side; at most [`MOST`].
pub(super) struct Directions<'a> {
    dims: usize,
    /// `[directions, dims]`.
    bytes: Lent<'a, Vec<u8>>,
    scales: [Scale; MOST],
    len: usize,
}

impl<'a> Directions<'a> {
    pub(super) fn new(scratch: &'a Scratch, dims: usize) -> Self {
        Self { dims, bytes: scratch.lend(), scales: [Scale::default(); MOST], len: 0 }
    }

    /// Adds a vector, `[dims]`; its place, or `None` for a zero vector and beyond [`MOST`].
    pub(super) fn push(&mut self, vector: &[f64]) -> Option<usize> {
        let at = self.len;
        let place = self.scales.get_mut(at)?;
        *place = quantize(vector, &mut self.bytes)?;
        self.len += 1;
        Some(at)
    }

    /// What the vectors stand for; anything behind the last.
    pub(super) fn scales(&self) -> &[Scale] {
        &self.scales
    }

    /// Their bytes, one by one.
    fn rows(&self) -> impl Iterator<Item = &[u8]> {
        self.bytes.chunks_exact(self.dims.max(1))
    }

    /// The cosine of each to an item, −1..=1.
    #[inline(always)]
    pub(super) fn cosines(&self, catalog: &Catalog, item: u32) -> impl Iterator<Item = f64> {
        let dots = self.rows().map(move |row| flaneur_kernels::dot(row, catalog.vector_bytes(item)));
        dots.zip(self.scales.iter()).map(move |(dot, scale)| scale.cosine_of(dot, catalog, item))
    }

    /// All join others that are asked together, by cosine.
    pub(super) fn join(&self, queries: &mut Queries) {
        self.rows().for_each(|row| queries.push(row, true));
    }
}
