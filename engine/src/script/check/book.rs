//! What a bundle holds, looked up by the names that scripts use.
//!
//! Enters: the bundle, and the types of its figures as they become known. Leaves: the types of parameters, attributes, fields
//! and figures, or nothing where there is no such name.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use indexmap::IndexMap;

use super::types::{Choice, Is, Type, Whose};
use crate::bundle::{Bundle, Constant, Criterion, Over, ParameterValue, Rating, Rule};
use crate::dictionary::{Attribute, Value};

/// A bundle as the checks look things up in it.
pub(super) struct Book<'b> {
    pub(super) bundle: &'b Bundle,
    pub(super) rules: Vec<&'b Rule>,
    pub(super) criteria: Vec<&'b Criterion>,
    /// Rules that may veto, by their place.
    pub(super) vetoing: BTreeSet<usize>,
    /// Types of the figures seen so far, by roll-up and id.
    figures: BTreeMap<(Option<usize>, String), Type>,
    /// What the script of a figure tests for being nothing.
    pub(super) tested_in: BTreeMap<(Option<usize>, String), BTreeSet<String>>,
}

impl<'b> Book<'b> {
    pub(super) fn new(bundle: &'b Bundle) -> Book<'b> {
        Book {
            bundle,
            rules: bundle.all_rules(),
            criteria: bundle.all_criteria(),
            vetoing: BTreeSet::new(),
            figures: BTreeMap::new(),
            tested_in: BTreeMap::new(),
        }
    }

    pub(super) fn rule(&self, id: &str) -> Option<usize> {
        self.rules.iter().position(|rule| rule.id == id)
    }

    pub(super) fn criterion(&self, id: &str) -> Option<&'b Criterion> {
        self.criteria.iter().copied().find(|criterion| criterion.id == id)
    }

    /// The last rule of a criterion, those of its sub-criteria included.
    pub(super) fn last_rule(&self, criterion: &Criterion) -> Option<usize> {
        let own = criterion.rules.iter().filter_map(|rule| self.rule(&rule.id)).max();
        own.max(criterion.criteria.iter().filter_map(|part| self.last_rule(part)).max())
    }

    /// The first rule of a criterion, those of its sub-criteria included.
    pub(super) fn first_rule(&self, criterion: &Criterion) -> Option<usize> {
        let own = criterion.rules.iter().filter_map(|rule| self.rule(&rule.id)).min();
        own.or_else(|| criterion.criteria.iter().filter_map(|part| self.first_rule(part)).min())
    }

    // Figures.

    /// The figures of a roll-up or, for none, of the units: ids with whether they are computed after the rating.
    pub(super) fn figures_of(&self, roll_up: Option<usize>) -> Vec<(&'b str, bool)> {
        let figures = match roll_up {
            Some(place) => self.bundle.roll_up.get(place).map(|roll_up| &roll_up.figures),
            None => Some(&self.bundle.figures),
        };
        figures.into_iter().flatten().map(|figure| (figure.id.as_str(), figure.is_final)).collect()
    }

    pub(super) fn set_figure(&mut self, roll_up: Option<usize>, id: &str, is: Type, tested: BTreeSet<String>) {
        self.figures.insert((roll_up, id.to_owned()), is);
        self.tested_in.insert((roll_up, id.to_owned()), tested);
    }

    /// The type of a figure; unknown while its script was not looked at.
    pub(super) fn figure(&self, roll_up: Option<usize>, id: &str) -> Type {
        self.figures.get(&(roll_up, id.to_owned())).cloned().unwrap_or(Type::UNKNOWN)
    }

    /// The roll-ups whose results are parts of a roll-up; none among them: the results of the units.
    pub(super) fn parts_of(&self, roll_up: Option<usize>) -> Vec<Option<usize>> {
        let over = roll_up.and_then(|place| self.bundle.roll_up.get(place)).map(|roll_up| &roll_up.over);
        let year = self.bundle.roll_up.iter().position(|roll_up| roll_up.over == Over::Year);
        match (over, year) {
            (Some(Over::Level(_) | Over::All), Some(year)) => vec![None, Some(year)],
            _ => vec![None],
        }
    }

