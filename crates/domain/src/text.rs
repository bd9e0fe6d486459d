//! Danish text made comparable: for searching, for sorting, and the parts that the value types share.
//!
//! SQLite folds case for ASCII only and PostgreSQL sorts by the collation it was created with, so neither may
//! decide what a name equals or where it stands in a list. Both get columns written by the functions below and
//! compare them octet by octet (`COLLATE "C"` on PostgreSQL).

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark, is_nfc};

/// What a search column holds and what a search question is turned into; then a plain "contains" finds it.
///
/// Lower case, accents dropped, `ø` as `o`, `æ` as `ae`, `å` and every run of `a` as one `a`, blanks as single
/// spaces: "soren" finds "Søren", and "åse", "aase" and "ase" all find "Åse" and "Aase". Part of a text always
/// folds to part of the folded text. `oe` stays as it is, so that "el" goes on finding "Joel".
pub fn search_fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in letters(text).chars().flat_map(|letter| plain(letter, searched_as(letter))) {
        let letter = if letter.is_whitespace() { ' ' } else { letter };
        let repeated = matches!(letter, ' ' | 'a') && folded.ends_with(letter);
        let leading_blank = letter == ' ' && folded.is_empty();
        if !(repeated || leading_blank) {
            folded.push(letter);
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// A key whose octets stand in Danish order: without regard to case, `æ`, `ø`, `å` last, `aa` as `å`.
///
/// As the Danish spelling dictionary has it, `ä` sorts as `æ`, `ö` as `ø` and `ü` as `y`; other accents are dropped. What is
/// neither a letter nor a digit separates words: "Berg-Hansen" stands with "Berg Hansen". Digits come before
/// letters, foreign alphabets last. Different texts can have one key; sort by something unique behind it.
pub fn danish_sort_key(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    let letters = letters(text);
    for letter in doubled_a_as_ring(letters.chars()).flat_map(|letter| plain(letter, sorted_as(letter))) {
        if letter.is_alphanumeric() || DANISH_LAST.contains(&letter) {
            key.push(letter);
        } else if !key.is_empty() && !key.ends_with(' ') {
            key.push(' ');
        }
    }
    key.truncate(key.trim_end().len());
    key
}

/// What two names are compared by: lower case, accents dropped, `æ`, `ø`, `å` kept, `aa` as `å`.
pub(crate) fn name_fold(text: &str) -> String {
    doubled_a_as_ring(letters(text).chars().flat_map(|letter| plain(letter, compared_as(letter)))).collect()
}

/// Lower case letter by letter, so that part of a text folds to part of its fold.
pub(crate) fn lower(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

/// The first character that nobody can see and that therefore makes two equal-looking values differ.
pub fn first_unprintable(text: &str) -> Option<char> {
    text.chars().find(|&letter| {
        letter.is_control()
            || matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
            || matches!(letter, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fffd}')
    })
}

/// The signs behind `z` in ASCII, standing for `æ`, `ø`, `å` in a sort key.
const DANISH_LAST: [char; 3] = ['{', '|', '}'];

/// Lower-case letters, each with its accents composed in one way.
fn letters(text: &str) -> String {
    let lower: String = lower(text).collect();
    if is_nfc(&lower) { lower } else { lower.nfc().collect() }
}

fn doubled_a_as_ring(letters: impl Iterator<Item = char>) -> impl Iterator<Item = char> {
    let mut letters = letters.peekable();
    std::iter::from_fn(move || match letters.next() {
        Some('a') if letters.next_if_eq(&'a').is_some() => Some('å'),
        other => other,
    })
}

/// `replacement` if there is one, else the letter without its accents.
fn plain(letter: char, replacement: Option<&'static str>) -> impl Iterator<Item = char> {
    let own = replacement.is_none().then_some(letter);
    let (simple, accented) = (own.filter(char::is_ascii), own.filter(|letter| !letter.is_ascii()));
    let bare = accented.into_iter().flat_map(char::nfd).filter(|part| !is_combining_mark(*part));
    replacement.unwrap_or("").chars().chain(simple).chain(bare)
}

fn searched_as(letter: char) -> Option<&'static str> {
    match letter {
        'æ' => Some("ae"),
        'ø' | 'œ' => Some("o"),
        other => foreign(other),
    }
}

fn sorted_as(letter: char) -> Option<&'static str> {
    match letter {
        '{' | '|' | '}' => Some(" "),
        'æ' | 'ä' => Some("{"),
        'ø' | 'ö' | 'œ' => Some("|"),
        'å' => Some("}"),
        'ü' => Some("y"),
        other => foreign(other),
    }
}

fn compared_as(letter: char) -> Option<&'static str> {
    match letter {
        'å' => Some("å"),
        other => foreign(other),
    }
}

