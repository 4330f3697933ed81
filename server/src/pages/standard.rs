//! How a standard lies on pages: which of its criteria are cards and which are bars, which of its lists are followed up, how
//! its ratings stand among each other.
//!
//! Enters: a bundle. Leaves: answers that hold for any bundle; nothing about a particular one is known here. Next:
//! [`results`](super::results).
//!
//! * A criterion at the top that one of its rules can break (`breach`, `veto`) is a condition, and stands as a card. Breaking
//!   is what a condition is for, so the rules say it better than any mark beside them could.
//! * The other criteria at the top that start with points are the groundwork, and stand as bars. One that starts with none
//!   only gives awards; those stand in the arithmetic.
//! * A list is followed up in public when it has measures and its entries stay on it or escalate; or when it bears the id
//!   `negative`, which is kept for it. Lists with measures alone are reminders, lists without any are honours or tables.

use std::collections::HashMap;

use liuwu_engine::bundle::{Body, Bundle, Criterion, Each, List, Rule};
use liuwu_engine::dictionary::Mend;
use liuwu_engine::number::Number;
use liuwu_engine::period::Period;

use super::figures::Figure;
use super::rating::{BandLine, Grade};
use super::words::Language;

/// How a standard lies on pages.
#[derive(Debug)]
pub struct Standard<'a> {
    /// The standard itself.
    pub bundle: &'a Bundle,
    rules: HashMap<&'a str, (&'a Rule, &'a Criterion)>,
}

impl<'a> Standard<'a> {
    /// Looks through a bundle.
    #[must_use]
    pub fn new(bundle: &'a Bundle) -> Self {
        let mut rules = HashMap::new();
        for top in &bundle.criteria {
            for rule in rules_in(top) {
                rules.insert(rule.id.as_str(), (rule, top));
            }
        }
        Self { bundle, rules }
    }

    /// A rule.
    #[must_use]
    pub fn rule(&self, id: &str) -> Option<&'a Rule> {
        self.rules.get(id).map(|(rule, _)| *rule)
    }

    /// The criterion at the top that a rule stands in, directly or not.
    #[must_use]
    pub fn criterion_of(&self, rule: &str) -> Option<&'a Criterion> {
        self.rules.get(rule).map(|(_, criterion)| *criterion)
    }

    /// Any criterion.
    #[must_use]
    pub fn criterion(&self, id: &str) -> Option<&'a Criterion> {
        self.bundle.all_criteria().into_iter().find(|criterion| criterion.id == id)
    }

    /// The criteria that can be broken, in the order of the standard.
    pub fn conditions(&self) -> impl Iterator<Item = &'a Criterion> + use<'a> {
        self.bundle.criteria.iter().filter(|criterion| can_be_broken(criterion))
    }

    /// The others that start with points.
    pub fn groundwork(&self) -> impl Iterator<Item = &'a Criterion> + use<'a> {
        self.bundle.criteria.iter().filter(|criterion| !can_be_broken(criterion) && !criterion.base.is_zero())
    }

    /// The lists that are followed up in public.
    pub fn followed_up(&self) -> impl Iterator<Item = &'a List> + use<'a> {
        self.bundle.lists.iter().filter(|list| is_followed_up(list))
    }

    /// The lists of units that are followed up in public.
    pub fn followed_up_units(&self) -> impl Iterator<Item = &'a List> + use<'a> {
        self.followed_up().filter(|list| list.each == Each::Unit)
    }

    /// What can still be done about findings of a rule: what the rule says, or what the kind of their evidence says.
    #[must_use]
    pub fn mend(&self, rule: &str, kinds: &[&str]) -> Option<&'a Mend> {
        let of_kind = |kind: &&str| self.bundle.dictionary.kinds.get(*kind).and_then(|kind| kind.mend.as_ref());
        self.rule(rule)?.mend.as_ref().or_else(|| kinds.iter().find_map(of_kind))
    }

    /// How a rating stands among the others.
    #[must_use]
    pub fn grade(&self, rating: Option<&str>) -> Grade {
        let ladder = &self.bundle.rating.ladder;
        match rating.and_then(|rating| ladder.iter().position(|step| step == rating)) {
            None => Grade::Withheld,
            Some(0) => Grade::First,
            Some(place) if place + 1 == ladder.len() => Grade::Fourth,
            Some(1) => Grade::Second,
            Some(_) => Grade::Third,
        }
    }

    /// The ratings from best to worst, and behind them those of units without a score.
    #[must_use]
    pub fn ratings(&self) -> Vec<&'a str> {
        let rating = &self.bundle.rating;
        let further = [&rating.vetoed, &rating.incomplete, &rating.not_rated].into_iter().flatten();
        let mut ratings: Vec<&str> = Vec::new();
        for name in rating.ladder.iter().chain(further) {
            if !ratings.contains(&name.as_str()) {
                ratings.push(name);
            }
        }
        ratings
    }

    /// The ratings with a lowest score.
    #[must_use]
    pub fn bands(&self) -> Vec<BandLine> {
        let bands = self.bundle.rating.bands.iter();
        bands.filter_map(|band| Some(BandLine { title: band.name.clone(), from: Figure(band.lower?.at) })).collect()
    }

    /// What every score starts from: the base of the whole and of the criteria at the top.
    #[must_use]
    pub fn base(&self) -> Option<Number> {
        let bases = self.bundle.criteria.iter().map(|criterion| criterion.base);
        Number::sum(std::iter::once(self.bundle.assess.base).chain(bases)).ok()
    }

    /// Whether the standard calls itself an example, so that everything made from it has to say so.
    #[must_use]
    pub fn is_an_example(&self) -> bool {
        self.bundle.title.contains("示例")
    }
}

