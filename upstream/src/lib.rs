//! What may leave a consenting shopper's device, made unreadable before it does.
//!
//! Two ways, and nothing else:
//!
//! - [`report`]: a bucket split into two shares that say nothing alone, proven to hold one vote, each sealed for
//!   one operator: Prio3Histogram in the messages of DAP-09;
//! - [`subset`]: a bucket answered with noise, so that the answer says little even to its reader: subset selection.
//!
//! Either may go through a relay: [`ohttp`] seals the whole request for the gateway behind it.
//! With the feature `dap18`, also `dap18`: the first way in the newest drafts.
//!
//! Guarantees: no network, no clock, no storage; entropy is an argument; no floating point ([`subset`] compares
//! integers, see [`threshold`]); what is sealed depends on nothing but its arguments and entropy, and its length on
//! nothing but the task.
//! Costs: a module of its own, which a shopper who does not consent never loads; its ceiling is in
//! `benches/budgets.toml`.
//! Used by: the package's sender, through `web`; the operators' fixture and the tests natively.
//! Source: draft-irtf-cfrg-vdaf-08, draft-ietf-ppm-dap-09, RFC 9180; Ye and Barg 2018 for subset selection.

#[cfg(feature = "dap18")]
pub mod dap18;
pub mod error;
pub mod message;
pub mod ohttp;
pub mod report;
pub mod subset;
pub mod threshold;
#[cfg(target_arch = "wasm32")]
pub mod web;

pub use error::{Error, Result};
pub use report::{Operator, Report, Task};
