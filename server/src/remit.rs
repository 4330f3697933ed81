//! What somebody may touch: kinds of a department, units of a town, and of a village what it has handed in itself. The one place
//! where that is decided, whatever the way in: drafts, uploads, pushes, typed records, corrections, withdrawals, questions.
//!
//! Enters: a [`Caller`], the bundle and the units there are. Leaves: a [`Remit`], which is asked about kinds, units and stored
//! records; and for a batch the permission to store it ([`Admitted`]). Next: [`crate::upload`].

mod admitted;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use liuwu_engine::bundle::Bundle;
use liuwu_engine::codes::files as codes;
use liuwu_engine::diagnostic::Diagnostic;
use liuwu_engine::dictionary::Kind;
use liuwu_engine::period::Date;

use crate::accounts::Caller;
use crate::store::{Batch, RecordId, RecordRow, Scope, Store, StoreError, UnitRow};
pub use admitted::{Admitted, Growing, NotAdmitted};

/// The note of a batch that says which villages handed it in: their codes.
pub const VILLAGE: &str = "village";

/// What somebody may touch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remit {
    /// Of these kinds; none: of all, and attributes too.
    kinds: Option<BTreeSet<String>>,
    /// Of these areas; none: of all.
    areas: Option<Vec<String>>,
    /// The units in them.
    units: Option<BTreeSet<String>>,
    /// Of what is stored, only what came by this hand may be changed; none: whatever is within reach.
    hand: Option<Hand>,
}

/// By what a village knows what it has handed in itself: by whichever of its accounts, or by somebody in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Hand {
    name: String,
    villages: BTreeSet<String>,
}

impl Hand {
    fn note(&self) -> String {
        self.villages.iter().map(String::as_str).collect::<Vec<_>>().join(",")
    }

    /// Whether a batch came by it, as far as it is about something within reach.
    fn has(&self, batch: &Batch) -> bool {
        batch.by == self.name || villages_of(batch).any(|village| self.villages.contains(village))
    }

    /// Whether the whole of a batch came by it.
    fn has_all_of(&self, batch: &Batch) -> bool {
        let mut noted = villages_of(batch).peekable();
        batch.by == self.name || noted.peek().is_some() && noted.all(|village| self.villages.contains(village))
    }
}

fn villages_of(batch: &Batch) -> impl Iterator<Item = &str> {
    batch.notes.get(VILLAGE).into_iter().flat_map(|note| note.split(',')).filter(|village| !village.is_empty())
}

/// Why something may not be touched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Beyond {
    /// A kind, a unit or an area that somebody else answers for: its name.
    #[error("`{0}` is outside the scope")]
    Scope(String),
    /// A stored record that somebody else answers for. What it says is not told, nor whose it is.
    #[error("the stored record is of another unit or department")]
    Elsewhere,
    /// A village's own affair that somebody else has handed in: who.
    #[error("it was handed in by {0}")]
    OtherHand(String),
}

impl Beyond {
    /// The same as a fault, for the row or field that it is met with.
    #[must_use]
    pub fn fault(&self) -> Diagnostic {
        match self {
            Beyond::Scope(what) => Diagnostic::new(&codes::OUTSIDE_SCOPE).with("what", what),
            Beyond::Elsewhere => Diagnostic::new(&codes::RECORD_OF_ANOTHER_UNIT),
            Beyond::OtherHand(by) => Diagnostic::new(&codes::RECORD_BY_ANOTHER_HAND).with("by", by),
        }
    }
}

impl Remit {
    /// Everything.
    pub const ALL: Remit = Remit { kinds: None, areas: None, units: None, hand: None };

    /// What a scope reaches.
    pub fn of(scope: &Scope, bundle: &Bundle, units: &[UnitRow]) -> Remit {
        match scope {
            Scope::Everything => Remit::ALL,
            Scope::Department(name) => {
                let own = bundle.dictionary.kinds.values().filter(|kind| kind.department.as_ref() == Some(name));
                Remit { kinds: Some(own.map(|kind| kind.id.to_string()).collect()), ..Remit::ALL }
            }
            Scope::Divisions(codes) => {
                Remit { areas: Some(codes.clone()), units: Some(below(codes, units)), ..Remit::ALL }
            }
        }
    }

    /// What a caller may touch: who is assessed does not change what others have handed in about it.
    pub fn of_caller(caller: &Caller, bundle: &Bundle, units: &[UnitRow]) -> Remit {
        let remit = Remit::of(caller.scope(), bundle, units);
        let hand = caller
            .is_village()
            .then(|| Hand { name: caller.name(), villages: remit.areas.iter().flatten().cloned().collect() });
        Remit { hand, ..remit }
    }

