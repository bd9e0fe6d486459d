//! What exists, who holds what, and what is decided about rights.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::{
    Action, Fields, IdentityId, Language, Operation, RightId, Status, Told, UserName, danish_date,
    guard::{self, Circumstances, Judgement, Origin},
    rights::{
        Approver, Asker, Assignment, Bundle, BundleRight, GrantOrigin, Granted, Holding, Key, OtherHolding,
        Policy, Rule, Scope, WantedScope, Who,
        request::{Party, Refusal, Request, RequestId, RequestState, Substitute},
    },
};
use store::{
    mail, observed,
    outbox::{self, Outcome, Which},
    plan::Coverage,
    rights::{
        Entitlements, catalogue,
        catalogue::Listing,
        ending, facts, grant,
        grant::NewGrant,
        holding,
        inquiry::{self, Inquiry},
        policy::{self, SaveError},
        request::{self, NewRequest, RequestError},
        scene::Scene,
        substitute, take_over,
        telling::Telling,
    },
    view::requests::{self, Asked, Sight},
};
use testkit::for_each_engine;
use uuid::Uuid;

use crate::town::{DAY, MINUTE, SECOND, Town, change, detail, look, record, uuid};

pub const MOMS: RightId = RightId(Uuid::from_u128(1));
pub const POST: RightId = RightId(Uuid::from_u128(2));
pub const UNIT: &str = "production-unit 1009000002";

fn scope(text: &str) -> Scope {
    text.parse().unwrap()
}

pub fn held(right: RightId, of: &str) -> Assignment {
    Assignment { right, scope: scope(of) }
}

fn shown(assignments: &[Assignment]) -> BTreeSet<Holding> {
    assignments.iter().map(|one| Holding::Understood(*one)).collect()
}

pub fn listing(rights: &[(RightId, &str)], places: &[&str]) -> Listing {
    Listing {
        rights: rights.iter().map(|(id, name)| (*id, ((*name).to_owned(), None, Some(false)))).collect(),
        places: places.iter().map(|place| (scope(place), "Skolen".to_owned())).collect(),
    }
}

pub fn key(text: &str) -> Key {
    Key::parse(text).unwrap()
}

/// Everybody in the unit gets the right.
pub fn a_policy(unit: &str) -> Policy {
    let rights = BTreeSet::from([BundleRight { right: MOMS, scope: WantedScope::Of(Scope::Cvr) }]);
    let bundle = Bundle { name: "Moms".to_owned(), rights, ..Bundle::default() };
    let rule = Rule {
        name: unit.to_owned(),
        bundle: key("moms"),
        who: Who { units: BTreeSet::from([unit.to_owned()]), ..Who::default() },
        except: domain::rights::Except::default(),
        from: None,
        until: None,
        approved_by: vec!["Mette".to_owned()],
    };
    Policy {
        managed: BTreeSet::from([MOMS]),
        bundles: BTreeMap::from([(key("moms"), bundle)]),
        rules: BTreeMap::from([(key("rule"), rule)]),
        separations: BTreeSet::new(),
    }
}

async fn in_unit(town: &Town<'_>, units: &[&str]) {
    let records = units.iter().enumerate().map(|(number, unit)| domain::SourceRecord {
        unit: Some((*unit).to_owned()),
        manager: (number > 0).then(|| "U0".to_owned()),
        ..record(number)
    });
    town.import(records.collect()).await;
}

async fn rights_of(town: &Town<'_>, number: usize) -> domain::rights::HeldRights {
    look!(town, tx => holding::of(tx, town.cvr(), uuid(number)).await?)
}

pub async fn shows(town: &Town<'_>, number: usize, assignments: &[Assignment]) {
    town.wait(SECOND);
    let shown = shown(assignments);
    change!(town, tx => holding::take(tx, town.cvr(), uuid(number), &shown).await?);
}

