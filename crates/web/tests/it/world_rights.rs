//! Rights of the typical world: bundles, rules, grants and what people hold.

use std::collections::{BTreeMap, BTreeSet};

use domain::rights::attestation::{CampaignPlan, Covers};
use domain::rights::request::{Party, Substitute};
use domain::rights::{
    Approver, Asker, Assignment, Bundle, BundleRight, GrantOrigin, Granted, Holding, Key, OtherHolding,
    Policy, Rule, Scope, Separation, WantedScope, Who,
};
use domain::{About, Cvr, PNumber, Question, RemoteUuid, RightId};
use jiff::Span;
use jiff::civil::Date;
use store::rights::catalogue::Listing;
use store::rights::grant::NewGrant;
use store::rights::request::{self, NewRequest};
use store::rights::substitute;
use store::rights::{attestation, catalogue, grant, holding, policy};
use store::{StoreError, Tx, identity};
use uuid::Uuid;

/// In the bundle `moms`, and held by half of everybody.
pub const READ: RightId = RightId(Uuid::from_u128(5001));
/// In the sensitive bundle `betaling`.
pub const PAY: RightId = RightId(Uuid::from_u128(5002));
/// Left alone, and in no bundle.
pub const WILD: RightId = RightId(Uuid::from_u128(5003));
/// Vanished from the catalogue.
pub const GONE: RightId = RightId(Uuid::from_u128(5004));

pub fn key(text: &str) -> Key {
    Key::parse(text).unwrap()
}

pub async fn fill(tx: &mut Tx, cvr: &Cvr) -> Result<(), StoreError> {
    listing(tx, cvr, true).await?;
    listing(tx, cvr, false).await?;
    policy::save(tx, cvr, 0, &typical(), "Mette Holm", "begyndelsen").await.unwrap();
    for number in 20..60_u128 {
        let mut held = BTreeSet::new();
        if number % 2 == 0 {
            held.insert(understood(READ, Scope::Cvr));
        }
        if number < 30 {
            held.insert(understood(WILD, Scope::Cvr));
        }
        if number == 24 {
            let strange = OtherHolding { right: GONE, kind: "Område".to_owned(), value: "nord".to_owned() };
            held.insert(Holding::Other(strange));
        }
        holding::take(tx, cvr, RemoteUuid(Uuid::from_u128(1000 + number)), &held).await?;
    }
    give(tx, cvr).await
}

async fn listing(tx: &mut Tx, cvr: &Cvr, all: bool) -> Result<(), StoreError> {
    let named = [(READ, "Moms: læs"), (PAY, "Skattekonto: betal"), (WILD, "Ærespost"), (GONE, "Forsvundet")];
    let rights = named.into_iter().filter(|(right, _)| all || *right != GONE);
    let rights = rights.map(|(id, name)| (id, (name.to_owned(), Some("En rettighed.".to_owned()), None)));
    let place = Scope::ProductionUnit(PNumber::parse("1234567890").unwrap());
    let places = BTreeMap::from([(place, "Hjemmeplejen".to_owned())]);
    catalogue::take(tx, cvr, &Listing { rights: rights.collect(), places }).await
}

fn understood(right: RightId, scope: Scope) -> Holding {
    Holding::Understood(Assignment { right, scope })
}

pub fn typical() -> Policy {
    let bundle = |name: &str, right: RightId| Bundle {
        name: name.to_owned(),
        rights: BTreeSet::from([BundleRight { right, scope: WantedScope::Of(Scope::Cvr) }]),
        ..Bundle::default()
    };
    let rule = Rule {
        name: "Hjemmeplejen".to_owned(),
        bundle: key("moms"),
        who: Who { units: BTreeSet::from(["Hjemmeplejen Syd".to_owned()]), ..Who::default() },
        except: domain::rights::Except::default(),
        from: None,
        until: None,
        approved_by: vec!["Mette Holm".to_owned()],
    };
    let moms = Bundle {
        description: "Læser, hvad der er indberettet.".to_owned(),
        may_ask: BTreeSet::from([Asker::Employee, Asker::Manager]),
        approved_by: BTreeSet::from([Approver::Manager]),
        ..bundle("Moms", READ)
    };
    let sensitive = Bundle {
        sensitive: true,
        may_ask: BTreeSet::from([Asker::Employee]),
        approved_by: BTreeSet::from([Approver::Manager, Approver::RightsAdministrator]),
        ..bundle("Betaling", PAY)
    };
    let post = Bundle {
        owner: Some("p060".to_owned()),
        may_ask: BTreeSet::from([Asker::Manager]),
        approved_by: BTreeSet::from([Approver::Owner]),
        ..bundle("Post", READ)
    };
    Policy {
        managed: BTreeSet::from([READ, PAY]),
        bundles: BTreeMap::from([(key("moms"), moms), (key("betaling"), sensitive), (key("post"), post)]),
        rules: BTreeMap::from([(key("moms"), rule)]),
        separations: BTreeSet::from([Separation::of(key("betaling"), key("post"), "fire øjne".to_owned())]),
    }
}

