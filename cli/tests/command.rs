//! The command as people run it: same bytes, whole files, exit codes, and nothing rare in the pack.
// A helper's failure is the test's.
#![allow(clippy::unwrap_used)]

#[path = "support/kit.rs"]
mod kit;

use std::fmt::Write as _;

use flaneur::catalog::{Catalog, RelationKind};
use flaneur::rank::{Block, Signal};
use kit::Folder;

/// A small shop and its log, the same every time: 60 items, 90 shoppers.
fn shop(folder: &Folder) {
    let mut items = String::from("id,title,brand,category,price\n");
    for at in 0..60 {
        let _ = writeln!(items, "i{at},Thing {at} of kind {},b{},c{},{}.50", at % 7, at % 5, at % 4, at + 1);
    }
    let mut log = String::from("session,user,item,ts,type\n");
    let mut state = 1_u64;
    let mut draw = |n: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % n
    };
    for session in 0..400 {
        let start = draw(55);
        for line in 0..2 + draw(6) {
            let item = start + draw(5);
            let kind = if draw(4) == 0 { "purchase" } else { "view_item" };
            let _ = writeln!(
                log,
                "s{session},u{},i{item},{},{kind}",
                session % 90,
                1_700_000_000 + session * 20_000 + line
            );
        }
    }
    folder.write("items.csv", items);
    folder.write("log.csv", log);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let folder = Folder::new("same");
    shop(&folder);
    let run = |out: &str, more: &str| {
        folder
            .run(&format!("pack --items items.csv --events log.csv --out {out} --report {out}.json {more}"))
            .expect(0);
        folder.read(out)
    };
    let first = run("a", "");
    assert_eq!(first, run("b", ""));
    assert_eq!(folder.read("a.json"), folder.read("b.json"));
    assert_ne!(first, run("c", "--created 2026-01-01"));
    assert_eq!(Catalog::read(run("d", "--created 2026-01-01")).unwrap().meta().created, 1_767_225_600_000);
}

#[test]
fn the_weights_are_fitted_on_the_newest_sessions_unless_told_otherwise() {
    let folder = Folder::new("weights");
    let mut log = String::from("session,user,item,ts,type\n");
    // People go on to the next item of a round of forty; nobody looks at the same one twice.
    for session in 0..1_200_u64 {
        let start = session * 17 % 40;
        for line in 0..4 {
            let at = 1_700_000_000 + session * 4_000 + line * 60;
            let _ = writeln!(log, "s{session},u{session},i{},{at},view_item", (start + line) % 40);
        }
    }
    folder.write("log.csv", log);
    let weights = |more: &str| {
        folder.run(&format!("pack --events log.csv --out p.flaneur --report r.json {more}")).expect(0);
        let report: serde_json::Value = serde_json::from_slice(&folder.read("r.json")).unwrap();
        (Catalog::read(folder.read("p.flaneur")).unwrap().weights().to_vec(), report["fit"].clone())
    };
    let (defaults, report) = weights("--default-weights");
    assert!(defaults.is_empty() && report.is_null(), "{report}");
    let (fitted, report) = weights("");
    assert_eq!(report["visit_moments"], 0, "nothing was bought: {report}");
    assert_eq!(report["session_moments"], 360, "three moments of each of 120 sessions: {report}");
    let of = |signal: Signal| fitted.iter().find(|prior| prior.signal == signal.code()).unwrap();
    let kept = flaneur::rank::Weights::default();
    assert!(f64::from(of(Signal::Seen).session) < kept.of(Signal::Seen, Block::Session), "{:?}", of(Signal::Seen));
    assert_eq!(f64::from(of(Signal::Bought).again), f64::from(kept.of(Signal::Bought, Block::Again) as f32));
}

