//! Reads a pack in place: checks everything once, then hands out ranges.
//!
//! Guarantees: after [`read_layout`] succeeds, every index and text range that
//! an accessor uses lies inside the bytes. A torn or hostile file is refused
//! with the section named.

use std::ops::Range;

use xxhash_rust::xxh32::xxh32;

use super::write::content_hash;
use super::{HEADER_LEN, MAGIC, Meta, PriorWeight, ROW_LEN, VERSION, tag};
use crate::catalog::item::{Kind, MAX_ITEMS};
use crate::error::{Error, ErrorKind, Result};

/// Where each column lies in the pack's bytes.
#[derive(Clone, Debug, Default)]
pub(in crate::catalog) struct Layout {
    pub(in crate::catalog) items: usize,
    pub(in crate::catalog) hash: u64,
    pub(in crate::catalog) meta: Meta,
    pub(in crate::catalog) ids: Range<usize>,
    pub(in crate::catalog) order: Range<usize>,
    pub(in crate::catalog) kind: Range<usize>,
    pub(in crate::catalog) flags: Range<usize>,
    pub(in crate::catalog) price: Range<usize>,
    pub(in crate::catalog) added: Range<usize>,
    pub(in crate::catalog) group: Range<usize>,
    pub(in crate::catalog) token_count: usize,
    pub(in crate::catalog) tokens: Range<usize>,
    pub(in crate::catalog) item_tokens: Range<usize>,
    pub(in crate::catalog) popularity: Range<usize>,
    pub(in crate::catalog) trend: Option<Range<usize>>,
    pub(in crate::catalog) repeat: Option<Range<usize>>,
    pub(in crate::catalog) embedding: Range<usize>,
    pub(in crate::catalog) together: Option<Relation>,
    pub(in crate::catalog) next: Option<Relation>,
    pub(in crate::catalog) similar: Option<Relation>,
    pub(in crate::catalog) weights: Vec<PriorWeight>,
}

/// Where one relation's lists lie.
#[derive(Clone, Debug, Default)]
pub(in crate::catalog) struct Relation {
    pub(in crate::catalog) width: usize,
    /// First entry of each item's list, [items + 1].
    pub(in crate::catalog) starts: Vec<u32>,
    pub(in crate::catalog) scales: Range<usize>,
    pub(in crate::catalog) ids: Range<usize>,
    pub(in crate::catalog) weights: Range<usize>,
}

