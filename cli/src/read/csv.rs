//! Items from CSV and TSV, one row per item under a header; Merchant TSV is the same shape.
//!
//! A quote that is never closed is refused: all that follows it would be one field of one row. So is a row without an end.

use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use anyhow::{Result, bail};
use flaneur::error::{Error, ErrorKind};

use super::draft::{ALIASES, Draft, Field};
use super::fields::{Column, Map, columns, normal};
use super::open::{LONGEST_LINE, Source, damaged};
use super::{Items, magento, merchant, woocommerce};

/// Reads every row.
///
/// # Errors
/// A header without an id, a damaged file, or a text that is not UTF-8: a
/// catalog in another encoding would show wrong letters everywhere.
pub(super) fn read(source: Source, delimiter: u8, map: &Map, items: &mut Items) -> Result<()> {
    let name = source.name;
    let (mut rows, quotes) = table(source.reader, delimiter);
    let headers = headers(&name, &mut rows)?;
    let manner = if merchant::is_header(&headers) {
        Manner::Merchant { spare: merchant::spare(&headers, map) }
    } else if woocommerce::is_header(&headers) {
        Manner::WooCommerce { is_whole: woocommerce::is_whole(&headers) }
    } else if magento::is_header(&headers) {
        Manner::Magento
    } else {
        Manner::Plain
    };
    let mut columns = columns(&headers, ALIASES, map);
    if manner == Manner::Magento {
        magento::correct(&headers, &mut columns, map);
    }
    check_header(&name, &headers, &columns)?;
    if !map.takes("id", "handle") {
        check_variants(&name, &headers, &columns)?;
    }
    let behind = behind(&rows);
    let mut row = ::csv::ByteRecord::new();
    while rows.read_byte_record(&mut row).map_err(|error| broken(&name, error))? {
        let line = row.position().map_or(0, ::csv::Position::line) + behind;
        if row.iter().all(<[u8]>::is_empty) {
            continue;
        }
        if let Some(at) = row.iter().position(|text| std::str::from_utf8(text).is_err()) {
            let column = headers.get(at).map_or("", String::as_str);
            bail!("{name}:{line}: column `{column}` is not UTF-8. {}", convert(&name));
        }
        items.take(&name, line, draft(&row, &headers, &columns, manner));
    }
    quotes.check(&name)
}

/// Whose table it is, where that changes how a row is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    Plain,
    Merchant {
        /// The column of the category of rows that have no other.
        spare: Option<usize>,
    },
    WooCommerce {
        is_whole: bool,
    },
    Magento,
}

const WHOLE_WOOCOMMERCE: Manner = Manner::WooCommerce { is_whole: true };

/// Opens a table, with a watch over its quotes that is asked when all rows were read.
pub(super) fn table(reader: Box<dyn BufRead>, delimiter: u8) -> (::csv::Reader<impl Read>, Quotes) {
    let quotes = Quotes::default();
    let watched = Watched {
        reader,
        delimiter,
        place: Place::FieldStart,
        line: 1,
        opened: 1,
        row: 1,
        held: 0,
        quotes: quotes.clone(),
    };
    (::csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(watched), quotes)
}

/// What is missing from the lines of rows, asked when the header was read: with CRLF a row begins at the line feed before it.
pub(super) fn behind(rows: &::csv::Reader<impl Read>) -> u64 {
    u64::from(rows.position().line() == 1)
}

/// The line of the quote that is open, if one is.
#[derive(Clone, Default)]
pub(super) struct Quotes(Rc<Cell<Option<u64>>>);

impl Quotes {
    /// Refuses a table that ended inside a quoted field.
    pub(super) fn check(&self, name: &str) -> Result<()> {
        match self.0.get() {
            None => Ok(()),
            Some(line) => bail!(
                "{name}:{line}: a quote is opened here and never closed, so all rows from there on are one field; \
                 close it, or write \"\" for a quote inside a quoted field"
            ),
        }
    }
}

/// Where the bytes that went by left the reader of the table.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    FieldStart,
    Field,
    Quoted,
    /// After a quote inside a quoted field, which ends it unless another one follows.
    QuotedQuote,
}

/// Follows the quotes of the bytes that go by, as the reader of the table does.
struct Watched {
    reader: Box<dyn BufRead>,
    delimiter: u8,
    place: Place,
    line: u64,
    /// The line of the last opening quote.
    opened: u64,
    /// The line where the row began, and how much of it went by.
    row: u64,
    held: usize,
    quotes: Quotes,
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.follow(&buffer[..read]);
        if self.held > LONGEST_LINE {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, self.row.to_string()));
        }
        Ok(read)
    }
}

impl Watched {
    fn follow(&mut self, bytes: &[u8]) {
        self.held += bytes.len();
        for (at, &byte) in bytes.iter().enumerate() {
            self.place = match (self.place, byte) {
                (Place::FieldStart, b'"') => {
                    self.opened = self.line;
                    Place::Quoted
                }
                (Place::Quoted, b'"') => Place::QuotedQuote,
                (Place::QuotedQuote, b'"') | (Place::Quoted, _) => Place::Quoted,
                (_, b'\n' | b'\r') => Place::FieldStart,
                (_, byte) if byte == self.delimiter => Place::FieldStart,
                _ => Place::Field,
            };
            self.line += u64::from(byte == b'\n');
            if matches!(byte, b'\n' | b'\r') && self.place == Place::FieldStart {
                (self.row, self.held) = (self.line, bytes.len() - at - 1);
            }
        }
        self.quotes.0.set((self.place == Place::Quoted).then_some(self.opened));
    }
}

