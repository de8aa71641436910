//! Experiments on the device: shares, independence, fair interleaving, rules that hold, results from the log alone.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/shop.rs"]
mod shop;

use std::collections::BTreeMap;

use flaneur::engine::Engine;
use flaneur::error::Result;
use flaneur::log::{Event, EventKind, Shown, Trial};
use flaneur::math::Stream;
use flaneur::rank::{Desk, Experiment, Lot, RuleSet, Scratch, Slate, Weights, serve};
use flaneur::time::{DAY_MS, Millis};
use flaneur::trial::{TrialResult, trials};
use flaneur::wire;
use flaneur::wire::event::EventWire;
use flaneur::wire::request::{ForgetWire, RequestWire};
use serde_json::{Value, json};
use shop::NOW;

fn wire_of(experiment: &Value, more: &Value) -> Result<RequestWire> {
    let mut request = json!({ "slot": "home", "size": 10, "seed": 1, "experiment": experiment });
    for (key, value) in more.as_object().unwrap() {
        request[key] = value.clone();
    }
    wire::decode(&request, "request")
}

fn experiment(engine: &Engine, experiment: &Value) -> Experiment {
    let request = wire_of(experiment, &json!({})).unwrap().into_request(engine.catalog(), 1, NOW).unwrap();
    request.experiment.unwrap()
}

/// Standard deviations between a count and what a share of `n` expects; 4.5 of them pass by chance once in 150,000.
fn deviations(count: usize, n: usize, share: f64) -> f64 {
    (count as f64 - n as f64 * share) / (n as f64 * share * (1.0 - share)).sqrt()
}

fn is_near(count: usize, n: usize, share: f64) {
    assert!(deviations(count, n, share).abs() < 4.5, "{count} of {n}, expected a share of {share}");
}

#[test]
fn the_shares_of_devices_match_holdout_and_weights_and_every_device_keeps_its_arm() {
    let engine = shop::engine(80);
    let mut secrets = Stream::new(3, "secrets");
    for weights in [[1.0, 1.0, 1.0], [1.0, 2.0, 5.0], [0.0, 1.0, 3.0]] {
        let arms: Vec<Value> = weights
            .iter()
            .zip(["a", "b", "c"])
            .map(|(weight, name)| json!({ "name": name, "weight": weight }))
            .collect();
        let experiment = experiment(&engine, &json!({ "id": "colours", "holdout": 0.2, "arms": arms }));
        let n = 20_000;
        let mut counts = [0; 4];
        for _ in 0..n {
            let secret = secrets.bits();
            let lot = experiment.lot(secret);
            assert_eq!(lot, experiment.lot(secret));
            match lot {
                Lot::Arm(at) => counts[at] += 1,
                Lot::Holdout => counts[3] += 1,
                Lot::Both => panic!("nothing is interleaved"),
            }
        }
        is_near(counts[3], n, 0.2);
        for (at, weight) in weights.iter().enumerate() {
            let share = 0.8 * weight / weights.iter().sum::<f64>();
            if share == 0.0 { assert_eq!(counts[at], 0) } else { is_near(counts[at], n, share) }
        }
    }
}

#[test]
fn the_arms_of_two_experiments_are_independent() {
    let engine = shop::engine(80);
    let of = |id: &str| experiment(&engine, &json!({ "id": id, "arms": [{ "name": "a" }, { "name": "b" }] }));
    // Names as shops give them: alike, and counted up.
    for (one, two) in [("colours-1", "colours-2"), ("a", "b"), ("home", "home-holdout")] {
        let (one, two) = (of(one), of(two));
        let n = 20_000;
        let mut secrets = Stream::new(4, "secrets");
        let both = (0..n).filter(|_| {
            let secret = secrets.bits();
            one.lot(secret) == two.lot(secret)
        });
        is_near(both.count(), n, 0.5);
    }
    // Secrets that differ by one bit, or are counted up, are as good as random ones.
    let one = of("colours");
    is_near((0..20_000_u64).filter(|&secret| one.lot(secret) == Lot::Arm(0)).count(), 20_000, 0.5);
}

