//! The file as a source: an export of the payroll or the HR system, one person a row.
//!
//! Reading is a pure function from octets to a [`Snapshot`] or to every fault of the file, each with its row and
//! column. The steps: [`encoding`] makes text of octets, [`table`] makes rows of text, [`columns`] finds out
//! which column holds what, [`row`] reads the cells of one person, [`repeated`] compares the rows with each
//! other. A file that is cut off, or whose quotation marks hide rows, is never used; a file with a broken row
//! only if that was asked for, and then the person of that row stays as last known.

mod columns;
mod dates;
mod encoding;
mod faults;
mod parts;
mod repeated;
mod row;
mod table;

use domain::{MINIMUM_AGE, Parts, SkippedRow, Snapshot, SourceName, Warning};
use jiff::{Timestamp, civil::Date};

use super::addresses;

pub(super) use self::row::hides_cpr;
use self::{columns::Layout, row::Row, table::Table};
pub use self::{
    columns::{Column, CsvMapping},
    faults::{CsvFault, CsvFaults, Problem},
};

/// What decides about a file besides its mapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CsvOptions {
    /// The date in Denmark, for ages.
    pub today: Date,
    /// Use the rows that are right though others are broken.
    pub skip_broken: bool,
    /// Whether one person may stand in several rows, with one name and several user names.
    pub several_identities: bool,
}

/// Reads a whole file, or says everything that is wrong with it.
pub fn read_csv(
    octets: &[u8],
    mapping: &CsvMapping,
    source: &SourceName,
    taken_at: Timestamp,
    options: CsvOptions,
) -> Result<Snapshot, CsvFaults> {
    let text = encoding::decode(octets)?;
    let table = Table::read(&text)?;
    let layout = Layout::find(&table, mapping).map_err(CsvFaults::new)?;
    let mut rows: Vec<Row> =
        table.lines.into_iter().map(|line| Row::read(&line, &layout, options.today)).collect();
    repeated::refuse_repeated(&mut rows, options.several_identities);
    refuse_broken(&mut rows, options.skip_broken)?;

    let mut snapshot = Snapshot {
        source: source.clone(),
        taken_at,
        records: Vec::with_capacity(rows.len()),
        skipped: Vec::new(),
        warnings: layout.unused().into_iter().collect(),
    };
    for row in rows {
        if !row.faults.is_empty() {
            snapshot.skipped.push(skipped(row));
        } else if row.age_on(options.today).is_some_and(|age| age < MINIMUM_AGE) {
            snapshot.warnings.push(too_young(&row));
        } else {
            snapshot.records.push(row.record);
        }
    }
    if snapshot.records.is_empty() {
        return Err(CsvFault::of_file(Problem::NoPeople).into());
    }
    snapshot.warnings.extend(addresses::warnings(&snapshot.records));
    Ok(snapshot)
}

/// Every fault is the answer, unless broken rows may be skipped and others are left.
fn refuse_broken(rows: &mut [Row], skip_broken: bool) -> Result<(), CsvFaults> {
    let broken = rows.iter().filter(|row| !row.faults.is_empty()).count();
    if broken == 0 || (skip_broken && broken < rows.len()) {
        return Ok(());
    }
    Err(CsvFaults::new(rows.iter_mut().flat_map(|row| std::mem::take(&mut row.faults)).collect()))
}

fn skipped(row: Row) -> SkippedRow {
    let why: Vec<String> = row.faults.iter().map(CsvFault::without_row).collect();
    let parts = row.faults.iter().map(|fault| CsvFault { row: None, ..fault.clone() }.parts()).collect();
    SkippedRow { key: row.key, place: row.record.place, why: why.join("; "), parts }
}

fn too_young(row: &Row) -> Warning {
    Warning {
        place: row.record.place.clone(),
        text: format!(
            "the person is under {MINIMUM_AGE} and was left out, because MitID is not given to children below \
             that age: nothing needs to be done, unless the date of birth is wrong"
        ),
        parts: Some(Parts::new("csv-too-young").with("expected", MINIMUM_AGE)),
    }
}

#[cfg(test)]
mod tests;