#[tokio::test]
async fn a_right_that_vanishes_stays_and_one_that_comes_back_is_there_again() {
    for_each_engine(async |database| {
        let town = Town::of(database, 0).await;
        let take =
            async |listing: Listing| change!(town, tx => catalogue::take(tx, town.cvr(), &listing).await?);
        take(listing(&[(MOMS, "Moms"), (POST, "Post")], &["se 90000012", UNIT])).await;
        assert_eq!(town.logged("right.").await, Vec::<String>::new());
        town.wait(DAY);
        take(listing(&[(POST, "Digital Post")], &["se 90000012"])).await;
        let rights = look!(town, tx => catalogue::rights(tx, town.cvr()).await?);
        assert_eq!(rights[&MOMS].vanished_at, Some(town.now()));
        assert_eq!((rights[&POST].name.as_str(), rights[&POST].vanished_at), ("Digital Post", None));
        let places = look!(town, tx => catalogue::places(tx, town.cvr()).await?);
        assert_eq!((places.se_numbers.len(), places.production_units.len()), (1, 0));
        take(listing(&[(MOMS, "Moms"), (POST, "Digital Post")], &[UNIT])).await;
        let rights = look!(town, tx => catalogue::rights(tx, town.cvr()).await?);
        assert_eq!(rights[&MOMS].vanished_at, None);
        assert_eq!(town.logged("right.").await, ["right.returned", "right.vanished"]);
        assert_eq!(town.logged("place.").await, ["place.closed", "place.closed"]);
    })
    .await;
}

#[tokio::test]
async fn a_fault_of_the_lists_changes_nothing_of_what_was_known() {
    for_each_engine(async |database| {
        let town = Town::of(database, 0).await;
        let before = listing(&[(MOMS, "Moms")], &[UNIT]);
        change!(town, tx => catalogue::take(tx, town.cvr(), &before).await?);
        let read_at = town.now();
        town.wait(DAY);
        let fault = Told::named("remote-empty-list", "an empty list");
        change!(town, tx => catalogue::note_fault(tx, town.cvr(), &fault).await?);
        let reading = look!(town, tx => catalogue::reading(tx, town.cvr()).await?);
        assert_eq!((reading.read_at, reading.fault), (Some(read_at), Some(fault)));
        assert_eq!(look!(town, tx => catalogue::rights(tx, town.cvr()).await?).len(), 1);
        change!(town, tx => catalogue::take(tx, town.cvr(), &before).await?);
        let reading = look!(town, tx => catalogue::reading(tx, town.cvr()).await?);
        assert_eq!((reading.read_at, reading.fault), (Some(town.now()), None));
    })
    .await;
}

#[tokio::test]
async fn what_is_held_is_kept_with_when_it_came_and_went() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        town.link(0, Status::Active).await;
        let other = OtherHolding { right: POST, kind: "Region".to_owned(), value: "84:1".to_owned() };
        let mut both = shown(&[held(MOMS, "cvr"), held(MOMS, UNIT)]);
        both.insert(Holding::Other(other.clone()));
        change!(town, tx => holding::take(tx, town.cvr(), uuid(0), &both).await?);
        let began = town.now();
        let rights = rights_of(&town, 0).await;
        assert_eq!(rights.held, BTreeSet::from([held(MOMS, "cvr"), held(MOMS, UNIT)]));
        assert_eq!((rights.given, rights.other), (BTreeSet::new(), vec![other]));
        town.wait(DAY);
        shows(&town, 0, &[held(MOMS, UNIT)]).await;
        assert_eq!(rights_of(&town, 0).await.held, BTreeSet::from([held(MOMS, UNIT)]));
        let then = look!(town, tx => holding::at(tx, town.cvr(), began).await?);
        assert_eq!(then.len(), 3);
        let history = look!(town, tx => holding::history(tx, town.cvr(), uuid(0), 10).await?);
        let gone: Vec<_> = history.iter().filter(|spell| spell.until == Some(town.now())).collect();
        assert_eq!((history.len(), gone.len()), (3, 2));
        let all = look!(town, tx => holding::all(tx, town.cvr()).await?);
        assert_eq!(all[&uuid(0)].held.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn rights_are_due_when_never_read_old_or_after_a_suspension() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        town.link(0, Status::Suspended).await;
        let due = async |before| look!(town, tx => holding::stale(tx, town.cvr(), before).await?);
        assert_eq!(due(town.now()).await, [uuid(0)]);
        shows(&town, 0, &[]).await;
        assert_eq!(due(town.now()).await, []);
        assert_eq!(due(town.now().saturating_add(SECOND).unwrap()).await, [uuid(0)]);
        let returned = detail(0, Some(Status::Active), Fields::new());
        change!(town, tx => observed::take_detail(tx, town.cvr(), &returned).await?);
        assert_eq!(due(jiff::Timestamp::MIN).await, [uuid(0)], "whoever returns is read again");
    })
    .await;
}

