//! Batches: how an upload is written, and read back as it was handed in.
//!
//! Enters: uploads and withdrawals. Leaves: headings, contents and single records. How an upload is written so that it can be called
//! off stands in [`writing`]. Next: [`super::knowledge`].

mod writing;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use liuwu_engine::period::Date;
use liuwu_engine::record::loose::Sheet;
use rayon::prelude::*;

use super::key::Key;
use super::knowledge::SuccessorHead;
use super::packs::brought;
use super::rows::{
    AttributeLine, Line, Listed, PlaceLine, RecordLine, RecordLineOf, Rows, attribute_fact, encode, fill,
};
use super::shelf::{Entry, Shelf};
use super::{Known, Sled, decode};
use crate::progress::Progress;
use crate::store::error::{Conflict, Damage, Missing, Result};
use crate::store::standing::{check_batch, nothing_of};
use crate::store::words::*;

/// A record that a batch corrects or takes back, with its unit.
pub(super) type PutOut = (String, RecordId);

/// A record that is corrected or taken back, what is put in its place, and the unit of that, where it is not nothing.
pub(super) type PuttingOut<'b> = (RecordId, RecordId, Option<&'b str>);

/// The records that these correct; they stand in a batch behind so many others.
pub(super) fn corrections(
    (batch, before): (BatchId, u32),
    records: &[RecordRow],
) -> impl Iterator<Item = PuttingOut<'_>> {
    (before + 1..).zip(records).filter_map(move |(number, record)| {
        Some((record.supersedes?, ItemId { batch, number }, Some(record.unit.as_str())))
    })
}

/// Writing batches.
impl Sled {
    pub(super) fn append(&self, batch: NewBatch, progress: &dyn Progress) -> Result<BatchId> {
        check_batch(&batch)?;
        let mut batching = self.begin_batching()?;
        progress.go_on()?;
        let id = BatchId(self.known().last_batch.0 + 1);
        let (successors, put_out) = self.put_out_by(&batch, id)?;
        let head = batch.heading(id, None);
        let heading = encode(&head)?;
        let (sheets, numbers) = number_sheets(&batch.records);
        let mut entries = self.rows_by_shelf(&batch, id, (sheets, &numbers))?;
        entries.push((&self.shelves.successors, successors));
        let rows = (batch.records.len() + batch.attributes.len()) as u64;
        let leaves = self.changed_leaves(brought(batch, id, &numbers, put_out))?;
        let mut called_off = None;
        self.commit(&mut batching, || {
            let mark = Key::new().text("writing");
            self.shelves.meta.write(vec![(mark.clone(), encode(&id)?)])?;
            self.database.sync()?;
            called_off = writing::rows(entries, rows, progress)?;
            if called_off.is_some() {
                self.database.sync()?;
                return self.shelves.meta.remove(&mark);
            }
            // Readers wait from here on: they see the packed facts of before the batch, or the batch.
            let mut known = self.learn();
            self.exchange_leaves(leaves)?;
            self.database.sync()?;
            self.shelves.batches.write(vec![(Key::new().batch(id), heading)])?;
            self.shelves.meta.remove(&mark)?;
            self.database.sync()?;
            known.last_batch = id;
            known.lists += u64::from(head.counts.has_lists());
            known.latest = known.latest.max(head.received_on);
            Ok(())
        })?;
        called_off.map_or(Ok(id), |off| Err(off.into()))
    }

    /// [`Self::successors_in`] a whole batch.
    pub(super) fn put_out_by(&self, batch: &NewBatch, id: BatchId) -> Result<(Vec<Entry>, Vec<PutOut>)> {
        let corrected = corrections((id, 0), &batch.records);
        let taken_back = batch.takes_back.iter().map(|old| (*old, nothing_of(id), None));
        self.successors_in(batch.received_on, corrected.chain(taken_back))
    }

