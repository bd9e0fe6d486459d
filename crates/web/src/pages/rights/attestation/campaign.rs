//! `/rights/attestation/{id}`: one review: what is this visitor's to answer, person by person, differences first; and
//! for those who see all of it, how far everybody is, what must be done by hand, and the ways to hand over and to close.

use std::collections::{HashMap, HashSet};

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::IdentityId;
use domain::permission::Action as Allowed;
use domain::rights::attestation::{Campaign, CampaignId, Item, Since};
use serde::Deserialize;
use store::rights::attestation::{self, AttestationError, Progress};
use store::{StoreError, Tx, identity};

use super::super::requests::caller::Caller;
use super::answers::Typed;
use super::{Names, badge, covers, grounds, since};
use crate::console::Console;
use crate::failure::Failure;
use crate::format;
use crate::layout::{FieldFault, Layout};
use crate::pages::people::Choice;
use crate::pages::person::Badge;
use crate::reason;
use crate::visit::{Asked, At, Posted, SignedIn};

#[derive(Template)]
#[template(path = "attestation_campaign.html")]
struct CampaignPage {
    page: Layout,
    id: i64,
    notice: Option<String>,
    badge: Badge,
    facts: Vec<(String, String)>,
    /// This visitor's part; `None` where there is none.
    part: Option<Part>,
    whole: Option<Whole>,
}

/// What is somebody's to answer.
struct Part {
    left: String,
    people: Vec<Card>,
    more: Option<String>,
    unchanged: Option<String>,
    answered: Vec<Done>,
    can_answer: bool,
}

/// One person to look through.
struct Card {
    id: IdentityId,
    name: String,
    post: String,
    address: Option<String>,
    lines: Vec<Line>,
    waits: bool,
    why: String,
    fault: Option<String>,
    /// Where links from the summary of faults lead: the first with a fault.
    first_fault: bool,
}

struct Line {
    number: i64,
    what: String,
    since: String,
    differs: bool,
    grounds: Vec<String>,
    by_hand: bool,
    keep: Option<bool>,
    /// What was said before.
    was: Option<bool>,
}

/// A person who is looked through.
struct Done {
    name: String,
    said: String,
    address: String,
}

/// Everybody's part.
struct Whole {
    figures: Vec<(String, String)>,
    rows: Vec<Row>,
    /// Removed, but Lokalid does not look after it.
    by_hand: Vec<(String, String)>,
    can_run: bool,
    parties: Vec<Choice>,
    to: String,
    unanswered: Option<String>,
}

struct Row {
    name: String,
    people: String,
    kept: String,
    removed: String,
    left: String,
    is_done: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Query {
    done: String,
    person: Option<IdentityId>,
}

/// A review with everything that its page and its forms are judged by.
pub struct View {
    pub campaign: Campaign,
    pub caller: Caller,
    pub items: Vec<Item>,
    everybodys: Option<Everybodys>,
    names: HashMap<IdentityId, String>,
    things: Names,
}

/// What only those see who see all of it.
struct Everybodys {
    /// By whose it is to answer.
    parts: Vec<(Option<IdentityId>, Progress)>,
    /// What was removed and must be taken away in MitID Erhverv, since Lokalid does not look after it.
    by_hand: Vec<Item>,
}

/// What is shown besides the review.
#[derive(Default)]
pub struct Shown {
    pub faults: Vec<FieldFault>,
    pub typed: Typed,
    /// The one person that is shown though nothing waits.
    pub person: Option<IdentityId>,
    pub notice: Option<String>,
    pub to: String,
}

/// As many people as are looked through on one page.
pub const AT_ONCE: usize = 30;

const NOTICES: [(&str, &str); 5] = [
    ("begun", "notice-attestation-begun"),
    ("saved", "notice-attestation-saved"),
    ("handed", "notice-attestation-handed"),
    ("none-handed", "notice-attestation-none-handed"),
    ("closed", "notice-attestation-closed"),
];

/// `GET /rights/attestation/{id}`
pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(id): At<i64>,
    Asked(query): Asked<Query>,
) -> Result<Response, Failure> {
    let view = find(&console, &signed_in, id).await?;
    let notice = NOTICES.iter().find(|(name, _)| *name == query.done).map(|(_, key)| signed_in.t(key));
    render(&signed_in, &view, Shown { notice, person: query.person, ..Shown::default() })
}

