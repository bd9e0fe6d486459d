//! The body of a create call, as a template in the configuration.
//!
//! What a Light organisation must send was never published (reference/idm-api.md §2.1), so the whole body can
//! be changed without a new release. A text `{given_name}` stands for that value in its own type; a member
//! whose value the person does not have is left out.

use domain::{NewIdentity, Variant};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// A body with placeholders that are all known.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "Value")]
pub struct CreateTemplate(Map<String, Value>);

/// The placeholders that may be used.
pub const PLACEHOLDERS: [&str; 11] = [
    "given_name",
    "surname",
    "email",
    "cpr",
    "birth_date",
    "rid",
    "level",
    "pseudonym",
    "signing",
    "invoice_method",
    "subject_name_id",
];

/// A template that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    #[error("create_template: the body of the create call must be a table of names and values")]
    NotATable,
    #[error(
        "create_template{place}: the placeholder {{{name}}} is not known; use one of {}",
        PLACEHOLDERS.map(|name| format!("{{{name}}}")).join(", ")
    )]
    UnknownPlaceholder { place: String, name: String },
    #[error("create_template{place}: a brace is not closed; write placeholders as {{given_name}}")]
    OpenBrace { place: String },
}

impl CreateTemplate {
    /// What is sent where the configuration says nothing.
    pub fn standard(variant: Variant) -> Self {
        let authenticators = match variant {
            Variant::Light => json!({ "authenticatorTypes": ["PrivateNemIdMitId"] }),
            Variant::LocalIdp => {
                json!({ "authenticatorTypes": ["LocalIdentityProvider"], "subjectNameId": "{subject_name_id}" })
            }
        };
        let profile = json!({
            "status": "Pending",
            "registeredIal": "{level}",
            "targetIal": "{level}",
            "givenName": "{given_name}",
            "surname": "{surname}",
            "emailAddress": "{email}",
            "cprNumber": "{cpr}",
            "dateOfBirth": "{birth_date}",
            "rid": "{rid}",
            "pseudonym": "{pseudonym}",
            "allowQualifiedCertificateIssuance": "{signing}",
        });
        let members = [
            ("identityProfile", profile),
            ("identityOrganizationProfile", json!({ "invoiceMethodUuid": "{invoice_method}" })),
            ("identityAuthenticators", authenticators),
        ];
        Self(members.map(|(name, value)| (name.to_owned(), value)).into_iter().collect())
    }

    /// The template as `doctor` shows it.
    pub fn as_json(&self) -> Value {
        Value::Object(self.0.clone())
    }

    /// The body for one person. Holds the CPR number: only ever for the wire.
    pub(super) fn fill(&self, person: &NewIdentity) -> Value {
        Value::Object(fill_members(&self.0, person))
    }
}

impl TryFrom<Value> for CreateTemplate {
    type Error = TemplateError;

    fn try_from(template: Value) -> Result<Self, TemplateError> {
        check(&template, "")?;
        match template {
            Value::Object(members) => Ok(Self(members)),
            _ => Err(TemplateError::NotATable),
        }
    }
}

/// A piece of a text in a template.
enum Piece<'a> {
    Plain(&'a str),
    Placeholder(&'a str),
}

fn check(template: &Value, place: &str) -> Result<(), TemplateError> {
    match template {
        Value::Object(members) => {
            members.iter().try_for_each(|(name, value)| check(value, &format!("{place}.{name}")))
        }
        Value::Array(elements) => elements.iter().try_for_each(|value| check(value, place)),
        Value::String(text) => check_text(text, place),
        _ => Ok(()),
    }
}

fn check_text(text: &str, place: &str) -> Result<(), TemplateError> {
    let pieces = pieces(text).ok_or_else(|| TemplateError::OpenBrace { place: place.to_owned() })?;
    let unknown = pieces.into_iter().find_map(|piece| match piece {
        Piece::Placeholder(name) if !PLACEHOLDERS.contains(&name) => Some(name.to_owned()),
        _ => None,
    });
    unknown.map_or(Ok(()), |name| Err(TemplateError::UnknownPlaceholder { place: place.to_owned(), name }))
}

/// Plain text and placeholders in turn; `None` if a brace is left open.
fn pieces(text: &str) -> Option<Vec<Piece<'_>>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((plain, tail)) = rest.split_once('{') {
        let (name, tail) = tail.split_once('}')?;
        found.extend([Piece::Plain(plain), Piece::Placeholder(name)]);
        rest = tail;
    }
    found.push(Piece::Plain(rest));
    Some(found)
}

fn fill_members(members: &Map<String, Value>, person: &NewIdentity) -> Map<String, Value> {
    members.iter().filter_map(|(name, value)| Some((name.clone(), fill_value(value, person)?))).collect()
}

/// `None` where the person has no such value.
fn fill_value(template: &Value, person: &NewIdentity) -> Option<Value> {
    match template {
        Value::Object(members) => Some(Value::Object(fill_members(members, person))),
        Value::Array(elements) => {
            Some(elements.iter().filter_map(|element| fill_value(element, person)).collect())
        }
        Value::String(text) => fill_text(text, person),
        other => Some(other.clone()),
    }
}

fn fill_text(text: &str, person: &NewIdentity) -> Option<Value> {
    let mut filled = String::new();
    for piece in pieces(text)? {
        match piece {
            Piece::Plain(plain) => filled.push_str(plain),
            Piece::Placeholder(name) => {
                let value = value_of(name, person)?;
                if text.len() == name.len() + 2 {
                    return Some(value);
                }
                filled.push_str(&value.as_str().map_or_else(|| value.to_string(), str::to_owned));
            }
        }
    }
    Some(Value::String(filled))
}

