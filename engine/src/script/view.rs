//! A view: an ordered, read-only list of records, units, results or plain values.

use std::sync::Arc;

use rhai::Dynamic;

/// An ordered, read-only list.
#[derive(Debug, Clone)]
pub(super) struct View {
    items: Arc<[Dynamic]>,
    /// What the items have in common, in a view made by `group_by`.
    key: Option<Arc<Dynamic>>,
    /// Under this name, what is computed from the view is kept for the other units of the group.
    kept_as: Option<Arc<str>>,
}

impl View {
    pub(super) fn of(items: impl IntoIterator<Item = Dynamic>) -> View {
        View { items: items.into_iter().collect(), key: None, kept_as: None }
    }

    pub(super) fn kept(items: impl IntoIterator<Item = Dynamic>, name: Arc<str>) -> View {
        View { items: items.into_iter().collect(), key: None, kept_as: Some(name) }
    }

    pub(super) fn keyed(items: Vec<Dynamic>, key: Dynamic) -> View {
        View { items: items.into(), key: Some(Arc::new(key)), kept_as: None }
    }

    /// The same view under a name for what is computed from it.
    pub(super) fn named(mut self, name: Option<Arc<str>>) -> View {
        self.kept_as = name;
        self
    }

    pub(super) fn name(&self) -> Option<&Arc<str>> {
        self.kept_as.as_ref()
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

impl IntoIterator for View {
    type Item = Dynamic;
    type IntoIter = std::vec::IntoIter<Dynamic>;

    fn into_iter(self) -> Self::IntoIter {
        let items: Vec<Dynamic> = self.items.iter().cloned().collect();
        items.into_iter()
    }
}
