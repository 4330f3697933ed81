//! The tree of divisions that the sample stands on: invented villages under the real towns, or a tree the caller has.
//!
//! Enters: the number of villages wanted, or a file `code,name,level,parent`. Leaves: a [`Tree`] of towns and villages in the
//! order of their codes. Next: [`world`](super::world), which gives each village people and a character.

use std::collections::HashMap;
use std::path::Path;

use super::SampleError;
use super::chance::apportion;
use super::names::{TWINS, VillageNames, full_name};
use super::towns::{COUNTY, TOWNS};

/// The towns, by their places in [`TOWNS`], that share each of [`TWINS`].
const TWIN_TOWNS: [[usize; 2]; 2] = [[12, 13], [12, 16]];

/// Villages get codes from here on; real ones of these towns stay far below.
const FIRST_INVENTED: u64 = 701;

/// Towns and villages.
#[derive(Debug)]
pub(super) struct Tree {
    /// What stands above the towns, as `code,name,level,parent`, top first.
    pub(super) above: Vec<[String; 4]>,
    pub(super) towns: Vec<Town>,
    /// In the order of the towns.
    pub(super) villages: Vec<Leaf>,
    /// Whether names and codes came from the caller and may be real ones.
    pub(super) given: bool,
}

/// A town.
#[derive(Debug)]
pub(super) struct Town {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) parent: String,
}

/// A village or community of the tree.
#[derive(Debug)]
pub(super) struct Leaf {
    pub(super) code: String,
    pub(super) name: String,
    /// Place of its town in [`Tree::towns`].
    pub(super) town: usize,
    pub(super) community: bool,
}

impl Tree {
    /// The invented city with `number` villages, spread over its towns as the real ones are.
    pub(super) fn invented(number: u32, seed: u64) -> Tree {
        let shape: Vec<u64> = TOWNS.iter().map(|town| u64::from(town.villages)).collect();
        let shares = apportion(u64::from(number), &shape);
        let names = VillageNames::new(seed);
        let mut villages: Vec<Leaf> = Vec::new();
        for (town, (shape, share)) in TOWNS.iter().zip(shares).enumerate() {
            let base: u64 = shape.code.parse().unwrap_or_default();
            let communities = share * u64::from(shape.communities) / u64::from(shape.villages);
            for within in 0..share {
                let community = within < communities;
                let place = usize::try_from(within).unwrap_or_default();
                villages.push(Leaf {
                    code: (base + FIRST_INVENTED + within).to_string(),
                    name: names.name(villages.len(), place, community),
                    town,
                    community,
                });
            }
        }
        for (stem, towns) in TWINS.into_iter().zip(TWIN_TOWNS) {
            name_twins(&mut villages, stem, towns);
        }
        let (code, name) = COUNTY;
        Tree {
            above: vec![[code.to_owned(), name.to_owned(), "county".to_owned(), String::new()]],
            towns: TOWNS
                .iter()
                .map(|town| Town { code: town.code.to_owned(), name: town.name.to_owned(), parent: code.to_owned() })
                .collect(),
            villages,
            given: false,
        }
    }

    /// The caller's own tree. Everything below a town is a village; the order is that of the codes.
    pub(super) fn read(path: &Path) -> Result<Tree, SampleError> {
        let failed = |source| SampleError::Divisions { path: path.to_owned(), source };
        let mut rows = read_rows(path).map_err(failed)?;
        rows.sort();
        let (mut above, mut towns, mut below) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            match row {
                [code, name, level, parent] if level == "town" => towns.push(Town { code, name, parent }),
                [code, name, level, parent] if level == "village" => below.push((code, name, parent)),
                other => above.push(other),
            }
        }
        let places: HashMap<&str, usize> =
            towns.iter().enumerate().map(|(place, town)| (town.code.as_str(), place)).collect();
        let mut villages = Vec::with_capacity(below.len());
        for (code, name, parent) in below {
            let Some(town) = places.get(parent.as_str()).copied() else {
                return Err(SampleError::NoTown { path: path.to_owned(), code, parent });
            };
            let community = name.contains("社区") || name.ends_with("居委会");
            villages.push(Leaf { code, name, town, community });
        }
        villages.sort_by_key(|village| village.town);
        if villages.is_empty() {
            return Err(SampleError::NoVillages { path: path.to_owned() });
        }
        Ok(Tree { above, towns, villages, given: true })
    }
}

/// Code, name, level and parent of each row; other columns are left alone, and a missing one reads as empty.
fn read_rows(path: &Path) -> Result<Vec<[String; 4]>, csv::Error> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(path)?;
    let header = reader.headers()?.clone();
    let places = ["code", "name", "level", "parent"].map(|title| header.iter().position(|found| found == title));
    let cell = |row: &csv::StringRecord, place: Option<usize>| {
        place.and_then(|place| row.get(place)).unwrap_or_default().to_owned()
    };
    reader.records().map(|row| row.map(|row| places.map(|place| cell(&row, place)))).collect()
}

/// Gives the last village of each of two towns the same name, or the last but one where that is a twin already.
fn name_twins(villages: &mut [Leaf], stem: &str, towns: [usize; 2]) {
    for town in towns {
        let is_twin = |village: &Leaf| TWINS.iter().any(|twin| full_name(twin, false) == village.name);
        let open = |village: &&mut Leaf| village.town == town && !village.community && !is_twin(village);
        if let Some(village) = villages.iter_mut().rev().find(open) {
            village.name = full_name(stem, false);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    #[test]
    fn every_town_has_as_many_villages_as_in_reality() {
        let tree = Tree::invented(515, 2020);
        for (place, town) in TOWNS.iter().enumerate() {
            let own = tree.villages.iter().filter(|village| village.town == place);
            assert_eq!(own.clone().count(), town.villages as usize, "{}", town.name);
            assert_eq!(own.filter(|village| village.community).count(), town.communities as usize, "{}", town.name);
        }
    }

    #[test]
    fn names_repeat_between_towns_but_not_within_one() {
        let tree = Tree::invented(515, 2020);
        let mut towns_of: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        for village in &tree.villages {
            let fresh = towns_of.entry(&village.name).or_default().insert(village.town);
            assert!(fresh, "{} stands twice in one town", village.name);
        }
        assert_eq!(towns_of.get("前垟村"), Some(&BTreeSet::from([12, 13])));
        assert_eq!(towns_of.get("上岙村"), Some(&BTreeSet::from([12, 16])));
    }

    #[test]
    fn fewer_villages_keep_the_proportions() {
        let tree = Tree::invented(50, 2020);
        assert_eq!(tree.villages.len(), 50);
        let largest = tree.villages.iter().filter(|village| village.town == 12).count();
        assert!((8..=9).contains(&largest), "塘下镇 has 87 of 515, here {largest} of 50");
    }

    #[test]
    fn a_village_without_a_town_is_refused() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("tree.csv");
        std::fs::write(&path, "code,name,level,parent\n330381001000,某街道,town,330381000000\n9,某村,village,8\n")?;
        let refused = Tree::read(&path).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(refused.contains('9') && refused.contains('8'), "{refused}");
        Ok(())
    }
}
