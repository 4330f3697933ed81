//! What the whole city must add up to, in 2019 and 2020.
//!
//! Enters: nothing. Leaves: [`Totals`] of a year, scaled to the number of villages. Figures marked † come from a newspaper report
//! of 2020 (some of it rounded, such as 「1,000余名」; then the exact figure is ours); all others are invented. Every story draws
//! its rows from these numbers, and the tests count them again. Next: [`world`](super::world).

/// The city has this many villages when nothing is scaled.
pub(super) const VILLAGES: u64 = 515;

/// One of the two years of the sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Year {
    /// 2019, for comparison.
    Before,
    /// 2020.
    This,
}

/// Both years, oldest first.
pub(super) const YEARS: [Year; 2] = [Year::Before, Year::This];

impl Year {
    /// 2019 or 2020.
    pub(super) fn number(self) -> i16 {
        match self {
            Year::Before => 2019,
            Year::This => 2020,
        }
    }
}

/// The totals of a year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Totals {
    pub(super) grids: u64,
    pub(super) micro_grids: u64,
    pub(super) full_time: u64,
    pub(super) part_time: u64,
    pub(super) grids_unstaffed: u64,
    pub(super) grids_incomplete: u64,
    pub(super) micro_grids_headless: u64,
    pub(super) accidents: u64,
    pub(super) accident_deaths: u64,
    pub(super) road_accidents: u64,
    pub(super) road_deaths: u64,
    pub(super) road_liable: u64,
    pub(super) fires: u64,
    pub(super) fire_deaths: u64,
    pub(super) homicides: u64,
    pub(super) grave_cases: u64,
    pub(super) mafia: u64,
    pub(super) evil_groups: u64,
    pub(super) evil_gangs: u64,
    pub(super) election_cases: u64,
    pub(super) cult_cases: u64,
    pub(super) clues: u64,
    pub(super) clues_late: u64,
    pub(super) hazards_carried: u64,
    pub(super) hazards_new: u64,
    pub(super) hazards_closed: u64,
    pub(super) hazards_past_due: u64,
    pub(super) mass_incidents: u64,
    pub(super) large_masses: u64,
    pub(super) petitions: u64,
    pub(super) petitions_late: u64,
    pub(super) crowds: u64,
    /// Old cases open on 1 January of the year after this one, and how that year dealt with them.
    pub(super) old_cases: u64,
    pub(super) old_cases_settled: u64,
    pub(super) old_cases_past_due: u64,
    pub(super) reception_days: u64,
    pub(super) receptions: u64,
    pub(super) receptions_late: u64,
    pub(super) disputes: u64,
    pub(super) disputes_settled: u64,
    pub(super) disputes_overdue: u64,
    pub(super) disputes_by_worthies: u64,
    pub(super) disputes_in_village: u64,
    pub(super) events: u64,
    pub(super) events_on_time: u64,
    pub(super) cameras_joined: u64,
    pub(super) cameras_added: u64,
    pub(super) cameras_trade: u64,
    pub(super) smart_estates: u64,
    pub(super) smart_workplaces: u64,
    pub(super) fire_lanes: u64,
    pub(super) fire_lanes_late: u64,
    pub(super) fire_lanes_again: u64,
    pub(super) lorries: u64,
    pub(super) workshops: u64,
    pub(super) building_sites: u64,
    pub(super) lifts: u64,
    pub(super) e_bike_fines: u64,
    /// City means of the survey, in tenths of a percent.
    pub(super) security: u64,
    pub(super) awareness: u64,
    pub(super) participation: u64,
}

