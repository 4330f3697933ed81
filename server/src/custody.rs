//! Custody of what is stored: who sees, corrects and takes back which batch and which record.
//!
//! Enters: a [`Caller`] and what is asked. Leaves: batches, records and questions within the caller's [`Remit`]; and whatever is
//! changed is changed here, for pages and the API alike, with its note in the log. Next: [`crate::gate`].

pub mod asked;
mod papers;
mod search;

use std::sync::Arc;

use liuwu_engine::dictionary::Kind;
use liuwu_engine::period::Period;

use crate::accounts::{Caller, Permission};
use crate::audit::{Action, Note, Subject};
use crate::deadline::LONGEST_RUN;
use crate::disclosure::Reader;
use crate::effect::{self, Effect, Touched};
use crate::entry::{Decision, Desk, Entered, Typed};
use crate::error::Problem;
use crate::personal::{self, SeenField, Sight};
use crate::questions::{self, Answer, Question, QuestionError};
use crate::remit::Remit;
use crate::scoring::Ask;
use crate::state::App;
use crate::store::{
    Act, Batch, BatchId, Knowledge, NewBatch, Paper, RecordId, RecordRow, State, StoreError, StoredRecord, Target,
    Version,
};
use crate::view::{EditionView, UnitTree};
pub use search::{Found, Wanted};

/// The largest batch that is looked through to see whether all of it is within a remit.
const LARGEST_LOOKED_THROUGH: u64 = 20_000;
/// The folder of the register of who saw personal data in full, and why.
const SIGHTINGS: &str = "sightings";

/// What one caller has in hand, by the edition in force.
pub struct Custody<'a> {
    app: &'a App,
    caller: &'a Caller,
    /// The edition in force, which names kinds and fields.
    pub edition: Arc<EditionView>,
    /// The units of today.
    pub units: Arc<UnitTree>,
    /// What is within reach.
    pub remit: Remit,
}

/// What undoing a batch would change.
#[derive(Debug)]
pub struct Undoing {
    /// Records that would go.
    pub go: u64,
    /// Records that would count again.
    pub come_back: u64,
    /// Results that would move.
    pub effect: Effect,
}

impl<'a> Custody<'a> {
    /// Opens it for a caller. It blocks, as everything here does.
    ///
    /// # Errors
    /// When no standard is published, or the store fails.
    pub fn open(app: &'a App, caller: &'a Caller) -> Result<Custody<'a>, Problem> {
        let edition = app.current_edition(&app.bundle()?)?;
        let units = app.units()?;
        let remit = Remit::of(caller.scope(), edition.bundle(), units.all());
        Ok(Custody { app, caller, edition, units, remit })
    }

    /// A kind of the edition, by its key.
    pub fn kind(&self, id: &str) -> Option<&Arc<Kind>> {
        self.edition.bundle().dictionary.kinds.get(id)
    }

    /// How the caller sees personal fields when nothing else is asked for. A village never learns who reported or complained, not
    /// even by a first letter.
    pub fn sight(&self) -> Sight {
        let may_know = self.caller.may(Permission::SeePersonal) || self.caller.may(Permission::ReadResults);
        if may_know { Sight::Masked } else { Sight::Withheld }
    }

    /// The fields of a record as the caller sees them.
    pub fn seen(&self, row: &RecordRow, sight: Sight) -> Vec<SeenField> {
        let dictionary = &self.edition.bundle().dictionary;
        personal::seen(dictionary, self.kind(&row.kind).map(Arc::as_ref), &row.fields, sight)
    }

    fn app_store(&self) -> &dyn crate::store::Store {
        self.app.store()
    }

    fn act(&self, why: &str) -> Result<Act, Problem> {
        let why = why.trim();
        if why.is_empty() {
            return Err(Problem::parameter("reason", "须写明理由", "say why"));
        }
        Ok(Act { by: self.caller.name(), at: self.app.now(), why: why.to_owned() })
    }

    fn has_row(&self, row: &RecordRow) -> bool {
        self.remit.has_kind(&row.kind) && self.remit.has_unit(&row.unit)
    }
}

