//! The list of people: search, filters, order, one page at a time.

use domain::text::search_fold;
use domain::{Cpr, Cvr, IdentityId, RemoteUuid};
use jiff::{SignedDuration, Timestamp};

use crate::{Row, StoreError, Tx, Value, identity::cpr_hash};

/// One person in the list: one identity with what MitID Erhverv says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    pub id: IdentityId,
    pub name: String,
    pub user_name: Option<String>,
    pub email: Option<String>,
    pub rid: Option<String>,
    pub unit: Option<String>,
    pub title: Option<String>,
    pub left: bool,
    pub standing: Standing,
    /// Since when the status is as it is.
    pub standing_since: Option<Timestamp>,
    pub without_authenticator: bool,
    pub drift: i64,
    pub in_step: bool,
    pub held_by: Option<String>,
    pub uuid: Option<RemoteUuid>,
}

/// What a person is in MitID Erhverv.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    NotCreated,
    Pending,
    Active,
    Suspended,
    /// Its own read answered 404.
    Gone,
    /// A status that this program does not know.
    Other,
}

impl Standing {
    pub const ALL: [Self; 6] =
        [Self::Active, Self::Pending, Self::Suspended, Self::NotCreated, Self::Gone, Self::Other];

    /// The word in addresses, in exports and in the query.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotCreated => "not-created",
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Gone => "gone",
            Self::Other => "other",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.name() == name)
    }
}

/// What narrows the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Narrow {
    #[default]
    None,
    /// Waiting for activation since before this long.
    NotActivated(SignedDuration),
    NoAuthenticator,
    Drift,
    /// Not as wanted, or left and not stopped in MitID Erhverv.
    OutOfStep,
    /// A suspension by hand sticks to them.
    Held,
    Left,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// By name, as Danes sort.
    #[default]
    Name,
    /// Those who have been what they are for longest first.
    Waiting,
    Unit,
}

/// Which people are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asked {
    pub search: String,
    pub standing: Option<Standing>,
    pub unit: String,
    pub narrow: Narrow,
    pub order: Order,
}

const FROM: &str = "
    FROM (SELECT i.id, i.full_name, i.user_name, i.email, i.rid, i.unit, i.title, i.presence, i.in_step, i.hold_by,
                 i.link, i.search_text, i.sort_key, i.unit_sort_key,
                 CASE WHEN o.uuid IS NULL THEN 'not-created' WHEN o.sight = 'gone' THEN 'gone'
                      WHEN o.status IN ('Active', 'Pending', 'Suspended') THEN LOWER(o.status) ELSE 'other' END
                     AS standing,
                 o.status_at, COALESCE(o.authenticators, '') AS authenticators,
                 (SELECT COUNT(*) FROM drift d WHERE d.identity = i.id) AS drift
          FROM identity i LEFT JOIN observed o ON o.organisation = i.organisation AND o.uuid = i.link
          WHERE i.organisation = $1) AS people
    WHERE ($2 = '' OR search_text LIKE $2 ESCAPE '!')
      AND ($3 = '' OR standing = $3)
      AND ($4 = '' OR unit = $4)
      AND ($5 <> 'not-activated' OR (standing = 'pending' AND status_at <= $6))
      AND ($5 <> 'no-authenticator' OR (standing = 'active' AND authenticators = '[]'))
      AND ($5 <> 'drift' OR drift > 0)
      AND ($5 <> 'out-of-step' OR NOT in_step)
      AND ($5 <> 'held' OR hold_by IS NOT NULL)
      AND ($5 <> 'left' OR presence = 'left')";

/// How many people are meant.
pub async fn count(tx: &mut Tx, cvr: &Cvr, asked: &Asked) -> Result<i64, StoreError> {
    let sql = format!("SELECT COUNT(*) AS number {FROM}");
    let row = tx.row(&sql, &values(tx, cvr, asked)).await?;
    row.map_or(Ok(0), |row| row.int("number"))
}

