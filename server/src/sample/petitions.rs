//! Crowds, petitions, old petition cases, and the days on which leaders receive people.
//!
//! Enters: the world. Leaves: rows of three lists. A petition as such is everyone's right: petitions fall by the number of people
//! alone, and only what was left lying falls on those who neglect. Next: [`disputes`](super::disputes).

use jiff::civil::{Date, date};

use super::SampleError;
use super::calendar::{day_in, day_within, first_day, last_day, plus, soon, time_on};
use super::chance::Chance;
use super::names::person;
use super::table::{Cell, Choice, Kind, NUMBER, Place, Row, Taker, choice, column};
use super::totals::Year;
use super::world::World;

pub(super) const MASS_INCIDENT: Kind = Kind {
    id: "mass_incident",
    title: "群体性事件",
    date: "发生日期",
    of_town: false,
    columns: &[
        NUMBER,
        column("cause", "起因"),
        column("people", "人数"),
        column("happened", "发生时间"),
        column("reported", "报告时间"),
        column("handling", "处置"),
    ],
};

pub(super) const PETITION: Kind = Kind {
    id: "petition",
    title: "信访事项",
    date: "登记日期",
    of_town: false,
    columns: &[
        NUMBER,
        column("field", "领域"),
        column("department", "责任单位"),
        column("due", "应办结日期"),
        column("closed", "办结日期"),
        column("old_case", "是否积案"),
        column("listed", "列为积案日期"),
        column("settle_by", "化解期限"),
        column("settled", "化解日期"),
        column("leader", "包案领导"),
        column("leader_since", "包案日期"),
        column("crowd", "越级集体走访"),
        column("neglected", "责任不落实"),
    ],
};

pub(super) const RECEPTION: Kind = Kind {
    id: "reception",
    title: "领导接访",
    date: "接访日期",
    of_town: false,
    columns: &[
        NUMBER,
        column("post", "接访领导职务"),
        column("field", "事项领域"),
        column("handler", "交办单位"),
        column("due", "应回复日期"),
        column("replied", "回复日期"),
        column("result", "结果"),
    ],
};

const WAGES: Choice = choice("wages", "欠薪");
const CAUSES: [(Choice, u32); 5] = [
    (WAGES, 5),
    (choice("land", "征迁"), 4),
    (choice("environment", "环境"), 2),
    (choice("medical", "医患"), 1),
    (choice("other", "其他"), 2),
];
const GOOD: Choice = choice("good", "得力");
const FAIR: Choice = choice("fair", "一般");
const POOR: Choice = choice("poor", "不力");

/// A field of petitions with the department that answers for it.
#[derive(Clone, Copy, Default)]
struct Field {
    word: Choice,
    department: &'static str,
}

const fn field(key: &'static str, title: &'static str, department: &'static str) -> Field {
    Field { word: choice(key, title), department }
}

const LABOUR: Field = field("labour", "劳动争议", "市人力社保局");
const FIELDS: [(Field, u32); 6] = [
    (field("legal", "涉法涉诉", "市委政法委"), 3),
    (field("relocation", "拆迁安置", "市自然资源和规划局"), 5),
    (LABOUR, 4),
    (field("welfare", "民生政策", "市民政局"), 5),
    (field("village_assets", "村社三资", "市农业农村局"), 4),
    (field("other", "其他", "属地镇街"), 4),
];
const POSTS: [(&str, u32); 4] = [("市委常委", 2), ("副市长", 3), ("市人大常委会副主任", 1), ("市政协副主席", 1)];
const RESULTS: [(Choice, u32); 3] =
    [(choice("solved", "已解决"), 6), (choice("explained", "解释疏导"), 3), (choice("transferred", "转交办理"), 2)];
const UNDER_WAY: Choice = choice("under_way", "办理中");

/// Who took the case of the unpaid wages over.
const CITY_LEADER: &str = "任某(市领导)";

/// Of the open old cases, so many in a hundred have no leader in charge.
const LEADERLESS: u32 = 30;

/// Crowds of five and more.
pub(super) fn mass_incidents(world: &World, year: Year, take: &mut Taker) -> Result<(), SampleError> {
    let mut chance = world.chance("群体性事件", year);
    let this = year == Year::This;
    let mishandled = world.planted.mishandled_crowd.filter(|_| this);
    let wages = world.planted.wages.filter(|_| this);
    // Where one is planted it is the only large one; otherwise the first ones dealt are large.
    let mut large = if mishandled.is_some() { 0 } else { world.total(year, |totals| totals.large_masses) };
    for (number, place) in world.breaks(year).mass_incidents.iter().enumerate() {
        let mishandled = mishandled == Some(*place);
        let wages = wages == Some(*place);
        let by_lot = large > 0 && !mishandled && !wages;
        large -= u64::from(by_lot);
        let is_large = mishandled || by_lot;
        let people = match (wages, is_large) {
            (true, _) => 17,
            (false, true) => chance.between(34, 58),
            (false, false) => chance.between(6, 26),
        };
        let day = if wages { date(2020, 1, 9) } else { day_in(&mut chance, year) };
        let happened = time_on(&mut chance, day);
        // One in five is reported after more than two hours.
        let handling = match (mishandled, wages) {
            (true, _) => POOR,
            (_, true) => GOOD,
            _ => chance.pick(&[(GOOD, 3), (FAIR, 2)]),
        };
        let cause = if wages { WAGES } else { chance.pick(&CAUSES) };
        let (least, most) = if number % 5 == 4 { (150, 400) } else { (10, 110) };
        let reported = soon(&mut chance, happened, least, most);
        let cells = vec![cause.into(), people.into(), Cell::Time(happened), Cell::Time(reported), handling.into()];
        take(Row { place: Place::Village(*place), date: day, cells })?;
    }
    Ok(())
}

