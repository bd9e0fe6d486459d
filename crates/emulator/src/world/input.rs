//! The body of a request. Names of members are matched without regard to case, as the real service
//! evidently does; `null` counts as absent.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::reply::Refusal;

/// A JSON object whose names are in lower case.
#[derive(Default)]
pub(crate) struct Input(Map<String, Value>);

impl Input {
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        match serde_json::from_slice(body) {
            Ok(Value::Object(members)) => Ok(Self(lower_case(members))),
            Ok(_) => Err(Refusal::Invalid("The body must be a JSON object.".to_owned())),
            Err(_) => Err(Refusal::Invalid("The body is not valid JSON.".to_owned())),
        }
    }

    pub fn text(&self, name: &str) -> Result<Option<&str>, Refusal> {
        self.member(name, "text", |value| value.as_str())
    }

    pub fn flag(&self, name: &str) -> Result<Option<bool>, Refusal> {
        self.member(name, "true or false", Value::as_bool)
    }

    pub fn number(&self, name: &str) -> Result<Option<u64>, Refusal> {
        self.member(name, "a number that is not negative", Value::as_u64)
    }

    /// An absent object is one without members.
    pub fn object(&self, name: &str) -> Result<Self, Refusal> {
        let members = self.member(name, "an object", Value::as_object)?;
        Ok(Self(members.cloned().unwrap_or_default()))
    }

    pub fn texts(&self, name: &str) -> Result<Option<Vec<&str>>, Refusal> {
        self.member(name, "a list of texts", |value| value.as_array()?.iter().map(Value::as_str).collect())
    }

    pub fn uuid(&self, name: &str) -> Result<Option<Uuid>, Refusal> {
        self.member(name, "a UUID", |value| value.as_str()?.parse().ok())
    }

    pub fn uuids(&self, name: &str) -> Result<Option<Vec<Uuid>>, Refusal> {
        let parse = |value: &Value| value.as_str()?.parse().ok();
        self.member(name, "a list of UUIDs", |value| value.as_array()?.iter().map(parse).collect())
    }

    fn member<'a, T>(
        &'a self,
        name: &str,
        expected: &str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, Refusal> {
        match self.0.get(&name.to_ascii_lowercase()) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match read(value) {
                None => Err(Refusal::Invalid(format!("{name} must be {expected}."))),
                read => Ok(read),
            },
        }
    }
}

fn lower_case(members: Map<String, Value>) -> Map<String, Value> {
    members
        .into_iter()
        .map(|(name, value)| match value {
            Value::Object(inner) => (name.to_ascii_lowercase(), Value::Object(lower_case(inner))),
            other => (name.to_ascii_lowercase(), other),
        })
        .collect()
}
