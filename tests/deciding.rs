//! One arbiter: no constraint is ever broken, the pressure budget is never exceeded, and silence is an answer.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/shop.rs"]
mod shop;

use flaneur::catalog::{Catalog, Item, Kind};
use flaneur::decide::{Barrier, Decision, Occasion, Record, Silence, Taken, decide};
use flaneur::engine::Engine;
use flaneur::log::{Event, EventKind, Shown};
use flaneur::math::Stream;
use flaneur::profile::Profile;
use flaneur::rank::{Desk, Reason, RuleSet, Scratch, Weights};
use flaneur::time::{DAY_MS, Millis};
use flaneur::wire;
use flaneur::wire::decide::DecideWire;
use flaneur::wire::event::EventWire;
use flaneur::wire::request::ForgetWire;
use serde_json::{Value, json};
use shop::NOW;

const HOUR_MS: i64 = 3_600_000;
const WEEK_MS: i64 = 7 * DAY_MS;

fn catalog() -> Vec<Item> {
    let item = |id: &str, kind: Kind, margin: f64| Item { kind, margin: Some(margin), ..Item::new(id) };
    vec![
        item("lamp", Kind::Product, 5.0),
        item("tip", Kind::Content, 1.0),
        item("coupon", Kind::Offer, 20.0),
        item("fitting", Kind::Service, 40.0),
        item("news", Kind::Message, 2.0),
    ]
}

fn engine() -> Engine {
    let mut engine = Engine::new(7);
    engine.load_items(&catalog()).unwrap();
    engine.set_gates(true, true);
    engine
}

fn read(request: &Value) -> DecideWire {
    wire::decode(request, "request").unwrap()
}

fn ask(engine: &mut Engine, request: Value, now: Millis) -> (Option<String>, Decision) {
    let mut request = request;
    request["slot"] = json!("strip");
    request["explore"] = request.get("explore").cloned().unwrap_or(json!(0));
    let (occasion, decision) = engine.decide(read(&request), now).unwrap();
    (decision.choice.map(|at| occasion.opportunities[at].id.clone()), decision)
}

fn barrier_of(request: Value, now: Millis, prepare: impl FnOnce(&mut Engine)) -> Option<Barrier> {
    let mut engine = engine();
    prepare(&mut engine);
    ask(&mut engine, request, now).1.weighed[0].barrier
}

#[test]
fn the_page_has_the_names_of_kinds_and_barriers_in_the_engine_s_order() {
    let page = include_str!("../pkg/src/decide.ts").split_whitespace().collect::<Vec<_>>().join(" ");
    let list = |names: &[&str]| names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
    assert!(page.contains(&format!("[{}]", list(&Kind::NAMES.map(|(name, _)| name)))));
    let places: Vec<u8> = Kind::NAMES.iter().map(|&(_, kind)| kind as u8).collect();
    assert_eq!(places, [0, 1, 2, 3, 4]);
    let barriers = [
        (Barrier::Unavailable, "unavailable"),
        (Barrier::Refused, "refused"),
        (Barrier::Rule, "rule"),
        (Barrier::Window, "window"),
        (Barrier::Channel, "channel"),
        (Barrier::Quiet, "quiet"),
        (Barrier::Hour, "hour"),
        (Barrier::Day, "day"),
        (Barrier::Week, "week"),
        (Barrier::Cooldown, "cooldown"),
        (Barrier::Pressure, "pressure"),
    ];
    assert!(barriers.iter().enumerate().all(|(at, &(barrier, _))| barrier as usize == at));
    assert!(page.contains(&format!("[ {}, ]", list(&barriers.map(|(_, name)| name)))));
}

#[test]
fn the_most_useful_opportunity_wins_and_its_terms_add_up() {
    let mut engine = engine();
    let all = json!({ "candidates": [
        { "id": "coupon" }, { "id": "fitting", "cost": 0.2 }, { "id": "lamp" }, { "id": "own", "kind": "message", "value": 3 },
    ] });
    let (choice, decision) = ask(&mut engine, all, NOW);
    assert_eq!(choice.as_deref(), Some("fitting"), "40 times its appetite, less 0.2, is more than 20 times its");
    assert_eq!(decision.runner_up, Some(0));
    assert_eq!((decision.silence, decision.propensity), (None, 1.0));
    for one in &decision.weighed {
        let sum: f64 = one.terms.iter().map(Reason::term).sum();
        assert!((sum - one.utility).abs() < 1e-12);
        assert!(one.appetite > 0.0 && one.appetite < 1.0);
    }
    let because = &decision.weighed[1].because;
    let (sum, score) = (because.iter().map(Reason::term).sum::<f64>(), because.len());
    assert!(score == 0 || sum.is_finite());
}

