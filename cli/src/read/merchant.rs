//! Google Merchant feeds: RSS 2.0 and Atom with the `g:` namespace, and the columns of their TSV.
//!
//! Entities of a feed's own DTD are not expanded: an item that uses one is reported.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Read};
use std::rc::Rc;

use anyhow::{Result, bail};
use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8};
use flaneur::error::{Error, ErrorKind};
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_html5_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;

use super::Items;
use super::csv::convert;
use super::draft::{ALIASES, Draft};
use super::fields::{Map, normal};
use super::open::{LONGEST_LINE, Source, damaged};

/// Attributes of the feed that say what an item is like.
const ATTRIBUTES: [&str; 11] = [
    "color",
    "material",
    "pattern",
    "size",
    "gender",
    "age_group",
    "custom_label_0",
    "custom_label_1",
    "custom_label_2",
    "custom_label_3",
    "custom_label_4",
];

/// Whether a table's header is that of a Merchant feed.
pub(super) fn is_header(headers: &[String]) -> bool {
    let has = |name: &str| headers.iter().any(|header| header == name);
    has("id") && has("title") && has("link") && (has("image_link") || has("availability"))
}

/// The column of Google's own categories, where a table has the shop's too and the user chose neither.
pub(super) fn spare(headers: &[String], map: &Map) -> Option<usize> {
    let is_chosen = headers.iter().any(|header| map.takes("category", header));
    let is_left = is_chosen || map.says_of("google_product_category");
    headers.iter().position(|header| header == "google_product_category" && !is_left)
}

/// Takes an attribute of the feed that is worth learning from; several colours are parted by `/`.
pub(super) fn attribute(draft: &mut Draft, key: &str, text: &str) {
    if ATTRIBUTES.contains(&key) {
        text.split('/').for_each(|part| draft.attribute(key, part));
    }
}

/// Reads an XML feed, item by item.
///
/// # Errors
/// XML that is not well-formed, in an encoding that it does not declare, or not a feed; 16 MiB without the end of an item,
/// as a small archive can unpack to what no memory holds.
pub(super) fn read(source: Source, items: &mut Items) -> Result<()> {
    let name = source.name;
    let (line, held) = (Rc::new(Cell::new(1)), Rc::new(Cell::new(0)));
    let inner = decoded(source.reader).map_err(|error| damaged(&name, &error))?;
    let mut reader = Reader::from_reader(Counted { inner, line: line.clone(), held: held.clone() });
    reader.config_mut().expand_empty_elements = true;
    let mut feed = Feed::default();
    let mut buffer = Vec::new();
    loop {
        let event = reader.read_event_into(&mut buffer).map_err(|error| broken(&name, line.get(), error))?;
        match event {
            Event::Start(start) => feed.start(&start, line.get()),
            Event::End(_) => {
                if let Some((line, draft)) = feed.end() {
                    held.set(0);
                    items.take(&name, line, draft);
                }
            }
            Event::Text(text) => feed.text(&text.xml_content(XmlVersion::Implicit1_0)),
            Event::CData(text) => feed.text(&text.xml_content(XmlVersion::Implicit1_0)),
            Event::GeneralRef(reference) => feed.reference(&reference),
            Event::Eof => break,
            _ => {}
        }
        buffer.clear();
    }
    match feed.path.last() {
        Some(open) => bail!("{name}:{}: the XML ends inside <{open}>; the file is cut off, copy it again", line.get()),
        None => Ok(()),
    }
}

/// The text in the encoding that its declaration names, unless its first letters beyond ASCII show that it is UTF-8 all the same.
fn decoded(mut inner: Box<dyn BufRead>) -> io::Result<Box<dyn BufRead>> {
    let head = inner.fill_buf()?;
    let declaration = head.windows(2).position(|pair| pair == b"?>").map_or(&head[..0], |end| &head[..end + 2]);
    let declared = match Reader::from_reader(declaration).read_event_into(&mut Vec::new()) {
        Ok(Event::Decl(declaration)) => declaration.encoding().and_then(Result::ok).map(|name| name.into_owned()),
        _ => None,
    };
    let encoding = declared.and_then(|name| Encoding::for_label(name.as_bytes()));
    // What could be read up to here is not UTF-16, whatever it says.
    Ok(match encoding.filter(|&known| known != UTF_8 && known.is_ascii_compatible()) {
        Some(encoding) => {
            let decoder = encoding.new_decoder_without_bom_handling();
            Box::new(BufReader::new(Decoded { inner, decoder, is_sure: false, text: Vec::new(), at: 0 }))
        }
        None => inner,
    })
}

/// A text on its way from another encoding.
struct Decoded {
    inner: Box<dyn BufRead>,
    decoder: Decoder,
    /// Whether a letter beyond ASCII was seen.
    is_sure: bool,
    text: Vec<u8>,
    /// How much of `text` was read.
    at: usize,
}

