//! `emulator`: the stand-in for MitID Erhverv by itself.
//!
//! It has the organisations that `lokalid.toml` in its folder says are with the emulator, and gives each that has none a
//! system certificate, as somebody would order one from MitID Erhverv.

use std::{
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use domain::{Clock as _, Environment, Random as _, Variant};
use emulator::{
    CertificateAuthority, Emulator, EmulatorOptions, IssueRequest, OrganisationSettings, Running,
    issue_system_certificate, world::CertificateDemand,
};

use crate::{
    Ending,
    cli::EmulatorArguments,
    configuration::{Configuration, FILE_NAME, OrganisationSection},
    world::{SystemClock, SystemRandom, random_text},
};

pub async fn run(arguments: EmulatorArguments) -> Result<Ending> {
    let EmulatorArguments { dir, api, control } = arguments;
    let file = dir.join(FILE_NAME);
    let configuration = if file.exists() { Some(Configuration::read(&file)?) } else { None };
    let sections: Vec<&OrganisationSection> = configuration
        .iter()
        .flat_map(|configuration| &configuration.organisations)
        .filter(|section| section.environment == Environment::Emulator)
        .collect();
    let running = start(EmulatorOptions {
        dir: dir.clone(),
        api,
        control,
        organisations: sections.iter().map(|section| emulated(section)).collect(),
        certificate_demand: CertificateDemand::All,
        clock: Box::new(|| SystemClock.now()),
        random: Box::new(|octets| SystemRandom.fill(octets)),
    })
    .await?;
    let issued: Vec<Option<String>> =
        sections.iter().map(|section| equip_if_bare(&dir, section)).collect::<Result<_>>()?;
    let mut signals = crate::serve::StopSignals::listen()?;
    println!("IdM API: https://localhost:{}", running.api_addr().port());
    println!("Page for people: http://localhost:{}", running.control_addr().port());
    issued.iter().flatten().for_each(|line| println!("{line}"));
    signals.come().await;
    running.stop().await;
    Ok(Ending::Done)
}

pub async fn start(options: EmulatorOptions) -> Result<Running> {
    Ok(Emulator::start(options).await?)
}

fn emulated(section: &OrganisationSection) -> OrganisationSettings {
    let (cvr, name) = (section.cvr.as_str(), section.name.as_str());
    match section.variant {
        Variant::Light => OrganisationSettings::light(cvr, name),
        Variant::LocalIdp => OrganisationSettings::local_idp(cvr, name),
    }
}

/// Only where neither file is there: what somebody put there is never written over. Says what it made.
fn equip_if_bare(dir: &Path, section: &OrganisationSection) -> Result<Option<String>> {
    let (Some(certificate), Some(password)) = (&section.certificate, &section.certificate_password_file)
    else {
        return Ok(None);
    };
    let (certificate, password) = (dir.join(certificate), dir.join(password));
    if certificate.exists() || password.exists() {
        return Ok(None);
    }
    equip(dir, section.cvr.as_str(), &section.name, [&certificate, &password])?;
    Ok(Some(format!("System certificate of {}: {}", section.cvr, certificate.display())))
}

/// Issues a system certificate as MitID Erhverv would, into these files: the certificate and its password.
pub fn equip(dir: &Path, cvr: &str, name: &str, [file, password_file]: [&PathBuf; 2]) -> Result<()> {
    let now = SystemClock.now();
    let mut authority = CertificateAuthority::open(&dir.join("emulator/certificates"), now)?;
    let password = random_text::<16>();
    let certificate = issue_system_certificate(
        &mut authority,
        &IssueRequest {
            cvr: cvr.to_owned(),
            name: format!("{name} Lokalid"),
            organisation: name.to_owned(),
            not_before: now - jiff::SignedDuration::from_hours(1),
            not_after: now + jiff::SignedDuration::from_hours(3 * 365 * 24),
            password: password.clone(),
        },
    )?;
    write_secret(file, &certificate.p12)?;
    write_secret(password_file, password.as_bytes())
}

/// A file that only its owner may read.
fn write_secret(file: &Path, octets: &[u8]) -> Result<()> {
    let shown = || format!("the file {} cannot be written", file.display());
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).with_context(shown)?;
    }
    let mut open = std::fs::OpenOptions::new();
    let opened = open.create(true).truncate(true).write(true).mode(0o600).open(file);
    opened.and_then(|mut handle| handle.write_all(octets)).with_context(shown)
}
