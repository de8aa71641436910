//! Reads the loose values of feeds and logs: prices, yes and no, moments.

use std::borrow::Cow;
use std::ops::Range;

use flaneur::error::{Error, ErrorKind, Result};
use flaneur::time::DAY_MS;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// What Excel and its like call the days from 2000 to 2099: as seconds they are of 1970's first day.
const SPREADSHEET_DAYS: Range<i64> = 36_526..73_051;

/// Reads a price and the currency beside it: `19.99`, `19,99 EUR`, `£1,299.00`, `1 299,00 €`, `12€50`, `CHF 1'299.–`.
///
/// With both separators the last one is the decimal sign; a lone comma is a
/// decimal sign unless exactly three digits follow it. So is a lone point
/// behind which a currency's sign stands, as people write `1.299 €`; where
/// none stands the point is decimal, as machines write. Behind a number that
/// begins with 0 no thousands follow: `0,125 €` is an eighth. A currency before
/// two last digits is a decimal sign, and a dash in their place means none.
/// `www/src/playground/feed.ts` follows the same rule, and `tests/vectors/prices.json` holds both to it.
///
/// # Errors
/// `value_type` when no number is there, `value_malformed` when what stands beside it is no currency.
pub(super) fn price(text: &str) -> Result<(f64, Option<String>)> {
    let mut number = String::with_capacity(text.len());
    let mut letters = String::new();
    let mut currency = None;
    // How much of the number stands before its currency, and whether a letter was the last that was read.
    let (mut before, mut is_word) = (0, false);
    for c in text.chars() {
        match c {
            // It shortens a word: `Rs. 12`.
            '.' if is_word => {}
            '0'..='9' | '.' | ',' | '-' | '+' | '/' => number.push(c),
            '–' | '—' => number.push('-'),
            '\'' | '’' => {}
            c if c.is_whitespace() => {}
            c => {
                before = number.len();
                match code_of(c) {
                    Some(code) => currency = Some(code),
                    None => letters.push(c.to_ascii_uppercase()),
                }
            }
        }
        is_word = c.is_alphabetic();
    }
    let is_signed = currency.is_some() && text.trim_end().ends_with(['€', '£', '$']);
    let value =
        whole(number, before).and_then(|number| decimal(&number, is_signed)).ok_or_else(|| not_a_price(text))?;
    let is_euro = currency.as_deref() == Some("EUR");
    if letters.len() == 3 && letters.is_ascii() && !(is_euro && letters != "EUR") {
        currency = Some(letters);
    } else if !letters.is_empty() {
        let message = format!(
            "{} has no currency of ISO 4217 beside the number; expected 19.99 or 19.99 EUR. Write the code, or the \
             number alone, whose currency --currency names",
            quote(text)
        );
        return Err(Error::new(ErrorKind::Malformed, "price", message));
    }
    Ok((value, currency))
}

/// A number with its point and its cents where a currency or a dash stands for them: `12€50`, `12,-`, `1,299/-`.
fn whole(mut number: String, before: usize) -> Option<String> {
    let has_digit = |part: &str| part.bytes().any(|byte| byte.is_ascii_digit());
    if has_digit(&number[..before]) && has_digit(&number[before..]) {
        if number.len() - before != 2 {
            return None;
        }
        number.insert(before, '.');
    }
    let undashed = number.trim_end_matches('-');
    Some(match undashed.strip_suffix('/') {
        _ if undashed.len() == number.len() => number,
        Some(amount) => amount.to_owned(),
        None if undashed.ends_with(['.', ',']) && has_digit(undashed) => format!("{undashed}00"),
        None => number,
    })
}

fn code_of(sign: char) -> Option<String> {
    let known = [('€', "EUR"), ('£', "GBP"), ('$', "USD")];
    known.iter().find(|(known, _)| *known == sign).map(|(_, code)| (*code).to_owned())
}

/// Reads a currency: `EUR`, `eur` or `€`.
///
/// # Errors
/// `value_malformed` when it is no code of ISO 4217: pages format prices by it.
pub(super) fn currency(text: &str) -> Result<String> {
    let text = text.trim();
    if text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return Ok(text.to_ascii_uppercase());
    }
    let mut signs = text.chars();
    let found = signs.next().filter(|_| signs.next().is_none()).and_then(code_of);
    let message = || format!("{} is not a currency; expected an ISO 4217 code such as EUR", quote(text));
    found.ok_or_else(|| Error::new(ErrorKind::Malformed, "currency", message()))
}

