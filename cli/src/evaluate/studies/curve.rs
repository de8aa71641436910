//! How large a pack must be: NDCG@20 over the ladder of `flaneur pack --budget`, and what rounding and anonymity cost.
//!
//! The finest pack that costs are compared with holds weights of 8 bits and
//! vectors in as many copies as fit, each rounded from another offset: the
//! shipped format read by the shipped engine, so nothing but rounding differs.

use std::fmt::Write as _;

use anyhow::Result;
use serde::Serialize;

use super::trial::{Trial, Trials};
use crate::evaluate::ANONYMOUS;
use crate::evaluate::bootstrap::Interval;
use crate::evaluate::engine::{Rounding, Setting};
use crate::pack::budget::{DEFAULT, Rung, ladder};

/// Bits of the finest weights.
const FINEST_BITS: u8 = 8;
/// What rounding may leave of NDCG@20.
const ROUNDED: f64 = 0.995;
/// What leaving out the pairs of few shoppers may leave of NDCG@20.
const ANONYMIZED: f64 = 0.98;
/// Bytes per item that a pack at the defaults may have.
const BYTES_PER_ITEM: f64 = 120.0;

/// The curve, and what the format's economies cost.
#[derive(Clone, Debug, Serialize)]
pub struct Curve {
    /// Items of the pack.
    pub items: usize,
    /// One per rung, the largest pack first.
    pub points: Vec<Point>,
    /// What the default pack gives up.
    pub costs: Vec<Cost>,
    /// The size of the default pack.
    pub size: Size,
}

/// One pack.
#[derive(Clone, Debug, Serialize)]
pub struct Point {
    /// Its rung.
    #[serde(flatten)]
    pub rung: Rung,
    /// The options of `flaneur pack` that make it.
    pub arguments: String,
    /// Whether it is what `flaneur pack` makes without options.
    pub is_default: bool,
    /// Bytes of the whole file.
    pub bytes: u64,
    /// The same per item.
    pub bytes_per_item: f64,
    /// With its interval.
    #[serde(rename = "NDCG@20")]
    pub gain: Interval,
    /// Over the default pack's, paired.
    pub ratio_to_default: Interval,
}

/// What one economy leaves of NDCG@20.
#[derive(Clone, Debug, Serialize)]
pub struct Cost {
    /// The economy.
    pub what: String,
    /// What it is compared with.
    pub against: String,
    /// NDCG@20 with the economy over NDCG@20 without it, paired.
    pub ratio: Interval,
    /// What the ratio may not be below.
    pub at_least: f64,
    /// Whether it is not.
    pub holds: bool,
}

/// The size of the default pack against its bound.
#[derive(Clone, Debug, Serialize)]
pub struct Size {
    /// Bytes of the whole file per item.
    pub bytes_per_item: f64,
    /// The bound.
    pub at_most: f64,
    /// Whether it is kept.
    pub holds: bool,
}

/// Measures the ladder and the costs.
///
/// Cost: a pack, a fit and all main queries for each of about 20 settings.
///
/// # Errors
/// A pack cannot be made.
pub fn curve(trials: &Trials<'_, '_>, base: &Setting) -> Result<Curve> {
    let at = |rung: &Rung| Setting {
        usual: false,
        learning: rung.learning(base.learning.seed),
        weight_bits: rung.weight_bits,
        ..base.clone()
    };
    let extra = economies(&at(&DEFAULT));
    let bar = trials.bar("packs of all sizes", ladder().len() + extra.len());
    let asked: Result<Vec<Trial>> = ladder().iter().map(|rung| trials.ask(at(rung), &bar)).collect();
    let mut asked = asked?;
    let usual = ladder().iter().position(|rung| *rung == DEFAULT).unwrap_or_default();
    let compared = trials.compare(&asked, usual);
    let items = trials.bench.late.data.items.len();
    let points: Vec<Point> = ladder()
        .iter()
        .zip(asked.iter().zip(&compared))
        .map(|(rung, (trial, compared))| Point {
            rung: *rung,
            arguments: rung.arguments(),
            is_default: *rung == DEFAULT,
            bytes: trial.bytes(),
            bytes_per_item: trial.bytes() as f64 / items.max(1) as f64,
            gain: compared.mean,
            ratio_to_default: compared.ratio,
        })
        .collect();
    let default = asked.swap_remove(usual);
    let mut costs = Vec::new();
    let mut others: Vec<Trial> = vec![default];
    for (_, setting) in &extra {
        others.push(trials.ask(setting.clone(), &bar)?);
    }
    bar.finish_and_clear();
    for (economy, _) in &extra {
        let ratio = trials.compare(&others, economy.without)[economy.with].ratio;
        let (what, against) = (economy.what.clone(), economy.against.clone());
        costs.push(Cost { what, against, ratio, at_least: economy.at_least, holds: ratio.value >= economy.at_least });
    }
    let bytes_per_item = points[usual].bytes_per_item;
    let size = Size { bytes_per_item, at_most: BYTES_PER_ITEM, holds: bytes_per_item <= BYTES_PER_ITEM };
    Ok(Curve { items, points, costs, size })
}

