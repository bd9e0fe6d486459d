//! What makes a system certificate fit for use: looked at piece by piece, with what to do about each fault.
//!
//! Opening the file and asking MitID Erhverv are done elsewhere; everything that follows from what stands in the
//! certificate is decided here.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Cvr, Environment, Language, danish_date};

/// What stands in a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// SHA-256 over the certificate, 64 hexadecimal digits.
    pub fingerprint: String,
    pub subject: String,
    pub issuer: String,
    pub serial: String,
    pub kind: Kind,
    pub cvr: Cvr,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
}

/// Whom a certificate stands for, by the serial number in its subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// An organisation or system certificate (`UI:DK-O`): the two carry the same marks.
    OrganisationOrSystem,
    /// One employee of the organisation (`UI:DK-E`).
    Employee,
    /// Not marked as either.
    Other,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub check: Check,
    /// What is wrong; `None` if nothing is.
    pub fault: Option<Fault>,
}

/// What is looked at, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    Opens,
    Key,
    Kind,
    Organisation,
    Environment,
    Validity,
    /// MitID Erhverv gives an access token for it.
    Token,
}

/// What can be wrong with a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Fault {
    NotPkcs12,
    WrongPassword,
    NoKey,
    NoCertificate,
    OfAnEmployee,
    NotOces,
    NoCvr,
    OtherCvr {
        expected: Cvr,
        found: Cvr,
    },
    /// Issued for tests, and the organisation is set to production.
    OnlyForTests,
    /// Issued for production, and the organisation is set to another environment.
    OnlyForProduction,
    Expired {
        on: Timestamp,
    },
    NotYetValid {
        from: Timestamp,
    },
    /// It is here already.
    Known,
    /// MitID Erhverv does not take it; without a status it broke the connection off.
    Refused {
        status: Option<u16>,
    },
    /// What came instead of a token.
    NoToken {
        why: String,
    },
    /// Neither the console nor the configuration names one.
    NoneGiven,
    /// The file that the configuration names cannot be read.
    NoFile {
        file: String,
    },
    /// Nor can the one with its password.
    NoPasswordFile {
        file: String,
    },
    /// Anything else that keeps it from being read.
    Unreadable {
        why: String,
    },
}

impl Facts {
    /// Everything that can be seen from what stands in it, in the order of [`Check::ALL`].
    pub fn look_into(&self, cvr: &Cvr, environment: Environment, now: Timestamp) -> Vec<Finding> {
        let checks = [
            (Check::Opens, None),
            (Check::Key, None),
            (Check::Kind, self.wrong_kind()),
            (Check::Organisation, self.other_cvr(cvr)),
            (Check::Environment, self.other_environment(environment)),
            (Check::Validity, self.not_valid(now)),
        ];
        checks.into_iter().map(|(check, fault)| Finding { check, fault }).collect()
    }

    /// Whether its issuer is marked as one for tests, or is the emulator.
    pub fn is_test(&self) -> bool {
        let issuer = self.issuer.to_lowercase();
        issuer.contains("test") || issuer.contains("emulator")
    }

    /// Whether `now` lies between its first and its last moment.
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.not_valid(now).is_none()
    }

    /// Whole days until it expires; negative afterwards.
    pub fn days_left(&self, now: Timestamp) -> i64 {
        self.not_after.duration_since(now).as_secs().div_euclid(24 * 60 * 60)
    }

    /// The common name in its subject, or all of that.
    pub fn name(&self) -> &str {
        let mut parts = self.subject.split(", ");
        parts.find_map(|part| part.strip_prefix("CN=")).unwrap_or(&self.subject)
    }

    /// The beginning of the fingerprint: enough to tell a handful apart.
    pub fn short_fingerprint(&self) -> &str {
        self.fingerprint.get(..12).unwrap_or(&self.fingerprint)
    }

    fn wrong_kind(&self) -> Option<Fault> {
        match self.kind {
            Kind::OrganisationOrSystem => None,
            Kind::Employee => Some(Fault::OfAnEmployee),
            Kind::Other => Some(Fault::NotOces),
        }
    }

    fn other_cvr(&self, expected: &Cvr) -> Option<Fault> {
        let fault = || Fault::OtherCvr { expected: expected.clone(), found: self.cvr.clone() };
        (self.cvr != *expected).then(fault)
    }

    fn other_environment(&self, environment: Environment) -> Option<Fault> {
        match (self.is_test(), environment == Environment::Production) {
            (true, true) => Some(Fault::OnlyForTests),
            (false, false) => Some(Fault::OnlyForProduction),
            _ => None,
        }
    }

    fn not_valid(&self, now: Timestamp) -> Option<Fault> {
        if now < self.not_before {
            return Some(Fault::NotYetValid { from: self.not_before });
        }
        (now > self.not_after).then_some(Fault::Expired { on: self.not_after })
    }
}

