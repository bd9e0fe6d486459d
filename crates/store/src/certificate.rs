//! Table `certificate`: the system certificates of an organisation, of which one is in use.
//!
//! A new one waits beside the old until somebody takes it into use; the old one can then be put back, or removed. One that
//! was uploaded is kept here, sealed with its password; one that `lokalid.toml` names is a file, and only what stands in
//! it is known here. The worker looks at a certificate and notes what it found; nobody can take into use what did not
//! pass.

use domain::certificate::{Check, Facts, Fault, Finding};
use domain::{CertificateId, Cvr};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{Row, StoreError, Tx, Value, json, log::AuditEntry};

/// A certificate as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateRecord {
    pub id: CertificateId,
    pub origin: Origin,
    pub state: State,
    /// What stands in it; unknown until it was opened.
    pub facts: Option<Facts>,
    /// What the last look at it found, in the order of looking; empty before the first.
    pub findings: Vec<Finding>,
    pub checked_at: Option<Timestamp>,
    pub added_by: String,
    pub added_at: Timestamp,
}

/// Where a certificate lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// In the file that `lokalid.toml` names.
    File,
    /// In this table.
    Uploaded,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Beside the one in use.
    Waiting,
    InUse,
    /// Was in use before.
    Replaced,
    /// Can never be used here. Its key is not kept.
    Refused,
}

impl CertificateRecord {
    /// Whether it may be taken into use now: everything was looked at and nothing was wrong.
    pub fn is_ready(&self, now: Timestamp) -> bool {
        let whole = self.findings.len() == Check::ALL.len();
        let sound = self.findings.iter().all(|finding| finding.fault.is_none());
        matches!(self.state, State::Waiting | State::Replaced) && whole && sound && self.is_valid(now)
    }

    fn is_valid(&self, now: Timestamp) -> bool {
        self.facts.as_ref().is_some_and(|facts| facts.is_valid(now))
    }
}

/// The one to take into use when the one that is in use does not serve any more.
pub fn spare(all: &[CertificateRecord], now: Timestamp) -> Option<&CertificateRecord> {
    all.iter().find(|one| one.is_ready(now))
}

/// A PKCS#12 file with its password. Nothing prints it.
#[derive(Clone, PartialEq, Eq)]
pub struct Keystore {
    pub pkcs12: Vec<u8>,
    pub password: String,
}

impl std::fmt::Debug for Keystore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keystore({} octets)", self.pkcs12.len())
    }
}

/// So many uploaded certificates are kept for an organisation; old ones are removed by hand.
pub const MOST: usize = 5;

/// The longest PKCS#12 file that is taken, in octets. Real ones have about 8,000.
pub const LARGEST: usize = 64 * 1024;

pub(crate) const PKCS12: &str = "certificate.pkcs12";
pub(crate) const PASSWORD: &str = "certificate.password";

/// Keeps a certificate that nobody has looked into yet; `None` if there are too many. Forgets those that were refused.
pub async fn add(
    tx: &mut Tx,
    cvr: &Cvr,
    upload: &Keystore,
    by: &str,
) -> Result<Option<CertificateId>, StoreError> {
    let refused = "DELETE FROM certificate WHERE organisation = $1 AND state = 'refused'";
    tx.execute(refused, &[cvr.as_str().into()]).await?;
    if all(tx, cvr).await?.iter().filter(|one| one.origin == Origin::Uploaded).count() >= MOST {
        return Ok(None);
    }
    let id = CertificateId(tx.new_id());
    let now = tx.now();
    let values: [Value; 6] = [
        id.0.into(),
        cvr.as_str().into(),
        tx.seal(PKCS12, &upload.pkcs12)?.into(),
        tx.seal(PASSWORD, upload.password.as_bytes())?.into(),
        by.into(),
        now.into(),
    ];
    tx.execute_one(
        "INSERT INTO certificate (id, organisation, origin, state, sealed_pkcs12, sealed_password, added_by, added_at)
         VALUES ($1, $2, 'uploaded', 'waiting', $3, $4, $5, $6)",
        &values,
    )
    .await?;
    tx.audit(AuditEntry::of(by, "certificate.uploaded", cvr).subject(&id.to_string())).await?;
    Ok(Some(id))
}

/// Notes what stands in the file that `lokalid.toml` names. The first certificate of an organisation is in use at once,
/// and so is another one in the same file.
pub async fn register_file(tx: &mut Tx, cvr: &Cvr, facts: &Facts) -> Result<(), StoreError> {
    let known = all(tx, cvr).await?;
    if known.iter().any(|one| one.fingerprint() == Some(&facts.fingerprint)) {
        return Ok(());
    }
    let uploaded = known.iter().any(|one| one.state == State::InUse && one.origin == Origin::Uploaded);
    let state = if uploaded { State::Waiting } else { State::InUse };
    forget_file(tx, cvr).await?;
    let id = CertificateId(tx.new_id());
    let now = tx.now();
    tx.execute_one(
        "INSERT INTO certificate (id, organisation, origin, state, added_by, added_at)
         VALUES ($1, $2, 'file', $3, 'lokalid', $4)",
        &[id.0.into(), cvr.as_str().into(), json::word(&state).into(), now.into()],
    )
    .await?;
    write_facts(tx, id, Some(facts), &[]).await?;
    let detail = json!({ "fingerprint": facts.fingerprint, "state": state });
    tx.audit(AuditEntry::of("lokalid", "certificate.file-read", cvr).subject(&id.to_string()).detail(detail))
        .await
}

