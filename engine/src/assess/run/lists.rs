//! Lists: whether a unit, its records or its findings stand on one.

use std::sync::Arc;

use super::{Asked, Pass};
use crate::assess::plan::ListPlan;
use crate::assess::stage::{Listing, UnitState};
use crate::assess::steps::Step;
use crate::assessment::{Entry, Evidence, Finding};
use crate::bundle::Each;
use crate::script::{Failure, Interpreter, Scene, Subject, Window};

impl Pass {
    pub(super) fn list(
        &self,
        interpreter: &mut Interpreter,
        step: Step,
        list: &ListPlan,
        state: &UnitState,
        place: usize,
    ) -> Result<Listing, Failure> {
        let mut listing = Listing::default();
        let entry = |record: Option<Evidence>, finding| Entry { list: Arc::clone(&list.id), record, finding };
        let subjects: Vec<(Option<Subject>, Entry)> = match &list.each {
            Each::Unit => vec![(None, entry(None, None))],
            Each::Record(kinds) => {
                let kinds: Vec<&str> = kinds.iter().map(String::as_str).collect();
                let name = if let [kind] = kinds.as_slice() { *kind } else { "record" };
                match self.stage.records(self.unit(place), &kinds, Window::History) {
                    Ok(records) => records
                        .into_iter()
                        .map(|record| {
                            let subject = Subject::Record(name.to_owned(), Arc::clone(&record));
                            (Some(subject), entry(Some(Evidence { record }), None))
                        })
                        .collect(),
                    Err(missing) => {
                        listing.unknown = Some((missing.zh, missing.en));
                        return Ok(listing);
                    }
                }
            }
            Each::Finding => state
                .findings()
                .enumerate()
                .filter(|(_, finding)| !finding.exempted)
                .map(|(index, finding)| (Some(Subject::Finding(Arc::clone(finding))), entry(None, Some(index))))
                .collect(),
        };
        for (subject, entry) in subjects {
            let ListPlan { id, program, compare, .. } = list;
            let asked = Asked { step, program, about: id, compare: compare.as_ref(), subject };
            match self.decide(self.execute(interpreter, place, asked))? {
                Ok(true) => listing.entries.push(entry),
                Ok(false) => {}
                Err(why) => {
                    listing.unknown.get_or_insert(why);
                }
            }
        }
        listing.on_it = !listing.entries.is_empty();
        Ok(listing)
    }
}

impl UnitState {
    /// All findings so far, in the order of the rules.
    pub(super) fn findings(&self) -> impl Iterator<Item = &Arc<Finding>> {
        self.rules.iter().filter_map(|rule| rule.get()).flat_map(|result| &result.findings)
    }
}
