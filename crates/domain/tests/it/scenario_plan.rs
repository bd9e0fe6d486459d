//! Scenarios of the planner and the guard.
//!
//! `organisation`, `today`, `person NAME ...`, `people COUNT NAME ...`, `stranger NAME ...` (an identity there that
//! is linked to nobody; `suspend=NAME` asked for its suspension), `answer NAME [KIND] yes|no|STRANGER`, `guard ...`.

use std::collections::{BTreeMap, HashMap};

use domain::{
    About, Action, Answer, Assessment, Hold, Language, Observed, Operation, Organisation, Profile,
    RemoteUuid, Sight, Situation, SourceName, Status, Subject, Verdict, assess, cost_dkk,
    guard::{Circumstances, Origin, Shrunk, approve, judge},
};

use crate::{
    builders::{a_person, an_identity, an_organisation, date, field, key, remote},
    rights_world::RightsWorld,
    scenario::{self, Line},
    words::{described, settle, shown},
};

#[test]
fn plans_are_as_the_scenarios_say() {
    scenario::run_all("plan", |lines| Stage::build(lines).tell(lines));
}

struct Stage {
    organisation: Organisation,
    today: jiff::civil::Date,
    subjects: Vec<Subject>,
    unlinked: Vec<Observed>,
    answers: HashMap<String, Answer>,
    to_suspend: HashMap<RemoteUuid, Hold>,
    names: HashMap<RemoteUuid, String>,
    rights: RightsWorld,
}

impl Stage {
    fn build(lines: &[Line]) -> Self {
        let mut stage = Self {
            organisation: an_organisation(),
            today: date("2026-11-22"),
            subjects: Vec::new(),
            unlinked: Vec::new(),
            answers: HashMap::new(),
            to_suspend: HashMap::new(),
            names: HashMap::new(),
            rights: RightsWorld::default(),
        };
        for line in lines {
            stage.take(line);
        }
        stage
    }

    fn take(&mut self, line: &Line) {
        match line.word(0) {
            "today" => self.today = date(line.word(1)),
            "organisation" => settle(&mut self.organisation, line),
            "person" => self.person(line.word(1), line),
            "people" => {
                for number in 1..=line.word(1).parse().unwrap() {
                    let number: u32 = number;
                    self.person(&format!("{}{number}", line.word(2)), line);
                }
            }
            "stranger" => {
                let stranger = self.stranger(line);
                self.names.insert(stranger.uuid, line.word(1).to_owned());
                if let Some(by) = line.value("suspend") {
                    let order = a_person("x").held_by(by, "unknown here").hold.unwrap();
                    self.to_suspend.insert(stranger.uuid, order);
                }
                self.unlinked.push(stranger);
            }
            "answer" => self.answer(line),
            "guard" | "why" | "faults" => {}
            _ if self.rights.take(line) => {}
            other => panic!("\"{other}\" is no part of a situation"),
        }
    }

    fn assess(&self) -> Assessment {
        let rulebook = self.rights.rulebook(self.today, &self.subjects);
        assess(Situation {
            organisation: &self.organisation,
            today: self.today,
            subjects: &self.subjects,
            unlinked: &self.unlinked,
            answers: &self.answers,
            to_suspend: &self.to_suspend,
            rights: self.rights.situation(&rulebook),
        })
    }

    fn person(&mut self, name: &str, line: &Line) {
        let person = described(a_person(name), line);
        let status = line.value("there").unwrap_or("absent");
        let mut subject = match status {
            "absent" => person.absent(),
            "unread" => Subject { link: Some(remote(name)), ..person.absent() },
            "gone" | "unseen" => person.there(&self.organisation, Status::Active),
            other => person.there(&self.organisation, other.to_owned().into()),
        };
        if let Some(observed) = &mut subject.observed {
            observed.sight = match status {
                "gone" => Sight::Gone,
                "unseen" => Sight::NotSeen,
                _ => Sight::Seen,
            };
            shown(observed, line);
        }
        if line.has("suspended-by-us") {
            subject.written.insert(domain::Field::Status, "Suspended".to_owned());
        }
        if line.has("never-written") {
            subject.written.clear();
        }
        for (name, value) in
            line.values.iter().filter_map(|(name, value)| Some((name.strip_prefix("wrote.")?, value)))
        {
            subject.written.insert(field(name), value.clone());
        }
        self.names.insert(remote(name), name.to_owned());
        RightsWorld::held(&mut subject, line);
        self.subjects.push(subject);
        if let Some(kind) = line.value("gave-up") {
            self.give_up(name, kind);
        }
    }

