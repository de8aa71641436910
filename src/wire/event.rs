//! The public event as it arrives, and as the export writes it.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh64::xxh64;

use super::{between, finite};
use crate::catalog::item::check_id;
use crate::catalog::sensitive::names_sensitive;
use crate::catalog::token::{token, words};
use crate::catalog::{Catalog, TokenHash};
use crate::error::{Error, ErrorKind, Result};
use crate::log::{Event, EventKind, FACETS, Line, Shown, Tier, Trial};
use crate::rank::MAX_SIZE;
use crate::time::Millis;

/// Most items of one event, as GA4 allows; a seen slate is an event of as many entries as it has.
pub const MAX_LINES: usize = 200;
const MAX_EVENT_ID: usize = 128;
const MAX_WORD: usize = 256;
/// Of a category's levels together.
const MAX_PATH: usize = 4_096;
const MAX_DIGEST: usize = 24;

/// An event with its strict public fields; digests, words and shown entries only stand in exports.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(expecting = "an event object")]
pub struct EventWire {
    /// Stable identifier.
    pub id: String,
    /// GA4's name, or one of ours.
    #[serde(rename = "type")]
    pub kind: String,
    /// Epoch milliseconds.
    pub at: f64,
    /// Local hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hour: Option<f64>,
    /// Local weekday, Sunday 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weekday: Option<f64>,
    /// What else was known of the moment, each `key:value`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facets: Vec<String>,
    /// Items.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<LineWire>,
    /// Search text; hashed at once, never stored.
    #[serde(default, skip_serializing)]
    pub query: Option<String>,
    /// Hashed search words, as 16 hexadecimal digits each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
    /// Attribute token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribute: Option<String>,
    /// Liking or seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// The dial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surprise: Option<f64>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<String>,
    /// On which slate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slate: Option<String>,
    /// Through which channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Seen entries.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shown: Vec<ShownWire>,
    /// The experiment that the seen entries had a part in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub experiment: Option<String>,
    /// Its arm, or the two that were interleaved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arms: Vec<String>,
}

/// One item of an event.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(expecting = "an object with an item")]
pub struct LineWire {
    /// Identifier.
    pub item: String,
    /// How many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<f64>,
    /// Price of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<f64>,
    /// Brand, when the item may not be in the catalog.
    #[serde(default, skip_serializing)]
    pub brand: Option<String>,
    /// Category, likewise.
    #[serde(default, skip_serializing)]
    pub category: Option<String>,
    /// Hashed attribute tokens, as 16 hexadecimal digits each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub digest: Vec<String>,
}

/// One seen entry.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(expecting = "an object with an item and its place")]
pub struct ShownWire {
    /// Identifier.
    pub item: String,
    /// Place, 0 first.
    pub position: u16,
    /// Probability of standing there.
    pub propensity: f32,
    /// Score there.
    pub score: f32,
    /// Whether it was a discovery.
    pub discovery: bool,
    /// Log-odds by the pack's weights.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<f32>,
    /// How far from the interests a discovery was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// Whether relevance alone would have put it there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plain: Option<bool>,
    /// Which arm put it there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<u16>,
}

impl EventWire {
    /// Checks the event and digests its items against the catalog.
    ///
    /// # Errors
    /// The first illegal field, with its path.
    pub fn into_event(self, catalog: &Catalog) -> Result<Event> {
        check_id(&self.id, "id")?;
        limit(&self.id, MAX_EVENT_ID, "id")?;
        let kind = EventKind::from_name(&self.kind)
            .ok_or_else(|| Error::new(ErrorKind::Unknown, "type", "not a known event; see EventType in the types"))?;
        let at = Millis::from_f64(self.at).ok_or_else(|| {
            Error::new(ErrorKind::OutOfRange, "at", "not a moment between 1900 and 2200; expected epoch milliseconds")
        })?;
        if self.lines.len() > MAX_LINES || self.shown.len() > MAX_SIZE {
            let path = if self.shown.len() > MAX_SIZE { "shown" } else { "lines" };
            let message = "more than 200 items, or 1,000 that were seen, in one event; split it";
            return Err(Error::new(ErrorKind::TooMany, path, message));
        }
        let lines = self.lines.into_iter().enumerate();
        let lines = lines.map(|(index, line)| line.into_line(catalog).map_err(|e| e.under(&format!("lines[{index}]"))));
        let event = Event {
            id: self.id,
            kind,
            at,
            hour: small(self.hour, 23.0, "hour")?,
            weekday: small(self.weekday, 6.0, "weekday")?,
            facets: facets(self.facets)?,
            lines: lines.collect::<Result<_>>()?,
            words: hashed_words(self.query.as_deref(), &self.words)?,
            attribute: name(self.attribute, "attribute")?,
            value: between(self.value, -1.0, 86_400.0, "value")?,
            surprise: between(self.surprise, 0.0, 1.0, "surprise")?,
            slot: name(self.slot, "slot")?,
            slate: name(self.slate, "slate")?,
            channel: name(self.channel, "channel")?,
            shown: self.shown.into_iter().map(ShownWire::into_shown).collect::<Result<_>>()?,
            trial: trial(self.experiment, self.arms)?,
        };
        check_meaning(&event)?;
        Ok(event)
    }

