//! Serves `/city?period=&sort=` for anybody: every village at a glance; and `/desk/city?period=&sort=` for those who see more: the
//! villages they answer for.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use liuwu_engine::assessment::Met;
use liuwu_engine::division::short_name;
use liuwu_engine::number::{self, Number, Rounding};
use serde::Deserialize;

use super::{CityFigure, CityPage, CriterionCount, RatingCount, Unreported, entries, sums};
use crate::disclosure::Shown;
use crate::error::Problem;
use crate::pages::figures::{Figure, Percent};
use crate::pages::frame::{Frame, Section};
use crate::pages::links;
use crate::pages::matters::{self, Records};
use crate::pages::missing;
use crate::pages::results::Results;
use crate::pages::standard::Standard;
use crate::pages::tile_map::{Tile, TileMap, TileTown};
use crate::pages::towns::{TownOrder, TownRow, TownTable};
use crate::pages::visit::{Rendered, Visit};
use crate::prepared::Lasting;
use crate::state::App;
use crate::store::UnitRow;
use crate::view::RunView;

/// How many figures stand out.
const FIGURES: usize = 4;

/// What may stand behind the question mark.
#[derive(Debug, Deserialize)]
pub struct Asked {
    period: Option<String>,
    sort: Option<String>,
}

/// The city at a glance.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    Query(asked): Query<Asked>,
) -> Result<Lasting<Rendered<CityPage>>, Problem> {
    let page = app.blocking(move |app| {
        let results = Results::of(app, asked.period.as_deref())?;
        let frame = results.name_in(visit.frame(app, Section::City));
        page(app, &results, frame, &asked)
    });
    page.await.map(|page| Lasting(Rendered(page)))
}

/// The same with everything that the visitor sees of it. That they look is noted.
///
/// # Errors
/// [`Problem::OutOfScope`] for those who see no more than anybody.
pub async fn show_in_full(
    State(app): State<App>,
    visit: Visit,
    Query(asked): Query<Asked>,
) -> Result<impl IntoResponse, Problem> {
    let page = app.blocking(move |app| {
        let results = Results::in_full(app, visit.caller(), asked.period.as_deref(), "city")?;
        let frame = results.name_in(visit.internal_frame(app, Section::Results));
        page(app, &results, frame, &asked)
    });
    page.await.map(|page| ([(CACHE_CONTROL, "private, no-store")], Rendered(page)))
}

fn page(app: &App, results: &Results, frame: Frame, asked: &Asked) -> Result<CityPage, Problem> {
    let before = results.before().map(|(period, run)| app.view(run, *period)).transpose()?;
    let records = matters::records(app, results)?;
    let order = TownOrder::from_key(asked.sort.as_deref().unwrap_or_default());
    Ok(fill(results, (before, records), frame, order))
}

/// Fills the page. `known` is what else is known: the results of the period before, and the records of matters.
fn fill(results: &Results, known: (Option<Arc<RunView>>, Records), frame: Frame, order: TownOrder) -> CityPage {
    let (before, records) = known;
    let standard = results.standard();
    let towns = towns(results);
    let totals = sums::totals(results, &standard, before.as_deref());
    let figures = totals.iter().take(FIGURES).map(|total| CityFigure {
        title: total.title.clone(),
        now: total.now.clone(),
        before: total.before.clone(),
        change: total.change,
    });
    CityPage {
        city: results.area(),
        is_part: results.is_of_some_divisions(),
        period: results.switch(frame.side().city(), frame.language),
        other_side: results
            .other_side(&frame, |side| format!("{}?period={}", side.city(), links::escape(&results.period().name()))),
        today: None,
        figures: figures.collect(),
        map: TileMap { towns: towns.iter().map(|town| tiles(town, &standard, results)).collect() },
        ratings: ratings(results, &standard),
        towns: TownTable::new(towns.iter().map(|town| row(town, &standard)).collect(), order, results.period().name()),
        criteria: criteria(results, &standard),
        departments: entries::departments(results, &standard, &records),
        taken_on: None,
        totals,
        unreported: unreported(results, &towns, &standard, &frame),
        frame,
    }
}

/// A town with the results of its villages.
struct Town<'a> {
    row: &'a UnitRow,
    villages: Vec<&'a Shown>,
}

/// The towns, by rising id.
fn towns(results: &Results) -> Vec<Town<'_>> {
    let rows = results.towns().into_iter().map(|(row, _)| row);
    let of = |row: &UnitRow, shown: &&Shown| results.above(&shown.unit).is_some_and(|above| above.id == row.id);
    rows.map(|row| Town { row, villages: results.units().filter(|shown| of(row, shown)).collect() }).collect()
}

