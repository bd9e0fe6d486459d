use domain::{Field, Status};
use emulator::PortalAction;
use sync::api::{Failure, Summary, table::Overrides};

use super::*;

fn text(summary: &Summary, field: Field) -> Option<&str> {
    summary.fields.get(&field).map(String::as_str)
}

#[tokio::test]
async fn a_light_identity_from_creation_to_deletion() {
    let Bench { client, direct, .. } = &Bench::light();
    let uuid = client.perform(&create(person())).await.unwrap().created.unwrap();

    let [seen] = client.search(0).await.unwrap().try_into().unwrap();
    assert_eq!((seen.uuid, &seen.status, seen.cpr), (uuid, &Status::Pending, person().cpr));
    assert_eq!(text(&seen, Field::GivenName), Some("Åse Marie"));
    assert_eq!(text(&seen, Field::Email), Some("aase@kommune.example"));

    client.perform(&Action::UpdateDraft(uuid, renamed())).await.unwrap();
    direct.portal(PortalAction::Activate, uuid.0);
    let detail = client.employee(uuid).await.unwrap();
    assert_eq!(detail.status, Status::Active);
    assert_eq!(detail.fields.get(&Field::Level).map(String::as_str), Some("Low"));
    assert_eq!(client.authenticators(uuid).await.unwrap()[0].kind, "PrivateMitId");

    client.perform(&Action::UpdateProfile(uuid, renamed())).await.unwrap();
    client.perform(&Action::UpdateEmail(uuid, Email::parse("ny@kommune.example").unwrap())).await.unwrap();
    client.perform(&Action::SetSigning(uuid, true)).await.unwrap();
    let [seen] = client.search(0).await.unwrap().try_into().unwrap();
    assert_eq!(text(&seen, Field::Surname), Some("Østergård"));
    assert_eq!(text(&seen, Field::Email), Some("ny@kommune.example"));
    let signing = client.employee(uuid).await.unwrap().fields.remove(&Field::Signing);
    assert_eq!(signing.as_deref(), Some("true"));

    client.perform(&Action::Suspend(uuid)).await.unwrap();
    assert_eq!(client.employee(uuid).await.unwrap().status, Status::Suspended);
    client.perform(&Action::Reactivate(uuid)).await.unwrap();
    assert_eq!(client.employee(uuid).await.unwrap().status, Status::Active);
    client.perform(&Action::Delete(uuid)).await.unwrap();
    assert_eq!(client.employee(uuid).await, Err(Failure::Gone));
    assert_eq!(client.perform(&Action::Delete(uuid)).await, Err(Failure::Gone));
    assert_eq!(client.search(0).await, Ok(Vec::new()));
}

#[tokio::test]
async fn a_local_idp_identity_is_active_at_once_and_keeps_its_rid() {
    let Bench { client, .. } = &Bench::local_idp();
    let person = || NewIdentity {
        subject_name_id: Some("aase@kommune.example".to_owned()),
        rid: "78129748".parse().ok(),
        level: Level::Substantial,
        ..person()
    };
    let uuid = client.perform(&create(person())).await.unwrap().created.unwrap();
    let detail = client.employee(uuid).await.unwrap();
    assert_eq!(
        (detail.status, detail.fields.get(&Field::Rid).map(String::as_str)),
        (Status::Active, Some("78129748"))
    );
    let [means] = client.authenticators(uuid).await.unwrap().try_into().unwrap();
    assert_eq!(
        (means.kind.as_str(), means.id.as_deref()),
        ("LocalIdentityProvider", Some("aase@kommune.example"))
    );

    let taken = client.perform(&create(person())).await.unwrap_err();
    assert!(matches!(taken, Failure::Conflict { transient: false, .. }), "{taken:?}");
}

#[tokio::test]
async fn the_other_profile_call_is_tried_once_where_the_status_has_changed() {
    let Bench { client, direct, .. } = &Bench::light();
    let uuid = client.perform(&create(person())).await.unwrap().created.unwrap();

    client.perform(&Action::UpdateProfile(uuid, renamed())).await.unwrap();
    assert_eq!((direct.calls("updateProfile"), direct.calls("updateDraftProfile")), (1, 1));

    direct.portal(PortalAction::Activate, uuid.0);
    client.perform(&Action::UpdateDraft(uuid, renamed())).await.unwrap();
    assert_eq!((direct.calls("updateProfile"), direct.calls("updateDraftProfile")), (2, 2));

    client.perform(&Action::Suspend(uuid)).await.unwrap();
    let refused = client.perform(&Action::UpdateProfile(uuid, renamed())).await.unwrap_err();
    assert!(matches!(refused, Failure::Conflict { transient: false, .. }), "{refused:?}");
    assert!(refused.to_string().contains("updateProfile"), "{refused}");
    assert_eq!((direct.calls("updateProfile"), direct.calls("updateDraftProfile")), (3, 3));
}

#[tokio::test]
async fn adoption_is_never_sent() {
    let Bench { client, direct, .. } = &Bench::light();
    let refused = client.perform(&Action::Adopt(unknown())).await;
    assert_eq!(refused, Err(Failure::NotACall { kind: "adopt" }));
    assert_eq!(direct.calls("authenticateTls"), 0);
}

#[tokio::test]
async fn rights_and_organisation_data_are_read() {
    let bench = Bench::light();
    let (uuid, client) = (bench.created().await, &bench.client);
    let catalogue = client.catalogue().await.unwrap();
    assert!(catalogue.iter().all(|right| !right.name.is_empty()) && catalogue.len() > 10);
    assert!(client.se_numbers().await.unwrap().iter().all(|number| number.len() == 8));
    let units = client.production_units().await.unwrap();
    assert!(!units.is_empty() && units.iter().all(|unit| unit.number.len() == 10));
    assert_eq!(client.roles(uuid).await, Ok(Vec::new()));
    let failure = client.roles(unknown()).await.unwrap_err();
    assert!(matches!(failure, Failure::Retry { .. }), "the real service answers 500 here: {failure:?}");
}

#[tokio::test]
async fn an_identity_without_cpr_number_goes_by_its_birth_date() {
    let Bench { client, .. } = &Bench::light();
    let person = NewIdentity { cpr: None, birth_date: Some(jiff::civil::date(1990, 1, 2)), ..person() };
    let uuid = client.perform(&create(person)).await.unwrap().created.unwrap();
    assert_eq!(client.employee(uuid).await.unwrap().cpr, None);
}

#[tokio::test]
async fn configuration_can_name_another_method() {
    let overrides: Overrides = serde_json::from_str(r#"{"setAllowSigning":{"method":"POST"}}"#).unwrap();
    let operations = OperationTable::try_from(overrides).unwrap();
    let settings = OrganisationSettings { legacy: true, ..OrganisationSettings::light(CVR, "Ærø Kommune") };
    // The contract knows the present method only, so this one speaks to the world unchecked by it.
    let bench = Bench::new(settings, ClientOptions { operations, ..options(Variant::Light) });
    bench.direct.outside_the_contract();
    let uuid = bench.created().await;
    bench.client.perform(&Action::SetSigning(uuid, true)).await.unwrap();
    assert_eq!(bench.direct.employees()[0]["allowSigning"], true);
}
