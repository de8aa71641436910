//! Logged decisions with their probabilities, and policies to compare them with.
//!
//! A decision table has one row per shown item: `item_id`, `click`,
//! `propensity_score` and, when there are several, `position`; also `slate` and
//! `target_probability`. That is the Open Bandit format; other columns are
//! passed over. An export of the product's own log is read too: the entries of
//! its impressions that were drawn, a choice on the slate being the click.
//!
//! Guarantees: a row is used or reported with its place and reason.

use std::io::Read as _;
use std::path::Path;

use anyhow::{Context, Result, bail};
use flaneur::error::{Error, ErrorKind};
use flaneur::log::{self, EventKind, Showings, name_of};
use flaneur::time::Millis;
use serde::Deserialize;

use super::Reading;
use super::csv::{self, broken, headers};
use super::faults::Faults;
use super::fields::{Aliases, Column, columns};
use super::open::{Shape, Source, open};
use super::value::quote;

/// One shown item.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The file as the user named it.
    pub file: String,
    /// The line on which the row starts, from 1; in an export the impression's place, from 1.
    pub line: u64,
    /// The item.
    pub item: String,
    /// The place, as the log counts it.
    pub position: u32,
    /// What it earned, mostly 0 or 1.
    pub reward: f64,
    /// The probability with which it was shown, in (0, 1].
    pub propensity: f64,
    /// The probability with which the target policy would show it.
    pub target: Option<f64>,
    /// The slate it stood on.
    pub slate: Option<String>,
}

/// A policy as a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Policy {
    /// Item, position or all of them, probability.
    Probabilities(Vec<(String, Option<u32>, f64)>),
    /// Item with the two parameters of its Beta posterior.
    Thompson(Vec<(String, f64, f64)>),
}

impl Policy {
    /// The items it may show.
    pub fn items(&self) -> impl Iterator<Item = &str> {
        let names: Vec<&str> = match self {
            Self::Probabilities(rows) => rows.iter().map(|row| row.0.as_str()).collect(),
            Self::Thompson(rows) => rows.iter().map(|row| row.0.as_str()).collect(),
        };
        names.into_iter()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Item,
    Position,
    Reward,
    Propensity,
    Target,
    Slate,
    Probability,
    Alpha,
    Beta,
}

const DECISION: Aliases<Field> = &[
    (Field::Item, &["item_id", "item", "action", "arm", "id"]),
    (Field::Position, &["position", "place"]),
    (Field::Reward, &["click", "reward", "choice", "y"]),
    (Field::Propensity, &["propensity_score", "propensity", "pscore", "probability"]),
    (Field::Target, &["target_probability", "target", "pi"]),
    (Field::Slate, &["slate", "impression", "round"]),
];

const POLICY: Aliases<Field> = &[
    (Field::Item, &["item_id", "item", "action", "arm", "id"]),
    (Field::Position, &["position", "place"]),
    (Field::Probability, &["probability", "pi", "propensity_score", "propensity"]),
    (Field::Alpha, &["alpha"]),
    (Field::Beta, &["beta"]),
];

/// Reads a log of decisions.
///
/// # Errors
/// A file that cannot be read as a whole, or lacks a column. Bad rows are in the faults.
pub fn decisions(path: &Path, reading: &Reading<'_>, faults: &mut Faults) -> Result<Vec<Decision>> {
    let bar = reading.progress.bytes("reading decisions");
    let source = open(path, &bar)?;
    let found = match source.shape {
        Shape::Table(delimiter) => table(source, delimiter, reading, faults)?,
        Shape::Document | Shape::Lines => export(source, faults)?,
        Shape::Xml => bail!("{} is XML; expected a table of decisions or an export of the log", source.name),
    };
    bar.finish_and_clear();
    Ok(found)
}

fn table(source: Source, delimiter: u8, reading: &Reading<'_>, faults: &mut Faults) -> Result<Vec<Decision>> {
    let name = source.name.clone();
    let mut found = Vec::new();
    let wanted = [(Field::Item, "item_id"), (Field::Reward, "click"), (Field::Propensity, "propensity_score")];
    each(source, delimiter, DECISION, &wanted, reading, faults, |line, cells| {
        found.push(decision(&name, line, cells)?);
        Ok(())
    })?;
    Ok(found)
}

fn decision(file: &str, line: u64, cells: &[(Field, &str)]) -> flaneur::error::Result<Decision> {
    let text = |field| cells.iter().find(|(known, _)| *known == field).map(|&(_, text)| text.trim());
    let item = text(Field::Item).filter(|item| !item.is_empty());
    let item = item.ok_or_else(|| Error::new(ErrorKind::Empty, "item_id", "expected the item that was shown"))?;
    let propensity = number(text(Field::Propensity), "propensity_score")?;
    if !(propensity > 0.0 && propensity <= 1.0) {
        let message = "expected a probability above 0 and at most 1: what was shown could be shown";
        return Err(Error::new(ErrorKind::OutOfRange, "propensity_score", message));
    }
    let target = text(Field::Target).filter(|text| !text.is_empty());
    let target = target.map(|text| number(Some(text), "target_probability")).transpose()?;
    if target.is_some_and(|target| !(0.0..=1.0).contains(&target)) {
        return Err(Error::new(ErrorKind::OutOfRange, "target_probability", "expected a number from 0 to 1"));
    }
    Ok(Decision {
        file: file.into(),
        line,
        item: item.into(),
        position: place(text(Field::Position))?.unwrap_or(1),
        reward: number(text(Field::Reward), "click")?,
        propensity,
        target,
        slate: text(Field::Slate).filter(|slate| !slate.is_empty()).map(Into::into),
    })
}

fn number(text: Option<&str>, path: &str) -> flaneur::error::Result<f64> {
    let text = text.unwrap_or_default();
    let found = text.parse::<f64>().ok().filter(|value| value.is_finite());
    found.ok_or_else(|| Error::new(ErrorKind::WrongType, path, format!("{} is not a number", quote(text))))
}

fn place(text: Option<&str>) -> flaneur::error::Result<Option<u32>> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let message = || format!("{} is not a place; expected a whole number from 0", quote(text));
    let found = text.parse().map_err(|_| Error::new(ErrorKind::WrongType, "position", message()))?;
    Ok(Some(found))
}

