//! Sources in: reads each source of an organisation and stores what is whole.

use domain::{Cvr, Snapshot, SourceName, Told, danish_date};
use store::source::{
    self, Imported,
    position::{self, Position},
};

use crate::{
    engine::{self, Engine, EngineError},
    progress::Stage,
    site::{SourceKind, SourceSetup},
    source::{
        csv::{CsvFaults, CsvOptions, read_csv},
        ldap::{LdapOptions, LdapSource, News},
    },
};

/// Why a source could not be read. The sentence says what, where and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ReadFault {
    #[error("the file {file} cannot be read: {why}. Is it there, and may Lokalid read it?")]
    File { file: String, why: std::io::Error },
    #[error("{file}: {faults}")]
    Csv { file: String, faults: CsvFaults },
    #[error(transparent)]
    Ldap(#[from] crate::source::ldap::LdapFault),
}

impl ReadFault {
    /// The sentence in parts, where there are words for it in more languages than one.
    pub fn parts(&self) -> Vec<domain::Parts> {
        match self {
            Self::File { file, .. } => vec![domain::Parts::new("csv-no-file").with("file", file)],
            Self::Csv { file, faults } => faults.parts(file),
            Self::Ldap(fault) => fault.parts(),
        }
    }
}

/// What came of reading the sources of an organisation.
#[derive(Debug, Default)]
pub struct Intake {
    /// Sources that could not be read, with the reason.
    pub faults: Vec<(SourceName, Told)>,
    /// Something was stored, and so everybody was resolved for today.
    pub(crate) resolved: bool,
}

impl Engine {
    /// Reads every source and stores what is whole. A source that fails changes nothing; its fault is told.
    pub async fn read_sources(&self, cvr: &Cvr) -> Result<Intake, EngineError> {
        let site = self.site(cvr)?;
        let mut intake = Intake::default();
        for (done, setup) in site.sources.iter().enumerate() {
            self.progress.count(cvr, Stage::ReadingSources, done, site.sources.len());
            match self.take_in(cvr, setup).await {
                Ok(imported) => intake.resolved |= imported,
                Err(SourceError::Fault(fault)) => {
                    let told = Told { words: fault.to_string(), parts: fault.parts() };
                    let Told { words, parts } = &told;
                    let name = &setup.name;
                    let note = self.store.write(|tx| {
                        Box::pin(async { source::note_failure(tx, cvr, name, words, parts).await })
                    });
                    note.await?;
                    let source = &setup.name;
                    tracing::warn!(organisation = %cvr, %source, "a source could not be read; what it said before still counts, and `lokalid source check` says why");
                    intake.faults.push((setup.name.clone(), told));
                }
                Err(SourceError::Engine(error)) => return Err(error),
            }
        }
        self.progress.count(cvr, Stage::ReadingSources, site.sources.len(), site.sources.len());
        Ok(intake)
    }

    /// Reads one source and stores what it says. A directory is asked first whether anything is new. `true`: there was
    /// something to store.
    async fn take_in(&self, cvr: &Cvr, setup: &SourceSetup) -> Result<bool, SourceError> {
        match &setup.kind {
            SourceKind::Csv { .. } => {
                let snapshot = self.read_source(cvr, setup, false).await?;
                self.import(cvr, &snapshot).await?;
                Ok(true)
            }
            SourceKind::Ldap(ldap) => self.take_in_news(cvr, &setup.name, ldap).await,
        }
    }

