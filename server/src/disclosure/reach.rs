//! How far the scripts of a bundle reach: which record kinds a rule, figure or list rests on, directly or by way of others.
//!
//! Enters: a bundle, and the [`Lens`] that says how much is shown of each kind and criterion. Leaves: for each rule, criterion,
//! figure and list how much of it that leaves. Next: [`super::arithmetic`].
//!
//! Scripts are read as text: a kind, rule or criterion counts as reached wherever its id stands in quotes. That finds too much
//! rather than too little. Only `met("…")` reaches nothing, because whether a criterion is met is public.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use indexmap::IndexMap;
use liuwu_engine::bundle::{Action, Body, Bundle, Combine, Criterion, Each, Figure, List, Over, Rule, Script};
use liuwu_engine::dictionary::{Field, Kind, Public};
use liuwu_engine::period::Granularity;

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
    pub(super) fn of(bundle: &Bundle, lens: &Lens) -> Reach {
        let survey = Survey::new(bundle, lens);
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
        reach.take(&Scope::Main, &bundle.figures, &bundle.lists, &survey);
        for roll_up in &bundle.roll_up {
            let scope = match &roll_up.over {
                Over::Year => Scope::Year,
                Over::Level(level) => Scope::Level(level.clone()),
                Over::All => Scope::All,
            };
            reach.take(&scope, &roll_up.figures, &roll_up.lists, &survey);
        }
        reach
    }

    fn take(&mut self, scope: &Scope, figures: &[Figure], lists: &[List], survey: &Survey<'_>) {
        for figure in figures {
            let text = figure.script.text.as_str();
            let reach = FigureReach { touched: survey.text(text), is_count: is_count(text) };
            self.figures.insert((scope.clone(), figure.id.clone()), reach);
        }
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
    Function(String),
}

/// What a name is by itself, and the scripts behind it.
struct Entry<'a> {
    own: Touched,
    scripts: Vec<&'a str>,
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
    fn new(bundle: &'a Bundle, lens: &'a Lens) -> Survey<'a> {
        let kinds = &bundle.dictionary.kinds;
        let attributes = bundle.dictionary.attributes.iter();
        let people = attributes.filter(|(_, attribute)| counts_people(&attribute.field)).map(|(id, _)| id.as_str());
        let entries = entries(bundle, lens);
        let reach = entries.keys().map(|name| (name.clone(), Touched::NOTHING)).collect();
        let mut survey = Survey { lens, kinds, people: people.collect(), reach };
        let direct: Vec<(Touched, Vec<usize>)> = entries.values().map(|entry| survey.direct(entry)).collect();
        survey.spread(&direct);
        survey
    }

    /// What an entry reaches by itself, and the places of the names it names.
    fn direct(&self, entry: &Entry<'_>) -> (Touched, Vec<usize>) {
        let reach = entry.scripts.iter().fold(entry.own, |reach, text| reach.with(self.kinds_in(text)));
        let named = entry.scripts.iter().flat_map(|text| self.named_in(text)).collect();
        (reach, named)
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

    /// What the text of a script reaches.
    fn text(&self, text: &str) -> Touched {
        let named = self.named_in(text);
        let reach = named.filter_map(|place| self.reach.get_index(place)).map(|(_, reach)| *reach);
        reach.fold(self.kinds_in(text), Touched::with)
    }

    /// What the kinds and attributes named in a text make of it.
    fn kinds_in(&self, text: &str) -> Touched {
        let people = self.people.iter().any(|attribute| reads_member(text, "unit", attribute));
        let mut reach = Touched { people, ..Touched::NOTHING };
        for (_, kind) in self.kinds.iter().filter(|(id, _)| quotes(text, id, false)) {
            let people = kind.fields.iter().any(|(field, about)| counts_people(about) && has_word(text, field));
            reach = reach.with(Touched { public: self.lens.of_kind(kind), people });
        }
        reach
    }

    /// The places of the names in a text.
    fn named_in<'t>(&'t self, text: &'t str) -> impl Iterator<Item = usize> + 't {
        self.reach.keys().enumerate().filter(|(_, name)| is_named(name, text)).map(|(place, _)| place)
    }
}

fn is_named(name: &Name, text: &str) -> bool {
    match name {
        Name::Figure(id) => reads_member(text, "figures", id) || quotes(text, id, false),
        Name::Rule(id) | Name::Criterion(id) => quotes(text, id, true),
        Name::Function(id) => calls(text, id),
    }
}

fn counts_people(field: &Field) -> bool {
    field.unit.as_deref().is_some_and(|unit| PEOPLE.contains(&unit))
}

/// Everything in a bundle that scripts can name. Figures of one id in several results are taken together.
fn entries<'a>(bundle: &'a Bundle, lens: &Lens) -> IndexMap<Name, Entry<'a>> {
    let mut entries: IndexMap<Name, Entry<'a>> = IndexMap::new();
    let mut add = |name: Name, script| {
        let entry = entries.entry(name).or_insert(Entry { own: Touched::NOTHING, scripts: Vec::new() });
        entry.scripts.push(script);
    };
    let further = bundle.roll_up.iter().flat_map(|roll_up| &roll_up.figures);
    for figure in bundle.figures.iter().chain(further) {
        add(Name::Figure(figure.id.clone()), figure.script.text.as_str());
    }
    for (name, text) in bundle.library.as_ref().map(functions).unwrap_or_default() {
        add(Name::Function(name), text);
    }
    for criterion in &bundle.criteria {
        enter(criterion, Public::Full, (bundle, lens), &mut entries);
    }
    entries
}

