//! What people answer when they are asked how safe they feel, and what villages do to be heard of.
//!
//! Enters: the world. Leaves: rows of two lists. Next: [`sheet`](super::sheet), which writes all lists.

use jiff::civil::Date;

use super::SampleError;
use super::calendar::{day_within, first_day, last_day, plus};
use super::chance::Chance;
use super::table::{Cell, Choice, Kind, NUMBER, Place, Row, Taker, choice, column};
use super::totals::{Totals, Year, scaled};
use super::world::{Care, Level, Village, World};

pub(super) const SURVEY: Kind = Kind {
    id: "survey",
    title: "平安三率测评",
    date: "测评日期",
    of_town: false,
    columns: &[
        NUMBER,
        column("sample", "样本数"),
        column("security", "安全感"),
        column("awareness", "知晓率"),
        column("participation", "参与率"),
        column("satisfaction", "满意率"),
    ],
};

pub(super) const PUBLICITY: Kind = Kind {
    id: "publicity",
    title: "平安宣传",
    date: "开展日期",
    of_town: false,
    columns: &[NUMBER, column("form", "形式"), column("people", "参与人数")],
};

const SHOW: Choice = choice("show", "演出");
const THEME_PARK: Choice = choice("theme_park", "主题公园");
const FORMS: [(Choice, u32); 5] = [
    (choice("lecture", "讲座"), 6),
    (choice("visits", "入户"), 7),
    (choice("exhibition", "展览"), 3),
    (choice("other", "其他"), 3),
    (SHOW, 3),
];
/// Theme parks opened in a year; our own figure.
const THEME_PARKS: u64 = 9;

/// A rate that is asked for, in hundredths of a percent: what it usually is in each level of village, how far villages of one
/// level lie apart, and how far the two answers of one village do.
struct Rate {
    usual: [i64; 3],
    apart: u32,
    scatter: u32,
}

impl Rate {
    /// What a village usually answers.
    fn usual(&self, chance: &mut Chance, village: &Village, year: Year) -> i64 {
        let [good, middling, weak] = self.usual;
        let own = chance.around(0, self.apart);
        match village.level(year) {
            Level::Good if village.care(year) == Care::Tidy => good + i64::from(self.apart) / 2,
            Level::Good => good + own,
            Level::Middling => middling + own,
            Level::Weak => weak + own,
        }
    }
}

const SECURITY: Rate = Rate { usual: [9_900, 9_600, 9_000], apart: 390, scatter: 150 };
const AWARENESS: Rate = Rate { usual: [8_790, 8_350, 7_800], apart: 2_000, scatter: 500 };
const PARTICIPATION: Rate = Rate { usual: [8_060, 7_550, 6_850], apart: 2_100, scatter: 600 };
const SATISFACTION: Rate = Rate { usual: [9_700, 9_500, 9_000], apart: 300, scatter: 200 };

/// Two interviews of a village in a year, one each half, in nine villages of ten.
pub(super) fn surveys(world: &World, year: Year, take: &mut Taker) -> Result<(), SampleError> {
    let mut chance = world.chance("平安三率", year);
    let mut asked: Vec<(usize, Date)> = Vec::new();
    for place in 0..world.villages.len() {
        if chance.percent(92) {
            for half in 0..2 {
                let first = plus(first_day(year), half * 184 + 130);
                asked.push((place, day_within(&mut chance, first, plus(first, 40))));
            }
        }
    }
    let samples: Vec<u32> = asked.iter().map(|_| chance.between(14, 32)).collect();
    let totals = Totals::of(year);
    let mut column = |rate: &Rate, mean: Option<u64>| {
        let usual: Vec<i64> = world.villages.iter().map(|village| rate.usual(&mut chance, village, year)).collect();
        let answers: Vec<i64> = asked
            .iter()
            .map(|(place, _)| chance.around(usual.get(*place).copied().unwrap_or(0), rate.scatter))
            .collect();
        match mean {
            Some(tenths) => weigh_out(answers, &samples, i64::try_from(tenths * 10).unwrap_or(0)),
            None => answers,
        }
    };
    let security = column(&SECURITY, Some(totals.security));
    let awareness = column(&AWARENESS, Some(totals.awareness));
    let participation = column(&PARTICIPATION, Some(totals.participation));
    let satisfaction = column(&SATISFACTION, None);
    let rates = security.into_iter().zip(awareness).zip(participation.into_iter().zip(satisfaction));
    for (((place, date), sample), ((security, awareness), (participation, satisfaction))) in
        asked.into_iter().zip(&samples).zip(rates)
    {
        let mut cells = vec![Cell::Whole(*sample)];
        cells.extend([security, awareness, participation, satisfaction].map(percent));
        take(Row { place: Place::Village(place), date, cells })?;
    }
    Ok(())
}

fn percent(hundredths: i64) -> Cell {
    Cell::Hundredths(u32::try_from(hundredths.clamp(0, 10_000)).unwrap_or(0))
}

/// Shifts answers until their mean, weighed by the sample, is the city's: first all alike, then by single hundredths, one
/// after the other, until less is missing than one sample weighs.
fn weigh_out(answers: Vec<i64>, samples: &[u32], mean: i64) -> Vec<i64> {
    let mut answers: Vec<i64> = answers.into_iter().map(|answer| answer.clamp(0, 10_000)).collect();
    let weight: i64 = samples.iter().map(|sample| i64::from(*sample)).sum();
    loop {
        let sum: i64 = answers.iter().zip(samples).map(|(answer, sample)| answer * i64::from(*sample)).sum();
        let mut missing = mean * weight - sum;
        let step = if missing < 0 { -1 } else { 1 };
        let shift = (missing / weight.max(1)).clamp(-500, 500);
        let mut moved = false;
        for (answer, sample) in answers.iter_mut().zip(samples) {
            let by = if shift != 0 { shift } else { step };
            let shifted = (*answer + by).clamp(0, 10_000);
            let worth = (shifted - *answer) * i64::from(*sample);
            if worth != 0 && worth.abs() <= missing.abs() {
                *answer = shifted;
                missing -= worth;
                moved = true;
            }
        }
        if !moved {
            return answers;
        }
    }
}

/// What a village held in each half of the year, and the theme parks.
pub(super) fn publicity(world: &World, year: Year, take: &mut Taker) -> Result<(), SampleError> {
    let mut chance = world.chance("平安宣传", year);
    for (place, _, village) in world.each() {
        for half in 0..2 {
            let silent = match year {
                Year::Before => village.lapse(year, 74, 82, 92),
                Year::This => village.lapse(year, 60, 78, 90),
            };
            if chance.percent(silent.min(95)) {
                continue;
            }
            for _ in 0..chance.pick(&[(1, 7), (2, 2), (3, 1)]) {
                let first = plus(first_day(year), half * 184);
                let day = day_within(&mut chance, first, plus(first, 178));
                let people = if chance.percent(85) { Cell::Whole(chance.between(20, 260)) } else { Cell::Blank };
                take(Row { place, date: day, cells: vec![chance.pick(&FORMS).into(), people] })?;
            }
        }
    }
    let people =
        world.weights(|village| if village.level(year) == Level::Weak { 0 } else { u64::from(village.population) });
    for place in chance.choose(scaled(THEME_PARKS, world.villages.len()), &people) {
        let day = day_within(&mut chance, plus(first_day(year), 60), plus(last_day(year), -30));
        take(Row { place: Place::Village(place), date: day, cells: vec![THEME_PARK.into(), Cell::Blank] })?;
    }
    Ok(())
}
