//! What surprise and balance cost: the dial and the calibration moved, each alone.
//!
//! Every setting is asked the main queries and, in the basket task, those about what
//! the shopper never bought: the *discover* shelf. Nothing is learned from slates in a
//! replay, so this is the engine before evidence.

use std::fmt::Write as _;

use anyhow::Result;
use flaneur::profile::DEFAULT_SURPRISE;
use serde::Serialize;

use super::Scene;
use crate::evaluate::bootstrap::{self, Comparison, Interval};
use crate::evaluate::engine::{Engine, Setting};
use crate::evaluate::method::{judged, lists};
use crate::evaluate::metrics::{KL, NDCG, SERENDIPITY, Values};
use crate::evaluate::query::{Query, Set};

/// Settings of the dial, the calibration at its default.
const DIALS: [f64; 6] = [0.0, 0.15, DEFAULT_SURPRISE, 0.5, 0.75, 1.0];
/// Settings of the calibration, the dial at its default.
const CALIBRATIONS: [f64; 6] = [0.0, 0.5, 1.0, 2.0, 4.0, 8.0];
/// More serendipity that the default dial owes the discover shelf, as a share.
const MORE_SERENDIPITY: f64 = 0.40;
/// NDCG@20 that it may cost there, as a share.
const SURPRISE_COST: f64 = 0.015;
/// Less divergence that the default calibration owes, as a share.
const LESS_DIVERGENCE: f64 = 0.20;
/// NDCG@20 that it may cost, as a share.
const BALANCE_COST: f64 = 0.02;

/// The settings, and the two promises about the defaults.
#[derive(Clone, Debug, Serialize)]
pub struct Surprise {
    /// The dial moved.
    pub dial: Vec<Row>,
    /// The calibration moved.
    pub calibration: Vec<Row>,
    /// About the discover shelf; none in a task without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discovery: Option<Verdict>,
    /// About the mix of interests; none where no shopper has interests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub balance: Option<Verdict>,
}

/// One setting.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The dial.
    pub surprise: f64,
    /// The calibration.
    pub calibration: f64,
    /// NDCG@20 of the main queries.
    #[serde(rename = "NDCG@20")]
    pub gain: f64,
    /// The same over the first row's, paired.
    pub ratio: Interval,
    /// Mean divergence from the shoppers' interests, nats; NaN where nobody has any.
    #[serde(rename = "KL")]
    pub divergence: f64,
    /// The discover shelf.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discover: Option<Discover>,
}

/// The discover shelf at one setting.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Discover {
    /// NDCG@20.
    #[serde(rename = "NDCG@20")]
    pub gain: f64,
    /// The same over the first row's, paired.
    pub ratio: Interval,
    /// Surprising hits per place.
    #[serde(rename = "ser@20")]
    pub serendipity: f64,
    /// The same over the first row's, paired.
    pub serendipity_ratio: Interval,
}

/// A promise about a default.
#[derive(Clone, Debug, Serialize)]
pub struct Verdict {
    /// In words.
    pub promise: String,
    /// What is won, as a share.
    pub won: f64,
    /// NDCG@20 that it costs, as a share.
    pub cost: f64,
    /// Whether it holds.
    pub holds: bool,
}

/// The numbers of the main queries, and of the discover shelf.
type Asked = (Vec<Values>, Vec<Values>);

/// Moves the dial, then the calibration.
///
/// Cost: one fit, then the main queries and those of the discover shelf for each of eleven settings.
///
/// # Errors
/// A pack cannot be made.
pub(crate) fn surprise(scene: &Scene<'_, '_>) -> Result<Surprise> {
    let engine = Engine { name: "surprise", setting: scene.setting.clone(), packs: scene.packs };
    let (mut running, _) = engine.ready(scene.bench)?;
    let of_set =
        |set: Set| -> Vec<Query<'_>> { scene.tested.iter().filter(|query| query.set == set).cloned().collect() };
    let (main, discover) = (of_set(Set::Main), of_set(Set::NewOnly));
    let settings = DIALS.len() + CALIBRATIONS.len();
    let bar = scene.bench.progress.steps("moving the dial", settings * (main.len() + discover.len()));
    let mut values = |surprise, calibration, queries: &[Query<'_>]| {
        running.set(Setting { surprise, calibration, ..scene.setting.clone() });
        let lists = lists(&running, queries, scene.bench.late, &bar);
        judged(&running, queries, &lists, scene.shelf).0
    };
    let mut rows = |dials: &[(f64, f64)]| -> Vec<Row> {
        let asked: Vec<Asked> =
            dials.iter().map(|&(dial, mix)| (values(dial, mix, &main), values(dial, mix, &discover))).collect();
        let of = |queries: &[Query<'_>], number: usize, pick: fn(&Asked) -> &Vec<Values>| {
            let numbers: Vec<Vec<f64>> = asked.iter().map(|both| column(pick(both), number)).collect();
            let sessions: Vec<usize> = queries.iter().map(|query| query.session).collect();
            bootstrap::compare(&numbers, &sessions, 0, scene.bench.seed)
        };
        let gains = of(&main, NDCG, |both| &both.0);
        let shelf: Option<(Vec<Comparison>, Vec<Comparison>)> = (!discover.is_empty())
            .then(|| (of(&discover, NDCG, |both| &both.1), of(&discover, SERENDIPITY, |both| &both.1)));
        let row = |(at, &(surprise, calibration)): (usize, &(f64, f64))| Row {
            surprise,
            calibration,
            gain: gains[at].mean.value,
            ratio: gains[at].ratio,
            divergence: mean(&column(&asked[at].0, KL)),
            discover: shelf.as_ref().map(|(gain, serendipity)| Discover {
                gain: gain[at].mean.value,
                ratio: gain[at].ratio,
                serendipity: serendipity[at].mean.value,
                serendipity_ratio: serendipity[at].ratio,
            }),
        };
        dials.iter().enumerate().map(row).collect()
    };
    let dial = rows(&DIALS.map(|dial| (dial, 1.0)));
    let calibration = rows(&CALIBRATIONS.map(|mix| (DEFAULT_SURPRISE, mix)));
    bar.finish_and_clear();
    let (discovery, balance) = (discovery(&dial), balance(&calibration));
    Ok(Surprise { dial, calibration, discovery, balance })
}

