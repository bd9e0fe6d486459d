//! The decision about one subject: is it there, should it be there, and who must say so.

use std::collections::{BTreeSet, HashMap};

use crate::{
    About, Action, Assessment, Departure, Desired, Drift, Field, Fields, IdentityId, MatchEvidence, Observed,
    Obstacle, Operation, PersonId, Presence, Question, Reason, RemoteUuid, Sight, Situation, Status, Subject,
    Verdict, matching::Match, organisation::days_after,
};

/// A person who has an address, with the label for the question to the others who have it.
pub(super) type PersonByEmail = (PersonId, String);

/// What all decisions look at.
pub(super) struct Common<'a> {
    pub situation: Situation<'a>,
    pub unlinked: HashMap<RemoteUuid, &'a Observed>,
    pub shared_emails: HashMap<String, Vec<PersonByEmail>>,
    pub claims: HashMap<RemoteUuid, usize>,
}

/// The decision about one subject.
pub(super) struct Decision<'a, 'b> {
    pub common: &'b Common<'a>,
    pub subject: &'a Subject,
    /// What we last wrote to the identity that is decided about.
    pub written: &'a Fields,
    pub to: &'b mut Assessment,
}

static NOTHING: Fields = Fields::new();

/// The identity in MitID Erhverv that this subject is to take over: a sure match, or what a human chose.
pub(super) fn claim(situation: Situation<'_>, subject: &Subject, found: &Match) -> Option<RemoteUuid> {
    let candidates = match found {
        Match::Sure(uuid, _) => return Some(*uuid),
        Match::Doubtful(candidates) => candidates,
    };
    let question = question(&subject.desired, About::Match { candidates: candidates.clone() });
    match (situation.answers.get(&question.key())?.verdict, candidates.as_slice()) {
        (Verdict::Yes, [only]) => Some(only.uuid),
        (Verdict::Other(uuid), _) => Some(uuid),
        (Verdict::Yes | Verdict::No, _) => None,
    }
}

fn question(desired: &Desired, about: About) -> Question {
    Question { identity: Some(desired.identity), label: desired.label(), about }
}

impl<'a, 'b> Decision<'a, 'b> {
    pub fn new(common: &'b Common<'a>, subject: &'a Subject, to: &'b mut Assessment) -> Self {
        Self { common, subject, written: &subject.written, to }
    }

    pub fn decide(&mut self, found: Option<&Match>) {
        match (self.subject.link, &self.subject.observed) {
            (Some(_), Some(observed)) if observed.sight != Sight::Gone => self.linked(observed),
            (Some(uuid), None) => self.never_read(uuid),
            _ => self.not_there(found),
        }
    }

