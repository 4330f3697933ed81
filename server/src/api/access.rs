//! Whose runs a caller sees in lists.
//!
//! Enters: the [`Caller`] of a request. Leaves: a [`Reader`]. Next: [`super::parameters`].

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::accounts::Caller;
use crate::disclosure::{Reader, Viewer};
use crate::state::App;

impl FromRequestParts<App> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Reader, Infallible> {
        let caller = Caller::from_request_parts(parts, app).await?;
        Ok(Viewer::of(&caller).of_runs())
    }
}