    /// The person was given up in the very situation that stands here.
    fn give_up(&mut self, name: &str, kind: &str) {
        let planned = self.assess().operations.into_iter();
        let given_up =
            planned.filter(|one| one.label == name && one.action.kind() == kind).map(|one| one.action);
        self.subjects.last_mut().unwrap().given_up = given_up.collect();
    }

    fn stranger(&self, line: &Line) -> Observed {
        let status = line.value("status").unwrap_or("Active").to_owned().into();
        let mut stranger = an_identity(line.word(1), status);
        if let Some(name) = line.value("like") {
            let model = self.subjects.iter().find(|one| one.desired.label() == name).unwrap();
            stranger.fields = model.desired.fields(&self.organisation);
            stranger.fields.remove(&domain::Field::Rid);
            stranger.cpr = model.desired.cpr;
        }
        shown(&mut stranger, line);
        stranger
    }

    fn answer(&mut self, line: &Line) {
        let (name, verdict) = (line.word(1), line.words.last().unwrap());
        let kind = (line.words.len() > 3).then(|| line.word(2));
        let mut questions = self.assess().questions.into_iter();
        let question = questions
            .find(|one| one.label == name && kind.is_none_or(|kind| one.about.kind() == kind))
            .unwrap_or_else(|| panic!("nothing is asked about {name}"));
        let verdict = match verdict.as_str() {
            "yes" => Verdict::Yes,
            "no" => Verdict::No,
            other => Verdict::Other(remote(other)),
        };
        let key = question.key();
        self.answers.insert(key.clone(), Answer { key, by: "kirsten".to_owned(), verdict });
    }

    fn tell(&self, lines: &[Line]) -> Vec<String> {
        let assessment = self.assess();
        if let Some(guard) = lines.iter().find(|line| line.word(0) == "guard") {
            return self.tell_guard(&assessment.operations, guard);
        }
        if lines.iter().any(|line| line.word(0) == "faults") {
            return self.rights.faults(&self.subjects);
        }
        if let Some(why) = lines.iter().find(|line| line.word(0) == "why") {
            return self.rights.tell_why(why, self.today, &self.subjects);
        }
        let mut told: Vec<String> =
            assessment.operations.iter().map(|one| self.tell_operation(one)).collect();
        told.extend(
            assessment
                .questions
                .iter()
                .map(|one| format!("ask {} {}", one.label, self.tell_about(&one.about))),
        );
        told.extend(assessment.drift.iter().map(|one| {
            let name = self.label(one.identity);
            format!("drift {name} {}: {} here, {} there", one.field.name(), one.ours, one.theirs)
        }));
        told.extend(assessment.unmanaged.iter().map(|uuid| format!("unmanaged {}", self.names[uuid])));
        let mut waiting: Vec<&str> = assessment.out_of_step.iter().map(|one| self.label(*one)).collect();
        waiting.sort_unstable();
        told.push(match waiting.as_slice() {
            [] => "in step".to_owned(),
            _ => format!("not in step: {}", waiting.join(", ")),
        });
        if self.organisation.settings.wave_limit == 0 {
            let existing = self.subjects.iter().filter(|one| one.link.is_some()).count();
            told.push(format!("costs DKK {}", cost_dkk(existing, &assessment.operations)));
        }
        told
    }

    fn label(&self, identity: domain::IdentityId) -> &str {
        let subject = self.subjects.iter().find(|one| one.desired.identity == identity).unwrap();
        subject.desired.user_name.as_ref().unwrap().as_str()
    }

    fn tell_operation(&self, one: &Operation) -> String {
        let what = match &one.action {
            Action::Adopt(uuid) => format!(" {}", self.names[uuid]),
            Action::UpdateDraft(_, profile) | Action::UpdateProfile(_, profile) => tell_profile(profile),
            Action::UpdateEmail(_, email) => format!(" {email}"),
            Action::SetSigning(_, allow) => format!(" {allow}"),
            Action::Create(new) => {
                let mut text = format!(" {}", new.level.wire_name());
                let mut also = |word: &str, value: Option<String>| {
                    text += &value.map(|value| format!(", {word} {value}")).unwrap_or_default();
                };
                also("RID", new.rid.as_ref().map(ToString::to_string));
                also("born", new.birth_date.map(|date| date.to_string()));
                also("name", new.subject_name_id.clone());
                also("protected", new.pseudonym.then_some("name".to_owned()));
                also("with", new.signing.then_some("signing".to_owned()));
                also(
                    "paid by",
                    new.invoice_method
                        .map(|uuid| if uuid == key("invoice", "unit") { "unit" } else { "whole" }.to_owned()),
                );
                text
            }
            Action::GiveRights(_, scope, rights) | Action::TakeRights(_, scope, rights) => {
                format!(" {} ({scope})", self.rights.names(rights))
            }
            Action::Suspend(_) | Action::Reactivate(_) | Action::Delete(_) => String::new(),
        };
        let whom = one
            .identity
            .map_or_else(|| self.names[&one.action.uuid().unwrap()].as_str(), |id| self.label(id));
        format!("{} {whom}{what} -- {}", one.action.kind(), one.reason.say(Language::English))
    }

