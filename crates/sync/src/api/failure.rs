//! What a failed call means for what may be done next (reference/idm-api.md §2.17; "After a failure").
//!
//! The class is decided here, once, from three things: how far the call got, the status of the answer, and
//! whether the call could have changed anything.

use std::{fmt, time::Duration};

use domain::Parts;

use super::{ApiResponse, Broken, Secret, mask, table::ApiOperation};

/// Why a call did not do what it should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Had no effect, or was only a question: the same call may be sent again.
    #[error("{why}")]
    Retry { after: Option<Duration>, why: Why },
    /// May have had its effect: read back before anything is sent again.
    #[error("{why}")]
    Unknown { why: Why },
    /// The identity does not exist (any more).
    #[error("MitID Erhverv does not know this identity: it was deleted there")]
    Gone,
    /// What is stored there does not allow it. `transient`: somebody wrote at the same moment.
    #[error("{why}")]
    Conflict { why: Why, transient: bool },
    /// Refused for good: sending the same again would be refused again.
    #[error("{why}")]
    Fail { status: u16, why: Why },
    /// The certificate or the token is not accepted.
    #[error("{why}")]
    Unauthorised { why: Why },
    /// An answer to a question that cannot be read; never an empty list.
    #[error("{why}")]
    Garbled { why: Why },
    /// The action means no call: a fault of this program, never of the service.
    #[error(
        "the action `{kind}` is carried out here and is never sent; this is a fault in the program, please report it"
    )]
    NotACall { kind: &'static str },
}

/// One plain sentence, with what the service answered beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    pub sentence: String,
    /// The answer, cut, with CPR numbers and tokens hidden; empty if there was none.
    pub raw: String,
}

impl Why {
    pub(super) fn new(sentence: impl Into<String>) -> Self {
        Self { sentence: sentence.into(), raw: String::new() }
    }

    pub(super) fn with_raw(sentence: impl Into<String>, raw: String) -> Self {
        Self { sentence: sentence.into(), raw }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl Failure {
    /// The reason, where it says more than the class.
    pub fn why(&self) -> Option<&Why> {
        match self {
            Self::Retry { why, .. }
            | Self::Unknown { why }
            | Self::Conflict { why, .. }
            | Self::Fail { why, .. }
            | Self::Unauthorised { why }
            | Self::Garbled { why } => Some(why),
            Self::Gone | Self::NotACall { .. } => None,
        }
    }

    /// The same for readers in every language, with the sentence as its technical side.
    pub fn parts(&self) -> Parts {
        let key = match self {
            Self::Retry { .. } => "remote-not-now",
            Self::Unknown { .. } => "remote-unknown",
            Self::Gone => "remote-gone",
            Self::Conflict { transient: true, .. } => "remote-busy",
            Self::Conflict { .. } => "remote-conflict",
            Self::Fail { .. } => "remote-refused",
            Self::Unauthorised { .. } => "remote-not-let-in",
            Self::Garbled { .. } => "remote-garbled",
            Self::NotACall { .. } => "remote-not-a-call",
        };
        Parts::new(key).with("why", self)
    }

    /// Whether it may come from too many calls at once, so that fewer should be sent.
    pub fn hints_at_overload(&self) -> bool {
        matches!(self, Self::Retry { .. } | Self::Unknown { .. })
    }
}

/// The class of a call that got no answer.
pub(super) fn of_broken(operation: ApiOperation, broken: Broken) -> Failure {
    match broken {
        Broken::AfterSending(sentence) if operation.is_write() => {
            Failure::Unknown { why: Why::new(sentence) }
        }
        Broken::BeforeSending(sentence) | Broken::NotAdmitted(sentence) | Broken::AfterSending(sentence) => {
            Failure::Retry { after: None, why: Why::new(sentence) }
        }
    }
}

/// Passes a good answer on and puts any other into its class.
pub(super) fn of_answer(
    operation: ApiOperation,
    answer: ApiResponse,
    bearer: Option<&Secret>,
) -> Result<ApiResponse, Failure> {
    let good = (200..300).contains(&answer.status);
    if good && !operation.is_write() {
        return Ok(answer);
    }
    let unavailable = contains(&answer.body, "ServiceUnavailable");
    if good && !unavailable {
        return Ok(answer);
    }
    Err(classify(operation, &answer, unavailable, mask::masked(&answer.body, bearer)))
}

fn classify(operation: ApiOperation, answer: &ApiResponse, unavailable: bool, raw: String) -> Failure {
    let status = answer.status;
    let after = answer.retry_after;
    let write = operation.is_write();
    let why = |sentence: String| Why::with_raw(sentence, raw);
    match status {
        408 | 429 | 503 => Failure::Retry { after, why: why(refused_for_now(status)) },
        400..=499 if unavailable => Failure::Retry { after, why: why(refused_for_now(status)) },
        500.. | 200..=299 if write => Failure::Unknown {
            why: why(format!(
                "MitID Erhverv failed on `{operation}` ({status}) without saying whether it took effect"
            )),
        },
        500.. => {
            Failure::Retry { after, why: why(format!("MitID Erhverv failed on `{operation}` ({status})")) }
        }
        401 | 403 => Failure::Unauthorised { why: why(not_accepted(operation, status)) },
        404 | 410 if operation.is_about_an_identity() => Failure::Gone,
        409 => conflict(operation, answer, why),
        _ => Failure::Fail { status, why: why(format!("MitID Erhverv refused `{operation}` ({status})")) },
    }
}

fn conflict(operation: ApiOperation, answer: &ApiResponse, why: impl FnOnce(String) -> Why) -> Failure {
    let transient = contains(&answer.body, "OptimisticConcurrency");
    let sentence = if transient {
        format!("somebody else changed the identity while `{operation}` was on its way")
    } else {
        format!("what MitID Erhverv has stored does not allow `{operation}`")
    };
    Failure::Conflict { why: why(sentence), transient }
}

fn refused_for_now(status: u16) -> String {
    match status {
        429 => "MitID Erhverv asks for fewer calls (429)".to_owned(),
        _ => format!("MitID Erhverv is not available at the moment ({status})"),
    }
}

fn not_accepted(operation: ApiOperation, status: u16) -> String {
    if operation == ApiOperation::AuthenticateTls {
        return format!(
            "MitID Erhverv did not accept the certificate ({status}): check with `lokalid doctor` that it is valid, \
             belongs to this CVR number and has the right \"Access to IdM services\""
        );
    }
    match status {
        401 => format!(
            "MitID Erhverv did not accept a fresh access token for `{operation}` (401): try again later"
        ),
        _ => format!(
            "MitID Erhverv does not let this certificate do `{operation}` ({status}): check with `lokalid doctor` \
             which rights it has"
        ),
    }
}

fn contains(body: &[u8], word: &str) -> bool {
    body.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}

#[cfg(test)]
mod tests;
