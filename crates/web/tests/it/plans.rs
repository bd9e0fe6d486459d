//! Plans, the outbox and sources as pages: what they show, and what they refuse.

use axum::http::StatusCode;
use domain::guard::{self, Circumstances, Origin};
use domain::{Operation, Parts, Role, SourceName};
use serde_json::json;
use store::plan::{self, NewPlan};
use store::{StoreError, source};

use crate::browser::Browser;
use crate::html;
use crate::world::{World, cvr};

/// Changes the database behind the pages.
async fn run(world: &World, sql: &'static str) {
    let written = world.store.write(|tx| Box::pin(async move { tx.execute(sql, &[]).await }));
    written.await.unwrap();
}

async fn digest(browser: &mut Browser) -> String {
    let page = browser.get("/plans/1").await.text();
    let tags = html::tags(&page);
    let found = html::named(&tags, "input").find(|input| input.get("name") == Some("digest")).unwrap();
    found.get("value").unwrap().to_owned()
}

#[tokio::test]
async fn a_held_plan_is_rejected_with_a_reason_and_nobody_is_asked_again() {
    let world = World::typical().await;
    let mut browser = world.visitor(Role::UserAdministrator).await;
    assert!(browser.get("/").await.text().contains("href=\"/plans/1\""));
    let digest = digest(&mut browser).await;
    let reject = |why| [("digest", digest.as_str()), ("verdict", "reject"), ("why", why)];
    let silent = browser.post("/plans/1/decision", &reject("")).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    let stale = [("digest", "old"), ("verdict", "reject"), ("why", "de er her endnu")];
    assert_eq!(browser.post("/plans/1/decision", &stale).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let rejected = browser.post("/plans/1/decision", &reject("de er her endnu")).await;
    assert_eq!(rejected.location(), "/plans/1#decision");
    let page = browser.get("/plans/1").await.text();
    assert!(page.contains("Mette Holm afviste i dag") && page.contains("de er her endnu"), "{page}");
    assert!(page.contains("Ingen bliver spurgt igen, før en plan holder noget andet tilbage"));
    assert!(
        !page.contains("value=\"reject\"") && page.contains("value=\"approve\""),
        "it may be approved yet"
    );
    assert!(!browser.get("/").await.text().contains("href=\"/plans/1\""), "the overview asks for nothing");
    assert!(browser.get("/plans").await.text().contains("Afvist"));
    let again = browser.post("/plans/1/decision", &reject("nej")).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "once is enough");
    assert_eq!(world.number("SELECT COUNT(*) AS n FROM job WHERE kind = 'approve'").await, 0);
    assert_eq!(world.number("SELECT COUNT(*) AS n FROM audit WHERE action = 'plan.rejected'").await, 1);
}

#[tokio::test]
async fn a_plan_that_was_replaced_shows_the_way_to_the_newest() {
    let world = World::typical().await;
    run(&world, "UPDATE plan SET state = 'superseded' WHERE id = 1").await;
    let mut browser = world.visitor(Role::UserAdministrator).await;
    let newest = world.number("SELECT MAX(id) AS n FROM plan WHERE origin NOT LIKE '{\"order\"%'").await;
    let page = browser.get("/plans/1").await.text();
    assert!(
        page.contains(&format!("<a href=\"/plans/{newest}\">Se den nyeste: plan {newest}</a>")),
        "{page}"
    );
    run(&world, "UPDATE plan SET state = 'open' WHERE id = 1").await;
    assert!(!browser.get("/plans/1").await.text().contains("Se den nyeste"));
}

#[tokio::test]
async fn those_who_left_and_are_not_stopped_are_not_in_step() {
    let world = World::typical().await;
    run(&world, "DELETE FROM operation").await;
    run(&world, "DELETE FROM drift").await;
    run(&world, "DELETE FROM question").await;
    run(&world, "UPDATE plan SET state = 'done'").await;
    run(&world, "UPDATE identity SET presence = 'employed', in_step = TRUE").await;
    let mut browser = world.visitor(Role::UserAdministrator).await;
    assert!(browser.get("/").await.text().contains("I takt med MitID Erhverv"));
    assert!(!browser.get("/people?show=out-of-step").await.text().contains("p020"));

    // As after a plan that was rejected.
    run(&world, "UPDATE identity SET presence = 'left', in_step = FALSE WHERE user_name = 'p020'").await;
    let page = browser.get("/").await.text();
    assert!(page.contains("1 person, der er stoppet her, er ikke lukket i MitID Erhverv"), "{page}");
    assert!(!page.contains("I takt med MitID Erhverv"), "{page}");
    assert!(browser.get("/people?show=out-of-step").await.text().contains("p020"));
}

