//! Checks of single fields, shared by creation and change.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan, tz::TimeZone};

use super::Call;
use crate::world::cpr::CprNumber;
use crate::world::employee::Level;
use crate::world::input::Input;
use crate::world::reply::Refusal;

/// The lowest age for MitID.
const YOUNGEST: i32 = 13;

/// Names and addresses: not empty, no blank at either end.
pub(crate) fn trimmed(input: &Input, name: &str) -> Result<Option<String>, Refusal> {
    let Some(text) = input.text(name)? else { return Ok(None) };
    if text.is_empty() {
        return Err(Refusal::Invalid(format!("{name} must not be empty.")));
    }
    if text.trim() != text {
        return Err(Refusal::Invalid(format!("{name} must not begin or end with a blank.")));
    }
    Ok(Some(text.to_owned()))
}

pub(crate) fn email(input: &Input, call: &Call) -> Result<Option<String>, Refusal> {
    let Some(email) = trimmed(input, "emailAddress")? else { return Ok(None) };
    let has_both_parts =
        email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
    call.strictly(has_both_parts && !email.contains(' '), "emailAddress is not an e-mail address.")?;
    Ok(Some(email))
}

pub(crate) fn cpr_number(input: &Input, now: Timestamp) -> Result<Option<CprNumber>, Refusal> {
    let Some(text) = input.text("cprNumber")? else { return Ok(None) };
    let invalid = || Refusal::Invalid("cprNumber must be ten digits that begin with a date.".to_owned());
    let cpr = CprNumber::parse(text).ok_or_else(invalid)?;
    old_enough(cpr.birth_date().ok_or_else(invalid)?, now)?;
    Ok(Some(cpr))
}

pub(crate) fn date_of_birth(input: &Input, now: Timestamp) -> Result<Option<Date>, Refusal> {
    let Some(text) = input.text("dateOfBirth")? else { return Ok(None) };
    let date = text.parse().map_err(|_| Refusal::Invalid("dateOfBirth must be a date.".to_owned()))?;
    old_enough(date, now)?;
    Ok(Some(date))
}

pub(crate) fn level(input: &Input, name: &str, call: &Call) -> Result<Option<Level>, Refusal> {
    let Some(text) = input.text(name)? else { return Ok(None) };
    let level: Level =
        text.parse().map_err(|_| Refusal::Invalid(format!("{name} must be Low, Substantial or High.")))?;
    let notified = call.organisation.settings.nsis_notified;
    call.strictly(
        level <= notified,
        &format!("{name} is above the level that the organisation is notified for."),
    )?;
    Ok(Some(level))
}

fn old_enough(born: Date, now: Timestamp) -> Result<(), Refusal> {
    let today = now.to_zoned(TimeZone::UTC).date();
    match born.checked_add(YOUNGEST.years()) {
        Ok(birthday) if birthday <= today => Ok(()),
        _ => Err(Refusal::Invalid(format!("The person is younger than {YOUNGEST}."))),
    }
}