/// A petition as it will stand in its row.
struct Petition {
    field: Field,
    due: Date,
    closed: Option<Date>,
    old_case: Option<OldCase>,
    crowd: bool,
    neglected: bool,
}

/// What makes a petition an old case.
struct OldCase {
    listed: Date,
    settle_by: Date,
    settled: Option<Date>,
    leader: Option<(String, Date)>,
}

/// All petitions; among those of 2019 the old cases that 2020 had to deal with.
pub(super) fn petitions(world: &World, year: Year, take: &mut Taker) -> Result<(), SampleError> {
    let mut chance = world.chance("信访事项", year);
    let neglect = world.weights(|village| village.neglect(year));
    let people = world.weights(|village| u64::from(village.population));
    let mut left = world.total(year, |totals| totals.petitions);
    let late = world.total(year, |totals| totals.petitions_late).min(left);
    for (place, count) in chance.spread(late, &neglect, |_| 3).into_iter().enumerate() {
        for _ in 0..count {
            take(late_petition(&mut chance, year, place))?;
        }
    }
    left -= late;
    if year == Year::Before {
        left = left.saturating_sub(old_cases(world, &mut chance, take)?);
    }
    let crowds = &world.breaks(year).crowds;
    left = left.saturating_sub(crowds.len() as u64);
    for place in crowds {
        take(ordinary_petition(&mut chance, year, *place, true, true))?;
    }
    for (place, count) in chance.spread(left, &people, |_| u32::MAX).into_iter().enumerate() {
        for _ in 0..count {
            // A crowd before whom everyone had done his duty is no one's fault.
            let crowd = chance.between(1, 120) == 1;
            take(ordinary_petition(&mut chance, year, place, crowd, false))?;
        }
    }
    Ok(())
}

fn ordinary_petition(chance: &mut Chance, year: Year, place: usize, crowd: bool, neglected: bool) -> Row {
    let day = day_in(chance, year);
    let closed = plus(day, i64::from(chance.between(9, 58)));
    let closed = (closed <= last_day(Year::This)).then_some(closed);
    let petition =
        Petition { field: chance.pick(&FIELDS), due: plus(day, 60), closed, old_case: None, crowd, neglected };
    row(place, day, petition)
}

/// Registered in late summer or autumn, so that its sixty days ran out shortly before the year did.
fn late_petition(chance: &mut Chance, year: Year, place: usize) -> Row {
    let from = if chance.percent(75) { 245 } else { 150 };
    let day = day_within(chance, plus(first_day(year), from), plus(first_day(year), 300));
    let closed = (year == Year::Before).then(|| day_within(chance, date(2020, 1, 18), date(2020, 5, 31)));
    let petition = Petition {
        field: chance.pick(&FIELDS),
        due: plus(day, 60),
        closed,
        old_case: None,
        crowd: false,
        neglected: false,
    };
    row(place, day, petition)
}

/// The old cases of 1 January 2020: most were settled in the year, some ran past their term, some still have time.
fn old_cases(world: &World, chance: &mut Chance, take: &mut Taker) -> Result<u64, SampleError> {
    let total = world.total(Year::Before, |totals| totals.old_cases);
    let settled = world.total(Year::Before, |totals| totals.old_cases_settled).min(total);
    let past_due = &world.breaks(Year::This).old_cases;
    let running = total.saturating_sub(settled + past_due.len() as u64);
    for place in past_due {
        let settle_by = day_within(chance, date(2020, 6, 30), date(2020, 11, 30));
        take(old_case(chance, *place, settle_by, None))?;
    }
    let people = world.weights(|village| village.peril(Year::This));
    for place in chance.choose(running, &people) {
        let settle_by = day_within(chance, date(2021, 1, 31), date(2021, 6, 30));
        take(old_case(chance, place, settle_by, None))?;
    }
    let mut left = settled;
    if let Some(place) = world.planted.wages.filter(|_| left > 0) {
        left -= 1;
        take(unpaid_wages(place))?;
    }
    let people = world.weights(|village| u64::from(village.population));
    for (place, count) in chance.spread(left, &people, |_| 3).into_iter().enumerate() {
        for _ in 0..count {
            let settle_by = day_within(chance, date(2020, 3, 31), date(2020, 12, 31));
            let settled = plus(settle_by, -i64::from(chance.between(1, 80)));
            take(old_case(chance, place, settle_by, Some(settled)))?;
        }
    }
    Ok(settled + running + past_due.len() as u64)
}

