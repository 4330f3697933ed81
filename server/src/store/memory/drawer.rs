//! Drawers in memory.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Memory;
use crate::store::drawer::{ContentHead, ContentId, Drawer};
use crate::store::error::{Missing, Result};
use crate::store::standing::check_name;

/// Everything in drawers: contents with the moment at which they were last handed in.
pub(super) type Drawers = BTreeMap<String, BTreeMap<ContentId, (Timestamp, Vec<u8>)>>;

impl Drawer for Memory {
    fn keep(&self, drawer: &str, content: &[u8], at: Timestamp) -> Result<ContentId> {
        check_name(drawer)?;
        let id = ContentId::of(content);
        let mut inner = self.write();
        let contents = inner.drawers.entry(drawer.to_owned()).or_default();
        contents.entry(id).and_modify(|(handed_in, _)| *handed_in = at).or_insert_with(|| (at, content.to_vec()));
        Ok(id)
    }

    fn content(&self, drawer: &str, id: ContentId) -> Result<Vec<u8>> {
        let inner = self.read();
        let content = inner.drawers.get(drawer).and_then(|contents| contents.get(&id));
        Ok(content.map(|(_, content)| content.clone()).ok_or(Missing::Content(id))?)
    }

    fn kept(&self, drawer: &str) -> Result<Vec<ContentHead>> {
        let inner = self.read();
        let contents = inner.drawers.get(drawer).into_iter().flatten();
        Ok(contents.map(|(id, (at, content))| ContentHead { id: *id, size: content.len() as u64, at: *at }).collect())
    }

    fn throw_out(&self, drawer: &str, id: ContentId) -> Result<bool> {
        let mut inner = self.write();
        let is_gone = inner.drawers.get_mut(drawer).is_some_and(|contents| contents.remove(&id).is_some());
        inner.drawers.retain(|_, contents| !contents.is_empty());
        Ok(is_gone)
    }

    fn drawers(&self) -> Result<Vec<String>> {
        Ok(self.read().drawers.keys().cloned().collect())
    }
}
