//! The desk: what is asked of whoever is logged in, by when, what is missing and late, and what cannot be checked for want of it.
//! Next: [`problem`](super::problem).

use askama::Template;
use axum::extract::State;
use jiff::civil::Date;

use super::frame::Frame;
use super::seat::Section;
use super::visit::{Rendered, Visit};
use crate::accounts::{Caller, Permission};
use crate::duties::{self, AskedTwice, Burden, Duties, Duty, DutyState};
use crate::error::Problem;
use crate::reminders;
use crate::state::App;

/// Areas named in a line; the others are counted.
const NAMED_AREAS: usize = 6;

/// The desk.
#[derive(Debug, Template)]
#[template(path = "duties.html")]
pub struct DutiesPage {
    /// What stands around it.
    pub frame: Frame,
    /// The day of it.
    pub day: Date,
    /// What is overdue or can be handed in now, the most urgent first.
    pub open: Vec<Line>,
    /// What comes next.
    pub coming: Vec<Line>,
    /// What came late, and what waits.
    pub duties: Duties,
    /// What the standard asks of one unit.
    pub burden: Burden,
    /// What it asks for twice; only for those who can change it.
    pub asked_twice: Option<Vec<AskedTwice>>,
}

/// One line of what is due.
#[derive(Debug, Clone)]
pub struct Line {
    /// The duty.
    pub duty: Duty,
    /// When somebody was reminded of it.
    pub reminded: Option<Date>,
}

impl Line {
    /// Where it is missing, in words.
    #[must_use]
    pub fn places(&self) -> String {
        let named = self.duty.areas.iter().take(NAMED_AREAS).map(|area| area.name.as_str());
        named.collect::<Vec<_>>().join("、")
    }

    /// How many further areas there are.
    #[must_use]
    pub fn more_places(&self) -> usize {
        self.duty.areas.len().saturating_sub(NAMED_AREAS)
    }

    /// The class in the style sheet.
    #[must_use]
    pub const fn class(&self) -> &'static str {
        match self.duty.state {
            DutyState::Overdue => "not-met",
            DutyState::Due => "in-review",
            DutyState::Coming => "not-applicable",
        }
    }

    /// The sign of its state.
    #[must_use]
    pub const fn sign(&self) -> &'static str {
        match self.duty.state {
            DutyState::Overdue => "✕",
            DutyState::Due => "◐",
            DutyState::Coming => "·",
        }
    }

    /// The key of its state.
    #[must_use]
    pub const fn state_key(&self) -> &'static str {
        match self.duty.state {
            DutyState::Overdue => "duties-overdue",
            DutyState::Due => "duties-due",
            DutyState::Coming => "duties-coming",
        }
    }
}

impl DutiesPage {
    /// How many are overdue.
    #[must_use]
    pub fn overdue(&self) -> usize {
        self.open.iter().filter(|line| line.duty.state == DutyState::Overdue).count()
    }

    /// How many can be handed in and are in time.
    #[must_use]
    pub fn due(&self) -> usize {
        self.open.len() - self.overdue()
    }
}

/// Serves `/desk`.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn show(State(app): State<App>, visit: Visit, caller: Caller) -> Result<Rendered<DutiesPage>, Problem> {
    app.blocking(move |app| {
        let frame = visit.internal_frame(app, Section::Duties);
        let duties = app.duties(caller.scope(), None, app.today())?;
        let reminded = reminders::all(app.store())?;
        let edition = app.current_edition(&app.bundle()?)?;
        let line = |duty: &Duty| Line { reminded: reminders::of(&reminded, duty), duty: duty.clone() };
        let (coming, open) = duties.open.iter().map(line).partition(|line| line.duty.state == DutyState::Coming);
        let can_change = caller.may(Permission::DraftEdition);
        Ok(Rendered(DutiesPage {
            day: duties.day,
            open,
            coming,
            burden: duties::burden(edition.bundle()),
            asked_twice: can_change.then(|| duties::asked_twice(edition.bundle())),
            duties,
            frame,
        }))
    })
    .await
}
