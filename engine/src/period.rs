//! Days, weeks, months, quarters, half-years and years, and the free spans between two days.
//!
//! The text of a period or a day comes in; a [`Period`] leaves, knows its days, its parts and its neighbours, and has one
//! name. Dates and times are those of the wall in China. [`division`](crate::division) is next.

mod date;
mod text;

use jiff::ToSpan;
use serde::{Deserialize, Serialize};

pub use date::{
    Date, LeapDay, Time, Weekday, day_number, day_of_number, days_between, format_date_zh, format_time_zh, parse_date,
    parse_time, plus_days, plus_months, plus_years, seconds_between, weekday_from_key,
};

/// The kinds of period that the calendar has, from short to long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Granularity {
    /// One day.
    Day,
    /// Monday to Sunday, numbered by ISO 8601: a week belongs to the year, quarter and month of its Thursday.
    Week,
    /// A calendar month.
    Month,
    /// Three months, from January, April, July or October.
    Quarter,
    /// January to June or July to December.
    HalfYear,
    /// A calendar year.
    Year,
}

impl Granularity {
    /// All, from short to long.
    pub const ALL: [Self; 6] = [Self::Day, Self::Week, Self::Month, Self::Quarter, Self::HalfYear, Self::Year];

    /// The word that bundles use: `day`, `week`, `month`, `quarter`, `half_year`, `year`.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::HalfYear => "half_year",
            Self::Year => "year",
        }
    }

    /// The granularity with this [`key`](Self::key).
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|granularity| granularity.key() == key)
    }

    /// The word on pages: 日、周、月、季度、半年、年.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::Day => "日",
            Self::Week => "周",
            Self::Month => "月",
            Self::Quarter => "季度",
            Self::HalfYear => "半年",
            Self::Year => "年",
        }
    }

    /// How many months it takes, if it is made of months.
    fn months(self) -> Option<i8> {
        match self {
            Self::Day | Self::Week => None,
            Self::Month => Some(1),
            Self::Quarter => Some(3),
            Self::HalfYear => Some(6),
            Self::Year => Some(12),
        }
    }
}

/// Why there is no period, date or time. Each message names what was given and the forms that are accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// The text has none of the forms of a period, or names one that the calendar does not have.
    #[error(
        "`{given}` is not a period; write 2020, 2020H1, 2020Q3, 2020-07, 2020-W05, 2020-07-01 or 2018-03-01..2022-12-31"
    )]
    Unknown {
        /// The text.
        given: String,
    },
    /// The two ends of a range are not of one form.
    #[error("the two ends of `{given}` differ in form; write both alike, such as 2018..2020 or 2020-01..2020-06")]
    Unlike {
        /// The range.
        given: String,
    },
    /// A range ends before it begins.
    #[error("`{given}` ends before it begins; write the earlier end first, such as 2018..2020")]
    Reversed {
        /// The range.
        given: String,
    },
    /// A range of periods stands where one period is expected.
    #[error("`{given}` is several periods where one is expected; write one, such as 2020 or 2018-03-01..2022-12-31")]
    Several {
        /// The range.
        given: String,
    },
    /// A list names more periods than anybody can want.
    #[error("`{given}` names more than {most} periods; name fewer, or longer ones")]
    TooMany {
        /// The list.
        given: String,
        /// How many are accepted.
        most: usize,
    },
    /// The text is not a day of the calendar.
    #[error("`{given}` is not a date; write year, month and day of the calendar, such as 2020-02-29")]
    NotADate {
        /// The text.
        given: String,
    },
    /// The text is not a time.
    #[error("`{given}` is not a time; write 2020-02-29T08:30, 2020-02-29 08:30:00 or 2020-02-29T08:30:00+08:00")]
    NotATime {
        /// The text.
        given: String,
    },
    /// Calculating left the years 1 to 9999.
    #[error("the date lies outside the years 1 to 9999")]
    OutOfRange,
}

/// A run of days, both ends included. Ordered by its first day, then by its last.
// Invariant: `from` is not after `to`; with a granularity, both are the ends of one such period. The order of the fields
// is the order of periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period {
    from: Date,
    to: Date,
    granularity: Option<Granularity>,
}

/// Making and asking.
impl Period {
    /// The period of this granularity in which the day lies. At the very end of the year 9999 a week is cut short.
    #[must_use]
    pub fn containing(granularity: Granularity, date: Date) -> Self {
        let (from, to) = match granularity.months() {
            None if granularity == Granularity::Day => (date, date),
            None => {
                let monday = date.saturating_sub(date.weekday().to_monday_zero_offset().days());
                (monday, monday.saturating_add(6.days()))
            }
            Some(months) => {
                // Of a year twelve months, of a quarter three: none goes beyond the end of the year.
                let first = date.month() - (date.month() - 1) % months;
                let month = |month: i8| Date::new(date.year(), month, 1).unwrap_or(date);
                (month(first), month(first + months - 1).last_of_month())
            }
        };
        Self { from, to, granularity: Some(granularity) }
    }

    /// The free span from one day to another, both included.
    ///
    /// # Errors
    /// [`PeriodError::Reversed`].
    pub fn span(from: Date, to: Date) -> Result<Self, PeriodError> {
        if from > to {
            return Err(PeriodError::Reversed { given: format!("{from}..{to}") });
        }
        Ok(Self { from, to, granularity: None })
    }

