//! What the police hand in: grave cases, gangs, cults, elections, clues, and the monthly count of thefts and frauds.
//!
//! Enters: the world. Leaves: rows of six lists. Next: [`fires`](super::fires).

use jiff::civil::{Date, date};

use super::SampleError;
use super::calendar::{day_in, day_within, first_day, last_day, month, plus};
use super::chance::Chance;
use super::table::{Cell, Choice, Kind, NUMBER, Place, Row, Taker, choice, column};
use super::totals::{Year, scaled};
use super::world::{Level, World};

pub(super) const SERIOUS_CASE: Kind = Kind {
    id: "serious_case",
    title: "重大刑事案件",
    date: "发生日期",
    of_town: false,
    columns: &[
        NUMBER,
        column("category", "类别"),
        column("deaths", "死亡人数"),
        column("from_dispute", "民转刑"),
        column("dispute_known", "事前已登记纠纷"),
        column("solved", "破案日期"),
    ],
};

pub(super) const POLICE_MONTHLY: Kind = Kind {
    id: "police_monthly",
    title: "治安警情月报",
    date: "月份",
    of_town: false,
    columns: &[column("thefts", "盗窃起数"), column("frauds", "电信网络诈骗起数"), column("alarms", "治安警情数")],
};

pub(super) const GANG_CASE: Kind = Kind {
    id: "gang_case",
    title: "涉黑涉恶案件",
    date: "登记日期",
    of_town: false,
    columns: &[
        NUMBER,
        column("nature", "性质"),
        column("cadre", "村社干部涉案"),
        column("sweep", "六清类别"),
        column("amount", "涉案金额"),
    ],
};

pub(super) const ELECTION_CASE: Kind = Kind {
    id: "election_case",
    title: "干扰换届选举",
    date: "发生日期",
    of_town: false,
    columns: &[NUMBER, column("means", "方式"), column("outcome", "处理结果")],
};

pub(super) const CULT_CASE: Kind = Kind {
    id: "cult_case",
    title: "邪教活动",
    date: "发生日期",
    of_town: false,
    columns: &[NUMBER, column("form", "形式"), column("people", "参与人数")],
};

pub(super) const CLUE: Kind = Kind {
    id: "clue",
    title: "扫黑除恶线索",
    date: "交办日期",
    of_town: false,
    columns: &[
        NUMBER,
        column("source", "来源"),
        column("handler", "承办单位"),
        column("due", "反馈期限"),
        column("answered", "反馈日期"),
        column("result", "结果"),
    ],
};

const HOMICIDE: Choice = choice("homicide", "命案");
const INJURY: Choice = choice("injury", "故意伤害致重伤或死亡");
const GRAVE: [(Choice, u32); 7] = [
    (INJURY, 30),
    (choice("rape", "强奸"), 14),
    (choice("robbery", "抢劫"), 20),
    (choice("drug_sale", "贩卖毒品"), 24),
    (choice("arson", "放火"), 9),
    (choice("explosion", "爆炸"), 1),
    (choice("poisoning", "投放危险物质"), 2),
];
const MAFIA: Choice = choice("mafia", "黑社会性质组织");
const EVIL_GROUP: Choice = choice("evil_group", "恶势力犯罪集团");
const EVIL_GANG: Choice = choice("evil_gang", "恶势力团伙");
const SWEEPS: [(Choice, u32); 6] = [
    (choice("umbrella", "伞网清除"), 1),
    (choice("clue", "线索清查"), 2),
    (choice("fugitive", "逃犯清零"), 2),
    (choice("assets", "黑财清底"), 2),
    (choice("closing", "案件清结"), 4),
    (choice("trade", "行业清源"), 1),
];
const MEANS: [(Choice, u32); 4] = [
    (choice("bribe", "贿选"), 5),
    (choice("threat", "威胁"), 2),
    (choice("rumour", "造谣"), 2),
    (choice("other", "其他"), 1),
];
const OUTCOMES: [(&str, u32); 3] = [("取消参选资格", 2), ("批评教育", 2), ("行政处罚", 1)];
const GATHERING: Choice = choice("gathering", "聚集");
const LEAFLETS: Choice = choice("leaflets", "张贴散发");
const ONLINE: Choice = choice("online", "网络传播");
const SOURCES: [(Choice, u32); 3] =
    [(choice("tip", "举报"), 5), (choice("survey", "摸排"), 3), (choice("superior", "上级交办"), 2)];
