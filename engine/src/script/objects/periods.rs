//! Periods, days and times of day.

use rhai::{Dynamic, Engine, ImmutableString, NativeCallContext};

use super::super::convert::{arithmetic, date, from_number, need_date, need_text, need_whole, time};
use super::super::frame::Frame;
use super::super::functions::names;
use super::super::stop::{Halt, fault};
use super::super::view::View;
use crate::number::Number;
use crate::period::{self, Date, Granularity, LeapDay, Period, Time, Weekday};

type Context<'a> = NativeCallContext<'a>;

fn weekday_name(date: Date) -> ImmutableString {
    ImmutableString::from(match date.weekday() {
        Weekday::Monday => "monday",
        Weekday::Tuesday => "tuesday",
        Weekday::Wednesday => "wednesday",
        Weekday::Thursday => "thursday",
        Weekday::Friday => "friday",
        Weekday::Saturday => "saturday",
        Weekday::Sunday => "sunday",
    })
}

fn weekday(name: &str) -> Result<Weekday, Halt> {
    period::weekday_from_key(name).ok_or_else(|| {
        fault(
            format!("「{name}」不是星期,应为 monday … sunday"),
            format!("`{name}` is no day of the week: monday … sunday"),
        )
    })
}

fn out_of_range(error: period::PeriodError) -> Halt {
    fault(format!("日期超出范围:{error}"), error.to_string())
}

fn periods(list: Vec<Period>) -> View {
    View::of(list.into_iter().map(Dynamic::from))
}

fn small(number: impl Into<i64>) -> Dynamic {
    Dynamic::from_int(number.into())
}

/// The properties of a period that list its parts.
const PARTS: [&str; 4] = ["months", "quarters", "halves", "weeks"];

/// Counts listing the parts of a period: at most one a week, each a small calculation.
fn take_apart(context: &Context<'_>, period: &Period) -> Result<(), Halt> {
    Frame::of(context)?.meter().work(period.days().unsigned_abs() / 2)
}

pub(super) fn register(engine: &mut Engine) {
    engine.register_type_with_name::<Period>("period");
    engine.register_type_with_name::<Date>("date");
    engine.register_type_with_name::<Time>("time");
    engine.register_indexer_get(
        |context: Context<'_>, period: &mut Period, name: ImmutableString| -> Result<Dynamic, Halt> {
            if PARTS.contains(&name.as_str()) {
                take_apart(&context, period)?;
            }
            let optional = |part: Option<i8>| part.map_or(Dynamic::UNIT, small);
            Ok(match name.as_str() {
                "from" => Dynamic::from(period.from()),
                "to" => Dynamic::from(period.to()),
                "year" => small(period.year()),
                "half" => optional(period.half()),
                "quarter" => optional(period.quarter()),
                "month" => optional(period.month()),
                "name" => Dynamic::from(ImmutableString::from(period.name())),
                "title" => Dynamic::from(ImmutableString::from(period.title_zh())),
                "days" => small(period.days()),
                "months" => Dynamic::from(periods(period.months())),
                "quarters" => Dynamic::from(periods(period.quarters())),
                "halves" => Dynamic::from(periods(period.split(Granularity::HalfYear).unwrap_or_default())),
                "weeks" => Dynamic::from(periods(period.weeks())),
                _ => return Err(fault(format!("周期没有「{name}」这一项"), format!("a period has no `{name}`"))),
            })
        },
    );
    engine.register_fn("dates", |context: Context<'_>, period: &mut Period, name: &str| -> Result<View, Halt> {
        take_apart(&context, period)?;
        Ok(View::of(period.dates(weekday(name)?).into_iter().map(Dynamic::from)))
    });
    engine.register_fn("back", |period: &mut Period, periods: Dynamic| -> Result<Period, Halt> {
        period.back(need_whole(&periods, "back")?).map_err(out_of_range)
    });
    register_days(engine);
    register_times(engine);
}

