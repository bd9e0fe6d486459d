//! Which method and path each operation of the IdM API has.
//!
//! Methods and paths have changed before (reference/idm-api.md §4), so configuration can override them by
//! the operationId of the contract, without a new release.

use std::{collections::BTreeMap, fmt};

use domain::RemoteUuid;
use http::Method;
use serde::{Deserialize, Serialize};

/// The methods and paths in force: the contract, and what configuration says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(try_from = "Overrides")]
pub struct OperationTable(BTreeMap<ApiOperation, Endpoint>);

/// What configuration says: `[operations.setAllowSigning]` with `method = "POST"`.
pub type Overrides = BTreeMap<ApiOperation, Override>;

/// The other method, the other path, or both.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Override {
    pub method: Option<String>,
    pub path: Option<String>,
}

/// The operations that this program uses, by their operationId.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ApiOperation {
    AuthenticateTls,
    CreateEmployee,
    SearchEmployees,
    GetEmployee,
    DeleteEmployee,
    UpdateProfile,
    UpdateDraftProfile,
    UpdateNonSensitiveProfile,
    SuspendEmployee,
    ReactivateEmployee,
    ListAuthenticators,
    SetAllowSigning,
    ListCategorizedRoles,
    ListIdentityRoles,
    AddIdentityRoles,
    RemoveIdentityRoles,
    ListSeNumbers,
    ListProductionUnits,
}

/// Where an operation is found; `{uuid}` in the path stands for the identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    pub method: Method,
    pub path: String,
}

