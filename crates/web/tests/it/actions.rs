//! What the forms do, and what they refuse.

use axum::http::StatusCode;
use domain::Role;

use crate::html;
use crate::world::{CPR, World};

#[tokio::test]
async fn a_suspension_is_written_with_its_reason_and_wakes_the_worker() {
    let world = World::typical().await;
    let mut browser = world.visitor(Role::Helpdesk).await;
    let person = world.person("p030").await;
    let answer = browser.post(&format!("/people/{person}/suspend"), &[("cause", "lost"), ("why", "")]).await;
    assert_eq!(answer.location(), format!("/people/{person}?done=suspended"));
    let page = browser.get(answer.location()).await.text();
    assert!(page.contains("Suspenderet i hånden") && page.contains("Mistet telefon eller nøgle"), "{page}");
    assert!(page.contains("Ordren er skrevet"));
    assert_eq!(world.number("SELECT COUNT(*) AS n FROM job WHERE kind = 'settle'").await, 1);
    let logged = "SELECT COUNT(*) AS n FROM audit WHERE action = 'identity.suspended-by-hand' AND actor = 'Mette Holm'";
    assert_eq!(world.number(logged).await, 1);
}

#[tokio::test]
async fn a_reason_is_needed_and_must_not_hold_a_cpr_number() {
    let world = World::typical().await;
    let mut browser = world.visitor(Role::OrganisationAdministrator).await;
    let person = world.person("p030").await;
    let path = format!("/people/{person}/suspend");
    for why in ["", "   ", "ringede om 610190-4321", "6101904321"] {
        let answer = browser.post(&path, &[("why", why)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{why}");
        let page = answer.text();
        assert!(html::text_of(&page, "title").unwrap().starts_with("Fejl:"), "{why}");
        assert!(page.contains("role=\"alert\"") && page.contains("<a href=\"#why\">"), "{why}");
        assert!(!page.contains("4321"), "the number is not shown again");
    }
    assert_eq!(world.number("SELECT COUNT(*) AS n FROM identity WHERE hold_by IS NOT NULL").await, 0);
}

#[tokio::test]
async fn a_cpr_number_is_shown_once_for_a_purpose_that_is_logged() {
    let world = World::typical().await;
    let mut browser = world.visitor(Role::Helpdesk).await;
    let person = world.person("p003").await;
    let page = browser.get(&format!("/people/{person}")).await.text();
    assert!(page.contains("610190-xxxx") && !page.contains("4321"));
    let path = format!("/people/{person}/cpr");
    assert_eq!(browser.post(&path, &[("why", "")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let shown = browser.post(&path, &[("why", "opkald fra personen")]).await;
    assert!(shown.text().contains("610190-4321"));
    assert!(!browser.get(&format!("/people/{person}")).await.text().contains("4321"));
    assert_eq!(world.number("SELECT COUNT(*) AS n FROM audit WHERE action = 'cpr.shown'").await, 1);
}

#[tokio::test]
async fn searching_by_cpr_number_needs_a_purpose_and_keeps_the_number_out_of_addresses() {
    let world = World::typical().await;
    let mut browser = world.visitor(Role::UserAdministrator).await;
    let refused = browser.post("/people/by-cpr", &[("cpr", CPR), ("why", "")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!refused.text().contains(CPR));
    let found = browser.post("/people/by-cpr", &[("cpr", "610190-4321"), ("why", "brev uden navn")]).await;
    assert_eq!(found.location(), format!("/people/{}", world.person("p003").await));
    let nobody = browser.post("/people/by-cpr", &[("cpr", "6101909999"), ("why", "brev")]).await;
    assert!(nobody.text().contains("Ingen her har det CPR-nummer"));
}

#[tokio::test]
async fn an_export_opens_in_a_spreadsheet_and_holds_no_cpr_number() {
    let world = World::typical().await;
    let mut browser = world.visitor(Role::Auditor).await;
    let csv = browser.get("/people/export/csv?status=pending").await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert!(csv.header("content-disposition").starts_with("attachment; filename=\"personer-90123456-"));
    let text = csv.text();
    assert!(text.starts_with("\u{feff}Navn;Brugernavn;E-mail;"), "{text}");
    assert_eq!(text.lines().count(), 6, "a heading and the five who wait: {text}");
    assert!(!text.contains("6101") && !text.contains("-xxxx"));
    assert!(browser.get("/people/export/xlsx").await.body.starts_with(b"PK"));
    assert_eq!(browser.get("/people/export/pdf").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_held_plan_shows_why_and_is_approved_by_its_content() {
    let world = World::typical().await;
    let mut browser = world.visitor(Role::OrganisationAdministrator).await;
    let page = browser.get("/plans/1").await.text();
    assert!(page.contains("Stoppet af grænse") && page.contains("Planen stopper 9 af 70 personer"), "{page}");
    let tags = html::tags(&page);
    let digest = html::named(&tags, "input").find(|input| input.get("name") == Some("digest")).unwrap();
    let digest = digest.get("value").unwrap().to_owned();
    let stale = browser.post("/plans/1/decision", &[("digest", "old"), ("why", "set efter")]).await;
    assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(stale.text().contains("Planen har ændret sig"));
    let silent = browser.post("/plans/1/decision", &[("digest", &digest), ("why", "")]).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    let approved = browser.post("/plans/1/decision", &[("digest", &digest), ("why", "aftalt med HR")]).await;
    assert_eq!(approved.location(), "/jobs/1");
    assert!(browser.get("/jobs/1").await.text().contains("data-events=\"/jobs/1/events\""));
    let stream = browser.get("/jobs/1/events").await;
    assert_eq!(stream.header("content-type"), "text/event-stream");
}

#[tokio::test]
async fn a_parked_operation_is_tried_again_or_given_up_with_a_reason() {
    let world = World::typical().await;
    let mut browser = world.visitor(Role::OrganisationAdministrator).await;
    let address = world.address("/outbox/{id}").await;
    let page = browser.get(&address).await.text();
    assert!(page.contains("Parkeret") && page.contains("610190-xxxx"), "{page}");
    assert_eq!(browser.post(&format!("{address}/retry"), &[]).await.location(), address);
    assert_eq!(world.number("SELECT COUNT(*) AS n FROM operation WHERE state = 'parked'").await, 0);
    let refused = browser.post(&format!("{address}/give-up"), &[("why", "")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        browser.post(&format!("{address}/give-up"), &[("why", "findes to gange")]).await.location(),
        address
    );
    assert!(browser.get(&address).await.text().contains("findes to gange"));
}

#[tokio::test]
async fn a_person_is_created_by_hand_with_the_checks_of_every_source() {
    let world = World::typical().await;
    let mut browser = world.visitor(Role::UserAdministrator).await;
    let wrong = [
        ("given-name", "Liv"),
        ("cpr", "123"),
        ("email", "liv"),
        ("start", "2026-12-01"),
        ("end", "2026-11-01"),
    ];
    let refused = browser.post("/people/new", &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = refused.text();
    for field in ["surname", "cpr", "email", "end"] {
        assert!(page.contains(&format!("<a href=\"#{field}\">")), "{field}");
    }
    assert!(page.contains("value=\"Liv\"") && !page.contains("value=\"123\""));
    let right =
        [("given-name", "Liv"), ("surname", "Ny"), ("user-name", "liny"), ("email", "liv@norreby.example")];
    let created = browser.post("/people/new", &right).await;
    let address = created.location().split('?').next().unwrap().to_owned();
    assert!(browser.get(&address).await.text().contains("<h1>Liv Ny</h1>"), "{}", created.location());
    let odd = "E-mailadressen bør ses efter";
    assert!(!browser.get(&address).await.text().contains(odd));
    let twin =
        [("given-name", "Per"), ("surname", "Ny"), ("user-name", "peny"), ("email", "LIV@norreby.example")];
    let twin = browser.post("/people/new", &twin).await.location().to_owned();
    let page = browser.get(&twin).await.text();
    assert!(page.contains(odd) && page.contains("E-mailadressen er den samme som for Liv Ny."), "{page}");
    let danish =
        [("given-name", "Per"), ("surname", "Ny"), ("user-name", "peny"), ("email", "på@norreby.example")];
    let twin = twin.split('?').next().unwrap();
    browser.post(&format!("{twin}/edit"), &danish).await;
    browser.get("/language/en").await;
    assert!(browser.get(twin).await.text().contains("The e-mail address has æ, ø or å, which"));
    browser.get("/language/da").await;
    let again = browser.post("/people/new", &right).await;
    assert!(again.text().contains("Brugernavnet bruges allerede"));
    assert_eq!(browser.post(&format!("{address}/end"), &[]).await.status, StatusCode::SEE_OTHER);
    assert!(browser.get(&address).await.text().contains("Genåbn ansættelsen"));
}

#[tokio::test]
async fn people_of_a_source_are_changed_in_the_source() {
    let world = World::typical().await;
    let mut browser = world.visitor(Role::UserAdministrator).await;
    let person = world.person("p030").await;
    assert!(browser.get(&format!("/people/{person}")).await.text().contains("Personen kommer fra en kilde"));
    assert_eq!(browser.get(&format!("/people/{person}/edit")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.post(&format!("/people/{person}/end"), &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_question_is_answered_once() {
    let world = World::typical().await;
    let mut browser = world.visitor(Role::UserAdministrator).await;
    let number = world.number("SELECT MIN(number) AS n FROM question WHERE kind = 'suspended-there'").await;
    let path = format!("/questions/{number}");
    let silent = browser.post(&path, &[("verdict", "yes"), ("why", "")]).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    let answered =
        browser.post(&path, &[("verdict", "yes"), ("why", "aftalt"), ("to", "//evil.example")]).await;
    assert_eq!(answered.location(), "/questions", "a way back stays here");
    let again = browser.post(&path, &[("verdict", "no"), ("why", "nej")]).await;
    assert!(again.text().contains("besvaret eller findes ikke længere"));
}

#[tokio::test]
async fn an_unmanaged_user_is_left_alone_or_adopted() {
    let world = World::typical().await;
    let mut browser = world.visitor(Role::UserAdministrator).await;
    let path = world.address("/unmanaged/{uuid}").await;
    let anchor = path.replacen("/unmanaged/", "/unmanaged#u", 1);
    assert_eq!(browser.post(&path, &[("why", "x")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(browser.post(&path, &[("choice", "leave"), ("why", "ekstern")]).await.location(), anchor);
    assert!(
        browser.get("/unmanaged").await.text().contains("Mette Holm har besluttet at lade den være: ekstern")
    );
    assert_eq!(browser.post(&path, &[("choice", "adopt"), ("why", "ansat")]).await.location(), anchor);
    assert_eq!(
        world.number("SELECT COUNT(*) AS n FROM identity WHERE full_name = 'Poul Ravnsborg'").await,
        1
    );
}

#[tokio::test]
async fn a_limit_that_was_changed_here_says_who_changed_it() {
    let world = World::typical().await;
    let mut browser = world.visitor(Role::OrganisationAdministrator).await;
    let rules = [
        ("stop-percent", "7,5"),
        ("stop-count", "9"),
        ("removal-percent", "5"),
        ("removal-count", "20"),
        ("shrink-percent", "10"),
        ("wave-limit", "100"),
        ("delete-after-days", "90"),
    ];
    let mut wrong = rules;
    wrong[0].1 = "mange";
    wrong[1].1 = "1.5";
    let refused = browser.post("/settings/rules", &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("#stop-percent") && refused.text().contains("#stop-count"));
    assert_eq!(browser.post("/settings/rules", &rules).await.location(), "/settings?done=saved");
    let page = browser.get("/settings?done=saved").await.text();
    assert!(page.contains("value=\"7,5\"") && page.contains("Mette Holm, i dag"), "{page}");
    let owners = [
        ("given-name", "ask"),
        ("surname", "ask"),
        ("email", "remote"),
        ("level", "local"),
        ("invoice-method", "local"),
        ("signing", "local"),
        ("rights", "ask"),
    ];
    assert_eq!(browser.post("/settings/owners", &owners).await.location(), "/settings?done=saved");
    assert_eq!(browser.post("/settings/owners", &owners[..2]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let schedule = [("source-minutes", "30"), ("full-read-hour", "11")];
    assert_eq!(browser.post("/settings/schedule", &schedule).await.location(), "/settings?done=saved");
    assert!(browser.get("/settings").await.text().contains("value=\"30\""));
}

#[tokio::test]
async fn the_log_is_searched_verified_and_downloaded() {
    let world = World::typical().await;
    let mut browser = world.visitor(Role::Auditor).await;
    let page = browser.get("/log?action=sign-in.used").await.text();
    assert!(page.contains("Loggede på") && !page.contains("Organisationen sat op</td>"), "{page}");
    let imported = browser.get("/log?action=source.imported").await.text();
    assert!(imported.contains("nye: 120; poster: 120") && !imported.contains("ændret: 0"), "{imported}");
    assert!(browser.get("/log?q=nobody-at-all").await.text().contains("Loggen har intet, der passer"));
    assert!(browser.post("/log/verify", &[]).await.text().contains("Loggen er hel"));
    assert!(browser.get("/log/export").await.header("content-disposition").contains("log-90123456"));
}
