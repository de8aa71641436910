//! Law 2: the score is a sum. And what every slate promises, whatever the shopper, the rules or the request.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/shop.rs"]
mod shop;

use std::collections::{BTreeMap, BTreeSet};

use flaneur::catalog::Catalog;
use flaneur::engine::Engine;
use flaneur::log::{Context, encode_record};
use flaneur::math::Stream;
use flaneur::profile::Profile;
use flaneur::rank::{Desk, Request, RuleSet, Scratch, Slate, Weights, rank};
use flaneur::time::Millis;
use flaneur::wire::event::EventWire;
use flaneur::wire::request::{ForgetWire, RequestWire};
use flaneur::wire::rule::{RuleWire, WhereWire, rules};
use flaneur::wire::text::Texts;
use flaneur::wire::view::ProfileView;
use shop::NOW;

fn share(catalog: &Catalog, slate: &Slate, token: &str) -> f64 {
    let with = slate.entries.iter().filter(|e| catalog.tokens(e.item).any(|t| catalog.token(t) == token)).count();
    with as f64 / slate.entries.len() as f64
}

fn view(engine: &mut Engine, id: &str, item: u32, back: i64) {
    let name = engine.catalog().id(item).to_owned();
    engine.observe(shop::event(id, "view_item", &name, Millis(NOW.0 - back)), NOW).unwrap();
}

/// A random rule set that is legal for the shop.
fn random_rules(catalog: &Catalog, stream: &mut Stream) -> Vec<RuleWire> {
    let filter = |stream: &mut Stream| WhereWire {
        category: Texts(vec![shop::FAMILIES[stream.below(8)].into()]),
        price_above: (stream.unit() < 0.3).then_some(60.0),
        ..WhereWire::default()
    };
    (0..stream.below(4))
        .map(|_| match stream.below(5) {
            0 => RuleWire {
                kind: "pin".into(),
                item: Some(catalog.id(stream.below(catalog.len()) as u32).into()),
                position: Some(stream.below(6) as f64),
                ..RuleWire::default()
            },
            1 => RuleWire { kind: "boost".into(), filter: Some(filter(stream)), by: Some(1.5), ..RuleWire::default() },
            2 => RuleWire { kind: "bury".into(), filter: Some(filter(stream)), by: Some(2.0), ..RuleWire::default() },
            3 => RuleWire { kind: "exclude".into(), filter: Some(filter(stream)), ..RuleWire::default() },
            _ => RuleWire {
                kind: "cap".into(),
                per: Some(["brand", "category", "group", "kind"][stream.below(4)].into()),
                max: Some((1 + stream.below(4)) as f64),
                ..RuleWire::default()
            },
        })
        .collect()
}

#[test]
fn ten_thousand_random_slates_keep_every_promise() {
    let catalog = Catalog::read(shop::pack(240)).unwrap();
    let weights = Weights::default();
    let mut calls = 0;
    for seed in 0..500_u64 {
        let mut stream = Stream::new(seed, "calls");
        let events = shop::life(&catalog, seed, stream.below(90));
        let profile = Profile::fold(&catalog, &events);
        for call in 0..20_u64 {
            let wires = random_rules(&catalog, &mut stream);
            let mut rules = RuleSet::new(rules(wires.clone()).unwrap()).unwrap();
            rules.bind(&catalog, NOW);
            let pick =
                |stream: &mut Stream, n: usize| (0..n).map(|_| stream.below(catalog.len()) as u32).collect::<Vec<_>>();
            let candidates = (stream.unit() < 0.2).then(|| pick(&mut stream, 40));
            let count = stream.below(6);
            let exclude = pick(&mut stream, count);
            let count = usize::from(stream.unit() < 0.3);
            let like = pick(&mut stream, count);
            let request = Request {
                slot: "home".into(),
                size: 1 + stream.below(24),
                candidates,
                exclude,
                like,
                context: Context { hour: Some(stream.below(24) as u8), ..Context::default() },
                surprise: Some(stream.unit()),
                rules,
                seed: seed ^ call,
                now: NOW,
                ..Request::default()
            };
            let desk = Desk {
                catalog: &catalog,
                profile: &profile,
                rules: &RuleSet::default(),
                weights: &weights,
                scratch: &Scratch::default(),
            };
            let slate = rank(&desk, &request);
            check(&catalog, &profile, &request, &wires, &slate);
            assert_eq!(slate, rank(&desk, &request), "the same arguments give the same slate");
            calls += 1;
        }
    }
    assert_eq!(calls, 10_000);
}

