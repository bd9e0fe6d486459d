//! The keys: what is sealed with them cannot be read in a stolen copy of the database.
//!
//! They live in one file outside the database, readable by its owner only. Sealed octets carry the id of their
//! key, so that a new key can take over while the old ones still open what they sealed.

mod file;

use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use aws_lc_rs::{constant_time, hmac};
use domain::Random;

pub use file::FILE_NAME;
pub(crate) use file::from_hex;
pub(crate) use file::hex;

/// First octet of everything sealed: a later format can tell itself apart.
const FORMAT: u8 = 1;

/// Format and key id.
const HEADER: usize = 5;

/// All keys of one installation. Clones share them; nothing prints them.
#[derive(Clone)]
pub struct Keys(Arc<Ring>);

struct Ring {
    /// The last one seals; all of them open.
    sealing: Vec<(u32, LessSafeKey)>,
    lookup: hmac::Key,
    audit: hmac::Key,
    checkpoint: Ed25519KeyPair,
}

/// The public half of the key that signs checkpoints of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

/// Why keys could not be read or used. Never says anything about a key but its id.
#[derive(Clone, Debug, thiserror::Error)]
pub enum KeyError {
    #[error(
        "there are no keys at {file}; put back the keys of this installation, or make new ones for a new database"
    )]
    Missing { file: String },
    #[error(
        "there are keys at {file} already; they are never overwritten, because what they sealed would be lost"
    )]
    Present { file: String },
    #[error(
        "{file} can be read by others than its owner (mode {mode:03o}); \
         say `chmod 600 {file}`, and think about who has read it"
    )]
    Exposed { file: String, mode: u32 },
    #[error("the keys in {file} are not understood: {problem}. Put back a good copy")]
    Broken { file: String, problem: &'static str },
    #[error("the key file {file} could not be used: {message}")]
    File { file: String, message: String },
    #[error("there is no key {id} in {file}; `lokalid keys list` shows those that are there")]
    NoSuchKey { id: u32, file: String },
    #[error(
        "key {id} is the one that seals now and stays; `lokalid keys rotate` puts another in its place first"
    )]
    InUse { id: u32 },
    #[error("this was sealed with key {id}, which is not among the keys; put back the file that holds it")]
    UnknownKey { id: u32 },
    #[error(
        "what was sealed for `{purpose}` does not open: it was changed, moved, or sealed with other keys"
    )]
    NotOpened { purpose: String },
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Keys(current: {})", self.current_id())
    }
}

impl Keys {
    /// The id of the key that seals now.
    pub fn current_id(&self) -> u32 {
        self.0.sealing.last().map_or(0, |(id, _)| *id)
    }

    /// The ids of all keys that open, the current one last.
    pub fn ids(&self) -> Vec<u32> {
        self.0.sealing.iter().map(|(id, _)| *id).collect()
    }

    /// The id of the key that sealed something, by how that begins.
    pub(crate) fn sealed_by(sealed: &[u8]) -> Option<u32> {
        let [FORMAT, id @ ..] = *sealed.first_chunk::<HEADER>()? else { return None };
        Some(u32::from_be_bytes(id))
    }

    /// Encrypts for one purpose (a column's name): sealed octets copied to another column do not open there.
    ///
    /// Shape: format, key id (4 octets), nonce (12), ciphertext with its tag (16).
    pub fn seal(&self, random: &dyn Random, purpose: &str, plain: &[u8]) -> Result<Vec<u8>, KeyError> {
        let unusable = || KeyError::NotOpened { purpose: purpose.to_owned() };
        let (id, key) = self.0.sealing.last().ok_or_else(unusable)?;
        let mut nonce = [0; NONCE_LEN];
        random.fill(&mut nonce);
        let header = header(*id);
        let mut body = plain.to_vec();
        key.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            bound_to(header, purpose),
            &mut body,
        )
        .map_err(|_| unusable())?;
        Ok([header.as_slice(), &nonce, &body].concat())
    }

    /// Decrypts what [`Keys::seal`] made for the same purpose.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Result<Vec<u8>, KeyError> {
        let unreadable = || KeyError::NotOpened { purpose: purpose.to_owned() };
        let (header, rest) = sealed.split_first_chunk::<HEADER>().ok_or_else(unreadable)?;
        let (nonce, body) = rest.split_first_chunk::<NONCE_LEN>().ok_or_else(unreadable)?;
        let [FORMAT, id @ ..] = *header else { return Err(unreadable()) };
        let key = self.sealing_key(u32::from_be_bytes(id))?;
        let mut body = body.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let plain =
            key.open_in_place(nonce, bound_to(*header, purpose), &mut body).map_err(|_| unreadable())?;
        Ok(plain.to_vec())
    }

    /// A keyed hash by which something sealed can be found again. Rotation does not change it.
    pub fn lookup_hash(&self, purpose: &str, plain: &[u8]) -> [u8; 32] {
        keyed(&self.0.lookup, &[purpose.as_bytes(), plain])
    }

    /// The public half of the key that signs the log's checkpoints: what an auditor needs.
    pub fn public_key(&self) -> PublicKey {
        let mut octets = [0; 32];
        octets.copy_from_slice(self.0.checkpoint.public_key().as_ref());
        PublicKey(octets)
    }

    /// The first octets of everything that the current key sealed.
    pub(crate) fn current_header(&self) -> [u8; HEADER] {
        header(self.current_id())
    }

    /// The keyed digest over the columns of a record of the log.
    pub(crate) fn audit_digest(&self, columns: &[impl AsRef<[u8]>]) -> [u8; 32] {
        keyed(&self.0.audit, columns)
    }

    pub(crate) fn is_audit_digest(&self, columns: &[impl AsRef<[u8]>], digest: &[u8]) -> bool {
        constant_time::verify_slices_are_equal(&self.audit_digest(columns), digest).is_ok()
    }

    pub(crate) fn sign_checkpoint(&self, message: &[u8]) -> Vec<u8> {
        self.0.checkpoint.sign(message).as_ref().to_vec()
    }

    fn sealing_key(&self, wanted: u32) -> Result<&LessSafeKey, KeyError> {
        let found = self.0.sealing.iter().find(|(id, _)| *id == wanted);
        found.map(|(_, key)| key).ok_or(KeyError::UnknownKey { id: wanted })
    }
}

impl PublicKey {
    /// Reads 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let octets: [u8; 32] = from_hex(text.trim())?.try_into().ok()?;
        Some(Self(octets))
    }

    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.0).verify(message, signature).is_ok()
    }
}

impl std::fmt::Display for PublicKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&hex(&self.0))
    }
}

fn header(id: u32) -> [u8; HEADER] {
    let [a, b, c, d] = id.to_be_bytes();
    [FORMAT, a, b, c, d]
}

fn bound_to(header: [u8; HEADER], purpose: &str) -> Aad<Vec<u8>> {
    Aad::from([header.as_slice(), purpose.as_bytes()].concat())
}

/// HMAC-SHA-256 over parts, each behind its length so that no two lists of parts look alike.
fn keyed(key: &hmac::Key, parts: &[impl AsRef<[u8]>]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(key);
    for part in parts {
        context.update(&(part.as_ref().len() as u64).to_be_bytes());
        context.update(part.as_ref());
    }
    let mut octets = [0; 32];
    octets.copy_from_slice(context.sign().as_ref());
    octets
}

fn aead_key(octets: &[u8]) -> Option<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM, octets).ok().map(LessSafeKey::new)
}

#[cfg(test)]
mod tests;
