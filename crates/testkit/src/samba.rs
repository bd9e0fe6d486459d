//! Samba as domain controller of a real Active Directory, for tests that do what people do there.
//!
//! It listens on fixed ports, so it runs only in a network namespace of its own, which [`shared`] takes from the
//! environment variable of [`Service::Samba`](crate::Service). One controller serves all tests of a process; they
//! get it one after the other. Processes of one run wait for each other.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use tempfile::TempDir;

use crate::certificates::TestAuthority;
use crate::command::{Run, becomes_true};
use crate::{Service, service};

/// A running domain controller for `DC=kommune,DC=example`.
pub struct SambaDc {
    /// It ends, and removes its folder, when its standard input closes: also when this process is killed.
    process: Child,
    folder: PathBuf,
    authority: TestAuthority,
    _only_one: File,
}

const DOMAIN: &str = "DC=kommune,DC=example";
const PASSWORD: &str = "Kun-Til-Test.90";

/// The controller for this process, started by whoever asks first; `None` after saying that the test is left out.
pub fn shared() -> Option<MutexGuard<'static, SambaDc>> {
    // When it does not start, the tests after the first fail at once.
    static SHARED: LazyLock<Mutex<SambaDc>> = LazyLock::new(|| Mutex::new(SambaDc::start()));
    service(Service::Samba)?;
    // A test that failed while it had the controller leaves it running and usable.
    Some(SHARED.lock().unwrap_or_else(PoisonError::into_inner))
}

impl SambaDc {
    /// Provisions a new domain and starts it. [`shared`] does this once.
    pub fn start() -> Self {
        let only_one = File::create(env::temp_dir().join("lokalid-samba.lock")).expect("a lock file");
        only_one.lock().expect("waiting for another process with a domain controller");
        let folder = temporary_folder();
        let authority = TestAuthority::new("Lokalid Samba test", &folder);
        authority.issue("localhost");
        provision(&folder);
        let process = start_process(&folder);
        let mut controller = Self { process, folder, authority, _only_one: only_one };
        controller.wait_until_ready();
        controller.tool(&["user", "create", "reader", PASSWORD]);
        controller
    }

    pub fn domain(&self) -> &'static str {
        DOMAIN
    }

    /// An ordinary account without any special right, as it is to be used for reading.
    pub fn reader(&self) -> &'static str {
        "reader@KOMMUNE.EXAMPLE"
    }

    /// The password of the reader, of the administrator and of everybody who gets one.
    pub fn password(&self) -> &'static str {
        PASSWORD
    }

    /// The PEM file by which its certificate for `localhost` is trusted.
    pub fn authority_file(&self) -> PathBuf {
        self.authority.certificate()
    }

    /// Makes an organisational unit at the top of the domain; gives its name.
    pub fn add_unit(&self, name: &str) -> String {
        let unit = format!("OU={name},{DOMAIN}");
        self.add(&format!("dn: {unit}\nobjectClass: organizationalUnit\n"));
        unit
    }

    /// Makes a person with an enabled account; gives the distinguished name.
    pub fn add_person(&self, unit: &str, user_name: &str, given: &str, family: &str) -> String {
        let person = format!("CN={given} {family},{unit}");
        self.add(&format!(
            "dn: {person}\nobjectClass: user\nsAMAccountName: {user_name}\ngivenName: {given}\nsn: {family}\n\
             userPrincipalName: {user_name}@kommune.example\nmail: {user_name}@kommune.example\n\
             userAccountControl: 544\n"
        ));
        person
    }

    /// Makes a group in a unit; gives its distinguished name.
    pub fn add_group(&self, unit: &str, name: &str) -> String {
        let group = format!("CN={name},{unit}");
        self.add(&format!("dn: {group}\nobjectClass: group\nsAMAccountName: {name}\n"));
        group
    }

    pub fn add_members(&self, group: &str, members: &[&str]) {
        self.change_members(group, "add", members);
    }

    pub fn remove_members(&self, group: &str, members: &[&str]) {
        self.change_members(group, "delete", members);
    }

    /// Sets one attribute to one value.
    pub fn set(&self, name: &str, attribute: &str, value: &str) {
        self.modify(&format!("dn: {name}\nchangetype: modify\nreplace: {attribute}\n{attribute}: {value}\n"));
    }

    /// Gives an entry a new `CN`; gives its new distinguished name.
    pub fn rename(&self, name: &str, common_name: &str) -> String {
        let (_, parent) = name.split_once(',').expect("a distinguished name with a parent");
        self.modify(&format!("dn: {name}\nchangetype: modrdn\nnewrdn: CN={common_name}\ndeleteoldrdn: 1\n"));
        format!("CN={common_name},{parent}")
    }

    /// Moves an entry into another unit; gives its new distinguished name.
    pub fn move_to(&self, name: &str, unit: &str) -> String {
        let (own, _) = name.split_once(',').expect("a distinguished name with a parent");
        self.modify(&format!(
            "dn: {name}\nchangetype: modrdn\nnewrdn: {own}\ndeleteoldrdn: 1\nnewsuperior: {unit}\n"
        ));
        format!("{own},{unit}")
    }

    pub fn disable(&self, user_name: &str) {
        self.tool(&["user", "disable", user_name]);
    }

    pub fn enable(&self, user_name: &str) {
        self.tool(&["user", "enable", user_name]);
    }

    /// Gives a person the password of this test domain.
    pub fn set_password(&self, user_name: &str) {
        self.tool(&["user", "setpassword", user_name, &format!("--newpassword={PASSWORD}")]);
    }

    pub fn delete(&self, name: &str) {
        self.modify(&format!("dn: {name}\nchangetype: delete\n"));
    }

    /// Adds entries, written as LDIF.
    pub fn add(&self, ldif: &str) {
        administrator("ldapadd").output_for(ldif);
    }

    /// Changes entries, written as LDIF with `changetype` lines.
    pub fn modify(&self, ldif: &str) {
        administrator("ldapmodify").output_for(ldif);
    }

    /// Runs `samba-tool` on the database of this domain.
    pub fn tool(&self, arguments: &[&str]) {
        Run::new("samba-tool")
            .arguments(arguments)
            .argument("--configfile", self.folder.join("etc/smb.conf"))
            .output();
    }

    fn change_members(&self, group: &str, how: &str, members: &[&str]) {
        let members = members.join("\nmember: ");
        self.modify(&format!("dn: {group}\nchangetype: modify\n{how}: member\nmember: {members}\n"));
    }

    fn wait_until_ready(&mut self) {
        let signs_in = || administrator("ldapsearch").arguments(["-s", "base", "-b", DOMAIN]).succeeds();
        let ready = becomes_true(|| self.has_ended() || signs_in());
        let log = fs::read_to_string(self.folder.join("samba.log")).unwrap_or_default();
        assert!(ready && !self.has_ended(), "the domain controller does not answer; its log says: {log}");
    }

    fn has_ended(&mut self) -> bool {
        self.process.try_wait().is_ok_and(|status| status.is_some())
    }
}

