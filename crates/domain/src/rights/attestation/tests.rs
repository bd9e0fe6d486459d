//! Whose it is to answer, what is new, and when the next step is due.

use super::*;
use crate::{
    RightId,
    rights::{Bundle, BundleRight, Catalogue, Places, Policy, Right, Rule, Scope, Who},
};

fn id(name: &str) -> IdentityId {
    IdentityId(uuid::Uuid::from_u128(name.bytes().fold(7, |number, octet| number * 257 + u128::from(octet))))
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn person(name: &str, manager: &str) -> Facts {
    Facts {
        identity: id(name),
        label: name.to_owned(),
        user_name: Some(name.to_owned()),
        unit: Some("Økonomi / Regnskab".to_owned()),
        title: Some("Bogholder".to_owned()),
        groups: BTreeSet::new(),
        attributes: BTreeMap::new(),
        manager: (!manager.is_empty()).then(|| manager.to_owned()),
        leads: false,
        p_number: None,
        here: true,
    }
}

/// Chief above manager above clerk; the owner of the bundle beside them.
fn town() -> Vec<Facts> {
    vec![
        person("chief", ""),
        person("manager", "chief"),
        person("clerk", "Manager"),
        person("owner", "chief"),
    ]
}

const MOMS: RightId = RightId(uuid::Uuid::from_u128(1));
const ARKIV: RightId = RightId(uuid::Uuid::from_u128(2));

fn moms() -> Key {
    Key::parse("moms").unwrap()
}

fn a_policy() -> Policy {
    let bundle = Bundle {
        name: "Moms".to_owned(),
        rights: BTreeSet::from([BundleRight { right: MOMS, scope: WantedScope::Of(Scope::Cvr) }]),
        owner: Some("owner".to_owned()),
        ..Bundle::default()
    };
    let rule = Rule {
        name: "Alle".to_owned(),
        bundle: moms(),
        who: Who { everyone: true, ..Who::default() },
        except: crate::rights::Except::default(),
        from: None,
        until: None,
        approved_by: Vec::new(),
    };
    Policy {
        managed: BTreeSet::from([MOMS]),
        bundles: BTreeMap::from([(moms(), bundle)]),
        rules: BTreeMap::from([(moms(), rule)]),
        separations: BTreeSet::new(),
    }
}

fn looked_through(covers: &Covers, people: &[Facts], before: &Before) -> Vec<Item> {
    let right =
        |name: &str| Right { name: name.to_owned(), description: None, basic: None, vanished_at: None };
    let catalogue = Catalogue::from([(MOMS, right("Moms")), (ARKIV, right("Arkiv"))]);
    let (policy, places) = (a_policy(), Places::default());
    let rulebook = Rulebook::new(&policy, &catalogue, &places, date("2026-11-22"));
    let chart = Chart::new(people.iter(), &[], date("2026-11-22"));
    let held = BTreeSet::from([MOMS, ARKIV].map(|right| Assignment { right, scope: Scope::Cvr }));
    items(covers, &rulebook, &chart, before, people.iter().map(|facts| (facts, &[][..], &held)))
}

fn everything() -> Covers {
    Covers::Units(BTreeSet::new())
}

fn of<'a>(items: &'a [Item], name: &str) -> Vec<&'a Item> {
    items.iter().filter(|item| item.identity == id(name)).collect()
}

fn reviewer(name: &str, rights_administrator: bool) -> Reviewer {
    Reviewer { name: name.to_owned(), identities: BTreeSet::from([id(name)]), rights_administrator }
}

fn a_plan() -> CampaignPlan {
    CampaignPlan {
        name: "Efterår".to_owned(),
        covers: everything(),
        due: date("2026-12-20"),
        removal: date("2026-12-27"),
        reminders: BTreeSet::from([20, 10, 3]),
        escalation: Some(5),
    }
}

