//! Interaction logs: CSV, TSV, NDJSON or Parquet, one event per row.
//!
//! Guarantees: every row is learned from, set aside for a reason that is
//! counted, or reported as bad with its place. Times are on one scale per file.
//! Rows go one by one into a [`Sink`]: a log in memory, or files on disk.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use flaneur::error::{Error, ErrorKind};
use flaneur_estimate::files::found;
use serde::Serialize;

use super::csv::{behind, broken, convert, headers, table};
use super::faults::Faults;
use super::fields::{Aliases, Column, Map, columns, normal};
use super::open::{Shape, Source, next_line, open};
use super::shapes::rows;
use super::value::{TimeUnit, moment_like, price, quote};
use super::{Catalogue, Reading, parquet};
use crate::learn::crunch::{Row as Counted, Spool};
use crate::learn::sample::Sample;
use crate::log::{Log, Touch, is_guest};

/// A field of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Session,
    User,
    Item,
    Ts,
    Type,
    Quantity,
    Price,
}

pub(super) const FIELDS: usize = 7;

pub(super) const ALIASES: Aliases<Field> = &[
    (
        Field::Session,
        &[
            "session",
            "basket",
            "session_id",
            "sessionid",
            "ga_session_id",
            "visit",
            "visit_id",
            "basket_id",
            "order",
            "order_id",
            "transaction",
            "transaction_id",
            "transactionid",
            "invoice",
            "invoiceno",
            "invoice_no",
            "commande",
            "panier",
        ],
    ),
    (
        Field::User,
        &[
            "user",
            "shopper",
            "user_id",
            "userid",
            "shopper_id",
            "visitor",
            "visitor_id",
            "visitorid",
            "customer",
            "customer_id",
            "customerid",
            "client_id",
            "user_pseudo_id",
            "household_key",
            "id_client",
            "code_client",
            "numéro_client",
        ],
    ),
    (
        Field::Item,
        &[
            "item",
            "item_id",
            "itemid",
            "product",
            "product_id",
            "productid",
            "sku",
            "stockcode",
            "variant_id",
            "article_id",
            "id",
            "article",
            "produit",
            "référence",
            "reference",
        ],
    ),
    (
        Field::Ts,
        &[
            "ts",
            "timestamp",
            "time",
            "at",
            "date",
            "datetime",
            "event_timestamp",
            "event_time",
            "created_at",
            "invoicedate",
            "invoice_date",
            "eventdate",
            "t_dat",
        ],
    ),
    (Field::Type, &["type", "event", "event_name", "event_type", "action"]),
    (Field::Quantity, &["quantity", "qty", "quantité", "quantite"]),
    (Field::Price, &["price", "unit_price", "price_pence", "price_cents", "unitprice", "prix"]),
];

/// What reading the logs found besides bad rows.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Notes {
    /// Rows that name an item the catalog does not have.
    pub unknown_items: u64,
    /// Rows of a type that says nothing for an item, by type.
    pub set_aside: BTreeMap<String, u64>,
    /// Rows earlier than the row before them; sorted.
    pub out_of_order: u64,
    /// Rows that repeat another row of their session; dropped.
    pub repeated: u64,
}

/// Most types of rows that are counted apart, and most that an error names.
const KINDS: usize = 40;
const NAMED: usize = 8;

impl Notes {
    /// Counts a row that says nothing for an item; beyond [`KINDS`] types the rest are one, so that no log fills the memory.
    fn set_aside(&mut self, kind: &str) {
        let mut kind = kind.to_lowercase();
        if self.set_aside.len() >= KINDS && !self.set_aside.contains_key(&kind) {
            kind = "of other types".into();
        }
        *self.set_aside.entry(kind).or_default() += 1;
    }
}

/// A row that teaches something.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taught<'a> {
    user: &'a str,
    session: &'a str,
    item: u32,
    touch: Touch,
    at: i64,
}

/// Where the rows of a log go.
pub(super) trait Sink {
    /// Takes a row.
    ///
    /// # Errors
    /// The disk is full.
    fn take(&mut self, row: &Taught<'_>) -> Result<()>;
}

impl Sink for Log {
    fn take(&mut self, row: &Taught<'_>) -> Result<()> {
        self.add(row.user, row.session, row.item, row.touch, row.at);
        Ok(())
    }
}

/// Rows that are counted, and some of them sampled.
pub(super) struct Streamed<'a> {
    pub(super) spool: &'a mut Spool,
    pub(super) sample: Option<&'a mut Sample>,
}

impl Sink for Streamed<'_> {
    fn take(&mut self, row: &Taught<'_>) -> Result<()> {
        let Taught { user, session, item, touch, at } = *row;
        let row = Counted::named(user, session, item, touch, at, self.spool.rows());
        if let Some(sample) = &mut self.sample {
            sample.add(&row);
        }
        self.spool.add(&row)
    }
}

