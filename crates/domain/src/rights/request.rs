//! Asking for a bundle: who may ask for whom, and whose yes counts. Nobody decides their own.

use std::collections::{HashMap, HashSet};

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    GrantId, IdentityId, Language,
    rights::{
        Approver, Asker, Assignment, Bundle, Facts, Grant, GrantOrigin, Granted, Key, Missing, Rulebook,
        SENSITIVE_APPROVALS,
    },
};

/// The number of a request, counted within the installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestId(pub i64);

/// One request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    pub id: RequestId,
    /// Who is to have the bundle.
    pub identity: IdentityId,
    pub bundle: Key,
    /// First and last day.
    pub from: Option<Date>,
    pub until: Option<Date>,
    /// What the asker wrote.
    pub why: String,
    pub case: Option<String>,
    pub asked_by: Party,
    pub asked_at: Timestamp,
    pub state: RequestState,
    pub decisions: Vec<Decision>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequestState {
    Waiting,
    Approved,
    Declined,
    /// Whoever asked does not want it any more.
    Withdrawn,
}

/// Somebody who asks or decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    pub name: String,
    /// Who of the people it is; an administrator may be none of them.
    pub identity: Option<IdentityId>,
    pub rights_administrator: bool,
}

/// What somebody said to a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub by: Party,
    /// As what they said it.
    pub as_approver: Approver,
    pub approved: bool,
    pub why: String,
    pub at: Timestamp,
}

/// Somebody stands in for a manager or owner who is away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Substitute {
    /// User names.
    pub absent: String,
    pub stands_in: String,
    /// First and last day.
    pub from: Date,
    pub until: Date,
}

/// Who is whose manager on one day, and who stands in for whom.
#[derive(Debug)]
pub struct Chart<'a> {
    by_identity: HashMap<IdentityId, &'a Facts>,
    by_user_name: HashMap<String, &'a Facts>,
    stand_ins: HashMap<String, Vec<String>>,
}

/// Whose yes counts for one request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Approvers {
    /// The nearest manager who has no part in it, and whoever stands in.
    pub managers: Vec<IdentityId>,
    pub owners: Vec<IdentityId>,
    /// Any rights administrator.
    pub administrators: bool,
    pub needed: usize,
}

/// Why somebody may not ask or decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    NotForAsking,
    /// Somebody has asked for the same and nobody has decided.
    AlreadyWaits,
    OwnRequest,
    NotAnApprover,
    SaidBefore,
    /// Somebody else has said it for the manager or the owner.
    SameVoice,
    /// A second one of whom the sign-in link does not say who they are.
    Nobody,
    /// The person has left.
    Departed,
    NotWaiting,
    EndBeforeStart,
}

impl<'a> Chart<'a> {
    pub fn new(people: impl Iterator<Item = &'a Facts>, substitutes: &[Substitute], today: Date) -> Self {
        let here: Vec<&Facts> = people.filter(|facts| facts.here).collect();
        let by_identity = here.iter().map(|facts| (facts.identity, *facts)).collect();
        let called = |facts: &&'a Facts| Some((facts.user_name.as_ref()?.to_lowercase(), *facts));
        let by_user_name = here.iter().filter_map(called).collect();
        let mut stand_ins: HashMap<String, Vec<String>> = HashMap::new();
        for one in substitutes.iter().filter(|one| one.from <= today && today <= one.until) {
            stand_ins.entry(one.absent.to_lowercase()).or_default().push(one.stands_in.to_lowercase());
        }
        Self { by_identity, by_user_name, stand_ins }
    }

