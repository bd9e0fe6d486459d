//! What is odd about e-mail addresses: nothing is refused for it, but somebody should look (behaviour.md, *E-mail*).

use std::collections::HashMap;

use domain::{Email, SourceRecord, Warning, addresses};

/// A warning for each person with a Danish letter in the address, and for each of several who share one.
pub(crate) fn warnings(records: &[SourceRecord]) -> Vec<Warning> {
    let mut owners: HashMap<&Email, Vec<&SourceRecord>> = HashMap::new();
    let mut warnings = Vec::new();
    for record in records {
        let Some(email) = &record.email else { continue };
        if email.has_danish_letters() {
            warnings.push(addresses::danish(&record.place));
        }
        owners.entry(email).or_default().push(record);
    }
    for record in records {
        let together = record.email.as_ref().and_then(|email| owners.get(email)).into_iter().flatten();
        if let Some(other) = together.copied().find(|other| is_somebody_else(record, other)) {
            warnings.push(addresses::shared(&record.place, &other.place));
        }
    }
    warnings
}

/// One person may have several identities with one address.
fn is_somebody_else(one: &SourceRecord, other: &SourceRecord) -> bool {
    one.key != other.key && (one.cpr.is_none() || one.cpr != other.cpr)
}

#[cfg(test)]
mod tests {
    use domain::{Cpr, SourceKey};

    use super::*;

    fn record(number: usize, cpr: Option<&str>, email: &str) -> SourceRecord {
        let mut record = SourceRecord::new(SourceKey::Text(format!("k{number}")), format!("row {number}"));
        record.cpr = cpr.map(|cpr| Cpr::parse(cpr).unwrap());
        record.email = Some(Email::parse(email).unwrap());
        record
    }

    fn told(records: &[SourceRecord]) -> Vec<(String, String)> {
        let key = |warning: Warning| (warning.place, warning.parts.unwrap().key);
        warnings(records).into_iter().map(key).collect()
    }

    #[test]
    fn both_people_with_one_address_are_named_whatever_its_case() {
        let two = [
            record(1, Some("6101800001"), "vagten@kommune.example"),
            record(2, Some("6201800002"), "Vagten@kommune.example"),
            record(3, Some("6301800003"), "ene@kommune.example"),
        ];
        let shared = "csv-email-shared".to_owned();
        assert_eq!(told(&two), [("row 1".to_owned(), shared.clone()), ("row 2".to_owned(), shared)]);
        assert!(warnings(&two)[0].text.contains("row 2"));
    }

    #[test]
    fn two_identities_of_one_person_share_an_address_as_they_like() {
        let same = [
            record(1, Some("6101800001"), "bo@kommune.example"),
            record(2, Some("6101800001"), "bo@kommune.example"),
        ];
        assert_eq!(told(&same), []);
    }

    #[test]
    fn people_without_a_cpr_number_are_different_people() {
        let two = [record(1, None, "bo@kommune.example"), record(2, None, "bo@kommune.example")];
        assert_eq!(told(&two).len(), 2);
    }

    #[test]
    fn danish_letters_are_told() {
        let one = [record(1, None, "søren@kommune.example")];
        assert_eq!(told(&one), [("row 1".to_owned(), "csv-email-danish".to_owned())]);
    }
}
