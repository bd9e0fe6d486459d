//! Numbers, money and moments the way Danes (and English readers) write them, always in Danish time.

use domain::{Language, copenhagen};
use jiff::civil::{Date, Weekday};
use jiff::{Timestamp, Zoned};

/// `4.494` or `4,494`.
pub fn number(language: Language, value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let separator = language.pick('.', ',');
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    if value < 0 { format!("−{text}") } else { text }
}

/// `5,2` or `5.2`; whole numbers have no decimals.
pub fn decimal(language: Language, value: f64) -> String {
    let text = format!("{value:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    language.pick(text.replace('.', ","), text.to_owned())
}

/// `560 kr.` or `DKK 560`.
pub fn kroner(language: Language, value: i64) -> String {
    let amount = number(language, value);
    language.pick(format!("{amount} kr."), format!("DKK {amount}"))
}

/// `20. november 2026` or `20 November 2026`.
pub fn date(language: Language, date: Date) -> String {
    format!("{} {}", day_and_month(language, date), date.year())
}

/// `6.14` or `6:14`.
pub fn time(language: Language, moment: Timestamp) -> String {
    let local = danish(moment);
    format!("{}{}{:02}", local.hour(), language.pick('.', ':'), local.minute())
}

/// `i dag kl. 6.14`, `i går kl. 8.00`, `18. november kl. 13.40`, `9. april 2025 kl. 8.21`.
pub fn moment(language: Language, now: Timestamp, moment: Timestamp) -> String {
    let day = danish(moment).date();
    format!("{} {} {}", relative_day(language, now, day), language.pick("kl.", "at"), time(language, moment))
}

/// `i dag`, `i går`, else the date; the year only where it is another.
pub fn relative_day(language: Language, now: Timestamp, day: Date) -> String {
    let today = danish(now).date();
    if day == today {
        language.pick("i dag", "today").to_owned()
    } else if today.yesterday().is_ok_and(|yesterday| yesterday == day) {
        language.pick("i går", "yesterday").to_owned()
    } else if day.year() == today.year() {
        day_and_month(language, day)
    } else {
        date(language, day)
    }
}

/// `fredag 20. november 2026 kl. 9.42`.
pub fn full_moment(language: Language, moment: Timestamp) -> String {
    let day = danish(moment).date();
    let weekday = weekday(language, day.weekday());
    let day = date(language, day);
    format!("{weekday} {day} {} {}", language.pick("kl.", "at"), time(language, moment))
}

/// `2026-11-20T09:42` for the `datetime` attribute and for exports.
pub fn machine(moment: Timestamp) -> String {
    danish(moment).strftime("%Y-%m-%dT%H:%M").to_string()
}

/// `7/11`: the label below a bar of a chart.
pub fn short_day(day: Date) -> String {
    format!("{}/{}", day.day(), day.month())
}

/// Whole days from one moment to a later one; negative when it has passed.
pub fn days_between(from: Timestamp, to: Timestamp) -> i64 {
    to.duration_since(from).as_secs().div_euclid(24 * 60 * 60)
}

/// The length of a pause or of a wait in its largest whole unit: seconds, minutes, hours or days.
pub fn span(language: Language, seconds: i64) -> String {
    let (count, one, many) = match seconds.max(0) {
        s @ ..120 => (s, language.pick("sekund", "second"), language.pick("sekunder", "seconds")),
        s @ ..7200 => (s / 60, language.pick("minut", "minute"), language.pick("minutter", "minutes")),
        s @ ..172_800 => (s / 3600, language.pick("time", "hour"), language.pick("timer", "hours")),
        s => (s / 86_400, language.pick("dag", "day"), language.pick("dage", "days")),
    };
    format!("{} {}", number(language, count), if count == 1 { one } else { many })
}

/// `for 12 minutter siden`.
pub fn ago(language: Language, now: Timestamp, moment: Timestamp) -> String {
    let span = span(language, now.duration_since(moment).as_secs());
    language.pick(format!("for {span} siden"), format!("{span} ago"))
}

/// The same text with a capital first letter, for the start of a sentence.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn danish(moment: Timestamp) -> Zoned {
    moment.to_zoned(copenhagen())
}

fn day_and_month(language: Language, date: Date) -> String {
    let month = month(language, date.month());
    language.pick(format!("{}. {month}", date.day()), format!("{} {month}", date.day()))
}

fn month(language: Language, month: i8) -> &'static str {
    let (danish, english) = match month {
        1 => ("januar", "January"),
        2 => ("februar", "February"),
        3 => ("marts", "March"),
        4 => ("april", "April"),
        5 => ("maj", "May"),
        6 => ("juni", "June"),
        7 => ("juli", "July"),
        8 => ("august", "August"),
        9 => ("september", "September"),
        10 => ("oktober", "October"),
        11 => ("november", "November"),
        _ => ("december", "December"),
    };
    language.pick(danish, english)
}

fn weekday(language: Language, weekday: Weekday) -> &'static str {
    let (danish, english) = match weekday {
        Weekday::Monday => ("mandag", "Monday"),
        Weekday::Tuesday => ("tirsdag", "Tuesday"),
        Weekday::Wednesday => ("onsdag", "Wednesday"),
        Weekday::Thursday => ("torsdag", "Thursday"),
        Weekday::Friday => ("fredag", "Friday"),
        Weekday::Saturday => ("lørdag", "Saturday"),
        Weekday::Sunday => ("søndag", "Sunday"),
    };
    language.pick(danish, english)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn numbers_have_separators_of_the_language() {
        assert_eq!(number(Language::Danish, 4494), "4.494");
        assert_eq!(number(Language::English, 1_234_567), "1,234,567");
        assert_eq!(number(Language::Danish, 7), "7");
        assert_eq!(number(Language::Danish, -1000), "−1.000");
        assert_eq!(kroner(Language::Danish, 560), "560 kr.");
        assert_eq!(decimal(Language::Danish, 5.16), "5,2");
        assert_eq!(decimal(Language::English, 5.0), "5");
    }

    #[test]
    fn moments_are_danish_time_and_say_today_and_yesterday() {
        let now = at("2026-11-20T08:42:00Z");
        assert_eq!(moment(Language::Danish, now, at("2026-11-20T05:14:00Z")), "i dag kl. 6.14");
        assert_eq!(moment(Language::English, now, at("2026-11-19T07:00:00Z")), "yesterday at 8:00");
        assert_eq!(moment(Language::Danish, now, at("2026-09-02T08:15:00Z")), "2. september kl. 10.15");
        assert_eq!(moment(Language::English, now, at("2025-04-09T06:21:00Z")), "9 April 2025 at 8:21");
        assert_eq!(full_moment(Language::Danish, now), "fredag 20. november 2026 kl. 9.42");
    }

    #[test]
    fn waits_are_told_in_their_largest_whole_unit() {
        let now = at("2026-11-20T08:00:00Z");
        assert_eq!(ago(Language::Danish, now, at("2026-11-20T07:48:00Z")), "for 12 minutter siden");
        assert_eq!(ago(Language::English, now, at("2026-11-19T06:00:00Z")), "26 hours ago");
        assert_eq!(span(Language::Danish, 1), "1 sekund");
        assert_eq!(days_between(now, at("2026-11-22T07:00:00Z")), 1);
    }
}
