//! Law 1: the log is the profile. Folding is pure, order of arrival never matters, forgetting is exact.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/shop.rs"]
mod shop;

use std::collections::BTreeSet;

use flaneur::engine::Engine;
use flaneur::log::{CAPACITY, Event, EventKind, Log, MOST, decode_record, encode_record};
use flaneur::math::Stream;
use flaneur::profile::Profile;
use flaneur::time::{DAY_MS, Millis};
use flaneur::wire::event::EventWire;
use flaneur::wire::request::{ForgetWire, RequestWire};
use proptest::prelude::*;
use shop::NOW;

fn restore(engine: &mut Engine, events: &[Event]) {
    let records: Vec<Vec<u8>> = events.iter().map(encode_record).collect();
    let merged = engine.restore(records.iter().map(Vec::as_slice));
    assert!(merged.refused.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn folding_at_once_equals_folding_one_by_one_in_any_order(seed in 0_u64..10_000, count in 1_usize..120) {
        let mut engine = shop::engine(160);
        let mut events = shop::life(engine.catalog(), seed, count);
        let whole = Profile::fold(engine.catalog(), &events);
        shop::shuffle(&mut events, seed);
        for event in &events {
            restore(&mut engine, std::slice::from_ref(event));
            // Asking after each arrival makes every step incremental where it can be.
            engine.profile(NOW);
        }
        prop_assert_eq!(engine.profile(NOW), &whole);
    }

    #[test]
    fn a_forgotten_event_never_was(seed in 0_u64..10_000, count in 2_usize..100, pick in 0_usize..100) {
        let mut engine = shop::engine(160);
        let events = shop::life(engine.catalog(), seed, count);
        let gone = pick % events.len();
        restore(&mut engine, &events);
        engine.profile(NOW);
        let what = ForgetWire { event: Some(events[gone].id.clone()), ..ForgetWire::default() };
        prop_assert_eq!(engine.forget(&what, NOW).unwrap(), vec![events[gone].id.clone()]);
        let mut others = events.clone();
        others.remove(gone);
        prop_assert_eq!(engine.profile(NOW), &Profile::fold(shop::engine(160).catalog(), &others));
    }

    #[test]
    fn merging_twice_changes_nothing(seed in 0_u64..10_000, count in 1_usize..80, cut in 0_usize..80) {
        let mut once = shop::engine(160);
        let events = shop::life(once.catalog(), seed, count);
        restore(&mut once, &events);
        let mut twice = shop::engine(160);
        restore(&mut twice, &events[cut % events.len()..]);
        restore(&mut twice, &events);
        restore(&mut twice, &events);
        prop_assert_eq!(once.profile(NOW).clone(), twice.profile(NOW).clone());
        prop_assert_eq!(once.rank(shop::request("home", 12, 3), NOW).unwrap(), twice.rank(shop::request("home", 12, 3), NOW).unwrap());
    }

    #[test]
    fn of_two_events_with_one_id_the_same_stays_in_any_order_of_arrival(seed in 0_u64..10_000, count in 2_usize..60) {
        let mut engine = shop::engine(160);
        let mut events = shop::life(engine.catalog(), seed, count);
        let mut conflicts: Vec<Event> = events.clone();
        for (at, event) in conflicts.iter_mut().enumerate() {
            // Told again with other lines at the same moment, or at another.
            event.lines.reverse();
            event.value = Some(0.5);
            event.at = Millis(event.at.0 + [0, 0, -7_000_000, 7_000_000][(seed as usize + at) % 4]);
        }
        events.extend(conflicts);
        restore(&mut engine, &events);
        prop_assert_eq!(engine.log().events().len(), count);
        for round in 0..3 {
            shop::shuffle(&mut events, seed + round);
            let mut other = shop::engine(160);
            for event in &events {
                restore(&mut other, std::slice::from_ref(event));
                other.profile(NOW);
            }
            prop_assert_eq!(other.log().events(), engine.log().events());
            prop_assert_eq!(other.profile(NOW), engine.profile(NOW));
            prop_assert_eq!(engine.profile(NOW), &Profile::fold(shop::engine(160).catalog(), other.log().events()));
        }
    }

    #[test]
    fn clocks_that_jump_and_dates_ahead_fold_like_the_same_log_at_once(seed in 0_u64..10_000, count in 1_usize..40) {
        let mut engine = shop::engine(16);
        let mut events = shop::life(engine.catalog(), seed, count);
        let mut stream = Stream::new(seed, "ahead");
        for event in &mut events {
            // Of a few things only, so that what is refused ahead is liked before and after.
            event.lines.iter_mut().for_each(|line| line.item = engine.catalog().id(stream.below(3) as u32).into());
            event.at = Millis(event.at.0 + if stream.unit() < 0.3 { stream.below(60) as i64 * DAY_MS } else { 0 });
        }
        shop::shuffle(&mut events, seed);
        let mut arrived: Vec<Event> = Vec::new();
        for event in &events {
            restore(&mut engine, std::slice::from_ref(event));
            arrived.push(event.clone());
            if stream.unit() < 0.1 {
                let gone = arrived.remove(stream.below(arrived.len()));
                engine.forget(&ForgetWire { event: Some(gone.id), ..ForgetWire::default() }, NOW).unwrap();
            }
            let now = Millis(NOW.0 + (stream.below(60) as i64 - 20) * DAY_MS);
            let mut other = shop::engine(16);
            restore(&mut other, &arrived);
            prop_assert_eq!(engine.profile(now), other.profile(now));
        }
    }

    #[test]
    fn records_round_trip_and_every_bit_flip_is_refused(seed in 0_u64..10_000, at in 0_usize..10_000, bit in 0_u32..8) {
        let engine = shop::engine(40);
        for event in shop::life(engine.catalog(), seed, 4) {
            let mut record = encode_record(&event);
            prop_assert_eq!(decode_record(&record).unwrap(), event);
            let at = at % record.len();
            record[at] ^= 1 << bit;
            prop_assert!(decode_record(&record).is_err());
        }
    }

    #[test]
    fn arbitrary_records_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(decode_record(&bytes).is_err());
    }
}

