//! What each page shows, taken from the world.

use askama::Template;
use uuid::Uuid;

use super::language::Language;
use crate::world::{Employee, PortalAction, Status, Variant, World};

/// Rows of a list on one page.
const ROWS: usize = 100;

#[derive(Template)]
#[template(path = "index.html")]
pub(super) struct Index {
    t: Language,
    organisations: Vec<OrganisationRow>,
}

pub(super) struct OrganisationRow {
    cvr: String,
    name: String,
    variant: &'static str,
    users: usize,
    mails: usize,
}

#[derive(Template)]
#[template(path = "organisation.html")]
pub(super) struct Organisation {
    t: Language,
    cvr: String,
    name: String,
    users: Vec<Employee>,
    page: Paging,
}

#[derive(Template)]
#[template(path = "mailbox.html")]
pub(super) struct Mailbox {
    t: Language,
    cvr: String,
    name: String,
    mails: Vec<MailRow>,
    page: Paging,
}

pub(super) struct MailRow {
    to: String,
    name: String,
    sent_at: String,
    expires_at: String,
    link: String,
}

#[derive(Template)]
#[template(path = "user.html")]
pub(super) struct UserPage {
    t: Language,
    cvr: String,
    name: String,
    base: String,
    user: Employee,
    actions: Vec<(&'static str, &'static str)>,
    catalogue: Vec<(Uuid, String)>,
}

#[derive(Template)]
#[template(path = "activate.html")]
pub(super) struct Activation {
    t: Language,
    name: String,
    organisation: String,
    link: String,
}

#[derive(Template)]
#[template(path = "message.html")]
pub(super) struct Message {
    pub t: Language,
    pub heading: &'static str,
    pub text: String,
    pub back: String,
}

/// Which rows of how many, and where the neighbours are.
pub(super) struct Paging {
    first: usize,
    last: usize,
    total: usize,
    previous: Option<usize>,
    next: Option<usize>,
}

pub(super) fn index(world: &World, t: Language) -> Index {
    let rows = world.organisations().map(|settings| OrganisationRow {
        cvr: settings.cvr.clone(),
        name: settings.name.clone(),
        variant: match settings.variant {
            Variant::Light => "Light",
            Variant::LocalIdp => t.of("Lokal IdP", "Local IdP"),
        },
        users: world.employees(&settings.cvr).count(),
        mails: world.mailbox(&settings.cvr).len(),
    });
    Index { t, organisations: rows.collect() }
}

pub(super) fn organisation(
    world: &World,
    cvr: &str,
    side: Option<usize>,
    t: Language,
) -> Option<Organisation> {
    let name = name(world, cvr)?;
    let page = Paging::new(side, world.employees(cvr).count());
    let users = world.employees(cvr).skip(page.first.saturating_sub(1)).take(ROWS).cloned().collect();
    Some(Organisation { t, cvr: cvr.to_owned(), name, users, page })
}

pub(super) fn mailbox(world: &World, cvr: &str, side: Option<usize>, t: Language) -> Option<Mailbox> {
    let name = name(world, cvr)?;
    let mails = world.mailbox(cvr);
    let page = Paging::new(side, mails.len());
    let newest_first = mails.iter().rev().skip(page.first.saturating_sub(1)).take(ROWS);
    let rows = newest_first.map(|mail| MailRow {
        to: mail.to.clone(),
        name: mail.name.clone(),
        sent_at: mail.sent_at.to_string(),
        expires_at: mail.expires_at.to_string(),
        link: mail.link(cvr),
    });
    Some(Mailbox { t, cvr: cvr.to_owned(), name, mails: rows.collect(), page })
}

pub(super) fn user(world: &World, cvr: &str, uuid: Uuid, t: Language) -> Option<UserPage> {
    let user = world.employee(cvr, uuid)?.clone();
    let label = |(path, action)| (path, t.action(action));
    Some(UserPage {
        t,
        cvr: cvr.to_owned(),
        name: name(world, cvr)?,
        base: format!("/organisation/{cvr}/user/{uuid}"),
        actions: actions(&user).into_iter().map(label).collect(),
        catalogue: world.catalogue(cvr),
        user,
    })
}

/// Whether the link still holds is said when the button is pressed.
pub(super) fn activation(
    world: &World,
    cvr: &str,
    uuid: Uuid,
    code: &str,
    t: Language,
) -> Option<Activation> {
    let user = world.employee(cvr, uuid)?;
    Some(Activation {
        t,
        name: format!("{} {}", user.given_name, user.surname),
        organisation: name(world, cvr)?,
        link: format!("/activate/{cvr}/{uuid}/{code}"),
    })
}

/// With the last part of its path.
fn actions(user: &Employee) -> Vec<(&'static str, PortalAction)> {
    let mut actions = match user.status {
        Status::Pending => vec![("activate", PortalAction::Activate), ("resend", PortalAction::Resend)],
        Status::Active => vec![("suspend", PortalAction::Suspend)],
        Status::Suspended => vec![("reactivate", PortalAction::Reactivate)],
    };
    actions.push(("delete", PortalAction::Delete));
    actions
}

fn name(world: &World, cvr: &str) -> Option<String> {
    world.organisations().find(|settings| settings.cvr == cvr).map(|settings| settings.name.clone())
}

impl Paging {
    fn new(side: Option<usize>, total: usize) -> Self {
        let pages = total.div_ceil(ROWS).max(1);
        let number = side.unwrap_or(1).clamp(1, pages);
        let skipped = (number - 1) * ROWS;
        Self {
            first: skipped + 1,
            last: (skipped + ROWS).min(total),
            total,
            previous: (number > 1).then(|| number - 1),
            next: (number < pages).then_some(number + 1),
        }
    }
}
