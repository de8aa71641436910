//! The moment: hour, weekday, season, weather, device, locale, store. Nothing personal.
//!
//! Given by the page with each call and kept with each event, so that what the
//! shopper wants at such moments can be learned. The clock is always given: the
//! core knows no time zone, only how far local time is from UTC.

use crate::time::{DAY_MS, Millis};

/// The names under which a page may describe the moment in words, beside hour and weekday.
pub const FACETS: [&str; 5] = ["season", "weather", "device", "locale", "store"];
const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 3_600_000;

/// One moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Context {
    /// Local hour, 0..=23; `None` takes the clock's.
    pub hour: Option<u8>,
    /// Local weekday, Sunday 0; `None` takes the clock's.
    pub weekday: Option<u8>,
    /// Local time minus UTC, in minutes.
    pub offset_minutes: i64,
    /// What else is known, as `key:value` with a key of [`FACETS`].
    pub facets: Vec<String>,
}

impl Context {
    /// Local time as if it were UTC.
    #[must_use]
    pub fn local(&self, now: Millis) -> Millis {
        Millis(now.0.saturating_add(self.offset_minutes * MINUTE_MS))
    }

    /// The local hour, given or of the clock, 0..=23.
    #[must_use]
    pub fn hour_at(&self, now: Millis) -> u8 {
        self.hour.unwrap_or_else(|| (self.local(now).0.rem_euclid(DAY_MS) / HOUR_MS) as u8)
    }

    /// The local weekday, given or of the clock, Sunday 0.
    #[must_use]
    pub fn weekday_at(&self, now: Millis) -> u8 {
        // 1970-01-01 was a Thursday.
        self.weekday.unwrap_or_else(|| (self.local(now).day() + 4).rem_euclid(7) as u8)
    }

    /// Whether the moment is known to be `key:value`.
    #[must_use]
    pub fn is(&self, key: &str, value: &str) -> bool {
        let is = |facet: &String| facet.split_once(':') == Some((key, value));
        self.facets.iter().any(is)
    }
}

#[cfg(test)]
mod tests {
    use super::Context;
    use crate::time::Millis;

    #[test]
    fn local_time_follows_the_offset_across_midnight() {
        // 2026-11-22 23:30 UTC, a Sunday, is Monday 00:30 in Paris.
        let now = Millis(1_795_390_200_000);
        let paris = Context { offset_minutes: 60, ..Context::default() };
        assert_eq!((Context::default().hour_at(now), Context::default().weekday_at(now)), (23, 0));
        assert_eq!((paris.hour_at(now), paris.weekday_at(now)), (0, 1));
    }
}
