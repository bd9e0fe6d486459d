//! Mail on its way out: from the queue in the database to the mail server.
//!
//! [`Mailer`] leases what is due, hands it over, and writes what became of it. What the server puts off is tried again
//! after a pause that doubles; what it refuses for good is left to a human, with a sentence that says what to do.

mod failure;
mod line;
mod message;
mod settings;

use domain::{Email, Letter};
use jiff::{SignedDuration, Timestamp};
use store::{
    Store, StoreError,
    mail::{self, Claimed, Outcome},
};
use uuid::Uuid;

pub use self::failure::MailFailure;
pub use self::settings::{Encryption, LogIn, MailSettings, MailSetupError};
use self::{line::Line, settings::Setup};

/// Letters that are leased together. They go through one connection where it holds.
const AT_ONCE: i64 = 5;
/// Longer than it takes to send all of them, each at its slowest ([`line`]).
const LEASE: SignedDuration = SignedDuration::from_mins(20);
const FIRST_PAUSE: SignedDuration = SignedDuration::from_mins(1);
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(1);
/// Whoever was to be told by then is told in another way, or need not be.
const GIVEN_UP_AFTER: SignedDuration = SignedDuration::from_hours(72);

/// What became of the letters that were taken in hand together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Round {
    pub taken: usize,
    /// Whether the mail server was there for all of them; where it was not, the next ones need not hurry.
    pub reached: bool,
}

/// Sends mail through one server.
#[derive(Debug)]
pub struct Mailer(Setup);

impl Mailer {
    /// Reads the file with the authorities, if there is one. Nothing is connected.
    pub fn new(settings: &MailSettings) -> Result<Self, MailSetupError> {
        Setup::new(settings).map(Self)
    }

    /// Connects, sets up TLS, logs in and takes its leave.
    pub async fn probe(&self) -> Result<(), MailFailure> {
        Line::open(&self.0).await?.close().await;
        Ok(())
    }

    /// Sends one letter now, and gives what the server said.
    pub async fn send(
        &self,
        id: Uuid,
        to: &Email,
        letter: &Letter,
        now: Timestamp,
    ) -> Result<String, MailFailure> {
        let mut line = Line::open(&self.0).await?;
        let sent = self.hand_over(&mut line, id, to, letter, now).await;
        line.close().await;
        sent
    }

    /// Sends some of what is due; where nothing is, it takes nothing and connects to nobody.
    ///
    /// Several nodes may do this at once: each letter is leased by one. If the program dies between the server's answer
    /// and the database's, or that answer is lost, the letter is sent again, so it may arrive twice and is never lost.
    /// Its Message-ID is the same each time, by which mail programs know a duplicate.
    pub async fn send_due(&self, store: &Store, worker: &str) -> Result<Round, StoreError> {
        let claimed = store.write(|tx| Box::pin(mail::claim(tx, worker, AT_ONCE, LEASE))).await?;
        if claimed.is_empty() {
            return Ok(Round { taken: 0, reached: true });
        }
        let mut line = self.open().await;
        for one in &claimed {
            if line.as_ref().is_ok_and(Line::is_broken) {
                line = self.open().await;
            }
            let now = store.clock().now();
            let sent = match &mut line {
                Ok(line) => self.hand_over(line, one.id, &one.to, &one.letter, now).await,
                Err(failure) => Err(failure.clone()),
            };
            let outcome = outcome(one, sent, store.clock().now());
            store.write(|tx| Box::pin(async { mail::settle(tx, one, &outcome).await })).await?;
        }
        let round = Round { taken: claimed.len(), reached: line.is_ok() };
        if let Ok(line) = line {
            line.close().await;
        }
        Ok(round)
    }

    /// What is said before the first letter names nobody, so the log has all of it.
    async fn open(&self) -> Result<Line<'_>, MailFailure> {
        let opened = Line::open(&self.0).await;
        opened.inspect_err(|failure| tracing::error!(error = %failure, "the mail server takes no mail"))
    }

    async fn hand_over(
        &self,
        line: &mut Line<'_>,
        id: Uuid,
        to: &Email,
        letter: &Letter,
        now: Timestamp,
    ) -> Result<String, MailFailure> {
        let message = message::write(&self.0, id, to, letter, now)?;
        line.deliver(&message).await
    }
}

/// What follows from an attempt; said to the log too.
fn outcome(one: &Claimed, sent: Result<String, MailFailure>, now: Timestamp) -> Outcome {
    let (mail, kind) = (one.id, one.kind.as_str());
    let failure = match sent {
        Ok(answer) => {
            tracing::info!(%mail, kind, "a mail was sent");
            return Outcome::Sent { answer };
        }
        Err(failure) => failure,
    };
    // An answer about one letter often repeats the address, so the log has the kind of failure only.
    let word = failure.word();
    if failure.is_final() {
        tracing::warn!(%mail, kind, failure = word, "a mail was refused for good");
        return Outcome::Failed { why: failure.to_string() };
    }
    if now.duration_since(one.first_tried_at) >= GIVEN_UP_AFTER {
        tracing::warn!(%mail, kind, failure = word, "a mail was given up after three days");
        let why = format!("given up after three days: {failure}. `lokalid mail retry` tries it again");
        return Outcome::Failed { why };
    }
    tracing::warn!(%mail, kind, failure = word, attempts = one.attempts, "a mail is tried again later");
    let again_at = now.saturating_add(pause(one.attempts)).unwrap_or(Timestamp::MAX);
    Outcome::Retry { why: failure.to_string(), again_at }
}

/// One minute after the first attempt, then twice as long each time.
fn pause(attempts: i64) -> SignedDuration {
    let doublings = u32::try_from((attempts - 1).clamp(0, 6)).unwrap_or(0);
    (FIRST_PAUSE * 2_i32.pow(doublings)).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_from_a_minute_to_an_hour() {
        let minutes: Vec<_> = (1..=9).map(|attempts| pause(attempts).as_mins()).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(pause(i64::MAX), LONGEST_PAUSE);
    }
}