/// One that this visitor has no part in is not there.
pub async fn find(console: &Console, signed_in: &SignedIn, id: i64) -> Result<View, Failure> {
    let view = console.store.read(|tx| Box::pin(async { read(tx, signed_in, CampaignId(id)).await })).await?;
    let seen = view.filter(|view| view.caller.sees_everybody() || !view.items.is_empty());
    seen.ok_or(Failure::NotFound)
}

async fn read(tx: &mut Tx, signed_in: &SignedIn, id: CampaignId) -> Result<Option<View>, StoreError> {
    let cvr = signed_in.cvr();
    let Some(campaign) = attestation::one(tx, cvr, id).await? else { return Ok(None) };
    let caller = Caller::of(tx, signed_in).await?;
    let items = if signed_in.may(Allowed::Attest) {
        attestation::of_reviewer(tx, cvr, id, &caller.reviewing()).await?
    } else {
        Vec::new()
    };
    let everybodys = if caller.sees_everybody() {
        let by_hand = attestation::removed_by_hand(tx, id).await?;
        Some(Everybodys { parts: attestation::progress(tx, id).await?, by_hand })
    } else {
        None
    };
    let people = items.iter().map(|item| item.identity);
    let others = everybodys.iter().flat_map(|all| {
        let reviewers = all.parts.iter().filter_map(|(one, _)| *one);
        reviewers.chain(all.by_hand.iter().map(|item| item.identity))
    });
    let told: Vec<IdentityId> = people.chain(others).collect::<HashSet<_>>().into_iter().collect();
    let names = identity::names(tx, &told).await?;
    Ok(Some(View { things: Names::read(tx, signed_in).await?, campaign, caller, items, everybodys, names }))
}

impl View {
    pub fn name(&self, item: &Item) -> String {
        self.names.get(&item.identity).cloned().unwrap_or_else(|| item.label.clone())
    }

    fn party(&self, page: &Layout, one: Option<IdentityId>) -> String {
        let named = one.map(|one| self.names.get(&one).cloned().unwrap_or_else(|| page.t("person-nameless")));
        named.unwrap_or_else(|| page.t("attestation-administrators"))
    }

    /// The items of each person, in the order of people.
    pub fn people(&self) -> Vec<(IdentityId, Vec<&Item>)> {
        let mut people: Vec<(IdentityId, Vec<&Item>)> = Vec::new();
        for item in &self.items {
            match people.last_mut() {
                Some((last, items)) if *last == item.identity => items.push(item),
                _ => people.push((item.identity, vec![item])),
            }
        }
        people
    }
}

pub fn render(signed_in: &SignedIn, view: &View, shown: Shown) -> Result<Response, Failure> {
    let campaign = &view.campaign;
    let id = campaign.id.0;
    let page = signed_in.titled(campaign.plan.name.clone());
    let mut page = page.below_attestation().with_faults(shown.faults.clone());
    page.address = format!("/rights/attestation/{id}");
    let status = if page.has_faults() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let template = CampaignPage {
        id,
        badge: badge(&page, campaign),
        facts: facts(&page, view),
        part: (!view.items.is_empty()).then(|| part(&page, view, &shown)),
        whole: view.everybodys.as_ref().map(|all| whole(&page, view, all, &shown.to)),
        notice: shown.notice,
        page,
    };
    Ok((status, Html(template.render()?)).into_response())
}

fn facts(page: &Layout, view: &View) -> Vec<(String, String)> {
    let (campaign, plan) = (&view.campaign, &view.campaign.plan);
    let begun = [("by", campaign.begun_by.as_str().into()), ("at", page.moment(&campaign.begun_at).into())];
    let closed = campaign.closed.as_ref().map(|closed| {
        page.tv(
            "attestation-by-at",
            &[("by", closed.by.as_str().into()), ("at", page.moment(&closed.at).into())],
        )
    });
    let facts = [
        ("attestation-covers", Some(covers(page, &view.things.policy, &plan.covers))),
        ("attestation-due", Some(format::date(page.language, plan.due))),
        ("attestation-removal", Some(format::date(page.language, plan.removal))),
        ("attestation-begun", Some(page.tv("attestation-by-at", &begun))),
        ("attestation-closed", closed),
    ];
    facts.into_iter().filter_map(|(label, value)| Some((page.t(label), value?))).collect()
}

