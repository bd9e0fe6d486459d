//! From what is stored to a plan, and from a plan that the guard passed to the outbox.

use std::collections::{HashMap, HashSet};

use domain::{
    Action, Assessment, Cvr, IdentityId, Operation, Presence, Reason, RightsSituation, Sight, Situation,
    Status, assess, cost_dkk, danish_date,
    guard::{self, Circumstances, Judgement, Origin, Passed, Shrunk},
    rights::{Facts, Rulebook},
};
use jiff::Timestamp;
use store::{
    identity, observed, organisation, outbox,
    plan::{self, Coverage, NewPlan, PlanRecord},
    question,
    rights::{self, Entitlements},
    source, unmanaged,
};

use crate::{
    engine::{self, Approval, Engine, EngineError},
    progress::Stage,
};

/// A plan that was made and kept, with everything that was found out on the way.
#[derive(Debug)]
pub struct Planned {
    pub record: PlanRecord,
    pub operations: Vec<Operation>,
    pub judgement: Judgement,
    pub assessment: Assessment,
    /// When the situation was read that the plan was made from.
    pub as_of: Timestamp,
    /// What may go to the outbox: what the guard passed, or what somebody approved.
    passed: Passed,
}

/// The stored situation of one organisation, in memory.
struct Stored {
    as_of: Timestamp,
    record: organisation::OrganisationRecord,
    subjects: Vec<domain::Subject>,
    unlinked: Vec<domain::Observed>,
    answers: HashMap<String, domain::Answer>,
    to_suspend: HashMap<domain::RemoteUuid, domain::Hold>,
    shrunk: Vec<Shrunk>,
    entitlements: Entitlements,
    leaders: HashSet<String>,
}

impl Engine {
    /// Resolves people anew for today, compares, judges, and keeps the plan. Sends nothing.
    pub async fn plan(&self, cvr: &Cvr, origin: Origin) -> Result<Planned, EngineError> {
        self.resolve_again(cvr).await?;
        self.plan_of_resolved(cvr, origin).await
    }

    /// The same right after an import, which has resolved everybody.
    pub(crate) async fn plan_of_resolved(&self, cvr: &Cvr, origin: Origin) -> Result<Planned, EngineError> {
        self.progress.count(cvr, Stage::Planning, 0, 1);
        let stored = self.stored(cvr).await?;
        let rulebook = stored.rulebook();
        let assessment = assess(Situation {
            organisation: &stored.record.organisation,
            today: danish_date(stored.as_of),
            subjects: &stored.subjects,
            unlinked: &stored.unlinked,
            answers: &stored.answers,
            to_suspend: &stored.to_suspend,
            rights: stored.rights(&rulebook),
        });
        let planned = self.keep(cvr, origin, &stored, assessment).await?;
        self.progress.count(cvr, Stage::Planning, 1, 1);
        Ok(planned)
    }

    async fn resolve_again(&self, cvr: &Cvr) -> Result<(), EngineError> {
        let resolve = self.store.write(|tx| {
            Box::pin(async {
                let record = engine::organisation(tx, cvr).await?;
                source::resolve_again(tx, &record.organisation).await?;
                Ok::<_, EngineError>(())
            })
        });
        resolve.await
    }

    async fn stored(&self, cvr: &Cvr) -> Result<Stored, EngineError> {
        let stored = self.store.read(|tx| {
            Box::pin(async {
                let mut shrunk = source::shrunk(tx, cvr).await?;
                shrunk.extend(observed::shrunk(tx, cvr).await?);
                let subjects = identity::subjects(tx, cvr).await?;
                let leaders = rights::facts::leaders(subjects.iter().map(|subject| &subject.desired));
                Ok::<_, EngineError>(Stored {
                    as_of: tx.now(),
                    record: engine::organisation(tx, cvr).await?,
                    subjects,
                    entitlements: Entitlements::load(tx, cvr).await?,
                    leaders,
                    unlinked: observed::unlinked(tx, cvr).await?,
                    answers: question::answers(tx, cvr).await?,
                    to_suspend: unmanaged::to_suspend(tx, cvr).await?,
                    shrunk,
                })
            })
        });
        stored.await
    }

