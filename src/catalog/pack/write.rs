//! Writes a pack from validated items and what was learned from logs.
//!
//! Guarantees: the same input gives the same bytes. Used by the CLI, and by the
//! engine itself when a shop hands over plain items, so that both paths read
//! the same format.

use xxhash_rust::xxh32::xxh32;
use xxhash_rust::xxh64::xxh64;

use super::{AVAILABLE, HEADER_LEN, MAGIC, Meta, POPULARITY_STEP, PriorWeight, ROW_LEN, SENSITIVE, TREND_STEP, UNIT};
use super::{VERSION, row_scale, tag};
use crate::catalog::embed;
use crate::catalog::item::{Item, check_items};
use crate::catalog::sensitive::is_sensitive;
use crate::catalog::token::tokens_of;
use crate::error::{Error, ErrorKind, Result};
use crate::math::between;
use crate::math::order::by_text;

/// One neighbour of an item.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neighbour {
    /// The other item's index.
    pub item: u32,
    /// How strongly they belong together, > 0.
    pub weight: f32,
}

/// What logs taught about a catalog. Every list is empty or has one entry per item.
#[derive(Clone, Debug, Default)]
pub struct Learned {
    /// Neighbours seen in the same sessions, best first, at most 255 per item.
    pub together: Vec<Vec<Neighbour>>,
    /// Neighbours seen right after, best first.
    pub next: Vec<Vec<Neighbour>>,
    /// Neighbours with like texts, best first.
    pub similar: Vec<Vec<Neighbour>>,
    /// Log of relative popularity, about −5..=5.
    pub popularity: Vec<f32>,
    /// Log share of the last 28 days over log share of all time, −3..=3.
    pub trend: Vec<f32>,
    /// Probability to be bought again at the next visit, 0..=1.
    pub repeat: Vec<f32>,
    /// Item vectors, [items, dims], row-major; any length, made unit here.
    pub embedding: Vec<f32>,
    /// Dimensions of `embedding`, at most 255.
    pub dims: usize,
    /// Prior weights; empty means the engine's defaults.
    pub weights: Vec<PriorWeight>,
    /// Share of purchases that are repeats, 0..=1.
    pub repeat_share: f32,
    /// Shoppers a pair needed to be kept.
    pub min_support: u32,
}

/// Facts the shop states about the pack.
#[derive(Clone, Debug, Default)]
pub struct Stamp {
    /// When it is built, epoch milliseconds.
    pub created: i64,
    /// Currency of every price.
    pub currency: String,
}

/// Writes a pack.
///
/// Without learned popularity the shop's own order is the prior; without learned
/// vectors they come from the items' own embeddings, else from their words.
///
/// Cost: O(bytes written), plus O(items · words · 64) when vectors are made here.
///
/// # Errors
/// An illegal item (`[3].price`), or a learned list whose length or content does
/// not fit the items (`learned.together`).
pub fn write(items: &[Item], learned: &Learned, stamp: &Stamp) -> Result<Vec<u8>> {
    check_items(items)?;
    check_learned(items.len(), learned)?;
    let (dims, vectors) = vectors_of(items, learned);
    let meta = Meta {
        created: stamp.created,
        currency: stamp.currency.clone(),
        dims: dims as u8,
        learned: !learned.popularity.is_empty(),
        repeat_share: learned.repeat_share,
        min_support: learned.min_support,
    };
    let mut sections = vec![(tag::META, encode(&meta)?)];
    sections.extend(columns(items));
    sections.extend(token_sections(items));
    sections.extend(priors(items.len(), learned));
    sections.push((tag::EMBEDDING, quantize(&vectors, dims)));
    for (name, lists) in
        [(tag::TOGETHER, &learned.together), (tag::NEXT, &learned.next), (tag::SIMILAR, &learned.similar)]
    {
        if !lists.is_empty() {
            sections.push((name, neighbour_section(items.len(), lists)));
        }
    }
    if !learned.weights.is_empty() {
        sections.push((tag::WEIGHTS, encode(&learned.weights)?));
    }
    assemble(items.len(), &sections)
}

fn encode<T: serde::Serialize>(value: &T) -> Result<Vec<u8>> {
    postcard::to_allocvec(value)
        .map_err(|_| Error::new(ErrorKind::WrongType, "meta", "the pack's facts could not be encoded"))
}

