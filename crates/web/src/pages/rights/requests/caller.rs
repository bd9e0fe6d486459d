//! Whoever is signed in, as requests see them: a name, perhaps one of the people, perhaps an administrator of rights.

use domain::permission::Action;
use domain::rights::Facts;
use domain::rights::attestation::Reviewer;
use domain::rights::request::{Approvers, Chart, Party, Request};
use domain::{IdentityId, Role};
use store::rights::scene::Scene;
use store::view::requests::Sight;
use store::{StoreError, Tx, identity};

use crate::visit::SignedIn;

pub struct Caller {
    name: String,
    /// What they are in this organisation; several where they have several jobs.
    pub identities: Vec<IdentityId>,
    role: Role,
    rights_administrator: bool,
}

impl Caller {
    pub async fn of(tx: &mut Tx, signed_in: &SignedIn) -> Result<Self, StoreError> {
        let identities = match signed_in.session.person {
            Some(person) => identity::of_person(tx, signed_in.cvr(), person).await?,
            None => Vec::new(),
        };
        Ok(Self {
            name: signed_in.name().to_owned(),
            identities,
            role: signed_in.session.role,
            rights_administrator: signed_in.may(Action::GrantRights),
        })
    }

    /// Whether they see everybody's requests and not only those that they have to do with.
    pub fn sees_everybody(&self) -> bool {
        !matches!(self.role, Role::Manager | Role::Employee)
    }

    /// Whether the link that they came by says too little: a manager or employee is one of the people.
    pub fn is_nobody(&self) -> bool {
        !self.sees_everybody() && self.identities.is_empty()
    }

    /// As whom they decide. Somebody with two jobs has part in a request by either.
    pub fn deciding(&self, request: &Request, approvers: &Approvers) -> Party {
        let told = approvers.managers.iter().chain(&approvers.owners).copied();
        self.party(self.parts_in(request).or_else(|| told.into_iter().find(|one| self.is(*one))))
    }

    /// As whom they ask for something for this person.
    pub fn asking_for(&self, person: &Facts, chart: &Chart<'_>) -> Party {
        let leading = || self.identities.iter().copied().find(|one| chart.leads(*one, person));
        self.party(Some(person.identity).filter(|one| self.is(*one)).or_else(leading))
    }

    /// As whom they made this request, if they did.
    pub fn asked(&self, request: &Request) -> Party {
        self.party(request.asked_by.identity.filter(|one| self.is(*one)))
    }

    /// As whom they look through what others have.
    pub fn reviewing(&self) -> Reviewer {
        Reviewer {
            name: self.name.clone(),
            identities: self.identities.iter().copied().collect(),
            rights_administrator: self.rights_administrator,
        }
    }

    pub fn leads(&self, person: &Facts, chart: &Chart<'_>) -> bool {
        self.role == Role::Manager && self.identities.iter().any(|one| chart.leads(*one, person))
    }

    /// Whether somebody's name may be shown to them unasked: a manager knows their own people and whoever leads those.
    pub fn knows(&self, person: &Facts, chart: &Chart<'_>) -> bool {
        let own = self.identities.iter().filter_map(|one| chart.person(*one));
        let mut near = own.flat_map(|own| chart.managers_of(own).into_iter().chain([own]));
        let led = |one: &Facts| chart.leads(one.identity, person) || one.identity == person.identity;
        self.sees_everybody() || near.any(led)
    }

    /// Whether they may ask for something for this person at all; which bundles that are, the bundles say.
    pub fn may_ask_for(&self, person: &Facts, chart: &Chart<'_>) -> bool {
        person.here && (self.sees_everybody() || self.is(person.identity) || self.leads(person, chart))
    }

    pub fn sees(&self, request: &Request, scene: &Scene, chart: &Chart<'_>) -> bool {
        let leads = || scene.person(request.identity).is_some_and(|person| self.leads(&person.facts, chart));
        let decides = || {
            let approvers = scene.approvers(chart, request);
            approvers.is_ok_and(|all| request.may_decide(&self.deciding(request, &all), &all).is_ok())
        };
        self.sees_everybody() || self.parts_in(request).is_some() || leads() || decides()
    }

    /// Whose settled requests they see.
    pub fn sight(&self, scene: &Scene, chart: &Chart<'_>) -> Sight {
        if self.sees_everybody() {
            return Sight::Everybodys;
        }
        let led = scene.people.iter().map(|one| &one.facts).filter(|facts| self.leads(facts, chart));
        Sight::Of { themselves: self.identities.clone(), people: led.map(|facts| facts.identity).collect() }
    }

    pub fn is(&self, identity: IdentityId) -> bool {
        self.identities.contains(&identity)
    }

    fn party(&self, identity: Option<IdentityId>) -> Party {
        Party {
            name: self.name.clone(),
            identity: identity.or_else(|| self.identities.first().copied()),
            rights_administrator: self.rights_administrator,
        }
    }

    /// The one of their identities that has asked, is to have the bundle, or has decided.
    fn parts_in(&self, request: &Request) -> Option<IdentityId> {
        let said = request.decisions.iter().filter_map(|one| one.by.identity);
        let parts = [Some(request.identity), request.asked_by.identity].into_iter().flatten().chain(said);
        parts.into_iter().find(|one| self.is(*one))
    }
}