/// A day out of a text or a time.
fn day(of: Dynamic) -> Result<Dynamic, Halt> {
    if let Some(time) = time(&of) {
        return Ok(Dynamic::from(time.date()));
    }
    let text = need_text(&of, "date")?;
    period::parse_date(&text).map(Dynamic::from).map_err(|_| {
        fault(format!("「{text}」不是日期,应如 2020-02-29"), format!("`{text}` is no date such as 2020-02-29"))
    })
}

fn register_days(engine: &mut Engine) {
    engine.register_get("year", |date: &mut Date| i64::from(date.year()));
    engine.register_get("month", |date: &mut Date| i64::from(date.month()));
    engine.register_get("day", |date: &mut Date| i64::from(date.day()));
    engine.register_get("quarter", |date: &mut Date| i64::from((date.month() - 1) / 3 + 1));
    engine.register_get("weekday", |date: &mut Date| weekday_name(*date));
    for name in names("date") {
        engine.register_fn(name, day);
    }
    engine.register_fn("plus_days", |date: Date, days: Dynamic| -> Result<Date, Halt> {
        let days = need_whole(&days, "plus_days")?;
        period::plus_days(date, days).map_err(out_of_range)
    });
    engine.register_fn("plus_months", |date: Date, months: Dynamic| -> Result<Date, Halt> {
        period::plus_months(date, need_whole(&months, "plus_months")?).map_err(out_of_range)
    });
    engine.register_fn("plus_years", |date: Date, years: Dynamic| -> Result<Date, Halt> {
        period::plus_years(date, need_whole(&years, "plus_years")?, LeapDay::Previous).map_err(out_of_range)
    });
    engine.register_fn("plus_years", |date: Date, years: Dynamic, leap: &str| -> Result<Date, Halt> {
        let rule = match leap {
            "next" => LeapDay::Next,
            "previous" => LeapDay::Previous,
            _ => {
                return Err(fault(
                    "plus_years 的第二个参数应为 \"next\" 或 \"previous\"",
                    "the second argument of `plus_years` is \"next\" or \"previous\"",
                ));
            }
        };
        period::plus_years(date, need_whole(&years, "plus_years")?, rule).map_err(out_of_range)
    });
    engine.register_fn("days_between", |from: Dynamic, to: Dynamic| -> Result<i64, Halt> {
        Ok(period::days_between(need_date(&from, "days_between")?, need_date(&to, "days_between")?))
    });
}

fn register_times(engine: &mut Engine) {
    engine.register_get("date", |time: &mut Time| time.date());
    engine.register_get("year", |time: &mut Time| i64::from(time.year()));
    engine.register_get("month", |time: &mut Time| i64::from(time.month()));
    engine.register_get("day", |time: &mut Time| i64::from(time.day()));
    engine.register_get("hour", |time: &mut Time| i64::from(time.hour()));
    engine.register_get("minute", |time: &mut Time| i64::from(time.minute()));
    engine.register_get("quarter", |time: &mut Time| i64::from((time.month() - 1) / 3 + 1));
    engine.register_get("weekday", |time: &mut Time| weekday_name(time.date()));
    engine.register_fn("time", |text: &str| -> Result<Time, Halt> {
        period::parse_time(text).map_err(|_| {
            fault(
                format!("「{text}」不是时间,应如 2020-02-29 08:30"),
                format!("`{text}` is no time such as 2020-02-29 08:30"),
            )
        })
    });
    engine.register_fn("hours_between", |from: Dynamic, to: Dynamic| -> Result<Dynamic, Halt> {
        let moment = |value: &Dynamic| {
            time(value).or_else(|| date(value).map(|date| date.to_datetime(jiff::civil::Time::midnight())))
        };
        let (Some(from), Some(to)) = (moment(&from), moment(&to)) else {
            return Err(fault("hours_between 需要两个时间", "`hours_between` takes two times"));
        };
        Number::fraction(period::seconds_between(from, to), 3600).map(from_number).map_err(arithmetic)
    });
}
