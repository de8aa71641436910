//! `flaneur estimate` on answers as devices send them: NDJSON and Parquet tell the same.
#![allow(clippy::unwrap_used, reason = "a helper's failure is the test's")]

#[path = "support/kit.rs"]
mod kit;

use std::fs::File;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, DictionaryArray, Int64Array, StringArray};
use datafusion::arrow::datatypes::Int32Type;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::parquet::arrow::ArrowWriter;
use kit::Folder;

/// Ten buckets at ε = 4: an answer names one bucket.
fn tasks() -> String {
    let buckets: Vec<_> =
        (0..10).map(|at| serde_json::json!({ "en": format!("b{at}"), "fr": format!("b{at}") })).collect();
    let task = serde_json::json!({ "id": "one", "mode": "ldp", "epsilon": 4_000_000, "buckets": buckets });
    serde_json::json!({ "flaneur": 1, "shop": "s", "tasks": [task] }).to_string()
}

/// What devices sent: mostly bucket 3, some of another task, some torn.
fn answers() -> Vec<(&'static str, Option<String>)> {
    let mut rows: Vec<_> = (0..500_u32)
        .map(|at| {
            let bucket = if at % 3 == 0 { at / 3 % 10 } else { 3 };
            let bits = (1_u32 << bucket).to_le_bytes();
            ("one", Some(format!("{:02x}{:02x}", bits[0], bits[1])))
        })
        .collect();
    rows.extend([
        ("two", Some("0100".into())),
        ("one", Some("0300".into())),
        ("one", None),
        ("one", Some("zz".into())),
    ]);
    rows
}

