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
use crate::pages::person::rights as person_rights;
use crate::pages::rights::{
    administrators, attestation, bundle, bundles, drift, file, history, holders, one, requests, rule, rules,
    separations, substitutes,
};
use crate::pages::settings::certificates;
use crate::pages::{
    demo, jobs, language, log, organisations, outbox, overview, people, person, plans, questions, rights,
    settings, sign_in, sources, unmanaged,
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
    AnswerQuestion, ApprovePlan, AskForRights, Attest, ChangeRights, ChangeRules, DecideRequest, EditPerson,
    ExportLog, ExportPeople, ExportRights, GiveUpOperation, GrantRights, MakePlan, ManageCertificate,
    Reactivate, ReadSource, RetryOperation, RevealCpr, RunAttestation, SeeAttestation, SeeLog, SeeOutbox,
    SeeOverview, SeePeople, SeePlans, SeeRequests, SeeRights, SeeSettings, SeeSources, SetSubstitute,
    SettleUnmanaged, StopPlan, Suspend, TestConnection, VerifyLog,
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
    page("/people/{id}/rights", "person-rights-title", May(SeeRights), || get(person_rights::show)),
    form("/people/{id}/rights", "person-rights-title", May(GrantRights), || {
        post(person_rights::grants::give)
    }),
    form("/rights/grants/{id}/approve", "person-rights-title", May(GrantRights), || {
        post(person_rights::grants::approve)
    }),
    form("/rights/grants/{id}/end", "person-rights-title", May(GrantRights), || {
        post(person_rights::grants::end)
    }),
    page("/questions", "questions-title", May(SeePeople), || get(questions::show)),
    form("/questions/{number}", "questions-title", May(AnswerQuestion), || post(questions::answer)),
    page("/unmanaged", "unmanaged-title", May(SeePeople), || get(unmanaged::show)),
    form("/unmanaged/{uuid}", "unmanaged-title", May(SettleUnmanaged), || post(unmanaged::settle)),
    page("/rights", "rights-title", May(SeeRights), || get(rights::show)),
    download("/rights/holders/{format}", "rights-title", May(ExportRights), || get(holders::export)),
    page("/rights/bundles", "bundles-title", May(SeeRights), || get(bundles::show)),
    page("/rights/bundles/new", "bundle-new-title", May(ChangeRights), || get(bundle::blank)),
    form("/rights/bundles/new", "bundle-new-title", May(ChangeRights), || post(bundle::create)),
    page("/rights/bundles/{key}", "bundle-title", May(SeeRights), || get(bundle::show)),
    form("/rights/bundles/{key}", "bundle-title", May(ChangeRights), || post(bundle::save)),
    page("/rights/bundles/{key}/remove", "bundle-remove-title", May(ChangeRights), || {
        get(bundle::ask_removal)
    }),
    form("/rights/bundles/{key}/remove", "bundle-remove-title", May(ChangeRights), || post(bundle::remove)),
    form("/rights/separations", "bundles-title", May(ChangeRights), || post(separations::add)),
    form("/rights/separations/remove", "bundles-title", May(ChangeRights), || post(separations::remove)),
    page("/rights/rules", "rules-title", May(SeeRights), || get(rules::show)),
    page("/rights/rules/new", "rule-new-title", May(ChangeRights), || get(rule::blank)),
    form("/rights/rules/new", "rule-new-title", May(ChangeRights), || post(rule::create)),
    page("/rights/rules/{key}", "rule-title", May(SeeRights), || get(rule::show)),
    form("/rights/rules/{key}", "rule-title", May(ChangeRights), || post(rule::save)),
    form("/rights/rules/{key}/approve", "rule-title", May(ChangeRights), || post(rule::approve)),
    page("/rights/rules/{key}/remove", "rule-remove-title", May(ChangeRights), || get(rule::ask_removal)),
    form("/rights/rules/{key}/remove", "rule-remove-title", May(ChangeRights), || post(rule::remove)),
    page("/rights/requests", "requests-title", May(SeeRequests), || get(requests::show)),
    page("/rights/requests/new", "request-new-title", May(AskForRights), || get(requests::new::show)),
    form("/rights/requests/new", "request-new-title", May(AskForRights), || post(requests::new::ask)),
    page("/rights/requests/{id}", "request-title", May(SeeRequests), || get(requests::one::show)),
    form("/rights/requests/{id}/decision", "request-title", May(DecideRequest), || {
        post(requests::one::decide)
    }),
    form("/rights/requests/{id}/withdraw", "request-title", May(AskForRights), || {
        post(requests::one::withdraw)
    }),
    page("/rights/attestation", "attestation-title", May(SeeAttestation), || get(attestation::show)),
    page("/rights/attestation/new", "attestation-new-title", May(RunAttestation), || {
        get(attestation::new::blank)
    }),
    form("/rights/attestation/new", "attestation-new-title", May(RunAttestation), || {
        post(attestation::new::begin)
    }),
    page("/rights/attestation/{id}", "attestation-title", May(SeeAttestation), || {
        get(attestation::campaign::show)
    }),
    form("/rights/attestation/{id}/answers", "attestation-title", May(Attest), || {
        post(attestation::answers::answer)
    }),
    form("/rights/attestation/{id}/hand-over", "attestation-title", May(RunAttestation), || {
        post(attestation::campaign::hand_over)
    }),
    form("/rights/attestation/{id}/close", "attestation-title", May(RunAttestation), || {
        post(attestation::campaign::close)
    }),
    download("/rights/attestation/{id}/report/{format}", "attestation-title", May(ExportRights), || {
        get(attestation::report::export)
    }),
    page("/rights/substitutes", "substitutes-title", May(SetSubstitute), || get(substitutes::show)),
    form("/rights/substitutes", "substitutes-title", May(SetSubstitute), || post(substitutes::set)),
    form("/rights/substitutes/end", "substitutes-title", May(SetSubstitute), || post(substitutes::end)),
    page("/rights/drift", "rights-drift-title", May(SeeRights), || get(drift::show)),
    form("/rights/drift", "rights-drift-title", May(AnswerQuestion), || post(drift::answer)),
    page("/rights/administrators", "administrators-title", May(SeeRights), || get(administrators::show)),
    page("/rights/history", "rights-history-title", May(SeeRights), || get(history::show)),
    page("/rights/file", "rights-file-title", May(SeeRights), || get(file::show)),
    form("/rights/file", "rights-file-title", May(ChangeRights), || post(file::upload)),
    download("/rights/file/download", "rights-file-title", May(ExportRights), || get(file::download)),
    form("/rights/file/save", "rights-file-title", May(ChangeRights), || post(file::save)),
    page("/rights/{id}", "right-title", May(SeeRights), || get(one::show)),
    form("/rights/{id}/take-over", "right-title", May(ChangeRights), || post(one::take_over)),
    form("/rights/{id}/leave-alone", "right-title", May(ChangeRights), || post(one::leave_alone)),
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
    page("/jobs/{id}", "job-title", May(SeeOverview), || get(jobs::show)),
    download("/jobs/{id}/events", "job-title", May(SeeOverview), || get(jobs::events)),
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
