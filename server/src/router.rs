//! Every route on one screen, each with what it takes, and what goes around all of them.
//!
//! Enters: an [`App`]. Leaves: the service that [`crate::serve`] runs and that tests call in memory; and the list of its routes.
//!
//! Around every route, from the outside in: the number of the request, its line in the log, the face of a problem and the
//! security headers ([`present`]); a panic becomes a problem; the deadline ([`deadline`]); who asks ([`crate::gate`]); what is
//! answered already ([`prepared`]); compression; the limit of the body; what the route takes.

mod deadline;
mod prepared;
mod present;
mod routes;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Method;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{patch, post};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use crate::accounts::Permission as May;
use crate::api::records as stored;
use crate::api::{
    self, assessments, attachments, batches, bundles, division_changes, divisions, drafts, duties, events, functions,
    health, jobs, lists, mappings, openapi, pushes, record_kinds, releases, runs, templates, units, uploads, webhooks,
};
use crate::config::Config;
use crate::error::Problem;
use crate::gate;
use crate::gate::Access::{Either, LoggedIn, Public, WithEverything};
use crate::pages::admin::{self, account, accounts, keys, log_in, own, security, set_up, webhooks as hooks};
use crate::pages::divisions as dividing;
use crate::pages::duties as desk;
use crate::pages::links::Side::Desk;
use crate::pages::releases as publishing;
use crate::pages::runs as scorings;
use crate::pages::{assets, burden, city, draft, home, links, negative, preferences, records, search, upload, village};
use crate::state::App;
pub use routes::Route;
use routes::Routes;

/// The whole service.
pub fn router(app: App) -> Router {
    let around = ServiceBuilder::new()
        .layer(from_fn_with_state(app.clone(), present::present))
        .layer(CatchPanicLayer::custom(present::panicked))
        // Around the gate too, which reads the forms of whoever is logged in.
        .layer(from_fn_with_state(app.clone(), deadline::hold))
        .layer(from_fn_with_state(app.clone(), gate::identify))
        .layer(from_fn_with_state(app.clone(), prepared::answer))
        .layer(CompressionLayer::new())
        .layer(DefaultBodyLimit::max(app.config().body_limit()));
    all(app.config())
        .into_router()
        .merge(openapi::pages().layer(from_fn(present::for_swagger)))
        .fallback(async || Problem::Address)
        .method_not_allowed_fallback(async || Problem::Method)
        .layer(around)
        .with_state(app)
}

/// Every route with what it takes. The pages of Swagger UI, which know no data, stand beside them.
pub fn routes(config: &Config) -> Vec<Route> {
    all(config).listed()
}

fn all(config: &Config) -> Routes {
    results()
        .merge(data(config))
        .under("/api/v1")
        .merge(pages())
        .merge(desk(config))
        .merge(kept(config))
        .merge(accounts())
}

/// What anybody may ask. Without a login: what has been released, as far as the standard lets it be seen.
fn results() -> Routes {
    Routes::new()
        .get("/health", Public, health::show)
        .get("/openapi.json", Public, openapi::show)
        .get("/divisions", Public, divisions::list)
        .get("/divisions/{id}", Public, divisions::show)
        .get("/units", Public, units::list)
        .get("/units/{id}", Public, units::show)
        .get("/units/{id}/assessments", Public, assessments::of_unit)
        .get("/assessments", Public, assessments::list)
        .get("/assessments/{unit}", Public, assessments::show)
        .get("/lists", Public, lists::list)
        .get("/lists/{list}", Public, lists::show)
        .get("/runs", Public, runs::list)
        .get("/runs/{run}", Public, runs::show)
        .get("/runs/{run}/assessments", Public, assessments::list_of_run)
        .get("/runs/{run}/assessments/{unit}", Public, assessments::show_of_run)
        .get("/functions", Public, functions::list)
        .get("/bundles", Public, bundles::list)
        .get("/bundles/{bundle}", Public, bundles::show)
        .get("/bundles/{bundle}/editions/{edition}", Public, bundles::show_edition)
        .get("/bundles/{bundle}/editions/{edition}/text", Public, bundles::show_text)
        .get("/bundles/{bundle}/editions/{edition}/record-kinds", Public, record_kinds::list)
        .get("/bundles/{bundle}/editions/{edition}/record-kinds/{kind}", Public, record_kinds::show)
}

