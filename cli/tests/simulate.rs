//! The simulator: its formulas, its worlds, and that its figures depend on nothing but files, options and seed.
// A helper's failure is the test's.
#![allow(clippy::unwrap_used)]

#[path = "support/kit.rs"]
mod kit;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use flaneur::math::Stream;
use flaneur_cli::evaluate::bootstrap::Interval;
use flaneur_cli::simulate::measure::{Figures, gini};
use flaneur_cli::simulate::policy::strays;
use flaneur_cli::simulate::report::{dominance, promises};
use flaneur_cli::simulate::truth::{Temper, Truth, attraction, examination, luck};
use kit::Folder;
use serde_json::Value;

const DAY: i64 = 86_400;
/// Categories, and items of each.
const SHAPE: (usize, usize) = (10, 16);

/// A log of shoppers who buy from one category at first and from two others later.
fn write(folder: &Folder) {
    let mut items = "id,title,category\n".to_owned();
    for item in 0..SHAPE.0 * SHAPE.1 {
        let category = item / SHAPE.1;
        let _ = writeln!(items, "{item},kind {category} model {item},c{category}");
    }
    folder.write("items.csv", items);
    let mut log = "ts,user,session,item,type\n".to_owned();
    let mut stream = Stream::new(5, "log");
    for shopper in 0..60_usize {
        for visit in 0..12_i64 {
            // The first shoppers are the crowd: they buy from two categories that go together, all the time.
            let home = shopper % SHAPE.0;
            let category = match visit {
                _ if shopper >= 30 => (home + usize::from(stream.unit() < 0.3)) % SHAPE.0,
                0..6 => home,
                6..9 => (home + 3) % SHAPE.0,
                _ => (home + 6) % SHAPE.0,
            };
            let picked: BTreeSet<usize> = (0..5).map(|_| category * SHAPE.1 + stream.below(SHAPE.1)).collect();
            for item in picked {
                let ts = 1_300_000_000 + visit * DAY + shopper as i64 * 60;
                let _ = writeln!(log, "{ts},u{shopper},{shopper}-{visit},{item},purchase");
            }
        }
    }
    folder.write("log.csv", log);
}

const RUN: &str = "simulate --events log.csv --items items.csv --split-time 1300518000 --shoppers 20 --visits 12 \
                   --seeds 2 --dials 1 --epsilon 0.2 --linucb 1 --ips-seeds 2 --ips-shoppers 5";

#[test]
fn figures_do_not_depend_on_threads_and_learning_beats_the_frozen_prior() {
    let folder = Folder::new("simulate-run");
    write(&folder);
    let files = "--json figures.json --html page.html --svg curve.svg";
    let first = folder.run(&format!("{RUN} {files} --threads 1")).expect(0);
    let json = folder.text("figures.json");
    let second = folder.run(&format!("{RUN} {files} --threads 3")).expect(0);
    assert_eq!(json, folder.text("figures.json"));
    assert_eq!(first.out(), second.out());
    assert!(first.out().contains("warning: 20 shoppers are too few for the intervals"), "{}", first.out());
    let found: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(found["run"]["drift"], 6);
    for world in found["worlds"].as_array().unwrap() {
        let names: Vec<&str> =
            world["policies"].as_array().unwrap().iter().map(|x| x["policy"].as_str().unwrap()).collect();
        let expected = [
            "frozen",
            "greedy (dial 0)",
            "epsilon-greedy 0.2",
            "LinUCB 1",
            "flaneur (default dial)",
            "flaneur (dial 1)",
        ];
        assert_eq!(names, expected);
        let clicks = |at: usize| world["policies"][at]["means"]["clicks_per_visit"].as_f64().unwrap();
        assert!(clicks(1) > clicks(0), "{} against {}", clicks(1), clicks(0));
        let of_greedy = &world["policies"][1]["against_greedy"];
        assert!(of_greedy.as_object().unwrap().values().all(|x| x["value"] == 0.0 && x["low"] == 0.0));
        assert_eq!(world["policies"][1]["clicks_by_visit"].as_array().unwrap().len(), 12);
        assert!(!world["promises"].as_array().unwrap().is_empty());
    }
    let svg = folder.text("curve.svg");
    assert!(svg.starts_with("<svg role=\"img\"") && svg.contains("<title>Relevance against surprise</title>"));
    let page = folder.text("page.html");
    assert!(page.contains("<html lang=\"en\">") && page.contains("The tables below have the same figures, against"));
    assert!(!svg.contains("below"), "a picture alone has no table below it");
    folder.run(&format!("{RUN} --truth exact --language fr --html page.html")).expect(0);
    let page = folder.text("page.html");
    assert!(page.contains("<title>Pertinence et surprise</title>") && page.contains("epsilon-glouton"));
    for english in ["greedy", "frozen", "against", "dial", "truth", "seeds"] {
        assert!(!page.contains(english), "{english} in the French page");
    }
}

#[test]
fn a_pack_of_the_shop_is_taken_and_misuse_is_explained() {
    let folder = Folder::new("simulate-pack");
    write(&folder);
    folder.run("pack --items items.csv --out shop.flaneur").expect(0);
    let small = "--truth exact --seeds 1 --visits 4 --dials 1 --epsilon 0.1 --linucb 1 --ips-seeds 0";
    let run = format!("simulate --events log.csv --items items.csv --split-time 1300518000 {small}");
    folder.run(&format!("{run} --pack shop.flaneur --fatigue 0.2 --appetite 0.5")).expect(0);
    folder.write("other.csv", "id,title\nx,y\n");
    folder.run("pack --items other.csv --out other.flaneur").expect(0);
    folder.run(&format!("{run} --pack other.flaneur")).expect(3).says("shares no available item");
    let late = run.replace("1300518000", "1400000000");
    folder.run(&late).expect(3).says("choose another --split-time");
    let early = folder.run(&run.replace("1300518000", "1000000000")).expect(3);
    early.says("the log has nothing before 2001-09-09T01:46:40Z that a pack could be made from");
    folder.run(&format!("{run} --epsilon 2")).expect(2);
}

