//! `switch`. The parser keeps only the hashes of its literals, so they are found again in the text.

use std::collections::HashMap;

use rhai::{Engine, Expr, Position, RangeCase, Stmt, SwitchCasesCollection};

use super::super::obstacle::Obstacle;
use super::super::tree::{Arm, Node, Switch};
use super::super::value::Constant;
use super::{Builder, Built};

impl Builder<'_> {
    pub(super) fn switch(&mut self, value: &Expr, cases: &SwitchCasesCollection, position: Position) -> Built {
        let value = self.node(value)?;
        // In the order in which the arms are written, not in that of the hashes.
        let mut hashes: Vec<(u64, &[usize])> = cases.cases.iter().map(|(hash, list)| (*hash, &*list.blocks)).collect();
        hashes.sort_by_key(|(_, arms)| arms.first().copied());
        let mut found = Vec::new();
        for (hash, places) in hashes {
            let Some(literal) = self.literal(hash) else { return Err(Obstacle::switch(position)) };
            let mut arms = Vec::new();
            for place in places {
                arms.push(self.arm(cases, *place, position)?);
            }
            found.push((literal, arms));
        }
        let mut ranges = Vec::new();
        for range in &cases.ranges {
            let (whole, place) = match range {
                // An empty range holds nothing.
                RangeCase::ExclusiveInt(range, _) if range.is_empty() => continue,
                RangeCase::ExclusiveInt(range, place) => (range.start..=range.end.saturating_sub(1), *place),
                RangeCase::InclusiveInt(range, place) => (range.clone(), *place),
            };
            ranges.push((whole, self.arm(cases, place, position)?));
        }
        let otherwise = match cases.def_case.and_then(|place| cases.expressions.get(place)) {
            Some(arm) => Some(self.node(&arm.rhs)?),
            None => None,
        };
        Ok(Node::Switch(Box::new(Switch { value, cases: found, ranges, otherwise })))
    }

    fn arm(&mut self, cases: &SwitchCasesCollection, place: usize, position: Position) -> Built<Arm> {
        let Some(arm) = cases.expressions.get(place) else { return Err(Obstacle::switch(position)) };
        let condition = match &arm.lhs {
            Expr::BoolConstant(true, _) => None,
            condition => Some(self.node(condition)?),
        };
        Ok(Arm { condition, gives: self.node(&arm.rhs)? })
    }

    /// The literal that has a hash.
    fn literal(&mut self, hash: u64) -> Option<Constant> {
        let material = self.material;
        let literals = self.literals.get_or_insert_with(|| {
            let texts = material.texts.iter().flat_map(|text| literals(text));
            texts.filter_map(|literal| hashed(material.engine, &literal)).collect()
        });
        literals.get(&hash).cloned()
    }
}

/// Everything in a text that may be a literal: quoted texts, whole numbers, and the words for yes, no and nothing.
fn literals(text: &str) -> Vec<String> {
    let mut found: Vec<String> = ["true", "false", "()"].map(str::to_owned).to_vec();
    let mut rest = text;
    while let Some(start) = rest.find(|letter: char| letter == '"' || letter.is_ascii_digit()) {
        let (_, from) = rest.split_at(start);
        let length = if from.starts_with('"') {
            quoted(from)
        } else {
            from.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(from.len())
        };
        let (literal, behind) = from.split_at(length);
        found.push(literal.to_owned());
        if !literal.starts_with('"') {
            found.push(format!("-{literal}"));
        }
        rest = behind;
    }
    found
}

/// How long a quoted text is, its quotes included.
fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The hash under which the parser keeps a literal, and what it is.
fn hashed(engine: &Engine, literal: &str) -> Option<(u64, Constant)> {
    let constant = engine.compile_expression(literal).ok()?;
    let constant = match constant.statements() {
        [Stmt::Expr(expression)] => match &**expression {
            Expr::BoolConstant(is, _) => Constant::Boolean(*is),
            Expr::IntegerConstant(whole, _) => Constant::Whole(*whole),
            Expr::StringConstant(text, _) => Constant::Text(text.as_str().into()),
            Expr::Unit(_) => Constant::Nothing,
            _ => return None,
        },
        _ => return None,
    };
    let switch = engine.compile(format!("switch 0 {{ {literal} => 0 }}")).ok()?;
    let hashes: HashMap<u64, Constant> = match switch.statements() {
        [Stmt::Switch(parts, _)] => parts.1.cases.keys().map(|hash| (*hash, constant.clone())).collect(),
        _ => return None,
    };
    hashes.into_iter().next()
}
