//! A demo's folder with its emulator, slow as MitID Erhverv is, for every measurement.

#![allow(dead_code, reason = "each bench uses its part")]

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

pub const BINARY: &str = env!("CARGO_BIN_EXE_lokalid");
pub const LATENCY_MS: u32 = 50;

/// A number that the environment makes smaller, for a look.
pub fn number(variable: &str, otherwise: usize) -> usize {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// A demo's folder and its emulator.
pub struct Bench {
    pub folder: PathBuf,
    /// The demo's `lokalid.toml`.
    pub configuration: String,
    emulator: Child,
    pub control: String,
}

impl Bench {
    pub fn prepare(folder: &Path, people: usize) -> Self {
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

    pub fn schedule(&self, at_once: usize, details_days: usize) {
        let schedule = format!("\n[schedule]\nat_once = {at_once}\ndetails_days = {details_days}\n");
        std::fs::write(self.folder.join("lokalid.toml"), self.configuration.clone() + &schedule).unwrap();
    }

    pub fn slow(&self) {
        self.post(
            "PUT",
            "/_emulator/faults",
            &format!("[{{\"operation\": \"*\", \"kind\": \"slow\", \"latency_ms\": {LATENCY_MS}}}]"),
        );
    }

    pub fn lokalid(&self, arguments: &[&str], expected: i32) -> String {
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
    pub fn calls(&self) -> usize {
        let answer = self.post("GET", "/_emulator/requests?since=0", "");
        answer
            .rsplit("\"sequence\":")
            .next()
            .and_then(|rest| rest.split([',', '}']).next()?.trim().parse().ok())
            .unwrap_or(0)
    }

    pub fn post(&self, method: &str, path: &str, body: &str) -> String {
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
pub fn many(file: &Path, people: usize) -> String {
    let text = std::fs::read_to_string(file).unwrap();
    let mut lines = text.lines();
    let mut all = format!("{}\n", lines.next().unwrap());
    let row: Vec<&str> = lines.next().unwrap().split(';').collect();
    for number in 0..people {
        let mut cells: Vec<String> = row.iter().map(|cell| (*cell).to_owned()).collect();
        cells[0] = format!("user{number}");
        let (day, month, year) = (61 + number % 28, 1 + number / 28 % 12, 50 + number / 336 % 50);
        cells[1] = format!("{day}{month:02}{year}{:04}", 500 + number / 16_800);
        cells[3] = format!("Efternavn{}", char::from(b'a' + u8::try_from(number % 26).unwrap()));
        cells[4] = format!("user{number}@noerreby.example");
        cells[8] = String::new();
        all.push_str(&cells.join(";"));
        all.push('\n');
    }
    all
}

pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

pub fn resident_kib(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0)
}
