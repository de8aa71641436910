//! WooCommerce's export of products, in English or French.
//!
//! It has some forty columns, most of them settings of the shop: of those that are none of the usual fields, only the
//! pairs of a name and its values say what an item is like.

use super::draft::Draft;

/// One cell of a row.
pub(super) struct Cell<'a> {
    pub(super) header: &'a str,
    pub(super) text: &'a str,
    /// Whether it is read here: no usual field, and the user said nothing about it.
    pub(super) is_own: bool,
}

/// Whether a table's header is that of the export; it writes several categories into one cell.
pub(super) fn is_header(headers: &[String]) -> bool {
    let has = |name: &str| headers.iter().any(|header| header == name);
    (has("categories") && has("regular_price")) || (has("catégories") && has("tarif_régulier"))
}

/// Whether it is the export with its usual columns, and not a table of the shop's own.
pub(super) fn is_whole(headers: &[String]) -> bool {
    let has = |name: &str| headers.iter().any(|header| header == name);
    has("type") && (has("published") || has("publié"))
}

/// Adds what the usual fields do not say: attributes, the family of variants, and whether the shop shows the item.
pub(super) fn complete<'a>(draft: &mut Draft, cells: impl Iterator<Item = Cell<'a>>) {
    let (mut attribute, mut number, mut sku, mut is_variable) = ("", "", "", false);
    for Cell { header, text, is_own } in cells {
        match header {
            "id" => number = text,
            "sku" | "ugs" => sku = text,
            "type" => is_variable = text == "variable",
            "parent" if is_own && !text.is_empty() => draft.item.group = Some(text.into()),
            // A draft is -1, before which many versions put a quote for spreadsheets; a private product is 0.
            "published" | "publié" if is_own && matches!(text.trim_start_matches('\''), "-1" | "0") => {
                draft.item.available = false;
            }
            "visibility_in_catalog" | "visibilité_dans_le_catalogue" if is_own && text == "hidden" => {
                draft.item.available = false;
            }
            // The name stands before its values.
            _ if is_own && is_name(header) => attribute = text,
            _ if is_own && is_values(header) && !attribute.is_empty() => {
                let key = attribute.to_lowercase().replace(':', "_");
                // A comma within a value is written `\,`.
                let hidden = text.replace("\\,", "\u{0}");
                hidden.split(',').for_each(|value| draft.attribute(&key, &value.replace('\u{0}', ",")));
                attribute = "";
            }
            _ => {}
        }
    }
    if is_variable && draft.item.group.is_none() {
        // What its variants name as their parent.
        draft.item.group = Some(if sku.is_empty() { format!("id:{number}") } else { sku.into() });
    }
}

fn is_name(header: &str) -> bool {
    is_about_attribute(header) && (header.ends_with("_name") || header.starts_with("nom_"))
}

fn is_values(header: &str) -> bool {
    is_about_attribute(header) && (header.ends_with("_value(s)") || header.starts_with("valeur(s)_"))
}

fn is_about_attribute(header: &str) -> bool {
    header.starts_with("attribute_") || header.contains("_l’attribut_") || header.contains("_l'attribut_")
}