#[test]
fn without_candidates_everything_that_is_no_product_competes() {
    let (_, decision) = ask(&mut engine(), json!({}), NOW);
    assert_eq!(decision.weighed.len(), 4);
    let (choice, decision) = ask(&mut engine(), json!({ "candidates": [] }), NOW);
    assert_eq!((choice, decision.silence), (None, Some(Silence::NoCandidate)));
}

#[test]
fn silence_wins_when_nothing_is_worth_the_interruption() {
    let dear = json!({ "candidates": [{ "id": "coupon", "cost": 30 }, { "id": "news", "value": 0 }] });
    let (choice, decision) = ask(&mut engine(), dear, NOW);
    assert_eq!((choice, decision.silence), (None, Some(Silence::NotWorthIt)));
    assert!(decision.weighed.iter().all(|one| one.barrier.is_none() && one.utility <= 0.0));
    let price = json!({ "candidates": [{ "id": "coupon" }], "pressure": { "price": 5 } });
    assert_eq!(ask(&mut engine(), price, NOW).1.silence, Some(Silence::NotWorthIt));
}

#[test]
fn each_constraint_keeps_an_opportunity_away_and_says_so() {
    let coupon = |more: Value| {
        let mut one = json!({ "id": "coupon" });
        one.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "candidates": [one] })
    };
    let nothing = |_: &mut Engine| {};
    let show = |engine: &mut Engine| {
        let (_, decision) = ask(engine, json!({ "candidates": [{ "id": "coupon" }] }), NOW);
        engine.noticed(&decision.id, NOW).unwrap();
    };
    let later = |ms: i64| Millis(NOW.0 + ms);
    // NOW is Thursday 08:53 UTC.
    assert_eq!(barrier_of(coupon(json!({})), NOW, nothing), None);
    assert_eq!(barrier_of(coupon(json!({ "when": { "hours": [9, 18] } })), NOW, nothing), Some(Barrier::Window));
    assert_eq!(barrier_of(coupon(json!({ "channels": ["email"] })), NOW, nothing), Some(Barrier::Channel));
    let mut quiet = coupon(json!({}));
    quiet["pressure"] = json!({ "quiet": [22, 9] });
    assert_eq!(barrier_of(quiet, NOW, nothing), Some(Barrier::Quiet));
    let tip = json!({ "candidates": [{ "id": "tip", "pressure": 0 }], "pressure": { "quiet": [22, 9] } });
    assert_eq!(barrier_of(tip, NOW, nothing), None, "what does not press may come in quiet hours");
    let hourly = || coupon(json!({ "caps": { "hour": 1 } }));
    assert_eq!(barrier_of(hourly(), later(HOUR_MS - 1), show), Some(Barrier::Hour));
    assert_eq!(barrier_of(hourly(), later(HOUR_MS), show), None);
    assert_eq!(barrier_of(hourly(), later(-5 * HOUR_MS), show), Some(Barrier::Hour), "a clock set back opens no cap");
    let daily = || coupon(json!({ "caps": { "day": 1 } }));
    assert_eq!(barrier_of(daily(), later(DAY_MS - 1), show), Some(Barrier::Day));
    assert_eq!(barrier_of(daily(), later(DAY_MS), show), None);
    let weekly = || coupon(json!({ "caps": { "week": 1 } }));
    assert_eq!(barrier_of(weekly(), later(WEEK_MS - 1), show), Some(Barrier::Week));
    assert_eq!(barrier_of(weekly(), later(WEEK_MS), show), None);
    let dismiss = |engine: &mut Engine| {
        engine.observe(shop::event("d", "dismiss", "coupon", NOW), NOW).unwrap();
    };
    assert_eq!(barrier_of(coupon(json!({})), later(29 * DAY_MS), dismiss), Some(Barrier::Cooldown));
    assert_eq!(barrier_of(coupon(json!({})), later(30 * DAY_MS), dismiss), None);
    assert_eq!(barrier_of(coupon(json!({ "cooldownDays": 1 })), later(DAY_MS), dismiss), None);
    let product = |engine: &mut Engine| {
        engine.observe(shop::event("d", "dismiss", "lamp", NOW), NOW).unwrap();
    };
    let lamp = json!({ "candidates": [{ "id": "lamp" }] });
    assert_eq!(barrier_of(lamp, later(90 * DAY_MS), product), Some(Barrier::Refused), "a refused product stays away");
    let ruled = |engine: &mut Engine| {
        let list = json!([{ "type": "exclude", "where": { "kind": "offer" } }]);
        engine.set_rules(flaneur::wire::rule::rules(wire::decode(&list, "rules").unwrap()).unwrap()).unwrap();
    };
    assert_eq!(barrier_of(coupon(json!({})), NOW, ruled), Some(Barrier::Rule));
}

