//! docs/PERFORMANCE.md: promises first, then every figure behind them.

use std::fmt::Write as _;

use anyhow::Result;

use super::figures::{Built, Calls, Contender, Figures, Part, Point, Scan, ScanSize, Spent, Times, exponent};
use super::promises::{FITTED_FROM, Promise, both, plain};
use crate::size::crates;

/// The promises as a Markdown table.
pub(super) fn table(promises: &[Promise]) -> String {
    let mut text = "| promise | target | found | holds |\n|---|---:|---:|---|\n".to_owned();
    for promise in promises {
        let holds = match promise.holds {
            Some(true) => "yes",
            Some(false) => "**no**",
            None => "not measured",
        };
        let found = promise.found.as_deref().unwrap_or("");
        let _ = writeln!(text, "| {} | {} | {found} | {holds} |", promise.what, promise.target);
    }
    text
}

/// The page.
pub(super) fn document(figures: &Figures, built: &Built, promises: &[Promise]) -> Result<String> {
    let mut text = String::new();
    head(&mut text, figures, promises)?;
    scan(&mut text, &figures.scan.found)?;
    calls(&mut text, figures)?;
    start(&mut text, figures)?;
    engines(&mut text, figures)?;
    growth(&mut text, figures)?;
    weight(&mut text, built)?;
    Ok(text)
}

fn head(text: &mut String, figures: &Figures, promises: &[Promise]) -> Result<()> {
    let held = promises.iter().filter(|promise| promise.holds == Some(true)).count();
    writeln!(
        text,
        "# Performance\n\n\
         Made by `cargo xtask bench`; do not edit.\n\
         Times are of one machine, and say little about another.\n\
         So what is compared is measured **in turn in one page**: a call of one, a call of the next, and again, so that \
         whatever else the machine does meets all of them alike; then the ratio of the medians holds where the \
         milliseconds do not.\n\
         Times of one thing against a limit in milliseconds have no such shelter: on a busy machine they are too long.\n\
         Short calls are batched until a sample takes a quarter of a millisecond; a page that is isolated has a clock of \
         5 microseconds.\n\n\
         | part | measured | processes that ran or waited, before and after | browser |\n\
         |---|---|---|---|",
    )?;
    conditions(text, "scan", &figures.scan, &format!("Chromium {}", figures.scan.found.chromium))?;
    conditions(text, "calls and growth", &figures.calls, "the same")?;
    if let Some(start) = &figures.start {
        conditions(text, "start", start, "the same")?;
    }
    conditions(text, "processor time", &figures.processor, &format!("Node.js {}", figures.processor.found.node))?;
    if let Some(engines) = &figures.engines {
        let names = engines.found.found.keys().cloned().collect::<Vec<_>>().join(", ");
        conditions(text, "engines", engines, &names)?;
    }
    writeln!(
        text,
        "\nThe machine: {} processors, {}.\n\
         It is quiet where that number is well below the processors; else the limits in milliseconds are not a fair test.\n\n\
         ## What must hold\n\n\
         {held} of {} promises hold in this run.\n\n{}",
        figures.calls.processors,
        figures.calls.processor.as_deref().unwrap_or("of unknown kind"),
        promises.len(),
        table(promises)
    )?;
    Ok(())
}

fn conditions<T>(text: &mut String, name: &str, part: &Part<T>, browser: &str) -> Result<()> {
    let moment = part.at.split('.').next().unwrap_or(&part.at).replace('T', " ");
    writeln!(text, "| {name} | {moment} UTC | {:.1}, {:.1} | {browser} |", part.load[0], part.load[1])?;
    Ok(())
}

