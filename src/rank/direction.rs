//! A vector against which items are measured, quantized like the items.

use crate::catalog::Catalog;
use crate::catalog::pack::UNIT;

/// A quantized vector: `step` times its bytes.
pub(super) struct Direction {
    bytes: Vec<u8>,
    step: f64,
    inverse_norm: f64,
}

impl Direction {
    /// `None` for a zero vector.
    pub(super) fn of(vector: &[f64]) -> Option<Self> {
        let largest = vector.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
        if largest <= 0.0 {
            return None;
        }
        let bytes: Vec<u8> = vector.iter().map(|x| libm::rint(x / largest * UNIT) as i8 as u8).collect();
        let square = flaneur_kernels::dot(&bytes, &bytes);
        Some(Self { bytes, step: largest / UNIT, inverse_norm: 1.0 / f64::from(square).sqrt() })
    }

    /// The product with an item's quantized vector, length about 127.
    pub(super) fn product(&self, catalog: &Catalog, item: u32) -> f64 {
        f64::from(flaneur_kernels::dot(&self.bytes, catalog.vector_bytes(item))) * self.step
    }

    /// The cosine to an item, −1..=1.
    pub(super) fn cosine(&self, catalog: &Catalog, item: u32) -> f64 {
        let dot = flaneur_kernels::dot(&self.bytes, catalog.vector_bytes(item));
        f64::from(dot) * f64::from(catalog.inverse_norm(item)) * self.inverse_norm
    }

    /// Dot products with every item, in proportion to [`Direction::product`].
    pub(super) fn scan(&self, catalog: &Catalog, dots: &mut Vec<i32>) {
        catalog.scan(&self.bytes, dots);
    }
}
