//! Requests that a relay passes on.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::{Browser, thrown};
use crate::ohttp::{Exchange, Gateway, Request};

/// A request sealed for a gateway: 16 bytes that open its answer and stay here, then what the relay is given.
///
/// # Errors
/// Those of `Gateway::decode` and `Exchange::seal`, as `FlaneurError`.
#[wasm_bindgen]
pub fn hide(
    gateway: &[u8],
    method: &str,
    scheme: &str,
    authority: &str,
    path: &str,
    content_type: &str,
    content: &[u8],
) -> Result<Vec<u8>, JsValue> {
    let request = Request { method, scheme, authority, path, content_type, content };
    let sealed = Gateway::decode(gateway).and_then(|to| Exchange::seal(&to, &request.encode(), &mut Browser));
    sealed.map(Exchange::into_bytes).map_err(thrown)
}

/// The answer to what `hide` gave: two bytes of status, then the body.
///
/// # Errors
/// Those of `Exchange::open`, as `FlaneurError`.
#[wasm_bindgen]
pub fn reveal(hidden: &[u8], answer: &[u8]) -> Result<Vec<u8>, JsValue> {
    let opened = Exchange::from_bytes(hidden.to_vec()).open(answer).map_err(thrown)?;
    Ok([&opened.status.to_be_bytes()[..], &opened.content].concat())
}
