//! Every route on one screen, grouped by who may call it, and what goes around all of them.
//!
//! Enters: an [`App`]. Leaves: the service that [`crate::serve`] runs and that tests call in memory.
//!
//! Around every route, from the outside in: the number of the request, its line in the log, the face of a problem and the
//! security headers ([`present`]); compression; a panic becomes a problem; the deadline ([`deadline`]); the limit of the body.

mod deadline;
mod present;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use crate::api::health;
use crate::error::Problem;
use crate::pages::{assets, city, home, links, negative, preferences, search, village};
use crate::state::App;

/// The whole service.
pub fn router(app: App) -> Router {
    let around = ServiceBuilder::new()
        .layer(from_fn_with_state(app.clone(), present::present))
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::custom(present::panicked))
        .layer(from_fn_with_state(app.clone(), deadline::hold))
        .layer(DefaultBodyLimit::max(app.config().body_limit()));
    Router::new()
        .nest("/api/v1", anybody())
        .merge(pages())
        .fallback(async || Problem::Address)
        .method_not_allowed_fallback(async || Problem::Method)
        .layer(around)
        .with_state(app)
}

/// What anybody may ask. Without the token: what has been released, as far as the standard lets it be seen.
fn anybody() -> Router<App> {
    Router::new().route("/health", get(health::show))
}

/// The pages that anybody may read: what has been released, as far as the standard lets it be seen.
fn pages() -> Router<App> {
    Router::new()
        .route(links::HOME, get(home::show))
        .route(links::SEARCH, get(search::list))
        .route("/villages/{code}", get(village::show))
        .route(links::CITY, get(city::show))
        .route(links::NEGATIVE, get(negative::list))
        .route(links::PREFERENCES, post(preferences::save))
        .route("/assets/{*name}", get(assets::show))
}
