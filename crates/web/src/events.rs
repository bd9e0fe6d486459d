//! Live progress as server-sent events, for pages that would otherwise reload themselves.

use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::Stream;
use serde_json::json;

use crate::failure::Failure;

/// How far some work has come, in words of the page's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    pub done: i64,
    /// How much there is; 0 while nobody knows.
    pub total: i64,
    pub finished: bool,
    /// Texts by the name in `data-progress`.
    pub texts: Vec<(&'static str, String)>,
}

const PAUSE: Duration = Duration::from_secs(1);
/// A stream ends after ten minutes; a browser that still looks connects again by itself.
const LONGEST: u32 = 600;

/// Looks once a second and tells what changed, until the work is finished or the browser is gone.
pub fn stream<F>(look: impl FnMut() -> F + Send + 'static) -> Response
where
    F: Future<Output = Result<Progress, Failure>> + Send + 'static,
{
    Sse::new(changes(look)).keep_alive(KeepAlive::default()).into_response()
}

fn changes<F>(look: impl FnMut() -> F + Send) -> impl Stream<Item = Result<Event, Infallible>> + Send
where
    F: Future<Output = Result<Progress, Failure>> + Send,
{
    futures::stream::unfold((look, None::<Progress>, 0), |(mut look, before, mut looked)| async move {
        if before.as_ref().is_some_and(|before| before.finished) {
            return None;
        }
        while looked < LONGEST {
            if looked > 0 {
                tokio::time::sleep(PAUSE).await;
            }
            looked += 1;
            let now = look().await.ok()?;
            if before.as_ref() != Some(&now) {
                return Some((Ok(event(&now)), (look, Some(now), looked)));
            }
        }
        None
    })
}

fn event(progress: &Progress) -> Event {
    let texts: serde_json::Map<String, serde_json::Value> =
        progress.texts.iter().map(|(name, text)| ((*name).to_owned(), text.clone().into())).collect();
    let Progress { done, total, finished, .. } = progress;
    Event::default()
        .data(json!({ "done": done, "total": total, "finished": finished, "texts": texts }).to_string())
}
