//! One item of the shop as the core accepts it: validated, bounded, comparable.
//!
//! Guarantees: an [`Item`] that exists is legal. Its numbers are finite, its
//! texts are within their limits, and its attribute keys cannot collide with
//! JavaScript's object machinery.

use crate::error::{Error, ErrorKind, Result};
use crate::math::order::by_text;
use crate::time::Millis;

/// Longest identifier, in bytes of UTF-8.
pub const MAX_ID: usize = 256;
/// Longest title, brand, category level, tag or attribute value, in bytes of UTF-8.
pub const MAX_TEXT: usize = 2_000;
/// Most tags, category levels or attributes of one item.
pub const MAX_PARTS: usize = 64;
/// Most items of one catalog.
pub const MAX_ITEMS: usize = 1_000_000;
/// Largest margin, either way.
pub const MAX_MARGIN: f64 = 1e7;
/// Longest caller's embedding.
pub const MAX_DIMS: usize = 1_024;

/// What an item is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// Something to buy.
    #[default]
    Product = 0,
    /// A discount or a bundle.
    Offer = 1,
    /// Something to read or watch.
    Content = 2,
    /// Something done for the shopper.
    Service = 3,
    /// Something to say.
    Message = 4,
}

impl Kind {
    /// How many there are.
    pub const COUNT: usize = 5;
}

impl Kind {
    /// All kinds with their public names.
    pub const NAMES: [(&'static str, Self); 5] = [
        ("product", Self::Product),
        ("offer", Self::Offer),
        ("content", Self::Content),
        ("service", Self::Service),
        ("message", Self::Message),
    ];

    /// The kind of that public name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|&(_, kind)| kind)
    }

    /// The kind stored as that byte in a pack.
    #[must_use]
    pub fn from_byte(byte: u8) -> Option<Self> {
        Self::NAMES.get(usize::from(byte)).map(|&(_, kind)| kind)
    }

    /// The public name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize].0
    }
}

/// One item, as given and validated.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Item {
    /// Unique in the catalog, 1 to 256 bytes, no control characters.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// What it is called; only used to find look-alikes, never stored in the pack.
    pub title: String,
    /// Who makes it.
    pub brand: Option<String>,
    /// Its category, from the widest level to the narrowest.
    pub category: Vec<String>,
    /// Free labels.
    pub tags: Vec<String>,
    /// In the catalog's currency, ≥ 0.
    pub price: Option<f64>,
    /// What the shop earns by one, in the catalog's currency, −1e7..=1e7.
    pub margin: Option<f64>,
    /// Whether it can be shown now.
    pub available: bool,
    /// When it joined the catalog.
    pub added: Option<Millis>,
    /// The family of variants it belongs to.
    pub group: Option<String>,
    /// Other attributes, as key and value.
    pub attributes: Vec<(String, String)>,
    /// A caller's vector; all items of a catalog have the same length or none.
    pub embedding: Option<Vec<f32>>,
}

impl Item {
    /// An available product with only an identifier.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), available: true, ..Self::default() }
    }

    /// Checks every field; the error's path is relative to the item.
    ///
    /// # Errors
    /// The kind and path of the first illegal field.
    pub fn check(&self) -> Result<()> {
        check_id(&self.id, "id")?;
        check_text(&self.title, "title")?;
        if let Some(brand) = &self.brand {
            check_text(brand, "brand")?;
        }
        check_list(&self.category, "category")?;
        check_list(&self.tags, "tags")?;
        if let Some(price) = self.price {
            check_price(price)?;
        }
        if let Some(margin) = self.margin {
            check_margin(margin)?;
        }
        if let Some(group) = &self.group {
            check_text(group, "group")?;
        }
        if self.attributes.len() > MAX_PARTS {
            return Err(too_many("attributes", MAX_PARTS));
        }
        for (key, value) in &self.attributes {
            let path = format!("attributes.{}", key.chars().take(40).collect::<String>());
            check_key(key, &path)?;
            check_text(value, &path)?;
        }
        self.embedding.as_deref().map_or(Ok(()), check_embedding)
    }
}

/// Checks a whole catalog: each item, their number, unique ids, one embedding length.
///
/// # Errors
/// The first fault, with a path like `[3].price`.
pub fn check_items(items: &[Item]) -> Result<()> {
    if items.len() > MAX_ITEMS {
        return Err(too_many("", MAX_ITEMS));
    }
    let dims = items.first().and_then(|item| item.embedding.as_ref()).map(Vec::len);
    for (index, item) in items.iter().enumerate() {
        let at = format!("[{index}]");
        item.check().map_err(|error| error.under(&at))?;
        if item.embedding.as_ref().map(Vec::len) != dims {
            let message = "all items need an embedding of the same length, or none has one";
            return Err(Error::new(ErrorKind::Conflict, format!("{at}.embedding"), message));
        }
    }
    check_distinct(items)
}

