//! Scenarios of the resolution: which records are one person, and which source decides a field.
//!
//! `organisation several-identities`, `today`, `precedence SOURCE ...`, `field NAME SOURCE ...`, `record SOURCE/KEY
//! ...`, `known NAME ...` (an identity as it was after the last resolution).

use std::collections::{BTreeMap, HashMap};

use domain::{
    Desired, IdentityId, KnownIdentity, Language, Leaving, Name, PersonId, Presence, Rid, Settings,
    SourceKey, SourceName, SourceRecord, Standing, StoredRecord, resolve,
};
use jiff::civil::Date;
use uuid::Uuid;

use crate::{
    builders::{a_person, cpr_of, date, key, noon},
    scenario::{self, Line},
};

#[test]
fn who_is_who_is_as_the_scenarios_say() {
    scenario::run_all("resolve", |lines| {
        let mut stage = Stage::build(lines);
        let told = stage.tell();
        stage.records.reverse();
        stage.known.reverse();
        assert_eq!(stage.tell(), told, "the order of the input made a difference");
        told
    });
}

struct Stage {
    settings: Settings,
    today: Date,
    records: Vec<StoredRecord>,
    known: Vec<KnownIdentity>,
    names: BTreeMap<IdentityId, String>,
}

impl Stage {
    fn build(lines: &[Line]) -> Self {
        let mut stage = Self {
            settings: Settings::default(),
            today: date("2026-11-22"),
            records: Vec::new(),
            known: Vec::new(),
            names: (1..9).map(|number| (IdentityId(new_key(number)), format!("new {number}"))).collect(),
        };
        for line in lines {
            stage.take(line);
        }
        stage
    }

    fn take(&mut self, line: &Line) {
        let sources = |from: usize| line.words[from..].iter().cloned().map(SourceName).collect();
        match line.word(0) {
            "organisation" => self.settings.several_identities = line.has("several-identities"),
            "today" => self.today = date(line.word(1)),
            "precedence" => self.settings.precedence = sources(1),
            "field" => drop(self.settings.field_precedence.insert(line.word(1).to_owned(), sources(2))),
            "record" => self.record(line),
            "known" => self.known(line),
            other => panic!("\"{other}\" is no part of a situation"),
        }
    }

    fn record(&mut self, line: &Line) {
        let (source, key) = line.word(1).split_once('/').unwrap();
        let text = |name: &str| line.value(name).map(str::to_owned);
        let name = |name: &str| line.value(name).map(|text| Name::parse(text).unwrap());
        let record = SourceRecord {
            standing: standing(line),
            user_name: line.value("user").map(|text| text.parse().unwrap()),
            cpr: line.value("cpr").map(cpr_of),
            given_name: name("given"),
            surname: name("surname"),
            email: line.value("email").map(|text| text.parse().unwrap()),
            unit: text("unit"),
            title: text("title"),
            rid: line.value("rid").map(|text| Rid::parse(text).unwrap()),
            start: line.value("start").map(date),
            end: line.value("end").map(date),
            pseudonym: line.has("protected"),
            groups: list(line, "groups").into_iter().collect(),
            more: list(line, "more").iter().map(|pair| attribute(pair)).collect(),
            ..SourceRecord::new(SourceKey::Text(key.to_owned()), line.value("row").unwrap_or(key))
        };
        let identity = line.value("is").map(|name| self.identity(name));
        self.records.push(StoredRecord {
            source: SourceName(source.to_owned()),
            key: key.to_owned(),
            record,
            missing_since: line.value("missing").map(|day| noon(date(day))),
            identity,
        });
    }

    fn known(&mut self, line: &Line) {
        let mut person = a_person(line.word(1));
        person.desired.identity = self.identity(line.word(1));
        person.desired.cpr = line.value("cpr").map(cpr_of);
        person.desired.rid = line.value("rid").map(|text| Rid::parse(text).unwrap());
        if let Some(left) = line.value("left") {
            let parts: Vec<&str> = left.split(':').collect();
            let how: Leaving = serde_json::from_value(parts[1].into()).unwrap();
            person = person.left(parts[0], how, parts[2]);
        }
        self.known.push(KnownIdentity { desired: person.desired });
    }

    fn identity(&mut self, name: &str) -> IdentityId {
        let identity = IdentityId(key("identity", name));
        self.names.insert(identity, name.to_owned());
        identity
    }

    fn tell(&self) -> Vec<String> {
        let mut made = 0;
        let mut next = || {
            made += 1;
            new_key(made)
        };
        let resolution = resolve(&self.settings, self.today, &self.records, &self.known, &mut next);
        let mut told: Vec<String> = resolution
            .links
            .iter()
            .map(|(source, key, identity)| format!("{source}/{key} is {}", self.names[identity]))
            .collect();
        let mut people: HashMap<PersonId, &str> = HashMap::new();
        let mut desired: Vec<String> = Vec::new();
        for one in &resolution.desired {
            let name = self.names[&one.identity].as_str();
            let same = people.insert(one.person, name).map(|other| format!(", same person as {other}"));
            desired.push(format!("{name}: {}{}", tell_desired(one), same.unwrap_or_default()));
        }
        desired.sort();
        told.extend(desired);
        told.extend(
            resolution
                .questions
                .iter()
                .map(|one| format!("ask {}: {}", one.label, one.about.say(Language::English))),
        );
        told
    }
}

fn new_key(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn standing(line: &Line) -> Standing {
    match (line.value("expires"), line.value("standing")) {
        (Some(at), _) => Standing::Expired(at.parse().unwrap()),
        (None, Some("disabled")) => Standing::Disabled,
        (None, Some("outside-group")) => Standing::OutsideGroup,
        (None, Some(other)) => panic!("\"{other}\" is no standing"),
        (None, None) => Standing::Employed,
    }
}

/// `a|b` in a value.
fn list(line: &Line, name: &str) -> Vec<String> {
    line.value(name).into_iter().flat_map(|list| list.split('|')).map(str::to_owned).collect()
}

/// `name:value`.
fn attribute(pair: &str) -> (String, String) {
    let (name, value) = pair.split_once(':').unwrap();
    (name.to_owned(), value.to_owned())
}

fn tell_desired(desired: &Desired) -> String {
    let presence = match &desired.presence {
        Presence::Employed => format!("employed, source {}", desired.source),
        Presence::Ahead(start) => format!("begins {start}, source {}", desired.source),
        Presence::Left(left) => {
            format!("left {}, source {} ({})", left.on, left.source, left.how.say(Language::English))
        }
    };
    let parts = [
        desired.user_name.as_ref().map(ToString::to_string),
        Some(desired.full_name()).filter(|name| !name.is_empty()),
        desired.email.as_ref().map(ToString::to_string),
        desired.unit.clone(),
        desired.title.clone(),
        desired.rid.as_ref().map(|rid| format!("RID {rid}")),
        desired.pseudonym.then(|| "protected".to_owned()),
        Some(presence),
    ];
    let groups = desired.groups.iter().map(|group| format!("in {group}"));
    let attributes = desired.attributes.iter().map(|(name, value)| format!("{name} {value}"));
    parts.into_iter().flatten().chain(groups).chain(attributes).collect::<Vec<_>>().join(", ")
}
