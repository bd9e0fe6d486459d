//! The planner: what must be done so that MitID Erhverv shows what we want, and why.
//!
//! Pure and deterministic: the same situation gives the same operations, questions and drift, whatever the order
//! of its parts. Meanings are those of behaviour.md; each branch below is one of its sentences.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    About, Action, Answer, Departure, Desired, Field, Fields, Hold, IdentityId, InvoiceChoice, MatchEvidence,
    NewIdentity, Observed, Obstacle, Operation, Organisation, Owner, Presence, Profile, Question, Reason,
    RemoteUuid, Sight, Status, Variant, Verdict,
    matching::{self, Match},
    organisation::days_after,
};

/// One identity of ours with everything that is known about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    pub desired: Desired,
    /// The identity in MitID Erhverv that it is; absent before creation and after deletion by us.
    pub link: Option<RemoteUuid>,
    pub observed: Option<Observed>,
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
    /// Suspensions first, then by label; the operations of one identity stand in the order they must run.
    pub operations: Vec<Operation>,
    pub questions: Vec<Question>,
    pub drift: Vec<Drift>,
    /// Wanted people whose identity is not as wanted, or not there.
    pub out_of_step: BTreeSet<IdentityId>,
    /// In MitID Erhverv, known to no source.
    pub unmanaged: Vec<RemoteUuid>,
    /// Keys of all questions that the situation raises, answered ones included.
    pub raised: BTreeSet<String>,
}

impl Subject {
    /// The NameID that the Local IdP will use for it: user name and the organisation's suffix.
    pub fn subject_name_id(&self, organisation: &Organisation) -> Option<String> {
        let suffix = &organisation.settings.subject_name_id_suffix;
        self.desired.user_name.as_ref().map(|name| format!("{name}{suffix}"))
    }
}

/// Compares what we want with what is there.
pub fn assess(situation: Situation<'_>) -> Assessment {
    let matches = matching::find(situation.organisation, situation.subjects, situation.unlinked);
    let unlinked: HashMap<RemoteUuid, &Observed> =
        situation.unlinked.iter().map(|one| (one.uuid, one)).collect();
    let shared_emails = shared_emails(situation.subjects);
    let mut assessment = Assessment::default();
    let mut spoken_for = BTreeSet::new();
    for (place, subject) in situation.subjects.iter().enumerate() {
        let mut decision = Decision {
            situation,
            subject,
            unlinked: &unlinked,
            shared_emails: &shared_emails,
            to: &mut assessment,
        };
        decision.decide(matches.get(&place));
        if let Some(found) = matches.get(&place) {
            spoken_for.extend(match found {
                Match::Sure(uuid, _) => vec![*uuid],
                Match::Doubtful(candidates) => candidates.iter().map(|one| one.uuid).collect(),
            });
        }
    }
    let strangers =
        situation.unlinked.iter().filter(|one| one.sight != Sight::Gone && !spoken_for.contains(&one.uuid));
    assessment.unmanaged = strangers.map(|one| one.uuid).collect();
    put_in_order(&mut assessment);
    assessment
}

/// One order for everything, independent of the order of the input. The sort is stable, so the operations of one
/// identity keep theirs.
fn put_in_order(assessment: &mut Assessment) {
    assessment.operations.sort_by(|a, b| {
        let key = |one: &Operation| {
            (!matches!(one.action, Action::Suspend(_)), one.label.to_lowercase(), one.identity)
        };
        key(a).cmp(&key(b))
    });
    assessment.questions.sort_by_cached_key(Question::key);
    assessment.drift.sort_by_key(|one| (one.identity, one.field));
    assessment.unmanaged.sort();
}

/// Who else has the same address, among those who are or will be there.
fn shared_emails(subjects: &[Subject]) -> HashMap<String, Vec<(IdentityId, String)>> {
    let mut by_email: HashMap<String, Vec<(IdentityId, String)>> = HashMap::new();
    let here = subjects.iter().filter(|subject| !matches!(subject.desired.presence, Presence::Left(_)));
    for subject in here {
        if let Some(email) = &subject.desired.email {
            let people = by_email.entry(email.to_string().to_lowercase()).or_default();
            people.push((subject.desired.identity, subject.desired.label()));
        }
    }
    by_email.retain(|_, people| people.len() > 1);
    by_email
}

/// The decision about one subject.
struct Decision<'a, 'b> {
    situation: Situation<'a>,
    subject: &'a Subject,
    unlinked: &'b HashMap<RemoteUuid, &'a Observed>,
    shared_emails: &'b HashMap<String, Vec<(IdentityId, String)>>,
    to: &'b mut Assessment,
}

