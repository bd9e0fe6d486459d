//! Which programs are at work on a database, and which of them are surely dead.
//!
//! Whoever was killed still holds leases, for as long as they last. Two locks, which the operating system lifts however
//! a program ends, tell that nobody need wait for them. Every program holds a shared lock on the folder of an SQLite
//! database: whoever gets it for itself knows that all others are dead. And every program holds a lock on a file of its
//! own, named as its leases are, beside the checkpoints: one that is there and not locked is of a dead program, also
//! beside others that live, and on PostgreSQL. Of programs on other machines only the lease tells.

use std::{
    fs::{self, File},
    io::{Read as _, Write as _},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use store::Location;

const RUNNING: &str = "running-";
const ENTERING: &str = "entering-";

/// Held as long as the database is open.
pub struct Presence {
    /// Where the files of all programs lie.
    folder: PathBuf,
    database: String,
    own: Option<Mark>,
    database_folder: Option<File>,
    alone: bool,
}

/// The file of one program, locked.
struct Mark {
    path: PathBuf,
    _locked: File,
}

/// A program that ended without giving back what it held.
pub struct Dead {
    pub worker: String,
    mark: Mark,
}

impl Presence {
    /// Where nothing can be locked nobody is alone and nobody is known to be dead: leases run as long as they run.
    pub fn enter(folder: &Path, worker: &str, location: &Location) -> Self {
        let database = location.to_string();
        let own = leave_mark(folder, worker, &database).ok();
        let database_folder = location.folder().and_then(|folder| File::open(folder).ok());
        let alone = database_folder.as_ref().is_some_and(|folder| folder.try_lock().is_ok());
        Self { folder: folder.to_owned(), database, own, database_folder, alone }
    }

    pub fn is_alone(&self) -> bool {
        self.alone
    }

    /// Lets the others in again. Until then they wait at the door.
    pub fn share(&self) {
        if let Some(folder) = &self.database_folder {
            // Without it the next program may think itself alone; the read-back of what it takes over still holds.
            drop(folder.lock_shared());
        }
    }

    /// The programs that worked on this database from this folder and were killed.
    pub fn dead(&self) -> Vec<Dead> {
        let marks = self.marks().into_iter();
        marks.filter_map(|(worker, path)| self.is_dead(&path).map(|mark| Dead { worker, mark })).collect()
    }

    /// How many other programs are at work on this database from this folder.
    pub fn others(&self) -> usize {
        let marks = self.marks().into_iter();
        marks.filter(|(_, path)| File::open(path).is_ok_and(|file| file.try_lock().is_err())).count()
    }

    fn marks(&self) -> Vec<(String, PathBuf)> {
        let own = self.own.as_ref().map(|mark| mark.path.as_path());
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let marks = entries.filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let worker = name.strip_prefix(RUNNING)?.to_owned();
            Some((worker, entry.path())).filter(|(_, path)| Some(path.as_path()) != own)
        });
        marks.collect()
    }

    /// A copy of a living program's file is not locked either, but it is another file than it says.
    fn is_dead(&self, path: &Path) -> Option<Mark> {
        let mut file = File::open(path).ok()?;
        file.try_lock().ok()?;
        let mut said = String::new();
        file.read_to_string(&mut said).ok()?;
        (said == content(&file, &self.database)?).then(|| Mark { path: path.to_owned(), _locked: file })
    }
}

impl Dead {
    /// Once nothing is in its name any more.
    pub fn forget(self) {
        // What stays is looked at again by the next program.
        drop(fs::remove_file(&self.mark.path));
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        if let Some(own) = &self.own {
            drop(fs::remove_file(&own.path));
        }
    }
}

/// Locked before it has the name by which others look for it.
fn leave_mark(folder: &Path, worker: &str, database: &str) -> std::io::Result<Mark> {
    let entering = folder.join(format!("{ENTERING}{worker}"));
    let mut file = File::create_new(&entering)?;
    file.try_lock()?;
    file.write_all(content(&file, database).unwrap_or_default().as_bytes())?;
    let path = folder.join(format!("{RUNNING}{worker}"));
    fs::rename(&entering, &path)?;
    Ok(Mark { path, _locked: file })
}

fn content(file: &File, database: &str) -> Option<String> {
    let facts = file.metadata().ok()?;
    Some(format!("{}-{} {database}\n", facts.dev(), facts.ino()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn location() -> Location {
        Location::memory()
    }

    #[test]
    fn a_program_that_ends_leaves_nothing_and_one_that_lives_is_not_dead() {
        let folder = tempfile::tempdir().unwrap();
        let first = Presence::enter(folder.path(), "one", &location());
        let second = Presence::enter(folder.path(), "two", &location());
        assert_eq!((first.others(), second.others()), (1, 1));
        assert!(second.dead().is_empty());
        drop((first, second));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_mark_that_nobody_holds_is_of_a_dead_program_of_this_database() {
        let folder = tempfile::tempdir().unwrap();
        let killed = Presence::enter(folder.path(), "killed", &location());
        let mark = folder.path().join("running-killed");
        let kept = folder.path().join("kept");
        fs::hard_link(&mark, &kept).unwrap();
        drop(killed);
        fs::rename(&kept, &mark).unwrap();
        let elsewhere = Presence::enter(folder.path(), "x", &Location::file("/other.db"));
        assert!(elsewhere.dead().is_empty(), "another database's program");
        let next = Presence::enter(folder.path(), "next", &location());
        let dead = next.dead();
        assert_eq!(dead.iter().map(|dead| dead.worker.as_str()).collect::<Vec<_>>(), ["killed"]);
        dead.into_iter().for_each(Dead::forget);
        assert!(next.dead().is_empty() && !mark.exists());
    }

    #[test]
    fn a_copy_of_a_mark_says_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        let living = Presence::enter(folder.path(), "living", &location());
        let copy = elsewhere.path().join("running-living");
        fs::copy(folder.path().join("running-living"), copy).unwrap();
        assert!(Presence::enter(elsewhere.path(), "next", &location()).dead().is_empty());
        drop(living);
    }
}
