//! Where a "no" is broken: the few grave things of a year, dealt to villages before anything else.
//!
//! Enters: the villages and what is planted in them. Leaves: [`Breaks`] of a year, places of villages for each kind of break,
//! the planted ones first. They are drawn together and not list by list, because it matters who breaks two, and who breaks the
//! same one in both years. Next: [`world`](super::world), which holds them, and the lists, beginning with [`cases`](super::cases).

use super::chance::Chance;
use super::planted::Planted;
use super::totals::{Totals, Year, scaled};
use super::world::Village;

/// One place for each break; a village stands at most once in each list.
#[derive(Clone, Debug, Default)]
pub(super) struct Breaks {
    pub(super) homicides: Vec<usize>,
    pub(super) grave_cases: Vec<usize>,
    pub(super) mafia: Vec<usize>,
    pub(super) evil_groups: Vec<usize>,
    pub(super) evil_gangs: Vec<usize>,
    pub(super) election_cases: Vec<usize>,
    pub(super) cult_cases: Vec<usize>,
    /// Village and number of dead.
    pub(super) fatal_fires: Vec<(usize, u32)>,
    /// Village and number of dead.
    pub(super) fatal_accidents: Vec<(usize, u32)>,
    /// On village and county roads, with the village responsible.
    pub(super) road_deaths: Vec<usize>,
    pub(super) mass_incidents: Vec<usize>,
    /// Old petition cases past their term at the end of the year.
    pub(super) old_cases: Vec<usize>,
    /// Crowds that petitioned over everyone's head because no one had done his duty.
    pub(super) crowds: Vec<usize>,
}

/// How many dead the worst cases of the two years have; all others have one.
const WORST_FIRES: [&[u32]; 2] = [&[2], &[]];
const WORST_ACCIDENTS: [&[u32]; 2] = [&[3, 2, 2], &[3]];

impl Breaks {
    /// Both years, 2019 first. 2020 is drawn first, so that 2019 can leave its villages alone: but for the planted ones, no
    /// village breaks the same "no" twice running.
    pub(super) fn draw(villages: &[Village], planted: &Planted, seed: u64) -> [Breaks; 2] {
        let this = Breaks::of(Year::This, villages, planted, &Breaks::default(), seed);
        let before = Breaks::of(Year::Before, villages, planted, &this, seed);
        [before, this]
    }

