//! What Lokalid will not decide alone: a question to a human, with the evidence and what an answer does.
//!
//! A question is a fact of the present situation. It is asked as long as the situation is so, under a key that
//! stays the same from plan to plan, and it vanishes when the situation is gone.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    Field, IdentityId, Language, RemoteUuid, RightId,
    rights::{Missing, Scope},
};

/// One open question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    pub identity: Option<IdentityId>,
    pub label: String,
    pub about: About,
}

/// What it is about. Texts never hold a CPR number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum About {
    /// Is this identity in MitID Erhverv this person? Yes adopts it, no creates a new one.
    Match { candidates: Vec<Candidate> },
    /// Two records, one CPR number: where each stands.
    SharedCpr { other: String },
    /// Local IdP: another user name means another NameID. Yes: it was changed in the portal.
    ChangedUserName { from: String, to: String },
    /// Two people with one address. Yes creates all the same.
    SharedEmail { others: Vec<String> },
    /// MitID Erhverv shows it suspended, and we did not do it. Yes leaves it so, no reactivates.
    SuspendedThere,
    /// MitID Erhverv no longer has it, and we did not delete it. Yes leaves it so, no creates anew.
    DeletedThere,
    /// The other side changed a field whose owner is "ask". Yes accepts theirs, no writes ours.
    FieldDiffers { field: Field, ours: String, theirs: String },
    /// MitID Erhverv holds another CPR number: both masked, so that an answer counts for these two only. Yes
    /// writes ours.
    CprDiffers { ours: String, theirs: String },
    /// Name protection can only be set at creation. Yes keeps the identity as it is.
    PseudonymLater,
    /// MitID Erhverv shows a managed right that nothing here gives and that we did not give. Yes leaves it, no takes it.
    RightFound { right: RightId, name: String, scope: Scope },
    /// A right that we gave was taken in MitID Erhverv. Yes leaves it so, no gives it again.
    RightTaken { right: RightId, name: String, scope: Scope },
    /// Nothing can be sent before somebody mends this.
    Obstacle(Obstacle),
}

/// What must be mended in the source or the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Obstacle {
    NoEmail,
    NoName,
    NoUserName,
    NoCprNumber,
    NoCprNumberNorBirthDate,
    TooYoung {
        thirteen_on: Date,
    },
    InventedCpr,
    RealPeopleForbidden,
    UnknownInvoiceMethod {
        key: Option<String>,
    },
    UnknownStatus {
        status: String,
    },
    UnknownLevel {
        level: String,
    },
    InvoiceMethodDiffers,
    /// Somebody ordered to stop an identity that was never activated, and MitID Erhverv suspends active ones only.
    HeldBeforeActivation,
    /// A rule or grant (`by`) gives rights that cannot be given.
    RightsWait {
        by: String,
        rights: Vec<String>,
        missing: Vec<Missing>,
    },
    /// A rule or grant (`by`) gives a bundle that the person must not have now.
    BundleRefused {
        by: String,
        bundle: String,
        missing: Vec<Missing>,
    },
    /// The person holds two bundles that nobody may hold together.
    SeparationBroken {
        first: String,
        second: String,
        why: String,
    },
}

/// An identity in MitID Erhverv that may be the person, with what agrees and what does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    pub uuid: RemoteUuid,
    pub name: String,
    pub email: Option<String>,
    pub rid: Option<String>,
    pub status: String,
    pub agrees: Vec<Field>,
    pub differs: Vec<Field>,
}

/// What a human said to a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub key: String,
    pub by: String,
    pub verdict: Verdict,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    Yes,
    No,
    Other(RemoteUuid),
}

impl Question {
    /// The same question has the same key; an answer counts only for the very values that were shown.
    pub fn key(&self) -> String {
        let who = self.identity.map_or_else(|| self.label.clone(), |identity| identity.to_string());
        format!("{who}/{}", self.about.key())
    }
}

