//! Retention: personal fields are blanked once their kind has kept them long enough.
//!
//! Enters: a store, every edition in it ([`Terms`]), of which the newest that has a kind says how long ([`Kind::keep_personal`]), the
//! key of pseudonyms, a day. Leaves: records whose
//! personal texts have given way to their pseudonyms, so that scores and receipts stay what they were; and a [`Blanked`] that
//! says how many. The time runs from the day of the record or from the day it was received, whichever is later. Next:
//! [`crate::filed`].

use jiff::Span;
use liuwu_engine::bundle::Bundle;
use liuwu_engine::dictionary::Kind;
use liuwu_engine::dictionary::read::{self, Raw, Strictness};
use liuwu_engine::period::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::personal;
use crate::questions;
use crate::records::stored_value;
use crate::store::{BatchId, Blank, ItemId, NewBatch, Paper, RecordRow, Store, StoreError};

/// The folder in which it is noted when each batch is to be looked at again.
const FOLDER: &str = "retention";
/// Records blanked in one write.
const AT_ONCE: usize = 500;

/// What was blanked, or is to be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Blanked {
    /// Records.
    pub records: u64,
    /// Fields of them.
    pub fields: u64,
    /// Rows kept as questions.
    pub questions: u64,
}

impl Blanked {
    /// Whether there was nothing to blank.
    pub fn is_nothing(self) -> bool {
        self == Blanked::default()
    }
}

/// What standards say of how long personal fields are kept: the editions of a store, the newest first. Of each standard the newest
/// edition that has a kind counts, so that records of a kind which it no longer has are blanked all the same.
pub struct Terms<'a>(Vec<&'a Bundle>);

impl<'a> Terms<'a> {
    /// Of these editions, the newest first.
    pub fn of(editions: impl IntoIterator<Item = &'a Bundle>) -> Terms<'a> {
        Terms(editions.into_iter().collect())
    }

    /// The editions that count for a kind, one of each standard.
    fn of_kind(&self, kind: &str) -> Vec<&'a Bundle> {
        let mut found: Vec<&Bundle> = Vec::new();
        for edition in self.0.iter().filter(|edition| edition.dictionary.kinds.contains_key(kind)) {
            if found.iter().all(|known| known.id != edition.id) {
                found.push(edition);
            }
        }
        found
    }

    /// By what it is known whether they have changed.
    fn digest(&self) -> String {
        self.0.iter().map(|edition| edition.digest.as_str()).collect::<Vec<_>>().join("+")
    }
}

/// When a batch is to be looked at again, by which text of the standard.
#[derive(Serialize, Deserialize)]
struct Next {
    digest: String,
    /// None: never.
    day: Option<Date>,
}

/// Told of a batch before it is blanked: its number, what it says, what it is going to say.
pub type BeforeBlanking<'a> = &'a mut dyn FnMut(BatchId, &NewBatch, &NewBatch) -> Result<(), StoreError>;

/// Blanks everything whose time is over on a day. `alone` waits until nobody raises or settles a question; what it gives is held
/// while questions are blanked.
///
/// # Errors
/// The store's. What was blanked before stays so, and the rest is done by the next call.
pub fn blank_due<G>(
    store: &dyn Store,
    terms: &Terms<'_>,
    key: &[u8],
    today: Date,
    before: BeforeBlanking,
    alone: impl FnOnce() -> G,
) -> Result<Blanked, StoreError> {
    let mut blanked = sweep(store, terms, key, today, Some(before))?;
    let _alone = alone();
    blanked.questions = blank_questions(store, terms, key, today, true)?;
    Ok(blanked)
}

/// Counts what [`blank_due`] would blank, and blanks nothing.
///
/// # Errors
/// The store's.
pub fn count_due(store: &dyn Store, terms: &Terms<'_>, key: &[u8], today: Date) -> Result<Blanked, StoreError> {
    let questions = blank_questions(store, terms, key, today, false)?;
    Ok(Blanked { questions, ..sweep(store, terms, key, today, None)? })
}

/// Goes through the records of all batches that are due.
fn sweep(
    store: &dyn Store,
    terms: &Terms<'_>,
    key: &[u8],
    today: Date,
    mut really: Option<BeforeBlanking>,
) -> Result<Blanked, StoreError> {
    let mut blanked = Blanked::default();
    let last = store.batches(None, 1)?.first().map_or(0, |batch| batch.id.0);
    for id in (1..=last).map(BatchId) {
        if !is_due(store, terms, id, today)? {
            continue;
        }
        let batch = store.contents(id)?;
        let (blanks, next) = of_batch(terms, key, today, id, &batch);
        blanked.records += blanks.len() as u64;
        blanked.fields += blanks.iter().map(|blank| blank.fields.len() as u64).sum::<u64>();
        if let Some(before) = &mut really {
            if !blanks.is_empty() {
                before(id, &batch, &blanked_batch(&batch, &blanks))?;
            }
            for some in blanks.chunks(AT_ONCE) {
                store.blank(some.to_vec())?;
            }
            note_next(store, terms, id, next)?;
        }
    }
    Ok(blanked)
}

