//! `keys`: which keys there are, a new one in place of an old one, and an old one out of the file.
//!
//! A program that was started with the old keys cannot read what a new one sealed, so nobody else may be at work.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use serde_json::json;
use store::{AuditEntry, Keys, SEALED_COLUMNS, Sealed, Store, count_sealed, log::Sealer, reseal};

use crate::{
    Ending,
    cli::KeysCommand,
    commands::actor,
    configuration::Configuration,
    installation::{open_store_with, presence, worker_id},
    presence::Presence,
    world::SystemRandom,
};

pub async fn run(file: &Path, command: KeysCommand) -> Result<Ending> {
    let configuration = Configuration::read(file)?;
    let worker = worker_id();
    let presence = presence(&configuration, &worker)?;
    let keys = Keys::read(&configuration.path(&configuration.keys))?;
    let mut opened = Opened { store: open_store_with(&configuration, keys).await?, configuration, presence };
    let done = match command {
        KeysCommand::List { json } => opened.list(json).await,
        KeysCommand::Rotate { name } => opened.rotate(&actor(name.as_deref())).await,
        KeysCommand::Remove { key, name } => opened.remove(key, &actor(name.as_deref())).await,
    };
    let file = opened.configuration.path(&opened.configuration.checkpoints);
    let sealed = Sealer::new(opened.store.clone(), &worker.0, file).finish().await;
    opened.store.close().await?;
    let ending = done?;
    sealed?;
    Ok(ending)
}

/// The database, with no certificate and no source: keys are changed also where those are out of order.
struct Opened {
    configuration: Configuration,
    store: Store,
    presence: Presence,
}

impl Opened {
    async fn list(&self, as_json: bool) -> Result<Ending> {
        let sealed = count_sealed(&self.store, SEALED_COLUMNS).await?;
        let keys = self.store.keys();
        let seals = |id: u32| id == keys.current_id();
        if as_json {
            let one = |id: u32| json!({ "key": id, "seals": seals(id), "sealed": number(&sealed, id) });
            println!("{}", json!({ "keys": keys.ids().into_iter().map(one).collect::<Vec<_>>() }));
            return Ok(Ending::Done);
        }
        for id in keys.ids() {
            let does = if seals(id) { "seals and opens" } else { "opens only" };
            println!("key {id}: {does}; {} values in the database are sealed with it", number(&sealed, id));
        }
        Ok(Ending::Done)
    }

    /// A rotation that was stopped half-way is ended before another one is begun.
    async fn rotate(&mut self, by: &str) -> Result<Ending> {
        self.refuse_others()?;
        let current = self.store.keys().current_id();
        let sealed = count_sealed(&self.store, SEALED_COLUMNS).await?;
        if sealed.keys().all(|id| *id == current) {
            self.add_key(by).await?;
        } else {
            println!("A rotation was stopped half-way; it goes on with key {current}.");
        }
        let values = reseal(&self.store, SEALED_COLUMNS).await?;
        let key = self.store.keys().current_id();
        self.tell_log(by, "keys.rotated", json!({ "key": key, "values": values })).await?;
        println!("{values} values are sealed again, with key {key}.");
        self.say_what_may_go().await
    }

    /// The key file is on disk before anything is sealed with what is new in it.
    async fn add_key(&mut self, by: &str) -> Result<()> {
        let keys = Keys::add_sealing_key(&self.folder(), &SystemRandom)?;
        let key = keys.current_id();
        self.store.close().await?;
        self.store = open_store_with(&self.configuration, keys).await?;
        self.tell_log(by, "keys.added", json!({ "key": key })).await?;
        println!(
            "Key {key} is new in {}. Copy that file to its safe place now, and to every other node.",
            self.folder().display()
        );
        Ok(())
    }

    async fn say_what_may_go(&self) -> Result<Ending> {
        let sealed = count_sealed(&self.store, SEALED_COLUMNS).await?;
        let current = self.store.keys().current_id();
        let old =
            self.store.keys().ids().into_iter().filter(|id| *id != current && number(&sealed, *id) == 0);
        for id in old {
            println!(
                "Nothing in the database needs key {id} any more: `lokalid keys remove {id}` takes it out of the key \
                 file. Backups made until now need it: keep the old key file as long as those, apart from them."
            );
        }
        Ok(Ending::Done)
    }

    async fn remove(&self, key: u32, by: &str) -> Result<Ending> {
        let values = number(&count_sealed(&self.store, SEALED_COLUMNS).await?, key);
        if values > 0 && key != self.store.keys().current_id() {
            bail!(
                "{values} values in the database are sealed with key {key}; `lokalid keys rotate` seals them anew"
            );
        }
        Keys::remove_sealing_key(&self.folder(), key)?;
        self.tell_log(by, "keys.removed", json!({ "key": key })).await?;
        println!("Key {key} is gone from {}.", self.folder().display());
        Ok(Ending::Done)
    }

    fn refuse_others(&self) -> Result<()> {
        let on_sqlite = self.store.location().folder().is_some();
        if self.presence.others() > 0 || (on_sqlite && !self.presence.is_alone()) {
            bail!(
                "another program is at work on this database and could not read what a new key seals: stop `serve` and \
                 whatever else runs, and try again. Nothing was changed"
            );
        }
        Ok(())
    }

    fn folder(&self) -> PathBuf {
        self.configuration.path(&self.configuration.keys)
    }

    async fn tell_log(&self, by: &str, action: &str, detail: serde_json::Value) -> Result<()> {
        let entry = AuditEntry::of_installation(by, action).detail(detail);
        Ok(self.store.write(|tx| Box::pin(async { tx.audit(entry.clone()).await })).await?)
    }
}

fn number(sealed: &Sealed, key: u32) -> i64 {
    sealed.get(&key).copied().unwrap_or(0)
}
