//! The seeded generator, split into named streams.
//!
//! Two streams of one seed never share a state, so adding a draw in one place
//! does not move the draws of another. Not for privacy noise: see `measure`.
//!
//! Source: O'Neill 2014, PCG (crate `rand_pcg`).

use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg32;
use xxhash_rust::xxh64::xxh64;

use super::ln;

/// One stream of random numbers, named by what it decides.
#[derive(Clone, Debug)]
pub struct Stream(Pcg32);

impl Stream {
    /// The stream `name` of `seed`.
    #[must_use]
    pub fn new(seed: u64, name: &str) -> Self {
        Self(Pcg32::seed_from_u64(xxh64(name.as_bytes(), seed)))
    }

    /// A number in [0, 1) with 53 random bits.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A standard normal number. Source: Marsaglia & Bray 1964, the polar method, one of its pair.
    pub fn normal(&mut self) -> f64 {
        loop {
            let (x, y) = (2.0 * self.unit() - 1.0, 2.0 * self.unit() - 1.0);
            let square = x * x + y * y;
            if square > 0.0 && square < 1.0 {
                return x * (-2.0 * ln(square) / square).sqrt();
            }
        }
    }

    /// An index below `n`; 0 when `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        ((self.unit() * n as f64) as usize).min(n.saturating_sub(1))
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }
}

#[cfg(test)]
mod tests {
    use super::Stream;

    #[test]
    fn streams_of_one_seed_differ_and_repeat() {
        let draw = |seed, name: &str| Stream::new(seed, name).bits();
        assert_eq!(draw(7, "discover"), draw(7, "discover"));
        assert_ne!(draw(7, "discover"), draw(7, "slate"));
        assert_ne!(draw(7, "discover"), draw(8, "discover"));
    }

    #[test]
    fn unit_is_uniform_within_its_standard_error() {
        let mut stream = Stream::new(1, "test");
        let n = 20_000;
        let mean = (0..n).map(|_| stream.unit()).sum::<f64>() / f64::from(n);
        // The mean of n uniforms has standard error sqrt(1/12/n); four of them.
        assert!((mean - 0.5).abs() < 4.0 * (1.0 / 12.0 / f64::from(n)).sqrt());
    }

    #[test]
    fn normal_has_the_moments_of_a_normal_within_their_standard_errors() {
        let mut stream = Stream::new(2, "test");
        let n = 20_000;
        let draws: Vec<f64> = (0..n).map(|_| stream.normal()).collect();
        let moment = |k: i32| draws.iter().map(|x| x.powi(k)).sum::<f64>() / f64::from(n);
        // Standard errors of the first, second and fourth moment: sqrt(1/n), sqrt(2/n), sqrt(96/n); four of each.
        for (k, expected, variance) in [(1, 0.0, 1.0), (2, 1.0, 2.0), (4, 3.0, 96.0)] {
            assert!((moment(k) - expected).abs() < 4.0 * (variance / f64::from(n)).sqrt(), "moment {k}");
        }
    }
}
