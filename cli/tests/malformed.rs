//! Damaged and odd logs: everything is counted and reported with its place, nothing is silently wrong.

// A helper's failure is the test's.
#![allow(clippy::unwrap_used)]

#[path = "support/kit.rs"]
mod kit;

use std::fs::File;
use std::io::Write as _;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BinaryArray, Float64Array, Int64Array, ListArray, StringArray};
use datafusion::arrow::array::{TimestampMicrosecondArray, types::Int64Type};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::file::properties::WriterProperties;
use flate2::Compression;
use flate2::write::GzEncoder;
use kit::{Folder, Run};
use serde_json::Value;

const HEADER: &str = "session,user,item,ts,type\n";

fn pack(folder: &Folder, log: &str) -> Run {
    folder.run(&format!("pack --events {log} --out p.flaneur --min-support 1 --report r.json"))
}

fn report(folder: &Folder) -> Value {
    serde_json::from_slice(&folder.read("r.json")).unwrap()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// Many good rows, so that the file has more than one block.
fn rows(count: usize) -> String {
    let row = |at: usize| format!("s{},u{},i{},{},view_item\n", at / 4, at / 9, (at * 7_919) % 83, 1_700_000_000 + at);
    (0..count).map(row).collect()
}

fn column(name: &str, values: impl datafusion::arrow::array::Array + 'static) -> (String, ArrayRef) {
    (name.into(), Arc::new(values))
}

/// Writes a Parquet log, three rows to a row group.
fn parquet(folder: &Folder, name: &str, columns: Vec<(String, ArrayRef)>) {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(3)).build();
    let file = File::create(folder.0.join(name)).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

#[test]
fn rows_out_of_order_and_repeated_rows_are_counted_and_change_nothing() {
    let folder = Folder::new("unordered");
    let sorted = rows(200);
    let mut lines: Vec<&str> = sorted.lines().collect();
    folder.write("sorted.csv", format!("{HEADER}{sorted}"));
    pack(&folder, "sorted.csv").expect(0);
    let first = folder.read("p.flaneur");
    assert_eq!(report(&folder)["notes"]["out_of_order"], 0);
    // The catalog comes from the log, in the order of first appearance: the first 83 rows stay.
    lines[83..].reverse();
    let twice: Vec<&str> = lines.iter().copied().chain(lines[100..130].iter().copied()).collect();
    folder.write("mixed.csv", format!("{HEADER}{}\n", twice.join("\n")));
    let run = pack(&folder, "mixed.csv").expect(0);
    assert_eq!(first, folder.read("p.flaneur"));
    let notes = &report(&folder)["notes"];
    assert_eq!(notes["repeated"], 30);
    assert!(notes["out_of_order"].as_u64().unwrap() >= 116);
    assert!(run.out().contains("repeated, dropped     30"), "{}", run.out());
}

#[test]
fn future_and_negative_moments_and_missing_ids_are_reported_with_their_line() {
    let folder = Folder::new("moments");
    folder.write(
        "log.csv",
        format!(
            "{HEADER}s,u,a,1700000000,view_item\ns,u,b,-1,view_item\ns,u,b,32503680000,view_item\n\
             s,u,,1700000001,view_item\n,,b,1700000002,view_item\n,guest,b,1700000003,view_item\n\
             s,u,b,1700000004,view_item\n"
        ),
    );
    let run = pack(&folder, "log.csv").expect(0);
    for said in [
        "log.csv:3: ts: the time is negative",
        "log.csv:4: ts: the time is in the future",
        "log.csv:5: item: there is no item id",
        "log.csv:6: session: there is neither a session nor a user",
        "log.csv:7: session: there is neither a session nor a user",
    ] {
        run.says(said);
    }
    assert_eq!(report(&folder)["event_rows"]["bad"], 5);
    assert_eq!(report(&folder)["log"]["events"], 2);
    // What some systems write for a time that is not known would stretch the log over two thousand years.
    folder.write("log.csv", format!("{HEADER}s,u,a,2026-01-01,view_item\ns,u,b,0001-01-01T00:00:00Z,view_item\n"));
    pack(&folder, "log.csv").expect(0).says("log.csv:3: ts: the time is before 1970");
}

#[test]
fn days_without_dashes_are_days() {
    let folder = Folder::new("days");
    folder.write("log.csv", format!("{HEADER}s,u,a,20260101,view_item\ns,u,b,20260102,view_item\n"));
    let run = pack(&folder, "log.csv").expect(0);
    assert!(run.out().contains("created 2026-01-02T00:00:00Z"), "{}", run.out());
}

#[test]
fn bytes_of_other_encodings_are_reported_with_their_line() {
    let folder = Folder::new("encodings");
    let mut log = Vec::from(HEADER);
    log.extend(b"s,u,cafe,1700000000,view_item\n");
    log.extend(b"s,u,caf\xe9,1700000001,view_item\n");
    let wide: Vec<u8> = "s,u,wide,1700000002,view_item".bytes().flat_map(|byte| [byte, 0]).collect();
    log.extend(&wide);
    log.extend(b"\ns,u,mug,1700000003,view_item\n");
    folder.write("log.csv", &log);
    let run = pack(&folder, "log.csv").expect(0);
    run.says("log.csv:3: the row is not UTF-8. If it is Latin-1, convert it");
    run.says("log.csv:4: the row has NUL characters; is it UTF-16 inside a UTF-8 file?");
    assert_eq!(report(&folder)["log"]["events"], 2);
    let lines = b"{\"session\":\"s\",\"item\":\"caf\xe9\",\"ts\":1700000000}\n{\"session\":\"s\",\"item\":\"b\",\"ts\":1700000000}\n";
    folder.write("log.ndjson", lines);
    pack(&folder, "log.ndjson").expect(0).says("log.ndjson:1: not a JSON object");
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(wide).collect();
    folder.write("utf16.csv", utf16);
    pack(&folder, "utf16.csv").expect(3).says("utf16.csv is UTF-16");
}

#[test]
fn a_file_that_is_cut_off_or_empty_is_refused() {
    let folder = Folder::new("cut");
    folder.write("p.flaneur", "before");
    let whole = gzip(&format!("{HEADER}{}", rows(20_000)));
    folder.write("cut.csv.gz", &whole[..whole.len() / 2]);
    pack(&folder, "cut.csv.gz").expect(3).says("cut.csv.gz cannot be read to its end");
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle..middle + 64].fill(0x55);
    folder.write("damaged.csv.gz", damaged);
    pack(&folder, "damaged.csv.gz").expect(3).says("damaged.csv.gz cannot be read to its end");
    for (name, bytes) in [("empty.csv", ""), ("blank.csv", "  \n\n"), ("empty.ndjson", "")] {
        folder.write(name, bytes);
        pack(&folder, name).expect(3).says("is empty");
    }
    folder.write("header.csv", HEADER);
    pack(&folder, "header.csv").expect(3).says("no usable item was found");
    folder.run("generate --events 9000 --items 500 --out whole.parquet").expect(0);
    let whole = folder.read("whole.parquet");
    for (name, end) in [("half.parquet", whole.len() / 2), ("footless.parquet", whole.len() - 7), ("magic.parquet", 4)]
    {
        folder.write(name, &whole[..end]);
        pack(&folder, name).expect(3).says(&format!("{name} cannot be read as Parquet"));
    }
    let mut damaged = whole.clone();
    let middle = damaged.len() / 3;
    damaged[middle..middle + 2_000].fill(0xff);
    folder.write("damaged.parquet", damaged);
    pack(&folder, "damaged.parquet").expect(3).says("row group 0 is damaged");
    assert_eq!(folder.text("p.flaneur"), "before");
    assert!(folder.names().iter().all(|name| !name.starts_with('.')), "{:?}", folder.names());
}

