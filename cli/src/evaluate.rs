//! `flaneur evaluate`: replays a log honestly in time and says who ranks best.
//!
//! ```text
//! log ──> dataset ──> split ──> training (before V, before T)
//!            └─────> queries ──> methods ──> metrics ──> bootstrap ──> report
//! ```
//!
//! Guarantees: a method sees what was known before the cut and the shopper's own
//! earlier events, nothing later; the same files, options and seed give the
//! same figures, whatever the number of threads. Only seconds differ.

pub mod baselines;
pub mod bootstrap;
pub mod dataset;
pub mod engine;
pub mod golden;
pub mod html;
pub mod method;
pub mod metrics;
pub mod query;
pub mod replay;
pub mod report;
pub mod shelf;
pub mod slices;
pub mod split;
pub mod studies;
pub mod training;
pub mod weights;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use flaneur::rank::Signal;

use crate::commands::Failure;
use crate::log::Log;
use crate::output::{Staged, check, print, spare};
use crate::pack::budget::{DEFAULT, Sizes};
use crate::progress::Progress;
use crate::read;
use crate::shared::{Inputs, Rows, Threads, within};
use dataset::Dataset;
use engine::{Engine, Packs, Rounding, Setting};
use method::{Bench, Family};
use query::{Asked, Query, Set, Task, queries};
use report::{Answers, Facts, Report};
use shelf::Shelf;
use split::{Split, Wanted};
use studies::Scene;
use training::Training;

pub(crate) use crate::learn::counts::{LONGEST, SHORTEST};

/// Shown below the options.
pub(crate) const EXAMPLES: &str = "\
Inputs are those of `flaneur pack`, gzipped or not.

Examples:
  flaneur evaluate --events log.csv.gz --items items.csv --json figures.json
  flaneur evaluate --events orders.csv --task basket --test-days 30 --json figures.json
  flaneur evaluate --events log.csv --split-time 2011-11-01 --tune-days 31 --methods POP,STAN --json figures.json
  flaneur evaluate --events log.csv.gz --items items.csv --curve --ablate --json figures.json --html figures.html
  flaneur evaluate --events log.csv.gz --items items.csv --methods flaneur --engine wasm --json figures.json
  flaneur evaluate --off-policy --log decisions.csv --target uniform    the same as flaneur off-policy";

/// Main queries that choose settings, at most.
const TUNING_QUERIES: usize = 2_000;

/// Options of `flaneur evaluate`.
#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    inputs: Inputs,
    /// What is predicted: the next line of a running session, or the next visit's basket.
    #[arg(long, value_enum, default_value_t = Task::Session)]
    task: Task,
    /// When the test begins: ISO 8601, or seconds or milliseconds since 1970
    /// [default: such that about the last tenth of the sessions is tested].
    #[arg(long, value_name = "TIME", value_parser = read::moment, conflicts_with = "test_days")]
    split_time: Option<i64>,
    /// Test the last so many days.
    #[arg(long, value_name = "N", value_parser = days)]
    test_days: Option<f64>,
    /// Choose settings on so many days before the test [default: as long as the
    /// test, or a tenth of the earlier sessions where that would leave less than half].
    #[arg(long, value_name = "N", value_parser = days)]
    tune_days: Option<f64>,
    /// Ask about so many moments of the test at most, a seeded sample of whole sessions; 0 for all.
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    queries: usize,
    /// Shoppers who must have seen a pair for it to be in the engine's pack.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    min_support: u32,
    #[command(flatten)]
    sizes: Sizes,
    /// The engine's dial: 0 ranks by relevance alone, 1 surprises most.
    #[arg(long, value_name = "U", default_value_t = 0.0, value_parser = within(0.0..=1.0))]
    surprise: f64,
    /// How closely the engine's lists follow the shopper's mix of interests, in multiples of the
    /// default, from a dial above 0 on.
    #[arg(long, value_name = "TIMES", default_value_t = 1.0, value_parser = within(0.0..=10.0))]
    calibration: f64,
    /// Leave signals of the engine out, such as trend,popularity; the others are fitted anew.
    #[arg(long, value_name = "SIGNAL,…", value_delimiter = ',', value_parser = signal)]
    without: Vec<Signal>,
    /// Methods to run, by name [default: all].
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    methods: Vec<String>,
    /// Where the figures go, as JSON.
    #[arg(long, value_name = "FILE")]
    json: PathBuf,
    #[command(flatten)]
    studies: studies::Options,
    /// Compare with reference figures; fails when one is off by more than 1e-6.
    #[arg(long, value_name = "FILE")]
    golden: Option<PathBuf>,
    #[command(flatten)]
    rows: Rows,
    /// Seed of everything random.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    threads: Threads,
}

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let outputs = || [&options.json].into_iter().chain(&options.studies.html);
    check(outputs()).map_err(Failure::Output)?;
    known(options).map_err(Failure::Options)?;
    let inputs = options.inputs.items.iter().chain(&options.inputs.events).chain(&options.golden);
    spare(inputs, outputs()).map_err(Failure::Output)?;
    let report = options.threads.run(|| measure(options)).map_err(Failure::Input)?;
    let golden = options.golden.as_ref().map(|path| golden::compare(path, &report)).transpose();
    let golden = golden.map_err(Failure::Input)?;
    let mut staged = Staged::default();
    let json = report.json().map_err(Failure::Output)?;
    staged.add(&options.json, &json).map_err(Failure::Output)?;
    if let Some(path) = &options.studies.html {
        staged.add(path, html::page(&report).as_bytes()).map_err(Failure::Output)?;
    }
    staged.publish().map_err(Failure::Output)?;
    let mut text = report.table();
    if let Some(golden) = &golden {
        let _ = write!(text, "\n{} reference figures compared", golden.compared);
        let _ = writeln!(text, ", largest difference {:.1e}", golden.largest);
        golden.unknown.iter().for_each(|what| {
            let _ = writeln!(text, "not compared: {what}");
        });
    }
    let written = [Some(&options.json), options.studies.html.as_ref()];
    for path in written.into_iter().flatten() {
        let _ = writeln!(text, "\n{} written", path.display());
    }
    print(text.as_bytes(), outputs())?;
    let disagreement = report.studies.package.as_ref().filter(|package| !package.holds());
    match golden {
        Some(golden) if !golden.wrong.is_empty() || golden.compared == 0 => Err(Failure::Figures(off(&golden))),
        _ => disagreement.map_or(Ok(()), |package| Err(Failure::Figures(package.error()))),
    }
}

