//! How many people held something, over time: bars, with the same numbers in a table.

use domain::danish_date;
use jiff::{SignedDuration, Timestamp};

use crate::format;
use crate::layout::Layout;
use crate::pages::overview::chart::{ratio, top_of_scale, units};

/// The picture in units of its own: 440 wide, 230 high, the bars between `y` 12 and 200.
pub struct Trend {
    pub description: String,
    pub lines: Vec<Line>,
    pub bars: Vec<Bar>,
    pub rows: Vec<(String, String)>,
}

pub struct Line {
    pub y: String,
    pub text_y: String,
    pub label: String,
}

pub struct Bar {
    pub x: String,
    pub y: String,
    pub height: String,
    /// The day below the bar; every third has one.
    pub label: String,
    pub label_x: String,
}

/// More fit neither the picture nor the table.
const POINTS: i64 = 13;

/// Moments at even distances, at least a day apart, from the first reading until now. One or none tells nothing.
pub fn moments(first: Option<Timestamp>, now: Timestamp) -> Vec<Timestamp> {
    let Some(first) = first else { return Vec::new() };
    let day = SignedDuration::from_hours(24);
    let whole = now.duration_since(first);
    let steps = (whole.as_secs() / day.as_secs()).clamp(0, POINTS - 1);
    let Ok(count) = i32::try_from(steps) else { return Vec::new() };
    if count == 0 {
        return Vec::new();
    }
    let step = whole / count;
    (0..=count).rev().map(|back| now - step * back).collect()
}

const BOTTOM: f64 = 200.0;
const HEIGHT: f64 = 188.0;
const LEFT: f64 = 50.0;
const STEP: f64 = 30.0;

/// `None`: there is nothing to compare yet.
pub fn draw(page: &Layout, moments: &[Timestamp], counts: &[i64]) -> Option<Trend> {
    let (first, last) = (counts.first()?, counts.last()?);
    let highest = counts.iter().copied().max().filter(|highest| *highest > 0)?;
    let top = top_of_scale(highest);
    let day = |moment: &Timestamp| danish_date(*moment);
    let bar = |(index, (moment, count)): (u32, (&Timestamp, &i64))| {
        let (x, height) = (LEFT + STEP * f64::from(index), HEIGHT * ratio(*count, top));
        Bar {
            x: units(x),
            y: units(BOTTOM - height),
            height: units(height),
            label: if index % 3 == 0 { format::short_day(day(moment)) } else { String::new() },
            label_x: units(x + 11.0),
        }
    };
    let line = |step: i64| {
        let number = top * step / 3;
        let y = BOTTOM - HEIGHT * ratio(number, top);
        Line { y: units(y), text_y: units(y + 4.0), label: page.n(number) }
    };
    let values = [("first", page.n(*first).into()), ("last", page.n(*last).into())];
    Some(Trend {
        description: page.tv("trend-description", &values),
        lines: (0..=3).map(line).collect(),
        bars: (0..).zip(moments.iter().zip(counts)).map(bar).collect(),
        rows: moments
            .iter()
            .zip(counts)
            .map(|(moment, count)| (format::date(page.language, day(moment)), page.n(*count)))
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_reach_from_the_first_reading_to_now_and_are_at_least_a_day_apart() {
        let now: Timestamp = "2026-11-20T08:00:00Z".parse().unwrap();
        let ago = |hours: i64| now - SignedDuration::from_hours(hours);
        assert_eq!(moments(None, now), []);
        assert_eq!(moments(Some(ago(20)), now), []);
        assert_eq!(moments(Some(ago(48)), now), [ago(48), ago(24), now]);
        let year = moments(Some(ago(365 * 24)), now);
        assert_eq!((year.len(), year[0], year[12]), (13, ago(365 * 24), now));
    }
}