/// An override that cannot be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    #[error(
        "operations.{operation}.method: \"{method}\" is not a method; use GET, POST, PUT, PATCH or DELETE"
    )]
    Method { operation: ApiOperation, method: String },
    #[error(
        "operations.{operation}.path: \"{path}\" is not a path; write it with / in front and only letters, digits and \
         -_.~ between the slashes, as in {default}"
    )]
    Path { operation: ApiOperation, path: String, default: &'static str },
    #[error("operations.{operation}.path: \"{path}\" must hold {{uuid}} exactly as often as {default}")]
    Uuid { operation: ApiOperation, path: String, default: &'static str },
}

const UUID: &str = "{uuid}";

impl TryFrom<Overrides> for OperationTable {
    type Error = TableError;

    fn try_from(overrides: Overrides) -> Result<Self, TableError> {
        let checked = overrides.into_iter().map(|(operation, other)| {
            let standard = operation.standard();
            let method =
                other.method.map_or(Ok(standard.method), |method| checked_method(operation, method))?;
            let path = other.path.map_or(Ok(standard.path), |path| checked_path(operation, path))?;
            Ok((operation, Endpoint { method, path }))
        });
        checked.collect::<Result<_, _>>().map(Self)
    }
}

impl OperationTable {
    /// The method and path in force.
    pub fn endpoint(&self, operation: ApiOperation) -> Endpoint {
        self.0.get(&operation).cloned().unwrap_or_else(|| operation.standard())
    }
}

impl Endpoint {
    /// With the UUID put into the path, where the call is about an identity.
    pub(super) fn for_identity(self, uuid: Option<RemoteUuid>) -> Self {
        let path = uuid.map_or_else(|| self.path.clone(), |uuid| self.path.replace(UUID, &uuid.to_string()));
        Self { path, ..self }
    }
}

impl ApiOperation {
    pub const ALL: [Self; 18] = [
        Self::AuthenticateTls,
        Self::CreateEmployee,
        Self::SearchEmployees,
        Self::GetEmployee,
        Self::DeleteEmployee,
        Self::UpdateProfile,
        Self::UpdateDraftProfile,
        Self::UpdateNonSensitiveProfile,
        Self::SuspendEmployee,
        Self::ReactivateEmployee,
        Self::ListAuthenticators,
        Self::SetAllowSigning,
        Self::ListCategorizedRoles,
        Self::ListIdentityRoles,
        Self::AddIdentityRoles,
        Self::RemoveIdentityRoles,
        Self::ListSeNumbers,
        Self::ListProductionUnits,
    ];

    /// The operationId of the contract.
    pub fn id(self) -> &'static str {
        self.row().0
    }

    /// What the contract says, as far as it is known.
    pub fn standard(self) -> Endpoint {
        let (_, method, path) = self.row();
        Endpoint { method, path: path.to_owned() }
    }

    /// Whether a call can change anything.
    pub fn is_write(self) -> bool {
        matches!(
            self,
            Self::CreateEmployee
                | Self::DeleteEmployee
                | Self::UpdateProfile
                | Self::UpdateDraftProfile
                | Self::UpdateNonSensitiveProfile
                | Self::SuspendEmployee
                | Self::ReactivateEmployee
                | Self::SetAllowSigning
                | Self::AddIdentityRoles
                | Self::RemoveIdentityRoles
        )
    }

    /// Whether a 404 speaks of an identity and not of the path.
    pub(super) fn is_about_an_identity(self) -> bool {
        self.row().2.contains(UUID)
    }

    /// The contract as it is known (reference/idm-api.md §2).
    #[rustfmt::skip]
    fn row(self) -> (&'static str, Method, &'static str) {
        match self {
            Self::AuthenticateTls => ("authenticateTls", Method::POST, "/api/administration/idmlogin/tls/authenticate"),
            Self::CreateEmployee => ("createEmployee", Method::POST, "/api/administration/identity/employee"),
            Self::SearchEmployees => ("searchEmployees", Method::POST, "/api/administration/identity/employee/search"),
            Self::GetEmployee => ("getEmployee", Method::GET, "/api/administration/identity/employee/{uuid}"),
            Self::DeleteEmployee => ("deleteEmployee", Method::DELETE, "/api/administration/identity/employee/{uuid}"),
            Self::UpdateProfile => ("updateProfile", Method::PUT, "/api/administration/identity/employee/{uuid}/profile"),
            Self::UpdateDraftProfile => ("updateDraftProfile", Method::PUT, "/api/administration/identity/employee/{uuid}/profile/draft"),
            Self::UpdateNonSensitiveProfile => ("updateNonSensitiveProfile", Method::PUT, "/api/administration/identity/employee/{uuid}/profile/nonsensitive"),
            Self::SuspendEmployee => ("suspendEmployee", Method::PUT, "/api/administration/identity/employee/{uuid}/suspend"),
            Self::ReactivateEmployee => ("reactivateEmployee", Method::PUT, "/api/administration/identity/employee/{uuid}/reactivate"),
            Self::ListAuthenticators => ("listAuthenticators", Method::GET, "/api/administration/identity/employee/{uuid}/authenticators"),
            Self::SetAllowSigning => ("setAllowSigning", Method::PUT, "/api/administration/identity/employee/{uuid}/allowsigning"),
            Self::ListCategorizedRoles => ("listCategorizedRoles", Method::GET, "/api/administration/rights/categorizedRoles"),
            Self::ListIdentityRoles => ("listIdentityRoles", Method::GET, "/api/administration/rights/identity/{uuid}/roles"),
            Self::AddIdentityRoles => ("addIdentityRoles", Method::POST, "/api/administration/rights/identity/{uuid}/roles"),
            Self::RemoveIdentityRoles => ("removeIdentityRoles", Method::DELETE, "/api/administration/rights/identity/{uuid}/roles"),
            Self::ListSeNumbers => ("listSeNumbers", Method::GET, "/api/administration/organization/senumber"),
            Self::ListProductionUnits => ("listProductionUnits", Method::GET, "/api/administration/organization/productionunits"),
        }
    }
}

fn checked_method(operation: ApiOperation, method: String) -> Result<Method, TableError> {
    match method.as_str() {
        "GET" => Ok(Method::GET),
        "POST" => Ok(Method::POST),
        "PUT" => Ok(Method::PUT),
        "PATCH" => Ok(Method::PATCH),
        "DELETE" => Ok(Method::DELETE),
        _ => Err(TableError::Method { operation, method }),
    }
}

