//! How far the scripts of a bundle reach: which record kinds a rule, figure or list rests on, directly or by way of others.
//!
//! Enters: an edition, with what its scripts read as the engine has checked them: too much rather than too little; and the
//! [`Lens`] that says how much is shown of each kind and criterion. Leaves: for each rule, criterion, figure and list how much
//! of it that leaves. Next: [`super::arithmetic`].

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use indexmap::IndexMap;
use liuwu_engine::assess::Plan;
use liuwu_engine::bundle::{Bundle, Combine, Criterion, Each, Figure, List, Over};
use liuwu_engine::dictionary::{Field, Kind, Public};
use liuwu_engine::period::Granularity;
use liuwu_engine::script::{Post, Reads, ScriptReads};

use super::{Lens, stricter};
use crate::filed::Filed;

/// Units of measure that count people.
const PEOPLE: [&str; 3] = ["人", "名", "位"];

/// Which result of a bundle something belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Scope {
    /// The units themselves.
    Main,
    /// Their years, rolled up from shorter periods.
    Year,
    /// The units of a level, rolled up from below.
    Level(String),
    /// All units.
    All,
}

/// How public a criterion is.
#[derive(Debug)]
pub(super) struct CriterionReach {
    /// Whether it has rules that are `met`, so that its points are kept back.
    pub(super) hides: bool,
    /// Whether its points are added to the score itself.
    pub(super) is_top: bool,
    /// Whether its parts, and theirs, are added up.
    pub(super) adds_up: bool,
    /// All rules in it and below it.
    pub(super) rules: Vec<String>,
}

/// What scripts reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Touched {
    pub(super) public: Public,
    /// Whether they count people.
    pub(super) people: bool,
}

impl Touched {
    pub(super) const NOTHING: Touched = Touched { public: Public::Full, people: false };

    fn with(self, other: Touched) -> Touched {
        Touched { public: stricter(self.public, other.public), people: self.people || other.people }
    }
}

/// How public a figure is.
#[derive(Debug, Clone, Copy)]
pub(super) struct FigureReach {
    pub(super) touched: Touched,
    /// Whether it is a plain count: its value says how many there are, and nothing else.
    pub(super) is_count: bool,
}

/// How public a list is.
#[derive(Debug)]
pub(super) struct ListReach {
    pub(super) each: Each,
    /// Of a list of records, the most open of its kinds; of others open.
    pub(super) public: Public,
}

/// How public everything in a bundle is.
#[derive(Debug)]
pub(super) struct Reach {
    pub(super) kinds: HashMap<String, Public>,
    pub(super) rules: HashMap<String, Public>,
    pub(super) criteria: HashMap<String, CriterionReach>,
    pub(super) figures: HashMap<(Scope, String), FigureReach>,
    pub(super) lists: HashMap<(Scope, String), ListReach>,
    /// Kinds that whoever looks has handed in: where one of their records was read is told.
    pub(super) own: HashSet<String>,
    unit: String,
    period: Granularity,
    highest: String,
}

impl Reach {
    pub(super) fn of(plan: &Plan, lens: &Lens) -> Reach {
        let (bundle, survey) = (&plan.bundle, Survey::new(plan, lens));
        let rules: HashMap<String, Public> = bundle
            .all_rules()
            .iter()
            .map(|rule| (rule.id.clone(), survey.name(&Name::Rule(rule.id.clone())).public))
            .collect();
        let mut criteria = HashMap::new();
        for criterion in &bundle.criteria {
            judge(criterion, lens, Public::Full, true, &rules, &mut criteria);
        }
        let kinds = &bundle.dictionary.kinds;
        let mut reach = Reach {
            kinds: kinds.iter().map(|(id, kind)| (id.clone(), lens.of_kind(kind))).collect(),
            own: kinds.iter().filter(|(_, kind)| lens.has_handed_in(kind)).map(|(id, _)| id.clone()).collect(),
            rules,
            criteria,
            figures: HashMap::new(),
            lists: HashMap::new(),
            unit: bundle.assess.unit.clone(),
            period: bundle.assess.period,
            highest: bundle.levels().last().unwrap_or_default().to_owned(),
        };
        reach.take_figures(&Scope::Main, (plan, None), &survey);
        reach.take_lists(&Scope::Main, &bundle.lists);
        for (place, roll_up) in bundle.roll_up.iter().enumerate() {
            let scope = match &roll_up.over {
                Over::Year => Scope::Year,
                Over::Level(level) => Scope::Level(level.clone()),
                Over::All => Scope::All,
            };
            reach.take_figures(&scope, (plan, Some(place)), &survey);
            reach.take_lists(&scope, &roll_up.lists);
        }
        reach
    }

