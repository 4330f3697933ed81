//! The first accounts of a new installation: the three administrators, by the one-time link that the server shows at start.
//!
//! Enters: three names. Leaves: their one-time passwords, each to be handed to its owner. Next: [`super::own`].

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::fields::{Fields, back, told};
use crate::accounts::{Refusal, Role};
use crate::error::Problem;
use crate::pages::frame::{Frame, Section};
use crate::pages::links;
use crate::pages::visit::{Rendered, Visit};
use crate::state::App;

/// The page on which the first accounts are made.
#[derive(Debug, Template)]
#[template(path = "set_up.html")]
pub struct SetUpPage {
    /// What stands around it.
    pub frame: Frame,
    /// What was wrong.
    pub refusal: Option<String>,
    /// The code of the link.
    pub code: String,
    /// The three, with the names typed.
    pub administrators: Vec<Administrator>,
    /// Whether they have been made, and the passwords are shown.
    pub done: bool,
}

/// One of the three.
#[derive(Debug, Clone)]
pub struct Administrator {
    /// The key of the role's words.
    pub role: &'static str,
    /// The name of its field.
    pub field: &'static str,
    /// The name of the account.
    pub name: String,
    /// Its one-time password; shown once.
    pub one_time: String,
}

/// The code of the link.
#[derive(Debug, Deserialize)]
pub struct Code {
    #[serde(default)]
    code: String,
}

const THREE: [(Role, &str, &str); 3] = [
    (Role::SystemAdministrator, "role-system-administrator", "sysadmin"),
    (Role::SecurityAdministrator, "role-security-administrator", "secadmin"),
    (Role::Auditor, "role-auditor", "auditor"),
];

/// Serves `GET /setup`.
///
/// # Errors
/// [`Refusal::SetUp`] when there are accounts, [`Refusal::WrongCode`].
pub async fn show(State(app): State<App>, visit: Visit, Query(code): Query<Code>) -> Result<Response, Problem> {
    let asked = code.code.clone();
    app.blocking(move |app| Ok(app.entrance().check_set_up(&asked)?)).await?;
    let administrators =
        THREE.map(|(_, role, field)| Administrator { role, field, name: field.to_owned(), one_time: String::new() });
    let frame = visit.frame(&app, Section::Elsewhere);
    let (code, administrators) = (code.code, administrators.to_vec());
    Ok(Rendered(SetUpPage { frame, refusal: None, code, administrators, done: false }).into_response())
}

/// Serves `POST /setup`.
///
/// # Errors
/// The store's.
pub async fn make(State(app): State<App>, visit: Visit, fields: Fields) -> Result<Response, Problem> {
    let frame = visit.frame(&app, Section::Elsewhere);
    let code = fields.one("code").to_owned();
    let mut administrators = THREE.map(|(_, role, field)| Administrator {
        role,
        field,
        name: fields.one(field).trim().to_owned(),
        one_time: String::new(),
    });
    let names: Vec<(Role, String)> = THREE
        .iter()
        .zip(&administrators)
        .map(|((role, ..), administrator)| (*role, administrator.name.clone()))
        .collect();
    let (caller, asked) = (visit.caller().clone(), code.clone());
    let made = app.blocking(move |app| Ok(app.entrance().set_up(&caller, &asked, &names))).await?;
    let page = |administrators: &[Administrator], refusal: Option<&Refusal>, done| SetUpPage {
        refusal: refusal.map(|refusal| told(refusal, frame.language)),
        frame: frame.clone(),
        code,
        administrators: administrators.to_vec(),
        done,
    };
    match made {
        Ok(given) => {
            for (administrator, one_time) in administrators.iter_mut().zip(given) {
                administrator.one_time = one_time.0;
            }
            Ok(Rendered(page(&administrators, None, true)).into_response())
        }
        Err(refusal) => back(page(&administrators, Some(&refusal), false), refusal),
    }
}