fn check(catalog: &Catalog, profile: &Profile, request: &Request, rules: &[RuleWire], slate: &Slate) {
    let carries = |item: u32, token: &str| catalog.tokens(item).any(|t| catalog.token(t) == token);
    let mut seen = BTreeSet::new();
    for entry in &slate.entries {
        let sum: f64 = entry.reasons.iter().map(|reason| reason.term()).sum();
        assert!(
            (sum - entry.score).abs() <= 1e-6 * entry.score.abs().max(1.0),
            "reasons sum to {sum}, score is {}",
            entry.score
        );
        assert!(seen.insert(entry.item), "an item stands twice");
        assert!(catalog.is_available(entry.item), "a sold-out item is shown");
        assert!(!request.exclude.contains(&entry.item), "an excluded item is shown");
        assert!(!profile.stated.dismissed_items().contains(&entry.item), "a dismissed item is shown");
        assert!(
            !catalog.tokens(entry.item).any(|t| profile.stated.muted_tokens().contains(&t)),
            "a muted item is shown"
        );
        assert!(entry.propensity > 0.0 && entry.propensity <= 1.0 + 1e-12);
        if let Some(named) = &request.candidates {
            let pinned = rules.iter().any(|r| r.kind == "pin" && r.item.as_deref() == Some(catalog.id(entry.item)));
            assert!(named.contains(&entry.item) || pinned, "an item outside the candidates is shown");
        }
    }
    assert!(slate.entries.len() <= request.size);
    for rule in rules {
        let filter = rule.filter.clone().unwrap_or_default();
        match rule.kind.as_str() {
            "exclude" => assert!(!slate.entries.iter().any(|e| {
                carries(e.item, &format!("category:{}", filter.category.0[0]))
                    && filter.price_above.is_none_or(|limit| catalog.price(e.item).unwrap() > limit)
            })),
            "cap" => check_cap(catalog, rules, rule, slate),
            _ => {}
        }
    }
    check_pins(catalog, profile, request, rules, slate);
}

fn check_cap(catalog: &Catalog, rules: &[RuleWire], cap: &RuleWire, slate: &Slate) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for entry in &slate.entries {
        let tokens = |key: &str| -> Vec<String> {
            catalog.tokens(entry.item).map(|t| catalog.token(t).to_owned()).filter(|t| t.starts_with(key)).collect()
        };
        let key = match cap.per.as_deref().unwrap() {
            "brand" => tokens("brand:").first().cloned(),
            "category" => tokens("category:").last().cloned(),
            "group" => Some(catalog.group(entry.item)).filter(|&g| g > 0).map(|g| g.to_string()),
            _ => Some(catalog.kind(entry.item).name().to_owned()),
        };
        *counts.entry(key.unwrap_or_else(|| format!("none-{}", entry.item))).or_default() += 1;
    }
    // Pins may go over a cap; nothing else may.
    let pins = rules.iter().filter(|rule| rule.kind == "pin").count();
    assert!(counts.values().all(|&count| count <= cap.max.unwrap() as usize + pins), "a cap is broken");
}

