//! The evaluator: metrics and baselines against hand-computed cases, honest queries, and the command.
// A helper's failure is the test's.
#![allow(clippy::unwrap_used)]

#[path = "support/kit.rs"]
mod kit;

use std::fmt::Write as _;

use flaneur::catalog::Item;
use flaneur::math::Stream;
use flaneur_cli::Progress;
use flaneur_cli::evaluate::baselines::{ease, families, tifu, upcf};
use flaneur_cli::evaluate::bootstrap;
use flaneur_cli::evaluate::dataset::Dataset;
use flaneur_cli::evaluate::method::{Bench, lists};
use flaneur_cli::evaluate::metrics::{calibration_error, hit, hits, ndcg, reciprocal, reliability};
use flaneur_cli::evaluate::query::{Asked, Query, Set, Task, queries};
use flaneur_cli::evaluate::split::{Wanted, split};
use flaneur_cli::evaluate::training::Training;
use flaneur_cli::log::{Log, Touch};
use indicatif::ProgressBar;
use kit::Folder;
use serde_json::Value;

const DAY: i64 = 86_400_000;

/// A log from (day, shopper, session, items); the items of a session are a minute apart.
fn log(touch: Touch, sessions: &[(i64, &str, &str, &[u32])]) -> Log {
    let mut log = Log::default();
    for (day, user, session, items) in sessions {
        for (item, minute) in items.iter().zip(0..) {
            log.add(user, session, *item, touch, day * DAY + minute * 60_000);
        }
    }
    log.settle();
    log
}

fn items(count: usize) -> Vec<Item> {
    (0..count).map(|at| Item::new(at.to_string())).collect()
}

fn asked(training: &Training<'_>) -> Asked {
    Asked { from: training.cut, until: i64::MAX, sample: 0, seed: 0 }
}

/// What a baseline with its starting settings answers to the main queries from day 100 on.
fn answers(name: &str, log: &Log, task: Task, count: usize) -> Vec<Vec<u32>> {
    let data = Dataset::new(log, items(count), task);
    let training = Training::new(&data, 100 * DAY);
    let mut asked = queries(&training, &asked(&training)).0;
    asked.retain(|query| query.set == Set::Main);
    let progress = Progress::default();
    let bench = Bench { log, early: &training, tuning: &[], late: &training, seed: 0, progress: &progress };
    let family = families(task).into_iter().find(|family| family.name() == name).unwrap();
    let prepared = family.prepare(&bench).unwrap();
    lists(prepared.method.as_ref(), &asked, &training, &ProgressBar::hidden())
}

/// Four baskets before the cut, one after it. a = 0, b = 1, c = 2, d = 3; counts 3, 3, 2, 1.
fn baskets() -> Log {
    log(
        Touch::Buy,
        &[
            (1, "", "old", &[0, 3]),
            (98, "", "x", &[0, 1, 2]),
            (98, "", "y", &[0, 1]),
            (98, "", "z", &[1, 2]),
            (100, "", "asked", &[0, 1]),
        ],
    )
}

#[test]
fn metrics_equal_the_formulas_by_hand() {
    let (list, targets) = ([5, 3, 9, 1], [3, 9]);
    assert_eq!(hit(&list, &targets, 1), 0.0);
    assert_eq!(hit(&list, &targets, 2), 1.0);
    assert_eq!(reciprocal(&list, &targets, 20), 0.5);
    assert_eq!(reciprocal(&list, &targets, 1), 0.0);
    assert_eq!(hits(&list, &targets, 20), 2);
    // (1/log2 3 + 1/log2 4) / (1/log2 2 + 1/log2 3)
    let gain = 1.0 / libm::log2(3.0);
    assert!((ndcg(&list, &targets, 20) - (gain + 0.5) / (1.0 + gain)).abs() < 1e-12);
    // Only one target fits into a list of one.
    assert_eq!(ndcg(&[9], &targets, 1), 1.0);
    assert_eq!(ndcg(&list, &[7], 20), 0.0);
}