impl About {
    fn key(&self) -> String {
        match self {
            Self::Match { candidates } => {
                let uuids: Vec<String> =
                    candidates.iter().map(|candidate| candidate.uuid.to_string()).collect();
                format!("match/{}", uuids.join("+"))
            }
            Self::SharedCpr { other } => format!("shared-cpr/{other}"),
            Self::ChangedUserName { to, .. } => format!("changed-user-name/{to}"),
            Self::SharedEmail { others } => format!("shared-email/{}", others.join("+")),
            Self::SuspendedThere => "suspended-there".to_owned(),
            Self::DeletedThere => "deleted-there".to_owned(),
            Self::FieldDiffers { field, ours, theirs } => {
                format!("field-differs/{}/{ours}/{theirs}", field.name())
            }
            Self::CprDiffers { ours, theirs } => format!("cpr-differs/{ours}/{theirs}"),
            Self::PseudonymLater => "pseudonym-later".to_owned(),
            Self::RightFound { right, scope, .. } => format!("right-found/{right}/{scope}"),
            Self::RightTaken { right, scope, .. } => format!("right-taken/{right}/{scope}"),
            Self::Obstacle(obstacle) => format!("obstacle/{obstacle:?}"),
        }
    }

    /// Whether a human can answer it, or must mend something instead.
    pub fn is_answerable(&self) -> bool {
        !matches!(self, Self::Obstacle(_) | Self::SharedCpr { .. })
    }

    /// Whether it is about rights to self-services, which a rights administrator answers for.
    pub fn is_about_rights(&self) -> bool {
        let waits = |obstacle: &Obstacle| {
            matches!(
                obstacle,
                Obstacle::RightsWait { .. }
                    | Obstacle::BundleRefused { .. }
                    | Obstacle::SeparationBroken { .. }
            )
        };
        match self {
            Self::RightFound { .. } | Self::RightTaken { .. } => true,
            Self::Obstacle(obstacle) => waits(obstacle),
            _ => false,
        }
    }

    /// Whether this is an answer to it: somebody else can only be chosen where candidates are shown.
    pub fn takes(&self, verdict: Verdict) -> bool {
        let chooses = matches!(verdict, Verdict::Other(_));
        self.is_answerable() && (!chooses || matches!(self, Self::Match { .. }))
    }

