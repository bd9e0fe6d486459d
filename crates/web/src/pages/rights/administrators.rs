//! `/rights/administrators`: who has a role of administrator inside MitID Erhverv, and who must get one back by hand:
//! nobody can give these roles but somebody in the portal.

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use store::view::rights::{self as view, Administrator};

use crate::console::Console;
use crate::failure::Failure;
use crate::layout::{Layout, Section};
use crate::pages::people::status_word;
use crate::visit::SignedIn;

#[derive(Template)]
#[template(path = "administrators.html")]
struct AdministratorsPage {
    page: Layout,
    lacking: Vec<Line>,
    administrators: Vec<Line>,
}

struct Line {
    address: Option<String>,
    name: String,
    roles: String,
    status: String,
}

const MOST: i64 = 500;

pub async fn show(State(console): State<Console>, signed_in: SignedIn) -> Result<Html<String>, Failure> {
    let cvr = signed_in.cvr();
    let (administrators, lacking) = console
        .store
        .read(|tx| {
            Box::pin(async {
                let administrators = view::administrators(tx, cvr, MOST).await?;
                Ok::<_, Failure>((administrators, view::to_recreate(tx, cvr, MOST).await?))
            })
        })
        .await?;
    let page = signed_in.layout("administrators-title").below(Section::Rights);
    let lines = |all: &[Administrator]| all.iter().map(|one| line(&page, one)).collect::<Vec<_>>();
    let (lacking, administrators) = (lines(&lacking), lines(&administrators));
    Ok(Html(AdministratorsPage { page, lacking, administrators }.render()?))
}

fn line(page: &Layout, one: &Administrator) -> Line {
    let roles: Vec<String> = one.roles.iter().map(|role| word(page, role)).collect();
    Line {
        address: one.identity.map(|identity| format!("/people/{identity}")),
        name: if one.name.is_empty() { page.t("person-nameless") } else { one.name.clone() },
        roles: roles.join(", "),
        status: status_word(page, &one.status),
    }
}

/// The word of the portal; one that is not known stands as it came.
fn word(page: &Layout, role: &str) -> String {
    match role {
        "OrganizationAdministrator" => page.t("role-organisation-administrator"),
        "IdentityAdministrator" => page.t("role-user-administrator"),
        "RightsAdministrator" => page.t("role-rights-administrator"),
        other => other.to_owned(),
    }
}
