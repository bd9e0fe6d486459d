//! The planner: what must be done so that MitID Erhverv shows what we want, and why.
//!
//! Pure and deterministic: the same situation gives the same operations, questions and drift, whatever the order
//! of its parts. Meanings are those of behaviour.md; each branch of [`decision`] and of the modules below it is
//! one of its sentences.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    Action, Answer, Desired, Field, Fields, Hold, IdentityId, Observed, Operation, Organisation, Presence,
    Question, Reason, RemoteUuid, Sight,
    matching::{self, Match},
    rights::{Assignment, HeldRights},
};

mod creation;
mod decision;
mod difference;
mod rights;
mod unmanaged;

use decision::{Common, Decision, PersonByEmail};
pub use rights::RightsSituation;

/// One identity of ours with everything that is known about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    pub desired: Desired,
    /// The identity in MitID Erhverv that it is; absent before creation and after deletion by us.
    pub link: Option<RemoteUuid>,
    pub observed: Option<Observed>,
    /// What it holds in MitID Erhverv.
    pub rights: HeldRights,
    /// What we last wrote or accepted; [`Field::Status`] is `Suspended` when the suspension is ours.
    pub written: Fields,
    pub hold: Option<Hold>,
    /// Operations that a human gave up; not planned again until the wish changes.
    pub given_up: Vec<Action>,
}

/// Everything the planner looks at.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    pub organisation: &'a Organisation,
    /// The date in Denmark.
    pub today: Date,
    pub subjects: &'a [Subject],
    /// Identities in MitID Erhverv that are linked to nobody.
    pub unlinked: &'a [Observed],
    /// Answers by the key of their question.
    pub answers: &'a HashMap<String, Answer>,
    /// Identities that no source knows and that somebody decided to suspend.
    pub to_suspend: &'a HashMap<RemoteUuid, Hold>,
    /// `None`: no rights are looked after.
    pub rights: Option<RightsSituation<'a>>,
}

/// A field that differs from what we last wrote or accepted, and that we did not cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drift {
    pub identity: IdentityId,
    pub field: Field,
    pub ours: String,
    pub theirs: String,
}

/// What the planner says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Assessment {
    /// Identities that must stop first, those that a person ordered to stop before the others; then by label. The
    /// operations of one identity stand together, in the order they must run.
    pub operations: Vec<Operation>,
    pub questions: Vec<Question>,
    /// At most one for each identity and field.
    pub drift: Vec<Drift>,
    /// People whose identity is not as wanted, or not there.
    pub out_of_step: BTreeSet<IdentityId>,
    /// People of whom nothing can be decided before the next read: what is on its way for them stays wanted.
    pub undecided: BTreeSet<IdentityId>,
    /// In MitID Erhverv, known to no source.
    pub unmanaged: Vec<RemoteUuid>,
    /// Keys of all questions that the situation raises, answered ones included. An answer to any other question
    /// is forgotten: if that question comes again, it is a new one.
    pub raised: BTreeSet<String>,
    /// What was given up and is still wanted. Whatever else was given up is forgotten: the wish changed, so the
    /// same operation is planned if it is ever wanted again.
    pub given_up: Vec<(IdentityId, Action)>,
    /// Rights that are there as wanted and that we did not give: from now on they count as ours.
    pub accepted: Vec<(RemoteUuid, Assignment)>,
}

impl Subject {
    /// The NameID that the Local IdP will use for it: user name and the organisation's suffix.
    pub fn subject_name_id(&self, organisation: &Organisation) -> Option<String> {
        let suffix = &organisation.settings.subject_name_id_suffix;
        self.desired.user_name.as_ref().map(|name| format!("{name}{suffix}"))
    }

    /// Whether it may have to be found in MitID Erhverv: it was never there, or its own GET answered 404.
    pub(crate) fn is_to_be_found(&self) -> bool {
        self.link.is_none() || self.observed.as_ref().is_some_and(|observed| observed.sight == Sight::Gone)
    }
}