/// Blanks the rows kept as questions, or only counts those that are due.
fn blank_questions(
    store: &dyn Store,
    terms: &Terms<'_>,
    key: &[u8],
    today: Date,
    really: bool,
) -> Result<u64, StoreError> {
    questions::blank(store, really, &mut |received_on, row| {
        let gone = gone_fields(terms, key, today, received_on, row).0;
        let any = !gone.is_empty();
        for (name, value) in gone {
            row.fields.insert(name, value);
        }
        any
    })
}

/// What a batch is going to say.
fn blanked_batch(batch: &NewBatch, blanks: &[Blank]) -> NewBatch {
    let mut then = batch.clone();
    for blank in blanks {
        let place = (blank.record.number as usize).checked_sub(1);
        if let Some(row) = place.and_then(|place| then.records.get_mut(place)) {
            row.fields.extend(blank.fields.clone());
        }
    }
    then
}

/// Whether a batch has to be looked at: on its day, or when the standard has changed since.
fn is_due(store: &dyn Store, terms: &Terms<'_>, id: BatchId, today: Date) -> Result<bool, StoreError> {
    let noted = store.paper(FOLDER, &id.to_string())?.and_then(|paper| serde_json::from_slice::<Next>(&paper).ok());
    Ok(noted.is_none_or(|next| next.digest != terms.digest() || next.day.is_some_and(|day| day <= today)))
}

fn note_next(store: &dyn Store, terms: &Terms<'_>, id: BatchId, day: Option<Date>) -> Result<(), StoreError> {
    let next = Next { digest: terms.digest(), day };
    let body = serde_json::to_vec(&next).map_err(|error| StoreError::Io(error.to_string()))?;
    store.file_papers(vec![Paper::new(FOLDER, id.to_string(), body)])
}

/// What of a batch is to be blanked on a day, and the day on which more of it will be.
fn of_batch(terms: &Terms<'_>, key: &[u8], today: Date, id: BatchId, batch: &NewBatch) -> (Vec<Blank>, Option<Date>) {
    let mut blanks = Vec::new();
    let mut next: Option<Date> = None;
    for (number, row) in (1..).zip(&batch.records) {
        let (fields, later) = gone_fields(terms, key, today, batch.received_on, row);
        if !fields.is_empty() {
            blanks.push(Blank { record: ItemId { batch: id, number }, fields });
        }
        next = [next, later].into_iter().flatten().min();
    }
    (blanks, next)
}

/// What stands in the place of the personal fields of a record whose time is over; else, for a record that has any, the day on
/// which it will be.
fn gone_fields(
    terms: &Terms<'_>,
    key: &[u8],
    today: Date,
    received_on: Date,
    row: &RecordRow,
) -> (Map<String, Json>, Option<Date>) {
    let (mut gone, mut next) = (Map::new(), None);
    for edition in terms.of_kind(&row.kind) {
        let (fields, later) = gone_by(edition, key, today, received_on, row);
        gone.extend(fields);
        next = [next, later].into_iter().flatten().min();
    }
    (gone, next)
}

/// The same by one edition.
fn gone_by(
    bundle: &Bundle,
    key: &[u8],
    today: Date,
    received_on: Date,
    row: &RecordRow,
) -> (Map<String, Json>, Option<Date>) {
    let nothing = (Map::new(), None);
    let Some(kind) = bundle.dictionary.kinds.get(&row.kind) else { return nothing };
    let Some(day) = last_day(kind, row.date.max(received_on)) else { return nothing };
    let fields: Map<String, Json> = row
        .fields
        .iter()
        .filter_map(|(name, stored)| {
            let field = kind.fields.get(name)?;
            let raw = Raw::from_json(stored);
            let value = read::value(name, field, &bundle.dictionary.shapes, &raw, Strictness::Data).ok()??;
            let blanked = personal::blanked(&bundle.dictionary, field, key, &value);
            (blanked != value).then(|| (name.clone(), stored_value(&blanked)))
        })
        .collect();
    match (fields.is_empty(), day < today) {
        (true, _) => nothing,
        (false, true) => (fields, None),
        // It is looked at on the day after the last one.
        (false, false) => (Map::new(), Some(day.tomorrow().unwrap_or(Date::MAX))),
    }
}

/// The last day on which personal fields of a kind are kept, counted from a day; none: they are kept.
fn last_day(kind: &Kind, from: Date) -> Option<Date> {
    let (count, unit) = kind.keep_personal.as_deref()?.split_once(' ')?;
    let count: i64 = count.parse().ok()?;
    let span: Span = match unit.strip_suffix('s').unwrap_or(unit) {
        "day" => Span::new().try_days(count).ok()?,
        "week" => Span::new().try_weeks(count).ok()?,
        "month" => Span::new().try_months(count).ok()?,
        "year" => Span::new().try_years(count).ok()?,
        _ => return None,
    };
    Some(from.checked_add(span).unwrap_or(Date::MAX))
}

#[cfg(test)]
mod tests;