#[test]
fn one_budget_holds_over_all_slots_channels_and_touches() {
    let mut engine = engine();
    let one = |id: &str| json!({ "candidates": [{ "id": id }], "pressure": { "budget": 2 } });
    let (choice, decision) = ask(&mut engine, one("coupon"), NOW);
    assert!(choice.is_some());
    engine.noticed(&decision.id, NOW).unwrap();
    let mut touch = shop::event("t", "touch", "coupon", NOW);
    touch.lines.clear();
    touch.channel = Some("email".into());
    engine.observe(touch, NOW).unwrap();
    let (choice, decision) = ask(&mut engine, one("fitting"), NOW);
    assert_eq!((choice, decision.weighed[0].barrier), (None, Some(Barrier::Pressure)));
    assert_eq!(decision.silence, Some(Silence::Barred));
    assert!(
        ask(&mut engine, one("fitting"), Millis(NOW.0 + DAY_MS)).0.is_some(),
        "a day later the budget is whole again"
    );
}

#[test]
fn an_interruption_costs_more_the_more_was_borne_and_dismissed_within_the_week() {
    let price = |engine: &mut Engine, request: &Value, at: i64| {
        let (_, decision) = ask(engine, request.clone(), Millis(NOW.0 + at));
        -decision.weighed[0].terms[2].term()
    };
    let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found}, not {expected}");
    let mut engine = engine();
    let median =
        json!({ "candidates": [{ "id": "fitting", "pressure": 2 }, { "id": "coupon" }, { "id": "own", "value": 3 }] });
    near(price(&mut engine, &median, 0), 2.0 * 0.02 * 20.0);
    let stated = json!({ "candidates": [{ "id": "fitting" }], "pressure": { "price": 0.1, "budget": 8 } });
    near(price(&mut engine, &stated, 0), 0.1);
    let (_, decision) =
        ask(&mut engine, json!({ "candidates": [{ "id": "tip", "pressure": 4 }], "pressure": { "price": 0 } }), NOW);
    engine.noticed(&decision.id, NOW).unwrap();
    near(price(&mut engine, &stated, 0), 0.1 * 1.5);
    near(price(&mut engine, &stated, DAY_MS), 0.1);
    engine.observe(shop::event("d", "dismiss", "coupon", NOW), NOW).unwrap();
    near(price(&mut engine, &stated, 0), 0.1 * 1.5 * 2.0);
    near(price(&mut engine, &stated, WEEK_MS - 1), 0.1 * 2.0);
    near(price(&mut engine, &stated, WEEK_MS), 0.1);
}

#[test]
fn the_budget_may_be_spent_to_the_last_unit_and_holds_what_presses_alone() {
    let one = |id: &str, pressure: f64, budget: f64| json!({ "candidates": [{ "id": id, "pressure": pressure }], "pressure": { "budget": budget } });
    let mut engine = engine();
    let (choice, decision) = ask(&mut engine, one("coupon", 1.0, 1.0), NOW);
    assert_eq!(choice.as_deref(), Some("coupon"));
    engine.noticed(&decision.id, NOW).unwrap();
    assert_eq!(ask(&mut engine, one("fitting", 0.1, 1.0), NOW).1.weighed[0].barrier, Some(Barrier::Pressure));
    assert_eq!(ask(&mut engine, one("fitting", 0.0, 0.5), NOW).1.weighed[0].barrier, None);
}

