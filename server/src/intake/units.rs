//! Which unit a row belongs to: by code, by name and town, or by a name that only one unit has.
//!
//! Enters: all units once, then what a row says. Leaves: the id of the unit, or why there is none, with proposals. A name is
//! never stretched to fit: what is not sure becomes a proposal. Next: [`super::header`].

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use liuwu_engine::dictionary::read::characters::comparable;
use liuwu_engine::division::{DivisionTree, Level, short_name};

use crate::store::UnitRow;

/// Levels of units that lie in each other at most.
const MOST_LEVELS: usize = 16;
/// Most proposals for a name that was not found.
const PROPOSALS: usize = 3;
/// Below this likeness (0 to 1) a name is no proposal.
const ALIKE: f64 = 0.5;
/// Endings that say what a place is; a name without any may stand for one with.
const ENDINGS: [&str; 9] = ["社区", "街道", "嘎查", "村", "镇", "乡", "县", "市", "区"];

/// A unit that data may be about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Its id; of a division its code.
    pub id: Arc<str>,
    /// Key of its level, such as `village`.
    pub level: Arc<str>,
    /// Its name.
    pub name: String,
    /// Id of the unit it lies in.
    pub parent: Option<Arc<str>>,
}

/// A unit with its name in the forms in which it is looked up.
#[derive(Debug)]
struct Entry {
    unit: Unit,
    short: String,
    key: String,
    stem: String,
}

/// All units, ready to be found.
#[derive(Debug, Default)]
pub struct UnitIndex {
    entries: Vec<Entry>,
    by_id: HashMap<Arc<str>, usize>,
    /// Short names, and short names with that of the unit above before them.
    by_name: HashMap<String, Vec<usize>>,
    by_stem: HashMap<String, Vec<usize>>,
    aliases: HashMap<String, usize>,
    /// Those that rows may be about, when not all are.
    home: Option<HashSet<usize>>,
}

/// What a row says about its unit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Written {
    /// The code, if there is one.
    pub code: Option<String>,
    /// The name of the unit itself, if there is one.
    pub name: Option<String>,
    /// Names of units it lies in: level and name.
    pub above: Vec<(String, String)>,
}

/// Why no unit was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotFound {
    /// The row says nothing.
    Blank,
    /// No unit has this code or name.
    Unknown(Vec<Proposal>),
    /// Several have it.
    Several(Vec<Proposal>),
    /// The code is that of a unit with another name.
    Contradiction {
        /// The unit of the code.
        actual: String,
    },
    /// The code is that of a unit of another level.
    WrongLevel {
        /// The unit of the code.
        name: String,
        /// Its level.
        actual: Arc<str>,
    },
}

/// A unit that may have been meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Its id.
    pub id: Arc<str>,
    /// Its short name, with that of the unit above it.
    pub name: String,
}

impl Written {
    /// Under this name an alias is remembered: what the row says of the units above and of the unit itself.
    pub fn alias(&self) -> String {
        let names = self.above.iter().map(|(_, name)| name).chain(&self.name).chain(&self.code);
        names.map(|name| comparable(&short_name(name))).collect::<Vec<_>>().join("/")
    }

    /// The name as a message repeats it.
    pub fn shown(&self) -> String {
        let above = self.above.iter().map(|(_, name)| name.as_str());
        let own = self.name.as_deref().or(self.code.as_deref());
        above.chain(own).collect::<Vec<_>>().join(" ")
    }
}

impl UnitIndex {
    /// Takes all units; a parent may stand behind its children.
    pub fn new(units: impl IntoIterator<Item = Unit>) -> UnitIndex {
        let mut index = UnitIndex::default();
        for unit in units {
            let short = short_name(unit.name.trim());
            let key = comparable(&short);
            let stem = stem_of(&key).to_owned();
            index.by_id.insert(Arc::clone(&unit.id), index.entries.len());
            index.entries.push(Entry { unit, short, key, stem });
        }
        for (place, entry) in index.entries.iter().enumerate() {
            let above =
                entry.unit.parent.as_ref().and_then(|id| index.by_id.get(id)).and_then(|at| index.entries.get(*at));
            index.by_name.entry(entry.key.clone()).or_default().push(place);
            index.by_stem.entry(entry.stem.clone()).or_default().push(place);
            if let Some(above) = above {
                index.by_name.entry(format!("{}{}", above.key, entry.key)).or_default().push(place);
            }
        }
        index
    }

