//! `/rights/requests/{id}`: one request: who, what, why, whose yes it needs and who has said what; and the forms to
//! decide it and to withdraw it.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::IdentityId;
use domain::permission::Action as Allowed;
use domain::rights::Approver;
use domain::rights::request::{Approvers, Chart, Decision, Refusal, Request, RequestId, RequestState};
use serde::Deserialize;
use store::job::{self, Wish};
use store::rights::request::{self, RequestError};
use store::rights::scene::Scene;
use store::{StoreError, Tx, identity};

use super::caller::Caller;
use super::{badge, say};
use crate::console::Console;
use crate::failure::Failure;
use crate::layout::{FieldFault, Layout};
use crate::pages::person::Badge;
use crate::pages::rights;
use crate::reason;
use crate::visit::{Asked, At, Posted, SignedIn};

#[derive(Template)]
#[template(path = "request.html")]
struct RequestPage {
    page: Layout,
    id: i64,
    notice: Option<String>,
    badges: Vec<Badge>,
    bundle: String,
    person: String,
    /// For whoever may see their rights.
    person_address: Option<String>,
    facts: Vec<(String, String)>,
    why: String,
    description: String,
    rights: Vec<String>,
    /// How many must approve, and who of them has not said anything yet; only while it waits.
    needed: Option<String>,
    approvers: Vec<String>,
    decisions: Vec<Said>,
    can_decide: bool,
    /// Why it is not this visitor's to decide.
    refusal: Option<String>,
    can_withdraw: bool,
    /// The person's rights, where the bundle is among them now.
    given: Option<String>,
    typed: String,
}

/// What somebody said.
struct Said {
    badge: Badge,
    by: String,
    why: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    done: String,
}

/// A request with everything that its page and its forms are judged by.
struct View {
    request: Request,
    caller: Caller,
    scene: Scene,
    names: HashMap<IdentityId, String>,
}

const NOTICES: [(&str, &str); 5] = [
    ("asked", "notice-request-made"),
    ("approved", "notice-request-approved"),
    ("one-more", "notice-request-one-more"),
    ("declined", "notice-request-declined"),
    ("withdrawn", "notice-request-withdrawn"),
];

/// `GET /rights/requests/{id}`
pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(id): At<i64>,
    Asked(done): Asked<Done>,
) -> Result<Response, Failure> {
    let view = find(&console, &signed_in, id).await?;
    let notice = NOTICES.iter().find(|(name, _)| *name == done.done).map(|(_, key)| signed_in.t(key));
    render(&signed_in, &view, notice, Vec::new(), "")
}

/// One that this visitor may not see is not there.
async fn find(console: &Console, signed_in: &SignedIn, id: i64) -> Result<View, Failure> {
    let view = console.store.read(|tx| Box::pin(async { read(tx, signed_in, RequestId(id)).await })).await?;
    let seen = view.filter(|view| view.caller.sees(&view.request, &view.scene, &view.scene.chart()));
    seen.ok_or(Failure::NotFound)
}

async fn read(tx: &mut Tx, signed_in: &SignedIn, id: RequestId) -> Result<Option<View>, StoreError> {
    let cvr = signed_in.cvr();
    let Some(request) = request::one(tx, cvr, id).await? else { return Ok(None) };
    let scene = Scene::load(tx, cvr).await?;
    let mut shown = vec![request.identity];
    if let Ok(approvers) = scene.approvers(&scene.chart(), &request) {
        shown.extend(approvers.managers.iter().chain(&approvers.owners));
    }
    let names = identity::names(tx, &shown).await?;
    Ok(Some(View { request, caller: Caller::of(tx, signed_in).await?, scene, names }))
}

impl View {
    /// Whose yes counts; `None` where the bundle is gone.
    fn approvers(&self, chart: &Chart<'_>) -> Option<Approvers> {
        self.scene.approvers(chart, &self.request).ok()
    }

    fn may_decide(&self, approvers: &Approvers) -> Result<Approver, Refusal> {
        self.request.may_decide(&self.caller.deciding(&self.request, approvers), approvers)
    }

    fn may_withdraw(&self) -> bool {
        let own = self.request.is_asked_by(&self.caller.asked(&self.request));
        own && self.request.state == RequestState::Waiting
    }
}

