//! CPR numbers: the Danish civil registration number, ten digits of which six are a date of birth.
//!
//! The number is the one secret that everything else in this program handles, so the type never prints it:
//! `Debug` masks, there is no `Display`, and a fault says what is wrong without quoting what was read.

use jiff::civil::Date;
use serde::{Deserialize, Serialize, Serializer, de::IgnoredAny};

/// The lowest age for MitID; a person below it cannot be created in MitID Erhverv.
pub const MINIMUM_AGE: u8 = 13;

/// A CPR number whose first six digits are a real date.
///
/// The modulus-11 digit is not checked: numbers without it have been given out since 2007.
///
/// Serialised as its ten digits: only for payloads that are sealed before they are stored.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "Wire")]
pub struct Cpr {
    number: u64,
    birth_date: Date,
}

impl Cpr {
    /// Reads `6101900000`, `610190-0000` or `610190 0000`, with blanks around it.
    pub fn parse(text: &str) -> Result<Self, CprFault> {
        let digits = compact(text.trim())?;
        let number = digits.iter().fold(0, |number, digit| number * 10 + u64::from(*digit));
        let birth_date = birth_date(number).ok_or(CprFault::NoDate)?;
        Ok(Self { number, birth_date })
    }

    /// The date that the number stands for, with the century from its seventh digit.
    pub fn birth_date(&self) -> Date {
        self.birth_date
    }

    /// Whole years on `day`; 0 before birth.
    pub fn age_on(&self, day: Date) -> u8 {
        age_on(self.birth_date, day)
    }

    /// Whether 60 is added to the day: such numbers belong to nobody and serve demos and tests.
    pub fn is_invented(&self) -> bool {
        day_of(self.number) > INVENTED
    }

    /// The ten digits in clear. May be called by: what seals or hashes the number before it is stored, and the
    /// client of the IdM API when it writes a request body. Never for a page, a log line, an error or a file.
    pub fn digits(&self) -> String {
        format!("{:010}", self.number)
    }

    /// What a person may see: the date, never the last four digits.
    pub fn masked(&self) -> String {
        format!("{:06}-xxxx", self.number / 10_000)
    }
}

impl std::str::FromStr for Cpr {
    type Err = CprFault;
    fn from_str(text: &str) -> Result<Self, CprFault> {
        Self::parse(text)
    }
}

impl std::fmt::Debug for Cpr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cpr(xxxxxx-xxxx)")
    }
}

impl Serialize for Cpr {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.digits())
    }
}

/// Whole years from `birth` to `day`; 0 before birth.
pub fn age_on(birth: Date, day: Date) -> u8 {
    let had_no_birthday = (day.month(), day.day()) < (birth.month(), birth.day());
    let years = day.year().saturating_sub(birth.year()).saturating_sub(i16::from(had_no_birthday));
    u8::try_from(years.clamp(0, i16::from(u8::MAX))).unwrap_or(u8::MAX)
}

/// Why a text is no CPR number. Never holds any part of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CprFault {
    #[error("the CPR number is empty: write its ten digits")]
    Empty,
    #[error("the CPR number holds something other than digits and one hyphen: write it as ddmmyy-nnnn")]
    Characters,
    #[error(
        "the CPR number has nine digits: its leading zero was probably lost in a spreadsheet, so make the \
         column text and export again"
    )]
    LeadingZeroLost,
    #[error("the CPR number has {0} digits and must have ten: write it as ddmmyy-nnnn")]
    Length(usize),
    #[error("the first six digits of the CPR number are not a date: check them against the source")]
    NoDate,
    #[error("the CPR number is not written as text: put it between quotation marks")]
    NotText,
}

/// What is added to the day of birth in a number that belongs to nobody.
const INVENTED: i8 = 60;

/// What a stored CPR number may look like. Catching everything keeps serde from quoting a number in its error.
#[derive(Deserialize)]
#[serde(untagged)]
enum Wire {
    Text(String),
    Other(IgnoredAny),
}

impl TryFrom<Wire> for Cpr {
    type Error = CprFault;
    fn try_from(wire: Wire) -> Result<Self, CprFault> {
        match wire {
            Wire::Text(text) => Self::parse(&text),
            Wire::Other(IgnoredAny) => Err(CprFault::NotText),
        }
    }
}

/// The ten digits, without the one hyphen or blank that may stand after the date.
fn compact(text: &str) -> Result<[u8; 10], CprFault> {
    let bare = match text.split_once(['-', ' ']) {
        Some((date, rest)) if matches!((date.len(), rest.len()), (6, _) | (5, 4)) => format!("{date}{rest}"),
        _ => text.to_owned(),
    };
    if bare.is_empty() {
        return Err(CprFault::Empty);
    }
    if !bare.bytes().all(|octet| octet.is_ascii_digit()) {
        return Err(CprFault::Characters);
    }
    let digits: Vec<u8> = bare.bytes().map(|octet| octet - b'0').collect();
    digits.try_into().map_err(|digits: Vec<u8>| match digits.len() {
        9 => CprFault::LeadingZeroLost,
        other => CprFault::Length(other),
    })
}

fn day_of(number: u64) -> i8 {
    two_digits(number, 100_000_000)
}

/// The two digits that begin where `unit` stands.
fn two_digits(number: u64, unit: u64) -> i8 {
    i8::try_from(number / unit % 100).unwrap_or(0)
}

fn birth_date(number: u64) -> Option<Date> {
    let day = day_of(number);
    let day = if day > INVENTED { day - INVENTED } else { day };
    let month = two_digits(number, 1_000_000);
    let year = i16::from(two_digits(number, 10_000));
    let century = century(number / 1_000 % 10, year);
    Date::new(century + year, month, day).ok()
}

