//! The promises of speed and size, held to what was measured.

use super::figures::{Built, Figures, Times, exponent};

/// A promise, what was found, and whether that holds it; `None` where it was not measured.
pub(super) struct Promise {
    pub(super) what: String,
    pub(super) target: String,
    pub(super) found: Option<String>,
    pub(super) holds: Option<bool>,
}

/// The largest catalog and the usual one.
const LARGEST: u32 = 100_000;
const USUAL: u32 = 10_000;
/// Where growth in items is fitted from: below, what every call costs rules.
pub(super) const FITTED_FROM: f64 = 10_000.0;
/// How much slower than Chromium another engine may be.
const ENGINE_FACTOR: f64 = 3.0;

/// Which side of the target is kept.
#[derive(Clone, Copy)]
enum Bound {
    Most(f64),
    Least(f64),
}

/// Every promise, in the order of the page.
pub(super) fn of(figures: &Figures, built: &Built) -> Vec<Promise> {
    let mut rows = scan(figures);
    rows.extend(calls(figures));
    rows.extend(start(figures));
    rows.extend(weight(figures, built));
    rows.extend(growth(figures));
    rows.extend(engines(figures));
    rows
}

fn row(what: &str, bound: Bound, found: Option<f64>, unit: &str) -> Promise {
    let (sign, limit, holds) = match bound {
        Bound::Most(limit) => ("≤", limit, found.map(|x| x <= limit)),
        Bound::Least(limit) => ("≥", limit, found.map(|x| x >= limit)),
    };
    let target = format!("{sign} {}{unit}", plain(limit));
    Promise { what: what.to_owned(), target, found: found.map(|x| format!("{}{unit}", plain(x))), holds }
}

/// A number with three digits that count, or more where it is large.
pub(super) fn plain(x: f64) -> String {
    let size = x.abs();
    if x.fract() == 0.0 || size >= 100.0 {
        super::document::thousands(x.round())
    } else if size >= 10.0 {
        format!("{x:.1}")
    } else if size >= 0.1 {
        format!("{x:.2}")
    } else {
        format!("{x:.3}")
    }
}

fn scan(figures: &Figures) -> Vec<Promise> {
    let size = figures.scan.found.sizes.iter().find(|size| size.items == LARGEST);
    let median = |name: &str| Some(size?.named(name)?.times.median);
    let ours = median("flaneur");
    let over = |other: Option<f64>| Some(other? / ours?);
    let fastest = |kind: &str| size.and_then(|size| size.fastest(kind));
    let named =
        |what: &str, kind: &str| fastest(kind).map_or_else(|| what.to_owned(), |row| format!("{what} ({})", row.name));
    let cold = size.and_then(|size| {
        let of = |name: &str| size.cold.iter().find(|row| row.name == name).map(|row| row.times.median);
        Some(of("flaneur")? / of("reading the bytes")?)
    });
    let scan = "scan and exact top 48 of 100,000 × 64";
    vec![
        row(
            &format!("{scan}, against reading the bytes"),
            Bound::Most(2.7),
            over(median("reading the bytes")).map(|x| 1.0 / x),
            " ×",
        ),
        row("the same with cold caches", Bound::Most(1.8), cold, " ×"),
        row(
            &named("faster than the fastest exact npm package", "exact"),
            Bound::Least(3.5),
            over(fastest("exact").map(|row| row.times.median)),
            " ×",
        ),
        row("faster than a typed array with a heap", Bound::Least(15.0), over(median("typed array and heap")), " ×"),
        row("faster than objects, map and sort", Bound::Least(100.0), over(median("objects, map and sort")), " ×"),
        row(
            &named("against the fastest approximate npm package", "approximate"),
            Bound::Least(1.0),
            over(fastest("approximate").map(|row| row.times.median)),
            " ×",
        ),
        row("recall of the scan", Bound::Least(1.0), size.and_then(|size| size.named("flaneur")?.recall), ""),
    ]
}

