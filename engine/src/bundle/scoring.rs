//! The sections `figures` and `criteria`: named values, the headings of the standard and their rules.
//!
//! Enters: the keys of the file. Leaves: [`Figure`]s, [`Criterion`]s, [`Rule`]s of the short and the long form. Next:
//! [`super::rating`].

use std::ops::Range;

use super::assess::{Groups, bounds, required_script};
use super::dictionary::rule_mend;
use super::keys::Keys;
use super::lists::known_kinds;
use super::model::{Action, Body, Cap, Condition, Criterion, Figure, Place, Reach, Rule, Script, SharedCap, ShortForm};
use super::names::{self, Given, Use};
use super::node::{Content, Node};
use super::reader::Reader;
use super::sections::{self, COMBINE, FROM, INCOMPLETE, PUBLIC, SHORT};
use crate::codes::bundle as code;
use crate::diagnostic::Diagnostic;
use crate::dictionary::Dictionary;

/// Reads `figures`, of the bundle or of a roll-up.
pub(super) fn figures(above: &Keys<'_>, groups: &Groups) -> Vec<Figure> {
    let path = above.path_of("figures");
    let mut figures = Vec::new();
    for (key, node) in above.named("figures") {
        names::check(above.reader, &key.text, key.place, Use::Property);
        let Some(keys) = above.reader.keys(node, format!("{path}.{}", key.text), &sections::FIGURE) else { continue };
        figures.push(Figure {
            id: key.text.clone(),
            title: keys.optional_text("title").unwrap_or_else(|| key.text.clone()),
            script: required_script(&keys),
            compare: groups.compare(&keys),
            is_final: keys.flag("final"),
            show: keys.flag("show"),
            place: key.place,
        });
    }
    figures
}

/// Reads the criteria of a bundle, with what they may name.
pub(super) struct Criteria<'a> {
    /// What `compare` may name.
    pub groups: &'a Groups,
    /// What `each` and `mend` may name.
    pub dictionary: &'a Dictionary,
    /// Ids of rules and criteria so far.
    given: Given,
    /// Ids of rules so far.
    rules: Vec<String>,
    /// Rules named by shared caps.
    capped: Vec<Capped>,
}

/// A rule named by a shared cap.
struct Capped {
    rule: String,
    place: Place,
    /// The rules of the criterion with the cap and of those below it, among all rules.
    within: Range<usize>,
}

impl<'a> Criteria<'a> {
    pub fn new(groups: &'a Groups, dictionary: &'a Dictionary) -> Self {
        Criteria { groups, dictionary, given: Given::default(), rules: Vec::new(), capped: Vec::new() }
    }

    /// The criteria under the file or under another criterion.
    pub fn read(&mut self, above: &Keys<'_>) -> Vec<Criterion> {
        let path = above.path_of("criteria");
        above.items("criteria").iter().filter_map(|node| self.criterion(above.reader, node, &path)).collect()
    }

    fn criterion(&mut self, reader: &Reader, node: &Node, path: &str) -> Option<Criterion> {
        let keys = reader.keys(node, named(node, path), &sections::CRITERION)?;
        let id = self.id(&keys, Use::Property);
        let (base, floor, ceiling) = bounds(&keys);
        let first = self.rules.len();
        let (rules, criteria) = (self.rules(&keys), self.read(&keys));
        let criterion = Criterion {
            id,
            title: keys.text("title"),
            basis: keys.optional_text("basis"),
            base,
            floor,
            ceiling,
            combine: keys.word("combine", COMBINE).unwrap_or_default(),
            weight: keys.number("weight"),
            caps: self.shared_caps(&keys, first),
            incomplete: keys.word("incomplete", INCOMPLETE),
            public: keys.word("public", PUBLIC),
            rules,
            criteria,
            place: node.place,
        };
        Some(criterion)
    }

    /// `caps`; the rules of the criterion and of those below it are the last that were read, from `first` on.
    fn shared_caps(&mut self, criterion: &Keys<'_>, first: usize) -> Vec<SharedCap> {
        let path = criterion.path_of("caps");
        let items = criterion.items("caps").iter();
        items.filter_map(|node| self.shared_cap(criterion.reader, node, &path, first)).collect()
    }

