//! What of an assessment may be seen, and by whom. The one place that decides it, for the API and for pages.
//!
//! Enters: a bundle, which says how public each record kind and criterion is, and a [`Filed`] assessment. Leaves: a [`Shown`],
//! from which nothing can be read that its reader may not see. Next: [`crate::view`].
//!
//! * A rule is as restricted as the most restricted of its criterion, of the criteria above it, and of the record kinds that
//!   its scripts name, directly or by way of figures, library functions and other rules ([`reach`]); and of its evidence.
//! * `full`: everything but where a record was read. `points`: of a rule how many facts and how many points. `met`: whether
//!   the criterion is met, nothing else; its points are part of one sum that stands for everything withheld ([`arithmetic`]).
//! * One and two of a village or town are not told apart where they count people or rest on a restricted kind.
//! * Staff see everything of what is in their charge, a department its own part, a village what it is held to ([`viewer`] says
//!   who is who, [`lens`] what each is shown). Values of personal fields are in no assessment.

mod arithmetic;
mod lens;
mod reach;
mod shown;
mod viewer;

use std::collections::{BTreeSet, HashMap, HashSet};

use liuwu_engine::assess::Plan;
use liuwu_engine::assessment::{FindingKind, Met, Outcome, Remark};
use liuwu_engine::bundle::Each;
use liuwu_engine::dictionary::{Public, Value};
use liuwu_engine::number::{Number, NumberError};

use crate::filed::{Filed, FiledEvidence, FiledFinding};

pub use lens::Lens;
use reach::{CriterionReach, Reach, Scope};
pub use shown::{
    Counted, PublicCount, Shown, ShownCriterion, ShownEntry, ShownEvidence, ShownFinding, ShownLine, ShownLineKind,
    ShownRule,
};
pub use viewer::{Look, Outlook, Viewer};

/// The two readers for whom whole runs are kept ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reader {
    /// Anybody.
    Public,
    /// Whoever is responsible for what is read.
    Staff,
}

/// What is said instead of a reason that is not public.
const UNCHECKED: (&str, &str) = ("资料不全,待核定", "could not be checked");

/// What one edition lets be seen.
#[derive(Debug)]
pub struct Disclosure {
    /// For the public, and for staff, who see more without being told how far scripts reach.
    reach: Reach,
    village: Reach,
    departments: HashMap<String, Reach>,
}

/// The stricter of two.
fn stricter(one: Public, other: Public) -> Public {
    match (one, other) {
        (Public::Met, _) | (_, Public::Met) => Public::Met,
        (Public::Points, _) | (_, Public::Points) => Public::Points,
        (Public::Full, Public::Full) => Public::Full,
    }
}

impl Disclosure {
    /// Reads what an edition says.
    pub fn of(plan: &Plan) -> Disclosure {
        let bundle = &plan.bundle;
        let kinds = bundle.dictionary.kinds.values().filter_map(|kind| kind.department.clone());
        let rules = bundle.all_rules().into_iter().filter_map(|rule| rule.department.clone());
        let departments: BTreeSet<String> = kinds.chain(rules).collect();
        let through = |name: String| (name.clone(), Reach::of(plan, &Lens::Department(name.into())));
        Disclosure {
            reach: Reach::of(plan, &Lens::Public),
            village: Reach::of(plan, &Lens::Village),
            departments: departments.into_iter().map(through).collect(),
        }
    }

    fn through(&self, lens: &Lens) -> &Reach {
        match lens {
            Lens::Public | Lens::Staff => &self.reach,
            Lens::Village => &self.village,
            // A department that the standard does not name has no part of its own.
            Lens::Department(name) => self.departments.get(name.as_ref()).unwrap_or(&self.reach),
        }
    }

    /// How much of records of a kind is shown through a lens.
    pub fn kind_through(&self, lens: &Lens, kind: &str) -> Public {
        match lens {
            Lens::Staff => Public::Full,
            lens => self.through(lens).kinds.get(kind).copied().unwrap_or(Public::Met),
        }
    }

    /// How much of a rule is shown through a lens, as far as its scripts tell.
    pub fn rule_through(&self, lens: &Lens, rule: &str) -> Public {
        match lens {
            Lens::Staff => Public::Full,
            lens => self.through(lens).rules.get(rule).copied().unwrap_or(Public::Met),
        }
    }

