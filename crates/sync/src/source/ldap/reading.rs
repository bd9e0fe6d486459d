//! One entry read: what each attribute says, and what is wrong with it.

use std::collections::{BTreeMap, BTreeSet};

use directory::{AccountExpiry, DistinguishedName, Entry};
use domain::{Cpr, Email, Name, PNumber, Rid, SourceKey, SourceRecord, Standing, UserName};
use jiff::{Timestamp, civil::Date};

use super::{EntryFault, EntryProblem, LdapSource};
use crate::source::csv::{self, Column, Problem};

/// One entry being read, with what was wrong with it.
pub(super) struct Reading<'a> {
    pub source: &'a LdapSource,
    pub entry: &'a Entry,
    pub faults: Vec<EntryFault>,
}

/// What the unit is mapped to where the units are those of the directory's tree.
const PLACE_IN_THE_TREE: &str = "distinguishedName";

/// Between the levels of a unit, the outermost first.
const LEVEL_SEPARATOR: &str = " / ";

impl Reading<'_> {
    pub(super) fn record(&mut self, now: Timestamp) -> SourceRecord {
        let place = self.entry.distinguished_name().to_owned();
        let key = SourceKey::Text(self.entry.key().to_string());
        SourceRecord {
            standing: self.standing(now),
            user_name: self.value(Column::UserName, UserName::parse),
            cpr: self.value(Column::Cpr, Cpr::parse),
            birth_date: self.value(Column::BirthDate, date),
            given_name: self.value(Column::GivenName, Name::parse),
            surname: self.value(Column::Surname, Name::parse),
            email: self.value(Column::Email, Email::parse),
            phone: self.text(Column::Phone),
            unit: self.unit(),
            title: self.text(Column::Title),
            manager: self.text(Column::Manager),
            p_number: self.value(Column::PNumber, PNumber::parse),
            rid: self.value(Column::Rid, Rid::parse),
            start: self.value(Column::Start, date),
            end: self.value(Column::End, date),
            invoice_key: self.text(Column::InvoiceKey),
            pseudonym: self.text(Column::Pseudonym).is_some_and(|text| is_yes(&text)),
            signing: self.text(Column::Signing).map(|text| is_yes(&text)),
            groups: self.groups(),
            more: self.more(),
            ..SourceRecord::new(key, place)
        }
    }

    fn standing(&self, now: Timestamp) -> Standing {
        let account = self.entry.account();
        if account.is_disabled() {
            return Standing::Disabled;
        }
        if let Some(AccountExpiry::At(at)) = account.expires
            && at <= now
        {
            return Standing::Expired(at);
        }
        match &self.source.group {
            Some(group) if !self.entry.is_member(group) => Standing::OutsideGroup,
            _ => Standing::Employed,
        }
    }

    fn unit(&mut self) -> Option<String> {
        let attribute = self.source.attributes.get(&Column::Unit)?;
        if !is_place_in_the_tree(Column::Unit, attribute) {
            return self.text(Column::Unit);
        }
        let levels = self.source.query.units_of(self.entry);
        // A name that has the separator in it must not look like two levels.
        let levels: Vec<String> = levels.iter().map(|level| level.replace(LEVEL_SEPARATOR, "/")).collect();
        (!levels.is_empty()).then(|| levels.join(LEVEL_SEPARATOR))
    }

    fn groups(&self) -> BTreeSet<String> {
        let member = self.source.groups.iter().filter(|group| self.entry.is_member(group));
        member.map(|group| DistinguishedName::first_value(group)).collect()
    }

    fn more(&mut self) -> BTreeMap<String, String> {
        let source = self.source;
        let value = |(name, attribute): (&String, &String)| {
            let text = self.text_of(attribute)?;
            if csv::hides_cpr(Column::Unit, &text) {
                self.refuse(attribute, Problem::MisplacedCpr.into());
                return None;
            }
            Some((name.clone(), text))
        };
        source.more.iter().filter_map(value).collect()
    }

    fn text(&mut self, column: Column) -> Option<String> {
        let attribute = self.source.attributes.get(&column)?;
        self.text_of(attribute)
    }

    fn text_of(&mut self, attribute: &str) -> Option<String> {
        if self.entry.values(attribute).is_empty() {
            return None;
        }
        let Some(text) = self.entry.text(attribute) else {
            self.refuse(attribute, EntryProblem::NotText);
            return None;
        };
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn refuse(&mut self, attribute: &str, problem: EntryProblem) {
        let (entry, attribute) = (self.entry.distinguished_name().to_owned(), attribute.to_owned());
        self.faults.push(EntryFault { entry, attribute, problem });
    }

    fn value<T, E: Into<Problem>>(
        &mut self,
        column: Column,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.text(column)?;
        match parse(&text) {
            Ok(value) => Some(value),
            Err(fault) => {
                self.refuse(&self.source.attribute(column), fault.into().into());
                None
            }
        }
    }
}

/// Every entry has its place, so that it need not be asked for.
pub(super) fn is_place_in_the_tree(column: Column, attribute: &str) -> bool {
    column == Column::Unit && attribute.eq_ignore_ascii_case(PLACE_IN_THE_TREE)
}

fn date(text: &str) -> Result<Date, Problem> {
    text.parse().map_err(|_| Problem::NoDate)
}

/// AD writes TRUE; people write ja, yes or 1.
fn is_yes(text: &str) -> bool {
    matches!(text.to_lowercase().as_str(), "true" | "ja" | "yes" | "1" | "j" | "y")
}