    /// Its kind; none for a free span.
    #[must_use]
    pub fn granularity(self) -> Option<Granularity> {
        self.granularity
    }

    /// Its first day.
    #[must_use]
    pub fn from(self) -> Date {
        self.from
    }

    /// Its last day.
    #[must_use]
    pub fn to(self) -> Date {
        self.to
    }

    /// Whether the day lies in it.
    #[must_use]
    pub fn contains(self, date: Date) -> bool {
        self.from <= date && date <= self.to
    }

    /// How many days it has.
    #[must_use]
    pub fn days(self) -> i64 {
        days_between(self.from, self.to) + 1
    }

    /// The year it belongs to: of a week its ISO year, of a free span the year of its last day.
    #[must_use]
    pub fn year(self) -> i16 {
        self.anchor().year()
    }

    /// 1 or 2 for the half of the year it lies in; none when it is longer, or a free span.
    #[must_use]
    pub fn half(self) -> Option<i8> {
        self.is_at_most(Granularity::HalfYear).then(|| (self.anchor().month() - 1) / 6 + 1)
    }

    /// 1 to 4 for the quarter it lies in; none when it is longer, or a free span.
    #[must_use]
    pub fn quarter(self) -> Option<i8> {
        self.is_at_most(Granularity::Quarter).then(|| (self.anchor().month() - 1) / 3 + 1)
    }

    /// 1 to 12 for the month it lies in; none when it is longer, or a free span.
    #[must_use]
    pub fn month(self) -> Option<i8> {
        self.is_at_most(Granularity::Month).then(|| self.anchor().month())
    }

    fn is_at_most(self, granularity: Granularity) -> bool {
        self.granularity.is_some_and(|own| own <= granularity)
    }

    /// The day that decides to which longer period this one belongs.
    fn anchor(self) -> Date {
        match self.granularity {
            None => self.to,
            Some(Granularity::Week) => self.from.saturating_add(3.days()),
            Some(_) => self.from,
        }
    }
}

/// Neighbours.
impl Period {
    /// The period before; of a free span, the same number of days just before it.
    ///
    /// # Errors
    /// [`PeriodError::OutOfRange`].
    pub fn previous(self) -> Result<Self, PeriodError> {
        self.back(1)
    }

    /// The period after; of a free span, the same number of days just after it.
    ///
    /// # Errors
    /// [`PeriodError::OutOfRange`].
    pub fn next(self) -> Result<Self, PeriodError> {
        self.back(-1)
    }

    /// So many periods before; after, when the number is negative.
    ///
    /// # Errors
    /// [`PeriodError::OutOfRange`].
    pub fn back(self, periods: i64) -> Result<Self, PeriodError> {
        let times = |length: i64| periods.checked_mul(-length).ok_or(PeriodError::OutOfRange);
        let Some(granularity) = self.granularity else {
            let days = times(self.days())?;
            return Self::span(plus_days(self.from, days)?, plus_days(self.to, days)?);
        };
        let from = match granularity.months() {
            None if granularity == Granularity::Day => plus_days(self.from, times(1)?)?,
            None => plus_days(self.from, times(7)?)?,
            Some(months) => plus_months(self.from, times(i64::from(months))?)?,
        };
        Ok(Self::containing(granularity, from))
    }
}

/// Parts.
impl Period {
    /// The periods of this granularity in it, in order: a period of that very granularity gives itself, weeks are
    /// those whose Thursday lies in it. None when it is shorter, or a free span, which is never split.
    #[must_use]
    pub fn split(self, granularity: Granularity) -> Option<Vec<Self>> {
        self.granularity.filter(|own| *own >= granularity).map(|_| self.inside(granularity))
    }

    /// The whole months in it, in order.
    #[must_use]
    pub fn months(self) -> Vec<Self> {
        self.inside(Granularity::Month)
    }

    /// The whole quarters in it, in order.
    #[must_use]
    pub fn quarters(self) -> Vec<Self> {
        self.inside(Granularity::Quarter)
    }

    /// The weeks whose Thursday lies in it, in order; of a free span the whole weeks in it.
    #[must_use]
    pub fn weeks(self) -> Vec<Self> {
        self.inside(Granularity::Week)
    }

    /// The days in it that fall on this day of the week, in order.
    #[must_use]
    pub fn dates(self, weekday: Weekday) -> Vec<Date> {
        let first = self.from.saturating_add(self.from.weekday().until(weekday).days());
        first.series(7.days()).take_while(|date| self.contains(*date)).collect()
    }

    fn inside(self, granularity: Granularity) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut next = Ok(Self::containing(granularity, self.from));
        while let Ok(part) = next
            && part.from <= self.to
        {
            if self.holds(part, granularity) {
                parts.push(part);
            }
            next = part.next();
        }
        parts
    }

    fn holds(self, part: Self, granularity: Granularity) -> bool {
        match self.granularity {
            Some(own) if granularity == Granularity::Week => own >= granularity && self.contains(part.anchor()),
            _ => self.contains(part.from) && self.contains(part.to),
        }
    }
}

#[cfg(test)]
mod tests;