/// What the guard says where somebody else holds everything too.
fn with_other_holders(town: &Town<'_>, operations: &[Operation]) -> Judgement {
    let all = BTreeSet::from([held(MOMS, "cvr"), held(POST, "cvr")]);
    guard::judge(
        operations,
        &Circumstances {
            organisation: &town.organisation,
            origin: Origin::Timer,
            first_contact_approved: true,
            people: 1_000,
            administrators: HashMap::new(),
            shrunk: Vec::new(),
            rights: HashMap::from([(uuid(7), &all)]),
            catalogue: &BTreeMap::new(),
        },
    )
}

/// Lets one operation come to its end.
async fn carry_out(town: &Town<'_>, action: Action) {
    town.wait(SECOND);
    let operations = [town.operation(0, action)];
    let judgement = with_other_holders(town, &operations);
    let record = town.save(&operations, &judgement).await;
    town.enqueue(&record, &operations, &judgement, town.now(), Coverage::Identity).await;
    let claimed = change!(town, tx => outbox::claim(tx, town.cvr(), "w", Which::All, 9, MINUTE).await?);
    let done = Outcome::Done { created: None, detail: None };
    for one in &claimed {
        change!(town, tx => outbox::settle(tx, &town.organisation, one, &done).await?);
    }
    assert_eq!(claimed.len(), 1);
}

#[tokio::test]
async fn what_we_give_is_ours_until_we_take_it() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        town.link(0, Status::Active).await;
        shows(&town, 0, &[held(POST, "cvr")]).await;
        let both = BTreeSet::from([MOMS, POST]);
        carry_out(&town, Action::GiveRights(uuid(0), Scope::Cvr, both.clone())).await;
        let ours = BTreeSet::from([held(MOMS, "cvr"), held(POST, "cvr")]);
        let rights = rights_of(&town, 0).await;
        assert_eq!((&rights.held, &rights.given), (&ours, &ours));
        shows(&town, 0, &[held(POST, "cvr")]).await;
        let rights = rights_of(&town, 0).await;
        assert_eq!(
            (rights.held.len(), &rights.given),
            (1, &ours),
            "taken in the portal, and still known as given"
        );
        shows(&town, 0, &[held(POST, "cvr"), held(MOMS, "cvr")]).await;
        assert_eq!(rights_of(&town, 0).await.given, ours);
        carry_out(&town, Action::TakeRights(uuid(0), Scope::Cvr, both)).await;
        let rights = rights_of(&town, 0).await;
        assert_eq!((rights.held.len(), rights.given.len()), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn a_policy_is_saved_in_versions_and_never_over_somebody_elses() {
    for_each_engine(async |database| {
        let town = Town::of(database, 0).await;
        let save = async |before: i64, policy: Policy, by: &str| {
            town.store
                .write(|tx| {
                    Box::pin(async { policy::save(tx, town.cvr(), before, &policy, by, "prøve").await })
                })
                .await
        };
        assert_eq!(look!(town, tx => policy::current(tx, town.cvr()).await?).version, 0);
        assert_eq!(save(0, a_policy("Skolen"), "Mette").await.unwrap(), 1);
        assert_eq!(save(1, a_policy("Skolen"), "Bo").await.unwrap(), 1, "the same is not saved again");
        let first = town.now();
        town.wait(DAY);
        assert_eq!(save(1, a_policy("Plejen"), "Bo").await.unwrap(), 2);
        let refused = save(1, a_policy("Rådhuset"), "Mette").await.unwrap_err();
        assert!(matches!(refused, SaveError::Changed { now: 2 }), "{refused}");
        let then = look!(town, tx => policy::at(tx, town.cvr(), first).await?);
        assert_eq!((then.version, then.policy), (1, a_policy("Skolen")));
        let before = first.saturating_sub(SECOND).unwrap();
        assert_eq!(look!(town, tx => policy::at(tx, town.cvr(), before).await?).version, 0);
        let history = look!(town, tx => policy::history(tx, town.cvr(), 10).await?);
        let by: Vec<_> = history.iter().map(|one| one.saved.as_ref().unwrap().by.as_str()).collect();
        assert_eq!(by, ["Bo", "Mette"]);
        assert_eq!(town.logged("policy.").await, ["policy.saved", "policy.saved"]);
    })
    .await;
}

#[tokio::test]
async fn a_grant_is_approved_once_by_each_and_ends_once() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        let identity = town.people[0];
        let new = NewGrant {
            identity,
            granted: Granted::Bundle(key("moms")),
            from: None,
            until: Some(danish_date(town.now())),
            why: "afløser".to_owned(),
            case: Some("26/1234".to_owned()),
            origin: GrantOrigin::Direct,
            by: "Mette".to_owned(),
            approved_by: vec!["Mette".to_owned()],
        };
        let id = change!(town, tx => grant::give(tx, town.cvr(), &new).await?);
        assert!(!change!(town, tx => grant::approve(tx, town.cvr(), id, " mette ").await?));
        assert!(change!(town, tx => grant::approve(tx, town.cvr(), id, "Bo").await?));
        let given = look!(town, tx => grant::one(tx, id).await?).unwrap();
        assert_eq!(
            (given.grant.approved_by, given.grant.case, given.ended),
            (vec!["Mette".to_owned(), "Bo".to_owned()], new.case.clone(), None)
        );
        let given_at = town.now();
        town.wait(DAY);
        assert!(change!(town, tx => grant::end(tx, town.cvr(), id, "Bo", "fejl").await?));
        assert!(!change!(town, tx => grant::end(tx, town.cvr(), id, "Bo", "fejl").await?));
        assert!(
            !change!(town, tx => grant::approve(tx, town.cvr(), id, "Ida").await?),
            "an ended grant takes no approval"
        );
        assert_eq!(look!(town, tx => grant::open(tx, town.cvr()).await?).len(), 0);
        assert_eq!(look!(town, tx => grant::at(tx, town.cvr(), given_at).await?)[&identity].len(), 1);
        let all = look!(town, tx => grant::of(tx, identity, 10).await?);
        assert_eq!(all[0].ended.as_ref().unwrap().why, "fejl");
        assert_eq!(town.logged("grant.").await, ["grant.approved", "grant.ended", "grant.given"]);
    })
    .await;
}

