//! The operations of the contract: which method and path mean which of them.

use serde::{Deserialize, Serialize};

/// One operation of the OpenAPI file; written with its operationId.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Operation {
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
    RequestCredentials,
    RevokeCredential,
    SetAllowSigning,
    CreateActivationOrder,
    ListMigratedIdentities,
    ListCategorizedRoles,
    ListIdentityRoles,
    AddIdentityRoles,
    RemoveIdentityRoles,
    CreateGroup,
    ListGroups,
    GetGroup,
    UpdateGroup,
    DeleteGroup,
    AddGroupRole,
    RemoveGroupRole,
    ListSeNumbers,
    ListProductionUnits,
}

/// Whether clients use it today or only did so once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Age {
    Current,
    Old,
}

use Age::{Current, Old};
use Operation as Op;

/// Where two rows fit one call the first decides; `{}` takes one segment of the path.
#[rustfmt::skip]
const TABLE: [(Operation, &str, &str, &str, Age); 31] = [
    (Op::AuthenticateTls, "authenticateTls", "POST", "administration/idmlogin/tls/authenticate", Current),
    (Op::CreateEmployee, "createEmployee", "POST", "administration/identity/employee", Current),
    (Op::SearchEmployees, "searchEmployees", "POST", "administration/identity/employee/search", Current),
    (Op::GetEmployee, "getEmployee", "GET", "administration/identity/employee/{}", Current),
    (Op::DeleteEmployee, "deleteEmployee", "DELETE", "administration/identity/employee/{}", Current),
    (Op::UpdateProfile, "updateProfile", "PUT", "administration/identity/employee/{}/profile", Current),
    (Op::UpdateDraftProfile, "updateDraftProfile", "PUT", "administration/identity/employee/{}/profile/draft", Current),
    (Op::UpdateNonSensitiveProfile, "updateNonSensitiveProfile", "PUT", "administration/identity/employee/{}/profile/nonsensitive", Current),
    (Op::SuspendEmployee, "suspendEmployee", "PUT", "administration/identity/employee/{}/suspend", Current),
    (Op::ReactivateEmployee, "reactivateEmployee", "PUT", "administration/identity/employee/{}/reactivate", Current),
    (Op::ListAuthenticators, "listAuthenticators", "GET", "administration/identity/employee/{}/authenticators", Current),
    (Op::RequestCredentials, "requestCredentials", "POST", "administration/identity/employee/{}/requestcredentials", Current),
    (Op::RevokeCredential, "revokeCredential", "POST", "administration/identity/employee/{}/revokecredential/{}", Current),
    (Op::RevokeCredential, "revokeCredential", "GET", "administration/identity/employee/{}/revokecredential/{}", Old),
    (Op::SetAllowSigning, "setAllowSigning", "PUT", "administration/identity/employee/{}/allowsigning", Current),
    (Op::SetAllowSigning, "setAllowSigning", "POST", "administration/identity/employee/{}/allowsigning", Old),
    (Op::CreateActivationOrder, "createActivationOrder", "POST", "admin/organization-activation/activation-orders", Current),
    (Op::ListMigratedIdentities, "listMigratedIdentities", "GET", "admin/organization-activation/migrated-identities/{}", Old),
    (Op::ListCategorizedRoles, "listCategorizedRoles", "GET", "administration/rights/categorizedRoles", Current),
    (Op::ListIdentityRoles, "listIdentityRoles", "GET", "administration/rights/identity/{}/roles", Current),
    (Op::AddIdentityRoles, "addIdentityRoles", "POST", "administration/rights/identity/{}/roles", Current),
    (Op::RemoveIdentityRoles, "removeIdentityRoles", "DELETE", "administration/rights/identity/{}/roles", Current),
    (Op::CreateGroup, "createGroup", "POST", "administration/rights/group", Old),
    (Op::ListGroups, "listGroups", "GET", "administration/rights/group", Old),
    (Op::GetGroup, "getGroup", "GET", "administration/rights/group/{}", Old),
    (Op::UpdateGroup, "updateGroup", "PUT", "administration/rights/group/{}", Old),
    (Op::DeleteGroup, "deleteGroup", "DELETE", "administration/rights/group/{}", Old),
    (Op::AddGroupRole, "addGroupRole", "POST", "administration/rights/group/{}/role/{}", Old),
    (Op::RemoveGroupRole, "removeGroupRole", "DELETE", "administration/rights/group/{}/role/{}", Old),
    (Op::ListSeNumbers, "listSeNumbers", "GET", "administration/organization/senumber", Current),
    (Op::ListProductionUnits, "listProductionUnits", "GET", "administration/organization/productionunits", Current),
];

