//! The directory as a source: one entry one person, by the attributes that the configuration names.
//!
//! The key is objectGUID (entryUUID outside AD), so a rename or a move is the same person. A read that ends early is
//! an error of `directory` and never a snapshot.

use std::collections::{BTreeMap, BTreeSet};

use directory::{AccountExpiry, Connection, Cookie, Delta, Entry, Query, ReadError, Settings};
use domain::{
    MINIMUM_AGE, Parts, SkippedRow, Snapshot, SourceName, SourceRecord, Standing, Warning, danish_date,
};
use jiff::{SignedDuration, Timestamp};
use store::source::position::Position;

use super::{
    addresses,
    csv::{Column, Problem},
};

mod managers;
mod parts;
mod reading;
mod repeated;

use reading::{Reading, is_place_in_the_tree};

/// A directory and what its attributes mean.
pub struct LdapSource {
    pub settings: Settings,
    pub query: Query,
    /// Which attribute holds what.
    pub attributes: BTreeMap<Column, String>,
    /// Further attributes, each with the one of the directory that holds it.
    pub more: BTreeMap<String, String>,
    /// The group that means "in MitID Erhverv"; without one everybody the filter finds is.
    pub group: Option<String>,
    /// The groups whose members get the group's name.
    pub groups: BTreeSet<String>,
    /// Use the entries that are right though others are broken.
    pub skip_broken: bool,
}

/// What decides about the entries besides the configuration of their source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LdapOptions {
    /// Use the entries that are right though others are broken, also where the configuration does not ask for it.
    pub skip_broken: bool,
    /// Whether one person may have several accounts, with one name and several user names.
    pub several_identities: bool,
}

/// What a directory says when it is asked what is new.
#[derive(Debug)]
pub enum News {
    /// The same as last time. Go on from this cookie.
    Nothing(Cookie),
    /// Everybody, and where the next question goes on, if this directory can tell.
    Everybody(Snapshot, Option<Position>),
}

/// A full read is due this long after the last, whatever the deltas say: a little less than a day, so that a reading
/// every quarter of an hour makes one each day.
const FULL_READ_AFTER: SignedDuration = SignedDuration::from_hours(23);

/// Why there is no snapshot.
#[derive(Debug, thiserror::Error)]
pub enum LdapFault {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(
        "the directory answered, but nobody matches the filter below the bases; an empty answer is never taken for an empty organisation"
    )]
    Nobody,
    #[error("{} faults in the entries, so nothing was taken in: {}", .0.len(), list(.0))]
    Broken(Vec<EntryFault>),
}

/// What is wrong with one attribute of one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryFault {
    pub entry: String,
    pub attribute: String,
    pub problem: EntryProblem,
}

/// What is wrong, and what to do. Other entries are named by their place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryProblem {
    #[error("its value is not text (UTF-8); map another attribute")]
    NotText,
    #[error(transparent)]
    Value(#[from] Problem),
    #[error("{0} has the same CPR number and another name; put the wrong one right")]
    OtherName(String),
    #[error("{0} is the same person; take one of them out of the group, or set several_identities = true")]
    SamePerson(String),
    #[error("{0} has the same user name; give one of them another")]
    SameUserName(String),
}

/// More than that many help nobody.
const SHOWN: usize = 50;

/// The first faults of many, a line each.
fn list(faults: &[EntryFault]) -> String {
    let mut lines: Vec<String> = faults
        .iter()
        .take(SHOWN)
        .map(|fault| format!("\n  {}, attribute {}: {}", fault.entry, fault.attribute, fault.problem))
        .collect();
    if faults.len() > SHOWN {
        lines.push(format!("\n  and {} more", faults.len() - SHOWN));
    }
    lines.concat()
}

impl LdapSource {
    /// Everybody that the directory shows, or why it could not be read whole.
    pub async fn read(
        &self,
        source: &SourceName,
        now: Timestamp,
        options: LdapOptions,
    ) -> Result<Snapshot, LdapFault> {
        let mut connection = Connection::open(&self.settings).await?;
        let entries = self.entries(&mut connection).await?;
        self.snapshot(source, now, &entries, options)
    }

    /// The same, unless nothing happened in the directory since the last time.
    pub async fn news(
        &self,
        source: &SourceName,
        now: Timestamp,
        options: LdapOptions,
        since: Option<&Position>,
    ) -> Result<News, LdapFault> {
        let mut connection = Connection::open(&self.settings).await?;
        let since = since.map(|position| Cookie::from_bytes(position.cookie.clone()));
        let cookie = match connection.delta(&self.query, since.as_ref()).await {
            Ok(delta) => match (delta.is_nothing(), delta) {
                (true, Delta::Changes { cookie, .. }) => return Ok(News::Nothing(cookie)),
                (_, Delta::Changes { cookie, .. }) => Some(cookie),
                (_, Delta::FullReadNeeded { cookie, .. }) => cookie,
            },
            // A directory that gives this account no deltas is read in full each time.
            Err(ReadError::Refused { .. }) => None,
            Err(other) => return Err(other.into()),
        };
        let entries = self.entries(&mut connection).await?;
        let snapshot = self.snapshot(source, now, &entries, options)?;
        let until = silence_ends(now, &entries);
        let position = cookie.map(|cookie| Position { cookie: cookie.as_bytes().to_vec(), until });
        Ok(News::Everybody(snapshot, position))
    }