    fn tell_about(&self, about: &About) -> String {
        match about {
            About::Match { candidates } => {
                let mut told: Vec<String> = candidates
                    .iter()
                    .map(|one| {
                        let words = |fields: &[domain::Field]| {
                            fields.iter().map(|field| field.name()).collect::<Vec<_>>().join(" ")
                        };
                        format!(
                            "{} (same {}; other {})",
                            self.names[&one.uuid],
                            words(&one.agrees),
                            words(&one.differs)
                        )
                    })
                    .collect();
                told.sort();
                format!("match {}", told.join(" or "))
            }
            other => format!("{}: {}", other.kind(), other.say(Language::English)),
        }
    }

    fn tell_guard(&self, operations: &[Operation], line: &Line) -> Vec<String> {
        let administrators =
            self.subjects.iter().filter_map(|one| one.observed.as_ref()).chain(&self.unlinked);
        let origin = match line.value("made-by") {
            None => Origin::Timer,
            Some(name) => Origin::Person(name.to_owned()),
        };
        let circumstances = Circumstances {
            organisation: &self.organisation,
            origin: origin.clone(),
            first_contact_approved: !line.has("first-contact"),
            people: line.value("people").map_or(self.subjects.len(), |count| count.parse().unwrap()),
            administrators: administrators.map(|one| (one.uuid, one.administrator_roles.clone())).collect(),
            shrunk: shrunk(line, self.organisation.settings.guard.shrink_percent),
            rights: self.subjects.iter().filter_map(|one| Some((one.link?, &one.rights.held))).collect(),
            catalogue: &self.rights.catalogue,
        };
        let judgement = judge(operations, &circumstances);
        let count = |places: &[usize]| tell_kinds(operations, places);
        let mut told: Vec<String> = judgement
            .held
            .iter()
            .map(|held| format!("holds {} -- {}", count(&held.operations), held.rule.say(Language::English)))
            .collect();
        if !judgement.passed.operations().is_empty() {
            told.push(format!("passes {}", count(judgement.passed.operations())));
        }
        if let Some(by) = line.value("approve") {
            let why = line.value("why").unwrap_or("checked with payroll");
            told.push(match approve(&judgement, &self.organisation, &origin, by, why) {
                Ok(passed) => {
                    format!("{} approved {}", passed.approved_by().unwrap(), count(passed.operations()))
                }
                Err(fault) => format!("refused: {fault}"),
            });
        }
        told
    }
}

/// How many operations of each kind stand at these places.
fn tell_kinds(operations: &[Operation], places: &[usize]) -> String {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for place in places {
        *kinds.entry(operations[*place].action.kind()).or_default() += 1;
    }
    kinds.iter().map(|(kind, count)| format!("{count} {kind}")).collect::<Vec<_>>().join(", ")
}

fn tell_profile(profile: &Profile) -> String {
    let Profile { given_name, surname, email, cpr, level } = profile;
    let cpr = cpr.as_ref().map_or_else(|| "no CPR".to_owned(), domain::Cpr::masked);
    format!(" {given_name} {surname}, {email}, {cpr}, {}", level.wire_name())
}

fn shrunk(line: &Line, percent: f64) -> Vec<Shrunk> {
    let told = line.values.iter().filter(|(key, _)| key == "answers");
    let read = told.map(|(_, value)| {
        let parts: Vec<&str> = value.split(':').collect();
        let source = (parts[0] != "search").then(|| SourceName(parts[0].to_owned()));
        Shrunk { source, before: parts[1].parse().unwrap(), now: parts[2].parse().unwrap() }
    });
    read.filter(|one| Shrunk::is(one.before, one.now, percent)).collect()
}
