//! An experiment as it arrives with a request.

use serde::Deserialize;

use super::between;
use super::request::bound;
use super::rule::RuleWire;
use crate::catalog::Catalog;
use crate::catalog::item::check_id;
use crate::error::{Error, ErrorKind, Result};
use crate::rank::{Arm, Experiment, HOLDOUT};
use crate::time::Millis;

/// Most arms, as measuring has it.
const MAX_ARMS: usize = 16;
/// Largest weight.
const MAX_WEIGHT: f64 = 1e9;
/// Longest name, in bytes.
const MAX_NAME: usize = 64;

/// An experiment.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[serde(expecting = "an experiment object")]
pub struct ExperimentWire {
    /// Its name: the arm of a device depends on it.
    pub id: String,
    /// Share of devices that keep the shop's own order.
    #[serde(default)]
    pub holdout: Option<f64>,
    /// Whether two arms make one slate.
    #[serde(default)]
    pub interleave: bool,
    /// Ways of ranking.
    pub arms: Vec<ArmWire>,
}

/// One way of ranking.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[serde(expecting = "an arm object")]
pub struct ArmWire {
    /// Its name in results.
    pub name: String,
    /// Its part of the devices; 1 when not given.
    #[serde(default)]
    pub weight: Option<f64>,
    /// The dial.
    #[serde(default)]
    pub surprise: Option<f64>,
    /// How closely the slate follows the mix of interests.
    #[serde(default)]
    pub calibration: Option<f64>,
    /// `false`: without what was learned from seen slates.
    #[serde(default)]
    pub learned: Option<bool>,
    /// Boosts and buries besides the request's rules.
    #[serde(default)]
    pub rules: Vec<RuleWire>,
}

impl ExperimentWire {
    /// Checks the experiment; `own` are the rules of its request.
    ///
    /// # Errors
    /// The first illegal field, with its path.
    pub(super) fn into_experiment(self, catalog: &Catalog, own: &[RuleWire], now: Millis) -> Result<Experiment> {
        name(&self.id, "id")?;
        let count = self.arms.len();
        if count == 0 || count > MAX_ARMS || self.interleave && count != 2 {
            let message = "expected 1 to 16 arms, and two when they are interleaved";
            return Err(Error::new(ErrorKind::OutOfRange, "arms", message));
        }
        let mut arms: Vec<Arm> = Vec::with_capacity(count);
        for (at, wire) in self.arms.into_iter().enumerate() {
            let arm = wire.into_arm(catalog, own, now).map_err(|error| error.under(&format!("arms[{at}]")))?;
            if arms.iter().any(|known| known.name == arm.name) {
                return Err(Error::new(ErrorKind::Duplicate, format!("arms[{at}].name"), "another arm has this name"));
            }
            arms.push(arm);
        }
        if arms.iter().map(|arm| arm.weight).sum::<f64>() <= 0.0 {
            return Err(Error::new(ErrorKind::OutOfRange, "arms[0].weight", "one arm at least needs a weight above 0"));
        }
        let holdout = between(self.holdout, 0.0, 1.0, "holdout")?.unwrap_or(0.0);
        Ok(Experiment { id: self.id, holdout, interleaved: self.interleave, arms })
    }
}

impl ArmWire {
    fn into_arm(self, catalog: &Catalog, own: &[RuleWire], now: Millis) -> Result<Arm> {
        name(&self.name, "name")?;
        if self.name == HOLDOUT {
            return Err(Error::new(ErrorKind::Duplicate, "name", "the devices that are held out have this name"));
        }
        let hard = self.rules.iter().position(|rule| !matches!(rule.kind.as_str(), "boost" | "bury"));
        if let Some(at) = hard {
            let message = "an arm may boost and bury; what must hold belongs to every arm, in the request or the shop";
            return Err(Error::new(ErrorKind::Conflict, format!("rules[{at}].type"), message));
        }
        let rules = if self.rules.is_empty() {
            None
        } else {
            bound(self.rules.clone(), catalog, now).map_err(|error| error.under("rules"))?;
            Some(bound([own, &self.rules].concat(), catalog, now)?)
        };
        Ok(Arm {
            name: self.name,
            weight: between(self.weight, 0.0, MAX_WEIGHT, "weight")?.unwrap_or(1.0),
            surprise: between(self.surprise, 0.0, 1.0, "surprise")?,
            calibration: between(self.calibration, 0.0, 10.0, "calibration")?,
            frozen: self.learned == Some(false),
            rules,
        })
    }
}

fn name(text: &str, path: &str) -> Result<()> {
    check_id(text, path)?;
    if text.len() > MAX_NAME {
        return Err(Error::new(ErrorKind::TooLong, path, "longer than 64 bytes"));
    }
    Ok(())
}
