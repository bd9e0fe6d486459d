//! The demo's rights: bundles, rules and a wish that waits, taken in through the same file as everybody's.

use anyhow::{Context as _, Result};
use domain::{
    Cvr,
    rights::{Catalogue, Key, Known, file, request::Party},
};
use store::{
    StoreError, identity,
    rights::{
        Entitlements, facts, policy,
        request::{self, NewRequest, RequestError},
    },
};

use crate::{demo::people, installation::Installation};

/// Everything but the numbers of the organisation and of the rights, which follow from the emulator.
const POLICY: &str = include_str!("rights.toml");

/// Reads the catalogue and takes the policy in.
pub async fn begin(installation: &Installation, cvr: &Cvr) -> Result<()> {
    let engine = &installation.engine;
    engine.read_sources(cvr).await?;
    engine.read_catalogue_if_due(engine.site(cvr)?).await?;
    let (entitlements, mut names) = installation
        .store
        .read(|tx| {
            Box::pin(async {
                let entitlements = Entitlements::load(tx, cvr).await?;
                Ok::<_, StoreError>((entitlements, facts::names(tx, cvr).await?))
            })
        })
        .await?;
    // With few people not every unit has somebody in it yet.
    people::units().for_each(|unit| names.put_unit(Some(unit)));
    let text = filled(&entitlements.catalogue, cvr);
    let known = Known {
        catalogue: &entitlements.catalogue,
        places: &entitlements.places,
        units: &names.folded_units,
        user_names: &names.user_names,
    };
    let mut new = file::read(&text, cvr, known).context("the demo's own rights are wrong")?;
    new.sign(&entitlements.policy, "demo");
    let why = "the demo begins";
    let (version, save) = (entitlements.version, &new);
    installation
        .store
        .write(|tx| Box::pin(async { policy::save(tx, cvr, version, save, "demo", why).await }))
        .await?;
    make_a_wish(installation, cvr).await
}

/// Somebody asks for the sensitive bundle, and nobody has answered yet. Where nobody fits, nobody asks.
async fn make_a_wish(installation: &Installation, cvr: &Cvr) -> Result<()> {
    let asked = installation.store.write(|tx| {
        Box::pin(async {
            let people = facts::everybody(tx, cvr).await?;
            let with_manager = people.iter().filter(|one| one.facts.here && one.facts.manager.is_some());
            for person in with_manager.chain(&people) {
                let identity = person.facts.identity;
                let mut names = identity::names(tx, &[identity]).await?;
                let asked_by = Party {
                    name: names.remove(&identity).unwrap_or_else(|| person.facts.label.clone()),
                    identity: Some(identity),
                    rights_administrator: false,
                };
                let wish = NewRequest {
                    identity,
                    bundle: Key::for_name("betalinger"),
                    from: None,
                    until: None,
                    why: "Jeg skal betale A-skatten, mens Dorte er på barsel".to_owned(),
                    case: Some("26/0815".to_owned()),
                    asked_by,
                };
                match request::ask(tx, cvr, &wish, None).await {
                    Err(RequestError::StandsAgainst(_)) => {}
                    asked => return asked.map(drop),
                }
            }
            Ok(())
        })
    });
    Ok(asked.await?)
}

fn filled(catalogue: &Catalogue, cvr: &Cvr) -> String {
    let uuid =
        |name: &str| catalogue.iter().find(|(_, right)| right.name == name).map(|(id, _)| id.to_string());
    let line = |line: &str| -> String {
        let name = line.strip_suffix(" = \"\"").map(|name| name.trim_matches('"'));
        match name.and_then(uuid) {
            Some(uuid) => line.replace("\"\"", &format!("\"{uuid}\"")),
            None => line.replace("\"CVR\"", &format!("\"{cvr}\"")),
        }
    };
    POLICY.lines().map(line).collect::<Vec<_>>().join("\n")
}
