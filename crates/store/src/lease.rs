//! Work that one node does at a time: a lease by name, with a time limit, so that a dead node holds nothing up.

use jiff::SignedDuration;

use crate::error::StoreError;
use crate::tx::Tx;

/// Takes the lease `name`, or renews it for the one who holds it; `false` while somebody else does.
pub async fn take(
    tx: &mut Tx,
    name: &str,
    holder: &str,
    duration: SignedDuration,
) -> Result<bool, StoreError> {
    let (now, until) = (tx.now(), tx.now() + duration);
    let sql = "INSERT INTO lease (name, holder, until) VALUES ($1, $2, $3) \
               ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until \
               WHERE lease.holder = excluded.holder OR lease.until <= $4";
    let values = [name.into(), holder.into(), until.into(), now.into()];
    Ok(tx.execute(sql, &values).await? == 1)
}

/// Gives a lease back; nothing happens when somebody else has it by now.
pub async fn give_up(tx: &mut Tx, name: &str, holder: &str) -> Result<(), StoreError> {
    let sql = "DELETE FROM lease WHERE name = $1 AND holder = $2";
    tx.execute(sql, &[name.into(), holder.into()]).await.map(drop)
}

/// The name of this machine, for people who read who holds what. Empty where the system does not tell.
pub fn host() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    name.trim().to_owned()
}

/// Gives back everything that a program held which is surely dead.
pub async fn release_all_of(tx: &mut Tx, holder: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM lease WHERE holder = $1", &[holder.into()]).await.map(drop)
}
