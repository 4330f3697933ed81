//! Campaigns of 2020: what the lead departments found, and the fines for electric bicycles.
//!
//! Enters: the world. Leaves: rows of two lists, none of them for 2019. Next: [`surveys`](super::surveys).

use jiff::civil::{Date, date};

use super::SampleError;
use super::calendar::{day_within, month, plus};
use super::chance::{Chance, apportion};
use super::table::{Cell, Choice, Kind, NUMBER, Place, Row, Taker, choice, column};
use super::totals::{Totals, Year, scaled};
use super::world::{World, narrow};

pub(super) const CAMPAIGN_CHECK: Kind = Kind {
    id: "campaign_check",
    title: "专项整治检查",
    date: "检查日期",
    of_town: false,
    columns: &[
        NUMBER,
        column("campaign", "专项"),
        column("premises_no", "场所编号"),
        column("premises_name", "场所名称"),
        column("problem", "问题"),
        column("due", "整改期限"),
        column("fixed", "整改日期"),
        column("fined", "处罚"),
    ],
};

pub(super) const ENFORCEMENT_MONTHLY: Kind = Kind {
    id: "enforcement_monthly",
    title: "执法处罚月报",
    date: "月份",
    of_town: true,
    columns: &[column("campaign", "专项"), column("fines", "处罚起数")],
};

/// A campaign: its word, its first and last day, the premises and problems it looks for.
struct Campaign {
    word: Choice,
    from: Date,
    until: Date,
    premises: &'static [(&'static str, u32)],
    problems: &'static [(&'static str, u32)],
}

const E_BIKES: Choice = choice("e_bike", "电动自行车管理");
const SIX_FROM: Date = date(2020, 4, 15);
const SIX_UNTIL: Date = date(2020, 9, 15);

const FIRE_LANES: Campaign = Campaign {
    word: choice("fire_lane", "消防通道占用"),
    from: SIX_FROM,
    until: SIX_UNTIL,
    premises: &[("沿街店面", 4), ("住宅小区", 4), ("农贸市场", 2), ("厂区", 2)],
    problems: &[("车辆占用消防通道", 6), ("堆物占用消防通道", 4), ("固定栏杆占用消防通道", 1)],
};
const LORRIES: Campaign = Campaign {
    word: choice("lorry", "货车超限超载"),
    from: SIX_FROM,
    until: SIX_UNTIL,
    premises: &[("砂石料场", 4), ("物流货运点", 4), ("搅拌站", 2)],
    problems: &[("货物源头装载超限", 5), ("未安装称重设备", 3), ("未登记出场车辆", 3)],
};
const WORKSHOPS: Campaign = Campaign {
    word: choice("workshop", "厂房违章搭建"),
    from: SIX_FROM,
    until: SIX_UNTIL,
    premises: &[("鞋材厂", 4), ("汽配厂", 4), ("机械加工厂", 3)],
    problems: &[("厂房间违章搭建钢棚", 5), ("屋顶违章加层", 2), ("通道搭建堆放", 3)],
};
const BUILDING_SITES: Campaign = Campaign {
    word: choice("building", "建筑施工和居住出租房"),
    from: SIX_FROM,
    until: SIX_UNTIL,
    premises: &[("在建工地", 3), ("群租公寓", 4), ("出租民房", 4)],
    problems: &[("临边防护缺失", 3), ("出租房未设逃生窗", 4), ("电线私拉乱接", 4)],
};
const LIFTS: Campaign = Campaign {
    word: choice("lift", "电梯等特种设备"),
    from: SIX_FROM,
    until: SIX_UNTIL,
    premises: &[("住宅小区电梯", 5), ("商场电梯", 2), ("厂内叉车", 3), ("锅炉房", 1)],
    problems: &[("未按期检验", 4), ("维保记录不全", 4), ("紧急呼叫失灵", 2)],
};
const SAFETY_100: Campaign = Campaign {
    word: choice("safety_100", "安全生产百日攻坚"),
    from: date(2020, 6, 20),
    until: date(2020, 9, 27),
    premises: &[("电镀厂", 2), ("鞋材厂", 4), ("渔船码头", 1), ("冷库", 1)],
    problems: &[("安全培训记录缺失", 3), ("可燃粉尘未及时清理", 2), ("危险作业未审批", 2)],
};
const TWO_MONTHS: Campaign = Campaign {
    word: choice("two_months", "平安建设双月攻坚"),
    from: date(2020, 10, 1),
    until: date(2020, 11, 30),
    premises: &[("出租民房", 4), ("网吧", 1), ("旅馆", 2)],
    problems: &[("流动人口未登记", 4), ("旅客信息未登记", 2), ("安防设施缺失", 2)],
};

/// Problems found in the two campaigns of which the city gave no figure; our own.
const SAFETY_100_PROBLEMS: u64 = 210;
const TWO_MONTHS_PROBLEMS: u64 = 160;
/// Problems left past their term, for each hundred found, outside the fire lanes; our own.
const LEFT_LYING: u64 = 15;
/// Of the fire lanes blocked again, so many are blocked a third time.
const THIRD_TIME: u64 = 2;

