//! The same pack, log, seed and time give byte-identical slates natively, in Node and in the browser.
//!
//! This test writes nothing unless `FLANEUR_BLESS=1`; the JavaScript side
//! (`tests/wasm/golden.test.mjs`, `tests/browser/golden.test.mjs`) ranks the
//! same cases through the wasm module and compares the same lines. Numbers are
//! compared by their bits. So are the hashed words of searches, whose letters
//! the module asks of the browser.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/shop.rs"]
mod shop;

use std::path::Path;

use flaneur::catalog::Catalog;
use flaneur::engine::Engine;
use flaneur::rank::Slate;
use flaneur::wire::event::EventWire;
use serde_json::{Value, json};
use shop::NOW;

const CASES: u64 = 100;

/// One line per entry: id, then the bits of every number.
fn lines(catalog: &Catalog, slate: &Slate) -> Vec<String> {
    let bits = |x: f64| format!("{:016x}", x.to_bits());
    slate
        .entries
        .iter()
        .map(|entry| {
            let reasons = entry.reasons.iter().map(|reason| {
                let item = reason.item.map_or("", |item| catalog.id(item));
                let attribute = reason.attribute.map_or("", |token| catalog.token(token));
                format!("{}={}*{}@{item}#{attribute}", reason.signal, bits(reason.weight), bits(reason.value))
            });
            let reasons: Vec<String> = reasons.collect();
            let head = [catalog.id(entry.item).to_owned(), bits(entry.score), bits(entry.propensity)];
            format!("{} {} {}", head.join(" "), entry.discovery, reasons.join(" "))
        })
        .collect()
}

fn case(number: u64) -> Value {
    let mut engine: Engine = shop::engine(160);
    let events: Vec<EventWire> =
        shop::life(engine.catalog(), 900 + number, (number % 36) as usize).iter().map(EventWire::of).collect();
    engine.import(events.iter().cloned().map(Ok).collect(), NOW);
    let mut request = json!({ "slot": format!("slot-{}", number % 3), "size": 3 + number % 5, "seed": number });
    if number % 4 == 1 {
        request["like"] = json!(engine.catalog().id(number as u32));
    }
    if number % 5 == 2 {
        request["context"] = json!({ "hour": number % 24 });
    }
    let wire = serde_json::from_value(request.clone()).unwrap();
    let slate = engine.rank(wire, NOW).unwrap();
    json!({ "events": events, "request": request, "id": slate.id, "lines": lines(engine.catalog(), &slate) })
}

#[test]
fn slates_equal_the_golden_vectors_bit_for_bit() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/golden");
    let cases: Vec<Value> = (0..CASES).map(case).collect();
    let text = serde_json::to_string(&json!({ "now": NOW.0, "cases": cases })).unwrap();
    if std::env::var_os("FLANEUR_BLESS").is_some() {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("slates.json"), &text).unwrap();
        std::fs::write(folder.join("shop.flaneur"), shop::pack(160)).unwrap();
    }
    let golden: Value = serde_json::from_slice(&std::fs::read(folder.join("slates.json")).unwrap()).unwrap();
    assert_eq!(std::fs::read(folder.join("shop.flaneur")).unwrap(), shop::pack(160), "the pack's bytes changed");
    for (number, case) in cases.iter().enumerate() {
        assert_eq!(case["lines"], golden["cases"][number]["lines"], "case {number} changed; bless it if that is meant");
        assert_eq!(case["id"], golden["cases"][number]["id"]);
    }
}

/// Searches in scripts whose letters, digits and lower case take Unicode's tables to tell.
const QUERIES: [&str; 14] = [
    "Écharpe d’été n° 12 – ŒUVRE",
    "Straße GROẞE ŸPRES Ǆungla",
    "ΟΔΟΣ ΣΙΣΥΦΟΣ ΆΛΦΑ",
    "Ёлка ПЛАТЬЕ Київ",
    "İSTANBUL Iğdır ılık",
    "東京タワー カメラ ｶﾒﾗ ＡＢＣ１２３",
    "한국어 신발",
    "ไทยแลนด์ กระเป๋า",
    "हिन्दी किताब १२३",
    "عربي حذاء ١٢٣",
    "עברית נעליים",
    "ԵՐԵՎԱՆ ႠႡႢ ᏣᎳᎩ",
    "ⅷⅧ ①②③ ½¾ ²³¹ ª º",
    "👟sneaker👟  naïve_café e\u{301}toile 𝐁old 𐐀𐐁𐐂",
];

#[test]
fn words_of_searches_equal_the_golden_vectors() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/golden/words.json");
    let searches = QUERIES.map(|query| {
        let mut engine = shop::engine(8);
        engine.set_gates(true, true);
        let event = EventWire { query: Some(query.into()), ..shop::event("search", "search", "", NOW) };
        let event = engine.observe(EventWire { lines: Vec::new(), ..event }, NOW).unwrap().unwrap();
        assert!(!event.words.is_empty(), "{query}");
        json!({ "query": query, "words": EventWire::of(&event).words })
    });
    if std::env::var_os("FLANEUR_BLESS").is_some() {
        std::fs::write(&path, serde_json::to_string(&searches).unwrap()).unwrap();
    }
    let golden: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(json!(searches), golden, "words changed; bless them if that is meant");
}
