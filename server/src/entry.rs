//! One record, typed in or corrected: held to the same checks as an upload, with each fault at its field.
//!
//! Enters: the values of one record as somebody typed them, and who did. Leaves: a batch of that one record, ready to be stored;
//! or every fault by field; or the record already known that may be the same fact, about which the person is asked. Next:
//! [`crate::retention`].

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::Offset;
use liuwu_engine::bundle::Bundle;
use liuwu_engine::codes::{files as file_codes, sheet as codes};
use liuwu_engine::diagnostic::Diagnostic;
use liuwu_engine::dictionary::read::{Fault, Raw, RawRecord, Strictness};
use liuwu_engine::dictionary::{Field, Kind, Type};
use liuwu_engine::period::Date;
use liuwu_engine::record::{Record, Source};

use crate::intake::UnitRecord;
use crate::intake::identity::{self, Verdict};
use crate::personal;
use crate::records::{record_of, row_of};
use crate::store::{Act, NewBatch, RecordId, Store, StoreError, StoredRecord};
use crate::wording::shown;

/// What the sources of records begin with that were typed in, and corrected, on the form.
const TYPED: &str = "网页录入";
const CORRECTED: &str = "网页更正";
/// The name of the unit among the values of a record.
pub const UNIT: &str = "unit";
/// The name of the day.
pub const DATE: &str = "date";
/// The name of the source's own number.
pub const NUMBER: &str = "id";

/// A record as somebody typed it: values by `unit`, `date`, `id` and the keys of fields. What is not there is blank.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Typed {
    /// The values.
    pub values: BTreeMap<String, Raw>,
}

/// What is to be done about a record that is known already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Decision {
    /// Nobody has said.
    #[default]
    Ask,
    /// The new one stands in its place.
    Replace,
    /// They are two facts.
    KeepBoth,
}

/// What came of a typed record.
#[derive(Debug)]
pub enum Entered {
    /// It can be stored.
    Ready(Box<NewBatch>),
    /// What must be mended.
    Faulty(Vec<FieldFault>),
    /// It says what is known already: there is nothing to store.
    Known(RecordId),
    /// It is about the same fact as this record and says something else: the person decides.
    Question(Box<Likeness>),
}

/// A fault and the field it is at; empty for the record as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFault {
    /// `unit`, `date`, `id` or the key of a field.
    pub field: String,
    /// What is wrong and how to mend it.
    pub diagnostic: Diagnostic,
}

/// A stored record that may be the same fact.
#[derive(Debug, Clone, PartialEq)]
pub struct Likeness {
    /// It.
    pub known: StoredRecord,
    /// Titles of what differs.
    pub differences: String,
    /// Whether the kind says by itself that the newer stands.
    pub newer_stands: bool,
}

/// The table at which records are typed in: what is known, and by which edition it is read.
pub struct Desk<'a> {
    /// The store.
    pub store: &'a dyn Store,
    /// The edition.
    pub bundle: &'a Bundle,
}

