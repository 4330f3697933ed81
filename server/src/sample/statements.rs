//! Who says that a list is complete, or that nothing happened.
//!
//! Enters: the world and how many rows each list has. Leaves: `handed_in.csv`. All lists are complete for the whole city and both
//! years, but for one gap made on purpose: the fire brigade's December of 2020 lacks two towns. Next: [`papers`](super::papers).

use std::collections::BTreeSet;
use std::io::Write;

use jiff::civil::{Date, date};

use super::book::INVENTED;
use super::calendar::{first_day, last_day, month, plus};
use super::lists::List;
use super::totals::{YEARS, Year};
use super::tree::Tree;
use super::world::{World, of_year};

/// One statement.
struct Statement<'a> {
    kind: &'static str,
    area: &'a str,
    from: Date,
    to: Date,
    /// Whether nothing was to report.
    nil: bool,
}

/// Writes a line for each statement: `kind,area,from,to,statement` and a remark.
pub(super) fn write_statements(
    world: &World,
    handed_in: &[(&'static List, [u64; 2])],
    out: impl Write,
) -> Result<(), csv::Error> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(["kind", "area", "from", "to", "statement", "备注"])?;
    for (list, rows) in handed_in.iter().filter(|(list, _)| list.kind.id != "attributes") {
        for statement in statements(world, list, *rows) {
            let word = if statement.nil { "nil" } else { "complete" };
            let [from, to] = [statement.from, statement.to].map(|day| day.to_string());
            writer.write_record([statement.kind, statement.area, &from, &to, word, INVENTED])?;
        }
    }
    writer.flush()?;
    Ok(())
}

fn statements<'a>(world: &'a World, list: &'static List, rows: [u64; 2]) -> Vec<Statement<'a>> {
    let kind = list.kind.id;
    let everywhere = whole(&world.tree);
    let mut said = Vec::new();
    let mut say = |areas: &[&'a str], from: Date, to: Date, nil: bool| {
        said.extend(areas.iter().map(|area| Statement { kind, area, from, to, nil }));
    };
    // Two lists go back behind 2019: a drive that ran three years, and hazards carried over.
    if matches!(kind, "gang_case" | "hazard") {
        say(&everywhere, date(2018, 1, 1), date(2018, 12, 31), false);
    }
    for year in YEARS {
        if kind == "fire" && year == Year::This && !world.planted.unreported_towns.is_empty() {
            for number in 1..12 {
                let from = month(year, number);
                say(&everywhere, from, plus(month(year, number + 1), -1), false);
            }
            let reported: Vec<&str> = (0..world.tree.towns.len())
                .filter(|town| !world.planted.is_unreported(*town))
                .filter_map(|town| world.tree.towns.get(town).map(|town| town.code.as_str()))
                .collect();
            say(&reported, month(year, 12), last_day(year), false);
        } else {
            say(&everywhere, first_day(year), last_day(year), of_year(rows, year) == 0);
        }
    }
    said
}

/// The areas that cover the whole tree: those with nothing above them.
fn whole(tree: &Tree) -> Vec<&str> {
    let codes: BTreeSet<&str> = tree.above.iter().map(|[code, ..]| code.as_str()).collect();
    let top = tree.above.iter().filter(|[.., parent]| !codes.contains(parent.as_str()));
    let top: Vec<&str> = top.map(|[code, ..]| code.as_str()).collect();
    if top.is_empty() { tree.towns.iter().map(|town| town.code.as_str()).collect() } else { top }
}
