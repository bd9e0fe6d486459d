//! `suspend` and `reactivate`: one person's order about one named identity, carried out at once.

use std::time::Duration;

use anyhow::{Result, bail};
use domain::{Clock as _, Cvr, IdentityId, Status};
use store::outbox::State;
use sync::Which;

use crate::{
    Ending,
    cli::Order,
    commands::actor,
    installation::Installation,
    report::{danish_time, table},
    world::SystemClock,
};

/// How long `suspend` waits for the remote stop.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

pub async fn suspend(
    installation: &Installation,
    organisation: Option<&Cvr>,
    order: &Order,
) -> Result<Ending> {
    let (cvr, id) = find(installation, organisation, &order.user).await?;
    let by = actor(order.name.as_deref());
    installation.engine.order_suspension(&cvr, id, &by, &order.why).await?;
    println!("Stopped here: {}.", seconds(SystemClock.now()));
    let stopped = tokio::time::timeout(LONGEST_WAIT, until_stopped(installation, &cvr, id)).await;
    if let Ok(stopped) = stopped {
        println!("Stopped in MitID Erhverv: {}.", stopped?);
        return Ok(Ending::Done);
    }
    println!(
        "MitID Erhverv has not confirmed yet. Lokalid goes on trying in `serve` and `apply`; look at `lokalid outbox`."
    );
    Ok(Ending::Failed)
}

async fn until_stopped(installation: &Installation, cvr: &Cvr, id: IdentityId) -> Result<String> {
    loop {
        installation.engine.step(cvr, Which::Suspensions, 1).await?;
        let look = installation.store.read(|tx| {
            Box::pin(async {
                let newest = store::outbox::of_identity(tx, id, 1).await?.pop();
                Ok::<_, store::StoreError>((store::identity::one(tx, id).await?, newest))
            })
        });
        let (record, newest) = look.await?;
        // While nobody has answered, what was seen last says nothing.
        let is_open = newest.is_some_and(|operation| {
            matches!(operation.state, State::Waiting | State::Running | State::Unknown | State::Parked)
        });
        match record.and_then(|record| record.subject.observed) {
            _ if is_open => tokio::time::sleep(Duration::from_millis(50)).await,
            None => return Ok("there is no user there".to_owned()),
            Some(observed) if observed.sight == domain::Sight::Gone => {
                return Ok("the user is gone there".to_owned());
            }
            Some(observed) if observed.status == Status::Suspended => return Ok(seconds(SystemClock.now())),
            Some(observed) if observed.status == Status::Pending => {
                return Ok(
                    "the user has not activated, so nobody can log in; suspended as soon as that is seen"
                        .to_owned(),
                );
            }
            Some(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

fn seconds(at: jiff::Timestamp) -> String {
    at.to_zoned(domain::copenhagen()).strftime("%d-%m-%Y %H:%M:%S").to_string()
}

pub async fn reactivate(
    installation: &Installation,
    organisation: Option<&Cvr>,
    order: &Order,
) -> Result<Ending> {
    let (cvr, id) = find(installation, organisation, &order.user).await?;
    let by = actor(order.name.as_deref());
    let ordered = installation.engine.order_reactivation(&cvr, id, &by, &order.why).await?;
    if !ordered {
        println!("The hold is lifted. There is nothing to reactivate in MitID Erhverv now.");
        return Ok(Ending::Done);
    }
    installation.engine.drain(&cvr).await?;
    let record = installation.store.read(|tx| Box::pin(async { store::identity::one(tx, id).await })).await?;
    let observed = record.and_then(|record| record.subject.observed);
    if observed.is_some_and(|observed| observed.status == Status::Suspended) {
        println!(
            "The hold is lifted, but MitID Erhverv has not reactivated the user. `lokalid outbox` says why; `lokalid apply` tries again."
        );
        return Ok(Ending::Failed);
    }
    println!("Reactivated: {}.", danish_time(SystemClock.now()));
    Ok(Ending::Done)
}

/// The one identity that a user name, RID or UUID names; asks which where there are several.
pub async fn find(
    installation: &Installation,
    organisation: Option<&Cvr>,
    user: &str,
) -> Result<(Cvr, IdentityId)> {
    let records = installation
        .store
        .read(|tx| {
            Box::pin(async {
                let mut records = Vec::new();
                for id in store::identity::find(tx, organisation, user).await? {
                    records.extend(store::identity::one(tx, id).await?);
                }
                Ok::<_, store::StoreError>(records)
            })
        })
        .await?;
    match records.as_slice() {
        [] => bail!("nobody here is called {user}; give a user name, a RID or a UUID"),
        [only] => Ok((only.cvr.clone(), only.subject.desired.identity)),
        several => {
            let rows = several.iter().map(|record| {
                let desired = &record.subject.desired;
                vec![record.cvr.to_string(), desired.full_name(), desired.identity.to_string()]
            });
            bail!(
                "{user} is found more than once; give --organisation or the UUID:\n{}",
                table(&rows.collect::<Vec<_>>())
            )
        }
    }
}
