//! Rules: whatever a shop writes, the slate is legal and full, or it says which rule stood in the way.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/shop.rs"]
mod shop;

use flaneur::catalog::{Catalog, Item, Kind};
use flaneur::engine::Engine;
use flaneur::error::Result;
use flaneur::math::{Stream, exp};
use flaneur::rank::{Bar, Outcome, Slate};
use flaneur::time::{DAY_MS, Millis};
use flaneur::wire;
use flaneur::wire::request::RequestWire;
use flaneur::wire::rule::{RuleWire, rules};
use flaneur::wire::text::Texts;
use serde_json::{Value, json};
use shop::NOW;

/// Eight lamps, eight cups and four offers, cheapest first, all in stock and of one popularity order.
fn items() -> Vec<Item> {
    let item = |id: String, family: &str, n: usize| Item {
        brand: Some(format!("maker-{}", n % 2)),
        category: vec!["all".into(), family.into()],
        price: Some(10.0 + n as f64),
        margin: Some(n as f64 - 2.5),
        added: Some(Millis(NOW.0 - DAY_MS * 10 * n as i64)),
        attributes: vec![("colour".into(), ["red", "blue"][n / 2 % 2].into())],
        ..Item::new(id)
    };
    let mut all: Vec<Item> = Vec::new();
    all.extend((0..8).map(|n| item(format!("lamp-{n}"), "lamps", n)));
    all.extend((0..8).map(|n| item(format!("cup-{n}"), "cups", n)));
    all.extend((0..4).map(|n| Item { kind: Kind::Offer, ..item(format!("offer-{n}"), "offers", n) }));
    all
}

fn engine() -> Engine {
    let mut engine = Engine::new(7);
    engine.load_items(&items()).unwrap();
    engine.set_gates(true, true);
    engine
}

fn read(list: &Value) -> Result<Vec<RuleWire>> {
    wire::decode(list, "rules")
}

fn put(engine: &mut Engine, list: &Value) -> Result<()> {
    let set = read(list).and_then(|wires| rules(wires).map_err(|error| error.under("rules")))?;
    engine.set_rules(set).map_err(|error| error.under("rules"))
}

fn ask(engine: &mut Engine, size: usize, more: Value) -> Slate {
    let mut request = json!({ "slot": "home", "size": size, "surprise": 0.0, "explain": [] });
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    engine.rank(wire::decode(&request, "request").unwrap(), NOW).unwrap()
}

fn ids(engine: &Engine, slate: &Slate) -> Vec<String> {
    slate.entries.iter().map(|entry| engine.catalog().id(entry.item).to_owned()).collect()
}

/// The slate under these rules, as ids.
fn under(list: Value, size: usize) -> (Vec<String>, Slate) {
    let mut engine = engine();
    put(&mut engine, &list).unwrap();
    let slate = ask(&mut engine, size, json!({}));
    (ids(&engine, &slate), slate)
}

fn outcomes(slate: &Slate) -> Vec<(u32, Outcome)> {
    let traced = slate.explained.as_ref().unwrap().rules.iter();
    let mut list: Vec<(u32, Outcome)> = traced.map(|trace| (trace.rule.1, trace.outcome)).collect();
    list.sort_by_key(|&(at, _)| at);
    list
}

fn count(ids: &[String], start: &str) -> usize {
    ids.iter().filter(|id| id.starts_with(start)).count()
}

#[test]
fn every_condition_means_what_it_says() {
    let all: Vec<String> = items().into_iter().map(|item| item.id).collect();
    let kept = |filter: Value| -> Vec<String> {
        let (shown, _) = under(json!([{ "type": "exclude", "where": { "not": filter } }]), 20);
        let mut shown: Vec<String> = all.iter().filter(|id| shown.contains(id)).cloned().collect();
        shown.sort();
        shown
    };
    assert_eq!(kept(json!({ "ids": ["cup-3", "lamp-1", "nowhere"] })), ["cup-3", "lamp-1"]);
    assert_eq!(kept(json!({ "kind": "offer" })).len(), 4);
    assert_eq!(kept(json!({ "kind": ["offer", "product"] })).len(), 20);
    assert_eq!(kept(json!({ "brand": "maker-1", "category": "lamps" })), ["lamp-1", "lamp-3", "lamp-5", "lamp-7"]);
    assert_eq!(kept(json!({ "category": ["lamps", "offers"], "attribute": "colour:red" })).len(), 6);
    assert_eq!(kept(json!({ "category": "lamps", "priceAbove": 12, "priceBelow": 15 })), ["lamp-3", "lamp-4"]);
    assert_eq!(kept(json!({ "category": "cups", "marginBelow": 0 })), ["cup-0", "cup-1", "cup-2"]);
    assert_eq!(kept(json!({ "category": "cups", "newerThanDays": 15 })), ["cup-0", "cup-1"]);
    assert_eq!(kept(json!({ "category": "cups", "olderThanDays": 65 })), ["cup-7"]);
    let either = json!({ "any": [{ "ids": ["cup-1"] }, { "all": [{ "brand": "maker-1" }, { "kind": "offer" }] }] });
    assert_eq!(kept(either), ["cup-1", "offer-1", "offer-3"]);
}

#[test]
fn a_price_is_not_below_or_above_itself_whatever_the_others_are() {
    // One price with more than hundredths, or above what hundredths of three bytes hold, makes all of them floats.
    for odd in [3.5, 10.0 / 3.0, 23.98 * 1.2, 250_000.0] {
        let item = |(id, price): (&str, f64)| Item { price: Some(price), ..Item::new(id) };
        let mut engine = Engine::new(7);
        engine.load_items(&[("a", 19.99), ("b", 20.1), ("c", 1_999.99), ("odd", odd)].map(item)).unwrap();
        engine.set_gates(true, true);
        for (id, price) in [("a", 19.99), ("b", 20.1), ("c", 1_999.99)] {
            for filter in [json!({ "priceBelow": price }), json!({ "priceAbove": price })] {
                put(&mut engine, &json!([{ "type": "exclude", "where": filter }])).unwrap();
                let slate = ask(&mut engine, 4, json!({}));
                assert!(ids(&engine, &slate).iter().any(|shown| shown == id), "{id} beside {odd}: {filter}");
            }
        }
    }
}