#[test]
fn a_view_presses_once_however_many_entries_it_shows_and_a_decision_is_taken_once() {
    let mut seen = Event::new("e0", EventKind::Impression, NOW);
    seen.shown = ["coupon", "tip"].map(|id| Shown { item: id.into(), ..Shown::default() }).to_vec();
    (seen.value, seen.slate) = (Some(1.5), Some("s".into()));
    let record = Record::of(std::slice::from_ref(&seen), &[], NOW);
    assert_eq!((record.pressure(NOW), record.views("tip", HOUR_MS, NOW)), (1.5, 1));
    let mut events = vec![seen];
    for (n, kind) in [(1, EventKind::SelectItem), (2, EventKind::ViewItem), (3, EventKind::Purchase)] {
        let mut event = Event::new(format!("e{n}"), kind, NOW).with_item("coupon");
        event.slate = Some("s".into());
        events.push(event);
    }
    assert_eq!(Taken::of(&events), Taken { seen: 1, taken: 1 });
    assert_eq!(Taken::of(&events).rate(), 2.0 / 21.0);
}

#[test]
fn with_learning_denied_nothing_that_was_taken_speaks() {
    let request = || json!({ "candidates": [{ "id": "tip", "pressure": 0 }] });
    let (mut engine, mut blank) = (engine(), engine());
    let (_, decision) = ask(&mut engine, request(), NOW);
    engine.noticed(&decision.id, NOW).unwrap();
    engine.observe(shop::event("e", "view_item", "tip", NOW), NOW).unwrap();
    let before = ask(&mut blank, request(), NOW).1.weighed;
    assert_ne!(ask(&mut engine, request(), NOW).1.weighed, before);
    engine.set_gates(false, true);
    blank.set_gates(false, true);
    assert_eq!(ask(&mut engine, request(), NOW).1.weighed, ask(&mut blank, request(), NOW).1.weighed);
}

#[test]
fn the_latest_sixty_four_decisions_can_be_noticed() {
    let mut engine = engine();
    let mut decide = |n: i64| {
        let at = Millis(NOW.0 + n);
        ask(&mut engine, json!({ "candidates": [{ "id": "tip", "pressure": 0 }] }), at).1.id
    };
    let ids: Vec<String> = (0..65).map(&mut decide).collect();
    assert!(engine.noticed(&ids[0], NOW).is_none());
    assert!(engine.noticed(&ids[1], NOW).is_some() && engine.noticed(&ids[64], NOW).is_some());
    assert!(engine.noticed(&ids[1], NOW).is_none(), "each once");
}

#[test]
fn a_view_that_was_brought_along_gives_no_room_to_others() {
    let mut engine = engine();
    let one = json!({ "candidates": [{ "id": "coupon" }], "pressure": { "budget": 1 } });
    let (_, decision) = ask(&mut engine, one.clone(), NOW);
    engine.noticed(&decision.id, NOW).unwrap();
    let shown = json!([{ "item": "tip", "position": 0, "propensity": 1, "score": 0, "discovery": false }]);
    let brought = json!({ "id": "e", "type": "impression", "at": NOW.0, "value": -1, "shown": shown });
    assert_eq!(engine.import(vec![wire::decode(&brought, "event")], NOW).added.len(), 1);
    assert_eq!(ask(&mut engine, one, NOW).1.weighed[0].barrier, Some(Barrier::Pressure));
}

#[test]
fn the_views_of_a_currency_of_large_numbers_come_along_with_an_export() {
    let mut engine = engine();
    for n in 0..10 {
        let at = Millis(NOW.0 + n * HOUR_MS);
        let (_, decision) =
            ask(&mut engine, json!({ "candidates": [{ "id": "tip", "value": 1e7, "pressure": 0 }] }), at);
        engine.noticed(&decision.id, at).unwrap();
        engine.observe(shop::event(&format!("e{n}"), "select_item", "tip", at), at).unwrap();
    }
    let events = engine.log().events();
    assert!(events.iter().flat_map(|event| &event.shown).any(|shown| shown.score > 1e6));
    let wires = events.iter().map(|event| Ok(EventWire::of(event))).collect();
    let mut other = self::engine();
    assert!(other.import(wires, Millis(NOW.0 + 9 * HOUR_MS)).refused.is_empty());
    assert_eq!(other.log().events(), events);
}

