//! One module for each family of commands; each ends with what the exit status says.

use anyhow::Result;
use store::{Location, StoreError};
use sync::EngineError;

use crate::{
    Ending,
    cli::{Cli, Command},
    installation::Installation,
    progress,
};

mod audit;
mod certificate;
mod copies;
mod doctor;
mod emulator;
mod init;
mod keys;
mod mail;
mod orders;
mod outbox;
mod person;
mod plan;
mod questions;
mod rights;
mod routes;
mod sign_in;
mod source;
mod status;
mod why;

pub use emulator::{equip, start as start_emulator};
pub use plan::apply_all;
pub use sign_in::address as sign_in_address;
pub use status::Standing;

pub async fn run(cli: Cli) -> Result<Ending> {
    match cli.command {
        Command::Demo(arguments) => crate::demo::run(arguments).await,
        Command::Emulator(arguments) => emulator::run(arguments).await,
        Command::Init => init::run(&cli.config),
        Command::Routes => routes::run(),
        Command::Doctor { json } => doctor::run(&cli.config, cli.organisation.as_ref(), json).await,
        Command::Restore { file } => copies::restore(&cli.config, &file).await,
        Command::Keys(command) => keys::run(&cli.config, command).await,
        Command::Audit(crate::cli::Audit::Verify { file: Some(file), public_key }) => {
            audit::verify_export(&cli.config, &file, public_key.as_deref())
        }
        command => {
            let installation = Installation::open(&cli.config, progress::on_terminal()).await?;
            let database = installation.store.location().clone();
            let ended = with_installation(&installation, cli.organisation.as_ref(), command).await;
            let closed = installation.close().await;
            let ending = ended.map_err(|error| name_database(error, &database))?;
            closed.map(|()| ending)
        }
    }
}

async fn with_installation(
    installation: &Installation,
    organisation: Option<&domain::Cvr>,
    command: Command,
) -> Result<Ending> {
    match command {
        Command::Plan { json, read } => plan::plan(installation, organisation, json, read).await,
        Command::Apply(arguments) => plan::apply(installation, organisation, &arguments).await,
        Command::Source(arguments) => source::run(installation, organisation, &arguments).await,
        Command::Status { json } => status::run(installation, organisation, json).await,
        Command::Outbox { act, json } => outbox::run(installation, organisation, act, json).await,
        Command::Match(arguments) => questions::run(installation, organisation, &arguments).await,
        Command::Person(arguments) => person::run(installation, organisation, arguments).await,
        Command::Rights(command) => rights::run(installation, organisation, command).await,
        Command::Why(arguments) => why::run(installation, organisation, &arguments).await,
        Command::Suspend(order) => orders::suspend(installation, organisation, &order).await,
        Command::Reactivate(order) => orders::reactivate(installation, organisation, &order).await,
        Command::SignInLink(arguments) => sign_in::link(installation, organisation, &arguments).await,
        Command::Role(arguments) => sign_in::role(installation, organisation, &arguments).await,
        Command::Serve => crate::serve::run(installation).await,
        Command::Certificate(command) => certificate::run(installation, organisation, command).await,
        Command::Mail(command) => mail::run(installation, organisation, command).await,
        Command::Audit(arguments) => audit::run(installation, &arguments).await,
        Command::Backup { file } => copies::backup(installation, &file).await,
        Command::CopyDatabase { url } => copies::copy_database(installation, &url).await,
        Command::Demo(_)
        | Command::Emulator(_)
        | Command::Init
        | Command::Doctor { .. }
        | Command::Keys(_)
        | Command::Restore { .. }
        | Command::Routes => Ok(Ending::Done),
    }
}

/// Says which database it is about, where the file or its disk stands in the way.
fn name_database(error: anyhow::Error, database: &Location) -> anyhow::Error {
    let about_the_file = error.chain().any(|cause| {
        let of_store = cause.downcast_ref::<StoreError>();
        let of_engine = cause.downcast_ref::<EngineError>().and_then(|error| match error {
            EngineError::Store(error) => Some(error),
            _ => None,
        });
        of_store.or(of_engine).is_some_and(StoreError::is_about_the_file)
    });
    if about_the_file { error.context(database.to_string()) } else { error }
}

/// Who acts: the name that was given, else the operating system's user.
pub fn actor(name: Option<&str>) -> String {
    let given = name.map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    given.or_else(|| variable("USER")).or_else(|| variable("LOGNAME")).unwrap_or_else(|| "root".to_owned())
}
