//! Facts kept packed: for each unit all that is known about it by now, so that scoring reads one value and parses nothing.
//!
//! Enters: what an upload brings, what a withdrawal takes back. Leaves: [`PackedFacts`]. Next: [`super::results`].
//!
//! The packed facts of neighbouring units share a value, compressed: `length of the unit (2 bytes) | unit | length of the facts
//! (4 bytes) | facts`, lengths little-endian. A value is found by the unit it begins with, and is cut in two when it grows. Rules
//! look back over all years, so the years of a unit stand together.
//!
//! # What keeps them true
//!
//! They are written between the rows of a batch and its heading (or with a withdrawal), while readers wait, and say what is known
//! by all that is stored. For the knowledge of an earlier day, records are read one by one as before. A write that is
//! interrupted leaves each value old or new: no unit beside those it was about is ever missing. Those it was about are made
//! anew from the records at the next opening, and all of them when making all of them anew was interrupted; `verify` compares
//! all of it with the records.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::ControlFlow;
use std::sync::{Arc, PoisonError, RwLock};

use liuwu_engine::period::Date;
use liuwu_engine::record::loose::{LooseAttribute, LooseFacts, LooseRecord, Origin, Sheet};
use liuwu_engine::record::packed::{Packed, pack, sheets_of};
use rayon::prelude::*;

use super::key::Key;
use super::ledger::{PutOut, Sheets};
use super::results::{Frames, frame};
use super::rows::encode;
use super::shelf::Shelf;
use super::{Known, Sled, parts};
use crate::store::error::{Conflict, Damage, Fault, Result, StoreError};
use crate::store::packed::PackedFacts;
use crate::store::standing::newest_attributes;
use crate::store::words::*;

/// A value longer than this before compression is cut; what is cut off fills the next up to half of it. Compressed, such a value
/// stays near 6 kB, which the database holds well.
const LONGEST: usize = 24_000;
/// Units made anew at a time.
const REPACKED: usize = 500;
/// Units whose facts are held unpacked at a time.
const PACKED_AT_ONCE: usize = 64;
/// Values exchanged in one atomic write, where they need not be more to stay together.
pub(super) const EXCHANGED: usize = 200;
/// Sheets kept at hand.
const KEPT_SHEETS: usize = 20_000;

/// What is to be done to the facts of a unit.
pub(super) enum Change {
    /// A batch brings these; records with these numbers (batch and number) are corrected by it.
    Bring { facts: LooseFacts, corrected: BTreeSet<(u64, u32)> },
    /// They are these, packed; none: nothing is known any more.
    Are(Option<Vec<u8>>),
}

/// Values that take the place of others, or (none) are removed.
pub(super) type Exchange = BTreeMap<Key, Option<Vec<u8>>>;

/// Sheets that were read, for all readers.
#[derive(Default)]
pub(super) struct KnownSheets(RwLock<HashMap<(u64, u32), Arc<Sheet>>>);

/// Packed facts by unit.
pub(super) type Leaf = BTreeMap<String, Vec<u8>>;

/// Reading.
impl Sled {
    /// The packed facts of units behind one. They say what is known by all that is stored: not for a day before the
    /// [last change](Known::latest).
    pub(super) fn some_packed(&self, after: Option<&str>, limit: usize) -> Result<Vec<PackedFacts>> {
        let shelf = &self.shelves.facts;
        let first = match after {
            None => Vec::new(),
            Some(unit) => shelf.last_key_up_to(&Key::new(), &Key::new().text(unit))?.unwrap_or_default(),
        };
        let mut found = Vec::new();
        for entry in shelf.scan_on(&first) {
            let (key, value) = entry?;
            for (unit, bytes) in read_leaf(shelf, &key, &value)? {
                if found.len() >= limit {
                    return Ok(found);
                }
                if after.is_none_or(|after| unit.as_str() > after) {
                    found.push(self.with_sheets(unit, bytes)?);
                }
            }
        }
        Ok(found)
    }

    /// The same of one unit.
    pub(super) fn one_packed(&self, unit: &str) -> Result<PackedFacts> {
        let mut leaf = self.leaf_with(unit)?.map(|(_, leaf)| leaf).unwrap_or_default();
        let bytes = leaf.remove(unit).unwrap_or_else(|| pack(&mut LooseFacts::default()));
        self.with_sheets(unit.to_owned(), bytes)
    }