    /// A word for filters and JSON.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Match { .. } => "match",
            Self::SharedCpr { .. } => "shared-cpr",
            Self::ChangedUserName { .. } => "changed-user-name",
            Self::SharedEmail { .. } => "shared-email",
            Self::SuspendedThere => "suspended-there",
            Self::DeletedThere => "deleted-there",
            Self::FieldDiffers { .. } => "field-differs",
            Self::CprDiffers { .. } => "cpr-differs",
            Self::PseudonymLater => "pseudonym-later",
            Self::RightFound { .. } => "right-found",
            Self::RightTaken { .. } => "right-taken",
            Self::Obstacle(_) => "obstacle",
        }
    }

    /// The sentence that is put to the human.
    pub fn say(&self, language: Language) -> String {
        match language {
            Language::Danish => self.say_danish(),
            Language::English => self.say_english(),
        }
    }

    fn say_danish(&self) -> String {
        match self {
            Self::Match { candidates } if candidates.len() == 1 => {
                "Er denne bruger i MitID Erhverv den samme person? Ja overtager brugeren, nej opretter en ny.".into()
            }
            Self::Match { candidates } => format!(
                "{} brugere i MitID Erhverv kan være denne person. Vælg den rigtige, eller svar nej for at oprette en ny.",
                candidates.len()
            ),
            Self::SharedCpr { other } => format!(
                "Samme CPR-nummer står også ved {other}. Ret kilden, eller tillad flere identiteter pr. person."
            ),
            Self::ChangedUserName { from, to } => format!(
                "Brugernavnet er ændret fra {from} til {to}. Med lokal IdP ændrer det NameID. Svar ja, når det er rettet i portalen."
            ),
            Self::SharedEmail { others } => format!(
                "Samme e-mailadresse bruges af {}. Aktiveringslinket sendes dertil. Ja opretter alligevel.",
                others.join(", ")
            ),
            Self::SuspendedThere => {
                "Brugeren er suspenderet i MitID Erhverv, og det er ikke sket herfra. Ja lader det stå, nej genaktiverer.".into()
            }
            Self::DeletedThere => {
                "Brugeren er slettet i MitID Erhverv, og det er ikke sket herfra. Ja lader det stå, nej opretter igen.".into()
            }
            Self::FieldDiffers { field, ours, theirs } => format!(
                "Feltet {} er \"{theirs}\" i MitID Erhverv og \"{ours}\" her. Ja tager deres, nej skriver vores.",
                field.word(Language::Danish)
            ),
            Self::CprDiffers { ours, theirs } => format!(
                "MitID Erhverv har et andet CPR-nummer ({theirs}, her {ours}). Ja skriver vores, nej lader deres stå."
            ),
            Self::RightFound { name, scope, .. } => format!(
                "Brugeren har rettigheden »{name}« ({}) i MitID Erhverv, og ingen regel eller tildeling giver den. Ja lader den blive, nej fjerner den.",
                scope.say(Language::Danish)
            ),
            Self::RightTaken { name, scope, .. } => format!(
                "Rettigheden »{name}« ({}) er fjernet i MitID Erhverv, og det er ikke sket herfra. Ja lader det stå, nej giver den igen.",
                scope.say(Language::Danish)
            ),
            Self::PseudonymLater => {
                "Navnebeskyttelse kan kun vælges ved oprettelse. Sletning og ny oprettelse koster 20 kr. og rettighederne. Ja beholder brugeren, som den er.".into()
            }
            Self::Obstacle(obstacle) => obstacle.say_danish(),
        }
    }

    fn say_english(&self) -> String {
        match self {
            Self::Match { candidates } if candidates.len() == 1 => {
                "Is this user in MitID Erhverv the same person? Yes adopts the user, no creates a new one.".into()
            }
            Self::Match { candidates } => format!(
                "{} users in MitID Erhverv may be this person. Choose the right one, or answer no to create a new one.",
                candidates.len()
            ),
            Self::SharedCpr { other } => format!(
                "The same CPR number stands at {other} too. Mend the source, or allow several identities a person."
            ),
            Self::ChangedUserName { from, to } => format!(
                "The user name changed from {from} to {to}. With a Local IdP that changes the NameID. Answer yes once it is changed in the portal."
            ),
            Self::SharedEmail { others } => format!(
                "The same e-mail address is used by {}. The activation link goes there. Yes creates all the same.",
                others.join(", ")
            ),
            Self::SuspendedThere => {
                "The user is suspended in MitID Erhverv, and not by us. Yes leaves it so, no reactivates.".into()
            }
            Self::DeletedThere => {
                "The user was deleted in MitID Erhverv, and not by us. Yes leaves it so, no creates anew.".into()
            }
            Self::FieldDiffers { field, ours, theirs } => format!(
                "The {} is \"{theirs}\" in MitID Erhverv and \"{ours}\" here. Yes takes theirs, no writes ours.",
                field.word(Language::English)
            ),
            Self::CprDiffers { ours, theirs } => format!(
                "MitID Erhverv has another CPR number ({theirs}, here {ours}). Yes writes ours, no leaves theirs."
            ),
            Self::RightFound { name, scope, .. } => format!(
                "The user has the right \"{name}\" ({}) in MitID Erhverv, and no rule and no grant gives it. Yes leaves it, no takes it.",
                scope.say(Language::English)
            ),
            Self::RightTaken { name, scope, .. } => format!(
                "The right \"{name}\" ({}) was taken in MitID Erhverv, and not by us. Yes leaves it so, no gives it again.",
                scope.say(Language::English)
            ),
            Self::PseudonymLater => {
                "Name protection can only be chosen at creation. Deleting and creating anew costs DKK 20 and the rights. Yes keeps the user as it is.".into()
            }
            Self::Obstacle(obstacle) => obstacle.say_english(),
        }
    }
}

fn say_missing(missing: &[Missing], language: Language) -> String {
    missing.iter().map(|one| one.say(language)).collect::<Vec<_>>().join("; ")
}

