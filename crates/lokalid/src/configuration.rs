//! `lokalid.toml`: everything that is configured, read once at start.
//!
//! Paths are relative to the file. A key that is not known is an error that names it, because a misspelt limit that
//! is silently ignored is worse than none. Secrets are never in here, only the names of their files.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use domain::{Cvr, Environment, Language, Settings, SourceName, Variant};
use serde::Deserialize;
use sync::{
    mail::Encryption,
    source::csv::{Column, CsvMapping},
};

pub const FILE_NAME: &str = "lokalid.toml";

/// The whole file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Configuration {
    /// `sqlite:FILE` or `postgres://USER@HOST/DATABASE`.
    pub database: String,
    /// A file with the address of the database, where that holds a password.
    #[serde(default)]
    pub database_file: Option<PathBuf>,
    /// The folder with the keys.
    #[serde(default = "default_keys")]
    pub keys: PathBuf,
    /// The log's checkpoints, kept outside the database.
    #[serde(default = "default_checkpoints")]
    pub checkpoints: PathBuf,
    #[serde(default)]
    pub web: Web,
    #[serde(default)]
    pub schedule: Schedule,
    /// Without it nobody is told anything by mail.
    #[serde(default)]
    pub mail: Option<MailSection>,
    #[serde(default, rename = "organisation")]
    pub organisations: Vec<OrganisationSection>,
    /// The folder that paths are relative to; not in the file.
    #[serde(skip)]
    pub folder: PathBuf,
    /// The file as it was written: what it leaves out is built in.
    #[serde(skip)]
    pub written: toml::Table,
}

fn default_keys() -> PathBuf {
    "keys".into()
}

fn default_checkpoints() -> PathBuf {
    "keys/checkpoints.jsonl".into()
}

/// The console.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Web {
    /// What people type. http only on loopback.
    pub address: String,
    /// Where the program listens, if that is another address.
    pub listen: Option<String>,
}

impl Default for Web {
    fn default() -> Self {
        Self { address: "http://localhost:8080".to_owned(), listen: None }
    }
}

/// When `serve` does what.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Schedule {
    pub sources_minutes: u32,
    /// Danish time. Nights are unreliable in MitID Erhverv.
    pub full_read_at: jiff::civil::Time,
    pub details_days: u32,
    /// After a creation whose answer was lost, in seconds. By itself 180, and 2 against the emulator.
    pub unknown_wait_seconds: Option<u32>,
    pub at_once: usize,
}

impl Default for Schedule {
    fn default() -> Self {
        Self {
            sources_minutes: 15,
            full_read_at: jiff::civil::time(10, 0, 0, 0),
            details_days: 7,
            unknown_wait_seconds: None,
            at_once: 8,
        }
    }
}

/// The mail server, and who writes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailSection {
    pub server: String,
    /// By itself the usual one of `tls`.
    #[serde(default)]
    pub port: Option<u16>,
    #[serde(default = "default_encryption")]
    pub tls: Encryption,
    #[serde(default)]
    pub user: Option<String>,
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// Certificate authorities that the server is checked against, instead of those of the machine.
    #[serde(default)]
    pub authorities: Option<PathBuf>,
    pub from: String,
    #[serde(default)]
    pub reply_to: Option<String>,
    #[serde(default)]
    language: MailLanguage,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum MailLanguage {
    #[default]
    Da,
    En,
}

fn default_encryption() -> Encryption {
    Encryption::StartTls
}

impl MailSection {
    pub fn port(&self) -> u16 {
        let usual = match self.tls {
            Encryption::Tls => 465,
            Encryption::StartTls => 587,
            Encryption::None => 25,
        };
        self.port.unwrap_or(usual)
    }

    /// What is written to people of whom no other language is known.
    pub fn language(&self) -> Language {
        match self.language {
            MailLanguage::Da => Language::Danish,
            MailLanguage::En => Language::English,
        }
    }

    fn check(&self, configuration: &Configuration) -> Result<(), String> {
        if self.user.is_some() != self.password_file.is_some() {
            return Err("[mail]: user and password_file stand together; give both, or neither where the server wants \
                        no log-in"
                .to_owned());
        }
        crate::mail::settings(configuration, self).check().map_err(|error| error.to_string())
    }
}

