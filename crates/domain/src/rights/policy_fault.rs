//! What can be wrong with a policy, and where.

use jiff::civil::Date;

use crate::{
    Language, RightId,
    rights::{Key, ScopeFault},
};

/// The part of a policy that something is said of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Right(RightId),
    Bundle(Key),
    Rule(Key),
    Separation(Key, Key),
}

/// Why a policy cannot count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyFault {
    UnknownRight {
        right: RightId,
    },
    /// A bundle gives a right that is not managed.
    LeftAlone {
        right: String,
    },
    NoName,
    EmptyBundle,
    ForeignScope {
        fault: ScopeFault,
    },
    NobodyApproves,
    NoOwner,
    UnknownPerson {
        name: String,
    },
    NoHolders,
    UnknownBundle {
        bundle: Key,
    },
    SensitiveToEveryone {
        bundle: Key,
    },
    NoCondition,
    EveryoneAndCondition,
    EndBeforeStart {
        from: Date,
        until: Date,
    },
    UnknownUnit {
        unit: String,
    },
    ExceptsItsOwn {
        bundle: Key,
    },
    ExceptionCoversUnit {
        unit: String,
    },
    CircularExceptions {
        bundles: Vec<Key>,
    },
    SeparatedFromItself,
}

impl Place {
    /// As the file names it.
    pub fn say(&self, language: Language) -> String {
        match self {
            Self::Right(right) => format!("{} {right}", language.pick("rettighed", "right")),
            Self::Bundle(key) => format!("{} `{key}`", language.pick("pakke", "bundle")),
            Self::Rule(key) => format!("{} `{key}`", language.pick("regel", "rule")),
            Self::Separation(first, second) => {
                format!("{} `{first}` – `{second}`", language.pick("adskillelse", "separation"))
            }
        }
    }
}

impl PolicyFault {
    /// With the keys of bundles, as files have them.
    pub fn say(&self, language: Language) -> String {
        self.say_naming(language, &|key| format!("`{key}`"))
    }

    /// With what else bundles are called.
    pub fn say_naming(&self, language: Language, name: &dyn Fn(&Key) -> String) -> String {
        match language {
            Language::Danish => self.say_danish(name),
            Language::English => self.say_english(name),
        }
    }

    fn say_danish(&self, name: &dyn Fn(&Key) -> String) -> String {
        match self {
            Self::UnknownRight { right } => {
                format!(
                    "MitID Erhverv har ingen rettighed {right}. Se `lokalid rights list`, eller læs kataloget igen"
                )
            }
            Self::LeftAlone { right } => {
                format!(
                    "rettigheden »{right}« er ikke styret herfra. Tilføj den under [rights], eller tag den ud af pakken"
                )
            }
            Self::NoName => "der mangler et navn. Skriv et, som kolleger forstår".to_owned(),
            Self::EmptyBundle => "pakken har ingen rettigheder. Tilføj en, eller fjern pakken".to_owned(),
            Self::ForeignScope { fault } => fault.say(Language::Danish),
            Self::NobodyApproves => {
                "nogen kan anmode om pakken, men ingen kan godkende. Skriv approved_by, eller tøm may_ask"
                    .to_owned()
            }
            Self::NoOwner => "ejeren skal godkende, men pakken har ingen ejer. Skriv owner".to_owned(),
            Self::UnknownPerson { name } => {
                format!("her er ingen med brugernavnet »{name}«. Ret brugernavnet")
            }
            Self::NoHolders => {
                "højst 0 indehavere giver ingen noget. Skriv et tal over 0, eller fjern most_holders"
                    .to_owned()
            }
            Self::UnknownBundle { bundle } => {
                let bundle = name(bundle);
                format!("der er ingen pakke {bundle}. Ret navnet, eller tilføj pakken")
            }
            Self::SensitiveToEveryone { bundle } => {
                let bundle = name(bundle);
                format!(
                    "pakken {bundle} er følsom og må ikke gives til alle. Sæt en betingelse: enhed, stilling eller gruppe"
                )
            }
            Self::NoCondition => {
                "reglen har ingen betingelse. Sæt en, eller skriv everyone = true, hvis alle skal have pakken"
                    .to_owned()
            }
            Self::EveryoneAndCondition => {
                "reglen gælder både alle og nogle bestemte. Fjern everyone eller betingelserne".to_owned()
            }
            Self::EndBeforeStart { from, until } => {
                format!("sidste dag {until} ligger før første dag {from}. Byt dem om, eller ret den ene")
            }
            Self::UnknownUnit { unit } => {
                format!(
                    "ingen er eller har været i enheden »{unit}«. Skriv den, som kilden gør, med overenheder foran og \" / \" imellem"
                )
            }
            Self::ExceptsItsOwn { bundle } => {
                let bundle = name(bundle);
                format!("reglen undtager dem, der har pakken {bundle}, som den selv giver. Fjern undtagelsen")
            }
            Self::ExceptionCoversUnit { unit } => {
                format!(
                    "enheden »{unit}« er både med og undtaget, så reglen giver ingen noget der. Fjern den ene"
                )
            }
            Self::CircularExceptions { bundles } => {
                format!("undtagelserne går i ring: {}. Fjern en af dem", round(bundles, name))
            }
            Self::SeparatedFromItself => "en pakke kan ikke adskilles fra sig selv. Ret den ene".to_owned(),
        }
    }

