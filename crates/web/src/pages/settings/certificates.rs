//! `/settings/certificates`: the certificate in use, others beside it, and a new one.
//!
//! An upload is sealed and kept; the worker looks at it from all sides, and what it found stands here. Only what passed
//! everything can be taken into use, and nothing does so by itself.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::CertificateId;
use domain::certificate::{Check, Facts, Fault};
use domain::permission::Action as Allowed;
use serde::Deserialize;
use store::certificate::{self, CertificateRecord, Keystore, MOST, Origin, State as Standing};
use store::job::{self, Wish};

use crate::console::Console;
use crate::failure::Failure;
use crate::faults::refused;
use crate::form::Upload;
use crate::format;
use crate::layout::{FieldFault, Layout, Section};
use crate::text::Value;
use crate::visit::{Asked, At, Posted, SignedIn};

#[derive(Template)]
#[template(path = "certificates.html")]
struct CertificatesPage {
    page: Layout,
    notice: Option<String>,
    alarm: Option<String>,
    in_use: Option<Shown>,
    others: Vec<Shown>,
    may_manage: bool,
}

/// What the settings page says of all this.
pub struct Summary {
    pub until: String,
    pub origin: Option<String>,
    pub alarm: Option<String>,
}

/// One certificate in words.
struct Shown {
    id: CertificateId,
    name: String,
    badge: &'static str,
    state: String,
    facts: Vec<(String, String)>,
    origin: String,
    checked: Option<String>,
    checks: Vec<CheckShown>,
    may_be_used: bool,
    may_be_removed: bool,
}

struct CheckShown {
    what: &'static str,
    badge: &'static str,
    verdict: String,
    fault: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Seen {
    done: String,
    /// The certificate that was just looked at.
    looked: String,
}

const FILE: &str = "certificate-file";
const PASSWORD: &str = "certificate-password";

pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Asked(seen): Asked<Seen>,
) -> Result<Html<String>, Failure> {
    let all = read(&console, &signed_in).await?;
    let page = layout(&signed_in);
    let looked = all.iter().find(|one| one.id.to_string() == seen.looked);
    let faults = looked.map(|one| faults_of(&page, one)).unwrap_or_default();
    let ready = looked.is_some_and(|one| one.is_ready(page.now));
    let notice = done(&seen.done, ready).map(|key| page.t(key));
    Ok(Html(CertificatesPage { notice, ..page_of(&signed_in, page.with_faults(faults), &all) }.render()?))
}

/// `POST /settings/certificates`: keeps a new one and has the worker look at it.
pub async fn upload(
    State(console): State<Console>,
    signed_in: SignedIn,
    form: Posted,
) -> Result<Response, Failure> {
    let page = layout(&signed_in);
    let pkcs12 = match pkcs12(&form) {
        Ok(octets) => octets.to_vec(),
        Err(key) => return again(&console, &signed_in, page.t(key)).await,
    };
    let keystore = Keystore { pkcs12, password: form.exactly(PASSWORD).to_owned() };
    let kept = console.store.write(|tx| {
        Box::pin(async {
            let Some(id) = certificate::add(tx, signed_in.cvr(), &keystore, signed_in.name()).await? else {
                return Ok(None);
            };
            ask_for_check(tx, &signed_in, id).await.map(Some)
        })
    });
    match kept.await? {
        Some(job) => Ok(Redirect::to(&format!("/jobs/{job}")).into_response()),
        None => again(&console, &signed_in, page.tn("fault-certificate-many", limit())).await,
    }
}

/// `POST /settings/certificates/{id}/check`
pub async fn check(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(id): At<CertificateId>,
) -> Result<Redirect, Failure> {
    let asked = console.store.write(|tx| {
        Box::pin(async {
            match certificate::one(tx, signed_in.cvr(), id).await? {
                Some(_) => ask_for_check(tx, &signed_in, id).await.map(Some),
                None => Ok(None),
            }
        })
    });
    Ok(asked.await?.map_or_else(|| back("gone"), |job| Redirect::to(&format!("/jobs/{job}"))))
}

/// `POST /settings/certificates/{id}/use`
pub async fn take_into_use(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(id): At<CertificateId>,
) -> Result<Redirect, Failure> {
    let taken = console.store.write(|tx| {
        Box::pin(async { certificate::take_into_use(tx, signed_in.cvr(), id, signed_in.name()).await })
    });
    Ok(back(if taken.await? { "used" } else { "unready" }))
}