/// The century by the rule of the civil registration office: the seventh digit together with the year.
fn century(seventh_digit: u64, year: i16) -> i16 {
    match (seventh_digit, year) {
        (4 | 9, ..=36) => 2000,
        (0..=4 | 9, _) => 1900,
        (_, ..=57) => 2000,
        _ => 1800,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn cpr(text: &str) -> Cpr {
        Cpr::parse(text).unwrap()
    }

    #[test]
    fn reads_with_and_without_hyphen() {
        assert_eq!(cpr("6101900000"), cpr(" 610190-0000 "));
        assert_eq!(cpr("6101900000"), cpr("610190 0000"));
        assert_eq!(cpr("610190-0000").digits(), "6101900000");
    }

    #[test]
    fn the_seventh_digit_decides_the_century() {
        let year = |text| cpr(text).birth_date().year();
        assert_eq!(year("610190-0000"), 1990);
        assert_eq!(year("610157-3000"), 1957);
        assert_eq!(year("610136-4000"), 2036);
        assert_eq!(year("610137-4000"), 1937);
        assert_eq!(year("610157-5000"), 2057);
        assert_eq!(year("610158-8000"), 1858);
        assert_eq!(year("610136-9000"), 2036);
        assert_eq!(year("610137-9000"), 1937);
    }

    #[test]
    fn the_date_is_real_in_its_century() {
        assert_eq!(cpr("890200-4000").birth_date(), date(2000, 2, 29));
        assert_eq!(Cpr::parse("890200-0000"), Err(CprFault::NoDate), "1900 was no leap year");
        for wrong in ["920190-0000", "600190-0000", "610090-0000", "611390-0000", "910490-0000"] {
            assert_eq!(Cpr::parse(wrong), Err(CprFault::NoDate), "{wrong}");
        }
    }

    #[test]
    fn numbers_of_nobody_are_told_from_others() {
        assert!(cpr("610190-0000").is_invented());
        // No fixture may hold a number that could be somebody's: the day is computed.
        let ordinary = format!("{:02}0190-0000", 61 - 60);
        assert!(!cpr(&ordinary).is_invented());
        assert_eq!(cpr(&ordinary).birth_date(), cpr("610190-0000").birth_date());
    }

    #[test]
    fn age_counts_whole_years() {
        let born = cpr("811110-4000");
        assert_eq!(born.birth_date(), date(2010, 11, 21));
        assert_eq!(born.age_on(date(2023, 11, 20)), 12);
        assert_eq!(born.age_on(date(2023, 11, 21)), MINIMUM_AGE);
        assert_eq!(born.age_on(date(2000, 1, 1)), 0);
        assert_eq!(cpr("610158-8000").age_on(date(9999, 1, 1)), u8::MAX);
    }

    #[test]
    fn born_on_a_leap_day_is_older_from_the_first_of_march() {
        let born = cpr("890208-4000");
        assert_eq!(born.age_on(date(2021, 2, 28)), 12);
        assert_eq!(born.age_on(date(2021, 3, 1)), 13);
    }

    #[test]
    fn refusals_say_what_to_do() {
        assert_eq!(Cpr::parse("  "), Err(CprFault::Empty));
        assert_eq!(Cpr::parse("610190+0000"), Err(CprFault::Characters));
        assert_eq!(Cpr::parse("610190--000"), Err(CprFault::Characters));
        assert_eq!(Cpr::parse("6101-900000"), Err(CprFault::Characters));
        assert_eq!(Cpr::parse("٦١٠١٩٠٠٠٠٠"), Err(CprFault::Characters));
        assert_eq!(Cpr::parse("101900000"), Err(CprFault::LeadingZeroLost));
        assert_eq!(Cpr::parse("10190-0000"), Err(CprFault::LeadingZeroLost));
        assert_eq!(Cpr::parse("10190-00000"), Err(CprFault::Characters));
        assert_eq!(Cpr::parse("61019000001"), Err(CprFault::Length(11)));
    }

    #[test]
    fn nothing_prints_the_number() {
        let number = cpr("610190-0007");
        assert_eq!(format!("{number:?}"), "Cpr(xxxxxx-xxxx)");
        assert_eq!(number.masked(), "610190-xxxx");
    }

    #[test]
    fn stored_numbers_read_back_and_broken_ones_are_not_quoted() {
        let sealed = serde_json::to_string(&cpr("610190-0007")).unwrap();
        assert_eq!(sealed, "\"6101900007\"");
        assert_eq!(serde_json::from_str::<Cpr>(&sealed).unwrap(), cpr("610190-0007"));
        for broken in ["6101900007", "\"6201990007x\"", "[6101900007]", "6101900007.5", "-6101900007"] {
            let fault = serde_json::from_str::<Cpr>(broken).unwrap_err().to_string();
            assert!(!fault.contains("900007") && !fault.contains("990007"), "{fault}");
        }
    }

    proptest! {
        #[test]
        fn parse_never_panics_and_never_quotes(text in ".{0,20}") {
            if let Err(fault) = Cpr::parse(&text) {
                let digits = text.chars().filter(char::is_ascii_digit).count();
                prop_assert!(digits < 4 || !fault.to_string().contains(text.trim()));
            }
        }

        #[test]
        fn digits_read_back(day in 61u8..=88, month in 1u8..=12, year in 0u8..=99, rest in 0u16..=9999) {
            let text = format!("{day:02}{month:02}{year:02}{rest:04}");
            let number = cpr(&text);
            prop_assert!(number.is_invented());
            prop_assert_eq!(number.digits(), text);
            prop_assert_eq!(number.birth_date().day(), i8::try_from(day).unwrap() - 60);
        }
    }
}