#[test]
fn every_way_of_forgetting_removes_exactly_its_events() {
    let mut engine = shop::engine(160);
    let id = |engine: &Engine, item: u32| engine.catalog().id(item).to_owned();
    let (lamp, tea) = (id(&engine, 0), id(&engine, 1));
    for (n, item) in [&lamp, &lamp, &tea].iter().enumerate() {
        let at = Millis(NOW.0 - 1_000 * (10 - n as i64));
        engine.observe(shop::event(&format!("e{n}"), "view_item", item, at), NOW).unwrap();
    }
    let forget = |engine: &Engine, what: ForgetWire| {
        let mut copy = shop::engine(160);
        let records: Vec<Vec<u8>> = engine.log().events().iter().map(encode_record).collect();
        copy.restore(records.iter().map(Vec::as_slice));
        copy.forget(&what, NOW).unwrap()
    };
    assert_eq!(forget(&engine, ForgetWire { item: Some(lamp), ..ForgetWire::default() }), ["e0", "e1"]);
    assert_eq!(forget(&engine, ForgetWire { attribute: Some("category:tea".into()), ..ForgetWire::default() }), ["e2"]);
    assert_eq!(
        forget(&engine, ForgetWire { since: Some((NOW.0 - 9_000) as f64), ..ForgetWire::default() }),
        ["e1", "e2"]
    );
    assert_eq!(forget(&engine, ForgetWire { all: Some(true), ..ForgetWire::default() }).len(), 3);
    let interests = engine.profile(NOW).interests.all().to_vec();
    assert_eq!(
        forget(&engine, ForgetWire { interest: Some(interests[0].id.clone()), ..ForgetWire::default() }),
        interests[0].events
    );
    assert_eq!(engine.forget(&ForgetWire::default(), NOW).unwrap_err().code(), "value_missing");
    let unknown = ForgetWire { interest: Some("nobody".into()), ..ForgetWire::default() };
    assert_eq!(engine.forget(&unknown, NOW).unwrap_err().path, "interest");
}

