//! Letters about rights: to whom they go, and what people are called in them.

use domain::{Cvr, Email, IdentityId, Language, Notice, Role, rights::Granted};

use crate::{
    StoreError, Tx, identity,
    mail::{self, NewMail},
    rights::{Entitlements, scene::Scene},
};

/// How those who must act are told; without it nobody is.
#[derive(Debug, Clone, Copy)]
pub struct Telling<'a> {
    /// The address of the console, without a slash at its end.
    pub console: &'a str,
    pub language: Language,
}

impl Telling<'_> {
    /// Queues a letter to one of the people, once for each `dedupe`. Says how many letters are new: none where there is
    /// no address.
    pub(super) async fn queue(
        self,
        tx: &mut Tx,
        cvr: &Cvr,
        to: IdentityId,
        notice: &Notice,
        dedupe: &str,
    ) -> Result<usize, StoreError> {
        let Some(email) = email(tx, cvr, to).await? else { return Ok(0) };
        let mail = NewMail { to: &email, notice, language: self.language, dedupe };
        Ok(usize::from(mail::queue(tx, cvr, &mail).await?))
    }
}

/// Nobody writes to the address of somebody who has left.
async fn email(tx: &mut Tx, cvr: &Cvr, identity: IdentityId) -> Result<Option<Email>, StoreError> {
    let sql = "SELECT email FROM identity WHERE organisation = $1 AND id = $2 AND presence <> 'left'";
    let row = tx.row(sql, &[cvr.to_string().into(), identity.0.into()]).await?;
    let email = row.as_ref().map(|row| row.optional_text("email")).transpose()?.flatten();
    Ok(email.and_then(|email| Email::parse(email).ok()))
}

/// People who work here and were given the role of rights administrator by their user names.
pub(super) async fn administrators(
    tx: &mut Tx,
    cvr: &Cvr,
    scene: &Scene,
) -> Result<Vec<IdentityId>, StoreError> {
    let sql = "SELECT user_name FROM role_grant WHERE organisation = $1 AND role = $2";
    let rows = tx.rows(sql, &[cvr.to_string().into(), Role::RightsAdministrator.name().into()]).await?;
    let chart = scene.chart();
    let called = |name: &str| chart.called(name).map(|facts| facts.identity);
    rows.iter().filter_map(|row| row.text("user_name").map(called).transpose()).collect()
}

/// The full name; of somebody who has none here, what else is known of them.
pub(super) async fn name_of(tx: &mut Tx, scene: &Scene, identity: IdentityId) -> Result<String, StoreError> {
    let name = identity::names(tx, &[identity]).await?.remove(&identity);
    let label = || scene.person(identity).map(|person| person.facts.label.clone());
    Ok(name.or_else(label).unwrap_or_default())
}

/// What a bundle or a right is called; its key or number where it is gone.
pub(super) fn called(entitlements: &Entitlements, granted: &Granted) -> String {
    match granted {
        Granted::Bundle(key) => {
            let bundle = entitlements.policy.bundles.get(key);
            bundle.map_or_else(|| key.to_string(), |bundle| bundle.name.clone())
        }
        Granted::Right { right, .. } => {
            let known = entitlements.catalogue.get(right);
            known.map_or_else(|| right.to_string(), |known| known.name.clone())
        }
    }
}