/// Checks a whole pack and finds its columns.
///
/// Cost: one pass over the bytes for the checksums, one over ids, tokens and neighbours.
///
/// # Errors
/// `pack_not_a_pack`, `pack_version`, `pack_truncated`, or `pack_corrupt` with
/// the section's tag as path.
pub(in crate::catalog) fn read_layout(bytes: &[u8]) -> Result<Layout> {
    let (items, hash, sections) = read_table(bytes)?;
    let find = |name: [u8; 4]| sections.iter().find(|(known, _)| *known == name).map(|(_, range)| range.clone());
    let need = |name| find(name).ok_or_else(|| corrupt(name, "is missing"));
    let column = |name, width: usize| {
        need(name).and_then(|range| {
            let fits = range.len() == items * width;
            fits.then_some(range).ok_or_else(|| corrupt(name, "has the wrong length"))
        })
    };
    let optional = |name, width| find(name).is_some().then(|| column(name, width)).transpose();
    let meta: Meta = decode(bytes, need(tag::META)?, tag::META)?;
    let (token_count, tokens) = texts(bytes, need(tag::TOKENS)?, tag::TOKENS, None)?;
    let relation = |name| find(name).map(|range| read_relation(bytes, range, items, name)).transpose();
    let layout = Layout {
        items,
        hash,
        ids: texts(bytes, need(tag::IDS)?, tag::IDS, Some(items))?.1,
        order: column(tag::ORDER, 4)?,
        kind: column(tag::KIND, 1)?,
        flags: column(tag::FLAGS, 1)?,
        price: column(tag::PRICE, 4)?,
        added: column(tag::ADDED, 2)?,
        group: column(tag::GROUP, 4)?,
        token_count,
        tokens,
        item_tokens: need(tag::ITEM_TOKENS)?,
        popularity: column(tag::POPULARITY, 2)?,
        trend: optional(tag::TREND, 1)?,
        repeat: optional(tag::REPEAT, 1)?,
        embedding: column(tag::EMBEDDING, usize::from(meta.dims))?,
        together: relation(tag::TOGETHER)?,
        next: relation(tag::NEXT)?,
        similar: relation(tag::SIMILAR)?,
        weights: find(tag::WEIGHTS).map_or(Ok(Vec::new()), |range| decode(bytes, range, tag::WEIGHTS))?,
        meta,
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

/// Checks a table of texts: offsets ascend, bytes are UTF-8 and no text is cut inside a character.
fn texts(bytes: &[u8], range: Range<usize>, name: [u8; 4], expected: Option<usize>) -> Result<(usize, Range<usize>)> {
    let section = &bytes[range.clone()];
    let count = section.get(..4).map(|head| little(head) as usize).ok_or_else(|| corrupt(name, "is too short"))?;
    if expected.is_some_and(|expected| expected != count) {
        return Err(corrupt(name, "has the wrong number of texts"));
    }
    // A count that cannot fit is refused before anything is multiplied: wasm has 32-bit sizes.
    let fits = count < section.len() / 4;
    let blob = section
        .get(if fits { texts_head(count) } else { usize::MAX }..)
        .ok_or_else(|| corrupt(name, "is shorter than its offset table"))?;
    let text = std::str::from_utf8(blob).map_err(|_| corrupt(name, "is not UTF-8"))?;
    let offset = |at: usize| u32_at(section, 4 + 4 * at) as usize;
    let legal = |at: usize| offset(at) <= offset(at + 1) && text.is_char_boundary(offset(at));
    if offset(0) != 0 || offset(count) != blob.len() || !(0..count).all(legal) {
        return Err(corrupt(name, "has a broken offset table"));
    }
    Ok((count, range))
}

/// Bytes before the first text: the count and one offset more than texts.
fn texts_head(count: usize) -> usize {
    4 + 4 * (count + 1)
}

/// The text at `at` of a checked table.
pub(in crate::catalog) fn text_at(section: &[u8], count: usize, at: usize) -> &[u8] {
    let head = texts_head(count);
    let offset = |at: usize| u32_at(section, 4 + 4 * at) as usize;
    &section[head + offset(at)..head + offset(at + 1)]
}

fn read_relation(bytes: &[u8], range: Range<usize>, items: usize, name: [u8; 4]) -> Result<Relation> {
    let section = &bytes[range.clone()];
    let head = section.get(..2 + 2 * items).ok_or_else(|| corrupt(name, "is too short"))?;
    let width = usize::from(head[0]);
    if !matches!(width, 2 | 4) || head[1] != 8 {
        return Err(corrupt(name, "has an unknown width"));
    }
    let mut starts = Vec::with_capacity(items + 1);
    let mut total = 0_u32;
    starts.push(0);
    for &count in &head[2..2 + items] {
        total += u32::from(count);
        starts.push(total);
    }
    let entries = total as usize;
    let base = range.start + head.len();
    let relation = Relation {
        width,
        starts,
        scales: range.start + 2 + items..base,
        ids: base..base + entries * width,
        weights: base + entries * width..base + entries * (width + 1),
    };
    if relation.weights.end != range.end {
        return Err(corrupt(name, "has the wrong length"));
    }
    let legal = bytes[relation.ids.clone()].chunks_exact(width).all(|id| (little(id) as usize) < items);
    legal.then_some(relation).ok_or_else(|| corrupt(name, "names an item that is not there"))
}

fn check_contents(bytes: &[u8], layout: &Layout) -> Result<()> {
    let ids = &bytes[layout.ids.clone()];
    let id = |at: usize| text_at(ids, layout.items, at);
    let order = &bytes[layout.order.clone()];
    let mut before: Option<&[u8]> = None;
    for at in order.chunks_exact(4).map(|entry| little(entry) as usize) {
        let this = (at < layout.items).then(|| id(at)).filter(|this| before.is_none_or(|before| before < *this));
        before = Some(this.ok_or_else(|| corrupt(tag::ORDER, "does not ascend by identifier"))?);
    }
    if bytes[layout.kind.clone()].iter().any(|&byte| Kind::from_byte(byte).is_none()) {
        return Err(corrupt(tag::KIND, "holds an unknown kind"));
    }
    let legal_price = |chunk: &[u8]| f32::from_le_bytes([chunk[0], chunk[1], chunk[2], chunk[3]]).is_finite();
    if !bytes[layout.price.clone()].chunks_exact(4).all(legal_price) {
        return Err(corrupt(tag::PRICE, "holds a price that is not a number"));
    }
    let is_number = |w: &PriorWeight| w.session.is_finite() && w.again.is_finite() && w.discover.is_finite();
    if !layout.weights.iter().all(is_number) {
        return Err(corrupt(tag::WEIGHTS, "holds a weight that is not a number"));
    }
    check_item_tokens(&bytes[layout.item_tokens.clone()], layout.items, layout.token_count)
}

fn check_item_tokens(section: &[u8], items: usize, tokens: usize) -> Result<()> {
    let broken = || corrupt(tag::ITEM_TOKENS, "has a broken offset table");
    let head = 4 * (items + 1);
    let body = section.get(head..).ok_or_else(broken)?;
    let offset = |at: usize| u32_at(section, 4 * at) as usize;
    let ascends = offset(0) == 0
        && (0..items).all(|at| offset(at) <= offset(at + 1))
        && offset(items) == body.len() / 4
        && body.len() % 4 == 0;
    let known = body.chunks_exact(4).all(|id| (little(id) as usize) < tokens);
    (ascends && known).then_some(()).ok_or_else(broken)
}

pub(in crate::catalog) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    little(&bytes[at..at + 4])
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}

/// A little-endian number of at most four bytes.
pub(in crate::catalog) fn little(bytes: &[u8]) -> u32 {
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
