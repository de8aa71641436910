//! The shop's public catalog, read in place from a pack.
//!
//! Guarantees: a [`Catalog`] that exists has been checked whole; its accessors
//! never fail for an index below [`Catalog::len`]. Plain items go through the
//! same pack format, so there is one way to read a catalog.
//!
//! Costs: one copy of the pack's bytes; 4 bytes per item for each of identifiers,
//! tokens and relations and 8 to 16 to find identifiers, which the file does not spend.
//! Used by `profile` (vectors, tokens) and `rank` (everything else).

mod embed;
mod features;
pub mod item;
pub mod pack;
pub(crate) mod sensitive;
pub mod token;

use std::cmp::Ordering;
use std::sync::OnceLock;

pub use features::FEATURES;
pub use item::{Item, Kind};
pub use token::{Family, TokenHash};

use flaneur_kernels::Queries;

use crate::error::Result;
use crate::math::order;
use crate::time::{DAY_MS, Millis};
use features::Whitening;
use pack::{
    CENTS_BYTES, FACTS, INTENT, KIND_SHIFT, Layout, Lists, Meta, POPULARITY_STEP, PriorWeight, SENSITIVE, TREND_STEP,
    UNAVAILABLE,
};

/// A loaded pack.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    bytes: Vec<u8>,
    layout: Layout,
    hashes: Vec<TokenHash>,
    /// Token numbers sorted by hash.
    by_hash: Vec<u32>,
    /// How many items carry each token.
    token_items: Vec<u32>,
    /// What each token speaks of.
    families: Vec<Family>,
    /// Items by popularity of late, best first, ties by the shop's order.
    popular: Vec<u32>,
    mean_repeat: f64,
    /// 1 / length of each quantized vector, 0 for a zero vector.
    inverse_norms: Vec<f32>,
    /// The items that can be shown, [items / 64].
    available: Vec<u64>,
    has_sensitive: bool,
    /// Made when first asked for: most first visits never need it.
    whitening: OnceLock<Whitening>,
}

/// A pack whose bytes are checked: half of the way to a catalog, for callers that pause in between.
#[derive(Debug)]
pub struct Checked(Catalog);

impl Checked {
    /// Checks and takes a pack's bytes.
    ///
    /// # Errors
    /// As [`Catalog::read`].
    pub fn of(bytes: Vec<u8>) -> Result<Self> {
        let layout = pack::read_layout(&bytes)?;
        Ok(Self(Catalog { bytes, layout, ..Catalog::default() }))
    }

    /// The catalog, with what is derived from the pack. Cost: O(items + tokens · log tokens).
    #[must_use]
    pub fn into_catalog(self) -> Catalog {
        let mut catalog = self.0;
        catalog.hashes = (0..catalog.token_count() as u32).map(|token| TokenHash::of(catalog.token(token))).collect();
        catalog.index_tokens();
        let rates = (0..catalog.len() as u32).filter_map(|item| catalog.repeat(item));
        catalog.mean_repeat = rates.sum::<f64>() / catalog.len().max(1) as f64;
        catalog.popular = catalog.sort_by_popularity();
        catalog.inverse_norms = (0..catalog.len() as u32).map(|item| catalog.measure(item)).collect();
        let mut available = vec![0; catalog.len().div_ceil(64)];
        for item in (0..catalog.len() as u32).filter(|&item| catalog.is_available(item)) {
            available[item as usize / 64] |= 1 << (item % 64);
        }
        catalog.available = available;
        catalog.has_sensitive = (0..catalog.len() as u32).any(|item| catalog.is_sensitive(item));
        catalog
    }
}

/// Which neighbours to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelationKind {
    /// Seen in the same sessions.
    Together,
    /// Seen right after.
    Next,
    /// Alike in words.
    Similar,
}

impl Catalog {
    /// Checks and takes a pack's bytes.
    ///
    /// Cost: O(bytes).
    ///
    /// # Errors
    /// See [`crate::error::ErrorKind`]: `pack_not_a_pack`, `pack_version`,
    /// `pack_truncated`, `pack_corrupt`, the last two with the section as path.
    pub fn read(bytes: Vec<u8>) -> Result<Self> {
        Ok(Checked::of(bytes)?.into_catalog())
    }