#[test]
fn calibration_error_is_the_mean_gap() {
    let half = |stated: f64| (0..100).map(|at| (stated, at % 2 == 0)).collect::<Vec<_>>();
    // Half of what was said to be as likely as not came true: nothing is wrong with that.
    assert!(calibration_error(&reliability(half(0.5))).unwrap() < 1e-12);
    assert!((calibration_error(&reliability(half(0.9))).unwrap() - 0.4).abs() < 1e-12);
    assert_eq!(reliability(half(0.5)).len(), 10);
    let sure: Vec<(f64, bool)> = (0..100).map(|at| (f64::from(u8::from(at >= 50)), at >= 50)).collect();
    assert_eq!(calibration_error(&reliability(sure)), Some(0.0));
    assert_eq!(calibration_error(&reliability(Vec::new())), None);
}

#[test]
fn the_usual_tuning_period_has_a_session_in_it() {
    // The test is the last session, two minutes long: nobody comes within as short a time before it.
    let visits: [(i64, &str, &str, &[u32]); 4] =
        [(1, "u", "a", &[0, 1]), (2, "u", "b", &[0, 1]), (3, "u", "c", &[0, 1]), (4, "u", "d", &[0, 1])];
    let data = Dataset::new(&log(Touch::View, &visits), items(2), Task::Session);
    let found = split(&data, &Wanted::default()).unwrap();
    assert_eq!([found.tune_from, found.test_from], [data.sessions[2].start, data.sessions[3].start]);
}

#[test]
fn bootstrap_knows_equal_better_and_how_unsure() {
    let queries = 4_000;
    let noise = |at: usize| f64::from(u8::from((at * 7919) % 97 < 40));
    let worse: Vec<f64> = (0..queries).map(noise).collect();
    let doubled: Vec<f64> = worse.iter().map(|value| value * 2.0).collect();
    let other: Vec<f64> = (0..queries).map(|at| noise(at + 13)).collect();
    let sessions: Vec<usize> = (0..queries).map(|at| at / 2).collect();
    let found = bootstrap::compare(&[worse.clone(), doubled, other.clone()], &sessions, 0, 7);
    assert_eq!((found[0].ratio.low, found[0].ratio.high, found[0].difference.value), (1.0, 1.0, 0.0));
    assert!((found[1].ratio.low - 2.0).abs() < 1e-9 && (found[1].ratio.high - 2.0).abs() < 1e-9);
    let unsure = found[2].difference;
    assert!(unsure.low < unsure.value && unsure.value < unsure.high);
    // The half width of a mean's 95 % interval is 1.96 standard errors over sessions, within a fifth of it.
    let sums: Vec<f64> =
        (0..queries / 2).map(|at| (0..2).map(|k| other[2 * at + k] - worse[2 * at + k]).sum()).collect();
    let n = sums.len() as f64;
    let mean = sums.iter().sum::<f64>() / n;
    let deviation = (sums.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n).sqrt();
    let expected = 1.96 * deviation / n.sqrt() / 2.0;
    let half = (unsure.high - unsure.low) / 2.0;
    assert!((half / expected - 1.0).abs() < 0.2, "{half} against {expected}");
    assert_eq!(
        found,
        bootstrap::compare(&[worse.clone(), worse.iter().map(|x| x * 2.0).collect(), other], &sessions, 0, 7)
    );
}

#[test]
fn visits_of_one_shopper_that_are_alike_widen_the_intervals_by_the_root_of_their_number() {
    // 500 shoppers with four visits each; a shopper's are all alike in one method, and unlike in the other.
    let mut stream = Stream::new(1, "visits");
    let unlike: Vec<f64> = (0..2_000).map(|_| stream.unit()).collect();
    let alike: Vec<f64> = (0..2_000).map(|at| unlike[at % 500]).collect();
    let (sessions, owners): (Vec<usize>, Vec<usize>) = (0..2_000).map(|at| (at, at % 500)).unzip();
    let widening = |method: &Vec<f64>, owners: &[usize]| {
        let methods = [method.clone()];
        bootstrap::widening(&methods, owners, &bootstrap::compare(&methods, &sessions, 0, 7), 7)
    };
    // The width of a percentile interval of 1,000 draws is known to about a twentieth; of two, within a fifth.
    assert!((widening(&alike, &owners) / 2.0 - 1.0).abs() < 0.2, "{}", widening(&alike, &owners));
    assert!((widening(&unlike, &owners) - 1.0).abs() < 0.2, "{}", widening(&unlike, &owners));
    assert_eq!(widening(&alike, &sessions), 1.0);
}

