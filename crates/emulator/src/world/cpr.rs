//! The CPR number as the emulator needs it: its shape, its date, and nothing of it in a log.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Ten digits whose first six are a date. Replacement numbers have 60 added to the day.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CprNumber(String);

impl CprNumber {
    /// `None` unless the text is ten digits with a real date in front.
    pub fn parse(text: &str) -> Option<Self> {
        let ten_digits = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit());
        (ten_digits && birth_date(text).is_some()).then(|| Self(text.to_owned()))
    }

    /// `None` only for a number that was seeded unchecked.
    pub fn birth_date(&self) -> Option<Date> {
        birth_date(&self.0)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for CprNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("CprNumber(**********)")
    }
}

fn birth_date(text: &str) -> Option<Date> {
    let two_digits = |from: usize| text.get(from..from + 2)?.parse::<i8>().ok();
    let (day, month, year) = (two_digits(0)?, two_digits(2)?, two_digits(4)?);
    let day = if day > 60 { day - 60 } else { day };
    let century = match (text.as_bytes().get(6)?, year) {
        (b'0'..=b'3', _) | (b'4' | b'9', 37..) => 1900,
        (b'4' | b'9', _) | (b'5'..=b'8', ..=57) => 2000,
        _ => 1800,
    };
    Date::new(century + i16::from(year), month, day).ok()
}

/// Replaces everything that may be a CPR number (ten digits, also with a hyphen) for the request log.
pub(crate) fn masked(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|letter: char| letter.is_ascii_digit()) {
        let (before, run) = rest.split_at(start);
        let end = run.find(|letter: char| !letter.is_ascii_digit() && letter != '-').unwrap_or(run.len());
        let (run, after) = run.split_at(end);
        masked.push_str(before);
        masked.push_str(if is_cpr_like(run) { "**********" } else { run });
        rest = after;
    }
    masked.push_str(rest);
    masked
}

fn is_cpr_like(run: &str) -> bool {
    let run = run.trim_end_matches('-');
    match run.split_once('-') {
        None => run.len() == 10,
        Some((front, back)) => front.len() == 6 && back.len() == 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seventh_digit_gives_the_century() {
        let born = |text: &str| CprNumber::parse(text).and_then(|cpr| cpr.birth_date()).map(Date::year);
        assert_eq!(born("6101900000"), Some(1990));
        assert_eq!(born("6101364000"), Some(2036));
        assert_eq!(born("6101374000"), Some(1937));
        assert_eq!(born("6101105000"), Some(2010));
        assert_eq!(born("6101585000"), Some(1858));
    }

    #[test]
    fn what_is_no_date_or_no_ten_digits_is_refused() {
        for text in ["", "610190000", "61019000000", "610190-0000", "3201900000", "6113900000", "9201900000"]
        {
            assert!(CprNumber::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn neither_debug_output_nor_a_masked_path_shows_the_number() {
        let cpr = CprNumber::parse("6101900000").unwrap();
        assert!(!format!("{cpr:?}").contains("6101"));
        assert_eq!(masked("/x/6101900000/y"), "/x/**********/y");
        assert_eq!(masked("/x/610190-0000?a=1"), "/x/**********?a=1");
        assert_eq!(
            masked("/x/12345678-1234-4234-8234-123456789012"),
            "/x/12345678-1234-4234-8234-123456789012"
        );
    }
}
