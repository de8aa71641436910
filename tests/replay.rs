//! "Would the plain order have done better for me?": hand-computed, honest when little is known, right in the mean.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use flaneur::log::{Event, EventKind, Shown};
use flaneur::math::Stream;
use flaneur::replay::{Replay, Verdict, replay};
use flaneur::time::Millis;

/// A seen slate of one place: propensity, whether plain, whether chosen.
fn slate(events: &mut Vec<Event>, propensity: f32, plain: Option<bool>, chosen: bool) {
    let number = events.len();
    let at = Millis(1_760_000_000_000 + number as i64);
    let mut seen = Event::new(format!("seen-{number}"), EventKind::Impression, at);
    seen.slate = Some(format!("s{number}"));
    seen.shown = vec![Shown { item: "a".into(), propensity, plain, ..Shown::default() }];
    events.push(seen);
    if chosen {
        let mut click = Event::new(format!("click-{number}"), EventKind::SelectItem, at).with_item("a");
        click.slate = Some(format!("s{number}"));
        events.push(click);
    }
}

#[test]
fn the_estimate_equals_the_formula_by_hand() {
    let mut events = Vec::new();
    slate(&mut events, 0.5, Some(true), true); // w 2
    slate(&mut events, 0.25, Some(true), false); // w 4
    slate(&mut events, 0.25, Some(false), true); // w 0
    slate(&mut events, 0.5, Some(false), false); // w 0
    slate(&mut events, 1.0, Some(true), true); // nothing was left to chance
    slate(&mut events, 0.5, None, true); // a record from before: nothing is known of the plain order
    let found = replay(&events);
    assert_eq!((found.places, found.choices, found.verdict), (4, 2, Verdict::NotEnoughEvidence));
    assert!((found.served.value - 0.5).abs() < 1e-12);
    assert!((found.plain.value - 2.0 / 6.0).abs() < 1e-12);
    assert!((found.difference.value - (1.0 / 3.0 - 0.5)).abs() < 1e-12);
    assert!((found.effective - 36.0 / 20.0).abs() < 1e-12);
    // Influence: w (y − 1/3)/6 − (y − 1/2)/4 per place: 7/72, −7/72, −1/8, 1/8. Their squares add to 0.0502;
    // independent choices give 1/4 · Σ (w/6 − 1/4)² = 1/4 · (1/144 + 25/144 + 2/16), which is larger.
    let error = (0.25_f64 * (26.0 / 144.0 + 0.125)).sqrt();
    assert!((found.difference.high - found.difference.value - 1.96 * error).abs() < 1e-12);
}

#[test]
fn a_choice_counts_for_the_latest_showing_of_its_slate_once() {
    let mut events = Vec::new();
    slate(&mut events, 0.5, Some(true), false);
    let mut again = events[0].clone();
    (again.id, again.at) = ("again".into(), Millis(again.at.0 + 10));
    events.push(again.clone());
    for kind in [EventKind::SelectItem, EventKind::ViewItem] {
        let mut click = Event::new(format!("{kind:?}"), kind, Millis(again.at.0 + 20)).with_item("a");
        click.slate = again.slate.clone();
        events.push(click);
    }
    let mut dismissed = Event::new("no", EventKind::Dismiss, Millis(again.at.0 + 30)).with_item("a");
    dismissed.slate = again.slate.clone();
    let found = replay(&events);
    assert_eq!((found.places, found.choices), (2, 1));
    assert_eq!(replay(&[again, dismissed]).choices, 0, "a dismissal is no choice");
}

