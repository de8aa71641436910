//! schema.org JSON-LD: Products, wherever they stand in a block.
//!
//! The identifier is the one that `catalogOf` of `flaneur/connect` reads on the
//! product's page ([`id_of`]). Prices come from the cheapest offer that can be
//! had. A ProductGroup gives one item per variant.

use flaneur::catalog::item::check_id;
use flaneur::error::{Error, ErrorKind, Result};
use serde_json::Value;

use super::draft::{Draft, Field};

/// Properties under which a block keeps further blocks.
const INSIDE: [&str; 6] = ["@graph", "itemListElement", "item", "mainEntity", "hasPart", "itemOffered"];
/// Properties that say what a product is like.
const ATTRIBUTES: [&str; 4] = ["color", "material", "pattern", "size"];
/// Blocks nested deeper than this are not searched.
const DEEPEST: usize = 8;
/// Longest identifier, in UTF-16 units, as the page counts them.
const LONGEST_ID: usize = 64;

/// Reads every product of a block, at the prices of that moment, epoch milliseconds.
pub(super) fn drafts(json: &str, at: i64) -> Vec<Result<Draft>> {
    let mut found = Vec::new();
    match serde_json::from_str(json) {
        Ok(value) => collect(&value, DEEPEST, at, &mut found),
        Err(_) => found.push(Err(Error::new(ErrorKind::Malformed, "", "not a JSON object"))),
    }
    found
}

fn collect(value: &Value, depth: usize, at: i64, found: &mut Vec<Result<Draft>>) {
    if depth == 0 {
        return;
    }
    for node in list(value) {
        let mut variants = node.get("hasVariant").into_iter().flat_map(list).peekable();
        if is_a(node, "ProductGroup") && variants.peek().is_some() {
            variants.for_each(|variant| found.push(product(variant, Some(node), at)));
        } else if ["Product", "ProductGroup", "ProductModel", "IndividualProduct"].iter().any(|kind| is_a(node, kind)) {
            found.push(product(node, None, at));
        } else {
            INSIDE.iter().filter_map(|key| node.get(key)).for_each(|inside| collect(inside, depth - 1, at, found));
        }
    }
}

/// JSON-LD writes one value or a list of them.
fn list(value: &Value) -> impl Iterator<Item = &Value> {
    let many = value.as_array().map(Vec::as_slice);
    many.unwrap_or(std::slice::from_ref(value)).iter().filter(|value| !value.is_null())
}

fn is_a(node: &Value, kind: &str) -> bool {
    let name = |value: &Value| value.as_str().is_some_and(|text| text.rsplit(['/', ':', '#']).next() == Some(kind));
    node.get("@type").is_some_and(|kinds| list(kinds).any(name))
}

fn product(node: &Value, group: Option<&Value>, at: i64) -> Result<Draft> {
    let mut draft = Draft::new();
    let own = |key: &str| node.get(key).filter(|value| !value.is_null());
    let inherited = |key: &str| own(key).or_else(|| group.and_then(|group| group.get(key)));
    let id = id_of(node).ok_or_else(|| {
        let message = "there is no id; expected a sku, productID, gtin13, gtin, @id or url of 1 to 64 clean characters";
        Error::new(ErrorKind::Missing, "id", message)
    })?;
    draft.set(Field::Id, &id)?;
    let kinds = [(Field::Title, "name"), (Field::Brand, "brand"), (Field::Image, "image"), (Field::Url, "url")];
    for (field, key) in kinds {
        draft.set(field, &inherited(key).map(text).unwrap_or_default())?;
    }
    for level in inherited("category").into_iter().flat_map(list) {
        draft.item.category.extend(super::draft::levels(&text(level)));
    }
    for tags in inherited("keywords").into_iter().flat_map(list) {
        draft.set(Field::Tags, &text(tags))?;
    }
    let variant_of = own("isVariantOf").or(group);
    let family = own("inProductGroupWithID").or_else(|| variant_of.and_then(|group| group.get("productGroupID")));
    draft.set(
        Field::Group,
        &family.or_else(|| variant_of.and_then(|group| group.get("@id"))).map(text).unwrap_or_default(),
    )?;
    for key in ATTRIBUTES {
        inherited(key).into_iter().flat_map(list).for_each(|value| draft.attribute(key, &text(value)));
    }
    for property in own("additionalProperty").into_iter().flat_map(list) {
        let said = |value: &Value| value.as_bool().map_or_else(|| text(value), |yes| yes.to_string());
        let (key, value) = (property.get("name").map(text), property.get("value").map(said));
        if let (Some(key), Some(value)) = (key.filter(|key| !key.is_empty()), value) {
            draft.attribute(&key.to_lowercase().replace(':', "_"), &value);
        }
    }
    if let Some(offers) = inherited("offers") {
        sell(&mut draft, offers, at)?;
    }
    draft.finish()
}

