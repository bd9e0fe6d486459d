//! The running emulator: the IdM API over mutual TLS on one port; on another, on loopback only and
//! without TLS, the control interface and the page for people.

mod api;
mod control;
mod doors;
mod pages;
mod tls;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::certificates::{CertificateAuthority, CertificateError};
use crate::storage::{self, Storage, StorageError};
use crate::world::{CertificateDemand, OrganisationSettings, World};

/// Real time, from whoever starts the emulator.
pub type Clock = Box<dyn Fn() -> Timestamp + Send + Sync>;

/// Fills the bytes at random.
pub type Random = Box<dyn FnMut(&mut [u8]) + Send>;

/// What the emulator is started with.
pub struct EmulatorOptions {
    /// State and certificates are in `dir/emulator`.
    pub dir: PathBuf,
    /// Port 0 takes a free one.
    pub api: SocketAddr,
    /// Must be a loopback address.
    pub control: SocketAddr,
    /// Added if the state does not have them yet; those that are there keep their settings.
    pub organisations: Vec<OrganisationSettings>,
    pub certificate_demand: CertificateDemand,
    pub clock: Clock,
    pub random: Random,
}

#[derive(Debug, thiserror::Error)]
pub enum EmulatorError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    #[error("the emulator cannot listen on {address}: {cause}; is the port taken? Choose another one")]
    Listen { address: SocketAddr, cause: io::Error },
    #[error(
        "the control interface shows everything and may listen on a loopback address only, not on {address}"
    )]
    NotLoopback { address: SocketAddr },
    #[error("TLS cannot be set up with the emulator's certificates: {0}")]
    Tls(String),
}

/// A started emulator. It stops when this is dropped; `stop` also waits until all is on disk.
pub struct Running {
    api_addr: SocketAddr,
    control_addr: SocketAddr,
    tasks: JoinSet<()>,
    shared: Arc<Shared>,
}

pub struct Emulator;

/// What both ports work on.
struct Shared {
    inner: Mutex<Inner>,
    clock: Clock,
}

struct Inner {
    world: World,
    storage: Storage,
    random: Random,
}

/// The change could not be written, so nobody may be told that it happened.
#[derive(Debug, thiserror::Error)]
#[error("the emulator cannot write its state to disk; look at its log")]
struct NotWritten;

impl Emulator {
    /// Reads the state, listens on both ports and answers from then on.
    pub async fn start(options: EmulatorOptions) -> Result<Running, EmulatorError> {
        if !options.control.ip().is_loopback() {
            return Err(EmulatorError::NotLoopback { address: options.control });
        }
        let folder = options.dir.join("emulator");
        let (world, storage) = storage::open(&folder)?;
        let authority = CertificateAuthority::open(&folder.join("certificates"), (options.clock)())?;
        let acceptor = tls::acceptor(&authority, options.certificate_demand)?;
        let (api, api_addr) = listen(options.api).await?;
        let (control, control_addr) = listen(options.control).await?;
        let inner = Inner { world, storage, random: options.random };
        let shared = Arc::new(Shared { inner: Mutex::new(inner), clock: options.clock });
        shared.prepare(options.organisations, options.certificate_demand).await?;
        let mut tasks = JoinSet::new();
        tasks.spawn(api::serve(api, acceptor, Arc::clone(&shared)));
        tasks.spawn(control::serve(control, Arc::clone(&shared)));
        Ok(Running { api_addr, control_addr, tasks, shared })
    }
}

impl Running {
    pub fn api_addr(&self) -> SocketAddr {
        self.api_addr
    }

    pub fn control_addr(&self) -> SocketAddr {
        self.control_addr
    }

    /// Looks at the world and changes it, as somebody in the portal would; comes back when the change is on disk.
    pub async fn with_world<T>(
        &self,
        work: impl FnOnce(&mut World, Timestamp, &mut dyn FnMut(&mut [u8])) -> T,
    ) -> Result<T, EmulatorError> {
        let failed = |NotWritten| io::Error::other("the journal was not written");
        let path = PathBuf::from("journal");
        self.shared
            .with_world(work)
            .await
            .map_err(failed)
            .map_err(|cause| StorageError::File { path, cause }.into())
    }

    /// Ends both servers and waits until everything is on disk.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
        // The last holder of the storage waits for its thread, which must not hold up the runtime.
        drop(tokio::task::spawn_blocking(move || drop(self.shared)).await);
    }
}

impl Shared {
    /// Changes or reads the world; comes back when the change is on disk.
    async fn with_world<T>(
        &self,
        work: impl FnOnce(&mut World, Timestamp, &mut dyn FnMut(&mut [u8])) -> T,
    ) -> Result<T, NotWritten> {
        let (value, written) = self.step(work);
        match written {
            Some(written) => written.await.map(|()| value).map_err(|_| NotWritten),
            None => Ok(value),
        }
    }

    fn step<T>(
        &self,
        work: impl FnOnce(&mut World, Timestamp, &mut dyn FnMut(&mut [u8])) -> T,
    ) -> (T, Option<oneshot::Receiver<()>>) {
        let now = (self.clock)();
        let mut inner = self.lock();
        let Inner { world, storage, random } = &mut *inner;
        world.advance(now);
        let value = work(world, now, &mut **random);
        (value, storage.append(world))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn prepare(
        &self,
        organisations: Vec<OrganisationSettings>,
        demand: CertificateDemand,
    ) -> Result<(), EmulatorError> {
        let added = self.with_world(|world, _, _| {
            world.set_certificate_demand(demand);
            for settings in organisations {
                if !world.organisations().any(|known| known.cvr == settings.cvr) {
                    world.add_organisation(settings);
                }
            }
        });
        let failed = |NotWritten| io::Error::other("the journal was not written");
        let path = PathBuf::from("journal");
        added.await.map_err(failed).map_err(|cause| StorageError::File { path, cause }.into())
    }
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), EmulatorError> {
    let failed = |cause| EmulatorError::Listen { address, cause };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}
