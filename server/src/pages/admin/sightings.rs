//! The register of who saw personal data in full, and why, for the auditor; exported by the API. Next: [`super::super::preferences`].

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::fields::moment;
use crate::custody::sightings::{self, Sighting};
use crate::error::Problem;
use crate::pages::frame::{Frame, Section};
use crate::pages::links;
use crate::pages::visit::{Rendered, Visit};
use crate::state::App;

/// Lines shown; the export has all.
const SHOWN: usize = 200;

/// The register.
#[derive(Debug, Template)]
#[template(path = "sightings.html")]
pub struct SightingsPage {
    /// What stands around it.
    pub frame: Frame,
    /// The newest lines.
    pub lines: Vec<SightingLine>,
    /// How many there are in all.
    pub total: usize,
}

/// A line of the register.
#[derive(Debug)]
pub struct SightingLine {
    /// When.
    pub at: String,
    /// Who.
    pub who: String,
    /// The key of the words for what was seen.
    pub kind: &'static str,
    /// Which one.
    pub of: String,
    /// The reason that was given.
    pub why: String,
}

impl From<Sighting> for SightingLine {
    fn from(sighting: Sighting) -> SightingLine {
        let kind = if sighting.is_attachment() { "subject-attachment" } else { "subject-record" };
        let Sighting { of, act } = sighting;
        SightingLine { at: moment(act.at), who: act.by, kind, of, why: act.why }
    }
}

/// Serves `GET /audit/sightings`.
///
/// # Errors
/// The store's.
pub async fn list(State(app): State<App>, visit: Visit) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let frame = visit.internal_frame(app, Section::Audit);
        let all = sightings::all(app.store())?;
        let total = all.len();
        let lines = all.into_iter().take(SHOWN).map(SightingLine::from).collect();
        Ok(Rendered(SightingsPage { frame, lines, total }).into_response())
    })
    .await
}
