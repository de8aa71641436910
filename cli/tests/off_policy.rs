//! Off-policy estimates: against naive formulas, known truths, and the command on good and bad files.
// A helper's failure is the test's.
#![allow(clippy::unwrap_used)]

#[path = "support/kit.rs"]
mod kit;

use std::fmt::Write as _;

use flaneur::log::{Event, EventKind, Shown};
use flaneur::math::Stream;
use flaneur::replay::replay;
use flaneur::time::Millis;
use flaneur_cli::off_policy::estimate::{FOLDS, Plan, SHRINKAGE, Sample, estimate, folds};
use flaneur_cli::off_policy::target::Names;
use flaneur_cli::read::bandit::{Decision, Policy};
use kit::Folder;
use serde_json::{Value, json};

fn sample(action: u32, reward: f64, logged: f64, target: f64, cluster: u32) -> Sample {
    Sample { action, position: 0, reward, logged, target, cluster }
}

/// Six rows in three clusters, two actions.
fn rows() -> Vec<Sample> {
    vec![
        sample(0, 1.0, 0.5, 0.8, 0),
        sample(1, 0.0, 0.5, 0.2, 0),
        sample(0, 0.0, 0.25, 0.8, 1),
        sample(1, 1.0, 0.75, 0.2, 1),
        sample(1, 1.0, 0.5, 0.2, 2),
        sample(0, 1.0, 0.5, 0.8, 2),
    ]
}

/// The reward model that leaves a row's fold out, the long way.
fn model(rows: &[Sample], of: &Sample, action: u32) -> f64 {
    let folds = folds(3, 0);
    let known: Vec<&Sample> = rows.iter().filter(|x| folds[x.cluster as usize] != folds[of.cluster as usize]).collect();
    let mean = known.iter().map(|x| x.reward).sum::<f64>() / known.len() as f64;
    let own: Vec<&&Sample> = known.iter().filter(|x| x.action == action).collect();
    (own.iter().map(|x| x.reward).sum::<f64>() + SHRINKAGE * mean) / (own.len() as f64 + SHRINKAGE)
}

#[test]
fn estimators_equal_the_formulas_by_hand() {
    let rows = rows();
    let plan: Plan = vec![vec![0.8, 0.2]];
    let found = estimate(&rows, Some(&plan), 100, 0);
    // w = 1.6, 0.4, 3.2, 4/15, 0.4, 1.6.
    let weights = [1.6, 0.4, 3.2, 0.2 / 0.75, 0.4, 1.6];
    let sum: f64 = weights.iter().sum();
    let earned = 1.6 + 0.2 / 0.75 + 0.4 + 1.6;
    assert!((found.ips.value - earned / 6.0).abs() < 1e-12);
    assert!((found.snips.value - earned / sum).abs() < 1e-12);
    assert!((found.effective - sum * sum / weights.iter().map(|w| w * w).sum::<f64>()).abs() < 1e-12);
    assert!((found.logged.value - 4.0 / 6.0).abs() < 1e-12 && (found.largest_weight - 3.2).abs() < 1e-12);
    let q = |x: &Sample, action| model(&rows, x, action);
    let direct = rows.iter().map(|x| 0.8 * q(x, 0) + 0.2 * q(x, 1)).sum::<f64>() / 6.0;
    let rest: f64 = rows.iter().zip(weights).map(|(x, w)| w * (x.reward - q(x, x.action))).sum();
    assert!((found.dm.unwrap().value - direct).abs() < 1e-12);
    assert!((found.dr.unwrap().value - direct - rest / 6.0).abs() < 1e-12);
    assert!((found.sndr.unwrap().value - direct - rest / sum).abs() < 1e-12);
    assert_eq!(estimate(&rows, None, 100, 0).dr, None);
}

/// A log of a policy with these probabilities, where action `a` earns 1 with `chances[a]`.
fn logged(seed: u64, count: u32, policy: &[f64], target: &[f64], chances: &[f64]) -> Vec<Sample> {
    let mut stream = Stream::new(seed, "log");
    let mut row = |cluster| {
        let mut left = stream.unit();
        let drawn = policy.iter().position(|share| {
            left -= share;
            left < 0.0
        });
        let action = drawn.unwrap_or(policy.len() - 1);
        let reward = f64::from(u8::from(stream.unit() < chances[action]));
        sample(action as u32, reward, policy[action], target[action], cluster)
    };
    (0..count).map(&mut row).collect()
}

