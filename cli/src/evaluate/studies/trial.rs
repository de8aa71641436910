//! The engine under other settings, asked main queries of the run.
//!
//! There are dozens of settings: a seeded sample of the queries and fits on fewer moments
//! rank the settings as all of them would, and every difference comes with its interval.

use anyhow::Result;
use flaneur::math::Stream;
use indicatif::ProgressBar;

use super::Scene;
use crate::evaluate::bootstrap::{self, Comparison};
use crate::evaluate::engine::{Engine, Packs, Setting};
use crate::evaluate::method::{Bench, Parameters, SIZE, lists};
use crate::evaluate::metrics::ndcg;
use crate::evaluate::query::{Query, Set};

/// Moments that the weights of a trial are fitted on, at most.
const MOMENTS: usize = 1_000;

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
    /// `sample` queries at most, whole sessions; 0 for all. Randomness: stream "studies".
    pub(crate) fn new(scene: &Scene<'r, 'a>, sample: usize) -> Self {
        let main: Vec<&Query<'a>> = scene.tested.iter().filter(|query| query.set == Set::Main).collect();
        let mut of_session: Vec<&[&Query<'a>]> = main.chunk_by(|a, b| a.session == b.session).collect();
        if sample > 0 {
            let mut stream = Stream::new(scene.bench.seed, "studies");
            (1..of_session.len()).rev().for_each(|at| of_session.swap(at, stream.below(at + 1)));
            let mut taken = 0;
            of_session.retain(|session| {
                let fits = taken < sample;
                taken += session.len();
                fits
            });
            // In the order of the run, which the draws of the intervals follow.
            of_session.sort_unstable_by_key(|session| session.first().map(|query| query.session));
        }
        let queries: Vec<Query<'a>> = of_session.into_iter().flatten().map(|query| (*query).clone()).collect();
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
        let setting = Setting { moments: MOMENTS, ..setting };
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