#[test]
fn ages_of_half_a_day_are_reached_within_the_day() {
    let midnight = NOW.0 - NOW.0.rem_euclid(DAY_MS);
    let item = |(id, back): (&str, i64)| Item { added: Some(Millis(midnight - back * DAY_MS)), ..Item::new(id) };
    let mut engine = Engine::new(7);
    engine.load_items(&[("today", 0), ("yesterday", 1), ("before", 2)].map(item)).unwrap();
    engine.set_gates(true, true);
    let mut shown = |filter: &Value, ms: i64| {
        put(&mut engine, &json!([{ "type": "exclude", "where": filter }])).unwrap();
        let mut at = |ms: i64| {
            let request = json!({ "slot": "home", "size": 3, "surprise": 0.0, "explain": [] });
            let slate = engine.rank(wire::decode(&request, "request").unwrap(), Millis(midnight + ms)).unwrap();
            let trace = &slate.explained.as_ref().unwrap().rules[0];
            let mut shown = ids(&engine, &slate);
            shown.sort();
            let expected = if shown.len() < 3 { Outcome::Fired } else { Outcome::Idle };
            assert_eq!((trace.outcome, trace.count), (expected, 3 - shown.len()));
            shown
        };
        // Whenever it was resolved before on this day, or the day before.
        let found = at(ms);
        for before in [-DAY_MS, 0, 60_000, DAY_MS / 2, DAY_MS - 1] {
            at(before);
            assert_eq!(at(ms), found, "{filter} at {ms} after {before}");
        }
        found
    };
    let (noon, second) = (DAY_MS / 2, 1_000);
    let old = json!({ "olderThanDays": 0.5 });
    assert_eq!(shown(&old, 0), ["today"]);
    assert_eq!(shown(&old, noon), ["today"]);
    assert!(shown(&old, noon + 1).is_empty());
    let new = json!({ "not": { "newerThanDays": 1.5 } });
    assert_eq!(shown(&new, noon - 1), ["today", "yesterday"]);
    assert_eq!(shown(&new, noon), ["today"]);
    let whole = json!({ "any": [{ "olderThanDays": 1 }] });
    assert_eq!(shown(&whole, 0), ["today", "yesterday"]);
    assert_eq!(shown(&whole, second), ["today"]);
    assert_eq!(shown(&json!({ "newerThanDays": 1 }), 0), ["before", "yesterday"]);
}

#[test]
fn a_pinned_entry_s_base_is_the_log_of_a_probability_among_whatever_competes() {
    let pin = json!({ "type": "pin", "item": "cup-7", "position": 0, "priority": 1 });
    let everything = json!({ "type": "exclude", "where": { "priceAbove": 0 } });
    let bases = |list: Value, more: Value| -> Vec<f64> {
        let mut engine = engine();
        put(&mut engine, &list).unwrap();
        let slate = ask(&mut engine, 3, more);
        assert_eq!(engine.catalog().id(slate.entries[0].item), "cup-7");
        slate.entries.iter().map(|entry| entry.base.unwrap()).collect()
    };
    let odds = |bases: &[f64]| bases.iter().map(|&base| exp(base)).sum::<f64>();
    // Alone, because no candidate is left.
    assert_eq!(bases(json!([pin]), json!({ "candidates": ["unheard-of"] })), [0.0]);
    assert_eq!(bases(json!([pin, everything]), json!({})), [0.0]);
    // Beside candidates that it is not one of, whatever it scores, and among those that it is one of.
    for kind in ["boost", "bury"] {
        let rules = json!([pin, { "type": kind, "where": { "ids": ["cup-7"] }, "by": 10 }]);
        for candidates in [json!(["cup-1", "lamp-1"]), json!(["cup-1", "cup-7", "lamp-1"])] {
            let bases = bases(rules.clone(), json!({ "candidates": candidates }));
            assert_eq!(bases.len(), 3);
            assert!(bases.iter().all(|&base| base.is_finite() && base <= 0.0), "{bases:?}");
            assert!((odds(&bases) - 1.0).abs() < 1e-9, "{bases:?}");
        }
    }
}

#[test]
fn a_pin_that_moves_up_because_items_do_not_suffice_fires() {
    let pin = json!({ "type": "pin", "item": "cup-7", "position": 4 });
    let out = json!({ "type": "exclude", "where": { "ids": ["cup-7"] }, "priority": 1 });
    let few = json!({ "candidates": ["lamp-1", "lamp-2"] });
    let outcomes_of = |list: Value| {
        let mut engine = engine();
        put(&mut engine, &list).unwrap();
        let slate = ask(&mut engine, 5, few.clone());
        (slate.entries.len(), outcomes(&slate)[0].1)
    };
    assert_eq!(outcomes_of(json!([pin])), (3, Outcome::Fired));
    assert_eq!(outcomes_of(json!([pin, out])), (2, Outcome::Overruled));
    // With one behind it, whose place it did not take.
    let last = json!({ "type": "pin", "item": "cup-6", "position": 3 });
    let (shown, slate) =
        under(json!([last, pin, { "type": "exclude", "where": { "priceAbove": 0 }, "priority": -1 }]), 5);
    assert_eq!((shown, outcomes(&slate)[1].1), (vec!["cup-6".into(), "cup-7".into()], Outcome::Fired));
    assert_eq!(outcomes(&slate)[0].1, Outcome::Fired);
    // What lost its place to another pin, and came by its score, did not move up.
    let lost =
        json!([{ "type": "pin", "item": "cup-7", "position": 0 }, { "type": "pin", "item": "cup-6", "position": 0 }]);
    let mut engine = engine();
    put(&mut engine, &lost).unwrap();
    let slate = ask(&mut engine, 5, json!({ "candidates": ["cup-6", "cup-7"] }));
    assert_eq!(ids(&engine, &slate), ["cup-7", "cup-6"]);
    assert_eq!(told(&slate, 1), (Outcome::Overruled, Some(0)));
}

