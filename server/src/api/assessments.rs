//! Assessments: of the results in force for a period, of one run, of one unit over all periods; in short or explained.
//!
//! The public sees the newest released run of a period, staff the one in force; of what is in their charge everybody sees what
//! [`crate::disclosure`] lets them, in lists too: a town its own villages from the run in force once it asks for them alone. Pages of
//! a list stay with the run they began with. Next: [`super::lists`].

use std::sync::Arc;

use axum::extract::State;
use liuwu_engine::period::Period;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::answer::{Answer, Asked, Format};
use super::explanation::{Beside, Explanation};
use super::openapi::Problems;
use super::parameters::{self, Cursor, Path, Query};
use super::results::{self, Assessment, Assessments, Sourced};
use super::source::Source;
use crate::audit::Subject;
use crate::disclosure::{Lens, Outlook, Reader, Shown};
use crate::error::Problem;
use crate::explanation::exempt::Exempt;
use crate::explanation::late::{Late, Watch};
use crate::state::App;
use crate::store::{Run, RunId};
use crate::succession;
use crate::view::{Listing, RunView};

/// What of the results is wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AssessmentsQuery {
    /// 考核周期;不填则为最近一个有结果的周期 · The period; the latest one with results when left out.
    #[param(example = "2020")]
    period: Option<String>,
    /// 考核办法;不填则为当前的 · The bundle; the current one when left out. Only where no run is named.
    #[param(example = "ruian-six-no")]
    bundle: Option<String>,
    /// 等次 · Only of this rating.
    #[param(example = "平安村社")]
    rating: Option<String>,
    /// 清单 · Only those on this list.
    #[param(example = "negative")]
    list: Option<String>,
    /// 所在镇街(或任一上级)的代码 · Only within this town, or any other unit above.
    #[param(example = "330381116000")]
    town: Option<String>,
    /// 级别;不填则为所考核的一级 · The level of the results: `village`, or a roll-up such as `town`, `all`; the level that the
    /// standard scores when left out.
    level: Option<String>,
    /// json 或 csv(整表,供 Excel 打开) · `json`, or `csv` for the whole selection as a table for spreadsheets; else by `Accept`.
    #[param(example = "json")]
    format: Option<String>,
    /// 上一页给出的 next · The `next` of the page before.
    cursor: Option<String>,
    /// 每页个数,1 至 500 · Items of a page, 1 to 500.
    #[param(default = 100, minimum = 1, maximum = 500)]
    limit: Option<usize>,
}

/// 考核结果列表
///
/// Results of a period, by rising code of the unit: for the public those of the newest released run, for whoever answers for all of
/// them, or for one department's part of them, those of the run in force. A town has those of its own villages in full, and with
/// `town` from the run in force. As JSON page by page, or whole as CSV.
#[utoipa::path(
    get, path = "/api/v1/assessments", tag = "assessments", operation_id = "list_assessments", params(AssessmentsQuery),
    security((), ("token" = [])),
    responses(
        (status = 200, description = "考核结果 · Results", content((Assessments = "application/json"), (String = "text/csv"))),
        (status = 304, description = "没有变化 · Nothing has changed"),
        Problems,
    ),
)]
pub async fn list(
    State(app): State<App>,
    asked: Asked,
    Query(query): Query<AssessmentsQuery>,
) -> Result<Answer, Problem> {
    let selection = Selection::read(&query)?;
    app.blocking(move |app| {
        let outlook = app.outlook(&asked.viewer, query.town.as_deref())?;
        let (run, period) = match selection.cursor.as_ref().and_then(|cursor| cursor.run) {
            Some(run) => of_run(app, run, query.period.as_deref(), outlook.run)?,
            None => find(app, query.bundle.as_deref(), query.period.as_deref(), outlook.run)?,
        };
        answer(app, &asked, &query, &selection, (&run, period, outlook))
    })
    .await
}