/// All checks of 2020.
pub(super) fn campaign_checks(world: &World, year: Year, take: &mut Taker) -> Result<(), SampleError> {
    if year == Year::Before {
        return Ok(());
    }
    let mut chance = world.chance("专项整治", year);
    let totals = Totals::of(year);
    fire_lanes(world, &mut chance, take)?;
    for (campaign, total) in [
        (&LORRIES, totals.lorries),
        (&WORKSHOPS, totals.workshops),
        (&BUILDING_SITES, totals.building_sites),
        (&LIFTS, totals.lifts),
        (&SAFETY_100, SAFETY_100_PROBLEMS),
        (&TWO_MONTHS, TWO_MONTHS_PROBLEMS),
    ] {
        let total = scaled(total, world.villages.len());
        let people = world.weights(|village| u64::from(village.population));
        let found = chance.spread(total, &people, |_| u32::MAX);
        let neglect: Vec<u64> = world.weights(|village| village.neglect(year) / u64::from(village.population));
        let cap = |place: usize| found.get(place).copied().unwrap_or(0);
        // What is left lying follows what was found there, and character.
        let weights: Vec<u64> =
            neglect.iter().zip(&found).map(|(neglect, found)| neglect * u64::from(*found)).collect();
        let late = chance.spread(total * LEFT_LYING / 100, &weights, cap);
        for (place, (found, late)) in found.iter().zip(late).enumerate() {
            for number in 0..*found {
                let premises = Premises::new(&mut chance, campaign, place, number);
                let day = day_within(&mut chance, campaign.from, plus(campaign.until, -26));
                take(check(world, &mut chance, campaign, &premises, day, number < late))?;
            }
        }
    }
    Ok(())
}

/// A place that was looked at.
struct Premises {
    place: usize,
    number: String,
    kind: &'static str,
}

impl Premises {
    fn new(chance: &mut Chance, campaign: &Campaign, place: usize, number: u32) -> Premises {
        let letter = campaign.word.key.chars().next().unwrap_or('x').to_ascii_uppercase();
        Premises { place, number: format!("{letter}{:02}", number + 1), kind: chance.pick(campaign.premises) }
    }
}

/// Blocked fire lanes: some are blocked again within ninety days, a few a third time.
fn fire_lanes(world: &World, chance: &mut Chance, take: &mut Taker) -> Result<(), SampleError> {
    let year = Year::This;
    let total = world.total(year, |totals| totals.fire_lanes);
    let again = world.total(year, |totals| totals.fire_lanes_again).min(total / 2);
    let third = scaled(THIRD_TIME, world.villages.len()).min(again / 2);
    let late = world.total(year, |totals| totals.fire_lanes_late).min(total);
    let people = world.weights(|village| u64::from(village.population));
    let neglect = world.weights(|village| village.neglect(year));
    let relapsed = chance.choose(again - third, &neglect);
    let unfixed = chance.spread(late, &neglect, |_| 3);
    let first = (relapsed.len() as u64) + unfixed.iter().map(|count| u64::from(*count)).sum::<u64>();
    let other = chance.spread(total.saturating_sub(first + again), &people, |_| u32::MAX);
    for (nth, place) in (0_u64..).zip(relapsed) {
        let premises = Premises::new(chance, &FIRE_LANES, place, 90);
        let mut day = day_within(chance, FIRE_LANES.from, date(2020, 5, 20));
        for _ in 0..2 + u64::from(nth < third) {
            take(check(world, chance, &FIRE_LANES, &premises, day, false))?;
            day = plus(day, i64::from(chance.between(28, 42)));
        }
    }
    for (place, (unfixed, other)) in unfixed.into_iter().zip(other).enumerate() {
        for number in 0..unfixed + other {
            let premises = Premises::new(chance, &FIRE_LANES, place, number);
            let day = day_within(chance, FIRE_LANES.from, plus(FIRE_LANES.until, -26));
            take(check(world, chance, &FIRE_LANES, &premises, day, number < unfixed))?;
        }
    }
    Ok(())
}

fn check(world: &World, chance: &mut Chance, campaign: &Campaign, premises: &Premises, day: Date, late: bool) -> Row {
    let due = plus(day, i64::from(chance.between(14, 25)));
    // Put right before its term and before the campaign ends.
    let fixed = (!late).then(|| day_within(chance, plus(day, 1), due.min(campaign.until)));
    let cells = vec![
        campaign.word.into(),
        Cell::Text(format!("CS{}-{}", world.code_of(premises.place), premises.number)),
        Cell::Text(format!("{}{}", world.name_of(premises.place), premises.kind)),
        Cell::text(chance.pick(campaign.problems)),
        Cell::Date(due),
        Cell::day(fixed),
        (late || chance.percent(30)).into(),
    ];
    Row { place: Place::Village(premises.place), date: day, cells }
}

/// Fines for electric bicycles, by town and month, April to September 2020; other campaigns hand in none.
pub(super) fn enforcement_months(world: &World, year: Year, take: &mut Taker) -> Result<(), SampleError> {
    if year == Year::Before {
        return Ok(());
    }
    let mut chance = world.chance("执法处罚", year);
    let mut people = vec![0_u64; world.tree.towns.len()];
    for (leaf, village) in world.tree.villages.iter().zip(&world.villages) {
        if let Some(town) = people.get_mut(leaf.town) {
            *town += u64::from(village.population);
        }
    }
    let weights: Vec<u64> = people
        .iter()
        .flat_map(|people| [40, 90, 110, 100, 95, 65].map(|share| people * share))
        .map(|weight| weight * u64::from(chance.between(85, 115)))
        .collect();
    let fines = apportion(world.total(year, |totals| totals.e_bike_fines), &weights);
    for (nth, fines) in fines.into_iter().enumerate() {
        let number = i8::try_from(nth % 6).unwrap_or(0) + 4;
        let cells = vec![E_BIKES.into(), narrow(fines).into()];
        take(Row { place: Place::Town(nth / 6), date: month(year, number), cells })?;
    }
    Ok(())
}
