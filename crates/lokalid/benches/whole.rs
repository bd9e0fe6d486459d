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

mod common;

use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use common::{BINARY, Bench, LATENCY_MS, copy, many, number, resident_kib};

fn main() {
    let people = number("LOKALID_BENCH_PEOPLE", 2000);
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

impl Bench {
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
        // A new database beside the checkpoints of another would be refused.
        std::fs::remove_file(folder.join("keys/checkpoints.jsonl")).unwrap();
        copy(&self.folder.join("certificates"), &folder.join("certificates"));
        copy(&self.folder.join("emulator/certificates"), &folder.join("emulator/certificates"));
        std::fs::copy(self.folder.join("lokalid.toml"), folder.join("lokalid.toml")).unwrap();
        std::fs::write(folder.join("people.csv"), many(&self.folder.join("people.csv"), people)).unwrap();
        for what in ["the first plan", "the second plan"] {
            let printed = folder.join("plan.json");
            let began = Instant::now();
            let mut child = Command::new(BINARY)
                .args(["--config", folder.join("lokalid.toml").to_str().unwrap(), "plan", "--json"])
                .stdout(std::fs::File::create(&printed).unwrap())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let mut most = 0;
            let ended = loop {
                most = most.max(resident_kib(child.id()));
                match child.try_wait().unwrap() {
                    Some(status) => break status,
                    None => std::thread::sleep(Duration::from_millis(20)),
                }
            };
            let took = began.elapsed();
            let plan: serde_json::Value =
                serde_json::from_slice(&std::fs::read(&printed).unwrap()).unwrap_or_default();
            assert!(ended.success() && plan["counts"]["create"] == people, "{what} failed: {ended}");
            println!(
                "`lokalid plan` for {people} people, {what}: {took:.1?}, at most {} MiB (asked 6 s, 500 MiB)",
                most / 1024
            );
        }
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
}
