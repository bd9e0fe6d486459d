//! Requests for bundles, by real different people: who may ask, whose yes counts, and what is refused.

use axum::http::StatusCode;
use domain::Role;
use jiff::SignedDuration;
use jiff::civil::Date;
use store::rights::grant::{self, NewGrant};

use crate::browser::{Answer, Browser, refused};
use crate::world::{World, cvr};
use crate::world_rights::key;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Waits for the manager p040 and a rights administrator.
const SENSITIVE: &str = "/rights/requests/1";
/// The next one that is made.
const NEXT: &str = "/rights/requests/2";

async fn employee(world: &World, user_name: &str) -> Browser {
    world.is_person(&format!("Medarbejder {user_name}"), Role::Employee, user_name).await
}

async fn manager(world: &World, user_name: &str) -> Browser {
    world.is_person(&format!("Leder {user_name}"), Role::Manager, user_name).await
}

/// Asks for a bundle for somebody; what is given more takes the place of what is usual.
async fn ask(world: &World, by: &mut Browser, user_name: &str, more: &[(&str, &str)]) -> Answer {
    let person = world.person(user_name).await.to_string();
    let mut fields = vec![("person", person.as_str())];
    let usual = [("bundle", "moms"), ("why", "skal hjælpe til")];
    fields.extend(usual.iter().filter(|(name, _)| !more.iter().any(|(other, _)| other == name)));
    fields.extend(more);
    by.post("/rights/requests/new", &fields).await
}

async fn decide(by: &mut Browser, request: &str, what: &str, why: &str) -> Answer {
    by.post(&format!("{request}/decision"), &[("do", what), ("why", why)]).await
}

async fn requests(world: &World, state: &str) -> i64 {
    world.number(&format!("SELECT COUNT(*) AS n FROM request WHERE state = '{state}'")).await
}

async fn grants(world: &World) -> i64 {
    world.number("SELECT COUNT(*) AS n FROM right_grant").await
}

async fn letters(world: &World) -> i64 {
    world.number("SELECT COUNT(*) AS n FROM mail WHERE kind LIKE 'request-%'").await
}

fn today(world: &World) -> Date {
    domain::danish_date(world.store.clock().now())
}

#[tokio::test]
async fn an_employee_asks_the_manager_approves_and_the_grant_stands() {
    let world = World::typical().await.with_mail();
    let mut clerk = employee(&world, "p031").await;
    let form = clerk.get("/rights/requests/new").await.text();
    assert!(form.contains("Skal godkendes af Bo Aagaard (leder)."), "{form}");
    assert!(form.contains("Moms: læs (hele organisationen)") && form.contains("Betaling"), "{form}");
    assert!(!form.contains("bundle-post"), "only what they may ask for is offered: {form}");
    let more = [("from", "2026-11-20"), ("until", "2027-01-31"), ("case", "26/7")];
    let asked = ask(&world, &mut clerk, "p031", &more).await;
    assert_eq!(asked.location(), format!("{NEXT}?done=asked"), "{}", asked.text());
    assert_eq!(letters(&world).await, 1, "the manager is told");
    let page = clerk.get(asked.location()).await.text();
    assert!(page.contains("26/7") && page.contains("31. januar 2027"), "{page}");
    assert!(page.contains("ingen godkender for sig selv") || page.contains("Ingen godkender for sig selv"));

    let mut leader = manager(&world, "p040").await;
    let list = leader.get("/rights/requests").await.text();
    assert!(list.contains("Venter på dig (2)") && list.contains("skal hjælpe til"), "{list}");
    let before = grants(&world).await;
    let approved = decide(&mut leader, NEXT, "approve", "").await;
    assert_eq!(approved.location(), format!("{NEXT}?done=approved"), "{}", approved.text());
    assert_eq!((grants(&world).await, requests(&world, "approved").await), (before + 1, 1));
    assert_eq!(world.number("SELECT COUNT(*) AS n FROM job WHERE kind = 'settle-rights'").await, 1);
    assert_eq!(letters(&world).await, 2, "whoever asked is told");
    let after = leader.get(approved.location()).await.text();
    assert!(after.contains("Anmodningen er godkendt") && after.contains("Leder p040 (leder)"), "{after}");

    let mut administrator = world.visitor(Role::RightsAdministrator).await;
    let person = world.person("p031").await;
    let rights = administrator.get(&format!("/people/{person}/rights")).await.text();
    assert!(rights.contains("skal hjælpe til") && rights.contains(NEXT), "{rights}");
    let list = administrator.get("/rights/requests?state=approved&q=aase").await.text();
    assert!(list.contains("1 afgjort anmodning") && list.contains(NEXT), "{list}");
    assert!(administrator.get("/rights/requests?state=declined").await.text().contains("Ingen afgjorte"));
}

