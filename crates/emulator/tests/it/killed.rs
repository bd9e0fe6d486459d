//! A real kill -9 in the middle of eight callers: whatever was answered is there afterwards.

use std::path::PathBuf;
use std::process::Stdio;

use emulator::{CertificateDemand, Emulator};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;

use crate::server::{Caller, employees, options, start};

/// Tells the process of this test binary that it is to be the emulator.
const FOLDER: &str = "EMULATOR_TO_BE_KILLED";

#[tokio::test(flavor = "multi_thread")]
async fn no_answered_creation_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let (mut emulator, port) = emulator_process(folder.path().to_owned()).await;
    let caller = Caller::at(port, folder.path()).await;
    let (sender, mut receiver) = mpsc::unbounded_channel();
    for _ in 0..8 {
        tokio::spawn(create_until_broken(caller.clone(), sender.clone()));
    }
    drop(sender);
    let mut answered = Vec::new();
    for _ in 0..60 {
        answered.push(receiver.recv().await.expect("the callers gave up before the kill"));
    }
    emulator.kill().await.unwrap();
    while let Some(uuid) = receiver.recv().await {
        answered.push(uuid);
    }

    let again = start(folder.path(), CertificateDemand::All).await;
    let there: Vec<Value> =
        employees(&again).await.into_iter().map(|employee| employee["uuid"].clone()).collect();
    assert!(answered.iter().all(|uuid| there.contains(uuid)), "{} of {}", there.len(), answered.len());
    assert!(there.len() <= answered.len() + 8, "at most one for each caller is there without an answer");
    again.stop().await;
}

/// The emulator that the test above kills; alone it has nothing to do.
#[tokio::test(flavor = "multi_thread")]
async fn the_process_that_is_killed() {
    let Ok(folder) = std::env::var(FOLDER) else {
        return println!("nothing to do: the other test starts this one");
    };
    let running = Emulator::start(options(folder.as_ref(), CertificateDemand::All)).await.unwrap();
    println!("\nport {}", running.api_addr().port());
    std::future::pending::<()>().await;
}

async fn emulator_process(folder: PathBuf) -> (Child, u16) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killed::the_process_that_is_killed", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    while let Some(line) = lines.next_line().await.unwrap() {
        if let Some(port) = line.strip_prefix("port ") {
            return (child, port.parse().unwrap());
        }
    }
    panic!("the emulator did not start");
}

async fn create_until_broken(caller: Caller, answered: mpsc::UnboundedSender<Value>) {
    while let Ok(response) = caller.create().await {
        let Ok(body) = response.json::<Value>().await else { return };
        answered.send(body["employeeUuid"].clone()).unwrap();
    }
}