#[test]
fn session_baselines_rank_a_small_log_as_by_hand() {
    // After a: AR counts b 2, c 1, d 1; SR b 2, d 1, c 1/2; SKNN b 1/√3 + 1/√2, d 1/√2, c 1/√3;
    // V-SKNN the same with one item; STAN sees d in a session 99 days old: b, c, d.
    // Cosine b 2/3, d 1/√3, c 1/√6. BM25 gives the basket of three no weight: ln 4 − ln 4 = 0, and rare d most.
    let cases: [(&str, &[u32]); 9] = [
        ("POP", &[1, 2, 3]),
        ("AR", &[1, 2, 3]),
        ("SR", &[1, 3, 2]),
        ("SKNN", &[1, 3, 2]),
        ("V-SKNN", &[1, 3, 2]),
        ("STAN", &[1, 2, 3]),
        ("ItemKNN-cosine", &[1, 3, 2]),
        ("ItemKNN-BM25", &[3, 1, 2]),
        ("recently viewed", &[1, 2, 3]),
    ];
    for (name, expected) in cases {
        assert_eq!(answers(name, &baskets(), Task::Session, 4), [expected], "{name}");
    }
    // Two items alone: B_ab = G_ab / (G_aa + λ), so what was with a most often comes first.
    assert_eq!(answers("EASE", &baskets(), Task::Session, 4)[0][0], 1);
}

#[test]
fn recent_and_personal_counts_rank_as_by_hand() {
    assert_eq!(answers("POP-28d", &baskets(), Task::Session, 4), [[1, 2, 3]]);
    let own = log(
        Touch::Buy,
        &[
            (1, "u", "1", &[2, 3]),
            (2, "u", "2", &[3]),
            (3, "v", "3", &[0, 2]),
            (4, "w", "4", &[0]),
            (101, "u", "5", &[3]),
        ],
    );
    assert_eq!(answers("P-TopFreq", &own, Task::Basket, 4), [[3, 2, 0]]);
    assert_eq!(answers("POP", &own, Task::Basket, 4), [[0, 2, 3]]);
}

#[test]
fn basket_neighbours_bring_what_like_shoppers_bought() {
    // u and v share item 0; w shares nothing. v's item 1 must come before w's item 2.
    let log = log(
        Touch::Buy,
        &[(1, "u", "1", &[0]), (2, "v", "2", &[0, 1]), (3, "w", "3", &[2]), (4, "w", "4", &[2]), (101, "u", "5", &[1])],
    );
    for name in ["UP-CF@r", "EASE", "EASE+counts", "ItemKNN-cosine"] {
        let list = &answers(name, &log, Task::Basket, 3)[0];
        let place = |item: u32| list.iter().position(|&found| found == item).unwrap();
        assert!(place(1) < place(2), "{name}: {list:?}");
    }
    assert_eq!(answers("TIFU-KNN", &log, Task::Basket, 3)[0][0], 0);
}

#[test]
fn frequency_vectors_equal_the_formulas_by_hand() {
    let baskets = [vec![0], vec![0, 1], vec![2]];
    // Groups of two from the newest: {2}, {0, 1} and {0}. 1/(2 groups · 2 baskets) = 0.25, 0.7/(2 · 1) = 0.35.
    let vector = tifu::vector(&baskets, 2, 0.9, 0.7);
    let expected = [(0, 0.225 + 0.35), (1, 0.225), (2, 0.25)];
    assert!(vector.iter().zip(expected).all(|(x, y)| x.0 == y.0 && (x.1 - y.1).abs() < 1e-12), "{vector:?}");
    assert_eq!(upcf::popular(&baskets, 2), [(0, 0.5), (1, 0.5), (2, 0.5)]);
    assert!((upcf::popular(&baskets, 9)[0].1 - 2.0 / 3.0).abs() < 1e-12);
}