#[tokio::test]
async fn a_sensitive_bundle_waits_for_a_second_person() {
    let world = World::typical().await;
    let before = grants(&world).await;
    let mut leader = manager(&world, "p040").await;
    assert!(leader.get(SENSITIVE).await.text().contains("To skal godkende, fordi pakken er følsom"));
    let once = decide(&mut leader, SENSITIVE, "approve", "kan det").await;
    assert_eq!(once.location(), format!("{SENSITIVE}?done=one-more"), "{}", once.text());
    let again = decide(&mut leader, SENSITIVE, "approve", "").await;
    refused(&again, "decision", "Du har allerede taget stilling til den.");
    assert_eq!((grants(&world).await, requests(&world, "waiting").await), (before, 1));

    let mut administrator = world.visitor(Role::RightsAdministrator).await;
    let overview = administrator.get("/").await.text();
    assert!(overview.contains("1 anmodning venter på dig"), "{overview}");
    let page = administrator.get(SENSITIVE).await.text();
    assert!(page.contains("1 af 2 har godkendt") && page.contains("Endnu én skal"), "{page}");
    assert!(page.contains("<li>en rettighedsadministrator</li>"), "{page}");
    let twice = decide(&mut administrator, SENSITIVE, "approve", "").await;
    assert_eq!(twice.location(), format!("{SENSITIVE}?done=approved"), "{}", twice.text());
    assert_eq!(grants(&world).await, before + 1);
    let late = decide(&mut administrator, SENSITIVE, "decline", "fortrudt").await;
    refused(&late, "decision", "Anmodningen er afgjort.");
    assert!(!administrator.get("/").await.text().contains("anmodning venter"));
}

#[tokio::test]
async fn neither_who_asked_nor_who_it_is_about_approves() {
    let world = World::typical().await;
    let mut leader = manager(&world, "p040").await;
    let asked = ask(&world, &mut leader, "p031", &[]).await;
    assert_eq!(asked.location(), format!("{NEXT}?done=asked"), "{}", asked.text());
    let own = "Ingen godkender for sig selv, heller ikke den, der har anmodet. En anden skal gøre det.";
    refused(&decide(&mut leader, NEXT, "approve", "").await, "decision", own);
    refused(&decide(&mut employee(&world, "p031").await, NEXT, "approve", "").await, "decision", own);
    // The same name without the person is the same asker.
    let mut same = world.named("Leder p040", Role::RightsAdministrator).await;
    refused(&decide(&mut same, NEXT, "approve", "").await, "decision", own);
    let mut administrator = world.visitor(Role::RightsAdministrator).await;
    let not_theirs = "Det er ikke dig, der godkender denne anmodning.";
    refused(&decide(&mut administrator, NEXT, "approve", "").await, "decision", not_theirs);
    assert_eq!((requests(&world, "waiting").await, requests(&world, "approved").await), (2, 0));

    let mut above = manager(&world, "p050").await;
    let approved = decide(&mut above, NEXT, "approve", "").await;
    assert_eq!(approved.location(), format!("{NEXT}?done=approved"), "{}", approved.text());
}

#[tokio::test]
async fn whoever_has_two_jobs_does_not_approve_for_themselves_in_the_other() {
    let world = World::typical().await;
    let sql = "UPDATE identity SET person = (SELECT person FROM identity WHERE user_key = 'p031')
               WHERE user_key = 'p040'";
    let written = world.store.write(|tx| Box::pin(async { tx.execute_one(sql, &[]).await }));
    written.await.unwrap();
    let mut both = manager(&world, "p031").await;
    ask(&world, &mut both, "p031", &[]).await;
    refused(&decide(&mut both, NEXT, "approve", "").await, "decision", "Ingen godkender for sig selv");
    let other = ask(&world, &mut both, "p033", &[]).await;
    assert_eq!(other.status, StatusCode::SEE_OTHER, "as the manager they are: {}", other.text());
}

