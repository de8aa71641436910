//! Bundles and estimates as the commands make them, from files to files.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::fs;
use std::path::PathBuf;

use clap::Parser;
use flaneur_estimate::budget::{Answers, answers};
use flaneur_estimate::bundle::{canonical, encode, verify};
use flaneur_estimate::rules::broken;
use flaneur_estimate::{estimate, task};
use flaneur_upstream::subset::{Draws, answer};
use flaneur_upstream::threshold::Channel;
use serde_json::{Value, json};

#[derive(Parser)]
struct TaskCommand {
    #[command(flatten)]
    options: task::Options,
}

#[derive(Parser)]
struct EstimateCommand {
    #[command(flatten)]
    options: estimate::Options,
}

fn task(arguments: &[&str]) -> anyhow::Result<String> {
    let mut out = Vec::new();
    let command = TaskCommand::try_parse_from([&["task"], arguments].concat())?;
    let outcome = task::run(&command.options, &mut out)?;
    match &outcome.file {
        Some(made) if made.is_secret => made.keep()?,
        Some(made) => fs::write(&made.path, &made.bytes)?,
        None => {}
    }
    Ok(String::from_utf8(out)? + &outcome.text)
}

fn estimate(arguments: &[&str]) -> anyhow::Result<String> {
    let command = EstimateCommand::try_parse_from([&["estimate"], arguments].concat())?;
    let outcome = estimate::run(&command.options, &|_, _| unreachable!("no test here gives Parquet"))?;
    outcome.files.iter().try_for_each(|(path, bytes)| fs::write(path, bytes))?;
    Ok(outcome.text)
}

fn rules() -> Value {
    serde_json::from_str(include_str!("../../tests/vectors/tasks/rules.json")).unwrap()
}

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("flaneur-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn each_broken_rule_has_the_code_that_the_device_gives() {
    let rules = rules();
    let now = rules["now"].as_str().unwrap().parse().unwrap();
    for mode in ["dap", "ldp"] {
        let task = &rules[mode]["task"];
        assert_eq!(broken(task, now), None);
        for case in rules[mode]["cases"].as_array().unwrap() {
            let mut changed = task.clone();
            for (path, value) in case["changes"].as_object().unwrap() {
                let (place, last) = path.rsplit_once('.').unwrap_or(("", path));
                let place = place.split('.').filter(|name| !name.is_empty()).fold(&mut changed, |at, name| match name
                    .parse::<usize>(
                ) {
                    Ok(index) => &mut at[index],
                    Err(_) => &mut at[name],
                });
                match value {
                    Value::Null => drop(place.as_object_mut().unwrap().remove(last)),
                    value => place[last] = value.clone(),
                }
            }
            assert_eq!(broken(&changed, now).map(|it| it.code), case["code"].as_str(), "{case}");
        }
    }
}

#[test]
fn a_bundle_is_created_signed_and_checked_and_no_change_goes_unnoticed() {
    let folder = Folder::new("task");
    let [key, plain, out] = ["key", "plain.json", "signed.json"].map(|name| folder.file(name));
    let public = task(&["key", &key]).unwrap().trim().to_owned();
    assert!(task(&["key", &key]).unwrap_err().to_string().contains("cannot be made"), "a key is never overwritten");
    let mut bundle: Value = serde_json::from_str(&task(&["create", "--shop", "boutique"]).unwrap()).unwrap();
    let days_left = |task: &Value| {
        let end: jiff::Timestamp = task["end"].as_str().unwrap().parse().unwrap();
        jiff::Timestamp::now().duration_until(end).as_hours() / 24
    };
    let lasts = bundle["tasks"].as_array().unwrap().iter().all(|task| (363..=366).contains(&days_left(task)));
    assert!(lasts, "whenever it is made, there is a year to ask in: {bundle}");
    fs::write(&plain, bundle.to_string()).unwrap();
    let sign = ["sign", &plain, "--key", &key, "--output", &out];
    assert!(task(&sign).unwrap_err().to_string().contains("1 of 2 tasks"), "the operators' keys are missing");

    let rules = rules();
    for operator in ["leader", "helper"] {
        bundle["tasks"][0][operator]["hpke"] = rules["dap"]["task"][operator]["hpke"].clone();
    }
    fs::write(&plain, serde_json::to_string_pretty(&bundle).unwrap()).unwrap();
    assert!(task(&sign).unwrap().contains(&public));
    assert!(task(&["check", &out, "--key", &public]).unwrap().contains("the signature holds"));

    let mut changed: Value = serde_json::from_str(&fs::read_to_string(&out).unwrap()).unwrap();
    changed["tasks"][0]["epsilon"] = json!(1_000_001);
    fs::write(&out, changed.to_string()).unwrap();
    assert!(task(&["check", &out, "--key", &public]).unwrap_err().to_string().contains("signature"));
    assert!(task(&["check", &plain, "--key", &public]).unwrap_err().to_string().contains("not signed"));
}