    /// `{rules: […], points, per}`.
    fn shared_cap(&mut self, reader: &Reader, node: &Node, path: &str, first: usize) -> Option<SharedCap> {
        let keys = reader.keys(node, path, &sections::SHARED_CAP)?;
        keys.required("rules");
        let rules = keys.texts("rules");
        let within = first..self.rules.len();
        let capped = rules.iter().map(|(rule, place)| (rule.clone(), *place));
        self.capped.extend(capped.map(|(rule, place)| Capped { rule, place, within: within.clone() }));
        let cap = cap_of(&keys);
        Some(SharedCap { rules: rules.into_iter().map(|(rule, _)| rule).collect(), cap: cap? })
    }

    /// Notes the shared caps that name a rule which does not exist or which stands in another criterion. Called when all
    /// criteria are read.
    pub fn look_up_capped_rules(&self, file: &Keys<'_>) {
        for Capped { rule, place, within } in &self.capped {
            let own = self.rules.get(within.clone()).unwrap_or_default();
            if own.contains(rule) {
                continue;
            }
            if self.rules.contains(rule) {
                file.reader.fault(*place, Diagnostic::new(&code::CAP_OF_ANOTHER).with("name", rule));
            } else {
                file.reader.unknown_name(*place, ("评分项", "rule"), rule, own.iter().map(String::as_str));
            }
        }
    }

    fn rules(&mut self, criterion: &Keys<'_>) -> Vec<Rule> {
        let path = criterion.path_of("rules");
        criterion.items("rules").iter().filter_map(|node| self.rule(criterion.reader, node, &path)).collect()
    }

    fn rule(&mut self, reader: &Reader, node: &Node, path: &str) -> Option<Rule> {
        let keys = reader.keys(node, named(node, path), &sections::RULE)?;
        let id = self.id(&keys, Use::Id);
        self.rules.push(id.clone());
        let body = self.body(&keys);
        let each: &[String] = match &body {
            Body::Short(short) => &short.each,
            Body::Long(_) => &[],
        };
        let rule = Rule {
            id,
            title: keys.text("title"),
            department: keys.optional_text("department"),
            basis: keys.optional_text("basis"),
            caps: caps(&keys),
            weight: keys.number("weight"),
            applies: keys.script("applies"),
            compare: self.groups.compare(&keys),
            mend: rule_mend(&keys, each, self.dictionary),
            body,
            place: node.place,
        };
        says_what_it_does(&keys, &rule);
        Some(rule)
    }

    fn id(&mut self, keys: &Keys<'_>, used: Use) -> String {
        let id = keys.text("id");
        if let Some(node) = keys.get("id") {
            names::check(keys.reader, &id, node.place, used);
            self.given.give(keys.reader, &id, node.place);
        }
        id
    }

    fn body(&self, keys: &Keys<'_>) -> Body {
        let short = self.short_form(keys);
        let Some(node) = keys.get("script") else {
            return Body::Short(short);
        };
        if let Some((key, beside)) = SHORT.iter().find_map(|slot| Some((slot.key, keys.get(slot.key)?))) {
            keys.reader.fault(beside.place, Diagnostic::new(&code::BOTH_FORMS).with("key", key));
        }
        let missing = || Script { text: "()".to_owned(), lines: vec![node.place] };
        Body::Long(keys.script("script").unwrap_or_else(missing))
    }

    fn short_form(&self, keys: &Keys<'_>) -> ShortForm {
        let (note, note_reason) = note(keys);
        let reason = template(keys, "reason");
        if let (Some(_), Some(_), Some(node)) = (&reason, &note_reason, keys.get("reason")) {
            keys.reader.fault(node.place, Diagnostic::new(&code::TWO_REASONS));
        }
        let deduct = keys.script("deduct").map(Action::Deduct);
        let award = keys.script("award").map(Action::Award);
        let actions: Vec<Action> = [deduct, award, note].into_iter().flatten().collect();
        if actions.len() > 1 {
            keys.reader.fault(keys.place, Diagnostic::new(&code::TWO_ACTIONS).with("path", &keys.path));
        }
        ShortForm {
            each: known_kinds(keys.reader, &keys.texts("each"), self.dictionary),
            from: self.from(keys),
            when: keys.script("when"),
            action: actions.into_iter().next(),
            breach: condition(keys, "breach"),
            veto: condition(keys, "veto"),
            reason: reason.or(note_reason),
        }
    }

