//! The public contract's shapes as serde sees them: the only serializable twins.
//!
//! Core types carry no serde derive, so the core can change without changing
//! what JavaScript, the CLI or a stored file sees. Every shape converts through
//! the core's own constructor: validation also runs on deserialization.
//! Decoding never echoes a value in an error, only its path and what was expected.

pub mod decide;
pub mod event;
pub mod experiment;
pub mod intent;
pub mod item;
pub mod request;
pub mod rule;
pub mod text;
pub mod trial;
pub mod view;
pub mod when;

use serde::Deserialize;

use crate::error::{Error, ErrorKind, Result};

/// Decodes `T`, naming the place of a fault under `root`.
///
/// # Errors
/// `value_missing`, `value_unknown` or `value_type` with a path like `rules[2].by`.
pub fn decode<'de, T, D>(deserializer: D, root: &str) -> Result<T>
where
    T: Deserialize<'de>,
    D: serde::Deserializer<'de>,
    D::Error: std::fmt::Display,
{
    serde_path_to_error::deserialize(deserializer).map_err(|fault| {
        let path = match fault.path().to_string() {
            path if path == "." => String::new(),
            path => path,
        };
        explain(&fault.inner().to_string(), &path).under(root)
    })
}

/// A number, if any, that is one.
fn finite(value: Option<f64>, path: &str) -> Result<Option<f64>> {
    match value {
        Some(value) if !value.is_finite() => {
            Err(Error::new(ErrorKind::NotFinite, path, "not a finite number; leave it out if unknown"))
        }
        value => Ok(value),
    }
}

/// A number, if any, from `low` to `high`: they are told, and so below 9e13.
fn between(value: Option<f64>, low: f64, high: f64, path: &str) -> Result<Option<f64>> {
    match finite(value, path)? {
        Some(value) if value < low || value > high => {
            let [low, high] = [low, high].map(|bound| text::number(bound).unwrap_or_default());
            Err(Error::new(ErrorKind::OutOfRange, path, format!("expected {low} to {high}")))
        }
        value => Ok(value),
    }
}

/// Turns serde's sentence into ours without repeating any value of the input.
fn explain(sentence: &str, path: &str) -> Error {
    if let Some(field) = quoted(sentence, "missing field `") {
        let path = if path.is_empty() { field.to_owned() } else { format!("{path}.{field}") };
        return Error::new(ErrorKind::Missing, path, "this field is required");
    }
    if sentence.starts_with("unknown variant") {
        let expected = sentence.split_once("expected ").map_or("a known word", |(_, rest)| rest);
        return Error::new(ErrorKind::Unknown, path, format!("not a known word; expected {expected}"));
    }
    if sentence.starts_with("unknown field") {
        return Error::new(ErrorKind::Unknown, path, "not a known field; see the types");
    }
    let expected = sentence.rsplit_once("expected ").map_or("the documented shape", |(_, rest)| rest);
    let expected = match expected.split(" at line").next().unwrap_or(expected) {
        "f64" | "f32" => "a number",
        "u16" => "a whole number",
        other => other,
    };
    Error::new(ErrorKind::WrongType, path, format!("wrong type; expected {expected}"))
}

fn quoted<'a>(sentence: &'a str, opening: &str) -> Option<&'a str> {
    sentence.split_once(opening).and_then(|(_, rest)| rest.split_once('`')).map(|(field, _)| field)
}
