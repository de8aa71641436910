//! The engine under other settings, asked the main queries of the run.

use anyhow::Result;
use indicatif::ProgressBar;

use super::Scene;
use crate::evaluate::bootstrap::{self, Comparison};
use crate::evaluate::engine::{Engine, Packs, Setting};
use crate::evaluate::method::{Bench, Parameters, SIZE, lists};
use crate::evaluate::metrics::ndcg;
use crate::evaluate::query::{Query, Set};

/// What every trial of a run shares.
pub struct Trials<'r, 'a> {
    /// What methods use to get ready.
    pub bench: &'r Bench<'a>,
    /// Packs already made in this run.
    pub packs: &'r Packs,
    queries: Vec<Query<'a>>,
    sessions: Vec<usize>,
}

/// What one setting came to.
pub struct Trial {
    /// NDCG@20 of each main query.
    pub gains: Vec<f64>,
    /// The engine's parameters, its pack's size among them.
    pub parameters: Parameters,
}

impl<'r, 'a> Trials<'r, 'a> {
    pub(crate) fn new(scene: &Scene<'r, 'a>) -> Self {
        let queries: Vec<Query<'a>> = scene.tested.iter().filter(|query| query.set == Set::Main).cloned().collect();
        let sessions = queries.iter().map(|query| query.session).collect();
        Self { bench: scene.bench, packs: scene.packs, queries, sessions }
    }

    /// A bar over so many trials.
    #[must_use]
    pub fn bar(&self, what: &'static str, trials: usize) -> ProgressBar {
        self.bench.progress.steps(what, trials * self.queries.len())
    }

    /// Makes the engine and asks it.
    ///
    /// # Errors
    /// As [`Engine::ready`].
    pub fn ask(&self, setting: Setting, bar: &ProgressBar) -> Result<Trial> {
        let engine = Engine { name: "trial", setting, packs: self.packs };
        let (running, parameters) = engine.ready(self.bench)?;
        let lists = lists(&running, &self.queries, self.bench.late, bar);
        let gains = self.queries.iter().zip(&lists).map(|(query, list)| ndcg(list, &query.targets, SIZE)).collect();
        Ok(Trial { gains, parameters })
    }

    /// Each trial against one of them, paired over sessions.
    #[must_use]
    pub fn compare(&self, trials: &[Trial], other: usize) -> Vec<Comparison> {
        let gains: Vec<Vec<f64>> = trials.iter().map(|trial| trial.gains.clone()).collect();
        bootstrap::compare(&gains, &self.sessions, other, self.bench.seed)
    }
}

impl Trial {
    /// Bytes of the pack.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.parameters.get("pack_bytes").and_then(serde_json::Value::as_u64).unwrap_or_default()
    }
}
