//! Who may do what in the console: one table of roles and actions.
//!
//! Every route of the console names the [`Action`] it needs, and [`allows`] is asked before anything else happens.
//! The whole table is written out in `crates/domain/permissions.txt`, so that a change of rights shows in review.

use serde::{Deserialize, Serialize};

/// May somebody with this role do this?
pub fn allows(role: Role, action: Action) -> bool {
    use Role::{
        Auditor, Employee, Helpdesk, Manager, OrganisationAdministrator, Registrant, RightsAdministrator,
        TechnicalAdministrator, UserAdministrator,
    };
    let roles: &[Role] = match action {
        Action::SeeOverview | Action::SeePeople | Action::SeeSources => &[
            OrganisationAdministrator,
            UserAdministrator,
            RightsAdministrator,
            Registrant,
            Helpdesk,
            TechnicalAdministrator,
            Auditor,
        ],
        Action::ExportPeople | Action::ExportRights => {
            &[OrganisationAdministrator, UserAdministrator, RightsAdministrator, Auditor]
        }
        Action::RevealCpr => &[OrganisationAdministrator, UserAdministrator, Registrant, Helpdesk],
        Action::EditPerson | Action::Reactivate | Action::SettleUnmanaged => {
            &[OrganisationAdministrator, UserAdministrator]
        }
        Action::AnswerQuestion | Action::MakePlan | Action::ApprovePlan => {
            &[OrganisationAdministrator, UserAdministrator, RightsAdministrator]
        }
        Action::SeeRights => &[
            OrganisationAdministrator,
            UserAdministrator,
            RightsAdministrator,
            Helpdesk,
            TechnicalAdministrator,
            Auditor,
        ],
        Action::ChangeRights | Action::GrantRights | Action::RunAttestation => {
            &[OrganisationAdministrator, RightsAdministrator]
        }
        Action::SeeRequests => &[
            OrganisationAdministrator,
            UserAdministrator,
            RightsAdministrator,
            Helpdesk,
            Auditor,
            Manager,
            Employee,
        ],
        Action::AskForRights => {
            &[OrganisationAdministrator, UserAdministrator, RightsAdministrator, Manager, Employee]
        }
        Action::DecideRequest | Action::Attest => {
            &[OrganisationAdministrator, RightsAdministrator, Manager, Employee]
        }
        Action::SeeAttestation => {
            &[OrganisationAdministrator, UserAdministrator, RightsAdministrator, Auditor, Manager, Employee]
        }
        Action::SetSubstitute => &[OrganisationAdministrator, RightsAdministrator, Manager],
        Action::Suspend => &[OrganisationAdministrator, UserAdministrator, Helpdesk],
        Action::SeePlans => &[
            OrganisationAdministrator,
            UserAdministrator,
            RightsAdministrator,
            TechnicalAdministrator,
            Auditor,
        ],
        Action::GiveUpOperation => &[OrganisationAdministrator, UserAdministrator],
        Action::StopPlan | Action::RetryOperation => {
            &[OrganisationAdministrator, UserAdministrator, TechnicalAdministrator]
        }
        Action::SeeOutbox => {
            &[OrganisationAdministrator, UserAdministrator, Helpdesk, TechnicalAdministrator, Auditor]
        }
        Action::ReadSource => &[OrganisationAdministrator, UserAdministrator, TechnicalAdministrator],
        Action::SeeLog | Action::VerifyLog | Action::ExportLog => &[OrganisationAdministrator, Auditor],
        Action::SeeSettings => &[OrganisationAdministrator, TechnicalAdministrator, Auditor],
        Action::ChangeRules => &[OrganisationAdministrator],
        Action::ManageCertificate | Action::TestConnection => {
            &[OrganisationAdministrator, TechnicalAdministrator]
        }
    };
    roles.contains(&role)
}

/// What somebody signs in as. A person has one role at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    OrganisationAdministrator,
    UserAdministrator,
    RightsAdministrator,
    /// Checks who people are; issues means of log-in.
    Registrant,
    Helpdesk,
    TechnicalAdministrator,
    /// Reads, never writes.
    Auditor,
    /// Sees the requests of their own people.
    Manager,
    /// Sees their own requests.
    Employee,
}

impl Role {
    pub const ALL: [Self; 9] = [
        Self::OrganisationAdministrator,
        Self::UserAdministrator,
        Self::RightsAdministrator,
        Self::Registrant,
        Self::Helpdesk,
        Self::TechnicalAdministrator,
        Self::Auditor,
        Self::Manager,
        Self::Employee,
    ];

    /// The name on the command line, in the database and in the log.
    pub fn name(self) -> &'static str {
        match self {
            Self::OrganisationAdministrator => "organisation-administrator",
            Self::UserAdministrator => "user-administrator",
            Self::RightsAdministrator => "rights-administrator",
            Self::Registrant => "registrant",
            Self::Helpdesk => "helpdesk",
            Self::TechnicalAdministrator => "technical-administrator",
            Self::Auditor => "auditor",
            Self::Manager => "manager",
            Self::Employee => "employee",
        }
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for Role {
    type Err = UnknownRole;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wanted = text.trim();
        Self::ALL.into_iter().find(|role| role.name() == wanted).ok_or_else(|| UnknownRole(wanted.to_owned()))
    }
}

/// There is no such role.
#[derive(Debug, thiserror::Error)]
#[error("there is no role \"{0}\"; the roles are {names}", names = Role::ALL.map(Role::name).join(", "))]
pub struct UnknownRole(String);