    async fn take_in_news(
        &self,
        cvr: &Cvr,
        name: &SourceName,
        ldap: &LdapSource,
    ) -> Result<bool, SourceError> {
        let now = self.store.clock().now();
        let settings = self.organisation(cvr).await?.organisation.settings;
        let options = LdapOptions { skip_broken: false, several_identities: settings.several_identities };
        let words = ldap.setup(options);
        let position = self
            .store
            .read(|tx| Box::pin(async { position::position(tx, cvr, name, &words).await }))
            .await
            .map_err(EngineError::Store)?;
        match ldap.news(name, now, options, position.as_ref()).await.map_err(ReadFault::Ldap)? {
            News::Nothing(cookie) => {
                let note = self.store.write(|tx| {
                    Box::pin(async { position::note_unchanged(tx, cvr, name, cookie.as_bytes()).await })
                });
                note.await.map_err(EngineError::Store)?;
                Ok(false)
            }
            News::Everybody(snapshot, position) => {
                self.import_with(cvr, &snapshot, &words, position.as_ref()).await?;
                Ok(true)
            }
        }
    }

    /// Stores a snapshot and, in the same transaction, where the next delta goes on.
    async fn import_with(
        &self,
        cvr: &Cvr,
        snapshot: &Snapshot,
        words: &str,
        position: Option<&Position>,
    ) -> Result<(), EngineError> {
        let import = self.store.write(|tx| {
            Box::pin(async {
                let organisation = engine::organisation(tx, cvr).await?.organisation;
                source::import(tx, &organisation, snapshot).await?;
                if let Some(position) = position {
                    position::keep_position(tx, cvr, &snapshot.source, words, position).await?;
                }
                Ok::<_, EngineError>(())
            })
        });
        import.await
    }

    /// Reads one source and stores nothing. `skip_broken` also where the configuration does not ask for it.
    pub async fn read_source(
        &self,
        cvr: &Cvr,
        setup: &SourceSetup,
        skip_broken: bool,
    ) -> Result<Snapshot, SourceError> {
        let organisation = self.organisation(cvr).await?.organisation;
        let now = self.store.clock().now();
        let snapshot = match &setup.kind {
            SourceKind::Csv { file, mapping, skip_broken: configured } => {
                let shown = file.display().to_string();
                let octets = tokio::fs::read(file)
                    .await
                    .map_err(|why| ReadFault::File { file: shown.clone(), why })?;
                let options = CsvOptions {
                    today: danish_date(now),
                    skip_broken: *configured || skip_broken,
                    several_identities: organisation.settings.several_identities,
                };
                read_csv(&octets, mapping, &setup.name, now, options)
                    .map_err(|faults| ReadFault::Csv { file: shown, faults })?
            }
            SourceKind::Ldap(ldap) => {
                let options =
                    LdapOptions { skip_broken, several_identities: organisation.settings.several_identities };
                ldap.read(&setup.name, now, options).await.map_err(ReadFault::Ldap)?
            }
        };
        Ok(snapshot)
    }

    /// Stores a snapshot.
    pub async fn import(&self, cvr: &Cvr, snapshot: &Snapshot) -> Result<Imported, EngineError> {
        let import = self.store.write(|tx| {
            Box::pin(async {
                let organisation = engine::organisation(tx, cvr).await?.organisation;
                Ok::<_, EngineError>(source::import(tx, &organisation, snapshot).await?)
            })
        });
        import.await
    }

    /// Makes the sources of the configuration known to the store, with what is mapped to what.
    pub async fn register_sources(&self, cvr: &Cvr) -> Result<(), EngineError> {
        let site = self.site(cvr)?;
        self.store
            .write(|tx| {
                Box::pin(async {
                    for setup in &site.sources {
                        source::register(tx, cvr, &setup.name, setup.kind.word(), &setup.kind.mapping())
                            .await?;
                    }
                    let by_hand = SourceName::by_hand();
                    source::register(
                        tx,
                        cvr,
                        &by_hand,
                        SourceName::BY_HAND,
                        &std::collections::BTreeMap::new(),
                    )
                    .await
                })
            })
            .await?;
        Ok(())
    }
}

/// A source that cannot be read is a fact about the source; anything else ends the work.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    #[error(transparent)]
    Fault(#[from] ReadFault),
    #[error(transparent)]
    Engine(#[from] EngineError),
}
