//! `rights`: the catalogue, the policy as a file, taking over what people hold, and grants to one person.

use anyhow::{Context as _, Result, bail};
use domain::{
    Cvr, Language, RightId,
    rights::{Catalogue, GrantOrigin, Granted, WantedScope},
};
use serde_json::json;
use store::{
    StoreError,
    rights::{catalogue, grant, grant::NewGrant, holding, policy, scene::Scene},
};

use crate::{
    Ending,
    cli::{GrantRight, RightsCommand},
    commands::{actor, orders::find, person::only_organisation},
    installation::Installation,
    report::{danish_time, table},
};

mod file;
mod take_over;

pub async fn run(
    installation: &Installation,
    organisation: Option<&Cvr>,
    command: RightsCommand,
) -> Result<Ending> {
    match command {
        RightsCommand::List { json } => list(installation, organisation, json).await,
        RightsCommand::Export { file } => file::export(installation, organisation, &file).await,
        RightsCommand::Import(arguments) => file::import(installation, organisation, &arguments).await,
        RightsCommand::TakeOver(arguments) => take_over::run(installation, organisation, &arguments).await,
        RightsCommand::Propose { file, percent } => {
            take_over::propose(installation, organisation, &file, percent).await
        }
        RightsCommand::Grant(arguments) => give(installation, organisation, arguments).await,
        RightsCommand::Approve { id, name } => {
            let cvr = only_organisation(installation, organisation)?;
            let by = actor(name.as_deref());
            let approve = async |tx: &mut store::Tx| grant::approve(tx, &cvr, id, &by).await;
            let done = installation.store.write(|tx| Box::pin(async { approve(tx).await })).await?;
            if !done {
                bail!(
                    "{by} has said yes to grant {id} before, or it is not open; `lokalid why` shows what it lacks"
                );
            }
            println!("Approved. The next `apply` acts on it.");
            Ok(Ending::Done)
        }
        RightsCommand::Revoke { id, why, name } => {
            let cvr = only_organisation(installation, organisation)?;
            let by = actor(name.as_deref());
            let end = async |tx: &mut store::Tx| grant::end(tx, &cvr, id, &by, &why).await;
            let done = installation.store.write(|tx| Box::pin(async { end(tx).await })).await?;
            if !done {
                bail!("grant {id} is not open, so there is nothing to end");
            }
            println!("Ended. The next `apply` acts on it.");
            Ok(Ending::Done)
        }
    }
}

/// The right that a UUID or a name means: the whole name, whatever its case, else the only one that holds the text.
pub fn right_called(catalogue: &Catalogue, text: &str) -> Result<RightId> {
    let text = text.trim();
    if let Ok(id) = text.parse::<RightId>()
        && catalogue.contains_key(&id)
    {
        return Ok(id);
    }
    let wanted = domain::rights::fold(text);
    let named = |whole: bool| -> Vec<RightId> {
        let fits = |name: &str| {
            let name = domain::rights::fold(name);
            if whole { name == wanted } else { name.contains(&wanted) }
        };
        catalogue.iter().filter(|(_, right)| fits(&right.name)).map(|(id, _)| *id).collect()
    };
    let mut found = named(true);
    if found.is_empty() {
        found = named(false);
    }
    match found.as_slice() {
        [only] => Ok(*only),
        [] => bail!("MitID Erhverv has no right called \"{text}\"; `lokalid rights list` shows them"),
        several => {
            let listed: Vec<String> = several
                .iter()
                .filter_map(|id| Some(format!("\n  {id}  {}", catalogue.get(id)?.name)))
                .collect();
            bail!("\"{text}\" may be one of {} rights; give the UUID:{}", several.len(), listed.concat())
        }
    }
}

