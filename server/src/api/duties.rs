//! What must be handed in: one list of what is due, as JSON and as a calendar; and what a standard asks of a unit. Next:
//! [`super::openapi`].

use std::fmt::Write as _;

use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use liuwu_engine::bundle::{AskedTwice, asked_twice};
use liuwu_engine::period::{Date, plus_days};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::openapi::Problems;
use super::parameters::{self, Query};
use crate::accounts::Caller;
use crate::desk::filled::{self, Filled};
use crate::duties::{self, Area, Duty, DutyState};
use crate::error::Problem;
use crate::reminders;
use crate::state::App;

/// On which day, and under which standard.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DutiesQuery {
    /// 考核办法;不填则为当前的 · The bundle; the current one when left out.
    bundle: Option<String>,
    /// 哪一天;不填则为今天 · The day; today when left out.
    #[param(value_type = Option<String>, format = Date)]
    on: Option<String>,
}

/// 待办。 · What is asked of the caller.
#[derive(Debug, Serialize, ToSchema)]
pub struct DutiesBody {
    /// 哪一天 · The day of it.
    #[schema(value_type = String, format = Date)]
    pub day: Date,
    /// 待报,最急的在前 · What is still to be handed in, the most urgent first.
    pub open: Vec<DutyBody>,
    /// 迟报,新的在前 · What was handed in after its day, newest first.
    pub came_late: Vec<LateBody>,
    /// 因缺数据不能核定的评分项 · The rules that cannot be checked for want of it.
    pub unchecked: Vec<UncheckedBody>,
}

/// 一项待报。 · One kind for one stretch of time.
#[derive(Debug, Serialize, ToSchema)]
pub struct DutyBody {
    /// 台账类型 · The kind.
    #[schema(example = "fire")]
    pub kind: String,
    /// 名称 · What clerks call it.
    pub title: String,
    /// 报送部门 · Who hands it in.
    pub department: Option<String>,
    /// 第一天 · First day.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// 最后一天 · Last day.
    #[schema(value_type = String, format = Date)]
    pub to: Date,
    /// 截止日期 · By when.
    #[schema(value_type = String, format = Date)]
    pub due: Date,
    /// overdue 逾期、due 待报、coming 期间未满 · How it stands.
    #[schema(example = "due")]
    pub state: &'static str,
    /// 应报的考核对象数 · For how many units it is asked.
    pub units: usize,
    /// 缺报的考核对象数 · For how many of them it is missing.
    pub missing: usize,
    /// 缺在哪里 · The largest areas that lack it whole.
    pub areas: Vec<AreaBody>,
    /// 提醒日期,每个截止日期至多提醒一次 · When somebody was reminded; at most once for each due date.
    #[schema(value_type = Option<String>, format = Date)]
    pub reminded: Option<Date>,
}

/// 区划。 · A division.
#[derive(Debug, Serialize, ToSchema)]
pub struct AreaBody {
    /// 区划代码 · Its code.
    pub code: String,
    /// 名称 · Its name.
    pub name: String,
}

/// 一次迟报。 · A statement that came after its day.
#[derive(Debug, Serialize, ToSchema)]
pub struct LateBody {
    /// 名称 · What clerks call the kind.
    pub title: String,
    /// 区划 · For which area.
    pub area: AreaBody,
    /// 第一天 · From which day.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// 最后一天 · To which day.
    #[schema(value_type = String, format = Date)]
    pub to: Date,
    /// 截止日期 · When it was due.
    #[schema(value_type = String, format = Date)]
    pub due: Date,
    /// 收到日期 · When it came.
    #[schema(value_type = String, format = Date)]
    pub received_on: Date,
}

/// 一条不能核定的评分项。 · A rule that waits.
#[derive(Debug, Serialize, ToSchema)]
pub struct UncheckedBody {
    /// 编号 · Its id.
    pub rule: String,
    /// 名称 · Its title.
    pub title: String,
    /// 等待的台账 · The kinds it waits for.
    pub kinds: Vec<String>,
    /// 涉及的考核对象数 · For how many units.
    pub units: usize,
}

