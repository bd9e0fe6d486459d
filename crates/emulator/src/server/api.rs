//! The API port: HTTP/1.1 over mutual TLS. What the world decides is carried out here, down to
//! connections that break without a word.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, DATE, HeaderValue, RETRY_AFTER};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use rustls_pki_types::CertificateDer;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::{Shared, tls};
use crate::world::{ApiRequest, ApiResponse, Exchange};

/// No request of the interface comes near.
const LONGEST_BODY_BYTES: usize = 4 * 1024 * 1024;

/// Accepts connections until the task is ended, which ends them too.
pub(super) async fn serve(listener: TcpListener, acceptor: TlsAcceptor, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, acceptor.clone(), Arc::clone(&shared)));
                }
                Err(error) => {
                    tracing::warn!(%error, "the emulator could not accept a connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// The connection is to break now, without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the fault plan breaks the connection")]
struct Broken;

async fn connection(stream: TcpStream, acceptor: TlsAcceptor, shared: Arc<Shared>) {
    let stream = match prepare(stream, &acceptor).await {
        Ok(stream) => stream,
        Err(error) => return tracing::debug!(%error, "a TLS handshake with the emulator failed"),
    };
    let certificates = stream.get_ref().1.peer_certificates();
    let caller = certificates.and_then(|chain| chain.first()).map(Caller::of).unwrap_or_default();
    let broken = AtomicBool::new(false);
    let service = service_fn(|request| async {
        let answer = exchange(&shared, &caller, request).await;
        broken.fetch_or(answer.is_err(), Ordering::Relaxed);
        answer
    });
    let mut http = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    if let Err(error) = (&mut http).await {
        tracing::debug!(%error, "a connection to the emulator ended early");
    }
    let stream = http.into_parts().io.into_inner();
    if broken.load(Ordering::Relaxed) {
        reset(&stream);
    }
}

/// What the certificate of a connection says.
#[derive(Default)]
struct Caller {
    cvr: Option<String>,
    fingerprint: Option<String>,
}

impl Caller {
    fn of(certificate: &CertificateDer) -> Self {
        Self { cvr: tls::cvr_of(certificate), fingerprint: Some(tls::fingerprint_of(certificate)) }
    }
}

async fn prepare(stream: TcpStream, acceptor: &TlsAcceptor) -> std::io::Result<TlsStream<TcpStream>> {
    stream.set_nodelay(true)?;
    acceptor.accept(stream).await
}

/// Closing sends RST instead of FIN, so that the other side sees a reset and no orderly end.
fn reset(stream: &TlsStream<TcpStream>) {
    if let Err(error) = stream.get_ref().0.set_zero_linger() {
        tracing::debug!(%error, "a connection to the emulator could not be reset");
    }
}

async fn exchange(
    shared: &Shared,
    caller: &Caller,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Broken> {
    let request = match read(caller, request).await {
        Ok(request) => request,
        Err(status) => return Ok(plain(status)),
    };
    let exchanged =
        shared.with_world(|world, now, random| (world.handle(&request, now, random), world.clock(now))).await;
    match exchanged {
        Err(error) => {
            tracing::error!(%error, "a call to the emulator is left without its answer");
            Err(Broken)
        }
        Ok((Exchange::BrokenBefore, _)) => Err(Broken),
        Ok((Exchange::BrokenAfter { delay_ms, .. }, _)) => {
            wait(delay_ms).await;
            Err(Broken)
        }
        Ok((Exchange::Answer { response, delay_ms }, date)) => {
            wait(delay_ms).await;
            Ok(dated(answer(response), date))
        }
    }
}

/// The world's own time, which may be shifted.
fn dated(mut answer: Response<Full<Bytes>>, date: Timestamp) -> Response<Full<Bytes>> {
    let said = date.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(said) = HeaderValue::from_str(&said) {
        answer.headers_mut().insert(DATE, said);
    }
    answer
}

async fn read(caller: &Caller, request: Request<Incoming>) -> Result<ApiRequest, StatusCode> {
    let (head, body) = request.into_parts();
    let authorization = head.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let bearer = authorization
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Bearer"));
    let body = Limited::new(body, LONGEST_BODY_BYTES).collect().await.map_err(|error| {
        if error.is::<LengthLimitError>() { StatusCode::PAYLOAD_TOO_LARGE } else { StatusCode::BAD_REQUEST }
    })?;
    Ok(ApiRequest {
        certificate_cvr: caller.cvr.clone(),
        certificate_fingerprint: caller.fingerprint.clone(),
        method: head.method.as_str().to_owned(),
        path: head.uri.path_and_query().map_or_else(|| head.uri.path(), |path| path.as_str()).to_owned(),
        bearer: bearer.map(|(_, token)| token.to_owned()),
        body: body.to_bytes().to_vec(),
    })
}

async fn wait(delay_ms: u64) {
    if delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(delay_ms)).await;
    }
}

fn answer(response: ApiResponse) -> Response<Full<Bytes>> {
    let mut answer =
        plain(StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    if !response.body.is_empty() {
        answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(response.content_type));
    }
    if let Some(seconds) = response.retry_after_seconds {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    *answer.body_mut() = Full::new(Bytes::from(response.body));
    answer
}

fn plain(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::new()));
    *response.status_mut() = status;
    response
}