fn scan(text: &mut String, scan: &Scan) -> Result<()> {
    let Some(largest) = scan.largest() else { return Ok(()) };
    writeln!(
        text,
        "## The scan\n\n\
         The best {} of a catalog by cosine, {} numbers per vector, {} samples of each, in turn in one page.\n\
         The product is its own crate of kernels and its own selection, compiled like the core; it reads 8-bit vectors, as \
         packs have them.\n\
         The others get the same vectors as floats, so everyone searches the same and `recall` is against the true best in \
         double precision.\n\
         What the 8 bits themselves change: {:.1} % of the best {} by the vectors before quantization are among the best \
         after it.\n\
         *Reading the bytes* sums every byte of the vectors with SIMD, in the same module: no scan can be faster.\n\
         Vectors lie in 316 clusters, with noise of 0.8 of their spread; 32 shoppers ask in turn.\n\
         Each is called once, untimed, before each of its samples: else it would find its caches full of what another \
         left there, which is what *cold* below measures for all alike.\n",
        largest.places,
        largest.dims,
        largest.rows.first().map_or(0, |row| row.times.samples),
        100.0 * largest.quantized_recall,
        largest.places,
    )?;
    write!(text, "|  |")?;
    for size in &scan.sizes {
        write!(text, " {} items, ms | against flaneur | recall |", thousands(f64::from(size.items)))?;
    }
    writeln!(text, "\n|---|{}", "---:|---:|---:|".repeat(scan.sizes.len()))?;
    let mut rows: Vec<&Contender> = largest.rows.iter().collect();
    for size in &scan.sizes {
        rows.extend(size.rows.iter().filter(|row| largest.named(&row.name).is_none()));
    }
    let mut told: Vec<&str> = Vec::new();
    for row in rows {
        if told.contains(&row.name.as_str()) {
            continue;
        }
        told.push(&row.name);
        writeln!(text, "| {} |{}", shown(scan, &row.name), cells(&scan.sizes, &row.name))?;
    }
    writeln!(text, "\n![The medians by items, on logarithmic axes](performance/scan.svg)\n")?;
    for row in largest.rows.iter().filter(|row| row.build_ms.is_some()) {
        let seconds = row.build_ms.unwrap_or_default() / 1000.0;
        writeln!(
            text,
            "- {} built its index of {} items in {seconds:.1} s.",
            row.name,
            thousands(f64::from(largest.items))
        )?;
    }
    for (size, missing) in scan.sizes.iter().flat_map(|size| size.missing.iter().map(move |it| (size, it))) {
        writeln!(
            text,
            "- {} is absent at {} items: {}.",
            missing.name,
            thousands(f64::from(size.items)),
            missing.reason
        )?;
    }
    let ours = largest.cold.first().map_or(f64::NAN, |row| row.times.median);
    let told =
        |row: &Contender| format!("{} {} ms ({} ×)", row.name, plain(row.times.median), plain(row.times.median / ours));
    let cold: Vec<String> = largest.cold.iter().map(told).collect();
    let by = |rows: &[Contender]| {
        rows.iter().map(|row| format!("{}: {} ms", row.name, plain(row.times.median))).collect::<Vec<_>>().join(", ")
    };
    writeln!(
        text,
        "\nWith cold caches (96 MiB read before each call), {} items: {}.\n\n\
         The scan over {} items, by numbers per vector: {}.\n\
         By vectors asked in one pass, {} numbers each: {}.\n",
        thousands(f64::from(largest.items)),
        cold.join(", "),
        thousands(f64::from(scan.growth.items)),
        by(&scan.growth.dims),
        scan.growth.query_dims,
        by(&scan.growth.queries),
    )?;
    Ok(())
}

/// A name with the version that was installed.
fn shown(scan: &Scan, name: &str) -> String {
    let package = name.split(',').next().unwrap_or(name);
    scan.versions.get(package).map_or_else(|| name.to_owned(), |version| format!("{name} ({version})"))
}

fn cells(sizes: &[ScanSize], name: &str) -> String {
    let cell = |size: &ScanSize| {
        let (row, ours) = (size.named(name)?, size.named("flaneur")?);
        let recall = row.recall.map(|share| format!("{share:.4}")).unwrap_or_default();
        Some(format!(" {} | {} × | {recall} |", plain(row.times.median), plain(row.times.median / ours.times.median)))
    };
    sizes.iter().map(|size| cell(size).unwrap_or_else(|| " | | |".to_owned())).collect()
}