async fn list(installation: &Installation, organisation: Option<&Cvr>, as_json: bool) -> Result<Ending> {
    let cvr = only_organisation(installation, organisation)?;
    let (catalogue, policy, held, reading) = installation
        .store
        .read(|tx| {
            Box::pin(async {
                let rights = catalogue::rights(tx, &cvr).await?;
                let policy = policy::current(tx, &cvr).await?.policy;
                Ok::<_, StoreError>((
                    rights,
                    policy,
                    holding::all(tx, &cvr).await?,
                    catalogue::reading(tx, &cvr).await?,
                ))
            })
        })
        .await?;
    let mut holders: std::collections::HashMap<RightId, usize> = std::collections::HashMap::new();
    for rights in held.values() {
        let of_one: std::collections::BTreeSet<RightId> = rights.held.iter().map(|one| one.right).collect();
        for right in of_one {
            *holders.entry(right).or_default() += 1;
        }
    }
    let mut rights: Vec<_> = catalogue.iter().collect();
    rights.sort_by_key(|(_, right)| domain::text::danish_sort_key(&right.name));
    if as_json {
        let rights = rights.iter().map(|(id, right)| {
            json!({
                "uuid": id,
                "name": right.name,
                "description": right.description,
                "basic": right.basic,
                "managed": policy.managed.contains(id),
                "vanished_at": right.vanished_at,
                "holders": holders.get(id).copied().unwrap_or_default(),
            })
        });
        let fault = reading.fault.map(|fault| fault.words);
        println!(
            "{}",
            json!({ "read_at": reading.read_at, "fault": fault, "rights": rights.collect::<Vec<_>>() })
        );
        return Ok(Ending::Done);
    }
    if let Some(fault) = &reading.fault {
        eprintln!("{}", fault.words);
    }
    let Some(read_at) = reading.read_at else {
        println!("The catalogue has never been read; `lokalid plan --read` reads it.");
        return Ok(Ending::Done);
    };
    println!("Read {}.", danish_time(read_at));
    let rows = rights.iter().map(|(id, right)| {
        let kept = if policy.managed.contains(id) { "managed" } else { "left alone" };
        let gone = if right.vanished_at.is_some() { "vanished" } else { "" };
        let holders = holders.get(id).copied().unwrap_or_default().to_string();
        vec![id.to_string(), kept.to_owned(), holders, right.name.clone(), gone.to_owned()]
    });
    println!("{}", table(&rows.collect::<Vec<_>>()));
    Ok(Ending::Done)
}

async fn give(
    installation: &Installation,
    organisation: Option<&Cvr>,
    arguments: GrantRight,
) -> Result<Ending> {
    let (cvr, identity) = find(installation, organisation, &arguments.user).await?;
    let by = actor(arguments.name.as_deref());
    let scene = installation.store.read(|tx| Box::pin(async { Scene::load(tx, &cvr).await })).await?;
    let entitlements = &scene.entitlements;
    let granted = match (&arguments.bundle, &arguments.right) {
        (Some(bundle), _) => Granted::Bundle(bundle.clone()),
        (None, right) => {
            let right = right_called(&entitlements.catalogue, right.as_deref().unwrap_or_default())?;
            let scope = arguments.scope.unwrap_or(WantedScope::Of(domain::rights::Scope::Cvr));
            Granted::Right { right, scope }
        }
    };
    let person = scene.person(identity).context("that person is not here")?;
    let period = (arguments.from, arguments.until);
    let faults = granted.faults(period, &person.facts, scene.policy(), &entitlements.places);
    if let Some(fault) = faults.first() {
        bail!("{}; nothing was given", fault.say(Language::English));
    }
    let new = NewGrant {
        identity,
        granted,
        from: arguments.from,
        until: arguments.until,
        why: arguments.why,
        case: arguments.case,
        origin: GrantOrigin::Direct,
        approved_by: vec![by.clone()],
        by,
    };
    let id = installation.store.write(|tx| Box::pin(async { grant::give(tx, &cvr, &new).await })).await?;
    let sensitive = match &new.granted {
        Granted::Bundle(key) => scene.policy().bundles.get(key).is_some_and(|bundle| bundle.sensitive),
        Granted::Right { .. } => false,
    };
    println!(
        "Grant {id}. {}",
        if sensitive {
            format!("The bundle is sensitive: somebody else must say yes, by `lokalid rights approve {id}`.")
        } else {
            "The next `apply` acts on it.".to_owned()
        }
    );
    Ok(Ending::Done)
}
