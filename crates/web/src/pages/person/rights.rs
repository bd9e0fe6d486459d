//! `/people/{id}/rights`: everything that a person holds or is to hold, why, why not and what if; and what they were
//! given directly.

pub mod grants;

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use domain::permission::Action as Allowed;
use domain::rights::request::Request;
use domain::rights::{Assignment, Granted, Holding, Scope};
use domain::{IdentityId, RightId, danish_date};
use jiff::civil::Date;
use serde::Deserialize;
use store::rights::grant::{self, GrantRecord};
use store::rights::holding::{self, HeldSpell};
use store::rights::inquiry::{self, Finding, Inquiry};
use store::rights::request;
use store::{StoreError, Tx, question};

use self::grants::{GrantLine, Typed};
use super::Badge;
use crate::console::Console;
use crate::failure::Failure;
use crate::format;
use crate::layout::{Layout, Section};
use crate::pages::people::Choice;
use crate::pages::questions::{QuestionShown, question_shown};
use crate::pages::rights::proposal::Present;
use crate::pages::rights::requests::{self, Line as RequestLine};
use crate::pages::rights::{managed, say, scopes};
use crate::visit::{Asked, At, SignedIn};

#[derive(Template)]
#[template(path = "person_rights.html")]
struct PersonRightsPage {
    page: Layout,
    id: IdentityId,
    notice: Option<String>,
    questions: Vec<QuestionShown>,
    rights: Vec<RightLine>,
    asked: Parameters,
    choices: Vec<Choice>,
    units: Vec<String>,
    titles: Vec<String>,
    answer: Option<AnswerShown>,
    open: Vec<GrantLine>,
    ended: Vec<GrantLine>,
    bundles: Vec<Choice>,
    managed: Vec<Choice>,
    scopes: Vec<Choice>,
    typed: Typed,
    past: Vec<PastLine>,
    requests: Vec<RequestLine>,
    /// Where a bundle is asked for, for whoever may; somebody who left gets none.
    ask: Option<String>,
}

/// A right in a scope.
struct RightLine {
    address: String,
    name: String,
    scope: String,
    badge: Badge,
    since: String,
    why: Vec<String>,
}

/// A stretch of time in which something was held.
struct PastLine {
    name: String,
    scope: String,
    since: String,
    until: String,
}

/// The answer to why, why not and what if.
struct AnswerShown {
    heading: String,
    kind: &'static str,
    because: Vec<String>,
    /// Ways to the right that are not open, each with all that it lacks.
    missing: Vec<(String, Vec<String>)>,
    there: String,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct Parameters {
    right: String,
    unit: String,
    title: String,
    on: String,
    done: String,
}

/// What the page reads besides the present state of everybody.
struct Facts {
    grants: Vec<GrantRecord>,
    spells: Vec<HeldSpell>,
    questions: Vec<QuestionShown>,
    finding: Option<Finding>,
    requests: Vec<Request>,
}

const NOTICES: [(&str, &str); 4] = [
    ("granted", "notice-granted"),
    ("approved", "notice-grant-approved"),
    ("ended", "notice-grant-ended"),
    ("answered", "notice-answered"),
];

const GRANTS: i64 = 200;
const SPELLS: i64 = 300;
const REQUESTS: i64 = 50;

pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(id): At<IdentityId>,
    Asked(asked): Asked<Parameters>,
) -> Result<Response, Failure> {
    let page = signed_in.layout("person-rights-title");
    render(&console, &signed_in, page, id, asked, Typed::default()).await
}

