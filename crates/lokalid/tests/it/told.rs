//! What the pages tell of work that goes on in `serve`, and why it failed, in the reader's language.

use std::fs;

use serde_json::json;

use crate::served::{Visitor, serve};
use crate::world::{Folder, LIGHT, LOCAL_IDP, PEOPLE, until};

fn visitor(folder: &Folder) -> Visitor {
    let role = ["--role", "organisation-administrator"];
    let ran = folder.run(&[["sign-in-link", "--as", "Mette Holm"].as_slice(), &role].concat()).expect(0);
    Visitor::by_link(&ran.out)
}

/// The two numbers between these words.
fn counts(page: &str, words: [&str; 3]) -> Option<(usize, usize)> {
    let [before, between, after] = words;
    let (_, rest) = page.split_once(before)?;
    let (done, rest) = rest.split_once(between)?;
    let (total, _) = rest.split_once(after)?;
    Some((done.parse().ok()?, total.parse().ok()?))
}

#[test]
fn a_job_says_how_many_of_how_many_it_has_read_and_sent() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    folder.run(&["plan", "--read"]).expect(0);
    let (serving, _) = serve(&folder);
    let visitor = visitor(&folder);
    emulator.faults(&json!([{ "operation": "*", "kind": "slow", "latency_ms": 600 }]));
    folder.edit("people.csv", |text| text.replace("@noerreby.example", "@nyby.example"));
    let job = visitor.post("/plans", &[]).header("location");
    let (mut sent, mut elsewhere) = (Vec::new(), 0);
    until("the job is done", || {
        let page = visitor.get(&job).text();
        sent.extend(counts(&page, ["Sendt ", " af ", " operationer til MitID Erhverv."]));
        let places = ["/", "/plans", "/sources"].map(|place| visitor.get(place).text());
        elsewhere += places.iter().filter(|text| text.contains(&format!("href=\"{job}\""))).count();
        page.contains("Færdig")
    });
    assert!(sent.iter().any(|(done, total)| *done > 0 && done < total && *total == PEOPLE), "{sent:?}");
    assert!(elsewhere > 0, "the other pages say that something is being done");
    assert!(!visitor.get("/").text().contains(&format!("href=\"{job}\"")));
    assert_eq!(serving.stop(), 0);
}

#[test]
fn what_failed_is_told_in_danish_and_in_english() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    let (serving, _) = serve(&folder);
    let visitor = visitor(&folder);
    folder.write("people.csv", "brugernavn;fornavn\nbo;Bo\n");
    let failed = |path: &str| {
        let job = visitor.post(path, &[]).header("location");
        until("the job failed", || visitor.get(&job).text().contains("Mislykkedes"));
        job
    };
    let reading = failed("/plans");
    let page = visitor.get(&reading).text();
    assert!(page.contains("Intet af filen") && page.contains("Fejl i filen: "), "{page}");
    assert!(page.contains("href=\"/sources\">Se resultatet"), "{page}");
    emulator.faults(&json!([{ "operation": "*", "kind": "refuse", "rate": 1 }]));
    let testing = failed("/settings/test");
    let page = visitor.get(&testing).text();
    assert!(page.contains("MitID Erhverv kan ikke nås eller svarer ikke lige nu."), "{page}");
    let visitor = visitor.in_english();
    let page = visitor.get(&testing).text();
    assert!(page.contains("MitID Erhverv cannot be reached or does not answer right now."), "{page}");
    assert!(visitor.get(&reading).text().contains("Nothing of the file"));
    assert_eq!(serving.stop(), 0);
}

#[test]
fn trouble_with_the_certificate_is_told_in_the_readers_language() {
    for (spoil, words, in_english) in TROUBLES {
        let folder = Folder::both();
        let _emulator = folder.emulator();
        spoil(&folder);
        let (serving, _) = serve(&folder);
        let visitor = visitor(&folder);
        until("the page tells of it", || {
            visitor.get("/settings/certificates").text().contains("Certifikatet i brug virker ikke. ")
        });
        let page = visitor.get("/settings/certificates").text();
        assert!(page.contains(words), "{words}: {page}");
        let page = visitor.in_english().get("/settings/certificates").text();
        assert!(page.contains(in_english), "{in_english}: {page}");
        assert_eq!(serving.stop(), 0);
    }
}

/// What is done to the folder, and what the page then says.
type Trouble = (fn(&Folder), &'static str, &'static str);

const P12: &str = "certificates/90123456.p12";
const PASSWORD: &str = "certificates/90123456.password";

const TROUBLES: [Trouble; 4] = [
    (
        |folder| fs::remove_file(folder.path().join(P12)).unwrap(),
        "90123456.p12 kan ikke læses. Er den der",
        "90123456.p12 cannot be read. Is it there",
    ),
    (
        |folder| fs::remove_file(folder.path().join(PASSWORD)).unwrap(),
        "90123456.password med certifikatets adgangskode kan ikke læses",
        "90123456.password with the certificate",
    ),
    (
        |folder| folder.write(PASSWORD, "another one"),
        "Adgangskoden åbner ikke filen",
        "The password does not open the file",
    ),
    (
        |folder| {
            for file in [P12, PASSWORD] {
                let other = folder.path().join(file.replace(LIGHT, LOCAL_IDP));
                fs::copy(other, folder.path().join(file)).unwrap();
            }
        },
        "tilhører CVR-nummer 90654321 og ikke 90123456",
        "belongs to CVR number 90654321 and not to 90123456",
    ),
];