/// Walks the rows of a table; what `take` refuses is a fault.
fn each(
    source: Source,
    delimiter: u8,
    aliases: Aliases<Field>,
    wanted: &[(Field, &str)],
    reading: &Reading<'_>,
    faults: &mut Faults,
    mut take: impl FnMut(u64, &[(Field, &str)]) -> flaneur::error::Result<()>,
) -> Result<()> {
    let name = source.name;
    let (mut rows, quotes) = csv::table(source.reader, delimiter);
    let headers = headers(&name, &mut rows)?;
    let columns = columns(&headers, aliases, reading.map);
    for (field, column) in wanted {
        if !columns.contains(&Column::Known(*field)) {
            bail!("{name}: no column is `{column}` (columns: {}); name it with --map {column}=COLUMN", brief(&headers));
        }
    }
    let behind = csv::behind(&rows);
    let mut row = ::csv::StringRecord::new();
    loop {
        let line = rows.position().line() + behind;
        match rows.read_record(&mut row) {
            Ok(false) => return quotes.check(&name),
            Ok(true) => {}
            Err(error) if matches!(error.kind(), ::csv::ErrorKind::Utf8 { .. }) => {
                faults.row();
                let message = "the row is not UTF-8; convert the file with iconv";
                faults.add(&name, line, &Error::new(ErrorKind::Malformed, "", message));
                continue;
            }
            Err(error) => return Err(broken(&name, error)),
        }
        let line = row.position().map_or(line, |place| place.line() + behind);
        if row.iter().all(str::is_empty) {
            continue;
        }
        faults.row();
        let outcome = if row.len() == columns.len() {
            let known = row.iter().zip(&columns).filter_map(|(text, column)| match column {
                Column::Known(field) => Some((*field, text)),
                _ => None,
            });
            take(line, &known.collect::<Vec<_>>())
        } else {
            let message = format!("the row has {} columns, the header {}", row.len(), columns.len());
            Err(Error::new(ErrorKind::WrongType, "", message))
        };
        if let Err(error) = outcome {
            faults.add(&name, line, &error);
        }
    }
}

/// Open Bandit tables have as many columns as items: a message shows the first ones.
fn brief(headers: &[String]) -> String {
    let shown = headers.iter().take(12).map(String::as_str).collect::<Vec<_>>().join(", ");
    if headers.len() > 12 { format!("{shown}, … {} in all", headers.len()) } else { shown }
}