fn render(
    signed_in: &SignedIn,
    view: &View,
    notice: Option<String>,
    faults: Vec<FieldFault>,
    typed: &str,
) -> Result<Response, Failure> {
    let (request, scene) = (&view.request, &view.scene);
    let id = request.id.0;
    let page = signed_in.layout("request-title");
    let title = page.t1("request-called", &page.n(id));
    let mut page = Layout { title, ..page }.below_requests().with_faults(faults);
    page.address = format!("/rights/requests/{id}");
    let chart = scene.chart();
    let approvers = view.approvers(&chart);
    let waits = request.state == RequestState::Waiting;
    let judged = approvers.as_ref().filter(|_| waits && page.may(Allowed::DecideRequest));
    let may_decide = judged.map(|approvers| view.may_decide(approvers));
    let known = scene.bundle(&request.bundle).ok();
    let sees_rights = page.may(Allowed::SeeRights);
    let rights_address = format!("/people/{}/rights", request.identity);
    let given = request.state == RequestState::Approved && sees_rights;
    let status = if page.has_faults() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let template = RequestPage {
        id,
        notice,
        badges: badges(&page, view),
        bundle: rights::say::bundle(&scene.entitlements.policy, &request.bundle),
        person: say::name(scene, &view.names, request.identity),
        person_address: sees_rights.then(|| rights_address.clone()),
        facts: facts(&page, view),
        why: request.why.clone(),
        description: known.map(|one| one.description.clone()).unwrap_or_default(),
        rights: known
            .map(|one| rights::say::rights(&page, &scene.entitlements.catalogue, one))
            .unwrap_or_default(),
        needed: waits.then(|| needed(&page, view, approvers.as_ref())),
        approvers: approvers.filter(|_| waits).map(|all| left(&page, view, &chart, all)).unwrap_or_default(),
        decisions: request.decisions.iter().map(|one| said(&page, one)).collect(),
        can_decide: matches!(may_decide, Some(Ok(_))),
        refusal: may_decide.and_then(Result::err).map(|why| say::refusal(page.language, why)),
        can_withdraw: page.may(Allowed::AskForRights) && view.may_withdraw(),
        given: given.then_some(rights_address),
        typed: reason::shown_again(typed),
        page,
    };
    Ok((status, Html(template.render()?)).into_response())
}

fn badges(page: &Layout, view: &View) -> Vec<Badge> {
    let sensitive = view.scene.bundle(&view.request.bundle).is_ok_and(|bundle| bundle.sensitive);
    let sensitive = sensitive.then(|| Badge { kind: "warning", text: page.t("bundle-sensitive") });
    [badge(page, &view.scene.entitlements.policy, &view.request)].into_iter().chain(sensitive).collect()
}

fn facts(page: &Layout, view: &View) -> Vec<(String, String)> {
    let request = &view.request;
    let person = view.scene.person(request.identity).map(|one| &one.facts);
    let post = |facts: &domain::rights::Facts| {
        let post = [facts.title.clone(), facts.unit.clone()].into_iter().flatten().collect::<Vec<_>>();
        post.join(", ")
    };
    let by = [("name", request.asked_by.name.as_str().into()), ("at", page.moment(&request.asked_at).into())];
    let facts = [
        ("word-user-name", person.and_then(|facts| facts.user_name.clone())),
        ("word-job-title", person.map(post)),
        ("request-period", Some(say::period(page, request))),
        ("request-asked", Some(page.tv("request-asked-by", &by))),
        ("grant-case", request.case.clone()),
    ];
    let fact = |(label, value): (&str, Option<String>)| {
        Some((page.t(label), value.filter(|value| !value.is_empty())?))
    };
    facts.into_iter().filter_map(fact).collect()
}

fn needed(page: &Layout, view: &View, approvers: Option<&Approvers>) -> String {
    let Some(approvers) = approvers else { return page.t("request-bundle-gone") };
    let left = approvers.needed.saturating_sub(view.request.decisions.len());
    page.t(match (approvers.needed, left) {
        (1, _) => "request-needs-one",
        (_, 1) => "request-needs-one-more",
        _ => "request-needs-two",
    })
}