#[test]
fn priority_decides_and_at_equal_priority_exclusions_pins_caps_quotas_and_boosts_in_this_order() {
    let pin = |priority: i32| json!({ "type": "pin", "item": "cup-7", "position": 0, "priority": priority });
    let out = json!({ "type": "exclude", "where": { "category": "cups" } });
    let (shown, slate) = under(json!([pin(0), out]), 5);
    assert_eq!(count(&shown, "cup"), 0, "an exclusion wins over a pin of equal priority");
    assert_eq!(outcomes(&slate), [(0, Outcome::Overruled), (1, Outcome::Fired)]);
    assert_eq!(slate.explained.unwrap().rules[0].by, Some((false, 1)), "the trace names what overruled the pin");
    let (shown, slate) = under(json!([pin(1), out]), 5);
    assert_eq!((shown[0].as_str(), count(&shown, "cup")), ("cup-7", 1), "a stronger pin brings its item back");
    assert_eq!(outcomes(&slate), [(0, Outcome::Fired), (1, Outcome::Overruled)]);

    let two = json!([pin(0), { "type": "pin", "item": "cup-6", "position": 0 }]);
    assert_eq!(under(two, 3).0[0], "cup-7", "of equal pins the first holds");
    let two = json!([pin(0), { "type": "pin", "item": "cup-6", "position": 0, "priority": 1 }]);
    assert_eq!(under(two, 3).0[0], "cup-6");

    let cap = |priority: i32| json!({ "type": "cap", "per": "category", "max": 1, "priority": priority });
    let pins = |cap: Value| json!([pin(0), { "type": "pin", "item": "cup-6", "position": 1 }, cap]);
    assert_eq!(&under(pins(cap(0)), 3).0[..2], ["cup-7", "cup-6"], "pins go over a cap of equal priority");
    assert_eq!(count(&under(pins(cap(1)), 3).0, "cup"), 1, "a stronger cap holds the second pin back");

    let quota =
        |priority: i32| json!({ "type": "quota", "where": { "category": "cups" }, "atLeast": 3, "priority": priority });
    let (shown, slate) = under(json!([cap(0), quota(0)]), 3);
    assert_eq!(count(&shown, "cup"), 1, "a cap wins over a quota of equal priority");
    assert_eq!((slate.short, outcomes(&slate)[1].1), (Some((false, 1)), Outcome::Short), "and the slate says so");
    let (shown, slate) = under(json!([cap(0), quota(1)]), 4);
    assert_eq!((count(&shown, "cup"), shown.len(), slate.short), (3, 4, None), "a stronger quota goes over the cap");
}

#[test]
fn a_rule_stands_over_the_ones_it_names() {
    let pin = json!({ "type": "pin", "item": "cup-7", "position": 0, "over": ["no-cups"] });
    let out = json!({ "type": "exclude", "where": { "category": "cups" }, "id": "no-cups", "priority": 5 });
    assert_eq!(under(json!([pin, out]), 3).0[0], "cup-7");
}

#[test]
fn quotas_hold_at_both_ends_in_numbers_and_in_shares() {
    let quota = |more: Value| {
        let mut rule = json!({ "type": "quota", "where": { "kind": "offer" } });
        rule.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let (shown, slate) = under(json!([rule, { "type": "bury", "where": { "kind": "offer" }, "by": 9 }]), 10);
        assert_eq!(shown.len(), 10);
        (count(&shown, "offer"), slate.short)
    };
    assert_eq!(quota(json!({ "atMost": 4 })).0, 0, "buried offers stay below without a lower end");
    assert_eq!(quota(json!({ "atLeast": 3 })), (3, None));
    assert_eq!(quota(json!({ "atLeastShare": 0.3 })), (3, None));
    assert_eq!(quota(json!({ "atLeastShare": 0.31 })), (4, None), "a lower share is rounded up");
    assert_eq!(quota(json!({ "atLeast": 2, "atMost": 2 })), (2, None));
    assert_eq!(quota(json!({ "atLeast": 7 })), (4, Some((false, 0))), "there are four offers, and the slate says so");
    let (shown, slate) = under(json!([{ "type": "quota", "where": { "kind": "product" }, "atMostShare": 0.25 }]), 10);
    assert_eq!((shown.len(), slate.short), (6, Some((false, 0))), "two products and the four offers there are");
}

#[test]
fn caps_and_quotas_leave_no_place_empty_that_the_catalog_can_fill_however_it_is_sorted() {
    // Ten makers, one after the other, each with 200 items.
    let item = |n: usize| Item {
        brand: Some(format!("maker-{}", n / 200)),
        tags: if n % 200 < 40 { vec!["new".into()] } else { Vec::new() },
        ..Item::new(format!("item-{n}"))
    };
    let items: Vec<Item> = (0..2_000).map(item).collect();
    let cap = |max: usize| json!({ "type": "cap", "per": "brand", "max": max });
    let first = json!({ "type": "quota", "where": { "brand": "maker-0" }, "atMost": 1 });
    let bury = json!({ "type": "bury", "where": { "tag": "new" }, "by": 9 });
    let fresh = |kind: &str| json!({ "type": kind, "where": { "tag": "new" }, "atLeast": 6 });
    for view in [false, true] {
        let mut engine = Engine::new(7);
        engine.load_items(&items).unwrap();
        engine.set_gates(true, true);
        if view {
            engine.observe(shop::event("v", "view_item", "item-3", NOW), NOW).unwrap();
        }
        for list in [
            json!([cap(2)]),
            json!([first]),
            json!([cap(2), bury, fresh("quota")]),
            json!([cap(2), bury, fresh("floor")]),
        ] {
            put(&mut engine, &list).unwrap();
            let slate = ask(&mut engine, 12, json!({}));
            assert_eq!((slate.entries.len(), slate.short), (12, None), "{list}");
        }
        put(&mut engine, &json!([cap(1)])).unwrap();
        let slate = ask(&mut engine, 12, json!({}));
        assert_eq!((slate.entries.len(), slate.short), (10, Some((false, 0))), "there are ten makers");
    }
}

