//! Names of periods: `2020`, `2020H1`, `2020Q3`, `2020-07`, `2020-W05`, `2020-07-01`, `2018-03-01..2022-12-31` enter and
//! leave; on pages they are Chinese. The days behind them, in `date.rs`, are next.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, ISOWeekDate, Weekday};

use super::date::{format_date_zh, read_date, read_digits, read_pair, read_year};
use super::{Granularity, Period, PeriodError};

/// Most periods that one list may name: a hundred years of months, or twenty of weeks.
const MOST_PERIODS: usize = 1200;

/// Reading.
impl Period {
    /// Reads one period in any of the forms of [`name`](Self::name); letters may be small.
    ///
    /// # Errors
    /// [`PeriodError::Unknown`]; for `A..B`, [`PeriodError::Several`] unless both are days,
    /// [`PeriodError::Unlike`], [`PeriodError::Reversed`].
    pub fn parse(text: &str) -> Result<Self, PeriodError> {
        match read_ends(text)? {
            Ends::One(period) => Ok(period),
            Ends::Range(..) => Err(PeriodError::Several { given: text.to_owned() }),
        }
    }

    /// Reads periods separated by commas, each one form or a range of one form: `2018..2020` is three years,
    /// `2020-01..2020-06` six months. Two days, `2018-03-01..2022-12-31`, are one free span. The periods come back in
    /// order, each once.
    ///
    /// # Errors
    /// Those of [`parse`](Self::parse) for the first part that is wrong, and [`PeriodError::TooMany`] beyond 1200 periods.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, PeriodError> {
        let too_many = || PeriodError::TooMany { given: text.to_owned(), most: MOST_PERIODS };
        let mut periods = BTreeSet::new();
        for part in text.split([',', '，']) {
            match read_ends(part.trim())? {
                Ends::One(period) => {
                    periods.insert(period);
                }
                Ends::Range(first, last) => {
                    let mut period = first;
                    while period < last && periods.len() <= MOST_PERIODS {
                        periods.insert(period);
                        period = period.next()?;
                    }
                    periods.insert(last);
                }
            }
            if periods.len() > MOST_PERIODS {
                return Err(too_many());
            }
        }
        Ok(periods.into_iter().collect())
    }
}

/// What stands between two commas.
enum Ends {
    One(Period),
    /// Two periods of one granularity, the first not after the second.
    Range(Period, Period),
}

fn read_ends(text: &str) -> Result<Ends, PeriodError> {
    let given = || text.to_owned();
    let unknown = || PeriodError::Unknown { given: given() };
    let Some((first, last)) = text.split_once("..") else {
        return read_form(text).map(Ends::One).ok_or_else(unknown);
    };
    let first = read_form(first.trim()).ok_or_else(unknown)?;
    let last = read_form(last.trim()).ok_or_else(unknown)?;
    if first.granularity != last.granularity {
        return Err(PeriodError::Unlike { given: given() });
    }
    if first > last {
        return Err(PeriodError::Reversed { given: given() });
    }
    if first.granularity == Some(Granularity::Day) {
        return Period::span(first.from, last.to).map(Ends::One);
    }
    Ok(Ends::Range(first, last))
}

fn read_form(text: &str) -> Option<Period> {
    let (year, rest) = text.split_at_checked(4)?;
    let year = read_year(year)?;
    let from_month = |granularity, month| Some(Period::containing(granularity, Date::new(year, month, 1).ok()?));
    let upper = rest.to_ascii_uppercase();
    if let Some(week) = upper.strip_prefix("-W") {
        let monday = ISOWeekDate::new(year, read_pair(week)?, Weekday::Monday).ok()?;
        return Some(Period::containing(Granularity::Week, monday.date()));
    }
    if let Some(half) = upper.strip_prefix('H') {
        let half = part_of_year(half, 2)?;
        return from_month(Granularity::HalfYear, half * 6 - 5);
    }
    if let Some(quarter) = upper.strip_prefix('Q') {
        let quarter = part_of_year(quarter, 4)?;
        return from_month(Granularity::Quarter, quarter * 3 - 2);
    }
    match upper.strip_prefix('-') {
        None if rest.is_empty() => from_month(Granularity::Year, 1),
        None => None,
        Some(month) if month.len() == 2 => from_month(Granularity::Month, read_pair(month)?),
        Some(_) => read_date(text).map(|date| Period::containing(Granularity::Day, date)),
    }
}

/// One digit from 1 to `most`.
fn part_of_year(text: &str, most: i16) -> Option<i8> {
    let part = read_digits(text, 1).filter(|part| (1..=most).contains(part))?;
    i8::try_from(part).ok()
}

/// Writing.
impl Period {
    /// The one name of the period, which [`parse`](Self::parse) reads: `2020`, `2020H1`, `2020Q3`, `2020-07`,
    /// `2020-W05`, `2020-07-01`; a free span is `2018-03-01..2022-12-31`.
    #[must_use]
    pub fn name(self) -> String {
        let year = self.year();
        let anchor = self.anchor();
        match self.granularity {
            None => format!("{}..{}", self.from, self.to),
            Some(Granularity::Day) => self.from.to_string(),
            Some(Granularity::Week) => format!("{year:04}-W{:02}", anchor.iso_week_date().week()),
            Some(Granularity::Month) => format!("{year:04}-{:02}", anchor.month()),
            Some(Granularity::Quarter) => format!("{year:04}Q{}", (anchor.month() + 2) / 3),
            Some(Granularity::HalfYear) => format!("{year:04}H{}", (anchor.month() + 5) / 6),
            Some(Granularity::Year) => format!("{year:04}"),
        }
    }

    /// The name on pages: 2020年度, 2020年上半年, 2020年第三季度, 2020年7月, 2020年第5周, 2020年7月1日,
    /// 2018年3月1日至2022年12月31日.
    #[must_use]
    pub fn title_zh(self) -> String {
        let year = self.year();
        let anchor = self.anchor();
        match self.granularity {
            None => format!("{}至{}", format_date_zh(self.from), format_date_zh(self.to)),
            Some(Granularity::Day) => format_date_zh(self.from),
            Some(Granularity::Week) => format!("{year}年第{}周", anchor.iso_week_date().week()),
            Some(Granularity::Month) => format!("{year}年{}月", anchor.month()),
            Some(Granularity::Quarter) => {
                let quarter = match anchor.month() {
                    1..=3 => "一",
                    4..=6 => "二",
                    7..=9 => "三",
                    _ => "四",
                };
                format!("{year}年第{quarter}季度")
            }
            Some(Granularity::HalfYear) => {
                let half = if anchor.month() <= 6 { "上" } else { "下" };
                format!("{year}年{half}半年")
            }
            Some(Granularity::Year) => format!("{year}年度"),
        }
    }
}

/// The [`name`](Period::name).
impl fmt::Display for Period {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.name())
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Period {
    type Error = PeriodError;

    fn try_from(text: String) -> Result<Self, PeriodError> {
        Self::parse(&text)
    }
}

impl From<Period> for String {
    fn from(period: Period) -> Self {
        period.name()
    }
}
