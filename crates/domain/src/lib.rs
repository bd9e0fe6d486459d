//! Everything that Lokalid decides, and nothing that it does.
//!
//! People and organisations, what each person must be in MitID Erhverv, the plan that leads there, and the
//! guard that stops a plan for a second pair of eyes. Pure: no IO, no SQL, no HTTP, no clock, no randomness.

pub mod addresses;
pub mod certificate;
pub mod clock;
pub mod cpr;
pub mod cvr;
pub mod desired;
pub mod email;
pub mod field;
pub mod guard;
pub mod ids;
pub mod language;
mod matching;
pub mod name;
pub mod notice;
pub mod observed;
pub mod operation;
pub mod organisation;
pub mod p_number;
pub mod permission;
pub mod plan;
pub mod question;
pub mod resolve;
pub mod rid;
pub mod rights;
pub mod source;
pub mod text;
pub mod user_name;
mod value;

pub use clock::{Clock, Random, copenhagen, danish_date};
pub use cpr::{Cpr, CprFault, MINIMUM_AGE};
pub use cvr::{Cvr, CvrFault};
pub use desired::{Departure, Desired, Hold, Leaving, Presence};
pub use email::{Email, EmailFault};
pub use field::{Field, Fields};
pub use ids::{
    CertificateId, GrantId, IdentityId, NotAnOperationId, OperationId, PersonId, PlanId, RemoteUuid, RightId,
};
pub use language::Language;
pub use name::{Name, NameFault};
pub use notice::{Letter, Notice};
pub use observed::{Authenticator, Observed, Sight, Status};
pub use operation::{Action, MatchEvidence, NewIdentity, Operation, Profile, Reason};
pub use organisation::{
    Environment, GuardLimits, InvoiceChoice, InvoiceMethods, Level, Notified, Organisation, Owner, Settings,
    Variant,
};
pub use p_number::{PNumber, PNumberFault};
pub use permission::Role;
pub use plan::{Assessment, Drift, RightsSituation, Situation, Subject, assess, cost_dkk};
pub use question::{About, Answer, Candidate, Obstacle, Question, Verdict};
pub use resolve::{KnownIdentity, Resolution, StoredRecord, resolve};
pub use rid::{Rid, RidFault};
pub use source::{Parts, SkippedRow, Snapshot, SourceKey, SourceName, SourceRecord, Standing, Told, Warning};
pub use user_name::{UserName, UserNameFault};
