//! Where an answer comes from: the run and edition, named in every answer with results; and the units that answers name. Next:
//! [`super::units`].

use liuwu_engine::division::short_name;
use liuwu_engine::number::Number;
use liuwu_engine::period::{Date, Period};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use crate::disclosure::Outlook;
use crate::state::App;
use crate::store::{Run, UnitRow};
use crate::view::UnitTree;

/// 结果出处。 · The run and edition that results come from.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Source {
    /// 核算编号 · The run.
    #[schema(example = 12)]
    pub run: u64,
    /// 考核办法 · The bundle.
    #[schema(example = "ruian-six-no")]
    pub bundle: String,
    /// 版本 · The edition.
    #[schema(example = "2020")]
    pub edition: String,
    /// 版本摘要 · SHA-256 of the edition's text.
    pub digest: String,
    /// 考核周期 · The period.
    #[schema(value_type = String, example = "2020")]
    pub period: Period,
    /// 数据截至 · The day on whose knowledge the results rest.
    #[schema(value_type = String, format = Date, example = "2021-01-10")]
    pub as_of: Date,
    /// 总凭证 · Hash over the receipts of the run.
    pub root: String,
    /// 引擎版本 · Version of the engine.
    pub engine: String,
    /// 已公布 · Whether the run is public.
    pub released: bool,
}

impl Source {
    /// The source of results of a run for a period.
    #[must_use]
    pub fn of(run: &Run, period: Period) -> Source {
        Source {
            run: run.id.0,
            bundle: run.bundle.clone(),
            edition: run.edition.clone(),
            digest: run.digest.clone(),
            period,
            as_of: run.as_of,
            root: run.root.clone(),
            engine: run.engine.clone(),
            released: run.released,
        }
    }

    /// What tags rest on.
    #[must_use]
    pub fn basis(&self) -> String {
        format!("run {} {} {}", self.run, self.period, self.released)
    }

    /// The same for a list of which more is told than to anybody: what the account answers for can change, and so can what is said of
    /// the records behind it.
    #[must_use]
    pub fn basis_for(&self, app: &App, outlook: &Outlook) -> String {
        let basis = self.basis();
        if outlook.is_internal() { format!("{basis} {outlook:?} {}", app.writes()) } else { basis }
    }
}

/// 区划。 · A division, as answers name it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UnitName {
    /// 区划代码 · Its id, usually the 12-digit code.
    #[schema(example = "330381116712")]
    pub id: String,
    /// 名称 · Its name.
    #[schema(example = "前垟村民委员会")]
    pub name: String,
    /// 简称 · Its name without the committee.
    #[schema(example = "前垟村")]
    pub short_name: String,
    /// 级别 · Its level.
    #[schema(example = "village")]
    pub level: String,
}

impl UnitName {
    /// The name of a row of the list of units.
    #[must_use]
    pub fn of(row: &UnitRow) -> UnitName {
        UnitName {
            id: row.id.clone(),
            name: row.name.clone(),
            short_name: short_name(&row.name),
            level: row.level.clone(),
        }
    }

    /// The names of all that stand above a unit, nearest first.
    #[must_use]
    pub fn above(units: &UnitTree, id: &str) -> Vec<UnitName> {
        units.above(id).map(UnitName::of).collect()
    }
}

/// Points as exact text: a decimal, or a fraction where no decimal ends, so that lines still add up.
pub(super) fn points<S: Serializer>(number: &Number, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&number.to_exact())
}

/// Points as exact text, or null.
pub(super) fn optional_points<S: Serializer>(number: &Option<Number>, serializer: S) -> Result<S::Ok, S::Error> {
    match number {
        Some(number) => points(number, serializer),
        None => serializer.serialize_none(),
    }
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// 本页内容 · The items of this page.
    pub items: Vec<T>,
    /// 下一页 · `cursor` for the next page; null on the last one.
    pub next: Option<String>,
}
