//! The client of the IdM API: what this program knows about talking to MitID Erhverv.
//!
//! [`Client`] has one method for each thing that is asked or done. Below it lies a [`Transport`], of which
//! there are two: HTTPS with the organisation's certificate, and a direct one for the simulation. Beside it
//! stand what configuration may change ([`OperationTable`], [`CreateTemplate`]) and what keeps the service
//! from being overrun ([`limits`], [`backoff`]).
//!
//! The contract was never published: everything read is taken as it comes ([`answer`]), and every failure
//! is put into one of few classes ([`Failure`]), because that decides whether a call may be sent again.

pub mod answer;
pub mod backoff;
pub mod certificate;
mod client;
mod failure;
pub mod https;
pub mod limits;
mod mask;
pub mod table;
pub mod template;
mod token;
mod transport;
mod tree;

pub use answer::{CatalogueRight, Detail, HeldRight, ProductionUnit, Scope, Summary};
pub use certificate::{CertificateError, ClientCertificate};
pub use client::{Client, ClientOptions, Done, RightsChange};
pub use failure::{Failure, Why};
pub use table::{ApiOperation, OperationTable};
pub use template::CreateTemplate;
pub use transport::{ApiRequest, ApiResponse, Broken, Secret, Transport};