impl<'a> Decision<'a, '_> {
    fn decide(&mut self, found: Option<&Match>) {
        match (self.subject.link, &self.subject.observed) {
            (Some(_), Some(observed)) => self.linked(observed),
            // Linked, but never read since: the next read tells. Nothing is planned on a guess.
            (Some(_), None) => self.out_of_step(),
            (None, _) => self.not_linked(found),
        }
    }

    fn desired(&self) -> &'a Desired {
        &self.subject.desired
    }

    fn departure(&self) -> Option<&'a Departure> {
        match &self.desired().presence {
            Presence::Left(departure) => Some(departure),
            Presence::Ahead(_) | Presence::Employed => None,
        }
    }

    // ---- not there yet ----

    fn not_linked(&mut self, found: Option<&Match>) {
        match found {
            Some(Match::Sure(uuid, evidence)) => self.adopt(*uuid, *evidence),
            Some(Match::Doubtful(candidates)) => {
                let only = if let [only] = candidates.as_slice() { Some(only.uuid) } else { None };
                match self.ask(About::Match { candidates: candidates.clone() }) {
                    Some(Verdict::Other(uuid)) => self.adopt(uuid, MatchEvidence::Human),
                    Some(Verdict::Yes) => {
                        if let Some(uuid) = only {
                            self.adopt(uuid, MatchEvidence::Human);
                        }
                    }
                    Some(Verdict::No) => self.create_if_due(),
                    None => self.out_of_step(),
                }
            }
            None => self.create_if_due(),
        }
    }

    fn adopt(&mut self, uuid: RemoteUuid, evidence: MatchEvidence) {
        let Some(observed) = self.unlinked.get(&uuid).copied() else {
            return self.out_of_step();
        };
        self.plan(Action::Adopt(uuid), BTreeSet::new(), Reason::Matched { evidence });
        self.linked(observed);
    }

    fn create_if_due(&mut self) {
        let settings = &self.situation.organisation.settings;
        let due = match &self.desired().presence {
            Presence::Left(_) => false,
            Presence::Employed => true,
            Presence::Ahead(start) => *start <= days_after(self.situation.today, settings.create_days_ahead),
        };
        if due && self.subject.hold.is_none() {
            self.create();
        }
    }

    fn create(&mut self) {
        if let Some(new) = self.new_identity() {
            let fields = self.desired().fields(self.situation.organisation).into_keys().collect();
            let source = self.desired().source.clone();
            let reason = if self.subject.written.is_empty() {
                Reason::Joined { source }
            } else {
                Reason::CameBack { source }
            };
            self.plan(Action::Create(Box::new(new)), fields, reason);
        }
    }

    /// Everything that a creation needs, or a question or obstacle for each thing that is missing.
    fn new_identity(&mut self) -> Option<NewIdentity> {
        let organisation = self.situation.organisation;
        let desired = self.desired();
        let obstacles = self.obstacles_to_creation();
        if !obstacles.is_empty() {
            for obstacle in obstacles {
                self.ask(About::Obstacle(obstacle));
            }
            return None;
        }
        if !self.may_share_email() {
            return None;
        }
        let invoice_method = match organisation.settings.invoice.choose(desired) {
            InvoiceChoice::Method(method) => Some(method),
            InvoiceChoice::Unset | InvoiceChoice::UnknownKey(_) => None,
        };
        let local = organisation.variant == Variant::LocalIdp;
        Some(NewIdentity {
            given_name: desired.given_name.clone()?,
            surname: desired.surname.clone()?,
            email: desired.email.clone()?,
            cpr: desired.cpr,
            birth_date: if desired.cpr.is_none() { desired.birth_date } else { None },
            rid: desired.rid.clone(),
            level: organisation.settings.created_level(),
            pseudonym: desired.pseudonym,
            signing: desired.wants_signing(organisation),
            invoice_method,
            subject_name_id: if local { self.subject.subject_name_id(organisation) } else { None },
        })
    }

    fn obstacles_to_creation(&self) -> Vec<Obstacle> {
        let organisation = self.situation.organisation;
        let settings = &organisation.settings;
        let desired = self.desired();
        let mut obstacles = Vec::new();
        if organisation.environment.forbids_real_people() && !settings.fictitious_people {
            obstacles.push(Obstacle::RealPeopleForbidden);
        }
        if desired.given_name.is_none() || desired.surname.is_none() {
            obstacles.push(Obstacle::NoName);
        }
        if desired.email.is_none() {
            obstacles.push(Obstacle::NoEmail);
        }
        if desired.user_name.is_none() && organisation.variant == Variant::LocalIdp {
            obstacles.push(Obstacle::NoUserName);
        }
        obstacles.extend(self.obstacle_in_cpr());
        obstacles.extend(self.obstacle_in_invoice());
        obstacles
    }

    fn obstacle_in_cpr(&self) -> Option<Obstacle> {
        let organisation = self.situation.organisation;
        let desired = self.desired();
        let production = organisation.environment == crate::Environment::Production;
        let born = match (&desired.cpr, desired.birth_date) {
            (Some(cpr), _)
                if cpr.is_invented() && production && !organisation.settings.allow_replacement_cpr =>
            {
                return Some(Obstacle::InventedCpr);
            }
            (Some(cpr), _) => cpr.birth_date(),
            (None, None) => return Some(Obstacle::NoCprNumberNorBirthDate),
            (None, Some(_)) if !organisation.settings.create_without_cpr => {
                return Some(Obstacle::NoCprNumber);
            }
            (None, Some(born)) => born,
        };
        let thirteen_on = born.saturating_add(jiff::Span::new().years(i64::from(crate::cpr::MINIMUM_AGE)));
        (thirteen_on > self.situation.today).then_some(Obstacle::TooYoung { thirteen_on })
    }

    fn obstacle_in_invoice(&self) -> Option<Obstacle> {
        let organisation = self.situation.organisation;
        match organisation.settings.invoice.choose(self.desired()) {
            InvoiceChoice::UnknownKey(key) => Some(Obstacle::UnknownInvoiceMethod { key: Some(key) }),
            InvoiceChoice::Unset if organisation.environment == crate::Environment::Production => {
                Some(Obstacle::UnknownInvoiceMethod { key: None })
            }
            InvoiceChoice::Method(_) | InvoiceChoice::Unset => None,
        }
    }

    /// In Light the activation link goes to the address, so two people with one address is a question.
    fn may_share_email(&mut self) -> bool {
        let key = self.desired().email.as_ref().map(|email| email.to_string().to_lowercase());
        let Some(people) = key.and_then(|key| self.shared_emails.get(&key)) else { return true };
        if self.situation.organisation.variant != Variant::Light {
            return true;
        }
        let me = self.desired().identity;
        let mut others: Vec<String> =
            people.iter().filter(|(identity, _)| *identity != me).map(|(_, label)| label.clone()).collect();
        others.sort();
        self.ask(About::SharedEmail { others }) == Some(Verdict::Yes)
    }

    // ---- there ----

    fn linked(&mut self, observed: &'a Observed) {
        match observed.sight {
            Sight::Gone => return self.gone(),
            Sight::NotSeen => return self.out_of_step(),
            Sight::Seen => {}
        }
        let stopped = self.subject.hold.is_some() || self.departure().is_some();
        match (&observed.status, stopped) {
            (Status::Other(status), _) => {
                self.ask(About::Obstacle(Obstacle::UnknownStatus { status: status.clone() }));
            }
            (Status::Active, true) => self.suspend(observed),
            (Status::Pending, true) => self.stop_pending(observed),
            (Status::Suspended, true) => self.delete_if_due(observed),
            (Status::Suspended, false) => self.suspended_but_wanted(observed),
            (Status::Active | Status::Pending, false) => self.fields(observed),
        }
    }

    /// A deletion made in MitID Erhverv is never undone by itself.
    fn gone(&mut self) {
        if self.departure().is_some() || self.subject.hold.is_some() {
            return;
        }
        self.drift(Field::Status, "Active", "Gone");
        match self.ask(About::DeletedThere) {
            Some(Verdict::No) => self.create(),
            Some(_) => {}
            None => self.out_of_step(),
        }
    }

    fn stop_reason(&self) -> Option<Reason> {
        match (&self.subject.hold, self.departure()) {
            (Some(hold), _) => Some(Reason::Ordered { by: hold.by.clone(), why: hold.why.clone() }),
            (None, Some(departure)) => Some(Reason::Left(departure.clone())),
            (None, None) => None,
        }
    }

    fn suspend(&mut self, observed: &Observed) {
        if let Some(reason) = self.stop_reason() {
            self.plan(Action::Suspend(observed.uuid), BTreeSet::from([Field::Status]), reason);
        }
    }

    /// A leaver who never activated is deleted; a person's own order to suspend is carried out as it stands.
    fn stop_pending(&mut self, observed: &Observed) {
        match (self.departure(), &self.subject.hold) {
            (Some(departure), None) => {
                let reason = Reason::NeverActivated(departure.clone());
                self.plan(Action::Delete(observed.uuid), BTreeSet::from([Field::Status]), reason);
            }
            _ => self.suspend(observed),
        }
    }

    fn delete_if_due(&mut self, observed: &Observed) {
        let days = self.situation.organisation.settings.delete_after_days;
        if let Some(departure) = self.departure()
            && days_after(departure.on, days) < self.situation.today
        {
            let reason = Reason::LeftLongAgo { left: departure.clone(), days };
            self.plan(Action::Delete(observed.uuid), BTreeSet::from([Field::Status]), reason);
        }
    }

    /// Ours: reactivate, then the fields. Made in MitID Erhverv: a question, never undone by itself.
    fn suspended_but_wanted(&mut self, observed: &'a Observed) {
        if matches!(self.desired().presence, Presence::Ahead(_)) {
            return;
        }
        let ours = self.subject.written.get(&Field::Status).is_some_and(|status| status == "Suspended");
        let reason = if ours {
            Some(Reason::CameBack { source: self.desired().source.clone() })
        } else {
            self.drift(Field::Status, "Active", "Suspended");
            match self.ask(About::SuspendedThere) {
                Some(Verdict::No) => Some(self.answered(&About::SuspendedThere)),
                Some(_) => None,
                None => return self.out_of_step(),
            }
        };
        if let Some(reason) = reason {
            self.plan(Action::Reactivate(observed.uuid), BTreeSet::from([Field::Status]), reason);
            self.fields(observed);
        }
    }

    // ---- fields ----

    fn fields(&mut self, observed: &'a Observed) {
        let desired = self.desired().fields(self.situation.organisation);
        let mut changed: BTreeMap<Field, Reason> = BTreeMap::new();
        for (field, ours) in &desired {
            let Some(theirs) = observed.field(*field) else { continue };
            if !field.same(ours, theirs)
                && let Some(reason) = self.differing(*field, ours, theirs)
            {
                changed.insert(*field, reason);
            }
        }
        self.cpr(observed, &mut changed);
        self.pseudonym(observed);
        self.user_name(observed);
        self.write(observed, changed);
    }

    /// The reason to write our value, or `None` where theirs stands or a human must say.
    fn differing(&mut self, field: Field, ours: &str, theirs: &str) -> Option<Reason> {
        let written = self.subject.written.get(&field);
        let they_changed = written.is_some_and(|written| !field.same(written, theirs));
        let we_changed = written.is_none_or(|written| !field.same(written, ours));
        if field == Field::InvoiceMethod {
            // The IdM API has no call that changes it.
            self.ask(About::Obstacle(Obstacle::InvoiceMethodDiffers));
            return None;
        }
        let source = self.desired().source.clone();
        match self.situation.organisation.settings.owner(field) {
            Owner::Remote => None,
            Owner::Local => {
                if they_changed {
                    self.drift(field, ours, theirs);
                }
                Some(if we_changed { Reason::Changed { source } } else { Reason::Overruled })
            }
            Owner::Ask if written.is_some() && !they_changed => Some(Reason::Changed { source }),
            Owner::Ask => self.ask_about_field(field, ours, theirs),
        }
    }

    fn ask_about_field(&mut self, field: Field, ours: &str, theirs: &str) -> Option<Reason> {
        let about = About::FieldDiffers { field, ours: ours.to_owned(), theirs: theirs.to_owned() };
        match self.ask(about.clone()) {
            Some(Verdict::Yes) => None,
            Some(_) => Some(self.answered(&about)),
            None => {
                self.drift(field, ours, theirs);
                None
            }
        }
    }

    /// A CPR number that differs is always a question.
    fn cpr(&mut self, observed: &Observed, changed: &mut BTreeMap<Field, Reason>) {
        let (Some(ours), Some(theirs)) = (&self.desired().cpr, &observed.cpr) else { return };
        if ours == theirs {
            return;
        }
        match self.ask(About::CprDiffers) {
            Some(Verdict::Yes) => {
                changed.insert(Field::Cpr, self.answered(&About::CprDiffers));
            }
            Some(_) => {}
            None => self.out_of_step(),
        }
    }

    fn pseudonym(&mut self, observed: &Observed) {
        if self.desired().pseudonym && observed.field(Field::Pseudonym) == Some("false") {
            self.ask(About::PseudonymLater);
        }
    }

    fn user_name(&mut self, observed: &Observed) {
        let organisation = self.situation.organisation;
        if organisation.variant != Variant::LocalIdp {
            return;
        }
        let local = |one: &&crate::Authenticator| one.kind.to_lowercase().starts_with("local");
        let theirs = observed.authenticators.iter().find(local).and_then(|one| one.id.clone());
        if let (Some(from), Some(to)) = (theirs, self.subject.subject_name_id(organisation))
            && from.to_lowercase() != to.to_lowercase()
        {
            self.ask(About::ChangedUserName { from, to });
        }
    }

    /// The calls that write what changed. Which profile call depends on the status (reference/idm-api.md §2.5).
    fn write(&mut self, observed: &Observed, mut changed: BTreeMap<Field, Reason>) {
        let signing = changed.remove(&Field::Signing);
        let fields: BTreeSet<Field> = changed.keys().copied().collect();
        if let Some((_, reason)) = changed.into_iter().next()
            && let Some(action) = self.profile_call(observed, &fields)
        {
            self.plan(action, fields, reason);
        }
        if let Some(reason) = signing {
            let allow = self.desired().wants_signing(self.situation.organisation);
            self.plan(Action::SetSigning(observed.uuid, allow), BTreeSet::from([Field::Signing]), reason);
        }
    }

    fn profile_call(&mut self, observed: &Observed, fields: &BTreeSet<Field>) -> Option<Action> {
        let desired = self.desired();
        let complete = desired.given_name.is_some() && desired.surname.is_some();
        let Some(email) = desired.email.clone() else {
            self.ask(About::Obstacle(Obstacle::NoEmail));
            return None;
        };
        if !complete {
            self.ask(About::Obstacle(Obstacle::NoName));
            return None;
        }
        let only_email = fields.iter().all(|field| *field == Field::Email);
        if only_email && observed.status != Status::Pending {
            return Some(Action::UpdateEmail(observed.uuid, email));
        }
        // A CPR number that nobody asked to change stays as it is there.
        let cpr = if fields.contains(&Field::Cpr) { desired.cpr } else { observed.cpr };
        let profile = Profile {
            given_name: desired.given_name.clone()?,
            surname: desired.surname.clone()?,
            email,
            cpr: cpr.or(desired.cpr),
            level: self.situation.organisation.settings.created_level(),
        };
        Some(match observed.status {
            Status::Pending => Action::UpdateDraft(observed.uuid, profile),
            _ => Action::UpdateProfile(observed.uuid, profile),
        })
    }

    // ---- telling ----

    fn plan(&mut self, action: Action, fields: BTreeSet<Field>, reason: Reason) {
        self.out_of_step();
        let field = fields.iter().next().copied().unwrap_or(Field::Status);
        if self.subject.given_up.contains(&action) {
            self.drift(field, action.kind(), "given up");
            return;
        }
        let desired = self.desired();
        let (identity, label) = (Some(desired.identity), desired.label());
        self.to.operations.push(Operation { identity, label, action, fields, reason });
    }

    /// Raises a question and returns the answer that a human gave to exactly this one.
    fn ask(&mut self, about: About) -> Option<Verdict> {
        let desired = self.desired();
        let question = Question { identity: Some(desired.identity), label: desired.label(), about };
        let key = question.key();
        let answer = self.situation.answers.get(&key).map(|answer| answer.verdict);
        self.to.raised.insert(key);
        if answer.is_none() {
            self.out_of_step();
            self.to.questions.push(question);
        }
        answer
    }

    fn answered(&self, about: &About) -> Reason {
        let desired = self.desired();
        let question =
            Question { identity: Some(desired.identity), label: desired.label(), about: about.clone() };
        let by = self.situation.answers.get(&question.key()).map(|answer| answer.by.clone());
        Reason::Answered { by: by.unwrap_or_default() }
    }

    fn drift(&mut self, field: Field, ours: &str, theirs: &str) {
        self.out_of_step();
        let identity = self.desired().identity;
        self.to.drift.push(Drift { identity, field, ours: ours.to_owned(), theirs: theirs.to_owned() });
    }

    fn out_of_step(&mut self) {
        self.to.out_of_step.insert(self.desired().identity);
    }
}

/// What the plan costs: 20 DKK for each created user beyond the third (mitid-erhverv.dk, prices).
pub fn cost_dkk(existing: usize, operations: &[Operation]) -> u64 {
    const FREE_USERS: usize = 3;
    const DKK_PER_USER: u64 = 20;
    let created = operations.iter().filter(|one| matches!(one.action, Action::Create(_))).count();
    let paid = |users: usize| users.saturating_sub(FREE_USERS) as u64;
    DKK_PER_USER * (paid(existing + created) - paid(existing))
}
