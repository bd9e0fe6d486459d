//! The way to the real service: HTTPS with the organisation's certificate on every connection.
//!
//! The server's certificate is always verified. There are no cookies, redirects or proxies, and nothing is
//! sent again by itself: whether a call may be repeated is decided above.

mod trust;

use std::{error::Error, io, path::PathBuf, time::Duration};

use futures::{FutureExt as _, future::BoxFuture};
use http::header::{ACCEPT, CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER};
use jiff::Timestamp;
use reqwest::{Response, Url, redirect::Policy};
use rustls::AlertDescription;

use super::{ApiRequest, ApiResponse, Broken, CertificateError, ClientCertificate, Transport};

pub use trust::ServerTrust;

/// Sends calls to one server in the name of one organisation.
pub struct HttpsTransport {
    client: reqwest::Client,
    /// Without `/` at its end.
    base: String,
    most_octets: usize,
}

/// How long is waited, and how much is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub connect: Duration,
    /// From sending until the last octet. Searches are slow; the field waits three minutes.
    pub answer: Duration,
    pub most_octets: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connect: Duration::from_mins(1), answer: Duration::from_mins(3), most_octets: 256 << 20 }
    }
}

/// What any answer tells, whatever it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Probe {
    /// The time by the server's clock.
    pub date: Option<Timestamp>,
}

/// Why no transport can be made.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    #[error("\"{address}\" is not the address of an IdM API: write it like https://services.nemlog-in.dk")]
    Address { address: String },
    #[error(
        "the file {} with the certificate authorities for the server cannot be used ({why}): it holds one or more \
         certificates in PEM form",
        file.display()
    )]
    TrustFile { file: PathBuf, why: String },
    #[error(
        "this machine has no certificate authorities to check the server with ({why}): install ca-certificates"
    )]
    NoSystemTrust { why: String },
    #[error("TLS cannot be set up: {why}")]
    Tls { why: String },
    #[error(transparent)]
    Certificate(#[from] CertificateError),
}

/// Idle connections are given up before servers usually do it, so that no call goes into a closed one.
const IDLE: Duration = Duration::from_secs(20);

/// No server is believed that wants to be left alone for longer.
const LONGEST_RETRY_AFTER: Duration = Duration::from_hours(1);