/// `POST /settings/certificates/{id}/remove`
pub async fn remove(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(id): At<CertificateId>,
) -> Result<Redirect, Failure> {
    let removed = console
        .store
        .write(|tx| Box::pin(async { certificate::remove(tx, signed_in.cvr(), id, signed_in.name()).await }));
    Ok(back(if removed.await? { "removed" } else { "gone" }))
}

/// How the certificate in use stands, for the settings page.
pub fn summary(page: &Layout, signed_in: &SignedIn, all: &[CertificateRecord]) -> Summary {
    let in_use = in_use(all);
    let facts = in_use.and_then(|one| one.facts.as_ref());
    Summary {
        until: facts.map_or_else(|| page.t("certificate-none"), |facts| until(page, facts)),
        origin: in_use.map(|one| origin(page, one)),
        alarm: alarm(page, signed_in, all),
    }
}

async fn ask_for_check(
    tx: &mut store::Tx,
    signed_in: &SignedIn,
    id: CertificateId,
) -> Result<i64, store::StoreError> {
    job::ask(tx, signed_in.cvr(), &Wish::CheckCertificate { certificate: id }, signed_in.name()).await
}

/// The file, if it can be one; otherwise the key of what is wrong.
fn pkcs12(form: &Posted) -> Result<&[u8], &'static str> {
    /// Every PKCS#12 file is one ASN.1 sequence.
    const SEQUENCE: u8 = 0x30;
    match form.file(FILE) {
        Upload::Nothing => Err("fault-certificate-missing"),
        Upload::TooLarge => Err("fault-certificate-large"),
        Upload::Octets(octets) if octets.first() == Some(&SEQUENCE) => Ok(octets),
        Upload::Octets(_) => Err("fault-certificate-kind"),
    }
}

/// The page again with what is wrong with the file. The password is not shown again.
async fn again(console: &Console, signed_in: &SignedIn, text: String) -> Result<Response, Failure> {
    let all = read(console, signed_in).await?;
    let page = layout(signed_in).with_faults(vec![FieldFault { field: FILE, text }]);
    refused(&page_of(signed_in, page, &all))
}

fn done(word: &str, ready: bool) -> Option<&'static str> {
    match word {
        "used" => Some("certificate-done-used"),
        "removed" => Some("certificate-done-removed"),
        "gone" => Some("certificate-done-gone"),
        "unready" => Some("certificate-done-unready"),
        _ => ready.then_some("certificate-done-ready"),
    }
}

fn back(done: &str) -> Redirect {
    Redirect::to(&format!("/settings/certificates?done={done}"))
}

fn layout(signed_in: &SignedIn) -> Layout {
    let mut page = signed_in.layout("certificates-title").below(Section::Settings);
    "/settings/certificates".clone_into(&mut page.address);
    page
}

async fn read(console: &Console, signed_in: &SignedIn) -> Result<Vec<CertificateRecord>, Failure> {
    let look = console.store.read(|tx| Box::pin(async { certificate::all(tx, signed_in.cvr()).await }));
    Ok(look.await?)
}

fn page_of(signed_in: &SignedIn, page: Layout, all: &[CertificateRecord]) -> CertificatesPage {
    let beside = all.iter().filter(|one| matches!(one.state, Standing::Waiting | Standing::Replaced));
    CertificatesPage {
        notice: None,
        alarm: alarm(&page, signed_in, all),
        in_use: in_use(all).map(|one| shown(&page, one)),
        others: beside.map(|one| shown(&page, one)).collect(),
        may_manage: page.may(Allowed::ManageCertificate),
        page,
    }
}

fn in_use(all: &[CertificateRecord]) -> Option<&CertificateRecord> {
    all.iter().find(|one| one.state == Standing::InUse)
}

/// What is wrong with the one in use, and what to do about it.
fn alarm(page: &Layout, signed_in: &SignedIn, all: &[CertificateRecord]) -> Option<String> {
    let facts = in_use(all).and_then(|one| one.facts.as_ref());
    let trouble = signed_in.record.certificate_trouble.as_ref();
    let wrong = match (facts.filter(|facts| facts.not_after < page.now), trouble) {
        (Some(facts), _) => page.t1("certificate-alarm-expired", &day(page, facts.not_after)),
        (None, Some((_, trouble))) => page.t1("certificate-alarm-refused", &trouble.fault.say(page.language)),
        (None, None) => return None,
    };
    let spare = certificate::spare(all, page.now).and_then(|one| one.facts.as_ref());
    let next = match spare {
        Some(facts) => page.t1("certificate-alarm-spare", facts.name()),
        None => page.t("certificate-alarm-new"),
    };
    Some(format!("{wrong} {next}"))
}