/// Records.
impl Custody<'_> {
    /// One record within reach, and its state.
    ///
    /// # Errors
    /// [`Problem::OutOfScope`]; the store's.
    pub fn record(&self, id: RecordId) -> Result<Version, Problem> {
        let version = self.app.store().record(id)?;
        if self.has_row(&version.record) { Ok(version) } else { Err(Problem::OutOfScope(id.to_string())) }
    }

    /// A record with all that it corrects and all that corrects it, as far as that is within reach.
    ///
    /// # Errors
    /// As [`Self::record`].
    pub fn history(&self, id: RecordId) -> Result<Vec<Version>, Problem> {
        self.record(id)?;
        let mut versions = self.app.store().history(id)?;
        versions.retain(|version| self.has_row(&version.record));
        Ok(versions)
    }

    /// The fields of a record in full. It takes a permission and a reason, which is kept in a register, and a note in the log.
    ///
    /// # Errors
    /// [`Problem::Forbidden`], [`Problem::Parameter`] without a reason; those of [`Self::record`].
    pub fn in_full(&self, id: RecordId, why: &str) -> Result<(Version, Vec<SeenField>), Problem> {
        if !self.caller.may(Permission::SeePersonal) {
            return Err(Problem::Forbidden(Permission::SeePersonal.zh(), Permission::SeePersonal.en()));
        }
        let act = self.act(why)?;
        let version = self.record(id)?;
        let body = serde_json::to_vec(&(id, &act)).map_err(|error| Problem::Internal(error.to_string()))?;
        let name = format!("{}-{id}", act.at.as_microsecond());
        self.app.store().file_papers(vec![Paper::new(SIGHTINGS, name, body)])?;
        self.app.audit().note(Note::done(self.caller, Action::Unmask, Subject::of("record", id)))?;
        let fields = self.seen(&version.record, Sight::InFull);
        Ok((version, fields))
    }

    /// Checks a new record, and stores it when it can be.
    ///
    /// # Errors
    /// [`Problem::OutOfScope`]; the store's.
    pub fn enter(&self, kind: &str, typed: &Typed, remark: &str, decision: Decision) -> Result<Kept, Problem> {
        let kind = self.own_kind(kind)?;
        let act = Act { by: self.caller.name(), at: self.app.now(), why: remark.trim().to_owned() };
        let desk = Desk { store: self.app.store(), bundle: self.edition.bundle() };
        let _alone = self.app.standing();
        let entered = desk.enter(&kind, typed, &act, decision)?;
        self.keep(entered, Action::Upload)
    }

    /// Checks a correction of a record that counts, and stores it when it can be.
    ///
    /// # Errors
    /// [`Problem::OutOfScope`], [`Problem::Parameter`] without a reason; the store's.
    pub fn correct(&self, id: RecordId, typed: &Typed, why: &str, decision: Decision) -> Result<Kept, Problem> {
        let act = self.act(why)?;
        let old = self.in_force(id)?;
        let kind = self.own_kind(&old.kind)?;
        let desk = Desk { store: self.app.store(), bundle: self.edition.bundle() };
        let _alone = self.app.standing();
        let entered = desk.correct(&kind, &old, typed, &act, decision)?;
        self.keep(entered, Action::Correct)
    }

    /// Takes back a record.
    ///
    /// # Errors
    /// [`Problem::OutOfScope`], [`Problem::Parameter`] without a reason; the store's.
    pub fn withdraw(&self, id: RecordId, why: &str) -> Result<Version, Problem> {
        let act = self.act(why)?;
        self.record(id)?;
        self.app.store().withdraw_record(id, act)?;
        self.app.facts_changed();
        self.app.audit().note(Note::done(self.caller, Action::Withdraw, Subject::of("record", id)))?;
        self.record(id)
    }

    fn in_force(&self, id: RecordId) -> Result<StoredRecord, Problem> {
        let version = self.record(id)?;
        match version.state {
            State::InForce => Ok(version.record),
            _ => Err(StoreError::from(crate::store::Conflict::NotInForce(id)).into()),
        }
    }

    fn own_kind(&self, id: &str) -> Result<Arc<Kind>, Problem> {
        let kind = self.kind(id).ok_or_else(|| Problem::Absent("台账类型", "record kind", id.to_owned()))?;
        if self.remit.has_kind(id) { Ok(Arc::clone(kind)) } else { Err(Problem::OutOfScope(kind.title.clone())) }
    }

    fn keep(&self, entered: Entered, action: Action) -> Result<Kept, Problem> {
        let batch: NewBatch = match entered {
            Entered::Ready(batch) => *batch,
            other => return Ok(Kept::Not(other)),
        };
        if let Some(row) = batch.records.iter().find(|row| !self.has_row(row)) {
            return Err(Problem::OutOfScope(row.unit.clone()));
        }
        let id = RecordId { batch: self.app.store().append_batch(batch)?, number: 1 };
        self.app.facts_changed();
        self.app.audit().note(Note::done(self.caller, action, Subject::of("record", id)))?;
        Ok(Kept::Stored(id))
    }
}