#[tokio::test]
async fn a_substitute_decides_while_the_manager_is_away_and_not_before_or_after() {
    let world = World::typical().await;
    let day = today(&world);
    let (from, until) = (day.tomorrow().unwrap(), day.checked_add(jiff::Span::new().days(2)).unwrap());
    let (from, until) = (from.to_string(), until.to_string());
    let mut leader = manager(&world, "p040").await;
    let fields = [("stands-in", "P045"), ("from", from.as_str()), ("until", until.as_str())];
    let set = leader.post("/rights/substitutes", &fields).await;
    assert_eq!(set.location(), "/rights/substitutes?done=set", "{}", set.text());
    let mut clerk = employee(&world, "p031").await;
    ask(&world, &mut clerk, "p031", &[]).await;
    ask(&world, &mut clerk, "p031", &[]).await;

    let mut before = employee(&world, "p045").await;
    assert_eq!(decide(&mut before, NEXT, "approve", "").await.status, StatusCode::NOT_FOUND);
    world.database.clock.advance(DAY);
    let mut during = employee(&world, "p045").await;
    let page = during.get(NEXT).await.text();
    assert!(page.contains("(stedfortræder for lederen)"), "{page}");
    assert_eq!(decide(&mut during, NEXT, "approve", "").await.location(), format!("{NEXT}?done=approved"));
    world.database.clock.advance(DAY * 2);
    let mut after = employee(&world, "p045").await;
    let third = "/rights/requests/3";
    assert_eq!(decide(&mut after, third, "approve", "").await.status, StatusCode::NOT_FOUND);
    assert_eq!(after.get(NEXT).await.status, StatusCode::OK, "what they decided they still see");
    assert_eq!(requests(&world, "approved").await, 1);
}

