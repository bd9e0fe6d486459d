//! `backup`, `restore` and `copy-database`.

use std::{path::Path, sync::Arc};

use anyhow::{Context as _, Result, bail};
use store::{Location, Store};

use crate::{
    Ending,
    configuration::Configuration,
    installation::Installation,
    world::{SystemClock, SystemRandom},
};

pub async fn backup(installation: &Installation, file: &Path) -> Result<Ending> {
    let backup = store::backup(&installation.store, file).await?;
    let keys = installation.configuration.path(&installation.configuration.keys);
    println!("{} ({} octets).", backup.file.display(), backup.octets);
    println!(
        "The keys are not in it. Keep {} in another place: without them the backup cannot be read.",
        keys.display()
    );
    Ok(Ending::Done)
}

pub async fn restore(configuration: &Path, file: &Path) -> Result<Ending> {
    let configuration = Configuration::read(configuration)?;
    let location = crate::installation::location(&configuration)?;
    let Some(database) = location.as_file() else {
        bail!("a backup is restored into an SQLite database; the configuration names {location}");
    };
    store::restore(file, database).await?;
    let store = crate::installation::open_store(&configuration)
        .await
        .context("the backup is in place but cannot be opened; are these the keys that belong to it?")?;
    store.close().await?;
    println!("{} is restored. `lokalid plan` shows whether there is anything to do.", database.display());
    Ok(Ending::Done)
}

pub async fn copy_database(installation: &Installation, url: &str) -> Result<Ending> {
    let keys = installation.store.keys().clone();
    let to = Store::open(Location::parse(url)?, keys, Arc::new(SystemClock), Arc::new(SystemRandom)).await?;
    let copied = store::copy_database(&installation.store, &to).await;
    let closed = to.close().await;
    let copied = copied?;
    closed?;
    let rows: u64 = copied.iter().map(|(_, rows)| rows).sum();
    println!(
        "{rows} rows of {} tables copied. Put the new address into `database` and start again.",
        copied.len()
    );
    Ok(Ending::Done)
}