#[test]
fn a_bundle_that_is_too_large_for_a_device_is_not_signed() {
    let folder = Folder::new("large");
    let [key, plain, out] = ["key", "plain.json", "signed.json"].map(|name| folder.file(name));
    task(&["key", &key]).unwrap();
    let labels: Vec<Value> =
        (0..256).map(|at| json!({ "en": format!("{at:-<300}"), "fr": format!("{at:-<300}") })).collect();
    let mut bundle = json!({ "flaneur": 1, "shop": "s", "tasks": [rules()["ldp"]["task"], rules()["dap"]["task"]] });
    for at in 0..2 {
        bundle["tasks"][at]["metric"] = json!("taste_share");
        bundle["tasks"][at]["buckets"] = json!(labels);
    }
    fs::write(&plain, bundle.to_string()).unwrap();
    let refused = task(&["sign", &plain, "--key", &key, "--output", &out]).unwrap_err().to_string();
    assert!(refused.contains("at most 256 KiB"), "{refused}");
    bundle["tasks"].as_array_mut().unwrap().pop();
    fs::write(&plain, bundle.to_string()).unwrap();
    task(&["sign", &plain, "--key", &key, "--output", &out]).unwrap();
}

#[test]
fn an_id_and_a_key_that_begin_with_a_dash_are_taken_for_what_they_are() {
    let folder = Folder::new("dashes");
    let [tasks, sums] = ["tasks.json", "sums.json"].map(|name| folder.file(name));
    let id = encode(&[0xfb; 32]);
    assert!(id.starts_with('-'), "one id in 64 does: {id}");
    let asked = json!({ "id": id, "mode": "dap", "epsilon": 1_000_000, "buckets": [{}, {}] });
    fs::write(&tasks, json!({ "flaneur": 1, "shop": "s", "tasks": [asked] }).to_string()).unwrap();
    fs::write(&sums, json!({ "report_count": 900, "aggregate_result": [500, 400] }).to_string()).unwrap();
    assert!(estimate(&["--tasks", &tasks, "--task", &id, &sums]).unwrap().contains("900 reports"));
    fs::write(&tasks, json!({ "flaneur": 1, "shop": "s", "tasks": [] }).to_string()).unwrap();
    let unsigned = task(&["check", &tasks, "--key", &id]).unwrap_err().to_string();
    assert!(unsigned.contains("not signed"), "{unsigned}");
}

