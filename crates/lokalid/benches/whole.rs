//! Whole commands against the emulator at 50 ms a call, each beside the same program with one call at a time.
//!
//! Ratios within one run count, since machines differ. Run by `cargo xtask bench`; `LOKALID_BENCH_PEOPLE` makes it
//! smaller for a look.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a measurement that cannot be made stops the run, and time is what is measured"
)]

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

const BINARY: &str = env!("CARGO_BIN_EXE_lokalid");
const LATENCY_MS: u32 = 50;

fn main() {
    let people: usize =
        std::env::var("LOKALID_BENCH_PEOPLE").ok().and_then(|text| text.parse().ok()).unwrap_or(2000);
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::prepare(folder.path(), people);
    println!("{people} people, {LATENCY_MS} ms a call");
    let one_by_one = bench.first_push(1);
    let together = bench.first_push(8);
    tell("first push, 8 at once against 1", one_by_one, together, 7.0);
    let (all_one, calls) = bench.full_read(1);
    let (all_many, _) = bench.full_read(8);
    tell("full read, 8 at once against 1", all_one, all_many, 7.0);
    let (day, day_calls) = bench.ordinary_day();
    println!("a day with 5 % changed: {day_calls} calls (a full read has {calls})");
    tell("a day against that full read one by one", all_one, day, 35.0);
    bench.big_plan(100_000);
}

fn tell(what: &str, slow: Duration, fast: Duration, asked: f64) {
    let ratio = slow.as_secs_f64() / fast.as_secs_f64();
    let verdict = if ratio >= asked { "met" } else { "NOT met" };
    println!("{what}: {slow:.1?} / {fast:.1?} = {ratio:.1} (asked {asked}: {verdict})");
}

/// A demo's folder and its emulator.
struct Bench {
    folder: PathBuf,
    /// The demo's `lokalid.toml`.
    configuration: String,
    emulator: Child,
    control: String,
}

