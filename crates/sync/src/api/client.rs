//! The calls themselves: one method for each thing that is asked of MitID Erhverv or done there.

use std::sync::{Arc, PoisonError, RwLock};

use domain::{Action, Authenticator, Clock, Cvr, NewIdentity, Profile, RemoteUuid, RightId, rights::Scope};
use serde_json::{Value, json};

use super::{
    ApiRequest, ApiResponse, CatalogueRight, CreateTemplate, Detail, Failure, HeldRight, OperationTable,
    ProductionUnit, Secret, Summary, Transport, Why,
    answer::{self, Unreadable},
    failure::{of_answer, of_broken},
    mask,
    table::{ApiOperation, Endpoint},
    token::TokenKeeper,
};

/// The IdM API as one organisation sees it. Cheap to share; as many calls at once as the caller wants.
pub struct Client {
    connection: RwLock<Arc<Connection>>,
    options: ClientOptions,
    clock: Arc<dyn Clock>,
}

/// A way to the service, with the token that was fetched on it.
struct Connection {
    transport: Arc<dyn Transport>,
    token: TokenKeeper,
}

/// What configuration says about the calls.
#[derive(Debug, Clone)]
pub struct ClientOptions {
    pub operations: OperationTable,
    pub create_template: CreateTemplate,
}

/// An action that was carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    /// What a create call gave; nothing else gives one.
    pub created: Option<RemoteUuid>,
}

/// Whether rights are given or taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RightsChange {
    Give,
    Take,
}

/// One call before it has a path.
struct Call {
    operation: ApiOperation,
    uuid: Option<RemoteUuid>,
    body: Option<Value>,
}

impl Client {
    pub fn new(transport: Arc<dyn Transport>, options: ClientOptions, clock: Arc<dyn Clock>) -> Self {
        let connection = RwLock::new(Arc::new(Connection::new(transport, &options, &clock)));
        Self { connection, options, clock }
    }

    /// From the next call on, everything goes this way, with a token of its own. What is under way ends as it began.
    pub fn reconnect(&self, transport: Arc<dyn Transport>) {
        let connection = Arc::new(Connection::new(transport, &self.options, &self.clock));
        *self.connection.write().unwrap_or_else(PoisonError::into_inner) = connection;
    }

