//! The results that a page is about: those of the period asked for, from the run that the public may see, or from the one in
//! force for those who answer for what the page is about.
//!
//! Enters: an [`App`] and what stands in the address. Leaves: a [`Results`], from which each page is filled. Next:
//! [`village`](super::village).

use std::sync::Arc;

use liuwu_engine::division::short_name;
use liuwu_engine::period::Period;

use super::frame::{Frame, Link, PeriodSwitch};
use super::links;
use super::place::Place;
use super::standard::{Standard, period_title};
use super::words::Language;
use crate::disclosure::{Reader, Shown};
use crate::error::Problem;
use crate::state::App;
use crate::store::{Run, UnitRow};
use crate::view::RunView;

/// The results that a page is about.
pub struct Results {
    /// The results.
    pub view: Arc<RunView>,
    /// All periods with results that the reader may see, latest first, each with its run.
    pub periods: Vec<(Period, Run)>,
}

impl Results {
    /// The results of a period of the standard that pages show; of the latest one when none is named. It blocks.
    ///
    /// # Errors
    /// [`Problem::Parameter`] for what is no period, [`Problem::NoRun`] when nothing has been released for it.
    pub fn of(app: &App, period: Option<&str>) -> Result<Results, Problem> {
        Results::seen_by(app, Reader::Public, period)
    }

    /// The same from the runs of a reader. It blocks.
    ///
    /// # Errors
    /// As [`Self::of`].
    pub fn seen_by(app: &App, reader: Reader, period: Option<&str>) -> Result<Results, Problem> {
        let wanted = period.map(read_period).transpose()?;
        let bundle = app.bundle()?;
        let periods = app.periods(&bundle, reader)?;
        let none = || Problem::NoRun { bundle: bundle.clone(), period: wanted.map(Period::name).unwrap_or_default() };
        let found = periods.iter().find(|(known, _)| wanted.is_none_or(|wanted| wanted == *known));
        let (period, run) = found.ok_or_else(none)?;
        Ok(Results { view: app.view(run, *period)?, periods: periods.clone() })
    }

    /// The standard that they were scored by.
    #[must_use]
    pub fn standard(&self) -> Standard<'_> {
        Standard::new(self.view.edition.bundle())
    }

    /// The period.
    #[must_use]
    pub fn period(&self) -> Period {
        self.view.period
    }

    /// The period before with public results of its own, and its run.
    #[must_use]
    pub fn before(&self) -> Option<&(Period, Run)> {
        let before = self.period().previous().ok()?;
        self.periods.iter().find(|(period, _)| *period == before)
    }

    /// A frame that names where the results come from.
    #[must_use]
    pub fn name_in(&self, frame: Frame) -> Frame {
        let run = &self.view.run;
        Frame {
            run: Some(format!("{}-{:04}", run.edition, run.id.0)),
            as_of: Some(run.as_of),
            sample: frame.sample || self.standard().is_an_example(),
            ..frame
        }
    }

    /// The periods to choose from. `address` is the page without its query.
    #[must_use]
    pub fn switch(&self, address: &str, language: Language) -> PeriodSwitch {
        let others = self.periods.iter().filter(|(period, _)| *period != self.period());
        let link = |period: Period| Link {
            title: period_title(period, language),
            address: format!("{address}?period={}", links::escape(&period.name())),
        };
        PeriodSwitch {
            current: period_title(self.period(), language),
            others: others.map(|(period, _)| link(*period)).collect(),
        }
    }

    /// The units scored, by rising id, without roll-ups, as the public sees them.
    pub fn units(&self) -> impl Iterator<Item = &Shown> {
        self.units_for(Reader::Public)
    }

    /// The same as a reader sees them.
    pub fn units_for(&self, reader: Reader) -> impl Iterator<Item = &Shown> {
        let level = self.view.edition.bundle().assess.unit.as_str();
        let all = self.view.all(reader);
        all.filter(move |shown| shown.level == level && self.view.units.get(&shown.unit).is_some())
    }

    /// The unit above a unit: of a village its town.
    #[must_use]
    pub fn above(&self, unit: &str) -> Option<&UnitRow> {
        self.view.units.above(unit).next()
    }

    /// A unit as pages name it.
    #[must_use]
    pub fn place(&self, unit: &str) -> Place {
        let row = self.view.units.get(unit);
        let above = self.above(unit);
        Place {
            name: row.map_or_else(|| unit.to_owned(), |row| short_name(&row.name)),
            code: unit.to_owned(),
            town: above.map(|above| short_name(&above.name)).unwrap_or_default(),
            town_code: above.map(|above| above.id.clone()).unwrap_or_default(),
        }
    }

    /// The units above those scored, each with how many of them it has, by rising id: the towns.
    #[must_use]
    pub fn towns(&self) -> Vec<(&UnitRow, usize)> {
        let mut towns: Vec<(&UnitRow, usize)> = Vec::new();
        for above in self.units().filter_map(|shown| self.above(&shown.unit)) {
            match towns.iter_mut().find(|(town, _)| town.id == above.id) {
                Some((_, units)) => *units += 1,
                None => towns.push((above, 1)),
            }
        }
        towns.sort_by(|(one, _), (other, _)| one.id.cmp(&other.id));
        towns
    }
}

fn read_period(text: &str) -> Result<Period, Problem> {
    Period::parse(text).map_err(|error| {
        let expected = format!("「{text}」不是周期，请写 2020、2020H1、2020Q3 或 2020-07");
        Problem::parameter("period", expected, error.to_string())
    })
}
