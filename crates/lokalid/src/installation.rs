//! The configuration made real: the open store and an engine with every organisation's client and sources.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, atomic::AtomicU64},
};

use anyhow::{Context as _, Result, bail};
use domain::{Cvr, Environment, Organisation};
use jiff::SignedDuration;
use store::{Keys, Location, Store, StoreError};
use sync::{
    Engine, Pace, Progress, Site, SourceKind, SourceSetup, WorkerId,
    api::{
        Client, ClientCertificate, ClientOptions, CreateTemplate,
        https::{HttpsTransport, Limits, ServerTrust},
        limits::{Adaptive, Bounds},
    },
    source::ldap::LdapSource,
};

use crate::{
    certificates::{InForce, Shown},
    configuration::{Configuration, OrganisationSection, SourceSection},
    presence::Presence,
    progress::Heard,
    world::{SystemClock, SystemRandom, random_text},
};

/// An opened installation.
pub struct Installation {
    pub configuration: Configuration,
    pub store: Store,
    pub engine: Arc<Engine>,
    /// Calls to MitID Erhverv since the start.
    pub calls: Arc<AtomicU64>,
    /// How far the work of each organisation has come.
    pub heard: Heard,
    certificates: BTreeMap<Cvr, Shown>,
    presence: Presence,
}

impl Installation {
    /// Opens the database and makes every organisation and source known to it.
    pub async fn open(file: &Path, progress: Progress) -> Result<Self> {
        let configuration = Configuration::read(file)?;
        let worker = worker_id();
        // Before the keys are read: whoever changes them must know of everybody who has the old ones.
        let presence = presence(&configuration, &worker)?;
        let store = open_store(&configuration).await?;
        let calls = Arc::new(AtomicU64::new(0));
        let (mut sites, mut certificates) = (Vec::new(), BTreeMap::new());
        for section in &configuration.organisations {
            let organisation = organisation(section);
            store
                .write(|tx| Box::pin(async { store::organisation::register(tx, &organisation).await }))
                .await?;
            let in_force = InForce::find(&store, &configuration, section).await?;
            let shown = Shown::new(in_force.clone());
            sites.push(site(&configuration, section, &in_force, &shown, &calls)?);
            certificates.insert(section.cvr.clone(), shown);
        }
        let heard = Heard::default();
        let engine = Engine::new(store.clone(), sites, worker, heard.before(progress));
        let installation = Self { configuration, store, engine, calls, heard, certificates, presence };
        installation.take_over().await?;
        installation.register().await?;
        Ok(installation)
    }

    /// What programs that were killed had in their hands is looked at anew, not when their leases end.
    async fn take_over(&self) -> Result<()> {
        if self.presence.is_alone() {
            self.store
                .write(|tx| {
                    Box::pin(async {
                        store::mail::take_back(tx).await?;
                        store::outbox::take_back(tx).await
                    })
                })
                .await?;
        }
        self.presence.share();
        for dead in self.presence.dead() {
            self.give_back(&dead.worker).await?;
            dead.forget();
        }
        Ok(())
    }

    /// What a program had in its hands and will not go on with.
    async fn give_back(&self, worker: &str) -> Result<(), StoreError> {
        self.store
            .write(|tx| {
                Box::pin(async {
                    store::outbox::take_back_from(tx, worker).await?;
                    store::mail::take_back_from(tx, worker).await?;
                    store::lease::release_all_of(tx, worker).await
                })
            })
            .await
    }

    async fn register(&self) -> Result<()> {
        for section in &self.configuration.organisations {
            self.engine.register_sources(&section.cvr).await?;
        }
        Ok(())
    }

    /// What an organisation shows MitID Erhverv; an error says why it has nothing to show.
    pub fn certificate(&self, section: &OrganisationSection) -> Result<ClientCertificate> {
        self.shown(&section.cvr)?.certificate()
    }

    /// Refuses work for which each of these organisations needs a certificate that can be used.
    pub fn demand_certificates(&self, chosen: &[Cvr]) -> Result<()> {
        for cvr in chosen {
            self.shown(cvr)?.certificate().with_context(|| format!("organisation {cvr}"))?;
        }
        Ok(())
    }

