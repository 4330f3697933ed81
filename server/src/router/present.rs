//! What every answer carries: the number of its request, security headers, and, when it is a problem, the face that fits who
//! asked. One line of the log says what was asked for and how it ended.
//!
//! Addresses in the log are those of the route, `/api/v1/units/{id}`, never what was searched for; nothing of a body or of a
//! token is logged.

use std::any::Any;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{
    ACCEPT, ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, LOCATION, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};

use crate::accounts::Caller;
use crate::error::Problem;
use crate::pages::frame::Frame;
use crate::pages::seat::Seat;
use crate::pages::{assets, links, problem};
use crate::state::App;

/// The header with the number of the request.
const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What Swagger UI needs beyond the policy of our own pages: styles that it sets itself and its inline pictures.
const SWAGGER_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What asked, for the face of a problem.
struct Asked {
    method: Method,
    address: String,
    headers: HeaderMap,
}

impl Asked {
    /// Whether a person with a browser asked for a page.
    fn is_a_person(&self) -> bool {
        let accepts = self.headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        !self.address.starts_with("/api/") && accepts.contains("text/html")
    }
}

/// Gives a request its number and its answer its headers and face.
pub(super) async fn present(State(app): State<App>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let number = number();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let asked = Asked {
        method: request.method().clone(),
        address: request.uri().path_and_query().map_or("/", |address| address.as_str()).to_owned(),
        headers: request.headers().clone(),
    };
    let response = next.run(request).await;
    let mut response = give_face(&app, &asked, &number, response);
    set_headers(response.headers_mut(), &number);
    tracing::info!(
        request = %number,
        method = %asked.method,
        route = route.as_deref().unwrap_or("-"),
        status = response.status().as_u16(),
        ms = started.elapsed().as_millis() as u64,
        "answered"
    );
    response
}

/// A problem as JSON or as a page; anything else as it is.
fn give_face(app: &App, asked: &Asked, number: &str, mut response: Response) -> Response {
    let status = response.status();
    let told = response.extensions_mut().remove::<Arc<Problem>>();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    // A handler that answers in JSON or with a page by itself has said what it has to say.
    let media = response.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    if told.is_none() && (media == b"application/json" || media.starts_with(b"text/html")) {
        return response;
    }
    let problem = told.unwrap_or_else(|| Arc::new(Problem::of_status(status)));
    if problem.status().is_server_error() {
        tracing::error!(request = %number, cause = %problem, "not answered");
    }
    let caller = response.extensions_mut().remove::<Caller>();
    if let Some(way) = way_in(&problem, asked).filter(|_| asked.is_a_person()) {
        return (StatusCode::SEE_OTHER, [(LOCATION, way)]).into_response();
    }
    let page = asked.is_a_person().then(|| {
        let frame = problem::frame(app.config(), &asked.headers, &asked.address);
        let seat = caller.as_ref().and_then(Seat::of);
        problem::page(&problem, Frame { seat, ..frame }, number)
    });
    let mut face = match page {
        Some(Ok(page)) => (problem.status(), Html(page)).into_response(),
        _ => problem.answer(Some(format!("urn:liuwu:request:{number}"))),
    };
    if let Some(allow) = response.headers().get(ALLOW) {
        face.headers_mut().insert(ALLOW, allow.clone());
    }
    problem.set_headers(&mut face);
    face.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    face
}

/// Where somebody is led who only has to log in, or to change the password, to have the page that was asked for.
fn way_in(problem: &Problem, asked: &Asked) -> Option<String> {
    match problem {
        Problem::MustChangePassword => Some(links::PASSWORD.to_owned()),
        Problem::Unauthorized if asked.method == Method::GET => {
            Some(format!("{}?back={}", links::LOG_IN, links::escape(&asked.address)))
        }
        Problem::Unauthorized => Some(links::LOG_IN.to_owned()),
        _ => None,
    }
}

fn set_headers(headers: &mut HeaderMap, number: &str) {
    let fixed = [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "same-origin"),
        (X_FRAME_OPTIONS, "DENY"),
        (CONTENT_SECURITY_POLICY, assets::CONTENT_SECURITY_POLICY),
    ];
    for (name, value) in fixed {
        // A route may have set its own.
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-cache"));
    if let Ok(number) = HeaderValue::from_str(number) {
        headers.insert(X_REQUEST_ID, number);
    }
}

/// The policy for the pages of Swagger UI.
pub(super) async fn for_swagger(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(SWAGGER_POLICY));
    response
}

/// What a handler that panicked answers.
pub(super) fn panicked(cause: Box<dyn Any + Send + 'static>) -> Response {
    let cause = cause.downcast_ref::<&str>().map(|text| (*text).to_owned());
    Problem::Internal(format!("panicked: {}", cause.unwrap_or_default())).into_response()
}

/// A number for a request: 16 random digits, or the time when the system gives none.
fn number() -> String {
    let mut bytes = [0; 8];
    if getrandom::fill(&mut bytes).is_err() {
        bytes = jiff::Timestamp::now().as_nanosecond().to_le_bytes().first_chunk().copied().unwrap_or_default();
    }
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_answered_in_json_and_a_person_with_a_page() {
        let asked = |address: &str, accept: &'static str| Asked {
            method: Method::GET,
            address: address.to_owned(),
            headers: HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(accept))]),
        };
        assert!(asked("/nowhere", "text/html,*/*").is_a_person());
        assert!(!asked("/nowhere", "*/*").is_a_person());
        assert!(!asked("/api/v1/nowhere", "text/html").is_a_person());
    }

    #[test]
    fn numbers_differ() {
        assert_ne!(number(), number());
        assert_eq!(number().len(), 16);
    }

    #[test]
    fn a_status_without_a_problem_has_one_all_the_same() {
        assert_eq!(Problem::of_status(StatusCode::NOT_FOUND).code(), "unknown-address");
        assert_eq!(Problem::of_status(StatusCode::IM_A_TEAPOT).status(), StatusCode::IM_A_TEAPOT);
    }
}
