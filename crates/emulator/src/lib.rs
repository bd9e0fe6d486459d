//! The emulated MitID Erhverv: what Lokalid talks to in the demo, in training, in rehearsals of a
//! take-over and in every test.
//!
//! [`World`] is the heart: a pure state machine that answers the calls of the IdM API, with no clock,
//! randomness or socket of its own. Around it lie the [`server`] (mutual TLS on one port, control and a
//! page for people on another), storage that has every change on disk before the answer leaves,
//! and the [`certificates`] that look like OCES3.
//!
//! The crate shares no wire type with the client in `sync`: both read the same contract
//! (`openapi/idm-api.yaml`) on their own and so check each other.

pub mod certificates;
#[cfg(feature = "contract")]
pub mod contract;
pub mod server;
mod storage;
pub mod world;

pub use certificates::{CertificateAuthority, IssueRequest, SystemCertificate, issue_system_certificate};
pub use server::{Emulator, EmulatorOptions, Running};
pub use world::{
    ApiRequest, ApiResponse, CertificateDemand, Exchange, Fault, FaultKind, Level, OrganisationSettings,
    PortalAction, PortalRequest, Variant, World,
};

/// The contract as it is known: the file that client and emulator are both held against.
pub const OPENAPI: &str = include_str!("../openapi/idm-api.yaml");
