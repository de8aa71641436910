//! Floors: new items and small makers get the places a shop promises them, each in its turn, within every other rule.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/shop.rs"]
mod shop;

use std::collections::BTreeSet;

use flaneur::catalog::{Catalog, Item};
use flaneur::engine::Engine;
use flaneur::profile::Profile;
use flaneur::rank::{Bar, Desk, Outcome, Request, RuleSet, Scratch, Slate, Weights, survey};
use flaneur::time::{DAY_MS, Millis};
use flaneur::wire;
use flaneur::wire::request::RequestWire;
use flaneur::wire::rule::rules;
use flaneur::wire::text::Texts;
use serde_json::{Value, json};
use shop::NOW;

const NEW: usize = 24;

/// Two hundred known items of big makers; twenty-four that joined last week, of makers with two things each.
fn engine(list: Value) -> Engine {
    let old = |n: usize| Item {
        brand: Some(format!("big-{}", n % 5)),
        added: Some(Millis(NOW.0 - 400 * DAY_MS)),
        ..Item::new(format!("old-{n:03}"))
    };
    let fresh = |n: usize| Item {
        brand: Some(format!("small-{}", n / 2)),
        added: Some(Millis(NOW.0 - 7 * DAY_MS)),
        ..Item::new(format!("new-{n:02}"))
    };
    let items: Vec<Item> = (0..200).map(old).chain((0..NEW).map(fresh)).collect();
    let mut engine = Engine::new(1);
    engine.load_items(&items).unwrap();
    engine.set_gates(true, true);
    engine.set_rules(rules(wire::decode(&list, "rules").unwrap()).unwrap()).unwrap();
    engine
}

fn ask(engine: &mut Engine, day: i64, seed: u64) -> Slate {
    let request = RequestWire { explain: Some(Texts::default()), ..shop::request("home", 10, seed) };
    engine.rank(request, Millis(NOW.0 + day * DAY_MS)).unwrap()
}

fn is_new(catalog: &Catalog, item: u32) -> bool {
    catalog.id(item).starts_with("new-")
}

/// Which new items are seen in three weeks, and the fewest places they had.
fn three_weeks(list: Value) -> (BTreeSet<u32>, usize) {
    let mut engine = engine(list);
    let (mut met, mut fewest) = (BTreeSet::new(), usize::MAX);
    for day in 0..21 {
        let slate = ask(&mut engine, day, day as u64);
        assert_eq!(slate.entries.len(), 10);
        let new: Vec<u32> =
            slate.entries.iter().map(|e| e.item).filter(|&item| is_new(engine.catalog(), item)).collect();
        fewest = fewest.min(new.len());
        met.extend(new);
    }
    (met, fewest)
}

#[test]
fn a_floor_keeps_its_places_and_lets_every_match_have_its_turn() {
    for filter in [json!({ "newerThanDays": 60 }), json!({ "makerItemsBelow": 3 })] {
        let (met, fewest) = three_weeks(json!([{ "type": "floor", "where": filter, "atLeastShare": 0.2 }]));
        assert!(fewest >= 2, "{fewest} places");
        // Each day 4 of 24 have their turn: the chance of a match not having had any is (5/6)^21, 2 in 100.
        assert!(met.len() >= NEW / 2, "only {} of {NEW} were shown", met.len());
        let (quota, fewest) = three_weeks(json!([{ "type": "quota", "where": filter, "atLeastShare": 0.2 }]));
        assert!(fewest >= 2 && quota.len() < met.len(), "a quota showed {} of {NEW}", quota.len());
    }
}

#[test]
fn the_shopper_s_draws_do_not_move_the_turns() {
    let mut engine = engine(json!([{ "type": "floor", "where": { "newerThanDays": 60 }, "atLeast": 2 }]));
    let of = |engine: &mut Engine, seed: u64| -> Vec<u32> {
        let slate = ask(engine, 0, seed);
        slate
            .entries
            .iter()
            .filter(|entry| entry.propensity == 1.0)
            .map(|entry| entry.item)
            .filter(|&item| is_new(engine.catalog(), item))
            .collect()
    };
    let first = of(&mut engine, 0);
    assert!(!first.is_empty());
    let mut met: BTreeSet<u32> = BTreeSet::new();
    (0..200).for_each(|seed| met.extend(of(&mut engine, seed)));
    assert!(met.len() <= 8, "{} items stood there with certainty on one day", met.len());
}

