//! Serves `/villages/{code}?period=` for anybody, and `/desk/villages/{code}?period=` for those who see more of the village than
//! that: gathers what is known of it and fills its page part by part. The two have addresses of their own, so that no copy of the
//! one can be taken for the other.

use axum::extract::{Path, Query, State};
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use liuwu_engine::assessment::Met;
use liuwu_engine::bundle::Criterion;
use liuwu_engine::division::short_name;
use liuwu_engine::number::Rounding;
use serde::Deserialize;

use super::subject::Subject;
use super::{Bar, Predecessor, PublishedBefore, Receipt, VillagePage, arithmetic, awaiting, clauses, mending, verdict};
use crate::audit::{self, Action, Note};
use crate::disclosure::{Lens, Viewer};
use crate::error::Problem;
use crate::pages::figures::Figure;
use crate::pages::frame::{Frame, Section};
use crate::pages::links;
use crate::pages::results::Results;
use crate::pages::visit::{Rendered, Visit};
use crate::prepared::Lasting;
use crate::state::App;
use crate::succession;
use crate::view::ViewError;

/// Decimals beside a bar.
const PLACES: u32 = 2;

/// What may stand behind the question mark.
#[derive(Debug, Deserialize)]
pub struct Asked {
    period: Option<String>,
}

/// The page of a village.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    Path(code): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Lasting<Rendered<VillagePage>>, Problem> {
    let page = app.blocking(move |app| {
        let results = Results::of(app, asked.period.as_deref())?;
        let frame = results.name_in(visit.frame(app, Section::Search));
        let path = format!("{}?period={}", links::village(&code), links::escape(&results.period().name()));
        let address = visit.from_outside(app, &path);
        let internal = app.look(&Viewer::of(visit.caller()), &code)?.lens.is_internal();
        let page = fill(app, &results, &code, Lens::Public, frame, address)?;
        Ok(VillagePage { other: internal.then(|| links::village_in_full(&code)), ..page })
    });
    page.await.map(|page| Lasting(Rendered(page)))
}

/// The page of a village for whoever sees more of it than the public. That they look at it is noted.
///
/// # Errors
/// [`Problem::OutOfScope`] for a village that is not in their charge.
pub async fn show_in_full(
    State(app): State<App>,
    visit: Visit,
    Path(code): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<impl IntoResponse, Problem> {
    let page = app.blocking(move |app| {
        let look = app.look(&Viewer::of(visit.caller()), &code)?;
        if !look.lens.is_internal() {
            return Err(Problem::OutOfScope(code.clone()));
        }
        let results = Results::seen_by(app, look.run, asked.period.as_deref())?;
        let frame = results.name_in(visit.internal_frame(app, Section::Search));
        let path = format!("{}?period={}", links::village_in_full(&code), links::escape(&results.period().name()));
        let address = visit.from_outside(app, &path);
        let page = fill(app, &results, &code, look.lens, frame, address)?;
        let subject = audit::Subject::of("assessment", format!("{}/{code}", results.view.run.id));
        app.audit().note(Note::done(visit.caller(), Action::Inspect, subject))?;
        Ok(VillagePage { other: Some(links::village(&code)), ..page })
    });
    page.await.map(|page| ([(CACHE_CONTROL, "private, no-store")], Rendered(page)))
}

/// Fills the page. `address` is its own, for the square code. It blocks.
fn fill(
    app: &App,
    results: &Results,
    code: &str,
    lens: Lens,
    frame: Frame,
    address: String,
) -> Result<VillagePage, Problem> {
    let here = if lens.is_internal() { links::village_in_full(code) } else { links::village(code) };
    let subject = Subject::load(app, results, code, lens, frame.language)?;
    let years = verdict::years(app, &subject)?;
    let before = results.period().previous().map(|before| before.name()).ok();
    let last = years.iter().find(|year| Some(&year.title) == before.as_ref());
    let points = ViewError::Points;
    let page = VillagePage {
        village: results.place(code),
        predecessors: predecessors(results, code),
        published: published(&subject),
        period: results.switch(&here, frame.language),
        other: None,
        appeal: None,
        verdict: verdict::verdict(&subject, last.and_then(|year| year.score).map(|score| score.0)),
        mending: mending::mending(&subject, &frame).map_err(points)?,
        cards: clauses::cards(&subject).map_err(points)?,
        ledger: arithmetic::ledger(&subject).map_err(points)?,
        foundation: foundation(&subject),
        years,
        bands: subject.standard.bands(),
        awaited: awaiting::awaited(&subject),
        receipt: Receipt { hash: subject.shown.receipt.clone(), address },
        frame,
    };
    if page.ledger.adds_up() {
        Ok(page)
    } else {
        Err(Problem::Internal(format!("the arithmetic of {code} on its page does not reach its score")))
    }
}

/// What was published before, where it was another score.
fn published(subject: &Subject<'_>) -> Option<PublishedBefore> {
    let before = subject.published.as_ref()?;
    let score = before.score.filter(|score| Some(*score) != subject.shown.score)?;
    Some(PublishedBefore { as_of: before.run.as_of, score: Figure(score) })
}

/// The units whose records count for this one.
fn predecessors(results: &Results, code: &str) -> Vec<Predecessor> {
    let view = &results.view;
    let successions = view.units.below(code).filter_map(succession::of_row);
    let in_force = successions.filter(|succession| succession.from <= view.run.as_of);
    in_force.map(|old| Predecessor { name: short_name(&old.name), since: old.from }).collect()
}

/// The groundwork as bars.
fn foundation(subject: &Subject<'_>) -> Vec<Bar> {
    let bar = |criterion: &Criterion| {
        let result = subject.shown.criteria.get(&criterion.id)?;
        let checked = result.met != Met::Unchecked;
        Some(Bar {
            title: criterion.title.clone(),
            article: criterion.basis.clone().unwrap_or_default(),
            got: result.points.filter(|_| checked).map(|points| Figure(points.round(PLACES, Rounding::HalfUp))),
            restricted: checked && result.points.is_none(),
            of: Figure(criterion.base),
        })
    };
    subject.standard.groundwork().filter_map(bar).collect()
}
