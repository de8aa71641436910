//! The boundary: bytes and integers in, bytes out, coded errors.
//!
//! What seals for two operators speaks either the deployed drafts or the newest: both would be too large.
//! With the newest, the module is too large for the relay as well.

#[cfg(not(feature = "dap18"))]
pub mod dap09;
#[cfg(feature = "dap18")]
pub mod dap18;
#[cfg(not(feature = "dap18"))]
pub mod relay;

use js_sys::{Error as JsError, Reflect};
use rand_core::{CryptoRng, RngCore};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error::Error;
use crate::subset::{self, Generator};
use crate::threshold::Channel;

/// A noisy answer, one bit per bucket.
///
/// # Errors
/// Those of `Channel::new` and `subset::answer`, as `FlaneurError`.
#[wasm_bindgen]
pub fn answer(buckets: u32, epsilon_micro: u32, bucket: u32) -> Result<Vec<u8>, JsValue> {
    let drawn = Channel::new(buckets, epsilon_micro.into());
    drawn.and_then(|channel| subset::answer(channel, bucket, &mut Generator(&mut Browser))).map_err(thrown)
}

/// The version of this module, which must be the package's.
#[wasm_bindgen]
#[must_use]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").into()
}

/// The browser's entropy. When there is none the instance traps, and the caller sends nothing.
struct Browser;

impl RngCore for Browser {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.fill_bytes(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill_bytes(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        if getrandom::getrandom(bytes).is_err() {
            core::arch::wasm32::unreachable();
        }
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
        getrandom::getrandom(bytes).map_err(Into::into)
    }
}

impl CryptoRng for Browser {}

fn thrown(error: Error) -> JsValue {
    let thrown = JsError::new(error.message);
    thrown.set_name("FlaneurError");
    for (key, value) in [("code", error.code), ("path", error.path)] {
        // Setting a property of a fresh object cannot fail.
        let _ = Reflect::set(&thrown, &key.into(), &value.into());
    }
    thrown.into()
}
