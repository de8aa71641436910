//! The project's own items: one JSON object per line, or a JSON array of them.

use anyhow::Result;
use flaneur::catalog::Item;
use flaneur::error::{Error, ErrorKind};
use flaneur::wire::decode;
use flaneur::wire::item::ItemWire;
use serde::Deserialize;

use super::Items;
use super::draft::Draft;
use super::open::{Source, next_line};
use super::value;

/// What an item has for a shop page only.
#[derive(Default, Deserialize)]
struct Page {
    #[serde(default)]
    image: Option<String>,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    currency: Option<String>,
}

/// Reads one object per line.
///
/// # Errors
/// A damaged file.
pub(super) fn read(mut source: Source, items: &mut Items) -> Result<()> {
    let mut line = Vec::new();
    let mut number = 0;
    while next_line(&source.name, source.reader.as_mut(), &mut line)?.is_some() {
        number += 1;
        if !line.trim_ascii().is_empty() {
            items.take(&source.name, number, draft(&line));
        }
    }
    Ok(())
}

/// Reads one item of the contract's shape.
pub(super) fn draft(json: &[u8]) -> flaneur::error::Result<Draft> {
    let text = std::str::from_utf8(json)
        .map_err(|_| Error::new(ErrorKind::Malformed, "", "the line is not UTF-8; convert the file with iconv"))?;
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text) {
        let message = format!("not a JSON object (column {}); expected one item per line", error.column());
        return Err(Error::new(ErrorKind::Malformed, "", message));
    }
    let wire: ItemWire = decode(&mut serde_json::Deserializer::from_str(text), "")?;
    let page: Page = decode(&mut serde_json::Deserializer::from_str(text), "")?;
    let item = Item::try_from(wire)?;
    let currency = page.currency.filter(|text| !text.trim().is_empty());
    let currency = currency.map(|text| value::currency(&text)).transpose()?;
    Draft { item, currency, image: page.image, url: page.url, ..Draft::default() }.finish()
}