fn checked_path(operation: ApiOperation, path: String) -> Result<String, TableError> {
    let (_, _, default) = operation.row();
    let whole = |segment: &str| !matches!(segment, "" | "." | "..") && segment.chars().all(is_plain);
    let sound = path.strip_prefix('/').is_some_and(|rest| rest.replace(UUID, "uuid").split('/').all(whole));
    if !sound {
        return Err(TableError::Path { operation, path, default });
    }
    if path.matches(UUID).count() != default.matches(UUID).count() {
        return Err(TableError::Uuid { operation, path, default });
    }
    Ok(path)
}

fn is_plain(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.' | '~')
}

impl fmt::Display for ApiOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overridden(
        operation: ApiOperation,
        method: Option<&str>,
        path: Option<&str>,
    ) -> Result<OperationTable, TableError> {
        let other = Override { method: method.map(str::to_owned), path: path.map(str::to_owned) };
        OperationTable::try_from(Overrides::from([(operation, other)]))
    }

    #[test]
    fn every_operation_is_in_the_contract_with_this_method_and_path() {
        for operation in ApiOperation::ALL {
            let Endpoint { method, path } = operation.standard();
            let path = path.strip_prefix("/api").unwrap();
            let section =
                emulator::OPENAPI.split(&format!("\n  {path}:\n")).nth(1).unwrap_or_else(|| panic!("{path}"));
            let section = section.split("\n  /").next().unwrap();
            let call = section.split(&format!("\n    {}:\n", method.as_str().to_lowercase())).nth(1);
            let call =
                call.or_else(|| section.strip_prefix(&format!("    {}:\n", method.as_str().to_lowercase())));
            let named = call.unwrap().split("operationId: ").nth(1).unwrap().lines().next().unwrap();
            assert_eq!(named, operation.id());
        }
    }

    #[test]
    fn configuration_overrides_method_and_path_by_operation_id() {
        let table: OperationTable = serde_json::from_value(serde_json::json!({
            "setAllowSigning": { "method": "POST" },
            "getEmployee": { "path": "/api/v2/employee/{uuid}" },
        }))
        .unwrap();
        assert_eq!(table.endpoint(ApiOperation::SetAllowSigning).method, Method::POST);
        let uuid: RemoteUuid = "ab0c5f0e-1a2b-4c3d-8e9f-a0b1c2d3e4f5".parse().unwrap();
        let endpoint = table.endpoint(ApiOperation::GetEmployee);
        assert_eq!(endpoint.method, Method::GET, "{endpoint:?}");
        assert_eq!(endpoint.for_identity(Some(uuid)).path, format!("/api/v2/employee/{uuid}"));
        assert_eq!(table.endpoint(ApiOperation::SuspendEmployee), ApiOperation::SuspendEmployee.standard());
    }

    #[test]
    fn an_unknown_operation_is_refused_with_the_known_ones() {
        let fault = serde_json::from_str::<OperationTable>("{\"suspendUser\":{}}").unwrap_err().to_string();
        assert!(fault.contains("suspendUser") && fault.contains("suspendEmployee"), "{fault}");
        let fault =
            serde_json::from_str::<OperationTable>("{\"getEmployee\":{\"verb\":\"GET\"}}").unwrap_err();
        assert!(fault.to_string().contains("verb"), "{fault}");
    }

    #[test]
    fn what_cannot_be_right_is_refused() {
        for method in ["get", "CONNECT", ""] {
            let fault = overridden(ApiOperation::GetEmployee, Some(method), None).unwrap_err();
            assert!(matches!(fault, TableError::Method { .. }), "{method}");
        }
        for path in
            ["", "/", "api/{uuid}", "/api//{uuid}", "/api/../{uuid}", "/a b/{uuid}", "/{uuid}?x=1", "/{id}"]
        {
            let fault = overridden(ApiOperation::GetEmployee, None, Some(path)).unwrap_err();
            assert!(matches!(fault, TableError::Path { .. }), "{path}");
        }
        for path in ["/api/employee", "/api/{uuid}/{uuid}"] {
            let fault = overridden(ApiOperation::GetEmployee, None, Some(path)).unwrap_err();
            assert!(fault.to_string().starts_with("operations.getEmployee.path"), "{fault}");
        }
    }
}
