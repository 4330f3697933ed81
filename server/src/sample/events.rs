//! Events of the 微连心 mini-program: reported, accepted, passed on, finished, fed back, verified.
//!
//! Enters: the world. Leaves: rows of one list, the longest of all. Where people report much, nothing bad is meant by it: events
//! fall by people, lateness by neglect. Next: [`cameras`](super::cameras).

use jiff::civil::{Date, DateTime, date};

use super::SampleError;
use super::calendar::{day_within, first_day, last_day, later, minutes_between, plus, soon, time_on};
use super::chance::Chance;
use super::names::person;
use super::table::{Cell, Choice, Kind, NUMBER, Place, Row, Taker, choice, column};
use super::totals::{Year, scaled};
use super::world::{Level, Village, World};

pub(super) const EVENT: Kind = Kind {
    id: "event",
    title: "微连心事件",
    date: "上报日期",
    of_town: false,
    columns: &[
        NUMBER,
        column("category", "类别"),
        column("reporter", "上报人"),
        column("reported", "上报"),
        column("accepted", "受理"),
        column("dispatched", "派遣"),
        column("finished", "办结"),
        column("fed_back", "反馈"),
        column("verified", "核实"),
        column("due", "时限"),
        column("source", "来源"),
    ],
};

/// A category of events and the hours within which one must be finished.
#[derive(Clone, Copy, Default)]
struct Category {
    word: Choice,
    hours: i64,
}

const fn category(key: &'static str, title: &'static str, hours: i64) -> Category {
    Category { word: choice(key, title), hours }
}

const CATEGORIES: [(Category, u32); 6] = [
    (category("dispute", "矛盾", 168), 14),
    (category("hazard", "安全隐患", 72), 20),
    (category("environment", "环境", 120), 26),
    (category("order", "治安", 24), 10),
    (category("welfare", "民生", 120), 22),
    (category("other", "其他", 168), 8),
];
const PUBLIC: Choice = choice("public", "群众");
const KEEPER: Choice = choice("keeper", "网格员");
const SOURCES: [(Choice, u32); 3] = [(PUBLIC, 4), (choice("micro_head", "微网格长"), 4), (KEEPER, 3)];

/// Events still open at the end of the year after more than thirty days; our own figures.
const STILL_OPEN: [u64; 2] = [8, 28];

/// How an event went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Course {
    OnTime { verified: bool },
    Late { verified: bool },
    Open,
}

/// All events of a year, village by village.
pub(super) fn events(world: &World, year: Year, take: &mut Taker) -> Result<(), SampleError> {
    let mut chance = world.chance("微连心", year);
    let [open_before, open_this] = STILL_OPEN;
    let open = scaled(if year == Year::This { open_this } else { open_before }, world.villages.len());
    let total = world.total(year, |totals| totals.events);
    let late = total.saturating_sub(world.total(year, |totals| totals.events_on_time) + open);
    let active = world.weights(|village| u64::from(village.population) * activity(village.level(year)));
    let neglect = world.weights(|village| village.neglect(year));
    let counts = chance.spread(total, &active, |_| u32::MAX);
    let cap = |place: usize| counts.get(place).copied().unwrap_or(0) / 3;
    let open = chance.spread(open, &neglect, |place| cap(place).min(3));
    let late = chance.spread(late, &neglect, cap);
    for (((place, _, village), total), (open, late)) in
        world.each().zip(counts.iter().copied()).zip(open.into_iter().zip(late))
    {
        let unverified = unverified(&mut chance, village, year).min(total - open);
        for number in 0..total {
            let verified = total - number > unverified;
            let course = match number {
                number if number < open => Course::Open,
                number if number < open + late => Course::Late { verified },
                _ => Course::OnTime { verified },
            };
            take(event(&mut chance, year, place, course))?;
        }
    }
    Ok(())
}

/// Good villages look about them more, so they report more.
fn activity(level: Level) -> u64 {
    match level {
        Level::Good => 110,
        Level::Middling => 95,
        Level::Weak => 80,
    }
}

/// How many finished events nobody went back to.
fn unverified(chance: &mut Chance, village: &Village, year: Year) -> u32 {
    let usual = match year {
        Year::Before => village.lapse(year, 9, 10, 12),
        Year::This => village.lapse(year, 7, 8, 11),
    };
    let count = chance.around(i64::from(usual), 3).max(0);
    u32::try_from(count).unwrap_or(0)
}

fn event(chance: &mut Chance, year: Year, place: Place, course: Course) -> Row {
    let category = chance.pick(&CATEGORIES);
    let source = chance.pick(&SOURCES);
    let reporter = if source == PUBLIC && chance.percent(50) { Cell::Text(person(chance)) } else { Cell::Blank };
    let day = day_within(chance, first_day(year), last_report(year, course));
    let reported = time_on(chance, day);
    let accepted = soon(chance, reported, 5, 90);
    let dispatched = soon(chance, accepted, 5, 120);
    let due = later(reported, category.hours * 60);
    let (finished, verified) = match course {
        Course::Open => (None, false),
        Course::Late { verified } => (Some(soon(chance, due, 60, 10 * 24 * 60)), verified),
        Course::OnTime { verified } => (Some(finish(chance, dispatched, due)), verified),
    };
    let looked_at = finished.filter(|_| verified).map(|time| verify(chance, time));
    // In 2019 the platform kept only report, end and verification; what a keeper sees and does himself is passed on to no one,
    // and an answer goes to the public alone.
    let kept = |keeps: bool, time: DateTime| Some(time).filter(|_| keeps && year == Year::This);
    let fed_back = finished.and_then(|time| kept(source == PUBLIC, soon(chance, time, 5, 60)));
    let cells = vec![
        category.word.into(),
        reporter,
        Cell::Time(reported),
        Cell::moment(kept(true, accepted)),
        Cell::moment(kept(source != KEEPER, dispatched)),
        Cell::moment(finished),
        Cell::moment(fed_back),
        Cell::moment(looked_at),
        Cell::Time(due),
        source.into(),
    ];
    Row { place, date: day, cells }
}

/// The last day on which an event of this course can have been reported, so that the files tell the whole of it when the year
/// ends.
fn last_report(year: Year, course: Course) -> Date {
    let before_the_end = match course {
        Course::OnTime { .. } => 2,
        Course::Late { .. } => 20,
        Course::Open => 36,
    };
    plus(last_day(year), -before_the_end)
}

/// When the files were closed.
fn closing() -> DateTime {
    date(2020, 12, 31).at(23, 0, 0, 0)
}

/// A moment after it was passed on and before it was due.
fn finish(chance: &mut Chance, dispatched: DateTime, due: DateTime) -> DateTime {
    let last = due.min(later(closing(), -120));
    soon(chance, dispatched, 5, minutes_between(dispatched, last).max(5))
}

/// One to three days after, or at once where the files close before.
fn verify(chance: &mut Chance, finished: DateTime) -> DateTime {
    let usual = soon(chance, finished, 20 * 60, 70 * 60);
    if usual <= closing() { usual } else { later(finished, 75) }
}