    pub fn shown(&self, cvr: &Cvr) -> Result<&Shown> {
        self.certificates.get(cvr).with_context(|| format!("organisation {cvr} is not in the configuration"))
    }

    /// What the configuration says of an organisation.
    pub fn section(&self, cvr: &Cvr) -> Result<&OrganisationSection> {
        let found = self.configuration.organisations.iter().find(|section| section.cvr == *cvr);
        found.with_context(|| format!("organisation {cvr} is not in the configuration"))
    }

    /// Gives back what is still in its hands, seals the log and closes the database, after which an SQLite database is
    /// one file.
    pub async fn close(self) -> Result<()> {
        self.give_back(&self.engine.worker.0).await?;
        let sealer = self.sealer();
        sealer.finish().await?;
        self.store.close().await?;
        Ok(())
    }

    pub fn sealer(&self) -> store::log::Sealer {
        let file = self.configuration.path(&self.configuration.checkpoints);
        store::log::Sealer::new(self.store.clone(), &self.engine.worker.0, file)
    }

    /// The organisations that a command is about: the one named, or all.
    pub fn chosen(&self, cvr: Option<&Cvr>) -> Result<Vec<Cvr>> {
        let all: Vec<Cvr> =
            self.configuration.organisations.iter().map(|section| section.cvr.clone()).collect();
        match cvr {
            None => Ok(all),
            Some(cvr) if all.contains(cvr) => Ok(vec![cvr.clone()]),
            Some(cvr) => anyhow::bail!("organisation {cvr} is not in the configuration"),
        }
    }
}

/// Opens the database that the configuration names.
pub async fn open_store(configuration: &Configuration) -> Result<Store> {
    let keys = Keys::read(&configuration.path(&configuration.keys))?;
    open_store_with(configuration, keys).await
}

pub async fn open_store_with(configuration: &Configuration, keys: Keys) -> Result<Store> {
    let location = location(configuration)?;
    refuse_lost(configuration, &location)?;
    Ok(Store::open(location, keys, Arc::new(SystemClock), Arc::new(SystemRandom)).await?)
}

/// Refuses to begin anew where there was a database: the file of checkpoints tells of one.
fn refuse_lost(configuration: &Configuration, location: &Location) -> Result<()> {
    let octets = |file: &Path| std::fs::metadata(file).map_or(0, |about| about.len());
    let checkpoints = configuration.path(&configuration.checkpoints);
    let has_folder = location.folder().is_some_and(Path::is_dir);
    match location.as_file() {
        Some(file) if has_folder && octets(file) == 0 && octets(&checkpoints) > 0 => bail!(
            "the database file {} is gone or empty, but the checkpoints in {} tell of records in it; nothing was changed. \
             If `database` in the configuration names the wrong file, correct it; if the file was lost, move away what is \
             left of it and restore a backup with `lokalid restore`; to begin anew, move the checkpoints away too",
            file.display(),
            checkpoints.display()
        ),
        _ => Ok(()),
    }
}

/// Where the database is.
pub fn location(configuration: &Configuration) -> Result<Location> {
    let address = match &configuration.database_file {
        Some(file) => std::fs::read_to_string(configuration.path(file))
            .with_context(|| {
                let file = configuration.path(file);
                format!(
                    "the file {} with the address of the database, as `database_file` names it, cannot be read; check \
                     the path and the rights",
                    file.display()
                )
            })?,
        None => configuration.database.clone(),
    };
    Ok(Location::parse(address.trim())?.relative_to(&configuration.folder))
}

/// Makes this program known to the others, who find its file beside the checkpoints.
pub fn presence(configuration: &Configuration, worker: &WorkerId) -> Result<Presence> {
    let checkpoints = configuration.path(&configuration.checkpoints);
    let folder = checkpoints.parent().unwrap_or(&configuration.folder);
    Ok(Presence::enter(folder, &worker.0, &location(configuration)?))
}

pub fn worker_id() -> WorkerId {
    let random = random_text::<6>();
    WorkerId(format!("{}-{}-{random}", store::lease::host(), std::process::id()))
}

/// The organisation as the configuration has it.
pub fn organisation(section: &OrganisationSection) -> Organisation {
    Organisation {
        cvr: section.cvr.clone(),
        name: section.name.clone(),
        variant: section.variant,
        environment: section.environment,
        settings: section.settings.clone(),
    }
}