#[test]
fn what_a_device_has_no_budget_for_is_told_before_it_is_signed_and_when_it_is_read() {
    let folder = Folder::new("budget");
    let [key, plain, out, sums] = ["key", "plain.json", "signed.json", "sums.json"].map(|name| folder.file(name));
    task(&["key", &key]).unwrap();
    let mut bundle: Value = serde_json::from_str(&task(&["create", "--shop", "boutique"]).unwrap()).unwrap();
    for operator in ["leader", "helper"] {
        bundle["tasks"][0][operator]["hpke"] = rules()["dap"]["task"][operator]["hpke"].clone();
    }
    let mut sign = |epsilon: u64| {
        bundle["tasks"][0]["epsilon"] = json!(epsilon);
        fs::write(&plain, bundle.to_string()).unwrap();
        let said = task(&["sign", &plain, "--key", &key, "--output", &out]).unwrap();
        fs::write(&sums, json!({ "report_count": 900, "aggregate_result": [500, 200, 100, 60, 40] }).to_string())
            .unwrap();
        (said, estimate(&["--tasks", &out, "--task", bundle["tasks"][0]["id"].as_str().unwrap(), &sums]).unwrap())
    };
    let (said, table) = sign(1_000_000);
    assert!(!said.contains("nothing") && !table.contains("budget"), "what one starts from is paid for: {said}{table}");
    let (said, table) = sign(2_000_000);
    assert!(said.contains("answers will say \"nothing\""), "{said}");
    assert!(table.contains("answers to this question say \"nothing\""), "{table}");
}

#[test]
fn a_bucket_that_names_nothing_to_count_is_told() {
    let folder = Folder::new("valueless");
    let [key, plain, out] = ["key", "plain.json", "signed.json"].map(|name| folder.file(name));
    task(&["key", &key]).unwrap();
    let mut bundle = json!({ "flaneur": 1, "shop": "s", "tasks": [rules()["ldp"]["task"]] });
    let mut sign = |metric: &str, value: Value| {
        bundle["tasks"][0]["metric"] = json!(metric);
        bundle["tasks"][0]["buckets"][2]["value"] = value;
        fs::write(&plain, bundle.to_string()).unwrap();
        task(&["sign", &plain, "--key", &key, "--output", &out]).unwrap()
    };
    assert!(!sign("taste_share", json!("category:Chairs")).contains("no answer falls"));
    for metric in ["taste_share", "attribution_credit"] {
        let said = sign(metric, Value::Null);
        assert!(said.contains("tasks[0].buckets[2]: no answer falls into it, since it has no value"), "{said}");
    }
}

#[test]
fn a_device_and_the_check_agree_on_which_answers_the_budget_holds() {
    let vectors: Value = serde_json::from_str(include_str!("../../tests/vectors/tasks/budget.json")).unwrap();
    let start: jiff::Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let days = vectors["weeks"].as_i64().unwrap() * 7 + 1;
    let end = start + jiff::SignedDuration::from_hours(24 * days);
    for case in vectors["cases"].as_array().unwrap() {
        let mut tasks = case["tasks"].as_array().unwrap().clone();
        for (at, task) in tasks.iter_mut().enumerate() {
            task["id"] = json!(encode(&[at as u8 + 1; 32]));
            task["start"] = json!(start.to_string());
            task["end"] = json!(end.to_string());
        }
        let found = answers(&tasks);
        let counts = |of: fn(&Answers) -> u32| json!(found.iter().map(of).collect::<Vec<_>>());
        assert_eq!(counts(|found| found.all), case["answers"], "{case}");
        assert_eq!(counts(|found| found.unpaid), case["unpaid"], "{case}");
        tasks.reverse();
        let turned: Vec<_> = answers(&tasks).into_iter().rev().collect();
        assert_eq!(turned, found, "the order of the ids decides, not that of the bundle: {case}");
    }
}