#[test]
fn windows_follow_the_shopper_s_own_clock() {
    // NOW is Thursday 2025-10-09 08:53 UTC.
    let shown = |when: Value, context: Value| {
        let mut engine = engine();
        put(&mut engine, &json!([{ "type": "pin", "item": "cup-7", "position": 0, "when": when }])).unwrap();
        let slate = ask(&mut engine, 3, json!({ "context": context }));
        ids(&engine, &slate)[0] == "cup-7"
    };
    for (holds, when, context) in [
        (true, json!({ "hours": [8, 9] }), json!({})),
        (false, json!({ "hours": [9, 18] }), json!({})),
        (true, json!({ "hours": [9, 18] }), json!({ "utcOffset": 120 })),
        (true, json!({ "hours": [22, 9] }), json!({})),
        (true, json!({ "hours": [22, 6] }), json!({ "hour": 23 })),
        (true, json!({ "weekdays": [4] }), json!({})),
        (false, json!({ "weekdays": [0, 6] }), json!({})),
        (true, json!({ "weekdays": [3] }), json!({ "utcOffset": -600 })),
        (true, json!({ "from": "2025-10-09", "until": "2025-10-09" }), json!({})),
        (false, json!({ "until": "2025-10-08" }), json!({})),
        (true, json!({ "until": "2025-10-08" }), json!({ "utcOffset": -600 })),
        (false, json!({ "from": "2025-10-09T10:00" }), json!({})),
        (true, json!({ "from": "2025-10-09T10:00" }), json!({ "utcOffset": 120 })),
        (true, json!({ "from": NOW.0 }), json!({})),
        (false, json!({ "until": NOW.0 }), json!({})),
        // Ten o'clock in the east is before this moment, though its numbers are after it.
        (true, json!({ "from": "2025-10-09T10:00", "until": NOW.0 + 60_000 }), json!({ "utcOffset": 120 })),
        (false, json!({ "from": "2025-10-09T10:00", "until": NOW.0 + 60_000 }), json!({})),
        (true, json!({ "weather": ["rain", "snow"] }), json!({ "weather": "rain" })),
        (false, json!({ "weather": "rain" }), json!({})),
        (false, json!({ "weather": "rain", "device": "phone" }), json!({ "weather": "rain", "device": "desk" })),
    ] {
        assert_eq!(shown(when.clone(), context.clone()), holds, "{when} at {context}");
    }
}

#[test]
fn a_schedule_shows_its_items_only_inside_its_window() {
    let rule = json!([{ "type": "schedule", "where": { "category": "cups" }, "when": { "hours": [9, 18] } }]);
    let mut engine = engine();
    put(&mut engine, &rule).unwrap();
    let early = ask(&mut engine, 20, json!({ "explain": ["cup-0"] }));
    assert_eq!(count(&ids(&engine, &early), "cup"), 0);
    let why = &early.explained.as_ref().unwrap().absent[0];
    assert_eq!((why.bar, why.rule), (Some(Bar::Rule), Some((false, 0))));
    let open = ask(&mut engine, 20, json!({ "context": { "hour": 9 } }));
    assert_eq!(count(&ids(&engine, &open), "cup"), 8);
}

#[test]
fn an_absent_item_says_why_and_names_the_rule() {
    let mut engine = engine();
    put(
        &mut engine,
        &json!([
            { "type": "cap", "per": "kind", "max": 2 },
            { "type": "exclude", "where": { "ids": ["cup-0"] } },
        ]),
    )
    .unwrap();
    engine.observe(shop::event("d", "dismiss", "cup-1", NOW), NOW).unwrap();
    engine.observe(shop::event("v", "view_item", "cup-2", NOW), NOW).unwrap();
    let asked = ["nowhere", "cup-0", "cup-1", "cup-2", "cup-3", "cup-4"];
    let slate = ask(&mut engine, 4, json!({ "explain": asked, "exclude": ["cup-3"] }));
    let shown = ids(&engine, &slate);
    let absent = &slate.explained.as_ref().unwrap().absent;
    let bars: Vec<Option<Bar>> = absent.iter().map(|absence| absence.bar).collect();
    let last = if shown.contains(&"cup-4".to_owned()) { None } else { Some(Bar::Limit) };
    let expected = [Bar::Unknown, Bar::Rule, Bar::Refused, Bar::Guard, Bar::Request].map(Some);
    assert_eq!(bars[..5], expected);
    assert_eq!(bars[5], last);
    assert_eq!(absent[1].rule, Some((false, 1)));
    let plain = ask(&mut engine, 1, json!({ "explain": ["cup-5"], "candidates": ["lamp-1", "cup-5"] }));
    let why = &plain.explained.as_ref().unwrap().absent[0];
    match why.bar {
        None => assert_eq!(ids(&engine, &plain), ["cup-5"]),
        Some(bar) => {
            assert!(matches!(bar, Bar::Score | Bar::Limit));
            assert!(why.score.unwrap() <= plain.entries[0].score);
        }
    }
}

/// What became of a rule, and the place of the rule it names.
fn told(slate: &Slate, at: u32) -> (Outcome, Option<u32>) {
    let traced = &slate.explained.as_ref().unwrap().rules;
    let trace = traced.iter().find(|trace| trace.rule.1 == at).unwrap();
    (trace.outcome, trace.by.map(|(_, at)| at))
}

