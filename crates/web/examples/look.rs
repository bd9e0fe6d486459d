//! Serves the console of an invented municipality on http://localhost:8080, to look at its pages.
//!
//! `cargo run -p web --example look` prints a sign-in link. Nothing is sent anywhere and nothing is kept.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "the invented municipality is shared with the tests"
)]
#![expect(dead_code, reason = "the tests use more of it")]

#[path = "../tests/it/browser.rs"]
mod browser;
#[path = "../tests/it/html.rs"]
mod html;
#[path = "../tests/it/world.rs"]
mod world;
#[path = "../tests/it/world_rights.rs"]
mod world_rights;

use domain::Role;

#[tokio::main]
async fn main() {
    let empty = std::env::args().any(|argument| argument == "empty");
    let world = if empty { world::World::empty().await } else { world::World::typical().await };
    for role in Role::ALL {
        println!("{role}: {}{}", browser::ORIGIN, world.link("Mette Holm", role).await);
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await.unwrap();
    axum::serve(listener, world.router()).await.unwrap();
}
