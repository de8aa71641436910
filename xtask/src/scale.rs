//! Measures `flaneur pack` on generated logs of growing size and writes docs/SCALE.md.
//!
//! Each size is generated once into the target folder, packed by the release
//! binary, and its time, the processor's time and the peak of resident memory are
//! noted. The last two are what the kernel keeps (`/proc`), so this runs on Linux.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::Value;

use crate::catalog;
use crate::project::Project;
use crate::say;

/// How often the peak is looked at.
const TICK: Duration = Duration::from_millis(20);
/// Steps of a second in which Linux tells processor time (`USER_HZ`).
const STEPS_PER_SECOND: f64 = 100.0;

/// Packs generated logs of growing size and writes the time and memory it
/// took, with the exponent of growth, to docs/SCALE.md.
#[derive(Args)]
pub(crate) struct Options {
    /// Sizes of the logs, in events
    #[arg(long, value_name = "N,…", value_delimiter = ',', default_values_t = [1_000_000, 10_000_000, 50_000_000])]
    events: Vec<u64>,
    /// Passed on to `flaneur pack`
    #[arg(long, value_name = "BYTES", default_value = "2GiB")]
    memory: String,
    /// Print the table only
    #[arg(long)]
    no_write: bool,
}

/// One row of the table.
struct Measured {
    events: u64,
    log_bytes: u64,
    seconds: f64,
    /// Of all threads together.
    processor_seconds: f64,
    peak_bytes: u64,
    sessions: u64,
    shoppers: u64,
    pairs_kept: u64,
    pairs_seen: u64,
    pack_bytes: u64,
}

/// `cargo xtask scale`.
pub(crate) fn run(project: &Project, options: &Options) -> Result<()> {
    let flaneur = catalog::command(project, catalog::Build::Release)?;
    let folder = project.target.join("scale");
    fs::create_dir_all(&folder)?;
    let mut rows = Vec::new();
    for &events in &options.events {
        let log = folder.join(format!("log-{events}.parquet"));
        if !log.is_file() {
            generate(&flaneur, events, &log)?;
        }
        say::step(&format!("packing {events} events"));
        rows.push(measure(&flaneur, events, &log, &options.memory)?);
    }
    let text = document(&rows, options)?;
    println!("{text}");
    if !options.no_write {
        fs::write(project.root.join("docs/SCALE.md"), &text).context("docs/SCALE.md cannot be written")?;
    }
    Ok(())
}

/// Makes a log; a run that is stopped leaves no half of one.
fn generate(flaneur: &Path, events: u64, log: &Path) -> Result<()> {
    let step = say::Step::start(format!("generating {events} events"));
    let part = log.with_extension("part");
    let status = Command::new(flaneur)
        .args(["generate", "--seed", "1", "--events", &events.to_string(), "--out"])
        .arg(&part)
        .stderr(Stdio::null())
        .status()?;
    if !status.success() {
        bail!("flaneur generate failed; is the disk full?");
    }
    fs::rename(part, log)?;
    step.finish();
    Ok(())
}

fn measure(flaneur: &Path, events: u64, log: &Path, memory: &str) -> Result<Measured> {
    let beside = |ending: &str| -> PathBuf { log.with_extension(ending) };
    let (pack, report) = (beside("flaneur"), beside("json"));
    let started = Instant::now();
    let mut child = Command::new(flaneur)
        .args(["pack", "--memory", memory, "--events"])
        .arg(log)
        .arg("--out")
        .arg(&pack)
        .arg("--report")
        .arg(&report)
        .stdout(Stdio::null())
        .spawn()?;
    let (peak_bytes, processor_seconds) =
        watch(&mut child).with_context(|| format!("flaneur pack on {events} events"))?;
    let seconds = started.elapsed().as_secs_f64();
    let found: Value = serde_json::from_slice(&fs::read(&report)?)?;
    let number = |name: &str| found["log"][name].as_u64().with_context(|| format!("the report has no {name}"));
    Ok(Measured {
        events,
        log_bytes: fs::metadata(log)?.len(),
        seconds,
        processor_seconds,
        peak_bytes,
        sessions: number("sessions")?,
        shoppers: number("shoppers")?,
        pairs_kept: number("pairs_kept")?,
        pairs_seen: number("pairs_seen")?,
        pack_bytes: fs::metadata(&pack)?.len(),
    })
}

