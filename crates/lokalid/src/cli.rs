//! The command line: names, flags and what each command is for.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use domain::{
    Cvr, Email, GrantId, OperationId, RemoteUuid, Role,
    rights::{Key, WantedScope},
};

/// Keeps an organisation's users and their rights in step with MitID Erhverv.
#[derive(Debug, Parser)]
#[command(name = "lokalid", version, disable_help_subcommand = true)]
pub struct Cli {
    /// The configuration; paths in it are relative to it.
    #[arg(long, global = true, default_value = crate::configuration::FILE_NAME, value_name = "FILE")]
    pub config: PathBuf,
    /// Only this organisation.
    #[arg(long, global = true, value_name = "CVR")]
    pub organisation: Option<Cvr>,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read every source, compare, and print what would be done. Sends nothing.
    Plan {
        #[arg(long)]
        json: bool,
        /// Read MitID Erhverv first.
        #[arg(long)]
        read: bool,
    },
    /// Bring MitID Erhverv in step: what the guard does not hold is done.
    Apply(Apply),
    /// Read sources without sending anything.
    #[command(subcommand)]
    Source(Source),
    /// How things stand.
    Status {
        #[arg(long)]
        json: bool,
    },
    /// What is on its way.
    Outbox {
        #[command(subcommand)]
        act: Option<OutboxAct>,
        #[arg(long)]
        json: bool,
    },
    /// Questions to a human: list them, or answer one.
    Match(Match),
    /// People.
    #[command(subcommand)]
    Person(PersonCommand),
    /// Rights to self-services: what exists, who must hold what, as a file.
    #[command(subcommand)]
    Rights(RightsCommand),
    /// Why somebody holds a right, or why not, and what if.
    Why(Why),
    /// Stop somebody at once, here and in MitID Erhverv, until `reactivate`.
    Suspend(Order),
    /// Lift a suspension made by hand.
    Reactivate(Order),
    /// A one-time link into the console.
    SignInLink(SignInLink),
    /// Give a role in the console.
    #[command(subcommand)]
    Role(RoleCommand),
    /// Check everything that can be checked, and say what to do.
    Doctor {
        #[arg(long)]
        json: bool,
    },
    /// Write a configuration with every key explained.
    Init,
    /// The console and the work in the background.
    Serve,
    /// A stand-in for MitID Erhverv.
    Emulator(EmulatorArguments),
    /// A fictitious municipality, kept in step with the emulator.
    Demo(Demo),
    /// The log.
    #[command(subcommand)]
    Audit(Audit),
    /// The keys that seal CPR numbers and records in the database.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// The certificates that MitID Erhverv knows the organisation by.
    #[command(subcommand)]
    Certificate(CertificateCommand),
    /// The mail that tells people what waits for them.
    #[command(subcommand)]
    Mail(MailCommand),
    /// Copy an SQLite database into a file.
    Backup { file: PathBuf },
    /// Put a backup into an empty folder.
    Restore { file: PathBuf },
    /// Copy everything into another, empty database.
    CopyDatabase { url: String },
    /// The addresses of the console and who may open them, as JSON for the walk through all pages.
    #[command(hide = true)]
    Routes,
}

