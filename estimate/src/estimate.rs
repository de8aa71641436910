//! `flaneur estimate`: from what was collected to counts with intervals, as a table, JSON and a picture.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use flaneur_upstream::threshold::Channel;
use serde::Serialize;
use serde_json::Value;

use crate::budget::{Answers, answers};
use crate::collection::{Collection, Noise};
use crate::files::{check, found, json};
use crate::local::{Odds, Skipped, Tally, projected, sql};
use crate::normal::quantile;
use crate::plot;

/// Options of `flaneur estimate`.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// The bundle with the task
    #[arg(long, value_name = "FILE")]
    pub tasks: PathBuf,
    /// The task's id
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub task: String,
    /// Mode ldp: answers as NDJSON, or as Parquet with the columns task and answer. Mode dap: a collection as JSON,
    /// {"report_count": …, "aggregate_result": […]}
    #[arg(value_name = "FILE", required_unless_present = "sql")]
    pub input: Option<PathBuf>,
    /// Print the SQL that estimates in a warehouse instead (mode ldp)
    #[arg(long, conflicts_with_all = ["input", "json", "plot"])]
    pub sql: bool,
    /// How sure an interval should be
    #[arg(long, value_name = "P", default_value_t = 0.95, value_parser = level)]
    pub level: f64,
    /// Mode dap: how many of the operators add noise
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(0..=2))]
    pub noisy_operators: u8,
    /// Labels in French
    #[arg(long)]
    pub french: bool,
    /// Also write the estimates as JSON
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Also write a picture as SVG
    #[arg(long, value_name = "FILE")]
    pub plot: Option<PathBuf>,
}

/// Reads how sure an interval should be.
fn level(text: &str) -> Result<f64, String> {
    let level: Option<f64> = text.parse().ok();
    level.filter(|level| *level > 0.5 && *level < 1.0).ok_or_else(|| "expected between 0.5 and 1, such as 0.95".into())
}

/// One bucket's estimate.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// The bucket's label.
    pub label: String,
    /// Unbiased; below zero when noise is larger than the count.
    pub count: f64,
    /// The interval of the count among these reports.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// For display: not negative, and adding up to the number of reports.
    pub shown: f64,
    /// The interval of the share among all shoppers like these, sampling included.
    pub share_low: f64,
    /// Its upper end.
    pub share_high: f64,
}

/// Hands every row of a Parquet file's columns `task` and `answer` to the function.
pub type Parquet<'a> = &'a dyn Fn(&Path, &mut dyn FnMut(&str, &str)) -> Result<()>;

/// What the command has to say; the caller writes it, the files first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// For the terminal.
    pub text: String,
    /// The files that were asked for.
    pub files: Vec<(PathBuf, Vec<u8>)>,
}