    /// How public records of a kind are. A kind that the bundle no longer has is not public.
    pub fn of_kind(&self, kind: &str) -> Public {
        self.kind_through(&Lens::Public, kind)
    }

    /// How public a rule is, as far as its scripts tell; evidence can make a finding stricter.
    pub fn of_rule(&self, rule: &str) -> Public {
        self.rule_through(&Lens::Public, rule)
    }

    /// Whether the points of a criterion are public.
    pub fn shows_points_of(&self, criterion: &str) -> bool {
        self.reach.criteria.get(criterion).is_some_and(|criterion| !criterion.hides)
    }

    /// Whether entries of a list are public in full, as counts, or not at all.
    pub fn of_list(&self, list: &str) -> Public {
        self.reach.lists.get(&(Scope::Main, list.to_owned())).map_or(Public::Met, |list| list.public)
    }

    /// What is seen of an assessment through a lens, or by one of the two readers.
    ///
    /// # Errors
    /// When points are too large to be added up.
    pub fn show(&self, filed: &Filed, lens: impl Into<Lens>) -> Result<Shown, NumberError> {
        Showing::new(self, filed, lens.into()).show()
    }
}

/// One assessment while it is being shown through a lens.
struct Showing<'a> {
    reach: &'a Reach,
    filed: &'a Filed,
    lens: Lens,
    scope: Scope,
    /// How restricted each rule is here, evidence included.
    rules: HashMap<&'a str, Public>,
    /// Where each finding stands among those shown.
    places: Vec<Option<usize>>,
    findings: Vec<ShownFinding>,
}

