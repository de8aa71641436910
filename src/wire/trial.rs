//! The results of experiments as they leave.

use serde::Serialize;

use super::view::RateView;
use crate::log::Trial;
use crate::rank::Slate;
use crate::trial::{ArmResult, TrialResult};

/// What one experiment has shown on this device.
#[derive(Clone, Debug, Serialize)]
pub struct TrialView<'a> {
    id: &'a str,
    interleaved: bool,
    arms: Vec<ArmView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    difference: Option<RateView>,
}

/// The part that a slate has in an experiment.
#[derive(Clone, Debug, Serialize)]
pub struct PartView<'a> {
    id: &'a str,
    arms: &'a [String],
    /// For each entry the arm that picked it, −1 for none.
    teams: Vec<i32>,
}

impl<'a> PartView<'a> {
    /// The public form of a slate's part.
    #[must_use]
    pub fn of(trial: &'a Trial, slate: &Slate) -> Self {
        let teams = slate.entries.iter().map(|entry| entry.team.map_or(-1, i32::from)).collect();
        Self { id: &trial.experiment, arms: &trial.arms, teams }
    }
}

#[derive(Clone, Debug, Serialize)]
struct ArmView<'a> {
    name: &'a str,
    slates: usize,
    taken: usize,
    seen: usize,
    choices: usize,
    rate: RateView,
}

impl<'a> TrialView<'a> {
    /// The public form of a result.
    #[must_use]
    pub fn of(result: &'a TrialResult) -> Self {
        let arm = |arm: &'a ArmResult| ArmView {
            name: &arm.name,
            slates: arm.slates,
            taken: arm.taken,
            seen: arm.seen,
            choices: arm.choices,
            rate: RateView::of(arm.rate),
        };
        Self {
            id: &result.experiment,
            interleaved: result.interleaved,
            arms: result.arms.iter().map(arm).collect(),
            difference: result.difference.map(RateView::of),
        }
    }
}
