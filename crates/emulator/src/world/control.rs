//! What the control interface asks of the world: look, break, shift the clock, begin anew.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

use super::World;
use super::change::Kind;
use super::employee::Employee;
use super::faults::{self, Fault, FaultError};
use super::log::RequestEntry;
use super::organisation::{Mail, Organisation, OrganisationSettings};

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the clock cannot be shifted by {seconds} seconds: the date would leave the calendar")]
pub struct ClockError {
    seconds: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no organisation {cvr:?} to reset; give the CVR number of one that the emulator has, or null for all"
)]
pub struct ResetError {
    cvr: String,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SeedError {
    #[error("there is no organisation {cvr:?} to add people to")]
    Organisation { cvr: String },
    #[error("user {uuid} cannot be added: the UUID, the number or the subjectNameId is already there")]
    Taken { uuid: Uuid },
}

impl World {
    /// Everything, unmasked: the people are invented and the port is on loopback.
    pub fn state(&self) -> Value {
        json!({ "organisations": self.organisations.values().map(organisation_state).collect::<Vec<_>>() })
    }

    /// The calls after the given sequence number, oldest first.
    pub fn requests(&self, since: u64) -> Vec<RequestEntry> {
        self.requests.since(since).cloned().collect()
    }

    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// Replaces the fault plan; an empty list ends it.
    pub fn set_faults(&mut self, plan: Vec<Fault>) -> Result<(), FaultError> {
        faults::check(&plan)?;
        self.commit(Kind::Faults(plan));
        Ok(())
    }

    /// Sets how far the clock of this world is ahead of real time; 0 sets it right again.
    pub fn shift_clock(&mut self, seconds: i64, now: Timestamp) -> Result<(), ClockError> {
        now.checked_add(SignedDuration::from_secs(seconds)).map_err(|_| ClockError { seconds })?;
        self.commit(Kind::ClockShift { seconds });
        Ok(())
    }

    /// Empties one organisation, or all with faults and clock as well. Settings, tokens and log stay.
    pub fn reset(&mut self, cvr: Option<&str>) -> Result<(), ResetError> {
        let chosen: Vec<Organisation> = self
            .organisations
            .values()
            .filter(|organisation| cvr.is_none_or(|cvr| cvr == organisation.settings.cvr))
            .map(Organisation::emptied)
            .collect();
        if let Some(cvr) = cvr.filter(|_| chosen.is_empty()) {
            return Err(ResetError { cvr: cvr.to_owned() });
        }
        let planned = self.planned.values().filter(|planned| cvr.is_none_or(|cvr| cvr == planned.cvr));
        let settled: Vec<Kind> =
            planned.map(|planned| Kind::Settled { sequence: planned.sequence }).collect();
        let emptied = chosen.into_iter().map(|organisation| Kind::Organisation(Box::new(organisation)));
        for change in settled.into_iter().chain(emptied) {
            self.commit(change);
        }
        if cvr.is_none() {
            self.commit(Kind::Faults(Vec::new()));
            self.commit(Kind::ClockShift { seconds: 0 });
        }
        Ok(())
    }

    /// Puts users there as if somebody had made them in the portal long ago; fields are not checked.
    /// All of them or, if one cannot be added, none.
    pub fn seed(&mut self, cvr: &str, employees: &[Employee]) -> Result<(), SeedError> {
        let missing = || SeedError::Organisation { cvr: cvr.to_owned() };
        let mut seeded = self.organisations.get(cvr).ok_or_else(missing)?.clone();
        for employee in employees {
            let uuid = employee.uuid;
            let taken = seeded.employees.contains_key(&uuid)
                || employee.id < seeded.next_id
                    && seeded.employees.values().any(|other| other.id == employee.id)
                || employee.subject_name_id().is_some_and(|name| seeded.subject_name_taken(name));
            if taken {
                return Err(SeedError::Taken { uuid });
            }
            seeded.put(employee.clone());
        }
        self.commit(Kind::Organisation(Box::new(seeded)));
        Ok(())
    }

    pub fn organisations(&self) -> impl Iterator<Item = &OrganisationSettings> {
        self.organisations.values().map(|organisation| &organisation.settings)
    }

    /// The users of an organisation, by UUID.
    pub fn employees(&self, cvr: &str) -> impl Iterator<Item = &Employee> {
        self.organisations.get(cvr).into_iter().flat_map(|organisation| organisation.employees.values())
    }

    pub fn employee(&self, cvr: &str, uuid: Uuid) -> Option<&Employee> {
        self.organisations.get(cvr)?.employees.get(&uuid)
    }

    /// The mails that were sent, oldest first.
    pub fn mailbox(&self, cvr: &str) -> &[Mail] {
        self.organisations.get(cvr).map_or(&[], |organisation| &organisation.mailbox)
    }

    /// The rights that can be given, with their names.
    pub fn catalogue(&self, cvr: &str) -> Vec<(Uuid, String)> {
        let rights = self.organisations.get(cvr).into_iter().flat_map(|organisation| &organisation.catalogue);
        rights.map(|right| (right.uuid, right.name.clone())).collect()
    }

    /// Whether a call with a broken connection or a delayed activation is still to take effect.
    pub fn has_planned(&self) -> bool {
        !self.planned.is_empty()
    }
}

fn organisation_state(organisation: &Organisation) -> Value {
    let cvr = &organisation.settings.cvr;
    let mailbox = organisation.mailbox.iter().map(|mail| {
        json!({
            "to": mail.to,
            "name": mail.name,
            "employeeUuid": mail.employee_uuid,
            "sentAt": mail.sent_at,
            "expiresAt": mail.expires_at,
            "link": mail.link(cvr),
        })
    });
    json!({
        "cvr": cvr,
        "name": organisation.settings.name,
        "variant": organisation.settings.variant,
        "employees": organisation.employees.values().collect::<Vec<_>>(),
        "deleted": organisation.deleted,
        "catalogue": organisation.catalogue,
        "mailbox": mailbox.collect::<Vec<_>>(),
    })
}
