//! A reorganisation in the directory: people change unit and title there, and their rights follow in MitID Erhverv,
//! previewed, explained and approved.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    RightId,
    guard::{Origin, Rule as GuardRule},
    rights::{Bundle, BundleRight, Except, Key, Policy, Rule, Scope, WantedScope, Who},
};
use store::rights::{inquiry, inquiry::Inquiry, policy};
use sync::Approval;

use crate::town::{Town, cvr, unique};

/// The emulator's rights by their numbers.
fn right(number: u128) -> RightId {
    RightId(uuid::Uuid::from_u128(0x5218_0000_0000_8000_8000_0000_0000_0000 | number))
}

const MOMS: u128 = 4;
const POST: u128 = 1;
const SYGE: u128 = 8;

/// The office gets one right, sick-leave clerks another, and everybody a third.
fn a_policy() -> Policy {
    let key = |text: &str| Key::parse(text).unwrap();
    let bundle = |number| {
        let rights =
            BTreeSet::from([BundleRight { right: right(number), scope: WantedScope::Of(Scope::Cvr) }]);
        Bundle { name: "x".to_owned(), rights, ..Bundle::default() }
    };
    let rule = |name: &str, who: Who| Rule {
        name: name.to_owned(),
        bundle: key(name),
        who,
        except: Except::default(),
        from: None,
        until: None,
        approved_by: vec!["chief".to_owned()],
    };
    let text = |text: &str| BTreeSet::from([text.to_owned()]);
    let rules = [
        ("oekonomi", MOMS, Who { units: text("Økonomi"), sub_units: true, ..Who::default() }),
        ("sygefravaer", SYGE, Who { titles: text("Fraværskonsulent"), ..Who::default() }),
        ("alle", POST, Who { everyone: true, ..Who::default() }),
    ];
    Policy {
        managed: [MOMS, SYGE, POST].map(right).into(),
        bundles: rules.iter().map(|(name, number, _)| (key(name), bundle(*number))).collect(),
        rules: rules.iter().map(|(name, _, who)| (key(name), rule(name, who.clone()))).collect(),
        separations: BTreeSet::new(),
    }
}

#[test]
fn a_reorganisation_moves_rights_previewed_explained_and_approved() {
    let Some(mut town) = Town::open("Omlægning") else { return };
    let mut clerks = Vec::new();
    for surname in ["Bogholdersen", "Kassegaard", "Rentemester"] {
        let (name, cpr) = town.join(&unique("kontor"), "Åse", surname);
        town.controller.set(&name, "department", "Økonomi / Regnskab");
        town.controller.set(&name, "title", "Bogholder");
        clerks.push((name, cpr));
    }
    town.follow();
    town.activate_all();
    let save = town
        .store
        .write(|tx| Box::pin(async { policy::save(tx, &cvr(), 0, &a_policy(), "chief", "we begin").await }));
    town.runtime.block_on(save).unwrap();
    let given = town.round();
    assert!(given.changes.iter().all(|call| call == "addIdentityRoles"), "{:?}", given.changes);
    assert_eq!(rights_of(&town, &clerks[0].1), BTreeSet::from([POST, MOMS]));
    town.assert_quiet();

    for (name, _) in &clerks {
        town.controller.set(name, "department", "Personale");
        town.controller.set(name, "title", "Fraværskonsulent");
    }
    assert!(town.probe(), "the delta tells of it");
    let previewed =
        town.runtime.block_on(town.engine.plan_only(&cvr(), Origin::Timer, false)).unwrap().planned;
    let kinds: Vec<&str> = previewed.operations.iter().map(|one| one.action.kind()).collect();
    assert_eq!(
        kinds,
        ["give-rights", "take-rights"].repeat(3),
        "additions before removals, person by person"
    );
    let [held] = &previewed.judgement.held[..] else { panic!("{:?}", previewed.judgement.held) };
    assert!(
        matches!(&held.rule, GuardRule::LastHolders { right: last, .. } if *last == right(MOMS)),
        "{held:?}"
    );
    let words = previewed.operations[1].reason.say(domain::Language::English);
    assert!(words.contains("Økonomi") && words.contains("Personale"), "{words}");

    let approval =
        Approval { plan: previewed.record.id, by: "chief".to_owned(), why: "we moved them".to_owned() };
    let cvr = cvr();
    town.runtime.block_on(town.engine.apply(&cvr, Origin::Timer, Some(&approval))).unwrap();
    for (_, cpr) in &clerks {
        assert_eq!(rights_of(&town, cpr), BTreeSet::from([POST, SYGE]));
    }
    town.assert_quiet();
    assert_explained(&town, &clerks[0].1);
}

/// What MitID Erhverv shows, by the numbers of the rights.
fn rights_of(town: &Town, cpr: &str) -> BTreeSet<u128> {
    town.runtime.block_on(town.door.rights(cpr))
}

fn assert_explained(town: &Town, cpr: &str) {
    let (identity, _) = town.identity(cpr);
    let why = |number: u128| {
        let asked = Inquiry { identity, right: right(number), on: None, unit: None, title: None };
        let found = town.store.read(|tx| Box::pin(async { inquiry::ask(tx, &cvr(), &asked).await }));
        town.runtime.block_on(found).unwrap().unwrap()
    };
    let syge = why(SYGE);
    assert!(syge.holds());
    let met: BTreeMap<String, String> = match &syge.explanation.because[0].ground {
        domain::rights::Ground::Rule { met, .. } => met.clone(),
        other @ domain::rights::Ground::Grant { .. } => panic!("{other:?}"),
    };
    assert_eq!(met["title"], "Fraværskonsulent");
    let moms = why(MOMS);
    assert!(!moms.holds());
    assert_eq!(moms.explanation.missing[0].rule, Some(Key::parse("oekonomi").unwrap()));
}