    fn take_figures(&mut self, scope: &Scope, (plan, roll_up): (&Plan, Option<usize>), survey: &Survey<'_>) {
        for (place, figure) in figures_of(&plan.bundle, roll_up).iter().enumerate() {
            let is_own = |script: &&ScriptReads| {
                script.roll_up == roll_up && [Post::Figure(place), Post::FinalFigure(place)].contains(&script.post)
            };
            // A figure of which nothing is known is not public.
            let unknown = Touched { public: Public::Met, people: true };
            let touched = plan.reads().iter().find(is_own).map_or(unknown, |script| survey.script(&script.reads));
            let reach = FigureReach { touched, is_count: is_count(&figure.script.text) };
            self.figures.insert((scope.clone(), figure.id.clone()), reach);
        }
    }

    fn take_lists(&mut self, scope: &Scope, lists: &[List]) {
        for list in lists {
            let public = match &list.each {
                Each::Record(kinds) => {
                    let of = |kind: &String| self.kinds.get(kind).copied().unwrap_or(Public::Met);
                    kinds.iter().map(of).reduce(opener).unwrap_or(Public::Met)
                }
                Each::Unit | Each::Finding => Public::Full,
            };
            self.lists.insert((scope.clone(), list.id.clone()), ListReach { each: list.each.clone(), public });
        }
    }

    /// Which result of the bundle an assessment is.
    pub(super) fn scope(&self, filed: &Filed) -> Scope {
        match filed.level.as_str() {
            "all" => Scope::All,
            level if level == self.unit && filed.period.granularity() == Some(self.period) => Scope::Main,
            level if level == self.unit => Scope::Year,
            level => Scope::Level(level.to_owned()),
        }
    }

    /// Whether a result is about so many people that no number in it points at one.
    pub(super) fn is_wide(&self, scope: &Scope, level: &str) -> bool {
        *scope == Scope::All || level == self.highest
    }
}

/// The more open of two.
fn opener(one: Public, other: Public) -> Public {
    if stricter(one, other) == one { other } else { one }
}

/// Judges a criterion and those below it.
fn judge(
    criterion: &Criterion,
    lens: &Lens,
    above: Public,
    is_top: bool,
    rules: &HashMap<String, Public>,
    into: &mut HashMap<String, CriterionReach>,
) {
    let own = stricter(above, criterion.public.unwrap_or_default());
    let mut reach = CriterionReach {
        hides: lens.withholds(own) || criterion.rules.iter().any(|rule| rules.get(&rule.id) == Some(&Public::Met)),
        is_top,
        adds_up: criterion.combine == Combine::Sum,
        rules: criterion.rules.iter().map(|rule| rule.id.clone()).collect(),
    };
    for below in &criterion.criteria {
        judge(below, lens, own, false, rules, into);
        if let Some(part) = into.get(&below.id) {
            reach.hides |= part.hides;
            reach.adds_up &= part.adds_up;
            reach.rules.extend(part.rules.iter().cloned());
        }
    }
    into.insert(criterion.id.clone(), reach);
}

/// Something that scripts can name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Name {
    Figure(String),
    Rule(String),
    Criterion(String),
}

/// What a name is by itself, what the scripts behind it read, and what it holds.
struct Entry<'a> {
    own: Touched,
    scripts: Vec<&'a Reads>,
    parts: Vec<Name>,
}

/// What each name reaches.
struct Survey<'a> {
    lens: &'a Lens,
    kinds: &'a IndexMap<String, Arc<Kind>>,
    /// Attributes that count people.
    people: Vec<&'a str>,
    reach: IndexMap<Name, Touched>,
}

impl<'a> Survey<'a> {
    fn new(plan: &'a Plan, lens: &'a Lens) -> Survey<'a> {
        let bundle = &plan.bundle;
        let attributes = bundle.dictionary.attributes.iter();
        let people = attributes.filter(|(_, attribute)| counts_people(&attribute.field)).map(|(id, _)| id.as_str());
        let entries = entries(plan, lens);
        let reach = entries.keys().map(|name| (name.clone(), Touched::NOTHING)).collect();
        let mut survey = Survey { lens, kinds: &bundle.dictionary.kinds, people: people.collect(), reach };
        let direct: Vec<(Touched, Vec<usize>)> = entries.values().map(|entry| survey.direct(entry)).collect();
        survey.spread(&direct);
        survey
    }

    /// What an entry reaches by itself, and the places of the names it names.
    fn direct(&self, entry: &Entry<'_>) -> (Touched, Vec<usize>) {
        let reach = entry.scripts.iter().fold(entry.own, |reach, reads| reach.with(self.facts_in(reads)));
        let named = entry.scripts.iter().flat_map(|reads| names_in(reads)).chain(entry.parts.iter().cloned());
        (reach, named.filter_map(|name| self.reach.get_index_of(&name)).collect())
    }

    /// Hands on what names reach to those that name them, until nothing changes any more. Each can change a few times only,
    /// because it only ever gets stricter; circles do no harm.
    fn spread(&mut self, direct: &[(Touched, Vec<usize>)]) {
        let of = |reach: &IndexMap<Name, Touched>, place: usize| {
            reach.get_index(place).map_or(Touched::NOTHING, |(_, reach)| *reach)
        };
        let mut changed = true;
        while changed {
            changed = false;
            for (place, (own, named)) in direct.iter().enumerate() {
                let now = named.iter().fold(*own, |sum, place| sum.with(of(&self.reach, *place)));
                if let Some((_, reach)) = self.reach.get_index_mut(place)
                    && *reach != now
                {
                    *reach = now;
                    changed = true;
                }
            }
        }
    }

    /// What a name reaches.
    fn name(&self, name: &Name) -> Touched {
        self.reach.get(name).copied().unwrap_or(Touched::NOTHING)
    }

    /// What a script reaches.
    fn script(&self, reads: &Reads) -> Touched {
        names_in(reads).fold(self.facts_in(reads), |reach, name| reach.with(self.name(&name)))
    }

    /// What the kinds and attributes that a script reads make of it.
    fn facts_in(&self, reads: &Reads) -> Touched {
        let people = self.people.iter().any(|attribute| reads.members.contains(*attribute));
        let mut reach = Touched { people, ..Touched::NOTHING };
        for kind in reads.kinds.iter().filter_map(|kind| self.kinds.get(kind)) {
            let people = kind.fields.iter().any(|(field, about)| counts_people(about) && reads.members.contains(field));
            reach = reach.with(Touched { public: self.lens.of_kind(kind), people });
        }
        reach
    }
}