#[test]
fn the_inverse_inverts_over_several_blocks() {
    let n = 300;
    let row =
        |i: usize| (0..n).map(move |j| f64::from(((i * j + i + j) % 11) as u32) + if i == j { 3_000.0 } else { 0.0 });
    let matrix: Vec<Vec<f64>> = (0..n).map(|i| row(i).collect()).collect();
    let inverse = ease::inverse(&matrix, 5.0, || ()).unwrap();
    let mut shifted = matrix;
    shifted.iter_mut().enumerate().for_each(|(i, row)| row[i] += 5.0);
    for (i, row) in shifted.iter().enumerate() {
        for j in 0..n {
            let product: f64 = row.iter().zip(&inverse).map(|(x, column)| x * column[j]).sum();
            assert!((product - f64::from(u8::from(i == j))).abs() < 1e-9, "{i} {j}: {product}");
        }
    }
}

fn shape(query: &Query<'_>) -> (Set, Vec<u32>, Vec<u32>, bool) {
    (query.set, query.prefix.iter().map(|line| line.item).collect(), query.targets.clone(), query.is_new)
}

#[test]
fn purchase_sessions_ask_at_few_lengths_and_exclude_what_is_in_the_basket() {
    let log =
        log(Touch::Buy, &[(1, "", "1", &[0, 1, 2, 3, 4]), (100, "", "2", &[4, 3, 2, 1, 0]), (101, "", "3", &[0, 5])]);
    let data = Dataset::new(&log, items(6), Task::Session);
    let training = Training::new(&data, 100 * DAY);
    let (found, total) = queries(&training, &asked(&training));
    assert_eq!(found.iter().map(|query| query.prefix.len()).collect::<Vec<_>>(), [1, 2, 3, 1]);
    assert_eq!((found[2].excluded.clone(), found[2].targets.clone()), (vec![2, 3, 4], vec![1]));
    assert_eq!(found[2].rest, [0, 1]);
    assert_eq!((found[3].set, total), (Set::NewItems, 3), "item 5 was never seen before the cut");
}

#[test]
fn view_sessions_ask_everywhere_and_keep_repeats() {
    let mut log = log(Touch::View, &[(1, "u", "1", &[0, 1, 2]), (100, "u", "2", &[0, 1, 1, 0])]);
    // Put into the basket after the look: no new line, but an event.
    log.add("u", "2", 1, Touch::Want, 100 * DAY + 150_000);
    log.settle();
    let data = Dataset::new(&log, items(3), Task::Session);
    let training = Training::new(&data, 100 * DAY);
    let (found, _) = queries(&training, &asked(&training));
    let shapes: Vec<_> = found.iter().map(shape).collect();
    let expected = [
        (Set::Main, vec![0], vec![1], true),
        (Set::Main, vec![0, 1], vec![1], false),
        (Set::Main, vec![0, 1, 1], vec![0], false),
    ];
    assert_eq!(shapes, expected);
    assert_eq!(found[2].events.len(), 4, "the basket row stands before the last look");
    assert!(found.iter().all(|query| query.excluded.is_empty() && query.visits().count() == 1));
}

#[test]
fn a_query_sees_nothing_after_its_moment() {
    // Session 1 of u is still running when session 2 asks: its later line is not known yet.
    let mut log = Log::default();
    for (session, item, at) in [("1", 0, 0), ("1", 1, 50), ("2", 2, 10), ("2", 0, 20)] {
        log.add("u", session, item, Touch::View, 100 * DAY + at);
    }
    log.add("v", "3", 0, Touch::View, 0);
    log.settle();
    let data = Dataset::new(&log, items(3), Task::Session);
    let training = Training::new(&data, 100 * DAY);
    let second = queries(&training, &asked(&training)).0.into_iter().find(|query| query.prefix[0].item == 2).unwrap();
    let known: Vec<u32> = second.visits().flat_map(|visit| visit.events).map(|line| line.item).collect();
    assert_eq!((second.now, known), (100 * DAY + 10, vec![0]));
}

