//! Figures of villages added up over all villages of the page, beside those of the period before.
//!
//! A village may show only 不足3 of a figure; the sum over the city is exact. A figure that the reader may not see at all is not added
//! up. Next: [`mod@super::show`].

use liuwu_engine::bundle::Figure as BundleFigure;
use liuwu_engine::number::Number;
use serde_json::Value as Json;

use super::{Amount, Total};
use crate::disclosure::{Counted, Reader};
use crate::pages::figures::{Change, Figure};
use crate::pages::results::Results;
use crate::pages::standard::Standard;
use crate::view::RunView;

/// The figures that the standard wants shown, in its order; those that no village has are left out.
pub(super) fn totals(results: &Results, standard: &Standard<'_>, before: Option<&RunView>) -> Vec<Total> {
    let shown = standard.bundle.figures.iter().filter(|figure| figure.show && is_seen(results, figure));
    shown.filter_map(|figure| total(results, figure, before)).collect()
}

fn total(results: &Results, figure: &BundleFigure, before: Option<&RunView>) -> Option<Total> {
    let now = sum(results, &results.view, &figure.id);
    let earlier = before.map(|view| sum(results, view, &figure.id));
    let number = now.number?;
    let before = earlier.and_then(|earlier| earlier.number);
    let whole = now.missing == 0 && earlier.is_none_or(|earlier| earlier.missing == 0);
    Some(Total {
        title: figure.title.clone(),
        before: before.map(|before| Amount::Count(Figure(before), String::new())),
        now: Amount::Count(Figure(number), String::new()),
        change: if whole { Change::share(before, number) } else { Change::Incomplete },
        missing: now.missing,
    })
}

/// Whether the reader may see a figure of some village.
fn is_seen(results: &Results, figure: &BundleFigure) -> bool {
    results.units().any(|shown| shown.figures.contains_key(&figure.id))
}

/// A sum over villages.
#[derive(Clone, Copy)]
struct Sum {
    /// The sum; none when no village has the figure.
    number: Option<Number>,
    /// Villages of which it is missing.
    missing: usize,
}

/// Adds up a figure of the units of the page, in its own run or an earlier one.
fn sum(results: &Results, view: &RunView, id: &str) -> Sum {
    let level = view.edition.bundle().assess.unit.as_str();
    let mut sum = Sum { number: None, missing: 0 };
    for shown in view.of_level(level, Reader::Staff).filter(|shown| results.holds(&shown.unit)) {
        match shown.figures.get(id).map(|value| value.as_ref().and_then(number)) {
            Some(Some(number)) => {
                sum.number = sum.number.unwrap_or(Number::ZERO).add(number).ok();
            }
            Some(None) => sum.missing += 1,
            None => {}
        }
    }
    sum
}

/// The number that a figure is; numbers come as text.
fn number(value: &Counted) -> Option<Number> {
    match value {
        Counted::Value(Json::String(text)) => Number::parse(text).ok(),
        Counted::Value(Json::Number(number)) => Number::parse(&number.to_string()).ok(),
        Counted::Value(_) => None,
        Counted::Count(count) => count.exact().map(Number::from),
    }
}