#[test]
fn a_small_archive_of_an_endless_item_is_refused_before_it_fills_the_memory() {
    let folder = Folder::new("endless-item");
    let title = "x".repeat(17 << 20);
    for (name, start, said) in [
        ("bare.csv", "id,title\n1,Chair\n2,", "bare.csv:3: the row that begins here has no end within 16 MiB"),
        ("quoted.csv", "id,title\r\n1,\"Chair\nblue\"\r\n2,\"", "quoted.csv:4: the row that begins here has no end"),
        ("header.csv", "id,", "header.csv:1: the row that begins here has no end"),
        ("list.json", "[{\"id\": \"1\"},\n{\"id\": \"", "list.json:2: 16 MiB went by without the end of a text"),
    ] {
        folder.write(name, gzip(&format!("{start}{title}{title}")));
        folder.run(&format!("pack --items {name} --out p.flaneur")).expect(3).says(said);
    }
    folder.write("log.csv", format!("{HEADER}s,u,a,1700000000,view_item\ns,u,{title}"));
    pack(&folder, "log.csv").expect(3).says("log.csv:3: the row that begins here has no end within 16 MiB");
    folder.write("cr.csv", format!("id,title\r{}", "1,Chair\r".repeat((17 << 20) / 8)));
    folder.run("pack --items cr.csv --out p.flaneur --max-bad 100%").expect(0);
    let feed = |title: &str| format!("<rss><channel><item><id>1</id><title>{title}</title></item></channel></rss>");
    folder.write("bomb.xml.gz", gzip(&feed(&title)));
    folder
        .run("pack --items bomb.xml.gz --out p.flaneur")
        .expect(3)
        .says("bomb.xml.gz:1: 16 MiB went by without the end of an item; expected a product feed");
    folder.write(
        "whole.xml.gz",
        gzip(&feed("Chair").replace("</channel>", &format!("{}</channel>", " ".repeat(1 << 20)))),
    );
    folder.run("pack --items whole.xml.gz --out p.flaneur").expect(0);
}

