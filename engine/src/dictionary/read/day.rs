//! Days and times in the forms people write them, and in the numbers spreadsheets keep for them.
//!
//! A form is read only when year, month and day cannot be mistaken for one another.

use std::str::Chars;

use jiff::civil::Time as Clock;
use jiff::{SignedDuration, ToSpan};

use super::characters::half_width;
use super::fault::{Expected, Fault, Subject};
use super::{Raw, Strictness};
use crate::codes::data as codes;
use crate::diagnostic::Code;
use crate::dictionary::Type;
use crate::period::{Date, Time, parse_date, parse_time};

/// Serial days of a spreadsheet are read as days between these years: a year or a month typed into a date cell, such as 2020
/// or 202002, is no serial day.
const SERIAL_YEARS: std::ops::RangeInclusive<i16> = 1950..=2099;
/// The day before the first that a spreadsheet numbers rightly: it believes in a 29 February 1900.
const SERIAL_ZERO: Date = Date::constant(1899, 12, 30);
const SECONDS_OF_A_DAY: f64 = 86_400.0;

/// Reads a day. A time of day behind it is not needed and left out.
pub(super) fn date(subject: &Subject, raw: &Raw, strictness: Strictness) -> Result<Date, Fault> {
    let read = match raw {
        Raw::Date(date) => Ok(*date),
        Raw::Time(time) => Ok(time.date()),
        Raw::Text(text) => written(text).map(|(date, clock)| clock.map_or(date, |time| time.date())),
        Raw::Number(_) | Raw::Float(_) => numbered(raw, strictness).map(|time| time.date()),
        _ => Err(Trouble::NotADay),
    };
    read.map_err(|trouble| trouble.about(subject, &Type::Date, raw))
}

/// Reads a day and a time of day.
pub(super) fn time(subject: &Subject, raw: &Raw, strictness: Strictness) -> Result<Time, Fault> {
    let read = match raw {
        Raw::Time(time) => Ok(*time),
        Raw::Date(_) => Err(Trouble::NoClock),
        Raw::Text(text) => written(text).and_then(|(_, clock)| clock.ok_or(Trouble::NoClock)),
        Raw::Number(digits) if digits.len() == 8 => Err(Trouble::NoClock),
        Raw::Number(_) | Raw::Float(_) => numbered(raw, strictness),
        _ => Err(Trouble::NotADay),
    };
    read.map_err(|trouble| trouble.about(subject, &Type::Time, raw))
}

/// The day and time that a spreadsheet keeps as a number: whole days, and the part of a day. None outside the years that
/// such a number is taken for.
pub fn serial(days: f64) -> Option<Time> {
    let whole = days.floor();
    if !(0.0..100_000.0).contains(&whole) {
        return None;
    }
    let seconds = ((days - whole) * SECONDS_OF_A_DAY).round();
    // Exact: both are small whole numbers.
    let date = SERIAL_ZERO.checked_add((whole as i64).days()).ok()?;
    let time = date.to_datetime(Clock::midnight()).checked_add(SignedDuration::from_secs(seconds as i64)).ok()?;
    SERIAL_YEARS.contains(&time.year()).then_some(time)
}

/// Why there is no day.
enum Trouble {
    NotADay,
    NoSuchDay,
    Ambiguous,
    Incomplete,
    NoClock,
    FormulaError,
}

impl Trouble {
    fn about(&self, subject: &Subject, kind: &Type, raw: &Raw) -> Fault {
        let code: &'static Code = match self {
            Trouble::NotADay => return subject.wrong_type(&Expected::of(kind), raw),
            Trouble::NoSuchDay => &codes::NO_SUCH_DAY,
            Trouble::Ambiguous => &codes::AMBIGUOUS_DATE,
            Trouble::Incomplete => &codes::INCOMPLETE_DATE,
            Trouble::NoClock => &codes::TIME_OF_DAY_MISSING,
            Trouble::FormulaError => return subject.formula_fault(raw),
        };
        subject.fault(code, raw)
    }
}

/// A number in a date cell: eight digits as 20200229, or a serial day, which only a sheet has.
fn numbered(raw: &Raw, strictness: Strictness) -> Result<Time, Trouble> {
    let digits = match raw {
        Raw::Number(digits) => digits.clone(),
        Raw::Float(float) => float.to_string(),
        _ => return Err(Trouble::NotADay),
    };
    if digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return eight_digits(&digits).map(|date| date.to_datetime(Clock::midnight()));
    }
    match (strictness, digits.parse::<f64>()) {
        (Strictness::Sheet, Ok(days)) => serial(days).ok_or(Trouble::NotADay),
        _ => Err(Trouble::NotADay),
    }
}

fn eight_digits(digits: &str) -> Result<Date, Trouble> {
    let part = |range| digits.get(range).and_then(|part: &str| part.parse::<i16>().ok()).ok_or(Trouble::NotADay);
    day_of(part(0..4)?, part(4..6)?, part(6..8)?)
}

fn day_of(year: i16, month: i16, day: i16) -> Result<Date, Trouble> {
    let small = |part: i16| i8::try_from(part).map_err(|_| Trouble::NoSuchDay);
    if year == 0 {
        return Err(Trouble::NoSuchDay);
    }
    Date::new(year, small(month)?, small(day)?).map_err(|_| Trouble::NoSuchDay)
}

