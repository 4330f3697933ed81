//! The deadline of a request. What a handler has already handed to the store goes on to its end; only the answer is given up.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::error::Problem;
use crate::state::App;

/// Gives up a request that takes too long.
pub(super) async fn hold(State(app): State<App>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(app.config().timeout(), next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::Timeout.into_response(),
    }
}
