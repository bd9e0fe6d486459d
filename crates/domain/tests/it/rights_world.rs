//! Rights in words: a catalogue, a policy and grants from the lines of a scenario.
//!
//! `right NAME [left-alone] [vanished]`, `place p=...|se=...`, `bundle KEY [sensitive] [most=N] [owner=NAME] [may-ask=A|B]
//! [approved-by=A|B] rights=NAME:SCOPE,...`,
//! `rule KEY bundle=KEY [everyone] [units=A|B] [sub-units] [titles=A|B] [groups=A|B] [manager] [not-manager]
//! [except.people=A|B] [except.units=A|B] [except.bundles=A|B] [from=DAY] [until=DAY] [approved=A|B]`,
//! `separate KEY KEY why=TEXT`, `grant NAME bundle=KEY|right=NAME:SCOPE [from=DAY] [until=DAY] [approved=A|B]
//! [taken-over|withdrawn]`; of a person `holds=NAME:SCOPE,...`, `gave=NAME:SCOPE,...`, `unread-rights`; `why NAME RIGHT`, `faults`.

use std::collections::{BTreeSet, HashMap, HashSet};

use domain::{
    GrantId, IdentityId, Language, RightId, RightsSituation, Subject, UserName,
    rights::{
        Approver, Asker, Assignment, Bundle, BundleRight, Catalogue, Except, Facts, Grant, GrantOrigin,
        Granted, Key, Known, Places, Policy, Right, Rule, Rulebook, Separation, Who,
    },
};
use jiff::{Timestamp, civil::Date};

use crate::{
    builders::{date, key},
    scenario::Line,
};

#[derive(Debug, Clone, Default)]
pub struct RightsWorld {
    pub catalogue: Catalogue,
    pub places: Places,
    pub policy: Policy,
    pub grants: HashMap<IdentityId, Vec<Grant>>,
}

/// A rulebook with what goes beside it.
pub struct Ready<'a> {
    pub rulebook: Rulebook<'a>,
    grants: &'a HashMap<IdentityId, Vec<Grant>>,
    leaders: HashSet<String>,
}

pub fn right(name: &str) -> RightId {
    RightId(key("right", name))
}

fn slug(text: &str) -> Key {
    Key::parse(text).unwrap_or_else(|_| panic!("`{text}` is no key"))
}

fn set<T: Ord>(text: Option<&str>, read: impl Fn(&str) -> T) -> BTreeSet<T> {
    text.into_iter().flat_map(|text| text.split('|')).map(read).collect()
}

fn asker(word: &str) -> Asker {
    match word {
        "employee" => Asker::Employee,
        "manager" => Asker::Manager,
        "anyone" => Asker::Anyone,
        other => panic!("\"{other}\" asks for nothing"),
    }
}

fn approver(word: &str) -> Approver {
    match word {
        "manager" => Approver::Manager,
        "owner" => Approver::Owner,
        "administrator" => Approver::RightsAdministrator,
        other => panic!("\"{other}\" approves nothing"),
    }
}

fn assignments(text: Option<&str>) -> BTreeSet<Assignment> {
    let read = |one: &str| {
        let (name, scope) = one.split_once(':').unwrap_or_else(|| panic!("`{one}` has no scope"));
        Assignment { right: right(name), scope: scope.parse().unwrap() }
    };
    text.into_iter().flat_map(|text| text.split(',')).map(read).collect()
}

impl RightsWorld {
    /// Whether the line is about rights; then it is taken in.
    pub fn take(&mut self, line: &Line) -> bool {
        match line.word(0) {
            "right" => self.right(line),
            "place" => self.place(line),
            "bundle" => self.bundle(line),
            "rule" => self.rule(line),
            "separate" => {
                let why = line.value("why").unwrap_or("two pairs of eyes").to_owned();
                self.policy.separations.insert(Separation::of(slug(line.word(1)), slug(line.word(2)), why));
            }
            "grant" => self.grant(line),
            _ => return false,
        }
        true
    }

    fn right(&mut self, line: &Line) {
        let name = line.word(1);
        let vanished_at = line.has("vanished").then_some(Timestamp::UNIX_EPOCH);
        let known = Right { name: name.to_owned(), description: None, basic: None, vanished_at };
        self.catalogue.insert(right(name), known);
        if !line.has("left-alone") {
            self.policy.managed.insert(right(name));
        }
    }

