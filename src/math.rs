//! Small mathematics with the same bits on every machine.
//!
//! Guarantees: transcendental functions come from `libm`; sums run in the order
//! of their input; every draw comes from a named, seeded stream.

pub mod order;
mod rng;
mod sieve;
pub mod symmetric;
mod top;

pub use rng::Stream;
pub use sieve::Sieve;
pub use top::Top;

/// Natural logarithm.
#[must_use]
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// e to the power `x`. Powers of other bases go through it too: `exp2` and `pow` bring 6 KB of tables.
#[must_use]
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// The probability of log-odds, 0..=1.
#[must_use]
pub fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + exp(-x))
}

/// `x` held between two bounds, `low ≤ high`.
///
/// `f64::clamp` checks its bounds with a panic that prints them: 12 KB of wasm.
#[must_use]
pub fn between(x: f64, low: f64, high: f64) -> f64 {
    x.max(low).min(high)
}
