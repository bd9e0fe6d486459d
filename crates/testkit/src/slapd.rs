//! OpenLDAP's `slapd`, one of its own for each test: free ports on loopback, a temporary folder, a certificate
//! for `localhost`.

use std::fmt::Write as _;
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::certificates::TestAuthority;
use crate::command::{Run, becomes_true, free_port};

/// A running `slapd`; it is stopped when dropped.
pub struct Slapd {
    process: Child,
    _folder: TempDir,
    authority: TestAuthority,
    plain_port: u16,
    tls_port: u16,
}

const SUFFIX: &str = "dc=kommune,dc=example";
const PASSWORD: &str = "kun-til-test";

impl Slapd {
    /// Starts one with the accounts below and no people.
    pub fn start() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let authority = TestAuthority::new("Lokalid slapd test", folder.path());
        authority.issue("localhost");
        std::fs::create_dir(folder.path().join("data")).expect("a folder for the data");
        std::fs::write(folder.path().join("slapd.conf"), configuration(&folder))
            .expect("a configuration file");
        let (process, plain_port, tls_port) = start_process(&folder);
        let slapd = Self { process, _folder: folder, authority, plain_port, tls_port };
        slapd.add(&accounts());
        slapd
    }

    pub fn suffix(&self) -> &'static str {
        SUFFIX
    }

    /// Where [`populate`](Self::populate) puts people.
    pub fn people(&self) -> String {
        format!("ou=people,{SUFFIX}")
    }

    /// May read everything, at most 1,000 entries at a time.
    pub fn reader(&self) -> String {
        format!("cn=reader,{SUFFIX}")
    }

    /// Is stopped after 500 entries, however they are asked for.
    pub fn limited(&self) -> String {
        format!("cn=limited,{SUFFIX}")
    }

    /// May sign in and read nothing.
    pub fn outsider(&self) -> String {
        format!("cn=outsider,{SUFFIX}")
    }

    /// The password of all of them.
    pub fn password(&self) -> &'static str {
        PASSWORD
    }

    /// `ldap://`, plain and for StartTLS.
    pub fn ldap_url(&self) -> String {
        format!("ldap://localhost:{}", self.plain_port)
    }

    pub fn ldaps_url(&self) -> String {
        format!("ldaps://localhost:{}", self.tls_port)
    }

    pub fn plain_port(&self) -> u16 {
        self.plain_port
    }

    pub fn tls_port(&self) -> u16 {
        self.tls_port
    }

    /// The PEM file by which its certificate is trusted.
    pub fn authority_file(&self) -> PathBuf {
        self.authority.certificate()
    }

    /// Adds `count` people `u00000`, `u00001`, … with Danish letters in their names.
    pub fn populate(&self, count: usize) {
        let mut ldif = String::new();
        for number in 0..count {
            let (given, family) = danish_name(number);
            let written = write!(
                ldif,
                "dn: uid=u{number:05},ou=people,{SUFFIX}\nobjectClass: inetOrgPerson\nuid: u{number:05}\n\
                 givenName: {given}\nsn: {family}\ncn: {given} {family}\nmail: u{number:05}@kommune.example\n\n"
            );
            written.expect("writing to a string");
        }
        self.add(&ldif);
    }

    /// Adds a group of the kind `groupOfNames` below `ou=groups`.
    pub fn add_group(&self, name: &str, members: &[&str]) -> String {
        let distinguished_name = format!("cn={name},ou=groups,{SUFFIX}");
        let mut ldif = format!("dn: {distinguished_name}\nobjectClass: groupOfNames\ncn: {name}\n");
        for member in members {
            writeln!(ldif, "member: {member}").expect("writing to a string");
        }
        self.add(&ldif);
        distinguished_name
    }

    /// Adds entries, written as LDIF.
    pub fn add(&self, ldif: &str) {
        self.client("ldapadd").output_for(ldif);
    }

    /// Changes entries, written as LDIF with `changetype` lines.
    pub fn modify(&self, ldif: &str) {
        self.client("ldapmodify").output_for(ldif);
    }

    /// Stops it at once, as a crash would.
    pub fn stop(&mut self) {
        // It may have ended by itself; then there is nothing left to stop.
        let _already_gone = self.process.kill();
        let _status = self.process.wait();
    }

    fn client(&self, program: &str) -> Run {
        let administrator = format!("cn=admin,{SUFFIX}");
        Run::new(program).arguments(["-x", "-H", &self.ldap_url(), "-D", &administrator, "-w", PASSWORD])
    }
}

impl Drop for Slapd {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Somebody else may take a free port before slapd does, therefore a few attempts.
fn start_process(folder: &TempDir) -> (Child, u16, u16) {
    for _ in 0..5 {
        let (plain_port, tls_port) = (free_port(), free_port());
        let mut process = Command::new("slapd")
            .arg("-f")
            .arg(folder.path().join("slapd.conf"))
            .args(["-h", &format!("ldap://127.0.0.1:{plain_port} ldaps://127.0.0.1:{tls_port}"), "-d", "0"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("slapd can be started (Debian package slapd)");
        let mut ended = false;
        let answers = becomes_true(|| {
            ended = process.try_wait().is_ok_and(|status| status.is_some());
            ended || TcpStream::connect(("127.0.0.1", tls_port)).is_ok()
        });
        if answers && !ended {
            return (process, plain_port, tls_port);
        }
        let _already_gone = process.kill();
        let _status = process.wait();
    }
    panic!("slapd does not start; its configuration is {}", configuration(folder))
}

fn configuration(folder: &TempDir) -> String {
    let path = folder.path().display();
    format!(
        "include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/nis.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
TLSCertificateFile {path}/server.pem
TLSCertificateKeyFile {path}/server.key
database mdb
maxsize 1073741824
suffix \"{SUFFIX}\"
rootdn \"cn=admin,{SUFFIX}\"
rootpw {PASSWORD}
directory {path}/data
dbnosync
index objectClass eq
limits dn.exact=\"cn=reader,{SUFFIX}\" size=1000 size.prtotal=unlimited
limits dn.exact=\"cn=limited,{SUFFIX}\" size=500 size.prtotal=500
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact=\"cn=outsider,{SUFFIX}\" disclose by users read by anonymous auth by * none
"
    )
}

fn accounts() -> String {
    let account = |name: &str| {
        format!(
            "\ndn: cn={name},{SUFFIX}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\n\
             cn: {name}\nuserPassword: {PASSWORD}\n"
        )
    };
    let unit =
        |name: &str| format!("\ndn: ou={name},{SUFFIX}\nobjectClass: organizationalUnit\nou: {name}\n");
    let root =
        format!("dn: {SUFFIX}\nobjectClass: dcObject\nobjectClass: organization\ndc: kommune\no: Kommune\n");
    root + &account("reader") + &account("limited") + &account("outsider") + &unit("people") + &unit("groups")
}

fn danish_name(number: usize) -> (&'static str, &'static str) {
    const GIVEN: [&str; 5] = ["Søren", "Åse", "Jørgen", "Zoë", "Anna"];
    const FAMILY: [&str; 4] = ["Ærø", "Ågård", "Østergaard", "Müller"];
    let pick = |names: &[&'static str]| {
        *names.iter().cycle().nth(number % names.len()).expect("a list that is not empty")
    };
    (pick(&GIVEN), pick(&FAMILY))
}
