//! The pages about rights: what they show, what their forms do, and what they refuse.

use axum::http::StatusCode;
use domain::Role;
use store::rights::policy;

use crate::browser::{Browser, refused};
use crate::html;
use crate::world::{READ, World, cvr};
use crate::world_rights::{PAY, WILD, key};

async fn administrator(world: &World) -> Browser {
    world.visitor(Role::RightsAdministrator).await
}

async fn current(world: &World) -> policy::PolicyVersion {
    world.store.read(|tx| Box::pin(async { policy::current(tx, &cvr()).await })).await.unwrap()
}

const RULE: [(&str, &str); 5] = [
    ("version", "1"),
    ("name", "Skolen"),
    ("bundle", "moms"),
    ("units", "Ærøskøbing Skole"),
    ("sub-units", "yes"),
];

#[tokio::test]
async fn a_rule_shows_who_gains_before_it_is_saved_and_changes_nothing_by_that() {
    let world = World::typical().await;
    let mut browser = administrator(&world).await;
    let preview = browser.post("/rights/rules/new", &[RULE.as_slice(), &[("do", "preview")]].concat()).await;
    assert_eq!(preview.status, StatusCode::OK, "{}", preview.text());
    let page = preview.text();
    assert!(page.contains("og enhederne under får pakken »Moms«"), "{page}");
    assert!(page.contains("Får: viser 50 af 56") && page.contains("Og 6 til."), "{page}");
    assert_eq!(current(&world).await.version, 1);

    let unsaid = browser.post("/rights/rules/new", &[RULE.as_slice(), &[("do", "save")]].concat()).await;
    refused(&unsaid, "why", "");
    let saved = [RULE.as_slice(), &[("do", "save"), ("why", "aftalt med skolen")]].concat();
    let saved = browser.post("/rights/rules/new", &saved).await;
    assert_eq!(saved.location(), "/rights/rules/skolen?done=saved", "{}", saved.text());
    let now = current(&world).await;
    assert_eq!(
        (now.version, now.policy.rules[&key("skolen")].approved_by.as_slice()),
        (2, &["Mette Holm".to_owned()][..])
    );
    assert_eq!(world.number("SELECT COUNT(*) AS n FROM job WHERE kind = 'settle'").await, 1);
    assert!(browser.get("/rights/rules/skolen?done=saved").await.text().contains("Ændringen er gemt"));
    let history = browser.get("/rights/history").await.text();
    assert!(history.contains("Reglen »Skolen« er ny.") && history.contains("aftalt med skolen"), "{history}");
}

#[tokio::test]
async fn a_rule_is_refused_with_the_field_that_is_wrong() {
    let world = World::typical().await;
    let mut browser = administrator(&world).await;
    for (wrong, field) in [
        (("units", "Maanen"), "units"),
        (("bundle", ""), "bundle"),
        (("name", " "), "name"),
        (("until", "i morgen"), "until"),
        (("everyone", "yes"), "everyone"),
        (("except-people", "ingen"), "except-people"),
        (("except-units", "Ærøskøbing Skole"), "except-units"),
        (("except-bundle", "moms"), "except-bundles"),
    ] {
        let mut fields = vec![wrong, ("do", "save"), ("why", "prøve")];
        fields.extend(RULE.iter().filter(|(name, _)| *name != wrong.0));
        let page = refused(&browser.post("/rights/rules/new", &fields).await, field, "");
        assert!(page.contains("prøve"), "what was typed stays: {page}");
    }
    let nobody = [("version", "1"), ("name", "Ny"), ("bundle", "moms"), ("do", "preview")];
    refused(&browser.post("/rights/rules/new", &nobody).await, "everyone", "");
    let old = [RULE.as_slice(), &[("do", "save"), ("why", "prøve")]].concat();
    let old: Vec<_> =
        old.into_iter().map(|one| if one.0 == "version" { ("version", "0") } else { one }).collect();
    assert!(refused(&browser.post("/rights/rules/new", &old).await, "why", "").contains("En anden har gemt"));
    assert_eq!(current(&world).await.version, 1);
}

