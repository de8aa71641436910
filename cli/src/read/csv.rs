//! Items from CSV and TSV, one row per item under a header; Merchant TSV is the same shape.

use anyhow::{Result, bail};
use flaneur::error::{Error, ErrorKind};

use super::draft::{ALIASES, Draft, Field};
use super::fields::{Column, Map, columns, normal};
use super::open::{Source, damaged};
use super::{Items, merchant};

/// Reads every row.
///
/// # Errors
/// A header without an id, a damaged file, or a text that is not UTF-8: a
/// catalog in another encoding would show wrong letters everywhere.
pub(super) fn read(source: Source, delimiter: u8, map: &Map, items: &mut Items) -> Result<()> {
    let name = source.name;
    let mut rows = ::csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(source.reader);
    let headers = headers(&name, &mut rows)?;
    let is_feed = merchant::is_header(&headers);
    let columns = columns(&headers, ALIASES, map);
    check_header(&name, &headers, &columns)?;
    let mut row = ::csv::ByteRecord::new();
    while rows.read_byte_record(&mut row).map_err(|error| broken(&name, error))? {
        let line = row.position().map_or(0, ::csv::Position::line);
        if row.iter().all(<[u8]>::is_empty) {
            continue;
        }
        if let Some(at) = row.iter().position(|text| std::str::from_utf8(text).is_err()) {
            let column = headers.get(at).map_or("", String::as_str);
            bail!("{name}:{line}: column `{column}` is not UTF-8. {}", convert(&name));
        }
        items.take(&name, line, draft(&row, &headers, &columns, is_feed));
    }
    Ok(())
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

fn draft(
    row: &::csv::ByteRecord,
    headers: &[String],
    columns: &[Column<Field>],
    is_feed: bool,
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
            Column::Known(field) => draft.set(*field, text).map_err(|error| at_column(error, header))?,
            Column::Extra(key) if is_feed => merchant::attribute(&mut draft, key, text),
            Column::Extra(key) if !key.is_empty() => draft.attribute(&key.replace(':', "_"), text),
            Column::Extra(_) | Column::Skipped => {}
        }
    }
    draft.finish()
}

/// Errors of a table name the table's own column.
fn at_column(error: Error, header: &str) -> Error {
    Error { path: header.into(), ..error }
}
