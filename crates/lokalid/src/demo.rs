//! `demo`: a fictitious municipality and an emulated MitID Erhverv, kept in step by the shipped program.
//!
//! The folder is an ordinary installation. The demo is its own first contact: it reads, shows the plan with its cost,
//! approves it in the name `demo`, and carries it out.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::Path,
    sync::atomic::Ordering,
};

use anyhow::{Context as _, Result, bail};
use domain::{Clock as _, Cvr, Random as _, guard::Origin};
use emulator::{
    EmulatorOptions, Running,
    world::{CertificateDemand, OrganisationSettings},
};
use store::Keys;
use sync::Approval;

use crate::{
    Ending,
    cli::{Demo, DemoVariant},
    commands::{apply_all, equip},
    configuration::{Configuration, FILE_NAME},
    installation::Installation,
    progress,
    world::{SystemClock, SystemRandom},
};

mod configuration_text;
pub mod next_day;
pub mod people;
mod rights;

/// The organisations of the demo: an invented CVR number each.
const LIGHT: (&str, &str) = ("90123456", "Nørreby Kommune");
const LOCAL_IDP: (&str, &str) = ("90654321", "Sønderby Kommune");

pub async fn run(arguments: Demo) -> Result<Ending> {
    let began = Stopwatch::start();
    let dir = &arguments.dir;
    refuse_foreign_folder(dir)?;
    if arguments.fresh && dir.exists() {
        std::fs::remove_dir_all(dir)
            .with_context(|| format!("the folder {} could not be removed", dir.display()))?;
    }
    let running = prepare(&arguments).await?;
    let installation = Installation::open(&dir.join(FILE_NAME), progress::on_terminal()).await?;
    let ending = synchronise(&installation).await;
    let ending = match ending {
        Ok(ending) => last_line(&installation, &began, ending).await,
        error => error,
    };
    if arguments.once || ending.is_err() {
        let closed = installation.close().await;
        running.stop().await;
        closed?;
        return ending;
    }
    println!("MitID Erhverv (emulated): http://localhost:{}", running.control_addr().port());
    let address = serve_address(&installation, arguments.port)?;
    remember_port(&installation, address.port())?;
    let served = crate::serve::with_demo(&installation, &running, &address).await;
    let closed = installation.close().await;
    running.stop().await;
    closed?;
    served
}

/// Only a folder that a demo made, or began to make, is removed or written into.
fn refuse_foreign_folder(dir: &Path) -> Result<()> {
    let is_empty = std::fs::read_dir(dir).map_or(true, |mut entries| entries.next().is_none());
    if !is_empty && !dir.join("emulator").exists() {
        bail!(
            "{} was not made by a demo, so nothing in it is changed; name another folder with --dir",
            dir.display()
        );
    }
    Ok(())
}

fn serve_address(installation: &Installation, port: Option<u16>) -> Result<SocketAddr> {
    let wanted = port.filter(|port| *port != 0).or_else(|| {
        let address = &installation.configuration.web.address;
        address.rsplit(':').next().and_then(|port| port.trim_end_matches('/').parse().ok())
    });
    let first = wanted.unwrap_or(8080);
    let free = (first..first.saturating_add(100))
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok());
    let port = free.context("no port from 8080 on is free; give one with --port")?;
    Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
}

/// Sign-in links are made for the address in the configuration, so that must be the one that is listened on.
fn remember_port(installation: &Installation, port: u16) -> Result<()> {
    let configuration = &installation.configuration;
    let address = format!("http://localhost:{port}");
    if configuration.web.address == address {
        return Ok(());
    }
    let file = configuration.folder.join(FILE_NAME);
    let text = std::fs::read_to_string(&file)?;
    let old = format!("address = \"{}\"", configuration.web.address);
    std::fs::write(&file, text.replacen(&old, &format!("address = \"{address}\""), 1))?;
    Ok(())
}