#[test]
fn each_interest_of_one_purchase_is_forgotten_by_a_name_of_its_own() {
    let mut engine = shop::engine(160);
    let id = |engine: &Engine, item: u32| engine.catalog().id(item).to_owned();
    let mut bought = shop::event("order", "purchase", &id(&engine, 0), Millis(NOW.0 - 2_000));
    bought.lines.extend((1..8).flat_map(|item| shop::event("", "", &id(&engine, item), NOW).lines));
    engine.observe(bought, NOW).unwrap();
    let (first, second) = {
        let all = engine.profile(NOW).interests.all();
        assert!(all.len() > 1, "lines that are unlike found interests of their own");
        assert_eq!(all[0].id, "order");
        assert_eq!(all.iter().map(|interest| &interest.id).collect::<BTreeSet<_>>().len(), all.len());
        (all[0].items.iter().next().map(|(&item, _)| item).unwrap(), all[1].clone())
    };
    let more = second.leader().unwrap();
    engine.observe(shop::event("only-second", "view_item", &id(&engine, more), Millis(NOW.0 - 1_000)), NOW).unwrap();
    engine.observe(shop::event("only-first", "view_item", &id(&engine, first), NOW), NOW).unwrap();
    let what = ForgetWire { interest: Some(second.id), ..ForgetWire::default() };
    assert_eq!(engine.forget(&what, NOW).unwrap(), ["order", "only-second"]);
}

/// An event a millisecond, told in any order.
fn touches(count: usize, seed: u64) -> Vec<Event> {
    let mut all: Vec<Event> =
        (0..count).map(|n| Event::new(format!("e{n:05}"), EventKind::Touch, Millis(n as i64))).collect();
    shop::shuffle(&mut all, seed);
    all
}

fn log_of<'a>(events: impl IntoIterator<Item = &'a Event>) -> Log {
    let mut log = Log::default();
    for event in events {
        log.insert(event.clone());
    }
    log
}

#[test]
fn the_log_keeps_the_newest_events_whatever_the_order_of_arrival() {
    for seed in 0..8 {
        let count = CAPACITY + 300 + 100 * seed as usize;
        let all = touches(count, seed);
        let mut log = Log::default();
        let taken: BTreeSet<String> =
            all.iter().filter(|event| log.insert((*event).clone())).map(|event| event.id.clone()).collect();
        assert!((CAPACITY..=MOST).contains(&log.events().len()));
        assert_eq!(log.events()[0].at, Millis((count - log.events().len()) as i64), "the newest, without a gap");
        assert!(taken.len() < all.len(), "a late event older than a full log is never taken in");
        let gone: BTreeSet<String> = log.expire(Millis(count as i64)).into_iter().collect();
        let kept = log.events().iter().map(|event| event.id.clone()).collect();
        assert_eq!(gone, &taken - &kept, "storage hears of what was taken in and gave way");

        let (one, other) = all.split_at(all.len() / 3);
        let mut sorted = all.clone();
        sorted.sort_by_key(|event| event.at);
        let (one, other) = (log_of(one), log_of(other));
        let there = log_of(one.events().iter().chain(other.events()));
        let back = log_of(other.events().iter().chain(one.events()));
        for same in [there, back, log_of(&sorted), log_of(sorted.iter().rev())] {
            assert_eq!(same.events(), log.events(), "tabs and devices that merge");
        }
    }
}

#[test]
fn a_full_log_gives_way_many_events_at_a_time() {
    let mut log = Log::default();
    let mut epochs = BTreeSet::new();
    for n in 0..CAPACITY + 2_000 {
        log.insert(Event::new(format!("e{n:05}"), EventKind::Touch, Millis(n as i64)));
        log.note_folded(log.events().len());
        epochs.insert(log.epoch());
    }
    assert!((10..=60).contains(&epochs.len()), "folded anew {} times for 2,000 events", epochs.len());
}