/// Runs the command. `parquet` reads Parquet: this crate is too small to bring a reader along.
///
/// # Errors
/// A bundle without the task, an input that cannot be read or is of another shape.
pub fn run(options: &Options, parquet: Parquet<'_>) -> Result<Outcome> {
    let (task, paid) = find_task(options)?;
    let buckets = task["buckets"].as_array().map_or(0, Vec::len);
    let epsilon = task["epsilon"].as_u64().filter(|epsilon| *epsilon > 0);
    let epsilon = epsilon.context("the task has no epsilon above 0 in millionths; see flaneur task check")?;
    let ldp = task["mode"] == "ldp";
    let channel = Channel::new(u32::try_from(buckets).unwrap_or(u32::MAX), if ldp { epsilon } else { 1 })?;
    if options.sql {
        if !ldp {
            bail!("--sql is about answers with noise; this task is for two operators, whose sums need no query");
        }
        return Ok(Outcome { text: sql(channel, &options.task), files: Vec::new() });
    }
    let input = options.input.as_ref().context("the file of answers or of the collection is missing")?;
    let labels = labels(&task, options.french);
    let mut text = String::new();
    let (reports, rows) = if ldp {
        let (tally, skipped) = tally(input, channel, &options.task, parquet)?;
        if skipped.other_tasks + skipped.malformed > 0 {
            writeln!(text, "left out: {} of other tasks, {} malformed", skipped.other_tasks, skipped.malformed)?;
        }
        let rows = local_rows(&tally, channel, &labels, options.level);
        let place = [input.display().to_string(), text.trim_end().to_owned()];
        let place = place.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
        (tally.answers, rows.context(place)?)
    } else {
        let collection: Collection = json(input, "a collection with report_count and aggregate_result")?;
        if collection.aggregate_result.len() != buckets {
            bail!("the collection has {} sums; the task has {buckets} buckets", collection.aggregate_result.len());
        }
        if collection.report_count == 0 {
            bail!("{} sums no report, so there is no share to tell", input.display());
        }
        let noise = Noise::new(epsilon, options.noisy_operators);
        (collection.report_count, collected_rows(&collection, noise, &labels, options.level))
    };
    write_table(&mut text, reports, &rows, options.level)?;
    if let Some(hint) = untaken(&task, &rows) {
        writeln!(text, "\n{hint}")?;
    }
    if paid.unpaid > 0 {
        writeln!(
            text,
            "\n{} of a device's {} answers to this question say \"nothing\" since its budget is spent on this bundle: the \
             first bucket counts too many and the others too few; flaneur task check.",
            paid.unpaid, paid.all
        )?;
    }
    let mut files = Vec::new();
    if let Some(path) = &options.json {
        let document =
            serde_json::json!({ "task": options.task, "reports": reports, "level": options.level, "buckets": rows });
        files.push((path.clone(), serde_json::to_vec_pretty(&document)?));
    }
    if let Some(path) = &options.plot {
        files.push((path.clone(), plot::svg(&rows, reports).into_bytes()));
    }
    Ok(Outcome { text, files })
}

/// The answers of a file to the task, as NDJSON or as Parquet by its first bytes.
fn tally(input: &Path, channel: Channel, task: &str, parquet: Parquet<'_>) -> Result<(Tally, Skipped)> {
    let mut tally = Tally::new(channel.buckets());
    let (mut file, mut start) = (open(input)?, Vec::new());
    let begun = file.by_ref().take(4).read_to_end(&mut start);
    begun.with_context(|| format!("{} cannot be read", input.display()))?;
    check(input, &start)?;
    let mut skipped = Skipped::default();
    if start == b"PAR1" {
        parquet(input, &mut |of, answer| tally.add_row(channel, task, of, answer, &mut skipped))?;
    } else {
        let whole = Cursor::new(start).chain(file);
        skipped = tally.add_lines(channel, task, BufReader::new(whole).split(b'\n'))?;
    }
    Ok((tally, skipped))
}

/// What to look at when much was seen and nothing stands out as taken: devices that were not told look the same.
fn untaken(task: &Value, rows: &[Row]) -> Option<&'static str> {
    let is_taken: fn(usize) -> bool = match task["metric"].as_str() {
        Some("opportunity_outcome") => |bucket| bucket == 3,
        Some("slot_click_through") => |bucket| bucket > 0 && bucket % 2 == 0,
        _ => return None,
    };
    let stands_out =
        |taken: bool| rows.iter().enumerate().skip(1).any(|(bucket, row)| is_taken(bucket) == taken && row.low > 0.0);
    let hint = "Nothing that was taken stands out. A device counts an event as taken only when the event names where it \
                happened: `slate: decision.id` or `slate: slate.id`, or for a slot `slot`. If the page's events name \
                neither, this is what one sees; docs/AGGREGATION.md, section 1.";
    (stands_out(false) && !stands_out(true)).then_some(hint)
}

/// The rows of answers with noise. Intervals are normal, which holds from a few hundred answers on.
///
/// # Errors
/// No answers.
pub fn local_rows(tally: &Tally, channel: Channel, labels: &[String], level: f64) -> Result<Vec<Row>> {
    let odds = Odds::of(channel);
    let n = tally.answers as f64;
    let estimates = tally.estimates(odds)?;
    let critical = quantile(0.5 + level / 2.0);
    let spread = |share: f64| odds.variance(n, share);
    Ok(rows(&estimates, n, labels, critical, |share| critical * libm::sqrt(spread(share)), spread))
}