    /// The managers above somebody, the nearest first; a circle ends where it closes.
    pub fn managers_of(&self, person: &Facts) -> Vec<&'a Facts> {
        let mut seen = HashSet::from([person.identity]);
        let mut managers = Vec::new();
        let mut next = person.manager.as_deref();
        while let Some(manager) = next.and_then(|name| self.called(name)) {
            if !seen.insert(manager.identity) {
                break;
            }
            managers.push(manager);
            next = manager.manager.as_deref();
        }
        managers
    }

    /// Somebody by user name, and whoever stands in for them.
    fn with_stand_ins(&self, user_name: &str) -> Vec<&'a Facts> {
        let stand_ins = self.stand_ins.get(&user_name.to_lowercase()).into_iter().flatten();
        self.called(user_name).into_iter().chain(stand_ins.filter_map(|name| self.called(name))).collect()
    }

    pub fn person(&self, identity: IdentityId) -> Option<&'a Facts> {
        self.by_identity.get(&identity).copied()
    }

    pub fn called(&self, user_name: &str) -> Option<&'a Facts> {
        self.by_user_name.get(&user_name.to_lowercase()).copied()
    }

    /// Whether somebody is the nearest manager of a person, or stands in for them.
    pub fn leads(&self, manager: IdentityId, person: &Facts) -> bool {
        let nearest = person.manager.as_deref().map(|name| self.with_stand_ins(name)).unwrap_or_default();
        nearest.iter().any(|one| one.identity == manager)
    }

    /// Whose yes counts. Where nobody of those named can say it, a rights administrator may.
    pub fn approvers(&self, bundle: &Bundle, person: &Facts, asked_by: &Party) -> Approvers {
        let has_part =
            |one: &Facts| one.identity == person.identity || Some(one.identity) == asked_by.identity;
        let free = |people: Vec<&Facts>| -> Vec<IdentityId> {
            people.into_iter().filter(|one| !has_part(one)).map(|one| one.identity).collect()
        };
        let mut approvers = Approvers {
            needed: if bundle.sensitive { SENSITIVE_APPROVALS } else { 1 },
            ..Approvers::default()
        };
        let asks = |one: &Facts| Some(one.identity) == asked_by.identity;
        if bundle.approved_by.contains(&Approver::Manager) {
            // Whoever asks has not chosen who approves: their stand-ins do not either.
            let chain = self.managers_of(person).into_iter().filter(|one| !asks(one));
            let of_each =
                chain.filter_map(|one| one.user_name.as_deref()).map(|name| free(self.with_stand_ins(name)));
            approvers.managers = of_each.into_iter().find(|people| !people.is_empty()).unwrap_or_default();
        }
        if bundle.approved_by.contains(&Approver::Owner) {
            let owner = bundle.owner.as_deref().filter(|name| !self.called(name).is_some_and(asks));
            approvers.owners = free(owner.map(|name| self.with_stand_ins(name)).unwrap_or_default());
        }
        let too_few = approvers.voices() < approvers.needed;
        approvers.administrators = too_few || bundle.approved_by.contains(&Approver::RightsAdministrator);
        approvers
    }
}

impl Approvers {
    /// How many different yes managers and owners can give: somebody and whoever stands in for them have one.
    fn voices(&self) -> usize {
        let managers = usize::from(!self.managers.is_empty());
        let owners = usize::from(!self.owners.is_empty() && self.owners != self.managers);
        managers + owners
    }
}

/// Whether somebody may ask for a bundle for this person.
pub fn may_ask(bundle: &Bundle, asker: &Party, person: &Facts, chart: &Chart<'_>) -> Result<(), Refusal> {
    let fits = |kind: &Asker| match (kind, asker.identity) {
        (Asker::Employee, Some(asker)) => asker == person.identity,
        (Asker::Manager, Some(asker)) => chart.leads(asker, person),
        (Asker::Anyone, _) => true,
        (Asker::Employee | Asker::Manager, None) => false,
    };
    if person.here && bundle.may_ask.iter().any(fits) { Ok(()) } else { Err(Refusal::NotForAsking) }
}

impl Request {
    /// As what somebody may decide it.
    pub fn may_decide(&self, party: &Party, approvers: &Approvers) -> Result<Approver, Refusal> {
        if self.state != RequestState::Waiting {
            return Err(Refusal::NotWaiting);
        }
        let same_name = |name: &str| name.trim().to_lowercase() == party.name.trim().to_lowercase();
        let own = party.identity.is_some_and(|me| me == self.identity || Some(me) == self.asked_by.identity);
        if own || same_name(&self.asked_by.name) {
            return Err(Refusal::OwnRequest);
        }
        let said = |one: &Decision| {
            same_name(&one.by.name) || (one.by.identity.is_some() && one.by.identity == party.identity)
        };
        if self.decisions.iter().any(said) {
            return Err(Refusal::SaidBefore);
        }
        let stranger = |one: &Decision| one.by.identity.is_none();
        if party.identity.is_none() && self.decisions.iter().any(stranger) {
            return Err(Refusal::Nobody);
        }
        let is = |all: &[IdentityId]| party.identity.is_some_and(|me| all.contains(&me));
        let roles = [
            (Approver::Manager, is(&approvers.managers)),
            (Approver::Owner, is(&approvers.owners)),
            (Approver::RightsAdministrator, party.rights_administrator && approvers.administrators),
        ];
        let mut roles = roles.into_iter().filter(|(_, is)| *is).map(|(role, _)| role).peekable();
        roles.peek().ok_or(Refusal::NotAnApprover)?;
        roles.find(|role| !self.has_said(*role)).ok_or(Refusal::SameVoice)
    }

