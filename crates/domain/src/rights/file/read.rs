//! The text as a policy, or everything that is wrong with it, each with its line.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

use crate::{
    Cvr, Language, RightId,
    rights::{
        Approver, Asker, Bundle, BundleRight, Except, Key, Known, Place, Policy, PolicyFault, Rule,
        Separation, WantedScope, Who,
    },
};

/// One thing that is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFault {
    /// The line where the part begins, counted from 1.
    pub line: Option<usize>,
    /// The part that it is about; `None`: the whole file.
    part: Option<Part>,
    wrong: Wrong,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// A line under `[rights]`.
    Right(String),
    Of(Place),
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Wrong {
    /// In the words of the parser.
    Syntax(String),
    OtherOrganisation {
        file: Cvr,
        here: Cvr,
    },
    NoUuid(String),
    RightTwice,
    KeyTaken,
    NotUnderRights(String),
    NoDay(&'static str),
    Policy(PolicyFault),
}

/// Everything that is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} to mend:{}", counted(.0.len()), listed(.0))]
pub struct FileFaults(pub Vec<FileFault>);

fn counted(faults: usize) -> String {
    if faults == 1 { "1 thing".to_owned() } else { format!("{faults} things") }
}

fn listed(faults: &[FileFault]) -> String {
    faults.iter().map(|fault| format!("\n  {fault}")).collect::<Vec<_>>().concat()
}

impl std::fmt::Display for FileFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}, ")?;
        }
        f.write_str(&self.say(Language::English))
    }
}

impl FileFault {
    /// The part, and what is wrong with it and what to do; without the line.
    pub fn say(&self, language: Language) -> String {
        let wrong = self.wrong.say(language);
        match &self.part {
            None => wrong,
            Some(Part::Right(name)) => format!("{} \"{name}\": {wrong}", language.pick("rettighed", "right")),
            Some(Part::Of(place)) => format!("{}: {wrong}", place.say(language)),
        }
    }
}

