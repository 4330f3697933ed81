//! Drawers in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use jiff::Timestamp;

use super::Memory;
use crate::store::drawer::{ContentHead, ContentId, Drawer, Slip};
use crate::store::error::{Conflict, Missing, Result};
use crate::store::standing::check_name;

/// Everything in drawers.
#[derive(Debug, Default)]
pub(super) struct Drawers {
    slips: BTreeMap<(String, String), Slip>,
    contents: BTreeMap<ContentId, (Timestamp, Vec<u8>)>,
}

impl Drawer for Memory {
    fn keep(&self, content: &[u8], at: Timestamp) -> Result<ContentId> {
        let id = ContentId::of(content);
        let contents = &mut self.write().drawers.contents;
        contents.entry(id).and_modify(|(handed_in, _)| *handed_in = at).or_insert_with(|| (at, content.to_vec()));
        Ok(id)
    }

    fn content(&self, id: ContentId) -> Result<Vec<u8>> {
        let content = self.read().drawers.contents.get(&id).map(|(_, content)| content.clone());
        Ok(content.ok_or(Missing::Content(id))?)
    }

    fn kept(&self) -> Result<Vec<ContentHead>> {
        let head = |(id, (at, content)): (&ContentId, &(Timestamp, Vec<u8>))| ContentHead {
            id: *id,
            size: content.len() as u64,
            at: *at,
        };
        Ok(self.read().drawers.contents.iter().map(head).collect())
    }

    fn sweep(&self, before: Timestamp) -> Result<u64> {
        let drawers = &mut self.write().drawers;
        let held: BTreeSet<ContentId> = drawers.slips.values().flat_map(|slip| slip.holds.iter().copied()).collect();
        let former = drawers.contents.len();
        drawers.contents.retain(|id, (at, _)| held.contains(id) || *at >= before);
        Ok((former - drawers.contents.len()) as u64)
    }

    fn put_slip(&self, drawer: &str, name: &str, slip: &Slip) -> Result<()> {
        check_name(drawer)?;
        check_name(name)?;
        let drawers = &mut self.write().drawers;
        let key = (drawer.to_owned(), name.to_owned());
        if drawers.slips.get(&key).is_some_and(|former| former.revision >= slip.revision) {
            return Err(Conflict::Changed { drawer: key.0, name: key.1 }.into());
        }
        if let Some(id) = slip.holds.iter().find(|id| !drawers.contents.contains_key(id)) {
            return Err(Missing::Content(*id).into());
        }
        drawers.slips.insert(key, slip.clone());
        Ok(())
    }

    fn slip(&self, drawer: &str, name: &str) -> Result<Option<Slip>> {
        Ok(self.read().drawers.slips.get(&(drawer.to_owned(), name.to_owned())).cloned())
    }

    fn slips(&self, drawer: &str, after: Option<&str>, limit: usize) -> Result<Vec<(String, Slip)>> {
        let inner = self.read();
        let key = |name: &str| (drawer.to_owned(), name.to_owned());
        let from = after.map_or(Bound::Included(key("")), |after| Bound::Excluded(key(after)));
        let found = inner.drawers.slips.range((from, Bound::Unbounded)).take_while(|((own, _), _)| own == drawer);
        Ok(found.take(limit).map(|((_, name), slip)| (name.clone(), slip.clone())).collect())
    }

    fn remove_slip(&self, drawer: &str, name: &str) -> Result<bool> {
        Ok(self.write().drawers.slips.remove(&(drawer.to_owned(), name.to_owned())).is_some())
    }

    fn drawers(&self) -> Result<Vec<String>> {
        let inner = self.read();
        let names: BTreeSet<&String> = inner.drawers.slips.keys().map(|(drawer, _)| drawer).collect();
        Ok(names.into_iter().cloned().collect())
    }
}
