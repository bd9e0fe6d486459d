//! Exim, one of its own for each test: free ports on loopback, a temporary folder, a certificate for `localhost`.
//!
//! It takes mail for everybody and puts it into a folder. What it is to refuse, it is told by files in its folder, which
//! it looks for anew with each recipient. Started by root it runs as an ordinary user, because Exim delivers nothing as
//! root.

use std::fs;
use std::net::TcpStream;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::certificates::TestAuthority;
use crate::command::{becomes_true, free_port};

/// A mail server; it is stopped when dropped.
pub struct Exim {
    /// `None` while it is away.
    process: Option<Child>,
    folder: TempDir,
    authority: TestAuthority,
    ports: Ports,
    owner: Owner,
}

/// A message as it was delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// As they came, without their folds.
    pub headers: Vec<(String, String)>,
    /// Still encoded as the headers say.
    pub body: String,
}

#[derive(Clone, Copy)]
struct Ports {
    plain: u16,
    tls: u16,
}

/// Whom the server runs as.
#[derive(Clone, Copy)]
struct Owner {
    user: u32,
    group: u32,
    /// Whether root starts it for them.
    by_root: bool,
}

/// Ordinary users do not have the folder on their path.
const PROGRAM: &str = "/usr/sbin/exim4";
/// Debian's `nobody` and `nogroup`.
const NOBODY: u32 = 65_534;
const USER: &str = "lokalid";
const PASSWORD: &str = "kun-til-test";
/// Files by which it is told what to refuse.
const GREYLISTING: &str = "greylisting";
const LOG_IN_NEEDED: &str = "log-in-needed";

impl Exim {
    /// Somebody else may take a free port before Exim does, therefore a few attempts.
    pub fn start() -> Self {
        for _ in 0..5 {
            let mut exim = Self::prepared();
            if exim.launch() {
                return exim;
            }
        }
        panic!("exim4 does not start (Debian package exim4-daemon-light)")
    }

