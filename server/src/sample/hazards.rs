//! Major hazards on the rolling list, and the black and white lists of premises.
//!
//! Enters: the world. Leaves: rows of two lists, and [`burning_hazard`], the hazard past its term at which a fire breaks out.
//! Next: [`fires`](super::fires).

use jiff::civil::date;

use super::SampleError;
use super::calendar::{day_within, first_day, last_day, plus};
use super::chance::Chance;
use super::table::{Cell, Choice, Kind, NUMBER, Place, Row, Taker, choice, column};
use super::totals::{Year, scaled};
use super::world::{Care, Level, World};

pub(super) const HAZARD: Kind = Kind {
    id: "hazard",
    title: "重大隐患挂牌",
    date: "登记日期",
    of_town: false,
    columns: &[
        NUMBER,
        column("premises_no", "场所编号"),
        column("premises_name", "场所名称"),
        column("category", "类别"),
        column("source", "来源"),
        column("listed", "挂牌日期"),
        column("due", "整改期限"),
        column("extended", "延期至"),
        column("closed", "销号日期"),
        column("relapsed", "反弹日期"),
        column("department", "责任部门"),
    ],
};

pub(super) const PREMISES_LIST: Kind = Kind {
    id: "premises_list",
    title: "场所黑白名单",
    date: "登记日期",
    of_town: false,
    columns: &[
        NUMBER,
        column("premises_no", "场所编号"),
        column("premises_name", "场所名称"),
        column("colour", "名单"),
        column("listed", "列入日期"),
        column("removed", "移出日期"),
        column("cause", "事由"),
        column("controlled", "已落实管控"),
    ],
};

/// A category of hazard with the premises it is found at and the department in charge.
#[derive(Clone, Copy, Default)]
struct Category {
    word: Choice,
    premises: &'static str,
    department: &'static str,
}

const fn category(
    key: &'static str,
    title: &'static str,
    premises: &'static str,
    department: &'static str,
) -> Category {
    Category { word: choice(key, title), premises, department }
}

const CATEGORIES: [(Category, u32); 7] = [
    (category("fire", "消防", "出租厂房", "市消防救援大队"), 8),
    (category("factory", "工矿", "鞋材厂", "市应急管理局"), 5),
    (category("building", "建筑", "在建工地", "市住建局"), 4),
    (category("chemical", "危化", "危化品仓库", "市应急管理局"), 2),
    (category("traffic", "交通", "临水临崖路段", "市交通运输局"), 3),
    (category("geology", "地灾", "山体滑坡点", "市自然资源和规划局"), 3),
    (category("other", "其他", "冷库", "市应急管理局"), 1),
];
const INSPECTION: Choice = choice("inspection", "检查");
const VOLUNTEERED: Choice = choice("volunteered", "主动上报");
const BLACK: Choice = choice("black", "黑");
const WHITE: Choice = choice("white", "白");
const BLACK_CAUSES: [(&str, u32); 3] =
    [("拒不整改消防隐患", 3), ("一年内两次出现同类重大隐患", 2), ("无证照从事生产经营", 1)];
const PREMISES: [(&str, u32); 5] = [("电镀作坊", 2), ("鞋材厂", 3), ("群租公寓", 3), ("冷库", 1), ("网吧", 1)];

/// How many premises of each colour the city has listed, and how many black ones are not under control; our own figures.
const BLACK_PREMISES: u64 = 34;
const UNCONTROLLED: u64 = 16;
const WHITE_PREMISES: u64 = 72;

/// How a hazard fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// Closed within its term, in the year in which it was listed or, if it was carried over, early in the next.
    Closed,
    /// Past its term when its year ended, and closed in the next.
    ClosedLate,
    /// Past its term, and open to this day.
    PastDue,
    /// Its term runs on into the next year.
    Running,
    /// Its term was extended; closed before the new one.
    Extended,
    /// Closed, and back within 90 days.
    Relapsed,
}

/// A hazard before it has a date: where, how it fares, and in which year it was listed.
#[derive(Clone, Copy, Debug)]
struct Outline {
    place: usize,
    fate: Fate,
    listed_in: i16,
}

/// The hazards listed in a year; with 2019 come those carried over from 2018.
pub(super) fn hazards(world: &World, year: Year, take: &mut Taker) -> Result<(), SampleError> {
    let mut chance = world.chance("重大隐患", year);
    for (number, outline) in (1..).zip(outlines(world, year, &mut chance)) {
        take(hazard(world, &mut chance, outline, number))?;
    }
    Ok(())
}

/// The hazard past its term at which a fire breaks out in the autumn of 2020: its village and the number of its premises.
pub(super) fn burning_hazard(world: &World) -> Option<(usize, String)> {
    let mut chance = world.chance("重大隐患", Year::This);
    let outlines = outlines(world, Year::This, &mut chance);
    let found =
        (1..).zip(outlines).find(|(_, outline)| outline.fate == Fate::PastDue && !is_unreported(world, outline.place));
    found.map(|(number, outline)| (outline.place, premises_number(world, outline.place, number)))
}

fn is_unreported(world: &World, place: usize) -> bool {
    world.tree.villages.get(place).is_some_and(|leaf| world.planted.is_unreported(leaf.town))
}