impl Kind {
    pub fn say(self, language: Language) -> &'static str {
        match self {
            Self::OrganisationOrSystem => {
                language.pick("organisations- eller systemcertifikat", "organisation or system certificate")
            }
            Self::Employee => language.pick("medarbejdercertifikat", "employee certificate"),
            Self::Other => language.pick("ikke mærket som OCES3", "not marked as OCES3"),
        }
    }
}

impl Check {
    pub const ALL: [Self; 7] = [
        Self::Opens,
        Self::Key,
        Self::Kind,
        Self::Organisation,
        Self::Environment,
        Self::Validity,
        Self::Token,
    ];

    /// What was looked at, as a statement that holds if nothing is wrong.
    pub fn say(self, language: Language) -> &'static str {
        match self {
            Self::Opens => {
                language.pick("Filen kan åbnes med adgangskoden", "The file opens with the password")
            }
            Self::Key => language.pick("Nøglen hører til certifikatet", "The key belongs to the certificate"),
            Self::Kind => language.pick(
                "Det er et OCES3-certifikat til en organisation eller et system",
                "It is an OCES3 certificate of an organisation or system",
            ),
            Self::Organisation => {
                language.pick("CVR-nummeret er organisationens", "The CVR number is the organisation's")
            }
            Self::Environment => language
                .pick("Det er udstedt til det rigtige miljø", "It was issued for the right environment"),
            Self::Validity => language.pick("Det gælder i dag", "It is valid today"),
            Self::Token => language.pick("MitID Erhverv tager imod det", "MitID Erhverv accepts it"),
        }
    }
}