fn check_pins(catalog: &Catalog, profile: &Profile, request: &Request, rules: &[RuleWire], slate: &Slate) {
    let mut taken: Vec<(usize, u32)> = Vec::new();
    for pin in rules.iter().filter(|rule| rule.kind == "pin") {
        let (position, item) = (pin.position.unwrap() as usize, catalog.find(pin.item.as_ref().unwrap()).unwrap());
        let refused = request.exclude.contains(&item)
            || !catalog.is_available(item)
            || profile.stated.dismissed_items().contains(&item)
            || catalog.tokens(item).any(|t| profile.stated.muted_tokens().contains(&t))
            || rules.iter().any(|rule| rule.kind == "exclude");
        if refused || taken.iter().any(|&(p, i)| p == position || i == item) {
            continue;
        }
        taken.push((position, item));
        if position < request.size && slate.entries.len() == request.size {
            assert_eq!(slate.entries[position].item, item, "a pin is not at its place");
        } else if position < request.size {
            assert!(slate.entries.iter().any(|e| e.item == item), "a pin that cannot hold its place moves up");
        }
    }
}

#[test]
fn after_five_views_of_a_kind_its_share_rises_and_the_reasons_name_those_views() {
    let mut engine = shop::engine(400);
    let cold = engine.rank(shop::request("home", 12, 1), NOW).unwrap();
    let viewed: Vec<u32> = (0..5).map(|k| 8 * (3 + 5 * k)).collect();
    viewed.iter().enumerate().for_each(|(n, &item)| view(&mut engine, &format!("v{n}"), item, 1_000 * (9 - n as i64)));
    let warm = engine.rank(shop::request("home", 12, 1), NOW).unwrap();
    let (before, after) =
        (share(engine.catalog(), &cold, "category:lamps"), share(engine.catalog(), &warm, "category:lamps"));
    assert!(after >= before + 0.4, "share of lamps went from {before} to {after}");
    let lamp = warm.entries.iter().find(|entry| entry.item % 8 == 0).unwrap();
    assert!(lamp.reasons.iter().any(|reason| reason.item.is_some_and(|item| viewed.contains(&item))));
    assert!(!warm.entries.iter().any(|entry| viewed.contains(&entry.item)), "what was just seen does not come back");
}

#[test]
fn a_dismissed_item_is_gone_and_forgetting_the_dismissal_brings_the_slate_back() {
    let mut engine = shop::engine(240);
    view(&mut engine, "v", 8, 1_000);
    let before = engine.rank(shop::request("home", 10, 2), NOW).unwrap();
    let victim = engine.catalog().id(before.entries[0].item).to_owned();
    engine.observe(shop::event("d", "dismiss", &victim, NOW), NOW).unwrap();
    let after = engine.rank(shop::request("home", 10, 2), NOW).unwrap();
    assert!(!after.entries.iter().any(|entry| entry.item == before.entries[0].item));
    engine.forget(&ForgetWire { event: Some("d".into()), ..ForgetWire::default() }, NOW).unwrap();
    assert_eq!(engine.rank(shop::request("home", 10, 2), NOW).unwrap(), before);
}

#[test]
fn what_the_shopper_refused_stays_away_whatever_gate_is_shut() {
    let mut engine = shop::engine(80);
    let first = (0..80).find(|&item| engine.catalog().is_available(item)).unwrap();
    let name = engine.catalog().id(first).to_owned();
    engine.observe(shop::event("d", "dismiss", &name, NOW), NOW).unwrap();
    for (learn, rank) in [(true, true), (false, true), (true, false), (false, false)] {
        engine.set_gates(learn, rank);
        let slate = engine.rank(shop::request("home", 20, 1), NOW).unwrap();
        assert!(!slate.entries.iter().any(|entry| entry.item == first), "shown with learn {learn}, rank {rank}");
    }
}

#[test]
fn forgetting_an_item_takes_the_impressions_that_name_it_along() {
    let mut engine = shop::engine(80);
    let slate = engine.rank(shop::request("home", 3, 1), NOW).unwrap();
    let event = engine.seen(&slate.id, None, NOW).unwrap();
    let shown = engine.catalog().id(slate.entries[1].item).to_owned();
    let gone = engine.forget(&ForgetWire { item: Some(shown), ..ForgetWire::default() }, NOW).unwrap();
    assert_eq!(gone, [event.id]);
    assert!(engine.log().events().is_empty());
}

