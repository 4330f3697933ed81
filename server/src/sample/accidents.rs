//! Accidents at work and deaths on the road.
//!
//! Enters: the world. Leaves: rows of two lists. Next: [`petitions`](super::petitions).

use super::SampleError;
use super::calendar::day_in;
use super::chance::Chance;
use super::table::{Cell, Choice, Kind, NUMBER, Place, Row, Taker, choice, column};
use super::totals::Year;
use super::world::World;

pub(super) const ACCIDENT: Kind = Kind {
    id: "accident",
    title: "生产安全事故",
    date: "发生日期",
    of_town: false,
    columns: &[
        NUMBER,
        column("industry", "行业"),
        column("deaths", "死亡"),
        column("injuries", "重伤"),
        column("loss", "直接损失"),
        column("liable", "属地责任"),
        column("report", "报告情况"),
    ],
};

pub(super) const TRAFFIC_DEATH: Kind = Kind {
    id: "traffic_death",
    title: "亡人道路交通事故",
    date: "发生日期",
    of_town: false,
    columns: &[
        NUMBER,
        column("road", "道路"),
        column("vehicle", "车型"),
        column("deaths", "死亡"),
        column("liable", "属地责任"),
    ],
};

const INDUSTRIES: [(Choice, u32); 5] = [
    (choice("factory", "工矿商贸"), 38),
    (choice("building", "建筑施工"), 22),
    (choice("transport", "运输"), 24),
    (choice("fishery", "渔业"), 8),
    (choice("other", "其他"), 8),
];
const LIABLE: Choice = choice("liable", "有");
const NOT_LIABLE: Choice = choice("not_liable", "无");
const PENDING: Choice = choice("pending", "调查中");
const PROMPT: Choice = choice("prompt", "及时");
const LATE: Choice = choice("late", "迟报");
const HIDDEN: Choice = choice("hidden", "瞒报");
const VILLAGE_ROADS: [(Choice, u32); 2] = [(choice("village", "村道"), 3), (choice("county", "县道"), 4)];
const HIGHWAYS: [(Choice, u32); 3] =
    [(choice("provincial", "省道"), 5), (choice("national", "国道"), 4), (choice("motorway", "高速"), 2)];
const VEHICLES: [(Choice, u32); 4] = [
    (choice("e_bike", "电动自行车"), 5),
    (choice("lorry", "货车"), 3),
    (choice("car", "小客车"), 4),
    (choice("other", "其他"), 1),
];

/// Of the fatal accidents of a year, so many were not the village's fault or are still being looked into; the last ones dealt.
const FATAL_WITHOUT_FAULT: [Choice; 2] = [PENDING, NOT_LIABLE];
/// One accident in so many was reported late.
const LATE_ONE_IN: u32 = 30;

/// All accidents at work.
pub(super) fn accidents(world: &World, year: Year, take: &mut Taker) -> Result<(), SampleError> {
    let mut chance = world.chance("生产安全事故", year);
    let fatal = &world.breaks(year).fatal_accidents;
    for (number, (place, dead)) in fatal.iter().enumerate() {
        let from_end = fatal.len() - 1 - number;
        let without_fault = FATAL_WITHOUT_FAULT.get(from_end).filter(|_| fatal.len() > 10).copied();
        take(accident(year, &mut chance, *place, *dead, without_fault.unwrap_or(LIABLE), PROMPT))?;
    }
    let mut left = world.total(year, |totals| totals.accidents).saturating_sub(fatal.len() as u64);
    if let Some(place) = world.planted.hidden_accident.filter(|_| year == Year::This && left > 0) {
        left -= 1;
        take(accident(year, &mut chance, place, 0, LIABLE, HIDDEN))?;
    }
    let perils = world.weights(|village| village.peril(year));
    for (place, count) in chance.spread(left, &perils, |_| u32::MAX).into_iter().enumerate() {
        for _ in 0..count {
            let liable = chance.pick(&[(LIABLE, 60), (NOT_LIABLE, 34), (PENDING, 6)]);
            let report = if chance.between(1, LATE_ONE_IN) == 1 { LATE } else { PROMPT };
            take(accident(year, &mut chance, place, 0, liable, report))?;
        }
    }
    Ok(())
}

fn accident(year: Year, chance: &mut Chance, place: usize, dead: u32, liable: Choice, report: Choice) -> Row {
    let injured = if dead == 0 { chance.between(1, 2) } else { chance.between(0, 2) };
    let loss = if chance.percent(75) { Cell::Hundredths(chance.between(100, 24_000)) } else { Cell::Blank };
    let cells = vec![chance.pick(&INDUSTRIES).into(), dead.into(), injured.into(), loss, liable.into(), report.into()];
    Row { place: Place::Village(place), date: day_in(chance, year), cells }
}

/// All road accidents with dead; one more than there are accidents.
pub(super) fn traffic_deaths(world: &World, year: Year, take: &mut Taker) -> Result<(), SampleError> {
    let mut chance = world.chance("亡人交通事故", year);
    let liable = &world.breaks(year).road_deaths;
    for place in liable {
        take(traffic_death(year, &mut chance, *place, 1, true))?;
    }
    let total = world.total(year, |totals| totals.road_accidents);
    let left = total.saturating_sub(liable.len() as u64);
    let mut more = world.total(year, |totals| totals.road_deaths).saturating_sub(total);
    let people = world.weights(|village| u64::from(village.population));
    for (place, count) in chance.spread(left, &people, |_| u32::MAX).into_iter().enumerate() {
        for _ in 0..count {
            let extra = more.min(1);
            more -= extra;
            take(traffic_death(year, &mut chance, place, 1 + u32::from(extra > 0), false))?;
        }
    }
    Ok(())
}

fn traffic_death(year: Year, chance: &mut Chance, place: usize, dead: u32, liable: bool) -> Row {
    let own_road = liable || chance.percent(30);
    let road = if own_road { chance.pick(&VILLAGE_ROADS) } else { chance.pick(&HIGHWAYS) };
    let liability = if liable { LIABLE } else { chance.pick(&[(NOT_LIABLE, 9), (PENDING, 1)]) };
    let cells = vec![road.into(), chance.pick(&VEHICLES).into(), dead.into(), liability.into()];
    Row { place: Place::Village(place), date: day_in(chance, year), cells }
}