/// `lokalid.toml` names no file any more.
pub async fn forget_file(tx: &mut Tx, cvr: &Cvr) -> Result<(), StoreError> {
    let sql = "DELETE FROM certificate WHERE organisation = $1 AND origin = 'file'";
    tx.execute(sql, &[cvr.as_str().into()]).await.map(drop)
}

/// Those of an organisation: the one in use first, then the newest first.
pub async fn all(tx: &mut Tx, cvr: &Cvr) -> Result<Vec<CertificateRecord>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM certificate WHERE organisation = $1
         ORDER BY CASE WHEN state = 'in-use' THEN 0 ELSE 1 END, added_at DESC, id DESC"
    );
    tx.rows(&sql, &[cvr.as_str().into()]).await?.iter().map(read).collect()
}

pub async fn one(tx: &mut Tx, cvr: &Cvr, id: CertificateId) -> Result<Option<CertificateRecord>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM certificate WHERE organisation = $1 AND id = $2");
    tx.row(&sql, &[cvr.as_str().into(), id.0.into()]).await?.as_ref().map(read).transpose()
}

pub async fn in_use(tx: &mut Tx, cvr: &Cvr) -> Result<Option<CertificateRecord>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM certificate WHERE organisation = $1 AND state = 'in-use'");
    tx.row(&sql, &[cvr.as_str().into()]).await?.as_ref().map(read).transpose()
}

/// The file and its password; `None` if they are not kept here.
pub async fn keystore(tx: &mut Tx, id: CertificateId) -> Result<Option<Keystore>, StoreError> {
    let sql =
        "SELECT sealed_pkcs12, sealed_password FROM certificate WHERE id = $1 AND sealed_pkcs12 IS NOT NULL";
    let Some(row) = tx.row(sql, &[id.0.into()]).await? else { return Ok(None) };
    let password = tx.open(PASSWORD, row.bytes("sealed_password")?)?;
    Ok(Some(Keystore {
        pkcs12: tx.open(PKCS12, row.bytes("sealed_pkcs12")?)?,
        password: String::from_utf8(password).map_err(|_| row.broken("sealed_password", "is not text"))?,
    }))
}

/// Writes what a look at a certificate found. One that can never be used is refused, and its key is forgotten.
pub async fn note_check(
    tx: &mut Tx,
    cvr: &Cvr,
    id: CertificateId,
    facts: Option<&Facts>,
    mut findings: Vec<Finding>,
) -> Result<(), StoreError> {
    let known = all(tx, cvr).await?;
    let Some(record) = known.iter().find(|one| one.id == id) else { return Ok(()) };
    let fingerprint = facts.map(|facts| &facts.fingerprint);
    if known.iter().any(|other| other.id != id && fingerprint.is_some() && other.fingerprint() == fingerprint)
    {
        findings = vec![Finding { check: Check::Opens, fault: Some(Fault::Known) }];
    }
    let faults: Vec<&Fault> = findings.iter().filter_map(|finding| finding.fault.as_ref()).collect();
    let words: Vec<&str> = faults.iter().map(|fault| fault.word()).collect();
    let hopeless = faults.iter().any(|fault| !fault.may_pass());
    if hopeless && record.origin == Origin::Uploaded && record.state == State::Waiting {
        let sql = "UPDATE certificate SET state = 'refused', sealed_pkcs12 = NULL, sealed_password = NULL WHERE id = $1";
        tx.execute_one(sql, &[id.0.into()]).await?;
        write_facts(tx, id, None, &findings).await?;
    } else {
        write_facts(tx, id, facts.or(record.facts.as_ref()), &findings).await?;
    }
    let detail = json!({ "fingerprint": fingerprint, "good": words.is_empty(), "faults": words });
    tx.audit(AuditEntry::of("lokalid", "certificate.checked", cvr).subject(&id.to_string()).detail(detail))
        .await
}

/// From now on every call is made with this one; the one before stays beside it. `false` if it is not ready for that.
pub async fn take_into_use(tx: &mut Tx, cvr: &Cvr, id: CertificateId, by: &str) -> Result<bool, StoreError> {
    let now = tx.now();
    let Some(record) = one(tx, cvr, id).await?.filter(|one| one.is_ready(now)) else { return Ok(false) };
    let before = in_use(tx, cvr).await?;
    let replaced = "UPDATE certificate SET state = 'replaced' WHERE organisation = $1 AND state = 'in-use'";
    tx.execute(replaced, &[cvr.as_str().into()]).await?;
    tx.execute_one("UPDATE certificate SET state = 'in-use' WHERE id = $1", &[id.0.into()]).await?;
    let until = record.facts.as_ref().map(|facts| facts.not_after);
    crate::organisation::note_certificate(tx, cvr, until).await?;
    note_trouble(tx, cvr, None).await?;
    let before = before.as_ref().and_then(CertificateRecord::fingerprint);
    let detail = json!({ "fingerprint": record.fingerprint(), "before": before });
    let entry = AuditEntry::of(by, "certificate.taken-into-use", cvr).subject(&id.to_string());
    tx.audit(entry.detail(detail)).await?;
    Ok(true)
}

