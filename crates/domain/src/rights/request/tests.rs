//! Real different people: nobody asks for what they may not, and nobody decides their own.

use std::collections::BTreeSet;

use super::*;
use crate::rights::Asker;

fn id(name: &str) -> IdentityId {
    IdentityId(uuid::Uuid::from_u128(name.bytes().fold(7, |number, octet| number * 257 + u128::from(octet))))
}

fn person(name: &str, manager: &str) -> Facts {
    Facts {
        identity: id(name),
        label: name.to_owned(),
        user_name: Some(name.to_owned()),
        unit: None,
        title: None,
        groups: BTreeSet::new(),
        attributes: std::collections::BTreeMap::new(),
        manager: (!manager.is_empty()).then(|| manager.to_owned()),
        leads: false,
        p_number: None,
        here: true,
    }
}

/// Chief above manager above clerk; an owner and a substitute beside them.
fn town() -> Vec<Facts> {
    vec![
        person("chief", ""),
        person("manager", "chief"),
        person("clerk", "Manager"),
        person("owner", "chief"),
        person("substitute", "chief"),
    ]
}

fn party(name: &str) -> Party {
    Party { name: name.to_owned(), identity: Some(id(name)), rights_administrator: false }
}

fn administrator(name: &str) -> Party {
    Party { name: name.to_owned(), identity: None, rights_administrator: true }
}

fn bundle(may_ask: &[Asker], approved_by: &[Approver], sensitive: bool) -> Bundle {
    Bundle {
        name: "Moms".to_owned(),
        sensitive,
        owner: Some("owner".to_owned()),
        may_ask: may_ask.iter().copied().collect(),
        approved_by: approved_by.iter().copied().collect(),
        ..Bundle::default()
    }
}

fn request(asked_by: Party) -> Request {
    Request {
        id: RequestId(1),
        identity: id("clerk"),
        bundle: Key::for_name("moms"),
        from: None,
        until: None,
        why: "jeg skal hjælpe".to_owned(),
        case: None,
        asked_by,
        asked_at: Timestamp::UNIX_EPOCH,
        state: RequestState::Waiting,
        decisions: Vec::new(),
    }
}

fn today() -> Date {
    jiff::civil::date(2026, 11, 22)
}

fn away(from: i8, until: i8) -> Substitute {
    Substitute {
        absent: "manager".to_owned(),
        stands_in: "substitute".to_owned(),
        from: jiff::civil::date(2026, 11, from),
        until: jiff::civil::date(2026, 11, until),
    }
}

/// As what each of these may decide, in the order of their names here.
fn deciders(bundle: &Bundle, asked_by: Party, substitutes: &[Substitute]) -> Vec<String> {
    let people = town();
    let chart = Chart::new(people.iter(), substitutes, today());
    let request = request(asked_by);
    let approvers = chart.approvers(bundle, &people[2], &request.asked_by);
    let all = people.iter().map(|one| party(&one.label)).chain([administrator("admin")]);
    let may =
        all.filter_map(|one| Some(format!("{} {:?}", one.name, request.may_decide(&one, &approvers).ok()?)));
    may.collect()
}

#[test]
fn an_employee_asks_for_themselves_and_a_manager_for_their_own_people() {
    let people = town();
    let chart = Chart::new(people.iter(), &[], today());
    let cases = [
        (Asker::Employee, "clerk", true),
        (Asker::Employee, "manager", false),
        (Asker::Manager, "manager", true),
        (Asker::Manager, "chief", false),
        (Asker::Manager, "clerk", false),
        (Asker::Anyone, "owner", true),
    ];
    for (kind, asker, may) in cases {
        let asked = may_ask(&bundle(&[kind], &[], false), &party(asker), &people[2], &chart);
        assert_eq!(asked.is_ok(), may, "{asker} as {kind:?}");
    }
    let nobody = may_ask(&bundle(&[], &[], false), &party("clerk"), &people[2], &chart);
    assert_eq!(nobody, Err(Refusal::NotForAsking));
}

