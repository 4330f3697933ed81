//! Grids and micro-grids, and who minds them.
//!
//! Enters: the world, whose villages already know how many posts are empty. Leaves: rows of two lists, both begun in 2020. Next:
//! [`events`](super::events).

use jiff::civil::date;

use super::SampleError;
use super::chance::apportion;
use super::table::{Cell, Kind, Row, Taker, column};
use super::totals::Year;
use super::world::{World, of_year};

pub(super) const GRID: Kind = Kind {
    id: "grid",
    title: "网格配备",
    date: "登记日期",
    of_town: false,
    columns: &[
        column("grid_no", "网格编号"),
        column("name", "网格名称"),
        column("full_time", "已配专职网格员"),
        column("officer", "已配社区民警"),
        column("helper", "已配乡情助理员"),
        column("part_time", "兼职人数"),
    ],
};

pub(super) const MICRO_GRID: Kind = Kind {
    id: "micro_grid",
    title: "微网格",
    date: "登记日期",
    of_town: false,
    columns: &[
        column("micro_no", "微网格编号"),
        column("grid_no", "所属网格编号"),
        column("households", "户数"),
        column("head", "已配微网格长"),
    ],
};

const ORDINALS: [&str; 10] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];

/// One row a grid. The first grids of a village are the ones without a full-time keeper; part-time keepers stand in there.
pub(super) fn grids(world: &World, year: Year, take: &mut Taker) -> Result<(), SampleError> {
    if year == Year::Before {
        return Ok(());
    }
    let mut chance = world.chance("网格", year);
    // A grid with no keeper at all is incomplete without further ado, and counts among the city's incomplete ones.
    let bare: Vec<u32> = world
        .villages
        .iter()
        .map(|village| of_year(village.unstaffed, year).saturating_sub(of_year(village.part_time, year)))
        .collect();
    let total = world.total(year, |totals| totals.grids_incomplete);
    let more = total.saturating_sub(bare.iter().map(|count| u64::from(*count)).sum());
    let neglect = world.weights(|village| village.neglect(year));
    let cap = |place: usize| {
        let grids = world.villages.get(place).map_or(0, |village| village.grids);
        grids - bare.get(place).copied().unwrap_or(0).min(grids)
    };
    let incomplete = chance.spread(more, &neglect, cap);
    for ((place, leaf, village), (bare, incomplete)) in world.each().zip(bare.iter().zip(incomplete)) {
        let unstaffed = of_year(village.unstaffed, year);
        let spread = part_timers(of_year(village.part_time, year), unstaffed, village.grids);
        for (number, part_time) in (0..village.grids).zip(spread) {
            let full_time = number >= unstaffed;
            // Where a keeper of any kind is there, something else may lack: the grids from the last one backwards.
            let lacking = village.grids - number <= incomplete;
            let (officer, helper) = match lacking.then(|| chance.between(0, 2)) {
                Some(0) => (false, true),
                Some(1) => (true, false),
                Some(_) => (false, false),
                None => (true, true),
            };
            debug_assert!(!(lacking && number < *bare));
            let cells = vec![
                Cell::Text(grid_number(&leaf.code, number)),
                Cell::Text(format!("{}第{}网格", leaf.name, ordinal(number))),
                full_time.into(),
                officer.into(),
                helper.into(),
                part_time.into(),
            ];
            take(Row { place, date: date(2020, 1, 6), cells })?;
        }
    }
    Ok(())
}

/// Part-time keepers go to the grids without a full-time one first — from the last of those backwards, so that the bare ones
/// come first — then round all grids.
fn part_timers(count: u32, unstaffed: u32, grids: u32) -> Vec<u32> {
    let first = count.min(unstaffed);
    let rest = count - first;
    (0..grids)
        .map(|number| {
            let needed = number < unstaffed && unstaffed - number <= first;
            let share = rest / grids.max(1) + u32::from(number < rest % grids.max(1));
            u32::from(needed) + share
        })
        .collect()
}

/// One row a micro-grid.
pub(super) fn micro_grids(world: &World, year: Year, take: &mut Taker) -> Result<(), SampleError> {
    if year == Year::Before {
        return Ok(());
    }
    let mut chance = world.chance("微网格", year);
    let neglect = world.weights(|village| village.neglect(year));
    let headless = world.total(year, |totals| totals.micro_grids_headless);
    let cap = |place: usize| world.villages.get(place).map_or(0, |village| village.micro_grids);
    let headless = chance.spread(headless, &neglect, cap);
    for ((place, leaf, village), headless) in world.each().zip(headless) {
        let shares: Vec<u64> = (0..village.micro_grids).map(|_| u64::from(chance.between(80, 120))).collect();
        let households = apportion(u64::from(village.households), &shares);
        for (number, households) in (0..village.micro_grids).zip(households) {
            let grid = number * village.grids / village.micro_grids.max(1);
            let cells = vec![
                Cell::Text(format!("{}M{:03}", leaf.code, number + 1)),
                Cell::Text(grid_number(&leaf.code, grid)),
                super::world::narrow(households).into(),
                (number >= headless).into(),
            ];
            take(Row { place, date: date(2020, 1, 6), cells })?;
        }
    }
    Ok(())
}

fn grid_number(code: &str, number: u32) -> String {
    format!("{code}W{:02}", number + 1)
}

fn ordinal(number: u32) -> String {
    match usize::try_from(number).ok().and_then(|number| ORDINALS.get(number)) {
        Some(word) => (*word).to_owned(),
        None => (number + 1).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn part_time_keepers_stand_in_before_they_double() {
        assert_eq!(part_timers(1, 2, 4), vec![0, 1, 0, 0]);
        assert_eq!(part_timers(6, 1, 3), vec![3, 2, 1]);
        assert_eq!(part_timers(0, 0, 2), vec![0, 0]);
    }
}
