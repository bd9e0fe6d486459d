//! People, identities and organisations that are right in everything but what a test says of them.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Cpr, Cvr, Departure, Desired, Email, Environment, Field, Fields, Hold, IdentityId, Leaving, Name,
    Observed, Organisation, PersonId, Presence, RemoteUuid, Settings, Sight, SourceName, Status, Subject,
    Variant, rights::HeldRights,
};
use jiff::{Timestamp, civil::Date};
use uuid::Uuid;

/// A Light organisation in the emulator with the defaults of behaviour.md.
pub fn an_organisation() -> Organisation {
    Organisation {
        cvr: Cvr::parse("90000001").unwrap(),
        name: "Prøvekommunen".to_owned(),
        variant: Variant::Light,
        environment: Environment::Emulator,
        settings: Settings::default(),
    }
}

pub fn date(text: &str) -> Date {
    text.parse().unwrap_or_else(|_| panic!("\"{text}\" is no date"))
}

/// Noon in Denmark on that day.
pub fn noon(day: Date) -> Timestamp {
    day.at(12, 0, 0, 0).to_zoned(domain::copenhagen()).unwrap().timestamp()
}

/// The same name has the same key everywhere.
pub fn key(kind: &str, name: &str) -> Uuid {
    let octets = kind.bytes().chain([0]).chain(name.bytes());
    let mixed = octets.fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128, |hash, octet| {
        (hash ^ u128::from(octet)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
    });
    uuid::Builder::from_random_bytes(mixed.to_be_bytes()).into_uuid()
}

/// An invented number of its own for each name.
pub fn cpr_of(name: &str) -> Cpr {
    let number = key("cpr", name).as_u128();
    let digits = format!("{:02}0{}80{:04}", 61 + number % 28, 1 + number / 28 % 9, number / 252 % 4000);
    Cpr::parse(&digits).unwrap()
}

/// The identity in MitID Erhverv that `name` has, or that is called so in a scenario.
pub fn remote(name: &str) -> RemoteUuid {
    RemoteUuid(key("remote", name))
}

/// Somebody employed, with everything that a creation needs, not yet in MitID Erhverv.
pub fn a_person(name: &str) -> Person {
    let given = name[..1].to_uppercase() + &name[1..];
    let desired = Desired {
        identity: IdentityId(key("identity", name)),
        person: PersonId(key("person", name)),
        user_name: Some(name.parse().unwrap()),
        cpr: Some(cpr_of(name)),
        birth_date: None,
        given_name: Some(Name::parse(&given).unwrap()),
        surname: Some(Name::parse("Holm").unwrap()),
        email: Some(Email::parse(&format!("{name}@kommune.example")).unwrap()),
        phone: None,
        unit: None,
        title: None,
        manager: None,
        p_number: None,
        rid: None,
        invoice_key: None,
        pseudonym: false,
        signing: None,
        groups: BTreeSet::new(),
        attributes: BTreeMap::new(),
        source: SourceName("ad".to_owned()),
        presence: Presence::Employed,
    };
    Person { desired, hold: None, given_up: Vec::new() }
}

/// A person of ours before or after they have an identity in MitID Erhverv.
#[derive(Debug, Clone)]
pub struct Person {
    pub desired: Desired,
    pub hold: Option<Hold>,
    pub given_up: Vec<domain::Action>,
}

impl Person {
    pub fn left(mut self, on: &str, how: Leaving, source: &str) -> Self {
        self.desired.presence =
            Presence::Left(Departure { on: date(on), source: SourceName(source.to_owned()), how });
        self
    }

    pub fn starts(mut self, on: &str) -> Self {
        self.desired.presence = Presence::Ahead(date(on));
        self
    }

    pub fn held_by(mut self, by: &str, why: &str) -> Self {
        self.hold = Some(Hold { by: by.to_owned(), why: why.to_owned(), at: Timestamp::UNIX_EPOCH });
        self
    }

    /// Not linked to anything there.
    pub fn absent(self) -> Subject {
        Subject {
            desired: self.desired,
            link: None,
            observed: None,
            rights: HeldRights::default(),
            written: Fields::new(),
            hold: self.hold,
            given_up: self.given_up,
        }
    }

    /// There, in step but for the status, and written by us.
    pub fn there(self, organisation: &Organisation, status: Status) -> Subject {
        let name = self.desired.user_name.clone().map(String::from).unwrap_or_default();
        let fields = self.desired.fields(organisation);
        let observed = an_identity(&name, status).with(fields.clone(), self.desired.cpr);
        Subject { link: Some(observed.uuid), observed: Some(observed), written: fields, ..self.absent() }
    }
}

/// An identity in MitID Erhverv that has been read whole.
pub fn an_identity(name: &str, status: Status) -> Observed {
    Observed {
        uuid: remote(name),
        status,
        fields: BTreeMap::new(),
        cpr: None,
        administrator_roles: Vec::new(),
        authenticators: Vec::new(),
        seen_at: Timestamp::UNIX_EPOCH,
        detailed_at: Some(Timestamp::UNIX_EPOCH),
        rights_at: Some(Timestamp::UNIX_EPOCH),
        sight: Sight::Seen,
    }
}

pub trait Fill {
    fn with(self, fields: Fields, cpr: Option<Cpr>) -> Self;
}

impl Fill for Observed {
    fn with(mut self, fields: Fields, cpr: Option<Cpr>) -> Self {
        self.fields = fields;
        self.cpr = cpr;
        self
    }
}

/// A field by its name in the configuration.
pub fn field(name: &str) -> Field {
    serde_json::from_value(name.into()).unwrap_or_else(|_| panic!("\"{name}\" is no field"))
}