#[test]
fn estimates_are_right_in_the_mean_and_their_intervals_cover_the_truth() {
    let (policy, target, chances) = ([0.5, 0.3, 0.2], [0.1, 0.2, 0.7], [0.05, 0.1, 0.2]);
    let truth: f64 = target.iter().zip(chances).map(|(x, y)| x * y).sum();
    let runs = 200;
    let (mut sums, mut covered) = ([0.0; 3], [0; 3]);
    for seed in 0..runs {
        let rows = logged(seed, 800, &policy, &target, &chances);
        let found = estimate(&rows, Some(&vec![target.to_vec()]), 200, seed);
        for (at, interval) in [found.ips, found.snips, found.dr.unwrap()].into_iter().enumerate() {
            sums[at] += interval.value / f64::from(runs as u32);
            covered[at] += u32::from(interval.low <= truth && truth <= interval.high);
        }
    }
    for at in 0..3 {
        // The standard deviation of one IPS estimate is below 0.02 here: four standard errors of the mean of 200.
        assert!((sums[at] - truth).abs() < 4.0 * 0.02 / 200.0_f64.sqrt(), "{at}: {} against {truth}", sums[at]);
        // 95 % less four standard errors of a share over 200 runs, and 2 % for the percentile interval's own bias.
        assert!(
            f64::from(covered[at]) / 200.0 > 0.93 - 4.0 * (0.95_f64 * 0.05 / 200.0).sqrt(),
            "{at}: {}",
            covered[at]
        );
    }
}

#[test]
fn as_many_positions_as_folds_leave_the_reward_model_something_to_learn_from() {
    let mut stream = Stream::new(9, "log");
    // No slates: every row is a cluster, and every fifth one stands at the same position.
    let mut row = |at: u32| {
        let action = stream.below(2) as u32;
        let reward = f64::from(u8::from(stream.unit() < 0.1 + 0.2 * f64::from(action)));
        Sample { action, position: at % 5, reward, logged: 0.5, target: 0.5, cluster: at }
    };
    let rows: Vec<Sample> = (0..5_000).map(&mut row).collect();
    let found = estimate(&rows, Some(&vec![vec![0.5, 0.5]; 5]), 100, 0);
    // The truth is 0.2; the standard error of a mean of 5,000 such rewards is below 0.006.
    let direct = found.dm.unwrap().value;
    assert!((direct - 0.2).abs() < 4.0 * 0.006, "{direct}");
    let mut sizes = [0; FOLDS];
    folds(5_001, 0).into_iter().for_each(|fold| sizes[fold] += 1);
    assert!(sizes.iter().all(|size| (1_000..=1_001).contains(size)), "{sizes:?}");
}

fn decision(item: &str, position: u32, reward: f64, propensity: f64) -> Decision {
    let (item, file) = (item.into(), "log".into());
    Decision { file, line: 1, item, position, reward, propensity, target: None, slate: None }
}

#[test]
fn a_thompson_sampler_is_valued_by_the_order_of_its_draws() {
    let rows: Vec<Decision> = (1..=2).flat_map(|at| ["a", "b"].map(|item| decision(item, at, 0.0, 0.5))).collect();
    let policy = Policy::Thompson(vec![("a".into(), 2.0, 1.0), ("b".into(), 1.0, 1.0)]);
    let names = Names::of(rows.iter(), Some(&policy));
    let plan = names.plan(&policy, 7).unwrap();
    // P(Beta(2, 1) > Beta(1, 1)) = ∫ 2 x · x dx = 2/3; four standard errors of 100,000 draws.
    let error = 4.0 * (2.0_f64 / 9.0 / 100_000.0).sqrt();
    assert!((plan[0][0] - 2.0 / 3.0).abs() < error, "{}", plan[0][0]);
    assert!((plan[1][0] - 1.0 / 3.0).abs() < error);
    assert!(plan.iter().all(|own| (own.iter().sum::<f64>() - 1.0).abs() < 1e-9));
    assert_eq!(plan, names.plan(&policy, 7).unwrap(), "the same seed gives the same plan");
}

