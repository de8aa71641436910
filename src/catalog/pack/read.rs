//! Reads a pack in place: checks everything once, then hands out ranges.
//!
//! Guarantees: after [`read_layout`] succeeds, every index and text range that
//! an accessor uses lies inside the bytes. A torn or hostile file is refused
//! with the section named.

use std::ops::Range;

use xxhash_rust::xxh32::xxh32;

use super::write::content_hash;
use super::{CENTS_BYTES, HEADER_LEN, KIND_SHIFT, Lists, MAGIC, MAX_VECTOR, Meta, PriorWeight, ROW_LEN};
use super::{TEXTS_HEAD, VERSION, tag};
use crate::catalog::item::{Kind, MAX_ITEMS};
use crate::error::{Error, ErrorKind, Result};

/// Where each column lies in the pack's bytes.
#[derive(Clone, Debug, Default)]
pub(in crate::catalog) struct Layout {
    pub(in crate::catalog) items: usize,
    pub(in crate::catalog) hash: u64,
    pub(in crate::catalog) meta: Meta,
    pub(in crate::catalog) ids: Texts,
    pub(in crate::catalog) index: Index,
    pub(in crate::catalog) flags: Column,
    pub(in crate::catalog) price: Column,
    pub(in crate::catalog) margin: Column,
    pub(in crate::catalog) added: Column,
    pub(in crate::catalog) group: Column,
    pub(in crate::catalog) tokens: Texts,
    pub(in crate::catalog) item_tokens: Lists,
    pub(in crate::catalog) popularity: Column,
    pub(in crate::catalog) trend: Column,
    pub(in crate::catalog) repeat: Column,
    pub(in crate::catalog) embedding: Column,
    pub(in crate::catalog) together: Option<Lists>,
    pub(in crate::catalog) next: Option<Lists>,
    pub(in crate::catalog) similar: Option<Lists>,
    pub(in crate::catalog) weights: Vec<PriorWeight>,
}

/// A cell of the same width for each item; one that no section has is of width 0 and reads as 0.
#[derive(Clone, Debug, Default)]
pub(in crate::catalog) struct Column {
    pub(in crate::catalog) start: usize,
    pub(in crate::catalog) width: usize,
}

impl Column {
    #[inline(always)]
    pub(in crate::catalog) fn cell<'a>(&self, bytes: &'a [u8], item: u32) -> &'a [u8] {
        let start = self.start + self.width * item as usize;
        &bytes[start..start + self.width]
    }

    /// The cell as a number, in a column of at most four bytes.
    #[inline(always)]
    pub(in crate::catalog) fn number(&self, bytes: &[u8], item: u32) -> u32 {
        little(self.cell(bytes, item))
    }
}

/// A table of texts.
#[derive(Clone, Debug, Default)]
pub(in crate::catalog) struct Texts {
    /// Where each text begins in the pack's bytes, and where the last one ends; empty without a table.
    starts: Vec<u32>,
}

impl Texts {
    pub(in crate::catalog) fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    pub(in crate::catalog) fn text<'a>(&self, bytes: &'a [u8], at: usize) -> &'a str {
        std::str::from_utf8(&bytes[self.starts[at] as usize..self.starts[at + 1] as usize]).unwrap_or_default()
    }
}

/// Finds texts: a hash table of their places, half of it empty at least, searched from a text's hash on.
#[derive(Clone, Debug, Default)]
pub(in crate::catalog) struct Index {
    /// One more than the place of a text; 0 is empty.
    slots: Vec<u32>,
    seed: u32,
}

impl Index {
    /// # Errors
    /// `pack_corrupt` when a text stands twice.
    fn of(bytes: &[u8], texts: &Texts, seed: u32) -> Result<Self> {
        let mut index = Self { slots: vec![0; (2 * texts.len()).next_power_of_two()], seed };
        for at in 0..texts.len() {
            match index.find(bytes, texts, texts.text(bytes, at)) {
                Ok(_) => return Err(corrupt(tag::IDS, "has an identifier twice")),
                Err(slot) => index.slots[slot] = at as u32 + 1,
            }
        }
        Ok(index)
    }

