//! The menu beside every page about rights.

use domain::permission::Action;

use crate::layout::Layout;

/// One entry as shown.
pub struct Entry {
    pub title: String,
    pub address: &'static str,
    /// `page` on the entry's own page, `true` on the pages below it.
    pub mark: Option<&'static str>,
}

const ENTRIES: [(&str, &str, Action); 10] = [
    ("/rights", "rights-catalogue", Action::SeeRights),
    ("/rights/bundles", "bundles-title", Action::SeeRights),
    ("/rights/rules", "rules-title", Action::SeeRights),
    ("/rights/requests", "requests-title", Action::SeeRequests),
    ("/rights/attestation", "attestation-title", Action::SeeAttestation),
    ("/rights/substitutes", "substitutes-title", Action::SetSubstitute),
    ("/rights/drift", "rights-drift-title", Action::SeeRights),
    ("/rights/administrators", "administrators-title", Action::SeeRights),
    ("/rights/history", "rights-history-title", Action::SeeRights),
    ("/rights/file", "rights-file-title", Action::SeeRights),
];

impl Layout {
    /// What this visitor may see of it.
    pub fn rights_menu(&self) -> Vec<Entry> {
        let path = self.address.split('?').next().unwrap_or_default();
        let inside = |address: &str| path.strip_prefix(address).is_some_and(|rest| rest.starts_with('/'));
        let elsewhere = ENTRIES.iter().skip(1).any(|(address, ..)| path == *address || inside(address));
        let entry = |(address, title, _): (&'static str, &str, Action)| {
            let below = if address == "/rights" { !elsewhere } else { inside(address) };
            let mark = if path == address { Some("page") } else { below.then_some("true") };
            Entry { title: self.t(title), address, mark }
        };
        ENTRIES.into_iter().filter(|(.., needs)| self.may(*needs)).map(entry).collect()
    }
}