#[test]
fn a_policy_that_changed_over_time_is_taken_by_its_frequencies() {
    let rows = [("a", 1), ("a", 1), ("b", 1), ("b", 2)].map(|(item, at)| decision(item, at, 0.0, 0.3));
    let names = Names::of(rows.iter(), None);
    assert_eq!(names.frequencies(&rows).unwrap(), [[2.0 / 3.0, 1.0 / 3.0], [0.0, 1.0]]);
    assert!(names.frequencies(&rows[..3]).unwrap_err().to_string().contains("no row at position 2"));
}

/// A table in the Open Bandit format: five items, uniform, three positions.
fn table() -> String {
    let mut stream = Stream::new(3, "table");
    let mut text = ",timestamp,item_id,position,click,propensity_score,user_feature_0\n".to_owned();
    for row in 0..600 {
        let (item, click) = (stream.below(5), u8::from(stream.unit() < 0.2));
        let _ = writeln!(text, "{row},2019-11-24 00:03:13+00:00,{item},{},{click},0.2,x", row % 3 + 1);
    }
    text
}

fn figures(folder: &Folder) -> Value {
    serde_json::from_str(&folder.text("figures.json")).unwrap()
}

#[test]
fn the_uniform_policy_of_a_uniform_log_reproduces_its_own_mean() {
    let folder = Folder::new("off-policy-uniform");
    folder.write("log.csv", table());
    let out = folder.run("off-policy --log log.csv --target uniform --json figures.json").expect(0).out();
    let found = figures(&folder);
    let of = |name: &str| found["estimates"][name]["value"].as_f64().unwrap();
    assert!((of("ips") - of("logged")).abs() < 1e-12 && (of("snips") - of("logged")).abs() < 1e-12);
    assert!((of("mean_weight") - 1.0).abs() < 1e-12);
    assert_eq!(found["estimates"]["effective"].as_f64().unwrap().round(), 600.0);
    assert_eq!((&found["items"], &found["positions"]), (&Value::from(5), &Value::from(3)));
    // The same under the other name, and with any number of threads.
    assert_eq!(folder.run("evaluate --off-policy --log log.csv --target uniform --threads 1").expect(0).out(), out);
}

#[test]
fn rewards_too_rare_or_too_few_slates_for_the_intervals_are_said() {
    let folder = Folder::new("off-policy-rare");
    let log = |rewarded: usize, slate: fn(usize) -> usize| {
        let mut text = "item_id,click,propensity_score,slate\n".to_owned();
        for row in 0..600 {
            let click = u8::from(row % 40 == 0 && row / 40 < rewarded);
            let _ = writeln!(text, "{},{click},0.2,{}", row % 7 % 5, slate(row));
        }
        text
    };
    // Nothing was clicked: 0, from 0 to 0. Fifteen clicks in rows are enough; in five slates they are not.
    for (rewarded, slate, rests_on) in [
        (0, (|row| row) as fn(usize) -> usize, Some("0.0 effective rewarded rows")),
        (3, |row| row, Some("3.0 effective rewarded rows")),
        (15, |row| row, None),
        (15, |row| row % 5, Some("effective rewarded slates")),
    ] {
        folder.write("log.csv", log(rewarded, slate));
        let out = folder.run("off-policy --log log.csv --target uniform --draws 100").expect(0).out();
        let said = out.contains("the intervals are too narrow");
        assert_eq!(said, rests_on.is_some(), "{rewarded}: {out}");
        assert!(rests_on.is_none_or(|text| out.contains(text)), "{rewarded}: {out}");
    }
}

#[test]
fn tables_of_probabilities_and_other_logs_are_targets() {
    let folder = Folder::new("off-policy-targets");
    folder.write("log.csv", table());
    folder.write("policy.csv", "item_id,probability\n0,0.5\n1,0.5\n");
    folder.write("wrong.csv", "item_id,probability\n0,0.5\n1,0.1\n");
    folder.run("off-policy --log log.csv --target policy.csv --json figures.json").expect(0);
    let weight = figures(&folder)["estimates"]["largest_weight"].as_f64().unwrap();
    assert!((weight - 2.5).abs() < 1e-12);
    folder.run("off-policy --log log.csv --target wrong.csv").expect(3).says("add up to 0.6");
    folder.run("off-policy --log log.csv --target-log log.csv --json figures.json").expect(0);
    let found = figures(&folder);
    let own = found["on_policy"]["value"].as_f64().unwrap();
    assert!((own - found["estimates"]["logged"]["value"].as_f64().unwrap()).abs() < 1e-12);
    folder.run("off-policy --log log.csv --target logged").expect(3).says("log.csv:2: no target probability");
}

