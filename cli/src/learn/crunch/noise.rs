//! Noise on the sums of kept pairs, for shops that want one more veil over a public pack.
//!
//! Not differential privacy: which pairs are kept still depends on the exact
//! numbers of shoppers, and a shopper's share in a sum has no bound.
//!
//! Cost: four draws per kept pair.

use flaneur::math::{Stream, ln};

use super::super::counts::Counts;

/// Laplace noise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Noise {
    /// Scale of the distribution, in units of mass: one visit of two items side by side weighs at most 0.7.
    pub scale: f64,
    /// Seed of the draws.
    pub seed: u64,
}

impl Noise {
    /// Adds a draw to each sum of each pair; sums stay above 0, and 0 stays 0.
    ///
    /// Randomness: stream "noise", four draws per pair in the order of the pairs.
    pub(super) fn apply(&self, counts: &mut Counts) {
        let mut stream = Stream::new(self.seed, "noise");
        for pair in &mut counts.pairs {
            for sum in pair.together.iter_mut().chain(&mut pair.next) {
                let noise = laplace(&mut stream) * self.scale;
                if *sum > 0.0 {
                    // What would fall below 0 keeps a trace: the pair was kept, and its lists are sorted by mass.
                    *sum = (*sum + noise).max(*sum * 1e-3);
                }
            }
        }
    }
}

/// One draw of scale 1, by inversion.
fn laplace(stream: &mut Stream) -> f64 {
    let unit = stream.unit() - 0.5;
    // 1 − 2·|unit| lies in (0, 1]: the draw is finite.
    let tail = (1.0 - 2.0 * unit.abs()).max(f64::MIN_POSITIVE);
    -unit.signum() * ln(tail)
}

#[cfg(test)]
mod tests {
    use super::laplace;
    use flaneur::math::Stream;

    #[test]
    fn draws_have_the_spread_of_laplace() {
        let mut stream = Stream::new(3, "test");
        let n = 20_000;
        let draws: Vec<f64> = (0..n).map(|_| laplace(&mut stream)).collect();
        let mean = draws.iter().sum::<f64>() / f64::from(n);
        let spread = draws.iter().map(|x| x.abs()).sum::<f64>() / f64::from(n);
        // Variance 2, and |x| is exponential with variance 1: four standard errors each.
        assert!(mean.abs() < 4.0 * (2.0 / f64::from(n)).sqrt(), "{mean}");
        assert!((spread - 1.0).abs() < 4.0 * (1.0 / f64::from(n)).sqrt(), "{spread}");
    }
}
