//! What was really filled in for each unit: the fields that were asked, those that came with a table which existed anyway or from
//! another system, and those that somebody typed here: on a form, or into a cell that had to be mended.
//!
//! Enters: what is known about the units of a caller, in one period. Leaves: a [`Filled`] for each unit and for all together, so that a
//! burden which grows is seen where it grows.

use std::collections::{BTreeSet, HashMap};
use std::ops::AddAssign;

use liuwu_engine::period::{Date, Period};
use serde::Serialize;
use utoipa::ToSchema;

use crate::accounts::Caller;
use crate::drafts::mended;
use crate::entry::{Hand, hand_of};
use crate::error::Problem;
use crate::remit::Remit;
use crate::state::App;
use crate::store::{BatchId, Store, StoreError, StoredRecord, UnitFacts};

/// Units read at a time.
const PAGE: usize = 500;

/// What was filled in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Filled {
    /// 记录数 · Records.
    pub records: u64,
    /// 要填的项 · Fields that their kinds ask for.
    pub asked: u64,
    /// 沿用的项:随已有的表或由其他系统报来 · Values that came with a table or from another system.
    pub reused: u64,
    /// 手填的项 · Values that somebody typed in here.
    pub typed: u64,
}

impl Filled {
    /// Fields that were left blank.
    #[must_use]
    pub fn blank(&self) -> u64 {
        self.asked.saturating_sub(self.reused + self.typed)
    }
}

impl AddAssign for Filled {
    fn add_assign(&mut self, other: Filled) {
        self.records += other.records;
        self.asked += other.asked;
        self.reused += other.reused;
        self.typed += other.typed;
    }
}

/// What was filled in during one period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Burden {
    /// The period.
    pub period: Period,
    /// All units together.
    pub all: Filled,
    /// Unit by unit, where anything was filled in: what was typed most first.
    pub units: Vec<(String, Filled)>,
}

/// What was filled in for the units of a caller in a period; without one, in the newest that the standard speaks of.
///
/// # Errors
/// When nothing has been published, or the store fails.
pub fn burden(app: &App, caller: &Caller, period: Option<Period>) -> Result<Burden, Problem> {
    let edition = app.current_edition(&app.bundle()?)?;
    let bundle = edition.bundle();
    let period = match period {
        Some(period) => period,
        None => app.ask_basis(caller, None, app.today(), |basis| basis.newest_period())?,
    };
    let remit = Remit::of(caller.scope(), bundle, app.units()?.all());
    let mut burden = Burden { period, all: Filled::default(), units: Vec::new() };
    let mut hands = Hands { store: app.store(), mended: HashMap::new() };
    let mut add = |facts: UnitFacts| -> Result<(), StoreError> {
        let mut filled = Filled::default();
        for record in facts.records.iter().filter(|record| period.contains(record.date)) {
            let kind = bundle.dictionary.kinds.get(&record.kind).filter(|kind| remit.has_kind(&kind.id));
            if let Some(kind) = kind {
                filled += hands.filled_in(record, kind.fields.len() as u64)?;
            }
        }
        if filled.records > 0 {
            burden.all += filled;
            burden.units.push((facts.unit, filled));
        }
        Ok(())
    };
    match remit.units() {
        Some(units) => units.iter().try_for_each(|unit| add(app.store().facts_of(unit, Date::MAX)?))?,
        None => each_unit(app.store(), &mut add)?,
    }
    burden.units.sort_by(|(one, a), (other, b)| (b.typed, b.asked, one).cmp(&(a.typed, a.asked, other)));
    Ok(burden)
}

/// Goes through all units of which anything is known.
fn each_unit(store: &dyn Store, visit: &mut dyn FnMut(UnitFacts) -> Result<(), StoreError>) -> Result<(), StoreError> {
    let mut after: Option<String> = None;
    loop {
        let page = store.scan_facts(after.as_deref(), PAGE, Date::MAX)?;
        let is_last = page.len() < PAGE;
        after = page.last().map(|facts| facts.unit.clone());
        page.into_iter().try_for_each(&mut *visit)?;
        if is_last {
            return Ok(());
        }
    }
}

/// By whose hand values came in.
struct Hands<'a> {
    store: &'a dyn Store,
    /// The cells that were mended on the page of a draft, by the batch it became.
    mended: HashMap<BatchId, BTreeSet<String>>,
}

impl Hands<'_> {
    fn filled_in(&mut self, record: &StoredRecord, asked: u64) -> Result<Filled, StoreError> {
        let values = record.fields.len() as u64;
        let typed = self.typed(record)?;
        Ok(Filled { records: 1, asked: asked.max(values), reused: values - typed, typed })
    }

    /// How many values somebody typed in here. One that a correction left as it was came with the record before.
    fn typed(&mut self, record: &StoredRecord) -> Result<u64, StoreError> {
        let mut open: BTreeSet<String> = record.fields.keys().cloned().collect();
        let mut typed = 0;
        let mut at = record.clone();
        loop {
            match hand_of(&at.source) {
                Hand::Typed => return Ok(typed + open.len() as u64),
                Hand::Reused => {
                    let mended = self.mended_in(at.id.batch)?;
                    return Ok(typed + open.iter().filter(|name| mended.contains(&at.source.cell(name))).count() as u64);
                }
                Hand::Corrected => {
                    let Some(before) = at.supersedes.map(|old| self.store.record(old)).transpose()? else {
                        return Ok(typed + open.len() as u64);
                    };
                    let before = before.record;
                    let asked = open.len();
                    open.retain(|name| before.fields.get(name) == at.fields.get(name));
                    typed += (asked - open.len()) as u64;
                    at = before;
                }
            }
        }
    }

    fn mended_in(&mut self, batch: BatchId) -> Result<&BTreeSet<String>, StoreError> {
        if !self.mended.contains_key(&batch) {
            let draft = self.store.batch(batch)?.notes.remove(super::NOTE);
            let cells = draft.map(|draft| mended::of(self.store, &draft)).transpose()?;
            self.mended.insert(batch, cells.unwrap_or_default());
        }
        Ok(self.mended.entry(batch).or_default())
    }
}
