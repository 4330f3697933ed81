//! Custody of what is stored: who sees, corrects and takes back which batch and which record.
//!
//! Enters: a [`Caller`] and what is asked. Leaves: batches, records and questions within the caller's [`Remit`]; and whatever is
//! changed is changed here, for pages and the API alike, with its note in the log. Next: [`crate::gate`].

pub mod sightings;
pub mod asked;
mod papers;
mod answers;
mod search;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use liuwu_engine::dictionary::Kind;
use liuwu_engine::period::{Date, Period};

use crate::accounts::{Caller, Permission};
use crate::audit::{Action, Note, Subject};
use crate::deadline::LONGEST_RUN;
use crate::disclosure::{Reader, Viewer};
use crate::effect::{self, Effect, Touched};
use crate::entry::{Decision, Desk, Entered, Typed};
use crate::error::Problem;
use crate::personal::{self, SeenField, Sight};
use crate::remit::{Beyond, Remit};
use crate::scoring::Ask;
use crate::state::App;
use crate::store::{
    Act, Batch, BatchId, Knowledge, NewBatch, Paper, RecordId, RecordRow, State, Store, StoreError, StoredRecord,
    Target, UnitFacts, Version,
};
use crate::view::{EditionView, UnitTree};
pub use search::{Found, Wanted};