impl<'a> Showing<'a> {
    fn new(disclosure: &'a Disclosure, filed: &'a Filed, lens: Lens) -> Showing<'a> {
        let mut rules: HashMap<&str, Public> = HashMap::new();
        let named = filed.outcomes.keys().chain(filed.findings.iter().map(|finding| &finding.rule));
        for rule in named {
            rules.insert(rule, disclosure.rule_through(&lens, rule));
        }
        for finding in &filed.findings {
            let evidence = finding.evidence.iter().map(|evidence| disclosure.kind_through(&lens, &evidence.kind));
            let own = rules.entry(&finding.rule).or_insert(Public::Met);
            *own = evidence.fold(*own, stricter);
        }
        let reach = disclosure.through(&lens);
        let scope = reach.scope(filed);
        Showing { reach, filed, lens, scope, rules, places: Vec::new(), findings: Vec::new() }
    }

    fn is_staff(&self) -> bool {
        self.lens == Lens::Staff
    }

    fn of_rule(&self, rule: &str) -> Public {
        if self.is_staff() { Public::Full } else { self.rules.get(rule).copied().unwrap_or(Public::Met) }
    }

    fn of_kind(&self, kind: &str) -> Public {
        if self.is_staff() { Public::Full } else { self.reach.kinds.get(kind).copied().unwrap_or(Public::Met) }
    }

    /// Whether the points of a criterion are kept back: some of its rules are not public here.
    fn hides(&self, criterion: &CriterionReach) -> bool {
        !self.is_staff() && (criterion.hides || criterion.rules.iter().any(|rule| self.of_rule(rule) == Public::Met))
    }

    fn show(mut self) -> Result<Shown, NumberError> {
        self.findings()?;
        let filed = self.filed;
        let ledger = arithmetic::ledger(&self)?;
        let (entries, gone) = self.entries();
        let is_shown = |list: &&String| !gone.contains(list.as_str());
        Ok(Shown {
            unit: filed.unit.clone(),
            level: filed.level.clone(),
            period: filed.period,
            as_of: filed.as_of,
            edition: filed.edition.clone(),
            takes_part: filed.takes_part,
            score: filed.score,
            score_without_exemptions: filed.score_without_exemptions.filter(|_| self.shows_exemptions()),
            rating: filed.rating.clone(),
            band: filed.band.clone(),
            vetoed: filed.vetoed,
            incomplete: filed.incomplete,
            lists: filed.lists.iter().filter(is_shown).cloned().collect(),
            lists_unknown: filed.lists_unknown.iter().filter(is_shown).cloned().collect(),
            entries,
            figures: filed.figures.iter().filter_map(|(id, value)| self.figure(id, value.as_ref())).collect(),
            criteria: self.criteria(),
            rules: filed.outcomes.iter().map(|(rule, outcome)| (rule.clone(), self.rule(rule, *outcome))).collect(),
            remarks: filed.remarks.iter().filter_map(|remark| self.remark(remark)).collect(),
            findings: self.findings,
            ledger,
            receipt: filed.receipt.clone(),
        })
    }

    /// The findings, those of a rule of which only points are public as one.
    fn findings(&mut self) -> Result<(), NumberError> {
        for finding in &self.filed.findings {
            let place = match self.of_rule(&finding.rule) {
                Public::Full => Some(self.add_whole(finding)),
                Public::Points => Some(self.add_counted(finding)?),
                Public::Met => None,
            };
            self.places.push(place);
        }
        Ok(())
    }

    fn add_whole(&mut self, finding: &FiledFinding) -> usize {
        self.findings.push(ShownFinding {
            rule: finding.rule.clone(),
            kind: finding.kind,
            points: finding.points,
            counted: finding.counted,
            exempted: finding.exempted,
            reason: Some(finding.reason.clone()),
            evidence: finding.evidence.iter().map(|evidence| self.evidence(evidence)).collect(),
            facts: None,
        });
        self.findings.len() - 1
    }

    fn add_counted(&mut self, finding: &FiledFinding) -> Result<usize, NumberError> {
        let facts = finding.evidence.len().max(1) as u64;
        let same = |shown: &ShownFinding| {
            shown.rule == finding.rule && shown.kind == finding.kind && shown.exempted == finding.exempted
        };
        if let Some((place, shown)) = self.findings.iter_mut().enumerate().find(|(_, shown)| same(shown)) {
            shown.points = shown.points.add(finding.points)?;
            shown.counted = shown.counted.add(finding.counted)?;
            shown.facts = shown.facts.map(|count| count.plus(facts));
            return Ok(place);
        }
        self.findings.push(ShownFinding {
            rule: finding.rule.clone(),
            kind: finding.kind,
            points: finding.points,
            counted: finding.counted,
            exempted: finding.exempted,
            reason: None,
            evidence: Vec::new(),
            facts: Some(PublicCount::of(facts)),
        });
        Ok(self.findings.len() - 1)
    }

    fn evidence(&self, evidence: &FiledEvidence) -> ShownEvidence {
        ShownEvidence {
            kind: evidence.kind.clone(),
            date: evidence.date,
            number: evidence.id.clone(),
            mark: evidence.mark,
            place: (self.is_staff() || self.reach.own.contains(&evidence.kind)).then(|| evidence.place()),
        }
    }

    /// Whether the score without exemptions tells nothing about a rule that is not public.
    fn shows_exemptions(&self) -> bool {
        let mut exempted = self.filed.findings.iter().filter(|finding| finding.exempted);
        exempted.all(|finding| self.of_rule(&finding.rule) != Public::Met)
    }

    /// The entries that may be seen, and the lists of which not even that may be seen.
    fn entries(&self) -> (Vec<ShownEntry>, HashSet<&'a str>) {
        let mut entries: Vec<ShownEntry> = Vec::new();
        let mut gone: HashSet<&str> = HashSet::new();
        for list in self.filed.lists.iter().chain(&self.filed.lists_unknown) {
            let reach = self.reach.lists.get(&(self.scope.clone(), list.clone()));
            if !self.is_staff() && reach.is_none_or(|list| list.each != Each::Unit && list.public == Public::Met) {
                gone.insert(list);
            }
        }
        for entry in self.filed.entries.iter().filter(|entry| !gone.contains(entry.list.as_str())) {
            let finding = entry.finding.and_then(|place| self.filed.findings.get(place));
            let record = entry.record.as_ref();
            let public = match (record, finding) {
                (Some(record), _) => self.of_kind(&record.kind),
                (None, Some(finding)) => self.of_rule(&finding.rule),
                (None, None) => Public::Full,
            };
            let list = entry.list.clone();
            let mut shown = ShownEntry { list, record: None, department: None, finding: None, facts: None };
            match public {
                Public::Full => {
                    shown.record = record.map(|record| self.evidence(record));
                    shown.department.clone_from(&entry.department);
                    shown.finding = entry.finding.and_then(|place| self.places.get(place).copied().flatten());
                    entries.push(shown);
                }
                Public::Points => {
                    let same = |other: &&mut ShownEntry| other.list == entry.list && other.facts.is_some();
                    match entries.iter_mut().find(same) {
                        Some(other) => other.facts = other.facts.map(|facts| facts.plus(1)),
                        None => entries.push(ShownEntry { facts: Some(PublicCount::of(1)), ..shown }),
                    }
                }
                Public::Met => {}
            }
        }
        // A list of single matters that shows none of them would say that there is one.
        for list in &self.filed.lists {
            let of_units =
                self.reach.lists.get(&(self.scope.clone(), list.clone())).is_some_and(|list| list.each == Each::Unit);
            if !self.is_staff() && !of_units && !entries.iter().any(|entry| entry.list == *list) {
                gone.insert(list);
            }
        }
        (entries, gone)
    }

    fn figure(&self, id: &str, value: Option<&Value>) -> Option<(String, Option<Counted>)> {
        if self.is_staff() {
            return Some((id.to_owned(), value.map(|value| Counted::Value(value.to_json()))));
        }
        let reach = self.reach.figures.get(&(self.scope.clone(), id.to_owned()))?;
        let Some(value) = value else {
            return (reach.touched.public != Public::Met).then(|| (id.to_owned(), None));
        };
        let whole = match value {
            Value::Number(number) if number.is_integer() && !number.is_negative() => number.to_i64(),
            _ => None,
        };
        let count = whole.and_then(|whole| u64::try_from(whole).ok());
        let shown = match (reach.touched.public, count) {
            (Public::Points, Some(count)) if reach.is_count => self.counted(count),
            (Public::Full, Some(count)) if reach.touched.people => self.counted(count),
            (Public::Full, _) => Counted::Value(value.to_json()),
            (Public::Points | Public::Met, _) => return None,
        };
        Some((id.to_owned(), Some(shown)))
    }

    /// A count of a village or town; of the city it is told exactly.
    fn counted(&self, count: u64) -> Counted {
        if self.reach.is_wide(&self.scope, &self.filed.level) {
            Counted::Value(serde_json::Value::String(count.to_string()))
        } else {
            Counted::Count(PublicCount::of(count))
        }
    }

    fn criteria(&self) -> indexmap::IndexMap<String, ShownCriterion> {
        let shown = self.filed.criteria.iter().map(|(id, result)| {
            let hidden = self.reach.criteria.get(id).is_none_or(|criterion| self.hides(criterion));
            let points = (self.is_staff() || !hidden).then_some(result.points);
            (id.clone(), ShownCriterion { points, met: result.met })
        });
        shown.collect()
    }

    fn rule(&self, rule: &str, outcome: Outcome) -> ShownRule {
        let breaks = |finding: &FiledFinding| {
            matches!(finding.kind, FindingKind::Breach | FindingKind::Veto) && !finding.exempted
        };
        let met = match outcome {
            _ if self.filed.findings_of(rule).any(|(_, finding)| breaks(finding)) => Met::NotMet,
            Outcome::CannotCheck => Met::Unchecked,
            Outcome::NotApplicable => Met::NotApplicable,
            Outcome::Clean | Outcome::Findings => Met::Met,
        };
        ShownRule { met, outcome: (self.of_rule(rule) != Public::Met).then_some(outcome) }
    }

    fn remark(&self, remark: &Remark) -> Option<Remark> {
        let about = remark.about.as_ref();
        let figure = self.reach.figures.get(&(self.scope.clone(), about.to_owned()));
        let public = match (self.rules.contains_key(about), figure) {
            _ if self.is_staff() => Public::Full,
            (true, _) => self.of_rule(about),
            (false, Some(figure)) => figure.touched.public,
            // Why a list, a rating or a score failed may quote whatever its script read.
            (false, None) => Public::Points,
        };
        match public {
            Public::Full => Some(remark.clone()),
            Public::Points => Some(unchecked(remark)),
            Public::Met => self.rules.contains_key(about).then(|| unchecked(remark)),
        }
    }

    /// What a finding with this place among all adds to the arithmetic that is shown.
    fn place_of(&self, finding: usize) -> Option<(usize, Public)> {
        let place = self.places.get(finding).copied().flatten()?;
        let rule = &self.filed.findings.get(finding)?.rule;
        Some((place, self.of_rule(rule)))
    }
}

fn unchecked(remark: &Remark) -> Remark {
    Remark { about: remark.about.clone(), zh: UNCHECKED.0.to_owned(), en: UNCHECKED.1.to_owned() }
}

/// Zero, for sums that start.
const ZERO: Number = Number::ZERO;

#[cfg(test)]
mod tests;