/// Letters that are no accent upon another letter but are written with one where the keyboard has no other.
fn foreign(letter: char) -> Option<&'static str> {
    match letter {
        'ß' => Some("ss"),
        'đ' | 'ð' => Some("d"),
        'ł' => Some("l"),
        'þ' => Some("th"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_search_without_danish_letters_finds_them() {
        assert_eq!(search_fold("SØREN"), search_fold("soren"));
        assert_eq!(search_fold("Åse"), search_fold("aase"));
        assert_eq!(search_fold("A\u{30a}se"), search_fold("ase"));
        assert_eq!(search_fold("Ærø"), "aero");
        assert_eq!(search_fold("  René\t Łukasz "), "rene lukasz");
        assert_eq!(search_fold("Joel"), "joel");
    }

    #[test]
    fn danish_order_is_the_order_of_the_keys() {
        let mut names =
            ["Åse", "Zenia", "Øjvind", "aage", "Ærlig", "Abel", "Özgür", "Öst", "9. klasse", "Yrsa", "Üner"];
        names.sort_by_key(|name| danish_sort_key(name));
        assert_eq!(
            names,
            ["9. klasse", "Abel", "Üner", "Yrsa", "Zenia", "Ærlig", "Øjvind", "Öst", "Özgür", "aage", "Åse"]
        );
    }

    #[test]
    fn a_sort_key_separates_words_alike_and_knows_no_signs() {
        assert_eq!(danish_sort_key("Berg-Hansen"), danish_sort_key(" berg  hansen"));
        assert_eq!(danish_sort_key("{|}"), "");
        assert!(danish_sort_key("Berg") < danish_sort_key("Berg Hansen"));
        assert!(danish_sort_key("Berg Hansen") < danish_sort_key("Bergen"));
    }

    #[test]
    fn names_compare_without_accents_and_old_spelling() {
        assert_eq!(name_fold("AAGAARD"), name_fold("Ågård"));
        assert_eq!(name_fold("A\u{30a}ge"), "åge");
        assert_eq!(name_fold("André Ærø"), "andre ærø");
        assert_ne!(name_fold("Søren"), name_fold("Soren"));
    }

    #[test]
    fn signs_that_nobody_sees_are_found() {
        assert_eq!(first_unprintable("An\u{200b}na"), Some('\u{200b}'));
        assert_eq!(first_unprintable("Anna\u{7}"), Some('\u{7}'));
        assert_eq!(first_unprintable("Søren Ærø-Ågård O’Brian"), None);
    }

    proptest! {
        #[test]
        fn part_of_a_text_folds_to_part_of_its_fold(before in ".*", part in ".*", after in ".*") {
            let whole = format!("{before}{part}{after}");
            // A mark that changes the letter before it belongs to both parts.
            prop_assume!(!after.starts_with(is_combining_mark) && !part.starts_with(is_combining_mark));
            prop_assert!(search_fold(&whole).contains(&search_fold(&part)));
        }

        #[test]
        fn folding_twice_changes_nothing(text in "[a-zA-ZæøåÆØÅäöüéßłaA \\-]*") {
            prop_assert_eq!(search_fold(&search_fold(&text)), search_fold(&text));
            prop_assert_eq!(name_fold(&name_fold(&text)), name_fold(&text));
        }

        #[test]
        fn case_never_matters(text in "[a-zA-ZæøåÆØÅäöüé ]*") {
            prop_assert_eq!(search_fold(&text.to_uppercase()), search_fold(&text));
            prop_assert_eq!(danish_sort_key(&text.to_uppercase()), danish_sort_key(&text));
            prop_assert_eq!(name_fold(&text.to_uppercase()), name_fold(&text));
        }
    }
}
