//! `--engine wasm`: the npm package, run in Node.js, must give the native engine's slates to the last bit.
//!
//! A seeded sample of the test's shoppers, one query each. The package gets the
//! very pack, events and request that the native engine gets, through its public
//! functions; items, scores, propensities and reasons are compared by their bits,
//! for both builds that ship.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, anyhow, bail};
use flaneur::catalog::Catalog;
use flaneur::math::Stream;
use flaneur::rank::Slate;
use flaneur::wire::event::EventWire;
use rayon::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};

use super::Scene;
use crate::evaluate::engine::{Engine, Running};
use crate::evaluate::query::Query;
use crate::evaluate::text_of;
use crate::log::GUEST;
use crate::scratch::Scratch;

/// Runs in Node.js.
const SCRIPT: &str = include_str!("slates.mjs");
/// Where a package is looked for, from the working folder.
const PLACES: [&str; 2] = ["node_modules/flaneur", "pkg"];
/// Differences that are told in full, at most.
const TOLD: usize = 20;

/// A built npm package.
#[derive(Clone, Debug)]
pub(crate) struct Package {
    version: String,
    entry: PathBuf,
    module: PathBuf,
}

impl Package {
    /// Reads the package in `folder`, or in the first of the usual places that has one.
    ///
    /// # Errors
    /// There is none, it is another package, or it was not built.
    pub(crate) fn find(folder: Option<&Path>) -> Result<Self> {
        let usual = || PLACES.iter().map(PathBuf::from).find(|place| place.join("package.json").is_file());
        let folder = folder.map(Path::to_path_buf).or_else(usual).with_context(|| {
            format!("no npm package in {} of this folder; name its folder with --package", PLACES.join(" or "))
        })?;
        let manifest = folder.join("package.json");
        let text = fs::read(&manifest).with_context(|| {
            format!("{} cannot be read; --package expects the folder of the npm package", manifest.display())
        })?;
        let manifest: Value =
            serde_json::from_slice(&text).with_context(|| format!("{} is not JSON", manifest.display()))?;
        let field = |path: &str| manifest.pointer(path).and_then(Value::as_str);
        if field("/name") != Some("flaneur") {
            bail!(
                "{} is the package {}; expected flaneur",
                folder.display(),
                field("/name").unwrap_or("without a name")
            );
        }
        let file = |path: &str| {
            let name = field(path).with_context(|| format!("{} exports no {path}", folder.display()))?;
            let file = folder.join(name);
            fs::canonicalize(&file)
                .with_context(|| format!("{} is missing; build the package with `cargo xtask build`", file.display()))
        };
        Ok(Self {
            version: field("/version").unwrap_or_default().to_owned(),
            entry: file("/exports/./node")?,
            module: file("/exports/.~1core.wasm")?,
        })
    }

    /// The lines of each case's slate, from one build.
    fn slates(&self, module: Option<&Path>, pack: &Path, cases: &Path) -> Result<Vec<Vec<String>>> {
        let mut command = Command::new("node");
        command.args(["--input-type=module", "--eval", SCRIPT, "--"]);
        command.arg(&self.entry).arg(pack).arg(cases).args(module);
        let output = command
            .stdin(Stdio::null())
            .output()
            .context("node did not start; install Node.js 20 or newer, so that `node` is on the PATH")?;
        if !output.status.success() {
            bail!("the package failed in Node.js:\n{}", String::from_utf8_lossy(&output.stderr).trim());
        }
        let lines = output.stdout.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
        lines.map(|line| serde_json::from_slice(line).context("the package's slates are not readable")).collect()
    }
}

/// Whether the package answers as the native engine does.
#[derive(Clone, Debug, Serialize)]
pub struct Agreement {
    /// Of the package.
    pub version: String,
    /// The builds that ran.
    pub builds: Vec<&'static str>,
    /// Shoppers that were asked about, one query each.
    pub shoppers: usize,
    /// Slates that were compared, of all builds.
    pub slates: usize,
    /// Of those, the ones that are the same in every bit.
    pub identical: usize,
    /// The others, the first 20.
    pub differing: Vec<Difference>,
}