/// 填报负担。 · What a standard asks of one unit.
#[derive(Debug, Serialize, ToSchema)]
pub struct BurdenBody {
    /// 台账类数 · Kinds.
    pub kinds: usize,
    /// 填报项数 · Fields of all kinds.
    pub fields: usize,
    /// 每年报送次数 · Returns in a year.
    pub returns: usize,
    /// 实际填报的周期 · The period that `filled` is about.
    pub period: String,
    /// 范围内实际填报的项 · What was really filled in for the caller's units.
    pub filled: Filled,
    /// 疑似重复采集的填报项(最多报一次) · Fields that stand in several kinds.
    pub asked_twice: Vec<TwiceBody>,
}

/// 一个考核对象的实际填报。 · What was really filled in for one unit.
#[derive(Debug, Serialize, ToSchema)]
pub struct FilledBody {
    /// 区划 · The unit.
    pub unit: AreaBody,
    /// 填报的项 · What was filled in.
    #[serde(flatten)]
    pub filled: Filled,
}

/// Of which period.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FilledQuery {
    /// 周期;不填则为最近的 · The period; the newest when left out.
    #[param(example = "2020")]
    period: Option<String>,
}

/// 疑似重复采集的填报项。 · A field that stands in several kinds.
#[derive(Debug, Serialize, ToSchema)]
pub struct TwiceBody {
    /// 填报项 · The field.
    pub title: String,
    /// 台账 · The kinds that ask for it.
    pub kinds: Vec<String>,
    /// 在考核办法中的位置 · Where they ask for it.
    pub fields: Vec<AskedBody>,
}

/// 考核办法中的一个填报项。 · A field of a kind.
#[derive(Debug, Serialize, ToSchema)]
pub struct AskedBody {
    /// 台账类型 · The kind.
    pub kind: String,
    /// 填报项 · The key of the field.
    pub field: String,
    /// 行号 · The line of the standard.
    pub line: u32,
}

impl From<AskedTwice> for TwiceBody {
    fn from(twice: AskedTwice) -> TwiceBody {
        TwiceBody {
            title: twice.title,
            kinds: twice.under.iter().map(|under| under.title.clone()).collect(),
            fields: twice
                .under
                .into_iter()
                .map(|under| AskedBody { kind: under.kind, field: under.field, line: under.place.0 })
                .collect(),
        }
    }
}

impl DutyState {
    /// The name in answers.
    fn key(self) -> &'static str {
        match self {
            DutyState::Overdue => "overdue",
            DutyState::Due => "due",
            DutyState::Coming => "coming",
        }
    }
}

impl From<Area> for AreaBody {
    fn from(area: Area) -> AreaBody {
        AreaBody { code: area.code, name: area.name }
    }
}

fn day_of(app: &App, query: &DutiesQuery) -> Result<Date, Problem> {
    query.on.as_deref().map_or_else(|| Ok(app.today()), |text| parameters::day("on", text))
}

/// 待办
///
/// What the caller answers for and has not handed in, with due dates from the standard's reporting periods; what came late; and
/// the rules that cannot be checked for want of it.
#[utoipa::path(
    get, path = "/api/v1/duties", tag = "uploads", operation_id = "list_duties", security(("token" = [])),
    params(DutiesQuery),
    responses((status = 200, description = "待办 · What is due", body = DutiesBody), Problems),
)]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<DutiesQuery>,
) -> Result<Json<DutiesBody>, Problem> {
    app.blocking(move |app| {
        let day = day_of(app, &query)?;
        let duties = app.duties(caller.scope(), query.bundle.as_deref(), day)?;
        let reminded = reminders::all(app.store())?;
        let open = duties.open.into_iter().map(|duty| DutyBody {
            reminded: reminders::of(&reminded, &duty),
            from: duty.period.from(),
            to: duty.period.to(),
            state: duty.state.key(),
            kind: duty.kind,
            title: duty.title,
            department: duty.department,
            due: duty.due,
            units: duty.units,
            missing: duty.missing,
            areas: duty.areas.into_iter().map(AreaBody::from).collect(),
        });
        Ok(Json(DutiesBody {
            day,
            open: open.collect(),
            came_late: duties
                .came_late
                .into_iter()
                .map(|late| LateBody {
                    title: late.title,
                    area: late.area.into(),
                    from: late.from,
                    to: late.to,
                    due: late.due,
                    received_on: late.received_on,
                })
                .collect(),
            unchecked: duties
                .unchecked
                .into_iter()
                .map(|rule| UncheckedBody { rule: rule.rule, title: rule.title, kinds: rule.kinds, units: rule.units })
                .collect(),
        }))
    })
    .await
}