    fn of(year: Year, villages: &[Village], planted: &Planted, spared: &Breaks, seed: u64) -> Breaks {
        let this = year == Year::This;
        let totals = Totals::of(year);
        let [worst_fires, worst_accidents] =
            [WORST_FIRES, WORST_ACCIDENTS].map(|[before, this_year]| if this { this_year } else { before });
        let only_this = |place: Option<usize>| place.filter(|_| this);
        // The village that rose began with the worst accident of 2019.
        let worst_accident = if this { planted.major_accident } else { planted.risen };
        let [again_crime, again_gang, again_road] = [0, 1, 2].map(|nth| planted.repeaters.get(nth).copied());
        let perils: Vec<u64> = villages.iter().map(|village| village.peril(year)).collect();
        let chance = Chance::new(seed, &format!("六无{}", year.number()));
        let mut dealer = Dealer { open: perils.clone(), perils, chance };

        dealer.spare(&[&spared.homicides, &spared.grave_cases]);
        let homicides = dealer.deal(totals.homicides, &[only_this(planted.unknown_quarrel)]);
        let grave_cases = dealer.deal(totals.grave_cases, &[again_crime]);

        dealer.spare(&[
            &spared.mafia,
            &spared.evil_groups,
            &spared.evil_gangs,
            &spared.election_cases,
            &spared.cult_cases,
        ]);
        let mafia = dealer.deal(totals.mafia, &[]);
        let evil_groups = dealer.deal(totals.evil_groups, &[only_this(planted.cadre_gang)]);
        let evil_gangs = dealer.deal(totals.evil_gangs, &[again_gang]);
        let election_cases = dealer.deal(totals.election_cases, &[only_this(planted.cadre_gang)]);
        let cult_cases = dealer.deal(totals.cult_cases, &[]);

        dealer.spare(&[&places(&spared.fatal_fires)]);
        let fatal_fires = dealer.deal_deaths(totals.fire_deaths, &[], worst_fires);

        dealer.spare(&[&places(&spared.fatal_accidents), &spared.road_deaths]);
        let fatal_accidents = dealer.deal_deaths(totals.accident_deaths, &[worst_accident], worst_accidents);
        // Few villages have a fatal accident and a road death in one year.
        let half = places(&fatal_accidents).split_off(fatal_accidents.len() / 2);
        dealer.spare(&[&places(&spared.fatal_accidents), &spared.road_deaths, &half]);
        let road_deaths = dealer.deal(totals.road_liable, &[only_this(planted.exempt_deciding), again_road]);

        dealer.spare(&[&spared.mass_incidents]);
        let mass_incidents =
            dealer.deal(totals.mass_incidents, &[only_this(planted.mishandled_crowd), only_this(planted.wages)]);

        dealer.spare(&[&spared.old_cases, &spared.crowds]);
        // The old cases among the petitions of 2019 run out in 2020.
        let run_out = if this { Totals::of(Year::Before).old_cases_past_due } else { 0 };
        let old_cases = dealer.deal(run_out, &[]);
        let crowds = dealer.deal(totals.crowds, &[]);

        Breaks {
            homicides,
            grave_cases,
            mafia,
            evil_groups,
            evil_gangs,
            election_cases,
            cult_cases,
            fatal_fires,
            fatal_accidents,
            road_deaths,
            mass_incidents,
            old_cases,
            crowds,
        }
    }
}

/// Deals breaks to villages by their peril.
struct Dealer {
    perils: Vec<u64>,
    /// The perils, with nothing for the villages spared.
    open: Vec<u64>,
    chance: Chance,
}

impl Dealer {
    /// Whom the next deals leave alone; those spared before are spared no longer.
    fn spare(&mut self, lists: &[&[usize]]) {
        self.open.clone_from(&self.perils);
        for place in lists.iter().flat_map(|list| list.iter()) {
            close(&mut self.open, *place);
        }
    }

    /// The planted villages, then others by lot, in a random order; at most one in a village.
    fn deal(&mut self, total: u64, planted: &[Option<usize>]) -> Vec<usize> {
        self.deal_number(scaled(total, self.perils.len()), planted)
    }

    /// So many dead: the worst cases as given, all others with one each.
    fn deal_deaths(&mut self, total: u64, planted: &[Option<usize>], worst: &[u32]) -> Vec<(usize, u32)> {
        let mut dead = scaled(total, self.perils.len());
        let mut counts = Vec::new();
        for count in worst {
            if u64::from(*count) <= dead {
                counts.push(*count);
                dead -= u64::from(*count);
            }
        }
        let cases = counts.len() as u64 + dead;
        let counts = counts.into_iter().chain(std::iter::repeat(1));
        self.deal_number(cases, planted).into_iter().zip(counts).collect()
    }

    fn deal_number(&mut self, number: u64, planted: &[Option<usize>]) -> Vec<usize> {
        let mut dealt: Vec<usize> = planted.iter().flatten().copied().collect();
        dealt.truncate(usize::try_from(number).unwrap_or(usize::MAX));
        let mut open = self.open.clone();
        for place in &dealt {
            close(&mut open, *place);
        }
        let mut rest = self.chance.choose(number - dealt.len() as u64, &open);
        self.chance.shuffle(&mut rest);
        dealt.extend(rest);
        dealt
    }
}

fn close(open: &mut [u64], place: usize) {
    if let Some(weight) = open.get_mut(place) {
        *weight = 0;
    }
}

fn places(deaths: &[(usize, u32)]) -> Vec<usize> {
    deaths.iter().map(|(place, _)| *place).collect()
}
