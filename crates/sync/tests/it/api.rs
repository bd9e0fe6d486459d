//! The client of the IdM API against the emulated MitID Erhverv.

mod calls;
mod failures;
mod https;
mod token;

use std::sync::Arc;

use domain::{Action, Cpr, Email, Level, Name, NewIdentity, Profile, RemoteUuid, Variant};
use emulator::OrganisationSettings;
use futures::{FutureExt as _, future::BoxFuture};
use sync::api::{
    ApiRequest, ApiResponse, Broken, Client, ClientOptions, CreateTemplate, OperationTable, Transport,
};

use crate::direct::{CVR, Direct, ManualClock};

/// A client, the world it talks to, and the clock of both.
struct Bench {
    client: Client,
    direct: Arc<Direct>,
    clock: Arc<ManualClock>,
}

impl Bench {
    fn light() -> Self {
        Self::new(OrganisationSettings::light(CVR, "Ærø Kommune"), options(Variant::Light))
    }

    fn local_idp() -> Self {
        Self::new(OrganisationSettings::local_idp(CVR, "Ærø Kommune"), options(Variant::LocalIdp))
    }

    fn new(settings: OrganisationSettings, options: ClientOptions) -> Self {
        Self::over(settings, options, |direct| direct)
    }

    /// A Light organisation whose answers to one path, a write or the token, are half a page.
    fn garbling(path_end: &'static str) -> Self {
        let settings = OrganisationSettings::light(CVR, "Ærø Kommune");
        Self::over(settings, options(Variant::Light), |direct| Arc::new(Garbling { direct, path_end }))
    }

    fn over<T: Transport + 'static>(
        settings: OrganisationSettings,
        options: ClientOptions,
        transport: impl FnOnce(Arc<Direct>) -> Arc<T>,
    ) -> Self {
        let clock = Arc::new(ManualClock::at("2026-11-20T08:00:00Z"));
        let direct = Arc::new(Direct::new(settings, Arc::clone(&clock)));
        let client = Client::new(transport(Arc::clone(&direct)), options, Arc::<ManualClock>::clone(&clock));
        Self { client, direct, clock }
    }

    /// A person who is there, not yet activated in a Light organisation.
    async fn created(&self) -> RemoteUuid {
        self.client.perform(&create(person())).await.unwrap().created.unwrap()
    }
}

/// The emulator's own fault of this kind strikes reads only.
struct Garbling {
    direct: Arc<Direct>,
    path_end: &'static str,
}

impl Transport for Garbling {
    fn send<'a>(&'a self, request: &'a ApiRequest) -> BoxFuture<'a, Result<ApiResponse, Broken>> {
        async move {
            let answer = self.direct.send(request).await?;
            let struck = request.path.ends_with(self.path_end);
            Ok(if struck { ApiResponse { body: b"<html><head>".to_vec(), ..answer } } else { answer })
        }
        .boxed()
    }
}

fn options(variant: Variant) -> ClientOptions {
    ClientOptions {
        operations: OperationTable::default(),
        create_template: CreateTemplate::standard(variant),
    }
}

fn create(person: NewIdentity) -> Action {
    Action::Create(Box::new(person))
}

fn person() -> NewIdentity {
    NewIdentity {
        given_name: Name::parse("Åse Marie").unwrap(),
        surname: Name::parse("Ærlig").unwrap(),
        email: Email::parse("aase@kommune.example").unwrap(),
        cpr: Cpr::parse("610190-0007").ok(),
        birth_date: None,
        rid: None,
        level: Level::Low,
        pseudonym: false,
        signing: false,
        invoice_method: None,
        subject_name_id: None,
    }
}

fn renamed() -> Profile {
    let NewIdentity { given_name, email, cpr, level, .. } = person();
    Profile { given_name, surname: Name::parse("Østergård").unwrap(), email, cpr, level }
}

fn unknown() -> RemoteUuid {
    "00000000-0000-4000-8000-000000000001".parse().unwrap()
}