    fn place(&mut self, line: &Line) {
        if let Some(number) = line.value("p") {
            self.places.production_units.insert(number.parse().unwrap(), String::new());
        }
        if let Some(number) = line.value("se") {
            self.places.se_numbers.insert(number.parse().unwrap());
        }
    }

    fn bundle(&mut self, line: &Line) {
        let given = line.value("rights").into_iter().flat_map(|text| text.split(',')).map(|one| {
            let (name, scope) = one.split_once(':').unwrap();
            BundleRight { right: right(name), scope: scope.parse().unwrap() }
        });
        let bundle = Bundle {
            name: line.value("name").unwrap_or(line.word(1)).to_owned(),
            rights: given.collect(),
            sensitive: line.has("sensitive"),
            owner: line.value("owner").map(str::to_owned),
            may_ask: set(line.value("may-ask"), asker),
            approved_by: set(line.value("approved-by"), approver),
            most_holders: line.value("most").map(|most| most.parse().unwrap()),
            description: String::new(),
        };
        self.policy.bundles.insert(slug(line.word(1)), bundle);
    }

    fn rule(&mut self, line: &Line) {
        let text = str::to_owned;
        let manager = if line.has("manager") { Some(true) } else { line.has("not-manager").then_some(false) };
        let rule = Rule {
            name: line.value("name").unwrap_or(line.word(1)).to_owned(),
            bundle: slug(line.value("bundle").unwrap()),
            who: Who {
                everyone: line.has("everyone"),
                units: set(line.value("units"), text),
                sub_units: line.has("sub-units"),
                titles: set(line.value("titles"), text),
                groups: set(line.value("groups"), text),
                manager,
                attributes: line
                    .values
                    .iter()
                    .filter_map(|(name, value)| Some((name.strip_prefix("attribute.")?, value)))
                    .map(|(name, value)| (name.to_owned(), set(Some(value), text)))
                    .collect(),
            },
            except: Except {
                people: set(line.value("except.people"), text),
                units: set(line.value("except.units"), text),
                bundles: set(line.value("except.bundles"), slug),
            },
            from: line.value("from").map(date),
            until: line.value("until").map(date),
            approved_by: line.value("approved").unwrap_or("kirsten").split('|').map(text).collect(),
        };
        self.policy.rules.insert(slug(line.word(1)), rule);
    }

    fn grant(&mut self, line: &Line) {
        let name = line.word(1);
        let identity = IdentityId(key("identity", name));
        let granted = match (line.value("bundle"), line.value("right")) {
            (Some(bundle), _) => Granted::Bundle(slug(bundle)),
            (None, Some(one)) => {
                let (name, scope) = one.split_once(':').unwrap();
                Granted::Right { right: right(name), scope: scope.parse().unwrap() }
            }
            (None, None) => panic!("a grant of nothing: {line:?}"),
        };
        let number = self.grants.values().map(Vec::len).sum::<usize>();
        let approved = line.value("approved").unwrap_or("kirsten");
        let grant = Grant {
            id: GrantId(key("grant", &number.to_string())),
            identity,
            granted,
            from: line.value("from").map(date),
            until: line.value("until").map(date),
            why: line.value("why").unwrap_or("it is their work").to_owned(),
            case: line.value("case").map(str::to_owned),
            origin: match (line.has("taken-over"), line.has("withdrawn")) {
                (true, _) => GrantOrigin::TakenOver,
                (_, true) => GrantOrigin::Withdrawn,
                _ => GrantOrigin::Direct,
            },
            by: "kirsten".to_owned(),
            approved_by: approved.split('|').filter(|name| !name.is_empty()).map(str::to_owned).collect(),
            // In the order in which they are written.
            at: Timestamp::from_second(i64::try_from(number).unwrap()).unwrap(),
        };
        self.grants.entry(identity).or_default().push(grant);
    }

