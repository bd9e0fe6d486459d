//! `routes`: the table that the console's router is made from, for the browser's walk through every page.

use anyhow::Result;
use domain::{Role, permission::allows};
use serde_json::{Value, json};
use web::{Access, Method, Route};

use crate::Ending;

pub fn run() -> Result<Ending> {
    let routes: Vec<Value> = web::routes().iter().map(shown).collect();
    println!("{}", serde_json::to_string_pretty(&routes)?);
    Ok(Ending::Done)
}

fn shown(route: &Route) -> Value {
    let method = match route.method {
        Method::Get => "page",
        Method::Download => "download",
        Method::Post => "form",
    };
    json!({ "method": method, "path": route.path, "roles": roles(route.access), "sign_in": route.access != Access::Anyone })
}

fn roles(access: Access) -> Vec<&'static str> {
    let may = |role: &Role| match access {
        Access::Anyone | Access::SignedIn => true,
        Access::May(action) => allows(*role, action),
    };
    Role::ALL.into_iter().filter(may).map(Role::name).collect()
}
