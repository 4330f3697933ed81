//! Bands of scores: each must be able to hold a score, and one that the bands above it do not take first.
//!
//! Enters: the bands in their order. Leaves: faults and remarks.

use crate::bundle::model::{Band, Bound};
use crate::bundle::reader::Reader;
use crate::codes::bundle as code;
use crate::diagnostic::Diagnostic;
use crate::number::Number;

/// Checks the bands of one rating.
pub(in crate::bundle) fn check(reader: &Reader, bands: &[Band]) {
    let samples = samples(bands);
    for (index, band) in bands.iter().enumerate() {
        let held: Vec<Number> = samples.iter().copied().filter(|score| band.holds(*score)).collect();
        let above = bands.get(..index).unwrap_or_default();
        if held.is_empty() {
            reader.fault(band.place, Diagnostic::new(&code::BAND_EMPTY).with("name", &band.name));
        } else if held.iter().all(|score| above.iter().any(|other| other.holds(*score))) {
            reader.fault(band.place, Diagnostic::new(&code::BAND_UNREACHABLE).with("name", &band.name));
        }
    }
}

/// One score for each stretch in which no band begins or ends: every end, one between each two, one below all, one above all.
fn samples(bands: &[Band]) -> Vec<Number> {
    let mut ends: Vec<Number> =
        bands.iter().flat_map(|band| [band.lower, band.upper]).flatten().map(|b: Bound| b.at).collect();
    ends.sort();
    ends.dedup();
    let two = Number::from_i64(2);
    let between =
        ends.iter().zip(ends.iter().skip(1)).filter_map(|(low, high)| low.add(*high).and_then(|sum| sum.div(two)).ok());
    let below = ends.first().and_then(|first| first.sub(Number::ONE).ok());
    let above = ends.last().and_then(|last| last.add(Number::ONE).ok());
    let mut samples: Vec<Number> = between.chain(below).chain(above).collect();
    if ends.is_empty() {
        samples.push(Number::ZERO);
    }
    samples.extend(ends);
    samples
}
