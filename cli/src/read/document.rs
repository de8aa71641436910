//! JSON documents: an array of items, Shopify's `products.json`, schema.org JSON-LD.
//!
//! The document is read whole; each element keeps its line. Costs: the file's
//! size in memory.

use std::io::BufRead;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::fields::Map;
use super::open::{LONGEST_LINE, Source, damaged};
use super::{Items, jsonld, ndjson, shopify};

/// The parts of a top-level object by which its format is known.
#[derive(Deserialize)]
struct Top<'a> {
    #[serde(borrow)]
    products: Option<&'a RawValue>,
    #[serde(borrow)]
    product: Option<&'a RawValue>,
    #[serde(borrow, rename = "@graph")]
    graph: Option<&'a RawValue>,
    #[serde(borrow)]
    items: Option<&'a RawValue>,
}

/// What tells one element's format.
#[derive(Deserialize)]
struct Sign<'a> {
    #[serde(borrow, rename = "@type")]
    kind: Option<&'a RawValue>,
    #[serde(borrow)]
    variants: Option<&'a RawValue>,
    #[serde(borrow)]
    handle: Option<&'a RawValue>,
}

/// Reads a document.
///
/// # Errors
/// Not JSON, not UTF-8, a text of 16 MiB, or none of the known shapes.
pub(super) fn read(mut source: Source, map: &Map, items: &mut Items) -> Result<()> {
    let name = source.name;
    let bytes = whole(&name, source.reader.as_mut())?;
    let text = match std::str::from_utf8(&bytes) {
        Ok(text) => text,
        Err(error) => {
            let line = 1 + bytes[..error.valid_up_to()].iter().filter(|&&byte| byte == b'\n').count();
            bail!("{name}:{line}: the text is not UTF-8. {}", super::csv::convert(&name));
        }
    };
    let (mut line, mut before) = (1, 0);
    for element in elements(&name, text)? {
        // Elements are slices of the text, in order: their distance to its beginning is their place.
        let at = element.get().as_ptr() as usize - text.as_ptr() as usize;
        line += text[before..at].matches('\n').count() as u64;
        before = at;
        take(&name, line, element.get(), map, items);
    }
    Ok(())
}

/// All bytes of a document, unless one of its texts has no end: a small archive can unpack to what no memory holds.
fn whole(name: &str, reader: &mut dyn BufRead) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut quote = 0;
    loop {
        let part = reader.fill_buf().map_err(|error| damaged(name, &error))?;
        if part.is_empty() {
            return Ok(bytes);
        }
        quote = part.iter().rposition(|&byte| byte == b'"').map_or(quote, |at| bytes.len() + at);
        bytes.extend_from_slice(part);
        let read = part.len();
        reader.consume(read);
        if bytes.len() - quote > LONGEST_LINE {
            let line = 1 + bytes[..quote].iter().filter(|&&byte| byte == b'\n').count();
            bail!("{name}:{line}: 16 MiB went by without the end of a text; expected a document of products");
        }
    }
}

fn elements<'a>(name: &str, text: &'a str) -> Result<Vec<&'a RawValue>> {
    let list = |raw: &'a RawValue| -> Result<Vec<&'a RawValue>> {
        serde_json::from_str(raw.get()).with_context(|| format!("{name}: expected a list of products"))
    };
    let whole: &RawValue = serde_json::from_str(text).map_err(|error| {
        anyhow::anyhow!("{name}:{}:{}: not JSON ({error}); export the file again", error.line(), error.column())
    })?;
    if whole.get().starts_with('[') {
        return list(whole);
    }
    let top: Top<'a> = serde_json::from_str(text).with_context(|| format!("{name}: expected an object or a list"))?;
    match top {
        Top { products: Some(products), .. } => list(products),
        Top { product: Some(product), .. } => Ok(vec![product]),
        Top { graph: Some(graph), .. } if graph.get().starts_with('[') => list(graph),
        Top { items: Some(items), .. } => list(items),
        Top { .. } => Ok(vec![whole]),
    }
}

fn take(name: &str, line: u64, json: &str, map: &Map, items: &mut Items) {
    let sign: Option<Sign<'_>> = serde_json::from_str(json).ok();
    match sign {
        Some(Sign { kind: Some(_), .. }) => {
            for draft in jsonld::drafts(json, items.priced) {
                items.take(name, line, draft);
            }
        }
        Some(Sign { variants: Some(_), .. } | Sign { handle: Some(_), .. }) => {
            items.take(name, line, shopify::draft(json, map))
        }
        _ => items.take(name, line, ndjson::draft(json.as_bytes())),
    }
}