/// Something that the console can show or do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    SeeOverview,
    SeePeople,
    ExportPeople,
    /// See one full CPR number, or search by one; both need a purpose and are logged.
    RevealCpr,
    /// Create, change, end and re-open a person by hand.
    EditPerson,
    Suspend,
    Reactivate,
    /// Say which candidate is the same person, or what to do with a drifting field. A rights administrator answers
    /// questions about rights only.
    AnswerQuestion,
    /// Say what becomes of a user in MitID Erhverv that no source knows.
    SettleUnmanaged,
    /// See rights, bundles, rules and who holds what.
    SeeRights,
    /// Change bundles, rules and separations, and which rights are looked after.
    ChangeRights,
    /// Give a right or a bundle to one person, approve that, and end it.
    GrantRights,
    ExportRights,
    /// See requests for bundles: a manager those of their people, an employee their own.
    SeeRequests,
    /// Ask for a bundle; the bundle says for whom.
    AskForRights,
    /// Approve or decline a request, where one's yes counts: an owner of a bundle may be anybody.
    DecideRequest,
    /// Say who stands in for somebody who is away; a manager for themselves.
    SetSubstitute,
    /// See reviews: a manager or an owner of a bundle those in which something is theirs.
    SeeAttestation,
    /// Answer what is theirs to look through: an owner of a bundle may be anybody.
    Attest,
    /// Begin a review, hand over what waits, and close it.
    RunAttestation,
    SeePlans,
    MakePlan,
    ApprovePlan,
    StopPlan,
    SeeOutbox,
    RetryOperation,
    GiveUpOperation,
    SeeSources,
    /// Have a source read now.
    ReadSource,
    SeeLog,
    VerifyLog,
    ExportLog,
    SeeSettings,
    /// Guard limits, field owners and the schedule.
    ChangeRules,
    ManageCertificate,
    TestConnection,
}

impl Action {
    pub const ALL: [Self; 36] = [
        Self::SeeOverview,
        Self::SeePeople,
        Self::ExportPeople,
        Self::RevealCpr,
        Self::EditPerson,
        Self::Suspend,
        Self::Reactivate,
        Self::AnswerQuestion,
        Self::SettleUnmanaged,
        Self::SeeRights,
        Self::ChangeRights,
        Self::GrantRights,
        Self::ExportRights,
        Self::SeeRequests,
        Self::AskForRights,
        Self::DecideRequest,
        Self::SetSubstitute,
        Self::SeeAttestation,
        Self::Attest,
        Self::RunAttestation,
        Self::SeePlans,
        Self::MakePlan,
        Self::ApprovePlan,
        Self::StopPlan,
        Self::SeeOutbox,
        Self::RetryOperation,
        Self::GiveUpOperation,
        Self::SeeSources,
        Self::ReadSource,
        Self::SeeLog,
        Self::VerifyLog,
        Self::ExportLog,
        Self::SeeSettings,
        Self::ChangeRules,
        Self::ManageCertificate,
        Self::TestConnection,
    ];
}

/// The table as the text that is kept in `permissions.txt`: a line per action, a column per role.
pub fn table() -> String {
    let heading = Role::ALL.map(Role::name).join(" | ");
    let mut text = format!("{:<20} | {heading}\n", "action");
    for action in Action::ALL {
        let marks = Role::ALL
            .map(|role| format!("{:<width$}", mark(allows(role, action)), width = role.name().len()))
            .join(" | ");
        text.push_str(format!("{:<20} | {marks}", format!("{action:?}")).trim_end());
        text.push('\n');
    }
    text
}

fn mark(allowed: bool) -> &'static str {
    if allowed { "yes" } else { "-" }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written anew by `LOKALID_WRITE_GENERATED=1 cargo test -p domain`.
    #[test]
    fn the_committed_table_is_the_one_in_force() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/permissions.txt");
        if std::env::var_os("LOKALID_WRITE_GENERATED").is_some() {
            std::fs::write(path, table()).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap(), table());
    }

    #[test]
    fn an_auditor_reads_and_never_writes() {
        let reads = [
            Action::SeeOverview,
            Action::SeePeople,
            Action::ExportPeople,
            Action::SeeRights,
            Action::ExportRights,
            Action::SeeRequests,
            Action::SeeAttestation,
            Action::SeePlans,
            Action::SeeOutbox,
            Action::SeeSources,
            Action::SeeLog,
            Action::VerifyLog,
            Action::ExportLog,
            Action::SeeSettings,
        ];
        for action in Action::ALL {
            assert_eq!(allows(Role::Auditor, action), reads.contains(&action), "{action:?}");
        }
    }

    #[test]
    fn managers_and_employees_ask_decide_and_review_and_see_nothing_else() {
        let both = [
            Action::SeeRequests,
            Action::AskForRights,
            Action::DecideRequest,
            Action::SeeAttestation,
            Action::Attest,
        ];
        for action in Action::ALL {
            let manages = both.contains(&action) || action == Action::SetSubstitute;
            assert_eq!(allows(Role::Manager, action), manages, "{action:?}");
            assert_eq!(allows(Role::Employee, action), both.contains(&action), "{action:?}");
        }
    }

    #[test]
    fn a_role_reads_back_from_its_name_and_nothing_else_is_one() {
        for role in Role::ALL {
            assert_eq!(role.to_string().parse::<Role>().unwrap(), role);
        }
        let fault = "root".parse::<Role>().unwrap_err().to_string();
        assert!(
            fault.starts_with("there is no role \"root\"; the roles are organisation-administrator,"),
            "{fault}"
        );
    }
}
