//! Personalization that runs on the shopper's own device.

pub mod catalog;
pub mod engine;
pub mod error;
pub mod log;
pub mod math;
pub mod profile;
pub mod rank;
pub mod time;
#[cfg(target_arch = "wasm32")]
pub mod web;
pub mod wire;