const BEFORE: Totals = Totals {
    grids: 1_014,
    micro_grids: 0,
    full_time: 1_009,
    part_time: 500,
    grids_unstaffed: 22,
    grids_incomplete: 96,
    micro_grids_headless: 0,
    accidents: 125,
    accident_deaths: 35,
    road_accidents: 84,
    road_deaths: 87,
    road_liable: 29,
    fires: 452,
    fire_deaths: 10,
    homicides: 6,
    grave_cases: 37,
    mafia: 1,
    evil_groups: 8,
    evil_gangs: 17,
    election_cases: 0,
    cult_cases: 14,
    clues: 214,
    clues_late: 31,
    hazards_carried: 9,
    hazards_new: 52,
    hazards_closed: 50,
    hazards_past_due: 7,
    mass_incidents: 14,
    large_masses: 2,
    petitions: 1_486,
    petitions_late: 131,
    crowds: 11,
    old_cases: 86,
    old_cases_settled: 61,
    old_cases_past_due: 14,
    reception_days: 0,
    receptions: 0,
    receptions_late: 0,
    disputes: 4_215,
    disputes_settled: 4_108,
    disputes_overdue: 74,
    disputes_by_worthies: 388,
    disputes_in_village: 2_410,
    events: 21_300,
    events_on_time: 20_150, // 94.6 %
    cameras_joined: 0,
    cameras_added: 0,
    cameras_trade: 0,
    smart_estates: 21,
    smart_workplaces: 18,
    fire_lanes: 0,
    fire_lanes_late: 0,
    fire_lanes_again: 0,
    lorries: 0,
    workshops: 0,
    building_sites: 0,
    lifts: 0,
    e_bike_fines: 0,
    security: 971,
    awareness: 837,
    participation: 742,
};

const THIS: Totals = Totals {
    grids: 1_014,        // †
    micro_grids: 14_689, // †
    full_time: 1_026,    // † 1,000余名
    part_time: 538,      // † 500余名
    grids_unstaffed: 14,
    grids_incomplete: 61,
    micro_grids_headless: 147,
    accidents: 90, // † -28 % on 2019
    accident_deaths: 24,
    road_accidents: 66, // † down
    road_deaths: 67,    // † down
    road_liable: 22,
    fires: 371,
    fire_deaths: 1, // † -90 %
    homicides: 4,
    grave_cases: 29,
    mafia: 0,
    evil_groups: 4,
    evil_gangs: 9,
    election_cases: 3,
    cult_cases: 9,
    clues: 96,
    clues_late: 7,
    hazards_carried: 11,
    hazards_new: 61,
    hazards_closed: 60,
    hazards_past_due: 5,
    mass_incidents: 9,
    large_masses: 1,
    petitions: 1_312,
    petitions_late: 58,
    crowds: 6,
    old_cases: 0,
    old_cases_settled: 0,
    old_cases_past_due: 0,
    reception_days: 251,
    receptions: 612,
    receptions_late: 23,
    disputes: 4_708,         // †
    disputes_settled: 4_652, // † 98.8 %
    disputes_overdue: 31,
    disputes_by_worthies: 612,
    disputes_in_village: 2_966,
    events: 36_400,
    events_on_time: 35_370, // 97.2 %
    cameras_joined: 6_128,  // † 6,000余路
    cameras_added: 1_168,   // †
    cameras_trade: 7_404,   // †
    smart_estates: 63,      // †
    smart_workplaces: 45,   // †
    fire_lanes: 318,        // †
    fire_lanes_late: 21,
    fire_lanes_again: 16,
    lorries: 1_240,
    workshops: 526,
    building_sites: 702,
    lifts: 1_065,
    e_bike_fines: 88_000, // †
    security: 979,
    awareness: 864,
    participation: 789,
};

impl Totals {
    /// The totals of the whole city.
    pub(super) fn of(year: Year) -> &'static Totals {
        match year {
            Year::Before => &BEFORE,
            Year::This => &THIS,
        }
    }
}

/// A city total for a tree of another size: in proportion, and at least one where the city has any.
pub(super) fn scaled(total: u64, villages: usize) -> u64 {
    let villages = villages as u64;
    if total == 0 || villages == VILLAGES { total } else { ((total * villages + VILLAGES / 2) / VILLAGES).max(1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_of_the_report_come_out() {
        let (before, this) = (Totals::of(Year::Before), Totals::of(Year::This));
        assert_eq!((before.accidents - this.accidents) * 100 / before.accidents, 28);
        assert_eq!((before.fire_deaths - this.fire_deaths) * 100 / before.fire_deaths, 90);
        assert_eq!((this.disputes_settled * 1000 + this.disputes / 2) / this.disputes, 988);
        assert_eq!((this.events_on_time * 1000 + this.events / 2) / this.events, 972);
        assert_eq!((before.events_on_time * 1000 + before.events / 2) / before.events, 946);
    }

    #[test]
    fn scaling_keeps_the_city_and_leaves_nothing_out() {
        assert_eq!(scaled(4_708, 515), 4_708);
        assert_eq!(scaled(4_708, 51), 466);
        assert_eq!(scaled(1, 20), 1);
        assert_eq!(scaled(0, 600_000), 0);
    }
}