/// A call whose operation is known, with the variable segments of its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    pub operation: Operation,
    pub age: Age,
    pub arguments: Vec<String>,
}

impl Route {
    /// Takes the path with or without `/api` in front; a query is ignored.
    pub fn find(method: &str, path: &str) -> Option<Self> {
        let path = path.split('?').next().unwrap_or_default();
        let path = path.strip_prefix("/api/").or_else(|| path.strip_prefix('/'))?;
        TABLE.iter().find_map(|&(operation, _, row_method, template, age)| {
            let arguments = method.eq_ignore_ascii_case(row_method).then(|| arguments(template, path))??;
            Some(Self { operation, age, arguments })
        })
    }
}

impl Operation {
    /// The operationId of the OpenAPI file.
    pub fn id(self) -> &'static str {
        TABLE.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }

    pub fn by_id(id: &str) -> Option<Self> {
        TABLE.iter().find(|row| row.1 == id).map(|row| row.0)
    }

    /// Changes nothing and answers with data.
    pub fn is_read(self) -> bool {
        matches!(
            self,
            Op::SearchEmployees
                | Op::GetEmployee
                | Op::ListAuthenticators
                | Op::ListMigratedIdentities
                | Op::ListCategorizedRoles
                | Op::ListIdentityRoles
                | Op::ListGroups
                | Op::GetGroup
                | Op::ListSeNumbers
                | Op::ListProductionUnits
        )
    }

    pub fn is_write(self) -> bool {
        !self.is_read() && self != Op::AuthenticateTls
    }
}

fn arguments(template: &str, path: &str) -> Option<Vec<String>> {
    let mut arguments = Vec::new();
    let mut segments = path.split('/');
    for expected in template.split('/') {
        let segment = segments.next()?;
        match expected {
            "{}" if !segment.is_empty() => arguments.push(segment.to_owned()),
            _ if expected == segment => {}
            _ => return None,
        }
    }
    segments.next().is_none().then_some(arguments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_operation_of_the_contract_is_in_the_table_and_no_other() {
        let mut ids: Vec<&str> =
            crate::OPENAPI.lines().filter_map(|line| line.trim().strip_prefix("operationId: ")).collect();
        let mut table: Vec<&str> = TABLE.iter().map(|row| row.1).collect();
        table.dedup();
        ids.sort_unstable();
        table.sort_unstable();
        assert_eq!(table, ids);
    }

    #[test]
    fn a_path_counts_with_and_without_its_prefix() {
        for path in
            ["/api/administration/identity/employee/search", "/administration/identity/employee/search?x=1"]
        {
            let route = Route::find("post", path).unwrap();
            assert_eq!(route.operation, Operation::SearchEmployees);
        }
        assert_eq!(
            Route::find("GET", "/api/administration/identity/employee/search").unwrap().arguments,
            ["search"]
        );
        assert!(Route::find("GET", "/api/administration/identity/employee/x/y").is_none());
        assert!(Route::find("PATCH", "/api/administration/identity/employee/x").is_none());
    }

    #[test]
    fn an_operation_is_written_with_its_id() {
        for (operation, id, ..) in TABLE {
            assert_eq!(serde_json::to_value(operation).unwrap(), id);
            assert_eq!(Operation::by_id(id), Some(operation));
        }
    }
}
