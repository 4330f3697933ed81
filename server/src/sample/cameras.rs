//! Cameras and smart-security sites.
//!
//! Enters: the world. Leaves: rows of two lists. Next: [`campaigns`](super::campaigns).

use super::SampleError;
use super::calendar::{day_within, first_day, last_day, month, plus};
use super::chance::Chance;
use super::table::{Cell, Choice, Kind, NUMBER, Place, Row, Taker, choice, column};
use super::totals::{Year, scaled};
use super::world::{Village, World};

pub(super) const CAMERA_MONTHLY: Kind = Kind {
    id: "camera_monthly",
    title: "视频监控月报",
    date: "月份",
    of_town: false,
    columns: &[
        column("spots", "重点区域点位数"),
        column("covered", "已覆盖点位数"),
        column("joined", "接入路数"),
        column("added", "新建路数"),
        column("trade", "行业接入路数"),
        column("online", "平均在线率"),
    ],
};

pub(super) const SMART_SITE: Kind = Kind {
    id: "smart_site",
    title: "智慧安防小区和智安单位",
    date: "登记日期",
    of_town: false,
    columns: &[
        NUMBER,
        column("name", "名称"),
        column("category", "类别"),
        column("planned", "列入当年计划"),
        column("built", "建成日期"),
        column("doors", "门禁"),
        column("plates", "车辆识别"),
        column("visitors", "访客系统"),
        column("falling", "高空抛物监控"),
    ],
};

const ESTATE: Choice = choice("estate", "小区");
const WORKPLACE: Choice = choice("workplace", "单位");
const ESTATES: [(&str, u32); 6] = [("花苑", 3), ("公寓", 2), ("家园", 3), ("锦园", 2), ("新村小区", 3), ("嘉园", 2)];
const WORKPLACES: [(&str, u32); 5] = [("小学", 3), ("卫生院", 2), ("农贸市场", 2), ("工业园", 2), ("幼儿园", 2)];

/// Estates planned for 2020 and not built; our own figure.
const UNBUILT: u64 = 38;

/// Twelve rows a village. The counts of feeds are those of the end of each month, so December adds up to the city's.
pub(super) fn camera_months(world: &World, year: Year, take: &mut Taker) -> Result<(), SampleError> {
    if year == Year::Before {
        return Ok(());
    }
    let mut chance = world.chance("视频监控", year);
    let people = world.weights(|village| u64::from(village.population));
    let count = world.villages.len() as u64;
    // One feed each, so that every village has something to be online.
    let joined = world.total(year, |totals| totals.cameras_joined).saturating_sub(count);
    let joined: Vec<u32> = chance.spread(joined, &people, |_| u32::MAX).into_iter().map(|feeds| feeds + 1).collect();
    let added = world.total(year, |totals| totals.cameras_added);
    let added = chance.spread(added, &people, |place| joined.get(place).map_or(0, |feeds| feeds - 1));
    let trade = chance.spread(world.total(year, |totals| totals.cameras_trade), &people, |_| u32::MAX);
    let feeds = joined.into_iter().zip(added).zip(trade);
    for ((place, _, village), ((joined, added), trade)) in world.each().zip(feeds) {
        let spots = 24 + (village.population / 220).min(60);
        let missing = missing_spots(&mut chance, village, year).min(spots);
        let usual = usual_online(&mut chance, village, year);
        let monthly = chance.spread(u64::from(added), &[1; 12], |_| u32::MAX);
        let mut feeds = joined - added;
        for (number, added) in (1_u32..).zip(monthly) {
            feeds += added;
            // Spots get covered over the year; what is missing in December is what counts.
            let still = missing + (12 - number) / 4;
            let online = chance.around(usual, 150).clamp(0, 10_000);
            let cells = vec![
                spots.into(),
                spots.saturating_sub(still).into(),
                feeds.into(),
                added.into(),
                (trade * (40 + number * 5) / 100).into(),
                Cell::Hundredths(u32::try_from(online).unwrap_or(0)),
            ];
            take(Row { place, date: month(year, i8::try_from(number).unwrap_or(12)), cells })?;
        }
    }
    Ok(())
}

fn missing_spots(chance: &mut Chance, village: &Village, year: Year) -> u32 {
    let usual = i64::from(village.lapse(year, 310, 620, 1000));
    u32::try_from(chance.around(usual, 240).max(0) / 100).unwrap_or(0)
}

/// The village's online rate in hundredths of a percent.
fn usual_online(chance: &mut Chance, village: &Village, year: Year) -> i64 {
    let below = i64::from(village.lapse(year, 720, 1080, 1400));
    chance.around(9_700 - below, 240)
}

/// Estates and workplaces built in the year, and estates that were planned and not built.
pub(super) fn smart_sites(world: &World, year: Year, take: &mut Taker) -> Result<(), SampleError> {
    let mut chance = world.chance("智慧安防", year);
    let estates = world.weights(|village| u64::from(village.gated_estates) * u64::from(village.population));
    let people = world.weights(|village| u64::from(village.population));
    let neglect = world.weights(|village| u64::from(village.gated_estates) * village.neglect(year));
    let unbuilt = if year == Year::This { scaled(UNBUILT, world.villages.len()) } else { 0 };
    let lists = [
        (ESTATE, true, world.total(year, |totals| totals.smart_estates), &estates),
        (WORKPLACE, true, world.total(year, |totals| totals.smart_workplaces), &people),
        (ESTATE, false, unbuilt, &neglect),
    ];
    for (category, built, total, weights) in lists {
        for (place, count) in chance.spread(total, weights, |_| 3).into_iter().enumerate() {
            for _ in 0..count {
                take(smart_site(world, &mut chance, year, place, category, built))?;
            }
        }
    }
    Ok(())
}

fn smart_site(world: &World, chance: &mut Chance, year: Year, place: usize, category: Choice, built: bool) -> Row {
    let day = day_within(chance, plus(first_day(year), 20), plus(first_day(year), 100));
    let done = built.then(|| day_within(chance, plus(first_day(year), 120), last_day(year)));
    let kind = if category == ESTATE { chance.pick(&ESTATES) } else { chance.pick(&WORKPLACES) };
    let planned = !built || chance.percent(80);
    let cells = vec![
        Cell::Text(format!("{}{kind}", world.name_of(place))),
        category.into(),
        planned.into(),
        Cell::day(done),
        built.into(),
        (built && chance.percent(85)).into(),
        (built && chance.percent(60)).into(),
        (built && category == ESTATE && chance.percent(50)).into(),
    ];
    Row { place: Place::Village(place), date: day, cells }
}
