//! The control interface for tests and demos, `/_emulator/...`. Everything is JSON, nothing is masked
//! but the paths of the request log.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{NotWritten, Shared, doors, pages};
use crate::world::{Employee, Fault, PortalRequest};

pub(super) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    if let Err(error) = axum::serve(listener, router(shared)).await {
        tracing::error!(%error, "the control interface of the emulator ended");
    }
}

fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/_emulator/state", get(state))
        .route("/_emulator/requests", get(requests))
        .route("/_emulator/faults", get(faults).put(set_faults))
        .route("/_emulator/portal", post(portal))
        .route("/_emulator/clock", post(clock))
        .route("/_emulator/reset", post(reset))
        .route("/_emulator/seed", post(seed))
        .merge(pages::routes())
        .layer(middleware::from_fn(doors::guard))
        .with_state(shared)
}

#[derive(Deserialize)]
struct Since {
    #[serde(default)]
    since: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shift {
    shift_seconds: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reset {
    #[serde(default)]
    organisation: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seed {
    organisation: String,
    employees: Vec<Employee>,
}

/// Why a control call failed, as `{"error": ...}`.
struct ControlError(StatusCode, String);

type Answer = Result<Json<Value>, ControlError>;

async fn state(State(shared): State<Arc<Shared>>) -> Answer {
    Ok(Json(shared.with_world(|world, _, _| world.state()).await?))
}

async fn requests(State(shared): State<Arc<Shared>>, Query(query): Query<Since>) -> Answer {
    let entries = shared.with_world(|world, _, _| world.requests(query.since)).await?;
    Ok(Json(json!(entries)))
}

async fn faults(State(shared): State<Arc<Shared>>) -> Answer {
    Ok(Json(shared.with_world(|world, _, _| json!(world.faults())).await?))
}

async fn set_faults(State(shared): State<Arc<Shared>>, Json(plan): Json<Vec<Fault>>) -> Answer {
    done(shared.with_world(|world, _, _| world.set_faults(plan)).await?)
}

async fn portal(State(shared): State<Arc<Shared>>, Json(request): Json<PortalRequest>) -> Answer {
    done(shared.with_world(|world, now, random| world.portal(&request, now, random)).await?)
}

async fn clock(State(shared): State<Arc<Shared>>, Json(shift): Json<Shift>) -> Answer {
    done(shared.with_world(|world, now, _| world.shift_clock(shift.shift_seconds, now)).await?)
}

async fn reset(State(shared): State<Arc<Shared>>, Json(reset): Json<Reset>) -> Answer {
    done(shared.with_world(|world, _, _| world.reset(reset.organisation.as_deref())).await?)
}

/// All or none: the first that cannot be added leaves the others out as well.
async fn seed(State(shared): State<Arc<Shared>>, Json(seed): Json<Seed>) -> Answer {
    done(shared.with_world(|world, _, _| world.seed(&seed.organisation, &seed.employees)).await?)
}

fn done<E: std::error::Error>(result: Result<(), E>) -> Answer {
    match result {
        Ok(()) => Ok(Json(json!({}))),
        Err(error) => Err(ControlError(StatusCode::UNPROCESSABLE_ENTITY, error.to_string())),
    }
}

impl From<NotWritten> for ControlError {
    fn from(error: NotWritten) -> Self {
        Self(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
    }
}

impl IntoResponse for ControlError {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}
