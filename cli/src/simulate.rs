//! `flaneur simulate`: seeded shoppers on a real pack, and policies compared on them.
//!
//! ```text
//! log, pack ──> world ──> shoppers × seeds × policies ──> runs ──> figures ──> report
//! truth ────────────────────────┘      (the engine that ships)      └──> plot
//! ```
//!
//! Guarantees: the same files, options and seed give the same figures, whatever
//! the number of threads. What it can and cannot show: docs/SIMULATE.md.

pub mod measure;
pub mod play;
pub mod plot;
pub mod policy;
pub mod report;
pub mod truth;
pub mod world;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use clap::builder::RangedU64ValueParser;

use crate::commands::Failure;
use crate::evaluate::dataset::Dataset;
use crate::evaluate::text_of;
use crate::log::Log;
use crate::output::{Staged, check, print, spare};
use crate::progress::Progress;
use crate::read;
use crate::shared::{Inputs, Rows, Threads, within};
use measure::{check_propensities, figures, play};
use play::Course;
use plot::Language;
use policy::Policy;
use report::{Facts, Report, Section, promises};
use truth::{Temper, Truth};
use world::{Wanted, World, task_of};

/// Shown below the options.
pub(crate) const EXAMPLES: &str = "\
Shoppers of the log walk through the pack: what they bought before --split-time is their past,
what they bought later for the first time is what they really want. Half way their tastes drift.
Inputs are those of `flaneur pack`. Without --pack, one is made from before --split-time.

Examples:
  flaneur simulate --events log.csv.gz --items items.csv --split-time 2011-09-01 --json figures.json --html tradeoff.html
  flaneur simulate --events log.csv.gz --pack shop.flaneur --split-time 2011-09-01 --shoppers 100 --seeds 2 --ips-seeds 0
  flaneur simulate --events log.csv.gz --items items.csv --fatigue 0.1 --appetite 0.5 --truth smooth";

/// Options of `flaneur simulate`.
#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    inputs: Inputs,
    /// The shop's pack, made from before --split-time [default: one is made].
    #[arg(long, value_name = "FILE")]
    pack: Option<PathBuf>,
    /// When the simulation begins: ISO 8601, or seconds or milliseconds since 1970
    /// [default: two thirds of the sessions are earlier].
    #[arg(long, value_name = "TIME", value_parser = read::moment)]
    split_time: Option<i64>,
    /// Shoppers, at most: a seeded sample of those who bought enough.
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    shoppers: usize,
    /// Visits of each shopper.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = RangedU64ValueParser::<usize>::new().range(2..=1_000))]
    visits: usize,
    /// Days between two visits.
    #[arg(long, value_name = "N", default_value_t = 1.0, value_parser = within(0.05..=30.0))]
    days: f64,
    /// Places of a slate.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = RangedU64ValueParser::<usize>::new().range(2..=100))]
    places: usize,
    /// How many seeds.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=1_000))]
    seeds: u64,
    /// What appeals: items near those bought later too, or those alone.
    #[arg(long, value_name = "WHICH,…", value_enum, value_delimiter = ',', default_values = ["smooth", "exact"])]
    truth: Vec<Truth>,
    /// Dials to sweep besides 0 and the default.
    #[arg(long, value_name = "U,…", value_delimiter = ',', default_values_t = [0.15, 0.5, 0.75, 1.0], value_parser = within(0.0..=1.0))]
    dials: Vec<f64>,
    /// Shares of places that epsilon-greedy leaves to chance.
    #[arg(long, value_name = "E,…", value_delimiter = ',', default_values_t = [0.05, 0.1, 0.2, 0.4], value_parser = within(0.0..=1.0))]
    epsilon: Vec<f64>,
    /// Widths of LinUCB's bounds, in standard deviations.
    #[arg(long, value_name = "A,…", value_delimiter = ',', default_values_t = [0.5, 1.0, 2.0], value_parser = within(0.0..=100.0))]
    linucb: Vec<f64>,
    /// How much an item that was passed over loses of its appeal each time, in log units.
    #[arg(long, value_name = "F", default_value_t = 0.0, value_parser = within(0.0..=100.0))]
    fatigue: f64,
    /// By which share shoppers like surprises more or less than what is obvious.
    #[arg(long, value_name = "A", default_value_t = 0.0, value_parser = within(0.0..=1.0))]
    appetite: f64,
    /// Seeds of the propensity check; 0 leaves it out.
    #[arg(long, value_name = "N", default_value_t = 100)]
    ips_seeds: u64,
    /// Shoppers of the propensity check.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = RangedU64ValueParser::<usize>::new().range(2..))]
    ips_shoppers: usize,
    /// Where the figures go, as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Where the trade-off curve and its tables go, as a page.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Where the trade-off curve goes, as SVG.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Language of page and curve.
    #[arg(long, value_enum, default_value_t = Language::En)]
    language: Language,
    #[command(flatten)]
    rows: Rows,
    /// The first seed.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    threads: Threads,
}

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let outputs = || options.json.iter().chain(&options.html).chain(&options.svg);
    check(outputs()).map_err(Failure::Output)?;
    spare(options.inputs.items.iter().chain(&options.inputs.events).chain(&options.pack), outputs())
        .map_err(Failure::Output)?;
    let report = options.threads.run(|| simulate(options)).map_err(Failure::Input)?;
    write(options, &report).map_err(Failure::Output)?;
    let text = report.table();
    print(text.as_bytes(), outputs())
}