/// The rows of the sums of two operators. The interval of a count is exact for the noise.
#[must_use]
pub fn collected_rows(collection: &Collection, noise: Noise, labels: &[String], level: f64) -> Vec<Row> {
    let counts: Vec<f64> = collection.aggregate_result.iter().map(|&sum| sum as f64).collect();
    let reach = noise.reach(level);
    let critical = quantile(0.5 + level / 2.0);
    rows(&counts, collection.report_count as f64, labels, critical, |_| reach, |_| noise.variance())
}

/// `variance` of a count, which is linear in the share.
///
/// A share's interval holds the shares `p` that lie within `critical` of their own standard errors of the estimate:
/// with the standard error at the estimate instead, a bucket that nobody fell in would have an interval without width.
///
/// Source: Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the American
/// Statistical Association 22(158), 1927; the variance of the noise is added to that of sampling.
fn rows(
    counts: &[f64],
    n: f64,
    labels: &[String],
    critical: f64,
    reach: impl Fn(f64) -> f64,
    variance: impl Fn(f64) -> f64,
) -> Vec<Row> {
    let shown = projected(counts, n);
    let square = critical * critical;
    // (p̂ − p)² = z² · (v₀ + v₁ p + p (1 − p) / n), solved for p.
    let none = square * variance(0.0) / (n * n);
    let each = square * ((variance(1.0) - variance(0.0)) / (n * n) + 1.0 / n);
    let curve = 1.0 + square / n;
    counts
        .iter()
        .zip(shown)
        .enumerate()
        .map(|(at, (&count, shown))| {
            let share = count / n;
            let reach = reach(share.clamp(0.0, 1.0));
            let middle = (share + 0.5 * each) / curve;
            let around = libm::sqrt((middle * middle - (share * share - none) / curve).max(0.0));
            Row {
                label: labels.get(at).cloned().unwrap_or_default(),
                count,
                low: count - reach,
                high: count + reach,
                shown,
                share_low: (middle - around).clamp(0.0, 1.0),
                share_high: (middle + around).clamp(0.0, 1.0),
            }
        })
        .collect()
}

fn open(path: &Path) -> Result<File> {
    found(path, File::open(path), "opened")
}

fn write_table(out: &mut String, reports: u64, rows: &[Row], level: f64) -> Result<()> {
    let width = rows.iter().map(|row| row.label.chars().count()).max().unwrap_or(0).max(6);
    writeln!(out, "{reports} reports, intervals at {level}")?;
    writeln!(
        out,
        "{:width$} {:>10} {:>22} {:>10} {:>18}",
        "bucket", "count", "interval", "shown", "share of shoppers"
    )?;
    for row in rows {
        let interval = format!("{:.1} … {:.1}", row.low, row.high);
        let share = format!("{:.2} % … {:.2} %", 100.0 * row.share_low, 100.0 * row.share_high);
        writeln!(out, "{:width$} {:>10.1} {interval:>22} {:>10.1} {share:>18}", row.label, row.count, row.shown)?;
    }
    Ok(())
}

/// The task, and what becomes of a device's answers to it.
fn find_task(options: &Options) -> Result<(Value, Answers)> {
    let path = options.tasks.display();
    let bundle: Value = json(&options.tasks, "JSON")?;
    let tasks = bundle["tasks"].as_array().with_context(|| format!("{path} has no tasks"))?;
    let mut found = tasks.iter().zip(answers(tasks)).filter(|(task, _)| task["id"] == options.task.as_str());
    found.next().map(|(task, paid)| (task.clone(), paid)).with_context(|| {
        let ids: Vec<_> = tasks.iter().filter_map(|task| task["id"].as_str()).collect();
        format!("{path} has no task {}; it has {}", options.task, ids.join(", "))
    })
}

fn labels(task: &Value, french: bool) -> Vec<String> {
    let language = if french { "fr" } else { "en" };
    let buckets = task["buckets"].as_array().map(Vec::as_slice).unwrap_or_default();
    buckets.iter().map(|bucket| bucket[language].as_str().unwrap_or_default().to_owned()).collect()
}
