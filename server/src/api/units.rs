//! Units: looked for by name, short name or code. Next: [`super::results`].

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::answer::{Answer, Asked};
use super::divisions::next_page;
use super::openapi::Problems;
use super::parameters::{self, Cursor, Path, Query};
use super::source::{Page, UnitName};
use crate::error::Problem;
use crate::state::App;
use crate::store::UnitRow;
use crate::view::{Search, UnitTree};

/// 考核对象。 · A unit with all that stand above it.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnitBody {
    /// 考核对象本身 · The unit itself.
    #[serde(flatten)]
    pub name: UnitName,
    /// 各上级,由近及远 · All that stand above it, nearest first; a village is never named without its town.
    pub above: Vec<UnitName>,
}

impl UnitBody {
    fn of(units: &UnitTree, row: &UnitRow) -> UnitBody {
        UnitBody { name: UnitName::of(row), above: UnitName::above(units, &row.id) }
    }
}

/// Parameters of the search.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UnitsQuery {
    /// 名称、简称的一部分,或代码的开头 · Part of the name or short name, or the beginning of the code.
    #[param(example = "前垟")]
    q: Option<String>,
    /// 级别;不填则为考核办法所考核的一级 · The level; the one that the current standard scores when left out.
    level: Option<String>,
    /// 所在镇街(或任一上级)的代码 · Only within this town, or any other unit above.
    #[param(example = "330381116000")]
    town: Option<String>,
    /// 上一页给出的 next · The `next` of the page before.
    cursor: Option<String>,
    /// 每页个数,1 至 500 · Items of a page, 1 to 500.
    #[param(default = 100, minimum = 1, maximum = 500)]
    limit: Option<usize>,
}

/// 查找考核对象
///
/// Units by name, short name or code, by rising code. Same names in several towns are told apart by `above`.
#[utoipa::path(
    get, path = "/api/v1/units", tag = "divisions", operation_id = "search_units", params(UnitsQuery),
    security((), ("token" = [])),
    responses((status = 200, description = "考核对象 · Units", body = Page<UnitBody>), Problems),
)]
pub async fn list(State(app): State<App>, asked: Asked, Query(query): Query<UnitsQuery>) -> Result<Answer, Problem> {
    let limit = parameters::limit(query.limit)?;
    let cursor = query.cursor.as_deref().map(Cursor::read).transpose()?;
    app.blocking(move |app| {
        let level = match query.level {
            Some(level) => level,
            None => app.current_edition(&app.bundle()?)?.bundle().assess.unit.clone(),
        };
        let units = app.units()?;
        let basis = format!("units {level} {} {}", app.today(), app.writes());
        asked.json(&basis, || {
            let search = Search {
                text: query.q.as_deref().unwrap_or_default(),
                level: Some(&level),
                within: query.town.as_deref(),
            };
            let mut found = units.search(search, cursor.as_ref().map(|cursor| cursor.after.as_str()));
            let rows: Vec<&UnitRow> = found.by_ref().take(limit).collect();
            let next = next_page(&rows, found.next().is_some());
            Ok(Page { items: rows.into_iter().map(|row| UnitBody::of(&units, row)).collect(), next })
        })
    })
    .await
}

/// 考核对象详情
///
/// One unit and all that stand above it. Its results are at `/units/{id}/assessments`.
#[utoipa::path(
    get, path = "/api/v1/units/{id}", tag = "divisions", operation_id = "show_unit",
    params(("id" = String, Path, description = "代码 · The id of the unit", example = "330381116712")),
    security((), ("token" = [])),
    responses((status = 200, description = "考核对象 · The unit", body = UnitBody), Problems),
)]
pub async fn show(State(app): State<App>, asked: Asked, Path(id): Path<String>) -> Result<Answer, Problem> {
    app.blocking(move |app| {
        let units = app.units()?;
        let row = units.get(&id).ok_or_else(|| Problem::Absent("考核对象", "unit", id.clone()))?;
        asked.json(&format!("units {} {}", app.today(), app.writes()), || Ok(UnitBody::of(&units, row)))
    })
    .await
}
