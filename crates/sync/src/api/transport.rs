//! One call on its way out and its answer back, and the seam at which HTTPS and the simulation meet.

use std::{fmt, time::Duration};

use futures::future::BoxFuture;
use http::Method;

/// Carries one request and brings its answer, or says how far it got.
pub trait Transport: Send + Sync {
    fn send<'a>(&'a self, request: &'a ApiRequest) -> BoxFuture<'a, Result<ApiResponse, Broken>>;
}

/// One call. `path` begins with `/api/`.
pub struct ApiRequest {
    pub method: Method,
    pub path: String,
    pub bearer: Option<Secret>,
    pub body: Option<Vec<u8>>,
}

/// One answer, of whatever status.
pub struct ApiResponse {
    pub status: u16,
    pub retry_after: Option<Duration>,
    pub body: Vec<u8>,
}

/// No answer came. The sentence is for people and holds nothing of the request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// The call surely had no effect: name look-up, connection or TLS failed.
    #[error("{0}")]
    BeforeSending(String),
    /// The server does not take our certificate, or we have none to show; no request was read.
    #[error("{0}")]
    NotAdmitted(String),
    /// The answer was lost or did not come in time; the call may have had its effect.
    #[error("{0}")]
    AfterSending(String),
}

/// A text that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text in clear: only for the header that carries it and for hiding it in answers.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(...)")
    }
}

impl fmt::Debug for ApiRequest {
    /// Without token and body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiRequest({} {})", self.method, self.path)
    }
}

impl fmt::Debug for ApiResponse {
    /// Without the body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiResponse({}, {} octets)", self.status, self.body.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_prints_a_token_or_a_body() {
        let body = Some(b"{\"cprNumber\":\"6101900007\"}".to_vec());
        let bearer = Some(Secret::new("t0ken"));
        let request = ApiRequest { method: Method::PUT, path: "/api/x".to_owned(), bearer, body };
        let response = ApiResponse { status: 200, retry_after: None, body: b"6101900007".to_vec() };
        let printed = format!("{request:?} {response:?} {:?}", request.bearer);
        assert_eq!(printed, "ApiRequest(PUT /api/x) ApiResponse(200, 10 octets) Some(Secret(...))");
    }
}
