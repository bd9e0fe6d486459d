//! One organisation (CVR number): its settings, its users, and what it once had.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::catalogue::{self, ProductionUnit, Right};
use super::employee::{Employee, Level, Scope};

/// How MitID Erhverv treats the organisation. What the contract leaves open is a switch here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own, in any combination")]
pub struct OrganisationSettings {
    pub cvr: String,
    pub name: String,
    pub variant: Variant,
    /// Refuses everything that the contract does not clearly permit.
    pub strict: bool,
    /// No identity above this level (strict only); `Low` when the organisation is not notified.
    pub nsis_notified: Level,
    pub pseudonym_allowed: bool,
    pub private_mitid_allowed: bool,
    pub signing_allowed: bool,
    pub invoice_methods: Vec<Uuid>,
    pub free_subject_name_id_on_delete: bool,
    pub rights_kept_on_suspend: bool,
    /// Off: giving a right to a Pending user is answered with 400 (strict only).
    pub rights_for_pending: bool,
    /// Answers the operations that clients once used and dropped since.
    pub legacy: bool,
    /// How long a Local IdP user stays Pending after creation.
    pub activation_delay: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Variant {
    Light,
    LocalIdp,
}

impl OrganisationSettings {
    /// A strict Light organisation without NSIS notification.
    pub fn light(cvr: &str, name: &str) -> Self {
        Self {
            cvr: cvr.to_owned(),
            name: name.to_owned(),
            variant: Variant::Light,
            strict: true,
            nsis_notified: Level::Low,
            pseudonym_allowed: true,
            private_mitid_allowed: true,
            signing_allowed: true,
            invoice_methods: vec![catalogue::invoice_method(cvr)],
            free_subject_name_id_on_delete: true,
            rights_kept_on_suspend: true,
            rights_for_pending: true,
            legacy: false,
            activation_delay: Duration::ZERO,
        }
    }

    /// A strict organisation with a Local IdP, notified at Substantial.
    pub fn local_idp(cvr: &str, name: &str) -> Self {
        Self { variant: Variant::LocalIdp, nsis_notified: Level::Substantial, ..Self::light(cvr, name) }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Organisation {
    pub settings: OrganisationSettings,
    pub employees: BTreeMap<Uuid, Employee>,
    pub deleted: Vec<Deleted>,
    pub mailbox: Vec<Mail>,
    pub groups: BTreeMap<Uuid, Group>,
    pub catalogue: Vec<Right>,
    pub se_numbers: Vec<String>,
    pub production_units: Vec<ProductionUnit>,
    pub next_id: i64,
    /// Who holds which subjectNameId, in lower case; also deleted users where the name stays taken.
    subject_names: BTreeMap<String, Uuid>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Deleted {
    pub uuid: Uuid,
    pub at: Timestamp,
}

/// A mail that MitID Erhverv has sent: in Light the activation link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Mail {
    pub to: String,
    pub name: String,
    pub employee_uuid: Uuid,
    pub sent_at: Timestamp,
    pub expires_at: Timestamp,
    pub code: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Group {
    pub uuid: Uuid,
    pub name: String,
    pub description: Option<String>,
    pub organization_group_identifier: Option<String>,
    pub scope: Scope,
    pub role_uuids: Vec<Uuid>,
}

impl Mail {
    /// The link in the mail, as a path of the page for people.
    pub fn link(&self, cvr: &str) -> String {
        format!("/activate/{cvr}/{}/{}", self.employee_uuid, self.code)
    }
}

impl Organisation {
    pub fn new(settings: OrganisationSettings) -> Self {
        Self {
            employees: BTreeMap::new(),
            deleted: Vec::new(),
            mailbox: Vec::new(),
            groups: BTreeMap::new(),
            catalogue: catalogue::rights(),
            se_numbers: catalogue::se_numbers(&settings.cvr),
            production_units: catalogue::production_units(&settings.cvr, &settings.name),
            next_id: 1_000_001,
            subject_names: BTreeMap::new(),
            settings,
        }
    }

    pub fn is_light(&self) -> bool {
        self.settings.variant == Variant::Light
    }

    pub fn right(&self, uuid: Uuid) -> Option<&Right> {
        self.catalogue.iter().find(|right| right.uuid == uuid)
    }

    /// Names are compared without regard to case; a suspended user keeps the name.
    pub fn subject_name_taken(&self, subject_name_id: &str) -> bool {
        self.subject_names.contains_key(&subject_name_id.to_lowercase())
    }

    pub fn put(&mut self, employee: Employee) {
        self.next_id = self.next_id.max(employee.id + 1);
        if let Some(former) = self.employees.get(&employee.uuid).and_then(Employee::subject_name_id) {
            let former = former.to_lowercase();
            self.subject_names.remove(&former);
        }
        if let Some(name) = employee.subject_name_id() {
            self.subject_names.insert(name.to_lowercase(), employee.uuid);
        }
        self.employees.insert(employee.uuid, employee);
    }

    pub fn remove(&mut self, deleted: Deleted) {
        let removed = self.employees.remove(&deleted.uuid);
        let name = removed.as_ref().and_then(Employee::subject_name_id);
        if let Some(name) = name.filter(|_| self.settings.free_subject_name_id_on_delete) {
            self.subject_names.remove(&name.to_lowercase());
        }
        self.deleted.push(deleted);
    }

    /// Settings and registry data stay, everything that calls have caused goes.
    pub fn emptied(&self) -> Self {
        Self { next_id: self.next_id, ..Self::new(self.settings.clone()) }
    }
}