const RESULTS: [(Choice, u32); 3] =
    [(choice("confirmed", "属实"), 2), (choice("partly", "部分属实"), 3), (choice("refuted", "不属实"), 7)];
const HANDLERS: [(&str, u32); 4] =
    [("市公安局刑侦大队", 4), ("市公安局治安大队", 3), ("属地派出所", 5), ("市纪委市监委", 1)];

/// Organised crime taken down in 2018, the first of the three years of the drive: mafia, groups, gangs.
const OF_2018: [(Choice, u64); 3] = [(MAFIA, 2), (EVIL_GROUP, 10), (EVIL_GANG, 25)];

/// Homicides and the other seven of the eight gravest crimes.
pub(super) fn serious_cases(world: &World, year: Year, take: &mut Taker) -> Result<(), SampleError> {
    let mut chance = world.chance("重大刑事案件", year);
    let breaks = world.breaks(year);
    for place in &breaks.homicides {
        let unknown = year == Year::This && world.planted.unknown_quarrel == Some(*place);
        let quarrel = unknown || chance.percent(40);
        let day = day_in(&mut chance, year);
        let solved = solved_after(day, i64::from(chance.between(1, 12)), year);
        let cells = vec![HOMICIDE.into(), 1.into(), quarrel.into(), (quarrel && !unknown).into(), Cell::day(solved)];
        take(Row { place: Place::Village(*place), date: day, cells })?;
    }
    for place in &breaks.grave_cases {
        let category = chance.pick(&GRAVE);
        let quarrel = category == INJURY && chance.percent(50);
        let day = day_in(&mut chance, year);
        let days = if chance.percent(55) { chance.between(1, 30) } else { chance.between(31, 140) };
        let solved = solved_after(day, i64::from(days), year);
        let cells =
            vec![category.into(), 0.into(), quarrel.into(), (quarrel && chance.percent(70)).into(), Cell::day(solved)];
        take(Row { place: Place::Village(*place), date: day, cells })?;
    }
    Ok(())
}

/// The day a case was solved, if that was before the files of the sample were closed.
fn solved_after(day: Date, days: i64, year: Year) -> Option<Date> {
    let solved = plus(day, days);
    (solved <= last_day(year) || year == Year::Before).then_some(solved)
}

/// Twelve rows a village.
pub(super) fn police_months(world: &World, year: Year, take: &mut Taker) -> Result<(), SampleError> {
    let mut chance = world.chance("治安警情", year);
    for (place, _, village) in world.each() {
        let times = match village.level(year) {
            Level::Good => 85,
            Level::Middling => 105,
            Level::Weak => 165,
        };
        // Thefts and frauds a year: some twenty of each among ten thousand people.
        let usual = i64::from(village.population) * times / 100;
        let spread = |chance: &mut Chance, per_ten_thousand: i64| {
            let mean = usual * per_ten_thousand / 10_000;
            let count = chance.around(mean, u32::try_from(mean / 2 + 2).unwrap_or(2)).max(0);
            chance.spread(count.unsigned_abs(), &[1; 12], |_| u32::MAX)
        };
        let thefts = spread(&mut chance, 21);
        let frauds = spread(&mut chance, 18);
        let alarms = spread(&mut chance, 120);
        for (number, ((thefts, frauds), alarms)) in (1..).zip(thefts.into_iter().zip(frauds).zip(alarms)) {
            let cells = vec![thefts.into(), frauds.into(), (alarms + thefts + frauds).into()];
            take(Row { place, date: month(year, number), cells })?;
        }
    }
    Ok(())
}

