//! Blanking in memory. Next: [`super::super::sled`].

use super::Memory;
use crate::store::blanking::{Blank, Blanking, put};
use crate::store::error::{Missing, Result};

impl Blanking for Memory {
    fn blank(&self, blanks: Vec<Blank>) -> Result<()> {
        self.changes.make_of_inputs(|| {
            let mut inner = self.write();
            for blank in &blanks {
                inner.record(blank.record)?;
            }
            for Blank { record: id, fields } in blanks {
                let batch =
                    usize::try_from(id.batch.0).ok().and_then(|number| inner.batches.get_mut(number.checked_sub(1)?));
                let place = usize::try_from(id.number).ok().and_then(|number| number.checked_sub(1));
                let record = batch.zip(place).and_then(|(batch, place)| batch.records.get_mut(place));
                put(&mut record.ok_or(Missing::Record(id))?.fields, fields);
            }
            Ok(())
        })
    }
}
