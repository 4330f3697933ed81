//! The page that readers start from: the search and the towns. Next: [`search`](super::search).

use askama::Template;
use axum::extract::State;

use super::figures::Figure;
use super::frame::{Frame, Section};
use super::links::Side;
use super::results::Results;
use super::standard::period_title;
use super::visit::{Rendered, Visit};
use crate::error::Problem;
use crate::prepared::Lasting;
use crate::state::App;

/// The start page.
#[derive(Debug, Template)]
#[template(path = "home.html")]
pub struct HomePage {
    /// What stands around it.
    pub frame: Frame,
    /// The standard: 瑞安市"六无"平安村社考核办法.
    pub standard: String,
    /// The period of the results shown: 2020年度; none while nothing has been released.
    pub period: Option<String>,
    /// The towns, in the order of their codes.
    pub towns: Vec<TownLink>,
    /// What stands in the empty search box.
    pub query: String,
}

/// A town with its villages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TownLink {
    /// The town.
    pub name: String,
    /// Its code.
    pub code: String,
    /// How many villages it has.
    pub villages: usize,
}

impl TownLink {
    /// The town's villages.
    #[must_use]
    pub fn link(&self) -> String {
        Side::Public.town(&self.code)
    }
}

impl HomePage {
    fn villages(&self) -> Figure {
        Figure::whole(self.towns.iter().map(|town| town.villages).sum())
    }
}

/// Serves `/`. Before anything has been released it says so.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn show(State(app): State<App>, visit: Visit) -> Result<Lasting<Rendered<HomePage>>, Problem> {
    let page = app.blocking(move |app| {
        let frame = visit.frame(app, Section::Search);
        match Results::of(app, None) {
            Ok(results) => Ok(fill(&results, frame)),
            Err(Problem::NoRun { bundle, .. }) => {
                let standard = app.current_edition(&bundle)?.bundle().title.clone();
                Ok(HomePage { frame, standard, period: None, towns: Vec::new(), query: String::new() })
            }
            Err(Problem::Absent(..)) => {
                Ok(HomePage { frame, standard: String::new(), period: None, towns: Vec::new(), query: String::new() })
            }
            Err(problem) => Err(problem),
        }
    });
    page.await.map(|page| Lasting(Rendered(page)))
}

fn fill(results: &Results, frame: Frame) -> HomePage {
    let towns = results.towns().into_iter();
    HomePage {
        standard: results.standard().bundle.title.clone(),
        period: Some(period_title(results.period(), frame.language)),
        towns: towns
            .map(|(town, villages)| TownLink { name: town.name.clone(), code: town.id.clone(), villages })
            .collect(),
        query: String::new(),
        frame: results.name_in(frame),
    }
}