/// Reads a number; `is_signed` when the sign of a currency stands behind it.
fn decimal(number: &str, is_signed: bool) -> Option<f64> {
    let is_below_1 = number.trim_start_matches(['-', '+']).starts_with(['0', '.', ',']);
    let plain = match (number.rfind('.'), number.rfind(',')) {
        (Some(point), Some(comma)) if comma > point => number.replace('.', "").replace(',', "."),
        (Some(_), Some(_)) => number.replace(',', ""),
        (None, Some(_)) if is_below_1 => number.replace(',', "."),
        (None, Some(comma)) if number.len() - comma == 4 => number.replace(',', ""),
        (None, Some(_)) => number.replace(',', "."),
        (Some(point), None) if is_signed && !is_below_1 && number.len() - point == 4 => number.replace('.', ""),
        _ => number.to_owned(),
    };
    plain.parse().ok()
}

fn not_a_price(text: &str) -> Error {
    let message = format!("{} is not a price; expected a number such as 19.99 or 19.99 EUR", quote(text));
    Error::new(ErrorKind::WrongType, "price", message)
}

/// Reads whether an item can be had.
///
/// # Errors
/// `value_unknown` for another word.
pub(super) fn availability(text: &str) -> Result<bool> {
    let word: String = text.rsplit('/').next().unwrap_or(text).chars().filter(char::is_ascii_alphanumeric).collect();
    match word.to_ascii_lowercase().as_str() {
        "true"
        | "yes"
        | "y"
        | "t"
        | "oui"
        | "instock"
        | "enstock"
        | "disponible"
        | "available"
        | "preorder"
        | "presale"
        | "backorder"
        | "limitedavailability"
        | "onlineonly"
        | "instoreonly"
        | "active" => Ok(true),
        "false" | "no" | "n" | "f" | "non" | "outofstock" | "unavailable" | "soldout" | "discontinued" | "draft"
        | "archived" | "horsstock" | "rupture" | "enrupture" | "rupturedestock" | "indisponible" => Ok(false),
        _ => match text.trim().parse::<f64>() {
            Ok(stock) if stock.is_finite() => Ok(stock > 0.0),
            _ => {
                let message =
                    format!("{} is neither yes nor no; expected in_stock, out_of_stock, true or false", quote(text));
                Err(Error::new(ErrorKind::Unknown, "available", message))
            }
        },
    }
}

/// The scale of a column of times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TimeUnit {
    /// Seconds since 1970.
    Seconds,
    /// Milliseconds since 1970.
    Millis,
    /// Microseconds since 1970, as GA4 exports them.
    Micros,
    /// ISO 8601, UTC when no offset is given.
    Iso,
}

impl TimeUnit {
    fn name(self) -> &'static str {
        match self {
            Self::Seconds => "seconds",
            Self::Millis => "milliseconds",
            Self::Micros => "microseconds",
            Self::Iso => "ISO 8601 dates",
        }
    }
}

/// Reads a moment and says on which scale it was written.
///
/// # Errors
/// `value_type` when it is no time, `value_out_of_range` when it is before 1970 or a spreadsheet's day.
pub(super) fn moment(text: &str) -> Result<(i64, TimeUnit)> {
    let (at, unit) = scaled(text)?;
    if unit == TimeUnit::Seconds && SPREADSHEET_DAYS.contains(&(at / 1_000)) {
        let message = "the time is a spreadsheet's count of days, or a second of 1970; write it as a date";
        return Err(Error::new(ErrorKind::OutOfRange, "ts", message));
    }
    Ok((at, unit))
}

fn scaled(text: &str) -> Result<(i64, TimeUnit)> {
    let text = text.trim();
    // 20261122 is a day: as seconds it would be one of August 1970.
    if text.len() == 8
        && let Some(at) = day(text)
    {
        return Ok((at, TimeUnit::Iso));
    }
    let Ok(number) = text.parse::<f64>() else {
        return iso(text).map(|at| (at, TimeUnit::Iso));
    };
    if !number.is_finite() {
        return Err(Error::new(ErrorKind::NotFinite, "ts", "the time is not a finite number"));
    }
    if number < 0.0 {
        return Err(Error::new(ErrorKind::OutOfRange, "ts", "the time is negative; expected a moment after 1970"));
    }
    // 1e11 seconds is the year 5138 and 1e11 milliseconds 1973: no shop's log is in doubt.
    match number {
        x if x < 1e11 => Ok(((x * 1_000.0) as i64, TimeUnit::Seconds)),
        x if x < 1e14 => Ok((x as i64, TimeUnit::Millis)),
        x if x < 1e17 => Ok(((x / 1_000.0) as i64, TimeUnit::Micros)),
        _ => Err(Error::new(ErrorKind::OutOfRange, "ts", "the time is far in the future; check its unit")),
    }
}