#[test]
fn what_is_overruled_names_the_rule_that_stood_against_it() {
    use Outcome::{Fired, Overruled};
    let pin = |item: &str, position: usize, priority: i32| json!({ "type": "pin", "item": item, "position": position, "priority": priority });
    let out = |priority: i32| json!({ "type": "exclude", "where": { "ids": ["cup-7"] }, "priority": priority });
    let cap = |priority: i32| json!({ "type": "cap", "per": "category", "max": 1, "priority": priority });
    let most = json!({ "type": "quota", "where": { "category": "cups" }, "atMost": 1 });
    let least = json!({ "type": "quota", "where": { "category": "cups" }, "atLeast": 3, "priority": 1 });
    let (seven, six) = (pin("cup-7", 0, 0), pin("cup-6", 1, 0));
    for (list, at, expected) in [
        // A pin by another of its place, by one of its item, by a stronger cap, by an exclusion.
        (json!([pin("lamp-1", 0, 0), seven]), 1, (Overruled, Some(0))),
        (json!([seven, pin("lamp-1", 0, 1)]), 0, (Overruled, Some(1))),
        (json!([seven, pin("cup-7", 2, 0)]), 1, (Overruled, Some(0))),
        (json!([six, cap(1), pin("cup-7", 0, 0)]), 2, (Overruled, Some(1))),
        (json!([seven, out(0)]), 0, (Overruled, Some(1))),
        (json!([pin("lamp-1", 0, 2), pin("cup-7", 0, 1), out(0)]), 1, (Overruled, Some(0))),
        // An exclusion, a cap and an upper quota by the pin that goes over them.
        (json!([out(0), pin("lamp-1", 1, 1), pin("cup-7", 0, 1)]), 0, (Overruled, Some(2))),
        (json!([pin("lamp-1", 2, 0), seven, six, cap(0)]), 3, (Overruled, Some(1))),
        (json!([seven, six, most]), 2, (Overruled, Some(0))),
        (json!([seven, cap(0)]), 1, (Fired, None)),
        (json!([seven, most]), 1, (Fired, None)),
        // A cap by the quota that is stronger.
        (json!([cap(0), least]), 0, (Overruled, Some(1))),
    ] {
        assert_eq!(told(&under(list.clone(), 4).1, at), expected, "{list}");
    }
}

#[test]
fn an_item_that_scores_higher_than_what_is_there_is_not_told_that_others_do() {
    let bury = json!({ "type": "bury", "where": { "kind": "offer" }, "by": 9 });
    let asked = |rule: Value| {
        let mut engine = engine();
        put(&mut engine, &json!([bury, rule])).unwrap();
        let all: Vec<String> = items().into_iter().map(|item| item.id).collect();
        let slate = ask(&mut engine, 4, json!({ "explain": all }));
        let shown = ids(&engine, &slate);
        assert_eq!(count(&shown, "offer"), 2, "{shown:?}");
        let mut limited = 0;
        for why in &slate.explained.as_ref().unwrap().absent {
            match why.bar {
                None => {}
                Some(Bar::Limit) => {
                    assert!(!why.id.starts_with("offer") && why.rule == Some((false, 1)), "{why:?}");
                    limited += 1;
                }
                Some(bar) => {
                    assert_eq!(bar, Bar::Score);
                    assert!(why.score.unwrap() <= why.needed.unwrap(), "{why:?}");
                }
            }
        }
        limited
    };
    for kind in ["quota", "floor"] {
        assert_eq!(asked(json!({ "type": kind, "where": { "kind": "offer" }, "atLeast": 2 })), 14);
    }
    // What is pinned did not come by its score.
    let mut engine = engine();
    put(&mut engine, &json!([bury, { "type": "pin", "item": "offer-3", "position": 0 }])).unwrap();
    let slate = ask(&mut engine, 4, json!({ "explain": ["cup-7", "offer-0"] }));
    let lowest = slate.entries[1..].iter().map(|entry| entry.score).fold(f64::INFINITY, f64::min);
    assert!(slate.entries[0].score < lowest - 5.0);
    for why in &slate.explained.as_ref().unwrap().absent {
        assert_eq!((why.bar, why.needed), (Some(Bar::Score), Some(lowest)));
        assert!(why.score.unwrap() <= lowest);
    }
}

