//! `expect` of a case: what must come out.
//!
//! Enters: the node and the bundle it speaks about. Leaves: an [`Expect`]. What it names must exist. Next: [`super::check`].

use super::keys::Keys;
use super::literal::raw;
use super::model::{
    Bundle, CaseUnit, CaseValue, Expect, ExpectCriterion, ExpectFinding, Figure, List, Over, Place, Rating,
};
use super::node::{Content, Node};
use super::reader::Reader;
use super::sections::{self, FINDINGS, MET, OUTCOMES};
use crate::diagnostic::Location;
use crate::number::Number;

/// Reads what is expected of the unit at hand, of the further `units` of the case, and of roll-ups.
pub(super) fn expect(reader: &Reader, node: &Node, bundle: &Bundle, units: &[CaseUnit]) -> Expect {
    let own = Subject {
        figures: &bundle.figures,
        lists: &bundle.lists,
        rating: &bundle.rating,
        rules: bundle.all_rules().iter().map(|rule| rule.id.as_str()).collect(),
        criteria: bundle.all_criteria().iter().map(|criterion| criterion.id.as_str()).collect(),
    };
    let Some(keys) = reader.keys(node, "expect", &sections::EXPECT) else { return Expect::default() };
    let mut expect = own.read(&keys);
    for (key, node) in keys.named("others") {
        let path = format!("expect.others.{}", key.text);
        let Some(keys) = reader.keys(node, path, &sections::EXPECT_OTHER) else { continue };
        let (in_year, who) = key.text.strip_prefix("year:").map_or((false, key.text.as_str()), |who| (true, who));
        let over = roll_up_of(who, bundle);
        if over.is_none() {
            let known: Vec<&str> = units.iter().map(|unit| unit.id.as_str()).chain(["year", "all"]).collect();
            known_name(reader, who, key.place, ("单元或汇总范围", "unit or roll-up"), &known);
        }
        let subject = match over.or(in_year.then_some(Over::Year)) {
            Some(over) => Subject::of_roll_up(reader, &key.text, key.place, &over, bundle),
            None => own.clone(),
        };
        let other = subject.read(&keys);
        expect.others.push((key.text.clone(), other));
    }
    expect
}

/// `year`, `all` and `town:A` are roll-ups; anything else is a unit of the case.
fn roll_up_of(key: &str, bundle: &Bundle) -> Option<Over> {
    match key {
        "year" => Some(Over::Year),
        "all" => Some(Over::All),
        _ => {
            let (level, _) = key.split_once(':')?;
            bundle.levels().any(|known| known == level).then(|| Over::Level(level.to_owned()))
        }
    }
}

/// What an expectation may name.
#[derive(Clone)]
struct Subject<'a> {
    figures: &'a [Figure],
    lists: &'a [List],
    rating: &'a Rating,
    rules: Vec<&'a str>,
    criteria: Vec<&'a str>,
}

