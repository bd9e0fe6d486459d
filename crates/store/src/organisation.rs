//! Table `organisation` and what the console changed in its settings.
//!
//! The configuration file says what an organisation has settled; what somebody changed in the console is laid
//! over it key by key, and each key remembers who did that.

use domain::{Cvr, Environment, Organisation, Settings, Variant, certificate::Fault};
use jiff::Timestamp;

use crate::{Row, StoreError, Tx, certificate::Trouble, json, log::AuditEntry};

/// An organisation and how far it has come.
#[derive(Debug, Clone, PartialEq)]
pub struct OrganisationRecord {
    pub organisation: Organisation,
    /// When somebody approved the first plan, and who.
    pub first_contact: Option<(Timestamp, String)>,
    pub full_read_at: Option<Timestamp>,
    pub certificate_until: Option<Timestamp>,
    /// What was last said against the certificate in use, and when.
    pub certificate_trouble: Option<(Timestamp, Trouble)>,
}

/// Registers an organisation as the configuration file has it.
pub async fn register(tx: &mut Tx, organisation: &Organisation) -> Result<(), StoreError> {
    let now = tx.now();
    let settings = json::text(&organisation.settings);
    let before = tx
        .row(
            "SELECT name, variant, environment, settings FROM organisation WHERE cvr = $1",
            &[organisation.cvr.to_string().into()],
        )
        .await?;
    let variant = json::word(&organisation.variant);
    let environment = organisation.environment.name();
    if let Some(row) = before
        && row.text("name")? == organisation.name
        && row.text("variant")? == variant
        && row.text("environment")? == environment
        && row.text("settings")? == settings
    {
        return Ok(());
    }
    tx.execute_one(
        "INSERT INTO organisation (cvr, name, variant, environment, settings, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (cvr) DO UPDATE SET name = excluded.name, variant = excluded.variant,
             environment = excluded.environment, settings = excluded.settings, changed_at = excluded.changed_at",
        &[
            organisation.cvr.to_string().into(),
            organisation.name.as_str().into(),
            variant.into(),
            environment.into(),
            settings.into(),
            now.into(),
        ],
    )
    .await?;
    tx.audit(AuditEntry::of("lokalid", "organisation.configured", &organisation.cvr)).await
}

/// All organisations, ordered by CVR number.
pub async fn all(tx: &mut Tx) -> Result<Vec<OrganisationRecord>, StoreError> {
    let rows = tx.rows("SELECT * FROM organisation ORDER BY cvr", &[]).await?;
    let mut records = Vec::with_capacity(rows.len());
    for row in rows {
        let overlays = overlays(tx, row.text("cvr")?).await?;
        records.push(read(&row, overlays)?);
    }
    Ok(records)
}

pub async fn one(tx: &mut Tx, cvr: &Cvr) -> Result<Option<OrganisationRecord>, StoreError> {
    let cvr = cvr.to_string();
    let Some(row) = tx.row("SELECT * FROM organisation WHERE cvr = $1", &[cvr.as_str().into()]).await? else {
        return Ok(None);
    };
    let overlays = overlays(tx, &cvr).await?;
    Ok(Some(read(&row, overlays)?))
}

/// What somebody changed in the console.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlay {
    /// A key of [`Settings`], as `guard` or `owners`.
    pub key: String,
    pub value: serde_json::Value,
    pub changed_by: String,
    pub changed_at: Timestamp,
}

/// The settings of an organisation that were changed in the console, ordered by key.
pub async fn overlays(tx: &mut Tx, cvr: &str) -> Result<Vec<Overlay>, StoreError> {
    let sql = "SELECT key, value, changed_by, changed_at FROM organisation_setting WHERE organisation = $1 ORDER BY key";
    let rows = tx.rows(sql, &[cvr.into()]).await?;
    let read = |row: &Row| {
        Ok(Overlay {
            key: row.text("key")?.to_owned(),
            value: json::read(row, "value")?,
            changed_by: row.text("changed_by")?.to_owned(),
            changed_at: row.timestamp("changed_at")?,
        })
    };
    rows.iter().map(read).collect()
}

