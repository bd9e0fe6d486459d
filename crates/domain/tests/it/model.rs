//! MitID Erhverv as a few lines: the effect of each action on what is there and on what we remember of it.

use std::collections::HashMap;

use domain::{
    Action, Answer, Assessment, Field, Fields, Hold, NewIdentity, Observed, Operation, Organisation, Profile,
    RemoteUuid, Situation, Status, Subject, assess,
};
use jiff::civil::Date;

use crate::builders::{Fill, an_identity};

#[derive(Debug, Clone)]
pub struct World {
    pub organisation: Organisation,
    pub today: Date,
    pub subjects: Vec<Subject>,
    pub unlinked: Vec<Observed>,
    pub answers: HashMap<String, Answer>,
    pub to_suspend: HashMap<RemoteUuid, Hold>,
    pub created: usize,
}

impl World {
    pub fn assess(&self) -> Assessment {
        assess(Situation {
            organisation: &self.organisation,
            today: self.today,
            subjects: &self.subjects,
            unlinked: &self.unlinked,
            answers: &self.answers,
            to_suspend: &self.to_suspend,
            rights: None,
        })
    }

    /// Carries out a plan and forgets what the store forgets after it.
    pub fn apply(&mut self, assessment: &Assessment) {
        for operation in &assessment.operations {
            self.carry_out(operation);
        }
        self.answers.retain(|key, _| assessment.raised.contains(key));
        for subject in &mut self.subjects {
            let me = subject.desired.identity;
            subject.given_up.retain(|action| assessment.given_up.contains(&(me, action.clone())));
        }
    }

    fn carry_out(&mut self, operation: &Operation) {
        if operation.identity.is_none() {
            return self.suspend_nobodys(operation);
        }
        let place =
            self.subjects.iter().position(|one| Some(one.desired.identity) == operation.identity).unwrap();
        match &operation.action {
            Action::Create(new) => self.create(place, new),
            Action::Adopt(uuid) => {
                let found = self.unlinked.iter().position(|one| one.uuid == *uuid).unwrap();
                let observed = self.unlinked.remove(found);
                let subject = &mut self.subjects[place];
                (subject.link, subject.observed, subject.written) =
                    (Some(*uuid), Some(observed), Fields::new());
            }
            Action::Delete(uuid) => {
                assert_eq!(self.subjects[place].link.take(), Some(*uuid));
                self.subjects[place].observed = None;
                self.subjects[place].written.remove(&Field::Status);
            }
            other => change(&mut self.subjects[place], other, operation),
        }
    }

    /// Only what somebody decided to suspend is touched, and only so.
    fn suspend_nobodys(&mut self, operation: &Operation) {
        let Action::Suspend(uuid) = operation.action else { panic!("{operation:?} about nobody of ours") };
        assert!(self.to_suspend.contains_key(&uuid), "nobody asked for {operation:?}");
        let observed = self.unlinked.iter_mut().find(|one| one.uuid == uuid).unwrap();
        assert_eq!(observed.status, Status::Active, "MitID Erhverv refuses {operation:?}");
        observed.status = Status::Suspended;
    }

    fn create(&mut self, place: usize, new: &NewIdentity) {
        self.created += 1;
        let subject = &mut self.subjects[place];
        let mut observed = an_identity(&format!("created {}", self.created), Status::Pending)
            .with(subject.desired.fields(&self.organisation), new.cpr);
        observed
            .fields
            .insert(Field::Rid, new.rid.as_ref().map_or("given there".to_owned(), ToString::to_string));
        subject.written = observed.fields.clone();
        subject.link = Some(observed.uuid);
        subject.observed = Some(observed);
    }
}

/// The effect of a call about an identity that is there; panics where MitID Erhverv would refuse it.
fn change(subject: &mut Subject, action: &Action, operation: &Operation) {
    let uuid: RemoteUuid = action.uuid().unwrap();
    assert_eq!(subject.link, Some(uuid), "{action:?} is about somebody else");
    let Some(observed) = &mut subject.observed else {
        assert!(matches!(action, Action::Suspend(_)), "{action:?} on a guess");
        return;
    };
    match (action, &observed.status) {
        // Refused as long as the user has not activated.
        (Action::Suspend(_), Status::Pending) => assert!(subject.hold.is_some()),
        (Action::Suspend(_), Status::Active) => {
            observed.status = Status::Suspended;
            subject.written.insert(Field::Status, "Suspended".to_owned());
        }
        (Action::Reactivate(_), Status::Suspended) => {
            observed.status = Status::Active;
            subject.written.remove(&Field::Status);
        }
        (Action::UpdateDraft(_, profile), Status::Pending)
        | (Action::UpdateProfile(_, profile), Status::Active) => {
            write_profile(observed, profile);
        }
        (Action::UpdateEmail(_, email), Status::Active) => {
            observed.fields.insert(Field::Email, email.to_string());
        }
        (Action::SetSigning(_, allow), Status::Active | Status::Pending) => {
            observed.fields.insert(Field::Signing, allow.to_string());
        }
        (action, status) => panic!("MitID Erhverv refuses {action:?} for {status:?}"),
    }
    for field in &operation.fields {
        if let Some(value) = observed.field(*field) {
            subject.written.insert(*field, value.to_owned());
        }
    }
}

fn write_profile(observed: &mut Observed, profile: &Profile) {
    observed.cpr = profile.cpr;
    let Profile { given_name, surname, email, level, .. } = profile;
    let values = [
        (Field::GivenName, given_name.to_string()),
        (Field::Surname, surname.to_string()),
        (Field::Email, email.to_string()),
        (Field::Level, level.wire_name().to_owned()),
    ];
    observed.fields.extend(values);
}
