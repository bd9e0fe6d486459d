//! From what the sources say to what we want: which records are one person, and which source decides a field.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
};

use jiff::{Timestamp, civil::Date};
use uuid::Uuid;

use crate::{
    About, Cpr, Departure, Desired, IdentityId, Leaving, PersonId, Presence, Question, Settings, SourceName,
    SourceRecord, Standing, UserName, danish_date,
};

/// A record as the store keeps it: the last that was read of its key, and since when it is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRecord {
    pub source: SourceName,
    /// The key as stored; keys made from a CPR number are a keyed hash here.
    pub key: String,
    pub record: SourceRecord,
    /// When the first complete snapshot without it was taken.
    pub missing_since: Option<Timestamp>,
    /// The identity that it was found to be, once it has been.
    pub identity: Option<IdentityId>,
}

/// An identity as it was after the last resolution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownIdentity {
    pub desired: Desired,
}

/// What comes out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Resolution {
    /// Every identity that has a record, new ones included, ordered by key.
    pub desired: Vec<Desired>,
    /// Which record is which identity, for those that were not linked before.
    pub links: Vec<(SourceName, String, IdentityId)>,
    pub questions: Vec<Question>,
}

/// Finds out who is who and what each must be. `new_key` makes keys for new identities and people.
pub fn resolve(
    settings: &Settings,
    today: Date,
    records: &[StoredRecord],
    known: &[KnownIdentity],
    new_key: &mut dyn FnMut() -> Uuid,
) -> Resolution {
    let mut people = People::new(settings, records, known, new_key);
    people.link_new();
    let (groups, links, mut questions) = people.finish();
    let known: HashMap<IdentityId, &Desired> =
        known.iter().map(|one| (one.desired.identity, &one.desired)).collect();
    let merge = |(identity, (person, of_identity)): (IdentityId, (PersonId, Vec<&StoredRecord>))| {
        merge(settings, today, identity, person, &of_identity, known.get(&identity).copied())
    };
    let desired = groups.into_iter().map(merge).collect();
    questions.sort_by_key(Question::key);
    Resolution { desired, links, questions }
}

type Groups<'a> = BTreeMap<IdentityId, (PersonId, Vec<&'a StoredRecord>)>;

/// The linking of records to identities.
struct People<'a, 'b> {
    settings: &'a Settings,
    records: &'a [StoredRecord],
    new_key: &'b mut dyn FnMut() -> Uuid,
    person_of: HashMap<IdentityId, PersonId>,
    person_by_cpr: HashMap<Cpr, PersonId>,
    identities_by_cpr: HashMap<Cpr, Vec<IdentityId>>,
    identities_by_name: HashMap<String, Vec<IdentityId>>,
    cpr_of: HashMap<IdentityId, Cpr>,
    /// Identities that a source holds a present record for.
    present: HashSet<(&'a SourceName, IdentityId)>,
    groups: Groups<'a>,
    links: Vec<(SourceName, String, IdentityId)>,
    questions: Vec<Question>,
}

impl<'a, 'b> People<'a, 'b> {
    fn new(
        settings: &'a Settings,
        records: &'a [StoredRecord],
        known: &[KnownIdentity],
        new_key: &'b mut dyn FnMut() -> Uuid,
    ) -> Self {
        let mut people = Self {
            settings,
            records,
            new_key,
            person_of: HashMap::new(),
            person_by_cpr: HashMap::new(),
            identities_by_cpr: HashMap::new(),
            identities_by_name: HashMap::new(),
            cpr_of: HashMap::new(),
            present: HashSet::new(),
            groups: Groups::new(),
            links: Vec::new(),
            questions: Vec::new(),
        };
        people.person_of = known.iter().map(|one| (one.desired.identity, one.desired.person)).collect();
        people.link_known(known);
        people
    }

    /// What the records say now goes before what was known: a CPR number that was put right is no longer theirs.
    fn link_known(&mut self, known: &[KnownIdentity]) {
        for record in self.records {
            if let Some(identity) = record.identity {
                self.put(record, identity);
            }
        }
        for Desired { identity, person, cpr, .. } in known.iter().map(|one| &one.desired) {
            if !self.cpr_of.contains_key(identity) {
                self.remember(*identity, *person, cpr.as_ref());
            }
        }
    }

    fn remember(&mut self, identity: IdentityId, person: PersonId, cpr: Option<&Cpr>) {
        self.person_of.insert(identity, person);
        if let Some(cpr) = cpr {
            let of_cpr = self.person_by_cpr.entry(*cpr).or_insert(person);
            *of_cpr = person.min(*of_cpr);
            let identities = self.identities_by_cpr.entry(*cpr).or_default();
            if !identities.contains(&identity) {
                identities.push(identity);
            }
            self.cpr_of.insert(identity, *cpr);
        }
    }

