//! Creating an identity: what the call carries, and what stands in its way.

use crate::{
    About, Action, Environment, Field, InvoiceChoice, NewIdentity, Obstacle, Reason, Rid, Variant, Verdict,
    cpr::MINIMUM_AGE, plan::decision::Decision,
};

impl Decision<'_, '_> {
    pub(super) fn create(&mut self) {
        if let Some(new) = self.new_identity() {
            let fields = self.desired().fields(self.situation().organisation).into_keys().collect();
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
        let organisation = self.situation().organisation;
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
            rid: desired.rid.clone().or_else(|| self.old_rid()),
            level: organisation.settings.created_level(),
            pseudonym: desired.pseudonym,
            signing: desired.wants_signing(organisation),
            invoice_method,
            subject_name_id: if local { self.subject.subject_name_id(organisation) } else { None },
        })
    }

    /// The RID of the identity that was deleted: who comes back keeps the rights that hang on it elsewhere.
    fn old_rid(&self) -> Option<Rid> {
        let observed = self.subject.observed.as_ref().and_then(|observed| observed.field(Field::Rid));
        let written = self.subject.written.get(&Field::Rid).map(String::as_str);
        Rid::parse(observed.or(written)?).ok()
    }

    fn obstacles_to_creation(&self) -> Vec<Obstacle> {
        let desired = self.desired();
        let mut obstacles = Vec::new();
        if desired.given_name.is_none() || desired.surname.is_none() {
            obstacles.push(Obstacle::NoName);
        }
        if desired.email.is_none() {
            obstacles.push(Obstacle::NoEmail);
        }
        if desired.user_name.is_none() && self.situation().organisation.variant == Variant::LocalIdp {
            obstacles.push(Obstacle::NoUserName);
        }
        obstacles.extend(self.obstacle_in_cpr());
        obstacles.extend(self.obstacle_in_invoice());
        obstacles
    }

    pub(super) fn obstacle_in_cpr(&self) -> Option<Obstacle> {
        let organisation = self.situation().organisation;
        let settings = &organisation.settings;
        let production = organisation.environment == Environment::Production;
        let born = match (&self.desired().cpr, self.desired().birth_date) {
            (Some(cpr), _) if cpr.is_invented() && production && !settings.allow_replacement_cpr => {
                return Some(Obstacle::InventedCpr);
            }
            (Some(cpr), _) => cpr.birth_date(),
            (None, None) => return Some(Obstacle::NoCprNumberNorBirthDate),
            (None, Some(_)) if !settings.create_without_cpr => return Some(Obstacle::NoCprNumber),
            (None, Some(born)) => born,
        };
        let thirteen_on = born.saturating_add(jiff::Span::new().years(i64::from(MINIMUM_AGE)));
        (thirteen_on > self.situation().today).then_some(Obstacle::TooYoung { thirteen_on })
    }

    fn obstacle_in_invoice(&self) -> Option<Obstacle> {
        let organisation = self.situation().organisation;
        match organisation.settings.invoice.choose(self.desired()) {
            InvoiceChoice::UnknownKey(key) => Some(Obstacle::UnknownInvoiceMethod { key: Some(key) }),
            InvoiceChoice::Unset if organisation.environment == Environment::Production => {
                Some(Obstacle::UnknownInvoiceMethod { key: None })
            }
            InvoiceChoice::Method(_) | InvoiceChoice::Unset => None,
        }
    }

    /// In Light the activation link goes to the address, so two people with one address is a question as long as
    /// a link may still be sent. One person with two identities is no stranger to their own mail.
    pub(super) fn may_share_email(&mut self) -> bool {
        let key = self.desired().email.as_ref().map(crate::Email::key);
        let Some(people) = key.and_then(|key| self.common.shared_emails.get(&key)) else { return true };
        let me = self.desired().person;
        let mut others: Vec<String> =
            people.iter().filter(|(person, _)| *person != me).map(|(_, label)| label.clone()).collect();
        if others.is_empty() || self.situation().organisation.variant != Variant::Light {
            return true;
        }
        others.sort();
        let may = self.ask(About::SharedEmail { others }) == Some(Verdict::Yes);
        if !may {
            self.out_of_step();
        }
        may
    }
}