    /// The place of a text, or the slot where it would be.
    pub(in crate::catalog) fn find(&self, bytes: &[u8], texts: &Texts, text: &str) -> std::result::Result<u32, usize> {
        let mask = self.slots.len().wrapping_sub(1);
        let mut slot = xxh32(text.as_bytes(), self.seed) as usize & mask;
        loop {
            match self.slots.get(slot) {
                None | Some(0) => return Err(slot),
                Some(place) if texts.text(bytes, *place as usize - 1) == text => return Ok(place - 1),
                Some(_) => slot = (slot + 1) & mask,
            }
        }
    }
}

/// Checks a whole pack and finds its columns.
///
/// Cost: one pass over the bytes for the checksums, one over texts and lists.
///
/// # Errors
/// `pack_not_a_pack`, `pack_version`, `pack_truncated`, or `pack_corrupt` with
/// the section's tag as path.
pub(in crate::catalog) fn read_layout(bytes: &[u8]) -> Result<Layout> {
    let (items, hash, sections) = read_table(bytes)?;
    let find = |name: [u8; 4]| sections.iter().find(|(known, _)| *known == name).map(|(_, range)| range.clone());
    let need = |name| find(name).ok_or_else(|| corrupt(name, "is missing"));
    let column = |name, widest: usize| {
        let range = find(name).unwrap_or_default();
        let width = range.len() / items.max(1);
        let fits = width <= widest && width * items == range.len();
        fits.then_some(Column { start: range.start, width }).ok_or_else(|| corrupt(name, "has the wrong length"))
    };
    let lists = |name, range, universe, ascends| {
        Lists::read(bytes, range, items, universe, ascends).map_err(|what| corrupt(name, what))
    };
    let relation = |name| find(name).map(|range| lists(name, range, items, true)).transpose();
    let ids = texts(bytes, need(tag::IDS)?, tag::IDS)?;
    let tokens = texts(bytes, need(tag::TOKENS)?, tag::TOKENS)?;
    if ids.len() != items {
        return Err(corrupt(tag::IDS, "has the wrong number of texts"));
    }
    let layout = Layout {
        items,
        hash,
        meta: decode(bytes, need(tag::META)?, tag::META)?,
        index: Index::of(bytes, &ids, hash as u32)?,
        ids,
        flags: column(tag::FLAGS, 1)?,
        price: column(tag::PRICE, 4)?,
        margin: column(tag::MARGIN, 4)?,
        added: column(tag::ADDED, 2)?,
        group: column(tag::GROUP, 4)?,
        item_tokens: lists(tag::ITEM_TOKENS, need(tag::ITEM_TOKENS)?, tokens.len(), false)?,
        tokens,
        popularity: column(tag::POPULARITY, 2)?,
        trend: column(tag::TREND, 1)?,
        repeat: column(tag::REPEAT, 1)?,
        embedding: column(tag::EMBEDDING, MAX_VECTOR)?,
        together: relation(tag::TOGETHER)?,
        next: relation(tag::NEXT)?,
        similar: relation(tag::SIMILAR)?,
        weights: find(tag::WEIGHTS).map_or(Ok(Vec::new()), |range| decode(bytes, range, tag::WEIGHTS))?,
    };
    check_contents(bytes, &layout)?;
    Ok(layout)
}

type Table = (usize, u64, Vec<([u8; 4], Range<usize>)>);

fn read_table(bytes: &[u8]) -> Result<Table> {
    if bytes.len() < MAGIC.len() || bytes[..MAGIC.len()] != MAGIC {
        let message = "these bytes are not a pack; expected a file written by `flaneur pack`";
        return Err(Error::new(ErrorKind::PackMagic, "", message));
    }
    if bytes.len() < HEADER_LEN {
        return Err(truncated("header"));
    }
    let version = u16::from_le_bytes([bytes[8], bytes[9]]);
    if version != VERSION {
        let message = format!("the pack has format version {version}; this engine reads version {VERSION}; pack again");
        return Err(Error::new(ErrorKind::PackVersion, "", message));
    }
    let count = usize::from(u16::from_le_bytes([bytes[10], bytes[11]]));
    let items = u32_at(bytes, 12) as usize;
    let length = u64_at(bytes, 16);
    if (bytes.len() as u64) < length || bytes.len() < HEADER_LEN + count * ROW_LEN {
        return Err(truncated("sections"));
    }
    let table = &bytes[HEADER_LEN..HEADER_LEN + count * ROW_LEN];
    let hash = u64_at(bytes, 24);
    if bytes.len() as u64 != length || content_hash(bytes, table) != hash || items > MAX_ITEMS {
        return Err(Error::new(ErrorKind::PackCorrupt, "header", "the header fails its checksum; load the pack again"));
    }
    let mut sections = Vec::with_capacity(count);
    for row in table.chunks_exact(ROW_LEN) {
        let name = [row[0], row[1], row[2], row[3]];
        let (sum, offset, len) = (u32_at(row, 4), u32_at(row, 8) as usize, u32_at(row, 12) as usize);
        let range = offset..offset.saturating_add(len);
        let section = bytes.get(range.clone()).ok_or_else(|| truncated(&label(name)))?;
        if xxh32(section, 0) != sum {
            return Err(corrupt(name, "fails its checksum"));
        }
        sections.push((name, range));
    }
    Ok((items, hash, sections))
}