#[test]
fn a_faulty_rule_is_refused_where_the_fault_is_and_the_rules_before_stay() {
    let mut engine = engine();
    put(&mut engine, &json!([{ "type": "pin", "item": "cup-7", "position": 0 }])).unwrap();
    let quota = |more: Value| {
        let mut rule = json!({ "type": "quota", "where": { "brand": "maker-1" } });
        rule.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        rule
    };
    let mut deep = json!({ "brand": "maker-1" });
    for _ in 0..9 {
        deep = json!({ "not": deep });
    }
    let many = |rule: Value, n: usize| Value::Array(vec![rule; n]);
    let windows = |n: i64| -> Value {
        (0..n)
            .map(|at| json!({ "type": "boost", "where": { "brand": "maker-1" }, "by": 1, "when": { "from": at } }))
            .collect()
    };
    for (list, code, path) in [
        (json!([{ "type": "raise" }]), "value_unknown", "rules[0].type"),
        (json!([{ "type": "cap", "per": "brand", "max": 1, "prioriy": 2 }]), "value_unknown", "rules[0].prioriy"),
        (json!([{ "type": "boost", "by": 1 }]), "value_missing", "rules[0].where"),
        (json!([{ "type": "boost", "where": {}, "by": 1 }]), "value_empty", "rules[0].where"),
        (json!([{ "type": "boost", "where": { "brand": "x" }, "by": 11 }]), "value_out_of_range", "rules[0].by"),
        (
            json!([{ "type": "exclude", "where": { "attribute": "color:red" } }]),
            "value_unknown",
            "rules[0].where.attribute",
        ),
        (
            json!([{ "type": "exclude", "where": { "any": [{ "brand": "x" }, { "not": { "attribute": "size:L" } }] } }]),
            "value_unknown",
            "rules[0].where.any[1].not.attribute",
        ),
        (
            json!([{ "type": "exclude", "where": { "priceAbove": 9, "priceBelow": 9 } }]),
            "value_conflict",
            "rules[0].where.priceAbove",
        ),
        (
            json!([{ "type": "exclude", "where": deep }]),
            "value_too_many",
            "rules[0].where.not.not.not.not.not.not.not.not",
        ),
        (json!([quota(json!({}))]), "value_missing", "rules[0].atLeast"),
        (json!([quota(json!({ "atLeast": 3, "atMost": 2 }))]), "value_conflict", "rules[0].atLeast"),
        (json!([quota(json!({ "atLeast": 3, "atLeastShare": 0.2 }))]), "value_conflict", "rules[0].atLeastShare"),
        (json!([quota(json!({ "atMost": 2 })), quota(json!({ "atLeast": 3 }))]), "value_conflict", "rules[1].atLeast"),
        (json!([quota(json!({ "atLeastShare": 0.5, "atMostShare": 0.4 }))]), "value_conflict", "rules[0].atLeastShare"),
        (
            json!([quota(json!({ "atMostShare": 0.2 })), quota(json!({ "atLeastShare": 0.3 }))]),
            "value_conflict",
            "rules[1].atLeastShare",
        ),
        (
            json!([{ "type": "cap", "per": "brand", "max": 2, "where": { "category": "cups" } }]),
            "value_unknown",
            "rules[0].where",
        ),
        (
            json!([{ "type": "pin", "item": "cup-1", "position": 1, "where": { "category": "cups" } }]),
            "value_unknown",
            "rules[0].where",
        ),
        (
            json!([{ "type": "cap", "per": "kind", "max": 2, "when": { "from": "2026-12-01T+5:00" } }]),
            "value_type",
            "rules[0].when.from",
        ),
        (
            json!([{ "type": "cap", "per": "kind", "max": 2, "when": { "until": "2026-11-31" } }]),
            "value_type",
            "rules[0].when.until",
        ),
        (json!([{ "type": "schedule", "where": { "brand": "x" } }]), "value_missing", "rules[0].when"),
        (
            json!([{ "type": "cap", "per": "kind", "max": 2, "when": { "hours": [9, 9] } }]),
            "value_conflict",
            "rules[0].when.hours",
        ),
        (
            json!([{ "type": "cap", "per": "kind", "max": 2, "when": { "from": "2026-02-01", "until": "2026-01-31" } }]),
            "value_conflict",
            "rules[0].when.until",
        ),
        (
            json!([{ "type": "cap", "per": "kind", "max": 2, "when": { "weekdays": [1, 7] } }]),
            "value_out_of_range",
            "rules[0].when.weekdays[1]",
        ),
        (
            json!([{ "type": "cap", "per": "kind", "max": 2, "id": "a", "over": ["b"] }]),
            "value_unknown",
            "rules[0].over[0]",
        ),
        (
            json!([
                { "type": "cap", "per": "kind", "max": 2, "id": "a", "over": ["b"] },
                { "type": "cap", "per": "brand", "max": 2, "id": "b", "over": ["c"] },
                { "type": "cap", "per": "group", "max": 2, "id": "c", "over": ["a"] },
            ]),
            "value_conflict",
            "rules[2].over[0]",
        ),
        (
            json!([
                { "type": "cap", "per": "kind", "max": 2, "id": "a" },
                { "type": "cap", "per": "brand", "max": 2, "id": "a" },
            ]),
            "value_duplicate",
            "rules[1].id",
        ),
        (many(json!({ "type": "cap", "per": "kind", "max": 2 }), 10_001), "value_too_many", "rules"),
        (many(quota(json!({ "atLeast": 1 })), 101), "value_too_many", "rules[100]"),
        (windows(1_001), "value_too_many", "rules"),
    ] {
        let error = put(&mut engine, &list).unwrap_err();
        assert_eq!((error.code(), error.path.as_str()), (code, path), "{}", error.message);
        let slate = ask(&mut engine, 3, json!({}));
        assert_eq!(ids(&engine, &slate)[0], "cup-7", "the rules before still hold");
    }
    let nan = RuleWire {
        by: Some(f64::NAN),
        ..read(&json!([{ "type": "boost", "where": { "brand": "x" } }])).unwrap().remove(0)
    };
    let error = rules(vec![nan]).unwrap_err();
    assert_eq!((error.code(), error.path.as_str()), ("value_not_finite", "[0].by"));
}

#[test]
fn the_narrowest_of_alike_caps_holds_and_a_category_is_the_narrowest_level() {
    let cap = |per: &str, max: u32| json!({ "type": "cap", "per": per, "max": max });
    for list in [json!([cap("brand", 3), cap("brand", 1)]), json!([cap("brand", 1), cap("brand", 3)])] {
        assert_eq!(under(list, 6).0.len(), 2, "two brands, once each");
    }
    let (ids, _) = under(json!([cap("category", 1)]), 6);
    assert_eq!(["lamp", "cup", "offer"].map(|family| count(&ids, family)), [1, 1, 1]);
}

#[test]
fn a_narrow_cap_is_no_stronger_for_a_wide_one_beside_it() {
    let cap = |max: u32, priority: i32| json!({ "type": "cap", "per": "category", "max": max, "priority": priority });
    let pin = |n: usize| json!({ "type": "pin", "item": format!("cup-{}", 7 - n), "position": n, "priority": 1 });
    for caps in [[cap(1, 0), cap(3, 2)], [cap(3, 2), cap(1, 0)]] {
        let rules: Vec<Value> = caps.into_iter().chain((0..4).map(pin)).collect();
        let (shown, slate) = under(json!(rules), 6);
        assert_eq!(&shown[..3], ["cup-7", "cup-6", "cup-5"], "pins go over the weaker cap");
        assert_eq!(count(&shown, "cup"), 3, "and not over the stronger one");
        assert_eq!(outcomes(&slate)[5].1, Outcome::Overruled);
    }
    for caps in [[cap(1, 2), cap(3, 0)], [cap(3, 0), cap(1, 2)]] {
        let rules: Vec<Value> = caps.into_iter().chain((0..4).map(pin)).collect();
        assert_eq!(count(&under(json!(rules), 6).0, "cup"), 1, "a strong narrow cap holds as it is");
    }
}

