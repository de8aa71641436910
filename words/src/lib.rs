//! The words of a text: its runs of letters and digits, in lower case.
//!
//! What is a letter and how it looks in lower case takes Unicode's tables, which weigh 6 KB in a compressed module.
//! Every browser has them already: there, a text with more than Latin letters is asked of the page's engine.
//!
//! Guarantees: the same words natively and in every browser, as far as their Unicode versions agree; a new version
//! adds letters of scripts that had none.
//!
//! Cost: O(bytes); in a browser, three calls of the page's engine for a text with other letters. Nothing leaves the device.

/// The words of a text in their order, repeated where it repeats them.
///
/// Letters and digits are the characters with the property Alphabetic or of the category Number; a word's lower case
/// is the full mapping of the Unicode Standard, section 3.13, with the sigma that ends a word.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let spaced = latin(text).unwrap_or_else(|| unicode(text));
    spaced.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The words of a text of Latin letters and common punctuation, with spaces between; `None` for any other.
fn latin(text: &str) -> Option<String> {
    text.chars().map(|letter| lower(letter).map(|found| found.unwrap_or(' '))).collect()
}

/// A letter or digit in lower case, and `None` for what is neither; `None` of it all where a table has to tell.
fn lower(letter: char) -> Option<Option<char>> {
    let code = letter as u32;
    let shift = match code {
        // ASCII and Latin-1.
        0x41..=0x5a | 0xc0..=0xd6 | 0xd8..=0xde => 32,
        0x30..=0x39 | 0x61..=0x7a | 0xdf..=0xf6 | 0xf8..=0xff => 0,
        0xaa | 0xb2 | 0xb3 | 0xb5 | 0xb9 | 0xba | 0xbc..=0xbe => 0,
        0..=0xff => return Some(None),
        // Latin Extended-A: pairs that begin with an even or an odd number. One of them has two lower letters.
        0x130 => return None,
        0x178 => return Some(Some('ÿ')),
        0x131 | 0x138 | 0x149 | 0x17f => 0,
        0x139..=0x148 | 0x179..=0x17e => code & 1,
        0x100..=0x17f => code & 1 ^ 1,
        // General Punctuation: dashes, quotation marks and spaces.
        0x2000..=0x206f => return Some(None),
        _ => return None,
    };
    char::from_u32(code + shift).map(Some)
}

#[cfg(not(target_arch = "wasm32"))]
fn unicode(text: &str) -> String {
    let runs = text.split(|letter: char| !letter.is_alphanumeric());
    runs.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

#[cfg(target_arch = "wasm32")]
fn unicode(text: &str) -> String {
    use js_sys::{Array, JsString, Object, RegExp};

    let letters = RegExp::new(r"[\p{Alphabetic}\p{N}]+", "gu");
    let runs = JsString::from(text).match_(&letters).map(|found| Array::from(&Object::into(found)));
    // Together, in one crossing: a word's lower case does not depend on what stands beyond the space.
    runs.map(|runs| String::from(runs.join(" ").to_lower_case())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{latin, lower, unicode, words};

    #[test]
    fn latin_letters_are_those_of_the_tables() {
        let known =
            (0..=u32::from(char::MAX)).filter_map(char::from_u32).filter_map(|letter| Some((letter, lower(letter)?)));
        let mut count = 0;
        for (letter, found) in known {
            let text = letter.to_lowercase().to_string();
            let expected = letter.is_alphanumeric().then_some(text);
            assert_eq!(found.map(String::from), expected, "{letter:?}");
            count += 1;
        }
        assert_eq!(count, 0x180 - 1 + 0x70, "all of three blocks but one letter");
    }

    #[test]
    fn the_short_way_gives_the_words_of_the_long_one() {
        let of = |spaced: &str| spaced.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        for text in ["", " - ", "Écharpe d’été n° 12", "ŒUVRE—Ÿ", "a", "Straße", "½ kg"] {
            let short = latin(text).map(|spaced| of(&spaced));
            assert_eq!(short, Some(of(&unicode(text))), "{text}");
        }
    }

    #[test]
    fn other_scripts_have_words_too() {
        assert_eq!(words("ΟΔΟΣ ΣΙΣΥΦΟΣ, Москва"), ["οδος", "σισυφος", "москва"]);
        assert_eq!(words("İstanbul 東京タワー ９"), ["i\u{307}stanbul", "東京タワー", "９"]);
    }
}