    /// The value in which a unit stands or would stand.
    pub(super) fn leaf_with(&self, unit: &str) -> Result<Option<(Key, Leaf)>> {
        let shelf = &self.shelves.facts;
        let Some((key, value)) = shelf.last_up_to(&Key::new(), &Key::new().text(unit))? else { return Ok(None) };
        let leaf = read_leaf(shelf, &key, &value)?;
        Ok(Some((Key::new().text(&parts(shelf, &key, |parts| parts.text())?), leaf)))
    }

    fn with_sheets(&self, unit: String, bytes: Vec<u8>) -> Result<PackedFacts> {
        let sheets = sheets_of(&bytes).map_err(|_| self.broken(&unit))?;
        let sheets = sheets.into_iter().map(|id| self.known_sheet(id)).collect::<Result<_>>()?;
        Ok(PackedFacts { unit, bytes, sheets })
    }

    fn known_sheet(&self, id: (u64, u32)) -> Result<Arc<Sheet>> {
        if let Some(sheet) = self.sheets.0.read().unwrap_or_else(PoisonError::into_inner).get(&id) {
            return Ok(Arc::clone(sheet));
        }
        let sheet = Arc::new(self.sheet(&mut Sheets::default(), BatchId(id.0), id.1)?.clone());
        let mut known = self.sheets.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT_SHEETS {
            known.clear();
        }
        known.insert(id, Arc::clone(&sheet));
        Ok(sheet)
    }

    fn broken(&self, unit: &str) -> StoreError {
        self.shelves.facts.corrupt(Key::new().text(unit).bytes(), Damage::Packed)
    }
}

/// Writing.
impl Sled {
    /// What becomes of the values in which units stand, to be [written](Sled::exchange_leaves) in this order. Units rise; each is
    /// changed when its turn comes, so that a large batch is never held twice.
    pub(super) fn changed_leaves(
        &self,
        changes: impl Iterator<Item = Result<(String, Change)>>,
    ) -> Result<Vec<Exchange>> {
        let shelf = &self.shelves.facts;
        let mut exchanges = Vec::new();
        let mut changes = changes;
        let mut waiting = changes.next().transpose()?;
        while let Some((first, _)) = &waiting {
            let (old, mut leaf) = match self.leaf_with(first)? {
                Some((key, leaf)) => (Some(key), leaf),
                None => (None, Leaf::new()),
            };
            let next = shelf.first_key_from(&old.as_ref().map_or(Vec::new(), Key::end))?;
            let next = next.map(|key| parts(shelf, &key, |parts| parts.text())).transpose()?;
            let stood: Vec<Key> = leaf.keys().map(|unit| Key::new().text(unit)).collect();
            let mut taken = Vec::new();
            while let Some(change) = waiting.take_if(|(unit, _)| next.as_ref().is_none_or(|next| &*unit < next)) {
                taken.push(change);
                waiting = changes.next().transpose()?;
                if taken.len() == PACKED_AT_ONCE || waiting.is_none() {
                    self.change(&mut leaf, std::mem::take(&mut taken))?;
                }
            }
            self.change(&mut leaf, taken)?;
            exchanges.extend(in_place_of(old, &stood, cut(leaf)?));
        }
        Ok(exchanges)
    }

    /// Changes the facts of some units of a value, on all processors.
    fn change(&self, leaf: &mut Leaf, changes: Vec<(String, Change)>) -> Result<()> {
        let known: &Leaf = leaf;
        let changed = changes.into_par_iter().map(|(unit, change)| {
            let facts = self.changed_facts(known.get(&unit), &unit, change)?;
            Ok((unit, facts))
        });
        for (unit, facts) in changed.collect::<Result<Vec<_>>>()? {
            match facts {
                Some(bytes) => drop(leaf.insert(unit, bytes)),
                None => drop(leaf.remove(&unit)),
            }
        }
        Ok(())
    }

