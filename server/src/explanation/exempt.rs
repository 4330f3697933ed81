//! Why findings do not count: the exemptions behind those that are exempted.
//!
//! Enters: the store, and a unit with the day of a run. Leaves: an [`Exempt`], which names of a finding the exemption that covers it.
//! The reason is in an officer's own words, so that [`crate::disclosure`] says who is told it. Pages and the API ask here. Next:
//! [`super`].

use liuwu_engine::assess::Exemption;
use liuwu_engine::period::{Date, Period};

use crate::store::{Store, StoreError, UnitRow};
use crate::succession;

/// The exemptions of a unit.
#[derive(Debug, Clone, Default)]
pub struct Exempt(Vec<Exemption>);

impl Exempt {
    /// Those that were known on a day, of the unit and of those that it has succeeded.
    ///
    /// # Errors
    /// The store's.
    pub fn of(store: &dyn Store, units: &[UnitRow], unit: &str, on: Date) -> Result<Exempt, StoreError> {
        let known = store.exemptions(on)?;
        if known.is_empty() {
            return Ok(Exempt::default());
        }
        let old = succession::in_force(units, on);
        let own =
            known.into_iter().filter(|known| succession::exempted(known, succession::heir(&old, &known.unit)) == unit);
        Ok(Exempt(own.map(|known| known.item.into()).collect()))
    }

    /// The exemption that covers what a rule found on evidence of which day and number are known.
    pub fn of_finding<'e>(
        &self,
        rule: &str,
        evidence: impl Iterator<Item = (Date, Option<&'e str>)> + Clone,
        period: Period,
    ) -> Option<&Exemption> {
        self.0.iter().find(|exemption| exemption.covers_named(rule, evidence.clone(), period))
    }
}