#[test]
fn a_clock_that_runs_ahead_is_forgiven_as_in_packing() {
    let folder = Folder::new("simulate-ahead");
    let soon = jiff::Timestamp::now().as_second() + 3_600;
    folder.write("log.csv", format!("session,user,item,ts,type\ns,u,a,{soon},view_item\n"));
    let run = folder.run("simulate --events log.csv --max-bad 0").expect(3);
    assert!(!run.err().contains("in the future"), "{}", run.err());
}

#[test]
fn clicks_follow_the_formula() {
    assert_eq!(attraction(0.0), 0.01);
    assert!((attraction(0.8) - 0.33).abs() < 1e-12);
    assert!((examination(5) - 1.0 / 1.6).abs() < 1e-12);
    let plain = Temper::default();
    assert_eq!(plain.attraction(0.6, 9, 0.0, true), attraction(0.6));
    let tired = Temper { fatigue: 0.5, appetite: 0.4 };
    assert!((tired.attraction(0.6, 2, 0.0, false) - (0.01 + 0.5 * 0.36 * libm::exp(-2.0))).abs() < 1e-12);
    assert!((plain.attraction(0.6, 0, 0.25, true) - (0.01 + 0.5 * 0.36 * 1.25)).abs() < 1e-12);
    assert!((0..200).all(|shopper| tired.of(1, shopper).abs() <= 0.4));
    // The mean of n uniforms has standard error sqrt(1/12/n); four of them.
    let n = 20_000;
    let mean = (0..n).map(|item| luck(3, 7, 11, item)).sum::<f64>() / f64::from(n);
    assert!((mean - 0.5).abs() < 4.0 * (1.0 / 12.0 / f64::from(n)).sqrt());
}

#[test]
fn concentration_is_zero_when_even_and_nears_one_when_single() {
    assert_eq!(gini(&[3, 3, 3, 3]), 0.0);
    assert!((gini(&[0, 0, 0, 8]) - 0.75).abs() < 1e-12);
    // Σ (2 i − n − 1) x_i = −1·3 … : (−2·1 + 0·2 + 2·3) / (3 · 6).
    assert!((gini(&[2, 1, 3]) - 4.0 / 18.0).abs() < 1e-12);
}

#[test]
fn strays_are_distinct_and_as_many_as_the_share_says() {
    let open: Vec<u32> = (0..1_000).collect();
    let mut stream = Stream::new(1, "strays");
    let n = 2_000;
    let mut count = 0;
    for _ in 0..n {
        let found = strays(0.2, 10, &open, &mut stream);
        assert_eq!(found.iter().map(|x| x.1).collect::<BTreeSet<_>>().len(), found.len());
        count += found.len();
    }
    // Two of ten on average; a repeated item among so many is rare. Four standard errors and that rarity.
    let mean = count as f64 / f64::from(n);
    assert!((mean - 2.0).abs() < 4.0 * (10.0 * 0.2 * 0.8 / f64::from(n)).sqrt() + 0.01, "{mean}");
    assert!(strays(1.0, 10, &[], &mut stream).is_empty(), "a shopper who clicked everything has nothing left to see");
}

fn figures(policy: &str, family: &'static str, parameter: f64, clicks: f64, surprise: f64) -> Figures {
    let exactly = |value| Interval { value, low: value, high: value };
    let against = [
        ("clicks_per_visit", clicks),
        ("serendipitous_per_visit", surprise),
        ("coverage", 0.2),
        ("recovery_visits", -0.1),
    ];
    Figures {
        policy: policy.into(),
        family,
        parameter: Some(parameter),
        means: Default::default(),
        against_greedy: against.map(|(name, value)| (name, exactly(value))).into(),
        clicks_against_frozen: exactly(0.3),
        clicks_by_visit: Vec::new(),
    }
}

#[test]
fn one_curve_dominates_another_when_it_lies_above_it_at_the_same_clicks() {
    let dial = || {
        vec![
            figures("greedy (dial 0)", "flaneur", 0.0, 0.0, 0.0),
            figures("flaneur (default dial)", "flaneur", 0.3, -0.01, 0.5),
            figures("flaneur (dial 1)", "flaneur", 1.0, -0.03, 0.9),
        ]
    };
    let with = |clicks, surprise| {
        let mut all = dial();
        all.push(figures("epsilon-greedy 0.1", "epsilon-greedy", 0.1, clicks, surprise));
        dominance(&all).unwrap()
    };
    // At −2 % the curve is at 0.7; at −0.5 % at 0.25; below its end it has its largest.
    assert!((with(-0.02, 0.1) - 0.6).abs() < 1e-12);
    assert!((with(-0.005, 0.3) + 0.05).abs() < 1e-12);
    assert!((with(-0.5, 0.2) - 0.7).abs() < 1e-12);
    assert!(with(0.02, 0.0) < 0.0, "more clicks than any dial is not dominated");
    assert_eq!(dominance(&dial()), None);
    let kept = promises(Truth::Smooth, &dial(), None);
    assert!(kept.iter().all(|promise| promise.holds), "{kept:?}");
    let missed = promises(Truth::Smooth, &dial()[..1], None);
    assert!(missed.is_empty(), "without the default dial nothing is promised");
}
