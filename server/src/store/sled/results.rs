//! Runs, their assessments, and which of them are public.
//!
//! Enters: assessments in the order of a run's periods and by rising unit. Leaves: runs, and assessments one by one or in that
//! order. Next: [`super::verify`].
//!
//! Assessments of neighbouring units share a value, because one entry a unit makes a run twice as slow. Such a value is two
//! marking bytes and, compressed, a sequence of `length of the unit (2 bytes) | unit | length of the assessment (4 bytes) |
//! assessment`, lengths little-endian. Layout 1 wrote the sequence as it is, without the mark, which is no length of a unit.
//!
//! A run with a base holds what it replaces; everything else is found in the base, or in the base of that.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{PoisonError, RwLockReadGuard, RwLockWriteGuard};

use liuwu_engine::period::Period;

use super::key::Key;
use super::rows::encode;
use super::shelf::Entry;
use super::{Filings, Sled, parts};
use crate::store::RunWriter;
use crate::store::error::{Conflict, Damage, Missing, Result};
use crate::store::standing::{Filing, Order, check_base, check_name, check_shared, merged, newest, number_run};
use crate::store::words::*;

/// Values gathered before they are written.
const GATHERED: usize = 200;
/// Units that share a value, at most, and bytes before compression: such a value is one or two pieces.
const SHARING: usize = 48;
const LONGEST: usize = 96_000;
/// What a compressed value begins with. No unit's name is so long.
const COMPRESSED: [u8; 2] = [0xFF, 0xFF];

/// Runs.
impl Sled {
    pub(super) fn one_run(&self, id: RunId) -> Result<Run> {
        let run: Option<Run> = self.read_json(&self.shelves.runs, &Key::new().large(id.0))?;
        let run = run.ok_or(Missing::Run(id))?;
        Ok(Run { released: self.known().releases.is_public(id), ..run })
    }

    /// All runs, newest first.
    pub(super) fn runs_back(&self) -> impl Iterator<Item = Result<Run>> + '_ {
        self.shelves.runs.keys_back().map(|key| {
            let number = parts(&self.shelves.runs, &key?, |parts| parts.large())?;
            self.one_run(RunId(number))
        })
    }

    pub(super) fn newest_run(
        &self,
        bundle: &str,
        period: Period,
        accept: impl Fn(RunId, &Filing) -> bool,
    ) -> Result<Option<Run>> {
        let fits =
            |id, filing: &Filing| filing.bundle == bundle && filing.periods.contains(&period) && accept(id, filing);
        let is_wanted =
            |(id, filing): &(&RunId, &Option<Filing>)| filing.as_ref().is_none_or(|filing| fits(**id, filing));
        let found = self.filings().iter().rev().find(is_wanted).map(|(id, _)| *id);
        found.map(|id| self.one_run(id)).transpose()
    }

    /// The runs of a bundle that are the newest of their periods, of those that are accepted.
    pub(super) fn newest_runs(&self, bundle: &str, accept: impl Fn(RunId) -> bool) -> Result<Vec<(Run, Vec<Period>)>> {
        let filings = self.sound_filings()?;
        let runs = filings.iter().rev().filter_map(|(id, filing)| Some((*id, filing.as_ref()?)));
        let found = newest(runs.filter(|(id, _)| accept(*id)), bundle);
        drop(filings);
        found.into_iter().map(|(id, periods)| Ok((self.one_run(id)?, periods))).collect()
    }

    /// All filings; a heading that is damaged is named.
    fn sound_filings(&self) -> Result<RwLockReadGuard<'_, Filings>> {
        let filings = self.filings();
        if let Some(damaged) = filings.iter().find(|(_, filing)| filing.is_none()).map(|(id, _)| *id) {
            self.one_run(damaged)?;
        }
        Ok(filings)
    }

    fn filings(&self) -> RwLockReadGuard<'_, Filings> {
        self.filings.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn refile(&self) -> RwLockWriteGuard<'_, Filings> {
        self.filings.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn remove_runs(&self, ids: &[RunId]) -> Result<()> {
        let mut writing = self.begin()?;
        let ids: BTreeSet<RunId> = ids.iter().copied().collect();
        for id in &ids {
            self.one_run(*id)?;
            self.known().releases.check_discard(*id)?;
        }
        let base = |filing: &Option<Filing>| filing.as_ref().and_then(|filing| filing.base);
        check_shared(&ids, self.sound_filings()?.iter().map(|(id, filing)| (*id, base(filing))))?;
        let keys: Vec<Key> = ids.iter().map(|id| Key::new().large(id.0)).collect();
        let last = encode(&writing.last_run)?;
        self.commit(&mut writing, || {
            // So that their numbers are not given again.
            self.shelves.meta.write(vec![(Key::new().text("last_run"), last)])?;
            // Those that rest on others go first, and headings before results: what an interruption leaves is removed at the next opening.
            keys.iter().rev().try_for_each(|key| self.shelves.runs.remove(key))?;
            self.database.sync()?;
            self.refile().retain(|id, _| !ids.contains(id));
            keys.iter().try_for_each(|key| self.shelves.assessments.remove(key))
        })
    }

    pub(super) fn publish_run(&self, release: Release) -> Result<()> {
        let mut writing = self.begin()?;
        let run = self.one_run(release.run)?;
        let number = {
            let known = self.known();
            known.releases.check(run.id, release.public, run.trial)?;
            known.releases.log().len() as u64
        };
        let entry = (Key::new().large(number), encode(&release)?);
        self.commit(&mut writing, || self.shelves.releases.write(vec![entry]))?;
        self.learn().releases.add(release);
        Ok(())
    }
}

