//! What a ranking allocates once everything is warm: counted, and held to the ceiling, which is nothing.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/shop.rs"]
mod shop;

use flaneur::engine::Engine;
use flaneur::time::{DAY_MS, Millis};
use flaneur::wire::event::EventWire;
use shop::NOW;

/// The ceiling of benches/budgets.toml.
fn ceiling() -> u64 {
    let text = include_str!("../benches/budgets.toml");
    let line = text.lines().find_map(|line| line.strip_prefix("allocations = ")).unwrap();
    line.split('#').next().unwrap().trim().replace('_', "").parse().unwrap()
}

/// A shopper who saw ten slates and chose from each: the own model is at work.
fn shopper() -> Engine {
    let mut engine = shop::engine(1_000);
    for visit in 0..10 {
        let now = Millis(NOW.0 - (10 - visit) * DAY_MS);
        let slate = engine.rank(shop::request("home", 24, visit as u64), now).unwrap();
        engine.seen(&slate.id, None, now).unwrap();
        let entry = &slate.entries[visit as usize];
        let item = engine.catalog().id(entry.item).to_owned();
        let choice = shop::event(&format!("choice-{visit}"), "select_item", &item, now);
        engine.observe(EventWire { slate: Some(slate.id), ..choice }, now).unwrap();
    }
    engine
}

/// What one ranking allocates; the slate is handed back.
fn allocations(engine: &mut Engine, seed: u64) -> u64 {
    let request = shop::request("home", 24, seed);
    let count = allocation_counter::measure(|| {
        let slate = engine.rank(request, NOW).unwrap();
        assert_eq!(slate.entries.len(), 24);
        engine.recycle(slate);
    });
    count.count_total
}

#[test]
fn a_warm_ranking_allocates_nothing() {
    let mut engine = shopper();
    assert!(allocations(&mut engine, 0) > 0, "nothing was counted");
    // Each of the slates that the engine remembers has to be replaced once.
    for seed in 1..100 {
        allocations(&mut engine, seed);
    }
    let most = (100..160).map(|seed| allocations(&mut engine, seed)).max().unwrap();
    println!("allocations of a rank: {most}");
    assert!(most <= ceiling(), "{most} allocations, the ceiling of benches/budgets.toml is {}", ceiling());
}

#[test]
fn the_shop_s_own_order_leaves_the_memory_of_rankings_as_it_is() {
    let mut engine = shopper();
    for seed in 0..100 {
        allocations(&mut engine, seed);
    }
    engine.set_gates(true, false);
    for seed in 100..200 {
        allocations(&mut engine, seed);
    }
    engine.set_gates(true, true);
    let most = (200..260).map(|seed| allocations(&mut engine, seed)).max().unwrap();
    assert!(most <= ceiling(), "{most} allocations after the gate was shut for a while");
}

#[test]
fn an_event_is_folded_alone_also_while_one_of_a_clock_that_ran_ahead_waits() {
    let cost = |ahead: Option<&str>| {
        let mut engine = shopper();
        let future = Millis(NOW.0 + 3_650 * DAY_MS);
        if let Some(kind) = ahead {
            engine.observe(shop::event("ahead", kind, "tea-0001", future), future).unwrap();
        }
        engine.observe(shop::event("view-0", "view_item", "lamps-0000", NOW), NOW).unwrap();
        engine.profile(NOW);
        engine.observe(shop::event("view-1", "view_item", "lamps-0000", NOW), NOW).unwrap();
        allocation_counter::measure(|| assert!(engine.profile(NOW).events > 20)).count_total
    };
    let alone = cost(None);
    assert_eq!(cost(Some("view_item")), alone);
    assert!(cost(Some("dismiss")) <= alone + 20, "a refusal is heeded again");
}
