//! Which column means what: canonical names, their aliases, and the user's `--map`.

use std::cell::RefCell;
use std::collections::BTreeSet;

use anyhow::{Result, bail};

/// One pair of `--map`: a canonical name and the column that holds it.
#[derive(Clone, Debug, Default)]
pub struct Map {
    pairs: Vec<(String, String)>,
    used: RefCell<BTreeSet<usize>>,
    seen: RefCell<BTreeSet<String>>,
}

impl Map {
    /// Reads pairs such as `user=shopper`; `column=` ignores a column.
    ///
    /// # Errors
    /// A pair without `=` or without any name.
    pub fn new(pairs: &[String]) -> Result<Self> {
        let mut map = Self::default();
        for pair in pairs {
            match pair.split_once('=').map(|(name, column)| (name.trim(), column.trim())) {
                Some((name, "")) if !name.is_empty() => map.pairs.push((String::new(), normal(name))),
                Some((name, column)) if !name.is_empty() => map.pairs.push((normal(name), normal(column))),
                _ => bail!("--map {pair}: expected name=column, such as user=shopper, or column= to ignore a column"),
            }
        }
        Ok(map)
    }

    /// The column the user gave for a canonical name.
    fn column_of(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(known, _)| known == name).map(|(_, column)| column.as_str())
    }

    /// Whether the user chose that column for a canonical name; counts as used.
    pub(super) fn takes(&self, name: &str, column: &str) -> bool {
        let chosen = self.column_of(name) == Some(column);
        if chosen {
            self.note(&[column.to_owned()]);
        }
        chosen
    }

    /// Whether the user named or ignores that column.
    pub(super) fn says_of(&self, column: &str) -> bool {
        self.name_of(column).is_some()
    }

    /// Whether the user ignores that column.
    pub(super) fn ignores(&self, column: &str) -> bool {
        self.name_of(column) == Some("")
    }

    /// What the user said about a column: the name it was given, or "" to ignore it.
    fn name_of(&self, column: &str) -> Option<&str> {
        self.pairs.iter().find(|(_, known)| known == column).map(|(name, _)| name.as_str())
    }

    /// Remembers that an input has these columns.
    fn note(&self, columns: &[String]) {
        for (at, (_, column)) in self.pairs.iter().enumerate() {
            if columns.contains(column) {
                self.used.borrow_mut().insert(at);
            }
        }
        self.seen.borrow_mut().extend(columns.iter().cloned());
    }

    /// Refuses a pair whose column no input had: a misspelling must not pass silently.
    ///
    /// # Errors
    /// The first such pair, with the columns that were there.
    pub fn check_used(&self) -> Result<()> {
        let used = self.used.borrow();
        let Some((_, (name, column))) = self.pairs.iter().enumerate().find(|(at, _)| !used.contains(at)) else {
            return Ok(());
        };
        let seen: Vec<String> = self.seen.borrow().iter().cloned().collect();
        // A document has no header that could be listed.
        let listed = if seen.is_empty() { String::new() } else { format!("; the columns are: {}", seen.join(", ")) };
        bail!("--map {name}={column}: no input has a column `{column}`{listed}");
    }
}

/// A column's name as it is compared: lower case, `_` for blanks and dashes, no `g:`, no question mark at the end.
#[must_use]
pub(super) fn normal(name: &str) -> String {
    let name = name.trim().trim_start_matches('\u{feff}').trim_end_matches('?').trim_end().to_lowercase();
    let name = name.strip_prefix("g:").unwrap_or(&name);
    name.chars().map(|c| if c.is_whitespace() || c == '-' { '_' } else { c }).collect()
}

/// What a column is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Column<R> {
    /// It holds that field.
    Known(R),
    /// It is none of ours.
    Extra(String),
    /// It is another name of a field that already has its column, or the user ignores it.
    Skipped,
}

/// The aliases of each field, best first; the first is the canonical name.
pub(super) type Aliases<R> = &'static [(R, &'static [&'static str])];

/// Decides what each column is.
pub(super) fn columns<R: Copy + PartialEq>(headers: &[String], aliases: Aliases<R>, map: &Map) -> Vec<Column<R>> {
    map.note(headers);
    let ignored = |column: &String| map.name_of(column) == Some("");
    let mut found: Vec<Column<R>> = headers
        .iter()
        .map(|name| match map.name_of(name) {
            Some("") => Column::Skipped,
            Some(given) => Column::Extra(given.to_owned()),
            None if aliases.iter().any(|(_, names)| names.contains(&name.as_str())) => Column::Skipped,
            None => Column::Extra(name.clone()),
        })
        .collect();
    for &(role, names) in aliases {
        let canonical = names.first().copied().unwrap_or_default();
        let at = match map.column_of(canonical) {
            Some(column) => headers.iter().position(|name| name == column),
            None => names.iter().find_map(|alias| {
                headers.iter().position(|name| name == alias && !ignored(name) && map.name_of(name).is_none())
            }),
        };
        if let Some(at) = at {
            found[at] = Column::Known(role);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Aliases, Column, Map, columns, normal};

    const ALIASES: Aliases<u8> = &[(0, &["id", "item", "sku"]), (1, &["title", "name"])];

    fn decide(headers: &[&str], map: &[&str]) -> Vec<Column<u8>> {
        let headers: Vec<String> = headers.iter().map(|name| normal(name)).collect();
        let pairs: Vec<String> = map.iter().map(|&pair| pair.into()).collect();
        columns(&headers, ALIASES, &Map::new(&pairs).unwrap())
    }

    #[test]
    fn the_best_alias_wins_and_the_others_are_skipped() {
        let found = decide(&["SKU", "item", "Name", "colour"], &[]);
        assert_eq!(found, [Column::Skipped, Column::Known(0), Column::Known(1), Column::Extra("colour".into())]);
    }

    #[test]
    fn the_map_overrides_aliases_renames_and_ignores() {
        let found = decide(&["sku", "item", "name", "farbe"], &["id=sku", "item=", "colour=farbe"]);
        assert_eq!(found, [Column::Known(0), Column::Skipped, Column::Known(1), Column::Extra("colour".into())]);
    }

    #[test]
    fn a_name_that_asks_is_the_name() {
        assert_eq!(["In stock?", "En stock\u{a0}?", "\u{feff}g:ID"].map(normal), ["in_stock", "en_stock", "id"]);
    }

    #[test]
    fn a_misspelt_column_is_refused() {
        let map = Map::new(&["id=skuu".into()]).unwrap();
        columns(&["sku".into()], ALIASES, &map);
        let told = map.check_used().unwrap_err().to_string();
        assert!(told.ends_with("no input has a column `skuu`; the columns are: sku"), "{told}");
        let told = Map::new(&["id=skuu".into()]).unwrap().check_used().unwrap_err().to_string();
        assert!(told.ends_with("no input has a column `skuu`"), "{told}");
    }
}