/// What a log's `type` means.
enum Meaning {
    Learn(Touch),
    SetAside,
}

/// Reads logs into one sink.
///
/// # Errors
/// A file that is damaged, has another shape, or lacks the columns that are needed.
pub(super) fn read(
    paths: &[PathBuf],
    reading: &Reading<'_>,
    catalogue: &mut Catalogue,
    faults: &mut Faults,
    sink: &mut dyn Sink,
) -> Result<Notes> {
    let mut reader =
        Reader { sink, notes: Notes::default(), known: 0, stranger: None, catalogue, faults, latest: reading.now };
    for path in paths {
        let bar = reading.progress.bytes("reading events");
        if is_parquet(path)? {
            parquet::read(path, reading.map, &mut reader, &bar)?;
            bar.finish_and_clear();
            continue;
        }
        let source = open(path, &bar)?;
        match source.shape {
            Shape::Table(delimiter) => reader.table(source, delimiter, reading.map)?,
            Shape::Lines => reader.lines(source, reading.map)?,
            _ => bail!("{}: events are expected as CSV, TSV, NDJSON (one object per line) or Parquet", source.name),
        }
        bar.finish_and_clear();
    }
    reader.finish()
}

/// Takes the rows of all files.
pub(super) struct Reader<'a> {
    sink: &'a mut dyn Sink,
    notes: Notes,
    /// Rows that name an item of the catalog.
    known: u64,
    /// The first item that the catalog does not have.
    stranger: Option<String>,
    catalogue: &'a mut Catalogue,
    pub(super) faults: &'a mut Faults,
    /// Moments after this one are refused.
    latest: i64,
}

/// What is known of one file.
pub(super) struct FileState {
    unit: Option<TimeUnit>,
    before: i64,
    /// The touch of rows without a type.
    untyped: Touch,
}

impl FileState {
    pub(super) fn new(has_quantity: bool) -> Self {
        let untyped = if has_quantity { Touch::Buy } else { Touch::View };
        Self { unit: None, before: i64::MIN, untyped }
    }
}

/// The keys of the last JSON object, and where the fields are among them.
#[derive(Default)]
struct ObjectShape {
    keys: Vec<String>,
    places: [Option<usize>; FIELDS],
}

impl ObjectShape {
    /// Where the fields are; computed again only when the keys differ from the last object's.
    fn places(&mut self, keys: &[String], map: &Map) -> [Option<usize>; FIELDS] {
        if self.keys != keys {
            let columns = columns(keys, ALIASES, map);
            for (place, &(field, _)) in self.places.iter_mut().zip(ALIASES) {
                *place = columns.iter().position(|column| *column == Column::Known(field));
            }
            self.keys = keys.to_vec();
        }
        self.places
    }
}

/// The texts of one row, by field.
pub(super) type Row<'a> = [&'a str; FIELDS];