#[test]
fn a_chain_of_ten_thousand_rules_is_ordered_without_recursion() {
    let rule = |at: usize| {
        let over = if at == 9_999 { json!([]) } else { json!([format!("r{}", at + 1)]) };
        json!({ "type": "pin", "item": format!("cup-{}", at % 8), "position": 0, "id": format!("r{at}"), "over": over })
    };
    let list: Value = (0..10_000).map(rule).collect();
    let (shown, _) = under(list, 2);
    assert_eq!(shown[0], "cup-0", "the head of the chain is the strongest");
}

/// Ten thousand rules of one shape.
fn ten_thousand(rule: impl Fn(usize) -> Value) -> Vec<flaneur::rank::Rule> {
    rules(read(&(0..10_000).map(rule).collect()).unwrap()).unwrap()
}

#[test]
#[allow(clippy::disallowed_methods, reason = "a test may time what it runs")]
fn ten_thousand_rules_load_in_time_that_grows_with_what_they_reach_and_not_with_the_catalog() {
    let narrow = ten_thousand(|at| match at % 5 {
        0 => json!({ "type": "boost", "where": { "ids": format!("lamps-{:04}", 8 * (at % 900)) }, "by": 1 }),
        1 => {
            json!({ "type": "bury", "where": { "category": "all", "ids": format!("lamps-{:04}", 8 * (at % 900)) }, "by": 1 })
        }
        2 => json!({ "type": "exclude", "where": { "priceAbove": 204, "not": { "brand": format!("b-{at}") } } }),
        3 => {
            json!({ "type": "boost", "where": { "any": [{ "brand": format!("b-{at}") }, { "tag": format!("t-{at}") }] }, "by": 1 })
        }
        _ => {
            json!({ "type": "boost", "where": { "all": [{ "tag": "gift" }, { "brand": format!("b-{at}") }] }, "by": 1 })
        }
    });
    // Nothing but a negation tells nothing to look up: each of a fiftieth as many asks every item.
    let wide: Vec<_> = ten_thousand(
        |at| json!({ "type": "bury", "where": { "not": { "tag": "gift" } }, "by": 1, "priority": at % 9 }),
    )
    .into_iter()
    .take(200)
    .collect();
    let mut engine = shop::engine(8_000);
    let mut time = |rules: &Vec<flaneur::rank::Rule>| {
        let mut times: Vec<f64> = (0..5)
            .map(|_| {
                let start = std::time::Instant::now();
                engine.set_rules(rules.clone()).unwrap();
                start.elapsed().as_secs_f64()
            })
            .collect();
        times.sort_by(f64::total_cmp);
        times[2]
    };
    let (narrow, wide) = (time(&narrow), time(&wide));
    println!("10,000 narrow rules load in {:.1} ms, 200 that ask every item in {:.1} ms", narrow * 1e3, wide * 1e3);
    assert!(narrow < 3.0 * wide, "asking 8,000 items for each of 10,000 rules takes fifty times as long");
}

/// A random rule over the random shop, of any kind and priority.
fn random_rule(stream: &mut Stream, catalog: &Catalog, at: usize) -> Value {
    let family = shop::FAMILIES[stream.below(8)];
    let filter = match stream.below(5) {
        0 => json!({ "category": family }),
        1 => json!({ "category": [family, shop::FAMILIES[stream.below(8)]], "priceBelow": 120 }),
        2 => json!({ "not": { "category": family } }),
        3 => json!({ "any": [{ "tag": "sale" }, { "attribute": "colour:red" }] }),
        _ => json!({ "olderThanDays": stream.below(300) }),
    };
    let mut rule = match stream.below(7) {
        0 => {
            json!({ "type": "pin", "item": catalog.id(stream.below(catalog.len()) as u32), "position": stream.below(8) })
        }
        1 => json!({ "type": "boost", "where": filter, "by": 2 }),
        2 => json!({ "type": "exclude", "where": filter }),
        3 => {
            let per = ["brand", "category", "group", "kind"][stream.below(4)];
            json!({ "type": "cap", "per": per, "max": 1 + stream.below(5) })
        }
        4 => json!({ "type": "quota", "where": filter, "atMost": stream.below(5) }),
        5 => json!({ "type": "quota", "where": filter, "atLeastShare": (stream.below(10) as f64) / 10.0 }),
        _ => {
            json!({ "type": "schedule", "where": filter, "when": { "hours": [stream.below(12), 12 + stream.below(12)] } })
        }
    };
    rule["priority"] = json!(stream.below(3));
    rule["id"] = json!(format!("r{at}"));
    rule
}

/// The slate's entries that a rule means, through the engine's own absence report on one-rule exclusions.
fn meant(catalog: &Catalog, filter: &Value, item: u32) -> bool {
    let carries = |text: &Value| {
        let texts: Vec<&str> = match text {
            Value::Array(list) => list.iter().map(|text| text.as_str().unwrap()).collect(),
            text => vec![text.as_str().unwrap()],
        };
        catalog.tokens(item).any(|token| texts.iter().any(|text| catalog.token(token).ends_with(&format!(":{text}"))))
    };
    filter.as_object().unwrap().iter().all(|(key, value)| match key.as_str() {
        "category" | "tag" => carries(value),
        "attribute" => catalog.tokens(item).any(|token| catalog.token(token) == value.as_str().unwrap()),
        "priceBelow" => catalog.price(item).unwrap() < value.as_f64().unwrap(),
        "olderThanDays" => catalog.added(item).is_some_and(|at| at.days_until(NOW) > value.as_f64().unwrap()),
        "not" => !meant(catalog, value, item),
        "any" => value.as_array().unwrap().iter().any(|part| meant(catalog, part, item)),
        _ => false,
    })
}