/// The largest batch that is looked through to see whether all of it is within a remit.
const LARGEST_LOOKED_THROUGH: u64 = 20_000;

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
        let remit = Remit::of_caller(caller, edition.bundle(), units.all());
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
        if may_know && !self.caller.is_village() { Sight::Masked } else { Sight::Withheld }
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
        self.remit.has_row(row)
    }

    /// Where records are typed in by the caller.
    fn desk(&self) -> Desk<'_> {
        Desk {
            store: self.app.store(),
            bundle: self.edition.bundle(),
            remit: &self.remit,
            sight: self.sight(),
            pseudonym_key: self.app.pseudonym_key(),
        }
    }

    /// Whether the caller may correct a record within reach, or take it back.
    ///
    /// # Errors
    /// The store's.
    pub fn may_change(&self, row: &StoredRecord) -> Result<bool, Problem> {
        Ok(self.caller.may(Permission::Correct) && self.beyond(row)?.is_none())
    }

    /// Who else has handed in a record within reach, where that keeps the caller from correcting it.
    ///
    /// # Errors
    /// The store's.
    pub fn another_hand(&self, row: &StoredRecord) -> Result<Option<String>, Problem> {
        Ok(match self.beyond(row)? {
            Some(Beyond::OtherHand(by)) if self.caller.may(Permission::Correct) => Some(by),
            _ => None,
        })
    }

    fn beyond(&self, row: &StoredRecord) -> Result<Option<Beyond>, Problem> {
        Ok(self.remit.of_record(self.app.store(), row.id, (&row.kind, &row.unit))?)
    }

    /// A record that the caller may change.
    fn own_record(&self, id: RecordId) -> Result<Version, Problem> {
        let version = self.record(id)?;
        match self.beyond(&version.record)? {
            Some(beyond) => Err(beyond.into()),
            None => Ok(version),
        }
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
        if !self.caller.may_see_personal() {
            return Err(Problem::Forbidden(Permission::SeePersonal.zh(), Permission::SeePersonal.en()));
        }
        let act = self.act(why)?;
        let version = self.record(id)?;
        let body = serde_json::to_vec(&(id, &act)).map_err(|error| Problem::Internal(error.to_string()))?;
        let name = format!("{}-{id}", act.at.as_microsecond());
        self.app.store().file_papers(vec![Paper::new(sightings::FOLDER, name, body)])?;
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
        let _alone = self.app.standing();
        let entered = self.desk().enter(&kind, typed, &act, decision)?;
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
        let _alone = self.app.standing();
        let entered = self.desk().correct(&kind, &old, typed, &act, decision)?;
        self.keep(entered, Action::Correct)
    }

    /// Takes back a record.
    ///
    /// # Errors
    /// [`Problem::OutOfScope`], [`Problem::Parameter`] without a reason; the store's.
    pub fn withdraw(&self, id: RecordId, why: &str) -> Result<Version, Problem> {
        let act = self.act(why)?;
        let _alone = self.app.standing();
        self.own_record(id)?;
        self.app.store().withdraw_record(id, act)?;
        self.app.has_written();
        self.app.audit().note(Note::done(self.caller, Action::Withdraw, Subject::of("record", id)))?;
        self.record(id)
    }

    fn in_force(&self, id: RecordId) -> Result<StoredRecord, Problem> {
        let version = self.own_record(id)?;
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
        let store = self.app.store();
        let id = RecordId { batch: self.remit.admit(store, batch)?.store(store)?, number: 1 };
        self.app.has_written();
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
        // Most of what others hand in is about others from its first record on; then the rest need not be read.
        let first = RecordId { batch: batch.id, number: 1 };
        if counts.all_records() > 0 && !self.has_row(&self.app.store().record(first)?.record) {
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

    /// Whether the caller may take back a batch within reach.
    pub fn may_undo(&self, batch: &Batch) -> bool {
        self.caller.may(Permission::Correct) && self.remit.of_batch(batch).is_none()
    }

    /// A batch that the caller may take back.
    fn own_batch(&self, id: BatchId) -> Result<Batch, Problem> {
        let batch = self.batch(id)?;
        match self.remit.of_batch(&batch) {
            Some(beyond) => Err(beyond.into()),
            None => Ok(batch),
        }
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
    /// Those of [`Self::undo`]; [`Conflict::BatchWithdrawn`](crate::store::Conflict::BatchWithdrawn); those of scoring.
    pub fn weigh_undoing(&self, id: BatchId) -> Result<Undoing, Problem> {
        let batch = self.own_batch(id)?;
        let store = self.app.store();
        let act = Act { by: String::new(), at: self.app.now(), why: String::new() };
        let supposed = store.supposing(Target::Batch(id), act)?;
        let (touched, put_out) = Touched::by_stored(store, id)?;
        let (mut go, mut come_back) = (0, 0);
        if let Touched::Units(units) = &touched {
            for unit in units {
                let ids =
                    |facts: UnitFacts| -> BTreeSet<RecordId> { facts.records.iter().map(|record| record.id).collect() };
                let (now, then) = (ids(store.facts_of(unit, Date::MAX)?), ids(supposed.facts_of(unit, Date::MAX)?));
                go += now.difference(&then).count() as u64;
                come_back += then.difference(&now).count() as u64;
            }
        } else {
            go = batch.counts.all_records();
            come_back = counting_again(store, supposed.as_ref(), put_out)?;
        }
        let effect = self.effect_of(supposed.as_ref(), &touched)?.told_to(&Viewer::of(self.caller), &self.units);
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
    /// Those of [`Self::batch`], [`Problem::OtherHand`], [`Problem::Parameter`] without a reason; the store's.
    pub fn undo(&self, id: BatchId, why: &str, said_by: Option<String>) -> Result<Batch, Problem> {
        let act = Act { by: self.caller.name_or(said_by), ..self.act(why)? };
        let _alone = self.app.standing();
        self.own_batch(id)?;
        self.app.store().withdraw_batch(id, act)?;
        self.app.has_written();
        self.app.audit().note(Note::done(self.caller, Action::Withdraw, Subject::of("batch", id)))?;
        self.batch(id)
    }
}

/// How many of the records that a batch has put out would count again.
fn counting_again(store: &dyn Store, supposed: &dyn Knowledge, put_out: Vec<RecordId>) -> Result<u64, StoreError> {
    let mut by_unit: BTreeMap<String, BTreeSet<RecordId>> = BTreeMap::new();
    for old in put_out {
        by_unit.entry(store.record(old)?.record.item.unit).or_default().insert(old);
    }
    let mut count = 0;
    for (unit, put_out) in by_unit {
        let known = supposed.facts_of(&unit, Date::MAX)?.records;
        count += known.iter().filter(|record| put_out.contains(&record.id)).count() as u64;
    }
    Ok(count)
}
