//! What a search found: villages by name, town or code, for anybody or for those who see more of results. Next:
//! [`not_found`](super::not_found).

use askama::Template;
use axum::extract::{Query, State};
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use liuwu_engine::division::short_name;
use serde::Deserialize;

use super::figures::Figure;
use super::frame::{Frame, Section};
use super::links;
use super::place::Place;
use super::rating::Grade;
use super::results::{OtherSide, Results};
use super::visit::{Rendered, Visit};
use crate::disclosure::Shown;
use crate::error::Problem;
use crate::state::App;

/// Villages that a search lists at most; a town is listed whole.
const LISTED: usize = 50;
/// Characters of a query that are looked at; no name is longer.
const LONGEST: usize = 60;

/// What a search found. The block `results` alone answers while the reader types.
#[derive(Debug, Template)]
#[template(path = "search.html", blocks = ["results"])]
pub struct SearchPage {
    /// What stands around it.
    pub frame: Frame,
    /// What was asked for.
    pub query: String,
    /// The town whose villages are listed, when no name was asked for.
    pub town: Option<String>,
    /// The villages found, in the order of their codes.
    pub found: Vec<Found>,
    /// How many more there are than the page shows.
    pub more: usize,
    /// The way to the page on the other side.
    pub other_side: Option<OtherSide>,
}

/// A village found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The village.
    pub place: Place,
    /// Its rating.
    pub rating: String,
    /// How the rating stands.
    pub grade: Grade,
    /// Its score, on a page for staff.
    pub score: Option<Figure>,
}

impl SearchPage {
    /// Whether nothing was asked for.
    fn is_blank(&self) -> bool {
        self.query.trim().is_empty() && self.town.is_none() && self.found.is_empty()
    }
}

/// What may stand behind the question mark.
#[derive(Debug, Deserialize)]
pub struct Asked {
    q: Option<String>,
    town: Option<String>,
}

/// Serves `/search?q=&town=`: a whole page, or what was found alone while the reader types.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn list(State(app): State<App>, visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let part = visit.wants_a_part();
    let page = app.blocking(move |app| {
        let results = Results::of(app, None)?;
        let frame = results.name_in(visit.frame(app, Section::Search));
        Ok(fill(&results, frame, &asked))
    });
    Ok(whole_or_part(page.await?, part))
}

/// Serves `/desk/villages?q=&town=` for those who see more of results than anybody: of a town all its villages when nothing is asked
/// for. That they look is noted.
///
/// # Errors
/// [`Problem::OutOfScope`] for those who see no more.
pub async fn list_in_full(
    State(app): State<App>,
    visit: Visit,
    Query(asked): Query<Asked>,
) -> Result<impl IntoResponse, Problem> {
    let part = visit.wants_a_part();
    let page = app.blocking(move |app| {
        let results = Results::in_full(app, visit.caller(), None, "villages")?;
        let frame = results.name_in(visit.internal_frame(app, Section::Results));
        Ok(fill(&results, frame, &asked))
    });
    page.await.map(|page| ([(CACHE_CONTROL, "private, no-store")], whole_or_part(page, part)))
}

fn whole_or_part(page: SearchPage, part: bool) -> Response {
    if part { Rendered(page.as_results()).into_response() } else { Rendered(page).into_response() }
}

fn fill(results: &Results, frame: Frame, asked: &Asked) -> SearchPage {
    let query: String = asked.q.as_deref().unwrap_or_default().trim().chars().take(LONGEST).collect();
    let towns = results.towns();
    let named = asked.town.as_deref().filter(|_| query.is_empty());
    let town = named.and_then(|code| towns.iter().find(|(town, _)| town.id == code)).map(|(town, _)| *town);
    let fits = |shown: &&Shown| match (&town, query.is_empty()) {
        (Some(town), _) => results.above(&shown.unit).is_some_and(|above| above.id == town.id),
        // Whoever answers for some towns alone needs no search to see their villages.
        (None, true) => results.is_of_some_divisions(),
        (None, false) => is_named(results, &shown.unit, &query),
    };
    let found: Vec<&Shown> = results.units().filter(fits).collect();
    let listed = if query.is_empty() { found.len() } else { LISTED };
    let standard = results.standard();
    let hit = |shown: &&Shown| Found {
        place: results.place(&shown.unit),
        rating: shown.rating.clone().unwrap_or_default(),
        grade: standard.grade(shown.rating.as_deref()),
        score: shown.score.filter(|_| frame.is_internal()).map(Figure),
    };
    let same = asked.town.as_deref().filter(|_| town.is_some());
    SearchPage {
        other_side: results.other_side(&frame, |side| match same {
            Some(town) => side.town(town),
            None => format!("{}?q={}", side.search(), links::escape(&query)),
        }),
        more: found.len().saturating_sub(listed),
        found: found.iter().take(listed).map(hit).collect(),
        town: town.map(|town| short_name(&town.name)),
        query,
        frame,
    }
}

/// Whether a village is meant: part of its name with its town before it, or the beginning of its code.
fn is_named(results: &Results, unit: &str, query: &str) -> bool {
    let place = results.place(unit);
    let name = results.view.units.get(unit).map(|row| row.name.as_str()).unwrap_or_default();
    let query: String = query.split_whitespace().collect();
    unit.starts_with(&query) || format!("{}{}", place.town, place.name).contains(&query) || name.contains(&query)
}