    /// Makes a catalog of plain items, through the pack format.
    ///
    /// # Errors
    /// The first illegal item, with a path like `[3].price`.
    pub fn from_items(items: &[Item]) -> Result<Self> {
        Self::read(pack::write_plain(items)?)
    }

    fn index_tokens(&mut self) {
        let mut by_hash: Vec<(u64, u32)> = self.hashes.iter().map(|hash| hash.0).zip(0..).collect();
        order::by_key(&mut by_hash);
        let by_hash = by_hash.into_iter().map(|(_, token)| token).collect();
        let mut counts = vec![0; self.token_count()];
        for item in 0..self.len() as u32 {
            self.tokens(item).for_each(|token| counts[token as usize] += 1);
        }
        self.families = (0..self.token_count() as u32).map(|token| Family::of(self.token(token))).collect();
        (self.by_hash, self.token_items) = (by_hash, counts);
    }

    /// How many items.
    #[must_use]
    pub fn len(&self) -> usize {
        self.layout.items
    }

    /// Whether there is no item.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.layout.items == 0
    }

    /// Facts about the pack.
    #[must_use]
    pub fn meta(&self) -> &Meta {
        &self.layout.meta
    }

    /// The pack's content hash: its identity.
    #[must_use]
    pub fn hash(&self) -> u64 {
        self.layout.hash
    }

    /// The pack's bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Prior weights by signal code; empty means the engine's defaults.
    #[must_use]
    pub fn weights(&self) -> &[PriorWeight] {
        &self.layout.weights
    }

    /// Weights of the facts of an intent, in their order; `None` when the log could not tell them.
    #[must_use]
    pub fn intent_weights(&self) -> Option<[f64; FACTS]> {
        let mut weights = [0.0; FACTS];
        let mut told = 0;
        for prior in self.weights() {
            if let Some(weight) = weights.get_mut(usize::from(prior.signal.wrapping_sub(INTENT))) {
                *weight = f64::from(prior.session);
                told += 1;
            }
        }
        (told == FACTS).then_some(weights)
    }

    /// The identifier of an item.
    #[must_use]
    pub fn id(&self, item: u32) -> &str {
        self.layout.ids.text(&self.bytes, item as usize)
    }

    /// The item of that identifier. Cost: O(1).
    #[must_use]
    pub fn find(&self, id: &str) -> Option<u32> {
        self.layout.index.find(&self.bytes, &self.layout.ids, id).ok()
    }

    /// What the item is.
    #[must_use]
    pub fn kind(&self, item: u32) -> Kind {
        Kind::from_byte((self.flags(item) >> KIND_SHIFT) as u8).unwrap_or_default()
    }

    /// Whether the item can be shown.
    #[must_use]
    pub fn is_available(&self, item: u32) -> bool {
        self.flags(item) & UNAVAILABLE == 0
    }

    /// The items that can be shown as a bitmap, `[items / 64]`.
    #[must_use]
    pub fn available(&self) -> &[u64] {
        &self.available
    }

    /// Whether events on the item are never learned.
    #[must_use]
    pub fn is_sensitive(&self, item: u32) -> bool {
        self.flags(item) & SENSITIVE != 0
    }

    /// Whether events on the item of that identifier are never learned.
    #[must_use]
    pub fn is_sensitive_id(&self, id: &str) -> bool {
        self.has_sensitive && self.find(id).is_some_and(|item| self.is_sensitive(item))
    }

    fn flags(&self, item: u32) -> u32 {
        self.layout.flags.number(&self.bytes, item)
    }

    /// The price in the pack's currency.
    #[must_use]
    #[inline(always)]
    pub fn price(&self, item: u32) -> Option<f64> {
        let number = self.layout.price.number(&self.bytes, item);
        if self.layout.price.width <= CENTS_BYTES {
            return Some(f64::from(number.checked_sub(1)?) / 100.0);
        }
        let price = f32::from_bits(number);
        // The hundredths that the float stands for: 19.99 is not below 19.99.
        let cents = libm::rint(f64::from(price) * 100.0) / 100.0;
        (price >= 0.0).then_some(if cents as f32 == price { cents } else { price.into() })
    }

    /// What the shop earns by one, to the hundredth; `None` when the shop does not say.
    #[must_use]
    pub fn margin(&self, item: u32) -> Option<f64> {
        let number = i64::from(self.layout.margin.number(&self.bytes, item).checked_sub(1)?);
        Some((number >> 1 ^ -(number & 1)) as f64 / 100.0)
    }

    /// When the item joined the catalog, to the day.
    #[must_use]
    #[inline(always)]
    pub fn added(&self, item: u32) -> Option<Millis> {
        let day = i64::from(self.layout.added.number(&self.bytes, item));
        (day > 0).then_some(Millis(day * DAY_MS))
    }

    /// The item's variant family; 0 for none.
    #[must_use]
    pub fn group(&self, item: u32) -> u32 {
        self.layout.group.number(&self.bytes, item)
    }

    /// The item's tokens, as dictionary numbers.
    #[inline(always)]
    pub fn tokens(&self, item: u32) -> impl Iterator<Item = u32> + '_ {
        self.layout.item_tokens.of(&self.bytes, item).map(|(token, _)| token)
    }

    /// The text of a token.
    #[must_use]
    pub fn token(&self, token: u32) -> &str {
        self.layout.tokens.text(&self.bytes, token as usize)
    }

    /// What a token speaks of.
    #[must_use]
    #[inline(always)]
    pub fn family(&self, token: u32) -> Family {
        self.families[token as usize]
    }

    /// The hash of a token.
    #[must_use]
    pub fn token_hash(&self, token: u32) -> TokenHash {
        self.hashes[token as usize]
    }

    /// The token of that hash. Cost: O(log tokens).
    #[must_use]
    pub fn find_hash(&self, hash: TokenHash) -> Option<u32> {
        let at = self.by_hash.binary_search_by_key(&hash, |&token| self.token_hash(token)).ok()?;
        Some(self.by_hash[at])
    }

    /// How many of the catalog's items carry the token.
    #[must_use]
    pub fn token_items(&self, token: u32) -> u32 {
        self.token_items[token as usize]
    }

    /// Share of the catalog's items that carry the token, in (0, 1].
    #[must_use]
    pub fn token_share(&self, token: u32) -> f64 {
        f64::from(self.token_items[token as usize].max(1)) / self.len().max(1) as f64
    }

    /// How many tokens the dictionary has.
    #[must_use]
    pub fn token_count(&self) -> usize {
        self.layout.tokens.len()
    }

    /// The dictionary number of a token's text. Cost: O(log tokens).
    #[must_use]
    pub fn find_token(&self, text: &str) -> Option<u32> {
        let (mut low, mut high) = (0, self.token_count() as u32);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.token(middle).cmp(text) {
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
                Ordering::Equal => return Some(middle),
            }
        }
        None
    }

    /// Log of relative popularity.
    #[must_use]
    #[inline(always)]
    pub fn popularity(&self, item: u32) -> f64 {
        f64::from(self.layout.popularity.number(&self.bytes, item) as i16) * POPULARITY_STEP
    }

    /// Popularity and trend add up to the log of the last 28 days' share: in whole steps, so they are sorted by counting.
    fn sort_by_popularity(&self) -> Vec<u32> {
        const STEPS: i32 = (TREND_STEP / POPULARITY_STEP) as i32;
        const { assert!(STEPS as f64 * POPULARITY_STEP == TREND_STEP, "a step of the trend is whole steps of popularity") };
        let steps = |item| {
            let trend = self.layout.trend.number(&self.bytes, item) as i8;
            let popularity = self.layout.popularity.number(&self.bytes, item) as i16;
            i32::from(popularity) + i32::from(trend) * STEPS
        };
        order::by_count((0..self.len() as u32).map(steps))
    }

    /// Items by popularity of late, best first; by popularity alone without a trend.
    #[must_use]
    pub fn popular(&self) -> &[u32] {
        &self.popular
    }

    /// Trend of the last 28 days, log scale; 0 when unknown.
    #[must_use]
    #[inline(always)]
    pub fn trend(&self, item: u32) -> f64 {
        f64::from(self.layout.trend.number(&self.bytes, item) as i8) * TREND_STEP
    }

    /// Probability to be bought again at the next visit; `None` without a log.
    #[must_use]
    pub fn repeat(&self, item: u32) -> Option<f64> {
        let column = &self.layout.repeat;
        (column.width > 0).then(|| f64::from(column.number(&self.bytes, item)) / 255.0)
    }

    /// The mean of [`Catalog::repeat`] over the catalog; 0 without a log.
    #[must_use]
    pub fn mean_repeat(&self) -> f64 {
        self.mean_repeat
    }

    /// Dimensions of the vectors; 0 when there are none.
    #[must_use]
    pub fn dims(&self) -> usize {
        self.layout.embedding.width
    }

    /// The quantized vector of an item, `[dims]`, length about 127.
    pub fn vector(&self, item: u32) -> impl Iterator<Item = i8> + Clone + '_ {
        self.vector_bytes(item).iter().map(|&byte| byte as i8)
    }

    /// The same vector as raw bytes, for the scan.
    #[must_use]
    #[inline(always)]
    pub fn vector_bytes(&self, item: u32) -> &[u8] {
        self.layout.embedding.cell(&self.bytes, item)
    }

    /// The cosine of two items, −1..=1.
    #[must_use]
    pub fn cosine(&self, a: u32, b: u32) -> f64 {
        self.cosine_of(flaneur_kernels::dot(self.vector_bytes(a), self.vector_bytes(b)), a, b)
    }

    /// The same from the dot product of their quantized vectors.
    #[must_use]
    #[inline(always)]
    pub fn cosine_of(&self, dot: i32, a: u32, b: u32) -> f64 {
        f64::from(dot) * f64::from(self.inverse_norm(a)) * f64::from(self.inverse_norm(b))
    }

    /// 1 / length of the item's quantized vector; 0 for a zero vector.
    #[must_use]
    #[inline(always)]
    pub fn inverse_norm(&self, item: u32) -> f32 {
        self.inverse_norms[item as usize]
    }

    fn measure(&self, item: u32) -> f32 {
        let square = flaneur_kernels::dot(self.vector_bytes(item), self.vector_bytes(item));
        if square > 0 { (1.0 / f64::from(square).sqrt()) as f32 } else { 0.0 }
    }

    /// What the shopper's own model is linear in: 24 whitened dimensions, mean squared length 1, and a constant.
    ///
    /// Cost: O(24 · dims); the first call also computes the map, see the module.
    #[must_use]
    pub fn features(&self, item: u32) -> [f64; FEATURES] {
        self.whitening().features(self, item)
    }

    /// Weights on the features as weights on the quantized vectors: `w·z = direction·x + offset`.
    ///
    /// Returns the offset, and the constant's own part, which is all that an item without a vector has.
    pub fn unfold(&self, weights: &[f64], direction: &mut Vec<f64>) -> (f64, f64) {
        self.whitening().unfold(weights, direction)
    }

    fn whitening(&self) -> &Whitening {
        self.whitening.get_or_init(|| Whitening::of(self))
    }

    /// Calls `keep(query, item, score)` for every item above a query's floor, see [`Queries::above`]; a scaled query
    /// scores in proportion to the cosine. Cost: O(items · dims · queries), no allocation.
    pub fn above(&self, queries: &Queries, keep: &mut dyn FnMut(usize, u32, f64) -> f64) {
        let start = self.layout.embedding.start;
        queries.above(&self.bytes[start..start + self.dims() * self.len()], &self.inverse_norms, keep);
    }

    /// Puts the vectors of several items side by side, `[items, dims]`.
    pub fn gather(&self, items: impl Iterator<Item = u32>, rows: &mut Vec<u8>) {
        items.for_each(|item| rows.extend_from_slice(self.vector_bytes(item)));
    }

    /// Whether the pack has that relation.
    #[must_use]
    pub fn has(&self, kind: RelationKind) -> bool {
        self.relation(kind).is_some()
    }

    /// An item's neighbours with their weights, in the shop's order.
    pub fn neighbours(&self, kind: RelationKind, item: u32) -> impl Iterator<Item = (u32, f64)> + '_ {
        self.relation(kind).into_iter().flat_map(move |lists| lists.of(&self.bytes, item))
    }

    fn relation(&self, kind: RelationKind) -> Option<&Lists> {
        match kind {
            RelationKind::Together => self.layout.together.as_ref(),
            RelationKind::Next => self.layout.next.as_ref(),
            RelationKind::Similar => self.layout.similar.as_ref(),
        }
    }
}
