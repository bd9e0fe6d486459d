//! What the words of a planner scenario mean for an organisation, a person and what MitID Erhverv shows.

use domain::{Environment, Leaving, Name, Observed, Organisation, Owner, Rid, Sight, Variant};

use crate::{
    builders::{self, date, field, key},
    scenario::Line,
};

pub fn settle(organisation: &mut Organisation, line: &Line) {
    let settings = &mut organisation.settings;
    for word in &line.words[1..] {
        match word.as_str() {
            "local-idp" => {
                organisation.variant = Variant::LocalIdp;
                "@kommune.example".clone_into(&mut settings.subject_name_id_suffix);
            }
            "fictitious-people" => settings.fictitious_people = true,
            "create-without-cpr" => settings.create_without_cpr = true,
            "replacement-cpr" => settings.allow_replacement_cpr = true,
            "single-administrator" => settings.single_administrator = true,
            "signing" => settings.signing = true,
            "rights-wait" => settings.rights_wait_for_activation = true,
            "show-cost" => settings.wave_limit = 0,
            other => panic!("\"{other}\" is no setting"),
        }
    }
    for (name, value) in &line.values {
        match (name.as_str(), name.strip_prefix("owner.")) {
            (_, Some(name)) => {
                let owner: Owner = serde_json::from_value(value.as_str().into()).unwrap();
                settings.owners.insert(field(name), owner);
            }
            ("environment", _) => {
                organisation.environment =
                    serde_json::from_value::<Environment>(value.as_str().into()).unwrap();
            }
            ("notified", _) => settings.notified = serde_json::from_value(value.as_str().into()).unwrap(),
            ("level", _) => settings.level = serde_json::from_value(value.as_str().into()).unwrap(),
            ("days-ahead", _) => settings.create_days_ahead = value.parse().unwrap(),
            ("delete-after", _) => settings.delete_after_days = value.parse().unwrap(),
            ("invoice", _) => settings.invoice.organisation = Some(key("invoice", value)),
            ("invoice-of-unit", _) => {
                settings.invoice.by_unit.insert(value.clone(), key("invoice", "unit"));
            }
            ("invoice-of-key", _) => {
                settings.invoice.by_key.insert(value.clone(), key("invoice", "unit"));
            }
            (other, _) => panic!("\"{other}\" is no setting"),
        }
    }
}

pub fn described(mut person: builders::Person, line: &Line) -> builders::Person {
    let optional = |value: &str| (value != "-").then(|| value.to_owned());
    for (name, value) in &line.values {
        let desired = &mut person.desired;
        match name.as_str() {
            "cpr" => desired.cpr = optional(value).map(|text| text.parse_cpr()),
            "born" => desired.birth_date = Some(date(value)),
            "given" => desired.given_name = optional(value).map(|text| Name::parse(&text).unwrap()),
            "surname" => desired.surname = optional(value).map(|text| Name::parse(&text).unwrap()),
            "email" => desired.email = optional(value).map(|text| text.parse().unwrap()),
            "rid" => desired.rid = Some(Rid::parse(value).unwrap()),
            "unit" => desired.unit = Some(value.clone()),
            "title" => desired.title = Some(value.clone()),
            "manager" => desired.manager = Some(value.clone()),
            "p" => desired.p_number = Some(value.parse().unwrap()),
            "invoice" => desired.invoice_key = Some(value.clone()),
            "signing" => desired.signing = Some(value == "yes"),
            "person" => desired.person = domain::PersonId(key("person", value)),
            "left" => {
                let parts: Vec<&str> = value.split(':').collect();
                let how: Leaving = serde_json::from_value(parts[1].into()).unwrap();
                person = person.left(parts[0], how, parts[2]);
            }
            "starts" => person = person.starts(value),
            "hold" => person = person.held_by(value, "lost the telephone"),
            _ => {}
        }
    }
    person.desired.pseudonym = line.has("protected");
    person
}

/// What MitID Erhverv shows that differs from what we want.
pub fn shown(observed: &mut Observed, line: &Line) {
    for (name, value) in
        line.values.iter().filter_map(|(name, value)| Some((name.strip_prefix("their.")?, value)))
    {
        match (name, value.as_str()) {
            ("cpr", "-") => observed.cpr = None,
            ("cpr", digits) => observed.cpr = Some(digits.to_owned().parse_cpr()),
            ("name", id) => observed.authenticators.push(domain::Authenticator {
                uuid: None,
                kind: "LocalIdentityProvider".to_owned(),
                status: None,
                id: Some(id.to_owned()),
            }),
            (name, "-") => drop(observed.fields.remove(&field(name))),
            (name, value) => drop(observed.fields.insert(field(name), value.to_owned())),
        }
    }
    if line.has("undetailed") {
        observed.detailed_at = None;
    }
    if line.has("seen-before-hold") {
        observed.seen_at -= jiff::SignedDuration::from_hours(1);
    }
    if line.has("administrator") {
        observed.administrator_roles.push("OrganizationAdministrator".to_owned());
    }
    match line.value("sight") {
        Some("unseen") => observed.sight = Sight::NotSeen,
        Some("gone") => observed.sight = Sight::Gone,
        _ => {}
    }
}

trait ParseCpr {
    fn parse_cpr(&self) -> domain::Cpr;
}

impl ParseCpr for String {
    /// Digits, or the name of somebody whose number it is.
    fn parse_cpr(&self) -> domain::Cpr {
        let digits = self.starts_with(|letter: char| letter.is_ascii_digit());
        if digits { domain::Cpr::parse(self).unwrap() } else { builders::cpr_of(self) }
    }
}
