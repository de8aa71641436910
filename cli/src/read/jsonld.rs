//! JSON documents.

use anyhow::{Result, bail};

use super::Items;
use super::open::Source;

pub(super) fn read_document(source: Source, _items: &mut Items) -> Result<()> {
    bail!("{}: JSON documents are not read yet", source.name)
}
