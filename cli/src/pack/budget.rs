//! `--budget`: the best pack that fits into so many bytes.
//!
//! A ladder of choices, best first; the first whose pack fits is taken. What is
//! packed then is what the rung's own options give, byte for byte, so that a
//! budget can be replaced by the options that the report names.
//!
//! The order is a prior, from NDCG@20 of packs of each rung on a shop's log; a
//! shop's own log may say otherwise, which takes a replay per rung to find out.

use anyhow::{Result, anyhow, bail};
use bytesize::ByteSize;
use flaneur::catalog::Item;
use flaneur::catalog::pack::{Learned, Neighbour, Stamp, WEIGHT_BITS, write};
use serde::Serialize;

use crate::learn;

/// How much of what logs teach goes into a pack.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Rung {
    /// Neighbours seen together, per item.
    pub neighbours: usize,
    /// Neighbours seen next, per item.
    pub next: usize,
    /// Look-alikes, per item.
    pub similar: usize,
    /// Numbers per vector.
    pub dims: usize,
    /// Bits of a neighbour's weight.
    pub weight_bits: u8,
}

const fn rung(neighbours: usize, next: usize, similar: usize, dims: usize, weight_bits: u8) -> Rung {
    Rung { neighbours, next, similar, dims, weight_bits }
}

/// Best expected ranking first: weight bits and numbers per vector go before neighbours, which go before look-alikes.
const LADDER: [Rung; 14] = [
    rung(50, 20, 20, 64, 4),
    rung(30, 15, 15, 32, 4),
    DEFAULT,
    rung(20, 10, 10, 24, 3),
    rung(20, 10, 10, 16, 3),
    rung(15, 8, 8, 16, 3),
    rung(12, 6, 6, 16, 3),
    rung(10, 5, 6, 12, 3),
    rung(10, 5, 6, 8, 3),
    rung(8, 4, 4, 8, 3),
    rung(5, 2, 4, 8, 3),
    rung(5, 2, 3, 4, 2),
    rung(3, 1, 2, 1, 2),
    rung(1, 0, 1, 1, 1),
];

/// What `flaneur pack` takes without a budget.
pub const DEFAULT: Rung = rung(20, 10, 10, 32, WEIGHT_BITS);

/// The rungs, best expected ranking first, each a smaller pack than the one before.
#[must_use]
pub fn ladder() -> &'static [Rung] {
    &LADDER
}

impl Rung {
    /// The options of learning that this rung stands for; its weight bits go into [`Learned::weight_bits`].
    #[must_use]
    pub fn learning(&self, seed: u64) -> learn::Options {
        let Self { neighbours, next, similar, dims, .. } = *self;
        learn::Options { dims, neighbours, next, similar, seed }
    }

    /// The same as options of `flaneur pack`.
    #[must_use]
    pub fn arguments(&self) -> String {
        let Self { neighbours, next, similar, dims, weight_bits } = self;
        format!(
            "--neighbours {neighbours} --next {next} --content-neighbours {similar} --dims {dims} --weight-bits \
             {weight_bits}"
        )
    }

    /// What is left of more: as large as what this rung's own options teach, which only the vectors differ from.
    #[must_use]
    fn cut(&self, learned: &Learned) -> Learned {
        let lists = |lists: &[Vec<Neighbour>], size: usize| {
            lists.iter().map(|list| list[..list.len().min(size)].to_vec()).collect()
        };
        let dims = learned.dims.min(self.dims);
        let rows = learned.embedding.chunks_exact(learned.dims.max(1));
        Learned {
            together: lists(&learned.together, self.neighbours),
            next: lists(&learned.next, self.next),
            similar: lists(&learned.similar, self.similar),
            embedding: rows.flat_map(|row| &row[..dims]).copied().collect(),
            dims,
            weight_bits: self.weight_bits,
            ..learned.clone()
        }
    }
}

/// What a budget came to, for the report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Choice {
    /// The budget in bytes.
    pub budget: u64,
    /// The options that give the same pack without a budget.
    pub arguments: String,
    /// Sizes in bytes of the rungs that were weighed, best first; the last one fits.
    pub sizes: Vec<(Rung, usize)>,
}

/// Finds the first rung whose pack fits; `learned` is what the first rung's options taught.
///
/// Cost: writes a pack for each rung that is too large.
///
/// # Errors
/// No rung fits: the message says the smallest size. Items that cannot be packed.
pub fn choose(budget: ByteSize, items: &[Item], learned: &Learned, stamp: &Stamp) -> Result<(Choice, &'static Rung)> {
    let mut sizes = Vec::new();
    for rung in ladder() {
        let size = write(items, &rung.cut(learned), stamp).map_err(|error| anyhow!("items{error}"))?.len();
        sizes.push((*rung, size));
        if size as u64 <= budget.as_u64() {
            return Ok((Choice { budget: budget.as_u64(), arguments: rung.arguments(), sizes }, rung));
        }
    }
    let smallest = sizes.iter().map(|&(_, size)| size).min().unwrap_or_default();
    bail!(
        "the smallest pack of these items takes {smallest} bytes, more than the budget of {} bytes; raise --budget or \
         pack fewer items",
        budget.as_u64()
    )
}