    async fn keep(
        &self,
        cvr: &Cvr,
        origin: Origin,
        stored: &Stored,
        mut assessment: Assessment,
    ) -> Result<Planned, EngineError> {
        let operations = std::mem::take(&mut assessment.operations);
        let judgement = guard::judge(&operations, &circumstances(stored, origin.clone()));
        let new = NewPlan {
            origin,
            observed_at: stored.record.full_read_at,
            cost_dkk: cost_dkk(stored.people(), &operations),
            operations: &operations,
            judgement: &judgement,
        };
        let record = self
            .store
            .write(|tx| {
                Box::pin(async {
                    plan::note_assessment(tx, cvr, &assessment).await?;
                    plan::save(tx, cvr, &new).await
                })
            })
            .await?;
        let passed = judgement.passed.clone();
        Ok(Planned { record, operations, judgement, assessment, as_of: stored.as_of, passed })
    }

    /// Makes an approval count for a plan that was just made, if what it holds is what was approved.
    pub async fn approve(
        &self,
        cvr: &Cvr,
        planned: Planned,
        approval: &Approval,
    ) -> Result<Planned, EngineError> {
        let approved = self.store.read(|tx| Box::pin(async { plan::one(tx, approval.plan).await })).await?;
        let approved = approved.filter(|record| record.cvr == *cvr);
        let approved = approved.ok_or(EngineError::NoSuchPlan(approval.plan.0))?;
        if approved.held_digest != planned.record.held_digest {
            return Err(EngineError::PlanChanged { old: approval.plan.0, new: planned.record.id.0 });
        }
        let record = self.organisation(cvr).await?;
        if record.first_contact.is_none() && planned.record.observed_at.is_none() {
            return Err(EngineError::NeverRead);
        }
        let Approval { by, why, .. } = approval;
        // Who made the plan that was looked at counts, not who ran the command that made it again.
        let approved = guard::approve(&planned.judgement, &record.organisation, &approved.origin, by, why)?;
        self.store
            .write(|tx| {
                Box::pin(async {
                    plan::note_approval(tx, &planned.record, by, why).await?;
                    organisation::approve_first_contact(tx, cvr, by).await?;
                    believe(tx, cvr, &planned.judgement).await
                })
            })
            .await?;
        let passed = planned.passed.join(approved);
        Ok(Planned { passed, ..planned })
    }

    /// Plans the rights of one person and puts them into the outbox, without a word about anybody else. Says how many
    /// operations are new there. `None`: there is more to say of the person than that, or the guard holds something, so
    /// that only a plan of everybody will do.
    pub async fn plan_rights_of(
        &self,
        cvr: &Cvr,
        id: IdentityId,
        origin: Origin,
    ) -> Result<Option<usize>, EngineError> {
        if self.waits_for_something(id).await? {
            return Ok(None);
        }
        let stored = self.stored(cvr).await?;
        let subject = stored.subjects.iter().find(|subject| subject.desired.identity == id);
        let Some(subject) = subject.filter(|subject| subject.observed.is_some()) else { return Ok(None) };
        let rulebook = stored.rulebook();
        let Assessment { operations, questions, drift, undecided, .. } = assess(Situation {
            organisation: &stored.record.organisation,
            today: danish_date(stored.as_of),
            subjects: std::slice::from_ref(subject),
            unlinked: &[],
            answers: &stored.answers,
            to_suspend: &HashMap::new(),
            rights: stored.rights(&rulebook),
        });
        let only_rights = operations
            .iter()
            .all(|one| matches!(one.action, Action::GiveRights(..) | Action::TakeRights(..)));
        let judgement = guard::judge(&operations, &circumstances(&stored, origin.clone()));
        let more = !questions.is_empty() || !drift.is_empty() || !undecided.is_empty();
        if !only_rights || more || !judgement.held.is_empty() {
            return Ok(None);
        }
        if operations.is_empty() {
            return Ok(Some(0));
        }
        self.enqueue_for_one(cvr, origin, &stored, &operations, &judgement).await.map(Some)
    }