#[test]
fn a_target_that_shows_nothing_of_the_log_has_no_self_normalised_value_and_that_is_said() {
    let folder = Folder::new("off-policy-nothing");
    folder.write("log.csv", table());
    folder.write("policy.csv", "item_id,probability\nother,1\n");
    let out =
        folder.run("off-policy --log log.csv --target policy.csv --draws 100 --json figures.json").expect(0).out();
    assert!(!out.contains("NaN"), "{out}");
    assert_eq!(out.matches("no row has any weight").count(), 3, "{out}");
    let found = figures(&folder);
    assert_eq!(
        (&found["estimates"]["ips"]["value"], &found["estimates"]["snips"]["value"]),
        (&json!(0.0), &Value::Null)
    );
}

#[test]
fn bad_rows_are_counted_with_their_place_and_too_many_are_refused() {
    let folder = Folder::new("off-policy-bad");
    let bad = [
        "x,t,2,1,0,0,x",
        "x,t,2,1,0,1.5,x",
        "x,t,,1,0,0.2,x",
        "x,t,2,one,0,0.2,x",
        "x,t,2,1,maybe,0.2,x",
        "x,t,2,1,0",
        "x,t,2,1,NaN,0.2,x",
    ];
    folder.write("log.csv", format!("{}{}\n", table(), bad.join("\n")));
    let run = folder.run("off-policy --log log.csv --target uniform --json figures.json").expect(0);
    run.says("log.csv:602: propensity_score: expected a probability above 0");
    run.says("log.csv:605: position");
    let faults = &figures(&folder)["faults"];
    assert_eq!((&faults["bad"], &faults["rows"]), (&Value::from(7), &Value::from(607)));
    folder.run("off-policy --log log.csv --max-bad 6").expect(3).says("7 of 607 rows");
    folder.write("headless.csv", "item,clicks\n1,0\n");
    folder.run("off-policy --log headless.csv").expect(3).says("no column is `click`");
    folder.write("empty.csv", "item_id,click,propensity_score\n");
    folder.run("off-policy --log empty.csv").expect(3).says("no decision");
    folder.write("unclosed.csv", "item_id,click,propensity_score,note\n2,0,0.2,x\n2,0,0.2,\"x\n2,1,0.2,x\n");
    folder.run("off-policy --log unclosed.csv").expect(3).says("unclosed.csv:3: a quote is opened here");
}

#[test]
fn an_export_earns_what_the_device_itself_counts_whether_or_not_its_events_name_a_slate() {
    let minute = 60_000;
    let (mut log, mut written) = (Vec::new(), Vec::new());
    let mut add = |kind: EventKind,
                   at: i64,
                   slate: Option<&str>,
                   shown: &[(&str, f32, Option<bool>)],
                   item: Option<&str>| {
        let mut event = Event::new(format!("{}", log.len()), kind, Millis(at * minute));
        (event.slate, event.lines) = (slate.map(Into::into), Vec::new());
        let entry = |&(item, propensity, plain): &(&str, f32, Option<bool>)| Shown {
            item: item.into(),
            propensity,
            plain,
            ..Shown::default()
        };
        event.shown = shown.iter().map(entry).collect();
        event = item.map_or(event.clone(), |item| event.with_item(item));
        let shown: Vec<Value> = event
            .shown
            .iter()
            .map(|x| json!({"item": x.item, "position": 0, "propensity": x.propensity, "plain": x.plain}))
            .collect();
        let lines: Vec<Value> = event.lines.iter().map(|x| json!({"item": x.item})).collect();
        written.push(json!({"id": event.id, "type": kind.name(), "at": event.at.0, "slate": slate, "shown": shown, "lines": lines}));
        log.push(event);
    };
    let both = [("a", 0.25, Some(true)), ("b", 0.5, Some(false))];
    add(EventKind::Impression, 0, Some("s"), &both, None);
    add(EventKind::Impression, 1, Some("t"), &both, None);
    add(EventKind::ViewItem, 5, None, &[], Some("a")); // of t, which showed it last
    add(EventKind::AddToCart, 9, None, &[], Some("a")); // the same choice
    add(EventKind::SelectItem, 10, Some("s"), &[], Some("b"));
    add(EventKind::Impression, 90, Some("u"), &both, None);
    add(EventKind::ViewItem, 200, None, &[], Some("a")); // too late to be of u
    let device = replay(&log);
    assert_eq!((device.places, device.choices), (6, 2));
    let folder = Folder::new("off-policy-traced");
    folder.write("log.json", json!({"flaneur": 1, "events": written}).to_string());
    folder.run("off-policy --log log.json --target logged --draws 100 --json figures.json").expect(0);
    let found = figures(&folder);
    assert_eq!(found["rewarded"], 2);
    for (name, value) in
        [("logged", device.served.value), ("snips", device.plain.value), ("gain", device.difference.value)]
    {
        assert!((found["estimates"][name]["value"].as_f64().unwrap() - value).abs() < 1e-9, "{name}: {found}");
    }
}

