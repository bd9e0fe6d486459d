//! A PostgreSQL server of its own for one test run: made from nothing, on a free loopback port, removed at the end.

use crate::process::{self, Process, Session, find_program};
use anyhow::{Context, Result, bail};
use nix::sys::signal::Signal;
use nix::unistd::{Uid, User};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{DirBuilderExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

const READY_POLL: Duration = Duration::from_millis(100);
const READY_POLLS: u32 = 300;

/// Durability is tested elsewhere: here a crash may lose everything, so nothing waits for the disk.
const SETTINGS: &[&str] = &[
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=300",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "log_min_messages=fatal",
];

pub struct Cluster {
    // Dropped in this order: the server stops before its files go.
    server: Process,
    files: Files,
    port: u16,
}

impl Cluster {
    pub fn start(session: &Session) -> Result<Self> {
        let owner = owner()?;
        let files = Files::create(owner.as_ref())?;
        let programs = programs_directory()?;
        let command =
            |program: &str| unprivileged(session, &programs.join(program), owner.as_ref(), &files.0);
        let mut initdb = command("initdb");
        initdb.args([
            "--auth=trust",
            "--username=postgres",
            "--encoding=UTF8",
            // Sorts as Danes do, so that a query that leaves its order to the server shows.
            "--locale=C.UTF-8",
            "--locale-provider=icu",
            "--icu-locale=da-DK",
            "--no-sync",
        ]);
        initdb.arg("--pgdata").arg(files.data());
        process::output(initdb)?;

        let port = free_port()?;
        let server = start_server(session, &programs, owner.as_ref(), &files, port)?;
        let mut cluster = Self { server, files, port };
        cluster.wait_until_ready(session, &programs)?;
        Ok(cluster)
    }

    /// The address of a database whose user may create others.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    fn wait_until_ready(&mut self, session: &Session, programs: &Path) -> Result<()> {
        for _ in 0..READY_POLLS {
            if self.server.has_ended()? {
                bail!("PostgreSQL ended at its start; its words are above");
            }
            let mut probe = session.command(&programs.join("pg_isready").to_string_lossy());
            probe.args([
                "--quiet",
                "--username=postgres",
                "--host=127.0.0.1",
                "--port",
                &self.port.to_string(),
            ]);
            if probe.status()?.success() {
                return Ok(());
            }
            std::thread::sleep(READY_POLL);
        }
        bail!("PostgreSQL in {} was not ready after half a minute", self.files.0.display())
    }
}

fn start_server(
    session: &Session,
    programs: &Path,
    owner: Option<&User>,
    files: &Files,
    port: u16,
) -> Result<Process> {
    // If xtask itself is killed with no chance to clean up, the kernel tells the server to stop.
    let setpriv = find_program("setpriv").context("`setpriv` of Debian's util-linux is missing")?;
    let mut server = unprivileged(session, &setpriv, owner, &files.0);
    server.args(["--pdeathsig", "INT"]).arg(programs.join("postgres")).arg("-D").arg(files.data());
    server.args(["-p", &port.to_string()]);
    for setting in SETTINGS {
        server.args(["-c", setting]);
    }
    // A group of its own: Ctrl-C in the terminal reaches the tests first and the server after them.
    server.process_group(0);
    session.start(&mut server, Signal::SIGINT)
}

/// The folder of one cluster; removed when dropped.
struct Files(PathBuf);

impl Files {
    fn create(owner: Option<&User>) -> Result<Self> {
        let path = std::env::temp_dir().join(format!("lokalid-postgres-{}", std::process::id()));
        std::fs::DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .with_context(|| format!("cannot create {}", path.display()))?;
        let files = Self(path);
        if let Some(user) = owner {
            chown(&files.0, Some(user.uid.as_raw()), Some(user.gid.as_raw()))?;
        }
        Ok(files)
    }

    fn data(&self) -> PathBuf {
        self.0.join("data")
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            eprintln!("cannot remove {}: {error}", self.0.display());
        }
    }
}

/// PostgreSQL refuses to run as root. An ordinary user runs it as himself.
fn owner() -> Result<Option<User>> {
    if !Uid::effective().is_root() {
        return Ok(None);
    }
    let user =
        User::from_name("postgres")?.context("there is no user `postgres`; Debian's package makes one")?;
    Ok(Some(user))
}

fn unprivileged(session: &Session, program: &Path, owner: Option<&User>, directory: &Path) -> Command {
    let mut command = session.command(&program.to_string_lossy());
    command.current_dir(directory).stdout(Stdio::null());
    if let Some(user) = owner {
        command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
    }
    command
}

/// Debian keeps the servers of each version in a folder that is on nobody's PATH.
pub fn programs_directory() -> Result<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> =
        versions.map(|entry| entry.path().join("bin")).filter(|bin| bin.join("initdb").is_file()).collect();
    found.sort();
    let elsewhere = || find_program("initdb").and_then(|path| path.parent().map(Path::to_path_buf));
    found
        .pop()
        .or_else(elsewhere)
        .context("no PostgreSQL server found; install Debian's package `postgresql`")
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port on 127.0.0.1")?;
    Ok(listener.local_addr()?.port())
}