#[tokio::test]
async fn somebody_elses_request_is_not_there() {
    let world = World::typical().await;
    for mut browser in [
        employee(&world, "p031").await,
        manager(&world, "p055").await,
        world.visitor(Role::Employee).await,
        world.visitor(Role::Manager).await,
    ] {
        let list = browser.get("/rights/requests").await;
        assert_eq!(list.status, StatusCode::OK);
        assert!(!list.text().contains(SENSITIVE) && !list.text().contains("Lindhøj"), "{}", list.text());
        assert_eq!(browser.get(SENSITIVE).await.status, StatusCode::NOT_FOUND);
        assert_eq!(decide(&mut browser, SENSITIVE, "decline", "nej").await.status, StatusCode::NOT_FOUND);
        let withdrawn = browser.post(&format!("{SENSITIVE}/withdraw"), &[]).await;
        assert_eq!(withdrawn.status, StatusCode::NOT_FOUND);
        let person = world.person("p032").await;
        let form = browser.get(&format!("/rights/requests/new?person={person}")).await;
        assert_eq!(form.status, StatusCode::NOT_FOUND);
        assert_eq!(ask(&world, &mut browser, "p032", &[]).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!((requests(&world, "waiting").await, requests(&world, "declined").await), (1, 0));
    let mut auditor = world.visitor(Role::Auditor).await;
    let page = auditor.get(SENSITIVE).await.text();
    assert!(page.contains("Ida Lindhøj") && !page.contains("/decision\"") && !page.contains("/withdraw\""));
}

#[tokio::test]
async fn what_may_not_be_asked_for_is_refused_with_the_place_and_changes_nothing() {
    let world = World::typical().await;
    let person = world.person("p031").await;
    let post = NewGrant {
        identity: person,
        granted: domain::rights::Granted::Bundle(key("post")),
        from: None,
        until: None,
        why: "har den".to_owned(),
        case: None,
        origin: domain::rights::GrantOrigin::Direct,
        by: "Mette Holm".to_owned(),
        approved_by: vec!["Mette Holm".to_owned()],
    };
    let given = world.store.write(|tx| Box::pin(async { grant::give(tx, &cvr(), &post).await }));
    given.await.unwrap();
    let mut clerk = employee(&world, "p031").await;
    for (wrong, field, sentence) in [
        (&[("bundle", "post")][..], "bundle", "Pakken kan ikke anmodes om for denne person af dig."),
        (&[("bundle", "findes-ikke")][..], "bundle", "Pakken findes ikke mere."),
        (&[("bundle", "")][..], "bundle", "Vælg en pakke."),
        (&[("bundle", "betaling")][..], "bundle", "kan ikke haves sammen med pakken"),
        (&[("from", "2027-02-01"), ("until", "2027-01-01")][..], "until", "Den sidste dag ligger før"),
        (&[("until", "2020-01-01")][..], "until", "Den sidste dag er gået."),
        (&[("from", "i morgen")][..], "from", "Skriv dagen som"),
        (&[("why", "")][..], "why", "Skriv en begrundelse."),
        (&[("why", "for 610190-4321")][..], "why", "ligner et CPR-nummer"),
        (&[("case", "6101904321")][..], "case", "ligner et CPR-nummer"),
    ] {
        let answer = ask(&world, &mut clerk, "p031", wrong).await;
        refused(&answer, field, sentence);
        assert!(!answer.text().contains("4321"), "{}", answer.text());
    }
    assert_eq!(requests(&world, "waiting").await, 1);
    let mut leader = manager(&world, "p040").await;
    for (what, why, field) in [
        ("decline", "", "why"),
        ("decline", "om 610190-4321", "why"),
        ("approve", "om 610190-4321", "why"),
        ("", "måske", "decision"),
    ] {
        refused(&decide(&mut leader, SENSITIVE, what, why).await, field, "");
    }
    assert_eq!((requests(&world, "waiting").await, requests(&world, "declined").await), (1, 0));
}

#[tokio::test]
async fn a_no_ends_it_with_a_reason_and_whoever_asked_can_withdraw() {
    let world = World::typical().await.with_mail();
    let mut leader = manager(&world, "p040").await;
    let declined = decide(&mut leader, SENSITIVE, "decline", "ikke i ferien").await;
    assert_eq!(declined.location(), format!("{SENSITIVE}?done=declined"), "{}", declined.text());
    let mut asker = world.is_person("Ida Lindhøj", Role::Employee, "p032").await;
    let page = asker.get(SENSITIVE).await.text();
    assert!(page.contains("ikke i ferien") && !page.contains("/withdraw\""), "{page}");
    assert_eq!(letters(&world).await, 1);

    ask(&world, &mut asker, "p032", &[("bundle", "betaling")]).await;
    refused(
        &leader.post(&format!("{NEXT}/withdraw"), &[]).await,
        "request",
        "Anmodningen kan ikke trækkes tilbage.",
    );
    let withdrawn = asker.post(&format!("{NEXT}/withdraw"), &[]).await;
    assert_eq!(withdrawn.location(), format!("{NEXT}?done=withdrawn"));
    assert_eq!(requests(&world, "withdrawn").await, 1);
}

#[tokio::test]
async fn an_owner_may_be_anybody_and_a_request_that_became_impossible_is_not_approved() {
    let world = World::typical().await;
    let mut leader = manager(&world, "p040").await;
    ask(&world, &mut leader, "p032", &[("bundle", "post")]).await;
    let mut owner = employee(&world, "p060").await;
    assert!(owner.get("/rights/requests").await.text().contains("Venter på dig (1)"));
    assert_eq!(decide(&mut owner, NEXT, "approve", "").await.location(), format!("{NEXT}?done=approved"));
    let impossible = decide(&mut leader, SENSITIVE, "approve", "").await;
    refused(&impossible, "decision", "Personen kan ikke få pakken, som det er nu: kan ikke haves sammen");
    assert_eq!(requests(&world, "waiting").await, 1);
}

#[tokio::test]
async fn anybody_is_found_by_who_may_ask_for_anybody() {
    let world = World::typical().await;
    let mut administrator = world.visitor(Role::RightsAdministrator).await;
    let found = administrator.get("/rights/requests/new?q=p031").await.text();
    assert!(found.contains("Åse Winther Dalsø") && !found.contains("Lindhøj"), "{found}");
    assert!(administrator.get("/rights/requests/new?q=ingen").await.text().contains("Ingen passer"));
    let person = world.person("p031").await;
    let none = administrator.get(&format!("/rights/requests/new?person={person}")).await.text();
    assert!(none.contains("Der er ingen pakker, som du kan anmode om for Åse Winther Dalsø"), "{none}");
    let mut leader = manager(&world, "p040").await;
    let people = leader.get("/rights/requests/new").await.text();
    assert!(people.contains("Dig selv") && people.contains("p031") && !people.contains("p041"), "{people}");
}

#[tokio::test]
async fn nobody_chooses_the_substitute_of_their_own_manager() {
    let world = World::typical().await;
    let day = |days: i64| today(&world).checked_add(jiff::Span::new().days(days)).unwrap().to_string();
    let (from, until) = (day(1), day(9));
    let set = [("absent", "p040"), ("stands-in", "p041"), ("from", &*from), ("until", &*until)];
    let count = "SELECT COUNT(*) AS n FROM substitute";
    let before = world.number(count).await;
    let mut led = world.is_person("Åse Winther Dalsø", Role::RightsAdministrator, "p031").await;
    let sentence = "Du vælger ikke selv, hvem der er stedfortræder for din egen leder.";
    refused(&led.post("/rights/substitutes", &set).await, "absent", sentence);
    assert_eq!(world.number(count).await, before);
    let mut other = world.is_person("En anden", Role::RightsAdministrator, "p050").await;
    assert_eq!(other.post("/rights/substitutes", &set).await.location(), "/rights/substitutes?done=set");
}

#[tokio::test]
async fn a_substitute_is_set_and_ended_and_each_fault_has_its_place() {
    let world = World::typical().await;
    let mut administrator = world.visitor(Role::RightsAdministrator).await;
    let right = [("absent", "p040"), ("stands-in", "p041"), ("from", "2027-01-01"), ("until", "2027-01-31")];
    for (wrong, field, sentence) in [
        (("absent", "ingen"), "absent", "Ingen, der arbejder her, har brugernavnet »ingen«."),
        (("absent", "p002"), "absent", "har brugernavnet »p002«."),
        (("absent", ""), "absent", "Skriv et brugernavn."),
        (("absent", "610190-4321"), "absent", "ligner et CPR-nummer"),
        (("stands-in", "ingen"), "stands-in", "har brugernavnet »ingen«."),
        (("stands-in", "P040"), "stands-in", "Ingen er stedfortræder for sig selv."),
        (("until", "2026-12-31"), "until", "Den sidste dag ligger før den første."),
        (("from", ""), "from", "Skriv dagen som"),
        (("until", "snart"), "until", "Skriv dagen som"),
    ] {
        let mut fields: Vec<_> = right.into_iter().filter(|(name, _)| *name != wrong.0).collect();
        fields.push(wrong);
        refused(&administrator.post("/rights/substitutes", &fields).await, field, sentence);
    }
    let past = [("absent", "p040"), ("stands-in", "p041"), ("from", "2020-01-01"), ("until", "2020-01-31")];
    refused(&administrator.post("/rights/substitutes", &past).await, "until", "Den sidste dag er gået.");
    let count = "SELECT COUNT(*) AS n FROM substitute";
    assert_eq!(world.number(count).await, 1);
    administrator.post("/rights/substitutes", &right).await;
    assert_eq!(world.number(count).await, 2);

    let mut other = manager(&world, "p050").await;
    let list = other.get("/rights/substitutes").await.text();
    assert!(!list.contains("p041 ") && list.contains("Ingen er stedfortræder nu eller senere"), "{list}");
    let end = [("absent", "p040"), ("stands-in", "p041"), ("from", "2027-01-01")];
    assert_eq!(other.post("/rights/substitutes/end", &end).await.status, StatusCode::NOT_FOUND);
    let mut own = manager(&world, "p040").await;
    assert!(own.get("/rights/substitutes").await.text().contains("(p041)"));
    let ended = own.post("/rights/substitutes/end", &end).await;
    assert_eq!(ended.location(), "/rights/substitutes?done=ended", "{}", ended.text());
    refused(
        &own.post("/rights/substitutes/end", &end).await,
        "substitutes",
        "Der er ingen stedfortræder at afslutte",
    );
    assert_eq!(world.number(count).await, 1);
    // A manager sets nobody else's, whatever the form says.
    let foreign =
        [("absent", "p050"), ("stands-in", "p041"), ("from", "2027-01-01"), ("until", "2027-01-31")];
    own.post("/rights/substitutes", &foreign).await;
    assert_eq!(world.number("SELECT COUNT(*) AS n FROM substitute WHERE absent = 'p050'").await, 0);
    assert_eq!(world.number("SELECT COUNT(*) AS n FROM substitute WHERE absent = 'p040'").await, 1);
}

#[tokio::test]
async fn managers_and_employees_begin_at_requests_and_are_shown_nothing_else() {
    let world = World::typical().await;
    for (role, user_name) in [(Role::Manager, "p040"), (Role::Employee, "p031")] {
        let mut browser = world.is_person("Bo Bruun", role, user_name).await;
        let page = browser.get("/rights/requests").await.text();
        for elsewhere in ["href=\"/\"", "href=\"/people\"", "href=\"/rights\"", "href=\"/rights/bundles\""] {
            assert!(!page.contains(elsewhere), "{role} {elsewhere}: {page}");
        }
        let forbidden = browser.get("/people").await;
        assert_eq!(forbidden.status, StatusCode::FORBIDDEN);
        assert!(forbidden.text().contains("href=\"/rights/requests\""), "{}", forbidden.text());
        let substitutes = page.contains("href=\"/rights/substitutes\"");
        assert_eq!(substitutes, role == Role::Manager);
    }
    let mut nobody = world.visitor(Role::Manager).await;
    for address in ["/rights/requests", "/rights/requests/new", "/rights/substitutes"] {
        assert!(nobody.get(address).await.text().contains("Dit link siger ikke, hvem"), "{address}");
    }
}