#[test]
fn what_gave_way_and_came_back_is_not_dropped_from_storage() {
    let make = |n: usize| Event::new(format!("e{n:05}"), EventKind::Touch, Millis(n as i64));
    let mut log = Log::default();
    for n in 0..MOST + 500 {
        log.insert(make(n));
    }
    assert!(!log.has("e00000"));
    log.remove(|event| event.at > Millis(9));
    assert!(log.insert(make(0)), "another tab has it still, and there is room");
    assert!(!log.expire(Millis(MOST as i64)).contains(&"e00000".to_owned()));
    assert!(log.has("e00000"));
}

#[test]
fn an_event_of_the_future_is_of_now_or_refused_when_a_clock_is_more_than_a_day_ahead() {
    let mut engine = shop::engine(160);
    let item = engine.catalog().id(0).to_owned();
    let ahead = |id: &str, ms: i64| shop::event(id, "view_item", &item, Millis(NOW.0 + ms));
    assert_eq!(engine.observe(ahead("a", 1), NOW).unwrap().unwrap().at, NOW);
    let brought = engine.import(vec![Ok(ahead("b", DAY_MS)), Ok(ahead("c", DAY_MS + 1))], NOW);
    assert_eq!((brought.added.len(), brought.refused.len()), (1, 1));
    assert_eq!((brought.refused[0].code(), brought.refused[0].path.as_str()), ("value_out_of_range", "[1].at"));
    assert_eq!(engine.profile(NOW).events, 2);
    assert_eq!(engine.profile(Millis(NOW.0 - 1)).events, 1, "what is dated more than a day ahead waits");
}

#[test]
fn an_event_keeps_twenty_four_attributes_and_words_and_a_liking_of_one_at_most() {
    let tags = (0..40).map(|n| format!("tag {n}")).collect();
    let mut engine = Engine::new(7);
    engine.load_items(&[flaneur::catalog::Item { tags, ..flaneur::catalog::Item::new("a") }]).unwrap();
    engine.set_gates(true, true);
    let viewed = engine.observe(shop::event("e0", "view_item", "a", NOW), NOW).unwrap().unwrap();
    assert_eq!(viewed.lines[0].digest.len(), 24);
    let mut exported = EventWire::of(&viewed);
    exported.id = "e1".into();
    exported.lines[0].digest = (0..30).map(|n| format!("{n:016x}")).collect();
    exported.words = exported.lines[0].digest.clone();
    let brought = engine.import(vec![Ok(exported)], NOW).added;
    assert_eq!((brought[0].lines[0].digest.len(), brought[0].words.len()), (24, 24));
    let declare = |value: f64| EventWire { value: Some(value), ..shop::event("e2", "declare", "a", NOW) };
    assert_eq!(engine.observe(declare(1.1), NOW).unwrap_err().path, "value");
    assert!(engine.observe(declare(1.0), NOW).unwrap().is_some());
}

#[test]
fn forgetting_from_a_moment_on_takes_what_is_dated_later_than_now_along() {
    let mut engine = shop::engine(160);
    let item = engine.catalog().id(0).to_owned();
    let ahead = Millis(NOW.0 + 3_600_000);
    for (id, at) in [("before", Millis(NOW.0 - 2_000)), ("after", NOW), ("ahead", ahead)] {
        assert_eq!(engine.import(vec![Ok(shop::event(id, "view_item", &item, at))], NOW).added.len(), 1);
    }
    let since = ForgetWire { since: Some((NOW.0 - 1_000) as f64), ..ForgetWire::default() };
    let until = ForgetWire { until: Some(NOW.0 as f64), ..since.clone() };
    assert_eq!(engine.forget(&until, NOW).unwrap(), ["after"]);
    assert_eq!(engine.forget(&since, NOW).unwrap(), ["ahead"], "of a device whose clock runs ahead");
}

