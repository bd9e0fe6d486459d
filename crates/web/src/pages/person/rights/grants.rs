//! What one person is given directly: a new grant, a yes to one, and the end of one.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::rights::{Grant, GrantFault, GrantOrigin, Granted, Key, SENSITIVE_APPROVALS, WantedScope};
use domain::{GrantId, IdentityId};
use store::job::{self, Wish};
use store::rights::grant::{self, GrantRecord, NewGrant};
use store::view::person::PersonView;
use store::{StoreError, Tx};

use super::{Parameters, day, granted, render, widest};
use crate::console::Console;
use crate::failure::Failure;
use crate::faults;
use crate::layout::{FieldFault, Layout};
use crate::pages::people::Choice;
use crate::pages::person::{Badge, find};
use crate::pages::rights::proposal::Present;
use crate::reason;
use crate::visit::{At, Posted, SignedIn};

/// A grant as the page shows it.
pub struct GrantLine {
    pub id: GrantId,
    pub what: String,
    pub badge: Badge,
    /// How it came about, and what it says of itself.
    pub facts: Vec<(String, String)>,
    pub can_approve: bool,
    /// What its end is called: of what was removed, giving it back.
    pub end: String,
}

/// What was typed into the form for a new grant.
pub struct Typed {
    pub what: String,
    pub scope: String,
    pub from: String,
    pub until: String,
    pub why: String,
    pub case: String,
}

impl Default for Typed {
    fn default() -> Self {
        let none = String::new;
        Self { what: none(), scope: widest(), from: none(), until: none(), why: none(), case: none() }
    }
}

impl Typed {
    pub fn choice(&self, value: &str, text: &str) -> Choice {
        Choice { value: value.to_owned(), text: text.to_owned(), chosen: value == self.what }
    }
}

pub fn line(
    page: &Layout,
    present: &Present,
    signed_in: &SignedIn,
    view: &PersonView,
    record: &GrantRecord,
) -> GrantLine {
    let grant = &record.grant;
    let fact = |label: &str, value: Option<String>| Some((page.t(label), value?));
    let ended = record.ended.as_ref().map(|ended| {
        let values = [
            ("at", page.moment(&ended.at).into()),
            ("by", ended.by.as_str().into()),
            ("why", ended.why.as_str().into()),
        ];
        page.tv("grant-ended-by", &values)
    });
    let given = [
        ("how", grant.origin.say(page.language).into()),
        ("by", grant.by.as_str().into()),
        ("at", page.moment(&grant.at).into()),
    ];
    let waits = waits(present, grant);
    let facts = [
        fact("grant-given", Some(crate::format::sentence(&page.tv("grant-given-by", &given)))),
        fact("reason-label", Some(grant.why.clone())),
        fact("grant-case", grant.case.clone()),
        fact("grant-from", day(page, grant.from)),
        fact("grant-until", day(page, grant.until)),
        fact("grant-approved", Some(grant.approved_by.join(", ")).filter(|names| !names.is_empty())),
        fact("grant-ended", ended),
    ];
    GrantLine {
        id: grant.id,
        what: granted(page, present, &grant.granted),
        badge: badge(page, present, record, waits),
        facts: facts.into_iter().flatten().collect(),
        end: page.t(if grant.withdraws() { "grant-give-back" } else { "grant-end" }),
        can_approve: waits && !is_self(signed_in, view) && !said_yes(grant, signed_in.name()),
    }
}

fn badge(page: &Layout, present: &Present, record: &GrantRecord, waits: bool) -> Badge {
    let (grant, today) = (&record.grant, present.scene.today);
    let (kind, key) = if record.ended.is_some() {
        ("info", "grant-state-ended")
    } else if waits {
        ("warning", "grant-state-waits")
    } else if grant.from.is_some_and(|from| today < from) {
        ("info", if grant.withdraws() { "grant-state-goes" } else { "grant-state-not-yet" })
    } else if grant.withdraws() {
        ("warning", "grant-state-gone")
    } else if grant.until.is_some_and(|until| until < today) {
        ("info", "grant-state-over")
    } else {
        ("success", "grant-state-counts")
    };
    Badge { kind, text: page.t(key) }
}