    /// The remit of somebody whose scope has no bounds, for what concerns everybody.
    ///
    /// # Errors
    /// [`Beyond::Scope`] for everybody else; `what` is the name of it.
    pub fn of_everything(caller: &Caller, what: &str) -> Result<Remit, Beyond> {
        let is_whole = *caller.scope() == Scope::Everything && !caller.is_village();
        if is_whole { Ok(Remit::ALL) } else { Err(Beyond::Scope(what.to_owned())) }
    }

    /// Whether a kind is within it.
    pub fn has_kind(&self, kind: &str) -> bool {
        self.kinds.as_ref().is_none_or(|kinds| kinds.contains(kind))
    }

    /// Whether a unit is within it.
    pub fn has_unit(&self, unit: &str) -> bool {
        self.units.as_ref().is_none_or(|units| units.contains(unit))
    }

    /// The areas that bound it; none: it is about all units.
    pub fn areas(&self) -> Option<&[String]> {
        self.areas.as_deref()
    }

    /// The units within it; none: all there are.
    pub fn units(&self) -> Option<&BTreeSet<String>> {
        self.units.as_ref()
    }

    /// Whether attributes of units within it may be handed in: those of a department have none of their own.
    pub fn has_attributes(&self) -> bool {
        self.kinds.is_none()
    }

    /// Whether a record is within it, so that it may be seen.
    pub fn has_row(&self, row: &RecordRow) -> bool {
        self.has_kind(&row.kind) && self.has_unit(&row.unit)
    }

    /// Whether it has no bounds: lists of units and exemptions concern everybody.
    pub fn is_all(&self) -> bool {
        *self == Remit::ALL
    }

    /// The kinds within it, in the order of the bundle.
    pub fn kinds<'b>(&self, bundle: &'b Bundle) -> impl Iterator<Item = &'b Arc<Kind>> {
        bundle.dictionary.kinds.values().filter(|kind| self.has_kind(&kind.id))
    }
}

/// What is stored.
impl Remit {
    /// Why a stored record, of which kind and unit are known, may not be changed; none: it may.
    ///
    /// # Errors
    /// The store's.
    pub fn of_record(
        &self,
        store: &dyn Store,
        id: RecordId,
        (kind, unit): (&str, &str),
    ) -> Result<Option<Beyond>, StoreError> {
        if !self.has_kind(kind) || !self.has_unit(unit) {
            return Ok(Some(Beyond::Elsewhere));
        }
        let Some(hand) = &self.hand else { return Ok(None) };
        let batch = store.batch(id.batch)?;
        Ok(if hand.has(&batch) { None } else { Some(Beyond::OtherHand(batch.by)) })
    }

    /// Why an attribute of a unit may not be stated anew, whatever the day: somebody else has stated it.
    ///
    /// # Errors
    /// The store's.
    pub fn of_known_attribute(
        &self,
        store: &dyn Store,
        unit: &str,
        attribute: &str,
    ) -> Result<Option<Beyond>, StoreError> {
        let Some(hand) = &self.hand else { return Ok(None) };
        let known = store.facts_of(unit, Date::MAX)?.attributes;
        for fact in known.iter().filter(|fact| fact.item.attribute == attribute) {
            let batch = store.batch(fact.id.batch)?;
            if !hand.has(&batch) {
                return Ok(Some(Beyond::OtherHand(batch.by)));
            }
        }
        Ok(None)
    }

    /// Why a batch may not be taken back, by whose hand it is; whether all it holds is within reach is asked before.
    pub fn of_batch(&self, batch: &Batch) -> Option<Beyond> {
        let hand = self.hand.as_ref()?;
        (!hand.has_all_of(batch)).then(|| Beyond::OtherHand(batch.by.clone()))
    }

    /// Whether something that somebody did, a file attached or a question raised, may be undone or decided about.
    ///
    /// # Errors
    /// [`Beyond::OtherHand`].
    pub fn of_deed(&self, by: &str) -> Result<(), Beyond> {
        match &self.hand {
            Some(hand) if hand.name != by => Err(Beyond::OtherHand(by.to_owned())),
            _ => Ok(()),
        }
    }
}

/// Some units and all below them.
fn below(codes: &[String], units: &[UnitRow]) -> BTreeSet<String> {
    let mut children: HashMap<&str, Vec<&str>> = HashMap::new();
    for unit in units {
        children.entry(unit.parent.as_deref().unwrap_or_default()).or_default().push(&unit.id);
    }
    let mut found: BTreeSet<String> = BTreeSet::new();
    let mut open: Vec<&str> = codes.iter().map(String::as_str).collect();
    while let Some(code) = open.pop() {
        // A circle of parents ends here.
        if found.insert(code.to_owned()) {
            open.extend(children.get(code).into_iter().flatten());
        }
    }
    found
}