    /// The facts of a unit after a change; none when nothing is known any more.
    fn changed_facts(&self, bytes: Option<&Vec<u8>>, unit: &str, change: Change) -> Result<Option<Vec<u8>>> {
        let mut facts = match change {
            Change::Are(facts) => return Ok(facts),
            Change::Bring { facts: new, corrected } => {
                let known = bytes.map(|bytes| Packed::read(bytes).and_then(|packed| packed.unpack()));
                let mut facts = known.transpose().map_err(|_| self.broken(unit))?.unwrap_or_default();
                facts.records.retain(|old| !corrected.contains(&(old.origin.batch, old.origin.number)));
                facts.records.extend(new.records);
                for new in new.attributes {
                    facts.attributes.retain(|old| (&old.key, old.from) != (&new.key, new.from));
                    facts.attributes.push(new);
                }
                facts
            }
        };
        Ok(if facts.is_empty() { None } else { Some(pack(&mut facts)) })
    }

    /// Puts values in the place of others. Not atomic as a whole: readers must wait, and a mark must say that it is being done.
    pub(super) fn exchange_leaves(&self, exchanges: Vec<Exchange>) -> Result<()> {
        gathered(exchanges, EXCHANGED).try_for_each(|piece| self.shelves.facts.exchange(piece))
    }

    /// Makes the facts of some units anew from their records.
    pub(super) fn repack(&self, known: &Known, units: BTreeSet<String>) -> Result<Vec<Exchange>> {
        let units: Vec<String> = units.into_iter().collect();
        // Some at a time on all processors, so that not all of them are held.
        self.changed_leaves(units.chunks(PACKED_AT_ONCE).flat_map(|some| {
            let packed = some.par_iter().map(|unit| {
                let mut facts = self.loose_facts(known, unit)?;
                let facts = (!facts.is_empty()).then(|| pack(&mut facts));
                Ok((unit.clone(), Change::Are(facts)))
            });
            packed.collect::<Vec<_>>()
        }))
    }

    /// The same for whoever asks for it. Nothing is touched unless every record can be read.
    pub(super) fn make_packed_anew(&self) -> Result<()> {
        let mut batching = self.begin_batching()?;
        self.read_all_records()?;
        self.commit(&mut batching, || {
            self.shelves.meta.write(vec![(rebuilding(), encode(&true)?)])?;
            self.database.sync()?;
            self.repack_all(&self.learn())?;
            self.database.sync()?;
            self.shelves.meta.remove(&rebuilding())
        })
    }

    /// At opening: what was being made anew is made anew once more.
    pub(super) fn mend_rebuilding(&self) -> Result<()> {
        if self.shelves.meta.get(&rebuilding())?.is_none() {
            return Ok(());
        }
        self.repack_all(&self.known())?;
        self.database.sync()?;
        self.shelves.meta.remove(&rebuilding())
    }

    fn read_all_records(&self) -> Result<()> {
        let mut after: Option<String> = None;
        loop {
            let known = self.known();
            let units = self.heard_of(&known, after.as_deref(), REPACKED)?;
            units.par_iter().try_for_each(|unit| self.loose_facts(&known, unit).map(drop))?;
            match units.into_iter().next_back() {
                Some(last) => after = Some(last),
                None => return Ok(()),
            }
        }
    }

    /// Makes the facts of all units anew from their records.
    pub(super) fn repack_all(&self, known: &Known) -> Result<()> {
        self.shelves.facts.remove(&Key::new())?;
        let mut after: Option<String> = None;
        loop {
            let units: BTreeSet<String> = self.heard_of(known, after.as_deref(), REPACKED)?.into_iter().collect();
            let Some(last) = units.last().cloned() else { return Ok(()) };
            self.exchange_leaves(self.repack(known, units)?)?;
            after = Some(last);
        }
    }

    /// What is known about a unit by now, read record by record.
    fn loose_facts(&self, known: &Known, unit: &str) -> Result<LooseFacts> {
        let mut facts = LooseFacts::default();
        let _ = self.lines_under(known, unit, None, Date::MAX, &mut |kind, batch, _, line| {
            let (sheet, row) = line.3;
            facts.records.push(LooseRecord {
                kind: kind.to_owned(),
                date: line.1,
                number: line.2,
                fields: line.4,
                origin: Origin { batch: batch.0, number: line.0, sheet, row },
            });
            Ok(ControlFlow::Continue(()))
        })?;
        let attributes = newest_attributes(self.attributes_of(known, unit, Date::MAX)?);
        facts.attributes = attributes.into_iter().map(|fact| loose_attribute(fact.id, fact.item)).collect();
        facts.sort();
        Ok(facts)
    }

