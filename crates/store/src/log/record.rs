//! One record of the log, from what a caller says to what is kept.

use domain::Cvr;
use jiff::Timestamp;
use serde_json::Value as Json;

use super::cpr;
use crate::error::StoreError;
use crate::row::Row;
use crate::tx::Tx;
use crate::value::Value;

/// What a caller has to say about a change.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry {
    /// Who did it: a person's name, or `lokalid` when it was the program itself.
    pub actor: String,
    /// What was done, as a dotted word: `plan.approved`.
    pub action: String,
    /// The CVR number of the organisation, unless it concerns the installation.
    pub organisation: Option<String>,
    /// The id of what it was done to.
    pub subject: Option<String>,
    /// What else there is to know; never a CPR number, a password or a token.
    pub detail: Json,
}

/// A record as it is kept. The digest and the chain cover every field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) id: String,
    pub(super) at: Timestamp,
    pub(super) actor: String,
    pub(super) action: String,
    pub(super) organisation: Option<String>,
    pub(super) subject: Option<String>,
    pub(super) detail: String,
}

/// The actor of what nobody asked for.
const PROGRAM: &str = "lokalid";

/// The columns that [`Record::read`] needs.
pub(super) const COLUMNS: &str = "id, at, actor, action, organisation, subject, detail";

impl AuditEntry {
    /// An entry about one organisation, with nothing said yet about subject and detail.
    pub fn of(actor: &str, action: &str, cvr: &Cvr) -> Self {
        Self { organisation: Some(cvr.to_string()), ..Self::of_installation(actor, action) }
    }

    /// An entry that concerns the installation and not one organisation.
    pub fn of_installation(actor: &str, action: &str) -> Self {
        let (actor, action) = (actor.to_owned(), action.to_owned());
        Self {
            actor,
            action,
            organisation: None,
            subject: None,
            detail: Json::Object(serde_json::Map::new()),
        }
    }

    #[must_use]
    pub fn subject(self, subject: &str) -> Self {
        Self { subject: Some(subject.to_owned()), ..self }
    }

    #[must_use]
    pub fn detail(self, detail: Json) -> Self {
        Self { detail, ..self }
    }

    fn into_record(self, id: String, at: Timestamp) -> Record {
        let Self { actor, action, organisation, subject, detail } = self;
        Record { id, at, actor, action, organisation, subject, detail: detail.to_string() }
    }
}

impl Tx {
    /// Writes a record of the log, in the same transaction as the change it tells of.
    ///
    /// Something that looks like a CPR number is refused, and the change with it: whoever wrote it is told and writes
    /// something else. Only what a release does by itself is masked, because nobody is there to mend it, and losing what
    /// it found out would be worse.
    pub async fn audit(&mut self, entry: AuditEntry) -> Result<(), StoreError> {
        let id = self.new_id().to_string();
        let refuse = cfg!(debug_assertions) || entry.actor != PROGRAM;
        let record = entry.into_record(id, self.now()).without_cpr(refuse)?;
        let digest = self.keys().audit_digest(&record.parts());
        let Record { id, at, actor, action, organisation, subject, detail } = record;
        let sql = "INSERT INTO audit (id, at, actor, action, organisation, subject, detail, digest) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let values = [
            Value::from(id),
            at.into(),
            actor.into(),
            action.into(),
            organisation.into(),
            subject.into(),
            detail.into(),
            digest.into(),
        ];
        self.execute_one(sql, &values).await
    }
}

impl Record {
    pub(super) fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.text("id")?.to_owned(),
            at: row.timestamp("at")?,
            actor: row.text("actor")?.to_owned(),
            action: row.text("action")?.to_owned(),
            organisation: row.optional_text("organisation")?.map(str::to_owned),
            subject: row.optional_text("subject")?.map(str::to_owned),
            detail: row.text("detail")?.to_owned(),
        })
    }

    /// The columns as octets, each in a place of its own, with absence told apart from an empty text.
    pub(super) fn parts(&self) -> Vec<Vec<u8>> {
        let optional = |text: &Option<String>| match text {
            Some(text) => [&[1], text.as_bytes()].concat(),
            None => vec![0],
        };
        vec![
            self.id.clone().into_bytes(),
            self.at.as_millisecond().to_be_bytes().to_vec(),
            self.actor.clone().into_bytes(),
            self.action.clone().into_bytes(),
            optional(&self.organisation),
            optional(&self.subject),
            self.detail.clone().into_bytes(),
        ]
    }

    fn without_cpr(self, refuse: bool) -> Result<Self, StoreError> {
        let subject = self.subject.as_deref().unwrap_or_default();
        let places =
            [("its actor", self.actor.as_str()), ("its subject", subject), ("its detail", &self.detail)];
        let Some((place, _)) = places.into_iter().find(|(_, text)| cpr::find(text).is_some()) else {
            return Ok(self);
        };
        if refuse {
            return Err(StoreError::CprInLog { action: self.action, place: place.to_owned() });
        }
        let (actor, detail) = (cpr::mask(&self.actor), cpr::mask(&self.detail));
        Ok(Self { actor, subject: self.subject.as_deref().map(cpr::mask), detail, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(subject: Option<&str>, detail: &str) -> Record {
        let entry =
            AuditEntry { subject: subject.map(str::to_owned), ..AuditEntry::of_installation("a", "b.c") };
        entry.detail(detail.into()).into_record("1".to_owned(), Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn absence_and_an_empty_text_have_different_digests() {
        assert_ne!(record(None, "").parts(), record(Some(""), "").parts());
    }

    #[test]
    fn a_cpr_number_is_refused_or_masked() {
        for bad in [record(None, "see 700101-1234"), record(Some("7001011234"), "")] {
            let refused = bad.clone().without_cpr(true).unwrap_err();
            assert!(!refused.to_string().contains("1234"), "{refused}");
            let masked = bad.without_cpr(false).unwrap();
            assert!(!format!("{masked:?}").contains("1234"), "{masked:?}");
        }
        assert!(record(Some("anna"), "nothing").without_cpr(true).is_ok());
    }
}
