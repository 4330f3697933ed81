//! The rows of the whole city, counted again.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, date};

use super::super::breaks::Breaks;
use super::super::table::{Cell, Choice, Row};
use super::super::totals::{Totals, YEARS, Year};
use super::{Told, city, is_after};

#[test]
fn crimes_fires_and_accidents_add_up_to_the_city() {
    let world = city();
    for year in YEARS {
        let totals = Totals::of(year);
        let cases = Told::of(&world, "serious_case", year);
        assert_eq!(cases.is("category", "homicide"), totals.homicides);
        assert_eq!(cases.rows.len() as u64, totals.homicides + totals.grave_cases);
        let gangs = Told::of(&world, "gang_case", year);
        assert_eq!(gangs.in_year(year), totals.mafia + totals.evil_groups + totals.evil_gangs);
        assert_eq!(Told::of(&world, "election_case", year).rows.len() as u64, totals.election_cases);
        assert_eq!(Told::of(&world, "cult_case", year).rows.len() as u64, totals.cult_cases);
        let clues = Told::of(&world, "clue", year);
        let cutoff = date(year.number() + 1, 1, 15);
        let late = clues.count(|cell, _| {
            matches!(cell("due"), Cell::Date(due) if due <= date(year.number(), 12, 30))
                && is_after(&cell("answered"), cutoff)
        });
        assert_eq!((clues.rows.len() as u64, late), (totals.clues, totals.clues_late));
        let fires = Told::of(&world, "fire", year);
        assert_eq!((fires.rows.len() as u64, fires.sum("deaths")), (totals.fires, totals.fire_deaths));
        let accidents = Told::of(&world, "accident", year);
        assert_eq!((accidents.rows.len() as u64, accidents.sum("deaths")), (totals.accidents, totals.accident_deaths));
        let roads = Told::of(&world, "traffic_death", year);
        assert_eq!((roads.rows.len() as u64, roads.sum("deaths")), (totals.road_accidents, totals.road_deaths));
        assert_eq!(roads.is("liable", "liable"), totals.road_liable);
    }
    let three_years =
        Told::of(&world, "gang_case", Year::Before).rows.len() + Told::of(&world, "gang_case", Year::This).rows.len();
    assert_eq!(three_years, 3 + 22 + 51, "2018 to 2020");
}

#[test]
fn crowds_petitions_and_receptions_add_up_to_the_city() {
    let world = city();
    let mut old_cases = 0;
    for year in YEARS {
        let totals = Totals::of(year);
        let crowds = Told::of(&world, "mass_incident", year);
        let large = crowds.count(|cell, _| matches!(cell("people"), Cell::Whole(people) if people >= 30));
        assert_eq!((crowds.rows.len() as u64, large), (totals.mass_incidents, totals.large_masses));
        let petitions = Told::of(&world, "petition", year);
        assert_eq!(petitions.rows.len() as u64, totals.petitions);
        assert_eq!(petitions.yes("neglected"), totals.crowds);
        let (last, cutoff) = (date(year.number(), 12, 31), date(year.number() + 1, 1, 15));
        let late = petitions.count(|cell, _| {
            cell("old_case") == Cell::YesNo(false)
                && !is_after(&cell("due"), last.yesterday().unwrap_or(last))
                && is_after(&cell("closed"), cutoff)
        });
        assert_eq!(late, totals.petitions_late);
        old_cases += petitions.yes("old_case");
        let old_open = |cell: &dyn Fn(&str) -> Cell| {
            cell("old_case") == Cell::YesNo(true) && is_after(&cell("settled"), date(2021, 1, 15))
        };
        if year == Year::Before {
            assert_eq!(petitions.count(|cell, _| old_open(cell)), totals.old_cases - totals.old_cases_settled);
            let past = petitions.count(|cell, _| old_open(cell) && !is_after(&cell("settle_by"), date(2020, 12, 30)));
            assert_eq!(past, totals.old_cases_past_due);
        }
        let receptions = Told::of(&world, "reception", year);
        let days: BTreeSet<Date> = receptions.rows.iter().map(|row| row.date).collect();
        let late =
            receptions.count(|cell, _| cell("replied") == Cell::Blank && !is_after(&cell("due"), date(2020, 12, 30)));
        let counted = (receptions.rows.len() as u64, days.len() as u64, late);
        assert_eq!(counted, (totals.receptions, totals.reception_days, totals.receptions_late));
    }
    assert_eq!(old_cases, 86);
}

