//! The public `Item` as it arrives: from JavaScript, NDJSON or a feed converter.

use serde::Deserialize;

use super::text::{Attributes, Moment, Texts};
use crate::catalog::item::{Item, Kind};
use crate::error::{Error, ErrorKind, Result};
use crate::time::Millis;

/// An item with every field as loose as the contract allows.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(expecting = "an item object")]
pub struct ItemWire {
    /// Unique identifier.
    pub id: String,
    /// `product`, `offer`, `content`, `service` or `message`.
    #[serde(default)]
    pub kind: Option<String>,
    /// What it is called.
    #[serde(default)]
    pub title: Option<String>,
    /// Who makes it.
    #[serde(default)]
    pub brand: Option<String>,
    /// One level, or levels from wide to narrow.
    #[serde(default)]
    pub category: Texts,
    /// Free labels.
    #[serde(default)]
    pub tags: Texts,
    /// Price in the catalog's currency.
    #[serde(default)]
    pub price: Option<f64>,
    /// What the shop earns by one.
    #[serde(default)]
    pub margin: Option<f64>,
    /// ISO 4217 code.
    #[serde(default)]
    pub currency: Option<String>,
    /// Whether it can be shown; absent means yes.
    #[serde(default)]
    pub available: Option<bool>,
    /// When it joined the catalog.
    #[serde(default)]
    pub added: Option<Moment>,
    /// Variant family.
    #[serde(default)]
    pub group: Option<String>,
    /// Any other attribute.
    #[serde(default)]
    pub attributes: Attributes,
    /// The shop's own vector.
    #[serde(default)]
    pub embedding: Option<Vec<f32>>,
}

impl TryFrom<ItemWire> for Item {
    type Error = Error;

    fn try_from(wire: ItemWire) -> Result<Self> {
        let kind = match &wire.kind {
            None => Kind::Product,
            Some(name) => Kind::from_name(name).ok_or_else(|| {
                let message = "not a kind; expected product, offer, content, service or message";
                Error::new(ErrorKind::Unknown, "kind", message)
            })?,
        };
        let added = wire.added.map(|Moment(at)| {
            let message = "not a moment between 1900 and 2200; expected epoch milliseconds or a date";
            Millis::from_f64(at).ok_or_else(|| Error::new(ErrorKind::OutOfRange, "added", message))
        });
        let item = Self {
            id: wire.id,
            kind,
            title: wire.title.unwrap_or_default(),
            brand: wire.brand.filter(|brand| !brand.is_empty()),
            category: wire.category.0,
            tags: wire.tags.0,
            price: wire.price,
            margin: wire.margin,
            available: wire.available.unwrap_or(true),
            added: added.transpose()?,
            group: wire.group.filter(|group| !group.is_empty()),
            attributes: wire.attributes.0,
            embedding: wire.embedding,
        };
        item.check()?;
        Ok(item)
    }
}

/// Converts a decoded list, each error under `[index]`.
///
/// # Errors
/// The first illegal item.
pub fn items(wires: Vec<ItemWire>) -> Result<Vec<Item>> {
    let convert = |(index, wire)| Item::try_from(wire).map_err(|error: Error| error.under(&format!("[{index}]")));
    wires.into_iter().enumerate().map(convert).collect()
}
