//! Links that work once, sessions that end, cookies and headers.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use domain::Role;
use jiff::SignedDuration;

use crate::world::World;

#[tokio::test]
async fn a_link_works_once() {
    let world = World::empty().await;
    let link = world.link("Mette Holm", Role::Auditor).await;
    let mut first = world.stranger();
    assert_eq!(first.get(&link).await.location(), "/");
    assert!(first.get("/").await.text().contains("Mette Holm, revisor"));
    let mut second = world.stranger();
    let answer = second.get(&link).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.text().contains("Linket er brugt før"));
    assert_eq!(second.get("/").await.location(), "/sign-in");
}

#[tokio::test]
async fn a_link_expires_and_an_invented_one_is_none() {
    let world = World::empty().await;
    let link = world.link("Mette Holm", Role::Auditor).await;
    world.database.clock.advance(SignedDuration::from_mins(10));
    let mut late = world.stranger();
    assert!(late.get(&link).await.text().contains("ventet for længe"));
    assert!(late.get(&format!("/sign-in/{}", "A".repeat(43))).await.text().contains("ikke lavet her"));
    assert!(late.get("/sign-in/short").await.text().contains("ikke lavet her"));
}

#[tokio::test]
async fn looking_at_a_link_does_not_use_it() {
    let world = World::empty().await;
    let link = world.link("Mette Holm", Role::Auditor).await;
    let mut filter = world.stranger();
    assert_eq!(filter.head(&link).await.status, StatusCode::NO_CONTENT);
    let ahead = filter.send(Method::GET, &link, &[("sec-purpose", "prefetch")], Body::empty()).await;
    assert_eq!(ahead.status, StatusCode::NO_CONTENT);
    assert_eq!(world.stranger().get(&link).await.location(), "/");
}

#[tokio::test]
async fn a_session_ends_when_idle_at_its_limit_and_at_sign_out() {
    let world = World::empty().await;
    let mut idle = world.visitor(Role::Auditor).await;
    world.database.clock.advance(SignedDuration::from_mins(29));
    assert_eq!(idle.get("/").await.status, StatusCode::OK);
    world.database.clock.advance(SignedDuration::from_mins(30));
    assert_eq!(idle.get("/").await.location(), "/sign-in");

    let mut busy = world.visitor(Role::Auditor).await;
    for _ in 0..23 {
        world.database.clock.advance(SignedDuration::from_mins(25));
        assert_eq!(busy.get("/").await.status, StatusCode::OK);
    }
    world.database.clock.advance(SignedDuration::from_mins(25));
    assert_eq!(busy.get("/").await.location(), "/sign-in");

    let mut leaving = world.visitor(Role::Auditor).await;
    let mut copied = leaving.clone();
    assert_eq!(leaving.post("/sign-out", &[]).await.location(), "/sign-in");
    assert_eq!(
        copied.get("/").await.location(),
        "/sign-in",
        "a copied cookie is worth nothing after sign-out"
    );
}

#[tokio::test]
async fn signing_in_again_ends_the_session_before() {
    let world = World::empty().await;
    let mut browser = world.visitor(Role::Auditor).await;
    let mut copied = browser.clone();
    let link = world.link("Bo Bruun", Role::Helpdesk).await;
    assert_eq!(browser.get(&link).await.location(), "/");
    assert!(browser.get("/").await.text().contains("Bo Bruun, helpdesk"));
    assert_eq!(copied.get("/").await.location(), "/sign-in");
}

#[tokio::test]
async fn a_foreign_name_for_our_address_is_refused() {
    let world = World::empty().await;
    let mut browser = world.stranger();
    let answer =
        browser.send(Method::GET, "/sign-in", &[("host", "rebound.example:8080")], Body::empty()).await;
    assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test]
async fn the_language_is_chosen_by_a_link_and_remembered() {
    let world = World::empty().await;
    let mut browser = world.stranger();
    assert!(browser.get("/sign-in").await.text().contains("<html lang=\"da\">"));
    assert_eq!(browser.get("/language/en?to=/sign-in").await.location(), "/sign-in");
    assert!(browser.get("/sign-in").await.text().contains("<html lang=\"en\">"));
    assert_eq!(browser.get("/language/da?to=//evil.example").await.location(), "/");
    assert_eq!(browser.get("/language/de").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let world = World::empty().await;
    let mut browser = world.visitor(Role::OrganisationAdministrator).await;
    for path in ["/", "/sign-in", "/people/export/csv", "/nowhere"] {
        let answer = browser.get(path).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
    }
}

#[tokio::test]
async fn a_broken_database_is_a_page_with_a_reference_number() {
    let world = World::empty().await;
    let mut browser = world.visitor(Role::OrganisationAdministrator).await;
    world.store.close().await.unwrap();
    let answer = browser.get("/").await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    let text = answer.text();
    assert!(text.contains("Referencenummer:") && text.contains("<h1>Siden kunne ikke vises</h1>"), "{text}");
    assert!(!text.contains("closed"), "the cause is for the log, not for the page");
}
