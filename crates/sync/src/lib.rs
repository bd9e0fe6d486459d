//! People in, MitID Erhverv in step: sources, the client of the IdM API, reconcile and the worker.

pub mod api;
pub mod source;
