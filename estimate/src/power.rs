//! Before launch: what a question will be able to see.
//!
//! Two groups of shoppers are compared (two periods, two arms): by how much must the share of a bucket differ for the
//! difference to be seen? The error is that of sampling shoppers and that of the noise together.

use std::io::Write;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use flaneur_upstream::threshold::Channel;

use crate::collection::Noise;
use crate::local::Odds;
use crate::normal::{below, quantile};
use crate::rules::MAX_EPSILON;

/// How answers are protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// Halves for two operators, whose sums carry noise.
    Dap,
    /// Every answer carries noise.
    Ldp,
}

/// Options of `flaneur power`.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// How answers are protected
    #[arg(long, value_enum, default_value_t = Mode::Dap)]
    pub mode: Mode,
    /// Shoppers in each of the two groups that are compared
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub shoppers: u64,
    /// Epsilon of one report
    #[arg(long, value_name = "E", default_value_t = 1.0)]
    pub epsilon: f64,
    /// How many buckets the question has
    #[arg(long, value_name = "K", default_value_t = 64)]
    pub buckets: u32,
    /// Share of shoppers in the bucket that matters, in the first group
    #[arg(long, value_name = "SHARE", default_value_t = 0.05)]
    pub share: f64,
    /// Difference of the second group, below 0 for a fall, to learn how likely it is to be seen
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    pub change: Option<f64>,
    /// How sure one wants to be before calling a difference real
    #[arg(long, value_name = "P", default_value_t = 0.95)]
    pub level: f64,
    /// How likely a difference that is there should be seen
    #[arg(long, value_name = "P", default_value_t = 0.8)]
    pub power: f64,
}

/// What a question can see.
#[derive(Clone, Copy, Debug)]
pub struct Sight {
    mode: Spread,
    shoppers: f64,
    critical: f64,
}

#[derive(Clone, Copy, Debug)]
enum Spread {
    Dap(Noise),
    Ldp(Odds),
}

impl Sight {
    /// From options.
    ///
    /// # Errors
    /// A number outside its range, with the option's name.
    pub fn new(options: &Options) -> Result<Self> {
        let &Options { mode, shoppers, epsilon, buckets, level, .. } = options;
        // Devices count in millionths: below one there is no such question.
        if !(epsilon * 1e6 >= 1.0 && epsilon * 1e6 <= MAX_EPSILON as f64) {
            bail!(
                "--epsilon {epsilon:?} is out of range; expected 0.000001 to 2: a bundle counts in millionths, and 2 is \
                 what a device spends in a week"
            );
        }
        if !(level > 0.5 && level < 1.0) {
            bail!("--level {level} is out of range; expected between 0.5 and 1, such as 0.95");
        }
        let micro = libm::round(epsilon * 1e6) as u64;
        let mode = match mode {
            Mode::Dap => Spread::Dap(Noise::new(micro, 2)),
            Mode::Ldp => Spread::Ldp(Odds::of(Channel::new(buckets, micro)?)),
        };
        Ok(Self { mode, shoppers: shoppers as f64, critical: quantile(0.5 + level / 2.0) })
    }

    /// The standard error of a share, sampling and noise together.
    #[must_use]
    pub fn standard_error(&self, share: f64) -> f64 {
        let n = self.shoppers;
        let noise = match self.mode {
            Spread::Dap(noise) => noise.variance() / (n * n),
            Spread::Ldp(odds) => odds.variance(n, share) / (n * n),
        };
        // Under `ldp` the answers' own draws are independent of who was sampled, so the variances add.
        libm::sqrt(share * (1.0 - share) / n + noise)
    }

    /// How likely a difference between two shares is seen, by a two-sided test.
    #[must_use]
    pub fn power(&self, first: f64, second: f64) -> f64 {
        let [a, b] = [first, second].map(|share| self.standard_error(share));
        let distance = (second - first) / libm::sqrt(a * a + b * b);
        below(distance - self.critical) + below(-distance - self.critical)
    }

    /// The smallest rise of a share that is seen with that probability; nothing when not even all shoppers would do.
    #[must_use]
    pub fn smallest_rise(&self, share: f64, power: f64) -> Option<f64> {
        let (mut low, mut high) = (0.0, 1.0 - share);
        if self.power(share, share + high) < power {
            return None;
        }
        for _ in 0..100 {
            let middle = 0.5 * (low + high);
            if self.power(share, share + middle) < power { low = middle } else { high = middle }
        }
        Some(high)
    }
}

/// `flaneur power`.
///
/// # Errors
/// Options out of range; a terminal that cannot be written.
pub fn run(options: &Options, out: &mut impl Write) -> Result<()> {
    let share = options.share;
    if !(0.0..1.0).contains(&share) {
        bail!("--share {share} is out of range; expected 0 to 1, such as 0.05");
    }
    if !(options.power > 0.0 && options.power < 1.0) {
        bail!("--power {} is out of range; expected between 0 and 1, such as 0.8", options.power);
    }
    let sight = Sight::new(options)?;
    let percent = |share: f64| format!("{:.3} %", 100.0 * share);
    writeln!(out, "shoppers per group      {}", options.shoppers)?;
    writeln!(
        out,
        "standard error          {}  (of a share of {})",
        percent(sight.standard_error(share)),
        percent(share)
    )?;
    writeln!(out, "of which sampling       {}", percent(libm::sqrt(share * (1.0 - share) / options.shoppers as f64)))?;
    match sight.smallest_rise(share, options.power) {
        Some(rise) => writeln!(out, "smallest rise seen      {}  (with probability {})", percent(rise), options.power)?,
        None => writeln!(out, "smallest rise seen      none: too few shoppers, or epsilon too small")?,
    }
    if let Some(change) = options.change {
        let second = share + change;
        if !(0.0..=1.0).contains(&second) {
            bail!("--change {change} leads to a share of {second:.3}; expected 0 to 1");
        }
        writeln!(out, "power for the change    {:.3}", sight.power(share, second))?;
    }
    Ok(())
}
