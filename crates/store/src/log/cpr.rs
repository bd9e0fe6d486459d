//! Finding what looks like a CPR number in a text that must not hold one.

use std::ops::Range;

/// Where in `text` something stands that looks like a CPR number, with or without its hyphen.
pub(super) fn find(text: &str) -> Option<Range<usize>> {
    let octets = text.as_bytes();
    (0..octets.len()).find_map(|start| candidate(octets, start))
}

/// Replaces the digits of everything that looks like a CPR number.
pub(super) fn mask(text: &str) -> String {
    let mut masked = text.to_owned();
    while let Some(found) = find(&masked) {
        let stars = "*".repeat(found.len());
        masked.replace_range(found, &stars);
    }
    masked
}

/// Ten digits, or six, a hyphen and four, that begin with a day and a month and stand alone.
fn candidate(octets: &[u8], start: usize) -> Option<Range<usize>> {
    let alone = |index: Option<usize>| {
        index.and_then(|index| octets.get(index)).is_none_or(|octet| !octet.is_ascii_alphanumeric())
    };
    let hyphen = usize::from(octets.get(start + 6) == Some(&b'-'));
    let end = start + 10 + hyphen;
    let digits = [octets.get(start..start + 6)?, octets.get(start + 6 + hyphen..end)?].concat();
    let numeric = digits.iter().all(u8::is_ascii_digit);
    let standing_alone = alone(start.checked_sub(1)) && alone(Some(end));
    (numeric && standing_alone && is_day_and_month(&digits)).then_some(start..end)
}

/// Replacement numbers have 60 added to the day.
fn is_day_and_month(digits: &[u8]) -> bool {
    let [d1, d2, m1, m2, ..] = digits else { return false };
    let two = |high: &u8, low: &u8| (high - b'0') * 10 + (low - b'0');
    matches!(two(d1, d2), 1..=31 | 61..=91) && matches!(two(m1, m2), 1..=12)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_with_and_without_hyphen_and_masked() {
        for text in
            ["7001011234", "700101-1234", "{\"cpr\":\"700101-1234\"}", "æ 6112991234.", "[7001011234]"]
        {
            assert!(find(text).is_some(), "{text}");
            assert!(find(&mask(text)).is_none(), "{text}");
        }
        assert_eq!(mask("a 700101-1234 b 7001011234"), "a *********** b **********");
    }

    #[test]
    fn other_numbers_are_let_through() {
        for text in [
            "",
            "70010112345",
            "a7001011234",
            "9901011234",
            "7013011234",
            "1700000000000",
            "91000001",
            "70-01",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
        assert_eq!(find("0190ecb4-1234-7abc-8def-700101123456"), None);
    }
}
