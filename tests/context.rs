//! The moment: what is wanted then is learned on the device; with nothing personal, rules alone follow it.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/shop.rs"]
mod shop;

use flaneur::engine::Engine;
use flaneur::rank::Slate;
use flaneur::time::{DAY_MS, Millis};
use flaneur::wire;
use flaneur::wire::request::{ForgetWire, RequestWire};
use flaneur::wire::text::Texts;
use serde_json::{Value, json};
use shop::NOW;

/// Views of one family at one local hour and weekday, on earlier visits.
fn live(engine: &mut Engine, family: u32, hour: f64, weekday: f64, count: u32) {
    for n in 0..count {
        let name = engine.catalog().id(8 * n + family).to_owned();
        let at = Millis(NOW.0 - DAY_MS * (2 + i64::from(n)));
        let mut event = shop::event(&format!("{family}-{hour}-{weekday}-{n}"), "view_item", &name, at);
        (event.hour, event.weekday) = (Some(hour), Some(weekday));
        engine.observe(event, NOW).unwrap();
    }
}

fn ask(engine: &mut Engine, context: Value) -> Slate {
    let request = json!({ "slot": "home", "size": 160, "surprise": 0.0, "seed": 1, "context": context });
    let wire: RequestWire = wire::decode(&request, "request").unwrap();
    engine.rank(RequestWire { allow: Texts(vec!["seen".into(), "bought".into()]), ..wire }, NOW).unwrap()
}

/// The mean value of the context signal over the items of a family.
fn wanted(engine: &mut Engine, family: u32, context: Value) -> f64 {
    let slate = ask(engine, context);
    let own: Vec<_> = slate.entries.iter().filter(|entry| entry.item % 8 == family).collect();
    let value = |entry: &&flaneur::rank::Ranked| {
        entry.reasons.iter().find(|reason| reason.signal == "context").map_or(0.0, |reason| reason.value)
    };
    own.iter().map(value).sum::<f64>() / own.len() as f64
}

#[test]
fn what_is_wanted_in_the_evening_or_on_weekends_rises_then_and_not_at_other_times() {
    for (moment, other) in [
        (json!({ "hour": 20, "weekday": 2 }), json!({ "hour": 9, "weekday": 2 })),
        (json!({ "hour": 9, "weekday": 6 }), json!({ "hour": 9, "weekday": 2 })),
    ] {
        let mut engine = shop::engine(160);
        let of = |context: &Value, key: &str| context[key].as_f64().unwrap();
        live(&mut engine, 0, of(&moment, "hour"), of(&moment, "weekday"), 12);
        live(&mut engine, 1, of(&other, "hour"), of(&other, "weekday"), 12);
        let (then, else_) = (wanted(&mut engine, 0, moment.clone()), wanted(&mut engine, 0, other.clone()));
        assert!(then > else_ + 0.1, "lamps: {then} at {moment}, {else_} at {other}");
        let (then, else_) = (wanted(&mut engine, 1, other.clone()), wanted(&mut engine, 1, moment.clone()));
        assert!(then > else_ + 0.1, "tea: {then} at {other}, {else_} at {moment}");
    }
}

#[test]
fn what_was_seen_an_hour_ago_is_of_the_present_quarter_whatever_the_time_zone() {
    // The last hour in UTC of a quarter, as the days of an average year have them: in the east the next has begun.
    let now = Millis(20_363 * DAY_MS - 3_600_000);
    let mut engine = shop::engine(160);
    for (family, back) in [(0, 3_600_000), (1, 120 * DAY_MS)] {
        for n in 0..12 {
            let name = engine.catalog().id(8 * n + family).to_owned();
            let at = Millis(now.0 - back - i64::from(n));
            engine.observe(shop::event(&format!("{family}-{n}"), "view_item", &name, at), now).unwrap();
        }
    }
    let mut wanted = |offset: i64| {
        let request = json!({ "slot": "home", "size": 160, "surprise": 0.0, "context": { "utcOffset": offset } });
        let slate = engine.rank(wire::decode(&request, "request").unwrap(), now).unwrap();
        let lamp = slate.entries.iter().find(|entry| entry.item % 8 == 0).unwrap();
        lamp.reasons.iter().find(|reason| reason.signal == "context").map_or(0.0, |reason| reason.value)
    };
    assert!(wanted(0) > 0.1, "{}", wanted(0));
    assert_eq!(wanted(13 * 60), wanted(0));
}

