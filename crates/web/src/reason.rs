//! Reasons and purposes: what every decision and every look at a CPR number must carry.

use crate::layout::{FieldFault, Layout};

/// What is wrong with a reason, if anything. A CPR number in it would end up in the log.
pub fn fault(page: &Layout, why: &str) -> Option<FieldFault> {
    let key = if why.trim().is_empty() {
        "reason-missing"
    } else if looks_like_cpr(why) {
        "reason-has-cpr"
    } else {
        return None;
    };
    Some(FieldFault { field: "why", text: page.t(key) })
}

/// What is put back into the field of a refused form: not a CPR number.
pub fn shown_again(why: &str) -> String {
    if looks_like_cpr(why) { String::new() } else { why.to_owned() }
}

/// Ten digits in a row, or six and four with a hyphen or a blank between.
pub fn looks_like_cpr(text: &str) -> bool {
    let mut run = 0;
    let mut gap_at_six = false;
    for letter in text.chars() {
        if letter.is_ascii_digit() {
            run += 1;
            if run >= 10 {
                return true;
            }
        } else if run == 6 && !gap_at_six && matches!(letter, '-' | ' ' | '\u{2011}' | '\u{2013}') {
            gap_at_six = true;
        } else {
            run = 0;
            gap_at_six = false;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_may_be_cpr_numbers_are_seen_and_others_are_not() {
        for yes in ["610190-1234", "se 6101901234.", "610190 1234", "x6101901234"] {
            assert!(looks_like_cpr(yes), "{yes}");
        }
        for no in ["sag 2026-1234", "telefon 12 34 56 78", "610190", "2026-11-20 kl. 9.42", ""] {
            assert!(!looks_like_cpr(no), "{no}");
        }
    }
}