impl<'a> Subject<'a> {
    fn of_roll_up(reader: &Reader, key: &str, place: Place, over: &Over, bundle: &'a Bundle) -> Subject<'a> {
        let found = bundle.roll_up.iter().find(|roll_up| roll_up.over == *over);
        if found.is_none() {
            let known = bundle.roll_up.iter().map(|roll_up| match &roll_up.over {
                Over::Year => "year",
                Over::All => "all",
                Over::Level(level) => level,
            });
            reader.unknown_name(place, ("汇总范围", "roll-up"), key, known);
        }
        Subject {
            figures: found.map_or(&[], |roll_up| &roll_up.figures),
            lists: found.map_or(&[], |roll_up| &roll_up.lists),
            rating: found.map_or(&bundle.rating, |roll_up| &roll_up.rating),
            rules: Vec::new(),
            criteria: Vec::new(),
        }
    }

    fn read(&self, keys: &Keys<'_>) -> Expect {
        Expect {
            score: or_null(keys, "score", Reader::number),
            score_without_exemptions: or_null(keys, "score_without_exemptions", Reader::number),
            rating: self.rating(keys, "rating", self.rating.script.is_some()),
            band: self.rating(keys, "band", false),
            vetoed: flag(keys, "vetoed"),
            incomplete: flag(keys, "incomplete"),
            takes_part: flag(keys, "takes_part"),
            lists: self.lists(keys, "lists"),
            lists_unknown: self.lists(keys, "lists_unknown"),
            figures: self.figures(keys),
            criteria: self.criteria(keys),
            findings: self.findings(keys),
            points: self.points(keys),
            outcomes: self.outcomes(keys),
            others: Vec::new(),
            locations: locations(keys),
            location: keys.reader.location(keys.place),
        }
    }

    /// A rating, or null. Where a script gives it, any text can come out.
    fn rating(&self, keys: &Keys<'_>, key: &'static str, any: bool) -> Option<Option<String>> {
        let rating = or_null(keys, key, |reader, node, path| reader.text(node, path).map(str::to_owned))?;
        let fixed = [&self.rating.vetoed, &self.rating.incomplete, &self.rating.not_rated];
        let known: Vec<&str> =
            self.rating.ladder.iter().chain(fixed.into_iter().flatten()).map(String::as_str).collect();
        if let (Some(name), Some(node), false) = (&rating, keys.get(key), any) {
            known_name(keys.reader, name, node.place, ("等次", "rating"), &known);
        }
        Some(rating)
    }

    fn lists(&self, keys: &Keys<'_>, key: &'static str) -> Option<Vec<String>> {
        keys.get(key)?;
        let names = keys.texts(key);
        for (name, place) in &names {
            let known: Vec<&str> = self.lists.iter().map(|list| list.id.as_str()).collect();
            known_name(keys.reader, name, *place, ("清单", "list"), &known);
        }
        Some(names.into_iter().map(|(name, _)| name).collect())
    }

    fn figures(&self, keys: &Keys<'_>) -> Vec<(String, Option<CaseValue>)> {
        let known: Vec<&str> = self.figures.iter().map(|figure| figure.id.as_str()).collect();
        let read = keys.named("figures").iter().map(|(key, node)| {
            known_name(keys.reader, &key.text, key.place, ("指标值", "figure"), &known);
            let location = keys.reader.location(node.place);
            let value = (!node.is_null()).then(|| CaseValue { raw: raw(node), location });
            (key.text.clone(), value)
        });
        read.collect()
    }

    /// `{points, met}`, points alone, or the state alone.
    fn criteria(&self, keys: &Keys<'_>) -> Vec<(String, ExpectCriterion)> {
        let mut criteria = Vec::new();
        for (key, node) in keys.named("criteria") {
            known_name(keys.reader, &key.text, key.place, ("指标", "criterion"), &self.criteria);
            let path = format!("{}.{}", keys.path_of("criteria"), key.text);
            criteria.extend(criterion(keys.reader, node, &path).map(|expected| (key.text.clone(), expected)));
        }
        criteria
    }

    fn findings(&self, keys: &Keys<'_>) -> Option<Vec<ExpectFinding>> {
        keys.written("findings")?;
        let path = keys.path_of("findings");
        Some(keys.items("findings").iter().filter_map(|node| self.finding(keys.reader, node, &path)).collect())
    }

    fn finding(&self, reader: &Reader, node: &Node, path: &str) -> Option<ExpectFinding> {
        let keys = reader.keys(node, path, &sections::EXPECT_FINDING)?;
        let rule = keys.text("rule");
        if let Some(node) = keys.get("rule") {
            known_name(reader, &rule, node.place, ("评分项", "rule"), &self.rules);
        }
        let finding = ExpectFinding {
            rule,
            kind: keys.word("kind", FINDINGS).map(str::to_owned),
            points: keys.number("points"),
            counted: keys.number("counted"),
            reason: keys.optional_text("reason"),
            evidence: keys.count("evidence"),
            times: keys.count("times").unwrap_or(1),
        };
        Some(finding)
    }

    fn points(&self, keys: &Keys<'_>) -> Vec<(String, Number)> {
        let mut points = Vec::new();
        for (key, node) in keys.named("points") {
            known_name(keys.reader, &key.text, key.place, ("评分项", "rule"), &self.rules);
            let path = format!("{}.{}", keys.path_of("points"), key.text);
            points.extend(keys.reader.number(node, &path).map(|number| (key.text.clone(), number)));
        }
        points
    }

    fn outcomes(&self, keys: &Keys<'_>) -> Vec<(String, String)> {
        let mut outcomes = Vec::new();
        for (key, node) in keys.named("outcomes") {
            known_name(keys.reader, &key.text, key.place, ("评分项", "rule"), &self.rules);
            let path = format!("{}.{}", keys.path_of("outcomes"), key.text);
            if let Some(outcome) = keys.reader.word(node, &path, OUTCOMES) {
                outcomes.push((key.text.clone(), outcome.to_owned()));
            }
        }
        outcomes
    }
}

fn criterion(reader: &Reader, node: &Node, path: &str) -> Option<ExpectCriterion> {
    match node.content {
        Content::Number(_) => Some(ExpectCriterion { points: reader.number(node, path), met: None }),
        Content::Map(_) => {
            let keys = reader.keys(node, path, &sections::EXPECT_CRITERION)?;
            let expected =
                ExpectCriterion { points: keys.number("points"), met: keys.word("met", MET).map(str::to_owned) };
            Some(expected)
        }
        _ => Some(ExpectCriterion { points: None, met: reader.word(node, path, MET).map(str::to_owned) }),
    }
}

fn known_name(reader: &Reader, name: &str, place: Place, what: (&str, &str), known: &[&str]) {
    if !known.contains(&name) {
        reader.unknown_name(place, what, name, known.iter().copied());
    }
}

/// Where each expectation stands: a key as a whole, and the names and rules under those that hold several.
fn locations(keys: &Keys<'_>) -> Vec<(String, Location)> {
    let mut locations = Vec::new();
    for (key, node) in keys.all() {
        let mut add = |name: String, place: Place| locations.push((name, keys.reader.location(place)));
        add(key.text.clone(), key.place);
        if !["figures", "criteria", "points", "outcomes", "findings"].contains(&key.text.as_str()) {
            continue;
        }
        for (name, _) in node.map().unwrap_or_default() {
            add(format!("{}.{}", key.text, name.text), name.place);
        }
        // Of several findings of a rule, the first stands for all.
        for item in node.list().unwrap_or_default().iter().rev() {
            if let Some(rule) = item.get("rule").and_then(Node::scalar) {
                add(format!("{}.{}", key.text, rule.text), item.place);
            }
        }
    }
    locations
}

/// A value that may be expected to be none: the outer option says whether anything is expected.
fn or_null<T>(
    keys: &Keys<'_>,
    key: &'static str,
    read: impl FnOnce(&Reader, &Node, &str) -> Option<T>,
) -> Option<Option<T>> {
    let node = keys.written(key)?;
    if node.is_null() {
        return Some(None);
    }
    read(keys.reader, node, &keys.path_of(key)).map(Some)
}

fn flag(keys: &Keys<'_>, key: &'static str) -> Option<bool> {
    keys.reader.flag(keys.get(key)?, &keys.path_of(key))
}
