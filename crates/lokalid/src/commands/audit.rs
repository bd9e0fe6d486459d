//! `audit verify` and `audit export`.

use std::{fs::File, io::BufReader, path::Path};

use anyhow::{Context as _, Result, bail};
use store::{Keys, PublicKey, log};

use crate::{Ending, cli::Audit, commands::actor, configuration::Configuration, installation::Installation};

pub async fn run(installation: &Installation, command: &Audit) -> Result<Ending> {
    match command {
        Audit::Verify { .. } => verify(installation).await,
        Audit::Export { file } => export(installation, file).await,
        Audit::RenewCheckpoints { why, name } => renew(installation, name.as_deref(), why).await,
    }
}

async fn verify(installation: &Installation) -> Result<Ending> {
    // Before anything is sealed: what is written now must not cover what was lost.
    let configuration = &installation.configuration;
    let report = log::verify(&installation.store, &configuration.path(&configuration.checkpoints)).await?;
    for fault in &report.faults {
        println!("{fault}");
    }
    if report.is_good() {
        let young = match report.unsealed {
            0 => String::new(),
            number => format!(" {number} more are too young to be sealed."),
        };
        println!("The log is whole: {} records, {} checkpoints.{young}", report.sealed, report.checkpoints);
        Ok(Ending::Done)
    } else {
        println!("The log was changed: {} faults.", report.fault_count);
        Ok(Ending::Failed)
    }
}

/// Somebody goes on without the lines that the file of checkpoints lost, and says why.
async fn renew(installation: &Installation, name: Option<&str>, why: &str) -> Result<Ending> {
    let lines = installation.sealer().renew_file(&actor(name), why).await?;
    let configuration = &installation.configuration;
    println!(
        "{lines} lines written again into {}. The log says who did it and why.",
        configuration.path(&configuration.checkpoints).display()
    );
    Ok(Ending::Done)
}

async fn export(installation: &Installation, file: &Path) -> Result<Ending> {
    if file.is_file() {
        bail!("{} is there already, and nothing is overwritten: choose another name", file.display());
    }
    installation.sealer().finish().await?;
    let to = File::create(file).with_context(|| format!("the file {}", file.display()))?;
    let report = log::export(&installation.store, to).await?;
    println!(
        "{} records in {}. Verify anywhere with: lokalid audit verify {} --public-key {}",
        report.records,
        file.display(),
        file.display(),
        installation.store.keys().public_key()
    );
    Ok(Ending::Done)
}

/// Checks an export with the public key alone: no configuration, no database. Without one it is that of this
/// installation.
pub fn verify_export(configuration: &Path, file: &Path, public_key: Option<&str>) -> Result<Ending> {
    let key = match public_key {
        Some(key) => PublicKey::parse(key).context(
            "--public-key is not a key as `lokalid audit export` prints it: 64 digits and letters from a to f",
        )?,
        None if configuration.exists() => {
            let configuration = Configuration::read(configuration)?;
            Keys::read(&configuration.path(&configuration.keys))?.public_key()
        }
        None => bail!(
            "an export is verified with the public key that `lokalid audit export` printed: --public-key KEY"
        ),
    };
    let from = File::open(file).with_context(|| format!("the file {}", file.display()))?;
    match log::verify_export(BufReader::new(from), &key) {
        Ok(report) => {
            println!("The export is whole: {} records.", report.records);
            Ok(Ending::Done)
        }
        Err(fault) => {
            println!("{fault}");
            Ok(Ending::Failed)
        }
    }
}
