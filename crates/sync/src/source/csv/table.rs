//! Text to rows: which sign separates the cells, which line each row stands on, and whether the file is whole.

use csv::{ReaderBuilder, StringRecord};

use super::faults::{CsvFault, Problem};

/// A file cut into cells. No row has fewer or more cells than there are headings, but those that say so.
pub(super) struct Table {
    /// The line of the headings, for blank lines may stand before them.
    pub heading_row: u64,
    pub headings: Vec<String>,
    pub lines: Vec<Line>,
}

pub(super) struct Line {
    pub row: u64,
    pub cells: StringRecord,
}

impl Table {
    pub(super) fn read(text: &str) -> Result<Self, CsvFault> {
        let separator = separator(text);
        let mut lines = lines(text, separator)?;
        lines.retain(|line| line.cells.iter().any(|cell| !cell.trim().is_empty()));
        if lines.is_empty() {
            return Err(CsvFault::of_file(Problem::EmptyFile));
        }
        let heading = lines.remove(0);
        let table = Self {
            heading_row: heading.row,
            headings: heading.cells.iter().map(|cell| cell.trim().to_owned()).collect(),
            lines,
        };
        table.refuse_cut_off()?;
        Ok(table)
    }

    /// A last row with too few cells means that people after it are missing, who would be taken for leavers.
    fn refuse_cut_off(&self) -> Result<(), CsvFault> {
        let expected = self.headings.len();
        match self.lines.last() {
            Some(line) if line.cells.len() < expected => {
                let problem = Problem::CutOff { found: line.cells.len(), expected };
                Err(CsvFault::of_row(line.row, problem))
            }
            _ => Ok(()),
        }
    }
}

/// Semicolon, comma or tabulator: whichever the first line with anything in it has most of.
fn separator(text: &str) -> u8 {
    let heading = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |sign: u8| heading.bytes().filter(|octet| *octet == sign).count();
    // The last of equals wins, so that a file with one column counts as separated by semicolons.
    [b'\t', b',', b';'].into_iter().max_by_key(|sign| count(*sign)).unwrap_or(b';')
}

fn lines(text: &str, separator: u8) -> Result<Vec<Line>, CsvFault> {
    let mut reader = ReaderBuilder::new()
        .delimiter(separator)
        .flexible(true)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let line_end = if text.contains('\n') { b'\n' } else { b'\r' };
    let (mut lines, mut row, mut begin) = (Vec::new(), 1, 0);
    let mut cells = StringRecord::new();
    // The octets are a text already and the reader takes any number of cells, so reading cannot fail.
    while reader.read_record(&mut cells).unwrap_or(false) {
        let end = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
        let raw = text.as_bytes().get(begin..end).unwrap_or_default();
        // Blank lines, and the second half of a line end, belong to what the reader passed over.
        let passed_over = raw.iter().take_while(|octet| matches!(octet, b'\r' | b'\n'));
        row += count(passed_over, line_end);
        if hides_rows(raw, &cells, separator) {
            return Err(CsvFault::of_row(row, Problem::QuotationMark));
        }
        lines.push(Line { row, cells: cells.clone() });
        row += count(raw.iter().skip_while(|octet| matches!(octet, b'\r' | b'\n')), line_end);
        begin = end;
    }
    Ok(lines)
}

fn count<'a>(octets: impl Iterator<Item = &'a u8>, wanted: u8) -> u64 {
    octets.map(|octet| u64::from(*octet == wanted)).sum()
}

/// Whether a quotation mark without its partner may have swallowed what follows it.
fn hides_rows(raw: &[u8], cells: &StringRecord, separator: u8) -> bool {
    let swallowed = |cell: &str| cell.contains(['\n', '\r']) && cell.bytes().any(|octet| octet == separator);
    count(raw.iter(), b'"') % 2 == 1 || cells.iter().any(swallowed)
}
