//! What goes back to the caller: an answer, or a refusal that becomes one.

use serde::Serialize;
use serde_json::json;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiResponse {
    pub status: u16,
    pub content_type: &'static str,
    pub body: Vec<u8>,
    /// Sent as `Retry-After`.
    pub retry_after_seconds: Option<u64>,
}

const JSON: &str = "application/json";

impl ApiResponse {
    pub(crate) fn json(body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(body) => Self { status: 200, content_type: JSON, body, retry_after_seconds: None },
            Err(_) => Refusal::Server.into(),
        }
    }

    /// Done, and nothing to say: most writes answer so.
    pub(crate) fn empty(status: u16) -> Self {
        Self { status, content_type: JSON, body: Vec::new(), retry_after_seconds: None }
    }
}

/// Why a call is not carried out. The shape of the real error bodies is unknown; only the two words
/// that clients look for (`OptimisticConcurrency`, `ServiceUnavailable`) are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("{0}")]
    Invalid(String),
    #[error("The access token or the client certificate is missing, expired or of another organisation.")]
    Unauthorized,
    #[error("The organisation of the certificate has no access to the IdM API.")]
    Forbidden,
    #[error("No such object.")]
    NotFound,
    #[error("{0}")]
    Conflict(&'static str),
    #[error("The object was changed by somebody else meanwhile.")]
    OptimisticConcurrency,
    #[error("An error occurred. See log for exception details")]
    Server,
    #[error("ServiceUnavailable")]
    Unavailable { retry_after_seconds: Option<u64> },
}

impl Refusal {
    fn status(&self) -> u16 {
        match self {
            Self::Invalid(_) => 400,
            Self::Unauthorized => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Conflict(_) | Self::OptimisticConcurrency => 409,
            Self::Server => 500,
            Self::Unavailable { .. } => 503,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "ValidationError",
            Self::Unauthorized => "Unauthorized",
            Self::Forbidden => "Forbidden",
            Self::NotFound => "NotFound",
            Self::Conflict(_) => "Conflict",
            Self::OptimisticConcurrency => "OptimisticConcurrency",
            Self::Server => "ServerError",
            Self::Unavailable { .. } => "ServiceUnavailable",
        }
    }
}

impl From<Refusal> for ApiResponse {
    fn from(refusal: Refusal) -> Self {
        let text = refusal.to_string();
        let retry_after_seconds = match refusal {
            Refusal::Unavailable { retry_after_seconds } => retry_after_seconds,
            _ => None,
        };
        let code = refusal.code();
        let (content_type, body) = match refusal {
            // A bare JSON string, as other services of the host answer.
            Refusal::Server => (JSON, json!(text).to_string()),
            Refusal::Unavailable { .. } => ("text/plain", text),
            _ => (JSON, json!({ "errorCode": code, "message": text }).to_string()),
        };
        Self { status: refusal.status(), content_type, body: body.into_bytes(), retry_after_seconds }
    }
}
