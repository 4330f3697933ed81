//! One's own account: what it may do, its sessions, its password, the village it acts for.
//!
//! Next: [`super::accounts`].

use askama::Template;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::response::{AppendHeaders, IntoResponse, Response};

use super::fields::{Fields, back, moment, on_to, told};
use crate::accounts::words::scope;
use crate::accounts::{Permission, Refusal};
use crate::error::Problem;
use crate::gate::cookie;
use crate::pages::frame::{Frame, Section};
use crate::pages::links;
use crate::pages::visit::{Rendered, Visit};
use crate::pages::words::Language;
use crate::remit::Remit;
use crate::state::App;
use crate::store::Scope;

/// One's own account.
#[derive(Debug, Template)]
#[template(path = "own.html")]
pub struct OwnPage {
    /// What stands around it.
    pub frame: Frame,
    /// What was wrong.
    pub refusal: Option<String>,
    /// Its name.
    pub name: String,
    /// The keys of the words of its roles.
    pub roles: Vec<&'static str>,
    /// How far it reaches.
    pub scope: String,
    /// What it may do.
    pub permissions: Vec<&'static str>,
    /// Its sessions.
    pub sessions: Vec<SessionLine>,
    /// Whether it may act for a village.
    pub may_act: bool,
    /// The village it acts for.
    pub acting_for: Option<String>,
}

/// A session in the list.
#[derive(Debug)]
pub struct SessionLine {
    /// Since when.
    pub began: String,
    /// The last request.
    pub seen: String,
    /// From where.
    pub from: String,
    /// Whether it is this one.
    pub is_this: bool,
}

/// Serves `GET /account`.
///
/// # Errors
/// The store's.
pub async fn show(State(app): State<App>, visit: Visit) -> Result<Response, Problem> {
    Ok(Rendered(page(&app, visit, None).await?).into_response())
}

async fn page(app: &App, visit: Visit, refusal: Option<String>) -> Result<OwnPage, Problem> {
    app.blocking(move |app| {
        let caller = visit.caller();
        let frame = visit.internal_frame(app, Section::Account);
        let (zh, en) = scope(caller.scope());
        let said = |permission: &Permission| match frame.language {
            Language::Chinese => permission.zh(),
            Language::English => permission.en(),
        };
        let may = Permission::ALL.iter().filter(|permission| caller.may(**permission));
        let line = |own: crate::entrance::sessions::OwnSession| SessionLine {
            began: moment(own.session.began),
            seen: moment(own.session.seen),
            is_this: caller.session() == Some(own.id.as_str()),
            from: own.session.from.unwrap_or_default(),
        };
        Ok(OwnPage {
            name: caller.account().to_owned(),
            roles: caller.roles().iter().map(|role| role.words()).collect(),
            scope: if frame.language == Language::Chinese { zh } else { en },
            permissions: may.map(said).collect(),
            sessions: app.entrance().own_sessions(caller)?.into_iter().map(line).collect(),
            may_act: caller.may(Permission::ActForVillage),
            acting_for: caller.acting_for().map(str::to_owned),
            refusal,
            frame,
        })
    })
    .await
}

/// Serves `POST /account/everywhere`: logs out of all sessions.
///
/// # Errors
/// The store's.
pub async fn leave_everywhere(State(app): State<App>, visit: Visit) -> Result<Response, Problem> {
    let caller = visit.caller().clone();
    app.blocking(move |app| Ok(app.entrance().log_out_everywhere(&caller)?)).await?;
    Ok((AppendHeaders([(SET_COOKIE, cookie::remove(app.config()))]), on_to(links::LOG_IN)).into_response())
}

/// Serves `POST /account/acting`: acts for a village, or for none any more.
///
/// # Errors
/// The store's.
pub async fn act_for(State(app): State<App>, visit: Visit, fields: Fields) -> Result<Response, Problem> {
    let (caller, village) = (visit.caller().clone(), fields.one("village").trim().to_owned());
    let done = app
        .blocking(move |app| {
            if village.is_empty() {
                return Ok(app.entrance().act_for(&caller, None, true));
            }
            // What it reaches by itself, not as the village it acts for just now.
            let own = app.entrance().account(caller.account())?.grant.map(|grant| grant.scope);
            let is_within = is_village_within(app, own.as_ref(), &village)?;
            Ok(app.entrance().act_for(&caller, Some(&village), is_within))
        })
        .await?;
    match done {
        Ok(()) => Ok(on_to(links::ACCOUNT)),
        Err(refusal) => {
            let language = visit.frame(&app, Section::Account).language;
            back(page(&app, visit, Some(told(&refusal, language))).await?, refusal)
        }
    }
}

fn is_village_within(app: &App, scope: Option<&Scope>, village: &str) -> Result<bool, Problem> {
    let units = app.units()?;
    let Some(scope @ (Scope::Divisions(_) | Scope::Everything)) = scope else { return Ok(false) };
    // Only divisions matter here, so any standard will do.
    let edition = app.current_edition(&app.bundle()?)?;
    Ok(units.get(village).is_some() && Remit::of(scope, edition.bundle(), units.all()).has_unit(village))
}

/// The page on which the password is changed.
#[derive(Debug, Template)]
#[template(path = "password.html")]
pub struct PasswordPage {
    /// What stands around it.
    pub frame: Frame,
    /// What was wrong.
    pub refusal: Option<String>,
    /// Whether it has to be changed before anything else.
    pub must_change: bool,
    /// Characters that it has at least.
    pub length: u32,
}

/// Serves `GET /account/password`.
///
/// # Errors
/// The store's.
pub async fn show_password(State(app): State<App>, visit: Visit) -> Result<Response, Problem> {
    Ok(Rendered(password_page(&app, &visit, None).await?).into_response())
}

async fn password_page(app: &App, visit: &Visit, refusal: Option<&Refusal>) -> Result<PasswordPage, Problem> {
    let frame = visit.internal_frame(app, Section::Account);
    let rules = app.blocking(|app| Ok(app.entrance().security()?)).await?;
    Ok(PasswordPage {
        refusal: refusal.map(|refusal| told(refusal, frame.language)),
        must_change: visit.caller().must_change_password(),
        length: rules.password_length,
        frame,
    })
}

/// Serves `POST /account/password`.
///
/// # Errors
/// The store's.
pub async fn change_password(State(app): State<App>, visit: Visit, fields: Fields) -> Result<Response, Problem> {
    let caller = visit.caller().clone();
    let [present, new, again] = ["present", "new", "again"].map(|name| fields.one(name).to_owned());
    let done = app.blocking(move |app| Ok(app.entrance().change_password(&caller, &present, &new, &again))).await?;
    match done {
        Ok(()) => Ok(on_to(links::ACCOUNT)),
        Err(refusal) => back(password_page(&app, &visit, Some(&refusal)).await?, refusal),
    }
}
