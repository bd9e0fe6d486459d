//! Every address of the console as data: method, path, title, what it needs.
//!
//! The router, the permission test and the walk through all pages in a browser are made from this one table, so a
//! page cannot exist without a permission or escape a test.

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodRouter, get, post};
use domain::permission::Action;

use crate::console::Console;
use crate::failure::Failure;
use crate::pages::settings::certificates;
use crate::pages::{
    demo, jobs, language, log, organisations, outbox, overview, people, person, plans, questions, settings,
    sign_in, sources, unmanaged,
};
use crate::{assets, gate, headers};

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    pub method: Method,
    pub path: &'static str,
    /// The text key of the page's title; for a POST, that of the page that it leads to.
    pub title: &'static str,
    pub access: Access,
    handler: fn() -> MethodRouter<Console>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// A page for people.
    Get,
    /// A file or a stream.
    Download,
    Post,
}

/// Who may come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Anyone,
    SignedIn,
    May(Action),
}

/// The table.
pub fn routes() -> &'static [Route] {
    ROUTES
}

/// The whole console.
pub fn router(console: Console) -> Router {
    let mut pages = Router::new();
    for route in ROUTES {
        let check = from_fn_with_state((console.clone(), route.access), gate::check);
        pages = pages.route(route.path, (route.handler)().layer(check));
    }
    pages
        .fallback(async || Failure::NotFound)
        .method_not_allowed_fallback(async || Failure::WrongMethod)
        .layer(from_fn_with_state(console.clone(), gate::enter))
        .route("/static/{version}/{*path}", get(assets::serve))
        .layer(from_fn(headers::add))
        .with_state(console)
}

const fn page(
    path: &'static str,
    title: &'static str,
    access: Access,
    handler: fn() -> MethodRouter<Console>,
) -> Route {
    Route { method: Method::Get, path, title, access, handler }
}

const fn download(
    path: &'static str,
    title: &'static str,
    access: Access,
    handler: fn() -> MethodRouter<Console>,
) -> Route {
    Route { method: Method::Download, path, title, access, handler }
}

const fn form(
    path: &'static str,
    title: &'static str,
    access: Access,
    handler: fn() -> MethodRouter<Console>,
) -> Route {
    Route { method: Method::Post, path, title, access, handler }
}

use Access::{Anyone, May, SignedIn};
use Action::{
    AnswerQuestion, ApprovePlan, ChangeRules, EditPerson, ExportLog, ExportPeople, GiveUpOperation, MakePlan,
    ManageCertificate, Reactivate, ReadSource, RetryOperation, RevealCpr, SeeLog, SeeOutbox, SeeOverview,
    SeePeople, SeePlans, SeeSettings, SeeSources, StopPlan, Suspend, TestConnection, VerifyLog,
};

