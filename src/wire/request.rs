//! A rank request and a wish to forget, as they arrive.

use serde::Deserialize;

use super::experiment::ExperimentWire;
use super::rule::{RuleWire, rules};
use super::text::Texts;
use super::when::ContextWire;
use crate::catalog::Catalog;
use crate::catalog::item::check_id;
use crate::error::{Error, ErrorKind, Result};
use crate::rank::{Allow, MAX_SIZE, Request, RuleSet};
use crate::time::Millis;

/// Most candidates, exclusions or anchors of one request.
const MAX_IDS: usize = 100_000;

/// What to rank.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(expecting = "a request object")]
pub struct RequestWire {
    /// The place on the page.
    pub slot: String,
    /// How many entries.
    pub size: f64,
    /// Only these.
    #[serde(default)]
    pub candidates: Option<Vec<String>>,
    /// Never these.
    #[serde(default)]
    pub exclude: Option<Vec<String>>,
    /// Similar to, or going with, these.
    #[serde(default)]
    pub like: Texts,
    /// The moment.
    #[serde(default)]
    pub context: Option<ContextWire>,
    /// The dial.
    #[serde(default)]
    pub surprise: Option<f64>,
    /// How closely the slate follows the mix of interests.
    #[serde(default)]
    pub calibration: Option<f64>,
    /// The experiment that the slate is a part of.
    #[serde(default)]
    pub experiment: Option<ExperimentWire>,
    /// Rules for this call.
    #[serde(default)]
    pub rules: Option<Vec<RuleWire>>,
    /// Seed of the draws.
    #[serde(default)]
    pub seed: Option<f64>,
    /// Items whose absence is to be explained; given, even empty, the rules are traced.
    #[serde(default)]
    pub explain: Option<Texts>,
    /// Guards to lift: `seen`, `bought`, `basket`.
    #[serde(default)]
    pub allow: Texts,
}

impl RequestWire {
    /// Checks the request and resolves its ids; ids the catalog does not have are left out.
    ///
    /// # Errors
    /// The first illegal field, with its path.
    pub fn into_request(self, catalog: &Catalog, default_seed: u64, now: Millis) -> Result<Request> {
        // As of an event: what is seen there is logged with the slot, and an export has to come back.
        check_id(&self.slot, "slot")?;
        let whole = self.size.is_finite() && self.size.fract() == 0.0;
        if !whole || self.size < 1.0 || self.size > MAX_SIZE as f64 {
            return Err(Error::new(ErrorKind::OutOfRange, "size", "expected a whole number from 1 to 1000"));
        }
        if self.surprise.is_some_and(|dial| !(0.0..=1.0).contains(&dial)) {
            return Err(Error::new(ErrorKind::OutOfRange, "surprise", "expected a number from 0 to 1"));
        }
        if self.calibration.is_some_and(|times| !(0.0..=10.0).contains(&times)) {
            return Err(Error::new(ErrorKind::OutOfRange, "calibration", "expected a number from 0 to 10"));
        }
        let context = self.context.unwrap_or_default().into_context().map_err(|error| error.under("context"))?;
        let is_seed = |seed: &f64| (0.0..=9_007_199_254_740_991.0).contains(seed) && seed.fract() == 0.0;
        if self.seed.is_some_and(|seed| !is_seed(&seed)) {
            return Err(Error::new(ErrorKind::OutOfRange, "seed", "expected a whole number from 0 to 2^53 - 1"));
        }
        let wires = self.rules.unwrap_or_default();
        let experiment = self.experiment.map(|one| one.into_experiment(catalog, &wires, now)).transpose();
        let experiment = experiment.map_err(|error| error.under("experiment"))?;
        let rules = bound(wires, catalog, now).map_err(|error| error.under("rules"))?;
        Ok(Request {
            slot: self.slot,
            size: self.size as usize,
            candidates: self.candidates.map(|ids| resolve(catalog, &ids, "candidates")).transpose()?,
            exclude: resolve(catalog, &self.exclude.unwrap_or_default(), "exclude")?,
            like: resolve(catalog, &self.like.0, "like")?,
            context,
            surprise: self.surprise,
            calibration: self.calibration,
            frozen: false,
            rules,
            experiment,
            allow: allow(&self.allow.0)?,
            seed: self.seed.map_or(default_seed, |seed| seed as u64),
            now,
        })
    }
}

/// The rules of one call, resolved against the catalog.
pub(super) fn bound(wires: Vec<RuleWire>, catalog: &Catalog, now: Millis) -> Result<RuleSet> {
    if wires.is_empty() {
        return Ok(RuleSet::default());
    }
    let mut set = RuleSet::new(rules(wires)?)?;
    set.check(catalog)?;
    set.bind(catalog, now);
    Ok(set)
}

pub(super) fn resolve(catalog: &Catalog, ids: &[String], path: &str) -> Result<Vec<u32>> {
    if ids.len() > MAX_IDS {
        return Err(Error::new(ErrorKind::TooMany, path, "more than 100,000 ids"));
    }
    Ok(ids.iter().filter_map(|id| catalog.find(id)).collect())
}

fn allow(names: &[String]) -> Result<Allow> {
    let mut allow = Allow::default();
    for (index, name) in names.iter().enumerate() {
        match name.as_str() {
            "seen" => allow.seen = true,
            "bought" => allow.bought = true,
            "basket" => allow.basket = true,
            _ => {
                let path = format!("allow[{index}]");
                return Err(Error::new(ErrorKind::Unknown, path, "expected seen, bought or basket"));
            }
        }
    }
    Ok(allow)
}

/// What to forget; exactly one way of naming it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[serde(expecting = "an object that names what to forget")]
pub struct ForgetWire {
    /// One event.
    #[serde(default)]
    pub event: Option<String>,
    /// Every event about an item.
    #[serde(default)]
    pub item: Option<String>,
    /// Every event that made an interest.
    #[serde(default)]
    pub interest: Option<String>,
    /// Every event about an attribute.
    #[serde(default)]
    pub attribute: Option<String>,
    /// Every event from then on…
    #[serde(default)]
    pub since: Option<f64>,
    /// …until then.
    #[serde(default)]
    pub until: Option<f64>,
    /// Everything.
    #[serde(default)]
    pub all: Option<bool>,
}
