//! Where a script stands in a bundle, and in which order the scripts run.

use std::sync::Arc;

use super::super::Program;
use super::report::Said;
use crate::bundle::{Bundle, Each, Over};

/// Where a script stands. The order is that of the stages of a run; within the rules, their places tell what comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Post {
    /// `takes_part`.
    TakesPart,
    /// A figure, by its place among the figures.
    Figure(usize),
    /// `applies` of a rule, by its place among all rules.
    Applies(usize),
    /// What a rule does.
    Rule(usize),
    /// The score.
    Score,
    /// The rating.
    Rating,
    /// A figure computed after the rating.
    FinalFigure(usize),
    /// A list, by its place among the lists.
    List(usize),
    /// A function of the library that no script calls: it might be meant for any of them.
    Library,
}

/// A compiled script and where it stands.
#[derive(Clone)]
pub struct Placed {
    /// The roll-up it belongs to, by its place; none: the scoring of the units themselves.
    pub roll_up: Option<usize>,
    /// Where it stands there.
    pub post: Post,
    /// Whether `compare` puts a group in scope.
    pub compares: bool,
    /// The script.
    pub program: Program,
}

impl Post {
    /// The key of the bundle under which it stands.
    pub fn key(self) -> &'static str {
        match self {
            Post::TakesPart => "takes_part",
            Post::Figure(_) | Post::FinalFigure(_) => "figures",
            Post::Applies(_) => "applies",
            Post::Rule(_) => "rules",
            Post::Score => "score",
            Post::Rating => "rating",
            Post::List(_) => "lists",
            Post::Library => "library",
        }
    }

    /// The rule it belongs to.
    pub(super) fn rule(self) -> Option<usize> {
        match self {
            Post::Applies(rule) | Post::Rule(rule) => Some(rule),
            _ => None,
        }
    }
}

impl Placed {
    /// Its name in messages: the words of the bundle that lead to it.
    pub(in crate::script) fn title(&self, bundle: &Bundle) -> Said {
        let roll_up = self.roll_up.and_then(|place| bundle.roll_up.get(place));
        let figures = roll_up.map_or(&bundle.figures, |roll_up| &roll_up.figures);
        let lists = roll_up.map_or(&bundle.lists, |roll_up| &roll_up.lists);
        let figure = |place: usize| figures.get(place).map_or("", |figure| figure.id.as_str());
        let both = |key: &str| (format!("「{key}」"), format!("`{key}`"));
        let (zh, en) = match self.post {
            Post::TakesPart => both("takes_part"),
            Post::Figure(place) | Post::FinalFigure(place) => {
                (format!("指标「{}」", figure(place)), format!("the figure `{}`", figure(place)))
            }
            Post::Applies(place) | Post::Rule(place) => {
                let rules = bundle.all_rules();
                let id = rules.get(place).map_or("", |rule| rule.id.as_str());
                (format!("评分项「{id}」"), format!("the rule `{id}`"))
            }
            Post::Library => both("library"),
            Post::Score => both("score"),
            Post::Rating => both("rating"),
            Post::List(place) => {
                let id = lists.get(place).map_or("", |list| list.id.as_str());
                (format!("清单「{id}」"), format!("the list `{id}`"))
            }
        };
        match roll_up {
            None => (zh, en),
            Some(roll_up) => {
                let over = match &roll_up.over {
                    Over::Year => "year",
                    Over::Level(level) => level,
                    Over::All => "all",
                };
                (format!("roll_up.{over} 的{zh}"), format!("{en} of roll_up.{over}"))
            }
        }
    }

    /// What a list goes through, with the name under which its script sees each.
    pub(super) fn subject<'b>(&self, bundle: &'b Bundle) -> Option<(&'b str, &'b Each)> {
        let Post::List(place) = self.post else { return None };
        let lists = match self.roll_up {
            Some(roll_up) => &bundle.roll_up.get(roll_up)?.lists,
            None => &bundle.lists,
        };
        match &lists.get(place)?.each {
            Each::Unit => None,
            each @ Each::Finding => Some(("finding", each)),
            each @ Each::Record(kinds) => match kinds.as_slice() {
                [kind] => Some((kind.as_str(), each)),
                _ => Some(("record", each)),
            },
        }
    }

    /// The level of the unit at hand; none: the roll-up over all.
    pub(super) fn level(&self, bundle: &Bundle) -> Option<Arc<str>> {
        let roll_up = self.roll_up.and_then(|place| bundle.roll_up.get(place));
        match roll_up.map(|roll_up| &roll_up.over) {
            None | Some(Over::Year) => Some(Arc::from(bundle.assess.unit.as_str())),
            Some(Over::Level(level)) => Some(Arc::from(level.as_str())),
            Some(Over::All) => None,
        }
    }
}