/// Reads the header of a table, its names as they are compared.
pub(super) fn headers<R: std::io::Read>(name: &str, rows: &mut ::csv::Reader<R>) -> Result<Vec<String>> {
    let header = rows.byte_headers().map_err(|error| broken(name, error))?;
    let texts: std::result::Result<Vec<&str>, _> = header.iter().map(std::str::from_utf8).collect();
    match texts {
        Ok(texts) => Ok(texts.into_iter().map(normal).collect()),
        Err(_) => bail!("{name}:1: the header is not UTF-8. {}", convert(name)),
    }
}

/// How to convert a file to UTF-8.
pub(super) fn convert(name: &str) -> String {
    format!("If it is Latin-1, convert it: iconv -f WINDOWS-1252 -t UTF-8 {name} > utf8-file")
}

/// What an error of the table reader means.
pub(super) fn broken(name: &str, error: ::csv::Error) -> anyhow::Error {
    match error.into_kind() {
        ::csv::ErrorKind::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => {
            anyhow::anyhow!(
                "{name}:{error}: the row that begins here has no end within 16 MiB; is a quote never closed?"
            )
        }
        ::csv::ErrorKind::Io(error) => damaged(name, &error),
        kind => anyhow::anyhow!("{name} cannot be read as a table: {kind:?}"),
    }
}

fn check_header(name: &str, headers: &[String], columns: &[Column<Field>]) -> Result<()> {
    if !columns.contains(&Column::Known(Field::Id)) {
        bail!("{name}: no column is the item's id (columns: {}); name it with --map id=COLUMN", headers.join(", "));
    }
    for column in columns {
        if let Column::Extra(key) = column
            && matches!(key.as_str(), "__proto__" | "constructor" | "prototype")
        {
            bail!("{name}:1: a column may not be called `{key}`; ignore it with --map {key}=");
        }
    }
    Ok(())
}

fn check_variants(name: &str, headers: &[String], columns: &[Column<Field>]) -> Result<()> {
    let by_handle = headers.iter().zip(columns).any(|(name, is)| name == "handle" && *is == Column::Known(Field::Id));
    if by_handle && headers.iter().any(|header| header == "variant_price") {
        bail!(
            "{name} is Shopify's export of products as a table: a row per variant, without the numbers that Shopify's \
             events name products by. Give the shop's own products.json, which is at /products.json?limit=250 of the \
             shop (then &page=2 and so on), or make each variant an item with --map id=variant_sku"
        );
    }
    Ok(())
}

fn draft(
    row: &::csv::ByteRecord,
    headers: &[String],
    columns: &[Column<Field>],
    manner: Manner,
) -> flaneur::error::Result<Draft> {
    if row.len() != columns.len() {
        let message =
            format!("the row has {} columns, the header {}; check quotes and separators", row.len(), columns.len());
        return Err(Error::new(ErrorKind::WrongType, "", message));
    }
    let mut draft = Draft::new();
    for ((text, column), header) in row.iter().zip(columns).zip(headers) {
        let text = std::str::from_utf8(text).unwrap_or_default();
        match column {
            Column::Known(Field::Category) if matches!(manner, Manner::WooCommerce { .. }) => draft.categories(text),
            Column::Known(Field::Category) if manner == Manner::Magento && header == "categories" => {
                draft.categories(&magento::paths(text));
            }
            Column::Known(field) => draft.set(*field, text).map_err(|error| at_column(error, *field, header))?,
            Column::Extra(key) if matches!(manner, Manner::Merchant { .. }) => {
                merchant::attribute(&mut draft, key, text)
            }
            // What the user named is what it was named; the rest is read at the end.
            Column::Extra(key) if manner == WHOLE_WOOCOMMERCE && key == header => {}
            Column::Extra(key) if !key.is_empty() => draft.attribute(&key.replace(':', "_"), text),
            Column::Extra(_) | Column::Skipped => {}
        }
    }
    if let Manner::Merchant { spare: Some(at) } = manner
        && draft.item.category.is_empty()
    {
        draft.set(Field::Category, row.get(at).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default())?;
    }
    if manner == WHOLE_WOOCOMMERCE {
        let is_own = |column: &Column<Field>, header: &str| matches!(column, Column::Extra(key) if key == header);
        woocommerce::complete(
            &mut draft,
            row.iter().zip(headers).zip(columns).map(|((text, header), column)| {
                let text = std::str::from_utf8(text).unwrap_or_default().trim();
                woocommerce::Cell { header, text, is_own: is_own(column, header) }
            }),
        );
    }
    draft.finish()
}

/// Errors of a table name the table's own column; a column of currencies can be passed over.
fn at_column(error: Error, field: Field, header: &str) -> Error {
    let way_out = format!("; mend it, or pass over the column and name the currency: --map {header}= --currency CODE");
    let message = match field {
        Field::Currency => format!("{}{way_out}", error.message).into(),
        _ => error.message,
    };
    Error { path: header.into(), message, ..error }
}
