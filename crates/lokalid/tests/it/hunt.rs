//! The hunt for CPR numbers: only the source file and the emulator's own state may hold one.
//!
//! Everything is done that the program can do, with its log at its most talkative; then every file, every page and
//! every word that a command said is searched for the numbers that went in.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;

use serde_json::{Value, json};

use crate::served::Visitor;
use crate::world::{Folder, files, free_port, lokalid, until};

const BY_HAND: &str = "6102850111";

/// The numbers to look for.
struct Hunt {
    numbers: BTreeSet<Vec<u8>>,
}

impl Hunt {
    fn of(folder: &Folder) -> Self {
        let text = folder.read("people.csv");
        let rows = text.lines().skip(1).map(|row| row.split(';').nth(1).unwrap().as_bytes().to_vec());
        let numbers: BTreeSet<Vec<u8>> = rows.chain([BY_HAND.as_bytes().to_vec()]).collect();
        assert!(numbers.len() > 30);
        Self { numbers }
    }

    /// Ten digits, or six and four with a hyphen or a blank between, anywhere.
    fn finds(&self, octets: &[u8]) -> bool {
        let known = |digits: &[u8]| digits.iter().all(u8::is_ascii_digit) && self.numbers.contains(digits);
        let parted =
            |eleven: &[u8]| matches!(eleven[6], b'-' | b' ') && known(&[&eleven[..6], &eleven[7..]].concat());
        octets.windows(10).any(known) || octets.windows(11).any(parted)
    }

    #[track_caller]
    fn assert_clean(&self, what: &str, octets: &[u8]) {
        assert!(!self.finds(octets), "{what} holds a CPR number");
    }

    /// Every file but the source and what belongs to the emulator.
    fn assert_files_are_clean(&self, folder: &Folder) {
        let searched = files(folder.path()).into_iter().filter(|file| !may_hold(folder.path(), file));
        for file in searched {
            // A file of the database may be gone again by now.
            let Ok(octets) = fs::read(&file) else { continue };
            self.assert_clean(&file.display().to_string(), &octets);
        }
    }
}

fn may_hold(folder: &Path, file: &Path) -> bool {
    let inside = file.strip_prefix(folder).unwrap();
    inside == Path::new("people.csv") || inside.starts_with("emulator")
}

#[test]
fn the_hunt_finds_what_is_there() {
    let folder = Folder::light();
    let hunt = Hunt::of(&folder);
    assert!(hunt.finds(&fs::read(folder.path().join("people.csv")).unwrap()));
    assert!(hunt.finds(b"x610285-0111x") && hunt.finds(b"610285 0111") && !hunt.finds(b"610285-0112"));
    let state =
        files(&folder.path().join("emulator")).into_iter().any(|file| hunt.finds(&fs::read(file).unwrap()));
    assert!(state, "the emulator knows its users");
}

#[test]
fn no_file_page_or_word_holds_a_cpr_number() {
    let folder = Folder::light();
    let hunt = Hunt::of(&folder);
    let emulator = folder.emulator();
    let said = |arguments: &[&str]| {
        let output = lokalid(folder.path(), arguments).env("LOKALID_LOG", "trace").output().unwrap();
        hunt.assert_clean(&format!("standard output of {arguments:?}"), &output.stdout);
        hunt.assert_clean(&format!("standard error of {arguments:?}"), &output.stderr);
        output.status.code()
    };

    // A day with everything in it: by hand, changed, left, suspended, asked, refused, parked, answers lost.
    let email = "hand01@noerreby.example";
    let by_hand = [
        "person",
        "add",
        "hand01",
        "--cpr-file",
        "cpr.txt",
        "--given-name",
        "H",
        "--surname",
        "Holm",
        "--email",
        email,
    ];
    folder.write("cpr.txt", BY_HAND);
    assert_eq!(said(&by_hand), Some(0));
    fs::remove_file(folder.path().join("cpr.txt")).unwrap();
    emulator.portal("activate", "ole0001", &json!({}));
    emulator.portal("edit", "inge0002", &json!({ "surname": "Portal", "cprNumber": "6102850112" }));
    emulator.faults(&json!([{ "operation": "createEmployee", "kind": "lost_answer", "count": 1 }]));
    folder.edit("people.csv", |text| text.replacen(";Jensen;anne0000@", ";Juhl;anne0000@", 1));
    said(&["apply"]);
    emulator.faults(&json!([{ "operation": "*", "kind": "garbage_200", "count": 3 }]));
    said(&["apply"]);
    emulator.faults(&json!([]));
    said(&["apply"]);
    park_a_creation(&folder);
    said(&["apply"]);
    said(&["suspend", "ole0001", "--why", "test"]);
    say_everything(&folder, &said);
    broken_files(&folder, &said);
    hunt.assert_files_are_clean(&folder);

    walk(&folder, &hunt);
    hunt.assert_files_are_clean(&folder);
}

/// The next creation is refused for good: its address is not the one of the contract.
fn park_a_creation(folder: &Folder) {
    let elsewhere =
        "[organisation.operations.createEmployee]\npath = \"/administration/identity/nobody\"\n\n";
    folder.edit("lokalid.toml", |text| {
        text.replacen("[[organisation.source]]", &format!("{elsewhere}[[organisation.source]]"), 1)
    });
    folder.edit("people.csv", |text| {
        text.to_owned() + "ny0100;6102850113;Ny;Holm;ny0100@noerreby.example;;;;;;2020-01-01;\n"
    });
}