fn off(golden: &golden::Comparison) -> anyhow::Error {
    let mut text = format!("{} of {} reference figures are off", golden.wrong.len(), golden.compared);
    for (what, expected, found) in &golden.wrong {
        let _ = write!(text, "\n  {what}: expected {expected}, found {found}");
    }
    anyhow!(text)
}

/// Pairs of fewer shoppers could point at one.
const ANONYMOUS: u32 = 3;

fn signal(name: &str) -> Result<Signal, String> {
    let known = || Signal::all().map(Signal::name).collect::<Vec<_>>().join(", ");
    Signal::from_name(name).ok_or_else(|| format!("expected one of {}", known()))
}

/// A positive number of days.
fn days(text: &str) -> Result<f64, String> {
    let days: Option<f64> = text.parse().ok();
    days.filter(|&days| days > 0.0 && days <= 36_500.0).ok_or_else(|| "expected days, above 0".to_owned())
}

/// A moment as ISO 8601.
pub(crate) fn text_of(moment: i64) -> String {
    jiff::Timestamp::from_millisecond(moment).map_or_else(|_| moment.to_string(), |at| at.to_string())
}

fn measure(options: &Options) -> Result<Report> {
    let package = options.studies.package()?;
    let progress = Progress::default();
    let (log, data) = load(options, &progress)?;
    let wanted = Wanted { split: options.split_time, test_days: options.test_days, tune_days: options.tune_days };
    let split = split::split(&data, &wanted)?;
    let packs = Packs::default();
    let mut families = baselines::families(options.task);
    families.extend(engines(options, &packs, data.of_user.is_empty()));
    let families = chosen(families, &options.methods)?;
    let (early, late) = (Training::new(&data, split.tune_from), Training::new(&data, split.test_from));
    let asked = |from, until, sample| Asked { from, until, sample, seed: options.seed };
    let (mut tuning, _) = queries(&early, &asked(split.tune_from, split.test_from, TUNING_QUERIES));
    tuning.retain(|query| query.set == Set::Main);
    let (tested, in_period) = queries(&late, &asked(split.test_from, split.end, options.queries));
    if !tested.iter().any(|query| query.set == Set::Main) {
        bail!("nothing can be asked about the test period: {}", nothing(options.task));
    }
    let shelf = Shelf::new(&late, &progress);
    let (tuning, seed) = (tuning.as_slice(), options.seed);
    let bench = Bench { log: &log, early: &early, tuning, late: &late, seed, progress: &progress };
    let answers = families.iter().map(|family| answer(family.as_ref(), &bench, &tested, &shelf));
    let answers: Vec<Answers> = answers.collect::<Result<_>>()?;
    let facts = facts(options, &data, &split, &bench, in_period);
    let mut report = report::report(facts, &answers, &tested, &late, options.seed);
    let scene = Scene { bench: &bench, tested: &tested, shelf: &shelf, setting: &setting(options), packs: &packs };
    report.studies = studies::run(&options.studies, package.as_ref(), &scene)?;
    Ok(report)
}

/// The engine as it ships.
fn setting(options: &Options) -> Setting {
    let asked = options.sizes.rung(None);
    let rung = asked.unwrap_or(DEFAULT);
    Setting {
        learning: rung.learning(options.seed),
        usual: asked.is_none(),
        min_support: options.min_support,
        fitted: true,
        moments: weights::MOMENTS,
        history: true,
        surprise: options.surprise,
        calibration: options.calibration,
        without: options.without.clone(),
        weight_bits: rung.weight_bits,
        rounding: Rounding::Int8,
    }
}

