//! The key file: where it is, who may read it, how a new key is added.

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::hmac;
use aws_lc_rs::signature::Ed25519KeyPair;
use domain::Random;
use serde::{Deserialize, Serialize};

use super::{KeyError, Keys, Ring, aead_key};

/// The name of the key file in its folder.
pub const FILE_NAME: &str = "lokalid.keys";

/// What the file holds; every key is 32 octets in hexadecimal.
#[derive(Serialize, Deserialize)]
struct Written {
    note: String,
    sealing: Vec<SealingKey>,
    lookup: String,
    audit: String,
    checkpoint: String,
}

#[derive(Serialize, Deserialize)]
struct SealingKey {
    id: u32,
    key: String,
}

const NOTE: &str = "Keep a copy apart from the backups of the database. Without this file they cannot be read; \
                    with it they can be read by anybody.";

impl Keys {
    /// Makes the keys of a new installation in `folder`, which is made if it is not there.
    pub fn create(folder: &Path, random: &dyn Random) -> Result<Self, KeyError> {
        let file = folder.join(FILE_NAME);
        if file.exists() {
            return Err(KeyError::Present { file: shown(&file) });
        }
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(|error| unusable(&file, &error))?;
        let written = Written {
            note: NOTE.to_owned(),
            sealing: vec![SealingKey { id: 1, key: new_key(random) }],
            lookup: new_key(random),
            audit: new_key(random),
            checkpoint: new_key(random),
        };
        save(&file, &written)?;
        written.ring(&file)
    }

    /// Reads the keys in `folder`, which nobody but their owner may be able to read.
    pub fn read(folder: &Path) -> Result<Self, KeyError> {
        let file = folder.join(FILE_NAME);
        load(&file)?.ring(&file)
    }

    /// Keys for a test or a simulation that needs no file.
    pub fn in_memory(random: &dyn Random) -> Result<Self, KeyError> {
        let sealing = vec![SealingKey { id: 1, key: new_key(random) }];
        let [lookup, audit, checkpoint] = [(); 3].map(|()| new_key(random));
        Written { note: NOTE.to_owned(), sealing, lookup, audit, checkpoint }.ring(Path::new("memory"))
    }

    /// Adds a key that seals from now on; the older ones still open. The store is opened anew with the result.
    pub fn add_sealing_key(folder: &Path, random: &dyn Random) -> Result<Self, KeyError> {
        let file = folder.join(FILE_NAME);
        let mut written = load(&file)?;
        let newest = written.sealing.iter().map(|key| key.id).max().unwrap_or(0);
        written.sealing.push(SealingKey { id: newest + 1, key: new_key(random) });
        save(&file, &written)?;
        written.ring(&file)
    }

    /// Takes an older key out of the file. What it sealed cannot be opened again: see [`crate::count_sealed`] first.
    pub fn remove_sealing_key(folder: &Path, id: u32) -> Result<Self, KeyError> {
        let file = folder.join(FILE_NAME);
        let mut written = load(&file)?;
        if written.sealing.last().is_some_and(|current| current.id == id) {
            return Err(KeyError::InUse { id });
        }
        let before = written.sealing.len();
        written.sealing.retain(|key| key.id != id);
        if written.sealing.len() == before {
            return Err(KeyError::NoSuchKey { id, file: shown(&file) });
        }
        save(&file, &written)?;
        written.ring(&file)
    }
}

impl Written {
    fn ring(&self, file: &Path) -> Result<Keys, KeyError> {
        let broken = |problem| move || KeyError::Broken { file: shown(file), problem };
        let sealing =
            self.sealing.iter().map(|SealingKey { id, key }| Some((*id, aead_key(&from_hex(key)?)?)));
        let sealing: Vec<_> =
            sealing.collect::<Option<_>>().ok_or_else(broken("a sealing key is not 64 digits"))?;
        if sealing.is_empty() {
            return Err(broken("there is no sealing key")());
        }
        let hashing = |text: &str| octets(text).map(|key| hmac::Key::new(hmac::HMAC_SHA256, &key));
        let seed = octets(&self.checkpoint).ok_or_else(broken("the checkpoint key is not 64 digits"))?;
        Ok(Keys(Arc::new(Ring {
            sealing,
            lookup: hashing(&self.lookup).ok_or_else(broken("the look-up key is not 64 digits"))?,
            audit: hashing(&self.audit).ok_or_else(broken("the log's key is not 64 digits"))?,
            checkpoint: Ed25519KeyPair::from_seed_unchecked(&seed)
                .map_err(|_| broken("the checkpoint key is not usable")())?,
        })))
    }
}

/// Looks at the rights of the file that was opened, not of whatever has its name a moment later.
fn load(file: &Path) -> Result<Written, KeyError> {
    let mut opened = File::open(file).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => KeyError::Missing { file: shown(file) },
        _ => unusable(file, &error),
    })?;
    let mode = opened.metadata().map_err(|error| unusable(file, &error))?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyError::Exposed { file: shown(file), mode });
    }
    let mut text = String::new();
    opened.read_to_string(&mut text).map_err(|error| unusable(file, &error))?;
    serde_json::from_str(&text)
        .map_err(|_| KeyError::Broken { file: shown(file), problem: "it is not a key file" })
}

/// Writes beside the file and renames, so that a full disk or a crash never costs the keys that were there.
fn save(file: &Path, written: &Written) -> Result<(), KeyError> {
    let beside = beside(file);
    let text = serde_json::to_string_pretty(written).unwrap_or_default();
    let write = || -> std::io::Result<()> {
        let mut new = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
        new.set_permissions(fs::Permissions::from_mode(0o600))?;
        new.write_all(text.as_bytes())?;
        new.sync_all()?;
        fs::rename(&beside, file)?;
        // The new name is safe only once the folder is on disk too.
        file.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    };
    write().map_err(|error| unusable(file, &error))
}

fn beside(file: &Path) -> PathBuf {
    file.with_extension("keys.new")
}

fn new_key(random: &dyn Random) -> String {
    let mut key = [0; 32];
    random.fill(&mut key);
    hex(&key)
}

fn octets(text: &str) -> Option<[u8; 32]> {
    from_hex(text)?.try_into().ok()
}

fn unusable(file: &Path, error: &std::io::Error) -> KeyError {
    KeyError::File { file: shown(file), message: error.to_string() }
}

fn shown(file: &Path) -> String {
    file.display().to_string()
}

/// Octets as lower-case hexadecimal digits.
pub(crate) fn hex(octets: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or('?');
    octets.iter().flat_map(|octet| [digit(octet >> 4), digit(octet & 15)]).collect()
}

/// Octets from an even number of hexadecimal digits.
pub(crate) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = text.chars().map(|digit| digit.to_digit(16)).collect::<Option<_>>()?;
    let pairs = digits.chunks(2).map(|pair| match pair {
        [high, low] => u8::try_from(high * 16 + low).ok(),
        _ => None,
    });
    pairs.collect()
}
