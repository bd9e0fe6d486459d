//! In what a right counts: the whole organisation, one SE number, or one production unit.
//!
//! A scope that is not understood is never one of these, so nothing can widen it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Cvr, Language, PNumber, rights::Places, value::number_value};

/// The number of a tax unit below the CVR number: eight digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SeNumber(u32);

number_value!(SeNumber, SeNumberFault, 8);

/// The text is no SE number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "an SE number has eight digits and nothing else: look it up in the company register and write it again"
)]
pub struct SeNumberFault;

/// A scope as it is held and given (reference/idm-api.md §2.12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Scope {
    /// The whole organisation.
    Cvr,
    Se(SeNumber),
    ProductionUnit(PNumber),
}

/// A scope as it is wished for: the person's own production unit is known only for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum WantedScope {
    Of(Scope),
    OwnProductionUnit,
}

/// Why a wished scope is none that can be given. The grant waits; it never becomes a wider one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "fault", content = "number")]
pub enum ScopeFault {
    /// The person has no P-number.
    NoPNumber,
    /// The P-number is none of the organisation's open production units.
    ForeignPNumber(PNumber),
    ForeignSeNumber(SeNumber),
}

impl Scope {
    /// The scope of an answer; `None` for a type that is not known, a number that is none, or another CVR number.
    pub fn from_wire(kind: &str, value: &str, cvr: &Cvr) -> Option<Self> {
        match kind.trim().to_ascii_lowercase().as_str() {
            "cvr" => (Cvr::parse(value).ok()? == *cvr).then_some(Self::Cvr),
            "se" => SeNumber::parse(value).ok().map(Self::Se),
            "pu" => PNumber::parse(value).ok().map(Self::ProductionUnit),
            _ => None,
        }
    }

    /// Type and value as the IdM API spells them.
    pub fn wire(self, cvr: &Cvr) -> (&'static str, String) {
        match self {
            Self::Cvr => ("Cvr", cvr.to_string()),
            Self::Se(number) => ("SE", number.to_string()),
            Self::ProductionUnit(number) => ("PU", number.to_string()),
        }
    }

    /// For the log, where ten digits that stand alone may be a CPR number and are refused.
    pub fn for_log(self) -> String {
        match self {
            Self::ProductionUnit(number) => format!("{PRODUCTION_UNIT}P{number}"),
            other => other.to_string(),
        }
    }

    pub fn say(self, language: Language) -> String {
        match self {
            Self::Cvr => language.pick("hele organisationen", "the whole organisation").to_owned(),
            Self::Se(number) => format!("{} {number}", language.pick("SE-nummer", "SE number")),
            Self::ProductionUnit(number) => {
                format!("{} {number}", language.pick("P-enhed", "production unit"))
            }
        }
    }
}

impl WantedScope {
    /// For the log: see [`Scope::for_log`].
    pub fn for_log(self) -> String {
        match self {
            Self::Of(scope) => scope.for_log(),
            Self::OwnProductionUnit => OWN.to_owned(),
        }
    }

    /// The scope for somebody with that P-number.
    pub fn resolve(self, p_number: Option<PNumber>, places: &Places) -> Result<Scope, ScopeFault> {
        let scope = match self {
            Self::Of(scope) => scope,
            Self::OwnProductionUnit => Scope::ProductionUnit(p_number.ok_or(ScopeFault::NoPNumber)?),
        };
        match scope {
            Scope::Se(number) if !places.se_numbers.contains(&number) => {
                Err(ScopeFault::ForeignSeNumber(number))
            }
            Scope::ProductionUnit(number) if !places.production_units.contains_key(&number) => {
                Err(ScopeFault::ForeignPNumber(number))
            }
            known => Ok(known),
        }
    }

    pub fn say(self, language: Language) -> String {
        match self {
            Self::Of(scope) => scope.say(language),
            Self::OwnProductionUnit => {
                language.pick("personens egen P-enhed", "the person's own production unit").to_owned()
            }
        }
    }
}

impl ScopeFault {
    pub fn say(self, language: Language) -> String {
        match (self, language) {
            (Self::NoPNumber, Language::Danish) => {
                "personen har intet P-nummer. Skriv det i kilden".to_owned()
            }
            (Self::NoPNumber, Language::English) => {
                "the person has no P-number. Put it into the source".to_owned()
            }
            (Self::ForeignPNumber(number), Language::Danish) => {
                format!(
                    "P-nummer {number} er ikke blandt organisationens P-enheder i MitID Erhverv. Ret det i kilden eller i reglen"
                )
            }
            (Self::ForeignPNumber(number), Language::English) => {
                format!(
                    "P-number {number} is none of the organisation's production units in MitID Erhverv. Mend the source or the rule"
                )
            }
            (Self::ForeignSeNumber(number), Language::Danish) => {
                format!("SE-nummer {number} er ikke blandt organisationens i MitID Erhverv. Ret reglen")
            }
            (Self::ForeignSeNumber(number), Language::English) => {
                format!("SE number {number} is none of the organisation's in MitID Erhverv. Mend the rule")
            }
        }
    }
}