/// Whether somebody more must say yes before it counts.
fn waits(present: &Present, grant: &Grant) -> bool {
    let counts_at_once = matches!(grant.origin, GrantOrigin::TakenOver | GrantOrigin::Withdrawn);
    !counts_at_once && is_sensitive(present, &grant.granted) && grant.approved_by.len() < SENSITIVE_APPROVALS
}

fn is_sensitive(present: &Present, granted: &Granted) -> bool {
    match granted {
        Granted::Bundle(key) => present.policy().bundles.get(key).is_some_and(|bundle| bundle.sensitive),
        Granted::Right { .. } => false,
    }
}

/// Where the link does not say who of the people somebody is, their name does.
fn is_self(signed_in: &SignedIn, view: &PersonView) -> bool {
    let desired = &view.identity.subject.desired;
    match signed_in.session.person {
        Some(person) => person == desired.person,
        None => {
            domain::text::search_fold(signed_in.name()) == domain::text::search_fold(&desired.full_name())
        }
    }
}

fn said_yes(grant: &Grant, name: &str) -> bool {
    grant.approved_by.iter().any(|one| one.trim().to_lowercase() == name.trim().to_lowercase())
}

/// `POST /people/{id}/rights`
pub async fn give(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(id): At<IdentityId>,
    form: Posted,
) -> Result<Response, Failure> {
    let view = find(&console, &signed_in, id).await?;
    let present = Present::read(&console, &signed_in).await?;
    let page = signed_in.layout("person-rights-title");
    let (new, faults) = read(&page, &present, &signed_in, &view, &form);
    let (Some(new), true) = (new, faults.is_empty()) else {
        let typed = Typed {
            what: form.value("what").to_owned(),
            scope: form.value("scope").to_owned(),
            from: form.value("from").to_owned(),
            until: form.value("until").to_owned(),
            why: reason::shown_again(form.value("why")),
            case: reason::shown_again(form.value("case")),
        };
        let page = page.with_faults(faults);
        return render(&console, &signed_in, page, id, Parameters::default(), typed).await;
    };
    console
        .store
        .write(|tx| {
            Box::pin(async {
                grant::give(tx, signed_in.cvr(), &new).await?;
                wake(tx, &signed_in, id).await
            })
        })
        .await?;
    Ok(back(id, "granted"))
}

/// Reads the form, or says everything that is wrong with it.
fn read(
    page: &Layout,
    present: &Present,
    signed_in: &SignedIn,
    view: &PersonView,
    form: &Posted,
) -> (Option<NewGrant>, Vec<FieldFault>) {
    let mut faults = Vec::new();
    let identity = view.identity.subject.desired.identity;
    let what = what(form);
    let mut day = |field| faults::day(page, form, field, &mut faults);
    let period = (day("from"), day("until"));
    let mut refuse = |field: &'static str, text: String| faults.push(FieldFault { field, text });
    match (&what, present.scene.person(identity)) {
        (None, _) => refuse("what", page.t("grant-no-what")),
        (_, None) => refuse("what", page.t("grant-not-here")),
        (Some(granted), _) if is_sensitive(present, granted) && is_self(signed_in, view) => {
            refuse("what", page.t("grant-to-oneself"));
        }
        (Some(granted), Some(person)) => {
            let places = &present.scene.entitlements.places;
            for fault in granted.faults(period, &person.facts, present.policy(), places) {
                let (field, text) = told(page, &fault);
                refuse(field, text);
            }
        }
    }
    let case = form.value("case");
    if reason::looks_like_cpr(case) {
        faults.push(FieldFault { field: "case", text: page.t("reason-has-cpr") });
    }
    faults.extend(reason::fault(page, form.value("why")));
    let by = signed_in.name().to_owned();
    let new = what.map(|granted| NewGrant {
        identity,
        granted,
        from: period.0,
        until: period.1,
        why: form.value("why").to_owned(),
        case: (!case.is_empty()).then(|| case.to_owned()),
        origin: GrantOrigin::Direct,
        approved_by: vec![by.clone()],
        by,
    });
    (new, faults)
}

