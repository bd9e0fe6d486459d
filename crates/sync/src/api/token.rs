//! The access token: kept in memory only, fetched with the certificate, renewed in time.
//!
//! However many callers find it too old at once, one of them fetches; the others wait and share what came of it,
//! the failure too, so that an outage costs each of them one time-out and not one after the other.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use domain::Clock;
use http::Method;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use super::{
    ApiRequest, Failure, OperationTable, Secret, Transport, Why, answer,
    failure::{of_answer, of_broken},
    table::{ApiOperation, Endpoint},
};

/// Tokens live an hour; the clients in the field throw them away after half of it (reference/idm-api.md §1.4).
const LONGEST_USE: SignedDuration = SignedDuration::from_mins(29);

/// Holds the token of one organisation.
pub(super) struct TokenKeeper {
    transport: Arc<dyn Transport>,
    endpoint: Endpoint,
    clock: Arc<dyn Clock>,
    fetches: AtomicU64,
    last: Mutex<Option<Result<Token, Failure>>>,
}

struct Token {
    secret: Secret,
    fetched_at: Timestamp,
    renew_at: Timestamp,
}

impl TokenKeeper {
    pub fn new(transport: Arc<dyn Transport>, operations: &OperationTable, clock: Arc<dyn Clock>) -> Self {
        let endpoint = operations.endpoint(ApiOperation::AuthenticateTls);
        Self { transport, endpoint, clock, fetches: AtomicU64::new(0), last: Mutex::new(None) }
    }

    /// A token that is young enough. Asks for a new one also if the present one is `refused`.
    pub async fn token(&self, refused: Option<&Secret>) -> Result<Secret, Failure> {
        let before = self.fetches.load(Ordering::SeqCst);
        let mut last = self.last.lock().await;
        let now = self.clock.now();
        let fetched_meanwhile = self.fetches.load(Ordering::SeqCst) != before;
        match last.as_ref() {
            Some(Ok(token)) if token.serves(now, refused) => return Ok(token.secret.clone()),
            Some(Err(failure)) if fetched_meanwhile => return Err(failure.clone()),
            _ => {}
        }
        let fetched = self.fetch(now).await;
        self.fetches.fetch_add(1, Ordering::SeqCst);
        let secret = fetched.as_ref().map(|token| token.secret.clone()).map_err(Clone::clone);
        *last = Some(fetched);
        secret
    }

    async fn fetch(&self, now: Timestamp) -> Result<Token, Failure> {
        const OPERATION: ApiOperation = ApiOperation::AuthenticateTls;
        let Endpoint { method, path } = self.endpoint.clone();
        let body = (method != Method::GET).then(|| b"{}".to_vec());
        let request = ApiRequest { method, path, bearer: None, body };
        let sent = self.transport.send(&request).await;
        let answer = of_answer(OPERATION, sent.map_err(|broken| of_broken(OPERATION, broken))?, None)?;
        // Not kept raw: whatever it is, it may hold a token.
        let (secret, seconds) = answer::token(&answer.body).map_err(|fault| Failure::Retry {
            after: None,
            why: Why::new(format!("MitID Erhverv gave no access token: the answer cannot be used, {fault}")),
        })?;
        Ok(Token::new(Secret::new(secret), now, seconds))
    }
}

impl Token {
    fn new(secret: Secret, fetched_at: Timestamp, lives_seconds: Option<u32>) -> Self {
        let half = lives_seconds.map(|seconds| SignedDuration::from_secs(i64::from(seconds) / 2));
        let use_for = half.map_or(LONGEST_USE, |half| half.min(LONGEST_USE));
        let renew_at = fetched_at.checked_add(use_for).unwrap_or(fetched_at);
        Self { secret, fetched_at, renew_at }
    }

    /// A clock that went back says nothing about age, so such a token does not serve.
    fn serves(&self, now: Timestamp, refused: Option<&Secret>) -> bool {
        (self.fetched_at..self.renew_at).contains(&now) && refused != Some(&self.secret)
    }
}
