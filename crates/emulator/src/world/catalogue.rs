//! Invented registry data: the rights that can be given, SE numbers and production units. All of it
//! follows from the CVR number alone, so that two emulators agree.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A right that the organisation can give, "role" on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Right {
    pub uuid: Uuid,
    pub name: String,
    pub description: Option<String>,
    pub is_basic_package: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProductionUnit {
    pub p_number: i64,
    pub cvr_number: String,
    pub name: String,
    pub street_name: String,
    pub street_building_identifier: String,
}

/// Name, description, whether it is in the basic package.
const RIGHTS: [(&str, &str, bool); 25] = [
    ("Digital Post – læs", "Læse virksomhedens digitale post", true),
    ("Digital Post – læs og skriv", "Læse, besvare og slette virksomhedens digitale post", false),
    ("Digital Post – administrator", "Oprette mapper og tilmeldinger i digital post", false),
    ("Indberetning af moms", "Indberette og rette moms", false),
    ("Indberetning af A-skat og AM-bidrag", "Indberette løn og skat for ansatte", false),
    ("Skattekonto – læs", "Se bevægelser på skattekontoen", false),
    ("Skattekonto – betal", "Betale og flytte beløb på skattekontoen", false),
    ("Refusion af sygedagpenge", "Anmelde fravær og søge refusion", false),
    ("Refusion af barselsdagpenge", "Anmelde barsel og søge refusion", false),
    ("Virksomhedens stamdata – læs", "Se registrerede oplysninger om virksomheden", true),
    ("Virksomhedens stamdata – ret", "Anmelde ændringer af registrerede oplysninger", false),
    ("Anmeldelse af arbejdsulykker", "Anmelde arbejdsulykker og se sager", false),
    ("Statistikindberetning", "Indberette til den officielle statistik", false),
    ("Tingbog – forespørg", "Slå ejendomme op", true),
    ("Tingbog – anmeld", "Anmelde rettigheder i fast ejendom", false),
    ("Byggesag – ansøg", "Søge om byggetilladelse og følge sagen", false),
    ("Miljøportal – indberet", "Indberette målinger og tilsyn", false),
    ("Sundhedsfagligt opslag", "Slå oplysninger op til brug i behandling", false),
    ("Patientindberetning", "Indberette forløb til kliniske registre", false),
    ("Elevadministration", "Indberette elever og fravær", false),
    ("Tilskud til dagtilbud", "Indberette pladser og beregne tilskud", false),
    ("Jobcenter – sagsbehandler", "Behandle sager om beskæftigelse", false),
    ("Jobcenter – læseadgang", "Se sager om beskæftigelse", false),
    ("Udbud og tilbud", "Oprette udbud og modtage tilbud", false),
    ("Valgadministration", "Forberede og afvikle valg", false),
];

pub(crate) fn rights() -> Vec<Right> {
    (1u128..)
        .zip(RIGHTS)
        .map(|(number, (name, description, is_basic_package))| Right {
            uuid: invented_uuid(0x5218, number),
            name: name.to_owned(),
            description: Some(description.to_owned()),
            is_basic_package,
        })
        .collect()
}

/// The invoice method that the organisation has from the start.
pub(crate) fn invoice_method(cvr: &str) -> Uuid {
    invented_uuid(0x1A70, cvr.parse().unwrap_or(0))
}

pub(crate) fn se_numbers(cvr: &str) -> Vec<String> {
    let number: u64 = cvr.parse().unwrap_or(90_000_000);
    (0..3).map(|step| format!("{:08}", (number + step * 11) % 100_000_000)).collect()
}

/// How many production units an emulated organisation has.
const UNITS: usize = 5;

pub(crate) fn production_units(cvr: &str, organisation: &str) -> Vec<ProductionUnit> {
    const NAMES: [(&str, &str, &str); UNITS] = [
        ("Rådhuset", "Torvet", "1"),
        ("Biblioteket", "Bogensevej", "12"),
        ("Skolen ved Åen", "Åstræde", "7B"),
        ("Plejecenter Ærtebjerg", "Ærtebjergvej", "40"),
        ("Materielgården", "Grusgraven", "3"),
    ];
    p_numbers(cvr)
        .zip(NAMES)
        .map(|(p_number, (name, street, building))| ProductionUnit {
            p_number,
            cvr_number: cvr.to_owned(),
            name: format!("{organisation}, {name}"),
            street_name: street.to_owned(),
            street_building_identifier: building.to_owned(),
        })
        .collect()
}

/// The P-numbers of an emulated organisation, as many as it has production units.
pub fn p_numbers(cvr: &str) -> impl Iterator<Item = i64> + use<> {
    let number: i64 = cvr.parse().unwrap_or(90_000_000);
    (1_000_000_000 + number % 10_000_000 * 10..).take(UNITS)
}

/// Version 8 is for UUIDs that a program makes up by a rule of its own.
fn invented_uuid(kind: u128, number: u128) -> Uuid {
    uuid::Builder::from_custom_bytes((kind << 112 | number).to_be_bytes()).into_uuid()
}