/// 某次核算的结果列表
///
/// The same of one run. Without the token only a released run.
#[utoipa::path(
    get, path = "/api/v1/runs/{run}/assessments", tag = "runs", operation_id = "list_assessments_of_run",
    params(("run" = u64, Path, description = "核算编号 · The run"), AssessmentsQuery),
    security((), ("token" = [])),
    responses(
        (status = 200, description = "考核结果 · Results", content((Assessments = "application/json"), (String = "text/csv"))),
        (status = 304, description = "没有变化 · Nothing has changed"),
        Problems,
    ),
)]
pub async fn list_of_run(
    State(app): State<App>,
    asked: Asked,
    Path(run): Path<String>,
    Query(query): Query<AssessmentsQuery>,
) -> Result<Answer, Problem> {
    let run = parameters::run(&run)?;
    refuse_bundle(query.bundle.as_deref())?;
    let selection = Selection::read(&query)?;
    app.blocking(move |app| {
        let outlook = app.outlook(&asked.viewer, query.town.as_deref())?;
        let (run, period) = of_run(app, run, query.period.as_deref(), outlook.run)?;
        answer(app, &asked, &query, &selection, (&run, period, outlook))
    })
    .await
}

/// A run has its own bundle.
fn refuse_bundle(bundle: Option<&str>) -> Result<(), Problem> {
    match bundle {
        None => Ok(()),
        Some(_) => Err(Problem::parameter(
            "bundle",
            "核算已有其考核办法,此处不用",
            "a run has its own bundle; leave it out here",
        )),
    }
}

/// The run and period that a reader means.
pub(super) fn find(
    app: &App,
    bundle: Option<&str>,
    period: Option<&str>,
    reader: Reader,
) -> Result<(Run, Period), Problem> {
    let bundle = match bundle {
        Some(bundle) => bundle.to_owned(),
        None => app.bundle()?,
    };
    match period {
        Some(period) => {
            let period = parameters::period(period)?;
            Ok((app.run_of(&bundle, period, reader)?, period))
        }
        None => {
            let found = app.periods(&bundle, reader)?.into_iter().next();
            found.map(|(period, run)| (run, period)).ok_or(Problem::NoRun { bundle, period: "—".to_owned() })
        }
    }
}

/// A run, if the reader may see it, and one of its periods: the one named, or its last.
fn of_run(app: &App, run: RunId, period: Option<&str>, reader: Reader) -> Result<(Run, Period), Problem> {
    let run = app.run(run, reader)?;
    let period = match period {
        Some(period) => parameters::period(period)?,
        None => {
            run.periods.iter().max().copied().ok_or_else(|| Problem::Internal("a run without periods".to_owned()))?
        }
    };
    Ok((run, period))
}

/// What is asked of the pages.
struct Selection {
    limit: usize,
    cursor: Option<Cursor>,
}

impl Selection {
    fn read(query: &AssessmentsQuery) -> Result<Selection, Problem> {
        let cursor = query.cursor.as_deref().map(Cursor::read).transpose()?;
        Ok(Selection { limit: parameters::limit(query.limit)?, cursor })
    }
}

fn answer(
    app: &App,
    asked: &Asked,
    query: &AssessmentsQuery,
    selection: &Selection,
    (run, period, outlook): (&Run, Period, Outlook),
) -> Result<Answer, Problem> {
    let source = Source::of(run, period);
    let basis = source.basis_for(app, &outlook);
    let listing = || {
        let subject = Subject::of("assessments", format!("{}/{}", run.id, period.name()));
        app.note_look(&asked.caller, outlook.closest(), subject)?;
        app.listing(run, period, outlook.clone())
    };
    match asked.format(query.format.as_deref())? {
        Format::Csv => {
            let file = format!("{}-{}-第{}次核算.csv", run.bundle, period.name(), run.id);
            asked.csv(&basis, file, || {
                let listing = listing()?;
                let units = &listing.view.units;
                let items: Vec<Assessment> =
                    chosen(&listing, query).map(|shown| Assessment::of(shown, units)).collect();
                Ok(results::table(&items, &source, listing.view.edition.bundle()))
            })
        }
        Format::Json => asked.json(&basis, || {
            let listing = listing()?;
            let units = &listing.view.units;
            let after = selection.cursor.as_ref().map(|cursor| cursor.after.as_str());
            let mut chosen =
                chosen(&listing, query).filter(|shown| after.is_none_or(|after| shown.unit.as_str() > after));
            let items: Vec<Assessment> =
                chosen.by_ref().take(selection.limit).map(|shown| Assessment::of(shown, units)).collect();
            let more = chosen.next().is_some();
            let last = items.last().filter(|_| more);
            let next = last.map(|last| Cursor { run: Some(run.id), after: last.unit.id.clone() }.to_text());
            Ok(Assessments { source: source.clone(), items, next })
        }),
    }
}

