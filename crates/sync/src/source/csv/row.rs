//! One row to one person: every cell read, every fault kept with its column.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Cpr, Email, Name, PNumber, Rid, SourceKey, SourceRecord, UserName, cpr::age_on, text};
use jiff::civil::Date;

use super::{
    columns::{Column, Layout},
    dates::parse_date,
    faults::{CsvFault, Problem},
    table::Line,
};

/// What one row says. With faults, the record holds what could be read, for comparing rows with each other.
pub(super) struct Row {
    /// The line of the file, counted from 1 with the headings.
    pub number: u64,
    /// `None` when the key could not be read; the record then carries its place in place of a key.
    pub key: Option<SourceKey>,
    pub record: SourceRecord,
    pub faults: Vec<CsvFault>,
}

impl Row {
    pub(super) fn read(line: &Line, layout: &Layout, today: Date) -> Self {
        let mut cells = Cells { line, layout, faults: Vec::new() };
        let place = format!("row {}", line.row);
        let unread = SourceRecord::new(SourceKey::Text(place.clone()), place);
        let headings = layout.headings.len();
        if line.cells.iter().skip(headings).any(|cell| !cell.trim().is_empty()) || line.cells.len() < headings
        {
            // Cells may have slipped to the side, so that no column can be trusted, the key least of all.
            let problem = Problem::CellCount { found: line.cells.len(), expected: headings };
            return Self {
                number: line.row,
                key: None,
                record: unread,
                faults: vec![CsvFault::of_row(line.row, problem)],
            };
        }
        let mut record = cells.record(unread);
        let key = cells.key(&record);
        if let Some(key) = &key {
            record.key = key.clone();
        }
        cells.judge_dates(&record, today);
        Self { number: line.row, key, record, faults: cells.faults }
    }

    /// Age in whole years, where the file says enough to know it.
    pub(super) fn age_on(&self, day: Date) -> Option<u8> {
        born(&self.record).map(|birth| age_on(birth, day))
    }
}

fn born(record: &SourceRecord) -> Option<Date> {
    record.cpr.map(|cpr| cpr.birth_date()).or(record.birth_date)
}

/// Reads cells by column and remembers what was wrong with them.
struct Cells<'a> {
    line: &'a Line,
    layout: &'a Layout,
    faults: Vec<CsvFault>,
}