/// What speaks against it, at the field that it is about.
fn told(page: &Layout, fault: &GrantFault) -> (&'static str, String) {
    match fault {
        GrantFault::NoBundle(_) | GrantFault::LeftAlone(_) => ("what", page.t("grant-no-what")),
        GrantFault::NotHere => ("what", page.t("grant-not-here")),
        GrantFault::Scope(fault) => {
            ("scope", format!("{}.", crate::format::sentence(&fault.say(page.language))))
        }
        GrantFault::EndBeforeStart { .. } => ("until", page.t("fault-end-before-start")),
    }
}

/// The bundle, or the right in its scope, that was chosen.
fn what(form: &Posted) -> Option<Granted> {
    let (kind, value) = form.value("what").split_once('.')?;
    match kind {
        "bundle" => Key::parse(value).ok().map(Granted::Bundle),
        "right" => {
            let scope = form.value("scope").parse::<WantedScope>().ok()?;
            Some(Granted::Right { right: value.parse().ok()?, scope })
        }
        _ => None,
    }
}

/// `POST /rights/grants/{id}/approve`: one more says yes; not whoever it is for.
pub async fn approve(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(id): At<GrantId>,
) -> Result<Response, Failure> {
    let (given, view) = of_grant(&console, &signed_in, id).await?;
    let identity = given.identity;
    let page = signed_in.layout("person-rights-title");
    let refused = async |key: &str| {
        let fault = FieldFault { field: "grants", text: page.t(key) };
        let page = page.clone().with_faults(vec![fault]);
        render(&console, &signed_in, page, identity, Parameters::default(), Typed::default()).await
    };
    if is_self(&signed_in, &view) {
        return refused("grant-approve-oneself").await;
    }
    let approved = console.store.write(|tx| {
        Box::pin(async {
            let approved = grant::approve(tx, signed_in.cvr(), id, signed_in.name()).await?;
            if approved {
                wake(tx, &signed_in, identity).await?;
            }
            Ok::<_, StoreError>(approved)
        })
    });
    if approved.await? { Ok(back(identity, "approved")) } else { refused("grant-approved-before").await }
}

/// `POST /rights/grants/{id}/end`
pub async fn end(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(id): At<GrantId>,
    form: Posted,
) -> Result<Response, Failure> {
    let (given, view) = of_grant(&console, &signed_in, id).await?;
    let identity = given.identity;
    let page = signed_in.layout("person-rights-title");
    let why = form.value("why");
    let refused = async |text: String| {
        let page = page.clone().with_faults(vec![FieldFault { field: "grants", text }]);
        render(&console, &signed_in, page, identity, Parameters::default(), Typed::default()).await
    };
    if let Some(fault) = reason::fault(&page, why) {
        return refused(fault.text).await;
    }
    if given.withdraws() && is_self(&signed_in, &view) {
        return refused(page.t("grant-withdrawn-oneself")).await;
    }
    let ended = console.store.write(|tx| {
        Box::pin(async {
            let ended = grant::end(tx, signed_in.cvr(), id, signed_in.name(), why).await?;
            if ended {
                wake(tx, &signed_in, identity).await?;
            }
            Ok::<_, StoreError>(ended)
        })
    });
    if ended.await? { Ok(back(identity, "ended")) } else { refused(page.t("grant-ended-before")).await }
}

/// A grant and whose it is, in this organisation.
async fn of_grant(
    console: &Console,
    signed_in: &SignedIn,
    id: GrantId,
) -> Result<(Grant, PersonView), Failure> {
    let record = console.store.read(|tx| Box::pin(async { grant::one(tx, id).await })).await?;
    let grant = record.ok_or(Failure::NotFound)?.grant;
    let view = find(console, signed_in, grant.identity).await?;
    Ok((grant, view))
}

/// Asks the worker to act on what was written in the same transaction.
async fn wake(tx: &mut Tx, signed_in: &SignedIn, identity: IdentityId) -> Result<(), StoreError> {
    job::ask(tx, signed_in.cvr(), &Wish::SettleRights { identity }, signed_in.name()).await.map(drop)
}

fn back(id: IdentityId, done: &str) -> Response {
    Redirect::to(&format!("/people/{id}/rights?done={done}")).into_response()
}