#[test]
fn what_a_session_of_the_tuning_period_does_in_the_test_period_chooses_nothing() {
    let (v, t) = (100 * DAY, 110 * DAY);
    for (task, touch) in [(Task::Session, Touch::View), (Task::Basket, Touch::Buy)] {
        let mut log = Log::default();
        for (item, at) in [(0, v - DAY), (1, v - DAY + 1), (2, v - DAY + 2), (3, v - DAY + 3)] {
            log.add("u", "1", item, touch, at);
        }
        // It begins before T, and ends after it.
        for (item, at) in [(0, t - 20), (1, t - 10), (2, t), (3, t + 10)] {
            log.add("u", "2", item, touch, at);
        }
        log.settle();
        let data = Dataset::new(&log, items(4), task);
        let training = Training::new(&data, v);
        let found = queries(&training, &Asked { until: t, ..asked(&training) }).0;
        let wanted: Vec<u32> = found.iter().filter(|x| x.set == Set::Main).flat_map(|x| x.targets.clone()).collect();
        let rest: Vec<u32> = found.iter().flat_map(|x| x.rest.clone()).filter(|&item| item > 1).collect();
        let expected: &[u32] = if task == Task::Session { &[1] } else { &[0, 1] };
        assert_eq!((wanted.as_slice(), rest), (expected, Vec::new()), "{task:?}");
    }
}

#[test]
fn baskets_ask_known_shoppers_whole_new_first_and_unseen() {
    let log = log(
        Touch::Buy,
        &[
            (1, "u", "1", &[0, 1]),
            (100, "u", "2", &[0, 2]),
            (101, "v", "3", &[1]),
            (102, "", "4", &[0]),
            (103, "u", "5", &[0]),
        ],
    );
    let data = Dataset::new(&log, items(3), Task::Basket);
    let training = Training::new(&data, 100 * DAY);
    let (found, _) = queries(&training, &asked(&training));
    let sets: Vec<(Set, Vec<u32>)> = found.iter().map(|query| (query.set, query.targets.clone())).collect();
    let expected = [
        (Set::Main, vec![0, 2]),
        (Set::NewOnly, vec![2]),
        (Set::NewItems, vec![2]),
        (Set::ColdStart, vec![1]),
        (Set::Main, vec![0]),
    ];
    assert_eq!(sets, expected);
    assert_eq!(found[1].excluded, [0, 1]);
}

#[test]
fn a_sample_takes_whole_sessions_and_repeats_with_its_seed() {
    let names: Vec<String> = (0..50).map(|at| at.to_string()).collect();
    let sessions: Vec<(i64, &str, &str, &[u32])> =
        names.iter().zip(90..).map(|(name, day)| (day, "", name.as_str(), &[0, 1, 2, 3][..])).collect();
    let log = log(Touch::View, &sessions);
    let data = Dataset::new(&log, items(4), Task::Session);
    let training = Training::new(&data, 100 * DAY);
    let sample = |seed| {
        let (found, total) = queries(&training, &Asked { sample: 10, seed, ..asked(&training) });
        assert_eq!((found.len(), total), (12, 120), "four whole sessions of three queries");
        found.iter().map(|query| query.session).collect::<Vec<_>>()
    };
    assert_eq!(sample(1), sample(1));
    assert_ne!(sample(1), sample(2));
}