#[test]
fn disputes_and_events_add_up_to_the_city() {
    let world = city();
    for year in YEARS {
        let totals = Totals::of(year);
        let disputes = Told::of(&world, "dispute", year);
        let cutoff = date(year.number() + 1, 1, 15);
        let settled = |cell: &dyn Fn(&str) -> Cell| !is_after(&cell("settled"), cutoff);
        assert_eq!(disputes.rows.len() as u64, totals.disputes);
        assert_eq!(disputes.count(|cell, _| settled(cell)), totals.disputes_settled);
        assert_eq!(disputes.is("mediator", "worthy"), totals.disputes_by_worthies);
        assert_eq!(disputes.is("level", "village"), totals.disputes_in_village);
        let overdue = disputes.count(|cell, _| {
            let handed_up = matches!(cell("state"), Cell::Choice(Choice { key: "handed_up", .. }));
            !settled(cell) && !handed_up && !is_after(&cell("accepted"), date(year.number(), 11, 30))
        });
        assert_eq!(overdue, totals.disputes_overdue);
        let events = Told::of(&world, "event", year);
        let on_time = events.count(|cell, _| match (cell("finished"), cell("due")) {
            (Cell::Time(finished), Cell::Time(due)) => finished <= due,
            _ => false,
        });
        assert_eq!((events.rows.len() as u64, on_time), (totals.events, totals.events_on_time));
        let finished = events.count(|cell, _| cell("finished") != Cell::Blank);
        let rate = |of: u64| (on_time * 1000 + of / 2) / of;
        assert_eq!(rate(totals.events), rate(finished), "the rate is the same of all events and of the finished ones");
    }
}

#[test]
fn grids_cameras_and_campaigns_add_up_to_the_city() {
    let world = city();
    let totals = Totals::of(Year::This);
    let grids = Told::of(&world, "grid", Year::This);
    assert_eq!((grids.rows.len() as u64, grids.sum("part_time")), (totals.grids, totals.part_time));
    assert_eq!(grids.rows.len() as u64 - grids.yes("full_time"), totals.grids_unstaffed);
    let no = Cell::YesNo(false);
    let incomplete = grids.count(|cell, _| {
        cell("officer") == no
            || cell("helper") == no
            || (cell("full_time") == no && cell("part_time") == Cell::Whole(0))
    });
    assert_eq!(incomplete, totals.grids_incomplete);
    let micro = Told::of(&world, "micro_grid", Year::This);
    assert_eq!(micro.rows.len() as u64, totals.micro_grids);
    assert_eq!(micro.rows.len() as u64 - micro.yes("head"), totals.micro_grids_headless);
    assert_eq!(micro.sum("households"), 530_000);

    let mut cameras = Told::of(&world, "camera_monthly", Year::This);
    assert_eq!(cameras.sum("added"), totals.cameras_added);
    cameras.rows.retain(|row| row.date.month() == 12);
    assert_eq!((cameras.sum("joined"), cameras.sum("trade")), (totals.cameras_joined, totals.cameras_trade));
    for year in YEARS {
        let totals = Totals::of(year);
        let sites = Told::of(&world, "smart_site", year);
        let built = |word: &'static str| {
            sites.count(|cell, _| {
                cell("built") != Cell::Blank && matches!(cell("category"), Cell::Choice(c) if c.key == word)
            })
        };
        assert_eq!((built("estate"), built("workplace")), (totals.smart_estates, totals.smart_workplaces));
    }

    let checks = Told::of(&world, "campaign_check", Year::This);
    for (word, total) in [
        ("fire_lane", totals.fire_lanes),
        ("lorry", totals.lorries),
        ("workshop", totals.workshops),
        ("building", totals.building_sites),
        ("lift", totals.lifts),
    ] {
        assert_eq!(checks.is("campaign", word), total, "{word}");
    }
    let lane = |cell: &dyn Fn(&str) -> Cell| matches!(cell("campaign"), Cell::Choice(Choice { key: "fire_lane", .. }));
    assert_eq!(checks.count(|cell, _| lane(cell) && cell("fixed") == Cell::Blank), totals.fire_lanes_late);
    assert_eq!(Told::of(&world, "enforcement_monthly", Year::This).sum("fines"), totals.e_bike_fines);
}

