//! Five rights in one scope to everybody, at 50 ms a call: eight at once and together in one call, beside one right per
//! call, one call after the other.
//!
//! The slow side is measured on one unit and counted up, for it takes minutes. Run by `cargo xtask bench`;
//! `LOKALID_BENCH_PEOPLE` makes it smaller for a look.
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
    process::Command,
    time::{Duration, Instant},
};

use common::{Bench, LATENCY_MS, number};

/// Rights that the demo's own bundles do not have, by their numbers in the emulator.
const RIGHTS: [(u32, &str); 5] = [
    (3, "Digital Post – administrator"),
    (6, "Skattekonto – læs"),
    (12, "Anmeldelse af arbejdsulykker"),
    (13, "Statistikindberetning"),
    (15, "Tingbog – anmeld"),
];
/// A tenth of the demo's people.
const UNIT: &str = "Jobcenter";

fn main() {
    let people = number("LOKALID_BENCH_PEOPLE", 2000);
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::prepare(folder.path(), people);
    println!("{people} people, {LATENCY_MS} ms a call, {} rights each", RIGHTS.len());
    let tenth = people / 10;
    // A new emulator is read in full once, which is nobody's rights and must not count as such.
    bench.settle(8, true);
    bench.lokalid(&["plan", "--read"], 0);
    bench.settle(1, false);
    let reads_slowly = bench.read_rights(Some(tenth)) * 10;
    bench.wish(Some(UNIT));
    let writes_slowly = bench.apply(tenth * RIGHTS.len()) * 10;
    bench.settle(8, true);
    let reads = bench.read_rights(None);
    bench.wish(None);
    let writes =
        bench.apply(people - tenth) * u32::try_from(people).unwrap() / u32::try_from(people - tenth).unwrap();
    tell("writes", writes_slowly, writes, 30.0);
    tell("writes, with one read for each person", writes_slowly + reads_slowly, writes + reads, 20.0);
    bench.unchanged_day();
}

fn tell(what: &str, slow: Duration, fast: Duration, asked: f64) {
    let ratio = slow.as_secs_f64() / fast.as_secs_f64();
    let verdict = if ratio >= asked { "met" } else { "NOT met" };
    println!("{what}: {slow:.1?} / {fast:.1?} = {ratio:.1} (asked {asked}: {verdict})");
}

impl Bench {
    /// How many calls go at once, and whether rights go together.
    fn settle(&self, at_once: usize, together: bool) {
        let settings = format!("[organisation.settings]\nrights_together = {together}\n");
        let changed = self.configuration.replacen("[organisation.settings]\n", &settings, 1);
        let schedule = format!("\n[schedule]\nat_once = {at_once}\ndetails_days = 7\n");
        std::fs::write(self.folder.join("lokalid.toml"), changed + &schedule).unwrap();
    }

    /// The policy of the demo, with one bundle more for a unit or for everybody.
    fn wish(&self, unit: Option<&str>) {
        let [base, file] = ["base.toml", "rights.toml"].map(|name| self.folder.join(name));
        if !base.exists() {
            self.lokalid(&["rights", "export", base.to_str().unwrap()], 0);
        }
        let path = file.to_str().unwrap();
        let text = std::fs::read_to_string(&base).unwrap();
        let line = |(number, name): &(u32, &str)| {
            format!("\"{name}\" = \"52180000-0000-8000-8000-{number:012x}\"\n")
        };
        let listed = RIGHTS.iter().map(line).collect::<Vec<_>>().concat();
        let given: Vec<String> =
            RIGHTS.iter().map(|(_, name)| format!("{{ right = \"{name}\", scope = \"cvr\" }}")).collect();
        let who = unit.map_or("everyone = true".to_owned(), |unit| format!("units = [\"{unit}\"]"));
        let named = text.replacen("[rights]\n", &format!("[rights]\n{listed}"), 1);
        let text = format!(
            "{named}\n[[bundle]]\nkey = \"bench\"\nname = \"Bench\"\nrights = [{}]\n\n\
             [[rule]]\nkey = \"bench\"\nname = \"Bench\"\nbundle = \"bench\"\n{who}\n",
            given.join(", ")
        );
        std::fs::write(&file, text).unwrap();
        self.lokalid(&["rights", "import", path], 0);
    }

    /// Everything that the wish leads to. Nothing is due for reading meanwhile.
    fn apply(&self, writes: usize) -> Duration {
        self.slow();
        let before = self.calls();
        let began = Instant::now();
        self.lokalid(&["apply"], 0);
        let took = began.elapsed();
        let calls = self.calls() - before;
        assert!((writes..writes + 10).contains(&calls), "{calls} calls for {writes} writes");
        took
    }

    /// Reads the rights of so many people, or of all, who were all read long ago.
    fn read_rights(&self, people: Option<usize>) -> Duration {
        let limit = people.map(|people| format!("WHERE rowid <= {people}")).unwrap_or_default();
        let sql = format!("UPDATE observed SET rights_at = 0 {limit};");
        let status = Command::new("sqlite3").arg(self.folder.join("lokalid.db")).arg(sql).status();
        assert!(status.expect("sqlite3 ages what was read; install it").success());
        self.slow();
        let before = self.calls();
        let began = Instant::now();
        self.lokalid(&["plan", "--read"], 0);
        let took = began.elapsed();
        println!("rights read in {took:.1?} with {} calls", self.calls() - before);
        took
    }

    fn unchanged_day(&self) {
        let before = self.calls();
        self.lokalid(&["apply"], 0);
        println!("an unchanged day: {} calls", self.calls() - before);
    }
}