/// Assessments.
impl Sled {
    pub(super) fn one_assessment(&self, run: RunId, unit: &str, period: Period) -> Result<Option<Vec<u8>>> {
        let mut next = Some(run);
        while let Some(id) = next {
            let run = self.one_run(id)?;
            let Some(place) = self.place_in(&run, period) else { return Ok(None) };
            if let Some(bytes) = self.own_assessment(id, place, unit)? {
                return Ok(Some(bytes));
            }
            next = run.base;
        }
        Ok(None)
    }

    fn own_assessment(&self, run: RunId, place: u32, unit: &str) -> Result<Option<Vec<u8>>> {
        let prefix = Key::new().large(run.0).small(place);
        let shelf = &self.shelves.assessments;
        let Some((key, value)) = shelf.last_up_to(&prefix, &prefix.clone().text(unit))? else { return Ok(None) };
        for frame in Frames(&whole(&value).ok_or_else(|| shelf.corrupt(&key, Damage::TooShort))?) {
            let (name, bytes) = frame.map_err(|()| shelf.corrupt(&key, Damage::TooShort))?;
            if name == unit.as_bytes() {
                return Ok(Some(bytes.to_vec()));
            }
        }
        Ok(None)
    }

    pub(super) fn some_assessments(
        &self,
        run: RunId,
        after: Option<(Period, &str)>,
        limit: usize,
    ) -> Result<Vec<StoredAssessment>> {
        let run = self.one_run(run)?;
        let after = match after {
            None => (0, ""),
            Some((period, unit)) => match self.place_in(&run, period) {
                Some(place) => (place, unit),
                None => return Ok(Vec::new()),
            },
        };
        let mut pages = vec![self.own_results(run.id, after, limit)?];
        let mut next = run.base;
        while let Some(base) = next {
            pages.push(self.own_results(base, after, limit)?);
            next = self.one_run(base)?.base;
        }
        merged(pages, limit).into_iter().map(|own| self.stored(&run, own)).collect()
    }

    /// An assessment with the period that its place stands for.
    pub(super) fn stored(&self, run: &Run, ((place, unit), bytes): OwnAssessment) -> Result<StoredAssessment> {
        let period = usize::try_from(place).ok().and_then(|place| run.periods.get(place));
        let damaged = || self.shelves.assessments.corrupt(Key::new().large(run.id.0).bytes(), Damage::Key);
        Ok(StoredAssessment { period: *period.ok_or_else(damaged)?, unit, bytes })
    }

