//! `/rights/substitutes`: who stands in for a manager or an owner who is away, from which day until which. A manager
//! sets their own; administrators anybody's.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::IdentityId;
use domain::rights::Facts;
use domain::rights::request::{Refusal, Substitute};
use jiff::civil::Date;
use serde::Deserialize;
use std::collections::HashMap;
use store::rights::scene::Scene;
use store::rights::substitute;
use store::{StoreError, Tx, identity};

use super::requests::caller::Caller;
use crate::console::Console;
use crate::failure::Failure;
use crate::format;
use crate::layout::{FieldFault, Layout, Section};
use crate::pages::people::Choice;
use crate::pages::person::Badge;
use crate::reason;
use crate::visit::{Asked, Posted, SignedIn};

#[derive(Template)]
#[template(path = "substitutes.html")]
struct SubstitutesPage {
    page: Layout,
    notice: Option<String>,
    /// The sign-in link does not say which of the people this manager is.
    nobody: bool,
    current: Vec<Line>,
    past: Vec<Line>,
    /// The manager themselves, who sets nobody else's.
    absent: Option<String>,
    people: Vec<Choice>,
    typed: Typed,
}

struct Line {
    absent: String,
    stands_in: String,
    absent_name: String,
    stands_in_name: String,
    from: Date,
    period: String,
    badge: Badge,
    can_end: bool,
}

/// What was typed into the form.
#[derive(Default)]
struct Typed {
    absent: String,
    stands_in: String,
    from: String,
    until: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    done: String,
}

/// Everything that the page and its forms are judged by.
struct Present {
    caller: Caller,
    scene: Scene,
    /// Of everybody who has a user name.
    names: HashMap<IdentityId, String>,
}

/// As many as a browser proposes; others are written.
const MOST: usize = 2_000;
/// As many as are shown of those that are over.
const PAST: usize = 50;

/// `GET /rights/substitutes`
pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Asked(done): Asked<Done>,
) -> Result<Response, Failure> {
    let present = read(&console, &signed_in).await?;
    let notice = match done.done.as_str() {
        "set" => Some(signed_in.t("notice-substitute-set")),
        "ended" => Some(signed_in.t("notice-substitute-ended")),
        _ => None,
    };
    render(&signed_in, &present, notice, Vec::new(), Typed::default())
}

async fn read(console: &Console, signed_in: &SignedIn) -> Result<Present, Failure> {
    console.store.read(|tx| Box::pin(async { Ok(load(tx, signed_in).await?) })).await
}

async fn load(tx: &mut Tx, signed_in: &SignedIn) -> Result<Present, StoreError> {
    let scene = Scene::load(tx, signed_in.cvr()).await?;
    let called = scene.people.iter().map(|one| &one.facts).filter(|facts| facts.user_name.is_some());
    let called: Vec<IdentityId> = called.map(|facts| facts.identity).collect();
    let names = identity::names(tx, &called).await?;
    Ok(Present { caller: Caller::of(tx, signed_in).await?, names, scene })
}

impl Present {
    /// Somebody who works here, by user name.
    fn called(&self, user_name: &str) -> Option<&Facts> {
        let wanted = user_name.trim().to_lowercase();
        let is = |facts: &&Facts| {
            facts.here && facts.user_name.as_ref().is_some_and(|name| name.to_lowercase() == wanted)
        };
        self.scene.people.iter().map(|one| &one.facts).find(is)
    }

    /// The user name by which this manager is away; `None` where anybody may be.
    fn own_user_name(&self) -> Option<String> {
        let own = self.caller.identities.iter().filter_map(|one| self.scene.person(*one));
        let mut own = own.filter(|person| person.facts.here).filter_map(|one| one.facts.user_name.clone());
        if self.caller.sees_everybody() { None } else { Some(own.next().unwrap_or_default()) }
    }

    fn may_set(&self, absent: &str) -> bool {
        self.own_user_name().is_none_or(|own| !own.is_empty() && own.to_lowercase() == absent.to_lowercase())
    }

    /// Nobody chooses who decides about them instead of their own manager.
    fn leads_caller(&self, absent: &Facts) -> bool {
        let chart = self.scene.chart();
        let own = self.caller.identities.iter().filter_map(|one| self.scene.person(*one));
        let above = own.flat_map(|person| chart.managers_of(&person.facts));
        above.into_iter().any(|manager| manager.identity == absent.identity)
    }

    fn is_about_caller(&self, one: &Substitute) -> bool {
        let own = self.own_user_name();
        own.is_none_or(|own| {
            [&one.absent, &one.stands_in].into_iter().any(|name| *name == own.to_lowercase())
        })
    }

    fn name(&self, user_name: &str) -> String {
        let called = self.called(user_name).and_then(|facts| self.names.get(&facts.identity));
        called.map_or_else(|| user_name.to_owned(), |name| format!("{name} ({user_name})"))
    }
}

fn render(
    signed_in: &SignedIn,
    present: &Present,
    notice: Option<String>,
    faults: Vec<FieldFault>,
    typed: Typed,
) -> Result<Response, Failure> {
    let page = signed_in.layout("substitutes-title");
    let see_rights = page.may(domain::permission::Action::SeeRights);
    let page = if see_rights { page.below(Section::Rights) } else { page.below(Section::Requests) };
    let mut page = page.with_faults(faults);
    "/rights/substitutes".clone_into(&mut page.address);
    let own = present.own_user_name();
    let about = present.scene.substitutes.iter().filter(|one| present.is_about_caller(one));
    let (past, current): (Vec<_>, Vec<_>) = about.partition(|one| one.until < present.scene.today);
    let shown = |one: &Substitute| line(&page, present, one);
    let status = if page.has_faults() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let template = SubstitutesPage {
        notice,
        nobody: own.as_ref().is_some_and(String::is_empty),
        current: current.into_iter().map(shown).collect(),
        past: past.into_iter().rev().take(PAST).map(shown).collect(),
        absent: own.map(|own| present.name(&own)),
        people: proposals(present),
        typed,
        page,
    };
    Ok((status, Html(template.render()?)).into_response())
}