fn check_learned(n: usize, learned: &Learned) -> Result<()> {
    let lengths = [
        ("together", learned.together.len()),
        ("next", learned.next.len()),
        ("similar", learned.similar.len()),
        ("popularity", learned.popularity.len()),
        ("trend", learned.trend.len()),
        ("repeat", learned.repeat.len()),
        ("embedding", learned.embedding.len().checked_div(learned.dims).unwrap_or(0)),
    ];
    for (name, len) in lengths {
        if len != 0 && len != n {
            let message = format!("has {len} entries; expected none or one per item ({n})");
            return Err(Error::new(ErrorKind::Conflict, format!("learned.{name}"), message));
        }
    }
    let lists = [("together", &learned.together), ("next", &learned.next), ("similar", &learned.similar)];
    for (name, lists) in lists {
        let legal = |x: &Neighbour| (x.item as usize) < n && x.weight.is_finite() && x.weight > 0.0;
        if let Some(row) = lists.iter().position(|list| list.len() > 255 || !list.iter().all(legal)) {
            let message = "a list has more than 255 neighbours, an unknown one, or a weight that is not > 0";
            return Err(Error::new(ErrorKind::OutOfRange, format!("learned.{name}[{row}]"), message));
        }
    }
    if learned.dims > 255 {
        return Err(Error::new(ErrorKind::OutOfRange, "learned.dims", "at most 255 dimensions"));
    }
    Ok(())
}

fn vectors_of(items: &[Item], learned: &Learned) -> (usize, Vec<f32>) {
    if !learned.embedding.is_empty() {
        return (learned.dims, learned.embedding.clone());
    }
    let own: Vec<&[f32]> = items.iter().filter_map(|item| item.embedding.as_deref()).collect();
    match own.first() {
        Some(first) => embed::project(&own, first.len()),
        None => (embed::TEXT_DIMS, embed::embed_items(items)),
    }
}

fn quantize(vectors: &[f32], dims: usize) -> Vec<u8> {
    if dims == 0 {
        return Vec::new();
    }
    let row = |v: &[f32]| {
        let norm = v.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>().sqrt();
        let scale = if norm > 0.0 { UNIT / norm } else { 0.0 };
        v.iter().map(|&x| libm::rint(f64::from(x) * scale) as i8 as u8).collect::<Vec<u8>>()
    };
    vectors.chunks_exact(dims).flat_map(row).collect()
}

fn columns(items: &[Item]) -> Vec<([u8; 4], Vec<u8>)> {
    let mut order: Vec<(&str, u32)> = items.iter().map(|item| item.id.as_str()).zip(0..).collect();
    by_text(&mut order);
    let families = vocabulary(items.iter().filter_map(|item| item.group.as_deref()));
    let family = |item: &Item| {
        let found = item.group.as_deref().and_then(|group| families.binary_search(&group).ok());
        found.map_or(0, |at| at as u32 + 1)
    };
    let flags = |item: &Item| u8::from(item.available) * AVAILABLE + u8::from(is_sensitive(item)) * SENSITIVE;
    let day = |item: &Item| item.added.map_or(0, |at| at.day().clamp(1, i64::from(u16::MAX)) as u16);
    let price = |item: &Item| item.price.map_or(-1.0_f32, |price| price as f32);
    vec![
        (tag::IDS, strings(items.iter().map(|item| item.id.as_str()))),
        (tag::ORDER, order.iter().flat_map(|(_, at)| at.to_le_bytes()).collect()),
        (tag::KIND, items.iter().map(|item| item.kind as u8).collect()),
        (tag::FLAGS, items.iter().map(flags).collect()),
        (tag::PRICE, items.iter().flat_map(|item| price(item).to_le_bytes()).collect()),
        (tag::ADDED, items.iter().flat_map(|item| day(item).to_le_bytes()).collect()),
        (tag::GROUP, items.iter().flat_map(|item| family(item).to_le_bytes()).collect()),
    ]
}

/// The distinct texts in byte order.
fn vocabulary<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut list: Vec<(&str, u32)> = texts.map(|text| (text, 0)).collect();
    by_text(&mut list);
    list.dedup();
    list.into_iter().map(|(text, _)| text).collect()
}

/// How many texts, their offsets (one more than texts), then their bytes.
fn strings<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<u8> {
    let mut count = 0_u32;
    let mut offsets = vec![0_u8; 4];
    let mut blob: Vec<u8> = Vec::new();
    for text in texts {
        count += 1;
        blob.extend_from_slice(text.as_bytes());
        offsets.extend_from_slice(&(blob.len() as u32).to_le_bytes());
    }
    let mut section = count.to_le_bytes().to_vec();
    section.extend(offsets);
    section.extend(blob);
    section
}

