//! `flaneur pack`: feeds and logs in, a pack out.

pub mod budget;
mod currency;
mod intent;
mod report;
mod weights;

use std::path::PathBuf;

use anyhow::{Result, anyhow, bail};
use bytesize::ByteSize;
use clap::Args;
use flaneur::catalog::Catalog;
use flaneur::catalog::Item;
use flaneur::catalog::pack::{Learned, Stamp, write};

use crate::commands::Failure;
use crate::display::display;
use crate::learn::counts::Counts;
use crate::learn::crunch::{self, Counting, Noise, Settings, Spool};
use crate::learn::learn;
use crate::learn::sample::Sample;
use crate::log::Log;
use crate::output::{Staged, check, is_terminal, spare, sweep};
use crate::progress::Progress;
use crate::read::faults::Faults;
use crate::read::{self, Catalogue, Map, Reading};
use crate::shared::{Rows, latest, threads};
use budget::{DEFAULT, Rung, Sizes};
use report::Report;

/// Shown below the options.
pub(crate) const EXAMPLES: &str = "\
Inputs may be gzipped. Items: CSV, TSV, NDJSON, JSON, Google Merchant (XML, TSV), Shopify products.json,
schema.org JSON-LD. Events: CSV, TSV, NDJSON, Parquet or GA4's export, with session, user, item, ts, type[, quantity, price].

Examples:
  flaneur pack --items feed.xml --out shop.flaneur
  flaneur pack --items items.csv --events log.csv.gz --out shop.flaneur --report report.json
  flaneur pack --items items.csv --events orders.csv --map user=client_no,session=order_no --out shop.flaneur
  flaneur pack --items items.csv --events log.csv.gz --budget 1MB --out shop.flaneur
  flaneur pack --items products.json --out shop.flaneur --display items.json --currency EUR";

/// Options of `flaneur pack`.
#[derive(Args)]
pub(crate) struct Options {
    /// Items; repeat for several files. Without any, the items are those of the events.
    #[arg(long, value_name = "FILE", required_unless_present = "events")]
    items: Vec<PathBuf>,
    /// Tables that a warehouse made with the SQL of `flaneur sql`, instead of logs.
    #[arg(long, value_name = "FOLDER", conflicts_with = "events", requires = "items")]
    counts: Option<PathBuf>,
    /// Interaction logs; repeat for several files.
    #[arg(long, value_name = "FILE")]
    events: Vec<PathBuf>,
    /// Where the pack goes.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Also write the items as a shop page shows them, as a JSON array.
    #[arg(long, value_name = "FILE")]
    display: Option<PathBuf>,
    #[command(flatten)]
    rows: Rows,
    /// Shoppers who must have seen a pair for it to be in the pack.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    min_support: u32,
    /// Adds Laplace noise of that scale to the sums of kept pairs; not differential privacy.
    #[arg(long, value_name = "SCALE", value_parser = scale)]
    noise: Option<f64>,
    /// Memory for sorting and summing the log, such as 512MiB or 4GiB; beyond it they go on on disk.
    #[arg(long, value_name = "SIZE", default_value = "2GiB", value_parser = memory)]
    memory: usize,
    /// Threads that count the log [default: one per processor]. The pack does not depend on it.
    #[arg(long, value_name = "N", value_parser = threads())]
    threads: Option<usize>,
    #[command(flatten)]
    sizes: Sizes,
    /// Bits of a neighbour's weight [default: 4, or 3 for the same reason].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=8))]
    weight_bits: Option<u8>,
    /// Largest size of the pack, such as 500kB or 1MiB; the neighbours, look-alikes, numbers per
    /// vector and bits that rank best within it are chosen.
    #[arg(long, value_name = "SIZE", conflicts_with_all = ["dims", "neighbours", "next", "content_neighbours", "weight_bits"], value_parser = size)]
    budget: Option<ByteSize>,
    /// Leave the weights of the signals at their defaults, instead of fitting them on the newest tenth of the log.
    #[arg(long)]
    default_weights: bool,
    /// Currency of the prices, ISO 4217 [default: the one the items state].
    #[arg(long, value_name = "CODE", value_parser = currency::code)]
    currency: Option<String>,
    /// Seed of everything random.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Write counts, sizes and faults as JSON.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// When the pack is made: ISO 8601, or seconds or milliseconds since 1970
    /// [default: the last event, else the newest item]. Prices are those of that moment [default: now].
    #[arg(long, value_name = "TIME", value_parser = read::moment)]
    created: Option<i64>,
}

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let started = jiff::Timestamp::now();
    let progress = Progress::default();
    let outputs: Vec<&PathBuf> =
        [Some(&options.out), options.display.as_ref(), options.report.as_ref()].into_iter().flatten().collect();
    check(outputs.iter().copied()).map_err(Failure::Output)?;
    spare(options.items.iter().chain(&options.events), outputs.iter().copied()).map_err(Failure::Output)?;
    sweep(outputs.iter().copied());
    let (pack, display, mut report) = build(options, &progress, started.as_millisecond()).map_err(Failure::Input)?;
    let mut staged = Staged::default();
    let stage = |staged: &mut Staged, report: &mut Report| -> Result<()> {
        staged.add(&options.out, &pack)?;
        if let (Some(path), Some(json)) = (&options.display, &display) {
            staged.add(path, json)?;
        }
        if let Some(path) = &options.report {
            staged.add(path, &report.json()?)?;
        }
        Ok(())
    };
    stage(&mut staged, &mut report).and_then(|()| staged.publish()).map_err(Failure::Output)?;
    let seconds = started.duration_until(jiff::Timestamp::now()).as_secs_f64();
    report.print(&options.out, &outputs, seconds)
}

