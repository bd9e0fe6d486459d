//! Files, folders and disks that a database cannot be opened on: each with a sentence that helps.
//!
//! A full disk and one that is mounted for reading only are real ones: the test runs itself once more in a small
//! file system of its own, which needs a kernel that lets `unshare` make one.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use store::{BackupError, Keys, Location, Obstacle, OpenError, Store, StoreError, setting};
use testkit::{ManualClock, SeededRandom};

/// Names the folder that a test which runs itself again works in.
const FOLDER: &str = "LOKALID_TEST_FOLDER";

async fn open(file: &Path) -> Result<Store, OpenError> {
    let keys = Keys::in_memory(&SeededRandom::new(1)).unwrap();
    let (clock, random) = (Arc::new(ManualClock::default()), Arc::new(SeededRandom::new(3)));
    Store::open(Location::file(file), keys, clock, random).await
}

/// What is said about the file, which is named in it.
async fn refusal(file: &Path) -> OpenError {
    let refused = open(file).await.unwrap_err();
    let name = file.file_name().unwrap().to_str().unwrap();
    assert!(refused.to_string().contains(name), "{refused}");
    refused
}

async fn write(store: &Store, name: &str, octets: usize) -> Result<(), StoreError> {
    let value = "x".repeat(octets);
    store.write(|tx| Box::pin(async { setting::write(tx, "", name, &value).await })).await
}

