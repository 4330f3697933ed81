//! What a run stands on: [`Lists`], and the facts of units as an edition reads them.
//!
//! Enters: [`Knowledge`] of a day. Leaves: a [`World`] of all units or of some with all above them. Next: [`super::full`].

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use liuwu_engine::assess::{Plan, UnitFacts, World};
use liuwu_engine::bundle::{Bundle, Over};
use liuwu_engine::diagnostic::{Diagnostic, Location};
use liuwu_engine::period::Date;
use liuwu_engine::record::Facts;
use liuwu_engine::record::packed::Packed;
use liuwu_engine::record::reading::{self, Attributes, Unreadable};
use rayon::prelude::*;

use super::lists::Lists;
use super::{ScoringError, on_threads};
use crate::records::placed;
use crate::store::{self, Damage, Knowledge, PackedFacts, StoreError};

/// Units read from the store at a time.
const PAGE: usize = 500;

/// Records and attributes of one unit.
type OwnFacts = (Facts, Attributes);

/// Everything but the facts of the units scored.
pub(super) struct Ground<'a> {
    knowledge: &'a dyn Knowledge,
    pub(super) bundle: &'a Bundle,
    as_of: Date,
    pseudonym_key: &'a [u8],
    pub(super) lists: Arc<Lists>,
    /// The facts of units above those scored that have been read, for all who read.
    upper: RwLock<HashMap<usize, OwnFacts>>,
}

impl<'a> Ground<'a> {
    /// Reads what was known on a day.
    pub(super) fn read(
        knowledge: &'a dyn Knowledge,
        bundle: &'a Bundle,
        as_of: Date,
        pseudonym_key: &'a [u8],
    ) -> Result<Ground<'a>, ScoringError> {
        let lists = Arc::new(Lists::read(knowledge, bundle, as_of)?);
        Ok(Ground::on(knowledge, bundle, as_of, pseudonym_key, lists))
    }

    /// The same on lists of the same bundle and day that are at hand.
    pub(super) fn on(
        knowledge: &'a dyn Knowledge,
        bundle: &'a Bundle,
        as_of: Date,
        pseudonym_key: &'a [u8],
        lists: Arc<Lists>,
    ) -> Ground<'a> {
        Ground { knowledge, bundle, as_of, pseudonym_key, lists, upper: RwLock::default() }
    }

    /// A world without units.
    pub(super) fn empty_world(&self) -> World {
        World::new(Arc::clone(&self.lists.coverage), self.pseudonym_key)
    }

    /// A world of some of the units scored, with their facts and with all units above them; exemptions are those of its units.
    pub(super) fn world(&self, scored: &[usize]) -> Result<World, ScoringError> {
        let mut upper = BTreeSet::new();
        for place in scored {
            let mut next = self.lists.above(*place);
            while let Some(above) = next.filter(|above| upper.insert(*above)) {
                next = self.lists.above(above);
            }
        }
        self.read_upper(&upper)?;
        let mut facts = self.facts(scored)?;
        Ok(self.assembled(&upper, scored, |place| facts.remove(&place).unwrap_or_default()))
    }

    /// All units at all levels with their facts, and all exemptions.
    pub(super) fn whole_world(&self) -> Result<World, ScoringError> {
        let scored: Vec<usize> = self.lists.scored().collect();
        let mut facts = self.facts(&scored)?;
        self.world_of_all(|place| facts.remove(&place).unwrap_or_default())
    }

    /// The same with facts of the units scored that are given: roll-ups read attributes of them alone.
    pub(super) fn world_of_all(&self, own: impl FnMut(usize) -> OwnFacts) -> Result<World, ScoringError> {
        let scored: Vec<usize> = self.lists.scored().collect();
        let is_above = |place: &usize| scored.binary_search(place).is_err();
        let upper: BTreeSet<usize> = (0..self.lists.len()).filter(is_above).collect();
        self.read_upper(&upper)?;
        let mut world = self.assembled(&upper, &scored, own);
        world.exempt(self.lists.all_exemptions());
        Ok(world)
    }

    /// Units above, then the units scored; each with its facts and what stands above it.
    fn assembled(&self, upper: &BTreeSet<usize>, scored: &[usize], mut own: impl FnMut(usize) -> OwnFacts) -> World {
        let mut world = self.empty_world();
        let mut here: HashMap<usize, usize> = HashMap::new();
        let mut exemptions = Vec::new();
        let known = self.upper.read().unwrap_or_else(PoisonError::into_inner);
        for place in upper.iter().chain(scored) {
            let Some(row) = self.lists.row(*place) else { continue };
            let (facts, attributes) = known.get(place).cloned().unwrap_or_else(|| own(*place));
            let parent = self.lists.above(*place).and_then(|above| here.get(&above)).copied();
            let index = world.add_unit(UnitFacts {
                id: Arc::from(row.id.as_str()),
                level: Arc::from(row.level.as_str()),
                name: Arc::from(row.name.as_str()),
                parent,
                attributes,
                facts,
                place: Location::Nowhere,
            });
            here.insert(*place, index);
            exemptions.extend(self.lists.exemptions_of(&row.id).iter().cloned());
        }
        world.exempt(exemptions);
        world
    }

    /// The facts of some units, by place.
    pub(super) fn facts(&self, places: &[usize]) -> Result<HashMap<usize, OwnFacts>, ScoringError> {
        let mut wanted: Vec<(&str, usize)> = places.iter().map(|place| (self.lists.id(*place), *place)).collect();
        wanted.sort_unstable();
        let mut read = HashMap::new();
        let mut faults = Vec::new();
        let mut rest = wanted.as_slice();
        while let Some(((first, place), others)) = rest.split_first() {
            // One by itself, then those behind it as long as they stand together.
            let mut page = vec![(*place, self.knowledge.packed_of(first, self.as_of)?)];
            let mut after = (*first).to_owned();
            rest = others;
            while rest.len() >= SCANNED {
                let most = rest.len().min(PAGE);
                let scanned = self.knowledge.scan_packed(Some(&after), most, self.as_of)?;
                let is_last = scanned.len() < most;
                after = scanned.last().map_or(after, |last| last.unit.clone());
                for packed in scanned {
                    // Of those passed over nothing is known.
                    rest = behind(rest, |unit| unit < packed.unit.as_str());
                    if let Some(((unit, place), others)) = rest.split_first()
                        && **unit == *packed.unit
                    {
                        rest = others;
                        page.push((*place, packed));
                    }
                }
                rest = if is_last { &[] } else { behind(rest, |unit| unit <= after.as_str()) };
                if page.is_empty() {
                    break;
                }
                self.decode(std::mem::take(&mut page), &mut read, &mut faults)?;
            }
            self.decode(page, &mut read, &mut faults)?;
        }
        for place in places {
            for old in self.lists.predecessors_of(self.lists.id(*place)) {
                match decoded(&self.knowledge.packed_of(old, self.as_of)?, self.bundle)? {
                    Ok(old) => {
                        let own = read.remove(place).unwrap_or_default();
                        read.insert(*place, with_inherited(own, old));
                    }
                    Err(found) => faults.extend(found),
                }
            }
        }
        if faults.is_empty() { Ok(read) } else { Err(ScoringError::Faults(faults)) }
    }

    fn decode(
        &self,
        page: Vec<(usize, PackedFacts)>,
        read: &mut HashMap<usize, OwnFacts>,
        faults: &mut Vec<Diagnostic>,
    ) -> Result<(), ScoringError> {
        let own: Vec<_> = if page.len() < SCANNED {
            page.iter().map(|(_, packed)| decoded(packed, self.bundle)).collect()
        } else {
            on_threads(|| page.par_iter().map(|(_, packed)| decoded(packed, self.bundle)).collect())?
        };
        for ((place, _), own) in page.into_iter().zip(own) {
            match own? {
                Ok(own) => drop(read.insert(place, own)),
                Err(found) => faults.extend(found),
            }
        }
        Ok(())
    }

    fn read_upper(&self, upper: &BTreeSet<usize>) -> Result<(), ScoringError> {
        let unread: Vec<usize> = {
            let known = self.upper.read().unwrap_or_else(PoisonError::into_inner);
            upper.iter().copied().filter(|place| !known.contains_key(place)).collect()
        };
        // They stand far from each other in the store, so they are not scanned for.
        for places in unread.chunks(SCANNED - 1) {
            let mut read = self.facts(places)?;
            let read = places.iter().map(|place| (*place, read.remove(place).unwrap_or_default()));
            // Two may read the same unit at the same time; they read the same.
            self.upper.write().unwrap_or_else(PoisonError::into_inner).extend(read);
        }
        Ok(())
    }
}