#[test]
fn a_like_brings_back_what_was_dismissed_before_it() {
    let later = |ms: i64| Millis(NOW.0 + ms);
    for (id, away) in [("coupon", Barrier::Cooldown), ("lamp", Barrier::Refused)] {
        let candidate = || json!({ "candidates": [{ "id": id }] });
        let mut engine = engine();
        let mut say = |n: i64, kind: &str, value: Option<f64>| {
            let event = shop::event(&format!("e{n}"), kind, id, later(n));
            engine.observe(EventWire { value, ..event }, later(n)).unwrap();
            ask(&mut engine, candidate(), later(n)).1.weighed[0].barrier
        };
        assert_eq!(say(0, "dismiss", None), Some(away));
        assert_eq!(say(1, "declare", Some(0.0)), Some(away));
        assert_eq!(say(2, "declare", Some(0.5)), None);
        assert_eq!(say(3, "dismiss", None), Some(away), "the latest statement wins");
        assert_eq!(say(4, "like", None), None);
    }
}

#[test]
fn what_is_not_logged_is_counted_by_this_page_alone() {
    let mut engine = engine();
    engine.set_gates(false, true);
    let capped = json!({ "candidates": [{ "id": "coupon", "caps": { "day": 1 } }] });
    let (choice, decision) = ask(&mut engine, capped.clone(), NOW);
    assert!(choice.is_some());
    assert!(engine.noticed(&decision.id, NOW).is_none(), "nothing is logged while learning is shut");
    assert!(engine.log().events().is_empty());
    assert_eq!(ask(&mut engine, capped, NOW).1.weighed[0].barrier, Some(Barrier::Day));
}

#[test]
fn a_view_counts_when_the_catalog_changed_between_the_decision_and_the_view() {
    for learn in [true, false] {
        let mut engine = engine();
        engine.set_gates(learn, true);
        let capped = json!({ "candidates": [{ "id": "coupon", "caps": { "day": 1 } }] });
        let (_, decision) = ask(&mut engine, capped.clone(), NOW);
        engine.load_items(&catalog()).unwrap();
        let event = engine.noticed(&decision.id, NOW);
        assert_eq!(event.map(|event| event.shown[0].item.clone()), learn.then(|| "coupon".into()));
        assert_eq!(ask(&mut engine, capped, NOW).1.weighed[0].barrier, Some(Barrier::Day));
    }
}

#[test]
fn what_is_not_logged_counts_for_as_long_as_the_longest_window() {
    let mut engine = engine();
    engine.set_gates(false, true);
    let one = |id: &str| json!({ "candidates": [{ "id": id, "caps": { "week": 1 } }] });
    for (id, at) in [("coupon", 0), ("fitting", WEEK_MS - 1)] {
        let at = Millis(NOW.0 + at);
        let (_, decision) = ask(&mut engine, one(id), at);
        engine.noticed(&decision.id, at);
    }
    assert_eq!(ask(&mut engine, one("coupon"), Millis(NOW.0 + WEEK_MS - 1)).1.weighed[0].barrier, Some(Barrier::Week));
    let (choice, decision) = ask(&mut engine, one("coupon"), Millis(NOW.0 + WEEK_MS));
    assert!(choice.is_some());
    engine.noticed(&decision.id, Millis(NOW.0 + WEEK_MS));
    assert_eq!(ask(&mut engine, one("fitting"), Millis(NOW.0 + WEEK_MS)).1.weighed[0].barrier, Some(Barrier::Week));
}

#[test]
fn forgetting_everything_forgets_what_was_decided_and_what_this_page_counted() {
    let all = ForgetWire { all: Some(true), ..ForgetWire::default() };
    let mut engine = engine();
    let capped = json!({ "candidates": [{ "id": "coupon", "caps": { "day": 1 } }] });
    let (_, before) = ask(&mut engine, capped.clone(), NOW);
    let slate = engine.rank(shop::request("home", 2, 1), NOW).unwrap();
    engine.forget(&all, NOW).unwrap();
    assert!(engine.noticed(&before.id, NOW).is_none() && engine.seen(&slate.id, None, NOW).is_none());
    assert!(engine.log().events().is_empty());
    engine.set_gates(false, true);
    let (_, decision) = ask(&mut engine, capped.clone(), NOW);
    engine.noticed(&decision.id, NOW);
    engine.forget(&all, NOW).unwrap();
    assert!(ask(&mut engine, capped, NOW).0.is_some());
}

