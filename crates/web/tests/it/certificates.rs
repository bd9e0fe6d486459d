//! The certificate page: upload, what the look at it found, taking into use, removal; and what it never shows.

use axum::http::StatusCode;
use domain::certificate::{Check, Fault, Finding};
use domain::{CertificateId, Cvr, Role};
use store::certificate::{self, CertificateRecord, Keystore, MOST, State, Trouble};

use crate::browser::{Answer, Browser};
use crate::html;
use crate::world::{READY, World, cvr, facts};

const PAGE: &str = "/settings/certificates";
const PASSWORD: &str = " Sesam, luk dig op! ";

/// Begins as every PKCS#12 file does; the worker looks at the rest.
fn file() -> Vec<u8> {
    [&[0x30][..], b"KEY MATERIAL"].concat()
}

async fn upload(browser: &mut Browser, octets: &[u8]) -> Answer {
    browser.post_file(PAGE, &[("certificate-password", PASSWORD)], ("certificate-file", octets)).await
}

async fn all(world: &World) -> Vec<CertificateRecord> {
    world.store.read(|tx| Box::pin(async { certificate::all(tx, &cvr()).await })).await.unwrap()
}

/// Plays the worker: one check after the other was good, up to the fault.
async fn found(world: &World, id: CertificateId, fault: Option<(Check, Fault)>) {
    let noted = world.store.write(|tx| {
        let fault = fault.clone();
        Box::pin(async move {
            let good =
                Check::ALL.into_iter().take_while(|check| fault.as_ref().is_none_or(|(at, _)| check != at));
            let mut findings: Vec<_> = good.map(|check| Finding { check, fault: None }).collect();
            findings.extend(fault.map(|(check, fault)| Finding { check, fault: Some(fault) }));
            let facts = facts(&cvr(), tx.now(), 3, 1000);
            certificate::note_check(tx, &cvr(), id, Some(&facts), findings).await
        })
    });
    noted.await.unwrap();
}

async fn newest(world: &World) -> CertificateId {
    all(world)
        .await
        .iter()
        .filter(|one| one.state != State::InUse && one.id != READY)
        .map(|one| one.id)
        .next()
        .unwrap()
}

/// The field that a refused page points to, with its sentence there and in the summary.
fn fault_at(page: &str, field: &str) -> String {
    let tags = html::tags(page);
    let input = html::named(&tags, "input").find(|input| input.get("id") == Some(field)).unwrap();
    assert_eq!(input.get("aria-invalid"), Some("true"), "{field}");
    assert!(input.get("aria-describedby").unwrap().contains(&format!("{field}-error")));
    assert!(page.contains(&format!("<a href=\"#{field}\">")), "{field} is in the summary");
    assert!(html::text_of(page, "title").unwrap().starts_with("Fejl:"));
    let at = page.split_once(&format!("id=\"{field}-error\"")).unwrap().1;
    html::unescaped(at.split("</span>").nth(1).unwrap().trim())
}

#[tokio::test]
async fn an_upload_is_sealed_and_handed_to_the_worker() {
    let world = World::typical().await;
    let mut browser = world.visitor(Role::TechnicalAdministrator).await;
    let answer = upload(&mut browser, &file()).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let job = answer.location().to_owned();
    assert!(job.starts_with("/jobs/"), "{job}");
    let id = newest(&world).await;
    let kept =
        world.store.read(|tx| Box::pin(async move { certificate::keystore(tx, id).await })).await.unwrap();
    assert!(kept.unwrap() == Keystore { pkcs12: file(), password: PASSWORD.to_owned() }, "as it was typed");
    assert!(browser.get(&job).await.text().contains("Kontrollér certifikatet"));
    assert!(browser.get(PAGE).await.text().contains("Ikke kontrolleret endnu"));

    found(&world, id, None).await;
    let page = browser.get(&format!("{PAGE}?looked={id}")).await.text();
    assert!(page.contains("kontrolleret og klar") && page.contains("Lagt ind her af Mette Holm"), "{page}");
    assert!(page.contains("1.000 dage") || page.contains("999 dage"), "{page}");
    let used = browser.post(&format!("{PAGE}/{id}/use"), &[]).await;
    assert_eq!(used.location(), "/settings/certificates?done=used");
    assert_eq!(all(&world).await[0].id, id);
    let settings = browser.get("/settings").await.text();
    assert!(settings.contains("Lagt ind her af Mette Holm"), "the page says where it comes from");
}

