//! Writes a pack from validated items and what was learned from logs.
//!
//! Guarantees: the same input gives the same bytes. Used by the CLI, and by the
//! engine itself when a shop hands over plain items, so that both paths read
//! the same format.

use xxhash_rust::xxh32::xxh32;
use xxhash_rust::xxh64::xxh64;

use super::lists::{Code, MAX_SECTION, Writer, step};
use super::{CENTS_BYTES, HEADER_LEN, KIND_SHIFT, MAGIC, MAX_VECTOR, Meta, POPULARITY_STEP, PriorWeight, ROW_LEN};
use super::{SENSITIVE, TREND_STEP, UNAVAILABLE, UNIT, VERSION, row_scale, tag};
use crate::catalog::embed;
use crate::catalog::item::{Item, check_items};
use crate::catalog::sensitive::is_sensitive;
use crate::catalog::token::tokens_of;
use crate::error::{Error, ErrorKind, Result};
use crate::math::order::{by_key, by_text};
use crate::math::{between, ln};

/// Bits of a neighbour's weight, unless [`Learned::weight_bits`] says otherwise.
pub const WEIGHT_BITS: u8 = 4;

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
    /// Neighbours seen in the same sessions, in any order, each once, at most 255 per item.
    pub together: Vec<Vec<Neighbour>>,
    /// Neighbours seen right after.
    pub next: Vec<Vec<Neighbour>>,
    /// Neighbours with like texts.
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
    /// Bits of a neighbour's weight, 1..=8; 0 means [`WEIGHT_BITS`].
    pub weight_bits: u8,
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
    let meta = Meta {
        created: stamp.created,
        currency: stamp.currency.clone(),
        learned: !learned.popularity.is_empty(),
        repeat_share: learned.repeat_share,
        min_support: learned.min_support,
    };
    let popularity = if learned.popularity.is_empty() { by_place(items.len()) } else { widened(&learned.popularity) };
    let (dims, vectors) =
        if learned.embedding.is_empty() { vectors_of(items) } else { (learned.dims, learned.embedding.clone()) };
    let mut sections = sections_of(items, &meta, &popularity, quantize(&vectors, dims))?;
    let trend = widened(&learned.trend).into_iter();
    sections.push(numbers(tag::TREND, trend.map(|x| u32::from(steps(x, TREND_STEP, 127.0) as i8 as u8))));
    let repeat = widened(&learned.repeat).into_iter();
    sections.push(numbers(tag::REPEAT, repeat.map(|x| steps(between(x, 0.0, 1.0), 1.0 / 255.0, 255.0) as u32)));
    for (name, lists) in
        [(tag::TOGETHER, &learned.together), (tag::NEXT, &learned.next), (tag::SIMILAR, &learned.similar)]
    {
        if lists.iter().any(|list| !list.is_empty()) {
            sections.push((name, neighbour_section(lists, learned.weight_bits)));
        }
    }
    if !learned.weights.is_empty() {
        sections.push((tag::WEIGHTS, encode(&learned.weights)?));
    }
    assemble(items.len(), sections)
}

/// Writes the pack of items about which nothing was learned; apart from [`write()`],
/// because only this much of the writer is in the browser's module.
///
/// # Errors
/// An illegal item (`[3].price`).
pub(in crate::catalog) fn write_plain(items: &[Item]) -> Result<Vec<u8>> {
    check_items(items)?;
    let (dims, vectors) = vectors_of(items);
    let popularity = by_place(items.len());
    assemble(items.len(), sections_of(items, &Meta::default(), &popularity, quantize(&vectors, dims))?)
}

type Section = ([u8; 4], Vec<u8>);

