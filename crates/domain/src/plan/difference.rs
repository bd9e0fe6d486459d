//! An identity that is there and wanted: which of its fields differ, who owns them, and which call writes them.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use crate::{
    About, Action, Authenticator, Cpr, Field, Level, Observed, Obstacle, Owner, Profile, Reason, Status,
    Variant, Verdict, plan::decision::Decision,
};

impl<'a> Decision<'a, '_> {
    pub(super) fn differences(&mut self, observed: &'a Observed) {
        if let Some(level) = unknown_level(observed) {
            self.ask(About::Obstacle(Obstacle::UnknownLevel { level }));
            return;
        }
        let desired = self.desired().fields(self.situation().organisation);
        let mut changed: BTreeMap<Field, Reason> = BTreeMap::new();
        for (field, ours) in &desired {
            let Some(theirs) = observed.field(*field) else { continue };
            if !field.same(ours, theirs)
                && let Some(reason) = self.differing(*field, ours, theirs)
            {
                changed.insert(*field, reason);
            }
        }
        if changed.contains_key(&Field::Email)
            && observed.status == Status::Pending
            && !self.may_share_email()
        {
            changed.remove(&Field::Email);
        }
        self.cpr(observed, &mut changed);
        self.pseudonym(observed);
        self.user_name(observed);
        self.write(observed, changed);
    }

    /// The reason to write our value, or `None` where theirs stands or a human must say.
    fn differing(&mut self, field: Field, ours: &str, theirs: &str) -> Option<Reason> {
        let owner = self.situation().organisation.settings.owner(field);
        if owner == Owner::Remote {
            return None;
        }
        if field == Field::InvoiceMethod {
            // The IdM API has no call that changes it.
            self.ask(About::Obstacle(Obstacle::InvoiceMethodDiffers));
            return None;
        }
        let written = self.written.get(&field);
        let they_changed = written.is_some_and(|written| !field.same(written, theirs));
        let we_changed = written.is_none_or(|written| !field.same(written, ours));
        let source = self.desired().source.clone();
        if owner == Owner::Ask && (written.is_none() || they_changed) {
            return self.ask_about_field(field, ours, theirs);
        }
        if they_changed {
            self.drift(field, ours, theirs);
        }
        Some(if we_changed { Reason::Changed { source } } else { Reason::Overruled })
    }

    fn ask_about_field(&mut self, field: Field, ours: &str, theirs: &str) -> Option<Reason> {
        let about = About::FieldDiffers { field, ours: ours.to_owned(), theirs: theirs.to_owned() };
        match self.ask(about.clone()) {
            Some(Verdict::Yes) => None,
            Some(Verdict::No) => Some(self.answered(&about)),
            Some(Verdict::Other(_)) | None => {
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
        let about = About::CprDiffers { ours: ours.masked(), theirs: theirs.masked() };
        if self.ask(about.clone()) == Some(Verdict::Yes) {
            match self.obstacle_in_cpr() {
                Some(obstacle) => drop(self.ask(About::Obstacle(obstacle))),
                None => drop(changed.insert(Field::Cpr, self.answered(&about))),
            }
        }
    }

    fn pseudonym(&mut self, observed: &Observed) {
        if self.desired().pseudonym && observed.field(Field::Pseudonym) == Some("false") {
            self.ask(About::PseudonymLater);
        }
    }

    fn user_name(&mut self, observed: &Observed) {
        let organisation = self.situation().organisation;
        if organisation.variant != Variant::LocalIdp {
            return;
        }
        let local = |one: &&Authenticator| one.kind.to_lowercase().starts_with("local");
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
            let allow = self.desired().wants_signing(self.situation().organisation);
            self.plan(Action::SetSigning(observed.uuid, allow), BTreeSet::from([Field::Signing]), reason);
        }
    }

    fn profile_call(&mut self, observed: &Observed, fields: &BTreeSet<Field>) -> Option<Action> {
        let profile = self.profile(observed, fields)?;
        let only_email = fields.iter().all(|field| *field == Field::Email);
        Some(match observed.status {
            Status::Pending => Action::UpdateDraft(observed.uuid, profile),
            _ if only_email => Action::UpdateEmail(observed.uuid, profile.email),
            _ => Action::UpdateProfile(observed.uuid, profile),
        })
    }

    /// The call writes all of its fields, so it carries theirs wherever ours is not to be written.
    fn profile(&mut self, observed: &Observed, fields: &BTreeSet<Field>) -> Option<Profile> {
        let desired = self.desired();
        let given_name = value(observed, fields, Field::GivenName, desired.given_name.as_ref());
        let surname = value(observed, fields, Field::Surname, desired.surname.as_ref());
        let Some(email) = value(observed, fields, Field::Email, desired.email.as_ref()) else {
            self.ask(About::Obstacle(Obstacle::NoEmail));
            return None;
        };
        let (Some(given_name), Some(surname)) = (given_name, surname) else {
            self.ask(About::Obstacle(Obstacle::NoName));
            return None;
        };
        let ours = self.situation().organisation.settings.created_level();
        let theirs = observed.field(Field::Level).and_then(Level::from_wire_name);
        let level = theirs.filter(|_| !fields.contains(&Field::Level)).unwrap_or(ours);
        Some(Profile { given_name, surname, email, cpr: self.cpr_to_write(observed, fields), level })
    }

    fn cpr_to_write(&self, observed: &Observed, fields: &BTreeSet<Field>) -> Option<Cpr> {
        let ours = self.desired().cpr;
        if fields.contains(&Field::Cpr) { ours } else { observed.cpr.or(ours) }
    }
}

/// Ours where it is to be written or where they show none, else theirs.
fn value<T: FromStr + Clone>(
    observed: &Observed,
    fields: &BTreeSet<Field>,
    field: Field,
    ours: Option<&T>,
) -> Option<T> {
    let theirs = observed.field(field).filter(|_| !fields.contains(&field));
    theirs.and_then(|text| text.parse().ok()).or_else(|| ours.cloned())
}

fn unknown_level(observed: &Observed) -> Option<String> {
    let level = observed.field(Field::Level)?;
    Level::from_wire_name(level).is_none().then(|| level.to_owned())
}