    /// Compares all packed facts with the records they were made of; names each unit and kind that differs.
    pub(super) fn compare_packed(&self, found: &mut dyn FnMut(Fault)) -> Result<()> {
        let shelf = &self.shelves.facts;
        let mut differs = |unit: &str, kind: &str| {
            let fault = shelf.fault(Key::new().text(unit).bytes(), Damage::Packed);
            found(Fault { place: format!("{} {kind}", fault.place), ..fault });
        };
        // What is damaged on the disk is named by whoever visits the shelves.
        for (key, value) in shelf.scan(&Key::new()).flatten() {
            for unit in read_leaf(shelf, &key, &value).unwrap_or_default().keys() {
                if !self.has_heard_of(&self.known(), unit)? {
                    differs(unit, "*");
                }
            }
        }
        let mut after: Option<String> = None;
        loop {
            // Writers wait for a page at a time.
            let known = self.known();
            let units = self.heard_of(&known, after.as_deref(), REPACKED)?;
            for unit in &units {
                let kept = self.leaf_with(unit).map(|leaf| leaf.and_then(|(_, mut leaf)| leaf.remove(unit)));
                match (kept, self.loose_facts(&known, unit)) {
                    (Ok(kept), Ok(facts)) => {
                        compare(&kept.unwrap_or_default(), &facts, &mut |kind| differs(unit, kind));
                    }
                    (Err(StoreError::Corrupt(_)), _) | (_, Err(StoreError::Corrupt(_))) => {}
                    (Err(error), _) | (_, Err(error)) => return Err(error),
                }
            }
            match units.into_iter().next_back() {
                Some(last) => after = Some(last),
                None => return Ok(()),
            }
        }
    }
}

/// The mark that all packed facts are being made anew: while it stands, some of them may not be there.
pub(super) fn rebuilding() -> Key {
    Key::new().text("rebuilding")
}

/// Names the kinds (`*` for attributes, and for all when nothing can be read) in which packed facts differ from what is known.
fn compare(kept: &[u8], known: &LooseFacts, differs: &mut dyn FnMut(&str)) {
    let kept = match Packed::read(kept).and_then(|packed| packed.unpack()) {
        Ok(kept) => kept,
        Err(_) if kept.is_empty() && known.is_empty() => return,
        Err(_) if kept.is_empty() => LooseFacts::default(),
        Err(_) => return differs("*"),
    };
    if kept.attributes != known.attributes {
        differs("*");
    }
    let kinds: BTreeSet<&str> = kept.records.iter().chain(&known.records).map(|record| record.kind.as_str()).collect();
    for kind in kinds {
        let of_kind = |facts: &LooseFacts| -> Vec<LooseRecord> {
            facts.records.iter().filter(|record| record.kind == kind).cloned().collect()
        };
        if of_kind(&kept) != of_kind(known) {
            differs(kind);
        }
    }
}

pub(super) fn read_leaf(shelf: &Shelf, key: &[u8], value: &[u8]) -> Result<Leaf> {
    let broken = || shelf.corrupt(key, Damage::Packed);
    let whole = lz4_flex::block::decompress_size_prepended(value).map_err(|_| broken())?;
    let mut leaf = Leaf::new();
    for found in Frames(&whole) {
        let (unit, bytes) = found.map_err(|()| broken())?;
        let unit = std::str::from_utf8(unit).map_err(|_| broken())?;
        leaf.insert(unit.to_owned(), bytes.to_vec());
    }
    Ok(leaf)
}

