//! Every format that is promised is read as promised, and every bad row is named.
// A helper's failure is the test's.
#![allow(clippy::unwrap_used)]

#[path = "support/kit.rs"]
mod kit;

use std::fs;
use std::io::Write;
#[cfg(unix)]
use std::process::{Command, Stdio};

#[cfg(unix)]
use flaneur::catalog::Catalog;
use flate2::Compression;
use flate2::write::GzEncoder;
use kit::{Folder, Run, feed};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn every_format_gives_the_items_that_were_written_down() {
    let folder = Folder::new("formats");
    let names = [
        "items.ndjson",
        "items.json",
        "items.csv",
        "items-fr.csv",
        "merchant.tsv",
        "merchant.xml",
        "atom.xml",
        "shopify.json",
        "jsonld.json",
    ];
    for name in names {
        folder.run(&format!("pack --items {} --out p.flaneur --display d.json", feed(name).display())).expect(0);
        let expected = fs::read_to_string(feed(&format!("{name}.expected"))).unwrap();
        assert_eq!(folder.text("d.json"), expected, "{name}");
    }
}

#[test]
fn a_log_of_another_catalog_is_refused() {
    let folder = Folder::new("strangers");
    folder.write("items.csv", "id,sku,title\n1,S-1,Lamp\n2,S-2,Rug\n");
    folder.write("log.csv", "session,item,ts\na,S-1,2026-01-02\na,S-2,2026-01-02\n");
    let run = folder.run("pack --items items.csv --events log.csv --out p.flaneur").expect(3);
    run.says("no row of the events names an item of the catalog: the events say \"S-1\", the catalog \"1\"");
    folder.run("pack --items items.csv --map id=sku --events log.csv --out p.flaneur").expect(0);
}

