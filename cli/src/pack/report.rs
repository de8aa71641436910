//! What a run found and made: the table at its end, and the same as JSON.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Result;
use flaneur::catalog::{Catalog, Item, RelationKind};
use serde::Serialize;

use super::budget::Choice;
use super::weights::Numbers;
use crate::commands::Failure;
use crate::inspect::about;
use crate::inspect::sections;
use crate::learn::counts::Counts;
use crate::output::print;
use crate::read::Notes;
use crate::read::faults::Faults;

/// Numbers of one run; everything in it depends on the input only, never on the machine.
#[derive(Debug, Default, Serialize)]
pub(super) struct Report {
    pub(super) item_rows: Faults,
    items: ItemNumbers,
    event_rows: Option<Faults>,
    notes: Option<Notes>,
    log: Option<LogNumbers>,
    /// Prices in another currency than the pack's.
    pub(super) prices_dropped: u64,
    /// Links that a page must not use.
    pub(super) links_dropped: u64,
    /// Items without history that borrowed a vector from their words.
    pub(super) borrowed_vectors: u64,
    /// What `--budget` chose.
    pub(super) choice: Option<Choice>,
    /// What the fit of the weights came to; absent when none was made.
    pub(super) fit: Option<Numbers>,
    pack: PackNumbers,
    #[serde(skip)]
    about: String,
}

/// Most attributes that the table at the end names.
const MOST_NAMED: usize = 12;

/// How the items were understood: a column under a name that is not known becomes an attribute, and is missed elsewhere.
#[derive(Debug, Default, Serialize)]
struct ItemNumbers {
    without_title: u64,
    without_category: u64,
    without_price: u64,
    attributes: BTreeSet<String>,
}

#[derive(Debug, Serialize)]
struct LogNumbers {
    events: u64,
    shoppers: u64,
    sessions: u64,
    sessions_learned: u64,
    pairs_seen: u64,
    pairs_kept: u64,
    min_support: u32,
    second_hop: bool,
}

#[derive(Debug, Default, Serialize)]
struct PackNumbers {
    items: u64,
    bytes: u64,
    bytes_per_item: f64,
    hash: String,
    sections: Vec<SectionNumbers>,
    together: u64,
    next: u64,
    similar: u64,
}

#[derive(Debug, Serialize)]
struct SectionNumbers {
    section: String,
    bytes: usize,
    bytes_per_item: f64,
}

impl Report {
    /// Takes in what the items have.
    pub(super) fn items(&mut self, items: &[Item]) {
        let without = |has: fn(&Item) -> bool| items.iter().filter(|item| !has(item)).count() as u64;
        self.items = ItemNumbers {
            without_title: without(|item| !item.title.is_empty()),
            without_category: without(|item| !item.category.is_empty()),
            without_price: without(|item| item.price.is_some()),
            attributes: items.iter().flat_map(|item| &item.attributes).map(|(key, _)| key.clone()).collect(),
        };
    }

    /// Takes in what the log gave.
    pub(super) fn log(&mut self, counts: &Counts, notes: Notes, faults: Faults) {
        self.counted(counts);
        self.notes = Some(Notes { repeated: counts.repeated, ..notes });
        self.event_rows = Some(faults);
    }

    /// Takes in what the tables of a warehouse gave, and how many of their rows name unknown items.
    pub(super) fn tables(&mut self, counts: &Counts, unknown: u64) {
        self.counted(counts);
        self.notes = Some(Notes { repeated: counts.repeated, unknown_items: unknown, ..Notes::default() });
        self.event_rows = Some(Faults::default());
    }

    fn counted(&mut self, counts: &Counts) {
        self.log = Some(LogNumbers {
            events: counts.events,
            shoppers: counts.shoppers,
            sessions: counts.sessions,
            sessions_learned: counts.learned_sessions,
            pairs_seen: counts.pairs_seen,
            pairs_kept: counts.pairs.len() as u64,
            min_support: counts.min_support,
            second_hop: counts.has_views,
        });
    }

    /// Takes in the finished pack.
    pub(super) fn measure(&mut self, catalog: &Catalog) {
        let count = |kind| (0..catalog.len() as u32).map(|item| catalog.neighbours(kind, item).count() as u64).sum();
        let per_item = |bytes: usize| bytes as f64 / catalog.len().max(1) as f64;
        let bytes = catalog.bytes().len();
        self.about = about(catalog);
        self.pack = PackNumbers {
            items: catalog.len() as u64,
            bytes: bytes as u64,
            bytes_per_item: per_item(bytes),
            hash: format!("{:016x}", catalog.hash()),
            sections: sections(catalog.bytes())
                .into_iter()
                .map(|(section, bytes)| SectionNumbers { section, bytes, bytes_per_item: per_item(bytes) })
                .collect(),
            together: count(RelationKind::Together),
            next: count(RelationKind::Next),
            similar: count(RelationKind::Similar),
        };
    }