#[test]
fn the_order_of_the_log_makes_no_difference() {
    let folder = Folder::new("order");
    shop(&folder);
    let text = folder.text("log.csv");
    let (header, rows) = text.split_once('\n').unwrap();
    let reversed: Vec<&str> = rows.lines().rev().collect();
    folder.write("reversed.csv", format!("{header}\n{}\n", reversed.join("\n")));
    for log in ["log", "reversed"] {
        folder.run(&format!("pack --items items.csv --events {log}.csv --out {log}.flaneur")).expect(0);
    }
    let read = |name: &str| Catalog::read(folder.read(name)).unwrap();
    let (a, b) = (read("log.flaneur"), read("reversed.flaneur"));
    for item in 0..60 {
        assert!((a.popularity(item) - b.popularity(item)).abs() < 1e-9);
        let list = |catalog: &Catalog| catalog.neighbours(RelationKind::Next, item).map(|x| x.0).collect::<Vec<_>>();
        assert_eq!(list(&a).len(), list(&b).len());
    }
}

#[test]
fn a_pair_of_two_shoppers_is_not_in_the_pack_and_one_of_three_is() {
    let folder = Folder::new("rare");
    let mut log = String::from("session,user,item,ts,qty\n");
    let mut basket = |session: &str, user: &str, items: [&str; 2]| {
        items.iter().for_each(|item| writeln!(log, "{session},{user},{item},1700000000,1").unwrap());
    };
    for user in ["u1", "u2", "u3"] {
        basket(&format!("s{user}"), user, ["bread", "butter"]);
    }
    // Two shoppers, five times each: still two shoppers.
    for at in 0..5 {
        basket(&format!("t{at}"), "u1", ["bread", "secret"]);
        basket(&format!("v{at}"), "u2", ["bread", "secret"]);
    }
    basket("w", "u4", ["unique", "secret"]);
    folder.write("log.csv", log);
    let neighbours = |support: u32| {
        let out = format!("pack --events log.csv --out p.flaneur --min-support {support}");
        folder.run(&out).expect(0);
        let catalog = Catalog::read(folder.read("p.flaneur")).unwrap();
        let mut found: Vec<String> = Vec::new();
        for item in 0..catalog.len() as u32 {
            for kind in [RelationKind::Together, RelationKind::Next, RelationKind::Similar] {
                found.extend(
                    catalog.neighbours(kind, item).map(|x| format!("{} {}", catalog.id(item), catalog.id(x.0))),
                );
            }
        }
        found
    };
    assert!(neighbours(3).iter().all(|pair| ["bread butter", "butter bread"].contains(&pair.as_str())));
    assert!(!neighbours(3).is_empty());
    let two = neighbours(2);
    assert!(two.contains(&"bread secret".to_owned()) && !two.iter().any(|pair| pair.contains("unique")));
    assert!(neighbours(1).contains(&"unique secret".to_owned()));
}

#[test]
fn vectors_do_not_betray_a_rare_pair() {
    // One shopper had `e` with `a`; `e` must not be nearer to `a` than to what nobody had it with.
    let folder = Folder::new("vectors");
    let base: String =
        (0..6).map(|u| format!("s{u},u{u},a,1,1\ns{u},u{u},b,1,1\nt{u},u{u},c,9,1\nt{u},u{u},d,9,1\n")).collect();
    folder.write("log.csv", format!("session,user,item,ts,qty\n{base}x,u9,e,3,1\nx,u9,a,3,1\n"));
    let cosines = |support: u32| {
        folder.run(&format!("pack --events log.csv --out p.flaneur --min-support {support}")).expect(0);
        let catalog = Catalog::read(folder.read("p.flaneur")).unwrap();
        let e = catalog.find("e").unwrap();
        ["a", "b", "c", "d"].map(|other| catalog.cosine(e, catalog.find(other).unwrap()))
    };
    let [a, _, c, d] = cosines(3);
    assert!(a <= c.max(d) + 0.02, "{a} {c} {d}");
    let [a, _, c, d] = cosines(1);
    assert!(a > c.max(d) + 0.1, "without the threshold it would show: {a} {c} {d}");
}

