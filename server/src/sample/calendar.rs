//! Days: drawing them, moving along them, and the public holidays on which no office works.
//!
//! Enters: years and draws. Leaves: dates, moments, and the calendar file from which the clocks of follow-up count working days.
//! Next: [`table`](super::table).

use std::io::Write;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, date};

use super::chance::Chance;
use super::totals::Year;

/// 1 January.
pub(super) fn first_day(year: Year) -> Date {
    date(year.number(), 1, 1)
}

/// 31 December.
pub(super) fn last_day(year: Year) -> Date {
    date(year.number(), 12, 31)
}

/// So many days later, or earlier where negative.
pub(super) fn plus(day: Date, days: i64) -> Date {
    day.saturating_add(days.days())
}

/// So many minutes later.
pub(super) fn later(time: DateTime, minutes: i64) -> DateTime {
    time.saturating_add(minutes.minutes())
}

/// Whole days from one day to another.
pub(super) fn days_between(from: Date, to: Date) -> u32 {
    from.until(to).map_or(0, |span| u32::try_from(span.get_days()).unwrap_or(0))
}

/// Whole minutes from one moment to another.
pub(super) fn minutes_between(from: DateTime, to: DateTime) -> u32 {
    let span = from.until((jiff::Unit::Minute, to));
    span.map_or(0, |span| u32::try_from(span.get_minutes()).unwrap_or(0))
}

/// A day between two, both included; the first where they are the wrong way round.
pub(super) fn day_within(chance: &mut Chance, from: Date, to: Date) -> Date {
    plus(from, i64::from(chance.between(0, days_between(from, to))))
}

/// A day of the year.
pub(super) fn day_in(chance: &mut Chance, year: Year) -> Date {
    day_within(chance, first_day(year), last_day(year))
}

/// The first day of a month of the year, from 1.
pub(super) fn month(year: Year, month: i8) -> Date {
    date(year.number(), month.clamp(1, 12), 1)
}

/// Clocks of the sample go by five minutes, as people note times; it also keeps the long list of events small.
pub(super) const TICK: i64 = 5;

/// A moment of a day while people are about, 7:00 to 20:55.
pub(super) fn time_on(chance: &mut Chance, day: Date) -> DateTime {
    later(day.at(7, 0, 0, 0), i64::from(chance.between(0, 14 * 12 - 1)) * TICK)
}

/// A moment so many minutes after another, drawn between two bounds.
pub(super) fn soon(chance: &mut Chance, time: DateTime, from: u32, to: u32) -> DateTime {
    later(time, i64::from(chance.between(from / 5, to / 5)) * TICK)
}

/// Public holidays (off) and the weekend days worked instead (work), 2020 and 2021: name, first and last day off, days worked.
/// 2021 is there because the clocks of what 2020 put on the lists run in it.
const HOLIDAYS: [(&str, Date, Date, &[Date]); 13] = [
    ("元旦", date(2020, 1, 1), date(2020, 1, 1), &[]),
    ("春节", date(2020, 1, 24), date(2020, 2, 2), &[date(2020, 1, 19)]),
    ("清明节", date(2020, 4, 4), date(2020, 4, 6), &[]),
    ("劳动节", date(2020, 5, 1), date(2020, 5, 5), &[date(2020, 4, 26), date(2020, 5, 9)]),
    ("端午节", date(2020, 6, 25), date(2020, 6, 27), &[date(2020, 6, 28)]),
    ("国庆节、中秋节", date(2020, 10, 1), date(2020, 10, 8), &[date(2020, 9, 27), date(2020, 10, 10)]),
    ("元旦", date(2021, 1, 1), date(2021, 1, 3), &[]),
    ("春节", date(2021, 2, 11), date(2021, 2, 17), &[date(2021, 2, 7), date(2021, 2, 20)]),
    ("清明节", date(2021, 4, 3), date(2021, 4, 5), &[]),
    ("劳动节", date(2021, 5, 1), date(2021, 5, 5), &[date(2021, 4, 25), date(2021, 5, 8)]),
    ("端午节", date(2021, 6, 12), date(2021, 6, 14), &[]),
    ("中秋节", date(2021, 9, 19), date(2021, 9, 21), &[date(2021, 9, 18)]),
    ("国庆节", date(2021, 10, 1), date(2021, 10, 7), &[date(2021, 9, 26), date(2021, 10, 9)]),
];

/// Writes the days that differ from the rule "Monday to Friday": `date,day,name` with `off` or `work`.
pub(super) fn write_holidays(out: &mut impl Write) -> std::io::Result<()> {
    writeln!(out, "date,day,name")?;
    for (name, first, last, worked) in HOLIDAYS {
        for day in 0..=days_between(first, last) {
            writeln!(out, "{},off,{name}", plus(first, i64::from(day)))?;
        }
        for day in worked {
            writeln!(out, "{day},work,{name}调休上班")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_in_2020_may_be_the_29th_of_february_and_is_never_in_2021() {
        let mut chance = Chance::new(1, "日子");
        let days: Vec<Date> = (0..20_000).map(|_| day_in(&mut chance, Year::This)).collect();
        assert!(days.contains(&date(2020, 2, 29)));
        assert!(days.iter().all(|day| day.year() == 2020));
    }

    #[test]
    fn days_worked_instead_of_a_holiday_fall_on_a_weekend() {
        use jiff::civil::Weekday::{Saturday, Sunday};
        for day in HOLIDAYS.iter().flat_map(|(.., worked)| *worked) {
            assert!(matches!(day.weekday(), Saturday | Sunday), "{day}");
        }
    }
}