/// Those who can still approve it.
fn left(page: &Layout, view: &View, chart: &Chart<'_>, mut approvers: Approvers) -> Vec<String> {
    let (scene, request) = (&view.scene, &view.request);
    let (Ok(bundle), Some(person)) = (scene.bundle(&request.bundle), scene.person(request.identity)) else {
        return Vec::new();
    };
    let silent = |one: &IdentityId| !request.decisions.iter().any(|said| said.by.identity == Some(*one));
    approvers.needed = approvers.needed.saturating_sub(request.decisions.len());
    approvers.managers.retain(silent);
    approvers.owners.retain(silent);
    say::approvers(page, scene, chart, (bundle, &person.facts), &approvers, &view.names)
}

fn said(page: &Layout, decision: &Decision) -> Said {
    let (kind, key) =
        if decision.approved { ("success", "decision-approved") } else { ("error", "decision-declined") };
    let as_what = match decision.as_approver {
        Approver::Manager => "approver-as-manager",
        Approver::Owner => "approver-as-owner",
        Approver::RightsAdministrator => "approver-is-administrator",
    };
    Said {
        badge: Badge { kind, text: page.t(key) },
        by: format!("{}, {}", page.t1(as_what, &decision.by.name), page.moment(&decision.at)),
        why: decision.why.clone(),
    }
}

/// `POST /rights/requests/{id}/decision`
pub async fn decide(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(id): At<i64>,
    form: Posted,
) -> Result<Response, Failure> {
    let view = find(&console, &signed_in, id).await?;
    let (page, why) = (signed_in.layout("request-title"), form.value("why"));
    let refused = |faults: Vec<FieldFault>| render(&signed_in, &view, None, faults, why);
    let refusal = |why| FieldFault { field: "decision", text: say::refusal(page.language, why) };
    let Some(approvers) = view.approvers(&view.scene.chart()) else {
        return refused(vec![FieldFault { field: "decision", text: page.t("request-bundle-gone") }]);
    };
    if let Err(why) = view.may_decide(&approvers) {
        return refused(vec![refusal(why)]);
    }
    let approved = match form.value("do") {
        "approve" => true,
        "decline" => false,
        _ => return refused(vec![FieldFault { field: "decision", text: page.t("request-choose") }]),
    };
    if let Some(fault) = reason::fault(&page, why).filter(|_| !approved || !why.is_empty()) {
        return refused(vec![fault]);
    }
    let (party, telling) = (view.caller.deciding(&view.request, &approvers), console.telling());
    let decided = console.store.write(|tx| {
        Box::pin(async {
            let (cvr, id) = (signed_in.cvr(), view.request.id);
            let decided = request::decide(tx, cvr, id, &party, approved, why, telling).await?;
            if decided.state == RequestState::Approved {
                job::ask(tx, cvr, &Wish::SettleRights { identity: decided.identity }, signed_in.name())
                    .await?;
            }
            Ok::<_, RequestError>(decided.state)
        })
    });
    match decided.await {
        Ok(RequestState::Approved) => Ok(back(id, "approved")),
        Ok(RequestState::Waiting) => Ok(back(id, "one-more")),
        Ok(_) => Ok(back(id, "declined")),
        Err(RequestError::Refused(why)) => refused(vec![refusal(why)]),
        Err(RequestError::StandsAgainst(missing)) => {
            refused(vec![FieldFault { field: "decision", text: say::against(&page, &missing) }])
        }
        Err(RequestError::Store(fault)) => Err(fault.into()),
        Err(_) => Err(Failure::NotFound),
    }
}

/// `POST /rights/requests/{id}/withdraw`
pub async fn withdraw(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(id): At<i64>,
) -> Result<Response, Failure> {
    let view = find(&console, &signed_in, id).await?;
    let party = view.caller.asked(&view.request);
    let withdrawn = console.store.write(|tx| {
        Box::pin(async { request::withdraw(tx, signed_in.cvr(), view.request.id, &party).await })
    });
    if withdrawn.await? {
        return Ok(back(id, "withdrawn"));
    }
    let text = signed_in.t("request-not-withdrawn");
    render(&signed_in, &view, None, vec![FieldFault { field: "request", text }], "")
}

fn back(id: i64, done: &str) -> Response {
    Redirect::to(&format!("/rights/requests/{id}?done={done}")).into_response()
}
