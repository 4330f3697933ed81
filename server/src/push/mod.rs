//! Records pushed by another system: the same checks and the same rules of identity as an upload, with an answer for each item.
//!
//! Enters: items one after the other, each a JSON object or what a mapping makes of it. Leaves: a [`Report`] with the result of
//! each item, and one batch in the store whose source is the system; or, all or nothing, no batch. Reading order: [`body`] (how
//! items are read off a request), `standing` (what is known already), [`message`] and `steps` (messages about events, put together
//! with what stands of them), `compared` (one kind beside what is known), this file, [`answers`] (what is said when a push is
//! repeated). Next: [`crate::scoring`].

pub mod answers;
pub mod body;
mod compared;
pub mod message;
mod standing;
mod steps;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use indexmap::IndexMap;
use jiff::Timestamp;
use liuwu_engine::bundle::Bundle;
use liuwu_engine::codes::files::MALFORMED_LINE;
use liuwu_engine::diagnostic::Diagnostic;
use liuwu_engine::dictionary::Kind;
use liuwu_engine::mapping::{Mapped, Mapping};
use serde::Serialize;
use serde_json::Value as Json;

use crate::forgotten::Forgotten;
use crate::intake::identity::{self, Verdict};
use crate::intake::items::{ItemFault, ItemReader};
use crate::intake::{Asked, Choices, UnitIndex, UnitRecord};
use crate::progress::Unwatched;
use crate::remit::{Beyond, NotAdmitted, Remit};
use crate::store::{BatchId, ItemId, NewBatch, Store};
use compared::{InItem, OfKind, Origin};
use message::Said;
pub use standing::Standing;

/// Items in one push at most; what has been checked of them is held in memory until they are stored as one batch.
pub const MOST_ITEMS: usize = 50_000;

/// What is said with a push.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Who pushes.
    pub by: String,
    /// What he answers for; items about anything else are refused.
    pub remit: Remit,
    /// The key of pseudonyms, by which texts are known that were blanked at the end of their time.
    pub pseudonym_key: Vec<u8>,
    /// When.
    pub at: Timestamp,
    /// The system, as evidence names it: 微连心.
    pub source: String,
    /// What it is, in words.
    pub what: String,
    /// The edition of the mapping by which items are read, if any: `grid-platform@2`.
    pub mapping: Option<String>,
    /// Stores the good items though others are at fault.
    pub accept_good_items: bool,
    /// Compares only; nothing is stored.
    pub dry_run: bool,
}

/// What came of one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// No record: no condition of the mapping holds.
    Skipped,
    /// Known already, word for word.
    Same,
    /// A later state is known already; nothing changes.
    Older,
    /// Not known before.
    New,
    /// It supersedes what was known.
    Updated,
    /// It contradicts what is known, or another item; a person decides.
    Conflict,
    /// It cannot be read.
    Faulty,
}

impl Outcome {
    /// Whether an item of this outcome cannot be stored.
    pub fn is_refused(self) -> bool {
        matches!(self, Outcome::Conflict | Outcome::Faulty)
    }
}

/// What came of one item, and why.
#[derive(Debug, Clone)]
pub struct ItemResult {
    /// What came of it; of several records in it the gravest.
    pub outcome: Outcome,
    /// The records stored for it.
    pub records: Vec<ItemId>,
    /// What is wrong, each at its place in the item.
    pub faults: Vec<ItemFault>,
    /// The fields that its records still lack though they must be filled in: rules that read them cannot be checked.
    pub missing: Vec<Lacking>,
}

/// A field that a record lacks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Lacking {
    /// Its name.
    pub field: String,
    /// Its title.
    pub title: String,
}

/// The fields that a record lacks though they must be filled in.
fn lacking(kind: &Kind, record: &UnitRecord) -> Vec<Lacking> {
    let fields = kind.fields.iter().zip(&record.record.values);
    let lacking = fields.filter(|((_, field), value)| value.is_none() && !field.optional);
    lacking.map(|((name, field), _)| Lacking { field: name.clone(), title: field.title.clone() }).collect()
}