fn token_sections(items: &[Item]) -> Vec<([u8; 4], Vec<u8>)> {
    let bags: Vec<Vec<String>> = items.iter().map(tokens_of).collect();
    let dictionary = vocabulary(bags.iter().flatten().map(String::as_str));
    let mut offsets = vec![0_u8; 4];
    let mut ids: Vec<u8> = Vec::new();
    for bag in &bags {
        for text in bag {
            let at = dictionary.binary_search(&text.as_str()).unwrap_or(0) as u32;
            ids.extend_from_slice(&at.to_le_bytes());
        }
        offsets.extend_from_slice(&((ids.len() / 4) as u32).to_le_bytes());
    }
    offsets.extend(ids);
    vec![(tag::TOKENS, strings(dictionary.into_iter())), (tag::ITEM_TOKENS, offsets)]
}

fn priors(n: usize, learned: &Learned) -> Vec<([u8; 4], Vec<u8>)> {
    let step = |x: f64, step: f64, limit: f64| between(libm::rint(x / step), -limit, limit);
    let popularity: Vec<f64> = if learned.popularity.is_empty() {
        // The shop's own order, from 0.5 for the first item to −0.5 for the last.
        (0..n).map(|at| 0.5 - at as f64 / (n.max(2) - 1) as f64).collect()
    } else {
        learned.popularity.iter().map(|&x| f64::from(x)).collect()
    };
    let mut sections = vec![(
        tag::POPULARITY,
        popularity.iter().flat_map(|&x| (step(x, POPULARITY_STEP, 32_767.0) as i16).to_le_bytes()).collect(),
    )];
    if !learned.trend.is_empty() {
        let bytes = learned.trend.iter().map(|&x| step(f64::from(x), TREND_STEP, 127.0) as i8 as u8).collect();
        sections.push((tag::TREND, bytes));
    }
    if !learned.repeat.is_empty() {
        let bytes = learned.repeat.iter().map(|&x| libm::rint(between(f64::from(x), 0.0, 1.0) * 255.0) as u8).collect();
        sections.push((tag::REPEAT, bytes));
    }
    sections
}

/// Identifier width, weight bits, counts, scales, identifiers, weights.
fn neighbour_section(n: usize, lists: &[Vec<Neighbour>]) -> Vec<u8> {
    let width = if n <= 65_536 { 2 } else { 4 };
    let scales: Vec<u8> = lists.iter().map(|list| scale_byte(list)).collect();
    let mut bytes = vec![width as u8, 8];
    bytes.extend(lists.iter().map(|list| list.len() as u8));
    bytes.extend(&scales);
    for neighbour in lists.iter().flatten() {
        bytes.extend_from_slice(&neighbour.item.to_le_bytes()[..width]);
    }
    for (list, &scale) in lists.iter().zip(&scales) {
        let unit = row_scale(scale) / 255.0;
        bytes.extend(list.iter().map(|x| between(libm::rint(f64::from(x.weight) / unit), 1.0, 255.0) as u8));
    }
    bytes
}

/// The smallest scale on the log grid that holds the row's largest weight.
fn scale_byte(list: &[Neighbour]) -> u8 {
    let largest = list.iter().map(|x| f64::from(x.weight)).fold(0.0, f64::max);
    (0..=255).find(|&byte| row_scale(byte) >= largest).unwrap_or(255)
}

fn assemble(items: usize, sections: &[([u8; 4], Vec<u8>)]) -> Result<Vec<u8>> {
    let mut table = Vec::with_capacity(sections.len() * ROW_LEN);
    let mut offset = HEADER_LEN + sections.len() * ROW_LEN;
    for (name, bytes) in sections {
        table.extend_from_slice(name);
        table.extend_from_slice(&xxh32(bytes, 0).to_le_bytes());
        table.extend_from_slice(&(offset as u32).to_le_bytes());
        table.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        offset += bytes.len();
    }
    if u32::try_from(offset).is_err() {
        return Err(Error::new(ErrorKind::TooMany, "", "the pack would be larger than 4 GiB; pack fewer items"));
    }
    let mut out = Vec::with_capacity(offset);
    out.extend_from_slice(&MAGIC);
    out.extend_from_slice(&VERSION.to_le_bytes());
    out.extend_from_slice(&(sections.len() as u16).to_le_bytes());
    out.extend_from_slice(&(items as u32).to_le_bytes());
    out.extend_from_slice(&(offset as u64).to_le_bytes());
    out.extend_from_slice(&content_hash(&out, &table).to_le_bytes());
    out.extend(table);
    out.extend(sections.iter().flat_map(|(_, bytes)| bytes));
    Ok(out)
}

/// The pack's identity: covers the header and, through the table's checksums, every byte.
pub(super) fn content_hash(header: &[u8], table: &[u8]) -> u64 {
    xxh64(table, xxh64(&header[..24], 0))
}
