//! Bad input gets a sentence that says what, where, why and what to do; exit 1; nothing changed.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use emulator::{CertificateAuthority, IssueRequest, issue_system_certificate};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::world::{Emulator, Folder, LIGHT, LOCAL_IDP, PEOPLE, lokalid};

/// What must be the same before and after.
fn standing(folder: &Folder, emulator: &Emulator) -> (Value, Vec<Value>, Vec<String>) {
    let mut status = folder.status(LIGHT);
    // Reading MitID Erhverv changes nothing there.
    status["last_full_read"] = Value::Null;
    (status, emulator.employees(), emulator.writes())
}

/// Gives `people.csv` this content and lets every command that reads it refuse it with these words.
#[track_caller]
fn refused(folder: &Folder, emulator: &Emulator, content: impl AsRef<[u8]>, words: &[&str]) {
    let before = standing(folder, emulator);
    folder.write("people.csv", content);
    folder.run(&["source", "check"]).expect(1).says(&["people.csv"]).says(words);
    folder.run(&["source", "import"]).expect(1).says(&["Nothing was changed."]).says(words);
    folder.run(&["plan"]).expect(1).says(words).says(&["nothing to do"]);
    folder.run(&["apply"]).expect(1).says(words).says(&["Nobody is suspended because of that"]);
    assert_eq!(standing(folder, emulator), before);
}

#[test]
fn files_that_are_not_what_they_should_be() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    let good = folder.read("people.csv");
    let refused = |content: &[u8], words: &[&str]| refused(&folder, &emulator, content, words);

    refused(b"", &["the file is empty", "export it again"]);
    refused(good.lines().next().unwrap().as_bytes(), &["no person that can be used"]);
    let cut = good.len() - 60;
    refused(&good.as_bytes()[..cut], &["was cut off", "export it again"]);
    refused(
        good.replacen("brugernavn;", "initialer;", 1).as_bytes(),
        &["no column holds the user name", "mapping"],
    );
    refused(good.replacen(";cpr;", ";;", 1).as_bytes(), &["no column holds the CPR number"]);
    let utf16: Vec<u8> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
    refused(&[b"\xff\xfe", utf16.as_slice()].concat(), &["UTF-16", "CSV UTF-8"]);
    let mut mixed = good.clone().into_bytes();
    mixed.extend(b"ny0100;6102850111;S\xf8ren;Holm;ny0100@noerreby.example;;;;;;2020-01-01;\n");
    refused(&mixed, &["row 32", "partly UTF-8"]);
    refused(b"PK\x03\x04 and more", &["spreadsheet"]);

    folder.write("people.csv", &good);
    folder.run(&["apply"]).expect(0);
}

#[test]
fn rows_that_contradict_each_other() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    let good = folder.read("people.csv");
    let (anne, ole) = (good.lines().nth(1).unwrap(), good.lines().nth(2).unwrap());
    let and = |row: &str| format!("{good}{row}\n");
    let refused = |content: String, words: &[&str]| refused(&folder, &emulator, content, words);

    refused(and(anne), &["row 32", "as row 2"]);
    refused(
        and(&anne.replacen("anne0000;6101500100", "anne0000;6102850111", 1)),
        &["row 32", "the same user name as row 2"],
    );
    refused(
        and(&ole.replacen("ole0001;", "ole9999;", 1).replacen("Madsen", "Holm", 1)),
        &["row 32", "same CPR number as row 3 but another name"],
    );
    refused(good.replacen("6201500100", "6213500100", 1), &["row 3, column \"cpr\""]);
    refused(good.replacen("ole0001@", "ole0001", 1), &["row 3, column \"e-mail\""]);
    refused(good.replacen(";2011-08-01;", ";first of May;", 1), &["row 3, column \"fra\"", "2026-11-20"]);
    refused(good.replacen(";2011-08-01;", ";2011-08-01;2010-01-01", 1), &["row 3", "end date lies before"]);
    refused(good.replacen("Afdelingsleder", "6102850111", 1), &["row 2, column \"titel\"", "CPR number"]);
    let keyed = good.replacen("brugernavn;", "medarbejdernummer;brugernavn;", 1);
    let keyed: Vec<String> = keyed
        .lines()
        .enumerate()
        .map(|(row, line)| if row == 0 { line.to_owned() } else { format!("{};{line}", row.min(29)) })
        .collect();
    refused(keyed.join("\n"), &["row 31", "the same key as row 30", "another key column"]);
}