/// Compares what we want with what is there.
pub fn assess(situation: Situation<'_>) -> Assessment {
    let matches = matching::find(situation.organisation, situation.subjects, situation.unlinked);
    let common = Common {
        situation,
        unlinked: situation.unlinked.iter().map(|one| (one.uuid, one)).collect(),
        shared_emails: shared_emails(situation.subjects),
        claims: claims(situation, &matches),
    };
    let mut assessment = Assessment::default();
    for (place, subject) in situation.subjects.iter().enumerate() {
        Decision::new(&common, subject, &mut assessment).decide(matches.get(&place));
    }
    assessment.unmanaged = unmanaged::nobodys(&common, &matches);
    assessment.operations.extend(unmanaged::suspensions(&common, &assessment.unmanaged));
    put_in_order(&mut assessment);
    assessment
}

/// How many subjects would take each identity over; a human may choose one that somebody else is.
fn claims(situation: Situation<'_>, matches: &HashMap<usize, Match>) -> HashMap<RemoteUuid, usize> {
    let mut claims = HashMap::new();
    for (place, found) in matches {
        let subject = situation.subjects.get(*place);
        if let Some(uuid) = subject.and_then(|subject| decision::claim(situation, subject, found)) {
            *claims.entry(uuid).or_default() += 1;
        }
    }
    claims
}

/// One order for everything, independent of the order of the input. The sort is stable, so the operations of one
/// identity keep theirs, and of two drifts in one field the first stays.
fn put_in_order(assessment: &mut Assessment) {
    let mut urgent: HashMap<Option<IdentityId>, Urgency> = HashMap::new();
    for operation in &assessment.operations {
        let urgency = urgent.entry(operation.identity).or_insert(Urgency::Later);
        *urgency = Urgency::of(operation).min(*urgency);
    }
    assessment.operations.sort_by_cached_key(|one| {
        let urgency = urgent.get(&one.identity).copied().unwrap_or(Urgency::Later);
        let unmanaged = if one.identity.is_none() { one.action.uuid() } else { None };
        (urgency, one.label.to_lowercase(), one.identity, unmanaged)
    });
    assessment.questions.sort_by_cached_key(Question::key);
    assessment.drift.sort_by_key(|one| (one.identity, one.field));
    assessment.drift.dedup_by_key(|one| (one.identity, one.field));
    assessment.given_up.sort_by_key(|(identity, action)| (*identity, action.kind()));
    assessment.unmanaged.sort();
    assessment.accepted.sort();
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Urgency {
    Ordered,
    Stop,
    Later,
}

impl Urgency {
    fn of(operation: &Operation) -> Self {
        match (&operation.action, &operation.reason) {
            (Action::Suspend(_), Reason::Ordered { .. }) => Self::Ordered,
            (Action::Suspend(_), _) => Self::Stop,
            _ => Self::Later,
        }
    }
}

/// Who else has the same address, among those who are or will be there.
fn shared_emails(subjects: &[Subject]) -> HashMap<String, Vec<PersonByEmail>> {
    let mut by_email: HashMap<String, Vec<PersonByEmail>> = HashMap::new();
    let here = subjects.iter().filter(|subject| !matches!(subject.desired.presence, Presence::Left(_)));
    for desired in here.map(|subject| &subject.desired) {
        if let Some(email) = &desired.email {
            by_email.entry(email.key()).or_default().push((desired.person, desired.label()));
        }
    }
    by_email.retain(|_, people| people.len() > 1);
    by_email
}

/// What the plan costs: 20 DKK for each created user beyond the third (mitid-erhverv.dk, prices).
pub fn cost_dkk(existing: usize, operations: &[Operation]) -> u64 {
    const FREE_USERS: usize = 3;
    const DKK_PER_USER: u64 = 20;
    let created = operations.iter().filter(|one| matches!(one.action, Action::Create(_))).count();
    let paid = |users: usize| users.saturating_sub(FREE_USERS) as u64;
    DKK_PER_USER * (paid(existing + created) - paid(existing))
}
