//! The menu beside every page about rights.

use crate::layout::Layout;

/// One entry as shown.
pub struct Entry {
    pub title: String,
    pub address: &'static str,
    /// `page` on the entry's own page, `true` on the pages below it.
    pub mark: Option<&'static str>,
}

const ENTRIES: [(&str, &str); 7] = [
    ("/rights", "rights-catalogue"),
    ("/rights/bundles", "bundles-title"),
    ("/rights/rules", "rules-title"),
    ("/rights/drift", "rights-drift-title"),
    ("/rights/administrators", "administrators-title"),
    ("/rights/history", "rights-history-title"),
    ("/rights/file", "rights-file-title"),
];

impl Layout {
    pub fn rights_menu(&self) -> Vec<Entry> {
        let path = self.address.split('?').next().unwrap_or_default();
        let inside = |address: &str| path.strip_prefix(address).is_some_and(|rest| rest.starts_with('/'));
        let elsewhere = ENTRIES.iter().skip(1).any(|(address, _)| path == *address || inside(address));
        let entry = |(address, title): (&'static str, &str)| {
            let below = if address == "/rights" { !elsewhere } else { inside(address) };
            let mark = if path == address { Some("page") } else { below.then_some("true") };
            Entry { title: self.t(title), address, mark }
        };
        ENTRIES.into_iter().map(entry).collect()
    }
}