/// Reads a moment on the scale that the file's first moment had.
///
/// # Errors
/// As [`moment`], and `value_conflict` when the scale changes within the file.
pub(super) fn moment_like(text: &str, first: &mut Option<TimeUnit>) -> Result<i64> {
    // A log that counts from its own start may come to these seconds, but does not begin with them.
    let (at, unit) = if first.is_some() { scaled(text) } else { moment(text) }?;
    let expected = *first.get_or_insert(unit);
    if unit != expected {
        let message = format!("the time is in {}, the file began with {}", unit.name(), expected.name());
        return Err(Error::new(ErrorKind::Conflict, "ts", message));
    }
    Ok(at)
}

/// The beginning of a day that is written as `20261122`.
fn day(text: &str) -> Option<i64> {
    let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let date: Date = text.parse().ok().filter(|_| is_digits)?;
    let zoned = date.at(0, 0, 0, 0).to_zoned(TimeZone::UTC).ok()?;
    (1970..2200).contains(&date.year()).then(|| zoned.timestamp().as_millisecond())
}

/// Reads from when to when something holds: `2026-11-20T00:00+0100/2026-11-30T23:59+0100`, UTC when no offset is given.
///
/// A side that is empty is open; a day as the end is over when it is.
///
/// # Errors
/// `value_type` when it is no two moments.
pub(super) fn period(text: &str) -> Result<Range<i64>> {
    let message = || {
        let example = "2026-11-20T00:00+0100/2026-11-30T23:59+0100";
        format!("{} is not a period; expected its start and its end in ISO 8601, such as {example}", quote(text))
    };
    let wrong = || Error::new(ErrorKind::WrongType, "period", message());
    let (start, end) = text.split_once('/').ok_or_else(wrong)?;
    let side = |side: &str| match side.trim() {
        "" => Ok(None),
        side => moment(side).map(|(at, _)| Some(at)).map_err(|_| wrong()),
    };
    let is_day = !end.contains([':', 'T']);
    let end = side(end)?.map_or(i64::MAX, |at| if is_day { at.saturating_add(DAY_MS) } else { at });
    Ok(side(start)?.unwrap_or(i64::MIN)..end)
}

fn iso(text: &str) -> Result<i64> {
    let text = text.strip_suffix(" UTC").or_else(|| text.strip_suffix("[UTC]")).unwrap_or(text);
    // Only an offset says what a zone's clock stood at: without a database of zones, `[Europe/Paris]` does not.
    let is_local = !text.contains('[');
    // Shopify's exports put a blank before the offset: `2024-05-01 12:33:21 +0200`.
    let text: Cow<'_, str> = match text.rsplit_once(' ') {
        Some((moment, offset)) if offset.starts_with(['+', '-']) => format!("{moment}{offset}").into(),
        _ => text.into(),
    };
    let utc = |moment: DateTime| moment.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    let parsed = text
        .parse::<Timestamp>()
        .ok()
        .or_else(|| text.parse::<DateTime>().ok().filter(|_| is_local).and_then(utc))
        .or_else(|| text.parse::<Date>().ok().filter(|_| is_local).and_then(|date| utc(date.at(0, 0, 0, 0))));
    let message =
        || format!("{} is not a time; expected seconds, milliseconds or ISO 8601 (2026-11-22T10:00:00Z)", quote(&text));
    parsed.map(Timestamp::as_millisecond).ok_or_else(|| Error::new(ErrorKind::WrongType, "ts", message()))
}

/// A value shortened to fit in a message.
pub(super) fn quote(text: &str) -> String {
    let short: String = text.chars().filter(|c| !c.is_control()).take(30).collect();
    if short.len() < text.len() { format!("\"{short}…\"") } else { format!("\"{short}\"") }
}

#[cfg(test)]
mod tests {
    use flaneur::error::ErrorKind;

    use super::{TimeUnit, availability, currency, moment, moment_like, period, price};

    #[test]
    fn prices_are_read_as_people_write_them() {
        let vectors = include_str!("../../../tests/vectors/prices.json");
        let vectors: serde_json::Value = serde_json::from_str(vectors).unwrap();
        for (text, value) in vectors["read"].as_object().unwrap() {
            assert_eq!(price(text).ok().map(|x| x.0), value.as_f64(), "{text}");
        }
        let kind = |text: &str| price(text).map_err(|error| error.kind).unwrap_err();
        for wrong in vectors["no_number"].as_array().unwrap().iter().filter_map(serde_json::Value::as_str) {
            assert_eq!(kind(wrong), ErrorKind::WrongType, "{wrong}");
        }
        for wrong in vectors["no_currency"].as_object().unwrap().keys() {
            assert_eq!(kind(wrong), ErrorKind::Malformed, "{wrong}");
        }
        let currencies =
            [("19,99 eur", "EUR"), ("1 299,00 €", "EUR"), ("£5", "GBP"), ("5 EUR €", "EUR"), ("$5 CAD", "CAD")];
        for (text, code) in currencies {
            assert_eq!(price(text).ok().and_then(|x| x.1).as_deref(), Some(code), "{text}");
        }
        assert_eq!(price("-3").ok(), Some((-3.0, None)));
    }