/// Makes the folder, or goes on with the one that is there, and starts the emulator.
async fn prepare(arguments: &Demo) -> Result<Running> {
    let dir = &arguments.dir;
    let new = !dir.join(FILE_NAME).exists();
    // The emulator takes any free port the first time, so that nobody else can take it in between.
    let api_port = if new { 0 } else { configured_port(dir)? };
    std::fs::create_dir_all(dir).with_context(|| format!("the folder {} cannot be made", dir.display()))?;
    let organisations = organisations(arguments.variant);
    let running = crate::commands::start_emulator(EmulatorOptions {
        dir: dir.clone(),
        api: SocketAddr::from((Ipv4Addr::LOCALHOST, api_port)),
        control: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        organisations: organisations.iter().map(|one| one.emulated.clone()).collect(),
        certificate_demand: CertificateDemand::All,
        clock: Box::new(|| SystemClock.now()),
        random: Box::new(|octets| SystemRandom.fill(octets)),
    })
    .await?;
    if new {
        let written = write_folder(arguments, &organisations, running.api_addr().port());
        if let Err(error) = written {
            running.stop().await;
            return Err(error);
        }
    }
    Ok(running)
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

fn configured_port(dir: &Path) -> Result<u16> {
    let configuration = Configuration::read(&dir.join(FILE_NAME))?;
    let api = configuration.organisations.first().and_then(|section| section.api.clone());
    let port = api.as_deref().and_then(|api| api.rsplit(':').next()).and_then(|port| port.parse().ok());
    port.with_context(|| format!("{} names no emulator", dir.join(FILE_NAME).display()))
}

/// One organisation of the demo.
struct Fictitious {
    cvr: &'static str,
    name: &'static str,
    variant: &'static str,
    emulated: OrganisationSettings,
    /// Its people's file and the number of its first person.
    file: &'static str,
    first: usize,
}

fn organisations(variant: DemoVariant) -> Vec<Fictitious> {
    let light = Fictitious {
        cvr: LIGHT.0,
        name: LIGHT.1,
        variant: "light",
        emulated: OrganisationSettings::light(LIGHT.0, LIGHT.1),
        file: "people.csv",
        first: people::LIGHT,
    };
    let local_idp = |file, first| Fictitious {
        cvr: LOCAL_IDP.0,
        name: LOCAL_IDP.1,
        variant: "local-idp",
        emulated: OrganisationSettings::local_idp(LOCAL_IDP.0, LOCAL_IDP.1),
        file,
        first,
    };
    match variant {
        DemoVariant::Light => vec![light],
        DemoVariant::LocalIdp => vec![local_idp("people.csv", people::LOCAL_IDP)],
        DemoVariant::Both => vec![light, local_idp("people-local-idp.csv", people::LOCAL_IDP)],
    }
}

fn write_folder(arguments: &Demo, organisations: &[Fictitious], api_port: u16) -> Result<()> {
    let dir = &arguments.dir;
    for one in organisations {
        std::fs::write(dir.join(one.file), people::csv(one.first, arguments.people))?;
        let file = |ending: &str| dir.join(format!("certificates/{}.{ending}", one.cvr));
        equip(dir, one.cvr, one.name, [&file("p12"), &file("password")])?;
    }
    // A demo that was stopped before it was whole has made them already.
    if !dir.join("keys").join(store::KEY_FILE_NAME).exists() {
        Keys::create(&dir.join("keys"), &SystemRandom)?;
    }
    let web_port = match arguments.port {
        Some(0) => free_port()?,
        port => port.unwrap_or(8080),
    };
    let text = configuration_text::write(organisations, api_port, web_port);
    std::fs::write(dir.join(FILE_NAME), text)?;
    Ok(())
}

/// The first plan of a new organisation is shown and approved in the name `demo`; later ones meet the guard.
async fn synchronise(installation: &Installation) -> Result<Ending> {
    let mut ending = Ending::Done;
    for cvr in installation.chosen(None)? {
        let first = installation.engine.organisation(&cvr).await?.first_contact.is_none();
        if first {
            rights::begin(installation, &cvr).await?;
        }
        let approval = if first { Some(first_contact(installation, &cvr).await?) } else { None };
        let applied = apply_all(installation, &[cvr], &Origin::Timer, approval.as_ref()).await?;
        if applied != Ending::Done {
            ending = applied;
        }
    }
    Ok(ending)
}

async fn first_contact(installation: &Installation, cvr: &Cvr) -> Result<Approval> {
    let applied = installation.engine.plan_only(cvr, Origin::Timer, true).await?;
    let record = &applied.planned.record;
    let counts: Vec<String> = record.counts.iter().map(|(kind, number)| format!("{number} {kind}")).collect();
    println!("First contact of {cvr}: {}. Cost: DKK {}.", counts.join(", "), record.cost_dkk);
    println!("Approved in the name `demo`, for it is a demo.");
    Ok(Approval {
        plan: record.id,
        by: "demo".to_owned(),
        why: "the demo is its own first contact".to_owned(),
    })
}

/// `in step: N of N people, D drift, C calls, S s`, over all organisations.
async fn last_line(installation: &Installation, began: &Stopwatch, ending: Ending) -> Result<Ending> {
    let (mut in_step, mut wanted, mut drift, mut whole) = (0, 0, 0, true);
    for cvr in installation.chosen(None)? {
        let standing = crate::commands::Standing::of(installation, &cvr).await?;
        in_step += standing.counts.in_step;
        wanted += standing.counts.wanted;
        drift += standing.counts.drift_fields;
        whole &= standing.in_step();
    }
    let calls = installation.calls.load(Ordering::Relaxed);
    println!("in step: {in_step} of {wanted} people, {drift} drift, {calls} calls, {:.1} s", began.seconds());
    if ending == Ending::Done && !whole {
        return Ok(Ending::Failed);
    }
    Ok(ending)
}

/// Time passed, for a person to read.
struct Stopwatch(jiff::Timestamp);

impl Stopwatch {
    fn start() -> Self {
        Self(SystemClock.now())
    }

    fn seconds(&self) -> f64 {
        SystemClock.now().duration_since(self.0).as_secs_f64()
    }
}