type Built = (Vec<u8>, Option<Vec<u8>>, Report);

fn build(options: &Options, progress: &Progress, now: i64) -> Result<Built> {
    let map = options.rows.map()?;
    let priced = options.created.unwrap_or(now);
    let reading = Reading { map: &map, progress, limit: options.rows.limit(), now: latest(now), priced };
    let mut report = Report::default();
    let (mut catalogue, faults) = read::items(&options.items, &reading)?;
    judge("items", &faults, &map)?;
    report.item_rows = faults;
    let counted = count(options, &reading, &mut catalogue, &mut report)?;
    map.check_used()?;
    if catalogue.drafts.is_empty() {
        bail!("no usable item was found; expected at least one");
    }
    let mut drafts = catalogue.drafts;
    let (currency, unpriced) = currency::settle(&mut drafts, options.currency.as_deref())?;
    report.prices_dropped = unpriced;
    let display = options.display.as_ref().map(|_| display(&drafts, &currency)).transpose()?;
    report.links_dropped = display.as_ref().map_or(0, |(_, dropped)| *dropped);
    let items: Vec<Item> = drafts.into_iter().map(|draft| draft.item).collect();
    report.items(&items);
    let newest = || items.iter().filter_map(|item| item.added).max().map_or(0, |at| at.0);
    let Counted { counts, earlier } = counted;
    let last = counts.as_ref().and_then(|counts| counts.span).map(|(_, last)| last);
    let stamp = Stamp { created: options.created.or(last).unwrap_or_else(newest), currency };
    let within = |rung: &Rung| {
        let (learned, borrowed) = learn(&items, counts.as_ref(), &rung.learning(options.seed), progress);
        (Learned { weight_bits: rung.weight_bits, ..learned }, borrowed)
    };
    // Weights take the same room whatever they are.
    let room = earlier.as_ref().map_or_else(Vec::new, |_| weights::room());
    let (rung, (mut learned, borrowed)) = match (options.budget, options.sizes.rung(options.weight_bits)) {
        (Some(budget), _) => {
            let most = Learned { weights: room, ..within(&budget::ladder()[0]).0 };
            let (choice, best) = budget::choose(budget, &items, &most, &stamp)?;
            report.choice = Some(choice);
            (*best, within(best))
        }
        (None, Some(rung)) => (rung, within(&rung)),
        (None, None) => {
            let (most, borrowed) = within(&DEFAULT);
            let most = Learned { weights: room, ..most };
            let (choice, rung) = budget::usual(&items, &most, &stamp)?;
            report.choice = Some(choice).filter(|_| *rung != DEFAULT);
            (*rung, (Learned { weights: Vec::new(), ..rung.cut(&most) }, borrowed))
        }
    };
    if let Some(Earlier { log, early, from }) = &earlier {
        let learning = rung.learning(options.seed);
        let source = weights::Source { log, items: &items, early, from: *from, seed: options.seed };
        let (fitted, numbers) = weights::fit(&source, &learning, progress)?;
        learned.weights = fitted;
        report.fit = Some(numbers);
    }
    report.borrowed_vectors = borrowed as u64;
    let bytes = write(&items, &learned, &stamp).map_err(|error| anyhow!("items{error}"))?;
    report.measure(
        &Catalog::read(bytes.clone()).map_err(|error| anyhow!("the pack that was built is not readable: {error}"))?,
    );
    Ok((bytes, display.map(|(json, _)| json), report))
}

