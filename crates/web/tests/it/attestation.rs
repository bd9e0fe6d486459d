//! Reviews of what people have, by real different people: whose they are, what is refused, and what is left for the
//! auditor.

use axum::http::StatusCode;
use domain::rights::attestation::CampaignId;
use domain::rights::request::Substitute;
use domain::{IdentityId, Role};
use jiff::civil::Date;
use store::rights::{attestation, substitute};

use crate::browser::{Answer, Browser, refused};
use crate::world::{World, cvr};
use crate::world_rights::review;

/// The review of the typical world. p040 answers for p030, p032, p034, p036 and p038.
const REVIEW: &str = "/rights/attestation/1";

/// What is sent in place of what is usual, the field that is wrong, and how its sentence begins.
type Case<'a> = (&'a [(&'static str, &'a str)], &'static str, &'static str);

async fn manager(world: &World) -> Browser {
    world.is_person("Ørjan Aagaard", Role::Manager, "p040").await
}

/// The number of the one line about somebody in a review.
async fn line(world: &World, campaign: i64, user_name: &str) -> String {
    let person = world.person(user_name).await;
    let all = world.store.read(|tx| Box::pin(async { attestation::all(tx, CampaignId(campaign)).await }));
    all.await.unwrap().into_iter().find(|item| item.identity == person).unwrap().number.to_string()
}

async fn say(world: &World, by: &mut Browser, user_name: &str, what: &str, why: &str) -> Answer {
    let (item, person) = (line(world, 1, user_name).await, world.person(user_name).await);
    let (item, why_field) = (format!("item-{item}"), format!("why-{person}"));
    let fields = [("do", "save"), (item.as_str(), what), (why_field.as_str(), why)];
    by.post(&format!("{REVIEW}/answers"), &fields).await
}

async fn press(by: &mut Browser, review: &str, button: &str) -> Answer {
    by.post(&format!("{review}/answers"), &[("do", button)]).await
}

async fn answers(world: &World, keep: bool) -> i64 {
    let wanted = if keep { "keep" } else { "NOT keep" };
    world.number(&format!("SELECT COUNT(*) AS n FROM attestation WHERE {wanted}")).await
}

async fn withdrawals(world: &World) -> i64 {
    world
        .number("SELECT COUNT(*) AS n FROM right_grant WHERE origin = 'withdrawn' AND ended_at IS NULL")
        .await
}

fn today(world: &World) -> Date {
    domain::danish_date(world.store.clock().now())
}

#[tokio::test]
async fn a_manager_looks_through_their_own_people_and_what_is_removed_has_its_day() {
    let world = World::typical().await;
    let mut leader = manager(&world).await;
    let list = leader.get("/rights/attestation").await.text();
    assert!(list.contains("Gennemgang, efterår 2026") && list.contains("5 personer mangler"), "{list}");
    assert!(!list.contains("Alle gennemgange"), "{list}");
    let page = leader.get(REVIEW).await.text();
    assert!(page.contains("Moms") && page.contains("Hjemmeplejen"), "{page}");
    assert!(!page.contains("Hvor langt er alle?") && !page.contains("/people/"), "{page}");

    let kept = say(&world, &mut leader, "p030", "keep", "").await;
    assert_eq!(kept.location(), format!("{REVIEW}?done=saved"), "{}", kept.text());
    let removed = say(&world, &mut leader, "p032", "remove", "er flyttet til skolen").await;
    assert_eq!(removed.location(), format!("{REVIEW}?done=saved"), "{}", removed.text());
    assert_eq!((answers(&world, true).await, answers(&world, false).await), (1, 1));
    assert_eq!(withdrawals(&world).await, 1);
    let page = leader.get(removed.location()).await.text();
    assert!(page.contains("3 personer mangler") && page.contains("0 beholdt, 1 fjernet"), "{page}");

    let mut administrator = world.visitor(Role::RightsAdministrator).await;
    let person = world.person("p032").await;
    let rights = administrator.get(&format!("/people/{person}/rights")).await.text();
    assert!(
        rights.contains("er flyttet til skolen") && rights.contains("Fjernet ved gennemgang"),
        "{rights}"
    );
    assert!(rights.contains("Fjernes på sin dag") && rights.contains("Giv det igen"), "{rights}");
    let log = world.visitor(Role::OrganisationAdministrator).await.get("/log").await.text();
    assert!(log.contains("Så nogens rettigheder igennem") && log.contains("Begyndte en gennemgang"), "{log}");

    let after_all = say(&world, &mut leader, "p032", "keep", "").await;
    assert_eq!(after_all.status, StatusCode::SEE_OTHER, "{}", after_all.text());
    assert_eq!((answers(&world, true).await, withdrawals(&world).await), (2, 0));
}

