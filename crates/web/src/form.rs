//! A posted form, read once.

use axum::body::Body;

/// No form of ours comes near this.
const LARGEST_BODY: usize = 64 * 1024;

/// The fields of a form in the order they came.
#[derive(Debug, Clone, Default)]
pub struct Form(Vec<(String, String)>);

/// The body was no form, or too large for one.
#[derive(Debug, thiserror::Error)]
#[error("the form could not be read")]
pub struct Unreadable;

impl Form {
    /// Reads the body. Called once for every POST, before its handler.
    pub async fn read(body: Body) -> Result<Self, Unreadable> {
        let octets = axum::body::to_bytes(body, LARGEST_BODY).await.map_err(|_| Unreadable)?;
        serde_urlencoded::from_bytes(&octets).map(Self).map_err(|_| Unreadable)
    }

    /// The value of a field without blanks around it; empty when the form has no such field.
    pub fn value(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value.trim())
    }
}