impl Fault {
    /// Whether waiting or trying again may help.
    pub fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::NotYetValid { .. }
                | Self::Refused { .. }
                | Self::NoToken { .. }
                | Self::NoFile { .. }
                | Self::NoPasswordFile { .. }
                | Self::Unreadable { .. }
        )
    }

    /// The word in the log.
    pub fn word(&self) -> &'static str {
        match self {
            Self::NotPkcs12 => "not-pkcs12",
            Self::WrongPassword => "wrong-password",
            Self::NoKey => "no-key",
            Self::NoCertificate => "no-certificate",
            Self::OfAnEmployee => "of-an-employee",
            Self::NotOces => "not-oces",
            Self::NoCvr => "no-cvr",
            Self::OtherCvr { .. } => "other-cvr",
            Self::OnlyForTests => "only-for-tests",
            Self::OnlyForProduction => "only-for-production",
            Self::Expired { .. } => "expired",
            Self::NotYetValid { .. } => "not-yet-valid",
            Self::Known => "known",
            Self::Refused { .. } => "refused",
            Self::NoToken { .. } => "no-token",
            Self::NoneGiven => "none-given",
            Self::NoFile { .. } => "no-file",
            Self::NoPasswordFile { .. } => "no-password-file",
            Self::Unreadable { .. } => "unreadable",
        }
    }

    /// What is wrong and what to do.
    pub fn say(&self, language: Language) -> String {
        match language {
            Language::Danish => self.say_danish(),
            Language::English => self.say_english(),
        }
    }

    fn say_danish(&self) -> String {
        match self {
            Self::NotPkcs12 => "Filen er ikke en PKCS#12-fil, der kan læses. Vælg .p12- eller .pfx-filen, som du fik den fra MitID Erhverv.".into(),
            Self::WrongPassword => "Adgangskoden åbner ikke filen. Det er den, der blev valgt, da filen blev gemt.".into(),
            Self::NoKey => "Filen har ingen privat nøgle. Eksportér certifikatet igen sammen med nøglen.".into(),
            Self::NoCertificate => "Filen har intet certifikat, der hører til dens nøgle. Eksportér begge dele igen.".into(),
            Self::OfAnEmployee => "Certifikatet tilhører en medarbejder. Bestil et OCES-systemcertifikat i MitID Erhverv.".into(),
            Self::NotOces => "Certifikatet er ikke et OCES3-certifikat til en organisation eller et system. Bestil et OCES-systemcertifikat i MitID Erhverv.".into(),
            Self::NoCvr => "Certifikatet nævner intet CVR-nummer. Bestil et OCES-systemcertifikat i MitID Erhverv.".into(),
            Self::OtherCvr { expected, found } => format!("Certifikatet tilhører CVR-nummer {found} og ikke {expected}. Vælg denne organisations certifikat."),
            Self::OnlyForTests => "Certifikatet er udstedt til test, og organisationen er sat til produktion. Bestil et i produktion.".into(),
            Self::OnlyForProduction => "Certifikatet er udstedt til produktion, og organisationen er sat til et testmiljø. Bestil et i testmiljøet.".into(),
            Self::Expired { on } => format!("Certifikatet udløb {}. Bestil et nyt i MitID Erhverv.", day(*on)),
            Self::NotYetValid { from } => format!("Certifikatet gælder først fra {}. Vent til da, eller se efter, om maskinens ur går rigtigt.", day(*from)),
            Self::Known => "Certifikatet er her i forvejen.".into(),
            Self::Refused { status } => format!("MitID Erhverv tager ikke imod certifikatet{}. Se efter, at det gælder, hører til CVR-nummeret og har rettigheden »Adgang til IdM services i MitID Erhverv«.", in_brackets(*status)),
            Self::NoToken { why } => format!("MitID Erhverv svarede ikke som ventet, så certifikatet er ikke prøvet der. Prøv igen senere. Teknisk: {why}"),
            Self::NoneGiven => "Der er intet certifikat. Læg et ind under Opsætning.".into(),
            Self::NoFile { file } => format!("Certifikatfilen {file} kan ikke læses. Er den der, og må Lokalid læse den?"),
            Self::NoPasswordFile { file } => format!("Filen {file} med certifikatets adgangskode kan ikke læses. Er den der, og må Lokalid læse den?"),
            Self::Unreadable { why } => format!("Filen kan ikke læses: {why}"),
        }
    }

    fn say_english(&self) -> String {
        match self {
            Self::NotPkcs12 => "The file is no PKCS#12 file that can be read. Choose the .p12 or .pfx file as it came from MitID Erhverv.".into(),
            Self::WrongPassword => "The password does not open the file. It is the one that was chosen when the file was saved.".into(),
            Self::NoKey => "The file holds no private key. Export the certificate again together with its key.".into(),
            Self::NoCertificate => "The file holds no certificate that belongs to its key. Export both again.".into(),
            Self::OfAnEmployee => "The certificate belongs to one employee. Order an OCES system certificate in MitID Erhverv.".into(),
            Self::NotOces => "The certificate is no OCES3 certificate of an organisation or system. Order an OCES system certificate in MitID Erhverv.".into(),
            Self::NoCvr => "The certificate names no CVR number. Order an OCES system certificate in MitID Erhverv.".into(),
            Self::OtherCvr { expected, found } => format!("The certificate belongs to CVR number {found} and not to {expected}. Choose the certificate of this organisation."),
            Self::OnlyForTests => "The certificate was issued for tests, and the organisation is set to production. Order one in production.".into(),
            Self::OnlyForProduction => "The certificate was issued for production, and the organisation is set to a test environment. Order one there.".into(),
            Self::Expired { on } => format!("The certificate expired on {}. Order a new one in MitID Erhverv.", day(*on)),
            Self::NotYetValid { from } => format!("The certificate is not valid before {}. Wait until then, or check the clock of this machine.", day(*from)),
            Self::Known => "The certificate is here already.".into(),
            Self::Refused { status } => format!("MitID Erhverv does not take the certificate{}. Check that it is valid, belongs to the CVR number and has the right \"Adgang til IdM services i MitID Erhverv\".", in_brackets(*status)),
            Self::NoToken { why } => format!("MitID Erhverv did not answer as expected, so the certificate was not tried there. Try again later. Technically: {why}"),
            Self::NoneGiven => "There is no certificate. Add one under Settings.".into(),
            Self::NoFile { file } => format!("The certificate file {file} cannot be read. Is it there, and may Lokalid read it?"),
            Self::NoPasswordFile { file } => format!("The file {file} with the certificate's password cannot be read. Is it there, and may Lokalid read it?"),
            Self::Unreadable { why } => format!("The file cannot be read: {why}"),
        }
    }
}

