//! What is told in parts has its words in the console's locales: here a test proves that none is missing, and that none is
//! left over.

use std::collections::BTreeSet;
use std::fs;

use crate::source::csv::Column;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Each family of texts, in the file of its name, and the code that can name them.
const FAMILIES: [(&str, &[&str]); 4] = [
    (
        "csv",
        &[
            include_str!("source/csv/parts.rs"),
            include_str!("source/csv.rs"),
            include_str!("source/csv/columns.rs"),
            include_str!("../../domain/src/addresses.rs"),
            include_str!("intake.rs"),
        ],
    ),
    ("ldap", &[include_str!("source/ldap/parts.rs"), include_str!("source/ldap/managers.rs")]),
    ("remote", &[include_str!("engine.rs"), include_str!("observe.rs"), include_str!("api/failure.rs")]),
    (
        "outcome",
        &[
            include_str!("worker.rs"),
            include_str!("worker/effect.rs"),
            include_str!("worker/rights.rs"),
            include_str!("../../store/src/outbox.rs"),
            include_str!("../../store/src/outbox/settle.rs"),
        ],
    ),
];

fn texts(language: &str, family: &str) -> BTreeSet<String> {
    let file = format!("{ROOT}/../web/locales/{language}/{family}.ftl");
    let text = fs::read_to_string(file).unwrap();
    text.lines().filter_map(|line| line.split_once(" =")).map(|(key, _)| key.to_owned()).collect()
}

/// Every key of the family, as written in the code.
fn keys(family: &str, code: &[&str]) -> BTreeSet<String> {
    let quoted = code.iter().flat_map(|code| code.split('"'));
    let named = quoted.filter(|word| word.starts_with(&format!("{family}-")) && !word.ends_with(['-', '}']));
    named.map(str::to_owned).collect()
}

/// Words of the language that a sentence can have put in.
fn words(family: &str) -> Vec<String> {
    match family {
        "csv" => Column::ALL
            .map(|column| format!("csv-column-{}", column.word().to_lowercase().replace(' ', "-")))
            .into(),
        "ldap" => {
            let words = [
                "passed-over",
                "step-look-up",
                "step-connect",
                "step-encrypt",
                "step-sign-in",
                "step-search",
            ];
            words.map(|word| format!("ldap-{word}")).into()
        }
        _ => Vec::new(),
    }
}

#[test]
fn everything_told_in_parts_has_a_text_in_both_languages_and_no_text_is_left_over() {
    for (family, code) in FAMILIES {
        let mut keys = keys(family, code);
        keys.extend(words(family));
        for language in ["da", "en"] {
            assert_eq!(texts(language, family), keys, "{language} {family}");
        }
    }
}