/// The results that are wanted, by rising unit. What the reader may not see does not choose either: filters read what is shown.
fn chosen<'a>(listing: &'a Listing, query: &'a AssessmentsQuery) -> impl Iterator<Item = &'a Shown> {
    let view = &listing.view;
    let scored = &view.edition.bundle().assess.unit;
    let level = query.level.as_ref().unwrap_or(scored);
    listing.of_level(level).filter(move |shown| {
        query.rating.as_ref().is_none_or(|rating| shown.rating.as_ref() == Some(rating))
            && query.list.as_ref().is_none_or(|list| shown.lists.contains(list))
            && query
                .town
                .as_ref()
                .is_none_or(|town| view.division_of(shown).is_some_and(|row| view.units.is_within(&row.id, town)))
    })
}

/// Which result of a unit is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExplanationQuery {
    /// 考核周期;不填则为最近一个有结果的周期 · The period; the latest one with results when left out.
    #[param(example = "2020")]
    period: Option<String>,
    /// 考核办法;不填则为当前的 · The bundle; the current one when left out. Only where no run is named.
    bundle: Option<String>,
}

/// 得分说明
///
/// One result in full: the whole arithmetic with clauses, departments and evidence. Without the token as far as the standard
/// lets each record kind and criterion be seen: what is not public stands as one sum, and no place in a file is named.
#[utoipa::path(
    get, path = "/api/v1/assessments/{unit}", tag = "assessments", operation_id = "explain_assessment",
    params(("unit" = String, Path, description = "考核对象的代码 · The unit", example = "330381116712"), ExplanationQuery),
    security((), ("token" = [])),
    responses(
        (status = 200, description = "得分说明 · The explanation", body = Explanation),
        (status = 304, description = "没有变化 · Nothing has changed"),
        Problems,
    ),
)]
pub async fn show(
    State(app): State<App>,
    asked: Asked,
    Path(unit): Path<String>,
    Query(query): Query<ExplanationQuery>,
) -> Result<Answer, Problem> {
    app.blocking(move |app| {
        let look = app.look(&asked.viewer, &unit)?;
        let (run, period) = find(app, query.bundle.as_deref(), query.period.as_deref(), look.run)?;
        explain(app, &asked, &look.lens, &run, period, &unit)
    })
    .await
}

/// 某次核算的得分说明
///
/// The same of one run. Without the token only a released run.
#[utoipa::path(
    get, path = "/api/v1/runs/{run}/assessments/{unit}", tag = "runs", operation_id = "explain_assessment_of_run",
    params(
        ("run" = u64, Path, description = "核算编号 · The run"),
        ("unit" = String, Path, description = "考核对象的代码 · The unit", example = "330381116712"),
        ExplanationQuery,
    ),
    security((), ("token" = [])),
    responses(
        (status = 200, description = "得分说明 · The explanation", body = Explanation),
        (status = 304, description = "没有变化 · Nothing has changed"),
        Problems,
    ),
)]
pub async fn show_of_run(
    State(app): State<App>,
    asked: Asked,
    Path((run, unit)): Path<(String, String)>,
    Query(query): Query<ExplanationQuery>,
) -> Result<Answer, Problem> {
    let run = parameters::run(&run)?;
    refuse_bundle(query.bundle.as_deref())?;
    app.blocking(move |app| {
        let look = app.look(&asked.viewer, &unit)?;
        let (run, period) = of_run(app, run, query.period.as_deref(), look.run)?;
        explain(app, &asked, &look.lens, &run, period, &unit)
    })
    .await
}

