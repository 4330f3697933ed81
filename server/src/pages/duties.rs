//! The desk: what waits for whoever is logged in, what is asked of them, by when, what is missing and late, and what cannot be
//! checked for want of it. What is missing is stated in one click.
//! Next: [`problem`](super::problem).

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::{Query, State};
use jiff::civil::Date;
use liuwu_engine::bundle::asked_twice;
use liuwu_engine::period::{Granularity, Period};
use serde::Deserialize;

use super::frame::Frame;
use super::links;
use super::records::shown;
use super::seat::Section;
use super::upload::{self, DraftLine};
use super::visit::{Rendered, Visit};
use crate::accounts::{Caller, Permission};
use crate::custody::Custody;
use crate::desk::stating::{self, Said};
use crate::duties::{self, Burden, Duties, Duty, DutyState};
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
    /// What was just said in one click.
    pub said: Option<Said>,
    /// Whether the reader may state that something is handed in.
    pub may_state: bool,
    /// Conflicts that wait for the reader's decision, kind by kind.
    pub questions: Vec<QuestionsOfKind>,
    /// Own drafts about which something is still to be done.
    pub drafts: Vec<DraftLine>,
    /// What is overdue or can be handed in now, the most urgent first.
    pub open: Vec<Line>,
    /// What comes next.
    pub coming: Vec<Line>,
    /// What came late, and what waits.
    pub duties: Duties,
    /// What the standard asks of one unit.
    pub burden: Burden,
    /// How many fields it asks for twice; only for those who can change it.
    pub asked_twice: Option<usize>,
}

/// Conflicts of one kind that wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionsOfKind {
    /// What clerks call the kind.
    pub title: String,
    /// How many.
    pub count: usize,
    /// The list of them.
    pub link: String,
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
    /// How many conflicts wait.
    #[must_use]
    pub fn all_questions(&self) -> usize {
        self.questions.iter().map(|of_kind| of_kind.count).sum()
    }

    /// How many are overdue.
    #[must_use]
    pub fn overdue(&self) -> usize {
        self.open.iter().filter(|line| line.duty.state == DutyState::Overdue).count()
    }

    /// The months about which anything is missing, the newest first: all of one can be stated at once.
    #[must_use]
    pub fn months(&self) -> Vec<String> {
        let months: BTreeSet<Period> =
            self.open.iter().map(|line| Period::containing(Granularity::Month, line.duty.period.to())).collect();
        months.into_iter().rev().map(|month| month.name()).collect()
    }

    /// How many can be handed in and are in time.
    #[must_use]
    pub fn due(&self) -> usize {
        self.open.len() - self.overdue()
    }
}

/// What may stand behind the question mark.
#[derive(Debug, Deserialize)]
pub struct Asked {
    said: Option<u64>,
}

/// Serves `/desk`.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    Query(asked): Query<Asked>,
) -> Result<Rendered<DutiesPage>, Problem> {
    app.blocking(move |app| {
        let caller = visit.caller();
        let frame = visit.internal_frame(app, Section::Duties);
        let duties = app.duties(caller, None, app.today())?;
        let reminded = reminders::all(app.store())?;
        let edition = app.current_edition(&app.bundle()?)?;
        let line = |duty: &Duty| Line { reminded: reminders::of(&reminded, duty), duty: duty.clone() };
        let (coming, open) = duties.open.iter().map(line).partition(|line| line.duty.state == DutyState::Coming);
        let can_change = caller.may(Permission::DraftEdition);
        let may_state = caller.may(Permission::Upload);
        let mut drafts = if may_state { upload::drafts_of(app, caller)? } else { Vec::new() };
        drafts.retain(DraftLine::waits);
        Ok(Rendered(DutiesPage {
            said: stating::said(app, caller, asked.said)?,
            may_state,
            questions: questions_by_kind(app, caller)?,
            drafts,
            day: duties.day,
            open,
            coming,
            burden: duties::burden(edition.bundle()),
            asked_twice: can_change.then(|| asked_twice(edition.bundle()).len()).filter(|count| *count > 0),
            duties,
            frame,
        }))
    })
    .await
}

fn questions_by_kind(app: &App, caller: &Caller) -> Result<Vec<QuestionsOfKind>, Problem> {
    let custody = Custody::open(app, caller)?;
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for question in custody.waiting_questions()? {
        *counts.entry(question.row.kind).or_default() += 1;
    }
    let of_kind = |(kind, count): (String, usize)| QuestionsOfKind {
        title: shown::kind(&custody, &kind),
        count,
        link: links::questions_of(&kind),
    };
    Ok(counts.into_iter().map(of_kind).collect())
}