    /// Whether something is on its way for a person, or asked about them.
    async fn waits_for_something(&self, id: IdentityId) -> Result<bool, EngineError> {
        let waits = self.store.read(|tx| {
            Box::pin(async {
                let asked = question::about(tx, id).await?.iter().any(|one| one.answer.is_none());
                let on_its_way = outbox::of_identity(tx, id, i64::MAX).await?;
                Ok::<_, EngineError>(asked || on_its_way.iter().any(|one| one.state.is_open()))
            })
        });
        waits.await
    }

    /// Keeps a plan about one person and puts what the guard passed into the outbox.
    async fn enqueue_for_one(
        &self,
        cvr: &Cvr,
        origin: Origin,
        stored: &Stored,
        operations: &[Operation],
        judgement: &Judgement,
    ) -> Result<usize, EngineError> {
        let observed_at = stored.record.full_read_at;
        let new = NewPlan { origin, observed_at, cost_dkk: 0, operations, judgement };
        let (organisation, passed, as_of) = (&stored.record.organisation, &judgement.passed, stored.as_of);
        let queued = self.store.write(|tx| {
            Box::pin(async {
                let record = plan::save(tx, cvr, &new).await?;
                let coverage = Coverage::Identity;
                plan::enqueue(tx, organisation, &record, operations, passed, as_of, coverage).await
            })
        });
        Ok(queued.await?)
    }

    /// The one way into the outbox. Says how many operations are new there.
    pub async fn enqueue(&self, cvr: &Cvr, planned: &Planned) -> Result<usize, EngineError> {
        let Planned { record, operations, passed, as_of, .. } = planned;
        let coverage = Coverage::Organisation { undecided: &planned.assessment.undecided };
        let enqueue = self.store.write(|tx| {
            Box::pin(async {
                let organisation = engine::organisation(tx, cvr).await?.organisation;
                let queued =
                    plan::enqueue(tx, &organisation, record, operations, passed, *as_of, coverage).await?;
                Ok::<_, EngineError>(queued)
            })
        });
        enqueue.await
    }

    /// Puts a hold on an identity, stops it here, and orders its suspension there. Says whether there is anything to
    /// suspend there.
    pub async fn order_suspension(
        &self,
        cvr: &Cvr,
        id: IdentityId,
        by: &str,
        why: &str,
    ) -> Result<bool, EngineError> {
        self.store.write(|tx| Box::pin(async { identity::hold(tx, cvr, id, by, why).await })).await?;
        let reason = Reason::Ordered { by: by.to_owned(), why: why.to_owned() };
        let action = |observed: &domain::Observed| match (observed.sight, &observed.status) {
            (Sight::Gone, _) | (_, Status::Suspended) => None,
            _ => Some(Action::Suspend(observed.uuid)),
        };
        self.order(cvr, id, by, reason, action).await
    }

    /// Lifts a hold and orders the reactivation there, where the person is wanted.
    pub async fn order_reactivation(
        &self,
        cvr: &Cvr,
        id: IdentityId,
        by: &str,
        why: &str,
    ) -> Result<bool, EngineError> {
        self.store.write(|tx| Box::pin(async { identity::lift_hold(tx, cvr, id, by, why).await })).await?;
        let wanted = self.store.read(|tx| Box::pin(async { identity::one(tx, id).await })).await?;
        if wanted.is_some_and(|record| matches!(record.subject.desired.presence, Presence::Left(_))) {
            return Ok(false);
        }
        let reason = Reason::Ordered { by: by.to_owned(), why: why.to_owned() };
        let action = |observed: &domain::Observed| {
            let suspended = observed.sight == Sight::Seen && observed.status == Status::Suspended;
            suspended.then_some(Action::Reactivate(observed.uuid))
        };
        self.order(cvr, id, by, reason, action).await
    }