/// Explains a result through a lens. That somebody sees more of it than the public is noted in the log.
fn explain(app: &App, asked: &Asked, lens: &Lens, run: &Run, period: Period, unit: &str) -> Result<Answer, Problem> {
    let source = Source::of(run, period);
    let mut basis = source.basis();
    if lens.is_internal() {
        // What is said of the records behind it can change, and so can what the caller answers for.
        basis.push_str(&format!(" {lens:?} {}", app.writes()));
    }
    asked.json(&basis, || {
        let view: Arc<RunView> = app.view(run, period)?;
        let absent = || Problem::Absent("考核对象", "unit with a result", unit.to_owned());
        let shown = app.shown(run, period, unit, lens)?.ok_or_else(absent)?;
        app.note_look(&asked.caller, lens, Subject::of("assessment", format!("{}/{unit}", run.id)))?;
        let mut beside = Beside { lens, late: Late::default(), exempt: Exempt::default() };
        // Where the places of evidence are not shown, nothing is said of it.
        if lens.is_internal() {
            let units = view.units.all();
            let whose = succession::behind(units, unit, run.as_of);
            beside.late = Watch::of(app.store(), view.edition.bundle(), run, period)?.late(&whose)?;
            beside.exempt = Exempt::of(app.store(), units, unit, run.as_of)?;
        }
        Ok(Explanation::of(&shown, source.clone(), view.edition.bundle(), &view.units, &beside))
    })
}

/// Of which standard.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OfUnitQuery {
    /// 考核办法;不填则为当前的 · The bundle; the current one when left out.
    bundle: Option<String>,
}

/// 一个考核对象各周期的结果。 · The results of one unit.
#[derive(Debug, Serialize, ToSchema)]
pub struct OfUnit {
    /// 各周期的结果,由近及远 · Its results, latest period first, each with its source.
    pub items: Vec<Sourced>,
}

/// 考核对象各周期结果
///
/// The results of one unit for all periods that have any, latest first, each from the run that the reader sees for it.
#[utoipa::path(
    get, path = "/api/v1/units/{id}/assessments", tag = "assessments", operation_id = "list_assessments_of_unit",
    params(("id" = String, Path, description = "考核对象的代码 · The unit", example = "330381116712"), OfUnitQuery),
    security((), ("token" = [])),
    responses(
        (status = 200, description = "各周期结果 · Results by period", body = OfUnit),
        (status = 304, description = "没有变化 · Nothing has changed"),
        Problems,
    ),
)]
pub async fn of_unit(
    State(app): State<App>,
    asked: Asked,
    Path(id): Path<String>,
    Query(query): Query<OfUnitQuery>,
) -> Result<Answer, Problem> {
    app.blocking(move |app| {
        let units = app.units()?;
        if units.get(&id).is_none() {
            return Err(Problem::Absent("考核对象", "unit", id.clone()));
        }
        let bundle = match query.bundle {
            Some(bundle) => bundle,
            None => app.bundle()?,
        };
        let look = app.look(&asked.viewer, &id)?;
        let sources: Vec<(Run, Source)> = app
            .periods(&bundle, look.run)?
            .into_iter()
            .map(|(period, run)| {
                let source = Source::of(&run, period);
                (run, source)
            })
            .collect();
        let mut basis: String = sources.iter().map(|(_, source)| source.basis()).collect();
        basis.push_str(&format!("units {} {}", app.today(), app.writes()));
        asked.json(&basis, || {
            app.note_look(&asked.caller, &look.lens, Subject::of("assessments", &id))?;
            let mut items = Vec::new();
            for (run, source) in sources {
                let Some(shown) = app.shown_once(&run, source.period, &id, &look.lens)? else { continue };
                items.push(Sourced { assessment: Assessment::of(&shown, &units), source });
            }
            Ok(OfUnit { items })
        })
    })
    .await
}
