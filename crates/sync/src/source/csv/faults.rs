//! What can be wrong with a file, in sentences for the person who exported it.
//!
//! No sentence quotes a cell: a column that slipped one place to the side may hold CPR numbers. Rows, columns
//! and headings say where to look.

use domain::{CprFault, EmailFault, NameFault, PNumberFault, RidFault, UserNameFault};

/// Everything that is wrong with one file; nothing of it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvFaults {
    /// The first [`CsvFaults::LISTED`], in the order of the rows.
    pub listed: Vec<CsvFault>,
    /// How many there are behind those.
    pub more: usize,
}

impl CsvFaults {
    /// More than that many help nobody: the cause is then one and the same.
    pub const LISTED: usize = 50;

    pub(super) fn new(mut faults: Vec<CsvFault>) -> Self {
        let more = faults.len().saturating_sub(Self::LISTED);
        faults.truncate(Self::LISTED);
        Self { listed: faults, more }
    }
}

impl From<CsvFault> for CsvFaults {
    fn from(fault: CsvFault) -> Self {
        Self::new(vec![fault])
    }
}

impl std::error::Error for CsvFaults {}

impl std::fmt::Display for CsvFaults {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.listed.as_slice(), self.more) {
            ([fault], 0) => write!(f, "nothing of the file is used: {fault}"),
            (faults, more) => {
                write!(f, "nothing of the file is used, because of {} faults:", faults.len() + more)?;
                faults.iter().try_for_each(|fault| write!(f, "\n{fault}"))?;
                if more > 0 { write!(f, "\nand {more} more") } else { Ok(()) }
            }
        }
    }
}

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvFault {
    /// The line of the file, counted from 1 with the headings; in a spreadsheet the row.
    pub row: Option<u64>,
    /// The heading as the file writes it.
    pub column: Option<String>,
    pub problem: Problem,
}

impl CsvFault {
    pub(super) fn of_file(problem: Problem) -> Self {
        Self { row: None, column: None, problem }
    }

    pub(super) fn of_row(row: u64, problem: Problem) -> Self {
        Self { row: Some(row), column: None, problem }
    }
}

impl CsvFault {
    /// The sentence where the row is known already.
    pub(super) fn without_row(&self) -> String {
        Self { row: None, ..self.clone() }.to_string()
    }
}

impl std::fmt::Display for CsvFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.row, &self.column) {
            (Some(row), Some(column)) => write!(f, "row {row}, column \"{column}\": {}", self.problem),
            (Some(row), None) => write!(f, "row {row}: {}", self.problem),
            (None, Some(column)) => write!(f, "column \"{column}\": {}", self.problem),
            (None, None) => self.problem.fmt(f),
        }
    }
}

/// What is wrong, why it matters and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    // Of the whole file.
    #[error("the file is empty: export it again")]
    EmptyFile,
    #[error("the file has headings but no person that can be used: export it again")]
    NoPeople,
    #[error("the file is written in UTF-16: save it as \"CSV UTF-8\"")]
    Utf16,
    #[error("the file is a spreadsheet and not a CSV file: save it as \"CSV UTF-8\"")]
    Workbook,
    #[error(
        "the file is partly UTF-8 and partly not, so some letters would come out wrong: save it as \"CSV UTF-8\""
    )]
    MixedEncodings,
    #[error(
        "the file is neither UTF-8 nor Windows-1252, so Danish letters would come out wrong: save it as \"CSV UTF-8\""
    )]
    OtherEncoding,
    #[error("the file ends in the middle of a letter, so it was cut off: export it again")]
    CutInLetter,
    #[error(
        "the last row has {found} cells and the headings {expected}, so the file was cut off: export it again \
         (or remove the line if it is no person)"
    )]
    CutOff { found: usize, expected: usize },
    #[error(
        "a quotation mark is missing or one too many, so that rows could be hidden in a cell: put the cell \
         between quotation marks and write each one inside it twice"
    )]
    QuotationMark,
    #[error("the first row looks like a person: put a row of headings before it, such as {0}")]
    NoHeadings(&'static str),
    #[error(
        "no column holds the {wanted}: name it {accepted} or say in the mapping which one it is. Found: {found}"
    )]
    MissingHeading { wanted: String, accepted: String, found: String },
    #[error("the columns {0} both hold the {1}: remove one or say in the mapping which one it is")]
    HeadingTwice(String, String),

    // Of one row.
    #[error(
        "the row has {found} cells and the headings {expected}: look for a separator too few or too many"
    )]
    CellCount { found: usize, expected: usize },
    #[error("the same CPR number as row {0} but another name: correct the number or the name")]
    OtherName(u64),
    #[error("the same CPR number and name as row {0}: remove one, or allow several identities a person")]
    SamePerson(u64),
    #[error(
        "the same key as row {0}: give each row a key of its own, or choose another key column in the mapping"
    )]
    SameKey(u64),
    #[error("the same user name as row {0}: give each person a user name of their own")]
    SameUserName(u64),
    #[error("the end date lies before the start date: correct one of them")]
    EndBeforeStart,

    // Of one cell.
    #[error("the cell is empty: write the {0}")]
    EmptyCell(&'static str),
    #[error(
        "the cell is empty and is the key of the row: write the {0}, or choose another key column in the mapping"
    )]
    EmptyKey(&'static str),
    #[error("neither CPR number nor date of birth is there: write one of them")]
    NeitherCprNorBirthDate,
    #[error("this is no date: write it as 2026-11-20 or 20-11-2026")]
    NoDate,
    #[error("the date of birth lies in the future: correct it")]
    BirthInFuture,
    #[error("the date of birth is not the one of the CPR number: correct one of them")]
    OtherBirthDate,
    #[error("this is neither yes nor no: write \"ja\" or \"nej\"")]
    NeitherYesNorNo,
    #[error(
        "the cell holds a CPR number, which may stand only in the column for it: take it out of this one"
    )]
    MisplacedCpr,
    #[error("the cell holds a character that cannot be seen or was lost: type it again")]
    Unprintable,
    #[error(transparent)]
    Cpr(#[from] CprFault),
    #[error(transparent)]
    UserName(#[from] UserNameFault),
    #[error(transparent)]
    Name(#[from] NameFault),
    #[error(transparent)]
    Email(#[from] EmailFault),
    #[error(transparent)]
    PNumber(#[from] PNumberFault),
    #[error(transparent)]
    Rid(#[from] RidFault),
}
