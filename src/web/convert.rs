//! Conversions between JavaScript's values and the wire twins, and errors between both.

use js_sys::{Array, Float64Array, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use super::decode::{Read, read};
use super::encode::encode;
use crate::catalog::Item;
use crate::engine::Merged;
use crate::error::{Error, ErrorKind, Result};
use crate::log::encode_record;
use crate::rank::Slate;
use crate::time::Millis;
use crate::wire::item::ItemWire;
use crate::wire::trial::PartView;
use crate::wire::view::{ExplainedView, RefusalView, figures, path_of};

/// Turns a core result into one that throws a `FlaneurError`.
pub(super) trait Thrown<T> {
    fn thrown(self) -> core::result::Result<T, JsValue>;
}

impl<T> Thrown<T> for Result<T> {
    fn thrown(self) -> core::result::Result<T, JsValue> {
        self.map_err(|error| to_js(&error))
    }
}

fn to_js(error: &Error) -> JsValue {
    let thrown = js_sys::Error::new(&error.message);
    thrown.set_name("FlaneurError");
    let set = |key: &str, value: &str| Reflect::set(&thrown, &key.into(), &value.into()).unwrap_or(false);
    set("code", error.code());
    if !error.path.is_empty() {
        set("path", &error.path);
    }
    thrown.into()
}

/// Decodes one value under a root path.
pub(super) fn decode<T: Read>(value: JsValue, root: &str) -> core::result::Result<T, JsValue> {
    read(value).map_err(|error: Error| error.under(root)).thrown()
}

/// Decodes a list entry by entry, so that one bad entry does not refuse the others.
pub(super) fn decode_list<T: Read>(list: &JsValue) -> core::result::Result<Vec<Result<T>>, JsValue> {
    Ok(array(list, "events")?.iter().map(read).collect())
}

/// Decodes plain items, each error under `catalog[index]`.
pub(super) fn decode_items(list: &JsValue) -> core::result::Result<Vec<Item>, JsValue> {
    let item = |(index, value): (usize, JsValue)| {
        let item = read::<ItemWire>(value).and_then(Item::try_from);
        item.map_err(|error| error.under(&format!("catalog[{index}]")))
    };
    array(list, "catalog")?.iter().enumerate().map(item).collect::<Result<_>>().thrown()
}

fn array<'a>(value: &'a JsValue, path: &str) -> core::result::Result<&'a Array, JsValue> {
    let wrong = || Error::new(ErrorKind::WrongType, path, "expected a list");
    value.dyn_ref::<Array>().ok_or_else(wrong).thrown()
}

/// A slate as `[figures, id, short, explained, part]`.
pub(super) fn slate(slate: &Slate) -> Array {
    let figures = Float64Array::from(figures(slate).as_slice());
    let short = slate.short.map_or(JsValue::UNDEFINED, |rule| JsValue::from_str(&path_of(rule)));
    let explained = slate.explained.as_ref().map(|explained| encode(&ExplainedView::of(explained)));
    let part = slate.trial.as_ref().map(|trial| encode(&PartView::of(trial, slate)));
    let (explained, part) = (explained.unwrap_or_default(), part.unwrap_or_default());
    Array::of5(&figures, &JsValue::from_str(&slate.id), &short, &explained, &part)
}

/// Reads a caller's clock.
pub(super) fn moment(now: f64) -> core::result::Result<Millis, JsValue> {
    let message = "not a moment between 1900 and 2200; expected epoch milliseconds";
    Millis::from_f64(now).ok_or_else(|| Error::new(ErrorKind::OutOfRange, "now", message)).thrown()
}

/// The caller's seed, or the browser's entropy.
pub(super) fn seed(given: Option<f64>) -> core::result::Result<u64, JsValue> {
    match given {
        Some(seed) if (0.0..=9_007_199_254_740_991.0).contains(&seed) && seed.fract() == 0.0 => Ok(seed as u64),
        Some(_) => {
            let message = "expected a whole number from 0 to 2^53 - 1";
            Err(Error::new(ErrorKind::OutOfRange, "seed", message)).thrown()
        }
        // Without entropy ranking still works; only its draws become predictable.
        None => Ok(getrandom::u64().unwrap_or(0)),
    }
}

/// A list of texts.
pub(super) fn strings(texts: &[String]) -> Array {
    texts.iter().map(|text| JsValue::from_str(text)).collect()
}

/// What an import did, with the records to store.
pub(super) fn merged(merged: &Merged) -> core::result::Result<JsValue, JsValue> {
    let report = js_sys::Object::new();
    let records: Array =
        merged.added.iter().map(|event| JsValue::from(Uint8Array::from(encode_record(event).as_slice()))).collect();
    let refused = encode(&merged.refused.iter().map(RefusalView::of).collect::<Vec<_>>());
    Reflect::set(&report, &"added".into(), &records)?;
    Reflect::set(&report, &"known".into(), &JsValue::from_f64(merged.known as f64))?;
    Reflect::set(&report, &"refused".into(), &refused)?;
    Ok(report.into())
}