/// What every pack has.
fn sections_of(items: &[Item], meta: &Meta, popularity: &[f64], vectors: Vec<u8>) -> Result<Vec<Section>> {
    let popularity = popularity.iter().map(|&x| u32::from(steps(x, POPULARITY_STEP, 32_767.0) as i16 as u16));
    let mut sections = vec![(tag::META, encode(meta)?)];
    sections.extend(columns(items));
    sections.extend(token_sections(items));
    sections.push(numbers(tag::POPULARITY, popularity));
    sections.push((tag::EMBEDDING, vectors));
    Ok(sections)
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
        if let Some(row) = lists.iter().position(|list| !is_legal(n, list)) {
            let message =
                "more than 255 neighbours, an unknown one, one that stands twice, or a weight that is not > 0";
            return Err(Error::new(ErrorKind::OutOfRange, format!("learned.{name}[{row}]"), message));
        }
    }
    if learned.dims > MAX_VECTOR {
        return Err(Error::new(ErrorKind::OutOfRange, "learned.dims", "at most 255 dimensions"));
    }
    if learned.weight_bits > 8 {
        return Err(Error::new(ErrorKind::OutOfRange, "learned.weight_bits", "at most 8 bits"));
    }
    Ok(())
}

fn is_legal(n: usize, list: &[Neighbour]) -> bool {
    let mut items: Vec<(u64, u32)> = list.iter().map(|x| (u64::from(x.item), 0)).collect();
    by_key(&mut items);
    list.len() <= 255
        && items.windows(2).all(|pair| pair[0].0 < pair[1].0)
        && list.iter().all(|x| (x.item as usize) < n && x.weight.is_finite() && x.weight > 0.0)
}

fn widened(list: &[f32]) -> Vec<f64> {
    list.iter().map(|&x| f64::from(x)).collect()
}

/// The shop's own order as popularity, from 0.5 for the first item to −0.5 for the last.
fn by_place(n: usize) -> Vec<f64> {
    (0..n).map(|at| 0.5 - at as f64 / (n.max(2) - 1) as f64).collect()
}

fn steps(x: f64, step: f64, limit: f64) -> f64 {
    between(libm::rint(x / step), -limit, limit)
}

fn vectors_of(items: &[Item]) -> (usize, Vec<f32>) {
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

fn columns(items: &[Item]) -> [Section; 6] {
    let families = vocabulary(items.iter().filter_map(|item| item.group.as_deref()));
    let family = |item: &Item| {
        let found = item.group.as_deref().and_then(|group| families.binary_search(&group).ok());
        found.map_or(0, |at| at as u32 + 1)
    };
    let flags = |item: &Item| {
        u32::from(!item.available) * UNAVAILABLE
            + u32::from(is_sensitive(item)) * SENSITIVE
            + ((item.kind as u32) << KIND_SHIFT)
    };
    let day = |item: &Item| item.added.map_or(0, |at| at.day().clamp(1, i64::from(u16::MAX)) as u32);
    [
        (tag::IDS, strings(items.iter().map(|item| item.id.as_str()))),
        numbers(tag::FLAGS, items.iter().map(flags)),
        numbers(tag::PRICE, prices(items).into_iter()),
        numbers(tag::MARGIN, items.iter().map(margin)),
        numbers(tag::ADDED, items.iter().map(day)),
        numbers(tag::GROUP, items.iter().map(family)),
    ]
}

/// Hundredths with the sign in the lowest bit, and one more; 0 when unknown.
fn margin(item: &Item) -> u32 {
    let Some(margin) = item.margin else { return 0 };
    let cents = libm::rint(margin * 100.0) as i64;
    (cents << 1 ^ cents >> 63) as u32 + 1
}

/// Hundredths and one more when all prices are whole ones and fit, else floats.
fn prices(items: &[Item]) -> Vec<u32> {
    let most = f64::from((1_u32 << (8 * CENTS_BYTES)) - 2);
    let cents = |price: f64| libm::rint(price * 100.0);
    let is_whole = |price: f64| cents(price) / 100.0 == price && cents(price) <= most;
    let is_short = items.iter().filter_map(|item| item.price).all(is_whole);
    let short = |item: &Item| item.price.map_or(0, |price| cents(price) as u32 + 1);
    let long = |item: &Item| item.price.map_or(-1.0_f32, |price| price as f32).to_bits();
    items.iter().map(if is_short { &short as &dyn Fn(&Item) -> u32 } else { &long }).collect()
}

/// A column as narrow as its largest number; without any but zeros it has no width.
fn numbers(name: [u8; 4], column: impl Iterator<Item = u32>) -> Section {
    let column: Vec<u32> = column.collect();
    let width = bytes_of(column.iter().copied());
    (name, column.iter().flat_map(|number| number.to_le_bytes().into_iter().take(width)).collect())
}

/// How many bytes the largest number needs.
fn bytes_of(numbers: impl Iterator<Item = u32>) -> usize {
    4 - numbers.fold(0, |all, number| all | number).leading_zeros() as usize / 8
}

/// The distinct texts in byte order.
fn vocabulary<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut list: Vec<(&str, u32)> = texts.map(|text| (text, 0)).collect();
    by_text(&mut list);
    list.dedup();
    list.into_iter().map(|(text, _)| text).collect()
}

