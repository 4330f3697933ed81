//! A view: an ordered, read-only list of records, units, results or plain values. And read-only entries by key.
//!
//! Values become read-only when they enter one ([`freeze`]), so that handing them on costs nothing however large they are.

use std::collections::BTreeMap;
use std::sync::Arc;

use rhai::{Array, Dynamic, ImmutableString, Map};

use super::objects::Pseudonym;

/// Bytes of a text that count as one element.
pub(super) const TEXT_ELEMENT: usize = 64;

/// Elements for which a pseudonym counts: it is computed each time it is read.
const PSEUDONYM: u64 = 16;
/// Elements for which a list or map within another counts, beside its own: copying it takes memory of its own.
pub(super) const INNER: u64 = 8;

/// An ordered, read-only list.
#[derive(Debug, Clone)]
pub(super) struct View {
    items: Arc<[Dynamic]>,
    /// What the items have in common, in a view made by `group_by`.
    key: Option<Arc<Dynamic>>,
    /// Under this name, what is computed from the view is kept for the other units of the group.
    kept_as: Option<Arc<str>>,
    extent: Extent,
}

/// Read-only values by key: what becomes of a map that is kept.
#[derive(Debug, Clone)]
pub(super) struct Entries {
    pub(super) entries: Arc<BTreeMap<ImmutableString, Dynamic>>,
    extent: Extent,
}

/// How large a value is: what going through all of it costs, and how deep its lists are nested.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) weight: u64,
    pub(super) depth: u32,
}

impl Extent {
    /// That of a value that is frozen.
    pub(super) fn of(value: &Dynamic) -> Extent {
        if let Some(view) = value.read_lock::<View>() {
            return view.extent;
        }
        if let Some(entries) = value.read_lock::<Entries>() {
            return entries.extent;
        }
        let text = value.read_lock::<ImmutableString>().map_or(0, |text| text.len() / TEXT_ELEMENT);
        let hidden = if value.is::<Pseudonym>() { PSEUDONYM } else { 0 };
        Extent { weight: text as u64 + hidden, depth: 0 }
    }

    /// That of a list of such values.
    fn around<'a>(values: impl Iterator<Item = &'a Dynamic>) -> Extent {
        values.map(Extent::of).fold(Extent { weight: 0, depth: 1 }, |sum, inner| Extent {
            weight: sum.weight.saturating_add(inner.weight).saturating_add(1),
            depth: sum.depth.max(inner.depth.saturating_add(1)),
        })
    }
}

/// Makes a value read-only: the interpreter's lists become views, its maps entries.
pub(super) fn freeze(value: Dynamic) -> Dynamic {
    let value = value.flatten();
    if value.is_array() {
        return Dynamic::from(View::of(value.into_array().unwrap_or_default()));
    }
    if value.is_map() {
        return Dynamic::from(Entries::of(value.try_cast::<Map>().unwrap_or_default()));
    }
    value
}

/// What reading a variable of the script costs, since the interpreter may copy its value.
pub(super) fn cost_of_copy(value: &Dynamic) -> u64 {
    if let Some(text) = value.read_lock::<ImmutableString>() {
        return (text.len() / TEXT_ELEMENT) as u64;
    }
    if let Some(array) = value.read_lock::<Array>() {
        return elements(array.iter()) / 4;
    }
    value.read_lock::<Map>().map_or(0, |map| elements(map.values()))
}

pub(super) fn elements<'a>(values: impl Iterator<Item = &'a Dynamic>) -> u64 {
    values
        .map(|value| {
            if let Some(array) = value.read_lock::<Array>() {
                return INNER + elements(array.iter());
            }
            value.read_lock::<Map>().map_or(1, |map| INNER + elements(map.values()))
        })
        .sum()
}

impl View {
    pub(super) fn of(items: impl IntoIterator<Item = Dynamic>) -> View {
        let items: Arc<[Dynamic]> = items.into_iter().map(freeze).collect();
        let extent = Extent::around(items.iter());
        View { items, key: None, kept_as: None, extent }
    }

    pub(super) fn keyed(items: Vec<Dynamic>, key: Dynamic) -> View {
        View { key: Some(Arc::new(freeze(key))), ..View::of(items) }
    }

    /// The same view under a name for what is computed from it.
    pub(super) fn named(mut self, name: Option<Arc<str>>) -> View {
        self.kept_as = name;
        self
    }

    pub(super) fn name(&self) -> Option<&Arc<str>> {
        self.kept_as.as_ref()
    }

    pub(super) fn extent(&self) -> Extent {
        self.extent
    }

    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    pub(super) fn items(&self) -> &[Dynamic] {
        &self.items
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &Dynamic> {
        self.items.iter()
    }

    pub(super) fn key(&self) -> Dynamic {
        self.key.as_ref().map_or(Dynamic::UNIT, |key| (**key).clone())
    }

    /// The item at a place; negative places count from the end.
    pub(super) fn at(&self, index: i64) -> Option<&Dynamic> {
        let from_end = i64::try_from(self.items.len()).ok()?.checked_add(index)?;
        let place = if index < 0 { from_end } else { index };
        self.items.get(usize::try_from(place).ok()?)
    }
}

impl Entries {
    pub(super) fn of(map: Map) -> Entries {
        let entries: BTreeMap<ImmutableString, Dynamic> =
            map.into_iter().map(|(key, value)| (ImmutableString::from(key.as_str()), freeze(value))).collect();
        let extent = Extent::around(entries.values());
        Entries { entries: Arc::new(entries), extent }
    }

    pub(super) fn get(&self, key: &str) -> Dynamic {
        self.entries.get(key).cloned().unwrap_or(Dynamic::UNIT)
    }
}

impl IntoIterator for View {
    type Item = Dynamic;
    type IntoIter = Items;

    fn into_iter(self) -> Items {
        Items { items: self.items, next: 0 }
    }
}

/// Goes through a view without copying it first.
#[derive(Debug)]
pub(super) struct Items {
    items: Arc<[Dynamic]>,
    next: usize,
}

impl Iterator for Items {
    type Item = Dynamic;

    fn next(&mut self) -> Option<Dynamic> {
        let item = self.items.get(self.next)?.clone();
        self.next += 1;
        Some(item)
    }
}
