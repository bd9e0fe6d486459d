//! The certificate that each organisation shows MitID Erhverv: the one in use in the database, else the file that
//! `lokalid.toml` names.
//!
//! Somebody can take another one into use at any time, here, in the console or on another node. `serve` sees that within a
//! second and makes every later call with it. A certificate that cannot be used does not keep the console from starting,
//! since a new one is uploaded there: each call then fails with the sentence that says why.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::{Result, bail};
use domain::{
    CertificateId, Clock as _, Cvr,
    certificate::{Check, Fault, Finding},
};
use futures::{FutureExt as _, future::BoxFuture};
use store::{
    Store,
    certificate::{self, CertificateRecord, Keystore, Origin, Trouble},
};
use sync::api::{
    ApiRequest, ApiResponse, Broken, CertificateError, Client, ClientCertificate, Transport,
    certificate::{Examined, examine},
};

use crate::{
    configuration::{Configuration, OrganisationSection},
    installation::Installation,
    world::SystemClock,
};

/// What one organisation shows, and what was said against it.
pub struct Shown {
    in_force: Mutex<InForce>,
    refusal: Refusal,
    /// What the pages were told last.
    told: Mutex<Told>,
}

/// What the pages know of what is said against the certificate.
#[derive(Default, PartialEq)]
enum Told {
    #[default]
    NotYet,
    NoTrouble,
    Trouble(Trouble),
}

/// The certificate of the moment, or why there is none.
#[derive(Debug, Clone)]
pub struct InForce {
    id: Option<CertificateId>,
    certificate: Result<ClientCertificate, Trouble>,
}

/// Why MitID Erhverv did not accept the certificate the last time it was asked.
pub type Refusal = Arc<Mutex<Option<Trouble>>>;

/// How often a long command looks whether another one was put into use.
const LOOK: Duration = Duration::from_millis(500);

/// Opening a file takes a moment, and for ever if whoever made it wants that.
const LONGEST_LOOK: Duration = Duration::from_mins(1);

impl Shown {
    pub fn new(in_force: InForce) -> Self {
        Self { in_force: Mutex::new(in_force), refusal: Refusal::default(), told: Mutex::default() }
    }

    pub fn certificate(&self) -> Result<ClientCertificate> {
        Ok(locked(&self.in_force).certificate.clone()?)
    }

    pub fn refusal(&self) -> Refusal {
        Arc::clone(&self.refusal)
    }

    fn id(&self) -> Option<CertificateId> {
        locked(&self.in_force).id
    }

    fn change_to(&self, in_force: InForce) {
        *locked(&self.in_force) = in_force;
        *locked(&self.refusal) = None;
        *locked(&self.told) = Told::NotYet;
    }

    /// What is said against it, here or by MitID Erhverv.
    pub fn trouble(&self) -> Option<Trouble> {
        let unusable = locked(&self.in_force).certificate.as_ref().err().cloned();
        unusable.or_else(|| locked(&self.refusal).clone())
    }
}

impl InForce {
    /// Opens the one in use and writes down what stands in it.
    pub async fn find(
        store: &Store,
        configuration: &Configuration,
        section: &OrganisationSection,
    ) -> Result<Self> {
        let cvr = &section.cvr;
        let record = store.read(|tx| Box::pin(async { certificate::in_use(tx, cvr).await })).await?;
        let uploaded = record.as_ref().filter(|record| record.origin == Origin::Uploaded);
        let opened = match uploaded {
            Some(record) => open_uploaded(store, record.id).await?,
            None => of_file(configuration, section),
        };
        let from_file = uploaded.is_none();
        let id = note(store, section, from_file, opened.as_ref().ok()).await?;
        let checked = opened.and_then(|certificate| {
            let checked = certificate.check(cvr, SystemClock.now());
            checked.map(|()| certificate).map_err(|why| trouble(&why))
        });
        Ok(Self { id, certificate: checked })
    }