/// Reads a policy: `item_id, probability[, position]` or `item_id, alpha, beta`.
///
/// # Errors
/// A file that is no such table. Bad rows are in the faults.
pub fn policy(path: &Path, reading: &Reading<'_>, faults: &mut Faults) -> Result<Policy> {
    let bar = reading.progress.bytes("reading the policy");
    let source = open(path, &bar)?;
    let Shape::Table(delimiter) = source.shape else {
        bail!("{} is no table; expected item_id, probability[, position] or item_id, alpha, beta", source.name);
    };
    let (name, mut shares, mut arms) = (source.name.clone(), Vec::new(), Vec::new());
    each(source, delimiter, POLICY, &[(Field::Item, "item_id")], reading, faults, |_, cells| {
        let text = |field| cells.iter().find(|(known, _)| *known == field).map(|&(_, text)| text.trim());
        let item = text(Field::Item).unwrap_or_default().to_owned();
        if text(Field::Alpha).is_some() {
            let (alpha, beta) = (number(text(Field::Alpha), "alpha")?, number(text(Field::Beta), "beta")?);
            if !(alpha > 0.0 && beta > 0.0) {
                return Err(Error::new(ErrorKind::OutOfRange, "alpha", "expected numbers above 0"));
            }
            arms.push((item, alpha, beta));
            return Ok(());
        }
        let share = number(text(Field::Probability), "probability")?;
        if !(0.0..=1.0).contains(&share) {
            return Err(Error::new(ErrorKind::OutOfRange, "probability", "expected a number from 0 to 1"));
        }
        shares.push((item, place(text(Field::Position))?, share));
        Ok(())
    })?;
    bar.finish_and_clear();
    match (shares.is_empty(), arms.is_empty()) {
        (_, false) => Ok(Policy::Thompson(arms)),
        (false, true) => Ok(Policy::Probabilities(shares)),
        (true, true) => {
            bail!("{name} holds no usable row; expected item_id, probability[, position] or item_id, alpha, beta")
        }
    }
}

#[derive(Deserialize)]
struct Export {
    events: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Event {
    #[serde(default)]
    id: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    at: f64,
    #[serde(default)]
    slate: Option<String>,
    #[serde(default)]
    value: Option<f64>,
    #[serde(default)]
    lines: Vec<Line>,
    #[serde(default)]
    shown: Vec<Shown>,
}

#[derive(Deserialize)]
struct Line {
    item: String,
}

#[derive(Deserialize)]
struct Shown {
    item: String,
    position: u32,
    propensity: f64,
    #[serde(default)]
    plain: Option<bool>,
}

/// The drawn entries of an export's impressions; the target is the plain order.
fn export(source: Source, faults: &mut Faults) -> Result<Vec<Decision>> {
    let (name, mut text, mut reader) = (source.name, String::new(), source.reader);
    reader.read_to_string(&mut text).with_context(|| format!("{name} cannot be read to its end"))?;
    let export: Export = serde_json::from_str(&text)
        .with_context(|| format!("{name} is no export of the log; expected {{ \"flaneur\": 1, \"events\": […] }}"))?;
    let mut events = Vec::new();
    for (value, line) in export.events.into_iter().zip(1..) {
        faults.row();
        match serde_json::from_value::<Event>(value) {
            Ok(event) => events.push((line, event)),
            Err(error) => faults.add(&name, line, &Error::new(ErrorKind::WrongType, "events", error.to_string())),
        }
    }
    // The order in which the device folds them; of one id and moment, as they stand.
    events.sort_by(|(_, a), (_, b)| a.at.total_cmp(&b.at).then_with(|| a.id.cmp(&b.id)));
    let (mut found, mut showings): (Vec<Decision>, Showings) = (Vec::new(), Showings::default());
    for (line, event) in &events {
        let kind = EventKind::from_name(&event.kind);
        let traced = event.traced(kind.unwrap_or(EventKind::Impression));
        showings.step(&traced);
        if traced.strength() > 0.0 {
            // As `profile.replay()`: a choice that names no slate was made from the one that showed the item last.
            for item in event.lines.iter().map(|line| &line.item) {
                let Some(chosen) = showings.chosen_from(&traced, item) else { continue };
                let is_it =
                    |row: &&mut Decision| row.item == *item && row.slate.as_deref().map(name_of) == Some(chosen);
                found.iter_mut().rev().find(is_it).into_iter().for_each(|row| row.reward = 1.0);
            }
            continue;
        }
        let Some(slate) = event.slate.as_deref() else { continue };
        let drawn = event.shown.iter().filter(|shown| shown.propensity < 1.0);
        let (good, bad): (Vec<&Shown>, Vec<&Shown>) = drawn.partition(|shown| shown.propensity > 0.0);
        // An event is a row, and counts once however many of its entries are bad.
        if !bad.is_empty() {
            let message = "expected a probability above 0 and at most 1: what was shown could be shown";
            faults.add(&name, *line, &Error::new(ErrorKind::OutOfRange, "shown.propensity", message));
        }
        for shown in good {
            found.push(Decision {
                file: name.clone(),
                line: *line,
                item: shown.item.clone(),
                position: shown.position,
                reward: 0.0,
                propensity: shown.propensity,
                target: shown.plain.map(|plain| f64::from(u8::from(plain))),
                slate: Some(slate.into()),
            });
        }
    }
    Ok(found)
}

impl Event {
    /// What tells from which slate a choice was made.
    fn traced(&self, kind: EventKind) -> log::Event {
        let mut event = log::Event::new(self.id.clone(), kind, Millis(self.at as i64));
        event.slate.clone_from(&self.slate);
        event.value = self.value;
        event.shown =
            self.shown.iter().map(|shown| log::Shown { item: shown.item.clone(), ..log::Shown::default() }).collect();
        event
    }
}
