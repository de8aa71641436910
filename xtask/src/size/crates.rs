//! What weighs what in the core, by the names that its unstripped copy keeps.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use wasmparser::{KnownCustom, Name, Parser, Payload, TypeRef};

/// The weight of the module by who wrote the code.
pub(crate) struct Crates {
    /// Largest first; a generic function counts for the crate that wrote it.
    pub(crate) rows: Vec<Row>,
    /// Bytes of all code and data.
    pub(crate) bytes: u64,
}

/// One crate, one module of the core, or the data.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) functions: u32,
    pub(crate) bytes: u64,
}

/// Reads a module with names.
pub(crate) fn of(module: &Path) -> Result<Crates> {
    let bytes = fs::read(module).with_context(|| format!("{} cannot be read", module.display()))?;
    parse(&bytes).with_context(|| format!("{} is not a module with names", module.display()))
}

fn parse(module: &[u8]) -> Result<Crates> {
    let (mut imported, mut sizes, mut data) = (0, Vec::new(), 0);
    let mut names = BTreeMap::new();
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => sizes.push(body.range().len() as u64),
            Payload::DataSection(section) => data += section.range().len() as u64,
            Payload::CustomSection(section) => {
                let KnownCustom::Name(section) = section.as_known() else { continue };
                for name in section {
                    let Name::Function(functions) = name? else { continue };
                    for function in functions {
                        let function = function?;
                        names.insert(function.index, function.name.to_owned());
                    }
                }
            }
            _ => {}
        }
    }
    let mut weights: BTreeMap<String, (u32, u64)> = BTreeMap::new();
    for (at, &size) in (imported..).zip(&sizes) {
        let owner = names.get(&at).map_or_else(|| "(no name)".to_owned(), |name| owner(name));
        let weight = weights.entry(owner).or_default();
        weight.0 += 1;
        weight.1 += size;
    }
    weights.insert("(data)".to_owned(), (0, data));
    let bytes = weights.values().map(|weight| weight.1).sum();
    let mut rows: Vec<Row> =
        weights.into_iter().map(|(name, (functions, bytes))| Row { name, functions, bytes }).collect();
    rows.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.name.cmp(&b.name)));
    Ok(Crates { rows, bytes })
}

/// The crate that a function belongs to; of the core itself, with its module.
fn owner(name: &str) -> String {
    // `<&mut a::B as c::D>::e` is a's.
    let words = name.trim_start_matches(|letter: char| "<&*([".contains(letter));
    let words = ["mut ", "dyn ", "const ", "impl "].iter().fold(words, |words, skip| words.trim_start_matches(skip));
    let mut path =
        words.split("::").map(|part| part.split(['<', '>', ' ', ',', '[', '{', '(', ';']).next().unwrap_or(part));
    let (Some(first), second) = (path.next(), path.next()) else { return words.to_owned() };
    match second {
        Some(second) if first == "flaneur" => format!("flaneur::{second}"),
        Some(_) => first.to_owned(),
        None => "(glue and exports)".to_owned(),
    }
}

/// The rows as a Markdown table.
pub(crate) fn table(crates: &Crates) -> String {
    use std::fmt::Write as _;
    let mut text = "| crate or module | functions | bytes | share |\n|---|---:|---:|---:|\n".to_owned();
    for row in &crates.rows {
        let share = 100.0 * row.bytes as f64 / crates.bytes.max(1) as f64;
        let _ = writeln!(text, "| `{}` | {} | {} | {share:.1} % |", row.name, row.functions, super::bytes(row.bytes));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::owner;

    #[test]
    fn a_function_is_of_the_crate_that_wrote_it() {
        assert_eq!(owner("flaneur::rank::score::Scorer::score"), "flaneur::rank");
        assert_eq!(owner("<flaneur::log::Log as core::default::Default>::default"), "flaneur::log");
        assert_eq!(owner("core::slice::sort::unstable::quicksort<(u64, u32)>"), "core");
        assert_eq!(owner("<&mut postcard::de::Deserializer<F> as serde::Deserializer>::next"), "postcard");
        assert_eq!(owner("engine_rank"), "(glue and exports)");
    }
}
