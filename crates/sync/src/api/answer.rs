//! What MitID Erhverv answers, as far as it is understood.
//!
//! The contract is a reconstruction, so every field is optional, names count in any case, and what is not
//! known is passed over. Only an answer without its list or object is no answer: it is refused as unreadable
//! and never taken for an empty one.

use std::collections::BTreeMap;

use domain::{Authenticator, Cpr, Field, Fields, RemoteUuid, RightId, Status};
use serde_json::{Value, value::RawValue};

use super::tree::Tree;

/// One identity as the search lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    pub uuid: RemoteUuid,
    /// [`Status::Other`] with an empty text if the answer held none.
    pub status: Status,
    /// Only the fields that the answer held.
    pub fields: Fields,
    /// `None` also when what came was not a CPR number.
    pub cpr: Option<Cpr>,
}

/// One identity as its own GET shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    pub uuid: RemoteUuid,
    /// [`Status::Other`] with an empty text if the answer held none.
    pub status: Status,
    /// Only the fields that the answer held.
    pub fields: Fields,
    /// `None` also when what came was not a CPR number.
    pub cpr: Option<Cpr>,
    /// Administrator roles inside MitID Erhverv (reference/idm-api.md §2.15).
    pub administrator_roles: Vec<String>,
}

/// A right that the organisation can give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueRight {
    pub uuid: RightId,
    pub name: String,
    pub description: Option<String>,
    pub basic_package: Option<bool>,
}

/// A right that an identity holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldRight {
    pub uuid: RightId,
    pub name: Option<String>,
    /// `None` is unknown, not "everything".
    pub scope: Option<Scope>,
    pub from: Option<String>,
    pub to: Option<String>,
}

/// Kind and value as they came: an open set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    pub kind: String,
    pub value: String,
}

/// A place of work of the organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductionUnit {
    pub number: String,
    pub name: Option<String>,
}