/// Every command that tells something.
fn say_everything(folder: &Folder, said: &impl Fn(&[&str]) -> Option<i32>) {
    let commands: [&[&str]; 14] = [
        &["plan"],
        &["plan", "--json", "--read"],
        &["status"],
        &["status", "--json"],
        &["outbox"],
        &["outbox", "--json"],
        &["match"],
        &["match", "--json"],
        &["source", "check", "--json"],
        &["source", "import"],
        &["doctor"],
        &["audit", "verify"],
        &["audit", "export", "log.jsonl"],
        &["backup", "kept.db"],
    ];
    for arguments in commands {
        said(arguments);
    }
    for user in folder.user_names().iter().map(String::as_str).take(5).chain(["hand01"]) {
        said(&["person", "show", user]);
        said(&["person", "show", user, "--json"]);
    }
    // Asked for by its number, nobody is named back.
    said(&["reactivate", "ole0001", "--why", "test"]);
}

/// Faults tell rows and columns, never cells.
fn broken_files(folder: &Folder, said: &impl Fn(&[&str]) -> Option<i32>) {
    let good = folder.read("people.csv");
    let first = good.lines().nth(1).unwrap().to_owned();
    let broken = [
        format!("{good}{first}\n"),
        good.replacen(";6101500100;", ";;6101500100", 1),
        good.lines().skip(1).collect::<Vec<_>>().join("\n"),
        good.replacen("Borgerservice", "610150-0100", 1),
        good[..good.len() - 70].to_owned(),
    ];
    for content in broken {
        folder.write("people.csv", content);
        assert_eq!(said(&["source", "check"]), Some(1));
        assert_eq!(said(&["apply"]), Some(1));
    }
    folder.write("people.csv", &good);
}

/// Every page that two roles can get to from the first one, with the database open and written to.
fn walk(folder: &Folder, hunt: &Hunt) {
    let port = free_port();
    folder.edit("lokalid.toml", |text| text.replacen("localhost:8080", &format!("localhost:{port}"), 1));
    let log = File::create(folder.path().join("serve.log")).unwrap();
    let mut serving = lokalid(folder.path(), &["serve"])
        .env("LOKALID_LOG", "trace")
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap();
    until("the console listens", || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
    let mut visited = BTreeSet::new();
    for role in ["organisation-administrator", "auditor"] {
        let link = folder.run(&["sign-in-link", "--as", "Mette Holm", "--role", role]).expect(0).out;
        visited.extend(crawl(&Visitor::by_link(&link), hunt));
    }
    hunt.assert_files_are_clean(folder);
    serving.kill().unwrap();
    serving.wait().unwrap();
    assert_every_page_was_seen(folder, &visited);
}

fn crawl(visitor: &Visitor, hunt: &Hunt) -> BTreeSet<String> {
    let mut visited = BTreeSet::new();
    let mut waiting = vec!["/".to_owned(), "/people/by-cpr".to_owned(), "/people/export/csv".to_owned()];
    while let Some(path) = waiting.pop() {
        if visited.len() > 600 || !visited.insert(path.clone()) {
            continue;
        }
        let answer = visitor.get(&path);
        assert!(answer.status < 500, "{path}: {}", answer.status);
        hunt.assert_clean(&path, &answer.body);
        hunt.assert_clean(&path, answer.head.as_bytes());
        waiting.extend(links(&answer.text()));
    }
    visited
}

/// Where a page leads to, but not to streams that do not end, to other languages or to files of the design.
fn links(page: &str) -> Vec<String> {
    let found = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let inside = found.filter(|link| link.starts_with('/') && !link.starts_with("//"));
    let left_out = ["/static/", "/language/", "/sign-"];
    inside
        .filter(|link| !left_out.iter().any(|start| link.starts_with(start)) && !link.ends_with("/events"))
        .map(|link| link.split('#').next().unwrap().replace("&amp;", "&").replace("&#38;", "&"))
        .collect()
}

/// The list comes from the router, so that a new page cannot escape the hunt.
fn assert_every_page_was_seen(folder: &Folder, visited: &BTreeSet<String>) {
    const NOT_BY_A_LINK: [&str; 5] =
        ["/sign-in", "/sign-in/{secret}", "/language/{code}", "/organisations", "/jobs/{id}"];
    let routes = folder.run(&["routes"]).expect(0).json();
    let pages = routes.as_array().unwrap().iter().filter(|route| route["method"] == json!("page"));
    let missed: Vec<&Value> = pages
        .map(|route| &route["path"])
        .filter(|path| !NOT_BY_A_LINK.contains(&path.as_str().unwrap()))
        .filter(|path| !visited.iter().any(|seen| fits(path.as_str().unwrap(), seen)))
        .collect();
    assert!(missed.is_empty(), "never seen: {missed:?}");
}

fn fits(pattern: &str, path: &str) -> bool {
    let path = path.split('?').next().unwrap();
    let (pattern, path): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
    pattern.len() == path.len()
        && pattern.iter().zip(&path).all(|(wanted, there)| wanted.starts_with('{') || wanted == there)
}
