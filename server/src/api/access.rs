//! How much of results a caller sees.
//!
//! Enters: the [`Caller`] of a request. Leaves: a [`Reader`]. Next: [`super::parameters`].

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::accounts::{Caller, Permission, Scope};
use crate::disclosure::Reader;
use crate::state::App;

impl FromRequestParts<App> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Reader, Infallible> {
        let caller = Caller::from_request_parts(parts, app).await?;
        // Results tell of all villages and of the records of all departments: whoever is responsible for a part of them sees what
        // everybody sees.
        let sees_all = caller.may(Permission::ReadResults) && *caller.scope() == Scope::Everything;
        Ok(if sees_all { Reader::Staff } else { Reader::Public })
    }
}