fn calls(text: &mut String, figures: &Figures) -> Result<()> {
    let calls: &Calls = &figures.calls.found;
    let Some(first) = calls.rank.first() else { return Ok(()) };
    writeln!(
        text,
        "## The calls\n\n\
         On the main thread of Chromium, through the npm package, with every reason of every place read.\n\
         The shop is invented (`benches/shop.mjs`) and packed by `flaneur pack`; the shopper has {} events of three tastes, saw \
         ten slates and chose from five, so the own model, draws and discoveries are at work; twenty rules hold; a slate has \
         {} places.\n\
         {} calls each, timed after others that let the browser compile for speed what is called often.\n\n\
         | call | items | median, ms | 95 % under, ms | median with the processor {} × slower, ms |\n\
         |---|---:|---:|---:|---:|",
        first.events, first.places, first.again.samples, calls.throttle
    )?;
    for row in &calls.rank {
        let items = thousands(f64::from(row.items));
        let slow =
            |of: fn(&super::figures::Ranked) -> f64| row.throttled.as_ref().map(|it| plain(of(it))).unwrap_or_default();
        writeln!(text, "| `rank` | {items} | {} | {} |", both(&row.again), slow(|it| it.again.median))?;
        writeln!(
            text,
            "| `observe`, then `rank` | {items} | {} | {} |",
            both(&row.after_event),
            slow(|it| it.after_event.median)
        )?;
    }
    writeln!(text, "| `decide` over 200 opportunities | 10,000 | {} | |", both(&calls.decide))?;
    writeln!(text, "| `observe` | 10,000 | {} | |", both(&calls.observe))?;
    writeln!(text, "| re-fold of {} events | 10,000 | {} | |", calls.refold.events, both(&calls.refold.times))?;
    let brim = &calls.brim;
    writeln!(
        text,
        "\nA full log has the rest folded anew when its oldest events give way, many at a time. `observe`, then `rank` takes {} ms \
         with {} events and {} ms with a full log: means of {} calls each, in turn.",
        plain(brim.free),
        thousands(f64::from(brim.events)),
        plain(brim.full),
        brim.samples
    )?;
    processor(text, figures)?;
    let surprise = &calls.growth.surprise;
    writeln!(
        text,
        "\nExploring and arranging for surprise: `rank` with the dial at 0 takes {} ms, at its default {} ms, in turn: {:.0} % of \
         the call.\n",
        plain(surprise.none.median),
        plain(surprise.default.median),
        100.0 * (1.0 - surprise.none.median / surprise.default.median),
    )?;
    Ok(())
}

/// What `rank` costs the processor, by items.
fn processor(text: &mut String, figures: &Figures) -> Result<()> {
    let rows = &figures.processor.found.rows;
    let told = |of: fn(&Times) -> f64| {
        let cell = |row: &Spent| format!("{}: {} ms", thousands(f64::from(row.items)), plain(of(&row.times)));
        rows.iter().map(cell).collect::<Vec<_>>().join(", ")
    };
    writeln!(
        text,
        "\nThe clock counts what the machine does meanwhile, the processor's own count does not: in Node.js {} a `rank` costs it, by \
         items, in the median of rounds, {}; in the least, {}.",
        figures.processor.found.node,
        told(|times| times.median),
        told(|times| times.least),
    )?;
    Ok(())
}

