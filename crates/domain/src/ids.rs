//! Typed keys. Each is a UUID that the store made; mixing two kinds up does not compile.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! uuid_key {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.trim().parse().map(Self)
            }
        }
    };
}

uuid_key!(
    /// A human being.
    PersonId
);
uuid_key!(
    /// One business identity of a person in one organisation, before and after MitID Erhverv knows it.
    IdentityId
);
uuid_key!(
    /// The UUID that MitID Erhverv gave an identity: `employeeUuid` at creation, `uuid` when read.
    RemoteUuid
);
uuid_key!(
    /// One system certificate as this installation keeps it.
    CertificateId
);
uuid_key!(
    /// A right to a public self-service, as MitID Erhverv names it: "role" in the IdM API.
    RightId
);
uuid_key!(
    /// One grant: a bundle or a right given to one person directly.
    GrantId
);

/// The number of a plan, counted within the installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PlanId(pub i64);

impl std::fmt::Display for PlanId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// One operation of one plan, written `1047-3`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperationId {
    pub plan: PlanId,
    pub number: u32,
}

impl std::fmt::Display for OperationId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.plan, self.number)
    }
}

/// The text is not `PLAN-NUMBER`.
#[derive(Debug, thiserror::Error)]
#[error("\"{0}\" is not the id of an operation: it looks like 1047-3, as `lokalid outbox` prints it")]
pub struct NotAnOperationId(String);

impl std::str::FromStr for OperationId {
    type Err = NotAnOperationId;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fault = || NotAnOperationId(text.to_owned());
        let (plan, number) = text.trim().split_once('-').ok_or_else(fault)?;
        Ok(Self {
            plan: PlanId(plan.parse().map_err(|_| fault())?),
            number: number.parse().map_err(|_| fault())?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_id_reads_back() {
        let id = OperationId { plan: PlanId(1047), number: 3 };
        assert_eq!(id.to_string().parse::<OperationId>().unwrap(), id);
        assert!("1047".parse::<OperationId>().is_err());
    }
}
