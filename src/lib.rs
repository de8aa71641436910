//! Personalization that runs on the shopper's own device.

pub mod catalog;
pub mod error;
pub mod log;
pub mod math;
pub mod profile;
pub mod time;
pub mod wire;
