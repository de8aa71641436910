//! Shopify's `products.json`: one item per product.
//!
//! The identifier is the product's number, which Shopify's own events carry;
//! `--map id=handle` takes the handle instead. The price is the lowest of the
//! variants, and the item is available when any variant is.

use flaneur::error::{Error, ErrorKind, Result};
use flaneur::wire::decode;
use flaneur::wire::text::{Texts, Values};
use serde::Deserialize;

use super::draft::{Draft, Field};
use super::fields::Map;

#[derive(Deserialize)]
struct Product {
    #[serde(default)]
    id: Values,
    #[serde(default)]
    handle: Option<String>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    vendor: Option<String>,
    #[serde(default)]
    product_type: Option<String>,
    #[serde(default)]
    tags: Texts,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    created_at: Option<String>,
    #[serde(default)]
    published_at: Option<String>,
    #[serde(default)]
    variants: Vec<Variant>,
    #[serde(default)]
    options: Vec<Choice>,
    #[serde(default)]
    images: Vec<Picture>,
    #[serde(default)]
    image: Option<Picture>,
}

#[derive(Deserialize)]
struct Variant {
    #[serde(default)]
    price: Values,
    #[serde(default)]
    available: Option<bool>,
    #[serde(default)]
    inventory_quantity: Option<i64>,
    #[serde(default)]
    inventory_management: Option<String>,
    #[serde(default)]
    inventory_policy: Option<String>,
}

/// An option such as colour, with its values.
#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    name: String,
    #[serde(default)]
    values: Vec<String>,
}

#[derive(Deserialize)]
struct Picture {
    #[serde(default)]
    src: Option<String>,
}

/// Reads one product.
///
/// # Errors
/// The path and kind of the first field that cannot be used.
pub(super) fn draft(json: &str, map: &Map) -> Result<Draft> {
    let product: Product = decode(&mut serde_json::Deserializer::from_str(json), "")?;
    let mut draft = Draft::new();
    let number = product.id.0.first().map_or("", String::as_str);
    let handle = product.handle.as_deref().unwrap_or_default();
    let by_handle = number.is_empty() || map.takes("id", "handle");
    draft.set(Field::Id, if by_handle { handle } else { number })?;
    for (field, text) in [
        (Field::Title, &product.title),
        (Field::Brand, &product.vendor),
        (Field::Category, &product.product_type),
        (Field::Added, product.published_at.as_ref().map_or(&product.created_at, |_| &product.published_at)),
    ] {
        draft.set(field, text.as_deref().unwrap_or_default())?;
    }
    for tags in &product.tags.0 {
        draft.set(Field::Tags, tags)?;
    }
    for choice in product.options.iter().filter(|choice| !choice.name.is_empty() && choice.name != "Title") {
        let key = choice.name.to_lowercase().replace(':', "_");
        choice.values.iter().for_each(|value| draft.attribute(&key, value));
    }
    let picture = product.image.or(product.images.into_iter().next()).and_then(|picture| picture.src);
    draft.image = picture;
    draft.url = (!handle.is_empty()).then(|| format!("/products/{handle}"));
    sell(&mut draft, &product.variants, product.status.as_deref())?;
    draft.finish()
}

/// The lowest price, and whether any variant can be had.
fn sell(draft: &mut Draft, variants: &[Variant], status: Option<&str>) -> Result<()> {
    let mut lowest: Option<f64> = None;
    for (at, variant) in variants.iter().enumerate() {
        let Some(text) = variant.price.0.first() else { continue };
        let place = |error: Error| Error { path: format!("variants[{at}].price"), ..error };
        let (price, _) = super::value::price(text).map_err(place)?;
        if price < 0.0 {
            return Err(place(Error::new(ErrorKind::OutOfRange, "", "the price is negative")));
        }
        lowest = Some(lowest.map_or(price, |known| known.min(price)));
    }
    draft.item.price = lowest;
    let can_be_had = variants.is_empty() || variants.iter().any(is_available);
    draft.item.available = can_be_had && status.is_none_or(|status| status.eq_ignore_ascii_case("active"));
    Ok(())
}

fn is_available(variant: &Variant) -> bool {
    let is_tracked = variant.inventory_management.is_some();
    let sells_on = variant.inventory_policy.as_deref() == Some("continue");
    match (variant.available, variant.inventory_quantity) {
        (Some(available), _) => available,
        (None, Some(quantity)) => quantity > 0 || sells_on || !is_tracked,
        (None, None) => true,
    }
}
