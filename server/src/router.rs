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
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{delete, get, post};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use crate::api::{
    assessments, batches, bundles, divisions, functions, health, lists, openapi, pushes, record_kinds, releases, runs,
    units, uploads,
};
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
        .nest("/api/v1", anybody().merge(bearer_of_the_token(&app)))
        .merge(openapi::pages().layer(from_fn(present::for_swagger)))
        .merge(pages())
        .fallback(async || Problem::Address)
        .method_not_allowed_fallback(async || Problem::Method)
        .layer(around)
        .with_state(app)
}

/// What anybody may ask. Without the token: what has been released, as far as the standard lets it be seen.
fn anybody() -> Router<App> {
    Router::new()
        .route("/health", get(health::show))
        .route("/openapi.json", get(openapi::show))
        .route("/divisions", get(divisions::list))
        .route("/divisions/{id}", get(divisions::show))
        .route("/units", get(units::list))
        .route("/units/{id}", get(units::show))
        .route("/units/{id}/assessments", get(assessments::of_unit))
        .route("/assessments", get(assessments::list))
        .route("/assessments/{unit}", get(assessments::show))
        .route("/lists", get(lists::list))
        .route("/lists/{list}", get(lists::show))
        .route("/runs", get(runs::list))
        .route("/runs/{run}", get(runs::show))
        .route("/runs/{run}/assessments", get(assessments::list_of_run))
        .route("/runs/{run}/assessments/{unit}", get(assessments::show_of_run))
        .route("/functions", get(functions::list))
        .route("/bundles", get(bundles::list))
        .route("/bundles/{bundle}", get(bundles::show))
        .route("/bundles/{bundle}/editions/{edition}", get(bundles::show_edition))
        .route("/bundles/{bundle}/editions/{edition}/text", get(bundles::show_text))
        .route("/bundles/{bundle}/editions/{edition}/record-kinds", get(record_kinds::list))
        .route("/bundles/{bundle}/editions/{edition}/record-kinds/{kind}", get(record_kinds::show))
}

/// What takes the token.
fn bearer_of_the_token(app: &App) -> Router<App> {
    Router::new()
        .route("/runs", post(runs::create))
        .route("/runs/{run}/verify", post(runs::verify))
        .route("/runs/{run}/release", post(releases::create))
        .route("/runs/{run}/retract", post(releases::take_back))
        .route("/records", post(pushes::create))
        .route("/batches", get(batches::list))
        .route("/batches/{batch}", get(batches::show))
        .route("/uploads/{batch}", delete(uploads::undo))
        .route("/uploads", post(uploads::create).layer(DefaultBodyLimit::max(app.config().upload_limit())))
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