/// A made log: a shopper's next item is mostly the neighbour of the last one.
fn made(folder: &Folder, kind: &str) {
    let (mut log, mut state) = (String::from("session,user,item,ts,type\n"), 3_u64);
    let mut draw = |n: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % n
    };
    for session in 0..600_u64 {
        let mut item = draw(40);
        for line in 0..2 + draw(6) {
            let at = 1_700_000_000 + session * 7_200 + line * 30;
            let _ = writeln!(log, "s{session},u{},i{item},{at},{kind}", session % 60);
            item = if draw(4) == 0 { draw(40) } else { (item + 1) % 40 };
        }
    }
    let titles = (0..40).fold(String::from("id,title\n"), |text, at| format!("{text}i{at},thing {} of {at}\n", at % 5));
    folder.write("log.csv", log);
    folder.write("items.csv", titles);
}

/// The figures without what a clock says.
fn figures(folder: &Folder, name: &str) -> Value {
    let mut json: Value = serde_json::from_str(&folder.text(name)).unwrap();
    for method in json["methods"].as_array_mut().unwrap() {
        let method = method.as_object_mut().unwrap();
        assert!(method.remove("seconds_per_1000_queries").unwrap().as_f64().unwrap() >= 0.0);
        assert!(method.remove("preparation_seconds").is_some());
    }
    json
}

#[test]
fn the_command_gives_the_same_figures_on_one_thread_and_on_three() {
    let folder = Folder::new("evaluate-threads");
    made(&folder, "view_item");
    for threads in [1, 3] {
        let name = format!("{threads}.json");
        let run = folder.run(&format!("evaluate --events log.csv --items items.csv --json {name} --threads {threads}"));
        let out = run.expect(0).out();
        assert!(out.contains("next line of the session") && out.contains("STAN"), "{out}");
    }
    let json = figures(&folder, "1.json");
    assert_eq!(json, figures(&folder, "3.json"));
    assert_eq!(json["run"]["counts"]["sessions"], 600);
    let method = |name: &str| json["methods"].as_array().unwrap().iter().find(|x| x["name"] == name).unwrap();
    let gain = |name: &str| method(name)["metrics"]["NDCG@20"].as_f64().unwrap();
    assert!(gain("SR") > 1.2 * gain("POP"), "the next item follows the last: {} {}", gain("SR"), gain("POP"));
    let best = json["run"]["best_baseline"]["main"].as_str().unwrap();
    assert_eq!(method(best)["ratio_to_best_baseline"]["value"], 1.0);
    for name in
        ["HR@5", "MRR@10", "NDCG@10", "Precision@20", "Recall@20", "coverage", "novelty", "ILD", "ser@20", "SHR"]
    {
        let value = method("POP")["metrics"][name].as_f64();
        assert!(value.is_some_and(f64::is_finite), "{name}: {value:?}");
    }
    for slice in ["prefix_length", "known_events", "earlier_sessions", "target", "target_age_days", "target_popularity"]
    {
        assert!(!method("POP")["slices"][slice].as_array().unwrap().is_empty(), "{slice}");
    }
    assert_eq!(method("POP")["kind"], "baseline");
}

#[test]
fn the_basket_task_reports_new_items_of_shoppers_apart() {
    let folder = Folder::new("evaluate-baskets");
    made(&folder, "purchase");
    let command =
        "evaluate --events log.csv --task basket --test-days 5 --json out.json --methods POP,P-TopFreq,TIFU-KNN";
    folder.run(command).expect(0);
    let json = figures(&folder, "out.json");
    assert_eq!(json["methods"].as_array().unwrap().len(), 3);
    assert!(json["methods"][1]["new_only"]["metrics"]["NDCG@20"].is_f64());
    assert_eq!(json["run"]["left_out"]["ILD"], "no item has a title, so there are no words to compare");
    assert!(json["methods"][0]["metrics"]["ILD"].is_null());
}

