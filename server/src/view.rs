//! Editions, units and results made ready to be read many times: pages and the API answer from these without reading the store
//! or parsing assessments again.
//!
//! Enters: what the store keeps. Leaves: [`EditionView`], [`UnitTree`] and [`RunView`], which never change once made; and of a run
//! what somebody sees of it in a list ([`Listing`]). Next: [`crate::effect`].

mod listing;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use liuwu_engine::assess::Plan;
use liuwu_engine::bundle::Bundle;
use liuwu_engine::division::short_name;
use liuwu_engine::number::NumberError;
use liuwu_engine::period::Period;

use crate::disclosure::{Disclosure, Reader, Shown};
use crate::filed::Filed;
use crate::scoring::{self, ScoringError};
use crate::store::{Edition, Run, RunId, Store, StoreError, UnitRow};
pub use listing::Listing;
use listing::OfDepartments;

/// Why something stored could not be made ready.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An edition or a result cannot be read.
    #[error(transparent)]
    Scoring(#[from] ScoringError),
    /// Points that cannot be added up.
    #[error("the points of a result cannot be added up: {0}")]
    Points(#[from] NumberError),
}

/// An edition, ready to score and to show.
pub struct EditionView {
    /// The edition as published.
    pub edition: Edition,
    /// Its scripts, compiled.
    pub plan: Arc<Plan>,
    /// What it lets be seen.
    pub disclosure: Disclosure,
}

impl EditionView {
    /// Makes an edition ready.
    ///
    /// # Errors
    /// Every fault of its text, when this program no longer takes it.
    pub fn new(edition: Edition) -> Result<EditionView, ScoringError> {
        let plan = scoring::plan_of(&edition)?;
        let disclosure = Disclosure::of(&plan);
        Ok(EditionView { edition, plan, disclosure })
    }

    /// The standard.
    pub fn bundle(&self) -> &Bundle {
        &self.plan.bundle
    }
}

/// Every edition in a store that this program can use, the newest first.
///
/// # Errors
/// When the store fails.
pub fn usable_editions(store: &dyn Store) -> Result<Vec<EditionView>, StoreError> {
    let mut usable = Vec::new();
    for edition in store.editions()?.into_iter().rev() {
        let name = format!("{}@{}", edition.bundle, edition.edition);
        match EditionView::new(edition) {
            Ok(view) => usable.push(view),
            Err(error) => tracing::warn!(edition = name, cause = %error, "an edition cannot be used any more"),
        }
    }
    Ok(usable)
}

/// All units of one day, and which stands below which.
#[derive(Debug, Default)]
pub struct UnitTree {
    rows: Vec<UnitRow>,
    places: HashMap<String, usize>,
    below: HashMap<String, Vec<usize>>,
}

/// What units are looked for by.
#[derive(Debug, Clone, Copy, Default)]
pub struct Search<'a> {
    /// Part of the name or short name, or the beginning of the code; blank: any.
    pub text: &'a str,
    /// The level.
    pub level: Option<&'a str>,
    /// A unit above.
    pub within: Option<&'a str>,
}

impl UnitTree {
    /// Orders the rows of the list of units, which come by rising id.
    pub fn new(rows: Vec<UnitRow>) -> UnitTree {
        let places = rows.iter().enumerate().map(|(place, row)| (row.id.clone(), place)).collect();
        let mut below: HashMap<String, Vec<usize>> = HashMap::new();
        for (place, row) in rows.iter().enumerate() {
            if let Some(parent) = &row.parent {
                below.entry(parent.clone()).or_default().push(place);
            }
        }
        UnitTree { rows, places, below }
    }

    /// The short name of a unit, with that of the unit above it in brackets: 上岙村(塘下镇). Of a unit nobody knows its id.
    pub fn full_name(&self, id: &str) -> String {
        let Some(row) = self.get(id) else { return id.to_owned() };
        match self.above(id).next() {
            Some(above) => format!("{}({})", short_name(&row.name), short_name(&above.name)),
            None => short_name(&row.name),
        }
    }

    /// All units, by rising id.
    pub fn all(&self) -> &[UnitRow] {
        &self.rows
    }

    /// The unit of an id.
    pub fn get(&self, id: &str) -> Option<&UnitRow> {
        self.places.get(id).and_then(|place| self.rows.get(*place))
    }

    /// The units directly below one, by rising id.
    pub fn below(&self, id: &str) -> impl Iterator<Item = &UnitRow> {
        self.below.get(id).into_iter().flatten().filter_map(|place| self.rows.get(*place))
    }

