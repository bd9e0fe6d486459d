//! Rights to public self-services: who must hold which, in what scope, and why.
//!
//! A [`Policy`] says it for everybody: bundles of rights, and rules that give them by unit, title, group and so on. A
//! [`Grant`] says it for one person. [`Rulebook::evaluate`] answers for one person at one day and keeps its trace; the
//! planner, the preview and every explanation stand on that one answer.

pub mod attestation;
mod catalogue;
mod evaluate;
mod explain;
mod facts;
pub mod file;
mod grant;
mod ground;
mod holding;
mod key;
mod missing;
mod policy;
mod policy_fault;
mod preview;
mod propose;
pub mod request;
mod scope;

pub use catalogue::{Catalogue, Places, Right};
pub use evaluate::{Because, By, Evaluation, Rulebook, TurnedAway, Unresolved, Want};
pub use explain::{Explanation, Held, Route};
pub use facts::{Facts, fold, units_above};
pub use grant::{Grant, GrantFault, GrantOrigin, Granted};
pub use ground::Ground;
pub use holding::{Assignment, HeldRights, Holding, OtherHolding};
pub use key::{Key, KeyFault};
pub use missing::Missing;
pub use policy::{
    Approver, Asker, Bundle, BundleRight, Except, Known, Policy, Rule, SENSITIVE_APPROVALS, Separation, Who,
};
pub use policy_fault::{Place, PolicyFault};
pub use preview::{Change, Preview};
pub use propose::propose;
pub use scope::{Scope, ScopeFault, SeNumber, SeNumberFault, WantedScope, WantedScopeFault};