/// One comparison; `with` and `without` are places among the default pack (0) and the extra settings (from 1 on).
struct Economy {
    what: String,
    against: String,
    with: usize,
    without: usize,
    at_least: f64,
}

/// The comparisons, and beside each the setting that its place stands for.
fn economies(default: &Setting) -> [(Economy, Setting); 4] {
    let bits = default.weight_bits;
    let finest = Setting { weight_bits: FINEST_BITS, rounding: Rounding::Fine, ..default.clone() };
    let fine_weights = Setting { weight_bits: FINEST_BITS, ..default.clone() };
    let fine_vectors = Setting { rounding: Rounding::Fine, ..default.clone() };
    let economy = |what: String, against: &str, with, without, at_least| Economy {
        what,
        against: against.to_owned(),
        with,
        without,
        at_least,
    };
    let few = default.min_support < ANONYMOUS;
    let other = Setting { min_support: if few { ANONYMOUS } else { 1 }, ..default.clone() };
    let (with, without) = if few { (4, 0) } else { (0, 4) };
    let both = format!("weights of {bits} bits and vectors of 8 bits");
    let anonymous = format!("only pairs of at least {} shoppers", default.min_support.max(ANONYMOUS));
    [
        (economy(both, "weights of 8 bits and the finest vectors", 0, 1, ROUNDED), finest),
        (economy(format!("weights of {bits} bits"), "weights of 8 bits", 0, 2, ROUNDED), fine_weights),
        (economy("vectors of 8 bits".to_owned(), "the finest vectors", 0, 3, ROUNDED), fine_vectors),
        (economy(anonymous, "all pairs", with, without, ANONYMIZED), other),
    ]
}

impl Curve {
    /// The curve and the costs as tables.
    #[must_use]
    pub fn table(&self) -> String {
        let mut text = format!("\nsize of the pack, {} items\n", self.items);
        let _ =
            writeln!(text, "{:>10}{:>12}{:>10}  {:26}options", "bytes", "per item", "NDCG@20", "to the default pack");
        for point in &self.points {
            let Interval { value, low, high } = point.ratio_to_default;
            let ratio = format!("{value:.4} [{low:.4}, {high:.4}]");
            let mark = if point.is_default { " (default)" } else { "" };
            let _ = writeln!(
                text,
                "{:>10}{:>12.1}{:>10.4}  {ratio:26}{}{mark}",
                point.bytes, point.bytes_per_item, point.gain.value, point.arguments
            );
        }
        let kept = |holds: bool| if holds { "kept" } else { "MISSED" };
        let _ = writeln!(text, "\nwhat the default pack gives up, as what is left of NDCG@20");
        for Cost { what, against, ratio, at_least, holds } in &self.costs {
            let Interval { value, low, high } = ratio;
            let ratio = format!("{value:.4} [{low:.4}, {high:.4}]");
            let _ = writeln!(text, "{ratio:26}at least {at_least:.3}: {}  {what}, against {against}", kept(*holds));
        }
        let Size { bytes_per_item, at_most, holds } = self.size;
        let _ = writeln!(text, "{bytes_per_item:.1} bytes per item, at most {at_most:.0}: {}", kept(holds));
        text
    }
}