    /// One that is away until [`come_back`](Self::come_back).
    pub fn prepared() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let owner = Owner::of(folder.path());
        let authority = TestAuthority::new("Lokalid exim test", folder.path());
        authority.issue("localhost");
        for name in ["spool", "log", "mail"] {
            fs::create_dir(folder.path().join(name)).expect("a folder of the server");
        }
        let ports = Ports { plain: free_port(), tls: free_port() };
        Self { process: None, folder, authority, ports, owner }
    }

    /// Plain and for STARTTLS.
    pub fn port(&self) -> u16 {
        self.ports.plain
    }

    /// TLS from the first octet.
    pub fn tls_port(&self) -> u16 {
        self.ports.tls
    }

    /// The PEM file by which its certificate is trusted.
    pub fn authority_file(&self) -> PathBuf {
        self.authority.certificate()
    }

    /// Who may log in.
    pub fn user(&self) -> &'static str {
        USER
    }

    pub fn password(&self) -> &'static str {
        PASSWORD
    }

    /// An address that is refused for good.
    pub fn refused(&self) -> &'static str {
        "refused@norreby.example"
    }

    /// Whether every recipient is asked to come back later.
    pub fn greylist(&self, on: bool) {
        self.switch(GREYLISTING, on);
    }

    /// Whether only those who logged in may send.
    pub fn demand_log_in(&self) {
        self.switch(LOG_IN_NEEDED, true);
    }

    /// Starts it, on the same ports as before.
    pub fn come_back(&mut self) {
        assert!(self.launch(), "exim4 does not start: {}", self.log());
    }

    /// Stops it at once.
    pub fn go_away(&mut self) {
        if let Some(mut process) = self.process.take() {
            end(&mut process);
        }
    }

    /// Everything that was delivered so far, the oldest first.
    pub fn delivered(&self) -> Vec<Delivered> {
        let mut files: Vec<PathBuf> = fs::read_dir(self.folder.path().join("mail/new"))
            .into_iter()
            .flatten()
            .map(|entry| entry.expect("an entry of a folder").path())
            .collect();
        files.sort();
        files.iter().map(|file| Delivered::read(file)).collect()
    }

    /// Waits until so many were delivered: the server takes mail first and delivers it then.
    pub fn wait_for(&self, number: usize) -> Vec<Delivered> {
        assert!(becomes_true(|| self.delivered().len() >= number), "not delivered: {}", self.log());
        self.delivered()
    }

    /// What it wrote into its logs.
    pub fn log(&self) -> String {
        let read =
            |name: &str| fs::read_to_string(self.folder.path().join("log").join(name)).unwrap_or_default();
        ["mainlog", "rejectlog", "paniclog"].map(read).concat()
    }

    fn switch(&self, name: &str, on: bool) {
        let file = self.folder.path().join(name);
        if on {
            fs::write(file, "").expect("a writable folder");
        } else {
            fs::remove_file(file).expect("a file that was there");
        }
    }

    fn launch(&mut self) -> bool {
        let mut process = self.spawn();
        let mut ended = false;
        let answers = becomes_true(|| {
            ended = process.try_wait().is_ok_and(|status| status.is_some());
            ended || TcpStream::connect(("127.0.0.1", self.ports.tls)).is_ok()
        });
        let runs = answers && !ended;
        if runs {
            self.process = Some(process);
        } else {
            end(&mut process);
        }
        runs
    }

    fn spawn(&self) -> Child {
        let (folder, Owner { user, group, by_root }) = (self.folder.path(), self.owner);
        let configuration = folder.join("exim.conf");
        fs::write(&configuration, self.configuration()).expect("a configuration file");
        let mut command = Command::new(PROGRAM);
        command.arg("-C").arg(configuration).arg("-bdf").current_dir(folder);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if by_root {
            hand_over(folder, user, group);
            command.uid(user).gid(group);
        }
        command.spawn().expect("exim4 can be started (Debian package exim4-daemon-light)")
    }

    fn configuration(&self) -> String {
        let (path, Ports { plain, tls }) = (self.folder.path().display(), self.ports);
        let Owner { user, group, .. } = self.owner;
        format!(
            "primary_hostname = localhost
spool_directory = {path}/spool
log_file_path = {path}/log/%slog
pid_file_path = {path}/exim.pid
local_interfaces = 127.0.0.1
daemon_smtp_ports = {plain} : {tls}
tls_on_connect_ports = {tls}
tls_advertise_hosts = *
tls_certificate = {path}/server.pem
tls_privatekey = {path}/server.key
exim_user = {user}
exim_group = {group}
never_users =
keep_environment =
add_environment =
host_lookup =
rfc1413_query_timeout = 0s
smtputf8_advertise_hosts = *
acl_smtp_rcpt = at_recipient
begin acl
at_recipient:
  deny condition = ${{if exists{{{path}/{LOG_IN_NEEDED}}}}}
       ! authenticated = *
       message = 530 5.7.0 log in first
  deny local_parts = refused
       message = 5.1.1 nobody here is called that
  defer condition = ${{if exists{{{path}/{GREYLISTING}}}}}
       message = 4.7.1 come back later
  accept
begin routers
everybody:
  driver = accept
  transport = folder
begin transports
folder:
  driver = appendfile
  directory = {path}/mail
  maildir_format
  user = {user}
  group = {group}
begin retry
* * F,1h,1m
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{{USER}}}}}{{eq{{$auth3}}{{{PASSWORD}}}}}}}}}
  server_set_id = $auth2
"
        )
    }
}

impl Drop for Exim {
    fn drop(&mut self) {
        self.go_away();
    }
}

impl Delivered {
    fn read(file: &Path) -> Self {
        let text = fs::read_to_string(file).expect("a delivered message");
        let (head, body) = text.split_once("\n\n").expect("headers and a body");
        // A line that begins with a blank goes on with the one before.
        let head = head.replace("\n ", " ").replace("\n\t", " ");
        let headers = head.lines().filter_map(|line| line.split_once(": "));
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self { headers, body: body.to_owned() }
    }

    /// The value of a header that is there once.
    pub fn header(&self, name: &str) -> &str {
        let mut values = self.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        let (_, value) = values.next().unwrap_or_else(|| panic!("no header {name}: {self:?}"));
        assert!(values.next().is_none(), "{name} is there twice: {self:?}");
        value
    }
}

impl Owner {
    /// Whose folder it is tells who runs the test.
    fn of(folder: &Path) -> Self {
        let about = fs::metadata(folder).expect("a folder of ours");
        match about.uid() {
            0 => Self { user: NOBODY, group: NOBODY, by_root: true },
            user => Self { user, group: about.gid(), by_root: false },
        }
    }
}

fn hand_over(folder: &Path, user: u32, group: u32) {
    for entry in fs::read_dir(folder).expect("a folder of ours") {
        let path = entry.expect("an entry of a folder").path();
        chown(path, Some(user), Some(group)).expect("root may give files away");
    }
    chown(folder, Some(user), Some(group)).expect("root may give files away");
}

fn end(process: &mut Child) {
    // It may have ended by itself; then there is nothing left to stop.
    let _already_gone = process.kill();
    let _status = process.wait();
}
