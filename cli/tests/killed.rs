//! A run that is killed leaves the output alone, and the next run cleans up after it.

// A helper's failure is the test's.
#![allow(clippy::unwrap_used)]

#[path = "support/kit.rs"]
mod kit;

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use kit::Folder;

const PACK: &str = "pack --events log.parquet --out p.flaneur --report r.json";
/// With so little memory, 32,768 events are held: a longer log is counted on the disk, step by step.
const LITTLE: &str = "--memory 64MiB";

fn start(folder: &Folder) -> Child {
    Command::new(env!("CARGO_BIN_EXE_flaneur"))
        .args(PACK.split_whitespace().chain(LITTLE.split_whitespace()))
        .current_dir(&folder.0)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn hidden(folder: &Folder) -> Vec<String> {
    folder.names().into_iter().filter(|name| name.starts_with('.')).collect()
}

/// What stands in the scratch folder, by name.
fn steps(folder: &Folder) -> Vec<String> {
    let scratch = hidden(folder).into_iter().find(|name| name.ends_with(".scratch"));
    let entries = scratch.and_then(|name| std::fs::read_dir(folder.0.join(name)).ok());
    entries.into_iter().flatten().flatten().map(|entry| entry.file_name().into_string().unwrap()).collect()
}

#[test]
fn a_killed_run_leaves_no_half_written_pack_and_the_next_one_cleans_up() {
    let folder = Folder::new("killed");
    folder.run("generate --events 60000 --seed 3 --items 2000 --out log.parquet").expect(0);
    folder.write("p.flaneur", "what was there before");
    // While the log is read, while it is sorted, and while its lines are numbered.
    for step in ["log", "touches", "lines"] {
        let mut run = start(&folder);
        // A table's folder is named after the table, with a number of its own.
        while !steps(&folder).iter().any(|name| name.split('-').next() == Some(step)) {
            assert!(run.try_wait().unwrap().is_none(), "the run ended before its step `{step}` was seen");
            std::thread::sleep(Duration::from_millis(1));
        }
        run.kill().unwrap();
        run.wait().unwrap();
        assert_eq!(folder.text("p.flaneur"), "what was there before", "killed at {step}");
        assert!(!folder.names().contains(&"r.json".to_owned()));
        assert!(!hidden(&folder).is_empty(), "a killed process cannot remove its scratch folder");
    }
    folder.run(PACK).expect(0);
    assert_eq!(folder.names(), ["log.parquet", "p.flaneur", "r.json"]);
    assert_ne!(folder.read("p.flaneur"), b"what was there before");
}

#[test]
fn a_run_leaves_the_scratch_folder_of_another_alone() {
    let folder = Folder::new("beside");
    folder.run("generate --events 40000 --items 2000 --out log.parquet").expect(0);
    let mut first = start(&folder);
    while steps(&folder).is_empty() {
        assert!(first.try_wait().unwrap().is_none(), "the run ended before its scratch folder was seen");
        std::thread::sleep(Duration::from_millis(1));
    }
    folder.run(PACK).expect(0);
    assert!(first.wait().unwrap().success(), "the second run disturbed the first");
    assert_eq!(folder.names(), ["log.parquet", "p.flaneur", "r.json"]);
}