    /// The way to MitID Erhverv with it.
    pub fn transport(
        &self,
        configuration: &Configuration,
        section: &OrganisationSection,
        calls: &Arc<AtomicU64>,
        refusal: Refusal,
    ) -> Result<Arc<dyn Transport>> {
        match &self.certificate {
            Ok(certificate) => {
                let inner = crate::installation::https(configuration, section, certificate)?;
                Ok(Arc::new(Watched { inner, calls: Arc::clone(calls), refusal }))
            }
            Err(trouble) => Ok(Arc::new(Unequipped { why: trouble.words.clone() })),
        }
    }
}

async fn note(
    store: &Store,
    section: &OrganisationSection,
    from_file: bool,
    opened: Option<&ClientCertificate>,
) -> Result<Option<CertificateId>> {
    let cvr = &section.cvr;
    let noted = store.write(|tx| {
        Box::pin(async {
            match opened {
                Some(opened) if from_file => certificate::register_file(tx, cvr, opened.facts()).await?,
                None if section.certificate.is_none() => certificate::forget_file(tx, cvr).await?,
                _ => {}
            }
            if let Some(opened) = opened {
                store::organisation::note_certificate(tx, cvr, Some(opened.not_after())).await?;
            }
            certificate::in_use(tx, cvr).await
        })
    });
    Ok(noted.await?.map(|record| record.id))
}

async fn open_uploaded(store: &Store, id: CertificateId) -> Result<Result<ClientCertificate, Trouble>> {
    let kept = store.read(|tx| Box::pin(async { certificate::keystore(tx, id).await })).await?;
    let Some(Keystore { pkcs12, password }) = kept else {
        let words = "the certificate in use is not kept in the database any more".to_owned();
        return Ok(Err(Trouble { words, fault: Fault::NoneGiven }));
    };
    let opened = ClientCertificate::from_pkcs12(&pkcs12, &password, Path::new("in the database"));
    Ok(opened.map_err(|why| trouble(&why)))
}

fn trouble(why: &CertificateError) -> Trouble {
    Trouble { words: why.to_string(), fault: why.fault() }
}

/// The file that the configuration names, opened.
fn of_file(
    configuration: &Configuration,
    section: &OrganisationSection,
) -> Result<ClientCertificate, Trouble> {
    let [file, password_file] = configured_files(configuration, section)?;
    let password = read_password(&password_file)?;
    ClientCertificate::read(&file, &password).map_err(|why| trouble(&why))
}

/// The files of the configuration: the certificate and its password.
fn configured_files(
    configuration: &Configuration,
    section: &OrganisationSection,
) -> Result<[PathBuf; 2], Trouble> {
    let (Some(file), Some(password_file)) = (&section.certificate, &section.certificate_password_file) else {
        let words = "there is no certificate: upload one in the console under Settings, or say `lokalid certificate \
                     add FILE --password-file FILE`";
        return Err(Trouble { words: words.to_owned(), fault: Fault::NoneGiven });
    };
    Ok([configuration.path(file), configuration.path(password_file)])
}

/// A PKCS#12 file with the password from another file.
pub fn read_keystore([file, password_file]: [PathBuf; 2]) -> Result<Keystore, Trouble> {
    let octets = std::fs::metadata(&file).map_or(0, |about| about.len());
    if octets > certificate::LARGEST as u64 {
        let words = format!("{} has {octets} octets: a certificate file is far smaller", file.display());
        return Err(Trouble { words, fault: Fault::NotPkcs12 });
    }
    let read = std::fs::read(&file).map_err(|cause| CertificateError::Unreadable { file, cause });
    let pkcs12 = read.map_err(|why| trouble(&why))?;
    Ok(Keystore { pkcs12, password: read_password(&password_file)? })
}

fn read_password(file: &Path) -> Result<String, Trouble> {
    let password = std::fs::read_to_string(file).map_err(|cause| Trouble {
        words: format!(
            "the file {} with the certificate's password cannot be read ({cause}): check the path and the rights",
            file.display()
        ),
        fault: Fault::NoPasswordFile { file: file.display().to_string() },
    })?;
    Ok(password.trim_end().to_owned())
}