    /// A plan with one operation about one named identity.
    async fn order(
        &self,
        cvr: &Cvr,
        id: IdentityId,
        by: &str,
        reason: Reason,
        action: impl Fn(&domain::Observed) -> Option<Action>,
    ) -> Result<bool, EngineError> {
        let stored = self.stored(cvr).await?;
        let subject = stored.subjects.iter().find(|subject| subject.desired.identity == id);
        let Some(subject) = subject else { return Ok(false) };
        let Some(action) = subject.observed.as_ref().and_then(action) else { return Ok(false) };
        let fields = std::collections::BTreeSet::from([domain::Field::Status]);
        let label = subject.desired.label();
        let before = subject.observed.as_ref().map(|observed| observed.shown(&fields)).unwrap_or_default();
        let operations = vec![Operation { identity: Some(id), label, action, fields, before, reason }];
        let origin = Origin::Order(by.to_owned());
        let judgement = guard::judge(&operations, &circumstances(&stored, origin.clone()));
        let queued = self.enqueue_for_one(cvr, origin, &stored, &operations, &judgement).await?;
        Ok(queued > 0 || judgement.held.is_empty())
    }
}

impl Stored {
    /// People who have an identity in MitID Erhverv through us.
    fn people(&self) -> usize {
        let there = |subject: &&domain::Subject| {
            subject.observed.as_ref().is_some_and(|observed| observed.sight != Sight::Gone)
        };
        self.subjects.iter().filter(there).count()
    }

    /// The policy for today, with whom bundles have no room for.
    fn rulebook(&self) -> Rulebook<'_> {
        let Entitlements { policy, catalogue, places, .. } = &self.entitlements;
        let today = danish_date(self.as_of);
        if policy.bundles.values().all(|bundle| bundle.most_holders.is_none()) {
            return Rulebook::new(policy, catalogue, places, today);
        }
        let facts: Vec<Facts> = self.subjects.iter().map(|one| self.facts(&one.desired)).collect();
        let people = facts.iter().zip(&self.subjects).map(|(facts, subject)| (facts, &subject.rights.held));
        self.entitlements.rulebook(policy, today, people)
    }

    fn facts(&self, desired: &domain::Desired) -> Facts {
        let leads = desired.user_name.as_ref().is_some_and(|name| self.leaders.contains(&name.key()));
        Facts::of(desired, leads)
    }

    fn rights<'a>(&'a self, rulebook: &'a Rulebook<'a>) -> Option<RightsSituation<'a>> {
        let (grants, leaders) = (&self.entitlements.grants, &self.leaders);
        (!self.entitlements.policy.is_empty()).then_some(RightsSituation { rulebook, grants, leaders })
    }
}

/// Short answers are believed where they were shown to whoever approved, because they held something.
async fn believe(tx: &mut store::Tx, cvr: &Cvr, judgement: &Judgement) -> Result<(), store::StoreError> {
    for held in &judgement.held {
        match &held.rule {
            guard::Rule::Shrunk(Shrunk { source: Some(name), .. }) => source::believe(tx, cvr, name).await?,
            guard::Rule::Shrunk(Shrunk { source: None, .. }) => observed::believe(tx, cvr).await?,
            _ => {}
        }
    }
    Ok(())
}

fn circumstances(stored: &Stored, origin: Origin) -> Circumstances<'_> {
    let linked = stored.subjects.iter().filter_map(|subject| subject.observed.as_ref());
    let administrators = linked
        .chain(&stored.unlinked)
        .filter(|observed| observed.is_administrator())
        .map(|observed| (observed.uuid, observed.administrator_roles.clone()))
        .collect();
    Circumstances {
        organisation: &stored.record.organisation,
        origin,
        first_contact_approved: stored.record.first_contact.is_some(),
        people: stored.people(),
        administrators,
        shrunk: stored.shrunk.clone(),
        rights: stored.subjects.iter().filter_map(|one| Some((one.link?, &one.rights.held))).collect(),
        catalogue: &stored.entitlements.catalogue,
    }
}
