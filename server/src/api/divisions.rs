//! Divisions: the tree of county, towns and villages. Next: [`super::units`], which are looked for by name.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::answer::{Answer, Asked};
use super::openapi::Problems;
use super::parameters::{self, Cursor, Path, Query};
use super::source::{Page, UnitName};
use crate::error::Problem;
use crate::state::App;
use crate::store::UnitRow;
use crate::view::{Search, UnitTree};

/// 区划。 · A division and what stands directly around it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Division {
    /// 区划本身 · The division itself.
    #[serde(flatten)]
    pub name: UnitName,
    /// 上级区划代码 · The division above it.
    #[schema(example = "330381116000")]
    pub parent: Option<String>,
    /// 直属下级个数 · How many divisions stand directly below it.
    pub children: usize,
}

impl Division {
    fn of(units: &UnitTree, row: &UnitRow) -> Division {
        Division { name: UnitName::of(row), parent: row.parent.clone(), children: units.below(&row.id).count() }
    }
}

/// 区划及其上下级。 · A division with all above it and those directly below it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DivisionBody {
    /// 区划本身 · The division itself.
    #[serde(flatten)]
    pub division: Division,
    /// 各上级,由近及远 · All that stand above it, nearest first.
    pub above: Vec<UnitName>,
    /// 直属下级 · Those directly below it.
    pub below: Vec<Division>,
}

/// Parameters of the list of divisions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DivisionsQuery {
    /// 级别 · Only of this level, such as `town`.
    level: Option<String>,
    /// 上级区划代码 · Only those directly below this division; none: all.
    parent: Option<String>,
    /// 上一页给出的 next · The `next` of the page before.
    cursor: Option<String>,
    /// 每页个数,1 至 500 · Items of a page, 1 to 500.
    #[param(default = 100, minimum = 1, maximum = 500)]
    limit: Option<usize>,
}

/// 区划列表
///
/// Divisions of the tree by rising code: all, of one level, or those directly below one.
#[utoipa::path(
    get, path = "/api/v1/divisions", tag = "divisions", operation_id = "list_divisions", params(DivisionsQuery),
    security((), ("token" = [])),
    responses((status = 200, description = "区划 · Divisions", body = Page<Division>), Problems),
)]
pub async fn list(
    State(app): State<App>,
    asked: Asked,
    Query(query): Query<DivisionsQuery>,
) -> Result<Answer, Problem> {
    let limit = parameters::limit(query.limit)?;
    let cursor = query.cursor.as_deref().map(Cursor::read).transpose()?;
    app.blocking(move |app| {
        let units = app.units()?;
        let basis = format!("units {} {}", app.today(), app.writes());
        asked.json(&basis, || {
            let search = Search { level: query.level.as_deref(), ..Search::default() };
            let found = units.search(search, cursor.as_ref().map(|cursor| cursor.after.as_str()));
            let mut found =
                found.filter(|row| query.parent.as_ref().is_none_or(|parent| row.parent.as_ref() == Some(parent)));
            let rows: Vec<&UnitRow> = found.by_ref().take(limit).collect();
            let next = next_page(&rows, found.next().is_some());
            Ok(Page { items: rows.into_iter().map(|row| Division::of(&units, row)).collect(), next })
        })
    })
    .await
}

/// The cursor behind the last row, when there are more.
pub(super) fn next_page(rows: &[&UnitRow], more: bool) -> Option<String> {
    let last = rows.last().filter(|_| more)?;
    Some(Cursor { run: None, after: last.id.clone() }.to_text())
}

/// 区划详情
///
/// One division, all that stand above it, and those directly below it.
#[utoipa::path(
    get, path = "/api/v1/divisions/{id}", tag = "divisions", operation_id = "show_division",
    params(("id" = String, Path, description = "区划代码 · The id of the division", example = "330381116000")),
    security((), ("token" = [])),
    responses((status = 200, description = "区划 · The division", body = DivisionBody), Problems),
)]
pub async fn show(State(app): State<App>, asked: Asked, Path(id): Path<String>) -> Result<Answer, Problem> {
    app.blocking(move |app| {
        let units = app.units()?;
        let row = units.get(&id).ok_or_else(|| Problem::Absent("区划", "division", id.clone()))?;
        let basis = format!("units {} {}", app.today(), app.writes());
        asked.json(&basis, || {
            let below = units.below(&id).map(|row| Division::of(&units, row)).collect();
            Ok(DivisionBody { division: Division::of(&units, row), above: UnitName::above(&units, &id), below })
        })
    })
    .await
}