#[test]
fn a_source_that_is_gone() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    let before = standing(&folder, &emulator);
    fs::remove_file(folder.path().join("people.csv")).unwrap();
    for arguments in [&["source", "check"][..], &["source", "import"], &["plan"], &["apply"]] {
        folder
            .run(arguments)
            .expect(1)
            .says(&["people.csv cannot be read", "Is it there, and may Lokalid read it?"]);
    }
    assert_eq!(standing(&folder, &emulator), before);
    assert_eq!(emulator.employees().len(), PEOPLE);
}

#[test]
fn certificates_that_do_not_serve() {
    let folder = Folder::light();
    let before = folder.status(LIGHT);
    let file = format!("certificates/{LIGHT}.p12");
    let good = fs::read(folder.path().join(&file)).unwrap();
    let refused = |words: &[&str]| {
        for arguments in [&["plan"][..], &["apply"], &["doctor"]] {
            folder.run(arguments).expect(1).says(words);
        }
    };
    for (cvr, days, words) in [
        (LIGHT, -1, &["the certificate expired on", "order a new one"][..]),
        (LOCAL_IDP, 100, &["belongs to CVR number 90654321 and not to 90123456"]),
    ] {
        folder.write(&file, certificate(&folder, cvr, days));
        refused(words);
    }
    folder.write(&file, &good);
    let password = folder.read(&format!("certificates/{LIGHT}.password"));
    folder.write(&format!("certificates/{LIGHT}.password"), "wrong");
    refused(&["the password does not open the certificate file", &file]);
    folder.write(&format!("certificates/{LIGHT}.password"), &password);
    folder.write(&file, "no certificate");
    refused(&[&file, "not a PKCS#12 file"]);
    fs::remove_file(folder.path().join(&file)).unwrap();
    refused(&[&file, "check the path"]);
    folder.write(&file, &good);
    assert_eq!(folder.status(LIGHT), before);
}

/// A certificate of the folder's own authority that opens with the password that is there.
fn certificate(folder: &Folder, cvr: &str, days: i64) -> Vec<u8> {
    #[expect(clippy::disallowed_methods, reason = "the program under test reads the real clock")]
    let now = Timestamp::now();
    let mut authority =
        CertificateAuthority::open(&folder.path().join("emulator/certificates"), now).unwrap();
    let request = IssueRequest {
        cvr: cvr.to_owned(),
        name: "Lokalid".to_owned(),
        organisation: "Nørreby Kommune".to_owned(),
        not_before: now - SignedDuration::from_hours(24 * 400),
        not_after: now + SignedDuration::from_hours(24 * days),
        password: folder.read(&format!("certificates/{LIGHT}.password")),
    };
    issue_system_certificate(&mut authority, &request).unwrap().p12
}

#[test]
fn a_database_that_is_none() {
    let folder = Folder::light();
    folder.write("lokalid.db", "these are not the octets of a database, not at all ".repeat(40));
    for arguments in [&["plan"][..], &["apply"], &["status"], &["audit", "verify"], &["doctor"]] {
        folder.run(arguments).expect(1).says(&["lokalid.db", "not a database"]);
    }
    folder.edit("lokalid.toml", |text| text.replacen("sqlite:lokalid.db", "sqlite:there/lokalid.db", 1));
    folder.run(&["status"]).expect(1).says(&["there", "create it or correct the address"]);
    folder.edit("lokalid.toml", |text| text.replacen("sqlite:there/lokalid.db", "oracle:lokalid", 1));
    folder.run(&["status"]).expect(1).says(&["must begin with `sqlite:`"]);
}

