//! Prepares the machine: the Rust target, Node.js and its packages, the browsers.
//!
//! Guarantees: nothing is installed that is there already, and each check
//! costs milliseconds once the set-up is finished.

pub(crate) mod browser;
pub(crate) mod node;
pub(crate) mod rust;
