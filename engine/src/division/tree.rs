//! The tree of divisions: rows enter, a [`DivisionTree`] leaves, or all faults of the rows, each with its line. Finding a
//! division by code or name, what lies in it and around it, and its name with its town, is asked here.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::iter;

use super::{DivisionError, DivisionId, Level, short_name};

/// A row as it was handed in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RawDivision {
    /// The code, or the id of a grid.
    pub code: String,
    /// The name.
    pub name: String,
    /// The level by its key or its Chinese word, if the row has one; it must be that of the code.
    pub level: Option<String>,
    /// The code of the division above, if the row has one; otherwise the code itself says it.
    pub parent: Option<String>,
    /// Where the row stands, for faults.
    pub line: u32,
}

/// A fault of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DivisionFault {
    /// Where the row stands.
    pub line: u32,
    /// The code in the row, as written.
    pub code: String,
    /// What is wrong.
    pub problem: DivisionProblem,
}

impl fmt::Display for DivisionFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}: {}", self.line, self.problem)
    }
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DivisionProblem {
    /// The code is none.
    #[error(transparent)]
    Code(#[from] DivisionError),
    /// The name is blank.
    #[error("the division has no name; write its official name")]
    NoName,
    /// The level is none.
    #[error("`{given}` is not a level; write province, city, county, town, village, grid or micro_grid")]
    UnknownLevel {
        /// The level, as written.
        given: String,
    },
    /// The level is not that of the code.
    #[error("the level is given as {given}, but the code is that of a {actual}; correct one of them", given = .given.key(), actual = .actual.key())]
    WrongLevel {
        /// The level in the row.
        given: Level,
        /// The level of the code.
        actual: Level,
    },
    /// The code stands in an earlier row.
    #[error("the code stands in line {first_line} already; remove one of the rows or correct its code")]
    Duplicate {
        /// The earlier row.
        first_line: u32,
    },
    /// No row has the code of the division above.
    #[error("there is no division `{parent}` for it to lie in; add its row, or correct the code")]
    UnknownParent {
        /// The code of the division above.
        parent: String,
    },
    /// By its code it lies in another division.
    #[error("it cannot lie in `{given}`: by its code it lies in `{expected}`")]
    WrongParent {
        /// The division above in the row.
        given: String,
        /// The division above by the code.
        expected: String,
    },
}

/// A division with its place in the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Division {
    id: DivisionId,
    code: String,
    name: String,
    parent: Option<String>,
}

impl Division {
    /// Its checked id.
    #[must_use]
    pub fn id(&self) -> DivisionId {
        self.id
    }

    /// The text of its id: the key of the tree.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Its official name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its name without its committee; see [`short_name`].
    #[must_use]
    pub fn short_name(&self) -> String {
        short_name(&self.name)
    }

    /// Its level.
    #[must_use]
    pub fn level(&self) -> Level {
        self.id.level()
    }

    /// The code of the division above; none for a root.
    #[must_use]
    pub fn parent(&self) -> Option<&str> {
        self.parent.as_deref()
    }
}

/// All divisions of an installation, in the order of their codes.
// Invariant: each parent is in the tree, and lies above by code; keys are the texts of the ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DivisionTree {
    divisions: BTreeMap<String, Division>,
    children: BTreeMap<String, Vec<String>>,
    /// Short names, and short names with their town, to codes.
    names: HashMap<String, Vec<String>>,
}

/// Building.
impl DivisionTree {
    /// Checks the rows and puts them together; their order does not matter. A row without a parent lies in what its code
    /// says; where no row lies above it, it is a root.
    ///
    /// # Errors
    /// All faults of all rows, in the order of the rows.
    pub fn build(rows: Vec<RawDivision>) -> Result<Self, Vec<DivisionFault>> {
        let ids: Vec<_> = rows.iter().map(|row| DivisionId::parse(row.code.trim())).collect();
        let mut first_lines = HashMap::new();
        for (row, id) in rows.iter().zip(&ids) {
            if let Ok(id) = id {
                first_lines.entry(*id).or_insert(row.line);
            }
        }
        let mut faults = Vec::new();
        let mut divisions = BTreeMap::new();
        for (row, id) in rows.into_iter().zip(ids) {
            let mut problems = Vec::new();
            let division = check(&row, id, &first_lines, &mut problems);
            match division {
                Some(division) if divisions.contains_key(&division.code) => {
                    let first_line = first_lines.get(&division.id).copied().unwrap_or_default();
                    problems.push(DivisionProblem::Duplicate { first_line });
                }
                Some(division) => {
                    divisions.insert(division.code.clone(), division);
                }
                None => {}
            }
            let RawDivision { code, line, .. } = row;
            faults.extend(problems.into_iter().map(|problem| DivisionFault { line, code: code.clone(), problem }));
        }
        if faults.is_empty() { Ok(Self::connect(divisions)) } else { Err(faults) }
    }

    fn connect(divisions: BTreeMap<String, Division>) -> Self {
        let mut tree = Self { divisions, ..Self::default() };
        let mut children: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut names: HashMap<String, Vec<String>> = HashMap::new();
        for division in tree.divisions.values() {
            if let Some(parent) = &division.parent {
                children.entry(parent.clone()).or_default().push(division.code.clone());
            }
            let short = division.short_name();
            let full = tree.full_name_of(division);
            if full != short {
                names.entry(full).or_default().push(division.code.clone());
            }
            names.entry(short).or_default().push(division.code.clone());
        }
        tree.children = children;
        tree.names = names;
        tree
    }
}

