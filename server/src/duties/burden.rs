//! What a standard asks of one unit.
//!
//! Enters: a standard. Leaves: a [`Burden`].

use liuwu_engine::bundle::Bundle;
use liuwu_engine::period::Granularity;

/// What one village is asked for in a year.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Burden {
    /// Kinds.
    pub kinds: usize,
    /// Fields of all kinds.
    pub fields: usize,
    /// Returns in a year: a kind that is due each month counts twelve times.
    pub returns: usize,
}

/// What a standard asks of one unit.
#[must_use]
pub fn burden(bundle: &Bundle) -> Burden {
    let mut burden = Burden::default();
    for kind in bundle.dictionary.kinds.values().filter(|kind| kind.of.is_none()) {
        burden.kinds += 1;
        burden.fields += kind.fields.len();
        burden.returns += kind.due.map_or(0, |due| match due.every {
            Granularity::Year => 1,
            Granularity::HalfYear => 2,
            Granularity::Quarter => 4,
            Granularity::Month => 12,
            Granularity::Week => 52,
            Granularity::Day => 365,
        });
    }
    burden
}