/// Takes up what was put into use meanwhile, and lets the pages know what is said against it.
pub async fn follow(installation: &Installation, section: &OrganisationSection) -> Result<()> {
    let cvr = &section.cvr;
    let store = &installation.store;
    let shown = installation.shown(cvr)?;
    let wanted = store.read(|tx| Box::pin(async { certificate::in_use(tx, cvr).await })).await?;
    if wanted.map(|record| record.id) != shown.id() {
        let found = InForce::find(store, &installation.configuration, section).await?;
        let transport =
            found.transport(&installation.configuration, section, &installation.calls, shown.refusal())?;
        shown.change_to(found);
        installation.engine.site(cvr)?.client.reconnect(transport);
    }
    let trouble = shown.trouble();
    let tell = trouble.clone().map_or(Told::NoTrouble, Told::Trouble);
    if *locked(&shown.told) == tell {
        return Ok(());
    }
    let note =
        store.write(|tx| Box::pin(async { certificate::note_trouble(tx, cvr, trouble.as_ref()).await }));
    note.await?;
    *locked(&shown.told) = tell;
    Ok(())
}

/// Does something that may take long, and makes its later calls with whichever certificate is put into use meanwhile.
pub async fn beside<T>(installation: &Installation, cvr: &Cvr, work: impl Future<Output = T>) -> Result<T> {
    let section = installation.section(cvr)?;
    let keep_up = async {
        loop {
            tokio::time::sleep(LOOK).await;
            follow(installation, section).await?;
        }
    };
    tokio::select! {
        done = work => Ok(done),
        failed = keep_up => failed,
    }
}

/// Looks at a certificate from all sides, asks MitID Erhverv for a token with it, and writes down what was found.
pub async fn check(installation: &Installation, cvr: &Cvr, id: CertificateId) -> Result<()> {
    let section = installation.section(cvr)?;
    let (record, sealed) = installation
        .store
        .read(|tx| {
            Box::pin(async {
                let record = certificate::one(tx, cvr, id).await?;
                Ok::<_, store::StoreError>((record, certificate::keystore(tx, id).await?))
            })
        })
        .await?;
    let Some(record) = record else { bail!("the certificate was removed meanwhile") };
    let file = match sealed {
        Some(sealed) => Ok(sealed),
        None if record.origin == Origin::File => {
            configured_files(&installation.configuration, section).and_then(read_keystore)
        }
        None => return Ok(()),
    };
    let Examined { certificate, mut findings } = match file {
        Ok(file) => look(file, section).await?,
        Err(trouble) => only(trouble.fault),
    };
    if let Some(certificate) = certificate.as_ref().filter(|_| is_sound(&findings)) {
        let fault = ask_for_token(installation, section, certificate).await?.err();
        findings.push(Finding { check: Check::Token, fault });
    }
    let facts = certificate.as_ref().map(ClientCertificate::facts);
    installation
        .store
        .write(|tx| {
            let findings = findings.clone();
            Box::pin(async move { certificate::note_check(tx, cvr, id, facts, findings).await })
        })
        .await?;
    Ok(())
}

/// Everything that can be seen without MitID Erhverv.
pub async fn look(file: Keystore, section: &OrganisationSection) -> Result<Examined> {
    let (cvr, environment, now) = (section.cvr.clone(), section.environment, SystemClock.now());
    let looking =
        tokio::task::spawn_blocking(move || examine(&file.pkcs12, &file.password, &cvr, environment, now));
    match tokio::time::timeout(LONGEST_LOOK, looking).await {
        Ok(examined) => Ok(examined?),
        Err(_) => Ok(only(Fault::NotPkcs12)),
    }
}

pub fn is_sound(findings: &[Finding]) -> bool {
    findings.iter().all(|finding| finding.fault.is_none())
}

