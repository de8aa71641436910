//! Forgiving pieces of the shapes: one text or several, a text or a number.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// One text or a list of texts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Texts(pub Vec<String>);

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Of;
        impl<'de> Visitor<'de> for Of {
            type Value = Texts;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a list of texts")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Texts, E> {
                Ok(Texts(vec![text.into()]))
            }
            fn visit_unit<E: Error>(self) -> Result<Texts, E> {
                Ok(Texts::default())
            }
            fn visit_none<E: Error>(self) -> Result<Texts, E> {
                Ok(Texts::default())
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Texts, A::Error> {
                let mut texts = Vec::new();
                while let Some(text) = seq.next_element()? {
                    texts.push(text);
                }
                Ok(Texts(texts))
            }
        }
        deserializer.deserialize_any(Of)
    }
}

/// A scalar or list attribute, read as texts: `true`, `42`, `"red"`, `["red", "blue"]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Values(pub Vec<String>);

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Of;
        impl<'de> Visitor<'de> for Of {
            type Value = Values;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, a number, true or false, or a list of texts")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Values, E> {
                Ok(Values(vec![text.into()]))
            }
            fn visit_bool<E: Error>(self, value: bool) -> Result<Values, E> {
                Ok(Values(vec![if value { "true" } else { "false" }.into()]))
            }
            fn visit_i64<E: Error>(self, value: i64) -> Result<Values, E> {
                Ok(Values(vec![value.to_string()]))
            }
            fn visit_u64<E: Error>(self, value: u64) -> Result<Values, E> {
                Ok(Values(vec![value.to_string()]))
            }
            fn visit_f64<E: Error>(self, value: f64) -> Result<Values, E> {
                Values::of_number(value).ok_or_else(|| E::custom("expected a finite number"))
            }
            fn visit_unit<E: Error>(self) -> Result<Values, E> {
                Ok(Values::default())
            }
            fn visit_none<E: Error>(self) -> Result<Values, E> {
                Ok(Values::default())
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Values, A::Error> {
                let mut texts = Vec::new();
                while let Some(text) = seq.next_element()? {
                    texts.push(text);
                }
                Ok(Values(texts))
            }
        }
        deserializer.deserialize_any(Of)
    }
}

impl Values {
    /// A number as text; `None` when it is not finite or too large.
    #[must_use]
    pub fn of_number(value: f64) -> Option<Self> {
        let whole = value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0;
        let text = if whole { Some((value as i64).to_string()) } else { number(value) };
        text.map(|text| Self(vec![text]))
    }
}

/// Named attributes, one pair per value, by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attributes(pub Vec<(String, String)>);

impl<'de> Deserialize<'de> for Attributes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Of;
        impl<'de> Visitor<'de> for Of {
            type Value = Attributes;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of attributes")
            }
            fn visit_unit<E: Error>(self) -> Result<Attributes, E> {
                Ok(Attributes::default())
            }
            fn visit_none<E: Error>(self) -> Result<Attributes, E> {
                Ok(Attributes::default())
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Attributes, A::Error> {
                let mut pairs = Vec::new();
                while let Some((key, Values(values))) = map.next_entry::<String, Values>()? {
                    pairs.extend(values.into_iter().map(|value| (key.clone(), value)));
                }
                Ok(Attributes(pairs))
            }
        }
        deserializer.deserialize_any(Of)
    }
}

/// A number as text with at most two decimals, without the float printer (10 KB of wasm).
pub(super) fn number(value: f64) -> Option<String> {
    if !value.is_finite() || value.abs() > 9e13 {
        return None;
    }
    let cents = libm::rint(value * 100.0) as i64;
    let (whole, rest) = (cents / 100, cents.unsigned_abs() % 100);
    let sign = if cents < 0 && whole == 0 { "-" } else { "" };
    Some(match rest {
        0 => format!("{sign}{whole}"),
        rest if rest % 10 == 0 => format!("{sign}{whole}.{}", rest / 10),
        rest => format!("{sign}{whole}.{rest:02}"),
    })
}

/// A moment: epoch milliseconds, or an ISO 8601 date of which only the day is read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment(pub f64);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Of;
        impl Visitor<'_> for Of {
            type Value = Moment;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("epoch milliseconds or a date like 2026-11-22")
            }
            fn visit_i64<E: Error>(self, value: i64) -> Result<Moment, E> {
                Ok(Moment(value as f64))
            }
            fn visit_u64<E: Error>(self, value: u64) -> Result<Moment, E> {
                Ok(Moment(value as f64))
            }
            fn visit_f64<E: Error>(self, value: f64) -> Result<Moment, E> {
                Ok(Moment(value))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Moment, E> {
                Moment::of_text(text).ok_or_else(|| E::custom("expected a date like 2026-11-22"))
            }
        }
        deserializer.deserialize_any(Of)
    }
}

