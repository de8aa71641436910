//! A vector against which items are measured, quantized like the items.

use flaneur_kernels::Queries;

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
        self.product_of(flaneur_kernels::dot(&self.bytes, catalog.vector_bytes(item)))
    }

    /// The products with the vectors of several items, `[items, dims]`, in proportion to [`Direction::product`].
    pub(super) fn dots(&self, rows: &[u8], out: &mut [i32]) {
        flaneur_kernels::scan(&self.bytes, rows, out);
    }

    /// What a dot product of [`Direction::dots`] stands for in [`Direction::product`].
    #[inline(always)]
    pub(super) fn product_of(&self, dot: i32) -> f64 {
        f64::from(dot) * self.step
    }

    /// The cosine to an item, −1..=1.
    pub(super) fn cosine(&self, catalog: &Catalog, item: u32) -> f64 {
        self.cosine_of(flaneur_kernels::dot(&self.bytes, catalog.vector_bytes(item)), catalog, item)
    }

    /// The same from the dot product with the item's vector.
    #[inline(always)]
    pub(super) fn cosine_of(&self, dot: i32, catalog: &Catalog, item: u32) -> f64 {
        f64::from(dot) * f64::from(catalog.inverse_norm(item)) * self.inverse_norm
    }

    /// Joins others that are asked together; `scaled`: by cosine, else by product.
    pub(super) fn join(&self, queries: &mut Queries, scaled: bool) {
        queries.push(&self.bytes, scaled);
    }
}
