//! One event as bytes at rest: version, postcard, checksum.
//!
//! Guarantees: `decode(encode(e)) == e`; a record with any flipped bit or missing
//! byte is refused, so a damaged store costs the damaged events and no others.
//!
//! Layout: version byte, body, 4 bytes xxh32 of both, little-endian. Version 2 added
//! a list at the end of the body, version 3 another and an option; a record from before
//! is read as one where they are empty.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh32::xxh32;

use super::event::{Event, EventKind, Line, Shown, Tier, Trial};
use crate::catalog::TokenHash;
use crate::error::{Error, ErrorKind, Result};
use crate::time::Millis;

const RECORD_VERSION: u8 = 3;
/// For each version, how many absences a body of it lacks at its end, a zero byte each.
const LATER: [usize; RECORD_VERSION as usize + 1] = [0, 3, 2, 0];
const SUM_LEN: usize = 4;

#[derive(Serialize, Deserialize)]
struct EventRecord {
    id: String,
    kind: u8,
    at: i64,
    hour: Option<u8>,
    weekday: Option<u8>,
    lines: Vec<LineRecord>,
    words: Vec<u64>,
    attribute: Option<String>,
    value: Option<f64>,
    surprise: Option<f64>,
    slot: Option<String>,
    slate: Option<String>,
    channel: Option<String>,
    shown: Vec<ShownRecord>,
    taught: Vec<TaughtRecord>,
    facets: Vec<String>,
    trial: Option<TrialRecord>,
}

#[derive(Serialize, Deserialize)]
struct TrialRecord {
    experiment: String,
    arms: Vec<String>,
    /// One for each seen entry.
    teams: Vec<Option<u8>>,
}

#[derive(Serialize, Deserialize)]
struct LineRecord {
    item: String,
    quantity: f64,
    price: Option<f64>,
    digest: Vec<u64>,
}

#[derive(Serialize, Deserialize)]
struct ShownRecord {
    item: String,
    position: u16,
    propensity: f32,
    score: f32,
    discovery: bool,
}

/// What a seen entry teaches, beside [`ShownRecord`].
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
struct TaughtRecord {
    base: Option<f32>,
    tier: Option<u8>,
    plain: Option<bool>,
}

/// The event's record.
#[must_use]
pub fn encode_record(event: &Event) -> Vec<u8> {
    let body = postcard::to_allocvec(&EventRecord::of(event)).unwrap_or_default();
    let mut bytes = Vec::with_capacity(1 + body.len() + SUM_LEN);
    bytes.push(RECORD_VERSION);
    bytes.extend(body);
    let sum = xxh32(&bytes, 0);
    bytes.extend_from_slice(&sum.to_le_bytes());
    bytes
}

/// The record's event.
///
/// # Errors
/// `record_corrupt` when the checksum, the version or the content does not hold.
pub fn decode_record(bytes: &[u8]) -> Result<Event> {
    let corrupt = || Error::new(ErrorKind::RecordCorrupt, "", "a stored record is damaged; it was left out");
    let split = bytes.len().checked_sub(SUM_LEN).ok_or_else(corrupt)?;
    let (head, sum) = bytes.split_at(split);
    let [version, body @ ..] = head else { return Err(corrupt()) };
    let later = LATER.get(usize::from(*version)).copied().filter(|_| *version > 0).ok_or_else(corrupt)?;
    if xxh32(head, 0).to_le_bytes() != sum {
        return Err(corrupt());
    }
    let mut body = body.to_vec();
    body.resize(body.len() + later, 0);
    let record: EventRecord = postcard::from_bytes(&body).map_err(|_| corrupt())?;
    record.into_event().filter(is_in_range).ok_or_else(corrupt)
}

/// The event id of an intact record.
#[must_use]
pub fn record_id(bytes: &[u8]) -> Option<String> {
    decode_record(bytes).ok().map(|event| event.id)
}

impl EventRecord {
    fn of(event: &Event) -> Self {
        let line = |line: &Line| LineRecord {
            item: line.item.clone(),
            quantity: line.quantity,
            price: line.price,
            digest: line.digest.iter().map(|hash| hash.0).collect(),
        };
        let shown = |shown: &Shown| ShownRecord {
            item: shown.item.clone(),
            position: shown.position,
            propensity: shown.propensity,
            score: shown.score,
            discovery: shown.discovery,
        };
        let taught = |shown: &Shown| TaughtRecord {
            base: shown.base,
            tier: shown.tier.map(|tier| tier as u8),
            plain: shown.plain,
        };
        Self {
            id: event.id.clone(),
            kind: event.kind as u8,
            at: event.at.0,
            hour: event.hour,
            weekday: event.weekday,
            lines: event.lines.iter().map(line).collect(),
            words: event.words.clone(),
            attribute: event.attribute.clone(),
            value: event.value,
            surprise: event.surprise,
            slot: event.slot.clone(),
            slate: event.slate.clone(),
            channel: event.channel.clone(),
            shown: event.shown.iter().map(shown).collect(),
            taught: event.shown.iter().map(taught).collect(),
            facets: event.facets.clone(),
            trial: event.trial.as_ref().map(|trial| TrialRecord {
                experiment: trial.experiment.clone(),
                arms: trial.arms.clone(),
                teams: event.shown.iter().map(|shown| shown.team).collect(),
            }),
        }
    }