/// Why an answer is no answer. Quotes nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unreadable {
    #[error("it is not JSON")]
    NotJson,
    #[error("it holds no list `{0}`")]
    NoList(&'static str),
    #[error("it is not a list")]
    NotAList,
    #[error("entry {0} has no `{1}`")]
    Incomplete(usize, &'static str),
    #[error("it describes no identity")]
    NoIdentity,
    #[error("it describes another identity than the one asked for")]
    AnotherIdentity,
    #[error("it holds no `{0}`")]
    Missing(&'static str),
}

/// The whole list of a search, one entry after the other, so that a large answer is never in memory as a tree.
pub(super) fn search(body: &[u8]) -> Result<Vec<Summary>, Unreadable> {
    const LIST: &str = "employees";
    let members: BTreeMap<String, &RawValue> =
        serde_json::from_slice(body).map_err(|_| Unreadable::NotJson)?;
    let list = members.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(LIST));
    let (_, list) = list.ok_or(Unreadable::NoList(LIST))?;
    let entries: Vec<&RawValue> = serde_json::from_str(list.get()).map_err(|_| Unreadable::NoList(LIST))?;
    entries.into_iter().enumerate().map(|(index, entry)| summary(entry, index + 1)).collect()
}

/// One identity, of which `asked` is the UUID in the path.
pub(super) fn detail(body: &[u8], asked: RemoteUuid) -> Result<Detail, Unreadable> {
    let value = parsed(body)?;
    let root = Tree::new(&value);
    let named = root.member("uuid").text();
    if !root.member("identityProfile").is_object() && named.is_none() {
        return Err(Unreadable::NoIdentity);
    }
    if named.is_some_and(|named| named.parse() != Ok(asked)) {
        return Err(Unreadable::AnotherIdentity);
    }
    let roles = root.member("identityProfile").member("roles").list().unwrap_or_default();
    Ok(Detail {
        uuid: asked,
        status: status(root),
        fields: fields(root),
        cpr: cpr(root),
        administrator_roles: roles.into_iter().filter_map(Tree::text).collect(),
    })
}

/// The login means of an identity; a list that is absent or null is empty.
pub(super) fn authenticators(body: &[u8]) -> Result<Vec<Authenticator>, Unreadable> {
    let value = parsed(body)?;
    let root = Tree::new(&value);
    let list = root.member("authenticators");
    let entries = match list.list().or_else(|| root.list()) {
        Some(entries) => entries,
        None if root.is_object() && !list.is_there() => Vec::new(),
        None => return Err(Unreadable::NoList("authenticators")),
    };
    Ok(entries.into_iter().map(authenticator).collect())
}

pub(super) fn catalogue(body: &[u8]) -> Result<Vec<CatalogueRight>, Unreadable> {
    let value = parsed(body)?;
    let root = Tree::new(&value);
    let entries = root.member("roles").list().or_else(|| root.list()).ok_or(Unreadable::NoList("roles"))?;
    read_each(entries, |entry| {
        Ok(CatalogueRight {
            uuid: right(entry)?,
            name: entry.member("name").text().ok_or("name")?,
            description: entry.member("description").text(),
            basic_package: entry
                .member("isBasicPackage")
                .truth()
                .or_else(|| entry.member("basicPackage").truth()),
        })
    })
}

pub(super) fn roles(body: &[u8]) -> Result<Vec<HeldRight>, Unreadable> {
    read_each(bare_list(&parsed(body)?)?, |entry| {
        let scope = entry.member("scope");
        let scope = scope.member("type").text().zip(scope.member("value").text());
        Ok(HeldRight {
            uuid: right(entry)?,
            name: entry.member("name").text(),
            scope: scope.map(|(kind, value)| Scope { kind, value }),
            from: entry.member("from").text(),
            to: entry.member("to").text(),
        })
    })
}

/// An entry that cannot be named is a hole in the list, and a list with holes is not believed.
fn right(entry: Tree<'_>) -> Result<RightId, &'static str> {
    entry.member("uuid").text().and_then(|uuid| uuid.parse().ok()).ok_or("uuid")
}

pub(super) fn se_numbers(body: &[u8]) -> Result<Vec<String>, Unreadable> {
    read_each(bare_list(&parsed(body)?)?, |entry| entry.member("seNumber").text().ok_or("seNumber"))
}

pub(super) fn production_units(body: &[u8]) -> Result<Vec<ProductionUnit>, Unreadable> {
    read_each(bare_list(&parsed(body)?)?, |entry| {
        Ok(ProductionUnit {
            number: entry.member("pNumber").text().ok_or("pNumber")?,
            name: entry.member("name").text(),
        })
    })
}

/// The UUID that a create call gave.
pub(super) fn created(body: &[u8]) -> Result<RemoteUuid, Unreadable> {
    let value = parsed(body)?;
    let uuid = Tree::new(&value).member("employeeUuid").text();
    uuid.and_then(|uuid| uuid.parse().ok()).ok_or(Unreadable::Missing("employeeUuid"))
}

/// The token and how many seconds it lives, if that is said.
pub(super) fn token(body: &[u8]) -> Result<(String, Option<u32>), Unreadable> {
    let value = parsed(body)?;
    let root = Tree::new(&value);
    let token = root.member("accessToken").text().filter(|token| !token.is_empty());
    let seconds = root.member("expiresIn").text().and_then(|text| text.parse().ok());
    Ok((token.ok_or(Unreadable::Missing("accessToken"))?, seconds))
}

fn summary(entry: &RawValue, number: usize) -> Result<Summary, Unreadable> {
    let value: Value = serde_json::from_str(entry.get()).map_err(|_| Unreadable::NotJson)?;
    let root = Tree::new(&value);
    // An identity that cannot be named is a hole in the list, and a list with holes is not believed.
    let uuid = root.member("uuid").text().and_then(|text| text.parse().ok());
    let uuid = uuid.ok_or(Unreadable::Incomplete(number, "uuid"))?;
    Ok(Summary { uuid, status: status(root), fields: fields(root), cpr: cpr(root) })
}

fn authenticator(entry: Tree<'_>) -> Authenticator {
    Authenticator {
        uuid: entry.member("uuid").text(),
        kind: entry.member("type").text().unwrap_or_default(),
        status: entry.member("status").text(),
        id: entry.member("id").text(),
    }
}

fn status(root: Tree<'_>) -> Status {
    in_profile(root, "status").text().unwrap_or_default().into()
}

fn cpr(root: Tree<'_>) -> Option<Cpr> {
    in_profile(root, "cprNumber").text().and_then(|text| Cpr::parse(&text).ok())
}

fn fields(root: Tree<'_>) -> Fields {
    let signing = root.member("identityPermissions").member("allowSigning").truth();
    let signing = signing.or_else(|| in_profile(root, "allowQualifiedCertificateIssuance").truth());
    let invoice_method = root.member("identityOrganizationProfile").member("invoiceMethodUuid").text();
    let pseudonym = in_profile(root, "pseudonym").truth();
    let read = [
        (Field::GivenName, in_profile(root, "givenName").text()),
        (Field::Surname, in_profile(root, "surname").text()),
        (Field::Email, in_profile(root, "emailAddress").text()),
        (Field::Rid, in_profile(root, "rid").text()),
        (Field::Level, in_profile(root, "registeredIal").text()),
        (Field::Signing, signing.map(|truth| truth.to_string())),
        (Field::InvoiceMethod, invoice_method),
        (Field::Pseudonym, pseudonym.map(|truth| truth.to_string())),
    ];
    read.into_iter().filter_map(|(field, value)| Some((field, value?))).collect()
}

/// The search keeps some members of the profile beside it and calls it differently than the GET.
fn in_profile<'a>(root: Tree<'a>, name: &str) -> Tree<'a> {
    let places = [root.member("identityProfile").member(name), root.member("profile").member(name)];
    places.into_iter().find(|place| place.is_there()).unwrap_or_else(|| root.member(name))
}

fn parsed(body: &[u8]) -> Result<Value, Unreadable> {
    serde_json::from_slice(body).map_err(|_| Unreadable::NotJson)
}

fn bare_list(value: &Value) -> Result<Vec<Tree<'_>>, Unreadable> {
    Tree::new(value).list().ok_or(Unreadable::NotAList)
}

fn read_each<T>(
    entries: Vec<Tree<'_>>,
    read: impl Fn(Tree<'_>) -> Result<T, &'static str>,
) -> Result<Vec<T>, Unreadable> {
    let numbered = entries.into_iter().enumerate();
    numbered
        .map(|(index, entry)| read(entry).map_err(|name| Unreadable::Incomplete(index + 1, name)))
        .collect()
}

#[cfg(test)]
mod tests;