/// 待办日历
///
/// The same as a calendar (iCalendar): one entry for each due date, for programs that show calendars.
#[utoipa::path(
    get, path = "/api/v1/duties.ics", tag = "uploads", operation_id = "calendar_of_duties", security(("token" = [])),
    params(DutiesQuery),
    responses((status = 200, description = "日历 · The calendar", content_type = "text/calendar", body = String), Problems),
)]
pub async fn calendar(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<DutiesQuery>,
) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let duties = app.duties(caller.scope(), query.bundle.as_deref(), day_of(app, &query)?)?;
        let stamp = app.now().strftime("%Y%m%dT%H%M%SZ").to_string();
        Ok(([(CONTENT_TYPE, "text/calendar; charset=utf-8")], to_calendar(&duties.open, &stamp)).into_response())
    })
    .await
}

/// 填报负担
///
/// What the standard asks of one unit in a year, what it asks for under several kinds (最多报一次), and what was really filled in for
/// the caller's units.
#[utoipa::path(
    get, path = "/api/v1/burden", tag = "uploads", operation_id = "burden", security(("token" = [])),
    params(DutiesQuery),
    responses((status = 200, description = "填报负担 · The burden", body = BurdenBody), Problems),
)]
pub async fn burden(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<DutiesQuery>,
) -> Result<Json<BurdenBody>, Problem> {
    app.blocking(move |app| {
        let bundle = match query.bundle {
            Some(bundle) => bundle,
            None => app.bundle()?,
        };
        let edition = app.current_edition(&bundle)?;
        let burden = duties::burden(edition.bundle());
        let twice = asked_twice(edition.bundle()).into_iter();
        let filled = filled::burden(app, &caller, None)?;
        Ok(Json(BurdenBody {
            kinds: burden.kinds,
            fields: burden.fields,
            returns: burden.returns,
            period: filled.period.name(),
            filled: filled.all,
            asked_twice: twice.map(TwiceBody::from).collect(),
        }))
    })
    .await
}

/// 各村实际填报
///
/// What was really filled in, unit by unit: what somebody typed most first. Reused is what came with a table or from another system.
#[utoipa::path(
    get, path = "/api/v1/burden/units", tag = "uploads", operation_id = "burden_of_units", security(("token" = [])),
    params(FilledQuery),
    responses((status = 200, description = "各村实际填报 · Unit by unit", body = Vec<FilledBody>), Problems),
)]
pub async fn burden_of_units(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<FilledQuery>,
) -> Result<Json<Vec<FilledBody>>, Problem> {
    app.blocking(move |app| {
        let period = query.period.as_deref().map(parameters::period).transpose()?;
        let burden = filled::burden(app, &caller, period)?;
        let tree = app.units()?;
        let body = |(unit, filled): (String, Filled)| FilledBody {
            unit: AreaBody { name: tree.full_name(&unit), code: unit },
            filled,
        };
        Ok(Json(burden.units.into_iter().map(body).collect()))
    })
    .await
}

/// A calendar of due dates, one event for a kind and a due date (RFC 5545).
fn to_calendar(open: &[Duty], stamp: &str) -> String {
    let mut calendar = String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Liuwu//duties//ZH\r\n");
    for duty in open {
        let end = plus_days(duty.due, 1).unwrap_or(duty.due);
        let summary = format!("报送{}({})", duty.title, duty.period.name());
        // Writing to a string cannot fail.
        let _ = write!(
            calendar,
            "BEGIN:VEVENT\r\nUID:{}-{}@liuwu\r\nDTSTAMP:{stamp}\r\nDTSTART;VALUE=DATE:{}\r\nDTEND;VALUE=DATE:{}\r\n{}\r\nEND:VEVENT\r\n",
            duty.kind,
            duty.period.to(),
            duty.due.strftime("%Y%m%d"),
            end.strftime("%Y%m%d"),
            folded(&format!("SUMMARY:{}", escaped(&summary))),
        );
    }
    calendar.push_str("END:VCALENDAR\r\n");
    calendar
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\n', "\\n")
}

/// Lines are at most 75 bytes long; what goes on begins with a blank.
fn folded(line: &str) -> String {
    let mut folded = String::new();
    let mut length = 0;
    for letter in line.chars() {
        if length + letter.len_utf8() > 74 {
            folded.push_str("\r\n ");
            length = 1;
        }
        folded.push(letter);
        length += letter.len_utf8();
    }
    folded
}