#[tokio::test]
async fn what_rules_saw_in_people_is_known_for_days_past() {
    for_each_engine(async |database| {
        let town = Town::of(database, 2).await;
        in_unit(&town, &["Skoler / Åen", "Skoler / Åen"]).await;
        let then = town.now();
        town.wait(DAY);
        in_unit(&town, &["Plejen", "Skoler / Åen"]).await;
        let everybody = look!(town, tx => facts::everybody(tx, town.cvr()).await?);
        let units: Vec<_> = everybody.iter().map(|one| one.facts.unit.clone().unwrap()).collect();
        assert_eq!(units, ["Plejen", "Skoler / Åen"]);
        assert_eq!(everybody.iter().map(|one| one.facts.leads).collect::<Vec<_>>(), [true, false]);
        let before = look!(town, tx => facts::at(tx, town.cvr(), then).await?);
        let units: Vec<_> = before.iter().map(|one| (one.unit.clone().unwrap(), one.leads)).collect();
        assert_eq!(units, [("Skoler / Åen".to_owned(), true), ("Skoler / Åen".to_owned(), false)]);
        let names = look!(town, tx => facts::names(tx, town.cvr()).await?);
        assert_eq!(names.units.iter().collect::<Vec<_>>(), ["Plejen", "Skoler", "Skoler / Åen"]);
        let user = UserName::parse("U1").unwrap().key();
        assert!(names.folded_units.contains("skoler / åen") && names.user_names.contains(&user));
    })
    .await;
}

#[tokio::test]
async fn why_is_answered_for_today_for_a_day_past_and_for_what_if() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        town.link(0, Status::Active).await;
        change!(town, tx => catalogue::take(tx, town.cvr(), &listing(&[(MOMS, "Moms")], &[UNIT])).await?);
        in_unit(&town, &["Skolen"]).await;
        town.store
            .write(|tx| {
                Box::pin(async { policy::save(tx, town.cvr(), 0, &a_policy("Skolen"), "Mette", "x").await })
            })
            .await
            .unwrap();
        shows(&town, 0, &[held(MOMS, "cvr")]).await;
        let yesterday = danish_date(town.now());
        town.wait(DAY);
        in_unit(&town, &["Plejen"]).await;
        shows(&town, 0, &[]).await;
        let mut asked = Inquiry { identity: town.people[0], right: MOMS, on: None, unit: None, title: None };
        let today = look!(town, tx => inquiry::ask(tx, town.cvr(), &asked).await?).unwrap();
        assert!(!today.holds() && today.managed && today.held.is_empty());
        assert_eq!(today.explanation.missing[0].rule, Some(key("rule")));
        asked.unit = Some("Skolen".to_owned());
        let if_moved = look!(town, tx => inquiry::ask(tx, town.cvr(), &asked).await?).unwrap();
        assert!(if_moved.holds());
        asked = Inquiry { on: Some(yesterday), unit: None, ..asked };
        let then = look!(town, tx => inquiry::ask(tx, town.cvr(), &asked).await?).unwrap();
        assert_eq!((then.holds(), then.held), (true, vec![held(MOMS, "cvr")]));
        let scene = look!(town, tx => Scene::at(tx, town.cvr(), yesterday).await?);
        assert_eq!(scene.people[0].facts.unit.as_deref(), Some("Skolen"));
    })
    .await;
}

