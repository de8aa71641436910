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
use clap::Args;
use clap::builder::RangedU64ValueParser;
use flaneur::catalog::Item;
use flaneur::catalog::pack::{Learned, Neighbour, Stamp, WEIGHT_BITS, write};
use serde::Serialize;

use crate::learn;

/// The sizes that a user asks for, with `flaneur pack` and with the engine of `flaneur evaluate`.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Sizes {
    /// Numbers per item vector [default: 32].
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..=255))]
    dims: Option<usize>,
    /// Neighbours seen together, per item [default: 20].
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(0..=255))]
    neighbours: Option<usize>,
    /// Neighbours seen next, per item [default: 10].
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(0..=255))]
    next: Option<usize>,
    /// Look-alikes per item, found by their words; 0 for none [default: 10, or as many as 120 bytes per
    /// item leave room for, when no other size is asked for].
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(0..=255))]
    content_neighbours: Option<usize>,
}

impl Sizes {
    /// The rung that was asked for, the default where nothing is said; `None` when no size was asked for at all.
    pub(crate) fn rung(&self, weight_bits: Option<u8>) -> Option<Rung> {
        let Self { neighbours, next, content_neighbours, dims } = *self;
        let asked = neighbours.is_some() || next.is_some() || content_neighbours.is_some() || dims.is_some();
        (asked || weight_bits.is_some()).then(|| Rung {
            neighbours: neighbours.unwrap_or(DEFAULT.neighbours),
            next: next.unwrap_or(DEFAULT.next),
            similar: content_neighbours.unwrap_or(DEFAULT.similar),
            dims: dims.unwrap_or(DEFAULT.dims),
            weight_bits: weight_bits.unwrap_or(DEFAULT.weight_bits),
        })
    }
}

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

/// What `flaneur pack` takes without a budget, and without options of size where it fits into [`room`].
pub const DEFAULT: Rung = rung(20, 10, 10, 32, WEIGHT_BITS);

/// What gives way in a large catalog, where every neighbour's number is longer: look-alikes, then a bit of weight.
const THRIFT: [Rung; 5] =
    [DEFAULT, rung(20, 10, 6, 32, WEIGHT_BITS), rung(20, 10, 3, 32, WEIGHT_BITS), rung(20, 10, 3, 32, 3), LEAST];
const LEAST: Rung = rung(20, 10, 0, 32, 3);

/// Bytes per item that a pack without options of size takes at most, before compression.
const BYTES_PER_ITEM: u64 = 120;
/// A pack of so many bytes is small, however few items share it.
const SMALL: u64 = 256 << 10;

/// The bytes that a pack without options of size may take.
#[must_use]
pub fn room(items: usize) -> u64 {
    SMALL.max(BYTES_PER_ITEM * items as u64)
}

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

    /// What is left of more: as large as what this rung's own options teach, which only the vectors differ
    /// from, and not even they where the rung has as many dimensions.
    #[must_use]
    pub fn cut(&self, learned: &Learned) -> Learned {
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
    let (sizes, found) = weigh(ladder(), budget.as_u64(), items, learned, stamp)?;
    if let Some(rung) = found {
        return Ok((Choice { budget: budget.as_u64(), arguments: rung.arguments(), sizes }, rung));
    }
    let smallest = sizes.iter().map(|&(_, size)| size).min().unwrap_or_default();
    bail!(
        "the smallest pack of these items takes {smallest} bytes, more than the budget of {} bytes; raise --budget or \
         pack fewer items",
        budget.as_u64()
    )
}

/// Finds the rung of a pack without options of size: the default, or what of it fits into [`room`].
///
/// The last one is taken even where it does not fit, because the rest is the items themselves. `learned` is
/// what the default's options taught; its embedding stays as it is.
///
/// # Errors
/// Items that cannot be packed.
pub fn usual(items: &[Item], learned: &Learned, stamp: &Stamp) -> Result<(Choice, &'static Rung)> {
    let budget = room(items.len());
    let (sizes, found) = weigh(&THRIFT, budget, items, learned, stamp)?;
    let rung = found.unwrap_or(&LEAST);
    Ok((Choice { budget, arguments: rung.arguments(), sizes }, rung))
}

type Weighed = (Vec<(Rung, usize)>, Option<&'static Rung>);

/// The sizes of the rungs down to the first that fits.
fn weigh(rungs: &'static [Rung], budget: u64, items: &[Item], learned: &Learned, stamp: &Stamp) -> Result<Weighed> {
    let mut sizes = Vec::new();
    for rung in rungs {
        let size = write(items, &rung.cut(learned), stamp).map_err(|error| anyhow!("items{error}"))?.len();
        sizes.push((*rung, size));
        if size as u64 <= budget {
            return Ok((sizes, Some(rung)));
        }
    }
    Ok((sizes, None))
}

#[cfg(test)]
mod tests {
    // A helper's failure is the test's.
    #![allow(clippy::unwrap_used)]

    use super::{BYTES_PER_ITEM, DEFAULT, SMALL, room, usual};
    use flaneur::catalog::Item;
    use flaneur::catalog::pack::{Learned, Neighbour, Stamp, write};

    /// Full lists of neighbours all over a catalog, the most expensive there are.
    fn full(items: usize) -> Learned {
        let lists = |size: usize, stride: usize| -> Vec<Vec<Neighbour>> {
            let list = |item: usize| {
                let other = |k: usize| ((item + (k + 1) * stride) % items) as u32;
                (0..size).map(|k| Neighbour { item: other(k), weight: 1.0 / (k + 1) as f32 }).collect()
            };
            (0..items).map(list).collect()
        };
        Learned {
            together: lists(DEFAULT.neighbours, items / 21),
            next: lists(DEFAULT.next, items / 11),
            similar: lists(DEFAULT.similar, items / 12),
            embedding: (0..items * DEFAULT.dims).map(|at| (at % 7) as f32 - 3.0).collect(),
            dims: DEFAULT.dims,
            weight_bits: DEFAULT.weight_bits,
            popularity: vec![0.5; items],
            ..Learned::default()
        }
    }

    fn settled(items: usize) -> (usize, super::Rung) {
        let (catalog, learned): (Vec<Item>, _) =
            ((0..items).map(|at| Item::new(at.to_string())).collect(), full(items));
        let stamp = Stamp { created: 0, currency: "EUR".to_owned() };
        let (_, rung) = usual(&catalog, &learned, &stamp).unwrap();
        (write(&catalog, &rung.cut(&learned), &stamp).unwrap().len(), *rung)
    }

    #[test]
    fn a_large_catalog_gives_up_look_alikes_before_anything_else() {
        let (size, rung) = settled(40_000);
        assert!(size as u64 <= room(40_000) && room(40_000) == 40_000 * BYTES_PER_ITEM, "{size}");
        assert!(rung.similar < DEFAULT.similar, "{rung:?}");
        assert_eq!((rung.neighbours, rung.next, rung.dims), (DEFAULT.neighbours, DEFAULT.next, DEFAULT.dims));
    }

    #[test]
    fn a_small_catalog_keeps_everything() {
        assert_eq!(settled(1_000).1, DEFAULT);
        assert_eq!(room(1_000), SMALL);
    }
}