#[test]
fn a_device_that_is_held_out_keeps_the_shop_s_order_and_the_slate_says_so() {
    let mut engine = shop::engine(80);
    let held = json!({ "id": "x", "holdout": 1, "arms": [{ "name": "a" }] });
    let slate = engine.rank(wire_of(&held, &json!({ "explain": [] })).unwrap(), NOW).unwrap();
    let order: Vec<u32> = (0..80).filter(|&item| engine.catalog().is_available(item)).take(10).collect();
    assert_eq!(slate.entries.iter().map(|entry| entry.item).collect::<Vec<_>>(), order);
    assert_eq!(slate.trial, Some(Trial { experiment: "x".into(), arms: vec!["holdout".into()] }));
    assert_eq!(slate.explained, None, "no rule made it");
    let open = json!({ "id": "x", "arms": [{ "name": "calm", "surprise": 0 }] });
    let slate = engine.rank(wire_of(&open, &json!({ "surprise": 1 })).unwrap(), NOW).unwrap();
    assert!(slate.entries.iter().all(|entry| !entry.discovery), "the arm's dial is in force");
    assert_eq!(slate.trial.unwrap().arms, ["calm"]);
    engine.set_gates(true, false);
    let slate = engine.rank(wire_of(&open, &json!({})).unwrap(), NOW).unwrap();
    assert_eq!(slate.trial, None, "without the gate a device has no part in an experiment");
}

#[test]
fn a_device_that_is_held_out_sees_again_what_it_just_saw() {
    let mut engine = shop::engine(80);
    let first = (0..80).find(|&item| engine.catalog().is_available(item)).unwrap();
    let seen = shop::event("e", "view_item", engine.catalog().id(first), NOW);
    engine.observe(seen, NOW).unwrap();
    let all = json!({ "id": "x", "holdout": 1, "arms": [{ "name": "a" }] });
    let slate = engine.rank(wire_of(&all, &json!({})).unwrap(), NOW).unwrap();
    assert_eq!(slate.entries[0].item, first, "the guards are the ranking's");
}

#[test]
fn an_arm_s_boost_moves_what_it_names() {
    let mut engine = shop::engine(160);
    let with = |by: f64| {
        let rules = json!([{ "type": "boost", "where": { "category": "scarves" }, "by": by }]);
        json!({ "id": "x", "arms": [{ "name": "scarves", "rules": rules }] })
    };
    let mut scarves = |by: f64| {
        let slate = engine.rank(wire_of(&with(by), &json!({ "surprise": 0 })).unwrap(), NOW).unwrap();
        slate.entries.iter().filter(|entry| entry.item % 8 == 5).count()
    };
    assert!(scarves(3.0) > scarves(0.001));
}

/// A shopper with a taste, and what is learned from it.
fn shopper() -> Engine {
    let mut engine = shop::engine(240);
    for visit in 0..20 {
        let now = Millis(NOW.0 - (20 - visit) * DAY_MS);
        let slate = engine.rank(shop::request("home", 10, visit as u64), now).unwrap();
        engine.seen(&slate.id, None, now).unwrap();
        for entry in slate.entries.iter().filter(|entry| entry.item % 8 == 0).take(2) {
            let item = engine.catalog().id(entry.item).to_owned();
            let at = Millis(now.0 + 1_000);
            engine.observe(shop::event(&format!("{visit}-{item}"), "view_item", &item, at), at).unwrap();
        }
    }
    engine
}

fn served(engine: &mut Engine, experiment: &Value, more: &Value, rules: &Value, seed: u64) -> Slate {
    let profile = engine.profile(NOW).clone();
    let catalog = engine.catalog();
    let mut set = RuleSet::new(wire::rule::rules(wire::decode(rules, "rules").unwrap()).unwrap()).unwrap();
    set.bind(catalog, NOW);
    let mut request = wire_of(experiment, more).unwrap().into_request(catalog, 1, NOW).unwrap();
    request.seed = seed;
    serve(
        &Desk { catalog, profile: &profile, rules: &set, weights: &Weights::default(), scratch: &Scratch::default() },
        &request,
        7,
    )
}

