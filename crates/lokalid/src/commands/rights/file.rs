//! `rights export` and `rights import`: the policy as a file, the same thing that the console edits.

use std::path::Path;

use anyhow::{Context as _, Result};
use domain::{
    Cvr, Language,
    rights::{Assignment, Catalogue, Change, Known, Policy, Preview, file},
};
use serde_json::{Value, json};
use store::{
    StoreError,
    rights::{Entitlements, facts, policy, scene::Scene},
};

use crate::{
    Ending,
    cli::RightsImport,
    commands::{actor, person::only_organisation},
    installation::Installation,
};

pub async fn export(installation: &Installation, organisation: Option<&Cvr>, path: &Path) -> Result<Ending> {
    let cvr = only_organisation(installation, organisation)?;
    let entitlements =
        installation.store.read(|tx| Box::pin(async { Entitlements::load(tx, &cvr).await })).await?;
    let text = file::write(&entitlements.policy, &entitlements.catalogue, &cvr);
    std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))?;
    let Policy { managed, bundles, rules, separations } = &entitlements.policy;
    println!(
        "{}: {} rights, {} bundles, {} rules, {} separations (version {}).",
        path.display(),
        managed.len(),
        bundles.len(),
        rules.len(),
        separations.len(),
        entitlements.version
    );
    Ok(Ending::Done)
}

pub async fn import(
    installation: &Installation,
    organisation: Option<&Cvr>,
    arguments: &RightsImport,
) -> Result<Ending> {
    let cvr = only_organisation(installation, organisation)?;
    let shown = arguments.file.display();
    let text = std::fs::read_to_string(&arguments.file).with_context(|| format!("{shown} cannot be read"))?;
    let by = actor(arguments.name.as_deref());
    let (scene, names) = installation
        .store
        .read(|tx| {
            Box::pin(async {
                let scene = Scene::load(tx, &cvr).await?;
                Ok::<_, StoreError>((scene, facts::names(tx, &cvr).await?))
            })
        })
        .await?;
    let known = Known {
        catalogue: &scene.entitlements.catalogue,
        places: &scene.entitlements.places,
        units: &names.folded_units,
        user_names: &names.user_names,
    };
    let mut new = file::read(&text, &cvr, known)
        .with_context(|| format!("{shown} was not taken in, and nothing was changed"))?;
    new.sign(scene.policy(), &by);
    tell(&scene.entitlements.catalogue, &scene.preview(&new), arguments.json);
    if arguments.plan {
        return Ok(Ending::Done);
    }
    let (version, why) = (scene.entitlements.version, &arguments.why);
    let saved = installation
        .store
        .write(|tx| Box::pin(async { policy::save(tx, &cvr, version, &new, &by, why).await }))
        .await?;
    if !arguments.json {
        let unchanged = if saved == version { "Nothing differs from" } else { "Taken in as" };
        println!("{unchanged} version {saved}. `lokalid plan` shows what it leads to.");
    }
    Ok(Ending::Done)
}

fn tell(catalogue: &Catalogue, preview: &Preview, as_json: bool) {
    let line = |change: &Change| -> Vec<String> {
        let name = |one: &Assignment| {
            let name =
                catalogue.get(&one.right).map_or_else(|| one.right.to_string(), |right| right.name.clone());
            format!("{name} ({})", one.scope.say(Language::English))
        };
        change.assignments.iter().map(name).collect()
    };
    if as_json {
        let list = |changes: &[Change]| -> Vec<Value> {
            changes
                .iter()
                .map(|one| json!({ "user_name": one.label, "rights": one.assignments, "names": line(one) }))
                .collect()
        };
        println!(
            "{}",
            json!({ "gains": list(&preview.gains), "losses": list(&preview.losses), "operations": [] })
        );
        return;
    }
    if preview.is_nothing() {
        println!("Nobody gains and nobody loses anything.");
    }
    for (word, changes) in [("gains", &preview.gains), ("loses", &preview.losses)] {
        for change in changes {
            println!("{:20} {word} {}", change.label, line(change).join(", "));
        }
    }
}
