//! The world on disk: a snapshot and, behind it, a journal of the changes since.
//!
//! One thread writes. It takes everything that waits, writes it, has the disk confirm it once, and then
//! tells all who wait: so eight callers at once cost about as much as one. `state.json` names the
//! generation of the journal that belongs to it; a new snapshot comes with a new, empty journal, and
//! whatever moment the process dies at, one complete pair is there.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;

use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use crate::world::{Change, World};

/// A journal longer than this is folded into a new snapshot.
const LONGEST_JOURNAL_BYTES: usize = 64 * 1024 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    #[error(
        "the emulator's file {path} cannot be read or written: {cause}; check the folder, its rights and free space"
    )]
    File { path: PathBuf, cause: io::Error },
    #[error(
        "{path}, line {line}: not a state of the emulator ({cause}); delete the folder to begin without people"
    )]
    Damaged { path: PathBuf, line: usize, cause: serde_json::Error },
    #[error("another emulator works in {path}; stop it or choose another folder")]
    InUse { path: PathBuf },
}

/// The way to the writing thread. Dropping it lets the thread finish.
pub(crate) struct Storage {
    sender: mpsc::Sender<Message>,
    journal_bytes: usize,
    generation: u64,
    writer: Option<thread::JoinHandle<()>>,
    /// Held as long as the emulator runs.
    _lock: File,
}

enum Message {
    /// Without anybody who waits, the disk need not confirm.
    Lines {
        bytes: Vec<u8>,
        written: Option<oneshot::Sender<()>>,
    },
    Snapshot {
        generation: u64,
        bytes: Vec<u8>,
    },
}

#[derive(Serialize)]
struct SnapshotOut<'a> {
    generation: u64,
    world: &'a World,
}

#[derive(Deserialize)]
struct Snapshot {
    generation: u64,
    world: World,
}

/// Reads the world from the folder, or begins with an empty one, and starts to write.
pub(crate) fn open(folder: &Path) -> Result<(World, Storage), StorageError> {
    fs::create_dir_all(folder).map_err(|cause| StorageError::File { path: folder.to_owned(), cause })?;
    let lock = lock(folder)?;
    let Snapshot { generation, mut world } = read_snapshot(folder)?;
    replay(&journal_path(folder, generation), &mut world)?;
    let generation = generation + 1;
    let journal = write_snapshot(folder, generation, &snapshot_bytes(generation, &world))?;
    world.record_changes();
    let (sender, receiver) = mpsc::channel();
    let folder = folder.to_owned();
    let writer = thread::spawn(move || {
        if let Err(error) = write_all(&folder, journal, &receiver) {
            tracing::error!(%error, "the emulator cannot write its state and answers no more calls");
        }
    });
    Ok((world, Storage { sender, journal_bytes: 0, generation, writer: Some(writer), _lock: lock }))
}

impl Storage {
    /// Hands over what has changed. The answer may leave once the receiver says so; an error there
    /// means that the state could not be written.
    pub fn append(&mut self, world: &mut World) -> Option<oneshot::Receiver<()>> {
        let changes = world.take_changes();
        let is_durable = changes.iter().any(Change::is_durable);
        let mut bytes = Vec::new();
        for change in &changes {
            // Serialising these types to memory cannot fail; an empty line is skipped when read.
            bytes.extend(serde_json::to_vec(change).unwrap_or_default());
            bytes.push(b'\n');
        }
        self.journal_bytes += bytes.len();
        let (written, receiver) = is_durable.then(oneshot::channel).unzip();
        // A writer that has ended drops the other end, which tells the receiver.
        drop(self.sender.send(Message::Lines { bytes, written }));
        if self.journal_bytes > LONGEST_JOURNAL_BYTES {
            self.fold(world);
        }
        receiver
    }

