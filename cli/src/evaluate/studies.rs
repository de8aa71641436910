//! What is asked beside the methods: how large a pack must be, which signals matter, what surprise costs, whether
//! the packaged engine agrees.
//!
//! Every study asks the main queries of the same run, through the engine that
//! ships, with the weights fitted anew for each setting, as `flaneur pack` would.

pub mod ablation;
pub mod curve;
pub mod package;
pub mod surprise;
pub mod trial;

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::builder::RangedU64ValueParser;
use clap::{Args, ValueEnum};
use serde::Serialize;

use super::engine::{Packs, Setting};
use super::method::Bench;
use super::query::Query;
use super::shelf::Shelf;
use ablation::Ablation;
use curve::Curve;
use package::Agreement;
use surprise::Surprise;
use trial::Trials;

/// Options of the studies.
#[derive(Args)]
#[group(id = "studies")]
pub(crate) struct Options {
    /// Also write a page with plots: one file that asks nothing of the network.
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Also measure a pack of every size that `flaneur pack --budget` chooses from, and what rounding and
    /// anonymity cost.
    #[arg(long)]
    curve: bool,
    /// Also leave every signal out, alone and in groups, and measure what is lost.
    #[arg(long)]
    ablate: bool,
    /// Also move the dial of surprise and the calibration, and measure what they win and cost.
    #[arg(long)]
    surprise_curve: bool,
    /// Main queries that --curve and --ablate ask, at most: a seeded sample of whole sessions; 0 for all.
    #[arg(long, value_name = "N", default_value_t = 4_000)]
    study_queries: usize,
    /// Which engine must answer: `wasm` also asks the npm package in Node.js, on a sample of shoppers, and fails
    /// where a slate differs from the native one in any bit.
    #[arg(long, value_enum, value_name = "ENGINE", default_value_t = EngineKind::Native)]
    pub(crate) engine: EngineKind,
    /// The built npm package [default: node_modules/flaneur or pkg, where one is there].
    #[arg(long, value_name = "DIR")]
    package: Option<PathBuf>,
    /// Shoppers asked about through the npm package, a seeded sample.
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    shoppers: usize,
}

/// Which build of the engine is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum EngineKind {
    /// Compiled for this machine.
    Native,
    /// The npm package, in Node.js.
    Wasm,
}

impl Options {
    /// The package that is asked, when one is: found before any long work begins.
    ///
    /// # Errors
    /// There is no built package where it was said to be.
    pub(crate) fn package(&self) -> Result<Option<package::Package>> {
        let wanted = self.engine == EngineKind::Wasm;
        wanted.then(|| package::Package::find(self.package.as_deref())).transpose()
    }
}

/// What the studies found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Studies {
    /// Size of the pack against ranking.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub curve: Option<Curve>,
    /// Signals left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ablation: Option<Ablation>,
    /// The dial and the calibration moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub surprise: Option<Surprise>,
    /// The npm package against the native engine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package: Option<Agreement>,
}

/// What the studies ask with.
pub(crate) struct Scene<'r, 'a> {
    /// What methods use to get ready.
    pub(crate) bench: &'r Bench<'a>,
    /// The test queries of every set.
    pub(crate) tested: &'r [Query<'a>],
    /// What lists show.
    pub(crate) shelf: &'r Shelf<'a>,
    /// The engine of the method `flaneur`.
    pub(crate) setting: &'r Setting,
    /// Packs already made in this run.
    pub(crate) packs: &'r Packs,
}

/// Runs the studies that were asked for.
///
/// # Errors
/// A pack cannot be made, or the package does not run.
pub(crate) fn run(options: &Options, package: Option<&package::Package>, scene: &Scene<'_, '_>) -> Result<Studies> {
    let trials = Trials::new(scene, options.study_queries);
    let agree = |package| package::agreement(package, scene, options.shoppers).context("--engine wasm");
    Ok(Studies {
        package: package.map(agree).transpose()?,
        curve: options.curve.then(|| curve::curve(&trials, scene.setting)).transpose()?,
        surprise: options.surprise_curve.then(|| surprise::surprise(scene)).transpose()?,
        ablation: options.ablate.then(|| ablation::ablation(&trials, scene.setting)).transpose()?,
    })
}

impl Studies {
    /// The studies as tables.
    #[must_use]
    pub fn table(&self) -> String {
        let mut text = String::new();
        self.curve.iter().for_each(|curve| text += &curve.table());
        self.ablation.iter().for_each(|ablation| text += &ablation.table());
        self.surprise.iter().for_each(|surprise| text += &surprise.table());
        if let Some(package) = &self.package {
            let _ = writeln!(text, "\n{package}");
        }
        text
    }
}
