//! What every page must have, in both languages, with and without content.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use domain::Role;
use web::{Method, routes};

use crate::browser::Browser;
use crate::html::{self, Tag};
use crate::world::{CPR, World};

#[tokio::test]
async fn every_page_is_whole_in_both_languages() {
    for (world, kind) in [(World::empty().await, "empty"), (World::typical().await, "typical")] {
        let mut browser = world.visitor(Role::OrganisationAdministrator).await;
        browser.post("/settings/test", &[]).await;
        for language in ["da", "en"] {
            browser.get(&format!("/language/{language}?to=/")).await;
            for address in addresses(&world, kind == "typical").await {
                let answer = browser.get(&address).await;
                assert_eq!(answer.status, StatusCode::OK, "{kind} {language} {address}");
                check(&answer.text(), language, &format!("{kind} {language} {address}"));
            }
        }
    }
}

/// The pages of the table, and some states of them that the table cannot know.
async fn addresses(world: &World, typical: bool) -> Vec<String> {
    let mut all = Vec::new();
    for route in routes().iter().filter(|route| route.method == Method::Get) {
        let leads_elsewhere = route.path.starts_with("/language") || route.path == "/sign-in/{secret}";
        let needs_things = route.path.contains('{') && route.path != "/jobs/{id}";
        if !leads_elsewhere && (typical || !needs_things) {
            all.push(if typical { world.address(route.path).await } else { route.path.replace("{id}", "1") });
        }
    }
    let more =
        ["/people?q=soren&show=drift", "/questions?show=mend", "/outbox?state=parked", "/outbox?state=done"];
    all.extend(more.map(str::to_owned));
    if typical {
        let hand = world.person("hand").await;
        all.extend([
            format!("/people/{hand}"),
            "/people?page=2".to_owned(),
            "/plans/1?kind=suspend".to_owned(),
        ]);
    }
    all
}

#[tokio::test]
async fn what_managers_and_employees_see_is_whole_too() {
    let world = World::typical().await;
    let own = world.person("p032").await;
    for (role, user_name) in [(Role::Manager, "p040"), (Role::Employee, "p032")] {
        let mut browser = world.is_person("Åse Ærø", role, user_name).await;
        for language in ["da", "en"] {
            browser.get(&format!("/language/{language}?to=/sign-in")).await;
            let form = format!("/rights/requests/new?person={own}");
            let mut pages =
                vec!["/rights/requests", "/rights/requests/1", "/rights/requests/new", form.as_str()];
            pages.push("/rights/attestation");
            if role == Role::Manager {
                pages.extend(["/rights/substitutes", "/rights/attestation/1"]);
            }
            for address in pages {
                let answer = browser.get(address).await;
                assert_eq!(answer.status, StatusCode::OK, "{role} {address}");
                check(&answer.text(), language, &format!("{role} {language} {address}"));
                for link in links(&answer.text()).iter().filter(|link| link.starts_with("/rights")) {
                    assert_eq!(browser.get(link).await.status, StatusCode::OK, "{role} {address} {link}");
                }
            }
        }
    }
}

fn check(page: &str, language: &str, what: &str) {
    let tags = html::tags(page);
    let count = |name: &str| html::named(&tags, name).count();
    assert_eq!(html::named(&tags, "html").next().unwrap().get("lang"), Some(language), "{what}");
    let title = html::text_of(page, "title").unwrap();
    assert!(title.ends_with("– Lokalid") && title.len() > "– Lokalid".len() + 3, "{what}: {title}");
    for landmark in ["h1", "main", "header", "footer"] {
        let header_in_body = landmark == "header" && count("header") >= 1;
        assert!(count(landmark) == 1 || header_in_body, "{what}: {landmark} × {}", count(landmark));
    }
    check_ids(&tags, what);
    check_labels(&tags, what);
    check_tables(&tags, what);
    check_policy(&tags, page, what);
    check_forms(&tags, what);
    check_texts(page, what);
    assert!(!page.contains(CPR) && !page.contains("610190-4321"), "{what} shows a CPR number");
}

fn check_ids(tags: &[Tag], what: &str) {
    let mut seen = BTreeSet::new();
    for id in tags.iter().filter_map(|tag| tag.get("id")) {
        assert!(seen.insert(id), "{what}: the id {id} stands twice");
    }
    let pointers = ["aria-describedby", "aria-labelledby", "for"];
    for (tag, attribute) in tags.iter().flat_map(|tag| pointers.map(|attribute| (tag, attribute))) {
        for id in tag.get(attribute).unwrap_or_default().split_whitespace() {
            assert!(seen.contains(id), "{what}: {} points to {id}", tag.name);
        }
    }
    let local = html::named(tags, "a").filter_map(|link| link.get("href")?.strip_prefix('#'));
    for id in local {
        assert!(seen.contains(id), "{what}: a link leads to #{id}");
    }
}