/// Forgets an uploaded certificate with its key. `false` if there is none, or if it is in use.
pub async fn remove(tx: &mut Tx, cvr: &Cvr, id: CertificateId, by: &str) -> Result<bool, StoreError> {
    let found = one(tx, cvr, id).await?;
    let removable = |one: &CertificateRecord| one.origin == Origin::Uploaded && one.state != State::InUse;
    let Some(record) = found.filter(removable) else { return Ok(false) };
    tx.execute_one("DELETE FROM certificate WHERE id = $1", &[id.0.into()]).await?;
    let entry = AuditEntry::of(by, "certificate.removed", cvr).subject(&id.to_string());
    tx.audit(entry.detail(json!({ "fingerprint": record.fingerprint() }))).await?;
    Ok(true)
}

/// What is said against the certificate in use: in English, and as a fault that has words in every language.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{words}")]
pub struct Trouble {
    pub words: String,
    pub fault: Fault,
}

/// Keeps what is said against the certificate in use; `None` once it is accepted again.
pub async fn note_trouble(tx: &mut Tx, cvr: &Cvr, trouble: Option<&Trouble>) -> Result<(), StoreError> {
    let at = trouble.map(|_| tx.now());
    let words = trouble.map(|trouble| trouble.words.as_str());
    let fault = trouble.map(|trouble| json::text(&trouble.fault));
    let sql = "UPDATE organisation SET certificate_trouble = $2, certificate_fault = $3, certificate_trouble_at = $4
               WHERE cvr = $1";
    tx.execute(sql, &[cvr.as_str().into(), words.into(), fault.into(), at.into()]).await.map(drop)
}

const COLUMNS: &str = "id, origin, state, fingerprint, subject, issuer, serial, kind, cvr, not_before, not_after, \
                       findings, checked_at, added_by, added_at";

impl CertificateRecord {
    fn fingerprint(&self) -> Option<&String> {
        self.facts.as_ref().map(|facts| &facts.fingerprint)
    }
}

async fn write_facts(
    tx: &mut Tx,
    id: CertificateId,
    facts: Option<&Facts>,
    findings: &[Finding],
) -> Result<(), StoreError> {
    let checked_at = (!findings.is_empty()).then(|| tx.now());
    let text = |of: fn(&Facts) -> String| Value::from(facts.map(of));
    let moment = |of: fn(&Facts) -> Timestamp| Value::from(facts.map(of));
    tx.execute_one(
        "UPDATE certificate SET fingerprint = $2, subject = $3, issuer = $4, serial = $5, kind = $6, cvr = $7,
             not_before = $8, not_after = $9, findings = $10, checked_at = $11
         WHERE id = $1",
        &[
            id.0.into(),
            text(|facts| facts.fingerprint.clone()),
            text(|facts| facts.subject.clone()),
            text(|facts| facts.issuer.clone()),
            text(|facts| facts.serial.clone()),
            text(|facts| json::word(&facts.kind)),
            text(|facts| facts.cvr.to_string()),
            moment(|facts| facts.not_before),
            moment(|facts| facts.not_after),
            json::text(&findings).into(),
            checked_at.into(),
        ],
    )
    .await
}

fn read(row: &Row) -> Result<CertificateRecord, StoreError> {
    let findings = row.optional_text("findings")?.map(|_| json::read(row, "findings")).transpose()?;
    Ok(CertificateRecord {
        id: CertificateId(row.uuid("id")?),
        origin: json::from_word(row, "origin")?,
        state: json::from_word(row, "state")?,
        facts: row
            .optional_text("fingerprint")?
            .map(|fingerprint| read_facts(row, fingerprint))
            .transpose()?,
        findings: findings.unwrap_or_default(),
        checked_at: row.optional_timestamp("checked_at")?,
        added_by: row.text("added_by")?.to_owned(),
        added_at: row.timestamp("added_at")?,
    })
}

fn read_facts(row: &Row, fingerprint: &str) -> Result<Facts, StoreError> {
    Ok(Facts {
        fingerprint: fingerprint.to_owned(),
        subject: row.text("subject")?.to_owned(),
        issuer: row.text("issuer")?.to_owned(),
        serial: row.text("serial")?.to_owned(),
        kind: json::from_word(row, "kind")?,
        cvr: crate::identity::read_cvr(row, "cvr")?,
        not_before: row.timestamp("not_before")?,
        not_after: row.timestamp("not_after")?,
    })
}
