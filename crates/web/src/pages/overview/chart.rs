//! Operations by day as bars, with the same numbers in words and in a table.

use store::view::overview::Day;

use crate::format;
use crate::layout::Layout;
use crate::text::Value;

/// The picture in units of its own: 440 wide, 230 high, the bars between `y` 12 and 200.
pub struct Chart {
    pub description: String,
    pub lines: Vec<Line>,
    pub bars: Vec<Bar>,
    pub labels: Vec<Label>,
    pub rows: Vec<Row>,
    pub empty: bool,
}

/// A line of the grid with its number.
pub struct Line {
    pub y: String,
    pub text_y: String,
    pub label: String,
}

pub struct Bar {
    pub series: usize,
    pub x: String,
    pub y: String,
    pub height: String,
}

pub struct Label {
    pub x: String,
    pub text: String,
}

/// One day in the table.
pub struct Row {
    pub day: String,
    pub done: String,
    pub parked: String,
    pub dropped: String,
}

const BOTTOM: f64 = 200.0;
const HEIGHT: f64 = 188.0;
const LEFT: f64 = 47.0;
const STEP: f64 = 28.0;

pub fn draw(page: &Layout, days: &[Day]) -> Chart {
    let highest = days.iter().map(total).max().unwrap_or(0);
    let top = top_of_scale(highest);
    let mut bars = Vec::new();
    let mut labels = Vec::new();
    for (index, day) in (0_u32..).zip(days) {
        let x = LEFT + STEP * f64::from(index);
        stack(&mut bars, x, top, day);
        if index % 3 == 1 {
            labels.push(Label { x: units(x + 11.0), text: format::short_day(day.date) });
        }
    }
    Chart {
        description: describe(page, days, highest),
        lines: lines(page, top),
        bars,
        labels,
        rows: days.iter().map(|day| row(page, day)).collect(),
        empty: highest == 0,
    }
}

fn total(day: &Day) -> i64 {
    day.done + day.parked + day.dropped
}

/// A round number at or above the highest bar that three steps divide evenly.
pub fn top_of_scale(highest: i64) -> i64 {
    let mut top = 3;
    let mut factors = [2, 5].into_iter().cycle();
    while top < highest {
        // 3, 6, 30, 60, 300 ...
        top *= factors.next().unwrap_or(10);
    }
    top
}

fn stack(bars: &mut Vec<Bar>, x: f64, top: i64, day: &Day) {
    let mut y = BOTTOM;
    for (series, count) in [(1, day.done), (2, day.parked), (3, day.dropped)] {
        let height = HEIGHT * ratio(count, top);
        y -= height;
        if count > 0 {
            bars.push(Bar { series, x: units(x), y: units(y), height: units(height) });
        }
    }
}

fn lines(page: &Layout, top: i64) -> Vec<Line> {
    let line = |step: i64| {
        let number = top * step / 3;
        let y = BOTTOM - HEIGHT * ratio(number, top);
        Line { y: units(y), text_y: units(y + 4.0), label: page.n(number) }
    };
    (0..=3).map(line).collect()
}

#[expect(clippy::cast_precision_loss, reason = "counts of a day are far below 2^52")]
pub fn ratio(count: i64, top: i64) -> f64 {
    count as f64 / top.max(1) as f64
}

pub fn units(value: f64) -> String {
    format!("{value:.1}")
}

fn describe(page: &Layout, days: &[Day], highest: i64) -> String {
    let Some(busiest) = days.iter().find(|day| total(day) == highest) else { return String::new() };
    let values = [
        ("day", format::date(page.language, busiest.date).into()),
        ("count", Value::Count(highest)),
        ("number", page.n(highest).into()),
        ("parked", page.n(busiest.parked).into()),
    ];
    page.tv("chart-description", &values)
}

fn row(page: &Layout, day: &Day) -> Row {
    Row {
        day: format::date(page.language, day.date),
        done: page.n(day.done),
        parked: page.n(day.parked),
        dropped: page.n(day.dropped),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_ends_above_the_highest_bar_on_a_round_number() {
        for (highest, top) in [(0, 3), (3, 3), (4, 6), (7, 30), (129, 300), (61, 300), (2000, 3000)] {
            assert_eq!(top_of_scale(highest), top, "{highest}");
        }
    }
}