async fn render(
    console: &Console,
    signed_in: &SignedIn,
    page: Layout,
    id: IdentityId,
    asked: Parameters,
    typed: Typed,
) -> Result<Response, Failure> {
    let view = super::find(console, signed_in, id).await?;
    let name = super::name(signed_in, &view);
    let mut page = page.below(Section::People);
    page.trail.push(crate::layout::Crumb { title: name.clone(), address: format!("/people/{id}") });
    page.title = page.t1("person-rights-of", &name);
    page.address = format!("/people/{id}/rights");
    let present = Present::read(console, signed_in).await?;
    let link = view.identity.subject.link;
    let facts =
        console.store.read(|tx| Box::pin(async { read(tx, signed_in, &page, id, link, &asked).await }));
    let facts = facts.await?;
    let notice = NOTICES.iter().find(|(done, _)| *done == asked.done).map(|(_, key)| page.t(key));
    let status = if page.has_faults() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let lines = |ended: bool| {
        let wanted = facts.grants.iter().filter(|record| record.ended.is_some() == ended);
        wanted.map(|record| grants::line(&page, &present, signed_in, &view, record)).collect::<Vec<_>>()
    };
    let rights = managed(&present.scene.entitlements);
    let (open, ended) = (lines(false), lines(true));
    let is_here = present.scene.person(id).is_some_and(|person| person.facts.here);
    let may_ask = is_here && page.may(Allowed::AskForRights);
    let template = PersonRightsPage {
        id,
        notice,
        rights: rights_of(&page, &present, id, &facts.spells),
        choices: right_choices(&present, &asked.right),
        units: present.names.units.iter().cloned().collect(),
        titles: present.names.titles.iter().cloned().collect(),
        answer: facts.finding.as_ref().map(|found| answer(&page, &present, &asked, found)),
        open,
        ended,
        bundles: present
            .policy()
            .bundles
            .iter()
            .map(|(key, bundle)| typed.choice(&format!("bundle.{key}"), &bundle.name))
            .collect(),
        managed: rights.iter().map(|(id, name)| typed.choice(&format!("right.{id}"), name)).collect(),
        scopes: scopes(&page, &present.scene.entitlements.places)
            .into_iter()
            .map(|(value, text)| Choice { chosen: value == typed.scope, value, text })
            .collect(),
        past: past(&page, &present, &facts.spells),
        requests: facts.requests.iter().map(|one| requests::listed(&page, present.policy(), one)).collect(),
        ask: may_ask.then(|| format!("/rights/requests/new?person={id}")),
        questions: facts.questions,
        asked,
        typed,
        page,
    };
    Ok((status, Html(template.render()?)).into_response())
}

async fn read(
    tx: &mut Tx,
    signed_in: &SignedIn,
    page: &Layout,
    id: IdentityId,
    link: Option<domain::RemoteUuid>,
    asked: &Parameters,
) -> Result<Facts, StoreError> {
    let cvr = signed_in.cvr();
    let words = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
    let finding = match asked.right.parse::<RightId>() {
        Ok(right) => {
            let (unit, title) = (words(&asked.unit), words(&asked.title));
            let inquiry = Inquiry { identity: id, right, on: asked.on.parse().ok(), unit, title };
            inquiry::ask(tx, cvr, &inquiry).await?
        }
        Err(_) => None,
    };
    let questions = question::about(tx, id).await?;
    let open = questions.iter().filter(|one| one.answer.is_none() && one.question.about.is_about_rights());
    Ok(Facts {
        grants: grant::of(tx, id, GRANTS).await?,
        spells: match link {
            Some(uuid) => holding::history(tx, cvr, uuid, SPELLS).await?,
            None => Vec::new(),
        },
        questions: open.map(|one| question_shown(page, one)).collect(),
        finding,
        requests: request::of(tx, id, REQUESTS).await?,
    })
}

/// Everything held or to be held, by name; one line for each scope.
fn rights_of(page: &Layout, present: &Present, id: IdentityId, spells: &[HeldSpell]) -> Vec<RightLine> {
    let Some(person) = present.scene.person(id) else { return Vec::new() };
    let rulebook = present.scene.rulebook(present.policy());
    let found = present.scene.evaluate(&rulebook, person);
    let mut why: BTreeMap<Assignment, Vec<String>> = BTreeMap::new();
    for want in &found.wants {
        let ground = format::sentence(&want.because.ground(&person.facts).say(page.language));
        why.entry(want.assignment).or_default().push(ground);
    }
    let since = |holding: &Holding| {
        let spell = spells.iter().find(|spell| spell.until.is_none() && spell.holding == *holding);
        spell.map(|spell| page.moment(&spell.since)).unwrap_or_default()
    };
    let all: BTreeSet<Assignment> = person.rights.held.iter().chain(why.keys()).copied().collect();
    let understood = all.into_iter().map(|one| {
        let held = person.rights.held.contains(&one);
        let managed = present.policy().managed.contains(&one.right);
        let holding = Holding::Understood(one);
        let badge = badge(page, held, managed, why.contains_key(&one));
        let why = why.get(&one).cloned().unwrap_or_default();
        (one.right, right_line(page, present, id, &holding, badge, since(&holding), why))
    });
    let strange = person.rights.other.iter().map(|other| {
        let holding = Holding::Other(other.clone());
        let badge = Badge { kind: "warning", text: page.t("holding-strange") };
        (other.right, right_line(page, present, id, &holding, badge, since(&holding), Vec::new()))
    });
    let mut lines: Vec<(RightId, RightLine)> = understood.chain(strange).collect();
    lines.sort_by_cached_key(|(_, line)| domain::text::danish_sort_key(&line.name));
    lines.into_iter().map(|(_, line)| line).collect()
}

