//! The cases of a bundle: facts, and what they must lead to. A bundle is proved by them before it counts.
//!
//! Enters: a [`Plan`]. Leaves: for each case a [`Proof`], with every expectation that was not met and the arithmetic that shows
//! why; and what no case shows ([`fn@gaps`]).

mod compare;
mod gaps;

use std::sync::Arc;

use crate::assess::{AssessError, Exemption, Plan, Priors, Request, assess};
use crate::assessment::Assessment;
use crate::bundle::{Bundle, Case, CaseValue};
use crate::codes::cases as codes;
use crate::coverage::Coverage;
use crate::dataset::{RawEntry, RawUnit, gather};
use crate::diagnostic::{Diagnostic, Location};
use crate::dictionary::read::{Raw, RawRecord};
use crate::period::Period;
use crate::record::Source;
use compare::compare;
pub use gaps::gaps;

/// The id of the unit at hand in a case, and of what it lies in.
const UNIT: &str = "U";
const ABOVE: &str = "A";

/// What came of a case.
#[derive(Debug)]
pub struct Proof {
    /// The case's name.
    pub name: String,
    /// Where it stands.
    pub location: Location,
    /// Every expectation that was not met; empty: it passes.
    pub misses: Vec<Miss>,
    /// Faults of the case itself.
    pub faults: Vec<Diagnostic>,
    /// The results, the unit at hand and period expected first.
    pub results: Vec<Assessment>,
}

/// An expectation that was not met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Miss {
    /// What is expected something of, as the case writes it: `score`, `outcomes.FIRE-001`, `B.rating`.
    pub about: String,
    /// The same in words.
    pub title: Words,
    /// What the case expects.
    pub expected: Words,
    /// What came out.
    pub actual: Words,
    /// Where it is expected.
    pub location: Location,
}

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

impl Words {
    fn new(zh: impl Into<String>, en: impl Into<String>) -> Words {
        Words { zh: zh.into(), en: en.into() }
    }
}

/// A value, written the same in all languages.
impl From<String> for Words {
    fn from(text: String) -> Words {
        Words { zh: text.clone(), en: text }
    }
}

impl Miss {
    /// As a fault of the case of this name.
    pub fn to_diagnostic(&self, case: &str) -> Diagnostic {
        Diagnostic::new(&codes::CASE_FAILS)
            .with("name", case)
            .with("about", &self.title.zh)
            .with("about_en", &self.title.en)
            .with("expected", &self.expected.zh)
            .with("expected_en", &self.expected.en)
            .with("actual", &self.actual.zh)
            .with("actual_en", &self.actual.en)
            .at(self.location.clone())
    }
}

impl Proof {
    /// Whether the case passes.
    pub fn passes(&self) -> bool {
        self.misses.is_empty() && self.faults.is_empty()
    }
}

/// Runs every case of a bundle.
///
/// # Errors
/// [`AssessError::CalledOff`] when the run was called off.
pub fn prove(plan: &Arc<Plan>) -> Result<Vec<Proof>, AssessError> {
    plan.bundle.cases.iter().map(|case| prove_case(plan, case)).collect()
}

/// Runs one case.
///
/// # Errors
/// [`AssessError::CalledOff`] when the run was called off.
pub fn prove_case(plan: &Arc<Plan>, case: &Case) -> Result<Proof, AssessError> {
    let plan = &plan.with_parameters(&case.parameters);
    let bundle = &plan.bundle;
    let mut proof = Proof {
        name: case.name.clone(),
        location: case.location.clone(),
        misses: Vec::new(),
        faults: Vec::new(),
        results: Vec::new(),
    };
    let coverage = Coverage::all_but(case.not_handed_in.iter().map(String::as_str));
    let mut world = match gather(bundle, &units_of(bundle, case), records_of(bundle, case), coverage, b"case") {
        Ok(world) => world,
        Err(faults) => {
            proof.faults = faults;
            return Ok(proof);
        }
    };
    world.exempt(case.exemptions.iter().map(|(rule, reason)| exemption(rule, reason)).collect());
    let request = Request { periods: case.periods.clone(), as_of: case.as_of };
    let results = assess(plan, &Arc::new(world), &request, &Priors::new())?;
    let last = case.periods.last().copied();
    let mut miss = |about: &str, title: Words, expected: Words, actual: Words| {
        let location = case.expect.location.clone();
        proof.misses.push(Miss { about: about.to_owned(), title, expected, actual, location });
    };
    let of_unit = |result: &&Assessment| result.unit.as_ref() == UNIT && Some(result.period) == last;
    let own = results.iter().find(of_unit);
    if own.is_none() {
        let period = last.map(|period| period.name()).unwrap_or_default();
        let outside = Words::new("不在 effective 之内,没有考核", "outside `effective`, not assessed");
        miss("period", Words::new("周期", "the period"), Words::from(period), outside);
    }
    let mut others = Vec::new();
    for (who, expect) in &case.expect.others {
        match results.iter().find(|result| is_about(result, who, last)) {
            Some(result) => others.push((format!("{who}."), expect, result)),
            None => {
                miss(who, Words::from(who.clone()), Words::new("有结果", "a result"), Words::new("没有", "none"));
            }
        }
    }
    let own = own.map(|result| (String::new(), &case.expect, result));
    for (whose, expect, result) in own.into_iter().chain(others) {
        compare(&whose, expect, result, &mut proof.misses);
    }
    proof.results = results.into_iter().rev().collect();
    proof.results.sort_by_key(|result| result.unit.as_ref() != UNIT || Some(result.period) != last);
    Ok(proof)
}

