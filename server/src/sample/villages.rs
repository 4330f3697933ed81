//! The standing facts of villages, as of 1 January of each year.
//!
//! Enters: the world. Leaves: rows of one list, and the tree as `code,name,level,parent` with a remark. Next: [`lists`](super::lists).

use std::io::Write;

use super::SampleError;
use super::calendar::first_day;
use super::table::{Cell, Choice, Kind, Row, Taker, choice, column};
use super::totals::Year;
use super::tree::Tree;
use super::world::{World, of_year};

pub(super) const ATTRIBUTES: Kind = Kind {
    id: "attributes",
    title: "村社基本情况",
    date: "生效日期",
    of_town: false,
    columns: &[
        column("kind", "类型"),
        column("population", "常住人口"),
        column("households", "户数"),
        column("grids", "网格数"),
        column("micro_grids", "微网格数"),
        column("gated_estates", "封闭小区数"),
        column("publicity_site", "宣传阵地"),
        column("full_time", "专职网格员数"),
        column("part_time", "兼职网格员数"),
    ],
};

const VILLAGE: Choice = choice("village", "行政村");
const COMMUNITY: Choice = choice("community", "社区");

/// One row a village; micro-grids came in 2020.
pub(super) fn attributes(world: &World, year: Year, take: &mut Taker) -> Result<(), SampleError> {
    for (place, leaf, village) in world.each() {
        let micro_grids = if year == Year::Before { Cell::Blank } else { village.micro_grids.into() };
        let cells = vec![
            (if leaf.community { COMMUNITY } else { VILLAGE }).into(),
            village.population.into(),
            village.households.into(),
            village.grids.into(),
            micro_grids,
            village.gated_estates.into(),
            of_year(village.publicity_site, year).into(),
            of_year(village.full_time, year).into(),
            of_year(village.part_time, year).into(),
        ];
        take(Row { place, date: first_day(year), cells })?;
    }
    Ok(())
}

/// Writes the tree, top first.
pub(super) fn write_divisions(tree: &Tree, out: impl Write) -> Result<(), csv::Error> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(["code", "name", "level", "parent", "备注"])?;
    for [code, name, level, parent] in &tree.above {
        writer.write_record([code, name, level, parent, ""])?;
    }
    for town in &tree.towns {
        writer.write_record([&town.code, &town.name, "town", &town.parent, ""])?;
    }
    let remark = if tree.given { "" } else { "虚构村社" };
    for village in &tree.villages {
        let parent = tree.towns.get(village.town).map_or("", |town| town.code.as_str());
        writer.write_record([&village.code, &village.name, "village", parent, remark])?;
    }
    writer.flush()?;
    Ok(())
}