#[tokio::test]
async fn who_made_the_plan_may_reject_it_and_not_approve_it() {
    let world = World::typical().await;
    run(&world, "UPDATE plan SET origin = '{\"person\":\"mette holm\"}'").await;
    let mut browser = world.visitor(Role::OrganisationAdministrator).await;
    let page = browser.get("/plans/1").await.text();
    assert!(page.contains("Du har selv lavet planen") && !page.contains("value=\"approve\""), "{page}");
    let digest = digest(&mut browser).await;
    let own = browser.post("/plans/1/decision", &[("digest", &digest), ("why", "ja")]).await;
    assert_eq!(own.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = [("digest", digest.as_str()), ("verdict", "reject"), ("why", "fortrudt")];
    assert_eq!(browser.post("/plans/1/decision", &fields).await.location(), "/plans/1#decision");
}

#[tokio::test]
async fn who_may_not_approve_may_not_reject_either() {
    let world = World::typical().await;
    let digest = digest(&mut world.visitor(Role::UserAdministrator).await).await;
    for role in [Role::Auditor, Role::TechnicalAdministrator, Role::Helpdesk] {
        let mut browser = world.visitor(role).await;
        let fields = [("digest", digest.as_str()), ("verdict", "reject"), ("why", "nej")];
        assert_eq!(browser.post("/plans/1/decision", &fields).await.status, StatusCode::FORBIDDEN, "{role}");
    }
    assert_eq!(world.number("SELECT COUNT(*) AS n FROM plan WHERE rejected_at IS NOT NULL").await, 0);
}

#[tokio::test]
async fn a_plan_shows_what_stood_there_when_it_was_made() {
    let world = World::typical().await;
    let mut browser = world.visitor(Role::Auditor).await;
    // Since then it was carried out, and MitID Erhverv shows the new address.
    run(&world, "UPDATE observed SET fields = '{\"email\":\"p20@norreby.example\"}', status = 'Suspended'")
        .await;
    run(&world, "UPDATE plan SET state = 'done'").await;
    let page = browser.get("/plans/1?kind=update-email").await.text();
    assert!(page.contains("<del class=\"lk-from\">rettet@norreby.example</del>"), "{page}");
    assert!(page.contains("<ins class=\"lk-to\">p20@norreby.example</ins>"));
    let stopped = browser.get("/plans/1?kind=suspend").await.text();
    assert!(stopped.contains("<del class=\"lk-from\">Aktiv</del>"), "{stopped}");
}

/// A plan that holds every one of its many operations.
async fn long_plan(world: &World, length: usize) {
    let operation = |number: usize| {
        let written = json!({
            "identity": null, "label": format!("n{number:06}"), "fields": ["status"],
            "action": { "suspend": uuid::Uuid::from_u128(number as u128 + 1) },
            "before": { "status": "Active" }, "reason": { "ordered": { "by": "Bo", "why": "prøve" } },
        });
        serde_json::from_value::<Operation>(written).unwrap()
    };
    let operations: Vec<Operation> = (0..length).map(operation).collect();
    let saved = world.store.write(|tx| {
        let operations = &operations;
        Box::pin(async move {
            let organisation = store::organisation::one(tx, &cvr()).await?.unwrap().organisation;
            let circumstances = Circumstances {
                organisation: &organisation,
                origin: Origin::Timer,
                first_contact_approved: false,
                people: length,
                administrators: std::collections::HashMap::new(),
                shrunk: Vec::new(),
                rights: std::collections::HashMap::new(),
                catalogue: &domain::rights::Catalogue::new(),
            };
            let judgement = guard::judge(operations, &circumstances);
            let new = NewPlan {
                origin: Origin::Timer,
                observed_at: None,
                cost_dkk: 0,
                operations,
                judgement: &judgement,
            };
            plan::save(tx, &cvr(), &new).await.map(drop)
        })
    });
    saved.await.unwrap();
}

#[tokio::test]
async fn a_long_plan_is_shown_in_pages_of_a_hundred_and_exported_whole() {
    let world = World::empty().await;
    long_plan(&world, 2_345).await;
    let mut browser = world.visitor(Role::Auditor).await;
    for (address, shown, first) in [
        ("/plans/1", 100, "n000000"),
        ("/plans/1?page=2", 100, "n000100"),
        ("/plans/1?kind=suspend&page=24", 45, "n002300"),
        ("/plans/1?page=999", 45, "n002300"),
    ] {
        let page = browser.get(address).await.text();
        assert_eq!(page.matches("lk-person-diff").count(), shown, "{address}");
        assert!(page.contains(first), "{address}");
    }
    assert_eq!(browser.get("/plans/1?kind=create").await.text().matches("lk-person-diff").count(), 0);
    let file = browser.get("/plans/1/export").await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert!(file.header("content-disposition").contains("plan-1-90123456-"));
    let text = file.text();
    assert_eq!(text.lines().count(), 2_346);
    assert!(text.starts_with("\u{feff}Nr.;Navn;Art;"), "{}", &text[..60]);
    assert!(
        text.ends_with("1-2345;n002344;Suspendér;status;bestilt af Bo: prøve\n"),
        "{}",
        &text[text.len() - 90..]
    );
}

#[tokio::test]
async fn how_an_operation_went_is_told_in_the_readers_language() {
    let world = World::typical().await;
    let mut browser = world.visitor(Role::Auditor).await;
    for (language, words) in
        [("da", "kan stadig nå at virke"), ("en", "its effect may still come. Lokalid waits")]
    {
        browser.get(&format!("/language/{language}?to=/")).await;
        let page = browser.get("/outbox?state=unknown").await.text();
        assert!(page.contains(words), "{language}: {page}");
    }
}

#[tokio::test]
async fn the_outbox_opens_on_the_first_state_that_has_something() {
    let world = World::typical().await;
    let mut browser = world.visitor(Role::Auditor).await;
    let current = |page: &str| {
        let end = page.find("aria-current=\"true\"><span>").unwrap();
        page[end..].split(['>', '<']).nth(3).unwrap_or_default().to_owned()
    };
    run(&world, "UPDATE operation SET state = 'unknown' WHERE state IN ('waiting', 'running')").await;
    let page = browser.get("/outbox").await.text();
    assert!(current(&page).starts_with("Uvist ("), "{}", current(&page));
    let asked = browser.get("/outbox?state=waiting").await.text();
    assert!(current(&asked).starts_with("Venter (0)"), "what was chosen is shown");
    run(&world, "UPDATE operation SET state = 'done', settled_at = 1").await;
    assert!(current(&browser.get("/outbox").await.text()).starts_with("Gennemført ("));
    let empty = World::empty().await;
    let page = empty.visitor(Role::Auditor).await.get("/outbox").await.text();
    assert!(current(&page).starts_with("Venter (0)"));
}

#[tokio::test]
async fn the_source_by_hand_says_how_many_people_it_keeps() {
    let world = World::typical().await;
    let mut browser = world.visitor(Role::Auditor).await;
    let page = browser.get("/sources/by-hand").await.text();
    assert!(
        page.contains("1 person er oprettet i hånden.") && page.contains("Seneste ændring for"),
        "{page}"
    );
    for wrong in ["Frisk", "Aldrig", "Læs kilderne nu"] {
        assert!(!page.contains(wrong), "{wrong}");
    }
    let list = browser.get("/sources").await.text();
    assert!(list.contains("Seneste ændring for"), "{list}");
}

async fn broken(world: &World, parts: &[Parts]) {
    let failed = world.store.write(|tx| {
        Box::pin(async move {
            let ad = SourceName("ad".to_owned());
            source::note_failure(tx, &cvr(), &ad, "people.csv: in English only", parts).await?;
            Ok::<_, StoreError>(())
        })
    });
    failed.await.unwrap();
}

#[tokio::test]
async fn the_faults_of_a_file_are_told_in_the_language_of_the_reader() {
    let world = World::typical().await;
    let mut browser = world.visitor(Role::Helpdesk).await;
    let cell =
        Parts::new("csv-empty-cell").with("what", "given-name").with("row", 17).with("column", "Fornavn");
    let refused = Parts::new("csv-refused").with("file", "people.csv").with("number", 2);
    let heading = Parts::new("csv-missing-heading").with("what", "lønklasse");
    let heading = heading.with("accepted", "\"løn\"").with("found", "\"navn\"");
    broken(&world, &[refused, cell, heading]).await;
    let page = browser.get("/sources/ad").await.text();
    assert!(page.contains("Intet af filen people.csv er brugt. Fejl i filen: 2."), "{page}");
    assert!(page.contains("Række 17, kolonnen »Fornavn«") && page.contains("Cellen er tom. Skriv fornavn."));
    assert!(page.contains("Der er ingen kolonne med lønklasse") && !page.contains("in English only"));
    browser.get("/language/en").await;
    let page = browser.get("/sources/ad").await.text();
    assert!(
        page.contains("Row 17, column &#34;Fornavn&#34;") && page.contains("Write the given name."),
        "{page}"
    );
    broken(&world, &[]).await;
    let plain = browser.get("/sources/ad").await.text();
    assert!(plain.contains("in English only"), "without parts the sentence itself is shown");
}

#[tokio::test]
async fn the_faults_of_a_directory_are_told_in_the_language_of_the_reader() {
    let world = World::typical().await;
    let mut browser = world.visitor(Role::Helpdesk).await;
    let entry = "CN=Bo,OU=Ansatte,DC=kommune,DC=example";
    let value = Parts::new("csv-cpr-no-date").with("entry", entry).with("attribute", "employeeID");
    broken(&world, &[Parts::new("ldap-broken").with("number", 1), value]).await;
    let page = browser.get("/sources/ad").await.text();
    assert!(page.contains("Intet fra kataloget er brugt. Fejl i posterne: 1."), "{page}");
    assert!(page.contains(&format!("{entry}, attributten »employeeID«")), "{page}");
    let refused = Parts::new("ldap-sign-in-wrong-password").with("server", "dc1.kommune.example");
    broken(&world, &[refused.with("name", "lokalid@kommune.example")]).await;
    let page = browser.get("/sources/ad").await.text();
    assert!(page.contains("dc1.kommune.example afviste lokalid@kommune.example: navnet eller adgangskoden"));
    let slow = Parts::new("ldap-timed-out").with("server", "dc1").with("number", 30).with("step", "search");
    broken(&world, &[slow]).await;
    assert!(browser.get("/sources/ad").await.text().contains("inden 30 sekunder (under søgning)"));
    browser.get("/language/en").await;
    assert!(browser.get("/sources/ad").await.text().contains("within 30 seconds (while searching)"));
}

#[tokio::test]
async fn an_unmanaged_user_is_suspended_by_the_next_plan() {
    let world = World::typical().await;
    let path = world.address("/unmanaged/{uuid}").await;
    let order = [("choice", "suspend"), ("why", "ingen kender den")];
    for role in [Role::Helpdesk, Role::Auditor, Role::TechnicalAdministrator] {
        let mut other = world.visitor(role).await;
        assert_eq!(other.post(&path, &order).await.status, StatusCode::FORBIDDEN, "{role}");
    }
    let mut browser = world.visitor(Role::UserAdministrator).await;
    let silent = browser.post(&path, &[("choice", "suspend"), ("why", " ")]).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(world.number("SELECT COUNT(*) AS n FROM observed WHERE suspend_at IS NOT NULL").await, 0);
    assert!(browser.post(&path, &order).await.location().starts_with("/unmanaged#u"));
    let page = browser.get("/unmanaged").await.text();
    assert!(page.contains("Mette Holm har bedt om at få den suspenderet. Det sker i næste plan."), "{page}");
    assert_eq!(world.number("SELECT COUNT(*) AS n FROM job WHERE kind = 'settle'").await, 1);
    run(&world, "UPDATE observed SET status = 'Suspended' WHERE suspend_at IS NOT NULL").await;
    assert!(!browser.get("/unmanaged").await.text().contains("value=\"suspend\""));
    let again = browser.post(&path, &order).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text().contains("allerede suspenderet"));
    let unknown = format!("/unmanaged/{}", uuid::Uuid::from_u128(4711));
    assert_eq!(browser.post(&unknown, &order).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn every_setting_says_where_it_was_set() {
    let world = World::typical().await;
    let mut browser = world.visitor(Role::OrganisationAdministrator).await;
    let row = |key: &str, value: &str, origin: &str| {
        format!("{key}</th><td data-title=\"Værdi\">{value}</td><td data-title=\"Sat hvor\">{origin}")
    };
    let page = browser.get("/settings").await.text();
    for expected in [
        row("schedule.sources_minutes", "45", "lokalid.toml"),
        row("schedule.full_read_at", "11:00:00", "Standard"),
        row("90123456.environment", "emulator", "lokalid.toml"),
        row("90123456.wave_limit", "100", "lokalid.toml"),
        row("90123456.delete_after_days", "90", "Standard"),
    ] {
        assert!(page.contains(&expected), "{expected}: {page}");
    }
    assert!(!page.contains("90654321.environment"), "that is another organisation's");
    assert!(
        page.contains("value=\"45\"") && page.contains("value=\"11\""),
        "the form begins with what is in force"
    );
    let schedule = [("source-minutes", "20"), ("full-read-hour", "9")];
    assert_eq!(browser.post("/settings/schedule", &schedule).await.location(), "/settings?done=saved");
    let page = browser.get("/settings").await.text();
    assert!(page.contains(&row("schedule.sources_minutes", "20", "Mette Holm, i dag")), "{page}");
    assert!(page.contains(&row("schedule.full_read_at", "09:00:00", "Mette Holm, i dag")));
    let logged = "SELECT COUNT(*) AS n FROM audit WHERE action = 'setting.changed' AND actor = 'Mette Holm'";
    assert_eq!(world.number(logged).await, 1);
}
