//! Folders, processes and what they said.
//!
//! Making certificates takes seconds, so each test process lets the demo make one folder and copies it for every test.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::http;

/// The organisation of every demo, and the second one of a demo with both variants.
pub const LIGHT: &str = "90123456";
pub const LOCAL_IDP: &str = "90654321";

/// How many people the prepared folders have in each organisation.
pub const PEOPLE: usize = 30;

/// One installation in a folder of its own.
pub struct Folder {
    folder: TempDir,
}

/// How a command ended and what it said.
pub struct Ran {
    pub command: String,
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// A process that is stopped with the test.
pub struct Process {
    child: Child,
}

/// The emulated MitID Erhverv of one folder.
pub struct Emulator {
    _process: Process,
    pub control: u16,
    /// The last call before the test began.
    before: u64,
}

/// The program, with nothing of the environment that changes what it says.
pub fn lokalid(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lokalid"));
    command.args(arguments).current_dir(folder).env("USER", "tester").env_remove("LOKALID_LOG");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs it to its end.
pub fn run(folder: &Path, arguments: &[&str]) -> Ran {
    let output = lokalid(folder, arguments).output().expect("the program starts");
    Ran::of(arguments, &output)
}

/// Looks again and again until `ready`; fails after about a minute.
pub fn until(what: &str, mut ready: impl FnMut() -> bool) {
    for _ in 0..3000 {
        if ready() {
            return;
        }
        thread::sleep(Duration::from_millis(20));
    }
    panic!("waited in vain: {what}");
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

impl Folder {
    /// One organisation of the variant Light whose people are all in step.
    pub fn light() -> Self {
        static PREPARED: OnceLock<PathBuf> = OnceLock::new();
        Self::copy_of(PREPARED.get_or_init(|| prepare("light")))
    }

    /// A Light organisation and one with a Local IdP, both in step.
    pub fn both() -> Self {
        static PREPARED: OnceLock<PathBuf> = OnceLock::new();
        Self::copy_of(PREPARED.get_or_init(|| prepare("both")))
    }

    pub fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn copy_of(prepared: &Path) -> Self {
        let folder = Self::empty();
        copy(prepared, folder.path());
        folder
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        run(self.path(), arguments)
    }

    /// Runs it with something on its standard input.
    pub fn run_with_input(&self, arguments: &[&str], input: &str) -> Ran {
        let mut child = lokalid(self.path(), arguments).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        Ran::of(arguments, &child.wait_with_output().unwrap())
    }

    pub fn start(&self, arguments: &[&str]) -> Process {
        Process { child: lokalid(self.path(), arguments).stderr(Stdio::null()).spawn().unwrap() }
    }

    /// The same with its log in a file of the folder.
    pub fn start_with_log(&self, arguments: &[&str], log: &str) -> Process {
        let log = fs::File::create(self.path().join(log)).unwrap();
        Process { child: lokalid(self.path(), arguments).stderr(log).spawn().unwrap() }
    }

    /// Starts the emulator on free ports and writes its address into the configuration.
    pub fn emulator(&self) -> Emulator {
        let free = "127.0.0.1:0";
        let mut process = self.start(&["emulator", "--dir", ".", "--api", free, "--control", free]);
        let lines = process.lines(2);
        let port = |line: &String| line.rsplit(':').next().unwrap().trim().parse::<u16>().unwrap();
        let (api, control) = (port(&lines[0]), port(&lines[1]));
        self.point_to(api);
        let calls = http::get(control, "/_emulator/requests?since=0").json();
        let before = calls.as_array().unwrap().last().map_or(0, |call| call["sequence"].as_u64().unwrap());
        Emulator { _process: process, control, before }
    }

    /// Lets the configuration name this port as the IdM API's.
    pub fn point_to(&self, api: u16) {
        let address = |line: &str| {
            if line.starts_with("api = ") {
                format!("api = \"https://localhost:{api}\"")
            } else {
                line.to_owned()
            }
        };
        self.edit("lokalid.toml", |text| text.lines().map(address).collect::<Vec<_>>().join("\n") + "\n");
    }

    pub fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path().join(file)).unwrap()
    }

    pub fn write(&self, file: &str, octets: impl AsRef<[u8]>) {
        fs::write(self.path().join(file), octets).unwrap();
    }

    pub fn edit(&self, file: &str, change: impl FnOnce(&str) -> String) {
        self.write(file, change(&self.read(file)));
    }

    /// Leaves out some people of `people.csv`, by their place from 0 on.
    pub fn remove_people(&self, removed: impl Fn(usize) -> bool) {
        self.edit("people.csv", |text| {
            let rows = text.lines().enumerate().filter(|(place, _)| *place == 0 || !removed(place - 1));
            rows.map(|(_, row)| row).collect::<Vec<_>>().join("\n") + "\n"
        });
    }

    /// The user names of `people.csv`, in its order.
    pub fn user_names(&self) -> Vec<String> {
        let text = self.read("people.csv");
        text.lines().skip(1).map(|row| row.split(';').next().unwrap().to_owned()).collect()
    }

    /// How one organisation stands.
    pub fn status(&self, cvr: &str) -> Value {
        let status = self.run(&["status", "--json", "--organisation", cvr]).expect(0).json();
        status["organisations"][0].clone()
    }

    pub fn in_step(&self) -> bool {
        self.status(LIGHT)["in_step"] == json!(true)
    }

    /// The names in the folder, in order.
    pub fn names(&self) -> Vec<String> {
        names(self.path())
    }

    /// Forgets everything that was ever known, as if this were the first day.
    pub fn forget_everything(&self) {
        fs::remove_file(self.path().join("lokalid.db")).unwrap();
        fs::remove_file(self.path().join("keys/checkpoints.jsonl")).unwrap();
    }
}

impl Ran {
    fn of(arguments: &[&str], output: &Output) -> Self {
        let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
        Self {
            command: arguments.join(" "),
            code: output.status.code().unwrap_or(-1),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }

    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "lokalid {}\n{}\n{}", self.command, self.out, self.err);
        self
    }

