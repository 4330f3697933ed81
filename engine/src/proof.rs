//! The cases of a bundle: facts, and what they must lead to. A bundle is proved by them before it counts.
//!
//! Enters: a [`Plan`]. Leaves: for each case [`Proof`], with every expectation that was not met and the arithmetic that shows
//! why.

use std::sync::Arc;

use crate::assess::{AssessError, Exemption, Plan, Priors, Request, assess};
use crate::assessment::{Assessment, Finding, FindingKind, Met, Outcome};
use crate::bundle::{Bundle, Case, CaseValue, Expect, ExpectFinding};
use crate::coverage::Coverage;
use crate::dataset::{RawEntry, RawUnit, gather};
use crate::diagnostic::{Diagnostic, Location};
use crate::dictionary::read::{Raw, RawRecord};
use crate::number::Number;
use crate::period::Period;
use crate::record::Source;

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
    /// What is expected something of, such as `score` or `outcomes.FIRE-001`.
    pub about: String,
    /// What the case expects.
    pub expected: String,
    /// What came out.
    pub actual: String,
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
    let bundle = &plan.bundle;
    let mut proof = Proof {
        name: case.name.clone(),
        location: Location::text(&bundle.file, case.place.0, case.place.1),
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
    let of_unit = |result: &&Assessment| result.unit.as_ref() == UNIT && Some(result.period) == last;
    match results.iter().find(of_unit) {
        Some(result) => compare("", &case.expect, result, &mut proof.misses),
        None => proof.misses.push(Miss {
            about: "period".to_owned(),
            expected: last.map(|period| period.name()).unwrap_or_default(),
            actual: "不在 effective 之内,没有考核 / outside `effective`, not assessed".to_owned(),
        }),
    }
    for (who, expect) in &case.expect.others {
        match results.iter().find(|result| is_about(result, who, last)) {
            Some(result) => compare(&format!("{who}."), expect, result, &mut proof.misses),
            None => proof.misses.push(Miss {
                about: who.clone(),
                expected: "有结果 / a result".to_owned(),
                actual: "没有 / none".to_owned(),
            }),
        }
    }
    proof.results = results.into_iter().rev().collect();
    proof.results.sort_by_key(|result| result.unit.as_ref() != UNIT || Some(result.period) != last);
    Ok(proof)
}

/// Whether a result is the one that `others` names so: see [`Expect::others`].
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

fn place(bundle: &Bundle, value: &CaseValue) -> Location {
    Location::text(&bundle.file, value.place.0, value.place.1)
}

/// The unit at hand, one unit of each level above it, and the further units of the case.
fn units_of(bundle: &Bundle, case: &Case) -> Vec<RawUnit> {
    let attribute = |(key, value): &(String, CaseValue)| (key.clone(), value.raw.clone(), place(bundle, value));
    let here = Location::text(&bundle.file, case.place.0, case.place.1);
    let levels: Vec<&str> = bundle.levels().collect();
    let mut units = Vec::new();
    for (index, level) in levels.iter().enumerate() {
        let has_above = index + 1 < levels.len();
        let attributes = if index == 0 {
            case.unit.iter().map(attribute).collect()
        } else {
            let of_level = case.above.iter().filter(|(of, _, _)| of == level);
            of_level.map(|(_, key, value)| (key.clone(), value.raw.clone(), place(bundle, value))).collect()
        };
        units.push(RawUnit {
            id: if index == 0 { UNIT } else { ABOVE }.to_owned(),
            name: None,
            level: Some((*level).to_owned()),
            parent: has_above.then(|| ABOVE.to_owned()),
            attributes,
            location: here.clone(),
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
            location: Location::text(&bundle.file, unit.place.0, unit.place.1),
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
                source: Source::line(&bundle.file, record.place.0),
                location: Location::text(&bundle.file, record.place.0, record.place.1),
            }
        })
        .collect()
}

/// Compares what is expected with a result; what is not named is not looked at.
fn compare(prefix: &str, expect: &Expect, result: &Assessment, misses: &mut Vec<Miss>) {
    let mut check = |about: &str, expected: String, actual: String| {
        if expected != actual {
            misses.push(Miss { about: format!("{prefix}{about}"), expected, actual });
        }
    };
    let number = |number: &Option<Number>| number.map_or("null".to_owned(), |number| number.to_string());
    let text = |text: Option<&str>| text.unwrap_or("null").to_owned();
    if let Some(score) = &expect.score {
        check("score", number(score), number(&result.score));
    }
    if let Some(score) = &expect.score_without_exemptions {
        check("score_without_exemptions", number(score), number(&result.score_without_exemptions));
    }
    if let Some(rating) = &expect.rating {
        check("rating", text(rating.as_deref()), text(result.rating.as_deref()));
    }
    if let Some(band) = &expect.band {
        check("band", text(band.as_deref()), text(result.band.as_deref()));
    }
    let flags = [
        ("vetoed", expect.vetoed, result.vetoed),
        ("incomplete", expect.incomplete, result.incomplete),
        ("takes_part", expect.takes_part, result.takes_part),
    ];
    for (about, expected, actual) in flags {
        if let Some(expected) = expected {
            check(about, expected.to_string(), actual.to_string());
        }
    }
    let named =
        [("lists", &expect.lists, &result.lists), ("lists_unknown", &expect.lists_unknown, &result.lists_unknown)];
    for (about, expected, actual) in named {
        let Some(expected) = expected else { continue };
        let actual: Vec<&str> = actual.iter().map(AsRef::as_ref).collect();
        let mut expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        // A list has no order of its own; those that came out are in the order of the bundle.
        expected.sort_by_key(|id| actual.iter().position(|actual| actual == id));
        check(about, format!("[{}]", expected.join(", ")), format!("[{}]", actual.join(", ")));
    }
    for (id, expected) in &expect.figures {
        let actual = result.figures.get(id.as_str()).and_then(Option::as_ref).map(|value| value.to_json());
        let expected = expected.as_ref().map(|value| shown(&value.raw));
        let actual = actual.map(|json| json.as_str().map_or_else(|| json.to_string(), str::to_owned));
        check(&format!("figures.{id}"), text(expected.as_deref()), text(actual.as_deref()));
    }
    for (id, expected) in &expect.criteria {
        let actual = result.criteria.get(id.as_str());
        if let Some(points) = &expected.points {
            let actual = actual.map(|criterion| criterion.points);
            check(&format!("criteria.{id}.points"), points.to_string(), number(&actual));
        }
        if let Some(met) = &expected.met {
            check(&format!("criteria.{id}.met"), met.clone(), actual.map_or("null", |c| met_key(c.met)).to_owned());
        }
    }
    for (rule, expected) in &expect.outcomes {
        let actual = result.outcomes.get(rule.as_str()).map_or("null", |outcome| outcome_key(*outcome));
        check(&format!("outcomes.{rule}"), expected.clone(), actual.to_owned());
    }
    if let Some(findings) = &expect.findings {
        compare_findings(prefix, findings, &result.findings, misses);
    }
}

