//! Dates and times: ISO text or a number of days, months, years enters, a date of the calendar leaves. Times are those of
//! the wall in China, at a fixed offset of eight hours: Asia/Shanghai has had no summer time since 1992. What holds days
//! together, [`period`](super), is next.

use jiff::civil::DateTime;
use jiff::{SignedDuration, Span};

use super::PeriodError;

pub use jiff::civil::Weekday;

/// A day of the calendar.
pub type Date = jiff::civil::Date;
/// A moment on the clocks of China (UTC+8).
pub type Time = DateTime;

/// Minutes by which the clocks of China are ahead of UTC.
const CHINA_OFFSET: i64 = 8 * 60;

/// Where 29 February goes in a year without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LeapDay {
    /// To 28 February.
    Previous,
    /// To 1 March.
    Next,
}

/// The date so many days later; earlier, when the number is negative.
///
/// # Errors
/// [`PeriodError::OutOfRange`] outside the years 1 to 9999.
pub fn plus_days(date: Date, days: i64) -> Result<Date, PeriodError> {
    plus(date, Span::new().try_days(days))
}

/// The same day so many months later, or the last day of a month that is too short: 31 January + 1 is 29 February 2020.
///
/// # Errors
/// [`PeriodError::OutOfRange`] outside the years 1 to 9999.
pub fn plus_months(date: Date, months: i64) -> Result<Date, PeriodError> {
    plus(date, Span::new().try_months(months))
}

/// The same day so many years later; `leap_day` says what becomes of 29 February.
///
/// # Errors
/// [`PeriodError::OutOfRange`] outside the years 1 to 9999.
pub fn plus_years(date: Date, years: i64, leap_day: LeapDay) -> Result<Date, PeriodError> {
    let later = plus(date, Span::new().try_years(years))?;
    if leap_day == LeapDay::Next && later.day() != date.day() { plus_days(later, 1) } else { Ok(later) }
}

fn plus(date: Date, span: Result<Span, jiff::Error>) -> Result<Date, PeriodError> {
    let moved = span.and_then(|span| date.checked_add(span)).map_err(|_| PeriodError::OutOfRange)?;
    if moved.year() < 1 { Err(PeriodError::OutOfRange) } else { Ok(moved) }
}

/// Days from the first date to the second; negative when the second is earlier.
#[must_use]
pub fn days_between(first: Date, second: Date) -> i64 {
    first.duration_until(second).as_secs() / (24 * 60 * 60)
}

/// The day from which days are numbered: number 0.
const FIRST_DAY: Date = Date::constant(1970, 1, 1);

/// The number of a day: 0 is 1 January 1970, earlier days are negative.
#[must_use]
pub fn day_number(date: Date) -> i32 {
    // At most ten thousand years of days.
    i32::try_from(days_between(FIRST_DAY, date)).unwrap_or_default()
}

/// The day with a number; none outside the calendar (years -9999 to 9999).
#[must_use]
pub fn day_of_number(number: i32) -> Option<Date> {
    let days = Span::new().try_days(number).ok()?;
    FIRST_DAY.checked_add(days).ok()
}

/// Whole seconds from the first time to the second; negative when the second is earlier.
#[must_use]
pub fn seconds_between(first: Time, second: Time) -> i64 {
    first.duration_until(second).as_secs()
}

/// The day of the week with this English name in small letters, `monday` to `sunday`.
#[must_use]
pub fn weekday_from_key(key: &str) -> Option<Weekday> {
    match key {
        "monday" => Some(Weekday::Monday),
        "tuesday" => Some(Weekday::Tuesday),
        "wednesday" => Some(Weekday::Wednesday),
        "thursday" => Some(Weekday::Thursday),
        "friday" => Some(Weekday::Friday),
        "saturday" => Some(Weekday::Saturday),
        "sunday" => Some(Weekday::Sunday),
        _ => None,
    }
}

/// Reads `2020-02-29`, and nothing else.
///
/// # Errors
/// [`PeriodError::NotADate`].
pub fn parse_date(text: &str) -> Result<Date, PeriodError> {
    read_date(text).ok_or_else(|| PeriodError::NotADate { given: text.to_owned() })
}

/// Reads `2020-02-29T08:30` with or without seconds and their fraction, with `T` or a blank in the middle. With an
/// offset behind it, `Z` or `+00:00`, it is moved to the clocks of China; without one it is taken as theirs.
///
/// # Errors
/// [`PeriodError::NotATime`], [`PeriodError::OutOfRange`] when moving it leaves the calendar.
pub fn parse_time(text: &str) -> Result<Time, PeriodError> {
    let (time, offset) = read_time(text).ok_or_else(|| PeriodError::NotATime { given: text.to_owned() })?;
    let moved = time.checked_add(SignedDuration::from_mins(CHINA_OFFSET - offset));
    moved.map_err(|_| PeriodError::OutOfRange)
}

/// 2020年3月1日.
#[must_use]
pub fn format_date_zh(date: Date) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

/// 2020年3月1日08:30.
#[must_use]
pub fn format_time_zh(time: Time) -> String {
    format!("{}{:02}:{:02}", format_date_zh(time.date()), time.hour(), time.minute())
}

/// The number that exactly so many ASCII digits stand for; at most four fit.
pub(super) fn read_digits(text: &str, count: usize) -> Option<i16> {
    let plain = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

/// The number that two ASCII digits stand for.
pub(super) fn read_pair(text: &str) -> Option<i8> {
    read_digits(text, 2).and_then(|number| i8::try_from(number).ok())
}

pub(super) fn read_year(text: &str) -> Option<i16> {
    read_digits(text, 4).filter(|year| *year > 0)
}

pub(super) fn read_date(text: &str) -> Option<Date> {
    let (year, rest) = text.split_once('-')?;
    let (month, day) = rest.split_once('-')?;
    Date::new(read_year(year)?, read_pair(month)?, read_pair(day)?).ok()
}

/// The time as written, and its offset from UTC in minutes.
fn read_time(text: &str) -> Option<(Time, i64)> {
    let (date, clock) = text.split_once(['T', 't', ' '])?;
    let (clock, offset) = match clock.find(['Z', 'z', '+', '-']) {
        None => (clock, CHINA_OFFSET),
        Some(at) => (clock.get(..at)?, read_offset(clock.get(at..)?)?),
    };
    let (hour, rest) = clock.split_once(':')?;
    let (minute, seconds) = rest.split_once(':').unwrap_or((rest, "00"));
    let (second, fraction) = match seconds.split_once('.') {
        None => (seconds, 0),
        Some((second, fraction)) => (second, read_nanoseconds(fraction)?),
    };
    let date = read_date(date)?;
    let clock = jiff::civil::Time::new(read_pair(hour)?, read_pair(minute)?, read_pair(second)?, fraction).ok()?;
    Some((date.to_datetime(clock), offset))
}

fn read_offset(text: &str) -> Option<i64> {
    if text.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let (sign, clock) = match text.strip_prefix('-') {
        Some(clock) => (-1, clock),
        None => (1, text.strip_prefix('+')?),
    };
    let (hours, minutes) = clock.split_once(':')?;
    let (hours, minutes) = (read_pair(hours)?, read_pair(minutes)?);
    (hours < 24 && minutes < 60).then(|| sign * (i64::from(hours) * 60 + i64::from(minutes)))
}

/// The fraction of a second in nanoseconds; digits beyond the ninth are not kept.
fn read_nanoseconds(fraction: &str) -> Option<i32> {
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    format!("{fraction:0<9}").get(..9)?.parse().ok()
}
