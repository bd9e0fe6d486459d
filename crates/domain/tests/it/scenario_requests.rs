//! Scenarios of requests: who may ask for whom, and whose yes counts.
//!
//! `today DAY`, `person NAME [manager=NAME] ...`, `bundle KEY [sensitive] [owner=NAME] [may-ask=employee|manager|anyone]
//! [approved-by=manager|owner|administrator] rights=...`, `substitute ABSENT NAME from=DAY until=DAY`,
//! `asks NAME for=NAME bundle=KEY`, `says NAME yes|no`; who says `administrator` is a rights administrator.

use domain::{
    IdentityId, Language, Subject,
    rights::{
        Facts, Key,
        request::{Chart, Decision, Party, Request, RequestId, RequestState, Substitute, may_ask},
    },
};
use jiff::{Timestamp, civil::Date};

use crate::{
    builders::{a_person, date, key},
    rights_world::RightsWorld,
    scenario::{self, Line},
    words::described,
};

#[test]
fn requests_go_as_the_scenarios_say() {
    scenario::run_all("requests", |lines| Stage::build(lines).play(lines));
}

struct Stage {
    today: Date,
    subjects: Vec<Subject>,
    substitutes: Vec<Substitute>,
    rights: RightsWorld,
}

impl Stage {
    fn build(lines: &[Line]) -> Self {
        let (subjects, substitutes) = (Vec::new(), Vec::new());
        let rights = RightsWorld::default();
        let mut stage = Self { today: date("2026-11-22"), subjects, substitutes, rights };
        for line in lines {
            match line.word(0) {
                "today" => stage.today = date(line.word(1)),
                "person" => stage.subjects.push(described(a_person(line.word(1)), line).absent()),
                "substitute" => stage.substitutes.push(Substitute {
                    absent: line.word(1).to_owned(),
                    stands_in: line.word(2).to_owned(),
                    from: date(line.value("from").unwrap()),
                    until: date(line.value("until").unwrap()),
                }),
                "asks" | "says" => {}
                _ if stage.rights.take(line) => {}
                other => panic!("\"{other}\" is no part of a request"),
            }
        }
        stage
    }

    fn play(&self, lines: &[Line]) -> Vec<String> {
        let ready = self.rights.rulebook(self.today, &self.subjects);
        let people: Vec<Facts> = self.subjects.iter().map(|one| ready.facts(one)).collect();
        let chart = Chart::new(people.iter(), &self.substitutes, self.today);
        let mut request = None;
        let play = |line: &Line| match line.word(0) {
            "asks" => Some(self.ask(line, &chart, &mut request)),
            "says" => Some(self.decide(line, &chart, request.as_mut().unwrap())),
            _ => None,
        };
        lines.iter().filter_map(play).collect()
    }

    fn ask(&self, line: &Line, chart: &Chart<'_>, request: &mut Option<Request>) -> String {
        let (asker, whom) = (party(line), chart.called(line.value("for").unwrap()).unwrap());
        let bundle: Key = line.value("bundle").unwrap().parse().unwrap();
        if let Err(refusal) = may_ask(&self.rights.policy.bundles[&bundle], &asker, whom, chart) {
            return format!("{} may not ask: {}", asker.name, refusal.say(Language::English));
        }
        let told = format!("{} asks for {} for {}", asker.name, bundle, whom.label);
        *request = Some(Request {
            id: RequestId(1),
            identity: whom.identity,
            bundle,
            from: None,
            until: None,
            why: "needs it".to_owned(),
            case: None,
            asked_by: asker,
            asked_at: Timestamp::UNIX_EPOCH,
            state: RequestState::Waiting,
            decisions: Vec::new(),
        });
        told
    }

    fn decide(&self, line: &Line, chart: &Chart<'_>, request: &mut Request) -> String {
        let by = party(line);
        let name = by.name.clone();
        let whom = chart.person(request.identity).unwrap();
        let approvers =
            chart.approvers(&self.rights.policy.bundles[&request.bundle], whom, &request.asked_by);
        let as_approver = match request.may_decide(&by, &approvers) {
            Ok(as_approver) => as_approver,
            Err(refusal) => return format!("{name} may not: {}", refusal.say(Language::English)),
        };
        let approved = line.word(2) == "yes";
        let (why, at) = (String::new(), Timestamp::UNIX_EPOCH);
        request.decide(Decision { by, as_approver, approved, why, at }, &approvers);
        format!("{name} says {} as {as_approver:?}: {:?}", line.word(2), request.state).to_lowercase()
    }
}

/// Whoever a line is about; administrators need not be among the people.
fn party(line: &Line) -> Party {
    let name = line.word(1);
    Party {
        name: name.to_owned(),
        identity: (!line.has("stranger")).then(|| IdentityId(key("identity", name))),
        rights_administrator: line.has("administrator"),
    }
}
