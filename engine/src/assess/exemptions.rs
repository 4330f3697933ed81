//! Exemptions that change nothing, so that a person can look at them again.
//!
//! Enters: a [`World`] and what it came to. Leaves: the exemptions that covered no finding or moved no result.

use std::sync::Arc;

use super::world::{Exemption, World};
use crate::assessment::{Assessment, Finding};
use crate::codes::data as codes;
use crate::diagnostic::Diagnostic;
use crate::record::Record;

/// An exemption that changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Idle<'a> {
    /// The exemption.
    pub exemption: &'a Exemption,
    /// Whether there was something that it covers; without it everything came out the same.
    pub covers: bool,
}

impl Idle<'_> {
    /// As a remark.
    pub fn to_diagnostic(&self) -> Diagnostic {
        let code = if self.covers { &codes::EXEMPTION_CHANGES_NOTHING } else { &codes::EXEMPTION_COVERS_NOTHING };
        Diagnostic::new(code).with("unit", &self.exemption.unit).with("rule", &self.exemption.rule)
    }
}

/// The exemptions in force in the periods of some results that change none of them, in a fixed order. Where a unit has several
/// and one of them moves its result, the others count as moving it too.
pub fn idle_exemptions<'a>(world: &'a World, results: &[Assessment]) -> Vec<Idle<'a>> {
    let mut idle = Vec::new();
    for exemption in world.exemptions() {
        let in_force = |result: &&Assessment| {
            exemption.from.is_none_or(|from| from <= result.period.to())
                && exemption.until.is_none_or(|until| result.period.from() <= until)
        };
        let mut asked = results.iter().filter(in_force).peekable();
        if asked.peek().is_none() {
            continue;
        }
        let mut covered =
            asked.filter(|result| *result.unit == *exemption.unit && covers(exemption, result)).peekable();
        let covers = covered.peek().is_some();
        if !covered.any(|result| result.moved_by_exemptions) {
            idle.push(Idle { exemption, covers });
        }
    }
    idle
}

fn covers(exemption: &Exemption, result: &Assessment) -> bool {
    let records = |finding: &Finding| -> Vec<Arc<Record>> {
        finding.evidence.iter().map(|evidence| Arc::clone(&evidence.record)).collect()
    };
    result.findings.iter().any(|finding| exemption.covers(&finding.rule, &records(finding), result.period))
}

/// Whether a result is another one without exemptions.
pub(super) fn is_moved(with: &Assessment, without: &Assessment) -> bool {
    with.score != without.score
        || with.rating != without.rating
        || with.lists != without.lists
        || with.lists_unknown != without.lists_unknown
        || with.criteria != without.criteria
}