/// The values that hold these units.
pub(super) fn cut(leaf: Leaf) -> Result<Vec<(Key, Vec<u8>)>> {
    let frames = leaf.iter().map(|(unit, bytes)| Ok((unit, frame(unit, bytes).ok_or(Conflict::TooMany)?)));
    let frames: Vec<(&String, Vec<u8>)> = frames.collect::<Result<_>>()?;
    let whole: usize = frames.iter().map(|(_, frame)| frame.len()).sum();
    // A value that has grown too long is cut into halves, so that each has room to grow.
    let longest = if whole > LONGEST { LONGEST / 2 } else { LONGEST };
    let mut values: Vec<(Key, Vec<u8>)> = Vec::new();
    for (unit, frame) in frames {
        match values.last_mut() {
            Some((_, value)) if value.len() + frame.len() <= longest => value.extend(frame),
            _ => values.push((Key::new().text(unit), frame)),
        }
    }
    let compress = |(key, value): (Key, Vec<u8>)| (key, lz4_flex::block::compress_prepend_size(&value));
    Ok(values.into_iter().map(compress).collect())
}

/// What takes the place of a value, in the order of writing. First, in one write, all values with a unit that stood in the old one:
/// whoever looks for such a unit finds it before and after. Then, each by itself, values of new units alone; while one of them
/// is missing, its units would stand in the value before it.
fn in_place_of(old: Option<Key>, stood: &[Key], values: Vec<(Key, Vec<u8>)>) -> Vec<Exchange> {
    let mut together: Exchange = old.into_iter().map(|key| (key, None)).collect();
    let mut further = Vec::new();
    let mut values = values.into_iter().peekable();
    let mut stood = stood.iter().peekable();
    while let Some((key, value)) = values.next() {
        let mut holds_old = false;
        while stood.next_if(|unit| values.peek().is_none_or(|(next, _)| *unit < next)).is_some() {
            holds_old = true;
        }
        if holds_old {
            drop(together.insert(key, Some(value)))
        } else {
            further.push(Exchange::from([(key, Some(value))]))
        }
    }
    std::iter::once(together).filter(|together| !together.is_empty()).chain(further).collect()
}

/// The same in pieces of so many values, each for one atomic write; what belongs together stays so, however much it is.
pub(super) fn gathered(exchanges: Vec<Exchange>, most: usize) -> impl Iterator<Item = Exchange> {
    let mut exchanges = exchanges.into_iter().peekable();
    std::iter::from_fn(move || {
        let mut piece = exchanges.next()?;
        while let Some(next) = exchanges.next_if(|next| piece.len() + next.len() <= most) {
            piece.extend(next);
        }
        Some(piece)
    })
}

/// What a batch brings to one unit, and the records it corrects there.
#[derive(Default)]
struct Brought {
    facts: LooseFacts,
    corrected: BTreeSet<(u64, u32)>,
}

/// What a batch brings to each unit, by rising unit; `sheets` are the numbers of the sheets of its records.
pub(super) fn brought(
    batch: NewBatch,
    id: BatchId,
    sheets: &[u32],
    corrected: Vec<PutOut>,
) -> impl Iterator<Item = Result<(String, Change)>> {
    let mut units: HashMap<String, Brought> = HashMap::new();
    for (unit, old) in corrected {
        units.entry(unit).or_default().corrected.insert((old.batch.0, old.number));
    }
    for ((number, record), sheet) in (1..).zip(batch.records).zip(sheets) {
        let RecordRow { unit, kind, date, number: own, fields, source, .. } = record;
        let origin = Origin { batch: id.0, number, sheet: *sheet, row: source.row };
        let loose = LooseRecord { kind, date, number: own, fields, origin };
        units.entry(unit).or_default().facts.records.push(loose);
    }
    for (number, fact) in (1..).zip(batch.attributes) {
        let facts = &mut units.entry(fact.unit.clone()).or_default().facts;
        facts.attributes.push(loose_attribute(ItemId { batch: id, number }, fact));
    }
    let units: BTreeMap<String, Brought> = units.into_iter().collect();
    units.into_iter().map(|(unit, Brought { facts, corrected })| Ok((unit, Change::Bring { facts, corrected })))
}

/// A fact about a unit in the words of packed facts.
fn loose_attribute(id: ItemId, fact: AttributeFact) -> LooseAttribute {
    LooseAttribute { key: fact.attribute, from: fact.from, value: fact.value, origin: (id.batch.0, id.number) }
}