#[test]
fn bundles_are_whole_and_what_nothing_gives_stands_by_itself() {
    let found = looked_through(&everything(), &town(), &Before::default());
    let clerk = of(&found, "clerk");
    assert_eq!(clerk.len(), 2);
    assert_eq!(clerk[0].subject, Granted::Bundle(moms()));
    assert!(clerk[0].managed && clerk[0].grounds.len() == 1);
    assert_eq!(clerk[1].subject, Granted::Right { right: ARKIV, scope: WantedScope::Of(Scope::Cvr) });
    assert!(!clerk[1].managed && clerk[1].grounds.is_empty());
    assert_eq!(found.iter().map(|item| item.number).collect::<Vec<_>>(), (1..=8).collect::<Vec<_>>());
}

#[test]
fn managers_answer_for_units_and_owners_for_bundles_and_nobody_for_themselves() {
    let found = looked_through(&everything(), &town(), &Before::default());
    assert_eq!(of(&found, "clerk")[0].reviewer, Some(id("manager")));
    assert_eq!(of(&found, "manager")[0].reviewer, Some(id("chief")));
    assert_eq!(of(&found, "chief")[0].reviewer, None, "a rights administrator's");
    let found = looked_through(&Covers::Bundles(BTreeSet::from([moms()])), &town(), &Before::default());
    assert_eq!(found.len(), 4, "bundles only");
    assert_eq!(of(&found, "clerk")[0].reviewer, Some(id("owner")));
    assert_eq!(of(&found, "owner")[0].reviewer, Some(id("chief")), "an owner has it too");
}

#[test]
fn units_count_with_those_below() {
    let mut people = town();
    people[2].unit = Some("Økonomien".to_owned());
    let unit = Covers::Units(BTreeSet::from(["ØKONOMI".to_owned()]));
    let found = looked_through(&unit, &people, &Before::default());
    assert!(of(&found, "clerk").is_empty());
    assert_eq!(of(&found, "manager").len(), 2);
}

#[test]
fn whoever_left_is_not_looked_through() {
    let mut people = town();
    people[2].here = false;
    assert!(of(&looked_through(&everything(), &people, &Before::default()), "clerk").is_empty());
}

#[test]
fn only_the_reviewer_and_who_stands_in_may_answer() {
    let found = looked_through(&everything(), &town(), &Before::default());
    let answer = |item: &Item, who: &str, administrator: bool, for_whom: &[&str]| {
        let acts_for = for_whom.iter().chain(&[who]).map(|name| id(name)).collect();
        item.may_answer(&reviewer(who, administrator), &acts_for, false)
    };
    let clerk = of(&found, "clerk")[0];
    assert_eq!(answer(clerk, "manager", false, &[]), Ok(()));
    assert_eq!(answer(clerk, "owner", false, &["manager"]), Ok(()));
    assert_eq!(answer(clerk, "owner", false, &[]), Err(AttestationRefusal::NotYours));
    assert_eq!(answer(clerk, "chief", true, &[]), Err(AttestationRefusal::NotYours));
    assert_eq!(answer(clerk, "clerk", true, &["manager"]), Err(AttestationRefusal::Own));
    let chief = of(&found, "chief")[0];
    assert_eq!(answer(chief, "owner", true, &[]), Ok(()));
    assert_eq!(answer(chief, "chief", true, &[]), Err(AttestationRefusal::Own));
}

#[test]
fn nothing_is_answered_when_it_is_over() {
    let found = looked_through(&everything(), &town(), &Before::default());
    let (manager, acts_for) = (reviewer("manager", false), HashSet::from([id("manager")]));
    let mut clerk = of(&found, "clerk")[0].clone();
    assert_eq!(clerk.may_answer(&manager, &acts_for, true), Err(AttestationRefusal::Closed));
    clerk.departed = true;
    assert_eq!(clerk.may_answer(&manager, &acts_for, false), Err(AttestationRefusal::Closed));
    assert!(!clerk.waits());
}

#[test]
fn what_is_not_answered_moves_up_and_never_to_the_person() {
    let mut people = town();
    // A circle: the chief's manager is the clerk.
    people[0].manager = Some("clerk".to_owned());
    let found = looked_through(&everything(), &people, &Before::default());
    let chart = Chart::new(people.iter(), &[], date("2026-11-22"));
    let mut item = of(&found, "clerk")[0].clone();
    item.reviewer = item.above(&chart);
    assert_eq!(item.reviewer, Some(id("chief")));
    item.reviewer = item.above(&chart);
    assert_eq!(item.reviewer, Some(id("manager")), "the clerk is passed over");
    item.reviewer = None;
    assert_eq!(item.above(&chart), None);
}

