//! The file as a source: an export of the payroll or the HR system, one person a row.
//!
//! Reading is a pure function from octets to a [`Snapshot`] or to every fault of the file, each with its row and
//! column. The steps: [`encoding`] makes text of octets, [`table`] makes rows of text, [`columns`] finds out
//! which column holds what, [`row`] reads the cells of one person, [`repeated`] compares the rows with each
//! other. A file that is cut off, or whose quotation marks hide rows, is never used; a file with a broken row only if
//! that was asked for, and then the person of that row stays as last known.

mod columns;
mod dates;
mod encoding;
mod faults;
mod repeated;
mod row;
mod table;

use domain::{MINIMUM_AGE, SkippedRow, Snapshot, SourceName, Warning};
use jiff::{Timestamp, civil::Date};

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
    let mut rows: Vec<Row> = table.lines.iter().map(|line| Row::read(line, &layout, options.today)).collect();
    repeated::refuse_repeated(&mut rows, options.several_identities);

    let (right, broken): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| row.faults.is_empty());
    if !broken.is_empty() && (!options.skip_broken || right.is_empty()) {
        return Err(CsvFaults::new(broken.into_iter().flat_map(|row| row.faults).collect()));
    }
    let (young, right): (Vec<Row>, Vec<Row>) =
        right.into_iter().partition(|row| row.age_on(options.today).is_some_and(|age| age < MINIMUM_AGE));
    if right.is_empty() {
        return Err(CsvFault::of_file(Problem::NoPeople).into());
    }
    Ok(Snapshot {
        source: source.clone(),
        taken_at,
        warnings: layout.unused(&table).into_iter().chain(young.iter().map(too_young)).collect(),
        skipped: broken.into_iter().map(skipped).collect(),
        records: right.into_iter().map(|row| row.record).collect(),
    })
}

fn skipped(row: Row) -> SkippedRow {
    let why: Vec<String> = row.faults.iter().map(CsvFault::without_row).collect();
    SkippedRow { key: row.key, place: row.record.place, why: why.join("; ") }
}

fn too_young(row: &Row) -> Warning {
    Warning {
        place: row.record.place.clone(),
        text: format!(
            "the person is under {MINIMUM_AGE} and was left out, because MitID is not given to children below \
             that age: nothing needs to be done, unless the date of birth is wrong"
        ),
    }
}

#[cfg(test)]
mod tests;