/// A day in writing, and the time behind it if there is one.
fn written(text: &str) -> Result<(Date, Option<Time>), Trouble> {
    let plain = half_width(text);
    let plain = plain.trim();
    if super::is_formula_error(plain) {
        return Err(Trouble::FormulaError);
    }
    if let Ok(date) = parse_date(plain) {
        return Ok((date, None));
    }
    if let Ok(time) = parse_time(plain) {
        return Ok((time.date(), Some(time)));
    }
    let mut scan = Scan(plain.chars());
    let date = scan.day()?;
    let clock = scan.clock()?;
    Ok((date, clock.map(|clock| date.to_datetime(clock))))
}

/// Reads a text from left to right.
struct Scan<'t>(Chars<'t>);

impl Scan<'_> {
    /// Year, month and day in this order, between `-`, `/`, `.` or 年 and 月, blanks allowed; or eight digits.
    fn day(&mut self) -> Result<Date, Trouble> {
        let first = self.digits();
        if first.len() == 8 {
            return eight_digits(&first);
        }
        let separator = self.separator();
        let second = self.digits();
        if first.is_empty() || first.len() > 4 || separator.is_none() || second.is_empty() {
            // 2020年 without a month, as against what is no date at all.
            return Err(if first.len() == 4 && separator == Some('年') {
                Trouble::Incomplete
            } else {
                Trouble::NotADay
            });
        }
        let next = self.separator();
        let third = self.digits();
        let in_words = separator == Some('年');
        if third.is_empty() {
            let is_part = matches!(separator, Some('年' | '月' | '-' | '/' | '.'));
            return Err(if is_part && second.len() <= 4 { Trouble::Incomplete } else { Trouble::NotADay });
        }
        if next != if in_words { Some('月') } else { separator } || separator == Some('月') {
            return Err(Trouble::NotADay);
        }
        if first.len() != 4 {
            let could_be = second.len() <= 2 && matches!(third.len(), 1 | 2 | 4);
            return Err(if could_be { Trouble::Ambiguous } else { Trouble::NotADay });
        }
        if second.len() > 2 || third.len() > 2 {
            return Err(Trouble::NotADay);
        }
        if !self.skip('日') {
            self.skip('号');
        }
        let part = |digits: &str| digits.parse::<i16>().map_err(|_| Trouble::NotADay);
        day_of(part(&first)?, part(&second)?, part(&third)?)
    }

    /// Nothing more, or a time of day: `08:30`, `8时30分`, `下午2:30`, with or without seconds.
    fn clock(&mut self) -> Result<Option<Clock>, Trouble> {
        self.skip('T');
        self.weekday();
        if self.rest().is_empty() {
            return Ok(None);
        }
        let afternoon = self.skip_word("下午") || self.skip_word("晚上");
        let morning = !afternoon && (self.skip_word("上午") || self.skip_word("凌晨"));
        let hour = self.two_digits()?;
        let in_words = self.skip('时') || self.skip('点');
        if !in_words && !self.skip(':') {
            return Err(Trouble::NotADay);
        }
        let minute = if in_words && self.rest().is_empty() { 0 } else { self.two_digits()? };
        let goes_on = if in_words { self.skip('分') } else { self.skip(':') };
        let second = if goes_on && !self.rest().is_empty() { self.two_digits()? } else { 0 };
        self.skip('秒');
        if !self.rest().is_empty() || (morning && hour > 12) || (afternoon && hour == 0) {
            return Err(Trouble::NotADay);
        }
        let hour = if afternoon && hour < 12 { hour + 12 } else { hour };
        Clock::new(hour, minute, second, 0).map(Some).map_err(|_| Trouble::NotADay)
    }

    /// 星期六 or 周六 behind a day.
    fn weekday(&mut self) {
        if self.skip_word("星期") || self.skip_word("周") {
            self.0.next();
            self.blanks();
        }
    }

    fn rest(&self) -> &str {
        self.0.as_str()
    }

    fn blanks(&mut self) {
        self.0 = self.rest_after(|c| c == ' ');
    }

    /// All digits here, and the blanks behind them.
    fn digits(&mut self) -> String {
        let digits: String = self.rest().chars().take_while(char::is_ascii_digit).collect();
        self.0 = self.rest_after(|c| c.is_ascii_digit());
        self.blanks();
        digits
    }

    fn two_digits(&mut self) -> Result<i8, Trouble> {
        let digits = self.digits();
        if digits.len() > 2 { Err(Trouble::NotADay) } else { digits.parse().map_err(|_| Trouble::NotADay) }
    }

    fn separator(&mut self) -> Option<char> {
        let separator = self.rest().chars().next().filter(|c| matches!(c, '-' | '/' | '.' | '年' | '月'))?;
        self.skip(separator);
        Some(separator)
    }

    /// Passes this character and the blanks behind it, if it stands here.
    fn skip(&mut self, c: char) -> bool {
        let stands = self.rest().starts_with(c);
        if stands {
            self.0.next();
            self.blanks();
        }
        stands
    }

    fn skip_word(&mut self, word: &str) -> bool {
        let stands = self.rest().starts_with(word);
        if stands {
            word.chars().for_each(|_| {
                self.0.next();
            });
            self.blanks();
        }
        stands
    }
}

impl<'t> Scan<'t> {
    fn rest_after(&self, passed: impl Fn(char) -> bool) -> Chars<'t> {
        self.0.as_str().trim_start_matches(passed).chars()
    }
}
