//! One organisation as this installation reaches it: its client of the IdM API, its sources, its pace.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use directory::DistinguishedName;
use domain::{Cvr, SourceName};
use jiff::SignedDuration;

use crate::{
    api::{Client, limits::Adaptive},
    source::{
        csv::{Column, CsvMapping},
        ldap::LdapSource,
    },
};

/// Everything that is needed to work for one organisation.
pub struct Site {
    pub cvr: Cvr,
    pub client: Client,
    pub limits: Arc<Adaptive>,
    pub sources: Vec<SourceSetup>,
    pub pace: Pace,
}

/// A source as it is configured. People written *by hand* need no set-up: they are in the store already.
pub struct SourceSetup {
    pub name: SourceName,
    pub kind: SourceKind,
}

pub enum SourceKind {
    Csv { file: PathBuf, mapping: CsvMapping, skip_broken: bool },
    Ldap(Box<LdapSource>),
}

impl SourceKind {
    /// What is mapped to what, for the console.
    pub fn mapping(&self) -> BTreeMap<String, String> {
        match self {
            Self::Csv { file, mapping, .. } => {
                let columns = mapping
                    .columns
                    .iter()
                    .map(|(column, heading)| (column.word().to_owned(), heading.clone()));
                let file = [("file".to_owned(), file.display().to_string())];
                mapping.more.clone().into_iter().chain(columns).chain(file).collect()
            }
            Self::Ldap(ldap) => {
                let attributes = ldap
                    .attributes
                    .iter()
                    .map(|(column, attribute)| (column.word().to_owned(), attribute.clone()));
                ldap.more.clone().into_iter().chain(attributes).chain(listed_groups(ldap)).collect()
            }
        }
    }

    /// The word in the store and in the console.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Csv { .. } => "csv",
            Self::Ldap(_) => "ldap",
        }
    }
}

/// The groups whose members get their names, if there are any.
fn listed_groups(ldap: &LdapSource) -> Option<(String, String)> {
    let names: Vec<String> = ldap.groups.iter().map(|group| DistinguishedName::first_value(group)).collect();
    (!names.is_empty()).then(|| (Column::Groups.word().to_owned(), names.join(", ")))
}

/// How long things wait and how old they may get.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// After a creation whose answer was lost, nothing is created for that person before this has passed.
    pub unknown_wait: SignedDuration,
    /// Details older than this are read again by a full read.
    pub detail_age: SignedDuration,
    /// How long a lease of an operation lasts.
    pub lease: SignedDuration,
    /// How many operations are under way at once, besides one kept for suspensions.
    pub at_once: usize,
    /// The most that a search is asked for; 0 asks for all.
    pub search_max_count: u32,
    /// Tries of one read within a longer piece of work, where the fault is a passing one.
    pub read_tries: u32,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            unknown_wait: SignedDuration::from_mins(3),
            detail_age: SignedDuration::from_hours(7 * 24),
            lease: SignedDuration::from_mins(10),
            at_once: 8,
            search_max_count: 0,
            read_tries: 4,
        }
    }
}