    pub fn situation(&self) -> Situation<'a> {
        self.common.situation
    }

    pub fn desired(&self) -> &'a Desired {
        &self.subject.desired
    }

    fn departure(&self) -> Option<&'a Departure> {
        match &self.desired().presence {
            Presence::Left(departure) => Some(departure),
            Presence::Ahead(_) | Presence::Employed => None,
        }
    }

    /// Whether there should be an identity today.
    fn is_wanted(&self) -> bool {
        let ahead = self.situation().organisation.settings.create_days_ahead;
        let due = match &self.desired().presence {
            Presence::Left(_) => false,
            Presence::Employed => true,
            Presence::Ahead(start) => *start <= days_after(self.situation().today, ahead),
        };
        due && self.subject.hold.is_none()
    }

    // ---- not there ----

    /// Somebody may have made the identity in the portal: what is found goes before what would be created.
    fn not_there(&mut self, found: Option<&Match>) {
        match found {
            Some(Match::Sure(uuid, evidence)) => self.adopt(*uuid, *evidence),
            Some(doubtful @ Match::Doubtful(candidates)) => {
                let about = About::Match { candidates: candidates.clone() };
                match self.ask(about.clone()) {
                    Some(Verdict::No) => self.missing(),
                    Some(_) => self.adopt_chosen(doubtful, about),
                    None => {}
                }
            }
            None => self.missing(),
        }
    }

    fn missing(&mut self) {
        if self.is_wanted() && (self.subject.link.is_none() || self.may_come_again()) {
            self.create();
        }
    }

    /// A deletion made in MitID Erhverv is never undone by itself.
    fn may_come_again(&mut self) -> bool {
        match self.ask(About::DeletedThere) {
            Some(Verdict::Yes) => false,
            Some(Verdict::No) => true,
            Some(Verdict::Other(_)) | None => {
                self.drift(Field::Status, "Active", "Gone");
                false
            }
        }
    }

    /// An answer that chose nothing that can be had leaves the question open.
    fn adopt_chosen(&mut self, doubtful: &Match, about: About) {
        let free = |uuid: &RemoteUuid| {
            self.common.claims.get(uuid) == Some(&1)
                && self.common.unlinked.get(uuid).is_some_and(|one| one.sight != Sight::Gone)
        };
        match claim(self.situation(), self.subject, doubtful).filter(free) {
            Some(uuid) => self.adopt(uuid, MatchEvidence::Human),
            None => self.put(question(self.desired(), about)),
        }
    }

    /// Waits until the identity has been read by itself: only that shows administrator roles, which the guard
    /// must know, and what would have to be written.
    fn adopt(&mut self, uuid: RemoteUuid, evidence: MatchEvidence) {
        let Some(observed) = self.common.unlinked.get(&uuid).copied() else { return self.out_of_step() };
        let readable = observed.sight == Sight::Seen && observed.detailed_at.is_some();
        if !readable {
            return self.wait();
        }
        self.written = &NOTHING;
        let known = !matches!(observed.status, Status::Other(_));
        if !known || self.plan(Action::Adopt(uuid), BTreeSet::new(), Reason::Matched { evidence }) {
            self.linked(observed);
        }
    }

    // ---- there ----

    /// Linked, but not read since: the next read tells, and nothing is planned on a guess. A person's own order
    /// to stop it is no guess.
    fn never_read(&mut self, uuid: RemoteUuid) {
        self.wait();
        if let Some(hold) = &self.subject.hold {
            let reason = Reason::Ordered { by: hold.by.clone(), why: hold.why.clone() };
            self.plan(Action::Suspend(uuid), BTreeSet::from([Field::Status]), reason);
        }
    }

    fn linked(&mut self, observed: &'a Observed) {
        if observed.sight == Sight::NotSeen {
            return self.wait();
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
            (Status::Active | Status::Pending, false) => {
                self.differences(observed);
                self.rights(observed);
            }
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
        if self.is_suspended_by_us() {
            self.drift(Field::Status, "Suspended", observed.status.wire_name());
        }
        if let Some(reason) = self.stop_reason() {
            self.plan(Action::Suspend(observed.uuid), BTreeSet::from([Field::Status]), reason);
        }
    }

    /// A leaver who never activated is deleted. Who is only held is suspended: at once if they may have activated since
    /// they were seen, else as soon as they are seen to have, because MitID Erhverv suspends active identities only.
    fn stop_pending(&mut self, observed: &Observed) {
        match self.departure() {
            Some(departure) => {
                let reason = Reason::NeverActivated(departure.clone());
                self.plan(Action::Delete(observed.uuid), BTreeSet::from([Field::Status]), reason);
            }
            None if self.subject.hold.as_ref().is_some_and(|hold| hold.at <= observed.seen_at) => {
                self.ask(About::Obstacle(Obstacle::HeldBeforeActivation));
            }
            None => self.suspend(observed),
        }
    }

    fn delete_if_due(&mut self, observed: &Observed) {
        let days = self.situation().organisation.settings.delete_after_days;
        if let Some(departure) = self.departure()
            && days_after(departure.on, days) < self.situation().today
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
        let reason = if self.is_suspended_by_us() {
            Reason::CameBack { source: self.desired().source.clone() }
        } else {
            match self.ask(About::SuspendedThere) {
                Some(Verdict::Yes) => return,
                Some(Verdict::No) => self.answered(&About::SuspendedThere),
                Some(Verdict::Other(_)) | None => return self.drift(Field::Status, "Active", "Suspended"),
            }
        };
        if self.plan(Action::Reactivate(observed.uuid), BTreeSet::from([Field::Status]), reason) {
            self.differences(observed);
        }
    }

    fn is_suspended_by_us(&self) -> bool {
        self.written.get(&Field::Status).is_some_and(|status| status == Status::Suspended.wire_name())
    }

    // ---- telling ----

    /// Plans an operation, unless a human gave up exactly this one; says whether it is planned. A person's own
    /// order to suspend is withdrawn by `reactivate` and by nothing else.
    pub fn plan(&mut self, action: Action, fields: BTreeSet<Field>, reason: Reason) -> bool {
        self.out_of_step();
        if !self.situation().organisation.may_be_written_to() {
            self.ask(About::Obstacle(Obstacle::RealPeopleForbidden));
            return false;
        }
        let ordered = matches!(reason, Reason::Ordered { .. });
        if !ordered && self.subject.given_up.contains(&action) {
            self.give_up(action, &fields);
            return false;
        }
        let desired = self.desired();
        let (identity, label) = (Some(desired.identity), desired.label());
        let before = self.there(&action).map(|observed| observed.shown(&fields)).unwrap_or_default();
        self.to.operations.push(Operation { identity, label, action, fields, before, reason });
        true
    }

    /// What an action is about, as MitID Erhverv showed it.
    fn there(&self, action: &Action) -> Option<&'a Observed> {
        let uuid = action.uuid()?;
        let linked = self.subject.observed.as_ref().filter(|observed| observed.uuid == uuid);
        linked.or_else(|| self.common.unlinked.get(&uuid).copied())
    }

    fn give_up(&mut self, action: Action, fields: &BTreeSet<Field>) {
        let whole = fields.is_empty() || matches!(action, Action::Create(_));
        let shown = if whole { &BTreeSet::from([Field::Status]) } else { fields };
        for field in shown {
            self.drift(*field, action.kind(), "given up");
        }
        self.to.given_up.push((self.desired().identity, action));
    }

    /// Raises a question and returns the answer that a human gave to exactly this one.
    pub fn ask(&mut self, about: About) -> Option<Verdict> {
        let question = question(self.desired(), about);
        let answer = self.situation().answers.get(&question.key());
        let verdict = answer.map(|answer| answer.verdict).filter(|verdict| question.about.takes(*verdict));
        if verdict.is_some() {
            self.to.raised.insert(question.key());
        } else {
            self.put(question);
        }
        verdict
    }

    /// Puts a question to a human, once.
    fn put(&mut self, question: Question) {
        self.out_of_step();
        let mut asked = self.to.questions.iter().rev().take_while(|one| one.identity == question.identity);
        if !asked.any(|one| one.about == question.about) {
            self.to.raised.insert(question.key());
            self.to.questions.push(question);
        }
    }

    pub fn answered(&self, about: &About) -> Reason {
        let key = question(self.desired(), about.clone()).key();
        let by = self.situation().answers.get(&key).map(|answer| answer.by.clone());
        Reason::Answered { by: by.unwrap_or_default() }
    }

    pub fn drift(&mut self, field: Field, ours: &str, theirs: &str) {
        self.out_of_step();
        let identity = self.desired().identity;
        self.to.drift.push(Drift { identity, field, ours: ours.to_owned(), theirs: theirs.to_owned() });
    }

    /// Nothing can be decided before the next read, so what a human decided stays decided.
    pub fn wait(&mut self) {
        self.out_of_step();
        let identity: IdentityId = self.desired().identity;
        self.to.undecided.insert(identity);
        let prefix = format!("{identity}/");
        let answered = self.situation().answers.keys().filter(|key| key.starts_with(&prefix));
        self.to.raised.extend(answered.cloned());
        let given_up = self.subject.given_up.iter().map(|action| (identity, action.clone()));
        self.to.given_up.extend(given_up);
    }

    pub fn out_of_step(&mut self) {
        self.to.out_of_step.insert(self.desired().identity);
    }
}