#[tokio::test]
async fn taking_over_keeps_what_people_hold_as_grants_where_no_rule_gives_it() {
    for_each_engine(async |database| {
        let town = Town::of(database, 2).await;
        for number in 0..2 {
            town.link(number, Status::Active).await;
        }
        let listing = listing(&[(MOMS, "Moms"), (POST, "Post")], &[UNIT]);
        change!(town, tx => catalogue::take(tx, town.cvr(), &listing).await?);
        in_unit(&town, &["Skolen", "Plejen"]).await;
        shows(&town, 0, &[held(MOMS, "cvr"), held(POST, UNIT)]).await;
        shows(&town, 1, &[held(MOMS, "cvr")]).await;
        let unmanaged = Policy { managed: BTreeSet::new(), ..a_policy("Skolen") };
        town.store
            .write(|tx| {
                Box::pin(async {
                    policy::save(tx, town.cvr(), 0, &unmanaged, "Mette", "x").await?;
                    let rights = BTreeSet::from([MOMS]);
                    let taken =
                        take_over::take_over(tx, town.cvr(), 1, &rights, "Mette", "vi begynder").await?;
                    assert_eq!((taken.rights, taken.grants), (1, 1), "one of the two has it by the rule");
                    Ok::<_, SaveError>(())
                })
            })
            .await
            .unwrap();
        let after = look!(town, tx => Entitlements::load(tx, town.cvr()).await?);
        assert_eq!((after.version, after.policy), (2, a_policy("Skolen")));
        let [grant] = &after.grants[&town.people[1]][..] else { panic!("{:?}", after.grants) };
        assert_eq!(grant.origin, GrantOrigin::TakenOver);
    })
    .await;
}

fn party(town: &Town<'_>, number: usize) -> Party {
    Party { name: format!("u{number}"), identity: Some(town.people[number]), rights_administrator: false }
}

fn administrator(name: &str) -> Party {
    Party { name: name.to_owned(), identity: None, rights_administrator: true }
}

/// The person 1 asks for the bundle, whose manager is person 0.
fn wish(town: &Town<'_>) -> NewRequest {
    NewRequest {
        identity: town.people[1],
        bundle: key("moms"),
        from: None,
        until: None,
        why: "jeg hjælper til".to_owned(),
        case: Some("26/7".to_owned()),
        asked_by: party(town, 1),
    }
}

/// A town whose people may ask for one bundle.
async fn asking(town: &Town<'_>, sensitive: bool) {
    change!(town, tx => catalogue::take(tx, town.cvr(), &listing(&[(MOMS, "Moms")], &[UNIT])).await?);
    in_unit(town, &["Skolen", "Plejen"]).await;
    let mut policy = Policy { rules: BTreeMap::new(), ..a_policy("Skolen") };
    for bundle in policy.bundles.values_mut() {
        bundle.sensitive = sensitive;
        bundle.may_ask = BTreeSet::from([Asker::Employee]);
        bundle.approved_by = BTreeSet::from([Approver::Manager, Approver::RightsAdministrator]);
    }
    let saved = town
        .store
        .write(|tx| Box::pin(async { policy::save(tx, town.cvr(), 0, &policy, "Mette", "x").await }));
    saved.await.unwrap();
}

async fn decide(town: &Town<'_>, id: RequestId, by: Party, approved: bool) -> Result<Request, RequestError> {
    let telling = Some(TELLING);
    town.store
        .write(|tx| {
            Box::pin(async { request::decide(tx, town.cvr(), id, &by, approved, "set", telling).await })
        })
        .await
}

async fn ask(town: &Town<'_>, wish: NewRequest) -> Result<Request, RequestError> {
    let telling = Some(TELLING);
    town.store.write(|tx| Box::pin(async { request::ask(tx, town.cvr(), &wish, telling).await })).await
}

pub const TELLING: Telling<'_> = Telling { console: "https://lokalid.example", language: Language::Danish };

