//! Warnings before a grant ends: to the person and to their manager, once for each grant and last day.

use domain::{
    Cvr, Email, GrantId, IdentityId, Notice, danish_date,
    rights::{Grant, Granted},
};
use jiff::civil::Date;

use crate::{
    StoreError, Tx, mail,
    mail::NewMail,
    rights::{Entitlements, facts, facts::Person, request::Telling},
};

/// Queues a warning about every grant whose last day is at most so many days away. Says how many letters are new.
pub async fn warn(tx: &mut Tx, cvr: &Cvr, days: i32, telling: Telling<'_>) -> Result<usize, StoreError> {
    let today = danish_date(tx.now());
    let soon = today.saturating_add(jiff::Span::new().days(days));
    let entitlements = Entitlements::load(tx, cvr).await?;
    let ending = entitlements.grants.values().flatten().filter_map(|grant| Some((grant, grant.until?)));
    let ending: Vec<(&Grant, Date)> = ending.filter(|(_, until)| (today..=soon).contains(until)).collect();
    if ending.is_empty() {
        return Ok(0);
    }
    let people = facts::everybody(tx, cvr).await?;
    let mut queued = 0;
    for (grant, until) in ending {
        let Some(person) = people.iter().find(|one| one.facts.identity == grant.identity) else { continue };
        if !person.facts.here {
            continue;
        }
        let address = format!("{}/people/{}/rights", telling.console, grant.identity);
        let (name, bundle) = (person.facts.label.clone(), called(&entitlements, grant));
        let own = Notice::RightExpires {
            person: name.clone(),
            bundle: bundle.clone(),
            until,
            address: address.clone(),
        };
        queued += tell(tx, cvr, grant.identity, &own, grant.id, telling).await?;
        if let Some(manager) = manager_of(&people, person) {
            let label = manager.facts.label.clone();
            let notice =
                Notice::RightOfOthersExpires { manager: label, person: name, bundle, until, address };
            queued += tell(tx, cvr, manager.facts.identity, &notice, grant.id, telling).await?;
        }
    }
    Ok(queued)
}

fn manager_of<'a>(people: &'a [Person], person: &Person) -> Option<&'a Person> {
    let name = person.facts.manager.as_ref()?.to_lowercase();
    let is = |one: &&Person| one.facts.user_name.as_ref().is_some_and(|user| user.to_lowercase() == name);
    people.iter().find(is)
}

fn called(entitlements: &Entitlements, grant: &Grant) -> String {
    match &grant.granted {
        Granted::Bundle(key) => {
            entitlements.policy.bundles.get(key).map_or_else(|| key.to_string(), |bundle| bundle.name.clone())
        }
        Granted::Right { right, .. } => {
            entitlements.catalogue.get(right).map_or_else(|| right.to_string(), |known| known.name.clone())
        }
    }
}

async fn tell(
    tx: &mut Tx,
    cvr: &Cvr,
    identity: IdentityId,
    notice: &Notice,
    grant: GrantId,
    telling: Telling<'_>,
) -> Result<usize, StoreError> {
    let sql = "SELECT email FROM identity WHERE organisation = $1 AND id = $2";
    let row = tx.row(sql, &[cvr.to_string().into(), identity.0.into()]).await?;
    let email = row.as_ref().map(|row| row.optional_text("email")).transpose()?.flatten();
    let Some(email) = email.and_then(|email| Email::parse(email).ok()) else { return Ok(0) };
    let dedupe = format!("grant-{grant}");
    let mail = NewMail { to: &email, notice, language: telling.language, dedupe: &dedupe };
    Ok(usize::from(mail::queue(tx, cvr, &mail).await?))
}