fn badge(page: &Layout, held: bool, managed: bool, wanted: bool) -> Badge {
    let (kind, key) = match (held, managed, wanted) {
        (true, true, true) => ("success", "holding-held"),
        (true, true, false) => ("warning", "holding-unexplained"),
        (true, false, _) => ("info", "holding-left-alone"),
        (false, ..) => ("info", "holding-coming"),
    };
    Badge { kind, text: page.t(key) }
}

fn right_line(
    page: &Layout,
    present: &Present,
    id: IdentityId,
    holding: &Holding,
    badge: Badge,
    since: String,
    why: Vec<String>,
) -> RightLine {
    let right = right_in(holding);
    RightLine {
        address: format!("/people/{id}/rights?right={right}#asked"),
        name: say::right(&present.scene.entitlements.catalogue, right),
        scope: format::sentence(&say::scope(page, holding)),
        badge,
        since,
        why,
    }
}

fn right_in(holding: &Holding) -> RightId {
    match holding {
        Holding::Understood(one) => one.right,
        Holding::Other(other) => other.right,
    }
}

/// All rights of the catalogue, for the question.
fn right_choices(present: &Present, chosen: &str) -> Vec<Choice> {
    let rights = present.scene.entitlements.catalogue.iter();
    let mut choices: Vec<Choice> = rights
        .map(|(id, right)| Choice {
            value: id.to_string(),
            text: right.name.clone(),
            chosen: id.to_string() == chosen,
        })
        .collect();
    choices.sort_by_cached_key(|choice| domain::text::danish_sort_key(&choice.text));
    choices
}

fn answer(page: &Layout, present: &Present, asked: &Parameters, found: &Finding) -> AnswerShown {
    let right = asked.right.parse::<RightId>().ok();
    let name =
        right.map(|right| say::right(&present.scene.entitlements.catalogue, right)).unwrap_or_default();
    let key = match (found.holds(), found.managed) {
        (true, true) => "why-yes",
        (true, false) => "why-left-alone",
        (false, _) => "why-no",
    };
    let day = format::date(page.language, found.on);
    let values = [("right", name.into()), ("day", day.into())];
    let because = found.explanation.because.iter().map(|held| {
        let (scope, ground) = (held.scope.say(page.language), held.ground.say(page.language));
        format!("{}: {ground}", format::sentence(&scope))
    });
    let missing = found.explanation.missing.iter().filter(|_| !found.holds()).map(|route| {
        let needs = route.needs.iter().map(|need| format::sentence(&need.say(page.language)));
        let name = route.name.as_ref().map(|name| page.t1("why-route", name));
        (name.unwrap_or_else(|| page.t("why-missing")), needs.collect())
    });
    AnswerShown {
        heading: page.tv(key, &values),
        kind: if found.holds() { "success" } else { "info" },
        because: because.collect(),
        missing: missing.collect(),
        there: there(page, found),
    }
}

/// What MitID Erhverv shows, or showed on that day.
fn there(page: &Layout, found: &Finding) -> String {
    let scopes = found.held.iter().map(|one| one.scope.say(page.language));
    let strange = found.other.iter().map(|one| say::scope(page, &Holding::Other(one.clone())));
    let shown: Vec<String> = scopes.chain(strange).collect();
    let past = found.on < danish_date(page.now);
    match (shown.is_empty(), past) {
        (true, true) => page.t("why-was-not-there"),
        (true, false) => page.t("why-not-there"),
        (false, true) => page.t1("why-was-there", &shown.join(", ")),
        (false, false) => page.t1("why-there", &shown.join(", ")),
    }
}

fn past(page: &Layout, present: &Present, spells: &[HeldSpell]) -> Vec<PastLine> {
    let over = spells.iter().filter_map(|spell| Some((spell, spell.until?)));
    over.map(|(spell, until)| PastLine {
        name: say::right(&present.scene.entitlements.catalogue, right_in(&spell.holding)),
        scope: format::sentence(&say::scope(page, &spell.holding)),
        since: page.moment(&spell.since),
        until: page.moment(&until),
    })
    .collect()
}

/// What a grant gives, in words.
fn granted(page: &Layout, present: &Present, granted: &Granted) -> String {
    match granted {
        Granted::Bundle(key) => page.t1("grant-of-bundle", &say::bundle(present.policy(), key)),
        Granted::Right { right, scope } => {
            say::wished(page, &present.scene.entitlements.catalogue, *right, *scope)
        }
    }
}

fn day(page: &Layout, day: Option<Date>) -> Option<String> {
    day.map(|day| format::date(page.language, day))
}

/// What stands in the form before anything was chosen.
fn widest() -> String {
    Scope::Cvr.to_string()
}
