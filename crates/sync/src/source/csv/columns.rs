//! Which column of the file holds what: by the headings that Danish and English systems use, or as the
//! configuration says.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Parts, Warning};
use serde::{Deserialize, Serialize};

use super::{
    faults::{CsvFault, Problem},
    table::Table,
};

/// What one column can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Column {
    UserName,
    Cpr,
    BirthDate,
    GivenName,
    Surname,
    Email,
    Phone,
    Unit,
    Title,
    Manager,
    PNumber,
    Rid,
    Start,
    End,
    EmployeeNumber,
    InvoiceKey,
    Pseudonym,
    Signing,
    Groups,
}

/// How to read the columns of one file; the default takes the headings that are known by themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct CsvMapping {
    /// The heading of a column, where it is none of the known ones. A heading named here must be in the file.
    pub columns: BTreeMap<Column, String>,
    /// Further attributes, each with its heading.
    pub more: BTreeMap<String, String>,
    /// What makes a row the same person next time; by itself the employee number if the file has it, else the
    /// CPR number, else the user name.
    pub key: Option<Column>,
    /// What every row must have. In place of the CPR number a date of birth will do.
    pub required: BTreeSet<Column>,
}

impl Default for CsvMapping {
    fn default() -> Self {
        Self {
            columns: BTreeMap::new(),
            more: BTreeMap::new(),
            key: None,
            required: [Column::UserName, Column::Cpr, Column::GivenName, Column::Surname].into(),
        }
    }
}

impl Column {
    pub(crate) const ALL: [Self; 19] = [
        Self::UserName,
        Self::Cpr,
        Self::BirthDate,
        Self::GivenName,
        Self::Surname,
        Self::Email,
        Self::Phone,
        Self::Unit,
        Self::Title,
        Self::Manager,
        Self::PNumber,
        Self::Rid,
        Self::Start,
        Self::End,
        Self::EmployeeNumber,
        Self::InvoiceKey,
        Self::Pseudonym,
        Self::Signing,
        Self::Groups,
    ];

    /// What a person calls it.
    pub fn word(self) -> &'static str {
        self.word_and_headings().0
    }

    /// The headings known by themselves; case, blanks and signs in them do not count.
    fn headings(self) -> &'static [&'static str] {
        self.word_and_headings().1
    }

    fn word_and_headings(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::UserName => ("user name", &["brugernavn", "bruger-id", "user name", "user id", "login"]),
            Self::Cpr => ("CPR number", &["cpr", "cpr-nr", "cpr-nummer", "personnummer", "cpr number"]),
            Self::BirthDate => ("date of birth", &["fødselsdato", "birth date", "date of birth"]),
            Self::GivenName => ("given name", &["fornavn", "fornavne", "given name", "first name"]),
            Self::Surname => ("surname", &["efternavn", "surname", "last name", "family name"]),
            Self::Email => ("e-mail address", &["e-mail", "mail", "e-mailadresse", "e-mail address"]),
            Self::Phone => ("phone number", &["telefon", "telefonnummer", "tlf", "phone", "phone number"]),
            Self::Unit => ("unit", &["enhed", "afdeling", "unit", "department"]),
            Self::Title => ("title", &["titel", "stilling", "title", "job title"]),
            Self::Manager => ("manager", &["leder", "nærmeste leder", "manager"]),
            Self::PNumber => ("P-number", &["p-nummer", "p-nr", "p-number"]),
            Self::Rid => ("RID", &["rid", "rid-nummer"]),
            Self::Start => ("first day", &["fra", "startdato", "ansættelsesdato", "from", "start date"]),
            Self::End => ("last day", &["til", "slutdato", "fratrædelsesdato", "to", "end date"]),
            Self::EmployeeNumber => (
                "employee number",
                &["medarbejdernummer", "medarbejdernr", "lønnummer", "employee number", "employee id"],
            ),
            Self::InvoiceKey => ("invoice key", &["faktura", "fakturanøgle", "invoice", "invoice key"]),
            Self::Pseudonym => ("name protection", &["navnebeskyttelse", "pseudonym", "name protection"]),
            Self::Signing => ("signing", &["signering", "signing"]),
            Self::Groups => ("groups", &["grupper", "groups"]),
        }
    }
}

/// Where everything stands in this file.
pub(super) struct Layout {
    places: BTreeMap<Column, usize>,
    /// Attributes without a column of their own, each with its place.
    pub more: Vec<(String, usize)>,
    pub key: Column,
    required: BTreeSet<Column>,
    pub headings: Vec<String>,
    heading_row: u64,
}