/// What is handed in, scored and released.
fn data(config: &Config) -> Routes {
    let uploading = DefaultBodyLimit::max(config.upload_limit());
    Routes::new()
        .post("/runs", WithEverything(May::Score), runs::create)
        .post("/runs/{run}/verify", WithEverything(May::Verify), runs::verify)
        .post("/runs/{run}/release", WithEverything(May::Release), releases::create)
        .post("/runs/{run}/retract", WithEverything(May::Release), releases::take_back)
        .get("/templates", May::Upload, templates::all)
        .get("/templates/{kind}", May::Upload, templates::show)
        .post("/records", May::Upload, pushes::create)
        .post("/events", May::Upload, events::create)
        .get("/division-changes", Public, division_changes::list)
        .route(
            Method::POST,
            "/division-changes",
            WithEverything(May::Upload),
            post(division_changes::create).layer(uploading),
        )
        .get("/duties", May::ReadRecords, duties::list)
        .get("/duties.ics", May::ReadRecords, duties::calendar)
        .get("/burden", May::ReadRecords, duties::burden)
        .get("/burden/units", May::ReadRecords, duties::burden_of_units)
        .get("/webhooks", May::ManageService, webhooks::list)
        .post("/webhooks", WithEverything(May::ManageService), webhooks::create)
        .delete("/webhooks/{webhook}", WithEverything(May::ManageService), webhooks::remove)
        .post("/webhooks/{webhook}/resume", WithEverything(May::ManageService), webhooks::resume)
        .post("/webhooks/{webhook}/pause", WithEverything(May::ManageService), webhooks::pause)
        .post("/webhooks/{webhook}/ping", WithEverything(May::ManageService), webhooks::ping)
        .get("/webhooks/{webhook}/deliveries", May::ManageService, webhooks::deliveries)
        .get("/mappings", May::ManageService, mappings::list)
        .post("/mappings", WithEverything(May::ManageService), mappings::publish)
        .get("/mappings/{mapping}", May::ManageService, mappings::show)
        .get("/audit", May::ReadAudit, api::audit::list)
        .get("/sightings", May::ReadAudit, api::audit::sightings)
        .get("/drafts", May::Upload, drafts::list)
        .route(Method::POST, "/drafts", May::Upload, post(drafts::create).layer(uploading))
        .get("/drafts/{draft}", May::Upload, drafts::show)
        .route(Method::PATCH, "/drafts/{draft}", May::Upload, patch(drafts::change))
        .delete("/drafts/{draft}", May::Upload, drafts::discard)
        .post("/drafts/{draft}/commit", May::Upload, drafts::commit)
        .get("/drafts/{draft}/corrections/{file}", May::Upload, drafts::correction)
        .get("/jobs/{job}", Either(May::Upload, May::Score), jobs::show)
        .delete("/jobs/{job}", Either(May::Upload, May::Score), jobs::call_off)
        .get("/batches", May::ReadRecords, batches::list)
        .get("/batches/{batch}", May::ReadRecords, batches::show)
        .get("/batches/{batch}/undoing", May::Correct, batches::weigh_undoing)
        .get("/records", May::ReadRecords, stored::list)
        .get("/records/{record}", May::ReadRecords, stored::show)
        .post("/records/{record}/in-full", May::SeePersonal, stored::show_in_full)
        .post("/records/{record}/correction", May::Correct, stored::correct)
        .post("/records/{record}/withdrawal", May::Correct, stored::withdraw)
        .get("/records/{record}/attachments", May::ReadRecords, attachments::list)
        .route(
            Method::POST,
            "/records/{record}/attachments",
            May::Upload,
            post(attachments::create).layer(DefaultBodyLimit::max(config.upload_limit())),
        )
        .get("/records/{record}/attachments/{content}", May::ReadRecords, attachments::show)
        .post("/records/{record}/attachments/{content}/original", May::SeePersonal, attachments::show_original)
        .post("/records/{record}/attachments/{content}/withdrawal", May::Correct, attachments::take_off)
        .get("/questions", May::ReadRecords, stored::questions)
        .post("/questions/{question}/answer", May::Correct, stored::answer)
        .route(Method::POST, "/uploads", May::Upload, post(uploads::create).layer(uploading))
        .delete("/uploads/{batch}", May::Correct, uploads::undo)
}