fn only(fault: Fault) -> Examined {
    Examined { certificate: None, findings: vec![Finding { check: Check::Opens, fault: Some(fault) }] }
}

async fn ask_for_token(
    installation: &Installation,
    section: &OrganisationSection,
    certificate: &ClientCertificate,
) -> Result<Result<(), Fault>> {
    let trial = InForce { id: None, certificate: Ok(certificate.clone()) };
    let (calls, refusal) = (&installation.calls, Refusal::default());
    let transport = trial.transport(&installation.configuration, section, calls, Arc::clone(&refusal))?;
    let options = crate::installation::client_options(section);
    let asked = Client::new(transport, options, Arc::new(SystemClock)).authenticate().await;
    Ok(asked.map_err(|failure| match locked(&refusal).take() {
        Some(refused) => refused.fault,
        None => Fault::NoToken { why: failure.to_string() },
    }))
}

/// What to do when the one in use does not serve: the other one, if one is ready.
pub async fn way_out(installation: &Installation, cvr: &Cvr) -> Result<Option<String>> {
    let all = installation.store.read(|tx| Box::pin(async { certificate::all(tx, cvr).await })).await?;
    let spare = certificate::spare(&all, SystemClock.now()).and_then(|one| one.facts.as_ref());
    Ok(spare.map(|facts| {
        format!(
            "Another certificate is ready ({}, valid until {}): take it into use with `lokalid certificate use {}`, or in \
             the console under Settings",
            facts.name(),
            crate::report::danish_time(facts.not_after),
            facts.short_fingerprint()
        )
    }))
}

/// The certificates of an organisation whose fingerprint begins like this.
pub fn find<'a>(all: &'a [CertificateRecord], fingerprint: &str) -> Result<&'a CertificateRecord> {
    let wanted = fingerprint.replace([':', ' '], "").to_lowercase();
    let mut found = all.iter().filter(|one| {
        let facts = one.facts.as_ref();
        !wanted.is_empty() && facts.is_some_and(|facts| facts.fingerprint.starts_with(&wanted))
    });
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => {
            bail!("no certificate has the fingerprint {fingerprint}; `lokalid certificate list` shows them")
        }
        (Some(_), Some(_)) => {
            bail!("several certificates begin with {fingerprint}; give more of the fingerprint")
        }
    }
}

/// Counts the calls on their way out and remembers whether the certificate was refused.
struct Watched {
    inner: sync::api::https::HttpsTransport,
    calls: Arc<AtomicU64>,
    refusal: Refusal,
}

impl Transport for Watched {
    fn send<'a>(&'a self, request: &'a ApiRequest) -> BoxFuture<'a, Result<ApiResponse, Broken>> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let answered = self.inner.send(request);
        async move {
            let answer = answered.await;
            // Only the call for a token comes without one; what it is answered is about the certificate.
            match &answer {
                Err(Broken::NotAdmitted(why)) => *locked(&self.refusal) = Some(refused(why, None)),
                Ok(ApiResponse { status: status @ (401 | 403), .. }) if request.bearer.is_none() => {
                    let why = format!("MitID Erhverv did not accept the certificate ({status})");
                    *locked(&self.refusal) = Some(refused(&why, Some(*status)));
                }
                Ok(ApiResponse { status: 200..300, .. }) => *locked(&self.refusal) = None,
                _ => {}
            }
            answer
        }
        .boxed()
    }
}

fn refused(why: &str, status: Option<u16>) -> Trouble {
    Trouble { words: why.to_owned(), fault: Fault::Refused { status } }
}

/// Stands where there is no certificate to call with.
struct Unequipped {
    why: String,
}

impl Transport for Unequipped {
    fn send<'a>(&'a self, _: &'a ApiRequest) -> BoxFuture<'a, Result<ApiResponse, Broken>> {
        async { Err(Broken::NotAdmitted(self.why.clone())) }.boxed()
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