#[tokio::test]
async fn a_request_that_is_approved_becomes_a_grant_and_everybody_is_told() {
    for_each_engine(async |database| {
        let town = Town::of(database, 2).await;
        asking(&town, false).await;
        let made = ask(&town, wish(&town)).await.unwrap();
        let letters = look!(town, tx => mail::recent(tx, town.cvr(), 10, 0).await?);
        assert_eq!(letters[0].kind, "request-waits");
        let body = &letters[0].letter.body;
        for told in
            ["https://lokalid.example/rights/requests/1", "Hej Person Number0000", "Person Number0001"]
        {
            assert!(body.contains(told), "{told}: {body}");
        }
        let own = decide(&town, made.id, party(&town, 1), true).await.unwrap_err();
        assert!(matches!(own, RequestError::Refused(Refusal::OwnRequest)), "{own}");
        let settled = decide(&town, made.id, party(&town, 0), true).await.unwrap();
        assert_eq!(settled.state, RequestState::Approved);
        let again = decide(&town, made.id, administrator("Mette"), true).await.unwrap_err();
        assert!(matches!(again, RequestError::Refused(Refusal::NotWaiting)), "{again}");
        let grants = look!(town, tx => grant::open(tx, town.cvr()).await?);
        let [grant] = &grants[&town.people[1]][..] else { panic!("{grants:?}") };
        assert_eq!(
            (grant.origin, &grant.approved_by[..], grant.case.as_deref()),
            (GrantOrigin::Requested, &["u0".to_owned()][..], Some("26/7"))
        );
        assert_eq!(town.logged("request.").await, ["request.decided", "request.made"]);
        let all = look!(town, tx => request::recent(tx, town.cvr(), 10, 0).await?);
        let of = look!(town, tx => request::of(tx, town.people[1], 10).await?);
        assert_eq!((all, of), (vec![settled.clone()], vec![settled]));
    })
    .await;
}

#[tokio::test]
async fn a_sensitive_bundle_waits_for_a_second_person_and_reminders_come_once() {
    for_each_engine(async |database| {
        let town = Town::of(database, 2).await;
        asking(&town, true).await;
        let made = ask(&town, wish(&town)).await.unwrap();
        let approvers =
            town.store.read(|tx| Box::pin(async { request::approvers_of(tx, town.cvr(), &made).await }));
        let approvers = approvers.await.unwrap();
        assert_eq!(
            (approvers.needed, approvers.managers, approvers.administrators),
            (2, vec![town.people[0]], true)
        );
        town.wait(DAY * 4);
        for _ in 0..2 {
            let remind =
                town.store.write(|tx| Box::pin(async { request::remind(tx, town.cvr(), 3, TELLING).await }));
            assert_eq!(remind.await.unwrap(), 1);
        }
        let letters = look!(town, tx => mail::recent(tx, town.cvr(), 10, 0).await?);
        assert_eq!(letters.iter().filter(|one| one.kind == "request-reminder").count(), 1);
        assert_eq!(decide(&town, made.id, party(&town, 0), true).await.unwrap().state, RequestState::Waiting);
        assert_eq!(look!(town, tx => request::waiting(tx, town.cvr(), 10).await?).len(), 1);
        assert_eq!(
            decide(&town, made.id, administrator("Mette"), true).await.unwrap().state,
            RequestState::Approved
        );
    })
    .await;
}

#[tokio::test]
async fn what_may_not_be_asked_for_is_refused_and_changes_nothing() {
    for_each_engine(async |database| {
        let town = Town::of(database, 2).await;
        asking(&town, false).await;
        let day = danish_date(town.now());
        let cases = [
            NewRequest { asked_by: party(&town, 0), ..wish(&town) },
            NewRequest { bundle: key("andet"), ..wish(&town) },
            NewRequest { from: Some(day), until: day.yesterday().ok(), ..wish(&town) },
        ];
        for case in cases {
            ask(&town, case).await.unwrap_err();
        }
        assert_eq!(look!(town, tx => request::recent(tx, town.cvr(), 10, 0).await?), []);
        assert_eq!(look!(town, tx => mail::recent(tx, town.cvr(), 10, 0).await?).len(), 0);
        let made = ask(&town, wish(&town)).await.unwrap();
        let stranger = party(&town, 0);
        assert!(!change!(town, tx => request::withdraw(tx, town.cvr(), made.id, &stranger).await?));
        let namesake = Party { name: made.asked_by.name.clone(), ..stranger };
        assert!(!change!(town, tx => request::withdraw(tx, town.cvr(), made.id, &namesake).await?));
        // One of the people is known by who they are, not by how the link names them.
        let asker = Party { name: "Somebody's full name".to_owned(), ..party(&town, 1) };
        assert!(change!(town, tx => request::withdraw(tx, town.cvr(), made.id, &asker).await?));
        let withdrawn = look!(town, tx => request::one(tx, town.cvr(), made.id).await?).unwrap();
        assert_eq!(withdrawn.state, RequestState::Withdrawn);
    })
    .await;
}

