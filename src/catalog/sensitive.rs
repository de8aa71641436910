//! Categories that are never learned: health, religion, politics, intimacy, origin, gambling…
//!
//! The list is on by default. A shop that knows better marks an item with the
//! attribute `sensitive` set to `false` (or `true` to protect one the list misses).
//! Why: an inferred taste for such an item is itself a special category of
//! personal data (GDPR art. 9); Mozilla compiled its health interest out for
//! the same reason.

use flaneur_words::words;

use super::item::Item;

/// Words that make a category level or a tag sensitive, in French and English, lower case, without accents and
/// without the `s` of a plural.
const WORDS: &[&str] = &[
    "health",
    "sante",
    "medical",
    "medicale",
    "medicaux",
    "medicine",
    "medication",
    "medicament",
    "pharmacy",
    "pharmacie",
    "disease",
    "maladie",
    "diabetes",
    "diabete",
    "diabetic",
    "diabetique",
    "cancer",
    "hiv",
    "vih",
    "pregnancy",
    "grossesse",
    "fertility",
    "fertilite",
    "contraception",
    "contraceptive",
    "abortion",
    "incontinence",
    "addiction",
    "depression",
    "disability",
    "disabilities",
    "handicap",
    "handicape",
    "religion",
    "religious",
    "religieux",
    "religieuse",
    "church",
    "churches",
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
    "sexuelle",
    "sexuality",
    "sexualite",
    "erotic",
    "erotique",
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

/// Whether a category level or a tag has a word of the list, or its plural.
pub(crate) fn names_sensitive(text: &str) -> bool {
    words(text).iter().any(|word| {
        let is = |word: &str| WORDS.iter().any(|known| word.chars().map(bare).eq(known.chars()));
        is(word) || word.strip_suffix('s').is_some_and(is)
    })
}

/// A letter without the accent that French gives it.
fn bare(letter: char) -> char {
    match letter {
        'à' | 'â' => 'a',
        'ç' => 'c',
        'è'..='ë' => 'e',
        'î' | 'ï' => 'i',
        'ô' => 'o',
        'ù' | 'û' => 'u',
        _ => letter,
    }
}

#[cfg(test)]
mod tests {
    use super::{WORDS, is_sensitive, names_sensitive};
    use crate::catalog::Item;

    #[test]
    fn categories_on_the_list_are_sensitive_unless_marked_safe() {
        let mut item = Item { category: vec!["Santé & beauté".into()], ..Item::new("a") };
        assert!(is_sensitive(&item));
        item.attributes.push(("sensitive".into(), "false".into()));
        assert!(!is_sensitive(&item));
        assert!(!is_sensitive(&Item { category: vec!["Lamps".into()], ..Item::new("b") }));
    }

    #[test]
    fn a_word_is_known_in_the_plural_and_with_or_without_accents() {
        for text in [
            "Médicaments sans ordonnance",
            "medicaments",
            "Soins médicaux",
            "Élections",
            "Sexualité",
            "Bibles",
            "Pharmacies",
        ] {
            assert!(names_sensitive(text), "{text}");
        }
        for text in ["Beehives", "Hives", "Béton armé", "Communion", "Adultery", "Unionville", "Lampes"] {
            assert!(!names_sensitive(text), "{text}");
        }
    }

    #[test]
    fn the_pages_about_privacy_have_this_list() {
        let list = format!("> {}.\n", WORDS.join(", "));
        for page in [include_str!("../../docs/PRIVACY.md"), include_str!("../../docs/fr/PRIVACY.md")] {
            assert!(page.contains(&list), "{list}");
        }
    }
}