/// Lays a value over the configuration; `None` takes it away again.
pub async fn change_setting(
    tx: &mut Tx,
    cvr: &Cvr,
    key: &str,
    value: Option<&serde_json::Value>,
    by: &str,
) -> Result<(), StoreError> {
    let now = tx.now();
    let text = cvr.to_string();
    match value {
        Some(value) => {
            tx.execute_one(
                "INSERT INTO organisation_setting (organisation, key, value, changed_by, changed_at) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (organisation, key) DO UPDATE
                 SET value = excluded.value, changed_by = excluded.changed_by, changed_at = excluded.changed_at",
                &[text.into(), key.into(), value.to_string().into(), by.into(), now.into()],
            )
            .await?;
        }
        None => {
            tx.execute(
                "DELETE FROM organisation_setting WHERE organisation = $1 AND key = $2",
                &[text.into(), key.into()],
            )
            .await?;
        }
    }
    let detail = serde_json::json!({ "key": key, "value": value });
    tx.audit(AuditEntry::of(by, "setting.changed", cvr).detail(detail)).await
}

/// Somebody approved the first plan: from here on the guard judges each operation.
pub async fn approve_first_contact(tx: &mut Tx, cvr: &Cvr, by: &str) -> Result<(), StoreError> {
    let now = tx.now();
    let changed = tx
        .execute(
            "UPDATE organisation SET first_contact_at = $2, first_contact_by = $3
             WHERE cvr = $1 AND first_contact_at IS NULL",
            &[cvr.to_string().into(), now.into(), by.into()],
        )
        .await?;
    if changed == 0 {
        return Ok(());
    }
    tx.audit(AuditEntry::of(by, "first-contact.approved", cvr)).await
}

pub async fn note_certificate(tx: &mut Tx, cvr: &Cvr, until: Option<Timestamp>) -> Result<(), StoreError> {
    let sql = "UPDATE organisation SET certificate_until = $2 WHERE cvr = $1";
    tx.execute(sql, &[cvr.to_string().into(), until.into()]).await.map(drop)
}

fn read(row: &Row, overlays: Vec<Overlay>) -> Result<OrganisationRecord, StoreError> {
    let mut settings: serde_json::Value = json::read(row, "settings")?;
    if let Some(fields) = settings.as_object_mut() {
        fields.extend(overlays.into_iter().map(|overlay| (overlay.key, overlay.value)));
    }
    let settings: Settings = json::value(row, "settings", settings)?;
    let variant: Variant = json::from_word(row, "variant")?;
    let environment: Environment = json::from_word(row, "environment")?;
    let cvr = row.text("cvr")?.parse().map_err(|_| row.broken("cvr", "is not a CVR number"))?;
    let approved_by = row.optional_text("first_contact_by")?.unwrap_or_default().to_owned();
    Ok(OrganisationRecord {
        organisation: Organisation {
            cvr,
            name: row.text("name")?.to_owned(),
            variant,
            environment,
            settings,
        },
        first_contact: row.optional_timestamp("first_contact_at")?.map(|at| (at, approved_by)),
        full_read_at: row.optional_timestamp("full_read_at")?,
        certificate_until: row.optional_timestamp("certificate_until")?,
        certificate_trouble: read_trouble(row)?,
    })
}

fn read_trouble(row: &Row) -> Result<Option<(Timestamp, Trouble)>, StoreError> {
    let Some(at) = row.optional_timestamp("certificate_trouble_at")? else { return Ok(None) };
    let words = row.optional_text("certificate_trouble")?.unwrap_or_default().to_owned();
    // What an earlier release wrote has words only.
    let fault = json::read_optional(row, "certificate_fault")?;
    let fault = fault.unwrap_or_else(|| Fault::Unreadable { why: words.clone() });
    Ok(Some((at, Trouble { words, fault })))
}

/// Gives a user name a role in the console.
pub async fn grant_role(
    tx: &mut Tx,
    cvr: &Cvr,
    user_name: &str,
    role: domain::Role,
    by: &str,
) -> Result<(), StoreError> {
    let now = tx.now();
    let key = user_name.trim().to_lowercase();
    tx.execute(
        "INSERT INTO role_grant (organisation, user_name, role, granted_by, granted_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (organisation, user_name, role) DO NOTHING",
        &[cvr.to_string().into(), key.as_str().into(), role.name().into(), by.into(), now.into()],
    )
    .await?;
    let entry = AuditEntry::of(by, "role.granted", cvr).subject(&key);
    tx.audit(entry.detail(serde_json::json!({ "role": role.name() }))).await
}