    /// The units as the store lists them.
    pub fn of_rows<'r>(rows: impl IntoIterator<Item = &'r UnitRow>) -> UnitIndex {
        UnitIndex::new(rows.into_iter().map(|row| Unit {
            id: Arc::from(row.id.as_str()),
            level: Arc::from(row.level.as_str()),
            name: row.name.clone(),
            parent: row.parent.as_deref().map(Arc::from),
        }))
    }

    /// The units of a tree of divisions.
    pub fn of_divisions(tree: &DivisionTree) -> UnitIndex {
        UnitIndex::new(tree.iter().map(|division| Unit {
            id: Arc::from(division.code()),
            level: Arc::from(division.level().key()),
            name: division.name().to_owned(),
            parent: division.parent().map(Arc::from),
        }))
    }

    /// Remembers names that a person once chose a unit for, in the form of [`Written::alias`].
    #[must_use]
    pub fn with_aliases(mut self, aliases: impl IntoIterator<Item = (String, String)>) -> UnitIndex {
        for (alias, id) in aliases {
            if let Some(place) = self.by_id.get(id.as_str()) {
                self.aliases.insert(alias, *place);
            }
        }
        self
    }

    /// Rows may be about these units alone: a name that several have means the one among them, and what is proposed from among them
    /// comes first.
    #[must_use]
    pub fn at_home(mut self, is_home: &dyn Fn(&str) -> bool) -> UnitIndex {
        let home = (0..).zip(&self.entries).filter(|(_, entry)| is_home(&entry.unit.id)).map(|(place, _)| place);
        let home: HashSet<usize> = home.collect();
        self.home = (home.len() < self.entries.len()).then_some(home);
        self
    }

    fn is_at_home(&self, entry: &Entry) -> bool {
        let place = || self.by_id.get(&entry.unit.id);
        self.home.as_ref().is_none_or(|home| place().is_some_and(|place| home.contains(place)))
    }

    /// The unit with this id.
    pub fn get(&self, id: &str) -> Option<&Unit> {
        self.by_id.get(id).and_then(|place| self.entries.get(*place)).map(|entry| &entry.unit)
    }

    /// Whether a unit is one of these or lies in one of them.
    pub fn is_within(&self, id: &str, areas: &[String]) -> bool {
        let mut next = self.get(id);
        // No tree is deeper; a circle of parents ends here, too.
        for _ in 0..MOST_LEVELS {
            let Some(unit) = next else { return false };
            if areas.iter().any(|area| **area == *unit.id) {
                return true;
            }
            next = unit.parent.as_deref().and_then(|parent| self.get(parent));
        }
        false
    }

    /// The only unit of a level, if there is just one.
    pub fn only_one(&self, level: &str) -> Option<&Unit> {
        let mut of_level = self.entries.iter().filter(|entry| *entry.unit.level == *level);
        let first = of_level.next()?;
        of_level.next().is_none().then_some(&first.unit)
    }

    /// Names under which the units of a level are found without a doubt, in the order of their ids: the short name; with that of
    /// the unit above before it where they lie in several or it is doubtful; the id where even that would be doubtful.
    pub fn labels(&self, level: &str, covers: &dyn Fn(&str) -> bool) -> Vec<String> {
        let mut wanted: Vec<&Entry> =
            self.entries.iter().filter(|entry| *entry.unit.level == *level && covers(&entry.unit.id)).collect();
        wanted.sort_by(|one, other| one.unit.id.cmp(&other.unit.id));
        let above: HashSet<Option<&Arc<str>>> = wanted.iter().map(|entry| entry.unit.parent.as_ref()).collect();
        let label = |entry: &&Entry| {
            let alone = (above.len() <= 1).then(|| entry.short.clone());
            let with_town = self.above(entry).map(|above| format!("{}{}", above.short, entry.short));
            let is_found = |label: &String| {
                let written = Written { name: Some(label.clone()), ..Written::default() };
                self.find(Some(level), &written).is_ok_and(|unit| unit.id == entry.unit.id)
            };
            alone.into_iter().chain(with_town).find(is_found).unwrap_or_else(|| entry.unit.id.to_string())
        };
        wanted.iter().map(label).collect()
    }

    /// The short name of a unit, with that of the unit above it in brackets: 上岙村(塘下镇).
    pub fn full_name(&self, id: &str) -> String {
        self.by_id.get(id).and_then(|place| self.entries.get(*place)).map_or(String::new(), |entry| self.name_of(entry))
    }

    /// Finds the unit of a row. Without a level, any unit of that code or name.
    ///
    /// # Errors
    /// Why it was not found, with proposals.
    pub fn find(&self, level: Option<&str>, written: &Written) -> Result<&Unit, NotFound> {
        if let Some(entry) = self.aliases.get(&written.alias()).and_then(|place| self.entries.get(*place)) {
            return Ok(&entry.unit);
        }
        match (&written.code, &written.name) {
            (Some(code), _) => self.by_code(level, code, written),
            // One column for both: a code where a name may stand.
            (None, Some(id)) if self.by_id.contains_key(id.trim()) => {
                let bare = Written { code: Some(id.trim().to_owned()), name: None, above: written.above.clone() };
                self.by_code(level, id.trim(), &bare)
            }
            (None, Some(name)) => self.by_written_name(level, name, written),
            (None, None) => Err(NotFound::Blank),
        }
    }

    fn by_code(&self, level: Option<&str>, code: &str, written: &Written) -> Result<&Unit, NotFound> {
        let Some(entry) = self.by_id.get(code).and_then(|place| self.entries.get(*place)) else {
            let meant = written.name.as_ref().map_or(Vec::new(), |name| self.proposals(level, name, written));
            return Err(NotFound::Unknown(meant));
        };
        if level.is_some_and(|level| *entry.unit.level != *level) {
            let name = entry.short.clone();
            return Err(NotFound::WrongLevel { name, actual: Arc::clone(&entry.unit.level) });
        }
        match &written.name {
            Some(name) if !self.is_called(entry, name) => Err(NotFound::Contradiction { actual: self.name_of(entry) }),
            _ => Ok(&entry.unit),
        }
    }

    fn by_written_name(&self, level: Option<&str>, name: &str, written: &Written) -> Result<&Unit, NotFound> {
        let key = comparable(&short_name(name.trim()));
        let mut found = self.fitting(&self.by_name, level, &key, written);
        // 上岙 alone means 上岙村, but 上岙社区 does not.
        if found.is_empty() && stem_of(&key) == key {
            found = self.fitting(&self.by_stem, level, &key, written);
        }
        if found.len() > 1 && found.iter().any(|entry| self.is_at_home(entry)) {
            found.retain(|entry| self.is_at_home(entry));
        }
        match found.as_slice() {
            [only] => Ok(&only.unit),
            [] => Err(NotFound::Unknown(self.proposals(level, name, written))),
            several => Err(NotFound::Several(several.iter().map(|entry| self.proposal(entry)).collect())),
        }
    }

    fn fitting<'s>(
        &'s self,
        names: &'s HashMap<String, Vec<usize>>,
        level: Option<&str>,
        key: &str,
        written: &Written,
    ) -> Vec<&'s Entry> {
        let places = names.get(key).into_iter().flatten();
        places
            .filter_map(|place| self.entries.get(*place))
            .filter(|entry| level.is_none_or(|level| *entry.unit.level == *level))
            .filter(|entry| written.above.iter().all(|(level, name)| self.lies_in(entry, level, name)))
            .collect()
    }

    /// Whether an entry lies in a unit of this level and name. A unit of that very level is asked for its own name.
    fn lies_in(&self, entry: &Entry, level: &str, name: &str) -> bool {
        let mut at = Some(entry);
        // No tree is deeper; a circle of parents ends here.
        for _ in 0..Level::ALL.len() {
            match at {
                Some(entry) if *entry.unit.level == *level => return self.is_called(entry, name),
                Some(entry) => at = self.above(entry),
                None => return false,
            }
        }
        false
    }

    fn above(&self, entry: &Entry) -> Option<&Entry> {
        entry.unit.parent.as_ref().and_then(|id| self.by_id.get(id)).and_then(|place| self.entries.get(*place))
    }

    fn is_called(&self, entry: &Entry, name: &str) -> bool {
        let key = comparable(&short_name(name.trim()));
        key == entry.key
            || key == entry.stem
            || self.above(entry).is_some_and(|above| key.strip_prefix(above.key.as_str()) == Some(entry.key.as_str()))
    }

    /// The units whose names are most alike, those in the right town first.
    fn proposals(&self, level: Option<&str>, name: &str, written: &Written) -> Vec<Proposal> {
        let key = comparable(&short_name(name.trim()));
        let stem = stem_of(&key);
        let mut alike: Vec<(f64, &Entry)> = Vec::new();
        for entry in self.entries.iter().filter(|entry| level.is_none_or(|level| *entry.unit.level == *level)) {
            let likeness = strsim::normalized_damerau_levenshtein(stem, &entry.stem);
            if likeness >= ALIKE {
                let said = written.above.iter().all(|(level, name)| self.lies_in(entry, level, name));
                let here = said && self.is_at_home(entry);
                alike.push((likeness + if here { 0.3 } else { 0.0 }, entry));
            }
        }
        alike.sort_by(|(a, first), (b, second)| b.total_cmp(a).then_with(|| first.unit.id.cmp(&second.unit.id)));
        alike.into_iter().take(PROPOSALS).map(|(_, entry)| self.proposal(entry)).collect()
    }

    fn proposal(&self, entry: &Entry) -> Proposal {
        Proposal { id: Arc::clone(&entry.unit.id), name: self.name_of(entry) }
    }

    fn name_of(&self, entry: &Entry) -> String {
        match self.above(entry) {
            Some(above) => format!("{}({})", entry.short, above.short),
            None => entry.short.clone(),
        }
    }
}