    /// The units above one, nearest first.
    pub fn above<'a>(&'a self, id: &str) -> impl Iterator<Item = &'a UnitRow> {
        // No path is longer than there are levels; a circle in bad data ends here too.
        std::iter::successors(self.parent(id), |row| self.parent(&row.id)).take(MOST_LEVELS)
    }

    fn parent(&self, id: &str) -> Option<&UnitRow> {
        self.get(id)?.parent.as_deref().and_then(|parent| self.get(parent))
    }

    /// The unit itself or the one above it at a level.
    pub fn at_level<'a>(&'a self, id: &str, level: &str) -> Option<&'a UnitRow> {
        self.get(id).into_iter().chain(self.above(id)).find(|row| row.level == level)
    }

    /// Whether a unit is another one or stands below it.
    pub fn is_within(&self, id: &str, above: &str) -> bool {
        id == above || self.above(id).any(|row| row.id == above)
    }

    /// The units that are looked for, by rising id, those after the given one.
    pub fn search<'a>(&'a self, search: Search<'a>, after: Option<&str>) -> impl Iterator<Item = &'a UnitRow> {
        let from = after.map_or(0, |after| self.rows.partition_point(|row| row.id.as_str() <= after));
        let text = search.text.trim();
        self.rows.iter().skip(from).filter(move |row| {
            search.level.is_none_or(|level| row.level == level)
                && search.within.is_none_or(|above| self.is_within(&row.id, above))
                && (text.is_empty()
                    || row.id.starts_with(text)
                    || row.name.contains(text)
                    || short_name(&row.name).contains(text))
        })
    }
}

/// More levels than any tree of divisions has.
const MOST_LEVELS: usize = 16;

/// The results of a run for one period, as each reader may see them.
pub struct RunView {
    /// The run. Whether it is public can change; ask the store.
    pub run: Run,
    /// The period.
    pub period: Period,
    /// The edition it was scored by.
    pub edition: Arc<EditionView>,
    /// The units known on the day of the run.
    pub units: Arc<UnitTree>,
    /// The place of each result.
    places: Arc<HashMap<String, usize>>,
    results: Vec<Seen>,
    departments: OfDepartments,
}

/// One result as the public and as staff may see it; the same thing where both see the same.
#[derive(Clone)]
struct Seen {
    public: Arc<Shown>,
    staff: Arc<Shown>,
}

impl Seen {
    fn of(filed: &Filed, edition: &EditionView) -> Result<Seen, NumberError> {
        let staff = Arc::new(edition.disclosure.show(filed, Reader::Staff)?);
        let public = edition.disclosure.show(filed, Reader::Public)?;
        let public = if public == *staff { Arc::clone(&staff) } else { Arc::new(public) };
        Ok(Seen { public, staff })
    }

    fn by(&self, reader: Reader) -> &Arc<Shown> {
        match reader {
            Reader::Public => &self.public,
            Reader::Staff => &self.staff,
        }
    }
}

impl RunView {
    /// Reads the results of a run for a period.
    ///
    /// # Errors
    /// When the store fails or a result cannot be read.
    pub fn load(store: &dyn Store, run: Run, period: Period, edition: Arc<EditionView>) -> Result<RunView, ViewError> {
        let mut places = HashMap::new();
        let mut results = Vec::new();
        scoring::each_of(store, run.id, period, &mut |filed| {
            places.insert(filed.unit.clone(), results.len());
            results.push(Seen::of(&filed, &edition)?);
            Ok::<(), ViewError>(())
        })?;
        let units = Arc::new(UnitTree::new(store.units(run.as_of)?));
        let departments = OfDepartments::default();
        Ok(RunView { run, period, edition, units, places: Arc::new(places), results, departments })
    }

    /// The results of a run that shares all but a few with one that is ready: those alone are read. None when they share nothing, or
    /// not the units.
    ///
    /// # Errors
    /// When the store fails or a result cannot be read.
    pub fn from_other(store: &dyn Store, run: &Run, other: &RunView) -> Result<Option<RunView>, ViewError> {
        if run.as_of != other.run.as_of || run.digest != other.edition.edition.digest {
            return Ok(None);
        }
        let apart = match apart(store, run, &other.run) {
            // The other run has been discarded since it was made ready.
            Err(StoreError::NotFound(_)) => None,
            apart => apart?,
        };
        let Some(apart) = apart else { return Ok(None) };
        let mut results = other.results.clone();
        for (_, unit) in apart.into_iter().filter(|(period, _)| *period == other.period) {
            let place = other.places.get(&unit).and_then(|place| results.get_mut(*place));
            let (Some(place), Some(bytes)) = (place, store.assessment(run.id, &unit, other.period)?) else {
                return Ok(None);
            };
            *place = Seen::of(&Filed::from_bytes(&bytes).map_err(ScoringError::from)?, &other.edition)?;
        }
        Ok(Some(RunView {
            run: run.clone(),
            period: other.period,
            edition: Arc::clone(&other.edition),
            units: Arc::clone(&other.units),
            places: Arc::clone(&other.places),
            results,
            departments: OfDepartments::default(),
        }))
    }