#[test]
fn an_arm_without_learning_ranks_by_the_pack_s_weights_alone() {
    let mut engine = shopper();
    for learned in [true, false] {
        let one = json!({ "id": "x", "arms": [{ "name": "a", "learned": learned }] });
        let slate = served(&mut engine, &one, &json!({}), &json!([]), 1);
        let mut reasons = slate.entries.iter().flat_map(|entry| &entry.reasons);
        assert_eq!(reasons.any(|reason| reason.signal == "learned"), learned);
    }
}

#[test]
fn interleaving_is_fair_when_the_arms_are_alike() {
    let mut engine = shopper();
    let alike = json!({ "id": "x", "interleave": true, "arms": [{ "name": "a" }, { "name": "b" }] });
    let (n, mut firsts, mut picks, mut credits) = (2_000, 0, [0; 2], [0.0; 2]);
    for seed in 0..n {
        let slate = served(&mut engine, &alike, &json!({}), &json!([]), seed);
        let teams: Vec<u8> = slate.entries.iter().map(|entry| entry.team.unwrap()).collect();
        assert_eq!(teams.len(), 10);
        teams.chunks(2).for_each(|pair| assert_ne!(pair[0], pair[1], "each picks once in every two places"));
        firsts += usize::from(teams[0] == 0);
        // A shopper who looks at the upper places first and takes what is there.
        for (place, &team) in teams.iter().enumerate() {
            picks[usize::from(team)] += 1;
            credits[usize::from(team)] += 1.0 / (1.0 + place as f64);
        }
    }
    assert_eq!(picks[0], picks[1]);
    is_near(firsts, n as usize, 0.5);
    // A slate's credits differ by ± at most Σ 1/(1 + 2k) − 1/(2 + 2k) = 0.646 over its five coins, so by no more than
    // sqrt(Σ (1/(1+2k) − 1/(2+2k))²) = 0.51 in the mean square.
    let difference = (credits[0] - credits[1]) / n as f64;
    assert!(difference.abs() < 4.5 * 0.51 / (n as f64).sqrt(), "{difference}");
}

#[test]
fn interleaving_credits_the_arm_whose_picks_are_chosen() {
    let mut engine = shopper();
    let away = json!([{ "type": "bury", "where": { "category": "lamps" }, "by": 10 }]);
    let apart =
        json!({ "id": "x", "interleave": true, "arms": [{ "name": "taste" }, { "name": "away", "rules": away }] });
    let (mut events, mut first) = (Vec::new(), [0; 2]);
    for visit in 0..60_i64 {
        let at = Millis(NOW.0 + visit * DAY_MS);
        let slate = served(&mut engine, &apart, &json!({ "surprise": 0 }), &json!([]), visit as u64);
        let mut seen = Event::new(format!("seen-{visit}"), EventKind::Impression, at);
        (seen.slate, seen.trial) = (Some(format!("{visit}-{}", slate.id)), slate.trial.clone());
        let shown = |entry: &flaneur::rank::Ranked| {
            let item = engine.catalog().id(entry.item).to_owned();
            Shown { item, team: entry.team, ..Shown::default() }
        };
        seen.shown = slate.entries.iter().map(shown).collect();
        events.push(seen);
        if let Some(lamp) = slate.entries.iter().find(|entry| entry.item % 8 == 0) {
            first[usize::from(lamp.team.unwrap())] += 1;
            let item = engine.catalog().id(lamp.item);
            events.push(Event::new(format!("view-{visit}"), EventKind::ViewItem, Millis(at.0 + 1)).with_item(item));
        }
    }
    let [result] = <[TrialResult; 1]>::try_from(trials(&events)).unwrap();
    assert!(result.interleaved && first[0] > 50, "{first:?}");
    let counts: Vec<_> = result.arms.iter().map(|arm| (arm.name.as_str(), arm.slates, arm.seen, arm.choices)).collect();
    assert_eq!(counts, [("taste", 60, 300, first[0]), ("away", 60, 300, first[1])]);
    let difference = result.difference.unwrap();
    assert!(difference.low > 0.5, "{difference:?}");
}

