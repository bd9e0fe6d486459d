//! `/people/{id}`: one person, from the sources to MitID Erhverv, with everything that may be done.

pub mod actions;
pub mod edit;
mod facts;
pub mod rights;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use domain::permission::Action as Allowed;
use domain::{IdentityId, Presence, Sight, SourceName, Status};
use serde::Deserialize;
use store::view::people::Standing;
use store::view::person::{self, PersonView};

pub use self::facts::operation_state;
use self::facts::{AuthenticatorLine, Event, FieldLine, FieldState, OperationLine, SourceColumn};
use super::people::standing;
use super::questions::{QuestionShown, question_shown};
use super::sources::warning_told;
use crate::console::Console;
use crate::failure::Failure;
use crate::format;
use crate::layout::{Layout, Section};
use crate::visit::{Asked, At, SignedIn};

#[derive(Template)]
#[template(path = "person.html")]
struct PersonPage {
    page: Layout,
    id: IdentityId,
    notice: Option<String>,
    badges: Vec<Badge>,
    facts: Vec<Fact>,
    sources: Vec<SourceColumn>,
    fields: Vec<FieldLine>,
    read_there: Option<String>,
    uuid: Option<String>,
    authenticators: Vec<AuthenticatorLine>,
    warnings: Vec<String>,
    questions: Vec<QuestionShown>,
    operations: Vec<OperationLine>,
    timeline: Vec<Event>,
    held: Option<String>,
    can_suspend: bool,
    by_hand: ByHand,
    /// The full CPR number, right after somebody asked for it with a purpose.
    cpr: Option<String>,
    has_cpr: bool,
    why: String,
}

pub struct Badge {
    pub kind: &'static str,
    pub text: String,
}

pub struct Fact {
    pub label: String,
    pub value: String,
}

/// What an administrator may change here; people of other sources are changed there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByHand {
    No,
    Employed,
    Ended,
}

/// What was just done, as a key of `notice-…`; anything else is ignored.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    done: String,
}

pub(super) const NOTICES: [&str; 6] = ["suspended", "reactivated", "saved", "ended", "reopened", "answered"];

pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(id): At<IdentityId>,
    Asked(done): Asked<Done>,
) -> Result<Response, Failure> {
    let view = find(&console, &signed_in, id).await?;
    let notice = NOTICES.contains(&done.done.as_str()).then(|| signed_in.t(&format!("notice-{}", done.done)));
    render(signed_in.titled(name(&signed_in, &view)), &signed_in, &view, Shown { notice, ..Shown::default() })
}

/// What the page shows besides the person.
#[derive(Default)]
pub(super) struct Shown {
    pub notice: Option<String>,
    pub cpr: Option<String>,
    pub why: String,
}

pub(super) async fn find(
    console: &Console,
    signed_in: &SignedIn,
    id: IdentityId,
) -> Result<PersonView, Failure> {
    let found =
        console.store.read(|tx| Box::pin(async { person::one(tx, signed_in.cvr(), id).await })).await?;
    found.ok_or(Failure::NotFound)
}

pub(super) fn name(signed_in: &SignedIn, view: &PersonView) -> String {
    let name = view.identity.subject.desired.full_name();
    if name.is_empty() { signed_in.t("person-nameless") } else { name }
}

