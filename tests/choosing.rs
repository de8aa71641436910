//! Choosing: an ordinary shop's events teach as much as those that name the slate they happened on.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/shop.rs"]
mod shop;

use flaneur::decide::Taken;
use flaneur::engine::Engine;
use flaneur::log::{Event, EventKind, Showings, Shown, Trial, encode_record, name_of};
use flaneur::profile::{Learned, Profile};
use flaneur::rank::Slate;
use flaneur::replay::replay;
use flaneur::time::{DAY_MS, Millis};
use flaneur::trial::trials;
use flaneur::wire::event::EventWire;
use flaneur::wire::request::{ForgetWire, RequestWire};
use shop::NOW;

const MINUTE: i64 = 60_000;

/// Twelve days, a slate and two choices each; the events name their slate or do not.
fn shopper(names_slates: bool) -> Engine {
    let mut engine = shop::engine(160);
    for visit in 0..12 {
        let now = Millis(NOW.0 - (12 - visit) * DAY_MS);
        let request = RequestWire { surprise: Some(1.0), ..shop::request("home", 10, visit as u64) };
        let slate = engine.rank(request, now).unwrap();
        engine.seen(&slate.id, None, now).unwrap();
        let liked: Vec<String> = slate
            .entries
            .iter()
            .filter(|e| e.item % 8 == 0)
            .rev()
            .take(2)
            .map(|e| engine.catalog().id(e.item).into())
            .collect();
        for (at, item) in liked.iter().enumerate() {
            for (step, kind) in ["select_item", "view_item", "add_to_wishlist"].iter().enumerate() {
                let at = Millis(now.0 + MINUTE * (1 + 3 * at as i64 + step as i64));
                act(&mut engine, kind, item, at, names_slates.then_some(&slate));
            }
        }
    }
    engine
}

fn act(engine: &mut Engine, kind: &str, item: &str, at: Millis, slate: Option<&Slate>) {
    let slate = slate.map(|slate| slate.id.clone());
    engine.observe(EventWire { slate, ..shop::event(&format!("{}-{kind}", at.0), kind, item, at) }, at).unwrap();
}

fn learned(engine: &mut Engine) -> Learned {
    let profile = engine.profile(NOW).clone();
    profile.learned(engine.catalog(), NOW).clone()
}

#[test]
fn a_shop_that_never_names_a_slate_teaches_the_same_bit_for_bit() {
    let (mut named, mut silent) = (shopper(true), shopper(false));
    assert!(learned(&mut named).evidence().1 >= 10, "{:?}", learned(&mut named).evidence());
    assert_eq!(learned(&mut silent), learned(&mut named));
    let found = replay(silent.log().events());
    assert!(found.choices > 0);
    assert_eq!(found, replay(named.log().events()));
}

#[test]
fn forgetting_unlearns_what_was_chosen_from_no_named_slate_bit_for_bit_in_any_order_of_arrival() {
    let engine = shopper(false);
    let whole: Vec<Event> = engine.log().events().to_vec();
    for gone in (0..whole.len()).step_by(5) {
        let mut kept = whole.clone();
        let event = kept.remove(gone);
        let mut arrived = whole.clone();
        shop::shuffle(&mut arrived, gone as u64);
        let mut other = shop::engine(160);
        let records: Vec<Vec<u8>> = arrived.iter().map(encode_record).collect();
        other.restore(records.iter().map(Vec::as_slice));
        other.profile(NOW);
        other.forget(&ForgetWire { event: Some(event.id), ..ForgetWire::default() }, NOW).unwrap();
        assert_eq!(other.profile(NOW), &Profile::fold(engine.catalog(), &kept));
    }
}