    #[test]
    fn a_currency_is_a_code_or_a_sign_of_one() {
        for (text, code) in [("EUR", "EUR"), (" usd ", "USD"), ("£", "GBP")] {
            assert_eq!(currency(text).ok().as_deref(), Some(code), "{text}");
        }
        for wrong in ["euros", "E1R", "€€", "¥¥", ""] {
            assert!(currency(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn moments_are_read_on_one_scale_per_file() {
        assert_eq!(moment("1291191960").ok(), Some((1_291_191_960_000, TimeUnit::Seconds)));
        assert_eq!(moment("1291191960000").ok(), Some((1_291_191_960_000, TimeUnit::Millis)));
        assert_eq!(moment("2010-12-01T08:26:00Z").ok(), Some((1_291_191_960_000, TimeUnit::Iso)));
        assert_eq!(moment("2010-12-01 08:26:00").ok(), Some((1_291_191_960_000, TimeUnit::Iso)));
        for offset in ["2010-12-01 09:26:00 +0100", "2010-12-01 03:26:00 -05:00", "2010-12-01 08:26:00 UTC"] {
            assert_eq!(moment(offset).ok(), Some((1_291_191_960_000, TimeUnit::Iso)), "{offset}");
        }
        assert_eq!(moment("2010-12-01").ok().map(|x| x.0), Some(1_291_161_600_000));
        assert_eq!(moment("20101201").ok(), Some((1_291_161_600_000, TimeUnit::Iso)));
        assert_eq!(moment("20101301").ok(), Some((20_101_301_000, TimeUnit::Seconds)), "no month 13: a number");
        for zone in ["2024-05-01T10:00[Europe/Paris]", "2024-05-01[Europe/Paris]"] {
            assert!(moment(zone).is_err(), "{zone} is not UTC");
        }
        assert_eq!(moment("2024-05-01T10:00+02:00[Europe/Paris]").ok(), moment("2024-05-01T08:00Z").ok());
        assert_eq!(moment("2024-05-01T08:00[UTC]").ok(), moment("2024-05-01T08:00Z").ok());
        assert!(moment("-5").is_err() && moment("yesterday").is_err() && moment("NaN").is_err());
        let mut unit = None;
        assert!(moment_like("1291191960", &mut unit).is_ok());
        assert!(moment_like("1291191960000", &mut unit).is_err());
    }

    #[test]
    fn a_spreadsheets_day_is_no_second_of_1970() {
        for serial in ["45413", "45413.4166667", "36526"] {
            assert!(moment(serial).is_err() && moment_like(serial, &mut None).is_err(), "{serial}");
        }
        let mut unit = None;
        assert!(
            moment_like("0", &mut unit).is_ok() && moment_like("45413", &mut unit).is_ok(),
            "seconds of the log's own"
        );
        assert_eq!(moment("86400").ok(), Some((86_400_000, TimeUnit::Seconds)));
    }

    #[test]
    fn a_period_has_a_start_and_an_end_and_either_may_be_open() {
        let at = |text: &str| moment(text).unwrap().0;
        let found = period("2016-02-24T11:07+0100/2016-02-29T23:07+0100").unwrap();
        assert_eq!(found, at("2016-02-24T10:07:00Z")..at("2016-02-29T22:07:00Z"));
        let days = period("2026-11-20 / 2026-11-30").unwrap();
        assert_eq!(days, at("2026-11-20")..at("2026-12-01"), "the last day belongs to it");
        assert_eq!(period("/2026-11-30T00:00Z").unwrap(), i64::MIN..at("2026-11-30"));
        assert_eq!(period("2026-11-20/").unwrap(), at("2026-11-20")..i64::MAX);
        assert_eq!(period("/").unwrap(), i64::MIN..i64::MAX);
        for wrong in ["2026-11-20", "soon/later", "2026-11-20T10:00Z/never"] {
            assert!(period(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn availability_speaks_several_dialects() {
        for yes in ["in stock", "https://schema.org/InStock", "TRUE", "12", "preorder"] {
            assert_eq!(availability(yes).ok(), Some(true), "{yes}");
        }
        for no in ["out_of_stock", "http://schema.org/OutOfStock", "0", "no"] {
            assert_eq!(availability(no).ok(), Some(false), "{no}");
        }
        assert!(availability("perhaps").is_err());
    }
}