#[tokio::test]
async fn a_substitute_is_kept_with_their_days() {
    for_each_engine(async |database| {
        let town = Town::of(database, 0).await;
        let day = danish_date(town.now());
        let one = Substitute { absent: "u0".to_owned(), stands_in: "u1".to_owned(), from: day, until: day };
        change!(town, tx => substitute::set(tx, town.cvr(), &one, "u0").await?);
        let longer = Substitute { until: day.tomorrow().unwrap(), ..one };
        change!(town, tx => substitute::set(tx, town.cvr(), &longer, "u0").await?);
        assert_eq!(look!(town, tx => substitute::all(tx, town.cvr()).await?), [longer]);
        assert_eq!(town.logged("substitute.").await, ["substitute.set", "substitute.set"]);
    })
    .await;
}

#[tokio::test]
async fn standing_in_ends_early_once_and_leaves_no_day_that_never_was() {
    for_each_engine(async |database| {
        let town = Town::of(database, 0).await;
        let day = danish_date(town.now());
        let until = day.checked_add(jiff::Span::new().days(9)).unwrap();
        let of = |stands_in: &str, from| Substitute {
            absent: "u0".to_owned(),
            stands_in: stands_in.to_owned(),
            from,
            until,
        };
        for one in [of("u1", day), of("u2", until)] {
            change!(town, tx => substitute::set(tx, town.cvr(), &one, "u0").await?);
        }
        town.wait(DAY * 3);
        let end = async |stands_in: &str, from| {
            let key = ("U0", stands_in, from);
            change!(town, tx => substitute::end(tx, town.cvr(), key, "Mette").await?)
        };
        assert!(end("U1", day).await && end("u2", until).await);
        assert!(!end("u1", day).await && !end("u2", until).await && !end("u3", day).await);
        let yesterday = danish_date(town.now()).yesterday().unwrap();
        let left = look!(town, tx => substitute::all(tx, town.cvr()).await?);
        assert_eq!(left, [Substitute { until: yesterday, ..of("u1", day) }]);
        let logged = town.logged("substitute.").await;
        assert_eq!(logged.iter().filter(|action| *action == "substitute.ended").count(), 2);
    })
    .await;
}

#[tokio::test]
async fn whoever_left_gets_nothing_and_a_link_without_a_person_is_known_by_its_name() {
    for_each_engine(async |database| {
        let town = Town::of(database, 2).await;
        asking(&town, false).await;
        let made = ask(&town, wish(&town)).await.unwrap();
        let names = look!(town, tx => store::identity::names(tx, &[town.people[1]]).await?);
        let name = &names[&town.people[1]];
        let own = decide(&town, made.id, administrator(&name.to_uppercase()), true).await.unwrap_err();
        assert!(matches!(own, RequestError::Refused(Refusal::OwnRequest)), "{own}");
        in_unit(&town, &["Skolen"]).await;
        let gone = decide(&town, made.id, administrator("Mette"), true).await.unwrap_err();
        assert!(matches!(gone, RequestError::Refused(Refusal::Departed)), "{gone}");
        assert!(look!(town, tx => grant::open(tx, town.cvr()).await?).is_empty());
        let declined = decide(&town, made.id, administrator("Mette"), false).await.unwrap();
        assert_eq!(declined.state, RequestState::Declined);
    })
    .await;
}

