//! The moment as JSON: of a call, and the window of a rule.

use serde::Deserialize;

use super::finite;
use super::text::{Clock, Texts};
use crate::error::{Error, ErrorKind, Result};
use crate::log::{Context, FACETS};
use crate::rank::{Edge, When};
use crate::time::Millis;

/// Longest value of a facet, in bytes.
const MAX_FACET: usize = 64;
/// Time zones reach from UTC−12 to UTC+14.
const MAX_OFFSET_MINUTES: f64 = 14.0 * 60.0;

/// The moment of a call, nothing personal.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[serde(expecting = "a context object")]
pub struct ContextWire {
    /// Local hour, 0..=23.
    #[serde(default)]
    pub hour: Option<f64>,
    /// Local weekday, Sunday 0.
    #[serde(default)]
    pub weekday: Option<f64>,
    /// Local time minus UTC, in minutes.
    #[serde(default)]
    pub utc_offset: Option<f64>,
    /// Such as `winter`.
    #[serde(default)]
    pub season: Option<String>,
    /// Such as `rain`.
    #[serde(default)]
    pub weather: Option<String>,
    /// Such as `phone`.
    #[serde(default)]
    pub device: Option<String>,
    /// Such as `fr-FR`.
    #[serde(default)]
    pub locale: Option<String>,
    /// A branch of the shop.
    #[serde(default)]
    pub store: Option<String>,
}

impl ContextWire {
    /// Checks the moment.
    ///
    /// # Errors
    /// The first illegal field.
    pub fn into_context(self) -> Result<Context> {
        let offset = finite(self.utc_offset, "utcOffset")?.unwrap_or(0.0);
        if offset.abs() > MAX_OFFSET_MINUTES {
            let message = "expected minutes between -840 and 840, local time minus UTC";
            return Err(Error::new(ErrorKind::OutOfRange, "utcOffset", message));
        }
        let mut facets = Vec::new();
        let values = [self.season, self.weather, self.device, self.locale, self.store];
        for (key, value) in FACETS.iter().zip(values) {
            let Some(value) = value else { continue };
            check_facet(&value, key)?;
            facets.push(crate::catalog::token::token(key, &value));
        }
        Ok(Context {
            hour: whole(self.hour, 23.0, "hour")?,
            weekday: whole(self.weekday, 6.0, "weekday")?,
            offset_minutes: offset as i64,
            facets,
        })
    }
}

/// When a rule holds.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[serde(expecting = "an object that says when")]
pub struct WhenWire {
    /// From then on.
    #[serde(default)]
    pub from: Option<Clock>,
    /// Until then; a day is meant whole.
    #[serde(default)]
    pub until: Option<Clock>,
    /// Local weekdays, Sunday 0.
    #[serde(default)]
    pub weekdays: Option<Vec<f64>>,
    /// Local hours: from the first, before the second.
    #[serde(default)]
    pub hours: Option<Vec<f64>>,
    /// One of these.
    #[serde(default)]
    pub season: Texts,
    /// One of these.
    #[serde(default)]
    pub weather: Texts,
    /// One of these.
    #[serde(default)]
    pub device: Texts,
    /// One of these.
    #[serde(default)]
    pub locale: Texts,
    /// One of these.
    #[serde(default)]
    pub store: Texts,
}

impl WhenWire {
    /// Checks the window.
    ///
    /// # Errors
    /// The first illegal field; `value_conflict` for a window that never opens.
    pub fn into_when(self) -> Result<When> {
        let from = self.from.map(|clock| edge(clock, false, "from")).transpose()?;
        let until = self.until.map(|clock| edge(clock, true, "until")).transpose()?;
        // Whether a local time comes before an instant depends on where the shopper is.
        let is_shut = match (from, until) {
            (Some(Edge::Instant(from)), Some(Edge::Instant(until))) => from >= until,
            (Some(Edge::Local(from)), Some(Edge::Local(until))) => from >= until,
            _ => false,
        };
        if is_shut {
            return Err(Error::new(ErrorKind::Conflict, "until", "not after from; this window never opens"));
        }
        let weekdays = self.weekdays.unwrap_or_default().into_iter().enumerate();
        let weekdays = weekdays.filter_map(|(at, day)| whole(Some(day), 6.0, &format!("weekdays[{at}]")).transpose());
        let mut facets = Vec::new();
        let values = [self.season, self.weather, self.device, self.locale, self.store];
        for (&key, Texts(values)) in FACETS.iter().zip(values) {
            values.iter().try_for_each(|value| check_facet(value, key))?;
            if !values.is_empty() {
                facets.push((key, values));
            }
        }
        let hours = self.hours.map(|hours| span_of_hours(&hours, "hours")).transpose()?;
        Ok(When { from, until, weekdays: weekdays.collect::<Result<_>>()?, hours, facets })
    }
}

/// Two local hours; the second may be 24, and not the first.
pub(super) fn span_of_hours(hours: &[f64], path: &str) -> Result<(u8, u8)> {
    let message = "expected two different hours, such as [9, 18]; [22, 6] runs across midnight";
    let &[from, until] = hours else { return Err(Error::new(ErrorKind::WrongType, path, message)) };
    let (from, until) = (whole(Some(from), 23.0, path)?, whole(Some(until), 24.0, path)?);
    match (from, until) {
        (Some(from), Some(until)) if from != until => Ok((from, until)),
        _ => Err(Error::new(ErrorKind::Conflict, path, message)),
    }
}

fn edge(clock: Clock, is_end: bool, path: &str) -> Result<Edge> {
    let (at, is_local, is_day) = match clock {
        Clock::Instant(at) => (at, false, false),
        Clock::Day(day) => (day as f64 * 86_400_000.0, true, true),
        Clock::Minute(minute) => (minute as f64 * 60_000.0, true, false),
    };
    let message = "not a moment between 1900 and 2200; expected a date, a local time or epoch milliseconds";
    let at = Millis::from_f64(at).ok_or_else(|| Error::new(ErrorKind::OutOfRange, path, message))?;
    let at = if is_day && is_end { Millis(at.0 + crate::time::DAY_MS) } else { at };
    Ok(if is_local { Edge::Local(at) } else { Edge::Instant(at) })
}

pub(super) fn check_facet(value: &str, path: &str) -> Result<()> {
    if value.is_empty() || value.len() > MAX_FACET || value.chars().any(char::is_control) {
        let message = "expected a word of 1 to 64 bytes, without control characters";
        return Err(Error::new(ErrorKind::Malformed, path, message));
    }
    Ok(())
}

fn whole(value: Option<f64>, high: f64, path: &str) -> Result<Option<u8>> {
    match finite(value, path)? {
        Some(value) if value.fract() != 0.0 || !(0.0..=high).contains(&value) => {
            Err(Error::new(ErrorKind::OutOfRange, path, "outside its range; hours are 0 to 23, weekdays 0 to 6"))
        }
        value => Ok(value.map(|value| value as u8)),
    }
}