/// A slate that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// The build.
    pub build: &'static str,
    /// The shopper, as the log names them; none for a guest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shopper: Option<String>,
    /// The moment of the query, ISO 8601.
    pub at: String,
    /// The first place that differs, 0 first.
    pub place: usize,
    /// The native engine's entry there, numbers by their bits; empty when its slate ended.
    pub native: String,
    /// The package's.
    pub package: String,
}

/// Compares the package with the native engine on at most `shoppers` shoppers.
///
/// Randomness: stream "shoppers", a shuffle of the shoppers and one draw for each.
///
/// # Errors
/// The pack cannot be made, Node.js is missing, or the package fails.
pub(crate) fn agreement(package: &Package, scene: &Scene<'_, '_>, shoppers: usize) -> Result<Agreement> {
    let engine = Engine { name: "package", setting: scene.setting.clone(), packs: scene.packs };
    let (running, _) = engine.ready(scene.bench)?;
    let asked = sample(scene.tested, shoppers, scene.bench.seed);
    let bar = scene.bench.progress.steps("asking the npm package", 3 * asked.len());
    let native: Vec<Vec<String>> = asked
        .par_iter()
        .map(|query| {
            bar.inc(1);
            lines(&running.catalog, &running.slate(&running.device(query)))
        })
        .collect();
    let scratch = Scratch::new(None)?;
    let (pack, cases) = (scratch.path().join("pack"), scratch.path().join("cases"));
    fs::write(&pack, running.catalog.bytes()).context("the scratch folder cannot be written")?;
    fs::write(&cases, cases_of(&running, &asked)?).context("the scratch folder cannot be written")?;
    let builds = [("scalar", None), ("simd", Some(package.module.as_path()))];
    let mut agreement = Agreement {
        version: package.version.clone(),
        builds: builds.iter().map(|(build, _)| *build).collect(),
        shoppers: asked.len(),
        slates: 0,
        identical: 0,
        differing: Vec::new(),
    };
    for (build, module) in builds {
        let found = package.slates(module, &pack, &cases).with_context(|| format!("the {build} build"))?;
        if found.len() != asked.len() {
            bail!("the {build} build answered {} of {} cases", found.len(), asked.len());
        }
        bar.inc(found.len() as u64);
        for (query, (native, package)) in asked.iter().zip(native.iter().zip(&found)) {
            let name = || scene.bench.log.shopper(query.user).map(str::to_owned);
            agreement.take(build, query.now, name, native, package);
        }
    }
    bar.finish_and_clear();
    Ok(agreement)
}

/// One query of each drawn shopper; a guest's session is a shopper of its own.
fn sample<'q, 'a>(tested: &'q [Query<'a>], shoppers: usize, seed: u64) -> Vec<&'q Query<'a>> {
    let mut own: BTreeMap<(u32, usize), Vec<&Query<'_>>> = BTreeMap::new();
    for query in tested {
        let guest = if query.user == GUEST { query.session } else { 0 };
        own.entry((query.user, guest)).or_default().push(query);
    }
    let mut stream = Stream::new(seed, "shoppers");
    let mut all: Vec<Vec<&Query<'_>>> = own.into_values().collect();
    (1..all.len()).rev().for_each(|at| all.swap(at, stream.below(at + 1)));
    all.truncate(shoppers);
    all.into_iter().map(|own| own[stream.below(own.len())]).collect()
}

