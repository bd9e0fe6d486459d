//! Who else is at work on an SQLite database.
//!
//! Every program that opens one holds a shared lock on its folder, which the operating system lifts however the program
//! ends. Whoever gets the folder for itself alone knows that all others are dead, and that what they were sending need
//! not wait for its lease to end. PostgreSQL serves programs on other machines, so there only the lease tells.

use std::{fs::File, path::Path};

/// Held as long as the database is open.
pub struct Presence {
    folder: Option<File>,
    alone: bool,
}

impl Presence {
    /// Where the folder cannot be locked nobody is alone, and leases run as long as they run.
    pub fn enter(folder: Option<&Path>) -> Self {
        let Some(folder) = folder.and_then(|folder| File::open(folder).ok()) else {
            return Self { folder: None, alone: false };
        };
        let alone = folder.try_lock().is_ok();
        Self { folder: Some(folder), alone }
    }

    pub fn is_alone(&self) -> bool {
        self.alone
    }

    /// Lets the others in again. Until then they wait at the door.
    pub fn share(&self) {
        if let Some(folder) = &self.folder {
            // Without it the next program may think itself alone; the read-back of what it takes over still holds.
            drop(folder.lock_shared());
        }
    }
}
