//! Messages about events put together with what stands of each event.
//!
//! Enters: messages of one kind, and the standing records about the same events. Leaves: a [`Verdict`] for each message, and each
//! event as it stands after all of them. Next: `compared`.
//!
//! Everything that is said of an event has a moment: that of the message which says it. Of two different values the one with the
//! later moment stands; of one moment, the greater value. So what stands is the greatest of all that was ever said, value by
//! value, and no order of arrival and no repetition can be seen in it. What no message names is never taken away.
//!
//! Moments are filed beside the records. A standing record that came otherwise (uploaded, corrected by a person, or standing again
//! because a batch was undone) speaks of the moment in which it was stored.

use std::collections::{BTreeMap, HashMap};

use jiff::tz::Offset;
use liuwu_engine::dictionary::Kind;
use liuwu_engine::period::Time;
use serde::{Deserialize, Serialize};

use super::message::{Said, first_step};
use super::standing::Known;
use crate::intake::UnitRecord;
use crate::intake::identity::{Fingerprint, Verdict, fingerprint};
use crate::store::{BatchId, ItemId, Paper, RecordId, Store, StoreError, digest_hex};

const FOLDER: &str = "events";
/// The clocks of China.
const CHINA: Offset = Offset::constant(8);

/// The moments of what is said of an event, by name: `unit`, `date`, `id`, fields.
pub(super) type Moments = BTreeMap<String, Time>;

/// The moments of a record, as they are filed.
#[derive(Serialize, Deserialize)]
struct Filed {
    record: String,
    moments: Moments,
}

/// An event after all messages about it.
pub(super) struct Event {
    /// The record as it stands.
    pub filed: UnitRecord,
    pub moments: Moments,
    /// The standing record, by its place among those known.
    pub existing: Option<usize>,
    /// The messages about it, by their places.
    pub told_by: Vec<usize>,
    /// Those that changed it.
    pub changed_by: Vec<usize>,
    fingerprint: Fingerprint,
    has_news: bool,
}

/// What a message did to an event.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Effect {
    Changed,
    Nothing,
    /// It says something else than what stands, of an earlier moment.
    Outrun,
}

/// Puts messages together with what is known, one after the other.
pub(super) fn put_together(
    kind: &Kind,
    messages: &[UnitRecord],
    said: &[Said],
    known: &[UnitRecord],
    moments: &[Moments],
) -> (Vec<Verdict>, Vec<Event>) {
    // Where a person has decided that several records are different facts, the newest is the event.
    let standing: HashMap<Fingerprint, usize> =
        known.iter().enumerate().map(|(place, record)| (fingerprint(kind, record), place)).collect();
    let mut places: HashMap<Fingerprint, usize> = HashMap::new();
    let mut events: Vec<Event> = Vec::new();
    let mut verdicts = Vec::with_capacity(messages.len());
    for (place, (message, said)) in messages.iter().zip(said).enumerate() {
        let fingerprint = fingerprint(kind, message);
        let at = *places.entry(fingerprint).or_insert_with(|| {
            let existing = standing.get(&fingerprint).copied();
            let stands = existing.and_then(|at| Some((known.get(at)?.clone(), moments.get(at)?.clone())));
            // Of an event that is not known nothing is said yet.
            let is_new = stands.is_none();
            let (filed, moments) = stands.unwrap_or_else(|| (nothing_of(message), Moments::new()));
            let (told_by, changed_by) = (Vec::new(), Vec::new());
            events.push(Event { filed, moments, existing, told_by, changed_by, fingerprint, has_news: is_new });
            events.len() - 1
        });
        let Some(event) = events.get_mut(at) else { continue };
        let effect = event.take(kind, message, *said);
        event.told_by.push(place);
        if effect == Effect::Changed {
            event.changed_by.push(place);
        }
        verdicts.push(match (effect, event.existing) {
            (Effect::Changed, Some(existing)) => Verdict::Update { existing },
            (Effect::Changed, None) => Verdict::New,
            (Effect::Nothing, Some(existing)) => Verdict::Same { existing },
            (Effect::Nothing, None) => Verdict::Repeats { earlier: place },
            (Effect::Outrun, Some(existing)) => Verdict::Older { existing },
            (Effect::Outrun, None) => Verdict::SupersededBy { later: place },
        });
    }
    (verdicts, events)
}

/// A record of the same event that says nothing.
fn nothing_of(message: &UnitRecord) -> UnitRecord {
    let mut nothing = message.clone();
    nothing.record.id = None;
    nothing.record.values.fill(None);
    nothing
}

