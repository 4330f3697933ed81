//! The `rating` section: bands of scores, the ladder, the three fixed ratings, the rating script.
//!
//! Enters: the keys of the section, of the bundle or of a roll-up. Leaves: a [`Rating`]. Next: [`super::lists`].

use super::assess::{Groups, scored};
use super::bands;
use super::keys::Keys;
use super::model::{Band, Bound, Place, Rating, Scored};
use super::node::Node;
use super::reader::Reader;
use super::sections;
use crate::codes::bundle as code;
use crate::diagnostic::Diagnostic;

/// The most bands of one rating.
const MOST_BANDS: usize = 100;

/// Reads `rating`; without it nothing is rated.
pub(super) fn rating(above: &Keys<'_>, groups: &Groups) -> Rating {
    let Some(node) = above.get("rating") else { return Rating::default() };
    let Some(keys) = above.reader.keys(node, above.path_of("rating"), &sections::RATING) else {
        return Rating::default();
    };
    let noted = keys.reader.noted();
    let bands: Vec<Band> =
        keys.items("bands").iter().filter_map(|node| band(keys.reader, node, &keys.path_of("bands"))).collect();
    if bands.len() > MOST_BANDS
        && let Some(node) = keys.get("bands")
    {
        keys.reader.expected(node, &keys.path_of("bands"), ("不超过 100 个等次", "at most 100 bands"));
    }
    // A band that could not be read whole says nothing about the others.
    if keys.reader.noted() == noted {
        bands::check(keys.reader, &bands);
    }
    let rating = Rating {
        ladder: ladder(&keys, &bands),
        bands,
        vetoed: keys.optional_text("vetoed"),
        incomplete: keys.optional_text("incomplete"),
        not_rated: keys.optional_text("not_rated"),
        script: script(&keys, groups),
    };
    vetoed_on_ladder(&keys, &rating);
    rating
}

/// The rating of vetoed units stands among the others. Those of units not rated or not complete mostly stand apart.
fn vetoed_on_ladder(keys: &Keys<'_>, rating: &Rating) {
    if let (Some(name), Some(node)) = (&rating.vetoed, keys.get("vetoed"))
        && !rating.ladder.is_empty()
        && !rating.ladder.contains(name)
    {
        let known = rating.ladder.join(", ");
        keys.reader
            .fault(node.place, Diagnostic::new(&code::RATING_OFF_LADDER).with("name", name).with("known", known));
    }
}

/// From best to worst: the bands' names, or `ladder` where there are no bands.
fn ladder(keys: &Keys<'_>, bands: &[Band]) -> Vec<String> {
    let written = keys.texts("ladder");
    if let (Some(node), false) = (keys.get("ladder"), bands.is_empty()) {
        keys.reader.fault(node.place, Diagnostic::new(&code::LADDER_AND_BANDS));
    }
    let mut ladder: Vec<String> = Vec::new();
    let names: Vec<(String, Place)> = match written.as_slice() {
        [] => bands.iter().map(|band| (band.name.clone(), band.place)).collect(),
        _ => written,
    };
    for (name, _) in names {
        if !ladder.contains(&name) {
            ladder.push(name);
        }
    }
    ladder
}

/// `script`, with `compare` beside it or within.
fn script(keys: &Keys<'_>, groups: &Groups) -> Option<Scored> {
    let beside = groups.compare(keys);
    let mut script = scored(keys.reader, keys.get("script")?, &keys.path_of("script"), groups)?;
    script.compare = script.compare.or(beside);
    Some(script)
}

fn band(reader: &Reader, node: &Node, path: &str) -> Option<Band> {
    let keys = reader.keys(node, path, &sections::BAND)?;
    let band = Band {
        name: keys.text("name"),
        lower: bound(&keys, "from", "above"),
        upper: bound(&keys, "upto", "below"),
        place: node.place,
    };
    Some(band)
}

/// One end of a band, written with one of two keys.
fn bound(keys: &Keys<'_>, inclusive: &'static str, exclusive: &'static str) -> Option<Bound> {
    let (with, without) = (keys.number(inclusive), keys.number(exclusive));
    if with.is_some()
        && without.is_some()
        && let Some(node) = keys.get(exclusive)
    {
        let fault = Diagnostic::new(&code::TWO_VALUES)
            .with("path", &keys.path)
            .with("first", inclusive)
            .with("second", exclusive);
        keys.reader.fault(node.place, fault);
    }
    with.map(|at| Bound { at, inclusive: true }).or(without.map(|at| Bound { at, inclusive: false }))
}