impl Moment {
    /// The day that a text begins with.
    #[must_use]
    pub fn of_text(text: &str) -> Option<Self> {
        iso_day(text).map(|day| Self(day as f64 * 86_400_000.0))
    }
}

/// A moment of a rule: epoch milliseconds, a local day, or a local time to the minute.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Clock {
    /// Epoch milliseconds.
    Instant(f64),
    /// Days since 1970.
    Day(i64),
    /// Minutes since 1970, as if local time were UTC.
    Minute(i64),
}

impl<'de> Deserialize<'de> for Clock {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Of;
        impl Visitor<'_> for Of {
            type Value = Clock;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("epoch milliseconds, or a local time like 2026-11-22 or 2026-11-22T18:00")
            }
            fn visit_i64<E: Error>(self, value: i64) -> Result<Clock, E> {
                Ok(Clock::Instant(value as f64))
            }
            fn visit_u64<E: Error>(self, value: u64) -> Result<Clock, E> {
                Ok(Clock::Instant(value as f64))
            }
            fn visit_f64<E: Error>(self, value: f64) -> Result<Clock, E> {
                Ok(Clock::Instant(value))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Clock, E> {
                let wrong = || E::custom("expected a local time like 2026-11-22 or 2026-11-22T18:00");
                Clock::of_text(text).ok_or_else(wrong)
            }
        }
        deserializer.deserialize_any(Of)
    }
}

impl Clock {
    /// `YYYY-MM-DD` or `YYYY-MM-DDThh:mm`; nothing may follow, so that a time zone is never dropped unread.
    #[must_use]
    pub fn of_text(text: &str) -> Option<Self> {
        let day = iso_day(text)?;
        if text.len() == 10 {
            return Some(Self::Day(day));
        }
        let (hour, minute) = (digits(text, 11, 13)?, digits(text, 14, 16)?);
        let is_formed = text.len() == 16 && text.get(10..11) == Some("T") && text.get(13..14) == Some(":");
        if !is_formed || hour > 23 || minute > 59 {
            return None;
        }
        Some(Self::Minute(day * 1_440 + hour * 60 + minute))
    }
}

/// The number between two places of a text, if there is nothing but digits.
fn digits(text: &str, from: usize, to: usize) -> Option<i64> {
    let mut number = 0;
    for byte in text.get(from..to)?.bytes() {
        if !byte.is_ascii_digit() {
            return None;
        }
        number = number * 10 + i64::from(byte - b'0');
    }
    Some(number)
}

/// Days since 1970-01-01 of `YYYY-MM-DD…` (Hinnant, "chrono-compatible low-level date algorithms").
fn iso_day(text: &str) -> Option<i64> {
    let (year, month, day) = (digits(text, 0, 4)?, digits(text, 5, 7)?, digits(text, 8, 10)?);
    let is_formed = text.get(4..5) == Some("-") && text.get(7..8) == Some("-");
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = if month == 2 { 28 + i64::from(is_leap) } else { 30 + (month + month / 8) % 2 };
    if !is_formed || !(1..=12).contains(&month) || !(1..=last).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468)
}

#[cfg(test)]
mod tests {
    use super::{Clock, iso_day, number};

    #[test]
    fn dates_and_numbers_read_as_expected() {
        assert_eq!(iso_day("1970-01-01"), Some(0));
        assert_eq!(iso_day("2000-03-01T12:00:00Z"), Some(11_017));
        assert_eq!(iso_day("2024-02-29"), Some(19_782));
        // A sign is no digit, and a month has no more days than it has.
        for text in ["2026-13-01", "2026-02-29", "2026-11-31", "2100-02-29", "2026-+1-01", "2026-1-001", "-026-12-01"] {
            assert_eq!(iso_day(text), None, "{text}");
        }
        for day in
            [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].iter().zip(1..).map(|(d, m)| format!("2026-{m:02}-{d}"))
        {
            assert!(iso_day(&day).is_some(), "{day}");
        }
        for time in ["T+5:00", "T05:+0", "T5:00", "T24:00", "t05:00"] {
            assert_eq!(Clock::of_text(&format!("1970-01-02{time}")), None, "{time}");
        }
        assert_eq!(Clock::of_text("1970-01-02"), Some(Clock::Day(1)));
        assert_eq!(Clock::of_text("1970-01-02T01:30"), Some(Clock::Minute(1_530)));
        assert_eq!(Clock::of_text("1970-01-02T01:30Z"), None);
        assert_eq!(number(-0.5).as_deref(), Some("-0.5"));
        assert_eq!(number(12.0).as_deref(), Some("12"));
        assert_eq!(number(2.345678).as_deref(), Some("2.35"));
        assert_eq!(number(f64::NAN), None);
    }
}
