//! Every letter in both languages, as people read it.

use std::fmt::Write as _;

use jiff::civil::{Date, date};

use super::*;

const DAY: Date = date(2026, 12, 1);

fn waits(from: Option<Date>, until: Option<Date>) -> Notice {
    Notice::RequestWaits {
        approver: "Mette Holm".to_owned(),
        requester: "Åse Ærø".to_owned(),
        person: "Søren Østergård".to_owned(),
        bundle: "Sygedagpenge".to_owned(),
        why: "Han afløser Lis i december.".to_owned(),
        from,
        until,
        address: "https://lokalid.norreby.example/requests/7".to_owned(),
    }
}

fn all() -> Vec<Notice> {
    let text = str::to_owned;
    let [requester, person, bundle] = [text("Åse Ærø"), text("Søren Østergård"), text("Sygedagpenge")];
    let [manager, campaign] = [text("Mette Holm"), text("Efterårets gennemgang 2026")];
    let address = text("https://lokalid.norreby.example/requests/7");
    let reminder = Notice::RequestReminder {
        approver: manager.clone(),
        requester: requester.clone(),
        person: person.clone(),
        bundle: bundle.clone(),
        why: text("Han afløser Lis i december."),
        from: None,
        until: None,
        since: date(2026, 11, 23),
        address: address.clone(),
    };
    let decided = |approved, why: &str| Notice::RequestDecided {
        requester: requester.clone(),
        person: person.clone(),
        bundle: bundle.clone(),
        approved,
        by: manager.clone(),
        why: text(why),
        address: address.clone(),
    };
    let (approved, declined) = (decided(true, "Fint for mig."), decided(false, "Lis er tilbage allerede."));
    vec![
        waits(Some(DAY), Some(date(2026, 12, 31))),
        reminder,
        approved,
        declined,
        Notice::RightExpires {
            person: person.clone(),
            bundle: bundle.clone(),
            until: DAY,
            address: address.clone(),
        },
        Notice::RightOfOthersExpires {
            manager: manager.clone(),
            person: person.clone(),
            bundle,
            until: DAY,
            address: address.clone(),
        },
        Notice::AttestationBegins {
            manager: manager.clone(),
            campaign: campaign.clone(),
            people: 12,
            due: DAY,
            address: address.clone(),
        },
        Notice::AttestationReminder {
            manager: manager.clone(),
            campaign: campaign.clone(),
            left: 1,
            due: DAY,
            address: address.clone(),
        },
        Notice::AttestationEscalated {
            manager,
            absent_manager: requester,
            campaign,
            left: 3,
            due: DAY,
            address,
        },
    ]
}

fn letters(language: Language) -> String {
    let mut text = String::new();
    for notice in all() {
        let Letter { subject, body } = notice.letter(language);
        writeln!(text, "=== {}\n{subject}\n\n{body}", notice.kind()).unwrap();
    }
    text
}

#[test]
fn every_letter_in_danish() {
    insta::assert_snapshot!(letters(Language::Danish));
}

#[test]
fn every_letter_in_english() {
    insta::assert_snapshot!(letters(Language::English));
}

#[test]
fn every_built_in_text_has_what_it_needs_and_nothing_unknown() {
    for kind in NoticeKind::ALL {
        for language in [Language::Danish, Language::English] {
            let parsed = Template::parse(kind.text(language), kind.places);
            assert!(parsed.is_ok(), "{} {language:?}: {}", kind.name, parsed.unwrap_err());
        }
    }
}

#[test]
fn every_kind_is_shown_and_every_place_has_its_fact() {
    let shown: Vec<_> = all().iter().map(Notice::kind).collect();
    assert_eq!(shown, NoticeKind::ALL.map(|kind| kind.name));
    for (notice, kind) in all().iter().zip(NoticeKind::ALL) {
        let facts = notice.facts(Language::Danish);
        let mut names: Vec<_> = kind.places.needed.iter().chain(kind.places.optional).copied().collect();
        names.sort_unstable();
        assert_eq!(facts.into_keys().collect::<Vec<_>>(), names, "{}", kind.name);
    }
}

#[test]
fn a_period_is_said_with_what_is_known_of_it() {
    let said = |from, until, language| waits(from, until).facts(language)["period"].clone();
    let end = Some(date(2027, 3, 5));
    assert_eq!(said(Some(DAY), end, Language::Danish), "fra 1. december 2026, til og med 5. marts 2027");
    assert_eq!(said(None, end, Language::English), "at once, until and including 5 March 2027");
    assert_eq!(said(Some(DAY), None, Language::English), "from 1 December 2026, without an end");
    assert_eq!(said(None, None, Language::Danish), "med det samme, uden slutdato");
}

#[test]
fn a_notice_is_kept_as_flat_json() {
    let notice = waits(None, Some(DAY));
    let json = serde_json::to_value(&notice).unwrap();
    assert_eq!((&json["kind"], &json["until"]), (&"request-waits".into(), &"2026-12-01".into()));
    assert_eq!(serde_json::from_value::<Notice>(json).unwrap(), notice);
}
