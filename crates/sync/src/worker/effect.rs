//! After a lost answer: has the operation had its effect?
//!
//! Nothing is sent again before this says no. For a creation that is hard, since nothing on the wire of a Light
//! organisation carries our name for the person: a search is believed only if it shows everybody who is known to
//! be there, and only several such searches in a row say that nobody was created.

use std::collections::HashSet;

use domain::{Action, Cvr, Field, Fields, Name, NewIdentity, Organisation, Parts, RemoteUuid, Status, Told};
use jiff::Timestamp;
use store::{
    observed::Detail,
    observed::Summary,
    outbox::{Claimed, Outcome},
};

use crate::{
    api::Failure,
    engine::{Engine, EngineError},
    observe::{SEARCHES, SearchAnswer},
    site::Site,
};

impl Engine {
    /// `None`: it surely had no effect, so it may be sent.
    pub(super) async fn find_effect(
        &self,
        site: &Site,
        organisation: &Organisation,
        one: &Claimed,
    ) -> Result<Option<Outcome>, EngineError> {
        match (&one.action, one.action.uuid()) {
            (Action::Create(new), _) => self.find_created(site, organisation, one, new).await,
            (_, Some(uuid)) => self.find_change(site, one, uuid).await,
            (_, None) => Ok(None),
        }
    }

    async fn find_change(
        &self,
        site: &Site,
        one: &Claimed,
        uuid: RemoteUuid,
    ) -> Result<Option<Outcome>, EngineError> {
        match self.detail(site, uuid, false).await {
            Ok(detail) if has_effect(&one.action, &detail) => {
                Ok(Some(Outcome::Done { created: None, detail: Some(Box::new(detail)) }))
            }
            Ok(_) => Ok(None),
            Err(Failure::Gone) => Ok(Some(Outcome::Gone)),
            Err(failure) => Ok(Some(self.unknown(site, one, &failure))),
        }
    }

    async fn find_created(
        &self,
        site: &Site,
        organisation: &Organisation,
        one: &Claimed,
        new: &NewIdentity,
    ) -> Result<Option<Outcome>, EngineError> {
        let sent_at = one.sent_at.unwrap_or(Timestamp::MIN);
        if let Some(outcome) = self.too_early(site, sent_at) {
            return Ok(Some(outcome));
        }
        for _ in 0..SEARCHES {
            let answer = match self.search(site).await {
                Ok(answer) => answer,
                Err(EngineError::Remote(failure)) => return Ok(Some(self.unknown(site, one, &failure))),
                Err(error) => return Err(error),
            };
            let linked_before = self.known_before(&site.cvr, sent_at).await?;
            let free = answer.summaries.iter().filter(|theirs| !linked_before.contains(&theirs.uuid));
            match created(organisation, new, free).as_slice() {
                [] if !self.shows_everybody(site, &answer).await? => {
                    return Ok(Some(self.not_believed(site, one)));
                }
                [] => {}
                [only] => return Ok(Some(self.done(site, one, Some(only.uuid)).await)),
                _ => return Ok(Some(several(organisation))),
            }
        }
        Ok(None)
    }

    /// The effect may still come, whoever looks and why: the program may have been killed in the meantime.
    fn too_early(&self, site: &Site, sent_at: Timestamp) -> Option<Outcome> {
        let again_at = sent_at.saturating_add(site.pace.unknown_wait).ok()?;
        let why = Told::named(
            "outcome-may-still-come",
            "the answer to this creation was lost, and its effect may still come",
        );
        let early = self.store.clock().now() < again_at;
        early.then(|| Outcome::Unknown { why, raw: String::new(), again_at })
    }

    /// Identities that were there before the creation was sent, and those that belong to somebody by now.
    async fn known_before(&self, cvr: &Cvr, sent_at: Timestamp) -> Result<HashSet<RemoteUuid>, EngineError> {
        Ok(self
            .store
            .read(|tx| Box::pin(async { store::observed::known_before(tx, cvr, sent_at).await }))
            .await?)
    }