/// All rules in a criterion and below it.
pub(super) fn rules_in(criterion: &Criterion) -> Vec<&Rule> {
    let below = criterion.criteria.iter().flat_map(rules_in);
    criterion.rules.iter().chain(below).collect()
}

fn can_be_broken(criterion: &Criterion) -> bool {
    rules_in(criterion).into_iter().any(can_break)
}

fn is_followed_up(list: &List) -> bool {
    let stays = list.stays != (None, None);
    let escalates = list.follow_up.iter().any(|measure| measure.when_overdue_days.is_some());
    list.id == "negative" || (!list.follow_up.is_empty() && (stays || escalates))
}

/// Whether a rule can break its criterion or veto the rating.
fn can_break(rule: &Rule) -> bool {
    match &rule.body {
        Body::Short(short) => !short.breach.is_never() || !short.veto.is_never(),
        Body::Long(script) => script.text.lines().any(|line| {
            let code = line.split("//").next().unwrap_or_default();
            calls(code, "breach") || calls(code, "veto")
        }),
    }
}

/// Whether a function is called in a line of a script.
fn calls(code: &str, function: &str) -> bool {
    code.match_indices(function).any(|(start, _)| {
        let before = code.get(..start).and_then(|before| before.chars().next_back());
        let after = code.get(start + function.len()..).unwrap_or_default().trim_start();
        after.starts_with('(')
            && !before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_' || letter == '.')
    })
}

/// A period as a reader of this language names it.
#[must_use]
pub fn period_title(period: Period, language: Language) -> String {
    match language {
        Language::Chinese => period.title_zh(),
        Language::English => period.name(),
    }
}

#[cfg(test)]
mod tests {
    use liuwu_engine::bundle;

    use super::*;

    const SHIPPED: &str = include_str!("../../../rules/ruian-six-no/2020.yaml");

    fn titles<'a>(criteria: impl Iterator<Item = &'a Criterion>) -> Vec<&'a str> {
        criteria.map(|criterion| criterion.id.as_str()).collect()
    }

    #[test]
    fn the_shipped_standard_lies_on_pages_as_its_articles_say() {
        let (bundle, _) = bundle::read("2020.yaml", SHIPPED).unwrap();
        let standard = Standard::new(&bundle);
        assert_eq!(titles(standard.conditions()), ["A1", "A2", "A3", "A4", "A5", "A6"]);
        assert_eq!(titles(standard.groundwork()), ["B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8", "B9"]);
        let lists: Vec<&str> = standard.followed_up().map(|list| list.id.as_str()).collect();
        assert_eq!(lists, ["negative", "old_cases", "overdue_hazards", "crowd_petitions", "unmediated"]);
        assert_eq!(standard.base(), Some(Number::from(100_i64)));
        assert!(standard.is_an_example());
    }

    #[test]
    fn ratings_stand_between_the_best_and_the_worst() {
        let (bundle, _) = bundle::read("2020.yaml", SHIPPED).unwrap();
        let standard = Standard::new(&bundle);
        let grades: Vec<Grade> = standard.ratings().iter().map(|rating| standard.grade(Some(rating))).collect();
        assert_eq!(grades, [Grade::First, Grade::Second, Grade::Third, Grade::Fourth, Grade::Withheld]);
        assert_eq!(standard.grade(None), Grade::Withheld);
    }

    #[test]
    fn a_call_in_a_remark_breaks_nothing() {
        assert!(calls("  breach (reason, f);", "breach"));
        assert!(!calls("no_breach(x)", "breach"));
        assert!(!calls("let breached = breach;", "breach"));
    }
}
