//! The gate that every request goes through: who asks, and may they?
//!
//! Enters: a request. Leaves: the same with its [`Caller`], for the handler; or a refusal, which is written into the log. What a
//! route takes ([`Access`]) stands beside it in [`crate::router`]. Next: [`crate::pages`].

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::accounts::{Caller, Permission};
use crate::audit::{Action, Note, Subject};
use crate::error::Problem;
use crate::state::App;

/// What a route takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Nothing: anybody may ask. What is answered may still depend on who asks.
    Public,
    /// To be logged in, whatever the role: one's own password and sessions.
    Known,
    /// A permission.
    With(Permission),
}

impl From<Permission> for Access {
    fn from(permission: Permission) -> Access {
        Access::With(permission)
    }
}

impl Access {
    /// Whether a caller may pass.
    ///
    /// # Errors
    /// [`Problem::Unauthorized`] for somebody unknown, [`Problem::Forbidden`] for everybody else.
    pub fn check(self, caller: &Caller) -> Result<(), Problem> {
        match self {
            Access::Public => Ok(()),
            _ if !caller.is_known() => Err(Problem::Unauthorized),
            Access::Known => Ok(()),
            Access::With(permission) if caller.may(permission) => Ok(()),
            Access::With(permission) => Err(Problem::Forbidden(permission.zh(), permission.en())),
        }
    }
}

/// Finds out who asks, lets the request on, and writes refusals into the log.
pub async fn identify(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let from = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(socket)| socket.ip());
    let route = route_of(&request);
    let (caller, mut response) = match recognise(&app, &request, from) {
        Ok(caller) => {
            request.extensions_mut().insert(caller.clone());
            (caller, next.run(request).await)
        }
        Err(problem) => (Caller::public(from), problem.into_response()),
    };
    let refusal = response.extensions().get::<Arc<Problem>>().filter(|problem| is_refusal(problem));
    if let Some(code) = refusal.map(|problem| problem.code()) {
        let note = Note::ended(&caller, Action::Refuse, Subject::of("route", route), code);
        if let Err(problem) = app.blocking(move |app| Ok(app.audit().note(note)?)).await {
            return problem.into_response();
        }
    }
    response.extensions_mut().insert(caller);
    response
}

/// The caller of a request. A wrong token is refused, not taken for none: whoever sends one would otherwise take what is public
/// for everything.
fn recognise(app: &App, request: &Request, from: Option<IpAddr>) -> Result<Caller, Problem> {
    let Some(given) = request.headers().get(AUTHORIZATION) else { return Ok(Caller::public(from)) };
    let token = given.to_str().ok().and_then(|given| given.split_once(' '));
    match token {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && app.token().is(token.trim()) => {
            Ok(Caller::operator(from))
        }
        _ => Err(Problem::WrongToken),
    }
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
    matches!(problem, Problem::Unauthorized | Problem::WrongToken | Problem::Forbidden(..) | Problem::OutOfScope(_))
}

/// Method and address of the route, never what was asked for.
fn route_of(request: &Request) -> String {
    let path = request.extensions().get::<MatchedPath>().map_or("-", |path| path.as_str());
    format!("{} {path}", request.method())
}