    /// The entries that say which records are corrected and taken back, and those records with their units. All of them must be in
    /// force.
    pub(super) fn successors_in<'b>(
        &self,
        on: Date,
        put_out: impl Iterator<Item = PuttingOut<'b>>,
    ) -> Result<(Vec<Entry>, Vec<PutOut>)> {
        let known = self.known();
        let mut sheets = Sheets::default();
        let (mut entries, mut found) = (Vec::new(), Vec::new());
        for (old, new, unit) in put_out {
            let old = self.stored_record(&known, &mut sheets, old)?;
            if !self.is_in_force(&known, &old, Date::MAX)? {
                return Err(Conflict::NotInForce(old.id).into());
            }
            let key = Key::new().text(&old.unit).item(old.id).item(new);
            entries.push((key, encode(&SuccessorHead { on, unit: unit.unwrap_or(&old.unit).to_owned() })?));
            found.push((old.item.unit, old.id));
        }
        Ok((entries, found))
    }

    /// Everything else that comes with a batch, shelf by shelf.
    pub(super) fn rows_by_shelf(
        &self,
        batch: &NewBatch,
        id: BatchId,
        (sheets, numbers): (BTreeMap<Sheet, u32>, &[u32]),
    ) -> Result<Vec<(&Shelf, Vec<Entry>)>> {
        let on = batch.received_on;
        let shelves = &self.shelves;
        let by_number = |values: Vec<(u32, Vec<u8>)>| {
            values.into_iter().map(|(number, value)| (Key::new().batch(id).small(number), value)).collect()
        };
        let record_places = batch.records.iter().map(|record| (record.unit.as_str(), record.kind.as_str()));
        let attribute_places = batch.attributes.iter().map(|fact| (fact.unit.as_str(), ""));
        let sheets =
            sheets.into_iter().map(|(sheet, number)| Ok((Key::new().batch(id).small(number), encode(&sheet)?)));
        Ok(vec![
            (&shelves.record_places, by_number(fill(on, places(0, record_places))?)),
            (&shelves.attribute_places, by_number(fill(on, places(0, attribute_places))?)),
            (&shelves.sheets, sheets.collect::<Result<_>>()?),
            (&shelves.records, record_entries((&batch.records, on), (id, 0), numbers)?),
            (&shelves.attributes, attribute_entries(batch, id)?),
            (&shelves.units, by_number(fill(on, lines(&batch.units))?)),
            (&shelves.statements, by_number(fill(on, lines(&batch.statements))?)),
            (&shelves.exemptions, by_number(fill(on, lines(&batch.exemptions))?)),
            (&shelves.takings, by_number(fill(on, lines(&batch.takes_back))?)),
        ])
    }

    pub(super) fn withdraw(&self, target: Target, act: Act) -> Result<()> {
        let mut batching = self.begin_batching()?;
        let mut after = self.known().clone();
        let withdrawal = self.may_withdraw(&after, target, act)?;
        let entry = (Key::new().large(after.withdrawn.log().len() as u64), encode(&withdrawal)?);
        after.latest = after.latest.max(withdrawal.act.day());
        after.withdrawn.add(withdrawal);
        if let Target::Batch(id) = target {
            after.lists += u64::from(self.heading(&after, id)?.counts.has_lists());
        }
        let leaves = self.repack(&after, self.units_touched(&after, target)?)?;
        self.commit(&mut batching, || {
            let mark = Key::new().text("withdrawing");
            self.shelves.meta.write(vec![(mark.clone(), encode(&target)?)])?;
            self.database.sync()?;
            let mut known = self.learn();
            self.exchange_leaves(leaves)?;
            self.shelves.withdrawals.write(vec![entry])?;
            self.database.sync()?;
            self.shelves.meta.remove(&mark)?;
            // Releases may have changed meanwhile, and nothing else.
            *known = Known { releases: std::mem::take(&mut known.releases), ..after };
            Ok(())
        })
    }

    /// The units whose facts a withdrawal may change: those of what is taken back, and those of what it had put out, however far
    /// back, since a record counts again when all that stood in its place is gone.
    pub(super) fn units_touched(&self, known: &Known, target: Target) -> Result<BTreeSet<String>> {
        let id = match target {
            Target::Record(id) => return Ok(self.place_of(id)?.into_iter().map(|(unit, _)| unit).collect()),
            Target::Batch(id) => id,
        };
        let mut units = self.units_of_batch(id)?;
        let mut sheets = Sheets::default();
        let mut put_out = self.taken_back_by(id)?;
        self.records_of_batch(id, &mut |record| {
            put_out.extend(record.supersedes);
            Ok(())
        })?;
        for old in put_out {
            let mut earlier = Some(old);
            while let Some(old) = earlier {
                let old = self.stored_record(known, &mut sheets, old)?;
                earlier = old.item.supersedes;
                units.insert(old.item.unit);
            }
        }
        Ok(units)
    }

    /// The records that a batch takes back.
    pub(super) fn taken_back_by(&self, id: BatchId) -> Result<Vec<RecordId>> {
        self.lines_of_batch(&self.shelves.takings, id)
    }

    /// The units named in the rows of a batch, whole or not.
    pub(super) fn units_of_batch(&self, id: BatchId) -> Result<BTreeSet<String>> {
        let records = self.places_of_batch(&self.shelves.record_places, id)?;
        let attributes = self.places_of_batch(&self.shelves.attribute_places, id)?;
        Ok(records.into_iter().chain(attributes).map(|(unit, _)| unit).collect())
    }

    /// The withdrawal of something that counts.
    pub(super) fn may_withdraw(&self, known: &Known, target: Target, act: Act) -> Result<Withdrawal> {
        match target {
            Target::Batch(id) => {
                self.heading(known, id)?;
                if known.withdrawn.batch(id).is_some() {
                    return Err(Conflict::BatchWithdrawn(id).into());
                }
            }
            Target::Record(id) => {
                let record = self.stored_record(known, &mut Sheets::default(), id)?;
                if !self.is_in_force(known, &record, Date::MAX)? {
                    return Err(Conflict::NotInForce(id).into());
                }
            }
        }
        Ok(Withdrawal { target, act, after: known.last_batch })
    }
}