/// What the log says, and what it said before its newest part.
#[derive(Default)]
struct Counted {
    counts: Option<Counts>,
    earlier: Option<Earlier>,
}

struct Earlier {
    /// A sample of the log.
    log: Log,
    early: Counts,
    /// Where the newest part begins, epoch milliseconds.
    from: i64,
}

fn count(options: &Options, reading: &Reading<'_>, catalogue: &mut Catalogue, report: &mut Report) -> Result<Counted> {
    if let Some(folder) = &options.counts {
        let (counts, unknown) = crunch::counts_of_tables(folder, catalogue.index(), options.min_support)?;
        report.tables(&counts, unknown);
        return Ok(Counted { counts: Some(counts), earlier: None });
    }
    if options.events.is_empty() {
        return Ok(Counted::default());
    }
    let settings = options.settings();
    let mut spool = Spool::new(&settings)?;
    let mut sample = (!options.default_weights).then(|| Sample::new(weights::ROWS, options.seed));
    let (notes, faults) = read::stream(&options.events, catalogue, reading, &mut spool, sample.as_mut())?;
    judge("events", &faults, reading.map)?;
    let counting = Counting::new(spool, catalogue.drafts.len(), &settings, reading.progress)?;
    let items: Vec<Item> = catalogue.drafts.iter().map(|draft| draft.item.clone()).collect();
    let log = sample.map(Sample::into_log);
    let newest = log.and_then(|log| weights::newest_part(&log, &items).map(|from| (log, from)));
    let earlier = match newest {
        Some((log, from)) => Some(Earlier { log, early: counting.before(from)?, from }),
        None => None,
    };
    let counts = counting.whole()?;
    report.log(&counts, notes, faults);
    Ok(Counted { counts: Some(counts), earlier })
}

/// Shows the first bad rows; refuses the input when there are too many.
pub(crate) fn judge(what: &str, faults: &Faults, map: &Map) -> Result<()> {
    report::show(what, faults);
    if faults.is_too_many() {
        map.check_used()?;
        let (bad, rows, allowed) = (faults.bad, faults.rows, faults.allowed());
        bail!("{bad} of {rows} rows of {what} are bad, {allowed} are allowed; mend them or raise --max-bad");
    }
    Ok(())
}

/// Reads a number of bytes.
fn size(text: &str) -> Result<ByteSize, String> {
    text.parse().map_err(|_: String| "expected a size such as 500kB, 1MiB or 2GiB".to_owned())
}

/// Bytes of memory for each event that is held: with less memory than the default, fewer are.
const EVENT_BYTES: usize = 2048;

/// Reads an amount of memory; below 64 MiB the engine has no room to sort in.
fn memory(text: &str) -> Result<usize, String> {
    let size = size(text)?;
    usize::try_from(size.as_u64()).ok().filter(|&size| size >= 64 << 20).ok_or_else(|| "expected 64MiB or more".into())
}

/// Reads the scale of the noise.
fn scale(text: &str) -> Result<f64, String> {
    let scale = text.parse().ok().filter(|scale: &f64| scale.is_finite() && *scale > 0.0);
    scale.ok_or_else(|| "expected a number above 0, such as 0.5".to_owned())
}

impl Options {
    fn settings(&self) -> Settings {
        let most = Settings::default().hold;
        Settings {
            min_support: self.min_support,
            noise: self.noise.map(|scale| Noise { scale, seed: self.seed }),
            memory: self.memory,
            hold: (self.memory / EVENT_BYTES).min(most),
            // Nothing is made beside a device.
            scratch: Some(&self.out).filter(|out| !is_terminal(out)).cloned(),
            threads: self.threads,
        }
    }
}