#[test]
fn intervals_that_are_too_narrow_are_said_to_be() {
    let folder = Folder::new("evaluate-narrow");
    // Half of the shoppers buy the same three things every day, the others never the same thing twice.
    let mut log = String::from("session,user,item,ts,type\n");
    for (day, user) in (0..40_u64).flat_map(|day| (0..80_u64).map(move |user| (day, user))) {
        for line in 0..3 {
            let item = if user < 40 { user * 3 + line } else { (user * 131 + day * 37 + line * 11) % 200 };
            let at = 1_700_000_000 + day * 86_400 + user * 60 + line;
            let _ = writeln!(log, "s{day}-{user},u{user},i{item},{at},purchase");
        }
    }
    folder.write("log.csv", &log);
    let command = "evaluate --events log.csv --task basket --json out.json --methods P-TopFreq";
    let run = folder.run(&format!("{command} --test-days 10")).expect(0).out();
    assert!(run.contains("warning: main: 800 sessions of 80 shoppers; drawn by shopper, the intervals"), "{run}");
    let doubts = figures(&folder, "out.json")["run"]["doubts"].clone();
    let times = |text: &str| text.rsplit("up to ").next().and_then(|x| x.split(' ').next()?.parse::<f64>().ok());
    let found = doubts[0].as_str().and_then(times).unwrap();
    // All of the spread is between shoppers, who have ten visits each.
    assert!((found / 10.0_f64.sqrt() - 1.0).abs() < 0.25, "{doubts}");
    let few: String =
        log.lines().filter(|line| line.starts_with("session") || line.contains(",u3")).collect::<Vec<_>>().join("\n");
    folder.write("log.csv", few);
    let run = folder.run(&format!("{command} --test-days 10")).expect(0).out();
    assert!(run.contains("warning: main: 110 sessions of 11 shoppers are too few for the intervals"), "{run}");
}