impl Read for Decoded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.text.len() {
            let bytes = self.inner.fill_buf()?;
            let is_last = bytes.is_empty();
            if !self.is_sure && !bytes.is_ascii() {
                self.is_sure = true;
                if is_utf8(bytes) {
                    self.decoder = UTF_8.new_decoder_without_bom_handling();
                }
            }
            let most = self.decoder.max_utf8_buffer_length_without_replacement(bytes.len());
            self.text.resize(most.unwrap_or(bytes.len()), 0);
            let (result, read, written) =
                self.decoder.decode_to_utf8_without_replacement(bytes, &mut self.text, is_last);
            self.inner.consume(read);
            self.text.truncate(written);
            self.at = 0;
            if matches!(result, DecoderResult::Malformed(..)) {
                return Err(io::ErrorKind::InvalidData.into());
            }
            if is_last {
                break;
            }
        }
        let count = buffer.len().min(self.text.len() - self.at);
        buffer[..count].copy_from_slice(&self.text[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

/// Whether a part of a text has letters beyond ASCII, and all are UTF-8.
fn is_utf8(part: &[u8]) -> bool {
    match std::str::from_utf8(part) {
        Ok(text) => !text.is_ascii(),
        Err(error) => error.error_len().is_none() && !part[..error.valid_up_to()].is_ascii(), // cut within a letter
    }
}

fn broken(name: &str, line: u64, error: quick_xml::Error) -> anyhow::Error {
    match error {
        quick_xml::Error::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => {
            anyhow::anyhow!("{name}:{line}: 16 MiB went by without the end of an item; expected a product feed")
        }
        quick_xml::Error::Io(error) if error.kind() != io::ErrorKind::InvalidData => {
            damaged(name, &io::Error::new(error.kind(), error.to_string()))
        }
        quick_xml::Error::Io(_) | quick_xml::Error::Encoding(_) => {
            anyhow::anyhow!("{name}:{line}: the text is not UTF-8. {}", convert(name))
        }
        error => anyhow::anyhow!("{name}:{line}: not well-formed XML: {error}"),
    }
}

/// What is open while a feed streams by.
#[derive(Default)]
struct Feed {
    /// Names of the open elements.
    path: Vec<String>,
    /// The open item: its depth, its line, and its fields so far.
    item: Option<(usize, u64, Vec<Part>)>,
}

/// A direct child of an item.
struct Part {
    /// Its whole name, such as `g:price`.
    name: String,
    text: String,
    fault: Option<Error>,
}

impl Feed {
    fn start(&mut self, start: &BytesStart<'_>, line: u64) {
        let name = start.name().as_ref().to_owned();
        self.path.push(name.clone());
        match &mut self.item {
            Some((depth, _, parts)) if self.path.len() == *depth + 1 => {
                // Atom puts the address of a link into an attribute.
                let href = start.try_get_attribute("href").ok().flatten();
                let text = href.map(|href| unescaped(&href.value)).unwrap_or_default();
                parts.push(Part { name, text, fault: None });
            }
            Some(_) => {}
            None if matches!(name.as_str(), "item" | "entry") => self.item = Some((self.path.len(), line, Vec::new())),
            None => {}
        }
    }

    fn end(&mut self) -> Option<(u64, flaneur::error::Result<Draft>)> {
        self.path.pop();
        let (_, line, parts) = self.item.take_if(|(depth, _, _)| self.path.len() < *depth)?;
        Some((line, draft(parts)))
    }

    /// The part whose text is being read, if it is a direct child of an item.
    fn part(&mut self) -> Option<&mut Part> {
        let depth = self.path.len();
        self.item.as_mut().filter(|(item, _, _)| depth == item + 1).and_then(|(_, _, parts)| parts.last_mut())
    }

    fn text(&mut self, text: &str) {
        if let Some(part) = self.part() {
            part.text.push_str(text);
        }
    }

    fn reference(&mut self, reference: &BytesRef<'_>) {
        let known = match reference.resolve_char_ref() {
            Ok(Some(c)) => Some(c.to_string()),
            _ => resolve_html5_entity(&reference.xml_content(XmlVersion::Implicit1_0)).map(str::to_owned),
        };
        let Some(part) = self.part() else { return };
        match known {
            Some(text) => part.text.push_str(&text),
            None => {
                let message = "the text has an entity that XML does not know; write the character itself";
                part.fault = Some(Error::new(ErrorKind::Malformed, part.name.clone(), message));
            }
        }
    }
}

fn unescaped(value: &str) -> String {
    quick_xml::escape::unescape(value).map(|text| text.into_owned()).unwrap_or_default()
}

fn draft(mut parts: Vec<Part>) -> flaneur::error::Result<Draft> {
    // The feed's own `g:id` outranks the `id` that Atom wants, whichever comes first.
    parts.sort_by_key(|part| part.name.starts_with("g:"));
    let mut draft = Draft::new();
    let has_type = parts.iter().any(|part| normal(&part.name) == "product_type" && !part.text.trim().is_empty());
    let mut has_category = false;
    for part in parts {
        if let Some(fault) = part.fault {
            return Err(fault);
        }
        let key = normal(&part.name);
        let field = match key.as_str() {
            // Several product types: the first is the main one.
            "product_type" if has_category => None,
            "google_product_category" if has_type => None,
            "description" | "summary" | "content" => None,
            key => ALIASES.iter().find(|(_, names)| names.contains(&key)).map(|&(field, _)| field),
        };
        has_category |= key == "product_type";
        match field {
            Some(field) => draft.set(field, &part.text).map_err(|error| Error { path: part.name, ..error })?,
            None => attribute(&mut draft, &key, &part.text),
        }
    }
    draft.finish()
}

/// Counts the lines that went by, and the bytes since the last item.
struct Counted {
    inner: Box<dyn BufRead>,
    line: Rc<Cell<u64>>,
    held: Rc<Cell<usize>>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count(&buffer[..read]);
        Ok(read)
    }
}

impl BufRead for Counted {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.held.get() > LONGEST_LINE {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        // What is consumed is still in the buffer: asking for it again reads nothing.
        let lines = self.inner.fill_buf().map_or(0, |bytes| newlines(&bytes[..amount.min(bytes.len())]));
        self.line.set(self.line.get() + lines);
        self.held.set(self.held.get() + amount);
        self.inner.consume(amount);
    }
}

impl Counted {
    fn count(&self, bytes: &[u8]) {
        self.line.set(self.line.get() + newlines(bytes));
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|&&byte| byte == b'\n').count() as u64
}
