//! Time as the core sees it: milliseconds given by the caller, never read from a clock.
//!
//! Guarantees: no function here reads a clock; differences saturate, so a clock
//! that jumps by decades gives an old or a new event, never a NaN.

/// Milliseconds since 1970-01-01 00:00 UTC, between the years 1900 and 2200.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(pub i64);

/// One day in milliseconds.
pub const DAY_MS: i64 = 86_400_000;
/// A pause longer than this ends a session (the usual 30 minutes of web analytics).
pub const SESSION_GAP_MS: i64 = 30 * 60_000;
/// How long an event is kept: 13 months, the retention of the design.
pub const RETENTION_MS: i64 = 396 * DAY_MS;

const EARLIEST_MS: i64 = -2_208_988_800_000; // 1900-01-01
const LATEST_MS: i64 = 7_258_118_400_000; // 2200-01-01

impl Millis {
    /// Reads a caller's number; `None` when it is not finite or not between 1900 and 2200.
    #[must_use]
    pub fn from_f64(value: f64) -> Option<Self> {
        let inside = value.is_finite() && value >= EARLIEST_MS as f64 && value <= LATEST_MS as f64;
        inside.then_some(Self(value as i64))
    }

    /// Days from `self` to `later`, zero when `later` is earlier.
    #[must_use]
    pub fn days_until(self, later: Self) -> f64 {
        later.0.saturating_sub(self.0).max(0) as f64 / DAY_MS as f64
    }

    /// The day's number since 1970-01-01, floor.
    #[must_use]
    pub fn day(self) -> i64 {
        self.0.div_euclid(DAY_MS)
    }
}

/// The factor by which evidence fades in `days` when it halves every `half_life_days`.
///
/// Units: both in days, `half_life_days` > 0. Result in (0, 1].
#[must_use]
pub fn decay(days: f64, half_life_days: f64) -> f64 {
    libm::exp(-days.max(0.0) / half_life_days * std::f64::consts::LN_2)
}

#[cfg(test)]
mod tests {
    use super::{DAY_MS, Millis};

    #[test]
    fn days_are_never_negative_and_never_overflow() {
        assert_eq!(Millis(0).days_until(Millis(DAY_MS / 2)), 0.5);
        assert_eq!(Millis(1).days_until(Millis(0)), 0.0);
        assert!(Millis(i64::MIN).days_until(Millis(i64::MAX)) > 1e11);
        assert_eq!(Millis(-1).day(), -1);
    }
}