#[test]
fn reference_figures_are_compared_and_a_wrong_one_fails() {
    let folder = Folder::new("evaluate-golden");
    made(&folder, "purchase");
    let command = "evaluate --events log.csv --json out.json --methods POP --golden golden.json";
    folder.write("golden.json", r#"{"B": {"POP (count)": {"HR@20": 2.0}}}"#);
    folder.run(command).expect(5).says("POP (count): HR@20: expected 2");
    let found = figures(&folder, "out.json")["methods"][0]["metrics"]["HR@20"].as_f64().unwrap();
    folder
        .write("golden.json", format!(r#"{{"B": {{"POP (count)": {{"HR@20": {found}, "x": 1}}, "Y": {{"q": 1}}}}}}"#));
    let out = folder.run(command).expect(0).out();
    assert!(out.contains("1 reference figures compared") && out.contains("not compared: Y: q"), "{out}");
    folder.write("golden.json", "[]");
    folder.run(command).expect(3).says("does not hold figures");
}

#[test]
fn studies_measure_every_pack_every_signal_and_write_a_page_that_loads_nothing() {
    let folder = Folder::new("evaluate-studies");
    made(&folder, "view_item");
    let command = "evaluate --events log.csv --items items.csv --methods POP,SR,flaneur --curve --ablate --json out.json --html out.html";
    let out = folder.run(command).expect(0).out();
    assert!(out.contains("size of the pack, 40 items") && out.contains("signals left out"), "{out}");
    let json = figures(&folder, "out.json");
    let points = json["curve"]["points"].as_array().unwrap();
    assert_eq!(points.len(), flaneur_cli::budget::ladder().len());
    let default = points.iter().find(|point| point["is_default"] == true).unwrap();
    assert_eq!(default["ratio_to_default"]["value"], 1.0);
    let engine = json["methods"].as_array().unwrap().iter().find(|method| method["name"] == "flaneur").unwrap();
    assert_eq!(default["NDCG@20"], engine["NDCG@20"], "the default rung is the pack of the method");
    assert_eq!(default["bytes"], engine["parameters"]["pack_bytes"]);
    assert_eq!(json["curve"]["costs"].as_array().unwrap().len(), 4);

    let rows = json["ablation"]["rows"].as_array().unwrap();
    let without = |name: &str| rows.iter().find(|row| row["group"].is_null() && row["without"][0] == name);
    assert!(without("together").is_some(), "{rows:?}");
    assert!(without("rule").is_none() && json["ablation"]["silent"].as_array().unwrap().iter().any(|x| x == "rule"));
    // What --without gives alone is what the row says.
    let command = "evaluate --events log.csv --items items.csv --methods flaneur --without popularity --json less.json";
    folder.run(command).expect(0);
    let alone = &figures(&folder, "less.json")["methods"][0]["NDCG@20"];
    assert_eq!(without("popularity").unwrap()["NDCG@20"], *alone);

    let page = folder.text("out.html");
    for id in ["ranking", "metrics", "trade-offs", "slices", "calibration", "size", "signals", "settings"] {
        assert!(page.contains(&format!("<h2 id=\"{id}\">")), "{id}");
    }
    assert!(page.contains("default-src 'none'") && !page.contains("<script") && !page.contains("src="));
    assert!(!page.contains("http://") && !page.contains("https://"));
    let plots = page.matches("<svg class=\"plot\"").count();
    assert!(plots >= 10, "{plots} plots");
    assert_eq!(page.matches("<desc id=").count(), plots, "each plot is described");
    assert!(!page.contains("<title>:"), "a point without a label tells its numbers alone");
}

#[test]
fn the_dial_and_the_calibration_are_moved_and_the_defaults_judged() {
    let folder = Folder::new("evaluate-surprise");
    made(&folder, "purchase");
    let command = "evaluate --events log.csv --items items.csv --task basket --methods POP,flaneur --surprise-curve --json out.json --html out.html";
    let out = folder.run(command).expect(0).out();
    assert!(out.contains("the dial moved") && out.contains("the calibration moved"), "{out}");
    let json = figures(&folder, "out.json");
    let surprise = &json["surprise"];
    let engine = json["methods"].as_array().unwrap().iter().find(|method| method["name"] == "flaneur").unwrap();
    assert_eq!(surprise["dial"][0]["NDCG@20"], engine["NDCG@20"]["value"], "the dial at 0 is the method of the run");
    // The default setting stands in both sweeps.
    let usual = |field: &str, name: &str, value: f64| {
        let rows = surprise[field].as_array().unwrap();
        rows.iter().find(|row| row[name] == value).unwrap().clone()
    };
    let (dial, mix) = (usual("dial", "surprise", 0.3), usual("calibration", "calibration", 1.0));
    assert_eq!((&dial["NDCG@20"], &dial["KL"]), (&mix["NDCG@20"], &mix["KL"]));
    // The verdict is what its row says.
    let lost = 1.0 - dial["discover"]["ratio"]["value"].as_f64().unwrap();
    assert!((surprise["discovery"]["cost"].as_f64().unwrap() - lost).abs() < 1e-12);
    assert!(folder.text("out.html").contains("<h2 id=\"surprise\">"));
}

#[test]
fn malformed_options_are_refused_with_what_would_do() {
    let folder = Folder::new("evaluate-options");
    made(&folder, "view_item");
    let run = |options: &str| folder.run(&format!("evaluate --events log.csv --json out.json {options}"));
    run("--split-time 2031-01-01").expect(3).says("the sessions start between 2023-11-14");
    run("--split-time 1999-01-01").expect(3).says("no session starts before");
    run("--split-time 2023-12-20 --tune-days 3000").expect(3).says("choose another --tune-days");
    run("--methods STAN,GUESS").expect(2).says("--methods GUESS: this task has POP");
    run("--task basket").expect(3).says("nothing can be asked");
    run("--test-days 0").expect(2).says("expected days, above 0");
    run("--test-days 3 --split-time 2023-12-20").expect(2);
    run("--threads 0").expect(2);
    run("--task guess").expect(2);
    run("--engine wasm").expect(3).says("no npm package in node_modules/flaneur or pkg");
    run("--engine wasm --package nowhere").expect(3).says("--package expects the folder of the npm package");
    run("--shoppers 0").expect(2);
    run("--map user=nobody").expect(3).says("no input has a column `nobody`");
    assert_eq!(folder.names(), ["items.csv", "log.csv"], "no file was made");
}