    /// Whether somebody has said what the manager, or the owner, has to say. Administrators are each their own.
    fn has_said(&self, role: Approver) -> bool {
        role != Approver::RightsAdministrator && self.decisions.iter().any(|one| one.as_approver == role)
    }

    /// Whether this party made it. Who is none of the people is known by name.
    pub fn is_asked_by(&self, party: &Party) -> bool {
        let same_name = || self.asked_by.name.to_lowercase() == party.name.to_lowercase();
        self.asked_by.identity == party.identity && (party.identity.is_some() || same_name())
    }

    /// Takes a decision that may be taken; one no ends it, enough yes do too.
    pub fn decide(&mut self, decision: Decision, approvers: &Approvers) {
        self.state = match (decision.approved, self.decisions.len() + 1 >= approvers.needed) {
            (false, _) => RequestState::Declined,
            (true, true) => RequestState::Approved,
            (true, false) => RequestState::Waiting,
        };
        self.decisions.push(decision);
    }
}

/// What would stand against a bundle for this person if it were given now: another bundle, a limit, a scope.
pub fn stands_against(
    rulebook: &Rulebook<'_>,
    facts: &Facts,
    grants: &[Grant],
    held: &std::collections::BTreeSet<Assignment>,
    bundle: &Key,
) -> Vec<Missing> {
    let mut grants = grants.to_vec();
    grants.push(Grant {
        id: GrantId(uuid::Uuid::nil()),
        identity: facts.identity,
        granted: Granted::Bundle(bundle.clone()),
        from: None,
        until: None,
        why: String::new(),
        case: None,
        origin: GrantOrigin::TakenOver,
        by: String::new(),
        approved_by: Vec::new(),
        // Newer than whatever was removed at a review.
        at: Timestamp::MAX,
    });
    let evaluation = rulebook.evaluate(facts, &grants, held);
    let refused = evaluation.refused.iter().filter(|(because, _)| because.bundle == Some(bundle));
    let unresolved = evaluation.unresolved.iter().filter(|one| one.because.bundle == Some(bundle));
    let mut missing: Vec<Missing> = refused
        .flat_map(|(_, missing)| missing.clone())
        .chain(unresolved.flat_map(|one| one.missing.clone()))
        .collect();
    missing.sort();
    missing.dedup();
    missing
}

impl Refusal {
    pub fn say(self, language: Language) -> &'static str {
        match self {
            Self::NotForAsking => language.pick(
                "pakken kan ikke anmodes om for denne person af dig. Spørg en rettighedsadministrator",
                "this bundle is not for you to ask for, for this person. Ask a rights administrator",
            ),
            Self::AlreadyWaits => language.pick(
                "der venter allerede en anmodning om pakken for denne person",
                "a request for this bundle waits for this person already",
            ),
            Self::OwnRequest => language.pick(
                "ingen godkender for sig selv, heller ikke den, der har anmodet. En anden skal gøre det",
                "nobody approves their own, and neither does who asked. Somebody else must",
            ),
            Self::NotAnApprover => language.pick(
                "det er ikke dig, der godkender denne anmodning. Siden viser, hvem det er",
                "this request is not yours to approve. The page shows whose it is",
            ),
            Self::SaidBefore => {
                language.pick("du har allerede taget stilling til den", "you have decided on it before")
            }
            Self::SameVoice => language.pick(
                "en leder eller ejer og deres stedfortræder tæller som én. En anden skal også sige ja",
                "a manager or owner and whoever stands in for them count as one. Somebody else must say yes too",
            ),
            Self::Nobody => language.pick(
                "dit link siger ikke, hvem af medarbejderne du er, og det gjorde linket bag det første ja heller ikke. \
                 Bed om et link til netop dig",
                "your link does not say who of the staff you are, and neither did the one behind the first yes. Ask \
                 for a link for you",
            ),
            Self::Departed => language.pick(
                "personen er stoppet og kan ikke få noget. Afslå anmodningen",
                "the person has left and can be given nothing. Decline the request",
            ),
            Self::NotWaiting => language.pick(
                "anmodningen er afgjort. Lav en ny, hvis den skal prøves igen",
                "the request is settled. Make a new one to try again",
            ),
            Self::EndBeforeStart => language.pick(
                "den sidste dag ligger før den første. Byt dem om, eller ret den ene",
                "the last day lies before the first. Swap them, or mend one",
            ),
        }
    }
}

#[cfg(test)]
mod tests;