fn start(text: &mut String, figures: &Figures) -> Result<()> {
    let Some(start) = figures.start.as_ref().map(|part| &part.found) else { return Ok(()) };
    writeln!(
        text,
        "## The start\n\n\
         A fresh document of Chromium with a profile on the disk, as a shopper has one, a pack of {} items and the module in the browser's cache, a log of {} events in IndexedDB.\n\
         The clock runs from the call of `open` to the first slate; {} documents.\n\n\
         | processor | `open`, ms | first slate, median, ms | 95 % under, ms | fastest, ms | longest task, median and most, ms | without the log |\n\
         |---|---:|---:|---:|---:|---:|---:|",
        thousands(f64::from(start.items)),
        thousands(f64::from(start.events)),
        start.full.first_slate.samples
    )?;
    let slower = format!("{} × slower", start.throttle);
    for (name, it) in [("as it is", &start.full), (slower.as_str(), &start.throttled)] {
        writeln!(
            text,
            "| {name} | {} | {} | {} | {}, {} | {} |",
            plain(it.open.median),
            both(&it.first_slate),
            plain(it.first_slate.least),
            plain(it.long_task.median),
            plain(it.long_task.most),
            it.late,
        )?;
    }
    writeln!(
        text,
        "\nBrowsers name tasks of 50 ms and more only: 0 stands for none.\n\
         On a busy machine the database may not answer in time: then the shop opens without the log, and that start is counted but \
         not timed.\n"
    )?;
    Ok(())
}

/// `rank` in each engine.
fn engines(text: &mut String, figures: &Figures) -> Result<()> {
    let Some(engines) = figures.engines.as_ref().map(|part| &part.found) else { return Ok(()) };
    writeln!(
        text,
        "## Other engines\n\n`rank` of {} items in batches of 40 ms and more, since not every clock is fine; one engine after the other.\n\n\
         | engine | median, ms | 95 % under, ms | against Chromium |\n|---|---:|---:|---:|",
        thousands(f64::from(engines.items))
    )?;
    let chromium = engines.found.get("chromium").map(|times| times.median);
    for (name, times) in &engines.found {
        let against = chromium.map(|it| format!("{} ×", plain(times.median / it))).unwrap_or_default();
        writeln!(text, "| {name} | {} | {against} |", both(times))?;
    }
    text.push('\n');
    Ok(())
}

fn growth(text: &mut String, figures: &Figures) -> Result<()> {
    let growth = &figures.calls.found.growth;
    writeln!(
        text,
        "## Growth\n\n\
         The median of `rank` where one thing grows, each in turn in one page, with the exponent of a power law fitted to it (1 is \
         linear, 0 is flat).\n\
         In items it is fitted from {} on: below, what every call costs rules.\n",
        thousands(FITTED_FROM)
    )?;
    let kinds: [(&str, &str, &[Point], f64); 4] = [
        ("items", "items of the catalog", &growth.items, FITTED_FROM),
        ("places", "places of the slate", &growth.places, 0.0),
        ("events", "events in the log", &growth.events, 0.0),
        ("rules", "rules", &growth.rules, 0.0),
    ];
    for (file, what, points, from) in kinds {
        let told =
            points.iter().map(|it| format!("{}: {} ms", plain(it.x), plain(it.times.median))).collect::<Vec<_>>();
        let fitted = exponent(points, from).map_or_else(|| "not fitted".to_owned(), |x| format!("{x:.2}"));
        writeln!(
            text,
            "### By {what}\n\nExponent {fitted}. {}.\n\n![rank by {what}](performance/{file}.svg)\n",
            told.join(", ")
        )?;
    }
    Ok(())
}

fn weight(text: &mut String, built: &Built) -> Result<()> {
    writeln!(
        text,
        "## Weight\n\n\
         After brotli, the core has {} bytes and the entry `.` {}; `cargo xtask size` shows every file with its ceiling.\n\
         A `rank` of 24 places over 1,000 items makes {} allocations after warm-up, counted natively by `cargo test --test \
         allocating`.\n\n\
         What weighs what in the core, before compression (`cargo xtask size --crates`); a generic function counts for the crate \
         that wrote it:\n\n{}",
        thousands(built.start_bytes[0] as f64),
        thousands(built.start_bytes[1] as f64),
        thousands(built.allocations as f64),
        crates::table(&built.crates)
    )?;
    Ok(())
}

/// A whole number with its thousands apart.
pub(super) fn thousands(number: f64) -> String {
    let sign = if number < 0.0 { "-" } else { "" };
    format!("{sign}{}", crate::size::bytes(number.abs() as u64))
}
