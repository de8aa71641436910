//! Fuzzes `hostile::rules`.

#![no_main]
#![allow(dead_code, reason = "one target of several")]

#[path = "../../tests/support/hostile.rs"]
mod hostile;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::rules(bytes));