impl Wrong {
    fn say(&self, language: Language) -> String {
        let danish = language == Language::Danish;
        match self {
            // The parser has no Danish.
            Self::Syntax(words) if danish => format!("filen kan ikke læses som TOML: {words}"),
            Self::Syntax(words) => words.clone(),
            Self::OtherOrganisation { file, here } if danish => {
                format!("filen hører til organisationen {file}, og dette er {here}")
            }
            Self::OtherOrganisation { file, here } => {
                format!("the file is of organisation {file}, and this is {here}")
            }
            Self::NoUuid(text) if danish => {
                format!("`{text}` er ikke et UUID. `lokalid rights list` viser dem, der er i kataloget")
            }
            Self::NoUuid(text) => {
                format!("`{text}` is no UUID. `lokalid rights list` shows those of the catalogue")
            }
            Self::RightTwice => language
                .pick(
                    "den samme rettighed står der to gange. Behold den ene",
                    "the same right stands there twice. Keep one",
                )
                .to_owned(),
            Self::KeyTaken => language
                .pick("nøglen er brugt. Vælg en anden", "the key is taken. Choose another one")
                .to_owned(),
            Self::NotUnderRights(name) if danish => {
                format!("\"{name}\" står ikke under [rights]. Tilføj den dér med sit UUID, eller ret navnet")
            }
            Self::NotUnderRights(name) => {
                format!(
                    "\"{name}\" does not stand under [rights]. Add it there with its UUID, or mend the name"
                )
            }
            Self::NoDay(field) if danish => format!("{field} er ikke en dag. Skriv den som 2026-12-31"),
            Self::NoDay(field) => format!("{field} is no day. Write it as 2026-12-31"),
            Self::Policy(fault) => fault.say(language),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WholeFile {
    organisation: Spanned<Cvr>,
    #[serde(default)]
    rights: BTreeMap<String, Spanned<String>>,
    #[serde(default, rename = "bundle")]
    bundles: Vec<Spanned<FileBundle>>,
    #[serde(default, rename = "rule")]
    rules: Vec<Spanned<FileRule>>,
    #[serde(default, rename = "separation")]
    separations: Vec<Spanned<FileSeparation>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileBundle {
    key: Key,
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    sensitive: bool,
    most_holders: Option<u32>,
    owner: Option<String>,
    #[serde(default)]
    may_ask: BTreeSet<Asker>,
    #[serde(default)]
    approved_by: BTreeSet<Approver>,
    #[serde(default)]
    rights: Vec<Spanned<FileRight>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileRight {
    right: String,
    scope: WantedScope,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileRule {
    key: Key,
    name: String,
    bundle: Key,
    #[serde(default)]
    everyone: bool,
    #[serde(default)]
    units: BTreeSet<String>,
    #[serde(default)]
    sub_units: bool,
    #[serde(default)]
    titles: BTreeSet<String>,
    #[serde(default)]
    groups: BTreeSet<String>,
    manager: Option<bool>,
    #[serde(default)]
    attributes: BTreeMap<String, BTreeSet<String>>,
    /// A day, with or without quotation marks.
    from: Option<toml::Value>,
    until: Option<toml::Value>,
    #[serde(default)]
    except_people: BTreeSet<String>,
    #[serde(default)]
    except_units: BTreeSet<String>,
    #[serde(default)]
    except_bundles: BTreeSet<Key>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileSeparation {
    bundles: [Key; 2],
    #[serde(default)]
    why: String,
}

/// Reads and checks the whole file. Who approved its rules is not in it: see [`Policy::sign`].
pub fn read(text: &str, cvr: &Cvr, known: Known<'_>) -> Result<Policy, FileFaults> {
    let file: WholeFile = toml::from_str(text).map_err(|fault| FileFaults(vec![syntax(text, &fault)]))?;
    let mut reading = Reading { text, places: BTreeMap::new(), names: BTreeMap::new(), faults: Vec::new() };
    let policy = reading.policy(file, cvr);
    let mut faults = policy.faults(known);
    faults.retain(|(place, fault)| *fault != PolicyFault::EmptyBundle || !reading.misses_rights(place));
    for (place, fault) in faults {
        let line = reading.places.get(&place).copied();
        reading.faults.push(FileFault { line, part: Some(Part::Of(place)), wrong: Wrong::Policy(fault) });
    }
    if !reading.faults.is_empty() {
        reading.faults.sort_by_key(|fault| fault.line);
        return Err(FileFaults(reading.faults));
    }
    Ok(policy)
}

fn syntax(text: &str, fault: &toml::de::Error) -> FileFault {
    let line = fault.span().map(|span| line_of(text, span.start));
    FileFault { line, part: None, wrong: Wrong::Syntax(fault.message().to_owned()) }
}

fn line_of(text: &str, octet: usize) -> usize {
    text.bytes().take(octet).filter(|octet| *octet == b'\n').count() + 1
}

struct Reading<'a> {
    text: &'a str,
    /// The line of each part.
    places: BTreeMap<Place, usize>,
    /// What the file calls each right.
    names: BTreeMap<String, RightId>,
    faults: Vec<FileFault>,
}

impl Reading<'_> {
    fn policy(&mut self, file: WholeFile, cvr: &Cvr) -> Policy {
        if file.organisation.get_ref() != cvr {
            let wrong =
                Wrong::OtherOrganisation { file: file.organisation.get_ref().clone(), here: cvr.clone() };
            self.refuse(file.organisation.span().start, None, wrong);
        }
        let mut policy = Policy::default();
        for (name, right) in file.rights {
            self.right(name, &right, &mut policy);
        }
        for bundle in file.bundles {
            self.bundle(bundle, &mut policy);
        }
        for rule in file.rules {
            self.rule(rule, &mut policy);
        }
        for separation in file.separations {
            let start = separation.span().start;
            let FileSeparation { bundles: [one, other], why } = separation.into_inner();
            let separation = Separation::of(one, other, why);
            self.remember(start, Place::Separation(separation.first.clone(), separation.second.clone()));
            policy.separations.insert(separation);
        }
        policy
    }

    fn refuse(&mut self, start: usize, part: Option<Part>, wrong: Wrong) {
        self.faults.push(FileFault { line: Some(line_of(self.text, start)), part, wrong });
    }

    /// Whether rights of a bundle were refused: that it has no others is not worth saying.
    fn misses_rights(&self, place: &Place) -> bool {
        let of_it = |fault: &&FileFault| matches!(&fault.part, Some(Part::Of(part)) if part == place);
        self.faults.iter().filter(of_it).any(|fault| matches!(fault.wrong, Wrong::NotUnderRights(_)))
    }

    fn remember(&mut self, start: usize, place: Place) -> bool {
        let line = line_of(self.text, start);
        self.places.insert(place, line).is_none()
    }

    fn right(&mut self, name: String, written: &Spanned<String>, policy: &mut Policy) {
        let start = written.span().start;
        let Ok(right) = written.get_ref().parse::<RightId>() else {
            let wrong = Wrong::NoUuid(written.get_ref().clone());
            return self.refuse(start, Some(Part::Right(name)), wrong);
        };
        if !policy.managed.insert(right) {
            self.refuse(start, Some(Part::Right(name.clone())), Wrong::RightTwice);
        }
        self.remember(start, Place::Right(right));
        self.names.insert(name, right);
    }

    fn bundle(&mut self, bundle: Spanned<FileBundle>, policy: &mut Policy) {
        let start = bundle.span().start;
        let bundle = bundle.into_inner();
        let place = Place::Bundle(bundle.key.clone());
        if !self.remember(start, place.clone()) {
            self.refuse(start, Some(Part::Of(place.clone())), Wrong::KeyTaken);
        }
        let mut rights = BTreeSet::new();
        for given in bundle.rights {
            let start = given.span().start;
            let FileRight { right: name, scope } = given.into_inner();
            if let Some(right) = self.names.get(&name) {
                rights.insert(BundleRight { right: *right, scope });
            } else {
                self.refuse(start, Some(Part::Of(place.clone())), Wrong::NotUnderRights(name));
            }
        }
        policy.bundles.insert(
            bundle.key,
            Bundle {
                name: bundle.name,
                description: bundle.description,
                rights,
                sensitive: bundle.sensitive,
                owner: bundle.owner,
                may_ask: bundle.may_ask,
                approved_by: bundle.approved_by,
                most_holders: bundle.most_holders,
            },
        );
    }

    fn rule(&mut self, rule: Spanned<FileRule>, policy: &mut Policy) {
        let start = rule.span().start;
        let rule = rule.into_inner();
        let place = Place::Rule(rule.key.clone());
        if !self.remember(start, place.clone()) {
            self.refuse(start, Some(Part::Of(place.clone())), Wrong::KeyTaken);
        }
        let mut day = |name: &'static str, day: Option<toml::Value>| -> Option<Date> {
            let day = day?;
            let read = day.as_str().map_or_else(|| day.to_string(), str::to_owned).parse();
            if read.is_err() {
                self.refuse(start, Some(Part::Of(place.clone())), Wrong::NoDay(name));
            }
            read.ok()
        };
        let (from, until) = (day("from", rule.from), day("until", rule.until));
        policy.rules.insert(
            rule.key,
            Rule {
                name: rule.name,
                bundle: rule.bundle,
                who: Who {
                    everyone: rule.everyone,
                    units: rule.units,
                    sub_units: rule.sub_units,
                    titles: rule.titles,
                    groups: rule.groups,
                    manager: rule.manager,
                    attributes: rule.attributes,
                },
                except: Except {
                    people: rule.except_people,
                    units: rule.except_units,
                    bundles: rule.except_bundles,
                },
                from,
                until,
                approved_by: Vec::new(),
            },
        );
    }
}