fn decode<T: serde::de::DeserializeOwned>(bytes: &[u8], range: Range<usize>, name: [u8; 4]) -> Result<T> {
    postcard::from_bytes(&bytes[range]).map_err(|_| corrupt(name, "cannot be decoded"))
}

/// Checks a table of texts: lengths add up, bytes are UTF-8 and no text is cut inside a character.
fn texts(bytes: &[u8], range: Range<usize>, name: [u8; 4]) -> Result<Texts> {
    let broken = || corrupt(name, "has a broken table of lengths");
    let section = &bytes[range.clone()];
    let head = section.get(..TEXTS_HEAD).ok_or_else(broken)?;
    let (count, width) = (u32_at(head, 0) as usize, usize::from(head[4]));
    // A count that cannot fit is refused before anything is multiplied: wasm has 32-bit sizes.
    if !(1..=4).contains(&width) || count > section.len() / width {
        return Err(broken());
    }
    let body = TEXTS_HEAD + count * width;
    let lengths = section.get(TEXTS_HEAD..body).ok_or_else(broken)?;
    let text = std::str::from_utf8(&section[body..]).map_err(|_| corrupt(name, "is not UTF-8"))?;
    let mut starts = Vec::with_capacity(count + 1);
    let mut at = 0_usize;
    let first = range.start + body;
    starts.push(first as u32);
    for length in lengths.chunks_exact(width) {
        at = at.saturating_add(little(length) as usize);
        if !text.is_char_boundary(at) {
            return Err(broken());
        }
        starts.push((first + at) as u32);
    }
    (at == text.len()).then_some(Texts { starts }).ok_or_else(broken)
}

fn check_contents(bytes: &[u8], layout: &Layout) -> Result<()> {
    let all = |column: &Column, legal: fn(u32) -> bool| {
        (0..layout.items as u32).all(|item| legal(column.number(bytes, item)))
    };
    if !all(&layout.flags, |flags| Kind::from_byte((flags >> KIND_SHIFT) as u8).is_some()) {
        return Err(corrupt(tag::FLAGS, "holds an unknown kind"));
    }
    if layout.price.width > CENTS_BYTES && !all(&layout.price, |bits| f32::from_bits(bits).is_finite()) {
        return Err(corrupt(tag::PRICE, "holds a price that is not a number"));
    }
    let is_number = |w: &PriorWeight| w.session.is_finite() && w.again.is_finite() && w.discover.is_finite();
    if !layout.weights.iter().all(is_number) {
        return Err(corrupt(tag::WEIGHTS, "holds a weight that is not a number"));
    }
    Ok(())
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    little(&bytes[at..at + 4])
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}

/// A little-endian number of at most four bytes.
#[inline(always)]
fn little(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |sum, &byte| sum << 8 | u32::from(byte))
}

fn label(name: [u8; 4]) -> String {
    name.iter().map(|&byte| if byte.is_ascii_graphic() { byte as char } else { ' ' }).collect::<String>().trim().into()
}

fn corrupt(name: [u8; 4], what: &str) -> Error {
    let message = format!("section {what}; load the pack again or rebuild it");
    Error::new(ErrorKind::PackCorrupt, label(name), message)
}

fn truncated(path: &str) -> Error {
    Error::new(ErrorKind::PackTruncated, path, "the pack ends too early; load it again")
}