#[tokio::test]
async fn removing_a_rule_names_everybody_who_loses_by_it() {
    let world = World::typical().await;
    let mut browser = administrator(&world).await;
    let page = browser.get("/rights/rules/moms/remove").await.text();
    assert!(page.contains("Mister: viser 50 af"), "{page}");
    refused(&browser.post("/rights/rules/moms/remove", &[("version", "1"), ("why", "")]).await, "why", "");
    let removed = browser.post("/rights/rules/moms/remove", &[("version", "1"), ("why", "udgået")]).await;
    assert_eq!(removed.location(), "/rights/rules?done=removed");
    assert!(current(&world).await.policy.rules.is_empty());
    assert_eq!(browser.get("/rights/rules/moms").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_rule_of_a_sensitive_bundle_counts_when_a_second_person_has_said_yes() {
    let world = World::typical().await;
    let mut browser = administrator(&world).await;
    let fields = [
        ("version", "1"),
        ("name", "Betalere"),
        ("bundle", "betaling"),
        ("titles", "pædagog"),
        ("do", "save"),
        ("why", "aftalt"),
    ];
    browser.post("/rights/rules/new", &fields).await;
    assert!(browser.get("/rights/rules/betalere").await.text().contains("Venter på godkendelse"));
    let yes = [("version", "2"), ("why", "set efter")];
    refused(&browser.post("/rights/rules/betalere/approve", &yes).await, "why", "");
    let mut second = world.named("Karim Engelbrecht", Role::OrganisationAdministrator).await;
    let approved = second.post("/rights/rules/betalere/approve", &yes).await;
    assert_eq!(approved.location(), "/rights/rules/betalere?done=approved");
    let page = second.get("/rights/rules/betalere").await.text();
    assert!(page.contains("Gælder nu") && page.contains("Mette Holm, Karim Engelbrecht"), "{page}");
}

#[tokio::test]
async fn a_bundle_is_made_changed_and_removed_with_the_rules_that_give_it() {
    let world = World::typical().await;
    let mut browser = administrator(&world).await;
    let right = format!("1.{READ}");
    let fields = [
        ("version", "1"),
        ("name", "Ny pakke"),
        ("right", &right),
        ("scope-1", "production-unit 1234567890"),
        ("why", "ny"),
    ];
    let made = browser.post("/rights/bundles/new", &fields).await;
    assert_eq!(made.location(), "/rights/bundles/ny-pakke?done=saved", "{}", made.text());
    let page = browser.get("/rights/bundles/ny-pakke").await.text();
    assert!(page.contains("<option value=\"production-unit 1234567890\" selected>"), "{page}");

    let empty = [("version", "2"), ("name", "Tom"), ("why", "ny")];
    refused(&browser.post("/rights/bundles/new", &empty).await, "rights", "");
    let wild = format!("1.{WILD}");
    let left_alone =
        [("version", "2"), ("name", "Vild"), ("right", &wild), ("scope-1", "cvr"), ("why", "ny")];
    assert!(
        refused(&browser.post("/rights/bundles/new", &left_alone).await, "rights", "")
            .contains("lades i fred")
    );
    let foreign =
        [("version", "2"), ("name", "Fremmed"), ("right", &right), ("scope-1", "se 12345678"), ("why", "ny")];
    refused(&browser.post("/rights/bundles/new", &foreign).await, "rights", "");
    let unapproved = [
        ("version", "2"),
        ("name", "X"),
        ("right", &right),
        ("scope-1", "cvr"),
        ("may-ask", "asker-anyone"),
        ("why", "ny"),
    ];
    refused(&browser.post("/rights/bundles/new", &unapproved).await, "approved-by", "");

    let page = browser.get("/rights/bundles/moms/remove").await.text();
    assert!(page.contains("Reglen »Hjemmeplejen« giver pakken og fjernes med den."), "{page}");
    let removed = browser.post("/rights/bundles/moms/remove", &[("version", "2"), ("why", "udgået")]).await;
    assert_eq!(removed.location(), "/rights/bundles?done=removed");
    let policy = current(&world).await.policy;
    assert!(policy.rules.is_empty() && !policy.bundles.contains_key(&key("moms")));
}

#[tokio::test]
async fn bundles_are_kept_apart_with_a_reason() {
    let world = World::typical().await;
    let mut browser = administrator(&world).await;
    let fields = [
        ("version", "1"),
        ("first", "moms"),
        ("second", "betaling"),
        ("because", "kontrol"),
        ("why", "revisionen"),
    ];
    for (wrong, field) in
        [(("first", ""), "first"), (("second", "moms"), "first"), (("because", ""), "because")]
    {
        let mut fields: Vec<_> = fields.into_iter().filter(|(name, _)| *name != wrong.0).collect();
        fields.push(wrong);
        refused(&browser.post("/rights/separations", &fields).await, field, "");
    }
    let added = browser.post("/rights/separations", &fields).await;
    assert_eq!(added.location(), "/rights/bundles?done=separated#separations");
    assert_eq!(current(&world).await.policy.separations.len(), 2);
    let remove = [("version", "2"), ("first", "betaling"), ("second", "moms"), ("why", "fejl")];
    browser.post("/rights/separations/remove", &remove).await;
    assert_eq!(current(&world).await.policy.separations.len(), 1);
}

#[tokio::test]
async fn taking_over_a_right_makes_grants_and_takes_nothing() {
    let world = World::typical().await;
    let mut browser = administrator(&world).await;
    let page = browser.get(&format!("/rights/{WILD}")).await.text();
    assert!(page.contains("10 har den uden en grund her og får hver en tildeling"), "{page}");
    let before = world.number("SELECT COUNT(*) AS n FROM right_grant").await;
    let path = format!("/rights/{WILD}/take-over");
    refused(&browser.post(&path, &[("version", "1"), ("why", "")]).await, "why", "");
    let taken = browser.post(&path, &[("version", "1"), ("why", "vi passer den")]).await;
    assert_eq!(taken.location(), format!("/rights/{WILD}?done=taken-over"));
    assert_eq!(world.number("SELECT COUNT(*) AS n FROM right_grant").await, before + 10);

    let kept =
        browser.post(&format!("/rights/{READ}/leave-alone"), &[("version", "2"), ("why", "fri")]).await;
    assert!(refused(&kept, "why", "").contains("Tag den ud af pakkerne først"));
    let left =
        browser.post(&format!("/rights/{WILD}/leave-alone"), &[("version", "2"), ("why", "fri")]).await;
    assert_eq!(left.location(), format!("/rights/{WILD}?done=left-alone"));
    assert!(!current(&world).await.policy.managed.contains(&WILD));
}

#[tokio::test]
async fn the_catalogue_is_searched_and_shows_what_vanished() {
    let world = World::typical().await;
    let mut browser = world.visitor(Role::Auditor).await;
    let all = browser.get("/rights").await.text();
    assert!(all.contains("4 rettigheder") && all.contains("Forsvandt"), "{all}");
    let found = browser.get("/rights?q=aerespost").await.text();
    assert!(found.contains("1 rettighed<") && !found.contains("Moms: læs"), "{found}");
    assert!(browser.get("/rights?show=managed").await.text().contains("2 rettigheder"));
    let one = browser.get(&format!("/rights/{READ}")).await.text();
    assert!(one.contains("20 personer har rettigheden") && !one.contains("take-over"), "{one}");
    let before = browser.get(&format!("/rights/{READ}?on=2020-01-01")).await.text();
    assert!(before.contains("0 personer havde rettigheden den 1. januar 2020"), "{before}");
    let unknown = "00000000-0000-0000-0000-000000000001";
    assert_eq!(browser.get(&format!("/rights/{unknown}")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_person_is_told_why_why_not_and_what_if() {
    let world = World::typical().await;
    let mut browser = world.visitor(Role::Helpdesk).await;
    let has = world.person("p030").await;
    let page = browser.get(&format!("/people/{has}/rights?right={READ}")).await.text();
    assert!(page.contains("Skal have »Moms: læs«") && page.contains("Reglen »Hjemmeplejen«"), "{page}");
    let lacks = world.person("p031").await;
    let page = browser.get(&format!("/people/{lacks}/rights?right={READ}")).await.text();
    assert!(
        page.contains("Skal ikke have") && page.contains("»Hjemmeplejen« ville give den, men:"),
        "{page}"
    );
    assert!(page.contains("id=\"questions\"") && !page.contains("name=\"verdict\""), "{page}");
    let moved = format!("/people/{lacks}/rights?right={READ}&unit=Hjemmeplejen+Syd");
    assert!(browser.get(&moved).await.text().contains("Skal have »Moms: læs«"));
    let strange = world.person("p024").await;
    let page = browser.get(&format!("/people/{strange}/rights")).await.text();
    assert!(page.contains("Forstås ikke, røres ikke") && page.contains("Område nord"), "{page}");
    assert!(page.contains("Lades i fred"));
}

#[tokio::test]
async fn a_grant_is_given_with_a_reason_and_ended_with_one() {
    let world = World::typical().await;
    let mut browser = administrator(&world).await;
    let person = world.person("p040").await;
    let path = format!("/people/{person}/rights");
    let (pay, wild) = (format!("right.{PAY}"), format!("right.{WILD}"));
    let fields = [
        ("what", pay.as_str()),
        ("scope", "cvr"),
        ("until", "2026-12-31"),
        ("why", "årsafslutning"),
        ("case", "2026-7"),
    ];
    for (wrong, field) in [
        (("what", ""), "what"),
        (("what", wild.as_str()), "what"),
        (("what", "bundle.ukendt"), "what"),
        (("scope", "own-production-unit"), "scope"),
        (("from", "2027-01-01"), "until"),
        (("why", ""), "why"),
        (("why", "om 610190-4321"), "why"),
        (("case", "6101904321"), "case"),
    ] {
        let mut fields: Vec<_> = fields.into_iter().filter(|(name, _)| *name != wrong.0).collect();
        fields.push(wrong);
        let page = refused(&browser.post(&path, &fields).await, field, "");
        assert!(!page.contains("4321"), "{page}");
    }
    let given = browser.post(&path, &fields).await;
    assert_eq!(given.location(), format!("{path}?done=granted"), "{}", given.text());
    let page = browser.get(given.location()).await.text();
    assert!(page.contains("årsafslutning") && page.contains("31. december 2026"), "{page}");
    let end = page.split("action=\"/rights/grants/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let end = format!("/rights/grants/{end}");
    refused(&browser.post(&end, &[("why", "")]).await, "grants", "");
    assert_eq!(browser.post(&end, &[("why", "færdig")]).await.location(), format!("{path}?done=ended"));
    let again = refused(&browser.post(&end, &[("why", "færdig")]).await, "grants", "");
    assert!(again.contains("færdig") && again.contains("Tildelingen var afsluttet"), "{again}");
}

#[tokio::test]
async fn a_grant_of_a_sensitive_bundle_is_approved_by_somebody_else() {
    let world = World::typical().await;
    let approve = format!("/rights/grants/{}/approve", world.grant().await);
    let mut giver = world.named("karim engelbrecht", Role::RightsAdministrator).await;
    refused(&giver.post(&approve, &[]).await, "grants", "");
    let mut own = world.is_person("Åse", Role::RightsAdministrator, "p030").await;
    let page = refused(&own.post(&approve, &[]).await, "grants", "");
    assert!(page.contains("Ingen godkender til sig selv"), "{page}");
    let person = world.person("p030").await;
    let to_oneself = [("what", "bundle.betaling"), ("scope", "cvr"), ("why", "mig")];
    refused(&own.post(&format!("/people/{person}/rights"), &to_oneself).await, "what", "");
    let mut other = administrator(&world).await;
    let approved = other.post(&approve, &[]).await;
    assert_eq!(approved.location(), format!("/people/{person}/rights?done=approved"));
    assert!(other.get(approved.location()).await.text().contains("Karim Engelbrecht, Mette Holm"));
}

#[tokio::test]
async fn one_answer_counts_for_everybody_under_the_same_question() {
    let world = World::typical().await;
    let mut browser = administrator(&world).await;
    let page = browser.get("/rights/drift").await.text();
    assert!(page.contains("3 personer har »Moms: læs« (hele organisationen) uden grund her"), "{page}");
    let tags = html::tags(&page);
    let newest = html::named(&tags, "input").find(|input| input.get("name") == Some("newest")).unwrap();
    let (newest, right) = (newest.get("value").unwrap().to_owned(), READ.to_string());
    let fields = [("kind", "right-found"), ("right", &right), ("scope", "cvr"), ("newest", &newest)];
    refused(&browser.post("/rights/drift", &fields).await, "verdict", "");
    let all = [fields.as_slice(), &[("verdict", "yes"), ("why", "aftalt")]].concat();
    assert_eq!(browser.post("/rights/drift", &all).await.location(), "/rights/drift?done=answered");
    assert_eq!(world.number("SELECT COUNT(*) AS n FROM question WHERE answer IS NOT NULL").await, 3);
    refused(&browser.post("/rights/drift", &all).await, "verdict", "");
}

#[tokio::test]
async fn a_rights_administrator_answers_questions_about_rights_only() {
    let world = World::typical().await;
    let mut browser = administrator(&world).await;
    let other = world.number("SELECT MIN(number) AS n FROM question WHERE kind NOT LIKE 'right%' AND kind NOT IN ('obstacle', 'shared-cpr')").await;
    let fields = [("verdict", "yes"), ("why", "det er personen")];
    let answer = browser.post(&format!("/questions/{other}"), &fields).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let own = world.address("/questions/{number}").await;
    assert_eq!(browser.post(&own, &fields).await.location(), "/questions");
}

#[tokio::test]
async fn who_holds_what_and_why_is_exported_for_today_and_for_a_day_in_the_past() {
    let world = World::typical().await;
    let mut browser = world.visitor(Role::Auditor).await;
    let csv = browser.get("/rights/holders/csv").await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    let text = csv.text();
    assert!(
        text.starts_with("\u{feff}Navn;Brugernavn;Enhed;Stilling;Rettighed;UUID;Gælder for;Siden;"),
        "{text}"
    );
    assert_eq!(text.lines().count(), 1 + 20 + 10 + 1, "{text}");
    assert!(
        text.contains("reglen »Hjemmeplejen« (enhed Hjemmeplejen Syd), godkendt af Mette Holm"),
        "{text}"
    );
    assert_eq!(browser.get("/rights/holders/csv?on=2020-01-01").await.text().lines().count(), 1);
    assert!(browser.get("/rights/holders/xlsx").await.body.starts_with(b"PK"));
    assert_eq!(browser.get("/rights/holders/pdf").await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.number("SELECT COUNT(*) AS n FROM audit WHERE action = 'rights.exported'").await, 3);
}

#[tokio::test]
async fn the_policy_leaves_and_comes_back_as_a_file() {
    let world = World::typical().await;
    let mut browser = administrator(&world).await;
    let file = browser.get("/rights/file/download").await.text();
    assert!(file.contains("[[bundle]]") && file.contains("name = \"Hjemmeplejen\""), "{file}");
    refused(&browser.post_file("/rights/file", &[], ("file", b"")).await, "file", "");
    let broken =
        browser.post_file("/rights/file", &[], ("file", b"organisation = \"90123456\"\nx = 1\n")).await;
    assert_eq!(broken.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(broken.text().contains("Linje 2:"), "{}", broken.text());
    let strange = file.replace("Hjemmeplejen Syd", "Havnen").replace("90123456", "90654321");
    let wrong = browser.post_file("/rights/file", &[], ("file", strange.as_bytes())).await.text();
    assert!(wrong.contains("filen hører til organisationen 90654321"), "{wrong}");
    assert!(wrong.contains("ingen er eller har været i enheden"), "{wrong}");

    let changed = file.replace("Hjemmeplejen Syd", "Ærøskøbing Skole");
    let looked = browser.post_file("/rights/file", &[], ("file", changed.as_bytes())).await;
    assert_eq!(looked.status, StatusCode::OK, "{}", looked.text());
    assert!(
        looked.text().contains("får, og") && looked.text().contains("Mister: viser"),
        "{}",
        looked.text()
    );
    let unsaid = browser.post("/rights/file/save", &[("version", "1"), ("text", &changed)]).await;
    refused(&unsaid, "why", "");
    let saved =
        browser.post("/rights/file/save", &[("version", "1"), ("text", &changed), ("why", "flyttet")]).await;
    assert_eq!(saved.location(), "/rights/file?done=saved");
    assert!(current(&world).await.policy.rules[&key("moms")].who.units.contains("Ærøskøbing Skole"));
    let history = browser.get("/rights/history").await.text();
    assert!(
        history.contains("Før: Alle i Hjemmeplejen Syd får pakken »Moms«. Nu: Alle i Ærøskøbing Skole"),
        "{history}"
    );
}
