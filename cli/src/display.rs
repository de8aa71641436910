//! The items as a shop page shows them: normalized, with safe links, as one JSON array.
//!
//! Guarantees: a link is http(s), relative, or (for a picture) `data:image/…`;
//! any other is dropped and counted, because a page puts it into `href` and `src`.

use std::collections::BTreeMap;

use anyhow::Result;
use serde::Serialize;

use crate::read::Draft;

#[derive(Serialize)]
struct Shown<'a> {
    id: &'a str,
    kind: &'static str,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    brand: Option<&'a str>,
    category: &'a [String],
    tags: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    price: Option<f64>,
    #[serde(skip_serializing_if = "str::is_empty")]
    currency: &'a str,
    available: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    /// Epoch milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    added: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'a str>,
    attributes: BTreeMap<&'a str, Values<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Values<'a> {
    One(&'a str),
    Many(Vec<&'a str>),
}

/// The JSON of all items, one per line, and how many links were dropped.
///
/// # Errors
/// None in practice: every value has a JSON form.
pub(crate) fn display(drafts: &[Draft], currency: &str) -> Result<(Vec<u8>, u64)> {
    let mut dropped = 0;
    let mut json = b"[".to_vec();
    for (at, draft) in drafts.iter().enumerate() {
        json.extend_from_slice(if at == 0 { b"\n" } else { b",\n" });
        serde_json::to_writer(&mut json, &shown(draft, currency, &mut dropped))?;
    }
    json.extend_from_slice(b"\n]\n");
    Ok((json, dropped))
}

fn shown<'a>(draft: &'a Draft, currency: &'a str, dropped: &mut u64) -> Shown<'a> {
    let item = &draft.item;
    let mut keep = |link: &'a Option<String>, is_picture: bool| {
        let link = link.as_deref().filter(|link| !link.is_empty());
        let safe = link.filter(|link| is_safe(link, is_picture));
        *dropped += u64::from(link.is_some() && safe.is_none());
        safe
    };
    let mut attributes: BTreeMap<&str, Values<'_>> = BTreeMap::new();
    for (key, value) in &item.attributes {
        let values = match attributes.remove(key.as_str()) {
            None => Values::One(value),
            Some(Values::One(first)) => Values::Many(vec![first, value]),
            Some(Values::Many(mut values)) => {
                values.push(value);
                Values::Many(values)
            }
        };
        attributes.insert(key, values);
    }
    Shown {
        id: &item.id,
        kind: item.kind.name(),
        title: &item.title,
        brand: item.brand.as_deref(),
        category: &item.category,
        tags: &item.tags,
        price: item.price,
        currency: if item.price.is_some() { currency } else { "" },
        available: item.available,
        image: keep(&draft.image, true),
        url: keep(&draft.url, false),
        added: item.added.map(|at| at.0),
        group: item.group.as_deref(),
        attributes,
    }
}

/// Whether a page may use the link as it is.
fn is_safe(link: &str, is_picture: bool) -> bool {
    // Browsers drop blanks and control characters inside a scheme: "java\tscript:" would run.
    if link.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
        return false;
    }
    let head = link.split(['/', '?', '#']).next().unwrap_or_default();
    match head.split_once(':') {
        None => true,
        Some((scheme, rest)) => match scheme.to_ascii_lowercase().as_str() {
            "http" | "https" => link[scheme.len() + 1..].starts_with("//"),
            "data" => is_picture && rest.eq_ignore_ascii_case("image"),
            _ => false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::is_safe;

    #[test]
    fn only_harmless_links_are_kept() {
        for link in ["https://shop.example/a", "HTTP://x/y", "/a/b.jpg", "a.jpg?x=1:2", "//cdn.example/a.png", "#top"] {
            assert!(is_safe(link, false), "{link}");
        }
        assert!(is_safe("data:image/svg+xml;base64,AAAA", true));
        let unsafe_links = [
            "javascript:alert(1)",
            "java\tscript:alert(1)",
            " javascript:x",
            "data:text/html,x",
            "vbscript:x",
            "\\\\evil",
            "file:///etc/passwd",
            "https:evil",
        ];
        for link in unsafe_links {
            assert!(!is_safe(link, true), "{link}");
        }
        assert!(!is_safe("data:image/png;base64,AA", false), "a page is not a picture");
    }
}