impl Desk<'_> {
    /// Checks a new record of a kind.
    ///
    /// # Errors
    /// The store's.
    pub fn enter(&self, kind: &Arc<Kind>, typed: &Typed, act: &Act, decision: Decision) -> Result<Entered, StoreError> {
        let filed = match self.read(kind, typed, source_of(TYPED, act.at))? {
            Ok(filed) => filed,
            Err(faults) => return Ok(Entered::Faulty(faults)),
        };
        let supersedes = match self.beside_known(kind, &filed, None)? {
            Beside::New => None,
            Beside::Same(id) => return Ok(Entered::Known(id)),
            Beside::Other(likeness) => match decision {
                Decision::Ask => return Ok(Entered::Question(likeness)),
                Decision::Replace => Some(likeness.known.id),
                Decision::KeepBoth => None,
            },
        };
        Ok(Entered::Ready(Box::new(batch(&filed, supersedes, act))))
    }

    /// Checks a correction of a stored record. Values that are not typed stay what they are; a personal text that comes back
    /// struck out, as it was shown, stays too.
    ///
    /// # Errors
    /// The store's.
    pub fn correct(
        &self,
        kind: &Arc<Kind>,
        old: &StoredRecord,
        typed: &Typed,
        act: &Act,
        decision: Decision,
    ) -> Result<Entered, StoreError> {
        let typed = self.over(kind, old, typed);
        let filed = match self.read(kind, &typed, source_of(CORRECTED, act.at))? {
            Ok(filed) => filed,
            Err(faults) => return Ok(Entered::Faulty(faults)),
        };
        if let Ok(record) = record_of(kind, &self.bundle.dictionary, old)
            && old.unit == *filed.unit
            && record.same_content(&filed.record)
        {
            return Ok(Entered::Known(old.id));
        }
        match self.beside_known(kind, &filed, Some(old.id))? {
            Beside::Same(id) => Ok(Entered::Known(id)),
            Beside::Other(likeness) if decision != Decision::KeepBoth => Ok(Entered::Question(likeness)),
            _ => Ok(Entered::Ready(Box::new(batch(&filed, Some(old.id), act)))),
        }
    }

    /// The stored values with the typed ones over them.
    fn over(&self, kind: &Kind, old: &StoredRecord, typed: &Typed) -> Typed {
        let mut values = BTreeMap::from([
            (UNIT.to_owned(), Raw::Text(old.unit.clone())),
            (DATE.to_owned(), Raw::Date(old.date)),
            (NUMBER.to_owned(), old.number.clone().map_or(Raw::Blank, Raw::Text)),
        ]);
        let known = old.fields.iter().filter(|(name, _)| kind.fields.contains_key(*name));
        values.extend(known.map(|(name, value)| (name.clone(), Raw::from_json(value))));
        for (name, raw) in &typed.values {
            let field = kind.fields.get(name);
            if !field.is_some_and(|field| self.is_untouched(name, field, old, raw)) {
                values.insert(name.clone(), raw.clone());
            }
        }
        Typed { values }
    }

    /// Whether a personal value comes back as it was shown.
    fn is_untouched(&self, name: &str, field: &Field, old: &StoredRecord, raw: &Raw) -> bool {
        if !personal::is_personal(&self.bundle.dictionary, field) {
            return false;
        }
        let (Some(stored), Raw::Text(text)) = (old.fields.get(name), raw) else { return false };
        let dictionary = &self.bundle.dictionary;
        let read = liuwu_engine::dictionary::read::value(
            name,
            field,
            &dictionary.shapes,
            &Raw::from_json(stored),
            Strictness::Data,
        );
        let masked = read.ok().flatten().map(|value| shown(&field.kind, &personal::masked(dictionary, field, &value)));
        masked.is_some_and(|masked| masked == text.trim())
    }

    fn read(
        &self,
        kind: &Arc<Kind>,
        typed: &Typed,
        source: Source,
    ) -> Result<Result<UnitRecord, Vec<FieldFault>>, StoreError> {
        let mut faults = Vec::new();
        let unit = match self.unit(kind, typed)? {
            Ok(unit) => Some(unit),
            Err(diagnostic) => {
                faults.push(FieldFault { field: UNIT.to_owned(), diagnostic });
                None
            }
        };
        let values = typed.values.iter().filter(|(name, _)| *name != UNIT);
        let raw = RawRecord::new(values.map(|(name, raw)| (name.clone(), raw.clone())));
        let record = match Record::read(kind, &self.bundle.dictionary, &raw, source, Strictness::Sheet) {
            Ok(record) => Some(record),
            Err(found) => {
                faults.extend(found.into_iter().map(field_fault));
                None
            }
        };
        Ok(match (unit, record) {
            (Some(unit), Some(record)) if faults.is_empty() => Ok(UnitRecord { unit, record }),
            _ => Err(faults),
        })
    }

    /// The unit a record is about: there must be one of that code, of the level that the kind is of.
    fn unit(&self, kind: &Kind, typed: &Typed) -> Result<Result<Arc<str>, Diagnostic>, StoreError> {
        let code = match typed.values.get(UNIT) {
            Some(Raw::Text(text) | Raw::Number(text)) => text.trim(),
            _ => "",
        };
        if code.is_empty() {
            return Ok(Err(Diagnostic::new(&codes::NO_UNIT)));
        }
        let rows = self.store.units(Date::MAX)?;
        let level = level_of(kind, self.bundle);
        Ok(match rows.iter().find(|row| row.id == code) {
            Some(row) if row.level == level => Ok(Arc::from(code)),
            _ => Err(Diagnostic::new(&file_codes::UNKNOWN_UNIT).with("unit", code)),
        })
    }

    /// What a record is beside those that are known, one of them left out of account.
    fn beside_known(
        &self,
        kind: &Arc<Kind>,
        filed: &UnitRecord,
        except: Option<RecordId>,
    ) -> Result<Beside, StoreError> {
        let known = self.known(kind, &filed.unit, except)?;
        let records: Vec<UnitRecord> = known.iter().map(|(_, record)| record.clone()).collect();
        let verdict = identity::compare(kind, std::slice::from_ref(filed), &records).pop();
        let at = |place: usize| known.get(place);
        Ok(match verdict {
            Some(Verdict::Same { existing }) => at(existing).map_or(Beside::New, |(stored, _)| Beside::Same(stored.id)),
            Some(
                verdict @ (Verdict::Update { existing } | Verdict::Older { existing } | Verdict::Conflict { existing }),
            ) => at(existing).map_or(Beside::New, |(stored, record)| {
                Beside::Other(Box::new(Likeness {
                    known: stored.clone(),
                    differences: identity::differences(kind, filed, record),
                    newer_stands: matches!(verdict, Verdict::Update { .. }),
                }))
            }),
            _ => Beside::New,
        })
    }

    /// The records that can be the same fact: those of the unit where that is part of what tells facts apart, else all of the
    /// kind. What does not fit this edition can be compared with nothing.
    fn known(
        &self,
        kind: &Arc<Kind>,
        unit: &str,
        except: Option<RecordId>,
    ) -> Result<Vec<(StoredRecord, UnitRecord)>, StoreError> {
        let mut known = Vec::new();
        let mut take = |stored: StoredRecord| {
            if Some(stored.id) != except
                && stored.kind == *kind.id
                && let Ok(record) = record_of(kind, &self.bundle.dictionary, &stored)
            {
                let filed = UnitRecord { unit: Arc::from(stored.unit.as_str()), record };
                known.push((stored, filed));
            }
            ControlFlow::Continue(())
        };
        if kind.identity.iter().any(|name| name == UNIT) {
            for stored in self.store.facts_of(unit, Date::MAX)?.records {
                let _ = take(stored);
            }
        } else {
            self.store.records_of_kind(&kind.id, Date::MAX, &mut take)?;
        }
        Ok(known)
    }
}