/// One part of the list.
pub async fn page(
    tx: &mut Tx,
    cvr: &Cvr,
    asked: &Asked,
    offset: i64,
    limit: i64,
) -> Result<Vec<PersonRow>, StoreError> {
    let order = match asked.order {
        Order::Name => "sort_key, id",
        Order::Waiting => "COALESCE(status_at, 9223372036854775807), sort_key, id",
        Order::Unit => "COALESCE(unit_sort_key, ''), sort_key, id",
    };
    let sql = format!("SELECT * {FROM} ORDER BY {order} LIMIT $7 OFFSET $8");
    let mut values = values(tx, cvr, asked);
    values.extend([limit.into(), offset.into()]);
    tx.rows(&sql, &values).await?.iter().map(read).collect()
}

/// The units that people are in, in the order of the alphabet.
pub async fn units(tx: &mut Tx, cvr: &Cvr) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT DISTINCT unit FROM identity WHERE organisation = $1 AND unit IS NOT NULL";
    let rows = tx.rows(sql, &[cvr.to_string().into()]).await?;
    let mut units: Vec<String> =
        rows.iter().map(|row| Ok(row.text("unit")?.to_owned())).collect::<Result<_, StoreError>>()?;
    units.sort_by_cached_key(|unit| domain::text::danish_sort_key(unit));
    Ok(units)
}

/// The identities of whoever has this CPR number.
pub async fn with_cpr(tx: &mut Tx, cvr: &Cvr, cpr: &Cpr) -> Result<Vec<IdentityId>, StoreError> {
    let sql = "SELECT id FROM identity WHERE organisation = $1 AND cpr_hash = $2 ORDER BY sort_key, id";
    let hash = cpr_hash(tx, cpr);
    let rows = tx.rows(sql, &[cvr.to_string().into(), hash.into()]).await?;
    rows.iter().map(|row| Ok(IdentityId(row.uuid("id")?))).collect()
}

fn values(tx: &Tx, cvr: &Cvr, asked: &Asked) -> Vec<Value> {
    let (narrow, wait) = match asked.narrow {
        Narrow::None => ("", SignedDuration::ZERO),
        Narrow::NotActivated(wait) => ("not-activated", wait),
        Narrow::NoAuthenticator => ("no-authenticator", SignedDuration::ZERO),
        Narrow::Drift => ("drift", SignedDuration::ZERO),
        Narrow::OutOfStep => ("out-of-step", SignedDuration::ZERO),
        Narrow::Held => ("held", SignedDuration::ZERO),
        Narrow::Left => ("left", SignedDuration::ZERO),
    };
    vec![
        cvr.to_string().into(),
        contains(&asked.search).into(),
        asked.standing.map_or("", Standing::name).into(),
        asked.unit.as_str().into(),
        narrow.into(),
        (tx.now() - wait).into(),
    ]
}

/// The pattern that finds a text anywhere; `!` takes the meaning from `%` and `_`.
pub(crate) fn contains(search: &str) -> String {
    let folded = search_fold(search);
    if folded.is_empty() {
        return String::new();
    }
    let plain = folded.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{plain}%")
}

fn read(row: &Row) -> Result<PersonRow, StoreError> {
    let optional = |column| Ok::<_, StoreError>(row.optional_text(column)?.map(str::to_owned));
    let standing = Standing::from_name(row.text("standing")?).unwrap_or(Standing::Other);
    Ok(PersonRow {
        id: IdentityId(row.uuid("id")?),
        name: row.text("full_name")?.to_owned(),
        user_name: optional("user_name")?,
        email: optional("email")?,
        rid: optional("rid")?,
        unit: optional("unit")?,
        title: optional("title")?,
        left: row.text("presence")? == "left",
        standing,
        standing_since: row.optional_timestamp("status_at")?,
        without_authenticator: standing == Standing::Active && row.text("authenticators")? == "[]",
        drift: row.int("drift")?,
        in_step: row.bool("in_step")?,
        held_by: optional("hold_by")?,
        uuid: row.optional_uuid("link")?.map(RemoteUuid),
    })
}
