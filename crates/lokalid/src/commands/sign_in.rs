//! `sign-in-link` and `role grant`.

use anyhow::Result;
use domain::Cvr;
use identity::{Invitation, sign_in};
use jiff::SignedDuration;

use crate::{
    Ending,
    cli::{RoleCommand, SignInLink},
    commands::{actor, orders::find},
    installation::Installation,
};

pub async fn link(
    installation: &Installation,
    organisation: Option<&Cvr>,
    arguments: &SignInLink,
) -> Result<Ending> {
    let person = match &arguments.person {
        Some(user) => Some(find(installation, organisation, user).await?.1),
        None => None,
    };
    let person = match person {
        Some(id) => installation
            .store
            .read(|tx| Box::pin(async { store::identity::one(tx, id).await }))
            .await?
            .map(|record| record.subject.desired.person),
        None => None,
    };
    let invitation = Invitation {
        name: arguments.name.clone(),
        role: arguments.role,
        person,
        valid_for: SignedDuration::from_mins(i64::from(arguments.minutes)),
    };
    println!("{}", address(installation, &installation.configuration.web.address, &invitation).await?);
    eprintln!("Works once, within {} minutes.", arguments.minutes);
    Ok(Ending::Done)
}

/// Makes a link and says its address.
pub async fn address(installation: &Installation, origin: &str, invitation: &Invitation) -> Result<String> {
    let secret = sign_in::invite(&installation.store, &actor(None), invitation).await?;
    Ok(format!("{}/sign-in/{}", origin.trim_end_matches('/'), secret.reveal()))
}

pub async fn role(
    installation: &Installation,
    organisation: Option<&Cvr>,
    command: &RoleCommand,
) -> Result<Ending> {
    let RoleCommand::Grant { user, role, name } = command;
    let (cvr, _) = find(installation, organisation, user).await?;
    let by = actor(name.as_deref());
    installation
        .store
        .write(|tx| Box::pin(async { store::organisation::grant_role(tx, &cvr, user, *role, &by).await }))
        .await?;
    println!("{user} is {} of {cvr} now.", role.name());
    Ok(Ending::Done)
}
