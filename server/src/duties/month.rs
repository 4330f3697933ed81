//! What is asked about one month: the same as the list of what is due, and beside it what is handed in already.
//!
//! Enters: a [`Basis`] and a month. Leaves: a [`Month`]. The desk and the page on which data is handed in both show what is
//! worked out here and in [`Basis::duties`], so that they never say different things.

use liuwu_engine::dictionary::{Due, Kind};
use liuwu_engine::period::{Date, Granularity, Period};

use super::{Basis, Duty};

/// What is asked about one month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Month {
    /// The month.
    pub month: Period,
    /// The month before it, if anything is asked about that.
    pub before: Option<Period>,
    /// The month after it, likewise.
    pub after: Option<Period>,
    /// What is asked, what is missing first, then in the order of the standard; kinds without a due date last.
    pub asked: Vec<Asked>,
}

/// A kind for a stretch of time that ends in the month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The kind.
    pub kind: String,
    /// What clerks call it.
    pub title: String,
    /// For which days: the month, or a stretch of the kind's own.
    pub period: Period,
    /// How it stands.
    pub standing: Standing,
}

/// How a kind stands for a stretch of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is still to be handed in.
    Missing(Box<Duty>),
    /// It is handed in.
    Reported,
    /// There is nothing to hand in.
    Nil,
    /// No day is set for it.
    AnyTime,
}

impl Standing {
    /// What comes first in the list.
    fn rank(&self) -> u8 {
        match self {
            Standing::Missing(_) => 0,
            Standing::Reported | Standing::Nil => 1,
            Standing::AnyTime => 2,
        }
    }
}

impl Basis<'_> {
    /// The newest month that has ended and is asked about: what is handed in is about the month before.
    #[must_use]
    pub fn newest_month(&self) -> Period {
        let (first, last) = self.span();
        let newest = Period::containing(Granularity::Month, last);
        let ended = if newest.to() < self.day { Some(newest) } else { newest.previous().ok() };
        ended.filter(|month| month.to() >= first).unwrap_or(newest)
    }

    /// The period of the standard that the day is in, or its last.
    #[must_use]
    pub fn newest_period(&self) -> Period {
        Period::containing(self.bundle.assess.period, self.span().1)
    }

    /// What is asked about a month. Nothing about one that the standard does not speak of any more.
    #[must_use]
    pub fn month(&self, month: Period) -> Month {
        let (first, last) = (self.span().0, self.last_end());
        let is_within = |month: &Period| month.to() >= first && month.from() <= last;
        let mut asked: Vec<Asked> = if is_within(&month) { self.asked(month) } else { Vec::new() };
        asked.sort_by_key(|asked| asked.standing.rank());
        Month {
            month,
            before: month.previous().ok().filter(is_within),
            after: month.next().ok().filter(is_within),
            asked,
        }
    }

    /// The last day of all stretches that have begun.
    fn last_end(&self) -> Date {
        let ends = self.my_kinds().filter_map(|kind| Some(self.periods_of(kind.due?).last()?.to()));
        ends.fold(self.span().1, Date::max)
    }

    fn asked(&self, month: Period) -> Vec<Asked> {
        let coverage = self.coverage();
        let mut asked = Vec::new();
        for kind in self.my_kinds() {
            let units = self.units_of(kind);
            if units.is_empty() {
                continue;
            }
            for (period, due) in self.stretches(kind, month) {
                let missing = self.missing(&coverage, kind, &units, period);
                let duty = due.and_then(|due| self.duty(kind, due, period, units.len(), &missing));
                let standing = match duty {
                    Some(duty) => Standing::Missing(Box::new(duty)),
                    None if !missing.is_empty() => Standing::AnyTime,
                    None if self.is_nil(kind, period) => Standing::Nil,
                    None => Standing::Reported,
                };
                asked.push(Asked { kind: kind.id.to_string(), title: kind.title.clone(), period, standing });
            }
        }
        asked
    }

    /// The stretches of a kind that end in a month; the month itself where no day is set for the kind.
    fn stretches(&self, kind: &Kind, month: Period) -> Vec<(Period, Option<Due>)> {
        let Some(due) = kind.due else {
            return if month.from() <= self.span().1 { vec![(month, None)] } else { Vec::new() };
        };
        let ends_here = |period: &Period| (month.from()..=month.to()).contains(&period.to());
        self.periods_of(due).into_iter().filter(ends_here).map(|period| (period, Some(due))).collect()
    }

    /// Whether all that is said about a kind for a stretch is that nothing happened.
    fn is_nil(&self, kind: &Kind, period: Period) -> bool {
        let said = self.statements.iter().filter(|said| {
            said.kind == *kind.id
                && said.from <= period.to()
                && said.to >= period.from()
                && self.concerns_me(&said.area)
        });
        said.fold(None, |nil, said| Some(nil.unwrap_or(true) && said.nil)).unwrap_or(false)
    }

    /// Whether an area holds any of my units, or lies within what is mine.
    fn concerns_me(&self, area: &str) -> bool {
        match self.scope {
            crate::store::Scope::Divisions(codes) => {
                codes.iter().any(|code| self.units.is_within(area, code) || self.units.is_within(code, area))
            }
            _ => true,
        }
    }
}
