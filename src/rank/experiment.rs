//! Experiments on the device: which arm ranks, and two arms in one slate.
//!
//! The arm of a device is a hash of a secret that never leaves it and of the
//! experiment's name: the same at every visit, in another experiment another.
//! Nobody hands arms out and nobody can tell them. Devices that are held out keep
//! the shop's own order, and the slate says so.
//!
//! Interleaved, both arms make one slate by team draft: in every two places a
//! coin says who picks first, each picks what it would put there given the
//! entries above, and a choice is credited to who picked. A slate keeps to rules,
//! stock and refusals as any other: both arms count what the other has placed.
//!
//! Source: Radlinski, Kurup & Joachims 2008 (team draft); picks are made given
//! the slate so far instead of from two finished lists.

use std::borrow::Cow;

use super::ruleset::RuleSet;
use super::{Desk, Request, Slate, interleave, rank, shop_order};
use crate::log::Trial;
use crate::math::Stream;

/// The arm of devices that are held out.
pub const HOLDOUT: &str = "holdout";

/// One way of ranking.
#[derive(Clone, Debug, Default)]
pub struct Arm {
    /// Its name in results.
    pub name: String,
    /// Its part of the devices, over the sum of all; ≥ 0.
    pub weight: f64,
    /// The dial, in place of the request's.
    pub surprise: Option<f64>,
    /// How closely the mix of interests is followed, in place of the request's.
    pub calibration: Option<f64>,
    /// Ranks without what was learned from seen slates.
    pub frozen: bool,
    /// The request's rules with the arm's boosts, in place of the request's.
    pub rules: Option<RuleSet>,
}

impl Arm {
    fn request(&self, request: &Request) -> Request {
        Request {
            surprise: self.surprise.or(request.surprise),
            calibration: self.calibration.or(request.calibration),
            frozen: self.frozen || request.frozen,
            rules: self.rules.clone().unwrap_or_else(|| request.rules.clone()),
            experiment: None,
            ..request.clone()
        }
    }
}

/// An experiment that exists has one arm of weight at least, two when it interleaves.
#[derive(Clone, Debug, Default)]
pub struct Experiment {
    /// What the arm of a device depends on, beside its secret.
    pub id: String,
    /// Share of the devices that keep the shop's own order, 0..=1.
    pub holdout: f64,
    /// Whether the first two arms make one slate.
    pub interleaved: bool,
    /// The arms.
    pub arms: Vec<Arm>,
}

/// Who makes a device's slate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lot {
    /// The shop's own order.
    Holdout,
    /// One arm, by its place in the list.
    Arm(usize),
    /// The first two arms.
    Both,
}

impl Experiment {
    /// The lot of the device with that secret: the same at every call.
    #[must_use]
    pub fn lot(&self, secret: u64) -> Lot {
        let mut stream = Stream::new(secret, &self.id);
        if stream.unit() < self.holdout {
            return Lot::Holdout;
        }
        if self.interleaved {
            return Lot::Both;
        }
        let total: f64 = self.arms.iter().map(|arm| arm.weight).sum();
        let mut left = stream.unit() * total;
        let chosen = self.arms.iter().position(|arm| {
            left -= arm.weight;
            left < 0.0
        });
        Lot::Arm(chosen.unwrap_or(0))
    }
}

impl Request {
    /// The request as the device's lot has it: what explains a slate of [`serve`]. `None` where the
    /// shop's own order stands.
    #[must_use]
    pub fn as_served(&self, secret: u64) -> Option<Cow<'_, Self>> {
        let Some(experiment) = &self.experiment else { return Some(Cow::Borrowed(self)) };
        let arm = match experiment.lot(secret) {
            Lot::Holdout => return None,
            Lot::Arm(at) => at,
            Lot::Both => 0,
        };
        Some(experiment.arms.get(arm).map_or(Cow::Borrowed(self), |arm| Cow::Owned(arm.request(self))))
    }
}

/// Ranks as the device's lot has it; without an experiment like [`rank`].
#[must_use]
pub fn serve(desk: &Desk<'_>, request: &Request, secret: u64) -> Slate {
    let Some(experiment) = &request.experiment else { return rank(desk, request) };
    let lot = experiment.lot(secret);
    let (slate, arms) = match (lot, experiment.arms.as_slice()) {
        (Lot::Both, [one, two, ..]) => {
            let requests = [one.request(request), two.request(request)];
            (interleave(desk, &requests), vec![one.name.clone(), two.name.clone()])
        }
        (Lot::Arm(at), arms) if at < arms.len() => {
            (rank(desk, &arms[at].request(request)), vec![arms[at].name.clone()])
        }
        _ => (shop_order(desk, request), vec![HOLDOUT.into()]),
    };
    Slate { trial: Some(Trial { experiment: experiment.id.clone(), arms }), ..slate }
}