    /// The assessments that a run holds itself, those after a unit of a period, by the place of the period and the unit.
    pub(super) fn own_results(
        &self,
        run: RunId,
        (place, unit): (u32, &str),
        limit: usize,
    ) -> Result<Vec<OwnAssessment>> {
        let shelf = &self.shelves.assessments;
        let prefix = Key::new().large(run.0);
        // The unit may stand in the middle of a value that begins before it.
        let start = prefix.clone().small(place);
        let before = shelf.last_key_up_to(&start, &start.clone().text(unit))?;
        let start = before.unwrap_or_else(|| start.bytes().to_vec());
        let mut found = Vec::new();
        for entry in shelf.scan_from(&start, &prefix) {
            let (key, value) = entry?;
            let here = parts(shelf, &key, |parts| parts.large().and(parts.small()))?;
            for frame in Frames(&whole(&value).ok_or_else(|| shelf.corrupt(&key, Damage::TooShort))?) {
                if found.len() >= limit {
                    return Ok(found);
                }
                let (name, bytes) = frame.map_err(|()| shelf.corrupt(&key, Damage::TooShort))?;
                let name = std::str::from_utf8(name).map_err(|_| shelf.corrupt(&key, Damage::Key))?;
                if (here, name) > (place, unit) {
                    found.push(((here, name.to_owned()), bytes.to_vec()));
                }
            }
        }
        Ok(found)
    }

    /// What a run holds itself, if it has a base.
    pub(super) fn replaced_by(&self, run: &Run) -> Result<Vec<(Period, String)>> {
        if run.base.is_none() {
            return Ok(Vec::new());
        }
        let own = self.own_results(run.id, (0, ""), usize::MAX)?;
        own.into_iter().map(|own| self.stored(run, own).map(|stored| (stored.period, stored.unit))).collect()
    }

    fn place_in(&self, run: &Run, period: Period) -> Option<u32> {
        run.periods.iter().position(|listed| *listed == period).and_then(|place| u32::try_from(place).ok())
    }

    pub(super) fn write_run(&self, run: NewRun) -> Result<Box<dyn RunWriter + '_>> {
        check_name(&run.bundle)?;
        let mut writing = self.begin()?;
        let base = run.base.map(|base| self.one_run(base)).transpose()?;
        base.as_ref().map_or(Ok(()), |base| check_base(&run, base))?;
        let id = number_run(&run, writing.last_run)?;
        writing.last_run = id;
        let order = Order::new(&run.periods);
        Ok(Box::new(Writer::new(self, (id, run), base, order)))
    }
}

/// A run on its way to the disk.
pub(super) struct Writer<'a> {
    store: &'a Sled,
    id: RunId,
    run: NewRun,
    base: Option<Run>,
    order: Order,
    /// The value of each period that is being filled: how many units, the key, the sequence.
    open: BTreeMap<usize, (usize, Entry)>,
    gathered: Vec<Entry>,
    count: u64,
    /// What of it stays when the writer is dropped: nothing, or the half run.
    is_kept: bool,
    finished: bool,
}

/// An assessment with the place of its period and its unit.
pub(super) type OwnAssessment = ((u32, String), Vec<u8>);

