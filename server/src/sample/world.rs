//! The villages with people in them and a hidden character each: good, middling or weak.
//!
//! Enters: a [`Tree`] and the seed. Leaves: a [`World`], from which every story draws its rows. The character is what makes a
//! sample read like a city: the same few villages have most of the fires, the late petitions and the empty posts. It is nowhere
//! written into the files. Next: [`planted`](super::planted).

use std::collections::BTreeSet;

use super::breaks::Breaks;
use super::chance::{Chance, apportion};
use super::planted::Planted;
use super::table::Place;
use super::totals::{Totals, YEARS, Year, scaled};
use super::tree::{Leaf, Tree};

const INHABITANTS: u64 = 1_520_000;
const HOUSEHOLDS: u64 = 530_000;

/// How well a village is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Good,
    Middling,
    Weak,
}

/// What a village is spared, so that a planted situation comes out as it was meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Care {
    /// Nothing.
    Ordinary,
    /// Nothing that breaks a "no" befalls it by lot.
    Spared,
    /// That, and it neglects little.
    Tidy,
}

/// A village, in one of the two years where they differ (2019 first).
#[derive(Clone, Debug)]
pub(super) struct Village {
    pub(super) level: [Level; 2],
    pub(super) care: [Care; 2],
    /// How much it neglects beside others of its level, in percent.
    pub(super) slack: u32,
    pub(super) population: u32,
    pub(super) households: u32,
    pub(super) grids: u32,
    pub(super) micro_grids: u32,
    pub(super) gated_estates: u32,
    pub(super) publicity_site: [bool; 2],
    pub(super) unstaffed: [u32; 2],
    pub(super) full_time: [u32; 2],
    pub(super) part_time: [u32; 2],
}

/// Everything the stories draw on.
pub(super) struct World {
    pub(super) seed: u64,
    pub(super) tree: Tree,
    /// In the order of [`Tree::villages`].
    pub(super) villages: Vec<Village>,
    pub(super) planted: Planted,
    breaks: [Breaks; 2],
}

impl Village {
    pub(super) fn level(&self, year: Year) -> Level {
        of_year(self.level, year)
    }

    pub(super) fn care(&self, year: Year) -> Care {
        of_year(self.care, year)
    }

    /// Weight for things that befall a village: people, by its character.
    pub(super) fn exposure(&self, year: Year) -> u64 {
        let factor = match self.level(year) {
            Level::Good => 35,
            Level::Middling => 110,
            Level::Weak => 320,
        };
        u64::from(self.population) * factor
    }

    /// Weight for what breaks a "no", which gathers even more in the weak ones; nothing for a village that is spared.
    pub(super) fn peril(&self, year: Year) -> u64 {
        let factor = match self.level(year) {
            Level::Good => 25,
            Level::Middling => 105,
            Level::Weak => 500,
        };
        if self.care(year) == Care::Ordinary { u64::from(self.population) * factor } else { 0 }
    }

    /// Weight for what a village neglects.
    pub(super) fn neglect(&self, year: Year) -> u64 {
        let factor = match self.level(year) {
            Level::Good => 32,
            Level::Middling => 130,
            Level::Weak => 440,
        };
        let tidy = if self.care(year) == Care::Tidy { 0 } else { 1 };
        u64::from(self.population) * factor * u64::from(self.slack) * tidy
    }

    /// One of three numbers by its level, more or less by its slack; a quarter where it is tidy.
    pub(super) fn lapse(&self, year: Year, good: u32, middling: u32, weak: u32) -> u32 {
        let usual = match self.level(year) {
            Level::Good => good,
            Level::Middling => middling,
            Level::Weak => weak,
        };
        usual * self.slack / if self.care(year) == Care::Tidy { 400 } else { 100 }
    }
}

/// The value of one of the two years.
pub(super) fn of_year<T: Copy>(both: [T; 2], year: Year) -> T {
    let [before, this] = both;
    match year {
        Year::Before => before,
        Year::This => this,
    }
}

impl World {
    /// Settles the tree.
    pub(super) fn new(tree: Tree, seed: u64) -> World {
        let mut chance = Chance::new(seed, "村社");
        let mut villages = settle(&tree, &mut chance);
        let planted = Planted::choose(&tree, &villages, seed);
        planted.prepare(&tree, &mut villages);
        let breaks = Breaks::draw(&villages, &planted, seed);
        let mut world = World { seed, tree, villages, planted, breaks };
        for year in YEARS {
            world.staff(year, &mut chance);
        }
        world
    }

    /// Where the "no"s are broken.
    pub(super) fn breaks(&self, year: Year) -> &Breaks {
        let [before, this] = &self.breaks;
        match year {
            Year::Before => before,
            Year::This => this,
        }
    }

    /// The stream of draws of one story in one year.
    pub(super) fn chance(&self, story: &str, year: Year) -> Chance {
        Chance::new(self.seed, &format!("{story}{}", year.number()))
    }