pub(super) fn render(
    page: Layout,
    signed_in: &SignedIn,
    view: &PersonView,
    shown: Shown,
) -> Result<Response, Failure> {
    let mut page = page.below(Section::People);
    page.address = format!("/people/{}", view.identity.subject.desired.identity);
    let subject = &view.identity.subject;
    let status = if page.has_faults() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let template = PersonPage {
        id: subject.desired.identity,
        notice: shown.notice,
        badges: badges(&page, view),
        facts: identity_facts(&page, view),
        sources: facts::sources(&page, view),
        fields: facts::fields(&page, &signed_in.organisation, view),
        read_there: subject.observed.as_ref().map(|one| page.moment(&one.detailed_at.unwrap_or(one.seen_at))),
        uuid: subject.link.map(|uuid| uuid.to_string()),
        authenticators: facts::authenticators(&page, view),
        warnings: view.warnings.iter().map(|warning| warning_told(&page, warning)).collect(),
        questions: view
            .questions
            .iter()
            .filter(|record| record.answer.is_none())
            .map(|record| question_shown(&page, record))
            .collect(),
        operations: view.operations.iter().map(|one| facts::operation(&page, one)).collect(),
        timeline: view.timeline.iter().map(|row| facts::event(&page, row)).collect(),
        held: subject.hold.as_ref().map(|hold| {
            let values = [
                ("by", hold.by.as_str().into()),
                ("at", page.moment(&hold.at).into()),
                ("why", hold.why.as_str().into()),
            ];
            page.tv("person-held", &values)
        }),
        can_suspend: subject.hold.is_none(),
        by_hand: by_hand(view),
        cpr: shown.cpr,
        has_cpr: subject.desired.cpr.is_some(),
        why: shown.why,
        page,
    };
    Ok((status, Html(template.render()?)).into_response())
}

fn by_hand(view: &PersonView) -> ByHand {
    let record = view.records.iter().find(|record| record.source.0 == SourceName::BY_HAND);
    match record {
        None => ByHand::No,
        Some(record) if record.record.end.is_some() => ByHand::Ended,
        Some(_) => ByHand::Employed,
    }
}

/// What the person is in MitID Erhverv.
pub(super) fn standing_of(view: &PersonView) -> Standing {
    match &view.identity.subject.observed {
        None => Standing::NotCreated,
        Some(one) if one.sight == Sight::Gone => Standing::Gone,
        Some(one) => match one.status {
            Status::Active => Standing::Active,
            Status::Pending => Standing::Pending,
            Status::Suspended => Standing::Suspended,
            Status::Other(_) => Standing::Other,
        },
    }
}

fn badges(page: &Layout, view: &PersonView) -> Vec<Badge> {
    let (text, kind) = standing(page, standing_of(view));
    let mut badges = vec![Badge { kind, text }];
    if view.identity.subject.hold.is_some() {
        badges.push(Badge { kind: "warning", text: page.t("people-note-held") });
    }
    let drift = i64::try_from(view.drift.len()).unwrap_or(i64::MAX);
    if drift > 0 {
        badges.push(Badge { kind: "warning", text: page.tn("people-drift", drift) });
    }
    let open = view.operations.iter().filter(|one| facts::is_open(one.state)).count();
    if open > 0 {
        let open = i64::try_from(open).unwrap_or(i64::MAX);
        badges.push(Badge { kind: "info", text: page.tn("person-changes-wait", open) });
    }
    badges
}

fn identity_facts(page: &Layout, view: &PersonView) -> Vec<Fact> {
    let desired = &view.identity.subject.desired;
    let post =
        [desired.title.clone(), desired.unit.clone()].into_iter().flatten().collect::<Vec<_>>().join(", ");
    let facts = [
        ("word-job-title", Some(post).filter(|post| !post.is_empty())),
        ("word-user-name", desired.user_name.as_ref().map(ToString::to_string)),
        ("word-rid", desired.rid.as_ref().map(ToString::to_string)),
        ("word-cpr", desired.cpr.as_ref().map(domain::Cpr::masked)),
        ("person-presence", Some(presence(page, &desired.presence))),
    ];
    let fact = |(label, value): (&str, Option<String>)| Some(Fact { label: page.t(label), value: value? });
    facts.into_iter().filter_map(fact).collect()
}

fn presence(page: &Layout, presence: &Presence) -> String {
    match presence {
        Presence::Employed => page.t("person-employed"),
        Presence::Ahead(start) => page.t1("person-ahead", &format::date(page.language, *start)),
        Presence::Left(left) => {
            let date = format::date(page.language, left.on);
            page.tv("person-left", &[("date", date.into()), ("how", left.how.say(page.language).into())])
        }
    }
}
