//! The faults of a file in parts, for readers in other languages: each names its text and what is put into it.
//!
//! The texts stand in the console's locales, in `csv.ftl`; a test here proves that none is missing.

use domain::{CprFault, EmailFault, NameFault, Parts, RidFault, UserNameFault};

use super::faults::{CsvFault, CsvFaults, Problem};

impl CsvFaults {
    /// What is wrong with this file: one sentence for the whole and one for each fault that is listed.
    pub fn parts(&self, file: &str) -> Vec<Parts> {
        let count = self.listed.len() + self.more;
        let mut all = vec![Parts::new("csv-refused").with("file", file).with("number", count)];
        all.extend(self.listed.iter().map(CsvFault::parts));
        all.extend((self.more > 0).then(|| Parts::new("csv-more").with("number", self.more)));
        all
    }
}

impl CsvFault {
    pub fn parts(&self) -> Parts {
        let mut parts = self.problem.parts();
        if let Some(row) = self.row {
            parts = parts.with("row", row);
        }
        match &self.column {
            Some(column) => parts.with("column", column),
            None => parts,
        }
    }
}

impl Problem {
    pub(crate) fn parts(&self) -> Parts {
        problem(self)
    }
}

fn problem(problem: &Problem) -> Parts {
    let cells = |key: &str, found: &usize, expected: &usize| {
        Parts::new(key).with("found", found).with("expected", expected)
    };
    match problem {
        Problem::EmptyFile => Parts::new("csv-empty-file"),
        Problem::NoPeople => Parts::new("csv-no-people"),
        Problem::Utf16 => Parts::new("csv-utf16"),
        Problem::Workbook => Parts::new("csv-workbook"),
        Problem::MixedEncodings => Parts::new("csv-mixed-encodings"),
        Problem::OtherEncoding => Parts::new("csv-other-encoding"),
        Problem::CutInLetter => Parts::new("csv-cut-in-letter"),
        Problem::CutOff { found, expected } => cells("csv-cut-off", found, expected),
        Problem::QuotationMark => Parts::new("csv-quotation-mark"),
        Problem::NoHeadings(example) => Parts::new("csv-no-headings").with("example", example),
        Problem::MissingHeading { wanted, accepted, found } => Parts::new("csv-missing-heading")
            .with("what", slug(wanted))
            .with("accepted", accepted.replace("\" or \"", "\", \""))
            .with("found", found.replace("a number", "…")),
        Problem::HeadingTwice(both, wanted) => Parts::new("csv-heading-twice")
            .with("found", both.replace("\" and \"", "\", \""))
            .with("what", slug(wanted)),
        Problem::CellCount { found, expected } => cells("csv-cell-count", found, expected),
        Problem::OtherName(row) => Parts::new("csv-other-name").with("other", row),
        Problem::SamePerson(row) => Parts::new("csv-same-person").with("other", row),
        Problem::SameKey(row) => Parts::new("csv-same-key").with("other", row),
        Problem::SameUserName(row) => Parts::new("csv-same-user-name").with("other", row),
        Problem::EndBeforeStart => Parts::new("csv-end-before-start"),
        Problem::EmptyCell(what) => Parts::new("csv-empty-cell").with("what", slug(what)),
        Problem::EmptyKey(what) => Parts::new("csv-empty-key").with("what", slug(what)),
        Problem::NeitherCprNorBirthDate => Parts::new("csv-neither-cpr-nor-birth-date"),
        Problem::NoDate => Parts::new("csv-no-date"),
        Problem::BirthInFuture => Parts::new("csv-birth-in-future"),
        Problem::OtherBirthDate => Parts::new("csv-other-birth-date"),
        Problem::NeitherYesNorNo => Parts::new("csv-neither-yes-nor-no"),
        Problem::MisplacedCpr => Parts::new("csv-misplaced-cpr"),
        Problem::Unprintable => Parts::new("csv-unprintable"),
        Problem::Cpr(fault) => cpr(fault),
        Problem::UserName(UserNameFault::Empty) => Parts::new("csv-user-name-empty"),
        Problem::UserName(UserNameFault::Blank) => Parts::new("csv-user-name-blank"),
        Problem::UserName(UserNameFault::TooLong) => Parts::new("csv-user-name-too-long"),
        Problem::Name(NameFault::Empty) => Parts::new("csv-name-empty"),
        Problem::Name(NameFault::Unprintable(_)) => Parts::new("csv-name-unprintable"),
        Problem::Name(NameFault::TooLong) => Parts::new("csv-name-too-long"),
        Problem::Email(fault) => email(fault),
        Problem::PNumber(_) => Parts::new("csv-p-number"),
        Problem::Rid(RidFault::Empty) => Parts::new("csv-rid-empty"),
        Problem::Rid(RidFault::Characters) => Parts::new("csv-rid-characters"),
        Problem::Rid(RidFault::TooLong) => Parts::new("csv-rid-too-long"),
    }
}

fn cpr(fault: &CprFault) -> Parts {
    match fault {
        CprFault::Empty => Parts::new("csv-cpr-empty"),
        CprFault::Characters => Parts::new("csv-cpr-characters"),
        CprFault::LeadingZeroLost => Parts::new("csv-cpr-lost-zero"),
        CprFault::Length(length) => Parts::new("csv-cpr-length").with("found", length),
        CprFault::NoDate => Parts::new("csv-cpr-no-date"),
        CprFault::NotText => Parts::new("csv-cpr-not-text"),
    }
}

fn email(fault: &EmailFault) -> Parts {
    match fault {
        EmailFault::Empty => Parts::new("csv-email-empty"),
        EmailFault::Characters => Parts::new("csv-email-characters"),
        EmailFault::At => Parts::new("csv-email-at"),
        EmailFault::Domain => Parts::new("csv-email-domain"),
        EmailFault::TooLong => Parts::new("csv-email-too-long"),
    }
}

/// The name of a column as texts name it: `given-name`.
fn slug(word: &str) -> String {
    word.to_lowercase().replace(' ', "-")
}