#[test]
fn none_of_an_item_is_not_in_the_basket() {
    let mut engine = shop::engine(160);
    let add = |n: i64, item: &str, quantity: f64| {
        let mut event = shop::event(&format!("e{n}"), "add_to_cart", item, Millis(NOW.0 - 10_000 + n));
        event.lines[0].quantity = Some(quantity);
        event
    };
    let ids = [0, 1].map(|item| engine.catalog().id(item).to_owned());
    for event in [add(0, &ids[0], 2.0), add(1, &ids[1], 0.0), add(2, &ids[0], 0.0)] {
        engine.observe(event, NOW).unwrap();
    }
    assert_eq!(engine.profile(NOW).basket(NOW), [0]);
}

#[test]
fn an_order_that_is_told_again_keeps_its_first_date() {
    let mut engine = shop::engine(160);
    let item = engine.catalog().id(0).to_owned();
    let order = |back: i64| shop::event("purchase:7", "purchase", &item, Millis(NOW.0 - back));
    assert!(engine.observe(order(5_000), NOW).unwrap().is_some());
    assert!(engine.observe(order(5_000), NOW).unwrap().is_none());
    assert!(engine.observe(order(0), NOW).unwrap().is_none(), "the page was opened again");
    let brought = engine.import(vec![Ok(order(DAY_MS))], NOW);
    assert_eq!((brought.added.len(), brought.known), (1, 0), "the programme knows when it was");
    assert_eq!(engine.profile(NOW).history.of(0).unwrap().bought_at, Some(Millis(NOW.0 - DAY_MS)));
    assert_eq!(engine.log().events().len(), 1);
}

#[test]
fn retention_drops_what_is_older_than_thirteen_months() {
    let mut log = Log::default();
    log.insert(Event::new("old", EventKind::Touch, Millis(NOW.0 - 400 * DAY_MS)));
    log.insert(Event::new("old-too", EventKind::Touch, Millis(NOW.0 - 396 * DAY_MS - 1)));
    log.insert(Event::new("just", EventKind::Touch, Millis(NOW.0 - 396 * DAY_MS)));
    assert_eq!(log.expire(NOW), ["old", "old-too"]);
    assert_eq!(log.events().len(), 1);
}

#[test]
fn an_event_from_a_clock_that_ran_ahead_waits_for_its_date() {
    let mut engine = shop::engine(160);
    let (lamp, tea) = (engine.catalog().id(0).to_owned(), engine.catalog().id(1).to_owned());
    let future = Millis(NOW.0 + 3_650 * DAY_MS);
    engine.observe(shop::event("ahead", "view_item", &lamp, future), future).unwrap();
    engine.observe(shop::event("today", "view_item", &tea, NOW), NOW).unwrap();
    assert_eq!(engine.profile(NOW).session.items(NOW), [1]);
    assert_eq!(engine.profile(future).session.items(future), [0]);
    assert_eq!(engine.profile(NOW).session.items(NOW), [1]);
}

#[test]
fn what_was_refused_by_a_clock_that_ran_ahead_holds_before_its_date_in_any_order_of_arrival() {
    let mut engine = shop::engine(160);
    let ids: Vec<String> = (0..3).map(|item| engine.catalog().id(item).to_owned()).collect();
    let future = Millis(NOW.0 + 3_650 * DAY_MS);
    engine.observe(shop::event("e0", "like", &ids[0], Millis(NOW.0 - 1)), NOW).unwrap();
    engine.observe(shop::event("e1", "dismiss", &ids[0], future), future).unwrap();
    let mute = EventWire {
        attribute: Some("category:tea".into()),
        lines: Vec::new(),
        ..shop::event("e2", "mute", "", future)
    };
    engine.observe(mute, future).unwrap();
    engine.observe(shop::event("e3", "dismiss", &ids[2], Millis(NOW.0 - 1)), NOW).unwrap();
    engine.observe(shop::event("e4", "like", &ids[2], future), future).unwrap();
    let candidates = |engine: &mut Engine| {
        let wire = RequestWire { candidates: Some(ids.clone()), ..shop::request("row", 3, 1) };
        engine.rank(wire, NOW).unwrap().entries.len()
    };
    assert_eq!(candidates(&mut engine), 0, "a refusal holds, and a liking of then takes none back");
    assert_eq!((engine.profile(NOW).events, engine.profile(NOW).stated.refusals().count()), (2, 3));
    assert!(!engine.profile(NOW).stated.is_liked(&ids[0]) && !engine.profile(NOW).stated.is_liked(&ids[2]));

    let mut events = engine.log().events().to_vec();
    for seed in 0..20 {
        shop::shuffle(&mut events, seed);
        let mut other = shop::engine(160);
        for event in &events {
            restore(&mut other, std::slice::from_ref(event));
            other.profile(if seed % 2 == 0 { NOW } else { future });
        }
        assert_eq!(other.profile(NOW), engine.profile(NOW));
        assert_eq!(other.profile(future), &Profile::fold(engine.catalog(), engine.log().events()));
    }

    engine.set_gates(false, true);
    assert_eq!(candidates(&mut engine), 0, "whatever is shut");
    engine.set_gates(true, true);
    engine.forget(&ForgetWire { event: Some("e1".into()), ..ForgetWire::default() }, NOW).unwrap();
    assert!(engine.profile(NOW).stated.is_liked(&ids[0]), "forgetting it is as if it had never been said");
    engine.forget(&ForgetWire { attribute: Some("category:tea".into()), ..ForgetWire::default() }, NOW).unwrap();
    assert_eq!(candidates(&mut engine), 2);
}

