//! `flaneur generate`: a log for measurements, seeded, with the skew of a real one.
//!
//! Items and categories follow Zipf, sessions have 2 to 100 lines (Pareto, most
//! of them short) and stay mostly within one category, two thirds of the visits
//! are of shoppers who were there before, one in eight is a guest's. Rows come
//! in the order of time, sessions interleaved, over 180 days.
//!
//! Costs: memory for the sessions that are open at one moment only.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::Args;
use datafusion::arrow::array::{ArrayRef, Int64Builder, StringBuilder};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::Compression;
use datafusion::parquet::file::properties::WriterProperties;
use flaneur::math::Stream;
use flaneur::time::DAY_MS;

use crate::commands::Failure;
use crate::progress::Progress;

/// Options of `flaneur generate`.
#[derive(Args)]
pub(crate) struct Options {
    /// Rows of the log.
    #[arg(long, value_name = "N")]
    events: u64,
    /// Items of the shop.
    #[arg(long, value_name = "N", default_value_t = 50_000, value_parser = clap::value_parser!(u32).range(500..=1_000_000))]
    items: u32,
    /// Seed of everything random.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Where the log goes, as Parquet.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// 2024-01-01.
const START: i64 = 1_704_067_200_000;
const SPAN: i64 = 180 * DAY_MS;
const CATEGORIES: u32 = 500;
/// Mean lines of a session as drawn below, measured: only the density of visits in time depends on it.
const MEAN_LENGTH: f64 = 4.7;
const CHUNK: usize = 8_192;

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    write(options, &Progress::default()).map_err(Failure::Output)
}

fn write(options: &Options, progress: &Progress) -> Result<()> {
    let context = || format!("{} cannot be written", options.out.display());
    let file = File::create(&options.out).with_context(context)?;
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let mut writer = ArrowWriter::try_new(file, schema(), Some(properties)).with_context(context)?;
    let mut shop = Shop::new(options);
    let mut rows = Rows::default();
    let bar = progress.steps("making events", usize::try_from(options.events)?);
    for _ in 0..options.events {
        rows.add(&shop.next());
        if rows.count == CHUNK {
            writer.write(&rows.batch()?).with_context(context)?;
            bar.inc(CHUNK as u64);
        }
    }
    writer.write(&rows.batch()?).with_context(context)?;
    writer.close().with_context(context)?;
    bar.finish_and_clear();
    Ok(())
}

/// A session that is going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Visit {
    /// When its next line comes.
    at: i64,
    serial: u64,
    /// 0 for a guest.
    shopper: u64,
    lines_left: u32,
    category: u32,
    /// The line before: item, and whether it was only looked at.
    last: Option<(u32, bool)>,
}

struct Line {
    visit: Visit,
    item: u32,
    kind: &'static str,
}

struct Shop {
    stream: Stream,
    items: u32,
    /// Milliseconds between the beginnings of two sessions.
    pace: f64,
    sessions: u64,
    shoppers: u64,
    open: BinaryHeap<Reverse<Visit>>,
}

impl Shop {
    fn new(options: &Options) -> Self {
        let pace = SPAN as f64 * MEAN_LENGTH / options.events.max(1) as f64;
        let stream = Stream::new(options.seed, "generate");
        Self { stream, items: options.items, pace, sessions: 0, shoppers: 0, open: BinaryHeap::new() }
    }

    /// The next row of the log.
    fn next(&mut self) -> Line {
        let opens = START + (self.sessions as f64 * self.pace) as i64;
        let mut visit = match self.open.peek() {
            Some(&Reverse(first)) if first.at < opens => {
                self.open.pop();
                first
            }
            _ => self.enter(opens),
        };
        let (item, kind) = self.look(&visit);
        let line = Line { visit, item, kind };
        visit.last = Some((item, kind == "view_item"));
        visit.lines_left -= 1;
        if visit.lines_left > 0 {
            visit.at += 3_000 + (self.stream.unit() * 90_000.0) as i64;
            self.open.push(Reverse(visit));
        }
        line
    }

    fn enter(&mut self, at: i64) -> Visit {
        self.sessions += 1;
        let unit = self.stream.unit();
        let shopper = if unit < 0.125 {
            0
        } else if unit < 0.125 + 0.58 && self.shoppers > 0 {
            // Some come much more often than others.
            let share = self.stream.unit();
            1 + ((self.shoppers as f64 * share * share) as u64).min(self.shoppers - 1)
        } else {
            self.shoppers += 1;
            self.shoppers
        };
        // Pareto of exponent 1.6 from 2 lines on.
        let tail = libm::pow(1.0 - self.stream.unit(), -1.0 / 1.6);
        let lines_left = ((2.0 * tail) as u32).clamp(2, 100);
        let category = self.zipf(CATEGORIES);
        Visit { at, serial: self.sessions, shopper, lines_left, category, last: None }
    }

    fn look(&mut self, visit: &Visit) -> (u32, &'static str) {
        let unit = self.stream.unit();
        if let Some((item, true)) = visit.last {
            if unit < 0.07 {
                return (item, "purchase");
            }
            if unit < 0.2 {
                return (item, "add_to_cart");
            }
        }
        let near = self.stream.unit() < 0.75;
        let size = self.items / CATEGORIES;
        let item = if near { visit.category + CATEGORIES * self.zipf(size) } else { self.zipf(self.items) };
        (item, "view_item")
    }

    /// A number below `n`, `k` with a share of about `1/(k + 1)`.
    fn zipf(&mut self, n: u32) -> u32 {
        (libm::pow(f64::from(n) + 1.0, self.stream.unit()) as u32).clamp(1, n) - 1
    }
}

fn schema() -> SchemaRef {
    let text = |name: &str| Field::new(name, DataType::Utf8, false);
    let ts = Field::new("ts", DataType::Int64, false);
    Arc::new(Schema::new(vec![text("session"), text("user"), text("item"), ts, text("type")]))
}

#[derive(Default)]
struct Rows {
    session: StringBuilder,
    user: StringBuilder,
    item: StringBuilder,
    ts: Int64Builder,
    kind: StringBuilder,
    count: usize,
    text: String,
}

impl Rows {
    fn add(&mut self, line: &Line) {
        let mut named = |builder: &mut StringBuilder, letter: char, number: u64| {
            use std::fmt::Write as _;
            self.text.clear();
            let _ = write!(self.text, "{letter}{number}");
            builder.append_value(&self.text);
        };
        named(&mut self.session, 's', line.visit.serial);
        match line.visit.shopper {
            0 => self.user.append_value(""),
            shopper => named(&mut self.user, 'u', shopper),
        }
        named(&mut self.item, 'i', u64::from(line.item));
        self.ts.append_value(line.visit.at);
        self.kind.append_value(line.kind);
        self.count += 1;
    }

    fn batch(&mut self) -> Result<RecordBatch> {
        self.count = 0;
        let columns: [ArrayRef; 5] = [
            Arc::new(self.session.finish()),
            Arc::new(self.user.finish()),
            Arc::new(self.item.finish()),
            Arc::new(self.ts.finish()),
            Arc::new(self.kind.finish()),
        ];
        Ok(RecordBatch::try_new(schema(), columns.into())?)
    }
}