impl Reader<'_> {
    /// What was found; refuses logs of another catalog, of which nothing can be learned.
    fn finish(self) -> Result<Notes> {
        if let (0, Some(stranger), Some(draft)) = (self.known, &self.stranger, self.catalogue.drafts.first()) {
            bail!(
                "no row of the events names an item of the catalog: the events say {}, the catalog {}. Both must call \
                 an item the same; name the columns that do with --map item=COLUMN and --map id=COLUMN",
                quote(stranger),
                quote(&draft.item.id)
            );
        }
        if self.known == 0 && !self.notes.set_aside.is_empty() && !self.faults.is_too_many() {
            let of = |(kind, count): (&String, &u64)| format!("{count}× {}", quote(kind));
            let kinds: Vec<String> = self.notes.set_aside.iter().take(NAMED).map(of).collect();
            bail!(
                "no row of the events teaches anything: those that can be read were set aside by their type ({}). Name \
                 the columns that say what happened and with which item: --map type=COLUMN, --map item=COLUMN",
                kinds.join(", ")
            );
        }
        Ok(self.notes)
    }

    fn table(&mut self, source: Source, delimiter: u8, map: &Map) -> Result<()> {
        let name = source.name;
        let (mut rows, quotes) = table(source.reader, delimiter);
        let headers = headers(&name, &mut rows)?;
        let columns = columns(&headers, ALIASES, map);
        let place = |field: Field| columns.iter().position(|column| *column == Column::Known(field));
        check_columns(&name, &headers, place)?;
        let places: Vec<Option<usize>> = ALIASES.iter().map(|&(field, _)| place(field)).collect();
        let mut state = FileState::new(place(Field::Quantity).is_some());
        let behind = behind(&rows);
        let mut row = ::csv::ByteRecord::new();
        while rows.read_byte_record(&mut row).map_err(|error| broken(&name, error))? {
            let line = row.position().map_or(0, ::csv::Position::line) + behind;
            self.faults.row();
            match texts_of(&row, headers.len(), &places, &name) {
                Ok(texts) => {
                    if let Err(error) = self.row(&texts, &mut state)? {
                        self.faults.add(&name, line, &at_header(error, &headers, place));
                    }
                }
                Err(error) => self.faults.add(&name, line, &error),
            }
        }
        quotes.check(&name)
    }

    fn lines(&mut self, mut source: Source, map: &Map) -> Result<()> {
        let mut line = Vec::new();
        let mut number = 0;
        let mut state: Option<FileState> = None;
        let mut shape = ObjectShape::default();
        while next_line(&source.name, source.reader.as_mut(), &mut line)?.is_some() {
            number += 1;
            if line.trim_ascii().is_empty() {
                continue;
            }
            self.faults.row();
            let flats = match rows(&line) {
                Ok(flats) => flats,
                Err(error) => {
                    self.faults.add(&source.name, number, &error);
                    continue;
                }
            };
            for flat in &flats {
                let places = shape.places(&flat.keys, map);
                let has_quantity = places[Field::Quantity as usize].is_some();
                let state = state.get_or_insert_with(|| FileState::new(has_quantity));
                let texts = places.map(|place| place.map_or("", |at| flat.texts[at].as_str()));
                // The rest of an event whose one entry is bad is left out: a line is one row.
                if let Err(error) = self.row(&texts, state)? {
                    self.faults.add(&source.name, number, &error);
                    break;
                }
            }
        }
        Ok(())
    }

    /// Takes one row; the inner error is the row's own fault.
    ///
    /// # Errors
    /// The disk is full.
    pub(super) fn row(&mut self, texts: &Row<'_>, state: &mut FileState) -> Result<flaneur::error::Result<()>> {
        match self.taught(texts, state) {
            Ok(Some(row)) => self.sink.take(&row).map(Ok),
            Ok(None) => Ok(Ok(())),
            Err(error) => Ok(Err(error)),
        }
    }

    /// What a row teaches; nothing when it is set aside.
    fn taught<'t>(&mut self, texts: &Row<'t>, state: &mut FileState) -> flaneur::error::Result<Option<Taught<'t>>> {
        let text = |field: Field| texts[field as usize].trim();
        let (user, session, item) = (text(Field::User), text(Field::Session), text(Field::Item));
        if texts.iter().any(|text| text.contains('\0')) {
            let message = "the row has NUL characters; is it UTF-16 inside a UTF-8 file?";
            return Err(Error::new(ErrorKind::Malformed, "", message));
        }
        let at = moment_like(text(Field::Ts), &mut state.unit)?;
        if at < 0 {
            let message = "the time is before 1970; leave rows out whose time is not known";
            return Err(Error::new(ErrorKind::OutOfRange, "ts", message));
        }
        if at > self.latest {
            return Err(Error::new(
                ErrorKind::OutOfRange,
                "ts",
                "the time is in the future; check the clock or the unit",
            ));
        }
        let kind = text(Field::Type);
        let no_item = item.is_empty() || item == "(not set)";
        let meaning = match meaning(kind) {
            _ if kind.is_empty() => Meaning::Learn(state.untyped),
            Ok(meaning) => meaning,
            // Analytics count much that has nothing to do with an item: forms, videos, a shop's own events.
            Err(_) if no_item => Meaning::SetAside,
            Err(error) => return Err(error),
        };
        let touch = match meaning {
            Meaning::Learn(touch) if !(no_item && is_page(kind)) => touch,
            _ => {
                self.notes.set_aside(kind);
                return Ok(None);
            }
        };
        if no_item {
            return Err(Error::new(ErrorKind::Missing, "item", "there is no item id"));
        }
        if session.is_empty() && is_guest(user) {
            return Err(Error::new(ErrorKind::Missing, "session", "there is neither a session nor a user"));
        }
        check_numbers(text(Field::Quantity), text(Field::Price))?;
        self.notes.out_of_order += u64::from(at < state.before);
        state.before = at;
        let found = self.catalogue.find(item)?;
        self.notes.unknown_items += u64::from(found.is_none());
        self.known += u64::from(found.is_some());
        if found.is_none() && self.stranger.is_none() {
            self.stranger = Some(item.to_owned());
        }
        Ok(found.map(|item| Taught { user, session, item, touch, at }))
    }
}

/// Whether a file is Parquet, by its first bytes; those of a pipe could not be read again.
fn is_parquet(path: &Path) -> Result<bool> {
    if !path.is_file() {
        return Ok(false); // `open` says what it is instead
    }
    let name = path.display();
    let mut file = found(path, File::open(path), "opened")?;
    let mut magic = [0; 4];
    let read = file.read(&mut magic).with_context(|| format!("{name} cannot be read"))?;
    Ok(&magic[..read] == b"PAR1")
}