fn write_parquet(path: &std::path::Path, columns: Vec<(&str, ArrayRef)>) {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

#[test]
fn parquet_and_ndjson_of_the_same_answers_give_the_same_estimates() {
    let folder = Folder::new("estimate-parquet");
    folder.write("tasks.json", tasks());
    let rows = answers();
    let lines: String = rows
        .iter()
        .map(|(task, answer)| format!("{}\n", serde_json::json!({ "task": task, "answer": answer })))
        .collect();
    folder.write("answers.ndjson", lines);
    let tasks: DictionaryArray<Int32Type> = rows.iter().map(|(task, _)| *task).collect();
    let values: ArrayRef = Arc::new(rows.iter().map(|(_, answer)| answer.as_deref()).collect::<StringArray>());
    let hours: ArrayRef = Arc::new((0..rows.len() as i64).collect::<Int64Array>());
    write_parquet(
        &folder.0.join("answers.parquet"),
        vec![("received", hours), ("answer", values), ("task", Arc::new(tasks))],
    );

    let run = |file: &str| folder.run(&format!("estimate --tasks tasks.json --task one {file}")).expect(0).out();
    let table = run("answers.ndjson");
    assert!(table.contains("left out: 1 of other tasks, 3 malformed"), "{table}");
    assert!(table.contains("500 reports"), "{table}");
    assert_eq!(run("answers.parquet"), table);
}

#[test]
fn the_power_of_a_fall_is_told_as_that_of_a_rise() {
    let folder = Folder::new("power");
    let run = |more: &str| folder.run(&format!("power --shoppers 10000 --share 0.5 --change {more}")).expect(0).out();
    let of = |out: String| out.lines().last().unwrap().to_owned();
    assert_eq!(of(run("-0.02")), of(run("0.02")), "at a share of one half both are as far");
    folder.run("power --shoppers 10000 --share 0.05 --change -0.06").expect(3).says("--change -0.06 leads to a share");
}

#[test]
fn an_output_that_cannot_be_written_has_its_own_code_and_leaves_the_others_as_they_were() {
    let folder = Folder::new("estimate-output");
    folder.write("tasks.json", tasks());
    folder.write("answers.ndjson", r#"{"task":"one","answer":"0800"}"#);
    folder.write("figures.json", "before");
    let run = "estimate --tasks tasks.json --task one answers.ndjson --json figures.json --plot nowhere/plot.svg";
    folder.run(run).expect(4).says("nowhere/plot.svg cannot be written");
    assert_eq!(folder.text("figures.json"), "before");
}

#[test]
fn a_parquet_file_without_the_columns_or_cut_off_is_refused_with_what_is_wrong() {
    let folder = Folder::new("estimate-bad-parquet");
    folder.write("tasks.json", tasks());
    let ids: ArrayRef = Arc::new(StringArray::from(vec!["one"]));
    write_parquet(&folder.0.join("answers.parquet"), vec![("task", ids)]);
    let run = |file: &str| folder.run(&format!("estimate --tasks tasks.json --task one {file}")).expect(3);
    run("answers.parquet").says("no column `answer`");
    let whole = folder.read("answers.parquet");
    folder.write("torn.parquet", &whole[..whole.len() / 2]);
    run("torn.parquet").says("cut off or damaged");
    run("-").says("to read from a pipe, name /dev/stdin");
}

#[test]
#[cfg(unix)]
fn a_pipe_is_written_to_and_a_link_stays_one() {
    let folder = Folder::new("estimate-pipe");
    folder.write("tasks.json", tasks());
    folder.write("answers.ndjson", "{\"task\":\"one\",\"answer\":\"0100\"}\n");
    folder.write("real.json", "before");
    std::os::unix::fs::symlink("real.json", folder.0.join("link.json")).unwrap();
    let run = |json: &str| {
        folder.run(&format!("estimate --tasks tasks.json --task one answers.ndjson --json {json}")).expect(0).out()
    };
    let told = run("/dev/stdout");
    assert!(told.contains("\"reports\": 1") && told.contains("1 reports"), "{told}");
    run("link.json");
    assert!(folder.0.join("link.json").is_symlink());
    assert!(std::fs::read_to_string(folder.0.join("real.json")).unwrap().contains("\"reports\": 1"));
    // What a link points to is made where nothing is there yet, through further links, and from the link's own folder.
    std::fs::create_dir(folder.0.join("out")).unwrap();
    std::os::unix::fs::symlink("new.json", folder.0.join("out/second.json")).unwrap();
    std::os::unix::fs::symlink("out/second.json", folder.0.join("first.json")).unwrap();
    run("first.json");
    assert!(folder.0.join("first.json").is_symlink() && folder.0.join("out/second.json").is_symlink());
    assert!(folder.text("out/new.json").contains("\"reports\": 1"));
    // As many links as the system itself follows.
    let mut at = "far.json".to_owned();
    for link in 0..40 {
        let next = format!("link-{link}.json");
        std::os::unix::fs::symlink(&at, folder.0.join(&next)).unwrap();
        at = next;
    }
    run(&at);
    assert!(folder.text("far.json").contains("\"reports\": 1"));
    std::os::unix::fs::symlink("nowhere/new.json", folder.0.join("lost.json")).unwrap();
    std::os::unix::fs::symlink("circle.json", folder.0.join("circle.json")).unwrap();
    for (json, said) in [("lost.json", "nowhere/new.json cannot be written"), ("circle.json", "lead in a circle")] {
        let run = format!("estimate --tasks tasks.json --task one answers.ndjson --json {json}");
        folder.run(&run).expect(4).says(said);
        assert!(folder.0.join(json).is_symlink());
    }
}

#[test]
fn a_signed_bundle_is_an_output_as_any_other() {
    let folder = Folder::new("sign");
    folder.run("task key key").expect(0);
    folder.run("task key key").expect(4).says("key cannot be made");
    folder.run("task key nowhere/key").expect(4).says("there is no such folder");
    folder.write("plain.json", r#"{"flaneur":1,"shop":"boutique","tasks":[]}"#);
    folder.run("task sign plain.json --key key --output nowhere/signed.json").expect(4).says("there is no such folder");
    folder.run("task sign none.json --key key --output signed.json").expect(3).says("none.json cannot be read");
    folder.run("task sign plain.json --key key --output signed.json").expect(0);
    assert_eq!(folder.names(), ["key", "plain.json", "signed.json"]);
    // A link stays one: what it points to is replaced whole.
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("signed.json", folder.0.join("link.json")).unwrap();
        folder.run("task sign plain.json --key key --output link.json").expect(0);
        assert!(folder.0.join("link.json").is_symlink());
    }
}
