//! Small facts kept by name: what was set in the console, and what this installation must remember of itself.
//!
//! A scope is `""` for the installation or the CVR number of one organisation.

use crate::error::{OpenError, StoreError};
use crate::store::Store;
use crate::tx::Tx;
use crate::value::Value;

/// The scope of the whole installation.
pub const INSTALLATION: &str = "";

/// Reads a setting, or `None` when it was never written.
pub async fn read(tx: &mut Tx, scope: &str, name: &str) -> Result<Option<String>, StoreError> {
    let sql = "SELECT value FROM setting WHERE scope = $1 AND name = $2";
    let row = tx.row(sql, &[scope.into(), name.into()]).await?;
    row.map(|row| row.text("value").map(str::to_owned)).transpose()
}

/// All settings of a scope by name, in the order of their names.
pub async fn read_all(tx: &mut Tx, scope: &str) -> Result<Vec<(String, String)>, StoreError> {
    let rows =
        tx.rows("SELECT name, value FROM setting WHERE scope = $1 ORDER BY name", &[scope.into()]).await?;
    rows.iter().map(|row| Ok((row.text("name")?.to_owned(), row.text("value")?.to_owned()))).collect()
}

/// Writes a setting over whatever was there.
pub async fn write(tx: &mut Tx, scope: &str, name: &str, value: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO setting (scope, name, value, changed_at) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (scope, name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at";
    let values = [Value::from(scope), name.into(), value.into(), tx.now().into()];
    tx.execute_one(sql, &values).await
}

/// Forgets a setting, so that its default holds again.
pub async fn remove(tx: &mut Tx, scope: &str, name: &str) -> Result<(), StoreError> {
    let sql = "DELETE FROM setting WHERE scope = $1 AND name = $2";
    tx.execute(sql, &[scope.into(), name.into()]).await.map(|_| ())
}

/// A database remembers a hash that only its own keys make, so that other keys are noticed before they seal
/// anything.
pub(crate) async fn check_keys(store: &Store) -> Result<(), OpenError> {
    const NAME: &str = "keys.check";
    let expected = crate::keys::hex(&store.keys().lookup_hash(NAME, b"these are the keys"));
    let known = store.read(|tx| Box::pin(async { read(tx, INSTALLATION, NAME).await })).await?;
    match known {
        Some(known) if known == expected => Ok(()),
        Some(_) => Err(OpenError::WrongKey),
        None => {
            let remembered =
                store.write(|tx| Box::pin(async { write(tx, INSTALLATION, NAME, &expected).await }));
            Ok(remembered.await?)
        }
    }
}
