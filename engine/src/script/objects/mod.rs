//! What scripts hold in their hands: units, records, parameters, earlier results. All read-only.

mod parameters;
mod past;
mod periods;
mod records;
mod units;

use rhai::Engine;

pub(super) use parameters::{Parameters, Table, constant, in_force, step_reached};
pub(super) use past::{FindingObject, PartObject, PastObject};
pub(super) use records::{Nested, Pseudonym, RecordObject};
pub(super) use units::{Figures, Unit};

/// Registers the properties of all of them.
pub(super) fn register(engine: &mut Engine) {
    parameters::register(engine);
    past::register(engine);
    periods::register(engine);
    records::register(engine);
    units::register(engine);
}
