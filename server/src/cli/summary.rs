//! What a run came to, on a terminal: towns, ratings, the negative list, figures beside last year's.

use std::collections::BTreeMap;

use comfy_table::Table;
use liuwu_engine::dictionary::Value;
use liuwu_engine::number::{Number, Rounding};
use liuwu_engine::period::Period;

use super::list;
use super::terminal::{self, Terminal};
use crate::filed::Filed;
use crate::listing;
use crate::scoring;
use crate::store::{Run, Store, UnitRow};

/// Prints the summary of a run's last period.
pub(super) fn print(store: &dyn Store, run: &Run, terminal: &Terminal) -> anyhow::Result<()> {
    let Some(period) = run.periods.last().copied() else { return Ok(()) };
    let plan = scoring::plan_of(&store.edition(&run.bundle, &run.edition)?)?;
    let bundle = &plan.bundle;
    let units = store.units(run.as_of)?;
    let of = |period: Period| -> anyhow::Result<Vec<Filed>> {
        let all = scoring::all_of(store, run.id, period)?;
        Ok(all.into_iter().filter(|filed| filed.level == bundle.assess.unit && !filed.unit.contains(':')).collect())
    };
    let all = of(period)?;
    out!(terminal, "{} · {} · {} {}", bundle.title, period.title_zh(), terminal.say("数据截至", "as of"), run.as_of);
    out!(terminal, "{}", towns(&all, &units, bundle, terminal));
    for list in bundle.lists.iter().filter(|list| list.id == "negative") {
        out!(terminal, "\n{}", list.title);
        out!(terminal, "{}", list::table(&listing::items(list, &all, bundle, &units), terminal));
    }
    let before = match period.previous() {
        Ok(before) if run.covers(before) => of(before)?,
        _ => Vec::new(),
    };
    out!(terminal, "\n{}", figures(&all, &before, bundle, terminal));
    Ok(())
}

/// A row a town: villages, mean score, ratings, entries of the negative list.
fn towns(all: &[Filed], units: &[UnitRow], bundle: &liuwu_engine::bundle::Bundle, terminal: &Terminal) -> Table {
    let parent: BTreeMap<&str, &str> =
        units.iter().filter_map(|row| Some((row.id.as_str(), row.parent.as_deref()?))).collect();
    let names: BTreeMap<&str, &str> = units.iter().map(|row| (row.id.as_str(), row.name.as_str())).collect();
    let mut by_town: BTreeMap<&str, Vec<&Filed>> = BTreeMap::new();
    for filed in all {
        by_town.entry(parent.get(filed.unit.as_str()).copied().unwrap_or_default()).or_default().push(filed);
    }
    let mut ratings: Vec<&str> = bundle.rating.ladder.iter().map(String::as_str).collect();
    for name in [&bundle.rating.incomplete, &bundle.rating.not_rated].into_iter().flatten() {
        if !ratings.contains(&name.as_str()) {
            ratings.push(name);
        }
    }
    let mut header =
        vec![terminal.say("镇街", "town"), terminal.say("村社", "villages"), terminal.say("平均分", "mean")];
    header.extend(&ratings);
    header.push(terminal.say("负面清单", "negative list"));
    let mut table = terminal::table(header, 1..ratings.len() + 4);
    let mut row = |name: &str, villages: &[&Filed]| {
        let scores: Vec<Number> = villages.iter().filter_map(|filed| filed.score).collect();
        let count = Number::from(scores.len());
        let mean = Number::sum(scores).and_then(|sum| sum.div(count));
        let mut cells = vec![
            name.to_owned(),
            villages.len().to_string(),
            mean.map_or("—".to_owned(), |mean| mean.round(2, Rounding::HalfUp).to_string()),
        ];
        for rating in &ratings {
            let count = villages.iter().filter(|filed| filed.rating.as_deref() == Some(*rating)).count();
            cells.push(if count == 0 { "·".to_owned() } else { count.to_string() });
        }
        let listed = villages.iter().filter(|filed| filed.lists.iter().any(|list| list == "negative")).count();
        cells.push(if listed == 0 { "·".to_owned() } else { listed.to_string() });
        table.add_row(cells);
    };
    for (town, villages) in &by_town {
        row(names.get(town).copied().unwrap_or(town), villages);
    }
    row(terminal.say("合计", "all"), &all.iter().collect::<Vec<_>>());
    table
}

/// The figures that dashboards show, summed over units, beside those of the period before.
fn figures(all: &[Filed], before: &[Filed], bundle: &liuwu_engine::bundle::Bundle, terminal: &Terminal) -> Table {
    let sum = |all: &[Filed], id: &str| -> Option<Number> {
        let numbers: Vec<Number> = all
            .iter()
            .filter_map(|filed| match filed.figures.get(id) {
                Some(Some(Value::Number(number))) => Some(*number),
                _ => None,
            })
            .collect();
        if numbers.is_empty() { None } else { Number::sum(numbers).ok() }
    };
    let header = [
        terminal.say("全市合计", "totals"),
        terminal.say("本期", "this period"),
        terminal.say("上期", "the one before"),
        terminal.say("增减", "change"),
        terminal.say("未报", "not handed in"),
    ];
    let mut table = terminal::table(header, 1..5);
    for figure in bundle.figures.iter().filter(|figure| figure.show) {
        let (now, then) = (sum(all, &figure.id), sum(before, &figure.id));
        let change = match (now, then) {
            (Some(now), Some(then)) if !then.is_zero() => now
                .sub(then)
                .and_then(|change| liuwu_engine::number::percent(change, then))
                .map(|percent| percent.round(1, Rounding::HalfUp))
                .map(|percent| format!("{}{percent}%", if percent.is_negative() { "" } else { "+" }))
                .unwrap_or_default(),
            _ => String::new(),
        };
        let text = |number: Option<Number>| number.map_or("—".to_owned(), |number| number.to_string());
        let unknown = all.iter().filter(|filed| matches!(filed.figures.get(&figure.id), Some(None))).count();
        let unknown = if unknown == 0 { String::new() } else { unknown.to_string() };
        table.add_row([figure.title.clone(), text(now), text(then), change, unknown]);
    }
    table
}
