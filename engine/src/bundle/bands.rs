//! Bands of scores: each must be able to hold a score, and one that the bands above it do not take first.
//!
//! Enters: the bands in their order. Leaves: faults and remarks. Next: [`super::rating`].

use std::collections::BTreeSet;

use super::model::Band;
use super::reader::Reader;
use crate::codes::bundle as code;
use crate::diagnostic::Diagnostic;
use crate::number::Number;

/// Checks the bands of one rating.
pub(super) fn check(reader: &Reader, bands: &[Band]) {
    let mut left = samples(bands);
    for band in bands {
        if is_empty(band) {
            reader.fault(band.place, Diagnostic::new(&code::BAND_EMPTY).with("name", &band.name));
        } else if !left.iter().any(|score| band.holds(*score)) {
            reader.fault(band.place, Diagnostic::new(&code::BAND_UNREACHABLE).with("name", &band.name));
        }
        left.retain(|score| !band.holds(*score));
    }
}

fn is_empty(band: &Band) -> bool {
    let (Some(lower), Some(upper)) = (band.lower, band.upper) else { return false };
    lower.at > upper.at || (lower.at == upper.at && !(lower.inclusive && upper.inclusive))
}

/// One score for each stretch in which no band begins or ends: every end, one between each two, one below all, one above all.
fn samples(bands: &[Band]) -> Vec<Number> {
    let ends: BTreeSet<Number> =
        bands.iter().flat_map(|band| [band.lower, band.upper]).flatten().map(|end| end.at).collect();
    let two = Number::from_i64(2);
    let middle = |low: &Number, high: &Number| low.add(*high).and_then(|sum| sum.div(two)).ok();
    let between = ends.iter().zip(ends.iter().skip(1)).filter_map(|(low, high)| middle(low, high));
    let below = ends.first().map_or(Ok(Number::ZERO), |first| first.sub(Number::ONE));
    let above = ends.last().map_or(Ok(Number::ZERO), |last| last.add(Number::ONE));
    between.chain(below).chain(above).chain(ends.iter().copied()).collect()
}