#[test]
fn forgetting_an_interest_gives_the_slate_of_a_shopper_with_the_remaining_log() {
    let mut engine = shop::engine(240);
    for (n, item) in [8, 16, 24, 9, 17, 25].into_iter().enumerate() {
        view(&mut engine, &format!("v{n}"), item, 10_000 - 1_000 * n as i64);
    }
    let interest = engine.profile(NOW).interests.all()[0].id.clone();
    engine.forget(&ForgetWire { interest: Some(interest), ..ForgetWire::default() }, NOW).unwrap();
    let mut other = shop::engine(240);
    let records: Vec<Vec<u8>> = engine.log().events().iter().map(encode_record).collect();
    other.restore(records.iter().map(Vec::as_slice));
    assert!(!records.is_empty() && records.len() < 6);
    assert_eq!(
        engine.rank(shop::request("home", 12, 4), NOW).unwrap(),
        other.rank(shop::request("home", 12, 4), NOW).unwrap()
    );
}

#[test]
fn shut_gates_keep_the_shop_s_own_order_and_learn_nothing() {
    let mut engine = shop::engine(80);
    engine.set_gates(false, false);
    let item = engine.catalog().id(8).to_owned();
    assert!(engine.observe(shop::event("v", "view_item", &item, NOW), NOW).unwrap().is_none());
    assert!(engine.log().events().is_empty());
    let slate = engine.rank(shop::request("home", 10, 1), NOW).unwrap();
    let order: Vec<u32> = (0..80).filter(|&item| engine.catalog().is_available(item)).take(10).collect();
    assert_eq!(slate.entries.iter().map(|entry| entry.item).collect::<Vec<_>>(), order);
    assert!(slate.entries.iter().all(|entry| entry.reasons.is_empty() && entry.propensity == 1.0));
    let named = RequestWire {
        candidates: Some(vec![item.clone(), engine.catalog().id(3).into()]),
        ..shop::request("home", 5, 1)
    };
    let slate = engine.rank(named, NOW).unwrap();
    assert_eq!(engine.catalog().id(slate.entries[0].item), item);
}

#[test]
fn the_dial_sets_the_share_of_labelled_discoveries() {
    let mut engine = shop::engine(400);
    view(&mut engine, "v", 8, 1_000);
    let mut count = |dial: f64| {
        let request = RequestWire { surprise: Some(dial), ..shop::request("home", 12, 9) };
        let slate = engine.rank(request, NOW).unwrap();
        assert!(slate.entries[..6].iter().all(|entry| !entry.discovery), "the upper half is anchored");
        slate.entries.iter().filter(|entry| entry.discovery).count()
    };
    // Before seen slates taught anything, a sixth of the dial; `tests/exploring.rs` has the other case.
    assert_eq!([count(0.0), count(0.3), count(0.5), count(1.0)], [0, 1, 1, 2]);
}

#[test]
fn the_dial_at_zero_leaves_the_scores_alone() {
    let mut engine = shop::engine(400);
    view(&mut engine, "v", 8, 1_000);
    let mut slate = |dial| {
        let request = RequestWire { surprise: Some(dial), ..shop::request("home", 24, 9) };
        engine.rank(request, NOW).unwrap()
    };
    let is_arranged = |slate: &Slate| {
        let own = |signal: &str| signal == "diversity" || signal == "discovery";
        slate.entries.iter().any(|entry| entry.reasons.iter().any(|reason| own(reason.signal)))
    };
    let plain = slate(0.0);
    assert_eq!(plain.entries.len(), 24);
    assert!(plain.entries.windows(2).all(|pair| pair[0].score >= pair[1].score));
    assert!(!is_arranged(&plain), "an entry pays or gains by the arrangement");
    assert!(is_arranged(&slate(0.3)), "the default dial should arrange this slate");
}

