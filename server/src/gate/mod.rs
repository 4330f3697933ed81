//! The gate that every request goes through: who asks, and may they?
//!
//! Enters: a request. Leaves: the same with its [`Caller`], for the handler; or a refusal, which is written into the log. What a
//! route takes ([`Access`]) stands beside it in [`crate::router`]. Reading order: [`address`] (from where), [`cookie`],
//! [`origin`] (is it a page of ours that asks). Next: [`crate::pages`].

pub mod address;
pub mod cookie;
pub mod origin;

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::accounts::{Caller, Permission, Refusal};
use crate::audit::{Action, Note, Subject};
use crate::config::OperatorKey;
use crate::error::Problem;
use crate::remit::Remit;
use crate::state::App;

/// What a route takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Nothing: anybody may ask. What is answered may still depend on who asks.
    Public,
    /// To be logged in with an account, whatever the role: one's own password and sessions.
    LoggedIn,
    /// A permission.
    With(Permission),
    /// A permission, and a scope without bounds: what the route does concerns everybody.
    WithEverything(Permission),
    /// One of two permissions.
    Either(Permission, Permission),
}

impl From<Permission> for Access {
    fn from(permission: Permission) -> Access {
        Access::With(permission)
    }
}

impl Access {
    /// Whether somebody with these permissions and a scope without bounds may pass; `is_person`: logged in with an account.
    #[must_use]
    pub fn lets(self, may: impl Fn(Permission) -> bool, is_person: bool) -> bool {
        match self {
            Access::Public => true,
            Access::LoggedIn => is_person,
            Access::With(permission) | Access::WithEverything(permission) => may(permission),
            Access::Either(one, other) => may(one) || may(other),
        }
    }

    /// Whether a caller may pass.
    ///
    /// # Errors
    /// [`Problem::Unauthorized`] for somebody unknown, [`Problem::MustChangePassword`], [`Problem::Forbidden`],
    /// [`Problem::OutOfScope`] for somebody who answers for a part alone.
    pub fn check(self, caller: &Caller) -> Result<(), Problem> {
        if self.lets(|permission| caller.may(permission), caller.session().is_some()) {
            return match self {
                Access::WithEverything(permission) => Ok(Remit::of_everything(caller, permission.zh()).map(drop)?),
                _ => Ok(()),
            };
        }
        if !caller.is_known() {
            return Err(Problem::Unauthorized);
        }
        if caller.must_change_password() {
            return Err(Problem::MustChangePassword);
        }
        Err(match self {
            Access::With(permission) | Access::WithEverything(permission) | Access::Either(permission, _) => {
                Problem::Forbidden(permission.zh(), permission.en())
            }
            Access::Public | Access::LoggedIn => Problem::Forbidden("以账号登录", "be logged in with an account"),
        })
    }
}

/// Finds out who asks, lets the request on, and writes refusals into the log.
pub async fn identify(State(app): State<App>, request: Request, next: Next) -> Response {
    let from = address::of(&request, &app.config().proxies);
    let route = route_of(&request);
    let (caller, mut response) = match enter(&app, request, from).await {
        Ok((caller, request)) => (caller, next.run(request).await),
        Err((caller, problem)) => (caller, problem.into_response()),
    };
    let refusal = response.extensions().get::<Arc<Problem>>().filter(|problem| is_refusal(problem));
    if let Some(code) = refusal.map(|problem| problem.code()) {
        let note = Note::ended(&caller, Action::Refuse, Subject::of("route", route), code);
        if let Err(problem) = app.blocking(move |app| Ok(app.audit().note_refusal(note)?)).await {
            return problem.into_response();
        }
    }
    response.extensions_mut().insert(caller);
    response
}

/// The request with its caller, or why it does not come in.
async fn enter(app: &App, request: Request, from: Option<IpAddr>) -> Result<(Caller, Request), (Caller, Problem)> {
    let public = Caller::public(from);
    let paced = app.entrance().pace().address(from).map_err(|seconds| Problem::Account(Refusal::TooOften(seconds)));
    paced.map_err(|problem| (public.clone(), problem))?;
    let caller = recognise(app, request.headers(), from).await.map_err(|problem| (public, problem))?;
    let mut request = match origin::check(app, &caller, request).await {
        Ok(request) => request,
        Err(problem) => return Err((caller, problem)),
    };
    request.extensions_mut().insert(caller.clone());
    Ok((caller, request))
}

/// The caller of a request. A wrong key is refused, not taken for none: whoever sends one would otherwise take what is public
/// for everything. A session that has ended is none: its owner is asked to log in where that is needed.
async fn recognise(app: &App, headers: &HeaderMap, from: Option<IpAddr>) -> Result<Caller, Problem> {
    if let Some(given) = headers.get(AUTHORIZATION) {
        let given = given.to_str().ok().and_then(|given| given.split_once(' '));
        let bearer = given.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let text = bearer.map(|(_, text)| text.trim().to_owned()).ok_or(Problem::WrongToken)?;
        return app.blocking(move |app| with_key(app, &text, from)).await;
    }
    match cookie::session(headers, app.config()) {
        Some(secret) => {
            let found = app.blocking(move |app| Ok(app.entrance().recognise(&secret, from)?)).await?;
            Ok(found.unwrap_or_else(|| Caller::public(from)))
        }
        None => Ok(Caller::public(from)),
    }
}

fn with_key(app: &App, text: &str, from: Option<IpAddr>) -> Result<Caller, Problem> {
    if app.token().is(text) {
        let works = match app.config().operator_key {
            OperatorKey::On => true,
            OperatorKey::Off => false,
            OperatorKey::Auto => !app.entrance().is_set_up()?,
        };
        return if works { Ok(Caller::operator(from)) } else { Err(Problem::TokenOff) };
    }
    let caller = app.entrance().open_with(text, from)?.ok_or(Problem::WrongToken)?;
    Ok(if app.is_of_villages(caller.scope())? { caller.of_villages() } else { caller })
}

/// Lets only those on to a route who may have it.
pub async fn admit(access: Access, request: Request, next: Next) -> Response {
    let checked = match request.extensions().get::<Caller>() {
        Some(caller) => access.check(caller),
        None => access.check(&Caller::public(None)),
    };
    match checked {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

fn is_refusal(problem: &Problem) -> bool {
    matches!(
        problem,
        Problem::Unauthorized
            | Problem::WrongToken
            | Problem::TokenOff
            | Problem::Forbidden(..)
            | Problem::OutOfScope(_)
            | Problem::OtherHand(_)
            | Problem::CrossSite
            | Problem::MustChangePassword
    )
}

/// Method and address of the route, never what was asked for.
fn route_of(request: &Request) -> String {
    let path = request.extensions().get::<MatchedPath>().map_or("-", |path| path.as_str());
    format!("{} {path}", request.method())
}

/// Whether a method changes nothing.
fn is_safe(method: &Method) -> bool {
    [Method::GET, Method::HEAD, Method::OPTIONS].contains(method)
}
