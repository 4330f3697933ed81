//! The results of a run as they stand in a list of somebody's.
//!
//! Enters: a [`RunView`] and an [`Outlook`]. Leaves: a [`Listing`], from which no result can be read through another lens than the
//! one that is meant for it. Next: [`crate::duties`].

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::{RunView, ViewError};
use crate::disclosure::{Lens, Outlook, Shown};
use crate::scoring;
use crate::store::Store;

/// Results through the lens of one department, each at its place.
type Through = Arc<Vec<Arc<Shown>>>;

/// The results of a run through the lenses of departments, made when the department asks for the first time.
#[derive(Default)]
pub(super) struct OfDepartments(Mutex<HashMap<Arc<str>, Through>>);

/// The results of a run as they stand in a list of somebody's.
pub struct Listing {
    /// The run.
    pub view: Arc<RunView>,
    /// How it is looked at.
    pub outlook: Outlook,
    department: Option<Through>,
}

impl Listing {
    /// Makes it. It blocks, for long when a department asks for the first time.
    ///
    /// # Errors
    /// When the store fails or a result cannot be read.
    pub fn new(store: &dyn Store, view: Arc<RunView>, outlook: Outlook) -> Result<Listing, ViewError> {
        let department = match outlook.closest() {
            Lens::Department(name) => Some(view.through_department(store, name)?),
            Lens::Public | Lens::Staff | Lens::Village => None,
        };
        Ok(Listing { view, outlook, department })
    }

    /// All results that stand in it, by rising unit.
    pub fn all(&self) -> impl Iterator<Item = &Shown> {
        (0..self.view.results.len()).filter_map(|place| self.at(place))
    }

    /// The results of one level that stand in it, by rising unit.
    pub fn of_level<'a>(&'a self, level: &'a str) -> impl Iterator<Item = &'a Shown> {
        self.all().filter(move |shown| shown.level == level)
    }

    /// Whether the result of a unit stands in it, if there is one.
    #[must_use]
    pub fn holds(&self, unit: &str) -> bool {
        self.lens_of(unit).is_some()
    }

    fn lens_of(&self, division: &str) -> Option<&Lens> {
        self.outlook.lens(|area| self.view.units.is_within(division, area))
    }

    fn at(&self, place: usize) -> Option<&Shown> {
        let seen = self.view.results.get(place)?;
        let division = self.view.division_of(&seen.public).map(|row| row.id.as_str());
        match self.lens_of(division.unwrap_or_default())? {
            Lens::Staff => Some(&seen.staff),
            Lens::Department(_) => self.department.as_ref()?.get(place).map(AsRef::as_ref),
            // In lists a village sees what anybody sees.
            Lens::Public | Lens::Village => Some(&seen.public),
        }
    }
}

impl RunView {
    /// All results through the lens of a department; the same thing in memory where it sees what the public sees.
    fn through_department(&self, store: &dyn Store, name: &Arc<str>) -> Result<Through, ViewError> {
        let mut known = self.departments.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(through) = known.get(name) {
            return Ok(Arc::clone(through));
        }
        let lens = Lens::Department(Arc::clone(name));
        let mut through: Vec<Arc<Shown>> = self.results.iter().map(|seen| Arc::clone(&seen.public)).collect();
        scoring::each_of(store, self.run.id, self.period, &mut |filed| {
            let place = self.places.get(&filed.unit).and_then(|place| through.get_mut(*place));
            if let Some(public) = place {
                let shown = self.edition.disclosure.show(&filed, lens.clone())?;
                if shown != **public {
                    *public = Arc::new(shown);
                }
            }
            Ok::<(), ViewError>(())
        })?;
        let through = Arc::new(through);
        known.insert(Arc::clone(name), Arc::clone(&through));
        Ok(through)
    }
}