fn check_labels(tags: &[Tag], what: &str) {
    let labelled: BTreeSet<&str> = html::named(tags, "label").filter_map(|label| label.get("for")).collect();
    let fields = tags.iter().filter(|tag| ["input", "select", "textarea"].contains(&tag.name.as_str()));
    for field in fields.filter(|field| field.get("type") != Some("hidden")) {
        let id = field.get("id").unwrap_or_default();
        assert!(labelled.contains(id), "{what}: the field {field:?} has no label");
    }
}

fn check_tables(tags: &[Tag], what: &str) {
    let count = |name: &str| html::named(tags, name).count();
    assert_eq!(count("table"), count("caption"), "{what}: a table has no caption");
    for heading in html::named(tags, "th") {
        assert!(heading.get("scope").is_some(), "{what}: {heading:?} has no scope");
    }
    for navigation in html::named(tags, "nav") {
        assert!(navigation.get("aria-label").is_some(), "{what}: a navigation has no name");
    }
}

fn check_policy(tags: &[Tag], page: &str, what: &str) {
    for tag in tags {
        let inline = tag.attributes.keys().find(|name| *name == "style" || name.starts_with("on"));
        assert!(inline.is_none(), "{what}: {tag:?} has something inline");
    }
    assert!(
        html::named(tags, "script").all(|script| script.get("src").is_some()),
        "{what}: an inline script"
    );
    assert!(!page.contains("<style"), "{what}: an inline style sheet");
}

fn check_forms(tags: &[Tag], what: &str) {
    let posts = html::named(tags, "form").filter(|form| form.get("method") == Some("post")).count();
    let tokens = html::named(tags, "input").filter(|input| input.get("name") == Some("csrf")).count();
    assert_eq!(posts, tokens, "{what}: a form has no token");
}

/// A key without a text is shown as itself.
fn check_texts(page: &str, what: &str) {
    let between = page.split('>').skip(1).filter_map(|part| part.split('<').next());
    for text in between.map(str::trim).filter(|text| text.contains('-') && !text.contains(' ')) {
        let looks_like_a_key = text.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-');
        let known_words = ["by-hand", "e-mail"];
        assert!(!looks_like_a_key || known_words.contains(&text), "{what}: the key {text} has no text");
    }
}

#[tokio::test]
async fn every_link_of_a_page_leads_to_a_page() {
    let world = World::typical().await;
    let mut browser = world.visitor(Role::OrganisationAdministrator).await;
    let mut seen = BTreeSet::new();
    let mut open = vec!["/".to_owned()];
    while let Some(address) = open.pop() {
        let path = address.split('#').next().unwrap().to_owned();
        // The list of people is long and every person's page is alike.
        let enough = seen.len() > 200 || path.starts_with("/language");
        if enough || path.is_empty() || !seen.insert(path.clone()) {
            continue;
        }
        let answer = browser.get(&path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        if answer.header("content-type").starts_with("text/html") {
            open.extend(links(&answer.text()));
        }
    }
    assert!(seen.len() > 50, "{}", seen.len());
}

fn links(page: &str) -> Vec<String> {
    html::named(&html::tags(page), "a").filter_map(|link| link.get("href")).map(str::to_owned).collect()
}

#[tokio::test]
async fn embedded_files_are_served_for_a_year_and_found_by_the_page() {
    let world = World::empty().await;
    let mut browser = world.stranger();
    let page = browser.get("/sign-in").await.text();
    let tags = html::tags(&page);
    let sheets = html::named(&tags, "link").filter(|link| link.get("rel") == Some("stylesheet"));
    let sheets: Vec<&str> = sheets.filter_map(|link| link.get("href")).collect();
    assert_eq!(sheets.len(), 2);
    for sheet in sheets {
        let answer = browser.get(sheet).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.header("cache-control").contains("immutable"));
        assert_eq!(answer.header("content-type"), "text/css; charset=utf-8");
    }
    assert_eq!(browser.get("/static/0/css/lokalid.css").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn danish_letters_are_found_and_sorted_as_danes_do() {
    let world = World::typical().await;
    let mut browser = world.visitor(Role::Auditor).await;
    let found = browser.get("/people?q=aase").await.text();
    assert!(found.contains("Åse") && !found.contains(">Bo "), "{found}");
    let names = names(&mut browser, "/people").await;
    let mut sorted = names.clone();
    sorted.sort_by_cached_key(|name| domain::text::danish_sort_key(name));
    assert_eq!(names, sorted);
    assert!(
        browser.get("/people?q=%25").await.text().contains("Ingen passer"),
        "a sign of the database is a letter here"
    );
}

async fn names(browser: &mut Browser, address: &str) -> Vec<String> {
    let page = browser.get(address).await.text();
    let rows = page.split("<th scope=\"row\"><a href=\"/people/").skip(1);
    rows.filter_map(|row| row.split_once('>')?.1.split('<').next()).map(str::to_owned).collect()
}