#[test]
fn an_item_whose_turn_it_is_competes_in_the_eyes_of_explanations_and_surveys() {
    let list = json!([{ "type": "floor", "where": { "newerThanDays": 60 }, "atLeast": 2 }]);
    let mut engine = engine(list.clone());
    let new: Vec<String> = (0..NEW).map(|n| format!("new-{n:02}")).collect();
    let mut set = RuleSet::new(rules(wire::decode(&list, "rules").unwrap()).unwrap()).unwrap();
    let (profile, weights, scratch) = (Profile::default(), Weights::default(), Scratch::default());
    for day in 0..10 {
        let now = Millis(NOW.0 + day * DAY_MS);
        let (mut shown, mut barred) = (BTreeSet::new(), BTreeSet::new());
        for seed in 0..10 {
            let request = RequestWire { explain: Some(Texts(new.clone())), ..shop::request("home", 10, seed) };
            let slate = engine.rank(request, now).unwrap();
            shown.extend(slate.entries.iter().map(|entry| entry.item));
            let absent = &slate.explained.as_ref().unwrap().absent;
            let far = absent.iter().filter(|absence| absence.bar == Some(Bar::Candidate));
            barred.extend(far.map(|absence| engine.catalog().find(&absence.id).unwrap()));
        }
        assert!(!barred.is_empty() && barred.is_disjoint(&shown), "{barred:?} {shown:?}");
        set.bind(engine.catalog(), now);
        let catalog = engine.catalog();
        let desk = Desk { catalog, profile: &profile, rules: &set, weights: &weights, scratch: &scratch };
        let request = Request { slot: "home".into(), size: 10, now, ..Request::default() };
        let surveyed: BTreeSet<u32> = survey(&desk, &request).iter().map(|scored| scored.item).collect();
        assert!(surveyed.is_superset(&shown) && surveyed.is_disjoint(&barred), "{surveyed:?} {shown:?}");
    }
}

#[test]
fn a_floor_gives_way_to_what_is_stronger_and_says_so() {
    let floor = json!({ "id": "floor", "type": "floor", "where": { "newerThanDays": 60 }, "atLeast": 4 });
    let outcome = |list: Value| {
        let mut engine = engine(list);
        let slate = ask(&mut engine, 0, 1);
        let of_floor =
            slate.explained.as_ref().unwrap().rules.iter().find(|rule| rule.id.as_deref() == Some("floor")).unwrap();
        let kinds = (of_floor.kind, of_floor.outcome, of_floor.count);
        let brands: Vec<String> = slate
            .entries
            .iter()
            .map(|e| e.item)
            .filter(|&i| is_new(engine.catalog(), i))
            .map(|i| engine.catalog().id(i).into())
            .collect();
        (kinds, slate.short.is_some(), brands)
    };
    let (kinds, short, new) = outcome(json!([floor]));
    assert_eq!((kinds, short, new.len()), (("floor", Outcome::Fired, 4), false, 4));
    // An exclusion of equal priority leaves nothing to promise: the slate is full and names the floor.
    let (kinds, short, new) = outcome(json!([floor, { "type": "exclude", "where": { "newerThanDays": 60 } }]));
    assert_eq!((kinds, short, new.len()), (("floor", Outcome::Short, 0), true, 0));
    // A cap wins at equal priority, and gives way to a floor of higher priority.
    let cap = json!({ "type": "quota", "where": { "makerItemsBelow": 3 }, "atMost": 1 });
    let (kinds, short, _) = outcome(json!([floor, cap]));
    assert_eq!((kinds, short), (("floor", Outcome::Short, 1), true));
    let mut strong = floor.clone();
    strong["priority"] = json!(1);
    let (kinds, _, new) = outcome(json!([strong, cap]));
    assert_eq!((kinds.1, new.len()), (Outcome::Fired, 4));
}

#[test]
fn a_floor_needs_a_lower_end_and_no_other() {
    for (rule, path) in [
        (json!({ "type": "floor", "where": { "newerThanDays": 60 } }), "[0].atLeast"),
        (json!({ "type": "floor", "where": { "newerThanDays": 60 }, "atLeast": 1, "atMost": 2 }), "[0].atLeast"),
        (json!({ "type": "floor", "atLeast": 1 }), "[0].where"),
    ] {
        let error = rules(wire::decode(&json!([rule]), "rules").unwrap()).unwrap_err();
        assert_eq!((error.code(), error.path.as_str()), ("value_missing", path));
    }
}