    /// All results, by rising unit; roll-ups among them.
    pub fn all(&self, reader: Reader) -> impl Iterator<Item = &Shown> {
        self.results.iter().map(move |seen| seen.by(reader).as_ref())
    }

    /// The results of one level, by rising unit: `village`, `town`, `all`.
    pub fn of_level<'a>(&'a self, level: &'a str, reader: Reader) -> impl Iterator<Item = &'a Shown> {
        self.all(reader).filter(move |shown| shown.level == level)
    }

    /// The result of one unit.
    pub fn of(&self, unit: &str, reader: Reader) -> Option<&Shown> {
        self.seen(unit).map(|seen| seen.by(reader).as_ref())
    }

    /// The same, to be kept.
    pub fn shared(&self, unit: &str, reader: Reader) -> Option<Arc<Shown>> {
        self.seen(unit).map(|seen| Arc::clone(seen.by(reader)))
    }

    fn seen(&self, unit: &str) -> Option<&Seen> {
        self.places.get(unit).and_then(|place| self.results.get(*place))
    }

    /// The division that a result is about: of a roll-up `town:A` the town A.
    pub fn division_of(&self, shown: &Shown) -> Option<&UnitRow> {
        let prefix = format!("{}:", shown.level);
        self.units.get(&shown.unit).or_else(|| self.units.get(shown.unit.strip_prefix(&prefix)?))
    }
}

/// The results in which two runs may differ: what each replaces, down to the run that both rest on; none when there is no such run.
fn apart(store: &dyn Store, one: &Run, other: &Run) -> Result<Option<BTreeSet<(Period, String)>>, StoreError> {
    let lineage = |run: &Run| -> Result<Vec<RunId>, StoreError> {
        let mut lineage = vec![run.id];
        let mut next = run.base;
        while let Some(base) = next {
            lineage.push(base);
            next = store.run(base)?.base;
        }
        Ok(lineage)
    };
    let (one, other) = (lineage(one)?, lineage(other)?);
    let Some(shared) = one.iter().find(|run| other.contains(run)).copied() else { return Ok(None) };
    let mut apart = BTreeSet::new();
    for lineage in [one, other] {
        for run in lineage.into_iter().take_while(|run| *run != shared) {
            apart.extend(store.replaced(run)?);
        }
    }
    Ok(Some(apart))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, level: &str, name: &str, parent: Option<&str>) -> UnitRow {
        UnitRow { id: id.into(), level: level.into(), name: name.into(), parent: parent.map(str::to_owned) }
    }

    fn tree() -> UnitTree {
        UnitTree::new(vec![
            row("1", "county", "甲市", None),
            row("101", "town", "乙镇", Some("1")),
            row("10101", "village", "上岙村民委员会", Some("101")),
            row("10102", "village", "下岙村民委员会", Some("101")),
            row("102", "town", "丙镇", Some("1")),
        ])
    }

    #[test]
    fn a_unit_is_found_by_name_short_name_and_code() {
        let tree = tree();
        let found = |text: &str| -> Vec<String> {
            let search = Search { text, level: Some("village"), ..Search::default() };
            tree.search(search, None).map(|row| row.id.clone()).collect()
        };
        assert_eq!(found("上岙村"), ["10101"]);
        assert_eq!(found("村民委员会"), ["10101", "10102"]);
        assert_eq!(found("10102"), ["10102"]);
        assert_eq!(found(" "), ["10101", "10102"]);
        assert!(found("丙").is_empty());
    }

    #[test]
    fn a_unit_is_within_all_that_stand_above_it() {
        let tree = tree();
        assert!(tree.is_within("10101", "1"));
        assert!(!tree.is_within("10101", "102"));
        assert_eq!(tree.at_level("10101", "town").map(|row| row.id.as_str()), Some("101"));
        assert_eq!(tree.below("1").count(), 2);
    }

    #[test]
    fn a_circle_in_bad_data_comes_to_an_end() {
        let tree = UnitTree::new(vec![row("a", "town", "甲", Some("b")), row("b", "town", "乙", Some("a"))]);
        assert!(!tree.is_within("a", "c"));
    }
}