#[tokio::test]
async fn one_person_is_kept_with_one_press() {
    let world = World::typical().await;
    let mut leader = manager(&world).await;
    let person = world.person("p034").await;
    assert_eq!(press(&mut leader, REVIEW, &format!("keep-{person}")).await.status, StatusCode::SEE_OTHER);
    assert_eq!(answers(&world, true).await, 1);
    let other = world.person("p042").await;
    let refusal = press(&mut leader, REVIEW, &format!("keep-{other}")).await;
    refused(&refusal, "people", "Vælg Behold eller Fjern for mindst én linje.");
    for user_name in ["p030", "p032", "p036", "p038"] {
        let person = world.person(user_name).await;
        press(&mut leader, REVIEW, &format!("keep-{person}")).await;
    }
    let done = leader.get(REVIEW).await.text();
    assert!(done.contains("Du er færdig.") && done.contains("Alle er set igennem"), "{done}");
    let again = leader.get(&format!("{REVIEW}?person={person}")).await.text();
    assert!(again.contains("value=\"keep\" checked"), "an answer can be changed: {again}");
}

#[tokio::test]
async fn what_was_removed_from_oneself_is_given_back_by_somebody_else() {
    let world = World::typical().await;
    say(&world, &mut manager(&world).await, "p032", "remove", "er flyttet").await;
    let sql = "SELECT id FROM right_grant WHERE origin = 'withdrawn'";
    let row = world.store.read(|tx| Box::pin(async move { tx.row(sql, &[]).await })).await.unwrap().unwrap();
    let end = format!("/rights/grants/{}/end", row.text("id").unwrap());
    let mut own = world.is_person("Ida Lindhøj", Role::RightsAdministrator, "p032").await;
    refused(&own.post(&end, &[("why", "jeg vil have den")]).await, "grants", "Det blev fjernet fra dig");
    assert_eq!(withdrawals(&world).await, 1);
    let mut other = world.visitor(Role::RightsAdministrator).await;
    assert_eq!(other.post(&end, &[("why", "er tilbage")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(withdrawals(&world).await, 0);
}

#[tokio::test]
async fn a_page_that_is_out_of_date_overrules_nobody() {
    let world = World::typical().await;
    let mut leader = manager(&world).await;
    say(&world, &mut leader, "p032", "remove", "er flyttet").await;
    let (item, person) = (line(&world, 1, "p032").await, world.person("p032").await);
    let (item, was, why) = (format!("item-{item}"), format!("was-{item}"), format!("why-{person}"));
    let stale = [("do", "save"), (item.as_str(), "keep"), (was.as_str(), "keep"), (why.as_str(), "")];
    refused(&leader.post(&format!("{REVIEW}/answers"), &stale).await, "people", "Vælg Behold eller Fjern");
    assert_eq!((answers(&world, false).await, withdrawals(&world).await), (1, 1));
}

#[tokio::test]
async fn a_removal_needs_a_reason_without_a_cpr_number_and_nothing_is_saved() {
    let world = World::typical().await;
    let mut leader = manager(&world).await;
    let silent = say(&world, &mut leader, "p032", "remove", " ").await;
    refused(&silent, "why", "Skriv en begrundelse");
    assert!(silent.text().contains("value=\"remove\" checked"), "what was chosen is shown again");
    let told = say(&world, &mut leader, "p032", "remove", "se 610190-1234").await;
    assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!told.text().contains("610190"), "{}", told.text());
    let nothing = press(&mut leader, REVIEW, "save").await;
    refused(&nothing, "people", "Vælg Behold eller Fjern");
    assert_eq!(
        (answers(&world, true).await, answers(&world, false).await, withdrawals(&world).await),
        (0, 0, 0)
    );
}

#[tokio::test]
async fn nobody_answers_for_others_and_nobody_for_themselves() {
    let world = World::typical().await;
    let mut employee = world.is_person("Ida Lindhøj", Role::Employee, "p032").await;
    assert_eq!(employee.get(REVIEW).await.status, StatusCode::NOT_FOUND);
    assert_eq!(press(&mut employee, REVIEW, "save").await.status, StatusCode::NOT_FOUND);
    assert!(employee.get("/rights/attestation").await.text().contains("Der er intet, du skal se på."));
    let mut nobody = world.visitor(Role::Manager).await;
    assert!(nobody.get("/rights/attestation").await.text().contains("Dit link siger ikke"));

    // Nobody leads p042, so it is any rights administrator's but their own.
    let mut own = world.is_person("Karim Engelbrecht", Role::RightsAdministrator, "p042").await;
    let page = own.get(&format!("{REVIEW}?person={}", world.person("p042").await)).await.text();
    assert!(!page.contains(&format!("item-{}\"", line(&world, 1, "p042").await)), "{page}");
    refused(&say(&world, &mut own, "p042", "keep", "").await, "people", "Vælg Behold eller Fjern");
    refused(&say(&world, &mut own, "p030", "keep", "").await, "people", "Vælg Behold eller Fjern");
    assert_eq!(answers(&world, true).await, 0);
    let mut other = world.visitor(Role::RightsAdministrator).await;
    assert_eq!(say(&world, &mut other, "p042", "keep", "").await.status, StatusCode::SEE_OTHER);
    assert_eq!(answers(&world, true).await, 1);
}

#[tokio::test]
async fn who_stands_in_looks_through_and_not_themselves() {
    let world = World::typical().await;
    let day = today(&world);
    let substitute =
        Substitute { absent: "p040".to_owned(), stands_in: "p036".to_owned(), from: day, until: day };
    world
        .store
        .write(|tx| Box::pin(async { substitute::set(tx, &cvr(), &substitute, "Mette Holm").await }))
        .await
        .unwrap();
    let mut stands_in = world.is_person("Bo Dahl", Role::Employee, "p036").await;
    let page = stands_in.get(REVIEW).await.text();
    assert!(page.contains("4 personer mangler"), "{page}");
    assert!(!page.contains(&format!("item-{}\"", line(&world, 1, "p036").await)), "{page}");
    assert_eq!(say(&world, &mut stands_in, "p030", "keep", "").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_next_review_shows_what_is_new_and_keeps_the_rest_at_once() {
    let world = World::typical().await;
    let mut leader = manager(&world).await;
    for user_name in ["p030", "p032", "p034"] {
        say(&world, &mut leader, user_name, "keep", "").await;
    }
    let plan = review(today(&world));
    world
        .store
        .write(|tx| Box::pin(async { attestation::begin(tx, &cvr(), &plan, "Mette Holm", None).await }))
        .await
        .unwrap();
    let next = "/rights/attestation/2";
    let page = leader.get(next).await.text();
    assert!(page.contains("Ny siden sidst") && page.contains("Uændret. Beholdt"), "{page}");
    let first_new = page.find("Ny siden sidst").unwrap();
    assert!(first_new < page.find("Uændret. Beholdt").unwrap(), "what is new comes first");
    assert!(page.contains("Behold alle 3, der er uændrede siden sidst"), "{page}");
    let kept = press(&mut leader, next, "unchanged").await;
    assert_eq!(kept.location(), format!("{next}?done=saved"));
    let page = leader.get(next).await.text();
    assert!(page.contains("2 personer mangler") && !page.contains("uændrede siden sidst"), "{page}");
}

#[tokio::test]
async fn a_review_begins_with_a_look_at_its_size_and_letters() {
    let world = World::typical().await.with_mail();
    let mut administrator = world.visitor(Role::RightsAdministrator).await;
    let form = administrator.get("/rights/attestation/new").await.text();
    assert!(form.contains("value=\"14, 7, 3\""), "{form}");
    let day = |days: i64| today(&world).saturating_add(jiff::Span::new().days(days)).to_string();
    let (due, removal) = (day(14), day(21));
    let new = |more: &[(&'static str, &str)]| {
        let usual = [
            ("name", "Pakker"),
            ("covers", "bundles"),
            ("bundle", "moms"),
            ("due", due.as_str()),
            ("removal", removal.as_str()),
            ("reminders", "3"),
            ("escalation", ""),
        ];
        let kept = usual.iter().filter(|(name, _)| !more.iter().any(|(other, _)| other == name));
        kept.chain(more).map(|(name, value)| (*name, (*value).to_owned())).collect::<Vec<_>>()
    };
    let cases: [Case<'_>; 12] = [
        (&[("name", " ")], "name", "Giv gennemgangen et navn"),
        (&[("name", "Sag 610190-1234")], "name", "Det ligner et CPR-nummer"),
        (&[("covers", "units"), ("units", "610190-1234")], "units", "Det ligner et CPR-nummer"),
        (&[("due", "2020-01-01")], "due", "Fristen er overskredet"),
        (&[("due", "snart")], "due", "Vælg en dag."),
        (&[("removal", &day(13))], "removal", "Det fjernede kan tidligst forsvinde"),
        (&[("covers", "units"), ("units", "Havnen")], "units", "Ingen er eller var i enheden »Havnen«"),
        (&[("bundle", "")], "bundles", "Vælg mindst én pakke"),
        (&[("bundle", "findes-ikke")], "bundles", "Der er ingen pakke `findes-ikke`"),
        (&[("bundle", "post")], "covers", "Ingen har noget af det"),
        (&[("reminders", "tre")], "reminders", "Skriv dage som tal"),
        (&[("escalation", "0")], "reminders", "0 dage går ikke"),
    ];
    for (more, field, sentence) in cases {
        let fields = new(more);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = administrator.post("/rights/attestation/new", &fields).await;
        refused(&answer, field, sentence);
        assert!(!answer.text().contains("610190"), "a CPR number is not shown again");
    }
    let fields = new(&[("do", "preview")]);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let size = administrator.post("/rights/attestation/new", &fields).await.text();
    assert!(
        size.contains("ledere eller ejere svarer") && size.contains("går til rettighedsadministratorerne")
    );
    assert_eq!(world.number("SELECT COUNT(*) AS n FROM campaign").await, 1);
    assert_eq!(world.number("SELECT COUNT(*) AS n FROM mail WHERE kind LIKE 'attestation-%'").await, 0);
    let fields = new(&[("do", "begin")]);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let begun = administrator.post("/rights/attestation/new", &fields).await;
    assert_eq!(begun.location(), "/rights/attestation/2?done=begun", "{}", begun.text());
    assert_eq!(world.number("SELECT COUNT(*) AS n FROM campaign").await, 2);
    assert!(world.number("SELECT COUNT(*) AS n FROM mail WHERE kind = 'attestation-begins'").await > 0);
}

#[tokio::test]
async fn what_waits_is_handed_over_and_the_review_is_closed_with_a_report() {
    let world = World::typical().await;
    let mut leader = manager(&world).await;
    say(&world, &mut leader, "p032", "remove", "er flyttet").await;
    let mut administrator = world.visitor(Role::RightsAdministrator).await;
    let overview = administrator.get("/").await.text();
    assert!(overview.contains("personer venter på din gennemgang"), "{overview}");
    let page = administrator.get(REVIEW).await.text();
    assert!(page.contains("Bo Aagaard") && page.contains("Rettighedsadministratorer"), "{page}");
    let from: IdentityId = world.person("p040").await;
    let from = from.to_string();
    let hand = format!("{REVIEW}/hand-over");
    let number = administrator.post(&hand, &[("from", from.as_str()), ("to", "610190-1234")]).await;
    refused(&number, "to", "Det ligner et CPR-nummer");
    let unknown = administrator.post(&hand, &[("from", from.as_str()), ("to", "p999")]).await;
    refused(&unknown, "to", "brugernavnet »p999«");
    let handed = administrator.post(&hand, &[("from", from.as_str()), ("to", "p050")]).await;
    assert_eq!(handed.location(), format!("{REVIEW}?done=handed"), "{}", handed.text());
    let mut above = world.is_person("Signe Holt", Role::Manager, "p050").await;
    assert!(above.get(REVIEW).await.text().contains("5 personer mangler"));
    refused(&say(&world, &mut leader, "p034", "keep", "").await, "people", "Vælg Behold eller Fjern");

    let closed = administrator.post(&format!("{REVIEW}/close"), &[]).await;
    assert_eq!(closed.location(), format!("{REVIEW}?done=closed"));
    let page = administrator.get(closed.location()).await.text();
    assert!(page.contains("Afsluttet") && !page.contains("Giv videre"), "{page}");
    let late = say(&world, &mut above, "p034", "keep", "").await;
    refused(&late, "people", "Gennemgangen er afsluttet");

    let mut auditor = world.visitor(Role::Auditor).await;
    let report = auditor.get(&format!("{REVIEW}/report/csv")).await.text();
    let removed = report.lines().find(|line| line.contains("er flyttet")).unwrap();
    assert!(removed.contains("Fjernet") && removed.contains("Ørjan Aagaard"), "{removed}");
    assert!(removed.contains(&review(today(&world)).removal.to_string()), "{removed}");
    assert!(report.contains("Uden svar") && !report.contains("Beholdt;"), "{report}");
    let table = auditor.get(&format!("{REVIEW}/report/xlsx")).await;
    assert!(table.body.starts_with(b"PK"));
    assert_eq!(auditor.get(&format!("{REVIEW}/report/pdf")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(auditor.post(&format!("{REVIEW}/close"), &[]).await.status, StatusCode::FORBIDDEN);
}
