use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::*;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Keys that code puts together from a beginning and a word.
const FAMILIES: [&str; 28] = [
    "action-",
    "authenticator-",
    "csv-",
    "fact-",
    "environment-",
    "failure-",
    "fault-",
    "figure-",
    "input-",
    "job-",
    "kind-",
    "ldap-",
    "level-",
    "log-",
    "notice-",
    "outbox-empty-",
    "outcome-",
    "people-show-",
    "people-sort-",
    "people-status-",
    "remote-",
    "role-",
    "setting-",
    "source-kind-",
    "source-mapped-",
    "state-",
    "task-",
    "verdict-",
];

#[test]
fn both_languages_have_the_same_keys() {
    assert_eq!(keys("da"), keys("en"));
}

#[test]
fn every_key_in_code_and_templates_exists_and_every_key_is_used() {
    let keys = keys("da");
    let words = quoted_words();
    let used = |key: &String| words.contains(key) || FAMILIES.iter().any(|family| key.starts_with(family));
    let unused: Vec<_> = keys.iter().filter(|key| !used(key)).collect();
    assert!(unused.is_empty(), "never used: {unused:?}");
    for key in asked_for() {
        assert!(keys.contains(&key), "`{key}` is asked for and has no text");
    }
}

#[test]
fn a_number_chooses_between_singular_and_plural() {
    let found = |count, number: &str| {
        say_with(
            Language::Danish,
            "people-found",
            &[("count", Value::Count(count)), ("number", number.into())],
        )
    };
    assert_eq!(found(1, "1"), "1 person");
    assert_eq!(found(4510, "4.510"), "4.510 personer");
}

#[test]
fn every_word_of_the_domain_has_a_text() {
    let mut wanted: Vec<String> = domain::Role::ALL.iter().map(|role| format!("role-{role}")).collect();
    wanted.extend(crate::route::routes().iter().map(|route| route.title.to_owned()));
    wanted.extend(
        crate::pages::log::describe::ACTIONS.map(|action| format!("action-{}", action.replace('.', "-"))),
    );
    for environment in ["production", "integration-test", "pre-production", "emulator"] {
        wanted.push(format!("environment-{environment}"));
    }
    for key in wanted {
        assert_ne!(say(Language::English, &key), key);
    }
}

fn keys(language: &str) -> BTreeSet<String> {
    let folder = Path::new(ROOT).join("locales").join(language);
    let texts = files(&folder).into_iter().map(|file| fs::read_to_string(file).unwrap());
    let lines: Vec<String> =
        texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    let key = |line: &String| line.split_once(" =").map(|(key, _)| key.to_owned());
    let begins = |line: &&String| line.starts_with(|letter: char| letter.is_ascii_lowercase());
    let all: Vec<String> = lines.iter().filter(begins).filter_map(key).collect();
    let set: BTreeSet<String> = all.iter().cloned().collect();
    assert_eq!(all.len(), set.len(), "a key stands twice in {language}");
    set
}

/// Everything between quotation marks in code and templates.
fn quoted_words() -> BTreeSet<String> {
    let texts = sources().into_iter().map(|file| fs::read_to_string(file).unwrap());
    texts.flat_map(|text| text.split('"').map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// The keys that are named whole where they are asked for.
fn asked_for() -> BTreeSet<String> {
    const CALLS: [&str; 6] = [".t(\"", ".tn(\"", ".t1(\"", ".tv(\"", ".layout(\"", "say(visit.language, \""];
    let mut asked = BTreeSet::new();
    for file in sources() {
        let text = fs::read_to_string(file).unwrap();
        for call in CALLS {
            asked.extend(
                text.split(call).skip(1).filter_map(|tail| tail.split('"').next()).map(str::to_owned),
            );
        }
    }
    asked
}

fn sources() -> Vec<PathBuf> {
    let mut all = files(&Path::new(ROOT).join("src"));
    all.extend(files(&Path::new(ROOT).join("templates")));
    all.retain(|file| !file.ends_with("text/tests.rs"));
    all
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all
}