/// What a script names and rests on then. Whether a criterion is met is public: asking that reaches nothing.
fn names_in(reads: &Reads) -> impl Iterator<Item = Name> {
    let figures = reads.figures.iter().cloned().map(Name::Figure);
    let rules = reads.rules.iter().cloned().map(Name::Rule);
    figures.chain(rules).chain(reads.criteria.iter().cloned().map(Name::Criterion))
}

fn counts_people(field: &Field) -> bool {
    field.unit.as_deref().is_some_and(|unit| PEOPLE.contains(&unit))
}

/// Everything in a bundle that scripts can name. Figures of one id in several results are taken together.
fn entries<'a>(plan: &'a Plan, lens: &Lens) -> IndexMap<Name, Entry<'a>> {
    let bundle = &plan.bundle;
    let mut entries: IndexMap<Name, Entry<'a>> = IndexMap::new();
    for criterion in &bundle.criteria {
        enter(criterion, Public::Full, lens, &mut entries);
    }
    let rules = bundle.all_rules();
    for script in plan.reads() {
        let name = match script.post {
            Post::Figure(place) | Post::FinalFigure(place) => {
                figures_of(bundle, script.roll_up).get(place).map(|figure| Name::Figure(figure.id.clone()))
            }
            Post::Rule(place) | Post::Applies(place) => rules.get(place).map(|rule| Name::Rule(rule.id.clone())),
            _ => None,
        };
        if let Some(name) = name {
            let nothing = || Entry { own: Touched::NOTHING, scripts: Vec::new(), parts: Vec::new() };
            entries.entry(name).or_insert_with(nothing).scripts.push(&script.reads);
        }
    }
    entries
}

fn figures_of(bundle: &Bundle, roll_up: Option<usize>) -> &[Figure] {
    match roll_up {
        None => &bundle.figures,
        Some(place) => bundle.roll_up.get(place).map_or(&[], |roll_up| &roll_up.figures),
    }
}

/// Enters a criterion, its rules and what stands below it.
fn enter(criterion: &Criterion, above: Public, lens: &Lens, entries: &mut IndexMap<Name, Entry<'_>>) {
    let public = stricter(above, criterion.public.unwrap_or_default());
    let entry = |public, parts| Entry { own: Touched { public, people: false }, scripts: Vec::new(), parts };
    let rules = criterion.rules.iter().map(|rule| Name::Rule(rule.id.clone()));
    let below = criterion.criteria.iter().map(|below| Name::Criterion(below.id.clone()));
    let own = entry(lens.of_criterion(public), rules.chain(below).collect());
    entries.insert(Name::Criterion(criterion.id.clone()), own);
    for rule in &criterion.rules {
        entries.insert(Name::Rule(rule.id.clone()), entry(lens.of_rule(rule, public), Vec::new()));
    }
    for below in &criterion.criteria {
        enter(below, public, lens, entries);
    }
}

/// Whether a script does nothing but count or add up. A rate, a difference or a place tells what it was made of, even where it
/// happens to be a whole number.
fn is_count(text: &str) -> bool {
    const MORE_THAN_ADDING: [&str; 12] =
        ["/", "*", "-", "%", "percent", "per_thousand", "百分比", "千分比", "mean", "rank", "pow", "round"];
    (text.contains(".count()") || text.contains(".sum(")) && !MORE_THAN_ADDING.iter().any(|sign| text.contains(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_counting_and_adding_is_a_count() {
        assert!(is_count(r#"records("theft").count()"#));
        assert!(is_count(r#"records("monthly").sum(|m| m.thefts + m.frauds)"#));
        for text in ["figures.thefts * 1000", "records(\"theft\").count() / 2", "per_thousand(a.count(), b)", "3"] {
            assert!(!is_count(text), "{text}");
        }
    }
}
