//! What was really filled in for each unit: the fields that were asked, those that came with a table which existed anyway or from
//! another system, and those that somebody typed here.
//!
//! Enters: what is known about the units of a caller, in one period. Leaves: a [`Filled`] for each unit and for all together, so that a
//! burden which grows is seen where it grows.

use std::ops::AddAssign;

use liuwu_engine::period::{Date, Period};
use serde::Serialize;
use utoipa::ToSchema;

use crate::accounts::Caller;
use crate::entry::{Hand, hand_of};
use crate::error::Problem;
use crate::remit::Remit;
use crate::state::App;
use crate::store::{RecordRow, Store, StoreError};

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
        None => app.ask_basis(caller.scope(), None, app.today(), |basis| basis.newest_period())?,
    };
    let remit = Remit::of(caller.scope(), bundle, app.units()?.all());
    let store = app.store();
    let (mut all, mut units) = (Filled::default(), Vec::new());
    let mut after: Option<String> = None;
    loop {
        let page = store.scan_facts(after.as_deref(), PAGE, Date::MAX)?;
        after = page.last().map(|facts| facts.unit.clone());
        let is_last = page.len() < PAGE;
        for facts in page.into_iter().filter(|facts| remit.has_unit(&facts.unit)) {
            let mut filled = Filled::default();
            for record in &facts.records {
                let kind = bundle.dictionary.kinds.get(&record.kind).filter(|kind| remit.has_kind(&kind.id));
                if let Some(kind) = kind.filter(|_| period.contains(record.date)) {
                    filled += filled_in(store, record, kind.fields.len() as u64)?;
                }
            }
            if filled.records > 0 {
                all += filled;
                units.push((facts.unit, filled));
            }
        }
        if is_last {
            break;
        }
    }
    units.sort_by(|(one, a), (other, b)| (b.typed, b.asked, one).cmp(&(a.typed, a.asked, other)));
    Ok(Burden { period, all, units })
}

fn filled_in(store: &dyn Store, record: &RecordRow, asked: u64) -> Result<Filled, StoreError> {
    let values = record.fields.len() as u64;
    let typed = match hand_of(&record.source) {
        Hand::Reused => 0,
        Hand::Typed => values,
        Hand::Corrected => {
            let before = record.supersedes.map(|old| store.record(old)).transpose()?;
            let same = |name: &str| {
                before.as_ref().is_some_and(|before| before.record.fields.get(name) == record.fields.get(name))
            };
            record.fields.keys().filter(|name| !same(name)).count() as u64
        }
    };
    Ok(Filled { records: 1, asked: asked.max(values), reused: values - typed, typed })
}