    /// What the person of this line holds.
    pub fn held(subject: &mut Subject, line: &Line) {
        subject.rights.held = assignments(line.value("holds"));
        subject.rights.given = assignments(line.value("gave"));
        if let Some(observed) = subject.observed.as_mut().filter(|_| line.has("unread-rights")) {
            observed.rights_at = None;
        }
        for (name, value) in &line.values {
            if let Some(name) = name.strip_prefix("attribute.") {
                subject.desired.attributes.insert(name.to_owned(), value.clone());
            }
        }
        subject.desired.groups = set(line.value("groups"), str::to_owned);
    }

    pub fn rulebook<'a>(&'a self, today: Date, subjects: &[Subject]) -> Ready<'a> {
        let leaders = subjects.iter().filter_map(|one| one.desired.manager.as_ref());
        let leaders = leaders.map(|name| name.to_lowercase()).collect();
        let grants = &self.grants;
        let rulebook = Rulebook::new(&self.policy, &self.catalogue, &self.places, today);
        let ready = Ready { rulebook, grants, leaders };
        let facts: Vec<Facts> = subjects.iter().map(|one| ready.facts(one)).collect();
        let people = facts.iter().zip(subjects).map(|(facts, subject)| {
            let grants = grants.get(&facts.identity).map(Vec::as_slice).unwrap_or_default();
            (facts, grants, &subject.rights.held)
        });
        let turned_away = ready.rulebook.find_turned_away(people);
        Ready { rulebook: ready.rulebook.turning_away(turned_away), ..ready }
    }

    pub fn situation<'a>(&self, ready: &'a Ready<'a>) -> Option<RightsSituation<'a>> {
        (!self.policy.is_empty()).then_some(RightsSituation {
            rulebook: &ready.rulebook,
            grants: ready.grants,
            leaders: &ready.leaders,
        })
    }

    pub fn names(&self, rights: &BTreeSet<RightId>) -> String {
        let mut names: Vec<&str> = rights.iter().map(|right| self.catalogue[right].name.as_str()).collect();
        names.sort_unstable();
        names.join(", ")
    }

    /// What is wrong with the policy, where everybody and every unit of these people is known.
    pub fn faults(&self, subjects: &[Subject]) -> Vec<String> {
        let units = subjects.iter().filter_map(|one| one.desired.unit.as_deref());
        let units: HashSet<String> = units
            .flat_map(|unit| {
                let folded = domain::rights::fold(unit);
                domain::rights::units_above(&folded).map(str::to_owned).collect::<Vec<_>>()
            })
            .collect();
        let names = subjects.iter().filter_map(|one| one.desired.user_name.as_ref());
        let user_names: HashSet<String> = names.map(UserName::key).collect();
        let known = Known {
            catalogue: &self.catalogue,
            places: &self.places,
            units: &units,
            user_names: &user_names,
        };
        let faults = self.policy.faults(known).into_iter();
        let say = |(place, fault): (domain::rights::Place, domain::rights::PolicyFault)| {
            format!("{}: {}", place.say(Language::English), fault.say(Language::English))
        };
        faults.map(say).collect()
    }

    pub fn tell_why(&self, line: &Line, today: Date, subjects: &[Subject]) -> Vec<String> {
        let ready = self.rulebook(today, subjects);
        let name = line.word(1);
        let subject = subjects.iter().find(|one| one.desired.label() == name).unwrap();
        let facts = ready.facts(subject);
        let grants = self.grants.get(&facts.identity).map(Vec::as_slice).unwrap_or_default();
        let answer = ready.rulebook.explain(&facts, grants, &subject.rights.held, right(line.word(2)));
        let mut told: Vec<String> = answer
            .because
            .iter()
            .map(|held| format!("holds in {}: {}", held.scope, held.ground.say(Language::English)))
            .collect();
        if told.is_empty() {
            told.push("does not hold it".to_owned());
        }
        told.extend(answer.missing.iter().map(|route| {
            let needs: Vec<String> = route.needs.iter().map(|need| need.say(Language::English)).collect();
            format!("{}: {}", route.name.as_deref().unwrap_or("-"), needs.join("; "))
        }));
        told
    }
}

impl Ready<'_> {
    pub fn facts(&self, subject: &Subject) -> Facts {
        let name = subject.desired.user_name.as_ref().map(UserName::key);
        Facts::of(&subject.desired, name.is_some_and(|name| self.leaders.contains(&name)))
    }
}