    /// A search that leaves out somebody who is there by his own read was cut short.
    async fn shows_everybody(&self, site: &Site, answer: &SearchAnswer) -> Result<bool, EngineError> {
        for uuid in &answer.searched.missing {
            match self.detail(site, *uuid, false).await {
                Err(Failure::Gone) => {
                    let cvr = &site.cvr;
                    self.store
                        .write(|tx| Box::pin(async { store::observed::note_gone(tx, cvr, *uuid).await }))
                        .await?;
                }
                Ok(_) | Err(_) => return Ok(false),
            }
        }
        Ok(true)
    }

    fn not_believed(&self, site: &Site, one: &Claimed) -> Outcome {
        let why = Told::named(
            "outcome-list-cut",
            "MitID Erhverv's list left out people who are there, so it does not tell whether this creation had its effect",
        );
        // Looking costs an attempt only where something was sent; a creation is never repeated on a cut list.
        let again_at = self.later(site.pace.unknown_wait);
        if one.attempts + 1 >= super::ATTEMPTS {
            return Outcome::Parked { why, raw: String::new(), uncertain: true };
        }
        Outcome::Unknown { why, raw: String::new(), again_at }
    }
}

fn several(organisation: &Organisation) -> Outcome {
    let words = format!(
        "several new identities in {} look like this person after a lost answer; the next plan asks which is the right one",
        organisation.name
    );
    let why = Told { words, parts: vec![Parts::new("outcome-several").with("name", &organisation.name)] };
    Outcome::Parked { why, raw: String::new(), uncertain: true }
}

/// Those that the creation may have made. Somebody may have edited one in the portal since, so that a CPR number alone
/// tells, where nobody has two identities; where several are left, the address does.
fn created<'a>(
    organisation: &Organisation,
    new: &NewIdentity,
    theirs: impl Iterator<Item = &'a Summary>,
) -> Vec<&'a Summary> {
    let email = |one: &&Summary| {
        one.fields.get(&Field::Email).is_some_and(|email| Field::Email.same(email, &new.email.to_string()))
    };
    let name = folded(&format!("{} {}", new.given_name, new.surname));
    let same: Vec<&Summary> = theirs
        .filter(|one| match (&new.cpr, &one.cpr) {
            (Some(ours), Some(theirs)) => ours == theirs,
            _ => email(one) && full_name(&one.fields) == name,
        })
        .collect();
    let of_address: Vec<&Summary> = same.iter().copied().filter(email).collect();
    if organisation.settings.several_identities || of_address.len() == 1 { of_address } else { same }
}

fn full_name(fields: &Fields) -> String {
    let parts = [fields.get(&Field::GivenName), fields.get(&Field::Surname)];
    folded(&parts.into_iter().flatten().cloned().collect::<Vec<_>>().join(" "))
}

fn folded(name: &str) -> String {
    Name::parse(name).map_or_else(|_| name.to_owned(), |name| name.folded())
}

/// Whether the identity is as the action would have made it.
fn has_effect(action: &Action, detail: &Detail) -> bool {
    let shows = |field: Field, wanted: &str| {
        detail.fields.get(&field).is_some_and(|theirs| field.same(theirs, wanted))
    };
    match action {
        Action::Suspend(_) => detail.status == Some(Status::Suspended),
        Action::Reactivate(_) => matches!(detail.status, Some(Status::Active | Status::Pending)),
        Action::Adopt(_) => true,
        Action::UpdateDraft(_, profile) | Action::UpdateProfile(_, profile) => {
            shows(Field::GivenName, &profile.given_name.to_string())
                && shows(Field::Surname, &profile.surname.to_string())
                && shows(Field::Email, &profile.email.to_string())
                && detail
                    .fields
                    .get(&Field::Level)
                    .is_none_or(|level| Field::Level.same(level, profile.level.wire_name()))
                && (profile.cpr.is_none() || detail.cpr.is_none() || profile.cpr == detail.cpr)
        }
        Action::UpdateEmail(_, email) => shows(Field::Email, &email.to_string()),
        Action::SetSigning(_, allow) => shows(Field::Signing, &allow.to_string()),
        // Those of rights are found where rights are sent.
        Action::Delete(_) | Action::Create(_) | Action::GiveRights(..) | Action::TakeRights(..) => false,
    }
}