fn calls(figures: &Figures) -> Vec<Promise> {
    let calls = &figures.calls.found;
    let over = |items| calls.over(items);
    let slow = over(USUAL).and_then(|row| row.throttled.as_ref()).map(|row| row.again.median);
    let median = |items| over(items).map(|row| row.again.median);
    let brim = &calls.brim;
    let refold = format!("re-fold of {} events", calls.refold.events);
    vec![
        row("`rank`, 10,000 items, median", Bound::Most(1.0), median(USUAL), " ms"),
        row("`rank`, 10,000 items, 95 % under", Bound::Most(2.0), over(USUAL).map(|row| row.again.p95), " ms"),
        row("`rank`, 100,000 items, median", Bound::Most(3.0), median(LARGEST), " ms"),
        row(&format!("`rank`, 10,000 items, processor {} × slower", calls.throttle), Bound::Most(4.0), slow, " ms"),
        row("`observe`", Bound::Most(0.05), Some(calls.observe.median), " ms"),
        row(&refold, Bound::Most(20.0), Some(calls.refold.times.median), " ms"),
        row(
            "`observe`, then `rank`: a full log against one with room, means",
            Bound::Most(1.5),
            Some(brim.full / brim.free),
            " ×",
        ),
        row("`decide` over 200 opportunities", Bound::Most(1.0), Some(calls.decide.median), " ms"),
    ]
}

fn start(figures: &Figures) -> Vec<Promise> {
    let Some(start) = figures.start.as_ref().map(|part| &part.found) else {
        return vec![row(
            "first personal slate after `open`, 10,000 items, 1,000 events",
            Bound::Most(60.0),
            None,
            " ms",
        )];
    };
    let of =
        |what: &str| format!("first personal slate after `open`, {} items, {} events{what}", start.items, start.events);
    let slower = format!(", processor {} × slower", start.throttle);
    vec![
        row(&of(""), Bound::Most(60.0), Some(start.full.first_slate.median), " ms"),
        row(&of(&slower), Bound::Most(200.0), Some(start.throttled.first_slate.median), " ms"),
        row(
            &format!("longest task until then{slower} (0: none over 50)"),
            Bound::Most(50.0),
            Some(start.throttled.long_task.most),
            " ms",
        ),
    ]
}

fn weight(figures: &Figures, built: &Built) -> Vec<Promise> {
    let memory = figures.calls.found.over(LARGEST).map(|row| row.memory_bytes as f64 / 1e6);
    let bytes = built.start_bytes.iter().sum::<u64>() as f64;
    let json = built.crates.rows.iter().filter(|row| row.name == "serde_json").map(|row| row.bytes).sum::<u64>();
    vec![
        row("memory of the module with 100,000 items", Bound::Most(30.0), memory, " MB"),
        row("core and entry `.`, brotli", Bound::Most(50_000.0), Some(bytes), " B"),
        row("`serde_json` in the core", Bound::Most(0.0), Some(json as f64), " B"),
        row("allocations of a `rank` after warm-up (native)", Bound::Most(0.0), Some(built.allocations as f64), ""),
    ]
}

fn growth(figures: &Figures) -> Vec<Promise> {
    let growth = &figures.calls.found.growth;
    let items = exponent(&growth.items, FITTED_FROM);
    let within = items.map(|x| (0.9..=1.1).contains(&x));
    let both = Promise {
        what: "exponent of `rank` in items, from 10,000 on".to_owned(),
        target: "0.9 to 1.1".to_owned(),
        found: items.map(plain),
        holds: within,
    };
    vec![
        both,
        row("exponent of `rank` in the length of the log", Bound::Most(0.1), exponent(&growth.events, 0.0), ""),
        row("exponent of `rank` in places", Bound::Most(1.0), exponent(&growth.places, 0.0), ""),
    ]
}

fn engines(figures: &Figures) -> Vec<Promise> {
    let found = figures.engines.as_ref().map(|part| &part.found.found);
    let factor = |name: &str| Some(found?.get(name)?.median / found?.get("chromium")?.median);
    let what = |name: &str| format!("`rank` in {name}, against Chromium");
    vec![
        row(&what("Firefox"), Bound::Most(ENGINE_FACTOR), factor("firefox"), " ×"),
        row(&what("WebKitGTK"), Bound::Most(ENGINE_FACTOR), factor("webkit"), " ×"),
    ]
}

/// Median and 95th percentile, as the tables show them.
pub(super) fn both(times: &Times) -> String {
    format!("{} | {}", plain(times.median), plain(times.p95))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holding_is_computed_and_the_unmeasured_holds_nothing() {
        assert_eq!(row("a", Bound::Most(2.7), Some(2.7), "").holds, Some(true));
        assert_eq!(row("a", Bound::Most(2.7), Some(2.71), "").holds, Some(false));
        assert_eq!(row("a", Bound::Least(3.5), Some(3.4), "").holds, Some(false));
        assert_eq!(row("a", Bound::Least(3.5), None, "").holds, None);
    }

    #[test]
    fn numbers_are_short() {
        let shown = [0.05, 0.0123, 1.234, 12.34, 155_217.0, 100.0].map(plain);
        assert_eq!(shown, ["0.050", "0.012", "1.23", "12.3", "155,217", "100"]);
    }
}