fn write(options: &Options, report: &Report) -> Result<()> {
    let mut staged = Staged::default();
    if let Some(path) = &options.json {
        staged.add(path, &serde_json::to_vec_pretty(report)?)?;
    }
    if let Some(path) = &options.html {
        staged.add(path, plot::html(report, options.language)?.as_bytes())?;
    }
    if let Some(path) = &options.svg {
        staged.add(path, plot::svg(report, options.language)?.as_bytes())?;
    }
    staged.publish()
}

fn simulate(options: &Options) -> Result<Report> {
    let progress = Progress::default();
    let (log, data) = load(options, &progress)?;
    let cut = options.split_time.unwrap_or_else(|| two_thirds(&data));
    let pack = options.pack.as_ref().map(|path| fs::read(path).with_context(|| format!("{}", path.display())));
    let wanted = Wanted { pack: pack.transpose()?, cut, shoppers: options.shoppers, seed: options.seed };
    let world = World::new(&log, &data, &wanted, &progress)?;
    let (policies, courses) = (policies(options), courses(options, options.seeds));
    let checks = self::courses(options, options.ips_seeds);
    let mut worlds = Vec::new();
    for &truth in &options.truth {
        let runs = world.shoppers.len() * courses.len() * policies.len();
        let bar = progress.steps("simulating", runs);
        let outcome = play(&world, truth, &policies, &courses, &bar)?;
        bar.finish_and_clear();
        let bar =
            progress.steps("checking propensities", options.ips_shoppers.min(world.shoppers.len()) * checks.len());
        let check = check_propensities(&world, truth, &checks, options.ips_shoppers, &bar)?;
        bar.finish_and_clear();
        let policies = figures(&world, &outcome, options.seed);
        let promises = promises(truth, &policies, check.as_ref());
        worlds.push(Section { truth, policies, propensities: check, promises });
    }
    let course = courses.first().copied().context("no seed")?;
    let facts = Facts {
        version: env!("CARGO_PKG_VERSION"),
        pack: format!("{:016x}", world.catalog.hash()),
        items: world.shown.len(),
        cut: text_of(cut),
        shoppers: world.shoppers.len(),
        suitable: world.suitable,
        visits: options.visits,
        drift: course.drift(),
        places: options.places,
        days: options.days,
        seeds: courses.iter().map(|course| course.seed).collect(),
        temper: course.temper,
    };
    Ok(Report { run: facts, worlds })
}

fn courses(options: &Options, seeds: u64) -> Vec<Course> {
    let temper = Temper { fatigue: options.fatigue, appetite: options.appetite };
    let (visits, places, days) = (options.visits, options.places, options.days);
    (0..seeds).map(|k| Course { visits, places, days, temper, seed: options.seed.wrapping_add(k) }).collect()
}

fn policies(options: &Options) -> Vec<Policy> {
    let mut all = vec![Policy::Frozen, Policy::Greedy];
    all.extend(options.epsilon.iter().map(|&x| Policy::Epsilon(x)));
    all.extend(options.linucb.iter().map(|&x| Policy::LinUcb(x)));
    let mut dials: Vec<Policy> = options.dials.iter().filter(|&&x| x > 0.0).map(|&x| Policy::Dial(x)).collect();
    dials.push(Policy::Default);
    let place = |policy: &Policy| policy.dial().unwrap_or(flaneur::profile::DEFAULT_SURPRISE);
    dials.sort_by(|a, b| place(a).total_cmp(&place(b)));
    all.extend(dials);
    all
}

/// The moment before which two thirds of the sessions began.
fn two_thirds(data: &Dataset) -> i64 {
    data.sessions.get(data.sessions.len() * 2 / 3).map_or(0, |session| session.start)
}

fn load(options: &Options, progress: &Progress) -> Result<(Log, Dataset)> {
    let (log, items) = options.inputs.read(&options.rows, progress)?;
    let data = Dataset::new(&log, items, task_of(&log));
    Ok((log, data))
}
