//! Reads what shops have: items from feeds and tables, events from logs.
//!
//! Guarantees: every row becomes an item or an event, or is reported with its
//! file, line, field and reason; identifiers are unique. Formats are recognised
//! by content first, by extension where the content is ambiguous.

pub mod bandit;
mod csv;
mod document;
mod draft;
mod events;
pub mod faults;
mod fields;
mod jsonld;
mod magento;
mod merchant;
mod ndjson;
mod open;
mod parquet;
mod shapes;
mod shopify;
mod value;
mod woocommerce;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::PathBuf;

use anyhow::{Result, bail};
use flaneur::catalog::Item;
use flaneur::catalog::item::check_id;
use flaneur::error::{Error, ErrorKind};

pub use draft::Draft;
pub use events::Notes;
pub use fields::Map;

use crate::learn::crunch::Spool;
use crate::learn::sample::Sample;
use crate::log::Log;
use crate::progress::Progress;
use faults::{Faults, Limit};
use open::{Shape, open};

/// What every reader needs.
pub struct Reading<'a> {
    /// Names the user gave to columns.
    pub map: &'a Map,
    /// Where progress is shown.
    pub progress: &'a Progress,
    /// How many bad rows are tolerated, of items and of events each.
    pub limit: Limit,
    /// Events after this moment (epoch milliseconds) are refused.
    pub now: i64,
    /// The moment (epoch milliseconds) whose prices items have.
    pub priced: i64,
}

/// Items as they are collected, in the order of the files.
pub(crate) struct Items {
    drafts: Vec<Draft>,
    places: HashMap<String, (String, u64)>,
    faults: Faults,
    /// The moment whose prices they have.
    priced: i64,
}

impl Items {
    /// Takes one row's outcome: an item, or the reason why there is none.
    pub(crate) fn take(&mut self, file: &str, line: u64, draft: flaneur::error::Result<Draft>) {
        self.faults.row();
        if let Err(error) = draft.and_then(|draft| self.keep(file, line, draft.priced(self.priced)?)) {
            self.faults.add(file, line, &error);
        }
    }

    fn keep(&mut self, file: &str, line: u64, draft: Draft) -> flaneur::error::Result<()> {
        match self.places.entry(draft.item.id.clone()) {
            Entry::Occupied(first) => {
                let (file, line) = first.get();
                let message = format!("the same id stands at {file}:{line}; give each item its own id");
                Err(Error::new(ErrorKind::Duplicate, "id", message))
            }
            Entry::Vacant(place) => {
                place.insert((file.into(), line));
                self.drafts.push(draft);
                Ok(())
            }
        }
    }
}

/// The items of a run, by identifier.
pub struct Catalogue {
    /// The items, in the shop's order.
    pub drafts: Vec<Draft>,
    index: HashMap<String, u32>,
    /// Without item files, the log itself says which items there are.
    grows: bool,
}

impl Catalogue {
    /// The index of each item by its identifier.
    #[must_use]
    pub fn index(&self) -> &HashMap<String, u32> {
        &self.index
    }

    /// The index of an item; a catalogue made from the log takes new ones in.
    fn find(&mut self, id: &str) -> flaneur::error::Result<Option<u32>> {
        if let Some(&known) = self.index.get(id) {
            return Ok(Some(known));
        }
        if !self.grows {
            return Ok(None);
        }
        check_id(id, "item")?;
        let next = self.drafts.len() as u32;
        self.drafts.push(Draft { item: Item::new(id), ..Draft::default() });
        self.index.insert(id.into(), next);
        Ok(Some(next))
    }
}

/// Reads item files; without any, the catalogue is made from the log.
///
/// # Errors
/// A file that cannot be read as a whole. Bad rows are in the faults.
pub fn items(paths: &[PathBuf], reading: &Reading<'_>) -> Result<(Catalogue, Faults)> {
    let faults = Faults::new(reading.limit);
    let mut items = Items { drafts: Vec::new(), places: HashMap::new(), faults, priced: reading.priced };
    for path in paths {
        let bar = reading.progress.bytes("reading items");
        let source = open(path, &bar)?;
        let before = items.faults.rows;
        let name = source.name.clone();
        match source.shape {
            Shape::Table(delimiter) => csv::read(source, delimiter, reading.map, &mut items)?,
            Shape::Lines => ndjson::read(source, &mut items)?,
            Shape::Xml => merchant::read(source, &mut items)?,
            Shape::Document => document::read(source, reading.map, &mut items)?,
        }
        if items.faults.rows == before {
            bail!("{name} holds no item; expected at least one");
        }
        bar.finish_and_clear();
    }
    let index = items.drafts.iter().zip(0..).map(|(draft, at)| (draft.item.id.clone(), at)).collect();
    Ok((Catalogue { drafts: items.drafts, index, grows: paths.is_empty() }, items.faults))
}

/// Reads logs into one, in memory.
///
/// # Errors
/// A file that cannot be read as a whole. Bad rows are in the faults.
pub fn events(paths: &[PathBuf], catalogue: &mut Catalogue, reading: &Reading<'_>) -> Result<(Log, Notes, Faults)> {
    let mut faults = Faults::new(reading.limit);
    let mut log = Log::default();
    let mut notes = events::read(paths, reading, catalogue, &mut faults, &mut log)?;
    notes.repeated = log.settle();
    Ok((log, notes, faults))
}

/// Streams logs of any size into a spool, from where they are counted, and past a sample.
///
/// Repeated rows are counted with the rest: see [`crate::learn::counts::Counts::repeated`].
///
/// # Errors
/// As [`events`], or the scratch folder cannot be written.
pub fn stream(
    paths: &[PathBuf],
    catalogue: &mut Catalogue,
    reading: &Reading<'_>,
    spool: &mut Spool,
    sample: Option<&mut Sample>,
) -> Result<(Notes, Faults)> {
    let mut faults = Faults::new(reading.limit);
    let mut streamed = events::Streamed { spool, sample };
    let notes = events::read(paths, reading, catalogue, &mut faults, &mut streamed)?;
    Ok((notes, faults))
}

/// Reads a moment of the command line: ISO 8601, seconds or milliseconds.
///
/// # Errors
/// What a moment should have looked like.
pub fn moment(text: &str) -> std::result::Result<i64, String> {
    value::moment(text).map(|(at, _)| at).map_err(|error| error.message.to_string())
}
