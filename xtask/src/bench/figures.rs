//! What `benches/bench.mjs` and the builds leave: times in milliseconds, sizes in bytes.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::size::crates::Crates;

/// Everything measured; the page does without the start and the other engines where those were left out.
#[derive(Deserialize)]
pub(super) struct Figures {
    pub(super) scan: Part<Scan>,
    pub(super) calls: Part<Calls>,
    pub(super) start: Option<Part<Start>>,
    pub(super) engines: Option<Part<Engines>>,
    pub(super) processor: Part<Processor>,
}

/// What is known of a build without a browser.
pub(super) struct Built {
    /// Brotli bytes of the module and of the entry `.`.
    pub(super) start_bytes: [u64; 2],
    /// What weighs what in the core.
    pub(super) crates: Crates,
    /// Allocations of one `rank` after warm-up, natively.
    pub(super) allocations: u64,
}

/// A part, with when and beside what it was measured.
#[derive(Deserialize)]
pub(super) struct Part<T> {
    #[serde(flatten)]
    pub(super) found: T,
    /// ISO 8601.
    pub(super) at: String,
    /// Processes that ran or waited, averaged over a minute, before and after.
    pub(super) load: [f64; 2],
    pub(super) processors: u32,
    pub(super) processor: Option<String>,
}

/// Times of one thing.
#[derive(Clone, Deserialize)]
pub(super) struct Times {
    pub(super) median: f64,
    pub(super) p95: f64,
    pub(super) least: f64,
    pub(super) samples: u32,
}

#[derive(Deserialize)]
pub(super) struct Scan {
    pub(super) chromium: String,
    pub(super) versions: BTreeMap<String, String>,
    pub(super) sizes: Vec<ScanSize>,
    pub(super) growth: ScanGrowth,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ScanSize {
    pub(super) items: u32,
    pub(super) dims: u32,
    pub(super) places: u32,
    pub(super) rows: Vec<Contender>,
    pub(super) missing: Vec<Missing>,
    /// All of them again, the product first, with cold caches.
    pub(super) cold: Vec<Contender>,
    pub(super) quantized_recall: f64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Contender {
    pub(super) name: String,
    /// `ours`, `roofline`, `page`, `exact` or `approximate`; absent where it is known already.
    pub(super) kind: Option<String>,
    #[serde(flatten)]
    pub(super) times: Times,
    pub(super) recall: Option<f64>,
    pub(super) build_ms: Option<f64>,
}

#[derive(Deserialize)]
pub(super) struct Missing {
    pub(super) name: String,
    pub(super) reason: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ScanGrowth {
    pub(super) items: u32,
    pub(super) dims: Vec<Contender>,
    pub(super) queries: Vec<Contender>,
    pub(super) query_dims: u32,
}

#[derive(Deserialize)]
pub(super) struct Calls {
    pub(super) throttle: u32,
    pub(super) rank: Vec<Ranked>,
    pub(super) observe: Times,
    pub(super) decide: Times,
    pub(super) refold: Refold,
    pub(super) brim: Brim,
    pub(super) growth: Growth,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Ranked {
    pub(super) items: u32,
    pub(super) places: u32,
    pub(super) events: u32,
    pub(super) again: Times,
    pub(super) after_event: Times,
    pub(super) memory_bytes: u64,
    pub(super) throttled: Option<Box<Ranked>>,
}

#[derive(Deserialize)]
pub(super) struct Refold {
    #[serde(flatten)]
    pub(super) times: Times,
    pub(super) events: u32,
}

/// Means of `observe`, then `rank`, in milliseconds.
#[derive(Deserialize)]
pub(super) struct Brim {
    /// Events of the log that has room.
    pub(super) events: u32,
    pub(super) free: f64,
    pub(super) full: f64,
    pub(super) samples: u32,
}

#[derive(Deserialize)]
pub(super) struct Growth {
    pub(super) items: Vec<Point>,
    pub(super) places: Vec<Point>,
    pub(super) events: Vec<Point>,
    pub(super) rules: Vec<Point>,
    pub(super) surprise: Surprise,
}

#[derive(Deserialize)]
pub(super) struct Point {
    pub(super) x: f64,
    #[serde(flatten)]
    pub(super) times: Times,
}

/// `rank` with the dial at 0 and at its default, in turn.
#[derive(Deserialize)]
pub(super) struct Surprise {
    pub(super) none: Times,
    pub(super) default: Times,
}

#[derive(Deserialize)]
pub(super) struct Start {
    pub(super) items: u32,
    pub(super) events: u32,
    pub(super) throttle: u32,
    pub(super) full: Started,
    pub(super) throttled: Started,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Started {
    pub(super) first_slate: Times,
    pub(super) open: Times,
    pub(super) long_task: Longest,
    /// Starts that opened without the log, because the device did not answer in time; they are not timed.
    pub(super) late: u32,
}

#[derive(Deserialize)]
pub(super) struct Longest {
    /// 0 where no task took 50 ms or more.
    pub(super) most: f64,
    pub(super) median: f64,
}

#[derive(Deserialize)]
pub(super) struct Engines {
    pub(super) items: u32,
    pub(super) found: BTreeMap<String, Times>,
}

/// Processor time of `rank` in Node.js, by items.
#[derive(Deserialize)]
pub(super) struct Processor {
    pub(super) node: String,
    pub(super) rows: Vec<Spent>,
}

#[derive(Deserialize)]
pub(super) struct Spent {
    pub(super) items: u32,
    #[serde(flatten)]
    pub(super) times: Times,
}

impl ScanSize {
    /// The row of that kind that is fastest.
    pub(super) fn fastest(&self, kind: &str) -> Option<&Contender> {
        let of_kind = self.rows.iter().filter(|row| row.kind.as_deref() == Some(kind));
        of_kind.min_by(|a, b| a.times.median.total_cmp(&b.times.median))
    }

    /// The row of that name.
    pub(super) fn named(&self, name: &str) -> Option<&Contender> {
        self.rows.iter().find(|row| row.name == name)
    }
}

impl Scan {
    /// The largest catalog.
    pub(super) fn largest(&self) -> Option<&ScanSize> {
        self.sizes.iter().max_by_key(|size| size.items)
    }
}

impl Calls {
    /// `rank` over so many items.
    pub(super) fn over(&self, items: u32) -> Option<&Ranked> {
        self.rank.iter().find(|row| row.items == items)
    }
}

/// Growth of the median as an exponent of x, from `from` on; `None` for fewer than two points.
pub(super) fn exponent(points: &[Point], from: f64) -> Option<f64> {
    let points: Vec<_> = points.iter().filter(|it| it.x >= from).map(|it| (it.x, it.times.median)).collect();
    (points.len() > 1).then(|| crate::scale::exponent(&points))
}