#[derive(Debug, Args)]
pub struct Apply {
    #[arg(long, value_name = "ID", requires = "why")]
    pub approve: Option<i64>,
    /// Who approves; otherwise the operating system's user.
    #[arg(long = "as", value_name = "NAME")]
    pub name: Option<String>,
    #[arg(long, value_name = "TEXT")]
    pub why: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum Source {
    /// Read and say what is wrong.
    Check {
        #[arg(long)]
        json: bool,
    },
    /// Read and store.
    Import {
        /// Use the rows that are right though others are broken.
        #[arg(long)]
        skip_broken: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum OutboxAct {
    /// Try an operation again now.
    Retry {
        id: OperationId,
        #[arg(long = "as", value_name = "NAME")]
        name: Option<String>,
    },
    /// Do not plan an operation again until the wish changes.
    GiveUp {
        id: OperationId,
        #[arg(long, value_parser = not_blank)]
        why: String,
        #[arg(long = "as", value_name = "NAME")]
        name: Option<String>,
    },
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("answer").args(["yes", "no", "other"]))]
pub struct Match {
    pub question: Option<i64>,
    #[arg(long, requires = "question")]
    pub yes: bool,
    #[arg(long, requires = "question")]
    pub no: bool,
    #[arg(long, value_name = "UUID", requires = "question")]
    pub other: Option<RemoteUuid>,
    #[arg(long, default_value = "")]
    pub why: String,
    #[arg(long = "as", value_name = "NAME")]
    pub name: Option<String>,
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum PersonCommand {
    /// Everything about one person.
    Show {
        user: String,
        #[arg(long)]
        json: bool,
    },
    /// Write a new person by hand.
    Add(Box<PersonFields>),
    /// Change a person written by hand.
    Change(Box<PersonFields>),
    /// End a person's employment.
    End {
        user: String,
        /// The last day; today if it is left out.
        #[arg(long)]
        on: Option<jiff::civil::Date>,
        #[arg(long = "as", value_name = "NAME")]
        name: Option<String>,
    },
}

#[derive(Debug, Args)]
pub struct PersonFields {
    /// The user name.
    pub user: String,
    /// A file with the CPR number, or - for standard input: never on the command line, where others can see it.
    #[arg(long, value_name = "FILE")]
    pub cpr_file: Option<PathBuf>,
    #[arg(long)]
    pub birth_date: Option<jiff::civil::Date>,
    #[arg(long)]
    pub given_name: Option<String>,
    #[arg(long)]
    pub surname: Option<String>,
    #[arg(long)]
    pub email: Option<String>,
    #[arg(long)]
    pub phone: Option<String>,
    #[arg(long)]
    pub unit: Option<String>,
    #[arg(long)]
    pub title: Option<String>,
    #[arg(long)]
    pub manager: Option<String>,
    #[arg(long)]
    pub rid: Option<String>,
    #[arg(long)]
    pub start: Option<jiff::civil::Date>,
    #[arg(long)]
    pub end: Option<jiff::civil::Date>,
    #[arg(long = "as", value_name = "NAME")]
    pub name: Option<String>,
}

#[derive(Debug, Args)]
pub struct Order {
    /// User name, RID or UUID.
    pub user: String,
    #[arg(long, value_parser = not_blank)]
    pub why: String,
    #[arg(long = "as", value_name = "NAME")]
    pub name: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum RightsCommand {
    /// The rights that MitID Erhverv has, which of them are looked after, and how many hold each.
    List {
        #[arg(long)]
        json: bool,
    },
    /// Write bundles, rules and separations into a file.
    Export { file: PathBuf },
    /// Take bundles, rules and separations from a file, as a whole or not at all. Sends nothing.
    Import(RightsImport),
    /// Look after rights from now on: who holds one keeps it, until somebody says otherwise.
    TakeOver(TakeOver),
    /// Propose bundles and rules from what people hold, as a file to look at and import.
    Propose {
        file: PathBuf,
        /// How many of a unit's people with one title must hold a right before a rule is proposed, in per cent.
        #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=100))]
        percent: u32,
    },
    /// Give one person a bundle or a right.
    Grant(GrantRight),
    /// Say yes to a grant that needs one more.
    Approve {
        id: GrantId,
        #[arg(long = "as", value_name = "NAME")]
        name: Option<String>,
    },
    /// End a grant.
    Revoke {
        id: GrantId,
        #[arg(long, value_parser = not_blank)]
        why: String,
        #[arg(long = "as", value_name = "NAME")]
        name: Option<String>,
    },
}

#[derive(Debug, Args)]
pub struct RightsImport {
    pub file: PathBuf,
    /// Only show who would gain and lose; change nothing.
    #[arg(long)]
    pub plan: bool,
    #[arg(long)]
    pub json: bool,
    #[arg(long = "as", value_name = "NAME")]
    pub name: Option<String>,
    #[arg(long, value_name = "TEXT", default_value = "import of a file")]
    pub why: String,
}

#[derive(Debug, Args)]
pub struct TakeOver {
    /// The right, by its UUID or name; may be given several times.
    #[arg(long = "right", value_name = "RIGHT", required_unless_present = "all")]
    pub rights: Vec<String>,
    /// All rights that somebody holds.
    #[arg(long, conflicts_with = "rights")]
    pub all: bool,
    #[arg(long, value_parser = not_blank)]
    pub why: String,
    #[arg(long = "as", value_name = "NAME")]
    pub name: Option<String>,
}

#[derive(Debug, Args)]
pub struct GrantRight {
    /// User name, RID or UUID.
    pub user: String,
    /// The key of a bundle.
    #[arg(long, required_unless_present = "right", conflicts_with = "right")]
    pub bundle: Option<Key>,
    /// A right, by its UUID or name.
    #[arg(long, requires = "scope")]
    pub right: Option<String>,
    /// `cvr`, `se NUMBER`, `production-unit NUMBER` or `own-production-unit`.
    #[arg(long)]
    pub scope: Option<WantedScope>,
    /// The first day, as 2026-12-01; otherwise at once.
    #[arg(long, value_name = "DATE")]
    pub from: Option<jiff::civil::Date>,
    /// The last day; otherwise until somebody ends it.
    #[arg(long, value_name = "DATE")]
    pub until: Option<jiff::civil::Date>,
    /// Stands in the log and in the answer to *why*.
    #[arg(long, value_parser = not_blank)]
    pub why: String,
    /// The number of the case in your own system.
    #[arg(long)]
    pub case: Option<String>,
    #[arg(long = "as", value_name = "NAME")]
    pub name: Option<String>,
}

#[derive(Debug, Args)]
pub struct Why {
    /// User name, RID or UUID.
    pub person: String,
    /// The right, by its UUID or name.
    pub right: String,
    /// As if the person were in this unit.
    #[arg(long, value_name = "UNIT")]
    pub if_unit: Option<String>,
    /// As if the person had this title.
    #[arg(long, value_name = "TITLE")]
    pub if_title: Option<String>,
    /// On another day: as it was then, or as it would be.
    #[arg(long, value_name = "DATE")]
    pub on: Option<jiff::civil::Date>,
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct SignInLink {
    #[arg(long = "as", value_name = "NAME", value_parser = not_blank)]
    pub name: String,
    #[arg(long, default_value = "user-administrator")]
    pub role: Role,
    /// The person that a manager or employee is.
    #[arg(long, value_name = "USER")]
    pub person: Option<String>,
    #[arg(long, default_value_t = 10)]
    pub minutes: u32,
}

#[derive(Debug, Subcommand)]
pub enum RoleCommand {
    Grant {
        user: String,
        role: Role,
        #[arg(long = "as", value_name = "NAME")]
        name: Option<String>,
    },
}

#[derive(Debug, Args)]
pub struct EmulatorArguments {
    /// State and certificates are in DIR/emulator; a `lokalid.toml` in DIR says which organisations it has.
    #[arg(long)]
    pub dir: PathBuf,
    #[arg(long, default_value = "127.0.0.1:8443")]
    pub api: std::net::SocketAddr,
    #[arg(long, default_value = "127.0.0.1:8444")]
    pub control: std::net::SocketAddr,
}

#[derive(Debug, Args)]
pub struct Demo {
    #[arg(long, default_value_t = 250, value_parser = at_least_one)]
    pub people: usize,
    #[arg(long, default_value = "lokalid-demo")]
    pub dir: PathBuf,
    /// No server: synchronise once and end.
    #[arg(long)]
    pub once: bool,
    /// Begin anew.
    #[arg(long)]
    pub fresh: bool,
    #[arg(long)]
    pub port: Option<u16>,
    #[arg(long, default_value = "light")]
    pub variant: DemoVariant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum DemoVariant {
    Light,
    LocalIdp,
    Both,
}

#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Check the chain; with FILE an export.
    Verify {
        file: Option<PathBuf>,
        /// The public key that an export is checked with, as `audit export` prints it; by itself that of this
        /// installation.
        #[arg(long, value_name = "KEY")]
        public_key: Option<String>,
    },
    /// Write the log to a file, with its signature.
    Export { file: PathBuf },
    /// Write into the file of checkpoints again what it lost, where there is no copy of it to put back.
    RenewCheckpoints {
        #[arg(long, value_name = "TEXT", value_parser = not_blank)]
        why: String,
        #[arg(long = "as", value_name = "NAME")]
        name: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub enum CertificateCommand {
    /// Show them: which is in use, which wait, until when.
    List {
        #[arg(long)]
        json: bool,
    },
    /// Keep a new one beside the one in use, and check it.
    Add {
        /// The .p12 or .pfx file from MitID Erhverv.
        file: PathBuf,
        /// A file with its password: never on the command line, where others can see it.
        #[arg(long, value_name = "FILE")]
        password_file: PathBuf,
        #[arg(long = "as", value_name = "NAME")]
        name: Option<String>,
    },
    /// Check one again and use it for every call from now on, also in a running `serve`.
    Use {
        /// The fingerprint as `list` shows it, or its beginning.
        fingerprint: String,
        #[arg(long = "as", value_name = "NAME")]
        name: Option<String>,
    },
    /// Forget one that is not in use, with its key.
    Remove {
        fingerprint: String,
        #[arg(long = "as", value_name = "NAME")]
        name: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub enum MailCommand {
    /// Send one mail now, and say what happened.
    Test { address: Email },
    /// The newest mail: what was sent, what waits, and why something failed.
    List {
        #[arg(long)]
        json: bool,
        /// How many of each organisation.
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Try again what failed, once its cause is mended.
    Retry {
        #[arg(long = "as", value_name = "NAME")]
        name: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Show the keys by their ids, and how much each has sealed.
    List {
        #[arg(long)]
        json: bool,
    },
    /// Make a new key and seal everything with it again. Stopped half-way, it goes on where it was.
    Rotate {
        #[arg(long = "as", value_name = "NAME")]
        name: Option<String>,
    },
    /// Take an old key out of the key file, once nothing in the database needs it.
    Remove {
        #[arg(value_name = "ID")]
        key: u32,
        #[arg(long = "as", value_name = "NAME")]
        name: Option<String>,
    },
}

/// The log has it as a reason or a name.
fn not_blank(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() { Err("it is blank; the log needs it".to_owned()) } else { Ok(text.to_owned()) }
}

fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|number| *number > 0).ok_or_else(|| "give a whole number from 1 on".to_owned())
}