/// One grant counts, one is ended, and one of the sensitive bundle waits for a second yes.
async fn give(tx: &mut Tx, cvr: &Cvr) -> Result<(), StoreError> {
    let person = identity::find(tx, Some(cvr), "p003").await?[0];
    let other = identity::find(tx, Some(cvr), "p030").await?[0];
    let new = |identity, granted, why: &str| NewGrant {
        identity,
        granted,
        from: None,
        until: None,
        why: why.to_owned(),
        case: Some("2026-0042".to_owned()),
        origin: GrantOrigin::Direct,
        by: "Karim Engelbrecht".to_owned(),
        approved_by: vec!["Karim Engelbrecht".to_owned()],
    };
    let scope = WantedScope::OwnProductionUnit;
    grant::give(tx, cvr, &new(person, Granted::Right { right: READ, scope }, "hjælper til")).await?;
    grant::give(tx, cvr, &new(other, Granted::Bundle(key("betaling")), "barselsvikar")).await?;
    let ended = grant::give(tx, cvr, &new(other, Granted::Bundle(key("post")), "ferie")).await?;
    grant::end(tx, cvr, ended, "Karim Engelbrecht", "ferien er slut").await?;
    ask(tx, cvr).await
}

/// Somebody asks for the sensitive bundle, and an owner has somebody to stand in.
async fn ask(tx: &mut Tx, cvr: &Cvr) -> Result<(), StoreError> {
    let person = identity::find(tx, Some(cvr), "p032").await?[0];
    let asked_by =
        Party { name: "Ida Lindhøj".to_owned(), identity: Some(person), rights_administrator: false };
    let wish = NewRequest {
        identity: person,
        bundle: key("betaling"),
        from: None,
        until: None,
        why: "jeg betaler i ferien".to_owned(),
        case: Some("2026-0815".to_owned()),
        asked_by,
    };
    request::ask(tx, cvr, &wish, None).await.unwrap();
    let today = domain::danish_date(tx.now());
    let (absent, stands_in) = ("p060".to_owned(), "p061".to_owned());
    let substitute = Substitute { absent, stands_in, from: today, until: today };
    substitute::set(tx, cvr, &substitute, "Mette Holm").await?;
    attestation::begin(tx, cvr, &review(today), "Mette Holm", None).await.unwrap();
    Ok(())
}

/// Of everything that people in home care have: p040 leads five of them, and nobody the rest.
pub fn review(today: Date) -> CampaignPlan {
    let day = |days: i64| today.saturating_add(Span::new().days(days));
    CampaignPlan {
        name: "Gennemgang, efterår 2026".to_owned(),
        covers: Covers::Units(BTreeSet::from(["Hjemmeplejen Syd".to_owned()])),
        due: day(28),
        removal: day(35),
        reminders: BTreeSet::from([14, 7, 3]),
        escalation: Some(5),
    }
}

/// Three people hold the same right without a reason.
pub async fn questions(tx: &mut Tx, cvr: &Cvr) -> Result<Vec<Question>, StoreError> {
    let mut questions = Vec::new();
    for number in [31, 33, 35] {
        let label = format!("p{number:03}");
        let identity = identity::find(tx, Some(cvr), &label).await?[0];
        let about = About::RightFound { right: READ, name: "Moms: læs".to_owned(), scope: Scope::Cvr };
        questions.push(Question { identity: Some(identity), label, about });
    }
    Ok(questions)
}
