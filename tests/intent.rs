//! The intent of a session: what it is about, how far along, and an honest "not enough evidence".

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/shop.rs"]
mod shop;

use flaneur::engine::Engine;
use flaneur::profile::Stage;
use flaneur::time::Millis;
use shop::NOW;

fn see(engine: &mut Engine, id: &str, kind: &str, item: u32, back: i64) {
    let name = engine.catalog().id(item).to_owned();
    engine.observe(shop::event(id, kind, &name, Millis(NOW.0 - 1_000 * back)), NOW).unwrap();
}

#[test]
fn below_three_events_it_does_not_know() {
    let mut engine = shop::engine(160);
    see(&mut engine, "a", "view_item", 8, 20);
    see(&mut engine, "b", "view_item", 16, 10);
    let intent = engine.intent(NOW);
    assert_eq!((intent.events, intent.stage, intent.purchase), (2, None, None));
    assert!(intent.about.is_empty());
}

#[test]
fn stages_follow_the_session_and_the_probability_rises_with_them() {
    let mut engine = shop::engine(160);
    let mut last = 0.0;
    let mut rises = |engine: &mut Engine, stage: Stage| {
        let intent = engine.intent(NOW);
        assert_eq!(intent.stage, Some(stage));
        let purchase = intent.purchase.unwrap();
        assert!(purchase > last && purchase < 1.0, "{purchase} after {last}");
        assert!(!intent.is_calibrated, "these weights were not learned from this shop");
        last = purchase;
    };
    for (at, item) in [9, 18, 27].into_iter().enumerate() {
        see(&mut engine, &format!("wide-{at}"), "view_item", item, 90 - at as i64);
    }
    rises(&mut engine, Stage::Browsing);
    for (at, item) in [8, 16, 24, 32, 40, 48].into_iter().enumerate() {
        see(&mut engine, &format!("lamp-{at}"), "view_item", item, 80 - at as i64);
    }
    rises(&mut engine, Stage::Comparing);
    see(&mut engine, "cart", "add_to_cart", 48, 50);
    rises(&mut engine, Stage::Deciding);
    let mut checkout = shop::event("checkout", "begin_checkout", "", Millis(NOW.0 - 40_000));
    checkout.lines.clear();
    engine.observe(checkout, NOW).unwrap();
    rises(&mut engine, Stage::Buying);
}

#[test]
fn it_names_what_most_of_the_session_shares_and_little_of_the_catalog_does() {
    let mut engine = shop::engine(160);
    for (at, item) in [8, 16, 24, 32, 1].into_iter().enumerate() {
        see(&mut engine, &format!("v{at}"), "view_item", item, 90 - at as i64);
    }
    let intent = engine.intent(NOW);
    let named: Vec<&str> = intent.about.iter().map(|&(token, _)| engine.catalog().token(token)).collect();
    assert!(named.contains(&"category:lamps"), "{named:?}");
    assert!(!named.contains(&"category:all"), "what everything shares tells nothing");
    assert!(intent.about.iter().all(|&(_, share)| share > 0.0 && share <= 1.0 + 1e-12));
}

#[test]
fn choosing_in_a_list_and_opening_the_page_is_one_look_and_opening_it_once_more_is_another() {
    let mut engine = shop::engine(160);
    for (at, item) in [8, 16, 24].into_iter().enumerate() {
        let back = 90 - 10 * at as i64;
        see(&mut engine, &format!("s{at}"), "select_item", item, back);
        see(&mut engine, &format!("v{at}"), "view_item", item, back - 1);
        see(&mut engine, &format!("w{at}"), "add_to_wishlist", item, back - 2);
    }
    assert_eq!(engine.profile(NOW).session.items(NOW), [8, 16, 24]);
    assert_ne!(engine.intent(NOW).stage, Some(Stage::Deciding), "nothing was looked at again");
    see(&mut engine, "s", "select_item", 24, 8);
    see(&mut engine, "v", "view_item", 24, 7);
    assert_eq!(engine.profile(NOW).session.items(NOW), [8, 16, 24, 24]);
    assert_eq!(engine.intent(NOW).stage, Some(Stage::Deciding));
}

#[test]
fn it_ends_with_the_session_and_with_the_gates() {
    let mut engine = shop::engine(160);
    for at in 0..4 {
        see(&mut engine, &format!("v{at}"), "view_item", 8 * (at + 1), 90 - i64::from(at));
    }
    assert!(engine.intent(NOW).stage.is_some());
    assert_eq!(engine.intent(Millis(NOW.0 + 3_600_000)).stage, None, "the session is over");
    engine.set_gates(true, false);
    assert_eq!(engine.intent(NOW).stage, None, "the gate is shut");
}

#[test]
fn forgetting_an_event_forgets_what_it_said_about_the_session() {
    let mut engine = shop::engine(160);
    for at in 0..4 {
        see(&mut engine, &format!("v{at}"), "view_item", 8 * (at + 1), 90 - i64::from(at));
    }
    let before = engine.intent(NOW);
    see(&mut engine, "cart", "add_to_cart", 8, 5);
    assert_ne!(engine.intent(NOW), before);
    let what = serde_json::json!({ "event": "cart" });
    engine.forget(&flaneur::wire::decode(&what, "forget").unwrap(), NOW).unwrap();
    assert_eq!(engine.intent(NOW), before);
}

#[test]
fn what_the_shopper_only_saw_or_said_is_no_evidence_and_having_come_back_is() {
    let mut engine = shop::engine(80);
    for (n, kind) in ["view_item", "impression", "touch", "view_item"].into_iter().enumerate() {
        see(&mut engine, &format!("e{n}"), kind, n as u32, 9 - n as i64);
    }
    for (n, kind) in ["mute", "declare"].into_iter().enumerate() {
        let mut event = shop::event(&format!("said{n}"), kind, "", NOW);
        event.lines.clear();
        event.attribute = Some("brand:nobody".into());
        engine.observe(event, NOW).unwrap();
    }
    assert_eq!((engine.intent(NOW).events, engine.intent(NOW).stage), (2, None));
    see(&mut engine, "third", "view_item", 5, 0);
    let once = engine.intent(NOW).purchase.unwrap();
    see(&mut engine, "yesterday", "view_item_list", 6, 86_400);
    assert!(engine.intent(NOW).purchase.unwrap() > once);
    engine.set_gates(false, true);
    assert_eq!((engine.intent(NOW).events, engine.intent(NOW).purchase), (0, None));
}