impl Cells<'_> {
    fn record(&mut self, unread: SourceRecord) -> SourceRecord {
        SourceRecord {
            user_name: self.value(Column::UserName, UserName::parse),
            cpr: self.cpr(),
            birth_date: self.date(Column::BirthDate),
            given_name: self.value(Column::GivenName, Name::parse),
            surname: self.value(Column::Surname, Name::parse),
            email: self.value(Column::Email, Email::parse),
            phone: self.value(Column::Phone, free_text),
            unit: self.value(Column::Unit, free_text),
            title: self.value(Column::Title, free_text),
            manager: self.value(Column::Manager, free_text),
            p_number: self.value(Column::PNumber, PNumber::parse),
            rid: self.value(Column::Rid, Rid::parse),
            start: self.date(Column::Start),
            end: self.date(Column::End),
            invoice_key: self.value(Column::InvoiceKey, free_text),
            pseudonym: self.value(Column::Pseudonym, yes_or_no).unwrap_or(false),
            signing: self.value(Column::Signing, yes_or_no),
            groups: self.value(Column::Groups, groups).unwrap_or_default(),
            more: self.more(),
            ..unread
        }
    }

    /// The cell as a value. An empty one is no value, and a fault only where every row must have it.
    fn value<T, E: Into<Problem>>(
        &mut self,
        column: Column,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        let place = self.layout.place(column)?;
        let cell = self.cell(place);
        if cell.is_empty() {
            if self.layout.key == column {
                self.refuse(column, Problem::EmptyKey(column.word()));
            } else if self.layout.requires(column) {
                self.refuse(column, Problem::EmptyCell(column.word()));
            }
            return None;
        }
        if hides_cpr(column, cell) {
            self.refuse(column, Problem::MisplacedCpr);
            return None;
        }
        parse(cell).map_err(|fault| self.refuse(column, fault.into())).ok()
    }

    /// Required like any other, but a date of birth may stand in its place unless it is the key.
    fn cpr(&mut self) -> Option<Cpr> {
        if self.has(Column::Cpr) || self.layout.key == Column::Cpr {
            return self.value(Column::Cpr, Cpr::parse);
        }
        if self.layout.requires(Column::Cpr) && !self.has(Column::BirthDate) {
            self.refuse(Column::Cpr, Problem::NeitherCprNorBirthDate);
        }
        None
    }

    fn date(&mut self, column: Column) -> Option<Date> {
        self.value(column, parse_date).flatten()
    }

    fn more(&mut self) -> BTreeMap<String, String> {
        let layout = self.layout;
        let attributes = layout.more.iter().filter_map(|(attribute, place)| {
            let cell = self.cell(*place);
            if cell.is_empty() {
                return None;
            }
            let text =
                if hides_cpr(Column::Unit, cell) { Err(Problem::MisplacedCpr) } else { free_text(cell) };
            text.map_err(|problem| self.refuse_at(Some(*place), problem))
                .ok()
                .map(|text| (attribute.clone(), text))
        });
        attributes.collect()
    }

    fn key(&mut self, record: &SourceRecord) -> Option<SourceKey> {
        match self.layout.key {
            Column::Cpr => record.cpr.map(SourceKey::FromCpr),
            Column::UserName => record.user_name.as_ref().map(|name| SourceKey::Text(name.key())),
            Column::EmployeeNumber => self.value(Column::EmployeeNumber, free_text).map(key_of),
            other => {
                let cell = self.layout.place(other).map(|place| self.cell(place));
                cell.filter(|cell| !cell.is_empty()).map(|cell| key_of(cell.to_owned()))
            }
        }
    }

    fn judge_dates(&mut self, record: &SourceRecord, today: Date) {
        if record.start.zip(record.end).is_some_and(|(start, end)| end < start) {
            self.refuse(Column::End, Problem::EndBeforeStart);
        }
        if born(record).is_some_and(|birth| birth > today) {
            let column = if record.cpr.is_some() { Column::Cpr } else { Column::BirthDate };
            self.refuse(column, Problem::BirthInFuture);
        }
        if record.cpr.zip(record.birth_date).is_some_and(|(cpr, birth)| cpr.birth_date() != birth) {
            self.refuse(Column::BirthDate, Problem::OtherBirthDate);
        }
    }

    fn has(&self, column: Column) -> bool {
        self.layout.place(column).is_some_and(|place| !self.cell(place).is_empty())
    }

    fn cell(&self, place: usize) -> &str {
        self.line.cells.get(place).unwrap_or_default().trim()
    }

    fn refuse(&mut self, column: Column, problem: Problem) {
        self.refuse_at(self.layout.place(column), problem);
    }

    fn refuse_at(&mut self, place: Option<usize>, problem: Problem) {
        let column = place.and_then(|place| self.layout.heading(place));
        self.faults.push(CsvFault { row: Some(self.line.row), column, problem });
    }
}

/// Anything that could be a CPR number makes a key that the store keeps only as a keyed hash.
fn key_of(text: String) -> SourceKey {
    Cpr::parse(&text).map_or(SourceKey::Text(text), SourceKey::FromCpr)
}

/// Text that nothing is decided by: blanks made single, nothing in it that cannot be seen.
fn free_text(cell: &str) -> Result<String, Problem> {
    let text = cell.split_whitespace().collect::<Vec<_>>().join(" ");
    if text::first_unprintable(&text).is_some() { Err(Problem::Unprintable) } else { Ok(text) }
}

/// Several in one cell, separated by commas or upright strokes.
fn groups(cell: &str) -> Result<BTreeSet<String>, Problem> {
    let names = cell.split([',', '|']).map(str::trim).filter(|name| !name.is_empty());
    let group = |name| {
        if hides_cpr(Column::Groups, name) { Err(Problem::MisplacedCpr) } else { free_text(name) }
    };
    names.map(group).collect()
}

fn yes_or_no(cell: &str) -> Result<bool, Problem> {
    match cell.to_lowercase().as_str() {
        "ja" | "j" | "yes" | "y" | "sand" | "true" | "1" | "x" => Ok(true),
        "nej" | "n" | "no" | "falsk" | "false" | "0" => Ok(false),
        _ => Err(Problem::NeitherYesNorNo),
    }
}

/// Whether a cell holds a CPR number where everybody would be shown it. Ten digits without a hyphen are also
/// what numbers of units, phones and production units look like; there only the hyphen tells.
pub(crate) fn hides_cpr(column: Column, cell: &str) -> bool {
    let digits_are_usual = match column {
        Column::Cpr | Column::EmployeeNumber | Column::Phone => return false,
        Column::Unit | Column::PNumber | Column::Rid | Column::InvoiceKey => true,
        _ => false,
    };
    let only_digits = cell.bytes().all(|octet| octet.is_ascii_digit());
    !(digits_are_usual && only_digits) && Cpr::parse(cell).is_ok()
}