impl Layout {
    /// Finds every column, or says which are missing or there twice.
    pub(super) fn find(table: &Table, mapping: &CsvMapping) -> Result<Self, Vec<CsvFault>> {
        let mut search = Search { table, faults: Vec::new() };
        let places: BTreeMap<Column, usize> = Column::ALL
            .into_iter()
            .filter_map(|column| Some((column, search.place(column, mapping)?)))
            .collect();
        let more = mapping
            .more
            .iter()
            .filter_map(|(attribute, heading)| {
                Some((attribute.clone(), search.attribute(attribute, heading)?))
            })
            .collect();
        let key = mapping.key.unwrap_or_else(|| first_key(&places));
        for column in mapping.required.iter().copied().chain([key]) {
            let replaced = column == Column::Cpr && key != column && places.contains_key(&Column::BirthDate);
            if !places.contains_key(&column) && !replaced {
                search.missing(column.word(), column.headings());
            }
        }
        if search.faults.is_empty() {
            let (required, headings) = (mapping.required.clone(), table.headings.clone());
            Ok(Self { places, more, key, required, headings, heading_row: table.heading_row })
        } else {
            Err(search.faults)
        }
    }

    pub(super) fn place(&self, column: Column) -> Option<usize> {
        self.places.get(&column).copied()
    }

    pub(super) fn requires(&self, column: Column) -> bool {
        self.required.contains(&column)
    }

    /// The heading as the file writes it.
    pub(super) fn heading(&self, place: usize) -> Option<String> {
        self.headings.get(place).cloned()
    }

    /// A heading that nothing reads may be a misspelt one.
    pub(super) fn unused(&self) -> Option<Warning> {
        let used: BTreeSet<usize> =
            self.places.values().copied().chain(self.more.iter().map(|(_, place)| *place)).collect();
        let unused = self.headings.iter().enumerate().filter(|(place, _)| !used.contains(place));
        let names: Vec<String> = unused.filter_map(|(_, heading)| quoted(heading)).collect();
        (!names.is_empty()).then(|| Warning {
            place: format!("row {}", self.heading_row),
            text: format!(
                "nothing is read from the columns {}: name them in the mapping if they matter",
                names.join(", ")
            ),
            parts: Some(Parts::new("csv-unused").with("found", names.join(", "))),
        })
    }
}

/// The key by itself: what changes least comes first.
fn first_key(places: &BTreeMap<Column, usize>) -> Column {
    let stable = [Column::EmployeeNumber, Column::Cpr];
    stable.into_iter().find(|column| places.contains_key(column)).unwrap_or(Column::UserName)
}

struct Search<'a> {
    table: &'a Table,
    faults: Vec<CsvFault>,
}

impl Search<'_> {
    fn place(&mut self, column: Column, mapping: &CsvMapping) -> Option<usize> {
        match mapping.columns.get(&column) {
            Some(heading) => {
                let place = self.only(&[heading.as_str()], column.word());
                if place.is_none() {
                    self.missing(column.word(), &[heading.as_str()]);
                }
                place
            }
            None => self.only(column.headings(), column.word()),
        }
    }

    fn attribute(&mut self, attribute: &str, heading: &str) -> Option<usize> {
        let place = self.only(&[heading], attribute);
        if place.is_none() {
            self.missing(attribute, &[heading]);
        }
        place
    }

    /// The one place with any of these headings; two are a fault, for nobody knows which is right.
    fn only(&mut self, accepted: &[&str], wanted: &str) -> Option<usize> {
        let accepted: Vec<String> = accepted.iter().map(|heading| letters(heading)).collect();
        let found = self.table.headings.iter().enumerate();
        let mut found = found.filter(|(_, heading)| accepted.contains(&letters(heading)));
        let (place, first) = found.next()?;
        if let Some((_, second)) = found.next() {
            let both = format!("\"{first}\" and \"{second}\"");
            self.faults.push(CsvFault::of_row(
                self.table.heading_row,
                Problem::HeadingTwice(both, wanted.to_owned()),
            ));
        }
        Some(place)
    }

    fn missing(&mut self, wanted: &str, accepted: &[&str]) {
        let looks_like_person = self.table.headings.iter().any(|heading| has_a_number(heading));
        let problem = if looks_like_person {
            Problem::NoHeadings("brugernavn;cpr;fornavn;efternavn;e-mail")
        } else {
            let accepted =
                accepted.iter().map(|heading| format!("\"{heading}\"")).collect::<Vec<_>>().join(" or ");
            let found: Vec<String> =
                self.table.headings.iter().filter_map(|heading| quoted(heading)).collect();
            Problem::MissingHeading { wanted: wanted.to_owned(), accepted, found: found.join(", ") }
        };
        let fault = CsvFault::of_row(self.table.heading_row, problem);
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }
}

/// What counts in a heading: its letters and digits, in lower case.
fn letters(heading: &str) -> String {
    heading.chars().flat_map(char::to_lowercase).filter(|letter| letter.is_alphanumeric()).collect()
}

/// A heading for a sentence: cut short, since a file that is no table has very long ones, and without numbers,
/// since what stands in the first row may be a person.
fn quoted(heading: &str) -> Option<String> {
    match heading {
        "" => None,
        number if has_a_number(number) => Some("a number".to_owned()),
        name => Some(format!("\"{}\"", name.chars().take(40).collect::<String>())),
    }
}

fn has_a_number(heading: &str) -> bool {
    heading.chars().filter(char::is_ascii_digit).count() >= 6
}