fn in_brackets(status: Option<u16>) -> String {
    status.map(|status| format!(" ({status})")).unwrap_or_default()
}

fn day(moment: Timestamp) -> String {
    danish_date(moment).strftime("%d-%m-%Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts {
            fingerprint: "ab".repeat(32),
            subject: "C=DK, 2.5.4.97=NTRDK-90000001, O=Ærø Kommune, CN=Lokalid prøve".to_owned(),
            issuer: "CN=Den Danske Stat OCES udstedende-CA 1".to_owned(),
            serial: "01".to_owned(),
            kind: Kind::OrganisationOrSystem,
            cvr: cvr("90000001"),
            not_before: "2026-01-01T00:00:00Z".parse().unwrap(),
            not_after: "2028-12-31T00:00:00Z".parse().unwrap(),
        }
    }

    fn cvr(text: &str) -> Cvr {
        Cvr::parse(text).unwrap()
    }

    fn faults(facts: &Facts, environment: Environment, now: &str) -> Vec<&'static str> {
        let found = facts.look_into(&cvr("90000001"), environment, now.parse().unwrap());
        assert_eq!(found.iter().map(|one| one.check).collect::<Vec<_>>(), Check::ALL[..6]);
        found.into_iter().filter_map(|one| one.fault.map(|fault| fault.word())).collect()
    }

    #[test]
    fn each_fault_is_found_by_its_check() {
        use Environment::{Emulator, PreProduction, Production};
        const DAY: &str = "2026-11-20T08:00:00Z";
        let good = facts();
        assert!(faults(&good, Production, DAY).is_empty());
        assert_eq!(faults(&good, PreProduction, DAY), ["only-for-production"]);
        let test = Facts { issuer: "CN=Den Danske Stat OCES udstedende-CA 1 - test".to_owned(), ..facts() };
        assert!(faults(&test, Emulator, DAY).is_empty());
        assert_eq!(faults(&test, Production, DAY), ["only-for-tests"]);
        assert_eq!(faults(&good, Production, "2025-12-31T23:59:59Z"), ["not-yet-valid"]);
        assert_eq!(faults(&good, Production, "2028-12-31T00:00:01Z"), ["expired"]);
        let other = Facts { cvr: cvr("90000002"), kind: Kind::Employee, ..facts() };
        assert_eq!(faults(&other, Production, DAY), ["of-an-employee", "other-cvr"]);
        assert_eq!(faults(&Facts { kind: Kind::Other, ..facts() }, Production, DAY), ["not-oces"]);
    }

    #[test]
    fn a_certificate_is_named_by_its_common_name() {
        assert_eq!((facts().name(), facts().short_fingerprint()), ("Lokalid prøve", "abababababab"));
        assert_eq!(Facts { subject: "O=x".to_owned(), ..facts() }.name(), "O=x");
        assert_eq!(facts().days_left("2029-01-01T00:00:00Z".parse().unwrap()), -1);
    }

    #[test]
    fn days_are_danish_and_nothing_is_said_twice() {
        let on = "2026-11-20T23:30:00Z".parse().unwrap();
        assert!(Fault::Expired { on }.say(Language::Danish).contains("udløb 21-11-2026"));
        let texts: std::collections::BTreeSet<_> = Check::ALL
            .iter()
            .flat_map(|check| [check.say(Language::Danish), check.say(Language::English)])
            .collect();
        assert_eq!(texts.len(), 2 * Check::ALL.len());
    }

    #[test]
    fn a_fault_is_kept_under_its_word() {
        let fault = Fault::OtherCvr { expected: cvr("90000001"), found: cvr("90000002") };
        let kept = serde_json::to_value(&fault).unwrap();
        assert_eq!(kept["kind"], fault.word());
        assert_eq!(serde_json::from_value::<Fault>(kept).unwrap(), fault);
    }
}