/// A database with something in it, closed.
async fn made_in(folder: &Path) -> PathBuf {
    let file = folder.join("lokalid.db");
    let store = open(&file).await.unwrap();
    for number in 0..50 {
        write(&store, &format!("setting-{number}"), 3_000).await.unwrap();
    }
    store.close().await.unwrap();
    file
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_cut_short_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let file = made_in(folder.path()).await;
    let whole = fs::read(&file).unwrap();
    for part in [60, 700, 4_096, whole.len() / 2, whole.len() - 1, whole.len() - 4_096] {
        fs::write(&file, &whole[..part]).unwrap();
        let refused = refusal(&file).await;
        assert!(matches!(refused, OpenError::Damaged { .. }), "{part}: {refused}");
        assert!(refused.to_string().contains("restore a backup"), "{refused}");
    }
    fs::write(&file, whole).unwrap();
    open(&file).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_file_is_a_new_database_unless_changes_lie_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lokalid.db");
    fs::write(&file, "").unwrap();
    open(&file).await.unwrap().close().await.unwrap();
    fs::write(&file, "").unwrap();
    fs::write(folder.path().join("lokalid.db-wal"), "what was not in the file yet").unwrap();
    let refused = refusal(&file).await;
    assert!(matches!(refused, OpenError::Damaged { .. }), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_written_over_is_damaged_or_no_database() {
    let folder = tempfile::tempdir().unwrap();
    let file = made_in(folder.path()).await;
    let whole = fs::read(&file).unwrap();
    let mut schema_gone = whole.clone();
    schema_gone[100..4_096].fill(0x55);
    fs::write(&file, schema_gone).unwrap();
    let refused = refusal(&file).await;
    assert!(matches!(refused, OpenError::Damaged { .. }), "{refused}");
    let mut head_gone = whole;
    head_gone[..100].fill(0x55);
    fs::write(&file, head_gone).unwrap();
    let refused = refusal(&file).await;
    assert!(matches!(refused, OpenError::NotADatabase { .. }), "{refused}");
    assert!(refused.to_string().contains("address"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_that_is_met_later_says_so_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = made_in(folder.path()).await;
    let mut octets = fs::read(&file).unwrap();
    let end = octets.len() - 20 * 4_096;
    octets[end..].fill(0x55);
    fs::write(&file, octets).unwrap();
    let store = open(&file).await.unwrap();
    let read = store.read(|tx| Box::pin(async { setting::read_all(tx, "").await }));
    let refused = read.await.unwrap_err();
    assert!(matches!(refused, StoreError::Damaged { .. }), "{refused}");
    assert!(refused.to_string().contains("restore a backup"), "{refused}");
    let backup = store::backup(&store, &folder.path().join("backup.db")).await.unwrap_err();
    assert!(matches!(backup, BackupError::Store(StoreError::Damaged { .. })), "{backup}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_in_the_place_of_the_file_is_called_one() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lokalid.db");
    fs::create_dir(&file).unwrap();
    let refused = refusal(&file).await;
    assert!(matches!(refused, OpenError::CannotOpen { obstacle: Obstacle::IsFolder, .. }), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_mounted_for_reading_only_is_called_so() {
    let name = "obstacle::a_disk_mounted_for_reading_only_is_called_so";
    let Some(folder) = on_small_disk(name, "16m") else { return };
    let file = made_in(&folder).await;
    let running = open(&file).await.unwrap();
    // The disk is made unwritable under an open file, which the kernel refuses while it is open for writing.
    running.close().await.unwrap();
    let remounted = Command::new("mount").args(["-o", "remount,ro"]).arg(&folder).status().unwrap();
    assert!(remounted.success());
    for file in [file, folder.join("new.db")] {
        let refused = refusal(&file).await;
        let expected = matches!(refused, OpenError::CannotOpen { obstacle: Obstacle::ReadOnlyDisk, .. });
        assert!(expected, "{refused} {refused:?}");
        assert!(refused.to_string().contains("mount it for writing"), "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_called_full_and_work_goes_on_when_there_is_room() {
    let name = "obstacle::a_full_disk_is_called_full_and_work_goes_on_when_there_is_room";
    let Some(folder) = on_small_disk(name, "4m") else { return };
    let file = made_in(&folder).await;
    let ballast = folder.join("ballast");
    let fill_up = || {
        let mut ballast = fs::File::create(&ballast).unwrap();
        while ballast.write_all(&[0; 4_096]).is_ok() {}
    };
    fill_up();
    for file in [file.clone(), folder.join("new.db")] {
        let refused = refusal(&file).await;
        let expected = matches!(refused, OpenError::CannotOpen { obstacle: Obstacle::FullDisk, .. });
        assert!(expected, "{refused} {refused:?}");
        assert!(refused.to_string().contains("make room"), "{refused}");
    }
    fs::remove_file(&ballast).unwrap();
    let store = open(&file).await.unwrap();
    fill_up();
    let refused = write(&store, "large", 100_000).await.unwrap_err();
    assert!(matches!(refused, StoreError::Full), "{refused} {refused:?}");
    fs::remove_file(&ballast).unwrap();
    write(&store, "large", 100_000).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_or_folder_of_somebody_else_is_called_so() {
    let name = "obstacle::a_file_or_folder_of_somebody_else_is_called_so";
    let Some(folder) = as_nobody_special(name) else { return };
    let file = made_in(&folder).await;
    let allow = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    allow(&folder, 0o500);
    for file in [file.clone(), folder.join("new.db")] {
        let refused = refusal(&file).await;
        let expected =
            matches!(refused, OpenError::CannotOpen { obstacle: Obstacle::FolderForbidden { .. }, .. });
        assert!(expected, "{refused} {refused:?}");
    }
    allow(&folder, 0o700);
    for mode in [0o400, 0o000] {
        allow(&file, mode);
        let refused = refusal(&file).await;
        let expected = matches!(refused, OpenError::CannotOpen { obstacle: Obstacle::Forbidden { .. }, .. });
        assert!(expected, "{mode:o}: {refused} {refused:?}");
    }
    allow(&file, 0o600);
    // What SQLite made beside a file that it could only read is as closed as that file.
    let refused = refusal(&file).await;
    assert!(refused.to_string().contains("lokalid.db-"), "{refused}");
    for beside in ["lokalid.db-wal", "lokalid.db-shm"] {
        allow(&folder.join(beside), 0o600);
    }
    open(&file).await.unwrap();
}

/// A file may grow no further than this, as with a quota that does not say "full".
#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_fails_otherwise_is_called_by_its_error() {
    let name = "obstacle::a_disk_that_fails_otherwise_is_called_by_its_error";
    let folder = tempfile::tempdir().unwrap();
    let script = "trap '' XFSZ; ulimit -f 4000; exec \"$0\" \"$@\"";
    let Some(folder) = again_in(name, Command::new("sh").args(["-c", script]), folder.path()) else { return };
    let store = open(&folder.join("lokalid.db")).await.unwrap();
    let refused = write(&store, "large", 5_000_000).await.unwrap_err();
    assert!(matches!(refused, StoreError::Disk { .. } | StoreError::Full), "{refused} {refused:?}");
    write(&store, "small", 10).await.unwrap();
}

/// The folder of a disk of that size, once in it; `None` in the test that began it, which is done then.
fn on_small_disk(test: &str, size: &str) -> Option<PathBuf> {
    let possible = Command::new("unshare").args(["--map-root-user", "--mount", "true"]).output();
    if std::env::var_os(FOLDER).is_none() && !possible.is_ok_and(|tried| tried.status.success()) {
        eprintln!("left out: {test}: needs `unshare` and a kernel that allows it");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let mount = format!("mount -t tmpfs -o size={size} small \"${FOLDER}\" && exec \"$0\" \"$@\"");
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--mount", "sh", "-c", &mount]);
    again_in(test, &mut command, folder.path())
}

/// A folder of a user who may not do everything; root runs the test again as somebody who may not.
fn as_nobody_special(test: &str) -> Option<PathBuf> {
    const NOBODY: u32 = 65_534;
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("env");
    if std::env::var_os(FOLDER).is_none() && is_root(folder.path()) {
        std::os::unix::fs::chown(folder.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        command.uid(NOBODY).gid(NOBODY);
    }
    again_in(test, &mut command, folder.path())
}

/// Whether permissions mean nothing to this user.
fn is_root(folder: &Path) -> bool {
    let file = folder.join("locked");
    fs::write(&file, "").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).unwrap();
    let opened = fs::File::open(&file).is_ok();
    fs::remove_file(&file).unwrap();
    opened
}

/// Runs this test alone once more under `command`, in a folder that is returned there and in no other run.
fn again_in(test: &str, command: &mut Command, folder: &Path) -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return Some(folder.into());
    }
    let this = std::env::current_exe().unwrap();
    command.arg(this).args(["--exact", test, "--nocapture"]).env(FOLDER, folder);
    let run = command.output().unwrap();
    let said = [run.stdout, run.stderr].concat();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&said));
    None
}
