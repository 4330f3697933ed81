//! Earlier results, parts of a roll-up, findings.

use std::sync::Arc;

use rhai::{Dynamic, Engine, ImmutableString};

use super::super::convert::{from_number, from_value};
use super::super::scene::{Part, Scene};
use super::super::stop::{Halt, fault};
use super::super::view::View;
use super::{RecordObject, Unit};
use crate::assessment::{Finding, Past};
use crate::number::Number;

/// A unit's result of the period before.
#[derive(Clone)]
pub(in crate::script) struct PastObject(pub(in crate::script) Arc<Past>);

/// One part of a roll-up.
#[derive(Clone)]
pub(in crate::script) struct PartObject(pub(in crate::script) Part);

/// The figures of an earlier result.
#[derive(Clone)]
struct PastFigures(Arc<Past>);

/// A finding.
#[derive(Clone)]
pub(in crate::script) struct FindingObject {
    scene: Arc<dyn Scene>,
    finding: Arc<Finding>,
}

impl FindingObject {
    pub(in crate::script) fn new(scene: &Arc<dyn Scene>, finding: &Arc<Finding>) -> FindingObject {
        FindingObject { scene: Arc::clone(scene), finding: Arc::clone(finding) }
    }

    fn get(&self, name: &str) -> Result<Dynamic, Halt> {
        let finding = &self.finding;
        let text = |text: &str| Dynamic::from(ImmutableString::from(text));
        let records =
            || finding.evidence.iter().map(|e| Dynamic::from(RecordObject::new(&self.scene, &e.record, false)));
        Ok(match name {
            "rule" => text(&finding.rule),
            "kind" => text(finding.kind.key()),
            "points" => from_number(finding.points),
            "counted" => from_number(finding.counted),
            "reason" => text(&finding.reason),
            "exempted" => Dynamic::from_bool(finding.exempted),
            "evidence" => Dynamic::from(View::of(records())),
            "record" => records().next().unwrap_or(Dynamic::UNIT),
            "date" => finding.evidence.first().map_or(Dynamic::UNIT, |e| Dynamic::from(e.record.date)),
            _ => return Err(fault(format!("认定事项没有「{name}」这一项"), format!("a finding has no `{name}`"))),
        })
    }
}

/// What a result says under a name; none: it has no such name.
fn of_result(past: &Arc<Past>, name: &str) -> Option<Dynamic> {
    let result = &past.result;
    let text = |text: &Option<Arc<str>>| {
        text.as_ref().map_or(Dynamic::UNIT, |text| Dynamic::from(ImmutableString::from(text.as_ref())))
    };
    Some(match name {
        "score" => result.score.map_or(Dynamic::UNIT, from_number),
        "rating" => text(&result.rating),
        "band" => text(&result.band),
        "vetoed" => Dynamic::from_bool(result.vetoed),
        "incomplete" => Dynamic::from_bool(result.incomplete),
        "takes_part" => Dynamic::from_bool(result.takes_part),
        "period" => Dynamic::from(result.period),
        "figures" => Dynamic::from(PastFigures(Arc::clone(past))),
        "previous" => past.previous().map_or(Dynamic::UNIT, |before| Dynamic::from(PastObject(Arc::clone(before)))),
        _ => return None,
    })
}

fn optional_number(number: Option<Number>) -> Dynamic {
    number.map_or(Dynamic::UNIT, from_number)
}

fn optional_bool(is: Option<bool>) -> Dynamic {
    is.map_or(Dynamic::UNIT, Dynamic::from_bool)
}

impl PartObject {
    fn unit(&self) -> Unit {
        Unit::in_group(&self.0.scene, self.0.unit)
    }

    fn get(&self, name: &str) -> Result<Dynamic, Halt> {
        let text = |text: Arc<str>| Dynamic::from(ImmutableString::from(text.as_ref()));
        match name {
            "id" => Ok(text(self.0.scene.unit_id(self.0.unit))),
            "name" => Ok(text(self.0.scene.unit_name(self.0.unit))),
            "parent" => {
                let parent = self.0.scene.parent(self.0.unit);
                Ok(parent.map_or(Dynamic::UNIT, |parent| text(self.0.scene.unit_id(parent))))
            }
            _ => match of_result(&self.0.past, name) {
                Some(value) => Ok(value),
                None => self.unit().attribute(name),
            },
        }
    }
}

pub(super) fn register(engine: &mut Engine) {
    engine.register_type_with_name::<PastObject>("previous");
    engine.register_type_with_name::<PartObject>("part");
    engine.register_type_with_name::<PastFigures>("figures");
    engine.register_type_with_name::<FindingObject>("finding");
    engine.register_indexer_get(|past: &mut PastObject, name: ImmutableString| {
        of_result(&past.0, &name)
            .ok_or_else(|| fault(format!("上期结果没有「{name}」这一项"), format!("an earlier result has no `{name}`")))
    });
    engine.register_indexer_get(|figures: &mut PastFigures, name: ImmutableString| -> Dynamic {
        figures.0.result.figures.get(name.as_str()).and_then(Option::as_ref).map_or(Dynamic::UNIT, from_value)
    });
    engine.register_indexer_get(|part: &mut PartObject, name: ImmutableString| part.get(&name));
    engine.register_indexer_get(|finding: &mut FindingObject, name: ImmutableString| finding.get(&name));
    engine.register_fn("points", |past: &mut PastObject, id: &str| optional_number(past.0.points(id)));
    engine.register_fn("found", |past: &mut PastObject, id: &str| optional_bool(past.0.found(id)));
    engine.register_fn("met", |past: &mut PastObject, id: &str| optional_bool(past.0.met(id)));
    engine.register_fn("listed", |past: &mut PastObject, id: &str| optional_bool(past.0.listed(id)));
    engine.register_fn("points", |part: &mut PartObject, id: &str| optional_number(part.0.past.points(id)));
    engine.register_fn("found", |part: &mut PartObject, id: &str| optional_bool(part.0.past.found(id)));
    engine.register_fn("met", |part: &mut PartObject, id: &str| optional_bool(part.0.past.met(id)));
    engine.register_fn("listed", |part: &mut PartObject, id: &str| optional_bool(part.0.past.listed(id)));
}