    /// The export's form of an event.
    #[must_use]
    pub fn of(event: &Event) -> Self {
        let line = |line: &Line| LineWire {
            item: line.item.clone(),
            quantity: (line.quantity != 1.0).then_some(line.quantity),
            price: line.price,
            digest: line.digest.iter().map(|hash| hex(hash.0)).collect(),
            ..LineWire::default()
        };
        let shown = |shown: &Shown| ShownWire {
            item: shown.item.clone(),
            position: shown.position,
            propensity: shown.propensity,
            score: shown.score,
            discovery: shown.discovery,
            base: shown.base,
            tier: shown.tier.map(|tier| tier.name().into()),
            plain: shown.plain,
            team: shown.team.map(u16::from),
        };
        Self {
            id: event.id.clone(),
            kind: event.kind.name().into(),
            at: event.at.0 as f64,
            hour: event.hour.map(f64::from),
            weekday: event.weekday.map(f64::from),
            facets: event.facets.clone(),
            lines: event.lines.iter().map(line).collect(),
            query: None,
            words: event.words.iter().map(|&word| hex(word)).collect(),
            attribute: event.attribute.clone(),
            value: event.value,
            surprise: event.surprise,
            slot: event.slot.clone(),
            slate: event.slate.clone(),
            channel: event.channel.clone(),
            shown: event.shown.iter().map(shown).collect(),
            experiment: event.trial.as_ref().map(|trial| trial.experiment.clone()),
            arms: event.trial.as_ref().map(|trial| trial.arms.clone()).unwrap_or_default(),
        }
    }
}

/// What each kind needs to mean anything.
fn check_meaning(event: &Event) -> Result<()> {
    use EventKind as K;
    let about_items =
        !matches!(event.kind, K::Search | K::Mute | K::Declare | K::Touch | K::Impression | K::BeginCheckout);
    if about_items && event.lines.is_empty() {
        return Err(Error::new(ErrorKind::Missing, "lines", "this event needs at least one item"));
    }
    let says_nothing = event.attribute.is_none() && event.lines.is_empty() && event.surprise.is_none();
    if matches!(event.kind, K::Mute | K::Declare) && says_nothing {
        return Err(Error::new(ErrorKind::Missing, "attribute", "expected an attribute, an item or the surprise dial"));
    }
    if event.attribute.as_deref().is_some_and(|text| !text.contains(':')) {
        return Err(Error::new(ErrorKind::Malformed, "attribute", "expected key:value, like brand:Acme"));
    }
    let liking = event.value.filter(|_| event.kind == K::Declare);
    if liking.is_some_and(|value| value > 1.0) {
        return Err(Error::new(ErrorKind::OutOfRange, "value", "a liking is between -1 and 1"));
    }
    Ok(())
}