/// The pages of batches and records, for those who hand in and look after them.
fn kept(config: &Config) -> Routes {
    let attaching = DefaultBodyLimit::max(config.upload_limit());
    use records::{batch, batches, entry, ledger, questions, record};
    Routes::new()
        .get(records::BATCHES, May::ReadRecords, batches::list)
        .get("/desk/batches/{batch}", May::ReadRecords, batch::show)
        .get("/desk/batches/{batch}/undo", May::Correct, batch::weigh)
        .post("/desk/batches/{batch}/undo", May::Correct, batch::undo)
        .get(records::RECORDS, May::ReadRecords, ledger::list)
        .get(records::NEW, May::Upload, entry::blank)
        .post(records::NEW, May::Upload, entry::enter)
        .get("/desk/records/{record}", May::ReadRecords, record::show)
        .post("/desk/records/{record}/in-full", May::SeePersonal, record::show_in_full)
        .get("/desk/records/{record}/correct", May::Correct, entry::show)
        .post("/desk/records/{record}/correct", May::Correct, entry::correct)
        .post("/desk/records/{record}/withdraw", May::Correct, record::withdraw)
        .route(Method::POST, "/desk/records/{record}/attachments", May::Upload, post(record::attach).layer(attaching))
        .post("/desk/records/{record}/attachments/{content}/take-off", May::Correct, record::take_off)
        .get(records::QUESTIONS, May::ReadRecords, questions::list)
        .post("/desk/questions/{question}", May::Correct, questions::settle)
}

/// The pages that anybody may read: what has been released, as far as the standard lets it be seen.
fn pages() -> Routes {
    Routes::new()
        .get(links::HOME, Public, home::show)
        .get(links::SEARCH, Public, search::list)
        .get("/villages/{code}", Public, village::show)
        .get(links::CITY, Public, city::show)
        .get(links::NEGATIVE, Public, negative::list)
        .post(links::PREFERENCES, Public, preferences::save)
        .get(links::DESK, May::ReadRecords, desk::show)
        .get("/desk/burden", May::ReadRecords, burden::show)
        .get("/desk/villages/{code}", May::ReadRecords, village::show_in_full)
        .get(Desk.city(), May::ReadResults, city::show_in_full)
        .get(Desk.negative(), May::ReadResults, negative::list_in_full)
        .get(Desk.search(), May::ReadResults, search::list_in_full)
        .get("/assets/{*name}", Public, assets::show)
}