/// A line per case: what the package's public functions take.
fn cases_of(running: &Running, asked: &[&Query<'_>]) -> Result<Vec<u8>> {
    let ids = |items: &[u32]| items.iter().map(|&item| running.catalog.id(item)).collect::<Vec<_>>();
    let mut text = Vec::new();
    for query in asked {
        let events: Vec<EventWire> = running.log(query).iter().map(EventWire::of).collect();
        let request = running.device(query).request;
        let allowed =
            [("seen", request.allow.seen), ("bought", request.allow.bought), ("basket", request.allow.basket)];
        let case = json!({
            "events": events,
            "now": request.now.0,
            "request": {
                "slot": request.slot,
                "size": request.size,
                "exclude": ids(&request.exclude),
                "surprise": request.surprise,
                "calibration": request.calibration,
                "allow": allowed.iter().filter(|(_, on)| *on).map(|(name, _)| *name).collect::<Vec<_>>(),
                "seed": request.seed,
            },
        });
        serde_json::to_writer(&mut text, &case)?;
        text.push(b'\n');
    }
    Ok(text)
}

/// One line per entry: names as they are, numbers by their bits.
fn lines(catalog: &Catalog, slate: &Slate) -> Vec<String> {
    let bits = |x: f64| format!("{:016x}", x.to_bits());
    let entry = |entry: &flaneur::rank::Ranked| {
        let reasons = entry.reasons.iter().map(|reason| {
            let item = reason.item.map_or("", |item| catalog.id(item));
            let attribute = reason.attribute.map_or("", |token| catalog.token(token));
            format!("{}={}*{}@{item}#{attribute}", reason.signal, bits(reason.weight), bits(reason.value))
        });
        let reasons: Vec<String> = reasons.collect();
        let (score, propensity) = (bits(entry.score), bits(entry.propensity));
        format!("{} {score} {propensity} {} {}", catalog.id(entry.item), entry.discovery, reasons.join(" "))
    };
    slate.entries.iter().map(entry).collect()
}

impl Agreement {
    /// Whether every slate is the same.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.identical == self.slates
    }

    /// What to say when one is not.
    #[must_use]
    pub fn error(&self) -> anyhow::Error {
        anyhow!("{self}")
    }

    fn take(
        &mut self,
        build: &'static str,
        now: i64,
        name: impl Fn() -> Option<String>,
        native: &[String],
        package: &[String],
    ) {
        self.slates += 1;
        if native == package {
            self.identical += 1;
        } else if self.differing.len() < TOLD {
            let longest = native.len().max(package.len());
            let place = (0..longest).find(|&at| native.get(at) != package.get(at)).unwrap_or_default();
            let of = |lines: &[String]| lines.get(place).cloned().unwrap_or_default();
            let (native, package) = (of(native), of(package));
            self.differing.push(Difference { build, shopper: name(), at: text_of(now), place, native, package });
        }
    }
}

impl fmt::Display for Agreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { version, shoppers, slates, identical, .. } = self;
        let builds = self.builds.join(" and ");
        write!(
            f,
            "package {version} in Node.js ({builds}), {shoppers} shoppers: {identical} of {slates} slates identical to \
             the native engine's, bit for bit"
        )?;
        for Difference { build, shopper, at, place, native, package } in &self.differing {
            let shopper = shopper.as_ref().map_or_else(|| "a guest".to_owned(), |name| format!("shopper {name}"));
            write!(f, "\n  {build}, {shopper}, at {at}, place {place}:\n    native  {native}\n    package {package}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Agreement;

    #[test]
    fn a_slate_that_differs_is_told_with_its_shopper_and_first_place() {
        let mut agreement = Agreement {
            version: "1".into(),
            builds: vec!["simd"],
            shoppers: 2,
            slates: 0,
            identical: 0,
            differing: Vec::new(),
        };
        let (one, other) = (["a".to_owned(), "b".to_owned()], ["a".to_owned()]);
        agreement.take("simd", 0, || None, &one, &one);
        assert!(agreement.holds());
        agreement.take("simd", 0, || Some("ann".into()), &one, &other);
        assert!(!agreement.holds());
        let told = agreement.error().to_string();
        assert!(
            told.contains("1 of 2 slates identical") && told.contains("shopper ann, at 1970-01-01T00:00:00Z, place 1")
        );
    }
}