const CVR: &str = "cvr";
const SE: &str = "se ";
const PRODUCTION_UNIT: &str = "production-unit ";
const OWN: &str = "own-production-unit";

/// The text is no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no scope: write `cvr`, `se` with an SE number, `production-unit` with a P-number, or `own-production-unit`"
)]
pub struct WantedScopeFault(String);

impl FromStr for WantedScope {
    type Err = WantedScopeFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let fault = || WantedScopeFault(text.to_owned());
        if text == OWN {
            return Ok(Self::OwnProductionUnit);
        }
        if text == CVR {
            return Ok(Self::Of(Scope::Cvr));
        }
        if let Some(number) = text.strip_prefix(SE) {
            return SeNumber::parse(number).map(|number| Self::Of(Scope::Se(number))).map_err(|_| fault());
        }
        let number = text.strip_prefix(PRODUCTION_UNIT).ok_or_else(fault)?;
        PNumber::parse(number).map(|number| Self::Of(Scope::ProductionUnit(number))).map_err(|_| fault())
    }
}

impl FromStr for Scope {
    type Err = WantedScopeFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse()? {
            WantedScope::Of(scope) => Ok(scope),
            WantedScope::OwnProductionUnit => Err(WantedScopeFault(text.to_owned())),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cvr => f.write_str(CVR),
            Self::Se(number) => write!(f, "{SE}{number}"),
            Self::ProductionUnit(number) => write!(f, "{PRODUCTION_UNIT}{number}"),
        }
    }
}

impl fmt::Display for WantedScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Of(scope) => scope.fmt(f),
            Self::OwnProductionUnit => f.write_str(OWN),
        }
    }
}

macro_rules! as_text {
    ($name:ident) => {
        impl TryFrom<String> for $name {
            type Error = WantedScopeFault;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(scope: $name) -> Self {
                scope.to_string()
            }
        }
    };
}

as_text!(Scope);
as_text!(WantedScope);

#[cfg(test)]
mod tests {
    use super::*;

    fn cvr() -> Cvr {
        Cvr::parse("90000001").unwrap()
    }

    #[test]
    fn a_scope_reads_back_from_its_text_and_from_the_wire() {
        for text in ["cvr", "se 90000012", "production-unit 1009000002"] {
            let scope: Scope = text.parse().unwrap();
            assert_eq!(scope.to_string(), text);
            assert_eq!(scope.for_log().replace(" P", " "), text);
            let (kind, value) = scope.wire(&cvr());
            assert_eq!(Scope::from_wire(kind, &value, &cvr()), Some(scope));
        }
        assert_eq!("own-production-unit".parse(), Ok(WantedScope::OwnProductionUnit));
        assert!("own-production-unit".parse::<Scope>().is_err());
    }

    #[test]
    fn what_is_not_understood_is_no_scope() {
        for (kind, value) in
            [("Cvr", "90000002"), ("Region", "90000001"), ("PU", "12"), ("SE", ""), ("", "90000001")]
        {
            assert_eq!(Scope::from_wire(kind, value, &cvr()), None, "{kind} {value}");
        }
        for text in ["", "CVR", "se", "se 12", "production-unit", "everything", "cvr 90000001"] {
            assert!(text.parse::<WantedScope>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_scope_that_is_not_the_organisations_is_a_fault_and_nothing_wider() {
        let unit = PNumber::parse("1009000002").unwrap();
        let places = Places { production_units: [(unit, "Skolen".to_owned())].into(), ..Places::default() };
        let own = WantedScope::OwnProductionUnit;
        assert_eq!(own.resolve(Some(unit), &places), Ok(Scope::ProductionUnit(unit)));
        assert_eq!(own.resolve(None, &places), Err(ScopeFault::NoPNumber));
        assert_eq!(own.resolve(Some(unit), &Places::default()), Err(ScopeFault::ForeignPNumber(unit)));
        let se = SeNumber::parse("90000012").unwrap();
        assert_eq!(
            WantedScope::Of(Scope::Se(se)).resolve(None, &places),
            Err(ScopeFault::ForeignSeNumber(se))
        );
    }
}
