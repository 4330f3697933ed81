//! Blanking on the shelf `records`: the value that holds a record is written anew under its key, whole; then the packed facts of
//! its unit are made anew. Next: [`super::results`].

use std::collections::{BTreeMap, BTreeSet};

use super::key::Key;
use super::packs::Exchange;
use super::rows::{Numbered, RecordLine, Rows, encode};
use super::{Sled, decode};
use crate::store::blanking::{Blank, Blanking, put};
use crate::store::error::{Damage, Missing, Result};

impl Blanking for Sled {
    fn blank(&self, blanks: Vec<Blank>) -> Result<()> {
        self.changes.make_of_inputs(|| self.blank_records(blanks))
    }
}

/// Says, while it is done, whose packed facts are to be made anew.
const MARK: &str = "blanking";

impl Sled {
    fn blank_records(&self, blanks: Vec<Blank>) -> Result<()> {
        let mut batching = self.begin_batching()?;
        let (values, units) = self.blanked_values(blanks)?;
        self.commit(&mut batching, || {
            let mark = Key::new().text(MARK);
            self.shelves.meta.write(vec![(mark.clone(), encode(&units)?)])?;
            self.database.sync()?;
            // Nobody reads while a value changes: one that is read in pieces would be half old and half new.
            let known = self.learn();
            self.shelves.records.exchange(values)?;
            self.exchange_leaves(self.repack(&known, units)?)?;
            self.database.sync()?;
            self.shelves.meta.remove(&mark)
        })
    }

    /// Makes anew what an interrupted blanking has left; what of it was not blanked is blanked by the next one.
    pub(super) fn mend_blanking(&self) -> Result<()> {
        let mark = Key::new().text(MARK);
        if let Some(units) = self.read_json::<BTreeSet<String>>(&self.shelves.meta, &mark)? {
            self.exchange_leaves(self.repack(&self.known(), units)?)?;
            self.database.sync()?;
            self.shelves.meta.remove(&mark)?;
        }
        Ok(())
    }

    /// The values that hold these records, as they are to be, and the units of these.
    fn blanked_values(&self, blanks: Vec<Blank>) -> Result<(Exchange, BTreeSet<String>)> {
        let known = self.known();
        let shelf = &self.shelves.records;
        let mut values: BTreeMap<Key, Rows<RecordLine>> = BTreeMap::new();
        let mut units = BTreeSet::new();
        for Blank { record: id, fields } in blanks {
            let missing = || Missing::Record(id);
            let (unit, kind) = if id.batch <= known.last_batch {
                self.place_of(id)?.ok_or_else(missing)?
            } else {
                return Err(missing().into());
            };
            let prefix = Key::new().text(&unit).text(&kind).batch(id.batch);
            let wanted = prefix.clone().small(id.number);
            let lost = || shelf.corrupt(wanted.bytes(), Damage::Entry);
            let (key, value) = shelf.last_up_to(&prefix, &wanted)?.ok_or_else(lost)?;
            let rows: Rows<RecordLine> = decode(shelf, &key, &value)?;
            let first = rows.rows.first().ok_or_else(lost)?.number();
            let rows = values.entry(prefix.small(first)).or_insert(rows);
            let line = rows.rows.iter_mut().find(|line| line.0 == id.number).ok_or_else(lost)?;
            put(&mut line.4, fields);
            units.insert(unit);
        }
        let values = values.into_iter().map(|(key, rows)| Ok((key, Some(encode(&rows)?))));
        Ok((values.collect::<Result<_>>()?, units))
    }
}