    fn fold(&mut self, world: &World) {
        self.generation += 1;
        self.journal_bytes = 0;
        let bytes = snapshot_bytes(self.generation, world);
        drop(self.sender.send(Message::Snapshot { generation: self.generation, bytes }));
    }
}

impl Drop for Storage {
    /// Waits until everything is written.
    fn drop(&mut self) {
        let (closed, _) = mpsc::channel();
        self.sender = closed;
        if let Some(writer) = self.writer.take() {
            drop(writer.join());
        }
    }
}

fn write_all(
    folder: &Path,
    mut journal: File,
    receiver: &mpsc::Receiver<Message>,
) -> Result<(), StorageError> {
    while let Ok(first) = receiver.recv() {
        let mut waiting = Vec::new();
        for message in std::iter::once(first).chain(receiver.try_iter()) {
            match message {
                Message::Lines { bytes, written } => {
                    journal.write_all(&bytes).map_err(|cause| failed(folder, cause))?;
                    waiting.extend(written);
                }
                Message::Snapshot { generation, bytes } => {
                    journal = write_snapshot(folder, generation, &bytes)?;
                }
            }
        }
        if waiting.is_empty() {
            continue;
        }
        journal.sync_data().map_err(|cause| failed(folder, cause))?;
        for written in waiting {
            // Who has gone away meanwhile need not know.
            written.send(()).unwrap_or_default();
        }
    }
    Ok(())
}

/// Puts a complete snapshot in place of the former, with an empty journal, and removes the old journal.
fn write_snapshot(folder: &Path, generation: u64, bytes: &[u8]) -> Result<File, StorageError> {
    let journal_path = journal_path(folder, generation);
    let journal = new_file(&journal_path).map_err(|cause| failed(&journal_path, cause))?;
    let (state, draft) = (folder.join("state.json"), folder.join("state.json.new"));
    let write = || {
        let mut file = new_file(&draft)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&draft, &state)?;
        File::open(folder)?.sync_all()
    };
    write().map_err(|cause| failed(&state, cause))?;
    match fs::remove_file(self::journal_path(folder, generation - 1)) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(failed(folder, cause)),
        _ => Ok(journal),
    }
}

fn read_snapshot(folder: &Path) -> Result<Snapshot, StorageError> {
    let path = folder.join("state.json");
    match fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|cause| StorageError::Damaged {
            line: cause.line(),
            path,
            cause,
        }),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
            Ok(Snapshot { generation: 0, world: World::new() })
        }
        Err(cause) => Err(failed(&path, cause)),
    }
}

/// The last line may be half written: its caller never got an answer, so it counts as not done.
fn replay(path: &Path, world: &mut World) -> Result<(), StorageError> {
    let journal = match fs::read(path) {
        Ok(journal) => journal,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(cause) => return Err(failed(path, cause)),
    };
    let end = journal.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    let complete = journal.get(..end).unwrap_or_default();
    let lines = complete.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty());
    for (index, line) in lines {
        let damaged = |cause| StorageError::Damaged { path: path.to_owned(), line: index + 1, cause };
        world.replay(serde_json::from_slice(line).map_err(damaged)?);
    }
    Ok(())
}

fn snapshot_bytes(generation: u64, world: &World) -> Vec<u8> {
    serde_json::to_vec(&SnapshotOut { generation, world }).unwrap_or_default()
}

fn journal_path(folder: &Path, generation: u64) -> PathBuf {
    folder.join(format!("journal-{generation}.jsonl"))
}

fn lock(folder: &Path) -> Result<File, StorageError> {
    let path = folder.join("lock");
    let file = new_file(&path).map_err(|cause| failed(&path, cause))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StorageError::InUse { path: folder.to_owned() }),
        Err(TryLockError::Error(cause)) => Err(failed(&path, cause)),
    }
}

/// For the owner alone: the state has the tokens and the CPR numbers of the invented people.
fn new_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn failed(path: &Path, cause: io::Error) -> StorageError {
    StorageError::File { path: path.to_owned(), cause }
}