/// The identifier: the first of `sku`, `productID`, `gtin13` (else `gtin`), the end of `@id` and the end of `url` that
/// is one.
///
/// What a pack calls a product and what its page calls it have to be the same, or nothing is learned of it:
/// `pkg/src/connect/catalog.ts` follows the same rule, and `tests/vectors/jsonld/ids.json` holds both to it.
fn id_of(node: &Value) -> Option<String> {
    let own = |key: &str| node.get(key).filter(|value| !value.is_null());
    let gtin = own("gtin13").or_else(|| own("gtin"));
    let named = [own("sku"), own("productID"), gtin].into_iter().flatten().find_map(|value| match value {
        Value::String(text) => clean(text),
        // As JavaScript writes it: 7, not 7.0.
        Value::Number(number) => clean(&number.as_f64()?.to_string()),
        _ => None,
    });
    named.or_else(|| ["@id", "url"].into_iter().filter_map(|key| own(key)?.as_str()).find_map(end_of))
}

/// The last part of an address's path or query, else of its fragment: every page may call its own `#product`.
fn end_of(address: &str) -> Option<String> {
    let mut start = 0;
    let end = address.split('#').find_map(|part| {
        let end = start + part.trim_end_matches(['/', '?']).len();
        let from = address[start..end].rfind(['/', '?']).map_or(start, |at| start + at + 1);
        start += part.len() + 1;
        // What follows `//` is a host.
        (from < end && !address[..from].ends_with("//")).then(|| &address[from..end])
    });
    end.and_then(clean)
}

fn clean(text: &str) -> Option<String> {
    let text = text.trim();
    let is_short = text.encode_utf16().count() <= LONGEST_ID;
    (is_short && check_id(text, "id").is_ok()).then(|| text.to_owned())
}

/// The text of a value: itself, its `name` or address, or that of the first in a list.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Array(values) => values.first().map(text).unwrap_or_default(),
        Value::Object(_) => {
            let keys = ["name", "url", "contentUrl", "@id", "value"];
            keys.into_iter().find_map(|key| value.get(key)).map(text).unwrap_or_default()
        }
        Value::Bool(_) | Value::Null => String::new(),
    }
}

/// The cheapest price of the offers that can be had and whose price holds, and whether any offer can be had.
///
/// Where there is no such offer, the cheapest of all counts: it is what the page shows.
/// Offers in another currency than the first that is named cannot be compared with it, and do not count.
/// An offer that names none is in the one that another names.
/// `pkg/src/connect/catalog.ts` follows the same rule, and `tests/vectors/jsonld/offers.json` holds both to it.
fn sell(draft: &mut Draft, offers: &Value, at: i64) -> Result<()> {
    let mut stated = Vec::new();
    let mut prices = Vec::new();
    for (place, offer) in list(offers).enumerate() {
        let place = |error: Error| Error { path: format!("offers[{place}].{}", error.path), ..error };
        let terms = offer.get("priceSpecification").and_then(|terms| list(terms).next());
        let own = |key: &str| offer.get(key).filter(|value| !value.is_null());
        let said = |key: &str| own(key).or_else(|| terms.and_then(|terms| terms.get(key))).map(text);
        let available = said("availability").filter(|text| !text.is_empty());
        let available = available.map(|text| super::value::availability(&text).map_err(place)).transpose()?;
        stated.extend(available);
        let price = own("price").or_else(|| own("lowPrice")).map(text).or_else(|| said("price"));
        if let Some(price) = price.filter(|price| !price.is_empty()) {
            let (price, beside) = super::value::price(&price).map_err(place)?;
            let code = said("priceCurrency").filter(|code| !code.trim().is_empty());
            let code = code.map(|code| super::value::currency(&code).map_err(place)).transpose()?;
            // What is no date says nothing.
            let until = said("priceValidUntil").and_then(|until| super::value::period(&format!("/{until}")).ok());
            let holds = available != Some(false) && until.is_none_or(|until| until.contains(&at));
            prices.push((price, code.or(beside), holds));
        }
    }
    draft.currency = prices.iter().find_map(|(_, currency, _)| currency.clone());
    prices.retain(|(_, currency, _)| currency.is_none() || *currency == draft.currency);
    let cheapest = |only_held: bool| {
        prices.iter().filter(|(_, _, holds)| *holds || !only_held).map(|&(price, ..)| price).reduce(f64::min)
    };
    draft.item.price = cheapest(true).or_else(|| cheapest(false));
    draft.item.available = stated.is_empty() || stated.contains(&true);
    Ok(())
}