fn old_case(chance: &mut Chance, place: usize, settle_by: Date, settled: Option<Date>) -> Row {
    let day = day_within(chance, date(2019, 1, 2), date(2019, 8, 31));
    let listed = day_within(chance, plus(day, 62), date(2019, 12, 20));
    let settled = settled.map(|settled| settled.max(date(2020, 1, 16)));
    let leaderless = settled.is_none() && chance.percent(LEADERLESS);
    let leader = (!leaderless).then(|| (person(chance), plus(listed, i64::from(chance.between(1, 9)))));
    let old_case = Some(OldCase { listed, settle_by, settled, leader });
    let petition = Petition {
        field: chance.pick(&FIELDS),
        due: plus(day, 60),
        closed: settled,
        old_case,
        crowd: false,
        neglected: false,
    };
    row(place, day, petition)
}

/// Wages of 17 people, unpaid since the autumn; a city leader took the case over and it was settled before the Spring Festival.
fn unpaid_wages(place: usize) -> Row {
    let day = date(2019, 10, 14);
    let settled = Some(date(2020, 1, 20));
    let leader = Some((CITY_LEADER.to_owned(), date(2019, 12, 20)));
    let old_case = Some(OldCase { listed: date(2019, 12, 16), settle_by: date(2020, 6, 30), settled, leader });
    row(
        place,
        day,
        Petition { field: LABOUR, due: plus(day, 60), closed: settled, old_case, crowd: false, neglected: false },
    )
}

fn row(place: usize, day: Date, petition: Petition) -> Row {
    let is_old = petition.old_case.is_some();
    let (listed, settle_by, settled, leader) = match petition.old_case {
        Some(old) => (Some(old.listed), Some(old.settle_by), old.settled, old.leader),
        None => (None, None, None, None),
    };
    let (leader, since) = leader.map_or((Cell::Blank, None), |(name, since)| (Cell::Text(name), Some(since)));
    let cells = vec![
        petition.field.word.into(),
        Cell::text(petition.field.department),
        Cell::Date(petition.due),
        Cell::day(petition.closed),
        is_old.into(),
        Cell::day(listed),
        Cell::day(settle_by),
        Cell::day(settled),
        leader,
        Cell::day(since),
        petition.crowd.into(),
        petition.neglected.into(),
    ];
    Row { place: Place::Village(place), date: day, cells }
}

/// What people brought before leaders, on so many days of 2020, and what was to be answered within 15 days.
pub(super) fn receptions(world: &World, year: Year, take: &mut Taker) -> Result<(), SampleError> {
    let mut chance = world.chance("领导接访", year);
    let days = reception_days(year, world.total(year, |totals| totals.reception_days), &mut chance);
    let total = world.total(year, |totals| totals.receptions);
    let late = world.total(year, |totals| totals.receptions_late).min(total);
    let neglect = world.weights(|village| village.neglect(year));
    let people = world.weights(|village| u64::from(village.population));
    let late = chance.spread(late, &neglect, |_| 2);
    let other = chance.spread(total - late.iter().map(|count| u64::from(*count)).sum::<u64>(), &people, |_| u32::MAX);
    // Every day has someone: the days are dealt round until all rows are placed.
    let mut next_day = days.iter().copied().cycle();
    let answerable: Vec<Date> = days.iter().copied().filter(|day| plus(*day, 15) < plus(last_day(year), -8)).collect();
    for (place, (late, other)) in late.into_iter().zip(other).enumerate() {
        for number in 0..late + other {
            let day = if number < late {
                chance.pick(&answerable.iter().map(|day| (Some(*day), 1)).collect::<Vec<_>>())
            } else {
                next_day.next()
            };
            if let Some(day) = day {
                take(reception(&mut chance, year, place, day, number < late))?;
            }
        }
    }
    Ok(())
}

fn reception(chance: &mut Chance, year: Year, place: usize, day: Date, late: bool) -> Row {
    let due = plus(day, 15);
    let replied = plus(day, i64::from(chance.between(2, 15)));
    let replied = (!late && replied <= last_day(year)).then_some(replied);
    let field = chance.pick(&FIELDS);
    let result = if replied.is_some() { chance.pick(&RESULTS) } else { UNDER_WAY };
    let cells = vec![
        Cell::text(chance.pick(&POSTS)),
        field.word.into(),
        Cell::text(field.department),
        Cell::Date(due),
        Cell::day(replied),
        result.into(),
    ];
    Row { place: Place::Village(place), date: day, cells }
}

/// So many different days of the year, Sundays left out, in a random order.
fn reception_days(year: Year, count: u64, chance: &mut Chance) -> Vec<Date> {
    let mut days: Vec<Date> = (0..366)
        .map(|day| plus(first_day(year), day))
        .filter(|day| *day <= last_day(year) && day.weekday() != jiff::civil::Weekday::Sunday)
        .collect();
    chance.shuffle(&mut days);
    days.truncate(usize::try_from(count).unwrap_or(0));
    days
}