/// Stock, refusals, exclusions, caps, upper quotas, pins and variants, whoever picks.
#[test]
fn an_interleaved_slate_keeps_to_every_rule() {
    let mut engine = shopper();
    engine
        .observe(
            EventWire {
                attribute: Some("colour:ochre".into()),
                lines: Vec::new(),
                ..shop::event("m", "mute", "", NOW)
            },
            NOW,
        )
        .unwrap();
    let rules = json!([
        { "type": "cap", "per": "brand", "max": 1 },
        { "type": "exclude", "where": { "tag": "sale" } },
        { "type": "quota", "where": { "category": "tea" }, "atLeast": 2, "atMost": 2 },
        { "type": "pin", "item": "paper-0010", "position": 3 },
    ]);
    let pinned = engine.catalog().find("paper-0010").unwrap();
    let apart = json!({ "id": "x", "interleave": true, "arms": [
        { "name": "calm", "surprise": 0, "learned": false },
        { "name": "lively", "surprise": 1, "rules": [{ "type": "boost", "where": { "category": "tea" }, "by": 5 }] },
    ] });
    let mut teams = [0; 2];
    for seed in 0..400 {
        let slate = served(&mut engine, &apart, &json!({ "size": 12 }), &rules, seed);
        let catalog = engine.catalog();
        let has = |item: u32, text: &str| catalog.tokens(item).any(|token| catalog.token(token) == text);
        let mut brands: BTreeMap<u32, usize> = BTreeMap::new();
        for entry in &slate.entries {
            let brand = catalog.tokens(entry.item).find(|&t| catalog.token(t).starts_with("brand:")).unwrap();
            *brands.entry(brand).or_default() += 1;
            assert!(
                catalog.is_available(entry.item) && !has(entry.item, "colour:ochre") && !has(entry.item, "tag:sale")
            );
            entry.team.iter().for_each(|&team| teams[usize::from(team)] += 1);
            let sum: f64 = entry.reasons.iter().map(flaneur::rank::Reason::term).sum();
            assert!((sum - entry.score).abs() < 1e-9 && entry.propensity > 0.0);
        }
        let items: Vec<u32> = slate.entries.iter().map(|entry| entry.item).collect();
        let distinct: std::collections::BTreeSet<u32> = items.iter().copied().collect();
        assert_eq!((distinct.len(), slate.entries.len()), (items.len(), 12));
        assert!(brands.values().all(|&count| count == 1), "seed {seed}: a brand stands twice");
        assert_eq!(items.iter().filter(|&&item| has(item, "category:tea")).count(), 2, "seed {seed}");
        assert_eq!((items[3], slate.entries[3].team), (pinned, None), "a pin is nobody's pick");
        let groups: Vec<u32> = items.iter().map(|&item| catalog.group(item)).filter(|&group| group > 0).collect();
        assert_eq!(
            groups.iter().collect::<std::collections::BTreeSet<_>>().len(),
            groups.len(),
            "a variant stands twice"
        );
    }
    assert!(teams[0] > 1_500 && teams[1] > 1_500, "{teams:?}");
}

