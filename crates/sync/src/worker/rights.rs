//! Giving and taking rights: several in one call where MitID Erhverv takes that, one by one where it refuses the group.
//!
//! Whatever was tried before is looked at first, and only what is still to be done is sent: what a second gift of the
//! same right would do is not known (reference/idm-api.md §2.12).

use std::collections::BTreeSet;

use domain::{
    Action, Organisation, Parts, RemoteUuid, RightId, Told,
    rights::{Assignment, Holding, Scope},
};
use store::outbox::{self, Claimed, Outcome};

use crate::{
    api::{Failure, RightsChange, limits::Urgency},
    engine::{Engine, EngineError},
    site::Site,
};

/// What is sent: some rights of one identity in one scope.
struct Change<'a> {
    site: &'a Site,
    which: RightsChange,
    uuid: RemoteUuid,
    scope: Scope,
}

impl Engine {
    pub(super) async fn carry_out_rights(
        &self,
        site: &Site,
        organisation: &Organisation,
        one: &Claimed,
        scope: Scope,
        rights: &BTreeSet<RightId>,
    ) -> Result<Outcome, EngineError> {
        let Some(uuid) = one.action.uuid() else { return Ok(Outcome::Gone) };
        let which = match one.action {
            Action::TakeRights(..) => RightsChange::Take,
            _ => RightsChange::Give,
        };
        let sent = Change { site, which, uuid, scope };
        if !one.uncertain && one.attempts == 0 {
            return self.send_rights(&sent, organisation, one, rights.iter().copied().collect()).await;
        }
        let left = match self.read_rights(site, uuid).await {
            Ok(held) => sent.left(rights, &held),
            Err(EngineError::Remote(Failure::Gone)) => return Ok(Outcome::Gone),
            Err(EngineError::Remote(failure)) if one.uncertain => {
                return Ok(self.unknown(site, one, &failure));
            }
            Err(EngineError::Remote(failure)) => return Ok(self.again_or_parked(one, &failure, None)),
            Err(error) => return Err(error),
        };
        if left.is_empty() {
            return Ok(DONE);
        }
        let wanted = !one.uncertain
            || self.store.write(|tx| Box::pin(async { outbox::note_sending(tx, one).await })).await?;
        if wanted {
            return self.send_rights(&sent, organisation, one, left).await;
        }
        let why = Told::named(
            "outcome-lost-and-unwanted",
            "the answer was lost, it had no effect, and it is no longer wanted",
        );
        Ok(Outcome::Moot { why, detail: None })
    }

    async fn send_rights(
        &self,
        sent: &Change<'_>,
        organisation: &Organisation,
        one: &Claimed,
        rights: Vec<RightId>,
    ) -> Result<Outcome, EngineError> {
        if organisation.sends_rights_together() && rights.len() > 1 {
            return match sent.send(&rights).await {
                Ok(()) => Ok(DONE),
                Err(Failure::Fail { .. } | Failure::Conflict { transient: false, .. }) => {
                    self.send_one_by_one(sent, one, &rights).await
                }
                Err(failure) => Ok(self.rights_failed(sent.site, one, &failure)),
            };
        }
        self.send_one_by_one(sent, one, &rights).await
    }

    /// What is refused does not stop the others. Those that were not refused are read back, and the next plan has the rest.
    async fn send_one_by_one(
        &self,
        sent: &Change<'_>,
        one: &Claimed,
        rights: &[RightId],
    ) -> Result<Outcome, EngineError> {
        let mut refused: Vec<Failure> = Vec::new();
        for right in rights {
            match sent.send(&[*right]).await {
                Ok(()) => {}
                Err(failure @ (Failure::Fail { .. } | Failure::Conflict { transient: false, .. })) => {
                    refused.push(failure);
                }
                Err(failure) => return Ok(self.rights_failed(sent.site, one, &failure)),
            }
        }
        let Some(first) = refused.first() else { return Ok(DONE) };
        if refused.len() == rights.len() {
            return Ok(self.parked(one, first));
        }
        match self.read_rights(sent.site, sent.uuid).await {
            Ok(_) => {}
            Err(EngineError::Remote(failure)) => return Ok(self.again_or_parked(one, &failure, None)),
            Err(error) => return Err(error),
        }
        let words = format!(
            "{} of {} rights went through one by one; {} was refused: {first}",
            rights.len() - refused.len(),
            rights.len(),
            refused.len()
        );
        let parts = Parts::new("outcome-rights-partly")
            .with("number", rights.len() - refused.len())
            .with("expected", rights.len())
            .with("why", first);
        Ok(Outcome::Moot { why: Told { words, parts: vec![parts] }, detail: None })
    }

    fn rights_failed(&self, site: &Site, one: &Claimed, failure: &Failure) -> Outcome {
        match failure {
            Failure::Gone => Outcome::Gone,
            Failure::Unknown { .. } | Failure::Garbled { .. } => self.unknown(site, one, failure),
            Failure::Retry { after, .. } => self.again_or_parked(one, failure, *after),
            Failure::Conflict { transient: true, .. } | Failure::Unauthorised { .. } => {
                self.again_or_parked(one, failure, None)
            }
            Failure::Conflict { .. } | Failure::Fail { .. } | Failure::NotACall { .. } => {
                self.parked(one, failure)
            }
        }
    }
}

const DONE: Outcome = Outcome::Done { created: None, detail: None };

impl Change<'_> {
    async fn send(&self, rights: &[RightId]) -> Result<(), Failure> {
        let Self { site, which, uuid, scope } = self;
        let permit = site.limits.acquire(Urgency::Normal).await;
        let answer = site.client.change_rights(*which, *uuid, &site.cvr, *scope, rights).await;
        permit.note(&answer);
        answer
    }

    /// What of it is not so yet.
    fn left(&self, rights: &BTreeSet<RightId>, held: &BTreeSet<Holding>) -> Vec<RightId> {
        let is_held = |right: &RightId| {
            held.contains(&Holding::Understood(Assignment { right: *right, scope: self.scope }))
        };
        rights.iter().copied().filter(|right| is_held(right) == (self.which == RightsChange::Take)).collect()
    }
}