/// What came of a push.
#[derive(Debug, Clone)]
pub struct Report {
    /// The batch; none when nothing was stored.
    pub batch: Option<BatchId>,
    /// Whether it may be stored: nothing is refused, or the good items alone were asked for.
    pub acceptable: bool,
    /// Each item, in their order.
    pub items: Vec<ItemResult>,
}

impl Report {
    /// How many items came to this.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.items.iter().filter(|item| item.outcome == outcome).count()
    }

    /// How many items are about records that still lack something.
    pub fn incomplete(&self) -> usize {
        self.items.iter().filter(|item| !item.missing.is_empty()).count()
    }
}

/// A push while its items come in.
pub struct Push<'a> {
    bundle: &'a Bundle,
    reader: ItemReader<'a>,
    ask: &'a Ask,
    items: Vec<ItemResult>,
    /// Whether the items are messages about events.
    of_events: bool,
    /// The records read, by kind, each with the item it is in.
    read: IndexMap<Arc<str>, (Arc<Kind>, Vec<InItem>)>,
}

impl<'a> Push<'a> {
    /// Begins. `levels` are those of the bundle's units, the one scored first.
    pub fn new(bundle: &'a Bundle, levels: &'a [&'a str], units: &'a UnitIndex, ask: &'a Ask) -> Push<'a> {
        static NOTHING_CHOSEN: Choices = Choices { tables: Vec::new(), cells: Vec::new(), habits: BTreeMap::new() };
        let asked = Asked {
            dictionary: &bundle.dictionary,
            levels,
            units,
            kind: None,
            effective: None,
            choices: &NOTHING_CHOSEN,
            progress: &Unwatched,
        };
        Push {
            bundle,
            reader: ItemReader::new(asked, &ask.source),
            ask,
            items: Vec::new(),
            of_events: false,
            read: IndexMap::new(),
        }
    }

    /// The items are messages about events, put together with what stands of these.
    pub fn of_events(self) -> Push<'a> {
        Push { of_events: true, ..self }
    }

    /// How many items have come.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether none has come.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Takes what was sent: one item, or with a mapping all that it finds in it.
    pub fn take_sent(&mut self, sent: Json, mapping: Option<&Mapping>) {
        let Some(mapping) = mapping else {
            return match sent {
                Json::Object(object) => self.take(vec![Mapped { object, origins: BTreeMap::new() }]),
                _ => self.refuse(vec![not_an_object("not an object")]),
            };
        };
        let misfit = |(pointer, diagnostic)| ItemFault { pointer, diagnostic };
        match mapping.items(&sent) {
            Err(found) => self.refuse(vec![misfit(found)]),
            Ok(items) => {
                // One more than there may be says that they are too many.
                for item in items.into_iter().take(MOST_ITEMS + 1 - self.items.len().min(MOST_ITEMS)) {
                    match mapping.apply(item) {
                        Ok(mapped) => self.take(mapped),
                        Err(found) => self.refuse(found.into_iter().map(misfit).collect()),
                    }
                }
            }
        }
    }

    /// Whether more items came than a push may hold, each object of a mapping counted by itself.
    pub fn is_too_large(&self) -> bool {
        self.items.len() > MOST_ITEMS
    }

    /// Takes one item: the records it holds. With one at fault none of them counts; without any it is passed over.
    fn take(&mut self, objects: Vec<Mapped>) {
        let place = self.items.len();
        let number = u32::try_from(place + 1).unwrap_or(u32::MAX);
        let mut faults = Vec::new();
        let mut records = Vec::new();
        let outcome = if objects.is_empty() { Outcome::Skipped } else { Outcome::Same };
        for mapped in objects {
            match self.read_one(number, mapped) {
                Ok((kind, record, said)) => match self.outside_scope(&kind, &record) {
                    Some(fault) => faults.push(fault),
                    None => records.push((kind, record, said)),
                },
                Err(found) => faults.extend(found),
            }
        }
        if !faults.is_empty() {
            return self.refuse(faults);
        }
        for (kind, record, said) in records {
            let of_kind = self.read.entry(Arc::clone(&kind.id)).or_insert_with(|| (kind, Vec::new()));
            of_kind.1.push((place, record, said));
        }
        self.items.push(ItemResult { outcome, records: Vec::new(), faults: Vec::new(), missing: Vec::new() });
    }

    fn read_one(&mut self, number: u32, mapped: Mapped) -> Result<(Arc<Kind>, UnitRecord, Said), Vec<ItemFault>> {
        if self.of_events {
            return message::read(&mut self.reader, &self.bundle.dictionary, number, mapped);
        }
        let Mapped { object, origins } = mapped;
        match self.reader.read(number, object) {
            Ok((kind, record)) => Ok((kind, record, Said::default())),
            Err(found) => Err(placed_at_origins(found, &origins)),
        }
    }

    /// A record that the caller does not answer for.
    fn outside_scope(&self, kind: &Kind, record: &UnitRecord) -> Option<ItemFault> {
        let (pointer, what) = if !self.ask.remit.has_kind(&kind.id) {
            ("/kind", kind.title.as_str())
        } else if !self.ask.remit.has_unit(&record.unit) {
            ("/unit", record.unit.as_ref())
        } else {
            return None;
        };
        Some(ItemFault { pointer: pointer.to_owned(), diagnostic: Beyond::Scope(what.to_owned()).fault() })
    }

    /// Takes an item that cannot be read at all.
    pub fn refuse(&mut self, faults: Vec<ItemFault>) {
        self.items.push(ItemResult { outcome: Outcome::Faulty, records: Vec::new(), faults, missing: Vec::new() });
    }

    /// Compares everything with what is known, and stores what may be stored as one batch.
    ///
    /// # Errors
    /// The store's; nothing is stored then.
    pub fn finish(mut self, store: &dyn Store, standing: &mut Standing) -> Result<Report, NotAdmitted> {
        let mut batch = NewBatch::new(self.ask.at, self.ask.by.clone(), self.ask.what.clone());
        batch.files = vec![self.ask.source.clone()];
        batch.notes.insert("items".to_owned(), self.items.len().to_string());
        batch.notes.extend(self.ask.mapping.clone().map(|mapping| ("mapping".to_owned(), mapping)));
        let mut kinds = Vec::new();
        for (kind, records) in std::mem::take(&mut self.read).into_values() {
            let forgotten = Forgotten { dictionary: &self.bundle.dictionary, key: &self.ask.pseudonym_key };
            let wanted = records.iter().flat_map(|(_, record, _)| {
                let left = forgotten.left_of(&kind, record).map(|left| identity::fingerprint(&kind, &left));
                std::iter::once(identity::fingerprint(&kind, record)).chain(left)
            });
            let wanted = wanted.collect();
            let known = standing.known(store, &self.bundle.dictionary, &kind, &wanted)?;
            let beyond = known.beyond(store, &self.ask.remit, &kind)?;
            let moments = self.of_events.then(|| steps::moments_of(store, &kind, &known)).transpose()?;
            let mut of_kind = OfKind::new(kind, records, known, moments, beyond);
            forgotten.keep(&of_kind.kind, &mut of_kind.records, &of_kind.known.records);
            kinds.push(of_kind);
        }
        while self.refuses_any(&mut kinds) {}
        let mut origins: Vec<Origin> = Vec::new();
        let mut noted = Vec::new();
        for of_kind in &kinds {
            self.say_what_came(of_kind);
            self.say_what_is_missing(of_kind);
            of_kind.file(&mut batch, &mut origins, &mut noted);
        }
        let refused = self.items.iter().any(|item| item.outcome.is_refused());
        let mut report = Report { batch: None, acceptable: self.ask.accept_good_items || !refused, items: self.items };
        if !report.acceptable || self.ask.dry_run {
            return Ok(report);
        }
        if batch.records.is_empty() {
            steps::keep(store, noted, None);
            return Ok(report);
        }
        let id = self.ask.remit.admit(store, batch)?.store(store)?;
        report.batch = Some(id);
        steps::keep(store, noted, Some(id));
        for (number, origin) in (1..).zip(origins) {
            let record = ItemId { batch: id, number };
            standing.learn(&origin.kind, origin.fingerprint, record, origin.supersedes);
            for item in origin.items {
                if let Some(item) = report.items.get_mut(item).filter(|item| !item.records.contains(&record)) {
                    item.records.push(record);
                }
            }
        }
        Ok(report)
    }

    /// Refuses items that contradict what is known, or else items that contradict others, and takes out all their records. Says
    /// whether there were any: without them others may be compared otherwise.
    fn refuses_any(&mut self, kinds: &mut [OfKind]) -> bool {
        let found: Vec<(usize, Diagnostic, bool)> = kinds.iter().flat_map(OfKind::contradictions).collect();
        let any_with_known = found.iter().any(|(.., with_known)| *with_known);
        let mut refused = BTreeSet::new();
        for (item, fault, _) in found.into_iter().filter(|(.., with_known)| *with_known == any_with_known) {
            self.contradicted(item, fault);
            refused.insert(item);
        }
        for of_kind in kinds {
            of_kind.take_out(&refused);
        }
        !refused.is_empty()
    }

    /// What came of each item.
    fn say_what_came(&mut self, of_kind: &OfKind) {
        for (verdict, item) in of_kind.verdicts().into_iter().zip(&of_kind.items) {
            self.raise(
                *item,
                match verdict {
                    Verdict::New => Outcome::New,
                    Verdict::Update { .. } => Outcome::Updated,
                    Verdict::Older { .. } | Verdict::SupersededBy { .. } => Outcome::Older,
                    _ => Outcome::Same,
                },
            );
        }
    }

    /// What the records still lack that come of items or that items are put into.
    fn say_what_is_missing(&mut self, of_kind: &OfKind) {
        for (item, missing) in of_kind.missing() {
            if let Some(item) = self.items.get_mut(item) {
                item.missing.extend(missing);
                item.missing.sort();
                item.missing.dedup();
            }
        }
    }

    fn contradicted(&mut self, item: usize, diagnostic: Diagnostic) {
        self.raise(item, Outcome::Conflict);
        if let Some(item) = self.items.get_mut(item) {
            item.faults.push(ItemFault { pointer: String::new(), diagnostic });
        }
    }

    /// Of several records in one item the gravest outcome counts.
    fn raise(&mut self, item: usize, outcome: Outcome) {
        if let Some(item) = self.items.get_mut(item) {
            item.outcome = item.outcome.max(outcome);
        }
    }
}

/// Faults where the sender finds them: at the places in the item that the values were taken from.
pub fn placed_at_origins(found: Vec<ItemFault>, origins: &BTreeMap<String, String>) -> Vec<ItemFault> {
    let origin_of = |pointer: &str| origins.get(pointer.trim_start_matches('/').split('/').next().unwrap_or_default());
    let placed = |fault: ItemFault| match origin_of(&fault.pointer) {
        Some(origin) => ItemFault { pointer: origin.clone(), ..fault },
        None => fault,
    };
    found.into_iter().map(placed).collect()
}

/// An item that is no object.
pub fn not_an_object(why: &str) -> ItemFault {
    let diagnostic = Diagnostic::new(&MALFORMED_LINE)
        .with("detail", why)
        .with("remedy", "每条写成一个 JSON 对象")
        .with("remedy_en", "write each item as one JSON object");
    ItemFault { pointer: String::new(), diagnostic }
}