#[test]
fn forgetting_a_view_gives_the_decision_of_a_log_that_never_had_it() {
    let mut engine = engine();
    let capped = json!({ "candidates": [{ "id": "coupon", "caps": { "day": 1 } }] });
    let before = ask(&mut engine, capped.clone(), NOW);
    let event = engine.noticed(&before.1.id, NOW).unwrap();
    assert!(ask(&mut engine, capped.clone(), NOW).0.is_none());
    let what = json!({ "event": event.id });
    engine.forget(&wire::decode(&what, "forget").unwrap(), NOW).unwrap();
    assert_eq!(ask(&mut engine, capped, NOW), before);
}

#[test]
fn propensities_are_the_frequencies_of_the_draw() {
    let catalog = Catalog::from_items(&catalog()).unwrap();
    let (profile, rules, weights) = (Profile::default(), RuleSet::default(), Weights::default());
    let desk =
        Desk { catalog: &catalog, profile: &profile, rules: &rules, weights: &weights, scratch: &Scratch::default() };
    let request = json!({ "slot": "strip", "explore": 0.3, "candidates": [{ "id": "coupon" }, { "id": "fitting" }, { "id": "lamp" }] });
    let mut occasion = read(&request).into_occasion(&catalog, 0, NOW).unwrap();
    let runs = 20_000_u64;
    let mut drawn: Vec<(Option<usize>, f64, f64)> = Vec::new();
    for seed in 0..runs {
        occasion.request.seed = seed;
        let decision = decide(&desk, true, &occasion, &Record::default(), Taken::default());
        match drawn.iter_mut().find(|(choice, _, _)| *choice == decision.choice) {
            Some((_, propensity, count)) => {
                assert_eq!(*propensity, decision.propensity);
                *count += 1.0;
            }
            None => drawn.push((decision.choice, decision.propensity, 1.0)),
        }
    }
    assert_eq!(drawn.len(), 4, "three opportunities and silence");
    assert!((drawn.iter().map(|(_, propensity, _)| propensity).sum::<f64>() - 1.0).abs() < 1e-12);
    for (_, propensity, count) in drawn {
        // A binomial count has standard deviation sqrt(n p (1 - p)); five of them.
        let spread = 5.0 * (runs as f64 * propensity * (1.0 - propensity)).sqrt();
        assert!((count - runs as f64 * propensity).abs() <= spread, "{count} times at {propensity}");
    }
}

/// One opportunity of any kind and constraints.
fn random_opportunity(stream: &mut Stream) -> Value {
    let id = ["lamp", "tip", "coupon", "fitting", "news", "own-1", "own-2"][stream.below(7)];
    let mut one = json!({ "id": id, "value": stream.below(30), "caps": {} });
    for window in ["hour", "day", "week"] {
        if stream.unit() < 0.3 {
            one["caps"][window] = json!(1 + stream.below(3));
        }
    }
    if stream.unit() < 0.3 {
        one["pressure"] = json!(stream.unit() * 2.0);
    }
    if stream.unit() < 0.2 {
        one["channels"] = json!(["page"]);
    }
    if stream.unit() < 0.2 {
        one["when"] = json!({ "hours": [stream.below(12), 12 + stream.below(12)] });
    }
    one
}

/// The seen decisions, as a check of its own counts them.
struct Seen {
    id: String,
    at: i64,
    pressure: f64,
}

#[test]
fn in_a_hundred_thousand_random_sequences_no_constraint_is_broken_and_the_budget_never_exceeded() {
    let catalog = Catalog::from_items(&catalog()).unwrap();
    let (profile, rules, weights) = (Profile::default(), RuleSet::default(), Weights::default());
    let desk =
        Desk { catalog: &catalog, profile: &profile, rules: &rules, weights: &weights, scratch: &Scratch::default() };
    let (mut shown, mut silent) = (0_u32, 0_u32);
    for seed in 0..100_000_u64 {
        let mut stream = Stream::new(seed, "sequence");
        let (slot, channel) = (["home", "cart"][stream.below(2)], ["page", "email"][stream.below(2)]);
        let request = json!({
            "slot": slot,
            "channel": channel,
            "pressure": { "budget": stream.unit() * 4.0, "price": 0, "quiet": [20, 20 + stream.below(4) + 1] },
            "explore": 0.2,
            "candidates": (0..4).map(|_| random_opportunity(&mut stream)).collect::<Vec<_>>(),
        });
        let mut occasion = read(&request).into_occasion(&catalog, seed, NOW).unwrap();
        let (mut events, mut seen): (Vec<Event>, Vec<Seen>) = (Vec::new(), Vec::new());
        let mut now = NOW;
        for step in 0..6 {
            // The clock runs on, and now and then is set back or far ahead.
            now = match stream.below(8) {
                0 => Millis(now.0 - stream.below(3 * DAY_MS as usize) as i64),
                1 => Millis(now.0 + stream.below(3 * DAY_MS as usize) as i64),
                _ => Millis(now.0 + stream.below(2 * HOUR_MS as usize) as i64),
            };
            occasion.request.now = now;
            let decision = decide(&desk, false, &occasion, &Record::of(&events, &[], now), Taken::default());
            let Some(at) = decision.choice else {
                silent += 1;
                continue;
            };
            check(&occasion, at, &seen, now);
            shown += 1;
            let one = &occasion.opportunities[at];
            seen.push(Seen { id: one.id.clone(), at: now.0, pressure: one.pressure });
            let mut event = Event::new(format!("e{step}"), EventKind::Impression, now);
            event.shown.push(Shown { item: one.id.clone(), ..Shown::default() });
            event.value = Some(one.pressure);
            events.push(event);
        }
    }
    assert!(shown > 50_000 && silent > 50_000, "{shown} shown and {silent} silent: both are tried");
}

