//! Units and their figures.

use std::sync::Arc;

use rhai::{Dynamic, Engine, ImmutableString};

use super::super::convert::{from_number, from_value};
use super::super::scene::{Reading, Scene, UnitIndex};
use super::super::stop::{Halt, fault, missing};
use super::PastObject;

/// A unit as a script sees it: the one at hand, one above it, or a member of the group.
#[derive(Clone)]
pub(in crate::script) struct Unit {
    pub(in crate::script) scene: Arc<dyn Scene>,
    pub(in crate::script) index: UnitIndex,
    /// In a group, what is missing in one unit reads as nothing.
    pub(in crate::script) lenient: bool,
}

/// The figures of a unit.
#[derive(Clone)]
pub(in crate::script) struct Figures {
    unit: Unit,
}

impl Unit {
    pub(in crate::script) fn at_hand(scene: &Arc<dyn Scene>, index: UnitIndex) -> Unit {
        Unit { scene: Arc::clone(scene), index, lenient: false }
    }

    pub(in crate::script) fn in_group(scene: &Arc<dyn Scene>, index: UnitIndex) -> Unit {
        Unit { scene: Arc::clone(scene), index, lenient: true }
    }

    /// What was read, or nothing where this unit may miss it.
    pub(in crate::script) fn settle<T>(&self, reading: Reading<T>) -> Result<Option<T>, Halt> {
        match reading {
            Err(_) if self.lenient => Ok(None),
            other => other.map_err(missing),
        }
    }

    pub(in crate::script) fn get(&self, name: &str) -> Result<Dynamic, Halt> {
        let scene = &self.scene;
        let text = |text: Arc<str>| Dynamic::from(ImmutableString::from(text.as_ref()));
        Ok(match name {
            "id" => text(scene.unit_id(self.index)),
            "name" => text(scene.unit_name(self.index)),
            "parent" => scene.parent(self.index).map_or(Dynamic::UNIT, |parent| text(scene.unit_id(parent))),
            "figures" => Dynamic::from(Figures { unit: self.clone() }),
            "score" => self.settle(scene.score(self.index))?.map_or(Dynamic::UNIT, from_number),
            "vetoed" => Dynamic::from_bool(scene.vetoed(self.index)),
            "incomplete" => Dynamic::from_bool(scene.incomplete(self.index)),
            "band" => scene.band(self.index).map_or(Dynamic::UNIT, text),
            "rating" => scene.rating(self.index).map_or(Dynamic::UNIT, text),
            "previous" => scene.previous(self.index).map_or(Dynamic::UNIT, |past| Dynamic::from(PastObject(past))),
            _ => return self.attribute(name),
        })
    }

    pub(in crate::script) fn attribute(&self, name: &str) -> Result<Dynamic, Halt> {
        let attributes = &self.scene.bundle().dictionary.attributes;
        let Some(attribute) = attributes.get(name) else {
            return Err(fault(format!("考核对象没有「{name}」这一项"), format!("a unit has no attribute `{name}`")));
        };
        let holder = match &attribute.of {
            Some(level) => self.scene.at_level(self.index, level),
            None => Some(self.index),
        };
        let Some(holder) = holder else { return Ok(Dynamic::UNIT) };
        let value = self.settle(self.scene.attribute(holder, name))?;
        Ok(value.as_ref().map_or(Dynamic::UNIT, from_value))
    }
}

impl Figures {
    pub(in crate::script) fn at_hand(scene: &Arc<dyn Scene>, index: UnitIndex) -> Figures {
        Figures { unit: Unit::at_hand(scene, index) }
    }

    fn get(&self, name: &str) -> Result<Dynamic, Halt> {
        let figure = self.unit.settle(self.unit.scene.figure(self.unit.index, name))?;
        Ok(figure.map_or(Dynamic::UNIT, |datum| datum.0))
    }
}

pub(super) fn register(engine: &mut Engine) {
    engine.register_type_with_name::<Unit>("unit");
    engine.register_type_with_name::<Figures>("figures");
    engine.register_indexer_get(|unit: &mut Unit, name: ImmutableString| unit.get(&name));
    engine.register_indexer_get(|figures: &mut Figures, name: ImmutableString| figures.get(&name));
}