#[test]
fn what_is_new_since_the_last_time_is_told() {
    let mut people = town();
    let kept = |person: &Facts| Kept {
        on: date("2026-05-01"),
        by: "Chefen".to_owned(),
        unit: person.unit.clone(),
        title: person.title.clone(),
    };
    let subject = Granted::Bundle(moms());
    let all = people.iter().filter(|one| one.label != "owner");
    let before = Before(all.map(|one| ((one.identity, subject.clone()), kept(one))).collect());
    people[1].title = Some("Afdelingsleder".to_owned());
    let found = looked_through(&Covers::Bundles(BTreeSet::from([moms()])), &people, &before);
    let since = |name: &str| of(&found, name)[0].since.clone();
    assert_eq!(since("clerk"), Since::Unchanged { on: date("2026-05-01"), by: "Chefen".to_owned() });
    let unit = Some("Økonomi / Regnskab".to_owned());
    assert_eq!(since("manager"), Since::Moved { unit, title: Some("Bogholder".to_owned()) });
    assert_eq!(since("owner"), Since::New);
    let first = looked_through(&everything(), &people, &Before::default());
    assert!(first.iter().all(|item| item.since == Since::First && !item.since.differs()));
}

#[test]
fn reminders_and_steps_upwards_come_on_their_days() {
    let plan = a_plan();
    let reminders: Vec<Option<i32>> =
        ["2026-11-29", "2026-11-30", "2026-12-09", "2026-12-10", "2026-12-17", "2026-12-20", "2026-12-21"]
            .map(|day| plan.reminder(date(day)))
            .into();
    assert_eq!(reminders, [None, Some(20), Some(20), Some(10), Some(3), Some(3), None]);
    let levels = ["2026-12-20", "2026-12-24", "2026-12-25", "2026-12-30"].map(|day| plan.level(date(day)));
    assert_eq!(levels, [0, 0, 1, 2]);
    assert_eq!(CampaignPlan { escalation: None, ..plan.clone() }.level(date("2027-12-25")), 0);
    assert_eq!(plan.removed_from(date("2026-12-01")), date("2026-12-27"));
    assert_eq!(plan.removed_from(date("2026-12-30")), date("2026-12-30"), "late answers count at once");
}

#[test]
fn a_campaign_that_makes_no_sense_is_refused() {
    let today = date("2026-11-22");
    let units = HashSet::from(["økonomi".to_owned()]);
    let faults = |plan: &CampaignPlan| plan.faults(today, &units, |key| *key == moms());
    assert_eq!(faults(&a_plan()), []);
    let wrong = CampaignPlan {
        name: " ".to_owned(),
        covers: Covers::Units(BTreeSet::from(["Økonomi".to_owned(), "Havnen".to_owned()])),
        due: date("2026-11-21"),
        removal: date("2026-11-20"),
        reminders: BTreeSet::from([0]),
        escalation: Some(-1),
    };
    let expected = [
        CampaignFault::NoName,
        CampaignFault::DueBeforeToday,
        CampaignFault::RemovalBeforeDue,
        CampaignFault::UnknownUnit("Havnen".to_owned()),
        CampaignFault::BadReminder(0),
        CampaignFault::BadReminder(-1),
    ];
    assert_eq!(faults(&wrong), expected);
    let key = Key::parse("ukendt").unwrap();
    let bundles = |named: &[&Key]| CampaignPlan {
        covers: Covers::Bundles(named.iter().map(|key| (*key).clone()).collect()),
        ..a_plan()
    };
    assert_eq!(faults(&bundles(&[])), [CampaignFault::NoBundle]);
    assert_eq!(faults(&bundles(&[&key, &moms()])), [CampaignFault::UnknownBundle(key)]);
}