    fn remember_name(&mut self, identity: IdentityId, user_name: Option<String>) {
        if let Some(name) = user_name {
            let identities = self.identities_by_name.entry(name).or_default();
            if !identities.contains(&identity) {
                identities.push(identity);
            }
        }
    }

    /// The records that are nobody yet, in an order that does not depend on how they came.
    fn link_new(&mut self) {
        let nobody = |one: &&StoredRecord| one.identity.is_none() && one.missing_since.is_none();
        let mut new: Vec<&StoredRecord> = self.records.iter().filter(nobody).collect();
        new.sort_by(|a, b| {
            let rank = |one: &StoredRecord| self.settings.rank("status", &one.source);
            (rank(a), &a.source, &a.key).cmp(&(rank(b), &b.source, &b.key))
        });
        for record in new {
            if let Some(identity) = self.identity_of(record) {
                self.links.push((record.source.clone(), record.key.clone(), identity));
                self.put(record, identity);
            }
        }
    }

    fn put(&mut self, record: &'a StoredRecord, identity: IdentityId) {
        let person = self.person_of.get(&identity).copied().unwrap_or(PersonId(identity.0));
        self.remember(identity, person, record.record.cpr.as_ref());
        self.remember_name(identity, record.record.user_name.as_ref().map(UserName::key));
        if record.missing_since.is_none() {
            self.present.insert((&record.source, identity));
        }
        self.groups.entry(identity).or_insert_with(|| (person, Vec::new())).1.push(record);
    }

    /// The identity that a new record is: the one with its CPR number whose key vanished or which this source has
    /// not named yet; else the one that another source knows by its user name; else a new one. `None` asks a human.
    fn identity_of(&mut self, record: &'a StoredRecord) -> Option<IdentityId> {
        let same_cpr = record.record.cpr.and_then(|cpr| self.identities_by_cpr.get(&cpr)).cloned();
        let Some(identities) = same_cpr else {
            return Some(self.same_user_name(record).unwrap_or_else(|| self.new_identity(None)));
        };
        let named = self.named_like(record);
        let open = identities.iter().copied().filter(|one| !self.present.contains(&(&record.source, *one)));
        if let Some(identity) = open.min_by_key(|one| (!named.contains(one), *one)) {
            return Some(identity);
        }
        let other = identities.iter().copied().min();
        if !(self.settings.several_identities && other.is_some_and(|other| self.has_same_name(record, other)))
        {
            self.ask_about_shared_cpr(record, other);
            return None;
        }
        let person = record.record.cpr.and_then(|cpr| self.person_by_cpr.get(&cpr)).copied();
        Some(self.new_identity(person))
    }

    fn named_like(&self, record: &StoredRecord) -> Vec<IdentityId> {
        let key = record.record.user_name.as_ref().map(UserName::key);
        key.and_then(|key| self.identities_by_name.get(&key)).cloned().unwrap_or_default()
    }

    /// Several identities are for one person, and one person has one name.
    fn has_same_name(&self, record: &StoredRecord, other: IdentityId) -> bool {
        let mut of_other = self.groups.get(&other).into_iter().flat_map(|(_, records)| records.iter());
        of_other.any(|one| full_name(one) == full_name(record))
    }

    /// Another source may know the same account by its user name; a different CPR number says that it is not.
    /// Within one source a new key with an old user name is somebody new: user names are given out again.
    fn same_user_name(&self, record: &StoredRecord) -> Option<IdentityId> {
        let not_different = |identity: &IdentityId| match (&record.record.cpr, self.cpr_of.get(identity)) {
            (Some(ours), Some(theirs)) => ours == theirs,
            _ => true,
        };
        let only_elsewhere = |identity: &IdentityId| {
            self.groups.get(identity).is_some_and(|(_, records)| {
                records.iter().all(|one| one.source != record.source)
                    && records.iter().any(|one| one.missing_since.is_none())
            })
        };
        let mut same = self.named_like(record).into_iter().filter(not_different).filter(only_elsewhere);
        same.next().filter(|_| same.next().is_none())
    }

    fn new_identity(&mut self, person: Option<PersonId>) -> IdentityId {
        let identity = IdentityId((self.new_key)());
        let person = person.unwrap_or_else(|| PersonId((self.new_key)()));
        self.person_of.insert(identity, person);
        identity
    }

    fn ask_about_shared_cpr(&mut self, record: &StoredRecord, other: Option<IdentityId>) {
        let place_of = |identity: IdentityId| {
            let (_, of_identity) = self.groups.get(&identity)?;
            of_identity.iter().find(|one| one.missing_since.is_none()).map(|one| one.record.place.clone())
        };
        let other = other.and_then(place_of).unwrap_or_default();
        let label =
            record.record.user_name.as_ref().map_or_else(|| record.record.place.clone(), ToString::to_string);
        self.questions.push(Question { identity: None, label, about: About::SharedCpr { other } });
    }