    async fn entries(&self, connection: &mut Connection) -> Result<Vec<Entry>, LdapFault> {
        let read = connection.read_full(&self.query).await?;
        if read.entries.is_empty() { Err(LdapFault::Nobody) } else { Ok(read.entries) }
    }

    /// Everything that decides what a snapshot holds, in words. A cookie counts for these alone.
    pub fn setup(&self, options: LdapOptions) -> String {
        let Self { settings, query, attributes, more, group, groups, skip_broken } = self;
        let version = env!("CARGO_PKG_VERSION");
        let (address, name) = (&settings.address, &settings.bind_name);
        let people = format!("{query:?} {attributes:?} {more:?} {group:?} {groups:?}");
        format!("{version} {address} {name:?} {people} {skip_broken} {options:?}")
    }

    /// What the attributes of the mapping are called, for the query.
    pub fn wanted_attributes(
        attributes: &BTreeMap<Column, String>,
        more: &BTreeMap<String, String>,
    ) -> Vec<String> {
        let attributes = attributes.iter().filter(|(column, name)| !is_place_in_the_tree(**column, name));
        attributes.map(|(_, name)| name).chain(more.values()).cloned().collect()
    }

    /// The groups that the query must ask for.
    pub fn wanted_groups(group: Option<&String>, groups: &BTreeSet<String>) -> BTreeSet<String> {
        group.into_iter().chain(groups).cloned().collect()
    }

    fn snapshot(
        &self,
        source: &SourceName,
        now: Timestamp,
        entries: &[Entry],
        options: LdapOptions,
    ) -> Result<Snapshot, LdapFault> {
        let mut people: Vec<Person> = entries.iter().map(|entry| self.person(entry, now)).collect();
        repeated::refuse_repeated(self, &mut people, options.several_identities);
        let mut snapshot = Snapshot {
            source: source.clone(),
            taken_at: now,
            records: Vec::with_capacity(people.len()),
            skipped: Vec::new(),
            warnings: managers::resolve(&mut people),
        };
        let mut faults = Vec::new();
        for mut person in people {
            snapshot.warnings.append(&mut person.pass_over_if_unused());
            if !person.faults.is_empty() {
                snapshot.skipped.push(person.skipped());
                faults.append(&mut person.faults);
            } else if is_too_young(&person.record, now) {
                snapshot.warnings.push(young(&person.record));
            } else {
                snapshot.records.push(person.record);
            }
        }
        let skips = self.skip_broken || options.skip_broken;
        if faults.is_empty() || (skips && !snapshot.records.is_empty()) {
            snapshot.warnings.extend(addresses::warnings(&snapshot.records));
            Ok(snapshot)
        } else {
            Err(LdapFault::Broken(faults))
        }
    }

    fn person(&self, entry: &Entry, now: Timestamp) -> Person {
        let mut reading = Reading { source: self, entry, faults: Vec::new() };
        Person { record: reading.record(now), faults: reading.faults }
    }

    fn attribute(&self, column: Column) -> String {
        self.attributes.get(&column).cloned().unwrap_or_default()
    }
}

/// One entry after it was read, with what was wrong with it.
struct Person {
    record: SourceRecord,
    faults: Vec<EntryFault>,
}

impl Person {
    /// Faults of an account that is not in use stop nobody: that it is not in use is all that need be known of it.
    fn pass_over_if_unused(&mut self) -> Vec<Warning> {
        if self.record.standing == Standing::Employed {
            return Vec::new();
        }
        let warning = |fault: EntryFault| {
            let parts = Some(fault.parts().with("passed-over", true));
            let EntryFault { entry, attribute, problem } = fault;
            let text = format!("{attribute}: {problem}. Passed over, because the account is not in use here");
            Warning { place: entry, text, parts }
        };
        self.faults.drain(..).map(warning).collect()
    }

    fn skipped(&self) -> SkippedRow {
        let why = self.faults.iter().map(|fault| format!("{}: {}", fault.attribute, fault.problem));
        SkippedRow {
            key: Some(self.record.key.clone()),
            place: self.record.place.clone(),
            why: why.collect::<Vec<_>>().join("; "),
            parts: self.faults.iter().map(EntryFault::parts).collect(),
        }
    }
}

/// From when on silence of the directory says no more that all is as it was: an account that expires makes no change
/// there.
fn silence_ends(now: Timestamp, entries: &[Entry]) -> Timestamp {
    let full_read = now.saturating_add(FULL_READ_AFTER).unwrap_or(Timestamp::MAX);
    let expiries = entries.iter().filter_map(|entry| match entry.account().expires {
        Some(AccountExpiry::At(at)) if at > now => Some(at),
        _ => None,
    });
    expiries.fold(full_read, Timestamp::min)
}

fn is_too_young(record: &SourceRecord, now: Timestamp) -> bool {
    let born = record.cpr.map(|cpr| cpr.birth_date()).or(record.birth_date);
    born.is_some_and(|born| domain::cpr::age_on(born, danish_date(now)) < MINIMUM_AGE)
}

fn young(record: &SourceRecord) -> Warning {
    let text = format!("under {MINIMUM_AGE} years, so left out: MitID demands that age");
    let parts = Some(Parts::new("csv-too-young").with("expected", MINIMUM_AGE));
    Warning { place: record.place.clone(), text, parts }
}

#[cfg(test)]
mod tests;
