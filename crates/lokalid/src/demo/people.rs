//! A fictitious municipality: invented people with CPR numbers that belong to nobody (60 added to the day).

use std::fmt::Write as _;

const GIVEN: [&str; 48] = [
    "Anne", "Søren", "Kirsten", "Jørgen", "Mette", "Lars", "Hanne", "Ole", "Åse", "Bjørn", "Karen", "Niels",
    "Birgit", "Hans", "Inge", "Poul", "Ærika", "Thor", "Signe", "Mads", "Freja", "Emil", "Ida", "Oscar",
    "Amina", "Yusuf", "Maja", "Elias", "Sofie", "Noah", "Clara", "Victor", "Dagny", "Gorm", "Tove", "Asger",
    "Ellen", "Villads", "Rasmus", "Line", "Camilla", "Jens", "Pernille", "Torben", "Vibeke", "Øjvind",
    "Ditte", "Morten",
];
const SURNAMES: [&str; 40] = [
    "Jensen",
    "Nielsen",
    "Hansen",
    "Pedersen",
    "Andersen",
    "Christensen",
    "Larsen",
    "Sørensen",
    "Rasmussen",
    "Jørgensen",
    "Petersen",
    "Madsen",
    "Kristensen",
    "Olsen",
    "Thomsen",
    "Østergaard",
    "Åkjær",
    "Bæk",
    "Holm",
    "Lund",
    "Mørk",
    "Kjær",
    "Skov",
    "Dahl",
    "Nørgaard",
    "Bech",
    "Friis",
    "Krogh",
    "Vestergaard",
    "Lind",
    "Bruun",
    "Aagaard",
    "Hedegaard",
    "Toft",
    "Juhl",
    "Winther",
    "Bonde",
    "Ravn",
    "Steen",
    "Møller",
];
/// Each with the place of its production unit among those of the emulated organisation.
const UNITS: [(&str, usize); 10] = [
    ("Borgerservice", 0),
    ("Økonomi og Løn", 0),
    ("Ældre og Sundhed / Ældrepleje Nord", 3),
    ("Ældre og Sundhed / Ældrepleje Syd", 3),
    ("Skoler / Skoleforvaltning", 0),
    ("Skoler / Nørreby Skole", 2),
    ("Teknik og Miljø", 4),
    ("Jobcenter", 1),
    ("Børn og Familie", 1),
    ("Direktionen", 0),
];
const TITLES: [&str; 8] = [
    "Sagsbehandler",
    "Sygeplejerske",
    "Social- og sundhedsassistent",
    "Lærer",
    "Pædagog",
    "Specialkonsulent",
    "Økonomimedarbejder",
    "Afdelingsleder",
];

/// The headings of `people.csv` (design/interfaces.md, Demo).
pub const HEADINGS: &str =
    "brugernavn;cpr;fornavn;efternavn;e-mail;telefon;enhed;titel;leder;p-nummer;fra;til";

/// The number of the first person of the organisation with Light, ...
pub const LIGHT: usize = 0;
/// ... and of the one with a Local IdP.
pub const LOCAL_IDP: usize = 500_000;

/// The file for `count` people from number `first` on, all employed.
pub fn csv(first: usize, count: usize) -> String {
    let mut text = format!("{HEADINGS}\n");
    for number in first..first + count {
        text.push_str(&row(number));
    }
    text
}

/// Every unit that somebody of the demo can be in.
pub fn units() -> impl Iterator<Item = &'static str> {
    UNITS.into_iter().map(|(unit, _)| unit)
}

/// One person's row. The same number is always the same person.
pub fn row(number: usize) -> String {
    let pick = |list: &[&'static str], stride: usize| {
        list.get((number * stride + number / list.len()) % list.len()).copied().unwrap_or_default()
    };
    let given = given_name(number);
    let surname = pick(&SURNAMES, 11);
    let (first, cvr) =
        if number < LOCAL_IDP { (LIGHT, super::LIGHT.0) } else { (LOCAL_IDP, super::LOCAL_IDP.0) };
    let place = number % UNITS.len();
    let (unit, production_unit) = UNITS.get(place).copied().unwrap_or_default();
    let p_number = emulator::world::p_numbers(cvr).nth(production_unit).unwrap_or_default();
    let is_head = number - first < UNITS.len();
    let title = if is_head { "Afdelingsleder" } else { pick(&TITLES, 3) };
    let user = user_name(number, given);
    let manager = if is_head { String::new() } else { user_name(first + place, given_name(first + place)) };
    let mut row = String::new();
    let _ = writeln!(
        row,
        "{user};{};{given};{surname};{user}@noerreby.example;{};{unit};{title};{manager};{p_number};{}-08-01;",
        cpr(number),
        72_000_000 + number,
        2010 + number % 15,
    );
    row
}

fn given_name(number: usize) -> &'static str {
    GIVEN.get((number * 7 + number / GIVEN.len()) % GIVEN.len()).copied().unwrap_or_default()
}

/// Letters that every system takes, and a number that makes it unique.
fn user_name(number: usize, given: &str) -> String {
    let plain: String = given
        .to_lowercase()
        .chars()
        .map(|letter| match letter {
            'æ' => "ae".to_owned(),
            'ø' => "oe".to_owned(),
            'å' => "aa".to_owned(),
            other => other.to_string(),
        })
        .collect();
    format!("{}{number:04}", plain.chars().take(4).collect::<String>())
}

/// Unique for a million people: the date moves with the number, the serial takes the rest. Born 1950 to 1999.
fn cpr(number: usize) -> String {
    let day = 1 + number % 28;
    let month = 1 + number / 28 % 12;
    let year = 50 + number / (28 * 12) % 50;
    // The 7th digit 0 to 3 means the twentieth century.
    let serial = 100 + number / (28 * 12 * 50) % 3900;
    format!("{:02}{month:02}{year:02}{serial:04}", day + 60)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn everybody_is_invented_and_unique() {
        let mut numbers = BTreeSet::new();
        let mut users = BTreeSet::new();
        for number in 0..20_000 {
            let row = row(number);
            let mut cells = row.split(';');
            assert!(users.insert(cells.next().unwrap().to_owned()));
            let cpr = domain::Cpr::parse(cells.next().unwrap()).unwrap();
            assert!(cpr.is_invented());
            assert!(numbers.insert(cpr.digits()));
        }
    }
}