#[test]
fn discovery_propensities_are_the_frequencies_of_the_draw() {
    let mut engine = shop::engine(400);
    view(&mut engine, "v", 8, 1_000);
    let runs = 4_000_u64;
    let mut drawn: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
    for seed in 0..runs {
        let request = RequestWire { surprise: Some(0.5), ..shop::request("home", 10, seed) };
        let slate = engine.rank(request, NOW).unwrap();
        let entry = slate.entries.iter().find(|entry| entry.discovery).unwrap();
        let cell = drawn.entry(entry.item).or_insert((entry.propensity, 0.0));
        assert!((cell.0 - entry.propensity).abs() < 1e-12, "the places above are the same in every run");
        cell.1 += 1.0;
    }
    for (propensity, count) in drawn.values() {
        // A binomial count has standard deviation sqrt(n p (1 - p)); five of them over at most 100 items.
        let spread = 5.0 * (runs as f64 * propensity * (1.0 - propensity)).sqrt() + 1.0;
        assert!((count - runs as f64 * propensity).abs() <= spread, "drawn {count} times at propensity {propensity}");
    }
}

#[test]
fn seen_entries_are_logged_once_with_their_propensities() {
    let mut engine = shop::engine(80);
    let slate = engine.rank(shop::request("home", 6, 1), NOW).unwrap();
    let first = engine.seen(&slate.id, Some(&[engine.catalog().id(slate.entries[0].item).to_owned()]), NOW).unwrap();
    assert_eq!((first.shown.len(), first.shown[0].position), (1, 0));
    let rest = engine.seen(&slate.id, None, NOW).unwrap();
    assert_eq!(rest.shown.len(), 5);
    assert!(engine.seen(&slate.id, None, NOW).is_none());
    assert!(engine.seen("unknown", None, NOW).is_none());
    assert_eq!(engine.profile(NOW).impressions, 6);
}

#[test]
fn what_was_bought_for_thirty_days_and_what_is_in_the_basket_stay_away_unless_the_slate_would_be_short() {
    let day = 86_400_000;
    let items = shop::items(40);
    let in_stock = items.iter().filter(|item| item.available).count();
    let own = items.iter().position(|item| item.available).unwrap() as u32;
    let shown = |repeat_share: f32, kind: &str, back: i64, size: usize, allow: &[&str]| {
        let learned = flaneur::catalog::pack::Learned { repeat_share, ..Default::default() };
        let stamp = flaneur::catalog::pack::Stamp { created: NOW.0, currency: "EUR".into() };
        let mut engine = Engine::new(7);
        engine.load_pack(flaneur::catalog::pack::write(&items, &learned, &stamp).unwrap()).unwrap();
        engine.set_gates(true, true);
        engine.observe(shop::event("e", kind, &items[own as usize].id, Millis(NOW.0 - back)), NOW).unwrap();
        let allow = Texts(allow.iter().map(|&name| name.into()).collect());
        let request = RequestWire { allow, surprise: Some(0.0), ..shop::request("home", size, 1) };
        engine.rank(request, NOW).unwrap().entries.iter().any(|entry| entry.item == own)
    };
    assert!(!shown(0.0, "purchase", 30 * day, in_stock - 1, &[]));
    assert!(shown(0.0, "purchase", 30 * day + 1, in_stock - 1, &[]));
    assert!(shown(0.0, "purchase", 30 * day, in_stock - 1, &["bought"]));
    assert!(shown(0.0, "purchase", 30 * day, in_stock, &[]), "a guard gives way before a slate is short");
    assert!(shown(0.1, "purchase", 30 * day, in_stock - 1, &[]), "where shoppers buy again");
    assert!(!shown(0.09, "purchase", 30 * day, in_stock - 1, &[]));
    assert!(!shown(0.0, "add_to_cart", day, in_stock - 1, &[]));
    assert!(shown(0.0, "add_to_cart", day, in_stock - 1, &["basket"]));
}