impl Obstacle {
    fn say_danish(&self) -> String {
        match self {
            Self::NoEmail => "Der mangler en e-mailadresse. Skriv den i kilden.".into(),
            Self::NoName => "Der mangler for- eller efternavn. Skriv det i kilden.".into(),
            Self::NoUserName => "Der mangler et brugernavn. Skriv det i kilden.".into(),
            Self::NoCprNumber => "Personen har intet CPR-nummer. Opret brugeren i MitID Erhvervs portal under Brugere; Lokalid finder den og overtager den.".into(),
            Self::NoCprNumberNorBirthDate => "Personen har hverken CPR-nummer eller fødselsdato. Skriv et af dem i kilden.".into(),
            Self::TooYoung { thirteen_on } => format!("MitID kræver, at man er fyldt 13 år. Det sker {thirteen_on}."),
            Self::InventedCpr => "CPR-nummeret er et erstatningsnummer. I produktion kræver det indstillingen allow_replacement_cpr.".into(),
            Self::RealPeopleForbidden => "Testmiljøet må kun have opdigtede personer. Sæt fictitious_people = true, når det er sikret.".into(),
            Self::UnknownInvoiceMethod { key: Some(key) } => format!("Faktureringsmetoden \"{key}\" er ikke sat op. Tilføj den under invoice i lokalid.toml."),
            Self::UnknownInvoiceMethod { key: None } => "Der er ikke valgt en faktureringsmetode. Sæt den under invoice i lokalid.toml.".into(),
            Self::UnknownStatus { status } => format!("MitID Erhverv siger status \"{status}\", som Lokalid ikke kender. Intet sendes, før den er forstået."),
            Self::UnknownLevel { level } => format!("MitID Erhverv siger sikringsniveau \"{level}\", som Lokalid ikke kender. Ingen felter skrives, før det er forstået."),
            Self::InvoiceMethodDiffers => "MitID Erhverv har en anden faktureringsmetode. Den kan kun rettes i portalen.".into(),
            Self::HeldBeforeActivation => "Brugeren er stoppet her, men har ikke aktiveret endnu, og MitID Erhverv suspenderer kun aktive brugere. Brugeren suspenderes, så snart aktiveringen ses. Skal aktiveringslinket ikke kunne bruges, så slet brugeren i portalen.".into(),
            Self::RightsWait { by, rights, missing } => format!("»{by}« giver {}, men det venter: {}.", rights.join(", "), say_missing(missing, Language::Danish)),
            Self::BundleRefused { by, bundle, missing } => format!("»{by}« giver pakken »{bundle}«, men det går ikke: {}.", say_missing(missing, Language::Danish)),
            Self::SeparationBroken { first, second, why } => format!("Brugeren har både »{first}« og »{second}«, og det må ingen: {why}. Fjern den ene."),
        }
    }

    fn say_english(&self) -> String {
        match self {
            Self::NoEmail => "There is no e-mail address. Put it into the source.".into(),
            Self::NoName => "Given name or surname is missing. Put it into the source.".into(),
            Self::NoUserName => "The user name is missing. Put it into the source.".into(),
            Self::NoCprNumber => "The person has no CPR number. Create the user in the portal of MitID Erhverv under Users; Lokalid finds and adopts it.".into(),
            Self::NoCprNumberNorBirthDate => "The person has neither CPR number nor date of birth. Put one of them into the source.".into(),
            Self::TooYoung { thirteen_on } => format!("MitID demands an age of 13. That is on {thirteen_on}."),
            Self::InventedCpr => "The CPR number is a replacement number. In production that needs the setting allow_replacement_cpr.".into(),
            Self::RealPeopleForbidden => "The test environment may hold invented people only. Set fictitious_people = true once that is certain.".into(),
            Self::UnknownInvoiceMethod { key: Some(key) } => format!("The invoice method \"{key}\" is not configured. Add it under invoice in lokalid.toml."),
            Self::UnknownInvoiceMethod { key: None } => "No invoice method is chosen. Set it under invoice in lokalid.toml.".into(),
            Self::UnknownStatus { status } => format!("MitID Erhverv says status \"{status}\", which Lokalid does not know. Nothing is sent before it is understood."),
            Self::UnknownLevel { level } => format!("MitID Erhverv says assurance level \"{level}\", which Lokalid does not know. No field is written before it is understood."),
            Self::InvoiceMethodDiffers => "MitID Erhverv has another invoice method. It can only be changed in the portal.".into(),
            Self::HeldBeforeActivation => "The user is stopped here but has not activated yet, and MitID Erhverv suspends active users only. The user is suspended as soon as the activation is seen. If the activation link must not be used, delete the user in the portal.".into(),
            Self::RightsWait { by, rights, missing } => format!("\"{by}\" gives {}, but that waits: {}.", rights.join(", "), say_missing(missing, Language::English)),
            Self::BundleRefused { by, bundle, missing } => format!("\"{by}\" gives the bundle \"{bundle}\", but that cannot be: {}.", say_missing(missing, Language::English)),
            Self::SeparationBroken { first, second, why } => format!("The user holds both \"{first}\" and \"{second}\", which nobody may: {why}. Take one of them away."),
        }
    }
}