/// How many texts, the bytes of a length, the lengths, then the texts.
fn strings<'a>(texts: impl Iterator<Item = &'a str> + Clone) -> Vec<u8> {
    let lengths = texts.clone().map(|text| text.len() as u32);
    let width = bytes_of(lengths.clone()).max(1);
    let mut section = (lengths.clone().count() as u32).to_le_bytes().to_vec();
    section.push(width as u8);
    lengths.for_each(|length| section.extend_from_slice(&length.to_le_bytes()[..width]));
    texts.for_each(|text| section.extend_from_slice(text.as_bytes()));
    section
}

fn token_sections(items: &[Item]) -> [Section; 2] {
    let bags: Vec<Vec<String>> = items.iter().map(tokens_of).collect();
    let dictionary = vocabulary(bags.iter().flatten().map(String::as_str));
    let mut lists = Writer::new(Code::of(dictionary.len(), false, 0));
    for bag in &bags {
        let number = |text: &String| dictionary.binary_search(&text.as_str()).unwrap_or(0) as u32;
        lists.add(bag.iter().map(|text| (number(text), 0)));
    }
    [(tag::TOKENS, strings(dictionary.iter().copied())), (tag::ITEM_TOKENS, lists.finish(&[]))]
}

fn neighbour_section(lists: &[Vec<Neighbour>], weight_bits: u8) -> Vec<u8> {
    let bits = u32::from(if weight_bits == 0 { WEIGHT_BITS } else { weight_bits });
    let most = f64::from((1_u32 << bits) - 1);
    let mut section = Writer::new(Code::of(lists.len(), true, bits));
    let mut scales = Vec::with_capacity(lists.len());
    for list in lists {
        let scale = scale_byte(list);
        let unit = row_scale(scale) * step(bits);
        let code = |weight: f32| between(libm::rint((f64::from(weight) / unit).sqrt()), 1.0, most) as u32;
        let mut entries: Vec<(u64, u32)> = list.iter().map(|x| (u64::from(x.item), code(x.weight))).collect();
        by_key(&mut entries);
        section.add(entries.into_iter().map(|(item, code)| (item as u32, code)));
        scales.push(scale);
    }
    section.finish(&scales)
}

/// The smallest scale on the log grid that holds the list's largest weight.
fn scale_byte(list: &[Neighbour]) -> u8 {
    let largest = list.iter().map(|x| f64::from(x.weight)).fold(0.0, f64::max);
    if largest <= 0.0 {
        return 0;
    }
    let byte = between(libm::ceil(192.0 + 8.0 * ln(largest) / std::f64::consts::LN_2), 0.0, 255.0) as u8;
    // The logarithm may be off by its last bit.
    if row_scale(byte) < largest { byte.saturating_add(1) } else { byte }
}

/// Puts the file together; a section without bytes is left out.
fn assemble(items: usize, mut sections: Vec<Section>) -> Result<Vec<u8>> {
    sections.retain(|(_, bytes)| !bytes.is_empty());
    let mut table = Vec::with_capacity(sections.len() * ROW_LEN);
    let mut offset = HEADER_LEN + sections.len() * ROW_LEN;
    for (name, bytes) in &sections {
        table.extend_from_slice(name);
        table.extend_from_slice(&xxh32(bytes, 0).to_le_bytes());
        table.extend_from_slice(&(offset as u32).to_le_bytes());
        table.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        offset += bytes.len();
    }
    if u32::try_from(offset).is_err() || sections.iter().any(|(_, bytes)| bytes.len() > MAX_SECTION) {
        let message = "the pack would be larger than 4 GiB, or a section than 512 MiB; pack less";
        return Err(Error::new(ErrorKind::TooMany, "", message));
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
