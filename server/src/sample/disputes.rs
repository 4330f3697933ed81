//! Disputes, from the day someone comes with one to the day it is settled, handed up, or lost sight of.
//!
//! Enters: the world. Leaves: rows of one list. How many disputes a village registers depends on its people alone; which of them
//! stay open depends on its character. Next: [`grids`](super::grids).

use jiff::civil::{Date, date};

use super::SampleError;
use super::calendar::{day_in, day_within, first_day, last_day, plus};
use super::chance::Chance;
use super::names::person;
use super::table::{Cell, Choice, Kind, NUMBER, Place, Row, Taker, choice, column};
use super::totals::{Year, scaled};
use super::world::{Care, Level, World};

pub(super) const DISPUTE: Kind = Kind {
    id: "dispute",
    title: "矛盾纠纷",
    date: "登记日期",
    of_town: false,
    columns: &[
        NUMBER,
        column("parties", "当事人"),
        column("category", "类型"),
        column("hard", "疑难"),
        column("accepted", "受理日期"),
        column("level", "调解层级"),
        column("mediator", "调解员类型"),
        column("team_set", "建专班日期"),
        column("state", "状态"),
        column("settled", "化解日期"),
        column("revisited", "回访日期"),
        column("escalated", "转为案件或信访"),
    ],
};

const CATEGORIES: [(Choice, u32); 8] = [
    (choice("neighbours", "邻里"), 28),
    (choice("family", "婚姻家庭"), 20),
    (choice("labour", "劳资"), 14),
    (choice("land", "征迁"), 7),
    (choice("village_assets", "三资"), 5),
    (choice("traffic", "交通"), 9),
    (choice("consumer", "消费"), 9),
    (choice("other", "其他"), 8),
];
const IN_VILLAGE: Choice = choice("village", "村社");
const IN_TOWN: Choice = choice("town", "镇街");
const IN_CITY: Choice = choice("city", "市调中心");
const MEDIATOR: Choice = choice("mediator", "人民调解员");
const WORTHY: Choice = choice("worthy", "新乡贤");
const TRADE: Choice = choice("trade", "行业调解组织");
const STUDIO: Choice = choice("studio", "品牌调解室");
const TEAM: Choice = choice("team", "专班");
const PASSED_ON: Choice = choice("passed_on", "流转");
const ACCEPTED: Choice = choice("accepted", "受理");
const MEDIATING: Choice = choice("mediating", "调解中");
const SETTLED: Choice = choice("settled", "化解");
const UNSETTLED: Choice = choice("unsettled", "未化解");
const HANDED_UP: Choice = choice("handed_up", "上交");

/// Disputes that turned into a case or petition before anyone mediated: villages with two of them, and with one; our own figures.
const NEVER_MEDIATED: [(u64, usize); 2] = [(5, 2), (6, 1)];

/// What became of a dispute that was still open when its year ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    /// Turned into a case before anyone mediated; accepted more than thirty days ago, or in the last weeks.
    NeverMediated { overdue: bool },
    /// Mediated for more than thirty days.
    Overdue,
    /// Handed up in time.
    HandedUp,
    /// Accepted in the last weeks.
    Recent,
    /// Of 2019, settled in the spring of 2020.
    SettledNextYear { overdue: bool },
}

/// All disputes of a year, village by village.
pub(super) fn disputes(world: &World, year: Year, take: &mut Taker) -> Result<(), SampleError> {
    let mut chance = world.chance("矛盾纠纷", year);
    let settled = world.total(year, |totals| totals.disputes_settled);
    let open = world.total(year, |totals| totals.disputes).saturating_sub(settled);
    let overdue = world.total(year, |totals| totals.disputes_overdue).min(open);
    let mut open = open_disputes(world, year, open, overdue, &mut chance).into_iter().peekable();
    let people = world.weights(|village| u64::from(village.population));
    let settled = chance.spread(settled, &people, |_| u32::MAX);
    let cap = |place: usize| settled.get(place).copied().unwrap_or(0);
    // A good village settles more at home and asks its worthies.
    let home = world.weights(|village| {
        let willing = match village.level(year) {
            Level::Good => 115,
            Level::Middling => 95,
            Level::Weak => 70,
        };
        u64::from(village.population) * willing
    });
    let at_home = chance.spread(world.total(year, |totals| totals.disputes_in_village), &home, cap);
    let by_worthies = chance.spread(world.total(year, |totals| totals.disputes_by_worthies), &home, cap);
    for (place, ((settled, at_home), by_worthies)) in settled.iter().copied().zip(at_home).zip(by_worthies).enumerate()
    {
        while let Some((_, open)) = open.next_if(|(of, _)| *of == place) {
            take(open_dispute(&mut chance, year, place, open))?;
        }
        for number in 0..settled {
            take(settled_dispute(&mut chance, year, place, number < at_home, number < by_worthies))?;
        }
    }
    Ok(())
}