/// One CVR number.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrganisationSection {
    pub cvr: Cvr,
    pub name: String,
    pub variant: Variant,
    pub environment: Environment,
    /// Only for the emulator; the others have known addresses.
    #[serde(default)]
    pub api: Option<String>,
    /// Certificate authorities that the server is checked against, instead of those of the machine.
    #[serde(default)]
    pub server_authorities: Option<PathBuf>,
    /// The system certificate, a .p12 file. One that was taken into use in the console counts instead.
    #[serde(default)]
    pub certificate: Option<PathBuf>,
    #[serde(default)]
    pub certificate_password_file: Option<PathBuf>,
    #[serde(default)]
    pub settings: Settings,
    #[serde(default, rename = "source")]
    pub sources: Vec<SourceSection>,
    #[serde(default)]
    pub create_template: Option<sync::api::CreateTemplate>,
    #[serde(default)]
    pub operations: sync::api::OperationTable,
}

/// One source.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum SourceSection {
    Csv {
        name: SourceName,
        file: PathBuf,
        #[serde(default)]
        mapping: CsvMapping,
        #[serde(default)]
        skip_broken: bool,
    },
    Ldap {
        name: SourceName,
        url: String,
        #[serde(default)]
        starttls: bool,
        #[serde(default)]
        allow_plain: bool,
        #[serde(default)]
        authorities: Option<PathBuf>,
        bind_name: String,
        password_file: PathBuf,
        bases: Vec<String>,
        filter: String,
        #[serde(default)]
        group: Option<String>,
        #[serde(default)]
        groups: BTreeSet<String>,
        attributes: BTreeMap<Column, String>,
        #[serde(default)]
        more: BTreeMap<String, String>,
        #[serde(default)]
        skip_broken: bool,
    },
}

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigurationError {
    #[error(
        "there is no {0}; `lokalid init` writes one, `lokalid demo` makes a whole example, --config names another"
    )]
    Missing(String),
    #[error("{file} cannot be read: {why}")]
    Unreadable { file: String, why: std::io::Error },
    #[error("{file}: {why}")]
    Wrong { file: String, why: String },
}

impl Configuration {
    pub fn read(file: &Path) -> Result<Self, ConfigurationError> {
        let shown = file.display().to_string();
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(ConfigurationError::Missing(shown));
            }
            Err(why) => return Err(ConfigurationError::Unreadable { file: shown, why }),
        };
        let mut configuration: Self = toml::from_str(&text).map_err(|why| ConfigurationError::Wrong {
            file: shown.clone(),
            why: why.to_string().trim_end().to_owned(),
        })?;
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        folder.clone_into(&mut configuration.folder);
        configuration.written = toml::from_str(&text).unwrap_or_default();
        let checked = configuration.check().and_then(|()| refuse_unknown_settings(&text));
        checked.map_err(|why| ConfigurationError::Wrong { file: shown, why })?;
        Ok(configuration)
    }

    /// A path of the file, from where the program runs.
    pub fn path(&self, path: &Path) -> PathBuf {
        self.folder.join(path)
    }

    fn check(&self) -> Result<(), String> {
        if self.organisations.is_empty() {
            return Err(
                "it has no [[organisation]]; `lokalid init` in another folder shows how one is written"
                    .to_owned(),
            );
        }
        let mut seen = BTreeSet::new();
        for organisation in &self.organisations {
            if !seen.insert(organisation.cvr.to_string()) {
                return Err(format!("organisation {} stands there twice; keep one", organisation.cvr));
            }
            organisation.check()?;
        }
        self.mail.iter().try_for_each(|mail| mail.check(self))
    }
}