#[test]
fn shopifys_table_of_variants_is_named_with_the_way_out() {
    let folder = Folder::new("shopify-table");
    let rows = "Handle,Title,Vendor,Variant SKU,Variant Price\nshirt,Shirt,Acme,S-1,49.00\nshirt,,,S-2,49.00\n";
    folder.write("products_export.csv", rows);
    folder.run("pack --items products_export.csv --out p.flaneur").expect(3).says("/products.json?limit=250");
    folder.run("pack --items products_export.csv --map id=variant_sku --out p.flaneur --display d.json").expect(0);
    assert!(folder.text("d.json").contains(r#""id":"S-2""#));
    // Whoever asks for the handle has it, a product's first row each, as of products.json.
    folder.run("pack --items products_export.csv --map id=handle --out p.flaneur --display d.json").expect(0);
    assert!(folder.text("d.json").contains(r#""id":"shirt""#));
}

#[test]
fn what_a_table_lacks_and_what_became_an_attribute_is_said() {
    let folder = Folder::new("lacks");
    folder.write("items.csv", "sku,Bezeichnung,Farbe,price\na,Lampe,rot,2\nb,Stuhl,blau,\n");
    let told = folder.run("pack --items items.csv --out p.flaneur --report r.json").expect(0).out();
    let line = |name: &str| told.lines().find_map(|line| Some(line.strip_prefix(name)?.trim().to_owned()));
    let found = ["without a title", "without a category", "without a price", "other attributes"].map(line);
    assert_eq!(found.map(Option::unwrap), ["2", "2", "1", "bezeichnung, farbe"]);
    let report: serde_json::Value = serde_json::from_slice(&folder.read("r.json")).unwrap();
    assert_eq!(report["items"]["without_title"], 2);
    let told =
        folder.run("pack --items items.csv --map title=Bezeichnung,category=Farbe --out p.flaneur").expect(0).out();
    assert!(!told.contains("without a title") && !told.contains("other attributes"), "{told}");
}

#[test]
fn gzip_byte_order_marks_and_wrong_extensions_make_no_difference() {
    let folder = Folder::new("wrapped");
    for name in ["items.csv", "merchant.xml", "shopify.json", "items.ndjson"] {
        folder.run(&format!("pack --items {} --out plain.flaneur", feed(name).display())).expect(0);
        let marked = [b"\xef\xbb\xbf".as_slice(), &fs::read(feed(name)).unwrap()].concat();
        folder.write("feed.txt", gzip(&marked));
        folder.run("pack --items feed.txt --out wrapped.flaneur").expect(0);
        assert_eq!(folder.read("plain.flaneur"), folder.read("wrapped.flaneur"), "{name}");
    }
}

/// Runs the feed with its bad rows skipped, and once more with none allowed.
fn bad(name: &str, faults: &[&str]) -> Run {
    let folder = Folder::new(&format!("bad-{name}"));
    fs::copy(feed(name), folder.0.join(name)).unwrap();
    folder.run(&format!("pack --items {name} --out p.flaneur --max-bad 0")).expect(3);
    assert_eq!(folder.names(), [name], "a refused input leaves no output");
    let run = folder.run(&format!("pack --items {name} --out p.flaneur --report r.json")).expect(0);
    for fault in faults {
        run.says(&format!("bad row: {name}:{fault}"));
    }
    assert_eq!(run.err().lines().count(), faults.len(), "{}", run.err());
    assert!(folder.text("r.json").contains(&format!("\"bad\": {}", faults.len())));
    run
}

#[test]
fn bad_rows_of_ndjson_are_named() {
    let faults = [
        "2: price: wrong type",
        "3: price: the price is not between",
        "4: id: this field is required",
        "5: id: the same id stands at bad-items.ndjson:1",
        "6: kind: not a kind",
        "7: not a JSON object",
        "8: attributes.__proto__: this attribute name is not allowed",
        "9: id: the id is empty",
    ];
    bad("bad-items.ndjson", &faults);
}

#[test]
fn bad_rows_of_a_table_are_named() {
    let faults = [
        "3: price: \"free\" is not a price",
        "4: the row has 3 columns, the header 4",
        "5: available: \"perhaps\" is neither yes nor no",
        "6: id: there is no id",
        "7: id: the same id stands at bad-items.csv:2",
        "8: price: the price is not between",
    ];
    bad("bad-items.csv", &faults);
}

#[test]
fn bad_items_of_a_merchant_feed_are_named() {
    let faults = [
        "4: g:price: \"a lot\" is not a price",
        "6: id: there is no id",
        "7: id: the same id stands at bad-merchant.xml:3",
        "8: title: the text has an entity",
        "9: g:availability: \"maybe\" is neither yes nor no",
    ];
    bad("bad-merchant.xml", &faults);
}

#[test]
fn bad_products_of_shopify_are_named() {
    let faults = [
        "3: variants[1].price: \"soon\" is not a price",
        "4: id: there is no id",
        "5: title: wrong type; expected a string",
        "6: id: the same id stands at bad-shopify.json:2",
    ];
    bad("bad-shopify.json", &faults);
}

#[test]
fn bad_products_of_json_ld_are_named() {
    let faults = [
        "3: id: there is no id",
        "4: offers[1].price: \"ask\" is not a price",
        "5: id: the same id stands at bad-jsonld.json:2",
    ];
    bad("bad-jsonld.json", &faults);
}

#[test]
fn a_quote_that_is_never_closed_does_not_swallow_the_rows_after_it() {
    let folder = Folder::new("unclosed");
    // As many columns as the header: without a look at the quote the row would be good, and the only one.
    folder.write("items.csv", "id,title\n1,\"A \"\"good\"\" chair\"\n2,\"Table\n3,Lamp\n4,Desk\n");
    let run = folder.run("pack --items items.csv --out p.flaneur").expect(3);
    run.says("items.csv:3: a quote is opened here and never closed");
    assert_eq!(folder.names(), ["items.csv"]);
    let lines = "id,title\n1,\"A chair\nof two lines\"\n2,15\" screen\n3,\"\"\n4,\"end\"";
    folder.write("items.csv", lines);
    folder.run("pack --items items.csv --out p.flaneur --display d.json").expect(0);
    assert!(folder.text("d.json").contains("15\\\" screen") && folder.text("d.json").contains("\"end\""));
}

/// Each of these cannot be read as a whole.
#[test]
fn broken_files_are_refused_with_the_place_and_what_to_do() {
    let folder = Folder::new("broken");
    let csv = fs::read(feed("items.csv")).unwrap();
    let zipped = gzip(&csv);
    let noise: String = (0..9_000_u32).map(|x| format!("{x},Thing {}\n", x.wrapping_mul(2_654_435_761))).collect();
    let large = gzip(format!("id,title\n{noise}").as_bytes());
    let cases: [(&str, Vec<u8>, &str); 22] = [
        ("empty.csv", Vec::new(), "empty.csv is empty"),
        ("blank.json", b" \n\n".to_vec(), "blank.json is empty"),
        ("header.csv", b"id,title\n".to_vec(), "holds no item"),
        ("no-id.csv", b"title,price\nx,1\n".to_vec(), "no column is the item's id (columns: title, price)"),
        ("proto.csv", b"id,__proto__\nx,1\n".to_vec(), "proto.csv:1: a column may not be called `__proto__`"),
        ("latin.csv", b"id,title\na,Th\xe9\n".to_vec(), "latin.csv:2: column `title` is not UTF-8. If it is Latin-1"),
        ("latin.json", b"[\n{\"id\":\"a\",\"title\":\"Th\xe9\"}]".to_vec(), "latin.json:2: the text is not UTF-8"),
        ("latin.xml", b"<rss>\n<item><title>Th\xe9</title></item></rss>".to_vec(), "the text is not UTF-8"),
        ("wide.csv", b"\xff\xfei\0d\0".to_vec(), "is UTF-16"),
        ("wide-unmarked.csv", b"i\0d\0\n\0a\0\n\0".to_vec(), "is UTF-16"),
        ("twice.csv.gz", gzip(&zipped), "twice.csv.gz is gzipped twice; unpack it once"),
        ("cut.csv.gz", zipped[..zipped.len() / 2].to_vec(), "ends too early"),
        ("cut-late.csv.gz", large[..large.len() - 9].to_vec(), "ends too early"),
        ("cut.json", b"[{\"id\":\"a\"},\n{\"id\":".to_vec(), "cut.json:2:6: not JSON"),
        ("cut.xml", b"<rss><channel>\n<item><g:id>a</g:id>".to_vec(), "cut.xml:2: the XML ends inside <item>"),
        ("shop.flaneur", b"FLANPACK\x02\0".to_vec(), "shop.flaneur is a pack"),
        ("items.xlsx", b"PK\x03\x04\x14\0".to_vec(), "items.xlsx is a ZIP archive or a spreadsheet"),
        ("items.csv.zst", b"\x28\xb5\x2f\xfd\x04\0\x99".to_vec(), "is compressed with Zstandard; unpack it"),
        (
            "items.xls",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(),
            "items.xls is a spreadsheet; save the sheet as CSV",
        ),
        ("log.parquet", b"PAR1....PAR1".to_vec(), "is Parquet"),
        (
            "feed.xml",
            b"\n<!DOCTYPE html>\n<head><meta charset=utf-8></head>".to_vec(),
            "feed.xml is a web page, not a feed",
        ),
        ("feed.csv", b"<HTML><body>Sign in</body></HTML>".to_vec(), "feed.csv is a web page, not a feed"),
    ];
    for (name, bytes, message) in cases {
        folder.write(name, bytes);
        folder.run(&format!("pack --items {name} --out p.flaneur")).expect(3).says(message);
        assert!(!folder.names().contains(&"p.flaneur".to_owned()));
    }
    folder.run("pack --items none.csv --out p.flaneur").expect(3).says("none.csv cannot be opened");
    folder.run("pack --items . --out p.flaneur").expect(3).says(". is a folder; name a file");
    folder.run("pack --items - --out p.flaneur").expect(3).says("to read from a pipe, name /dev/stdin");
    folder.run("pack --events feed.csv --out p.flaneur").expect(3).says("feed.csv is a web page, not a feed");
    folder.run("pack --events none.csv --out p.flaneur").expect(3).says("none.csv cannot be opened");
    folder.run("pack --events . --out p.flaneur").expect(3).says(". is a folder; name a file");
    folder.run("pack --events - --out p.flaneur").expect(3).says("to read from a pipe, name /dev/stdin");
}

#[test]
#[cfg(unix)]
fn a_log_is_read_from_a_pipe_from_its_first_byte_on() {
    let folder = Folder::new("events-pipe");
    let mut command = Command::new(env!("CARGO_BIN_EXE_flaneur"));
    command.args("pack --events /dev/stdin --out p.flaneur".split(' ')).current_dir(&folder.0);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"item,user,ts\na,u,1700000000\nb,u,1700000060\n").unwrap();
    Run(child.wait_with_output().unwrap()).expect(0);
    assert_eq!(Catalog::read(folder.read("p.flaneur")).unwrap().len(), 2);
}

#[test]
fn bad_events_are_named_and_odd_ones_are_counted() {
    let folder = Folder::new("events");
    fs::copy(feed("bad-events.csv"), folder.0.join("log.csv")).unwrap();
    folder.write("items.csv", "id\na\n");
    let run = folder.run("pack --items items.csv --events log.csv --out p.flaneur --report r.json").expect(0);
    for fault in [
        "3: item: there is no item id",
        "4: ts: the time is negative",
        "5: ts: \"yesterday\" is not a time",
        "6: ts: the time is in milliseconds, the file began with seconds",
        "7: ts: the time is in the future",
        "8: session: there is neither a session nor a user",
        "9: type: \"teleport\" is not a known event",
        "10: quantity: \"-2\" is not a quantity",
        "11: the row has 4 columns, the header 6",
    ] {
        run.says(&format!("bad row: log.csv:{fault}"));
    }
    let report: serde_json::Value = serde_json::from_slice(&folder.read("r.json")).unwrap();
    assert_eq!(report["event_rows"]["rows"], 14);
    assert_eq!(report["event_rows"]["bad"], 9);
    assert_eq!(report["notes"]["unknown_items"], 1);
    assert_eq!(report["notes"]["out_of_order"], 1);
    assert_eq!(report["notes"]["repeated"], 1);
    assert_eq!(report["notes"]["set_aside"]["refund"], 1);
}

#[test]
fn what_analytics_count_besides_items_is_set_aside_under_its_name() {
    let folder = Folder::new("analytics");
    folder.write("items.csv", "id\na\n");
    let row = |name: &str, items: &str| {
        format!(
            "{{\"event_name\":\"{name}\",\"event_timestamp\":\"1700000000000000\",\"user_pseudo_id\":\"u\",\"items\":[{items}]}}\n"
        )
    };
    let others = format!("{}{}", row("form_start", ""), row("Cookie_Banner", "")).repeat(20);
    folder.write("ga4.ndjson", format!("{}{others}", row("view_item", "{\"item_id\":\"a\"}")));
    let run = "pack --items items.csv --events ga4.ndjson --out p.flaneur --report r.json --max-bad 0";
    folder.run(run).expect(0);
    let report: serde_json::Value = serde_json::from_slice(&folder.read("r.json")).unwrap();
    assert_eq!(report["log"]["events"], 1);
    assert_eq!(report["notes"]["set_aside"], serde_json::json!({"form_start": 20, "cookie_banner": 20}));
    // With an item it may be what teaches most, under a name of the shop's own.
    folder.write("ga4.ndjson", row("quick_view", "{\"item_id\":\"a\"}"));
    folder.run(run).expect(3).says("\"quick_view\" is not a known event");
    // A log of nothing else is of another shape.
    let archive = "{\"type\":\"track\",\"event\":\"Product Viewed\",\"userId\":\"u\",\"timestamp\":\"2024-05-01T10:00:00Z\",\
                   \"properties\":{\"product_id\":\"a\"}}\n";
    folder.write("ga4.ndjson", archive.repeat(3));
    folder.run(run).expect(3).says(
        "no row of the events teaches anything: those that can be read were set aside by their type (3× \"track\")",
    );
    // Types without end are one.
    let many: String = (0..500).map(|n| row(&format!("form_{n}"), "")).collect();
    folder.write("ga4.ndjson", format!("{}{many}", row("view_item", "{\"item_id\":\"a\"}")));
    folder.run(run).expect(0);
    let report: serde_json::Value = serde_json::from_slice(&folder.read("r.json")).unwrap();
    let found = report["notes"]["set_aside"].as_object().unwrap();
    assert_eq!((found.len(), &found["of other types"]), (41, &serde_json::json!(460)));
}

#[test]
fn a_table_of_events_is_read_in_the_words_of_segment_and_shopify_and_with_decimal_commas() {
    let folder = Folder::new("vocabularies");
    folder.write("items.csv", "id\na\nb\n");
    folder.write(
        "log.csv",
        "user;item;ts;type;quantity\n\
         u;a;2024-05-01 10:00:00 +0200;Product Clicked;\n\
         u;a;2024-05-01 10:00:01 +0200;product_added_to_cart;1,0\n\
         u;b;2024-05-01 10:00:02 +0200;Checkout Completed;2,5\n\
         u;b;2024-05-01 10:00:03 +0200;Product List Viewed;\n",
    );
    folder.run("pack --items items.csv --events log.csv --out p.flaneur --report r.json --max-bad 0").expect(0);
    let report: serde_json::Value = serde_json::from_slice(&folder.read("r.json")).unwrap();
    assert_eq!(report["log"]["events"], 3);
    assert_eq!(report["notes"]["set_aside"], serde_json::json!({"product list viewed": 1}));
}

#[test]
fn a_few_rows_in_another_encoding_are_bad_rows_of_a_log() {
    let folder = Folder::new("mixed");
    folder.write("log.csv", b"session,item,ts\ns,a,1\ns,caf\xe9,2\n");
    let run = folder.run("pack --events log.csv --out p.flaneur").expect(0);
    run.says("bad row: log.csv:3: the row is not UTF-8. If it is Latin-1, convert it: iconv");
}

#[test]
fn logs_of_several_shapes_say_the_same() {
    let folder = Folder::new("shapes");
    folder.write("items.csv", "id\na\nb\n");
    let shapes = [
        ("a.csv", "session,user,item,ts,type\ns,u,a,1700000000,view_item\ns,u,b,1700000060,purchase\n"),
        ("b.csv", "basket;shopper;sku;time;event\ns;u;a;1700000000000;view\ns;u;b;1700000060000;buy\n"),
        (
            "c.tsv",
            "visit\tvisitor\titem_id\tdate\taction\ns\tu\ta\t2023-11-14T22:13:20Z\tview\ns\tu\tb\t2023-11-14 22:14:20\torder\n",
        ),
        (
            "d.ndjson",
            "{\"session\":\"s\",\"user\":\"u\",\"item\":\"a\",\"ts\":1700000000,\"type\":\"view_item\"}\n\
             {\"ts\":1700000060,\"item\":\"b\",\"user\":\"u\",\"session\":\"s\",\"type\":\"purchase\"}\n",
        ),
        (
            "e.ndjson",
            "{\"event_name\":\"view_item\",\"event_timestamp\":\"1700000000000000\",\"user_pseudo_id\":\"u\",\
             \"event_params\":[{\"key\":\"ga_session_id\",\"value\":{\"int_value\":\"9\"}}],\"items\":[{\"item_id\":\"a\"}]}\n\
             {\"event_name\":\"purchase\",\"event_timestamp\":\"1700000060000000\",\"user_pseudo_id\":\"u\",\
             \"event_params\":[{\"key\":\"ga_session_id\",\"value\":{\"int_value\":\"9\"}}],\"items\":[{\"item_id\":\"b\"}]}\n",
        ),
        ("f.csv", "commande;client;article;date;action\ns;u;a;1700000000;view\ns;u;b;1700000060;buy\n"),
        (
            "g.ndjson", // an order's number and an item's name stand beside the item's id
            "{\"session\":\"s\",\"user\":\"u\",\"ts\":1700000000,\"type\":\"view_item\",\"items\":[{\"id\":\"a\",\"produit\":\"A\"}]}\n\
             {\"session\":\"s\",\"user\":\"u\",\"ts\":1700000060,\"type\":\"purchase\",\"reference\":\"o1\",\"items\":[{\"id\":\"b\"}]}\n",
        ),
    ];
    let packs: Vec<Vec<u8>> = shapes
        .iter()
        .map(|(name, text)| {
            folder.write(name, text);
            folder
                .run(&format!("pack --items items.csv --events {name} --out {name}.flaneur --min-support 1"))
                .expect(0);
            folder.read(&format!("{name}.flaneur"))
        })
        .collect();
    assert!(packs.iter().all(|pack| *pack == packs[0]));
}

#[test]
fn columns_can_be_named_and_a_misspelling_is_refused() {
    let folder = Folder::new("map");
    folder.write("items.csv", "ref,label,note\na,Lamp,x\n");
    folder.run("pack --items items.csv --out p.flaneur").expect(3).says("no column is the item's id");
    folder.run("pack --items items.csv --map id=ref,note= --out p.flaneur --display d.json").expect(0);
    assert!(
        folder.text("d.json").contains(r#""title":"Lamp""#) && folder.text("d.json").contains(r#""attributes":{}"#)
    );
    folder
        .run("pack --items items.csv --map id=ref,note=remark --out p.flaneur")
        .expect(3)
        .says("no input has a column `remark`");
    fs::copy(feed("shopify.json"), folder.0.join("products.json")).unwrap();
    folder.run("pack --items products.json --map id=handle --out p.flaneur --display d.json").expect(0);
    assert!(folder.text("d.json").contains(r#""id":"linen-shirt""#));
}

#[test]
fn prices_of_several_currencies_are_refused_until_one_is_chosen() {
    let folder = Folder::new("currency");
    folder.write("items.csv", "id,price\na,1 EUR\nb,2 EUR\nc,3 USD\n");
    folder.run("pack --items items.csv --out p.flaneur").expect(3).says("several currencies (EUR 2×, USD 1×)");
    folder.run("pack --items items.csv --currency eur --out p.flaneur --display d.json --report r.json").expect(0);
    assert!(folder.text("r.json").contains("\"prices_dropped\": 1"));
    assert_eq!(folder.text("d.json").matches(r#""currency":"EUR""#).count(), 2);
}

#[test]
fn offers_in_two_currencies_are_not_compared_and_a_group_without_variants_is_an_item() {
    let folder = Folder::new("offers");
    let block = r#"[{"@type":"Product","sku":"a","offers":[{"price":"9","priceCurrency":"USD"},
        {"price":"12","priceCurrency":"EUR"},{"price":8,"priceCurrency":"usd"}]},
        {"@type":"ProductGroup","productGroupID":"g","sku":"b","name":"Bowl","hasVariant":[]}]"#;
    folder.write("block.json", block);
    folder.run("pack --items block.json --out p.flaneur --display d.json").expect(0);
    let display = folder.text("d.json");
    assert!(display.contains(r#""price":8.0,"currency":"USD""#) && display.contains(r#""id":"b""#), "{display}");
}

#[test]
fn an_offer_without_a_currency_does_not_hide_the_others() {
    let folder = Folder::new("offers-unnamed");
    let block = r#"[{"@type":"Product","sku":"a","offers":[{"price":"12"},{"price":"9","priceCurrency":"EUR"}]},
        {"@type":"Product","sku":"b","offers":[{"price":"7"},{"price":"9","priceCurrency":"EUR"},{"price":"8"}]},
        {"@type":"Product","sku":"c","offers":[{"price":"12"},{"price":"9","priceCurrency":"EUR"},
        {"price":"3","priceCurrency":"USD"}]}]"#;
    folder.write("block.json", block);
    folder.run("pack --items block.json --out p.flaneur --display d.json").expect(0);
    let display = folder.text("d.json");
    let prices = display.split("\"price\":").skip(1).map(|rest| rest.split(",\"available").next().unwrap());
    let expected = [r#"9.0,"currency":"EUR""#, r#"7.0,"currency":"EUR""#, r#"9.0,"currency":"EUR""#];
    assert_eq!(prices.collect::<Vec<_>>(), expected);
}

#[test]
fn products_of_json_ld_have_the_ids_that_their_pages_give_them() {
    let vectors = include_str!("../../tests/vectors/jsonld/ids.json");
    let vectors: Vec<serde_json::Value> = serde_json::from_str(vectors).unwrap();
    let typed = vectors.iter().map(|vector| {
        let mut product = vector["product"].clone();
        product["@type"] = "Product".into();
        product
    });
    let folder = Folder::new("jsonld-ids");
    folder.write("block.json", serde_json::Value::from_iter(typed).to_string());
    let run = folder.run("pack --items block.json --out p.flaneur --display d.json").expect(0);
    let display: Vec<serde_json::Value> = serde_json::from_slice(&folder.read("d.json")).unwrap();
    let ids: Vec<&str> = display.iter().map(|item| item["id"].as_str().unwrap()).collect();
    let expected: Vec<&str> = vectors.iter().filter_map(|vector| vector["id"].as_str()).collect();
    assert_eq!(ids, expected);
    assert_eq!(run.err().matches("there is no id").count(), vectors.len() - expected.len());
}

#[test]
fn products_of_json_ld_have_the_prices_that_their_pages_give_them() {
    let vectors = include_str!("../../tests/vectors/jsonld/offers.json");
    let vectors: Vec<serde_json::Value> = serde_json::from_str(vectors).unwrap();
    let folder = Folder::new("jsonld-offers");
    for vector in vectors {
        let block = serde_json::json!({ "@type": "Product", "sku": "a", "offers": vector["offers"] });
        folder.write("block.json", block.to_string());
        folder.run("pack --items block.json --out p.flaneur --display d.json").expect(0);
        let display: serde_json::Value = serde_json::from_slice(&folder.read("d.json")).unwrap();
        let expected = (vector["price"].as_f64(), vector["currency"].as_str());
        assert_eq!((display[0]["price"].as_f64(), display[0]["currency"].as_str()), expected, "{}", vector["offers"]);
    }
}

#[test]
fn a_row_of_a_merchant_table_without_a_category_of_the_shop_has_googles_as_in_xml() {
    let folder = Folder::new("spare-category");
    let rows = "id,title,link,availability,product type,google product category\n1,Lamp,/1,in stock,Home > Lamps,Hardware\n\
                2,Rug,/2,in stock,,Home > Rugs\n";
    folder.write("items.csv", rows);
    let categories = |map: &str| {
        folder.run(&format!("pack --items items.csv --out p.flaneur --display d.json{map}")).expect(0);
        let items: serde_json::Value = serde_json::from_slice(&folder.read("d.json")).unwrap();
        (items[0]["category"].clone(), items[1]["category"].clone())
    };
    assert_eq!(categories(""), (["Home", "Lamps"].into(), ["Home", "Rugs"].into()));
    for map in ["google_product_category=", "category=product_type", "google=google_product_category"] {
        assert_eq!(categories(&format!(" --map {map}")), (["Home", "Lamps"].into(), serde_json::json!([])), "{map}");
    }
}

#[test]
fn a_sale_price_of_nothing_is_no_sale() {
    let folder = Folder::new("no-sale");
    folder.write("items.csv", "id,price,sale_price\na,19.99,0\nb,19.99,5\nc,19.99,25\nd,19.99,-1\n");
    let run = folder.run("pack --items items.csv --out p.flaneur --display d.json").expect(0);
    run.says("items.csv:5: price: the price is not between");
    let display = folder.text("d.json");
    let prices = display.split("\"price\":").skip(1).map(|rest| rest.split(',').next().unwrap());
    assert_eq!(prices.collect::<Vec<_>>(), ["19.99", "5.0", "19.99"]);
}

#[test]
fn a_french_sale_price_is_the_price() {
    let folder = Folder::new("prix-promo");
    for name in ["Prix promo", "prix_promotionnel", "Tarif promo"] {
        folder.write("items.csv", format!("référence;nom;prix;{name}\na;Lampe;19,99;15,50\n"));
        folder.run("pack --items items.csv --out p.flaneur --display d.json").expect(0);
        assert!(folder.text("d.json").contains("\"price\":15.5,"), "{name}: {}", folder.text("d.json"));
    }
}

#[test]
fn a_sale_price_holds_within_its_dates_only() {
    let folder = Folder::new("sale-dates");
    let rows = [
        ("past", "2020-01-01T00:00Z/2020-02-01T00:00Z"),
        ("on", "2020-01-01T00:00+0100/2999-02-01"),
        ("always", ""),
        ("later", "2999-01-01T00:00Z/2999-02-01T00:00Z"),
        ("wrong", "soon"),
    ];
    let table: String = rows.iter().map(|(id, dates)| format!("{id},20,5,{dates}\n")).collect();
    folder.write("items.csv", format!("id,price,sale_price,sale_price_effective_date\n{table}regular,20,,soon\n"));
    let entry = |(id, dates): &(&str, &str)| {
        format!(
            "<item><g:id>{id}</g:id><g:price>20</g:price><g:sale_price>5</g:sale_price>\
             <g:sale_price_effective_date>{dates}</g:sale_price_effective_date></item>"
        )
    };
    let feed: String = rows.iter().map(entry).collect();
    folder.write("feed.xml", format!("<rss><channel>{feed}</channel></rss>"));
    let prices = |items: &str, more: &str| {
        let run = folder.run(&format!("pack --items {items} --out p.flaneur --display d.json {more}")).expect(0);
        run.says("sale_price_effective_date: \"soon\" is not a period; expected its start and its end in ISO 8601");
        let display = folder.text("d.json");
        let found = display.split("\"price\":").skip(1).map(|rest| rest.split(',').next().unwrap().to_owned());
        found.collect::<Vec<_>>()
    };
    assert_eq!(prices("items.csv", ""), ["20.0", "5.0", "5.0", "20.0", "20.0"], "without a sale its dates say nothing");
    assert_eq!(prices("feed.xml", ""), ["20.0", "5.0", "5.0", "20.0"]);
    // A pack of that moment has the prices of that moment.
    assert_eq!(prices("feed.xml", "--created 2020-01-15"), ["5.0", "5.0", "5.0", "20.0"]);
    assert_eq!(prices("feed.xml", "--created 2999-01-15"), ["20.0", "5.0", "5.0", "5.0"]);
}

#[test]
fn a_currency_that_is_none_comes_with_the_way_out() {
    let folder = Folder::new("no-currency");
    folder.write("items.csv", "id,price,price currency\na,1,EURO\nb,2,US$\nc,3,€\n");
    let run = folder.run("pack --items items.csv --out p.flaneur").expect(0);
    run.says(
        "items.csv:2: price_currency: \"EURO\" is not a currency; expected an ISO 4217 code such as EUR; mend it, or \
         pass over the column and name the currency: --map price_currency= --currency CODE",
    );
    run.says("items.csv:3: price_currency: \"US$\" is not a currency");
    let way_out = "pack --items items.csv --out p.flaneur --display d.json --map price_currency= --currency EUR";
    folder.run(way_out).expect(0);
    assert_eq!(folder.text("d.json").matches(r#""currency":"EUR""#).count(), 3);
    folder.write("items.csv", "id,price\na,1 EURO\nb,US$ 2\nc,3 €\n");
    let run = folder.run("pack --items items.csv --out p.flaneur").expect(0);
    for (line, price) in [(2, "1 EURO"), (3, "US$ 2")] {
        let said = "has no currency of ISO 4217 beside the number; expected 19.99 or 19.99 EUR. Write the code, or \
                    the number alone, whose currency --currency names";
        run.says(&format!("items.csv:{line}: price: \"{price}\" {said}"));
    }
}

#[test]
fn a_currency_is_the_same_in_small_letters_and_no_currency_when_it_is_none() {
    let folder = Folder::new("codes-of-currencies");
    let items = r#"{"id":"a","price":1,"currency":"eur"}
{"id":"b","price":2,"currency":"EUR"}
{"id":"c","price":3,"currency":""}
{"id":"d","price":4,"currency":"euros"}"#;
    folder.write("items.ndjson", items);
    let run = folder.run("pack --items items.ndjson --out p.flaneur --report r.json").expect(0);
    assert!(run.out().contains("currency EUR"), "{}", run.out());
    run.says("items.ndjson:4: currency: \"euros\" is not a currency; expected an ISO 4217 code such as EUR");
    folder.run("pack --items items.ndjson --currency eur --out p.flaneur --report r.json").expect(0);
    assert!(folder.text("r.json").contains("\"prices_dropped\": 0"));
}

#[test]
fn a_column_of_currencies_outranks_the_sign_of_a_price_wherever_it_stands() {
    let folder = Folder::new("dollars");
    for (name, table) in
        [("after.csv", "id,price,currency\na,$12,CAD\n"), ("before.csv", "id,currency,price\na,CAD,$12\n")]
    {
        folder.write(name, table);
        folder.run(&format!("pack --items {name} --out p.flaneur --display d.json")).expect(0);
        assert!(
            folder.text("d.json").contains(r#""price":12.0,"currency":"CAD""#),
            "{name}: {}",
            folder.text("d.json")
        );
    }
}

#[test]
fn an_xml_feed_is_read_in_the_encoding_that_it_declares_unless_it_is_utf_8_all_the_same() {
    let folder = Folder::new("encodings");
    let feed = |declaration: &str, title: &[u8]| {
        let parts = [declaration.as_bytes(), b"<rss><item><g:id>a</g:id><title>", title, b"</title></item></rss>"];
        parts.concat()
    };
    let latin = r#"<?xml version="1.0" encoding="ISO-8859-1"?>"#;
    let windows = r#"<?xml   version="1.0"   encoding="windows-1252"   standalone="yes"   ?>"#;
    let cases = [
        (latin, &b"Th\xe9i\xe8re"[..], "Théière"),
        (windows, b"Th\xe9 \x80", "Thé €"),
        (latin, "Théière".as_bytes(), "Théière"),
        (r#"<?xml version="1.0" encoding="utf-16"?>"#, "Thé".as_bytes(), "Thé"),
        (r#"<?xml version="1.0"?>"#, "Thé".as_bytes(), "Thé"),
    ];
    for (declaration, title, expected) in cases {
        folder.write("feed.xml", feed(declaration, title));
        folder.run("pack --items feed.xml --out p.flaneur --display d.json").expect(0);
        assert!(folder.text("d.json").contains(&format!(r#""title":"{expected}""#)), "{declaration} {expected}");
    }
    // However late the first letter comes that shows it.
    folder.write("feed.xml", feed(latin, format!("{}é", " ".repeat(100_000)).as_bytes()));
    folder.run("pack --items feed.xml --out p.flaneur --display d.json").expect(0);
    assert!(folder.text("d.json").contains(r#""title":"é""#));
    for declaration in [r#"<?xml version="1.0" encoding="UTF-8"?>"#, r#"<?xml version="1.0" encoding="klingon"?>"#] {
        folder.write("feed.xml", feed(declaration, b"Th\xe9"));
        folder.run("pack --items feed.xml --out p.flaneur").expect(3).says("the text is not UTF-8");
    }
}

#[test]
fn a_bad_row_is_named_by_its_line_whatever_ends_the_lines() {
    let folder = Folder::new("line-ends");
    let feed = "id,title\na,A\n,C\nd,D\n";
    for text in [feed.to_owned(), feed.replace('\n', "\r\n")] {
        folder.write("feed.csv", text);
        folder.run("pack --items feed.csv --out p.flaneur").expect(0).says("feed.csv:3: id");
    }
}