    /// A city total, scaled to the size of the tree.
    pub(super) fn total(&self, year: Year, of: impl Fn(&Totals) -> u64) -> u64 {
        scaled(of(Totals::of(year)), self.villages.len())
    }

    /// The name of a village.
    pub(super) fn name_of(&self, place: usize) -> &str {
        self.tree.villages.get(place).map_or("", |leaf| leaf.name.as_str())
    }

    /// The name of a village with its town, without which it may be any of several.
    pub(super) fn full_name_of(&self, place: usize) -> String {
        let town = self.tree.villages.get(place).and_then(|leaf| self.tree.towns.get(leaf.town));
        format!("{}{}", town.map_or("", |town| town.name.as_str()), self.name_of(place))
    }

    /// The code of a village.
    pub(super) fn code_of(&self, place: usize) -> &str {
        self.tree.villages.get(place).map_or("", |leaf| leaf.code.as_str())
    }

    /// A weight for each village.
    pub(super) fn weights(&self, of: impl Fn(&Village) -> u64) -> Vec<u64> {
        self.villages.iter().map(of).collect()
    }

    /// The villages with their places.
    pub(super) fn each(&self) -> impl Iterator<Item = (Place, &Leaf, &Village)> {
        let pairs = self.tree.villages.iter().zip(&self.villages);
        pairs.enumerate().map(|(place, (leaf, village))| (Place::Village(place), leaf, village))
    }

    /// Posts of the grids: one full-time keeper each, but for a few empty ones; more than one where most people live.
    fn staff(&mut self, year: Year, chance: &mut Chance) {
        let index = usize::from(year == Year::This);
        let neglect = self.weights(|village| village.neglect(year));
        let households = self.weights(|village| u64::from(village.households));
        let grids: Vec<u32> = self.villages.iter().map(|village| village.grids).collect();
        let cap = |place: usize| grids.get(place).copied().unwrap_or(0);
        let unstaffed = chance.spread(self.total(year, |totals| totals.grids_unstaffed), &neglect, cap);
        let empty: u64 = unstaffed.iter().map(|count| u64::from(*count)).sum();
        let manned = grids.iter().map(|count| u64::from(*count)).sum::<u64>() - empty;
        let extra = self.total(year, |totals| totals.full_time).saturating_sub(manned);
        let staffed: Vec<u64> =
            households.iter().zip(&unstaffed).map(|(weight, empty)| if *empty == 0 { *weight } else { 0 }).collect();
        let extra = chance.spread(extra, &staffed, |_| 2);
        let part_time = chance.spread(self.total(year, |totals| totals.part_time), &households, |_| u32::MAX);
        let posts = unstaffed.iter().zip(extra).zip(part_time);
        for (village, ((empty, extra), part_time)) in self.villages.iter_mut().zip(posts) {
            set(&mut village.unstaffed, index, *empty);
            set(&mut village.full_time, index, village.grids - empty + extra);
            set(&mut village.part_time, index, part_time);
        }
    }
}

fn set(both: &mut [u32; 2], index: usize, value: u32) {
    if let Some(slot) = both.get_mut(index) {
        *slot = value;
    }
}

/// People, households, grids and character for each village of the tree.
fn settle(tree: &Tree, chance: &mut Chance) -> Vec<Village> {
    let levels = levels(tree, chance);
    let count = tree.villages.len();
    let crowding: Vec<u64> = tree
        .villages
        .iter()
        .map(|leaf| {
            let town = tree.towns.get(leaf.town).map_or("", |town| town.name.as_str());
            crowding(town) * u64::from(chance.between(50, 150))
        })
        .collect();
    let population = apportion(scaled(INHABITANTS, count), &crowding);
    let swayed: Vec<u64> = population.iter().map(|people| people * u64::from(chance.between(92, 108))).collect();
    let households = apportion(scaled(HOUSEHOLDS, count), &swayed);
    let totals = Totals::of(Year::This);
    let more_grids = apportion(scaled(totals.grids, count).saturating_sub(count as u64), &households);
    let micro_grids = apportion(scaled(totals.micro_grids, count), &households);
    let counts = population.iter().zip(&households).zip(more_grids.iter().zip(&micro_grids));
    let mut villages = Vec::with_capacity(count);
    for ((leaf, level), ((population, households), (more, micro_grids))) in tree.villages.iter().zip(levels).zip(counts)
    {
        let estates = if leaf.community { chance.between(1, 5) } else { chance.between(0, 3).saturating_sub(2) };
        let [_, this] = level;
        let slack = match this {
            Level::Good => chance.between(66, 147),
            Level::Middling => chance.between(90, 235),
            Level::Weak => chance.between(100, 170),
        };
        let has_site = chance.percent(match this {
            Level::Good => 68,
            Level::Middling => 43,
            Level::Weak => 30,
        });
        // Three of four sites were there a year earlier.
        let had_site = has_site && chance.percent(76);
        villages.push(Village {
            level,
            care: [Care::Ordinary; 2],
            slack,
            population: narrow(*population).max(1),
            households: narrow(*households).max(1),
            grids: 1 + narrow(*more),
            micro_grids: narrow(*micro_grids).max(1),
            gated_estates: estates,
            publicity_site: [had_site, has_site],
            unstaffed: [0; 2],
            full_time: [0; 2],
            part_time: [0; 2],
        });
    }
    contrast(tree, &mut villages);
    villages
}