    /// The figures of a result, by id.
    pub(super) fn result_figure(&self, whose: Whose, roll_up: Option<usize>, id: &str) -> Option<Type> {
        let pipelines = match whose {
            Whose::Previous => vec![roll_up],
            Whose::Part => self.parts_of(roll_up),
        };
        let have = pipelines.iter().filter(|p| self.figures_of(**p).iter().any(|(known, _)| *known == id));
        let types: Vec<Type> = have.map(|pipeline| self.figure(*pipeline, id).kept()).collect();
        types.into_iter().reduce(Type::join)
    }

    /// The ids of the figures of a result.
    pub(super) fn result_figures(&self, whose: Whose, roll_up: Option<usize>) -> Vec<&'b str> {
        let pipelines = match whose {
            Whose::Previous => vec![roll_up],
            Whose::Part => self.parts_of(roll_up),
        };
        pipelines.into_iter().flat_map(|pipeline| self.figures_of(pipeline)).map(|(id, _)| id).collect()
    }

    // Ratings.

    fn rating_of(&self, roll_up: Option<usize>) -> &'b Rating {
        let rolled = roll_up.and_then(|place| self.bundle.roll_up.get(place)).map(|roll_up| &roll_up.rating);
        match rolled {
            Some(rating) if !rating.ladder.is_empty() => rating,
            _ => &self.bundle.rating,
        }
    }

    /// The ratings from best to worst.
    pub(super) fn ladder(&self, roll_up: Option<usize>) -> &'b [String] {
        &self.rating_of(roll_up).ladder
    }

    /// A rating of the units or of a roll-up; any text where the bundle names none.
    pub(super) fn rating(&self, roll_up: Option<usize>, is_closed: bool) -> Type {
        let mut names: Vec<&String> = self.ladder(roll_up).iter().collect();
        if names.is_empty() {
            return Type::of(Is::Text).or_nothing();
        }
        let own = roll_up.and_then(|place| self.bundle.roll_up.get(place)).map(|roll_up| &roll_up.rating);
        for rating in own.into_iter().chain([self.rating_of(roll_up)]) {
            names.extend([&rating.vetoed, &rating.incomplete, &rating.not_rated].into_iter().flatten());
        }
        let keys = names.into_iter().map(|name| (name.clone(), name.clone())).collect();
        closed_choice(("等次", "rating"), keys, is_closed).or_nothing()
    }

    /// The rating of a part: of the units, or of their years.
    pub(super) fn part_rating(&self, roll_up: Option<usize>) -> Type {
        let mut keys = IndexMap::new();
        for pipeline in self.parts_of(roll_up) {
            match self.rating(pipeline, true).is {
                Is::Choice(choice) => keys.extend(choice.keys.clone()),
                _ => return Type::of(Is::Text).or_nothing(),
            }
        }
        closed_choice(("等次", "rating"), keys, true).or_nothing()
    }

    /// The ids of rules as a choice.
    pub(super) fn rule_ids(&self) -> Type {
        let keys = self.rules.iter().map(|rule| (rule.id.clone(), rule.title.clone())).collect();
        closed_choice(("评分项", "rule"), keys, true)
    }

    // Units and records.

    /// The place of a level, the scored one first.
    pub(super) fn rank_of_level(&self, level: &str) -> Option<usize> {
        self.bundle.levels().position(|known| known == level)
    }

    /// The level that carries an attribute.
    pub(super) fn level_of(&self, attribute: &'b Attribute) -> &'b str {
        attribute.of.as_deref().unwrap_or(&self.bundle.assess.unit)
    }

    /// The kinds of records as a choice.
    pub(super) fn kinds(&self, ids: &[Arc<str>]) -> Type {
        let all = &self.bundle.dictionary.kinds;
        let titled = ids.iter().filter_map(|id| all.get(id.as_ref()));
        let keys = titled.map(|kind| (kind.id.to_string(), kind.title.clone())).collect();
        closed_choice(("台账", "kind of records"), keys, true)
    }

    /// A field of records of some kinds; none: none of them has it.
    pub(super) fn field(&self, kinds: &[Arc<str>], name: &str) -> Option<Type> {
        let all = &self.bundle.dictionary.kinds;
        let fields: Vec<Option<Type>> = kinds
            .iter()
            .filter_map(|kind| all.get(kind.as_ref()))
            .map(|kind| kind.fields.get(name).map(|field| Type::of_field(name, field)))
            .collect();
        if fields.iter().all(Option::is_none) {
            return None;
        }
        // Of a kind that lacks it, reading it fails only where such a record comes up.
        fields.into_iter().map(|field| field.unwrap_or(Type::NEVER)).reduce(Type::join)
    }

    // Parameters.

    /// What a parameter is; none: there is none.
    pub(super) fn parameter(&self, name: &str) -> Option<Type> {
        let parameter = self.bundle.parameters.get(name)?;
        let of = |constant: &Constant| match constant {
            Constant::Value(value) => of_value(value),
            Constant::Table(_) => Type::of(Is::Table(Arc::from(name))),
            Constant::Steps { .. } => Type::of(Is::Steps(Arc::from(name))),
            Constant::Ranges(_) => Type::of(Is::Ranges),
        };
        constants(&parameter.value).map(of).reduce(Type::join)
    }

    /// The keys of a table, of all its dates.
    pub(super) fn table_keys(&self, name: &str) -> BTreeSet<&'b str> {
        let tables = self.tables(name);
        tables.iter().flat_map(|table| table.keys()).map(String::as_str).collect()
    }

    /// What a table holds.
    pub(super) fn table_value(&self, name: &str) -> Type {
        let values: Vec<Type> = self.tables(name).iter().flat_map(|table| table.values()).map(of_value).collect();
        values.into_iter().reduce(Type::join).unwrap_or(Type::UNKNOWN)
    }

    fn tables(&self, name: &str) -> Vec<&'b IndexMap<String, Value>> {
        let parameter = self.bundle.parameters.get(name);
        let all = parameter.into_iter().flat_map(|parameter| constants(&parameter.value));
        all.filter_map(|constant| match constant {
            Constant::Table(table) => Some(table),
            _ => None,
        })
        .collect()
    }

    /// What the steps of a parameter give.
    pub(super) fn step(&self, name: &str) -> Type {
        let parameter = self.bundle.parameters.get(name);
        let all = parameter.into_iter().flat_map(|parameter| constants(&parameter.value));
        let values = all.flat_map(|constant| match constant {
            Constant::Steps { steps, .. } => steps.as_slice(),
            _ => &[],
        });
        // Below all steps it is 0.
        values.map(|(_, value)| of_value(value)).fold(Type::of(Is::Number), Type::join)
    }
}

fn constants(value: &ParameterValue) -> impl Iterator<Item = &Constant> {
    let (fixed, dated) = match value {
        ParameterValue::Fixed(constant) => (Some(constant), None),
        ParameterValue::Dated(values) => (None, Some(values)),
    };
    fixed.into_iter().chain(dated.into_iter().flatten().map(|(_, constant)| constant))
}

fn of_value(value: &Value) -> Type {
    Type::of(match value {
        Value::Boolean(_) => Is::Boolean,
        Value::Number(_) => Is::Number,
        Value::Date(_) => Is::Date,
        Value::Time(_) => Is::Time,
        Value::Text(_) => Is::Text,
        Value::List(items) => {
            let item = items.iter().map(of_value).reduce(Type::join).unwrap_or(Type::UNKNOWN);
            Is::List(Arc::new(item))
        }
        Value::Map(_) => Is::Map(Arc::new(Type::UNKNOWN)),
    })
}

/// A choice of texts.
pub(super) fn closed_choice((zh, en): (&str, &str), keys: IndexMap<String, String>, is_closed: bool) -> Type {
    Type::of(Is::Choice(Arc::new(Choice { what: (zh.to_owned(), en.to_owned()), keys, is_closed })))
}