fn check_distinct(items: &[Item]) -> Result<()> {
    let mut ids: Vec<(&str, u32)> = items.iter().map(|item| item.id.as_str()).zip(0..).collect();
    by_text(&mut ids);
    match ids.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        Some(pair) => {
            let message = format!("the same id stands at [{}]; give each item its own id", pair[0].1);
            Err(Error::new(ErrorKind::Duplicate, format!("[{}].id", pair[1].1), message))
        }
        None => Ok(()),
    }
}

/// Checks an identifier: 1 to 256 bytes, no control or direction-changing characters.
///
/// # Errors
/// `value_empty`, `value_too_long` or `value_malformed` at `path`.
pub fn check_id(id: &str, path: &str) -> Result<()> {
    if id.is_empty() {
        return Err(Error::new(ErrorKind::Empty, path, "the id is empty; expected 1 to 256 bytes"));
    }
    if id.len() > MAX_ID {
        return Err(Error::new(ErrorKind::TooLong, path, "the id is longer than 256 bytes"));
    }
    if id.chars().any(is_forbidden) {
        let message = "the id holds a control, direction-changing or replacement character; send clean text";
        return Err(Error::new(ErrorKind::Malformed, path, message));
    }
    Ok(())
}

fn is_forbidden(c: char) -> bool {
    // U+FFFD is what a lone surrogate becomes on its way here: the id would no longer be the shop's.
    c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FFFD}')
}

fn check_text(text: &str, path: &str) -> Result<()> {
    if text.len() > MAX_TEXT {
        return Err(Error::new(ErrorKind::TooLong, path, "the text is longer than 2,000 bytes; shorten it"));
    }
    if text.contains('\0') {
        return Err(Error::new(ErrorKind::Malformed, path, "the text holds a NUL character; send clean text"));
    }
    Ok(())
}

fn check_list(texts: &[String], path: &str) -> Result<()> {
    if texts.len() > MAX_PARTS {
        return Err(too_many(path, MAX_PARTS));
    }
    texts.iter().enumerate().try_for_each(|(index, text)| check_text(text, &format!("{path}[{index}]")))
}

fn check_key(key: &str, path: &str) -> Result<()> {
    if key.is_empty() {
        return Err(Error::new(ErrorKind::Empty, path, "an attribute has an empty name"));
    }
    if matches!(key, "__proto__" | "constructor" | "prototype") || key.contains(':') || key.len() > MAX_ID {
        let message = "this attribute name is not allowed; use a plain word without a colon";
        return Err(Error::new(ErrorKind::Malformed, path, message));
    }
    check_id(key, path)
}

fn check_price(price: f64) -> Result<()> {
    if !price.is_finite() {
        return Err(Error::new(
            ErrorKind::NotFinite,
            "price",
            "the price is not a finite number; leave it out if unknown",
        ));
    }
    if !(0.0..=1e12).contains(&price) {
        return Err(Error::new(ErrorKind::OutOfRange, "price", "the price is not between 0 and 1e12"));
    }
    Ok(())
}

fn check_margin(margin: f64) -> Result<()> {
    if !margin.is_finite() {
        return Err(Error::new(ErrorKind::NotFinite, "margin", "not a finite number; leave it out if unknown"));
    }
    if margin.abs() > MAX_MARGIN {
        return Err(Error::new(ErrorKind::OutOfRange, "margin", "the margin is not between -1e7 and 1e7"));
    }
    Ok(())
}

fn check_embedding(embedding: &[f32]) -> Result<()> {
    if embedding.is_empty() || embedding.len() > MAX_DIMS {
        return Err(Error::new(ErrorKind::OutOfRange, "embedding", "the embedding has no or more than 1,024 numbers"));
    }
    match embedding.iter().position(|x| !x.is_finite()) {
        Some(at) => {
            let path = format!("embedding[{at}]");
            Err(Error::new(ErrorKind::NotFinite, path, "an embedding holds only finite numbers"))
        }
        None => Ok(()),
    }
}

fn too_many(path: &str, limit: usize) -> Error {
    Error::new(ErrorKind::TooMany, path, format!("more than {limit} entries; split or shorten the list"))
}
