//! The results that a page is about: those of the period asked for, from the run that the public may see, or from the one in
//! force for those who answer for what the page is about.
//!
//! Enters: an [`App`], what stands in the address, and of a page for staff who asks. Leaves: a [`Results`], from which each page is
//! filled. Next: [`village`](super::village).

use std::sync::Arc;

use liuwu_engine::division::short_name;
use liuwu_engine::period::Period;

use super::frame::{Frame, Link, PeriodSwitch};
use super::links::{self, Side};
use super::place::Place;
use super::standard::{Standard, period_title};
use super::words::Language;
use crate::accounts::Caller;
use crate::audit::Subject;
use crate::disclosure::{Lens, Outlook, Reader, Shown, Viewer};
use crate::error::Problem;
use crate::state::App;
use crate::store::{Run, UnitRow};
use crate::view::{Listing, RunView};

/// The results that a page is about.
pub struct Results {
    /// The results.
    pub view: Arc<RunView>,
    /// The same as they stand in the lists of this page.
    listing: Listing,
    /// All periods with results that the reader may see, latest first, each with its run.
    pub periods: Vec<(Period, Run)>,
}

/// The way from a page of results to the same page on the other side of the counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherSide {
    /// On a page for staff, what of the results stands on it.
    pub says: Option<String>,
    /// The key of the words of the link.
    pub leads: &'static str,
    /// The other page.
    pub link: String,
}

impl Results {
    /// The results of a period of the standard that pages show, as anybody sees them; of the latest one when none is named. It
    /// blocks.
    ///
    /// # Errors
    /// [`Problem::Parameter`] for what is no period, [`Problem::NoRun`] when nothing has been released for it.
    pub fn of(app: &App, period: Option<&str>) -> Result<Results, Problem> {
        Results::seen_by(app, Reader::Public, period)
    }

    /// The same from the runs of a reader; lists of them are those that anybody sees. It blocks.
    ///
    /// # Errors
    /// As [`Self::of`].
    pub fn seen_by(app: &App, reader: Reader, period: Option<&str>) -> Result<Results, Problem> {
        Results::find(app, Outlook::public_of(reader), period)
    }

    /// The results that a caller answers for, in full. That they are looked at is noted, with the page. It blocks.
    ///
    /// # Errors
    /// [`Problem::OutOfScope`] for those who see in lists what anybody sees; as [`Self::of`].
    pub fn in_full(app: &App, caller: &Caller, period: Option<&str>, page: &str) -> Result<Results, Problem> {
        let outlook = Viewer::of(caller).own_list().ok_or_else(|| Problem::OutOfScope(page.to_owned()))?;
        let results = Results::find(app, outlook, period)?;
        let subject = format!("{}/{}/{page}", results.view.run.id, results.period().name());
        app.note_look(caller, results.lens(), Subject::of("results", subject))?;
        Ok(results)
    }

    fn find(app: &App, outlook: Outlook, period: Option<&str>) -> Result<Results, Problem> {
        let wanted = period.map(read_period).transpose()?;
        let bundle = app.bundle()?;
        let periods = app.periods(&bundle, outlook.run)?;
        let none = || Problem::NoRun { bundle: bundle.clone(), period: wanted.map(Period::name).unwrap_or_default() };
        let found = periods.iter().find(|(known, _)| wanted.is_none_or(|wanted| wanted == *known));
        let (period, run) = found.ok_or_else(none)?;
        let listing = app.listing(run, *period, outlook)?;
        Ok(Results { view: Arc::clone(&listing.view), listing, periods: periods.clone() })
    }

    /// The lens through which everything in its lists is seen.
    #[must_use]
    pub fn lens(&self) -> &Lens {
        self.listing.outlook.closest()
    }

    /// Whether the result of a unit stands in its lists, if there is one.
    #[must_use]
    pub fn holds(&self, unit: &str) -> bool {
        self.listing.holds(unit)
    }

    /// The page on the other side: from what anybody sees to what staff see, for those who may, and back. `address` gives it on
    /// either side.
    #[must_use]
    pub fn other_side(&self, frame: &Frame, address: impl Fn(Side) -> String) -> Option<OtherSide> {
        match frame.side() {
            Side::Public if frame.seat.as_ref().is_some_and(|seat| seat.has_lists) => {
                Some(OtherSide { says: None, leads: "side-in-full", link: address(Side::Desk) })
            }
            Side::Public => None,
            Side::Desk => {
                let says = match (self.lens(), self.listing.outlook.divisions()) {
                    (Lens::Department(name), _) => frame.say("side-department").with("department", name),
                    (_, Some(_)) => frame.say("side-divisions").with("names", self.area()),
                    (_, None) => frame.say("side-everything"),
                };
                Some(OtherSide {
                    says: Some(says.to_string()),
                    leads: "side-as-published",
                    link: address(Side::Public),
                })
            }
        }
    }

    /// Whether its lists are about some divisions alone.
    #[must_use]
    pub fn is_of_some_divisions(&self) -> bool {
        self.listing.outlook.divisions().is_some()
    }

    /// The name of all that its lists are about: the city, or the towns of whoever answers for these alone.
    #[must_use]
    pub fn area(&self) -> String {
        let name = |row: &UnitRow| short_name(&row.name);
        match self.listing.outlook.divisions() {
            Some(codes) => {
                let rows = codes.iter().filter_map(|code| self.view.units.get(code));
                rows.map(name).collect::<Vec<_>>().join("、")
            }
            None => {
                let top = self.units().next().and_then(|shown| self.view.units.above(&shown.unit).last());
                top.map(name).unwrap_or_default()
            }
        }
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

    /// The units scored that stand in its lists, by rising id, without roll-ups.
    pub fn units(&self) -> impl Iterator<Item = &Shown> {
        let level = self.view.edition.bundle().assess.unit.as_str();
        self.listing.of_level(level).filter(|shown| self.view.units.get(&shown.unit).is_some())
    }

    /// The same units with everything that is known of them, to be counted over all of them.
    pub fn counted(&self) -> impl Iterator<Item = &Shown> {
        let level = self.view.edition.bundle().assess.unit.as_str();
        let all = self.view.of_level(level, Reader::Staff);
        all.filter(|shown| self.view.units.get(&shown.unit).is_some() && self.holds(&shown.unit))
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