/// Where the hazards of a year are and how they fare, so that the city's counts come out: all that 2019 leaves open is closed in
/// 2020, and what is open at the end of 2020 was listed in 2020.
fn outlines(world: &World, year: Year, chance: &mut Chance) -> Vec<Outline> {
    let carried = world.total(year, |totals| totals.hazards_carried);
    let new = world.total(year, |totals| totals.hazards_new);
    let closed = world.total(year, |totals| totals.hazards_closed);
    let late = world.total(year, |totals| totals.hazards_past_due);
    let running = (carried + new).saturating_sub(closed + late);
    let people =
        world.weights(|village| if village.care(year) == Care::Tidy { 0 } else { u64::from(village.population) });
    let neglect = world.weights(|village| village.neglect(year));
    let number = year.number();
    let mut list = Vec::new();
    let mut deal = |count: u64, weights: &[u64], fate: Fate, listed_in: i16| {
        list.extend(chance.choose(count, weights).into_iter().map(|place| Outline { place, fate, listed_in }));
    };
    let mut left = new.saturating_sub(late + running);
    deal(late, &neglect, if year == Year::This { Fate::PastDue } else { Fate::ClosedLate }, number);
    deal(running, &people, Fate::Running, number);
    if year == Year::Before {
        deal(carried, &people, Fate::Closed, number - 1);
    } else {
        for (planted, fate) in [(world.planted.extended, Fate::Extended), (world.planted.relapsed, Fate::Relapsed)] {
            let only = only(planted, people.len());
            let count = left.min(only.iter().sum());
            deal(count, &only, fate, number);
            left -= count;
        }
    }
    deal(left, &people, Fate::Closed, number);
    list
}

/// Weights that leave one place, or none.
fn only(place: Option<usize>, count: usize) -> Vec<u64> {
    (0..count).map(|other| u64::from(Some(other) == place)).collect()
}

fn hazard(world: &World, chance: &mut Chance, outline: Outline, number: u32) -> Row {
    let Outline { place, fate, listed_in } = outline;
    let new_year = date(listed_in, 1, 1);
    let eve = date(listed_in, 12, 31);
    let (first, last) = match fate {
        Fate::Closed if listed_in == 2018 => (plus(new_year, 300), eve),
        Fate::Closed => (new_year, plus(new_year, 270)),
        Fate::ClosedLate | Fate::PastDue => (plus(new_year, 90), plus(new_year, 200)),
        Fate::Running => (plus(new_year, 318), plus(new_year, 350)),
        Fate::Extended => (plus(new_year, 120), plus(new_year, 150)),
        Fate::Relapsed => (plus(new_year, 60), plus(new_year, 90)),
    };
    let listed = day_within(chance, first, last);
    let due = plus(listed, i64::from(chance.between(66, 88)));
    let extended = (fate == Fate::Extended).then(|| plus(due, 60));
    let closed = match fate {
        Fate::PastDue => None,
        Fate::Running if listed_in == Year::This.number() => None,
        // What is carried over is closed in the new year.
        Fate::Closed if listed_in == 2018 => Some(day_within(chance, plus(eve, 2), due)),
        Fate::Running => Some(day_within(chance, plus(eve, 17), due)),
        Fate::Closed | Fate::Relapsed => Some(plus(due, -i64::from(chance.between(1, 50)))),
        Fate::ClosedLate => Some(day_within(chance, plus(eve, 20), plus(eve, 150))),
        Fate::Extended => Some(plus(due, i64::from(chance.between(20, 55)))),
    };
    let relapsed =
        if fate == Fate::Relapsed { closed.map(|day| plus(day, i64::from(chance.between(25, 80)))) } else { None };
    let category = chance.pick(&CATEGORIES);
    let source = if chance.percent(18) { VOLUNTEERED } else { INSPECTION };
    let cells = vec![
        Cell::text(premises_number(world, place, number)),
        Cell::text(format!("{}{}", world.name_of(place), category.premises)),
        category.word.into(),
        source.into(),
        Cell::Date(listed),
        Cell::Date(due),
        Cell::day(extended),
        Cell::day(closed),
        Cell::day(relapsed),
        Cell::text(category.department),
    ];
    Row { place: Place::Village(place), date: listed, cells }
}

fn premises_number(world: &World, place: usize, number: u32) -> String {
    format!("CS{}-{number:03}", world.code_of(place))
}

/// Premises on the two lists. They were begun in 2020, so 2019 has none.
pub(super) fn premises_lists(world: &World, year: Year, take: &mut Taker) -> Result<(), SampleError> {
    if year == Year::Before {
        return Ok(());
    }
    let mut chance = world.chance("黑白名单", year);
    let count = world.villages.len();
    let neglect = world.weights(|village| village.neglect(year));
    let calm =
        world.weights(|village| if village.level(year) == Level::Good { u64::from(village.population) } else { 0 });
    let uncontrolled = scaled(UNCONTROLLED, count);
    let lists = [
        (BLACK, false, uncontrolled, &neglect),
        (BLACK, true, scaled(BLACK_PREMISES, count).saturating_sub(uncontrolled), &neglect),
        (WHITE, true, scaled(WHITE_PREMISES, count), &calm),
    ];
    for (list, (colour, controlled, total, weights)) in (1..).zip(lists) {
        for place in chance.choose(total, weights) {
            let listed = day_within(&mut chance, plus(first_day(year), 20), plus(last_day(year), -20));
            let removed = (colour == BLACK && controlled && chance.percent(35)).then(|| plus(listed, 200));
            let removed = removed.filter(|day| *day <= last_day(year));
            let premises = chance.pick(&PREMISES);
            let cause =
                if colour == BLACK { chance.pick(&BLACK_CAUSES) } else { "管理规范,十二个月未发现问题" };
            let cells = vec![
                Cell::text(format!("CS{}-9{list:02}", world.code_of(place))),
                Cell::text(format!("{}{premises}", world.name_of(place))),
                colour.into(),
                Cell::Date(listed),
                Cell::day(removed),
                Cell::text(cause),
                controlled.into(),
            ];
            take(Row { place: Place::Village(place), date: listed, cells })?;
        }
    }
    Ok(())
}