#[test]
fn fire_lanes_blocked_again_within_ninety_days_add_up_to_the_city() {
    let checks = Told::of(&city(), "campaign_check", Year::This);
    let mut visits: BTreeMap<String, Vec<Date>> = BTreeMap::new();
    for row in &checks.rows {
        if matches!(checks.cell(row, "campaign"), Cell::Choice(Choice { key: "fire_lane", .. }))
            && let Cell::Text(premises) = checks.cell(row, "premises_no")
        {
            visits.entry(premises.clone()).or_default().push(row.date);
        }
    }
    let mut again = 0;
    for days in visits.values_mut() {
        days.sort();
        again +=
            days.windows(2).filter(|pair| pair[0] != pair[1] && (pair[1] - pair[0]).get_days() <= 90).count() as u64;
    }
    assert_eq!(again, Totals::of(Year::This).fire_lanes_again);
}

#[test]
fn hazards_roll_over_from_year_to_year() {
    let world = city();
    let mut all = Told::of(&world, "hazard", Year::Before);
    all.rows.extend(Told::of(&world, "hazard", Year::This).rows);
    for year in YEARS {
        let totals = Totals::of(year);
        let (first, last) = (date(year.number(), 1, 1), date(year.number(), 12, 31));
        let cutoff = date(year.number() + 1, 1, 15);
        let standing = |cell: &dyn Fn(&str) -> Cell, row: &Row| row.date <= last && is_after(&cell("closed"), first);
        let carried = all.count(|cell, row| row.date < first && standing(cell, row));
        let closed = all.count(|cell, row| standing(cell, row) && !is_after(&cell("closed"), last));
        let term =
            |cell: &dyn Fn(&str) -> Cell| if cell("extended") == Cell::Blank { cell("due") } else { cell("extended") };
        let past_due = all.count(|cell, row| {
            row.date <= last
                && is_after(&cell("closed"), cutoff)
                && !is_after(&term(cell), last.yesterday().unwrap_or(last))
        });
        let counted = (carried, all.in_year(year), closed, past_due);
        assert_eq!(
            counted,
            (totals.hazards_carried, totals.hazards_new, totals.hazards_closed, totals.hazards_past_due)
        );
    }
    assert_eq!(all.count(|cell, _| cell("extended") != Cell::Blank), 1);
    assert_eq!(all.count(|cell, _| cell("relapsed") != Cell::Blank), 1);
}

#[test]
fn survey_means_are_those_of_the_city() {
    let world = city();
    for year in YEARS {
        let totals = Totals::of(year);
        let survey = Told::of(&world, "survey", year);
        for (key, tenths) in
            [("security", totals.security), ("awareness", totals.awareness), ("participation", totals.participation)]
        {
            let weighed: u64 = survey
                .rows
                .iter()
                .map(|row| match (survey.cell(row, key), survey.cell(row, "sample")) {
                    (Cell::Hundredths(rate), Cell::Whole(sample)) => u64::from(*rate) * u64::from(*sample),
                    other => panic!("{other:?}"),
                })
                .sum();
            let thousandths = weighed * 10 / survey.sum("sample");
            assert!(thousandths.abs_diff(tenths * 100) <= 1, "{key} {thousandths}");
        }
    }
}

#[test]
fn no_village_breaks_the_same_no_twice_running_but_the_planted_ones() {
    let world = city();
    let (before, this) = (world.breaks(Year::Before), world.breaks(Year::This));
    let lists = |breaks: &Breaks| -> [BTreeSet<usize>; 2] {
        let roads = breaks.road_deaths.iter().copied();
        let crimes = breaks.homicides.iter().chain(&breaks.grave_cases).copied();
        [crimes.collect(), roads.chain(breaks.fatal_accidents.iter().map(|(place, _)| *place)).collect()]
    };
    for (before, this) in lists(before).iter().zip(&lists(this)) {
        let both: Vec<&usize> = before.intersection(this).collect();
        assert_eq!(both.len(), 1, "{both:?}");
        assert!(both.iter().all(|place| world.planted.repeaters.contains(place)));
    }
}