    /// The report as JSON.
    pub(super) fn json(&self) -> Result<Vec<u8>> {
        let mut json = serde_json::to_vec_pretty(self)?;
        json.push(b'\n');
        Ok(json)
    }

    /// Prints the table at the end of a run.
    pub(super) fn print(&self, out: &Path, outputs: &[&PathBuf], seconds: f64) -> Result<(), Failure> {
        let mut text = String::new();
        self.input(&mut text);
        let _ = writeln!(text, "\n{}", self.about);
        let _ = writeln!(text, "{} written in {seconds:.1} s", out.display());
        print(text.as_bytes(), outputs.iter().copied())
    }

    fn input(&self, text: &mut String) {
        let mut line = |name: &str, value: String| {
            let _ = writeln!(text, "{name:22}{value}");
        };
        let rows = |faults: &Faults| format!("{}, {} of them bad", faults.rows, faults.bad);
        line("item rows", rows(&self.item_rows));
        line("items", self.pack.items.to_string());
        let read = &self.items;
        some(
            &mut line,
            [
                ("without a title", read.without_title),
                ("without a category", read.without_category),
                ("without a price", read.without_price),
            ],
        );
        if !read.attributes.is_empty() {
            let named: Vec<&str> = read.attributes.iter().take(MOST_NAMED).map(String::as_str).collect();
            let more = read.attributes.len() - named.len();
            let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
            line("other attributes", format!("{}{rest}", named.join(", ")));
        }
        if let (Some(log), Some(notes), Some(faults)) = (&self.log, &self.notes, &self.event_rows) {
            line("event rows", rows(faults));
            line("events learned from", log.events.to_string());
            line("shoppers", log.shoppers.to_string());
            line("sessions", format!("{}, {} of 2 to 100 lines", log.sessions, log.sessions_learned));
            line(
                "pairs",
                format!("{} seen, {} by {} shoppers or more", log.pairs_seen, log.pairs_kept, log.min_support),
            );
            line("second hop", if log.second_hop { "yes" } else { "no: only purchases are logged" }.into());
            some(
                &mut line,
                [
                    ("unknown items", notes.unknown_items),
                    ("out of order, sorted", notes.out_of_order),
                    ("repeated, dropped", notes.repeated),
                ],
            );
            for (kind, count) in &notes.set_aside {
                line("set aside", format!("{count} {kind}"));
            }
        }
        some(
            &mut line,
            [
                ("prices dropped", self.prices_dropped),
                ("links dropped", self.links_dropped),
                ("borrowed vectors", self.borrowed_vectors),
            ],
        );
        if let Some(choice) = &self.choice {
            line("budget", format!("{} bytes, as with", choice.budget));
            line("", choice.arguments.clone());
        }
        line("weights", self.weights());
        if let Some(Numbers { intent_moments, .. }) = self.fit.as_ref().filter(|fit| fit.intent_moments > 0) {
            line("intent", format!("learned from {intent_moments} moments of sessions"));
        }
        let pack = &self.pack;
        line("neighbours", format!("{} together, {} next, {} look-alikes", pack.together, pack.next, pack.similar));
    }
}

impl Report {
    fn weights(&self) -> String {
        match &self.fit {
            Some(Numbers { session_moments: 0, visit_moments: 0, .. }) => {
                "defaults: too few moments to fit them".into()
            }
            Some(fit) => {
                format!("fitted on {} moments of sessions, {} next visits", fit.session_moments, fit.visit_moments)
            }
            None => "defaults".into(),
        }
    }
}

/// The counts that are not 0, a line each.
fn some(line: &mut impl FnMut(&str, String), counts: [(&str, u64); 3]) {
    for (name, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
        line(name, count.to_string());
    }
}

/// Shows the first bad rows on the terminal.
pub(super) fn show(what: &str, faults: &Faults) {
    let mut text = String::new();
    for fault in &faults.first {
        let _ = writeln!(text, "bad row: {fault}");
    }
    let hidden = faults.bad - faults.first.len() as u64;
    if hidden > 0 {
        let _ = writeln!(text, "bad row: and {hidden} more of {what}");
    }
    let _ = io::stderr().write_all(text.as_bytes());
}