/// The sheets from which records were read, each with its number, and the number of the sheet of each record.
pub(super) fn number_sheets(records: &[RecordRow]) -> (BTreeMap<Sheet, u32>, Vec<u32>) {
    let mut sheets: BTreeMap<Sheet, u32> = BTreeMap::new();
    let number = |record: &RecordRow| {
        let next = sheets.len() as u32;
        *sheets.entry(Sheet::of(&record.source)).or_insert(next)
    };
    let numbers = records.iter().map(number).collect();
    (sheets, numbers)
}

/// Records of a batch, behind so many others of it, by unit and kind; `sheets` are the numbers of their sheets.
pub(super) fn record_entries(
    (records, on): (&[RecordRow], Date),
    (id, before): (BatchId, u32),
    sheets: &[u32],
) -> Result<Vec<Entry>> {
    let mut groups: HashMap<(&str, &str), Vec<RecordLineOf>> = HashMap::new();
    for ((number, record), sheet) in (before + 1..).zip(records).zip(sheets) {
        let RecordRow { date, number: own, fields, source, supersedes, .. } = record;
        let line = RecordLineOf(number, *date, own, (*sheet, source.row), fields, *supersedes);
        groups.entry((&record.unit, &record.kind)).or_default().push(line);
    }
    let groups: BTreeMap<_, _> = groups.into_iter().collect();
    let written = groups.into_par_iter().map(|((unit, kind), lines)| {
        let key = Key::new().text(unit).text(kind).batch(id);
        let values = fill(on, lines)?.into_iter();
        Ok(values.map(|(number, value)| (key.clone().small(number), value)).collect::<Vec<Entry>>())
    });
    Ok(written.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
}

/// The attribute facts of a batch by unit.
fn attribute_entries(batch: &NewBatch, id: BatchId) -> Result<Vec<Entry>> {
    let mut groups: BTreeMap<&str, Vec<AttributeLine>> = BTreeMap::new();
    for (number, fact) in (1..).zip(&batch.attributes) {
        let line = AttributeLine(number, fact.attribute.clone(), fact.from, fact.value.clone());
        groups.entry(&fact.unit).or_default().push(line);
    }
    let mut entries = Vec::new();
    for (unit, lines) in groups {
        for (number, value) in fill(batch.received_on, lines)? {
            entries.push((Key::new().text(unit).batch(id).small(number), value));
        }
    }
    Ok(entries)
}

fn lines<T: Clone>(list: &[T]) -> impl Iterator<Item = Line<T>> + '_ {
    (1..).zip(list).map(|(number, item)| Line(number, item.clone()))
}

/// Units and kinds of consecutive rows behind so many others, neighbours of one unit and kind taken together.
pub(super) fn places<'a>(before: u32, rows: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<PlaceLine> {
    let mut places: Vec<PlaceLine> = Vec::new();
    for (number, (unit, kind)) in (before + 1..).zip(rows) {
        match places.last_mut() {
            Some(place) if place.2 == unit && place.3 == kind => place.1 += 1,
            _ => places.push(PlaceLine(number, 1, unit.to_owned(), kind.to_owned())),
        }
    }
    places
}

/// Records of a batch that are held at a time, about.
const WINDOW: u32 = 20_000;