/// The facts of a unit with those of one that it has succeeded: all its records, and the attributes that it has not itself.
fn with_inherited((facts, mut attributes): OwnFacts, (old_facts, old_attributes): OwnFacts) -> OwnFacts {
    for (name, values) in old_attributes {
        attributes.entry(name).or_insert(values);
    }
    (Facts::new(old_facts.iter().chain(facts.iter()).cloned()), attributes)
}

/// The list without those at its beginning that are passed.
fn behind<'w, 'u>(list: &'w [(&'u str, usize)], is_passed: impl Fn(&str) -> bool) -> &'w [(&'u str, usize)] {
    list.get(list.partition_point(|(unit, _)| is_passed(unit))..).unwrap_or(&[])
}

/// So many units are worth a scan; fewer are read one by one.
const SCANNED: usize = 8;

/// The facts of one unit as the edition reads them, or every fault in them.
fn decoded(packed: &PackedFacts, bundle: &Bundle) -> Result<Result<OwnFacts, Vec<Diagnostic>>, StoreError> {
    let broken =
        || StoreError::Corrupt(store::Fault { place: format!("facts {}", packed.unit), damage: Damage::Packed });
    let columns = Packed::read(&packed.bytes).map_err(|_| broken())?;
    let facts = reading::facts(&columns, &bundle.dictionary, &packed.sheets);
    let attributes = reading::attributes(&columns, &bundle.dictionary);
    let mut faults = Vec::new();
    for error in [facts.as_ref().err(), attributes.as_ref().err()].into_iter().flatten() {
        match error {
            Unreadable::Broken => return Err(broken()),
            Unreadable::Faults(found) => {
                faults.extend(found.iter().cloned().map(|(source, fault)| match source {
                    Some(source) => placed(fault, &source),
                    None => fault.at(Location::Nowhere),
                }));
            }
        }
    }
    Ok(match (facts, attributes) {
        (Ok(facts), Ok(attributes)) => Ok((facts, attributes)),
        _ => Err(faults),
    })
}

/// Whether results are rolled up at all, other than over the year of each unit.
pub(super) fn rolls_up(plan: &Plan) -> bool {
    plan.bundle.roll_up.iter().any(|roll_up| roll_up.over != Over::Year)
}