/// The division of a row, as far as it has an id; every problem but that of a repeated code.
fn check(
    row: &RawDivision,
    id: Result<DivisionId, DivisionError>,
    known: &HashMap<DivisionId, u32>,
    problems: &mut Vec<DivisionProblem>,
) -> Option<Division> {
    if row.name.trim().is_empty() {
        problems.push(DivisionProblem::NoName);
    }
    let id = id.map_err(|error| problems.push(error.into())).ok()?;
    if let Some(given) = filled(row.level.as_deref()) {
        problems.extend(check_level(given, id.level()).err());
    }
    let parent = find_parent(filled(row.parent.as_deref()), id, known).unwrap_or_else(|problem| {
        problems.push(problem);
        None
    });
    Some(Division {
        id,
        code: id.to_string(),
        name: row.name.trim().to_owned(),
        parent: parent.map(|parent| parent.to_string()),
    })
}

fn filled(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

fn check_level(given: &str, actual: Level) -> Result<(), DivisionProblem> {
    let level = Level::ALL.into_iter().find(|level| level.key() == given || level.zh() == given);
    match level {
        None => Err(DivisionProblem::UnknownLevel { given: given.to_owned() }),
        Some(level) if level != actual => Err(DivisionProblem::WrongLevel { given: level, actual }),
        Some(_) => Ok(()),
    }
}

/// The division above. A level may be left out of the rows, but then the row must name what it lies in instead.
fn find_parent(
    given: Option<&str>,
    id: DivisionId,
    known: &HashMap<DivisionId, u32>,
) -> Result<Option<DivisionId>, DivisionProblem> {
    let direct = id.parent();
    let nearest = iter::successors(direct, |above| above.parent()).find(|above| known.contains_key(above));
    let unknown = |parent: String| Err(DivisionProblem::UnknownParent { parent });
    match (given, nearest) {
        (None, _) if nearest.is_none() || nearest == direct => Ok(nearest),
        (None, _) => unknown(direct.map(|direct| direct.to_string()).unwrap_or_default()),
        (Some(given), _) => match DivisionId::parse(given) {
            Ok(parent) if Some(parent) == nearest => Ok(nearest),
            Ok(parent) if known.contains_key(&parent) || !id.is_within(parent) => match nearest.or(direct) {
                Some(expected) => {
                    Err(DivisionProblem::WrongParent { given: given.to_owned(), expected: expected.to_string() })
                }
                None => unknown(given.to_owned()),
            },
            _ => unknown(given.to_owned()),
        },
    }
}

/// Asking. Codes are the texts of ids; what is not in the tree has no parts, no ancestors and no name.
impl DivisionTree {
    /// The division with this code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Division> {
        self.divisions.get(code)
    }

    /// How many divisions there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.divisions.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.divisions.is_empty()
    }

    /// All, in the order of codes: what lies in a division follows it.
    pub fn iter(&self) -> impl Iterator<Item = &Division> {
        self.divisions.values()
    }

    /// Those that nothing lies above, in the order of codes.
    pub fn roots(&self) -> impl Iterator<Item = &Division> {
        self.iter().filter(|division| division.parent.is_none())
    }

    /// Those of a level, in the order of codes.
    pub fn of_level(&self, level: Level) -> impl Iterator<Item = &Division> {
        self.iter().filter(move |division| division.level() == level)
    }

    /// Those right below, in the order of codes.
    pub fn children(&self, code: &str) -> impl Iterator<Item = &Division> {
        self.children.get(code).into_iter().flatten().filter_map(|child| self.get(child))
    }

    /// All below, however deep, in the order of codes.
    pub fn descendants(&self, code: &str) -> impl Iterator<Item = &Division> {
        let top = self.get(code);
        let after = top.into_iter().flat_map(|top| self.divisions.range(top.code.clone()..).skip(1));
        after
            .map(|(_, division)| division)
            .take_while(move |division| top.is_some_and(|top| division.id.is_within(top.id)))
    }

    /// Those above, the nearest first.
    pub fn ancestors(&self, code: &str) -> impl Iterator<Item = &Division> {
        let above = |division: &Division| division.parent().and_then(|parent| self.get(parent));
        iter::successors(self.get(code).and_then(above), move |division| above(division))
    }

    /// The division of this level in which it lies, or which it is: the town of a village.
    #[must_use]
    pub fn enclosing(&self, code: &str, level: Level) -> Option<&Division> {
        self.get(code).into_iter().chain(self.ancestors(code)).find(|division| division.level() == level)
    }

    /// The short name with that of its town before it, and of a grid with that of its village: 塘下镇上岙村.
    /// Above towns it is the short name alone.
    #[must_use]
    pub fn full_name(&self, code: &str) -> Option<String> {
        self.get(code).map(|division| self.full_name_of(division))
    }

    fn full_name_of(&self, division: &Division) -> String {
        let above = self.ancestors(&division.code).take_while(|above| above.level() >= Level::Town);
        let mut names: Vec<_> = iter::once(division).chain(above).map(Division::short_name).collect();
        names.reverse();
        names.concat()
    }

    /// Those of this name, in the order of codes: the official name if any has it, else the short name, with or without
    /// the town. Names repeat between towns, so there may be several.
    #[must_use]
    pub fn find(&self, name: &str) -> Vec<&Division> {
        let codes = self.names.get(&short_name(name.trim()));
        let alike: Vec<_> = codes.into_iter().flatten().filter_map(|code| self.get(code)).collect();
        let exact: Vec<_> = alike.iter().copied().filter(|division| division.name == name.trim()).collect();
        if exact.is_empty() { alike } else { exact }
    }
}