#[test]
fn the_places_of_a_slate_go_together_in_whatever_turns_they_were_seen() {
    // Eight shelves of six places each; on every other one everything was chosen, on the rest nothing.
    let seen = |turns: &[(usize, u16)]| {
        let (mut events, mut at) = (Vec::new(), 1_760_000_000_000);
        for &(shelf, place) in turns {
            let (slate, item) = (Some(format!("shelf-{shelf}")), format!("item-{place}"));
            let shown = Shown { item: item.clone(), propensity: 0.5, plain: Some(place % 2 == 0), ..Shown::default() };
            at += 1_000;
            let mut event = Event::new(format!("seen-{shelf}-{place}"), EventKind::Impression, Millis(at));
            (event.slate, event.shown) = (slate.clone(), vec![shown]);
            events.push(event);
            if shelf % 2 == 0 {
                let choice = Event::new(format!("choice-{place}"), EventKind::SelectItem, Millis(at));
                let mut choice = choice.with_item(item);
                choice.slate = slate;
                events.push(choice);
            }
        }
        replay(&events)
    };
    let apart: Vec<(usize, u16)> = (0..8).flat_map(|shelf| (0..6).map(move |place| (shelf, place))).collect();
    let in_turns: Vec<(usize, u16)> = (0..6).flat_map(|place| (0..8).map(move |shelf| (shelf, place))).collect();
    let found = seen(&apart);
    // Influence of each place: (±1/2) / 48, of one sign on each shelf.
    let error = 8.0_f64.sqrt() * 6.0 * 0.5 / 48.0;
    assert!((found.served.high - (0.5 + 1.96 * error)).abs() < 1e-12, "{found:?}");
    assert_eq!(seen(&in_turns), found);
}

#[test]
fn an_empty_log_and_a_log_without_the_plain_order_say_nothing() {
    assert_eq!(replay(&[]), Replay::default());
    let mut events = Vec::new();
    (0..200).for_each(|_| slate(&mut events, 0.5, Some(false), true));
    let found = replay(&events);
    assert_eq!((found.verdict, found.effective, found.choices), (Verdict::NotEnoughEvidence, 0.0, 200));
}

/// A log in which the plain item is drawn with `p` and chosen at `plain`, others at `other`.
fn simulated(seed: u64, places: usize, p: f64, plain: f64, other: f64) -> Replay {
    let mut stream = Stream::new(seed, "replay");
    let mut events = Vec::new();
    for _ in 0..places {
        let is_plain = stream.unit() < p;
        let propensity = if is_plain { p } else { 1.0 - p };
        let chosen = stream.unit() < if is_plain { plain } else { other };
        slate(&mut events, propensity as f32, Some(is_plain), chosen);
    }
    replay(&events)
}

#[test]
fn the_interval_covers_the_truth_as_often_as_it_says() {
    let (p, plain, other) = (0.4, 0.10, 0.06);
    let truth = plain - (p * plain + (1.0 - p) * other);
    let runs = 400;
    let covered = (0..runs).filter(|&seed| {
        let found = simulated(seed, 600, p, plain, other).difference;
        found.low <= truth && truth <= found.high
    });
    let share = covered.count() as f64 / f64::from(runs as u32);
    // 95 % less four standard errors of a share over 400 runs.
    assert!(share > 0.95 - 4.0 * (0.95_f64 * 0.05 / 400.0).sqrt(), "{share}");
}

#[test]
fn nothing_is_claimed_below_five_choices_or_thirty_places() {
    let verdict = |places: usize, choices: usize| {
        let mut events = Vec::new();
        (0..places).for_each(|n| slate(&mut events, 0.5, Some(true), n < choices));
        replay(&events).verdict
    };
    assert_eq!(verdict(30, 4), Verdict::NotEnoughEvidence);
    assert_eq!(verdict(29, 5), Verdict::NotEnoughEvidence);
    assert_eq!(verdict(30, 5), Verdict::NoDifference);
}

#[test]
fn verdicts_follow_the_interval() {
    assert_eq!(simulated(1, 2_000, 0.5, 0.4, 0.1).verdict, Verdict::Plain);
    assert_eq!(simulated(1, 2_000, 0.5, 0.1, 0.4).verdict, Verdict::Served);
    assert_eq!(simulated(1, 2_000, 0.5, 0.2, 0.2).verdict, Verdict::NoDifference);
    assert_eq!(simulated(1, 40, 0.5, 0.4, 0.1).verdict, Verdict::NotEnoughEvidence);
}