#[tokio::test]
async fn what_cannot_be_a_certificate_is_said_at_the_file() {
    let world = World::typical().await;
    let mut browser = world.visitor(Role::TechnicalAdministrator).await;
    for (octets, sentence) in [
        (Vec::new(), "Vælg certifikatfilen."),
        (b"-----BEGIN CERTIFICATE-----".to_vec(), "Filen er ikke en PKCS#12-fil."),
        (vec![0x30; 64 * 1024 + 1], "Filen er for stor"),
        (vec![0x30; 3_000_000], "Filen er for stor"),
    ] {
        let answer = upload(&mut browser, &octets).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let said = fault_at(&answer.text(), "certificate-file");
        assert!(said.starts_with(sentence), "{said}");
        assert!(!answer.text().contains(PASSWORD.trim()));
    }
    let none = browser.post(PAGE, &[("certificate-password", PASSWORD)]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY, "an ordinary form has no file");
    let largest = upload(&mut browser, &vec![0x30; 64 * 1024]).await;
    assert_eq!(largest.status, StatusCode::SEE_OTHER);
    assert_eq!(all(&world).await.len(), 3);
}

#[tokio::test]
async fn what_the_worker_refuses_is_said_at_its_field() {
    let world = World::typical().await;
    let mut browser = world.visitor(Role::TechnicalAdministrator).await;
    let other = Cvr::parse("90654321").unwrap();
    let on = "2026-11-01T00:00:00Z".parse().unwrap();
    for (check, fault, field, sentence) in [
        (Check::Opens, Fault::NotPkcs12, "certificate-file", "Filen er ikke en PKCS#12-fil"),
        (Check::Opens, Fault::WrongPassword, "certificate-password", "Adgangskoden åbner ikke filen."),
        (
            Check::Organisation,
            Fault::OtherCvr { expected: cvr(), found: other },
            "certificate-file",
            "Certifikatet tilhører CVR-nummer 90654321 og ikke 90123456.",
        ),
        (Check::Validity, Fault::Expired { on }, "certificate-file", "Certifikatet udløb 01-11-2026."),
        (Check::Kind, Fault::OfAnEmployee, "certificate-file", "Certifikatet tilhører en medarbejder."),
    ] {
        upload(&mut browser, &file()).await;
        let id = newest(&world).await;
        found(&world, id, Some((check, fault))).await;
        let page = browser.get(&format!("{PAGE}?looked={id}")).await.text();
        let said = fault_at(&page, field);
        assert!(said.starts_with(sentence), "{said}");
        assert_eq!(
            browser.post(&format!("{PAGE}/{id}/use"), &[]).await.location(),
            "/settings/certificates?done=unready"
        );
        let later = browser.get(PAGE).await.text();
        assert!(!later.contains("aria-invalid"), "somebody else's fault is not everybody's");
    }
    let in_english = {
        browser.get("/language/en?to=/").await;
        upload(&mut browser, &file()).await;
        let id = newest(&world).await;
        found(&world, id, Some((Check::Opens, Fault::WrongPassword))).await;
        browser.get(&format!("{PAGE}?looked={id}")).await.text()
    };
    assert!(in_english.contains("The password does not open the file."));
}

#[tokio::test]
async fn what_mitid_erhverv_refused_waits_and_says_why() {
    let world = World::typical().await;
    let mut browser = world.visitor(Role::TechnicalAdministrator).await;
    upload(&mut browser, &file()).await;
    let id = newest(&world).await;
    let why = "the right is missing".to_owned();
    found(&world, id, Some((Check::Token, Fault::NoToken { why }))).await;
    let page = browser.get(&format!("{PAGE}?looked={id}")).await.text();
    assert!(page.contains("svarede ikke som ventet") && page.contains("the right is missing"), "{page}");
    assert!(page.contains("Kan ikke bruges nu") && !page.contains(&format!("{id}/use")));
    let again = browser.post(&format!("{PAGE}/{id}/check"), &[]).await;
    assert!(again.location().starts_with("/jobs/"), "it is checked again");
}

