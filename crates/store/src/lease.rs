//! Work that one node does at a time: a lease by name, with a time limit, so that a dead node holds nothing up.

use jiff::{SignedDuration, Timestamp};

use crate::error::StoreError;
use crate::tx::Tx;
use crate::value::Value;

/// A lease that `holder` has until it runs out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    pub name: String,
    pub holder: String,
    pub until: Timestamp,
}

/// Takes the lease `name`, or renews it for the one who holds it; `None` while somebody else does.
pub async fn take(
    tx: &mut Tx,
    name: &str,
    holder: &str,
    duration: SignedDuration,
) -> Result<Option<Lease>, StoreError> {
    let (now, until) = (tx.now(), tx.now() + duration);
    let sql = "INSERT INTO lease (name, holder, until) VALUES ($1, $2, $3) \
               ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until \
               WHERE lease.holder = excluded.holder OR lease.until <= $4";
    let taken = tx.execute(sql, &[Value::from(name), holder.into(), until.into(), now.into()]).await?;
    Ok((taken == 1).then(|| Lease { name: name.to_owned(), holder: holder.to_owned(), until }))
}

/// Renews a lease that is still held; `None` when it ran out, even if nobody has taken it since.
pub async fn renew(
    tx: &mut Tx,
    lease: &Lease,
    duration: SignedDuration,
) -> Result<Option<Lease>, StoreError> {
    let (now, until) = (tx.now(), tx.now() + duration);
    let sql = "UPDATE lease SET until = $3 WHERE name = $1 AND holder = $2 AND until > $4";
    let values = [Value::from(&lease.name), (&lease.holder).into(), until.into(), now.into()];
    let renewed = tx.execute(sql, &values).await?;
    Ok((renewed == 1).then(|| Lease { until, ..lease.clone() }))
}

/// Gives a lease back; nothing happens when somebody else has it by now.
pub async fn release(tx: &mut Tx, lease: &Lease) -> Result<(), StoreError> {
    give_up(tx, &lease.name, &lease.holder).await
}

/// The same by name, for a holder who need not know whether it still has it.
pub async fn give_up(tx: &mut Tx, name: &str, holder: &str) -> Result<(), StoreError> {
    let sql = "DELETE FROM lease WHERE name = $1 AND holder = $2";
    tx.execute(sql, &[name.into(), holder.into()]).await.map(|_| ())
}

/// The name of this machine, for people who read who holds what. Empty where the system does not tell.
pub fn host() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    name.trim().to_owned()
}

/// Gives back everything that a program held which is surely dead.
pub async fn release_all_of(tx: &mut Tx, holder: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM lease WHERE holder = $1", &[holder.into()]).await.map(|_| ())
}