impl Bench {
    fn prepare(folder: &Path, people: usize) -> Self {
        let demo = folder.join("demo");
        let made = Command::new(BINARY)
            .args(["demo", "--once", "--people", &people.to_string(), "--dir"])
            .arg(&demo)
            .stderr(Stdio::null())
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stdout));
        let configuration = std::fs::read_to_string(demo.join("lokalid.toml")).unwrap();
        let port =
            configuration.split("https://localhost:").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let mut emulator = Command::new(BINARY)
            .args(["emulator", "--api", &format!("127.0.0.1:{port}"), "--control", "127.0.0.1:0", "--dir"])
            .arg(&demo)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(emulator.stdout.take().unwrap()).lines();
        let control = loop {
            let line = lines.next().unwrap().unwrap();
            if let Some((_, address)) = line.split_once("http://localhost:") {
                break format!("127.0.0.1:{address}");
            }
        };
        std::thread::spawn(move || lines.for_each(drop));
        Self { folder: demo, configuration, emulator, control }
    }

    /// Everybody into an empty MitID Erhverv, from an empty database.
    fn first_push(&self, at_once: usize) -> Duration {
        self.post("PUT", "/_emulator/faults", "[]");
        self.post("POST", "/_emulator/reset", "{\"organisation\": null}");
        for file in ["lokalid.db", "lokalid.db-wal", "lokalid.db-shm", "keys/checkpoints.jsonl"] {
            drop(std::fs::remove_file(self.folder.join(file)));
        }
        self.schedule(at_once, 7);
        let plan = self.lokalid(&["apply"], 3);
        let id = plan.split("--approve ").nth(1).unwrap().split(' ').next().unwrap().to_owned();
        self.slow();
        let began = Instant::now();
        self.lokalid(&["apply", "--approve", &id, "--as", "bench", "--why", "bench"], 0);
        began.elapsed()
    }

    /// Search and both details of everybody. Details that may be no day old are all due.
    fn full_read(&self, at_once: usize) -> (Duration, usize) {
        self.schedule(at_once, 0);
        self.slow();
        let before = self.calls();
        let began = Instant::now();
        self.lokalid(&["plan", "--read"], 0);
        (began.elapsed(), self.calls() - before)
    }

    /// One in twenty has another name, one detail in seven is a week old.
    fn ordinary_day(&self) -> (Duration, usize) {
        self.age_details();
        let file = self.folder.join("people.csv");
        let text = std::fs::read_to_string(&file).unwrap();
        let changed: Vec<String> = text
            .lines()
            .enumerate()
            .map(|(number, line)| {
                let mut cells: Vec<&str> = line.split(';').collect();
                if number > 0 && number % 20 == 0 {
                    cells[3] = "Nyhedegaard";
                }
                cells.join(";")
            })
            .collect();
        std::fs::write(&file, changed.join("\n") + "\n").unwrap();
        self.schedule(8, 7);
        self.slow();
        let before = self.calls();
        let began = Instant::now();
        self.lokalid(&["apply"], 0);
        (began.elapsed(), self.calls() - before)
    }

    /// A plan for many people, all new: how long, and how much memory.
    fn big_plan(&self, people: usize) {
        let folder = self.folder.parent().unwrap().join("big");
        std::fs::create_dir_all(&folder).unwrap();
        copy(&self.folder.join("keys"), &folder.join("keys"));
        copy(&self.folder.join("certificates"), &folder.join("certificates"));
        copy(&self.folder.join("emulator/certificates"), &folder.join("emulator/certificates"));
        std::fs::copy(self.folder.join("lokalid.toml"), folder.join("lokalid.toml")).unwrap();
        std::fs::write(folder.join("people.csv"), many(&self.folder.join("people.csv"), people)).unwrap();
        for what in ["the first plan", "the second plan"] {
            let began = Instant::now();
            let mut child = Command::new(BINARY)
                .args(["--config", folder.join("lokalid.toml").to_str().unwrap(), "plan", "--json"])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let mut most = 0;
            while child.try_wait().unwrap().is_none() {
                most = most.max(resident_kib(child.id()));
                std::thread::sleep(Duration::from_millis(20));
            }
            println!(
                "`lokalid plan` for {people} people, {what}: {:.1?}, at most {} MiB (asked 6 s, 500 MiB)",
                began.elapsed(),
                most / 1024
            );
        }
    }

    fn schedule(&self, at_once: usize, details_days: usize) {
        let schedule = format!("\n[schedule]\nat_once = {at_once}\ndetails_days = {details_days}\n");
        std::fs::write(self.folder.join("lokalid.toml"), self.configuration.clone() + &schedule).unwrap();
    }

    fn slow(&self) {
        self.post(
            "PUT",
            "/_emulator/faults",
            &format!("[{{\"operation\": \"*\", \"kind\": \"slow\", \"latency_ms\": {LATENCY_MS}}}]"),
        );
    }

    /// Spreads the age of details over a week and a day, as they are after some weeks of use.
    fn age_details(&self) {
        let file = self.folder.join("lokalid.db");
        let sql = "UPDATE observed SET detailed_at = detailed_at - (rowid % 7) * 86400000 - 86400000 * 1.2;";
        let status = Command::new("sqlite3")
            .arg(file)
            .arg(sql)
            .status()
            .expect("sqlite3 ages the details; install it");
        assert!(status.success());
    }

    fn lokalid(&self, arguments: &[&str], expected: i32) -> String {
        let output = Command::new(BINARY)
            .arg("--config")
            .arg(self.folder.join("lokalid.toml"))
            .args(arguments)
            .stderr(Stdio::null())
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(expected), "{arguments:?}: {text}");
        text
    }

    /// Sequence number of the last call.
    fn calls(&self) -> usize {
        let answer = self.post("GET", "/_emulator/requests?since=0", "");
        answer
            .rsplit("\"sequence\":")
            .next()
            .and_then(|rest| rest.split([',', '}']).next()?.trim().parse().ok())
            .unwrap_or(0)
    }

    fn post(&self, method: &str, path: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.control).unwrap();
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 2"), "{answer}");
        answer
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        drop(self.emulator.kill());
        drop(self.emulator.wait());
    }
}

/// The demo's rows again and again, each with a CPR number, user name and address of its own.
fn many(file: &Path, people: usize) -> String {
    let text = std::fs::read_to_string(file).unwrap();
    let mut lines = text.lines();
    let mut all = format!("{}\n", lines.next().unwrap());
    let row: Vec<&str> = lines.next().unwrap().split(';').collect();
    for number in 0..people {
        let mut cells: Vec<String> = row.iter().map(|cell| (*cell).to_owned()).collect();
        cells[0] = format!("user{number}");
        let (day, month, year) = (61 + number % 28, 1 + number / 28 % 12, 50 + number / 336 % 50);
        cells[1] = format!("{day}{month:02}{year}{:04}", 100 + number / 16_800);
        cells[3] = format!("Efternavn{}", char::from(b'a' + u8::try_from(number % 26).unwrap()));
        cells[4] = format!("user{number}@noerreby.example");
        cells[8] = String::new();
        all.push_str(&cells.join(";"));
        all.push('\n');
    }
    all
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

fn resident_kib(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0)
}
