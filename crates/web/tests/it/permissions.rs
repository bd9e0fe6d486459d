//! Every route for every role, against the permission table.

use axum::http::StatusCode;
use domain::Role;
use domain::permission::allows;
use web::{Access, Method, routes};

use crate::browser::ORIGIN;
use crate::world::World;

#[tokio::test]
async fn every_route_lets_in_exactly_the_roles_of_the_table() {
    for role in Role::ALL {
        let world = World::typical().await;
        let mut browser = world.visitor(role).await;
        let mut addresses = Vec::new();
        for route in routes().iter().filter(|route| route.path != "/sign-out") {
            addresses.push((route, world.address(route.path).await));
        }
        let asks_for_themselves = matches!(role, Role::Manager | Role::Employee);
        for (route, address) in addresses {
            let answer = match route.method {
                Method::Get | Method::Download => browser.get(&address).await,
                Method::Post => browser.post(&address, &[]).await,
            };
            let allowed = match route.access {
                Access::Anyone | Access::SignedIn => true,
                Access::May(action) => allows(role, action),
            };
            let expected: &[u16] = match route.path {
                "/sign-in/{secret}" => &[403],
                // Whoever may ask for no job has none, and the form names no organisation.
                "/jobs/{id}" | "/jobs/{id}/events" | "/organisations" if allowed => &[200, 404],
                // A manager or employee who is none of the people has to do with no request.
                path if asks_for_themselves
                    && ["/rights/requests/{id}", "/rights/attestation/{id}"]
                        .iter()
                        .any(|one| path.starts_with(one) && allowed) =>
                {
                    &[404]
                }
                _ if allowed => &[200, 303, 422],
                _ => &[403],
            };
            let status = answer.status.as_u16();
            assert!(expected.contains(&status), "{role}: {:?} {address} answered {status}", route.method);
        }
    }
}

#[tokio::test]
async fn who_is_not_signed_in_is_sent_to_the_sign_in_page() {
    let world = World::typical().await;
    let mut stranger = world.stranger();
    for route in routes().iter().filter(|route| route.access != Access::Anyone) {
        let address = world.address(route.path).await;
        let answer = match route.method {
            Method::Get | Method::Download => stranger.get(&address).await,
            Method::Post => stranger.post_raw(&address, &[("origin", ORIGIN)], &[]).await,
        };
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/sign-in"), "{address}");
    }
}

#[tokio::test]
async fn a_form_without_this_sessions_token_is_refused_everywhere() {
    let world = World::typical().await;
    let mut browser = world.visitor(Role::OrganisationAdministrator).await;
    let foreign = world.named("Bo Bruun", Role::OrganisationAdministrator).await.csrf().await;
    for route in routes().iter().filter(|route| route.method == Method::Post) {
        let address = world.address(route.path).await;
        for fields in [vec![], vec![("csrf", "")], vec![("csrf", foreign.as_str())]] {
            let answer = browser.post_raw(&address, &[("origin", ORIGIN)], &fields).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{address} {fields:?}");
        }
    }
}

#[tokio::test]
async fn a_form_from_another_site_is_refused_even_with_the_right_token() {
    let world = World::typical().await;
    let mut browser = world.visitor(Role::OrganisationAdministrator).await;
    let csrf = browser.csrf().await;
    for headers in [
        [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")],
        [("origin", "null"), ("sec-fetch-site", "same-origin")],
        [("origin", ORIGIN), ("sec-fetch-site", "same-site")],
    ] {
        let answer = browser.post_raw("/plans", &headers, &[("csrf", &csrf)]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{headers:?}");
    }
}

#[tokio::test]
async fn another_organisations_things_do_not_exist_here() {
    let world = World::typical().await;
    let mut browser = world.visitor(Role::OrganisationAdministrator).await;
    assert_eq!(browser.post("/organisations", &[("cvr", "90654321")]).await.location(), "/");
    for pattern in ["/people/{id}", "/plans/{id}", "/outbox/{id}", "/sources/{name}", "/rights/requests/{id}"]
    {
        let address = world.address(pattern).await;
        assert_eq!(browser.get(&address).await.status, StatusCode::NOT_FOUND, "{address}");
    }
    assert_eq!(browser.post("/organisations", &[("cvr", "90999999")]).await.status, StatusCode::NOT_FOUND);
}
