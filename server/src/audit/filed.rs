//! Leaves as they were filed beside the log, by which the part that differs is named.
//!
//! Enters: leaves in the order in which a batch or a run is gone through. Leaves: papers, and from them the leaves again, in the
//! same order. Of a run that replaces a few results of another, only those leaves are filed, with the run that has the others: it is
//! filed too, and never changes. Nothing here is believed unless it fits the digest of the entry. Next: [`super::runs`].

use std::collections::HashMap;

use liuwu_engine::period::Period;
use serde::{Deserialize, Serialize};

use super::content::{LEAF, Leaf, Part, Row, Thing, Visit};
use crate::store::{Paper, Result, RunId, Store, StoreError};

/// The folder of leaves.
const FOLDER: &str = "audit-leaves";
/// Leaves on one paper.
const ON_A_PAPER: usize = 1_000;

/// Files the leaves of a thing in place of those it had; gives the digest over them in a row.
pub(super) fn file(store: &dyn Store, thing: &Thing, walk: impl FnOnce(Visit) -> Result<()>) -> Result<String> {
    let (mut row, mut page, mut number) = (Row::default(), Vec::new(), 0);
    walk(&mut |_, leaf| {
        row.add(&leaf);
        page.extend(leaf);
        if page.len() == ON_A_PAPER * LEAF {
            store.file_papers(vec![Paper::new(FOLDER, name(thing, number), std::mem::take(&mut page))])?;
            number += 1;
        }
        Ok(())
    })?;
    store.file_papers(vec![Paper::new(FOLDER, name(thing, number), page)])?;
    Ok(row.finish())
}

/// Throws away the leaves of a thing that is gone.
pub(super) fn forget(store: &dyn Store, thing: &Thing) -> Result<()> {
    let (what, id) = thing.subject();
    let own = format!("{what}-{id}-");
    loop {
        // Few at a time: what is read behind them is another's.
        let page = store.papers(FOLDER, Some(&own), 8)?;
        let names = page.into_iter().map(|(name, _)| name).take_while(|name| name.starts_with(&own));
        let gone: Vec<Paper> = names.map(|name| Paper::gone(FOLDER, name)).collect();
        if gone.is_empty() {
            return Ok(());
        }
        store.file_papers(gone)?;
    }
}

fn name(thing: &Thing, number: u32) -> String {
    let (what, id) = thing.subject();
    format!("{what}-{id}-{number:06}")
}

/// A result that a run holds in the place of another one's, with its leaf.
pub(super) type Replaced = (Period, String, Leaf);

/// What is filed of a run that rests on another: the leaf of its heading, and those of what it replaces.
#[derive(Debug, Serialize, Deserialize)]
struct OnAnother {
    on: RunId,
    heading: Leaf,
    replaced: Vec<Replaced>,
}

/// Files the leaves of a run that rests on another.
pub(super) fn file_replaced(
    store: &dyn Store,
    (run, on): (RunId, RunId),
    heading: Leaf,
    replaced: &[Replaced],
) -> Result<()> {
    let pages = replaced.chunks(ON_A_PAPER).zip(0..).map(|(page, number)| {
        let page = OnAnother { on, heading, replaced: page.to_vec() };
        let text = serde_json::to_vec(&page).map_err(|error| StoreError::Io(error.to_string()))?;
        Ok(Paper::new(FOLDER, name_on_another(run, number), text))
    });
    store.file_papers(pages.collect::<Result<_>>()?)
}

fn name_on_another(run: RunId, number: u32) -> String {
    format!("run-{run}-replaced-{number:06}")
}

/// The leaves that were filed, read paper by paper.
pub(super) struct Filed<'a> {
    store: &'a dyn Store,
    thing: Thing,
    page: std::vec::IntoIter<Leaf>,
    next: u32,
    /// In the place of some of these.
    above: Vec<HashMap<Part, Leaf>>,
}

impl<'a> Filed<'a> {
    pub(super) fn of(store: &'a dyn Store, thing: &Thing) -> Result<Filed<'a>> {
        let (mut thing, mut above) = (thing.clone(), Vec::new());
        while let Thing::Run(run) = thing
            && let Some((on, leaves)) = replaced_by(store, run)?
        {
            above.push(leaves);
            thing = Thing::Run(on);
        }
        Ok(Filed { store, thing, page: Vec::new().into_iter(), next: 0, above })
    }

    /// The leaf of the next part. A paper that is not there, or is damaged, ends them.
    pub(super) fn next(&mut self, part: &Part) -> Result<Option<Leaf>> {
        let own = self.next_of_whole()?;
        Ok(self.above.iter().find_map(|leaves| leaves.get(part)).copied().filter(|_| own.is_some()).or(own))
    }

    /// A leaf behind those of all parts.
    pub(super) fn next_of_whole(&mut self) -> Result<Option<Leaf>> {
        if let Some(leaf) = self.page.next() {
            return Ok(Some(leaf));
        }
        let leaves = paper(self.store, &name(&self.thing, self.next))?.unwrap_or_default();
        self.next += 1;
        let leaves: Vec<Leaf> = leaves.chunks_exact(LEAF).filter_map(|leaf| leaf.try_into().ok()).collect();
        self.page = leaves.into_iter();
        Ok(self.page.next())
    }
}

/// A paper; none when it is damaged.
fn paper(store: &dyn Store, name: &str) -> Result<Option<Vec<u8>>> {
    match store.paper(FOLDER, name) {
        Err(StoreError::Corrupt(_)) => Ok(None),
        paper => paper,
    }
}

/// The run on which one rests, and the leaves in the place of that one's. None: all of its own are filed.
fn replaced_by(store: &dyn Store, run: RunId) -> Result<Option<(RunId, HashMap<Part, Leaf>)>> {
    let mut found: Option<(RunId, HashMap<Part, Leaf>)> = None;
    for number in 0.. {
        let Some(text) = paper(store, &name_on_another(run, number))? else { break };
        // A run rests on an earlier one; a paper that says otherwise was changed.
        let Some(page) = serde_json::from_slice::<OnAnother>(&text).ok().filter(|page| page.on < run) else { break };
        let (_, leaves) = found.get_or_insert_with(|| (page.on, HashMap::from([(Part::Heading, page.heading)])));
        leaves.extend(page.replaced.into_iter().map(|(period, unit, leaf)| (Part::Assessment(period, unit), leaf)));
    }
    Ok(found)
}
