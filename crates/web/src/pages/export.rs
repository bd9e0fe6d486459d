//! Tables as files: CSV that opens rightly in a Danish spreadsheet, streamed where it may be long, and XLSX.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::{Cvr, danish_date};
use futures::{Stream, StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;
use rust_xlsxwriter::{Format, Workbook, XlsxError};

use crate::failure::Failure;

/// A table with headings.
#[derive(Debug)]
pub struct Sheet {
    pub name: String,
    pub headings: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Csv,
    Xlsx,
}

impl Kind {
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "csv" => Some(Self::Csv),
            "xlsx" => Some(Self::Xlsx),
            _ => None,
        }
    }

    fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }

    fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }
}

/// `people-90123456-2026-11-20`, in ASCII.
pub fn file_name(what: &str, cvr: &Cvr, now: Timestamp) -> String {
    let what = domain::text::search_fold(what).replace(' ', "-");
    format!("{what}-{cvr}-{}", danish_date(now))
}

/// The file as an answer that the browser saves.
pub fn answer(kind: Kind, file_name: &str, sheet: &Sheet) -> Result<Response, Failure> {
    let octets = match kind {
        Kind::Csv => csv(sheet).map_err(Failure::broken)?,
        Kind::Xlsx => xlsx(sheet).map_err(Failure::broken)?,
    };
    Ok((headers(kind, file_name)?, octets).into_response())
}

fn headers(kind: Kind, file_name: &str) -> Result<[(HeaderName, HeaderValue); 2], Failure> {
    let disposition = format!("attachment; filename=\"{file_name}.{}\"", kind.extension());
    let disposition = HeaderValue::from_str(&disposition).map_err(Failure::broken)?;
    Ok([
        (header::CONTENT_TYPE, HeaderValue::from_static(kind.media_type())),
        (header::CONTENT_DISPOSITION, disposition),
    ])
}

/// A long table as CSV, written while it is read: each item of the stream is some rows of it.
pub fn stream_csv(
    file_name: &str,
    headings: Vec<String>,
    rows: impl Stream<Item = Result<Vec<Vec<String>>, Failure>> + Send + 'static,
) -> Result<Response, Failure> {
    let beginning = futures::stream::once(async { Ok(vec![headings]) });
    let written = rows.map(|rows| lines(Vec::new(), &rows?).map_err(Failure::broken));
    let begun =
        beginning.map(|rows: Result<_, Failure>| lines(MARK.to_vec(), &rows?).map_err(Failure::broken));
    // A table that breaks off must not look like a whole one: the connection breaks off too.
    let body =
        begun.chain(written).map_err(|_| std::io::Error::other("the table could not be read to its end"));
    let headers = headers(Kind::Csv, file_name)?;
    Ok((headers, Body::from_stream(body)).into_response())
}

/// Says that UTF-8 follows.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// Semicolons and a byte order mark: what a Danish Excel expects.
fn csv(sheet: &Sheet) -> Result<Vec<u8>, csv::Error> {
    let begun = lines(MARK.to_vec(), std::slice::from_ref(&sheet.headings))?;
    lines(begun, &sheet.rows)
}

/// Writes rows behind what is there.
fn lines(begun: Vec<u8>, rows: &[Vec<String>]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(begun);
    for row in rows {
        writer.write_record(row.iter().map(|cell| without_formula(cell)))?;
    }
    writer.into_inner().map_err(|fault| fault.into_error().into())
}

/// A cell that begins like a formula is one to a spreadsheet, and names come from outside.
fn without_formula(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

/// Cells of XLSX are written as text, so nothing in them is a formula.
fn xlsx(sheet: &Sheet) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let bold = Format::new().set_bold();
    let worksheet = workbook.add_worksheet();
    worksheet.set_name(&sheet.name)?;
    for (column, heading) in (0_u16..).zip(&sheet.headings) {
        worksheet.write_string_with_format(0, column, heading, &bold)?;
    }
    for (row, cells) in (1_u32..).zip(&sheet.rows) {
        for (column, cell) in (0_u16..).zip(cells) {
            worksheet.write_string(row, column, cell)?;
        }
    }
    worksheet.set_freeze_panes(1, 0)?;
    workbook.save_to_buffer()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_a_formula_stays_a_name() {
        let sheet = Sheet {
            name: "Personer".to_owned(),
            headings: vec!["Navn".to_owned()],
            rows: vec![vec!["=1+1".to_owned()], vec!["Søren; Åse".to_owned()]],
        };
        let text = String::from_utf8(csv(&sheet).unwrap()).unwrap();
        assert_eq!(text, "\u{feff}Navn\n'=1+1\n\"Søren; Åse\"\n");
        assert!(xlsx(&sheet).unwrap().starts_with(b"PK"));
    }
}
