//! `flaneur task`: makes, signs and checks the bundle of what may be asked.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use ed25519_dalek::SigningKey;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde_json::{Value, json};

use crate::budget::answers;
use crate::bundle::{decode, encode, sign, verify};
use crate::files;
use crate::rules::{MAX_TASKS, broken};

/// Options of `flaneur task`.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// What `flaneur task` does.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Make a signing key; prints the public key, which goes into the page as `tasksKey`
    Key {
        /// The file that is made, readable by its owner only; keep it secret
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Print a bundle to start from: one question for two operators, one with noise
    Create {
        /// The shop's name, as in `open({ shop })`
        #[arg(long, value_name = "NAME")]
        shop: String,
    },
    /// Check a bundle's rules and sign it
    Sign {
        /// The bundle
        #[arg(value_name = "BUNDLE")]
        bundle: PathBuf,
        /// The file of `flaneur task key`
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        /// Where the signed bundle goes
        #[arg(long, short, value_name = "FILE")]
        output: PathBuf,
    },
    /// Check a signed bundle as a device does
    Check {
        /// The signed bundle
        #[arg(value_name = "BUNDLE")]
        bundle: PathBuf,
        /// The public key
        #[arg(long, value_name = "KEY", allow_hyphen_values = true)]
        key: String,
    },
}

/// What a run made: a file for the caller to put in its place, and what to say once it is there.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The file, if there is one.
    pub file: Option<Made>,
    /// What the terminal shows.
    pub text: String,
}

/// A file that is to be written.
#[derive(Clone, Debug)]
pub struct Made {
    /// Its place.
    pub path: PathBuf,
    /// What it holds.
    pub bytes: Vec<u8>,
    /// Whether it is a secret: written by [`Made::keep`], never over another file.
    pub is_secret: bool,
}

impl Made {
    /// Writes a secret: a new file, its owner's alone.
    ///
    /// # Errors
    /// A file that is there already, a folder that is not, a full disk.
    pub fn keep(&self) -> Result<()> {
        let file = self.path.display();
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut opened = options.open(&self.path).with_context(|| format!("{file} cannot be made"))?;
        let written = opened.write_all(&self.bytes).and_then(|()| opened.sync_all());
        if written.is_err() {
            // Half a key is none, and would stand in the way of the next run.
            let _ = fs::remove_file(&self.path);
        }
        written.with_context(|| format!("{file} cannot be written"))
    }
}

/// Runs the command; a bundle's verdicts go to `out` as they are found.
///
/// # Errors
/// A file that cannot be read, a broken rule, a signature that does not hold.
pub fn run(options: &Options, out: &mut impl Write) -> Result<Outcome> {
    match &options.command {
        Command::Key { file } => make_key(file),
        Command::Create { shop } => said(serde_json::to_string_pretty(&template(shop)?)?),
        Command::Sign { bundle, key, output } => {
            let mut document: Value = files::json(bundle, "JSON")?;
            check_rules(&document, out)?;
            let key = read_key(key)?;
            sign(&mut document, &key)?;
            let bytes = serde_json::to_string_pretty(&document)?.into_bytes();
            let text = format!("signed for the public key {}\n", encode(key.verifying_key().as_bytes()));
            Ok(Outcome { file: Some(Made { path: output.clone(), bytes, is_secret: false }), text })
        }
        Command::Check { bundle, key } => {
            let document: Value = files::json(bundle, "JSON")?;
            check_rules(&document, out)?;
            verify(&document, key)?;
            said("the signature holds".to_owned())
        }
    }
}

/// A line for the terminal, and no file.
fn said(line: String) -> Result<Outcome> {
    Ok(Outcome { file: None, text: line + "\n" })
}

/// Every task with its verdict; an error when one is refused.
fn check_rules(bundle: &Value, out: &mut impl Write) -> Result<()> {
    if bundle["flaneur"] != 1 || !bundle["shop"].is_string() {
        bail!("expected {{\"flaneur\": 1, \"shop\": \"…\", \"tasks\": […]}}; see flaneur task create");
    }
    let tasks = bundle["tasks"].as_array().context("tasks must be an array")?;
    if tasks.len() > MAX_TASKS {
        bail!("the bundle has {} tasks; expected at most {MAX_TASKS}", tasks.len());
    }
    let now = Timestamp::now();
    let mut refused = 0;
    for (at, task) in tasks.iter().enumerate() {
        let duplicate = tasks[..at].iter().any(|other| other["id"] == task["id"]);
        let metric = task["metric"].as_str().unwrap_or("?");
        match broken(task, now) {
            Some(refusal) => {
                refused += 1;
                writeln!(out, "tasks[{at}] {metric}: refused, {}: {}", refusal.code, refusal.message)?;
            }
            None if duplicate => {
                refused += 1;
                writeln!(out, "tasks[{at}] {metric}: refused, task_duplicate: two tasks have this id")?;
            }
            None => writeln!(out, "tasks[{at}] {metric}: keeps the rules")?,
        }
    }
    if refused > 0 {
        bail!("{refused} of {} tasks would be refused on every device", tasks.len());
    }
    doubts(tasks, out)
}

