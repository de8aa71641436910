//! The pack: the shop's public catalog in one file, the same bytes for every shopper.
//!
//! Little-endian, columnar, one checksum per section; `docs/PACK.md` has the
//! tables. Readers skip sections they do not know, so sections can be added
//! without a new version; a changed meaning takes a new [`VERSION`].

mod lists;
mod read;
mod write;

use serde::{Deserialize, Serialize};

use crate::time::Millis;

pub(super) use lists::Lists;
pub(super) use read::{Layout, read_layout};
pub(super) use write::write_plain;
pub use write::{Learned, Neighbour, Stamp, WEIGHT_BITS, write};

/// The first eight bytes of every pack.
pub const MAGIC: [u8; 8] = *b"FLANPACK";
/// The version of the format this crate writes and reads.
pub const VERSION: u16 = 2;
/// Bytes before the section table.
pub const HEADER_LEN: usize = 32;
/// Bytes of one row of the section table.
pub const ROW_LEN: usize = 16;

/// The sections, by their four-letter tag.
pub mod tag {
    /// Facts about the whole pack.
    pub const META: [u8; 4] = *b"META";
    /// Identifiers, in the shop's order.
    pub const IDS: [u8; 4] = *b"IDS ";
    /// Flags and kind of each item.
    pub const FLAGS: [u8; 4] = *b"FLAG";
    /// Price of each item.
    pub const PRICE: [u8; 4] = *b"PRIC";
    /// Margin of each item.
    pub const MARGIN: [u8; 4] = *b"MARG";
    /// Day each item was added.
    pub const ADDED: [u8; 4] = *b"ADDD";
    /// Variant family of each item.
    pub const GROUP: [u8; 4] = *b"GRUP";
    /// Dictionary of attribute tokens.
    pub const TOKENS: [u8; 4] = *b"TOKD";
    /// Tokens of each item.
    pub const ITEM_TOKENS: [u8; 4] = *b"TOKI";
    /// Popularity, log scale.
    pub const POPULARITY: [u8; 4] = *b"POPU";
    /// Trend of the last 28 days.
    pub const TREND: [u8; 4] = *b"TREN";
    /// Repeat purchase rate.
    pub const REPEAT: [u8; 4] = *b"REPE";
    /// Item vectors.
    pub const EMBEDDING: [u8; 4] = *b"EMBD";
    /// Neighbours seen together.
    pub const TOGETHER: [u8; 4] = *b"TOGE";
    /// Neighbours seen next.
    pub const NEXT: [u8; 4] = *b"NEXT";
    /// Neighbours that look alike.
    pub const SIMILAR: [u8; 4] = *b"SIMI";
    /// Prior weights of the signals.
    pub const WEIGHTS: [u8; 4] = *b"WGHT";
}

/// Flag bit: the item cannot be shown.
pub const UNAVAILABLE: u32 = 1;
/// Flag bit: events on the item are never learned.
pub const SENSITIVE: u32 = 2;
/// The kind stands above the flags.
pub(super) const KIND_SHIFT: u32 = 2;
/// Prices of so many bytes or fewer are whole hundredths and one more; wider ones are floats.
pub(super) const CENTS_BYTES: usize = 3;

/// Bytes of a table of texts before the lengths: how many, and the bytes of a length.
pub(super) const TEXTS_HEAD: usize = 5;
/// Most dimensions of the vectors.
pub const MAX_VECTOR: usize = 255;
/// Popularity is stored in steps of 1/1024 log units.
pub(super) const POPULARITY_STEP: f64 = 1.0 / 1024.0;
/// Trend is stored in steps of 1/32 log units.
pub(super) const TREND_STEP: f64 = 1.0 / 32.0;
/// Quantized vectors have length 127.
pub const UNIT: f64 = 127.0;
/// A list's scale is `2^((byte − 192) / 8)`.
pub(super) fn row_scale(byte: u8) -> f64 {
    libm::exp((f64::from(byte) - 192.0) / 8.0 * std::f64::consts::LN_2)
}

/// Facts about the whole pack.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    /// When the pack was built, epoch milliseconds.
    pub created: i64,
    /// Currency of every price, ISO 4217, empty when unknown.
    pub currency: String,
    /// Whether an interaction log went into it.
    pub learned: bool,
    /// Share of purchases that are repeats, 0..=1; 0 without a log.
    pub repeat_share: f32,
    /// How many shoppers must have seen a pair for it to be kept; 0 without a log.
    pub min_support: u32,
}

impl Meta {
    /// When the pack was built.
    #[must_use]
    pub fn created(&self) -> Millis {
        Millis(self.created)
    }
}

/// The code of the first fact of an intent among prior weights; the others follow.
pub const INTENT: u16 = 0x100;
/// Facts of an intent, the first always 1.
pub const FACTS: usize = 10;

/// The prior weight of one signal, by the signal's stable code, or of a fact of an intent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PriorWeight {
    /// `Signal::code`, or [`INTENT`] and the fact's place; a fact has a weight while a session runs.
    pub signal: u16,
    /// Weight while a session runs.
    pub session: f32,
    /// Weight on a new visit, for an item bought before.
    pub again: f32,
    /// Weight on a new visit, for an item never bought.
    pub discover: f32,
}