    /// `from`: which records of the kinds under `each`.
    fn from(&self, keys: &Keys<'_>) -> Reach {
        if let Some(node) = keys.get("from")
            && keys.get("each").is_none()
        {
            keys.reader.fault(node.place, Diagnostic::new(&code::FROM_WITHOUT_EACH));
        }
        keys.word("from", FROM).unwrap_or_default()
    }
}

/// `true`, `false`, or a script that says which.
fn condition(keys: &Keys<'_>, key: &'static str) -> Condition {
    match keys.get(key).map(|node| &node.content) {
        None | Some(Content::Boolean(false, _)) => Condition::Never,
        Some(Content::Boolean(true, _)) => Condition::Always,
        Some(_) => keys.script(key).map_or(Condition::Never, Condition::When),
    }
}

/// A rule that does nothing is a fault, unless a misspelt key is the likelier one.
fn says_what_it_does(keys: &Keys<'_>, rule: &Rule) {
    let silent = matches!(&rule.body, Body::Short(short) if short.action.is_none() && short.breach.is_never() && short.veto.is_never());
    if silent && !keys.has_unknown() {
        keys.reader.fault(keys.place, Diagnostic::new(&code::NO_EFFECT).with("path", &keys.path));
    }
}

/// `note: true`, or the template of what is noted.
fn note(keys: &Keys<'_>) -> (Option<Action>, Option<Script>) {
    match keys.get("note").map(|node| &node.content) {
        None | Some(Content::Boolean(false, _)) => (None, None),
        Some(Content::Boolean(true, _)) => (Some(Action::Note), None),
        Some(_) => (Some(Action::Note), template(keys, "note")),
    }
}

/// The text of a reason: a template as it stands, without the backticks of a script.
fn template(keys: &Keys<'_>, key: &'static str) -> Option<Script> {
    let template = keys.script(key)?;
    if template.text.starts_with('`')
        && let Some(node) = keys.get(key)
    {
        keys.reader.fault(node.place, Diagnostic::new(&code::BACKTICKS).with("key", key));
    }
    Some(template)
}

/// The path of an item that may have an id: `criteria.no_fire`, else the list's own.
fn named(node: &Node, path: &str) -> String {
    match node.get("id").and_then(Node::scalar) {
        Some(id) => format!("{path}.{}", id.text),
        None => path.to_owned(),
    }
}

/// `cap`: a number, `{points, per}`, or a list of these.
fn caps(keys: &Keys<'_>) -> Vec<Cap> {
    let path = keys.path_of("cap");
    let Some(node) = keys.get("cap") else { return Vec::new() };
    let nodes = node.list().unwrap_or(std::slice::from_ref(node));
    nodes.iter().filter_map(|node| cap(keys.reader, node, &path)).collect()
}

fn cap(reader: &Reader, node: &Node, path: &str) -> Option<Cap> {
    if node.map().is_none() {
        let points = reader.number(node, path)?;
        not_negative(reader, node.place, path, points);
        return Some(Cap { points, per: None });
    }
    cap_of(&reader.keys(node, path, &sections::CAP)?)
}

fn cap_of(keys: &Keys<'_>) -> Option<Cap> {
    let place = keys.required("points").map_or(keys.place, |node| node.place);
    let per = keys.granularity("per");
    let points = keys.number("points")?;
    not_negative(keys.reader, place, &keys.path_of("points"), points);
    Some(Cap { points, per })
}

fn not_negative(reader: &Reader, place: Place, path: &str, points: crate::number::Number) {
    if points.is_negative() {
        reader.fault(place, Diagnostic::new(&code::NEGATIVE_CAP).with("key", path).with("value", points));
    }
}
