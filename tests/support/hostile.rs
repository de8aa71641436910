//! What bytes from outside may do to each decoder: be read or be refused, and nothing else.
//!
//! One function for each thing that is decoded; `tests/regressions.rs` runs them on its files.

use flaneur::catalog::{Catalog, Item};
use flaneur::engine::Engine;
use flaneur::log::{decode_record, encode_record};
use flaneur::time::Millis;
use flaneur::wire::event::EventWire;
use flaneur::wire::request::RequestWire;
use flaneur::wire::rule::{RuleWire, rules as checked};
use xxhash_rust::xxh32::xxh32;

/// A decoder's name, which is that of its corpus, and its check.
pub(super) type Target = (&'static str, fn(&[u8]));

/// Every decoder that meets bytes from outside.
pub(super) const TARGETS: [Target; 5] =
    [("pack", pack), ("record", record), ("event", event), ("rules", rules), ("import", import)];

const NOW: Millis = Millis(1_800_000_000_000);

/// Packs: what is read can be ranked.
pub(super) fn pack(bytes: &[u8]) {
    let Ok(catalog) = Catalog::read(bytes.to_vec()) else { return };
    for item in 0..catalog.len().min(64) as u32 {
        assert_eq!(catalog.find(catalog.id(item)), Some(item));
        assert!(catalog.tokens(item).all(|token| (token as usize) < catalog.token_count()));
    }
    let mut engine = open_engine();
    if engine.load_pack(bytes.to_vec()).is_ok() {
        rank(&mut engine);
    }
}

/// Records, as they are and with a version and a checksum that hold, so that what lies behind them is reached too.
pub(super) fn record(bytes: &[u8]) {
    let mended = [1, 2, 3].map(|version| {
        let mut mended = vec![version];
        mended.extend_from_slice(bytes);
        let sum = xxh32(&mended, 0);
        mended.extend_from_slice(&sum.to_le_bytes());
        mended
    });
    for bytes in mended.iter().map(Vec::as_slice).chain([bytes]) {
        let Ok(event) = decode_record(bytes) else { continue };
        assert_eq!(decode_record(&encode_record(&event)).as_ref(), Ok(&event));
        let mut engine = small_shop();
        engine.restore(std::iter::once(bytes));
        rank(&mut engine);
    }
}

/// Events in JSON, as a page writes them.
pub(super) fn event(bytes: &[u8]) {
    let Ok(wire) = serde_json::from_slice::<EventWire>(bytes) else { return };
    let mut engine = open_engine();
    if let Ok(Some(event)) = engine.observe(wire, NOW) {
        assert_eq!(decode_record(&encode_record(&event)).ok().as_ref(), Some(&event));
        rank(&mut engine);
    }
}

/// Rules in JSON.
pub(super) fn rules(bytes: &[u8]) {
    let Ok(wires) = serde_json::from_slice::<Vec<RuleWire>>(bytes) else { return };
    let Ok(rules) = checked(wires) else { return };
    let mut engine = open_engine();
    if engine.set_rules(rules).is_err() {
        return; // refused as a list: what was in force stays
    }
    rank(&mut engine);
}

/// The events of an export, in JSON: what is taken in can be taken out, and in again.
pub(super) fn import(bytes: &[u8]) {
    let Ok(events) = serde_json::from_slice::<Vec<EventWire>>(bytes) else { return };
    let mut engine = open_engine();
    engine.import(events.into_iter().map(Ok).collect(), NOW);
    rank(&mut engine);
    let out: Vec<EventWire> = engine.log().events().iter().map(EventWire::of).collect();
    let Ok(text) = serde_json::to_string(&out) else { return };
    let Ok(back) = serde_json::from_str::<Vec<EventWire>>(&text) else { panic!("an export cannot be read") };
    let mut other = open_engine();
    let merged = other.import(back.into_iter().map(Ok).collect(), NOW);
    assert!(merged.refused.is_empty(), "an export is refused");
    assert_eq!(other.log().events(), engine.log().events());
}

fn open_engine() -> Engine {
    let mut engine = Engine::new(7);
    engine.set_gates(true, true);
    engine
}

/// With items of the names that the corpus has: what is restored is learned.
fn small_shop() -> Engine {
    let mut engine = open_engine();
    let items = ["a", "b", "c"].map(|id| Item { tags: vec![format!("tag {id}")], ..Item::new(id) });
    assert!(engine.load_items(&items).is_ok());
    engine
}

fn rank(engine: &mut Engine) {
    let request = RequestWire { slot: "fuzz".into(), size: 8.0, ..RequestWire::default() };
    if let Ok(slate) = engine.rank(request, NOW) {
        assert!(slate.entries.iter().all(|entry| entry.score.is_finite()));
    }
}
