//! Categories that are never learned: health, religion, politics, intimacy, origin, gambling…
//!
//! The list is on by default. A shop that knows better marks an item with the
//! attribute `sensitive` set to `false` (or `true` to protect one the list misses).
//! Why: an inferred taste for such an item is itself a special category of
//! personal data (GDPR art. 9); Mozilla compiled its health interest out for
//! the same reason.

use flaneur_words::words;

use super::item::Item;

/// Words that make a category level or a tag sensitive, in French and English, lower case.
const WORDS: &[&str] = &[
    "health",
    "santé",
    "sante",
    "medical",
    "médical",
    "medicine",
    "médicament",
    "medicament",
    "pharmacy",
    "pharmacie",
    "disease",
    "maladie",
    "diabetes",
    "diabète",
    "cancer",
    "hiv",
    "vih",
    "pregnancy",
    "grossesse",
    "fertility",
    "fertilité",
    "contraception",
    "contraceptive",
    "abortion",
    "incontinence",
    "addiction",
    "depression",
    "dépression",
    "disability",
    "handicap",
    "religion",
    "religious",
    "religieux",
    "church",
    "bible",
    "quran",
    "coran",
    "torah",
    "political",
    "politique",
    "politics",
    "election",
    "union",
    "syndicat",
    "sexual",
    "sexuel",
    "sexuality",
    "sexualité",
    "erotic",
    "érotique",
    "lingerie",
    "adult",
    "adulte",
    "lgbt",
    "weapon",
    "gambling",
    "ethnicity",
    "ethnie",
];

/// Whether events on this item must never be learned from.
#[must_use]
pub(super) fn is_sensitive(item: &Item) -> bool {
    let marked = item.attributes.iter().find(|(key, _)| key == "sensitive").map(|(_, value)| value.as_str());
    match marked {
        Some("true") => true,
        Some("false") => false,
        _ => item.category.iter().chain(&item.tags).any(|text| names_sensitive(text)),
    }
}

/// Whether a category level or a tag has a word of the list.
pub(crate) fn names_sensitive(text: &str) -> bool {
    words(text).iter().any(|word| WORDS.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::is_sensitive;
    use crate::catalog::Item;

    #[test]
    fn categories_on_the_list_are_sensitive_unless_marked_safe() {
        let mut item = Item { category: vec!["Santé & beauté".into()], ..Item::new("a") };
        assert!(is_sensitive(&item));
        item.attributes.push(("sensitive".into(), "false".into()));
        assert!(!is_sensitive(&item));
        assert!(!is_sensitive(&Item { category: vec!["Lamps".into()], ..Item::new("b") }));
    }
}
