//! Which identity in MitID Erhverv is which person: on first contact, after a lost create and after a 409.
//!
//! The rule is behaviour.md's *Matching*. E-mail alone is never sure; what is not sure is a question.

use std::collections::HashMap;

use crate::{
    Candidate, Cpr, Field, MatchEvidence, Name, Observed, Organisation, RemoteUuid, Sight, Subject, Variant,
};

/// What was found for one subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Match {
    Sure(RemoteUuid, MatchEvidence),
    Doubtful(Vec<Candidate>),
}

impl Match {
    /// Everything that the subject may be.
    pub(crate) fn uuids(&self) -> Vec<RemoteUuid> {
        match self {
            Self::Sure(uuid, _) => vec![*uuid],
            Self::Doubtful(candidates) => candidates.iter().map(|one| one.uuid).collect(),
        }
    }
}

/// Matches for the subjects that are not in MitID Erhverv as far as we know, by their place in `subjects`.
pub(crate) fn find(
    organisation: &Organisation,
    subjects: &[Subject],
    unlinked: &[Observed],
) -> HashMap<usize, Match> {
    if unlinked.is_empty() {
        return HashMap::new();
    }
    let index = Index::new(unlinked);
    let mut found: HashMap<usize, Vec<Comparison<'_>>> = HashMap::new();
    let mut claims = Claims::default();
    for (place, subject) in subjects.iter().enumerate().filter(|(_, subject)| subject.is_to_be_found()) {
        let comparisons = index.candidates(organisation, subject);
        for comparison in &comparisons {
            claims.count(comparison);
        }
        if !comparisons.is_empty() {
            found.insert(place, comparisons);
        }
    }
    found.into_iter().map(|(place, comparisons)| (place, settle(&comparisons, &claims))).collect()
}

/// How many subjects could be each identity.
#[derive(Default)]
struct Claims {
    strong: HashMap<RemoteUuid, usize>,
    told_apart: HashMap<RemoteUuid, usize>,
}

impl Claims {
    fn count(&mut self, comparison: &Comparison<'_>) {
        let uuid = comparison.theirs.uuid;
        *self.strong.entry(uuid).or_default() += usize::from(comparison.is_strong());
        *self.told_apart.entry(uuid).or_default() += usize::from(comparison.is_told_apart());
    }
}

/// Sure if there is one candidate on both sides; where a person has several identities, e-mail, user name or RID
/// tell them apart.
fn settle(comparisons: &[Comparison<'_>], claims: &Claims) -> Match {
    let strong: Vec<_> = comparisons.iter().filter(|one| one.is_strong()).collect();
    let told_apart: Vec<_> = comparisons.iter().filter(|one| one.is_told_apart()).collect();
    for (pool, claims) in [(strong, &claims.strong), (told_apart, &claims.told_apart)] {
        if let [only] = pool.as_slice()
            && let Some(evidence) = only.evidence
            && claims.get(&only.theirs.uuid) == Some(&1)
        {
            return Match::Sure(only.theirs.uuid, evidence);
        }
    }
    let mut candidates: Vec<Candidate> = comparisons.iter().map(Comparison::candidate).collect();
    candidates.sort_by_key(|candidate| candidate.uuid);
    Match::Doubtful(candidates)
}

/// Unlinked identities by everything that can point to a person.
struct Index<'a> {
    unlinked: &'a [Observed],
    by_cpr: HashMap<Cpr, Vec<usize>>,
    by_text: HashMap<(Field, String), Vec<usize>>,
    /// By name, those with a CPR number: they can only be somebody who has none here. Namesakes are many.
    numbered_by_name: HashMap<String, Vec<usize>>,
}

impl<'a> Index<'a> {
    fn new(unlinked: &'a [Observed]) -> Self {
        let mut by_cpr: HashMap<Cpr, Vec<usize>> = HashMap::new();
        let mut by_text: HashMap<(Field, String), Vec<usize>> = HashMap::new();
        let mut numbered_by_name: HashMap<String, Vec<usize>> = HashMap::new();
        let present = unlinked.iter().enumerate().filter(|(_, theirs)| theirs.sight != Sight::Gone);
        for (place, theirs) in present {
            if let Some(cpr) = &theirs.cpr {
                by_cpr.entry(*cpr).or_default().push(place);
            }
            for key in keys_of_observed(theirs) {
                by_text.entry(key).or_default().push(place);
            }
            if let Some(name) = folded(&theirs.full_name()) {
                if theirs.cpr.is_some() {
                    numbered_by_name.entry(name).or_default().push(place);
                } else {
                    by_text.entry((Field::Surname, name)).or_default().push(place);
                }
            }
        }
        Self { unlinked, by_cpr, by_text, numbered_by_name }
    }

    fn candidates(&self, organisation: &Organisation, subject: &Subject) -> Vec<Comparison<'a>> {
        let mut places: Vec<usize> = Vec::new();
        if let Some(cpr) = &subject.desired.cpr {
            places.extend(self.by_cpr.get(cpr).into_iter().flatten());
        } else if let Some(name) = folded(&subject.desired.full_name()) {
            places.extend(self.numbered_by_name.get(&name).into_iter().flatten());
        }
        for key in keys_of_subject(organisation, subject) {
            places.extend(self.by_text.get(&key).into_iter().flatten());
        }
        places.sort_unstable();
        places.dedup();
        let theirs = places.into_iter().filter_map(|place| self.unlinked.get(place));
        theirs.filter_map(|theirs| compare(organisation, subject, theirs)).collect()
    }
}

