//! `flaneur inspect`: shows what a pack holds.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use anyhow::anyhow;
use clap::Args;
use flaneur::catalog::pack::{HEADER_LEN, ROW_LEN};
use flaneur::catalog::{Catalog, RelationKind};
use flaneur_estimate::files::{check, found};

use crate::commands::Failure;
use crate::output::print;

/// Shown below the options.
pub(crate) const EXAMPLES: &str = "\
Examples:
  flaneur inspect shop.flaneur
  flaneur inspect shop.flaneur SKU-123    one item and its neighbours";

/// Options of `flaneur inspect`.
#[derive(Args)]
pub(crate) struct Options {
    /// The pack.
    file: PathBuf,
    /// An item to show with its neighbours.
    item: Option<String>,
}

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let name = options.file.display();
    let bytes = found(&options.file, fs::read(&options.file), "read").map_err(Failure::Input)?;
    check(&options.file, &bytes).map_err(Failure::Input)?;
    let catalog = Catalog::read(bytes).map_err(|error| Failure::Input(anyhow!("{name}: {error}")))?;
    let text = match &options.item {
        None => about(&catalog),
        Some(id) => {
            let item = catalog.find(id).ok_or_else(|| Failure::Input(anyhow!("{name} has no item `{id}`")))?;
            item_text(&catalog, item)
        }
    };
    print(text.as_bytes(), [])
}

/// Facts and sizes of a whole pack.
pub(crate) fn about(catalog: &Catalog) -> String {
    let meta = catalog.meta();
    let items = catalog.len().max(1);
    let mut text = format!("pack {:016x}, {} items", catalog.hash(), catalog.len());
    let _ = write!(text, ", {} attribute tokens, {} dimensions", catalog.token_count(), catalog.dims());
    text.push_str(if meta.learned { ", learned from a log\n" } else { ", without a log\n" });
    if meta.learned {
        let share = f64::from(meta.repeat_share) * 100.0;
        let _ = writeln!(
            text,
            "pairs seen by at least {} shoppers; {share:.1} % of purchases are repeats",
            meta.min_support
        );
    }
    let created = jiff::Timestamp::from_millisecond(meta.created).map(|at| at.to_string()).unwrap_or_default();
    let currency = if meta.currency.is_empty() { "unknown" } else { &meta.currency };
    let _ = writeln!(text, "created {created}, currency {currency}\n\nsection        bytes  per item  what");
    let sizes = sections(catalog.bytes());
    for (tag, size) in &sizes {
        let _ = writeln!(text, "{tag:8} {size:11} {:9.1}  {}", *size as f64 / items as f64, meaning(tag));
    }
    let total = catalog.bytes().len();
    let _ = writeln!(text, "{:8} {total:11} {:9.1}  with header and table", "all", total as f64 / items as f64);
    text
}

/// Each section's tag and size.
pub(crate) fn sections(bytes: &[u8]) -> Vec<(String, usize)> {
    let count = bytes.get(10..12).map_or(0, |x| usize::from(u16::from_le_bytes([x[0], x[1]])));
    let rows = bytes.get(HEADER_LEN..HEADER_LEN + count * ROW_LEN).unwrap_or_default();
    rows.chunks_exact(ROW_LEN)
        .map(|row| {
            let size = u32::from_le_bytes([row[12], row[13], row[14], row[15]]) as usize;
            (String::from_utf8_lossy(&row[..4]).trim().to_owned(), size)
        })
        .collect()
}

fn meaning(tag: &str) -> &'static str {
    match tag {
        "META" => "facts about the pack",
        "IDS" => "identifiers",
        "FLAG" => "availability, protection and kinds",
        "PRIC" => "prices",
        "ADDD" => "days added",
        "MARG" => "margins",
        "GRUP" => "variant families",
        "TOKD" => "attribute tokens",
        "TOKI" => "tokens of each item",
        "POPU" => "popularity",
        "TREN" => "trend of the last 28 days",
        "REPE" => "repeat rates",
        "EMBD" => "vectors",
        "TOGE" => "neighbours seen together",
        "NEXT" => "neighbours seen next",
        "SIMI" => "look-alikes",
        "WGHT" => "prior weights",
        _ => "unknown to this version",
    }
}

fn item_text(catalog: &Catalog, item: u32) -> String {
    let mut text = format!("{}: {}", catalog.id(item), catalog.kind(item).name());
    if !catalog.is_available(item) {
        text.push_str(", not available");
    }
    if catalog.is_sensitive(item) {
        text.push_str(", sensitive: never learned");
    }
    if let Some(price) = catalog.price(item) {
        let _ = write!(text, ", {price:.2} {}", catalog.meta().currency);
    }
    let tokens: Vec<&str> = catalog.tokens(item).map(|token| catalog.token(token)).collect();
    let _ = writeln!(text, "\ntokens      {}", tokens.join(", "));
    let _ = writeln!(text, "popularity  {:+.3}  trend {:+.3}", catalog.popularity(item), catalog.trend(item));
    if let Some(repeat) = catalog.repeat(item) {
        let _ = writeln!(text, "repeat      {repeat:.3}");
    }
    let lists =
        [("together", RelationKind::Together), ("next", RelationKind::Next), ("similar", RelationKind::Similar)];
    for (name, kind) in lists {
        let _ = writeln!(text, "\n{name}");
        let mut list: Vec<(u32, f64)> = catalog.neighbours(kind, item).collect();
        list.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        for (other, weight) in list {
            let _ = writeln!(text, "  {weight:9.5}  {}", catalog.id(other));
        }
    }
    text
}