/// Organised crime; with 2019 come the cases of 2018, for the drive ran three years and its list is one.
pub(super) fn gang_cases(world: &World, year: Year, take: &mut Taker) -> Result<(), SampleError> {
    let mut chance = world.chance("涉黑涉恶", year);
    if year == Year::Before {
        let exposures = world.weights(|village| village.exposure(year));
        for (nature, total) in OF_2018 {
            for place in chance.choose(scaled(total, exposures.len()), &exposures) {
                let day = day_within(&mut chance, date(2018, 1, 24), date(2018, 12, 31));
                take(gang_case(&mut chance, place, day, nature, false))?;
            }
        }
    }
    let breaks = world.breaks(year);
    for (nature, places) in [(MAFIA, &breaks.mafia), (EVIL_GROUP, &breaks.evil_groups), (EVIL_GANG, &breaks.evil_gangs)]
    {
        for place in places {
            let cadre = year == Year::This && nature == EVIL_GROUP && world.planted.cadre_gang == Some(*place);
            let day = day_in(&mut chance, year);
            take(gang_case(&mut chance, *place, day, nature, cadre))?;
        }
    }
    Ok(())
}

fn gang_case(chance: &mut Chance, place: usize, day: Date, nature: Choice, cadre: bool) -> Row {
    let amount = if chance.percent(70) { Cell::Hundredths(chance.between(150, 60_000)) } else { Cell::Blank };
    let cells = vec![nature.into(), cadre.into(), chance.pick(&SWEEPS).into(), amount];
    Row { place: Place::Village(place), date: day, cells }
}

/// Interference with the election of village committees, which fell into the second half of 2020.
pub(super) fn election_cases(world: &World, year: Year, take: &mut Taker) -> Result<(), SampleError> {
    let mut chance = world.chance("换届", year);
    for place in &world.breaks(year).election_cases {
        let day = day_within(&mut chance, plus(first_day(year), 288), plus(last_day(year), -5));
        let cells = vec![chance.pick(&MEANS).into(), Cell::text(chance.pick(&OUTCOMES))];
        take(Row { place: Place::Village(*place), date: day, cells })?;
    }
    Ok(())
}

/// Cult activity.
pub(super) fn cult_cases(world: &World, year: Year, take: &mut Taker) -> Result<(), SampleError> {
    let mut chance = world.chance("邪教", year);
    for place in &world.breaks(year).cult_cases {
        let form = chance.pick(&[(GATHERING, 3), (LEAFLETS, 5), (ONLINE, 3)]);
        let people = if form == GATHERING { chance.between(3, 9) } else { chance.between(1, 2) };
        let day = day_in(&mut chance, year);
        take(Row { place: Place::Village(*place), date: day, cells: vec![form.into(), people.into()] })?;
    }
    Ok(())
}

/// Clues passed on for checking; a few were past their term, unanswered, when the year ended.
pub(super) fn clues(world: &World, year: Year, take: &mut Taker) -> Result<(), SampleError> {
    let mut chance = world.chance("线索", year);
    let people = world.weights(|village| u64::from(village.population));
    let neglect = world.weights(|village| village.neglect(year));
    let late = world.total(year, |totals| totals.clues_late);
    let all = world.total(year, |totals| totals.clues);
    let late = chance.spread(late, &neglect, |_| 2);
    let other = chance.spread(all - late.iter().map(|count| u64::from(*count)).sum::<u64>(), &people, |_| u32::MAX);
    for (place, (late, other)) in late.into_iter().zip(other).enumerate() {
        for number in 0..late + other {
            let is_late = number < late;
            let last = if is_late { plus(last_day(year), -75) } else { last_day(year) };
            let day = day_within(&mut chance, first_day(year), last);
            let due = plus(day, 45);
            let answered = match (is_late, year) {
                (false, _) => {
                    Some(plus(day, i64::from(chance.between(6, 44)))).filter(|day| *day <= last_day(Year::This))
                }
                (true, Year::Before) => Some(day_within(&mut chance, date(2020, 1, 20), date(2020, 6, 30))),
                (true, Year::This) => None,
            };
            let result = if answered.is_some() { chance.pick(&RESULTS).into() } else { Cell::Blank };
            let handler = Cell::text(chance.pick(&HANDLERS));
            let cells = vec![chance.pick(&SOURCES).into(), handler, Cell::Date(due), Cell::day(answered), result];
            take(Row { place: Place::Village(place), date: day, cells })?;
        }
    }
    Ok(())
}