impl Event {
    fn take(&mut self, kind: &Kind, message: &UnitRecord, said: Said) -> Effect {
        let before = self.filed.clone();
        let record = &mut self.filed.record;
        let mut part = Part { moments: &mut self.moments, at: said.at, outrun: false, has_news: false };
        part.put("unit", &mut self.filed.unit, &message.unit);
        if said.dated {
            part.put("date", &mut record.date, &message.record.date);
        }
        if message.record.id.is_some() {
            part.put("id", &mut record.id, &message.record.id);
        }
        for ((name, mine), theirs) in kind.fields.keys().zip(&mut record.values).zip(&message.record.values) {
            if theirs.is_some() {
                part.put(name, mine, theirs);
            }
        }
        let outrun = part.outrun;
        self.has_news |= part.has_news;
        if !self.moments.contains_key("date")
            && let Some(first) = first_step(kind, &self.filed)
        {
            self.filed.record.date = first.date();
        }
        let changed = before.unit != self.filed.unit || !before.record.same_content(&self.filed.record);
        if changed {
            self.filed.record.source = message.record.source.clone();
        }
        match (changed, outrun) {
            (true, _) => Effect::Changed,
            (false, true) => Effect::Outrun,
            (false, false) => Effect::Nothing,
        }
    }

    /// Under which its moments are filed, if the messages said anything that they did not hold.
    pub fn noted(&self, kind: &Kind) -> Option<String> {
        self.has_news.then(|| name_of(kind, &self.fingerprint))
    }
}

/// One thing that a message says, about to be put beside what stands.
struct Part<'a> {
    moments: &'a mut Moments,
    at: Time,
    outrun: bool,
    has_news: bool,
}

impl Part<'_> {
    fn put<V: Ord + Clone>(&mut self, name: &str, mine: &mut V, theirs: &V) {
        let stands = self.moments.get(name).map(|moment| (*moment, &*mine));
        if stands.is_none_or(|stands| (self.at, theirs) > stands) {
            self.moments.insert(name.to_owned(), self.at);
            self.has_news = true;
            mine.clone_from(theirs);
        } else {
            self.outrun |= mine != theirs;
        }
    }
}

/// The moments of what is known of a kind, record by record.
pub(super) fn moments_of(store: &dyn Store, kind: &Kind, known: &Known) -> Result<Vec<Moments>, StoreError> {
    let known = known.records.iter().zip(&known.ids);
    known.map(|(record, id)| moments_of_one(store, kind, record, *id)).collect()
}

fn moments_of_one(store: &dyn Store, kind: &Kind, known: &UnitRecord, id: RecordId) -> Result<Moments, StoreError> {
    let paper = store.paper(FOLDER, &name_of(kind, &fingerprint(kind, known)))?;
    let filed = paper.and_then(|paper| serde_json::from_slice::<Filed>(&paper).ok());
    if let Some(filed) = filed.filter(|filed| filed.record == id.to_string()) {
        return Ok(filed.moments);
    }
    let stored = CHINA.to_datetime(store.batch(id.batch)?.at);
    let fields = kind.fields.keys().zip(&known.record.values).filter(|(_, value)| value.is_some());
    let id = known.record.id.as_ref().map(|_| "id");
    let names = ["unit", "date"].into_iter().chain(id).chain(fields.map(|(name, _)| name.as_str()));
    Ok(names.map(|name| (name.to_owned(), stored)).collect())
}

/// Whose moments are to be filed.
pub(super) enum Of {
    /// A record that stands unchanged.
    Stored(RecordId),
    /// A record of the batch, by its number.
    InBatch(u32),
}

/// Moments to be filed under a name, once the record they are of is stored.
pub(super) struct Noted {
    pub name: String,
    pub moments: Moments,
    pub of: Of,
}

/// Files moments. Should that fail, or the process end before, the records are stored all the same, and count as such that came
/// otherwise.
pub(super) fn keep(store: &dyn Store, noted: Vec<Noted>, batch: Option<BatchId>) {
    let papers: Vec<Paper> = noted.into_iter().filter_map(|noted| noted.paper(batch)).collect();
    if !papers.is_empty()
        && let Err(error) = store.file_papers(papers)
    {
        tracing::warn!(%error, "the moments of events are not filed");
    }
}

impl Noted {
    fn paper(self, batch: Option<BatchId>) -> Option<Paper> {
        let record = match self.of {
            Of::Stored(id) => id,
            Of::InBatch(number) => ItemId { batch: batch?, number },
        };
        let filed = Filed { record: record.to_string(), moments: self.moments };
        Some(Paper::new(FOLDER, self.name, serde_json::to_vec(&filed).ok()?))
    }
}

fn name_of(kind: &Kind, fingerprint: &Fingerprint) -> String {
    digest_hex(&[kind.id.as_bytes(), b"\0", fingerprint].concat())
}
