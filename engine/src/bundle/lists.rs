//! The sections `lists`, `appeal` and `roll_up`: who is named, what follows, and further results over years and areas.
//!
//! Enters: the keys of the file. Leaves: [`List`]s with their measures, [`RollUp`]s. Next: [`super::cases`].

use indexmap::IndexSet;

use super::assess::{Groups, required_script, round, scored};
use super::keys::Keys;
use super::model::{Each, List, Measure, Over, Place, RollUp};
use super::names::{self, Given, Use};
use super::node::Node;
use super::rating::rating;
use super::reader::Reader;
use super::scoring::figures;
use super::sections;
use crate::codes::bundle as code;
use crate::codes::form;
use crate::diagnostic::Diagnostic;
use crate::dictionary::Dictionary;

/// Reads `lists`, of the bundle or of a roll-up.
pub(super) fn lists(above: &Keys<'_>, groups: &Groups, dictionary: &Dictionary) -> Vec<List> {
    let path = above.path_of("lists");
    let mut lists = Vec::new();
    for (key, node) in above.named("lists") {
        names::check(above.reader, &key.text, key.place, Use::Id);
        if let Some(keys) = above.reader.keys(node, format!("{path}.{}", key.text), &sections::LIST) {
            lists.push(list(keys, &key.text, key.place, groups, dictionary));
        }
    }
    lists
}

fn list(keys: Keys<'_>, id: &str, place: Place, groups: &Groups, dictionary: &Dictionary) -> List {
    List {
        id: id.to_owned(),
        title: keys.text("title"),
        each: each(&keys, dictionary),
        script: required_script(&keys),
        compare: groups.compare(&keys),
        follow_up: follow_up(&keys),
        stays: stays(&keys),
        place,
    }
}

/// What the entries are: units, records of some kinds, or findings.
fn each(keys: &Keys<'_>, dictionary: &Dictionary) -> Each {
    let words = keys.texts("each");
    match words.as_slice() {
        [] => Each::Unit,
        [(word, _)] if word == "finding" => Each::Finding,
        [(word, _)] if word == "unit" => Each::Unit,
        kinds => Each::Record(known_kinds(keys.reader, kinds, dictionary)),
    }
}

/// The kinds named, with a fault for each that does not exist.
pub(super) fn known_kinds(reader: &Reader, words: &[(String, Place)], dictionary: &Dictionary) -> Vec<String> {
    let mut kinds = IndexSet::new();
    for (word, place) in words {
        if !dictionary.kinds.contains_key(word) {
            let known = dictionary.kinds.keys().map(String::as_str);
            reader.unknown_name(*place, ("记录种类", "kind of records"), word, known);
        }
        if !kinds.insert(word.clone()) {
            reader.fault(*place, Diagnostic::new(&form::DUPLICATE_KEY).with("key", word));
        }
    }
    kinds.into_iter().collect()
}

fn follow_up(keys: &Keys<'_>) -> Vec<Measure> {
    let mut given = Given::default();
    let path = keys.path_of("follow_up");
    let mut measures = Vec::new();
    for node in keys.items("follow_up") {
        let Some(keys) = keys.reader.keys(node, path.clone(), &sections::MEASURE) else { continue };
        let measure = Measure {
            id: keys.text("measure"),
            title: keys.text("title"),
            within_days: keys.count("within_days"),
            when_overdue_days: keys.count("when_overdue_days"),
        };
        if let Some(id) = keys.get("measure") {
            names::check(keys.reader, &measure.id, id.place, Use::Id);
            given.give(keys.reader, &measure.id, id.place);
        }
        measures.push(measure);
    }
    measures
}

fn stays(keys: &Keys<'_>) -> (Option<u32>, Option<u32>) {
    let Some(node) = keys.get("stays") else { return (None, None) };
    let Some(keys) = keys.reader.keys(node, keys.path_of("stays"), &sections::STAYS) else { return (None, None) };
    let (least, most) = (keys.count("at_least_days"), keys.count("at_most_days"));
    if let (Some(least), Some(most)) = (least, most)
        && least > most
    {
        let fault = Diagnostic::new(&code::STAYS_REVERSED).with("least", least).with("most", most);
        keys.reader.fault(node.place, fault);
    }
    (least, most)
}

/// Reads `appeal: {within_days}`.
pub(super) fn appeal_days(file: &Keys<'_>) -> Option<u32> {
    let keys = file.reader.keys(file.get("appeal")?, "appeal", &sections::APPEAL)?;
    keys.required("within_days");
    keys.count("within_days")
}

/// Reads `roll_up`: over the year, over each level above, over all.
pub(super) fn roll_ups(file: &Keys<'_>, groups: &Groups, dictionary: &Dictionary) -> Vec<RollUp> {
    let mut roll_ups = Vec::new();
    for (key, node) in file.named("roll_up") {
        let over = match key.text.as_str() {
            "year" => Over::Year,
            "all" => Over::All,
            level => Over::Level(level.to_owned()),
        };
        if let Over::Level(level) = &over
            && !groups.within.contains(level)
        {
            let known = ["year", "all"].into_iter().chain(groups.within.iter().map(String::as_str));
            file.reader.unknown_name(key.place, ("汇总范围", "roll-up"), level, known);
        }
        roll_ups.extend(roll_up(file.reader, node, over, key.place, groups, dictionary));
    }
    roll_ups
}

fn roll_up(
    reader: &Reader,
    node: &Node,
    over: Over,
    place: Place,
    groups: &Groups,
    dictionary: &Dictionary,
) -> Option<RollUp> {
    let name = match &over {
        Over::Year => "year",
        Over::All => "all",
        Over::Level(level) => level,
    };
    let keys = reader.keys(node, format!("roll_up.{name}"), &sections::ROLL_UP)?;
    let score = keys.get("score").and_then(|node| scored(reader, node, &keys.path_of("score"), groups));
    let roll_up = RollUp {
        takes_part: keys.script("takes_part"),
        figures: figures(&keys, groups),
        score,
        round: round(&keys),
        rating: rating(&keys, groups),
        lists: lists(&keys, groups, dictionary),
        over,
        place,
    };
    Some(roll_up)
}