/// What was seen within a window of `now`, by whatever clock: later dates are those of a clock set back.
fn lately(seen: &[Seen], window: i64, now: Millis) -> impl Iterator<Item = &Seen> {
    seen.iter().filter(move |one| one.at > now.0 - window && one.at <= now.0 + WEEK_MS)
}

fn check(occasion: &Occasion, at: usize, seen: &[Seen], now: Millis) {
    let one = &occasion.opportunities[at];
    let spent: f64 = lately(seen, DAY_MS, now).map(|one| one.pressure).sum();
    assert!(one.pressure == 0.0 || spent + one.pressure <= occasion.budget + 1e-9, "the budget is exceeded");
    let hour = occasion.request.context.hour_at(now);
    let (from, until) = occasion.quiet.unwrap();
    assert!(one.pressure == 0.0 || !(from..until).contains(&hour), "shown in quiet hours");
    for (cap, window) in [(one.caps.hour, HOUR_MS), (one.caps.day, DAY_MS), (one.caps.week, WEEK_MS)] {
        let views = lately(seen, window, now).filter(|view| view.id == one.id).count();
        assert!(cap.is_none_or(|cap| views < cap as usize), "a cap is exceeded");
    }
    assert!(one.channels.is_empty() || occasion.channel.as_ref().is_some_and(|name| one.channels.contains(name)));
    assert!(one.when.hours.is_none_or(|(from, until)| (from..until).contains(&hour)), "outside its window");
}

#[test]
fn a_faulty_request_is_refused_where_the_fault_is() {
    let mut engine = engine();
    for (request, code, path) in [
        (json!({ "slot": "" }), "value_empty", "slot"),
        (json!({ "slot": "s", "explore": 0.6 }), "value_out_of_range", "explore"),
        (json!({ "slot": "s", "pressure": { "budget": -1 } }), "value_out_of_range", "pressure.budget"),
        (json!({ "slot": "s", "pressure": { "quiet": [8] } }), "value_type", "pressure.quiet"),
        (json!({ "slot": "s", "candidates": [{ "id": "a" }, { "id": "" }] }), "value_empty", "candidates[1].id"),
        (
            json!({ "slot": "s", "candidates": [{ "id": "a", "kind": "gadget" }] }),
            "value_unknown",
            "candidates[0].kind",
        ),
        (
            json!({ "slot": "s", "candidates": [{ "id": "a", "caps": { "day": 0.5 } }] }),
            "value_out_of_range",
            "candidates[0].caps.day",
        ),
        (
            json!({ "slot": "s", "candidates": [{ "id": "a", "value": 1e9 }] }),
            "value_out_of_range",
            "candidates[0].value",
        ),
        (
            json!({ "slot": "s", "candidates": [{ "id": "a", "when": { "hours": [3, 3] } }] }),
            "value_conflict",
            "candidates[0].when.hours",
        ),
        (json!({ "slot": "s", "context": { "weekday": 7 } }), "value_out_of_range", "context.weekday"),
        (json!({ "slot": "s", "context": { "utcOffset": 841 } }), "value_out_of_range", "context.utcOffset"),
    ] {
        let error = engine.decide(read(&request), NOW).unwrap_err();
        assert_eq!((error.code(), error.path.as_str()), (code, path), "{}", error.message);
    }
}