/// What became of a typed record.
#[derive(Debug)]
pub enum Kept {
    /// It is stored.
    Stored(RecordId),
    /// It is not, and why.
    Not(Entered),
}

/// Batches.
impl Custody<'_> {
    /// Batches within reach, newest first, those before the given one.
    ///
    /// # Errors
    /// The store's.
    pub fn batches(&self, before: Option<BatchId>, limit: usize) -> Result<Vec<Batch>, Problem> {
        let mut found = Vec::new();
        let mut before = before;
        while found.len() < limit {
            let page = self.app.store().batches(before, limit)?;
            before = page.last().map(|batch| batch.id);
            if before.is_none() {
                break;
            }
            for batch in page {
                if found.len() < limit && self.has_batch(&batch)? {
                    found.push(batch);
                }
            }
        }
        Ok(found)
    }

    /// One batch within reach.
    ///
    /// # Errors
    /// [`Problem::OutOfScope`]; the store's.
    pub fn batch(&self, id: BatchId) -> Result<Batch, Problem> {
        let batch = self.app.store().batch(id)?;
        if self.has_batch(&batch)? { Ok(batch) } else { Err(Problem::OutOfScope(id.to_string())) }
    }

    /// Whether a batch is within reach: handed in by the caller, or nothing in it belongs to others.
    fn has_batch(&self, batch: &Batch) -> Result<bool, Problem> {
        if self.remit.is_all() || batch.by == self.caller.name() {
            return Ok(true);
        }
        let counts = &batch.counts;
        let concerns_all = counts.units > 0 || counts.exemptions > 0;
        let rows = counts.all_records() + counts.attributes + counts.statements;
        if concerns_all || rows > LARGEST_LOOKED_THROUGH || !counts.records.keys().all(|kind| self.remit.has_kind(kind))
        {
            return Ok(false);
        }
        let contents = self.app.store().contents(batch.id)?;
        Ok(contents.records.iter().all(|row| self.has_row(row))
            && contents.attributes.iter().all(|fact| self.remit.has_unit(&fact.unit))
            && contents
                .statements
                .iter()
                .all(|said| self.remit.has_kind(&said.kind) && self.remit.has_unit(&said.area)))
    }

    /// The heading of the batch of a record within reach.
    ///
    /// # Errors
    /// The store's.
    pub fn heading(&self, id: BatchId) -> Result<Batch, Problem> {
        Ok(self.app.store().batch(id)?)
    }

    /// What undoing a batch would change. Nothing is changed.
    ///
    /// # Errors
    /// Those of [`Self::batch`]; [`Conflict::BatchWithdrawn`](crate::store::Conflict::BatchWithdrawn); those of scoring.
    pub fn weigh_undoing(&self, id: BatchId) -> Result<Undoing, Problem> {
        let batch = self.batch(id)?;
        let store = self.app.store();
        let contents = store.contents(id)?;
        let act = Act { by: String::new(), at: self.app.now(), why: String::new() };
        let supposed = store.supposing(Target::Batch(id), act)?;
        let touched = Touched::by(store, &contents)?;
        let (mut go, mut come_back) = (0, 0);
        if let Touched::Units(units) = &touched {
            for unit in units {
                let ids = |facts: crate::store::UnitFacts| -> std::collections::BTreeSet<RecordId> {
                    facts.records.iter().map(|record| record.id).collect()
                };
                let day = liuwu_engine::period::Date::MAX;
                let (now, then) = (ids(store.facts_of(unit, day)?), ids(supposed.facts_of(unit, day)?));
                go += now.difference(&then).count() as u64;
                come_back += then.difference(&now).count() as u64;
            }
        } else {
            go = batch.counts.all_records();
        }
        let effect = self.effect_of(supposed.as_ref(), &touched)?;
        Ok(Undoing { go, come_back, effect })
    }

    /// What a change of the facts does to the results in force, edition by edition.
    ///
    /// # Errors
    /// Those of scoring.
    pub fn effect_of(&self, after: &dyn Knowledge, touched: &Touched) -> Result<Effect, Problem> {
        let bundle = &self.edition.edition.bundle;
        let mut by_edition: Vec<(String, Vec<Period>)> = Vec::new();
        for (period, run) in self.app.periods(bundle, Reader::Staff)? {
            match by_edition.iter_mut().find(|(edition, _)| *edition == run.edition) {
                Some((_, periods)) => periods.push(period),
                None => by_edition.push((run.edition, vec![period])),
            }
        }
        let mut whole = Effect::default();
        for (edition, mut periods) in by_edition {
            periods.sort();
            let view = self.app.edition(bundle, &edition)?;
            let ask = Ask {
                bundle: bundle.clone(),
                edition: Some(edition),
                periods,
                as_of: self.app.today(),
                by: String::new(),
                at: self.app.now(),
                pseudonym_key: self.app.pseudonym_key().to_vec(),
                longest: LONGEST_RUN,
            };
            whole.extend(effect::of(self.app.store(), after, touched, &view.plan, &ask)?);
        }
        Ok(whole)
    }

    /// Takes back a whole batch; the operator may say for whom.
    ///
    /// # Errors
    /// Those of [`Self::batch`], [`Problem::Parameter`] without a reason; the store's.
    pub fn undo(&self, id: BatchId, why: &str, said_by: Option<String>) -> Result<Batch, Problem> {
        let act = Act { by: self.caller.name_or(said_by), ..self.act(why)? };
        self.batch(id)?;
        self.app.store().withdraw_batch(id, act)?;
        self.app.facts_changed();
        self.app.audit().note(Note::done(self.caller, Action::Withdraw, Subject::of("batch", id)))?;
        self.batch(id)
    }
}