#[test]
fn a_log_with_a_quote_that_is_never_closed_is_refused_with_its_line() {
    let folder = Folder::new("unclosed-log");
    let good = rows(20_000);
    folder.write(
        "log.csv",
        format!("session,user,item,ts,note\ns,u,a,1700000000,\"\"\"said\"\"\"\ns,u,b,1700000001,\"x\n{good}"),
    );
    pack(&folder, "log.csv").expect(3).says("log.csv:3: a quote is opened here and never closed");
    assert_eq!(folder.names(), ["log.csv"]);
}

#[test]
fn wrong_types_are_reported_with_their_line() {
    let folder = Folder::new("types");
    let lines = [
        r#"{"session":"s","item":"a","ts":1700000000,"type":"view_item"}"#,
        r#"{"session":"s","item":{"id":"a"},"ts":1700000001,"type":"view_item"}"#,
        r#"{"session":"s","item":"a","ts":"soon","type":"view_item"}"#,
        r#"{"session":"s","item":"a","ts":[1],"type":"view_item"}"#,
        r#"{"session":"s","item":"a","ts":1700000004,"type":"teleport"}"#,
        r#"{"session":"s","item":"a","ts":1700000004,"type":"purchase","quantity":"two"}"#,
        "[1,2,3]",
        r#"{"session":"s","item":"b","ts":1700000005,"type":"view_item"}"#,
    ];
    folder.write("log.ndjson", lines.join("\n"));
    let run = pack(&folder, "log.ndjson").expect(0);
    for said in [
        "log.ndjson:2: item: there is no item id",
        "log.ndjson:3: ts: \"soon\" is not a time",
        "log.ndjson:4: ts: ",
        "log.ndjson:5: type: \"teleport\" is not a known event",
        "log.ndjson:6: quantity: \"two\" is not a quantity",
        "log.ndjson:7: not a JSON object",
    ] {
        run.says(said);
    }
    assert_eq!(report(&folder)["log"]["events"], 2);
}

#[test]
fn bad_rows_of_parquet_are_reported_with_row_group_and_row() {
    let folder = Folder::new("groups");
    let items: Vec<Option<&[u8]>> =
        vec![Some(b"a"), None, Some(b"b"), Some(b"caf\xe9"), Some(b"c"), Some(b"d"), Some(b"e")];
    let moments = [1_700_000_000, 1_700_000_001, -5, 1_700_000_003, 1_700_000_004, 99_999_999_999, 1_700_000_006];
    parquet(
        &folder,
        "log.parquet",
        vec![
            column("session", StringArray::from(vec!["s"; 7])),
            column(
                "shopper",
                Float64Array::from(vec![Some(12.0), None, Some(12.0), None, Some(12.0), None, Some(3.0)]),
            ),
            column("item", BinaryArray::from(items)),
            column("ts", Int64Array::from(moments.to_vec())),
        ],
    );
    let run = pack(&folder, "log.parquet").expect(0);
    for said in [
        "log.parquet: row group 0, row 2: item: there is no item id",
        "log.parquet: row group 0, row 3: ts: the time is negative",
        "log.parquet: row group 1, row 1: item: the value is not UTF-8 text",
        "log.parquet: row group 1, row 3: ts: the time is in the future",
    ] {
        run.says(said);
    }
    let report = report(&folder);
    assert_eq!((&report["log"]["events"], &report["log"]["shoppers"]), (&3.into(), &2.into()));
    assert_eq!(report["event_rows"]["first"][2]["group"], 1);
    let lists = ListArray::from_iter_primitive::<Int64Type, _, _>([Some([Some(1)])]);
    let columns = |item: (String, ArrayRef)| {
        vec![column("session", StringArray::from(vec!["s"])), item, column("ts", Int64Array::from(vec![1_700_000_000]))]
    };
    parquet(&folder, "lists.parquet", columns(column("item", lists)));
    pack(&folder, "lists.parquet").expect(3).says("column `item` is List");
    parquet(&folder, "nameless.parquet", columns(column("thing", StringArray::from(vec!["a"]))));
    pack(&folder, "nameless.parquet").expect(3).says("no column is the item (columns: session, thing, ts)");
}

