//! The records that lists are made of, and whose business they are.
//!
//! Enters: the store. Leaves: the records that the reader may see in full, by which a matter can be named. Next:
//! [`village`](super::village).

use std::collections::HashMap;
use std::ops::ControlFlow;

use liuwu_engine::bundle::Each;
use liuwu_engine::dictionary::{Kind, Public};
use liuwu_engine::record::Record;

use super::facts;
use super::results::Results;
use super::standard::Standard;
use crate::disclosure::ShownEvidence;
use crate::error::Problem;
use crate::records::record_of;
use crate::state::App;
use crate::succession;
use crate::trace::Traces;

/// Records that the reader may see in full, by the unit that they count for.
#[derive(Default)]
pub struct Records(HashMap<String, Traces<Record>>);

impl Records {
    /// The record that the result of a unit rests on.
    #[must_use]
    pub fn of(&self, unit: &str, evidence: &ShownEvidence) -> Option<&Record> {
        self.0.get(unit)?.find(&evidence.trace())
    }
}

/// The records of the kinds that lists which are followed up are made of. It blocks.
///
/// # Errors
/// When the store fails.
pub fn records(app: &App, results: &Results) -> Result<Records, Problem> {
    let view = &results.view;
    let standard = results.standard();
    let dictionary = &standard.bundle.dictionary;
    let successions = succession::in_force(view.units.all(), view.run.as_of);
    let mut records = Records::default();
    let is_open = |kind: &&str| view.edition.disclosure.kind_through(results.lens(), kind) == Public::Full;
    for kind in kinds(&standard).filter(is_open) {
        let Some(about) = dictionary.kinds.get(kind) else { continue };
        app.store().records_of_kind(kind, view.run.as_of, &mut |stored| {
            // A record that no longer fits its kind is on no list.
            if let Ok(record) = record_of(about, dictionary, &stored) {
                let unit = succession::heir(&successions, &stored.unit).unwrap_or(&stored.unit);
                records.0.entry(unit.to_owned()).or_default().keep(&record, dictionary, record.clone());
            }
            ControlFlow::Continue(())
        })?;
    }
    Ok(records)
}

/// The kinds of records that lists which are followed up are made of.
fn kinds<'a>(standard: &Standard<'a>) -> impl Iterator<Item = &'a str> + use<'a> {
    let each = standard.followed_up().filter_map(|list| match &list.each {
        Each::Record(kinds) => Some(kinds),
        Each::Unit | Each::Finding => None,
    });
    each.flatten().map(String::as_str)
}

/// The department that has to settle a matter: the one that the record names, or the one that hands in its kind.
#[must_use]
pub fn department(record: Option<&Record>, kind: Option<&Kind>) -> String {
    let named = record.and_then(facts::department);
    named.or_else(|| kind.and_then(|kind| kind.department.clone())).unwrap_or_default()
}