/// Settings are stored too and read back with fewer or more of them by another version, so the type itself takes any.
fn refuse_unknown_settings(text: &str) -> Result<(), String> {
    let known = serde_json::to_value(Settings::default()).unwrap_or_default();
    let known =
        known.as_object().map(|settings| settings.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
    let file: toml::Table = toml::from_str(text).unwrap_or_default();
    let organisations = file.get("organisation").and_then(toml::Value::as_array).into_iter().flatten();
    let settings = organisations.filter_map(|section| section.get("settings")?.as_table());
    match settings.flat_map(toml::Table::keys).find(|key| !known.contains(key)) {
        Some(key) => {
            Err(format!("[organisation.settings] has no key `{key}`; the keys are {}", known.join(", ")))
        }
        None => Ok(()),
    }
}

impl OrganisationSection {
    fn check(&self) -> Result<(), String> {
        if self.environment == Environment::Emulator && self.api.is_none() {
            return Err(format!(
                "organisation {}: the emulator needs its address, as api = \"https://localhost:8443\"",
                self.cvr
            ));
        }
        if self.certificate.is_some() != self.certificate_password_file.is_some() {
            return Err(format!(
                "organisation {}: certificate and certificate_password_file stand together; give both, or neither where \
                 the certificate is uploaded in the console",
                self.cvr
            ));
        }
        let mut names = BTreeSet::new();
        for source in &self.sources {
            let name = source.name();
            if source.maps_groups_to_an_attribute() {
                return Err(format!(
                    "organisation {}: the source `{name}` maps groups to an attribute; list them by their names instead, as \
                     groups = [\"CN=...\"]",
                    self.cvr
                ));
            }
            if name.0 == SourceName::BY_HAND || !names.insert(name.clone()) {
                return Err(format!(
                    "organisation {}: the source name `{name}` is taken; choose another one",
                    self.cvr
                ));
            }
        }
        let settings = &self.settings;
        let ranked = settings.precedence.iter().chain(settings.field_precedence.values().flatten());
        match ranked.into_iter().find(|name| name.0 != SourceName::BY_HAND && !names.contains(name)) {
            Some(name) => Err(format!(
                "organisation {}: precedence names the source `{name}`, and there is none of that name",
                self.cvr
            )),
            None => Ok(()),
        }
    }

    /// Where the IdM API is (reference/idm-api.md §1.1).
    pub fn api_address(&self) -> String {
        let known = match self.environment {
            Environment::Production | Environment::Emulator => "https://services.nemlog-in.dk",
            Environment::IntegrationTest => "https://services.test-nemlog-in.dk",
            Environment::PreProduction => "https://services.devtest4-nemlog-in.dk",
        };
        self.api.clone().unwrap_or_else(|| known.to_owned())
    }
}

impl SourceSection {
    pub fn name(&self) -> &SourceName {
        match self {
            Self::Csv { name, .. } | Self::Ldap { name, .. } => name,
        }
    }

    /// A directory says who is in a group when it is asked for the group, nested ones included; no attribute does.
    fn maps_groups_to_an_attribute(&self) -> bool {
        matches!(self, Self::Ldap { attributes, .. } if attributes.contains_key(&Column::Groups))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = include_str!("commands/init/lokalid.toml");

    /// The configuration that `init` writes, with its directory in use.
    fn with_directory(attributes: &str) -> Result<Configuration, ConfigurationError> {
        let (before, directory) = EXAMPLE.split_once("#[[organisation.source]]").unwrap();
        let uncommented =
            directory.lines().map(|line| line.strip_prefix('#').filter(|key| !key.starts_with(' ')));
        let directory: Vec<&str> = uncommented.flatten().collect();
        let directory =
            directory.join("\n").replace("attributes = {", &format!("attributes = {{ {attributes}"));
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE_NAME);
        std::fs::write(&file, format!("{before}[[organisation.source]]\n{directory}\n")).unwrap();
        Configuration::read(&file)
    }

    #[test]
    fn the_keys_of_a_directory_in_the_example_are_right() {
        let configuration = with_directory("").unwrap();
        let [_, SourceSection::Ldap { groups, more, group, .. }] =
            configuration.organisations[0].sources.as_slice()
        else {
            panic!("a file and a directory")
        };
        assert_eq!(groups, &["CN=Lærere,OU=Grupper,DC=kommune,DC=example".to_owned()].into());
        assert_eq!(more["cost-center"], "extensionAttribute1");
        assert!(group.is_some());
    }

    #[test]
    fn groups_of_a_directory_are_no_attribute() {
        let refused = with_directory("groups = \"memberOf\",").unwrap_err().to_string();
        assert!(refused.contains("the source `ad` maps groups to an attribute"), "{refused}");
    }
}
