//! Google Merchant feeds: RSS 2.0 and Atom with the `g:` namespace, and the columns of their TSV.

use anyhow::{Result, bail};

use super::Items;
use super::draft::Draft;
use super::open::Source;

/// Whether a table's header is that of a Merchant feed.
pub(super) fn is_header(_headers: &[String]) -> bool {
    false
}

/// Takes an attribute of the feed that is worth learning from.
pub(super) fn attribute(draft: &mut Draft, key: &str, text: &str) {
    draft.attribute(key, text);
}

/// Reads an XML feed.
pub(super) fn read(source: Source, _items: &mut Items) -> Result<()> {
    bail!("{}: XML is not read yet", source.name)
}