/// The engine as it ships, and what becomes of it when something is left out.
fn engines<'p>(options: &Options, packs: &'p Packs, no_shoppers: bool) -> Vec<Box<dyn Family + 'p>> {
    let setting = setting(options);
    let engine = |name, setting| Box::new(Engine { name, setting, packs }) as Box<dyn Family + 'p>;
    let mut engines = vec![engine("flaneur", setting.clone())];
    engines.push(engine("flaneur-defaults", Setting { fitted: false, ..setting.clone() }));
    if options.min_support < ANONYMOUS {
        engines.push(engine("flaneur-anonymous", Setting { min_support: ANONYMOUS, ..setting.clone() }));
    }
    if options.task == Task::Session && !no_shoppers {
        engines.push(engine("flaneur-session-only", Setting { history: false, ..setting }));
    }
    engines
}

fn nothing(task: Task) -> &'static str {
    match task {
        Task::Session => "it needs sessions of 2 to 100 lines whose items were seen before",
        Task::Basket => "it needs purchases of known shoppers who bought before",
    }
}

fn load(options: &Options, progress: &Progress) -> Result<(Log, Dataset)> {
    let (log, items) = options.inputs.read(&options.rows, progress)?;
    if log.events().is_empty() {
        bail!("no usable event was found; expected at least one");
    }
    let data = Dataset::new(&log, items, options.task);
    Ok((log, data))
}

/// Refuses a name that no log could make a method of the task, before any is read.
fn known(options: &Options) -> Result<()> {
    let packs = Packs::default();
    let mut families = baselines::families(options.task);
    families.extend(engines(options, &packs, false));
    chosen(families, &options.methods).map(drop)
}

/// The methods the user named.
fn chosen<'p>(families: Vec<Box<dyn Family + 'p>>, names: &[String]) -> Result<Vec<Box<dyn Family + 'p>>> {
    let known: BTreeSet<&str> = families.iter().map(|family| family.name()).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(name.as_str())) {
        let known: Vec<&str> = families.iter().map(|family| family.name()).collect();
        bail!("--methods {unknown}: this task has {}", known.join(", "));
    }
    let is_wanted = |name: &str| names.is_empty() || names.iter().any(|wanted| wanted == name);
    Ok(families.into_iter().filter(|family| is_wanted(family.name())).collect())
}

fn answer(family: &dyn Family, bench: &Bench<'_>, tested: &[Query<'_>], shelf: &Shelf<'_>) -> Result<Answers> {
    let name = family.name();
    let started = jiff::Timestamp::now();
    let prepared = family.prepare(bench).with_context(|| name.to_owned())?;
    let ready = jiff::Timestamp::now();
    let bar = bench.progress.steps(name, tested.len());
    let lists = method::lists(prepared.method.as_ref(), tested, bench.late, &bar);
    let done = jiff::Timestamp::now();
    bar.finish_and_clear();
    let (values, probabilities) = method::judged(prepared.method.as_ref(), tested, &lists, shelf);
    Ok(Answers {
        name,
        kind: family.kind(),
        parameters: prepared.parameters,
        lists,
        values,
        probabilities,
        preparation_seconds: started.duration_until(ready).as_secs_f64(),
        seconds: ready.duration_until(done).as_secs_f64(),
    })
}

fn facts(options: &Options, data: &Dataset, split: &Split, bench: &Bench<'_>, in_period: usize) -> Facts {
    let late = bench.late;
    let tested = data.sessions[late.until..].iter().filter(|session| match data.task {
        Task::Session => dataset::is_usual(&session.lines),
        Task::Basket => !session.lines.is_empty(),
    });
    let learned: Vec<(usize, &[dataset::Line])> = late.sessions().collect();
    let shoppers: BTreeSet<u32> = learned.iter().map(|&(at, _)| data.sessions[at].user).collect();
    let counts = BTreeMap::from([
        ("sessions", data.sessions.len() as u64),
        ("shoppers", data.of_user.len() as u64),
        ("items", data.items.len() as u64),
        ("lines", data.sessions.iter().map(|session| session.lines.len() as u64).sum()),
        ("candidates", late.order.len() as u64),
        ("lines_learned", late.total),
        ("sessions_learned", learned.len() as u64),
        ("sessions_tested", tested.count() as u64),
        ("shoppers_learned", shoppers.iter().filter(|&&user| user != crate::log::GUEST).count() as u64),
    ]);
    let mut left_out = BTreeMap::new();
    if !data.has_titles() {
        left_out.insert("ILD", "no item has a title, so there are no words to compare");
    }
    Facts {
        version: env!("CARGO_PKG_VERSION"),
        task: options.task,
        seed: options.seed,
        queries_wanted: options.queries,
        queries_in_period: in_period,
        tuning_queries: bench.tuning.len(),
        tune_from: text_of(split.tune_from),
        test_from: text_of(split.test_from),
        end: text_of(split.end),
        purchases_only: data.is_purchases_only,
        counts,
        queries: BTreeMap::new(),
        best_baseline: BTreeMap::new(),
        left_out,
        doubts: Vec::new(),
    }
}
