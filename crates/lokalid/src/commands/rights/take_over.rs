//! `rights take-over` and `rights propose`: from what people hold in MitID Erhverv to what is decided here.

use std::{collections::BTreeSet, path::Path};

use anyhow::{Context as _, Result};
use domain::{
    Cvr, RightId,
    rights::{self, file},
};
use store::rights::{scene::Scene, take_over};

use crate::{
    Ending,
    cli::TakeOver,
    commands::{actor, person::only_organisation, rights::right_called},
    installation::Installation,
};

pub async fn run(
    installation: &Installation,
    organisation: Option<&Cvr>,
    arguments: &TakeOver,
) -> Result<Ending> {
    let cvr = only_organisation(installation, organisation)?;
    let by = actor(arguments.name.as_deref());
    let scene = installation.store.read(|tx| Box::pin(async { Scene::load(tx, &cvr).await })).await?;
    let rights: BTreeSet<RightId> = if arguments.all {
        scene.people.iter().flat_map(|one| &one.rights.held).map(|one| one.right).collect()
    } else {
        let called = arguments.rights.iter().map(|text| right_called(&scene.entitlements.catalogue, text));
        called.collect::<Result<_>>()?
    };
    let (why, version) = (&arguments.why, scene.entitlements.version);
    let taken = installation
        .store
        .write(|tx| Box::pin(async { take_over::take_over(tx, &cvr, version, &rights, &by, why).await }))
        .await?;
    println!(
        "{} rights are looked after from now on. {} holdings that no rule explains were kept as grants; nothing is taken \
         from anybody.",
        taken.rights, taken.grants
    );
    Ok(Ending::Done)
}

pub async fn propose(
    installation: &Installation,
    organisation: Option<&Cvr>,
    path: &Path,
    percent: u32,
) -> Result<Ending> {
    let cvr = only_organisation(installation, organisation)?;
    let scene = installation.store.read(|tx| Box::pin(async { Scene::load(tx, &cvr).await })).await?;
    let held = scene.people.iter().map(|one| (&one.facts, &one.rights.held));
    let proposal = rights::propose(&scene.rulebook(scene.policy()), percent, held);
    let text = file::write(&proposal, &scene.entitlements.catalogue, &cvr);
    std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))?;
    println!(
        "{}: {} bundles and {} rules, those in force included. Look at them, change what is wrong, and let `lokalid rights \
         import {} --plan` say who gains and loses.",
        path.display(),
        proposal.bundles.len(),
        proposal.rules.len(),
        path.display()
    );
    Ok(Ending::Done)
}
