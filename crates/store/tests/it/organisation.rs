//! Organisations, what the console laid over their settings, and how far they have come.

use domain::Role;
use serde_json::json;
use store::organisation::{self, OrganisationRecord};
use testkit::for_each_engine;

use crate::town::{DAY, MINUTE, Town, change, look};

impl Town<'_> {
    async fn known(&self) -> OrganisationRecord {
        look!(self, tx => organisation::one(tx, self.cvr()).await?).unwrap()
    }
}

#[tokio::test]
async fn an_organisation_is_as_it_was_configured_last_and_only_news_is_logged() {
    for_each_engine(async |database| {
        let town = Town::of(database, 0).await;
        assert_eq!(town.known().await.organisation, town.organisation);
        change!(town, tx => organisation::register(tx, &town.organisation).await?);
        assert_eq!(town.logged("organisation.").await.len(), 1);
        let mut renamed = town.organisation.clone();
        renamed.name = "Ny Nørreby Kommune".to_owned();
        renamed.settings.wave_limit = 7;
        change!(town, tx => organisation::register(tx, &renamed).await?);
        assert_eq!(town.known().await.organisation, renamed);
        assert_eq!(town.logged("organisation.").await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn organisations_are_listed_by_their_number() {
    for_each_engine(async |database| {
        let town = Town::of(database, 0).await;
        let earlier = crate::town::organisation("90000001");
        change!(town, tx => organisation::register(tx, &earlier).await?);
        let all = look!(town, tx => organisation::all(tx).await?);
        let cvrs: Vec<_> = all.iter().map(|one| one.organisation.cvr.clone()).collect();
        assert_eq!(cvrs, [earlier.cvr, town.cvr().clone()]);
        let nobody = crate::town::organisation("90999999").cvr;
        assert_eq!(look!(town, tx => organisation::one(tx, &nobody).await?), None);
    })
    .await;
}

#[tokio::test]
async fn what_the_console_changed_lies_over_the_configuration_until_it_is_taken_away() {
    for_each_engine(async |database| {
        let town = Town::of(database, 0).await;
        let set = async |key: &str, value: Option<serde_json::Value>, by: &str| {
            change!(town, tx => organisation::change_setting(tx, town.cvr(), key, value.as_ref(), by).await?);
        };
        set("wave_limit", Some(json!(7)), "Mette").await;
        set("delete_after_days", Some(json!(30)), "Mette").await;
        town.wait(MINUTE);
        set("wave_limit", Some(json!(9)), "Poul").await;
        let mut expected = town.organisation.clone();
        (expected.settings.wave_limit, expected.settings.delete_after_days) = (9, 30);
        assert_eq!(town.known().await.organisation, expected);
        let cvr = town.cvr().to_string();
        let overlays = look!(town, tx => organisation::overlays(tx, &cvr).await?);
        assert_eq!(
            overlays.iter().map(|one| one.key.as_str()).collect::<Vec<_>>(),
            ["delete_after_days", "wave_limit"]
        );
        assert_eq!((overlays[1].changed_by.as_str(), overlays[1].changed_at), ("Poul", town.now()));
        change!(town, tx => organisation::register(tx, &town.organisation).await?);
        assert_eq!(town.known().await.organisation, expected, "the file does not undo it");
        set("wave_limit", None, "Mette").await;
        set("delete_after_days", None, "Mette").await;
        assert_eq!(town.known().await.organisation, town.organisation);
        assert_eq!(town.logged("setting.changed").await.len(), 5);
    })
    .await;
}

#[tokio::test]
async fn first_contact_is_approved_once() {
    for_each_engine(async |database| {
        let town = Town::of(database, 0).await;
        assert_eq!(town.known().await.first_contact, None);
        let at = town.now();
        for by in ["Mette", "Poul"] {
            change!(town, tx => organisation::approve_first_contact(tx, town.cvr(), by).await?);
            town.wait(MINUTE);
        }
        assert_eq!(town.known().await.first_contact, Some((at, "Mette".to_owned())));
        assert_eq!(town.logged("first-contact.").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn the_end_of_the_certificate_is_noted() {
    for_each_engine(async |database| {
        let town = Town::of(database, 0).await;
        for until in [Some(town.now() + DAY), None] {
            change!(town, tx => organisation::note_certificate(tx, town.cvr(), until).await?);
            assert_eq!(town.known().await.certificate_until, until);
        }
    })
    .await;
}

#[tokio::test]
async fn a_role_is_granted_once_whatever_the_case_of_the_name() {
    for_each_engine(async |database| {
        let town = Town::of(database, 0).await;
        for name in ["Mette", " mette "] {
            change!(town, tx => organisation::grant_role(tx, town.cvr(), name, Role::Auditor, "Poul").await?);
        }
        let rows = look!(town, tx => tx.rows("SELECT user_name, role FROM role_grant", &[]).await?);
        assert_eq!(rows.len(), 1);
        assert_eq!(
            (rows[0].text("user_name").unwrap(), rows[0].text("role").unwrap()),
            ("mette", Role::Auditor.name())
        );
        assert_eq!(town.logged("role.granted").await.len(), 2);
    })
    .await;
}
