//! Blanking on the shelf `records`: the value that holds a record is written anew under its key, whole. Next: [`super::results`].

use std::collections::BTreeMap;

use super::key::Key;
use super::rows::{Numbered, RecordLine, Rows, encode};
use super::{Sled, decode};
use crate::store::blanking::{Blank, Blanking, put};
use crate::store::error::{Damage, Missing, Result};

impl Blanking for Sled {
    fn blank(&self, blanks: Vec<Blank>) -> Result<()> {
        let mut writing = self.begin()?;
        let values = self.blanked_values(blanks)?;
        // Nobody reads while a value changes: one that is read in pieces would be half old and half new.
        let _alone = self.learn();
        self.commit(&mut writing, || self.shelves.records.exchange(values))
    }
}

impl Sled {
    /// The values that hold these records, as they are to be.
    fn blanked_values(&self, blanks: Vec<Blank>) -> Result<BTreeMap<Key, Option<Vec<u8>>>> {
        let known = self.known();
        let shelf = &self.shelves.records;
        let mut values: BTreeMap<Key, Rows<RecordLine>> = BTreeMap::new();
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
        }
        values.into_iter().map(|(key, rows)| Ok((key, Some(encode(&rows)?)))).collect()
    }
}
