//! Scenario files: under each heading a situation in words, then what comes out, each line behind `>`.
//!
//! `BLESS=1 cargo test -p domain` writes what comes out now into the files; read the difference before you keep it.

use std::{fmt::Write as _, fs, path::Path};

/// One line of a situation: a word, then plain words and `key=value`, values with blanks in quotation marks.
#[derive(Debug, Clone)]
pub struct Line {
    pub words: Vec<String>,
    pub values: Vec<(String, String)>,
}

impl Line {
    fn read(text: &str) -> Self {
        let (mut words, mut values) = (Vec::new(), Vec::new());
        for token in tokens(text) {
            match token.split_once('=') {
                Some((key, value)) => values.push((key.to_owned(), value.to_owned())),
                None => words.push(token),
            }
        }
        Self { words, values }
    }

    pub fn word(&self, place: usize) -> &str {
        self.words.get(place).unwrap_or_else(|| panic!("a word is missing in {self:?}"))
    }

    pub fn value(&self, key: &str) -> Option<&str> {
        self.values.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    pub fn has(&self, word: &str) -> bool {
        self.words.iter().any(|one| one == word)
    }
}

fn tokens(text: &str) -> Vec<String> {
    let (mut tokens, mut token, mut quoted) = (Vec::new(), String::new(), false);
    for letter in text.chars() {
        match letter {
            '"' => quoted = !quoted,
            ' ' if !quoted => tokens.extend((!token.is_empty()).then(|| std::mem::take(&mut token))),
            letter => token.push(letter),
        }
    }
    tokens.extend((!token.is_empty()).then_some(token));
    tokens
}

/// Runs every scenario of the files in `folder` and compares.
pub fn run_all(folder: &str, outcome: impl Fn(&[Line]) -> Vec<String>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/scenarios").join(folder);
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let faults: Vec<String> = files.iter().filter_map(|file| run(file, &outcome)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The difference between a file and what its situations lead to.
fn run(file: &Path, outcome: &impl Fn(&[Line]) -> Vec<String>) -> Option<String> {
    let text = fs::read_to_string(file).unwrap();
    let mut now = String::new();
    for (number, part) in text.split("\n## ").enumerate() {
        if number == 0 {
            writeln!(now, "{}", part.trim_end()).unwrap();
            continue;
        }
        let (heading, body) = part.split_once('\n').unwrap_or((part, ""));
        let situation: Vec<&str> =
            body.lines().filter(|line| !line.starts_with('>') && !line.is_empty()).collect();
        let told = situation.iter().filter(|line| !line.starts_with('#'));
        let lines: Vec<Line> = told.map(|line| Line::read(line)).collect();
        write!(now, "\n## {heading}\n{}\n", situation.join("\n")).unwrap();
        for line in outcome(&lines) {
            writeln!(now, "> {line}").unwrap();
        }
    }
    if std::env::var_os("BLESS").is_some() {
        fs::write(file, &now).unwrap();
    }
    let differing = || now.lines().zip(text.lines()).find(|(now, then)| now != then);
    (now.trim_end() != text.trim_end()).then(|| {
        let (now, then) = differing().unwrap_or(("more or fewer lines", ""));
        format!("{}\n  expected: {then}\n  came out: {now}", file.display())
    })
}
