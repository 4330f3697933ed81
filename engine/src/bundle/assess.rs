//! The head of a bundle and its `assess` section: what is scored, for which periods, and the outer arithmetic.
//!
//! Enters: the keys of the file. Leaves: [`Assess`] and the parts that other sections share: numbers and bounds, rounding,
//! `compare`, `{script, compare}`. Next: [`super::dictionary`].

use super::keys::Keys;
use super::model::{Assess, Basis, Better, Compare, CompareBy, Incomplete, Place, Round, Scored, Script};
use super::names::{self, Given, Use};
use super::node::Node;
use super::reader::Reader;
use super::sections::{self, BETTER, INCOMPLETE, MODES};
use crate::codes::bundle as code;
use crate::diagnostic::Diagnostic;
use crate::number::{Number, Rounding};
use crate::period::{Date, Granularity};

/// Reads `assess`; without it everything has its usual value. The score script stands in the file's own `score`.
pub(super) fn assess(file: &Keys<'_>) -> Assess {
    let mut assess = Assess {
        unit: "village".to_owned(),
        within: usual_levels("village"),
        period: Granularity::Year,
        takes_part: None,
        base: Number::ZERO,
        floor: None,
        ceiling: None,
        round: None,
        better: Better::default(),
        incomplete: Incomplete::default(),
        score: None,
    };
    if let Some(keys) = file.get("assess").and_then(|node| file.reader.keys(node, "assess", &sections::ASSESS)) {
        (assess.unit, assess.within) = levels(&keys);
        (assess.base, assess.floor, assess.ceiling) = bounds(&keys);
        assess.period = keys.granularity("period").unwrap_or(Granularity::Year);
        assess.takes_part = keys.script("takes_part");
        assess.round = round(&keys);
        assess.better = keys.word("better", BETTER).unwrap_or_default();
        assess.incomplete = keys.word("incomplete", INCOMPLETE).unwrap_or_default();
    }
    assess
}

/// The level scored and those above it.
fn levels(keys: &Keys<'_>) -> (String, Vec<String>) {
    let mut given = Given::default();
    let mut check = |name: &str, place: Place| {
        names::check(keys.reader, name, place, Use::Level);
        given.give(keys.reader, name, place);
    };
    let unit = keys.optional_text("unit").unwrap_or_else(|| "village".to_owned());
    if let Some(node) = keys.get("unit") {
        check(&unit, node.place);
    }
    let Some(_) = keys.written("within") else {
        let within = usual_levels(&unit);
        return (unit, within);
    };
    let within = keys.texts("within");
    for (name, place) in &within {
        check(name, *place);
    }
    (unit, within.into_iter().map(|(name, _)| name).collect())
}

/// The levels above one, where `within` is left out.
fn usual_levels(unit: &str) -> Vec<String> {
    let above: &[&str] = match unit {
        "county" | "city" | "province" => &[],
        "town" => &["county"],
        _ => &["town", "county"],
    };
    above.iter().map(|level| (*level).to_owned()).collect()
}

/// Base, floor and ceiling, of a score or a criterion.
pub(super) fn bounds(keys: &Keys<'_>) -> (Number, Option<Number>, Option<Number>) {
    let base = keys.number("base").unwrap_or(Number::ZERO);
    let (floor, ceiling) = (keys.number("floor"), keys.number("ceiling"));
    if let (Some(low), Some(high), Some(node)) = (floor, ceiling, keys.get("floor"))
        && low > high
    {
        let fault = Diagnostic::new(&code::FLOOR_ABOVE_CEILING).with("floor", low).with("ceiling", high);
        keys.reader.fault(node.place, fault);
    }
    (base, floor, ceiling)
}

/// `round: {places, mode}`.
pub(super) fn round(keys: &Keys<'_>) -> Option<Round> {
    let round = keys.reader.keys(keys.get("round")?, keys.path_of("round"), &sections::ROUND)?;
    round.required("places");
    let rounding = Round {
        places: round.count("places").unwrap_or(0),
        mode: round.word("mode", MODES).unwrap_or(Rounding::HalfUp),
    };
    if let Some(node) = round.get("places")
        && rounding.places > 12
    {
        keys.reader.expected(node, &round.path_of("places"), ("0 到 12 的整数", "a whole number from 0 to 12"));
    }
    Some(rounding)
}

/// A script, or `{script, compare}`.
pub(super) fn scored(reader: &Reader, node: &Node, path: &str, groups: &Groups) -> Option<Scored> {
    if node.map().is_none() {
        return Some(Scored { script: reader.script(node, path)?, compare: None });
    }
    let keys = reader.keys(node, path, &sections::SCRIPT)?;
    keys.required("script");
    let script = keys.script("script");
    let compare = groups.compare(&keys);
    Some(Scored { script: script?, compare })
}

/// A script that must be there; nothing stands in, with its fault noted.
pub(super) fn required_script(keys: &Keys<'_>) -> Script {
    let place = keys.required("script").map_or(keys.place, |node| node.place);
    keys.script("script").unwrap_or_else(|| Script { text: "()".to_owned(), lines: vec![place] })
}

/// What units can be grouped by.
pub(super) struct Groups {
    /// The levels above the one scored, nearest first.
    pub within: Vec<String>,
    /// Attributes of units.
    pub attributes: Vec<String>,
}

impl Groups {
    /// `compare`: a level, `all`, or a list of what the units must agree on.
    pub fn compare(&self, keys: &Keys<'_>) -> Option<Compare> {
        keys.get("compare")?;
        let by = keys.texts("compare").into_iter().filter(|(word, _)| word != "all");
        Some(Compare { by: by.filter_map(|(word, place)| self.by(keys.reader, &word, place)).collect() })
    }

    fn by(&self, reader: &Reader, word: &str, place: Place) -> Option<CompareBy> {
        if word == "parent"
            && let Some(nearest) = self.within.first()
        {
            return Some(CompareBy::Level(nearest.clone()));
        }
        if self.within.iter().any(|level| level == word) {
            return Some(CompareBy::Level(word.to_owned()));
        }
        if self.attributes.iter().any(|attribute| attribute == word) {
            return Some(CompareBy::Attribute(word.to_owned()));
        }
        let known = ["all", "parent"].into_iter().chain(self.within.iter().chain(&self.attributes).map(String::as_str));
        reader.unknown_name(place, ("可比较的范围", "group"), word, known);
        None
    }
}

/// `basis: {document, link}`, or the document alone.
pub(super) fn basis(file: &Keys<'_>) -> Option<Basis> {
    let node = file.get("basis")?;
    if let Some(scalar) = node.scalar() {
        return Some(Basis { document: scalar.text.clone(), link: None });
    }
    let keys = file.reader.keys(node, "basis", &sections::BASIS)?;
    let basis = Basis { document: keys.text("document"), link: keys.optional_text("link") };
    Some(basis)
}

/// `effective: {from, until}`.
pub(super) fn effective(file: &Keys<'_>) -> (Option<Date>, Option<Date>) {
    let Some(node) = file.get("effective") else { return (None, None) };
    let Some(keys) = file.reader.keys(node, "effective", &sections::EFFECTIVE) else { return (None, None) };
    let (from, until) = (keys.date("from"), keys.date("until"));
    if let (Some(first), Some(last)) = (from, until)
        && first > last
    {
        let fault = Diagnostic::new(&code::REVERSED_DAYS).with("key", "effective").with("from", first).with("to", last);
        file.reader.fault(node.place, fault);
    }
    (from, until)
}
