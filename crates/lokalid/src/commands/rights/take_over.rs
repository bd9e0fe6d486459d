//! `rights take-over` and `rights propose`: from what people hold in MitID Erhverv to what is decided here.

use std::{collections::BTreeSet, path::Path};

use anyhow::{Context as _, Result};
use domain::{
    Cvr, RightId, danish_date,
    rights::{self, file},
};
use store::{
    StoreError,
    rights::{Entitlements, facts, take_over},
};

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
    let (entitlements, people) = installation
        .store
        .read(|tx| {
            Box::pin(async {
                let entitlements = Entitlements::load(tx, &cvr).await?;
                Ok::<_, StoreError>((entitlements, facts::everybody(tx, &cvr).await?))
            })
        })
        .await?;
    let rights: BTreeSet<RightId> = if arguments.all {
        people.iter().flat_map(|one| &one.rights.held).map(|one| one.right).collect()
    } else {
        let called = arguments.rights.iter().map(|text| right_called(&entitlements.catalogue, text));
        called.collect::<Result<_>>()?
    };
    let (why, version) = (&arguments.why, entitlements.version);
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
    let (entitlements, people, now) = installation
        .store
        .read(|tx| {
            Box::pin(async {
                let entitlements = Entitlements::load(tx, &cvr).await?;
                Ok::<_, StoreError>((entitlements, facts::everybody(tx, &cvr).await?, tx.now()))
            })
        })
        .await?;
    let today = danish_date(now);
    let held = people.iter().map(|one| (&one.facts, &one.rights.held));
    let rulebook = entitlements.rulebook(&entitlements.policy, today, held.clone());
    let proposal = rights::propose(&rulebook, percent, held);
    let text = file::write(&proposal, &entitlements.catalogue, &cvr);
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
