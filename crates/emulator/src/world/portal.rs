//! What people do in the portal: the user activates, an administrator suspends, deletes, edits, gives
//! and takes rights. None of it passes through the IdM API, so a client finds it as drift.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::World;
use super::change::Kind;
use super::decide;
use super::dice::Dice;
use super::employee::{AssignedRole, Employee, Scope, Status};
use super::organisation::{Deleted, Organisation};

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PortalRequest {
    /// CVR number.
    pub organisation: String,
    pub action: PortalAction,
    pub uuid: Uuid,
    /// `edit`: the new values, with the names of the state.
    #[serde(default)]
    pub fields: Map<String, Value>,
    /// `grant` and `revoke`.
    #[serde(default)]
    pub right: Option<PortalRight>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PortalAction {
    /// The user follows the link of the mail and shows a private MitID.
    Activate,
    /// A new mail with a new link.
    Resend,
    Suspend,
    Reactivate,
    Delete,
    Edit,
    Grant,
    Revoke,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortalRight {
    pub uuid: Uuid,
    pub scope: Scope,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PortalError {
    #[error("organisation {cvr:?} or the user {uuid} in it does not exist")]
    NotFound { cvr: String, uuid: Uuid },
    #[error("the user is {status:?}, so this cannot be done")]
    Status { status: Status },
    #[error("the activation link has expired; send the mail again")]
    LinkExpired,
    #[error("the activation link is not valid (any more); send the mail again")]
    LinkUnknown,
    #[error("the field {name:?} cannot be edited, or its value is of the wrong kind")]
    Field { name: String },
    #[error("the action needs a right that is in the catalogue, with its scope")]
    Right,
}

impl World {
    /// Does what somebody does in the portal.
    pub fn portal(
        &mut self,
        request: &PortalRequest,
        now: Timestamp,
        random: &mut dyn FnMut(&mut [u8]),
    ) -> Result<(), PortalError> {
        self.advance(now);
        let now = self.clock(now);
        let missing = || PortalError::NotFound { cvr: request.organisation.clone(), uuid: request.uuid };
        let organisation = self.organisations.get(&request.organisation).ok_or_else(missing)?;
        let employee = organisation.employees.get(&request.uuid).ok_or_else(missing)?;
        let changes = changes(request, organisation, employee.clone(), now, &mut Dice::new(random))?;
        for change in changes {
            self.commit(change);
        }
        Ok(())
    }

    /// The user opens a link of the mailbox: it must be the last one that was sent.
    pub fn activate_by_link(
        &mut self,
        cvr: &str,
        uuid: Uuid,
        code: &str,
        now: Timestamp,
        random: &mut dyn FnMut(&mut [u8]),
    ) -> Result<(), PortalError> {
        let activation = self.employee(cvr, uuid).and_then(|employee| employee.activation.as_ref());
        if activation.is_none_or(|activation| activation.code != code) {
            return Err(PortalError::LinkUnknown);
        }
        let (organisation, action) = (cvr.to_owned(), PortalAction::Activate);
        self.portal(
            &PortalRequest { organisation, action, uuid, fields: Map::new(), right: None },
            now,
            random,
        )
    }
}

fn changes(
    request: &PortalRequest,
    organisation: &Organisation,
    employee: Employee,
    now: Timestamp,
    dice: &mut Dice,
) -> Result<Vec<Kind>, PortalError> {
    let cvr = || request.organisation.clone();
    let put = |employee| Kind::Employee { cvr: cvr(), employee: Box::new(employee) };
    match request.action {
        PortalAction::Activate => Ok(vec![put(activate(employee, now, dice)?)]),
        PortalAction::Resend => {
            let mut employee = in_status(employee, &[Status::Pending])?;
            let mail = decide::activation_mail(&mut employee, organisation, now, dice);
            Ok(vec![put(employee), mail])
        }
        PortalAction::Suspend => {
            let mut employee = in_status(employee, &[Status::Active])?;
            employee.status = Status::Suspended;
            if !organisation.settings.rights_kept_on_suspend {
                employee.roles.clear();
            }
            Ok(vec![put(employee)])
        }
        PortalAction::Reactivate => {
            let employee = in_status(employee, &[Status::Suspended])?;
            Ok(vec![put(Employee { status: Status::Active, ..employee })])
        }
        PortalAction::Delete => {
            Ok(vec![Kind::EmployeeGone { cvr: cvr(), deleted: Deleted { uuid: employee.uuid, at: now } }])
        }
        PortalAction::Edit => Ok(vec![put(edited(&employee, &request.fields)?)]),
        PortalAction::Grant => Ok(vec![put(with_right(employee, request, organisation)?)]),
        PortalAction::Revoke => {
            let right = request.right.as_ref().ok_or(PortalError::Right)?;
            let mut employee = employee;
            employee.roles.retain(|role| role.uuid != right.uuid || role.scope != right.scope);
            Ok(vec![put(employee)])
        }
    }
}

fn activate(employee: Employee, now: Timestamp, dice: &mut Dice) -> Result<Employee, PortalError> {
    let employee = in_status(employee, &[Status::Pending])?;
    match &employee.activation {
        Some(activation) if activation.expires_at <= now => Err(PortalError::LinkExpired),
        _ => Ok(decide::activated(employee, dice)),
    }
}

fn in_status(employee: Employee, permitted: &[Status]) -> Result<Employee, PortalError> {
    if permitted.contains(&employee.status) {
        Ok(employee)
    } else {
        Err(PortalError::Status { status: employee.status })
    }
}

/// Through the JSON of the state, so that each field is edited by the name it is shown with.
fn edited(employee: &Employee, fields: &Map<String, Value>) -> Result<Employee, PortalError> {
    const FIXED: [&str; 5] = ["uuid", "id", "status", "authenticators", "activation"];
    let mut json = serde_json::to_value(employee).unwrap_or_default();
    let Some(members) = json.as_object_mut() else { return Ok(employee.clone()) };
    let mut changed = employee.clone();
    for (name, value) in fields {
        let wrong = || PortalError::Field { name: name.clone() };
        if FIXED.contains(&name.as_str()) || members.insert(name.clone(), value.clone()).is_none() {
            return Err(wrong());
        }
        changed = serde_json::from_value(Value::Object(members.clone())).map_err(|_| wrong())?;
    }
    Ok(changed)
}

fn with_right(
    mut employee: Employee,
    request: &PortalRequest,
    organisation: &Organisation,
) -> Result<Employee, PortalError> {
    let wanted = request.right.as_ref().ok_or(PortalError::Right)?;
    let right = organisation.right(wanted.uuid).ok_or(PortalError::Right)?;
    let role = AssignedRole { uuid: right.uuid, name: right.name.clone(), scope: wanted.scope.clone() };
    if !employee.roles.contains(&role) {
        employee.roles.push(role);
    }
    Ok(employee)
}