#[test]
fn a_gap_among_numbers_does_not_change_the_names_of_the_others() {
    let folder = Folder::new("gaps");
    // Three rows to a group: without care 7 is `7` in the first group and `7.0` beside the gap.
    let shopper = vec![7.0, 7.0, 7.0, 7.0, f64::NAN, 7.0];
    parquet(
        &folder,
        "log.parquet",
        vec![
            column("session", Int64Array::from((0..6).collect::<Vec<_>>())),
            column("user", Float64Array::from(shopper)),
            column("item", Float64Array::from(vec![3.0; 6])),
            column("ts", Int64Array::from((0..6).map(|at| 1_700_000_000 + at).collect::<Vec<_>>())),
        ],
    );
    pack(&folder, "log.parquet").expect(0);
    let log = &report(&folder)["log"];
    assert_eq!((&log["events"], &log["shoppers"]), (&6.into(), &1.into()), "the fifth row is a guest's");
}

#[test]
fn one_log_gives_one_pack_in_every_format_and_scale_of_time() {
    let folder = Folder::new("formats");
    let at: Vec<i64> = (0..60).map(|at| 1_700_000_000 + at * 40).collect();
    let session = |row: usize| format!("{}", row / 6);
    let item = |row: usize| format!("i{}", (row * 5) % 7);
    let csv = |scale: i64| -> String {
        (0..60)
            .map(|row| format!("{},u{},{},{},view_item\n", session(row), row / 12, item(row), at[row] * scale))
            .collect()
    };
    let mut packs: Vec<(&str, Vec<u8>)> = Vec::new();
    let mut add = |name: &'static str, map: &str| {
        folder.run(&format!("pack --events {name} --out p.flaneur --min-support 1{map}")).expect(0);
        packs.push((name, folder.read("p.flaneur")));
    };
    for (name, scale) in [("seconds.csv", 1), ("millis.csv", 1_000), ("micros.csv", 1_000_000)] {
        folder.write(name, format!("{HEADER}{}", csv(scale)));
        add(name, "");
    }
    folder.write("log.csv.gz", gzip(&format!("{HEADER}{}", csv(1))));
    add("log.csv.gz", "");
    let ga4: String = (0..60)
        .map(|row| {
            format!(
                "{{\"event_date\":\"20231114\",\"event_timestamp\":\"{}\",\"event_name\":\"view_item\",\
                 \"user_pseudo_id\":\"u{}\",\"event_params\":[{{\"key\":\"page\",\"value\":{{\"string_value\":\"x\"}}}},\
                 {{\"key\":\"ga_session_id\",\"value\":{{\"string_value\":null,\"int_value\":\"{}\"}}}}],\
                 \"items\":[{{\"item_id\":\"{}\",\"item_name\":\"Thing\",\"quantity\":null,\"price\":2.5}}]}}\n",
                at[row] * 1_000_000,
                row / 12,
                session(row),
                item(row)
            )
        })
        .collect();
    folder.write("ga4.ndjson", ga4);
    add("ga4.ndjson", "");
    let texts = |text: &dyn Fn(usize) -> String| StringArray::from((0..60).map(text).collect::<Vec<_>>());
    parquet(
        &folder,
        "mapped.parquet",
        vec![
            column("klient", texts(&|row| format!("u{}", row / 12))),
            column("moment", TimestampMicrosecondArray::from(at.iter().map(|at| at * 1_000_000).collect::<Vec<_>>())),
            column("artikel", texts(&item)),
            column("visit", Int64Array::from((0..60).map(|row| row / 6).collect::<Vec<i64>>())),
        ],
    );
    add("mapped.parquet", " --map user=klient,item=artikel,ts=moment");
    for (name, pack) in &packs[1..] {
        assert_eq!(pack, &packs[0].1, "{name}");
    }
}
