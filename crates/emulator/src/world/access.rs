//! Who calls: the certificate of the connection, the token it is exchanged for, and whether they agree.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::World;
use super::change::{Kind, Session};
use super::cpr;
use super::dice::Dice;
use super::reply::{ApiResponse, Refusal};

/// How long an access token is good for.
const TOKEN_LIFETIME: SignedDuration = SignedDuration::from_hours(1);

/// Which calls must come over a connection with a client certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CertificateDemand {
    /// None; without a certificate the only organisation there is answers.
    Off,
    TokenOnly,
    #[default]
    All,
}

/// One HTTP request, as far as the interface looks at it.
#[derive(Clone)]
pub struct ApiRequest {
    /// From the client certificate of the connection.
    pub certificate_cvr: Option<String>,
    /// SHA-256 of that certificate, to tell two of one organisation apart.
    pub certificate_fingerprint: Option<String>,
    pub method: String,
    /// With or without `/api` in front.
    pub path: String,
    /// The token alone, without the word `Bearer`.
    pub bearer: Option<String>,
    pub body: Vec<u8>,
}

impl World {
    pub(super) fn issue_token(
        &mut self,
        request: &ApiRequest,
        now: Timestamp,
        dice: &mut Dice,
    ) -> Result<ApiResponse, Refusal> {
        let cvr = self.certified(request)?.ok_or(Refusal::Unauthorized)?;
        if !self.organisations.contains_key(&cvr) {
            return Err(Refusal::Forbidden);
        }
        let token = dice.secret();
        let reply = ApiResponse::json(&json!({
            "accessToken": token,
            "tokenType": "Bearer",
            "expiresIn": TOKEN_LIFETIME.as_secs(),
        }));
        self.tokens.retain(|_, session| session.expires_at > now);
        self.commit(Kind::Token { token, session: Session { cvr, expires_at: now + TOKEN_LIFETIME } });
        Ok(reply)
    }

    /// The organisation that the connection speaks for, before any token is looked at.
    fn certified(&self, request: &ApiRequest) -> Result<Option<String>, Refusal> {
        let only = || self.organisations.keys().next().filter(|_| self.organisations.len() == 1).cloned();
        match (&request.certificate_cvr, self.certificate_demand) {
            (Some(cvr), _) => Ok(Some(cvr.clone())),
            (None, CertificateDemand::All) => Err(Refusal::Unauthorized),
            (None, CertificateDemand::TokenOnly) => Ok(None),
            (None, CertificateDemand::Off) => Ok(only()),
        }
    }

    /// The organisation of the token, which must be that of the certificate, if there is one.
    pub(super) fn authorised(&self, request: &ApiRequest, now: Timestamp) -> Result<String, Refusal> {
        let certified = self.certified(request)?.filter(|_| request.certificate_cvr.is_some());
        let session =
            request.bearer.as_ref().and_then(|token| self.tokens.get(token)).ok_or(Refusal::Unauthorized)?;
        let fits = certified.is_none_or(|cvr| cvr == session.cvr);
        (fits && session.expires_at > now).then(|| session.cvr.clone()).ok_or(Refusal::Unauthorized)
    }
}

impl fmt::Debug for ApiRequest {
    /// Without token and body.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ApiRequest")
            .field("method", &self.method)
            .field("path", &cpr::masked(&self.path))
            .finish_non_exhaustive()
    }
}