impl Drop for SambaDc {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _status = self.process.wait();
    }
}

/// A client command as the administrator over LDAPS. These commands put the name of this machine in the place of
/// `localhost`, and that is in no certificate.
fn administrator(program: &str) -> Run {
    Run::new(program).variable("LDAPTLS_REQCERT", "never").arguments([
        "-x",
        "-H",
        "ldaps://localhost",
        "-D",
        "Administrator@KOMMUNE.EXAMPLE",
        "-w",
        PASSWORD,
    ])
}

/// In memory where there is such a place: the database is flushed to disk with every change.
fn temporary_folder() -> PathBuf {
    let in_memory = Path::new("/dev/shm");
    let folder = if in_memory.is_dir() { TempDir::new_in(in_memory) } else { TempDir::new() };
    folder.expect("a temporary folder").keep()
}

fn provision(folder: &Path) {
    let in_folder = |name: &str| folder.join(name).display().to_string();
    let options = [
        "interfaces=lo".to_owned(),
        "bind interfaces only=yes".to_owned(),
        "server services=ldap".to_owned(),
        format!("tls certfile={}", in_folder("server.pem")),
        format!("tls keyfile={}", in_folder("server.key")),
        // The server wants to know its own authority, but sends only its certificate.
        format!("tls cafile={}", in_folder("server.pem")),
        format!("log file={}", in_folder("samba.log")),
        format!("pid directory={}", folder.display()),
    ];
    Run::new("samba-tool")
        .arguments(["domain", "provision", "--server-role=dc", "--dns-backend=SAMBA_INTERNAL"])
        .arguments(["--function-level=2008_R2", "--host-ip=127.0.0.1", "--host-name=dc1"])
        .arguments(["--realm=KOMMUNE.EXAMPLE", "--domain=KOMMUNE"])
        .arguments([format!("--adminpass={PASSWORD}"), format!("--targetdir={}", folder.display())])
        .arguments(options.iter().map(|option| format!("--option={option}")))
        .output();
}

/// In the foreground and in one process; the shell only waits for it and clears up behind it.
fn start_process(folder: &Path) -> Child {
    Command::new("sh")
        .args(["-c", "samba --interactive --model=single --configfile \"$0/etc/smb.conf\"; rm -r \"$0\""])
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("samba can be started (Debian packages samba and samba-ad-dc)")
}