static ROUTES: &[Route] = &[
    page("/", "overview-title", May(SeeOverview), || get(overview::show)),
    page("/sign-in", "sign-in-title", Anyone, || get(sign_in::show)),
    page("/sign-in/{secret}", "sign-in-title", Anyone, || get(sign_in::redeem).head(sign_in::look)),
    form("/sign-out", "sign-in-title", SignedIn, || post(sign_in::sign_out)),
    page("/language/{code}", "overview-title", Anyone, || get(language::choose)),
    page("/organisations", "organisations-title", SignedIn, || get(organisations::show)),
    form("/organisations", "overview-title", SignedIn, || post(organisations::choose)),
    page("/people", "people-title", May(SeePeople), || get(people::show)),
    download("/people/export/{format}", "people-title", May(ExportPeople), || get(people::export)),
    page("/people/by-cpr", "by-cpr-title", May(RevealCpr), || get(people::ask_cpr)),
    form("/people/by-cpr", "people-title", May(RevealCpr), || post(people::find_cpr)),
    page("/people/new", "person-new-title", May(EditPerson), || get(person::edit::blank)),
    form("/people/new", "person-new-title", May(EditPerson), || post(person::edit::create)),
    page("/people/{id}", "person-title", May(SeePeople), || get(person::show)),
    page("/people/{id}/edit", "person-edit-title", May(EditPerson), || get(person::edit::show)),
    form("/people/{id}/edit", "person-edit-title", May(EditPerson), || post(person::edit::save)),
    form("/people/{id}/end", "person-title", May(EditPerson), || post(person::actions::end)),
    form("/people/{id}/reopen", "person-title", May(EditPerson), || post(person::actions::reopen)),
    form("/people/{id}/suspend", "person-title", May(Suspend), || post(person::actions::suspend)),
    form("/people/{id}/reactivate", "person-title", May(Reactivate), || post(person::actions::reactivate)),
    form("/people/{id}/cpr", "person-title", May(RevealCpr), || post(person::actions::reveal_cpr)),
    page("/questions", "questions-title", May(SeePeople), || get(questions::show)),
    form("/questions/{number}", "questions-title", May(AnswerQuestion), || post(questions::answer)),
    page("/unmanaged", "unmanaged-title", May(SeePeople), || get(unmanaged::show)),
    form("/unmanaged/{uuid}", "unmanaged-title", May(AnswerQuestion), || post(unmanaged::settle)),
    page("/plans", "plans-title", May(SeePlans), || get(plans::list)),
    form("/plans", "plans-title", May(MakePlan), || post(plans::make)),
    page("/plans/{id}", "plan-title", May(SeePlans), || get(plans::show)),
    download("/plans/{id}/events", "plan-title", May(SeePlans), || get(plans::events)),
    download("/plans/{id}/export", "plan-title", May(SeePlans), || get(plans::export)),
    form("/plans/{id}/decision", "plan-title", May(ApprovePlan), || post(plans::decide)),
    form("/plans/{id}/stop", "plan-title", May(StopPlan), || post(plans::stop)),
    page("/outbox", "outbox-title", May(SeeOutbox), || get(outbox::list)),
    page("/outbox/{id}", "operation-title", May(SeeOutbox), || get(outbox::show)),
    form("/outbox/{id}/retry", "operation-title", May(RetryOperation), || post(outbox::retry)),
    form("/outbox/{id}/give-up", "operation-title", May(GiveUpOperation), || post(outbox::give_up)),
    page("/sources", "sources-title", May(SeeSources), || get(sources::list)),
    page("/sources/{name}", "source-title", May(SeeSources), || get(sources::show)),
    form("/sources/{name}/read", "source-title", May(ReadSource), || post(sources::read)),
    page("/jobs/{id}", "job-title", SignedIn, || get(jobs::show)),
    download("/jobs/{id}/events", "job-title", SignedIn, || get(jobs::events)),
    page("/log", "log-title", May(SeeLog), || get(log::show)),
    form("/log/verify", "log-title", May(VerifyLog), || post(log::verify)),
    download("/log/export", "log-title", May(ExportLog), || get(log::export)),
    page("/settings", "settings-title", May(SeeSettings), || get(settings::show)),
    page("/settings/certificates", "certificates-title", May(SeeSettings), || get(certificates::show)),
    form("/settings/certificates", "certificates-title", May(ManageCertificate), || {
        post(certificates::upload)
    }),
    form("/settings/certificates/{id}/check", "certificates-title", May(ManageCertificate), || {
        post(certificates::check)
    }),
    form("/settings/certificates/{id}/use", "certificates-title", May(ManageCertificate), || {
        post(certificates::take_into_use)
    }),
    form("/settings/certificates/{id}/remove", "certificates-title", May(ManageCertificate), || {
        post(certificates::remove)
    }),
    form("/settings/rules", "settings-title", May(ChangeRules), || post(settings::rules)),
    form("/settings/owners", "settings-title", May(ChangeRules), || post(settings::owners)),
    form("/settings/schedule", "settings-title", May(ChangeRules), || post(settings::schedule)),
    form("/settings/test", "settings-title", May(TestConnection), || post(settings::test_connection)),
    form("/demo/next-day", "overview-title", May(MakePlan), || post(demo::next_day)),
];