impl<'a> Writer<'a> {
    fn new(store: &'a Sled, (id, run): (RunId, NewRun), base: Option<Run>, order: Order) -> Writer<'a> {
        Writer {
            store,
            id,
            run,
            base,
            order,
            open: BTreeMap::new(),
            gathered: Vec::new(),
            count: 0,
            is_kept: false,
            finished: false,
        }
    }

    /// Goes on with a half run.
    pub(super) fn going_on(store: &'a Sled, half: HalfRun) -> Writer<'a> {
        let order = Order::going_on(&half);
        let mut writer = Writer::new(store, (half.id, half.run), None, order);
        (writer.count, writer.is_kept) = (half.results, true);
        writer
    }

    /// Ends all values that are being filled, and writes them.
    fn write_all(&mut self) -> Result<()> {
        let places: Vec<usize> = self.open.keys().copied().collect();
        places.into_iter().try_for_each(|place| self.close(place))?;
        self.write_gathered()
    }

    /// Ends the value of a period.
    fn close(&mut self, place: usize) -> Result<()> {
        let Some((_, (key, value))) = self.open.remove(&place) else { return Ok(()) };
        let mut compressed = COMPRESSED.to_vec();
        compressed.extend(lz4_flex::block::compress_prepend_size(&value));
        self.gathered.push((key, compressed));
        if self.gathered.len() >= GATHERED { self.write_gathered() } else { Ok(()) }
    }

    /// Streams to the disk without the right to write: nobody else touches entries of this run.
    fn write_gathered(&mut self) -> Result<()> {
        let written = self.store.shelves.assessments.write(std::mem::take(&mut self.gathered));
        if written.is_err() {
            self.store.halt();
        }
        written
    }
}

impl RunWriter for Writer<'_> {
    fn add(&mut self, period: Period, unit: &str, bytes: &[u8]) -> Result<()> {
        let place = self.order.check(period, unit)?;
        let frame = frame(unit, bytes).ok_or(Conflict::TooMany)?;
        match self.open.get_mut(&place) {
            Some((units, (_, value))) if *units < SHARING && value.len() + frame.len() <= LONGEST => {
                value.extend(frame);
                *units += 1;
            }
            _ => {
                self.close(place)?;
                let number = u32::try_from(place).map_err(|_| Conflict::TooMany)?;
                let key = Key::new().large(self.id.0).small(number).text(unit);
                self.open.insert(place, (1, (key, frame)));
            }
        }
        self.count += 1;
        Ok(())
    }

    fn keep(&mut self, before: &str) -> Result<()> {
        self.write_all()?;
        let half = HalfRun {
            id: self.id,
            run: self.run.clone(),
            before: before.to_owned(),
            results: self.count,
            laid_aside: false,
        };
        self.store.keep_half_run(&half, self.is_kept)?;
        self.is_kept = true;
        Ok(())
    }

    fn finish(mut self: Box<Self>, outcome: RunOutcome) -> Result<Run> {
        self.write_all()?;
        let store = self.store;
        let run = Run::new(self.id, self.run.clone(), outcome, self.count, self.base.as_ref());
        let heading = encode(&run)?;
        let mut writing = store.begin()?;
        // It may have been discarded in the meantime.
        run.base.map_or(Ok(()), |base| store.one_run(base).map(drop))?;
        store.changes.make(|| {
            store.commit(&mut writing, || {
                store.database.sync()?;
                store.shelves.runs.write(vec![(Key::new().large(run.id.0), heading)])?;
                if self.is_kept { store.forget_half_run() } else { Ok(()) }
            })?;
            store.refile().insert(run.id, Some(Filing::from(&run)));
            Ok::<_, crate::store::StoreError>(())
        })?;
        self.finished = true;
        Ok(run)
    }
}

impl Drop for Writer<'_> {
    fn drop(&mut self) {
        if !self.finished && !self.is_kept {
            // Should this fail, the next opening removes them: there is no heading.
            let _ = self.store.shelves.assessments.remove(&Key::new().large(self.id.0));
        }
    }
}

pub(super) fn frame(unit: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    let mut frame = Vec::with_capacity(unit.len() + bytes.len() + 6);
    frame.extend(u16::try_from(unit.len()).ok()?.to_le_bytes());
    frame.extend(unit.as_bytes());
    frame.extend(u32::try_from(bytes.len()).ok()?.to_le_bytes());
    frame.extend(bytes);
    Some(frame)
}

/// The sequence in a value; none when it cannot be had.
pub(super) fn whole(value: &[u8]) -> Option<Cow<'_, [u8]>> {
    match value.strip_prefix(&COMPRESSED) {
        Some(compressed) => lz4_flex::block::decompress_size_prepended(compressed).ok().map(Cow::Owned),
        None => Some(Cow::Borrowed(value)),
    }
}

/// Reads unit and assessment one after the other.
pub(super) struct Frames<'a>(pub(super) &'a [u8]);

impl<'a> Iterator for Frames<'a> {
    type Item = std::result::Result<(&'a [u8], &'a [u8]), ()>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let Some((unit, bytes, rest)) = split_frame(self.0) else {
            self.0 = &[];
            return Some(Err(()));
        };
        self.0 = rest;
        Some(Ok((unit, bytes)))
    }
}

fn split_frame(value: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (length, rest) = value.split_first_chunk()?;
    let (unit, rest) = rest.split_at_checked(u16::from_le_bytes(*length).into())?;
    let (length, rest) = rest.split_first_chunk()?;
    let (bytes, rest) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
    Some((unit, bytes, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn frames_are_read_back(list: Vec<(String, Vec<u8>)>) {
            let value: Vec<u8> = list.iter().flat_map(|(unit, bytes)| frame(unit, bytes).unwrap()).collect();
            let read: Vec<_> = Frames(&value).map(|frame| frame.unwrap()).collect();
            let written: Vec<_> = list.iter().map(|(unit, bytes)| (unit.as_bytes(), bytes.as_slice())).collect();
            prop_assert_eq!(read, written);
        }

        #[test]
        fn no_bytes_make_the_reader_panic(value: Vec<u8>) {
            let _ = Frames(&value).count();
        }
    }
}
