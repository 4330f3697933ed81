//! What the fire brigade hands in.
//!
//! Enters: the world and one listed hazard. Leaves: rows of the list of fires. For December 2020 the report of two towns is
//! missing on purpose: nobody has said that there was no fire. Next: [`accidents`](super::accidents).

use jiff::civil::date;

use super::SampleError;
use super::calendar::{day_in, day_within};
use super::chance::Chance;
use super::hazards::burning_hazard;
use super::table::{Cell, Choice, Kind, NUMBER, Place, Row, Taker, choice, column};
use super::totals::Year;
use super::tree::Leaf;
use super::world::World;

pub(super) const FIRE: Kind = Kind {
    id: "fire",
    title: "火灾",
    date: "发生日期",
    of_town: false,
    columns: &[
        NUMBER,
        column("premises_no", "场所编号"),
        column("premises", "场所"),
        column("cause", "原因"),
        column("deaths", "死亡人数"),
        column("injuries", "受伤人数"),
        column("loss", "直接损失"),
    ],
};

const HOME: Choice = choice("home", "住宅");
const PRODUCTION: Choice = choice("production", "生产经营");
const PREMISES: [(Choice, u32); 6] = [
    (HOME, 34),
    (choice("letting", "居住出租房"), 22),
    (PRODUCTION, 20),
    (choice("three_in_one", "三合一"), 7),
    (choice("vehicle", "交通工具"), 9),
    (choice("other", "其他"), 8),
];
const CAUSES: [(Choice, u32); 5] = [
    (choice("electric", "电气"), 42),
    (choice("open_flame", "用火不慎"), 26),
    (choice("e_bike", "电动自行车"), 12),
    (choice("smoking", "吸烟"), 8),
    (choice("other", "其他"), 12),
];

/// All fires: the fatal ones where they were dealt, one at a hazard past its term, the others by exposure.
pub(super) fn fires(world: &World, year: Year, take: &mut Taker) -> Result<(), SampleError> {
    let mut chance = world.chance("火灾", year);
    let fatal = &world.breaks(year).fatal_fires;
    for (place, dead) in fatal {
        take(fire(year, &mut chance, *place, *dead))?;
    }
    let mut left = world.total(year, |totals| totals.fires).saturating_sub(fatal.len() as u64);
    if year == Year::This
        && left > 0
        && let Some((place, premises)) = burning_hazard(world)
    {
        left -= 1;
        let mut row = fire(year, &mut chance, place, 0);
        row.date = day_within(&mut chance, date(2020, 11, 2), date(2020, 11, 28));
        for (slot, cell) in row.cells.iter_mut().zip([Cell::text(premises), PRODUCTION.into()]) {
            *slot = cell;
        }
        take(row)?;
    }
    // Nobody sums up what is only known in part: the towns of which a month is missing have no fires in the others either.
    let silent = |leaf: &Leaf| year == Year::This && world.planted.is_unreported(leaf.town);
    let exposures: Vec<u64> =
        world.each().map(|(_, leaf, village)| if silent(leaf) { 0 } else { village.exposure(year) }).collect();
    for (place, count) in chance.spread(left, &exposures, |_| u32::MAX).into_iter().enumerate() {
        for _ in 0..count {
            take(fire(year, &mut chance, place, 0))?;
        }
    }
    Ok(())
}

fn fire(year: Year, chance: &mut Chance, place: usize, dead: u32) -> Row {
    let injured = if dead > 0 { chance.between(0, 2) } else { chance.pick(&[(0, 93), (1, 6), (2, 1)]) };
    let loss = if chance.percent(85) { Cell::Hundredths(loss(chance)) } else { Cell::Blank };
    let premises = if dead > 0 { HOME } else { chance.pick(&PREMISES) };
    let cells = vec![Cell::Blank, premises.into(), chance.pick(&CAUSES).into(), dead.into(), injured.into(), loss];
    Row { place: Place::Village(place), date: day_in(chance, year), cells }
}

/// Mostly small: hundredths of ten thousand yuan.
fn loss(chance: &mut Chance) -> u32 {
    let reach = chance.pick(&[(80, 6), (500, 3), (4_000, 1)]);
    chance.between(2, reach)
}