/// Whether a result is the one that `others` names so: see [`crate::bundle::Expect::others`].
fn is_about(result: &Assessment, who: &str, last: Option<Period>) -> bool {
    let (unit, period) = match (who, who.strip_prefix("year:")) {
        ("year", _) => (UNIT, last.map(year_of)),
        (_, Some(who)) => (who, last.map(year_of)),
        (who, None) => (who, last),
    };
    result.unit.as_ref() == unit && Some(result.period) == period
}

fn year_of(period: Period) -> Period {
    Period::parse(&format!("{:04}", period.year())).unwrap_or(period)
}

fn exemption(rule: &str, reason: &str) -> Exemption {
    Exemption {
        unit: UNIT.to_owned(),
        rule: rule.to_owned(),
        record: None,
        from: None,
        until: None,
        reason: reason.to_owned(),
        approved_by: None,
    }
}

/// The unit at hand, one unit of each level above it, and the further units of the case.
fn units_of(bundle: &Bundle, case: &Case) -> Vec<RawUnit> {
    let attribute = |(key, value): &(String, CaseValue)| (key.clone(), value.raw.clone(), value.location.clone());
    let levels: Vec<&str> = bundle.levels().collect();
    let mut units = Vec::new();
    for (index, level) in levels.iter().enumerate() {
        let has_above = index + 1 < levels.len();
        let attributes = if index == 0 {
            case.unit.iter().map(attribute).collect()
        } else {
            let of_level = case.above.iter().filter(|(of, _, _)| of == level);
            of_level.map(|(_, key, value)| (key.clone(), value.raw.clone(), value.location.clone())).collect()
        };
        units.push(RawUnit {
            id: if index == 0 { UNIT } else { ABOVE }.to_owned(),
            name: None,
            level: Some((*level).to_owned()),
            parent: has_above.then(|| ABOVE.to_owned()),
            attributes,
            location: case.location.clone(),
        });
    }
    for unit in &case.units {
        let level = unit.level.as_deref().unwrap_or(&bundle.assess.unit);
        let highest = levels.last() == Some(&level);
        units.push(RawUnit {
            id: unit.id.clone(),
            name: None,
            level: Some(level.to_owned()),
            parent: unit.parent.clone().or_else(|| (!highest).then(|| ABOVE.to_owned())),
            attributes: unit.attributes.iter().map(attribute).collect(),
            location: unit.location.clone(),
        });
    }
    units
}

fn records_of(bundle: &Bundle, case: &Case) -> Vec<RawEntry> {
    let scored = bundle.assess.unit.as_str();
    case.records
        .iter()
        .map(|record| {
            let level = bundle.dictionary.kinds.get(&record.kind).and_then(|kind| kind.of.as_deref()).unwrap_or(scored);
            let own = if level == scored { UNIT } else { ABOVE };
            let fields = record.fields.iter().map(|(key, value)| (key.clone(), value.raw.clone()));
            RawEntry {
                unit: record.unit.clone().unwrap_or_else(|| own.to_owned()),
                kind: record.kind.clone(),
                record: RawRecord::new(fields.filter(|(_, raw)| *raw != Raw::Blank)),
                source: Source::of(&record.location),
                location: record.location.clone(),
            }
        })
        .collect()
}