#[test]
fn results_are_counts_of_the_log_and_forgetting_takes_them_along() {
    let mut engine = shop::engine(80);
    engine.set_secret(11);
    let shown = json!({ "id": "dial", "arms": [{ "name": "lively", "surprise": 1 }] });
    for visit in 0..6 {
        let now = Millis(NOW.0 - (6 - visit) * DAY_MS);
        let slate = engine.rank(wire_of(&shown, &json!({ "seed": visit })).unwrap(), now).unwrap();
        engine.seen(&slate.id, None, now).unwrap();
        if visit < 2 {
            let item = engine.catalog().id(slate.entries[4].item).to_owned();
            let at = Millis(now.0 + 1_000);
            engine.observe(shop::event(&format!("view-{visit}"), "view_item", &item, at), at).unwrap();
        }
    }
    let results = engine.trials();
    let arm = &results[0].arms[0];
    assert_eq!((results.len(), results[0].experiment.as_str(), arm.name.as_str()), (1, "dial", "lively"));
    assert_eq!((arm.slates, arm.taken, arm.seen, arm.choices), (6, 2, 60, 2));
    // Wilson's interval of 2 in 6, by hand: (2/6 + 1.96²/12 ± 1.96 sqrt(2/6 · 4/6 / 6 + 1.96²/144)) / (1 + 1.96²/6).
    assert!((arm.rate.low - 0.0968).abs() < 1e-4 && (arm.rate.high - 0.7000).abs() < 1e-4, "{:?}", arm.rate);
    assert_eq!(results[0].difference, None, "one device has one arm");
    let exported: Vec<EventWire> = engine.log().events().iter().map(EventWire::of).collect();
    let mut other = shop::engine(80);
    other.import(exported.into_iter().map(Ok).collect(), NOW);
    assert_eq!(other.trials(), results, "an export holds them");
    engine.forget(&ForgetWire { event: Some("view-0".into()), ..ForgetWire::default() }, NOW).unwrap();
    assert_eq!(engine.trials()[0].arms[0].choices, 1);
    engine.forget(&ForgetWire { all: Some(true), ..ForgetWire::default() }, NOW).unwrap();
    assert_eq!(engine.trials(), []);
}

/// Slates of an experiment, each a minute after the last: the names of its arms, which of them the only entry is
/// of, and whether it was chosen.
fn told(slates: &[(&[&str], Option<u8>, bool)]) -> Vec<TrialResult> {
    let mut events = Vec::new();
    for (n, &(arms, team, chosen)) in slates.iter().enumerate() {
        let at = Millis(NOW.0 + n as i64 * 60_000);
        let mut seen = Event::new(format!("s{n}"), EventKind::Impression, at);
        seen.slate = Some(format!("{n}"));
        seen.trial = Some(Trial { experiment: "x".into(), arms: arms.iter().map(|&arm| arm.into()).collect() });
        seen.shown = vec![Shown { item: "i".into(), team, ..Shown::default() }];
        let mut again = seen.clone();
        again.id.push('+');
        events.extend([seen, again]);
        if chosen {
            let mut event = Event::new(format!("v{n}"), EventKind::ViewItem, at).with_item("i");
            event.slate = Some(format!("{n}"));
            events.push(event);
        }
    }
    trials(&events)
}

#[test]
fn an_entry_that_was_logged_twice_counts_once_and_the_difference_has_newcombe_s_interval() {
    let (a, b): (&[&str], &[&str]) = (&["a"], &["b"]);
    let results = told(&[(a, None, true), (a, None, false), (b, None, false), (a, None, true), (b, None, false)]);
    let [one, two] = results[0].arms.as_slice() else { panic!("two arms") };
    assert_eq!((one.slates, one.taken, one.seen, one.choices), (3, 2, 3, 2));
    assert_eq!((two.slates, two.taken, two.seen, two.choices), (2, 0, 2, 0));
    let apart = |a: f64, b: f64| (a * a + b * b).sqrt();
    let difference = results[0].difference.unwrap();
    let low = difference.value - apart(one.rate.value - one.rate.low, two.rate.high);
    let high = difference.value + apart(one.rate.high - one.rate.value, 0.0);
    assert_eq!((difference.value, difference.low, difference.high), (2.0 / 3.0, low, high));
}

#[test]
fn a_choice_of_an_interleaved_slate_is_the_arm_s_of_that_name_wherever_the_slate_lists_it() {
    let (ab, ba): (&[&str], &[&str]) = (&["a", "b"], &["b", "a"]);
    let results = told(&[(ab, Some(0), true), (ba, Some(1), true), (ba, Some(0), false)]);
    assert_eq!(results[0].arms.iter().map(|arm| arm.taken).collect::<Vec<_>>(), [2, 0]);
    assert_eq!(results[0].difference.unwrap().value, 1.0, "a won both slates that were decided");
}

