//! This machine: room on its disks, and its clock.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::finding::Findings;
use crate::{configuration::Configuration, installation, report::danish_time};

/// Less room than this is short, whatever lies there.
const LEAST_OCTETS: u64 = 200 << 20;
/// A clock that is off by more changes what is done.
const MOST_SECONDS_OFF: i64 = 60;

/// Where the database, the log's checkpoints and backups lie. A backup is as large as the database.
pub fn disk(findings: &mut Findings, configuration: &Configuration) {
    let database = installation::location(configuration).ok();
    let folder = database.as_ref().and_then(|location| location.folder());
    let size = folder.map_or(0, database_octets);
    let checkpoints = configuration.path(&configuration.checkpoints);
    match folder {
        Some(folder) => room(findings, "disk of the database", folder, LEAST_OCTETS),
        None => findings.unknown("disk", "disk of the database", "it is the database server's; look there"),
    }
    room(findings, "disk of the log", checkpoints.parent().unwrap_or(&configuration.folder), LEAST_OCTETS);
    let needed = LEAST_OCTETS.max(size.saturating_mul(2));
    room(findings, "disk of backups beside the configuration", &configuration.folder, needed);
}

/// The files of the folder whose names end as databases do.
fn database_octets(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let databases = entries.filter(|entry| entry.path().extension().is_some_and(|ending| ending == "db"));
    databases.filter_map(|entry| entry.metadata().ok()).map(|about| about.len()).max().unwrap_or(0)
}

fn room(findings: &mut Findings, what: &str, folder: &Path, needed: u64) {
    let shown: PathBuf = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let shown = shown.display();
    let Ok(about) = rustix::fs::statvfs(folder) else {
        let advice = "Create the folder or correct the path in lokalid.toml.";
        return findings.bad("disk", what, &format!("the folder {shown} cannot be looked at"), advice);
    };
    let free = about.f_bavail.saturating_mul(about.f_frsize);
    let whole = about.f_blocks.saturating_mul(about.f_frsize).max(1);
    let percent = free.saturating_mul(100) / whole;
    let words = format!("{} free ({percent} %) at {shown}", megabytes(free));
    if free >= needed {
        return findings.good("disk", what, &words);
    }
    let advice = format!(
        "Make room: at least {} should be free. On a full disk nothing is stored and nothing is sent; what is there stays \
         as it is, and work goes on by itself once there is room. Delete old backups first, never lokalid.db, its -wal \
         file or the checkpoints.",
        megabytes(needed)
    );
    findings.bad("disk", what, &words, &advice);
}

fn megabytes(octets: u64) -> String {
    format!("{} MB", octets / 1_000_000)
}

/// Compares our clock with the other side's.
pub fn clock(findings: &mut Findings, ours: Timestamp, theirs: Option<Timestamp>) {
    const WHAT: &str = "clock";
    let Some(theirs) = theirs else {
        let words = format!(
            "it is {} here; it could not be compared, because MitID Erhverv did not answer",
            danish_time(ours)
        );
        return findings.unknown("clock", WHAT, &words);
    };
    let ahead = ours.duration_since(theirs).as_secs();
    let direction = if ahead < 0 { "behind" } else { "ahead of" };
    let off = ahead.abs();
    if off <= MOST_SECONDS_OFF {
        let words = format!("it agrees with MitID Erhverv's to within {MOST_SECONDS_OFF} seconds");
        return findings.good("clock", WHAT, &words);
    }
    let words = format!(
        "this machine's clock is {off} seconds {direction} MitID Erhverv's. Access tokens and certificates are then taken \
         for valid when they are not, or the other way round; people are created and suspended at the wrong time; the log \
         says the wrong time"
    );
    let advice = "Set the clock and let it be kept right, for example with `timedatectl set-ntp true`; then restart `serve`.";
    findings.bad("clock", WHAT, &words, advice);
}