#[test]
fn a_clock_that_jumps_by_decades_gives_finite_scores() {
    let mut engine = shop::engine(160);
    let item = engine.catalog().id(0).to_owned();
    engine.observe(shop::event("a", "view_item", &item, NOW), NOW).unwrap();
    for years in [-10_i64, 50] {
        let now = Millis(NOW.0 + years * 365 * DAY_MS);
        let slate = engine.rank(shop::request("home", 10, 1), now).unwrap();
        assert_eq!(slate.entries.len(), 10);
        assert!(slate.entries.iter().all(|entry| entry.score.is_finite()));
    }
}

#[test]
fn what_a_new_catalog_calls_sensitive_was_never_learned() {
    let plain = shop::items(160);
    let mut guarded = plain.clone();
    guarded[8].attributes.push(("sensitive".into(), "true".into()));
    let hidden = plain[8].id.clone();
    let mut engine = Engine::new(7);
    engine.load_items(&plain).unwrap();
    engine.set_gates(true, true);
    for (n, kind) in ["view_item", "dismiss", "add_to_cart", "like"].into_iter().enumerate() {
        let at = Millis(NOW.0 - 60_000 + n as i64);
        engine.observe(shop::event(&format!("a{n}"), kind, &hidden, at), NOW).unwrap();
        engine.observe(shop::event(&format!("b{n}"), kind, &plain[9].id, at), NOW).unwrap();
    }
    let slate = engine.rank(RequestWire { candidates: Some(vec![hidden.clone()]), ..shop::request("row", 1, 1) }, NOW);
    let slate = slate.unwrap();
    engine.seen(&slate.id, None, NOW).unwrap();
    let mut bought = shop::event("both", "purchase", &hidden, NOW);
    bought.lines.extend(shop::event("", "", &plain[10].id, NOW).lines);
    engine.observe(bought, NOW).unwrap();
    engine.profile(NOW);

    engine.load_items(&guarded).unwrap();
    let mut profile = engine.profile(NOW).clone();
    let mut never = Engine::new(7);
    never.load_items(&guarded).unwrap();
    never.set_gates(true, true);
    // The dismissal is kept, and each of the others taken in as if it were new.
    let wires = engine.log().events().iter().map(|event| Ok(EventWire::of(event))).collect();
    never.import(wires, NOW);
    assert_eq!(never.log().events().len(), 6);
    profile.events = 6;
    assert_eq!(never.profile(NOW), &profile);
    assert!(profile.history.of(8).is_none() && !profile.session.items(NOW).contains(&8));
    assert!(profile.stated.dismissed_items().contains(&8), "a refusal is honoured");
    never.forget(&ForgetWire { event: Some("a1".into()), ..ForgetWire::default() }, NOW).unwrap();
    assert_eq!(never.profile(NOW).affinities, profile.affinities, "and says nothing of taste");
}
