//! One JSON event as flat rows: our own export and GA4's carry several items in one event.
//!
//! A list under `items`, `lines` or `products` gives one row per entry, each
//! with the event's own fields. `ga_session_id` is taken out of `event_params`.

use flaneur::error::{Error, ErrorKind, Result};
use serde_json::{Map, Value};

use super::fields::normal;

/// Lists of items inside an event.
const LISTS: [&str; 3] = ["items", "lines", "products"];

/// Keys and texts of one row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Flat {
    pub(super) keys: Vec<String>,
    pub(super) texts: Vec<String>,
}

/// The rows of one event.
///
/// # Errors
/// `value_malformed` when the line is not a JSON object.
pub(super) fn rows(line: &[u8]) -> Result<Vec<Flat>> {
    let broken = |error: serde_json::Error| {
        let message = format!("not a JSON object (column {}); expected one event per line", error.column());
        Error::new(ErrorKind::Malformed, "", message)
    };
    let event: Map<String, Value> = serde_json::from_slice(line).map_err(broken)?;
    let mut base = Flat::default();
    base.take(&event);
    if let Some(session) = parameter(&event, "ga_session_id") {
        base.put("session", session);
    }
    let list = |key: &&str| event.get(*key)?.as_array().filter(|entries| !entries.is_empty());
    let Some(entries) = LISTS.iter().find_map(list) else {
        return Ok(vec![base]);
    };
    let entry_row = |entry: &Value| {
        let mut row = Flat::default();
        match entry {
            Value::Object(fields) => row.take(fields),
            other => row.put("item", scalar(other)),
        }
        // The event's own identifier is not an item's.
        let own = base.keys.iter().zip(&base.texts).filter(|(key, _)| *key != "id");
        own.for_each(|(key, text)| row.put(key, text.clone()));
        row
    };
    Ok(entries.iter().map(entry_row).collect())
}

impl Flat {
    fn take(&mut self, fields: &Map<String, Value>) {
        for (key, value) in fields {
            self.put(&normal(key), scalar(value));
        }
    }

    /// Adds a field unless it is empty or there already.
    fn put(&mut self, key: &str, text: String) {
        if !text.is_empty() && !self.keys.iter().any(|known| known == key) {
            self.keys.push(key.into());
            self.texts.push(text);
        }
    }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

/// A value of GA4's list of parameters.
fn parameter(event: &Map<String, Value>, name: &str) -> Option<String> {
    let list = event.get("event_params")?.as_array()?;
    let value = list.iter().find(|entry| entry.get("key").and_then(Value::as_str) == Some(name))?.get("value")?;
    ["int_value", "string_value"].into_iter().filter_map(|key| value.get(key)).map(scalar).find(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::rows;

    #[test]
    fn a_ga4_event_gives_one_row_per_item() {
        let line = br#"{"event_name":"purchase","event_timestamp":"1700000000000000","user_pseudo_id":"u",
            "event_params":[{"key":"ga_session_id","value":{"int_value":"77"}}],
            "items":[{"item_id":"a","quantity":2},{"item_id":"b"}]}"#;
        let found = rows(line).unwrap();
        let text = |row: usize, key: &str| {
            let at = found[row].keys.iter().position(|known| known == key);
            at.map(|at| found[row].texts[at].as_str())
        };
        assert_eq!(found.len(), 2);
        assert_eq!((text(0, "item_id"), text(0, "quantity"), text(0, "session")), (Some("a"), Some("2"), Some("77")));
        assert_eq!((text(1, "item_id"), text(1, "user_pseudo_id")), (Some("b"), Some("u")));
    }

    #[test]
    fn an_empty_list_does_not_hide_a_full_one() {
        let found = rows(br#"{"event":"purchase","items":[],"products":[{"product_id":"a"}]}"#).unwrap();
        assert!(found[0].keys.contains(&"product_id".to_owned()), "{found:?}");
    }

    #[test]
    fn the_export_of_a_device_is_read_too() {
        let found = rows(br#"{"id":"e1","type":"view_item","at":5,"lines":[{"item":"a"}]}"#).unwrap();
        assert!(!found[0].keys.contains(&"id".to_owned()), "the event's id is not the item's");
        assert!(rows(b"[1]").is_err() && rows(b"{").is_err());
    }
}
