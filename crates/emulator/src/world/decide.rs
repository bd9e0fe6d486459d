//! What a call does. Each operation is a function that looks at the organisation and returns its answer
//! with the changes it causes; nothing is altered here.

mod checks;
mod create;
mod credentials;
mod groups;
mod lifecycle;
mod profile;
mod read;
mod rights;

use jiff::Timestamp;
use uuid::Uuid;

use super::change::{Event, Kind};
use super::dice::Dice;
use super::employee::Employee;
use super::operation::Operation;
use super::organisation::Organisation;
use super::reply::{ApiResponse, Refusal};

pub(crate) use lifecycle::{activated, activation_mail};

/// A call that has a right to an answer.
pub(crate) struct Call<'a, 'd> {
    pub organisation: &'a Organisation,
    /// The variable segments of the path.
    pub arguments: &'a [String],
    pub body: &'a [u8],
    pub now: Timestamp,
    pub dice: &'a mut Dice<'d>,
}

pub(crate) struct Decision {
    pub reply: ApiResponse,
    pub changes: Vec<Kind>,
    pub later: Option<(Timestamp, Event)>,
}

pub(crate) type Outcome = Result<Decision, Refusal>;

pub(crate) fn decide(operation: Operation, call: &mut Call) -> Outcome {
    match operation {
        Operation::AuthenticateTls => Err(Refusal::NotFound),
        Operation::CreateEmployee => create::create(call),
        Operation::SearchEmployees => read::search(call),
        Operation::GetEmployee => read::employee(call),
        Operation::ListAuthenticators => read::authenticators(call),
        Operation::ListMigratedIdentities => read::migrated_identities(call),
        Operation::ListSeNumbers => Ok(read::se_numbers(call)),
        Operation::ListProductionUnits => Ok(read::production_units(call)),
        Operation::DeleteEmployee => lifecycle::delete(call),
        Operation::SuspendEmployee => lifecycle::suspend(call),
        Operation::ReactivateEmployee => lifecycle::reactivate(call),
        Operation::CreateActivationOrder => lifecycle::order_activation(call),
        Operation::UpdateProfile => profile::profile(call),
        Operation::UpdateDraftProfile => profile::draft(call),
        Operation::UpdateNonSensitiveProfile => profile::non_sensitive(call),
        Operation::SetAllowSigning => profile::allow_signing(call),
        Operation::RequestCredentials => credentials::request(call),
        Operation::RevokeCredential => credentials::revoke(call),
        Operation::ListCategorizedRoles => Ok(rights::catalogue(call)),
        Operation::ListIdentityRoles => rights::list(call),
        Operation::AddIdentityRoles => rights::give(call),
        Operation::RemoveIdentityRoles => rights::take(call),
        Operation::CreateGroup => groups::create(call),
        Operation::ListGroups => Ok(groups::list(call)),
        Operation::GetGroup => groups::read(call),
        Operation::UpdateGroup => groups::update(call),
        Operation::DeleteGroup => groups::delete(call),
        Operation::AddGroupRole => groups::add_role(call),
        Operation::RemoveGroupRole => groups::remove_role(call),
    }
}

impl<'a> Call<'a, '_> {
    /// A segment that is no UUID names nothing that exists.
    pub fn uuid(&self, position: usize) -> Result<Uuid, Refusal> {
        self.arguments.get(position).and_then(|text| text.parse().ok()).ok_or(Refusal::NotFound)
    }

    /// The employee that the path names.
    pub fn employee(&self) -> Result<&'a Employee, Refusal> {
        self.organisation.employees.get(&self.uuid(0)?).ok_or(Refusal::NotFound)
    }

    pub fn is_strict(&self) -> bool {
        self.organisation.settings.strict
    }

    /// Refuses what only the strict emulator minds.
    pub fn strictly(&self, holds: bool, message: &str) -> Result<(), Refusal> {
        if holds || !self.is_strict() { Ok(()) } else { Err(Refusal::Invalid(message.to_owned())) }
    }

    /// A changed employee as a change of the organisation.
    pub fn put(&self, employee: Employee) -> Kind {
        Kind::Employee { cvr: self.organisation.settings.cvr.clone(), employee: Box::new(employee) }
    }
}

impl Decision {
    pub fn answer(reply: ApiResponse) -> Self {
        Self { reply, changes: Vec::new(), later: None }
    }

    /// Done without words: the usual end of a write.
    pub fn done(changes: impl Into<Vec<Kind>>) -> Self {
        Self { reply: ApiResponse::empty(204), changes: changes.into(), later: None }
    }
}
