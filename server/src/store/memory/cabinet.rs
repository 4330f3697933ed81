//! Papers in memory. Next: [`super::super::sled`].

use std::collections::BTreeMap;
use std::ops::Bound;

use super::Memory;
use crate::store::cabinet::{Cabinet, Paper};
use crate::store::error::Result;
use crate::store::standing::check_name;

/// Papers by folder and name.
pub(super) type Papers = BTreeMap<String, BTreeMap<String, Vec<u8>>>;

pub(super) fn check_names(papers: &[Paper]) -> Result<()> {
    papers.iter().try_for_each(|paper| check_name(&paper.folder).and_then(|()| check_name(&paper.name)))
}

/// Files papers, or throws them away.
pub(super) fn file(kept: &mut Papers, papers: Vec<Paper>) {
    for Paper { folder, name, body } in papers {
        match body {
            Some(body) => {
                kept.entry(folder).or_default().insert(name, body);
            }
            None => {
                if let Some(papers) = kept.get_mut(&folder) {
                    papers.remove(&name);
                }
            }
        }
    }
    kept.retain(|_, papers| !papers.is_empty());
}

impl Cabinet for Memory {
    fn file_papers(&self, papers: Vec<Paper>) -> Result<()> {
        check_names(&papers)?;
        file(&mut self.write().papers, papers);
        Ok(())
    }

    fn paper(&self, folder: &str, name: &str) -> Result<Option<Vec<u8>>> {
        Ok(self.read().papers.get(folder).and_then(|papers| papers.get(name)).cloned())
    }

    fn papers(&self, folder: &str, after: Option<&str>, limit: usize) -> Result<Vec<(String, Vec<u8>)>> {
        let inner = self.read();
        let Some(papers) = inner.papers.get(folder) else { return Ok(Vec::new()) };
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let found = papers.range::<str, _>((from, Bound::Unbounded)).take(limit);
        Ok(found.map(|(name, body)| (name.clone(), body.clone())).collect())
    }

    fn folders(&self) -> Result<Vec<String>> {
        Ok(self.read().papers.keys().cloned().collect())
    }
}