/// Every expected finding must be there, and every finding with points must be expected; none expected: none at all.
fn compare_findings(prefix: &str, expected: &[ExpectFinding], found: &[Finding], misses: &mut Vec<Miss>) {
    let mut open: Vec<&Finding> = found.iter().collect();
    for wanted in expected {
        for _ in 0..wanted.times.max(1) {
            match open.iter().position(|finding| fits(wanted, finding)) {
                Some(place) => {
                    open.remove(place);
                }
                None => misses.push(Miss {
                    about: format!("{prefix}findings.{}", wanted.rule),
                    expected: wanted_text(wanted),
                    actual: found_text(found, &wanted.rule),
                }),
            }
        }
    }
    let unexpected = open
        .iter()
        .filter(|finding| expected.is_empty() || matches!(finding.kind, FindingKind::Deduct | FindingKind::Award));
    for finding in unexpected {
        misses.push(Miss {
            about: format!("{prefix}findings.{}", finding.rule),
            expected: "没有 / none".to_owned(),
            actual: finding_text(finding),
        });
    }
}

fn fits(wanted: &ExpectFinding, finding: &Finding) -> bool {
    wanted.rule == *finding.rule
        && wanted.kind.as_deref().is_none_or(|kind| kind == finding.kind.key())
        && wanted.points.is_none_or(|points| points == finding.points)
        && wanted.counted.is_none_or(|counted| counted == finding.counted)
        && wanted.reason.as_deref().is_none_or(|reason| reason == finding.reason.as_ref())
        && wanted.evidence.is_none_or(|evidence| evidence as usize == finding.evidence.len())
}

fn wanted_text(wanted: &ExpectFinding) -> String {
    let mut parts = vec![wanted.kind.clone().unwrap_or_else(|| "认定 / finding".to_owned())];
    parts.extend(wanted.points.map(|points| points.to_string()));
    parts.extend(wanted.counted.map(|counted| format!("计入 / counted {counted}")));
    parts.extend(wanted.reason.as_ref().map(|reason| format!("「{reason}」")));
    parts.extend(wanted.evidence.map(|evidence| format!("证据 / evidence {evidence}")));
    parts.join(" ")
}

fn finding_text(finding: &Finding) -> String {
    format!("{} {} 计入 / counted {} 「{}」", finding.kind.key(), finding.points, finding.counted, finding.reason)
}

fn found_text(found: &[Finding], rule: &str) -> String {
    let texts: Vec<String> = found.iter().filter(|finding| finding.rule.as_ref() == rule).map(finding_text).collect();
    if texts.is_empty() { "没有 / none".to_owned() } else { texts.join("; ") }
}

fn met_key(met: Met) -> &'static str {
    match met {
        Met::Met => "met",
        Met::NotMet => "not_met",
        Met::Unchecked => "unchecked",
        Met::NotApplicable => "not_applicable",
    }
}

fn outcome_key(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Clean => "clean",
        Outcome::Findings => "findings",
        Outcome::NotApplicable => "not_applicable",
        Outcome::CannotCheck => "cannot_check",
    }
}

/// A raw value as results write it.
fn shown(raw: &Raw) -> String {
    match raw {
        Raw::Number(digits) => Number::parse_json(digits).map_or_else(|_| digits.clone(), |number| number.to_string()),
        Raw::Boolean(is) => is.to_string(),
        Raw::Text(text) => Number::parse(text).map_or_else(|_| text.clone(), |number| number.to_string()),
        Raw::List(items) => json_of(&Raw::List(items.clone())).to_string(),
        Raw::Map(entries) => json_of(&Raw::Map(entries.clone())).to_string(),
        other => other.shown(),
    }
}

fn json_of(raw: &Raw) -> serde_json::Value {
    match raw {
        Raw::List(items) => items.iter().map(json_of).collect(),
        Raw::Map(entries) => {
            entries.iter().map(|(key, item)| (key.clone(), json_of(item))).collect::<serde_json::Map<_, _>>().into()
        }
        Raw::Boolean(is) => (*is).into(),
        Raw::Blank => serde_json::Value::Null,
        other => shown(other).into(),
    }
}
