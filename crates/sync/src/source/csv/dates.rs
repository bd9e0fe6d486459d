//! Dates as Danish systems export them.

use jiff::civil::Date;

use super::faults::Problem;

/// Reads `2026-11-20`, and day, month, year with hyphens, full stops or slashes between them.
///
/// The year 9999 is how payroll systems write "without end": it is no date at all.
pub(super) fn parse_date(text: &str) -> Result<Option<Date>, Problem> {
    let date = iso(text).or_else(|| ['-', '.', '/'].into_iter().find_map(|sign| day_first(text, sign)));
    date.map(|date| (date.year() != 9999).then_some(date)).ok_or(Problem::NoDate)
}

fn iso(text: &str) -> Option<Date> {
    let [year, month, day] = parts(text, '-')?;
    date(year, month, day)
}

fn day_first(text: &str, sign: char) -> Option<Date> {
    let [day, month, year] = parts(text, sign)?;
    date(year, month, day)
}

fn parts(text: &str, sign: char) -> Option<[&str; 3]> {
    text.split(sign).collect::<Vec<_>>().try_into().ok()
}

/// Four digits for the year, for two would leave the century open.
fn date(year: &str, month: &str, day: &str) -> Option<Date> {
    let digits = |text: &str| text.bytes().all(|octet| octet.is_ascii_digit());
    let shaped = year.len() == 4 && [month, day].iter().all(|part| (1..=2).contains(&part.len()));
    if !shaped || ![year, month, day].into_iter().all(digits) {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn danish_and_international_dates() {
        for text in ["2026-11-02", "02-11-2026", "2-11-2026", "02.11.2026", "2/11/2026"] {
            assert_eq!(parse_date(text), Ok(Some(date(2026, 11, 2))), "{text}");
        }
        assert_eq!(parse_date("31-12-9999"), Ok(None));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "02-11-26",
            "31-02-2026",
            "2026-13-01",
            "11/20/2026",
            "2026.11.02",
            "+2-11-2026",
            "46000",
            "2-11",
        ] {
            assert_eq!(parse_date(text), Err(Problem::NoDate), "{text}");
        }
    }
}
