//! What must not matter to a ranking: the order and the names in which a shop tells of its things, the unit of its
//! prices, how an item is kept out, the century. Each test tells the same shop and shopper twice and compares slates.
//!
//! Ties go by the item's number, so the shops here have none. Sums over the catalog run in its order: where that
//! changes, numbers may differ in their last bits.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/shop.rs"]
mod shop;

#[path = "support/tale.rs"]
mod tale;

use flaneur::math::Stream;
use flaneur::time::{DAY_MS, Millis};
use flaneur::wire::request::{ForgetWire, RequestWire};
use flaneur::wire::rule::{RuleWire, WhereWire, rules};
use flaneur::wire::text::Texts;
use proptest::prelude::*;
use serde_json::{Value, json};
use shop::NOW;
use tale::{Entry, Tale, entries};

/// Whether two answers are the same but for the last bits of their numbers.
fn assert_alike(found: &[Vec<Entry>], expected: &[Vec<Entry>]) {
    for (at, (found, expected)) in found.iter().zip(expected).enumerate() {
        let ids = |entries: &[Entry]| entries.iter().map(|entry| entry.id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(found), ids(expected), "request {at}");
        for (one, other) in found.iter().zip(expected) {
            assert_eq!((&one.id, one.marks, &one.reasons), (&other.id, other.marks, &other.reasons), "request {at}");
            for (x, y) in one.numbers.iter().zip(&other.numbers) {
                assert!((x - y).abs() <= 1e-5 * y.abs().max(1.0), "request {at}: {one:?} is not {other:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_the_catalog_does_not_matter_where_nothing_ties(seed in 0_u64..1_000_000) {
        let tale = Tale::of(seed);
        let mut order: Vec<usize> = (0..tale.items.len()).collect();
        shop::shuffle(&mut order, seed + 1);
        let told = tale.asked(&mut tale.arranged(&order).engine(), |request| request);
        // Of causes that are equally strong, such as two items bought once, the lower number is named.
        let plain = |mut slates: Vec<Vec<Entry>>| {
            slates.iter_mut().flatten().flat_map(|entry| &mut entry.reasons).for_each(|(_, cause, _)| *cause = None);
            slates
        };
        assert_alike(&plain(told), &plain(tale.told()));
    }

    #[test]
    fn the_names_of_items_do_not_matter(seed in 0_u64..1_000_000) {
        let tale = Tale::of(seed);
        let name = |id: &str| id.bytes().rev().map(|byte| char::from(byte ^ 1)).collect::<String>();
        let mut expected = tale.told();
        for entry in expected.iter_mut().flatten() {
            entry.id = name(&entry.id);
            entry.reasons.iter_mut().for_each(|(_, cause, _)| *cause = cause.as_deref().map(name));
        }
        prop_assert_eq!(tale.renamed(name).told(), expected);
    }

    #[test]
    fn the_names_of_brands_categories_and_other_words_do_not_matter(seed in 0_u64..1_000_000) {
        let tale = Tale::of(seed);
        // From a to z, from z to a.
        let letter = |b: u8| char::from(if b.is_ascii_lowercase() { b'a' + b'z' - b } else { b });
        let word = |text: &str| text.bytes().map(letter).collect::<String>();
        let token = |text: &str| text.split_once(':').map(|(key, value)| format!("{key}:{}", word(value))).unwrap();
        let mut other = tale.clone();
        for item in &mut other.items {
            item.brand = item.brand.as_deref().map(word);
            item.category.iter_mut().chain(&mut item.tags).for_each(|text| *text = word(text));
            item.attributes.iter_mut().for_each(|(_, value)| *value = word(value));
        }
        for event in &mut other.events {
            event.attribute = event.attribute.as_deref().map(token);
            event.lines.iter_mut().for_each(|line| line.digest.clear()); // made anew of the item
        }
        for filter in other.rules.iter_mut().filter_map(|rule| rule.filter.as_mut()) {
            filter.category.0.iter_mut().chain(&mut filter.brand.0).for_each(|text| *text = word(text));
        }
        let mut expected = tale.told();
        for (_, _, about) in expected.iter_mut().flatten().flat_map(|entry| &mut entry.reasons) {
            *about = about.as_deref().map(token);
        }
        prop_assert_eq!(other.told(), expected);
    }

    #[test]
    fn the_unit_of_prices_does_not_matter(seed in 0_u64..1_000_000, times in 2_u32..120) {
        let tale = Tale::of(seed);
        let mut other = tale.clone();
        let dear = |price: &mut Option<f64>| *price = price.map(|price| price * f64::from(times));
        other.items.iter_mut().for_each(|item| dear(&mut item.price));
        other.events.iter_mut().flat_map(|event| &mut event.lines).for_each(|line| dear(&mut line.price));
        other.rules.iter_mut().filter_map(|rule| rule.filter.as_mut()).for_each(|filter| dear(&mut filter.price_above));
        assert_alike(&other.told(), &tale.told());
    }

    #[test]
    fn the_year_does_not_matter(seed in 0_u64..1_000_000) {
        let tale = Tale::of(seed);
        let mut other = tale.clone();
        let years = 1_461 * DAY_MS; // four, with their leap day
        other.now = Millis(NOW.0 - years);
        other.items.iter_mut().for_each(|item| item.added = item.added.map(|at| Millis(at.0 - years)));
        other.events.iter_mut().for_each(|event| event.at -= years as f64);
        assert_alike(&other.told(), &tale.told());
    }

    #[test]
    fn how_an_item_is_kept_out_does_not_matter(seed in 0_u64..1_000_000, which in 0_usize..1_000) {
        let mut tale = Tale::of(seed);
        tale.rules.retain(|rule| rule.kind != "pin");
        let at = which % tale.items.len();
        let id = tale.items[at].id.clone();
        let out = RuleWire {
            kind: "exclude".into(),
            filter: Some(WhereWire { ids: Some(Texts(vec![id.clone()])), ..WhereWire::default() }),
            ..RuleWire::default()
        };
        let mut engine = tale.engine();
        let expected = tale.asked(&mut engine, |mut request| {
            request.exclude.get_or_insert_default().push(id.clone());
            request
        });
        let ruled = tale.asked(&mut engine, |request| RequestWire { rules: Some(vec![out.clone()]), ..request });
        prop_assert_eq!(&ruled, &expected, "by a rule of the call");
        let mut other = tale.clone();
        other.rules.push(out);
        prop_assert_eq!(&other.told(), &expected, "by a rule of the shop");
        let mut other = tale.clone();
        other.items[at].available = false;
        prop_assert_eq!(other.told(), expected, "by the stock");
    }

    #[test]
    fn what_was_asked_before_does_not_matter(seed in 0_u64..1_000_000) {
        let tale = Tale::of(seed);
        let mut engine = tale.engine();
        let requests = || tale.requests().into_iter().chain(tale.requests().into_iter().rev());
        for request in requests() {
            let slate = entries(&mut engine, request.clone(), NOW);
            prop_assert_eq!(slate, entries(&mut tale.engine(), request, NOW));
        }
    }

    #[test]
    fn how_events_arrive_does_not_matter(seed in 0_u64..1_000_000) {
        let tale = Tale::of(seed);
        let expected = tale.told();
        let mut events = tale.events.clone();
        shop::shuffle(&mut events, seed);
        let mut engine = Tale { events: Vec::new(), ..tale.clone() }.engine();
        for event in events.iter().chain(&events) {
            engine.observe(event.clone(), NOW).unwrap();
            engine.profile(NOW);
        }
        let gone = &events[seed as usize % events.len()];
        let what = ForgetWire { event: Some(gone.id.clone()), ..ForgetWire::default() };
        prop_assert_eq!(engine.forget(&what, NOW).unwrap().len(), 1);
        engine.profile(NOW);
        prop_assert!(engine.observe(gone.clone(), NOW).unwrap().is_some());
        prop_assert_eq!(tale.asked(&mut engine, |request| request), expected);
    }

    #[test]
    fn slots_differ_in_nothing_but_their_draws(seed in 0_u64..1_000_000) {
        let tale = Tale::of(seed);
        let mut engine = tale.engine();
        let mut slate = |slot: &str, dial: f64| {
            entries(&mut engine, RequestWire { surprise: Some(dial), ..shop::request(slot, 12, 1) }, NOW)
        };
        prop_assert_eq!(slate("home", 0.0), slate("cart", 0.0));
        let (home, cart) = (slate("home", 0.5), slate("cart", 0.5));
        prop_assert_eq!(&home[..home.len() / 2], &cart[..cart.len() / 2]);
    }

    #[test]
    fn rules_that_say_the_same_do_the_same(seed in 0_u64..1_000_000) {
        let tale = Tale::of(seed);
        let lamps = || json!({ "category": "lamps" });
        let boost = |kind: &str, by: f64| json!({ "type": kind, "by": by, "where": lamps() });
        let out = |filter: Value| json!({ "type": "exclude", "where": filter });
        let dear = || json!({ "priceAbove": 40 });
        let nor = json!({ "not": { "any": [{ "not": lamps() }, { "not": dear() }] } });
        let always = json!({ "from": "2000-01-01", "until": "2100-01-01" });
        let same = [
            json!([
                [boost("boost", 3.0)],
                [boost("boost", 1.0), boost("boost", 2.0)],
                [boost("boost", 5.0), boost("bury", 2.0)]
            ]),
            json!([
                [],
                [boost("boost", 2.0), boost("bury", 2.0)],
                [{ "type": "cap", "per": "kind", "max": 12 }]
            ]),
            json!([
                [out(json!({ "category": "lamps", "priceAbove": 40 }))],
                [out(json!({ "all": [lamps(), dear()] }))],
                [out(nor)]
            ]),
            json!([
                [out(json!({ "category": ["lamps", "tea"] }))],
                [out(json!({ "category": "tea" })), out(lamps())]
            ]),
            json!([
                [out(dear())],
                [{ "type": "exclude", "where": dear(), "slots": ["row", "home"], "when": always }]
            ]),
            json!([
                [{ "type": "quota", "where": lamps(), "atMostShare": 0.5, "slots": "home" }],
                [{ "type": "quota", "where": lamps(), "atMost": 6, "slots": "home" }]
            ]),
        ];
        let mut engine = tale.engine();
        for lists in same {
            let mut told = |list: &Value| {
                let mut all = tale.rules.clone();
                all.extend(serde_json::from_value::<Vec<RuleWire>>(list.clone()).unwrap());
                engine.set_rules(rules(all).unwrap()).unwrap();
                tale.asked(&mut engine, |request| request)
            };
            let lists = lists.as_array().unwrap();
            let expected = told(&lists[0]);
            for list in &lists[1..] {
                prop_assert_eq!(told(list), expected.clone(), "{} is not {}", list, &lists[0]);
            }
        }
        let mut other = tale.clone();
        other.rules.iter_mut().for_each(|rule| rule.priority = Some(5.0));
        prop_assert_eq!(other.told(), tale.told());
    }

    #[test]
    fn whose_rules_they_are_does_not_matter(seed in 0_u64..1_000_000) {
        let mut tale = Tale::of(seed);
        let expected = tale.told();
        let own = std::mem::take(&mut tale.rules);
        let told = tale.asked(&mut tale.engine(), |request| RequestWire { rules: Some(own.clone()), ..request });
        prop_assert_eq!(told, expected);
    }

    #[test]
    fn when_rules_were_asked_last_does_not_matter(seed in 0_u64..1_000_000) {
        let mut tale = Tale::of(seed);
        let ages = json!([
            { "type": "boost", "by": 1.5, "where": { "olderThanDays": 40.5 } },
            { "type": "exclude", "where": { "newerThanDays": 10 } },
            { "type": "floor", "where": { "newerThanDays": 60.25 }, "atLeastShare": 0.3 }
        ]);
        tale.rules.extend(serde_json::from_value::<Vec<RuleWire>>(ages).unwrap());
        let (mut engine, mut stream) = (tale.engine(), Stream::new(seed, "clocks"));
        for _ in 0..5 {
            let now = Millis(NOW.0 + (stream.below(400) as i64 - 80) * DAY_MS / 8);
            let request = || shop::request("home", 12, 1);
            prop_assert_eq!(entries(&mut engine, request(), now), entries(&mut tale.engine(), request(), now));
        }
    }

    #[test]
    fn the_order_and_the_unit_of_opportunities_do_not_matter(seed in 0_u64..1_000_000, times in 2_u32..120) {
        let tale = Tale::of(seed);
        let mut stream = Stream::new(seed, "opportunities");
        let mut offers: Vec<(usize, f64, f64)> =
            (0..8).map(|_| (stream.below(tale.items.len()), stream.unit() * 40.0, stream.unit())).collect();
        let decide = |offers: &[(usize, f64, f64)], times: u32| {
            let wire = |&(item, value, cost): &(usize, f64, f64)| {
                let (id, about, times) = (format!("offer {value}"), &tale.items[item].id, f64::from(times));
                json!({ "id": id, "kind": "offer", "about": about, "value": value * times, "cost": cost * times })
            };
            let candidates: Vec<Value> = offers.iter().map(wire).collect();
            let request = json!({ "slot": "home", "candidates": candidates, "seed": seed, "explore": 0.3 });
            let (occasion, decision) = tale.engine().decide(serde_json::from_value(request).unwrap(), NOW).unwrap();
            let id = |at: Option<usize>| at.map(|at| occasion.opportunities[at].id.clone());
            (decision.id.clone(), id(decision.choice), id(decision.runner_up), decision.silence, decision.propensity)
        };
        let expected = decide(&offers, 1);
        prop_assert_eq!(&decide(&offers, times), &expected);
        offers.reverse();
        prop_assert_eq!(&decide(&offers, 1), &expected);
    }

    #[test]
    fn candidates_are_a_set(seed in 0_u64..1_000_000) {
        let tale = Tale::of(seed);
        let mut engine = tale.engine();
        let request = tale.requests().remove(4);
        let expected = entries(&mut engine, request.clone(), NOW);
        let mut named = request.candidates.clone().unwrap();
        named.extend(named.clone());
        named.push("nobody".into());
        shop::shuffle(&mut named, seed);
        prop_assert_eq!(entries(&mut engine, RequestWire { candidates: Some(named), ..request }, NOW), expected);
    }
}
