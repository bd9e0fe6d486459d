//! What must be true at the end: MitID Erhverv shows what we want, the store knows it, and every call was planned.

use std::collections::{BTreeMap, BTreeSet};

use domain::{About, Verdict};
use emulator::world::{Employee, Operation, ScopeKind, Status};
use store::{
    identity::IdentityRecord,
    outbox::{self, OperationRecord},
    question::{self, QuestionRecord},
};
use uuid::Uuid;

use super::{
    entitlements::{MANAGED, expected, number_of},
    life::Life,
    people::Human,
    wire::cpr_of,
};

pub async fn faults_at_the_end(life: &Life) -> Vec<String> {
    let employees = life.wire.employees();
    let mut faults = Vec::new();
    let mut operations = Vec::new();
    for human in &life.people.all {
        let cpr = human.cpr().digits();
        let theirs: Vec<&Employee> = employees.iter().filter(|one| cpr_of(one) == cpr).collect();
        let Some(record) = life.record_of(human).await else {
            // Somebody may have come and left between two reads of the source.
            faults.extend(human.is_here().then(|| format!("user{} was never heard of", human.number)));
            continue;
        };
        let planned = operations_of(life, &record).await;
        let questions = questions_about(life, &record).await;
        let excused = questions.iter().any(leaves_it_so);
        let accepted = questions.iter().filter_map(accepts_rights).collect();
        let found = Found { life, human, theirs, record, excused, accepted };
        if let Some(fault) = found.fault() {
            faults.push(format!("user{}: {fault}", human.number));
            life.time.tell(|| format!("{:?} {questions:?} {planned:#?}", found.record));
        }
        operations.extend(planned);
    }
    faults.extend(unfinished(life).await);
    faults.extend(unplanned(life, &operations));
    faults
}

/// One person, and what there is of them on both sides.
struct Found<'a> {
    life: &'a Life,
    human: &'a Human,
    theirs: Vec<&'a Employee>,
    record: IdentityRecord,
    /// Somebody decided that it stays as it is there.
    excused: bool,
    /// Rights of which somebody decided the same.
    accepted: BTreeSet<u128>,
}

impl Found<'_> {
    fn fault(&self) -> Option<String> {
        if self.theirs.len() > 1 {
            return Some(format!("is there {} times", self.theirs.len()));
        }
        let held = self.record.subject.hold.is_some();
        if !held && self.life.promised_to_stop.contains(&self.human.number) {
            return Some("was to be stopped, and nobody knows".to_owned());
        }
        match (self.theirs.first(), self.human.is_here(), held) {
            (None, true, false) if !self.excused => Some("is wanted and not there".to_owned()),
            (Some(one), false, _) if one.status != Status::Suspended => {
                Some(format!("left and is {:?}", one.status))
            }
            (Some(one), _, true) if one.status == Status::Active => Some("is held and Active".to_owned()),
            (None, _, _) | (Some(_), false, _) | (Some(_), _, true) => None,
            (Some(one), true, false) => self.difference(one),
        }
    }

    fn difference(&self, one: &Employee) -> Option<String> {
        if one.status == Status::Suspended {
            return (!self.excused).then(|| "is wanted and Suspended".to_owned());
        }
        let Human { given_name, surname, email, .. } = self.human;
        if (&one.given_name, &one.surname, &one.email_address) != (given_name, surname, email) {
            return Some(format!("is shown as {} {} {}", one.given_name, one.surname, one.email_address));
        }
        if self.record.subject.link.map(|link| link.0) != Some(one.uuid) {
            return Some(format!("is linked to {:?} and is {}", self.record.subject.link, one.uuid));
        }
        self.rights(one).or_else(|| (!self.record.in_step).then(|| "is said not to be in step".to_owned()))
    }

    /// Exactly what the rules give, but for what somebody accepted and what nobody looks after.
    fn rights(&self, one: &Employee) -> Option<String> {
        let wire = |kind: ScopeKind| match kind {
            ScopeKind::Cvr => "Cvr",
            ScopeKind::SeNumber => "SE",
            ScopeKind::ProductionUnit => "PU",
        };
        let decided = |number: u128| MANAGED.contains(&number) && !self.accepted.contains(&number);
        let shown = one
            .roles
            .iter()
            .map(|role| (number_of(role.uuid), format!("{} {}", wire(role.scope.kind), role.scope.value)));
        let shown: BTreeSet<(u128, String)> = shown.filter(|(number, _)| decided(*number)).collect();
        let wanted: BTreeSet<(u128, String)> = expected(self.human, self.life.account.cvr())
            .into_iter()
            .filter(|(number, _)| decided(*number))
            .collect();
        (shown != wanted).then(|| format!("holds {shown:?} and must hold {wanted:?}"))
    }
}