    fn say_english(&self, name: &dyn Fn(&Key) -> String) -> String {
        match self {
            Self::UnknownRight { right } => {
                format!("MitID Erhverv has no right {right}. See `lokalid rights list`, or read the catalogue again")
            }
            Self::LeftAlone { right } => {
                format!("the right \"{right}\" is left alone. Add it under [rights], or take it out of the bundle")
            }
            Self::NoName => "there is no name. Write one that colleagues understand".to_owned(),
            Self::EmptyBundle => "the bundle has no rights. Add one, or remove the bundle".to_owned(),
            Self::ForeignScope { fault } => fault.say(Language::English),
            Self::NobodyApproves => {
                "somebody may ask for the bundle, and nobody can approve it. Write approved_by, or empty may_ask".to_owned()
            }
            Self::NoOwner => "the owner is to approve, and the bundle has none. Write owner".to_owned(),
            Self::UnknownPerson { name } => format!("nobody here has the user name \"{name}\". Mend the user name"),
            Self::NoHolders => {
                "at most 0 holders gives nobody anything. Write a number above 0, or remove most_holders".to_owned()
            }
            Self::UnknownBundle { bundle } => {
                let bundle = name(bundle);
                format!("there is no bundle {bundle}. Mend the name, or add the bundle")
            }
            Self::SensitiveToEveryone { bundle } => {
                let bundle = name(bundle);
                format!("the bundle {bundle} is sensitive and must not be given to everybody. Set a condition: unit, title or group")
            }
            Self::NoCondition => {
                "the rule has no condition. Set one, or write everyone = true if everybody is to have the bundle".to_owned()
            }
            Self::EveryoneAndCondition => {
                "the rule is for everyone and for some only. Remove everyone, or the conditions".to_owned()
            }
            Self::EndBeforeStart { from, until } => {
                format!("the last day {until} lies before the first day {from}. Swap them, or mend one")
            }
            Self::UnknownUnit { unit } => {
                format!("nobody is or was in the unit \"{unit}\". Write it as the source does, with the units above in front and \" / \" between")
            }
            Self::ExceptsItsOwn { bundle } => {
                let bundle = name(bundle);
                format!("the rule leaves out whoever has the bundle {bundle}, which it gives itself. Remove the exception")
            }
            Self::ExceptionCoversUnit { unit } => {
                format!("the unit \"{unit}\" is both meant and left out, so the rule gives nobody anything there. Remove one")
            }
            Self::CircularExceptions { bundles } => {
                format!("the exceptions go in a circle: {}. Remove one of them", round(bundles, name))
            }
            Self::SeparatedFromItself => "a bundle cannot be kept apart from itself. Mend one of the two".to_owned(),
        }
    }
}

fn round(bundles: &[Key], name: &dyn Fn(&Key) -> String) -> String {
    let names = bundles.iter().chain(bundles.first()).map(name);
    names.collect::<Vec<_>>().join(" → ")
}