/// The super-user may write everywhere, so that this is tried as `nobody` where the tests run as one.
#[test]
fn a_database_that_may_not_be_written() {
    const NOBODY: u32 = 65534;
    let folder = Folder::light();
    let is_super_user =
        String::from_utf8(Command::new("id").arg("-u").output().unwrap().stdout).unwrap().trim() == "0";
    let mut command = lokalid(folder.path(), &["apply"]);
    if is_super_user {
        for file in crate::world::files(folder.path()) {
            chown(file, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        for name in ["keys", "certificates"] {
            chown(folder.path().join(name), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        command.uid(NOBODY).gid(NOBODY);
    } else {
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
    }
    let database = folder.path().join("lokalid.db");
    fs::set_permissions(&database, fs::Permissions::from_mode(0o444)).unwrap();
    let before = fs::read(&database).unwrap();
    let Ok(output) = command.output() else {
        return eprintln!("left out: a_database_that_may_not_be_written: `nobody` may not start the program");
    };
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("may not read and write") && said.contains("give the file to that user"), "{said}");
    assert_eq!(fs::read(&database).unwrap(), before);
}

#[test]
fn keys_that_others_may_read_or_that_belong_elsewhere() {
    let folder = Folder::light();
    let keys = folder.path().join("keys/lokalid.keys");
    fs::set_permissions(&keys, fs::Permissions::from_mode(0o644)).unwrap();
    folder.run(&["status"]).expect(1).says(&["lokalid.keys", "chmod"]);
    fs::set_permissions(&keys, fs::Permissions::from_mode(0o600)).unwrap();
    folder.run(&["status"]).expect(0);
    fs::remove_file(&keys).unwrap();
    folder.run(&["status"]).expect(1).says(&["lokalid.keys"]);
    let other = Folder::empty();
    other.run(&["init"]).expect(0);
    fs::copy(other.path().join("keys/lokalid.keys"), &keys).unwrap();
    folder.run(&["status"]).expect(1).says(&["the keys do not belong to this database"]);
}

#[test]
fn a_port_that_is_taken() {
    let folder = Folder::light();
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let address = format!("127.0.0.1:{port}");
    folder
        .run(&["emulator", "--dir", ".", "--api", &address, "--control", "127.0.0.1:0"])
        .expect(1)
        .says(&[&address]);
    folder.point_to(port);
    folder.run(&["demo", "--once", "--dir", "."]).expect(1).says(&[&address]);
    folder.edit("lokalid.toml", |text| text.replacen("localhost:8080", &format!("localhost:{port}"), 1));
    folder.run(&["serve"]).expect(1).says(&[&address, "is the port taken?", "[web]"]);
}

#[test]
fn keys_of_the_configuration_that_are_wrong_are_named() {
    let folder = Folder::light();
    let good = folder.read("lokalid.toml");
    let wrong = [
        ("[web]\n", "[web]\nadress = \"x\"\n", &["adress", "line"][..]),
        ("database = ", "databas = \"x\"\ndatabase = ", &["databas", "lokalid.toml"]),
        ("level = \"low\"", "levle = \"low\"", &["levle"]),
        ("level = \"low\"", "level = \"lowest\"", &["lowest"]),
        ("cvr = \"90123456\"", "cvr = \"123\"", &["cvr"]),
        ("kind = \"csv\"", "kind = \"excel\"", &["excel"]),
        ("[[organisation]]\n", "[[organisation]\n", &["lokalid.toml"]),
        ("keys = ", "keys = \"a\"\nkeys = ", &["duplicate key", "keys"]),
        ("environment = \"emulator\"", "environment = \"emulater\"", &["emulater"]),
        ("name = \"payroll\"", "name = \"by-hand\"", &["by-hand", "taken"]),
        ("localhost:8080", "example.com:8080", &["http", "localhost only"]),
    ];
    for (from, to, words) in wrong {
        assert!(good.contains(from), "{from}");
        folder.write("lokalid.toml", good.replacen(from, to, 1));
        let command = if to.contains("example.com") { "serve" } else { "status" };
        folder.run(&[command]).expect(1).says(words);
    }
    folder.write("lokalid.toml", &good);
    assert_eq!(folder.status(LIGHT)["in_step"], json!(true));
}

/// Adds a directory beside the file, asked for with this password.
fn add_directory(folder: &Folder, url: &str, authorities: &str, name: &str, base: &str, password: &str) {
    folder.write("keys/ad.password", password);
    folder.edit("lokalid.toml", |text| {
        format!(
            "{text}\n[[organisation.source]]\nkind = \"ldap\"\nname = \"ad\"\nurl = \"{url}\"\nauthorities = \"{authorities}\"\n\
             bind_name = \"{name}\"\npassword_file = \"keys/ad.password\"\nbases = [\"{base}\"]\n\
             filter = \"(objectClass=inetOrgPerson)\"\n\
             attributes = {{ user-name = \"uid\", given-name = \"givenName\", surname = \"sn\", email = \"mail\" }}\n"
        )
    });
}

#[test]
fn a_directory_that_refuses_the_password_or_is_down() {
    if testkit::service(testkit::Service::Slapd).is_none() {
        return;
    }
    let mut slapd = testkit::slapd::Slapd::start();
    let folder = Folder::light();
    let emulator = folder.emulator();
    let authorities = slapd.authority_file().display().to_string();
    add_directory(&folder, &slapd.ldaps_url(), &authorities, &slapd.reader(), &slapd.people(), "wrong");
    let standing = || {
        let (mut status, employees, writes) = standing(&folder, &emulator);
        // The file beside it is read all the same.
        status["last_source_read"] = Value::Null;
        (status, employees, writes)
    };
    let before = standing();
    let refused = |words: &[&str]| {
        for arguments in [&["source", "check"][..], &["source", "import"], &["plan"], &["apply"], &["doctor"]]
        {
            folder.run(arguments).expect(1).says(&["ad"]).says(words);
        }
        assert!(standing() == before, "nothing was changed");
    };
    refused(&["password"]);
    slapd.stop();
    refused(&["localhost"]);
    fs::remove_file(folder.path().join("keys/ad.password")).unwrap();
    folder.run(&["plan"]).expect(1).says(&["ad.password", "directory's password"]);
}

#[test]
fn a_database_that_was_cut_off() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    let database = folder.path().join("lokalid.db");
    let whole = fs::read(&database).unwrap();
    for length in [whole.len() / 2, 8192, 100, 0] {
        fs::write(&database, &whole[..length]).unwrap();
        for arguments in [&["apply"][..], &["status"], &["doctor"]] {
            let ran = folder.run(arguments).expect(1).says(&["lokalid.db", "lokalid restore"]);
            assert!(!ran.said().contains("changed after it was applied"), "{}", ran.said());
        }
        assert_eq!(fs::read(&database).unwrap(), whole[..length]);
        assert_eq!(emulator.writes(), Vec::<String>::new());
    }
    fs::remove_file(&database).unwrap();
    folder.run(&["apply"]).expect(1).says(&["lokalid.db is gone or empty", "checkpoints.jsonl"]);
    assert!(!database.exists());
    fs::write(&database, &whole).unwrap();
    folder.run(&["apply"]).expect(0);
}

#[test]
fn a_copy_of_the_database_that_cannot_be_made() {
    let folder = Folder::light();
    let before = folder.status(LIGHT);
    let refused = |target: &str, words: &[&str]| {
        folder.run(&["copy-database", target]).expect(1).says(words);
        assert_eq!(folder.status(LIGHT), before);
    };
    refused("oracle://there", &["must begin with `sqlite:`", "postgres://"]);
    refused("sqlite:there/other.db", &["there", "create it or correct the address"]);
    let address = format!("127.0.0.1:{}", crate::world::free_port());
    refused(
        &format!("postgres://lokalid:secret@{address}/lokalid"),
        &["nothing answers at", &address, "Is PostgreSQL running"],
    );
    let said = folder.run(&["copy-database", &format!("postgres://lokalid:secret@{address}/lokalid")]).said();
    assert!(!said.contains("secret"), "{said}");
    folder.run(&["copy-database", "sqlite:other.db"]).expect(0).says(&["rows of"]);
    let copy = fs::read(folder.path().join("other.db")).unwrap();
    refused("sqlite:other.db", &["is not empty", "copy into a new database"]);
    assert_eq!(fs::read(folder.path().join("other.db")).unwrap(), copy);
    folder.run(&["copy-database"]).expect(2);
}

#[test]
fn a_configuration_that_names_what_is_not_there() {
    let folder = Folder::light();
    let good = folder.read("lokalid.toml");
    let refused = |text: String, words: &[&str]| {
        folder.write("lokalid.toml", text);
        folder.run(&["status"]).expect(1).says(&["lokalid.toml"]).says(words);
    };
    refused(good.replacen("[\"payroll\"]", "[\"payrol\"]", 1), &["precedence", "`payrol`", LIGHT]);
    refused("database = \"sqlite:lokalid.db\"\n".to_owned(), &["no [[organisation]]", "lokalid init"]);
    folder.write("lokalid.toml", format!("database_file = \"keys/address\"\n{good}"));
    folder.run(&["status"]).expect(1).says(&["keys/address", "database_file", "check the path"]);
    folder.write("lokalid.toml", &good);
    assert_eq!(folder.status(LIGHT)["in_step"], json!(true));
}
