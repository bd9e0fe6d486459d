//! `/questions`: what Lokalid will not decide alone, with the evidence and what each answer does.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::permission::Action as Allowed;
use domain::{About, Candidate, RemoteUuid, Role, Verdict};
use serde::Deserialize;
use store::job::{self, Wish};
use store::question::{self, AnswerError, QuestionRecord};

use crate::address::is_local;
use crate::console::Console;
use crate::failure::Failure;
use crate::faults::refused;
use crate::layout::{FieldFault, Layout, Section};
use crate::reason;
use crate::visit::{Asked, At, Posted, SignedIn};

#[derive(Template)]
#[template(path = "questions.html")]
struct QuestionsPage {
    page: Layout,
    mend: bool,
    questions: Vec<QuestionShown>,
    /// How many are about rights, which have a page of their own for those who may see it.
    of_rights: Option<String>,
}

/// A question as the list and a person's page show it.
pub struct QuestionShown {
    pub number: i64,
    pub label: String,
    pub person: Option<String>,
    pub text: String,
    pub asked: String,
    pub answerable: bool,
    pub candidates: Vec<CandidateShown>,
    /// A choice among candidates has no plain yes.
    pub can_say_yes: bool,
}

pub struct CandidateShown {
    pub uuid: String,
    pub name: String,
    pub evidence: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Filter {
    show: String,
}

pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Asked(filter): Asked<Filter>,
) -> Result<Html<String>, Failure> {
    let page = signed_in.layout("questions-title").below(Section::People);
    Ok(Html(list(&console, &signed_in, page, filter.show == "mend").await?.render()?))
}

async fn list(
    console: &Console,
    signed_in: &SignedIn,
    page: Layout,
    mend: bool,
) -> Result<QuestionsPage, Failure> {
    let open =
        console.store.read(|tx| Box::pin(async { question::open(tx, Some(signed_in.cvr())).await })).await?;
    let wanted = open.iter().filter(|record| record.question.about.is_answerable() != mend);
    let elsewhere = |record: &&QuestionRecord| {
        page.may(Allowed::SeeRights) && !mend && record.question.about.is_about_rights()
    };
    let (of_rights, questions): (Vec<&QuestionRecord>, Vec<&QuestionRecord>) = wanted.partition(elsewhere);
    let count = i64::try_from(of_rights.len()).unwrap_or(i64::MAX);
    Ok(QuestionsPage {
        questions: questions.into_iter().map(|record| question_shown(&page, record)).collect(),
        of_rights: (count > 0).then(|| page.tn("questions-of-rights", count)),
        mend,
        page,
    })
}

pub fn question_shown(page: &Layout, record: &QuestionRecord) -> QuestionShown {
    let about = &record.question.about;
    let candidates = match about {
        About::Match { candidates } => {
            candidates.iter().map(|candidate| candidate_shown(page, candidate)).collect()
        }
        _ => Vec::new(),
    };
    QuestionShown {
        number: record.number,
        label: record.question.label.clone(),
        person: record.question.identity.map(|identity| format!("/people/{identity}")),
        text: about.say(page.language),
        asked: page.moment(&record.asked_at),
        answerable: may_answer(page, about),
        can_say_yes: candidates.is_empty(),
        candidates,
    }
}

/// A rights administrator answers questions about rights and no others.
fn may_answer(page: &Layout, about: &About) -> bool {
    let of_rights = page.visitor.as_ref().is_some_and(|visitor| visitor.as_role == Role::RightsAdministrator);
    about.is_answerable() && page.may(Allowed::AnswerQuestion) && (about.is_about_rights() || !of_rights)
}

fn candidate_shown(page: &Layout, candidate: &Candidate) -> CandidateShown {
    let words = |fields: &[domain::Field]| {
        fields.iter().map(|field| field.word(page.language)).collect::<Vec<_>>().join(", ")
    };
    let values = [
        ("status", candidate.status.as_str().into()),
        ("email", candidate.email.clone().unwrap_or_default().into()),
        ("agrees", words(&candidate.agrees).into()),
        ("differs", words(&candidate.differs).into()),
    ];
    let key = if candidate.differs.is_empty() { "candidate-agrees" } else { "candidate-differs" };
    CandidateShown {
        uuid: candidate.uuid.to_string(),
        name: candidate.name.clone(),
        evidence: page.tv(key, &values),
    }
}

pub async fn answer(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(number): At<i64>,
    form: Posted,
) -> Result<Response, Failure> {
    let page = signed_in.layout("questions-title").below(Section::People);
    let why = form.value("why");
    let mut faults: Vec<FieldFault> = reason::fault(&page, why).into_iter().collect();
    let verdict = verdict(form.value("verdict"));
    if verdict.is_none() {
        faults.push(FieldFault { field: "verdict", text: page.t("question-choose") });
    }
    let known = console.store.read(|tx| Box::pin(async { question::one(tx, number).await })).await?;
    let known = known.filter(|record| record.cvr == *signed_in.cvr()).ok_or(Failure::NotFound)?;
    let about = &known.question.about;
    if about.is_answerable() && !may_answer(&page, about) {
        return Err(Failure::Forbidden);
    }
    let (Some(verdict), true) = (verdict, faults.is_empty()) else {
        return again(&console, &signed_in, page.with_faults(faults)).await;
    };
    let answered = console
        .store
        .write(|tx| {
            Box::pin(async {
                question::answer(tx, number, verdict, signed_in.name(), why).await?;
                job::ask(tx, signed_in.cvr(), &Wish::Settle, signed_in.name()).await?;
                Ok::<_, AnswerError>(())
            })
        })
        .await;
    match answered {
        Ok(()) => Ok(Redirect::to(way_back(form.value("to"))).into_response()),
        Err(AnswerError::Store(fault)) => Err(fault.into()),
        Err(_) => {
            let fault = FieldFault { field: "verdict", text: page.t("question-gone") };
            again(&console, &signed_in, page.with_faults(vec![fault])).await
        }
    }
}

async fn again(console: &Console, signed_in: &SignedIn, mut page: Layout) -> Result<Response, Failure> {
    "/questions".clone_into(&mut page.address);
    refused(&list(console, signed_in, page, false).await?)
}

fn verdict(text: &str) -> Option<Verdict> {
    match text {
        "yes" => Some(Verdict::Yes),
        "no" => Some(Verdict::No),
        uuid => uuid.parse::<RemoteUuid>().ok().map(Verdict::Other),
    }
}

fn way_back(to: &str) -> &str {
    if is_local(to) { to } else { "/questions" }
}