#[test]
fn a_failed_run_leaves_what_was_there() {
    let folder = Folder::new("whole");
    folder.write("items.csv", "id\na\n");
    folder.write("bad.csv", "id,price\na,cheap\nb,dear\n");
    folder.run("pack --items items.csv --out p.flaneur --display d.json").expect(0);
    let (pack, display) = (folder.read("p.flaneur"), folder.read("d.json"));
    folder.run("pack --items bad.csv --out p.flaneur --display d.json --max-bad 1").expect(3);
    folder.run("pack --items items.csv --out nowhere/p.flaneur --display d.json").expect(4);
    folder.run("pack --items items.csv --out p.flaneur --display nowhere/d.json").expect(4);
    std::fs::create_dir(folder.0.join("folder")).unwrap();
    folder.write("other.csv", "id\nb\n");
    folder.run("pack --items other.csv --out p.flaneur --display folder").expect(4).says("it is a folder");
    folder.run("pack --items other.csv --out p.flaneur --report ./p.flaneur").expect(4).says("two outputs");
    assert_eq!((pack, display), (folder.read("p.flaneur"), folder.read("d.json")));
    assert_eq!(folder.names(), ["bad.csv", "d.json", "folder", "items.csv", "other.csv", "p.flaneur"]);
}

#[test]
#[cfg(unix)]
fn what_a_killed_run_left_beside_the_end_of_a_link_is_removed() {
    let folder = Folder::new("left-behind-a-link");
    folder.write("items.csv", "id\na\n");
    std::fs::create_dir(folder.0.join("out")).unwrap();
    folder.write("out/.p.flaneur.123.partial", "half");
    std::os::unix::fs::symlink("out/p.flaneur", folder.0.join("link.flaneur")).unwrap();
    folder.run("pack --items items.csv --out link.flaneur").expect(0);
    let left: Vec<_> =
        std::fs::read_dir(folder.0.join("out")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["p.flaneur"]);
}