fn column(values: &[Values], number: usize) -> Vec<f64> {
    values.iter().map(|values| values[number]).collect()
}

/// Mean of those that are numbers.
fn mean(numbers: &[f64]) -> f64 {
    let known: Vec<f64> = numbers.iter().copied().filter(|number| number.is_finite()).collect();
    known.iter().sum::<f64>() / known.len() as f64
}

/// What the default dial wins and costs on the discover shelf.
fn discovery(dial: &[Row]) -> Option<Verdict> {
    let found = dial.iter().find(|row| row.surprise == DEFAULT_SURPRISE)?.discover?;
    let (won, cost) = (found.serendipity_ratio.value - 1.0, 1.0 - found.ratio.value);
    let promise = format!(
        "discover shelf, default dial: ser@20 at least +{:.0} % for at most {:.1} % NDCG@20",
        MORE_SERENDIPITY * 100.0,
        SURPRISE_COST * 100.0
    );
    Some(Verdict { promise, won, cost, holds: won >= MORE_SERENDIPITY && cost <= SURPRISE_COST })
}

/// What the default calibration wins and costs against none.
fn balance(calibration: &[Row]) -> Option<Verdict> {
    let without = calibration.first().filter(|row| row.divergence.is_finite())?;
    let with = calibration.iter().find(|row| row.calibration == 1.0)?;
    let (won, cost) = (1.0 - with.divergence / without.divergence, 1.0 - with.ratio.value);
    let promise = format!(
        "default calibration: KL at least {:.0} % less for at most {:.0} % NDCG@20",
        LESS_DIVERGENCE * 100.0,
        BALANCE_COST * 100.0
    );
    Some(Verdict { promise, won, cost, holds: won >= LESS_DIVERGENCE && cost <= BALANCE_COST })
}

impl Surprise {
    /// Whether what was promised of the defaults holds.
    pub fn verdicts(&self) -> impl Iterator<Item = &Verdict> {
        self.discovery.iter().chain(&self.balance)
    }

    /// Both sweeps as tables.
    #[must_use]
    pub fn table(&self) -> String {
        let mut text = String::new();
        for (what, rows) in [("the dial moved", &self.dial), ("the calibration moved", &self.calibration)] {
            let _ = writeln!(text, "\n{what}; ratios to the first row");
            let _ = writeln!(
                text,
                "{:>8}{:>13}{:>10}  {:26}{:>8}  {:>9}  {:26}{:>9}  ratio",
                "dial", "calibration", "NDCG@20", "ratio", "KL", "discover", "ratio", "ser@20"
            );
            for row in rows {
                let _ = write!(
                    text,
                    "{:>8}{:>13}{:>10.4}  {:26}{:>8.4}",
                    row.surprise,
                    row.calibration,
                    row.gain,
                    ratio(row.ratio),
                    row.divergence
                );
                if let Some(shelf) = row.discover {
                    let (gain, serendipity) = (ratio(shelf.ratio), ratio(shelf.serendipity_ratio));
                    let _ = write!(text, "  {:>9.4}  {gain:26}{:>9.4}  {serendipity}", shelf.gain, shelf.serendipity);
                }
                text.push('\n');
            }
        }
        for Verdict { promise, won, cost, holds } in self.verdicts() {
            let kept = if *holds { "kept" } else { "MISSED" };
            let _ = writeln!(text, "{promise}: {:.1} % for {:.2} %, {kept}", won * 100.0, cost * 100.0);
        }
        text
    }
}

fn ratio(Interval { value, low, high }: Interval) -> String {
    format!("{value:.4} [{low:.4}, {high:.4}]")
}