impl HttpsTransport {
    /// `address` is scheme, host and port; a path `/api` at its end is allowed, since it is written so in places.
    pub fn new(
        address: &str,
        certificate: &ClientCertificate,
        trust: &ServerTrust,
        limits: Limits,
    ) -> Result<Self, TransportError> {
        let base = base_of(address)?;
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(trust::client_config(certificate, trust)?)
            .https_only(true)
            .http1_only()
            .no_proxy()
            .referer(false)
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .user_agent(concat!("lokalid/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(limits.connect)
            .timeout(limits.answer)
            .pool_idle_timeout(IDLE)
            .build()
            .map_err(|error| TransportError::Tls { why: sentence_of(&error) })?;
        Ok(Self { client, base, most_octets: limits.most_octets })
    }

    /// Whether the server answers at all, without asking it for anything.
    pub async fn probe(&self) -> Result<Probe, Broken> {
        let sent = self.client.get(format!("{}/", self.base)).send().await;
        let response = sent.map_err(|error| self.broken(&error))?;
        Ok(Probe { date: date(response.headers()) })
    }

    async fn exchange(&self, request: &ApiRequest) -> Result<ApiResponse, Broken> {
        let url = format!("{}{}", self.base, request.path);
        let mut builder = self.client.request(request.method.clone(), url).header(ACCEPT, "application/json");
        if let Some(token) = &request.bearer {
            builder = builder.bearer_auth(token.expose());
        }
        if let Some(body) = &request.body {
            builder = builder.header(CONTENT_TYPE, "application/json").body(body.clone());
        }
        let response = builder.send().await.map_err(|error| self.broken(&error))?;
        let (status, retry_after) = (response.status().as_u16(), retry_after(response.headers()));
        Ok(ApiResponse { status, retry_after, body: self.body(response).await? })
    }

    async fn body(&self, mut response: Response) -> Result<Vec<u8>, Broken> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.broken(&error))? {
            if body.len() + chunk.len() > self.most_octets {
                let most = self.most_octets;
                return Err(Broken::AfterSending(format!(
                    "the answer is longer than {most} octets: it was not read"
                )));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    /// Where a call broke. Only what surely came before the request counts as before.
    fn broken(&self, error: &reqwest::Error) -> Broken {
        let sentence = sentence_of(error);
        let not_reached = format!("MitID Erhverv cannot be reached at {}: {sentence}", self.base);
        if certificate_was_refused(error) {
            return Broken::NotAdmitted(not_reached);
        }
        if error.is_builder() || error.is_connect() {
            return Broken::BeforeSending(not_reached);
        }
        if error.is_timeout() {
            return Broken::AfterSending(format!("MitID Erhverv did not answer in time: {sentence}"));
        }
        Broken::AfterSending(format!("the connection broke before the answer came: {sentence}"))
    }
}

impl Transport for HttpsTransport {
    fn send<'a>(&'a self, request: &'a ApiRequest) -> BoxFuture<'a, Result<ApiResponse, Broken>> {
        self.exchange(request).boxed()
    }
}

fn base_of(address: &str) -> Result<String, TransportError> {
    let wrong = || TransportError::Address { address: address.to_owned() };
    let url: Url = address.trim().parse().map_err(|_| wrong())?;
    let bare = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    let right = url.scheme() == "https" && url.has_host() && bare && url.password().is_none();
    if !right || !matches!(url.path(), "/" | "/api" | "/api/") {
        return Err(wrong());
    }
    Ok(url.origin().ascii_serialization())
}

/// In TLS 1.3 the server looks at our certificate after we are done with the handshake: its refusal arrives where
/// the answer should, and no request was read.
fn certificate_was_refused(error: &reqwest::Error) -> bool {
    matches!(tls_error(error), Some(rustls::Error::AlertReceived(alert)) if is_about_our_certificate(*alert))
}

/// A signature that does not fit, the certificate's or the one that proves its key, is called a decryption error (RFC
/// 8446, 6.2).
fn is_about_our_certificate(alert: AlertDescription) -> bool {
    use AlertDescription as Alert;
    matches!(
        alert,
        Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateRevoked
            | Alert::CertificateExpired
            | Alert::CertificateUnknown
            | Alert::CertificateRequired
            | Alert::UnknownCA
            | Alert::AccessDenied
            | Alert::DecryptError
    )
}

fn tls_error(error: &reqwest::Error) -> Option<&rustls::Error> {
    causes(error).find_map(|cause| cause.downcast_ref())
}

/// The innermost cause: the outer ones repeat the address and say nothing.
fn sentence_of(error: &reqwest::Error) -> String {
    match (tls_error(error), causes(error).last()) {
        (Some(rustls::Error::AlertReceived(alert)), _) if is_about_our_certificate(*alert) => {
            format!("the server refused our certificate ({alert:?})")
        }
        (Some(rustls::Error::AlertReceived(alert)), _) => {
            format!("the server broke off TLS ({alert:?})")
        }
        (Some(tls), _) => format!("the server's certificate or TLS is not accepted ({tls})"),
        (None, Some(cause)) => cause.to_string(),
        (None, None) => "no reason was given".to_owned(),
    }
}

/// An I/O error names as its source what is behind the error that it wraps, and so would hide that one.
fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(error.source(), |&cause| {
        let wrapped = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        wrapped.map(|wrapped| wrapped as &(dyn Error + 'static)).or_else(|| cause.source())
    })
}

fn date(headers: &HeaderMap) -> Option<Timestamp> {
    let said = headers.get(DATE)?.to_str().ok()?;
    jiff::fmt::rfc2822::parse(said.trim()).ok().map(|date| date.timestamp())
}

/// Seconds, or a date, which is compared with the server's own clock.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name)?.to_str().ok().map(str::trim);
    let said = text(RETRY_AFTER)?;
    let wait = said.parse().ok().map(Duration::from_secs).or_else(|| {
        let [then, now] = [said, text(DATE)?].map(|date| jiff::fmt::rfc2822::parse(date).ok());
        Some(then?.duration_since(&now?).try_into().unwrap_or_default())
    })?;
    Some(wait.min(LONGEST_RETRY_AFTER))
}

#[cfg(test)]
mod tests;