/// What keeps the rules and will disappoint: what no device can answer, or has no budget for.
fn doubts(tasks: &[Value], out: &mut impl Write) -> Result<()> {
    for (at, task) in tasks.iter().enumerate() {
        let named = matches!(task["metric"].as_str(), Some("taste_share" | "attribution_credit"));
        let buckets = task["buckets"].as_array().filter(|_| named).map(Vec::as_slice).unwrap_or_default();
        for (bucket, _) in buckets.iter().enumerate().skip(1).filter(|(_, bucket)| !bucket["value"].is_string()) {
            writeln!(
                out,
                "tasks[{at}].buckets[{bucket}]: no answer falls into it, since it has no value: the attribute or the channel \
                 that it counts, such as category:Lamps"
            )?;
        }
    }
    for (at, found) in answers(tasks).iter().enumerate().filter(|(_, found)| found.unpaid > 0) {
        writeln!(
            out,
            "tasks[{at}]: {} of a device's {} answers will say \"nothing\", whatever the shopper did: a device spends 2 in a \
             week and 8 in 30 days, on questions in the order of their ids. Ask less, or with a smaller epsilon",
            found.unpaid, found.all
        )?;
    }
    Ok(())
}

fn make_key(file: &Path) -> Result<Outcome> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(|error| anyhow::anyhow!("this machine gives no entropy: {error}"))?;
    let key = SigningKey::from_bytes(&secret);
    let bytes = format!("{}\n", encode(&secret)).into_bytes();
    let text = format!("{}\n", encode(key.verifying_key().as_bytes()));
    Ok(Outcome { file: Some(Made { path: file.into(), bytes, is_secret: true }), text })
}

fn read_key(file: &Path) -> Result<SigningKey> {
    let text = files::found(file, fs::read_to_string(file), "read")?;
    let secret = decode(text.trim()).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    let secret = secret.with_context(|| format!("{} is not a key of flaneur task key", file.display()))?;
    Ok(SigningKey::from_bytes(&secret))
}

/// Two questions that keep every rule but for the operators' keys, which only they can give.
fn template(shop: &str) -> Result<Value> {
    let mut ids = [[0; 32]; 2];
    for id in &mut ids {
        getrandom::fill(id).map_err(|error| anyhow::anyhow!("this machine gives no entropy: {error}"))?;
    }
    let words = |en: &str, fr: &str| json!({ "en": en, "fr": fr });
    let retention = words("The sums are kept for 25 months.", "Les sommes sont gardées 25 mois.");
    let outcomes = json!([
        words("no surprise seen", "aucune surprise vue"),
        words("a surprise seen", "une surprise vue"),
        words("a surprise looked at", "une surprise regardée"),
        words("a surprise put in the basket", "une surprise mise au panier"),
        words("a surprise bought", "une surprise achetée"),
    ]);
    let families = json!([
        words("nothing", "rien"),
        { "en": "lamps", "fr": "lampes", "value": "category:Lamps" },
        { "en": "chairs", "fr": "chaises", "value": "category:Chairs" },
    ]);
    // From today on for a year: a task whose end has passed is refused.
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
    let next_year = today.checked_add(Span::new().years(1)).context("this machine's clock is wrong")?;
    let [start, end] = [today, next_year].map(|day| format!("{day}T00:00:00Z"));
    let operator = |name: &str, url: &str| json!({ "name": name, "url": url, "hpke": "copy it from the operator" });
    Ok(json!({
        "flaneur": 1,
        "shop": shop,
        "tasks": [{
            "id": encode(&ids[0]), "metric": "discovery_outcome", "mode": "dap",
            "purpose": words("To know whether surprises please", "Pour savoir si les surprises plaisent"),
            "buckets": outcomes, "epsilon": 1_000_000, "minBatchSize": 1_000,
            "start": start, "end": end, "retention": retention,
            "leader": operator("Leader Ltd", "https://dap.leader.example/"),
            "helper": operator("Helper GmbH", "https://dap.helper.example/"),
            "chunk": 2, "timePrecision": 3_600,
        }, {
            "id": encode(&ids[1]), "metric": "taste_share", "mode": "ldp",
            "purpose": words("To know what kinds of things please", "Pour savoir quels genres d’objets plaisent"),
            "buckets": families, "epsilon": 1_000_000, "minBatchSize": 1_000,
            "start": start, "end": end, "retention": retention,
            "collector": { "name": shop, "url": "https://answers.shop.example/" }, "expected": 10_000,
        }],
    }))
}