#[test]
fn a_slot_is_refused_where_an_import_of_what_was_seen_there_would_be() {
    let of_event = |slot: &str| {
        let mut event = shop::event("e", "impression", "lamps-0000", NOW);
        event.slot = Some(slot.into());
        event.into_event(shop::engine(8).catalog()).err()
    };
    let long = "s".repeat(257);
    for (slot, code) in [
        ("", "value_empty"),
        ("home\u{7}", "value_malformed"),
        ("\u{202e}emoh", "value_malformed"),
        (long.as_str(), "value_too_long"),
    ] {
        let error = shop::engine(8).rank(shop::request(slot, 3, 1), NOW).unwrap_err();
        assert_eq!((error.code(), error.path.as_str()), (code, "slot"));
        let error = of_event(slot).unwrap();
        assert_eq!((error.code(), error.path.as_str()), (code, "slot"));
    }
    assert!(shop::engine(8).rank(shop::request(&long[1..], 3, 1), NOW).is_ok());
    assert!(of_event(&long[1..]).is_none());
}

#[test]
fn what_is_seen_is_logged_of_the_latest_slates_of_the_present_catalog_while_learning_is_open() {
    let mut engine = shop::engine(80);
    let of = |engine: &mut Engine, slot: &str| engine.rank(shop::request(slot, 3, 1), NOW).unwrap().id;
    let ids: Vec<String> = (0..65).map(|n| of(&mut engine, &format!("s{n}"))).collect();
    assert!(engine.seen(&ids[0], None, NOW).is_none(), "64 are remembered");
    assert!(engine.seen(&ids[1], None, NOW).is_some());
    engine.set_gates(false, true);
    assert!(engine.seen(&ids[2], None, NOW).is_none());
    assert_eq!(engine.log().events().len(), 1);
    engine.set_gates(true, true);
    assert!(engine.seen(&ids[2], None, NOW).is_some());
    engine.load_items(&shop::items(8)).unwrap();
    assert!(engine.seen(&ids[3], None, NOW).is_none(), "its items had other numbers");
}

#[test]
fn the_shop_s_own_order_shows_each_once_and_what_was_seen_too() {
    let mut engine = shop::engine(80);
    let items: Vec<u32> = (0..80).filter(|&item| engine.catalog().is_available(item)).take(3).collect();
    let [a, b, c] = [0, 1, 2].map(|at| engine.catalog().id(items[at]).to_owned());
    view(&mut engine, "e", items[0], 1_000);
    engine.set_gates(true, false);
    let named =
        RequestWire { candidates: Some([&b, &a, &b, &c].map(Clone::clone).to_vec()), ..shop::request("home", 10, 1) };
    let order = |slate: Slate| slate.entries.iter().map(|entry| entry.item).collect::<Vec<_>>();
    assert_eq!(order(engine.rank(named, NOW).unwrap()), [items[1], items[0], items[2]]);
    assert_eq!(order(engine.rank(shop::request("home", 3, 1), NOW).unwrap()), items);
}

#[test]
fn a_long_slate_that_was_seen_comes_along_with_an_export() {
    let mut engine = shop::engine(400);
    let slate = engine.rank(shop::request("home", 300, 1), NOW).unwrap();
    let seen = engine.seen(&slate.id, None, NOW).unwrap();
    assert_eq!(seen.shown.len(), 300);
    let mut other = shop::engine(400);
    let merged = other.import(vec![Ok(EventWire::of(&seen))], NOW);
    assert!(merged.refused.is_empty(), "{:?}", merged.refused);
    assert_eq!(other.log().events(), engine.log().events());
    let mut longer = EventWire::of(&seen);
    longer.shown.resize(1_001, longer.shown[0].clone());
    let refused = &other.import(vec![Ok(longer)], NOW).refused[0];
    assert_eq!((refused.code(), refused.path.as_str()), ("value_too_many", "[0].shown"), "no slate is as long");
}