    fn into_event(self) -> Option<Event> {
        let line = |line: LineRecord| Line {
            item: line.item,
            quantity: line.quantity,
            price: line.price,
            digest: line.digest.into_iter().map(TokenHash).collect(),
        };
        let taught = self.taught;
        let (trial, teams) = match self.trial {
            Some(TrialRecord { experiment, arms, teams }) => (Some(Trial { experiment, arms }), teams),
            None => (None, Vec::new()),
        };
        let shown = |(at, shown): (usize, ShownRecord)| {
            let taught = taught.get(at).copied().unwrap_or_default();
            Shown {
                item: shown.item,
                position: shown.position,
                propensity: shown.propensity,
                score: shown.score,
                discovery: shown.discovery,
                base: taught.base,
                tier: taught.tier.and_then(Tier::from_byte),
                plain: taught.plain,
                team: teams.get(at).copied().flatten(),
            }
        };
        Some(Event {
            id: self.id,
            kind: EventKind::from_byte(self.kind)?,
            at: Millis::from_f64(self.at as f64)?, // no clock of ours wrote any other, and differences of such overflow
            hour: self.hour,
            weekday: self.weekday,
            facets: self.facets,
            lines: self.lines.into_iter().map(line).collect(),
            words: self.words,
            attribute: self.attribute,
            value: self.value,
            surprise: self.surprise,
            slot: self.slot,
            slate: self.slate,
            channel: self.channel,
            shown: self.shown.into_iter().enumerate().map(shown).collect(),
            trial,
        })
    }
}

/// Whether every number is one that an event can have: a checksum holds for any.
///
/// The ranges are those of `src/wire/event.rs`, but for the bases of seen entries, which only have to be numbers.
fn is_in_range(event: &Event) -> bool {
    let within = |value: Option<f64>, low: f64, high: f64| value.is_none_or(|value| value >= low && value <= high);
    let most = if event.kind == EventKind::Declare { 1.0 } else { 86_400.0 };
    event.hour.is_none_or(|hour| hour < 24)
        && event.weekday.is_none_or(|weekday| weekday < 7)
        && within(event.value, -1.0, most)
        && within(event.surprise, 0.0, 1.0)
        && event.lines.iter().all(|line| within(Some(line.quantity), 0.0, 1e9) && within(line.price, 0.0, 1e12))
        && event.shown.iter().all(|shown| {
            let is_finite = shown.score.is_finite() && shown.base.is_none_or(f32::is_finite);
            is_finite && within(Some(shown.propensity.into()), 0.0, 1.0)
        })
}

#[cfg(test)]
mod tests {
    use super::{LATER, RECORD_VERSION, SUM_LEN, decode_record, encode_record};
    use crate::log::{Event, EventKind, Shown, Trial};
    use crate::time::Millis;

    #[test]
    fn a_record_of_a_version_before_is_read_with_what_it_has() {
        let mut event = Event::new("e", EventKind::Impression, Millis(7));
        event.shown.push(Shown { item: "a".into(), propensity: 0.5, ..Shown::default() });
        let record = encode_record(&event);
        assert_eq!(record[0], RECORD_VERSION);
        // Version 3 added two absences; one entry that teaches nothing is a length and three, before version 2.
        for (version, shorter) in [(2, 2), (1, 2 + 4)] {
            let mut old = record[..record.len() - SUM_LEN - shorter].to_vec();
            old[0] = version;
            old.extend(super::xxh32(&old, 0).to_le_bytes());
            assert_eq!(decode_record(&old).unwrap(), event);
        }
        for version in [0, RECORD_VERSION + 1] {
            let mut other = record[..record.len() - SUM_LEN].to_vec();
            other[0] = version;
            other.extend(super::xxh32(&other, 0).to_le_bytes());
            assert!(decode_record(&other).is_err());
        }
        assert_eq!(LATER[usize::from(RECORD_VERSION)], 0);
    }

    #[test]
    fn a_record_with_a_number_that_no_event_has_is_damaged() {
        let declare = |value, surprise| Event { value, surprise, ..Event::new("e", EventKind::Declare, Millis(7)) };
        let line = |quantity, price| {
            let mut event = Event::new("e", EventKind::Purchase, Millis(7)).with_item("a");
            (event.lines[0].quantity, event.lines[0].price) = (quantity, price);
            event
        };
        let shown = |propensity, score, base| {
            let mut event = Event::new("e", EventKind::Impression, Millis(7));
            event.shown.push(Shown { item: "a".into(), propensity, score, base, ..Shown::default() });
            event
        };
        let moment = |hour, weekday| Event { hour, weekday, ..declare(None, None) };
        let whole = [
            declare(Some(-1.0), Some(1.0)),
            line(1e9, Some(0.0)),
            shown(1.0, -1e30, Some(1e30)),
            moment(Some(23), Some(6)),
        ];
        let damaged = [
            declare(Some(f64::NAN), None),
            declare(Some(2.0), None),
            declare(None, Some(f64::INFINITY)),
            line(f64::NAN, None),
            line(1.0, Some(-1.0)),
            shown(1.5, 0.0, None),
            shown(0.5, f32::NAN, None),
            shown(0.5, 0.0, Some(f32::NEG_INFINITY)),
            moment(Some(24), None),
            moment(None, Some(7)),
        ];
        assert!(whole.iter().all(|event| decode_record(&encode_record(event)).as_ref() == Ok(event)));
        for event in damaged {
            assert_eq!(decode_record(&encode_record(&event)).unwrap_err().code(), "record_corrupt", "{event:?}");
        }
    }

    #[test]
    fn an_experiment_and_the_moment_come_back_from_a_record() {
        let mut event = Event::new("e", EventKind::Impression, Millis(7));
        event.facets = vec!["weather:rain".into()];
        event.trial = Some(Trial { experiment: "x".into(), arms: vec!["one".into(), "two".into()] });
        for team in [None, Some(1)] {
            event.shown.push(Shown { item: "a".into(), team, ..Shown::default() });
        }
        assert_eq!(decode_record(&encode_record(&event)).unwrap(), event);
    }
}