fn value_of(placeholder: &str, person: &NewIdentity) -> Option<Value> {
    match placeholder {
        "given_name" => Some(person.given_name.as_str().into()),
        "surname" => Some(person.surname.as_str().into()),
        "email" => Some(person.email.as_str().into()),
        "cpr" => person.cpr.map(|cpr| cpr.digits().into()),
        "birth_date" => person.birth_date.map(|date| date.to_string().into()),
        "rid" => person.rid.as_ref().map(|rid| rid.as_str().into()),
        "level" => Some(person.level.wire_name().into()),
        "pseudonym" => Some(person.pseudonym.into()),
        "signing" => Some(person.signing.into()),
        "invoice_method" => person.invoice_method.map(|method| method.to_string().into()),
        "subject_name_id" => person.subject_name_id.as_deref().map(Into::into),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use domain::{Cpr, Email, Level, Name};
    use jiff::civil::date;

    use super::*;

    fn person() -> NewIdentity {
        NewIdentity {
            given_name: Name::parse("Åse").unwrap(),
            surname: Name::parse("Øst").unwrap(),
            email: Email::parse("aase@kommune.example").unwrap(),
            cpr: Cpr::parse("610190-0007").ok(),
            birth_date: None,
            rid: None,
            level: Level::Low,
            pseudonym: false,
            signing: true,
            invoice_method: None,
            subject_name_id: None,
        }
    }

    fn template(value: Value) -> Result<CreateTemplate, TemplateError> {
        CreateTemplate::try_from(value)
    }

    #[test]
    fn light_sends_private_mitid_and_nothing_that_is_not_known() {
        let expected = json!({
            "identityProfile": {
                "status": "Pending", "registeredIal": "Low", "targetIal": "Low", "givenName": "Åse",
                "surname": "Øst", "emailAddress": "aase@kommune.example", "cprNumber": "6101900007",
                "pseudonym": false, "allowQualifiedCertificateIssuance": true,
            },
            "identityOrganizationProfile": {},
            "identityAuthenticators": { "authenticatorTypes": ["PrivateNemIdMitId"] },
        });
        assert_eq!(CreateTemplate::standard(Variant::Light).fill(&person()), expected);
    }

    #[test]
    fn local_idp_sends_the_name_id_and_all_that_is_known() {
        let person = NewIdentity {
            subject_name_id: Some("aase@kommune.example".to_owned()),
            rid: "78129748".parse().ok(),
            invoice_method: "ab0c5f0e-1a2b-4c3d-8e9f-a0b1c2d3e4f5".parse().ok(),
            ..person()
        };
        let body = CreateTemplate::standard(Variant::LocalIdp).fill(&person);
        assert_eq!(body["identityAuthenticators"]["subjectNameId"], "aase@kommune.example");
        assert_eq!(body["identityProfile"]["rid"], "78129748");
        assert_eq!(
            body["identityOrganizationProfile"]["invoiceMethodUuid"],
            "ab0c5f0e-1a2b-4c3d-8e9f-a0b1c2d3e4f5"
        );
    }

    #[test]
    fn without_cpr_number_the_birth_date_goes() {
        let person = NewIdentity { cpr: None, birth_date: Some(date(1990, 1, 2)), ..person() };
        let body = CreateTemplate::standard(Variant::Light).fill(&person);
        assert_eq!(body["identityProfile"]["dateOfBirth"], "1990-01-02");
        assert!(body["identityProfile"].get("cprNumber").is_none());
    }

    #[test]
    fn a_template_may_mix_text_and_values() {
        let own = template(
            json!({ "name": "{given_name} {surname}", "flags": ["{signing}", "{rid}", 7], "x": "RID{rid}", "y": "s={signing}" }),
        );
        let body = own.unwrap().fill(&person());
        assert_eq!(body, json!({ "name": "Åse Øst", "flags": [true, 7], "y": "s=true" }));
    }

    #[test]
    fn a_value_is_never_read_as_a_template() {
        let person = NewIdentity { given_name: Name::parse("{cpr}").unwrap(), ..person() };
        assert_eq!(template(json!({ "n": "{given_name}" })).unwrap().fill(&person), json!({ "n": "{cpr}" }));
    }

    #[test]
    fn an_unknown_placeholder_is_named_with_its_place() {
        let fault = template(json!({ "a": { "b": ["{fornavn}"] } })).unwrap_err().to_string();
        assert!(fault.starts_with("create_template.a.b: the placeholder {fornavn} is not known"), "{fault}");
        assert!(fault.contains("{given_name}"), "{fault}");
    }

    #[test]
    fn what_is_no_template_is_refused() {
        assert_eq!(template(json!([])), Err(TemplateError::NotATable));
        assert_eq!(
            template(json!({ "a": "{given_name" })),
            Err(TemplateError::OpenBrace { place: ".a".to_owned() })
        );
    }

    #[test]
    fn every_placeholder_has_a_value_and_the_standard_templates_pass_their_own_check() {
        let full = NewIdentity {
            birth_date: Some(date(1990, 1, 2)),
            rid: "1".parse().ok(),
            invoice_method: "ab0c5f0e-1a2b-4c3d-8e9f-a0b1c2d3e4f5".parse().ok(),
            subject_name_id: Some("x".to_owned()),
            ..person()
        };
        assert!(PLACEHOLDERS.iter().all(|name| value_of(name, &full).is_some()));
        for variant in [Variant::Light, Variant::LocalIdp] {
            let standard = CreateTemplate::standard(variant);
            assert_eq!(template(standard.as_json()), Ok(standard));
        }
    }
}