/// Consecutive records of a batch: the numbers of the first and the last, and where they are found.
#[derive(Default)]
struct Window {
    numbers: Option<(u32, u32)>,
    places: BTreeSet<(String, String)>,
}

impl Window {
    fn is_full(&self) -> bool {
        self.numbers.is_some_and(|(first, last)| last - first >= WINDOW)
    }

    fn add(&mut self, PlaceLine(number, count, unit, kind): PlaceLine) {
        let last = number + count.saturating_sub(1);
        self.numbers = Some((self.numbers.map_or(number, |(first, _)| first), last));
        self.places.insert((unit, kind));
    }
}

/// Sheets that have been read already; emptied when there are many.
#[derive(Default)]
pub(super) struct Sheets(BTreeMap<(BatchId, u32), Sheet>);

/// Reading batches and single records.
impl Sled {
    pub(super) fn heading(&self, known: &Known, id: BatchId) -> Result<Batch> {
        if id > known.last_batch {
            return Err(Missing::Batch(id).into());
        }
        let heading: Option<Batch> = self.read_json(&self.shelves.batches, &Key::new().batch(id))?;
        let heading = heading.ok_or(Missing::Batch(id))?;
        Ok(Batch { withdrawn: known.withdrawn.batch(id).cloned(), ..heading })
    }

