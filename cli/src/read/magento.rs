//! Magento's export of products: `product_type` says how a product is put together, and `categories` where it stands.

use super::draft::Field;
use super::fields::{Column, Map};

/// Whether a table's header is that of Magento's export.
pub(super) fn is_header(headers: &[String]) -> bool {
    ["sku", "attribute_set_code", "product_type", "categories"].iter().all(|name| place(headers, name).is_some())
}

/// Takes the category from `categories`, unless the user named another column.
pub(super) fn correct(headers: &[String], columns: &mut [Column<Field>], map: &Map) {
    let (Some(kind), Some(paths)) = (place(headers, "product_type"), place(headers, "categories")) else { return };
    let is_guess = columns[kind] == Column::Known(Field::Category) && !map.takes("category", "product_type");
    if is_guess && columns[paths] == Column::Skipped && !map.ignores("categories") {
        columns[kind] = Column::Skipped;
        columns[paths] = Column::Known(Field::Category);
    }
}

/// `Default Category/Gear,Default Category/Gear/Bags` as `Gear,Gear > Bags`: all paths begin at the shop's root.
pub(super) fn paths(text: &str) -> String {
    // A slash within a name is written `\/`.
    let hidden = text.replace("\\/", "\u{1}");
    let below = |path: &str| path.split_once('/').map(|(_, below)| below.replace('/', ">").replace('\u{1}', "/"));
    hidden.split(',').filter_map(below).collect::<Vec<_>>().join(",")
}

fn place(headers: &[String], name: &str) -> Option<usize> {
    headers.iter().position(|header| header == name)
}