#[test]
fn an_output_without_a_folder_is_refused_before_any_work_is_done() {
    let folder = Folder::new("in-vain");
    // The input is not even looked at.
    for run in [
        "pack --items none.csv --out p.flaneur --report nowhere/r.json",
        "evaluate --events none.csv --json nowhere/f.json",
        "evaluate --events none.csv --json f.json --html nowhere/f.html",
        "simulate --events none.csv --svg nowhere/f.svg",
        "off-policy --log none.csv --json nowhere/f.json",
    ] {
        folder.run(run).expect(4).says("there is no such folder");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn an_output_in_a_folder_where_nothing_can_be_made_is_refused_before_any_work_is_done() {
    let folder = Folder::new("in-vain-2");
    for run in [
        "pack --items none.csv --events none.csv --out /proc/p.flaneur",
        "evaluate --events none.csv --json /proc/f.json",
        "simulate --events none.csv --html /proc/f.html",
    ] {
        folder.run(run).expect(4).says("cannot be written");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_device_that_is_full_leaves_the_files_as_they_were() {
    let folder = Folder::new("full");
    folder.write("items.csv", "id\na\n");
    folder
        .run("pack --items items.csv --out p.flaneur --report /dev/full")
        .expect(4)
        .says("/dev/full cannot be written");
    assert_eq!(folder.names(), ["items.csv"]);
}

#[test]
#[cfg(target_os = "linux")]
fn what_goes_to_the_terminal_goes_there_alone() {
    let folder = Folder::new("alone");
    shop(&folder);
    let run = folder.run("pack --items items.csv --events log.csv --default-weights --out /dev/stdout").expect(0);
    assert!(Catalog::read(run.0.stdout.clone()).is_ok(), "the pack and nothing after it");
    run.says("/dev/stdout written");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let folder = Folder::new("seen-enough");
    folder.write("items.csv", "id\na\n");
    folder.write("log.csv", "item_id,click,propensity_score\na,1,0.5\na,0,0.5\n");
    for run in [
        "pack --items items.csv --out p.flaneur",
        "inspect p.flaneur",
        "sql",
        "power --shoppers 1000",
        "task create --shop my-shop",
        "off-policy --log log.csv",
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_flaneur"));
        let output = command.args(run.split(' ')).current_dir(&folder.0).stdout(writer).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), &*text), (Some(0), ""), "{run}");
    }
    assert!(!folder.read("p.flaneur").is_empty());
}

#[test]
fn an_output_never_replaces_an_input() {
    let folder = Folder::new("input-kept");
    let table = "id\na\n";
    folder.write("items.csv", table);
    folder.write("log.csv", table);
    for run in [
        "pack --items items.csv --out items.csv",
        "pack --items items.csv --out p.flaneur --display ./items.csv",
        "pack --items items.csv --events log.csv --out log.csv",
        "evaluate --events log.csv --json log.csv",
        "simulate --events log.csv --svg log.csv",
        "off-policy --log log.csv --json log.csv",
        "evaluate --events log.csv --golden items.csv --json items.csv",
        "estimate --tasks items.csv --task one log.csv --json log.csv",
        "estimate --tasks items.csv --task one log.csv --plot items.csv",
        "task sign items.csv --key log.csv --output log.csv",
    ] {
        folder.run(run).expect(4).says("it is an input, which would be lost; name another file");
    }
    assert_eq!((folder.text("items.csv").as_str(), folder.text("log.csv").as_str()), (table, table));
}

#[test]
fn the_limit_of_bad_rows_is_a_number_or_a_share() {
    let folder = Folder::new("limit");
    let rows: String = (0..100).map(|at| format!("i{at},{}\n", if at < 5 { "cheap" } else { "1" })).collect();
    folder.write("items.csv", format!("id,price\n{rows}"));
    for (limit, code) in [("4", 3), ("5", 0), ("4%", 3), ("5%", 0), ("0", 3)] {
        folder.run(&format!("pack --items items.csv --out p.flaneur --max-bad {limit}")).expect(code);
    }
    let run = folder.run("pack --items items.csv --out p.flaneur --max-bad 4").expect(3);
    run.says("5 of 100 rows of items are bad, 4 are allowed; mend them or raise --max-bad");
    let many: String = (0..40).map(|at| format!("i{at},cheap\n")).collect();
    folder.write("many.csv", format!("id,price\n{many}ok,1\n"));
    let run = folder.run("pack --items many.csv --out p.flaneur --max-bad 100%").expect(0);
    assert_eq!(run.err().matches("bad row: many.csv:").count(), 20, "the first twenty are shown");
    run.says("and 20 more of items");
}

#[test]
fn exit_codes_are_as_documented() {
    let folder = Folder::new("codes");
    folder.write("items.csv", "id\na\n");
    folder.run("--help").expect(0);
    folder.run("pack --help").expect(0);
    folder.run("--version").expect(0);
    folder.run("").expect(2);
    folder.run("pack --out p.flaneur").expect(2);
    for wrong in [
        "--min-support 0",
        "--dims 0",
        "--dims 300",
        "--max-bad many",
        "--currency euro",
        "--created someday",
        "--neigbours 3",
    ] {
        folder.run(&format!("pack --items items.csv --out p.flaneur {wrong}")).expect(2);
    }
    folder.run("pack --items items.csv --out p.flaneur --budget ten").expect(2).says("expected a size such as 500kB");
    folder.run("pack --items none.csv --out p.flaneur").expect(3);
    folder.run("inspect none.flaneur").expect(3);
    folder.run("inspect items.csv").expect(3).says("these bytes are not a pack");
    folder.write("p.flaneur.gz", [0x1f, 0x8b, 8, 0]);
    folder.run("inspect p.flaneur.gz").expect(3).says("gunzip -c p.flaneur.gz > unpacked-file");
    let estimate = "estimate --tasks - --task one answers.ndjson";
    for run in ["inspect -", "pack --items items.csv --events - --out p.flaneur", estimate] {
        folder.run(run).expect(3).says("to read from a pipe, name /dev/stdin");
    }
    folder.run("pack --items items.csv --out .").expect(4);
    assert!(folder.run("--help").out().contains("Exit codes:"));
    assert!(folder.run("pack --help").out().contains("Examples:"));
}

#[test]
fn a_budget_takes_the_best_pack_that_fits_and_names_its_options() {
    let folder = Folder::new("budget");
    shop(&folder);
    let pack = |more: &str| folder.run(&format!("pack --items items.csv --events log.csv --out p.flaneur {more}"));
    let mut before = u64::MAX;
    for budget in ["1 MB", "1MiB", "5500B", "4.5kB", "4KiB", "3.2kB"] {
        let run = pack(&format!("--budget {} --report r.json", budget.replace(' ', ""))).expect(0);
        let bytes = folder.read("p.flaneur");
        let report: serde_json::Value = serde_json::from_slice(&folder.read("r.json")).unwrap();
        let (choice, size) = (&report["choice"], bytes.len() as u64);
        let sizes: Vec<u64> =
            choice["sizes"].as_array().unwrap().iter().map(|rung| rung[1].as_u64().unwrap()).collect();
        let (last, passed) = sizes.split_last().unwrap();
        let allowed = choice["budget"].as_u64().unwrap();
        // Room is kept for the weights of an intent, which so small a log does not fill.
        let kept = (size..=size + 160).contains(last);
        assert!(kept && *last <= allowed && passed.iter().all(|&size| size > allowed), "{budget}: {sizes:?}");
        assert!(size <= before, "a smaller budget never makes a larger pack");
        before = size;
        let arguments = choice["arguments"].as_str().unwrap();
        assert!(run.out().contains(arguments), "{}", run.out());
        pack(arguments).expect(0);
        assert!(folder.read("p.flaneur") == bytes, "{arguments} gives other bytes than {budget}");
    }
    let run = pack("--budget 1kB").expect(3);
    run.says("the smallest pack of these items takes ");
    run.says(" bytes, more than the budget of 1000 bytes");
    pack("--budget 1MB --dims 16").expect(2);
    pack("--budget much").expect(2);
}

#[test]
fn the_rungs_shrink_and_the_default_is_one_of_them() {
    use flaneur_cli::budget::{DEFAULT, ladder};
    let folder = Folder::new("ladder");
    shop(&folder);
    let size = |arguments: &str| {
        folder.run(&format!("pack --items items.csv --events log.csv --out p.flaneur {arguments}")).expect(0);
        folder.read("p.flaneur")
    };
    let sizes: Vec<usize> = ladder().iter().map(|rung| size(&rung.arguments()).len()).collect();
    assert!(sizes.windows(2).all(|pair| pair[0] > pair[1]), "{sizes:?}");
    assert!(ladder().contains(&DEFAULT));
    assert_eq!(size(""), size(&DEFAULT.arguments()));
}

#[test]
fn inspect_shows_sizes_and_neighbours() {
    let folder = Folder::new("inspect");
    shop(&folder);
    let run = folder.run("pack --items items.csv --events log.csv --out p.flaneur").expect(0);
    for part in ["shoppers              90", "sessions              400", "TOGE", "bytes  per item"] {
        assert!(run.out().contains(part), "{part}\n{}", run.out());
    }
    let all = folder.run("inspect p.flaneur").expect(0).out();
    let section = all.lines().find(|line| line.starts_with("EMBD")).unwrap_or_default();
    assert!(all.contains("60 items"), "{all}");
    assert_eq!(section.split_whitespace().collect::<Vec<_>>(), ["EMBD", "1920", "32.0", "vectors"]);
    let one = folder.run("inspect p.flaneur i3").expect(0).out();
    assert!(one.contains("tokens      brand:b3, category:c3") && one.contains("together\n"), "{one}");
    folder.run("inspect p.flaneur nothing").expect(3).says("has no item `nothing`");
}