#[test]
fn what_is_wanted_in_the_rain_on_the_phone_or_in_a_store_is_learned_too() {
    for key in ["season", "weather", "device", "locale", "store"] {
        let mut engine = shop::engine(160);
        for (family, word) in [(0, "one"), (1, "two")] {
            for n in 0..12 {
                let name = engine.catalog().id(8 * n + family).to_owned();
                let mut event = shop::event(
                    &format!("{family}-{n}"),
                    "view_item",
                    &name,
                    Millis(NOW.0 - DAY_MS * (2 + i64::from(n))),
                );
                event.facets = vec![format!("{key}:{word}")];
                engine.observe(event, NOW).unwrap();
            }
        }
        let mut lamps = |context: Value| wanted(&mut engine, 0, context);
        let (then, else_) = (lamps(json!({ key: "one" })), lamps(json!({ key: "two" })));
        assert!(then > 0.1 && else_ < -0.1, "lamps: {then} at {key}:one, {else_} at {key}:two");
        assert_eq!(lamps(json!({ key: "three" })), lamps(json!({})), "what was never met says nothing");
    }
}

#[test]
fn an_event_with_a_moment_nobody_knows_is_refused() {
    let mut engine = shop::engine(80);
    for facets in [
        vec!["mood:good".into()],
        vec!["weather".into()],
        vec!["weather:rain".to_owned(); 6],
        vec!["season:winter".into(), "season:summer".into()],
    ] {
        let event = flaneur::wire::event::EventWire { facets, ..shop::event("e", "view_item", "lamps-0000", NOW) };
        let error = engine.observe(event, NOW).unwrap_err();
        assert_eq!((error.code(), error.path.as_str()), ("value_unknown", "facets"));
    }
}

#[test]
fn one_view_says_next_to_nothing_about_its_hour() {
    let mut engine = shop::engine(160);
    live(&mut engine, 0, 20.0, 2.0, 1);
    live(&mut engine, 1, 9.0, 2.0, 1);
    let lift = wanted(&mut engine, 0, json!({ "hour": 20, "weekday": 2 }));
    assert!(lift.abs() < 0.1, "shrinkage holds it back: {lift}");
}

#[test]
fn forgetting_takes_the_moments_along() {
    let mut engine = shop::engine(160);
    live(&mut engine, 1, 9.0, 2.0, 6);
    let before = ask(&mut engine, json!({ "hour": 20, "weekday": 6 }));
    live(&mut engine, 0, 20.0, 6.0, 6);
    for n in 0..6 {
        let what = ForgetWire { event: Some(format!("0-20-6-{n}")), ..ForgetWire::default() };
        engine.forget(&what, NOW).unwrap();
    }
    assert_eq!(ask(&mut engine, json!({ "hour": 20, "weekday": 6 })), before);
}

#[test]
fn with_learning_denied_the_moment_moves_what_rules_say_and_nothing_personal() {
    let mut engine = shop::engine(160);
    live(&mut engine, 0, 20.0, 2.0, 12);
    live(&mut engine, 1, 9.0, 2.0, 12);
    engine.set_gates(false, true);
    let list = json!([{ "type": "boost", "where": { "category": "scarves" }, "by": 3, "when": { "weather": "snow" } }]);
    engine.set_rules(wire::rule::rules(wire::decode(&list, "rules").unwrap()).unwrap()).unwrap();
    let evening = ask(&mut engine, json!({ "hour": 20 }));
    assert_eq!(evening, ask(&mut engine, json!({ "hour": 9 })), "the hours of the log are not used");
    let first = |slate: &Slate| slate.entries.iter().take(5).filter(|entry| entry.item % 8 == 5).count();
    let snow = ask(&mut engine, json!({ "hour": 20, "weather": "snow" }));
    assert!(first(&snow) > first(&evening), "scarves come first when it snows");
}
