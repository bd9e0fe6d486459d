//! What people do: approve and refuse, answer, order, and act in the portal. They know the truth.

use domain::{About, Verdict, guard::Rule};
use emulator::{
    PortalAction,
    world::{Employee, Status},
};
use serde_json::{Map, Value, json};
use store::{
    StoreError,
    identity::{self, IdentityRecord},
    question::{self, QuestionRecord},
};
use sync::{Approval, Engine, EngineError, Planned};

use super::{entitlements::of_the_portal, life::Life, people::Human, wire::cpr_of};

impl Life {
    /// Approves what is held, if all of it is right.
    pub async fn look_at(&self, engine: &Engine, planned: Planned) -> Result<Planned, EngineError> {
        let nothing_to_see = planned.judgement.held.is_empty() || planned.record.observed_at.is_none();
        if nothing_to_see || !self.is_right(&planned) || !self.feels_like_it(85) {
            return Ok(planned);
        }
        self.time.tell(|| format!("approved {:?}", planned.judgement.held));
        let approval =
            Approval { plan: planned.record.id, by: "chief".to_owned(), why: "it is right".to_owned() };
        engine.approve(self.account.cvr(), planned, &approval).await
    }

    fn is_right(&self, planned: &Planned) -> bool {
        let asks_about_source = planned
            .judgement
            .held
            .iter()
            .any(|held| matches!(&held.rule, Rule::Shrunk(shrunk) if shrunk.source.is_some()));
        let held = planned.judgement.held_operations();
        let stops = held.iter().filter_map(|place| planned.operations.get(*place));
        let mut stops = stops.filter(|operation| operation.action.stops_access());
        !(asks_about_source && self.source_is_cut)
            && stops
                .all(|operation| self.human_called(&operation.label).is_some_and(|human| !human.is_here()))
    }

    pub fn human_called(&self, user_name: &str) -> Option<&Human> {
        let number: usize = user_name.strip_prefix("user")?.parse().ok()?;
        self.people.all.get(number)
    }

    /// Answers questions, most of the time.
    pub async fn answer(&self) -> Result<(), EngineError> {
        let store = &self.account.store;
        let cvr = self.account.cvr();
        let open = store.read(|tx| Box::pin(async { question::open(tx, Some(cvr)).await })).await?;
        for record in open.iter().filter(|record| record.question.about.is_answerable()) {
            if !self.feels_like_it(60) {
                continue;
            }
            let Some(verdict) = self.verdict(record) else { continue };
            self.time.tell(|| format!("answered {verdict:?} to {:?}", record.question.about));
            let number = record.number;
            let answered = store.write(|tx| {
                Box::pin(async { question::answer(tx, number, verdict, "chief", "looked").await })
            });
            answered.await.unwrap();
        }
        Ok(())
    }

    fn verdict(&self, record: &QuestionRecord) -> Option<Verdict> {
        Some(match &record.question.about {
            About::Match { candidates } => {
                let cpr = self.human_called(&record.question.label)?.cpr().digits();
                let employees = self.wire.employees();
                let right = candidates.iter().map(|one| one.uuid).find(|uuid| {
                    employees.iter().any(|employee| employee.uuid == uuid.0 && cpr_of(employee) == cpr)
                });
                right.map_or(Verdict::No, Verdict::Other)
            }
            About::SuspendedThere | About::DeletedThere if self.dice.in_percent(30) => Verdict::Yes,
            About::SuspendedThere | About::DeletedThere => Verdict::No,
            About::RightFound { .. } | About::RightTaken { .. } if self.dice.in_percent(70) => Verdict::No,
            _ => Verdict::Yes,
        })
    }

    /// An order about one named identity.
    pub async fn order(&mut self, engine: &Engine) -> Result<(), EngineError> {
        let Some(human) = self.dice.one_of(&self.people.all).cloned() else { return Ok(()) };
        let Some(record) = self.record_of(&human).await else { return Ok(()) };
        let (cvr, identity) = (self.account.cvr().clone(), record.subject.desired.identity);
        if record.subject.hold.is_some() {
            self.time.tell(|| format!("reactivate user{}", human.number));
            self.promised_to_stop.remove(&human.number);
            engine.order_reactivation(&cvr, identity, "helpdesk", "found again").await?;
        } else {
            self.time.tell(|| format!("suspend user{}", human.number));
            self.wire.may_be_stopped(human.cpr().digits());
            engine.order_suspension(&cvr, identity, "helpdesk", "lost phone").await?;
            self.promised_to_stop.insert(human.number);
        }
        Ok(())
    }

    pub async fn record_of(&self, human: &Human) -> Option<IdentityRecord> {
        let (cvr, user) = (self.account.cvr(), format!("user{}", human.number));
        let read = self.account.store.read(|tx| {
            Box::pin(async {
                match identity::find(tx, Some(cvr), &user).await?.first() {
                    Some(id) => identity::one(tx, *id).await,
                    None => Ok::<_, StoreError>(None),
                }
            })
        });
        read.await.unwrap()
    }

    /// What users and administrators do in the portal.
    pub fn act_in_the_portal(&self) {
        for employee in self.wire.employees() {
            let Some((action, fields)) = self.portal_action(&employee) else { continue };
            self.time.tell(|| format!("portal {action:?} {} {}", employee.uuid, employee.given_name));
            self.wire.portal(action, employee.uuid, fields, None);
        }
        for employee in self.wire.employees() {
            let action = match self.dice.between(1, 100) {
                1..=3 => PortalAction::Grant,
                4..=6 => PortalAction::Revoke,
                _ => continue,
            };
            let right = of_the_portal(&self.dice, self.account.cvr());
            self.time.tell(|| format!("portal {action:?} {} {right:?}", employee.uuid));
            self.wire.portal(action, employee.uuid, Map::new(), Some(right));
        }
    }

    fn portal_action(&self, employee: &Employee) -> Option<(PortalAction, Map<String, Value>)> {
        let chance = self.dice.between(1, 100);
        let action = match (employee.status, chance) {
            (Status::Pending, 1..=25) => PortalAction::Activate,
            (Status::Active, 1..=2) => PortalAction::Suspend,
            (Status::Suspended, 1..=2) => PortalAction::Reactivate,
            (_, 3..=4) => PortalAction::Delete,
            (Status::Active | Status::Pending, 26..=29) => {
                let (field, value) = *self.dice.one_of(&[
                    ("surname", "Portal"),
                    ("givenName", "Portal"),
                    ("emailAddress", "portal@x.example"),
                ])?;
                return Some((PortalAction::Edit, Map::from_iter([(field.to_owned(), json!(value))])));
            }
            _ => return None,
        };
        Some((action, Map::new()))
    }
}
