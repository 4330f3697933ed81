//! Logging in and out.
//!
//! Enters: a name and a password. Leaves: the cookie of a session and the way on; or the same page, which says the same whether the
//! name or the password was wrong. Next: [`super::set_up`].

use askama::Template;
use axum::extract::{Query, State};
use axum::http::header::SET_COOKIE;
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde::Deserialize;

use super::fields::{Fields, back, on_to, told};
use crate::error::Problem;
use crate::gate::cookie;
use crate::pages::frame::{Frame, Section};
use crate::pages::links;
use crate::pages::preferences::is_local;
use crate::pages::visit::{Rendered, Visit};
use crate::state::App;

/// The page on which somebody logs in.
#[derive(Debug, Template)]
#[template(path = "log_in.html")]
pub struct LogInPage {
    /// What stands around it.
    pub frame: Frame,
    /// What was wrong.
    pub refusal: Option<String>,
    /// The name as it was typed.
    pub name: String,
    /// Where to go on afterwards.
    pub back: String,
}

/// Where somebody came from.
#[derive(Debug, Deserialize)]
pub struct Way {
    back: Option<String>,
}

/// Serves `GET /login`.
pub async fn show(State(app): State<App>, visit: Visit, Query(way): Query<Way>) -> Response {
    if visit.caller().session().is_some() {
        return on_to(links::ACCOUNT);
    }
    let frame = visit.frame(&app, Section::Elsewhere);
    Rendered(LogInPage { frame, refusal: None, name: String::new(), back: local(way.back) }).into_response()
}

/// Serves `POST /login`.
///
/// # Errors
/// The store's.
pub async fn enter(State(app): State<App>, visit: Visit, fields: Fields) -> Result<Response, Problem> {
    let from = visit.caller().from();
    let (name, password) = (fields.one("name").to_owned(), fields.one("password").to_owned());
    let tried = app.blocking(move |app| Ok(app.entrance().log_in(&name, &password, from))).await?;
    match tried {
        Ok(inside) => {
            let next = local(Some(fields.one("back").to_owned()));
            let next = if inside.must_change { links::PASSWORD } else { next.as_str() };
            let cookie = [(SET_COOKIE, cookie::set(&inside.secret, app.config()))];
            Ok((AppendHeaders(cookie), on_to(next)).into_response())
        }
        Err(refusal) => {
            let frame = visit.frame(&app, Section::Elsewhere);
            let page = LogInPage {
                refusal: Some(told(&refusal, frame.language)),
                frame,
                name: fields.one("name").to_owned(),
                back: local(Some(fields.one("back").to_owned())),
            };
            back(page, refusal)
        }
    }
}

/// Serves `POST /logout`.
///
/// # Errors
/// The store's.
pub async fn leave(State(app): State<App>, visit: Visit) -> Result<Response, Problem> {
    let caller = visit.caller().clone();
    app.blocking(move |app| Ok(app.entrance().log_out(&caller)?)).await?;
    Ok((AppendHeaders([(SET_COOKIE, cookie::remove(app.config()))]), on_to(links::LOG_IN)).into_response())
}

/// A page of ours; the own account when none was named.
fn local(address: Option<String>) -> String {
    address.filter(|address| is_local(address)).unwrap_or_else(|| links::ACCOUNT.to_owned())
}