/// The pages on which data is handed in and scored, and runs are made public.
fn desk(config: &Config) -> Routes {
    let uploading = DefaultBodyLimit::max(config.upload_limit());
    Routes::new()
        .get(links::UPLOAD, May::Upload, upload::show)
        .route(Method::POST, links::UPLOAD, May::Upload, post(upload::begin).layer(uploading))
        .post("/desk/upload/statements", May::Upload, upload::state)
        .get("/desk/upload/{draft}", May::Upload, draft::show)
        .post("/desk/upload/{draft}", May::Upload, draft::change)
        .post("/desk/upload/{draft}/commit", May::Upload, draft::commit)
        .post("/desk/upload/{draft}/discard", May::Upload, draft::discard)
        .post("/desk/upload/{draft}/call-off", May::Upload, draft::call_off)
        .post("/desk/upload/{draft}/undo", May::Correct, draft::undo)
        .get("/desk/upload/{draft}/corrections/{file}", May::Upload, draft::correction)
        .get(links::DIVISIONS, WithEverything(May::Upload), dividing::list)
        .route(Method::POST, links::DIVISIONS, WithEverything(May::Upload), post(dividing::begin).layer(uploading))
        .get("/desk/divisions/{draft}", WithEverything(May::Upload), dividing::show)
        .post("/desk/divisions/{draft}/commit", WithEverything(May::Upload), dividing::commit)
        .get(links::RUNS, WithEverything(May::Score), scorings::list)
        .post(links::RUNS, WithEverything(May::Score), scorings::begin)
        .post("/desk/runs/call-off", WithEverything(May::Score), scorings::call_off)
        .get(links::RELEASES, WithEverything(May::Release), publishing::list)
        .get("/desk/releases/{run}", WithEverything(May::Release), publishing::show)
        .post("/desk/releases/{run}/release", WithEverything(May::Release), publishing::release)
        .post("/desk/releases/{run}/retract", WithEverything(May::Release), publishing::take_back)
        .get("/desk/templates", May::Upload, templates::all)
        .get("/desk/templates/{kind}", May::Upload, templates::show)
}

/// Logging in, one's own account, and what administrators see.
fn accounts() -> Routes {
    let see = Either(May::ManageAccounts, May::ApproveAccess);
    Routes::new()
        .get(links::LOG_IN, Public, log_in::show)
        .post(links::LOG_IN, Public, log_in::enter)
        .get(links::SET_UP, Public, set_up::show)
        .post(links::SET_UP, Public, set_up::make)
        .post(links::LOG_OUT, LoggedIn, log_in::leave)
        .get(links::ACCOUNT, LoggedIn, own::show)
        .post("/account/everywhere", LoggedIn, own::leave_everywhere)
        .post("/account/acting", May::ActForVillage, own::act_for)
        .get(links::PASSWORD, LoggedIn, own::show_password)
        .post(links::PASSWORD, LoggedIn, own::change_password)
        .get(links::ACCOUNTS, see, accounts::list)
        .post(links::ACCOUNTS, May::ManageAccounts, accounts::propose)
        .get("/admin/accounts/new", May::ManageAccounts, accounts::show_new)
        .get("/admin/accounts/{name}", see, account::show)
        .post("/admin/accounts/{name}/propose", May::ManageAccounts, account::propose)
        .post("/admin/accounts/{name}/new-password", May::ManageAccounts, account::propose_password)
        .post("/admin/accounts/{name}/approve", May::ApproveAccess, account::approve)
        .post("/admin/accounts/{name}/turn-down", May::ApproveAccess, account::turn_down)
        .post("/admin/accounts/{name}/unlock", May::ApproveAccess, account::unlock)
        .post("/admin/accounts/{name}/close", see, account::close)
        .post("/admin/accounts/{name}/reopen", May::ApproveAccess, account::reopen)
        .get(links::KEYS, see, keys::list)
        .post(links::KEYS, May::ManageAccounts, keys::make)
        .post("/admin/keys/{id}/approve", May::ApproveAccess, keys::approve)
        .post("/admin/keys/{id}/withdraw", see, keys::withdraw)
        .get(links::WEBHOOKS, May::ManageService, hooks::list)
        .post(links::WEBHOOKS, May::ManageService, hooks::register)
        .get("/admin/webhooks/{webhook}", May::ManageService, hooks::show)
        .post("/admin/webhooks/{webhook}/ping", May::ManageService, hooks::ping)
        .post("/admin/webhooks/{webhook}/pause", May::ManageService, hooks::pause)
        .post("/admin/webhooks/{webhook}/resume", May::ManageService, hooks::resume)
        .post("/admin/webhooks/{webhook}/remove", May::ManageService, hooks::remove)
        .get(links::SECURITY, May::SetSecurity, security::show)
        .post(links::SECURITY, May::SetSecurity, security::save)
        .get(links::AUDIT, May::ReadAudit, admin::audit::list)
        .get(links::SIGHTINGS, May::ReadAudit, admin::sightings::list)
}
