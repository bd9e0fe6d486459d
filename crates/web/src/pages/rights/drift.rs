//! `/rights/drift`: what somebody else changed in MitID Erhverv, and what waits for a human about rights; the same
//! question of many people is answered once.

use std::collections::{BTreeMap, HashMap};

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::permission::Action as Allowed;
use domain::rights::Scope;
use domain::{About, IdentityId, RightId, Verdict};
use serde::Deserialize;
use store::identity;
use store::job::{self, Wish};
use store::question::{self, AnswerError, QuestionRecord};
use store::view::rights::{self as view, RightsDrift};

use super::Link;
use crate::console::Console;
use crate::failure::Failure;
use crate::layout::{FieldFault, Layout, Section};
use crate::reason;
use crate::visit::{Asked, Posted, SignedIn};

#[derive(Template)]
#[template(path = "rights_drift.html")]
struct DriftPage {
    page: Layout,
    notice: Option<String>,
    groups: Vec<Group>,
    obstacles: Vec<Obstacles>,
    drift: Vec<DriftLine>,
}

/// The same question about several people.
struct Group {
    number: usize,
    kind: &'static str,
    right: String,
    scope: String,
    heading: String,
    text: String,
    people: Vec<Link>,
    more: Option<String>,
    /// The newest question that the form is about: later ones are not answered by it.
    newest: i64,
}

/// What must be mended for several people in the same way.
struct Obstacles {
    text: String,
    people: Vec<Link>,
    more: Option<String>,
}

struct DriftLine {
    address: String,
    name: String,
    ours: String,
    theirs: String,
    found: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    done: String,
}

type Names = HashMap<IdentityId, String>;

const LISTED: usize = 50;
const MOST: i64 = 500;

pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Asked(done): Asked<Done>,
) -> Result<Response, Failure> {
    let notice = (done.done == "answered").then(|| signed_in.t("notice-answered"));
    render(&console, &signed_in, Vec::new(), notice).await
}

async fn render(
    console: &Console,
    signed_in: &SignedIn,
    faults: Vec<FieldFault>,
    notice: Option<String>,
) -> Result<Response, Failure> {
    let cvr = signed_in.cvr();
    let (open, drift, names) = console
        .store
        .read(|tx| {
            Box::pin(async {
                let mut open = question::open(tx, Some(cvr)).await?;
                open.retain(|record| record.question.about.is_about_rights());
                let people: Vec<IdentityId> =
                    open.iter().filter_map(|record| record.question.identity).collect();
                let names = identity::names(tx, &people).await?;
                Ok::<_, Failure>((open, view::drift(tx, cvr, MOST).await?, names))
            })
        })
        .await?;
    let mut page = signed_in.layout("rights-drift-title").below(Section::Rights).with_faults(faults);
    "/rights/drift".clone_into(&mut page.address);
    let status = if page.has_faults() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let template = DriftPage {
        notice,
        groups: groups(&page, &open, &names),
        obstacles: obstacles(&page, &open, &names),
        drift: drift.iter().map(|row| drift_line(&page, row)).collect(),
        page,
    };
    Ok((status, Html(template.render()?)).into_response())
}

/// What makes two questions the same but for the person.
type Sort = (&'static str, RightId, Scope);

const FOUND: &str = "right-found";
const TAKEN: &str = "right-taken";

fn sort(about: &About) -> Option<(Sort, &str)> {
    match about {
        About::RightFound { right, scope, name } => Some(((FOUND, *right, *scope), name)),
        About::RightTaken { right, scope, name } => Some(((TAKEN, *right, *scope), name)),
        _ => None,
    }
}

fn groups(page: &Layout, open: &[QuestionRecord], names: &Names) -> Vec<Group> {
    let mut sorted: BTreeMap<Sort, Vec<&QuestionRecord>> = BTreeMap::new();
    for record in open {
        if let Some((sort, _)) = sort(&record.question.about) {
            sorted.entry(sort).or_default().push(record);
        }
    }
    let mut groups: Vec<Group> =
        sorted.iter().filter_map(|(sort, records)| group(page, sort, records, names)).collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.people.len()));
    for (number, group) in (1..).zip(&mut groups) {
        group.number = number;
    }
    groups
}