    fn finish(self) -> (Groups<'a>, Vec<(SourceName, String, IdentityId)>, Vec<Question>) {
        (self.groups, self.links, self.questions)
    }
}

fn full_name(record: &StoredRecord) -> Option<(String, String)> {
    let SourceRecord { given_name, surname, .. } = &record.record;
    Some((given_name.as_ref()?.folded(), surname.as_ref()?.folded()))
}

/// One identity from all its records, field by field in the order of precedence. Missing records still tell what
/// they last said, after all present ones, so that a leaver keeps a name.
fn merge(
    settings: &Settings,
    today: Date,
    identity: IdentityId,
    person: PersonId,
    records: &[&StoredRecord],
    known: Option<&Desired>,
) -> Desired {
    let ranked = |field: &str| {
        let mut ordered: Vec<&StoredRecord> = records.to_vec();
        ordered.sort_by_key(|one: &&StoredRecord| {
            (one.missing_since.is_some(), settings.rank(field, &one.source), &one.source, &one.key)
        });
        ordered
    };
    let mut by_status = ranked("status");
    // Where all have lost them, they left with the last that did.
    by_status.sort_by_key(|one| Reverse(one.missing_since.unwrap_or(Timestamp::MAX)));
    let presence = presence(today, &by_status, known);
    let source = by_status.first().map_or_else(SourceName::by_hand, |one| one.source.clone());
    macro_rules! first {
        ($field:ident, $name:literal) => {
            if records.len() == 1 {
                records.first().and_then(|one| one.record.$field.clone())
            } else {
                ranked($name).iter().find_map(|one| one.record.$field.clone())
            }
        };
    }
    Desired {
        identity,
        person,
        user_name: first!(user_name, "user-name"),
        cpr: first!(cpr, "cpr"),
        birth_date: first!(birth_date, "birth-date"),
        given_name: first!(given_name, "given-name"),
        surname: first!(surname, "surname"),
        email: first!(email, "email"),
        phone: first!(phone, "phone"),
        unit: first!(unit, "unit"),
        title: first!(title, "title"),
        manager: first!(manager, "manager"),
        p_number: first!(p_number, "p-number"),
        // A RID that MitID Erhverv gave is kept for the day somebody comes back.
        rid: first!(rid, "rid").or_else(|| known.and_then(|known| known.rid.clone())),
        invoice_key: first!(invoice_key, "invoice-method"),
        pseudonym: records.iter().any(|one| one.missing_since.is_none() && one.record.pseudonym),
        signing: first!(signing, "signing"),
        groups: groups(records),
        attributes: attributes(&ranked("attributes")),
        source,
        presence,
    }
}

/// Every group that a source shows the person in. Who is missing from a source is in none of its groups any more.
fn groups(records: &[&StoredRecord]) -> BTreeSet<String> {
    let present = records.iter().filter(|one| one.missing_since.is_none());
    present.flat_map(|one| &one.record.groups).cloned().collect()
}

/// Each attribute by itself from the first record that has it.
fn attributes(ranked: &[&StoredRecord]) -> BTreeMap<String, String> {
    let last_to_first = ranked.iter().rev().flat_map(|one| &one.record.more);
    last_to_first.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Present, ahead or left, by the record that has precedence for status. Somebody who has left keeps the day.
fn presence(today: Date, by_status: &[&StoredRecord], known: Option<&Desired>) -> Presence {
    let Some(first) = by_status.first() else { return Presence::Employed };
    let record = &first.record;
    let left = |how: Leaving, on: Date| {
        let before = known.and_then(|known| match &known.presence {
            Presence::Left(departure) if departure.how == how && departure.source == first.source => {
                Some(departure.on)
            }
            _ => None,
        });
        let on = record.end.filter(|end| *end < today).or(before).unwrap_or(on);
        Presence::Left(Departure { on, source: first.source.clone(), how })
    };
    if let Some(missing_since) = first.missing_since {
        return left(Leaving::Missing, danish_date(missing_since));
    }
    match &record.standing {
        Standing::Disabled => return left(Leaving::Disabled, today),
        Standing::OutsideGroup => return left(Leaving::OutsideGroup, today),
        // An account that expires as a day begins was last of use on the day before.
        Standing::Expired(at) if danish_date(*at) <= today => {
            let last = at.saturating_sub(jiff::SignedDuration::from_nanos(1)).unwrap_or(*at);
            return left(Leaving::Expired, danish_date(last));
        }
        Standing::Expired(_) | Standing::Employed => {}
    }
    match (record.start, record.end) {
        (_, Some(end)) if end < today => {
            Presence::Left(Departure { on: end, source: first.source.clone(), how: Leaving::Ended })
        }
        (Some(start), _) if start > today => Presence::Ahead(start),
        _ => Presence::Employed,
    }
}