    fn connection(&self) -> Arc<Connection> {
        Arc::clone(&self.connection.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Fetches a token if there is no good one: the first thing that can fail, by itself, for `doctor`.
    pub async fn authenticate(&self) -> Result<(), Failure> {
        self.connection().token.token(None).await.map(drop)
    }

    /// All identities; 0 asks for as many as there are. That the list is complete is nowhere promised.
    pub async fn search(&self, max_count: u32) -> Result<Vec<Summary>, Failure> {
        let body = json!({ "maxCount": max_count, "removeUuidFromResultSet": false });
        self.read(Call::new(ApiOperation::SearchEmployees).with_body(body), answer::search).await
    }

    /// One identity; [`Failure::Gone`] if there is none.
    pub async fn employee(&self, uuid: RemoteUuid) -> Result<Detail, Failure> {
        let call = Call::about(ApiOperation::GetEmployee, uuid);
        self.read(call, |body| answer::detail(body, uuid)).await
    }

    pub async fn authenticators(&self, uuid: RemoteUuid) -> Result<Vec<Authenticator>, Failure> {
        self.read(Call::about(ApiOperation::ListAuthenticators, uuid), answer::authenticators).await
    }

    /// The rights that the organisation can give.
    pub async fn catalogue(&self) -> Result<Vec<CatalogueRight>, Failure> {
        self.read(Call::new(ApiOperation::ListCategorizedRoles), answer::catalogue).await
    }

    /// The rights of one identity. An unknown identity answers 500 here, which is no [`Failure::Gone`].
    pub async fn roles(&self, uuid: RemoteUuid) -> Result<Vec<HeldRight>, Failure> {
        self.read(Call::about(ApiOperation::ListIdentityRoles, uuid), answer::roles).await
    }

    pub async fn se_numbers(&self) -> Result<Vec<String>, Failure> {
        self.read(Call::new(ApiOperation::ListSeNumbers), answer::se_numbers).await
    }

    pub async fn production_units(&self) -> Result<Vec<ProductionUnit>, Failure> {
        self.read(Call::new(ApiOperation::ListProductionUnits), answer::production_units).await
    }

    /// Carries out one planned action.
    pub async fn perform(&self, action: &Action) -> Result<Done, Failure> {
        use ApiOperation as Op;
        let call = match action {
            Action::Adopt(_) | Action::GiveRights(..) | Action::TakeRights(..) => {
                return Err(Failure::NotACall { kind: action.kind() });
            }
            Action::Create(person) => return self.create(person).await,
            Action::UpdateDraft(uuid, profile) => {
                return self.update([Op::UpdateDraftProfile, Op::UpdateProfile], *uuid, profile).await;
            }
            Action::UpdateProfile(uuid, profile) => {
                return self.update([Op::UpdateProfile, Op::UpdateDraftProfile], *uuid, profile).await;
            }
            Action::UpdateEmail(uuid, email) => Call::about(Op::UpdateNonSensitiveProfile, *uuid)
                .with_body(json!({ "emailAddress": email.as_str() })),
            Action::SetSigning(uuid, allowed) => {
                Call::about(Op::SetAllowSigning, *uuid).with_body(json!({ "allowSigning": allowed }))
            }
            Action::Suspend(uuid) => Call::about(Op::SuspendEmployee, *uuid),
            Action::Reactivate(uuid) => Call::about(Op::ReactivateEmployee, *uuid),
            Action::Delete(uuid) => Call::about(Op::DeleteEmployee, *uuid),
        };
        self.write(call).await
    }

    /// Gives or takes rights in one scope, all of them in one call (reference/idm-api.md §2.12).
    pub async fn change_rights(
        &self,
        change: RightsChange,
        uuid: RemoteUuid,
        cvr: &Cvr,
        scope: Scope,
        rights: &[RightId],
    ) -> Result<(), Failure> {
        let operation = match change {
            RightsChange::Give => ApiOperation::AddIdentityRoles,
            RightsChange::Take => ApiOperation::RemoveIdentityRoles,
        };
        let (kind, value) = scope.wire(cvr);
        let body = json!({ "scope": { "type": kind, "value": value }, "roleUuids": rights });
        self.write(Call::about(operation, uuid).with_body(body)).await.map(drop)
    }

    async fn create(&self, person: &NewIdentity) -> Result<Done, Failure> {
        let body = self.options.create_template.fill(person);
        let (answer, bearer) = self.call(Call::new(ApiOperation::CreateEmployee).with_body(body)).await?;
        match answer::created(&answer.body) {
            Ok(uuid) => Ok(Done { created: Some(uuid) }),
            Err(fault) => Err(Failure::Unknown {
                why: unreadable(ApiOperation::CreateEmployee, &fault, &answer.body, &bearer),
            }),
        }
    }

    /// Which of two calls an identity takes follows from its status there, which may have changed since it was
    /// seen: where the first is refused for that reason, the second is tried once ("Which profile call").
    async fn update(
        &self,
        calls: [ApiOperation; 2],
        uuid: RemoteUuid,
        profile: &Profile,
    ) -> Result<Done, Failure> {
        let [first, second] =
            calls.map(|operation| Call::about(operation, uuid).with_body(profile_body(profile)));
        let refused = match self.write(first).await {
            Err(Failure::Conflict { why, transient: false }) => why,
            settled => return settled,
        };
        match self.write(second).await {
            Err(Failure::Conflict { transient: false, .. }) => {
                Err(Failure::Conflict { why: refused, transient: false })
            }
            settled => settled,
        }
    }

    async fn write(&self, call: Call) -> Result<Done, Failure> {
        self.call(call).await.map(|_| Done { created: None })
    }

    async fn read<T>(
        &self,
        call: Call,
        read: impl FnOnce(&[u8]) -> Result<T, Unreadable>,
    ) -> Result<T, Failure> {
        let operation = call.operation;
        let (answer, bearer) = self.call(call).await?;
        read(&answer.body)
            .map_err(|fault| Failure::Garbled { why: unreadable(operation, &fault, &answer.body, &bearer) })
    }

    /// Sends a call; if its token is refused, once more with a new one.
    async fn call(&self, call: Call) -> Result<(ApiResponse, Secret), Failure> {
        let Endpoint { method, path } =
            self.options.operations.endpoint(call.operation).for_identity(call.uuid);
        let body = call.body.map(|body| body.to_string().into_bytes());
        let connection = self.connection();
        let bearer = connection.token.token(None).await?;
        let mut request = ApiRequest { method, path, bearer: Some(bearer.clone()), body };
        let answer = connection.send(call.operation, &request).await?;
        if answer.status != 401 {
            return Ok((of_answer(call.operation, answer, Some(&bearer))?, bearer));
        }
        let bearer = connection.token.token(Some(&bearer)).await?;
        request.bearer = Some(bearer.clone());
        let answer = connection.send(call.operation, &request).await?;
        Ok((of_answer(call.operation, answer, Some(&bearer))?, bearer))
    }
}

impl Connection {
    fn new(transport: Arc<dyn Transport>, options: &ClientOptions, clock: &Arc<dyn Clock>) -> Self {
        let token = TokenKeeper::new(Arc::clone(&transport), &options.operations, Arc::clone(clock));
        Self { transport, token }
    }

    async fn send(&self, operation: ApiOperation, request: &ApiRequest) -> Result<ApiResponse, Failure> {
        self.transport.send(request).await.map_err(|broken| of_broken(operation, broken))
    }
}

impl Call {
    fn new(operation: ApiOperation) -> Self {
        Self { operation, uuid: None, body: None }
    }

    fn about(operation: ApiOperation, uuid: RemoteUuid) -> Self {
        Self { operation, uuid: Some(uuid), body: None }
    }

    fn with_body(self, body: Value) -> Self {
        Self { body: Some(body), ..self }
    }
}

/// The body of both profile calls, in the spelling of the field (reference/idm-api.md §2.5).
fn profile_body(profile: &Profile) -> Value {
    let mut body = json!({
        "registeredIAL": profile.level.wire_name(),
        "targetIal": profile.level.wire_name(),
        "givenName": profile.given_name.as_str(),
        "surname": profile.surname.as_str(),
        "emailAddress": profile.email.as_str(),
    });
    if let (Some(members), Some(cpr)) = (body.as_object_mut(), profile.cpr) {
        members.insert("cprNumber".to_owned(), cpr.digits().into());
    }
    body
}

fn unreadable(operation: ApiOperation, fault: &Unreadable, body: &[u8], bearer: &Secret) -> Why {
    let sentence = format!("the answer of MitID Erhverv to `{operation}` cannot be used: {fault}");
    Why::with_raw(sentence, mask::masked(body, Some(bearer)))
}
