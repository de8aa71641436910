//! Attribute tokens: the words in which taste, rules and explanations speak.
//!
//! A token is `key:value` (`brand:Acme`, `category:Lamps`, `tag:gift`,
//! `colour:red`). The log stores only its 64-bit hash, so taste survives a
//! catalog that forgot the item, and the log does not spell out what it was.

use xxhash_rust::xxh64::xxh64;

use super::item::Item;

/// The hash by which the log and the profile know a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenHash(pub u64);

impl TokenHash {
    /// Hashes a token.
    #[must_use]
    pub fn of(token: &str) -> Self {
        Self(xxh64(token.as_bytes(), 0))
    }
}

/// The three families whose evidence is counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// `brand:`.
    Brand = 0,
    /// `category:`.
    Category = 1,
    /// Every other key.
    Attribute = 2,
}

impl Family {
    /// The family of a token's text.
    #[must_use]
    pub fn of(token: &str) -> Self {
        match key_of(token) {
            "brand" => Self::Brand,
            "category" => Self::Category,
            _ => Self::Attribute,
        }
    }
}

/// Joins a key and a value.
#[must_use]
pub fn token(key: &str, value: &str) -> String {
    let mut text = String::with_capacity(key.len() + 1 + value.len());
    text.push_str(key);
    text.push(':');
    text.push_str(value);
    text
}

/// The key of a token: `brand` of `brand:Acme`.
#[must_use]
pub fn key_of(token: &str) -> &str {
    token.split_once(':').map_or(token, |(key, _)| key)
}

/// All tokens of an item, without repetition, in a fixed order.
#[must_use]
pub fn tokens_of(item: &Item) -> Vec<String> {
    let brand = item.brand.iter().map(|brand| token("brand", brand));
    let category = item.category.iter().map(|level| token("category", level));
    let tags = item.tags.iter().map(|tag| token("tag", tag));
    let attributes = item.attributes.iter().map(|(key, value)| token(key, value));
    let mut tokens: Vec<String> = Vec::new();
    for text in brand.chain(category).chain(tags).chain(attributes) {
        let is_blank = text.len() == key_of(&text).len() + 1;
        if !is_blank && !tokens.contains(&text) {
            tokens.push(text);
        }
    }
    tokens
}

/// The words of a title or a search, in lower case and at least three letters long.
pub fn words(text: &str) -> impl Iterator<Item = String> {
    flaneur_words::words(text).into_iter().filter(|word| word.chars().count() >= 3)
}

#[cfg(test)]
mod tests {
    use super::tokens_of;
    use crate::catalog::Item;

    #[test]
    fn a_value_may_end_with_a_colon_and_none_is_empty() {
        let attributes = [("note", ""), ("ratio", "16:9"), ("says", "hello:")];
        let item = Item {
            tags: vec!["sale:".into(), String::new()],
            attributes: attributes.map(|(key, value)| (key.into(), value.into())).to_vec(),
            ..Item::new("a")
        };
        assert_eq!(tokens_of(&item), ["tag:sale:", "ratio:16:9", "says:hello:"]);
    }
}