/// The disputes open at the end of a year, in the order of the villages.
fn open_disputes(world: &World, year: Year, open: u64, overdue: u64, chance: &mut Chance) -> Vec<(usize, Open)> {
    let neglect = world.weights(|village| if village.care(year) == Care::Ordinary { village.neglect(year) } else { 0 });
    let mut list: Vec<(usize, Open)> = Vec::new();
    if year == Year::This {
        let mut untouched = neglect.clone();
        for (villages, each) in NEVER_MEDIATED {
            for place in chance.choose(scaled(villages, world.villages.len()), &untouched) {
                list.extend(
                    (0..each).map(|nth| (place, Open::NeverMediated { overdue: (place + nth).is_multiple_of(2) })),
                );
                if let Some(weight) = untouched.get_mut(place) {
                    *weight = 0;
                }
            }
        }
    }
    list.truncate(usize::try_from(open).unwrap_or(usize::MAX));
    let already = list.iter().filter(|(_, open)| *open == Open::NeverMediated { overdue: true }).count() as u64;
    let (late, other) = if year == Year::This {
        (Open::Overdue, [Open::HandedUp, Open::Recent])
    } else {
        (Open::SettledNextYear { overdue: true }, [Open::SettledNextYear { overdue: false }; 2])
    };
    let late_count = overdue.saturating_sub(already);
    let rest = open.saturating_sub(list.len() as u64);
    let fates = (0..rest).map(|number| {
        let [first, second] = other;
        if number < late_count {
            late
        } else if number % 2 == 0 {
            first
        } else {
            second
        }
    });
    let places = chance.spread(rest, &neglect, |_| 3);
    let mut places: Vec<usize> =
        places.iter().enumerate().flat_map(|(place, count)| std::iter::repeat_n(place, *count as usize)).collect();
    chance.shuffle(&mut places);
    list.extend(places.into_iter().zip(fates));
    list.sort_by_key(|(place, _)| *place);
    list
}

fn open_dispute(chance: &mut Chance, year: Year, place: usize, open: Open) -> Row {
    let overdue = match open {
        Open::NeverMediated { overdue } | Open::SettledNextYear { overdue } => overdue,
        Open::Overdue | Open::HandedUp => true,
        Open::Recent => false,
    };
    let last = last_day(year);
    let day = if overdue {
        day_within(chance, plus(first_day(year), 60), plus(last, -45))
    } else {
        day_within(chance, plus(last, -22), plus(last, -2))
    };
    let hard = open != Open::Recent && chance.percent(45);
    // Half of the hard ones that were only mediated on got no team of their own.
    let with_team = hard && !(open == Open::Overdue && chance.percent(50));
    let (state, escalated) = match open {
        Open::NeverMediated { .. } => (chance.pick(&[(PASSED_ON, 1), (ACCEPTED, 1)]), true),
        Open::Overdue => (chance.pick(&[(MEDIATING, 2), (UNSETTLED, 1)]), false),
        Open::HandedUp => (HANDED_UP, chance.percent(15)),
        Open::Recent => (MEDIATING, false),
        Open::SettledNextYear { .. } => (SETTLED, false),
    };
    let settled =
        matches!(open, Open::SettledNextYear { .. }).then(|| day_within(chance, date(2020, 1, 17), date(2020, 4, 30)));
    let level = if open == Open::HandedUp { IN_CITY } else { IN_TOWN };
    let mediator = if with_team { TEAM } else { MEDIATOR };
    let team = with_team.then(|| plus(day, i64::from(chance.between(2, 9))));
    dispute(chance, place, Course { day, hard, level, mediator, team, state, settled, revisited: None, escalated })
}

fn settled_dispute(chance: &mut Chance, year: Year, place: usize, at_home: bool, by_worthy: bool) -> Row {
    let day = day_in(chance, year);
    let settled = plus(day, i64::from(chance.between(0, 27))).min(last_day(year).max(day));
    let hard = chance.percent(4);
    let level = if at_home { IN_VILLAGE } else { chance.pick(&[(IN_TOWN, 3), (IN_CITY, 1)]) };
    let mediator = match (by_worthy, at_home) {
        (true, _) => WORTHY,
        (_, true) => MEDIATOR,
        _ if hard => TEAM,
        _ => chance.pick(&[(MEDIATOR, 4), (TRADE, 2), (STUDIO, 1)]),
    };
    let team = hard.then(|| plus(day, i64::from(chance.between(1, 8))).min(settled));
    let revisited = Some(plus(settled, i64::from(chance.between(5, 20)))).filter(|day| *day <= last_day(Year::This));
    let revisited = revisited.filter(|_| chance.percent(88));
    let course = Course {
        day,
        hard,
        level,
        mediator,
        team,
        state: SETTLED,
        settled: Some(settled),
        revisited,
        escalated: false,
    };
    dispute(chance, place, course)
}

/// The course of a dispute.
struct Course {
    day: Date,
    hard: bool,
    level: Choice,
    mediator: Choice,
    team: Option<Date>,
    state: Choice,
    settled: Option<Date>,
    revisited: Option<Date>,
    escalated: bool,
}

fn dispute(chance: &mut Chance, place: usize, course: Course) -> Row {
    let parties = format!("{}、{}", person(chance), person(chance));
    let cells = vec![
        Cell::Text(parties),
        chance.pick(&CATEGORIES).into(),
        course.hard.into(),
        Cell::Date(course.day),
        course.level.into(),
        course.mediator.into(),
        Cell::day(course.team),
        course.state.into(),
        Cell::day(course.settled),
        Cell::day(course.revisited),
        course.escalated.into(),
    ];
    Row { place: Place::Village(place), date: course.day, cells }
}