    /// Everything it said.
    pub fn said(&self) -> String {
        format!("{}{}", self.out, self.err)
    }

    /// Whether it said each of these.
    #[track_caller]
    pub fn says(self, parts: &[&str]) -> Self {
        let said = self.said();
        for part in parts {
            assert!(said.contains(part), "lokalid {} does not say {part:?}:\n{said}", self.command);
        }
        self
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("{}: {error}: {}", self.command, self.out))
    }
}

impl Process {
    /// The first lines that it prints.
    pub fn lines(&mut self, count: usize) -> Vec<String> {
        let out = self.child.stdout.take().expect("asked for once");
        let mut reader = BufReader::new(out);
        let lines = (0..count).map(|_| {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            assert!(!line.is_empty(), "the process ended early");
            line.trim_end().to_owned()
        });
        let lines = lines.collect();
        // What it prints later has somewhere to go, or it would be stopped by it.
        thread::spawn(move || std::io::copy(&mut reader, &mut std::io::sink()));
        lines
    }

    /// Waits until it ends by itself, and says how it ended.
    pub fn wait(mut self) -> i32 {
        until("the program ends by itself", || self.has_ended());
        self.child.wait().unwrap().code().unwrap_or(-1)
    }

    /// Asks it to end, as Ctrl-C or a service manager does, and says how it ended. What it waits for may take many
    /// minutes; the end may not.
    pub fn stop(mut self) -> i32 {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(asked.success());
        until("the program ends", || self.has_ended());
        self.child.wait().unwrap().code().unwrap_or(-1)
    }

    /// Kill -9.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Emulator {
    pub fn state(&self, cvr: &str) -> Value {
        let state = http::get(self.control, "/_emulator/state").json();
        let mut organisations = state["organisations"].as_array().unwrap().iter();
        organisations.find(|one| one["cvr"] == json!(cvr)).unwrap().clone()
    }

    pub fn employees(&self) -> Vec<Value> {
        self.state(LIGHT)["employees"].as_array().unwrap().clone()
    }

    /// The user with this e-mail address, which the demo makes of the user name.
    pub fn employee(&self, user: &str) -> Value {
        let address = format!("{user}@noerreby.example");
        let found = self.employees().into_iter().find(|one| one["emailAddress"] == json!(address));
        found.unwrap_or_else(|| panic!("nobody has {address}"))
    }

    pub fn has(&self, user: &str) -> bool {
        let address = format!("{user}@noerreby.example");
        self.employees().iter().any(|one| one["emailAddress"] == json!(address))
    }

    pub fn faults(&self, plan: &Value) {
        assert_eq!(http::put_json(self.control, "/_emulator/faults", plan).status, 200);
    }

    /// What an administrator or the user does in the portal.
    pub fn portal(&self, action: &str, user: &str, fields: &Value) {
        let uuid = self.employee(user)["uuid"].clone();
        let body = json!({ "organisation": LIGHT, "action": action, "uuid": uuid, "fields": fields });
        let answer = http::post_json(self.control, "/_emulator/portal", &body);
        assert_eq!(answer.status, 200, "{}", answer.text());
    }

    /// Lets the time there differ from ours.
    pub fn shift_clock(&self, seconds: i64) {
        let answer = http::post_json(self.control, "/_emulator/clock", &json!({ "shift_seconds": seconds }));
        assert_eq!(answer.status, 200);
    }

    pub fn reset(&self) {
        let answer = http::post_json(self.control, "/_emulator/reset", &json!({ "organisation": null }));
        assert_eq!(answer.status, 200);
    }

    /// The calls of the test that change something there, oldest first: method and path.
    pub fn writes(&self) -> Vec<String> {
        let all = http::get(self.control, &format!("/_emulator/requests?since={}", self.before)).json();
        let line =
            |one: &Value| format!("{} {}", one["method"].as_str().unwrap(), one["path"].as_str().unwrap());
        let lines = all.as_array().unwrap().iter().map(line);
        lines.filter(|line| !line.starts_with("GET") && !is_a_reading_post(line)).collect()
    }
}

/// Log-in and search are sent by POST and change nothing.
fn is_a_reading_post(line: &str) -> bool {
    line.contains("authenticate") || line.contains("search")
}

pub fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = entries.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Every file below a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let target = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(&file, &target).unwrap();
    }
}

/// Lets the demo make a folder beside the build's other files.
fn prepare(variant: &str) -> PathBuf {
    let beside = Path::new(env!("CARGO_TARGET_TMPDIR"));
    forget_ended_processes(beside);
    let folder = beside.join(format!("prepared-{}-{variant}", std::process::id()));
    drop(fs::remove_dir_all(&folder));
    let shown = folder.display().to_string();
    let people = PEOPLE.to_string();
    run(beside, &["demo", "--once", "--people", &people, "--dir", &shown, "--variant", variant]).expect(0);
    folder
}

/// A test process cannot clean up behind its last test, so the next one does.
fn forget_ended_processes(beside: &Path) {
    for name in names(beside) {
        let process = name.strip_prefix("prepared-").and_then(|rest| rest.split('-').next());
        if process.is_some_and(|id| Path::new("/proc").exists() && !Path::new("/proc").join(id).exists()) {
            // Another test process may be faster.
            drop(fs::remove_dir_all(beside.join(name)));
        }
    }
}