pub(super) fn check_columns(name: &str, headers: &[String], place: impl Fn(Field) -> Option<usize>) -> Result<()> {
    let columns = headers.join(", ");
    for (field, canonical) in [(Field::Item, "item"), (Field::Ts, "ts")] {
        if place(field).is_none() {
            bail!("{name}: no column is the {canonical} (columns: {columns}); name it with --map {canonical}=COLUMN");
        }
    }
    if place(Field::Session).is_none() && place(Field::User).is_none() {
        bail!("{name}: no column is the session or the user (columns: {columns}); name one with --map session=COLUMN");
    }
    Ok(())
}

fn texts_of<'a>(
    row: &'a ::csv::ByteRecord,
    width: usize,
    places: &[Option<usize>],
    name: &str,
) -> flaneur::error::Result<Row<'a>> {
    if row.len() != width {
        let message = format!("the row has {} columns, the header {width}; check quotes and separators", row.len());
        return Err(Error::new(ErrorKind::WrongType, "", message));
    }
    let mut texts: Row<'a> = [""; FIELDS];
    for (text, place) in texts.iter_mut().zip(places) {
        let bytes = place.and_then(|at| row.get(at)).unwrap_or_default();
        *text = std::str::from_utf8(bytes)
            .map_err(|_| Error::new(ErrorKind::Malformed, "", format!("the row is not UTF-8. {}", convert(name))))?;
    }
    Ok(texts)
}

/// Errors of a table name the table's own column.
pub(super) fn at_header(error: Error, headers: &[String], place: impl Fn(Field) -> Option<usize>) -> Error {
    let field = ALIASES.iter().find(|(_, names)| names.first() == Some(&error.path.as_str()));
    let header = field.and_then(|&(field, _)| place(field)).map(|at| headers[at].clone());
    match header {
        Some(path) => Error { path, ..error },
        None => error,
    }
}

fn check_numbers(quantity: &str, unit_price: &str) -> flaneur::error::Result<()> {
    // A lone comma is that of a decimal: `1,0`, as sheets write in much of Europe.
    let number = quantity.replace(',', ".").parse::<f64>();
    if !quantity.is_empty() && !number.is_ok_and(|x| x.is_finite() && x > 0.0) {
        let message = format!(
            "{} is not a quantity; expected a number above 0. Leave returns out, or give them the type refund",
            quote(quantity)
        );
        return Err(Error::new(ErrorKind::OutOfRange, "quantity", message));
    }
    if !unit_price.is_empty() && price(unit_price)?.0 < 0.0 {
        return Err(Error::new(ErrorKind::OutOfRange, "price", "the price is negative"));
    }
    Ok(())
}

/// Whether an event of that type may well have no item.
fn is_page(kind: &str) -> bool {
    matches!(normal(kind).as_str(), "page_view" | "pageview" | "click" | "select_item")
}

/// GA4's names and what other logs call the same.
fn meaning(kind: &str) -> flaneur::error::Result<Meaning> {
    let touch = match normal(kind).as_str() {
        "view_item" | "view" | "select_item" | "click" | "detail" | "product_view" | "product_viewed"
        | "product_clicked" | "pageview" | "page_view" => Touch::View,
        "add_to_cart"
        | "addtocart"
        | "cart"
        | "add"
        | "add_to_basket"
        | "product_added"
        | "product_added_to_cart"
        | "add_to_wishlist"
        | "product_added_to_wishlist"
        | "wishlist"
        | "like"
        | "begin_checkout"
        | "checkout"
        | "checkout_started"
        | "add_payment_info"
        | "add_shipping_info" => Touch::Want,
        "purchase" | "buy" | "order" | "transaction" | "order_completed" | "checkout_completed" | "sale" => Touch::Buy,
        "view_item_list"
        | "product_list_viewed"
        | "collection_viewed"
        | "impression"
        | "search"
        | "view_search_results"
        | "products_searched"
        | "search_submitted"
        | "remove_from_cart"
        | "product_removed"
        | "product_removed_from_cart"
        | "remove"
        | "removefromcart"
        | "view_cart"
        | "cart_viewed"
        | "refund"
        | "order_refunded"
        | "return"
        | "dismiss"
        | "mute"
        | "touch"
        | "dwell"
        | "declare"
        | "session_start"
        | "first_visit"
        | "user_engagement"
        | "scroll"
        | "view_promotion"
        | "select_promotion"
        | "login"
        | "sign_up"
        | "share" => return Ok(Meaning::SetAside),
        _ => {
            let message =
                format!("{} is not a known event; expected GA4's names such as view_item or purchase", quote(kind));
            return Err(Error::new(ErrorKind::Unknown, "type", message));
        }
    };
    Ok(Meaning::Learn(touch))
}