#[test]
fn the_interval_of_a_difference_covers_the_truth() {
    let (rates, slates, logs) = ([0.30, 0.22], 150, 400);
    let mut covered = 0;
    for log in 0..logs {
        let mut stream = Stream::new(log, "visits");
        let mut events = Vec::new();
        for visit in 0..2 * slates {
            let arm = visit % 2;
            let at = Millis(NOW.0 + i64::from(visit) * DAY_MS);
            let mut seen = Event::new(format!("s{visit}"), EventKind::Impression, at);
            seen.slate = Some(format!("{visit}"));
            seen.trial = Some(Trial { experiment: "x".into(), arms: vec![["a", "b"][arm as usize].into()] });
            seen.shown = vec![Shown { item: "i".into(), ..Shown::default() }];
            events.push(seen);
            if stream.unit() < rates[arm as usize] {
                events.push(Event::new(format!("v{visit}"), EventKind::ViewItem, Millis(at.0 + 1)).with_item("i"));
            }
        }
        let difference = trials(&events)[0].difference.unwrap();
        covered += u32::from((difference.low..=difference.high).contains(&(rates[0] - rates[1])));
    }
    println!("the interval covers the truth in {covered} of {logs}");
    // A 95 % interval covers 380 of 400, with a standard deviation of 4.4.
    assert!((360..=397).contains(&covered), "{covered}");
}

#[test]
fn a_number_out_of_range_is_told_its_range() {
    let mut engine = shop::engine(80);
    for (experiment, expected) in [
        (json!({ "id": "x", "holdout": 10, "arms": [{ "name": "a" }] }), "expected 0 to 1"),
        (json!({ "id": "x", "arms": [{ "name": "a", "calibration": -1 }] }), "expected 0 to 10"),
        (json!({ "id": "x", "arms": [{ "name": "a", "weight": 1e10 }] }), "expected 0 to 1000000000"),
    ] {
        let error = engine.rank(wire_of(&experiment, &json!({})).unwrap(), NOW).unwrap_err();
        assert_eq!(error.message, expected, "{experiment}");
    }
}

#[test]
fn a_faulty_experiment_is_refused_where_the_fault_is() {
    let mut engine = shop::engine(80);
    let a = || json!({ "name": "a" });
    for (experiment, code, path) in [
        (json!({ "id": "", "arms": [a()] }), "value_empty", "experiment.id"),
        (json!({ "id": "x", "arms": [] }), "value_out_of_range", "experiment.arms"),
        (json!({ "id": "x", "interleave": true, "arms": [a()] }), "value_out_of_range", "experiment.arms"),
        (json!({ "id": "x", "arms": [a(), a()] }), "value_duplicate", "experiment.arms[1].name"),
        (json!({ "id": "x", "arms": [{ "name": "holdout" }] }), "value_duplicate", "experiment.arms[0].name"),
        (
            json!({ "id": "x", "arms": [{ "name": "a", "weight": 0 }] }),
            "value_out_of_range",
            "experiment.arms[0].weight",
        ),
        (
            json!({ "id": "x", "arms": [{ "name": "a", "weight": -1 }] }),
            "value_out_of_range",
            "experiment.arms[0].weight",
        ),
        (
            json!({ "id": "x", "arms": [a(), { "name": "b", "weight": f64::MAX }] }),
            "value_out_of_range",
            "experiment.arms[1].weight",
        ),
        (json!({ "id": "x", "holdout": 2, "arms": [a()] }), "value_out_of_range", "experiment.holdout"),
        (
            json!({ "id": "x", "arms": [{ "name": "a", "surprise": 2 }] }),
            "value_out_of_range",
            "experiment.arms[0].surprise",
        ),
        (
            json!({ "id": "x", "arms": [{ "name": "a", "rules": [{ "type": "cap", "per": "brand", "max": 1 }] }] }),
            "value_conflict",
            "experiment.arms[0].rules[0].type",
        ),
        (
            json!({ "id": "x", "arms": [{ "name": "a", "rules": [{ "type": "boost", "where": { "tag": "gift" } }] }] }),
            "value_missing",
            "experiment.arms[0].rules[0].by",
        ),
    ] {
        let error = engine.rank(wire_of(&experiment, &json!({})).unwrap(), NOW).unwrap_err();
        assert_eq!((error.code(), error.path.as_str()), (code, path), "{experiment}");
    }
}