/// The way to MitID Erhverv with this certificate.
pub fn https(
    configuration: &Configuration,
    section: &OrganisationSection,
    certificate: &ClientCertificate,
) -> Result<HttpsTransport> {
    let trust = match &section.server_authorities {
        Some(file) => ServerTrust::File(configuration.path(file)),
        None => ServerTrust::System,
    };
    Ok(HttpsTransport::new(&section.api_address(), certificate, &trust, Limits::default())?)
}

pub fn client_options(section: &OrganisationSection) -> ClientOptions {
    let template = section.create_template.clone();
    ClientOptions {
        operations: section.operations.clone(),
        create_template: template.unwrap_or_else(|| CreateTemplate::standard(section.variant)),
    }
}

fn site(
    configuration: &Configuration,
    section: &OrganisationSection,
    in_force: &InForce,
    shown: &Shown,
    calls: &Arc<AtomicU64>,
) -> Result<Site> {
    let transport = in_force
        .transport(configuration, section, calls, shown.refusal())
        .with_context(|| format!("organisation {}", section.cvr))?;
    let client = Client::new(transport, client_options(section), Arc::new(SystemClock));
    let at_once = configuration.schedule.at_once.max(1);
    let limits = Arc::new(Adaptive::new(Bounds { most: at_once, ..Bounds::default() }));
    let sources = section.sources.iter().map(|source| source_setup(configuration, source));
    Ok(Site {
        cvr: section.cvr.clone(),
        client,
        limits,
        sources: sources.collect::<Result<_>>()?,
        pace: pace(configuration, section),
    })
}

fn pace(configuration: &Configuration, section: &OrganisationSection) -> Pace {
    let schedule = &configuration.schedule;
    let standard = if section.environment == Environment::Emulator { 2 } else { 180 };
    let unknown_wait = schedule.unknown_wait_seconds.unwrap_or(standard);
    Pace {
        unknown_wait: SignedDuration::from_secs(i64::from(unknown_wait)),
        detail_age: SignedDuration::from_hours(24 * i64::from(schedule.details_days)),
        at_once: schedule.at_once.max(1),
        ..Pace::default()
    }
}

fn source_setup(configuration: &Configuration, source: &SourceSection) -> Result<SourceSetup> {
    let kind = match source {
        SourceSection::Csv { file, mapping, skip_broken, .. } => SourceKind::Csv {
            file: configuration.path(file),
            mapping: mapping.clone(),
            skip_broken: *skip_broken,
        },
        SourceSection::Ldap { .. } => SourceKind::Ldap(Box::new(ldap_source(configuration, source)?)),
    };
    Ok(SourceSetup { name: source.name().clone(), kind })
}

fn ldap_source(configuration: &Configuration, source: &SourceSection) -> Result<LdapSource> {
    let SourceSection::Ldap {
        url,
        starttls,
        allow_plain,
        authorities,
        bind_name,
        password_file,
        bases,
        filter,
        group,
        groups,
        attributes,
        more,
        skip_broken,
        ..
    } = source
    else {
        anyhow::bail!("not a directory");
    };
    let file = configuration.path(password_file);
    let password = std::fs::read_to_string(&file)
        .with_context(|| {
        format!(
            "the file {} with the directory's password, as `password_file` of the source `{}` names it, cannot be read; \
             check the path and the rights",
            file.display(),
            source.name()
        )
    })?;
    let trust = authorities
        .as_ref()
        .map_or(directory::Trust::System, |file| directory::Trust::File(configuration.path(file)));
    let settings = directory::Settings {
        address: directory::Address::parse(url, *starttls, *allow_plain)?,
        trust,
        bind_name: bind_name.clone(),
        password: directory::Secret::new(password.trim_end())?,
        limits: directory::Limits::default(),
    };
    let query = directory::Query::new(bases.iter().cloned(), filter.as_str())?
        .attributes(LdapSource::wanted_attributes(attributes, more))
        .groups(LdapSource::wanted_groups(group.as_ref(), groups));
    Ok(LdapSource {
        settings,
        query,
        attributes: attributes.clone(),
        more: more.clone(),
        group: group.clone(),
        groups: groups.clone(),
        skip_broken: *skip_broken,
    })
}