impl LineWire {
    fn into_line(self, catalog: &Catalog) -> Result<Line> {
        check_id(&self.item, "item")?;
        let mut digest = Vec::with_capacity(self.digest.len());
        for text in self.digest.iter().take(MAX_DIGEST) {
            digest.push(TokenHash(unhex(text, "digest")?));
        }
        if digest.is_empty() {
            digest = match catalog.find(&self.item) {
                Some(item) => catalog.tokens(item).take(MAX_DIGEST).map(|token| catalog.token_hash(token)).collect(),
                None => {
                    let brand = name(self.brand, "brand")?.map(|brand| token("brand", &brand));
                    let path = self.category.unwrap_or_default();
                    limit(&path, MAX_PATH, "category")?;
                    if names_sensitive(&path) {
                        Vec::new() // no catalog says that it is safe: nothing is kept of what it is
                    } else {
                        let level = path.rsplit('>').map(str::trim).find(|level| !level.is_empty());
                        let level = name(level.map(str::to_owned), "category")?;
                        let category = level.map(|level| token("category", &level));
                        brand.iter().chain(&category).map(|text| TokenHash::of(text)).collect()
                    }
                }
            };
        }
        Ok(Line {
            item: self.item,
            quantity: between(self.quantity, 0.0, 1e9, "quantity")?.unwrap_or(1.0),
            price: between(self.price, 0.0, 1e12, "price")?,
            digest,
        })
    }
}

impl ShownWire {
    fn into_shown(self) -> Result<Shown> {
        check_id(&self.item, "shown.item")?;
        between(Some(f64::from(self.propensity)), 0.0, 1.0, "shown.propensity")?;
        finite(Some(f64::from(self.score)), "shown.score")?; // of a decision in the unit of its values
        between(self.base.map(f64::from), -1e6, 1e6, "shown.base")?;
        Ok(Shown {
            item: self.item,
            position: self.position,
            propensity: self.propensity,
            score: self.score,
            discovery: self.discovery,
            base: self.base,
            tier: self.tier.as_deref().and_then(Tier::from_name),
            plain: self.plain,
            team: self.team.and_then(|team| u8::try_from(team).ok()),
        })
    }
}

/// What is known of the moment, each a word under one of the known names.
fn facets(given: Vec<String>) -> Result<Vec<String>> {
    let key = |text: &String| text.split_once(':').and_then(|(key, _)| FACETS.iter().position(|name| *name == key));
    let known = |(at, text)| key(text).is_some() && given[..at].iter().all(|other| key(other) != key(text));
    if given.len() > FACETS.len() || !given.iter().enumerate().all(known) {
        let message = "expected season, weather, device, locale or store, each key:value and once";
        return Err(Error::new(ErrorKind::Unknown, "facets", message));
    }
    given.iter().try_for_each(|text| limit(text, MAX_WORD, "facets"))?;
    Ok(given)
}

fn trial(experiment: Option<String>, arms: Vec<String>) -> Result<Option<Trial>> {
    let Some(experiment) = name(experiment, "experiment")? else { return Ok(None) };
    if arms.is_empty() || arms.len() > 2 {
        return Err(Error::new(ErrorKind::Missing, "arms", "expected the arm of the slate, or the two it interleaves"));
    }
    arms.iter().try_for_each(|arm| limit(arm, MAX_WORD, "arms"))?;
    Ok(Some(Trial { experiment, arms }))
}

fn hashed_words(query: Option<&str>, given: &[String]) -> Result<Vec<u64>> {
    let query = query.unwrap_or_default();
    limit(query, 2_000, "query")?;
    let fresh = words(query).map(|word| Ok(xxh64(word.as_bytes(), 0)));
    fresh.chain(given.iter().map(|text| unhex(text, "words"))).take(MAX_DIGEST).collect()
}

fn small(value: Option<f64>, high: f64, path: &str) -> Result<Option<u8>> {
    Ok(between(value, 0.0, high, path)?.map(|value| value as u8))
}

fn name(text: Option<String>, path: &str) -> Result<Option<String>> {
    if let Some(text) = &text {
        limit(text, MAX_WORD, path)?;
        check_id(text, path)?;
    }
    Ok(text)
}

fn limit(text: &str, most: usize, path: &str) -> Result<()> {
    if text.len() > most {
        return Err(Error::new(ErrorKind::TooLong, path, format!("longer than {most} bytes")));
    }
    Ok(())
}

fn hex(value: u64) -> String {
    format!("{value:016x}")
}

fn unhex(text: &str, path: &str) -> Result<u64> {
    u64::from_str_radix(text, 16)
        .map_err(|_| Error::new(ErrorKind::Malformed, path, "expected up to 16 hexadecimal digits"))
}
