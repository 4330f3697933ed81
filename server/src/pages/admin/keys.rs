//! Keys of other systems: the list, the form for a new one, approval and withdrawal. Next: [`super::security`].

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};

use super::accounts::GrantChoice;
use super::fields::{Fields, back, moment, told};
use crate::accounts::words::scope;
use crate::accounts::{Key, Permission, Refusal, Scope, table};
use crate::entrance::keyring::NewKey;
use crate::error::Problem;
use crate::pages::frame::{Frame, Section};
use crate::pages::links;
use crate::pages::visit::{Rendered, Visit};
use crate::pages::words::Language;
use crate::state::App;

/// Keys of other systems.
#[derive(Debug, Template)]
#[template(path = "keys.html")]
pub struct KeysPage {
    /// What stands around it.
    pub frame: Frame,
    /// What was wrong.
    pub refusal: Option<String>,
    /// A new key; shown once.
    pub made: Option<String>,
    /// All keys.
    pub keys: Vec<KeyLine>,
    /// The permissions that a key can be given, with their words.
    pub permissions: Vec<(&'static str, &'static str)>,
    /// The scope, for the form.
    pub choice: GrantChoice,
    /// Whether the reader may make keys.
    pub may_make: bool,
    /// Whether the reader may approve them.
    pub may_decide: bool,
}

/// A key in the list.
#[derive(Debug)]
pub struct KeyLine {
    /// Its name.
    pub id: String,
    /// Which system has it.
    pub purpose: String,
    /// What it may do.
    pub permissions: Vec<&'static str>,
    /// How far.
    pub scope: String,
    /// Until when.
    pub until: String,
    /// When it was last used; may be empty.
    pub used: String,
    /// The key of the words of its state.
    pub state: &'static str,
    /// The class of the chip that shows it.
    pub class: &'static str,
    /// Whether it waits to be approved.
    pub waits: bool,
    /// Whether it can still be withdrawn.
    pub is_alive: bool,
}

impl KeyLine {
    fn of(key: &Key, language: Language, now: jiff::Timestamp) -> KeyLine {
        let (zh, en) = scope(&key.scope);
        let is_chinese = language == Language::Chinese;
        let (state, class) = match key {
            Key { withdrawn: Some(_), .. } => ("key-withdrawn", "not-applicable"),
            key if key.until <= now => ("key-expired", "not-applicable"),
            Key { approved: None, .. } => ("account-waiting", "in-review"),
            _ => ("key-works", "met"),
        };
        let is_alive = key.withdrawn.is_none() && key.until > now;
        KeyLine {
            id: key.id.clone(),
            purpose: key.purpose.clone(),
            permissions: key.permissions.iter().map(|held| if is_chinese { held.zh() } else { held.en() }).collect(),
            scope: if is_chinese { zh } else { en },
            until: moment(key.until),
            used: key.used.map(moment).unwrap_or_default(),
            state,
            class,
            waits: is_alive && key.approved.is_none(),
            is_alive,
        }
    }
}

fn page(app: &App, visit: &Visit) -> Result<KeysPage, Problem> {
    let frame = visit.internal_frame(app, Section::Keys);
    let now = app.clock();
    let mut keys = app.entrance().keys()?;
    keys.sort_by_key(|key| std::cmp::Reverse(key.made.at));
    let words = |permission: &Permission| {
        (permission.key(), if frame.language == Language::Chinese { permission.zh() } else { permission.en() })
    };
    Ok(KeysPage {
        refusal: None,
        made: None,
        keys: keys.iter().map(|key| KeyLine::of(key, frame.language, now)).collect(),
        permissions: table::FOR_KEYS.iter().map(words).collect(),
        choice: GrantChoice::new(Vec::new(), Scope::Everything),
        may_make: visit.caller().may(Permission::ManageAccounts),
        may_decide: visit.caller().may(Permission::ApproveAccess),
        frame,
    })
}

/// Serves `GET /admin/keys`.
///
/// # Errors
/// The store's.
pub async fn list(State(app): State<App>, visit: Visit) -> Result<Response, Problem> {
    app.blocking(move |app| Ok(Rendered(page(app, &visit)?).into_response())).await
}

/// Serves `POST /admin/keys`.
///
/// # Errors
/// The store's.
pub async fn make(State(app): State<App>, visit: Visit, fields: Fields) -> Result<Response, Problem> {
    let new = NewKey {
        purpose: fields.one("purpose").to_owned(),
        permissions: fields.permissions(),
        scope: fields.scope(),
        days: fields.one("days").trim().parse().unwrap_or(0),
    };
    change(app, visit, |app, visit| app.entrance().make_key(visit.caller(), new).map(|(_, text)| Some(text))).await
}

/// Serves `POST /admin/keys/{id}/approve`.
///
/// # Errors
/// The store's.
pub async fn approve(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> Result<Response, Problem> {
    change(app, visit, move |app, visit| app.entrance().approve_key(visit.caller(), &id).map(|()| None)).await
}

/// Serves `POST /admin/keys/{id}/withdraw`.
///
/// # Errors
/// The store's.
pub async fn withdraw(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> Result<Response, Problem> {
    change(app, visit, move |app, visit| app.entrance().withdraw_key(visit.caller(), &id).map(|()| None)).await
}

async fn change(
    app: App,
    visit: Visit,
    act: impl FnOnce(&App, &Visit) -> Result<Option<String>, Refusal> + Send + 'static,
) -> Result<Response, Problem> {
    let (page, refusal) = app
        .blocking(move |app| {
            let done = act(app, &visit);
            let page = page(app, &visit)?;
            Ok(match done {
                Ok(made) => (KeysPage { made, ..page }, None),
                Err(refusal) => {
                    (KeysPage { refusal: Some(told(&refusal, page.frame.language)), ..page }, Some(refusal))
                }
            })
        })
        .await?;
    match refusal {
        Some(refusal) => back(page, refusal),
        None => Ok(Rendered(page).into_response()),
    }
}