fn tiles(town: &Town<'_>, standard: &Standard<'_>, results: &Results) -> TileTown {
    let tile = |shown: &&Shown| Tile {
        name: results.place(&shown.unit).name,
        code: shown.unit.clone(),
        grade: standard.grade(shown.rating.as_deref()),
        rating: shown.rating.clone().unwrap_or_default(),
        vetoed: shown.vetoed,
    };
    TileTown {
        name: short_name(&town.row.name),
        code: town.row.id.clone(),
        tiles: town.villages.iter().map(tile).collect(),
    }
}

fn ratings(results: &Results, standard: &Standard<'_>) -> Vec<RatingCount> {
    let villages = |rating: &str| results.units().filter(|shown| shown.rating.as_deref() == Some(rating)).count();
    let of = |rating: &str| RatingCount {
        title: rating.to_owned(),
        grade: standard.grade(Some(rating)),
        villages: villages(rating),
    };
    standard.ratings().into_iter().map(of).collect()
}

fn row(town: &Town<'_>, standard: &Standard<'_>) -> TownRow {
    let lists: Vec<&str> = standard.followed_up_units().map(|list| list.id.as_str()).collect();
    let listed = |shown: &&&Shown| shown.lists.iter().any(|list| lists.contains(&list.as_str()));
    TownRow {
        name: short_name(&town.row.name),
        code: town.row.id.clone(),
        villages: town.villages.len(),
        met: met(&town.villages, standard),
        average: average(&town.villages),
        listed: town.villages.iter().filter(listed).count(),
        overdue: None,
        complete: complete(&town.villages),
    }
}

/// The share of villages in which every condition holds, of those in which all could be checked.
fn met(villages: &[&Shown], standard: &Standard<'_>) -> Option<Percent> {
    let states = |shown: &Shown| -> Vec<Met> {
        standard.conditions().filter_map(|one| shown.criteria.get(&one.id)).map(|result| result.met).collect()
    };
    let all: Vec<Vec<Met>> = villages.iter().filter(|shown| shown.takes_part).map(|shown| states(shown)).collect();
    let checked = all.iter().filter(|states| !states.contains(&Met::Unchecked));
    let hold = checked.clone().filter(|states| !states.contains(&Met::NotMet)).count();
    share(hold, checked.count())
}

fn average(villages: &[&Shown]) -> Option<Figure> {
    let scores: Vec<Number> = villages.iter().filter_map(|shown| shown.score).collect();
    let count = Number::from(scores.len());
    let mean = Number::sum(scores).and_then(|sum| sum.div(count)).ok()?;
    Some(Figure(mean.round(2, Rounding::HalfUp)))
}

/// The share of clauses that could be checked.
fn complete(villages: &[&Shown]) -> Option<Percent> {
    let ended = villages.iter().flat_map(|shown| shown.rules.values()).filter(|rule| rule.met != Met::NotApplicable);
    let checked = ended.clone().filter(|rule| rule.met != Met::Unchecked).count();
    share(checked, ended.count())
}

fn share(part: usize, whole: usize) -> Option<Percent> {
    number::percent(Number::from(part), Number::from(whole)).ok().map(Percent)
}

fn criteria(results: &Results, standard: &Standard<'_>) -> Vec<CriterionCount> {
    let count = |id: &str, met: Met| {
        let state = |shown: &Shown| shown.criteria.get(id).map(|result| result.met);
        results.units().filter(|shown| state(shown) == Some(met)).count()
    };
    standard
        .conditions()
        .map(|criterion| CriterionCount {
            title: criterion.title.clone(),
            not_met: count(&criterion.id, Met::NotMet),
            awaited: count(&criterion.id, Met::Unchecked),
        })
        .collect()
}

/// What is missing, for which towns, and how many villages wait for it.
fn unreported(results: &Results, towns: &[Town<'_>], standard: &Standard<'_>, frame: &Frame) -> Vec<Unreported> {
    let disclosure = &results.view.edition.disclosure;
    let mut all: Vec<Unreported> = Vec::new();
    for town in towns {
        for shown in &town.villages {
            let mut own: Vec<(String, String)> = Vec::new();
            for (rule, _) in shown.rules.iter().filter(|(_, ended)| ended.met == Met::Unchecked) {
                let missing = missing::of_rule(standard, disclosure, results.lens(), shown, rule, frame.language);
                let what = (missing.text, missing.department);
                if !what.1.is_empty() && !own.contains(&what) {
                    own.push(what);
                }
            }
            for (report, department) in own {
                wait(&mut all, report, department, &short_name(&town.row.name));
            }
        }
    }
    all.sort_by_key(|item| std::cmp::Reverse(item.villages));
    all
}

/// Counts one more village of a town that waits for a report.
fn wait(all: &mut Vec<Unreported>, report: String, department: String, town: &str) {
    match all.iter_mut().find(|item| item.report == report && item.department == department) {
        Some(item) => {
            item.villages += 1;
            if !item.towns.split('、').any(|known| known == town) {
                item.towns = format!("{}、{town}", item.towns);
            }
        }
        None => all.push(Unreported { report, department, towns: town.to_owned(), villages: 1 }),
    }
}