    pub(super) fn sheet<'s>(&self, sheets: &'s mut Sheets, batch: BatchId, number: u32) -> Result<&'s Sheet> {
        if sheets.0.len() > 10_000 {
            sheets.0.clear();
        }
        match sheets.0.entry((batch, number)) {
            std::collections::btree_map::Entry::Occupied(entry) => Ok(entry.into_mut()),
            std::collections::btree_map::Entry::Vacant(entry) => {
                let key = Key::new().batch(batch).small(number);
                let sheet = self.read_json(&self.shelves.sheets, &key)?;
                let missing = || self.shelves.sheets.corrupt(key.bytes(), Damage::Entry);
                Ok(entry.insert(sheet.ok_or_else(missing)?))
            }
        }
    }

    pub(super) fn restore(
        &self,
        sheets: &mut Sheets,
        (unit, kind, batch): (&str, &str, BatchId),
        on: Date,
        line: RecordLine,
    ) -> Result<StoredRecord> {
        let RecordLine(number, date, own_number, (sheet, row), fields, supersedes) = line;
        let source = self.sheet(sheets, batch, sheet)?.row(row);
        let (unit, kind) = (unit.to_owned(), kind.to_owned());
        let item = RecordRow { unit, kind, date, number: own_number, fields, source, supersedes };
        Ok(Received { id: ItemId { batch, number }, received_on: on, item })
    }

    /// Unit and kind of a record.
    pub(super) fn place_of(&self, id: RecordId) -> Result<Option<(String, String)>> {
        let shelf = &self.shelves.record_places;
        let found = shelf.last_up_to(&Key::new().batch(id.batch), &Key::new().item(id))?;
        let Some((key, value)) = found else { return Ok(None) };
        let places: Rows<PlaceLine> = decode(shelf, &key, &value)?;
        let holds = |place: &PlaceLine| place.0 <= id.number && id.number - place.0 < place.1;
        Ok(places.rows.into_iter().find(holds).map(|PlaceLine(_, _, unit, kind)| (unit, kind)))
    }

    pub(super) fn stored_record(&self, known: &Known, sheets: &mut Sheets, id: RecordId) -> Result<StoredRecord> {
        if id.batch > known.last_batch {
            return Err(Missing::Record(id).into());
        }
        let (unit, kind) = self.place_of(id)?.ok_or(Missing::Record(id))?;
        let shelf = &self.shelves.records;
        let prefix = Key::new().text(&unit).text(&kind).batch(id.batch);
        let wanted = prefix.clone().small(id.number);
        if let Some((key, value)) = shelf.last_up_to(&prefix, &wanted)? {
            let rows: Rows<RecordLine> = decode(shelf, &key, &value)?;
            if let Some(line) = rows.rows.into_iter().find(|line| line.0 == id.number) {
                return self.restore(sheets, (&unit, &kind, id.batch), rows.on, line);
            }
        }
        Err(shelf.corrupt(wanted.bytes(), Damage::Entry))
    }

    pub(super) fn batch_besides_records(&self, id: BatchId) -> Result<NewBatch> {
        let heading = self.heading(&self.known(), id)?;
        let mut batch = NewBatch::new(heading.at, heading.by, heading.what);
        batch.received_on = heading.received_on;
        batch.files = heading.files;
        batch.notes = heading.notes;
        batch.attributes = self.attributes_of_batch(id)?;
        batch.units = self.lines_of_batch(&self.shelves.units, id)?;
        batch.statements = self.lines_of_batch(&self.shelves.statements, id)?;
        batch.exemptions = self.lines_of_batch(&self.shelves.exemptions, id)?;
        batch.takes_back = self.lines_of_batch(&self.shelves.takings, id)?;
        Ok(batch)
    }

    /// The distinct units and kinds of the rows of a batch.
    fn places_of_batch(&self, shelf: &Shelf, id: BatchId) -> Result<Vec<(String, String)>> {
        let mut places = Vec::new();
        for entry in shelf.scan(&Key::new().batch(id)) {
            let (key, value) = entry?;
            let rows: Rows<PlaceLine> = decode(shelf, &key, &value)?;
            places.extend(rows.rows.into_iter().map(|PlaceLine(_, _, unit, kind)| (unit, kind)));
        }
        places.sort_unstable();
        places.dedup();
        Ok(places)
    }

    /// The records of a batch in their order, so many held at a time.
    pub(super) fn records_of_batch(&self, id: BatchId, visit: &mut dyn FnMut(RecordRow) -> Result<()>) -> Result<()> {
        self.heading(&self.known(), id)?;
        let mut sheets = Sheets::default();
        let mut window = Window::default();
        let shelf = &self.shelves.record_places;
        for entry in shelf.scan(&Key::new().batch(id)) {
            let (key, value) = entry?;
            let rows: Rows<PlaceLine> = decode(shelf, &key, &value)?;
            for place in rows.rows {
                if window.is_full() {
                    self.visit_window(id, std::mem::take(&mut window), &mut sheets, visit)?;
                }
                window.add(place);
            }
        }
        self.visit_window(id, window, &mut sheets, visit)
    }

    fn visit_window(
        &self,
        id: BatchId,
        window: Window,
        sheets: &mut Sheets,
        visit: &mut dyn FnMut(RecordRow) -> Result<()>,
    ) -> Result<()> {
        let shelf = &self.shelves.records;
        let Some((first, last)) = window.numbers else { return Ok(()) };
        let mut records = BTreeMap::new();
        for (unit, kind) in &window.places {
            let prefix = Key::new().text(unit).text(kind).batch(id);
            // The value with the first number begins at or before it.
            let from = shelf.last_up_to(&prefix, &prefix.clone().small(first))?.map(|(key, _)| key);
            for entry in shelf.scan_from(from.as_deref().unwrap_or(prefix.bytes()), &prefix) {
                let (key, value) = entry?;
                let rows: Rows<RecordLine> = decode(shelf, &key, &value)?;
                let is_behind = rows.rows.first().is_none_or(|line| line.0 > last);
                for line in rows.rows.into_iter().filter(|line| (first..=last).contains(&line.0)) {
                    let record = self.restore(sheets, (unit, kind, id), rows.on, line)?;
                    records.insert(record.id, record.item);
                }
                if is_behind {
                    break;
                }
            }
        }
        records.into_values().try_for_each(visit)
    }

    fn attributes_of_batch(&self, id: BatchId) -> Result<Vec<AttributeFact>> {
        let shelf = &self.shelves.attributes;
        let mut facts = BTreeMap::new();
        for (unit, _) in self.places_of_batch(&self.shelves.attribute_places, id)? {
            for entry in shelf.scan(&Key::new().text(&unit).batch(id)) {
                let (key, value) = entry?;
                let rows: Rows<AttributeLine> = decode(shelf, &key, &value)?;
                facts.extend(rows.rows.into_iter().map(|line| (line.0, attribute_fact(&unit, line))));
            }
        }
        Ok(facts.into_values().collect())
    }

    fn lines_of_batch<T: Listed>(&self, shelf: &Shelf, id: BatchId) -> Result<Vec<T>> {
        let mut list = Vec::new();
        for entry in shelf.scan(&Key::new().batch(id)) {
            let (key, value) = entry?;
            let rows: Rows<Line<T>> = decode(shelf, &key, &value)?;
            list.extend(rows.rows.into_iter().map(|Line(_, item)| item));
        }
        Ok(list)
    }
}
