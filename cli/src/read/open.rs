//! Opens an input: gzip or plain, byte order mark or not, and looks at its beginning.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;

use anyhow::{Context, Result, bail};
use flaneur_estimate::files::found;
use flate2::read::MultiGzDecoder;
use indicatif::ProgressBar;

/// How many bytes of the beginning decide the format.
const HEAD: usize = 64 * 1024;
/// Beyond this many bytes a single line is not a row any more.
pub(super) const LONGEST_LINE: usize = 16 << 20;

/// What an input looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// One JSON object per line.
    Lines,
    /// One JSON document.
    Document,
    /// Rows with that delimiter under a header.
    Table(u8),
    /// An XML document.
    Xml,
}

/// An opened input.
pub(super) struct Source {
    /// The file as the user named it.
    pub(super) name: String,
    pub(super) shape: Shape,
    pub(super) reader: Box<dyn BufRead>,
}

/// Opens a file; `bar` moves with the bytes read from disk.
///
/// # Errors
/// No such file, an empty one, UTF-16, a web page, or a damaged gzip header.
pub(super) fn open(path: &Path, bar: &ProgressBar) -> Result<Source> {
    let name = path.display().to_string();
    if path.is_dir() {
        bail!("{name} is a folder; name a file, and repeat the option for several");
    }
    let file = found(path, File::open(path), "opened")?;
    bar.set_length(file.metadata().map_or(0, |about| about.len()));
    let mut raw = BufReader::with_capacity(HEAD, bar.wrap_read(file));
    let magic = raw.fill_buf().with_context(|| format!("{name} cannot be read"))?;
    let mut body: Box<dyn Read> =
        if magic.starts_with(&[0x1f, 0x8b]) { Box::new(MultiGzDecoder::new(raw)) } else { Box::new(raw) };
    let mut head = Vec::new();
    (&mut body).take(HEAD as u64).read_to_end(&mut head).map_err(|error| damaged(&name, &error))?;
    if head.starts_with(&[0x1f, 0x8b]) {
        bail!("{name} is gzipped twice; unpack it once: gunzip -c {name} > unpacked-file");
    }
    if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) || is_utf16(&head) {
        bail!("{name} is UTF-16; expected UTF-8. Convert it: iconv -f UTF-16 -t UTF-8 {name} > utf8-file");
    }
    if head.starts_with(&[0xef, 0xbb, 0xbf]) {
        head.drain(..3);
    }
    if head.iter().all(u8::is_ascii_whitespace) && head.len() < HEAD {
        bail!("{name} is empty; expected rows as CSV, TSV, NDJSON, JSON or XML");
    }
    if head.starts_with(b"FLANPACK") {
        bail!("{name} is a pack, which flaneur pack makes; name the feed or the log that it was made from");
    }
    if head.starts_with(b"PK\x03\x04") {
        bail!("{name} is a ZIP archive or a spreadsheet; unpack it, or save the sheet as CSV in UTF-8");
    }
    let packed =
        [(&b"\x28\xb5\x2f\xfd"[..], "Zstandard"), (b"BZh", "bzip2"), (b"\xfd7zXZ\0", "XZ"), (b"7z\xbc\xaf", "7-Zip")];
    if let Some((_, kind)) = packed.iter().find(|(magic, _)| head.starts_with(magic)) {
        bail!("{name} is compressed with {kind}; unpack it, or compress it with gzip");
    }
    if head.starts_with(b"\xd0\xcf\x11\xe0") {
        bail!("{name} is a spreadsheet; save the sheet as CSV in UTF-8");
    }
    if head.starts_with(b"PAR1") {
        bail!("{name} is Parquet, which is read for events only, and from a file; export CSV or NDJSON");
    }
    if is_page(&head) {
        bail!("{name} is a web page, not a feed; open it in a browser: it may say why it came in the feed's place");
    }
    let shape = shape_of(&head, path);
    Ok(Source { name, shape, reader: Box::new(BufReader::with_capacity(HEAD, Cursor::new(head).chain(body))) })
}

/// Whether every second byte of the beginning is 0, as in UTF-16 without a byte order mark.
fn is_utf16(head: &[u8]) -> bool {
    let pairs = head.chunks_exact(2).take(8);
    let zeros = |at: usize| pairs.len() > 1 && pairs.clone().all(|pair| pair[at] == 0 && pair[1 - at] != 0);
    zeros(0) || zeros(1)
}

/// Whether it is HTML, as servers answer with when they refuse a file.
fn is_page(head: &[u8]) -> bool {
    let head = head.trim_ascii_start();
    [&b"<!doctype html"[..], b"<html"]
        .iter()
        .any(|tag| head.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag)))
}

/// What an error while reading means to the user.
pub(super) fn damaged(name: &str, error: &io::Error) -> anyhow::Error {
    let hint = match error.kind() {
        io::ErrorKind::UnexpectedEof => "it ends too early: the file is cut off. Copy or export it again",
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => "it is damaged. Copy or export it again",
        _ => "check the disk and the permissions",
    };
    anyhow::anyhow!("{name} cannot be read to its end ({error}); {hint}")
}

fn shape_of(head: &[u8], path: &Path) -> Shape {
    let start = head.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(0);
    let head = &head[start..];
    match head.first() {
        Some(b'<') => Shape::Xml,
        Some(b'[') => Shape::Document,
        Some(b'{') if has_extension(path, &["ndjson", "jsonl"]) || is_object_per_line(head) => Shape::Lines,
        Some(b'{') => Shape::Document,
        _ => Shape::Table(delimiter(head, path)),
    }
}

fn has_extension(path: &Path, expected: &[&str]) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let name = name.strip_suffix(".gz").unwrap_or(&name).to_owned();
    expected.iter().any(|extension| name.ends_with(&format!(".{extension}")))
}

/// Whether the first line is a whole object, and another object follows it.
fn is_object_per_line(head: &[u8]) -> bool {
    let mut lines = head.split(|&byte| byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let first = lines.next().is_some_and(|line| serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok());
    first && lines.next().is_some_and(|line| line.trim_ascii().starts_with(b"{"))
}

/// The separator that the header line uses most.
fn delimiter(head: &[u8], path: &Path) -> u8 {
    let header = head.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let count = |delimiter: u8| header.iter().filter(|&&byte| byte == delimiter).count();
    if has_extension(path, &["tsv", "tab"]) && count(b'\t') > 0 {
        return b'\t';
    }
    let candidates = [b',', b'\t', b';', b'|'];
    candidates.into_iter().rev().max_by_key(|&delimiter| count(delimiter)).unwrap_or(b',')
}

/// Reads the next line into `line` without its end; `None` at the end of the input.
///
/// # Errors
/// A damaged input, or a line longer than 16 MiB.
pub(super) fn next_line(name: &str, reader: &mut dyn BufRead, line: &mut Vec<u8>) -> Result<Option<()>> {
    line.clear();
    let limit = LONGEST_LINE as u64 + 1;
    let read = reader.take(limit).read_until(b'\n', line).map_err(|error| damaged(name, &error))?;
    if read > LONGEST_LINE {
        bail!("{name} has a line longer than 16 MiB; expected one row or object per line");
    }
    while line.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
        line.pop();
    }
    Ok((read > 0).then_some(()))
}