fn number(many: usize) -> i64 {
    i64::try_from(many).unwrap_or(i64::MAX)
}

/// People who wait, those first of whom something is new; or the one who is asked for.
fn part(page: &Layout, view: &View, shown: &Shown) -> Part {
    let can_answer = view.campaign.closed.is_none();
    let (mut waiting, answered): (Vec<_>, Vec<_>) =
        view.people().into_iter().partition(|(_, items)| items.iter().any(|item| item.waits()));
    waiting.sort_by_key(|(person, items)| {
        let faulty = shown.typed.faults.contains_key(person);
        (!faulty, !items.iter().any(|item| item.waits() && item.since.differs()))
    });
    let left = waiting.len();
    let unchanged = waiting
        .iter()
        .flat_map(|(_, items)| items)
        .filter(|item| item.waits() && matches!(item.since, Since::Unchanged { .. }))
        .count();
    let all = waiting.iter().chain(&answered);
    let wanted: Vec<_> = match shown.person {
        Some(person) => all.filter(|(one, _)| *one == person).collect(),
        None => waiting.iter().take(AT_ONCE).collect(),
    };
    let first_fault = wanted.iter().map(|(one, _)| *one).find(|one| shown.typed.faults.contains_key(one));
    let card = |(person, items): &&(IdentityId, Vec<&Item>)| {
        card(page, view, shown, (*person, items), first_fault == Some(*person))
    };
    Part {
        left: page.tn("attestation-left", number(left)),
        people: if can_answer { wanted.iter().map(card).collect() } else { Vec::new() },
        more: (can_answer && shown.person.is_none() && left > AT_ONCE)
            .then(|| page.tn("attestation-more", number(left - AT_ONCE))),
        unchanged: (can_answer && unchanged > 0)
            .then(|| page.tn("attestation-keep-unchanged", number(unchanged))),
        answered: answered.iter().map(|(_, items)| done(page, view, items)).collect(),
        can_answer,
    }
}

fn card(
    page: &Layout,
    view: &View,
    shown: &Shown,
    (id, items): (IdentityId, &[&Item]),
    first_fault: bool,
) -> Card {
    let first = items.first();
    let post = |item: &&Item| {
        [&item.title, &item.unit].into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(", ")
    };
    let lines = items.iter().filter(|item| !item.departed).map(|item| Line {
        number: item.number,
        what: view.things.subject(page, item),
        since: since(page, &item.since),
        differs: item.since.differs(),
        grounds: grounds(page, item),
        by_hand: !item.managed,
        keep: shown.typed.keep.get(&item.number).copied().or(item.answer.as_ref().map(|answer| answer.keep)),
        was: item.answer.as_ref().map(|answer| answer.keep),
    });
    let mut said = items.iter().filter_map(|item| Some(item.answer.as_ref()?.why.clone()));
    let said = said.rfind(|why| !why.is_empty()).unwrap_or_default();
    Card {
        name: first.map(|item| view.name(item)).unwrap_or_default(),
        post: first.map(post).unwrap_or_default(),
        address: page.may(Allowed::SeeRights).then(|| format!("/people/{id}/rights")),
        lines: lines.collect(),
        waits: items.iter().any(|item| item.waits()),
        why: shown.typed.why.get(&id).cloned().unwrap_or(said),
        fault: shown.typed.faults.get(&id).cloned(),
        first_fault,
        id,
    }
}

fn done(page: &Layout, view: &View, items: &[&Item]) -> Done {
    let count = |keep: bool| {
        let said = items.iter().filter_map(|item| item.answer.as_ref());
        number(said.filter(|answer| answer.keep == keep).count())
    };
    let departed = items.iter().any(|item| item.departed);
    let counts = [("kept", page.n(count(true)).into()), ("removed", page.n(count(false)).into())];
    let person = items.first().map(|item| item.identity);
    Done {
        name: items.first().map(|item| view.name(item)).unwrap_or_default(),
        said: if departed { page.t("attestation-departed") } else { page.tv("attestation-said", &counts) },
        address: person
            .map(|person| format!("/rights/attestation/{}?person={person}#people", view.campaign.id.0))
            .unwrap_or_default(),
    }
}