#[tokio::test]
async fn trouble_and_the_way_out_are_said_in_a_sentence() {
    let world = World::typical().await;
    let mut browser = world.visitor(Role::TechnicalAdministrator).await;
    assert!(!browser.get(PAGE).await.text().contains("Certifikatet skal skiftes"));
    let trouble = Trouble { words: "refused".to_owned(), fault: Fault::Refused { status: Some(403) } };
    let refused = world
        .store
        .write(|tx| Box::pin(async { certificate::note_trouble(tx, &cvr(), Some(&trouble)).await }));
    refused.await.unwrap();
    for address in [PAGE, "/settings"] {
        let page = browser.get(address).await.text();
        assert!(
            page.contains("virker ikke. MitID Erhverv tager ikke imod certifikatet (403). Se efter"),
            "{page}"
        );
        assert!(page.contains("Lokalid 2 er klar"), "{page}");
    }
    assert!(browser.get("/").await.text().contains("Certifikatet i brug virker ikke"));
    assert_eq!(all(&world).await[0].facts.as_ref().unwrap().name(), "Lokalid 1", "nothing changes by itself");
    browser.post(&format!("{PAGE}/{READY}/use"), &[]).await;
    let page = browser.get(PAGE).await.text();
    assert!(!page.contains("Certifikatet skal skiftes"), "{page}");
}

#[tokio::test]
async fn the_one_in_use_is_not_removed_and_what_is_gone_is_said_to_be() {
    let world = World::typical().await;
    let mut browser = world.visitor(Role::OrganisationAdministrator).await;
    let in_use = all(&world).await[0].id;
    let gone = "/settings/certificates?done=gone";
    assert_eq!(browser.post(&format!("{PAGE}/{in_use}/remove"), &[]).await.location(), gone);
    assert_eq!(
        browser.post(&format!("{PAGE}/{READY}/remove"), &[]).await.location(),
        "/settings/certificates?done=removed"
    );
    for act in ["remove", "check"] {
        assert_eq!(browser.post(&format!("{PAGE}/{READY}/{act}"), &[]).await.location(), gone);
    }
    assert_eq!(browser.post(&format!("{PAGE}/nonsense/use"), &[]).await.status, StatusCode::NOT_FOUND);
    for _ in 0..MOST {
        upload(&mut browser, &file()).await;
    }
    let many = upload(&mut browser, &file()).await;
    assert!(fault_at(&many.text(), "certificate-file").contains("Her er 5 certifikater i forvejen"));
}

#[tokio::test]
async fn only_technical_and_organisation_administrators_may_upload() {
    let world = World::typical().await;
    for role in Role::ALL {
        let allowed = matches!(role, Role::OrganisationAdministrator | Role::TechnicalAdministrator);
        let mut browser = world.visitor(role).await;
        let answer = upload(&mut browser, &file()).await;
        let expected = if allowed { StatusCode::SEE_OTHER } else { StatusCode::FORBIDDEN };
        assert_eq!(answer.status, expected, "{role}");
    }
    let mut auditor = world.visitor(Role::Auditor).await;
    let page = auditor.get(PAGE).await.text();
    assert!(
        page.contains("Lokalid 1") && !page.contains("<form method=\"post\" action=\"/settings"),
        "{page}"
    );
}

#[tokio::test]
async fn neither_password_nor_key_is_on_any_page_or_in_the_log() {
    let world = World::typical().await;
    let mut browser = world.visitor(Role::OrganisationAdministrator).await;
    upload(&mut browser, &file()).await;
    let id = newest(&world).await;
    found(&world, id, Some((Check::Opens, Fault::WrongPassword))).await;
    for address in [PAGE, "/settings", "/log", "/jobs/1", "/", &format!("{PAGE}?looked={id}")] {
        let page = browser.get(address).await.text();
        assert!(!page.contains("Sesam") && !page.contains("KEY MATERIAL"), "{address}");
    }
    for sql in ["SELECT detail AS text FROM audit", "SELECT detail AS text FROM job"] {
        let rows = world.store.read(|tx| Box::pin(async { tx.rows(sql, &[]).await })).await.unwrap();
        assert!(rows.iter().all(|row| !row.text("text").unwrap().contains("Sesam")), "{sql}");
    }
}
