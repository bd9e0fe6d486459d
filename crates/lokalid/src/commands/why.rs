//! `why`: why somebody holds a right, or why not, and what if.

use anyhow::{Context as _, Result};
use domain::{Cvr, Language, rights::Route};
use serde_json::{Value, json};
use store::rights::{
    catalogue,
    inquiry::{self, Finding, Inquiry},
};

use crate::{
    Ending,
    cli::Why,
    commands::{orders::find, rights::right_called},
    installation::Installation,
};

pub async fn run(installation: &Installation, organisation: Option<&Cvr>, arguments: &Why) -> Result<Ending> {
    let (cvr, identity) = find(installation, organisation, &arguments.person).await?;
    let catalogue =
        installation.store.read(|tx| Box::pin(async { catalogue::rights(tx, &cvr).await })).await?;
    let right = right_called(&catalogue, &arguments.right)?;
    let asked = Inquiry {
        identity,
        right,
        on: arguments.on,
        unit: arguments.if_unit.clone(),
        title: arguments.if_title.clone(),
    };
    let found =
        installation.store.read(|tx| Box::pin(async { inquiry::ask(tx, &cvr, &asked).await })).await?;
    let found = found.context("that person was not here then")?;
    let name = catalogue.get(&right).map(|right| right.name.clone()).unwrap_or_default();
    if arguments.json {
        println!("{}", as_json(&found, right, &name)?);
    } else {
        print!("{}", as_words(&found, &name));
    }
    Ok(Ending::Done)
}

fn as_json(found: &Finding, right: domain::RightId, name: &str) -> Result<Value> {
    let mut because = Vec::new();
    for held in &found.explanation.because {
        because.push(serde_json::to_value(held)?);
    }
    if !found.managed {
        because.extend(found.held.iter().map(|one| {
            json!({ "kind": "left-alone", "scope": one.scope,
            "from": null, "until": null, "approved_by": [] })
        }));
    }
    let other = found.other.iter().map(|one| json!({ "type": one.kind, "value": one.value }));
    Ok(json!({
        "user_name": found.facts.label,
        "right": { "uuid": right, "name": name },
        "on": found.on,
        "holds": found.holds(),
        "managed": found.managed,
        "in_mitid_erhverv": found.held.iter().map(|one| one.scope).collect::<Vec<_>>(),
        "not_understood": other.collect::<Vec<_>>(),
        "because": because,
        "missing": if found.holds() { json!([]) } else { json!(found.explanation.missing) },
    }))
}

fn as_words(found: &Finding, name: &str) -> String {
    let who = &found.facts.label;
    let mut lines = Vec::new();
    match (found.holds(), found.managed) {
        (true, true) => lines.push(format!("{who} is to hold \"{name}\" on {}:", found.on)),
        (true, false) => lines.push(format!("{who} holds \"{name}\", which is left alone.")),
        (false, _) => lines.push(format!("{who} is not to hold \"{name}\" on {}.", found.on)),
    }
    for held in &found.explanation.because {
        lines.push(format!(
            "  in {}: {}",
            held.scope.say(Language::English),
            held.ground.say(Language::English)
        ));
    }
    if !found.holds() {
        lines.extend(found.explanation.missing.iter().map(missing));
    }
    let shown: Vec<String> = found.held.iter().map(|one| one.scope.say(Language::English)).collect();
    lines.push(match shown.as_slice() {
        [] => "MitID Erhverv does not show it.".to_owned(),
        _ => format!("MitID Erhverv shows it in {}.", shown.join(", ")),
    });
    for one in &found.other {
        lines.push(format!(
            "MitID Erhverv shows it in a scope that is not understood: {} {}.",
            one.kind, one.value
        ));
    }
    lines.join("\n") + "\n"
}

fn missing(route: &Route) -> String {
    let needs: Vec<String> = route.needs.iter().map(|need| need.say(Language::English)).collect();
    match &route.name {
        Some(name) => format!("  \"{name}\" would give it, but for: {}", needs.join("; ")),
        None => format!("  what is missing: {}", needs.join("; ")),
    }
}
