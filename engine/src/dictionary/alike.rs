//! Whether two editions mean the same by what they ask for: then facts read by one are those read by the other.
//!
//! Where things stand in the file does not count; everything else does, the order of fields too, since records are sorted by it.

use indexmap::IndexMap;

use super::{Attribute, Dictionary, Field, Kind, Shape};

impl Dictionary {
    /// Whether another means the same by everything.
    pub fn is_like(&self, other: &Dictionary) -> bool {
        all_alike(&self.kinds, &other.kinds, |one, other| one.is_like(other))
            && all_alike(&self.attributes, &other.attributes, Attribute::is_like)
            && self.has_shapes_like(other)
    }

    /// Whether another means the same by all nested structures.
    pub fn has_shapes_like(&self, other: &Dictionary) -> bool {
        all_alike(&self.shapes, &other.shapes, |one, other| one.is_like(other))
    }
}

impl Kind {
    /// Whether another means the same.
    pub fn is_like(&self, other: &Kind) -> bool {
        let Kind {
            id,
            title,
            department,
            of,
            date_title,
            fields,
            identity,
            changes,
            stages,
            none_means,
            due,
            public,
            keep_personal,
            mend,
            place: _,
        } = self;
        (id, title, department, of, date_title)
            == (&other.id, &other.title, &other.department, &other.of, &other.date_title)
            && (identity, changes, stages, none_means)
                == (&other.identity, &other.changes, &other.stages, &other.none_means)
            && (due, public, keep_personal, mend) == (&other.due, &other.public, &other.keep_personal, &other.mend)
            && fields_alike(fields, &other.fields)
    }
}

impl Field {
    /// Whether another means the same.
    pub fn is_like(&self, other: &Field) -> bool {
        let Field { title, kind, unit, min, max, places, optional, default, personal, place: _ } = self;
        (title, kind, unit, optional) == (&other.title, &other.kind, &other.unit, &other.optional)
            && (min, max, places) == (&other.min, &other.max, &other.places)
            && (default, personal) == (&other.default, &other.personal)
    }
}

impl Attribute {
    /// Whether another means the same.
    pub fn is_like(&self, other: &Attribute) -> bool {
        self.of == other.of && self.field.is_like(&other.field)
    }
}

impl Shape {
    /// Whether another means the same.
    pub fn is_like(&self, other: &Shape) -> bool {
        self.id == other.id && fields_alike(&self.fields, &other.fields)
    }
}

fn fields_alike(one: &IndexMap<String, Field>, other: &IndexMap<String, Field>) -> bool {
    one.len() == other.len()
        && one.iter().zip(other).all(|((one_key, one), (key, other))| one_key == key && one.is_like(other))
}

/// The same keys, in any order, with what is alike.
fn all_alike<T>(one: &IndexMap<String, T>, other: &IndexMap<String, T>, alike: impl Fn(&T, &T) -> bool) -> bool {
    one.len() == other.len() && one.iter().all(|(key, one)| other.get(key).is_some_and(|other| alike(one, other)))
}
