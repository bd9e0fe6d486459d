//! What needs a human: one line each, with one link, one reason and one age.

use domain::permission::Action;

use super::Facts;
use crate::format;
use crate::layout::Layout;
use crate::text::Value;

/// One line of the list.
pub struct Task {
    pub title: String,
    pub address: String,
    pub text: String,
    pub badge: String,
    pub kind: &'static str,
    pub age: String,
}

/// Everything that waits for a human and that this caller may see, the most pressing first.
pub fn all(page: &Layout, facts: &Facts) -> Vec<Task> {
    let all = [
        (Action::SeePlans, plan(page, facts)),
        (Action::SeeOutbox, parked(page, facts)),
        (Action::SeePeople, questions(page, facts)),
        (Action::SeeRights, rights(page, facts)),
        (Action::DecideRequest, requests(page, facts)),
        (Action::Attest, reviews(page, facts)),
        (Action::SeePeople, obstacles(page, facts)),
        (Action::SeePeople, unmanaged(page, facts)),
    ];
    let seen = all.into_iter().filter(|(action, _)| page.may(*action)).filter_map(|(_, task)| task);
    let sources = facts.sources.iter().filter_map(|source| super::super::sources::task(page, source));
    let later = [waiting(page, facts), certificate(page, facts), alone(page, facts)];
    seen.chain(sources).chain(later.into_iter().flatten()).collect()
}

fn plan(page: &Layout, facts: &Facts) -> Option<Task> {
    let plan = facts.plan.as_ref()?;
    let values = [
        ("plan", plan.id.to_string().into()),
        ("number", page.n(plan.operation_count).into()),
        ("count", Value::Count(plan.operation_count)),
        ("price", format::kroner(page.language, plan.cost_dkk).into()),
        ("why", plan.held.first().map(|held| held.rule.say(page.language)).unwrap_or_default().into()),
    ];
    Some(Task {
        title: page.tv("task-plan", &values),
        address: format!("/plans/{}", plan.id),
        text: page.tv("task-plan-text", &values),
        badge: page.t("task-plan-badge"),
        kind: "error",
        age: page.t1("task-since", &page.moment(&plan.made_at)),
    })
}

fn parked(page: &Layout, facts: &Facts) -> Option<Task> {
    let oldest = facts.outbox.oldest_parked?;
    Some(Task {
        title: page.tn("task-parked", facts.outbox.parked),
        address: "/outbox?state=parked".to_owned(),
        text: page.t("task-parked-text"),
        badge: page.t("figure-parked"),
        kind: "error",
        age: page.t1("task-oldest", &page.moment(&oldest)),
    })
}

fn questions(page: &Layout, facts: &Facts) -> Option<Task> {
    let others = facts.counts.questions - facts.counts.rights_questions;
    counted(page, "questions", others, "/questions", "warning")
}

fn rights(page: &Layout, facts: &Facts) -> Option<Task> {
    counted(page, "rights", facts.counts.rights_questions, "/rights/drift", "warning")
}

fn requests(page: &Layout, facts: &Facts) -> Option<Task> {
    let (yours, all) = facts.requests;
    let yours = counted(page, "requests-yours", yours, "/rights/requests", "warning");
    yours.or_else(|| counted(page, "requests", all, "/rights/requests", "info"))
}

fn reviews(page: &Layout, facts: &Facts) -> Option<Task> {
    counted(page, "reviews", facts.reviews, "/rights/attestation", "warning")
}

fn obstacles(page: &Layout, facts: &Facts) -> Option<Task> {
    counted(page, "obstacles", facts.counts.obstacles, "/questions?show=mend", "warning")
}

fn unmanaged(page: &Layout, facts: &Facts) -> Option<Task> {
    counted(page, "unmanaged", facts.counts.unmanaged, "/unmanaged", "info")
}

fn waiting(page: &Layout, facts: &Facts) -> Option<Task> {
    counted(
        page,
        "waiting",
        facts.counts.waiting_long,
        "/people?show=not-activated&days=14&sort=waiting",
        "info",
    )
}

fn counted(page: &Layout, name: &str, number: i64, address: &str, kind: &'static str) -> Option<Task> {
    (number > 0).then(|| Task {
        title: page.tn(&format!("task-{name}"), number),
        address: address.to_owned(),
        text: page.t(&format!("task-{name}-text")),
        badge: page.t(&format!("task-{name}-badge")),
        kind,
        age: String::new(),
    })
}

/// Sixty days before the end there is still time for everything that a new certificate takes.
fn certificate(page: &Layout, facts: &Facts) -> Option<Task> {
    if let Some((at, _)) = &facts.organisation.certificate_trouble {
        return Some(Task {
            title: page.t("task-certificate-trouble"),
            address: "/settings/certificates".to_owned(),
            text: page.t("task-certificate-trouble-text"),
            badge: page.t("task-certificate-trouble-badge"),
            kind: "error",
            age: page.t1("task-since", &page.moment(at)),
        });
    }
    let until = facts.organisation.certificate_until?;
    let days = format::days_between(page.now, until);
    (days <= 60).then(|| Task {
        title: page.t("task-certificate"),
        address: "/settings/certificates".to_owned(),
        text: page.t("task-certificate-text"),
        badge: if days < 0 {
            page.t("task-certificate-over")
        } else {
            page.tn("task-certificate-badge", days)
        },
        kind: if days <= 14 { "error" } else { "info" },
        age: page.t1("task-until", &format::date(page.language, domain::danish_date(until))),
    })
}

/// One person approves their own plans here: that must not be forgotten.
fn alone(page: &Layout, facts: &Facts) -> Option<Task> {
    facts.organisation.organisation.settings.single_administrator.then(|| Task {
        title: page.t("task-alone"),
        address: "/settings#rules".to_owned(),
        text: page.t("task-alone-text"),
        badge: page.t("task-alone-badge"),
        kind: "info",
        age: String::new(),
    })
}