/// A name without the ending that says what the place is; a name that is nothing else stays.
fn stem_of(key: &str) -> &str {
    let stem = ENDINGS.iter().find_map(|ending| key.strip_suffix(ending));
    stem.filter(|stem| !stem.is_empty()).unwrap_or(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(id: &str, level: &str, name: &str, parent: Option<&str>) -> Unit {
        Unit { id: id.into(), level: level.into(), name: name.into(), parent: parent.map(Arc::from) }
    }

    fn index() -> UnitIndex {
        UnitIndex::new([
            unit("C", "county", "某市", None),
            unit("T1", "town", "塘下镇", Some("C")),
            unit("T2", "town", "马屿镇", Some("C")),
            unit("V1", "village", "上岙村民委员会", Some("T1")),
            unit("V2", "village", "上岙村", Some("T2")),
            unit("V3", "village", "新埭社区居民委员会", Some("T1")),
            unit("V4", "village", "前垟村", Some("T1")),
            unit("V5", "village", "前垟社区", Some("T1")),
        ])
    }

    fn named(town: &str, village: &str) -> Written {
        let above = if town.is_empty() { vec![] } else { vec![("town".to_owned(), town.to_owned())] };
        Written { code: None, name: Some(village.into()), above }
    }

    fn find(written: &Written) -> Result<String, NotFound> {
        index().find(Some("village"), written).map(|unit| unit.id.to_string())
    }

    fn names(proposals: &[Proposal]) -> Vec<&str> {
        proposals.iter().map(|proposal| proposal.name.as_str()).collect()
    }

    #[test]
    fn a_village_is_found_with_or_without_its_committee_and_its_town() {
        for (town, village, id) in [
            ("塘下镇", "上岙村", "V1"),
            ("塘下", "上岙村委会", "V1"),
            ("塘下镇人民政府", "上岙村", ""),
            ("马屿镇", "上岙", "V2"),
            ("", "新埭社区", "V3"),
            ("", "新埭社区居委会", "V3"),
            ("", "新埭", "V3"),
            ("", "塘下镇上岙村", "V1"),
            ("", " 前垟 村 ", "V4"),
        ] {
            assert_eq!(find(&named(town, village)).unwrap_or_default(), id, "{town} {village}");
        }
    }

    #[test]
    fn a_name_that_several_have_is_not_guessed() {
        let Err(NotFound::Several(proposals)) = find(&named("", "上岙村")) else { panic!("was guessed") };
        assert_eq!(names(&proposals), ["上岙村(塘下镇)", "上岙村(马屿镇)"]);
        let Err(NotFound::Several(proposals)) = find(&named("塘下镇", "前垟")) else { panic!("was guessed") };
        assert_eq!(names(&proposals), ["前垟村(塘下镇)", "前垟社区(塘下镇)"]);
    }

    #[test]
    fn a_name_that_several_have_means_the_one_for_which_data_may_be_handed_in() {
        let index = index().at_home(&|id| matches!(id, "T2" | "V2"));
        assert_eq!(*index.find(Some("village"), &named("", "上岙村")).unwrap().id, *"V2");
        assert_eq!(*index.find(Some("village"), &named("塘下镇", "上岙村")).unwrap().id, *"V1", "what is said stands");
        let Err(NotFound::Unknown(proposals)) = index.find(Some("village"), &named("", "上岱村")) else {
            panic!("was guessed")
        };
        assert_eq!(names(&proposals), ["上岙村(马屿镇)", "上岙村(塘下镇)"], "one's own comes first");
    }

    #[test]
    fn a_name_not_found_gets_at_most_three_proposals_from_its_town_first() {
        let Err(NotFound::Unknown(proposals)) = find(&named("马屿镇", "上岱村")) else { panic!("was guessed") };
        assert_eq!(names(&proposals), ["上岙村(马屿镇)", "上岙村(塘下镇)"]);
        let Err(NotFound::Unknown(proposals)) = find(&named("", "新埭村")) else {
            panic!("a community is no village")
        };
        assert_eq!(names(&proposals), ["新埭社区(塘下镇)"]);
    }

    #[test]
    fn a_code_and_a_name_that_contradict_each_other_are_refused() {
        let both = |code: &str, name: &str| Written { code: Some(code.into()), ..named("", name) };
        assert_eq!(find(&both("V1", "上岙村委会")), Ok("V1".into()));
        assert_eq!(find(&both("V1", "前垟村")), Err(NotFound::Contradiction { actual: "上岙村(塘下镇)".into() }));
        let town = Written { code: Some("T1".into()), ..Written::default() };
        assert_eq!(find(&town), Err(NotFound::WrongLevel { name: "塘下镇".into(), actual: "town".into() }));
    }

    #[test]
    fn every_unit_is_found_under_its_label() {
        let index = index();
        let all = index.labels("village", &|_| true);
        assert_eq!(all, ["塘下镇上岙村", "马屿镇上岙村", "塘下镇新埭社区", "塘下镇前垟村", "塘下镇前垟社区"]);
        // In one town the name alone would do, but another town has a village of that name.
        let own = index.labels("village", &|id| matches!(id, "V1" | "V3"));
        assert_eq!(own, ["塘下镇上岙村", "新埭社区"]);
    }

    #[test]
    fn a_name_once_chosen_is_remembered() {
        let written = named("塘下镇", "老上岙");
        let index = index().with_aliases([(written.alias(), "V1".to_owned())]);
        assert_eq!(*index.find(Some("village"), &written).unwrap().id, *"V1");
    }
}