#[tokio::test]
async fn requests_are_listed_for_those_who_may_see_them() {
    for_each_engine(async |database| {
        let town = Town::of(database, 3).await;
        asking(&town, false).await;
        let [about, other] = [town.people[1], town.people[2]];
        let wish = wish(&town);
        let first = ask(&town, wish.clone()).await.unwrap().id;
        let again = ask(&town, wish.clone()).await.unwrap_err();
        assert!(matches!(again, RequestError::Refused(Refusal::AlreadyWaits)), "{again}");
        let waits = look!(town, tx => requests::waiting(tx, town.cvr(), 10).await?);
        assert_eq!(waits.iter().map(|row| row.request.id).collect::<Vec<_>>(), [first]);
        decide(&town, first, administrator("Mette"), true).await.unwrap();
        town.wait(MINUTE);
        let made = [first, ask(&town, wish.clone()).await.unwrap().id];
        decide(&town, made[1], party(&town, 0), false).await.unwrap();

        let seen = async |state, search: &str, sight: Sight| {
            let asked = Asked { search: search.to_owned(), state, sight };
            let found = look!(town, tx => requests::settled(tx, town.cvr(), &asked, 0, 10).await?);
            let counted = look!(town, tx => requests::count(tx, town.cvr(), &asked).await?);
            assert_eq!(i64::try_from(found.len()).unwrap(), counted);
            found.into_iter().map(|row| row.request.id).collect::<Vec<_>>()
        };
        let of = |themselves: &[IdentityId], people: &[IdentityId]| Sight::Of {
            themselves: themselves.to_vec(),
            people: people.to_vec(),
        };
        assert_eq!(seen(None, "", Sight::Everybodys).await, [made[1], made[0]]);
        assert_eq!(seen(Some(RequestState::Approved), "u1", Sight::Everybodys).await, [made[0]]);
        assert_eq!(seen(None, "", of(&[about], &[])).await, [made[1], made[0]], "about themselves");
        assert_eq!(seen(None, "", of(&[town.people[0]], &[])).await, [made[1]], "decided themselves");
        assert_eq!(seen(None, "", of(&[], &[about, other])).await, [made[1], made[0]], "their people");
        assert_eq!(seen(None, "", of(&[other], &[])).await, []);
        assert_eq!(seen(None, "", of(&[], &[])).await, []);
        let last = Asked { search: String::new(), state: None, sight: Sight::Everybodys };
        let part = look!(town, tx => requests::settled(tx, town.cvr(), &last, 1, 1).await?);
        assert_eq!(part[0].request.id, made[0]);
    })
    .await;
}

#[tokio::test]
async fn nobody_who_has_left_gets_letters() {
    for_each_engine(async |database| {
        let town = Town::of(database, 2).await;
        asking(&town, true).await;
        let told = async || {
            let letters = look!(town, tx => mail::recent(tx, town.cvr(), 20, 0).await?);
            letters.iter().filter(|one| one.kind == "request-declined").count()
        };
        let made = ask(&town, wish(&town)).await.unwrap();
        decide(&town, made.id, party(&town, 0), false).await.unwrap();
        assert_eq!(told().await, 1, "who asked is told");
        let made = ask(&town, wish(&town)).await.unwrap();
        in_unit(&town, &["Skolen"]).await;
        decide(&town, made.id, party(&town, 0), false).await.unwrap();
        assert_eq!(told().await, 1, "and who has left is not");
    })
    .await;
}

#[tokio::test]
async fn the_end_of_a_grant_is_told_once_to_the_person_and_the_manager() {
    for_each_engine(async |database| {
        let town = Town::of(database, 2).await;
        asking(&town, false).await;
        let today = danish_date(town.now());
        let grant = |days: i64| NewGrant {
            identity: town.people[1],
            granted: Granted::Bundle(key("moms")),
            from: None,
            until: today.checked_add(jiff::Span::new().days(days)).ok(),
            why: "afløser".to_owned(),
            case: None,
            origin: GrantOrigin::Direct,
            by: "Mette".to_owned(),
            approved_by: vec!["Mette".to_owned()],
        };
        for days in [14, 15] {
            change!(town, tx => grant::give(tx, town.cvr(), &grant(days)).await?);
        }
        assert_eq!(change!(town, tx => ending::warn(tx, town.cvr(), 14, TELLING).await?), 2);
        assert_eq!(change!(town, tx => ending::warn(tx, town.cvr(), 14, TELLING).await?), 0, "told once");
        let letters = look!(town, tx => mail::recent(tx, town.cvr(), 10, 0).await?);
        let mut told: Vec<_> =
            letters.iter().map(|one| (one.kind.as_str(), one.to.as_str().to_owned())).collect();
        told.sort();
        assert_eq!(
            told,
            [
                ("right-expires", "u1@norreby.example".to_owned()),
                ("right-of-others-expires", "u0@norreby.example".to_owned()),
            ]
        );
        let again = format!("https://lokalid.example/rights/requests/new?person={}", town.people[1]);
        for letter in &letters {
            assert!(letter.letter.body.contains(&again), "{:?}", letter.letter);
        }
    })
    .await;
}
