//! The chain: each link covers every column of its record and the link before.
//!
//! Links need no key, so that an auditor can compute them; the keyed digest inside a link and the signed
//! checkpoints keep others from computing a chain anew.

use aws_lc_rs::digest::{Context, SHA256};

use super::record::Record;
use crate::error::StoreError;
use crate::keys::{Keys, from_hex, hex};
use crate::setting;
use crate::tx::Tx;

/// One link, or the head of the chain.
pub(super) type Link = [u8; 32];

/// Before the first record.
pub(super) const START: Link = [0; 32];

const HEAD: &str = "log.head";

/// How far the chain goes. Kept with a keyed digest, so that a shortened tail is noticed between checkpoints too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) count: i64,
    pub(super) link: Link,
}

/// What is known of the head.
pub(super) enum KnownHead {
    Good(Head),
    /// It is missing though records are sealed, or its digest does not match.
    Broken,
}

/// The link of `record` at its place in the chain.
pub(super) fn link(previous: &Link, sequence: i64, record: &Record, digest: &[u8]) -> Link {
    let mut context = Context::new(&SHA256);
    context.update(b"lokalid log link 1");
    context.update(previous);
    context.update(&sequence.to_be_bytes());
    for part in record.parts() {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(&part);
    }
    context.update(digest);
    let mut link = START;
    link.copy_from_slice(context.finish().as_ref());
    link
}

impl Head {
    pub(super) async fn read(tx: &mut Tx) -> Result<KnownHead, StoreError> {
        let kept = setting::read(tx, setting::INSTALLATION, HEAD).await?;
        let Some(kept) = kept else {
            let sealed = tx.rows("SELECT id FROM audit WHERE sequence IS NOT NULL LIMIT 1", &[]).await?;
            let start = Self { count: 0, link: START };
            return Ok(if sealed.is_empty() { KnownHead::Good(start) } else { KnownHead::Broken });
        };
        Ok(Self::parse(tx.keys(), &kept).map_or(KnownHead::Broken, KnownHead::Good))
    }

    pub(super) async fn write(self, tx: &mut Tx) -> Result<(), StoreError> {
        let digest = hex(&tx.keys().audit_digest(&self.parts()));
        let text = format!("{} {} {digest}", self.count, hex(&self.link));
        setting::write(tx, setting::INSTALLATION, HEAD, &text).await
    }

    fn parse(keys: &Keys, text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let count = words.next()?.parse().ok()?;
        let link = from_hex(words.next()?)?.try_into().ok()?;
        let digest = from_hex(words.next()?)?;
        let head = Self { count, link };
        keys.is_audit_digest(&head.parts(), &digest).then_some(head)
    }

    fn parts(&self) -> [Vec<u8>; 3] {
        [b"head".to_vec(), self.count.to_be_bytes().to_vec(), self.link.to_vec()]
    }
}
