//! Time and randomness are handed in, so that a test, a simulation and the program run the same code.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// Where the present moment comes from.
pub trait Clock: Send + Sync + std::fmt::Debug {
    fn now(&self) -> Timestamp;
}

/// Where unpredictable octets come from.
pub trait Random: Send + Sync + std::fmt::Debug {
    fn fill(&self, octets: &mut [u8]);
}

/// Danish civil time: end dates, working hours and everything shown to a person.
///
/// Falls back to UTC only if the embedded time zone database lacks Copenhagen, which a test rules out.
pub fn copenhagen() -> TimeZone {
    TimeZone::get("Europe/Copenhagen").unwrap_or(TimeZone::UTC)
}

/// The date in Denmark at `now`.
pub fn danish_date(now: Timestamp) -> Date {
    now.to_zoned(copenhagen()).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_danish_day_begins_before_the_utc_day() {
        let now: Timestamp = "2026-11-20T23:30:00Z".parse().unwrap();
        assert_eq!(danish_date(now), jiff::civil::date(2026, 11, 21));
    }
}