#[test]
fn random_rule_sets_with_conflicts_always_give_a_legal_slate_that_is_full_or_says_why_not() {
    let (mut short, mut overruled) = (0, 0);
    for seed in 0..1_500_u64 {
        let mut stream = Stream::new(seed, "rules");
        let mut engine = shop::engine(160);
        let catalog = engine.catalog().clone();
        let list: Vec<Value> = (0..1 + stream.below(9)).map(|at| random_rule(&mut stream, &catalog, at)).collect();
        if put(&mut engine, &json!(list)).is_err() {
            continue; // two quotas that no slate can keep
        }
        let size = 1 + stream.below(16);
        let request = RequestWire { explain: Some(Texts::default()), ..shop::request("home", size, seed) };
        let slate = engine.rank(request, NOW).unwrap();
        let distinct: std::collections::BTreeSet<u32> = slate.entries.iter().map(|entry| entry.item).collect();
        assert_eq!(distinct.len(), slate.entries.len(), "an item stands twice");
        assert!(slate.entries.iter().all(|entry| catalog.is_available(entry.item)));
        for (at, rule) in list.iter().enumerate() {
            check_rule(&catalog, &list, at, rule, &slate, size);
            overruled += check_trace(&catalog, &list, at, &slate);
        }
        let outs = |item: &u32| list.iter().all(|rule| !keeps_out(&catalog, rule, *item));
        let legal = (0..160).filter(|&item| catalog.is_available(item)).filter(outs).count();
        if slate.entries.len() < size.min(legal) {
            assert!(
                slate.short.is_some(),
                "seed {seed}: {} of {size} entries, {legal} legal, and no rule named: {list:?}",
                slate.entries.len()
            );
        }
        short += usize::from(slate.short.is_some());
    }
    assert!(short > 50, "the sets are hostile enough to be impossible now and then: {short}");
    assert!(overruled > 200, "and rules enough are overruled: {overruled}");
}

fn keeps_out(catalog: &Catalog, rule: &Value, item: u32) -> bool {
    let acts = match rule["type"].as_str().unwrap() {
        "exclude" => true,
        // NOW is 08:53 UTC.
        "schedule" => {
            !(rule["when"]["hours"][0].as_u64().unwrap()..rule["when"]["hours"][1].as_u64().unwrap()).contains(&8)
        }
        _ => false,
    };
    acts && meant(catalog, &rule["where"], item)
}

/// Whether a rule that is overruled names one that can have done it, and a limit that is exceeded is overruled.
fn check_trace(catalog: &Catalog, list: &[Value], at: usize, slate: &Slate) -> usize {
    let rule = &list[at];
    let priority = |rule: &Value| rule["priority"].as_u64().unwrap();
    let (outcome, by) = told(slate, at as u32);
    let mean = || slate.entries.iter().filter(|entry| meant(catalog, &rule["where"], entry.item)).count() as u64;
    if rule["atMost"].as_u64().is_some_and(|most| mean() > most) {
        assert_eq!(outcome, Outcome::Overruled, "rule {at} of {list:?}");
    }
    if outcome != Outcome::Overruled {
        assert_eq!(by, None);
        return 0;
    }
    let Some(other) = by.map(|by| &list[by as usize]) else {
        let item = catalog.find(rule["item"].as_str().unwrap()).unwrap();
        assert!(!catalog.is_available(item), "rule {at} of {list:?} is overruled by nothing");
        return 1;
    };
    let is = |kinds: &[&str]| kinds.contains(&other["type"].as_str().unwrap());
    let stronger = priority(other) > priority(rule);
    let fits = match rule["type"].as_str().unwrap() {
        "pin" if is(&["pin", "exclude", "schedule"]) => stronger || priority(other) == priority(rule),
        "pin" => stronger && is(&["cap", "quota"]),
        "exclude" | "schedule" => stronger && is(&["pin"]),
        _ => is(&["pin"]) && priority(other) == priority(rule) || stronger && is(&["pin", "quota"]),
    };
    assert!(fits, "rule {at} of {list:?} says that {other} stands against it");
    1
}

fn check_rule(catalog: &Catalog, list: &[Value], at: usize, rule: &Value, slate: &Slate, size: usize) {
    let priority = |rule: &Value| rule["priority"].as_u64().unwrap();
    let is = |rule: &Value, kind: &str| rule["type"] == kind;
    let pinned_over = |item: u32, than: u64| {
        list.iter().any(|other| is(other, "pin") && other["item"] == catalog.id(item) && priority(other) >= than)
    };
    let entries = || slate.entries.iter().map(|entry| entry.item);
    let mean = || entries().filter(|&item| meant(catalog, &rule["where"], item));
    match rule["type"].as_str().unwrap() {
        "exclude" | "schedule" => {
            let wrong = entries().any(|item| keeps_out(catalog, rule, item) && !pinned_over(item, priority(rule) + 1));
            assert!(!wrong, "rule {at} of {list:?} keeps out what is shown");
        }
        "quota" if rule["atMost"].is_u64() => {
            let over = mean().count() as u64 > rule["atMost"].as_u64().unwrap();
            let forced = list
                .iter()
                .any(|other| is(other, "quota") && other["atLeastShare"].is_f64() && priority(other) > priority(rule));
            let pinned = mean().any(|item| pinned_over(item, priority(rule)));
            assert!(!over || forced || pinned, "rule {at} of {list:?} allows fewer");
        }
        "quota" => {
            let least = (rule["atLeastShare"].as_f64().unwrap() * size as f64 - 1e-9).ceil() as usize;
            let missed = mean().count() < least && slate.entries.len() == size;
            assert!(!missed || slate.short.is_some(), "rule {at} of {list:?} is short in silence");
        }
        _ => {}
    }
}
