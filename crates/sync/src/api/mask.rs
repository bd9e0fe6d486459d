//! Makes a raw answer fit to be kept and shown: no CPR number, no token, and not long.
//!
//! Errs on the side of hiding: a UUID that begins with many digits loses some of them, which harms nobody.

use super::Secret;

/// How much of an answer is kept.
const KEPT_LETTERS: usize = 500;

/// Words at least this long are taken for tokens. A UUID has 36 letters and stays readable.
const TOKEN_LETTERS: usize = 40;

/// As many digits as a CPR number has.
const CPR_DIGITS: usize = 10;

const HIDDEN: &str = "***";

/// The answer as text, without what must not be kept.
pub(super) fn masked(body: &[u8], bearer: Option<&Secret>) -> String {
    let text = String::from_utf8_lossy(body);
    let text = match bearer {
        Some(token) if !token.expose().is_empty() => text.replace(token.expose(), HIDDEN),
        _ => text.into_owned(),
    };
    hide_tokens(&hide_digits(&text)).chars().take(KEPT_LETTERS).collect()
}

/// Replaces the digits of every stretch that holds ten or more of them, with at most one separator between two.
fn hide_digits(text: &str) -> String {
    let mut hidden = String::with_capacity(text.len());
    let mut stretch = String::new();
    for letter in text.chars() {
        let separates = is_separator(letter) && stretch.ends_with(|last: char| last.is_ascii_digit());
        if letter.is_ascii_digit() || separates {
            stretch.push(letter);
        } else {
            hidden.push_str(&settle(&stretch));
            stretch.clear();
            hidden.push(letter);
        }
    }
    hidden + &settle(&stretch)
}

fn settle(stretch: &str) -> String {
    if stretch.bytes().filter(u8::is_ascii_digit).count() < CPR_DIGITS {
        return stretch.to_owned();
    }
    stretch.chars().map(|letter| if letter.is_ascii_digit() { 'x' } else { letter }).collect()
}

fn is_separator(letter: char) -> bool {
    matches!(letter, ' ' | '-' | '.' | '/' | '\u{a0}')
}

fn hide_tokens(text: &str) -> String {
    let words = text.split_inclusive(|letter: char| !is_of_token(letter));
    words
        .map(|word| if word.chars().count() > TOKEN_LETTERS { with_end_of(word) } else { word.to_owned() })
        .collect()
}

/// The mark for a hidden word, with the letter that ended it.
fn with_end_of(word: &str) -> String {
    let end = word.chars().next_back().filter(|letter| !is_of_token(*letter));
    HIDDEN.chars().chain(end).collect()
}

fn is_of_token(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.' | '+' | '=' | '~')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        masked(text.as_bytes(), None)
    }

    #[test]
    fn cpr_numbers_are_hidden_however_they_are_written() {
        for number in ["6101900007", "610190-0007", "610190 0007", "61 01 90 0007", "61.01.90-0007"] {
            let shown = plain(&format!("the person {number}\" is known"));
            assert!(!shown.contains(|letter: char| letter.is_ascii_digit()), "{shown}");
            assert!(shown.ends_with("\" is known"), "{shown}");
        }
        assert_eq!(plain("cpr6101900007"), "cprxxxxxxxxxx");
    }

    #[test]
    fn ordinary_numbers_and_uuids_stay_readable() {
        let text = "status 409, id 1234567, ab0c5f0e-1a2b-4c3d-8e9f-a0b1c2d3e4f5";
        assert_eq!(plain(text), text);
    }

    #[test]
    fn tokens_are_hidden_by_length_and_by_value() {
        let long = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl";
        assert_eq!(plain(&format!("token {long}, refused")), "token ***, refused");
        assert_eq!(plain(long), "***");
        let bearer = Secret::new("s3cret");
        assert_eq!(masked(b"Bearer s3cret expired", Some(&bearer)), "Bearer *** expired");
    }

    #[test]
    fn long_and_broken_answers_are_cut() {
        assert_eq!(plain(&"word ".repeat(1000)).chars().count(), KEPT_LETTERS);
        assert_eq!(masked(&[b'a', 0xff], None), "a\u{fffd}");
        assert_eq!(masked(b"x", Some(&Secret::new(""))), "x");
    }
}
