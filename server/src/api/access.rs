//! Who asks: anybody, or the bearer of the token.
//!
//! Enters: the header `Authorization`. Leaves: a [`Reader`], or [`Staff`] where nobody else may ask. Next:
//! [`super::parameters`].

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use crate::disclosure::Reader;
use crate::error::Problem;
use crate::state::App;

/// Who did it when the bearer of the token does not say.
pub const NOBODY: &str = "API";

/// Proof that the bearer of the token asks.
#[derive(Debug, Clone, Copy)]
pub struct Staff(());

/// A wrong token is refused, not taken for none: whoever sends one would otherwise take what is public for everything.
impl FromRequestParts<App> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Reader, Problem> {
        let Some(given) = parts.headers.get(AUTHORIZATION) else { return Ok(Reader::Public) };
        let token = given.to_str().ok().and_then(|given| given.split_once(' '));
        match token {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && app.token().is(token.trim()) => {
                Ok(Reader::Staff)
            }
            _ => Err(Problem::WrongToken),
        }
    }
}

impl FromRequestParts<App> for Staff {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Staff, Problem> {
        match Reader::from_request_parts(parts, app).await? {
            Reader::Staff => Ok(Staff(())),
            Reader::Public => Err(Problem::Unauthorized),
        }
    }
}