enum Beside {
    New,
    Same(RecordId),
    Other(Box<Likeness>),
}

/// The level of the units of a kind.
pub fn level_of<'a>(kind: &'a Kind, bundle: &'a Bundle) -> &'a str {
    kind.of.as_deref().unwrap_or(&bundle.assess.unit)
}

/// Whether a field is filled by several lines or by one.
pub fn is_long(field: &Field) -> bool {
    matches!(field.kind, Type::Map(_) | Type::Shape(_))
        || matches!(&field.kind, Type::List(inner) if matches!(**inner, Type::Shape(_) | Type::Map(_)))
}

/// How the values of a record came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hand {
    /// With a table, or from another system: nobody typed them here.
    Reused,
    /// Typed in on the form.
    Typed,
    /// As a correction on the form: what differs from the record before was typed.
    Corrected,
}

/// What the source of a record says about that.
#[must_use]
pub fn hand_of(source: &Source) -> Hand {
    let is_form = source.columns.is_none() && source.sheet.is_none() && source.row == 1;
    let began = |what: &str| is_form && source.file.strip_prefix(what).is_some_and(|rest| rest.starts_with(' '));
    match (began(TYPED), began(CORRECTED)) {
        (true, _) => Hand::Typed,
        (_, true) => Hand::Corrected,
        _ => Hand::Reused,
    }
}

/// What was typed on a page was read nowhere else; the time to the millisecond tells such records apart.
fn source_of(what: &str, at: Timestamp) -> Source {
    let time = Offset::constant(8).to_datetime(at).strftime("%Y-%m-%d %H:%M:%S%.3f").to_string();
    Source::line(&Arc::from(format!("{what} {time}")), 1)
}

fn field_fault(fault: Fault) -> FieldFault {
    let field = fault.key().to_owned();
    FieldFault { field, diagnostic: fault.at(liuwu_engine::diagnostic::Location::Nowhere) }
}

fn batch(filed: &UnitRecord, supersedes: Option<RecordId>, act: &Act) -> NewBatch {
    let mut batch = NewBatch::new(act.at, act.by.clone(), act.why.clone());
    batch.files = vec![filed.record.source.file.to_string()];
    batch.records = vec![row_of(filed, supersedes)];
    batch
}

#[cfg(test)]
mod tests;