fn group(
    page: &Layout,
    (kind, right, scope): &Sort,
    records: &[&QuestionRecord],
    names: &Names,
) -> Option<Group> {
    let first = records.first()?;
    let (_, name) = sort(&first.question.about)?;
    let count = i64::try_from(records.len()).unwrap_or(i64::MAX);
    let values = [
        ("count", crate::text::Value::Count(count)),
        ("number", page.n(count).into()),
        ("right", name.into()),
        ("scope", scope.say(page.language).into()),
    ];
    let heading = if *kind == FOUND { "drift-right-found-heading" } else { "drift-right-taken-heading" };
    let (people, more) = people(page, records, names);
    Some(Group {
        number: 0,
        kind,
        right: right.to_string(),
        scope: scope.to_string(),
        heading: page.tv(heading, &values),
        text: first.question.about.say(page.language),
        people,
        more,
        newest: records.iter().map(|record| record.number).max()?,
    })
}

fn people(page: &Layout, records: &[&QuestionRecord], names: &Names) -> (Vec<Link>, Option<String>) {
    let link = |record: &&QuestionRecord| {
        let person = record.question.identity?;
        Some(Link {
            name: names.get(&person).cloned().unwrap_or_else(|| record.question.label.clone()),
            address: format!("/people/{person}/rights"),
        })
    };
    let rest = records.len().saturating_sub(LISTED);
    let more = (rest > 0).then(|| page.tn("preview-more", i64::try_from(rest).unwrap_or(i64::MAX)));
    (records.iter().take(LISTED).filter_map(link).collect(), more)
}

fn obstacles(page: &Layout, open: &[QuestionRecord], names: &Names) -> Vec<Obstacles> {
    let mut told: BTreeMap<String, Vec<&QuestionRecord>> = BTreeMap::new();
    for record in open {
        let about = &record.question.about;
        if !about.is_answerable() {
            told.entry(about.say(page.language)).or_default().push(record);
        }
    }
    let obstacle = |(text, records): (String, Vec<&QuestionRecord>)| {
        let (people, more) = people(page, &records, names);
        Obstacles { text, people, more }
    };
    told.into_iter().map(obstacle).collect()
}

fn drift_line(page: &Layout, row: &RightsDrift) -> DriftLine {
    DriftLine {
        address: format!("/people/{}/rights", row.identity),
        name: if row.name.is_empty() { page.t("person-nameless") } else { row.name.clone() },
        ours: row.ours.clone(),
        theirs: row.theirs.clone(),
        found: page.moment(&row.found_at),
    }
}

/// `POST /rights/drift`: the same answer for everybody who is listed under one question.
pub async fn answer(
    State(console): State<Console>,
    signed_in: SignedIn,
    form: Posted,
) -> Result<Response, Failure> {
    let page = signed_in.layout("rights-drift-title");
    let why = form.value("why");
    let verdict = match form.value("verdict") {
        "yes" => Some(Verdict::Yes),
        "no" => Some(Verdict::No),
        _ => None,
    };
    let mut faults: Vec<FieldFault> = reason::fault(&page, why).into_iter().collect();
    if verdict.is_none() {
        faults.push(FieldFault { field: "verdict", text: page.t("question-choose") });
    }
    let Some(verdict) = verdict.filter(|_| faults.is_empty()) else {
        return render(&console, &signed_in, faults, None).await;
    };
    if answer_all(&console, &signed_in, &form, verdict, why).await? == 0 {
        let fault = FieldFault { field: "verdict", text: page.t("question-gone") };
        return render(&console, &signed_in, vec![fault], None).await;
    }
    Ok(Redirect::to("/rights/drift?done=answered").into_response())
}

async fn answer_all(
    console: &Console,
    signed_in: &SignedIn,
    form: &Posted,
    verdict: Verdict,
    why: &str,
) -> Result<usize, Failure> {
    let newest: i64 = form.value("newest").parse().unwrap_or(0);
    let meant = |record: &QuestionRecord| {
        sort(&record.question.about).is_some_and(|((kind, right, scope), _)| {
            record.number <= newest
                && kind == form.value("kind")
                && right.to_string() == form.value("right")
                && scope.to_string() == form.value("scope")
        })
    };
    let answered = console.store.write(|tx| {
        Box::pin(async {
            let open = question::open(tx, Some(signed_in.cvr())).await?;
            let mut answered = 0;
            for record in open.iter().filter(|record| meant(record)) {
                question::answer(tx, record.number, verdict, signed_in.name(), why).await?;
                answered += 1;
            }
            if answered > 0 {
                job::ask(tx, signed_in.cvr(), &Wish::Settle, signed_in.name()).await?;
            }
            Ok::<_, AnswerError>(answered)
        })
    });
    match answered.await {
        Ok(answered) => Ok(answered),
        Err(AnswerError::Store(fault)) => Err(fault.into()),
        Err(_) => Ok(0),
    }
}
