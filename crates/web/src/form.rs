//! A posted form, read once: the fields of an ordinary one, and files where it has any.

use axum::body::Body;
use axum::extract::multipart::{Field, Multipart};
use axum::extract::{DefaultBodyLimit, FromRequest as _, Request};
use axum::http::header;

/// No field or file of ours comes near this.
const LARGEST: usize = 64 * 1024;

/// What is read of a file that is too large before the answer can say so.
const LARGEST_UPLOAD: usize = 16 * 1024 * 1024;

/// More parts than any form of ours has.
const MOST_PARTS: usize = 32;

/// The fields of a form in the order they came. Nothing prints their values.
#[derive(Clone, Default)]
pub struct Form {
    fields: Vec<(String, String)>,
    files: Vec<(String, Option<Vec<u8>>)>,
}

/// What came in a field for a file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Upload<'a> {
    Nothing,
    /// Longer than 64 KiB; it was not kept.
    TooLarge,
    Octets(&'a [u8]),
}

/// The body was no form, or too large for one.
#[derive(Debug, thiserror::Error)]
#[error("the form could not be read")]
pub struct Unreadable;

impl Form {
    /// Reads the body. Called once for every POST, before its handler.
    pub async fn read(request: Request) -> Result<Self, Unreadable> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if kind.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
            return Self::read_parts(request).await;
        }
        Self::read_fields(request.into_body()).await
    }

    /// The value of a field without blanks around it; empty when the form has no such field.
    pub fn value(&self, name: &str) -> &str {
        self.exactly(name).trim()
    }

    /// Every value of a field that may stand there several times, without blanks around it; empty ones are left out.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.fields.iter().filter(move |(field, _)| field == name);
        named.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// The value of a field as it was typed.
    pub fn exactly(&self, name: &str) -> &str {
        self.fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// The file of a field. One that is empty was not chosen.
    pub fn file(&self, name: &str) -> Upload<'_> {
        match self.files.iter().find(|(field, _)| field == name).map(|(_, file)| file) {
            Some(None) => Upload::TooLarge,
            Some(Some(octets)) if !octets.is_empty() => Upload::Octets(octets),
            _ => Upload::Nothing,
        }
    }

    async fn read_fields(body: Body) -> Result<Self, Unreadable> {
        let octets = axum::body::to_bytes(body, LARGEST).await.map_err(|_| Unreadable)?;
        let fields = serde_urlencoded::from_bytes(&octets).map_err(|_| Unreadable)?;
        Ok(Self { fields, files: Vec::new() })
    }

    async fn read_parts(mut request: Request) -> Result<Self, Unreadable> {
        DefaultBodyLimit::max(LARGEST_UPLOAD).apply(&mut request);
        let mut parts = Multipart::from_request(request, &()).await.map_err(|_| Unreadable)?;
        let mut form = Self::default();
        while let Some(part) = parts.next_field().await.map_err(|_| Unreadable)? {
            if form.fields.len() + form.files.len() >= MOST_PARTS {
                return Err(Unreadable);
            }
            let name = part.name().unwrap_or_default().to_owned();
            if part.file_name().is_some() {
                form.files.push((name, gather(part).await?));
            } else {
                let octets = gather(part).await?.ok_or(Unreadable)?;
                form.fields.push((name, String::from_utf8(octets).map_err(|_| Unreadable)?));
            }
        }
        Ok(form)
    }
}

/// A part to its end, or `None` if it is too large; what is too much is read and dropped.
async fn gather(mut part: Field<'_>) -> Result<Option<Vec<u8>>, Unreadable> {
    let mut gathered = Some(Vec::new());
    while let Some(chunk) = part.chunk().await.map_err(|_| Unreadable)? {
        if let Some(octets) = &mut gathered {
            octets.extend_from_slice(&chunk);
        }
        gathered = gathered.filter(|octets| octets.len() <= LARGEST);
    }
    Ok(gathered)
}

impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.fields.iter().map(|(name, _)| name)).finish()
    }
}