/// Questions.
impl Custody<'_> {
    /// The questions within reach, the open ones first, then by falling number.
    ///
    /// # Errors
    /// The store's.
    pub fn questions(&self) -> Result<Vec<Question>, Problem> {
        let mut found = questions::all(self.app.store())?;
        found.retain(|question| self.has_row(&question.row));
        found.sort_by_key(|question| (question.settled.is_some(), std::cmp::Reverse(question.number)));
        Ok(found)
    }

    /// One question within reach, and the stored record it is about.
    ///
    /// # Errors
    /// [`Problem::Absent`], [`Problem::OutOfScope`]; the store's.
    pub fn question(&self, number: u64) -> Result<(Question, Version), Problem> {
        let question = questions::one(self.app.store(), number)?;
        if !self.has_row(&question.row) {
            return Err(Problem::OutOfScope(number.to_string()));
        }
        let known = self.app.store().record(question.known)?;
        Ok((question, known))
    }

    /// Settles a question.
    ///
    /// # Errors
    /// Those of [`Self::question`], [`Problem::Parameter`] without a reason; the store's.
    pub fn settle(&self, number: u64, answer: Answer, why: &str) -> Result<Question, Problem> {
        let act = self.act(why)?;
        self.question(number)?;
        let question = questions::settle(self.app.store(), number, answer, act)?;
        self.app.facts_changed();
        if let Some(batch) = question.settled.as_ref().and_then(|settled| settled.batch) {
            self.app.audit().note(Note::done(self.caller, Action::Upload, Subject::of("batch", batch)))?;
        }
        self.app.audit().note(Note::done(self.caller, Action::Decide, Subject::of("question", number)))?;
        Ok(question)
    }
}

impl From<QuestionError> for Problem {
    fn from(error: QuestionError) -> Problem {
        match error {
            QuestionError::Store(error) => error.into(),
            QuestionError::Missing(number) => Problem::Absent("待核对的问题", "question", number.to_string()),
            QuestionError::Settled(number) => Problem::parameter(
                "question",
                format!("问题 {number} 已经有人处理"),
                format!("question {number} is settled already"),
            ),
        }
    }
}
