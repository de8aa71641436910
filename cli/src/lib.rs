//! The shop's side of flaneur: builds packs from feeds and logs, and shows what is in them.
//!
//! `read` turns files into items and rows of a log; `learn` turns the rows into
//! counts and the counts into what a pack holds; the pack format itself is the
//! core's. Everything is deterministic: the same files, options and seed give
//! the same bytes.
//!
//! ```text
//! read ──> items ─────────────┐
//!   └────> log ──> counts ──> learn ──> flaneur::catalog::pack::write
//! ```

mod commands;
mod display;
mod estimate;
pub mod evaluate;
mod generate;
mod inspect;
pub mod learn;
pub mod log;
pub mod off_policy;
mod output;
mod pack;
mod progress;
pub mod read;
mod scratch;
mod shared;
pub mod simulate;
mod sql;
mod task;

pub use commands::run;
pub use pack::budget;
pub use progress::Progress;
