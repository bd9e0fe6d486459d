//! Why SQLite could not use a file, asked of the operating system: SQLite itself says little more than "unable to open".

use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// What stands in the way of a database file, and how it is removed.
#[derive(Debug, thiserror::Error)]
pub enum Obstacle {
    #[error("it is a folder; name a file in it")]
    IsFolder,
    #[error("the user that runs this program may not read and write {file}; give the file to that user")]
    Forbidden { file: PathBuf },
    #[error(
        "SQLite keeps files beside it, and the user that runs this program may not write in the folder {folder}; \
         give the folder to that user"
    )]
    FolderForbidden { folder: PathBuf },
    #[error("its disk is mounted for reading only; mount it for writing, or move the database")]
    ReadOnlyDisk,
    #[error("its disk is full; make room and start again")]
    FullDisk,
    #[error("{0}; look at the disk and at the log of the operating system")]
    Other(io::Error),
}

/// Tries what SQLite has to do with the file; `None` if all of it works now.
pub(super) fn find(file: &Path) -> Option<Obstacle> {
    if file.is_dir() {
        return Some(Obstacle::IsFolder);
    }
    let closed = ["", "-wal", "-shm"].iter().find_map(|ending| open(beside(file, ending)));
    closed.or_else(|| {
        let folder = file.parent().unwrap_or(Path::new("")).to_owned();
        write(&beside(file, "-probe")).err().map(|error| explain(error, Obstacle::FolderForbidden { folder }))
    })
}

/// The file itself or one that SQLite keeps beside it.
fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn open(file: PathBuf) -> Option<Obstacle> {
    match fs::OpenOptions::new().read(true).write(true).open(&file) {
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        opened => opened.err().map(|error| explain(error, Obstacle::Forbidden { file })),
    }
}

fn explain(error: io::Error, forbidden: Obstacle) -> Obstacle {
    match error.kind() {
        ErrorKind::PermissionDenied => forbidden,
        ErrorKind::ReadOnlyFilesystem => Obstacle::ReadOnlyDisk,
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Obstacle::FullDisk,
        _ => Obstacle::Other(error),
    }
}

/// Writes as much as SQLite needs at least for the file that its readers and writers share.
fn write(file: &Path) -> io::Result<()> {
    let mut probe = fs::File::create(file)?;
    let written = probe.write_all(&vec![0; 32 * 1024]).and_then(|()| probe.sync_all());
    fs::remove_file(file)?;
    written
}