#[test]
fn a_slate_that_is_ranked_again_is_seen_once_a_visit() {
    let mut engine = shop::engine(80);
    let later = |ms: i64| Millis(NOW.0 + ms);
    let slate = engine.rank(shop::request("home", 6, 1), NOW).unwrap();
    engine.seen(&slate.id, None, NOW).unwrap();
    let again = engine.rank(shop::request("home", 6, 1), later(5_000)).unwrap();
    assert_eq!(again.id, slate.id);
    assert!(engine.seen(&again.id, None, later(5_000)).is_none());
    let only = RequestWire { candidates: Some(vec![engine.catalog().id(0).into()]), ..shop::request("row", 1, 1) };
    for at in [later(6_000), later(86_400_000)] {
        let slate = engine.rank(only.clone(), at).unwrap();
        assert!(engine.seen(&slate.id, None, at).is_some(), "the next visit sees it anew");
        engine.rank(only.clone(), at).unwrap();
        assert!(engine.seen(&slate.id, None, at).is_none());
    }
}

#[test]
fn sensitive_items_are_never_learned() {
    let mut items = shop::items(40);
    items[3].category = vec!["Health".into()];
    let mut engine = Engine::new(1);
    engine.load_items(&items).unwrap();
    engine.set_gates(true, true);
    let event = shop::event("v", "view_item", &items[3].id, NOW);
    assert!(engine.observe(event, NOW).unwrap().is_none());
    assert!(engine.log().events().is_empty());
}

#[test]
fn an_item_that_no_catalog_has_teaches_nothing_of_a_sensitive_category() {
    let mut items = shop::items(40);
    items[3].category = vec!["Health".into()];
    let mut engine = Engine::new(1);
    engine.load_items(&items).unwrap();
    engine.set_gates(true, true);
    let mut lamps = Vec::new();
    let categories = ["Health", "Santé & beauté", "lamps", "Health > Bandages", "Home > lamps"];
    for (category, kept) in categories.into_iter().zip([0, 0, 2, 0, 2]) {
        let mut event = shop::event(category, "purchase", "of-last-year", NOW);
        event.lines[0].category = Some(category.into());
        event.lines[0].brand.clone_from(&items[0].brand);
        let digest = engine.observe(event, NOW).unwrap().unwrap().lines[0].digest.clone();
        assert_eq!(digest.len(), kept, "{category}");
        lamps.extend(Some(digest).filter(|digest| !digest.is_empty()));
    }
    assert_eq!(lamps[0], lamps[1], "of a path the narrowest level is learnt");
    let profile = engine.profile(NOW).clone();
    let met: Vec<&str> = profile.affinities.tokens().map(|(token, _)| engine.catalog().token(token)).collect();
    assert_eq!(met, [&format!("brand:{}", items[0].brand.as_ref().unwrap()), "category:lamps"]);
}

#[test]
fn every_affinity_is_told_the_strongest_first() {
    let mut items = shop::items(60);
    for (n, item) in items.iter_mut().enumerate() {
        item.brand = Some(format!("Brand {n}"));
    }
    let mut engine = Engine::new(1);
    engine.load_items(&items).unwrap();
    engine.set_gates(true, true);
    for item in 0..60 {
        view(&mut engine, &format!("v{item}"), item, 1_000);
    }
    let profile = engine.profile(NOW).clone();
    let told = ProfileView::of(engine.catalog(), engine.log(), &profile, NOW);
    let told = serde_json::to_value(&told).unwrap();
    let told = told["affinities"].as_array().unwrap();
    assert_eq!(told.len(), profile.affinities.tokens().count());
    assert!(told.len() > 60, "a category is asked for, whatever else is as strong");
    assert!(
        told.windows(2).all(|two| two[0]["value"].as_f64().unwrap().abs() >= two[1]["value"].as_f64().unwrap().abs())
    );
}

#[test]
fn a_plain_list_of_items_ranks_like_a_pack() {
    let mut engine = Engine::new(1);
    engine.load_items(&shop::items(200)).unwrap();
    engine.set_gates(true, true);
    let cold = engine.rank(shop::request("home", 12, 1), NOW).unwrap();
    for n in 0..5 {
        view(&mut engine, &format!("v{n}"), 8 * (n + 3), 1_000);
    }
    let warm = engine.rank(shop::request("home", 12, 1), NOW).unwrap();
    assert!(share(engine.catalog(), &warm, "category:lamps") > share(engine.catalog(), &cold, "category:lamps") + 0.3);
}