#[test]
fn the_bundle_that_browsers_check_holds_here_too() {
    let rules = rules();
    verify(&rules["bundle"], rules["key"].as_str().unwrap()).unwrap();
    assert_eq!(canonical(&json!({ "b": 1, "a": -2 })).unwrap(), r#"{"a":-2,"b":1}"#);
    assert_eq!(canonical(&json!(0.5)), None);
    let strings = json!({ "string": "€$\u{f}\nA'B\"\\\\\"/" });
    assert_eq!(canonical(&strings).unwrap(), "{\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
}

/// Always includes the true bucket, and takes the first others.
struct First;

impl Draws for First {
    fn below_threshold(&mut self, _: u64) -> bool {
        true
    }

    fn below(&mut self, _: u32) -> u32 {
        0
    }
}

#[test]
fn answers_and_collections_become_tables_json_and_pictures() {
    let folder = Folder::new("estimate");
    let rules = rules();
    let [bundle, answers, sums, json, plot] =
        ["bundle.json", "answers.ndjson", "sums.json", "out.json", "out.svg"].map(|name| folder.file(name));
    fs::write(&bundle, rules["bundle"].to_string()).unwrap();
    let tasks = rules["bundle"]["tasks"].as_array().unwrap();
    let of_mode = |mode: &str| tasks.iter().find(|task| task["mode"] == mode).unwrap();
    let id = |task: &Value| task["id"].as_str().unwrap().to_owned();

    let ldp = of_mode("ldp");
    let buckets = ldp["buckets"].as_array().unwrap().len() as u32;
    let channel = Channel::new(buckets, ldp["epsilon"].as_u64().unwrap()).unwrap();
    let bits = answer(channel, 1, &mut First).unwrap();
    let hex: String = bits.iter().map(|byte| format!("{byte:02x}")).collect();
    let line = json!({ "task": id(ldp), "answer": hex }).to_string();
    let mut lines = vec![line; 500].join("\n").into_bytes();
    // What anybody may post to the collector: neither ends the reading.
    lines.extend(b"\nnonsense\n\xff\xfe\r\n\n");
    fs::write(&answers, lines).unwrap();
    let table =
        estimate(&[&answers, "--tasks", &bundle, "--task", &id(ldp), "--json", &json, "--plot", &plot]).unwrap();
    assert!(table.contains("500 reports") && table.contains("2 malformed"), "{table}");
    let written: Value = serde_json::from_str(&fs::read_to_string(&json).unwrap()).unwrap();
    let shown: f64 = written["buckets"].as_array().unwrap().iter().map(|row| row["shown"].as_f64().unwrap()).sum();
    assert!((shown - 500.0).abs() < 1e-6);
    let picture = fs::read_to_string(&plot).unwrap();
    let ground = "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>";
    assert!(picture.starts_with("<svg") && picture.contains(ground), "dark letters need a light ground");
    let french = estimate(&[&answers, "--tasks", &bundle, "--task", &id(ldp), "--french"]).unwrap();
    assert!(french.contains(ldp["buckets"][1]["fr"].as_str().unwrap()));
    assert!(estimate(&["--sql", "--tasks", &bundle, "--task", &id(ldp)]).unwrap().contains("from answers where task"));

    let dap = of_mode("dap");
    let counts: Vec<i64> = (0..dap["buckets"].as_array().unwrap().len() as i64).map(|at| 100 * at - 3).collect();
    fs::write(&sums, json!({ "report_count": 300, "aggregate_result": counts }).to_string()).unwrap();
    let table = estimate(&[&sums, "--tasks", &bundle, "--task", &id(dap)]).unwrap();
    assert!(table.contains("97.0") && table.contains("…"), "{table}");
    assert!(estimate(&["--sql", "--tasks", &bundle, "--task", &id(dap)]).is_err());
    fs::write(&sums, json!({ "report_count": 300, "aggregate_result": [1] }).to_string()).unwrap();
    assert!(estimate(&[&sums, "--tasks", &bundle, "--task", &id(dap)]).unwrap_err().to_string().contains("1 sums"));
    let below_zero = r#"{ "report_count": 300, "aggregate_result": [340282366920938462946865773367900766205, 1] }"#;
    fs::write(&sums, below_zero).unwrap();
    let refused = format!("{:#}", estimate(&[&sums, "--tasks", &bundle, "--task", &id(dap)]).unwrap_err());
    assert!(refused.contains("subtract 340282366920938462946865773367900766209"), "{refused}");
    let none: Vec<i64> = counts.iter().map(|_| 1).collect();
    fs::write(&sums, json!({ "report_count": 0, "aggregate_result": none }).to_string()).unwrap();
    assert!(estimate(&[&sums, "--tasks", &bundle, "--task", &id(dap)]).unwrap_err().to_string().contains("no report"));
    let noiseless = folder.file("noiseless.json");
    let task = json!({ "id": "t", "mode": "dap", "epsilon": 0, "buckets": dap["buckets"] });
    fs::write(&noiseless, json!({ "tasks": [task] }).to_string()).unwrap();
    let refused = estimate(&[&sums, "--tasks", &noiseless, "--task", "t"]).unwrap_err().to_string();
    assert!(refused.contains("no epsilon above 0"), "its noise has no end, and its intervals had no width: {refused}");
    assert!(estimate(&[&sums, "--tasks", &bundle, "--task", "none"]).unwrap_err().to_string().contains(&id(dap)));
    assert_eq!(encode(&[255, 254]), "__4");
}

#[test]
fn much_seen_and_nothing_taken_comes_with_what_to_look_at() {
    let folder = Folder::new("untaken");
    let [tasks, input] = ["tasks.json", "collection.json"].map(|name| folder.file(name));
    let table = |metric: &str, sums: [i64; 5]| {
        let buckets: Vec<Value> = (0..5).map(|at| json!({ "en": at.to_string(), "fr": at.to_string() })).collect();
        let buckets = if metric == "opportunity_outcome" { &buckets[..4] } else { &buckets[..] };
        let task = json!({ "id": "t", "metric": metric, "mode": "dap", "epsilon": 1_000_000, "buckets": buckets });
        fs::write(&tasks, json!({ "tasks": [task] }).to_string()).unwrap();
        let collection = json!({ "report_count": 1_000, "aggregate_result": sums[..buckets.len()] });
        fs::write(&input, collection.to_string()).unwrap();
        estimate(&["--tasks", &tasks, "--task", "t", &input]).unwrap()
    };
    let hint = "Nothing that was taken stands out";
    assert!(table("opportunity_outcome", [400, 500, 100, 2, 0]).contains(hint));
    assert!(!table("opportunity_outcome", [400, 500, 50, 50, 0]).contains(hint));
    assert!(!table("opportunity_outcome", [998, 2, 0, 0, 0]).contains(hint), "nothing was seen either");
    assert!(table("slot_click_through", [0, 500, 1, 499, -3]).contains(hint));
    assert!(!table("slot_click_through", [0, 500, 1, 400, 99]).contains(hint));
    assert!(!table("discovery_outcome", [400, 500, 100, 2, 0]).contains(hint), "finds the entry by itself");
}

#[test]
fn a_byte_order_mark_makes_no_difference_and_other_files_are_told_what_they_are() {
    let folder = Folder::new("marks");
    let [tasks, input] = ["tasks.json", "answers"].map(|name| folder.file(name));
    let marked = |text: &str| [b"\xef\xbb\xbf", text.as_bytes()].concat();
    let run = |mode: &str, bytes: &[u8]| {
        let task =
            json!({ "id": "t", "metric": "latency", "mode": mode, "epsilon": 1_000_000, "buckets": [{}, {}, {}] });
        fs::write(&tasks, marked(&json!({ "tasks": [task] }).to_string())).unwrap();
        fs::write(&input, bytes).unwrap();
        estimate(&["--tasks", &tasks, "--task", "t", &input])
    };
    let answers = "{\"task\":\"t\",\"answer\":\"02\"}\r\n{\"task\":\"other\",\"answer\":\"02\"}\n";
    assert!(run("ldp", &marked(answers)).unwrap().contains("1 reports"));
    let sums = "{\"report_count\":10,\"aggregate_result\":[5,2,3]}";
    assert!(run("dap", &marked(sums)).unwrap().contains("10 reports"));
    let refused = |mode: &str, bytes: &[u8]| format!("{:#}", run(mode, bytes).unwrap_err());
    for mode in ["ldp", "dap"] {
        assert!(refused(mode, b"\x1f\x8b\x08\0").contains("is gzipped; unpack it first"));
        assert!(refused(mode, b"\xff\xfe{\0").contains("is UTF-16; expected UTF-8"));
    }
    let said = refused("ldp", b"{\"task\":\"x\",\"answer\":\"02\"}\nno\n");
    assert!(said.contains("left out: 1 of other tasks, 1 malformed") && said.contains("there is no answer"), "{said}");
    assert!(refused("ldp", b"").contains("there is no answer"));
}
