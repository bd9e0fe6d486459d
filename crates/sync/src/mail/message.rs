//! A letter as it goes over the wire.

use std::time::SystemTime;

use domain::{Email, Letter};
use jiff::Timestamp;
use lettre::{
    Address, Message,
    message::{
        Mailbox,
        header::{ContentType, HeaderName, HeaderValue},
    },
};
use uuid::Uuid;

use super::{MailFailure, settings::Setup};

/// No automatic answer is sent to such mail (RFC 3834).
const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");

/// The Message-ID is made of `id`, so that the same letter has the same one however often it is sent.
pub(super) fn write(
    setup: &Setup,
    id: Uuid,
    to: &Email,
    letter: &Letter,
    now: Timestamp,
) -> Result<Message, MailFailure> {
    let not_written = |why: String| MailFailure::NotWritten { why };
    let address: Address =
        to.as_str().parse().map_err(|_| not_written("it is no e-mail address".to_owned()))?;
    let builder = Message::builder()
        .from(setup.from.clone())
        .to(Mailbox::new(None, address))
        .subject(&letter.subject)
        .message_id(Some(format!("<{id}@{}>", setup.from.email.domain())))
        .date(SystemTime::from(now))
        .raw_header(HeaderValue::new(AUTO_SUBMITTED, "auto-generated".to_owned()))
        .header(ContentType::TEXT_PLAIN);
    let builder = match &setup.reply_to {
        Some(reply_to) => builder.reply_to(reply_to.clone()),
        None => builder,
    };
    builder.body(letter.body.clone()).map_err(|error| not_written(error.to_string()))
}