async fn operations_of(life: &Life, record: &IdentityRecord) -> Vec<OperationRecord> {
    let id = record.subject.desired.identity;
    let read = life.account.store.read(|tx| Box::pin(async { outbox::of_identity(tx, id, 10_000).await }));
    read.await.unwrap()
}

async fn questions_about(life: &Life, record: &IdentityRecord) -> Vec<QuestionRecord> {
    let id = record.subject.desired.identity;
    let read = life.account.store.read(|tx| Box::pin(async { question::about(tx, id).await }));
    read.await.unwrap()
}

/// Somebody said that what was done in the portal is right.
fn leaves_it_so(record: &QuestionRecord) -> bool {
    let stays = matches!(record.question.about, About::SuspendedThere | About::DeletedThere);
    stays && record.answer.as_ref().is_some_and(|answer| answer.verdict == Verdict::Yes)
}

/// A right that somebody let be as the portal made it.
fn accepts_rights(record: &QuestionRecord) -> Option<u128> {
    let yes = record.answer.as_ref().is_some_and(|answer| answer.verdict == Verdict::Yes);
    match &record.question.about {
        About::RightFound { right, .. } | About::RightTaken { right, .. } if yes => Some(number_of(right.0)),
        _ => None,
    }
}

/// Nothing waits any more but for what somebody must mend.
async fn unfinished(life: &Life) -> Vec<String> {
    let (cvr, store) = (life.account.cvr(), &life.account.store);
    let open = store.read(|tx| Box::pin(async { outbox::open(tx, cvr, 100, 0).await })).await.unwrap();
    let asked = store.read(|tx| Box::pin(async { question::open(tx, Some(cvr)).await })).await.unwrap();
    let waiting = open
        .iter()
        .map(|one| format!("{} {} of {} is {:?}: {:?}", one.kind, one.id, one.label, one.state, one.outcome));
    let asked = asked.iter().filter(|record| record.question.about.is_answerable());
    waiting
        .chain(asked.map(|record| format!("{} was asked {:?}", record.question.label, record.question.about)))
        .collect()
}

/// Every call that changes something belongs to an operation, and there are no more creations than attempts.
fn unplanned(life: &Life, operations: &[OperationRecord]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut creations = 0;
    let mut planned: BTreeMap<Uuid, Vec<&str>> = BTreeMap::new();
    for operation in operations {
        if let Some(uuid) = operation.uuid {
            planned.entry(uuid.0).or_default().push(&operation.kind);
        }
    }
    for call in life.wire.calls() {
        let Some(kinds) = kinds_of(call.operation) else { continue };
        let Some(uuid) = call.uuid else {
            // A call whose token was refused is sent once more.
            creations += i64::from(call.status != Some(401));
            continue;
        };
        if !planned.get(&uuid).is_some_and(|planned| planned.iter().any(|kind| kinds.contains(kind))) {
            faults.push(format!("{} of {uuid} was sent and is in no plan", call.operation.id()));
        }
    }
    let attempts = operations.iter().filter(|one| one.kind == "create").map(|one| one.attempts).sum::<i64>();
    if creations > attempts {
        faults.push(format!("{creations} creations were sent, {attempts} attempts are known"));
    }
    faults
}

/// The kinds of operations that a call can come from.
fn kinds_of(operation: Operation) -> Option<&'static [&'static str]> {
    Some(match operation {
        Operation::CreateEmployee => &["create"],
        Operation::DeleteEmployee => &["delete"],
        Operation::SuspendEmployee => &["suspend"],
        Operation::ReactivateEmployee => &["reactivate"],
        // Which of the two is right depends on the status, so the other one is tried too.
        Operation::UpdateProfile | Operation::UpdateDraftProfile => &["update-profile", "update-draft"],
        Operation::UpdateNonSensitiveProfile => &["update-email"],
        Operation::SetAllowSigning => &["set-signing"],
        Operation::AddIdentityRoles => &["give-rights"],
        Operation::RemoveIdentityRoles => &["take-rights"],
        operation if operation.is_write() => &[],
        _ => return None,
    })
}