/// Waits for the process to succeed and returns the largest resident memory it had, and the processor time it took.
fn watch(child: &mut Child) -> Result<(u64, f64)> {
    let folder = format!("/proc/{}", child.id());
    let read = |file: &str| fs::read_to_string(format!("{folder}/{file}")).ok();
    let (mut peak, mut seconds) = (0, 0.0_f64);
    while child.try_wait()?.is_none() {
        peak = peak.max(read("status").as_deref().and_then(high_water).unwrap_or(0));
        seconds = seconds.max(read("stat").as_deref().and_then(processor_time).unwrap_or(0.0));
        thread::sleep(TICK);
    }
    // Who fails at once has hardly begun to take time.
    if !child.wait()?.success() {
        bail!("it failed; its message is above");
    }
    if peak == 0 || seconds == 0.0 {
        bail!("memory and processor time could not be read; this needs /proc, expected Linux");
    }
    Ok((peak, seconds))
}

/// Seconds in user and system mode, from a process's `stat`.
fn processor_time(stat: &str) -> Option<f64> {
    let (_, fields) = stat.rsplit_once(')')?; // a name may hold anything before
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let steps = |at: usize| fields.get(at)?.parse::<f64>().ok();
    Some((steps(11)? + steps(12)?) / STEPS_PER_SECOND)
}

/// `VmHWM` of a process status, in bytes.
fn high_water(status: &str) -> Option<u64> {
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kibibytes| kibibytes * 1024)
}

/// Slope of a line through the points in log-log scale.
pub(crate) fn exponent(points: &[(f64, f64)]) -> f64 {
    let points: Vec<(f64, f64)> = points.iter().map(|&(x, y)| (x.ln(), y.ln())).collect();
    let n = points.len() as f64;
    let (mean_x, mean_y) = (points.iter().map(|p| p.0).sum::<f64>() / n, points.iter().map(|p| p.1).sum::<f64>() / n);
    let above: f64 = points.iter().map(|p| (p.0 - mean_x) * (p.1 - mean_y)).sum();
    above / points.iter().map(|p| (p.0 - mean_x) * (p.0 - mean_x)).sum::<f64>()
}

fn document(rows: &[Measured], options: &Options) -> Result<String> {
    use std::fmt::Write as _;
    let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut text = format!(
        "# Scale\n\n\
         Made by `cargo xtask scale`; do not edit.\n\
         Logs of growing size from one generator (`flaneur generate --seed 1`, 50,000 items), packed on {cores} \
         processors with `--memory {}`.\n\
         Time is of the whole `flaneur pack`: reading, counting, learning, writing.\n\
         Time by the clock depends on what else the machine does; the processor's time hardly does.\n\
         Memory is the peak of resident memory of the process.\n\n\
         | events | log, MB | time, s | processor, s | events/s | peak memory, MiB | sessions | shoppers | pairs seen | pairs kept | pack, MB |\n\
         |---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n",
        options.memory
    );
    for row in rows {
        let rate = row.events as f64 / row.seconds;
        writeln!(
            text,
            "| {} | {:.0} | {:.1} | {:.1} | {rate:.0} | {} | {} | {} | {} | {} | {:.1} |",
            row.events,
            row.log_bytes as f64 / 1e6,
            row.seconds,
            row.processor_seconds,
            row.peak_bytes >> 20,
            row.sessions,
            row.shoppers,
            row.pairs_seen,
            row.pairs_kept,
            row.pack_bytes as f64 / 1e6,
        )?;
    }
    if rows.len() > 1 {
        let slope = |value: fn(&Measured) -> f64| {
            exponent(&rows.iter().map(|row| (row.events as f64, value(row))).collect::<Vec<_>>())
        };
        writeln!(
            text,
            "\nGrowth, as the exponent of the number of events (1 is linear): processor time {:.2}, memory {:.2}.",
            slope(|row| row.processor_seconds),
            slope(|row| row.peak_bytes as f64)
        )?;
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::{exponent, high_water, processor_time, watch};

    #[test]
    fn a_power_law_gives_its_exponent() {
        let points: Vec<(f64, f64)> = [1.0_f64, 10.0, 50.0].iter().map(|&x| (x, 3.0 * x.powi(2))).collect();
        assert!((exponent(&points) - 2.0).abs() < 1e-9);
    }

    #[cfg(unix)]
    #[test]
    fn what_fails_at_once_is_said_to_have_failed() {
        let mut child = std::process::Command::new("false").spawn().unwrap();
        let error = watch(&mut child).unwrap_err().to_string();
        assert!(error.starts_with("it failed"), "{error}");
    }

    #[test]
    fn processor_time_is_read_whatever_the_process_is_called() {
        let stat = "7 (a ) b) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0";
        assert_eq!(processor_time(stat), Some(3.0));
        assert_eq!(processor_time("7 (a) S 1"), None);
    }

    #[test]
    fn the_peak_is_read_in_bytes() {
        assert_eq!(high_water("VmPeak:\t 9 kB\nVmHWM:\t    2048 kB\n"), Some(2 << 20));
        assert_eq!(high_water("Name: x"), None);
    }
}