/// Makes the first good village of each town better and the first middling one worse than their like: a town in which all are
/// rated alike shows nothing.
fn contrast(tree: &Tree, villages: &mut [Village]) {
    let mut seen = BTreeSet::new();
    for (leaf, village) in tree.villages.iter().zip(villages) {
        let [_, this] = village.level;
        if this != Level::Weak && seen.insert((leaf.town, this)) {
            village.slack = if this == Level::Good { 40 } else { 240 };
        }
    }
}

/// Three of five villages are good, a third middling, seven in a hundred weak, evenly in every town; four of five stay from one
/// year to the next what they were.
fn levels(tree: &Tree, chance: &mut Chance) -> Vec<[Level; 2]> {
    let mut this: Vec<Level> =
        (0..tree.villages.len()).map(|place| level_at(place * 100 / tree.villages.len().max(1))).collect();
    deal_by_town(tree, &mut this, chance);
    let mut before = this.clone();
    for level in &mut before {
        if chance.percent(20) {
            *level = level_at(usize::try_from(chance.below(100)).unwrap_or(0));
        }
    }
    before.into_iter().zip(this).map(|(before, this)| [before, this]).collect()
}

fn level_at(percent: usize) -> Level {
    match percent {
        0..60 => Level::Good,
        60..93 => Level::Middling,
        _ => Level::Weak,
    }
}

/// Deals a sorted list out like cards: place 0, 23, 46 … of the list go to the first town's share and so on, then each town
/// mixes its own.
fn deal_by_town(tree: &Tree, levels: &mut [Level], chance: &mut Chance) {
    let sorted = levels.to_vec();
    let count = sorted.len();
    // A step that shares no divisor with the count visits every place once and keeps neighbours far apart.
    let step =
        (1..=count).rev().filter(|step| step * 8 < count * 5).find(|step| divisor(*step, count) == 1).unwrap_or(1);
    for (turn, level) in levels.iter_mut().enumerate() {
        if let Some(dealt) = sorted.get(turn * step % count) {
            *level = *dealt;
        }
    }
    let mut start = 0;
    for town in 0..tree.towns.len() {
        let own = tree.villages.iter().skip(start).take_while(|village| village.town == town).count();
        if let Some(share) = levels.get_mut(start..start + own) {
            chance.shuffle(share);
        }
        start += own;
    }
}

fn divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { divisor(b, a % b) }
}

/// How many people live in a village of such a town, beside others.
fn crowding(town: &str) -> u64 {
    match town {
        "塘下镇" => 240,
        town if town.ends_with("街道") => 220,
        town if town.ends_with('乡') => 60,
        _ => 120,
    }
}

/// Counts of people and things fit 32 bits by far; what does not is cut.
pub(super) fn narrow(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn city() -> World {
        World::new(Tree::invented(515, 2020), 2020)
    }

    #[test]
    fn people_grids_and_keepers_add_up_to_the_city() {
        let world = city();
        let sum =
            |of: &dyn Fn(&Village) -> u32| world.villages.iter().map(|village| u64::from(of(village))).sum::<u64>();
        assert_eq!(sum(&|village| village.population), INHABITANTS);
        assert_eq!(sum(&|village| village.households), HOUSEHOLDS);
        assert_eq!(sum(&|village| village.grids), 1_014);
        assert_eq!(sum(&|village| village.micro_grids), 14_689);
        for (year, full_time, part_time, unstaffed) in [(Year::Before, 1_009, 500, 22), (Year::This, 1_026, 538, 14)] {
            assert_eq!(sum(&|village| of_year(village.full_time, year)), full_time);
            assert_eq!(sum(&|village| of_year(village.part_time, year)), part_time);
            assert_eq!(sum(&|village| of_year(village.unstaffed, year)), unstaffed);
        }
    }

    #[test]
    fn every_town_of_some_size_has_good_and_middling_villages() {
        let world = city();
        let mut weak = 0;
        for town in 0..world.tree.towns.len() {
            let own = world.each().filter(|(_, leaf, _)| leaf.town == town);
            let levels: Vec<Level> = own.map(|(.., village)| village.level(Year::This)).collect();
            assert!(levels.contains(&Level::Good), "town {town}");
            assert!(levels.contains(&Level::Middling), "town {town}");
            weak += levels.iter().filter(|level| **level == Level::Weak).count();
        }
        assert!((30..=40).contains(&weak), "{weak} weak villages");
    }
}
