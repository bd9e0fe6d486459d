//! The two languages of the page; each text stands beside its translation where it is used.

use serde::Deserialize;

use crate::world::{AuthenticatorKind, PortalAction, PortalError, Status};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) enum Language {
    #[default]
    #[serde(rename = "da")]
    Danish,
    #[serde(rename = "en")]
    English,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "templates hand over references")]
impl Language {
    pub fn of(self, danish: &'static str, english: &'static str) -> &'static str {
        match self {
            Self::Danish => danish,
            Self::English => english,
        }
    }

    pub fn code(self) -> &'static str {
        self.of("da", "en")
    }

    pub fn other(self) -> &'static str {
        self.of("en", "da")
    }

    pub fn yes_or_no(self, yes: &bool) -> &'static str {
        if *yes { self.of("ja", "yes") } else { self.of("nej", "no") }
    }

    pub fn status(self, status: &Status) -> &'static str {
        match status {
            Status::Pending => self.of("Ikke aktiveret", "Not activated"),
            Status::Active => self.of("Aktiv", "Active"),
            Status::Suspended => self.of("Spærret", "Suspended"),
        }
    }

    pub fn means(self, kind: &AuthenticatorKind) -> &'static str {
        match kind {
            AuthenticatorKind::LocalIdentityProvider => self.of("Lokal IdP", "Local IdP"),
            AuthenticatorKind::PrivateMitId => self.of("Privat MitID", "Private MitID"),
        }
    }

    pub fn action(self, action: PortalAction) -> &'static str {
        match action {
            PortalAction::Activate => self.of("Aktivér med privat MitID", "Activate with private MitID"),
            PortalAction::Resend => self.of("Send aktiveringsmail igen", "Send the activation mail again"),
            PortalAction::Suspend => self.of("Spær", "Suspend"),
            PortalAction::Reactivate => self.of("Genaktivér", "Reactivate"),
            PortalAction::Delete => self.of("Slet", "Delete"),
            PortalAction::Edit => self.of("Ret", "Edit"),
            PortalAction::Grant => self.of("Giv rettighed", "Give right"),
            PortalAction::Revoke => self.of("Fjern rettighed", "Take right away"),
        }
    }

    pub fn problem(self, error: &PortalError) -> String {
        let text = match error {
            PortalError::NotFound { .. } => self.of("Brugeren findes ikke.", "The user does not exist."),
            PortalError::Status { .. } => {
                self.of("Det passer ikke til brugerens status.", "It does not fit the status of the user.")
            }
            PortalError::LinkExpired => self.of(
                "Linket er udløbet. Bed administratoren om at sende mailen igen.",
                "The link has expired. Ask the administrator to send the mail again.",
            ),
            PortalError::LinkUnknown => self.of(
                "Linket gælder ikke længere. Brug det nyeste, eller bed om at få mailen igen.",
                "The link is not valid any more. Use the newest one, or ask for the mail again.",
            ),
            PortalError::Field { .. } => {
                self.of("Et felt kan ikke rettes sådan.", "A field cannot be edited so.")
            }
            PortalError::Right => self.of(
                "Rettigheden og dens afgrænsning mangler eller findes ikke.",
                "The right and its scope are missing or do not exist.",
            ),
        };
        text.to_owned()
    }
}