/// What is wrong with an upload that was refused, at the field that it came in.
fn faults_of(page: &Layout, one: &CertificateRecord) -> Vec<FieldFault> {
    if one.state != Standing::Refused {
        return Vec::new();
    }
    let faults = one.findings.iter().filter_map(|finding| finding.fault.as_ref());
    let at = |fault: &Fault| if *fault == Fault::WrongPassword { PASSWORD } else { FILE };
    faults.map(|fault| FieldFault { field: at(fault), text: fault.say(page.language) }).collect()
}

fn shown(page: &Layout, one: &CertificateRecord) -> Shown {
    let ready = one.is_ready(page.now);
    let (badge, state) = match one.state {
        Standing::InUse => ("success", "certificate-in-use"),
        _ if ready => ("info", "certificate-ready"),
        _ if one.findings.is_empty() => ("info", "certificate-unchecked"),
        _ => ("warning", "certificate-unready"),
    };
    Shown {
        id: one.id,
        name: one
            .facts
            .as_ref()
            .map_or_else(|| page.t("certificate-nameless"), |facts| facts.name().to_owned()),
        badge,
        state: page.t(state),
        facts: one.facts.as_ref().map(|facts| facts_shown(page, facts)).unwrap_or_default(),
        origin: origin(page, one),
        checked: one.checked_at.map(|at| page.t1("certificate-checked", &page.moment(&at))),
        checks: if one.findings.is_empty() { Vec::new() } else { checks(page, one) },
        may_be_used: ready,
        may_be_removed: one.origin == Origin::Uploaded && one.state != Standing::InUse,
    }
}

fn facts_shown(page: &Layout, facts: &Facts) -> Vec<(String, String)> {
    let span = [("from", day(page, facts.not_before).into()), ("to", day(page, facts.not_after).into())];
    [
        ("certificate-validity", page.tv("certificate-span", &span)),
        ("certificate-left", until(page, facts)),
        ("certificate-kind", format::sentence(facts.kind.say(page.language))),
        ("certificate-cvr", facts.cvr.spaced()),
        ("certificate-subject", facts.subject.clone()),
        ("certificate-issuer", facts.issuer.clone()),
        ("certificate-serial", facts.serial.clone()),
        ("certificate-fingerprint", in_pairs(&facts.fingerprint)),
    ]
    .map(|(key, value)| (page.t(key), value))
    .into()
}

/// Every check, also those that were not come to.
fn checks(page: &Layout, one: &CertificateRecord) -> Vec<CheckShown> {
    let all = Check::ALL.map(|check| {
        let finding = one.findings.iter().find(|finding| finding.check == check);
        let (badge, key) = match finding.map(|finding| &finding.fault) {
            Some(None) => ("success", "certificate-check-good"),
            Some(Some(_)) => ("error", "certificate-check-wrong"),
            None => ("info", "certificate-check-untried"),
        };
        let fault = finding.and_then(|finding| finding.fault.as_ref());
        CheckShown {
            what: check.say(page.language),
            badge,
            verdict: page.t(key),
            fault: fault.map(|fault| fault.say(page.language)),
        }
    });
    all.into()
}

fn origin(page: &Layout, one: &CertificateRecord) -> String {
    match one.origin {
        Origin::File => page.t("certificate-from-file"),
        Origin::Uploaded => {
            let at = page.moment(&one.added_at);
            page.tv("certificate-from-upload", &[("by", one.added_by.as_str().into()), ("at", at.into())])
        }
    }
}

fn until(page: &Layout, facts: &Facts) -> String {
    let days = facts.days_left(page.now);
    let key = if days < 0 { "certificate-expired" } else { "certificate-days" };
    let date = day(page, facts.not_after);
    page.tv(key, &[("count", Value::Count(days)), ("number", page.n(days).into()), ("date", date.into())])
}

fn day(page: &Layout, moment: jiff::Timestamp) -> String {
    format::date(page.language, domain::danish_date(moment))
}

/// As other programs print a fingerprint.
fn in_pairs(digits: &str) -> String {
    let letters: Vec<char> = digits.to_uppercase().chars().collect();
    letters.chunks(2).map(String::from_iter).collect::<Vec<_>>().join(":")
}

fn limit() -> i64 {
    i64::try_from(MOST).unwrap_or(i64::MAX)
}
