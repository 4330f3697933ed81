//! Runs, their assessments, and which of them are public.
//!
//! Enters: assessments in the order of a run's periods and by rising unit. Leaves: runs, and assessments one by one or in that
//! order. Next: [`super::verify`].
//!
//! Assessments of neighbouring units share a value, because one entry a unit makes a run twice as slow. Such a value is a
//! sequence of `length of the unit (2 bytes) | unit | length of the assessment (4 bytes) | assessment`, lengths little-endian.

use liuwu_engine::period::Period;

use super::key::Key;
use super::rows::encode;
use super::seal::LONGEST_PART;
use super::shelf::Entry;
use super::{Sled, parts};
use crate::store::RunWriter;
use crate::store::error::{Conflict, Damage, Missing, Result};
use crate::store::standing::{Order, check_name, number_run};
use crate::store::words::*;

/// Values gathered before they are written.
const GATHERED: usize = 500;

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
        accept: impl Fn(&Run) -> bool,
    ) -> Result<Option<Run>> {
        for run in self.runs_back() {
            let run = run?;
            if run.bundle == bundle && run.covers(period) && accept(&run) {
                return Ok(Some(run));
            }
        }
        Ok(None)
    }

    pub(super) fn remove_run(&self, id: RunId) -> Result<()> {
        let mut writing = self.begin()?;
        self.one_run(id)?;
        self.known().releases.check_discard(id)?;
        let key = Key::new().large(id.0);
        let last = encode(&writing.last_run)?;
        self.commit(&mut writing, || {
            // So that its number is not given again.
            self.shelves.meta.write(vec![(Key::new().text("last_run"), last)])?;
            self.shelves.runs.remove(&key)?;
            // The heading goes first: what an interruption leaves is then removed at the next opening.
            self.database.sync()?;
            self.shelves.assessments.remove(&key)
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
        let Some(place) = self.place_in(&self.one_run(run)?, period) else { return Ok(None) };
        let prefix = Key::new().large(run.0).small(place);
        let shelf = &self.shelves.assessments;
        let Some((key, value)) = shelf.last_up_to(&prefix, &prefix.clone().text(unit))? else { return Ok(None) };
        for frame in Frames(&value) {
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
        let shelf = &self.shelves.assessments;
        let prefix = Key::new().large(run.id.0);
        let (place, unit) = match after {
            None => (0, ""),
            Some((period, unit)) => match self.place_in(&run, period) {
                Some(place) => (place, unit),
                None => return Ok(Vec::new()),
            },
        };
        // The unit may stand in the middle of a value that begins before it.
        let start = prefix.clone().small(place);
        let start = match shelf.last_up_to(&start, &start.clone().text(unit))? {
            Some((key, _)) => key,
            None => start.bytes().to_vec(),
        };
        let mut found = Vec::new();
        for entry in shelf.scan_from(&start, &prefix) {
            let (key, value) = entry?;
            let here = parts(shelf, &key, |parts| parts.large().and(parts.small()))?;
            let period = usize::try_from(here).ok().and_then(|here| run.periods.get(here));
            let period = *period.ok_or_else(|| shelf.corrupt(&key, Damage::Key))?;
            for frame in Frames(&value) {
                if found.len() >= limit {
                    return Ok(found);
                }
                let (name, bytes) = frame.map_err(|()| shelf.corrupt(&key, Damage::TooShort))?;
                let name = std::str::from_utf8(name).map_err(|_| shelf.corrupt(&key, Damage::Key))?;
                if (here, name) > (place, unit) {
                    found.push(StoredAssessment { period, unit: name.to_owned(), bytes: bytes.to_vec() });
                }
            }
        }
        Ok(found)
    }

    fn place_in(&self, run: &Run, period: Period) -> Option<u32> {
        run.periods.iter().position(|listed| *listed == period).and_then(|place| u32::try_from(place).ok())
    }

    pub(super) fn write_run(&self, run: NewRun) -> Result<Box<dyn RunWriter + '_>> {
        check_name(&run.bundle)?;
        let mut writing = self.begin()?;
        let id = number_run(&run, writing.last_run)?;
        writing.last_run = id;
        let order = Order::new(&run.periods);
        Ok(Box::new(Writer {
            store: self,
            id,
            run,
            order,
            open: None,
            gathered: Vec::new(),
            count: 0,
            finished: false,
        }))
    }
}

/// A run on its way to the disk.
struct Writer<'a> {
    store: &'a Sled,
    id: RunId,
    run: NewRun,
    order: Order,
    /// The value being filled, with the place of its period.
    open: Option<(usize, Entry)>,
    gathered: Vec<Entry>,
    count: u64,
    finished: bool,
}

impl Writer<'_> {
    fn close(&mut self) {
        self.gathered.extend(self.open.take().map(|(_, entry)| entry));
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
        match &mut self.open {
            Some((open, (_, value))) if *open == place && value.len() + frame.len() <= LONGEST_PART => {
                value.extend(frame);
            }
            _ => {
                self.close();
                if self.gathered.len() >= GATHERED {
                    self.write_gathered()?;
                }
                let number = u32::try_from(place).map_err(|_| Conflict::TooMany)?;
                let key = Key::new().large(self.id.0).small(number).text(unit);
                self.open = Some((place, (key, frame)));
            }
        }
        self.count += 1;
        Ok(())
    }

    fn finish(mut self: Box<Self>, outcome: RunOutcome) -> Result<Run> {
        self.close();
        self.write_gathered()?;
        let store = self.store;
        let run = Run::new(self.id, self.run.clone(), outcome, self.count);
        let heading = encode(&run)?;
        let mut writing = store.begin()?;
        store.commit(&mut writing, || {
            store.database.sync()?;
            store.shelves.runs.write(vec![(Key::new().large(run.id.0), heading)])
        })?;
        self.finished = true;
        Ok(run)
    }
}

impl Drop for Writer<'_> {
    fn drop(&mut self) {
        if !self.finished {
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