#[test]
fn the_manager_decides_and_the_next_one_where_the_manager_asked() {
    let by_manager = bundle(&[], &[Approver::Manager], false);
    assert_eq!(deciders(&by_manager, party("clerk"), &[]), ["manager Manager"]);
    assert_eq!(deciders(&by_manager, party("manager"), &[]), ["chief Manager"]);
}

#[test]
fn a_substitute_decides_while_the_manager_is_away_and_not_after() {
    let by_manager = bundle(&[], &[Approver::Manager], false);
    let expected = ["manager Manager", "substitute Manager"];
    assert_eq!(deciders(&by_manager, party("clerk"), &[away(20, 22)]), expected);
    assert_eq!(deciders(&by_manager, party("clerk"), &[away(20, 21)]), ["manager Manager"]);
    assert_eq!(
        deciders(&by_manager, party("manager"), &[away(20, 22)]),
        ["chief Manager"],
        "not who they chose"
    );
}

#[test]
fn a_manager_who_asks_for_themselves_is_decided_by_the_one_above() {
    let people = town();
    let chart = Chart::new(people.iter(), &[], today());
    let by_manager = bundle(&[Asker::Employee], &[Approver::Manager], false);
    let own = Request { identity: id("manager"), ..request(party("manager")) };
    let approvers = chart.approvers(&by_manager, &people[1], &own.asked_by);
    assert_eq!(own.may_decide(&party("manager"), &approvers), Err(Refusal::OwnRequest));
    assert_eq!(own.may_decide(&party("chief"), &approvers), Ok(Approver::Manager));
}

#[test]
fn where_nobody_named_can_decide_a_rights_administrator_may() {
    let people = town();
    let chart = Chart::new(people.iter(), &[], today());
    let by_manager = bundle(&[Asker::Employee], &[Approver::Manager], false);
    let of_chief = Request { identity: id("chief"), ..request(party("chief")) };
    let approvers = chart.approvers(&by_manager, &people[0], &of_chief.asked_by);
    assert_eq!(of_chief.may_decide(&administrator("admin"), &approvers), Ok(Approver::RightsAdministrator));
    let asked_by_admin = request(administrator("Admin"));
    assert_eq!(asked_by_admin.may_decide(&administrator("admin"), &approvers), Err(Refusal::OwnRequest));
}

#[test]
fn a_sensitive_bundle_needs_two_different_people_and_one_no_ends_it() {
    let sensitive = bundle(&[], &[Approver::Manager, Approver::Owner], true);
    let people = town();
    let chart = Chart::new(people.iter(), &[], today());
    let mut request = request(party("clerk"));
    let approvers = chart.approvers(&sensitive, &people[2], &request.asked_by);
    let say = |by: Party, as_approver, approved| Decision {
        by,
        as_approver,
        approved,
        why: "ja".to_owned(),
        at: Timestamp::UNIX_EPOCH,
    };
    request.decide(say(party("manager"), Approver::Manager, true), &approvers);
    assert_eq!(request.state, RequestState::Waiting);
    assert_eq!(request.may_decide(&party("manager"), &approvers), Err(Refusal::SaidBefore));
    let mut other = request.clone();
    request.decide(say(party("owner"), Approver::Owner, true), &approvers);
    assert_eq!(request.state, RequestState::Approved);
    assert_eq!(request.may_decide(&party("chief"), &approvers), Err(Refusal::NotWaiting));
    other.decide(say(party("owner"), Approver::Owner, false), &approvers);
    assert_eq!(other.state, RequestState::Declined);
}

#[test]
fn managers_in_a_circle_end_where_it_closes() {
    let people = [person("a", "b"), person("b", "a")];
    let chart = Chart::new(people.iter(), &[], today());
    let managers: Vec<&str> = chart.managers_of(&people[0]).iter().map(|one| one.label.as_str()).collect();
    assert_eq!(managers, ["b"]);
}
