//! The groups that scripts compare with: the units that take part and agree on something.
//!
//! Enters: a `compare`. Leaves: the members of a unit's group, by id, so that the order of the units cannot be seen.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use super::Stage;
use crate::bundle::{Compare, CompareBy};
use crate::script::{Group, Missing, Reading, Scene, UnitIndex};

/// The groups of one `compare`, by what their units agree on.
pub(super) type GroupIndex = HashMap<Arc<str>, Arc<[UnitIndex]>>;

impl Stage {
    /// The group of a unit, for a script that may compare with it.
    pub(super) fn group_of(&self, unit: UnitIndex, compare: &Compare) -> Result<Group, Missing> {
        let key = self.group_key(unit, compare)?.ok_or_else(|| Missing {
            zh: "不知道与谁比较".to_owned(),
            en: "it is not known whom to compare with".to_owned(),
        })?;
        let members = self.group_index(compare).get(&key).cloned().unwrap_or_else(|| Arc::from([]));
        Ok(Group { members, key: Arc::from(format!("{:?} {key}", compare.by)) })
    }

    /// The units that a unit's scripts may compare with, for each `compare` of the pipeline.
    pub(in crate::assess) fn groups_of(&self, unit: UnitIndex) -> Vec<Group> {
        let pipeline = &self.pipeline;
        let compares = pipeline
            .figures
            .iter()
            .filter_map(|figure| figure.compare.as_ref())
            .chain(pipeline.rules.iter().filter_map(|plan| plan.rule.compare.as_ref()))
            .chain(pipeline.score.iter().chain(&pipeline.rating_script).filter_map(|(_, compare)| compare.as_ref()))
            .chain(pipeline.lists.iter().filter_map(|list| list.compare.as_ref()));
        let mut groups: Vec<Group> = Vec::new();
        for compare in compares {
            if let Ok(group) = self.group_of(unit, compare)
                && !groups.iter().any(|known| known.key == group.key)
            {
                groups.push(group);
            }
        }
        groups
    }

    /// What identifies the group of a unit: the values it shares with the others.
    fn group_key(&self, unit: UnitIndex, compare: &Compare) -> Reading<Arc<str>> {
        let mut key = String::new();
        for by in &compare.by {
            match by {
                CompareBy::Level(level) => match self.world.at_level(unit, level) {
                    Some(above) => key.push_str(&format!("{above}|")),
                    None => return Ok(None),
                },
                CompareBy::Attribute(name) => match self.attribute(unit, name)? {
                    Some(value) => key.push_str(&format!("{value:?}|")),
                    None => return Ok(None),
                },
            }
        }
        Ok(Some(Arc::from(key.as_str())))
    }

    fn group_index(&self, compare: &Compare) -> Arc<GroupIndex> {
        let name = format!("{:?}", compare.by);
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = groups.get(&name) {
            return Arc::clone(index);
        }
        let mut members: HashMap<Arc<str>, Vec<UnitIndex>> = HashMap::new();
        for (state, unit) in self.states.iter().zip(&self.units) {
            if state.is_taking_part()
                && let Ok(Some(key)) = self.group_key(*unit, compare)
            {
                members.entry(key).or_default().push(*unit);
            }
        }
        // Each group is made on its own; their order cannot be seen.
        let index: GroupIndex = members
            .into_iter()
            .map(|(key, mut units)| {
                units.sort_by_key(|unit| self.unit_id(*unit));
                (key, Arc::from(units))
            })
            .collect();
        let index = Arc::new(index);
        groups.insert(name, Arc::clone(&index));
        index
    }
}