fn keys_of_observed(theirs: &Observed) -> Vec<(Field, String)> {
    let mut keys = Vec::new();
    if let Some(email) = theirs.field(Field::Email) {
        keys.push((Field::Email, email.trim().to_lowercase()));
    }
    if let Some(rid) = theirs.field(Field::Rid) {
        keys.push((Field::Rid, rid.trim().to_lowercase()));
    }
    let local = theirs.authenticators.iter().filter_map(|authenticator| authenticator.id.as_ref());
    keys.extend(local.map(|id| (Field::UserName, id.to_lowercase())));
    keys
}

fn keys_of_subject(organisation: &Organisation, subject: &Subject) -> Vec<(Field, String)> {
    let desired = &subject.desired;
    let mut keys = Vec::new();
    keys.extend(desired.email.as_ref().map(|email| (Field::Email, email.key())));
    keys.extend(desired.rid.as_ref().map(|rid| (Field::Rid, rid.to_string().to_lowercase())));
    keys.extend(folded(&desired.full_name()).map(|name| (Field::Surname, name)));
    if organisation.variant == Variant::LocalIdp {
        keys.extend(subject.subject_name_id(organisation).map(|id| (Field::UserName, id.to_lowercase())));
    }
    keys
}

/// Folds a whole name for comparing; nobody is called nothing.
fn folded(name: &str) -> Option<String> {
    Name::parse(name).ok().map(|name| name.folded())
}

/// One subject held against one identity.
struct Comparison<'a> {
    theirs: &'a Observed,
    agrees: Vec<Field>,
    differs: Vec<Field>,
    evidence: Option<MatchEvidence>,
}

impl Comparison<'_> {
    /// Sure by itself, or one more identity with the same CPR number.
    fn is_strong(&self) -> bool {
        self.evidence.is_some() || self.agrees.contains(&Field::Cpr)
    }

    fn is_told_apart(&self) -> bool {
        let agrees = |field| self.agrees.contains(&field);
        let same_rid = agrees(Field::Rid) && agrees(Field::Cpr);
        self.evidence.is_some() && (agrees(Field::Email) || agrees(Field::UserName) || same_rid)
    }

    fn candidate(&self) -> Candidate {
        Candidate {
            uuid: self.theirs.uuid,
            name: self.theirs.full_name(),
            email: self.theirs.field(Field::Email).map(str::to_owned),
            rid: self.theirs.field(Field::Rid).map(str::to_owned),
            status: self.theirs.status.wire_name().to_owned(),
            agrees: self.agrees.clone(),
            differs: self.differs.clone(),
        }
    }
}

/// `None` when nothing points from one to the other, or when only an address agrees and the people are different.
fn compare<'a>(
    organisation: &Organisation,
    subject: &Subject,
    theirs: &'a Observed,
) -> Option<Comparison<'a>> {
    let desired = &subject.desired;
    let mut agrees = Vec::new();
    let mut differs = Vec::new();
    let mut note = |field, ours: Option<String>, other: Option<String>| {
        if let (Some(ours), Some(other)) = (ours, other) {
            if ours == other { agrees.push(field) } else { differs.push(field) }
        }
    };
    note(Field::Cpr, desired.cpr.as_ref().map(Cpr::digits), theirs.cpr.as_ref().map(Cpr::digits));
    let theirs_text = |field| theirs.field(field).map(|text| text.trim().to_lowercase());
    note(Field::Rid, desired.rid.as_ref().map(|rid| rid.to_string().to_lowercase()), theirs_text(Field::Rid));
    note(Field::Surname, folded(&desired.full_name()), folded(&theirs.full_name()));
    note(Field::Email, desired.email.as_ref().map(crate::Email::key), theirs_text(Field::Email));
    if organisation.variant == Variant::LocalIdp {
        let ids = theirs.authenticators.iter().filter_map(|one| one.id.as_ref()).map(|id| id.to_lowercase());
        let ours = subject.subject_name_id(organisation).map(|id| id.to_lowercase());
        let same = ids.clone().find(|id| Some(id) == ours.as_ref()).or_else(|| ids.clone().next());
        note(Field::UserName, ours, same);
    }
    let cpr_differs = differs.contains(&Field::Cpr) || is_born_on_another_day(subject, theirs);
    let points = agrees.iter().any(|field| match field {
        Field::Cpr | Field::Rid | Field::UserName => true,
        Field::Email => !cpr_differs,
        _ => !cpr_differs && (desired.cpr.is_none() || theirs.cpr.is_none()),
    });
    let evidence = if cpr_differs { None } else { sure(&agrees, desired.cpr.is_none()) };
    points.then_some(Comparison { theirs, agrees, differs, evidence })
}

/// Somebody without CPR number here is nobody there whose number has another birth date.
fn is_born_on_another_day(subject: &Subject, theirs: &Observed) -> bool {
    let ours = subject.desired.birth_date.filter(|_| subject.desired.cpr.is_none());
    ours.zip(theirs.cpr.as_ref()).is_some_and(|(born, cpr)| born != cpr.birth_date())
}

fn sure(agrees: &[Field], without_cpr: bool) -> Option<MatchEvidence> {
    let all = |fields: &[Field]| fields.iter().all(|field| agrees.contains(field));
    if all(&[Field::Rid]) {
        Some(MatchEvidence::Rid)
    } else if all(&[Field::Cpr, Field::Surname]) {
        Some(MatchEvidence::CprAndName)
    } else if without_cpr && all(&[Field::Surname, Field::Email]) {
        // The API shows no birth date (its field name is unknown), so name and address must do for these people,
        // who were created in the portal because a question said so.
        Some(MatchEvidence::NameEmailBirthDate)
    } else {
        None
    }
}