fn whole(page: &Layout, view: &View, all: &Everybodys, to: &str) -> Whole {
    let Everybodys { parts, by_hand } = all;
    let sum = attestation::total(parts);
    let open = view.campaign.closed.is_none();
    let figures = [
        ("attestation-items", sum.items),
        ("attestation-kept", sum.kept),
        ("attestation-removed", sum.removed),
        ("attestation-departed-items", sum.departed),
        ("attestation-unanswered", sum.left()),
    ];
    let mut rows: Vec<(i64, Row)> =
        parts.iter().map(|(one, part)| (part.left(), row(page, view, *one, *part))).collect();
    rows.sort_by_key(|(left, _)| -left);
    let parties = parts.iter().filter(|(_, part)| part.left() > 0).map(|(one, _)| Choice {
        value: one.map(|one| one.to_string()).unwrap_or_default(),
        text: view.party(page, *one),
        chosen: false,
    });
    Whole {
        figures: figures.map(|(label, value)| (page.t(label), page.n(value))).to_vec(),
        rows: rows.into_iter().map(|(_, row)| row).collect(),
        by_hand: by_hand.iter().map(|item| (view.name(item), view.things.subject(page, item))).collect(),
        can_run: open && page.may(Allowed::RunAttestation),
        parties: parties.collect(),
        to: to.to_owned(),
        unanswered: (sum.left() > 0).then(|| page.tn("attestation-close-unanswered", sum.left())),
    }
}

fn row(page: &Layout, view: &View, one: Option<IdentityId>, part: Progress) -> Row {
    Row {
        name: view.party(page, one),
        people: page.n(part.people),
        kept: page.n(part.kept),
        removed: page.n(part.removed),
        left: page.n(part.left()),
        is_done: part.left() == 0,
    }
}

/// `POST /rights/attestation/{id}/hand-over`
pub async fn hand_over(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(id): At<i64>,
    form: Posted,
) -> Result<Response, Failure> {
    let view = find(&console, &signed_in, id).await?;
    let from = match form.value("from") {
        "" => None,
        person => Some(person.parse::<IdentityId>().map_err(|_| Failure::Unreadable)?),
    };
    let name = form.value("to");
    if reason::looks_like_cpr(name) {
        let faults = vec![FieldFault { field: "to", text: signed_in.t("request-has-cpr") }];
        return render(&signed_in, &view, Shown { faults, ..Shown::default() });
    }
    let handed = console.store.write(|tx| {
        Box::pin(async {
            let to = match name {
                "" => None,
                name => match identity::find(tx, Some(signed_in.cvr()), name).await?.as_slice() {
                    [one] => Some(*one),
                    _ => return Ok(None),
                },
            };
            let by = view.caller.reviewing();
            attestation::hand_over(tx, signed_in.cvr(), view.campaign.id, (from, to), &by).await.map(Some)
        })
    });
    match handed.await {
        Ok(Some(0)) => Ok(back(id, "none-handed")),
        Ok(Some(_)) => Ok(back(id, "handed")),
        Ok(None) => {
            let text = signed_in.layout("attestation-title").t1("substitute-unknown", name);
            let faults = vec![FieldFault { field: "to", text }];
            render(&signed_in, &view, Shown { faults, to: name.to_owned(), ..Shown::default() })
        }
        Err(AttestationError::Store(fault)) => Err(fault.into()),
        Err(_) => Err(Failure::NotFound),
    }
}

/// `POST /rights/attestation/{id}/close`
pub async fn close(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(id): At<i64>,
) -> Result<Response, Failure> {
    find(&console, &signed_in, id).await?;
    let (cvr, by) = (signed_in.cvr(), signed_in.name());
    console
        .store
        .write(|tx| Box::pin(async { attestation::close(tx, cvr, CampaignId(id), by).await }))
        .await?;
    Ok(back(id, "closed"))
}

pub fn back(id: i64, done: &str) -> Response {
    Redirect::to(&format!("/rights/attestation/{id}?done={done}")).into_response()
}
