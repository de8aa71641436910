//! Personalization that runs on the shopper's own device: learns, ranks and explains locally.
//!
//! | concept | module | one sentence |
//! | --- | --- | --- |
//! | *pack*, *item* | [`catalog`] | the shop's public catalog, the same bytes for every shopper |
//! | *event*, *log* | [`log`] | the bounded set of what happened: the only personal data at rest |
//! | *profile* | [`profile`] | a pure fold of the log: tastes, interests, history, statements |
//! | *replay* | [`replay`] | whether the plain order would have done better, estimated from the log |
//! | *trial* | [`trial`] | what experiments have shown on this device, from the log |
//! | *slate*, *signal*, *rule* | [`rank`] | eligible → retrieve → score → explore → arrange → explain |
//! | *opportunity*, *decision* | [`decide`] | one arbiter for offers, contents, services, messages and silence |
//! | the façade | [`engine`] | catalog, log and gates in; slates out; no I/O, clock or entropy |
//! | the contract's shapes | [`wire`] | the only serializable twins, shared by JavaScript, the CLI and tests |
//! | the boundary | `web` (wasm only) | decode, call, encode |
//! | ground | [`error`], [`time`], [`math`] | coded errors, given time, seeded and portable arithmetic |
//!
//! Dependencies point one way: `error, time, math ← catalog ← log ← profile ← rank ← decide ← engine ← web`,
//! with `wire` beside the engine; `tests/tidy.rs` holds the arrows.
//!
//! # Privacy
//! Nothing in this crate reaches a network or a disk. Bytes go in, bytes come out.
//!
//! # Example
//! ```
//! use flaneur::catalog::Item;
//! use flaneur::engine::Engine;
//! use flaneur::time::Millis;
//! use flaneur::wire::event::{EventWire, LineWire};
//! use flaneur::wire::request::RequestWire;
//!
//! # fn main() -> flaneur::error::Result<()> {
//! let lamp = |id: &str| Item { category: vec!["Lamps".into()], ..Item::new(id) };
//! let cup = |id: &str| Item { category: vec!["Cups".into()], ..Item::new(id) };
//! let mut engine = Engine::new(1);
//! engine.load_items(&[cup("c1"), cup("c2"), lamp("l1"), lamp("l2"), lamp("l3")])?;
//! engine.set_gates(true, true);
//!
//! let now = Millis(1_760_000_000_000);
//! let line = LineWire { item: "l1".into(), ..LineWire::default() };
//! let view = EventWire { id: "e1".into(), kind: "view_item".into(), at: now.0 as f64, lines: vec![line], ..EventWire::default() };
//! engine.observe(view, now)?;
//!
//! let slate = engine.rank(RequestWire { slot: "home".into(), size: 2.0, ..RequestWire::default() }, now)?;
//! let first = &slate.entries[0];
//! assert!(engine.catalog().id(first.item).starts_with('l'), "a lamp follows a lamp");
//! let sum: f64 = first.reasons.iter().map(|reason| reason.term()).sum();
//! assert!((sum - first.score).abs() < 1e-9);
//! # Ok(())
//! # }
//! ```

pub mod catalog;
pub mod decide;
pub mod engine;
pub mod error;
pub mod log;
pub mod math;
pub mod profile;
pub mod rank;
pub mod replay;
pub mod time;
pub mod trial;
#[cfg(target_arch = "wasm32")]
pub mod web;
pub mod wire;
