//! 零报告 and 报齐: what is said in one click about a month, for one kind or for all that is asked.
//!
//! Enters: what is asked about the month ([`Month`]) and a [`Saying`]. Leaves: one batch of statements, which is undone like any other.

use liuwu_engine::period::{Granularity, Period};

use crate::accounts::{Caller, Permission};
use crate::audit::{Action, Note, Subject};
use crate::duties::{Asked, Month, Standing};
use crate::error::Problem;
use crate::remit::Remit;
use crate::state::App;
use crate::store::{BatchId, NewBatch, Statement, StoreError};
use crate::view::UnitTree;

/// Titles of kinds that the words of a batch name one by one.
const NAMED: usize = 4;

/// What is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saying {
    /// A month: all stretches of time that end in it. Any other: that stretch alone.
    pub period: Period,
    /// The kind; none: all that are missing.
    pub kind: Option<String>,
    /// That nothing happened, and not that all is handed in.
    pub nil: bool,
}

impl Saying {
    fn is_about(&self, asked: &Asked) -> bool {
        match &self.kind {
            None => matches!(asked.standing, Standing::Missing(_)),
            Some(kind) => asked.kind == *kind && (is_month(self.period) || asked.period == self.period),
        }
    }
}

/// Whether a stretch of time is a month.
#[must_use]
pub fn is_month(period: Period) -> bool {
    period.granularity() == Some(Granularity::Month)
}

/// What is asked of a caller about a month; without one, about the newest that has ended.
///
/// # Errors
/// Those of [`App::ask_basis`].
pub fn month(app: &App, caller: &Caller, month: Option<Period>) -> Result<Month, Problem> {
    app.ask_basis(caller, None, app.today(), |basis| basis.month(month.unwrap_or_else(|| basis.newest_month())))
}

/// Stores what is said. None: all of it was said before, or nothing like it is asked.
///
/// # Errors
/// The store's.
pub fn state(app: &App, caller: &Caller, saying: &Saying) -> Result<Option<BatchId>, Problem> {
    let ends_in = Period::containing(Granularity::Month, saying.period.to());
    let asked = month(app, caller, Some(ends_in))?.asked;
    let edition = app.current_edition(&app.bundle()?)?;
    let units = app.units()?;
    let remit = Remit::of_caller(caller, edition.bundle(), units.all());
    let areas = areas_of(&remit, &units);
    let about: Vec<&Asked> = asked.iter().filter(|asked| saying.is_about(asked)).collect();
    let _alone = app.standing();
    let former: Vec<Statement> =
        app.store().statements(liuwu_engine::period::Date::MAX)?.into_iter().map(|known| known.item).collect();
    let said = about.iter().flat_map(|asked| {
        areas.iter().map(|area| Statement {
            kind: asked.kind.clone(),
            area: area.clone(),
            from: asked.period.from(),
            to: asked.period.to(),
            nil: saying.nil,
        })
    });
    let new: Vec<Statement> = said.filter(|statement| !former.contains(statement)).collect();
    if new.is_empty() {
        return Ok(None);
    }
    let mut batch = NewBatch::new(app.now(), caller.name(), in_words(saying, &about));
    batch.statements = new;
    let batch = remit.admit(app.store(), batch)?.store(app.store())?;
    app.has_written();
    app.audit().note(Note::done(caller, Action::Upload, Subject::of("batch", batch)))?;
    Ok(Some(batch))
}

/// What a batch of statements says, for the list of batches and for the notice after the click.
fn in_words(saying: &Saying, about: &[&Asked]) -> String {
    let what = if saying.nil { "零报告" } else { "报齐" };
    let named: Vec<&str> = about.iter().take(NAMED).map(|asked| asked.title.as_str()).collect();
    let more = if about.len() > NAMED { format!("等{}类", about.len()) } else { String::new() };
    format!("{} {what}:{}{more}", saying.period.name(), named.join("、"))
}

/// What a caller has just said, for the notice that offers to undo it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Its batch.
    pub batch: BatchId,
    /// What it says.
    pub what: String,
    /// Whether the caller may undo it.
    pub may_undo: bool,
}

/// A batch as what was just said; none when it is none of the caller's, or was undone.
///
/// # Errors
/// The store's.
pub fn said(app: &App, caller: &Caller, batch: Option<u64>) -> Result<Option<Said>, Problem> {
    let Some(id) = batch.map(BatchId) else { return Ok(None) };
    let heading = match app.store().batch(id) {
        Ok(heading) => heading,
        Err(StoreError::NotFound(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let is_own = heading.by == caller.name() && heading.counts.statements > 0 && heading.withdrawn.is_none();
    let may_undo = caller.may(Permission::Correct);
    Ok(is_own.then_some(Said { batch: id, what: heading.what, may_undo }))
}

/// The areas that a remit speaks for: those that bound it, or all that lie in no other one.
fn areas_of(remit: &Remit, units: &UnitTree) -> Vec<String> {
    match remit.areas() {
        Some(areas) => areas.to_vec(),
        None => units.all().iter().filter(|unit| unit.parent.is_none()).map(|unit| unit.id.clone()).collect(),
    }
}