#[test]
fn an_entry_that_two_tabs_logged_on_one_visit_teaches_once_in_any_order_of_arrival() {
    let mut tab = shop::engine(160);
    let slate = tab.rank(shop::request("home", 10, 1), NOW).unwrap();
    let mut events = vec![tab.seen(&slate.id, None, NOW).unwrap()];
    let item = tab.catalog().id(slate.entries[0].item).to_owned();
    act(&mut tab, "select_item", &item, Millis(NOW.0 + 9), Some(&slate));
    events.extend(tab.log().events().last().cloned());
    let later = Millis(NOW.0 + DAY_MS);
    let alone = tab.profile(NOW).learned(shop::engine(160).catalog(), later).clone();
    assert_eq!(alone.evidence(), (10, 1));
    events.push(Event { id: "other".into(), at: Millis(NOW.0 + 5), ..events[0].clone() });
    for order in 0..6 {
        let mut both = shop::engine(160);
        shop::shuffle(&mut events, order);
        let records: Vec<Vec<u8>> = events.iter().map(encode_record).collect();
        both.restore(records.iter().map(Vec::as_slice));
        let profile = both.profile(NOW).clone();
        assert_eq!(*profile.learned(both.catalog(), later), alone);
    }
}

/// Whether the first of two showings of an item, or the second, is the one that was chosen from.
fn from(showings: &mut Showings, id: &str, kind: EventKind, minute: i64, slate: Option<&str>) -> Option<u64> {
    let mut event = Event::new(id, kind, Millis(NOW.0 + minute * MINUTE)).with_item("a");
    event.slate = slate.map(Into::into);
    showings.step(&event);
    showings.chosen_from(&event, "a")
}

fn show(showings: &mut Showings, slate: &str, minute: i64) {
    let mut event = Event::new(slate, EventKind::Impression, Millis(NOW.0 + minute * MINUTE));
    event.slate = Some(slate.into());
    event.shown.push(Shown { item: "a".into(), ..Shown::default() });
    showings.step(&event);
}

#[test]
fn a_choice_belongs_to_the_slate_it_names_else_to_the_one_that_showed_the_item_last_within_half_an_hour() {
    use EventKind::{AddToCart, Purchase, ViewItem};
    let (one, two) = (Some(name_of("one")), Some(name_of("two")));
    let mut showings = Showings::default();
    assert_eq!(from(&mut showings, "0", ViewItem, 0, None), None, "nothing was shown");
    show(&mut showings, "one", 1);
    show(&mut showings, "two", 2);
    assert_eq!(from(&mut showings, "1", ViewItem, 3, Some("one")), one, "the event says so");
    assert_eq!(from(&mut showings, "2", ViewItem, 4, None), two, "the last that showed it");
    assert_eq!(from(&mut showings, "3", AddToCart, 5, None), None, "a step further is the same choice");
    assert_eq!(from(&mut showings, "4", Purchase, 6, Some("two")), two, "unless the event says so");
    let mut showings = Showings::default();
    show(&mut showings, "one", 0);
    assert_eq!(from(&mut showings, "5", AddToCart, 30, None), one, "into the basket straight from the shelf");
    show(&mut showings, "two", 50);
    assert_eq!(from(&mut showings, "6", Purchase, 59, None), None, "what follows is still about the first choice");
    assert_eq!(from(&mut showings, "7", Purchase, 90, None), None, "half an hour is over");
    show(&mut showings, "two", 100);
    assert_eq!(from(&mut showings, "8", AddToCart, 131, None), None);
}

#[test]
fn a_page_that_was_left_at_once_is_no_interest_anywhere() {
    let mut seen = Event::new("e0", EventKind::Impression, NOW);
    seen.slate = Some("s".into());
    seen.value = Some(1.0); // a decision's view
    let chance = Shown { item: "lamps-0008".into(), propensity: 0.5, plain: Some(true), ..Shown::default() };
    seen.shown.push(chance);
    seen.trial = Some(Trial { experiment: "dial".into(), arms: vec!["bold".into()] });
    let counted = |seconds: f64| {
        let mut dwell = Event::new("e1", EventKind::Dwell, Millis(NOW.0 + MINUTE)).with_item("lamps-0008");
        dwell.value = Some(seconds);
        let events = [seen.clone(), dwell];
        let profile = Profile::fold(shop::engine(160).catalog(), &events);
        (
            profile.history.iter().count(),
            profile.interests.all().len(),
            Taken::of(&events).taken,
            replay(&events).choices,
            trials(&events)[0].arms[0].choices,
        )
    };
    assert_eq!(counted(30.0), (1, 1, 1, 1, 1));
    assert_eq!(counted(0.0), (0, 0, 0, 0, 0));
}