/// Enters a criterion, its rules and what stands below it.
fn enter<'a>(
    criterion: &'a Criterion,
    above: Public,
    (bundle, lens): (&Bundle, &Lens),
    entries: &mut IndexMap<Name, Entry<'a>>,
) {
    let public = stricter(above, criterion.public.unwrap_or_default());
    let mut all = Vec::new();
    for rule in &criterion.rules {
        let kinds = match &rule.body {
            Body::Short(short) => short.each.as_slice(),
            Body::Long(_) => &[],
        };
        let of_kind = |kind: &String| bundle.dictionary.kinds.get(kind).map_or(Public::Met, |kind| lens.of_kind(kind));
        let public = kinds.iter().map(of_kind).fold(lens.of_rule(rule, public), stricter);
        let scripts = scripts_of(rule);
        all.extend(scripts.iter().copied());
        entries.insert(Name::Rule(rule.id.clone()), Entry { own: Touched { public, people: false }, scripts });
    }
    let own = Touched { public: lens.of_criterion(public), people: false };
    entries.insert(Name::Criterion(criterion.id.clone()), Entry { own, scripts: all });
    for below in &criterion.criteria {
        enter(below, public, (bundle, lens), entries);
    }
}

/// All scripts of a rule.
fn scripts_of(rule: &Rule) -> Vec<&str> {
    let body: Vec<&Script> = match &rule.body {
        Body::Long(script) => vec![script],
        Body::Short(short) => {
            let action = match &short.action {
                Some(Action::Deduct(script) | Action::Award(script)) => Some(script),
                Some(Action::Note) | None => None,
            };
            short.when.iter().chain(action).chain(&short.reason).collect()
        }
    };
    body.into_iter().chain(&rule.applies).map(|script| script.text.as_str()).collect()
}

/// The functions of a library, each from its `fn` to the next.
fn functions(library: &Script) -> Vec<(String, &str)> {
    let text = library.text.as_str();
    let mut starts: Vec<usize> = text.match_indices("fn ").map(|(start, _)| start).collect();
    starts.push(text.len());
    let pieces = starts.windows(2).filter_map(|ends| text.get(*ends.first()?..*ends.last()?));
    pieces
        .filter_map(|piece| {
            let name: String = piece.strip_prefix("fn ")?.trim_start().chars().take_while(|c| is_name(*c)).collect();
            (!name.is_empty()).then_some((name, piece))
        })
        .collect()
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether a script does nothing but count or add up. A rate, a difference or a place tells what it was made of, even where it
/// happens to be a whole number.
fn is_count(text: &str) -> bool {
    const MORE_THAN_ADDING: [&str; 12] =
        ["/", "*", "-", "%", "percent", "per_thousand", "百分比", "千分比", "mean", "rank", "pow", "round"];
    (text.contains(".count()") || text.contains(".sum(")) && !MORE_THAN_ADDING.iter().any(|sign| text.contains(sign))
}

/// Whether an id stands in quotes; where `met` does not count, other than as what is asked of `met`.
fn quotes(text: &str, id: &str, met_is_free: bool) -> bool {
    ['"', '`'].iter().any(|quote| {
        let quoted = format!("{quote}{id}{quote}");
        let before = |start: usize| text.get(..start).unwrap_or_default().trim_end();
        text.match_indices(&quoted).any(|(start, _)| {
            let asked = before(start).strip_suffix('(').is_some_and(|call| call.trim_end().ends_with("met"));
            !(met_is_free && asked)
        })
    })
}

/// Whether a word stands in a text by itself.
fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(start, _)| {
        let before = text.get(..start).and_then(|before| before.chars().next_back());
        let after = text.get(start + word.len()..).and_then(|after| after.chars().next());
        !before.is_some_and(is_name) && !after.is_some_and(is_name)
    })
}

/// Whether a member of an object is read: `figures.x`, `figures?.x`, `figures["x"]`.
fn reads_member(text: &str, object: &str, member: &str) -> bool {
    text.match_indices(object).any(|(start, _)| {
        let rest = text.get(start + object.len()..).unwrap_or_default().trim_start().trim_start_matches('?');
        let rest = rest.strip_prefix('.').unwrap_or_default().trim_start();
        rest.strip_prefix(member).is_some_and(|after| !after.chars().next().is_some_and(is_name))
    })
}

/// Whether a function is called.
fn calls(text: &str, function: &str) -> bool {
    text.match_indices(function).any(|(start, _)| {
        let before = text.get(..start).and_then(|before| before.chars().next_back());
        let after = text.get(start + function.len()..).unwrap_or_default().trim_start();
        !before.is_some_and(is_name) && after.starts_with('(')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_quotes_is_found_and_met_is_free() {
        assert!(quotes(r#"records("fire", "x")"#, "fire", false));
        assert!(!quotes("records(fires)", "fire", false));
        assert!(!quotes(r#"met("A1") || met( "A1" )"#, "A1", true));
        assert!(quotes(r#"met("A1") && points("A1") > 3"#, "A1", true));
    }

    #[test]
    fn only_counting_and_adding_is_a_count() {
        assert!(is_count(r#"records("theft").count()"#));
        assert!(is_count(r#"records("monthly").sum(|m| m.thefts + m.frauds)"#));
        for text in ["figures.thefts * 1000", "records(\"theft\").count() / 2", "per_thousand(a.count(), b)", "3"] {
            assert!(!is_count(text), "{text}");
        }
    }

    #[test]
    fn members_and_calls_are_found_as_whole_words() {
        assert!(reads_member("previous?.figures.calm ?? 0", "figures", "calm"));
        assert!(!reads_member("figures.calm_years", "figures", "calm"));
        assert!(calls("if overdue (h, day) {}", "overdue"));
        assert!(!calls("hazard_overdue(h)", "overdue"));
        assert!(has_word("f.deaths > 0", "deaths"));
        assert!(!has_word("f.deaths_at", "deaths"));
    }
}