#[test]
fn an_export_of_the_own_log_is_read_and_thin_evidence_is_said() {
    let folder = Folder::new("off-policy-export");
    let shown = |item: &str, propensity: f64, plain: bool| {
        format!(
            r#"{{"item":"{item}","position":5,"propensity":{propensity},"score":1,"discovery":true,"plain":{plain}}}"#
        )
    };
    let mut events = vec![
        format!(
            r#"{{"id":"1","type":"impression","at":1,"slot":"home","slate":"s","shown":[{},{},{}]}}"#,
            shown("a", 0.25, true),
            shown("b", 0.5, false),
            shown("c", 1.0, true)
        ),
        r#"{"id":"2","type":"select_item","at":2,"slate":"s","lines":[{"item":"a"}]}"#.to_owned(),
        r#"{"id":"3","type":"dismiss","at":3,"slate":"s","lines":[{"item":"b"}]}"#.to_owned(),
    ];
    folder.write("log.json", format!(r#"{{"flaneur":1,"events":[{}]}}"#, events.join(",")));
    let run = folder.run("off-policy --log log.json --target logged --json figures.json").expect(0);
    assert!(run.out().contains("not enough evidence"), "{}", run.out());
    let found = figures(&folder);
    assert_eq!(found["estimates"]["rows"], 2, "what was not left to chance is no decision");
    assert_eq!(found["estimates"]["clusters"], 1);
    assert_eq!(found["estimates"]["ips"]["value"], 2.0);
    assert_eq!(found["estimates"]["snips"]["value"], 1.0);
    // Where the plain order's item had no chance, the plain order has no value: `replay` passes over these places too.
    let nowhere = shown("d", 0.1, true).replace(r#","plain":true"#, "");
    let more = format!(r#"{{"id":"4","type":"impression","at":4,"slate":"u","shown":[{nowhere}]}}"#);
    folder.write("log.json", format!(r#"{{"flaneur":1,"events":[{},{more}]}}"#, events.join(",")));
    let run = folder.run("off-policy --log log.json --target logged --json figures.json").expect(0);
    assert!(run.out().contains("left out: 1 rows without a target probability"), "{}", run.out());
    let also = figures(&folder);
    assert_eq!((&also["left_out"], &also["estimates"]), (&json!(1), &found["estimates"]));
    folder.run("off-policy --log log.json --target uniform --json figures.json").expect(0);
    assert_eq!(figures(&folder)["estimates"]["rows"], 3);
    events.push(r#"{"type":7}"#.to_owned());
    folder.write("log.json", format!(r#"{{"flaneur":1,"events":[{}]}}"#, events.join(",")));
    folder.run("off-policy --log log.json --target logged").expect(0).says("log.json:4: events");
    // An event is one row, however many of its entries are bad; its good ones are used.
    let bad = format!(
        r#"{{"id":"5","type":"impression","at":5,"slate":"t","shown":[{},{},{}]}}"#,
        shown("a", 0.0, true),
        shown("b", -0.5, false),
        shown("c", 0.5, false)
    );
    events[3] = bad;
    folder.write("log.json", format!(r#"{{"flaneur":1,"events":[{}]}}"#, events.join(",")));
    folder.run("off-policy --log log.json --target logged --json figures.json").expect(0);
    let found = figures(&folder);
    assert_eq!((&found["faults"]["rows"], &found["faults"]["bad"]), (&json!(4), &json!(1)), "{found}");
    assert_eq!(found["estimates"]["rows"], 3);
}