fn line(page: &Layout, present: &Present, one: &Substitute) -> Line {
    let day = |date: Date| format::date(page.language, date);
    let days = [("from", day(one.from).into()), ("until", day(one.until).into())];
    let today = present.scene.today;
    let (kind, key) = if one.until < today {
        ("info", "substitute-over")
    } else if today < one.from {
        ("info", "substitute-not-yet")
    } else {
        ("success", "substitute-now")
    };
    Line {
        absent: one.absent.clone(),
        stands_in: one.stands_in.clone(),
        absent_name: present.name(&one.absent),
        stands_in_name: present.name(&one.stands_in),
        from: one.from,
        period: format::sentence(&page.tv("say-between", &days)),
        badge: Badge { kind, text: page.t(key) },
        can_end: present.may_set(&one.absent),
    }
}

/// Everybody who can stand in, as Danes sort, for the browser to propose.
fn proposals(present: &Present) -> Vec<Choice> {
    let chart = present.scene.chart();
    let proposed = |facts: &&Facts| facts.here && present.caller.knows(facts, &chart);
    let here = present.scene.people.iter().map(|one| &one.facts).filter(proposed);
    let mut people: Vec<Choice> = here
        .filter_map(|facts| {
            let value = facts.user_name.clone()?;
            let text = present.names.get(&facts.identity).cloned().unwrap_or_default();
            Some(Choice { value, text, chosen: false })
        })
        .collect();
    people.sort_by_cached_key(|one| domain::text::danish_sort_key(&one.text));
    people.truncate(MOST);
    people
}

/// `POST /rights/substitutes`
pub async fn set(
    State(console): State<Console>,
    signed_in: SignedIn,
    form: Posted,
) -> Result<Response, Failure> {
    let present = read(&console, &signed_in).await?;
    let page = signed_in.layout("substitutes-title");
    match checked(&page, &present, &form) {
        Ok(substitute) => {
            console
                .store
                .write(|tx| {
                    Box::pin(async {
                        substitute::set(tx, signed_in.cvr(), &substitute, signed_in.name()).await
                    })
                })
                .await?;
            Ok(Redirect::to("/rights/substitutes?done=set").into_response())
        }
        Err(faults) => {
            let typed = Typed {
                absent: reason::shown_again(form.value("absent")),
                stands_in: reason::shown_again(form.value("stands-in")),
                from: form.value("from").to_owned(),
                until: form.value("until").to_owned(),
            };
            render(&signed_in, &present, None, faults, typed)
        }
    }
}

/// Reads the form, or says everything that is wrong with it.
fn checked(page: &Layout, present: &Present, form: &Posted) -> Result<Substitute, Vec<FieldFault>> {
    let mut faults = Vec::new();
    let mut refuse = |field: &'static str, text: String| faults.push(FieldFault { field, text });
    let absent = present.own_user_name().unwrap_or_else(|| form.value("absent").to_owned());
    let stands_in = form.value("stands-in");
    for (field, user_name) in [("absent", absent.as_str()), ("stands-in", stands_in)] {
        if user_name.is_empty() {
            refuse(field, page.t("substitute-nobody"));
        } else if reason::looks_like_cpr(user_name) {
            refuse(field, page.t("request-has-cpr"));
        } else if present.called(user_name).is_none() {
            refuse(field, page.t1("substitute-unknown", user_name));
        }
    }
    if present.called(&absent).is_some_and(|absent| present.leads_caller(absent)) {
        refuse("absent", page.t("substitute-own-manager"));
    }
    if !stands_in.is_empty() && absent.to_lowercase() == stands_in.to_lowercase() {
        refuse("stands-in", page.t("substitute-oneself"));
    }
    let mut day = |field: &'static str| -> Option<Date> {
        let read = form.value(field).parse().ok();
        if read.is_none() {
            refuse(field, page.t("rule-no-day"));
        }
        read
    };
    let (from, until) = (day("from"), day("until"));
    let (Some(from), Some(until)) = (from, until) else { return Err(faults) };
    if until < from {
        let text = super::requests::say::refusal(page.language, Refusal::EndBeforeStart);
        refuse("until", text);
    } else if until < present.scene.today {
        refuse("until", page.t("request-day-passed"));
    }
    let substitute = Substitute { absent, stands_in: stands_in.to_owned(), from, until };
    if faults.is_empty() { Ok(substitute) } else { Err(faults) }
}

/// `POST /rights/substitutes/end`: one that this visitor may not end is not there.
pub async fn end(
    State(console): State<Console>,
    signed_in: SignedIn,
    form: Posted,
) -> Result<Response, Failure> {
    let present = read(&console, &signed_in).await?;
    let (absent, stands_in) = (form.value("absent"), form.value("stands-in"));
    let refused = |key: &str| {
        let fault = FieldFault { field: "substitutes", text: signed_in.t(key) };
        render(&signed_in, &present, None, vec![fault], Typed::default())
    };
    let Ok(from) = form.value("from").parse::<Date>() else { return refused("substitute-no-such") };
    if !present.may_set(absent) {
        return Err(Failure::NotFound);
    }
    let ended = console.store.write(|tx| {
        Box::pin(async {
            let key = (absent, stands_in, from);
            substitute::end(tx, signed_in.cvr(), key, signed_in.name()).await
        })
    });
    if !ended.await? {
        return refused("substitute-no-such");
    }
    Ok(Redirect::to("/rights/substitutes?done=ended").into_response())
}
